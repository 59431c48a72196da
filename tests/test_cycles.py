"""cycles：十位客户的手算（golden/cycles.md）、每一条边界、别家的库、随机数据上的定义。"""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import tomllib
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lifecycle_lab import cycles
from lifecycle_lab.cycles import Bounds, ClassRule, OwnCycleRule, StaticRule, Visits
from lifecycle_lab.schema import DataError, ParameterError

GOLDEN = tomllib.loads((Path(__file__).parent / "golden" / "cycles.toml").read_text(encoding="utf-8"))
AS_OF = GOLDEN["as_of"]
CUSTOMERS = {c["id"]: c for c in GOLDEN["customer"]}
DAYS = {name: [day for day, _ in c["orders"]] for name, c in CUSTOMERS.items()}
ROWS = cycles.tally(DAYS.values(), AS_OF)
RULES = (StaticRule(), ClassRule(), OwnCycleRule(shop_cycle=100))
HISTORIES = st.lists(st.lists(st.integers(0, 60), max_size=8), max_size=25)


def at(idle: int, last_gap: int | None) -> Visits:
    """一位在第 idle 天前买过最后一次的客户，观察日为 0。"""
    if last_gap is None:
        return Visits(-idle, -idle, 1, None)
    return Visits(-idle - last_gap, -idle, 2, last_gap, 2 * last_gap)


# ---- 手算 ----


@pytest.mark.parametrize("name", CUSTOMERS)
def test_gaps_worked_by_hand(name):
    rows = cycles.gaps(DAYS[name], AS_OF)
    assert [row.gap for row in rows if row.closed] == CUSTOMERS[name]["gaps"]
    assert [(row.n, row.gap) for row in rows if not row.closed] == [(len(rows), CUSTOMERS[name]["open"])]
    assert [row.previous for row in rows] == [None, *CUSTOMERS[name]["gaps"]]


def test_nobody_is_a_customer_before_buying():
    assert cycles.gaps([5, 6], 4) == ()
    assert cycles.visits([5, 6], 4) is None
    assert cycles.visits([5, 6], 5) == Visits(5, 5, 1, None)


@pytest.mark.parametrize("which", ["first", "later", "every"])
def test_table_1_worked_by_hand(which):
    expected, line = GOLDEN["table_1"][which], getattr(cycles.repurchase(ROWS), which)
    curve = line.curve
    assert [step.days for step in curve.steps] == expected["days"]
    assert [step.at_risk for step in curve.steps] == expected["at_risk"]
    shares = [Fraction(text) for text in expected["shares"]]
    assert [curve.share_within(step.days) for step in curve.steps] == shares
    assert [step.share for step in curve.steps] == pytest.approx([float(share) for share in shares])
    assert list(line.naive) == expected["naive"]
    assert ["never" if day is None else day for day in line.corrected] == expected["corrected"]


def test_band_worked_by_hand():
    step = cycles.repurchase(ROWS).first.curve.steps[2]
    assert (step.low, step.high) == pytest.approx((0.10805, 0.67128), abs=2e-5)


def test_table_2_worked_by_hand():
    rows = []
    for customer in CUSTOMERS.values():
        orders = [(day, yuan) for day, yuan in customer["orders"] if day <= AS_OF]
        first = min(day for day, _ in orders)
        first_money = sum(yuan for day, yuan in orders if day == first)
        rows.append((len({day for day, _ in orders}), sum(yuan for _, yuan in orders), first_money))
    found = cycles.concentration(cycles.revenue_sums(rows))
    assert found == cycles.Concentration(*(Fraction(text) for text in GOLDEN["table_2"].values()))


def test_no_revenue_has_no_share():
    assert cycles.concentration(cycles.RevenueSums(2, 1, 0, 0, 0)).revenue is None
    assert cycles.concentration(cycles.RevenueSums(0, 0, 0, 0, 0)).customers is None


