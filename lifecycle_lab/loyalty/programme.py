"""积分计划值不值：成本、打平要多卖多少、多少钱奖给了本来就会买的人(C2、C9)。

算术是精确的：销售 S（分）、毛利率 m、返利率 g、兑换率 u、固定费用 F。一元销售的返利成本 c = g·u。
多卖的部分也要给积分，所以打平的增幅 L = (c·S + F) / (S·(m − c))；m ≤ c 时卖得越多亏得越多，没有打平。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import ParameterError


@dataclass(frozen=True)
class Programme:
    """一份积分计划。

    sales: 会员本来就会买的金额（分，一年）。margin、reward、redeemed: 毛利率、返利率、兑换率，0 到 1 的分数。
    fixed_cost: 一年的固定费用（分）：系统、人手、寄卡。
    """

    sales: int
    margin: Fraction
    reward: Fraction
    redeemed: Fraction
    fixed_cost: int

    def __post_init__(self) -> None:
        shares = (self.margin, self.reward, self.redeemed)
        if self.sales <= 0 or self.fixed_cost < 0 or not all(0 <= share <= 1 for share in shares):
            raise ParameterError(
                "积分计划的数不合理。", remedy="销售大于 0，费用不为负，三个率都在 0 到 1 之间。"
            )

    @property
    def unit_cost(self) -> Fraction:
        """一元销售的返利成本 c。"""
        return self.reward * self.redeemed

    @property
    def paid_anyway(self) -> Fraction:
        """奖给本来就会买的金额（分）：c·S，一分钱的增量也没有换来。"""
        return self.unit_cost * self.sales

    @property
    def break_even_lift(self) -> Fraction | None:
        """打平要多卖的份额；毛利盖不住返利时是 None。"""
        kept = self.margin - self.unit_cost
        return None if kept <= 0 else (self.paid_anyway + self.fixed_cost) / (self.sales * kept)

    def gain(self, lift: Fraction) -> Fraction:
        """销售增长 lift 时，比没有计划多赚多少（分，负的是亏）。"""
        with_plan = self.sales * (1 + lift) * (self.margin - self.unit_cost) - self.fixed_cost
        return with_plan - self.sales * self.margin

    def wasted_share(self, lift: Fraction) -> Fraction:
        """返利里奖给本来就会买的那一份：1 / (1 + lift)。"""
        if lift < 0:
            raise ParameterError("销售减少时说不上奖给了谁。", remedy="lift 取 0 或更大。")
        return 1 / (1 + lift)


def reward_shares(
    sales: Mapping[object, int], groups: Mapping[object, str], names: Sequence[str]
) -> dict[str, tuple[int, Fraction]]:
    """每一组几位、拿走返利的几成：返利按金额给，所以就是金额的份额。sales: 客户 → 计划期内的金额；没有销售 → ParameterError。"""
    total = sum(sales.values())
    if total <= 0:
        raise ParameterError("计划期内没有销售。", remedy="换一段日子。")
    found = {}
    for name in names:
        members = [who for who in groups if groups[who] == name]
        found[name] = (len(members), Fraction(sum(sales.get(who, 0) for who in members), total))
    return found
