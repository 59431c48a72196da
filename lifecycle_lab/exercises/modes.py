"""三种答案：空白、全对、每题故意错一格（概念题每课错一题）；以及每种应得的结果。

执行工作簿时先写好这样一份答案文件，再作为参数交给笔记本：笔记本里没有“模式”。
应得的结果由“改了哪一格”推出，不经过 `check`，所以能与它对照。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from lifecycle_lab.answers import Answers
from lifecycle_lab.content.vocabulary import PROBLEM
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.checks import BLANK, PENDING, RIGHT, WRONG, asked
from lifecycle_lab.exercises.entries import finite_text
from lifecycle_lab.exercises.forms import Cell, Form, lesson_forms
from lifecycle_lab.exercises.keys import Values, follow, key, segments
from lifecycle_lab.exercises.quiz_feedback import right_answer, wrong_answer
from lifecycle_lab.schema import DOWN, MONETARY, UP, ParameterError, half_up, quote

MODES = ("blank", "key", "sabotage")
DEMO_MARK = "（演示文字）"
Outcomes = dict[str, dict[str, str]]


def answers_for(mode: str, assignment: Assignment) -> Answers:
    """一份填好的答案；mode 不认识 → ParameterError。"""
    if mode not in MODES:
        raise ParameterError(f"没有模式 {quote(mode)}。", remedy=f"可用的：{'、'.join(MODES)}。")
    return assignment.once(("answers", mode), lambda: _answers_for(mode, assignment))


def _answers_for(mode: str, assignment: Assignment) -> Answers:
    answers = assignment.blank_answers()
    if mode == "blank":
        return answers
    for sheet in lesson_forms("", assignment):
        values = key(sheet, assignment)
        if mode == "sabotage" and values:
            cell = flipped_cell(sheet, assignment)
            values = values | {cell: _other_value(sheet, assignment, answers, cell, values[cell])}
        answers = _fill(sheet, assignment, answers, values)
    return _choose(mode, assignment, answers)


def _choose(mode: str, assignment: Assignment, answers: Answers) -> Answers:
    """概念题全对；sabotage 里每课的第一题答错。概念题不计分，不在 `expected` 里。"""
    quiz, started = {}, set()
    for item in assignment.course.quiz.values():
        spoiled = mode == "sabotage" and item.lesson not in started
        quiz[item.id] = wrong_answer(item) if spoiled else right_answer(item)
        started.add(item.lesson)
    return replace(answers, quiz=quiz)


def expected(mode: str, lesson: str, assignment: Assignment) -> Outcomes:
    """一课里每个练习每一格应得的结果。"""
    answers = answers_for(mode, assignment)
    found: Outcomes = {}
    for sheet in lesson_forms(lesson, assignment):
        flipped = flipped_cell(sheet, assignment) if mode == "sabotage" else None
        found[sheet.exercise.id] = {
            f"{row}/{column}": _expected_status(mode, sheet, (row, column), flipped)
            for row, column in asked(sheet, assignment, answers)
        }
    return found


def _expected_status(mode: str, sheet: Form, cell: Cell, flipped: Cell | None) -> str:
    if mode == "blank":
        return BLANK
    if sheet.kinds[cell[1]] == "text":
        return PENDING
    return WRONG if cell == flipped else RIGHT


def flipped_cell(sheet: Form, assignment: Assignment) -> Cell | None:
    """每题改哪一格；各题的那一格彼此无关，改了前面的不会让后面的变成“过程分”。算题改第一格。

    表4-2 改 M 的均值，表4-3 改第一位客户的 F，表4-4 改最后一位客户的级别，
    表4-5 改第一个要填的类型的人数；热身改第一位；文字题没有可改的格。
    """
    if sheet.exercise.answer == "strategies":
        return min(_present(sheet, assignment), key=sheet.rows.index), "customer_count"
    if sheet.exercise.answer == PROBLEM:
        return sheet.cells[0]
    cells: dict[str, Cell] = {
        "marks_of_toy": (sheet.rows[0], "mark"),
        "means": (sheet.rows[0], MONETARY),
        "marks": (sheet.rows[0], "frequency"),
        "levels": (sheet.rows[-1], "segment"),
    }
    return cells.get(sheet.exercise.answer)


def _present(sheet: Form, assignment: Assignment) -> list[str]:
    """去掉最后一位客户以后仍然在场的类型：表4-4 改了他的级别，这些类型照样要填。"""
    values = key(sheet, assignment)
    last = segments(assignment)[assignment.customer_ids[-1]]
    counts = {row: values[row, "customer_count"] - (row == last) for row in sheet.rows}
    return [row for row, count in counts.items() if count > 0]


def _other_value(sheet: Form, assignment: Assignment, answers: Answers, cell: Cell, right: object) -> object:
    """既不是标准答案，也不是从前面填的（含改过的格）接着算得出的值。"""
    taken = {right, *follow(sheet, assignment, answers).get(cell, ())}
    kind = sheet.kinds[cell[1]]
    candidates = sheet.words[cell[1]] if kind == "choice" else _CANDIDATES[kind](assignment, right)
    return next(value for value in candidates if value not in taken)


_CANDIDATES: Mapping[str, Callable[[Assignment, object], Iterable[object]]] = {
    "arrow": lambda _, right: (DOWN if right == UP else UP,),
    **dict.fromkeys(("number", "percent", "money", "factor"), lambda _, right: (right + 1, right + 2)),
    "days": lambda _, right: (right + step if isinstance(right, int) else step for step in range(1, 4)),
    "whole": lambda _, right: (right + step for step in range(1, 4)),
    "segment": lambda assignment, right: sorted(set(assignment.segments.values()) - {right}),
}


def _fill(sheet: Form, assignment: Assignment, answers: Answers, values: Values) -> Answers:
    wanted = asked(sheet, assignment, answers)
    if sheet.exercise.answer == "text":
        return answers.with_text(sheet.exercise.id, _sample_text(assignment, ""))
    typed = {
        cell: as_typed(sheet.kinds[cell[1]], values[cell])
        if cell in values
        else _sample_text(assignment, cell[0])
        for cell in wanted
    }
    return answers.with_cells(sheet.exercise.id, typed)


def as_typed(kind: str, value: object) -> str:
    """标准值 → 学生会写的样子：均值写精确值，占比写两位小数。"""
    if kind == "percent":
        return half_up(Fraction(value), 2)
    return finite_text(value) if isinstance(value, Fraction) else str(value)


def example_strategy(assignment: Assignment, row: str) -> str:
    """一类客户的策略示例（content），写完自己的之后对照。"""
    state = next(s for s, name in assignment.segments.items() if name == row)
    example = assignment.course.strategies[state]
    return (
        f"特征：{example.traits}；对象：{example.target}；渠道：{example.channel}；做法：{example.offer}；"
        f"时机：{example.timing}；衡量：{example.measure}。（依据 {example.fact}）"
    )


def _sample_text(assignment: Assignment, row: str) -> str:
    """文字格的演示文字，写明是演示：策略取自课程的示例，思考题留出位置。"""
    return DEMO_MARK + (example_strategy(assignment, row) if row else "此处写你自己的回答。")
