"""给外人看的表：人数太少的组隐去，再补隐几格，使得没有一个隐去的数能从合计反推出来。

隐去的格是 True。0 不是“一个小组”，照写。判断“能不能反推”的 `solvable` 是普通的线性代数，用分数，没有误差。
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)
Grid = Sequence[Sequence[int]]


def hide_in_list(counts: Sequence[int], least: int) -> list[bool]:
    """一列人数，合计是公开的：小于 least 的隐去，再由小到大补隐，直到隐去的至少两格、合起来不少于 least。"""
    hidden = [0 < count < least for count in counts]
    for i in sorted(range(len(counts)), key=lambda i: (counts[i] == 0, counts[i], i)):
        together = [count for count, hide in zip(counts, hidden, strict=True) if hide]
        if not together or (len(together) > 1 and sum(together) >= least):
            break
        hidden[i] = True
    return hidden


def hide_in_table(cells: Grid, least: int, hidden_totals: Sequence[bool]) -> list[list[bool]] | None:
    """带合计的表：最后一行、最后一列是合计；最后一行（总数在内）别的表里也写着，隐去的正是 hidden_totals。

    每个隐去的格都放进一个四角全隐的长方形里：四角同增同减而每个合计不变，所以反推不出来。
    找不到这样的长方形 → None：整张不写。
    """
    bottom, right = len(cells) - 1, len(cells[0]) - 1
    public = {(bottom, j) for j, hide in enumerate(hidden_totals) if not hide} | {(bottom, right)}
    hidden = {(bottom, j) for j, hide in enumerate(hidden_totals) if hide}
    small = [p for p in product(range(bottom), range(right + 1)) if 0 < cells[p[0]][p[1]] < least]
    wanted = [*small, *sorted(hidden)]
    hidden |= set(small)
    for place in wanted:
        best = min(_rectangles(cells, place, public, hidden), default=None)
        if best is None:
            return None
        hidden |= set(best[1])
    return [[(i, j) in hidden for j in range(right + 1)] for i in range(bottom + 1)]


def _rectangles(cells: Grid, place, public, hidden):
    """含有 place 的长方形：（代价，四角）；代价是要多隐去的人数与格数。动一动会变成负数的不算。"""
    row, column = place
    for i, j in product(range(len(cells)), range(len(cells[0]))):
        four = (place, (row, j), (i, column), (i, j))
        if i != row and j != column and not public & set(four) and _can_move(cells, four):
            extra = [p for p in four if p not in hidden]
            yield (sum(cells[a][b] for a, b in extra), len(extra)), four


def _can_move(cells: Grid, four) -> bool:
    """place 能变大或变小至少 1，四角都不小于 0。合计那一行、一列与里面的格同向变动。"""
    corner = (len(cells) - 1, len(cells[0]) - 1)
    signs = [_sign(place, corner) * turn for place, turn in zip(four, (1, -1, -1, 1), strict=True)]
    values = [cells[a][b] for a, b in four]
    return any(all(v + way * s >= 0 for v, s in zip(values, signs, strict=True)) for way in (1, -1))


def _sign(place, corner) -> int:
    return (-1 if place[0] == corner[0] else 1) * (-1 if place[1] == corner[1] else 1)


def solvable(unknown: Iterable[Name], equations: Iterable[Mapping[Name, int]]) -> set[Name]:
    """哪些未知数由这些方程唯一确定（只看系数，右边总是已知的）。"""
    names = list(unknown)
    rows = [[Fraction(equation.get(name, 0)) for name in names] for equation in equations]
    reduced = _reduced(rows, len(names))
    return {
        names[i]
        for row in reduced
        for i in [_first(row)]
        if not any(row[j] for j in range(len(row)) if j != i)
    }


def _first(row: Sequence[Fraction]) -> int:
    return next(i for i, value in enumerate(row) if value)


def _reduced(rows: list[list[Fraction]], width: int) -> list[list[Fraction]]:
    """化成行最简；全零的行去掉。"""
    done: list[list[Fraction]] = []
    for column in range(width):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        rows = [_minus(row, pivot, row[column]) for row in rows]
        done = [_minus(row, pivot, row[column]) for row in done] + [pivot]
    return done


def _minus(row: Sequence[Fraction], pivot: Sequence[Fraction], times: Fraction) -> list[Fraction]:
    return [value - times * other for value, other in zip(row, pivot, strict=True)]
