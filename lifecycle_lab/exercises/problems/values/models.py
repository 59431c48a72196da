"""两道题：同一位客户的三个模型；甲与乙谁在前(D1、D2)。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab import value
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem, by_row
from lifecycle_lab.exercises.problems.values.shared import (
    dashes,
    given_annuity,
    own,
    percent_text,
    rate_and_years,
    written,
)
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.value import LoyalCustomer, Years
from lifecycle_lab.variants import Numbers

_ROWS = dict(zip(("模型一 收入", "模型二 利润", "模型三 利润贡献"), value.MODELS, strict=True))
_GAP = "模型一 − 模型三"
_FORMULAS = ("P₀ + I·a", "m·(P₀ + I·a)", "(P₀ − A) + (I − S)·a")
_NAMES = ("甲", "乙")
_MINUS, _BY_REVENUE, _BY_CONTRIBUTION, _ORDER, _TIE = (
    "甲 − 乙",
    "按收入排",
    "按利润贡献排",
    "次序",
    "甲的 S 打平",
)
_LEADERS, _ORDERS = ("甲在前", "乙在前", "打平"), ("倒过来了", "没有倒过来")


def three_models(numbers: Numbers) -> Problem:
    """t = 0 的一笔、每年的一笔、终身价值；最后是两个模型之差。"""
    customer = _customer(numbers)
    a = given_annuity(customer.rate, customer.loyal)
    right: dict[Cell, object] = {}
    for row, model in _ROWS.items():
        start, each = value.at_start(customer, model), value.each_year(customer, model)
        right |= {(row, "start"): start, (row, "each"): each, (row, "total"): start + each * a}
    totals = [right[row, "total"] for row in _ROWS]
    right[_GAP, "total"] = totals[0] - totals[2]  # type: ignore[operator]
    rows = (*_ROWS, _GAP)
    given = {(row, "told"): text for row, text in zip(rows, _told(customer, a), strict=True)}
    words = by_row(right, lambda row: _words(customer, a, row))
    money = Ask("money", "元")
    return Problem(
        rows,
        given | dashes(rows, ("start", "each", "total"), right),
        {"start": money, "each": money, "total": money},
        right,
        words,
        _model_mistakes(customer, a),
        lambda entries: _own_models(entries, a),
    )


def _customer(numbers: Numbers) -> LoyalCustomer:
    rate, loyal = rate_and_years(numbers)
    income = 100 * numbers.whole("income", 12, 40)
    return LoyalCustomer(
        income,
        rate,
        loyal,
        first_purchase=50 * numbers.whole("first", 2, 12),
        acquisition_cost=100 * numbers.whole("acquired", 5, 15),
        yearly_service_cost=100 * numbers.whole("served", 2, income // 300),
        margin=Fraction(numbers.whole("margin", 20, 45, 5), 100),
    )


def _told(c: LoyalCustomer, a: Fraction) -> tuple[str, ...]:
    first, income = f"P₀ = {c.first_purchase}", f"I = {c.yearly_revenue}"
    extra = (
        f"r = {percent_text(c.rate.value)}，n = {c.loyal.count}，a = {written(a)}",
        f"m = {percent_text(c.margin)}",
        f"A = {c.acquisition_cost}，S = {c.yearly_service_cost}",
    )
    lines = [f"{formula}\n{first}，{income}，{more}" for formula, more in zip(_FORMULAS, extra, strict=True)]
    return (*lines, "它应当等于 A + S·a")


def _words(c: LoyalCustomer, a: Fraction, row: str) -> dict[str, object]:
    model = _ROWS.get(row, "contribution")
    start, each = value.at_start(c, model), value.each_year(c, model)
    served = c.acquisition_cost + c.yearly_service_cost * a
    return {
        "formula": dict(zip(_ROWS, _FORMULAS, strict=True)).get(row, ""),
        "start": written(start),
        "each": written(each),
        "a": written(a),
        "total": half_up(start + each * a, 2),
        "acquired": c.acquisition_cost,
        "served": c.yearly_service_cost,
        "gap": half_up(served, 2),
    }


def _model_mistakes(c: LoyalCustomer, a: Fraction) -> dict[str, dict[Cell, object]]:
    """有名字的错法；各用题目给的四位小数的系数。"""
    shorter, longer = (given_annuity(c.rate, Years(c.loyal.count + step)) for step in (-1, 1))  # type: ignore[operator]
    third = "模型三 利润贡献"
    start, each = value.at_start(c, "contribution"), value.each_year(c, "contribution")
    late = c.acquisition_cost * (1 - 1 / (1 + c.rate.value))
    return {
        "not_discounted": _totals(c, Fraction(c.loyal.count)),  # type: ignore[arg-type]
        "one_year_short": _totals(c, shorter),
        "one_year_long": _totals(c, longer),
        "cost_added": {
            (third, "start"): start + 2 * c.acquisition_cost,
            (third, "each"): each + 2 * c.yearly_service_cost,
            (third, "total"): start + 2 * c.acquisition_cost + (each + 2 * c.yearly_service_cost) * a,
        },
        "acquisition_discounted": {
            (third, "start"): start + late,
            (third, "total"): start + late + each * a,
        },
        "margin_forgotten_at_start": {
            ("模型二 利润", "start"): Fraction(c.first_purchase),
            ("模型二 利润", "total"): c.first_purchase + c.margin * c.yearly_revenue * a,
        },
    }


def _totals(c: LoyalCustomer, a: Fraction) -> dict[Cell, object]:
    return {
        (row, "total"): value.at_start(c, model) + value.each_year(c, model) * a
        for row, model in _ROWS.items()
    }


def _own_models(entries: Mapping[Cell, Entry], a: Fraction) -> dict[Cell, object]:
    found: dict[Cell, object] = {}
    for row in _ROWS:
        if mine := own(entries, (row, "start"), (row, "each")):
            found[row, "total"] = mine[0] + mine[1] * a
    first, _, third = _ROWS
    if totals := own(entries, (first, "total"), (third, "total")):
        found[_GAP, "total"] = totals[0] - totals[1]
    return found


# ── 甲与乙 ───────────────────────────────────────────────────────────


def _pair(numbers: Numbers) -> tuple[LoyalCustomer, LoyalCustomer]:
    """甲收入多；一半的学生次序倒过来，一半没有；吸引成本两位一样。"""
    rate, loyal = rate_and_years(numbers)
    more = 100 * numbers.whole("more_income", 3, 9)
    step = 100 * numbers.whole("apart", 1, 2)
    served = more + (step if numbers.choice("reversed", (True, False)) else -step)
    income, cost = 100 * numbers.whole("second_income", 15, 30), 100 * numbers.whole("second_served", 3, 9)
    acquired = 100 * numbers.whole("both_acquired", 4, 10)
    second = LoyalCustomer(income, rate, loyal, acquisition_cost=acquired, yearly_service_cost=cost)
    first = LoyalCustomer(
        income + more, rate, loyal, acquisition_cost=acquired, yearly_service_cost=cost + served
    )
    return first, second


def two_customers(numbers: Numbers) -> Problem:
    """两位客户、两个模型：各值多少，差多少，谁在前，次序倒过来没有。"""
    both = dict(zip(_NAMES, _pair(numbers), strict=True))
    first, second = both.values()
    a = given_annuity(first.rate, first.loyal)
    right: dict[Cell, object] = {
        (name, column): value.at_start(c, model) + value.each_year(c, model) * a
        for name, c in both.items()
        for column, model in (("revenue", "revenue"), ("contribution", "contribution"))
    }
    gaps = {column: right["甲", column] - right["乙", column] for column in ("revenue", "contribution")}  # type: ignore[operator]
    right |= {(_MINUS, column): gap for column, gap in gaps.items()}
    right |= {(row, "word"): word for row, word in _verdicts(*gaps.values()).items()}
    tie = second.yearly_service_cost + first.yearly_revenue - second.yearly_revenue
    right[_TIE, "contribution"] = Fraction(tie)
    rows = (*both, _MINUS, _BY_REVENUE, _BY_CONTRIBUTION, _ORDER, _TIE)
    told = {name: _two_told(c) for name, c in both.items()}
    told |= {_MINUS: f"r = {percent_text(first.rate.value)}，n = {first.loyal.count}，a = {written(a)}"}
    told |= {_TIE: "别的数不变，甲的 S 是多少，两位的利润贡献一样"}
    given = {(row, "told"): told.get(row, "看上面两个差的正负") for row in rows}
    words = {
        "a": written(a),
        "more": first.yearly_revenue - second.yearly_revenue,
        "served": first.yearly_service_cost - second.yearly_service_cost,
        "revenue_gap": half_up(gaps["revenue"], 2),
        "contribution_gap": half_up(gaps["contribution"], 2),
        "order": right[_ORDER, "word"],
        "tie": tie,
    }
    fields = by_row(right, lambda row: words | _two_words(both.get(row), a))
    money = Ask("money", "元")
    asks = {"revenue": money, "contribution": money, "word": Ask("choice", choices=(*_LEADERS, *_ORDERS))}
    given |= dashes(rows, asks, right)
    return Problem(rows, given, asks, right, fields, _two_mistakes(both, a, right), _own_two)


def _two_told(c: LoyalCustomer) -> str:
    return f"I = {c.yearly_revenue}，S = {c.yearly_service_cost}，A = {c.acquisition_cost}"


def _two_words(c: LoyalCustomer | None, a: Fraction) -> dict[str, object]:
    if c is None:
        return {"income": "", "net": "", "acquired": ""}
    return {
        "income": c.yearly_revenue,
        "net": c.yearly_revenue - c.yearly_service_cost,
        "acquired": c.acquisition_cost,
    }


def _verdicts(revenue_gap: Fraction, contribution_gap: Fraction) -> dict[str, str]:
    found = value.Ranking(revenue_gap, contribution_gap)
    return {
        _BY_REVENUE: _leader(revenue_gap),
        _BY_CONTRIBUTION: _leader(contribution_gap),
        _ORDER: _ORDERS[0] if found.reverses else _ORDERS[1],
    }


def _leader(gap: Fraction) -> str:
    return _LEADERS[0] if gap > 0 else _LEADERS[1] if gap < 0 else _LEADERS[2]


def _two_mistakes(
    both: Mapping[str, LoyalCustomer], a: Fraction, right: Mapping[Cell, object]
) -> dict[str, dict[Cell, object]]:
    added, plain = {}, {}
    for name, c in both.items():
        each = c.yearly_revenue + c.yearly_service_cost
        added[name, "contribution"] = c.acquisition_cost + each * a
        plain[name, "contribution"] = value.at_start(c, "contribution") + value.each_year(
            c, "contribution"
        ) * Fraction(c.loyal.count)  # type: ignore[arg-type]
    return {
        "cost_added": added,
        "not_discounted": plain,
        "ranked_by_revenue": {(_BY_CONTRIBUTION, "word"): right[_BY_REVENUE, "word"]},
    }


def _own_two(entries: Mapping[Cell, Entry]) -> dict[Cell, object]:
    found: dict[Cell, object] = {}
    for column in ("revenue", "contribution"):
        if mine := own(entries, ("甲", column), ("乙", column)):
            found[_MINUS, column] = mine[0] - mine[1]
    if gaps := own(entries, (_MINUS, "revenue"), (_MINUS, "contribution")):
        found |= {(row, "word"): word for row, word in _verdicts(*gaps).items()}
    return found
