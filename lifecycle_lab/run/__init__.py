"""执行工作簿：每课 × 来源 × 模式一件活，几件同时做，最后说出东西在哪里。

底下总是 `papermill.execute_notebook`；每件活有自己的输出文件夹和答案文件，互不相干。
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab import tables
from lifecycle_lab.content import course
from lifecycle_lab.exercises.assignment import Assignment, assign
from lifecycle_lab.exercises.modes import MODES
from lifecycle_lab.exercises.sources import SHIPPED, open_population
from lifecycle_lab.run.jobs import Finished, Job, execute
from lifecycle_lab.run.pages import write_index
from lifecycle_lab.schema import ParameterError, quote

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@dataclass(frozen=True)
class Run:
    """一次执行：finished 按课、来源、模式排好；assignments 是每个来源的题本。"""

    out: Path
    finished: tuple[Finished, ...]
    assignments: tuple[Assignment, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        return not any(f.problem for f in self.finished)

    @property
    def index(self) -> Path:
        return self.out / "index.html"


def run(
    notebooks: Sequence[str] = (),
    *,
    modes: Iterable[str] = ("key",),
    student_id: str = "demo",
    sources: Sequence[str] = SHIPPED,
    as_of: str = "",
    out: Path = Path("build"),
    jobs: int = 0,
    progress: Callable[[Finished, int, int], None] = lambda done, count, total: None,
) -> Run:
    """notebooks: 课名或文件名，空为全部；jobs: 同时做几件，0 为按核数。"""
    started = time.perf_counter()
    out = Path(out).resolve()
    chosen = [find_notebook(name) for name in notebooks] or lesson_notebooks()
    for mode in modes:
        if mode not in MODES:
            raise ParameterError(f"没有模式 {quote(mode)}。", remedy=f"可用的：{'、'.join(MODES)}。")
    opened = {source: assign(open_population(source, as_of), student_id) for source in map(_located, sources)}
    planned = [
        Job(notebook, mode, source, as_of, assignment, out / slug(source) / mode / notebook.stem)
        for source, assignment in opened.items()
        for mode in modes
        for notebook in chosen
    ]
    found: dict[Path, Finished] = {}
    for done in _execute_all(planned, jobs or min(len(planned), os.cpu_count() or 1)):
        found[done.job.folder] = done
        progress(done, len(found), len(planned))
    finished = tuple(found[job.folder] for job in planned)
    whole = Run(out, finished, tuple(opened.values()), time.perf_counter() - started)
    write_index(whole.index, _groups(whole))
    return whole


def _execute_all(planned: Sequence[Job], workers: int) -> Iterator[Finished]:
    if workers <= 1 or len(planned) == 1:
        yield from map(_timed, planned)
        return
    # 先把 papermill 引入再分叉：子进程不用各自再等一秒
    import nbconvert  # noqa: F401
    import papermill  # noqa: F401

    method = "fork" if sys.platform == "linux" else "spawn"
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(method)) as pool:
        for future in as_completed([pool.submit(_timed, job) for job in planned]):
            yield future.result()


def _timed(job: Job) -> Finished:
    started = time.perf_counter()
    problem = execute(job)
    return Finished(job, time.perf_counter() - started, problem)


def lesson_notebooks() -> list[Path]:
    """全部课，按课程内容里的先后。"""
    return [find_notebook(name) for name in course().lessons]


def find_notebook(name: str) -> Path:
    """课名（"04_rfm_training"、"04"）或文件名 → notebooks/ 下的文件；没有 → ParameterError。"""
    stem = Path(name).stem
    found = sorted(
        path for path in NOTEBOOKS.glob("*.ipynb") if path.stem == stem or path.stem.split("_")[0] == stem
    )
    if not found:
        known = "、".join(path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb")))
        raise ParameterError(
            f"没有课 {quote(name)}。",
            where=str(NOTEBOOKS),
            remedy=f"可用的：{known}。" if known else "在工作簿的检出里运行。",
        )
    return found[0]


def _located(source: str) -> str:
    """自带来源用名字；文件用绝对路径（笔记本在自己的文件夹里执行）。"""
    return source if source in SHIPPED else str(Path(source).expanduser().resolve())


def slug(source: str) -> str:
    """来源 → 输出文件夹名：自带的用原名，文件用短名加散列。"""
    if source in SHIPPED:
        return source
    plain = "-".join(re.findall("[A-Za-z0-9]+", Path(source).stem))[:32]
    return f"{plain or 'file'}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def _groups(whole: Run) -> list[tuple[str, list[tuple[str, str, str]]]]:
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for done in whole.finished:
        heading = f"{done.job.assignment.source} · {done.job.mode}"
        links = groups.setdefault(heading, [])
        title = course().lessons.get(done.job.lesson, "")
        links.append((_link(whole, done.job.page), f"{done.job.lesson} {title}", done.problem or "✓"))
        for kind, name in (("report.html", "实训报告（网页）"), ("report.docx", "实训报告（Word）")):
            if (report := done.job.folder / kind).is_file():
                links.append((_link(whole, report), name, ""))
    return list(groups.items())


def _link(whole: Run, path: Path) -> str:
    return path.relative_to(whole.out).as_posix()


def summary(whole: Run) -> str:
    """执行完说一遍：每件活怎样、东西在哪里；有订单的来源附上全体客户的八种类型。"""
    lines = []
    for done in whole.finished:
        sign = "✓" if not done.problem else "×"
        lines.append(
            f"{sign} {done.job.assignment.source:14} {done.job.mode:8} {done.job.lesson:16} {done.seconds:5.1f} 秒  {done.problem}".rstrip()
        )
    for assignment in whole.assignments:
        if assignment.population and assignment.as_of:
            lines += [
                "",
                str(
                    tables.segment_summary(
                        assignment.population.customers, assignment.indicators, assignment.segments
                    )
                ),
            ]
    lines += ["", *_places(whole)]
    return "\n".join(lines)


def _places(whole: Run) -> list[str]:
    reports = [
        str(_shown(done.job.folder / "report.docx"))
        for done in whole.finished
        if (done.job.folder / "report.docx").is_file()
    ]
    failed = sum(bool(done.problem) for done in whole.finished)
    return [
        f"目录页    {_shown(whole.index)}",
        f"课页      {_shown(whole.out)}/<来源>/<模式>/<课>/<课>.html(执行过的笔记本、填好的表同在一处)",
        *(f"实训报告  {report}（同一处有 report.html）" for report in reports),
        f"{len(whole.finished)} 件，{failed} 件不符，共 {whole.seconds:.1f} 秒。",
    ]


def _shown(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
