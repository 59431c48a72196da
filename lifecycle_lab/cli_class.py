"""`lifecycle-lab class`：教师的门。这里只认参数、叫 grading 的房间、把结果说出来。"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lifecycle_lab.cli_help import App
from lifecycle_lab.export import terminal_text

if TYPE_CHECKING:
    from lifecycle_lab.grading import ClassGrades

class_app = App("一个班：开班、发放、收取、评分、讲评")
Folder = Annotated[Path, typer.Option("--class", help="班级文件夹（class init 的 --out）")]
_MOST_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """把 class 的几个命令挂到命令行上。"""
    app.add_typer(class_app, name="class")


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(terminal_text(line))


def _next(what: str) -> str:
    return f"下一步：{what}"


def _progress(count: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{count}/{total}", err=True, nl=count == total)


@class_app.command("init")
def init(
    roster: Annotated[Path, typer.Argument(metavar="名单", help="名单（CSV 或 XLSX，有“学号”一列）")],
    course: Annotated[str, typer.Option(help="班名，如 营销2301")],
    out: Annotated[Path, typer.Option(help="班级文件夹（新的）；密钥与成绩册都在里面，不要发给学生")],
    source: Annotated[str, typer.Option(help="题本从哪份数据抽：survey、online_retail 或文件")] = "",
    as_of: Annotated[str, typer.Option(help="观察日 年-月-日，只用于订单；空为默认")] = "",
) -> None:
    """开一个班：读名单，造课程密钥，写好规则 course.toml。"""
    from lifecycle_lab.grading import init_class

    found = init_class(roster, course, out, source, as_of)
    _say(
        f"开好了：{found.rules.name}，{len(found.roster.students)} 人，{len(found.rules.tasks)} 次作业。",
        *(f"注意：{note}" for note in found.roster.notes),
        f"规则在 {out / 'course.toml'}：截止、分值、迟交用记事本在那里改；截止在发以前写，开始说明里就有。",
        f"密钥在 {out / 'secret.key'}：只留在你这里，另存一份；丢了它，题本就算不回来。",
        _next(f"lifecycle-lab class hand-out --class {out}"),
    )


@class_app.command("hand-out")
def hand_out_command(
    folder: Folder = Path("."),
    shared: Annotated[bool, typer.Option("--shared", help="课页合成一个包，题本一人一个文件")] = False,
    printed: Annotated[bool, typer.Option("--printed", help="再写一人一份可以打印的 Word")] = False,
) -> None:
    """发：一人一个小包（题本、空白答案、课页、开始说明），写进 hand-out/。"""
    from lifecycle_lab.grading import hand_out, open_class

    found = hand_out(open_class(folder), shared=shared, printed=printed, progress=_progress)
    sizes = [size for _, size in found.files]
    _say(
        f"写好了 {len(sizes)} 个文件，共 {found.total / 1e6:.1f} MB，最大的 {max(sizes) / 1e3:.0f} kB。",
        *_given_out(folder / "hand-out", shared, printed),
        _next(f"学生交回来以后，lifecycle-lab class collect 收来的文件夹 --class {folder}"),
    )


def _given_out(place: Path, shared: bool, printed: bool) -> list[str]:
    """哪些文件给谁。"""
    own = [f"在 {place}：一人发一个，名字里有学号。"]
    common = [f"{place / 'lessons.zip'} 全班一样；{place / 'variants'} 里一人发一个，名字里有学号。"]
    paper = [f"{place / 'printed'} 里一人一份 Word，打印出来发。"] if printed else []
    return (common if shared else own) + paper


@class_app.command("collect")
def collect_command(
    what: Annotated[
        list[Path], typer.Argument(metavar="收来的", help="放着交来的东西的文件夹或 ZIP；可以写几个")
    ],
    folder: Folder = Path("."),
) -> None:
    """收：认出每一件是谁的，说出谁没有交、谁交了几份、哪些没用上。可以收几次。"""
    from lifecycle_lab.grading import collect, open_class, tally

    classroom = open_class(folder)
    rows = collect(classroom, what)
    found = tally(classroom.roster, rows)
    _say(
        f"收到过 {len(rows)} 件；名单 {len(classroom.roster.students)} 人，交了 {len(found.handed)} 人，"
        f"没有交 {len(found.missing)} 人，交过几份的 {len(found.twice)} 人，"
        f"认不出是谁的 {len(found.unassigned)} 件，读不懂的 {len(found.refused)} 件，略过 {found.skipped} 件。",
        *_listed("没有交", found.missing),
        *_listed("交过几份", [f"{who}（{count} 份）" for who, count in found.twice]),
        *_listed("认不出", [f"{row.place}：{row.said}" for row in found.unassigned]),
        *_listed("读不懂", [f"{row.place}：{row.said}" for row in found.refused]),
        f"每一件一行，在 {folder / 'collected.csv'}。没用上的请学生照上面说的重交一份，放进来再收一次，收过的不会重复。",
        _next(f"lifecycle-lab class grade --class {folder}"),
    )


def _listed(title: str, lines) -> list[str]:
    more = [f"  …… 还有 {len(lines) - _MOST_SHOWN} 条"] if len(lines) > _MOST_SHOWN else []
    return [f"{title}：", *(f"  {line}" for line in lines[:_MOST_SHOWN]), *more] if lines else []


@class_app.command("grade")
def grade_command(
    folder: Folder = Path("."),
    docx: Annotated[bool, typer.Option("--docx", help="反馈再写一份 Word")] = False,
) -> None:
    """评：成绩册、每人的反馈、讲评；填过的分读回来。只读数据，不运行学生的任何东西。"""
    from lifecycle_lab.grading import grade_class, open_class
    from lifecycle_lab.grading.grade import summary_lines

    grades = grade_class(open_class(folder))
    _say(*summary_lines(grades, grades.write(docx=docx, progress=_progress)), _after_grading(grades, folder))


def _after_grading(grades: ClassGrades, folder: Path) -> str:
    if not grades.received:
        return _next(f"还没有收过作业，先 lifecycle-lab class collect 收来的文件夹 --class {folder}")
    return _next(
        f"打开 {folder / 'gradebook.xlsx'}，在“文字评阅”页的黄格里填分，存盘、关掉，再运行一次这条命令；"
        f"{folder / 'feedback'} 里一人一份，发给学生。"
    )


@class_app.command("simulate")
def simulate_command(
    out: Annotated[Path, typer.Option(help="演示班写在这个新文件夹里")],
    students: Annotated[int, typer.Option(help="多少人", min=1)] = 60,
    seed: Annotated[int, typer.Option(help="种子：换一个，换一班人")] = 1,
) -> None:
    """编一个演示班（名单、班级文件夹、交上来的东西），先拿它练一遍收与评；没有一位是真人。"""
    from lifecycle_lab.grading.simulate import demonstration, simulate

    classroom = demonstration(out / "class", students, seed=seed)
    files = simulate(classroom, out / "submissions", seed)
    _say(
        f"编好了 {students} 人的演示班，交来 {len(files)} 件（有一个 ZIP，里面还有）。",
        f"收：lifecycle-lab class collect {out / 'submissions'} --class {out / 'class'}",
        f"评：lifecycle-lab class grade --class {out / 'class'}",
    )


@class_app.command("lesson-plans")
def lesson_plans_command(
    out: Annotated[Path, typer.Option(help="教案写进这个文件夹")],
    docx: Annotated[bool, typer.Option("--docx", help="再写一份 Word")] = False,
) -> None:
    """教案：一课一份，目标、误解、概念题取自课页与题目，时间与板书是写好的。"""
    from lifecycle_lab.grading.lesson_plans import write_plans

    lessons = {path.stem for path in write_plans(out, docx=docx)}
    kinds = "每课一份 Word、一份 Markdown" if docx else "每课一份 Markdown（纯文字）；要 Word，加 --docx"
    _say(f"写好了 {len(lessons)} 课的教案，在 {out}：{kinds}。")


@class_app.command("export-nbgrader")
def export_nbgrader_command(
    out: Annotated[Path, typer.Option(help="写进这个文件夹")], folder: Folder = Path(".")
) -> None:
    """给用 nbgrader 的学校：它的文件夹布局（submitted/学号/作业/）与成绩 CSV；不需要装 nbgrader。"""
    from lifecycle_lab.grading import grade_class, open_class
    from lifecycle_lab.grading.nbgrader_layout import export_nbgrader

    written = export_nbgrader(grade_class(open_class(folder)), out)
    _say(f"写好了 {len(written)} 个文件：{out / 'grades.csv'} 与 {out / 'submitted'}。")
