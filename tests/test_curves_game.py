"""分配预算的游戏：前几个月对着手算，整局对着另写一遍的浮点算法，最好的预算对着逐个试。"""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.curves.game import bend
from lifecycle_lab.schema import ParameterError

CONTENT = course().curves
CURVE = curves.LifeCurve(**CONTENT.curve)
ASSUMED = {name: curves.Lever(**lever.settings) for name, lever in CONTENT.levers.items()}
COHORT = curves.Cohort(CONTENT.customers, CURVE, ASSUMED, CONTENT.horizon)
budgets = st.fixed_dictionaries({name: st.integers(0, 5_000) for name in curves.LEVERS})


def oracle(cohort: curves.Cohort, budget: dict[str, int]) -> tuple[float, dict[str, float]]:
    """同样的假设，用浮点与大白话另写一遍：总利润与各项花费，分。"""
    ends, rates = [], []
    for place, name in enumerate(curves.LEVERS):
        lever, spend = cohort.levers[name], budget.get(name, 0)
        share = spend / (spend + lever.half)
        whole = abs(lever.months) * spend // (spend + lever.half)  # 向零取整
        length = cohort.curve.borders[place + 1] - cohort.curve.borders[place]
        ends.append((ends[-1] if ends else 0) + max(1, length + (whole if lever.months > 0 else -whole)))
        rates.append(lever.leaving / 1000 * (1 - share * lever.cut / 100))
    bent = replace(cohort.curve, **{f"{s}_end": e for s, e in zip(curves.STAGES, ends, strict=True)})
    alive, total = float(cohort.customers), -float(cohort.customers * cohort.curve.acquisition)
    spent = dict.fromkeys(curves.LEVERS, 0.0)
    for month in range(1, cohort.horizon + 1):
        place = sum(month > end for end in ends)
        if place == 4:
            break
        name = curves.LEVERS[place]
        spent[name] += alive * budget.get(name, 0)
        total += alive * (bent.profit(float(month)) - budget.get(name, 0))
        alive *= 1 - rates[place]
    return total, spent


def test_two_months_by_hand():
    """每人每月 3 元建立信任：效果一半，每月走 12 % × (1 − 20 %) = 9.6 %，考察期缩短一个月到第 3 个月。"""
    short = replace(COHORT, horizon=2)
    found = curves.play(short, {"trust": 300})
    assert found.curve.borders == (0, 3, 11, 27, 35)
    assert found.alive == (1000, 904)
    # 交易额 120 × (10 + 20/9) % = 14.667、120 × (10 + 80/9) % = 22.667；利润 = 一半 − 20 − 3
    assert found.profit == (-1_566_667, -1_054_667)
    assert found.spent == {"trust": 571_200, "satisfaction": 0, "barriers": 0, "win_back": 0}
    assert found.total == -1_566_667 - 1_054_667 - 6_000_000


def test_nothing_spent_leaves_the_curve_as_it_was():
    found = curves.play(COHORT, {})
    assert found.curve == CURVE
    assert sum(found.spent.values()) == 0
    assert found.total == curves.play(COHORT, dict.fromkeys(curves.LEVERS, 0)).total


def test_levers_shorten_exploration_and_formation_and_lengthen_stability():
    bent = bend(COHORT, dict.fromkeys(curves.LEVERS, 10_000))
    before, after = ([b - a for a, b in itertools.pairwise(c.borders)] for c in (CURVE, bent))
    assert [new - old for old, new in zip(before, after, strict=True)] == [-1, -2, 7, 3]  # 不满一个月的不算


@given(budgets)
@settings(max_examples=40, deadline=None)
def test_agrees_with_the_plain_oracle(budget):
    found = curves.play(COHORT, budget)
    total, spent = oracle(COHORT, budget)
    assert found.total == pytest.approx(total, abs=100)  # 一元之内：每月四舍五入到分
    assert dict(found.spent) == pytest.approx(spent, abs=10)
    assert found.total == sum(found.profit) - COHORT.customers * CURVE.acquisition
    assert list(found.alive) == sorted(found.alive, reverse=True)


@given(budgets, st.sampled_from(curves.LEVERS), st.integers(1, 5_000))
@settings(max_examples=40, deadline=None)
def test_more_money_keeps_more_people_but_each_yuan_keeps_fewer(budget, name, more):
    lever = ASSUMED[name]
    low, mid, high = (lever.rate(budget[name] + step) for step in (0, more, 2 * more))
    assert low > mid > high >= Fraction(lever.leaving * (100 - lever.cut), 100_000)
    assert low - mid > mid - high


def test_what_each_yuan_did_is_the_difference_of_two_games():
    budget = dict.fromkeys(curves.LEVERS, 300)
    for name, (spent, gained) in curves.gains(COHORT, budget).items():
        with_it, without = oracle(COHORT, budget), oracle(COHORT, {**budget, name: 0})
        assert spent == pytest.approx(with_it[1][name], abs=10)
        assert gained == pytest.approx(with_it[0] - without[0], abs=200)


def test_best_budget_is_the_best_of_all_by_the_oracle_and_lies_inside():
    steps = dict.fromkeys(curves.LEVERS, (0, 300, 600, 1_200))
    chosen, found = curves.best(COHORT, steps)
    every = [dict(zip(curves.LEVERS, v, strict=True)) for v in itertools.product(*steps.values())]
    assert chosen == max(every, key=lambda budget: oracle(COHORT, budget)[0])
    assert all(0 < value < 1_200 for value in chosen.values())  # 花得最多并不最好
    assert found.total > curves.play(COHORT, {}).total


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: curves.play(COHORT, {"luck": 3}), "「luck」 这项预算"),
        (lambda: curves.play(COHORT, {"trust": -1}), "trust"),
        (lambda: curves.play(COHORT, {"trust": 1.5}), "整数"),
        (lambda: curves.Lever(1_001, 0, 0, 1), "leaving"),
        (lambda: curves.Lever(0, 0, 0, 0), "half"),
        (lambda: curves.Cohort(0, CURVE, ASSUMED), "customers"),
        (lambda: curves.Cohort(1, CURVE, {}), "四项预算"),
        (lambda: curves.best(COHORT, {"trust": (0,)}), "档"),
    ],
)
def test_bad_arguments_are_refused(call, said):
    with pytest.raises(ParameterError, match=said):
        call()
