"""几行合成一单；退款冲减；一单里互相矛盾的整单隔离。每一分钱记到它的去处，最后两边对账。"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle_lab.orders.profiles import RULE_IDS
from lifecycle_lab.orders.rows import FATES, QUARANTINED, USED, Rows
from lifecycle_lab.schema import LabError

_DAY, _HOUR = 86_400, 3_600
_FAR = np.int64(2**62)


@dataclass(frozen=True)
class Merged:
    """合好的订单。table: 购买；refunds: 单独的退款（负数）。money: 各行记的钱（最小单位），按去处相加就是账。

    orders: 购买的单数；several: 占了几行的单数；lines: 这些单一共占的行数。
    """

    table: pa.Table
    refunds: pa.Table
    money: np.ndarray
    orders: int
    several: int
    lines: int
    reduced: int


class _Groups:
    """还没有去处的行按订单号分组，组的先后是头一行的先后；各种汇总都是整数。"""

    def __init__(self, codes: np.ndarray, live: np.ndarray) -> None:
        self.rows = np.flatnonzero(live)
        _, first, inverse = np.unique(codes[self.rows], return_index=True, return_inverse=True)
        rank = np.empty(len(first), np.int64)
        rank[np.argsort(first, kind="stable")] = np.arange(len(first))
        self.of = rank[inverse]
        self.sorted = np.argsort(self.of, kind="stable")
        self.count = np.bincount(self.of, minlength=len(first))
        self.starts = np.concatenate([[0], np.cumsum(self.count)[:-1]]).astype(np.int64)
        self.first = self.rows[np.sort(first)]

    def __len__(self) -> int:
        return len(self.first)

    def reduce(self, how: np.ufunc, values: np.ndarray) -> np.ndarray:
        """values: 全表的一列。"""
        if not len(self):
            return np.zeros(0, values.dtype)
        return how.reduceat(values[self.rows][self.sorted], self.starts)

    def spread(self, groups: np.ndarray, size: int) -> np.ndarray:
        """选中的组 → 全表的行。"""
        found = np.zeros(size, bool)
        found[self.rows] = groups[self.of]
        return found


def merge(rows: Rows) -> Merged:
    """一单一行。改动 rows.fate：矛盾的整单隔离；退光的、退款的、零元的放在一边。"""
    amount = np.where(rows.amount.reason == 0, rows.amount.values, 0)
    refund = _refunds(rows)
    if rows.layout.how == "price":
        amount, over = _times(amount, rows)
        rows.quarantine(over, "amount", "单价乘数量大得不像真的")
    _quarantine_siblings(rows)
    groups = _Groups(rows.order.codes, rows.fate == USED)
    _quarantine_conflicts(rows, groups, amount, refund)
    groups = _Groups(rows.order.codes, rows.fate == USED)
    money = _counted(rows, amount, refund)
    total, given = groups.reduce(np.add, money), groups.reduce(np.add, refund)
    gross = total + given
    _order_rules(rows, groups, total, gross)
    bought = total > 0
    back = (total < 0) & (groups.reduce(np.minimum, rows.fate) == FATES["refund"]) if len(groups) else bought
    several = bought & (groups.count > 1)
    return Merged(
        table=_table(rows, groups, bought, total),
        refunds=_table(rows, groups, back, total),
        money=money,
        orders=int(bought.sum()),
        several=int(several.sum()),
        lines=int(groups.count[several].sum()),
        reduced=int((bought & ((given > 0) | (groups.reduce(np.minimum, amount) < 0))).sum()),
    )


def _refunds(rows: Rows) -> np.ndarray:
    """退款列：写成正的或负的都是退回的钱。"""
    if rows.refund is None:
        return np.zeros(len(rows.fate), np.int64)
    return np.abs(np.where(rows.refund.reason == 0, rows.refund.values, 0))


def _times(price: np.ndarray, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    quantity = np.where(rows.quantity.reason == 0, rows.quantity.values, 0)  # type: ignore[union-attr]
    over = np.abs(price.astype(np.float64) * quantity) >= 10.0**15
    return np.where(over, 0, price * np.where(over, 0, quantity)), over


def _quarantine_siblings(rows: Rows) -> None:
    """一单里有一行读不通，余下的几行加起来不是这一单的钱：整单先放下。"""
    codes = rows.order.codes
    bad = (rows.fate == QUARANTINED) & ~rows.order.column.blank & (rows.order.column.reason == 0)
    if not bad.any() or not (rows.fate == USED).any():
        return
    first = np.full(int(codes.max()) + 1, -1, np.int64)
    found = np.flatnonzero(bad)[::-1]
    first[codes[found]] = found
    poisoned = np.flatnonzero((rows.fate == USED) & (first[codes] >= 0))
    causes, which = np.unique(first[codes[poisoned]], return_inverse=True)
    said = [f"同一单的第 {number} 行读不通，整单先不算" for number in rows.sheet.numbers[causes].tolist()]
    rows.quarantine_each(poisoned, "order", said, which)


def _quarantine_conflicts(rows: Rows, groups: _Groups, amount: np.ndarray, refund: np.ndarray) -> None:
    """同一单里两位客户、隔了不止一小时又不在同一天、整单的金额前后不一。"""
    if not len(groups) or groups.count.max(initial=0) < 2:
        return
    size, customer = len(rows.fate), rows.customer.codes
    two = groups.reduce(np.minimum, customer) != groups.reduce(np.maximum, customer)
    seconds, kept = rows.paid.column.values, amount >= 0
    low = groups.reduce(np.minimum, np.where(kept, seconds, _FAR))
    high = groups.reduce(np.maximum, np.where(kept, seconds, -_FAR))
    apart = (high > low) & (high - low > _HOUR) & (low // _DAY != high // _DAY)
    rows.quarantine(groups.spread(two, size), "customer", "同一个订单号有两位客户")
    rows.quarantine(groups.spread(apart, size), "paid_at", "同一个订单号有不同的日子")
    if rows.layout.how in ("once", "first"):
        for values, column, name in ((amount, rows.amount, "amount"), (refund, rows.refund, "refund")):
            if column is not None:
                shown = ~column.blank & ((amount >= 0) if name == "amount" else True)
                low = groups.reduce(np.minimum, np.where(shown, values, _FAR))
                high = groups.reduce(np.maximum, np.where(shown, values, -_FAR))
                rows.quarantine(groups.spread(high > low, size), name, "同一单各行写的整单金额不一样")


def _counted(rows: Rows, amount: np.ndarray, refund: np.ndarray) -> np.ndarray:
    """各行记多少钱：逐行相加的，就是这一行的；每行重复写整单的，同一单、同一去处里只记一次。"""
    if rows.layout.how in ("once", "first"):
        keep = _first_of(rows, amount, (amount >= 0) & ~rows.amount.blank) | (amount < 0)
        amount = np.where(keep, amount, 0)
        if rows.refund is not None:
            refund *= _first_of(rows, refund, refund > 0)
    known = rows.fate != FATES["other_currency"]  # 别的币种不与这里的钱相加
    refund *= known
    return np.where(known, amount, 0) - refund


def _first_of(rows: Rows, values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """（订单号，去处，值）相同的行里的头一行。"""
    found, places = np.zeros(len(values), bool), np.flatnonzero(among)
    if len(places):
        keys = np.stack(
            [rows.order.codes[places], rows.fate[places].astype(np.int64), values[places]], axis=1
        )
        if len(np.unique(keys[:, 0])) == len(places):  # 没有重复的订单号，最常见
            found[places] = True
        else:
            found[places[np.unique(keys, axis=0, return_index=True)[1]]] = True
    return found


def _order_rules(rows: Rows, groups: _Groups, total: np.ndarray, gross: np.ndarray) -> None:
    """净额为零或负的单：退光了、退款、零元；退得比付的还多的隔离。"""
    if not len(groups):
        return
    size = len(rows.fate)
    paid = groups.reduce(np.maximum, np.where(rows.amount.reason == 0, rows.amount.values, 0)) > 0
    over = (total < 0) & (gross >= 0) & (gross != total)
    rows.quarantine(
        groups.spread(over, size), "refund" if rows.refund is not None else "amount", "退款比付的钱还多"
    )
    empty = (total == 0) & (paid | (gross != total))
    rows.set_aside(groups.spread(empty, size), "full_refund")
    rows.set_aside(groups.spread(total == 0, size), "zero")
    rows.set_aside(groups.spread(total < 0, size), "refund")


def _table(rows: Rows, groups: _Groups, chosen: np.ndarray, total: np.ndarray) -> pa.Table:
    """选中的单 → 规范的五列。"""
    first = groups.first[chosen]
    kept = np.where(rows.amount.reason == 0, rows.amount.values, 0) >= 0
    if rows.layout.how == "price" and rows.quantity is not None:
        kept &= rows.quantity.values >= 0
    earliest = groups.reduce(np.minimum, np.where(kept, rows.paid.column.values, _FAR))
    anyhow = groups.reduce(np.minimum, rows.paid.column.values)
    seconds = np.where(earliest == _FAR, anyhow, earliest)[chosen]
    names = {"order_id": rows.order, "customer_id": rows.customer}
    columns = {
        name: found.names.take(pa.array(found.codes[first])).cast(pa.string())
        for name, found in names.items()
    }
    return pa.table(
        {
            **columns,
            "amount": pa.array(total[chosen], pa.int64()),
            "paid_at": pa.array(seconds, pa.int64()).cast(pa.timestamp("s")),
            "quantity": _quantity(rows, groups, chosen),
        }
    )


def _quantity(rows: Rows, groups: _Groups, chosen: np.ndarray) -> pa.Array:
    if rows.quantity is None:
        return pa.nulls(int(chosen.sum()), pa.int64())
    total = groups.reduce(np.add, np.where(rows.quantity.reason == 0, rows.quantity.values, 0))
    blank = groups.reduce(np.logical_and, rows.quantity.blank)
    unknown = blank.astype(bool) | (total < 0)  # 退的件数比买的还多，说不出买了几件
    return pa.array(total[chosen], pa.int64(), mask=unknown[chosen])


def reconcile(rows: Rows, merged: Merged) -> dict[str, int]:
    """账：行数与钱数两边相等；不等是程序的错，决不带着走。返回各去处的钱（"" 是用上的）。"""
    kept = {"": USED, "quarantined": QUARANTINED} | {rule: FATES[rule] for rule in RULE_IDS}
    money = {name: int(merged.money[rows.fate == fate].sum()) for name, fate in kept.items()}
    counts = {name: int((rows.fate == fate).sum()) for name, fate in kept.items()}
    ids = merged.table.column("order_id")
    wrong = {
        "行数": (sum(counts.values()), len(rows.fate)),
        "金额": (sum(money.values()), int(merged.money.sum())),
        "用上的金额": (_sum(merged.table), money[""]),
        "退款的金额": (_sum(merged.refunds), money["refund"]),
        "订单数": (merged.orders, len(merged.table)),
        "订单号不重复": (len(ids.unique()), len(ids)),
    }
    if found := [f"{name}：{one} ≠ {other}" for name, (one, other) in wrong.items() if one != other]:
        raise LabError(
            "账对不上，没有读入任何一行。",
            why="；".join(found) + "。",
            remedy="这是程序的错，请把这段话（不要连同数据）告诉我们。",
        )
    return money


def _sum(table: pa.Table) -> int:
    return pc.sum(table.column("amount")).as_py() or 0
