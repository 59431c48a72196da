"""做一件事值不值：同一位客户，做以前与做以后的利润贡献（模型三）相比(course.md D7、D8)。

一件事可以抬高每年收入、改变服务成本、提高或降低保持率，并在 t = 0 花一笔钱；或者干脆终止服务。
来源只列做法，没有数：怎样折成这几个数，是补全。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.value.inputs import Money, exact, not_negative
from lifecycle_lab.value.loyal import LoyalCustomer, lifetime_value
from lifecycle_lab.value.rates import YearlyRetention


@dataclass(frozen=True)
class Lever:
    """一件事：revenue_times、service_times 是做以后的几倍；kept_more 是保持率加几（可以是负的，不超出 0 与 1）。

    once: t = 0 花的钱。ends: 终止服务，往后一分不收、一分不花，只花 once。
    """

    revenue_times: Fraction = Fraction(1)
    service_times: Fraction = Fraction(1)
    kept_more: Fraction = Fraction(0)
    once: Money = 0
    ends: bool = False

    def __post_init__(self) -> None:
        for name, label in (("revenue_times", "收入的倍数"), ("service_times", "服务成本的倍数")):
            object.__setattr__(self, name, not_negative(getattr(self, name), label))
        object.__setattr__(self, "kept_more", exact(self.kept_more, "保持率的变化"))
        object.__setattr__(self, "once", not_negative(self.once, "一次性的花费"))


def with_lever(customer: LoyalCustomer, lever: Lever) -> LoyalCustomer:
    """做了以后的客户；once 记进 t = 0 的成本，与吸引成本一样不贴现。"""
    kept = min(max(customer.kept.value + lever.kept_more, Fraction(0)), Fraction(1))
    going = 0 if lever.ends else 1
    return replace(
        customer,
        yearly_revenue=going * customer.yearly_revenue * lever.revenue_times,
        yearly_service_cost=going * customer.yearly_service_cost * lever.service_times,
        acquisition_cost=customer.acquisition_cost + lever.once,
        kept=YearlyRetention(kept),
    )


def lever_gain(customer: LoyalCustomer, lever: Lever) -> Fraction:
    """做了以后多值多少（已减 once）；负数是不如不做。"""
    after = lifetime_value(with_lever(customer, lever), "contribution")
    return after - lifetime_value(customer, "contribution")


def best_lever(customer: LoyalCustomer, levers: Mapping[str, Lever]) -> str:
    """几件事里多值最多的一件的名字；一样多取写在前面的；没有一件可选 → ParameterError。"""
    if not levers:
        raise ParameterError(f"没有一件事可选：{quote(str(list(levers)))}。", remedy="至少给一件。")
    return max(levers, key=lambda name: lever_gain(customer, levers[name]))
