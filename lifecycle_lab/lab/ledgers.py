"""第 06 课要用的店：随书的、按参数现造的、学生自己的，都成为同一种账(E2–E9)。

一份账里有仓库收得下的订单，和每位客户的购买日；合成的店还有真相：每位客户哪一天真的走了。
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from lifecycle_lab import orders
from lifecycle_lab.content import course, data_folder
from lifecycle_lab.content import shops as shop_texts
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.sources import ONLINE_RETAIL
from lifecycle_lab.warehouse import day_number

if TYPE_CHECKING:
    import pyarrow as pa

TEA = "longjing"
SHIPPED = (TEA, "womenswear")
MADE_CUSTOMERS = 10_000
_STARTS = ("formation_on", "stability_on", "decline_on")
CustomerId = str | int
Bought = tuple[CustomerId, int, int]
"""一次购买：（客户，第几天，数量）；没有数量的订单写 0。"""


@dataclass(frozen=True, eq=False)
class Ledger:
    """一家店的账。

    kind: "synthetic"、"real"、"yours"。source: 仓库收得下的订单。days: 每位客户的购买日（仓库的天数），从早到晚，
    到观察日为止。quantities: 每位客户一列（这次买的数量，之后隔了几天），没有数量列是 None。
    gone: 每位客户真正走了的那一天，没走是 inf；真实的店没有，是 None。
    starts: 每位客户的形成、稳定、退化期真正从哪天开始，没有到是 None；只有合成的店有。
    """

    title: str
    kind: str
    unit: str
    as_of: date
    source: object
    days: Mapping[CustomerId, Sequence[int]]
    quantities: Sequence[Sequence[tuple[int, int]]] | None = None
    gone: Mapping[CustomerId, float] | None = None
    starts: Mapping[CustomerId, tuple[int | None, ...]] | None = None

    @property
    def today(self) -> int:
        return day_number(self.as_of)


def is_borrowed(source: str, assignment: Assignment) -> bool:
    """学生的来源没有购买日（问卷，或只有 10 位客户的题本）：借随书的茶叶店来学。"""
    shipped = assignment.source == ONLINE_RETAIL
    return assignment.as_of is None or not (shipped or source.strip())


def shop_name(name: str, source: str, assignment: Assignment) -> str:
    """“我的店”其实是随书的哪一家：同一家店就用同一个名字；是学生自己的（或换了观察日）就是空。"""
    if name or not is_borrowed(source, assignment):
        usual = assignment.as_of == course().sources[ONLINE_RETAIL].as_of
        return ONLINE_RETAIL if not name and assignment.source == ONLINE_RETAIL and usual else name
    return TEA


def open_ledger(name: str, source: str, assignment: Assignment) -> Ledger:
    """name: `shop_name` 给的：空是学生自己的那家；online_retail、随书的两家店、shops.toml 里别的编号（现造）。"""
    if name == ONLINE_RETAIL:
        return _online_retail(None)
    if not name:
        mine = assignment.source == ONLINE_RETAIL
        return _online_retail(assignment.as_of) if mine else _yours(source, assignment)
    return shipped(name) if name in SHIPPED else made(name)


def shipped(name: str) -> Ledger:
    """随书的合成店：订单与真相都在 data 里。"""
    import pyarrow.parquet as pq

    table = pq.read_table(data_folder() / f"{name}.parquet")
    truth = pq.read_table(
        data_folder() / f"{name}_truth.parquet", columns=["customer_id", "lost_on", *_STARTS]
    )
    return _synthetic(name, table, truth)


def made(name: str) -> Ledger:
    """按 shops.toml 里的参数现造一家，一万位客户；同一个种子，总是同一家。"""
    from lifecycle_lab.lab import shop_files, shops
    from lifecycle_lab.simulate import shops as models

    text = shop_texts.shop(name)
    parts = models.chunk(shops.model(text), text.seed, 0, MADE_CUSTOMERS)
    epoch = day_number(text.start)
    table = shop_files.order_table(parts.orders, 0, epoch)
    return _synthetic(name, table, shop_files.truth_table(parts.truth, 0, epoch, 1.0))


def _synthetic(name: str, table: pa.Table, truth: pa.Table) -> Ledger:
    text = shop_texts.shop(name)
    as_of = text.start + timedelta(int(text.numbers["window_days"]) - 1)  # type: ignore[call-overload]
    bought = list(_bought(table, day_number(as_of)))
    gone = {
        who: math.inf if day is None else float(day_number(day))
        for who, day in zip(truth["customer_id"].to_pylist(), truth["lost_on"].to_pylist(), strict=True)
    }
    days, quantities = _days(bought), _quantities(bought)
    return Ledger(text.title, "synthetic", "元", as_of, table, days, quantities, gone, _starts(truth))


def _starts(truth: pa.Table) -> dict[CustomerId, tuple[int | None, ...]]:
    dates = zip(*(truth[name].to_pylist() for name in _STARTS), strict=True)
    return {
        who: tuple(None if day is None else day_number(day) for day in each)
        for who, each in zip(truth["customer_id"].to_pylist(), dates, strict=True)
    }


def _online_retail(as_of: date | None) -> Ledger:
    import pyarrow.parquet as pq

    about = course().sources[ONLINE_RETAIL]
    day = as_of or about.as_of
    table = pq.read_table(data_folder() / f"{ONLINE_RETAIL}.parquet")
    return Ledger(about.title, "real", about.unit, day, table, _days(_bought(table, day_number(day))))


def _yours(source: str, assignment: Assignment) -> Ledger:
    found = orders.read_orders(Path(os.path.expanduser(source)), as_of=assignment.as_of).require().orders()
    as_of = assignment.as_of
    bought = (
        (order.customer_id, day_number(order.order_date), 0)
        for order in found.orders
        if not order.cancelled and order.amount >= 0 and order.order_date <= as_of
    )
    return Ledger(found.name, "yours", found.unit, as_of, found.orders, _days(bought))


def purchase_days(table: pa.Table, as_of: date) -> dict[CustomerId, list[int]]:
    """订单表 → 每位客户到 as_of 为止的购买日。"""
    return _days(_bought(table, day_number(as_of)))


def _bought(table: pa.Table, today: int) -> Iterable[Bought]:
    """订单表 → 一次次购买：没有取消、金额不为负、不晚于观察日。"""
    import pyarrow as pa
    import pyarrow.compute as pc

    days = pc.cast(pc.cast(table["order_date"], pa.date32()), pa.int32())
    bought = pc.and_(pc.invert(pc.fill_null(table["cancelled"], False)), pc.greater_equal(table["amount"], 0))
    bought = pc.and_(bought, pc.less_equal(days, today))
    columns = [table["customer_id"].filter(bought), days.filter(bought)]
    many = "quantity" in table.column_names
    quantity = table["quantity"].filter(bought).to_pylist() if many else [0] * len(columns[0])
    return zip(*(column.to_pylist() for column in columns), quantity, strict=True)


def _days(bought: Iterable[Bought]) -> dict[CustomerId, list[int]]:
    """每位客户的购买日，同一天只算一次；客户的先后同订单里第一次出现的先后。"""
    found: dict[CustomerId, set[int]] = {}
    for who, day, _ in bought:
        found.setdefault(who, set()).add(day)
    return {who: sorted(days) for who, days in found.items()}


def _quantities(bought: Iterable[Bought]) -> list[list[tuple[int, int]]]:
    """每位客户：（那天买的数量，之后隔了几天）。"""
    found: dict[CustomerId, dict[int, int]] = {}
    for who, day, quantity in bought:
        days = found.setdefault(who, {})
        days[day] = days.get(day, 0) + quantity
    return [
        [(many, later - day) for (day, many), (later, _) in pairwise(sorted(days.items()))]
        for days in found.values()
    ]


def spendings(ledger: Ledger) -> dict[CustomerId, list[tuple[int, int]]]:
    """每位客户一列（购买日，那天花的钱，整数最小单位），从早到晚；与 `Ledger.days` 同样的购买，退款不算。"""
    found: dict[CustomerId, dict[int, int]] = {}
    for who, day, money in _paid(ledger):
        days = found.setdefault(who, {})
        days[day] = days.get(day, 0) + money
    return {who: sorted(days.items()) for who, days in found.items()}


def _paid(ledger: Ledger) -> Iterable[Bought]:
    """一次次购买：（客户，第几天，钱）；规矩与 `_bought`、`_yours` 一样。"""
    if isinstance(ledger.source, tuple | list):
        for order in ledger.source:
            if not order.cancelled and order.amount >= 0 and order.order_date <= ledger.as_of:
                yield order.customer_id, day_number(order.order_date), order.amount
        return
    import pyarrow as pa
    import pyarrow.compute as pc

    table: pa.Table = ledger.source  # type: ignore[assignment]
    days = pc.cast(pc.cast(table["order_date"], pa.date32()), pa.int32())
    bought = pc.and_(pc.invert(pc.fill_null(table["cancelled"], False)), pc.greater_equal(table["amount"], 0))
    bought = pc.and_(bought, pc.less_equal(days, ledger.today))
    money = pc.cast(pc.multiply(table["amount"], pa.scalar(100)), pa.int64())
    columns = (table["customer_id"], days, money)
    yield from zip(*(column.filter(bought).to_pylist() for column in columns), strict=True)
