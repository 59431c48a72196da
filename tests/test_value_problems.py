"""第 07 课的算题：标准答案与独立的算法相等（numpy-financial、逐年的循环），错法认得出，过程分接得上。"""

from __future__ import annotations

import re
from fractions import Fraction as Q

import numpy_financial as npf
import pytest
from golden.sheets import assignment
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.exercises.checks import check
from lifecycle_lab.exercises.modes import as_typed
from lifecycle_lab.exercises.problems import _built
from lifecycle_lab.exercises.problems.values import BUILDERS
from lifecycle_lab.schema import half_up
from lifecycle_lab.variants import Numbers

seeds = st.integers(0, 10**9).map(lambda n: f"lifecycle|{n}")


def numbers_in(text: str) -> dict[str, Q]:
    """题面里的 “I = 3400，r = 9 %” → {"I": 3400, "r": 9/100}。"""
    found = {}
    for name, number, percent in re.findall(r"([A-Za-zP₀]+) = ([\d.]+)( %)?", text):
        found[name] = Q(number) / 100 if percent else Q(number)
    return found


def mine():
    return assignment()


def seed(one) -> str:
    return f"{one.course.course_id}|{one.student_id}|{','.join(one.customer_ids)}"


# ── 标准答案 ─────────────────────────────────────────────────────────


@given(seeds)
def test_the_annuity_lines_are_those_of_the_finance_function(given_seed):
    asked = BUILDERS["annuity_lines"](Numbers(given_seed))
    told = numbers_in(asked.given["第 1 行", "step"])
    r, n = told["r"], int(told["n"])
    answers = [asked.right[row, "value"] for row in asked.rows]
    short = Q(half_up((1 + r) ** -n, 2))
    assert answers[:3] == [short, 1 - short, (1 - short) / r]
    assert float(answers[3]) == pytest.approx(npf.pv(float(r), n, -1), rel=1e-12)
    assert float(answers[4]) == pytest.approx(npf.pv(float(r), n, -1, when="begin"), rel=1e-12)


@given(seeds)
def test_the_three_models_follow_from_the_numbers_in_the_rows(given_seed):
    asked = BUILDERS["three_models"](Numbers(given_seed))
    told = numbers_in("，".join(asked.given[row, "told"] for row in asked.rows))
    p, i, m, a, s, k = (told[name] for name in ("P₀", "I", "m", "A", "S", "a"))
    totals = [asked.right[row, "total"] for row in asked.rows]
    assert totals == [p + i * k, m * (p + i * k), p - a + (i - s) * k, a + s * k]
    assert k == Q(half_up(Q(npf.pv(float(told["r"]), int(told["n"]), -1)), 4))
    assert i > s  # 练的是算，不是每年都倒贴的客户


@given(seeds)
def test_the_verdict_on_two_customers_is_read_off_their_numbers(given_seed):
    asked = BUILDERS["two_customers"](Numbers(given_seed))
    one, other = (numbers_in(asked.given[name, "told"]) for name in ("甲", "乙"))
    more, served = one["I"] - other["I"], one["S"] - other["S"]
    assert one["A"] == other["A"]
    assert more > 0
    assert asked.right["按收入排", "word"] == "甲在前"
    assert asked.right["次序", "word"] == ("倒过来了" if served > more else "没有倒过来")
    assert asked.right["按利润贡献排", "word"] == ("乙在前" if served > more else "甲在前")
    tie = asked.right["甲的 S 打平", "contribution"]
    assert one["I"] - tie == other["I"] - other["S"]


def test_half_of_the_students_see_a_reversal():
    words = [BUILDERS["two_customers"](Numbers(str(n))).right["次序", "word"] for n in range(200)]
    assert 60 < words.count("倒过来了") < 140


@given(seeds)
def test_retention_year_by_year(given_seed):
    asked = BUILDERS["retention_value"](Numbers(given_seed))
    told = numbers_in(asked.given["第 1 年", "told"])
    alive, worth, total = Q(1), Q(1), Q(0)
    for row in ("第 1 年", "第 2 年", "第 3 年", "第 4 年"):
        alive, worth = alive * told["p"], worth / (1 + told["r"])
        total += alive * worth
        assert [asked.right[row, c] for c in ("alive", "discount", "weight")] == [
            100 * alive,
            worth,
            alive * worth,
        ]
    assert asked.right["合计", "weight"] == total
    assert asked.right["永远下去", "weight"] == told["p"] / (1 + told["r"] - told["p"])
    yearly = int(re.search(r"(\d+) 元", asked.given["终身价值", "told"])[1])
    assert asked.right["终身价值", "money"] == yearly * total


@given(seeds)
def test_scores_are_weighted_and_subtracted(given_seed):
    asked = BUILDERS["delivered_value"](Numbers(given_seed))
    sides = {"利得": Q(0), "成本": Q(0)}
    costs = {}
    for row in asked.rows[:6]:
        side, weight, score = re.match(r"(..)，权重 (\d)，(\d) 分", asked.given[row, "told"]).groups()
        points = Q(int(weight) * int(score), 10)
        assert asked.right[row, "points"] == points
        sides[side] += points
        if side == "成本":
            costs[row] = points
    assert asked.right["感知利得 Fc", "points"] == sides["利得"]
    assert asked.right["客户价值 Vc", "points"] == sides["利得"] - sides["成本"]
    worst = asked.right["先改哪一项成本", "word"]
    assert sorted(costs.values())[-1] == costs[worst] > sorted(costs.values())[-2]


