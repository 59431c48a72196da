"""打开任何一种来源：按内容认出它是什么，给出同样的一面——几行预览、逐行的文字、带类型的列。"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lifecycle_lab.reading import databases, frames, kinds, parquet, text_tables, workbooks
from lifecycle_lab.reading.columns import TypedTable
from lifecycle_lab.reading.decoding import missing_file, read_bytes, unreadable_file
from lifecycle_lab.reading.limits import ORDERS, Limits, too_big_file, too_big_unpacked
from lifecycle_lab.reading.sheets import MergedCells, SheetRows
from lifecycle_lab.reading.text_tables import PREVIEW_ROWS, LooksLike
from lifecycle_lab.schema import DataError, LabError, quote


class Line(NamedTuple):
    """一行：行号（表头在第一行时是 1）、各格的原文；problem: 这一行结构上的毛病，没有是空。"""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Source:
    """一个打开了的来源；行可以从头再读，多大的文字文件都不整份装进内存。

    kind: csv、xlsx、parquet、duckdb、sqlite、frame。part: 选中的工作表或数据库的表。
    notes: 读的时候看见、要告诉读者的事。typed_table: 带类型的来源才有。
    hidden_rows: 藏着而有内容的行号。
    """

    name: str
    kind: str
    sha256: str
    rows: Callable[[], Iterator[tuple[int, Sequence[str]]]] = field(repr=False)
    limits: Limits = field(repr=False)
    encoding: str = ""
    delimiter: str = ""
    part: str = ""
    notes: tuple[str, ...] = ()
    typed_table: TypedTable | None = field(default=None, repr=False)
    hidden_rows: tuple[int, ...] = ()
    merged: MergedCells | None = field(default=None, repr=False)

    @property
    def typed(self) -> bool:
        return self.typed_table is not None

    @property
    def schema(self):
        """pyarrow.Schema；文字的来源是 None。"""
        return self.typed_table.schema if self.typed_table else None

    def table(self, columns: Sequence[str] | None = None):
        """带类型的几列 → pyarrow.Table；第 i 行（从 0 数起）是第 i + 2 行。"""
        if self.typed_table is None:
            raise ValueError("这个来源没有类型，用 lines() 读文字")
        return _guarded(self.name, lambda: self.typed_table.table(columns, self.limits))

    def lines(self) -> Iterator[Line]:
        """有内容的各行，原样；全空的行不给，但占行号。"""
        rows = self.rows()
        while (row := _guarded(self.name, lambda: next(rows, None))) is not None:
            number, cells = row
            if any(cells) and any(cell.strip() for cell in cells):
                yield Line(number, tuple(cells))

    def preview(self, most: int = PREVIEW_ROWS) -> tuple[Line, ...]:
        """开头几行，原样，宽窄可以不同：表头上面可以有标题行。"""
        found: list[Line] = []
        lines = self.lines()
        while len(found) < most and (line := next(lines, None)) is not None:
            found.append(line)
        return tuple(found)

    def records(self, header: Line, needed: Collection[int] | None = None) -> Iterator[Line]:
        """表头以下的各行，格数补得同表头一样；多了、少了、被合并盖住的写在 problem 里。

        needed: 要用的列（从 0 数起）；只有它们被合并盖住才算毛病。
        """
        width = len(header.cells)
        named = max((i + 1 for i, cell in enumerate(header.cells) if cell.strip()), default=0)
        sparse = self.kind != "csv"
        for number, cells, _ in self.lines():
            if number <= header.number:
                continue
            if len(cells) == width and self.merged is None:
                yield Line(number, cells)
            else:
                fitted, problem = _fitted(cells, width, width if sparse else named, sparse)
                yield Line(number, fitted, problem or self._merged(number, fitted, needed))

    def _merged(self, number: int, cells: Sequence[str], needed: Collection[int] | None) -> str:
        if self.merged is None:
            return ""
        covered = [c for c in self.merged.columns(number) if c < len(cells) and not cells[c].strip()]
        if needed is not None:
            covered = [column for column in covered if column in needed]
        return "有竖着合并的单元格，看不出这一行该填什么" if covered else ""


def _fitted(cells: tuple[str, ...], width: int, least: int, sparse: bool) -> tuple[tuple[str, ...], str]:
    """格数合到表头：尾上多出的空格去掉，表格软件省去的尾部空格补上；别的是毛病。"""
    had = len(cells)
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > width:
        return cells, f"这一行有 {had} 格，表头只有 {width} 格，多半是某格里的分隔符没有加引号"
    problem = "" if sparse or had >= least else f"这一行只有 {had} 格，表头有 {width} 格"
    return cells + ("",) * (width - len(cells)), problem


def open_source(
    what: object,
    *,
    sheet: str = "",
    table: str = "",
    looks_like: LooksLike | None = None,
    limits: Limits = ORDERS,
) -> Source:
    """路径（文件、Parquet 文件夹、“数据库::表”）或数据框 → Source；按内容认，不看名字。

    几张表而不知道读哪一张 → ChoiceNeeded；读不出、不该读 → DataError。
    """
    if not isinstance(what, str | os.PathLike):
        return _open_frame(what, limits)
    path, table = _split_table(Path(what), table)
    if _is_folder(path):
        return _open_folder(path, limits)
    return _guarded(path.name, lambda: open_file(path, limits, sheet, table, looks_like))


def _open_frame(what: object, limits: Limits) -> Source:
    if not frames.frame_library(what):
        raise DataError(
            f"读不了 {quote(type(what).__name__)}。",
            why="能读的是文件的路径，或 pandas、polars、pyarrow、DuckDB、PySpark 的表。",
            remedy="给出文件的路径，或先换成其中一种表。",
        )
    found = frames.open_frame(what, limits)
    return Source(found.name, "frame", "", found.lines, limits, notes=found.notes, typed_table=found)


def _split_table(path: Path, table: str) -> tuple[Path, str]:
    """“shop.duckdb::orders” → 文件与表；真有这个名字的文件就是文件。"""
    try:
        if "::" not in path.name or path.exists():
            return path, table
    except (OSError, ValueError):
        return path, table
    name, _, chosen = path.name.partition("::")
    return path.with_name(name) if name else path, table or chosen


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        raise unreadable_file(path) from None


def _open_folder(path: Path, limits: Limits) -> Source:
    def opened() -> Source:
        pieces = parquet.folder_pieces(path, limits)
        found = parquet.open_parquet(path.name, pieces, limits)
        notes = (f"文件夹里有 {len(pieces)} 个 Parquet 文件，按名字的次序接起来读。",)
        sha256 = parquet.folder_sha256(pieces)
        return Source(path.name, "parquet", sha256, found.lines, limits, notes=notes, typed_table=found)

    return _guarded(path.name, opened)


def open_file(
    path: Path,
    limits: Limits,
    sheet: str = "",
    table: str = "",
    looks_like: LooksLike | None = None,
    choose: Callable = workbooks.choose_sheet,
) -> Source:
    """一个文件，按开头几个字节分派。"""
    sha256 = _check_file(path, limits)
    kind = kinds.find_kind(_head(path), path.name)
    if kind in ("text", "gzip"):
        return _open_text(path, kind, sha256, limits, looks_like)
    if kind == "zip":
        return _open_workbook(path, sha256, limits, sheet, looks_like, choose)
    if kind == "parquet":
        found = parquet.open_parquet(path.name, [parquet.file_piece(path, path.name)], limits)
        return Source(path.name, kind, sha256, found.lines, limits, typed_table=found)
    found, part = databases.open_database(path.name, path, kind, table, looks_like, limits)
    return Source(
        path.name, kind, sha256, found.lines, limits, part=part, notes=found.notes, typed_table=found
    )


def open_strictly(path: Path, limits: Limits) -> Source:
    """问卷与随书的小表：恰好一张看得见的工作表，别的都不猜。"""

    def choose(book: workbooks.Workbook, *_) -> workbooks.Sheet:
        return workbooks.only_visible_sheet(book)

    return _guarded(path.name, lambda: open_file(path, limits, choose=choose))


def _check_file(path: Path, limits: Limits) -> str:
    """文件在、不太大 → 它的指纹。"""
    try:
        if not path.is_file():
            raise missing_file(path)
        if path.stat().st_size > limits.file_bytes:
            raise too_big_file(path.name, limits.file_bytes, limits.hint("file_bytes"))
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        raise unreadable_file(path) from None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(kinds.HEAD_BYTES)


def _open_text(path: Path, kind: str, sha256: str, limits: Limits, looks_like: LooksLike | None) -> Source:
    chunks, notes = text_tables.file_chunks(path), ()
    if kind == "gzip":
        chunks, notes = (
            text_tables.packed_text(path.name, chunks, limits),
            ("文件是 gzip 压缩的，边解边读。",),
        )
    found = text_tables.TextTable(path.name, chunks, limits, looks_like)
    return Source(path.name, "csv", sha256, found.rows, limits, found.encoding, found.delimiter, notes=notes)


def _open_workbook(
    path: Path, sha256: str, limits: Limits, wanted: str, looks_like: LooksLike | None, choose: Callable
) -> Source:
    if path.stat().st_size > limits.workbook_bytes:
        raise too_big_unpacked(path.name, limits.workbook_bytes, limits.hint("workbook_bytes"))
    book = workbooks.Workbook(path.name, read_bytes(path, limits.workbook_bytes), limits)
    sheet = choose(book, wanted, looks_like)
    found = book.read(sheet)
    return Source(
        path.name,
        "xlsx",
        sha256,
        lambda: iter(found.rows),
        limits,
        part=sheet.title,
        notes=tuple(_workbook_notes(book, sheet, found)),
        hidden_rows=tuple(found.hidden_rows),
        merged=MergedCells(found.merged) if found.merged else None,
    )


def _workbook_notes(book: workbooks.Workbook, sheet: workbooks.Sheet, found: SheetRows) -> Iterator[str]:
    others = [s for s in book.sheets if s is not sheet]
    if others:
        listed = "、".join(quote(s.title) + ("" if s.visible else "（隐藏）") for s in others[:10])
        yield f"读的是工作表 {quote(sheet.title)}；没有读的还有 {len(others)} 张：{listed}。"
    if not sheet.visible:
        yield f"工作表 {quote(sheet.title)} 是隐藏的。"
    if found.hidden_rows:
        first = "、".join(map(str, found.hidden_rows[:5]))
        yield f"有 {len(found.hidden_rows)} 行是隐藏的（筛选掉的也是），照样读了：第 {first} 行{'等' if len(found.hidden_rows) > 5 else ''}。"
    if found.hidden_columns:
        yield f"有 {len(found.hidden_columns)} 列是隐藏的，照样读了：{'、'.join(found.hidden_columns[:10])}。"
    if found.merged:
        yield f"有 {len(found.merged)} 处竖着合并的单元格；合并处只有最上面一格有内容。"


def _guarded(name: str, action: Callable):
    """最后一道：库里漏出来的错、内存不够，都说成读不懂，不露调用栈。"""
    try:
        return action()
    except LabError:
        raise
    except MemoryError:
        raise DataError(
            f"{quote(name, 80)} 太大，内存装不下。", remedy="只留需要的列，或存成 Parquet 再读。"
        ) from None
    except Exception as error:
        raise DataError(
            f"{quote(name, 80)} 读不懂。",
            why=f"读的时候出错：{type(error).__name__}。",
            remedy="重新导出一份；或另存为 CSV 或 XLSX 再试。",
        ) from None
