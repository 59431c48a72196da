"""界限与打分：分位数的界限、1–5 分、自定的界限，和任意中心下的组合（A10、A12）。

界限是数据里真有的值，同样的值总是同样的分；界限重合，就有几种分没有人得，照实说出来。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from lifecycle_lab.rfm import mark_against, mean, median, whole
from lifecycle_lab.schema import INDICATOR_KEYS, UP, Better, Customer, ParameterError, column

SCORES = 5
Centres = Mapping[str, Fraction]
"""三个指标各自的中心：recency、frequency、monetary → 精确的数。"""


def cut(values: Iterable[int], share: Fraction) -> int:
    """自定的界限：最小的一个值，使不大于它的不少于 share（0 < share ≤ 1）；share 越界 → ParameterError。"""
    if not 0 < share <= 1:
        raise ParameterError("份额要大于 0、不超过 1。", remedy="例如 Fraction(4, 5)：八成的人不超过它。")
    numbers = sorted(whole(values))
    place = -(-share.numerator * len(numbers) // share.denominator)  # 向上取整，不经过浮点
    return numbers[place - 1]


def quantile_cuts(values: Iterable[int], parts: int = SCORES) -> tuple[int, ...]:
    """分成 parts 份的 parts − 1 个界限，从小到大；值有大量相同时，几个界限可能重合；parts 小于 2 → ParameterError。"""
    if parts < 2:
        raise ParameterError("至少分成 2 份。")
    numbers = whole(values)
    return tuple(cut(numbers, Fraction(k, parts)) for k in range(1, parts))


def score(value: int, cuts: Sequence[int], better: Better) -> int:
    """1 到 len(cuts) + 1 分，大的好；恰好等于界限的在界限以内（小的一边）。"""
    above = sum(value > edge for edge in cuts)
    return above + 1 if better == "high" else len(cuts) + 1 - above


def centres(
    customers: Sequence[Customer], kind: str, share: Fraction = Fraction(1, 2)
) -> dict[str, Fraction]:
    """三个指标的中心；kind: mean、median，或 cut（自定：不大于它的占 share）；不认识的 kind → ParameterError。"""
    finders = {"mean": mean, "median": median, "cut": lambda values: Fraction(cut(values, share))}
    if kind not in finders:
        raise ParameterError(f"中心没有 {kind} 这一种。", remedy=f"可用的：{'、'.join(finders)}。")
    return {key: finders[kind](column(customers, key)) for key in INDICATOR_KEYS}


def codes(customers: Iterable[Customer], middle: Centres, better: Mapping[str, Better]) -> list[int]:
    """每位客户的组合（7 是 ↑↑↑，0 是 ↓↓↓）；相等算 ↑，与 `rfm.mark` 一样。"""
    edges = tuple(limit(middle[key], better[key]) for key in INDICATOR_KEYS)
    signs = tuple(1 if better[key] == "high" else -1 for key in INDICATOR_KEYS)
    return quick_codes([c.values for c in customers], edges, signs)


def limit(centre: Fraction, better: Better) -> int:
    """整数的值与分数的中心相比，只要与这一个整数相比：≥ 向上取整，≤ 向下取整。"""
    up = -(-centre.numerator // centre.denominator)
    return up if better == "high" else -(centre.numerator // centre.denominator)


def quick_codes(
    rows: Iterable[tuple[int, int, int]], edges: tuple[int, int, int], signs: tuple[int, int, int]
) -> list[int]:
    """同 `codes`，界限已经取整、方向已经变号；重抽样要叫上千次，所以写成一行比较。"""
    (a, b, c), (i, j, k) = edges, signs
    return [4 * (i * x >= a) + 2 * (j * y >= b) + (k * z >= c) for x, y, z in rows]


def share_up(values: Sequence[int], centre: Fraction, better: Better) -> Fraction:
    """多大一份客户标 ↑。"""
    return Fraction(sum(mark_against(v, centre, better) == UP for v in values), len(values))
