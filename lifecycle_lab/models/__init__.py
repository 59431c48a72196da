"""购买与流失的概率模型：BG/NBD、MBG/CNBD-k、Pareto/NBD 与金额的 Gamma-Gamma（最大似然，只用 numpy、scipy）。

    data = models.histories(repeat_purchases, span, age)   # 三列整数，天
    fitted = models.fit_bgnbd(data)                         # 参数按周（unit_days=7）
    fitted.no_order(data, 180)                              # 往后 180 天一单也没有的概率

时间单位：历史总是整天；unit_days 是模型用的单位（缺省 7，即周，同文献）。尺度参数与对数似然随单位变，
概率与期望购买数不变。
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import gammaln

from lifecycle_lab.models.beta_geometric import BetaGeometric
from lifecycle_lab.models.fitted import Estimate, Fitted, fit
from lifecycle_lab.models.histories import Histories, histories
from lifecycle_lab.models.maximum import Maximum
from lifecycle_lab.models.money import FittedMoney, fit_gamma_gamma
from lifecycle_lab.models.pareto import ParetoNBD
from lifecycle_lab.schema import DataError

__all__ = [
    "Estimate",
    "Fitted",
    "FittedMoney",
    "Histories",
    "Maximum",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_mbgcnbd",
    "fit_mbgnbd",
    "fit_paretonbd",
    "histories",
]


def fit_bgnbd(data: Histories, unit_days: int = 7) -> Fitted:
    """BG/NBD（Fader, Hardie & Lee 2005）。一次客的 alive 恒为 1：见 `Fitted.certain`。"""
    return fit(BetaGeometric(), data, unit_days)


def fit_mbgnbd(data: Histories, unit_days: int = 7) -> Fitted:
    """MBG/NBD（Batislam, Denizel & Filiztekin 2007）：第一次购买之后也可能不来了。"""
    return fit(BetaGeometric(first_coin=True), data, unit_days)


def fit_paretonbd(data: Histories, unit_days: int = 7) -> Fitted:
    """Pareto/NBD（Schmittlein, Morrison & Colombo 1987）：随时可能不来，不必等到买了之后。"""
    return fit(ParetoNBD(), data, unit_days)


def fit_mbgcnbd(data: Histories, gaps, counts=None, *, unit_days: int = 7, largest: int = 12) -> Fitted:
    """MBG/CNBD-k（Platzer & Reutterer 2016）：规律度 k = 1, 2, 3, … 里挑似然最大的。

    gaps、counts: 全部购买间隔（整天）与各有几个，就是间隔小表的两列；counts 不给就是各一个。
    似然在 k 上先升后降，一降就停；largest: 最多试到几。间隔与历史对不上 → DataError。
    """
    log_gaps = _log_gaps(data, gaps, counts, unit_days)
    tried: list[tuple[int, float]] = []
    best, guess = None, ()
    for k in range(1, largest + 1):
        found = _with_regularity(data, k, unit_days, log_gaps, guess)
        tried.append((k, found.log_likelihood))
        if best and found.log_likelihood <= best.log_likelihood:
            break
        best, guess = found, (found.theta[0], found.theta[1] * (k + 1) / k, *found.theta[2:])
    return replace(best, tried=tuple(tried))


def _with_regularity(
    data: Histories, k: int, unit_days: int, log_gaps: float, guess: tuple[float, ...]
) -> Fitted:
    """k 已定的 MBG/CNBD-k；似然补上只与间隔有关的一份，不同的 k 才可比。"""
    found = fit(BetaGeometric(k, first_coin=True), data, unit_days, guess)
    from_gaps = (k - 1) * log_gaps - float(data.repeat_purchases.sum() * gammaln(k))
    return replace(found, log_likelihood=found.log_likelihood + from_gaps)


def _log_gaps(data: Histories, gaps, counts, unit_days: int) -> float:
    """Σ log 间隔；间隔的个数应等于重复购买数，间隔之和应等于 span 之和 —— 两个整数恒等式。"""
    days = np.asarray(gaps, dtype=np.int64)
    times = np.ones_like(days) if counts is None else np.asarray(counts, dtype=np.int64)
    facts = (
        (times.sum(), data.repeat_purchases.sum(), "个数"),
        ((days * times).sum(), data.span.sum(), "总天数"),
    )
    for found, expected, what in facts:
        if found != expected:
            raise DataError(
                f"间隔的{what}是 {found}，历史里应是 {expected}，对不上。",
                why="间隔与历史要出自同一批客户、同一个观察日。",
                remedy="两样都从同一张订单表、同一个观察日算。",
            )
    if days.min(initial=1) < 1:
        raise DataError("有不到一天的间隔。", remedy="同一天的几单先合成一次购买。")
    return float(times @ np.log(days / unit_days))
