"""把一张实训表与它的核对结果摆给人看：笔记本、报告、进度表共用。"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

from lifecycle_lab import tables
from lifecycle_lab.answers import Answers
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.checks import (
    BLANK,
    CREDIT,
    FORMAT,
    PENDING,
    RIGHT,
    SIGNS,
    STATUSES,
    TONES,
    WRONG,
    CellOutcome,
    Outcome,
    asked,
    check,
)
from lifecycle_lab.exercises.forms import Cell, Form, lesson_forms
from lifecycle_lab.exercises.problems import problem
from lifecycle_lab.exercises.reasons import say
from lifecycle_lab.export import TABLE_STYLE, Table, html_text
from lifecycle_lab.schema import Indicator, Rule, half_up
from lifecycle_lab.tables import MEAN_ROW, Filling


@dataclass(frozen=True)
class Code:
    """一段程序原文，等宽显示。"""

    source: str

    def html(self) -> str:
        return f'<pre class="lab-code">{html.escape(self.source)}</pre>'

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True)
class Shown:
    """笔记本里显示的一块：几段话、几张表、程序原文；网页与终端各有写法。"""

    blocks: tuple[str | Table | Code, ...]

    def _repr_html_(self) -> str:
        shown = (f"<p>{html_text(b)}</p>" if isinstance(b, str) else b.html() for b in self.blocks)
        return TABLE_STYLE + "".join(shown)

    def __str__(self) -> str:
        return "\n\n".join(str(block) for block in self.blocks)

    __repr__ = __str__


def filled_table(
    sheet: Form, assignment: Assignment, answers: Answers, outcome: Outcome | None = None
) -> Table | None:
    """学生填到现在的表；给了 outcome 就在每格后面加上结果的记号。文字题没有表 → None。"""
    entries = sheet.read(answers)
    marks = {(c.row, c.column): c for c in outcome.cells} if outcome else {}
    shown = {cell: _cell_text(entry.shown or entry.text, marks.get(cell)) for cell, entry in entries.items()}
    tones = {cell: TONES[c.status] for cell, c in marks.items() if c.status != BLANK}
    return laid_out(sheet, assignment, Filling(shown, tones), asked(sheet, assignment, answers))


def _cell_text(text: str, cell: CellOutcome | None) -> str:
    sign = SIGNS[cell.status] if cell else ""
    return f"{text} {sign}".strip()


def laid_out(sheet: Form, assignment: Assignment, filling: Filling, wanted: tuple[Cell, ...]) -> Table | None:
    """按练习的种类摆成表4-2…表4-5 或热身表。"""
    text = assignment.course.tables.get(sheet.exercise.id)
    sample, indicators = assignment.sample, assignment.indicators
    match sheet.exercise.answer:
        case "marks_of_toy":
            return tables.warm_up(text, sheet.exercise.given, filling)
        case "means":
            return tables.table_4_2(text, sample, indicators, filling, assignment.rule)
        case "marks":
            directions = _directions(assignment)
            return tables.table_4_3(text, sample, indicators, filling, directions, assignment.rule)
        case "levels":
            return tables.table_4_4(text, sample, assignment.convention, filling, turned(assignment))
        case "strategies":
            return tables.table_4_5(text, dict.fromkeys(row for row, _ in wanted), filling)
        case "problem":
            asked = problem(sheet.exercise, assignment)
            return tables.problem(
                text, asked.rows, asked.given, {c: a.unit for c, a in asked.asks.items()}, filling
            )
        case _:
            return None


def _directions(assignment: Assignment) -> list[str]:
    """每一列一句：越大越好还是越小越好，相等怎么标；照字面读反了的照实说。"""
    return [
        _direction(assignment, "literal" if assignment.rule.turns(i) else i.better, i)
        for i in assignment.indicators
    ]


def turned(assignment: Assignment) -> list[str]:
    """照字面读反了的指标，名称表怎样查；没有读反的就没有话。"""
    return [_direction(assignment, "names", i) for i in assignment.indicators if assignment.rule.turns(i)]


def _direction(assignment: Assignment, name: str, indicator: Indicator) -> str:
    fields = {"letter": indicator.letter, "label": indicator.label, "unit": indicator.unit}
    return say(assignment, f"direction.{name}", **fields)


def summary(outcome: Outcome, assignment: Assignment) -> str:
    """一句话：多少格，各种结果多少，全对时说可以往下走。"""
    names = assignment.course.reasons
    counts = [f"{names[f'outcome.{s}']} {outcome.counts[s]}" for s in STATUSES if outcome.counts[s]]
    score = f"；机器核对的部分得 {half_up(outcome.score, 1)} / {outcome.full} 分" if outcome.full else ""
    return (
        f"{outcome.exercise.title}：{len(outcome.cells)} 格，{'，'.join(counts)}{score}。{_verdict(outcome)}"
    )


def _verdict(outcome: Outcome) -> str:
    """能不能往下走：有过程分的要回去改前一张，文字题只说收到了。"""
    if not outcome.passed:
        return ""
    if outcome.exercise.answer == "text":
        written = sum(len(cell.entry.text) for cell in outcome.cells)
        return f"收到了，共 {written} 字，由老师评阅。"
    if outcome.counts[CREDIT]:
        return f"分数拿满了，但有 {outcome.counts[CREDIT]} 格是跟着前一张表一起错的：先改前一张，再来改这里。"
    return "这一题通过了。"


def missing(assignment: Assignment, answers: Answers) -> str:
    """交之前说一遍：哪些练习还有没填的、格式不对的、错的格；都好了是空文字。"""
    parts = []
    for sheet in lesson_forms("", assignment):
        outcome = check(sheet.exercise.id, assignment, answers)
        names = assignment.course.reasons
        found = [
            f"{names[f'outcome.{s}']} {outcome.counts[s]} 格"
            for s in (BLANK, FORMAT, WRONG)
            if outcome.counts[s]
        ]
        parts += [f"{sheet.exercise.title}（{'，'.join(found)}）"] if found else []
    return f"还可以再看：{'；'.join(parts)}。现在写、现在交也可以。" if parts else ""


def details(outcome: Outcome, assignment: Assignment) -> Table | None:
    """需要再看的格：写的是什么、结果、为什么；全对时说一遍理由，让对也对得明白。"""
    needy = [WRONG, FORMAT, CREDIT]
    order = needy if any(outcome.counts[s] for s in needy) else [RIGHT]
    cells = [cell for status in order for cell in outcome.cells if cell.status == status]
    if not cells:
        return None
    headings = _headings(outcome, assignment)
    rows = tuple(
        (
            row_name(cell.row, assignment.rule),
            headings.get(cell.column, cell.column),
            cell.entry.shown or cell.entry.text,
            assignment.course.reasons[f"outcome.{cell.status}"],
            why(cell, assignment),
        )
        for cell in cells
    )
    tones = {(i, 3): TONES[cell.status] for i, cell in enumerate(cells)}
    title = "逐格的理由" if outcome.passed and not outcome.counts[CREDIT] else "需要再看的格"
    return Table(title, ("行", "列", "你写的", "结果", "为什么"), rows, tones=tones)


def _headings(outcome: Outcome, assignment: Assignment) -> Mapping[str, str]:
    text = assignment.course.tables.get(outcome.exercise.id)
    return text.columns if text else {}


def row_name(row: str, rule: Rule) -> str:
    """一行给人看的名字。"""
    return rule.centre_name if row == MEAN_ROW else row


def why(cell: CellOutcome, assignment: Assignment) -> str:
    named = assignment.course.misconceptions.get(cell.misconception)
    return f"{cell.reason}（像是：{named.title}）" if named else cell.reason


def progress(assignment: Assignment, answers: Answers, lesson: str = "") -> Table:
    """每个练习做到哪里：格数、结果、得分、检查与提示的次数。"""
    rows = tuple(_progress_row(sheet, assignment, answers) for sheet in lesson_forms(lesson, assignment))
    return Table(
        "进度",
        ("练习", "格", "对", "过程分", "错", "还没填", "格式不对", "待评阅", "得分", "检查", "提示"),
        rows,
        f"机器核对的部分共 {sum(e.machine_points for e in assignment.course.exercises.values())} 分，"
        f"全书共 {sum(e.points for e in assignment.course.exercises.values())} 分，其余由老师评。"
        "检查和提示的次数只是记下来，不扣分；“过程分”照给分，但说明前一张表还有错。",
    )


def _progress_row(sheet: Form, assignment: Assignment, answers: Answers) -> tuple[str, ...]:
    outcome = check(sheet.exercise.id, assignment, answers)
    tried = answers.attempt(sheet.exercise.id)
    counts = (outcome.counts[s] for s in (RIGHT, CREDIT, WRONG, BLANK, FORMAT, PENDING))
    score = f"{half_up(outcome.score, 1)} / {outcome.full}" if outcome.full else "老师评"
    numbers = (len(outcome.cells), *counts, score, tried["checks"], tried["hints"])
    return (sheet.exercise.title, *map(str, numbers))
