"""一道题：电信企业的一群客户，四种做法各值多少，选哪一种(D7、D8)。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab import value
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem, by_row
from lifecycle_lab.exercises.problems.values.shared import dashes, own, percent_text, rounded, written
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.value import Lever, LoyalCustomer, YearlyRate, YearlyRetention, Years
from lifecycle_lab.variants import Numbers

_ACTIONS = ("照旧", "挽留方案", "减少投入", "终止服务")
_CHOICE, _WHO = "选哪一种", "这一群"
_LEAST_APART = 20


def lever_decision(numbers: Numbers) -> Problem:
    """每种做法：每年的一笔、一位值多少（已减一次性的花费）；再选最值的一种。"""
    who, customer, levers = _case(numbers)
    after = {name: value.with_lever(customer, lever) for name, lever in levers.items()}
    factors = {name: rounded(c.annuity) for name, c in after.items()}
    right: dict[Cell, object] = {}
    for name, c in after.items():
        each = value.each_year(c, "contribution")
        right |= {(name, "each"): each, (name, "worth"): each * factors[name] - levers[name].once}
    right[_CHOICE, "word"] = max(_ACTIONS, key=lambda name: right[name, "worth"])  # type: ignore[arg-type, return-value]
    rows = (_WHO, *_ACTIONS, _CHOICE)
    told = {_WHO: who} | {name: _told(levers[name], after[name], factors[name]) for name in _ACTIONS}
    told[_CHOICE] = "四个数里最大的"
    money = Ask("money", "元")
    asks = {"each": money, "worth": money, "word": Ask("choice", choices=_ACTIONS)}
    given = {(row, "told"): told[row] for row in rows} | dashes(rows, asks, right)
    best = right[_CHOICE, "word"]
    fields = by_row(right, lambda row: _words(row, after, levers, factors) | {"best": best})
    mistakes = _mistakes(after, levers, factors)
    return Problem(rows, given, asks, right, fields, mistakes, lambda entries: _own(entries, levers, factors))


def _case(numbers: Numbers) -> tuple[str, LoyalCustomer, dict[str, Lever]]:
    """取到四种做法拉得开的为止；高价值快要走，或低价值在下降，随学号。"""
    for attempt in range(1000):
        found = _draw(numbers, attempt)
        gains = sorted(value.lever_gain(found[1], lever) for lever in found[2].values())
        if gains[-1] - gains[-2] >= _LEAST_APART:
            return found
    raise AssertionError("一千次里总有一次合用")


def _draw(numbers: Numbers, attempt: int) -> tuple[str, LoyalCustomer, dict[str, Lever]]:
    def whole(name: str, low: int, high: int, step: int = 1) -> int:
        return numbers.whole(f"{name}|{attempt}", low, high, step)

    rate, years = YearlyRate.percent(numbers.whole("case_rate", 6, 12)), Years(3)
    good = numbers.choice("case", (True, False))
    income = whole("case_income", 1500, 3000, 100) if good else whole("case_income", 120, 240, 20)
    served = whole("case_served", 300, 700, 100) if good else income + whole("case_served", 40, 120, 20)
    kept = Fraction(whole("case_kept", 45, 60, 5), 100)
    cut = Fraction(1, 2) if good else numbers.choice(f"case_cut|{attempt}", (Fraction(1, 2), Fraction(9, 10)))
    more = Fraction(whole("case_more", 15, 30, 5), 100)
    customer = LoyalCustomer(income, rate, years, yearly_service_cost=served, kept=YearlyRetention(kept))
    levers = {
        _ACTIONS[0]: Lever(),
        _ACTIONS[1]: Lever(kept_more=more, once=whole("case_once", 100, 250, 10)),
        _ACTIONS[2]: Lever(service_times=cut, kept_more=Fraction(-10, 100), once=10),
        _ACTIONS[3]: Lever(once=whole("case_end", 10, 30, 5), ends=True),
    }
    who = (
        f"{'用量大、满意度在降的客户' if good else '一个月用不了几次、还在减少的客户'}：每年收入 {income} 元，"
        f"服务成本 {served} 元，r = {percent_text(rate.value)}，看 3 年"
    )
    return who, customer, levers


def _told(lever: Lever, after: LoyalCustomer, factor: Fraction) -> str:
    if lever.ends:
        return f"一次花 {lever.once} 元，以后不收也不花"
    cost = f"服务成本变成 {written(after.yearly_service_cost)} 元，" if lever.service_times != 1 else ""
    return (
        f"{cost}保持率 {percent_text(after.kept.value)}，三年的系数 {written(factor)}，一次花 {lever.once} 元"
    )


def _words(
    row: str,
    after: Mapping[str, LoyalCustomer],
    levers: Mapping[str, Lever],
    factors: Mapping[str, Fraction],
) -> dict[str, object]:
    if row not in after:
        return {"income": "", "served": "", "each": "", "a": "", "once": "", "worth": ""}
    c, each = after[row], value.each_year(after[row], "contribution")
    return {
        "income": written(c.yearly_revenue),
        "served": written(c.yearly_service_cost),
        "each": written(each),
        "a": written(factors[row]),
        "once": written(levers[row].once),
        "worth": half_up(each * factors[row] - levers[row].once, 2),
    }


def _mistakes(
    after: Mapping[str, LoyalCustomer], levers: Mapping[str, Lever], factors: Mapping[str, Fraction]
) -> dict[str, dict[Cell, object]]:
    each = {name: value.each_year(c, "contribution") for name, c in after.items()}
    return {
        "spending_forgotten": {(name, "worth"): each[name] * factors[name] for name in _ACTIONS[1:3]},
        "cost_added": {
            (name, "each"): c.yearly_revenue + c.yearly_service_cost
            for name, c in after.items()
            if c.yearly_service_cost
        },
        "not_discounted": {
            (name, "worth"): each[name] * sum((c.kept.value**t for t in (1, 2, 3)), Fraction(0))
            - levers[name].once
            for name, c in after.items()
            if each[name]
        },
    }


def _own(
    entries: Mapping[Cell, Entry], levers: Mapping[str, Lever], factors: Mapping[str, Fraction]
) -> dict[Cell, object]:
    found: dict[Cell, object] = {}
    for name in _ACTIONS:
        if mine := own(entries, (name, "each")):
            found[name, "worth"] = mine[0] * factors[name] - levers[name].once
    if worth := own(entries, *((name, "worth") for name in _ACTIONS)):
        found[_CHOICE, "word"] = max(zip(worth, _ACTIONS, strict=True), key=lambda pair: pair[0])[1]
    return found
