"""backtest：排序对着逐对数，等召回对着手算，重抽样对着重新抽，切分对着普通的 Python。"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lifecycle_lab import backtest
from lifecycle_lab.backtest import Contestant, judge, rank
from lifecycle_lab.backtest.snapshots import Purchases, silent, snapshot, split_days
from lifecycle_lab.cycles import Visits
from lifecycle_lab.schema import DataError, ParameterError


@st.composite
def scored(draw):
    """分数（多有同分）与真相，两边都至少一位。"""
    rows = draw(st.lists(st.tuples(st.integers(-3, 6), st.booleans()), min_size=2, max_size=30))
    rows += [(draw(st.integers(-3, 6)), True), (draw(st.integers(-3, 6)), False)]
    return np.array([score for score, _ in rows], dtype=float), np.array([gone for _, gone in rows])


# ---- AUC ----


@given(scored())
def test_auc_is_the_share_of_pairs_in_the_right_order(case):
    scores, lost = case
    pairs = list(product(scores[lost], scores[~lost]))
    right = sum(gone > here for gone, here in pairs) + sum(gone == here for gone, here in pairs) / 2
    assert rank(scores, lost).tally().auc == pytest.approx(right / len(pairs))


@given(scored())
def test_auc_is_the_rank_sum_statistic_of_another_library(case):
    scores, lost = case
    theirs = stats.mannwhitneyu(scores[lost], scores[~lost], method="asymptotic").statistic
    assert rank(scores, lost).tally().auc == pytest.approx(theirs / (lost.sum() * (~lost).sum()))


@given(scored())
def test_auc_only_knows_the_order_and_turns_around_with_it(case):
    scores, lost = case
    assert rank(np.exp(scores), lost).tally().auc == pytest.approx(rank(scores, lost).tally().auc)
    assert rank(-scores, lost).tally().auc == pytest.approx(1 - rank(scores, lost).tally().auc)


# ---- 等召回时的打扰 ----


@pytest.mark.parametrize(
    ("scores", "lost", "recall", "expected"),
    [
        # 9 流失、8 活跃、7 流失、6 活跃、5 流失：抓住三位里的两位要打扰一位活跃（两位里的一半）
        ([9, 8, 7, 6, 5], [1, 0, 1, 0, 1], 2 / 3, 1 / 2),
        ([9, 8, 7, 6, 5], [1, 0, 1, 0, 1], 1 / 3, 0),
        ([9, 8, 7, 6, 5], [1, 0, 1, 0, 1], 1, 1),
        # 全部同分：抓住一半流失，就随机联系一半，打扰一半活跃
        ([4, 4, 4, 4], [1, 1, 0, 0], 1 / 2, 1 / 2),
        # 7 一组里流失 2、活跃 4：要的三位流失里前面已有一位，这一组联系三分之二，打扰 8/3 位
        ([9, 7, 7, 7, 7, 7, 7, 7], [1, 1, 1, 1, 0, 0, 0, 0], 3 / 4, (4 * 2 / 3) / 4),
        # 最像流失的全是活跃
        ([3, 2, 1], [0, 0, 1], 1, 1),
    ],
)
def test_disturbed_at_equal_recall_by_hand(scores, lost, recall, expected):
    found = rank(np.array(scores), np.array(lost)).tally().disturbed(recall)
    assert found == pytest.approx(expected)


@given(scored(), st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_catching_more_never_disturbs_less(case, one, other):
    tally = rank(*case).tally()
    assert tally.disturbed(min(one, other)) <= tally.disturbed(max(one, other)) + 1e-9
    assert 0 <= tally.disturbed(one) <= 1 + 1e-12


@given(scored(), st.fractions(Fraction(1, 100), 1))
def test_disturbed_equals_going_down_the_list_group_by_group(case, recall):
    """分数写法：一组一组往下联系，最后一组只联系正好凑够的那一份。"""
    scores, lost = case
    still, active = recall * int(lost.sum()), Fraction(0)
    for score in sorted(set(scores), reverse=True):
        gone, here = int(lost[scores == score].sum()), int((~lost)[scores == score].sum())
        if still <= gone:
            active += (still / gone if gone else 0) * here
            break
        still, active = still - gone, active + here
    expected = active / int((~lost).sum())
    assert rank(scores, lost).tally().disturbed(float(recall)) == pytest.approx(float(expected), abs=1e-9)


@given(scored(), st.integers(0, 2**32 - 1))
def test_weights_count_customers_as_often_as_they_are_drawn(case, seed):
    scores, lost = case
    drawn = np.random.default_rng(seed).integers(0, len(lost), 3 * len(lost))
    if lost[drawn].all() or not lost[drawn].any():
        return
    weighted = rank(scores, lost).tally(np.bincount(drawn, minlength=len(lost)))
    again = rank(scores[drawn], lost[drawn]).tally()
    assert weighted.auc == pytest.approx(again.auc)
    assert weighted.disturbed(0.8) == pytest.approx(again.disturbed(0.8))


# ---- 成对的重抽样 ----


def twins(seed: int, size: int = 300) -> tuple[list[Contestant], np.ndarray]:
    """真相一半一半；三位参赛者：两位一样好（AUC 都是 Φ(1/√2)），一位好得多。"""
    rng = np.random.default_rng(seed)
    lost = rng.random(size) < 0.5
    common = rng.normal(size=size)
    scores = [lost * shift + 0.8 * common + 0.6 * rng.normal(size=size) for shift in (1.0, 1.0, 2.0)]
    return [Contestant(key, values) for key, values in zip("abc", scores, strict=True)], lost


def tried(number: int, seed: int = 0):
    field, lost = twins(number)
    return judge("action", field, lost, baseline="a", as_of=0, horizon=30, seed=seed)


def test_bands_cover_the_truth_about_as_often_as_they_say():
    """一百次：一样好的两位，95% 区间该有 95 次上下包住零；AUC 的区间该包住 Φ(1/√2)。"""
    trials = [tried(seed) for seed in range(100)]
    truth = stats.norm.cdf(1 / math.sqrt(2))
    twin = sum(t.line("b").gain[0] <= 0 <= t.line("b").gain[1] for t in trials)
    own = sum(t.line("b").auc_band[0] <= truth <= t.line("b").auc_band[1] for t in trials)
    extra = sum(t.line("b").extra[0] <= 0 <= t.line("b").extra[1] for t in trials)
    assert 88 <= twin <= 99
    assert 88 <= own <= 99
    assert 88 <= extra <= 100
    assert sum(t.line("c").better for t in trials) > 95
    assert sum(t.line("b").better + t.line("b").worse for t in trials) == 100 - twin


def test_the_baseline_differs_from_itself_by_nothing_and_pairs_are_narrower():
    trial = tried(1)
    assert trial.line("a").gain == trial.line("a").extra == (0.0, 0.0)
    width = trial.line("b").gain[1] - trial.line("b").gain[0]
    apart = sum(high - low for low, high in (trial.line("a").auc_band, trial.line("b").auc_band))
    assert width < 0.7 * apart


def test_same_seed_same_trial():
    assert tried(3) == tried(3)
    assert tried(3).line("b").gain != tried(3, seed=4).line("b").gain


def test_native_cutoffs_and_calibration_by_hand():
    """六十位：前三十位流失。概率 .9 报给 20 位流失和 10 位活跃，.2 报给其余。"""
    lost = np.r_[np.ones(30), np.zeros(30)].astype(bool)
    chance = np.r_[np.full(20, 0.9), np.full(10, 0.2), np.full(10, 0.9), np.full(20, 0.2)]
    field = [Contestant("rule", chance, None), Contestant("model", chance, 0.9, "action")]
    trial = judge("action", field, lost, baseline="rule", as_of=0, horizon=30)
    rule, model = trial.lines
    assert (rule.recall, rule.contacted, rule.calibration) == (None, None, None)
    assert (model.recall, model.contacted) == pytest.approx((2 / 3, 1 / 3))
    # 从低到高各二十位：前两组里 30 位 .2（10 流失）；第一组 20 位 .2 都在名单前面
    assert model.calibration.predicted == pytest.approx((0.2, 0.55, 0.9))
    assert sum(model.calibration.observed) * 20 == pytest.approx(30)
    brier = (30 * 0.2**2 + 0 + 10 * (0.8**2 - 0.2**2) + 20 * 0.1**2 + 10 * 0.9**2) / 60
    assert (model.calibration.brier, model.calibration.base) == pytest.approx((brier, 0.25))
    asked_otherwise = judge("state", field, lost, baseline="rule", as_of=0, horizon=30)
    assert asked_otherwise.line("model").calibration is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"baseline": "z"}, "不在参赛者里"),
        ({"recall": 0}, "recall"),
        ({"recall": 1.2}, "recall"),
        ({"lost": np.r_[np.ones(19), np.zeros(281)]}, "流失 19 位、活跃 281 位"),
        ({"lost": np.ones(300)}, "活跃 0 位"),
        ({"field": [Contestant("a", np.ones(299))]}, "有限的分数"),
        ({"field": [Contestant("a", np.full(300, np.nan))]}, "有限的分数"),
        ({"field": [Contestant("a", np.ones(300)), Contestant("a", np.ones(300))]}, "有重名"),
    ],
)
def test_unfair_trials_are_refused(change, message):
    field, lost = twins(1)
    options = {"field": field, "lost": lost, "baseline": "a", "as_of": 0, "horizon": 30} | change
    with pytest.raises((DataError, ParameterError), match=message):
        judge("action", options.pop("field"), options.pop("lost"), **options)


# ---- 切成两半 ----

SHOPS = st.lists(st.lists(st.integers(0, 60), max_size=8), min_size=1, max_size=8).filter(any)


def test_a_shop_cut_by_hand():
    data = backtest.purchases([[5, 1, 5, 30], [], [40], [10, 12, 20]])
    assert data.customer.tolist() == [0, 0, 0, 2, 3, 3, 3]
    assert data.day.tolist() == [1, 5, 30, 40, 10, 12, 20]
    now = snapshot(data, 20)
    assert now.who.tolist() == [0, 3]
    assert list(now.visits()) == [Visits(1, 5, 2, 4), Visits(10, 20, 3, 8)]
    assert now.idle.tolist() == [15, 0]
    assert now.gaps.tolist() == [4, 2, 8]
    assert silent(data, now, 10).tolist() == [False, True]
    assert silent(data, now, 9).tolist() == [True, True]
    history = now.histories()
    assert (history.repeat_purchases.tolist(), history.span.tolist(), history.age.tolist()) == (
        [1, 2],
        [4, 10],
        [19, 10],
    )


@given(SHOPS, st.integers(0, 60))
def test_a_snapshot_equals_plain_python(shop, as_of):
    data = backtest.purchases(shop)
    seen = [(i, sorted({day for day in days if day <= as_of})) for i, days in enumerate(shop)]
    seen = [(i, days) for i, days in seen if days]
    if not seen:
        with pytest.raises(DataError, match="截止日以前"):
            snapshot(data, as_of)
        return
    now = snapshot(data, as_of)
    assert now.who.tolist() == [i for i, _ in seen]
    expected = [Visits(d[0], d[-1], len(d), d[-1] - d[-2] if len(d) > 1 else None) for _, d in seen]
    assert list(now.visits()) == expected
    assert sorted(now.gaps.tolist()) == sorted(b - a for _, d in seen for a, b in pairwise(d))


@given(SHOPS, st.lists(st.integers(31, 60), max_size=5))
def test_nothing_after_the_day_is_seen(shop, later):
    """截止日以后再买什么，那天的样子一点不变。"""
    before = [[day for day in days if day <= 30] for days in shop]
    if not any(before):
        return
    after = [[*days, *later] for days in before]
    one, other = (
        snapshot(backtest.purchases(days), 30)
        for days in (before, [d if b else [] for d, b in zip(after, before, strict=True)])
    )
    for name, column in vars(one).items():
        assert np.array_equal(column, getattr(other, name)), name


def test_split_days_leave_room_on_both_sides():
    data = Purchases(np.array([0, 0]), np.array([100, 699]))  # 600 天
    days = split_days(data, 180, 3)
    assert len(days) == 3
    assert days == tuple(sorted(days))
    assert all(100 + 180 - 1 <= day <= 699 - 180 for day in days)
    assert split_days(data, 300, 3) == (399,)
    with pytest.raises(DataError, match="历史只有 600 天") as caught:
        split_days(data, 301)
    assert "一共 602 天" in str(caught.value)
    assert "不超过 300 天" in str(caught.value)
    with pytest.raises(ParameterError):
        split_days(data, 0)


def test_a_horizon_that_has_not_passed_is_refused():
    data = backtest.purchases([[0, 50], [3, 100]])
    with pytest.raises(DataError, match="截止日以后只有 30 天，31 天还没有过完"):
        silent(data, snapshot(data, 70), 31)
    with pytest.raises(DataError, match="一次购买也没有"):
        backtest.purchases([[], []])
