"""一份语料与它应得的结果；怎样写期望，都在这里。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

Row = tuple[str, ...]
Content = bytes | Callable[[Path], None]

ANY = "*"
"""期望里的一格写 *：这一格不由约定规定。"""


@dataclass(frozen=True)
class Expect:
    """一种应得的结果。

    clean: 干净文件的各行（订单号、客户、金额、付款日、件数），次序不论；None 不查。
    aside: （规则的意思，行数）；同一意思的几条规则合计。quarantined: （文件行号，列名），None 不查。
    says: message、notes 与屏幕上的话里至少要有其中一个词。
    """

    statuses: tuple[str, ...]
    clean: tuple[Row, ...] | None = None
    aside: tuple[tuple[str, int], ...] = ()
    quarantined: tuple[tuple[int, str], ...] | None = None
    says: tuple[str, ...] = ()
    rows_in: int | None = None

    def __or__(self, other: Expect | Either) -> Either:
        return Either((self,)) | other

    def saying(self, *words: str) -> Expect:
        return replace(self, says=words)


@dataclass(frozen=True)
class Either:
    """约定没有定死的地方：几种结果都站得住，中一种就行。"""

    ways: tuple[Expect, ...]

    def __or__(self, other: Expect | Either) -> Either:
        return Either((*self.ways, *(other.ways if isinstance(other, Either) else (other,))))


def _rows(texts: tuple[str | Row, ...]) -> tuple[Row, ...]:
    return tuple(tuple(text.split("|")) if isinstance(text, str) else text for text in texts)


def accepted(*rows: str | Row, rows_in: int | None = None, **aside: int) -> Expect:
    """收下，干净文件恰好是这些行："A1|u1|12.30|2024-05-01|2"；aside 写按规则放在一边的行数。"""
    return Expect(("accepted",), _rows(rows), tuple(aside.items()), (), (), rows_in)


def partly(*rows: str | Row, bad: list[tuple[int, str]], rows_in: int | None = None, **aside: int) -> Expect:
    """收下好的行，bad 里的（行号，列名）隔离。"""
    return Expect(("quarantined",), _rows(rows), tuple(aside.items()), tuple(bad), (), rows_in)


def refused(*words: str) -> Expect:
    return Expect(("refused",), says=words)


def ask(*words: str) -> Expect:
    return Expect(("ask",), says=words)


def stopped(*words: str) -> Expect:
    """停下来：拒收或提问，两种都对。"""
    return Expect(("refused", "ask"), says=words)


@dataclass(frozen=True)
class Case:
    """一份语料：名字（方面/特点）、文件名、内容、应得的结果、命令行上另加的参数。

    data: 字节，或在给定路径上造出文件（文件夹、数据库）的函数。
    bomb: 要在限了内存的子进程里跑，且计时。
    """

    name: str
    data: Content
    expect: Expect | Either
    file: str = "订单.csv"
    options: tuple[str, ...] = ()
    bomb: bool = False

    @property
    def ways(self) -> tuple[Expect, ...]:
        return self.expect.ways if isinstance(self.expect, Either) else (self.expect,)

    def write(self, folder: Path) -> Path:
        """在文件夹里造出这份文件，返回路径。"""
        path = folder / self.file
        if callable(self.data):
            self.data(path)
        else:
            path.write_bytes(self.data)
        return path
