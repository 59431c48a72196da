"""量表可不可靠：Cronbach 1951 的 α、题与其余各题的相关；指数由五个因素按写明的权重合成(C9)。

一份量表是几行几列的整数：一行一位答卷人，一列一道题，各题同一方向。α 用精确分数算，与方差除以 n 还是 n − 1 无关。
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from lifecycle_lab.schema import DataError

Answers = Sequence[Sequence[int]]
"""一行一位答卷人，一列一道题。"""

FACTORS = ("satisfaction", "commitment", "repurchase", "recommendation", "resistance")


def variance(values: Sequence[int | Fraction]) -> Fraction:
    """样本方差（除以 n − 1），精确分数；不到两个数 → DataError。"""
    if len(values) < 2:
        raise DataError("方差至少要两个数。", remedy="再多收几份答卷。")
    count, total = len(values), sum(values)
    squares = sum(value * value for value in values)
    return Fraction(count * squares - total * total) / (count * (count - 1))


def cronbach_alpha(rows: Answers) -> Fraction:
    """α = k/(k − 1) · (1 − Σ各题方差 / 总分方差)，不超过 1，可以是负的；不到两题、人人总分相同 → DataError。

    >>> cronbach_alpha([(1, 1), (2, 2), (3, 3)])
    Fraction(1, 1)
    """
    columns = _columns(rows)
    whole = variance([sum(row) for row in rows])
    if whole == 0:
        raise DataError("人人总分相同，α 没有意义。", remedy="换几道分得开人的题。")
    parts = sum((variance(column) for column in columns), Fraction(0))
    return Fraction(len(columns), len(columns) - 1) * (1 - parts / whole)


def item_rest_correlations(rows: Answers) -> tuple[float | None, ...]:
    """每一题与其余各题之和的相关系数；这一题（或其余各题）人人相同时是 None；不到两题 → DataError。"""
    columns = _columns(rows)
    totals = [sum(row) for row in rows]
    return tuple(
        correlation(column, [total - own for total, own in zip(totals, column, strict=True)])
        for column in columns
    )


def alpha_without_each(rows: Answers) -> tuple[Fraction, ...]:
    """去掉每一题以后的 α；要三题以上。"""
    count = len(_columns(rows))
    if count < 3:
        raise DataError("只有两题，去掉一题就没有 α 了。", remedy="至少三题。")
    return tuple(
        cronbach_alpha([[*row[:skipped], *row[skipped + 1 :]] for row in rows]) for skipped in range(count)
    )


def correlation(left: Sequence, right: Sequence) -> float | None:
    """皮尔逊相关系数；有一边人人相同时是 None；不到两个数 → DataError。

    >>> correlation([1, 2, 3], [2, 4, 6])
    1.0
    """
    both = variance([Fraction(a) + Fraction(b) for a, b in zip(left, right, strict=True)])
    first, second = variance(left), variance(right)
    if first == 0 or second == 0:
        return None
    return float((both - first - second) / 2) / math.sqrt(float(first * second))


def rescaled(answers: Sequence[int], low: int, high: int) -> Fraction:
    """几道题的平均，换成 0–100 分；越出 low…high 的答案 → DataError。

    >>> rescaled((5, 4, 3), 1, 5)
    Fraction(75, 1)
    """
    if not answers or not all(low <= answer <= high for answer in answers):
        raise DataError(f"答案不都在 {low} 到 {high} 之间。", remedy="先把读错的答案改好。")
    return Fraction(100 * (sum(answers) - low * len(answers)), (high - low) * len(answers))


def weighted_index(scores: Mapping[str, Fraction], weights: Mapping[str, int]) -> Fraction:
    """各因素的 0–100 分按权重合成一个 0–100 分；因素与权重对不上、权重不是正数 → DataError。"""
    if set(scores) != set(weights) or min(weights.values(), default=0) <= 0:
        raise DataError("因素与权重对不上。", remedy="每个因素写一个正的权重，不多不少。")
    total = sum(weights.values())
    return sum((weights[name] * score for name, score in scores.items()), Fraction(0)) / total


def _columns(rows: Answers) -> list[tuple[int, ...]]:
    """一题一列；不到两题、各行长短不一 → DataError。"""
    if len({len(row) for row in rows}) != 1 or len(rows[0]) < 2:
        raise DataError("α 至少要两题，每位答卷人答得一样多。", remedy="去掉没答全的答卷。")
    return list(zip(*rows, strict=True))
