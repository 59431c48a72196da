"""忠诚的房间：α 与基尼对手算的值与 numpy，NPS 的误差对每人 +1/0/−1 的定义，种类、象限、审计、积分对手算。"""

from __future__ import annotations

import math
from fractions import Fraction as F
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import loyalty
from lifecycle_lab.loyalty import Effort, NetPromoter, Programme, Segment, Signs
from lifecycle_lab.schema import ContentError, DataError, ParameterError

rows_of_answers = st.integers(2, 6).flatmap(
    lambda items: st.lists(
        st.lists(st.integers(1, 7), min_size=items, max_size=items), min_size=2, max_size=25
    )
)
amounts = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any)


# ── α ────────────────────────────────────────────────────────────────


def test_alpha_by_hand():
    """两题三人 (1,1)(2,2)(3,3)：各题方差 1，总分方差 4，2·(1 − 2/4) = 1。

    四题五人：题一 1–5，其余照抄加减，方差 5/2、2、5/2、3/10…一步一步写在下面。
    """
    assert loyalty.cronbach_alpha([(1, 1), (2, 2), (3, 3)]) == 1
    # (1,3)(2,2)(3,2)：方差 1 与 1/3，总分 4、4、5 的方差 1/3：2·(1 − 4) = −6
    assert loyalty.cronbach_alpha([(1, 3), (2, 2), (3, 2)]) == -6
    # 题一 1 2 3 4（方差 5/3），题二 2 2 4 4（4/3），题三 1 3 3 5（8/3）；总分 4 7 10 13（方差 15）
    table = [(1, 2, 1), (2, 2, 3), (3, 4, 3), (4, 4, 5)]
    assert loyalty.cronbach_alpha(table) == F(3, 2) * (1 - (F(5, 3) + F(4, 3) + F(8, 3)) / 15) == F(14, 15)


@given(rows_of_answers)
def test_alpha_is_the_one_from_the_covariance_matrix(rows):
    """另一个库：α = k/(k − 1)·(1 − 迹 / 协方差矩阵各项之和)，且从不超过 1。"""
    covariance = np.cov(np.array(rows, dtype=float), rowvar=False)
    if len({sum(row) for row in rows}) == 1:
        with pytest.raises(DataError, match="没有意义"):
            loyalty.cronbach_alpha(rows)
        return
    size = len(rows[0])
    wanted = size / (size - 1) * (1 - np.trace(covariance) / covariance.sum())
    found = loyalty.cronbach_alpha(rows)
    assert float(found) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert found <= 1


@given(rows_of_answers, st.integers(1, 5), st.integers(-9, 9))
def test_alpha_knows_no_unit_and_no_zero(rows, scale, shift):
    """每题乘同一个正数、各加一个数，α 一点不变。"""
    if len({sum(row) for row in rows}) == 1:
        return
    moved = [[scale * value + shift for value in row] for row in rows]
    assert loyalty.cronbach_alpha(moved) == loyalty.cronbach_alpha(rows)


def test_correlations_are_those_of_numpy():
    rows = [(1, 2, 1), (2, 2, 3), (3, 4, 3), (4, 4, 5), (5, 1, 2)]
    table = np.array(rows, dtype=float)
    for i, found in enumerate(loyalty.item_rest_correlations(rows)):
        rest = table.sum(axis=1) - table[:, i]
        assert found == pytest.approx(np.corrcoef(table[:, i], rest)[0, 1])
    assert loyalty.correlation([1, 1, 1], [1, 2, 3]) is None


def test_alpha_without_each_is_alpha_of_the_rest():
    rows = [(1, 2, 1), (2, 2, 3), (3, 4, 3), (4, 4, 5)]
    assert loyalty.alpha_without_each(rows)[1] == loyalty.cronbach_alpha([(a, c) for a, _, c in rows])
    with pytest.raises(DataError):
        loyalty.alpha_without_each([(1, 2), (2, 3)])


def test_uneven_or_single_item_scales_are_refused():
    for rows in ([(1,), (2,)], [(1, 2), (1, 2, 3)]):
        with pytest.raises(DataError, match="两题"):
            loyalty.cronbach_alpha(rows)


