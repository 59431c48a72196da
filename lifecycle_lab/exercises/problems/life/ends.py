"""三位客户每月的交易额：考察期、形成期、稳定期各到第几个月（A6）。"""

from __future__ import annotations

from itertools import accumulate, pairwise

from lifecycle_lab import curves
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

FAST = 10  # 元：题面写明，比上月多涨这么多才算快
_A_LINE = 5  # 几个月写一行
_CUSTOMERS = ("甲", "乙", "丙")
_COLUMNS = ("exploration", "formation", "stability")


def monthly_sales(numbers: Numbers, name: str) -> list[int]:
    """一位客户每月的交易额（元）：慢涨、快涨、几乎不动、下跌，各几个月。"""

    def steps(part: str, least: int, most: int, low: int, high: int) -> list[int]:
        many = numbers.whole(f"{name}|{part}", least, most)
        return [numbers.whole(f"{name}|{part}|{i}", low, high) for i in range(many)]

    slow = steps("exploration", 1, 3, 1, 6)
    fast = steps("formation", 3, 4, 22, 45)
    flat = steps("stability", 3, 5, 0, 5)
    down = [-change for change in steps("decline", 2, 3, 12, 30)]
    return list(accumulate([numbers.whole(f"{name}|start", 12, 30), *slow, *fast, *flat, *down]))


def stage_ends(numbers: Numbers) -> Problem:
    """读出三个阶段各到第几个月；“快”的界限写在题面上。"""
    right: dict[Cell, object] = {}
    given: dict[Cell, str] = {}
    fields: dict[Cell, dict[str, object]] = {}
    mistakes: dict[str, dict[Cell, object]] = {"peak_ends_formation": {}, "first_fast_month_included": {}}
    for row in _CUSTOMERS:
        sales = monthly_sales(numbers, row)
        ends = dict(zip(_COLUMNS, curves.read_ends(sales, FAST), strict=True))
        given[row, "sales"] = _lines(sales)
        right |= {(row, column): ends[column] for column in _COLUMNS}
        words = _words(sales, ends)
        fields |= {(row, column): words for column in _COLUMNS}
        mistakes["peak_ends_formation"][row, "formation"] = ends["stability"]
        mistakes["first_fast_month_included"][row, "exploration"] = ends["exploration"] + 1
    ask = Ask("whole", "月")
    return Problem(_CUSTOMERS, given, dict.fromkeys(_COLUMNS, ask), right, fields, mistakes)


def _lines(sales: list[int]) -> str:
    """一行五个月，行首写明是哪几个月；屏幕上的表不换行，所以行末有分号。"""
    starts = range(0, len(sales), _A_LINE)
    parts = ((at, sales[at : at + _A_LINE]) for at in starts)
    return "；\n".join(
        f"第 {at + 1}–{at + len(part)} 个月：{'、'.join(map(str, part))}" for at, part in parts
    )


def _words(sales: list[int], ends: dict[str, int]) -> dict[str, object]:
    changes = {month: after - before for month, (before, after) in enumerate(pairwise(sales), start=1)}
    return {
        **ends,
        "after_exploration": ends["exploration"] + 1,
        "first_rise": changes[ends["exploration"]],
        "after_formation": ends["formation"] + 1,
        "slow": changes[ends["formation"]],
        "after_stability": ends["stability"] + 1,
        "fall": -changes[ends["stability"]],
    }
