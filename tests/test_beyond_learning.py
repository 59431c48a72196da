"""让机器来分：种下的群找得回，没有群就说没有；先学后考不偷看；AUC 只有一处（A11）。"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lifecycle_lab import backtest, learning
from lifecycle_lab.backtest.ranking import rank
from lifecycle_lab.schema import DataError, Order
from lifecycle_lab.simulate import touchpoints

START = date(2024, 1, 1)


def planted(seed: int = 1, size: int = 60):
    """三堆相隔 10 个标准差的点。"""
    rng = np.random.default_rng(seed)
    centres = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 10]])
    truth = np.repeat(np.arange(3), (size, size // 2, size // 3))
    return centres[truth] + rng.normal(size=(len(truth), 3)), truth


def test_planted_clusters_are_found_with_the_right_k():
    table, truth = planted()
    found = learning.choose(learning.choices(table, range(2, 6), resamples=3, seed=0), 0.5, 0.8)
    assert found.best is not None
    assert found.best.k == 3
    assert found.best.stability == pytest.approx(1)
    labels = learning.clusters(table, 3, 0)
    assert learning.alike(truth, labels) == pytest.approx(1)
    assert list(np.bincount(labels)) == [60, 30, 20]  # 按人数从多到少
    assert (labels == learning.clusters(table, 3, 0)).all()


def test_one_round_cloud_has_no_good_k():
    cloud = np.random.default_rng(2).normal(size=(300, 3))
    found = learning.choose(learning.choices(cloud, range(2, 6), resamples=3, seed=0), 0.5, 0.8)
    assert found.best is None
    assert found.widest.silhouette < 0.5


def test_a_choice_must_pass_both_lines():
    rows = [
        learning.Choice(2, 0.7, 0.5, 0.1),
        learning.Choice(3, 0.6, 0.9, 0.1),
        learning.Choice(4, 0.6, 0.95, 0.1),
    ]
    found = learning.choose(rows, 0.5, 0.8)
    assert found.widest.k == 2
    assert found.best is not None
    assert found.best.k == 3  # 并列取小的 k


def test_too_few_customers_are_refused():
    with pytest.raises(DataError, match="分不出 8 群"):
        learning.choices(np.zeros((20, 3)), range(2, 9), resamples=2, seed=0)
    with pytest.raises(DataError):
        learning.scaled([])


def test_the_mixture_finds_the_planted_groups_and_is_sure():
    table, truth = planted()
    found = learning.mixture(table, range(2, 5), 0)
    assert found.k == 3
    assert found.doubtful == 0
    assert learning.alike(truth, found.labels) == pytest.approx(1)
    assert list(np.bincount(found.labels)) == [60, 30, 20]


def test_scaling_by_hand():
    """log1p 之后减均值、除标准差；负数当 0，整列一个值的是 0。"""
    table = learning.scaled([[0, 5, -3], [round(np.e**2 - 1), 5, 0]])
    assert table[:, 0] == pytest.approx([-1, 1])
    assert (table[:, 1:] == 0).all()


# ── 先学后考 ─────────────────────────────────────────────────────────


def order(who: str, day: int, amount: int = 100, cancelled: bool = False) -> Order:
    return Order(f"{who}{day}", who, START + timedelta(day), amount, cancelled)


def test_features_stop_at_the_day_and_the_outcome_starts_after_it():
    orders = [
        order("a", 0),
        order("a", 80),
        order("b", 10),
        order("a", 101),
        order("c", 105),
        order("b", 131),
    ]
    orders.append(order("b", 110, -100, cancelled=True))
    found = learning.period(orders, START + timedelta(100), 30)
    assert [one.customer_id for one in found.customers] == ["a", "b"]  # c 还没有来过
    assert found.bought.tolist() == [True, False]  # b 取消的不算，131 在 30 天以外
    wanted = np.log1p([[20, 2, 200, 100, 1], [90, 1, 100, 90, 0]])
    assert found.features == pytest.approx(wanted)


def test_later_orders_never_change_the_features():
    early = [order(f"c{i}", i) for i in range(50)]
    later = [order(f"c{i}", 60 + i, 5000) for i in range(0, 50, 2)]
    day = START + timedelta(55)
    a, b = learning.period(early, day, 30), learning.period(early + later, day, 30)
    assert (a.features == b.features).all()
    assert a.bought.sum() == 0 < b.bought.sum()


def test_the_exam_begins_after_every_outcome_of_the_training():
    orders = [order("a", day) for day in range(0, 100, 3)]  # 第 0 到第 99 天
    train, test = learning.two_periods(orders, 30)
    assert test.as_of == START + timedelta(99 - 30)
    assert train.as_of + timedelta(train.horizon) == test.as_of
    with pytest.raises(DataError, match=r"(?s)只有 100 天.*120 天"):
        learning.two_periods(orders, 40)
    with pytest.raises(DataError):
        learning.two_periods([order("a", 1, cancelled=True)], 5)


def test_rates_of_types_by_hand():
    found = learning.type_rates([7, 7, 0, 0], [True, False, False, False], [7, 0, 3])
    assert found.tolist() == [0.5, 0.0, 0.25]  # 没见过的类型用总的购买率


def test_too_few_buyers_are_refused():
    with pytest.raises(DataError, match="买了的 3 位"):
        learning.require_enough(np.array([True] * 3 + [False] * 100), "上学的一段")


def test_a_model_learns_a_rule_that_is_there_and_nothing_from_noise():
    rng = np.random.default_rng(3)
    table = rng.normal(size=(600, 2))
    bought = table[:, 0] > 0
    for model in (learning.logistic, lambda *a: learning.boosted(*a, 1)):
        scores = model(table[:300], bought[:300], table[300:])
        assert rank(scores, bought[300:]).tally().auc > 0.97
    noise = rng.random(600) < 0.5
    scores = learning.logistic(table[:300], noise[:300], table[300:])
    assert abs(rank(scores, noise[300:]).tally().auc - 0.5) < 0.1
    assert learning.weights(table, bought)[0] > 3 * abs(learning.weights(table, bought)[1])


# ── 好坏只有一把尺子 ─────────────────────────────────────────────────


def test_auc_is_sklearns_with_ties_too():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(4)
    for _ in range(20):
        scores, truth = rng.integers(0, 6, 80), rng.random(80) < 0.4
        assert rank(scores, truth).tally().auc == pytest.approx(roc_auc_score(truth, scores))


def test_effort_by_hand():
    """买 × 买 × 买 × × ×：找到 2 位要联系 3 位；联系 5 位找到 3 位。"""
    bought = np.array([1, 0, 1, 0, 1, 0, 0, 0], dtype=bool)
    tally = rank(-np.arange(8), bought).tally()
    assert tally.contacted(2 / 3) == pytest.approx(3)
    assert [tally.caught(n) for n in range(6)] == [0, 1, 1, 2, 2, 3]
    tied = rank(np.zeros(8), bought).tally()
    assert tied.caught(4) == pytest.approx(1.5)  # 全同分：随机联系一半，平均找到一半
    assert tied.contacted(1 / 3) == pytest.approx(1 + 5 / 3)


def test_paired_intervals_are_zero_for_twins_and_exclude_zero_for_a_clear_winner():
    rng = np.random.default_rng(5)
    bought = rng.random(400) < 0.3
    field = {"base": rng.random(400), "oracle": bought + rng.random(400) / 10}
    rankings = {name: rank(scores, bought) for name, scores in field.items()} | {
        "twin": rank(field["base"], bought)
    }
    found = backtest.paired(rankings, lambda tally: tally.caught(80), "base", 60, 0)
    assert found["twin"] == (0, 0) == found["base"]
    assert found["oracle"][0] > 0


# ── 三种来源 ─────────────────────────────────────────────────────────


def test_the_world_is_labelled_repeats_and_keeps_its_truth():
    world = touchpoints.world(400, "w")
    assert world == touchpoints.world(400, "w")
    assert all(
        row.synthetic for table in (world.transactions, world.interactions, world.externals) for row in table
    )
    assert len(world.transactions) == len(world.externals) == len(world.chance) == 400
    known = {row.customer_id for row in world.interactions}
    assert len(known - set(world.chance)) == world.strangers == 40
    assert 0.07 < 1 - len(known & set(world.chance)) / 400 < 0.18  # 写明的 120 ‰


def test_the_truth_is_calibrated_and_hides_from_transactions():
    """真概率的平均等于买了的份额（误差几个标准误以内）；只按次数排，比真概率差。"""
    world = touchpoints.world(1500, "w")
    names = [row.customer_id for row in world.transactions]
    chance = np.array([world.chance[name] for name in names])
    bought = np.array([world.bought[name] for name in names])
    assert abs(chance.mean() - bought.mean()) < 3 * np.sqrt((chance * (1 - chance)).sum()) / 1500
    by_count = rank([row.frequency for row in world.transactions], bought).tally().auc
    assert by_count + 0.08 < rank(chance, bought).tally().auc


def test_self_reports_are_rounded_and_nearer():
    from lifecycle_lab.schema import Customer

    told = touchpoints.self_reports([Customer(f"C{i}", 100, 23, 123_456) for i in range(200)], "s")
    assert all(one.frequency % 5 == 0 for one in told)
    assert all(len(str(one.monetary).rstrip("0")) <= 2 for one in told)  # 金额只有头两位不是 0
    assert 70 < sum(one.recency for one in told) / 200 < 90  # 0.5 + 0.6 的一半 = 0.8
