"""几道题共用的：取贴现率与年数、四位小数的系数、写给人看的数。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from lifecycle_lab import value
from lifecycle_lab.exercises.entries import Entry, finite_text
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.value import YearlyRate, Years
from lifecycle_lab.variants import Numbers

DIGITS = 4
BLANK = "—"


def rate_and_years(numbers: Numbers) -> tuple[YearlyRate, Years]:
    """5 % 到 14 %，3 到 8 年；几道题用同一套。"""
    return YearlyRate.percent(numbers.whole("rate", 5, 14)), Years(numbers.whole("years", 3, 8))


def rounded(number: Fraction, digits: int = DIGITS) -> Fraction:
    return Fraction(half_up(number, digits))


def given_annuity(rate: YearlyRate, loyal: Years) -> Fraction:
    """题目给出的系数：四位小数，就用它。"""
    return rounded(value.annuity(rate, loyal))


def written(number: Fraction | int) -> str:
    """理由与题面里的数：写得尽就写尽。"""
    return finite_text(Fraction(number))


def percent_text(share: Fraction) -> str:
    return f"{written(100 * share)} %"


def own(entries: Mapping[Cell, Entry], *cells: Cell) -> list[Fraction] | None:
    """学生写在这几格里的数；有一格没写好就是 None。"""
    if any(cell not in entries for cell in cells):
        return None
    return [Fraction(entries[cell].value) for cell in cells]  # type: ignore[arg-type]


def dashes(rows: Iterable[str], columns: Iterable[str], asked: Iterable[Cell]) -> dict[Cell, str]:
    """不问的格画一道横线。"""
    columns, asked = tuple(columns), set(asked)
    return {(row, column): BLANK for row in rows for column in columns if (row, column) not in asked}
