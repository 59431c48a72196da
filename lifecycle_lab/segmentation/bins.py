"""直方图：细到一个单位的计数并成画得下的几条，长尾收成“及以上”的一条。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_BARS = 16
_TAIL = 20  # 最多这么多分之一的客户可以收进“及以上”的一条


@dataclass(frozen=True)
class Bar:
    """一条：low ≤ 值 < high；high 是 None 就是“low 及以上”。"""

    low: int
    high: int | None
    customers: int


def bars(counts: Iterable[tuple[int, int]], unit: int = 1, most: int = MOST_BARS) -> list[Bar]:
    """counts: （值，人数） 若干对，值都是 unit（10 的幂）的倍数。

    宽度取 1、2、5 乘 unit 再乘 10 的幂里够用的最小一个；末尾不超过二十分之一的客户收成一条。
    """
    rows = sorted((low, n) for low, n in counts if n)
    if not rows:
        return []
    step = _step(rows, unit, most)
    start, tail = rows[0][0] // step * step, _tail_start(rows)
    cut = start + (tail - start) // step * step + step
    edges = list(range(start, cut, step))
    counted = [Bar(low, low + step, _between(rows, low, low + step)) for low in edges]
    rest = _between(rows, cut, rows[-1][0] + 1)
    return counted + ([Bar(cut, None, rest)] if rest else [])


def _tail_start(rows: Sequence[tuple[int, int]]) -> int:
    """从大到小数，数到二十分之一为止的那个值：它以内的都要看得清。"""
    total, seen = sum(n for _, n in rows), 0
    for value, n in reversed(rows):
        seen += n
        if seen * _TAIL > total:
            return value
    return rows[0][0]


def _step(rows: Sequence[tuple[int, int]], unit: int, most: int) -> int:
    wanted, power = _tail_start(rows) - rows[0][0], unit
    while True:
        for size in (power, 2 * power, 5 * power):
            if wanted // size + 2 <= most:
                return size
        power *= 10


def _between(rows: Sequence[tuple[int, int]], low: int, high: int) -> int:
    return sum(n for value, n in rows if low <= value < high)


def merged(found: Sequence[Bar], least: int) -> list[Bar]:
    """相邻的并到每条都不少于 least（给外人看的图）；总数本来就不到 least → 空。"""
    done: list[Bar] = []
    for bar in found:
        if done and done[-1].customers < least:
            before = done.pop()
            bar = Bar(before.low, bar.high, before.customers + bar.customers)
        done.append(bar)
    if len(done) > 1 and done[-1].customers < least:
        last, before = done.pop(), done.pop()
        done.append(Bar(before.low, last.high, before.customers + last.customers))
    return [bar for bar in done if bar.customers >= least]
