"""XLSX 的一张工作表：一遍解析成文字格。数照写下的原文读，不经浮点；看不准的都说出在哪一格。"""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lifecycle_lab.reading.archives import Parts
from lifecycle_lab.reading.cells import column_index, column_letters, date_text, number_text, unescaped
from lifecycle_lab.reading.limits import LONGEST_CELL, Limits, check_size, too_long_cell, too_many_cells
from lifecycle_lab.schema import DataError, quote

MOST_MERGED, MOST_CELLS_OF_A_ROW = 100_000, 16_384
_CELL_MARKS = (b"<c ", b"<c>", b":c ", b":c>")
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass
class SheetRows:
    """非空的行，与读的时候看见的事；merged: (首行, 末行, 首列, 末列)，只记竖着跨行的。"""

    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


class MergedCells:
    """竖着合并的格：除了最上面一格都没有内容，看不出该填什么。"""

    def __init__(self, merged: Iterable[tuple[int, int, int, int]]) -> None:
        self._columns: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for first, last, left, right in merged:
            for column in range(left, right + 1):
                self._columns[column].append((first, last))
        for spans in self._columns.values():
            spans.sort()

    def columns(self, row: int) -> list[int]:
        """这一行有哪些列（从 0 数起）被上面的格盖住。"""
        return [column for column, spans in self._columns.items() if _inside(spans, row)]


def _inside(spans: Sequence[tuple[int, int]], row: int) -> bool:
    i = bisect_right(spans, (row, 0)) - 1  # 首行在它之前的最后一段
    return i >= 0 and spans[i][0] < row <= spans[i][1]


class _Enough(Exception):
    """只要开头几行，已经够了。"""


class _LocalNames(dict):
    """标记 → 去掉前缀的本名；见过一次就记住。"""

    def __missing__(self, tag: str) -> str:
        self[tag] = tag.rpartition(":")[2]
        return self[tag]


class _Columns(dict):
    """列的字母 → 从 0 数起的列；不是字母的（A1 行号 1 里的 A11）→ ValueError。"""

    def __missing__(self, letters: str) -> int:
        self[letters] = column_index(letters)
        return self[letters]


