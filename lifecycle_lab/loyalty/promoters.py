"""净推荐值 NPS（Reichheld 2003）与它的误差：9–10 推荐者，7–8 中立者，0–6 贬损者(C9 的“推荐的意愿”)。

一位答卷人记 +1、0 或 −1，NPS 就是这些数的平均乘 100，所以误差照平均数算：方差是 p + d − (p − d)²。
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import DataError

Z_95 = 1.96
PROMOTER_FROM, DETRACTOR_TO, HIGHEST = 9, 6, 10


@dataclass(frozen=True)
class NetPromoter:
    """三种人各几位；一位也没有 → DataError。"""

    promoters: int
    passives: int
    detractors: int

    def __post_init__(self) -> None:
        if min(self.promoters, self.passives, self.detractors) < 0 or self.size == 0:
            raise DataError("没有人答，NPS 算不出来。", remedy="至少要一份答卷。")

    @property
    def size(self) -> int:
        """一共几位。"""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> Fraction:
        """−100 到 100，精确分数。分母是全部的人，中立者也在内。"""
        return Fraction(100 * (self.promoters - self.detractors), self.size)

    @property
    def error_squared(self) -> Fraction:
        """标准误的平方，精确分数。"""
        spread = Fraction(self.promoters + self.detractors, self.size) - (self.score / 100) ** 2
        return 10_000 * spread / self.size

    @property
    def error(self) -> float:
        """标准误，与 NPS 同单位（分）。"""
        return math.sqrt(float(self.error_squared))

    @property
    def interval(self) -> tuple[float, float]:
        """95 % 区间：± 1.96 个标准误，不越出 −100 到 100。"""
        half, centre = Z_95 * self.error, float(self.score)
        return max(-100.0, centre - half), min(100.0, centre + half)


def net_promoter(scores: Iterable[int]) -> NetPromoter:
    """一串 0–10 分 → 三种人；别的分数 → DataError。

    >>> net_promoter([10, 9, 8, 6, 0]).score
    Fraction(0, 1)
    """
    found = list(scores)
    if not all(0 <= score <= HIGHEST for score in found):
        raise DataError("有不在 0 到 10 之间的分。", remedy="推荐的可能性只有 0 到 10 分。")
    promoters = sum(score >= PROMOTER_FROM for score in found)
    detractors = sum(score <= DETRACTOR_TO for score in found)
    return NetPromoter(promoters, len(found) - promoters - detractors, detractors)


def difference(first: NetPromoter, second: NetPromoter) -> tuple[Fraction, float, tuple[float, float]]:
    """两群不同的人：NPS 之差、差的标准误（平方相加再开方）、95 % 区间。"""
    gap = first.score - second.score
    error = math.sqrt(float(first.error_squared + second.error_squared))
    return gap, error, (float(gap) - Z_95 * error, float(gap) + Z_95 * error)
