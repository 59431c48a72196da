"""一张表 → 换算好的各列，和每一行的去处：用上、按哪条规则放在一边、为什么隔离。

先认行（表头、合计、表尾、重复），再看状态、币种、编号、日期、金额；每行只有一个去处，先到的算。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo

import numpy as np
import pyarrow.compute as pc

from lifecycle_lab.orders.columns import (
    DAMAGED,
    Cells,
    Column,
    Identifiers,
    Moments,
    identifiers,
    is_number,
    moments,
    money_cells,
    money_column,
    quantities,
    typed_money,
)
from lifecycle_lab.orders.headers import Layout
from lifecycle_lab.orders.profiles import FIELD_NAMES, RULE_IDS, Rules, header_key, word_key
from lifecycle_lab.reading import halfwidth
from lifecycle_lab.reading.amounts import CURRENCY_WORDS, MINOR_DIGITS
from lifecycle_lab.schema import DataError, quote

USED, QUARANTINED = 0, -1
FATES = {rule: i + 1 for i, rule in enumerate(RULE_IDS)}
_DAY = 86_400
_FOOTER_CELLS = 3


@dataclass(frozen=True)
class Options:
    """怎样读：观察日、币种、日期写法、时区、可信的日子。"""

    as_of: date | None
    currency: str | None
    date_format: str | None
    zone: tzinfo
    written: bool
    earliest: date
    latest: date


@dataclass
class Sheet:
    """要用的各列的原文（文字或有类型），还没有换算。

    numbers: 各行在文件里的行号。whole: 各行整行的指纹（None：没有两行同一个订单号时才去算）。
    problems: 列数不对之类，行（从 0 起）→ 原因。
    """

    columns: Mapping[str, object]
    numbers: np.ndarray
    first: list[str] | None
    filled: np.ndarray | None
    whole: np.ndarray | None
    problems: Mapping[int, str]
    serials: bool = False
    rounded: bool = False


@dataclass
class Rows:
    """每一行的去处与换算好的值。fate: USED、QUARANTINED 或 FATES 里的号。"""

    layout: Layout
    sheet: Sheet
    order: Identifiers
    customer: Identifiers
    paid: Moments
    amount: Column
    quantity: Column | None
    refund: Column | None
    currency: str
    decimals: int
    fate: np.ndarray
    trouble: np.ndarray
    reason: np.ndarray
    reasons: list[str] = field(default_factory=lambda: [""])
    notes: list[str] = field(default_factory=list)

    def set_aside(self, mask: np.ndarray, rule: str) -> None:
        self.fate[(self.fate == USED) & mask] = FATES[rule]

    def quarantine(self, mask: np.ndarray, name: str, why: str) -> None:
        """mask 里还没有去处的行隔离：出在哪个字段、为什么。"""
        mask = (self.fate == USED) & mask
        if not mask.any():
            return
        self.quarantine_each(np.flatnonzero(mask), name, [why], np.int64(0))

    def quarantine_each(self, rows: np.ndarray, name: str, reasons: list[str], which: np.ndarray) -> None:
        """rows 各行隔离，第 i 行的原因是 reasons[which[i]]。"""
        self.fate[rows], self.trouble[rows] = QUARANTINED, _FIELD_NUMBERS[name]
        self.reason[rows] = which + len(self.reasons)
        self.reasons += reasons

    def quarantine_column(
        self, column: Column, name: str, need: bool, among: np.ndarray | None = None
    ) -> None:
        if need:
            blank = column.blank if among is None else column.blank & among
            self.quarantine(blank, name, f"{FIELD_NAMES[name]}是空的")
        for number, why in enumerate(column.reasons):
            if number:
                self.quarantine((column.reason == number) & ~column.blank, name, why)


TROUBLES = ("", *FIELD_NAMES)
_FIELD_NUMBERS = {name: i for i, name in enumerate(TROUBLES)}


def take_in(sheet: Sheet, layout: Layout, rules: Rules, options: Options) -> Rows:
    """换算各列并定每一行的去处（一单几行的合成在 merging）。"""
    columns, count = sheet.columns, len(sheet.numbers)
    order, customer = identifiers(columns["order"]), identifiers(columns["customer"])
    fate = np.zeros(count, np.int16)
    _structure(fate, sheet, layout, rules, order, customer)
    body = fate == USED
    _refuse_damaged(sheet, layout, body, order, customer)
    per_order = layout.how in ("once", "first")
    fill = _Fill(order.codes, body & ~order.column.blank) if per_order else None
    statuses = _status_codes(columns, rules, fill)
    taken = ~np.isin(statuses.fate, [FATES["unpaid"], FATES["closed"], FATES["expense"]])
    problem = np.zeros(count, bool)
    problem[list(sheet.problems)] = True
    paid = moments(
        columns["paid_at"],
        body & taken & ~problem,
        options.date_format,
        options.zone,
        options.written,
        sheet.serials,
    )
    currencies, money = _currency(sheet, layout, options, body & taken & ~problem, fill)
    decimals = MINOR_DIGITS.get(currencies.chosen, 2)
    rows = Rows(
        layout, sheet, order, customer, paid,
        amount=money("amount", decimals, layout.power),
        quantity=quantities(columns["quantity"]) if "quantity" in columns else None,
        refund=money("refund", decimals, 0) if "refund" in columns else None,
        currency=currencies.chosen, decimals=decimals, fate=fate,
        trouble=np.zeros(count, np.int8), reason=np.zeros(count, np.int32),
    )  # fmt: skip
    if fill:
        customer.column, paid.column = fill(customer.column), fill(paid.column)
    _judge(rows, statuses, currencies, rules, options, per_order)
    return rows


# ---- 认行 ----


def _structure(
    fate, sheet: Sheet, layout: Layout, rules: Rules, order: Identifiers, customer: Identifiers
) -> None:
    """表头、合计、表尾。"""
    mark = Cells.of(sheet.columns["order"])
    name = header_key(layout.column("order"))
    headers = np.array([bool(t) and len(t) < 60 and header_key(t) == name for t in _few(mark)], bool)
    if headers.any():
        people = Cells.of(sheet.columns["customer"])
        same = header_key(layout.column("customer"))
        both = np.array([header_key(text) == same for text in people.texts], bool)
        fate[headers[mark.rows] & both[people.rows]] = FATES["repeated_header"]
    totals = _matching(mark, rules)[mark.rows]
    blank = order.column.blank
    people = Cells.of(sheet.columns["customer"]) if blank.any() else None
    if people is not None:
        totals |= blank & _matching(people, rules)[people.rows]
    if sheet.first is not None:
        first = Cells.of(sheet.first)
        totals |= blank & _matching(first, rules)[first.rows]
        few = (sheet.filled <= _FOOTER_CELLS) & customer.column.blank
        tail = np.array(
            [text.casefold().startswith(rules.footers) for text in map(_short, first.texts)], bool
        )
        fate[(fate == USED) & few & tail[first.rows] & ~totals] = FATES["footer"]
    fate[(fate == USED) & totals] = FATES["total"]


def _short(text: str) -> str:
    return halfwidth(text[:60])


def _few(cells: Cells) -> list[str]:
    """编号里像列名的极少：含有数字的不必细看（留空占位）。"""
    return [text if text and not any(c.isdigit() for c in text) else "" for text in cells.texts]


def _matching(cells: Cells, rules: Rules) -> np.ndarray:
    return np.array(
        [
            bool(text)
            and len(text) < 24
            and not text[0].isdigit()
            and bool(rules.totals.fullmatch(word_key(text)))
            for text in cells.texts
        ],
        bool,
    )


def _refuse_damaged(sheet: Sheet, layout: Layout, body, order: Identifiers, customer: Identifiers) -> None:
    """编号看得出被表格软件改坏了：改坏的和没改坏的分不开，整份拒收。"""
    for name, found in (("order", order), ("customer", customer)):
        numbers = [i for i, why in enumerate(found.column.reasons) if why.startswith(DAMAGED)]
        bad = np.flatnonzero(body & np.isin(found.column.reason, numbers) & ~found.column.blank)
        if len(bad):
            row, why = int(bad[0]), found.column.reasons[found.column.reason[bad[0]]]
            text, count = found.column.text(row), len(bad)
        elif found.damaged and body[found.damaged[0]]:
            row, text, why = found.damaged
            count = 0
        else:
            continue
        raise DataError(
            f"{FIELD_NAMES[name]}列已经被表格软件改坏，没有读入任何一行。",
            where=f"第 {sheet.numbers[row]} 行「{layout.column(name)}」列：{quote(text)}"
            + (f"（这样的有 {count} 行）" if count > 1 else ""),
            why=why + "。",
            remedy="回到平台重新导出，不要用表格软件打开另存；一定要打开，先把这一列设成文字。",
        )


class _Fill:
    """整单只写在第一行的格：空着的行取同一单里头一个不空的。"""

    def __init__(self, codes: np.ndarray, usable: np.ndarray) -> None:
        self.codes, self.usable = codes, usable
        self.size = int(codes.max(initial=-1)) + 1

    def __call__(self, column: Column) -> Column:
        source = self.first(~column.blank)
        rows = np.arange(len(self.codes))
        found = source[self.codes]
        wanted = column.blank & self.usable & (found >= 0)
        return column.take(np.where(wanted, found, rows)) if wanted.any() else column

    def first(self, filled: np.ndarray) -> np.ndarray:
        """各单头一个填了的行；没有是 −1。"""
        rows = np.flatnonzero(filled & self.usable)[::-1]
        first = np.full(self.size, -1, np.int64)
        first[self.codes[rows]] = rows
        return first


# ---- 状态 ----


@dataclass
class _Statuses:
    """fate: 状态定的去处；unknown: 不认识的说法；refunded: 状态说已全退。"""

    fate: np.ndarray
    unknown: Column | None
    refunded: np.ndarray
    cancelled: np.ndarray
    flag: Column | None


def _status_codes(columns: Mapping[str, object], rules: Rules, fill: _Fill | None) -> _Statuses:
    count = len(columns["order"])  # type: ignore[arg-type]
    found = _Statuses(np.zeros(count, np.int16), None, np.zeros(count, bool), np.zeros(count, bool), None)
    if "status" in columns:
        column = Cells.of(columns["status"]).column(lambda text: _status(text, rules))
        found.unknown = column = fill(column) if fill else column
        found.fate = np.where(column.blank | (column.reason > 0), 0, column.values).astype(np.int16)
        found.refunded |= found.fate == FATES["full_refund"]
    if "aftersale" in columns:
        column = Cells.of(columns["aftersale"]).column(lambda text: (_aftersale(text, rules), ""))
        found.refunded |= column.values == 1
    if "direction" in columns:
        column = Cells.of(columns["direction"]).column(lambda text: _status(text, rules))
        spent = (column.values == FATES["expense"]) | column.blank
        found.fate = np.where(spent, FATES["expense"], found.fate).astype(np.int16)
    if "cancelled" in columns:
        column = Cells.of(columns["cancelled"]).column(lambda text: _flag(text, rules))
        found.flag, found.cancelled = column, column.values == 1
    found.fate[found.refunded] = 0  # 退了多少看退款列，由后面定
    return found


_STATUS_FATES = {"paid": USED, "unpaid": FATES["unpaid"], "closed": FATES["closed"]}
_STATUS_FATES |= {"refunded": FATES["full_refund"], "expense": FATES["expense"]}


def _status(text: str, rules: Rules) -> tuple[int, str]:
    status = rules.statuses.get(word_key(text))
    return (0, "不认识的状态，不知道算不算购买") if status is None else (_STATUS_FATES[status], "")


def _aftersale(text: str, rules: Rules) -> int:
    """售后列：只认“退完了”的说法，别的（没有申请、处理中）照常。"""
    return int(rules.statuses.get(word_key(text)) == "refunded")


def _flag(text: str, rules: Rules) -> tuple[int, str]:
    found = rules.flags.get(halfwidth(text).casefold())
    return (0, "只能是 是/否、true/false、1/0 或空") if found is None else (int(found), "")


# ---- 币种 ----


@dataclass
class _Currencies:
    """各行的币种（column.values 指进 codes，0 没有写）；several: 表里不止一种；commas: 小数点是逗号的列。"""

    column: Column
    codes: list[str]
    chosen: str
    several: bool
    commas: tuple[str, ...]

    @property
    def silent(self) -> bool:
        return len(self.codes) == 1


def _currency(sheet: Sheet, layout: Layout, options: Options, among: np.ndarray, fill: _Fill | None):
    """（各行的币种，换算一列金额的函数）；几种货币而没有选 → DataError。"""
    texts = {
        name: money_cells(sheet.columns[name])
        for name in ("amount", "refund")
        if name in sheet.columns and not is_number(sheet.columns[name])
    }
    codes = [""]
    column = _currency_column(sheet, texts.get("amount"), layout.currency, codes)
    column = fill(column) if fill else column
    seen = np.bincount(column.values[among & (column.reason == 0)], minlength=len(codes))
    found = {code: int(count) for code, count in zip(codes, seen, strict=True) if code and count}
    if len(found) > 1 and options.currency is None:
        raise _several(layout, found)
    chosen = options.currency or next(iter(found), "") or layout.profile.currency or "CNY"
    commas = tuple(layout.column(name) for name, cells in texts.items() if cells[2])

    def money(name: str, decimals: int, power: int) -> Column:
        if name in texts:
            return money_column(*texts[name][:2], decimals, power, sheet.rounded)
        return typed_money(sheet.columns[name], decimals, power)

    return _Currencies(column, codes, chosen, len(found) > 1, commas), money


def _several(layout: Layout, found: Mapping[str, int]) -> DataError:
    listed = "、".join(f"{code} {count} 行" for code, count in sorted(found.items()))
    return DataError(
        "表里有几种货币，金额不能相加，没有读入任何一行。",
        where=f"「{layout.column('currency' if 'currency' in layout.places else 'amount')}」列",
        why=f"有 {listed}。",
        remedy=f"用 --currency {max(found, key=lambda code: found[code])} 选定一种，别的放在一边；或分开导出。",
    )


def _currency_column(sheet: Sheet, amount: tuple | None, in_header: str, codes: list[str]) -> Column:
    """币种列；没有这一列就看金额格里的符号，再看金额的列名。codes 边读边添。"""

    def code(currency: str) -> int:
        if currency not in codes:
            codes.append(currency)
        return codes.index(currency)

    def read(text: str) -> tuple[int, str]:
        word = halfwidth(text)
        found = CURRENCY_WORDS.get(word.casefold()) or (
            word.upper() if word.isascii() and word.isalpha() else ""
        )
        return (code(found), "") if len(found) == 3 else (0, "不认识的币种")

    if "currency" in sheet.columns:
        return Cells.of(sheet.columns["currency"]).column(read)
    values = np.zeros(len(sheet.numbers), np.int64)
    if amount is not None:
        cells, parsed, _ = amount
        written = [parsed[text].currency if text in parsed else "" for text in cells.texts]
        values = np.array([code(currency) for currency in written] or [0], np.int64)[cells.rows]
    if in_header:
        values = np.where(values == 0, code(in_header), values)
    return Column(values, values == 0, np.zeros(len(values), np.int32), ("",), lambda row: "")


# ---- 逐条定去处 ----


def _judge(
    rows: Rows, statuses: _Statuses, money: _Currencies, rules: Rules, options: Options, per_order: bool
) -> None:
    sheet, layout = rows.sheet, rows.layout
    for why in dict.fromkeys(sheet.problems.values()):
        same = np.zeros(len(rows.fate), bool)
        same[[row for row, reason in sheet.problems.items() if reason == why]] = True
        rows.quarantine(same, "", why)
    rows.set_aside(_duplicates(rows), "duplicate")
    if statuses.unknown is not None:
        rows.quarantine_column(statuses.unknown, "status", need=False)
    if statuses.flag is not None:
        rows.quarantine_column(statuses.flag, "cancelled", need=False)
    for rule in ("expense", "closed", "unpaid"):
        rows.set_aside(statuses.fate == FATES[rule], rule)
    positive = (rows.amount.values > 0) & (rows.amount.reason == 0)
    rows.set_aside(statuses.cancelled & positive, "closed")
    if layout.profile.blank_is_unpaid:
        rows.set_aside(rows.paid.column.blank & ~rows.order.column.blank, "unpaid")
    _judge_currency(rows, money)
    rows.quarantine_column(rows.order.column, "order", need=True)
    rows.quarantine_column(rows.customer.column, "customer", need=True)
    rows.set_aside(_masked(rows.customer), "masked")
    _judge_numbers(rows, per_order)
    _judge_days(rows, options)
    if rows.refund is not None:
        whole = statuses.refunded & (rows.refund.blank | (rows.refund.values == 0))
    else:
        whole = statuses.refunded
    rows.set_aside(whole & (rows.amount.values >= 0), "full_refund")


def _judge_currency(rows: Rows, money: _Currencies) -> None:
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
        fill = _Fill(rows.order.codes, rows.fate == USED)
        blank = fill.first(~rows.amount.blank)[rows.order.codes] < 0
    rows.quarantine_column(rows.amount, "amount", need=True, among=blank)
    if rows.quantity is not None:
        rows.quarantine_column(rows.quantity, "quantity", need=rows.layout.how == "price")
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


def _masked(customer: Identifiers) -> np.ndarray:
    """带星号的名字是打了码的。"""
    stars = pc.match_substring_regex(customer.names, r"[*＊]").to_numpy(zero_copy_only=False)
    if not len(stars):
        return np.zeros(len(customer.codes), bool)
    return stars[customer.column.values]


def _duplicates(rows: Rows) -> np.ndarray:
    """与前面某一行整行相同的行；whole 是整行的指纹。"""
    whole, live = rows.sheet.whole, np.flatnonzero(rows.fate == USED)
    found = np.zeros(len(rows.fate), bool)
    if whole is None or len(live) < 2:
        return found
    pairs = np.stack([rows.order.codes[live], whole[live]], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    found[live] = True
    found[live[first]] = False
    return found
