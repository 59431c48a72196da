"""每个练习要填的表：哪些行、哪些列、每列认什么写法。行列由题本与课程内容决定，这里只把它们摆好。"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lifecycle_lab.answers import Answers
from lifecycle_lab.content import Exercise
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import Entry, read_entry
from lifecycle_lab.schema import INDICATOR_KEYS, ParameterError, quote
from lifecycle_lab.tables import MEAN_ROW, Cell

TEXT_CELL = ("answer", "text")
_KINDS: dict[str, dict[str, str]] = {
    "marks_of_toy": {"mark": "arrow"},
    "means": dict.fromkeys(INDICATOR_KEYS, "number"),
    "marks": dict.fromkeys(INDICATOR_KEYS, "arrow"),
    "levels": {"pattern": "pattern", "segment": "segment"},
    "strategies": {"customer_count": "whole", "money_share": "percent", "strategy": "text"},
    "text": {"text": "text"},
}

KNOWN_TABLES = ("warm_up", "table_4_2", "table_4_3", "table_4_4", "table_4_5")
"""答案文件里可以出现的表。"""


@dataclass(frozen=True)
class Form:
    """exercise 的空白表；kinds: 列 → 写法；names: 认得的客户级别名（所有命名惯例的）；units: 列 → 单位。"""

    exercise: Exercise
    rows: tuple[str, ...]
    kinds: Mapping[str, str]
    names: frozenset[str] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple((row, column) for row in self.rows for column in self.kinds)

    def read(self, answers: Answers) -> dict[Cell, Entry]:
        """学生在这张表里写下的每一格（没写的是空白）。"""
        return {
            cell: read_entry(self.kinds[cell[1]], self.stored(answers, cell), self._known(cell[1]))
            for cell in self.cells
        }

    def _known(self, column: str) -> Collection[str]:
        """这一列认得的词：级别列是级别名，数的列是自己的单位。"""
        if self.kinds[column] == "segment":
            return self.names
        return {self.units[column]} if column in self.units else ()

    def stored(self, answers: Answers, cell: Cell) -> str:
        """学生写在一格里的原文；没写过是 ""。"""
        if self.exercise.answer == "text":
            return answers.text.get(self.exercise.id, "")
        return answers.cell(self.exercise.id, *cell)


def form(exercise_id: str, assignment: Assignment) -> Form:
    """exercise_id 不认识 → ParameterError。"""
    exercises = assignment.course.exercises
    if exercise_id not in exercises:
        raise ParameterError(
            f"没有练习 {quote(exercise_id)}。", remedy=f"可用的练习：{'、'.join(exercises)}。"
        )
    exercise = exercises[exercise_id]
    every_name = (
        name for convention in assignment.course.conventions.values() for name in convention.names.values()
    )
    units = {indicator.key: indicator.unit for indicator in assignment.indicators} | {"customer_count": "人"}
    return Form(exercise, _rows(exercise, assignment), _KINDS[exercise.answer], frozenset(every_name), units)


def _rows(exercise: Exercise, assignment: Assignment) -> tuple[str, ...]:
    match exercise.answer:
        case "marks_of_toy":
            return tuple(toy.customer_id for toy in exercise.given)
        case "means":
            return (MEAN_ROW,)
        case "marks" | "levels":
            return assignment.customer_ids
        case "strategies":
            return tuple(dict.fromkeys(assignment.segments.values()))
        case _:
            return (TEXT_CELL[0],)


def lesson_forms(lesson: str, assignment: Assignment) -> tuple[Form, ...]:
    """一课里的全部练习，按内容文件里的先后；lesson "" 表示全书。"""
    return tuple(
        form(exercise.id, assignment)
        for exercise in assignment.course.exercises.values()
        if lesson in ("", exercise.lesson)
    )
