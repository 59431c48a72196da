"""过去的价值与将来的价值：两种东西，两个类型，加不到一起。

“这位客户值多少”可以问已经赚到的，也可以问往后还会赚到的。花钱留客看的是后一个；
前一个已经到手，花不花钱都在。终身价值（D1）说的是将来；历史利润不是它的估计。（补全）
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from lifecycle_lab.schema import ParameterError
from lifecycle_lab.value.equity import discounted_orders
from lifecycle_lab.value.inputs import Money, exact
from lifecycle_lab.value.rates import YearlyRate


@dataclass(frozen=True)
class _Value:
    amount: Fraction
    as_of: date

    def __add__(self, other: object):
        if type(other) is not type(self) or other.as_of != self.as_of:  # type: ignore[attr-defined]
            raise ParameterError(
                "过去与将来的价值不能相加，观察日不同的也不能。",
                why="已经到手的利润，不管以后怎样都在；为将来做决定时不该算进去。",
                remedy="两个数并排写出来，各说各的。",
            )
        return type(self)(self.amount + other.amount, self.as_of)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class PastValue(_Value):
    """到观察日为止（含当天）已经得到的利润，不贴现。"""


@dataclass(frozen=True)
class FutureValue(_Value):
    """观察日以后期望得到的利润，贴现到观察日。"""


def past_value(profits: Iterable[tuple[date, Money]], as_of: date) -> PastValue:
    """（日期，利润）若干笔 → 过去的价值；退款是负数；观察日以后的不算。"""
    return PastValue(
        sum((exact(money, "利润") for day, money in profits if day <= as_of), Fraction(0)), as_of
    )


def future_value(
    yearly_orders: Sequence[Fraction | float], profit_per_order: Money, rate: YearlyRate, as_of: date
) -> FutureValue:
    """观察日以后各年的期望单数 × 每单利润，贴现到观察日。"""
    return FutureValue(discounted_orders(yearly_orders, profit_per_order, rate), as_of)
