"""执行工作簿：每课 × 来源 × 模式一件活，几件同时做，最后说出东西在哪里。

planning    排好要做的活，不对的参数先拒绝
jobs        做一件：写答案文件 → papermill 执行 → 比对 → 网页
parameters  交给笔记本的参数
pages       网页与目录页
telling     终端上的总结

底下总是 `papermill.execute_notebook`；每件活有自己的输出文件夹和答案文件，互不相干。
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path

from lifecycle_lab.run.jobs import Finished, Job, described, execute
from lifecycle_lab.run.pages import write_index
from lifecycle_lab.run.planning import NOTEBOOKS, find_notebook, make_folders, plan
from lifecycle_lab.run.telling import Run, index_groups, setaside_lines, summary

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
    for done in _execute_all(planned, jobs or min(len(planned), os.cpu_count() or 1)):
        found[done.job.folder] = done
        progress(done, len(found), len(planned))
    finished = tuple(found[job.folder] for job in planned)
    whole = Run(planned[0].out, finished, time.perf_counter() - started)
    write_index(whole.index, index_groups(whole), setaside_lines(whole))
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
        futures = {pool.submit(_timed, job): job for job in planned}
        for future in as_completed(futures):
            yield _collected(future, futures[future])


def _collected(future: Future[Finished], job: Job) -> Finished:
    """整个工作进程被系统杀掉（例如内存不够）时，也是这一课的问题，不是全部的。"""
    error = future.exception()
    return Finished(job, 0.0, described(error)) if error else future.result()


def _timed(job: Job) -> Finished:
    started = time.perf_counter()
    problem = execute(job)
    return Finished(job, time.perf_counter() - started, problem)
