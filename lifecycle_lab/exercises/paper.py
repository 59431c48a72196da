"""纸上的题本与答案：`variant` 命令用。答案现算现印，不存。"""

from __future__ import annotations

from lifecycle_lab.content.vocabulary import TEXT
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import finite_text
from lifecycle_lab.exercises.forms import form
from lifecycle_lab.exercises.keys import centres, key
from lifecycle_lab.exercises.modes import as_typed
from lifecycle_lab.exercises.showing import laid_out
from lifecycle_lab.export import Table
from lifecycle_lab.schema import INDICATOR_KEYS
from lifecycle_lab.tables import Filling

_TABLES = ("table_4_2", "table_4_3", "table_4_4", "table_4_5")


def paper(assignment: Assignment, with_key: bool) -> list[Table]:
    """表4-2(题);with_key 时是表4-2 … 表4-5 与别的练习的答案（文字题没有标准答案）。"""
    if not with_key:
        return [_table(_TABLES[0], assignment, with_key)]
    others = (name for name, one in assignment.course.exercises.items() if one.answer != TEXT)
    return [_table(name, assignment, with_key) for name in dict.fromkeys((*_TABLES, *others))]


def _table(name: str, assignment: Assignment, with_key: bool) -> Table:
    sheet = form(name, assignment)
    right = key(sheet, assignment) if with_key else {}
    shown = {cell: as_typed(sheet.kinds[cell[1]], value) for cell, value in right.items()}
    asked = tuple(cell for cell in sheet.cells if right.get((cell[0], "customer_count"), 1))
    return laid_out(sheet, assignment, Filling(shown), asked)


def key_document(assignment: Assignment) -> dict[str, object]:
    """`variant --key --json` 里的 key(约定，format 1)：均值（或中位数）是主单位的精确十进制文字。"""
    arrows = key(form("table_4_3", assignment), assignment)
    levels = key(form("table_4_4", assignment), assignment)
    rows = assignment.customer_ids
    return {
        "table_4_2": {
            assignment.rule.centre: {n: finite_text(value) for n, value in centres(assignment).items()}
        },
        "table_4_3": [{"customer_id": row, **{n: arrows[row, n] for n in INDICATOR_KEYS}} for row in rows],
        "table_4_4": [
            {"customer_id": row, "pattern": levels[row, "pattern"], "segment": levels[row, "segment"]}
            for row in rows
        ],
    }
