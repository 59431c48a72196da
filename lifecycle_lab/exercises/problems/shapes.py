"""一道算题的形状：给出什么、问什么、标准答案、从自己前面的格接着算的值、有名字的错法。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.tables import Cell

Values = Mapping[Cell, object]
Follow = Callable[[Mapping[Cell, Entry]], Mapping[Cell, object]]


def by_row(cells: Iterable[Cell], words: Callable[[str], Mapping[str, object]]) -> dict[Cell, Mapping]:
    """一行一份的 `Problem.fields`：同一行的格用同一份，只写一次。"""
    cells = tuple(cells)
    rows = {row: words(row) for row in dict.fromkeys(row for row, _ in cells)}
    return {cell: rows[cell[0]] for cell in cells}


def nothing_follows(_: Mapping[Cell, Entry]) -> Values:
    return {}


@dataclass(frozen=True)
class Ask:
    """一列要填的写法：kind 是 number、whole、percent、money、factor 或 choice；choices 只有 choice 有。"""

    kind: str
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """一位学生的一道算题。

    rows: 行名，从上到下。given: 已给的格。asks: 要填的列。right: 要填的每一格的标准答案
    （整数、分数或词；不在其中的格不问）。fields: 每一格的理由里可以填入的名字。
    mistakes: 误解 id → 照它做会写成什么。follow: 学生写好的格 → 接着算出的值。
    told: 选择的格 → 每个选项自己的讲解：选了它就说这一句，代替那一列的理由；没有就是空。
    """

    rows: tuple[str, ...]
    given: Mapping[Cell, str]
    asks: Mapping[str, Ask]
    right: Values
    fields: Mapping[Cell, Mapping[str, object]]
    mistakes: Mapping[str, Values] = field(default_factory=dict)
    follow: Follow = nothing_follows
    told: Mapping[Cell, Mapping[object, str]] = field(default_factory=dict)
