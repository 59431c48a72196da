"""最好的客户有多集中：帕累托曲线、基尼系数、头部的份额；两种“最好”重合多少(C11)。"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate

from lifecycle_lab.schema import DataError


def gini(values: Sequence[int]) -> Fraction:
    """基尼系数 G = Σ(2i − n − 1)·xᵢ / (n·Σx)，x 从小到大；人人一样是 0，越集中越近 1，到不了 1；空的、负的、全是 0 → DataError。

    >>> gini([1, 3]), gini([5, 5])
    (Fraction(1, 4), Fraction(0, 1))
    """
    ordered, size = sorted(_amounts(values)), len(values)
    weighted = sum((2 * i - size - 1) * x for i, x in enumerate(ordered, start=1))
    return Fraction(weighted, size * sum(ordered))


def top_share(values: Sequence[int], share: Fraction) -> Fraction:
    """花钱最多的 share 的人占多少钱；人数除不尽时进上去（10 人的 25 % 是 3 人）；空的、负的、全是 0 → DataError。

    >>> top_share([1, 1, 1, 1, 6], Fraction(1, 5))
    Fraction(3, 5)
    """
    ordered = sorted(_amounts(values), reverse=True)
    return Fraction(sum(ordered[: top_count(len(ordered), share)]), sum(ordered))


def top_count(size: int, share: Fraction) -> int:
    """share 的人是几位，除不尽进上去，至少一位。"""
    return max(1, -(-size * share.numerator // share.denominator))


def pareto_curve(values: Sequence[int]) -> list[tuple[Fraction, Fraction]]:
    """从花钱最多的数起：（占客户，占金额），从 (0, 0) 到 (1, 1)；空的、负的、全是 0 → DataError。"""
    ordered = sorted(_amounts(values), reverse=True)
    total, size = sum(ordered), len(ordered)
    sums = enumerate(accumulate(ordered), start=1)
    return [(Fraction(0), Fraction(0)), *((Fraction(i, size), Fraction(money, total)) for i, money in sums)]


def best(scores: Mapping[Hashable, int | Fraction], share: Fraction) -> list[Hashable]:
    """分最高的 share 的人；同分的编号小的在先。"""
    ranked = sorted(scores, key=lambda who: (-scores[who], str(who)))
    return ranked[: top_count(len(ranked), share)]


def overlap(first: Collection[Hashable], second: Collection[Hashable]) -> Fraction:
    """两张一样长的名单重合的份额；毫不相干的两张，平均重合的份额就是名单占全体的份额；不一样长、空的 → DataError。"""
    if not first or len(first) != len(second):
        raise DataError("两张名单要一样长，而且不是空的。", remedy="两边取同样的份额。")
    return Fraction(len(set(first) & set(second)), len(first))


def _amounts(values: Sequence[int]) -> Sequence[int]:
    if not values or min(values) < 0 or sum(values) == 0:
        raise DataError(
            "金额要有正有数，不能是负的。", why="集中度是份额，负数没有份额。", remedy="先去掉净退款的客户。"
        )
    return values
