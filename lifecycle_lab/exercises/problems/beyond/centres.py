"""七位客户的金额：均值与中位数各是多少，两种中心下的箭头，谁变了（A12）。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count

from lifecycle_lab import rfm
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import DOWN, UP, exact_decimal
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

CUSTOMERS = ("甲", "乙", "丙", "丁", "戊", "己", "庚")
CENTRES = {"均值": "by_mean", "中位数": "by_median"}
FLIPS = ("变了", "没变")


def seven_amounts(numbers: Numbers) -> dict[str, int]:
    """七个不同的整元，和是 7 的倍数（均值除得尽），一位大客户把均值拉高，有两位以上会变，中位数恰好是一位。"""
    return next(found for found in (_amounts(numbers, n) for n in count(1)) if _worth(found))


def _amounts(numbers: Numbers, attempt: int) -> dict[str, int]:
    small = [numbers.whole(f"money|{attempt}|{i}", 60, 480, 5) for i in range(6)]
    large = numbers.whole(f"large|{attempt}", 900, 2400, 5)
    large += -(sum(small) + large) % 7
    return dict(zip(CUSTOMERS, numbers.shuffled(f"order|{attempt}", [*small, large]), strict=True))


def _worth(found: Mapping[str, int]) -> bool:
    values = list(found.values())
    mean, median = rfm.mean(values), rfm.median(values)
    return len(set(values)) == 7 and mean.denominator == 1 and sum(median <= x < mean for x in values) >= 2


def median_flip(numbers: Numbers) -> Problem:
    """均值、中位数、两列箭头、谁变了。"""
    amounts = seven_amounts(numbers)
    values = list(amounts.values())
    middle = {"均值": rfm.mean(values), "中位数": rfm.median(values)}
    right: dict[Cell, object] = {(name, "centre"): value for name, value in middle.items()}
    right |= _arrows(amounts, middle)
    fields = {cell: _words(cell, amounts, middle, right) for cell in right}
    given: dict[Cell, str] = {(row, "money"): str(money) for row, money in amounts.items()}
    given |= {(row, "centre"): "—" for row in CUSTOMERS}
    given |= {(row, column): "—" for row in CENTRES for column in ("money", *CENTRES.values(), "flips")}
    arrow = Ask("choice", choices=(UP, DOWN))
    return Problem(
        (*CENTRES, *CUSTOMERS),
        given,
        {
            "centre": Ask("number", "元"),
            "by_mean": arrow,
            "by_median": arrow,
            "flips": Ask("choice", choices=FLIPS),
        },
        right,
        fields,
        {
            "median_for_mean": {("均值", "centre"): middle["中位数"]},
            "mean_for_median": {("中位数", "centre"): middle["均值"]},
            "unsorted_middle": {("中位数", "centre"): Fraction(values[3])},
            "strict_instead_of_not_less": {
                (row, "by_median"): DOWN for row, money in amounts.items() if money == middle["中位数"]
            },
        },
        lambda own: _own(own, amounts),
    )


def _arrows(amounts: Mapping[str, int], middle: Mapping[str, Fraction]) -> dict[Cell, object]:
    found: dict[Cell, object] = {}
    for row, money in amounts.items():
        arrows = {CENTRES[name]: rfm.mark_against(money, value, "high") for name, value in middle.items()}
        found |= {(row, column): arrow for column, arrow in arrows.items()}
        found[row, "flips"] = FLIPS[len(set(arrows.values())) == 1]
    return found


def _words(cell: Cell, amounts, middle, right) -> dict[str, object]:
    row, _ = cell
    total = sum(amounts.values())
    ordered = "、".join(map(str, sorted(amounts.values())))
    words: dict[str, object] = {"total": total, "ordered": ordered}
    words |= {"mean": exact_decimal(middle["均值"]), "median": exact_decimal(middle["中位数"])}
    if row in amounts:
        words |= {
            "money": amounts[row],
            "by_mean": right[row, "by_mean"],
            "by_median": right[row, "by_median"],
        }
        words["flips"] = right[row, "flips"]
    return words


def _own(own: Mapping[Cell, Entry], amounts: Mapping[str, int]) -> dict[Cell, object]:
    """从学生自己写的中心标箭头，从自己标的箭头看变没变。"""
    found: dict[Cell, object] = {}
    for row, money in amounts.items():
        for name, column in CENTRES.items():
            if (name, "centre") in own:
                found[row, column] = rfm.mark_against(money, own[name, "centre"].value, "high")
        pair = [own[row, column].value for column in CENTRES.values() if (row, column) in own]
        if len(pair) == 2:
            found[row, "flips"] = FLIPS[pair[0] == pair[1]]
    return found
