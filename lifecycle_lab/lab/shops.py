"""造一家合成商店：参数来自 data/course/shops.toml，几个进程各造几块，按块号写进一对 Parquet。

模型在 simulate.shops（纯的），这里只管进程、次序与进度；同时在手里的块数有上限，所以内存不随人数增长。
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.content import shops as texts
from lifecycle_lab.lab.shop_files import truth_path, writing
from lifecycle_lab.schema import ContentError, LabError, ParameterError
from lifecycle_lab.simulate import shops as models
from lifecycle_lab.simulate.shops import Chunk, Shop

MOST_CUSTOMERS = 10**9  # 再多，单号就超过 15 位有效数字
_AHEAD = 2  # 每个进程手里至多两块


@dataclass(frozen=True)
class Made:
    """做好的一家店：orders 单（不含退款），rows 行（含退款）。"""

    path: Path
    truth: Path
    customers: int
    orders: int
    rows: int


def generate(
    preset: str,
    target: Path,
    *,
    customers: int = 0,
    seed: int = -1,
    workers: int = 1,
    replace: bool = False,
    folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Made:
    """写 target 与它旁边的真相。customers 为 0、seed 为负：用这家店写明的；workers 为 0：按核数。

    progress: 每写完一块叫一次（已有客户数，总数）。folder: 读参数的数据文件夹，默认随书的。
    """
    text = texts.shop(preset, folder)
    shop = model(text)
    customers, seed = customers or text.customers, text.seed if seed < 0 else seed
    _demand(1 <= customers <= MOST_CUSTOMERS, f"客户数要在 1 到 {MOST_CUSTOMERS:,} 之间。")
    about = {
        "preset": preset,
        "seed": str(seed),
        "customers": str(customers),
        "start": text.start.isoformat(),
    }
    about |= {"format": models.FORMAT, "chunk": str(models.CHUNK), "licence": "CC BY 4.0"}
    with writing(target, shop, text.start, about, replace) as files:
        for made in _chunks(shop, seed, -(-customers // models.CHUNK), workers):
            files.add(made.first(customers - files.customers))
            progress(files.customers, customers)
    return Made(target, truth_path(target), files.customers, files.purchases, files.rows)


def _demand(true: bool, what: str) -> None:
    if not true:
        raise ParameterError(what, remedy="改好再试。")


def model(text: texts.ShopText) -> Shop:
    """内容文件里的一节 → simulate.shops.Shop；数不合理 → ContentError。"""
    try:
        return Shop(**text.numbers)
    except ValueError as error:
        raise ContentError(
            "商店的参数不合理。",
            where=f"{texts.FILE}：{text.where}",
            why=f"{error}。",
            remedy="改成许可的数。",
        ) from None


def shop(name: str, folder: Path | None = None) -> Shop:
    """按编号取一家店的模型；换一项参数用 dataclasses.replace。"""
    return model(texts.shop(name, folder))


def _chunks(shop: Shop, seed: int, count: int, workers: int) -> Iterator[Chunk]:
    """按块号给出各块；一个进程就在这里造，几个进程则各造各的、按次序收。"""
    workers = min(workers or os.cpu_count() or 1, count)
    jobs = ((shop, seed, index, models.CHUNK) for index in range(count))
    if workers <= 1:
        yield from (models.chunk(*job) for job in jobs)
        return
    # spawn：各系统一样，也不会把主进程里开着的线程与锁带过去
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_leave_interrupts_to_the_parent)
    try:
        yield from _in_order(pool, jobs, _AHEAD * workers)
    except BrokenProcessPool:
        raise LabError(
            "造数据的一个进程被系统结束了。", why="多半是内存不够。", remedy="用 --workers 1 再试。"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, jobs: Iterator[tuple], most: int) -> Iterator[Chunk]:
    """按次序收结果；派出去还没收的至多 most 块。"""
    waiting: deque[Future] = deque()
    for job in jobs:
        if len(waiting) == most:
            yield waiting.popleft().result()
        waiting.append(pool.submit(models.chunk, *job))
    while waiting:
        yield waiting.popleft().result()


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C 会发给每个进程；由主进程收尾，别的不出声。"""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
