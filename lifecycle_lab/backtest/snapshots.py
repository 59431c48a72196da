"""把购买日切成“那天看得见的”与“后来才知道的”：回测只许规则和模型看前一半(E9)。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lifecycle_lab import models
from lifecycle_lab.cycles import Visits
from lifecycle_lab.schema import DataError, ParameterError


@dataclass(frozen=True, eq=False)
class Purchases:
    """全部购买日：customer 是 0 起的客户序号，day 是整天；按客户、日子排好，一天只算一次。"""

    customer: np.ndarray
    day: np.ndarray

    @property
    def first_day(self) -> int:
        """最早的一个购买日（整天）。"""
        return int(self.day.min())

    @property
    def last_day(self) -> int:
        """最晚的一个购买日（整天）。"""
        return int(self.day.max())


@dataclass(frozen=True, eq=False)
class Snapshot:
    """as_of 那天（含）为止的样子；各列等长，who 是客户在 Purchases 里的序号。last_gap 为 0 表示只买过一次。

    gaps: 全部已结束的间隔。
    """

    as_of: int
    who: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    purchase_days: np.ndarray
    last_gap: np.ndarray
    gaps: np.ndarray

    def histories(self) -> models.Histories:
        """模型读的三列：又买了几次、首末两次隔几天、第一次到这一天几天。"""
        return models.histories(
            self.purchase_days - 1, self.last_day - self.first_day, self.as_of - self.first_day
        )

    def visits(self) -> Iterator[Visits]:
        """逐位客户，顺序同各列。"""
        columns = (self.first_day, self.last_day, self.purchase_days, self.last_gap)
        for first, last, count, gap in zip(*(column.tolist() for column in columns), strict=True):
            yield Visits(first, last, count, gap or None)

    @property
    def idle(self) -> np.ndarray:
        """距上次购买的整天数。"""
        return self.as_of - self.last_day


def purchases(days_of_customers: Sequence[Sequence[int]]) -> Purchases:
    """每位客户的购买日（整天，可以重复、可以乱序）→ Purchases；空的 → DataError。"""
    counts = np.fromiter((len(days) for days in days_of_customers), dtype=np.int64)
    if not counts.sum():
        raise DataError("一次购买也没有，没有什么可以回测。")
    customer = np.repeat(np.arange(len(counts)), counts)
    day = np.concatenate([np.asarray(days, dtype=np.int64) for days in days_of_customers])
    pairs = np.unique(np.column_stack([customer, day]), axis=0)
    return Purchases(pairs[:, 0], pairs[:, 1])


def split_days(data: Purchases, horizon: int, count: int = 3) -> tuple[int, ...]:
    """几个截止日，均匀排开：之前至少有 horizon 天的历史，之后的 horizon 天已经过完。太短 → DataError。"""
    if horizon < 1 or count < 1:
        raise ParameterError("预测期与切分次数都要是正整数。", remedy="例如往后 180 天，切 3 次。")
    earliest, latest = data.first_day + horizon - 1, data.last_day - horizon
    if latest < earliest:
        length = data.last_day - data.first_day + 1
        raise DataError(
            f"历史只有 {length} 天，不够用 {horizon} 天的预测期回测。",
            why=f"截止日以前要有 {horizon} 天的历史，以后的 {horizon} 天要已经过完，一共 {2 * horizon} 天。",
            remedy=f"预测期不超过 {length // 2} 天，或换更长的历史。",
        )
    return tuple(sorted({round(day) for day in np.linspace(earliest, latest, count + 2)[1:-1]}))


def snapshot(data: Purchases, as_of: int) -> Snapshot:
    """as_of 那天（含）为止；那天以前没有买过的客户不在里面。"""
    seen = data.day <= as_of
    if not seen.any():
        raise DataError("截止日以前一次购买也没有。", remedy="把截止日往后移。")
    customer, day = data.customer[seen], data.day[seen]
    who, start, count = np.unique(customer, return_index=True, return_counts=True)
    end = start + count - 1
    gaps = np.diff(day, prepend=day[0])
    last_gap = np.where(count > 1, gaps[end], 0)
    inside = np.ones(len(day), dtype=bool)
    inside[start] = False
    return Snapshot(as_of, who, day[start], day[end], count, last_gap, gaps[inside])


def silent(data: Purchases, now: Snapshot, horizon: int) -> np.ndarray:
    """action 的真相：截止日以后的 horizon 天里一次也没有来；那几天还没过完 → DataError。"""
    if now.as_of + horizon > data.last_day:
        raise DataError(
            f"截止日以后只有 {data.last_day - now.as_of} 天，{horizon} 天还没有过完。",
            why="没过完的日子里没有来，不等于不来。",
            remedy="把截止日往前移，或把预测期缩短。",
        )
    later = data.customer[(data.day > now.as_of) & (data.day <= now.as_of + horizon)]
    return ~np.isin(now.who, later)