def test_table_3_worked_by_hand():
    found = {(n, line.name): line for n in (1, 2, 3) for line in cycles.next_gaps(ROWS, n, Bounds()).lines}
    assert set(found) == {(line["n"], line["name"]) for line in GOLDEN["table_3"]}
    for expected in GOLDEN["table_3"]:
        line = found[expected["n"], expected["name"]]
        assert (line.customers, line.returned) == (expected["customers"], expected["returned"])
        assert list(line.counts) == expected["counts"]
        for within, (days, naive, corrected, seen) in zip(line.within, expected["within"], strict=True):
            assert within.days == days
            assert within.naive == (Fraction(naive) if naive else None)
            assert (within.corrected, within.observable) == (Fraction(corrected), seen)


def test_table_3_shares_fall_in_the_class_of_the_next_gap():
    line = cycles.next_gaps(ROWS, 1, Bounds()).line("high")
    assert line.naive == (0, 1, 0, 0)
    assert line.corrected == (0, Fraction(1, 2), 0, 0)


@pytest.mark.parametrize("n", [0, 4, 5])
def test_gaps_merged_in_the_cube_are_not_told_apart(n):
    with pytest.raises(ParameterError, match="分不开"):
        cycles.next_gaps(ROWS, n, Bounds())


def test_regularity_and_shop_cycle_worked_by_hand():
    found = cycles.regularity(ROWS)
    assert found.k == pytest.approx(101 / 14)
    assert found.pairs == 3
    assert found.low < found.k < found.high
    assert cycles.ratio_histogram(ROWS, 4) == (0, 2, 1, 0)
    assert cycles.shop_cycle(ROWS) == Fraction(GOLDEN["shop_cycle"])


@pytest.mark.parametrize("name", CUSTOMERS)
def test_states_worked_by_hand(name):
    visits = cycles.visits(DAYS[name], AS_OF)
    assert [cycles.state(visits, AS_OF, rule) for rule in RULES] == CUSTOMERS[name]["states"]


def test_own_cycle_shrinks_mean_or_median_to_the_shop():
    visits = cycles.visits(DAYS["癸"], AS_OF)
    assert OwnCycleRule(100).cycle(visits) == Fraction(550, 4)
    assert OwnCycleRule(100, centre="median").cycle(visits) == 160
    assert OwnCycleRule(100, kappa=0).cycle(visits) == 150
    assert OwnCycleRule(100, kappa=Fraction(1, 2)).cycle(visits) == Fraction(500) / Fraction(7, 2)


def test_flow_worked_by_hand():
    def states(day):
        found = {name: cycles.visits(days, day) for name, days in DAYS.items()}
        return {name: cycles.state(v, day, StaticRule()) for name, v in found.items() if v}

    flow = cycles.state_flow(states(400), states(AS_OF))
    assert {origin: list(flow.row(origin)) for origin in GOLDEN["flow"]} == GOLDEN["flow"]
    assert flow.shares("sleeping") == (0, 0, Fraction(1, 4), Fraction(3, 4))
    assert flow.shares("lost") is None


def test_a_customer_who_vanishes_is_an_error():
    with pytest.raises(DataError, match="1 位客户"):
        cycles.state_flow({"a": "active", "b": "lost"}, {"b": "lost"})


# ---- 边界 ----


@pytest.mark.parametrize(
    ("gap", "name"),
    [(1, "high"), (79, "high"), (80, "mid"), (199, "mid"), (200, "low"), (400, "low"), (401, "beyond")],
)
def test_class_boundaries(gap, name):
    assert cycles.frequency_class(gap, Bounds()) == name
    low, high = cycles.class_range(name, Bounds())
    assert low <= gap
    assert high is None or gap < high


def test_the_cycle_of_a_class_is_its_upper_bound():
    assert [cycles.class_cycle(name, Bounds()) for name in cycles.CLASSES] == [80, 200, 400, 400]


