"""第一节，行的去向：用上、按规则放在一边、读不通，行数与金额各自加得起来。"""

from __future__ import annotations

from lifecycle_lab import segmentation
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.shop.views.shared import hidden_note
from lifecycle_lab.report.typed import HIDDEN, Column, TypedTable


def accounting(facts: Facts) -> TypedTable:
    """读进来的每一行：用上、按哪条规则放在一边、读不通；行数与金额各自加得起来。"""
    say, book = facts.text.say, facts.accounting
    lines = [line for line in book.lines if line.rows or line in (book.used, book.quarantined)]
    hidden = segmentation.hide_in_list([line.rows for line in lines], facts.least)
    rows = [
        (line.label, HIDDEN, HIDDEN) if hide else (line.label, line.rows, line.money)
        for line, hide in zip(lines, hidden, strict=True)
    ]
    total = (say("rows.total"), book.rows_in, book.money_in)
    columns = (Column("去向"), Column("行数", "whole"), Column(f"金额（{facts.shop.unit}）", "money"))
    note = (
        say("rows.note")
        + (say("rows.problems_note") if problems(facts) else "")
        + hidden_note(facts, any(hidden))
    )
    return TypedTable("行的去向", columns, (*rows, total), note)


def problems(facts: Facts) -> TypedTable | None:
    """读不通的各行：行号、列、原因；没有，或给外人看 → None。"""
    found = facts.accounting.problems
    if not found or facts.asked.shared:
        return None
    columns = (Column("行", "whole"), Column("列"), Column("原因"))
    return TypedTable(facts.text.say("rows.problems"), columns, found)
