"""七位客户照写明的规则放阶段：先数认识了几个周期、安静了几个周期，再从上往下对规则（A2–A5）。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.content.stages import FOUR, stages
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.stages.placing import RELATION_STAGES, Evidence, PlacingRule, criterion, place
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_TENTHS = 10
_UNSEEN = "看不出"
_SAID = {
    "quiet": "安静满了界限，别的不用再看",
    "fading": "花得少了一半以上，又慢下来了",
    "settled": "没有安静太久，买得够多，认识得够久",
    "growing": "没有安静太久，还够不上稳定，但买了又买",
    "young": "上面一条也不满足",
}


@dataclass(frozen=True)
class _Client:
    """一位练习用的客户：周期（天，10 的倍数）、认识与安静几个周期（十分之几）、买过几天、趋势（百分之几，看不出是 None）。"""

    cycle: int
    known: int
    quiet: int
    purchases: int
    trend: int | None

    @property
    def first(self) -> int:
        """第一次买是几天前。"""
        return self.cycle * self.known // _TENTHS

    @property
    def last(self) -> int:
        return self.cycle * self.quiet // _TENTHS

    @property
    def evidence(self) -> Evidence:
        return self.evidence_of(Fraction(self.known, _TENTHS), Fraction(self.quiet, _TENTHS))

    def evidence_of(self, known: Fraction, quiet: Fraction) -> Evidence:
        trend = None if self.trend is None else Fraction(self.trend, 100)
        return Evidence(self.purchases, known, quiet, trend)

    @property
    def written(self) -> dict[str, str]:
        """给出的几格。"""
        return {
            "purchases": f"{self.purchases} 天",
            "first": f"{self.first} 天前",
            "last": f"{self.last} 天前",
            "cycle": f"{self.cycle} 天",
            "trend": _UNSEEN if self.trend is None else f"{self.trend} %",
        }

    @property
    def words(self) -> dict[str, object]:
        """理由里可以填入的数。"""
        one = self.evidence
        return {
            **{name: getattr(self, name) for name in ("first", "last", "cycle", "purchases")},
            "known": half_up(one.known, 1),
            "quiet": half_up(one.quiet, 1),
            "trend": self.written["trend"],
        }


def clients(numbers: Numbers) -> dict[str, _Client]:
    """七位：四个阶段都有人，恰好在“安静”界限上的一位，照“买得多就是稳定”会放错的两位。"""
    whole = numbers.whole
    rows = {
        "甲": (whole("甲|known", 60, 90), 20, whole("甲|buys", 6, 9), whole("甲|trend", 80, 120, 5)),
        "乙": (
            whole("乙|known", 51, 90),
            whole("乙|quiet", 2, 9),
            whole("乙|buys", 5, 9),
            whole("乙|trend", 90, 130, 5),
        ),
        "丙": (whole("丙|known", 3, 15), 0, 1, None),
        "丁": (whole("丁|known", 20, 42), whole("丁|quiet", 2, 9), whole("丁|buys", 2, 3), None),
        "戊": (
            whole("戊|known", 55, 90),
            whole("戊|quiet", 10, 17),
            whole("戊|buys", 6, 9),
            whole("戊|trend", 20, 50, 5),
        ),
        "己": (
            whole("己|known", 25, 48),
            whole("己|quiet", 1, 8),
            whole("己|buys", 5, 7),
            whole("己|trend", 80, 140, 5),
        ),
        "庚": (whole("庚|known", 8, 18), whole("庚|quiet", 1, 6), 2, None),
    }
    found = {}
    for name, (known, quiet, buys, trend) in rows.items():
        # 只买过一天的，认识与安静一样久
        found[name] = _Client(
            10 * whole(f"{name}|cycle", 2, 6), known, known if buys == 1 else quiet, buys, trend
        )
    return found


def stage_rule(numbers: Numbers) -> Problem:
    """认识几个周期、安静几个周期、放进哪个阶段。"""
    rule, found = PlacingRule.of(stages().rule), clients(numbers)
    labels = {name: stage.label for name, stage in stages().models[FOUR].stages.items()}
    right: dict[Cell, object] = {}
    fields: dict[Cell, Mapping[str, object]] = {}
    given: dict[Cell, str] = {}
    for row, client in found.items():
        one = client.evidence
        stage = labels[place(one, rule)]
        right |= {(row, "known"): one.known, (row, "quiet"): one.quiet, (row, "stage"): stage}
        given |= {(row, column): text for column, text in client.written.items()}
        words = client.words | {"stage": stage, "said": _SAID[criterion(one, rule)]}
        fields |= {(row, column): words for column in ("known", "quiet", "stage")}
    cycles = Ask("number", "个")
    return Problem(
        tuple(found),
        given,
        {
            "known": cycles,
            "quiet": cycles,
            "stage": Ask("choice", choices=tuple(labels[name] for name in RELATION_STAGES)),
        },
        right,
        fields,
        {
            "days_for_cycles": _days_for_cycles(found),
            "many_so_stable": {(row, "stage"): labels["stability"] for row in ("甲", "戊")},
        },
        lambda own: _own_stages(own, found, rule, labels),
    )


def _days_for_cycles(found: Mapping[str, _Client]) -> dict[Cell, object]:
    """写了天数，没有除以周期。"""
    days = {row: {"known": client.first, "quiet": client.last} for row, client in found.items()}
    return {(row, column): many for row, each in days.items() for column, many in each.items()}


def _own_stages(
    own: Mapping[Cell, Entry], found: Mapping[str, _Client], rule: PlacingRule, labels: Mapping[str, str]
) -> dict[Cell, object]:
    """从学生自己数的两个周期数接着放。"""
    placed: dict[Cell, object] = {}
    for row, client in found.items():
        if (row, "known") in own and (row, "quiet") in own:
            counted = client.evidence_of(own[row, "known"].value, own[row, "quiet"].value)
            placed[row, "stage"] = labels[place(counted, rule)]
    return placed
