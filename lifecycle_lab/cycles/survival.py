"""多久再买：只看已经再买的（朴素），或连同还没有再买的（Kaplan–Meier）(E2)。

朴素的算法把还没有回来的客户当作不存在，于是偏短；KM 让他们在被看着的那些天里留在分母上。
份额用整数精确比较；只有置信带（Greenwood 方差、log-log 变换）是浮点数。
出处：Kaplan & Meier 1958。
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.cycles.spells import GapRow
from lifecycle_lab.schema import DataError

Z95 = 1.959963984540054  # 正态分布 97.5 % 的分位点
_NEAR = 1e-9  # 浮点份额与所求相差不到这么多时，改用整数判断


@dataclass(frozen=True)
class Step:
    """有人再买的一天：at_risk 位还没有再买、仍被看着，其中 returned 位在这一天再买。

    share: 到这一天为止再买的份额；low、high: 它的 95 % 置信带，全体都已再买时没有（None）。
    """

    days: int
    at_risk: int
    returned: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """再购曲线。closed、open: 已结束与还开着的间隔数；longest: 看得最久的一段有几天。"""

    steps: tuple[Step, ...]
    closed: int
    open: int
    longest: int

    def share_within(self, days: int) -> Fraction:
        """days 天以内（含）再买的份额，精确。"""
        return self._share(bisect_right(self.steps, days, key=lambda step: step.days))

    def quantile(self, share: Fraction) -> int | None:
        """再买的份额第一次达到 share 的那一天；到看得见的尽头还没有达到 → None（没有达到也是答案）。"""
        place = bisect_left(self.steps, float(share) - _NEAR, key=lambda step: step.share)
        while place < len(self.steps) and not self._reaches(place, share):
            place += 1
        return self.steps[place].days if place < len(self.steps) else None

    def band(self, share: Fraction) -> tuple[int | None, int | None]:
        """`quantile` 的 95 % 置信区间：上沿、下沿第一次达到 share 的两天；None = 没有达到。"""
        wanted = float(share)
        edges = ([(s.days, s.high) for s in self.steps], [(s.days, s.low) for s in self.steps])
        first, last = (
            next((day for day, edge in pairs if edge is not None and edge >= wanted), None) for pairs in edges
        )
        return first, last

    def _reaches(self, place: int, share: Fraction) -> bool:
        apart = self.steps[place].share - float(share)
        if abs(apart) > _NEAR:
            return apart > 0
        return self._share(place + 1) >= share

    def _share(self, places: int) -> Fraction:
        """前 places 步之后的份额：1 − Π(1 − 再买 / 仍在看)。"""
        taken = self.steps[:places]
        left = math.prod(step.at_risk - step.returned for step in taken)
        return 1 - Fraction(left, math.prod(step.at_risk for step in taken))


def survival_curve(rows: Iterable[GapRow], *, naive: bool = False) -> Curve:
    """间隔表的行 → 再购曲线；naive 为真只看已经再买的(E2)。一段也没有 → DataError。

    同一天里先算再买、后算观察到此为止：开着 30 天的一段，第 30 天还在分母上。
    """
    ended, watched = by_days(rows)
    return curve_of(ended, {} if naive else watched)


def by_days(rows: Iterable[GapRow]) -> tuple[Counter[int], Counter[int]]:
    """间隔表的行 → {天数: 已结束的间隔数}、{天数: 还开着的间隔数}：上百万行只过一遍，往后只看一千来个天数。"""
    ended, watched = Counter[int](), Counter[int]()
    for row in rows:
        if row.closed:
            ended[row.gap] += row.count
        else:
            watched[row.gap] += row.count
    return ended, watched


def curve_of(ended: Mapping[int, int], watched: Mapping[int, int]) -> Curve:
    """{天数: 已结束的间隔数}、{天数: 还开着的间隔数} → 再购曲线；一段也没有 → DataError。"""
    closed, still_open = sum(ended.values()), sum(watched.values())
    if not closed and not still_open:
        raise DataError(
            "一段购买间隔也没有。", remedy="至少要有一位客户在观察日之前买过；朴素算法要有人再买。"
        )
    steps = tuple(_steps(ended, watched, closed + still_open))
    return Curve(steps, closed, still_open, max(day for days in (ended, watched) for day in days))


def _steps(ended: Mapping[int, int], watched: Mapping[int, int], at_risk: int) -> Iterator[Step]:
    left, greenwood = 1.0, 0.0
    for day in sorted({*ended, *watched}):
        if returned := ended.get(day, 0):
            left *= (at_risk - returned) / at_risk
            if returned < at_risk:
                greenwood += returned / (at_risk * (at_risk - returned))
            yield Step(day, at_risk, returned, 1 - left, *_band(left, greenwood))
        at_risk -= returned + watched.get(day, 0)


def _band(left: float, greenwood: float) -> tuple[float | None, float | None]:
    """log(−log S) 上对称的 95 % 带，换回再买的份额；S = 0 时无从谈起。"""
    if left <= 0:
        return None, None
    spread = math.exp(Z95 * math.sqrt(greenwood) / -math.log(left))
    return 1 - left ** (1 / spread), 1 - left**spread
