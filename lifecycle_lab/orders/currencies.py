"""币种：写在哪里、选哪一种；选定了才知道金额有几位小数。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lifecycle_lab.orders.amounts import is_number, money_cells, money_column, typed_money
from lifecycle_lab.orders.columns import Cells, Column
from lifecycle_lab.orders.headers import Layout
from lifecycle_lab.orders.rows import Fill, Options, Sheet
from lifecycle_lab.reading import halfwidth
from lifecycle_lab.reading.amounts import CURRENCY_WORDS
from lifecycle_lab.schema import DataError


@dataclass
class Currencies:
    """各行的币种（column.values 指进 codes，0 没有写）；several: 表里不止一种；commas: 小数点是逗号的列。"""

    column: Column
    codes: list[str]
    chosen: str
    several: bool
    commas: tuple[str, ...]

    @property
    def silent(self) -> bool:
        return len(self.codes) == 1


def read_currencies(sheet: Sheet, layout: Layout, options: Options, among: np.ndarray, fill: Fill | None):
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
    default = layout.profile.currency or "CNY"
    if "currency" not in sheet.columns and found and set(found) != {default} and "amount" in texts:
        cells = texts["amount"][0]
        written = np.array([bool(text) for text in cells.texts] or [False], bool)[cells.rows]
        if bare := int((among & column.blank & written).sum()):
            found[f"没有写（当作 {default}）"] = bare
    if len(found) > 1 and options.currency is None:
        raise _several(layout, found)
    chosen = options.currency or next(iter(found), "") or default
    commas = tuple(layout.column(name) for name, cells in texts.items() if cells[2])

    def money(name: str, decimals: int, power: int) -> Column:
        if name in texts:
            return money_column(*texts[name], decimals, power, sheet.rounded)
        return typed_money(sheet.columns[name], decimals, power)

    return Currencies(column, codes, chosen, len(found) > 1, commas), money


def _several(layout: Layout, found: Mapping[str, int]) -> DataError:
    listed = "、".join(f"{code} {count} 行" for code, count in sorted(found.items()))
    return DataError(
        "表里有几种货币，金额不能相加，没有读入任何一行。",
        where=f"「{layout.column('currency' if 'currency' in layout.places else 'amount')}」列",
        why=f"有 {listed}。",
        remedy=f"用 --currency {max(found, key=lambda code: (len(code) == 3, found[code]))} 选定一种，别的放在一边；或分开导出。",
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
