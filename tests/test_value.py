"""终身价值：检验值到最后一位，逐年的现金流作对照，一般的规律用 hypothesis(D1、D2)。

对照（`cash_flow`）是另写的一个循环：一年一年贴现，不用系数，也不叫 value 里的函数。
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from fractions import Fraction as Q

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import value
from lifecycle_lab.schema import LabError, ParameterError, half_up
from lifecycle_lab.value import (
    LoyalCustomer,
    MonthlyRate,
    MonthlyRetention,
    Months,
    YearlyRate,
    YearlyRetention,
    Years,
)

NINE, FIVE = YearlyRate.percent(9), Years(5)
AN_EXAMPLE = LoyalCustomer(
    100_000,
    NINE,
    FIVE,
    first_purchase=8_000,
    acquisition_cost=50_000,
    yearly_service_cost=20_000,
    margin=Q(3, 10),
)

rates = st.fractions(0, Q(99, 100), max_denominator=1000)
years = st.integers(0, 30)
money = st.integers(0, 10**8)
shares = st.fractions(0, 1, max_denominator=100)


@st.composite
def customers(draw, least_years=0):
    return LoyalCustomer(
        draw(st.integers(-(10**6), 10**8)),
        YearlyRate(draw(rates)),
        Years(draw(st.integers(least_years, 30))),
        draw(money),
        draw(money),
        draw(money),
        draw(shares),
        draw(st.booleans()),
        YearlyRetention(draw(shares)),
    )


def cash_flow(start: Q, each: Q, r: Q, n: int, due: bool = False, p: Q = Q(1)) -> Q:
    """逐年：留下来的人、这一年的贴现，各乘各的。"""
    total, alive, worth = Q(start), Q(1), Q(1)
    for _ in range(n):
        if due:
            total += each * alive * worth
        alive, worth = alive * p, worth / (1 + r)
        if not due:
            total += each * alive * worth
    return total


def flows_of(c: LoyalCustomer, model: str) -> Q:
    i, s, a, p0, m = c.yearly_revenue, c.yearly_service_cost, c.acquisition_cost, c.first_purchase, c.margin
    start, each = {"revenue": (p0, i), "profit": (m * p0, m * i), "contribution": (p0 - a, i - s)}[model]
    return cash_flow(start, each, c.rate.value, c.loyal.count, c.due, c.kept.value)


# ── 检验值 ───────────────────────────────────────────────────────────


def test_check_values_at_nine_percent_for_five_years():
    assert half_up(value.discount_factor(NINE, FIVE), 6) == "0.649931"
    assert half_up(value.annuity(NINE, FIVE), 6) == "3.889651"
    assert half_up(value.annuity(NINE, FIVE, due=True), 6) == "4.239720"
    assert half_up(value.slope(NINE, FIVE), 4) == "-10.0924"
    # 复利表里的常见值：6 % 十年、10 % 三年、12 % 二十年
    for percent, n, text in ((6, 10, "7.36009"), (10, 3, "2.48685"), (12, 20, "7.46944")):
        assert half_up(value.annuity(YearlyRate.percent(percent), Years(n)), 5) == text


def test_written_out_rounds_where_it_says():
    steps = value.written_out(NINE, FIVE)
    assert [step.used for step in steps] == [
        Q("1.09"), Q("1.5386239549"), Q("0.65"), Q("0.35"), Q(35, 9)
    ]  # fmt: skip
    assert half_up(steps[-1].used, 4) == "3.8889"
    assert half_up(steps[-1].used, 6) == "3.888889"
    assert half_up(steps[-1].exact, 6) == "3.889651"
    assert steps[-1].exact == sum(Q(100, 109) ** t for t in range(1, 6))
    unrounded = value.written_out(NINE, FIVE, factor_digits=None)
    assert all(step.used == step.exact for step in unrounded)
    assert value.written_out(YearlyRate(Q(0)), FIVE)[-1].used == 5


def test_period_lines_add_up_and_can_be_rounded():
    lines = value.period_lines(NINE, FIVE, digits=4)
    # 复利现值表，9 % 一栏
    assert [line.factor for line in lines] == [
        Q(t) for t in ("0.9174", "0.8417", "0.7722", "0.7084", "0.6499")
    ]
    assert lines[-1].total == Q("3.8896")
    assert value.period_lines(NINE, FIVE, due=True)[0].factor == 1
    assert value.period_lines(NINE, FIVE, due=True)[-1].total == value.annuity(NINE, FIVE, due=True)


@pytest.mark.parametrize(("kept", "text"), [(6, "1.15"), (7, "1.67"), (8, "2.50"), (9, "4.09")])
def test_retention_multiples_at_twelve_percent(kept, text):
    p = YearlyRetention(Q(kept, 10))
    assert half_up(value.retained_annuity(YearlyRate.percent(12), Years.forever(), p), 2) == text
    long = cash_flow(Q(0), Q(1), Q(12, 100), 400, p=p.value)
    assert float(long) == pytest.approx(
        float(value.retained_annuity(YearlyRate.percent(12), Years.forever(), p)), rel=1e-12
    )


def test_three_models_worked_by_hand():
    # r = 25 %、n = 2：1/1.25 + 1/1.5625 = 0.8 + 0.64 = 1.44
    c = LoyalCustomer(1000, YearlyRate.percent(25), Years(2), 300, 500, 400, Q(1, 5))
    assert value.lifetime_value(c, "revenue") == 300 + 1440
    assert value.lifetime_value(c, "profit") == 60 + 288
    assert value.lifetime_value(c, "contribution") == -200 + 864
    assert [(t.name, t.gap) for t in value.difference(c)] == [
        ("first_purchase", 0), ("acquisition_cost", 500), ("revenue", 0), ("service_cost", 576)
    ]  # fmt: skip
    assert [line.total for line in value.year_lines(c, "contribution")] == [-200, 280, 664]
    early = replace(c, due=True)
    assert value.lifetime_value(early, "contribution") == -200 + 600 * Q("1.8")


# ── 对照与规律 ───────────────────────────────────────────────────────


@given(customers(), st.sampled_from(value.MODELS))
def test_every_model_is_the_cash_flow_year_by_year(c, model):
    assert value.lifetime_value(c, model) == flows_of(c, model)
    lines = value.year_lines(c, model)
    assert lines[-1].total == flows_of(c, model)
    assert sum(line.present for line in lines) == lines[-1].total


@given(customers())
def test_model_one_minus_model_three_is_a_plus_s_times_annuity(c):
    gap = value.lifetime_value(c, "revenue") - value.lifetime_value(c, "contribution")
    served = cash_flow(Q(0), Q(c.yearly_service_cost), c.rate.value, c.loyal.count, c.due, c.kept.value)
    assert gap == c.acquisition_cost + served
    terms = value.difference(c)
    assert sum(t.gap for t in terms) == gap
    assert sum(t.in_revenue for t in terms) == value.lifetime_value(c, "revenue")
    assert sum(t.in_contribution for t in terms) == value.lifetime_value(c, "contribution")


@given(rates, years, st.integers(1, 10), money, st.integers(1, 10**6))
def test_grows_with_years_and_with_revenue(r, n, more, income, extra):
    c = LoyalCustomer(income, YearlyRate(r), Years(n))
    longer, richer = replace(c, loyal=Years(n + more)), replace(c, yearly_revenue=income + extra)
    now = value.lifetime_value(c, "revenue")
    assert value.lifetime_value(longer, "revenue") >= now
    assert (value.lifetime_value(longer, "revenue") > now) == (income > 0)
    assert (value.lifetime_value(richer, "revenue") > now) == (n > 0)
    step = value.annuity(YearlyRate(r), Years(n + 1)) - value.annuity(YearlyRate(r), Years(n))
    assert step == value.one_more(YearlyRate(r), Years(n)) == (1 / (1 + r)) ** (n + 1)
    due = [value.annuity(YearlyRate(r), Years(k), due=True) for k in (n, n + 1)]
    assert due[1] - due[0] == value.one_more(YearlyRate(r), Years(n), due=True)


@given(rates, rates, st.integers(1, 30), st.booleans())
def test_falls_with_the_rate(one, other, n, due):
    low, high = sorted((one, other))
    a, b = (value.annuity(YearlyRate(r), Years(n), due=due) for r in (low, high))
    assert a >= b
    if low < high and (n > 1 or not due):
        assert a > b


@given(rates, st.integers(0, 20), st.booleans(), shares)
def test_slope_is_the_derivative(r, n, due, p):
    rate, term, kept = YearlyRate(r), Years(n), YearlyRetention(p)
    late = 0 if due else 1
    by_terms = sum((-t / (1 + r) ** (t + 1) for t in map(Q, range(late, n + late))), Q(0))
    assert value.slope(rate, term, due=due) == by_terms <= 0
    if r < Q(9, 10):
        h = Q(1, 10**7)
        ahead = cash_flow(Q(0), Q(1), r + h, n, due, p)
        secant = (ahead - cash_flow(Q(0), Q(1), r, n, due, p)) / h
        found = value.retained_slope(rate, term, kept, due=due)
        assert abs(secant - found) < Q(1, 10**7) * (n + 2) ** 3  # 二阶导数 Σ t(t+1)vᵗ⁺² 不超过 (n+2)³


def test_slope_limits():
    assert value.slope(YearlyRate(Q(0)), Years(4)) == -10
    assert value.slope(NINE, Years.forever()) == -Q(10_000, 81)
    assert value.slope(NINE, Years.forever(), due=True) == -Q(10_000, 81)
    near = value.slope(YearlyRate(Q(1, 10**9)), Years(4))
    assert float(near) == pytest.approx(-10, abs=1e-6)
    for due in (True, False):
        kept = YearlyRetention(Q(4, 5))
        far = value.retained_slope(NINE, Years(300), kept, due=due)
        assert float(far) == pytest.approx(float(value.retained_slope(NINE, Years.forever(), kept, due=due)))
    assert value.slope_by_rate(replace(AN_EXAMPLE), "contribution") == 80_000 * value.slope(NINE, FIVE)


def test_limits_of_the_annuity():
    assert value.annuity(YearlyRate(Q(0)), Years(7)) == 7
    assert value.annuity(NINE, Years.forever()) == Q(100, 9)
    assert value.annuity(NINE, Years.forever(), due=True) == Q(109, 9)
    assert float(value.annuity(NINE, Years(500))) == pytest.approx(100 / 9, rel=1e-12)
    assert float(value.annuity(YearlyRate(Q(1, 10**12)), Years(7))) == pytest.approx(7, rel=1e-10)
    assert value.annuity(NINE, Years(0)) == 0
    assert value.discount_factor(NINE, Years.forever()) == 0
    for call in (value.annuity, value.slope):
        with pytest.raises(ParameterError):
            call(YearlyRate(Q(0)), Years.forever())
    with pytest.raises(ParameterError):
        value.retained_slope(YearlyRate(Q(0)), Years.forever(), YearlyRetention(Q(1)))


@given(rates, st.integers(1, 15), st.integers(2, 4))
def test_proportional_is_only_monotone(r, n, times):
    """D2 审：n 乘几倍，系数不到几倍；r 乘几倍，系数多于几分之一。"""
    ratio = value.ratio(YearlyRate(r), Years(n), term_times=times)
    assert (1 < ratio < times) if r else ratio == times
    if 0 < r * times < 1:
        assert Q(1, times) < value.ratio(YearlyRate(r), Years(n), rate_times=times) < 1


@given(customers(), st.sampled_from(value.MODELS), st.integers(1, 1000))
def test_the_unit_of_money_changes_nothing_else(c, model, times):
    names = ("yearly_revenue", "first_purchase", "acquisition_cost", "yearly_service_cost")
    other = replace(c, **{name: getattr(c, name) * times for name in names})
    assert value.lifetime_value(other, model) == times * value.lifetime_value(c, model)


@given(shares)
def test_share_of_wallet(wallet_share):
    assert value.from_wallet(60_000, wallet_share) == 60_000 * wallet_share


# ── 年与月 ───────────────────────────────────────────────────────────


@given(st.fractions(0, Q(1, 20), max_denominator=500), st.integers(0, 8))
def test_yearly_payments_cost_the_same_in_months(monthly, n):
    """一年一笔的钱，按月贴现与按年贴现一样。"""
    rate = MonthlyRate(monthly)
    by_month = sum((value.discount_factor(rate, Months(12 * t)) for t in range(1, n + 1)), Q(0))
    assert by_month == value.annuity(rate.yearly(), Years(n))


def test_months_and_years_convert():
    assert half_up(MonthlyRate.percent(1).yearly().value, 8) == "0.12682503"
    back = MonthlyRate.percent(1).yearly().monthly()
    assert float(back.value) == pytest.approx(0.01, rel=1e-12)
    assert float(YearlyRate.percent(12).monthly().value) == pytest.approx(0.009488792934583046, rel=1e-12)
    assert MonthlyRetention(Q(1, 2)).yearly() == YearlyRetention(Q(1, 4096))
    assert Years(5).months() == Months(60)
    assert Years.forever().months() == Months.forever()
    assert YearlyRate.percent("4.5") == YearlyRate(Q("0.045"))


@pytest.mark.parametrize(
    "call",
    [
        lambda: value.annuity(YearlyRate.percent(9), Months(60)),
        lambda: value.annuity(MonthlyRate.percent(1), Years(5)),
        lambda: value.annuity(Q(9, 100), Years(5)),
        lambda: value.annuity(NINE, 5),
        lambda: value.annuity(FIVE, NINE),
        lambda: value.retained_annuity(NINE, FIVE, MonthlyRetention(Q(9, 10))),
        lambda: value.retained_annuity(NINE, FIVE, Q(9, 10)),
        lambda: LoyalCustomer(100, MonthlyRate.percent(1), Months(60), kept=MonthlyRetention(Q(1))),
        lambda: LoyalCustomer(100, NINE, Months(60)),
        lambda: LoyalCustomer(100.0, NINE, FIVE),
        lambda: LoyalCustomer(True, NINE, FIVE),
        lambda: LoyalCustomer(100, NINE, FIVE, acquisition_cost=-1),
        lambda: YearlyRate(0.09),
        lambda: YearlyRate(Q(9)),
        lambda: YearlyRate(Q(-1, 100)),
        lambda: YearlyRetention(Q(11, 10)),
        lambda: Years(-1),
        lambda: Years(2.5),
        lambda: value.from_wallet(100, Q(3, 2)),
        lambda: value.lifetime_value(AN_EXAMPLE, "income"),
        lambda: value.written_out(NINE, Years.forever()),
        lambda: value.period_lines(NINE, Years.forever()),
        lambda: value.year_lines(replace(AN_EXAMPLE, loyal=Years.forever()), "revenue"),
        lambda: value.ratio(NINE, Years(0)),
    ],
)
def test_refusals_say_what_to_do(call):
    with pytest.raises(LabError) as caught:
        call()
    assert caught.value.remedy


# ── 两位客户 ─────────────────────────────────────────────────────────


@given(st.tuples(*[st.integers(0, 60)] * 4), st.tuples(*[st.integers(0, 60)] * 4), rates, st.integers(1, 12))
def test_reversal_is_exactly_opposite_signs(one, other, r, n):
    first, second = (LoyalCustomer(i, YearlyRate(r), Years(n), p, a, s) for i, p, a, s in (one, other))
    a = cash_flow(Q(0), Q(1), r, n)
    d_i, d_p, d_a, d_s = (x - y for x, y in zip(one, other, strict=True))
    gap_1, gap_3 = d_p + d_i * a, d_p - d_a + (d_i - d_s) * a
    found = value.ranking(first, second)
    assert (found.revenue_gap, found.contribution_gap) == (gap_1, gap_3)
    assert found.reverses == ((gap_1 > 0 > gap_3) or (gap_1 < 0 < gap_3))
    assert found.tied == (gap_1 == 0, gap_3 == 0)
    tie = value.service_cost_at_tie(first, second)
    # 只看符号：S 高于打平处就落后，低于就领先
    assert (one[3] > tie) == (gap_3 < 0)
    assert (one[3] < tie) == (gap_3 > 0)


@given(st.integers(1, 90), st.integers(0, 90), rates, st.integers(1, 9), money, money)
def test_same_start_reverses_iff_revenue_gap_is_smaller_than_service_gap(d_i, d_s, r, n, p0, cost):
    """研究记录里的条件：ΔI > 0 时，倒过来当且仅当 ΔI < ΔS；相等是打平，不算。"""
    second = LoyalCustomer(100, YearlyRate(r), Years(n), p0, cost, 10)
    first = replace(second, yearly_revenue=100 + d_i, yearly_service_cost=10 + d_s)
    assert value.ranking(first, second).reverses == (d_i < d_s)
    assert value.ranking(first, second).tied[1] == (d_i == d_s)


def test_years_in_which_the_order_is_reversed():
    # 甲的吸引成本高 100，每年多收 60、多花 20：r = 0 时净多 40n − 100，第 3 年起甲在前
    zero = YearlyRate(Q(0))
    first = LoyalCustomer(160, zero, Years(1), acquisition_cost=100, yearly_service_cost=20)
    second = LoyalCustomer(100, zero, Years(1))
    after = [
        value.ranking(replace(first, loyal=Years(n)), replace(second, loyal=Years(n))) for n in range(1, 7)
    ]
    assert [found.reverses for found in after] == [True, True, False, False, False, False]
    with pytest.raises(ParameterError):
        value.service_cost_at_tie(replace(first, loyal=Years(0)), second)


# ── 过去与将来 ───────────────────────────────────────────────────────


def test_past_and_future_are_kept_apart():
    today = date(2026, 1, 1)
    past = value.past_value([(date(2025, 5, 1), 500), (today, -100), (date(2026, 1, 2), 999)], today)
    future = value.future_value((Q(2), Q(1)), 1000, YearlyRate.percent(25), today)
    assert (past.amount, future.amount) == (400, 1600 + 640)
    assert (past + past).amount == 800
    other_day = value.past_value([], date(2025, 1, 1))
    for wrong in (lambda: past + future, lambda: future + past, lambda: past + other_day, lambda: past + 5):
        with pytest.raises(ParameterError):
            wrong()


def test_the_room_is_light():
    import subprocess
    import sys

    code = "import sys, lifecycle_lab.value; print([m for m in ('numpy', 'scipy', 'pandas') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
    assert math.isclose(float(AN_EXAMPLE.annuity), 3.8896512633517166)
