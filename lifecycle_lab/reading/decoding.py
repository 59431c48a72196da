"""字节 → 文字：BOM，严格 UTF-8，严格 GB18030；都不是就说出第几个字节，从不猜。"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from lifecycle_lab.reading.limits import STRICT, too_big_file
from lifecycle_lab.schema import DataError, quote

Chunks = Callable[[], Iterator[bytes]]
BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# 报告里的名字：有 BOM 的 UTF-8 与没有的分开说
SHOWN = {"utf-16-le": "utf-16", "utf-16-be": "utf-16"}
_CHINESE_UTF8 = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf]")
_HIGH = re.compile(rb"[\x80-\xff]")
# GB18030 自己的字，Python 的码表还放在自用区：ḿ、竖排标点、十四个偏旁与罕用字
_OWN = frozenset(b"".join((
    bytes.fromhex("A8BC"), *(bytes((0xA6, c)) for c in (*range(0xD9, 0xE0), 0xEC, 0xED, 0xF3, *range(0xFE, 0xFF))),
    *(bytes((0xFE, c)) for c in bytes.fromhex("515253596166676C6D767E9091A0")),
)).decode("gb18030"))  # fmt: skip
MOST_STRANGE = 20  # 非 ASCII 的字里，每这么多个有一个不成字，就不是 GB18030


def read_bytes(path: Path, limit: int = STRICT.file_bytes) -> bytes:
    """整个文件的字节；不存在、不是文件、超过 limit → DataError。"""
    try:
        size = path.stat().st_size if path.is_file() else None
        data = path.read_bytes() if size is not None and size <= limit else b""
    except (OSError, ValueError):
        raise unreadable_file(path) from None
    if size is None:
        raise missing_file(path)
    if size > limit:
        raise too_big_file(path.name, limit)
    return data


def unreadable_file(path: Path) -> DataError:
    """名字太长、没有权限、磁盘读错。"""
    return DataError(
        f"文件 {quote(path.name, 80)} 读不出来。",
        where=quote(path, 200),
        why="名字太长、含有系统不认的字符，或没有读它的权限。",
        remedy="检查路径；或把文件复制到自己的文件夹里，换一个短的名字。",
    )


def missing_file(path: Path) -> DataError:
    if path.is_dir():
        return DataError(
            "给的是一个文件夹，不是文件。",
            where=quote(path, 200),
            remedy="写到里面的那一个文件。",
        )
    return DataError(
        f"找不到文件 {quote(path.name, 80)}。",
        where=quote(path, 200),
        remedy="检查路径与文件名；文件夹名里的空格与汉字都可以用，但要写全。",
    )


def decode(data: bytes, name: str) -> str:
    """BOM，其次严格 UTF-8，其次严格 GB18030；都不是 → DataError 并说出第几个字节。"""
    encoding, skipped = find_encoding(lambda: iter([data]), name)
    return data[skipped:].decode(encoding)


def encoding_label(encoding: str, skipped: int) -> str:
    return "utf-8-sig" if encoding == "utf-8" and skipped else SHOWN.get(encoding, encoding)


def find_encoding(chunks: Chunks, name: str) -> tuple[str, int]:
    """（编码，开头 BOM 占的字节数）；整份看过才说，一块一块地看，不整份装进内存。"""
    head = next(chunks(), b"")[:4]
    for bom, encoding in BOMS.items():
        if head.startswith(bom):
            if (found := _first_bad(chunks, encoding, len(bom))) is not None:
                raise bad_encoding(name, found[0])
            return encoding, len(bom)
    if (found := _first_bad(chunks, "utf-8", 0)) is None:
        return "utf-8", 0
    if _is_damaged_utf8(found[1]):
        raise bad_encoding(name, found[0], "文字是 UTF-8 的，但这里坏了（可能被截断，或混进了别的编码）。")
    strange = _Strange()
    if (found := _first_bad(chunks, "gb18030", 0, strange.look)) is not None:
        raise bad_encoding(name, found[0])
    if strange.too_many:
        raise bad_encoding(name, strange.first, "按 GB18030(GBK) 读，有许多不成字；多半是 Big5 等别的编码。")
    return "gb18030", 0


class _Strange:
    """数一数读出的字里有多少不成字（自用区、没有定义）：Big5 的名字按 GB18030 读也不出错，字却不对。

    真的 GB18030 里偶有店家自造的一两个字，那几行另行隔离，不必拒收整份。
    """

    def __init__(self) -> None:
        self.first, self._count, self._wide, self._known = -1, 0, 0, {}

    def look(self, text: str, start: int) -> None:
        letters = set(text)
        for letter in letters - self._known.keys():
            self._known[letter] = letter not in _OWN and _without_meaning(letter)
        self._wide += len(text) - len(text.encode("ascii", "ignore"))
        if strange := {letter for letter in letters if self._known[letter]}:
            self._count += sum(map(text.count, strange))
            if self.first < 0:
                self.first = start + len(text[: min(map(text.index, strange))].encode("gb18030"))

    @property
    def too_many(self) -> bool:
        return self._count > 0 and self._count * MOST_STRANGE >= self._wide


def _without_meaning(letter: str) -> bool:
    """自用区的，或没有定义的；第二、三平面留给汉字，新的会陆续定义，不算。"""
    kind = unicodedata.category(letter)
    return kind == "Co" or (kind == "Cn" and not 0x20000 <= ord(letter) < 0x40000)


def _first_bad(
    chunks: Chunks, encoding: str, skipped: int, look: Callable[[str, int], None] | None = None
) -> tuple[int, bytes] | None:
    """第一个读不通的字节（从 0 数起）与它那一块；全读得通 → None。look: 顺带看一看文字与它的位置。"""
    seen, block = 0, b""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        for block in chunks():
            data = block[max(0, skipped - seen) :]
            start = seen - len(decoder.getstate()[0]) if look else seen
            seen += len(block)
            text = decoder.decode(data)
            if look:
                look(text, start)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return seen - len(error.object) + error.start, block
    return None


def _is_damaged_utf8(block: bytes) -> bool:
    """坏处附近的汉字绝大多数合 UTF-8：它是坏了的 UTF-8，不能当 GB18030 读成乱码。"""
    chinese = len(_CHINESE_UTF8.findall(block))
    return chinese >= 3 and 3 * chinese >= 0.8 * len(_HIGH.findall(block))


def texts(chunks: Chunks, encoding: str, skipped: int) -> Iterator[str]:
    """已经认出编码的文字，一块一块地。"""
    decoder, seen = codecs.getincrementaldecoder(encoding)(), 0
    for block in chunks():
        data = block[max(0, skipped - seen) :]
        seen += len(block)
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def bad_encoding(name: str, position: int, why: str = "它既不是 UTF-8，也不是 GB18030(GBK)。") -> DataError:
    return DataError(
        f"{quote(name, 80)} 的文字编码认不出来。",
        where=f"第 {position + 1} 个字节",
        why=why,
        remedy="在 Excel 或 WPS 里另存为“CSV UTF-8”，再试一次。",
    )