def test_the_index_is_the_weighted_mean_of_scores():
    assert loyalty.rescaled((1, 1, 1), 1, 5) == 0
    assert loyalty.rescaled((5, 5), 1, 5) == 100
    assert loyalty.rescaled((2, 4), 1, 5) == 50
    assert loyalty.weighted_index({"a": F(100), "b": F(40)}, {"a": 1, "b": 2}) == 60
    for weights in ({"a": 1}, {"a": 1, "b": 0}):
        with pytest.raises(DataError, match="权重"):
            loyalty.weighted_index({"a": F(1), "b": F(2)}, weights)
    with pytest.raises(DataError):
        loyalty.rescaled((6,), 1, 5)


# ── NPS ──────────────────────────────────────────────────────────────


def test_nps_by_hand():
    """40 推荐、30 中立、30 贬损：10 分；方差 0.7 − 0.01 = 0.69，÷ 100 开方乘 100 = 8.3066。"""
    found = NetPromoter(40, 30, 30)
    assert found.score == 10
    assert found.error_squared == 69
    assert found.error == pytest.approx(8.306623862918075)
    assert found.interval == pytest.approx((10 - 1.96 * 8.306623862918075, 10 + 1.96 * 8.306623862918075))


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_nps_is_a_mean_of_ones_and_its_error_too(scores):
    """每人记 +1、0、−1：NPS 是平均乘 100，标准误是总体标准差 ÷ √n 乘 100（numpy 算）。"""
    marks = np.array([1 if s >= 9 else -1 if s <= 6 else 0 for s in scores], dtype=float)
    found = loyalty.net_promoter(scores)
    assert float(found.score) == pytest.approx(100 * marks.mean())
    assert found.error == pytest.approx(100 * marks.std() / math.sqrt(len(scores)), abs=1e-9)
    low, high = found.interval
    assert -100 <= low <= found.score <= high <= 100


def test_the_difference_adds_squares():
    gap, error, (low, high) = loyalty.difference(NetPromoter(40, 30, 30), NetPromoter(30, 30, 40))
    assert gap == 20
    assert error == pytest.approx(math.sqrt(138))
    assert (low + high) / 2 == pytest.approx(20)


def test_scores_outside_the_scale_and_nobody_are_refused():
    with pytest.raises(DataError):
        loyalty.net_promoter([11])
    with pytest.raises(DataError):
        loyalty.net_promoter([])


# ── 区间 ─────────────────────────────────────────────────────────────


def test_the_bootstrap_is_seeded_and_close_to_the_normal_interval():
    values = [float(x) for x in range(100)]
    found = loyalty.mean_interval(values, seed=7, times=1000)
    assert found == loyalty.mean_interval(values, seed=7, times=1000)
    assert found != loyalty.mean_interval(values, seed=8, times=1000)
    half = 1.96 * np.std(values, ddof=1) / 10
    assert found == pytest.approx((49.5 - half, 49.5 + half), abs=0.8)
    with pytest.raises(DataError):
        loyalty.mean_interval([1.0], seed=1)


# ── 象限、种类 ───────────────────────────────────────────────────────


def test_quadrants_count_a_tie_as_high():
    found = loyalty.quadrants([1, 2, 3], [3, 2, 1])
    assert found == ("spurious", "true", "latent")
    assert loyalty.quadrants([1], [1], (F(2), F(2))) == ("none",)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 9)), min_size=1), st.integers(1, 9))
def test_quadrants_know_no_unit(pairs, scale):
    attitudes, behaviours = zip(*pairs, strict=True)
    scaled = [scale * value for value in attitudes]
    assert loyalty.quadrants(scaled, behaviours) == loyalty.quadrants(attitudes, behaviours)


