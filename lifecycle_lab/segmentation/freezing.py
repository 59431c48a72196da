"""旧细分（A10 的 T 恤）：一月买蓝衣服的人被冻结成“推蓝色”的一群，以后各月推错多少。

两种推法：冻结（永远按一月）、每月更新（按推之前最近一次买的颜色）。
每个月先有人改主意，再推，再有人买；所以更新的一群总慢一步，错得少，也不是零。
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import ParameterError

_UNIT = 1 << 64


@dataclass(frozen=True)
class Shirts:
    """假设：每月月初，喜欢蓝的人里有 switch ‰ 改喜欢粉；wave_month 那个月是 wave ‰。没有人改回来。

    buys: 每月有多少 ‰ 的人买一件（喜欢什么就买什么）。months: 一月是第 1 个月，看到第几个月。
    """

    switch: int
    wave_month: int
    wave: int
    buys: int
    months: int

    def __post_init__(self) -> None:
        if not all(0 <= x <= 1000 for x in (self.switch, self.wave, self.buys)) or self.months < 2:
            raise ParameterError("比例是 0 到 1000 的千分数，至少看两个月。")

    def leaving(self, month: int) -> Fraction:
        """这个月月初，喜欢蓝的人里改主意的份额；第 1 个月没有。"""
        if month == 1:
            return Fraction(0)
        return Fraction(self.wave if month == self.wave_month else self.switch, 1000)


@dataclass(frozen=True)
class WrongPushes:
    """每个月推错的份额，下标 0 是一月。"""

    frozen: tuple[Fraction, ...]
    refreshed: tuple[Fraction, ...]


def expected_wrong(shirts: Shirts) -> WrongPushes:
    """按假设一步步推出来的份额，不用模拟。

    冻结：到这个月为止改过主意的份额。更新：最近一次买在 a 个月以前，而这以后改了主意。
    """
    stay = [Fraction(1)]
    for month in range(2, shirts.months + 1):
        stay.append(stay[-1] * (1 - shirts.leaving(month)))
    # 一月人人买了一件；最近一次买在第 s 月，第 s 月以后、本月以前都没有买
    buy = Fraction(shirts.buys, 1000)
    refreshed = [Fraction(0)]
    for month in range(2, shirts.months + 1):
        seen = [(1 if s == 1 else buy) * (1 - buy) ** (month - 1 - s) for s in range(1, month)]
        # 第 s 月买的是蓝（那时还喜欢蓝），本月却已改了：stay[s] − stay[本月]
        missed = [stay[s - 1] - stay[month - 1] for s in range(1, month)]
        refreshed.append(sum((p * q for p, q in zip(seen, missed, strict=True)), Fraction(0)))
    return WrongPushes(tuple(1 - s for s in stay), tuple(refreshed))


def simulate_wrong(shirts: Shirts, customers: int, seed: str) -> WrongPushes:
    """customers 位合成客户走一遍；同一个种子总是同样的结果。"""
    wrong = [[0, 0] for _ in range(shirts.months)]
    for who in range(customers):
        chance = _chances(f"{seed}|{who}")
        blue = known = True
        for month in range(2, shirts.months + 1):
            blue = blue and chance(f"switch|{month}") >= shirts.leaving(month)
            wrong[month - 1][0] += not blue
            wrong[month - 1][1] += blue is not known
            if chance(f"buy|{month}") < Fraction(shirts.buys, 1000):
                known = blue
    frozen, refreshed = zip(*wrong, strict=True)
    return WrongPushes(*(tuple(Fraction(n, customers) for n in found) for found in (frozen, refreshed)))


def _chances(seed: str) -> Callable[[str], Fraction]:
    """按名字取 0 到 1 之间的数。"""

    def chance(name: str) -> Fraction:
        digest = hashlib.sha256(f"shirts-v1|{seed}|{name}".encode()).digest()
        return Fraction(int.from_bytes(digest[:8], "big"), _UNIT)

    return chance