class SheetParser:
    """一遍走完一张表的标记；一行收尾了就换成文字。"""

    def __init__(
        self,
        name: str,
        strings: Sequence[str],
        styles: Sequence[str],
        day_one: datetime,
        limits: Limits,
        most: int | None = None,
    ) -> None:
        self.name, self.strings, self.styles, self.day_one = name, strings, styles, day_one
        self.limits, self.most, self.found = limits, most, SheetRows()
        self._hidden: list[tuple[int, int]] = []
        self._number = self._count = self._column = self._merged = 0
        self._digits = ""  # 行号的写法，这一行每格的名字以它结尾
        self._columns = _Columns()
        self._cells: list[str] = []

    def read(self, parts: Parts, part: str) -> SheetRows:
        cells = parts.count(part, _CELL_MARKS)
        if not self.most and cells > self.limits.workbook_cells:
            raise self._too_many_cells()  # 逐格解析很慢，所以先数
        with contextlib.suppress(_Enough):
            parts.parse(part, *self._handlers(), cells=cells)
        self.found.hidden_columns = self._hidden_columns()
        return self.found

    def _handlers(self):
        """给 expat 的三个函数。每格要走七八次，所以是闭包，不是方法。"""
        local, pieces = _LocalNames(), []
        row, cell, count = None, {}, 0
        taking = formula = stored = phonetic = False

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal row, cell, count, taking, formula, stored, phonetic
            tag = local[tag]
            if tag == "c":
                cell, formula, stored = attributes, False, False
                pieces.clear()
            elif tag == "v" or tag == "t":
                taking = stored = not phonetic
            elif tag == "f":
                formula = True
            elif tag == "row":
                if row is not None:
                    raise ValueError("行里套着行")
                row, count = attributes, 0
                self._begin_row(attributes.get("r"))
            elif tag == "rPh":
                phonetic = True
            elif tag == "mergeCell":
                self._merge(attributes.get("ref", ""))
            elif tag == "col" and attributes.get("hidden") in ("1", "true"):
                self._hidden.append((int(attributes["min"]), int(attributes["max"])))

        def end(tag: str) -> None:
            nonlocal row, count, taking, phonetic
            tag = local[tag]
            if tag == "c":
                count += 1
                if count > MOST_CELLS_OF_A_ROW:
                    raise ValueError("一行的格太多")
                self._cell(cell, "".join(pieces), formula, stored)
            elif tag == "v" or tag == "t":
                taking = False
            elif tag == "row":
                self._end_row(count, row.get("hidden") in ("1", "true"))
                row = None
            elif tag == "rPh":
                phonetic = False

        def text(piece: str) -> None:
            if taking:
                pieces.append(piece)

        return start, end, text

    def _begin_row(self, written: str | None) -> None:
        number = int(written or self._number + 1)
        if number <= self._number:
            raise ValueError("行号不是从小到大")
        self._number, self._column, self._digits, self._cells = number, -1, str(number), []

    def _end_row(self, count: int, hidden: bool) -> None:
        self._count += count
        if self._count > self.limits.workbook_cells:
            raise self._too_many_cells()
        cells, number = self._cells, self._number
        if any(text.strip() for text in cells):
            check_size(self.name, number, cells, self.limits)
            self.found.rows.append((number, tuple(cells)))
            if hidden:
                self.found.hidden_rows.append(number)
            if self.most and len(self.found.rows) >= self.most:
                raise _Enough

    def _too_many_cells(self) -> DataError:
        return too_many_cells(self.name, self.limits.workbook_cells, self.limits.hint("workbook_cells"))

    def _cell(self, cell: dict[str, str], text: str, formula: bool, stored: bool) -> None:
        """一格换成文字，接在这一行后面；空的不接，后面有字再补。"""
        get, cells = cell.get, self._cells
        self._column = column = self._place(get("r"))
        if not text:
            if formula and not (get("t") == "str" and stored):
                raise self._no_result()
            return
        if not (text := self._value(get("t", "n"), text, get("s"))):
            return
        if column != len(cells):
            if column < len(cells):
                raise ValueError("格不是从左到右")
            if column >= self.limits.columns:
                check_size(self.name, 1, [""] * (column + 1), self.limits)
            cells.extend([""] * (column - len(cells)))
        cells.append(text)

    def _place(self, place: str | None) -> int:
        if not place:
            return self._column + 1
        if not place.endswith(self._digits):
            raise ValueError("格的名字与行号不合")
        return self._columns[place[: -len(self._digits)]]

    def _value(self, kind: str, text: str, style: str | None) -> str:
        if kind == "s":
            text = self.strings[_index(text)]
        elif kind == "inlineStr" or kind == "str":
            text = unescaped(text)
        elif kind == "b":
            return "是" if text.strip() in ("1", "true") else "否"
        elif kind == "n":
            shown = self.styles[int(style)] if style and self.styles else ""
            return date_text(text, shown, self.day_one) if shown else number_text(text)
        elif kind == "d":
            return text.replace("T", " ").removesuffix(" 00:00:00")
        if kind == "e" or (text[0] == "#" and _ERROR.fullmatch(text)):
            raise self._error_cell(text)
        if len(text) > LONGEST_CELL:
            raise too_long_cell(self.name, self._where())
        return text

    def _merge(self, place: str) -> None:
        corners = [_CELL.fullmatch(corner) for corner in place.split(":")]
        if len(corners) != 2 or not all(corners):
            return
        (left, first), (right, last) = (corner.groups() for corner in corners)
        if int(last) > int(first):
            columns = min(column_index(right) + 1, self.limits.columns)
            self.found.merged.append((int(first), int(last), column_index(left), columns - 1))
            self._merged += columns - column_index(left)
        if self._merged > MOST_MERGED:
            raise DataError(
                f"{quote(self.name, 80)} 里合并的单元格超过 {MOST_MERGED:,} 列次。",
                remedy="在表格软件里取消合并，把每一格都填上，再保存。",
            )

    def _hidden_columns(self) -> list[str]:
        """藏着而有内容的列。"""
        width = max((len(cells) for _, cells in self.found.rows), default=0)
        spans = [range(first, min(last, width) + 1) for first, last in self._hidden[: self.limits.columns]]
        return [column_letters(number - 1) for span in spans for number in span]

    def _where(self) -> str:
        return f"第 {self._number} 行 {column_letters(self._column)} 列"

    def _cell_name(self) -> str:
        return f"{column_letters(self._column)}{self._number}"

    def _no_result(self) -> DataError:
        return DataError(
            f"{quote(self.name, 80)} 里 {self._cell_name()} 格的公式没有存下结果。",
            where=self._where(),
            why="文件里只有公式，没有算出来的值。",
            remedy="用 Excel 或 WPS 打开，等它算完再保存；或把公式粘贴成数值。",
        )

    def _error_cell(self, text: str) -> DataError:
        return DataError(
            f"{quote(self.name, 80)} 里 {self._cell_name()} 格是错误值 {quote(text)}。",
            where=self._where(),
            why="公式算错了，原来的值不在文件里。",
            remedy="在表格软件里改好公式再保存。",
        )


def _index(text: str) -> int:
    if not (text := text.strip()).isascii() or not text.isdigit():
        raise ValueError("公用文字的编号不是数")
    return int(text)
