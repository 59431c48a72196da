"""cycles 在真实商店上：与独立写成的原型（golden/cycles_prototype.py）同数，与研究时印出的数相合。

随书的数据去掉了邮费、手工调整等流水，比研究时少 4 位客户，所以研究印出的数只要求相差不大。
"""

from __future__ import annotations

import functools
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pandas as pd
import pytest
from golden import cycles_prototype as prototype

from lifecycle_lab import cycles
from lifecycle_lab.cycles import Bounds
from lifecycle_lab.orders import online_retail

END = date(2011, 12, 9).toordinal()
UNMERGED = 10**6
# 原型的界限含右端：≤ 80、≤ 200、≤ 400
CLOSED_RIGHT = Bounds(81, 201, 400)


@functools.cache
def purchases() -> pd.DataFrame:
    kept = [o for o in online_retail().orders if not o.cancelled and o.amount > 0]
    rows = [(o.customer_id, o.order_date.toordinal(), o.amount) for o in kept]
    frame = pd.DataFrame(rows, columns=["cust", "day", "value"])
    return frame.groupby(["cust", "day"], as_index=False).value.sum()


@functools.cache
def histories() -> tuple[list[int], ...]:
    return tuple(days.tolist() for _, days in purchases().groupby("cust").day)


@functools.cache
def rows() -> list[cycles.GapRow]:
    return cycles.tally(histories(), END)


@functools.cache
def spells() -> pd.DataFrame:
    return prototype.spells(purchases()[["cust", "day"]], END)


@pytest.mark.parametrize(("which", "least", "most"), [("first", 1, 1), ("later", 2, 999), ("every", 1, 999)])
def test_table_1_equals_the_prototype(which, least, most):
    line, s = getattr(cycles.repurchase(rows()), which), spells()
    s = s[s.k.between(least, most)]
    # 原型的朴素分位点是插值；间隔是整天而且很多，取整后应当相同
    assert list(line.naive) == s[s.event].gap.quantile(prototype.QUANTILES).round().tolist()
    assert list(line.corrected) == prototype.km_quantiles(s.gap, s.event)
    _, left = prototype.kaplan_meier(s.gap, s.event)
    assert line.curve.steps[-1].share == pytest.approx(1 - left[-1])
    assert (line.curve.closed, line.curve.open) == (s.event.sum(), (~s.event).sum())


def test_table_1_is_what_research_printed():
    table = cycles.repurchase(rows())
    assert table.first.naive == (57, 103, 192)
    assert table.every.naive == pytest.approx((28, 49, 110), abs=1)
    assert table.first.corrected[:2] == pytest.approx((104, 214), abs=2)
    assert table.first.corrected[2] is None
    assert table.later.corrected == pytest.approx((30, 55, 139), abs=1)
    assert table.first.curve.steps[-1].share == pytest.approx(0.85, abs=0.005)


def test_table_2_equals_the_prototype():
    p = purchases()
    people = p.groupby("cust").agg(n=("day", "size"), money=("value", "sum"), first=("value", "first"))
    found = cycles.concentration(cycles.revenue_sums(people.itertuples(index=False, name=None)))
    repeat = people.n >= 2
    assert found.customers == pytest.approx(repeat.mean())
    assert found.revenue == pytest.approx(people.money[repeat].sum() / people.money.sum())
    assert found.repeat_orders == pytest.approx(1 - people["first"].sum() / people.money.sum())
    # 研究印出的 64.3 → 92.1
    assert (float(found.customers), float(found.revenue)) == pytest.approx((0.643, 0.921), abs=0.004)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_table_3_equals_the_prototype(n):
    s = spells()
    pairs = s[(s.k == n) & s.event].merge(s[s.k == n + 1], on="cust", suffixes=("_p", "_f"))
    edges = [0, 80, 200, 400]
    table = cycles.next_gaps(rows(), n, CLOSED_RIGHT)
    for name, low, high in zip(cycles.CLASSES, edges, edges[1:], strict=False):
        line = table.line(name)
        sub = pairs[(pairs.gap_p > low) & (pairs.gap_p <= high)]
        back = sub[sub.event_f].gap_f
        assert (line.customers, line.returned) == (len(sub), len(back))
        for place, (from_, to) in enumerate(pairwise(edges)):
            assert line.naive[place] == pytest.approx(((back > from_) & (back <= to)).mean())
            within = [prototype.km_within(sub.gap_f, sub.event_f, day) for day in (from_, to)]
            assert line.corrected[place] == pytest.approx(within[1] - within[0])


def test_table_3_is_what_research_printed():
    """research/data.md §3 的 UCI 一行：朴素 · 三个周期，KM · 三个周期。"""
    table = cycles.next_gaps(rows(), 1, CLOSED_RIGHT)
    high, mid, low = (table.line(name) for name in ("high", "mid", "low"))
    assert high.naive[:3] == pytest.approx((0.79, 0.18, 0.03), abs=0.011)
    assert high.corrected[:3] == pytest.approx((0.68, 0.19, 0.07), abs=0.011)
    assert mid.naive[:3] == pytest.approx((0.64, 0.33, 0.03), abs=0.011)
    assert mid.corrected[:3] == pytest.approx((0.45, 0.33, 0.08), abs=0.011)
    three = cycles.next_gaps(rows(), 1, Bounds()).line("high").within[1]
    assert (three.days, float(three.naive), float(three.corrected)) == pytest.approx(
        (240, 0.99, 0.90), abs=0.01
    )
    assert low.within[0].naive == 1
    assert low.within[0].corrected == pytest.approx(0.80, abs=0.011)
    assert not low.within[0].observable  # 13 个月的订单看不到前一段 200 天以后的又 400 天


def test_regularity_and_variance_equal_the_prototype():
    expected = prototype.regularity(spells()[spells().event])
    split = cycles.variance_split(cycles.log_gap_sums(histories(), END))
    first = cycles.regularity(rows())
    every = cycles.regularity(cycles.tally(histories(), END, UNMERGED), "all", UNMERGED)
    assert (split.customers, first.pairs) == (expected["people"], expected["people"])
    found = (split.icc, first.k, every.k)
    assert found == pytest.approx((expected["icc"], expected["k_first"], expected["k_all"]))
    # 研究印出的：.45、1.60、1.97
    assert found == pytest.approx((0.45, 1.60, 1.97), rel=0.025)


def test_bounds_from_data_equal_the_prototype():
    s = spells()
    assert (
        list(cycles.bounds_from(rows()).days) == s[s.event].gap.quantile([0.6, 0.85, 0.98]).round().tolist()
    )


def test_shop_cycle_is_watched_days_over_returns():
    s = spells()
    assert cycles.shop_cycle(rows()) == Fraction(int(s.gap.sum()), int(s.event.sum()))