@given(seeds)
def test_equity_by_dated_cash_flows(given_seed):
    """每一笔钱写上第几年末，各自折回今天。"""
    asked = BUILDERS["equity_sum"](Numbers(given_seed))
    told = asked.given["现有客户", "told"]
    one, two = (Q(text) for text in re.search(r"因子 ([\d.]+)，第二年末的 ([\d.]+)", told).groups())
    old = [int(text) for text in re.search(r"利润 (\d+)、(\d+) 元", told).groups()]
    cost, *new = (
        int(text)
        for text in re.search(
            r"成本 (\d+) 元.*利润 (\d+)、(\d+) 元", asked.given["第 1 年来的", "told"]
        ).groups()
    )
    each = [old[0] * one + old[1] * two, -cost + new[0] * one + new[1] * two, one * (new[0] * one - cost)]
    many = [int(asked.given[row, "many"]) for row in asked.rows[:3]]
    assert [asked.right[row, "each"] for row in asked.rows[:3]] == each
    assert asked.right["合计", "worth"] == sum(n * e for n, e in zip(many, each, strict=True))


@given(seeds)
def test_the_best_action_is_the_largest_of_the_four(given_seed):
    asked = BUILDERS["lever_decision"](Numbers(given_seed))
    who = asked.given["这一群", "told"]
    income, served, rate = (
        Q(t) for t in re.search(r"收入 (\d+) 元，服务成本 (\d+) 元，r = (\d+) %", who).groups()
    )
    worth = {}
    for row in asked.rows[1:5]:
        text = asked.given[row, "told"]
        once = int(re.search(r"一次花 (\d+) 元", text)[1])
        if "保持率" not in text:
            worth[row] = Q(-once)
            continue
        p = Q(re.search(r"保持率 (\d+) %", text)[1]) / 100
        factor = Q(re.search(r"系数 ([\d.]+)", text)[1])
        assert float(factor) == pytest.approx(
            npf.npv(float(rate / 100), [0, *(float(p) ** t for t in (1, 2, 3))]), abs=6e-5
        )
        cheaper = re.search(r"变成 ([\d.]+) 元", text)
        worth[row] = (income - (Q(cheaper[1]) if cheaper else served)) * factor - once
    assert {row: asked.right[row, "worth"] for row in worth} == worth
    assert asked.right["选哪一种", "word"] == max(worth, key=worth.get)


def test_every_action_but_doing_nothing_is_somebodys_best():
    best = {BUILDERS["lever_decision"](Numbers(str(n))).right["选哪一种", "word"] for n in range(80)}
    assert best >= {"挽留方案", "减少投入", "终止服务"}


# ── 过程分、错法、模式 ───────────────────────────────────────────────


def outcome(name: str, changed: dict) -> dict[str, str]:
    one = mine()
    right = dict(_built(name, seed(one)).right)
    kinds = {column: ask.kind for column, ask in _built(name, seed(one)).asks.items()}
    typed = {cell: as_typed(kinds[cell[1]], value) for cell, value in right.items()}
    typed |= {cell: as_typed(kinds[cell[1]], value) for cell, value in changed.items()}
    return check(name, one, one.blank_answers().with_cells(name, typed)).statuses


def test_one_wrong_start_costs_one_cell():
    one = mine()
    asked = _built("three_models", seed(one))
    row, gap = asked.rows[0], asked.rows[3]
    found = outcome(
        "three_models",
        {
            (row, "start"): asked.right[row, "start"] + 7,
            (row, "total"): asked.right[row, "total"] + 7,
            (gap, "total"): asked.right[gap, "total"] + 7,
        },
    )
    assert found[f"{row}/start"] == "wrong"
    assert [found[f"{row}/total"], found[f"{gap}/total"]] == ["credit", "credit"]
    assert sorted(set(found.values())) == ["credit", "right", "wrong"]


def test_a_rounded_factor_carries_on_as_credit():
    """按四位小数写的因子接着乘：末位与标准答案差一点，是过程分，不是错。"""
    one = mine()
    asked = _built("retention_value", seed(one))
    four = {
        (row, c): Q(half_up(asked.right[row, c], 4)) for row in asked.rows[:4] for c in ("discount", "weight")
    }
    total = sum(four[row, "weight"] for row in asked.rows[:4])
    yearly = asked.right["终身价值", "money"] / asked.right["合计", "weight"]
    found = outcome(
        "retention_value", four | {("合计", "weight"): total, ("终身价值", "money"): yearly * total}
    )
    assert set(found.values()) <= {"right", "credit"}


@pytest.mark.parametrize(
    ("name", "misconception"),
    [
        ("three_models", "not_discounted"),
        ("three_models", "one_year_short"),
        ("annuity_lines", "percent_as_whole"),
        ("three_models", "cost_added"),
        ("equity_sum", "acquisition_discounted"),
    ],
)
def test_the_five_named_mistakes_of_the_course_are_known_by_name(name, misconception):
    one = mine()
    asked = _built(name, seed(one))
    wrong = {c: v for c, v in asked.mistakes[misconception].items() if v != asked.right[c]}
    kinds = {column: ask.kind for column, ask in asked.asks.items()}
    typed = {c: as_typed(kinds[c[1]], v) for c, v in (dict(asked.right) | wrong).items()}
    told = check(name, one, one.blank_answers().with_cells(name, typed))
    assert misconception in [found.id for found in told.found]
