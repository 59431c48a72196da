"""一个班从收到的东西到成绩册、反馈、讲评：先全部算好，再写；成绩册写新、落盘、改名，哪一刻断电都是新旧之一。"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lifecycle_lab.answers import write_file
from lifecycle_lab.export import written_whole
from lifecycle_lab.grading.class_page import class_document, lecture_sections, projector_document
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.collecting import Received
from lifecycle_lab.grading.feedback import feedback, feedback_name
from lifecycle_lab.grading.gradebook import gradebook
from lifecycle_lab.grading.marks import GRADEBOOK, Marks, read_marks
from lifecycle_lab.grading.scoring import Graded, grade_all
from lifecycle_lab.grading.suspicion import with_suspicions
from lifecycle_lab.report import Section, to_docx, to_html
from lifecycle_lab.schema import DataError, quote

FEEDBACK, CLASS_PAGE, PROJECTOR = "feedback", "class.html", "projector.html"
Progress = Callable[[int, int], None]


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """评一批的时候不停下来找循环的垃圾：做出来的全要留到写完，找也是白找，要多花四分之一的时间。"""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True)
class ClassGrades:
    """评完的一个班；write 写出来。"""

    classroom: Classroom
    graded: tuple[Graded, ...]
    received: tuple[Received, ...]
    marks: Marks

    @cached_property
    def _lecture(self) -> tuple[Section, ...]:
        return lecture_sections(self.classroom, self.graded)

    def gradebook(self) -> bytes:
        return gradebook(self.classroom, self.graded, self.received, self.marks)

    def class_page(self) -> str:
        return to_html(class_document(self.classroom, self.graded, self.received, self._lecture))

    def projector(self) -> str:
        return to_html(projector_document(self.classroom, self.graded, self.received, self._lecture))

    def feedback(self, one: Graded) -> str:
        return to_html(feedback(self.classroom, one, self.marks))

    @_uninterrupted()
    def write(self, *, docx: bool = False, progress: Progress = lambda *_: None) -> tuple[Path, ...]:
        """写出成绩册、讲评与每人的反馈；返回给人看的几个路径。"""
        folder = self.classroom.folder
        pages = {folder / CLASS_PAGE: self.class_page(), folder / PROJECTOR: self.projector()}
        book = self.gradebook()
        for count, one in enumerate(self.graded, 1):
            self._write_feedback(one, docx)
            progress(count, len(self.graded))
        for path, text in pages.items():
            write_file(path, text.encode(), "讲评")
        write_file(folder / GRADEBOOK, book, "成绩册")
        return folder / GRADEBOOK, folder / CLASS_PAGE, folder / PROJECTOR, folder / FEEDBACK

    def _write_feedback(self, one: Graded, docx: bool) -> None:
        """反馈随时能重做，不必每份都等落盘；写完才换名，不会只有半份。"""
        place = self.classroom.folder / FEEDBACK / feedback_name(one.student)
        document = feedback(self.classroom, one, self.marks)
        _write_quickly(place.with_suffix(".html"), to_html(document).encode())
        if docx:
            _write_quickly(place.with_suffix(".docx"), to_docx(document))


def _write_quickly(path: Path, data: bytes) -> None:
    try:
        with written_whole(path) as (part,):
            part.write_bytes(data)
    except OSError as error:
        raise DataError(
            "反馈写不进去。",
            where=quote(path, 200),
            why=error.strerror or "系统没有说原因。",
            remedy="清出空间，关掉占用它的程序，再评一次。",
        ) from error


@_uninterrupted()
def grade_class(classroom: Classroom) -> ClassGrades:
    """评一个班；什么也不写。"""
    marks = read_marks(classroom)
    graded, received = grade_all(classroom)
    return ClassGrades(classroom, with_suspicions(classroom, graded), received, marks)


def summary_lines(grades: ClassGrades, written: Sequence[Path]) -> list[str]:
    """评完以后终端上说的几句。"""
    handed = sum(one.state == "handed" for one in grades.graded)
    flagged = sum(bool(one.flags) and one.state == "handed" for one in grades.graded)
    return [
        f"名单 {len(grades.graded)} 人：交了 {handed} 人，没有交 {len(grades.graded) - handed} 人，"
        f"要问一声的 {flagged} 人；收到 {len(grades.received)} 件。",
        *(f"写好了：{path}" for path in written),
    ]
