"""快慢因人而异吗，买得多就来得晚吗(E7、E8)。

两样都从每位客户各自的和出发，全店加起来只是一行数：客户再多也一样快，仓库用一条 SQL 就归得出。
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lifecycle_lab.cycles.spells import GapRow, gaps, select
from lifecycle_lab.cycles.survival import Z95
from lifecycle_lab.schema import DataError

LEAST_GAPS, LEAST_PAIRS = 2, 3
"""方差拆分要每人至少两段已结束的间隔；数量效应要每人至少三对。"""


@dataclass(frozen=True)
class LogGapSums:
    """至少两段已结束间隔的客户，y = ln 天数的几个和；n 是一位客户的段数。

    gaps_squared: Σn²；total: ΣΣy；squares: ΣΣy²；between: Σ(Σy)²/n。
    """

    customers: int
    gaps: int
    gaps_squared: int
    total: float
    squares: float
    between: float


@dataclass(frozen=True)
class VarianceSplit:
    """间隔（取对数）的方差拆成两半：人与人之间、同一个人前后之间；icc 是前者的占比。"""

    icc: float
    between: float
    within: float
    customers: int
    gaps: int


def log_gap_sums(histories: Iterable[Iterable[int]], as_of: int) -> LogGapSums:
    """每位客户一列购买日 → 那几个和。"""
    logs = ([math.log(row.gap) for row in gaps(days, as_of) if row.closed] for days in histories)
    found = [ys for ys in logs if len(ys) >= LEAST_GAPS]
    return LogGapSums(
        len(found),
        sum(map(len, found)),
        sum(len(ys) ** 2 for ys in found),
        math.fsum(y for ys in found for y in ys),
        math.fsum(y * y for ys in found for y in ys),
        math.fsum(math.fsum(ys) ** 2 / len(ys) for ys in found),
    )


def pair_sums(rows: Iterable[GapRow]) -> LogGapSums:
    """间隔表 → 只用每位客户头两段的那几个和：不论订单多少都有；要用全部间隔，看 `log_gap_sums`。"""
    found = [(math.log(r.previous), math.log(r.gap), r.count) for r in select(rows, n=2, closed=True)]
    people = sum(count for *_, count in found)
    return LogGapSums(
        people,
        2 * people,
        4 * people,
        math.fsum((x + y) * count for x, y, count in found),
        math.fsum((x * x + y * y) * count for x, y, count in found),
        math.fsum((x + y) ** 2 / 2 * count for x, y, count in found),
    )


def variance_split(sums: LogGapSums) -> VarianceSplit:
    """单因素方差分析(E7)：人与人之间的方差占多少；人人同一个快慢时是 0；买过三次以上的客户不到两位 → DataError。"""
    free = sums.gaps - sums.customers
    if sums.customers < 2 or free < 1:
        raise DataError(
            "买过三次以上的客户不到两位，拆不出方差。", remedy="等客户再买几次，或换一段更长的订单。"
        )
    within = max(0.0, sums.squares - sums.between) / free
    middle = max(0.0, sums.between - sums.total**2 / sums.gaps) / (sums.customers - 1)
    size = (sums.gaps - sums.gaps_squared / sums.gaps) / (sums.customers - 1)
    between = max(0.0, (middle - within) / size)
    whole = between + within
    return VarianceSplit(between / whole if whole else 0.0, between, within, sums.customers, sums.gaps)


@dataclass(frozen=True)
class QuantitySums:
    """x = ln 这次买的数量，y = ln 之后的间隔，各减去本人的平均；每位客户先求 Sxx、Sxy，再全店相加。

    xx: ΣSxx；xy: ΣSxy；xx_xx、xx_xy、xy_xy: 两两乘积之和，标准误要用。
    """

    customers: int
    pairs: int
    xx: float
    xy: float
    xx_xx: float
    xx_xy: float
    xy_xy: float


@dataclass(frozen=True)
class QuantityEffect:
    """数量效应：间隔 ∝ 数量的 slope 次方，误差按客户成团算。

    doubling: 数量加倍，间隔乘以多少；low、high: slope 的 95 % 区间，跨过 0 就是没有看出来。
    """

    slope: float
    error: float
    low: float
    high: float
    doubling: float
    customers: int
    pairs: int


def quantity_sums(customers: Iterable[Sequence[tuple[int, int]]]) -> QuantitySums:
    """每位客户一列（这次买的数量，之后隔了几天），只收数量与天数都大于 0 的对。"""
    found, pairs = [], 0
    for raw in customers:
        kept = [(math.log(q), math.log(gap)) for q, gap in raw if q > 0 and gap > 0]
        if len(kept) >= LEAST_PAIRS:
            found.append(_centred(kept))
            pairs += len(kept)
    return QuantitySums(
        len(found),
        pairs,
        math.fsum(xx for xx, _ in found),
        math.fsum(xy for _, xy in found),
        math.fsum(xx * xx for xx, _ in found),
        math.fsum(xx * xy for xx, xy in found),
        math.fsum(xy * xy for _, xy in found),
    )


def _centred(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    x_mean, y_mean = (math.fsum(values) / len(pairs) for values in zip(*pairs, strict=True))
    return (
        math.fsum((x - x_mean) ** 2 for x, _ in pairs),
        math.fsum((x - x_mean) * (y - y_mean) for x, y in pairs),
    )


def quantity_effect(sums: QuantitySums) -> QuantityEffect:
    """同一位客户买得多的那次，之后隔得更久吗(E8)。数量从不变化 → DataError。"""
    if sums.xx <= 0:
        raise DataError(
            "没有一位客户买的数量有过变化，量不出数量效应。", remedy="要有数量列，且同一人前后不同。"
        )
    slope = sums.xy / sums.xx
    # 每位客户的残差和是 Sxy − slope·Sxx，平方后按客户相加
    spread = sums.xy_xy - 2 * slope * sums.xx_xy + slope**2 * sums.xx_xx
    error = math.sqrt(max(0.0, spread)) / sums.xx
    low, high = slope - Z95 * error, slope + Z95 * error
    return QuantityEffect(slope, error, low, high, 2**slope, sums.customers, sums.pairs)
