"""models 对着外面的数：发表的 CDNOW 估计与似然、表格里的抽查值、lifetimes 自己的函数。

CDNOW 不随书（没有许可）：从 lifetimes 包的文件夹按路径读，不引入它；没有装就跳过，CI 里没有装就是错。
"""

from __future__ import annotations

import csv
import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from lifecycle_lab import models
from lifecycle_lab.models.beta_geometric import BetaGeometric
from lifecycle_lab.models.fitted import Fitted
from lifecycle_lab.models.maximum import Maximum
from lifecycle_lab.models.pareto import ParetoNBD

WEEK = 7


def shipped(name: str) -> Path:
    found = importlib.util.find_spec("lifetimes")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI 里要装 lifetimes：发表的数字靠它的数据核对")
        pytest.skip("没有装 lifetimes（只用它带的 CDNOW 数据）")
    return Path(found.submodule_search_locations[0]) / "datasets" / name


def summary_rows() -> list[dict[str, str]]:
    with shipped("cdnow_customers_summary_with_transactions.csv").open() as file:
        return list(csv.DictReader(file))


def days(weeks: str) -> int:
    """文件里的周保留两位小数；乘 7 取整就回到整天。"""
    return round(float(weeks) * WEEK)


@pytest.fixture(scope="module")
def cdnow() -> models.Histories:
    rows = summary_rows()
    columns = (
        [int(row["x"]) for row in rows],
        [days(row["t_x"]) for row in rows],
        [days(row["T"]) for row in rows],
    )
    return models.histories(*columns)


@pytest.fixture(scope="module")
def raw_days() -> dict[str, list[int]]:
    """1/10 样本的原始记录：客户 → 升序的购买日（1997-01-01 是第 0 天），同一天合成一次。"""
    found: dict[str, set[int]] = {}
    for line in shipped("CDNOW_sample.txt").read_text().splitlines():
        _, customer, day, *_ = line.split()
        number = np.datetime64(f"{day[:4]}-{day[4:6]}-{day[6:]}") - np.datetime64("1997-01-01")
        found.setdefault(customer, set()).add(int(number.astype(int)))
    return {customer: sorted(bought) for customer, bought in found.items()}


def known(process, *theta: float) -> Fitted:
    """参数已知的模型，不必估计；时间单位是周。"""
    return Fitted(process, Maximum(theta, 0.0, (), True, (), 1), 0.0, 1, 1, WEEK)


def one(repeat_purchases: int, span_weeks: float, age_weeks: float) -> models.Histories:
    return models.histories([repeat_purchases], [round(span_weeks * WEEK)], [round(age_weeks * WEEK)])


@pytest.mark.parametrize(
    ("fit", "published", "digits", "log_likelihood"),
    [
        # Fader, Hardie & Lee 2005；BTYDplus 的 MBG/NBD
        (models.fit_bgnbd, (0.243, 4.414, 0.793, 2.426), 3, -9582.4),
        (models.fit_paretonbd, (0.553, 10.578, 0.606, 11.669), 3, -9595.0),
        (models.fit_mbgnbd, (0.525, 6.183, 0.891, 1.614), 3, -9582.1),
    ],
)
def test_published_cdnow_estimates_to_their_printed_digits(cdnow, fit, published, digits, log_likelihood):
    fitted = fit(cdnow)
    assert tuple(round(value, digits) for value in fitted.theta) == published
    assert round(fitted.log_likelihood, 1) == log_likelihood
    assert fitted.maximum.converged
    assert fitted.maximum.starts == 1
    assert (fitted.customers, fitted.repeaters) == (2357, 946)


@pytest.mark.parametrize(
    ("fit", "total", "mae", "rmse", "correlation"),
    [
        (models.fit_bgnbd, 1653.4, 0.7855, 1.608, 0.626),
        (models.fit_paretonbd, 1665.5, 0.7545, 1.603, 0.630),
        (models.fit_mbgnbd, 1576.7, 0.7648, 1.607, 0.627),
    ],
)
def test_hold_out_of_39_weeks(cdnow, raw_days, fit, total, mae, rmse, correlation):
    """独立的一份实现在同样的数据上得到的预测合计与误差；留出期实际 1,882 次。"""
    actual = np.array([sum(272 < day <= 545 for day in bought) for _, bought in sorted(raw_days.items())])
    assert actual.sum() == 1882
    predicted = fit(cdnow).expected_orders(cdnow, 273)
    assert predicted.sum() == pytest.approx(total, abs=0.06)
    assert np.abs(predicted - actual).mean() == pytest.approx(mae, abs=1e-4)
    assert np.sqrt(((predicted - actual) ** 2).mean()) == pytest.approx(rmse, abs=1e-3)
    assert np.corrcoef(predicted, actual)[0, 1] == pytest.approx(correlation, abs=1e-3)


def test_the_raw_log_gives_the_same_histories_and_cdnow_has_no_regularity(cdnow, raw_days):
    """原始记录 → 三列与间隔；CDNOW 上 k = 1 最像（音乐：毫无规律），与 BTYDplus 的演示一致。"""
    inside = [[day for day in bought if day <= 272] for _, bought in sorted(raw_days.items())]
    data = models.histories(
        [len(bought) - 1 for bought in inside],
        [bought[-1] - bought[0] for bought in inside],
        [272 - bought[0] for bought in inside],
    )
    for ours, theirs in zip((data.repeat_purchases, data.span, data.age), vars(cdnow).values(), strict=True):
        assert (ours == theirs).all()
    gaps = np.concatenate([np.diff(bought) for bought in inside])
    fitted = models.fit_mbgcnbd(data, gaps)
    assert fitted.name == "MBG/NBD"
    assert [k for k, _ in fitted.tried] == [1, 2]
    assert fitted.log_likelihood == pytest.approx(-9582.14, abs=0.005)
    values, counts = np.unique(gaps, return_counts=True)
    again = models.fit_mbgcnbd(data, values, counts)
    assert (again.name, again.customers, again.repeaters) == (fitted.name, fitted.customers, fitted.repeaters)
    # 加的次序不同，末一位可以不同
    assert again.theta == pytest.approx(fitted.theta, rel=1e-6)
    assert dict(again.tried) == pytest.approx(dict(fitted.tried), rel=1e-12)


