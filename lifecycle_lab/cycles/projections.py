"""滑块：从立方表一眼读出状态人数与转移人数，几十微秒，与客户有多少位无关(E4、E8)。

平面（二维前缀和，由仓库从立方表建好）作为参数进来，只叫它的两个函数：
count(x_from, x_to, y_from, y_to) 数半开矩形里的客户，None 是没有尽头；none(y_from, y_to) 数没有 x 的。
结果与逐位客户叫 `state` 数出来的一样，由测试保证。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

from lifecycle_lab.cycles.classes import CLASSES, Bounds, class_cycle, class_range
from lifecycle_lab.cycles.rules import ClassRule, OwnCycleRule, StaticRule
from lifecycle_lab.cycles.survival import Curve, curve_of

NEW, REPEAT = "new", "repeat"


class Plane(Protocol):
    """二维前缀和：数矩形里的客户，与客户有多少位无关。"""

    def count(self, x_from: int, x_to: int | None, y_from: int, y_to: int | None) -> int:
        """x、y 各在半开的一段里的客户几位；到头为止写 None。"""

    def none(self, y_from: int, y_to: int | None) -> int:
        """没有 x（还没有上一段间隔）、y 在这一段里的客户几位。"""


Counts = dict[str, tuple[int, ...]]


def class_states(plane: Plane, rule: ClassRule) -> Counts:
    """状态立方表（x = 上一段间隔，y = 距上次购买）→ 新客户与四类客户各种状态几位(E8)。"""
    counts = {NEW: tuple(plane.none(*days) for days in _steps(rule.nodes))}
    for name in CLASSES:
        cycle = class_cycle(name, rule.bounds)
        low, high = class_range(name, rule.bounds)
        steps = _steps([many * cycle for many in rule.multiples])
        counts[name] = tuple(plane.count(low, high, *days) for days in steps)
    return counts


def static_states(plane: Plane, rule: StaticRule, bounds: Bounds) -> Counts:
    """同一张表按静态规则数(E5)：行仍按 bounds 分类，好与动态规则并排。"""
    steps = _steps(rule.nodes)
    counts = {NEW: tuple(plane.none(*days) for days in steps)}
    for name in CLASSES:
        counts[name] = tuple(plane.count(*class_range(name, bounds), *days) for days in steps)
    return counts


class OwnRow(Protocol):
    """自己周期的立方表的一行；仓库的 `own_states()` 就是。"""

    gaps: int
    span: int
    days_since: int
    customers: int


@dataclass(frozen=True)
class OwnProgress:
    """自己周期的立方表归成两张小表：新客户 {距上次购买: 人数}、回头客 {已过几个整周期: 人数}。

    倍数是整数，够不够几倍只看整周期数，所以倍数与节点的滑块只查这两张表。
    """

    new: Mapping[int, int]
    repeat: Mapping[int, int]

    def states(self, multiples: Sequence[int], nodes: Sequence[int]) -> Counts:
        """各种状态几位：新客户按 nodes（天），回头客按 multiples（几个自己的周期）。"""
        return {NEW: _reached(self.new, nodes), REPEAT: _reached(self.repeat, multiples)}


def own_progress(
    rows: Iterable[OwnRow], shop_cycle: Fraction | int, kappa: Fraction | int = 1
) -> OwnProgress:
    """自己周期的立方表（间隔数、首末跨度、距上次购买）→ 每位客户过了几个整周期(E7)；κ 变了才要重算。

    自己的周期 =（跨度 + κ·全店）÷（间隔数 + κ），只认平均数；两边乘开，全用整数除。
    """
    kappa, shop = Fraction(kappa), Fraction(shop_cycle)
    unit, added = kappa.denominator * shop.denominator, kappa.numerator * shop.numerator
    new, repeat = Counter[int](), Counter[int]()
    for row in rows:
        if row.gaps:
            times = shop.denominator * (row.gaps * kappa.denominator + kappa.numerator)
            repeat[row.days_since * times // (row.span * unit + added)] += row.customers
        else:
            new[row.days_since] += row.customers
    return OwnProgress(new, repeat)


def own_states(rows: Iterable[OwnRow], rule: OwnCycleRule) -> Counts:
    """自己周期的立方表 → 新客户与回头客各种状态几位(E7)。"""
    return own_progress(rows, rule.shop_cycle, rule.kappa).states(rule.multiples, rule.nodes)


def transitions(plane: Plane, bounds: Bounds) -> Counts:
    """第 n + 1 段间隔的平面（x = 前一段，y = 这一段，已结束的）→ 转移人数，行列都是 CLASSES(E6)。"""
    ranges = {name: class_range(name, bounds) for name in CLASSES}
    return {
        row: tuple(plane.count(*across, *down) for down in ranges.values()) for row, across in ranges.items()
    }


def next_curve(ended: Plane, watched: Plane, name: str, bounds: Bounds, longest: int) -> Curve:
    """前一段属于 name 类的客户，下一段的再购曲线（KM）；两个平面是第 n + 1 段已结束的与还开着的(E6)。

    longest: 表里最长的一段有几天；与从行算出的 `survival_curve` 相同。
    """
    across = class_range(name, bounds)
    counts = [
        {day: found for day in range(longest + 1) if (found := plane.count(*across, day, day + 1))}
        for plane in (ended, watched)
    ]
    return curve_of(*counts)


def _reached(progress: Mapping[int, int], days: Sequence[int]) -> tuple[int, ...]:
    counts = [0] * (len(days) + 1)
    for passed, customers in progress.items():
        counts[sum(passed >= day for day in days)] += customers
    return tuple(counts)


def _steps(days: Sequence[int]) -> list[tuple[int, int | None]]:
    """三个天数 → 四种状态的半开区间。"""
    return list(pairwise((0, *days, None)))  # type: ignore[arg-type]
