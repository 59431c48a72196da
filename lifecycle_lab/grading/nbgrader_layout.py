"""给用 nbgrader 的学校：它的文件夹布局与它导出的那种成绩 CSV。nbgrader 不是依赖，也不运行任何东西。"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from lifecycle_lab.answers import write_file
from lifecycle_lab.export import sheet_text
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.collecting import STORE
from lifecycle_lab.grading.feedback import feedback_name
from lifecycle_lab.grading.grade import ClassGrades
from lifecycle_lab.grading.gradebook import late_percent, rounded, subtotal, task_full
from lifecycle_lab.grading.roster import Student
from lifecycle_lab.grading.scoring import Graded, Part, machine_score
from lifecycle_lab.reading import read_bytes
from lifecycle_lab.schema import half_up

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def export_nbgrader(grades: ClassGrades, folder: Path) -> tuple[Path, ...]:
    """写 submitted/学号/作业/answers.json 与 timestamp.txt，和一份 grades.csv；返回写了哪些。"""
    written = [path for one in grades.graded for path in _submitted(grades.classroom, one, folder)]
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows(row for one in grades.graded for row in _rows(grades, one))
    return (write_file(folder / "grades.csv", text.getvalue().encode("utf-8-sig"), "成绩表"), *written)


def _folder_name(student: Student) -> str:
    """能当文件夹名的学号照用；别的用安全写法，不会逃出文件夹。"""
    return student.student_id if _SAFE.fullmatch(student.student_id) else feedback_name(student)


def _submitted(classroom: Classroom, one: Graded, folder: Path) -> Iterator[Path]:
    for part in one.parts:
        place = folder / "submitted" / _folder_name(one.student) / part.task.id
        data = read_bytes(classroom.folder / STORE / part.version.row.stored)
        yield write_file(place / "answers.json", data, "交件的抄本")
        yield write_file(place / "timestamp.txt", f"{part.version.answers.saved_at}\n".encode(), "交件的抄本")


def _rows(grades: ClassGrades, one: Graded) -> Iterator[list[str]]:
    """每次作业一行；没交的也有一行，分是 0。"""
    parts = {part.task.id: part for part in one.parts}
    for task in grades.classroom.rules.tasks:
        part = parts.get(task.id)
        raw = _raw(grades, one, part) if part else Fraction(0)
        score = subtotal(grades.classroom, part, one, grades.marks)
        full = task_full(grades.classroom, task)
        due = task.due.isoformat() if task.due else ""
        saved = part.version.answers.saved_at if part else ""
        texts = (task.id, due, saved, one.student.student_id, one.student.name, "", "")
        numbers = (half_up(raw, 2), half_up(raw - score, 2), half_up(score, 2), str(full))
        yield [*map(sheet_text, texts), *numbers]


def _raw(grades: ClassGrades, one: Graded, part: Part) -> Fraction:
    """扣迟交以前的分。"""
    if not late_percent(part, one, grades.marks):
        return subtotal(grades.classroom, part, one, grades.marks)
    student = one.student.student_id
    points = (
        rounded(machine_score(grades.classroom, outcome)) + (grades.marks.mark(student, name).points or 0)
        for name, outcome in part.outcomes.items()
    )
    return sum(points, Fraction(0))
