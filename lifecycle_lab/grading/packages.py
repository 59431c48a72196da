"""学生交来的一堆东西 → 一件一件的字节：只读，不解开到盘上，不跟链接，大小与层数都有上限。

文件夹一层层走；ZIP 在内存里读；读不了的也是一件，带着原因。从不抛错，从不写。
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from lifecycle_lab.answers import MAX_BYTES
from lifecycle_lab.export import terminal_text
from lifecycle_lab.grading.classroom import BEIJING, SECRET, SETTINGS

MOST_ITEMS, DEEPEST, MOST_NESTED = 50_000, 12, 2
MOST_ZIP_BYTES, MOST_UNPACKED = 256 * 2**20, 512 * 2**20
MOST_RATIO, RATIO_FROM = 200, 2**20
_SYSTEM = {".ds_store", "thumbs.db", "desktop.ini", "__macosx", ".ipynb_checkpoints", ".git"}
_OLDER = "older"
_CLASS_FILES = {SETTINGS, SECRET}  # 有这两样的是一个班级文件夹（多半是备份）：里面发出去的空白答案不是交来的
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError),
    *(EOFError, OSError, ValueError, KeyError, OverflowError, MemoryError, IndexError, TypeError),
)


@dataclass(frozen=True)
class Item:
    """一件：place 给人看；data 是内容；problem 是 [reason] 里的名字，没有毛病是空；received 是文件的时间。"""

    place: str
    data: bytes = b""
    problem: str = ""
    received: str = ""


def items(root: Path | str) -> Iterator[Item]:
    """一个文件夹或一个 ZIP（或一份答案）里的每一件；先后固定。"""
    root = Path(root)
    found = _folder(root, root.name, 0) if root.is_dir() else _file(str(root), root.name)
    for count, item in enumerate(found):
        if count >= MOST_ITEMS:
            yield Item(terminal_text(root.name), problem="many")
            return
        yield item


def _folder(folder: Path, shown: str, depth: int) -> Iterator[Item]:
    if depth > DEEPEST:
        yield Item(terminal_text(shown), problem="deep")
        return
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError:
        yield Item(terminal_text(shown), problem="unreadable")
        return
    if {entry.name for entry in entries} >= _CLASS_FILES:
        yield Item(terminal_text(shown), problem="class_folder")
        return
    for entry in entries:
        place = f"{shown}/{entry.name}"
        if problem := _ignored(entry.name):
            yield Item(terminal_text(place), problem=problem)
        elif entry.is_symlink() or _is_junction(entry):
            yield Item(terminal_text(place), problem="link")
        elif entry.is_dir(follow_symlinks=False):
            yield from _folder(Path(entry.path), place, depth + 1)
        else:
            yield from _file(entry.path, place)


def _is_junction(entry: os.DirEntry) -> bool:
    return bool(getattr(entry, "is_junction", lambda: False)())


def _ignored(name: str) -> str:
    """系统自己放的、工作簿自己留的：列出来，不看。"""
    folded = name.casefold()
    if folded in _SYSTEM or folded.startswith(("._", "~$")):
        return "skipped_system"
    return "skipped_older" if folded == _OLDER or folded.endswith((".lock", ".tmp")) else ""


def _file(path: str, place: str) -> Iterator[Item]:
    """一个普通文件；打开时也不跟链接，不等管道。"""
    shown = terminal_text(place)
    try:
        flags = (
            os.O_RDONLY
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_NONBLOCK", 0)
            | getattr(os, "O_BINARY", 0)
        )
        descriptor = os.open(path, flags)
    except (OSError, ValueError):
        yield Item(shown, problem="link" if os.path.islink(path) else "unreadable")
        return
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            yield Item(shown, problem="special")
            return
        received = datetime.fromtimestamp(max(0, int(status.st_mtime)), UTC).astimezone(BEIJING).isoformat()
        try:
            head = file.read(4)
            limit = MOST_ZIP_BYTES if head[:2] == b"PK" else MAX_BYTES
            data = head + file.read(limit + 1 - len(head))
        except OSError:
            yield Item(shown, problem="unreadable")
            return
    yield from _opened(data, shown, received, 0, limit)


def _opened(data: bytes, shown: str, received: str, nested: int, limit: int = MAX_BYTES) -> Iterator[Item]:
    """一段字节：ZIP 就看里面，别的原样给出。"""
    if not data:
        yield Item(shown, problem="empty", received=received)
    elif len(data) > limit:
        yield Item(shown, problem="big", received=received)
    elif data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        yield from _package(data, shown, received, nested)
    else:
        yield Item(shown, data, received=received)


def _package(data: bytes, shown: str, received: str, nested: int) -> Iterator[Item]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except _ZIP_ERRORS:
        yield Item(shown, problem="zip_broken", received=received)
        return
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names or "mimetype" in names or "META-INF/MANIFEST.MF" in names:
        yield Item(shown, problem="office", received=received)
    elif _overlaps(entries):
        yield Item(shown, problem="zip_overlap", received=received)
    elif nested >= MOST_NESTED:
        yield Item(shown, problem="zip_nested", received=received)
    elif not any(not entry.is_dir() for entry in entries):
        yield Item(shown, problem="empty", received=received)
    else:
        budget = MOST_UNPACKED
        for entry in entries:
            if entry.is_dir():
                continue
            for item in _entry(archive, entry, shown, nested, budget):
                budget -= len(item.data)
                yield item


def _overlaps(entries: list[zipfile.ZipInfo]) -> bool:
    spans = sorted((e.header_offset, e.header_offset + e.compress_size) for e in entries if not e.is_dir())
    return any(a[1] > b[0] for a, b in itertools.pairwise(spans))


def _entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, outer: str, nested: int, budget: int
) -> Iterator[Item]:
    name = entry_name(entry)
    shown, received = terminal_text(f"{outer}/{name}"), _entry_time(entry)
    if problem := _entry_problem(entry, name, budget):
        yield Item(shown, problem=problem, received=received)
        return
    try:
        with archive.open(entry) as file:
            head = file.read(4)
            limit = MOST_ZIP_BYTES if head[:2] == b"PK" else MAX_BYTES
            data = head + file.read(min(limit, max(0, budget)) + 1 - len(head))
    except _ZIP_ERRORS:
        yield Item(shown, problem="zip_broken", received=received)
        return
    yield from _opened(data, shown, received, nested + 1, limit)


def entry_name(entry: zipfile.ZipInfo) -> str:
    """中文 Windows 压的包没有 UTF-8 记号，名字是 GBK 的字节，被当成 cp437 读了。"""
    name = entry.filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        with contextlib.suppress(UnicodeDecodeError, UnicodeEncodeError):
            name = name.encode("cp437").decode("gb18030")
    return name.replace("\\", "/")


def _entry_problem(entry: zipfile.ZipInfo, name: str, budget: int) -> str:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or name[1:2] == ":" or "\x00" in name:
        return "zip_outside"
    for part in parts:
        if problem := _ignored(part):
            return problem
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "link"
    if entry.flag_bits & 0x1:
        return "zip_encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "zip_method"
    if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
        return "zip_ratio"
    return "big" if entry.file_size > min(MOST_ZIP_BYTES, budget) else ""


def _entry_time(entry: zipfile.ZipInfo) -> str:
    """压缩包里的时间没有时区，按北京时间；写坏的当作没有。"""
    try:
        return datetime(*entry.date_time, tzinfo=BEIJING).isoformat()
    except (ValueError, TypeError):
        return ""
