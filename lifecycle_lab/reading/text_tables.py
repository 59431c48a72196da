"""CSV/TXT 与 gzip：先整份看一遍编码，再一行一行地读；多大的文件都只占一小块内存。"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lifecycle_lab.reading import kinds
from lifecycle_lab.reading.decoding import Chunks, encoding_label, find_encoding, texts, unreadable_file
from lifecycle_lab.reading.limits import (
    LONGEST_CELL,
    LONGEST_LINE,
    MEBIBYTE,
    Limits,
    counted,
    too_big_unpacked,
)
from lifecycle_lab.schema import DataError, quote

DELIMITERS = ",\t;|"
SAMPLE_LINES, SAMPLE_CHARACTERS, PREVIEW_ROWS = 200, 2**18, 50
MAX_RATIO, RATIO_FROM_BYTES = 100, MEBIBYTE
LooksLike = Callable[[Sequence[Sequence[str]]], bool]
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)
_CSV_REASONS = {
    "unexpected end of data": "一个双引号开了头，到文件末尾也没有收尾。",
    "',' expected after '\"'": "双引号收尾之后，逗号之前还有别的字。",
}


class TextTable:
    """一份认出了编码与分隔符的文字表格；rows() 每次从头读起。"""

    def __init__(
        self, name: str, chunks: Chunks, limits: Limits, looks_like: LooksLike | None = None
    ) -> None:
        self.name, self.limits, self._chunks = name, limits, chunks
        self._encoding, self._skipped = find_encoding(chunks, name)
        self.encoding = encoding_label(self._encoding, self._skipped)
        first = next(self._lines(), "")
        declared = _SEPARATOR_LINE.fullmatch(first)
        self._declares = bool(declared)
        self.delimiter = declared[1] if declared else find_delimiter(self._sample(), looks_like)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """（行号，各格）；行号是记录的次序，sep= 那一行不算（同 Excel）。"""
        reader = csv.reader(self._records(), delimiter=self.delimiter, strict=True)
        number = 0
        try:
            for number, cells in counted(self.name, enumerate(reader, start=1), self.limits):
                yield number, cells
        except csv.Error as error:
            raise _broken_quotes(self.name, number + 1, str(error)) from None

    def _records(self) -> Iterator[str]:
        return itertools.islice(self._lines(), int(self._declares), None)

    def _lines(self) -> Iterator[str]:
        return physical_lines(self.name, texts(self._chunks, self._encoding, self._skipped))

    def _sample(self) -> list[str]:
        lines, room = [], SAMPLE_CHARACTERS
        for line in itertools.islice(self._lines(), SAMPLE_LINES):
            lines.append(line)
            room -= len(line)
            if room < 0:
                break
        return lines


def physical_lines(name: str, pieces: Iterator[str]) -> Iterator[str]:
    """按 \\n、\\r\\n、\\r 切开；接在中间的 BOM 去掉；一行长得不像话，拆格之前就拒收。"""
    rest, number = "", 0
    for piece in itertools.chain(pieces, [None]):
        lines = list(io.StringIO(rest + (piece or ""), newline=""))
        # 结尾的 \r 后面可能还有 \n，要等下一块
        rest = lines.pop() if piece is not None and lines and not lines[-1].endswith("\n") else ""
        for line in lines:
            number += 1
            _check_line(name, number, line)
            yield line.lstrip("\ufeff") if line[0] == "\ufeff" else line
        _check_line(name, number + 1, rest)


def _check_line(name: str, number: int, line: str) -> None:
    if len(line) > LONGEST_LINE:
        raise DataError(
            f"{quote(name, 80)} 有一行太长。",
            where=f"第 {number} 行",
            why=f"一行至多 {LONGEST_LINE // LONGEST_CELL} 格，一格至多 {LONGEST_CELL} 个字符。",
            remedy="多半选错了文件；检查换行，再另存为 CSV。",
        )
    if "\x00" in line:
        raise DataError(
            f"{quote(name, 80)} 不是文字表格。",
            where=f"第 {number} 行",
            why="里面有空字符（NUL）。",
            remedy="另存为 CSV 或 XLSX。",
        )


def find_delimiter(lines: Sequence[str], looks_like: LooksLike | None = None) -> str:
    """看许多行：先看哪一种拆法像要的表，再看哪一种拆出的格数最一致；都拆不开 → 逗号。"""
    split = {mark: _split(lines, mark) for mark in DELIMITERS}
    if looks_like and (liked := [m for m in DELIMITERS if looks_like(split[m][:PREVIEW_ROWS])]):
        split = {mark: split[mark] for mark in liked}
    return max(split, key=lambda mark: _agreement(split[mark]))


def _split(lines: Sequence[str], mark: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # 引号不配对：看得到哪里算哪里，正式读时再说
        rows.extend(row for row in csv.reader(lines, delimiter=mark) if any(cell.strip() for cell in row))
    return rows


def _agreement(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """（格数相同的行有多少，那是几格）；一格的不算。"""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(((count, width) for width, count in widths.items()), default=(0, 1))


def _broken_quotes(name: str, row: int, error: str) -> DataError:
    return DataError(
        f"{quote(name, 80)} 的引号或换行不配对。",
        where=f"第 {row} 行附近",
        why=_CSV_REASONS.get(error, "有一格没有收尾，或长得不像一格。"),
        remedy="用表格软件打开，检查这一行，再另存为 CSV。",
    )


def file_chunks(path: Path, size: int = MEBIBYTE) -> Chunks:
    """一个文件的字节，一块一块地；每次调用从头读起。"""

    def read() -> Iterator[bytes]:
        try:
            with path.open("rb") as file:
                while block := file.read(size):
                    yield block
        except (OSError, ValueError):
            raise unreadable_file(path) from None

    return read


def unpacked_chunks(name: str, packed: Chunks, limits: Limits) -> Chunks:
    """gzip 解开的字节：可以有几段；边解边量，太大、压缩比不正常、截断、尾巴上有别的东西 → DataError。"""
    return lambda: _measured(name, _Gunzip(name, packed()), limits)


class _Gunzip:
    """逐块解开，并记着读进了多少压缩的字节。"""

    def __init__(self, name: str, packed: Iterator[bytes]) -> None:
        self.name, self.packed, self.taken = name, packed, 0

    def __iter__(self) -> Iterator[bytes]:
        inflater, data = zlib.decompressobj(31), b""
        try:
            while data or (data := self._next()):
                if inflater.eof:
                    if not data.strip(b"\x00"):  # 磁带上留下的补零
                        data = b""
                        continue
                    inflater = zlib.decompressobj(31)
                yield inflater.decompress(data, MEBIBYTE)
                data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            while not inflater.eof and (block := inflater.decompress(b"", MEBIBYTE)):
                yield block  # 进来的都用完了，里面还攒着的
        except zlib.error:
            raise _broken_gzip(self.name, "压缩的内容坏了，或后面接着不是 gzip 的东西。") from None
        if not inflater.eof:
            raise _broken_gzip(self.name, "没有下载完，或被截断了。")

    def _next(self) -> bytes:
        block = next(self.packed, b"")
        self.taken += len(block)
        return block


def _measured(name: str, inflated: _Gunzip, limits: Limits) -> Iterator[bytes]:
    total = 0
    for block in inflated:
        total += len(block)
        if total > limits.unpacked_bytes:
            raise too_big_unpacked(name, limits.unpacked_bytes, limits.hint("unpacked_bytes"))
        if total > RATIO_FROM_BYTES and total > MAX_RATIO * inflated.taken:
            raise _broken_gzip(name, "压缩比高得不正常，可能是有意做坏的。")
        if block:
            yield block


def _broken_gzip(name: str, why: str) -> DataError:
    return DataError(
        f"没有读 gzip 压缩包 {quote(name, 80)}。",
        why=why,
        remedy="重新下载或导出；或先解开，再读里面的 CSV。",
    )


def packed_text(name: str, packed: Chunks, limits: Limits) -> Chunks:
    """gzip 里面必须是文字表格；别的说出它是什么。"""
    chunks = unpacked_chunks(name, packed, limits)
    kind = kinds.find_kind(next(chunks(), b"")[: kinds.HEAD_BYTES], name)
    if kind != "text":
        raise kinds.refused_kind(name, f" gzip 压缩包，里面是 {kind}", "先解开它，再读里面的文件。")
    return chunks
