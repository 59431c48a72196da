"""一格为什么是这个结果：句子在 data/course/reasons.toml，数来自学生自己的题本与表。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from string import Template

from lifecycle_lab import rfm
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import Entry, finite_text
from lifecycle_lab.exercises.forms import Cell, Form
from lifecycle_lab.exercises.problems import problem
from lifecycle_lab.schema import INDICATOR_KEYS, MONETARY, Centre, Indicator, column, half_up, quote
from lifecycle_lab.tables import TOY_MONEY

_FORMAT_OF_KIND = {"segment": "level"}
_NOT_YET = "？"


@dataclass(frozen=True)
class Own:
    """学生自己写下、理由里可以引用的：patterns 编号 → 组合；centres 指标 → 读得懂的中心。"""

    patterns: Mapping[str, str] = field(default_factory=dict)
    centres: Mapping[str, Entry] = field(default_factory=dict)


def say(assignment: Assignment, name: str, **fields: object) -> str:
    """按名字取一句模板，填入写明的字段。"""
    return Template(assignment.course.reasons[name]).substitute(fields)


def format_reason(sheet: Form, assignment: Assignment, cell: Cell, entry: Entry) -> str:
    """格式不对：这里认什么写法。"""
    kind = sheet.kinds[cell[1]]
    name = "money" if kind == "number" and cell[1] == MONETARY else _FORMAT_OF_KIND.get(kind, kind)
    return say(assignment, f"format.{name}", given=quote(entry.text))


def reason(sheet: Form, assignment: Assignment, cell: Cell, *, solved: bool, own: Own = Own()) -> str:
    """对错的理由；solved 为真才说出结果，否则只说怎样得到它（箭头例外：只有两种，说理由就是说结果）。

    own: 没做对时只按学生自己写的中心与组合说，不泄露标准的中心与组合。
    """
    match sheet.exercise.answer:
        case "marks_of_toy":
            numbers = [given.monetary for given in sheet.exercise.given]
            centre = _exact_mean(TOY_MONEY, numbers, assignment.rule.centre)
            return _mark(assignment, TOY_MONEY, numbers, sheet.rows.index(cell[0]), centre)
        case "marks":
            indicator, numbers = assignment.indicator(cell[1]), column(assignment.sample, cell[1])
            index = sheet.rows.index(cell[0])
            centre = _stated_centre(assignment, indicator, index, solved, own.centres.get(cell[1]))
            return _mark(assignment, indicator, numbers, index, centre)
        case "means":
            return _mean(assignment, assignment.indicator(cell[1]))
        case "levels":
            return _level(assignment, cell, solved, own.patterns.get(cell[0], ""))
        case "problem":
            return _problem(sheet, assignment, cell, solved)
        case _:
            return _evidence(assignment, cell, solved)


Stated = tuple[Fraction, str]
"""拿来比较的中心（最小单位）和它的写法。"""


def _exact_mean(indicator: Indicator, numbers: list[int], kind: Centre = "mean") -> Stated:
    exact = rfm.centre(numbers, kind)
    return exact, finite_text(exact / 10**indicator.decimals, indicator.decimals)


def _stated_centre(
    assignment: Assignment, indicator: Indicator, index: int, solved: bool, own: Entry | None
) -> Stated:
    """学生自己的中心若也得出这个箭头，就说它；否则做对了才写精确的，没做对不写（那是表4-2 的答案）。"""
    numbers = column(assignment.sample, indicator.key)
    exact, shown = _exact_mean(indicator, numbers, assignment.rule.centre)
    if own:
        centre = own.value * 10**indicator.decimals
        right = assignment.marks[indicator.key][index]
        if rfm.mark_against(numbers[index], centre, assignment.better[indicator.key]) == right:
            return centre, own.shown
    return exact, shown if solved else _NOT_YET


def _mark(
    assignment: Assignment, indicator: Indicator, numbers: list[int], index: int, stated: Stated
) -> str:
    value, (centre, shown) = numbers[index], stated
    arrow = assignment.mark(numbers, assignment.rule.better(indicator))[index]
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
        mean=shown,
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
    pattern = assignment.patterns[index] if solved else own_pattern
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


def _problem(sheet: Form, assignment: Assignment, cell: Cell, solved: bool) -> str:
    """做对了说为什么，没做对说怎样做；一格有自己的一句就用它，没有就用那一列的。可填的名字由出题的函数给。"""
    asked = problem(sheet.exercise, assignment)
    if solved and cell in asked.told:
        return asked.told[cell][asked.right[cell]]
    sentences = sheet.exercise.why if solved else sheet.exercise.how
    text = sentences.get("/".join(cell)) or sentences[cell[1]]
    return Template(text).substitute(asked.fields[cell])


def told(sheet: Form, assignment: Assignment, cell: Cell, value: object) -> str:
    """选了 value 的那一句讲解：算题里每个选项有自己的一句才有，没有是 ""。"""
    if sheet.exercise.answer != "problem":
        return ""
    return problem(sheet.exercise, assignment).told.get(cell, {}).get(value, "")


def _evidence(assignment: Assignment, cell: Cell, solved: bool) -> str:
    names = [rfm.segment(pattern, assignment.segments) for pattern in assignment.patterns]
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
