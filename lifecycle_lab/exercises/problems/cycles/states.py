"""观察日那天的状态：静态节点与频次类两种规则各怎样判。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from lifecycle_lab import cycles
from lifecycle_lab.content import course
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.cycles.classes import CUSTOMERS, FIRST_DAY, default_bounds
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_EDGES = (80, 200, 400)


def state_at_date(numbers: Numbers) -> Problem:
    """观察日那天各人的状态：静态节点与频次类两种规则，回头客六位，新客户两位。"""
    rules = _rules()
    labels = {name: text.label for name, text in course().cycles.states.items()}
    classes = {name: text.label for name, text in course().cycles.classes.items()} | {
        "new": course().cycles.words["new"]
    }
    idle = _idle_days(numbers)
    as_of = FIRST_DAY + timedelta(numbers.whole("as_of", 1500, 1600))
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    given: dict[Cell, str] = {}
    for row, (kind, days) in idle.items():
        visits = _visits(kind, as_of - timedelta(days))
        found = {name: labels[cycles.state(visits, as_of.toordinal(), rule)] for name, rule in rules.items()}
        right |= {(row, "idle"): days} | {(row, name): found[name] for name in rules}
        given |= {
            (row, "class"): classes[kind],
            (row, "last"): str(as_of - timedelta(days)),
            (row, "as_of"): str(as_of),
        }
        words = {"idle": days, "class": classes[kind], **found} | _said(rules, visits)
        fields |= {(row, column): words for column in ("idle", *rules)}
    choice = Ask("choice", choices=tuple(labels.values()))
    return Problem(
        tuple(idle),
        given,
        {"idle": Ask("whole", "天"), "static": choice, "dynamic": choice},
        right,
        fields,
        {
            "static_for_dynamic": {(row, "dynamic"): right[row, "static"] for row in CUSTOMERS},
            "day_after_the_edge": _day_late(idle, rules, labels),
        },
        lambda own: _own_states(own, idle, rules, labels),
    )


def _rules() -> dict[str, cycles.Rule]:
    defaults = course().cycles.defaults
    dynamic = cycles.ClassRule(default_bounds(), defaults.multiples, defaults.nodes)
    return {"static": cycles.StaticRule(defaults.nodes), "dynamic": dynamic}


_KIND_OF = dict(zip(CUSTOMERS, ("high", "high", "mid", "mid", "low", "high"), strict=True))


def _idle_days(numbers: Numbers) -> dict[str, tuple[str, int]]:
    """（频次类，几天没来）：恰好满一个、两个、三个周期的各一位，两位新客户一位恰好在节点上。"""
    days = {
        "甲": 240,
        "乙": numbers.whole("idle|乙", 81, 159),
        "丙": numbers.whole("idle|丙", 201, 399),
        "丁": 200,
        "戊": numbers.whole("idle|戊", 401, 799),
        "己": numbers.whole("idle|己", 161, 239),
        "庚": numbers.choice("idle|庚", _EDGES),
        "辛": numbers.whole("idle|辛", 81, 199),
    }
    return {row: (_KIND_OF.get(row, "new"), day) for row, day in days.items()}


def _visits(kind: str, last: date) -> cycles.Visits:
    """只为取规则的三个天数：这一类里随便一段间隔。"""
    gap = {"high": 30, "mid": 120, "low": 300}.get(kind)
    day = last.toordinal()
    return cycles.Visits(day - (gap or 0), day, 2 if gap else 1, gap)


def _said(rules: Mapping[str, cycles.Rule], visits: cycles.Visits) -> dict[str, str]:
    return {f"{name}_days": "、".join(map(str, rule.thresholds(visits))) for name, rule in rules.items()}


def _day_late(
    idle: Mapping[str, tuple[str, int]], rules: Mapping[str, cycles.Rule], labels: Mapping[str, str]
) -> dict[Cell, object]:
    """把“达到”当成“超过”：恰好在界限上的都晚一天才变。"""
    found = {}
    for row, (kind, days) in idle.items():
        visits = _visits(kind, FIRST_DAY)
        for name, rule in rules.items():
            if days in rule.thresholds(visits):
                found[row, name] = labels[cycles.state(visits, visits.last_day + days - 1, rule)]
    return found


def _own_states(
    own: Mapping[Cell, Entry],
    idle: Mapping[str, tuple[str, int]],
    rules: Mapping[str, cycles.Rule],
    labels: Mapping[str, str],
) -> dict[Cell, object]:
    """从学生自己数的天数接着判。"""
    found = {}
    for row, (kind, _) in idle.items():
        if (row, "idle") in own and own[row, "idle"].value >= 0:
            visits = _visits(kind, FIRST_DAY)
            day = visits.last_day + own[row, "idle"].value
            found |= {(row, name): labels[cycles.state(visits, day, rule)] for name, rule in rules.items()}
    return found
