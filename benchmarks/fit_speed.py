"""概率模型：一万、十万位客户估计一次要多久（每位客户的历史几乎都不一样，最费时的情形）。"""

from __future__ import annotations

import statistics
import time

import numpy as np

from lifecycle_lab import models

ROUNDS = 5


def customers(count: int) -> tuple[models.Histories, np.ndarray]:
    """MBG/CNBD-2 的故事：快慢、硬币因人而异；历史与全部间隔（整天）。"""
    rng = np.random.default_rng(20261128)
    rate, coin = rng.gamma(0.9, 1 / 20, count), rng.beta(0.8, 3.0, count)
    age = rng.integers(120, 730, count)
    time_now, x, span, gaps = np.zeros(count), np.zeros(count, int), np.zeros(count, int), []
    going = rng.random(count) >= coin
    while going.any():
        time_now = time_now + np.maximum(1, np.rint(rng.gamma(2, 1 / rate)))
        going &= time_now <= age
        gaps.append((time_now - span)[going].astype(int))
        x, span = x + going, np.where(going, time_now, span).astype(int)
        going &= rng.random(count) >= coin
    return models.histories(x, span, age), np.concatenate(gaps)


def seconds(task) -> tuple[float, float]:
    """（过了几秒，处理器用了几秒）：忙的机器上前者大得多。"""
    task()
    times = []
    for _ in range(ROUNDS):
        started, used = time.perf_counter(), time.thread_time()
        task()
        times.append((time.perf_counter() - started, time.thread_time() - used))
    return tuple(statistics.median(column) for column in zip(*times, strict=True))


data, gaps = customers(10_000)
fitted = models.fit_mbgcnbd(data, gaps)
print(
    f"{len(data)} 位客户，{data.repeaters} 位买过不止一次，{len(data.distinct()[0])} 种历史；选中 {fitted.name}"
)
for name, task in (
    ("BG/NBD 估计", lambda: models.fit_bgnbd(data)),
    ("MBG/NBD 估计", lambda: models.fit_mbgnbd(data)),
    ("MBG/CNBD-k 估计（k = 1、2、3，挑出 2）", lambda: models.fit_mbgcnbd(data, gaps)),
    ("Pareto/NBD 估计", lambda: models.fit_paretonbd(data)),
    ("180 天不来的概率", lambda: fitted.no_order(data, 180)),
    ("180 天的期望次数", lambda: fitted.expected_orders(data, 180)),
):
    wall, cpu = seconds(task)
    print(f"  {name}：{wall:.2f} 秒，其中处理器 {cpu:.2f} 秒（{ROUNDS} 次的中位数）")
large, _ = customers(100_000)
print(f"十万位客户，BG/NBD 估计：{seconds(lambda: models.fit_bgnbd(large))[0]:.2f} 秒")
