"""把第 03 课的数写成给人看的文字：句子与名称都在 transitions.toml。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab.content.transitions import transitions
from lifecycle_lab.lab.saying import Saying
from lifecycle_lab.plots.transitions import state_label
from lifecycle_lab.schema import half_up
from lifecycle_lab.stages.chain import Share

__all__ = ["amount", "percent", "periods", "say", "shown", "state_label", "yuan"]


say = Saying(lambda: transitions().words)


def percent(share: Share | None, digits: int = 1) -> str:
    return say("word.none") if share is None else f"{half_up(Fraction(share) * 100, digits)} %"


def periods(many: Share | None, digits: int = 1) -> str:
    if many is None:
        return say("word.none")
    return say("word.periods", periods=many if isinstance(many, int) else half_up(Fraction(many), digits))


def yuan(minor: Fraction | int | float | None, digits: int = 2) -> str:
    """整数最小单位 → 元。"""
    if minor is None:
        return say("word.none")
    return say("word.yuan", amount=amount(minor, digits))


def amount(minor: Fraction | int | float | None, digits: int = 2) -> str:
    """同上，不写单位：单位在列名里。"""
    if minor is None:
        return say("word.none")
    whole, point, part = half_up(Fraction(minor) / 100, digits).partition(".")
    return f"{int(whole):,}{point}{part}"


def shown(kind: str, value: Share | None) -> str:
    """kind: share 份额，periods 期数。"""
    return percent(value) if kind == "share" else periods(value)
