"""观察窗的把戏：什么都不变的“钟表客户”，在两年的窗里会显出多少(E6)。

文章说：前一段 200–400 天的客户，下一段 99.12 % 在 400 天以内，所以“缩短了”。
可是前一段已经用掉 200–400 天，两段都要落进 730 天的窗里，下一段本来就长不了。
这里不用随机数：逐天加出概率。客户均匀地进店；两段间隔 p、f 都看得见的机会正比于 窗 − p − f。
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass

from lifecycle_lab.cycles.classes import Bounds
from lifecycle_lab.schema import ParameterError

CLOCKWORK = ((0.5, 45.0, 0.20), (0.3, 130.0, 0.15), (0.2, 290.0, 0.15))
"""三群客户：（占比，周期的中位数，周期对数的标准差）。从不离开，从不改变。"""
Person = tuple[float, list[float], list[float], list[float]]
"""一种周期：（占比，间隔恰为第 d 天的概率，它的累加，天数 × 概率的累加）。"""
_POINTS = 9  # 每群客户的周期取多少个点
_NEVER = 1e-12
_LONGEST = 3000  # 天；再长的间隔概率可以不计


@dataclass(frozen=True)
class WindowAudit:
    """钟表客户里，前一段属于低频类的，下一段不超过 low 天的份额。

    seen: 在 window 天的窗里两段都看得见的；unlimited: 一直看下去的；一位也没有是 None。差别全是窗造成的。
    """

    window: int
    regularity: float
    seen: float | None
    unlimited: float | None


def clockwork(
    bounds: Bounds | None = None,
    window: int = 730,
    regularity: float = 12,
    groups: tuple[tuple[float, float, float], ...] = CLOCKWORK,
) -> WindowAudit:
    """表3的窗口审计(E6)：两年的窗给出约 98.9 %，一直看下去约 89 %，客户是同一批；低频的界限太久，算不了 → ParameterError。"""
    bounds = bounds or Bounds()
    if bounds.low >= _LONGEST:
        raise ParameterError(
            f"低频的界限 {bounds.low:,} 天太久，算不了。", remedy=f"取不到 {_LONGEST:,} 天的界限。"
        )
    people = _people(regularity, groups)
    seen, every = _add(_in_window(person, bounds, window) for person in people)
    back, watched = _add(_for_ever(person, bounds) for person in people)
    return WindowAudit(
        window, regularity, seen / every if every else None, back / watched if watched else None
    )


def _in_window(person: Person, bounds: Bounds, window: int) -> tuple[float, float]:
    """一种客户：前一段在低频类、两段都看得见的，其中下一段不超过 low 天的与全部的。"""
    weight, chance, first, second = person
    near = whole = 0.0
    # 极快的客户前一段到不了低频类，不必逐天算
    if _for_ever(person, bounds)[1] > _NEVER:
        for p in range(bounds.mid, min(bounds.low + 1, window)):
            inside, every = _room(window - p, bounds.low, first, second)
            near, whole = near + chance[p] * inside, whole + chance[p] * every
    return weight * near, weight * whole


def _for_ever(person: Person, bounds: Bounds) -> tuple[float, float]:
    """一种客户，一直看下去：前一段在低频类、下一段不超过 low 天的与全部的。"""
    weight, _, first, _ = person
    share = weight * (first[bounds.low] - first[bounds.mid - 1])
    return share * first[bounds.low], share


def _add(pairs: Iterable[tuple[float, float]]) -> tuple[float, float]:
    return tuple(map(math.fsum, zip(*pairs, strict=True)))  # type: ignore[return-value]


def _room(left: int, most: int, first: list[float], second: list[float]) -> tuple[float, float]:
    """前一段之后还剩 left 天：Σ(left − f)·P(f)，f ≤ most 的与全部的。"""
    near, far = min(most, left, _LONGEST), min(left, _LONGEST)
    return left * first[near] - second[near], left * first[far] - second[far]


@functools.lru_cache(maxsize=4)
def _people(regularity: float, groups: tuple) -> tuple[Person, ...]:
    """各种周期的客户；滑块只动窗与界限，这里算一次。"""
    people = []
    for weight, middle, spread in groups:
        points = [(i + 0.5) * 6 / _POINTS - 3 for i in range(_POINTS)]
        heights = [math.exp(-z * z / 2) for z in points]
        for z, height in zip(points, heights, strict=True):
            chance = _chances(middle * math.exp(spread * z), regularity)
            people.append((weight * height / sum(heights), chance, *_sums(chance)))
    return tuple(people)


def _chances(cycle: float, k: float) -> list[float]:
    """间隔恰为第 d 天的概率，d = 0、1、2……：平均为 cycle、规律性为 k 的 Gamma 分布，逐天归一。"""
    scale, constant = k / cycle, k * math.log(k / cycle) - math.lgamma(k)
    density = [math.exp(constant + (k - 1) * math.log(d) - scale * d) for d in range(1, _LONGEST + 1)]
    total = math.fsum(density)
    return [0.0, *(value / total for value in density)]


def _sums(chance: list[float]) -> tuple[list[float], list[float]]:
    first, second = [], []
    total = weighted = 0.0
    for day, value in enumerate(chance):
        total, weighted = total + value, weighted + day * value
        first.append(total)
        second.append(weighted)
    return first, second
