"""六位客户各在哪个月离开：那是哪个阶段，曲线属哪一型（A7）。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_CUSTOMERS = ("甲", "乙", "丙", "丁", "戊", "己")
_LEAVES = ("exploration", "exploration_border", "formation", "early", "late", "decline")


def lives(numbers: Numbers) -> dict[str, tuple[curves.LifeCurve, int]]:
    """六位客户：（自己的四个终点，离开的月份）；四型都有，一位恰好在考察期的终点离开。"""
    whens = numbers.shuffled("leaves", _LEAVES)
    return {row: _life(numbers, row, when) for row, when in zip(_CUSTOMERS, whens, strict=True)}


def _life(numbers: Numbers, row: str, when: str) -> tuple[curves.LifeCurve, int]:
    lengths = [
        numbers.whole(f"{row}|exploration", 2, 8),
        numbers.whole(f"{row}|formation", 3, 9),
        2 * numbers.whole(f"{row}|stability", 5, 9),
        numbers.whole(f"{row}|decline", 3, 8),
    ]
    explored, formed = lengths[0], sum(lengths[:2])
    stable, ended = sum(lengths[:3]), sum(lengths)
    curve = replace(
        curves.LifeCurve(**course().curves.curve),
        exploration_end=explored,
        formation_end=formed,
        stability_end=stable,
        decline_end=ended,
    )
    half = formed + lengths[2] // 2
    spans = {
        "exploration": (1, explored - 1),
        "exploration_border": (explored, explored),
        "formation": (explored + 1, formed - 1),
        "early": (formed + 1, half),
        "late": (half + 1, stable - 1),
        "decline": (stable + 1, ended - 1),
    }
    return curve, numbers.whole(f"{row}|leave", *spans[when])


def exit_types(numbers: Numbers) -> Problem:
    """先说离开时在哪个阶段，再说是哪一型；“提前”到稳定期的一半为止。"""
    stages = {name: text.label for name, text in course().curves.stages.items()}
    kinds = {name: text.label for name, text in course().curves.exit_types.items()}
    people = lives(numbers)
    first = people[_CUSTOMERS[0]][0]
    right: dict[Cell, object] = {}
    given: dict[Cell, str] = {}
    fields: dict[Cell, dict[str, object]] = {}
    mistakes: dict[str, dict[Cell, object]] = {"months_without_stages": {}, "border_in_next_stage": {}}
    for row, (curve, month) in people.items():
        stage, kind = stages[curve.stage(month)], kinds[curves.exit_type(curve, month)]  # type: ignore[index]
        right |= {(row, "stage"): stage, (row, "type"): kind}
        ends = "、".join(map(str, curve.borders[1:]))
        given |= {(row, "ends"): ends, (row, "leave"): f"第 {month} 个月末"}
        words = {"month": month, "ends": ends, "stage": stage, "kind": kind, "half": half_month(curve)}
        fields |= {(row, column): words for column in ("stage", "type")}
        mistakes["months_without_stages"][row, "type"] = kinds[_by_months(first, month)]
        if month in curve.borders:
            mistakes["border_in_next_stage"][row, "stage"] = stages[curve.stage(month + 1)]  # type: ignore[index]
    return Problem(
        _CUSTOMERS,
        given,
        {
            "stage": Ask("choice", choices=tuple(stages.values())),
            "type": Ask("choice", choices=tuple(kinds.values())),
        },
        right,
        fields,
        mistakes,
        lambda own: _own_types(own, people, stages, kinds),
    )


def half_month(curve: curves.LifeCurve) -> int:
    """稳定期的一半是第几个月（稳定期取偶数个月，除得尽）。"""
    return (curve.formation_end + curve.stability_end) // 2


def _by_months(first: curves.LifeCurve, month: int) -> str:
    """只比月数：把第一位客户的尺子拿来量每一位。"""
    return curves.exit_type(first, min(month, first.decline_end))


def _own_types(
    own: Mapping[Cell, Entry],
    people: Mapping[str, tuple[curves.LifeCurve, int]],
    stages: Mapping[str, str],
    kinds: Mapping[str, str],
) -> dict[Cell, object]:
    """从学生自己写的阶段接着判：稳定期里还要看离开在前一半没有。"""
    ids = {label: name for name, label in stages.items()}
    found: dict[Cell, object] = {}
    for row, (curve, month) in people.items():
        if (row, "stage") not in own:
            continue
        stage = ids[own[row, "stage"].value]  # type: ignore[index]
        ends = dict(zip(curves.STAGES, curve.borders[1:], strict=True))
        when = (
            (half_month(curve) if month <= half_month(curve) else ends[stage])
            if stage == "stability"
            else ends[stage]
        )
        found[row, "type"] = kinds[curves.exit_type(curve, when)]
    return found
