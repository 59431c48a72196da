"""第 05 课的算题：标准答案与标准库、numpy 的算法相等，错法认得出，接着算得过程分。"""

from __future__ import annotations

import re
import statistics
from fractions import Fraction

import numpy as np
from golden.sheets import assignment
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.exercises.checks import check
from lifecycle_lab.exercises.modes import as_typed, expected
from lifecycle_lab.exercises.problems import _built
from lifecycle_lab.exercises.problems.beyond import contacts_saved, median_flip, quantile_scores
from lifecycle_lab.variants import Numbers

seeds = st.integers(0, 10**9).map(lambda n: f"lifecycle|{n}")
MINE = assignment()
SEED = f"{MINE.course.course_id}|{MINE.student_id}|{','.join(MINE.customer_ids)}"
KINDS = {"median_flip": {"centre": "number"}, "quantile_scores": {}, "contacts_saved": {"number": "number"}}


@given(seeds)
def test_centres_are_those_of_the_standard_library(seed):
    asked = median_flip(Numbers(seed))
    money = {row: int(asked.given[row, "money"]) for row in asked.rows[2:]}
    mean, median = statistics.mean(map(Fraction, money.values())), statistics.median(money.values())
    assert (asked.right["均值", "centre"], asked.right["中位数", "centre"]) == (mean, median)
    flipped = 0
    for row, value in money.items():
        arrows = ["↑" if value >= centre else "↓" for centre in (mean, median)]
        assert [asked.right[row, column] for column in ("by_mean", "by_median")] == arrows
        assert asked.right[row, "flips"] == ("变了" if arrows[0] != arrows[1] else "没变")
        flipped += arrows[0] != arrows[1]
    assert flipped >= 2


@given(seeds)
def test_cuts_are_numpys_and_ties_share_a_score(seed):
    asked = quantile_scores(Numbers(seed))
    counts = [int(asked.given[row, "value"]) for row in asked.rows[4:]]
    wanted = np.quantile(counts, [0.2, 0.4, 0.6, 0.8], method="inverted_cdf")
    cuts = [asked.right[row, "cut"] for row in asked.rows[:4]]
    assert cuts == wanted.tolist()
    scores = [asked.right[row, "score"] for row in asked.rows[4:]]
    assert scores == (1 + np.searchsorted(cuts, counts, side="left")).tolist()
    assert len(set(zip(counts, scores, strict=True))) == len(set(counts)) < 10


@given(seeds)
def test_contacts_are_counted_off_the_printed_lists(seed):
    asked = contacts_saved(Numbers(seed))
    lists = [
        re.search(r"：((?:[买×] ?)+)", asked.given[row, "question"])[1].split()
        for row in ("问题一", "问题二")
    ]
    places = [[i for i, mark in enumerate(marks, start=1) if mark == "买"] for marks in lists]
    assert [len(marks) for marks in lists] == [15, 15]
    assert [len(found) for found in places] == [5, 5]
    few, many = (found[3] for found in places)
    more = sum(p <= 5 for p in places[0]) - sum(p <= 5 for p in places[1])
    right = [asked.right[row, "number"] for row in asked.rows]
    assert right == [few, many, many - few, Fraction(100 * (many - few), many), more]
    assert many - few >= 2
    assert more > 0


def test_the_exercises_of_the_lesson():
    wanted = expected("key", "05_beyond_ten", MINE)
    assert set(wanted) == {"median_flip", "quantile_scores", "contacts_saved", "choose_segmentation"}


def typed(name: str, changes: dict) -> dict:
    found = dict(_built(name, SEED).right) | changes
    return {
        cell: as_typed(KINDS[name].get(cell[1], "whole" if isinstance(v, int) else "choice"), v)
        for cell, v in found.items()
    }


def statuses(name: str, changes: dict) -> dict:
    return check(name, MINE, MINE.blank_answers().with_cells(name, typed(name, changes))).statuses


def test_arrows_that_follow_from_ones_own_mean_are_credited():
    right = _built("median_flip", SEED).right
    row, column = next((row, "by_mean") for row, c in right if c == "by_mean" and right[row, c] == "↓")
    found = statuses(
        "median_flip",
        {("均值", "centre"): Fraction(1)}
        | {(r, "by_mean"): "↑" for r, c in right if c == "by_mean"}
        | {
            (r, "flips"): "变了" if right[r, "by_median"] == "↓" else "没变" for r, c in right if c == "flips"
        },
    )
    assert found["均值/centre"] == "wrong"
    assert found[f"{row}/{column}"] == "credit"
    assert "wrong" not in [status for cell, status in found.items() if cell != "均值/centre"]


def test_savings_that_follow_from_ones_own_places_are_credited():
    right = _built("contacts_saved", SEED).right
    few, many = right["问题一", "number"] - 1, right["问题二", "number"]
    found = statuses(
        "contacts_saved",
        {
            ("问题一", "number"): few,
            ("问题三", "number"): many - few,
            ("问题四", "number"): Fraction(100 * (many - few), many),
        },
    )
    assert [found[f"问题{n}/number"] for n in "一二三四五"] == ["wrong", "right", "credit", "credit", "right"]


def test_scores_that_follow_from_ones_own_cuts_are_credited():
    asked = _built("quantile_scores", SEED)
    own = [asked.right[row, "cut"] for row in asked.rows[:4]]
    own[3] += 100  # 谁也大不过
    changed = {("八成", "cut"): own[3]}
    for row in asked.rows[4:]:
        changed[row, "score"] = 1 + sum(int(asked.given[row, "value"]) > edge for edge in own)
    found = statuses("quantile_scores", changed)
    assert found["八成/cut"] == "wrong"
    assert set(found.values()) == {"wrong", "right", "credit"}
    assert list(found.values()).count("wrong") == 1
