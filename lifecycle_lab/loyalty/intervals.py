"""抽样的误差：按人重抽的百分位区间，种子是参数，同样的种子总是同样的区间(C9)。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from lifecycle_lab.schema import DataError
from lifecycle_lab.simulate.loyalty_answers import uniforms

Row = TypeVar("Row")


def bootstrap_interval(
    rows: Sequence[Row],
    statistic: Callable[[Sequence[Row]], float],
    *,
    seed: int,
    times: int = 400,
    level: float = 0.95,
) -> tuple[float, float]:
    """重抽 times 次，每次抽与原来一样多的人（可以重复），取中间 level 的两头；人太少 → DataError。"""
    if len(rows) < 2 or times < 2:
        raise DataError("人太少，误差估不出来。", remedy="至少两位，重抽至少两次。")
    draw, size = uniforms(seed), len(rows)
    found = sorted(statistic([rows[int(draw() * size)] for _ in range(size)]) for _ in range(times))
    skipped = int((1 - level) / 2 * times)
    return found[skipped], found[-1 - skipped]


def mean_interval(
    values: Sequence[float], *, seed: int, times: int = 400, level: float = 0.95
) -> tuple[float, float]:
    """平均数的区间；人太少 → DataError。"""
    return bootstrap_interval(values, lambda some: sum(some) / len(some), seed=seed, times=times, level=level)
