"""十段间隔：一步一步写出再购曲线（Kaplan–Meier），再读出它的分位数。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count

from lifecycle_lab import cycles
from lifecycle_lab.content import course
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_TEN = 10
_OPEN = 3
_SHARES = {"50 %": Fraction(1, 2), "70 %": Fraction(7, 10), "90 %": Fraction(9, 10)}

Spell = tuple[int, bool]
"""一段间隔：（天数，已经再买）。"""


def ten_spells(numbers: Numbers) -> list[Spell]:
    """十段不等长的间隔，从短到长，其中三段还开着；最长的一段开着，KM 与朴素算法至少差两处。"""
    drawn = (_spells(numbers, attempt) for attempt in count(1))
    return next(spells for spells in drawn if len(spells) == _TEN and _worth_drawing(spells))


def _spells(numbers: Numbers, attempt: int) -> list[Spell]:
    days = sorted({numbers.whole(f"spell|{attempt}|{i}", 6, 260) for i in range(_TEN)})
    open_places = {*numbers.shuffled(f"open|{attempt}", range(_TEN - 1))[: _OPEN - 1], _TEN - 1}
    return [(day, i not in open_places) for i, day in enumerate(days)]


def _worth_drawing(spells: list[Spell]) -> bool:
    naive, corrected = (_quantiles(spells, naive) for naive in (True, False))
    return corrected["50 %"] is not None and sum(naive[s] != corrected[s] for s in _SHARES) >= 2


def _rows(spells: list[Spell]) -> list[cycles.GapRow]:
    return [cycles.GapRow(1, None, day, int(closed), 1) for day, closed in spells]


def _quantiles(spells: list[Spell], naive: bool) -> dict[str, int | None]:
    curve = cycles.survival_curve(_rows(spells), naive=naive)
    return {name: curve.quantile(share) for name, share in _SHARES.items()}


def repurchase_curve(numbers: Numbers) -> Problem:
    """一步一步写出 Kaplan–Meier：这一天还在看的有几位，到这一天为止再买的份额。"""
    spells = ten_spells(numbers)
    rows = tuple(f"第 {i} 段" for i in range(1, _TEN + 1))
    closed = [row for row, (_, ended) in zip(rows, spells, strict=True) if ended]
    curve = cycles.survival_curve(_rows(spells))
    steps = dict(zip(closed, curve.steps, strict=True))
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    for row, step in steps.items():
        share = 100 * curve.share_within(step.days)
        right |= {(row, "at_risk"): step.at_risk, (row, "share"): share}
        words = {"days": step.days, "at_risk": step.at_risk, "share": half_up(share, 1)}
        fields |= {(row, column): words for column in ("at_risk", "share")}
    given = {(row, "days"): str(day) for row, (day, _) in zip(rows, spells, strict=True)}
    given |= {(row, "ended"): "再买了" if row in steps else "还没有" for row in rows}
    given |= {(row, column): "—" for row in rows if row not in steps for column in ("at_risk", "share")}
    return Problem(
        rows,
        given,
        {"at_risk": Ask("whole", "段"), "share": Ask("percent", "%")},
        dict(sorted(right.items(), key=lambda item: (rows.index(item[0][0]), item[0][1]))),
        fields,
        {"open_gaps_dropped": _dropped(closed), "open_gaps_as_returned": _as_returned(rows, closed)},
        lambda own: _own_shares(closed, own),
    )


def _dropped(closed: list[str]) -> dict[Cell, object]:
    """把还开着的扔掉：分母只有已经再买的几段。"""
    size = len(closed)
    at_risk = {(row, "at_risk"): size - i for i, row in enumerate(closed)}
    return at_risk | {(row, "share"): Fraction(100 * (i + 1), size) for i, row in enumerate(closed)}


def _as_returned(rows: tuple[str, ...], closed: list[str]) -> dict[Cell, object]:
    """把还开着的也当成再买了：第几段就是百分之几十。"""
    return {(row, "share"): Fraction(100 * (rows.index(row) + 1), len(rows)) for row in closed}


def _own_shares(closed: list[str], own: Mapping[Cell, Entry]) -> dict[Cell, object]:
    """从学生自己写的“还在看的”一路乘下去。"""
    left, found = Fraction(1), {}
    for row in closed:
        at_risk = own[row, "at_risk"].value if (row, "at_risk") in own else 0
        if not at_risk or at_risk < 1:
            break
        left *= Fraction(at_risk - 1, at_risk)
        found[row, "share"] = 100 * (1 - left)
    return found


def gap_quantiles(numbers: Numbers) -> Problem:
    """同样十段间隔：份额第一次达到 50 %、70 %、90 % 是第几天；没有达到也是答案。"""
    spells, never = ten_spells(numbers), course().cycles.words["never"]
    naive, corrected = (_quantiles(spells, naive) for naive in (True, False))
    everyone = _quantiles([(day, True) for day, _ in spells], naive=True)
    asked = {"naive": naive, "corrected": corrected}
    right = {
        (row, column): never if found[row] is None else found[row]
        for row in _SHARES
        for column, found in asked.items()
    }
    words = {(row, column): {"share": row, "days": right[row, column]} for row, column in right}
    ask = Ask("days", "天", (never,))
    return Problem(
        tuple(_SHARES),
        {},
        {"naive": ask, "corrected": ask},
        right,
        words,
        {
            "open_gaps_dropped": {(row, "corrected"): naive[row] for row in _SHARES},
            "open_gaps_as_returned": {
                (row, column): everyone[row] for row in _SHARES for column in ("naive", "corrected")
            },
        },
    )
