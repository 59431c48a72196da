"""生命曲线：几个数对着手算，课文的话在整个参数范围里成立（A6、A7、D5）。"""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.curves import LifeCurve
from lifecycle_lab.schema import DataError, ParameterError

# 手算用的一条：4、12、28、36 个月，顶是 120 元，毛利五成
CURVE = LifeCurve(4, 12, 28, 36, 12_000, 10, 30, 90, 2, 2, 50, 4, 2_000, 1_200, 6_000)


@st.composite
def life_curves(draw) -> LifeCurve:
    """许可范围里的任何一条。"""
    exploration, formation, decline = (draw(st.integers(1, 24)) for _ in range(3))
    stability = formation + draw(st.integers(0, 60))
    ends = list(itertools.accumulate((exploration, formation, stability, decline)))
    start = draw(st.integers(0, 39))
    early = draw(st.integers(0, 10**6))
    return LifeCurve(
        *ends,
        peak=draw(st.integers(1, 10**8)),
        start=start,
        trial=draw(st.integers(start + 1, 40)),
        near=draw(st.integers(85, 99)),
        rise=draw(st.integers(1, 4)),
        fall=draw(st.integers(1, 4)),
        margin=draw(st.integers(20, 90)),
        premium=draw(st.integers(0, 5)),
        cost_early=early,
        cost_late=draw(st.integers(0, early)),
        acquisition=draw(st.integers(0, 10**6)),
    )


def grid(begin: int, end: int) -> list[Fraction]:
    """一段里的十三个时刻，两端在内。"""
    return [begin + Fraction((end - begin) * k, 12) for k in range(13)]


def rises(values) -> bool:
    return all(a < b for a, b in itertools.pairwise(values))


def falls(values) -> bool:
    return rises([-value for value in values])


# ---- 手算 ----


@pytest.mark.parametrize(
    ("t", "tv", "profit"),
    [
        (0, 1_200, -1_400),  # 10 %：12 元；毛利 6 − 成本 20
        (2, 1_800, -1_100),  # 考察期走了一半：10 + 20 × 1/4 = 15 %：18 元；9 − 20
        (8, 9_000, 2_900),  # 形成期一半：30 + 60 × 3/4 = 75 %：90 元；45 − (20 − 8 × 1/2)
        (20, 11_700, 4_884),  # 稳定期一半：90 + 10 × 3/4 = 97.5 %：117 元 × 52 % = 60.84 − 12
        (28, 12_000, 5_280),  # 顶：120 元 × 54 % = 64.80 − 12
        (32, 9_000, 3_660),  # 退化期一半：1 − 1/4 = 75 %：90 元 × 54 % = 48.60 − 12
        (36, 0, -1_200),  # 没有交易了，成本还在
        (37, 0, 0),  # 走完了
    ],
)
def test_values_worked_by_hand(t, tv, profit):
    assert (CURVE.tv(t), CURVE.profit(t)) == (tv, profit)
    assert (CURVE.tv(float(t)), CURVE.profit(float(t))) == pytest.approx((tv, profit))


def test_stages_end_where_they_are_said_to():
    assert [CURVE.stage(t) for t in (0, 4, 5, 12, 13, 28, 29, 36)] == [
        "exploration", "exploration", "formation", "formation",
        "stability", "stability", "decline", "decline",
    ]  # fmt: skip
    assert CURVE.stage(37) is None


def test_cumulated_profit_and_break_even_by_hand():
    totals = curves.cumulated([-10, 30, 50, -5], acquisition=60)
    assert totals == (-60, -70, -40, 10, 5)
    assert curves.break_even(totals) == 3
    assert curves.break_even((-60, -10)) is None
    assert curves.break_even((0, 5)) == 0
    assert curves.break_even((-5, 3, -1, 2)) == 3  # 转正后又跌回去的不算
    assert curves.break_even((-5, 3, -1)) is None
    with pytest.raises(DataError):
        curves.break_even(())


def test_exit_types_by_hand():
    # 稳定期 12–28，前一半到 20
    months = {0: 0, 4: 0, 5: 1, 12: 1, 13: 2, 20: 2, 21: 3, 36: 3, 40: 3}
    for month, place in months.items():
        assert curves.exit_type(CURVE, month) == curves.EXIT_TYPES[place]
    assert curves.exit_type(CURVE, 20, early=25) == "long_lasting"
    assert curves.exit_months(CURVE) == dict(zip(curves.EXIT_TYPES, (2, 8, 16, 36), strict=True))


