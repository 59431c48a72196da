"""执行一课：写好答案文件 → papermill 执行 → 比对结果 → 写成网页。一个进程里做完，互不相干。"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lifecycle_lab.answers import default_path, encode
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.modes import answers_for, expected
from lifecycle_lab.export import terminal_text
from lifecycle_lab.run.pages import write_page
from lifecycle_lab.run.parameters import checked, keep_chinese, literal_path, require_declared
from lifecycle_lab.run.stripping import WIDGET_VIEW, strip_widget_views
from lifecycle_lab.schema import LabError, ParameterError, quote

REPORT = "report"
"""分析师的 90 的“模式”：没有答案文件，一个订单来源执行一次。"""
CLASS = "class"
"""教师的 91 的“模式”：评一个演示班，一个来源执行一次。"""
WITHOUT_ANSWERS = (REPORT, CLASS)
# 一格最多十分钟：最慢的一格平常不到十秒，慢机器放宽六十倍；死循环的格不能让整次执行永远停着
CELL_SECONDS = 600


@dataclass(frozen=True)
class Job:
    """一课 × 一个来源 × 一种模式；folder 是它自己的输出文件夹，在 out/来源/模式/ 下面。"""

    notebook: Path
    mode: str
    source: str
    as_of: str
    assignment: Assignment
    folder: Path

    @property
    def lesson(self) -> str:
        return self.notebook.stem

    @property
    def out(self) -> Path:
        """整次执行的输出文件夹。"""
        return self.folder.parents[2]

    @property
    def page(self) -> Path:
        return self.folder / f"{self.lesson}.html"

    @property
    def executed(self) -> Path:
        return self.folder / f"{self.lesson}.ipynb"

    @property
    def report(self) -> Path:
        """分析师的 90 写报告的文件夹。"""
        return self.folder / "report"

    def parameters(self) -> dict[str, str]:
        if self.mode in WITHOUT_ANSWERS:
            return checked({"source": self.source, "as_of": self.as_of, "out_dir": str(self.folder)})
        answers = default_path(self.folder, self.assignment.course.assignment, self.assignment.student_id)
        return checked(
            {
                "student_id": self.assignment.student_id,
                "source": self.source,
                "as_of": self.as_of,
                "answers_file": str(answers),
                "out_dir": str(self.folder),
            }
        )


@dataclass(frozen=True)
class Finished:
    """一课执行完的样子：problem 为空就是每格的结果都与模式应得的一样。"""

    job: Job
    seconds: float
    problem: str = ""

    @property
    def sign(self) -> str:
        return "×" if self.problem else "✓"

    @property
    def label(self) -> str:
        """进度里的一小段：来源、模式、课、成败；文件名里的控制符已经变成看得见的。"""
        return terminal_text(f"{self.job.assignment.source} {self.job.mode} {self.job.lesson} {self.sign}")


def execute(job: Job) -> str:
    """返回问题（没有问题是空文字）；不抛出，一课坏了不挡别的课。"""
    try:
        parameters = job.parameters()
        require_declared(job.notebook, parameters)
        _clear(job.folder)
        _prepare(job, parameters)
        problem = _executed(job, parameters)
        if job.executed.is_file():
            document = _without_widgets(job.executed)
            problem = problem or _only_on_screen(document)
            write_page(document, job.page)
        return problem or _difference(job, job.folder / "results.json") or _missing_report(job)
    except Exception as error:
        return described(error)


def _prepare(job: Job, parameters: Mapping[str, str]) -> None:
    """课：写好答案文件；分析师的 90：挪走上一次的报告，失败了不能拿旧的充数。"""
    if job.mode not in WITHOUT_ANSWERS:
        Path(parameters["answers_file"]).write_bytes(encode(answers_for(job.mode, job.assignment)))
    elif job.mode == REPORT and (job.report / "summary.json").is_file() and not job.report.is_symlink():
        shutil.rmtree(job.report)


def described(error: BaseException) -> str:
    """什么错都说成一句中文开头的话；我们自己的错原样。"""
    if isinstance(error, LabError):
        return str(error)
    first = next(iter(str(error).strip().splitlines()), "没有说原因")
    return f"这一课没有做完：{type(error).__name__}：{first}"


def _clear(folder: Path) -> None:
    """删去上一次留在这件活自己文件夹里的文件：失败的课不能拿旧报告充数。

    只删文件，下级文件夹不动；链接只删链接本身，经由链接才到的文件夹不用。
    """
    folder.mkdir(parents=True, exist_ok=True)
    if folder.resolve() != folder:
        raise ParameterError(
            "输出文件夹里有一节是链接。", where=quote(folder, 200), remedy="移走那个链接，或换一个 --out。"
        )
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink() or entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)


def _executed(job: Job, parameters: Mapping[str, str]) -> str:
    """执行一遍；跑不通的话，说出在哪一格、为什么。内核死掉、超时也是问题，不是崩溃。"""
    from papermill import PapermillExecutionError, execute_notebook

    from lifecycle_lab.run import engine

    keep_chinese()
    try:
        execute_notebook(
            literal_path(job.notebook),
            literal_path(job.executed),
            parameters=dict(parameters),
            cwd=str(job.notebook.parent),
            kernel_name="python3",
            engine_name=engine.NAME,
            progress_bar=False,
            execution_timeout=CELL_SECONDS,
            shutdown_kernel="immediate",  # 答案与结果都已落盘，不必等内核道别
            extra_arguments=["--IPKernelApp.log_level=40"],
        )
    except PapermillExecutionError as error:
        return f"第 {error.cell_index + 1} 格没有跑通：{error.ename}：{error.evalue}"
    except Exception as error:
        return described(error)
    return ""


def _without_widgets(path: Path) -> Any:
    """执行过的笔记本，控件的活视图换成同一个输出里静态的表；文件也换。"""
    import nbformat

    text = path.read_text(encoding="utf-8")
    document = nbformat.reads(text, as_version=4)
    strip_widget_views(document)
    if (still := nbformat.writes(document)) != text:
        path.write_text(still, encoding="utf-8")
    return document


def _only_on_screen(document: Any) -> str:
    """有控件没有静态的样子（text/html）是这一课的毛病：离开内核，执行过的课与网页上就看不见它。"""
    for number, cell in enumerate(document.cells, 1):
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", ())):
            return f"第 {number} 格的控件没有静态的样子（text/html），执行过的课里看不见它。"
    return ""


def _difference(job: Job, results: Path) -> str:
    """笔记本写下的结果与模式应得的逐格比较。"""
    if not results.is_file():
        return "这一课没有写出 results.json（最后应当有 lab.finish）。"
    found = json.loads(results.read_text(encoding="utf-8"))["outcomes"]
    wanted = _expected(job)
    cells = [
        f"{exercise} {cell}：应得 {wanted.get(exercise, {}).get(cell)}，得到 {found.get(exercise, {}).get(cell)}"
        for exercise in sorted({*wanted, *found})
        for cell in sorted({*wanted.get(exercise, {}), *found.get(exercise, {})})
        if wanted.get(exercise, {}).get(cell) != found.get(exercise, {}).get(cell)
    ]
    return f"{len(cells)} 格的结果与模式 {job.mode} 应得的不同：{'；'.join(cells[:3])}" if cells else ""


def _missing_report(job: Job) -> str:
    if job.mode == REPORT and not (job.report / "report.html").is_file():
        return "这一本没有写出报告（要有 report.write）。"
    return ""


def _expected(job: Job) -> Mapping[str, Mapping[str, str]]:
    """分析师的 90 与教师的 91 没有练习。"""
    return {} if job.mode in WITHOUT_ANSWERS else expected(job.mode, job.lesson, job.assignment)
