"""一局分配预算：每个阶段每月给每位在场的客户花多少，一批客户的曲线就怎样弯（A2–A5、D5）。

假设全部写在参数里（内容文件 curves.toml），不是测出来的：
- 没有预算时，每个阶段每月有千分之几的客户离开（leaving）；
- 一项预算 b 的效果是 b/(b+half)：花到 half，得到最大效果的一半，越花越不值；
- 效果有两样：少走人（cut），和把本阶段缩短或拉长整几个月（months，负数是缩短，取整向零）。
算的是期望，不抽随机数：同样的预算总是同样的结果。人数每月四舍五入到百万分之一人，分数才不会越滚越长。
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lifecycle_lab.curves.shape import MOST_FEN, STAGES, LifeCurve
from lifecycle_lab.schema import ParameterError, quote

MILLIONTH = 1_000_000
LEVERS = ("trust", "satisfaction", "barriers", "win_back")  # 与 STAGES 一一对应
Budget = Mapping[str, int]


@dataclass(frozen=True)
class Lever:
    """一个阶段的一项预算能做什么。

    leaving: 不花钱时每月离开的千分之几。cut: 花到无穷多，离开的人最多少百分之几。
    months: 花到无穷多，本阶段最多改变几个月。half: 得到一半效果的预算（每位客户每月，分）。
    """

    leaving: int
    cut: int
    months: int
    half: int

    def __post_init__(self) -> None:
        limits = {"leaving": (0, 1000), "cut": (0, 100), "months": (-120, 120), "half": (1, MOST_FEN)}
        for name, (low, high) in limits.items():
            _demand_whole(name, getattr(self, name), low, high)

    def effect(self, budget: int) -> Fraction:
        """最大效果的几成：0 到 1，越花越慢。"""
        return Fraction(budget, budget + self.half)

    def rate(self, budget: int) -> Fraction:
        """花了 budget 以后每月离开的份额。"""
        return Fraction(self.leaving, 1000) * (1 - self.effect(budget) * Fraction(self.cut, 100))

    def shift(self, budget: int) -> int:
        """本阶段改变几个整月，向零取整：不满一个月不算。"""
        return int(self.effect(budget) * self.months)


@dataclass(frozen=True)
class Cohort:
    """同一个月来的一批客户：多少人、理想曲线、四项假设、看多少个月。"""

    customers: int
    curve: LifeCurve
    levers: Mapping[str, Lever]
    horizon: int = 36

    def __post_init__(self) -> None:
        _demand_whole("customers", self.customers, 1, 10**9)
        _demand_whole("horizon", self.horizon, 1, 600)
        if set(self.levers) != set(LEVERS):
            raise ParameterError("四项预算要各有一条假设。", remedy=f"写 {'、'.join(LEVERS)}。")


@dataclass(frozen=True)
class Outcome:
    """一局的结果，金额是分。

    curve: 弯过的个人曲线。alive: 每月还在的人数（期望，到百万分之一人）。tv、profit: 全体每月的交易额与净利润（已减预算）。
    spent: 每项预算花掉多少。total: 全部净利润，已减争取成本与预算。
    """

    curve: LifeCurve
    alive: tuple[Fraction, ...]
    tv: tuple[int, ...]
    profit: tuple[int, ...]
    spent: Mapping[str, int]
    total: int


def bend(cohort: Cohort, budget: Budget) -> LifeCurve:
    """预算弯曲个人曲线：每个阶段的长短变了，后面的跟着移；每段至少一个月。"""
    borders, ends = cohort.curve.borders, [0]
    for place, name in enumerate(LEVERS):
        length = borders[place + 1] - borders[place] + cohort.levers[name].shift(budget.get(name, 0))
        ends.append(ends[-1] + max(1, length))
    return replace(cohort.curve, **{f"{s}_end": end for s, end in zip(STAGES, ends[1:], strict=True)})


def play(cohort: Cohort, budget: Budget) -> Outcome:
    """照 budget（每位在场客户每月花多少分，没写的是 0）过完全部月份；没有这项预算 → ParameterError。"""
    _check(budget)
    curve = bend(cohort, budget)
    people = _millionths(cohort, budget, curve)
    tv, profit, spent = [], [], dict.fromkeys(LEVERS, 0)
    for alive, (stage, each_tv, each_profit) in zip(people, _months(curve, cohort.horizon), strict=True):
        name = LEVERS[STAGES.index(stage)] if stage else LEVERS[0]
        each = budget.get(name, 0)
        spent[name] += alive * each
        tv.append(_share(alive, *each_tv))
        numerator, denominator = each_profit
        profit.append(_share(alive, numerator - each * denominator, denominator))
    total = sum(profit) - cohort.customers * curve.acquisition
    whole = {name: _share(cost, 1, 1) for name, cost in spent.items()}
    alive_people = tuple(Fraction(alive, MILLIONTH) for alive in people)
    return Outcome(curve, alive_people, tuple(tv), tuple(profit), whole, total)


def _share(millionths: int, numerator: int, denominator: int) -> int:
    """百万分之几人 × 每人的分数 → 整数分，四舍五入（负数对称）；只用整数，比分数快得多。"""
    top, bottom = 2 * millionths * numerator, 2 * denominator * MILLIONTH
    size = (abs(top) + bottom // 2) // bottom
    return -size if top < 0 else size


@functools.lru_cache(maxsize=512)
def _months(
    curve: LifeCurve, horizon: int
) -> tuple[tuple[str | None, tuple[int, int], tuple[int, int]], ...]:
    """每月的阶段、一位客户的交易额与利润（分子，分母）；许多种预算弯出同一条曲线，记住免得重算。"""
    found = ((curve.stage(t), *curve.money(t)) for t in range(1, horizon + 1))
    return tuple(
        (stage, Fraction(tv).as_integer_ratio(), Fraction(profit).as_integer_ratio())
        for stage, tv, _, profit in found
    )


def _millionths(cohort: Cohort, budget: Budget, curve: LifeCurve) -> list[int]:
    """每月还在的人数，百万分之一人为单位。"""
    stays = {
        s: (1 - cohort.levers[n].rate(budget.get(n, 0))).as_integer_ratio()
        for s, n in zip(STAGES, LEVERS, strict=True)
    }
    stages = [stage for stage, _, _ in _months(curve, cohort.horizon)]
    people = [cohort.customers * MILLIONTH]
    for before, now in itertools.pairwise(stages):
        top, bottom = stays[before] if before and now else (0, 1)
        people.append((2 * people[-1] * top + bottom) // (2 * bottom))
    return people


def gains(cohort: Cohort, budget: Budget) -> dict[str, tuple[int, int]]:
    """每项预算做了什么：（花掉的，撤掉这一项少赚的净利润），分；后者为负就是花了不如不花。

    各项之间互相影响，所以四个数加起来不等于一起撤掉的差。
    """
    played = play(cohort, budget)
    without = {name: play(cohort, {**budget, name: 0}).total for name in LEVERS}
    return {name: (played.spent[name], played.total - without[name]) for name in LEVERS}


def marginal(cohort: Cohort, budget: Budget, step: int) -> dict[str, tuple[int, int]]:
    """每项再多花一步（每位客户每月 step 分）：（四项一共多花掉的，多赚的净利润），分。

    多留下来的人也要花别的预算，所以多花掉的按四项合计；多赚的已经减去它，为负就是不值。
    """
    _demand_whole("step", step, 1, MOST_FEN)
    before, found = play(cohort, budget), {}
    for name in LEVERS:
        after = play(cohort, {**budget, name: budget.get(name, 0) + step})
        extra = sum(after.spent.values()) - sum(before.spent.values())
        found[name] = (extra, after.total - before.total)
    return found


def best(cohort: Cohort, steps: Mapping[str, Sequence[int]]) -> tuple[dict[str, int], Outcome]:
    """在格子上一个一个试，挑总利润最大的；一样大时取字典次序最小的（先少花前面的）；哪一项没有档 → ParameterError。"""
    if set(steps) != set(LEVERS) or not all(steps.values()):
        raise ParameterError("四项预算各要几个档。", remedy=f"写 {'、'.join(LEVERS)}，每项至少一档。")
    every = itertools.product(*(sorted(set(steps[name])) for name in LEVERS))
    budgets = [dict(zip(LEVERS, values, strict=True)) for values in every]
    chosen = max(budgets, key=lambda budget: play(cohort, budget).total)
    return chosen, play(cohort, chosen)


def _check(budget: Budget) -> None:
    for name, value in budget.items():
        if name not in LEVERS:
            raise ParameterError(f"没有 {quote(name)} 这项预算。", remedy=f"可用的有：{'、'.join(LEVERS)}。")
        _demand_whole(name, value, 0, MOST_FEN)


def _demand_whole(name: str, value: object, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ParameterError(f"{name} 不能是 {quote(value)}。", remedy=f"写 {low} 到 {high} 的整数。")
