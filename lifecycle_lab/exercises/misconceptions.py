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
from lifecycle_lab.content.vocabulary import PROBLEM
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.forms import MEAN_ROW, Cell, Form
from lifecycle_lab.exercises.keys import COMPUTED_DIGITS, Values, centres, matches
from lifecycle_lab.exercises.problems import problem
from lifecycle_lab.schema import DOWN, INDICATOR_KEYS, RECENCY, Centre, Indicator, column, half_up


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
    # 整列同一个箭头说明不了什么：随手填满的也是这个样子
    if len(set(wrong_way)) < 2 or values is None or list(values.values()) != wrong_way:
        return set()
    missed = attempt.missed & set(values)
    return set(missed) if len(missed) >= 2 else set()


def wrong_direction_of_recency(attempt: Attempt) -> set[Cell]:
    """表4-3 看 R 列；表4-4 看每个组合的第一个箭头。"""
    opposite = "low" if attempt.assignment.better[RECENCY] == "high" else "high"
    arrows = attempt.assignment.mark(attempt.numbers(RECENCY), opposite)
    if attempt.form.exercise.answer == "marks":
        return _whole_column(attempt, RECENCY, arrows)
    rest = [attempt.key[row, "pattern"][1:] for row in attempt.form.rows]
    return _whole_column(attempt, "pattern", [a + b for a, b in zip(arrows, rest, strict=True)])


def strict_instead_of_not_less(attempt: Attempt) -> set[Cell]:
    """一列里恰好等于中心的都标了 ↓，而这一列别的格没有错；热身表与表4-3 都看。"""
    found: set[Cell] = set()
    for name in attempt.form.kinds:
        ties = _ties(attempt, name)
        written = {attempt.entries[cell].value for cell in ties}
        missed = {cell for cell in attempt.missed if cell[1] == name}
        found |= missed if written == {DOWN} and missed <= ties else set()
    return found


def _ties(attempt: Attempt, name: str) -> set[Cell]:
    toys = attempt.form.exercise.given
    numbers = [toy.monetary for toy in toys] if toys else attempt.numbers(name)
    centre = rfm.centre(numbers, attempt.assignment.rule.centre)
    return {(row, name) for row, x in zip(attempt.form.rows, numbers, strict=True) if x == centre}


def median_for_mean(attempt: Attempt) -> set[Cell]:
    """课程用均值，用了中位数。"""
    return _other_centre(attempt, "median")


def mean_for_median(attempt: Attempt) -> set[Cell]:
    """课程用中位数，用了均值。"""
    return _other_centre(attempt, "mean")


def _other_centre(attempt: Attempt, kind: Centre) -> set[Cell]:
    found: set[Cell] = set()
    for indicator in attempt.assignment.indicators:
        centre = rfm.centre(attempt.numbers(indicator.key), kind)
        found |= _with_centre(attempt, indicator, centre / 10**indicator.decimals)
    return found


def _with_centre(attempt: Attempt, indicator: Indicator, centre: Fraction) -> set[Cell]:
    """表4-2 的那一格写成了 centre（主单位）；表4-3 的整列是与 centre 比出来的。"""
    if attempt.form.exercise.answer == "means":
        return _typed_centre(attempt, indicator.key, centre)
    scaled, better = centre * 10**indicator.decimals, attempt.assignment.better[indicator.key]
    arrows = [rfm.mark_against(x, scaled, better) for x in attempt.numbers(indicator.key)]
    return _whole_column(attempt, indicator.key, arrows)


def _typed_centre(attempt: Attempt, name: str, value: Fraction) -> set[Cell]:
    """中心那一格写成了 value；若它也是正确的中心取得太短的写法（2.8 写成 3），就不算认出。"""
    cell = (MEAN_ROW, name)
    entry = attempt.entries[cell]
    if cell not in attempt.missed or not matches("number", name, entry, value):
        return set()
    too_short = entry.value == Fraction(half_up(attempt.key[cell], min(entry.digits, COMPUTED_DIGITS)))
    return set() if too_short else {cell}


def sum_for_mean(attempt: Attempt) -> set[Cell]:
    """停在了整列的合计上。"""
    found: set[Cell] = set()
    for indicator in attempt.assignment.indicators:
        total = Fraction(sum(attempt.numbers(indicator.key)), 10**indicator.decimals)
        found |= _typed_centre(attempt, indicator.key, total)
    return found