def test_kinds_for_every_combination_of_signs():
    """2⁸ 种迹象：照题面（说了 2 分，做了 1 分，不到 2 分看不出，并列分不清）另算一遍。"""
    pairs = list(product((False, True), repeat=2))
    for chosen in product(pairs, repeat=4):
        signs = {kind: Signs(*pair) for kind, pair in zip(loyalty.KINDS, chosen, strict=True)}
        points = [2 * said + done for said, done in chosen]
        best = max(points)
        wanted = (
            "unclear"
            if best < 2
            else "mixed"
            if points.count(best) > 1
            else loyalty.KINDS[points.index(best)]
        )
        found = loyalty.loyalty_kind(signs)
        assert found.kind == wanted
        assert list(found.points.values()) == points


# ── 集中度 ───────────────────────────────────────────────────────────


def test_gini_by_hand():
    assert loyalty.gini([1, 2, 3]) == F(2, 9)
    assert loyalty.gini([4, 4, 4, 4]) == 0
    assert loyalty.gini([0, 0, 0, 9]) == F(3, 4)  # 一人独占：1 − 1/n


@given(amounts, st.integers(1, 1000))
def test_gini_is_half_the_mean_difference_and_knows_no_unit(values, scale):
    """定义：平均绝对差 ÷ (2·均值)，numpy 两两相减；在 [0, 1) 里，换币种不变，换先后不变。"""
    found = loyalty.gini(values)
    table = np.array(values, dtype=float)
    differences = np.abs(table[:, None] - table[None, :]).mean()
    assert float(found) == pytest.approx(differences / (2 * table.mean()), abs=1e-12)
    assert 0 <= found < 1
    assert loyalty.gini([scale * value for value in values]) == found == loyalty.gini(values[::-1])


@given(amounts)
def test_the_pareto_curve_rises_and_bends_down(values):
    curve = loyalty.pareto_curve(values)
    assert curve[0] == (0, 0)
    assert curve[-1] == (1, 1)
    steps = [after[1] - before[1] for before, after in pairwise(curve)]
    assert steps == sorted(steps, reverse=True)
    area = sum((a[1] + b[1]) * (b[0] - a[0]) / 2 for a, b in pairwise(curve))
    assert loyalty.gini(values) == 2 * area - 1  # 曲线与对角线之间面积的两倍


def test_top_share_rounds_the_number_of_customers_up():
    assert loyalty.top_count(10, F(1, 4)) == 3
    assert loyalty.top_share([5, 1, 1, 1, 1, 1], F(1, 5)) == F(6, 10)
    with pytest.raises(DataError):
        loyalty.gini([0, 0])
    with pytest.raises(DataError):
        loyalty.gini([-1, 3])


def test_two_lists_overlap():
    money, index = {"a": 3, "b": 2, "c": 1, "d": 0}, {"a": 0, "b": 3, "c": 1, "d": 2}
    assert loyalty.best(money, F(1, 2)) == ["a", "b"]
    assert loyalty.overlap(loyalty.best(money, F(1, 2)), loyalty.best(index, F(1, 2))) == F(1, 2)
    with pytest.raises(DataError):
        loyalty.overlap(["a"], ["a", "b"])


# ── 积分与目标 ───────────────────────────────────────────────────────

PLAN = Programme(100_000_000, F(3, 10), F(1, 20), F(3, 5), 4_000_000)


def test_the_programme_by_hand():
    """100 万、30 %、5 % × 60 % = 3 %、固定 4 万：白给 3 万；(3 + 4) ÷ (100 × 0.27) = 7/27。"""
    assert PLAN.unit_cost == F(3, 100)
    assert PLAN.paid_anyway == 3_000_000
    assert PLAN.break_even_lift == F(7, 27)
    assert PLAN.gain(F(0)) == -7_000_000
    assert PLAN.wasted_share(F(1, 10)) == F(10, 11)


shares = st.integers(0, 100).map(lambda n: F(n, 100))


