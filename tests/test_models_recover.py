"""models 在自己的故事里：按每个模型的过程另写一个生成器，参数要找得回来，概率要说得准。

时间很细（一个单位 100 “天”），取整几乎不改变什么；真相（还活不活着、后来买了几次）都留着。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from lifecycle_lab import models

TICKS = 100
AHEAD = 26 * TICKS
CUSTOMERS = 12_000


@dataclass(frozen=True)
class World:
    """生成的客户：模型看得见的历史与间隔，以及看不见的真相。"""

    data: models.Histories
    gaps: np.ndarray
    alive: np.ndarray
    later_orders: np.ndarray


def world(seed: int, count: int, next_gap, leaves_after_purchase=None, leaves_at=None) -> World:
    """next_gap(rng): 每位客户的下一个间隔。leaves_after_purchase(rng, n): 第 n 次购买（0 是第一次）之后走不走。

    leaves_at: 离开的时刻。两种离开二选一；时间单位同模型。
    """
    rng = np.random.default_rng(seed)
    age = rng.integers(40 * TICKS, 90 * TICKS, count)
    gone = np.full(count, np.inf) if leaves_at is None else leaves_at * TICKS
    time, bought = np.zeros(count), [np.zeros(count)]
    for n in range(100_000):
        if leaves_after_purchase is not None:
            gone = np.where((gone == np.inf) & leaves_after_purchase(rng, n), time, gone)
        time = time + next_gap(rng) * TICKS
        # 走了、或过了要看的时候，就不再有下一次
        time = np.where((time > gone) | (time > age + AHEAD), np.inf, time)
        if np.isinf(time).all():
            break
        bought.append(np.floor(time))
    return observed(np.array(bought), age, gone)


def observed(bought: np.ndarray, age: np.ndarray, gone: np.ndarray) -> World:
    """购买时刻（n × 客户，无穷大 = 没有）→ 历史；同一格里的几次合成一次。"""
    fresh = np.vstack([np.ones((1, bought.shape[1]), dtype=bool), bought[1:] > bought[:-1]])
    seen, later = fresh & (bought <= age), fresh & (bought > age) & (bought <= age + AHEAD)
    customer, _ = np.nonzero(seen.T)
    gaps = np.diff(bought.T[seen.T])[customer[1:] == customer[:-1]]
    span = np.where(seen, bought, 0).max(axis=0)
    data = models.histories(seen.sum(axis=0) - 1, span, age)
    return World(data, gaps.astype(int), gone > age, later.sum(axis=0))


def bg_world(
    seed: int, k: int, first_coin: bool, r: float, alpha: float, a: float, b: float, count: int = CUSTOMERS
) -> World:
    rng = np.random.default_rng(seed + 1)
    rate, p = rng.gamma(r, 1 / alpha, count), rng.beta(a, b, count)

    def leaves(rng: np.random.Generator, n: int) -> np.ndarray:
        return (rng.random(count) < p) & (first_coin or n > 0)

    return world(seed, count, lambda rng: rng.gamma(k, 1 / rate), leaves_after_purchase=leaves)


def pareto_world(seed: int, r: float, alpha: float, s: float, beta: float) -> World:
    rng = np.random.default_rng(seed + 1)
    rate, lifetime = (
        rng.gamma(r, 1 / alpha, CUSTOMERS),
        rng.exponential(1 / rng.gamma(s, 1 / beta, CUSTOMERS)),
    )
    return world(seed, CUSTOMERS, lambda rng: rng.exponential(1 / rate), leaves_at=lifetime)


def close(fitted: models.Fitted, truth: tuple[float, ...]) -> None:
    """每个参数离真值不过三个半标准误，标准误又不大得什么都容得下。"""
    for part, true in zip(fitted.estimates, truth, strict=True):
        assert abs(part.value - true) < 3.5 * part.standard_error, part
        assert part.standard_error < 0.35 * true, part


def says_true(fitted: models.Fitted, seen: World) -> None:
    """概率按大小分十组，每组的平均与真相的比例只差抽样误差；期望的合计也是。"""
    none = fitted.no_order(seen.data, AHEAD)
    for predicted, happened in ((fitted.alive(seen.data), seen.alive), (none, seen.later_orders == 0)):
        for group in np.array_split(np.argsort(predicted, kind="stable"), 10):
            mean, error = (
                predicted[group].mean(),
                np.sqrt((predicted[group] * (1 - predicted[group])).sum()) / len(group),
            )
            assert abs(happened[group].mean() - mean) < 4 * error + 0.01
    expected = fitted.expected_orders(seen.data, AHEAD)
    assert expected.sum() == pytest.approx(seen.later_orders.sum(), rel=0.05)
    assert np.corrcoef(expected, seen.later_orders)[0, 1] > 0.5


@pytest.mark.parametrize("seed", [1, 2])
def test_bgnbd_recovers_itself(seed):
    truth = (0.8, 9.0, 0.8, 2.5)
    seen = bg_world(seed, 1, False, *truth)
    fitted = models.fit_bgnbd(seen.data, TICKS)
    assert fitted.maximum.converged
    close(fitted, truth)
    says_true(fitted, seen)


@pytest.mark.parametrize(("k", "seed"), [(1, 3), (3, 4)])
def test_mbgcnbd_recovers_itself_and_its_regularity(k, seed):
    truth = (0.85, 5.0, 0.79, 2.42)
    seen = bg_world(seed, k, True, *truth)
    fitted = models.fit_mbgcnbd(seen.data, seen.gaps, unit_days=TICKS)
    assert fitted.process.k == k
    assert fitted.maximum.converged
    assert [tried for tried, _ in fitted.tried] == list(range(1, k + 2))
    assert max(fitted.tried, key=lambda pair: pair[1]) == (k, fitted.log_likelihood)
    close(fitted, truth)
    says_true(fitted, seen)


def test_paretonbd_recovers_itself():
    truth = (0.9, 8.0, 0.8, 15.0)
    seen = pareto_world(5, *truth)
    fitted = models.fit_paretonbd(seen.data, TICKS)
    assert fitted.maximum.converged
    close(fitted, truth)
    says_true(fitted, seen)


def test_standard_errors_are_the_spread_of_the_estimates():
    """十六家同样的店：log 估计值的离散与报告的标准误是一回事（二者之比在 0.6 到 1.6 之间）。"""
    fits = [
        models.fit_bgnbd(bg_world(100 + seed, 1, False, 0.8, 9.0, 0.8, 2.5).data, TICKS) for seed in range(16)
    ]
    logs = np.log([fitted.theta for fitted in fits])
    reported = np.mean([np.divide(fitted.maximum.standard_errors, fitted.theta) for fitted in fits], axis=0)
    assert ((logs.std(axis=0, ddof=1) / reported > 0.6) & (logs.std(axis=0, ddof=1) / reported < 1.6)).all()


def test_gamma_gamma_recovers_itself_whatever_the_unit():
    rng = np.random.default_rng(6)
    p, q, gamma = 6.0, 4.0, 15.0
    orders = rng.integers(1, 9, CUSTOMERS)
    totals = np.rint(rng.gamma(p * orders, 1 / rng.gamma(q, 1 / gamma, CUSTOMERS)) * 100).astype(int)
    fitted = models.fit_gamma_gamma(orders, totals)
    for part, true in zip(fitted.estimates, (p, q, gamma), strict=True):
        assert abs(part.value - true) < 3.5 * part.standard_error
    assert fitted.shop_average == pytest.approx(p * gamma / (q - 1), rel=0.03)
    whole = models.fit_gamma_gamma(orders, totals, decimals=0)
    assert whole.theta == pytest.approx((fitted.theta[0], fitted.theta[1], 100 * fitted.theta[2]), rel=1e-4)
    # 没有记录的客户按全店，记录很多的按自己：一百单、每单 99 元
    nobody, regular = fitted.average_order([0, 100], [0, 100 * 9_900])
    assert nobody == pytest.approx(fitted.shop_average)
    assert 98 < regular < 99


def test_another_starting_point_ends_at_the_same_top():
    from lifecycle_lab.models.beta_geometric import BetaGeometric
    from lifecycle_lab.models.maximum import maximise

    seen = bg_world(7, 1, True, 0.85, 5.0, 0.79, 2.42, count=2_000)
    rows, count, _ = seen.data.distinct()
    parts, process = (rows.repeat_purchases, rows.span / TICKS, rows.age / TICKS), BetaGeometric(1, True)

    def log_likelihood(theta):
        return float(count @ np.logaddexp(process.log_alive(theta, *parts), process.log_gone(theta, *parts)))

    expected = models.fit_mbgnbd(seen.data, TICKS).theta
    for start in ((0.1, 100.0, 5.0, 0.2), (5.0, 1.0, 0.1, 20.0), (1.0, 1.0, 1.0, 1.0)):
        assert maximise(log_likelihood, [start]).theta == pytest.approx(expected, rel=1e-4)