def test_cutting_keeps_what_came_before_and_nothing_after():
    rows, whole = curves.cut(CURVE, 8, 12), curves.monthly(CURVE, 12)
    assert rows[:8] == whole[:8]
    assert [(row.number, row.tv, row.profit) for row in rows[8:]] == [(n, 0, 0) for n in range(9, 13)]


def test_leaving_later_in_the_first_three_stages_pays_more():
    """四型的累计利润：早期流产 < 中途夭折 < 提前退出 < 长久保持。"""
    totals = []
    for month in curves.exit_months(CURVE).values():
        rows = curves.cut(CURVE, month, 36)
        totals.append(curves.cumulated([row.profit for row in rows], CURVE.acquisition)[-1])
    assert totals == sorted(totals)
    assert totals[1] < 0 < totals[2]


# ---- 课文的话，处处成立 ----


@given(life_curves())
def test_volume_is_an_inverted_u(curve):
    for place in range(3):
        assert rises([curve.tv(t) for t in grid(*curve.borders[place : place + 2])])
    assert falls([curve.tv(t) for t in grid(*curve.borders[3:])])
    assert curve.tv(curve.decline_end) == 0


@given(life_curves())
def test_volume_is_near_its_maximum_when_formation_ends_and_then_nearly_flat(curve):
    top, formed = curve.tv(curve.stability_end), curve.tv(curve.formation_end)
    assert top == curve.peak
    assert Fraction(85, 100) * top <= formed < top
    gained = (formed - curve.tv(curve.exploration_end)) / (curve.formation_end - curve.exploration_end)
    still = (top - formed) / (curve.stability_end - curve.formation_end)
    assert 0 < still < gained / 2


@given(life_curves())
def test_profit_grows_fast_then_slower_peaks_in_stability_and_falls(curve):
    begin, end, top, last = curve.borders[1:]
    for place in range(3):
        assert rises([curve.profit(t) for t in grid(*curve.borders[place : place + 2])])
    assert falls([curve.profit(t) for t in grid(top, last)])
    fast = (curve.profit(end) - curve.profit(begin)) / (end - begin)
    slow = (curve.profit(top) - curve.profit(end)) / (top - end)
    assert 0 < slow < fast
    assert max(curve.borders, key=curve.profit) == top


@given(life_curves())
def test_no_jumps_between_stages(curve):
    """紧挨着终点的后一刻，与终点几乎一样。"""
    sliver = Fraction(1, 10**9)
    for border in curve.borders[1:4]:
        for line in (curve.tv, curve.profit):
            assert abs(line(border + sliver) - line(border)) <= (curve.peak * 8 + curve.cost_early) * sliver


@given(life_curves(), st.integers(1, 99))
def test_each_exit_type_leaves_in_its_stage(curve, early):
    months = curves.exit_months(curve, early)
    assert [curve.stage(m) for m in months.values()] == ["exploration", "formation", "stability", "decline"]
    found = [curves.exit_type(curve, month, early) for month in months.values()]
    assert found[:2] + found[3:] == ["early_abort", "midway_death", "long_lasting"]
    ranks = [curves.EXIT_TYPES.index(curves.exit_type(curve, t, early)) for t in range(curve.decline_end + 1)]
    assert ranks == sorted(ranks)


@given(life_curves())
@settings(max_examples=30)
def test_months_are_whole_money_and_totals_add_up(curve):
    rows = curves.monthly(curve, curve.decline_end)
    assert all(type(row.tv) is int and type(row.profit) is int for row in rows)
    assert all(abs(row.tv - curve.tv(row.number)) <= Fraction(1, 2) for row in rows)
    totals = curves.cumulated([row.profit for row in rows], curve.acquisition)
    assert totals[-1] == sum(row.profit for row in rows) - curve.acquisition


# ---- 不许可的参数 ----


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"near": 84}, "near"),
        ({"trial": 41}, "trial"),
        ({"start": 30}, "start 要小于 trial"),
        ({"margin": 19}, "20 到 90"),
        ({"premium": 6}, "premium"),
        ({"rise": 0}, "rise"),
        ({"peak": 0}, "peak"),
        ({"peak": 1.5}, "整数"),
        ({"peak": True}, "整数"),
        ({"formation_end": 4}, "一个比一个大"),
        ({"stability_end": 19}, "稳定期不能短于形成期"),
        ({"cost_late": 2_001}, "cost_late"),
    ],
)
def test_parameters_outside_are_refused_in_chinese(changes, said):
    with pytest.raises(ParameterError, match=said):
        replace(CURVE, **changes)


