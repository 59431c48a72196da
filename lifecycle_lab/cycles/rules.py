"""一位客户在观察日的状态：活跃、沉默、沉睡、流失(E4、E5、E8)。

每条规则给出三个天数；距上一次购买的天数达到（≥）第几个，就到了第几步。
第三个天数达到而没有再买，正是“这么多天以内没有再买”：240 天那天也没有来，才算三个周期没有来。
只买过一天的客户没有自己的间隔，任何规则都按新客户的节点算。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, Protocol

from lifecycle_lab.cycles.classes import CLASSES, Bounds, check_days, class_cycle, frequency_class
from lifecycle_lab.schema import DataError, ParameterError

STATES = ("active", "silent", "sleeping", "lost")
NODES = (80, 200, 400)
MULTIPLES = (1, 2, 3)
Days = tuple[Fraction | int, Fraction | int, Fraction | int]


class Customer(Protocol):
    """规则要的四样；`cycles.Visits` 与仓库底表的行都有。last_gap: 最后一段已结束的间隔，没有是 None。"""

    first_day: int
    last_day: int
    purchase_days: int
    last_gap: int | None


class Rule(Protocol):
    """一条规则：一位客户 → 沉默、沉睡、流失各从第几天起。"""

    def thresholds(self, visits: Customer) -> Days:
        """沉默、沉睡、流失各从距上次购买第几天起（从小到大）。"""


@dataclass(frozen=True)
class StaticRule:
    """静态规则(E2、E5)：人人同样的三个节点，只看多久没来。"""

    nodes: tuple[int, int, int] = NODES

    def __post_init__(self) -> None:
        check_days(self.nodes, "节点")

    def thresholds(self, visits: Customer) -> Days:
        """人人同样的三个节点（天）。"""
        return self.nodes


@dataclass(frozen=True)
class ClassRule:
    """文章的动态规则(E8)：按上一段间隔分类，取那一类的周期，乘以 multiples；新客户按 nodes。

    文章只说了高频类的三个周期；中、低两类照样乘是我们补的，两年的窗里看不到（`class_days`）。
    """

    bounds: Bounds = field(default_factory=Bounds)
    multiples: tuple[int, int, int] = MULTIPLES
    nodes: tuple[int, int, int] = NODES

    def __post_init__(self) -> None:
        check_days(self.nodes, "节点")
        check_days(self.multiples, "倍数")

    def thresholds(self, visits: Customer) -> Days:
        """这一类的周期乘以 multiples；新客户是 nodes。"""
        if visits.last_gap is None:
            return self.nodes
        cycle = class_cycle(frequency_class(visits.last_gap, self.bounds), self.bounds)
        return tuple(many * cycle for many in self.multiples)  # type: ignore[return-value]


@dataclass(frozen=True)
class OwnCycleRule:
    """按各人自己的周期(E7)：（n × 自己的 + κ × 全店的）÷（n + κ），n 是已结束的间隔数；新客户按 nodes。

    κ 是把全店的周期当作几段自己的间隔：0 全信自己，越大越信全店。
    centre: 自己的周期取间隔的平均数（mean）或中位数（median，要有 median_twice）。
    """

    shop_cycle: Fraction | int
    kappa: Fraction | int = 1
    centre: Literal["mean", "median"] = "mean"
    multiples: tuple[int, int, int] = MULTIPLES
    nodes: tuple[int, int, int] = NODES

    def __post_init__(self) -> None:
        check_days(self.nodes, "节点")
        check_days(self.multiples, "倍数")
        if self.kappa < 0 or self.shop_cycle <= 0:
            raise ParameterError(
                "κ 不能是负数，全店的周期要大于 0。", remedy="κ 取 0、1、2……；周期用 shop_cycle。"
            )

    def cycle(self, visits: Customer) -> Fraction:
        """自己的周期（天，精确分数），已向全店收拢。"""
        n = visits.purchase_days - 1
        return Fraction(n * self._own(visits) + self.kappa * self.shop_cycle) / (n + self.kappa)

    def _own(self, visits: Customer) -> Fraction:
        if self.centre == "mean":
            return Fraction(visits.last_day - visits.first_day, visits.purchase_days - 1)
        twice = getattr(visits, "median_twice", None)
        if twice is None:
            raise DataError("这张底表没有间隔的中位数。", remedy='改用 centre="mean"，或用带中位数的底表。')
        return Fraction(twice, 2)

    def thresholds(self, visits: Customer) -> Days:
        """自己的周期乘以 multiples，精确分数；新客户是 nodes。"""
        if visits.last_gap is None:
            return self.nodes
        cycle = self.cycle(visits)
        return tuple(many * cycle for many in self.multiples)  # type: ignore[return-value]


def state(visits: Customer, as_of: int, rule: Rule) -> str:
    """一位客户在观察日的状态，STATES 之一(E4、E8)；观察日早于最后一次购买 → DataError。"""
    idle = days_since(visits, as_of)
    return STATES[sum(idle >= days for days in rule.thresholds(visits))]


def lostness(visits: Customer, as_of: int, rule: Rule) -> float:
    """离流失有多近：距上次购买的天数 ÷ 规则的第三个天数；≥ 1 正是流失。回测拿它排序(E9)。

    静态规则的次序就是天数的次序。只做一次整数除法，所以相等的比给出相等的浮点数。
    """
    last = Fraction(rule.thresholds(visits)[-1])
    return days_since(visits, as_of) * last.denominator / last.numerator


def days_since(visits: Customer, as_of: int) -> int:
    """距上一次购买的整天数；观察日早于最后一次购买 → DataError。"""
    if as_of < visits.last_day:
        raise DataError("观察日早于这位客户最后一次购买。", remedy="先按观察日截断订单，再算状态。")
    return as_of - visits.last_day


@dataclass(frozen=True)
class ClassDays:
    """一类客户的三个天数；observable: 在 window 天的观察期里看不看得到那么久。"""

    name: str
    cycle: int
    days: tuple[int, int, int]
    observable: tuple[bool, bool, bool]


def class_days(rule: ClassRule, window: int) -> tuple[ClassDays, ...]:
    """四类客户各从第几天起沉默、沉睡、流失，以及观察期够不够长(E8)：两年里看不到 1,200 天。"""
    found = []
    for name in CLASSES:
        cycle = class_cycle(name, rule.bounds)
        days = tuple(many * cycle for many in rule.multiples)
        found.append(ClassDays(name, cycle, days, tuple(day <= window for day in days)))  # type: ignore[arg-type]
    return tuple(found)


def state_counts(customers: Sequence[Customer], as_of: int, rule: Rule) -> dict[str, int]:
    """四种状态各有几位客户，次序同 STATES。"""
    found = [state(visits, as_of, rule) for visits in customers]
    return {name: found.count(name) for name in STATES}
