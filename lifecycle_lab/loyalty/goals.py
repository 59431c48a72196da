"""对最好的一群客户，四种目标：扩大、提值、守住、找同类；各按假设算一年的收入与利润，两把尺子会排出两种次序(C11)。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import ParameterError

GOALS = ("enlarge", "raise_value", "defend", "look_alike")


@dataclass(frozen=True)
class Segment:
    """一群客户：几位、每位一年的收入（分）、毛利率、一年留下的份额。"""

    customers: int
    yearly_revenue: int
    margin: Fraction
    retention: Fraction


@dataclass(frozen=True)
class Effort:
    """一种做法的假设：多几位、每位收入变多少、留存加多少、毛利率少多少、一年的费用（分）。"""

    customers: int = 0
    revenue_change: Fraction = Fraction(0)
    retention_change: Fraction = Fraction(0)
    margin_change: Fraction = Fraction(0)
    cost: int = 0


def yearly(segment: Segment, effort: Effort | None = None) -> tuple[Fraction, Fraction]:
    """（收入，利润），分：年底留下的老客户买一年，新来的也买一年；流失的一分不算，是保守的算法；留存或毛利率越出 0 到 1 → ParameterError。"""
    effort = effort or Effort()
    kept = segment.retention + effort.retention_change
    margin = segment.margin + effort.margin_change
    if not 0 <= kept <= 1 or not 0 <= margin <= 1:
        raise ParameterError("留存或毛利率越出了 0 到 1。", remedy="把假设改小一点。")
    buyers = segment.customers * kept + effort.customers
    revenue = buyers * segment.yearly_revenue * (1 + effort.revenue_change)
    return revenue, revenue * margin - effort.cost


def effects(segment: Segment, efforts: Mapping[str, Effort]) -> dict[str, tuple[Fraction, Fraction]]:
    """每种做法比什么都不做：（收入多多少，利润多多少）。"""
    base = yearly(segment)
    found = {}
    for name, effort in efforts.items():
        revenue, profit = yearly(segment, effort)
        found[name] = (revenue - base[0], profit - base[1])
    return found


def cost_per_customer(contact_cost: int, reached: Fraction, converted: Fraction) -> Fraction:
    """一种接触方式得到一位客户要多少钱（分）：一次接触的钱 ÷ 接得上的份额 ÷ 接上以后成交的份额(C1)；两个份额不在 0（不含）到 1 → ParameterError。"""
    if not 0 < reached <= 1 or not 0 < converted <= 1:
        raise ParameterError("接通率与成交率要大于 0，不超过 1。", remedy="改好再算。")
    return Fraction(contact_cost) / reached / converted
