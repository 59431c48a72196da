"""班级问卷的数据表：一份答卷一行的 CSV，收在本机，不进要交的答案文件。

加一行、撤一行都与答案文件同一种写法：拿着锁，读最新，写新、落盘、改名；别的行一个字节也不动。
不是这张表的文件（别的列、别的编码、写坏的）从不覆盖。撤回的那一行不留旧版本：人家要撤，就真的没有了。
"""

from __future__ import annotations

import csv
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.answers import disk
from lifecycle_lab.answers.places import Place
from lifecycle_lab.schema import AnswerFileError, ParameterError, quote
from lifecycle_lab.survey import sheet_line

ID_COLUMN = "customer_id"
MAX_BYTES = 8 * 2**20
_NOUN = "班级问卷"
_BOM = "\ufeff"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def _random_id() -> str:
    """K 打头，表格软件才不会把它当成数；四十位随机，几台电脑的表合起来也不会重复。"""
    return f"K{secrets.token_hex(5)}"


@dataclass(frozen=True)
class _Row:
    """表里的一行：各格，和它在文件里的原文（连同换行）；空行没有格。"""

    cells: tuple[str, ...]
    text: str


class Pool:
    """一张答卷数据表。columns: 编号以外的各列；new_id: 怎样给一份答卷编号；lock_timeout: 等锁的秒数。"""

    def __init__(
        self,
        path: Path | str,
        columns: Sequence[str],
        *,
        new_id: Callable[[], str] = _random_id,
        lock_timeout: float = 10.0,
    ) -> None:
        self._place = Place.of(path, _NOUN)
        if self.path.suffix.casefold() != ".csv":
            raise ParameterError(
                f"班级问卷的文件名要以 .csv 结尾，收到的是 {quote(self.path.name, 80)}。",
                where=quote(path, 200),
                remedy="写成 answers/class_survey.csv 这样。",
            )
        self._header = (ID_COLUMN, *columns)
        self._new_id, self._lock_timeout = new_id, lock_timeout

    @property
    def path(self) -> Path:
        return Path(self._place.path)

    def ids(self) -> tuple[str, ...]:
        """已经收下的各份的编号，照收下的先后；还没有文件是空的。不是这张表的文件 → AnswerFileError。"""
        return _ids(self._read())

    def add(self, cells: Mapping[str, object]) -> str:
        """加一份，返回它的编号；返回时已在盘上。

        写不进去，或文件不是这张表 → AnswerFileError，原来的字节还在。
        """
        with self._changing() as rows:
            customer_id = self._unused_id(_ids(rows))
            values = [customer_id, *(cells[name] for name in self._header[1:])]
            rows[-1] = _Row(rows[-1].cells, rows[-1].text.removesuffix("\n") + "\n")
            rows.append(_Row(tuple(map(str, values)), sheet_line(values)))
        return customer_id

    def remove(self, customer_id: str) -> None:
        """撤回一份；没有这个编号 → ParameterError，文件不动。"""
        with self._changing() as rows:
            if customer_id not in _ids(rows):
                raise ParameterError(
                    f"班级问卷里没有编号 {quote(customer_id)}。",
                    where=quote(self._place.path, 200),
                    remedy="提交时给过它的编号；已经撤回的不用再撤。",
                )
            rows[1:] = [row for row in rows[1:] if row.cells[:1] != (customer_id,)]

    @contextmanager
    def _changing(self) -> Iterator[list[_Row]]:
        """拿着锁改一次：给出现有的各行（第一行是列名），出来时写回去；中途出错就不写。"""
        disk.require_file(self._place.path, _NOUN)
        disk.make_folder(self._place.folder, _NOUN)
        with disk.locked(self._place.lock, self._lock_timeout, _NOUN):
            self._sweep()
            rows = self._read() or [_Row(self._header, _BOM + sheet_line(self._header))]
            yield rows
            data = "".join(row.text for row in rows).encode()
            self._parsed(data)  # 写之前先读一遍：读不回来的不许写
            disk.write(self._place.path, data, self._place.temporary(), _NOUN)

    def _sweep(self) -> None:
        """被杀死的进程留下的临时文件：锁在手里，就没有别人正在写，见到的都是垃圾。"""
        for name in disk.names(self._place.folder):
            if name.startswith(self._place.temporary_prefix) and name.endswith(".tmp"):
                disk.remove(self._place.beside(name))

    def _unused_id(self, taken: Sequence[str]) -> str:
        return next(fresh for fresh in iter(self._new_id, None) if fresh not in taken)

    def _read(self) -> list[_Row]:
        data = disk.read(self._place.path, MAX_BYTES + 1, _NOUN)
        return [] if data is None else self._parsed(data)

    def _parsed(self, data: bytes) -> list[_Row]:
        """字节 → 各行；一行也不许含糊：列名要正是这份问卷的，每行的格数要对 → AnswerFileError。"""
        if len(data) > MAX_BYTES:
            raise self._unusable(f"文件超过 {MAX_BYTES // 2**20} MiB。")
        try:
            rows = list(_rows(data.decode()))
        except (UnicodeDecodeError, csv.Error):
            raise self._unusable("它不是 UTF-8 的 CSV，或者引号不配对。") from None
        if not rows or rows[0].cells != self._header:
            raise self._unusable("第 1 行不是现在这份问卷的列名：问卷改过题，或者这是别的文件。")
        for number, row in enumerate(rows, start=1):
            if row.cells and len(row.cells) != len(self._header):
                raise self._unusable(f"第 {number} 行有 {len(row.cells)} 格，应有 {len(self._header)} 格。")
        return rows

    def _unusable(self, why: str) -> AnswerFileError:
        return AnswerFileError(
            f"{_NOUN} {quote(self._place.name, 80)} 用不了，没有动它。",
            where=quote(self._place.path, 200),
            why=why,
            remedy="把它移走或改名，再提交一次，会新建一份；"
            "在表格软件里改过的，另存为“CSV UTF-8”再放回来。两份以后可以放进一个文件夹合起来用。",
        )


def _ids(rows: Sequence[_Row]) -> tuple[str, ...]:
    return tuple(row.cells[0] for row in rows[1:] if row.cells)


def _rows(text: str) -> Iterator[_Row]:
    """一行表可能占几行文字（引号里有换行）；原文一个字也不改，写回去才会逐字节相同。"""
    lines, start = _LINE.findall(text), 0
    reader = csv.reader(
        [line.removeprefix(_BOM) if i == 0 else line for i, line in enumerate(lines)], strict=True
    )
    for cells in reader:
        yield _Row(tuple(cells), "".join(lines[start : reader.line_num]))
        start = reader.line_num
