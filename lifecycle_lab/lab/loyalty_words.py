"""把第 08 课的数写成给人看的文字：句子在 loyalty_lesson.toml，名称在 loyalty.toml。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab.content.loyalty import words
from lifecycle_lab.lab.saying import Saying
from lifecycle_lab.schema import half_up

say = Saying(words)
columns = say.columns


def percent(share: Fraction | float, digits: int = 1) -> str:
    return f"{half_up(Fraction(share) * 100, digits)} %".replace("-", "−")


def number(value: Fraction | float, digits: int = 1) -> str:
    return half_up(Fraction(value), digits).replace("-", "−")


def between(low: float, high: float, digits: int = 1) -> str:
    return say("word.between", low=number(low, digits), high=number(high, digits))


def yuan(fen: Fraction | int, digits: int = 0, unit: str = "元") -> str:
    """分 → 元，带千分号；digits 位小数。"""
    whole, dot, part = half_up(abs(Fraction(fen)) / 100, digits).partition(".")
    sign = "−" if fen < 0 and Fraction(whole + dot + part or 0) else ""
    return f"{sign}{int(whole):,}{dot}{part} {unit}"
