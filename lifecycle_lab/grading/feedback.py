"""给每位学生的反馈：得了多少、哪些格要再看、为什么、老师的话。网页自足，不连网络；Word 按需。

只写自己的题本与自己写下的；没做完的题不写答案，与自己核对时看到的理由相同。
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from lifecycle_lab.content import Exercise
from lifecycle_lab.content.grading import grading
from lifecycle_lab.exercises.checks import BLANK, CREDIT, Outcome
from lifecycle_lab.exercises.showing import details, summary
from lifecycle_lab.export import Table
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.gradebook import late_percent, saved_text, short, subtotal, task_full, total
from lifecycle_lab.grading.marks import Marks
from lifecycle_lab.grading.roster import Student
from lifecycle_lab.grading.scoring import NEEDY, Graded, machine_full, machine_score, teacher_full
from lifecycle_lab.grading.suspicion import written_text
from lifecycle_lab.report import Block, Document, Items, Paragraph, Section
from lifecycle_lab.schema import half_up


def feedback_name(student: Student) -> str:
    """反馈文件的名字（不带扩展名）：学号的安全写法加散列，什么学号都不会逃出文件夹或撞名。"""
    slug = "-".join(re.findall("[A-Za-z0-9]+", student.student_id))[:32] or "id"
    return f"{slug}-{hashlib.sha256(student.student_id.encode()).hexdigest()[:8]}"


def feedback(classroom: Classroom, one: Graded, marks: Marks) -> Document:
    """一位学生的反馈。"""
    words, student = grading().words, one.student
    cover = (
        (words["column.name"], student.name),
        (words["column.student"], student.student_id),
        (words["column.class"], student.class_name),
    )
    sections = tuple(_sections(classroom, one, marks)) if one.parts else (_nothing(one),)
    footer = f"{classroom.rules.name} · {words['page.footer']}"
    return Document(words["page.feedback"], cover, sections, footer)


def _nothing(one: Graded) -> Section:
    return Section(
        grading().words["page.overview"],
        (Paragraph(grading().words["page.none"]), *map(Paragraph, one.flags)),
    )


def _sections(classroom: Classroom, one: Graded, marks: Marks) -> Iterator[Section]:
    words = grading().words
    yield Section(words["page.overview"], tuple(_overview(classroom, one, marks)))
    empty = []
    for outcome, _ in one.outcomes.values():
        if outcome.counts[BLANK] == len(outcome.cells):
            empty.append(outcome.exercise.title)
        elif blocks := tuple(_exercise(classroom, one, outcome, marks)):
            yield Section(outcome.exercise.title, blocks)
    if empty:
        yield Section(words["page.not_done"], (Items(tuple(empty)),))


def _overview(classroom: Classroom, one: Graded, marks: Marks) -> Iterator[Block]:
    words, latest = grading().words, one.latest
    rows = [row for part in one.parts for row in _part_rows(classroom, one, part, marks)]
    adjustment = marks.adjustment(one.student.student_id)
    if adjustment.points:
        rows.append((words["column.adjust"], half_up(adjustment.points, 2), ""))
    full = sum(task_full(classroom, part.task) for part in one.parts)
    rows.append((words["column.total"], f"{short(total(classroom, one, marks))} / {full}", ""))
    columns = (words["column.exercise"], words["page.points"], words["page.teacher_points"])
    saved = saved_text(latest.answers)
    said = grading().say("page.overview_said", saved=saved, receipt=latest.answers.sha256[:12])
    yield Table(words["sheet.scores"], columns, tuple(rows), said)
    if one.notes:
        yield Items(one.notes)
    if adjustment.comment:
        yield Paragraph(f"{words['page.comment']}：{adjustment.comment}")


def _part_rows(classroom: Classroom, one: Graded, part, marks: Marks) -> Iterator[tuple[str, str, str]]:
    for outcome in part.outcomes.values():
        yield (
            outcome.exercise.title,
            _machine(classroom, outcome),
            _teacher(classroom, one, outcome.exercise, marks),
        )
    late = late_percent(part, one, marks)
    name = grading().say("column.subtotal", title=part.task.title) + (f"（-{late}%）" if late else "")
    yield name, f"{short(subtotal(classroom, part, one, marks))} / {task_full(classroom, part.task)}", ""


def _machine(classroom: Classroom, outcome: Outcome) -> str:
    full = machine_full(classroom, outcome.exercise)
    return f"{short(machine_score(classroom, outcome))} / {short(full)}" if full else "—"


def _teacher(classroom: Classroom, one: Graded, exercise: Exercise, marks: Marks) -> str:
    if not exercise.rubric:
        return "—"
    points = marks.mark(one.student.student_id, exercise.id).points
    shown = grading().words["page.waiting"] if points is None else short(points)
    return f"{shown} / {short(teacher_full(classroom, exercise))}"


def _exercise(classroom: Classroom, one: Graded, outcome: Outcome, marks: Marks) -> Iterator[Block]:
    """一题：一句总结，要再看的格，像是哪种误解，文字与老师的话。机器判的全对、不用老师评的不占地方。"""
    if outcome.passed and not outcome.counts[CREDIT] and not outcome.exercise.rubric:
        return
    yield Paragraph(summary(outcome, one.assignment))
    if any(outcome.counts[status] for status in NEEDY):
        yield details(outcome, one.assignment)
    if outcome.found:
        heard = grading().words["page.belief_heard"]
        yield Items(tuple(f"{heard}“{m.title}”：{m.message}" for m in outcome.found))
    if outcome.exercise.rubric:
        yield from _judged(classroom, one, outcome.exercise, marks)


def _judged(classroom: Classroom, one: Graded, exercise: Exercise, marks: Marks) -> Sequence[Block]:
    mark = marks.mark(one.student.student_id, exercise.id)
    mine, whole = classroom.rules.scale_of(exercise)
    rubric = Items(
        tuple(f"{short(Fraction(line.points * mine, whole))} 分：{line.text}" for line in exercise.rubric)
    )
    said = [Paragraph(f"{grading().words['page.comment']}：{mark.comment}")] if mark.comment else []
    return [Paragraph(written_text(one, exercise)), rubric, *said] if written_text(one, exercise) else said
