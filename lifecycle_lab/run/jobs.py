"""执行一课：写好答案文件 → papermill 执行 → 比对结果 → 写成网页。一个进程里做完，互不相干。"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.answers import default_path, encode
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.modes import answers_for, expected
from lifecycle_lab.run.pages import write_page
from lifecycle_lab.run.parameters import checked, keep_chinese, require_declared
from lifecycle_lab.schema import LabError


@dataclass(frozen=True)
class Job:
    """一课 × 一个来源 × 一种模式；folder 是它自己的输出文件夹。"""

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
    def page(self) -> Path:
        return self.folder / f"{self.lesson}.html"

    @property
    def executed(self) -> Path:
        return self.folder / f"{self.lesson}.ipynb"

    def parameters(self) -> dict[str, str]:
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


def execute(job: Job) -> str:
    """返回问题（没有问题是空文字）；不抛出，一课坏了不挡别的课。"""
    try:
        return _execute(job)
    except LabError as error:
        return str(error)


def _execute(job: Job) -> str:
    from papermill import PapermillExecutionError, execute_notebook

    parameters = job.parameters()
    require_declared(job.notebook, parameters)
    keep_chinese()
    job.folder.mkdir(parents=True, exist_ok=True)
    results = job.folder / "results.json"
    results.unlink(missing_ok=True)
    Path(parameters["answers_file"]).write_bytes(encode(answers_for(job.mode, job.assignment)))
    problem = ""
    try:
        execute_notebook(
            str(job.notebook),
            str(job.executed),
            parameters=parameters,
            cwd=str(job.notebook.parent),
            kernel_name="python3",
            progress_bar=False,
            shutdown_kernel="immediate",  # 答案与结果都已落盘，不必等内核道别
            extra_arguments=["--IPKernelApp.log_level=40"],
        )
    except PapermillExecutionError as error:
        problem = f"第 {error.cell_index + 1} 格没有跑通：{error.ename}：{error.evalue}"
    write_page(job.executed, job.page)
    return problem or _difference(job, results)


def _difference(job: Job, results: Path) -> str:
    """笔记本写下的结果与模式应得的逐格比较。"""
    if not results.is_file():
        return "这一课没有写出 results.json(最后应当有 lab.finish)。"
    found = json.loads(results.read_text(encoding="utf-8"))["outcomes"]
    wanted = expected(job.mode, job.lesson, job.assignment)
    cells = [
        f"{exercise} {cell}：应得 {wanted.get(exercise, {}).get(cell)}，得到 {found.get(exercise, {}).get(cell)}"
        for exercise in sorted({*wanted, *found})
        for cell in sorted({*wanted.get(exercise, {}), *found.get(exercise, {})})
        if wanted.get(exercise, {}).get(cell) != found.get(exercise, {}).get(cell)
    ]
    return f"{len(cells)} 格的结果与模式 {job.mode} 应得的不同：{'；'.join(cells[:3])}" if cells else ""
