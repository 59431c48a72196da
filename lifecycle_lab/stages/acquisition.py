"""分渠道的获客成本：一位新客户多少钱，几个月回本，一元换回几元，说得准吗(B6)。

金额是整数最小单位；要判断谁高谁低的地方用精确的分数，只有区间是浮点。
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import ParameterError

Z_95 = 1.959963984540054
RULES = ("last", "first", "even")
"""一单由几个渠道一起促成时，功劳怎样分：全归最后一个、全归第一个、平分。"""


@dataclass(frozen=True)
class Channel:
    """一个渠道一段时间的账。visits、leads、buyers: 来访、询问、首单的人数。cost: 一共花的钱。

    margins: 一位新客户第 1、2、3…… 个月带来的毛利（平均，整数最小单位）。
    """

    name: str
    visits: int
    leads: int
    buyers: int
    cost: int
    margins: tuple[int, ...]

    def __post_init__(self) -> None:
        if not (self.visits >= self.leads >= self.buyers >= 0 and self.cost >= 0 and self.visits > 0):
            raise ParameterError(
                f"渠道“{self.name}”的账不合理。", remedy="来访 ≥ 询问 ≥ 首单 ≥ 0，花费不为负。"
            )

    def value(self, months: int | None = None) -> int:
        """一位新客户头几个月带来的毛利；None 是看得到的全部。"""
        return sum(self.margins[:months])


def cost_per_buyer(channel: Channel) -> Fraction | None:
    """一位新客户的获客成本；一位也没有 → None（不是 0，也不是无穷）。"""
    return Fraction(channel.cost, channel.buyers) if channel.buyers else None


def value_per_cost(channel: Channel, months: int | None = None) -> Fraction | None:
    """头几个月的毛利 ÷ 获客成本：一元换回几元；没有花钱或没有客户 → None。"""
    each = cost_per_buyer(channel)
    return channel.value(months) / each if each else None


def payback(margins: Sequence[int], cost: Fraction | int) -> int | None:
    """第几个月起，累计的毛利不少于获客成本；看得到的月份里没有 → None。"""
    earned = 0
    for month, margin in enumerate(margins, start=1):
        earned += margin
        if earned >= cost:
            return month
    return None


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """份额的 Wilson 区间（Wilson 1927）；没有人 → (0, 1)。"""
    if not trials:
        return 0.0, 1.0
    share, extra = successes / trials, z * z / trials
    centre = (share + extra / 2) / (1 + extra)
    half = z * math.sqrt(share * (1 - share) / trials + extra / (4 * trials)) / (1 + extra)
    return max(0.0, centre - half), min(1.0, centre + half)


def cost_band(channel: Channel) -> tuple[float, float | None]:
    """获客成本的 95 % 区间：来访到首单的份额是碰运气的，花费是定的；份额低到 0 时上端没有。"""
    low, high = wilson(channel.buyers, channel.visits)
    each = channel.cost / channel.visits
    return each / high, each / low if low > 1e-12 else None


def ratio_band(channel: Channel, months: int | None = None) -> tuple[float, float]:
    """一元换回几元的 95 % 区间；只算首单人数的运气，不算一位客户值多少的运气。"""
    low, high = cost_band(channel)
    value = channel.value(months)
    return (value / high if high else 0.0), (value / low if low else math.inf)


@dataclass(frozen=True)
class Verdict:
    """best: 一元换回最多的渠道。clear: 它的区间整个在别人的上面。unclear: 区间与它重叠、还不能说输的。"""

    best: str
    clear: bool
    unclear: tuple[str, ...]


def grow(channels: Sequence[Channel], months: int | None = None) -> Verdict | None:
    """加投哪一条：先比一元换回几元，再看区间叠不叠；一条也算不出 → None。"""
    ratios = {one.name: value_per_cost(one, months) for one in channels}
    known = [one for one in channels if ratios[one.name] is not None]
    if not known:
        return None
    best = max(known, key=lambda one: ratios[one.name])  # type: ignore[arg-type,return-value]
    floor = ratio_band(best, months)[0]
    rivals = [one for one in channels if one is not best and one.cost]
    unclear = tuple(one.name for one in rivals if ratio_band(one, months)[1] >= floor)
    return Verdict(best.name, not unclear, unclear)


def credit(journeys: Mapping[tuple[str, ...], int], rule: str) -> dict[str, Fraction]:
    """一路经过的渠道 → 各渠道分到几位首单客户；journeys: 先后经过的渠道 → 几位。合计总等于客户数；不认识的分法 → ParameterError。"""
    if rule not in RULES:
        raise ParameterError(f"不认识功劳的分法“{rule}”。", remedy=f"可用的：{'、'.join(RULES)}。")
    found: Counter[str] = Counter()
    for path, many in journeys.items():
        given = {"last": path[-1:], "first": path[:1], "even": path}[rule]
        for name in given:
            found[name] += Fraction(many, len(given))  # type: ignore[assignment]
    return dict(found)  # type: ignore[arg-type]
