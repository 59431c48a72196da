"""四个渠道的账：一位新客户多少钱，几个月回本，一元换回几元，加投哪一条。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count

from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.stages import acquisition
from lifecycle_lab.stages.acquisition import Channel
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

MONTHS = 12
CHOICE = "加投哪一条"
_NAMES = ("搜索广告", "社交媒体", "直播促销", "门店活动")


def channel_costs(numbers: Numbers) -> Problem:
    """获客成本（元）、回本是第几个月、头 12 个月一元换回几元，和加投哪一条。"""
    channels = drawn_channels(numbers)
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    best = acquisition.grow(channels).best  # type: ignore[union-attr]
    for one in channels:
        each = acquisition.cost_per_buyer(one)
        month, ratio = acquisition.payback(one.margins, each), acquisition.value_per_cost(one)  # type: ignore[arg-type]
        right |= {(one.name, "each"): each / 100, (one.name, "payback"): month, (one.name, "ratio"): ratio}  # type: ignore[operator]
        words = {
            "cost": one.cost // 100,
            "buyers": one.buyers,
            "each": half_up(each / 100, 2),
            "month": month,
        }  # type: ignore[operator]
        words |= {
            "earned": sum(one.margins[:month]) // 100,
            "value": one.value() // 100,
            "ratio": half_up(ratio, 2),
        }  # type: ignore[arg-type]
        fields |= {(one.name, column): words for column in ("each", "payback", "ratio")}
    right[CHOICE, "word"] = best
    fields[CHOICE, "word"] = {"best": best}
    return Problem(
        (*(one.name for one in channels), CHOICE),
        _given(channels),
        {
            "each": Ask("money", "元"),
            "payback": Ask("whole", "月"),
            "ratio": Ask("factor"),
            "word": Ask("choice", choices=_NAMES),
        },
        right,
        fields,
        _mistakes(channels),
        lambda own: _own_account(own, channels),
    )


def _given(channels: tuple[Channel, ...]) -> dict[Cell, str]:
    given: dict[Cell, str] = {}
    for one in channels:
        first, later = one.margins[0] // 100, one.margins[1] // 100
        given |= {
            (one.name, "leads"): str(one.leads),
            (one.name, "buyers"): str(one.buyers),
            (one.name, "cost"): str(one.cost // 100),
            (one.name, "margins"): f"首月 {first} 元，以后每月 {later} 元",
            (one.name, "word"): "—",
        }
    given |= {(CHOICE, c): "—" for c in ("leads", "buyers", "cost", "margins", "each", "payback", "ratio")}
    return given


def drawn_channels(numbers: Numbers) -> tuple[Channel, ...]:
    """四个渠道：都在 12 个月里回本，有一个恰好到本，最划算的不是最便宜的，而且比第二名高出 8 % 以上。"""
    return next(found for attempt in count(1) if _worth(found := _draw(numbers, attempt)))


def _draw(numbers: Numbers, attempt: int) -> tuple[Channel, ...]:
    found = []
    for i, name in enumerate(_NAMES):
        key = f"{attempt}|{i}"
        buyers = numbers.whole(f"buyers|{key}", 40, 240, 10)
        leads = buyers * numbers.whole(f"leads|{key}", 2, 5)
        first, later = numbers.whole(f"first|{key}", 16, 44, 2), numbers.whole(f"later|{key}", 4, 16)
        each = numbers.whole(f"each|{key}", 48, 150, 3)
        if i == attempt % len(_NAMES):  # 恰好到本的一个
            each = first + later * numbers.whole(f"month|{key}", 3, 9)
        margins = (100 * first, *[100 * later] * (MONTHS - 1))
        found.append(Channel(name, 10 * leads, leads, buyers, 100 * each * buyers, margins))
    return tuple(found)


def _worth(found: tuple[Channel, ...]) -> bool:
    ratios = [acquisition.value_per_cost(one) for one in found]
    months = [acquisition.payback(one.margins, acquisition.cost_per_buyer(one)) for one in found]  # type: ignore[arg-type]
    cheapest = min(found, key=lambda one: acquisition.cost_per_buyer(one))  # type: ignore[arg-type,return-value]
    best = max(range(len(found)), key=lambda i: ratios[i])  # type: ignore[arg-type,return-value]
    top, second = sorted(ratios, reverse=True)[:2]  # type: ignore[type-var]
    return None not in months and 100 * top >= 108 * second and found[best] is not cheapest  # type: ignore[operator]


def _mistakes(channels: tuple[Channel, ...]) -> dict[str, dict[Cell, object]]:
    cheapest = min(channels, key=lambda one: acquisition.cost_per_buyer(one))  # type: ignore[arg-type,return-value]
    late = {}
    for one in channels:
        each = acquisition.cost_per_buyer(one)
        month = acquisition.payback(one.margins, each)  # type: ignore[arg-type]
        if sum(one.margins[:month]) == each:
            late[one.name, "payback"] = month + 1  # type: ignore[operator]
    return {
        "cost_per_lead": {(one.name, "each"): Fraction(one.cost, 100 * one.leads) for one in channels},
        "cheapest_is_best": {(CHOICE, "word"): cheapest.name},
        "month_after_payback": late,  # type: ignore[dict-item]
    }


def _own_account(own: Mapping[Cell, Entry], channels: tuple[Channel, ...]) -> dict[Cell, object]:
    """从学生自己写的获客成本接着算回本与倍数；从自己写的倍数挑渠道。"""
    found: dict[Cell, object] = {}
    for one in channels:
        each = own.get((one.name, "each"))
        if each is not None and each.value > 0:  # type: ignore[operator]
            cost = 100 * Fraction(each.value)  # type: ignore[arg-type]
            found[one.name, "ratio"] = one.value() / cost
            if month := acquisition.payback(one.margins, cost):
                found[one.name, "payback"] = month
    ratios = {one.name: own[one.name, "ratio"].value for one in channels if (one.name, "ratio") in own}
    if len(ratios) == len(channels):
        found[CHOICE, "word"] = max(ratios, key=ratios.__getitem__)  # type: ignore[arg-type]
    return found
