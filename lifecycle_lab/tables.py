"""实训的几张表怎样摆：行列来自题本与课程内容，格里的字由调用者给（空白、学生填的、核对后的）。

这里没有算术：均值、箭头、级别都由 rfm 算；换一种读法（reading）只是换着叫它的函数。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lifecycle_lab import rfm
from lifecycle_lab.content.shapes import Convention, Questionnaire, TableText, ToyCustomer
from lifecycle_lab.export import Table
from lifecycle_lab.schema import (
    CENTRE_NAMES,
    DOWN,
    LITERALLY,
    MONETARY,
    UP,
    USUAL,
    Centre,
    Customer,
    Direction,
    Indicator,
    Rule,
    State,
    column,
    half_up,
    indicators,
)

Cell = tuple[str, str]
"""一格 = （行，列）。"""
MEAN_ROW = "mean"
"""表4-2 最后一行在答案文件里的编号（约定，format 1）：课程改用中位数，编号也不变。"""
UNVERIFIED = "（未核实）"
CHANGED = "≠"
"""与默认读法不同的格，前面都有它：色调只是加强。"""
TOY_MONEY = indicators("级", "high", "元")[2]
"""热身题里的金额：元，越大越好。"""
_BETTER = {"high": "越大越好", "low": "越小越好"}
_KIND_HINTS = {
    "whole": "填一个整数",
    "money": "填一个数，到分",
    "likert": "1 — 2 — 3 — 4 — 5",
    "nps": "0 — 10",
}


@dataclass(frozen=True)
class Filling:
    """要填的格里现在有什么字、什么色调；没有的就是空白。"""

    shown: Mapping[Cell, str] = field(default_factory=dict)
    tones: Mapping[Cell, str] = field(default_factory=dict)


EMPTY = Filling()


def _lay_out(
    text: TableText,
    rows: Sequence[tuple[str, Mapping[str, str]]],
    filling: Filling,
    headings=None,
    note: str = "",
) -> Table:
    """rows: （行， {列：已给的字}）；没有给的格从 filling 取。"""
    names = dict(text.columns) | dict(headings or {})
    cells = tuple(
        tuple(given[name] if name in given else filling.shown.get((row, name), "") for name in names)
        for row, given in rows
    )
    places = {(row, name): (i, j) for i, (row, _) in enumerate(rows) for j, name in enumerate(names)}
    tones = {places[cell]: tone for cell, tone in filling.tones.items() if cell in places}
    origin = f"表的栏目：{text.source}。"
    return Table(text.title, tuple(names.values()), cells, f"{note or text.note}\n{origin}", tones)


def headings(text: TableText, indicators: Iterable[Indicator], rule: Rule = USUAL) -> dict[str, str]:
    """内容里的列名接上单位与方向：方向总是写在表头上，照字面读反了的也写明。"""
    return {i.key: f"{text.columns[i.key]}（{i.unit}，{_sense(i, rule)}）" for i in indicators}


def _sense(indicator: Indicator, rule: Rule) -> str:
    return LITERALLY if rule.turns(indicator) else _BETTER[indicator.better]


def questionnaire(text: TableText, form: Questionnaire) -> Table:
    """表4-1：可以打印出来请人填的问卷。"""
    rows = tuple(
        (str(number), item.text, _choices(item.options) or _blank_line(item.kind, item.unit))
        for number, item in enumerate(form.items, start=1)
    )
    return Table(text.title, tuple(text.columns.values()), rows, f"题目与选项：{text.source}。")


def _choices(options) -> str:
    return "\n".join(f"□ {option.label}" for option in options)


def _blank_line(kind: str, unit: str) -> str:
    return f"______ {unit}（{_KIND_HINTS[kind]}）" if kind in ("whole", "money") else _KIND_HINTS[kind]


def warm_up(text: TableText, toys: Iterable[ToyCustomer], filling: Filling = EMPTY) -> Table:
    """热身表：三位客户的金额已给，标记要填。"""
    money = TOY_MONEY
    rows = [
        (toy.customer_id, {"customer_id": toy.customer_id, MONETARY: money.text(toy.monetary)})
        for toy in toys
    ]
    return _lay_out(text, rows, filling, headings(text, [money]))


def table_4_2(
    text: TableText,
    customers: Sequence[Customer],
    indicators: Sequence[Indicator],
    filling: Filling = EMPTY,
    rule: Rule = USUAL,
) -> Table:
    """表4-2:10 位客户的 R、F、M 已给，最后一行的三个中心（均值或中位数）要填。"""
    rows: list[tuple[str, dict[str, str]]] = [
        (c.customer_id, {"customer_id": c.customer_id, **_values(c, indicators)}) for c in customers
    ]
    rows.append((MEAN_ROW, {"customer_id": rule.centre_name}))
    return _lay_out(text, rows, filling, headings(text, indicators, rule))


def _values(customer: Customer, indicators: Sequence[Indicator]) -> dict[str, str]:
    return {i.key: i.text(getattr(customer, i.key)) for i in indicators}


def table_4_3(
    text: TableText,
    customers: Sequence[Customer],
    indicators: Sequence[Indicator],
    filling: Filling = EMPTY,
    directions: Iterable[str] = (),
    rule: Rule = USUAL,
) -> Table:
    """表4-3：30 个箭头要填；directions 是写在表下的方向说明，一列一句。"""
    rows = [(c.customer_id, {"customer_id": c.customer_id}) for c in customers]
    note = "\n".join([text.note, *directions])
    return _lay_out(text, rows, filling, headings(text, indicators, rule), note)


def table_4_4(
    text: TableText,
    customers: Sequence[Customer],
    convention: Convention,
    filling: Filling = EMPTY,
    directions: Iterable[str] = (),
) -> Table:
    """表4-4：组合与客户级别要填；表下写明用的是哪一种命名惯例，R 照字面读的再写 directions。"""
    rows = [(c.customer_id, {"customer_id": c.customer_id}) for c in customers]
    named = f"本次用“{convention.title}”：{'、'.join(dict.fromkeys(convention.names.values()))}。"
    return _lay_out(text, rows, filling, note="\n".join([text.note, named, *directions]))


def table_4_5(text: TableText, segments: Iterable[str], filling: Filling = EMPTY) -> Table:
    """表4-5：每种级别的人数、金额占比与策略要填。"""
    return _lay_out(text, [(name, {"segment": name}) for name in segments], filling)


def problem(
    text: TableText,
    rows: Iterable[str],
    given: Mapping[Cell, str],
    units: Mapping[str, str],
    filling: Filling = EMPTY,
) -> Table:
    """一道算题的表：第一列是行名，已给的格照写；有单位的列写在列名里。"""
    first, *others = text.columns
    lines = [
        (row, {first: row} | {name: given[row, name] for name in others if (row, name) in given})
        for row in rows
    ]
    headings = {name: _with_unit(text.columns[name], unit) for name, unit in units.items() if unit}
    return _lay_out(text, lines, filling, headings)


def _with_unit(name: str, unit: str) -> str:
    return name if name.endswith(f"（{unit}）") else f"{name}（{unit}）"


def segment_names(convention: Convention, directions: Iterable[str] = ()) -> Table:
    """名称表：八种组合各回答三个问题，叫什么级别（命名惯例，不是答案）；R 照字面读的再写 directions。"""
    said = {True: "是", False: "否"}
    rows = tuple(
        (
            "".join(UP if yes else DOWN for yes in state),
            *(said[yes] for yes in state),
            _name_of(convention, state),
        )
        for state in convention.names
    )
    columns = ("组合", "最近来过？", "买得勤？", "花得多？", "客户级别")
    note = "\n".join([f"出处：{convention.source}", convention.note, *directions])
    return Table(f"名称表：{convention.title}", columns, rows, note)


def _name_of(convention: Convention, state: State) -> str:
    return convention.names[state] + (UNVERIFIED if state in convention.unverified else "")


def convention_sources(conventions: Iterable[Convention]) -> Table:
    """各种命名惯例出自哪里，有什么不同。"""
    rows = tuple((c.title, c.source, c.note) for c in conventions)
    return Table("命名惯例的出处", ("惯例", "出处", "说明"), rows)


@dataclass(frozen=True)
class Reading:
    """一种读法和它读出来的结果：三个中心、每位客户的组合。

    centres: R、F、M 的中心（最小单位的精确分数）；patterns: 一位客户一个组合，次序同 customers。
    """

    convention: Convention
    centre: Centre
    direction: Direction
    centres: tuple[Fraction, Fraction, Fraction]
    patterns: tuple[str, ...]

    @property
    def segments(self) -> tuple[str, ...]:
        """每位客户的级别名，不带“未核实”；比较变没变用它。"""
        return tuple(rfm.segment(pattern, self.convention.names) for pattern in self.patterns)

    @property
    def names(self) -> tuple[str, ...]:
        """每位客户的级别名；没有查到原文的叫法后面注明（内容文件要求引用时写明）。"""
        return tuple(_name_of(self.convention, rfm.state(pattern)) for pattern in self.patterns)


def reading(
    customers: Sequence[Customer],
    indicators: Sequence[Indicator],
    convention: Convention,
    centre: Centre = "mean",
    direction: Direction = "meaning",
) -> Reading:
    """按一种读法读：与哪个中心比，↑ 是“不比中心差”还是照字面的“值 ≥ 中心”，组合叫什么名字。

    照字面时不论方向，R 是天数的话八种类型全被叫错（design §4）。
    """
    centres = tuple(rfm.centre(column(customers, i.key), centre) for i in indicators)
    return Reading(
        convention, centre, direction, centres, _patterns(customers, indicators, Rule(centre, direction))
    )


def _patterns(customers: Sequence[Customer], indicators: Sequence[Indicator], rule: Rule) -> tuple[str, ...]:
    return tuple(rfm.patterns(customers, {i.key: rule.better(i) for i in indicators}, rule.centre))


def other_readings(
    customers: Sequence[Customer],
    indicators: Sequence[Indicator],
    conventions: Iterable[Convention],
    default: str,
    rule: Rule = USUAL,
) -> Table:
    """同样 10 位客户，换一种读法谁的级别会变：换命名惯例、换中心、换 R 的方向（design §4）。

    第一列是默认读法；别的列里与它不同的格着色，并在前面加“≠”。
    """
    known = {convention.id: convention for convention in conventions}
    base = reading(customers, indicators, known[default], rule.centre, rule.direction)
    readings = _others(customers, indicators, known, default, rule)
    columns = [_against(read, base) for read in readings.values()]
    rows = tuple(zip((c.customer_id for c in customers), base.names, *columns, strict=True))
    changed = [
        (i, j)
        for i, row in enumerate(rows)
        for j, text in enumerate(row)
        if j > 1 and text.startswith(CHANGED)
    ]
    moved = "、".join(
        f"{title} {sum(j == k for _, k in changed)} 位" for j, title in enumerate(readings, start=2)
    )
    return Table(
        "换一种读法，谁的级别会变",
        ("客户编号", f"{known[default].title}（默认）", *readings),
        rows,
        f"与默认不同的前面标“≠”：{moved}。客户没有变，变的是读法。",
        dict.fromkeys(changed, "changed"),
    )


def _others(
    customers: Sequence[Customer],
    indicators: Sequence[Indicator],
    known: Mapping[str, Convention],
    default: str,
    rule: Rule,
) -> dict[str, Reading]:
    """别的读法，一次只换一样：列名 → 读法。R 是等级时照字面读与默认一样，那一列正好说明这一点。"""
    others = [c for c in known.values() if c.id != default]
    readings = {c.title: reading(customers, indicators, c, rule.centre, rule.direction) for c in others}
    other: Centre = "median" if rule.centre == "mean" else "mean"
    swapped = f"用{CENTRE_NAMES[other]}代替{rule.centre_name}"
    readings[swapped] = reading(customers, indicators, known[default], other, rule.direction)
    turned: Direction = "literal" if rule.direction == "meaning" else "meaning"
    named = {
        "literal": f"照字面：值 ≥ {rule.centre_name}标 ↑",
        "meaning": f"按意思：不比{rule.centre_name}差标 ↑",
    }
    readings[named[turned]] = reading(customers, indicators, known[default], rule.centre, turned)
    return readings


def _against(read: Reading, base: Reading) -> list[str]:
    """级别名，与默认读法不同的前面加“≠”；只差“未核实”三个字的不算不同。"""
    rows = zip(read.names, read.segments, base.segments, strict=True)
    return [name if segment == usual else f"{CHANGED} {name}" for name, segment, usual in rows]


def segment_summary(
    customers: Sequence[Customer],
    indicators: Sequence[Indicator],
    names: Mapping[State, str],
    rule: Rule = USUAL,
) -> Table:
    """全体客户的八种类型：组合、人数、金额与占比（中心取自全体）。"""
    patterns = _patterns(customers, indicators, rule)
    heads = Counter(patterns)
    money: Counter[str] = Counter()
    for pattern, customer in zip(patterns, customers, strict=True):
        money[pattern] += customer.monetary
    unit = indicators[2]
    total = sum(money.values())
    rows = tuple(
        (
            rfm.segment(pattern, names),
            pattern,
            str(heads[pattern]),
            f"{half_up(Fraction(100 * heads[pattern], len(customers)), 1)}%",
            unit.text(money[pattern]),
            f"{half_up(Fraction(100 * money[pattern], total), 1)}%" if total else "—",
        )
        for pattern in ("".join("↑" if yes else "↓" for yes in state) for state in names)
    )
    centres = "；".join(
        f"{i.letter} {rule.centre_name} {_centre_text(customers, i, rule)} {i.unit}" for i in indicators
    )
    return Table(
        f"全体 {len(customers)} 位客户的八种类型",
        ("客户级别", "组合", "人数", "人数占比", f"金额（{unit.unit}）", "金额占比"),
        rows,
        f"{centres}（R {_sense(indicators[0], rule)}）。合计金额 {unit.text(total)} {unit.unit}。",
    )


def _centre_text(customers: Sequence[Customer], indicator: Indicator, rule: Rule) -> str:
    middle = rfm.centre(column(customers, indicator.key), rule.centre)
    return half_up(middle / 10**indicator.decimals, 2)