@pytest.mark.parametrize(
    "call",
    [
        lambda: CURVE.tv(-1),
        lambda: CURVE.profit(float("nan")),
        lambda: CURVE.stage(float("inf")),
        lambda: curves.monthly(CURVE, -1),
        lambda: curves.monthly(CURVE, 2.0),
        lambda: curves.exit_type(CURVE, 3, early=0),
        lambda: curves.exit_months(CURVE, early=100),
        lambda: curves.smooth([1, 2], 2),
        lambda: curves.fit([1, 2], CURVE, stretches=()),
        lambda: curves.classify([1, 2], (3, 1, 7)),
    ],
)
def test_bad_arguments_are_refused(call):
    with pytest.raises(ParameterError):
        call()


def test_content_is_an_allowed_curve_where_profit_begins_in_formation():
    curve = LifeCurve(**course().curves.curve)
    assert curve == CURVE
    assert curve.profit(curve.exploration_end) < 0 < curve.profit(curve.formation_end)  # D5


# ---- 从数据 ----


def test_smoothing_and_cohort_by_hand():
    assert curves.smooth([0, 30, 60, 0]) == (15, 30, 30, 30)
    assert curves.smooth([4, 8], 1) == (4, 8)
    assert curves.cohort([[10, 20, 30], [20]]) == (15, 20, 30)
    for nothing in ([], [[]]):
        with pytest.raises(DataError):
            curves.cohort(nothing)


@pytest.mark.parametrize("stretch", [50, 100, 200])
def test_fit_finds_back_the_curve_the_months_came_from(stretch):
    ends = {f"{s}_end": CURVE.borders[i + 1] * stretch // 100 for i, s in enumerate(curves.STAGES)}
    stretched = replace(CURVE, **ends)
    for kind, month in curves.exit_months(stretched).items():
        if month * 100 // stretch < 8:
            continue  # 考察期里只有几个数，拉长压短都像
        found = curves.fit([row.tv for row in curves.cut(stretched, month, month + 9)], CURVE)
        assert (found.stretch, found.exit_type, found.open) == (stretch, kind, False)
        assert float(found.peak) == pytest.approx(12_000, rel=0.01)
        assert found.error < Fraction(1, 100)


def test_fit_is_not_moved_by_one_huge_month():
    tv = [row.tv for row in curves.cut(CURVE, 22, 30)]
    tv[5] *= 50
    found = curves.fit(tv, CURVE)
    assert (found.stretch, found.exit_type) == (100, "long_lasting")
    assert float(found.peak) == pytest.approx(12_000, rel=0.01)


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=1, max_size=9))
def test_peak_has_the_least_absolute_error(pairs):
    """加权中位数与逐个试（最小值必在某个点上，或压在 0）一样小。"""
    from lifecycle_lab.curves.fitting import _weighted_median

    points = [(Fraction(v), Fraction(w)) for v, w in pairs]

    def error(m):
        return sum(w * abs(v - m) for v, w in points)

    found = _weighted_median(points)
    assert found >= 0
    assert error(found) == min(error(m) for m in [Fraction(0), *(v for v, _ in points if v >= 0)])


def test_classify_counts_purchases_and_says_when_it_is_too_early():
    assert curves.classify([5] + [0] * 6) == curves.Guess("early_abort", False)
    assert curves.classify([5] + [0] * 5) == curves.Guess("early_abort", True)
    kinds = [curves.classify([1] * n).exit_type for n in (1, 2, 3, 4, 7, 8)]
    assert kinds == [
        "early_abort",
        "midway_death",
        "midway_death",
        "early_exit",
        "early_exit",
        "long_lasting",
    ]
    assert curves.classify([5, -5, 0, 5], (2, 3, 4)).exit_type == "early_abort"  # 退款的月份不算
    for nothing in ([], [0, 0], [-5]):
        with pytest.raises(DataError):
            curves.classify(nothing)
        with pytest.raises(DataError):
            curves.fit(nothing, CURVE)


def test_score_by_hand():
    truth = ["early_abort"] * 3 + ["midway_death"] * 2
    found = curves.score(truth, ["early_abort", "early_abort", "midway_death", "midway_death", "early_exit"])
    assert (found.accuracy, found.baseline) == (Fraction(3, 5), Fraction(3, 5))
    assert (found.recall("early_abort"), found.recall("midway_death")) == (Fraction(2, 3), Fraction(1, 2))
    assert found.recall("early_exit") is None
    assert found.counts["midway_death", "early_exit"] == 1
    assert len(found.counts) == 16
    for wrong in (([], []), (["early_abort"], []), (["x"], ["early_abort"])):
        with pytest.raises(DataError):
            curves.score(*wrong)
