"""组合记成数：R、F、M 三个箭头是 4、2、1，↑ 为 1；7 是 ↑↑↑，0 是 ↓↓↓（与 warehouse 的 segment 同；A12）。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lifecycle_lab.schema import DOWN, UP, State

PATTERNS: tuple[int, ...] = tuple(range(7, -1, -1))
"""八种组合的数，↑↑↑ 在前。"""
_BITS = (4, 2, 1)


def state(code: int) -> State:
    """7 → （最近？, 勤？, 多？） 全是。"""
    return tuple(bool(code & bit) for bit in _BITS)  # type: ignore[return-value]


def pattern(code: int) -> str:
    """4 → ↑↓↓。"""
    return "".join(UP if yes else DOWN for yes in state(code))


def moved(
    changes: Iterable[tuple[int, int, int, int]], names: Mapping[State, str], others: Mapping[State, str]
) -> tuple[int, int]:
    """两种读法下叫法不同的客户：（人数，金额）。

    changes: （这种读法的组合，另一种的组合，人数，金额） 若干行；names、others 是两种读法各自的叫法。
    """
    rows = [(n, money) for a, b, n, money in changes if names[state(a)] != others[state(b)]]
    return sum(n for n, _ in rows), sum(money for _, money in rows)
