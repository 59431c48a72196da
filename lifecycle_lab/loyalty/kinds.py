"""忠诚的四种：冲动、情感、认知、行为。一条透明的规则：看迹象，记分，取分最高的(C8)。

迹象只是替身（proxy）：答卷里说的与账上做的，都不是心里的原因。分不清就说分不清，不硬分。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KINDS = ("impulsive", "affective", "cognitive", "behavioural")
MIXED, UNCLEAR = "mixed", "unclear"
SAID_POINTS, DONE_POINTS = 2, 1
LEAST_POINTS = 2


@dataclass(frozen=True)
class Signs:
    """一种忠诚的两样迹象：答卷里说了没有，账上做了没有。"""

    said: bool
    done: bool

    @property
    def points(self) -> int:
        """这一种得几分：说了 2 分，做了 1 分。"""
        return SAID_POINTS * self.said + DONE_POINTS * self.done


@dataclass(frozen=True)
class Verdict:
    """判成哪一种（KINDS 之一、mixed 或 unclear），各种的分，凭什么。"""

    kind: str
    points: Mapping[str, int]
    signs: Mapping[str, Signs]


def loyalty_kind(signs: Mapping[str, Signs]) -> Verdict:
    """说了记 2 分，做了记 1 分。最高不到 2 分 → unclear；并列最高 → mixed；否则就是最高的那一种。"""
    points = {kind: signs[kind].points for kind in KINDS}
    most = max(points.values())
    leaders = [kind for kind in KINDS if points[kind] == most]
    if most < LEAST_POINTS:
        return Verdict(UNCLEAR, points, signs)
    return Verdict(leaders[0] if len(leaders) == 1 else MIXED, points, signs)
