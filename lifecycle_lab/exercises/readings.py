"""换一种读法：命名惯例、中心、R 的方向三个选项，一起挪动箭头与级别，并说出谁变了、为什么。

读法由 tables.reading 算（它只叫 rfm）；句子在 data/course/reasons.toml 的 [reading]。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from string import Template
from typing import get_args

from lifecycle_lab import rfm, tables
from lifecycle_lab.content import Course
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import finite_text
from lifecycle_lab.exercises.reasons import say
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.schema import USUAL, Centre, Direction, Indicator, ParameterError, Rule, quote
from lifecycle_lab.tables import CHANGED, Reading

OPTIONS = ("convention", "centre", "direction")
"""三个选项在代码里的名字。"""


def all_readings(assignment: Assignment) -> Shown:
    """一次只换一样，各种读法并排，连同各种惯例的出处；没有控件的地方看它。"""
    course = assignment.course
    conventions = course.conventions.values()
    default = course.default_convention
    table = tables.other_readings(
        assignment.sample, assignment.indicators, conventions, default, assignment.rule
    )
    return Shown((table, tables.convention_sources(conventions)))


def labels(assignment: Assignment, option: str) -> dict[str, str]:
    """一个选项的各种取值：代码里的名字 → 给人看的名字；第一个是默认。"""
    course = assignment.course
    if option == "convention":
        titles = {name: convention.title for name, convention in course.conventions.items()}
        default = course.default_convention
        return {default: titles.pop(default), **titles}
    values = get_args(Centre if option == "centre" else Direction)
    default = getattr(assignment.rule, option)
    return {
        value: course.reasons[f"reading.{option}.{value}"]
        for value in sorted(values, key=lambda value: value != default)
    }


def rule_text(words: Mapping[str, str], rule: Rule) -> str:
    """一条规则给人看的说法：与哪个中心比，R 的方向。words: 课程的 reasons。"""
    fields = {
        "compared": words[f"reading.centre.{rule.centre}"],
        "direction": words[f"reading.direction.{rule.direction}"],
    }
    return Template(words["course.rule"]).substitute(fields)


def unusual_rule(course: Course) -> str:
    """课程的规则与课文讲的不同：一句话，以什么为准；就是通常的，没有话。"""
    if course.rule == USUAL:
        return ""
    said = rule_text(course.reasons, course.rule)
    return Template(course.reasons["course.unusual"]).substitute(rule=said)


def compare(
    assignment: Assignment, convention: str = "", centre: str = "", direction: str = ""
) -> Comparison:
    """按选定的读法读，与默认读法比。空为默认；可写代码里的名字或给人看的名字；认不出 → ParameterError。"""
    given = dict(zip(OPTIONS, (convention, centre, direction), strict=True))
    chosen = {option: _value(assignment, option, text) for option, text in given.items()}
    usual = {option: _value(assignment, option, "") for option in OPTIONS}
    return Comparison(assignment, _reading(assignment, **usual), _reading(assignment, **chosen))


def _value(assignment: Assignment, option: str, text: str) -> str:
    known = labels(assignment, option)
    # “照字面（值 ≥ 中心）”也可以只写“照字面”
    written = {name: value for value, label in known.items() for name in (value, label, label.split("（")[0])}
    value = written.get(text or next(iter(known))) if isinstance(text, str) else None
    if value is None:
        raise ParameterError(
            f"{assignment.course.reasons[f'reading.label.{option}']}里没有 {quote(text)}。",
            where=f"参数 {option}",
            remedy=f"可用的：{'、'.join(f'{name}（{label}）' for name, label in known.items())}。",
        )
    return value


def _reading(assignment: Assignment, convention: str, centre: Centre, direction: Direction) -> Reading:
    named = assignment.course.conventions[convention]
    return tables.reading(assignment.sample, assignment.indicators, named, centre, direction)


@dataclass(frozen=True)
class Comparison:
    """选定的读法 read 与默认读法 usual：一张表，不同的格前面有“≠”；几句话，说谁变了、为什么。"""

    assignment: Assignment
    usual: Reading
    read: Reading

    def shown(self) -> Shown:
        return Shown((self.table(), *self.sentences()))

    # ── 表 ──────────────────────────────────────────────────────────

    def table(self) -> Table:
        """10 位客户的值、标记与级别，最后一行是三个中心；列名写着方向。"""
        usual, rows = self._rows(self.usual), self._rows(self.read)
        changed = {
            (i, j)
            for i, row in enumerate(rows)
            for j, text in enumerate(row)
            if _named(text) != _named(usual[i][j])
        }
        marked = tuple(
            tuple(f"{CHANGED} {text}" if (i, j) in changed else text for j, text in enumerate(row))
            for i, row in enumerate(rows)
        )
        names = self._names(self.read)
        title = self._say("title", compared=names.pop("centre"), **names)
        return Table(title, self._columns(), marked, self._note(), dict.fromkeys(changed, "changed"))

    def _rows(self, reading: Reading) -> list[tuple[str, ...]]:
        rows = [
            (customer.customer_id, *self._pairs(customer.values, pattern), name)
            for customer, pattern, name in zip(
                self.assignment.sample, reading.patterns, reading.names, strict=True
            )
        ]
        return [*rows, (self._names(reading)["centre"], *self._pairs(reading.centres, ("", "", "")), "")]

    def _pairs(self, values, arrows) -> Iterator[str]:
        """值、标记，值、标记，值、标记。"""
        for indicator, value, arrow in zip(self.assignment.indicators, values, arrows, strict=True):
            yield from (_number(indicator, Fraction(value)), arrow)

    def _columns(self) -> tuple[str, ...]:
        text = self.assignment.course.tables["table_4_4"].columns
        pairs = (name for i in self.assignment.indicators for name in (self._heading(i), f"{i.letter} 标记"))
        return (text["customer_id"], *pairs, text["segment"])

    def _heading(self, indicator: Indicator) -> str:
        if self._is_turned(self.read, indicator):
            return f"{indicator.heading}：{self._names(self.read)['direction']}"
        return tables.headings(self.assignment.course.tables["table_4_2"], [indicator])[indicator.key]

    def _is_turned(self, reading: Reading, indicator: Indicator) -> bool:
        """越小越好的指标被照字面读反了。"""
        return Rule(reading.centre, reading.direction).turns(indicator)

    def _note(self) -> str:
        """不是默认的惯例，写明出处。"""
        convention = self.read.convention
        if convention == self.usual.convention:
            return self._say("note")
        return f"{self._say('note')}\n“{convention.title}”：{convention.source}\n{convention.note}"

    def _names(self, reading: Reading) -> dict[str, str]:
        """一种读法的三个选项，给人看的名字。"""
        return {
            "convention": reading.convention.title,
            "centre": labels(self.assignment, "centre")[reading.centre],
            "direction": labels(self.assignment, "direction")[reading.direction],
        }

    # ── 谁变了，为什么 ──────────────────────────────────────────────

    def sentences(self) -> tuple[str, ...]:
        """第一句是总括；然后箭头变了的一位一句，只换了名字的一种组合一句；没起作用的选项说为什么。"""
        if self.read == self.usual:
            return (self._say("default"),)
        moved = sum(map(str.__ne__, self.read.segments, self.usual.segments))
        opening = (
            self._say("some", count=len(self.read.segments), moved=moved) if moved else self._say("nobody")
        )
        return (opening, *self._turned(), *self._renamed(), *self._idle())

    def _turned(self) -> Iterator[str]:
        for i, customer in enumerate(self.assignment.sample):
            if self.read.patterns[i] != self.usual.patterns[i]:
                yield self._say(
                    self._kind(i),
                    customer=customer.customer_id,
                    arrows="；".join(self._arrows(i)),
                    before=self.usual.names[i],
                    after=self.read.names[i],
                    before_pattern=self.usual.patterns[i],
                    after_pattern=self.read.patterns[i],
                    convention=self.read.convention.title,
                )

    def _kind(self, i: int) -> str:
        """箭头变了的一位客户：名字也变了吗，换没换惯例。"""
        if self.read.segments[i] == self.usual.segments[i]:
            return "kept"
        return "changed" if self.read.convention == self.usual.convention else "changed_renamed"

    def _arrows(self, i: int) -> Iterator[str]:
        """一位客户变了的箭头：拿什么数比，从什么变成什么。"""
        for k, indicator in enumerate(self.assignment.indicators):
            before, after = self.usual.patterns[i][k], self.read.patterns[i][k]
            if before != after:
                yield self._say(
                    self._arrow(indicator),
                    letter=indicator.letter,
                    value=indicator.text(self.assignment.sample[i].values[k]),
                    unit=indicator.unit,
                    before_centre=self._names(self.usual)["centre"],
                    before_number=_number(indicator, self.usual.centres[k]),
                    before_arrow=before,
                    after_centre=self._names(self.read)["centre"],
                    after_number=_number(indicator, self.read.centres[k]),
                    after_arrow=after,
                )

    def _arrow(self, indicator: Indicator) -> str:
        """方向也换了的，要说出两个方向。"""
        before, after = self._is_turned(self.usual, indicator), self._is_turned(self.read, indicator)
        return "arrow" if before == after else "arrow_literal" if after else "arrow_meaning"

    def _renamed(self) -> Iterator[str]:
        """箭头没变、名字变了的客户，按组合归在一起。"""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for i, customer in enumerate(self.assignment.sample):
            kept = self.read.patterns[i] == self.usual.patterns[i]
            if kept and self.read.segments[i] != self.usual.segments[i]:
                same = (self.read.patterns[i], self.usual.names[i], self.read.names[i])
                groups.setdefault(same, []).append(customer.customer_id)
        for (pattern, before, after), customers in groups.items():
            yield self._say(
                "renamed",
                pattern=pattern,
                customers="、".join(customers),
                before_convention=self.usual.convention.title,
                before=before,
                after_convention=self.read.convention.title,
                after=after,
            )

    def _idle(self) -> Iterator[str]:
        """换了却什么也没有动的选项，说为什么。"""
        still = self.read.patterns == self.usual.patterns
        if still and self.read.centre != self.usual.centre:
            yield self._say("idle_centre")
        larger_is_better = all(i.better == "high" for i in self.assignment.indicators)
        if larger_is_better and self.read.direction != self.usual.direction:
            yield self._say("idle_direction")
        if self.read.convention != self.usual.convention and self._agree():
            yield self._say("idle_convention", convention=self.read.convention.title)

    def _agree(self) -> bool:
        """这几位客户现在的组合，两种惯例叫法都一样。"""
        states = map(rfm.state, self.read.patterns)
        return all(self.read.convention.names[s] == self.usual.convention.names[s] for s in states)

    def _say(self, name: str, **fields: object) -> str:
        return say(self.assignment, f"reading.{name}", **fields)


def _named(text: str) -> str:
    """只差“未核实”三个字的不算不同。"""
    return text.removesuffix(tables.UNVERIFIED)


def _number(indicator: Indicator, value: Fraction) -> str:
    return finite_text(value / 10**indicator.decimals, indicator.decimals)
