"""每个练习要填的表：哪些行、哪些列、每列认什么写法。行列由题本与课程内容决定，这里只把它们摆好。"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lifecycle_lab.answers import Answers
from lifecycle_lab.content import Course, Exercise, course
from lifecycle_lab.content.vocabulary import PROBLEM, TEXT
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import Entry, read_entry
from lifecycle_lab.exercises.problems import problem
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


def known_tables(course: Course) -> tuple[str, ...]:
    """答案文件里可以出现的表：每个不是文字题的练习一张。"""
    return tuple(e.id for e in course.exercises.values() if e.answer != TEXT)


@dataclass(frozen=True)
class Form:
    """exercise 的空白表；kinds: 列 → 写法；units: 列 → 单位。

    words: 列 → 认得的词，级别列是所有命名惯例的名字，选择列是可选的词。
    cells: 要填的格，先行后列；算题里有的格不问，所以不一定每行每列都有。
    """

    exercise: Exercise
    rows: tuple[str, ...]
    kinds: Mapping[str, str]
    cells: tuple[Cell, ...]
    words: Mapping[str, Collection[str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def read(self, answers: Answers) -> dict[Cell, Entry]:
        """学生在这张表里写下的每一格（没写的是空白）。"""
        return {
            cell: read_entry(self.kinds[cell[1]], self.stored(answers, cell), self._known(cell[1]))
            for cell in self.cells
        }

    def _known(self, column: str) -> Collection[str]:
        """这一列认得的词：级别列、选择列是可写的词，数的列是自己的单位。"""
        if column in self.words:
            return self.words[column]
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
    return assignment.once(("form", exercise_id), lambda: _form(exercises[exercise_id], assignment))


def _form(exercise: Exercise, assignment: Assignment) -> Form:
    if exercise.answer == PROBLEM:
        return _problem_form(exercise, assignment)
    units = {indicator.key: indicator.unit for indicator in assignment.indicators} | {"customer_count": "人"}
    rows, kinds = _rows(exercise, assignment), _KINDS[exercise.answer]
    cells = tuple((row, column) for row in rows for column in kinds)
    return Form(exercise, rows, kinds, cells, {"segment": _every_name()}, units)


@lru_cache(maxsize=1)
def _every_name() -> frozenset[str]:
    """所有命名惯例里的名字。"""
    return frozenset(name for found in course().conventions.values() for name in found.names.values())


def _problem_form(exercise: Exercise, assignment: Assignment) -> Form:
    asked = problem(exercise, assignment)
    kinds = {column: ask.kind for column, ask in asked.asks.items()}
    words = {column: ask.choices for column, ask in asked.asks.items() if ask.choices}
    units = {column: ask.unit for column, ask in asked.asks.items() if ask.unit}
    cells = tuple((row, column) for row in asked.rows for column in kinds if (row, column) in asked.right)
    return Form(exercise, asked.rows, kinds, cells, words, units)


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
    """一课里的全部练习，按课次，同一课按内容文件里的先后；lesson "" 表示全书。"""
    lessons = list(assignment.course.lessons)
    found = sorted(assignment.course.exercises.values(), key=lambda one: lessons.index(one.lesson))
    return tuple(form(one.id, assignment) for one in found if lesson in ("", one.lesson))
