"""核对一份交来的答案文件：只读数据，不运行、不打开、不转换学生交来的任何东西。

标准答案从学号、数据与（若有）课程密钥重新算出；文件里写的题本若与算出的不同就说出来，
仍按算出的题本核对：抄别人的文件，对不上自己的题本。
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.answers import MAX_BYTES, Answers, parse
from lifecycle_lab.content import course
from lifecycle_lab.exercises.assignment import Assignment, open_assignment, stated_rule
from lifecycle_lab.exercises.checks import CREDIT, STATUSES, Outcome, check
from lifecycle_lab.exercises.forms import known_tables
from lifecycle_lab.exercises.modes import DEMO_MARK
from lifecycle_lab.exercises.readings import rule_text
from lifecycle_lab.exercises.reasons import say
from lifecycle_lab.exercises.showing import details, progress
from lifecycle_lab.exercises.sources import SHIPPED
from lifecycle_lab.reading import read_bytes
from lifecycle_lab.schema import AnswerFileError, ParameterError, half_up, quote

FORMAT = 1


@dataclass(frozen=True)
class Marked:
    """一份答案核对完的样子；remarks 是教师要知道的事（题本不符、文件在外面改过……）。"""

    assignment: Assignment
    answers: Answers
    outcomes: Mapping[str, Outcome]
    remarks: tuple[str, ...]

    @property
    def _day(self) -> str:
        return f" · 观察日 {self.assignment.as_of}" if self.assignment.as_of else ""

    def document(self) -> dict[str, object]:
        """`check --json` 的内容（约定，format 1）。"""
        return {
            "format": FORMAT,
            "readable": True,
            "student_id": self.answers.student_id,
            "source": self.assignment.source,
            "as_of": self.assignment.as_of.isoformat() if self.assignment.as_of else "",
            "receipt": self.answers.sha256[:12],
            "remarks": list(self.remarks),
            "exercises": {name: _exercise(outcome) for name, outcome in self.outcomes.items()},
        }

    def __str__(self) -> str:
        shown = (
            details(outcome, self.assignment) for outcome in self.outcomes.values() if not outcome.passed
        )
        parts = [
            f"学号 {self.answers.student_id} · 来源 {self.assignment.source}{self._day} · 回执 {self.answers.sha256[:12]}",
            *(f"注意：{remark}" for remark in self.remarks),
            progress(self.assignment, self.answers),
            *(table for table in shown if table),
        ]
        return "\n\n".join(map(str, parts))


def _exercise(outcome: Outcome) -> dict[str, object]:
    return {
        "score": half_up(outcome.score, 2),
        "full": outcome.exercise.machine_points,
        "counts": {status: outcome.counts[status] for status in STATUSES},
        "cells": outcome.statuses,
        "misconceptions": [m.id for m in outcome.found],
    }


def read_answers(path: Path) -> Answers:
    """读一份交来的文件；读不懂、不是这门课的 → AnswerFileError 或 DataError。"""
    answers = parse(read_bytes(path, 64 * MAX_BYTES), path.name, known_tables=known_tables(course()))
    _require_this_course(answers, path)
    return answers


def mark(
    answers: Answers, source: str = "", as_of: str = "", variant_file: str = "", secret: bytes = b""
) -> Marked:
    """核对一份读懂了的答案；数据、题本、密钥是教师给的，给错了 → LabError。"""
    return mark_against(_assignment(answers, source, as_of, variant_file, secret), answers)


def mark_against(assignment: Assignment, answers: Answers, told: Collection[str] = STATUSES) -> Marked:
    """按已经打开的题本核对：一班人只读一次数据。told: 哪几种结果要说理由。"""
    outcomes = {name: check(name, assignment, answers, told) for name in course().exercises}
    return Marked(assignment, answers, outcomes, tuple(_remarks(assignment, answers, outcomes)))


def is_this_course(answers: Answers) -> bool:
    """是不是这门课、这份作业的答案。"""
    return (answers.course, answers.assignment) == (course().course_id, course().assignment)


def _require_this_course(answers: Answers, path: Path) -> None:
    if not is_this_course(answers):
        raise AnswerFileError(
            f"{quote(path.name, 80)} 是另一门课或另一份作业的答案。",
            why=f"文件里写的是 {quote(answers.course)}、{quote(answers.assignment)}。",
            remedy=f"这里核对的是 {course().course_id}、{course().assignment}。",
        )


def _assignment(answers: Answers, source: str, as_of: str, variant_file: str, secret: bytes) -> Assignment:
    named = str(answers.variant.get("source", ""))
    if not (source or variant_file) and named not in SHIPPED:
        raise ParameterError(
            f"这份答案是用自备的文件 {quote(named)} 做的。", remedy="用 --source 给出那份文件的路径，再核对。"
        )
    day = as_of or str(answers.variant.get("as_of") or "")
    return open_assignment(answers.student_id, source or named, day, variant_file, secret)


def _remarks(assignment: Assignment, answers: Answers, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    yield from suspicions(assignment, answers, outcomes)
    if credit := sum(outcome.counts[CREDIT] for outcome in outcomes.values()):
        yield f"有 {credit} 格是过程分：跟着前一张填错的表得的分。"


def suspicions(assignment: Assignment, answers: Answers, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """要问一声的：题本不符、在外面改过、夹带、从不检查却全对；老实做的一份一句也没有。"""
    yield from _about_variant(assignment, answers)
    if answers.edited_outside:
        yield "文件在工作簿之外改过（指纹不符）。"
    if answers.ignored_keys:
        yield f"文件里有不认识的内容，没有采用：{'、'.join(quote(k) for k in answers.ignored_keys[:5])}。"
    if not answers.saved_at:
        yield "文件没有保存过的记录：不是在工作簿里一格一格填出来的。"
    if any(DEMO_MARK in text for text in _texts(answers)):
        yield f"有文字是程序写的示范（以“{DEMO_MARK}”开头），不是学生写的。"
    if not any(attempt["checks"] for attempt in map(answers.attempt, outcomes)) and _all_right(outcomes):
        yield "机器核对的全对，却一次也没有检查过。"


def _about_variant(assignment: Assignment, answers: Answers) -> Iterator[str]:
    """题本是不是这位学生的，数据与观察日是不是课程的。"""
    yield from _about_rule(assignment, answers)
    if answers.data_sha256 != assignment.data_sha256:
        yield "答案是用另一份数据做的（数据指纹不同）。"
    if list(answers.variant.get("customers", ())) != list(assignment.customer_ids):
        keyed = (
            "（题本用了课程密钥：请给出密钥文件或题本文件）"
            if answers.variant.get("keyed") and not assignment.draw.keyed
            else ""
        )
        yield f"文件里的题本不是这位学生的题本{keyed}。"
    known = course().sources.get(assignment.source)
    if known and known.as_of != assignment.as_of:
        yield f"观察日是 {assignment.as_of}，课程定的是 {known.as_of}；换观察日就换了客户。"
    strangers = {
        row
        for name in ("table_4_3", "table_4_4")
        for row in answers.tables.get(name, {})
        if row not in assignment.customer_ids
    }
    if strangers:
        yield f"表里有题本以外的客户 {len(strangers)} 位，没有看。"


def _about_rule(assignment: Assignment, answers: Answers) -> Iterator[str]:
    """答案是照哪一条规则做的：课程改了 [rule]，以前发的题本就对不上了。"""
    try:
        theirs = stated_rule(answers.variant)
    except ValueError:
        theirs = None
    if theirs != assignment.rule:
        words = assignment.course.reasons
        said = rule_text(words, theirs) if theirs else quote(answers.variant["rule"])
        yield say(assignment, "course.another_rule", theirs=said, ours=rule_text(words, assignment.rule))


def _texts(answers: Answers) -> Iterator[str]:
    yield from answers.text.values()
    yield from (row.get("strategy", "") for row in answers.tables.get("table_4_5", {}).values())


def _all_right(outcomes: Mapping[str, Outcome]) -> bool:
    judged = [outcome for outcome in outcomes.values() if outcome.judged]
    return all(outcome.score == outcome.full for outcome in judged)
