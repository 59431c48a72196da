"""客户资产：现有与潜在客户的利润，在规划期里的现值之和(course.md D4)。

时间：第 t 年的利润在年末；第 k 年新来的客户在第 k 年年初（t = k − 1）付吸引成本，同年年末有第一笔利润。
每位客户往后各年的期望单数与每单利润由概率模型或教师给出，作为参数进来；这里只贴现、相加。
来源只有定义；新客户的年初付款、区间、灵敏度是补全。
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.value.annuity import discount_factor
from lifecycle_lab.value.inputs import Money, exact, expected, not_negative, share
from lifecycle_lab.value.rates import YearlyRate, Years, same_unit


@dataclass(frozen=True)
class PresentCustomers:
    """一群现有客户：几位、每位往后第 1、2、… 年的期望单数（各年的，不是累计的）、每单利润（最小单位）。"""

    name: str
    customers: int | Fraction
    yearly_orders: tuple[Fraction | float, ...]
    profit_per_order: Money


@dataclass(frozen=True)
class ExpectedCustomers:
    """规划期里会来的新客户：第 1、2、… 年各来几位、吸引一位的成本、来了以后第 1、2、… 年的利润。"""

    yearly_newcomers: tuple[Fraction | int | float, ...]
    acquisition_cost: Money
    yearly_profit: tuple[Money, ...]


@dataclass(frozen=True)
class EquityPlan:
    """算客户资产要的全部：贴现率、规划期、现有的几群、会来的新客户（没有就是 None）。"""

    rate: YearlyRate
    planning: Years
    present: tuple[PresentCustomers, ...]
    newcomers: ExpectedCustomers | None = None

    def __post_init__(self) -> None:
        same_unit(self.rate, self.planning)
        if self.rate.unit != "年" or self.planning.count is None:
            raise ParameterError("规划期要按年写，而且有尽头。", remedy="写成 Years(3)。")


@dataclass(frozen=True)
class EquityLine:
    """客户资产里的一项：一群现有客户，或第几年的新客户（已减吸引成本）。"""

    name: str
    value: Fraction


@dataclass(frozen=True)
class Equity:
    """客户资产：现有与潜在两部分，各有明细。"""

    present: tuple[EquityLine, ...]
    expected: tuple[EquityLine, ...]

    @property
    def total(self) -> Fraction:
        """客户资产：两部分的现值之和（最小单位，精确分数）。"""
        return sum((line.value for line in (*self.present, *self.expected)), Fraction(0))


def customer_equity(plan: EquityPlan) -> Equity:
    """客户资产(D4)，精确；规划期以后的利润一律不算，给了也不算。"""
    return Equity(
        tuple(EquityLine(group.name, _present_value(group, plan)) for group in plan.present),
        tuple(_cohorts(plan)),
    )


def discounted_orders(
    yearly_orders: Sequence[Fraction | float], profit_per_order: Money, rate: YearlyRate
) -> Fraction:
    """一位客户各年期望单数 × 每单利润的现值：与教科书的终身价值放在一起比的那个数。"""
    profit = exact(profit_per_order, "每单利润")
    many = (expected(orders, "期望单数") for orders in yearly_orders)
    return sum(
        (profit * n * discount_factor(rate, Years(t)) for t, n in enumerate(many, start=1)), Fraction(0)
    )


def _present_value(group: PresentCustomers, plan: EquityPlan) -> Fraction:
    orders = group.yearly_orders[: plan.planning.count]
    return expected(group.customers, "人数") * discounted_orders(orders, group.profit_per_order, plan.rate)


def _cohorts(plan: EquityPlan):
    """一年一批新客户；晚来的批次，规划期里剩下的年数少。"""
    if plan.newcomers is None:
        return
    coming, horizon = plan.newcomers, plan.planning.count
    cost = not_negative(coming.acquisition_cost, "吸引成本")
    for year, many in enumerate(coming.yearly_newcomers[:horizon], start=1):
        profits = (exact(p, "每年利润") for p in coming.yearly_profit[: horizon - year + 1])
        later = sum(
            (p * discount_factor(plan.rate, Years(age)) for age, p in enumerate(profits, start=1)),
            Fraction(0),
        )
        value = expected(many, "新客户数") * (later - cost) * discount_factor(plan.rate, Years(year - 1))
        yield EquityLine(str(year), value)


# ── 灵敏度与区间 ─────────────────────────────────────────────────────


def _orders(plan: EquityPlan, times: Fraction) -> EquityPlan:
    groups = (
        replace(g, yearly_orders=tuple(expected(n, "期望单数") * times for n in g.yearly_orders))
        for g in plan.present
    )
    return replace(plan, present=tuple(groups))


def _order_profit(plan: EquityPlan, times: Fraction) -> EquityPlan:
    return replace(
        plan,
        present=tuple(
            replace(g, profit_per_order=exact(g.profit_per_order, "每单利润") * times) for g in plan.present
        ),
    )


def _coming(plan: EquityPlan, **changes: Callable[[ExpectedCustomers], object]) -> EquityPlan:
    if plan.newcomers is None:
        return plan
    changed = {name: change(plan.newcomers) for name, change in changes.items()}
    return replace(plan, newcomers=replace(plan.newcomers, **changed))


DRIVERS: Mapping[str, Callable[[EquityPlan, Fraction], EquityPlan]] = {
    "yearly_rate": lambda plan, value: replace(plan, rate=YearlyRate(value)),
    "orders_times": _orders,
    "order_profit_times": _order_profit,
    "newcomers_times": lambda plan, times: _coming(
        plan, yearly_newcomers=lambda c: tuple(expected(n, "新客户数") * times for n in c.yearly_newcomers)
    ),
    "newcomer_profit_times": lambda plan, times: _coming(
        plan, yearly_profit=lambda c: tuple(exact(p, "每年利润") * times for p in c.yearly_profit)
    ),
    "acquisition_cost_times": lambda plan, times: _coming(
        plan, acquisition_cost=lambda c: exact(c.acquisition_cost, "吸引成本") * times
    ),
}
"""可以拨的输入：yearly_rate 直接换成那个年贴现率，其余是原来的几倍。"""


@dataclass(frozen=True)
class Swing:
    """龙卷风图的一根：一个输入取 low、high 时（别的不动）客户资产各是多少。"""

    driver: str
    low: Fraction
    high: Fraction
    at_low: Fraction
    at_high: Fraction
    base: Fraction

    @property
    def width(self) -> Fraction:
        """这个输入拨到两头，客户资产相差多少：龙卷风图按它从宽到窄排。"""
        return abs(self.at_high - self.at_low)


def tornado(plan: EquityPlan, ranges: Mapping[str, tuple[Fraction, Fraction]]) -> tuple[Swing, ...]:
    """每次只动一个输入；影响大的在前，一样大的按名字排。ranges: DRIVERS 里的名字 → （低，高）；不认识的输入 → ParameterError。"""
    base = customer_equity(plan).total
    swings = []
    for driver, ends in ranges.items():
        low, high = (exact(end, driver) for end in ends)
        change = _driver(driver)
        at_low, at_high = (customer_equity(change(plan, end)).total for end in (low, high))
        swings.append(Swing(driver, low, high, at_low, at_high, base))
    return tuple(sorted(swings, key=lambda swing: (-swing.width, swing.driver)))


def _driver(name: str) -> Callable[[EquityPlan, Fraction], EquityPlan]:
    if name not in DRIVERS:
        raise ParameterError(f"没有叫 {quote(name)} 的输入。", remedy="取 " + "、".join(DRIVERS) + " 之一。")
    return DRIVERS[name]


def interval_from_swings(swings: Sequence[Swing]) -> tuple[float, float]:
    """各输入互不相干、各有同样把握的（低，高）时，客户资产的区间：各自的偏离平方相加再开方（近似）；没有一个输入在动 → ParameterError。

    只有开方用浮点数。输入之间有牵连的，用 `interval_from_draws`。
    """
    if not swings:
        raise ParameterError("没有一个输入在动，没有区间。", remedy="先用 tornado 给出几个输入的低与高。")
    base = swings[0].base
    down = sum((base - min(s.at_low, s.at_high, base)) ** 2 for s in swings)
    up = sum((max(s.at_low, s.at_high, base) - base) ** 2 for s in swings)
    return float(base) - math.sqrt(down), float(base) + math.sqrt(up)


def interval_from_draws(
    draws: Sequence[Money], level: Fraction = Fraction(9, 10)
) -> tuple[Fraction, Fraction]:
    """许多次抽样各算一个客户资产 → 中间 level 的一段（次序统计量，两头各去掉同样多，向外取整）；一次抽样也没有 → ParameterError。"""
    if not draws:
        raise ParameterError("一次抽样也没有。", remedy="先对客户重抽样若干次，每次算一个客户资产。")
    ordered = sorted(exact(draw, "客户资产") for draw in draws)
    cut = math.floor((1 - share(level, "把握")) / 2 * len(ordered))
    cut = min(cut, (len(ordered) - 1) // 2)
    return ordered[cut], ordered[len(ordered) - 1 - cut]
