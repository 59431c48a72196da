"""规律性：一位客户的间隔像钟表还是像掷骰子(E7)。

Wheat & Morrison 1990：相邻两段间隔 t₁、t₂，M = t₁ ÷（t₁ + t₂）。间隔是规律性 k 的 Gamma 分布时，
M 服从 Beta(k, k)，与各人的快慢无关，方差是 1 ÷ 4(2k + 1)。k = 1 没有记忆（下一次与上一次无关），
k 越大越像钟表。每段间隔只用在一对里。
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lifecycle_lab.cycles.spells import MERGED_FROM, GapRow, select
from lifecycle_lab.cycles.survival import Z95
from lifecycle_lab.schema import DataError

Pairs = Literal["first", "all"]


@dataclass(frozen=True)
class Regularity:
    """k 与它的 95 % 区间，用了几对间隔。high 是 None：上不封顶（方差的下限到了零）。"""

    k: float
    low: float
    high: float | None
    pairs: int


def ratios(
    rows: Iterable[GapRow], pairs: Pairs = "first", merged_from: int = MERGED_FROM
) -> list[tuple[float, int]]:
    """每一对已结束的间隔的 M 与对数；"first" 只用第 1、2 段，"all" 再用第 3、4 段……"""
    last = 2 if pairs == "first" else merged_from - 1
    found = [row for row in select(rows, closed=True) if row.n <= last and row.n % 2 == 0]
    return [(row.previous / (row.previous + row.gap), row.count) for row in found]  # type: ignore[operator]


def regularity(rows: Iterable[GapRow], pairs: Pairs = "first", merged_from: int = MERGED_FROM) -> Regularity:
    """Wheat–Morrison 的 k(E7)：k =（1 − 4V）÷ 8V，V 是 M 的方差；区间在 log V 上取。

    不到三对，或各对毫无差别 → DataError。
    """
    found = ratios(rows, pairs, merged_from)
    count, variance, error = _variance(found)
    if count < 3 or variance == 0:
        raise DataError(
            f"只有 {count} 对前后相连的间隔，量不出规律性。", remedy="至少要三对不全一样的；等客户再买几次。"
        )
    spread = math.exp(Z95 * error / variance)
    low, high = _k(variance * spread), _k(variance / spread)
    return Regularity(_k(variance), low, high if math.isfinite(high) else None, count)


def ratio_histogram(
    rows: Iterable[GapRow], bins: int = 20, pairs: Pairs = "first", merged_from: int = MERGED_FROM
) -> tuple[int, ...]:
    """M 的直方图：把 0 到 1 分成 bins 格，每格几对；没有记忆（k = 1）时各格一样高。"""
    counts = [0] * bins
    for row in select(rows, closed=True):
        if row.n % 2 == 0 and row.n <= (2 if pairs == "first" else merged_from - 1):
            counts[min(bins - 1, bins * row.previous // (row.previous + row.gap))] += row.count  # type: ignore[operator]
    return tuple(counts)


def beta_density(share: float, k: float) -> float:
    """Beta(k, k) 的密度：规律性为 k 时 M 应有的样子；画图用。"""
    constant = math.lgamma(2 * k) - 2 * math.lgamma(k)
    return math.exp(constant + (k - 1) * math.log(share * (1 - share)))


def _k(variance: float) -> float:
    return (1 - 4 * variance) / (8 * variance) if variance > 0 else math.inf


def _variance(found: list[tuple[float, int]]) -> tuple[int, float, float]:
    """（对数，M 的样本方差，它的标准误）；标准误用四阶矩，不假定分布。"""
    count = sum(times for _, times in found)
    if count < 3:
        return count, 0.0, 0.0
    centre = math.fsum(m * times for m, times in found) / count
    second, fourth = (math.fsum((m - centre) ** power * times for m, times in found) for power in (2, 4))
    variance = second / (count - 1)
    uncertainty = (fourth / count - variance**2 * (count - 3) / (count - 1)) / count
    return count, variance, math.sqrt(max(0.0, uncertainty))
