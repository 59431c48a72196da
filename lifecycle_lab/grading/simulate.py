"""演示班：编一份名单，再编全班交上来的东西——老实的、会错的、迟的、抄的、坏的。没有一位是真人。

不用随机数发生器：同样的人数、种子、密钥，同样的字节。教师先拿它练一遍，测试也用它。
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from string import Template

from lifecycle_lab.answers import Answers, encode, write_file
from lifecycle_lab.content.grading import simulated_text
from lifecycle_lab.content.vocabulary import PROBLEM, TEXT
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.checks import asked
from lifecycle_lab.exercises.forms import Cell, Form, lesson_forms
from lifecycle_lab.exercises.keys import follow, key
from lifecycle_lab.exercises.modes import as_typed
from lifecycle_lab.exercises.problems import problem
from lifecycle_lab.grading.classroom import BEIJING, SETTINGS, Classroom, init_class, open_class
from lifecycle_lab.grading.roster import Roster, Student
from lifecycle_lab.report.packing import entry
from lifecycle_lab.schema import DOWN, RECENCY, UP, ParameterError, column
from lifecycle_lab.variants import Numbers

START = datetime(2026, 12, 1, 20, 0, tzinfo=BEIJING)
"""演示班头一位存盘的时刻；后面的人依次晚一些。"""
MOST_STUDENTS = 1_000


def simulated_roster(students: int = 60, seed: int = 1) -> Roster:
    """编一份名单：学号开头有零。"""
    if not 1 <= students <= MOST_STUDENTS:
        raise ParameterError(f"演示班要有 1 到 {MOST_STUDENTS} 人。")
    numbers, text = Numbers(f"roster|{seed}"), simulated_text()
    return Roster(tuple(_student(numbers, text, i) for i in range(1, students + 1)))


def _student(numbers: Numbers, text, i: int) -> Student:
    name = numbers.choice(f"{i}|surname", text.surnames) + numbers.choice(f"{i}|given", text.given)
    return Student(f"0023{i:04d}", name, text.classes[i % len(text.classes)])


def honest_answers(classroom: Classroom, student: Student, seed: int = 1) -> Answers:
    """一位老实做的学生的答案：有对有错，有几位带着有名字的误解；后面的表跟着自己的前一张表。"""
    numbers = Numbers(f"class|{seed}|{student.student_id}")
    assignment = classroom.assignment(student)
    answers, skill = assignment.blank_answers(), numbers.whole("skill", 60, 100)
    for sheet in lesson_forms("", assignment):
        if numbers.whole(f"{sheet.exercise.id}|done", 1, 100) <= 92:
            answers = _worked(sheet, assignment, answers, numbers, skill)
    minutes = numbers.whole("minutes", 0, 14 * 24 * 60)
    session = f"{numbers.whole('session', 0, 2**60):016x}"
    saved = (START + timedelta(minutes=minutes)).isoformat(timespec="seconds")
    return replace(answers, revision=numbers.whole("revision", 20, 300), session=session, saved_at=saved)


def _worked(sheet: Form, assignment: Assignment, answers: Answers, numbers: Numbers, skill: int) -> Answers:
    """做一题：跟着自己前面的表，再按本事错几格；至少检查过一次。"""
    name = sheet.exercise.id
    answers = answers.with_attempt(name, checks=numbers.whole(f"{name}|checks", 1, 6), tried=True)
    if sheet.exercise.answer == TEXT:
        return answers.with_text(name, essay(numbers, name))
    values = _own_values(sheet, assignment, answers, numbers, skill)
    typed = {
        cell: _slipped(numbers, sheet, cell, as_typed(sheet.kinds[cell[1]], values[cell]), skill)
        if cell in values
        else essay(numbers, "|".join((name, *cell)))
        for cell in asked(sheet, assignment, answers)
    }
    return answers.with_cells(name, typed)


def _own_values(
    sheet: Form, assignment: Assignment, answers: Answers, numbers: Numbers, skill: int
) -> dict[Cell, object]:
    """标准答案，跟着自己前面的表改，再带上一种误解（本事越低越常有）。"""
    values = dict(key(sheet, assignment))
    values |= {
        cell: min(found, key=str) for cell, found in follow(sheet, assignment, answers).items() if found
    }
    ways = [wrong for wrong in _misbeliefs(sheet, assignment) if wrong]
    if ways and numbers.whole(f"{sheet.exercise.id}|belief", 1, 100) > skill:
        values |= numbers.choice(f"{sheet.exercise.id}|which", ways)
    return values


def _misbeliefs(sheet: Form, assignment: Assignment) -> Iterator[Mapping[Cell, object]]:
    """这一题里有名字的几种错法各会写成什么。"""
    if sheet.exercise.answer == PROBLEM:
        asked_cells = set(sheet.cells)
        for wrong in problem(sheet.exercise, assignment).mistakes.values():
            yield {cell: value for cell, value in wrong.items() if cell in asked_cells}
    elif sheet.exercise.answer == "marks":
        opposite = "low" if assignment.better[RECENCY] == "high" else "high"
        arrows = assignment.mark(column(assignment.sample, RECENCY), opposite)
        yield {(row, RECENCY): a for row, a in zip(assignment.customer_ids, arrows, strict=True)}


def _slipped(numbers: Numbers, sheet: Form, cell: Cell, text: str, skill: int) -> str:
    """偶尔一格手滑、写了别的样子，或没有填。"""
    roll = numbers.whole("|".join((sheet.exercise.id, *cell)), 1, 1000)
    if roll <= (100 - skill) * 3:
        return {UP: DOWN, DOWN: UP}.get(text, f"{text}1" if text[-1:].isdigit() else text)
    if roll > 990:
        return ""
    return f" {text}" if roll > 970 else text


def essay(numbers: Numbers, name: str) -> str:
    """一段编的话：每组取一句。"""
    text = simulated_text()
    said = []
    for part, options in text.parts.items():
        fields = {
            "shop": numbers.choice(f"{name}|{part}|shop", text.shops),
            "number": numbers.whole(f"{name}|{part}|n", 2, 29),
        }
        said.append(Template(numbers.choice(f"{name}|{part}", options)).substitute(fields))
    return "".join(said)


@dataclass(frozen=True)
class SimulatedFile:
    """编出来的一件：放在哪里，内容是什么。"""

    name: str
    data: bytes


def simulated_files(classroom: Classroom, seed: int = 1) -> tuple[SimulatedFile, ...]:
    """全班交上来的东西：多数老实，几位没交、交两份、迟交，有抄的、改学号的、交错的、坏的。"""
    students = classroom.roster.students
    own = {s.student_id: honest_answers(classroom, s, seed) for s in students}
    files = [f for i, s in enumerate(students) for f in _handed_in(i, s, students, own)]
    zipped, loose = files[: len(files) // 3], files[len(files) // 3 :]
    return (
        SimulatedFile("homework-1.zip", _windows_zip(zipped)),
        *(SimulatedFile(f"homework-2/{file.name}", file.data) for file in loose),
        SimulatedFile("homework-2/.DS_Store", b"\x00\x00\x00\x01Bud1"),
    )


def _handed_in(
    i: int, student: Student, students: Sequence[Student], own: Mapping[str, Answers]
) -> Iterator[SimulatedFile]:
    """第 i 位交了什么；每三十位里各种情形各有一位。"""
    mine, name = own[student.student_id], f"{student.name}-{student.student_id}.json"
    before = own[students[i - 1].student_id]
    match i % 30:
        case 7:
            return
        case 11:  # 交过两份：先交的少一些
            earlier = (datetime.fromisoformat(mine.saved_at) - timedelta(days=1)).isoformat(
                timespec="seconds"
            )
            yield SimulatedFile(f"v1/{name}", encode(replace(mine, text={}, revision=3, saved_at=earlier)))
            yield SimulatedFile(name, encode(mine))
        case 13:  # 整份抄前一位，改了学号
            yield SimulatedFile(name, encode(replace(before, student_id=student.student_id)))
        case 17:  # 自己的题本，文字抄前一位
            yield SimulatedFile(name, encode(replace(mine, text=before.text)))
        case 19:  # 在记事本里改过一格
            yield SimulatedFile(name, encode(mine).replace("↓".encode(), "↑".encode(), 1))
        case 23:  # 交了笔记本
            yield SimulatedFile(f"{student.student_id}.ipynb", b'{"cells": [], "nbformat": 4}')
        case 25:  # 传坏了一半
            yield SimulatedFile(name, encode(mine)[: len(encode(mine)) // 2])
        case 27:  # 迟了几天
            late = (datetime.fromisoformat(mine.saved_at) + timedelta(days=30)).isoformat(timespec="seconds")
            yield SimulatedFile(name, encode(replace(mine, saved_at=late)))
        case 29:  # 学号开头的零丢了
            lost = student.student_id.lstrip("0")
            yield SimulatedFile(name, encode(replace(mine, student_id=lost)))
        case _:
            yield SimulatedFile(name, encode(mine))


def _windows_zip(files: Sequence[SimulatedFile]) -> bytes:
    """像中文 Windows 压的：名字是 GBK 的字节，没有 UTF-8 的记号。"""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for file in files:
            package.writestr(_gbk_entry(file.name), file.data)
    return buffer.getvalue()


class _GbkInfo(zipfile.ZipInfo):
    def _encodeFilenameFlags(self):
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def _gbk_entry(name: str) -> zipfile.ZipInfo:
    plain = entry(name)
    found = _GbkInfo(name, plain.date_time)
    found.compress_type, found.create_system = plain.compress_type, 0
    return found


def simulate(classroom: Classroom, folder: Path, seed: int = 1) -> tuple[Path, ...]:
    """把演示班交上来的东西写进 folder。"""
    return tuple(
        write_file(folder / file.name, file.data, "演示的作业") for file in simulated_files(classroom, seed)
    )


def demonstration(
    folder: Path, students: int = 60, source: str = "", as_of: str = "", seed: int = 1
) -> Classroom:
    """演示班：folder 里已有就打开它。密钥是固定的，好让两次运行一样；真的班从不这样。"""
    if (folder / SETTINGS).is_file():
        return open_class(folder)
    roster = write_file(folder.parent / "roster.csv", simulated_roster(students, seed).csv(), "名单")
    secret = hashlib.sha256(f"demonstration|{seed}".encode()).hexdigest().encode()
    return init_class(roster, "演示班（编的）", folder, source, as_of, secret)
