"""六条做法：主要作用在哪一段，为什么（D5）；做法与讲解是内容。"""

from __future__ import annotations

from collections.abc import Mapping

from lifecycle_lab.content import course
from lifecycle_lab.content.curve_words import MEASURE_STAGES, NO_STAGE, Measure, Measures
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_ROWS = tuple(f"做法{number}" for number in "一二三四五六")


def drawn(numbers: Numbers, book: Measures) -> tuple[Measure, ...]:
    """五种各一条，再添一条缩短考察期或延长稳定期的，打乱。"""
    twice = numbers.choice("twice", ("exploration", "stability"))
    chosen = []
    for stage in MEASURE_STAGES:
        mine = numbers.shuffled(f"measure|{stage}", [one for one in book.measures if one.stage == stage])
        chosen += mine[: 2 if stage == twice else 1]
    return tuple(numbers.shuffled("order", chosen))


def stage_levers(numbers: Numbers) -> Problem:
    """挑目标，再挑理由。"""
    book = course().curve_measures
    right: dict[Cell, object] = {}
    given: dict[Cell, str] = {}
    fields: dict[Cell, dict[str, object]] = {}
    mistakes: dict[str, dict[Cell, object]] = {"discount_for_relation": {}, "barrier_before_trust": {}}
    for row, one in zip(_ROWS, drawn(numbers, book), strict=True):
        given[row, "measure"] = one.text
        right |= {(row, "aim"): book.aims[one.stage], (row, "reason"): book.reasons[one.stage]}
        words = {"aim": book.aims[one.stage], "reason": book.reasons[one.stage], "why": one.why}
        fields |= {(row, column): words for column in ("aim", "reason")}
        if one.stage == NO_STAGE:
            mistakes["discount_for_relation"][row, "aim"] = book.aims["formation"]
        if one.stage == "stability":
            mistakes["barrier_before_trust"][row, "aim"] = book.aims["exploration"]
    asks = {
        "aim": Ask("choice", choices=tuple(book.aims.values())),
        "reason": Ask("choice", choices=tuple(book.reasons.values())),
    }
    return Problem(_ROWS, given, asks, right, fields, mistakes, lambda own: _own_reasons(own, book))


def _own_reasons(own: Mapping[Cell, Entry], book: Measures) -> dict[Cell, object]:
    """理由跟着学生自己挑的目标走。"""
    ids = {text: stage for stage, text in book.aims.items()}
    return {
        (row, "reason"): book.reasons[ids[own[row, "aim"].value]]  # type: ignore[index]
        for row in _ROWS
        if (row, "aim") in own
    }
