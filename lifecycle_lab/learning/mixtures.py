"""高斯混合：不说“属于哪一群”，说“属于各群的机会”；群数由 BIC（Schwarz 1978，越小越好）定(A11)。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SURE = 0.8


@dataclass(frozen=True, eq=False)
class Mixture:
    """bic: k → BIC；k 是 BIC 最小的；labels 是最可能的一群（按人数排）；doubtful 是机会不到 SURE 的份额。"""

    bic: dict[int, float]
    k: int
    labels: np.ndarray
    doubtful: float


def mixture(table: np.ndarray, ks: Sequence[int], seed: int) -> Mixture:
    """各种 k 各配一次，取 BIC 最小的。"""
    from sklearn.mixture import GaussianMixture
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        fitted = {k: GaussianMixture(k, random_state=seed, reg_covar=1e-3).fit(table) for k in ks}
        bic = {k: float(one.bic(table)) for k, one in fitted.items()}
        k = min(bic, key=lambda name: (bic[name], name))
        chances = fitted[k].predict_proba(table)
    labels = chances.argmax(axis=1)
    order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
    return Mixture(
        bic, k, np.argsort(order, kind="stable")[labels], float((chances.max(axis=1) < SURE).mean())
    )
