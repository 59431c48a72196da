"""收：每一件东西认出是谁的、哪一件、为什么没用上；认的是内容里的学号与题本，不是文件名。

读得懂的一份，原样的字节用我们自己的名字存进班级文件夹的 submissions/；别的只记一行，从不写到盘上。
收几次都行：同一件再收一次还是那一行。
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lifecycle_lab.answers import Answers, parse, write_file
from lifecycle_lab.content import course
from lifecycle_lab.content.grading import grading
from lifecycle_lab.exercises.forms import known_tables
from lifecycle_lab.exercises.marking import is_this_course
from lifecycle_lab.export import sheet_text, visible
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.packages import Item, items
from lifecycle_lab.grading.roster import Roster
from lifecycle_lab.reading import read_bytes
from lifecycle_lab.schema import AnswerFileError, LabError, ParameterError, quote
from lifecycle_lab.variants import normalise_id

FORMAT = 1
RECORD, RECORD_SHEET, STORE = "collected.json", "collected.csv", "submissions"
MOST_RECORD_BYTES = 128 * 2**20
_LONGEST_SAID, _LONGEST_PLACE = 400, 300
REFUSED, UNASSIGNED, SKIPPED = "refused", "unassigned", "skipped"
_MAGIC = (
    (b"Rar!", "packed"), (b"7z\xbc\xaf", "packed"), (b"\x1f\x8b", "packed"), (b"BZh", "packed"), (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"), (b"GIF8", "picture"), (b"\xd0\xcf\x11\xe0", "office"),
    (b"<!", "page"), (b"<html", "page"),
)  # fmt: skip


@dataclass(frozen=True)
class Received:
    """收到的一件：student 是认出的学号（没有是空）；status 空表示读得懂、认得出，采用与否评分时定。

    stored: 存在 submissions/ 里的名字。said: 为什么。
    """

    place: str
    sha256: str
    received: str = ""
    status: str = ""
    said: str = ""
    student: str = ""
    stored: str = ""


@dataclass(frozen=True)
class Reading:
    """一段字节读出来的样子：answers 为 None 就是没用上，status、said 说为什么。"""

    answers: Answers | None = None
    status: str = ""
    said: str = ""


def collect(classroom: Classroom, roots: Iterable[Path | str]) -> tuple[Received, ...]:
    """收几个文件夹或 ZIP；返回这个班收到过的全部，写进 collected.json 与 collected.csv。"""
    rows = {(row.place, row.sha256): row for row in read_record(classroom)}
    for root in roots:
        _require_outside(classroom, Path(root))
        for item in items(root):
            row = _receive(classroom, item)
            before = rows.get((row.place, row.sha256))
            rows[row.place, row.sha256] = _earlier(before, row) if before else row
    found = tuple(rows[key] for key in sorted(rows))
    _write_record(classroom, found)
    return found


def _require_outside(classroom: Classroom, root: Path) -> None:
    """收的文件夹不能是班级文件夹自己（或它的上级）：那里有密钥、题本与成绩册。"""
    if not root.exists():
        raise ParameterError(f"找不到 {quote(root, 200)}。", remedy="写出放着交来的东西的文件夹或 ZIP。")
    mine = classroom.folder.resolve()
    if mine == root.resolve() or mine.is_relative_to(root.resolve()) or root.resolve() == mine / STORE:
        raise ParameterError(
            "收作业的文件夹里有班级文件夹自己。",
            where=quote(root, 200),
            remedy="把学生交来的东西放在另一个文件夹里。",
        )


def _earlier(a: Received, b: Received) -> Received:
    """同一件收了两次：时间取早的一次。"""
    times = [row.received for row in (a, b) if row.received]
    return replace(b, received=min(times, default=""))


def _receive(classroom: Classroom, item: Item) -> Received:
    """一件 → 一行；什么样的内容都不会打断整批。"""
    place, sha = item.place[-_LONGEST_PLACE:], hashlib.sha256(item.data).hexdigest()
    if item.problem:
        status = SKIPPED if item.problem.startswith("skipped") else REFUSED
        return Received(place, sha, item.received, status, grading().say(f"reason.{item.problem}"))
    try:
        reading = read_submission(item.data, classroom.roster)
        if reading.answers is None:
            return Received(place, sha, item.received, reading.status, reading.said)
        student = normalise_id(reading.answers.student_id)
        return Received(
            place, sha, item.received, "", "", student, _store(classroom, student, item.data, sha)
        )
    except LabError:
        raise  # 写不进自己的文件夹：是教师这边的事
    except Exception as error:  # 一件坏了不许连累别人；哪一类意外写在那一行
        said = grading().say("reason.accident", kind=type(error).__name__)
        return Received(place, sha, item.received, REFUSED, said)


def _store(classroom: Classroom, student: str, data: bytes, sha: str) -> str:
    """原样的字节，我们取的名字：学号的安全写法加两段散列。"""
    slug = "-".join(re.findall("[A-Za-z0-9]+", student))[:32] or "id"
    name = f"{slug}-{hashlib.sha256(student.encode()).hexdigest()[:8]}-{sha[:16]}.json"
    write_file(classroom.folder / STORE / name, data, "收到的答案")
    return name


def read_submission(data: bytes, roster: Roster) -> Reading:
    """一段字节 → 谁的答案；不是答案、不是这门课、名单上没有的，说出为什么。"""
    if kind := _other_kind(data):
        return Reading(None, REFUSED, grading().say(f"reason.{kind}"))
    try:
        answers = parse(data, "", known_tables=known_tables(course()))
    except AnswerFileError as error:
        where = error.where.removeprefix("「」").strip()
        said = error.what + (f"{where}：" if where and error.why else where) + error.why
        return Reading(None, REFUSED, visible(said)[:_LONGEST_SAID])
    if not is_this_course(answers):
        return Reading(None, REFUSED, grading().say("reason.other_course"))
    return _identified(answers, roster)


def _other_kind(data: bytes) -> str:
    """按内容认出常见的别的东西；答案文件以 { 开头。"""
    for start, kind in _MAGIC:
        if data[: len(start)].lower() == start.lower():
            return kind
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        return "unknown"
    if b'"revision"' in data:
        return ""
    if b'"nbformat"' in data:
        return "notebook"
    return "variant" if b'"units"' in data and b'"scheme"' in data else ""


def _identified(answers: Answers, roster: Roster) -> Reading:
    try:
        student = normalise_id(answers.student_id)
    except ParameterError:
        return Reading(None, REFUSED, grading().say("reason.bad_id"))
    if student in roster.by_id:
        return Reading(answers)
    if student == normalise_id(course().demo_student):
        return Reading(None, UNASSIGNED, grading().say("reason.demo"))
    near = _nearest(student, roster)
    name = "stranger_near" if near else "stranger"
    fields = {"student": quote(student, 60)} | ({"near": quote(near, 60)} if near else {})
    return Reading(None, UNASSIGNED, grading().say(f"reason.{name}", **fields))


def _nearest(student: str, roster: Roster) -> str:
    """恰好一位的学号去掉开头的零后与它相同：多半是零丢了。只说像谁，不替他认。"""
    bare = student.lstrip("0")
    found = [s.shown for s in roster.students if s.student_id.lstrip("0") == bare]
    return found[0] if bare and len(found) == 1 else ""


def read_record(classroom: Classroom) -> tuple[Received, ...]:
    """以前收到的；还没收过是空的。"""
    path = classroom.folder / RECORD
    if not path.is_file():
        return ()
    try:
        document = json.loads(read_bytes(path, MOST_RECORD_BYTES))
        if document["format"] != FORMAT:
            raise ValueError("format")
        return tuple(Received(**row) for row in document["received"])
    except (ValueError, KeyError, TypeError):
        raise ParameterError(
            "收作业的记录读不懂。", where=RECORD, remedy="删去它，再收一次：交来的东西都还在原处。"
        ) from None


def _write_record(classroom: Classroom, rows: Sequence[Received]) -> None:
    document = {"format": FORMAT, "received": [asdict(row) for row in rows]}
    text = json.dumps(document, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    write_file(classroom.folder / RECORD, text.encode(), "收作业的记录")
    write_file(classroom.folder / RECORD_SHEET, _sheet(rows), "收作业的记录")


def _sheet(rows: Sequence[Received]) -> bytes:
    """给人看的一份 CSV；外来的文字不会是公式。"""
    words, text = grading().words, io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(words[f"column.{name}"] for name in ("place", "student", "status", "reason", "receipt"))
    for row in rows:
        status = words[f"status.{row.status or 'accepted'}"]
        lines.writerow(map(sheet_text, (row.place, row.student, status, row.said, row.sha256[:12])))
    return text.getvalue().encode("utf-8-sig")


@dataclass(frozen=True)
class Tally:
    """收到现在：谁没有交，谁交了几份，哪些没用上。"""

    handed: tuple[str, ...]
    missing: tuple[str, ...]
    twice: tuple[tuple[str, int], ...]
    unassigned: tuple[Received, ...]
    refused: tuple[Received, ...]
    skipped: int


def tally(roster: Roster, rows: Sequence[Received]) -> Tally:
    """按名单数一遍；一样的字节交了几次只算一份。"""
    versions = Counter(student for student, _ in {(r.student, r.sha256) for r in rows if r.student})
    return Tally(
        tuple(s.shown for s in roster.students if s.student_id in versions),
        tuple(s.shown for s in roster.students if s.student_id not in versions),
        tuple((s.shown, versions[s.student_id]) for s in roster.students if versions[s.student_id] > 1),
        tuple(row for row in rows if row.status == UNASSIGNED),
        tuple(row for row in rows if row.status == REFUSED),
        sum(row.status == SKIPPED for row in rows),
    )