@pytest.mark.parametrize(
    ("last_gap", "edges"),
    [
        (None, (80, 200, 400)),
        (79, (80, 160, 240)),
        (80, (200, 400, 600)),
        (400, (400, 800, 1200)),
        (401, (400, 800, 1200)),
    ],
)
def test_a_state_begins_on_the_day_its_threshold_is_reached(last_gap, edges):
    for place, edge in enumerate(edges):
        assert cycles.state(at(edge - 1, last_gap), 0, ClassRule()) == cycles.STATES[place]
        assert cycles.state(at(edge, last_gap), 0, ClassRule()) == cycles.STATES[place + 1]


def test_static_rule_looks_at_days_only():
    for last_gap in (None, 1, 500):
        found = [
            cycles.state(at(idle, last_gap), 0, StaticRule()) for idle in (0, 79, 80, 199, 200, 399, 400)
        ]
        assert found == ["active"] * 2 + ["silent"] * 2 + ["sleeping"] * 2 + ["lost"]


def test_lost_is_exactly_no_purchase_within_three_cycles():
    """第 240 天来的人算“240 天以内再买”；那天没来，才流失：两种说法在同一天分界。"""
    assert cycles.state(at(240, 79), 0, ClassRule()) == "lost"
    back_on_240 = cycles.tally([[0, 79, 319]], 400)
    assert cycles.next_gaps(back_on_240, 1, Bounds()).line("high").within[1].naive == 1


def test_several_orders_on_the_as_of_day_are_one_purchase_of_today():
    visits = cycles.visits([10, 10, 10, 11], 10)
    assert visits == Visits(10, 10, 1, None)
    assert cycles.state(visits, 10, ClassRule()) == "active"


def test_mid_and_low_cycles_that_the_window_cannot_show():
    seen = {line.name: line.observable for line in cycles.class_days(ClassRule(), 730)}
    assert seen["high"] == (True, True, True)
    assert seen["mid"] == (True, True, True)
    assert seen["low"] == seen["beyond"] == (True, False, False)
    assert cycles.class_days(ClassRule(), 599)[1].observable == (True, True, False)


def test_a_date_before_the_last_purchase_is_refused():
    with pytest.raises(DataError, match="观察日早于"):
        cycles.state(Visits(0, 10, 2, 10), 9, StaticRule())


@pytest.mark.parametrize("days", [(80, 80, 400), (0, 1, 2), (3, 2, 1), (1.0, 2, 3), (True, 2, 3)])
def test_bounds_and_multiples_rise(days):
    for build in (lambda: StaticRule(days), lambda: ClassRule(multiples=days), lambda: Bounds(*days)):
        with pytest.raises(ParameterError):
            build()
    with pytest.raises(ParameterError):
        StaticRule(days[:2])


def test_own_cycle_refuses_what_it_cannot_mean():
    with pytest.raises(ParameterError):
        OwnCycleRule(100, kappa=-1)
    with pytest.raises(DataError, match="中位数"):
        OwnCycleRule(100, centre="median").cycle(Visits(0, 10, 2, 10))


def test_bounds_from_data_are_the_naive_quantiles():
    # 间隔 1…100 各一段：60 %、85 %、98 % 恰在 60、85、98
    rows = [cycles.GapRow(1, None, gap, 1, 1) for gap in range(1, 101)]
    assert cycles.bounds_from(rows) == Bounds(60, 85, 98)
    with pytest.raises(DataError, match="分不出三类"):
        cycles.bounds_from(rows[:1])
    with pytest.raises(DataError, match="没有一位客户"):
        cycles.bounds_from([])


# ---- 别家的库 ----


def censored(seed: int, size: int, top: int) -> tuple[list[int], list[int]]:
    rng = np.random.default_rng(seed)
    true, limit = rng.geometric(2 / top, size), rng.integers(1, top, size)
    return true[true <= limit].tolist(), limit[true > limit].tolist()


