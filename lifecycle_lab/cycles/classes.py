"""频次类：按一段间隔的天数分高、中、低，再久的叫“超出”(E6、E8)。

[0, 80) 高频，[80, 200) 中频，[200, 400] 低频，401 天起超出：80 归中，200 与 400 归低。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.cycles.spells import GapRow, select
from lifecycle_lab.cycles.survival import survival_curve
from lifecycle_lab.schema import DataError, ParameterError

CLASSES = ("high", "mid", "low", "beyond")
SHARES = (Fraction(3, 5), Fraction(17, 20), Fraction(49, 50))


@dataclass(frozen=True)
class Bounds:
    """三个界限（整天数，从小到大）；也是三类的周期：一类的周期是它的上界。"""

    high: int = 80
    mid: int = 200
    low: int = 400

    def __post_init__(self) -> None:
        check_days(self.days, "界限")

    @property
    def days(self) -> tuple[int, int, int]:
        """三个界限，从小到大（天）。"""
        return self.high, self.mid, self.low


def frequency_class(gap: int, bounds: Bounds) -> str:
    """一段间隔 → 频次类，CLASSES 之一(E6)。"""
    if gap < bounds.high:
        return "high"
    if gap < bounds.mid:
        return "mid"
    return "low" if gap <= bounds.low else "beyond"


def class_cycle(name: str, bounds: Bounds) -> int:
    """一类的周期（天）：它的上界(E8)。“超出”没有上界，按低频的界限算：文章没有说，这是我们补的。"""
    return dict(zip(CLASSES, (*bounds.days, bounds.low), strict=True))[name]


def class_range(name: str, bounds: Bounds) -> tuple[int, int | None]:
    """一类的间隔从几天到几天，半开：[从, 到)；“超出”没有尽头（None）。"""
    edges = (0, bounds.high, bounds.mid, bounds.low + 1, None)
    place = CLASSES.index(name)
    return edges[place], edges[place + 1]  # type: ignore[return-value]


def bounds_from(rows: Iterable[GapRow], shares: Sequence[Fraction] = SHARES) -> Bounds:
    """从这家店自己的间隔定界限：已结束的间隔的三个分位点；分不出三个不同的天数 → DataError。"""
    ended = select(rows, closed=True)
    if not ended:
        raise DataError("没有一位客户买过第二次，定不出界限。", remedy="用固定界限 Bounds(80, 200, 400)。")
    curve = survival_curve(ended, naive=True)
    days = [curve.quantile(share) for share in shares]
    if len(set(days)) < len(days):
        raise DataError(
            f"三个分位点是 {'、'.join(map(str, days))} 天，分不出三类。",
            remedy="间隔太少或太整齐；换固定界限。",
        )
    return Bounds(*days)  # type: ignore[arg-type]


def check_days(days: Sequence[int], what: str) -> None:
    """三个从小到大的正整天数，否则 ParameterError。"""
    whole = all(type(day) is int and day > 0 for day in days)
    if not whole or len(days) != 3 or list(days) != sorted(set(days)):
        raise ParameterError(
            f"{what} {'、'.join(map(str, days))} 不是三个从小到大的整天数。",
            remedy="写成 80、200、400 这样。",
        )
