"""课程事实学到哪里：一条事实有几道题，答过几道，最近一次答对几道(全书 A1–E9)。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import Template

from lifecycle_lab.answers import Answers
from lifecycle_lab.content.shapes import Fact
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.checks import BLANK, Outcome, check
from lifecycle_lab.exercises.forms import lesson_forms
from lifecycle_lab.exercises.review import memories
from lifecycle_lab.export import Table

_TONES = {"mastered": "good", "tried": "credit", "taught": "blank"}
_COLUMNS = ("id", "fact", "lessons", "asked", "tried", "right", "state")
_TOTALS = ("mastered", "tried", "taught")


@dataclass(frozen=True)
class FactState:
    """一条事实：lessons 是有它的题的课；asked、tried、right 数概念题与练习；state 是 FACT_STATES 之一。"""

    fact: Fact
    lessons: tuple[str, ...]
    asked: int
    tried: int
    right: int
    state: str


@dataclass(frozen=True)
class _Question:
    facts: tuple[str, ...]
    lesson: str
    tried: bool
    right: bool


def fact_states(assignment: Assignment, answers: Answers) -> tuple[FactState, ...]:
    """每条课程事实的情况，次序同 facts.csv。"""
    questions = [*_quiz(assignment, answers), *_exercises(assignment, answers)]
    return tuple(_state(fact, questions, assignment) for fact in assignment.course.facts.values())


def _quiz(assignment: Assignment, answers: Answers) -> Iterable[_Question]:
    for memory in memories(assignment.course, assignment.student_id, answers):
        yield _Question(memory.item.facts, memory.item.lesson, bool(memory.tries), memory.right)


def _exercises(assignment: Assignment, answers: Answers) -> Iterable[_Question]:
    for sheet in lesson_forms("", assignment):
        outcome, exercise = check(sheet.exercise.id, assignment, answers), sheet.exercise
        yield _Question(exercise.facts, exercise.lesson, is_begun(outcome), outcome.passed)


def is_begun(outcome: Outcome) -> bool:
    """至少填了一格。"""
    return outcome.counts[BLANK] < len(outcome.cells)


def _state(fact: Fact, questions: Iterable[_Question], assignment: Assignment) -> FactState:
    mine = [one for one in questions if fact.id in one.facts]
    lessons = tuple(sorted({one.lesson for one in mine}))
    tried, right = sum(one.tried for one in mine), sum(one.right for one in mine)
    return FactState(fact, lessons, len(mine), tried, right, _name(len(mine), tried, right, assignment))


def _name(asked: int, tried: int, right: int, assignment: Assignment) -> str:
    if not asked:
        return "unasked"
    if right >= assignment.course.review.mastered * asked:
        return "mastered"
    return "tried" if tried else "taught"


def fact_map(assignment: Assignment, answers: Answers) -> Table:
    """全部课程事实一张表；表下一句是合计。"""
    words, states = assignment.course.review.words, fact_states(assignment, answers)
    rows = tuple(
        (
            one.fact.id,
            one.fact.title,
            "、".join(lesson[:2] for lesson in one.lessons),
            *map(str, (one.asked, one.tried, one.right)),
            words[f"state.{one.state}"],
        )
        for one in states
    )
    tones = {(i, len(_COLUMNS) - 1): _TONES[one.state] for i, one in enumerate(states) if one.state in _TONES}
    counts = {name: sum(one.state == name for one in states) for name in _TOTALS}
    said = Template(words["facts.summary"]).substitute(counts, total=len(states))
    percent = int(100 * assignment.course.review.mastered)
    note = Template(words["facts.note"]).substitute(percent=percent)
    heads = tuple(words[f"facts.{name}"] for name in _COLUMNS)
    return Table(words["facts.title"], heads, rows, f"{said}{note}", tones)