@pytest.mark.parametrize("seed", range(40))
def test_curve_and_band_equal_scipy_on_random_censored_gaps(seed):
    ended, still_open = censored(seed, size=5 + 17 * seed, top=10 + 9 * seed)
    if not ended:
        pytest.skip("没有一段结束")
    data = stats.CensoredData(uncensored=ended, right=still_open)
    theirs = stats.ecdf(data)
    rows = [cycles.GapRow(1, None, gap, 1, 1) for gap in ended]
    rows += [cycles.GapRow(1, None, gap, 0, 1) for gap in still_open]
    curve = cycles.survival_curve(rows)
    days = [step.days for step in curve.steps]
    assert [step.share for step in curve.steps] == pytest.approx(theirs.cdf.evaluate(days), abs=1e-12)
    with warnings.catch_warnings():  # 全体都已再买时，对方的带也没有定义
        warnings.simplefilter("ignore", RuntimeWarning)
        band = theirs.cdf.confidence_interval(method="log-log")
    for step, low, high in zip(curve.steps, band.low.evaluate(days), band.high.evaluate(days), strict=True):
        if step.low is not None:
            assert (step.low, step.high) == pytest.approx((low, high), abs=1e-9)
    assert curve.share_within(max(days)) == pytest.approx(theirs.cdf.probabilities[-1], abs=1e-12)


def test_variance_split_equals_one_way_anova():
    rng = np.random.default_rng(3)
    people = [np.cumsum(rng.integers(1, 40, size)).tolist() for size in rng.integers(1, 9, 60)]
    split = cycles.variance_split(cycles.log_gap_sums(people, as_of=10_000))
    groups = [np.log(np.diff(days)) for days in people if len(days) >= 3]
    f = stats.f_oneway(*groups).statistic
    total = sum(map(len, groups))
    size = (total - sum(len(g) ** 2 for g in groups) / total) / (len(groups) - 1)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (total - len(groups))
    assert (split.customers, split.gaps) == (len(groups), total)
    assert split.within == pytest.approx(within)
    assert split.icc == pytest.approx(max(0, (f - 1) / (f - 1 + size)))


def test_variance_split_at_both_ends():
    apart = [[0, 10, 20], [0, 100, 200]]
    same = [[0, 10, 110], [0, 100, 110]]
    assert cycles.variance_split(cycles.log_gap_sums(apart, 500)).icc == 1
    assert cycles.variance_split(cycles.log_gap_sums(same, 500)).icc == 0
    with pytest.raises(DataError, match="不到两位"):
        cycles.variance_split(cycles.log_gap_sums(apart[:1], 500))


@given(HISTORIES)
def test_pair_sums_from_the_cube_equal_customers_cut_after_two_gaps(histories):
    ended = [days for days in histories if len({day for day in days if day <= 50}) >= 3]
    cut = [sorted(set(days))[:3] for days in ended]
    expected, found = cycles.log_gap_sums(cut, 50), cycles.pair_sums(cycles.tally(histories, 50))
    assert (found.customers, found.gaps, found.gaps_squared) == (
        expected.customers, expected.gaps, expected.gaps_squared
    )  # fmt: skip
    sums = (found.total, found.squares, found.between)
    assert sums == pytest.approx((expected.total, expected.squares, expected.between))


def test_quantity_effect_equals_least_squares_with_a_column_for_every_customer():
    rng = np.random.default_rng(5)
    people = [
        [(int(q), int(g)) for q, g in zip(rng.integers(1, 9, n), rng.integers(1, 99, n), strict=True)]
        for n in rng.integers(1, 9, 50)
    ]
    kept = [pairs for pairs in people if len(pairs) >= 3]
    who = np.repeat(np.arange(len(kept)), [len(pairs) for pairs in kept])
    x, y = np.log(np.concatenate(kept)).T
    design = np.column_stack([x, who[:, None] == np.arange(len(kept))])
    fit = np.linalg.lstsq(design, y, rcond=None)[0]
    # 按客户成团的三明治方差，在整张设计矩阵上算
    bread, residual = np.linalg.inv(design.T @ design), y - design @ fit
    scores = np.stack([design[who == i].T @ residual[who == i] for i in range(len(kept))])
    error = math.sqrt((bread @ (scores.T @ scores) @ bread)[0, 0])
    found = cycles.quantity_effect(cycles.quantity_sums(people))
    assert (found.slope, found.error) == pytest.approx((fit[0], error))
    assert found.doubling == pytest.approx(2 ** fit[0])
    assert (found.customers, found.pairs) == (len(kept), len(x))


