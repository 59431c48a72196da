"""名单：学号、姓名、班级。学号是文字，开头的零不丢；坏了的、重复的说出是谁，整份拒收。"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lifecycle_lab.export import sheet_text, unguarded
from lifecycle_lab.reading import STRICT, Line, Source, halfwidth, identifier_problem
from lifecycle_lab.reading.sources import open_strictly
from lifecycle_lab.schema import DataError, ParameterError, quote
from lifecycle_lab.variants import normalise_id

MOST_STUDENTS, _TOP_LINES, _LONGEST_NAME = 5_000, 10, 100
_NAMES = {
    "student": ("学号", "学生学号", "学籍号", "学生编号", "student_id", "studentid", "student id", "id"),
    "name": ("姓名", "学生姓名", "名字", "name", "student_name", "student name"),
    "class": ("班级", "行政班", "行政班级", "教学班", "教学班级", "class", "class_name"),
}
_COLUMN_OF = {word: column for column, words in _NAMES.items() for word in words}
HEADER = ("学号", "姓名", "班级")


@dataclass(frozen=True)
class Student:
    """名单上的一位；student_id 已是唯一写法（normalise_id）。"""

    student_id: str
    name: str = ""
    class_name: str = ""

    @property
    def shown(self) -> str:
        return f"{self.student_id} {self.name}".strip()


@dataclass(frozen=True)
class Roster:
    """一个班；notes 是读名单时看见、要告诉教师的事。"""

    students: tuple[Student, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Student]:
        return {student.student_id: student for student in self.students}

    def csv(self) -> bytes:
        """我们自己的一份名单（UTF-8 带 BOM，公式字符前有一撇）。"""
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(HEADER)
        for student in self.students:
            lines.writerow(map(sheet_text, (student.student_id, student.name, student.class_name)))
        return text.getvalue().encode("utf-8-sig")


def read_roster(path: Path | str) -> Roster:
    """CSV（UTF-8、GBK）或 XLSX；表头可以在前十行里。读不出、学号坏了、重复 → DataError，说出哪一行、谁。"""
    path = Path(path)
    source = open_strictly(path, STRICT)
    if source.hidden_rows:
        raise DataError(
            f"{quote(path.name, 80)} 里有 {len(source.hidden_rows)} 行是隐藏的。",
            where=f"第 {source.hidden_rows[0]} 行",
            remedy="取消隐藏与筛选，再保存：不知道隐藏的学生算不算。",
        )
    header = _header(source)
    columns = _columns(source.name, header)
    students = [_student(source.name, line, columns) for line in source.records(header)]
    _refuse_doubles(source.name, students)
    if not 1 <= len(students) <= MOST_STUDENTS:
        raise DataError(f"名单里有 {len(students)} 人。", remedy=f"一个班要有 1 到 {MOST_STUDENTS} 人。")
    found = tuple(sorted((student for _, student in students), key=lambda s: s.student_id))
    return Roster(found, _notes(found))


def _header(source: Source) -> Line:
    """有“学号”一列的第一行；教务系统的导出上面常有几行标题。"""
    for line in source.preview(_TOP_LINES):
        if any(_column(cell) == "student" for cell in line.cells):
            return line
    raise DataError(
        f"名单 {quote(source.name, 80)} 里找不到“学号”一列。",
        where=f"前 {_TOP_LINES} 行",
        remedy="第一行写列名：学号、姓名、班级（姓名与班级可以没有）。",
    )


def _column(cell: str) -> str:
    return _COLUMN_OF.get("".join(halfwidth(cell).split()).casefold(), "")


def _columns(name: str, header: Line) -> dict[str, int]:
    found: dict[str, int] = {}
    for i, cell in enumerate(header.cells):
        column = _column(cell)
        if column in found:
            raise DataError(
                f"名单 {quote(name, 80)} 有两列都像{quote(cell)}。",
                where=f"第 {header.number} 行",
                remedy="只留一列学号、一列姓名、一列班级。",
            )
        if column:
            found[column] = i
    return found


def _student(name: str, line: Line, columns: dict[str, int]) -> tuple[int, Student]:
    where = f"{quote(name, 80)} 第 {line.number} 行"
    if line.problem:
        raise DataError("名单的这一行不整齐。", where=where, why=f"{line.problem}。", remedy="改好再试。")
    texts = {column: unguarded(line.cells[i].strip()) for column, i in columns.items()}
    if problem := identifier_problem(texts["student"]):
        raise DataError(
            f"学号 {quote(texts['student'])} 用不上。",
            where=where,
            why=f"{problem}。",
            remedy="从教务系统重新导出，学号那一列存成文字。",
        )
    try:
        student_id = normalise_id(texts["student"])
    except ParameterError as error:
        raise DataError(error.what, where=where, remedy="改好这个学号再试。") from None
    person = (texts.get("name", "")[:_LONGEST_NAME], texts.get("class", "")[:_LONGEST_NAME])
    return line.number, Student(student_id, *person)


def _refuse_doubles(name: str, students: Sequence[tuple[int, Student]]) -> None:
    seen: dict[str, tuple[int, Student]] = {}
    for number, student in students:
        if student.student_id in seen:
            before, other = seen[student.student_id]
            raise DataError(
                f"学号 {quote(student.student_id)} 出现了两次。",
                where=f"{quote(name, 80)} 第 {before} 行与第 {number} 行",
                why=f"{quote(other.name or '（没有姓名）')}与{quote(student.name or '（没有姓名）')}用了同一个学号。",
                remedy="删去一行，或改正其中一个学号。",
            )
        seen[student.student_id] = (number, student)


def _notes(students: Sequence[Student]) -> tuple[str, ...]:
    """要教师看一眼的：一个数字也没有的学号（多半是合计行）；长短不一的（多半有人开头的零被吃掉了）。"""
    notes = [
        f"学号 {quote(s.student_id)} 里没有一个数字：不是学生（如“合计”一行）的话，从名单里删去，换一个文件夹重新开班。"
        for s in students
        if not any(map(str.isdigit, s.student_id))
    ]
    lengths = {len(s.student_id) for s in students if s.student_id.isdigit()}
    if len(lengths) > 1:
        short = next(s for s in students if s.student_id.isdigit() and len(s.student_id) == min(lengths))
        notes.append(
            f"学号长短不一（{min(lengths)} 位到 {max(lengths)} 位），如 {quote(short.student_id)}："
            "看看是不是开头的 0 被表格软件去掉了。"
        )
    return tuple(notes)
