"""八个月的交易额与服务成本：每月利润、累计利润、第几个月回本（A6、D5）。"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from lifecycle_lab import curves
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_MONTHS = 8
_START, _ANSWER = "第 0 个月", "回本的月份"
_ROWS = tuple(f"第 {month} 个月" for month in range(1, _MONTHS + 1))


def account(numbers: Numbers) -> tuple[int, list[int], list[int], int]:
    """（毛利率 %，交易额，服务成本，争取成本），元；第 1 个月不赚，第 4 到 7 个月之间回本。"""
    margin = numbers.choice("margin", (40, 50, 60))
    steps = [numbers.whole(f"step|{i}", 1, 3) for i in range(_MONTHS - 1)]
    tv = [10 * value for value in accumulate([numbers.whole("start", 1, 2), *steps])]
    early = tv[0] * margin // 100 + numbers.whole("loss", 1, 6)
    costs = [max(early - i, 4) for i in range(_MONTHS)]
    profits = [value * margin // 100 - cost for value, cost in zip(tv, costs, strict=True)]
    sums = [0, *accumulate(profits)]
    repaid = numbers.whole("repaid", 4, 7)
    acquisition = sums[repaid] - numbers.whole("over", 0, profits[repaid - 1] - 1)
    return margin, tv, costs, acquisition


def break_even_table(numbers: Numbers) -> Problem:
    """利润 = 交易额 × 毛利率 − 服务成本；累计从争取成本的负数起；回本是从此不再为负的第一个月。"""
    margin, tv, costs, acquisition = account(numbers)
    profits = [value * margin // 100 - cost for value, cost in zip(tv, costs, strict=True)]
    totals = curves.cumulated(profits, acquisition)
    repaid = curves.break_even(totals)
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    given: dict[Cell, str] = {(_START, "total"): f"−{acquisition}"}
    for i, row in enumerate(_ROWS):
        given |= {(row, "tv"): str(tv[i]), (row, "cost"): str(costs[i])}
        right |= {(row, "profit"): profits[i], (row, "total"): totals[i + 1]}
        words = {"tv": tv[i], "margin": margin, "cost": costs[i], "profit": _signed(profits[i])}
        words |= {"before": _signed(totals[i]), "total": _signed(totals[i + 1])}
        fields |= {(row, column): words for column in ("profit", "total")}
    right[_ANSWER, "month"] = repaid
    fields[_ANSWER, "month"] = {
        "month": repaid,
        "before": _signed(totals[repaid - 1]),
        "total": totals[repaid],
    }  # type: ignore[index, operator]
    rows = (_START, *_ROWS, _ANSWER)
    given |= {(row, c): "—" for row in rows for c in _COLUMNS if (row, c) not in {**given, **right}}
    given |= {(row, "margin"): f"{margin} %" for row in _ROWS}
    asks = {"profit": Ask("money", "元"), "total": Ask("money", "元"), "month": Ask("whole", "月")}
    mistakes = _mistakes(margin, tv, profits)
    return Problem(rows, given, asks, right, fields, mistakes, lambda own: _own(own, acquisition))


_COLUMNS = ("tv", "margin", "cost", "profit", "total", "month")


def _signed(value: int) -> str:
    return str(value).replace("-", "−")


def _mistakes(margin: int, tv: list[int], profits: list[int]) -> dict[str, dict[Cell, object]]:
    gross = {(row, "profit"): value * margin // 100 for row, value in zip(_ROWS, tv, strict=True)}
    without = {(row, "total"): total for row, total in zip(_ROWS, accumulate(profits), strict=True)}
    first = next(month for month, profit in enumerate(profits, start=1) if profit > 0)
    return {
        "service_cost_forgotten": gross,
        "acquisition_forgotten": without,
        "first_profit_for_break_even": {(_ANSWER, "month"): first},
    }


def _own(own: Mapping[Cell, Entry], acquisition: int) -> dict[Cell, object]:
    """累计从学生自己的利润接着加，回本从自己的累计看。"""
    found: dict[Cell, object] = {}
    total = -acquisition
    for row in _ROWS:
        if (row, "profit") not in own:
            break
        total += own[row, "profit"].value  # type: ignore[operator]
        found[row, "total"] = total
    if all((row, "total") in own for row in _ROWS):
        totals = [-acquisition, *(own[row, "total"].value for row in _ROWS)]
        if (month := curves.break_even(totals)) is not None:  # type: ignore[arg-type]
            found[_ANSWER, "month"] = month
    return found
