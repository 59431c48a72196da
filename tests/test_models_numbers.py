"""models 的算术：对着逐个客户的积分（先写一位客户的似然，再对快慢与流失积分），以及一般的规律。"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from lifecycle_lab import models
from lifecycle_lab.models.beta_geometric import BetaGeometric
from lifecycle_lab.models.fitted import Fitted
from lifecycle_lab.models.maximum import Maximum, maximise
from lifecycle_lab.models.pareto import ParetoNBD

THETA = (0.6, 7.0, 0.9, 2.2)
PROCESSES = [BetaGeometric(k, coin) for k in (1, 2, 4) for coin in (False, True)]
EVERY = [*PROCESSES, ParetoNBD()]


def known(process, theta=THETA, unit_days=7) -> Fitted:
    return Fitted(process, Maximum(theta, 0.0, (), True, (), 1), 0.0, 1, 1, unit_days)


def history(x: int, span: int, age: int) -> models.Histories:
    return models.histories([x], [span], [age])


LOG_RATES, LOG_ODDS = np.linspace(-150.0, 15.0, 20_001), np.linspace(-400.0, 400.0, 80_001)
RATES = np.exp(LOG_RATES)
LOG_P, LOG_NOT_P = -np.logaddexp(0, -LOG_ODDS), -np.logaddexp(0, LOG_ODDS)


def over_gamma(function, shape: float, rate: float) -> float:
    """E[function(λ)]，λ 是 Gamma(shape, rate)；换元 λ = e^u，等距求和（两头都看不见了，梯形法极准）。"""
    log_density = shape * (math.log(rate) + LOG_RATES) - rate * RATES - math.lgamma(shape)
    return float((function(RATES) * np.exp(log_density)).sum() * (LOG_RATES[1] - LOG_RATES[0]))


def over_beta(log_function, a: float, b: float) -> float:
    """E[exp log_function(log p, log(1−p))]，p 是 Beta(a, b)；换元 p = 1/(1+e^−u)。"""
    log_density = a * LOG_P + b * LOG_NOT_P - (math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b))
    return float(np.exp(log_function(LOG_P, LOG_NOT_P) + log_density).sum() * (LOG_ODDS[1] - LOG_ODDS[0]))


def erlang_survivor(k: int, amount):
    return sum(np.exp(-amount) * amount**j / math.factorial(j) for j in range(k))


def beta_geometric_parts(process, x, span, age, theta=THETA) -> tuple[float, float]:
    """（活着的一份，不来的一份）：一位客户的似然对 λ、p 积分；只差与参数无关的间隔乘积。"""
    r, alpha, a, b = theta
    k, tossed = process.k, x + process.first_coin
    alive = over_beta(lambda _, stays: tossed * stays, a, b) * over_gamma(
        lambda rate: rate ** (k * x) * np.exp(-rate * span) * erlang_survivor(k, rate * (age - span)),
        r,
        alpha,
    )
    if not tossed:
        return alive, 0.0
    coin = over_beta(lambda leaves, stays: leaves + (tossed - 1) * stays, a, b)
    return alive, coin * over_gamma(lambda rate: rate ** (k * x) * np.exp(-rate * span), r, alpha)


@pytest.mark.parametrize("process", PROCESSES, ids=lambda p: p.name)
@pytest.mark.parametrize("customer", [(0, 0, 180), (1, 30, 180), (5, 200, 210), (3, 21, 400), (2, 90, 90)])
def test_beta_geometric_likelihood_and_probabilities_equal_the_integrals(process, customer):
    x, span, age = customer
    fitted, data = known(process), history(*customer)
    alive, gone = beta_geometric_parts(process, x, span / 7, age / 7)
    later, _ = beta_geometric_parts(process, x, span / 7, age / 7 + 10)
    assert fitted._log_likelihoods(data)[0] == pytest.approx(math.log(alive + gone), abs=1e-7)
    assert fitted.alive(data)[0] == pytest.approx(alive / (alive + gone), rel=1e-7)
    assert fitted.no_order(data, 70)[0] == pytest.approx((later + gone) / (alive + gone), rel=1e-7)


@pytest.mark.parametrize("process", PROCESSES, ids=lambda p: p.name)
@pytest.mark.parametrize("customer", [(0, 0, 0), (1, 30, 180), (6, 200, 230)])
def test_expected_orders_equal_the_sum_over_one_customers_future(process, customer):
    """给定 λ：第 n 次在期限内发生的概率由泊松步数数出来；再对 λ、p 积分，n 加到看不见为止。"""
    x, span, age = customer
    r, alpha, a, b = THETA
    k, wait, ahead = process.k, (age - span) / 7, 20.0
    alive, gone = beta_geometric_parts(process, x, span / 7, age / 7)

    def orders(rate, n: int):
        steps = (
            stats.poisson.pmf(j, rate * wait) * stats.poisson.sf(n * k - j - 1, rate * ahead)
            for j in range(k)
        )
        return rate ** (k * x) * np.exp(-rate * span / 7) * sum(steps)

    total = sum(
        over_beta(lambda _, stays, n=n: (x + process.first_coin + n - 1) * stays, a, b)
        * over_gamma(lambda rate, n=n: orders(rate, n), r, alpha)
        for n in range(1, 61)
    )
    ours = known(process).expected_orders(history(*customer), 140)[0]
    # 第 61 次以后还有一点点：只许少，不许多
    assert ours * (1 - 1e-3) <= total / (alive + gone) <= ours * (1 + 1e-8)


@pytest.mark.parametrize("a", [0.3, 0.999999, 1.0, 1.000001, 4.0])
@pytest.mark.parametrize(
    ("x", "age", "horizon"), [(0, 7, 7), (3, 270, 180), (150, 700, 365), (0, 0, 5000), (40, 90, 9000)]
)
def test_bgnbd_expectation_where_the_textbook_formula_breaks(a, x, age, horizon):
    """书上的式子在 a = 1 处零除零。给定 p 的期望是 (1 − (1 + p·h)^−(r+x))/p，对 p 的后验积分就没有这个洞。"""
    r, alpha, _, b = THETA
    data = history(x, age if x else 0, age)
    fitted = known(BetaGeometric(), (r, alpha, a, b))
    ahead = horizon / 7 / (alpha + age / 7)
    given_p = over_beta(
        lambda leaves, _: np.log(-np.expm1(-(r + x) * np.log1p(np.exp(leaves) * ahead))) - leaves, a, b + x
    )
    assert fitted.expected_orders(data, horizon)[0] / fitted.alive(data)[0] == pytest.approx(
        given_p, rel=3e-6
    )


@pytest.mark.parametrize("theta", [THETA, (2.0, 30.0, 1.0, 5.0), (0.7, 2.0, 3.0, 60.0)])
@pytest.mark.parametrize("customer", [(0, 0, 180), (1, 30, 180), (5, 200, 201), (5, 200, 200)])
def test_paretonbd_equals_the_double_integral(theta, customer):
    r, alpha, s, beta = theta
    x, span, age = customer[0], customer[1] / 7, customer[2] / 7

    def parts(age: float) -> tuple[float, float]:
        alive = over_gamma(lambda q: q**x * np.exp(-q * age), r, alpha) * (beta / (beta + age)) ** s

        def leaving(y: float) -> float:
            # 在 y 离开：λ 的一份与 μ 的一份各自积分
            buys = over_gamma_power(x, y, r, alpha)
            return buys * s / (beta + y) * (beta / (beta + y)) ** s

        return alive, integrate.quad(leaving, span, age, epsabs=0, epsrel=1e-11)[0]

    def over_gamma_power(power: int, time: float, shape: float, rate: float) -> float:
        # E[λ^n e^−λt] = Γ(r+n)/Γ(r) · α^r/(α+t)^(r+n)，Gamma 的定义
        return (
            math.exp(math.lgamma(shape + power) - math.lgamma(shape))
            * rate**shape
            / (rate + time) ** (shape + power)
        )

    fitted, data = known(ParetoNBD(), theta), history(*customer)
    (alive, gone), (later, gone_later) = parts(age), parts(age + 10)
    assert fitted._log_likelihoods(data)[0] == pytest.approx(math.log(alive + gone), abs=1e-8)
    assert fitted.alive(data)[0] == pytest.approx(alive / (alive + gone), rel=1e-8)
    assert fitted.no_order(data, 70)[0] == pytest.approx((later + gone_later) / (alive + gone), rel=1e-8)


@pytest.mark.parametrize("theta", [THETA, (5.0, 0.3, 0.6, 80.0), (0.4, 60.0, 8.0, 0.2)])
@pytest.mark.parametrize("customer", [(60, 70, 900), (200, 220, 900), (1, 1, 90_000)])
def test_paretonbd_where_the_integrand_falls_steeply(theta, customer):
    """买得很勤、很久没来：被积函数在一小段里降几十个数量级。对着在对数刻度上切成二百段的积分。"""
    r, alpha, s, beta = theta
    x, span, age = customer[0], customer[1] / 7, customer[2] / 7

    def log_height(y: float) -> float:
        return -(r + x) * math.log(alpha + y) - (s + 1) * math.log(beta + y)

    edges = span + np.r_[0, np.geomspace(1e-6, age - span, 200)]
    pieces = (
        integrate.quad(lambda y: math.exp(log_height(y) - log_height(span)), *ends, epsabs=0)[0]
        for ends in pairwise(edges)
    )
    common = math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha) + s * math.log(beta)
    gone = common + math.log(s) + log_height(span) + math.log(math.fsum(pieces))
    alive = common - (r + x) * math.log(alpha + age) - s * math.log(beta + age)
    fitted = known(ParetoNBD(), theta)
    assert fitted._log_likelihoods(history(*customer))[0] == pytest.approx(
        np.logaddexp(gone, alive), abs=1e-9
    )


def test_gamma_gamma_likelihood_equals_the_integral_over_customers():
    """平均单价的密度：给定 ν 是 Gamma(p·单数, ν·单数)，再对 ν 积分；参数取估计出来的。"""
    rng = np.random.default_rng(8)
    orders, totals = rng.integers(1, 6, 60), rng.integers(800, 60_000, 60)
    fitted = models.fit_gamma_gamma(orders, totals)
    p, q, gamma = fitted.theta
    total = 0.0
    for count, spent in zip(orders, totals / 100, strict=True):
        total += math.log(
            over_gamma(
                lambda v, n=count, m=spent / count: stats.gamma.pdf(m, p * n, scale=1 / (v * n)), q, gamma
            )
        )
    assert fitted.maximum.log_likelihood == pytest.approx(total, rel=1e-9)


def test_paretonbd_expectation_is_the_integral_of_staying_and_passes_through_one():
    """E = E[λ | 活着] · ∫ P(到 t 还活着 | 现在活着) dt；s = 1 与它的两旁连成一线。"""
    r, alpha, _, beta = THETA
    values, age = [], 150 / 7
    for s in (1 - 1e-9, 1.0, 1 + 1e-9, 0.4, 3.0):
        fitted, data = known(ParetoNBD(), (r, alpha, s, beta)), history(4, 100, 150)
        stays = integrate.quad(lambda t, s=s: ((beta + age) / (beta + age + t)) ** s, 0, 30)[0]
        expected = fitted.alive(data)[0] * (r + 4) / (alpha + age) * stays
        values.append(fitted.expected_orders(data, 210)[0])
        assert values[-1] == pytest.approx(expected, rel=1e-9)
    assert values[0] == pytest.approx(values[1], rel=1e-8)


def test_one_time_buyers_are_alive_by_definition_under_bgnbd_only():
    """陷阱：一千天没有音讯的一次客，BG/NBD 仍说 1；“往后半年来不来”却说得出先后。"""
    silent = models.histories([0, 0, 0, 2], [0, 0, 0, 50], [1, 100, 1000, 1000])
    trap, honest = known(BetaGeometric()), known(BetaGeometric(first_coin=True))
    assert trap.alive(silent)[:3].tolist() == [1.0, 1.0, 1.0]
    assert trap.certain(silent).tolist() == [True, True, True, False]
    assert trap.alive(silent)[3] < 0.5
    assert "恒为 1" in "".join(trap.cautions)
    for fitted in (honest, known(ParetoNBD())):
        assert (np.diff(fitted.alive(silent)[:3]) < 0).all()
        assert not fitted.certain(silent).any()
        assert fitted.cautions == ()
    assert (np.diff(trap.no_order(silent, 180)[:3]) > 0).all()


# ---- 一般的规律 ----

LOGS = st.floats(-3.0, 3.0)
THETAS = st.tuples(LOGS, LOGS, LOGS, LOGS).map(lambda logs: tuple(math.exp(value) for value in logs))
HORIZONS = st.integers(0, 2_000)


@st.composite
def customers(draw) -> models.Histories:
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        x = draw(st.integers(0, 60))
        span = draw(st.integers(x, 900)) if x else 0
        rows.append((x, span, span + draw(st.integers(0, 900))))
    return models.histories(*map(list, zip(*rows, strict=True)))


@given(st.sampled_from(EVERY), THETAS, customers(), HORIZONS, HORIZONS)
@settings(max_examples=150)
def test_probabilities_and_expectations_keep_their_order(process, theta, data, first, second):
    fitted, (near, far) = known(process, theta), sorted((first, second))
    alive, none_near, none_far = fitted.alive(data), fitted.no_order(data, near), fitted.no_order(data, far)
    for values in (alive, none_near, none_far):
        assert ((values >= 0) & (values <= 1)).all()
    slack = 1e-9
    assert (none_far <= none_near + slack).all()  # 等得越久，越可能来
    assert (none_far >= 1 - alive - slack).all()  # 已经不来的，等多久都不来
    few, many = fitted.expected_orders(data, near), fitted.expected_orders(data, far)
    assert (few <= many * (1 + slack) + slack).all()
    assert (many >= 1 - none_far - slack).all()  # 期望次数不小于“至少来一次”的概率


@given(st.sampled_from(EVERY), THETAS, customers(), st.integers(1, 500))
@settings(max_examples=150)
def test_waiting_longer_without_an_order_never_raises_the_hope(process, theta, data, more):
    fitted, waited = known(process, theta), data.later(more)
    assert (fitted.alive(waited) <= fitted.alive(data) + 1e-9).all()


@given(st.sampled_from(EVERY), THETAS, customers(), st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=100)
def test_no_order_over_two_stretches_multiplies(process, theta, data, first, second):
    """空等 first 天，再空等 second 天 = 一次空等两段之和。"""
    fitted = known(process, theta)
    together = fitted.no_order(data, first) * fitted.no_order(data.later(first), second)
    assert fitted.no_order(data, first + second) == pytest.approx(together, rel=1e-8, abs=1e-12)


@given(THETAS, customers(), HORIZONS)
@settings(max_examples=60)
def test_the_time_unit_changes_no_answer(theta, data, horizon):
    r, alpha, a, b = theta
    weeks, in_days = (
        known(BetaGeometric(2, True), theta),
        known(BetaGeometric(2, True), (r, alpha * 7, a, b), 1),
    )
    assert in_days.alive(data) == pytest.approx(weeks.alive(data), rel=1e-9, abs=1e-12)
    assert in_days.no_order(data, horizon) == pytest.approx(
        weeks.no_order(data, horizon), rel=1e-8, abs=1e-12
    )
    expected = weeks.expected_orders(data, horizon)
    assert in_days.expected_orders(data, horizon) == pytest.approx(expected, rel=1e-8, abs=1e-12)


@given(customers(), st.randoms())
def test_grouping_keeps_every_row(data, rng):
    rows, count, place = data.distinct()
    assert count.sum() == len(data)
    for name, column in vars(data).items():
        assert (getattr(rows, name)[place] == column).all()
    assert len(set(zip(*(column.tolist() for column in vars(rows).values()), strict=True))) == len(rows)


def test_the_long_series_equals_itself_term_by_term():
    """一千项以后一段一段取中点：与逐项加（这里用别的写法）差不到百万分之一。"""
    r, alpha, a, b = 1.3, 0.05, 0.4, 3.0
    share = 400 / (alpha + 400)
    n = np.arange(1, 400_001)
    stays = np.cumprod(np.r_[1.0, (b + n[:-1] - 1) / (a + b + n[:-1] - 1)])
    total = float(stays @ stats.nbinom.sf(n - 1, r, 1 - share))
    assert known(BetaGeometric(), (r, alpha, a, b)).expected_orders_of_new(2800) == pytest.approx(
        total, rel=1e-6
    )


# ---- 最大似然的机器：对着有闭式解的题 ----


def test_maximise_finds_a_known_top_and_its_curvature():
    """两个互不相干的指数分布：θ = 均值的倒数，标准误 = θ/√n。"""
    found = maximise(
        lambda t: 50 * math.log(t[0]) - 20 * t[0] + 8 * math.log(t[1]) - 400 * t[1], [(1.0, 1.0)]
    )
    assert found.theta == pytest.approx((2.5, 0.02), rel=1e-6)
    assert found.standard_errors == pytest.approx((2.5 / math.sqrt(50), 0.02 / math.sqrt(8)), rel=1e-3)
    assert (found.converged, found.on_bound, found.starts) == (True, (), 1)


def test_correlated_parameters_have_the_errors_of_the_inverse_matrix():
    """log θ 上是一座椭圆的山：曲率 [[4, 3], [3, 9]]，逆的对角线是 9/27 与 4/27。"""

    def hill(theta) -> float:
        u, v = math.log(theta[0]) - 1, math.log(theta[1]) + 2
        return -(4 * u * u + 6 * u * v + 9 * v * v) / 2 - 30

    found = maximise(hill, [(1.0, 1.0)])
    assert np.log(found.theta) == pytest.approx((1.0, -2.0), abs=1e-5)
    errors = np.divide(found.standard_errors, found.theta)
    assert errors == pytest.approx((math.sqrt(9 / 27), math.sqrt(4 / 27)), rel=1e-4)


def test_maximise_says_when_a_parameter_runs_away():
    found = maximise(lambda t: 50 * math.log(t[0]) - 20 * t[0] - 1 / t[1], [(1.0, 1.0), (3.0, 5.0)])
    assert found.on_bound == (1,)
    assert not found.converged
    assert found.starts == 2
    assert math.isnan(found.standard_errors[1])
    assert found.theta[0] == pytest.approx(2.5, rel=1e-4)


def test_maximise_walks_around_impossible_values():
    found = maximise(lambda t: math.nan if t[0] > 3 else 50 * math.log(t[0]) - 20 * t[0], [(2.9,)])
    assert found.theta[0] == pytest.approx(2.5, rel=1e-6)
