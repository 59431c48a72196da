"""发：一人一个小包，照许可清单从空包装起——题本、空白答案、课页、开始说明，别的一样也没有。

题本只有自己的十位客户；包里没有密钥、种子、评分标准与别人的题本。包里的名字全是 ASCII，哪个系统解开都不乱。
"""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lifecycle_lab.answers import default_path, encode, write_file
from lifecycle_lab.content import course
from lifecycle_lab.content.grading import grading
from lifecycle_lab.exercises.assignment import Assignment, variant_document
from lifecycle_lab.exercises.forms import Form, form
from lifecycle_lab.exercises.readings import unusual_rule
from lifecycle_lab.exercises.showing import laid_out
from lifecycle_lab.export import Table
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.feedback import feedback_name
from lifecycle_lab.grading.gradebook import column_names
from lifecycle_lab.grading.roster import Student
from lifecycle_lab.report import Block, Document, Items, Paragraph, Section, to_docx, to_html
from lifecycle_lab.report.packing import entry
from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.tables import Filling

FOLDER = "hand-out"
VARIANT, GUIDE = "variant.json", "START_HERE.html"
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
_NOT_FOR_STUDENTS = ("90_", "91_")
_ROOM, _LINES = "\n".join(["　" * 24] * 4), 14
"""纸上一格文字留四行、二十四个字宽；一道文字题留十四行。"""
_KERNEL = {"kernelspec", "language_info"}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class HandedOut:
    """发出去的：文件与各有多大（字节）。"""

    files: tuple[tuple[Path, int], ...]

    @property
    def total(self) -> int:
        return sum(size for _, size in self.files)


def hand_out(
    classroom: Classroom, *, shared: bool = False, printed: bool = False, progress: Progress = lambda *_: None
) -> HandedOut:
    """写进班级文件夹的 hand-out/：一人一个 ZIP；shared 时课页合成一个包，题本一人一个文件；printed 再加纸上的一份。"""
    folder, files = classroom.folder / FOLDER, []
    students = classroom.roster.students
    if shared:
        files.append(_written(folder / "lessons.zip", bundle(_common_parts(classroom))))
    for count, student in enumerate(students, 1):
        assignment, name = classroom.assignment(student), feedback_name(student)
        if shared:
            files.append(_written(folder / "variants" / f"{name}.json", _json(variant_document(assignment))))
        else:
            files.append(_written(folder / f"{name}.zip", bundle(_student_parts(classroom, student, name))))
        if printed:
            files.append(_written(folder / "printed" / f"{name}.docx", to_docx(paper(classroom, student))))
        progress(count, len(students))
    return HandedOut(tuple(files))


def _written(path: Path, data: bytes) -> tuple[Path, int]:
    return write_file(path, data, "要发的包"), len(data)


Parts = Iterator[tuple[str, bytes]]


def bundle(parts: Parts) -> bytes:
    """（名字，内容）→ ZIP 的字节；同样的内容同样的字节；名字不是 ASCII 的不装。"""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in parts:
            if not name.isascii():
                raise ParameterError(f"包里的名字 {quote(name, 80)} 不是 ASCII。")
            package.writestr(entry(name), data)
    return buffer.getvalue()


def _student_parts(classroom: Classroom, student: Student, top: str) -> Parts:
    """许可清单：就这几样。"""
    assignment = classroom.assignment(student)
    answers = default_path("answers", _answers_stem(assignment), assignment.student_id).name
    yield f"{top}/{GUIDE}", to_html(guide(classroom, student)).encode()
    yield f"{top}/{VARIANT}", _json(variant_document(assignment))
    yield f"{top}/answers/{answers}", encode(assignment.blank_answers())
    values = {"student_id": student.student_id, "variant_file": VARIANT, "answers_file": f"answers/{answers}"}
    for name, notebook in lesson_notebooks():
        yield f"{top}/{name}", _notebook_bytes(filled_in(notebook, values))


def _answers_stem(assignment: Assignment) -> str:
    day = f"-{assignment.as_of}" if assignment.as_of else ""
    return f"{assignment.course.assignment}-{Path(assignment.source).stem}{day}"


def _common_parts(classroom: Classroom) -> Parts:
    yield f"lessons/{GUIDE}", to_html(guide(classroom, None)).encode()
    for name, notebook in lesson_notebooks():
        yield f"lessons/{name}", _notebook_bytes(filled_in(notebook, {"variant_file": VARIANT}))


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=True, indent=1) + "\n").encode()


def _notebook_bytes(notebook: dict) -> bytes:
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


