"""第 03 课的算题：标准答案与题面上的数照另一种算法算出的相等；过程分、错法、三种答案(A8、A9、B6)。"""

from __future__ import annotations

import re
from fractions import Fraction as F

import numpy as np
import pytest
from golden.sheets import assignment
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.content.transitions import transitions
from lifecycle_lab.exercises.checks import check
from lifecycle_lab.exercises.modes import as_typed
from lifecycle_lab.exercises.problems import _built
from lifecycle_lab.exercises.problems.moves import (
    channel_costs,
    evidence_factor,
    move_rates,
    retention_cells,
    two_steps,
    waiting_times,
)
from lifecycle_lab.variants import Numbers

seeds = st.integers(0, 10**9).map(lambda n: f"lifecycle|{n}")
LESSON = "03_transitions"


def _seed(mine) -> str:
    return f"{mine.course.course_id}|{mine.student_id}|{','.join(mine.customer_ids)}"


def _statuses(name: str, changed: dict) -> dict[str, str]:
    mine = assignment()
    asked = _built(name, _seed(mine))
    kinds = {column: ask.kind for column, ask in asked.asks.items()}
    typed = {cell: as_typed(kinds[cell[1]], value) for cell, value in (dict(asked.right) | changed).items()}
    return check(name, mine, mine.blank_answers().with_cells(name, typed)).statuses


@given(seeds)
def test_rates_divide_each_row_by_its_own_total(seed):
    asked = move_rates(Numbers(seed))
    moved = {row: int(asked.given[row, "moved"]) for row in asked.rows}
    for row in asked.rows:
        same = [n for other, n in moved.items() if other.split(" → ")[0] == row.split(" → ")[0]]
        assert asked.right[row, "total"] == sum(same)
        assert asked.right[row, "rate"] == F(100 * moved[row], sum(same))


@given(seeds)
def test_two_steps_are_the_square_of_the_matrix(seed):
    """题面印出的份额 → numpy 的矩阵自乘。"""
    asked = two_steps(Numbers(seed))
    names = ["潜在客户", "新客户", "老客户", "流失"]
    matrix = np.zeros((4, 4))
    matrix[3, 3] = 100
    for start, end, share in re.findall(r"([^，：]+?) → (\S+) (\d+)", asked.given["问题一", "question"]):
        matrix[names.index(start), names.index(end)] = int(share)
    assert list(matrix.sum(axis=1)) == [100] * 4
    square = matrix @ matrix / 100
    wanted = {"问题一": square[0, 1], "问题二": square[0, 2], "问题三": square[1, 2], "问题四": square[1, 3]}
    wanted["问题五"] = 100 - square[1, 3]
    assert {row: float(asked.right[row, "share"]) for row in wanted} == pytest.approx(wanted)


@given(seeds)
def test_waiting_follows_from_the_printed_shares(seed):
    asked = waiting_times(Numbers(seed))
    stay, grow, leave, kept, end = map(int, re.findall(r"(\d+)", asked.given["问题一", "question"])[:5])
    assert (stay + grow + leave, kept + end) == (100, 100)
    waits, reach, old = F(100, grow + leave), F(grow, grow + leave), F(100, end)
    right = [asked.right[f"问题{n}", "share" if n == "二" else "periods"] for n in "一二三四五"]
    assert right == [waits, 100 * reach, waits, old, waits + reach * old]


@given(seeds)
def test_retention_counts_the_printed_months(seed):
    """照印出来的单子一格一格数，5 月以后的是“还看不到”。"""
    asked = retention_cells(Numbers(seed))
    seen, size = 0, 0
    for row in asked.rows[:-1]:
        first = int(row[0])
        people = [
            set(map(int, line.split("：")[1].removesuffix(" 月").split("、")))
            for line in asked.given[row, "bought"].split("\n")
        ]
        assert asked.right[row, "size"] == len(people) >= 2
        for k in (1, 2, 3):
            many = sum(first + k in months for months in people)
            assert asked.right[row, f"after_{k}"] == ("还看不到" if first + k > 5 else many)
        if first + 2 <= 5:
            seen, size = seen + sum(first + 2 in months for months in people), size + len(people)
    assert asked.right["合起来", "share"] == F(100 * seen, size)