def test_quantity_effect_recovers_a_law_without_noise():
    law = [[(q, 10 * (i + 1) * q) for q in (1, 2, 4)] for i in range(5)]
    found = cycles.quantity_effect(cycles.quantity_sums(law))
    assert (found.slope, found.doubling) == pytest.approx((1, 2))
    assert found.error == pytest.approx(0, abs=1e-6)
    with pytest.raises(DataError, match="有过变化"):
        cycles.quantity_effect(cycles.quantity_sums([[(1, 5), (1, 7), (1, 9)]]))


@pytest.mark.parametrize("k", [1, 2, 4])
def test_regularity_recovers_k_of_gamma_gaps(k):
    """生成器的真值：规律性 k 的 Gamma 间隔，人人快慢不同；区间盖住 k。"""
    rng = np.random.default_rng(k)
    cycle = rng.lognormal(7, 1, 20_000)[:, None]
    pairs = np.ceil(cycle * rng.gamma(k, 1 / k, (20_000, 2))).astype(int)
    found = cycles.regularity([cycles.GapRow(2, int(p), int(f), 1, 1) for p, f in pairs])
    assert found.low < k < found.high
    assert found.high - found.low < 0.15 * k


def test_each_gap_is_used_in_one_pair_and_merged_gaps_in_none():
    # 一位客户六段间隔 1、2、3、4、5、6：对是（1, 2）（3, 4），第五、六段在表里并在一起，不用
    rows = cycles.tally([[0, 1, 3, 6, 10, 15, 21]] * 2, 30)
    assert cycles.regularity(rows, "all").pairs == 4
    assert cycles.ratio_histogram(rows, 12, "all") == (0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0)  # 1/3 与 3/7
    assert sum(cycles.ratio_histogram(rows, 12)) == 2
    unmerged = cycles.tally([[0, 1, 3, 6, 10, 15, 21]] * 2, 30, merged_from=99)
    assert cycles.regularity(unmerged, "all", 99).pairs == 6


def test_regularity_of_too_little_is_refused():
    with pytest.raises(DataError, match="2 对"):
        cycles.regularity([cycles.GapRow(2, 5, 5, 1, 2)])


# ---- 规则在随机数据上 ----


@given(HISTORIES, st.integers(0, 60))
def test_every_watched_day_is_in_exactly_one_gap(histories, as_of):
    rows = cycles.tally(histories, as_of)
    started = [min(days) for days in histories if any(day <= as_of for day in days)]
    assert sum(row.gap * row.count for row in rows) == sum(as_of - day for day in started)
    assert sum(row.count for row in rows if not row.closed) == len(started)
    bought = sum(len({day for day in days if day <= as_of}) for days in histories)
    assert sum(row.count for row in rows) == bought


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30))
def test_curve_equals_its_definition(spells):
    """再买的份额由定义逐天乘出（分数），分位点由定义逐天找。"""
    rows = [cycles.GapRow(1, None, gap, int(closed), 1) for gap, closed in spells]
    curve, left, reached = cycles.survival_curve(rows), Fraction(1), {}
    for day in range(13):
        watched = sum(gap >= day for gap, _ in spells)
        ended = sum(gap == day and closed for gap, closed in spells)
        left *= 1 - Fraction(ended, watched) if watched else 1
        assert curve.share_within(day) == 1 - left
        for q in range(1, 21):
            if ended and 1 - left >= Fraction(q, 20):
                reached.setdefault(q, day)
    assert [curve.quantile(Fraction(q, 20)) for q in range(1, 21)] == [reached.get(q) for q in range(1, 21)]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_without_censoring_corrected_and_naive_are_the_same(gaps):
    rows = [cycles.GapRow(1, None, gap, 1, 1) for gap in gaps]
    assert cycles.survival_curve(rows) == cycles.survival_curve(rows, naive=True)
    median = cycles.survival_curve(rows).quantile(Fraction(1, 2))
    assert median == statistics.median_low(gaps)