@given(st.integers(1, 10**9), shares, shares, shares, st.integers(0, 10**8))
def test_break_even_is_where_nothing_is_gained(sales, margin, reward, redeemed, fixed):
    plan = Programme(sales, margin, reward, redeemed, fixed)
    lift = plan.break_even_lift
    if lift is None:
        assert margin <= reward * redeemed
        assert plan.gain(F(1)) <= plan.gain(F(0)) <= 0
        return
    assert plan.gain(lift) == 0
    assert plan.gain(lift + F(1, 1000)) > 0 > plan.gain(lift - F(1, 1000))
    bigger = Programme(7 * sales, margin, reward, redeemed, 7 * fixed)
    assert bigger.break_even_lift == lift  # 换币种、扩大几倍，增幅不变


def test_senseless_programmes_are_refused():
    with pytest.raises(ParameterError):
        Programme(0, F(1, 2), F(1, 2), F(1, 2), 0)
    with pytest.raises(ParameterError):
        PLAN.wasted_share(F(-1, 2))


def test_rewards_go_by_money():
    found = loyalty.reward_shares({"a": 6, "b": 3, "c": 1}, {"a": "x", "b": "y", "c": "y"}, ("x", "y"))
    assert found == {"x": (1, F(3, 5)), "y": (2, F(2, 5))}


def test_goals_by_hand():
    """1,000 位、每位 1,500 元、毛利 40 %、留 70 %：700 位 × 1,500 = 105 万，利润 42 万。"""
    segment = Segment(1000, 150_000, F(2, 5), F(7, 10))
    assert loyalty.yearly(segment) == (105_000_000, 42_000_000)
    efforts = {
        "enlarge": Effort(customers=80, cost=2_400_000),
        "raise_value": Effort(revenue_change=F(12, 100), margin_change=F(-5, 100), cost=500_000),
    }
    found = loyalty.effects(segment, efforts)
    assert found["enlarge"] == (12_000_000, 2_400_000)  # 12 万收入，4.8 万毛利减 2.4 万
    assert found["raise_value"] == (12_600_000, F(117_600_000 * 35, 100) - 500_000 - 42_000_000)
    with pytest.raises(ParameterError):
        loyalty.yearly(segment, Effort(retention_change=F(1, 2)))


def test_cost_per_customer_divides_by_both_rates():
    assert loyalty.cost_per_customer(400, F(2, 5), F(1, 20)) == 20_000
    with pytest.raises(ParameterError):
        loyalty.cost_per_customer(400, F(0), F(1, 20))


# ── 审计与案例 ───────────────────────────────────────────────────────


def test_the_weakest_link_is_the_lowest_share_and_the_first_of_equals():
    sections = {"one": ["a", "b"], "two": ["c"], "three": ["d"]}
    found = loyalty.score_sections(sections, {"a": 4, "b": 0, "c": 2, "d": 3})
    assert [one.share for one in found] == [F(1, 2), F(1, 2), F(3, 4)]
    assert loyalty.weakest(found).name == "one"
    assert found[0].lowest == ("b", "a")


@pytest.mark.parametrize(
    ("scores", "words"),
    [({"a": 1}, "还没有打分"), ({"a": 1, "b": 2, "x": 3}, "没有"), ({"a": 5, "b": 0}, "0 到 4")],
)
def test_unscored_unknown_and_wrong_scores_are_named(scores, words):
    with pytest.raises(ParameterError, match=words):
        loyalty.score_sections({"one": ["a", "b"]}, scores)


def test_a_story_is_walked_and_all_its_paths_are_found():
    graph = {"start": {"A": "end", "B": "mid"}, "mid": {"A": "end", "B": "other"}, "end": {}, "other": {}}
    assert loyalty.walk(graph, "BA") == ["start", "mid", "end"]
    assert loyalty.every_path(graph) == [("A",), ("B", "A"), ("B", "B")]
    for path, words in (("C", "没有选择"), ("AA", "结局")):
        with pytest.raises(ParameterError, match=words):
            loyalty.walk(graph, path)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        ({"a": {"A": "b"}, "b": {"A": "a"}}, "绕回来"),
        ({"a": {"A": "x"}}, "没有"),
        ({"a": {}, "b": {}}, "走不到"),
    ],
)
def test_broken_stories_are_refused(graph, words):
    with pytest.raises(ContentError, match=words):
        loyalty.every_path(graph)
