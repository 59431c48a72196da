"""XLSX 的骨架：有哪些工作表、公用的文字、哪些格式是日期；该读哪一张由读的人说，不猜。"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from lifecycle_lab.reading.archives import Parts, check_archive
from lifecycle_lab.reading.cells import DAY_ONE, DAY_ONE_1904, unescaped
from lifecycle_lab.reading.limits import ChoiceNeeded, Limits, too_many_cells
from lifecycle_lab.reading.sheets import SheetParser, SheetRows
from lifecycle_lab.reading.text_tables import PREVIEW_ROWS, LooksLike
from lifecycle_lab.schema import DataError, LabError, quote

SHOWN = 10
_STRING_MARKS = (b"<si>", b"<si ", b"<si/", b":si>", b":si ", b":si/")
# 内置的日期、时刻格式；27 到 36、50 到 58 是中文版 Excel 的
_DATE_FORMATS = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)}
_TIME_FORMATS = {*range(18, 22), *range(32, 36), 45, 46, 47}
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    title: str
    part: str
    visible: bool


class Workbook:
    """一份验过的工作簿。"""

    def __init__(self, name: str, data: bytes, limits: Limits) -> None:
        self.name, self.limits = name, limits
        check_archive(name, data, limits.workbook_bytes)
        self._guarded(lambda: self._open(data))

    def read(self, sheet: Sheet, most: int | None = None) -> SheetRows:
        """一张表的各行；most: 只要开头几行。"""
        parser = SheetParser(self.name, self._strings, self._styles, self._day_one, self.limits, most)
        return self._guarded(lambda: parser.read(self._parts, sheet.part))

    def _guarded(self, action: Callable):
        try:
            return action()
        except LabError:
            raise
        except Exception as error:  # 坏的压缩包与坏的 XML 抛的错五花八门，没有共同的根
            raise DataError(
                f"{quote(self.name, 80)} 是损坏的或读不懂的工作簿。",
                why=f"打开时出错：{type(error).__name__}。",
                remedy="在表格软件里打开原件，另存为新的 XLSX 或 CSV。",
            ) from None

    def _open(self, data: bytes) -> None:
        self._parts = Parts(self.name, data)
        self._parts.parse("[Content_Types].xml", _nothing)
        main = self._related("_rels/.rels", "").get("officeDocument", {"": "xl/workbook.xml"})
        main = next(iter(main.values()))
        related = self._related(
            join(dirname(main), "_rels", main.rpartition("/")[2] + ".rels"), dirname(main)
        )
        self.sheets = self._sheets(main, related.get("worksheet", {}))
        self._strings = self._shared_strings(related.get("sharedStrings", {}).values())
        self._styles = self._date_styles(related.get("styles", {}).values())

    def _related(self, part: str, folder: str) -> dict[str, dict[str, str]]:
        """{关系的种类: {编号: 部件}}；指到文件外面的不算。"""
        found: dict[str, dict[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag.rpartition(":")[2] == "Relationship" and attributes.get("TargetMode") != "External":
                target = normpath(join("/", folder, attributes["Target"].replace("\\", "/"))).lstrip("/")
                found.setdefault(attributes["Type"].rpartition("/")[2], {})[attributes["Id"]] = target

        if part in self._parts:
            self._parts.parse(part, start)
        return found

    def _sheets(self, main: str, parts: dict[str, str]) -> tuple[Sheet, ...]:
        found: list[Sheet] = []
        self._day_one = DAY_ONE

        def start(tag: str, attributes: dict[str, str]) -> None:
            tag = tag.rpartition(":")[2]
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._day_one = DAY_ONE_1904
            part = parts.get(next((v for k, v in attributes.items() if k.endswith(":id")), ""))
            if tag == "sheet" and part:  # 图表页没有格子，不算
                visible = attributes.get("state", "visible") == "visible"
                found.append(Sheet(attributes["name"], part, visible))

        self._parts.parse(main, start)
        return tuple(found)

    def _shared_strings(self, parts: Sequence[str]) -> list[str]:
        strings: list[str] = []
        pieces: list[str] = []
        inside = {"t": False, "rPh": False}  # rPh 是注音，不是正文

        def start(tag: str, _) -> None:
            tag = tag.rpartition(":")[2]
            if tag in inside:
                inside[tag] = True
            elif tag == "si":
                pieces.clear()

        def end(tag: str) -> None:
            tag = tag.rpartition(":")[2]
            if tag in inside:
                inside[tag] = False
            elif tag == "si":
                strings.append(unescaped("".join(pieces)))

        def text(piece: str) -> None:
            if inside["t"] and not inside["rPh"]:
                pieces.append(piece)

        for part in parts:
            count = self._parts.count(part, _STRING_MARKS)
            if count > self.limits.workbook_cells:
                raise too_many_cells(self.name, self.limits.workbook_cells)
            self._parts.parse(part, start, end, text, cells=count)
        return strings

    def _date_styles(self, parts: Sequence[str]) -> list[str]:
        """每个格式号是日期（date）、时刻（time）还是别的（空）。"""
        codes: dict[int, str] = {}
        formats: list[int] = []
        inside = [False]

        def start(tag: str, attributes: dict[str, str]) -> None:
            tag = tag.rpartition(":")[2]
            if tag == "numFmt":
                codes[int(attributes["numFmtId"])] = attributes["formatCode"]
            elif tag == "cellXfs":
                inside[0] = True
            elif tag == "xf" and inside[0]:
                formats.append(int(attributes.get("numFmtId", 0)))

        def end(tag: str) -> None:
            if tag.rpartition(":")[2] == "cellXfs":
                inside[0] = False

        for part in parts:
            self._parts.parse(part, start, end)
        return [date_kind(number, codes.get(number)) for number in formats]


def _nothing(*_) -> None:
    pass


def date_kind(number: int, code: str | None) -> str:
    """一个数字格式显示的是日期、时刻，还是普通的数。"""
    if code is None:
        return "date" if number in _DATE_FORMATS else "time" if number in _TIME_FORMATS else ""
    letters = set(_NOT_CODE.sub("", code.split(";")[0]).lower())
    if letters & set("yd年月日"):
        return "date"
    return "time" if letters & set("hs") else "date" if "m" in letters else ""


def choose_sheet(book: Workbook, wanted: str = "", looks_like: LooksLike | None = None) -> Sheet:
    """写明的那一张；不然看得见而不空的只有一张，或只有一张像要的；再不然就问。"""
    if wanted:
        return _named_sheet(book, wanted)
    heads = {sheet: [cells for _, cells in book.read(sheet, PREVIEW_ROWS).rows] for sheet in book.sheets}
    filled = [sheet for sheet in book.sheets if heads[sheet]]
    visible = [sheet for sheet in filled if sheet.visible]
    liked = [sheet for sheet in filled if looks_like and looks_like(heads[sheet])]
    seen = [sheet for sheet in liked if sheet.visible]
    if len(seen) == 1:
        return seen[0]
    if not seen and liked:
        raise _ask(book, filled, f"像要读的工作表 {quote(liked[0].title)} 是隐藏的，看得见的都不像。")
    if len(visible) == 1:
        return visible[0]
    if not filled:
        raise DataError(f"{quote(book.name, 80)} 里没有数据行。", remedy="第一行是列名，下面至少要有一行。")
    raise _ask(book, seen or visible or filled, "不知道该读哪一张。")


def only_visible_sheet(book: Workbook) -> Sheet:
    """恰好一张看得见的；多了少了都不猜（问卷与随书的表）。"""
    visible = [sheet for sheet in book.sheets if sheet.visible]
    if len(visible) != 1:
        raise DataError(
            f"{quote(book.name, 80)} 里有 {len(visible)} 张看得见的工作表。",
            where="、".join(quote(sheet.title) for sheet in visible[:SHOWN]),
            why="不知道该读哪一张。",
            remedy="只留要读的那一张，另存一份。",
        )
    return visible[0]


def _named_sheet(book: Workbook, wanted: str) -> Sheet:
    for sheet in book.sheets:
        if sheet.title.strip() == wanted.strip():
            return sheet
    raise _ask(book, book.sheets, f"没有叫 {quote(wanted)} 的工作表。")


def _ask(book: Workbook, sheets: Sequence[Sheet], why: str) -> ChoiceNeeded:
    shown = "、".join(quote(s.title) + ("" if s.visible else "（隐藏）") for s in sheets[:SHOWN])
    return ChoiceNeeded(
        f"{quote(book.name, 80)} 里有 {len(sheets)} 张可读的工作表，要说读哪一张。",
        where=shown,
        why=why,
        remedy="写明工作表的名字（sheet=，命令行用 --sheet）；或只留那一张，另存一份。",
        option="sheet",
        choices=[sheet.title for sheet in sheets],
    )
