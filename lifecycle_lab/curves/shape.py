"""两条曲线的样子：倒 U 形，由几个有名字的参数写成，课文的话靠写法成立（A6、D5）。

每一段只是一小段幂函数：考察期慢起，形成期快升，稳定期缓升到顶，退化期落到零。
写法保证不了的（如形成期比稳定期涨得快），由参数的许可范围保证；范围之外 → ParameterError。
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import DataError, ParameterError, quote

STAGES = ("exploration", "formation", "stability", "decline")
LONGEST = 600  # 一条曲线至多多少个月
MOST_FEN = 10**12
_ENDS = tuple(f"{stage}_end" for stage in STAGES)
_RANGES = {
    **dict.fromkeys(_ENDS, (1, LONGEST)),
    "peak": (1, MOST_FEN),
    "start": (0, 39),
    "trial": (1, 40),
    "near": (85, 99),
    "rise": (1, 4),
    "fall": (1, 4),
    "margin": (20, 90),
    "premium": (0, 5),
    "cost_early": (0, MOST_FEN),
    "cost_late": (0, MOST_FEN),
    "acquisition": (0, MOST_FEN),
}
Time = int | Fraction | float


@dataclass(frozen=True)
class LifeCurve:
    """一位客户走完四个阶段的理想曲线。

    exploration_end … decline_end: 各阶段结束的月份，从小到大；稳定期不短于形成期。
    peak: 稳定期末的月交易额（分）。start、trial、near: 开始、考察期末、形成期末的交易额占 peak 的百分之几。
    rise: 形成期先快后慢的程度；fall: 退化期先慢后快的程度；都是 1（直线）到 4。
    margin: 毛利占交易额的百分之几；premium: 稳定期里毛利逐渐多出的百分点（肯出更高的价，D5）。
    cost_early、cost_late: 考察期、稳定期起每月的服务成本（分），形成期里从前者降到后者。
    acquisition: 争取这位客户一次花掉的钱（分）。
    """

    exploration_end: int
    formation_end: int
    stability_end: int
    decline_end: int
    peak: int
    start: int
    trial: int
    near: int
    rise: int
    fall: int
    margin: int
    premium: int
    cost_early: int
    cost_late: int
    acquisition: int

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if type(value) is not int or not low <= value <= high:
                raise ParameterError(
                    f"生命曲线的 {name} 不能是 {quote(value)}。", remedy=f"写 {low} 到 {high} 的整数。"
                )
        _demand_order([getattr(self, name) for name in _ENDS], "各阶段结束的月份要一个比一个大。")
        _demand_order([self.start, self.trial], "start 要小于 trial：考察期里交易额在涨。")
        if self.cost_late > self.cost_early:
            raise ParameterError("cost_late 不能大于 cost_early。", why="熟客的服务成本不会比新客高（D5）。")
        if self.stability_end - self.formation_end < self.formation_end - self.exploration_end:
            raise ParameterError(
                "稳定期不能短于形成期。",
                why="太短的稳定期里利润反而涨得比形成期快，就不是课文的曲线了。",
                remedy="推迟 stability_end，或缩短形成期。",
            )

    @property
    def borders(self) -> tuple[int, int, int, int, int]:
        """0 与四个阶段的终点。"""
        return (0, self.exploration_end, self.formation_end, self.stability_end, self.decline_end)

    def stage(self, t: Time) -> str | None:
        """第 t 个月所在的阶段；终点算在前一段里，走完以后是 None。"""
        _demand_time(t)
        ends = zip(STAGES, self.borders[1:], strict=True)
        return next((name for name, end in ends if t <= end), None)

    def level(self, t: Time) -> Fraction | float:
        """交易额占 peak 的百分之几。"""
        return self._level(*self._progress(t))

    def _level(self, stage: str | None, x: Fraction | float) -> Fraction | float:
        if stage == "exploration":
            return self.start + (self.trial - self.start) * x**2
        if stage == "formation":
            return self.trial + (self.near - self.trial) * (1 - (1 - x) ** self.rise)
        if stage == "stability":
            return self.near + (100 - self.near) * (1 - (1 - x) ** 2)
        return 100 * (1 - x**self.fall) if stage else x

    def tv(self, t: Time) -> Fraction | float:
        """第 t 个月的交易额 TV(t)，分。"""
        return self.level(t) * self.peak / 100

    def gross(self, t: Time) -> Fraction | float:
        """第 t 个月的毛利，分：交易额 × 毛利率，稳定期里毛利率逐渐多出 premium。"""
        return self.money(t)[1]

    def profit(self, t: Time) -> Fraction | float:
        """第 t 个月的利润 P(t) = 毛利 − 服务成本，分；不含一次性的争取成本。"""
        return self.money(t)[2]

    def money(self, t: Time) -> tuple[Fraction | float, Fraction | float, Fraction | float]:
        """第 t 个月的（交易额，毛利，利润），分：一起算，滑块才跟得上手。"""
        stage, x = self._progress(t)
        if stage is None:
            return x, x, x
        tv = self._level(stage, x) * self.peak / 100
        grown = {"exploration": 0, "formation": 0, "stability": x}.get(stage, 1)
        settled = {"exploration": 0, "formation": x}.get(stage, 1)
        gross = tv * (self.margin + self.premium * grown) / 100
        cost = self.cost_early - (self.cost_early - self.cost_late) * settled
        return tv, gross, gross - cost

    def _progress(self, t: Time) -> tuple[str | None, Fraction | float]:
        """所在的阶段与走过了其中的几成；整数月得精确的分数。走完以后是 (None, 0)。"""
        stage, t = self.stage(t), Fraction(t) if isinstance(t, int) else t
        if stage is None:
            return None, 0 * t
        place = STAGES.index(stage)
        begin, end = self.borders[place : place + 2]
        return stage, (t - begin) / (end - begin)


@dataclass(frozen=True)
class Month:
    """一个月：第几个月（从 1 起）、交易额、利润（整数分）。"""

    number: int
    tv: int
    profit: int


def monthly(curve: LifeCurve, months: int) -> tuple[Month, ...]:
    """第 1 到第 months 个月，每月取月末的值，四舍五入到分；月数不是正整数 → ParameterError。"""
    if type(months) is not int or not 0 <= months <= LONGEST:
        raise ParameterError(f"月数不能是 {quote(months)}。", remedy=f"写 0 到 {LONGEST} 的整数。")
    rows = ((t, curve.money(t)) for t in range(1, months + 1))
    return tuple(Month(t, to_fen(tv), to_fen(profit)) for t, (tv, _, profit) in rows)  # type: ignore[arg-type]


def cumulated(profits: Sequence[int], acquisition: int = 0) -> tuple[int, ...]:
    """累计利润：第 0 个月是 −acquisition，然后逐月加；比 profits 多一项。"""
    totals = [-acquisition]
    for profit in profits:
        totals.append(totals[-1] + profit)
    return tuple(totals)


def break_even(totals: Sequence[int]) -> int | None:
    """回本的月份：累计利润从这个月起不再为负（从 0 数）；到最后也没有回本 → None；空的 → DataError。

    先转正、后来又跌回负数的不算：要“从此”不为负。
    """
    if not totals:
        raise DataError("没有累计利润可看。", remedy="至少给第 0 个月。")
    negative = [month for month, total in enumerate(totals) if total < 0]
    month = negative[-1] + 1 if negative else 0
    return month if month < len(totals) else None


def to_fen(value: Fraction) -> int:
    """精确的分数 → 整数分，四舍五入（负数对称）。"""
    size = (2 * abs(value) + 1) // 2
    return int(-size if value < 0 else size)


def _demand_order(values: Sequence[int], what: str) -> None:
    if any(a >= b for a, b in itertools.pairwise(values)):
        raise ParameterError(what, why=f"现在是 {'、'.join(map(str, values))}。")


def _demand_time(t: Time) -> None:
    if not 0 <= t < float("inf"):
        raise ParameterError(f"时间不能是 {quote(t)}。", remedy="从 0（第一次交易）数起的月数。")
