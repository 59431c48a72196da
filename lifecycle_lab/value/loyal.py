"""忠诚客户的终身价值（CLV）：收入、利润、利润贡献三个模型(course.md D1)。

模型一（收入，重构）      CLV = P₀ + I·a
模型二（利润，补全）      CLV = m·(P₀ + I·a)        来源只剩名字；首次购买也只算利润
模型三（利润贡献，重构）  CLV = (P₀ − A) + (I − S)·a

吸引成本 A 只在模型三里，付在 t = 0，不贴现；首次购买 P₀ 在一与三里一样算，缺省是 0，
所以同一位客户 模型一 − 模型三 = A + S·a。来源例题的数已经丢失：书里的数都是自拟。
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.value.annuity import retained_annuity, retained_slope
from lifecycle_lab.value.inputs import Money, exact, not_negative, share
from lifecycle_lab.value.rates import YearlyRate, YearlyRetention, Years, same_unit

Model = Literal["revenue", "profit", "contribution"]
MODELS: tuple[Model, ...] = ("revenue", "profit", "contribution")
ALWAYS_KEPT = YearlyRetention(Fraction(1))


@dataclass(frozen=True)
class LoyalCustomer:
    """一位忠诚客户的数；金额是整数最小单位，名字里写着每年还是一次。

    due: 每年的钱在年初到（缺省是年末）。kept: 每年留下来的概率 p（缺省 1：忠诚期内一定在）。
    """

    yearly_revenue: Money
    rate: YearlyRate
    loyal: Years
    first_purchase: Money = 0
    acquisition_cost: Money = 0
    yearly_service_cost: Money = 0
    margin: Fraction = Fraction(1)
    due: bool = False
    kept: YearlyRetention = ALWAYS_KEPT

    def __post_init__(self) -> None:
        same_unit(self.rate, self.loyal, self.kept)
        if self.rate.unit != "年":
            raise ParameterError(
                "这里的金额是每年的，贴现率与期数也要按年。", remedy="先用 .yearly() 换成年。"
            )
        for name, label in (
            ("yearly_revenue", "每年收入"),
            ("first_purchase", "首次购买"),
            ("margin", "利润率"),
        ):
            object.__setattr__(self, name, exact(getattr(self, name), label))
        for name, label in (("acquisition_cost", "吸引成本"), ("yearly_service_cost", "每年直接服务成本")):
            object.__setattr__(self, name, not_negative(getattr(self, name), label))

    @property
    def annuity(self) -> Fraction:
        """这位客户的系数 a（有保持率的就是带 p 的那一个）。"""
        return retained_annuity(self.rate, self.loyal, self.kept, due=self.due)


def at_start(customer: LoyalCustomer, model: Model) -> Fraction:
    """t = 0 的一笔：模型一 P₀，模型二 m·P₀，模型三 P₀ − A；没有这个模型 → ParameterError。"""
    first = Fraction(customer.first_purchase)
    parts = {
        "revenue": first,
        "profit": customer.margin * first,
        "contribution": first - customer.acquisition_cost,
    }
    return parts[_known(model)]


def each_year(customer: LoyalCustomer, model: Model) -> Fraction:
    """每年的一笔：模型一 I，模型二 I·m，模型三 I − S；没有这个模型 → ParameterError。"""
    income = Fraction(customer.yearly_revenue)
    parts = {
        "revenue": income,
        "profit": customer.margin * income,
        "contribution": income - customer.yearly_service_cost,
    }
    return parts[_known(model)]


def lifetime_value(customer: LoyalCustomer, model: Model) -> Fraction:
    """终身价值 = t = 0 的一笔 + 每年的一笔 × a；精确分数，最小单位，可以是负的。"""
    return at_start(customer, model) + each_year(customer, model) * customer.annuity


def _known(model: str) -> str:
    if model not in MODELS:
        raise ParameterError(f"没有叫 {quote(model)} 的模型。", remedy="取 " + "、".join(MODELS) + " 之一。")
    return model


@dataclass(frozen=True)
class YearLine:
    """一年一行：这一年的钱、贴现因子（含留下的概率）、现值、到这一年的合计。year 0 是 t = 0 的一笔。"""

    year: int
    money: Fraction
    factor: Fraction
    present: Fraction
    total: Fraction


def year_lines(customer: LoyalCustomer, model: Model) -> tuple[YearLine, ...]:
    """同一个终身价值，一年一行加出来；最后一行的合计等于 `lifetime_value`；永远忠诚 → ParameterError。"""
    if customer.loyal.count is None:
        raise ParameterError("永远忠诚，一年一行写不完。", remedy="给一个年数。")
    start, money = at_start(customer, model), each_year(customer, model)
    lines = [YearLine(0, start, Fraction(1), start, start)]
    step = customer.kept.value / (1 + customer.rate.value)
    for year in range(1, customer.loyal.count + 1):
        factor = step ** (year - 1 if customer.due else year)
        present = money * factor
        lines.append(YearLine(year, money, factor, present, lines[-1].total + present))
    return tuple(lines)


@dataclass(frozen=True)
class Term:
    """模型一与模型三里的同一项，各是多少；gap = 一 − 三。"""

    name: str
    in_revenue: Fraction
    in_contribution: Fraction

    @property
    def gap(self) -> Fraction:
        """这一项里模型一比模型三多多少。"""
        return self.in_revenue - self.in_contribution


def difference(customer: LoyalCustomer) -> tuple[Term, ...]:
    """模型一与模型三逐项相比(D2)：首次购买与收入两项一样，差在吸引成本 A 与服务成本 S·a。

    各项相加就是两个终身价值；gap 之和 = A + S·a。
    """
    first, income = at_start(customer, "revenue"), each_year(customer, "revenue") * customer.annuity
    acquired = Fraction(customer.acquisition_cost)
    served = customer.yearly_service_cost * customer.annuity
    none = Fraction(0)
    return (
        Term("first_purchase", first, first),
        Term("acquisition_cost", none, -acquired),
        Term("revenue", income, income),
        Term("service_cost", none, -served),
    )


def slope_by_rate(customer: LoyalCustomer, model: Model) -> Fraction:
    """dCLV/dr，精确；每年的一笔是正数时不大于 0(D2 审：只是递减，不是成反比）。"""
    c = customer
    return each_year(c, model) * retained_slope(c.rate, c.loyal, c.kept, due=c.due)


def from_wallet(yearly_wallet: Money, wallet_share: Fraction) -> Fraction:
    """每年收入 = 客户在这一类上每年花的钱 × 我们占的份额（客户支出分配；补全）。"""
    return not_negative(yearly_wallet, "每年支出") * share(wallet_share, "占客户支出的份额")
