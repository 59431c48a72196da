"""标准答案与过程分的答案：只是挑选并调用核心函数，没有第二套算法。

`key` 从题本的数据算；`follow` 从学生自己的上一张表接着算。两者都不存盘。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from lifecycle_lab import rfm
from lifecycle_lab.answers import Answers
from lifecycle_lab.content.vocabulary import PROBLEM
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.forms import MEAN_ROW, Cell, Form, form
from lifecycle_lab.exercises.problems import problem
from lifecycle_lab.schema import INDICATOR_KEYS, MONETARY, column, half_up

Values = dict[Cell, object]
COMPUTED_DIGITS = 9
_LEAST_DIGITS = {"number": 1, "percent": 1, "money": 2, "factor": 4}
"""可以四舍五入的写法 → 至少几位小数。"""


def key(sheet: Form, assignment: Assignment) -> Values:
    """一张表里机器能判的每一格的标准答案；文字格不在其中。"""
    return _KEYS[sheet.exercise.answer](sheet, assignment)


def follow(
    sheet: Form, assignment: Assignment, answers: Answers, entries: Mapping[Cell, Entry] | None = None
) -> dict[Cell, set]:
    """从学生自己的上一张表接着算出的值；上一张没填完的地方没有值。entries: 读过了的这一张表。"""
    if sheet.exercise.answer == PROBLEM:
        return _follow_problem(sheet, assignment, sheet.read(answers) if entries is None else entries)
    builder = _FOLLOWS.get(sheet.exercise.answer)
    return builder(assignment, answers) if builder else {}


def matches(kind: str, column_name: str, entry: Entry, expected: object) -> bool:
    """写下的值算不算对：数可以是精确值，或四舍五入到至少一位小数（金额两位，系数四位）；其余要相等。

    写了九位以上小数的是计算机算的，末位带着浮点的零头：差不到 10⁻⁹ 就算对。
    """
    if kind not in _LEAST_DIGITS or entry.value == expected:
        return entry.value == expected
    if entry.digits > COMPUTED_DIGITS:
        return abs(entry.value - expected) < Fraction(1, 10**COMPUTED_DIGITS)
    least = 2 if column_name == MONETARY else _LEAST_DIGITS[kind]
    return entry.digits >= least and entry.value == Fraction(half_up(expected, entry.digits))


def centres(assignment: Assignment) -> dict[str, Fraction]:
    """三个精确的中心（这门课用的均值或中位数），主单位（级或天、次、元）。"""
    return {i.key: assignment.centre(i.key) / 10**i.decimals for i in assignment.indicators}


def segments(assignment: Assignment) -> dict[str, str]:
    """客户编号 → 客户级别（默认命名惯例）。"""
    names = (rfm.segment(pattern, assignment.segments) for pattern in assignment.patterns)
    return dict(zip(assignment.customer_ids, names, strict=True))


def _toy(sheet: Form, assignment: Assignment) -> Values:
    arrows = assignment.mark([toy.monetary for toy in sheet.exercise.given], "high")
    return {(row, "mark"): arrow for row, arrow in zip(sheet.rows, arrows, strict=True)}


def _means(_: Form, assignment: Assignment) -> Values:
    return {(MEAN_ROW, name): value for name, value in centres(assignment).items()}


def _marks(_: Form, assignment: Assignment) -> Values:
    return {
        (row, name): assignment.marks[name][i]
        for i, row in enumerate(assignment.customer_ids)
        for name in INDICATOR_KEYS
    }


def _levels(_: Form, assignment: Assignment) -> Values:
    found = dict(zip(assignment.customer_ids, assignment.patterns, strict=True))
    names = segments(assignment)
    return {
        (row, name): value
        for row in assignment.customer_ids
        for name, value in (("pattern", found[row]), ("segment", names[row]))
    }


def _strategies(sheet: Form, assignment: Assignment) -> Values:
    return _evidence(sheet.rows, assignment, segments(assignment))


def _evidence(rows: Sequence[str], assignment: Assignment, names: Mapping[str, str]) -> Values:
    """每种类型的人数与金额占比（%）；占比的分母是 10 位客户的全部金额。"""
    heads = Counter(names.values())
    money: Counter[str] = Counter()
    for customer in assignment.sample:
        money[names.get(customer.customer_id, "")] += customer.monetary
    total = sum(money.values())
    counts = {(row, "customer_count"): heads[row] for row in rows}
    return counts | {(row, "money_share"): Fraction(100 * money[row], total) for row in rows}


def own_centres(assignment: Assignment, answers: Answers) -> dict[str, Entry]:
    """学生自己的表4-2 里读得懂的中心：指标 → 写下的格。"""
    own = form("table_4_2", assignment).read(answers)
    return {name: own[MEAN_ROW, name] for name in INDICATOR_KEYS if own[MEAN_ROW, name].is_readable}


def worked_centres(assignment: Assignment, answers: Answers) -> dict[str, Entry]:
    """可以接着算的中心：落在这一列的最小与最大之间，或者三个里至少有一个是对的。

    三个都随手填、又都不在范围里的，不是算错了一步，不接着算：否则填几个 0 就能换来 30 个箭头。
    """
    own, exact = own_centres(assignment, answers), centres(assignment)
    if any(matches("number", name, entry, exact[name]) for name, entry in own.items()):
        return own
    return {name: entry for name, entry in own.items() if _inside(assignment, name, entry)}


def _inside(assignment: Assignment, name: str, entry: Entry) -> bool:
    numbers, scale = column(assignment.sample, name), 10 ** assignment.indicator(name).decimals
    return min(numbers) < entry.value * scale < max(numbers)


def is_worked(kinds: Iterable[str]) -> bool:
    """一张前表看上去做过：十位客户全是同一种的是随手填满，题本里没有这样的，不接着算。"""
    return len(set(kinds)) > 1


def _follow_marks(assignment: Assignment, answers: Answers) -> dict[Cell, set]:
    found: dict[Cell, set] = {}
    for name, entry in worked_centres(assignment, answers).items():
        centre = entry.value * 10 ** assignment.indicator(name).decimals
        for customer in assignment.sample:
            arrow = rfm.mark_against(getattr(customer, name), centre, assignment.better[name])
            found[customer.customer_id, name] = {arrow}
    return found


def own_patterns(assignment: Assignment, answers: Answers) -> dict[str, str]:
    """学生自己的表4-3 里三格都写好的客户：编号 → 组合。"""
    own = form("table_4_3", assignment).read(answers)
    rows = {row: [own[row, name].value for name in INDICATOR_KEYS] for row in assignment.customer_ids}
    return {row: "".join(arrows) for row, arrows in rows.items() if all(arrows)}


def _follow_levels(assignment: Assignment, answers: Answers) -> dict[Cell, set]:
    from_marks = own_patterns(assignment, answers)
    if not is_worked(from_marks.values()):
        return {}
    own = form("table_4_4", assignment).read(answers)
    found: dict[Cell, set] = {(row, "pattern"): {pattern} for row, pattern in from_marks.items()}
    for row in from_marks:
        patterns = {from_marks[row], own[row, "pattern"].value} - {None}
        found[row, "segment"] = {rfm.segment(pattern, assignment.segments) for pattern in patterns}
    return found


def own_segments(assignment: Assignment, answers: Answers) -> dict[str, str]:
    """学生自己的表4-4 里写好的级别：编号 → 级别。"""
    own = form("table_4_4", assignment).read(answers)
    return {row: own[row, "segment"].value for row in assignment.customer_ids if own[row, "segment"].value}


def _problem(sheet: Form, assignment: Assignment) -> Values:
    return dict(problem(sheet.exercise, assignment).right)


def _follow_problem(sheet: Form, assignment: Assignment, entries: Mapping[Cell, Entry]) -> dict[Cell, set]:
    """算题里后面的格，从学生自己前面的格接着算。"""
    own = {cell: entry for cell, entry in entries.items() if entry.is_readable}
    return {cell: {value} for cell, value in problem(sheet.exercise, assignment).follow(own).items()}


def _follow_strategies(assignment: Assignment, answers: Answers) -> dict[Cell, set]:
    names = own_segments(assignment, answers)
    if not is_worked(names.values()):
        return {}
    rows = form("table_4_5", assignment).rows
    return {cell: {value} for cell, value in _evidence(rows, assignment, names).items()}


_KEYS: dict[str, Callable[[Form, Assignment], Values]] = {
    "marks_of_toy": _toy,
    "means": _means,
    "marks": _marks,
    "levels": _levels,
    "strategies": _strategies,
    PROBLEM: _problem,
    "text": lambda *_: {},
}
_FOLLOWS: dict[str, Callable[[Assignment, Answers], dict[Cell, set]]] = {
    "marks": _follow_marks,
    "levels": _follow_levels,
    "strategies": _follow_strategies,
}
