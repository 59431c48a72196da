"""核对一张表：每格一个结果和一句理由。学生自查、教师评分、执行时的比对叫的都是 `check`。

六种结果：对、过程分（与自己的上一张表一致）、错、还没填、格式不对、待评阅（文字由老师评）。
核对从不抛出错误，也从不改动答案。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from lifecycle_lab import rfm
from lifecycle_lab.answers import Answers
from lifecycle_lab.content import Exercise, Misconception
from lifecycle_lab.content.vocabulary import PROBLEM
from lifecycle_lab.exercises import misconceptions, reasons
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.forms import Cell, Form, form, lesson_forms
from lifecycle_lab.exercises.keys import (
    follow,
    is_worked,
    key,
    matches,
    own_centres,
    own_patterns,
    own_segments,
)

RIGHT, CREDIT, WRONG = "right", "credit", "wrong"
BLANK, FORMAT, PENDING = "blank", "format", "pending"
STATUSES = (RIGHT, CREDIT, WRONG, BLANK, FORMAT, PENDING)
SIGNS = {RIGHT: "✓", CREDIT: "✓（过程）", WRONG: "×", BLANK: "", FORMAT: "?", PENDING: "（待评阅）"}
TONES = {
    RIGHT: "good",
    CREDIT: "credit",
    WRONG: "bad",
    BLANK: "blank",
    FORMAT: "format",
    PENDING: "pending",
}
_GIVEN_TABLE = {"marks": "table_4_2", "levels": "table_4_3", "strategies": "table_4_4"}
_GIVEN_CELLS = "前面的格"


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """一格的结果：status 是 STATUSES 之一；misconception 是被认出的误解（没有则为空）。"""

    row: str
    column: str
    status: str
    entry: Entry
    reason: str
    misconception: str = ""


@dataclass(frozen=True)
class Outcome:
    """一个练习的结果。score 是机器判得的分，full 是机器能判的满分，其余分数由老师评。"""

    exercise: Exercise
    cells: tuple[CellOutcome, ...]
    found: tuple[Misconception, ...] = ()

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(cell.status for cell in self.cells)

    @property
    def statuses(self) -> dict[str, str]:
        """{"行/列": 结果}，写进 results.json。"""
        return {f"{cell.row}/{cell.column}": cell.status for cell in self.cells}

    @cached_property
    def judged(self) -> int:
        return sum(cell.column not in _TEXT_COLUMNS for cell in self.cells)

    @property
    def passed(self) -> bool:
        """没有空着的、格式不对的、错的格；表4-5 还要写了策略（表4-4 填完之前不问策略，所以过不了）。"""
        done = bool(self.cells) and not any(self.counts[status] for status in (WRONG, BLANK, FORMAT))
        return done and (bool(self.counts[PENDING]) or not self.exercise.rubric)

    @property
    def full(self) -> Fraction:
        return Fraction(self.exercise.machine_points)

    @cached_property
    def score(self) -> Fraction:
        if not self.judged:
            return Fraction(0)
        return self.full * (self.counts[RIGHT] + self.counts[CREDIT]) / self.judged


_TEXT_COLUMNS = frozenset({"strategy", "text"})


def asked(sheet: Form, assignment: Assignment, answers: Answers) -> tuple[Cell, ...]:
    """要填的格。表4-5 在表4-4 做完之后只问学生自己分出的那几类；之前问全部类型的依据，不问策略。"""
    if sheet.exercise.answer != "strategies":
        return sheet.cells
    names = own_segments(assignment, answers)
    own = tuple(cell for cell in sheet.cells if cell[0] in names.values())
    rows = {row for row, _ in own}
    if len(names) == len(assignment.sample) and is_worked(rows):
        return own
    return tuple(cell for cell in sheet.cells if cell[1] not in _TEXT_COLUMNS)


def check(
    exercise_id: str, assignment: Assignment, answers: Answers, told: Collection[str] = STATUSES
) -> Outcome:
    """核对一个练习；与登记的误解比对。told: 哪几种结果要说理由（评一个班时对的、空的不必说，快一倍）。"""
    sheet = form(exercise_id, assignment)
    entries, right = sheet.read(answers), key(sheet, assignment)
    followed = follow(sheet, assignment, answers, entries)
    wanted = asked(sheet, assignment, answers)
    statuses = {cell: _status(sheet, cell, entries[cell], right, followed) for cell in wanted}
    missed = frozenset(cell for cell, status in statuses.items() if status == WRONG)
    attempt = misconceptions.Attempt(sheet, assignment, entries, right, missed)
    found = misconceptions.recognise(attempt) if missed else {}
    named = {cell: name for name, cells in reversed(found.items()) for cell in cells}
    written = own_centres(assignment, answers) if sheet.exercise.answer == "marks" else {}
    own = reasons.Own(_own_patterns(sheet, assignment, answers, entries), written)
    said = {
        cell: _reason(sheet, assignment, cell, status, entries[cell], own)
        if status != CREDIT
        else _credit_reason(sheet, assignment, answers, cell, entries[cell])
        for cell, status in statuses.items()
        if status in told
    }
    cells = tuple(
        CellOutcome(*cell, status, entries[cell], said.get(cell, ""), named.get(cell, ""))
        for cell, status in statuses.items()
    )
    return Outcome(sheet.exercise, cells, tuple(assignment.course.misconceptions[name] for name in found))


def _status(
    sheet: Form, cell: Cell, entry: Entry, right: Mapping[Cell, object], followed: Mapping[Cell, set]
) -> str:
    if entry.is_blank:
        return BLANK
    if not entry.is_readable:
        return FORMAT
    kind = sheet.kinds[cell[1]]
    if kind == "text":
        return PENDING
    if matches(kind, cell[1], entry, right[cell]):
        return RIGHT
    follows = any(matches(kind, cell[1], entry, value) for value in followed.get(cell, ()))
    return CREDIT if follows else WRONG


def _own_patterns(
    sheet: Form, assignment: Assignment, answers: Answers, entries: Mapping[Cell, Entry]
) -> dict[str, str]:
    if sheet.exercise.answer != "levels":
        return {}
    written = {row: entries[row, "pattern"].value for row in sheet.rows if entries[row, "pattern"].value}
    return written | own_patterns(assignment, answers)


def _reason(
    sheet: Form, assignment: Assignment, cell: Cell, status: str, entry: Entry, own: reasons.Own
) -> str:
    if status in (BLANK, PENDING):
        return assignment.course.reasons[status]
    if status == FORMAT:
        return reasons.format_reason(sheet, assignment, cell, entry)
    if chosen := reasons.told(sheet, assignment, cell, entry.value):
        return chosen
    return reasons.reason(sheet, assignment, cell, solved=status == RIGHT, own=own)


def _credit_reason(sheet: Form, assignment: Assignment, answers: Answers, cell: Cell, entry: Entry) -> str:
    """说出与哪一张表一致：级别可能接着表4-3，也可能接着表4-4 里自己写的组合。"""
    if sheet.exercise.answer == PROBLEM:
        return reasons.say(assignment, "credit", table=_GIVEN_CELLS)
    given = _GIVEN_TABLE[sheet.exercise.answer]
    if cell[1] == "segment":
        pattern = own_patterns(assignment, answers).get(cell[0])
        if not pattern or rfm.segment(pattern, assignment.segments) != entry.value:
            given = sheet.exercise.id
    return reasons.say(assignment, "credit", table=assignment.course.tables[given].title.split(" ")[0])


def results(lesson: str, assignment: Assignment, answers: Answers) -> dict[str, dict[str, str]]:
    """一课里每个练习每一格的结果，写进 results.json;lesson "" 表示全书。"""
    return {
        sheet.exercise.id: check(sheet.exercise.id, assignment, answers).statuses
        for sheet in lesson_forms(lesson, assignment)
    }


def is_open(exercise_id: str, assignment: Assignment, answers: Answers) -> bool:
    """可以给学生看这一题的结果了：通过了，或认真试过（与 solution 同一道门）。"""
    return bool(answers.attempt(exercise_id)["tried"]) or check(exercise_id, assignment, answers).passed
