"""带类型的表：同一份值，网页里写成文字，Excel 里是数、日期与文字。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from lifecycle_lab.export import Table
from lifecycle_lab.schema import exact_decimal, half_up

Kind = Literal["text", "whole", "money", "share", "number", "day", "entry", "prose"]
HIDDEN = "＊"
"""隐去的小组；值写成它，网页与 Excel 里都是这个记号。"""
ABSENT = "—"


@dataclass(frozen=True)
class Column:
    """一列：money 是整数最小单位（两位小数），share 与 number 是分数，day 是日期；

    entry 留给人填（黄底）；prose 是一大段话，列要宽。
    """

    name: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Formula:
    """我们自己写的一个公式与它现在的值；外来的文字从不进这里。"""

    expression: str
    value: Fraction


def grouped(text: str) -> str:
    """整数部分三位一撇：1234567.80 → 1,234,567.80。"""
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-") != "0" else text


_WRITTEN: Mapping[str, Callable] = {
    "text": str,
    "prose": str,
    "whole": lambda value: f"{value:,}",
    "money": lambda value: grouped(exact_decimal(Fraction(value, 100), 2)),
    "share": lambda value: f"{half_up(100 * value, 1)}%",
    "number": lambda value: grouped(half_up(value, 2)),
    "day": date.isoformat,
}


def written(value: object, kind: Kind) -> str:
    """一格写给人看；None 是没有，HIDDEN 照写。"""
    if value is None:
        return ABSENT
    return value if isinstance(value, str) else _WRITTEN[kind](value)


@dataclass(frozen=True)
class TypedTable:
    """一张表：rows 里是值，不是写好的文字。tones 只给网页用。"""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Sequence[object], ...]
    note: str = ""
    tones: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def shown(self) -> Table:
        """写成文字的表。"""
        rows = tuple(
            tuple(written(value, column.kind) for value, column in zip(row, self.columns, strict=True))
            for row in self.rows
        )
        return Table(self.title, tuple(c.name for c in self.columns), rows, self.note, self.tones)
