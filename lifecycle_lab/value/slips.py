"""有名字的错法：照它算，终身价值会写成多少(course.md D1)。

每个函数收一位客户与一个模型，给出那个错误的数；练习拿它认出学生错在哪里。
错的数恰好等于对的数时（例如 A = 0），认不出也不该认：`recognisable` 已经去掉。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from lifecycle_lab.schema import ParameterError
from lifecycle_lab.value.loyal import LoyalCustomer, Model, at_start, each_year, lifetime_value
from lifecycle_lab.value.rates import Years


def not_discounted(customer: LoyalCustomer, model: Model) -> Fraction:
    """忘了贴现：每年的一笔直接乘年数。"""
    return at_start(customer, model) + each_year(customer, model) * _years(customer)


def one_year_short(customer: LoyalCustomer, model: Model) -> Fraction:
    """少算一年：n − 1。"""
    return lifetime_value(replace(customer, loyal=Years(max(_years(customer) - 1, 0))), model)


def one_year_long(customer: LoyalCustomer, model: Model) -> Fraction:
    """多算一年：n + 1。"""
    return lifetime_value(replace(customer, loyal=Years(_years(customer) + 1)), model)


def percent_as_whole(customer: LoyalCustomer, model: Model) -> Fraction:
    """百分数当成整数：9 % 写成 r = 9。`YearlyRate` 不收这样的数，所以这里逐年加。"""
    step = customer.kept.value / (1 + 100 * customer.rate.value)
    periods = range(_years(customer)) if customer.due else range(1, _years(customer) + 1)
    return at_start(customer, model) + each_year(customer, model) * sum(
        (step**t for t in periods), Fraction(0)
    )


def cost_added(customer: LoyalCustomer, model: Model) -> Fraction:
    """成本当成了收入：该减的两样都加上去，(P₀ + A) + (I + S)·a。模型一、二没有成本，照旧。"""
    right = lifetime_value(customer, model)
    if model != "contribution":
        return right
    return right + 2 * (customer.acquisition_cost + customer.yearly_service_cost * customer.annuity)


def service_cost_added(customer: LoyalCustomer, model: Model) -> Fraction:
    """只把每年的服务成本加反了：(P₀ − A) + (I + S)·a。"""
    extra = 2 * customer.yearly_service_cost * customer.annuity if model == "contribution" else 0
    return lifetime_value(customer, model) + extra


def acquisition_discounted(customer: LoyalCustomer, model: Model) -> Fraction:
    """吸引成本贴现了一年：当成第一年年末才付；它其实付在 t = 0。"""
    kept_back = customer.acquisition_cost * (1 - 1 / (1 + customer.rate.value))
    return lifetime_value(customer, model) + (kept_back if model == "contribution" else 0)


SLIPS: Mapping[str, Callable[[LoyalCustomer, Model], Fraction]] = {
    "not_discounted": not_discounted,
    "one_year_short": one_year_short,
    "one_year_long": one_year_long,
    "percent_as_whole": percent_as_whole,
    "cost_added": cost_added,
    "service_cost_added": service_cost_added,
    "acquisition_discounted": acquisition_discounted,
}


def recognisable(customer: LoyalCustomer, model: Model) -> dict[str, Fraction]:
    """这位客户身上认得出的错法 → 错的数；与对的数一样的，与排在前面的一样的，都不在内。"""
    found: dict[str, Fraction] = {}
    for name, slip in SLIPS.items():
        wrong = slip(customer, model)
        if wrong != lifetime_value(customer, model) and wrong not in found.values():
            found[name] = wrong
    return found


def _years(customer: LoyalCustomer) -> int:
    if customer.loyal.count is None:
        raise ParameterError("永远忠诚的客户没有这些错法。", remedy="给一个年数。")
    return customer.loyal.count
