"""XLSX 的一张工作表：一遍解析成文字格。数照写下的原文读，不经浮点；看不准的都说出在哪一格。"""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Context, Decimal

from lifecycle_lab.reading.archives import Parts
from lifecycle_lab.reading.limits import LONGEST_CELL, Limits, check_size, too_long_cell, too_many_cells
from lifecycle_lab.schema import DataError, quote

DAY_ONE, DAY_ONE_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
LAST_SERIAL = 2_958_466  # 9999-12-31 的下一天
MOST_MERGED = 100_000
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
SHOWN_DIGITS = 15  # 表格软件只有 15 位有效数字；第 16、17 位是二进制的零头
_ROUNDED, _EXACT = Context(prec=SHOWN_DIGITS), Context(prec=400)


@dataclass
class SheetRows:
    """非空的行，与读的时候看见的事；merged: (首行, 末行, 首列, 末列)，只记竖着跨行的。"""

    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def covered(self) -> MergedCells:
        return MergedCells(self.merged)


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


class SheetParser:
    """逐个标记地读；一格的内容到了就换成文字。"""

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
        self._cells: list[str] = []
        self._row_hidden = self._formula = self._taking = False
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._phonetic = self._stored = False
        self._columns: dict[str, int] = {}

    def read(self, parts: Parts, part: str) -> SheetRows:
        with contextlib.suppress(_Enough):
            parts.parse(part, self._start, self._end, self._text)
        self.found.hidden_columns = self._hidden_columns()
        return self.found

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "v" or tag == "t":
            self._taking, self._stored = not self._phonetic, True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self._hidden.append((int(attributes["min"]), int(attributes["max"])))

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._end_cell()
        elif tag == "v" or tag == "t":
            self._taking = False
        elif tag == "row":
            self._end_row()
        elif tag == "rPh":
            self._phonetic = False

    def _text(self, piece: str) -> None:
        if self._taking:
            self._pieces.append(piece)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._number + 1))
        if number <= self._number:
            raise ValueError("行号不是从小到大")
        self._number, self._cells, self._column = number, [], -1
        self._row_hidden = attributes.get("hidden") in ("1", "true")

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > self.limits.workbook_cells:
            raise too_many_cells(self.name, self.limits.workbook_cells, self.limits.hint("workbook_cells"))
        place = attributes.get("r")
        self._column = self._place(place) if place else self._column + 1
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._formula = self._stored = False
        self._pieces.clear()

    def _place(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        if place[len(letters) :] != str(self._number):
            raise ValueError("格的名字与行号不合")
        if letters not in self._columns:
            self._columns[letters] = column_index(letters)
        return self._columns[letters]

    def _end_cell(self) -> None:
        text = "".join(self._pieces) if len(self._pieces) != 1 else self._pieces[0]
        if self._formula and not text and not (self._kind == "str" and self._stored):
            raise self._no_result()
        text = self._value(text) if text else ""
        if not text:
            return
        if self._column < len(self._cells):
            raise ValueError("格不是从左到右")
        if self._column >= self.limits.columns:
            check_size(self.name, 1, [""] * (self._column + 1), self.limits)
        self._cells.extend([""] * (self._column - len(self._cells)))
        self._cells.append(text)

    def _value(self, text: str) -> str:
        kind = self._kind
        if kind == "s":
            text = self.strings[_index(text)]
        elif kind == "inlineStr" or kind == "str":
            text = unescaped(text)
        elif kind == "b":
            return "是" if text.strip() in ("1", "true") else "否"
        elif kind == "n":
            shown = self.styles[int(self._style)] if self._style and self.styles else ""
            return date_text(text, shown, self.day_one) if shown else number_text(text)
        elif kind == "d":
            return text.replace("T", " ").removesuffix(" 00:00:00")
        if kind == "e" or (text[0] == "#" and _ERROR.fullmatch(text)):
            raise self._error_cell(text)
        if len(text) > LONGEST_CELL:
            raise too_long_cell(self.name, self._where())
        return text

    def _end_row(self) -> None:
        if self._cells and any(cell.strip() for cell in self._cells):
            check_size(self.name, self._number, self._cells, self.limits)
            self.found.rows.append((self._number, tuple(self._cells)))
            if self._row_hidden:
                self.found.hidden_rows.append(self._number)
            if self.most and len(self.found.rows) >= self.most:
                raise _Enough
        self._cells = []

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


def column_index(letters: str) -> int:
    """A → 0，Z → 25，AA → 26。"""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError("格的名字不对")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(index: int) -> str:
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def unescaped(text: str) -> str:
    """工作簿里写成 _x000D_ 的字符还它原样。"""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def number_text(raw: str) -> str:
    """写在文件里的数 → 普通十进制写法。小数照表格软件显示的 15 位。

    整数部分超过 15 位的，末尾几位在表格软件里已经没有了：照科学记数写，编号的文法会拒收它。
    """
    if raw.isascii() and raw.isdigit() and len(raw) <= SHOWN_DIGITS:
        return raw
    value = Decimal(raw.strip())
    if not value.is_finite() or abs(value.adjusted()) > 400:
        raise ValueError("不是数")
    if value.adjusted() >= SHOWN_DIGITS:
        return f"{value.normalize(_EXACT):E}"
    if len(value.as_tuple().digits) > SHOWN_DIGITS:
        value = _ROUNDED.plus(value)
    return format(value.normalize(_EXACT), "f") if value else "0"


def date_text(raw: str, shown: str, day_one: datetime) -> str:
    """日期格存的是天数；过了整点的带时刻。不在日历上的照数写。"""
    serial = Decimal(raw.strip())
    if not 0 <= serial < LAST_SERIAL - (1462 if day_one == DAY_ONE_1904 else 0):
        return number_text(raw)
    if day_one == DAY_ONE and serial < 60:
        serial += 1  # 1900 年的系统里有一个不存在的 2 月 29 日
    milliseconds = int((serial * 86_400_000).to_integral_value())
    moment = day_one + timedelta(milliseconds=milliseconds)
    clock = moment.time().isoformat("auto")[:12]
    if shown == "time" and serial < 2:
        return clock
    return moment.date().isoformat() if clock == "00:00:00" else f"{moment.date().isoformat()} {clock}"
