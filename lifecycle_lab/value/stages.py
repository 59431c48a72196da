"""各阶段的客户价值，与六个时期的投入和贡献(course.md D5、D6)。

四个阶段：考察期只有基本的收益；形成期收入超过成本；稳定期利润最大，还有忠诚带来的间接收益；退化期很快下降。
六个时期：潜在、开发、成长、成熟、衰退、终止，企业的投入对着客户的贡献（来源只讲了前三个，后三个补全）。
两样都是“一段时间，花了多少，收了多少”，同一个算法；数从订单或例子里来。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.value.annuity import discount_factor
from lifecycle_lab.value.inputs import Money, exact, not_negative
from lifecycle_lab.value.rates import YearlyRate, Years

STAGES = ("exploration", "formation", "stability", "decline")


@dataclass(frozen=True)
class Phase:
    """一个阶段或时期：几年、每年收入、每年成本（投入）、每年间接收益（推荐、口碑折成的钱；缺省没有）。"""

    name: str
    years: int
    yearly_revenue: Money
    yearly_cost: Money
    yearly_indirect: Money = 0

    def __post_init__(self) -> None:
        if type(self.years) is not int or self.years < 0:
            raise ParameterError(f"{quote(self.name)} 的年数不对。", remedy="写 0 或正的整数。")
        object.__setattr__(self, "yearly_revenue", exact(self.yearly_revenue, "每年收入"))
        for name, label in (("yearly_cost", "每年成本"), ("yearly_indirect", "每年间接收益")):
            object.__setattr__(self, name, not_negative(getattr(self, name), label))

    @property
    def yearly_profit(self) -> Fraction:
        """每年利润 = 收入 + 间接收益 − 成本；可以是负的。"""
        return Fraction(self.yearly_revenue + self.yearly_indirect - self.yearly_cost)


@dataclass(frozen=True)
class PhaseLine:
    """一个阶段的账：共收、共花、利润（不贴现）、到它为止累计、现值。"""

    name: str
    revenue: Fraction
    cost: Fraction
    profit: Fraction
    total: Fraction
    present: Fraction


def phase_lines(phases: Sequence[Phase], rate: YearlyRate) -> tuple[PhaseLine, ...]:
    """一个阶段一行，前后相接；每年的钱在年末，贴现到第一个阶段开始的那天。"""
    lines, total, year = [], Fraction(0), 0
    for phase in phases:
        revenue, cost = (Fraction(phase.years * each) for each in (phase.yearly_revenue, phase.yearly_cost))
        profit = phase.years * phase.yearly_profit
        total += profit
        later = (discount_factor(rate, Years(t)) for t in range(year + 1, year + phase.years + 1))
        present = phase.yearly_profit * sum(later, Fraction(0))
        year += phase.years
        lines.append(PhaseLine(phase.name, revenue, cost, profit, total, present))
    return tuple(lines)


def life_value(phases: Sequence[Phase], rate: YearlyRate) -> Fraction:
    """整个生命周期的利润现值。"""
    return sum((line.present for line in phase_lines(phases, rate)), Fraction(0))


def break_even(phases: Sequence[Phase]) -> str | None:
    """累计利润第一次不再是负数的阶段（前面亏过的才算）；一直没有亏过或一直没有回本是 None。"""
    lines = phase_lines(phases, YearlyRate(Fraction(0)))
    for before, line in pairwise(lines):
        if before.total < 0 <= line.total:
            return line.name
    return None


def one_more_year(phases: Sequence[Phase], rate: YearlyRate) -> dict[str, Fraction]:
    """某一阶段多待一年，整个生命周期的现值变多少(D5)：考察期变长通常是亏，稳定期变长是赚。"""
    base = life_value(phases, rate)
    longer = {
        phase.name: [*phases[:i], replace(phase, years=phase.years + 1), *phases[i + 1 :]]
        for i, phase in enumerate(phases)
    }
    return {name: life_value(changed, rate) - base for name, changed in longer.items()}
