"""打开压缩包里的工作簿之前先验包；工作簿的各个部件在内存里边解边解析，从不写到盘上。"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import PurePosixPath
from xml.parsers import expat

from lifecycle_lab.reading.limits import STRICT
from lifecycle_lab.schema import DataError, quote

MAX_ENTRIES, MAX_RATIO, RATIO_FROM_BYTES = 1_000, 100, 2**20
BLOCK, LONGEST_TOKEN = 2**16, 2**21
_SAVE_AS = "在表格软件里打开原件，另存为新的 XLSX 或 CSV。"
_OTHER_PACKAGES = (
    ("word/document.xml", "Word 文档", "把里面的表格复制到 Excel 里，存成 XLSX。"),
    ("ppt/presentation.xml", "PowerPoint 文档", "把里面的表格复制到 Excel 里，存成 XLSX。"),
    ("xl/workbook.bin", "二进制工作簿（.xlsb）", _SAVE_AS),
    ("content.xml", "OpenDocument 文档（.ods）", _SAVE_AS),
    ("Index/Document.iwa", "Numbers 文档", "在 Numbers 里导出成 Excel 或 CSV。"),
)


def check_archive(name: str, data: bytes, unpacked_bytes: int = STRICT.workbook_bytes) -> None:
    """打开 XLSX 之前：条目数、名字、解开后的大小、压缩比、重叠、加密；不合 → DataError。"""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise DataError(f"{quote(name, 80)} 是损坏的压缩包。", remedy="重新导出一份。") from None
    if found := [problem for problem, true in _problems(entries, unpacked_bytes).items() if true]:
        raise DataError(
            f"没有打开 {quote(name, 80)}：{'、'.join(found)}。",
            why="这样的文件可能是坏的，也可能是有意做坏的。",
            remedy=_SAVE_AS,
        )
    names = {part_name(entry) for entry in entries}
    if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
        raise _other_package(name, names)
    for part, what, remedy in _OTHER_PACKAGES:
        if part in names and "xl/workbook.xml" not in names:
            raise _not_a_workbook(name, what, remedy)


def _problems(entries: list[zipfile.ZipInfo], unpacked_bytes: int) -> dict[str, bool]:
    spans = sorted((entry.header_offset, entry.header_offset + entry.compress_size) for entry in entries)
    names = [part_name(entry) for entry in entries]
    return {
        "条目太多": len(entries) > MAX_ENTRIES,
        "解开后太大": sum(entry.file_size for entry in entries) > unpacked_bytes,
        "压缩比高得不正常": any(
            e.file_size > RATIO_FROM_BYTES and e.file_size > MAX_RATIO * max(1, e.compress_size)
            for e in entries
        ),
        "条目互相重叠": any(a[1] > b[0] for a, b in itertools.pairwise(spans)),
        "有加密的条目": any(entry.flag_bits & 1 for entry in entries),
        "有认不得的压缩办法": any(entry.compress_type not in (0, 8) for entry in entries),
        "有同名的条目": max(Counter(n.casefold() for n in names).values(), default=0) > 1,
        "有条目的名字指到压缩包外面": any(_escapes(n) for n in names),
    }


def part_name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/")


def _escapes(name: str) -> bool:
    return name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:2] == ":"


def _other_package(name: str, names: set[str]) -> DataError:
    for part, what, remedy in _OTHER_PACKAGES:
        if part in names:
            return _not_a_workbook(name, what, remedy)
    return _not_a_workbook(name, "普通的 ZIP 压缩包", "先解开它，再读里面的表格。")


def _not_a_workbook(name: str, what: str, remedy: str) -> DataError:
    return DataError(f"没有打开 {quote(name, 80)}：不是工作簿（XLSX）。", why=f"它是{what}。", remedy=remedy)


class Parts:
    """一份验过的工作簿的各个部件。"""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._entries = {part_name(entry): entry for entry in self._archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return part in self._entries

    def parse(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """边解边解析一个部件；标记只报本名。有 DTD、单个标记长得不像话 → DataError。"""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._refuse_dtd
        fed = 0
        with self._archive.open(self._entries[part]) as source:
            while block := source.read(BLOCK):
                fed += len(block)
                parser.Parse(block, False)
                if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise ValueError("XML 里有一个标记太长")
        parser.Parse(b"", True)

    def _refuse_dtd(self, *_) -> None:
        raise DataError(
            f"没有打开 {quote(self.name, 80)}：里面的 XML 带着 DTD（自定的实体）。",
            why="表格软件不写这样的东西；实体可以展开成几 GB，也可以去读别的文件。",
            remedy=_SAVE_AS,
        )
