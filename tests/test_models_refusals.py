"""models 的拒绝：数据不合用就说出是谁、为什么、怎么办，从不悄悄改掉。"""

from __future__ import annotations

import numpy as np
import pytest

from lifecycle_lab import models
from lifecycle_lab.schema import DataError, ParameterError

GOOD = ([0, 2, 1], [0, 30, 9], [100, 90, 9])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0, 2], [0, 30, 9], [100, 90, 9]), "不一样长"),
        (([0, 2, 1], [0, 91, 9], [100, 90, 9]), "span > age"),
        (([0, 0, 1], [0, 30, 9], [100, 90, 9]), "没有重复购买"),
        (([0, 2, 1], [0, 1, 9], [100, 90, 9]), "比首末相隔的天数还多"),
        (([0, 2.5, 1], [0, 30, 9], [100, 90, 9]), "不是整数"),
        (([0, 2, 1], [0, np.nan, 9], [100, 90, 9]), "不是整数"),
        (([0, 2, 1], [0, np.inf, 9], [100, 90, 9]), "不是整数"),
        (([0, -2, 1], [0, 30, 9], [100, 90, 9]), "不在 0 到"),
        (([0, 2, 1], [0, 30, 9], [100, 1_700_000_000, 9]), "时间戳"),
        ((["0", "2", "1"], [0, 30, 9], [100, 90, 9]), "不是一列数"),
        (([[0, 2, 1]], [0, 30, 9], [100, 90, 9]), "不是一列数"),
        (([True, True, False], [0, 30, 9], [100, 90, 9]), "不是一列数"),
    ],
)
def test_contradictions_are_refused_with_the_customer_named(columns, message):
    with pytest.raises(DataError) as caught:
        models.histories(*columns)
    assert message in str(caught.value)
    if "一列" not in str(caught.value) and "不一样长" not in str(caught.value):
        assert "第 2 位客户（共 1 位如此）" in str(caught.value)


def test_good_columns_are_kept_and_cannot_be_written():
    data = models.histories(*GOOD)
    assert (len(data), data.repeaters) == (3, 2)
    with pytest.raises(ValueError, match="read-only"):
        data.age[0] = 1


def shop(customers: int, repeaters: int) -> models.Histories:
    x = np.r_[np.ones(repeaters), np.zeros(customers - repeaters)]
    return models.histories(x, 20 * x, np.full(customers, 100))


@pytest.mark.parametrize("fit", [models.fit_bgnbd, models.fit_mbgnbd, models.fit_paretonbd])
@pytest.mark.parametrize(
    ("customers", "repeaters", "message"),
    [(49, 49, "只有 49 位"), (80, 0, "0 位买过不止一次"), (80, 19, "19 位买过")],
)
def test_too_few_customers_or_repeaters(fit, customers, repeaters, message):
    with pytest.raises(DataError, match=message):
        fit(shop(customers, repeaters))


@pytest.mark.parametrize("fit", [models.fit_bgnbd, models.fit_mbgnbd, models.fit_paretonbd])
def test_degenerate_shops_end_with_a_caution_not_a_traceback(fit):
    """每位客户一模一样：似然没有好的最高点，结果要自己说出来。"""
    fitted = fit(shop(80, 80))
    assert not fitted.maximum.converged
    assert any("边界" in text or "没有收敛" in text for text in fitted.cautions)
    assert "没有收敛" in fitted.sentence
    assert np.isfinite(fitted.alive(shop(80, 80))).all()
    assert all(len(row) == 4 for row in fitted.rows())


@pytest.mark.parametrize(
    ("gaps", "counts", "message"),
    [
        ([20] * 79, None, "个数"),
        ([21] + [20] * 79, None, "总天数"),
        ([20], [79], "个数"),
        ([0, 40], [40, 40], "不到一天"),
    ],
)
def test_gaps_of_other_customers_are_refused(gaps, counts, message):
    with pytest.raises(DataError, match=message):
        models.fit_mbgcnbd(shop(200, 80), gaps, counts)


@pytest.mark.parametrize("unit_days", [0, -7, 3.5, "7"])
def test_time_units_are_whole_days(unit_days):
    with pytest.raises(ParameterError):
        models.fit_bgnbd(shop(100, 50), unit_days)


@pytest.mark.parametrize("days", [-1, 1.5, True, "180"])
def test_horizons_are_whole_days(days):
    fitted = models.fit_bgnbd(shop(100, 50))
    for question in (fitted.no_order, fitted.expected_orders):
        with pytest.raises(ParameterError):
            question(shop(100, 50), days)


@pytest.mark.parametrize(
    ("orders", "totals", "message"),
    [
        ([1] * 30, [100.5] * 30, "不是一列整数"),
        ([0] + [1] * 29, [100] * 30, "orders 小于 1"),
        ([1] * 30, [100] * 29 + [0], "第 30 位"),
        ([1] * 30, [100] * 29 + [-5], "totals 小于 1"),
        ([1] * 19, [100] * 19, "只有 19 位"),
        ([1] * 30, [100] * 29, "金额有 29 个"),
        ([2] * 30, [100] * 30, "都一样"),
        ([1] * 30, list(range(100, 130)), "只有一单"),
    ],
)
def test_money_that_cannot_be_fitted(orders, totals, message):
    with pytest.raises(DataError, match=message):
        models.fit_gamma_gamma(orders, totals)


def test_money_that_moves_with_frequency_is_called_out():
    rng = np.random.default_rng(1)
    orders = rng.integers(1, 12, 400)
    totals = (orders * (500 + 400 * orders) * rng.gamma(8, 1 / 8, 400)).astype(int)
    fitted = models.fit_gamma_gamma(orders, totals)
    assert fitted.correlation > 0.5
    assert any("相关系数" in text for text in fitted.cautions)
