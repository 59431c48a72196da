"""k-means：每一个 k 有多分得开（轮廓系数）、换一批人还是不是这几群（重抽样的调整兰德指数）(A11)。

两样都过线才算好的 k；一个也没有，就说没有，不硬给一个。
出处：轮廓系数 Rousseeuw 1987；调整兰德指数 Hubert & Arabie 1985。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lifecycle_lab.schema import DataError

_SAMPLE = 1500
"""轮廓要两两比距离：人多时只在这么多人里量。"""
_STARTS = 4


@dataclass(frozen=True)
class Choice:
    """一个 k 的成绩：silhouette −1 到 1，越大越分得开；stability 0 到 1，是各次重抽样的平均 ARI。"""

    k: int
    silhouette: float
    stability: float
    smallest: float


@dataclass(frozen=True)
class Chosen:
    """best 是过线的里面轮廓最大的；没有过线的是 None，widest 仍是轮廓最大的那个，供参考。"""

    best: Choice | None
    widest: Choice


def clusters(table: np.ndarray, k: int, seed: int) -> np.ndarray:
    """每行的群号，0 起，按群的人数从多到少排；同样的数据与种子，总是同样的群号。"""
    return _by_size(_fit(table, k, seed).predict(table))


def choices(table: np.ndarray, ks: Sequence[int], *, resamples: int, seed: int) -> list[Choice]:
    """每个 k 一行；客户不到最大的 k 的 10 倍 → DataError。"""
    from sklearn.metrics import silhouette_score

    if len(table) < 10 * max(ks):
        raise DataError(
            f"只有 {len(table)} 位客户，分不出 {max(ks)} 群。",
            why="平均一群不到 10 位，换一批人就全变了。",
            remedy=f"至少要 {10 * max(ks)} 位客户。",
        )
    measured = _sampled(len(table), seed)
    found = []
    for k in ks:
        labels = clusters(table, k, seed)
        width = silhouette_score(table[measured], labels[measured])
        smallest = np.bincount(labels).min() / len(labels)
        found.append(Choice(k, float(width), _stability(table, labels, k, resamples, seed), float(smallest)))
    return found


def choose(found: Sequence[Choice], least_silhouette: float, least_stability: float) -> Chosen:
    """两样都过线的里面，轮廓最大的；并列取小的 k。"""
    widest = max(found, key=lambda one: (one.silhouette, -one.k))
    good = [one for one in found if one.silhouette >= least_silhouette and one.stability >= least_stability]
    best = max(good, key=lambda one: (one.silhouette, -one.k), default=None)
    return Chosen(best, widest)


def alike(one: Sequence[int], other: Sequence[int]) -> float:
    """两种分法有多一致（调整兰德指数）：1 一模一样，0 毫不相干。"""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


def _stability(table: np.ndarray, labels: np.ndarray, k: int, resamples: int, seed: int) -> float:
    """重抽一批人另分一次，再给全体定群，与原来的群有多一致。"""
    rng = np.random.default_rng(seed)
    found = []
    for turn in range(resamples):
        drawn = rng.integers(0, len(table), len(table))
        found.append(alike(labels, _fit(table[drawn], k, seed + 1 + turn).predict(table)))
    return float(np.mean(found))


def _fit(table: np.ndarray, k: int, seed: int):
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    # 一个线程：几个线程加起来的先后不定，最后一位会变
    with threadpool_limits(1):
        return KMeans(k, n_init=_STARTS, random_state=seed).fit(table)


def _sampled(size: int, seed: int) -> np.ndarray:
    if size <= _SAMPLE:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, _SAMPLE, replace=False))


def _by_size(labels: np.ndarray) -> np.ndarray:
    order = np.argsort(-np.bincount(labels), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[labels]
