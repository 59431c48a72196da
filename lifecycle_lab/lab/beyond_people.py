"""第 05 课的几份客户：问卷、真实的店、你的来源；有日期的还带着订单（A12）。"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lifecycle_lab import orders
from lifecycle_lab.content import course
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.sources import ONLINE_RETAIL, SHIPPED, SURVEY, open_population
from lifecycle_lab.lab.beyond_words import say
from lifecycle_lab.schema import Better, DataError, Order, ParameterError, Population, quote
from lifecycle_lab.variants import drawable


@dataclass(frozen=True, eq=False)
class People:
    """一份客户：title 给人看，kind 是 synthetic、real、yours；orders 只有从订单来的才有。"""

    title: str
    kind: str
    population: Population
    orders: tuple[Order, ...] | None = None

    @property
    def customers(self):
        """可抽的客户：买过、净额为正，与题本同一批。"""
        return drawable(self.population)

    @property
    def indicators(self):
        return self.population.indicators

    @property
    def better(self) -> dict[str, Better]:
        return {one.key: one.better for one in self.indicators}

    @property
    def direction(self) -> str:
        return say(f"word.{'level' if self.better['recency'] == 'high' else 'day'}_direction")


def open_people(name: str, source: str, mine: Assignment) -> People:
    """name: 空是你的来源；survey、online_retail 是随书的。认不出 → ParameterError。"""
    if name and name not in SHIPPED:
        raise ParameterError(
            f"没有叫 {quote(name)} 的一份。", remedy=f"可用的：{'、'.join(SHIPPED)}；空是你的来源。"
        )
    if not name and mine.source not in SHIPPED:
        return _yours(source, mine)
    chosen = name or mine.source
    own = not name or chosen == mine.source
    found = mine.population if own and mine.population is not None else open_population(chosen)
    about = course().sources[chosen]
    kind = "synthetic" if about.synthetic else "real"
    if chosen != ONLINE_RETAIL:
        return People(about.title, kind, found)
    return People(about.title, kind, found, _seen(orders.online_retail().orders, found.as_of))


def _yours(source: str, mine: Assignment) -> People:
    if mine.population is None:
        raise DataError("题本文件里只有你的 10 位客户，没有全体。", remedy="把参数 variant_file 留空。")
    if mine.as_of is None:
        return People(mine.source, "yours", mine.population)
    bought = orders.read_orders(Path(os.path.expanduser(source)), as_of=mine.as_of).require().orders().orders
    return People(mine.source, "yours", mine.population, _seen(bought, mine.as_of))


def _seen(bought: Iterable[Order], as_of: date | None) -> tuple[Order, ...]:
    """观察日以后的订单，那天还不知道。"""
    return tuple(one for one in bought if as_of is None or one.order_date <= as_of)


def dated_name(mine: Assignment) -> str:
    """要日期的几节用哪一份：你的来源有订单就用它，没有就借真实的店。"""
    return (
        ""
        if mine.as_of is not None and mine.population is not None and mine.source != SURVEY
        else ONLINE_RETAIL
    )
