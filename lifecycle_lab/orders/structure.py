"""认行：哪些是重复的表头、合计、表尾；编号整列被改坏的，整份拒收。"""

from __future__ import annotations

from functools import partial

import numpy as np

from lifecycle_lab.orders.headers import Layout
from lifecycle_lab.orders.identifiers import DAMAGED, Identifiers
from lifecycle_lab.orders.profiles import FIELD_NAMES, Rules, word_key
from lifecycle_lab.orders.rows import FATES, USED, Sheet
from lifecycle_lab.reading import halfwidth
from lifecycle_lab.schema import DataError, quote

_FOOTER_CELLS = 3


def mark_structure(
    fate: np.ndarray, sheet: Sheet, layout: Layout, rules: Rules, order: Identifiers, customer: Identifiers
) -> None:
    """表头、合计、表尾。"""
    headers = order.spread(order.equal(layout.header[layout.places["order"]]))
    headers &= customer.spread(customer.equal(layout.header[layout.places["customer"]]))
    fate[headers] = FATES["repeated_header"]
    blank = order.column.blank
    totals = order.spread(order.matching(rules.total_words, partial(_is_total, rules)))
    if blank.any():
        totals |= blank & customer.spread(customer.matching(rules.total_words, partial(_is_total, rules)))
        if sheet.first is not None:
            some = np.flatnonzero(blank)
            totals[some] |= np.array([_is_total(rules, sheet.first[row]) for row in some.tolist()], bool)
    if sheet.first is not None:
        few = np.flatnonzero((sheet.filled <= _FOOTER_CELLS) & customer.column.blank & ~totals & ~headers)
        tails = [row for row in few.tolist() if _is_footer(rules, sheet.first[row])]
        fate[tails] = FATES["footer"]
    fate[(fate == USED) & totals] = FATES["total"]


def _is_footer(rules: Rules, text: str) -> bool:
    short = halfwidth(text[:60])
    end_mark = not short.strip("\x1a")  # 老软件写在文件尾上的 Ctrl-Z
    return end_mark or short.casefold().startswith(rules.footers)


def _is_total(rules: Rules, text: str) -> bool:
    return bool(text) and len(text) < 24 and bool(rules.totals.fullmatch(word_key(text)))


def refuse_damaged(sheet: Sheet, layout: Layout, body, order: Identifiers, customer: Identifiers) -> None:
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