@given(HISTORIES.filter(any))
def test_corrected_is_never_quicker_than_naive(histories):
    rows = cycles.tally(histories, 60)
    for line in (cycles.repurchase(rows).first, cycles.repurchase(rows).every):
        for naive, corrected in zip(line.naive, line.corrected, strict=True):
            assert naive is None or corrected is None or naive <= corrected


VISITS = st.builds(
    lambda first, gaps, idle: (
        Visits(first, first + sum(gaps), len(gaps) + 1, gaps[-1] if gaps else None),
        idle,
    ),
    st.integers(0, 1000),
    st.lists(st.integers(1, 600), max_size=4),
    st.integers(0, 2000),
)


@given(VISITS, st.sampled_from([*RULES, OwnCycleRule(Fraction(355, 113), kappa=Fraction(1, 3))]))
def test_lostness_reaches_one_exactly_when_lost_and_only_grows(case, rule):
    visits, idle = case
    day = visits.last_day + idle
    assert (cycles.lostness(visits, day, rule) >= 1) == (cycles.state(visits, day, rule) == "lost")
    assert cycles.lostness(visits, day, rule) < cycles.lostness(visits, day + 1, rule)
    order = [cycles.STATES.index(cycles.state(visits, d, rule)) for d in (day, day + 1)]
    assert order == sorted(order)


@given(VISITS)
def test_static_lostness_orders_customers_by_days_since(case):
    visits, idle = case
    assert cycles.lostness(visits, visits.last_day + idle, StaticRule()) == idle / 400


class PlainPlane:
    """滑块平面的最笨写法：逐格数。"""

    def __init__(self, cells):
        self.cells = list(cells)

    def count(self, x_from, x_to, y_from, y_to):
        return sum(
            c
            for x, y, c in self.cells
            if x is not None
            and x_from <= x < (math.inf if x_to is None else x_to)
            and y_from <= y < (math.inf if y_to is None else y_to)
        )

    def none(self, y_from, y_to):
        top = math.inf if y_to is None else y_to
        return sum(c for x, y, c in self.cells if x is None and y_from <= y < top)


SMALL = ClassRule(Bounds(5, 12, 25), (1, 2, 4), (6, 13, 30))


@given(HISTORIES)
def test_slider_projections_equal_counting_customers_one_by_one(histories):
    customers = [v for days in histories if (v := cycles.visits(days, 60))]
    plane = PlainPlane((v.last_gap, 60 - v.last_day, 1) for v in customers)
    for found, rule in (
        (cycles.class_states(plane, SMALL), SMALL),
        (cycles.static_states(plane, StaticRule(SMALL.nodes), SMALL.bounds), StaticRule(SMALL.nodes)),
    ):
        expected = {name: [0] * 4 for name in ("new", *cycles.CLASSES)}
        for v in customers:
            name = "new" if v.last_gap is None else cycles.frequency_class(v.last_gap, SMALL.bounds)
            expected[name][cycles.STATES.index(cycles.state(v, 60, rule))] += 1
        assert {name: list(counts) for name, counts in found.items()} == expected


class OwnRow:
    def __init__(self, v):
        self.gaps, self.span = v.purchase_days - 1, v.last_day - v.first_day
        self.days_since, self.customers = 60 - v.last_day, 1


