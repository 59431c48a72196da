"""滑块要的表3：界限一动，几十微秒重算一遍，连同还没有再买的；与 `cycles.next_gaps` 同样的数（份额是浮点数）。"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lifecycle_lab.cycles import CLASSES, Bounds, ClassLine, NextGaps, Within, class_cycle, class_range
from lifecycle_lab.cycles.next_gap import CYCLES
from lifecycle_lab.cycles.spells import GapRow, select


class NextPlane:
    """第 n 段与第 n + 1 段间隔的两张表（已结束的、还开着的），前一段方向先加好。"""

    def __init__(self, rows: Iterable[GapRow], n: int = 1) -> None:
        self._n = n
        found = select(rows, n=n + 1)
        shape = (
            2 + max((row.previous for row in found), default=0),  # type: ignore[type-var, operator]
            1 + max((row.gap for row in found), default=0),
        )
        tables = [np.zeros(shape, np.int64) for _ in (0, 1)]
        for row in found:
            tables[row.closed][row.previous + 1, row.gap] += row.count  # type: ignore[operator]
        self._watched, self._ended = (table.cumsum(0) for table in tables)

    def table(self, bounds: Bounds) -> NextGaps:
        lines = (self._line(name, bounds) for name in CLASSES)
        return NextGaps(self._n, bounds, tuple(line for line in lines if line))

    def _line(self, name: str, bounds: Bounds) -> ClassLine | None:
        low, high = class_range(name, bounds)
        last = len(self._ended) - 1
        rows = slice(min(low, last), last if high is None else min(high, last))
        ended, watched = (cube[rows.stop] - cube[rows.start] for cube in (self._ended, self._watched))
        if not (every := int(ended.sum() + watched.sum())):
            return None
        share, longest = _curve(ended, watched), int(np.flatnonzero(ended + watched)[-1])
        ranges = [class_range(other, bounds) for other in CLASSES]
        closed = int(ended.sum())
        counts = tuple(int(ended[slice(*edges)].sum()) for edges in ranges)
        cycle = class_cycle(name, bounds)
        return ClassLine(
            name,
            every,
            closed,
            counts,
            tuple(count / closed if closed else None for count in counts),  # type: ignore[arg-type]
            tuple(_until(share, end) - _until(share, start) for start, end in ranges),  # type: ignore[arg-type]
            tuple(_visible(share, longest, *edges) for edges in ranges),  # type: ignore[arg-type]
            tuple(_within(ended, share, longest, many, many * cycle) for many in CYCLES),
            longest,
        )


def _curve(ended: np.ndarray, watched: np.ndarray) -> np.ndarray:
    """到第 d 天为止再买的份额（KM），d = 0、1、2……"""
    gone = ended + watched
    at_risk = gone[::-1].cumsum()[::-1]
    return 1 - np.cumprod(1 - ended / np.maximum(at_risk, 1))


def _until(share: np.ndarray, day: int | None) -> float:
    """不到 day 天的份额；None 是到看得见的尽头。"""
    if day == 0:
        return 0.0
    return float(share[-1 if day is None else min(day - 1, len(share) - 1)])


def _visible(share: np.ndarray, longest: int, low: int, high: int | None) -> str:
    if share[longest] == 1 or (high is not None and high - 1 <= longest):
        return "all"
    return "part" if low <= longest else "none"


def _within(ended: np.ndarray, share: np.ndarray, longest: int, cycles: int, days: int) -> Within:
    closed = int(ended.sum())
    naive = int(ended[: days + 1].sum()) / closed if closed else None
    known = _until(share, days + 1)
    return Within(cycles, days, naive, known, known == 1 or days <= longest)  # type: ignore[arg-type]
