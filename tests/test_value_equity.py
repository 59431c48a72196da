"""让渡价值、客户资产、各阶段的价值：手算的数、逐笔的现金流、一般的规律(D3–D6)。"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as Q
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import value
from lifecycle_lab.schema import LabError, ParameterError
from lifecycle_lab.value import (
    Attribute,
    EquityPlan,
    ExpectedCustomers,
    MonthlyRate,
    Months,
    Phase,
    PresentCustomers,
    YearlyRate,
    Years,
)

QUARTER = YearlyRate.percent(25)  # 贴现因子 0.8、0.64、0.512

# ── 客户价值与让渡价值 ───────────────────────────────────────────────

RESTAURANT = (
    Attribute("菜品", "gain", 5, 4, 5, "吃得好", "满足"),
    Attribute("服务", "gain", 3, 5, 4, "有人照应", "放心"),
    Attribute("格调", "gain", 2, 3, None, "环境", "满足"),
    Attribute("价格", "cost", 3, 3, 3, "花钱", "花费"),
    Attribute("等位", "cost", 2, 2, None, "花时间", "花费"),
)


def test_perceived_value_of_the_restaurant_by_hand():
    balance = value.perceived(RESTAURANT)
    # Fc = (5·4 + 3·5 + 2·3) ÷ 10 = 4.1；Cc = (3·3 + 2·2) ÷ 5 = 2.6
    assert (balance.total("gain"), balance.total("cost"), balance.net) == (Q("4.1"), Q("2.6"), Q("1.5"))
    assert value.by_result(RESTAURANT) == {"满足": Q("2.6"), "放心": Q("1.5"), "花费": Q("-2.6")}
    assert [a.gap for a in RESTAURANT] == [-1, 1, None, 0, None]


def test_waterfall_of_delivered_value_by_hand():
    balance = value.delivered({"产品": 1200, "服务": 300}, {"货币": 1500, "时间": 200})
    assert balance.net == -200
    bars = value.waterfall(balance, gains="总价值", net="让渡价值")
    assert [(b.name, b.start, b.end, b.kind) for b in bars] == [
        ("产品", 0, 1200, "gain"),
        ("服务", 1200, 1500, "gain"),
        ("总价值", 0, 1500, "total"),
        ("货币", 1500, 0, "cost"),
        ("时间", 0, -200, "cost"),
        ("让渡价值", 0, -200, "total"),
    ]


answers = st.lists(
    st.tuples(st.sampled_from(("gain", "cost")), st.integers(1, 9), st.integers(1, 5)), min_size=1, max_size=8
)


@given(answers, st.integers(2, 5))
def test_scores_stay_on_the_scale_and_weights_are_only_relative(rows, times):
    table = [Attribute(str(i), *row) for i, row in enumerate(rows)]
    balance = value.perceived(table)
    for side in ("gain", "cost"):
        scores = [score for where, _, score in rows if where == side]
        assert balance.total(side) == 0 if not scores else min(scores) <= balance.total(side) <= max(scores)
    assert value.perceived([replace(a, weight=a.weight * times) for a in table]) == balance
    assert sum(value.by_result(table).values()) == balance.net
    bars = value.waterfall(balance, gains="F", net="V")
    assert bars[-1].end == balance.net
    steps = [bar for bar in bars if bar.kind != "total"]
    assert sum(bar.end - bar.start for bar in steps) == balance.net
    assert all(a.end == b.start for a, b in pairwise(steps))


# ── 客户资产 ─────────────────────────────────────────────────────────

PLAN = EquityPlan(
    QUARTER,
    Years(2),
    (PresentCustomers("老", 10, (Q(2), Q(1), Q(9)), 500), PresentCustomers("新", 4, (Q(1, 2),), 1000)),
    ExpectedCustomers((3, 5, 7), 200, (400, 300, 100)),
)


def test_equity_by_hand():
    found = value.customer_equity(PLAN)
    # 老：10 × 500 × (2·0.8 + 1·0.64) = 11,200；新：4 × 1000 × 0.4 = 1,600
    assert [(line.name, line.value) for line in found.present] == [("老", 11_200), ("新", 1_600)]
    # 第 1 年来的 3 位：−200 + 400·0.8 + 300·0.64 = 312；第 2 年来的 5 位只剩一年：(−200 + 320)·0.8 = 96
    assert [(line.name, line.value) for line in found.expected] == [("1", 936), ("2", 480)]
    assert found.total == 14_216
    assert value.customer_equity(replace(PLAN, newcomers=None)).total == 12_800


numbers = st.lists(st.integers(0, 50), max_size=6).map(tuple)


@given(
    st.integers(0, 6),
    st.fractions(0, Q(1, 2), max_denominator=100),
    numbers,
    numbers,
    numbers,
    st.integers(0, 500),
)
def test_equity_is_the_sum_of_dated_payments(horizon, r, orders, coming, profits, cost):
    plan = EquityPlan(
        YearlyRate(r),
        Years(horizon),
        (PresentCustomers("a", 7, orders, 300),),
        ExpectedCustomers(coming, cost, profits),
    )
    paid: list[tuple[int, Q]] = [(t + 1, Q(7 * n * 300)) for t, n in enumerate(orders)]
    for start, many in enumerate(coming):
        if start < horizon:
            paid.append((start, Q(-many * cost)))
        paid += [(start + age, Q(many * p)) for age, p in enumerate(profits, start=1)]
    total = Q(0)
    for when, money in paid:
        worth = money
        for _ in range(when):
            worth /= 1 + r
        total += worth if when <= horizon else 0
    assert value.customer_equity(plan).total == total


def test_model_expectations_may_be_floats():
    assert value.discounted_orders((0.5, 0.25), 1000, QUARTER) == 400 + 160
    for wrong in ((float("nan"),), (-1,), (float("inf"),)):
        with pytest.raises(ParameterError):
            value.discounted_orders(wrong, 1000, QUARTER)


def test_textbook_value_is_the_same_number_when_nobody_leaves():
    """每年恰好一单、没有人走时，按订单算的与教科书的模型一是同一个数。"""
    c = value.LoyalCustomer(700, QUARTER, Years(6))
    assert value.discounted_orders((1,) * 6, 700, QUARTER) == value.lifetime_value(c, "revenue")


def test_tornado_by_hand():
    ranges = {
        "acquisition_cost_times": (Q(1, 2), Q(2)),
        "orders_times": (Q(9, 10), Q(11, 10)),
        "newcomers_times": (Q(0), Q(1)),
        "order_profit_times": (Q(9, 10), Q(11, 10)),
        "newcomer_profit_times": (Q(1), Q(1)),
        "yearly_rate": (Q(0), Q(25, 100)),
    }
    swings = {s.driver: s for s in value.tornado(PLAN, ranges)}
    assert all(s.base == 14_216 for s in swings.values())
    # A 的合计：3·200 + 5·200·0.8 = 1,400
    assert (swings["acquisition_cost_times"].at_low, swings["acquisition_cost_times"].at_high) == (
        14_916,
        12_816,
    )
    assert (swings["orders_times"].at_low, swings["orders_times"].at_high) == (12_936, 15_496)
    assert (swings["order_profit_times"].at_low, swings["order_profit_times"].at_high) == (12_936, 15_496)
    assert (swings["newcomers_times"].at_low, swings["newcomers_times"].at_high) == (12_800, 14_216)
    assert swings["newcomer_profit_times"].width == 0
    # r = 0：15,000 + 2,000 + 3·500 + 5·200 = 19,500
    assert (swings["yearly_rate"].at_low, swings["yearly_rate"].at_high) == (19_500, 14_216)
    order = [s.driver for s in value.tornado(PLAN, ranges)]
    assert order == [
        "yearly_rate", "order_profit_times", "orders_times", "acquisition_cost_times", "newcomers_times",
        "newcomer_profit_times",
    ]  # fmt: skip
    without = replace(PLAN, newcomers=None)
    assert value.tornado(without, {"newcomers_times": (Q(0), Q(2))})[0].width == 0


def test_interval_from_swings_is_root_of_squares():
    swings = [
        value.Swing("a", Q(0), Q(1), Q(70), Q(130), Q(100)),
        value.Swing("b", Q(0), Q(1), Q(140), Q(60), Q(100)),
    ]
    assert value.interval_from_swings(swings) == (50.0, 150.0)  # 30 与 40 → 50
    one_sided = [value.Swing("a", Q(0), Q(1), Q(110), Q(120), Q(100))]
    assert value.interval_from_swings(one_sided) == (100.0, 120.0)


def test_interval_from_draws_leaves_the_same_number_on_both_sides():
    draws = [Q(x) for x in range(100, 0, -1)]
    assert value.interval_from_draws(draws) == (6, 95)
    assert value.interval_from_draws(draws, Q(1)) == (1, 100)
    assert value.interval_from_draws([5]) == (5, 5)
    assert value.interval_from_draws([1, 2, 3], Q(0)) == (2, 2)


# ── 各阶段 ───────────────────────────────────────────────────────────

LIFE = (
    Phase("exploration", 1, 100, 300),
    Phase("formation", 1, 400, 200),
    Phase("stability", 2, 1000, 300, 50),
    Phase("decline", 1, 200, 250),
)


def test_stage_accounts_by_hand():
    lines = value.phase_lines(LIFE, QUARTER)
    assert [line.name for line in lines] == list(value.STAGES)
    assert [line.profit for line in lines] == [-200, 200, 1500, -50]
    assert [line.total for line in lines] == [-200, 0, 1500, 1450]
    assert [line.present for line in lines] == [
        -160,
        128,
        750 * (Q("0.512") + Q("0.4096")),
        -50 * Q("0.32768"),
    ]
    assert value.life_value(LIFE, QUARTER) == sum(line.present for line in lines)
    assert value.break_even(LIFE) == "formation"
    assert value.break_even(LIFE[1:3]) is None


def test_a_longer_exploration_costs_and_a_longer_stability_pays():
    more = value.one_more_year(LIFE, QUARTER)
    flows = {
        "exploration": [-200, -200, 200, 750, 750, -50],
        "formation": [-200, 200, 200, 750, 750, -50],
        "stability": [-200, 200, 750, 750, 750, -50],
        "decline": [-200, 200, 750, 750, -50, -50],
    }

    def present(each):
        return sum(Q(money) * Q(4, 5) ** t for t, money in enumerate(each, start=1))

    base = present([-200, 200, 750, 750, -50])
    assert more == {name: present(each) - base for name, each in flows.items()}
    assert more["exploration"] < more["decline"] < 0 < more["stability"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: Attribute("x", "both", 1, 1),
        lambda: Attribute("x", "gain", 0, 1),
        lambda: Attribute("x", "gain", 1, -1),
        lambda: value.delivered({"产品": -5}, {}),
        lambda: EquityPlan(MonthlyRate.percent(1), Months(6), ()),
        lambda: EquityPlan(QUARTER, Years.forever(), ()),
        lambda: EquityPlan(QUARTER, Months(6), ()),
        lambda: value.tornado(PLAN, {"mood": (Q(0), Q(1))}),
        lambda: value.tornado(PLAN, {"yearly_rate": (Q(0), Q(9))}),
        lambda: value.interval_from_swings([]),
        lambda: value.interval_from_draws([]),
        lambda: Phase("x", -1, 0, 0),
        lambda: Phase("x", 1, 0, -5),
        lambda: value.phase_lines(LIFE, MonthlyRate.percent(1)),
    ],
)
def test_refusals_say_what_to_do(call):
    with pytest.raises(LabError) as caught:
        call()
    assert caught.value.remedy