@given(HISTORIES, st.sampled_from([0, 1, Fraction(5, 2)]), st.sampled_from([7, Fraction(22, 7)]))
def test_own_cycle_cube_equals_counting_customers_one_by_one(histories, kappa, shop):
    rule = OwnCycleRule(shop, kappa, nodes=(6, 13, 30))
    customers = [v for days in histories if (v := cycles.visits(days, 60))]
    expected = {"new": [0] * 4, "repeat": [0] * 4}
    for v in customers:
        name = "new" if v.last_gap is None else "repeat"
        expected[name][cycles.STATES.index(cycles.state(v, 60, rule))] += 1
    found = cycles.own_states([OwnRow(v) for v in customers], rule)
    assert {name: list(counts) for name, counts in found.items()} == expected


@given(HISTORIES, st.integers(1, 3))
def test_transition_projections_equal_table_3(histories, n):
    rows = [row for row in cycles.tally(histories, 60) if row.n == n + 1]
    bounds = Bounds(5, 12, 25)
    ended, watched = (
        PlainPlane((row.previous, row.gap, row.count) for row in rows if row.closed == closed)
        for closed in (1, 0)
    )
    table = cycles.next_gaps(rows, n, bounds)
    matrix = cycles.transitions(ended, bounds)
    for name in cycles.CLASSES:
        line = table.line(name)
        assert matrix[name] == (line.counts if line else (0, 0, 0, 0))
        if line:
            curve = cycles.next_curve(ended, watched, name, bounds, 60)
            assert [curve.share_within(w.days) for w in line.within] == [w.corrected for w in line.within]
            assert (curve.closed, curve.open) == (line.returned, line.customers - line.returned)


@given(HISTORIES, st.integers(2, 9))
def test_merging_late_gaps_changes_no_table(histories, merged):
    """仓库把第五段以后并在一起：表1与表3（n ≤ merged − 2）都不受影响。"""
    few, many = (cycles.tally(histories, 60, m) for m in (merged, 100))
    if few:
        assert cycles.repurchase(few) == cycles.repurchase(many)
    for n in range(1, merged - 1):
        assert cycles.next_gaps(few, n, SMALL.bounds, merged_from=merged) == cycles.next_gaps(
            many, n, SMALL.bounds, merged_from=100
        )


# ---- 窗口审计 ----


def test_clockwork_customers_show_the_articles_surprise_in_a_two_year_window():
    """research/data.md §3 由另一个程序模拟的数：两年 .989，一直看 .890。"""
    audit = cycles.clockwork()
    assert audit.seen == pytest.approx(0.989, abs=0.002)
    assert audit.unlimited == pytest.approx(0.890, abs=0.002)
    assert cycles.clockwork(window=600).seen == 1  # 200 + 400 已经用尽
    shares = [cycles.clockwork(window=window).seen for window in (730, 1000, 2000, 6000)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == pytest.approx(audit.unlimited, abs=0.015)


@pytest.mark.parametrize(("window", "k", "bounds"), [(730, 12, (80, 200, 400)), (500, 2, (40, 90, 180))])
def test_clockwork_equals_a_simulation(window, k, bounds):
    rng = np.random.default_rng(11)
    size, (_, middle, spread) = 400_000, (1, 130.0, 0.15)
    cycle = rng.lognormal(np.log(middle), spread, size)
    p, f = (np.rint(cycle * rng.gamma(k, 1 / k, size)) for _ in range(2))
    low = (p >= bounds[1]) & (p <= bounds[2])
    seen = low & (rng.uniform(0, window, size) + p + f <= window)
    audit = cycles.clockwork(Bounds(*bounds), window, k, ((1.0, middle, spread),))
    assert audit.seen == pytest.approx((f[seen] <= bounds[2]).mean(), abs=0.01)
    assert audit.unlimited == pytest.approx((f[low] <= bounds[2]).mean(), abs=0.01)


def test_clockwork_with_nothing_to_see_or_to_count():
    assert cycles.clockwork(window=200).seen is None
    assert cycles.clockwork(window=202).seen == 1
    with pytest.raises(ParameterError, match="太久"):
        cycles.clockwork(Bounds(80, 200, 4000))


def test_the_room_is_light():
    code = (
        "import sys, lifecycle_lab.cycles; print({'numpy', 'scipy', 'pandas', 'duckdb'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
