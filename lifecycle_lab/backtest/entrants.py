"""谁来参赛：一个入口收截止那天的样子，交出一位或几位参赛者。规则与模型用同一个入口(E9)。"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lifecycle_lab import models
from lifecycle_lab.backtest.snapshots import Snapshot
from lifecycle_lab.backtest.trial import Contestant
from lifecycle_lab.cycles import Visits

Entrant = Callable[[Snapshot, int], Sequence[Contestant]]
"""（截止那天的样子，预测期） → 参赛者；分数的顺序同 Snapshot 的各列。"""


def by_rule(key: str, lostness: Callable[[Visits, int], float], cutoff: float | None = 1.0) -> Entrant:
    """一条规则：lostness(客户, 截止日) 越大越像流失，达到 cutoff 就算流失。"""

    def enter(now: Snapshot, horizon: int) -> list[Contestant]:
        scores = np.fromiter((lostness(visits, now.as_of) for visits in now.visits()), float, len(now.who))
        return [Contestant(key, scores, cutoff)]

    return enter


def by_days_since(key: str, cutoff: float | None = None) -> Entrant:
    """最简单的规则：只看多久没来。"""
    return lambda now, horizon: [Contestant(key, now.idle.astype(float), cutoff)]


def by_model(
    gone: str, silent: str, fit: Callable[[models.Histories, np.ndarray], models.Fitted], cutoff: float = 0.5
) -> Entrant:
    """一个概率模型，按两个问题各出一位：gone 用 1 − P(活着)，silent 用“往后 H 天一单也没有”的概率。

    fit: （历史，全部间隔） → 估计好的模型；在截止那天看得见的全体客户上估计。
    """

    def enter(now: Snapshot, horizon: int) -> list[Contestant]:
        data = now.histories()
        fitted = fit(data, now.gaps)
        return [
            Contestant(gone, 1 - fitted.alive(data), cutoff, "state"),
            Contestant(silent, fitted.no_order(data, horizon), cutoff, "action"),
        ]

    return enter
