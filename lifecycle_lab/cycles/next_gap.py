"""文章的表3：前一段间隔属于哪一类，下一段就落在哪一类(E6)。

朴素的份额只数已经再买的；校正的份额用 KM，连同还没有再买的。
看不见的不装作看见：界限或三个周期长过看得最久的一段时，标明“看不到”，份额只是下限。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lifecycle_lab.cycles.classes import CLASSES, Bounds, class_cycle, class_range, frequency_class
from lifecycle_lab.cycles.spells import MERGED_FROM, GapRow, select
from lifecycle_lab.cycles.survival import Curve, by_days, curve_of
from lifecycle_lab.schema import ParameterError

CYCLES = (1, 3)
Visible = Literal["none", "part", "all"]


@dataclass(frozen=True)
class Within:
    """几个周期以内（含）再买的份额。days: 周期数 × 周期；observable: 观察期够不够长。

    naive: 只数已经再买的（没有人再买是 None）；corrected: KM，观察期不够长时是下限。
    """

    cycles: int
    days: int
    naive: Fraction | None
    corrected: Fraction
    observable: bool


@dataclass(frozen=True)
class ClassLine:
    """表3的一行：前一段间隔属于 name 类的客户，下一段怎样。

    customers: 人数；returned: 其中已经再买的；counts、naive、corrected: 下一段落在四类里的
    人数、占已再买者的份额、KM 份额（次序同 CLASSES）；longest: 下一段看得最久的天数。
    visible: 四类各看得见多少，"none" 一天也看不到，"part" 只看到一部分（份额是下限），"all" 全看到。
    """

    name: str
    customers: int
    returned: int
    counts: tuple[int, ...]
    naive: tuple[Fraction | None, ...]
    corrected: tuple[Fraction, ...]
    visible: tuple[Visible, ...]
    within: tuple[Within, ...]
    longest: int


@dataclass(frozen=True)
class NextGaps:
    """表3：第 n 段间隔的类 × 下一段；没有客户的类不在 lines 里。"""

    n: int
    bounds: Bounds
    lines: tuple[ClassLine, ...]

    def line(self, name: str) -> ClassLine | None:
        """一类的一行，name 是 CLASSES 之一；没有客户的类 → None。"""
        return next((line for line in self.lines if line.name == name), None)


def next_gaps(
    rows: Iterable[GapRow],
    n: int,
    bounds: Bounds,
    cycles: Sequence[int] = CYCLES,
    merged_from: int = MERGED_FROM,
) -> NextGaps:
    """间隔表 → 表3(E6)：第 n 段属于哪一类 × 第 n + 1 段。

    n: 1、2、3；更后的段在表里并在一起，分不开 → ParameterError。
    """
    if not 1 <= n < merged_from - 1:
        raise ParameterError(f"第 {n} 段间隔分不开来看。", remedy=f"n 取 1 到 {merged_from - 2}。")
    by_previous: dict[int, list[GapRow]] = {}
    for row in select(rows, n=n + 1):
        by_previous.setdefault(row.previous, []).append(row)  # type: ignore[arg-type]
    following: dict[str, list[GapRow]] = {name: [] for name in CLASSES}
    for previous, found in by_previous.items():
        following[frequency_class(previous, bounds)] += found
    lines = tuple(_line(name, found, bounds, cycles) for name, found in following.items() if found)
    return NextGaps(n, bounds, lines)


def _line(name: str, rows: list[GapRow], bounds: Bounds, cycles: Sequence[int]) -> ClassLine:
    ended, watched = by_days(rows)
    curve = curve_of(ended, watched)
    counts = [0] * len(CLASSES)
    for days, count in ended.items():
        counts[CLASSES.index(frequency_class(days, bounds))] += count
    cycle = class_cycle(name, bounds)
    return ClassLine(
        name,
        curve.closed + curve.open,
        curve.closed,
        tuple(counts),
        tuple(Fraction(count, curve.closed) if curve.closed else None for count in counts),
        tuple(_share_in(curve, *class_range(other, bounds)) for other in CLASSES),
        tuple(_visible(curve, *class_range(other, bounds)) for other in CLASSES),
        tuple(_within(ended, curve, many, many * cycle) for many in cycles),
        curve.longest,
    )


def _share_in(curve: Curve, low: int, high: int | None) -> Fraction:
    """KM 曲线在 [low, high) 天里长高了多少。"""
    top = curve.share_within(curve.longest if high is None else high - 1)
    return top - curve.share_within(low - 1)


def _visible(curve: Curve, low: int, high: int | None) -> Visible:
    # 人人都已再买，以后的天数不必看也知道
    if curve.share_within(curve.longest) == 1 or (high is not None and high - 1 <= curve.longest):
        return "all"
    return "part" if low <= curve.longest else "none"


def _within(ended: Mapping[int, int], curve: Curve, cycles: int, days: int) -> Within:
    back = sum(count for gap, count in ended.items() if gap <= days)
    naive = Fraction(back, curve.closed) if curve.closed else None
    share = curve.share_within(days)
    return Within(cycles, days, naive, share, share == 1 or days <= curve.longest)
