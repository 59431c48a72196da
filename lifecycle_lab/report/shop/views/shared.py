"""几节共用的：占比、人数写成的话、隐去了的说明。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.typed import HIDDEN, written


def share(part: int, whole: int) -> Fraction | None:
    """占比，精确分数；全体是 0 就没有占比。"""
    return Fraction(part, whole) if whole else None


def people(facts: Facts, count: int, whole: int | None = None) -> str:
    """人数与占比写成一句：“12 位（3.4%）”；给外人看时太小的（或剩下的太小的）不写。"""
    rest = (facts.customers if whole is None else whole) - count
    if 0 < count < facts.least or 0 < rest < facts.least:
        return HIDDEN
    return f"{count:,} 位（{written(share(count, count + rest), 'share')}）"


def hidden_note(facts: Facts, hidden: bool) -> str:
    """有隐去的格，说明为什么。"""
    return facts.text.say("hidden", least=facts.least) if hidden else ""