@given(seeds)
def test_accounts_follow_from_the_printed_numbers(seed):
    asked = channel_costs(Numbers(seed))
    ratios, exact = {}, 0
    for row in asked.rows[:-1]:
        each = F(int(asked.given[row, "cost"]), int(asked.given[row, "buyers"]))
        first, later = map(int, re.findall(r"(\d+) 元", asked.given[row, "margins"]))
        month = 1 if first >= each else 1 + -(-(each - first) // later)
        exact += first + later * (month - 1) == each
        ratios[row] = (first + 11 * later) / each
        right = [asked.right[row, column] for column in ("each", "payback", "ratio")]
        assert right == [each, month, ratios[row]]
        assert month <= 12
    assert exact >= 1
    assert asked.right["加投哪一条", "word"] == max(ratios, key=ratios.get)


@given(seeds)
def test_evidence_is_the_contents_two_of_each_state(seed):
    asked = evidence_factor(Numbers(seed))
    told = {one.text: one for one in transitions().evidence}
    states = []
    for row in asked.rows:
        factor = transitions().factors[told[asked.given[row, "text"]].factor]
        assert asked.right[row, "factor"] == factor.label
        states.append(asked.right[row, "state"])
        assert states[-1] == transitions().states[factor.state].label
    assert sorted(states.count(s) for s in set(states)) == [2, 2, 2, 2]


def test_students_do_not_share_their_evidence():
    drawn = {tuple(evidence_factor(Numbers(f"S{n}")).given.values()) for n in range(30)}
    assert len(drawn) == 30


def test_a_wrong_total_costs_one_cell():
    mine = _built("move_rates", _seed(assignment()))
    row = mine.rows[0]
    wrong = mine.right[row, "total"] + 20
    found = _statuses(
        "move_rates", {(row, "total"): wrong, (row, "rate"): F(100 * int(mine.given[row, "moved"]), wrong)}
    )
    assert [found[f"{row}/{c}"] for c in ("total", "rate")] == ["wrong", "credit"]


def test_the_last_question_follows_from_ones_own_three():
    right = dict(_built("waiting_times", _seed(assignment())).right)
    waits, share = right["问题一", "periods"] + 1, right["问题二", "share"]
    own = waits + share / 100 * right["问题四", "periods"]
    cells = {("问题一", "periods"): waits, ("问题三", "periods"): waits, ("问题五", "periods"): own}
    found = _statuses("waiting_times", cells)
    assert [found[f"问题{n}/periods"] for n in "一三五"] == ["wrong", "credit", "credit"]


def test_a_wrong_cost_carries_payback_ratio_and_choice():
    asked = _built("channel_costs", _seed(assignment()))
    row = next(r for r in asked.rows[:-1] if asked.right["加投哪一条", "word"] != r)
    first, later = map(int, re.findall(r"(\d+) 元", asked.given[row, "margins"]))
    cells = {
        (row, "each"): F(first),  # 便宜得首月就回本
        (row, "payback"): 1,
        (row, "ratio"): F(first + 11 * later, first),
        ("加投哪一条", "word"): row,
    }
    best = max(v for (r, c), v in asked.right.items() if c == "ratio")
    found = _statuses("channel_costs", cells)
    assert found[f"{row}/each"] == "wrong"
    assert found[f"{row}/payback"] in ("credit", "right")
    assert found[f"{row}/ratio"] == "credit"
    assert found["加投哪一条/word"] == ("credit" if cells[row, "ratio"] > best else "wrong")


def test_unseen_written_as_zero_is_told_and_its_share_follows_from_it():
    mine = assignment()
    asked = _built("retention_cells", _seed(mine))
    zero = {cell: 0 for cell, value in asked.right.items() if value == "还看不到"}
    wrong = asked.mistakes["unseen_as_zero"]["合起来", "share"]
    found = _statuses("retention_cells", zero | {("合起来", "share"): wrong})
    assert {found[f"{row}/{column}"] for row, column in zero} == {"wrong"}
    assert found["合起来/share"] in ("credit", "right")


def test_the_lesson_asks_enough_in_every_kind_and_every_fact_alone():
    from lifecycle_lab.content import course

    items = [item for item in course().quiz.values() if item.lesson == LESSON]
    assert len(items) >= 28
    assert {item.kind for item in items} == {"single", "multiple", "ordering", "matching", "numeric"}
    for fact in ("A8", "A9", "B6", "D8"):
        assert sum(item.facts == (fact,) for item in items) >= 3, fact
