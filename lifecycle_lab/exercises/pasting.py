"""从 Excel、WPS 或别的表格粘贴来的一块 → 这张表里的哪几格、各写什么。

行名认得出（第一列是客户编号、级别）就按行名放，列名也认得出就按列名放，表上已给的行与列跳过；
认不出就从光标所在的格起，照先后放，放不下的说出有多少。块里的空白不擦掉已经填的。
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lifecycle_lab.exercises.forms import Cell
from lifecycle_lab.exercises.sheet import Sheet
from lifecycle_lab.schema import ParameterError, quote

LONGEST = 64_000
Block = list[list[str]]


@dataclass(frozen=True)
class Pasted:
    """changes: 格 → 原文（去了首尾空白）；said: 要告诉学生的话，没有是空文字。"""

    changes: dict[Cell, str]
    said: str = ""


def paste(sheet: Sheet, cells: Sequence[Cell], text: str, at: Cell) -> Pasted:
    """cells: 现在可填的格，按表上的先后；at: 光标所在的格。text 太长或 at 不可填 → ParameterError。"""
    if len(text) > LONGEST or at not in cells:
        raise ParameterError(
            "粘贴的内容没有填进去。",
            where=sheet.exercise.title,
            why=f"内容超过 {LONGEST} 个字，或光标不在要填的格里。",
            remedy="点一下要填的第一格，只粘贴这张表要填的那几行几列。",
        )
    block = parse_block(text)
    if found := _by_names(sheet, cells, block):
        return found
    _require_own_rows(sheet, block)
    return _from(cells, _spread(sheet, _without_heading(sheet, block), at), at)


def parse_block(text: str) -> Block:
    """制表符分列、换行分行，引号里可以换行（表格软件复制多行格就这样写）。

    两头的空行不要；中间的空行留着：那一位客户还空着，后面的不许上移一行。
    """
    lines = csv.reader(io.StringIO(text.strip("\r\n").replace("\0", "")), delimiter="\t")
    rows = [[cell.strip() for cell in line] or [""] for line in lines]
    return rows if any(map(any, rows)) else []


def _by_names(sheet: Sheet, cells: Sequence[Cell], block: Block) -> Pasted | None:
    """有一行的行名认得出就按行名放；第一行是列名就按列名，否则照表上各列的先后。"""
    named = [(sheet.row_named(line[0]), line[1:]) for line in block if len(line) > 1]
    if not any(row for row, _ in named):
        return None
    (first, head), *rest = named
    by_heading = None if first else [sheet.column_named(name) for name in head]
    heading = by_heading if any(by_heading or ()) else None
    places = heading or [*sheet.assignment.course.tables[sheet.exercise.id].columns][1:]
    found = {
        (row, place): text
        for row, texts in (rest if heading else named)
        for place, text in zip(places, texts, strict=False)
        if text and row and place in sheet.form.kinds
    }
    return _kept(found, cells)


def _without_heading(sheet: Sheet, block: Block) -> Block:
    """没有行名、第一行全是列名：那一行不是答案。"""
    is_heading = bool(block) and all(name and sheet.column_named(name) for name in block[0])
    return block[1:] if is_heading else block


def _require_own_rows(sheet: Sheet, block: Block) -> None:
    """第一列像客户编号，却一个也不是这张表的：多半是别人的表，放进来就全错了行。"""
    strange = [line[0] for line in block if len(line) > 1 and re.fullmatch(r"[A-Za-z]+\d+", line[0])]
    if strange:
        raise ParameterError(
            f"粘贴的内容没有填进去：第一列的 {quote(strange[0])} 不是这张表的客户。",
            where=sheet.exercise.title,
            why="多半是别人的表；按位置放进来，箭头就全错了人。",
            remedy="只复制要填的几列，或复制自己的表。",
        )


def _spread(sheet: Sheet, block: Block, at: Cell) -> Block:
    """只有一列、每格三个连写的箭头，而光标在三列箭头的第一列：拆成三格。"""
    first, *_ = sheet.form.kinds
    one_column = all(len(row) == 1 for row in block)
    if sheet.exercise.answer != "marks" or at[1] != first or not one_column:
        return block
    return [[text for _, _, text in sheet.columns_of(row[0])] if len(row[0]) > 1 else row for row in block]


def _from(cells: Sequence[Cell], block: Block, at: Cell) -> Pasted:
    """从光标那一格往右往下。"""
    rows = list(dict.fromkeys(row for row, _ in cells))
    columns = list(dict.fromkeys(column for _, column in cells))
    top, left = rows.index(at[0]), columns.index(at[1])
    found = {
        (
            rows[top + i] if top + i < len(rows) else f"+{i}",
            columns[left + j] if left + j < len(columns) else f"+{j}",
        ): text
        for i, line in enumerate(block)
        for j, text in enumerate(line)
        if text
    }
    return _kept(found, cells)


def _kept(found: dict[Cell, str], cells: Sequence[Cell]) -> Pasted:
    """放得进这张表的留下；放不进的数一数，说出来。"""
    changes = {cell: text for cell, text in found.items() if cell in cells}
    lost = len(found) - len(changes)
    said = f"粘贴了 {len(changes)} 格。" + (
        f"另有 {lost} 格放不进这张表要填的格，没有填：从要填的第一格起粘贴，或连同行名一起复制。"
        if lost
        else ""
    )
    return Pasted(changes, said)
