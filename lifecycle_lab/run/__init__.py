"""执行工作簿：每课 × 来源 × 模式一件活，几件同时做，最后说出东西在哪里。

planning    排好要做的活，不对的参数先拒绝
workers     几件同时做
kernels     内核从哪里来（nursery 苗圃的里面，provisioner 接到 papermill 上）
jobs        做一件：写答案文件 → papermill 执行（engine）→ 控件换成静态的表（stripping）→ 网页 → 比对
parameters  交给笔记本的参数
pages       网页与目录页
telling     终端上的总结

底下总是 `papermill.execute_notebook`；每件活有自己的输出文件夹和答案文件，互不相干。
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from lifecycle_lab.run.jobs import Finished, Job
from lifecycle_lab.run.pages import write_index
from lifecycle_lab.run.planning import NOTEBOOKS, find_notebook, make_folders, plan
from lifecycle_lab.run.telling import Run, index_groups, setaside_lines, summary
from lifecycle_lab.run.workers import execute_all, usual_workers

__all__ = ["NOTEBOOKS", "Finished", "Job", "Run", "find_notebook", "plan", "run", "run_planned", "summary"]
Progress = Callable[[Finished, int, int], None]


def _silent(done: Finished, count: int, total: int) -> None:
    """不报进度。"""


def run(
    notebooks: Sequence[str] = (),
    *,
    modes: Iterable[str] = (),
    student_id: str = "",
    sources: Sequence[str] = (),
    as_of: str = "",
    out: Path | str = Path("build"),
    jobs: int = 0,
    progress: Progress = _silent,
) -> Run:
    """排好活再执行；参数的意思见 planning.plan。jobs: 同时做几件，0 为按核数。"""
    started = time.perf_counter()
    planned = plan(notebooks, modes=modes, student_id=student_id, sources=sources, as_of=as_of, out=out)
    return run_planned(planned, jobs=jobs, progress=progress, started=started)


def run_planned(
    planned: Sequence[Job], *, jobs: int = 0, progress: Progress = _silent, started: float | None = None
) -> Run:
    """执行排好的活，写目录页。started: 从什么时候算起（perf_counter），不给就是现在。"""
    started = time.perf_counter() if started is None else started
    make_folders(planned)
    found: dict[Path, Finished] = {}
    with closing(execute_all(planned, jobs or usual_workers(len(planned)))) as executed:
        for done in executed:
            found[done.job.folder] = done
            progress(done, len(found), len(planned))
    finished = tuple(found[job.folder] for job in planned)
    whole = Run(planned[0].out, finished, time.perf_counter() - started)
    write_index(whole.index, index_groups(whole), setaside_lines(whole))
    return whole
