"""两个日子之间，客户从哪一种状态到了哪一种(E4)。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.cycles.rules import STATES
from lifecycle_lab.schema import DataError

ABSENT = "absent"
"""前一个日子还不是客户。"""
ORIGINS = (*STATES, ABSENT)


@dataclass(frozen=True)
class StateFlow:
    """counts[起, 止] = 客户数；起可以是 "absent"（后来才来的），止总是四种状态之一。"""

    counts: Mapping[tuple[str, str], int]

    def row(self, origin: str) -> tuple[int, ...]:
        """从 origin 出发的客户各到了哪里，次序同 STATES。"""
        return tuple(self.counts.get((origin, end), 0) for end in STATES)

    def shares(self, origin: str) -> tuple[Fraction, ...] | None:
        """转移矩阵的一行：从 origin 出发的份额；一个也没有 → None。"""
        row = self.row(origin)
        return tuple(Fraction(count, sum(row)) for count in row) if sum(row) else None


def state_flow(before: Mapping[Hashable, str], after: Mapping[Hashable, str]) -> StateFlow:
    """两个日子的 {客户: 状态} → 流动(E4)；先前的客户后来都还在，少了 → DataError。"""
    if gone := set(before) - set(after):
        raise DataError(
            f"有 {len(gone)} 位客户前一个日子有状态，后一个日子没有。",
            why="买过的客户不会消失，最多流失。",
            remedy="两个日子用同一份订单算。",
        )
    return StateFlow(dict(Counter((before.get(customer, ABSENT), end) for customer, end in after.items())))
