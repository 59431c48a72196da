"""数从哪一道门进来：金额与比率只收整数与分数，模型的期望才收浮点数(D1)。"""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Rational

from lifecycle_lab.schema import ParameterError, quote

Money = int | Fraction
"""整数最小单位（分）；乘过贴现因子以后是分数，写给人看时才四舍五入。"""


def exact(value: object, name: str) -> Fraction:
    """整数或分数 → 分数；浮点数与真假值 → ParameterError(0.09 的浮点数并不是 9 %)。"""
    if isinstance(value, Rational) and not isinstance(value, bool):
        return Fraction(int(value.numerator), int(value.denominator))  # numpy 的整数会溢出，先换成自己的
    raise ParameterError(
        f"{name}写的是 {quote(value)}，不是整数，也不是分数。",
        why="浮点数装不下 0.09 这样的小数，差一点点就会判错一格。",
        remedy='金额用整数分；比率写成 Fraction("0.09") 或 Fraction(9, 100)。',
    )


def expected(value: object, name: str) -> Fraction:
    """期望数：也收模型给出的浮点数（原样变成分数）；负数、缺失、无穷 → ParameterError。"""
    number = Fraction(value) if isinstance(value, float) and math.isfinite(value) else exact(value, name)
    if number < 0:
        raise ParameterError(f"{name}是 {quote(value)}，不能是负数。", remedy="期望的人数与单数从 0 起。")
    return number


def not_negative(value: object, name: str) -> Fraction:
    """成本这样的数：按正数写，减号由公式来减；负数、浮点数 → ParameterError。"""
    number = exact(value, name)
    if number < 0:
        raise ParameterError(
            f"{name}是负数。", why="公式里已经有减号，再写负号就成了加。", remedy="成本写成正数或 0。"
        )
    return number


def share(value: object, name: str) -> Fraction:
    """0 到 1 之间的份额（含两头）；越出 0 到 1、浮点数 → ParameterError。"""
    number = exact(value, name)
    if not 0 <= number <= 1:
        raise ParameterError(
            f"{name}是 {quote(value)}，不在 0 与 1 之间。", remedy='百分之八十写成 Fraction("0.8")。'
        )
    return number