def test_spot_values_of_the_bgnbd_sheet(cdnow):
    fitted = models.fit_bgnbd(cdnow)
    assert fitted.expected_orders(one(2, 30.43, 38.86), 39 * WEEK)[0] == pytest.approx(1.226, abs=5e-4)
    expected = {1: 0.0078, 7: 0.0532, 21: 0.1506, 223: 1.0405, 224: 1.0437, 546: 1.8576}
    for horizon, value in expected.items():
        # 末一行表格自己的舍入大一些（参数只印到小数第三位时它在 1.858 与 1.861 之间）
        assert fitted.expected_orders_of_new(horizon) == pytest.approx(value, abs=5e-4), horizon


def test_spot_values_of_the_paretonbd_sheet(cdnow):
    fitted = models.fit_paretonbd(cdnow)
    customer = one(26, 30.86, 31)
    assert fitted.alive(customer)[0] == pytest.approx(0.9979, abs=5e-5)
    assert fitted.expected_orders(customer, 52 * WEEK)[0] == pytest.approx(25.46, abs=0.01)


def test_published_gamma_gamma_of_cdnow():
    rows = [row for row in summary_rows() if int(row["x"])]
    orders = [int(row["x"]) for row in rows]
    totals = [round(int(row["x"]) * float(row["zbar"]) * 100) for row in rows]
    fitted = models.fit_gamma_gamma(orders, totals)
    assert fitted.customers == 946
    for value, published in zip(fitted.theta, (6.25, 3.74, 15.44), strict=True):
        assert value == pytest.approx(published, abs=0.01)
    assert fitted.correlation == pytest.approx(0.11, abs=0.005)
    assert fitted.cautions == ()


# ---- 另一个库作对照（只在能引入时）：同样的参数，随机的客户 ----


@pytest.fixture(scope="module")
def others():
    if importlib.util.find_spec("lifetimes") is None:
        shipped("")
    return pytest.importorskip("lifetimes", exc_type=ImportError)


@pytest.fixture(scope="module")
def random_histories() -> models.Histories:
    rng = np.random.default_rng(20261128)
    age = rng.integers(30, 700, 400)
    x = rng.integers(0, 12, 400)
    span = np.where(x == 0, 0, np.minimum(age, x + rng.integers(0, 600, 400)))
    return models.histories(np.minimum(x, span), span, age)


def in_weeks(data: models.Histories):
    return data.repeat_purchases, data.span / WEEK, data.age / WEEK


@pytest.mark.parametrize("theta", [(0.243, 4.414, 0.793, 2.426), (1.7, 9.0, 0.3, 1.1), (0.05, 0.7, 2.2, 3.0)])
@pytest.mark.parametrize(("kind", "process"), [("BetaGeoFitter", 0), ("ModifiedBetaGeoFitter", 1)])
def test_lifetimes_agrees_on_beta_geometric_customers(others, random_histories, theta, kind, process):
    import pandas as pd

    fitter = getattr(others, kind)()
    fitter.params_ = pd.Series(theta, index=["r", "alpha", "a", "b"])
    fitter.predict = None
    x, span, age = in_weeks(random_histories)
    fitted = known(BetaGeometric(first_coin=bool(process)), *theta)
    alive = np.asarray(fitter.conditional_probability_alive(x, span, age))
    assert fitted.alive(random_histories) == pytest.approx(alive, rel=1e-9)
    theirs = fitter.conditional_expected_number_of_purchases_up_to_time(26, x, span, age)
    assert fitted.expected_orders(random_histories, 26 * WEEK) == pytest.approx(np.asarray(theirs), rel=1e-7)


@pytest.mark.parametrize(
    "theta", [(0.553, 10.578, 0.606, 11.669), (2.0, 5.0, 1.4, 30.0), (0.7, 30.0, 2.5, 4.0)]
)
def test_lifetimes_agrees_on_pareto_customers(others, random_histories, theta):
    import pandas as pd

    fitter = others.ParetoNBDFitter()
    fitter.params_ = pd.Series(theta, index=["r", "alpha", "s", "beta"])
    x, span, age = in_weeks(random_histories)
    fitted = known(ParetoNBD(), *theta)
    alive = np.asarray(fitter.conditional_probability_alive(x, span, age))
    assert fitted.alive(random_histories) == pytest.approx(alive, rel=1e-7)
    theirs = fitter.conditional_expected_number_of_purchases_up_to_time(26, x, span, age)
    assert fitted.expected_orders(random_histories, 26 * WEEK) == pytest.approx(np.asarray(theirs), rel=1e-7)


def test_lifetimes_agrees_on_money(others):
    import pandas as pd

    rng = np.random.default_rng(5)
    orders, totals = rng.integers(1, 9, 50), rng.integers(100, 90_000, 50)
    fitter = others.GammaGammaFitter()
    fitter.params_ = pd.Series([6.25, 3.74, 15.44], index=["p", "q", "v"])
    theirs = fitter.conditional_expected_average_profit(orders, totals / 100 / orders)
    fitted = models.FittedMoney(Maximum((6.25, 3.74, 15.44), 0.0, (), True, (), 1), 50, 0.0, 2)
    assert fitted.average_order(orders, totals) == pytest.approx(np.asarray(theirs), rel=1e-12)
