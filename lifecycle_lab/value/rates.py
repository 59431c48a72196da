"""带着单位的比率与期数：年的只能同年的用，月的只能同月的用(D1 的 r 与 n)。

年贴现率配年数，月贴现率配月数；混在一起的，函数不猜，直接说出来。
月换年是连乘十二次，精确；年换月要开十二次方，只有这里用到浮点数。
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.value.inputs import exact, share

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class _Rate:
    value: Fraction
    unit: ClassVar[str]

    def __post_init__(self) -> None:
        number = exact(self.value, f"{self.unit}贴现率")
        if not 0 <= number < 1:
            raise ParameterError(
                f"{self.unit}贴现率是 {quote(self.value)}，要在 0 与 1 之间。",
                why="9 的意思是百分之九百；百分之九是 0.09。",
                remedy=f"写成 {type(self).__name__}.percent(9)。",
            )
        object.__setattr__(self, "value", number)

    @classmethod
    def percent(cls, number: int | Fraction | str):
        """百分数：percent(9) 与 percent("9") 都是 0.09。"""
        return cls(Fraction(number) / 100 if isinstance(number, str) else exact(number, "百分数") / 100)


@dataclass(frozen=True)
class YearlyRate(_Rate):
    """每年的贴现率 r。"""

    unit: ClassVar[str] = "年"

    def monthly(self) -> MonthlyRate:
        """一年下来同样多的月贴现率：(1 + r)^(1/12) − 1；开方用浮点数，不是 r ÷ 12。"""
        return MonthlyRate(Fraction((1 + float(self.value)) ** (1 / MONTHS_A_YEAR) - 1))


@dataclass(frozen=True)
class MonthlyRate(_Rate):
    """每月的贴现率。"""

    unit: ClassVar[str] = "月"

    def yearly(self) -> YearlyRate:
        """一年下来的年贴现率：(1 + 月)^12 − 1，精确；月息 1 % 是年息 12.68 %，不是 12 %。"""
        return YearlyRate((1 + self.value) ** MONTHS_A_YEAR - 1)


@dataclass(frozen=True)
class _Retention:
    value: Fraction
    unit: ClassVar[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", share(self.value, f"{self.unit}保持率"))


@dataclass(frozen=True)
class YearlyRetention(_Retention):
    """一年之后还在的概率 p。"""

    unit: ClassVar[str] = "年"


@dataclass(frozen=True)
class MonthlyRetention(_Retention):
    """一个月之后还在的概率。"""

    unit: ClassVar[str] = "月"

    def yearly(self) -> YearlyRetention:
        """十二个月都还在的概率：月保持率连乘十二次，精确。"""
        return YearlyRetention(self.value**MONTHS_A_YEAR)


@dataclass(frozen=True)
class _Term:
    count: int | None
    unit: ClassVar[str]

    def __post_init__(self) -> None:
        if self.count is None:
            return
        if type(self.count) is not int or self.count < 0:
            raise ParameterError(
                f"{self.unit}数是 {quote(self.count)}，要是 0 或正的整数。",
                remedy=f"写成 {type(self).__name__}(5)；永远忠诚写成 {type(self).__name__}.forever()。",
            )

    @classmethod
    def forever(cls):
        """n → ∞。"""
        return cls(None)


@dataclass(frozen=True)
class Years(_Term):
    """忠诚多少年 n；None 是永远。"""

    unit: ClassVar[str] = "年"

    def months(self) -> Months:
        """换成月数；永远还是永远。"""
        return Months(None if self.count is None else MONTHS_A_YEAR * self.count)


@dataclass(frozen=True)
class Months(_Term):
    """忠诚多少个月；None 是永远。"""

    unit: ClassVar[str] = "月"


Rate = YearlyRate | MonthlyRate
Term = Years | Months
Retention = YearlyRetention | MonthlyRetention


def same_unit(rate: Rate, term: Term, kept: Retention | None = None) -> None:
    """单位要一样；不带单位的数、放错了位置的、混在一起的年月 → ParameterError。"""
    sized = [(rate, _Rate, "贴现率"), (term, _Term, "期数")]
    if kept is not None:
        sized.append((kept, _Retention, "保持率"))
    for one, kind, name in sized:
        if not isinstance(one, kind):
            raise ParameterError(
                f"{name}写的是 {quote(one)}，没有写明按年还是按月。",
                remedy="写成 YearlyRate.percent(9)、Years(5)，或 MonthlyRate.percent(1)、Months(60)。",
            )
    if len({one.unit for one, _, _ in sized}) > 1:
        given = [type(one).__name__ for one, _, _ in sized]
        raise ParameterError(
            "年与月混在一起了：" + "、".join(given) + "。",
            why="月息当成年息用，结果会差很多倍。",
            remedy="先换成一样的：月换年用 .yearly()，年换月用 .monthly() 与 .months()。",
        )
