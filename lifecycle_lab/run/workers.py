"""几件活同时做：一组工作进程，每个一次做一件；不论怎样结束，都不留下进程。"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import nullcontext

from lifecycle_lab.run.jobs import Finished, Job, described, execute
from lifecycle_lab.run.kernels import Nursery, can_fork, open_nursery

# 叫停以后，关掉内核最多这么久（秒）；平常不到一秒
STOP_SECONDS = 5
_SLOW = "rfc3987_syntax"


def usual_workers(count: int) -> int:
    """count 件活平常同时做几件。一件活有三成的时间在等内核答话，内核是分叉的就比核数多开一半。"""
    cores = os.cpu_count() or 1
    return min(count, cores + max(1, cores // 2) if can_fork() else cores)


def execute_all(planned: Sequence[Job], workers: int) -> Iterator[Finished]:
    """做完一件说一件，先后不定；不再要下去（或 Ctrl-C）时，正在做的停下。

    第一件总用普通的内核：课里少写了一句 import，只因为苗圃先引入过才跑得通，在它那里就会露出来。
    它也最慢，所以最先做。
    """
    if len(planned) == 1:
        import_papermill()
        yield Finished(planned[0], *_timed(planned[0], None))
        return
    with open_nursery(planned[0].notebook.parent) as nursery:
        import_papermill()  # 引入以后再分叉：工作进程不用各自再引入一遍
        if workers > 1:
            yield from _side_by_side(planned, workers, nursery)
        else:
            for job in planned:
                yield Finished(job, *_timed(job, None if job is planned[0] else nursery))


def import_papermill() -> None:
    """papermill 与写网页的 nbconvert，一次引入好。

    它们带来的 jsonschema 会去编译一套核对国际化网址的语法，占去一多半的时间，笔记本的格式用不着：不让它找到。
    """
    hidden = sys.modules.setdefault(_SLOW, None) is None
    import nbconvert  # noqa: F401
    import papermill  # noqa: F401

    if hidden:
        del sys.modules[_SLOW]


def _side_by_side(planned: Sequence[Job], workers: int, nursery: Nursery | None) -> Iterator[Finished]:
    context = multiprocessing.get_context("fork" if can_fork() else "spawn")
    others = {*multiprocessing.active_children()}
    with ProcessPoolExecutor(workers, context, _become_worker, (planned, nursery)) as pool:
        futures = {pool.submit(_work, number): job for number, job in enumerate(planned)}
        try:
            for future in as_completed(futures):
                yield _collected(future, futures[future])
        except BaseException:
            for worker in {*multiprocessing.active_children()} - others:
                worker.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def _collected(future: Future[tuple[float, str]], job: Job) -> Finished:
    """整个工作进程被系统杀掉（例如内存不够）时，也是这一课的问题，不是全部的。"""
    error = future.exception()
    return Finished(job, 0.0, described(error)) if error else Finished(job, *future.result())


def _timed(job: Job, nursery: Nursery | None) -> tuple[float, str]:
    """做一件：用了多少秒，有什么问题。"""
    started = time.perf_counter()
    with _kernels_of(nursery):
        problem = execute(job)
    return time.perf_counter() - started, problem


def _kernels_of(nursery: Nursery | None):
    if nursery is None:
        return nullcontext()
    from lifecycle_lab.run.provisioner import forked_kernels

    return forked_kernels(nursery)


# —— 下面的在工作进程里 ————————————————————————————————————————————————————————

_planned: Sequence[Job] = ()
_nursery: Nursery | None = None
_busy = False


def _become_worker(planned: Sequence[Job], nursery: Nursery | None) -> None:
    """Ctrl-C 由执行器收尾：它叫停（SIGTERM）或者自己没了，工作进程才停。"""
    global _planned, _nursery
    _planned, _nursery = planned, nursery
    signal.signal(signal.SIGINT, lambda *_: None)
    threading.Thread(target=_stop_with_the_runner, daemon=True).start()
    signal.signal(signal.SIGTERM, _stop)
    _prepare_papermill()


def _prepare_papermill() -> None:
    import_papermill()
    if can_fork():
        from lifecycle_lab.run.ports import hold_ports

        hold_ports()


def _stop_with_the_runner() -> None:
    multiprocessing.parent_process().join()
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(*_: object) -> None:
    """没有活就走；有活先关掉它的内核，关不掉也走。"""
    if not _busy:
        os._exit(1)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Timer(STOP_SECONDS, os._exit, (1,)).start()
    sys.unraisablehook = lambda _: None  # 正好在析构里，停不成，也不必说：还有上面那一道
    raise SystemExit


def _work(number: int) -> tuple[float, str]:
    """按号做一件，来往都只有几个字节：大的会堵住进程池的管道，叫停时两头互等。"""
    global _busy
    try:
        _busy = True
        found = _timed(_planned[number], _nursery if number else None)
        _busy = False
    except SystemExit:
        os._exit(1)  # 让它出去，进程池会当作这件活的错误，再派下一件
    return found
