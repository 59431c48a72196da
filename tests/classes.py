"""评分的测试共用：开一个编出来的班、老实的答案、一份答案单独评一遍。"""

from __future__ import annotations

import functools
import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path

from lifecycle_lab.answers import Answers, encode, write_file
from lifecycle_lab.exercises.modes import answers_for
from lifecycle_lab.grading import init_class
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.collecting import Received, read_submission
from lifecycle_lab.grading.roster import Roster, Student
from lifecycle_lab.grading.scoring import Graded, Version, _graded, _moment
from lifecycle_lab.grading.simulate import essay, honest_answers, simulated_roster
from lifecycle_lab.grading.suspicion import with_suspicions
from lifecycle_lab.variants import Numbers, normalise_id

SECRET = hashlib.sha256(b"tests").hexdigest().encode()
"""密钥写死：题本每次都一样，失败了能重做；要随机的写 secret=b""。"""


def new_class(
    folder: Path, students: int = 6, seed: int = 1, roster: Roster | None = None, secret: bytes = SECRET
) -> Classroom:
    """folder/class 里的一个班。"""
    names = write_file(folder / "roster.csv", (roster or simulated_roster(students, seed)).csv())
    return init_class(names, "测试班", folder / "class", secret=secret)


@functools.cache
def shared_class(students: int = 12) -> Classroom:
    """只读的一个班，几个测试共用。"""
    return new_class(Path(tempfile.mkdtemp(prefix="class-")), students)


def honest(classroom: Classroom, i: int, seed: int = 1) -> bytes:
    return encode(honest_answers(classroom, classroom.roster.students[i], seed))


def perfect(classroom: Classroom, student: Student) -> Answers:
    """全对的一份，每题检查过，存过盘；文字不是程序的示范。"""
    answers = answers_for("key", classroom.assignment(student))
    for name in classroom.rules.exercises:
        answers = answers.with_attempt(name, checks=1, tried=True)
    cells = {
        (row, column): essay(Numbers(student.student_id), row)
        for row, columns in answers.tables["table_4_5"].items()
        for column in columns
        if column == "strategy"
    }
    answers = answers.with_cells("table_4_5", cells)
    for name in answers.text:
        answers = answers.with_text(name, essay(Numbers(student.student_id), name))
    return replace(answers, revision=9, session=student.student_id, saved_at="2026-12-01T08:00:00+08:00")


def judged(classroom: Classroom, data: bytes, place: str = "x.json") -> Graded | None:
    """一段字节单独评一遍；没用上（读不懂、认不出）是 None。"""
    reading = read_submission(data, classroom.roster)
    if reading.answers is None:
        assert reading.said
        return None
    student = classroom.roster.by_id[normalise_id(reading.answers.student_id)]
    row = Received(place, "0" * 64, student=student.student_id)
    moment = _moment(classroom, row, reading.answers)
    version = Version(row, reading.answers, moment, encode(reading.answers) == data)
    found = _graded(classroom, student, classroom.assignment(student), (version,))
    return with_suspicions(classroom, [found])[0]
