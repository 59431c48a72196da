"""教师在成绩册里填的：文字题的分与评语、调整、免迟交。下次评分读回来，一格也不丢。

成绩册可能被 Excel、WPS、LibreOffice 存过，用读订单的那道严格的门读；填错了说出在哪一页哪一行，不猜、不改。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from lifecycle_lab.content import course
from lifecycle_lab.content.grading import grading
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.scoring import teacher_full
from lifecycle_lab.reading import open_source, parse_decimal
from lifecycle_lab.schema import DataError, LabError, half_up, quote
from lifecycle_lab.variants import normalise_id

GRADEBOOK = "gradebook.xlsx"
MOST_ADJUST = 1_000
_YES = {"是": True, "": False, "否": False}


@dataclass(frozen=True)
class Mark:
    """一题文字的评分：points 没填是 None；judged 是评的时候那段文字的指纹。"""

    points: Fraction | None = None
    comment: str = ""
    judged: str = ""


@dataclass(frozen=True)
class Adjustment:
    """一位学生的加减分、免迟交与总评语。"""

    points: Fraction | None = None
    free: bool = False
    comment: str = ""


@dataclass(frozen=True)
class Marks:
    """教师填的全部。texts: （学号，练习）→ 评分。"""

    texts: Mapping[tuple[str, str], Mark] = field(default_factory=dict)
    adjustments: Mapping[str, Adjustment] = field(default_factory=dict)

    def mark(self, student: str, exercise: str) -> Mark:
        return self.texts.get((student, exercise), Mark())

    def adjustment(self, student: str) -> Adjustment:
        return self.adjustments.get(student, Adjustment())


def read_marks(classroom: Classroom) -> Marks:
    """从成绩册读回来；还没有成绩册是空的。读不懂、填得不合 → DataError，成绩册原样不动。"""
    path = classroom.folder / GRADEBOOK
    if not path.exists():
        return Marks()
    texts = dict(_texts(classroom, path))
    return Marks(texts, dict(_adjustments(classroom, path)))


def _rows(path: Path, sheet: str, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """一页里一行一行：（给人看的位置，列 → 文字）；表下的说明不是行。"""
    words = grading().words
    title = words[f"sheet.{sheet}"]
    try:
        source = open_source(path, sheet=title)
        header, *_ = source.preview(1)
    except LabError as error:
        raise DataError(
            f"成绩册的“{title}”页读不出来，成绩册没有动。",
            where=path.name,
            why=error.why or error.what,
            remedy="关掉正开着它的软件再试；改坏了的，换回备份，或把它移走、重新评一次（填过的分要再填）。",
        ) from None
    places = {name: _place(header.cells, words[f"column.{name}"], path, title) for name in columns}
    for line in source.lines():
        if line.number > header.number:
            cells = (*line.cells, *[""] * len(header.cells))
            texts = {name: cells[i].strip() for name, i in places.items()}
            if any(texts[name] for name in columns[1:]):
                yield f"{path.name} “{title}”页第 {line.number} 行", texts


def _place(cells: tuple[str, ...], heading: str, path: Path, title: str) -> int:
    if heading not in cells:
        raise DataError(
            f"成绩册的“{title}”页里没有“{heading}”一列，成绩册没有动。",
            where=path.name,
            remedy="把列名改回来；或把成绩册移走，重新评一次。",
        )
    return cells.index(heading)


def _texts(classroom: Classroom, path: Path) -> Iterator[tuple[tuple[str, str], Mark]]:
    columns = ("student", "exercise_id", "mark", "comment", "judged", "fingerprint")
    for where, row in _rows(path, "texts", columns):
        points, comment = _number(where, row["mark"]), row["comment"]
        if points is None and not comment:
            continue
        student = _student(classroom, where, row["student"])
        exercise = course().exercises.get(row["exercise_id"])
        if exercise is None:
            raise DataError(
                f"不认识的练习 {quote(row['exercise_id'])}。", where=where, remedy="练习编号不要改。"
            )
        full = teacher_full(classroom, exercise)
        if points is not None and not 0 <= points <= full:
            raise DataError(
                f"评分 {quote(row['mark'])} 不在 0 到 {half_up(full, 2)} 之间。",
                where=where,
                remedy="改好存盘再评。",
            )
        judged = (row["judged"] or row["fingerprint"]) if points is not None else ""
        yield (student, exercise.id), Mark(points, comment, judged)


def _adjustments(classroom: Classroom, path: Path) -> Iterator[tuple[str, Adjustment]]:
    for where, row in _rows(path, "adjust", ("student", "adjust", "free", "comment")):
        points = _number(where, row["adjust"])
        if points is not None and abs(points) > MOST_ADJUST:
            raise DataError(f"调整 {quote(row['adjust'])} 太大。", where=where, remedy="改好存盘再评。")
        if row["free"] not in _YES:
            raise DataError(f"免迟交写的是 {quote(row['free'])}。", where=where, remedy="写“是”，或空着。")
        found = Adjustment(points, _YES[row["free"]], row["comment"])
        if found != Adjustment():
            yield _student(classroom, where, row["student"]), found


def _student(classroom: Classroom, where: str, text: str) -> str:
    """评分要有主人：名单上没有的，不许悄悄丢掉。"""
    try:
        student = normalise_id(text)
    except LabError:
        student = ""
    if student not in classroom.roster.by_id:
        raise DataError(
            f"成绩册里填了 {quote(text)} 的分，名单上没有这个学号。",
            where=where,
            remedy="学号不要改；人已经退课的，先把这一行填的分删去。",
        )
    return student


def _number(where: str, text: str) -> Fraction | None:
    if not text:
        return None
    number = parse_decimal(text)
    if number is None:
        raise DataError(f"{quote(text)} 不是数。", where=where, remedy="只写数；要说的话写在评语里。")
    return Fraction(number)