@lru_cache(maxsize=1)
def lesson_notebooks() -> tuple[tuple[str, dict], ...]:
    """学生的课，按课次；输出、没用的元数据都拿掉。没有课页（没在检出里）→ ParameterError。"""
    found = []
    for lesson in course().lessons:
        if lesson.startswith(_NOT_FOR_STUDENTS):
            continue
        path = NOTEBOOKS / f"{lesson}.ipynb"
        if not path.is_file():
            raise ParameterError(
                f"找不到课页 {lesson}.ipynb。", where=str(NOTEBOOKS), remedy="在工作簿的检出里运行。"
            )
        found.append((path.name, _bare(json.loads(path.read_text(encoding="utf-8")))))
    return tuple(found)


def _bare(notebook: dict) -> dict:
    """只留课文与代码：存过的输出、附件里可能有别人的东西。"""
    cells = []
    for cell in notebook["cells"]:
        kept = {key: cell[key] for key in ("cell_type", "id", "metadata", "source")}
        if cell["cell_type"] == "code":
            kept |= {"execution_count": None, "outputs": []}
        cells.append(kept)
    metadata = {key: value for key, value in notebook["metadata"].items() if key in _KERNEL}
    return {"cells": cells, "metadata": metadata, **{k: notebook[k] for k in ("nbformat", "nbformat_minor")}}


def filled_in(notebook: dict, values: dict[str, str]) -> dict:
    """参数格里填好学号与题本文件：学生打开就能做，不必改字。"""
    found = copy.deepcopy(notebook)
    for cell in found["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            lines = "".join(cell["source"]).splitlines()
            cell["source"] = "\n".join(_filled_line(line, values) for line in lines).splitlines(keepends=True)
    return found


def _filled_line(line: str, values: dict[str, str]) -> str:
    name, _, rest = line.partition(" = ")
    if name not in values:
        return line
    _, hash_mark, comment = rest.partition("  # ")
    return f"{name} = {json.dumps(values[name], ensure_ascii=False)}{hash_mark}{comment}"


def guide(classroom: Classroom, student: Student | None) -> Document:
    """开始说明：怎样打开、做到哪里、交哪一个文件。"""
    words, allow = grading(), course().allowed
    steps = [
        words.words[f"guide.step_{n}"]
        for n in (("own", "open", "fill", "hand_in") if student else ("shared", "open", "fill", "hand_in"))
    ]
    allowed = [
        words.words[f"guide.{name}_{'yes' if flag else 'no'}"]
        for name, flag in (("hints", allow.hints), ("solution", allow.solution))
    ]
    due = tuple(
        f"{task.title}：{task.due:%Y-%m-%d %H:%M}" for task in classroom.rules.tasks if task.due is not None
    )
    told = filter(None, [unusual_rule(course()), *allowed])
    blocks: list[Block] = [Items(tuple(steps), numbered=True), *map(Paragraph, told)]
    sections = [Section(words.words["guide.how"], tuple(blocks))]
    if due:
        sections.append(Section(words.words["guide.due"], (Items(due),)))
    cover = (
        ()
        if student is None
        else ((words.words["column.name"], student.name), (words.words["column.student"], student.student_id))
    )
    return Document(words.words["guide.title"], cover, tuple(sections), classroom.rules.name)


def paper(classroom: Classroom, student: Student) -> Document:
    """纸上的一份：一课一课地，每题的题面、空表与可选的词；文字题留出地方。"""
    assignment, words = classroom.assignment(student), grading().words
    cover = (
        (words["column.name"], student.name),
        (words["column.student"], student.student_id),
        (words["column.class"], student.class_name),
    )
    sections = [Section("", (Paragraph(words["guide.paper_how"]),))]
    for task in classroom.rules.tasks:
        sheets = [form(name, assignment) for name in task.exercises]
        sections += [_on_paper(task.title, sheet, assignment) for sheet in sheets]
    return Document(words["guide.paper"], cover, tuple(sections), classroom.rules.name, by_hand=True)


def _on_paper(lesson: str, sheet: Form, assignment: Assignment) -> Section:
    texts = {cell: _ROOM for cell in sheet.cells if sheet.kinds[cell[1]] == "text"}
    table = laid_out(sheet, assignment, Filling(texts), sheet.cells) or _box(sheet)
    body = (table, *map(Paragraph, _choices(sheet)))
    heading = f"{sheet.exercise.title}（{lesson.split('：')[0]}）"
    return Section(heading, (Paragraph(sheet.exercise.prompt), *body))


def _box(sheet: Form) -> Table:
    """一道文字题：一个框，不拆在两页。"""
    return Table(sheet.exercise.title, (grading().words["guide.paper_room"],), (("\n" * _LINES,),))


def _choices(sheet: Form) -> Iterator[str]:
    """选单在纸上没有，写成一句；只是 A、B、C 的，题里已经写着。"""
    names = column_names(sheet.exercise)
    for column, kind in sheet.kinds.items():
        found = sheet.words.get(column, ())
        if kind == "choice" and any(len(word) > 1 for word in found):
            yield grading().say("guide.paper_choices", column=names[column], choices="、".join(found))
