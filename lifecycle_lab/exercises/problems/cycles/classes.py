"""六位回头客的上一段间隔：属于哪个频次类，那一类的周期是几天。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import count

from lifecycle_lab import cycles
from lifecycle_lab.content import course
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

CUSTOMERS = ("甲", "乙", "丙", "丁", "戊", "己")
FIRST_DAY = date(2023, 1, 2)


def histories(numbers: Numbers) -> dict[str, list[date]]:
    """六位回头客的购买日，各三到四次；最后一段有恰好在界限上的，四类都有人。"""
    last = {
        "甲": 80,
        "乙": numbers.whole("gap|乙", 12, 79),
        "丙": numbers.whole("gap|丙", 81, 199),
        "丁": numbers.choice("gap|丁", (200, 400)),
        "戊": numbers.whole("gap|戊", 401, 460),
        "己": numbers.whole("gap|己", 201, 399),
    }
    found = {}
    for name in CUSTOMERS:
        earlier = _unlike(numbers, name, last[name])
        day = FIRST_DAY + timedelta(numbers.whole(f"first|{name}", 0, 40))
        found[name] = [day]
        for gap in (*earlier, last[name]):
            day += timedelta(gap)
            found[name].append(day)
    return found


def _unlike(numbers: Numbers, name: str, last: int) -> list[int]:
    """前面的一两段间隔：使全部间隔的平均数落在另一类里，只看平均的人就会分错。"""
    bounds, many = default_bounds(), numbers.whole(f"many|{name}", 1, 2)
    right = cycles.frequency_class(last, bounds)
    drawn = (
        [numbers.whole(f"earlier|{name}|{i}|{attempt}", 15, 480) for i in range(many)] for attempt in count(1)
    )
    return next(
        gaps for gaps in drawn if cycles.frequency_class((sum(gaps) + last) // (many + 1), bounds) != right
    )


def default_bounds() -> cycles.Bounds:
    return cycles.Bounds(*course().cycles.defaults.bounds)


def gap_class(numbers: Numbers) -> Problem:
    """上一段间隔是几天，属于哪个频次类，那一类的周期是几天。"""
    bounds, days = default_bounds(), histories(numbers)
    labels = {name: text.label for name, text in course().cycles.classes.items()}
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    for row, bought in days.items():
        gap = (bought[-1] - bought[-2]).days
        kind = cycles.frequency_class(gap, bounds)
        cycle = cycles.class_cycle(kind, bounds)
        right |= {(row, "gap"): gap, (row, "class"): labels[kind], (row, "cycle"): cycle}
        words = {"before": bought[-2], "last": bought[-1], "gap": gap, "class": labels[kind], "cycle": cycle}
        fields |= {(row, column): words for column in ("gap", "class", "cycle")}
    means = {row: Fraction((bought[-1] - bought[0]).days, len(bought) - 1) for row, bought in days.items()}
    classes = {row: labels[cycles.frequency_class(int(mean), bounds)] for row, mean in means.items()}
    return Problem(
        CUSTOMERS,
        {(row, "bought"): "\n".join(map(str, bought)) for row, bought in days.items()},
        {
            "gap": Ask("whole", "天"),
            "class": Ask("choice", choices=tuple(labels.values())),
            "cycle": Ask("whole", "天"),
        },
        right,
        fields,
        {
            "average_for_last_gap": {
                **{(row, "gap"): mean for row, mean in means.items()},
                **{(row, "class"): name for row, name in classes.items()},
            },
            "edge_in_shorter_class": {("甲", "class"): labels["high"]},
        },
        lambda own: _own_class(own, bounds, labels),
    )


def _own_class(
    own: Mapping[Cell, Entry], bounds: cycles.Bounds, labels: Mapping[str, str]
) -> dict[Cell, object]:
    """从学生自己写的天数分类，从自己分的类取周期。"""
    ids = {label: name for name, label in labels.items()}
    found: dict[Cell, object] = {}
    for row in CUSTOMERS:
        if (row, "gap") in own:
            found[row, "class"] = labels[cycles.frequency_class(own[row, "gap"].value, bounds)]
        if (row, "class") in own:
            found[row, "cycle"] = cycles.class_cycle(ids[own[row, "class"].value], bounds)
    return found
