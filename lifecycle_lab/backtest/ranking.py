"""一份排序好不好：AUC，与“抓住同样多的流失要白白打扰多少活跃客户”(E9)。

分数越大越像流失。同分的客户排不出先后：AUC 里各算一半；联系到同分的一组时，只随机联系凑够召回的那一部分，
打扰的人数取平均。这样分数粗的规则与分数细的模型在同一个召回上比，谁也不吃亏。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Ranking:
    """分好组的分数：group 是每位客户的组号（0 是最像流失的一组），lost 是真相。

    先排一次序；以后每次重抽样只按组数人数，不必再排。
    """

    group: np.ndarray
    groups: int
    lost: np.ndarray

    def tally(self, weights: np.ndarray | None = None) -> Tally:
        """每组里的流失与活跃人数；weights: 每位客户算几次（重抽样），不给就是各一次。"""
        times = np.ones(len(self.lost)) if weights is None else weights
        lost = np.bincount(self.group, times * self.lost, self.groups)
        return Tally(lost, np.bincount(self.group, times, self.groups) - lost)


@dataclass(frozen=True, eq=False)
class Tally:
    """从最像流失的一组到最不像的一组，各有几位流失、几位活跃。"""

    lost: np.ndarray
    active: np.ndarray

    @property
    def auc(self) -> float:
        """随机一位流失的客户，分数高过随机一位活跃的客户的概率（同分算一半）。"""
        below = self.active.sum() - np.cumsum(self.active)
        pairs = self.lost @ (below + self.active / 2)
        return float(pairs / (self.lost.sum() * self.active.sum()))

    def disturbed(self, recall: float) -> float:
        """从最像流失的开始联系，到抓住 recall 的流失为止，打扰了活跃客户里多大的份额。"""
        wanted = recall * self.lost.sum()
        caught = np.cumsum(self.lost)
        last = min(int(np.searchsorted(caught, wanted * (1 - 1e-12))), len(caught) - 1)
        before = caught[last] - self.lost[last]
        part = (wanted - before) / self.lost[last] if self.lost[last] else 0.0
        contacted = self.active[:last].sum() + min(part, 1.0) * self.active[last]
        return float(contacted / self.active.sum())

    def contacted(self, recall: float) -> float:
        """从最像的开始联系，到抓住 recall 为止，一共联系几位（抓住的与白白联系的都算）。"""
        return float(recall * self.lost.sum() + self.disturbed(recall) * self.active.sum())

    def caught(self, contacts: float) -> float:
        """只联系 contacts 位（从最像的开始，同分的里面随机），抓住几位；取平均。"""
        every = self.lost + self.active
        done = np.cumsum(every)
        last = min(int(np.searchsorted(done, contacts)), len(done) - 1)
        before = done[last] - every[last]
        part = min(max((contacts - before) / every[last], 0.0), 1.0) if every[last] else 0.0
        return float(self.lost[:last].sum() + part * self.lost[last])


def rank(scores: np.ndarray, lost: np.ndarray) -> Ranking:
    """scores: 每位客户的分数（有限数）。lost: 每位客户真的流失没有。"""
    _, group = np.unique(-np.asarray(scores, dtype=float), return_inverse=True)
    return Ranking(group, int(group.max(initial=-1)) + 1, np.asarray(lost, dtype=bool))
