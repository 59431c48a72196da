"""两位客户谁更值：按收入排与按利润贡献排，次序可以倒过来(course.md D2)。

差距 = 第一位 − 第二位。两位的 r、n 一样时（系数同为 a）：

    模型一的差距 = ΔP₀ + ΔI·a
    模型三的差距 = ΔP₀ − ΔA + (ΔI − ΔS)·a

次序倒过来，恰好是这两个差距一正一负。P₀ 与 A 也一样时，就是 0 < ΔI < ΔS（或两边都反号）。
r 或 n 不一样时没有这样简单的条件，但“一正一负”照样成立：程序判的是它。来源只说次序会变；条件是补全。
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import ParameterError
from lifecycle_lab.value.loyal import LoyalCustomer, at_start, each_year, lifetime_value


@dataclass(frozen=True)
class Ranking:
    """两个模型里的差距（第一位 − 第二位，精确）。"""

    revenue_gap: Fraction
    contribution_gap: Fraction

    @property
    def reverses(self) -> bool:
        """一个模型说第一位好，另一个说第二位好；打平的不算。"""
        return self.revenue_gap * self.contribution_gap < 0

    @property
    def tied(self) -> tuple[bool, bool]:
        """（模型一打平？, 模型三打平？）"""
        return self.revenue_gap == 0, self.contribution_gap == 0


def ranking(first: LoyalCustomer, second: LoyalCustomer) -> Ranking:
    """两位客户在模型一与模型三里的差距。"""
    return Ranking(
        lifetime_value(first, "revenue") - lifetime_value(second, "revenue"),
        lifetime_value(first, "contribution") - lifetime_value(second, "contribution"),
    )


def service_cost_at_tie(first: LoyalCustomer, second: LoyalCustomer) -> Fraction:
    """第一位的每年服务成本到多少，模型三里两位打平；再高一点就排到后面，再低一点就在前面；系数为 0 → ParameterError。

    (P₀ − A) + (I − S)·a = 第二位的终身价值，解出 S；可以是负的：不要钱也追不上。系数为 0 时没有这样的数。
    """
    if first.annuity == 0:
        raise ParameterError("第一位的系数是 0，服务成本不起作用。", remedy="忠诚年数至少取 1。")
    rest = lifetime_value(second, "contribution") - at_start(first, "contribution")
    return each_year(first, "revenue") - rest / first.annuity
