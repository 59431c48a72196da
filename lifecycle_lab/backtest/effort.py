"""同样的力气、同样的收获：联系几位找到几位，差别是不是碰巧（A11）。

一位参赛者是一份排序（`rank(分数, 买了没有)`）；差别用成对的重抽样：每次抽同一批客户给每一位。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lifecycle_lab.backtest.ranking import Ranking, Tally

Measure = Callable[[Tally], float]


def paired(
    rankings: Mapping[str, Ranking], measure: Measure, baseline: str, resamples: int, seed: int
) -> dict[str, tuple[float, float]]:
    """每位参赛者与基准之差的 95 % 区间；measure 从一份组数人数里量一个数。"""
    rng = np.random.default_rng(seed)
    size = len(rankings[baseline].lost)
    found: dict[str, list[float]] = {name: [] for name in rankings}
    for _ in range(resamples):
        weights = np.bincount(rng.integers(0, size, size), minlength=size)
        values = {name: measure(ranking.tally(weights)) for name, ranking in rankings.items()}
        for name, value in values.items():
            found[name].append(value - values[baseline])
    return {name: tuple(map(float, np.percentile(gaps, (2.5, 97.5)))) for name, gaps in found.items()}  # type: ignore[misc]
