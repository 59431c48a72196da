"""一格为什么是这个结果：句子在 data/course/reasons.toml，数来自学生自己的题本与表。"""

from __future__ import annotations

from fractions import Fraction
from string import Template

from lifecycle_lab import rfm
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.forms import Cell, Form
from lifecycle_lab.schema import INDICATOR_KEYS, MONETARY, Indicator, column, half_up, quote

_FORMAT_OF_KIND = {"segment": "level"}


def say(assignment: Assignment, name: str, **fields: object) -> str:
    """按名字取一句模板，填入写明的字段。"""
    return Template(assignment.course.reasons[name]).substitute(fields)


def format_reason(sheet: Form, assignment: Assignment, cell: Cell, entry: Entry) -> str:
    """格式不对：这里认什么写法。"""
    kind = sheet.kinds[cell[1]]
    name = "money" if kind == "number" and cell[1] == MONETARY else _FORMAT_OF_KIND.get(kind, kind)
    return say(assignment, f"format.{name}", given=quote(entry.text))


def reason(sheet: Form, assignment: Assignment, cell: Cell, *, solved: bool, own_pattern: str = "") -> str:
    """对错的理由；solved 为真才说出结果，否则只说怎样得到它（箭头例外：只有两种，说理由就是说结果）。

    own_pattern: 学生自己的表里这位客户的组合；没做对时按它说，不泄露标准组合。
    """
    match sheet.exercise.answer:
        case "marks_of_toy":
            toy = Indicator(MONETARY, "M", "消费金额", "元", "high", 2)
            return _mark(
                assignment, toy, [given.monetary for given in sheet.exercise.given], sheet.rows.index(cell[0])
            )
        case "marks":
            indicator = assignment.indicator(cell[1])
            numbers = column(assignment.sample, cell[1])
            return _mark(assignment, indicator, numbers, sheet.rows.index(cell[0]))
        case "means":
            return _mean(assignment, assignment.indicator(cell[1]))
        case "levels":
            return _level(assignment, cell, solved, own_pattern)
        case _:
            return _evidence(assignment, cell, solved)


def _mark(assignment: Assignment, indicator: Indicator, numbers: list[int], index: int) -> str:
    value, centre = numbers[index], rfm.mean(numbers)
    arrow = rfm.mark(numbers, indicator.better)[index]
    side = "equal" if value == centre else "better" if arrow == "↑" else "worse"
    sense = "recency_days" if indicator.better == "low" else "recency_level"
    name = sense if indicator.key == "recency" else indicator.key
    return say(
        assignment,
        "mark",
        letter=indicator.letter,
        label=indicator.label,
        value=indicator.text(value),
        unit=indicator.unit,
        sign="=" if value == centre else ">" if value > centre else "<",
        mean=indicator.text(centre),
        meaning=assignment.course.reasons[f"meaning.{name}.{side}"],
        arrow=arrow,
    )


def _mean(assignment: Assignment, indicator: Indicator) -> str:
    return say(
        assignment,
        "mean",
        letter=indicator.letter,
        label=indicator.label,
        unit=indicator.unit,
        count=len(assignment.sample),
        digits=2 if indicator.key == MONETARY else 1,
    )


def _level(assignment: Assignment, cell: Cell, solved: bool, own_pattern: str) -> str:
    index = assignment.customer_ids.index(cell[0])
    pattern = rfm.patterns(assignment.sample, assignment.better)[index] if solved else own_pattern
    if not pattern or (cell[1] == "pattern" and not solved):
        return say(assignment, "pattern_look")
    if cell[1] == "pattern":
        return say(assignment, "pattern", pattern=pattern, **dict(zip(INDICATOR_KEYS, pattern, strict=True)))
    said = ("是" if yes else "否" for yes in rfm.state(pattern))
    fields = {
        "pattern": pattern,
        "convention": assignment.convention.title,
        **dict(zip(("recent", "frequent", "rich"), said, strict=True)),
    }
    if not solved:
        return say(assignment, "segment_look", **fields)
    return say(assignment, "segment", segment=rfm.segment(pattern, assignment.segments), **fields)


def _evidence(assignment: Assignment, cell: Cell, solved: bool) -> str:
    patterns = rfm.patterns(assignment.sample, assignment.better)
    names = [rfm.segment(pattern, assignment.segments) for pattern in patterns]
    money, unit = assignment.indicator(MONETARY), assignment.indicator(MONETARY).unit
    amount = sum(c.monetary for c, name in zip(assignment.sample, names, strict=True) if name == cell[0])
    total = sum(column(assignment.sample, MONETARY))
    fields = {"segment": cell[0], "total": money.text(total), "unit": unit}
    if cell[1] == "customer_count":
        name, fields = "count", {"segment": cell[0], "count": names.count(cell[0])}
    else:
        share = Fraction(100 * amount, total)
        name, fields = "share", fields | {"amount": money.text(amount), "share": half_up(share, 2)}
    return say(assignment, name if solved else f"{name}_look", **fields)
