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


def seconds(task) -> float:
    task()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        task()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


for count in (10_000, 100_000):
    data, gaps = customers(count)
    fitted = models.fit_mbgcnbd(data, gaps)
    print(
        f"{count} 位客户，{data.repeaters} 位买过不止一次，{len(data.distinct()[0])} 种不同的历史；选中 {fitted.name}"
    )
    for name, task in (
        ("BG/NBD 估计", lambda data=data: models.fit_bgnbd(data)),
        ("MBG/NBD 估计", lambda data=data: models.fit_mbgnbd(data)),
        ("MBG/CNBD-k 估计（挑 k）", lambda data=data, gaps=gaps: models.fit_mbgcnbd(data, gaps)),
        ("Pareto/NBD 估计", lambda data=data: models.fit_paretonbd(data)),
        ("180 天不来的概率", lambda data=data, fitted=fitted: fitted.no_order(data, 180)),
        ("180 天的期望次数", lambda data=data, fitted=fitted: fitted.expected_orders(data, 180)),
    ):
        print(f"  {name}：{seconds(task):.2f} 秒（{ROUNDS} 次的中位数）")
