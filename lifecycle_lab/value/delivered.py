"""客户价值与让渡价值(course.md D3)。

客户这一边：感知利得 − 感知成本，Vc = Fc − Cc，问卷打分得来，单位是分（量表的分，不是钱）。
让渡价值 = 总客户价值 − 总客户成本，各项是钱。两样都是一张有正有负的清单，同一张瀑布图。
属性 → 性能 → 结果 的链条来自来源；权重怎样折算、期望与实际的差，是补全。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.value.inputs import Money, not_negative

Side = Literal["gain", "cost"]
SIDES: tuple[Side, ...] = ("gain", "cost")


@dataclass(frozen=True)
class Attribute:
    """问卷里的一行：一个属性，带来什么性能，落到什么结果。

    weight: 有多要紧（正整数，同一边里比）。score: 用过以后的打分；costs 这边分越高越费。
    expected: 用之前期望的打分，没有问就是 None。
    """

    name: str
    side: Side
    weight: int
    score: int
    expected: int | None = None
    performance: str = ""
    result: str = ""

    def __post_init__(self) -> None:
        if self.side not in SIDES or type(self.weight) is not int or self.weight < 1:
            raise ParameterError(
                f"{quote(self.name)} 的一边或权重不对。", remedy="side 取 gain 或 cost；权重是正整数。"
            )
        not_negative(self.score, f"{quote(self.name)} 的打分")

    @property
    def gap(self) -> int | None:
        """实际 − 期望；没有问期望是 None。"""
        return None if self.expected is None else self.score - self.expected


@dataclass(frozen=True)
class Line:
    """清单的一项；amount 总是正数或 0，是加是减看 side。"""

    name: str
    side: Side
    amount: Fraction


@dataclass(frozen=True)
class Balance:
    """利得与成本的一张清单。"""

    lines: tuple[Line, ...]

    def total(self, side: Side) -> Fraction:
        """一边的合计：side 是 gain（利得）或 cost（成本）。"""
        return sum((line.amount for line in self.lines if line.side == side), Fraction(0))

    @property
    def net(self) -> Fraction:
        """Vc = Fc − Cc，或让渡价值；可以是负的。"""
        return self.total("gain") - self.total("cost")


def perceived(attributes: Sequence[Attribute]) -> Balance:
    """打分表 → 清单(D3)：每项 = 分 × 权重 ÷ 同一边的权重之和，所以两边都在量表的范围里，多问一题不会变大。"""
    weights = {side: sum(a.weight for a in attributes if a.side == side) for side in SIDES}
    return Balance(
        tuple(Line(a.name, a.side, Fraction(a.score * a.weight, weights[a.side])) for a in attributes)
    )


def delivered(gains: Mapping[str, Money], costs: Mapping[str, Money]) -> Balance:
    """让渡价值(D3)：总客户价值的各项（产品、服务、人员、形象）− 总客户成本的各项（货币、时间、精力、体力）。"""
    sides: tuple[tuple[Side, Mapping[str, Money]], ...] = (("gain", gains), ("cost", costs))
    return Balance(
        tuple(
            Line(name, side, not_negative(amount, quote(name)))
            for side, parts in sides
            for name, amount in parts.items()
        )
    )


def by_result(attributes: Sequence[Attribute]) -> dict[str, Fraction]:
    """属性 → 结果：每个结果一共得几分（利得为正，成本为负），次序同第一次出现；各项之和是 Vc。"""
    found: dict[str, Fraction] = {}
    for attribute, line in zip(attributes, perceived(attributes).lines, strict=True):
        signed = line.amount if line.side == "gain" else -line.amount
        found[attribute.result] = found.get(attribute.result, Fraction(0)) + signed
    return found


@dataclass(frozen=True)
class Bar:
    """瀑布图的一根：从 start 到 end；kind 是 gain、cost 或 total（从 0 起）。"""

    name: str
    start: Fraction
    end: Fraction
    kind: str


def waterfall(balance: Balance, *, gains: str, net: str) -> tuple[Bar, ...]:
    """清单 → 瀑布图：利得一级一级上去，到 gains（合计）；成本一级一级下来，到 net。gains、net 是两根合计柱的名字。"""
    bars, height = [], Fraction(0)
    for line in (line for line in balance.lines if line.side == "gain"):
        bars.append(Bar(line.name, height, height + line.amount, "gain"))
        height += line.amount
    bars.append(Bar(gains, Fraction(0), height, "total"))
    for line in (line for line in balance.lines if line.side == "cost"):
        bars.append(Bar(line.name, height, height - line.amount, "cost"))
        height -= line.amount
    return (*bars, Bar(net, Fraction(0), height, "total"))
