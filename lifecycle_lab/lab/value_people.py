"""一家店的客户值多少：从订单里的历史到各年的期望单数、每单多少钱(BG/NBD × Gamma-Gamma)，与照去年算的并排(D1、D4)。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np

from lifecycle_lab import models
from lifecycle_lab.content import course
from lifecycle_lab.schema import DataError
from lifecycle_lab.warehouse import Base, Warehouse, day_number

YEAR = 365


@dataclass(frozen=True, eq=False)
class People:
    """某一天看得见的全部客户，各列等长。

    ids、repeats、span、age、idle（天）；orders 是购买日数；net 是扣掉退款的金额（最小单位，可以是负的）；
    lately 是最近一段日子（people 的 lately_days）里的净额。
    """

    ids: tuple
    repeats: np.ndarray
    span: np.ndarray
    age: np.ndarray
    net: np.ndarray
    lately: np.ndarray

    @property
    def money(self) -> np.ndarray:
        """退款退过了头的当作 0：一单大额退掉的，不该让人以为她下一单也这么大。"""
        return np.maximum(self.net, 0)

    @property
    def orders(self) -> np.ndarray:
        return self.repeats + 1

    @property
    def idle(self) -> np.ndarray:
        return self.age - self.span

    @cached_property
    def histories(self) -> models.Histories:
        return models.histories(self.repeats, self.span, self.age)

    @cached_property
    def buying(self) -> models.Fitted:
        """BG/NBD；人太少 → DataError。"""
        return models.fit_bgnbd(self.histories)

    @cached_property
    def spending(self) -> models.FittedMoney:
        """Gamma-Gamma，只用买过不止一次、金额为正的客户。"""
        kept = (self.repeats > 0) & (self.money > 0)
        return models.fit_gamma_gamma(self.orders[kept], self.money[kept])

    @cached_property
    def average_order(self) -> np.ndarray:
        """每位客户下一单的期望金额（最小单位，浮点数）。"""
        return 100 * self.spending.average_order(self.orders, self.money)

    def yearly_orders(self, years: int) -> np.ndarray:
        """（客户, 年）往后第 1、2、… 年的期望单数；各年的，不是累计的。"""
        so_far = [np.zeros(len(self.ids))]
        so_far += [self.buying.expected_orders(self.histories, YEAR * year) for year in range(1, years + 1)]
        return np.column_stack([later - earlier for earlier, later in pairwise(so_far)])

    def newcomer_orders(self, years: int) -> list[float]:
        """一位新来的客户：第一单，加上第 1、2、… 年里的期望重复单数。"""
        so_far = [0.0, *(self.buying.expected_orders_of_new(YEAR * year) for year in range(1, years + 1))]
        yearly = [later - earlier for earlier, later in pairwise(so_far)]
        return [yearly[0] + 1, *yearly[1:]]


def people(house: Warehouse, as_of: date, lately_days: int = YEAR) -> People:
    """as_of 那天的全部客户；lately_days 天以前的账从同一个仓库再看一次。"""
    rows = list(house.base())
    if not rows:
        raise DataError(f"到 {as_of} 为止一位客户也没有。", remedy="换更长的历史，或把观察日往后移。")
    before = _money_before(house, rows, as_of - timedelta(lately_days))
    today = day_number(as_of)
    columns = [
        np.array([number(row) for row in rows], dtype=np.int64)
        for number in (
            lambda row: row.purchase_days - 1,
            lambda row: row.last_day - row.first_day,
            lambda row: today - row.first_day,
            lambda row: row.money,
            lambda row: row.money - before.get(row.customer_id, 0),
        )
    ]
    return People(tuple(row.customer_id for row in rows), *columns)


def _money_before(house: Warehouse, rows: Sequence[Base], day: date) -> dict[object, int]:
    """每位客户到 day 为止的净额；那时店还没有开就是空的。"""
    if day_number(day) < min(row.first_day for row in rows):
        return {}
    return {row.customer_id: row.money for row in house.at(day).base()}


def bands(idle: np.ndarray) -> list[tuple[int, int | None, np.ndarray]]:
    """按多久没来分成几群：（从几天，不到几天，哪些客户）；没有人的不在内。"""
    edges = [0, *course().cycles.defaults.nodes, None]
    found = []
    for low, high in pairwise(edges):
        here = (idle >= low) & (idle < (np.inf if high is None else high))
        if here.any():
            found.append((low, high, here))
    if not found:
        raise DataError("一位客户也没有。")
    return found
