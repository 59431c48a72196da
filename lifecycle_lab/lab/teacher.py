"""教师在笔记本里拿着的那一个对象：发、收、评、讲评，一步一个方法；与命令行 class 叫的是同一批函数。"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from lifecycle_lab.answers import write_file
from lifecycle_lab.content import course
from lifecycle_lab.content.grading import grading
from lifecycle_lab.exercises.interview import near
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.grading import (
    ClassGrades,
    Classroom,
    collect,
    grade_class,
    hand_out,
    init_class,
    open_class,
    read_roster,
)
from lifecycle_lab.grading import class_page as pages
from lifecycle_lab.grading.classroom import SETTINGS
from lifecycle_lab.grading.collecting import Received, read_record, tally
from lifecycle_lab.grading.feedback import feedback
from lifecycle_lab.grading.gradebook import total
from lifecycle_lab.grading.simulate import demonstration, simulate
from lifecycle_lab.lab.calm import keep_calm
from lifecycle_lab.report import Document, Figure, Items, Paragraph, Section
from lifecycle_lab.schema import ParameterError, half_up, quote
from lifecycle_lab.variants import normalise_id

_DEMO_STUDENTS, _MOST_ROWS = 60, 12
_DEMO = "这是编出来的演示班，没有一位是真人；换成自己的班，就在最上面写 roster 与 submissions。"


def open_grading(
    roster: str = "", submissions: str = "", source: str = "", as_of: str = "", out_dir: str = ""
) -> TeacherDesk:
    """打开一个班：班级文件夹已有就打开它，没有就照名单开一个；名单空着是演示班。"""
    keep_calm()
    given = {
        "roster": roster,
        "submissions": submissions,
        "source": source,
        "as_of": as_of,
        "out_dir": out_dir,
    }
    for name, value in given.items():
        if not isinstance(value, str):
            raise ParameterError(f"{name} 要写成文字，收到的是 {quote(repr(value))}。", where=f"参数 {name}")
    folder = Path(out_dir) if out_dir else Path("out") / (Path(roster).stem if roster else "class-demo")
    if not roster:
        classroom = demonstration(folder / "class", _DEMO_STUDENTS, source, as_of)
        handed = folder / "submissions"
        if not submissions:
            simulate(classroom, handed)
        return TeacherDesk(classroom, Path(submissions) if submissions else handed, folder, demo=True)
    place = folder / "class"
    opened = (
        _same_class(open_class(place), roster)
        if (place / SETTINGS).is_file()
        else init_class(roster, Path(roster).stem, place, source, as_of)
    )
    return TeacherDesk(opened, Path(submissions) if submissions else None, folder)


def _same_class(classroom: Classroom, roster: str) -> Classroom:
    """文件夹里已有的班与这份名单：一位也不相同是另一个班，不能混在一起；多出来的人说一声，不悄悄加。"""
    given = read_roster(roster).by_id
    extra = [student.shown for name, student in given.items() if name not in classroom.roster.by_id]
    if len(extra) == len(given):
        raise ParameterError(
            f"文件夹 {quote(classroom.folder, 120)} 里是另一个班：{classroom.rules.name}。",
            where="参数 out_dir",
            remedy="一个班一个文件夹：换一个 out_dir，或留空，用名单的文件名。",
        )
    if not extra:
        return classroom
    said = (
        f"名单文件里有 {len(extra)} 位不在这个班里，如 {extra[0]}：要加进来，就写进班级文件夹的 roster.csv。"
    )
    return replace(classroom, roster=replace(classroom.roster, notes=(*classroom.roster.notes, said)))


class TeacherDesk:
    """一个班。classroom 是它的规则、名单与题本；grades 是评完的全部，要自己算的时候从它取。"""

    def __init__(self, classroom: Classroom, handed: Path | None, folder: Path, demo: bool = False) -> None:
        self.classroom, self.folder, self._handed, self._demo = classroom, folder, handed, demo

    def card(self) -> Shown:
        """这个班：多少人，题本从哪里抽，规则写在哪里。"""
        rules, late = self.classroom.rules, self.classroom.rules.late
        rows = (
            ("班", rules.name),
            ("人数", str(len(self.classroom.roster.students))),
            ("数据", known.title if (known := course().sources.get(rules.source)) else rules.source),
            *((task.title, f"{len(task.exercises)} 个练习，{self._due(task.due)}") for task in rules.tasks),
            (
                "迟交",
                f"每天扣 {late.percent_per_day}%，至多 {late.most_percent}%，宽限 {late.grace_minutes} 分钟",
            ),
            ("规则与密钥在", near(self.classroom.folder)),
        )
        said = [_DEMO] if self._demo else []
        return Shown((*said, Table("这个班", ("项目", "内容"), rows), *self.classroom.roster.notes))

    @staticmethod
    def _due(due) -> str:
        return f"截止 {due:%Y-%m-%d %H:%M}" if due else "没有截止"

    def hand_out(self, shared: bool = False, printed: bool = False) -> Shown:
        """发：一人一个小包。"""
        found = hand_out(self.classroom, shared=shared, printed=printed)
        most = max(size for _, size in found.files)
        return Shown(
            (
                f"写好了 {len(found.files)} 个包，共 {found.total / 1e6:.1f} MB，最大的 {most / 1e3:.0f} kB，"
                f"在 {near(self.classroom.folder / 'hand-out')}。",
            )
        )

    def collect(self) -> Shown:
        """收：每一件认出是谁的；没用上的说出为什么。"""
        if self._handed is None:
            return Shown(("还没有可收的：把 submissions 写成放着交来的东西的文件夹或 ZIP，从头运行。",))
        self.__dict__.pop("grades", None)
        return self._who(collect(self.classroom, [self._handed]))

    def _who(self, rows: tuple[Received, ...]) -> Shown:
        found, words = tally(self.classroom.roster, rows), grading().words
        counts = (
            ("收到过的件数", str(len(rows))),
            ("交了的人", str(len(found.handed))),
            ("没有交的人", "、".join(found.missing) or "—"),
            ("交过几份的人", "、".join(f"{who}（{n}）" for who, n in found.twice) or "—"),
            ("略过的（系统自己放的）", str(found.skipped)),
        )
        unused = (*found.unassigned, *found.refused)[:_MOST_ROWS]
        columns = tuple(words[f"column.{name}"] for name in ("place", "status", "reason"))
        rest = tuple((r.place, words[f"status.{r.status}"], r.said) for r in unused)
        tables = [Table(words["page.strange"], columns, rest)] if rest else []
        return Shown((Table(words["page.who"], ("项目", "内容"), counts), *tables))

    @cached_property
    def grades(self) -> ClassGrades:
        """评完的全班；还没收过就先收。"""
        if self._handed is not None and not read_record(self.classroom):
            collect(self.classroom, [self._handed])
        return grade_class(self.classroom)

    def scores(self) -> Table:
        """成绩一览（前十几位；全的在成绩册里）。"""
        words = grading().words
        columns = tuple(words[f"column.{n}"] for n in ("student", "name", "state", "total", "flags"))
        rows = tuple(
            (
                one.student.student_id,
                one.student.name,
                words[f"state.{one.state}"],
                half_up(total(self.classroom, one, self.grades.marks), 2),
                str(len(one.flags) or ""),
            )
            for one in self.grades.graded[:_MOST_ROWS]
        )
        note = f"共 {len(self.grades.graded)} 人，这里是前 {len(rows)} 位；文字题还没评的按 0 算在总分里。"
        return Table(words["sheet.scores"], columns, rows, note)

    def spread(self) -> Shown | Figure:
        """得分的分布。"""
        return self._figure(pages.spread_section(self.classroom, self.grades.graded))

    def hardest(self) -> Shown | Figure:
        """错得最多的格。"""
        return self._figure(pages.hardest_section(self.grades.graded))

    def beliefs(self) -> Shown:
        """认出的误解，按人数，带一个例子与可以说的话。"""
        return _shown(pages.beliefs_section(self.grades.graded))

    def flags(self) -> Shown:
        """要问一声的：只是线索，不是结论。"""
        return _shown(pages.ask_section(self.grades.graded))

    def feedback(self, student_id: str = "") -> Shown:
        """一位学生会收到的反馈；不写学号是名单上的第一位。"""
        wanted = normalise_id(student_id or self.grades.graded[0].student.student_id)
        for one in self.grades.graded:
            if one.student.student_id == wanted:
                return _of_document(feedback(self.classroom, one, self.grades.marks))
        raise ParameterError(f"名单上没有学号 {quote(student_id)}。", remedy="照名单上的写，开头的 0 也要。")

    def write(self, docx: bool = False) -> Shown:
        """写出成绩册、讲评、每人的反馈；在成绩册里填过的分会合进来。"""
        self.__dict__.pop("grades", None)
        written = self.grades.write(docx=docx)
        return Shown((f"写好了：{'、'.join(near(path) for path in written)}",))

    def finish(self, lesson: str) -> Shown:
        """记下这一本做到了最后（执行器要看）。"""
        text = json.dumps({"lesson": lesson, "outcomes": {}}, ensure_ascii=False, indent=1, sort_keys=True)
        path = write_file(self.folder / "results.json", (text + "\n").encode())
        return Shown((f"做完了，记在 {near(path)}。",))

    @staticmethod
    def _figure(section: Section) -> Shown | Figure:
        return next((block for block in section.blocks if isinstance(block, Figure)), _shown(section))


def _shown(section: Section) -> Shown:
    """文档的一节 → 笔记本里的块：段落与条目成文字，表照旧。"""
    parts: list = []
    for block in section.blocks:
        if isinstance(block, Items):
            parts += block.texts
        elif isinstance(block, Paragraph):
            parts.append(block.text)
        elif isinstance(block, Table):
            parts.append(block)
    return Shown(tuple(parts))


def _of_document(document: Document) -> Shown:
    return Shown(
        tuple(part for section in document.sections for part in (section.heading, *_shown(section).blocks))
    )
