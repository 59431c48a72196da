"""一次调用读任何一家店的订单：打开、认列名、换算、定去处、合成一单、对账。"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa

from lifecycle_lab.orders import headers, profiles
from lifecycle_lab.orders.columns import Cells, row_numbers
from lifecycle_lab.orders.headers import Layout, Question
from lifecycle_lab.orders.intake import take_in
from lifecycle_lab.orders.judging import masked_names
from lifecycle_lab.orders.merging import Merged, merge, reconcile
from lifecycle_lab.orders.profiles import HOW, RULE_IDS, WRITTEN, Rules
from lifecycle_lab.orders.result import SHOWN_VALUE, Quarantined, Reading, SetAside
from lifecycle_lab.orders.rows import FATES, QUARANTINED, TROUBLES, USED, Options, Rows, Sheet
from lifecycle_lab.reading import LONGEST_NUMBER, ChoiceNeeded, open_source
from lifecycle_lab.reading.moments import FORMATS, zone_named
from lifecycle_lab.schema import DataError, ParameterError, quote

EARLIEST, LATEST, DEFAULT_ZONE = date(2000, 1, 1), date(2199, 12, 31), "Asia/Shanghai"


@dataclass(frozen=True)
class Wanted:
    """读的人说的各项，意思见 orders.read_orders；没有说的是 None。"""

    as_of: date | None
    mapping: Mapping[str, str]
    profile: str | None
    currency: str | None
    date_format: str | None
    sheet: str | None
    table: str | None
    zone: str | None
    latest: date | None
    earliest: date | None


def read(source: object, wanted: Wanted) -> Reading:
    """见 orders.read_orders。"""
    _check(wanted)
    opened = None
    try:
        seen = partial(headers.looks_like, mapping=wanted.mapping, profile=wanted.profile)
        opened = open_source(source, sheet=wanted.sheet or "", table=wanted.table or "", looks_like=seen)
        return _read(opened, wanted)
    except ParameterError:
        raise
    except DataError as error:
        status = "ask" if isinstance(error, Question | ChoiceNeeded) else "refused"
        encoding = opened.encoding if opened else ""
        name = opened.name if opened else _name(source)
        return Reading(status, name, str(error), encoding=encoding, error=error)


def _check(wanted: Wanted) -> None:
    """参数写错了是读的人的事，当场说；文件里的毛病写在结果里。"""
    headers.check_arguments(wanted.mapping, wanted.profile)
    date_format, zone, currency = wanted.date_format, wanted.zone, wanted.currency
    if date_format is not None and date_format not in FORMATS:
        shown = "、".join(f"{name}（{what}）" for name, what in FORMATS.items())
        raise ParameterError(
            f"不认识的日期写法 {quote(date_format)}。", where="date_format", remedy=f"可用的有：{shown}。"
        )
    if zone is not None and zone_named(zone) is None:
        raise ParameterError(
            f"不认识的时区 {quote(zone)}。", where="zone", remedy="写成 Asia/Shanghai 这样的名字。"
        )
    if currency is not None and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise ParameterError(
            f"不认识的币种 {quote(currency)}。", where="currency", remedy="写三个字母，如 CNY、USD。"
        )


def _name(source: object) -> str:
    text = (
        str(source).replace("\\", "/") if isinstance(source, str) or hasattr(source, "__fspath__") else "表"
    )
    return text.rstrip("/").rsplit("/", 1)[-1][:120]


def _read(opened, wanted: Wanted) -> Reading:
    take = _typed_sheet if opened.typed else _text_sheet
    sheet, layout = take(opened, wanted.mapping, wanted.profile)
    own_zone = layout.profile.zone
    written = own_zone == WRITTEN and wanted.zone is None
    zone_name = wanted.zone or (DEFAULT_ZONE if own_zone == WRITTEN else own_zone)
    options = Options(
        as_of=wanted.as_of, currency=wanted.currency.upper() if wanted.currency else None,
        date_format=wanted.date_format, zone=zone_named(zone_name), written=written,
        earliest=wanted.earliest or EARLIEST, latest=wanted.latest or LATEST,
    )  # fmt: skip
    rules = profiles.rules()
    _doubt_encoding(opened, layout, sheet)
    rows = take_in(sheet, layout, rules, options)
    merged = merge(rows)
    money = reconcile(rows, merged)
    notes = (*opened.notes, *_notes(rows, merged, layout, zone_name, written))
    return _result(opened, rows, merged, money, rules, notes)


_MISREAD = re.compile(r"[A-Za-z][\u4e00-\u9fff][A-Za-z]|[\ue000-\uf8ff]")  # 后一段是自造字区


def _doubt_encoding(opened, layout: Layout, sheet: Sheet) -> None:
    """西欧编码的 Müller、繁体的 Big5 按 GB18030 读也不出错，字却是错的：列名里没有汉字作证，就问。"""
    if opened.encoding != "gb18030" or not "".join(layout.header).isascii():
        return
    found = next((text for text in sheet.columns["customer"] if _MISREAD.search(text)), None)
    if found:
        raise Question(
            f"文字编码拿不准：按 GB18030(GBK) 读，{quote(found)} 不像一个名字。",
            where=f"「{layout.column('customer')}」列",
            why="文件不是 UTF-8，列名里又没有汉字可以作证；也可能是西欧的编码（Latin-1）或繁体的 Big5。",
            remedy="另存为“CSV UTF-8”，再试一次。",
        )


# ---- 取要用的列 ----


def _text_sheet(opened, mapping: Mapping[str, str], profile: str | None) -> tuple[Sheet, Layout]:
    """文字表：只留要用的列；整行的指纹用来认重复，别的列（个人信息）随手丢下。"""
    preview = opened.preview(50)
    at, layout = headers.find_layout([(line.number, line.cells) for line in preview], mapping, profile)
    stores: dict[int, list[str]] = {place: [] for place in _wanted(layout)}
    pairs = list(stores.items())
    numbers, first, filled, whole, problems = [], [], [], [], {}
    for number, cells, problem in opened.records(preview[at], needed=stores.keys()):
        if problem:
            problems[len(numbers)] = problem
        numbers.append(number)
        for place, store in pairs:
            store.append(cells[place])
        rest = [cell for cell in cells if cell and not cell.isspace()]
        first.append(rest[0] if rest else "")
        filled.append(len(rest))
        whole.append(hash(tuple(map(str.strip, cells))))
    layout = _settled(layout, stores)
    sheet = Sheet(
        {field: stores[place] for field, place in layout.places.items()}, np.array(numbers, np.int64), first, np.array(filled, np.int64), np.array(whole, np.int64), problems,
        serials=opened.kind == "xlsx", rounded=opened.kind == "xlsx",
    )  # fmt: skip
    return sheet, layout


def _typed_sheet(opened, mapping: Mapping[str, str], profile: str | None) -> tuple[Sheet, Layout]:
    """有类型的表：只取要用的列；有订单号重复时，才再看整行是否相同。"""
    names = list(opened.schema.names)
    _, layout = headers.find_layout([(1, names), (2, ())], mapping, profile)
    wanted = _wanted(layout)
    table = opened.table([names[place] for place in wanted])
    stores = {place: table.column(names[place]) for place in wanted}
    layout = _settled(layout, stores)
    columns = {field: stores[place] for field, place in layout.places.items()}
    if not len(table):
        raise DataError("只有列名，没有数据行。", remedy="换一段时间，或换一张表。")

    def whole(codes: np.ndarray) -> np.ndarray | None:
        return row_numbers(codes, lambda: (opened.table([name]).column(0) for name in names))

    return Sheet(columns, np.arange(2, len(table) + 2), None, None, whole, {}), layout


def _wanted(layout: Layout) -> list[int]:
    """要取的各列：派了用场的，和客户、付款时间次一等的。"""
    return list(
        dict.fromkeys([*layout.places.values(), *(i for some in layout.others.values() for i in some)])
    )


def _settled(layout: Layout, stores: Mapping[int, object]) -> Layout:
    """选中的客户列（付款时间列）整列空着或大半打了码，就换次一等的列，并说出来。"""
    places, notes = dict(layout.places), list(layout.notes)
    for field, others in layout.others.items():
        candidates = (places[field], *others)
        usable = [_usable(stores[place], field) for place in candidates] if others else [1]
        chosen = next(i for i, count in enumerate(usable) if 2 * count >= max(usable))
        if chosen:
            old, new = (layout.header[candidates[i]].strip() for i in (0, chosen))
            notes.append(f"{quote(old)}列空着或打了码，{profiles.FIELD_NAMES[field]}取自{quote(new)}。")
            places[field] = candidates[chosen]
    return replace(layout, places=places, notes=tuple(notes))


def _usable(values: object, field: str) -> int:
    """一列里用得上的格数：不空的；客户列里打了码的不算。"""
    cells = Cells.of(values)
    good = np.array([bool(text) for text in cells.texts] or [False], bool)
    if field == "customer" and cells.texts:
        good &= ~masked_names(pa.array(cells.texts, pa.string()), profiles.rules())
    return int(np.bincount(cells.rows, minlength=len(good))[good].sum())


# ---- 说出来 ----


def _notes(rows: Rows, merged: Merged, layout: Layout, zone: str, written: bool) -> list[str]:
    paid, notes = rows.paid, [f"按“{layout.profile.name}”读。", *layout.notes, *rows.notes]
    if merged.several:
        notes.append(f"{merged.several} 单占了几行（共 {merged.lines} 行），合成一单：{HOW[layout.how]}。")
    if merged.reduced:
        notes.append(f"{merged.reduced} 单里减去了部分退款。")
    if rows.order.unwrapped + rows.customer.unwrapped:
        notes.append(
            f'{rows.order.unwrapped + rows.customer.unwrapped} 个编号去掉了导出时加的外皮（="…"、开头的一撇）。'
        )
    if paid.form not in ("", "ymd", "typed"):
        notes.append(f"日期按“{FORMATS[paid.form]}”读。")
    if paid.mixed:
        notes.append(f"日期列里有 {paid.mixed} 行是别的写法，一列只认一种，没有用。")
    if paid.zoned:
        own = "写着的时差当作店铺自己的" if written else f"换成店铺当地（{zone}）的日子"
        notes.append(f"{paid.zoned} 行的时间写着时区，{own}。")
    return notes


def _result(
    opened, rows: Rows, merged: Merged, money: Mapping[str, int], rules: Rules, notes: tuple[str, ...]
) -> Reading:
    counts = np.bincount(rows.fate.astype(np.int64) + 1, minlength=len(RULE_IDS) + 2)
    aside = tuple(
        SetAside(
            rule,
            rules.names[rule],
            int(counts[FATES[rule] + 1]),
            None if rule == "other_currency" else money[rule],
        )
        for rule in RULE_IDS
        if counts[FATES[rule] + 1]
    )
    quarantined = tuple(_quarantined(rows))
    used = int(counts[USED + 1])
    return Reading(
        status="quarantined" if quarantined else "accepted", name=opened.name, profile=rows.layout.profile.id,
        encoding=opened.encoding, sha256=opened.sha256, currency=rows.currency, decimals=rows.decimals,
        rows_in=len(rows.fate), used=used, set_aside=aside, quarantined=quarantined, notes=notes,
        money_in=int(merged.money.sum()), money_used=money[""], money_quarantined=money["quarantined"],
        timed=rows.paid.timed, table=merged.table, refunds=merged.refunds,
        message=_message(len(rows.fate), used, merged.orders, aside, len(quarantined)),
    )  # fmt: skip


def _message(rows_in: int, used: int, orders: int, aside: tuple[SetAside, ...], bad: int) -> str:
    told = f"读到 {rows_in} 行：用上 {used} 行（{orders} 单），按规则放一边 {sum(one.rows for one in aside)} 行，隔离 {bad} 行。"
    return told if used else told + "没有一行用得上，看看下面为什么。"


def _quarantined(rows: Rows):
    layout = rows.layout
    columns = {
        "order": rows.order.column, "customer": rows.customer.column, "amount": rows.amount,
        "paid_at": rows.paid.column, "quantity": rows.quantity, "refund": rows.refund,
    }  # fmt: skip
    for row in np.flatnonzero(rows.fate == QUARANTINED).tolist():
        field = TROUBLES[rows.trouble[row]]
        value = _value(rows, columns, field, row)
        name = layout.column(field) if field in layout.places else "整行"
        reason = rows.reasons[rows.reason[row]]
        yield Quarantined(int(rows.sheet.numbers[row]), name, value, reason)


def _value(rows: Rows, columns, field: str, row: int) -> str:
    if not field:
        return ""
    column = columns.get(field)
    if column is not None:
        text = column.text(row)
    else:
        found = rows.sheet.columns[field][row]  # 状态、币种、取消：少见，直接取
        text = found if isinstance(found, str) else str(found.as_py() or "")
    return text if len(text) <= max(SHOWN_VALUE, LONGEST_NUMBER) else text[:SHOWN_VALUE] + "…"
