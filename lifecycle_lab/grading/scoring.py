"""评：每位学生的题本从名单、密钥与数据重算，每格一个结果，与学生自己核对时叫的是同一个函数。

一次作业评按时交的最后一份；没有按时的，评最后一份并照规则扣。纯函数：同样的交来的东西、密钥与规则，同样的分。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property

from lifecycle_lab.answers import Answers, encode
from lifecycle_lab.content import Exercise, course
from lifecycle_lab.content.grading import grading
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.checks import CREDIT, FORMAT, WRONG, Outcome
from lifecycle_lab.exercises.marking import Marked, mark_against, suspicions
from lifecycle_lab.grading.classroom import BEIJING, Classroom, Task
from lifecycle_lab.grading.collecting import STORE, Received, read_record, read_submission
from lifecycle_lab.grading.roster import Student
from lifecycle_lab.reading import read_bytes
from lifecycle_lab.schema import LabError

HANDED, MISSING, UNREADABLE = "handed", "missing", "unreadable"
NEEDY = (WRONG, FORMAT, CREDIT)
"""要说理由的几种结果。"""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Version:
    """一位学生交来的一份；moment 是按规则看的时间，没有是 None；canonical: 字节是工作簿写出的原样。"""

    row: Received
    answers: Answers
    moment: datetime | None
    canonical: bool

    @property
    def order(self) -> tuple:
        early = datetime.min.replace(tzinfo=BEIJING)
        return self.moment or early, self.answers.revision, self.row.sha256


@dataclass(frozen=True)
class Part:
    """一次作业评出来的：用的是哪一份，迟几天扣百分之几，每个练习的结果。"""

    task: Task
    version: Version
    outcomes: Mapping[str, Outcome]
    late_days: int = 0
    late_percent: int = 0
    has_later: bool = False


@dataclass(frozen=True)
class Graded:
    """一位学生评完的样子；parts 空就是没有可评的，state 说为什么。flags: 要问一声的。"""

    student: Student
    state: str
    parts: tuple[Part, ...] = ()
    versions: tuple[Version, ...] = ()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    assignment: Assignment | None = field(default=None, repr=False)

    @property
    def latest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @cached_property
    def outcomes(self) -> dict[str, tuple[Outcome, Part]]:
        """练习 → 它的结果与所在的作业。"""
        return {name: (part.outcomes[name], part) for part in self.parts for name in part.task.exercises}


def machine_score(classroom: Classroom, outcome: Outcome) -> Fraction:
    """机器判得的分，按这个班的满分。"""
    mine, whole = classroom.rules.scale_of(outcome.exercise)
    return outcome.score if mine == whole else outcome.score * mine / whole


def machine_full(classroom: Classroom, exercise: Exercise) -> Fraction:
    mine, whole = classroom.rules.scale_of(exercise)
    return Fraction(exercise.machine_points * mine, whole)


def teacher_full(classroom: Classroom, exercise: Exercise) -> Fraction:
    mine, whole = classroom.rules.scale_of(exercise)
    return Fraction((exercise.points - exercise.machine_points) * mine, whole)


def grade_all(classroom: Classroom) -> tuple[tuple[Graded, ...], tuple[Received, ...]]:
    """（每位学生一份，收到的每一件一行并写明采用了没有）。"""
    rows = read_record(classroom)
    by_student: dict[str, list[Received]] = {}
    for row in rows:
        by_student.setdefault(row.student, []).append(row)
    graded, settled = [], {}
    for student in classroom.roster.students:
        found, said = _grade_student(classroom, student, by_student.get(student.student_id, []))
        graded.append(found)
        settled |= said
    return tuple(graded), tuple(settled.get((r.place, r.sha256), _as_received(r)) for r in rows)


def _as_received(row: Received) -> Received:
    """名单后来删去的人：这一件就认不出是谁的了。"""
    if row.student and not row.status:
        return replace(row, status="unassigned", said=grading().say("reason.stranger", student=row.student))
    return row


def _grade_student(
    classroom: Classroom, student: Student, rows: Sequence[Received]
) -> tuple[Graded, dict[tuple[str, str], Received]]:
    """一位学生；出了意外也只是她这一行，说出是哪一类。"""
    try:
        versions = tuple(sorted(_versions(classroom, rows), key=lambda v: v.order))
        assignment = classroom.assignment(student)
        found = _graded(classroom, student, assignment, versions)
        return found, _settle(found, rows)
    except LabError:
        raise
    except Exception as error:
        said = grading().say("reason.accident", kind=type(error).__name__)
        lost = {(row.place, row.sha256): replace(row, status="refused", said=said) for row in rows}
        return Graded(student, UNREADABLE, flags=(said,)), lost


def _versions(classroom: Classroom, rows: Sequence[Received]) -> Iterator[Version]:
    """同样的字节只算一份；存着的一份后来被改动、删去的不用。"""
    for row in {row.sha256: row for row in sorted(rows, key=lambda r: r.place, reverse=True)}.values():
        data = read_bytes(classroom.folder / STORE / row.stored)
        reading = read_submission(data, classroom.roster)
        if reading.answers is not None:
            same = encode(reading.answers) == data
            yield Version(row, reading.answers, _moment(classroom, row, reading.answers), same)


def _moment(classroom: Classroom, row: Received, answers: Answers) -> datetime | None:
    text = row.received if classroom.rules.late.clock == "received" else answers.saved_at
    try:
        moment = datetime.fromisoformat(text) if text else None
        moment = moment.replace(tzinfo=BEIJING) if moment and moment.tzinfo is None else moment
        return moment.astimezone(BEIJING) if moment else None
    except (ValueError, OverflowError):
        return None


def _graded(
    classroom: Classroom, student: Student, assignment: Assignment, versions: tuple[Version, ...]
) -> Graded:
    if not versions:
        return Graded(student, MISSING, assignment=assignment)
    marked: dict[str, Marked] = {}

    def marked_of(version: Version) -> Marked:
        key = version.row.sha256
        if key not in marked:
            marked[key] = mark_against(assignment, version.answers, NEEDY)
        return marked[key]

    parts = tuple(_part(classroom, task, versions, marked_of) for task in classroom.rules.tasks)
    used = {part.version.row.sha256: part.version for part in parts} | {versions[-1].row.sha256: versions[-1]}
    flags = [flag for version in used.values() for flag in _flags(marked_of(version))]
    notes = [*_late_notes(parts), *_byte_notes(used.values())]
    return Graded(student, HANDED, parts, versions, tuple(dict.fromkeys(flags)), tuple(notes), assignment)


def _flags(marked: Marked) -> Iterator[str]:
    yield from suspicions(marked.assignment, marked.answers, marked.outcomes)


def _late_notes(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if part.late_percent:
            yield f"{part.task.title}：" + grading().say(
                "flag.late", days=part.late_days, percent=part.late_percent
            )
        if part.has_later:
            yield f"{part.task.title}：" + grading().say("flag.later_version")


def _byte_notes(versions) -> Iterator[str]:
    if any(not version.canonical for version in versions):
        yield grading().say("flag.not_canonical")


def _part(classroom: Classroom, task: Task, versions: Sequence[Version], marked_of) -> Part:
    """按时的最后一份（这次作业写了东西的）；没有就是最后一份，照规则扣。"""
    last = versions[-1]
    limit = task.due + timedelta(minutes=classroom.rules.late.grace_minutes) if task.due else None
    on_time = [v for v in versions if limit is None or v.moment is None or v.moment <= limit]
    worked = [v for v in on_time if len(versions) == 1 or _has_work(v.answers, task)]
    chosen = worked[-1] if worked else last
    days = _late_days(chosen, task, limit)
    percent = min(classroom.rules.late.most_percent, days * classroom.rules.late.percent_per_day)
    outcomes = {name: marked_of(chosen).outcomes[name] for name in task.exercises}
    return Part(task, chosen, outcomes, days, percent, chosen is not last)


def _has_work(answers: Answers, task: Task) -> bool:
    return any(answers.tables.get(name) or answers.text.get(name) for name in task.exercises)


def _late_days(version: Version, task: Task, limit: datetime | None) -> int:
    """不满一天算一天；宽限以内不算迟。"""
    if limit is None or version.moment is None or version.moment <= limit:
        return 0
    return -(-(version.moment - task.due) // _DAY)  # type: ignore[operator]


def _settle(found: Graded, rows: Sequence[Received]) -> dict[tuple[str, str], Received]:
    """收到的每一件写明：采用、旧版本，还是一样的又交了一次。"""
    say, used = grading().say, {part.version.row.sha256 for part in found.parts}
    latest = found.latest.row.sha256 if found.latest else ""
    kept = {version.row.sha256: version.row.place for version in found.versions}
    settled = {}
    for row in rows:
        if row.sha256 in kept and kept[row.sha256] != row.place:
            status, said = "same", say("reason.same")
        elif row.sha256 == latest:
            status, said = "accepted", say("reason.accepted")
        elif row.sha256 in used:
            status, said = "accepted", say("reason.accepted_part")
        else:
            status, said = "older", say("reason.older")
        settled[row.place, row.sha256] = replace(row, status=status, said=said)
    return settled


def shown_exercises(classroom: Classroom) -> list[Exercise]:
    """这个班评的练习，按作业的先后。"""
    return [course().exercises[name] for name in classroom.rules.exercises]