def mean_of_wrong_column(attempt: Attempt) -> set[Cell]:
    """用了另一列的中心。"""
    exact = centres(attempt.assignment)
    found: set[Cell] = set()
    for indicator in attempt.assignment.indicators:
        for centre in (value for name, value in exact.items() if name != indicator.key):
            found |= _with_centre(attempt, indicator, centre)
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
        if len(missed) >= 2 and written == reordered:
            return set(missed)
    return set()


def name_by_other_convention(attempt: Attempt) -> set[Cell]:
    """名字是别家惯例给这种组合的：本次惯例里没有这个名字，或整列都照同一种别家惯例写。

    各家的名字大半相同，换了一处的名字可能只是查错了行，所以同名的要整列都对得上才算。
    """
    course = attempt.assignment.course
    others = [c.names for c in course.conventions.values() if c.id != course.default_convention]
    rows = [row for row in attempt.form.rows if attempt.entries[row, "segment"].is_readable]
    written = {row: attempt.entries[row, "segment"].value for row in rows}
    named = [{row: rfm.segment(_written_pattern(attempt, row), names) for row in rows} for names in others]
    missed = {row for row in rows if (row, "segment") in attempt.missed}
    whole = missed if len(missed) >= 2 and written in named else set()
    own = set(attempt.assignment.segments.values())
    foreign = {
        row for row in missed if written[row] not in own and any(n[row] == written[row] for n in named)
    }
    return {(row, "segment") for row in whole | foreign}


def _written_pattern(attempt: Attempt, row: str) -> str:
    """学生照着起名字的组合：自己写的，没写好就取标准的。"""
    return attempt.entries[row, "pattern"].value or attempt.key[row, "pattern"]


def share_of_customers_for_money(attempt: Attempt) -> set[Cell]:
    """写了的占比都等于人数占比（人数取学生自己填的）。"""
    size = len(attempt.assignment.sample)
    heads = {row: Fraction(100 * _written_count(attempt, row), size) for row in attempt.form.rows}
    return _all_shares(attempt, heads)


def _written_count(attempt: Attempt, row: str) -> int:
    own = attempt.entries[row, "customer_count"].value
    return attempt.key[row, "customer_count"] if own is None else own


def percent_as_fraction(attempt: Attempt) -> set[Cell]:
    """写了的占比都是没有乘 100 的小数。"""
    return _all_shares(attempt, {row: attempt.key[row, "money_share"] / 100 for row in attempt.form.rows})


def _all_shares(attempt: Attempt, shares: Mapping[str, Fraction]) -> set[Cell]:
    """占比列写了的每一格（0 除外）都与 shares 相符，才算认出；一格碰巧相同不算。"""
    cells = {(row, "money_share"): share for row, share in shares.items()}
    written = {cell for cell in cells if attempt.entries[cell].value}
    missed = attempt.missed & written
    same = all(matches("percent", cell[1], attempt.entries[cell], cells[cell]) for cell in written)
    return set(missed) if same else set()


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


_TURNED = {mean_for_median.__name__: mean_for_median}
"""课程改用中位数才登记的。"""


def _in_problem(attempt: Attempt, mistaken: Mapping[Cell, object]) -> set[Cell]:
    """算题：没得分的格里，写的正是照这个误解算出的值的。

    数碰巧相同很难，一格就算；词只有几个可挑，要照它该错的格都照着错才算。
    """
    hit = {cell for cell in attempt.missed & set(mistaken) if _is_written(attempt, cell, mistaken[cell])}
    words = {cell for cell in mistaken if attempt.form.kinds[cell[1]] == "choice"}
    told = {cell for cell in words if mistaken[cell] != attempt.key[cell]}
    return hit if told <= hit else hit - words


def _is_written(attempt: Attempt, cell: Cell, value: object) -> bool:
    return matches(attempt.form.kinds[cell[1]], cell[1], attempt.entries[cell], value)


def recognise(attempt: Attempt) -> dict[str, set[Cell]]:
    """这个练习登记过的误解里被说中的：误解 id → 格。"""
    exercise = attempt.form.exercise
    if exercise.answer == PROBLEM:
        mistakes = problem(exercise, attempt.assignment).mistakes
        found = {name: _in_problem(attempt, mistakes.get(name, {})) for name in exercise.misconceptions}
    else:
        detectors = DETECTORS | _TURNED
        found = {name: detectors[name](attempt) for name in exercise.misconceptions}
    return {name: cells for name, cells in found.items() if cells}
