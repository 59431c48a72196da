"""按名字认出常见的误解：每个探测器看一张填好的表，返回被它说中的格。

标题与讲解在 data/course/misconceptions.toml；这里只有“怎样认出来”。
探测器要的是整列、整表的样子，一格碰巧相同不算。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from lifecycle_lab import rfm
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.forms import MEAN_ROW, Cell, Form
from lifecycle_lab.exercises.keys import Values, matches, means
from lifecycle_lab.schema import DOWN, INDICATOR_KEYS, RECENCY, column


@dataclass(frozen=True)
class Attempt:
    """一次检查：学生写的（entries）、标准答案（key）、没有得分的格（missed）。"""

    form: Form
    assignment: Assignment
    entries: Mapping[Cell, Entry]
    key: Values
    missed: frozenset[Cell]

    def column(self, name: str) -> dict[Cell, object] | None:
        """一列写下的值；有一格没写好就是 None。"""
        values = {cell: self.entries[cell].value for cell in self.form.cells if cell[1] == name}
        return None if None in values.values() else values

    def numbers(self, name: str) -> list[int]:
        return column(self.assignment.sample, name)


def _whole_column(attempt: Attempt, name: str, wrong_way: list[str]) -> set[Cell]:
    """整列都照 wrong_way 填，而且因此至少错了两格。"""
    values = attempt.column(name)
    if values is None or list(values.values()) != wrong_way:
        return set()
    missed = attempt.missed & set(values)
    return set(missed) if len(missed) >= 2 else set()


def wrong_direction_of_recency(attempt: Attempt) -> set[Cell]:
    """表4-3 看 R 列；表4-4 看每个组合的第一个箭头。"""
    opposite = "low" if attempt.assignment.better[RECENCY] == "high" else "high"
    arrows = rfm.mark(attempt.numbers(RECENCY), opposite)
    if attempt.form.exercise.answer == "marks":
        return _whole_column(attempt, RECENCY, arrows)
    rest = [attempt.key[row, "pattern"][1:] for row in attempt.form.rows]
    return _whole_column(attempt, "pattern", [a + b for a, b in zip(arrows, rest, strict=True)])


def strict_instead_of_not_less(attempt: Attempt) -> set[Cell]:
    """恰好等于均值却标了 ↓；热身表与表4-3 都看。"""
    ties = set()
    for name in attempt.form.kinds:
        toys = attempt.form.exercise.given
        numbers = [toy.monetary for toy in toys] if toys else attempt.numbers(name)
        centre = rfm.mean(numbers)
        ties |= {(row, name) for row, x in zip(attempt.form.rows, numbers, strict=True) if x == centre}
    return {cell for cell in ties & attempt.missed if attempt.entries[cell].value == DOWN}


def median_for_mean(attempt: Attempt) -> set[Cell]:
    found: set[Cell] = set()
    for indicator in attempt.assignment.indicators:
        numbers = attempt.numbers(indicator.key)
        centre = rfm.median(numbers)
        if attempt.form.exercise.answer == "means":
            found |= _typed_mean(attempt, indicator.key, centre / 10**indicator.decimals)
        else:
            arrows = [rfm.mark_against(x, centre, indicator.better) for x in numbers]
            found |= _whole_column(attempt, indicator.key, arrows)
    return found


def _typed_mean(attempt: Attempt, name: str, value: Fraction) -> set[Cell]:
    cell = (MEAN_ROW, name)
    entry = attempt.entries[cell]
    hit = cell in attempt.missed and entry.is_readable and matches("number", name, entry, value)
    return {cell} if hit else set()


def sum_for_mean(attempt: Attempt) -> set[Cell]:
    size = len(attempt.assignment.sample)
    return set().union(*(_typed_mean(attempt, n, m * size) for n, m in means(attempt.assignment).items()))


def mean_of_wrong_column(attempt: Attempt) -> set[Cell]:
    exact = means(attempt.assignment)
    found: set[Cell] = set()
    for indicator in attempt.assignment.indicators:
        for centre in (value for name, value in exact.items() if name != indicator.key):
            if attempt.form.exercise.answer == "means":
                found |= _typed_mean(attempt, indicator.key, centre)
            else:
                scaled, numbers = centre * 10**indicator.decimals, attempt.numbers(indicator.key)
                arrows = [rfm.mark_against(x, scaled, indicator.better) for x in numbers]
                found |= _whole_column(attempt, indicator.key, arrows)
    return found


def column_mixed_up(attempt: Attempt) -> set[Cell]:
    """整列箭头其实是另一列的箭头。"""
    found: set[Cell] = set()
    for name in INDICATOR_KEYS:
        for other in INDICATOR_KEYS:
            arrows = [attempt.key[row, other] for row in attempt.form.rows]
            found |= _whole_column(attempt, name, arrows) if other != name else set()
    return found


def arrows_in_another_order(attempt: Attempt) -> set[Cell]:
    """每一行的组合都是标准组合换了同一种次序（如写成 F、M、R）。"""
    rows = [row for row in attempt.form.rows if attempt.entries[row, "pattern"].is_readable]
    written = [attempt.entries[row, "pattern"].value for row in rows]
    right = [attempt.key[row, "pattern"] for row in rows]
    missed = {(row, "pattern") for row in rows} & attempt.missed
    for order in permutations(range(3)):
        reordered = ["".join(pattern[i] for i in order) for pattern in right]
        if order != (0, 1, 2) and len(missed) >= 2 and written == reordered:
            return set(missed)
    return set()


def name_by_other_convention(attempt: Attempt) -> set[Cell]:
    """级别名是另一种命名惯例给这种组合的名字。"""
    course = attempt.assignment.course
    others = [c.names for c in course.conventions.values() if c.id != course.default_convention]
    found = set()
    for row in attempt.form.rows:
        pattern, name = attempt.key[row, "pattern"], attempt.entries[row, "segment"].value
        if any(rfm.segment(pattern, names) == name for names in others):
            found.add((row, "segment"))
    return found & attempt.missed


def share_of_customers_for_money(attempt: Attempt) -> set[Cell]:
    size = len(attempt.assignment.sample)
    found = set()
    for row in attempt.form.rows:
        entry = attempt.entries[row, "money_share"]
        heads = Fraction(100 * attempt.key[row, "customer_count"], size)
        if heads and entry.is_readable and matches("percent", "money_share", entry, heads):
            found.add((row, "money_share"))
    return found & attempt.missed


def percent_as_fraction(attempt: Attempt) -> set[Cell]:
    found = set()
    for row in attempt.form.rows:
        entry, share = attempt.entries[row, "money_share"], attempt.key[row, "money_share"] / 100
        if share and entry.is_readable and matches("percent", "money_share", entry, share):
            found.add((row, "money_share"))
    return found & attempt.missed


DETECTORS: dict[str, Callable[[Attempt], set[Cell]]] = {
    detector.__name__: detector
    for detector in (
        wrong_direction_of_recency,
        strict_instead_of_not_less,
        median_for_mean,
        sum_for_mean,
        mean_of_wrong_column,
        column_mixed_up,
        arrows_in_another_order,
        name_by_other_convention,
        share_of_customers_for_money,
        percent_as_fraction,
    )
}


def recognise(attempt: Attempt) -> dict[str, set[Cell]]:
    """这个练习登记过的误解里被说中的：误解 id → 格。"""
    found = {name: DETECTORS[name](attempt) for name in attempt.form.exercise.misconceptions}
    return {name: cells for name, cells in found.items() if cells}
