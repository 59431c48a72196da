"""一个班的文件夹：名单、密钥、规则（course.toml）。密钥只在这里，从不进给学生的包。

course.toml 是教师的：改截止、分值、扣分，不用碰程序；写错了说出是哪一项。
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path

from lifecycle_lab.answers import write_file
from lifecycle_lab.content import Exercise, course
from lifecycle_lab.content.grading import Late, grading, read_late
from lifecycle_lab.content.records import Record, read_nest
from lifecycle_lab.exercises.assignment import Assignment, assign
from lifecycle_lab.exercises.sources import SHIPPED, SURVEY, open_population
from lifecycle_lab.grading.roster import Roster, Student, read_roster
from lifecycle_lab.reading import halfwidth, read_bytes
from lifecycle_lab.schema import ContentError, ParameterError, Population, quote

FORMAT, RULES = 1, 1
SETTINGS, ROSTER, SECRET = "course.toml", "roster.csv", "secret.key"
SECRET_BYTES = 32
BEIJING = timezone(timedelta(hours=8))
"""没有写时区的时刻按北京时间。"""
_DUE_LIKE = "2026-12-20 23:59"
_WAY_TO_WRITE = f'看那一行：引号、方括号、等号要用英文的，成双成对；截止写成 due = "{_DUE_LIKE}"，有引号；同一个键不写两次。'
_HEX = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True)
class Task:
    """一次作业：哪几个练习，什么时候截止（没有截止是 None）。"""

    id: str
    title: str
    exercises: tuple[str, ...]
    due: datetime | None


@dataclass(frozen=True)
class Rules:
    """一个班的规则；points: 练习 → 满分（教师可以改，机器与教师评的按比例变）。"""

    name: str
    source: str
    as_of: str
    late: Late
    tasks: tuple[Task, ...]
    points: Mapping[str, int]

    def scale_of(self, exercise: Exercise) -> tuple[int, int]:
        """（这个班的满分，内容里的满分）。"""
        return self.points.get(exercise.id, exercise.points), exercise.points

    @property
    def exercises(self) -> tuple[str, ...]:
        return tuple(name for task in self.tasks for name in task.exercises)


@dataclass(frozen=True)
class Classroom:
    """打开了的一个班；全体客户只读一次，每位学生的题本算一次就记住。"""

    folder: Path
    rules: Rules
    roster: Roster
    secret: bytes = field(repr=False)
    _assigned: dict[str, Assignment] = field(default_factory=dict, repr=False)

    @cached_property
    def population(self) -> Population:
        return open_population(self.rules.source, self.rules.as_of)

    def assignment(self, student: Student | str) -> Assignment:
        """一位学生的题本。"""
        student_id = student.student_id if isinstance(student, Student) else student
        if student_id not in self._assigned:
            self._assigned[student_id] = assign(self.population, student_id, self.secret)
        return self._assigned[student_id]


def init_class(
    roster_file: Path | str,
    name: str,
    folder: Path | str,
    source: str = "",
    as_of: str = "",
    secret: bytes = b"",
) -> Classroom:
    """开一个班：读名单，造密钥，写规则。文件夹里已有班 → ParameterError，什么也不动。

    secret: 只有演示班与测试给；真的班留空，每次新造。
    """
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise ParameterError("班名是空的、太长，或含有看不见的字符。", where="--course")
    folder = Path(folder)
    for taken in (SETTINGS, SECRET, ROSTER):
        if (folder / taken).exists():
            raise ParameterError(
                f"文件夹 {quote(folder, 120)} 里已经有一个班。",
                why=f"里面有 {taken}；换了密钥，全班的题本都会换。",
                remedy="换一个新的文件夹；名单变了，就改那里的 roster.csv。",
            )
    roster = read_roster(roster_file)
    rules = _first_rules(name.strip(), _located(source), as_of)
    open_population(rules.source, rules.as_of)  # 数据打不开，就不开班
    write_file(folder / ROSTER, roster.csv(), "名单")
    write_file(folder / SETTINGS, settings_text(rules).encode(), "班级规则")
    _write_secret(folder / SECRET, secret or secrets.token_hex(SECRET_BYTES).encode())
    return open_class(folder)


def _located(source: str) -> str:
    named = source.strip()
    if named.casefold() in ("", *SHIPPED):
        return named.casefold() or SURVEY
    return str(Path(os.path.expanduser(named)).resolve())


def _first_rules(name: str, source: str, as_of: str) -> Rules:
    """一课一次作业，先不写截止；分值照课程内容。"""
    lessons: dict[str, list[str]] = {}
    for exercise in course().exercises.values():
        lessons.setdefault(exercise.lesson, []).append(exercise.id)
    tasks = tuple(
        Task(lesson, course().lessons[lesson], tuple(lessons[lesson]), None)
        for lesson in course().lessons
        if lesson in lessons
    )
    points = {name: exercise.points for name, exercise in course().exercises.items()}
    return Rules(name, source, as_of, grading().late, tasks, points)


def _write_secret(path: Path, secret: bytes) -> None:
    """只有自己读得到的一个新文件；已有的从不覆盖。"""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())


def settings_text(rules: Rules) -> str:
    """course.toml 的全文；教师从这里改。"""
    late = rules.late
    parts = [
        "# 一个班的规则：用记事本改，存盘，再运行 class grade，成绩就按新的规则重算。",
        "# 引号、方括号、等号用英文的；# 后面是给人看的说明，程序不看。",
        "# 截止：去掉那一行开头的 #，改成自己的时刻（北京时间）；留着 # 就是不设截止。发以前写好，开始说明里就有。",
        "# 不上的课：把那一课的一段（从 [[assignment]] 到下一个空行）整段删去；[points] 里的不用删。",
        f"format = {FORMAT}",
        f"rules = {RULES}  # 规则的版本，改评分办法的程序会换它",
        f"name = {_quoted(rules.name)}",
        f"source = {_quoted(rules.source)}  # 题本从哪份数据抽；发了题本以后不要改",
        f"as_of = {_quoted(rules.as_of)}  # 观察日，只用于订单；空为默认",
        "",
        "[late]",
        f"clock = {_quoted(late.clock)}  # saved 学生文件里的保存时间；received 收到的文件的时间",
        f"grace_minutes = {late.grace_minutes}  # 晚这么多分钟以内不算迟",
        f"percent_per_day = {late.percent_per_day}  # 每迟一天（不满一天算一天）扣这一次作业的百分之几",
        f"most_percent = {late.most_percent}  # 至多扣百分之几",
        "",
    ]
    for task in rules.tasks:
        due = f"{task.due.astimezone(BEIJING):%Y-%m-%d %H:%M}" if task.due else _DUE_LIKE
        names = ", ".join(map(_quoted, task.exercises))
        parts += ["[[assignment]]", f"id = {_quoted(task.id)}", f"title = {_quoted(task.title)}"]
        parts += [f"{'' if task.due else '# '}due = {_quoted(due)}", f"exercises = [{names}]", ""]
    parts += ["[points]  # 每个练习的满分；机器判的与教师评的按比例变"]
    parts += [
        f"{name} = {rules.points[name]}  # {course().exercises[name].title}" for name in rules.exercises
    ]
    return "\n".join(parts) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def open_class(folder: Path | str = ".") -> Classroom:
    """打开一个班；缺文件、规则写错、密钥坏了 → LabError。"""
    folder = Path(folder)
    if not (folder / SETTINGS).is_file():
        raise ParameterError(
            f"文件夹 {quote(folder, 120)} 里没有班。",
            why=f"没有 {SETTINGS}。",
            remedy="先用 class init 开班；或用 --class 说出班级的文件夹。",
        )
    rules = read_rules(folder / SETTINGS)
    secret = read_bytes(folder / SECRET, 4096).strip() if (folder / SECRET).exists() else b""
    if not _HEX.fullmatch(secret):
        raise ParameterError(
            "课程密钥坏了，或者不见了。",
            where=str(folder / SECRET),
            why="它应该是 64 位十六进制。",
            remedy="从备份里找回来：换了密钥，题本就全换了。",
        )
    return Classroom(folder, rules, read_roster(folder / ROSTER), secret)


def read_rules(path: Path) -> Rules:
    """班级的 course.toml；写错 → ContentError，说出是哪一项。"""
    top = read_nest(path, remedy=_WAY_TO_WRITE)
    top.whole("format", FORMAT, FORMAT)
    top.whole("rules", RULES, RULES)
    late = Record(f"{top.where} [late]", dict(top.need("late", dict, "一节 [late]")))  # type: ignore[call-overload]
    rules = Rules(
        top.text("name"),
        top.text("source"),
        str(top.need("as_of", str, "观察日，可以是空的引号")),
        read_late(late),
        _tasks(top),
        _points(top),
    )
    late.finish()
    top.finish()
    return rules


def _tasks(top: Record) -> tuple[Task, ...]:
    tasks, taken = [], set[str]()
    for record in top.children("assignment"):
        task = Task(record.text("id"), record.text("title"), record.texts("exercises"), _due(record))
        record.finish()
        for name in task.exercises:
            if name not in course().exercises or name in taken:
                why = "出现了两次" if name in taken else "不是课程里的练习"
                raise ContentError(
                    f"练习 {quote(name)} {why}。",
                    where=record.at("exercises"),
                    remedy=f"可用的：{'、'.join(course().exercises)}。",
                )
            taken.add(name)
        tasks.append(task)
    if not tasks or len({task.id for task in tasks}) < len(tasks):
        raise ContentError("作业一次也没有，或有两次同名。", where=top.at("assignment"), remedy="改掉 id。")
    return tuple(tasks)


def _due(record: Record) -> datetime | None:
    """截止：引号里的“年-月-日 时:分”，或 TOML 自己的时刻；只写了日子，就到那天的最后一秒。"""
    due = record.get("due")
    if isinstance(due, str):
        due = _moment(halfwidth(due))
    if isinstance(due, date) and not isinstance(due, datetime):
        due = datetime(due.year, due.month, due.day, 23, 59, 59)
    if due is not None and not isinstance(due, datetime):
        raise ContentError(
            f"截止写的是 {quote(record.get('due'))}，读不出是哪一刻。",
            where=record.at("due"),
            remedy=f'写成 due = "{_DUE_LIKE}"（年-月-日 时:分）。',
        )
    return due if due is None or due.tzinfo else due.replace(tzinfo=BEIJING)


def _moment(text: str) -> date | str:
    for read in (date.fromisoformat, datetime.fromisoformat):
        with contextlib.suppress(ValueError):
            return read(text)
    return text


def _points(top: Record) -> dict[str, int]:
    record = Record(f"{top.where} [points]", dict(top.need("points", dict, "一节 [points]")))  # type: ignore[call-overload]
    for name in record.values:
        if name not in course().exercises:
            raise ContentError(f"{quote(name)} 不是课程里的练习。", where=record.where, remedy="删去这一行。")
    return {name: record.whole(name, 0, 1000) for name in record.values}
