"""同期群（cohort）：同一时候第一次买的客户，过了几个月还有多少在买；还没有到的月份是“还看不到”，不是 0(A8)。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import ParameterError


@dataclass(frozen=True)
class Cohort:
    """start: 第几段开始买的。size: 几位。bought[k]: 过了 k 段以后那一段里买过的人数；还没有过完的段是 None。"""

    start: int
    size: int
    bought: tuple[int | None, ...]

    def share(self, later: int) -> Fraction | None:
        """过了 later 段还有几成在买；那一段还没有过完 → None。"""
        many = self.bought[later]
        return None if many is None else Fraction(many, self.size)


@dataclass(frozen=True)
class Point:
    """留存曲线的一点：过了 later 段，看得到的 size 位里有 bought 位买过。"""

    later: int
    size: int
    bought: int

    @property
    def share(self) -> Fraction:
        """看得到的人里有几成买过。"""
        return Fraction(self.bought, self.size)


def cohorts(months: Iterable[Sequence[int]], last: int, width: int = 1) -> list[Cohort]:
    """months: 每位客户买过的月（整数，从早到晚，至少一个）；last: 最后一个过完的月；几个月一段由 width 定；width 小于 1 → ParameterError。

    段从 last 往回数，所以最后一段总是完整的；在 last 以后才第一次买的客户不算。
    """
    if width < 1:
        raise ParameterError("几个月一段要至少是 1。")
    members: dict[int, list[set[int]]] = {}
    for bought in months:
        spans = {_span(month, last, width) for month in bought if month <= last}
        if spans:
            members.setdefault(min(spans), []).append(spans)
    if not members:
        return []
    length = -min(members) + 1
    return [_cohort(start, members[start], length) for start in sorted(members)]


def _span(month: int, last: int, width: int) -> int:
    """最后一段是 0，往前是 −1、−2……"""
    return -((last - month) // width)


def _cohort(start: int, people: Sequence[set[int]], length: int) -> Cohort:
    bought = tuple(
        sum(start + later in spans for spans in people) if start + later <= 0 else None
        for later in range(length)
    )
    return Cohort(start, len(people), bought)


def retention_curve(found: Sequence[Cohort]) -> list[Point]:
    """各群合起来：每过一段，只在看得到那一段的群里数，分母也只是它们。"""
    points = []
    for later in range(max((len(one.bought) for one in found), default=0)):
        seen = [one for one in found if one.bought[later] is not None]
        size, bought = sum(one.size for one in seen), sum(one.bought[later] for one in seen)  # type: ignore[misc]
        points += [Point(later, size, bought)] if size else []
    return points


def zero_for_unseen(found: Sequence[Cohort]) -> list[Point]:
    """常见的错法：看不到的当成没有买，分母是所有的群；只用来与正确的比。"""
    size = sum(one.size for one in found)
    longest = max((len(one.bought) for one in found), default=0)
    return [Point(k, size, sum(one.bought[k] or 0 for one in found)) for k in range(longest)] if size else []
