"""执行完怎样说：终端上的总结与目录页。文件名是别人起的，一律先变成看得见、不带控制符的。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab import tables
from lifecycle_lab.content import course
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.export import terminal_text
from lifecycle_lab.run.jobs import CLASS, REPORT, Finished

_REPORTS = (
    ("report.html", "实训报告（网页）"),
    ("report.docx", "实训报告（Word）"),
    ("report/report.html", "客户细分报告（网页）"),
    ("report/report.xlsx", "客户细分报告（Excel）"),
    ("class/class.html", "讲评（网页）"),
    ("class/gradebook.xlsx", "成绩册（Excel）"),
)
Link = tuple[str, str, str]


@dataclass(frozen=True)
class Run:
    """一次执行：finished 按来源、模式、课排好；assignments 是每个来源的题本。"""

    out: Path
    finished: tuple[Finished, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        return not any(done.problem for done in self.finished)

    @property
    def index(self) -> Path:
        return self.out / "index.html"

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        return tuple({done.job.source: done.job.assignment for done in self.finished}.values())


_MODES = {
    "blank": "空白",
    "key": "填好的示范",
    "sabotage": "每题故意错一格的示范",
    REPORT: "分析师",
    CLASS: "教师",
}


def index_groups(whole: Run) -> list[tuple[str, list[Link]]]:
    """目录页的内容：（小标题， [（链接，名字，说明）， …]）。"""
    groups: dict[str, list[Link]] = {}
    for done in whole.finished:
        known = course().sources.get(done.job.assignment.source)
        title = f"{known.title}（{known.id}）" if known else done.job.assignment.source
        heading = terminal_text(f"{title} · {_MODES[done.job.mode]}（{done.job.mode}）")
        groups.setdefault(heading, []).extend(_links(whole, done))
    return list(groups.items())


def _links(whole: Run, done: Finished) -> Iterator[Link]:
    """只链接这一次真有的文件：没有做完的课可能连网页也没有。"""
    title = f"{done.job.lesson} {course().lessons.get(done.job.lesson, '')}"
    page = _link(whole, done.job.page) if done.job.page.is_file() else ""
    yield page, title, terminal_text(done.problem) or "✓"
    for kind, name in _REPORTS:
        if (report := done.job.folder / kind).is_file():
            yield _link(whole, report), name, ""


def _link(whole: Run, path: Path) -> str:
    return path.relative_to(whole.out).as_posix()


def setaside_lines(whole: Run) -> list[str]:
    """每个来源按规则放在一边的东西，一个来源一行；没有就不写。"""
    return [
        terminal_text(
            f"{assignment.source} 放在一边：{'；'.join(f'{label} {count}' for label, count in aside)}"
        )
        for assignment in whole.assignments
        if assignment.population and (aside := assignment.population.setaside)
    ]


def summary(whole: Run) -> str:
    """执行完说一遍：每件活怎样、东西在哪里；有订单的来源附上全体客户的八种类型。"""
    lines = [_line(done) for done in whole.finished]
    for assignment in whole.assignments:
        if assignment.population and assignment.as_of:
            customers = assignment.population.customers
            table = tables.segment_summary(
                customers, assignment.indicators, assignment.segments, assignment.rule
            )
            lines += ["", str(table)]
    lines += ["", *setaside_lines(whole), *_places(whole)]
    return "\n".join(lines)


def _line(done: Finished) -> str:
    job = done.job
    source = terminal_text(job.assignment.source)
    line = f"{done.sign} {source:14} {job.mode:8} {job.lesson:16} {done.seconds:5.1f} 秒  "
    return (line + terminal_text(done.problem)).rstrip()


def _places(whole: Run) -> list[str]:
    reports = [path for done in whole.finished if (path := done.job.folder / "report.docx").is_file()]
    shops = [done.job.report for done in whole.finished if (done.job.report / "report.html").is_file()]
    failed = sum(bool(done.problem) for done in whole.finished)
    return [
        f"目录页    {_shown(whole.index)}",
        f"课页      {_shown(whole.out)}/<来源>/<模式>/<课>/<课>.html（执行过的笔记本、填好的表同在一处）",
        *(f"实训报告  {_shown(report)}（同一处有 report.html）" for report in reports),
        *(f"细分报告  {_shown(shop)}/report.html（同一处有 report.xlsx 与名单 calls）" for shop in shops),
        f"{len(whole.finished)} 件，{failed} 件不符，共 {whole.seconds:.1f} 秒。",
    ]


def _shown(path: Path) -> str:
    try:
        return terminal_text(path.relative_to(Path.cwd()).as_posix())
    except ValueError:
        return terminal_text(path)
