"""积分计划打平要多卖多少；六位客户的钱有多集中(C9、C11)。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab import loyalty
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.loyalty import Programme
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

PLANS = ("春卡", "夏卡", "秋卡")
CUSTOMERS, WHOLE = ("第 1 位", "第 2 位", "第 3 位", "第 4 位", "第 5 位", "第 6 位"), "全店"
_TOP = Fraction(1, 3)

Own = Mapping[Cell, Entry]


def plans(numbers: Numbers) -> dict[str, Programme]:
    """三份计划，毛利率都高过返利成本。"""
    return {
        name: Programme(
            numbers.whole(f"sales|{name}", 20, 90) * 1_000_000,
            Fraction(numbers.whole(f"margin|{name}", 25, 45, 5), 100),
            Fraction(numbers.whole(f"reward|{name}", 3, 9), 100),
            Fraction(numbers.whole(f"redeemed|{name}", 50, 80, 10), 100),
            numbers.whole(f"fixed|{name}", 5, 24) * 100_000,
        )
        for name in PLANS
    }


def points_programme(numbers: Numbers) -> Problem:
    """返利成本、奖给本来就会买的、打平要多卖几成。"""
    found = plans(numbers)
    asks = {"cost": Ask("percent", "%"), "anyway": Ask("money", "元"), "lift": Ask("percent", "%")}
    right = {(name, key): answer for name, plan in found.items() for key, answer in _answers(plan).items()}
    told = {name: _programme_told(plan) for name, plan in found.items()}
    given = {(name, key): text for name, texts in told.items() for key, text in texts.items()}
    words = {
        name: {key: half_up(right[name, key], 2) for key in asks} | texts for name, texts in told.items()
    }
    fields = {cell: words[cell[0]] for cell in right}
    mistakes = _programme_mistakes(found, right)
    return Problem(PLANS, given, asks, right, fields, mistakes, lambda own: _own_programme(own, found))


def _answers(plan: Programme) -> dict[str, Fraction]:
    return {
        "cost": 100 * plan.unit_cost,
        "anyway": plan.paid_anyway / 100,
        "lift": 100 * plan.break_even_lift,  # type: ignore[operator]
    }


def _programme_told(plan: Programme) -> dict[str, str]:
    return {
        "sales": f"{plan.sales // 100} 元",
        "margin": _percent(plan.margin),
        "reward": _percent(plan.reward),
        "redeemed": _percent(plan.redeemed),
        "fixed": f"{plan.fixed_cost // 100} 元",
    }


def _programme_mistakes(
    found: Mapping[str, Programme], right: Mapping[Cell, Fraction]
) -> dict[str, dict[Cell, object]]:
    costs = {name: 100 * (plan.paid_anyway + plan.fixed_cost) for name, plan in found.items()}
    return {
        "redemption_forgotten": {(n, "cost"): 100 * plan.reward for n, plan in found.items()},
        "new_sales_without_points": {
            (n, "lift"): costs[n] / (plan.sales * plan.margin) for n, plan in found.items()
        },
        "revenue_for_margin": {(n, "lift"): costs[n] / plan.sales for n, plan in found.items()},
        "percent_as_fraction": {(n, key): right[n, key] / 100 for n in PLANS for key in ("cost", "lift")},
    }


def _percent(share: Fraction) -> str:
    return f"{int(100 * share)} %"


def _own_programme(own: Own, found: Mapping[str, Programme]) -> dict[Cell, object]:
    """奖给本来就会买的、打平的增幅，都从自己写的返利成本接着算。"""
    follow: dict[Cell, object] = {}
    for name, plan in found.items():
        if (name, "cost") not in own or not 0 <= own[name, "cost"].value < 100 * plan.margin:
            continue
        cost = Fraction(own[name, "cost"].value) / 100
        follow[name, "anyway"] = cost * plan.sales / 100
        follow[name, "lift"] = (
            100 * (cost * plan.sales + plan.fixed_cost) / (plan.sales * (plan.margin - cost))
        )
    return follow


# ── 集中度 ───────────────────────────────────────────────────────────


def six_amounts(numbers: Numbers) -> list[int]:
    """六位花的钱（元），从小到大，各不相同。"""
    money, found = 0, []
    for i in range(len(CUSTOMERS)):
        money += numbers.whole(f"more|{i}", 20, 60 * (i + 1), 20)
        found.append(money)
    return found


def spend_concentration(numbers: Numbers) -> Problem:
    """权数 2i − n − 1，从小到大数到这一位占多少钱；基尼系数，花钱最多的三分之一占多少。"""
    money = six_amounts(numbers)
    total, size = sum(money), len(money)
    right: dict[Cell, object] = {}
    for i, row in enumerate(CUSTOMERS, start=1):
        right |= {(row, "weight"): 2 * i - size - 1, (row, "share"): Fraction(100 * sum(money[:i]), total)}
    right |= {(WHOLE, "gini"): loyalty.gini(money), (WHOLE, "top"): 100 * loyalty.top_share(money, _TOP)}
    given = {(row, "money"): str(amount) for row, amount in zip(CUSTOMERS, money, strict=True)}
    given |= {(WHOLE, "money"): str(total)} | {(WHOLE, column): "—" for column in ("weight", "share")}
    given |= {(row, column): "—" for row in CUSTOMERS for column in ("gini", "top")}
    top = sum(money[-2:])
    words = {"total": total, "top_money": top, "top": half_up(Fraction(100 * top, total), 2)}
    words |= {"weighted": sum((2 * i - size - 1) * x for i, x in enumerate(money, start=1))}
    words |= {"gini": half_up(loyalty.gini(money), 4)}
    fields = {
        cell: words | {"row": cell[0], "value": half_up(Fraction(value), 0 if cell[1] == "weight" else 2)}  # type: ignore[arg-type]
        for cell, value in right.items()
    }
    return Problem(
        (*CUSTOMERS, WHOLE),
        given,
        {
            "weight": Ask("number"),
            "share": Ask("percent", "%"),
            "gini": Ask("factor"),
            "top": Ask("percent", "%"),
        },
        right,
        fields,
        {
            "sorted_from_the_top": {
                (row, "weight"): size + 1 - 2 * i for i, row in enumerate(CUSTOMERS, start=1)
            },
            "bottom_for_top": {(WHOLE, "top"): Fraction(100 * sum(money[:2]), total)},
            "gini_not_divided": {(WHOLE, "gini"): loyalty.gini(money) * size},
        },
        lambda own: _own_gini(own, money),
    )


def _own_gini(own: Own, money: list[int]) -> dict[Cell, object]:
    """基尼系数从自己写的六个权数接着算。"""
    weights = [own[row, "weight"].value for row in CUSTOMERS if (row, "weight") in own]
    if len(weights) != len(CUSTOMERS):
        return {}
    weighted = sum(weight * amount for weight, amount in zip(weights, money, strict=True))
    return {(WHOLE, "gini"): Fraction(weighted, len(money) * sum(money))}
