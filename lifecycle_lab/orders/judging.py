"""逐条规则定去处：放在一边还是隔离；每行只有一个去处，先到的算。"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle_lab.orders.currencies import Currencies
from lifecycle_lab.orders.identifiers import Identifiers
from lifecycle_lab.orders.profiles import Rules
from lifecycle_lab.orders.rows import FATES, USED, Fill, Options, Rows
from lifecycle_lab.orders.statuses import Statuses
from lifecycle_lab.schema import quote

_DAY = 86_400
_STARS = r"[*＊]{2,}|\p{Han}[*＊]|[*＊]\p{Han}|^[0-9]{3}[xX]{4}[0-9]{4}$"


def judge(
    rows: Rows, statuses: Statuses, money: Currencies, rules: Rules, options: Options, per_order: bool
) -> None:
    """逐条规则，先到的算；次序就是规则的一部分。"""
    _judge_problems(rows)
    rows.set_aside(_duplicates(rows), "duplicate")
    _judge_statuses(rows, statuses)
    _judge_currency(rows, money)
    rows.quarantine_column(rows.order.column, "order", need=True)
    rows.quarantine_column(rows.customer.column, "customer", need=True)
    rows.set_aside(_masked(rows.customer, rules), "masked")
    _judge_numbers(rows, per_order)
    _judge_days(rows, options)
    _judge_full_refund(rows, statuses)


def _judge_problems(rows: Rows) -> None:
    """列数不对之类，打开时就看出来的毛病。"""
    problems = rows.sheet.problems
    for why in dict.fromkeys(problems.values()):
        same = np.zeros(len(rows.fate), bool)
        same[[row for row, reason in problems.items() if reason == why]] = True
        rows.quarantine(same & rows.order.column.blank, "order", why)
        rows.quarantine(same, "", why)


def _judge_statuses(rows: Rows, statuses: Statuses) -> None:
    if statuses.unknown is not None:
        rows.quarantine_column(statuses.unknown, "status", need=False)
    if statuses.flag is not None:
        rows.quarantine_column(statuses.flag, "cancelled", need=False)
    for rule in ("expense", "closed", "unpaid"):
        rows.set_aside(statuses.fate == FATES[rule], rule)
    positive = (rows.amount.values > 0) & (rows.amount.reason == 0)
    rows.set_aside(statuses.cancelled & positive, "closed")
    if rows.layout.profile.blank_is_unpaid:
        silent = statuses.unknown is None or statuses.unknown.blank  # 状态说付了款，时间却空着，那是毛病
        rows.set_aside(rows.paid.column.blank & ~rows.order.column.blank & silent, "unpaid")


def _judge_full_refund(rows: Rows, statuses: Statuses) -> None:
    whole = statuses.refunded
    if rows.refund is not None:
        back = np.abs(rows.refund.values)
        whole = whole & (back == 0)
        if rows.layout.how == "lines":  # 退光的那一行不在单里，件数也不算
            whole = whole | ((back > 0) & (back == rows.amount.values))
    rows.set_aside(whole & (rows.amount.values >= 0), "full_refund")


def _judge_currency(rows: Rows, money: Currencies) -> None:
    rows.quarantine_column(money.column, "currency", need=money.several and "currency" in rows.layout.places)
    if money.several and "currency" not in rows.layout.places:
        rows.quarantine(
            money.column.blank & ~rows.amount.blank, "amount", "表里有几种货币，这一格没有写是哪一种"
        )
    known = (money.column.reason == 0) & ~money.column.blank
    chosen = money.codes.index(money.chosen) if money.chosen in money.codes else -1
    rows.set_aside(known & (money.column.values != chosen), "other_currency")
    if money.silent and not rows.layout.profile.currency:
        rows.notes.append(f"表里没有写币种，按 {money.chosen} 读；不是就用 --currency 说明。")
    rows.notes += [f"{quote(name)}列的小数点写成逗号（1.234,56），整列照这样读。" for name in money.commas]


def _judge_numbers(rows: Rows, per_order: bool) -> None:
    blank = None
    if per_order:  # 同一单里有一行写了金额就够
        fill = Fill(rows.order.codes, rows.fate == USED)
        blank = fill.first(~rows.amount.blank)[rows.order.codes] < 0
    rows.quarantine_column(rows.amount, "amount", need=True, among=blank)
    if rows.quantity is not None:
        rows.quarantine_column(rows.quantity, "quantity", need=rows.layout.how == "price")
        if rows.layout.how != "price":
            wrong = (rows.quantity.values < 0) & (rows.amount.values > 0)
            rows.quarantine(wrong, "quantity", "数量是负的，金额却是正的")
    if rows.refund is not None:
        rows.quarantine_column(rows.refund, "refund", need=False)


def _judge_days(rows: Rows, options: Options) -> None:
    column = rows.paid.column
    rows.quarantine_column(column, "paid_at", need=True)
    days = np.floor_divide(column.values, _DAY)
    early, late = (_day_number(day) for day in (options.earliest, options.latest))
    rows.quarantine(days < early, "paid_at", f"日期早于 {options.earliest}，不像真的")
    if options.as_of is not None:
        limit = _day_number(options.as_of)
        rows.set_aside((days > limit) & (days <= late), "after_as_of")
    rows.quarantine(days > late, "paid_at", f"日期晚于 {options.latest}，不像真的")


def _day_number(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(1)


def _masked(customer: Identifiers, rules: Rules) -> np.ndarray:
    """打了星号的名字（一对花括号里的 7*7 不算），和“匿名”一类。"""
    return customer.spread(masked_names(customer.names, rules))


def masked_names(names: pa.Array, rules: Rules) -> np.ndarray:
    stars = pc.match_substring_regex(names, _STARS).to_numpy(zero_copy_only=False)
    words = pc.is_in(pc.utf8_lower(names), pa.array(sorted(rules.masked), names.type))
    return stars | words.to_numpy(zero_copy_only=False)


def _duplicates(rows: Rows) -> np.ndarray:
    """与前面某一行整行相同的行；whole 是整行的指纹。"""
    whole, live = rows.sheet.whole, np.flatnonzero(rows.fate == USED)
    whole = whole(rows.order.codes) if callable(whole) else whole
    found = np.zeros(len(rows.fate), bool)
    if whole is None or len(live) < 2:
        return found
    pairs = np.stack([rows.order.codes[live], whole[live]], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    found[live] = True
    found[live[first]] = False
    return found
