"""一张表 → 换算好的各列，和每一行的去处：用上、按哪条规则放在一边、为什么隔离。

先认行（structure：表头、合计、表尾），再看状态、编号、日期、币种与金额，最后逐条定去处（judging）。
"""

from __future__ import annotations

import numpy as np

from lifecycle_lab.orders.amounts import quantities
from lifecycle_lab.orders.currencies import read_currencies
from lifecycle_lab.orders.headers import Layout
from lifecycle_lab.orders.identifiers import identifiers
from lifecycle_lab.orders.judging import judge
from lifecycle_lab.orders.moments import moments
from lifecycle_lab.orders.profiles import Rules
from lifecycle_lab.orders.rows import FATES, USED, Fill, Options, Rows, Sheet
from lifecycle_lab.orders.statuses import read_statuses
from lifecycle_lab.orders.structure import mark_structure, refuse_damaged
from lifecycle_lab.reading.amounts import MINOR_DIGITS


def take_in(sheet: Sheet, layout: Layout, rules: Rules, options: Options) -> Rows:
    """换算各列并定每一行的去处（一单几行的合成在 merging）。"""
    columns, count = sheet.columns, len(sheet.numbers)
    order, customer = identifiers(columns["order"]), identifiers(columns["customer"])
    fate = np.zeros(count, np.int16)
    mark_structure(fate, sheet, layout, rules, order, customer)
    body = fate == USED
    refuse_damaged(sheet, layout, body, order, customer)
    per_order = layout.how in ("once", "first")
    fill = Fill(order.codes, body & ~order.column.blank) if per_order else None
    statuses = read_statuses(columns, rules, fill)
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
    currencies, money = read_currencies(sheet, layout, options, body & taken & ~problem, fill)
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
    judge(rows, statuses, currencies, rules, options, per_order)
    return rows
