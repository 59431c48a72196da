"""成绩册：数是数，公式只有我们自己的合计；学生写的只是文字。同样的输入写出同样的字节。"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction

from lifecycle_lab.answers import Answers
from lifecycle_lab.content import Exercise, course
from lifecycle_lab.content.grading import grading
from lifecycle_lab.exercises.checks import BLANK, CREDIT, FORMAT, PENDING, RIGHT, WRONG
from lifecycle_lab.exercises.showing import row_name, why
from lifecycle_lab.grading.classroom import Classroom, Task
from lifecycle_lab.grading.collecting import Received
from lifecycle_lab.grading.marks import Marks
from lifecycle_lab.grading.scoring import (
    Graded,
    Part,
    machine_full,
    machine_score,
    shown_exercises,
    teacher_full,
)
from lifecycle_lab.grading.suspicion import written_text
from lifecycle_lab.report.typed import Column, Formula
from lifecycle_lab.report.workbook import Sheet, letter, workbook
from lifecycle_lab.schema import half_up

_COUNTS = (RIGHT, CREDIT, WRONG, BLANK, FORMAT, PENDING)
_FRONT = ("student", "name", "class", "state", "total", "flags")  # 成绩页最左的几列，不用往右找
_TEXTS = {
    "student": "text",
    "name": "text",
    "exercise": "text",
    "full": "number",
    "mark": "entry",
    "comment": "entry",
    "written": "prose",
    "rubric": "prose",
    "note": "text",
    "exercise_id": "text",
    "fingerprint": "text",
    "judged": "entry",
}  # “文字评阅”页：要填的格紧挨着冻住的姓名，看着文字也填得到
_ADJUST_COLUMN = 2


def gradebook(
    classroom: Classroom, graded: Sequence[Graded], received: Sequence[Received], marks: Marks
) -> bytes:
    """八页 → xlsx 的字节。"""
    texts = list(_text_rows(classroom, graded, marks))
    key = list(_TEXTS).index("exercise_id")
    places = {(row[0], row[key]): number for number, row in enumerate(texts, 2)}
    sheets = (
        _scores(classroom, graded, marks, places),
        _sheet("texts", _text_columns(), texts),
        _sheet("adjust", _adjust_columns(), [_adjust_row(one, marks) for one in graded]),
        _statistics(classroom, graded),
        _sheet("exercises", _exercise_columns(), list(_exercise_rows(classroom, graded))),
        _sheet("cells", _cell_columns(), list(_cell_rows(graded))),
        _sheet("flags", _plain_columns("student", "name", "what"), list(_flag_rows(graded))),
        _sheet(
            "received",
            _plain_columns("place", "student", "status", "reason", "receipt"),
            _received_rows(received),
        ),
    )
    return workbook(sheets, classroom.rules.name)


def _word(name: str, **fields: object) -> str:
    return grading().say(f"column.{name}", **fields)


def _plain_columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(_word(name)) for name in names)


def _sheet(name: str, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> Sheet:
    note = grading().words.get(f"note.{name}", "")
    frozen = 2 if columns[0].name == _word("student") else 0
    return Sheet(grading().words[f"sheet.{name}"], tuple(columns), rows, note, frozen)


def short(points: Fraction) -> str:
    """分的短写法：8.00 → 8，2.50 → 2.5。"""
    return half_up(points, 2).rstrip("0").rstrip(".") or "0"


def saved_text(answers: Answers) -> str:
    """保存时间写给人看：年-月-日 时:分；没有是一道横线。"""
    return answers.saved_at[:16].replace("T", " ") or "—"


def rounded(points: Fraction) -> Fraction:
    """成绩册里的分：两位小数，四舍五入；合计按它们加，看得见的数加得起来。"""
    hundredths = (200 * abs(points.numerator) + points.denominator) // (2 * points.denominator)
    return Fraction(hundredths if points >= 0 else -hundredths, 100)


class Line:
    """成绩页的一行：一列一列地摆，记着每一列的字母，公式从这里取。"""

    def __init__(self, number: int) -> None:
        self.number, self.cells = number, []

    def put(self, value: object) -> str:
        self.cells.append(value)
        return f"{letter(len(self.cells) - 1)}{self.number}"


def subtotal(classroom: Classroom, part: Part | None, one: Graded, marks: Marks) -> Fraction:
    """一次作业的小计：机器判的与教师评的相加，扣去迟交，两位小数。"""
    if part is None:
        return Fraction(0)
    points = sum(
        (
            rounded(machine_score(classroom, outcome))
            + (marks.mark(one.student.student_id, name).points or 0)
            for name, outcome in part.outcomes.items()
        ),
        Fraction(0),
    )
    return rounded(points * (100 - late_percent(part, one, marks)) / 100)


def late_percent(part: Part, one: Graded, marks: Marks) -> int:
    return 0 if marks.adjustment(one.student.student_id).free else part.late_percent


def total(classroom: Classroom, one: Graded, marks: Marks) -> Fraction:
    points = sum((subtotal(classroom, part, one, marks) for part in one.parts), Fraction(0))
    return rounded(points + (marks.adjustment(one.student.student_id).points or 0))


def _scores(
    classroom: Classroom, graded: Sequence[Graded], marks: Marks, places: dict[tuple[str, str], int]
) -> Sheet:
    full = sum(task_full(classroom, task) for task in classroom.rules.tasks)
    columns = [*_plain_columns(*_FRONT[:4]), Column(f"{_word('total')}（{full}）", "number")]
    columns.append(Column(_word("flags"), "whole"))
    for task in classroom.rules.tasks:
        columns += _task_columns(classroom, task)
    columns += [Column(_word("adjust"), "number"), *_plain_columns("saved_at", "receipt")]
    rows = [_score_row(classroom, one, marks, places, n) for n, one in enumerate(graded, 2)]
    return _sheet("scores", columns, rows)


def _task_columns(classroom: Classroom, task: Task) -> Iterator[Column]:
    for name in task.exercises:
        exercise = course().exercises[name]
        title = exercise.title.split("：")[0]
        if exercise.machine_points:
            points = short(machine_full(classroom, exercise))
            yield Column(_word("machine", title=title, points=points), "number")
        if exercise.rubric:
            points = short(teacher_full(classroom, exercise))
            yield Column(_word("teacher", title=title, points=points), "number")
    title = task.title.split("：")[0]
    yield Column(_word("late", title=title), "share")
    yield Column(f"{_word('subtotal', title=title)}（{task_full(classroom, task)}）", "number")


def task_full(classroom: Classroom, task: Task) -> int:
    """一次作业的满分。"""
    return sum(classroom.rules.scale_of(course().exercises[name])[0] for name in task.exercises)


def _score_row(
    classroom: Classroom, one: Graded, marks: Marks, places: dict[tuple[str, str], int], number: int
) -> list[object]:
    line, student = Line(number), one.student
    for text in (student.student_id, student.name, student.class_name, grading().words[f"state.{one.state}"]):
        line.put(text)
    line.cells.append(None)  # 总分：各次小计摆好了才写得出
    line.put(len(one.flags) + len(one.notes) or None)
    parts = {part.task.id: part for part in one.parts}
    sums = [
        _put_task(classroom, line, task, parts.get(task.id), one, marks, places)
        for task in classroom.rules.tasks
    ]
    adjustment = marks.adjustment(student.student_id).points or Fraction(0)
    place = f"'{grading().words['sheet.adjust']}'!{letter(_ADJUST_COLUMN)}{number}"
    sums.append(line.put(Formula(f"SUM({place})", rounded(adjustment))))
    line.cells[_FRONT.index("total")] = Formula(
        f"ROUND(SUM({','.join(sums)}),2)", total(classroom, one, marks)
    )
    line.put(saved_text(one.latest.answers) if one.latest else "")
    line.put(one.latest.answers.sha256[:12] if one.latest else "")
    return line.cells


def _put_task(classroom, line: Line, task: Task, part: Part | None, one: Graded, marks: Marks, places) -> str:
    """一次作业的各列；返回小计在哪一格。"""
    cells = []
    for name in task.exercises:
        exercise = course().exercises[name]
        if exercise.machine_points:
            scored = rounded(machine_score(classroom, part.outcomes[name])) if part else None
            cells.append(line.put(scored))
        if exercise.rubric:
            cells.append(line.put(_mark_formula(one, exercise, marks, places)))
    late = line.put(Fraction(late_percent(part, one, marks), 100) if part else Fraction(0))
    expression = f"ROUND(SUM({','.join(cells)})*(1-{late}),2)"
    return line.put(Formula(expression, subtotal(classroom, part, one, marks)))


def _mark_formula(one: Graded, exercise: Exercise, marks: Marks, places) -> Formula | None:
    """教师评的分从“文字评阅”页取来；没有文字可评就是空的。"""
    row = places.get((one.student.student_id, exercise.id))
    if row is None:
        return None
    points = marks.mark(one.student.student_id, exercise.id).points or Fraction(0)
    place = f"'{grading().words['sheet.texts']}'!{letter(list(_TEXTS).index('mark'))}{row}"
    return Formula(f"SUM({place})", points)


def _text_columns() -> tuple[Column, ...]:
    return tuple(Column(_word(name), kind) for name, kind in _TEXTS.items())


def _text_rows(classroom: Classroom, graded: Sequence[Graded], marks: Marks) -> Iterator[list[object]]:
    """写了文字的，或以前评过的，一题一行；评分标准在旁边。"""
    for one in graded:
        student = one.student.student_id
        for exercise in shown_exercises(classroom):
            written, mark = written_text(one, exercise), marks.mark(student, exercise.id)
            if not exercise.rubric or not (written or mark.points is not None or mark.comment):
                continue
            fingerprint = hashlib.sha256(written.encode()).hexdigest()[:12]
            changed = bool(mark.judged) and mark.judged != fingerprint
            mine, whole = classroom.rules.scale_of(exercise)
            rubric = "\n".join(
                f"{short(Fraction(line.points * mine, whole))} 分：{line.text}" for line in exercise.rubric
            )
            yield [
                *(student, one.student.name, exercise.title.split("：")[0]),
                *(teacher_full(classroom, exercise), mark.points, mark.comment or None, written, rubric),
                grading().words["flag.later_text"] if changed else "",
                *(exercise.id, fingerprint, mark.judged or None),
            ]


def _adjust_columns() -> tuple[Column, ...]:
    return (
        *_plain_columns("student", "name"),
        *(Column(_word(n), "entry") for n in ("adjust", "free", "comment")),
    )


def _adjust_row(one: Graded, marks: Marks) -> list[object]:
    found = marks.adjustment(one.student.student_id)
    student = one.student
    return [
        student.student_id,
        student.name,
        found.points,
        "是" if found.free else None,
        found.comment or None,
    ]


def _statistics(classroom: Classroom, graded: Sequence[Graded]) -> Sheet:
    """每一列分数的平均、最高、最低，都是公式。"""
    kinds = ("number", "number", "number", "whole")
    columns = (
        Column(_word("what")),
        *(Column(_word(n), k) for n, k in zip(("mean", "most", "least", "handed"), kinds, strict=True)),
    )
    scores = grading().words["sheet.scores"]
    rows, column = [], len(_FRONT)
    for task in classroom.rules.tasks:
        for exercise in (course().exercises[name] for name in task.exercises):
            if exercise.machine_points:
                values = [
                    rounded(machine_score(classroom, one.outcomes[exercise.id][0]))
                    for one in graded
                    if one.parts
                ]
                rows.append(
                    _statistic(
                        exercise.title,
                        f"'{scores}'!{letter(column)}2:{letter(column)}{len(graded) + 1}",
                        values,
                    )
                )
                column += 1
            column += bool(exercise.rubric)
        column += 2
    return _sheet("statistics", columns, rows)


def _statistic(title: str, cells: str, values: list[Fraction]) -> list[object]:
    mean = sum(values, Fraction(0)) / len(values) if values else Fraction(0)
    return [
        title,
        Formula(f"IF(COUNT({cells})=0,0,ROUND(AVERAGE({cells}),2))", rounded(mean)),
        Formula(f"MAX({cells})", max(values, default=Fraction(0))),
        Formula(f"MIN({cells})", min(values, default=Fraction(0))),
        Formula(f"COUNT({cells})", Fraction(len(values))),
    ]


def _exercise_columns() -> tuple[Column, ...]:
    whole = tuple(Column(_word(name), "whole") for name in _COUNTS)
    numbers = (Column(_word("score"), "number"), Column(_word("full"), "number"))
    return (
        *_plain_columns("student", "name", "exercise"),
        *whole,
        *numbers,
        *_plain_columns("misconceptions"),
    )


def _exercise_rows(classroom: Classroom, graded: Sequence[Graded]) -> Iterator[list[object]]:
    for one in graded:
        for outcome, _ in one.outcomes.values():
            yield [
                *(one.student.student_id, one.student.name, outcome.exercise.title),
                *(outcome.counts[status] for status in _COUNTS),
                *(rounded(machine_score(classroom, outcome)), machine_full(classroom, outcome.exercise)),
                "、".join(m.title for m in outcome.found),
            ]


def _cell_columns() -> tuple[Column, ...]:
    return _plain_columns("student", "name", "exercise", "row", "column", "written", "result", "why")


def _cell_rows(graded: Sequence[Graded]) -> Iterator[list[object]]:
    """错的、格式不对的、得过程分的格，一格一行。"""
    reasons = course().reasons
    for one in graded:
        for outcome, _ in one.outcomes.values():
            headings = column_names(outcome.exercise)
            for cell in outcome.cells:
                if cell.status in (WRONG, FORMAT, CREDIT):
                    yield [
                        *(one.student.student_id, one.student.name, outcome.exercise.title),
                        *(
                            row_name(cell.row, one.assignment.rule),
                            headings.get(cell.column, cell.column),
                            cell.entry.text,
                        ),
                        *(reasons[f"outcome.{cell.status}"], why(cell, one.assignment)),
                    ]


def column_names(exercise: Exercise) -> dict[str, str]:
    """列的编号 → 列名。"""
    text = course().tables.get(exercise.id)
    return dict(text.columns) if text else {}


def _flag_rows(graded: Sequence[Graded]) -> Iterator[list[object]]:
    for one in graded:
        for flag in (*one.flags, *one.notes):
            yield [one.student.student_id, one.student.name, flag]


def _received_rows(received: Sequence[Received]) -> list[list[object]]:
    words = grading().words
    return [[r.place, r.student, words[f"status.{r.status}"], r.said, r.sha256[:12]] for r in received]
