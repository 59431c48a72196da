"""两道题：打分的客户价值 Vc = Fc − Cc；两年规划期的客户资产(D3、D4)。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from lifecycle_lab import value
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem, by_row
from lifecycle_lab.exercises.problems.values.shared import dashes, own, percent_text, rounded, written
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.value import Attribute, YearlyRate, Years
from lifecycle_lab.variants import Numbers

_GAINS, _COSTS = ("商品", "客服", "包装"), ("价钱", "等快递", "退换麻烦")
_WEIGHTS = ((5, 3, 2), (4, 4, 2), (6, 3, 1), (5, 4, 1))  # 一边的权重之和是 10，折成的分写得尽
_FC, _CC, _VC, _FIRST = "感知利得 Fc", "感知成本 Cc", "客户价值 Vc", "先改哪一项成本"
_PRESENT, _ONE, _TWO, _ALL = "现有客户", "第 1 年来的", "第 2 年来的", "合计"


def delivered_value(numbers: Numbers) -> Problem:
    """六项打分折成分，Fc、Cc、Vc，再看哪一项成本最大。"""
    attributes = _survey(numbers)
    balance = value.perceived(attributes)
    points = {line.name: line.amount for line in balance.lines}
    right: dict[Cell, object] = {(name, "points"): amount for name, amount in points.items()}
    right |= {
        (_FC, "points"): balance.total("gain"),
        (_CC, "points"): balance.total("cost"),
        (_VC, "points"): balance.net,
        (_FIRST, "word"): max(_COSTS, key=points.__getitem__),
    }
    rows = (*_GAINS, *_COSTS, _FC, _CC, _VC, _FIRST)
    sides = dict.fromkeys(_GAINS, "利得") | dict.fromkeys(_COSTS, "成本")
    told = {a.name: f"{sides[a.name]}，权重 {a.weight}，{a.score} 分" for a in attributes}
    told |= {_FC: "三项利得之和", _CC: "三项成本之和", _VC: "Fc − Cc", _FIRST: "折成的分最多的一项成本"}
    asks = {"points": Ask("number", "分"), "word": Ask("choice", choices=_COSTS)}
    by_name = {a.name: a for a in attributes}
    totals = {"gains": balance.total("gain"), "costs": balance.total("cost"), "net": balance.net}
    words = {name: half_up(amount, 1) for name, amount in totals.items()} | {"worst": right[_FIRST, "word"]}
    fields = by_row(right, lambda row: words | _score_words(by_name.get(row), points))
    given = {(row, "told"): told[row] for row in rows} | dashes(rows, asks, right)
    return Problem(rows, given, asks, right, fields, _score_mistakes(attributes), _own_scores)


def _survey(numbers: Numbers) -> list[Attribute]:
    """两边各三项；成本里折成的分最大的只有一项。"""
    for attempt in range(1000):
        found = [
            Attribute(name, side, weight, numbers.whole(f"score|{name}|{attempt}", low, 5))  # type: ignore[arg-type]
            for side, names, low in (("gain", _GAINS, 2), ("cost", _COSTS, 1))
            for name, weight in zip(names, numbers.choice(f"weights|{side}|{attempt}", _WEIGHTS), strict=True)
        ]
        costs = sorted(a.score * a.weight for a in found if a.side == "cost")
        if costs[-1] > costs[-2]:
            return found
    raise AssertionError("一千次里总有一次合用")


def _score_words(attribute: Attribute | None, points: Mapping[str, Fraction]) -> dict[str, object]:
    if attribute is None:
        return {"score": "", "weight": "", "points": ""}
    return {
        "score": attribute.score,
        "weight": attribute.weight,
        "points": half_up(points[attribute.name], 1),
    }


def _score_mistakes(attributes: list[Attribute]) -> dict[str, dict[Cell, object]]:
    balance = value.perceived(attributes)
    return {
        "weights_not_shared": {(a.name, "points"): Fraction(a.score * a.weight) for a in attributes},
        "weights_ignored": {
            (total, "points"): Fraction(sum(a.score for a in attributes if a.side == side), 3)
            for total, side in ((_FC, "gain"), (_CC, "cost"))
        },
        "cost_added": {(_VC, "points"): balance.total("gain") + balance.total("cost")},
    }


def _own_scores(entries: Mapping[Cell, Entry]) -> dict[Cell, object]:
    found: dict[Cell, object] = {}
    for total, names in ((_FC, _GAINS), (_CC, _COSTS)):
        if mine := own(entries, *((name, "points") for name in names)):
            found[total, "points"] = sum(mine, Fraction(0))
    if costs := own(entries, *((name, "points") for name in _COSTS)):
        found[_FIRST, "word"] = max(zip(costs, _COSTS, strict=True), key=lambda pair: pair[0])[1]
    if both := own(entries, (_FC, "points"), (_CC, "points")):
        found[_VC, "points"] = both[0] - both[1]
    return found


# ── 客户资产 ─────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Plan:
    """两年的规划期：贴现率与两个因子，三群各多少位，两年年末的利润（老客户、新客户），吸引一位的成本。"""

    rate: YearlyRate
    factors: tuple[Fraction, Fraction]
    many: Mapping[str, int]
    old: tuple[int, int]
    new: tuple[int, int]
    cost: int

    @property
    def each(self) -> dict[str, Fraction]:
        """一位值多少：第 2 年来的只剩一年利润，连同成本再贴现一年。"""
        first, second = self.factors
        return {
            _PRESENT: self.old[0] * first + self.old[1] * second,
            _ONE: self.new[0] * first + self.new[1] * second - self.cost,
            _TWO: (self.new[0] * first - self.cost) * first,
        }


def equity_sum(numbers: Numbers) -> Problem:
    """两年：现有一群、第 1 年新来的、第 2 年新来的；每位值多少，一群值多少，合计。"""
    plan = _plan(numbers)
    each = plan.each
    worth = {name: plan.many[name] * amount for name, amount in each.items()}
    total = sum(worth.values(), Fraction(0))
    right: dict[Cell, object] = {}
    for name in plan.many:
        right |= {(name, "each"): each[name], (name, "worth"): worth[name]}
    right[_ALL, "worth"] = total
    told, words = _plan_told(plan), _plan_words(plan) | {"total": half_up(total, 2)}
    fields = by_row(right, lambda row: words | _group_words(row, plan, worth))
    asks = dict.fromkeys(("each", "worth"), Ask("money", "元"))
    given = {(row, "told"): text for row, text in told.items()} | dashes(told, asks, right)
    given |= {(row, "many"): str(plan.many.get(row, "—")) for row in told}
    follow = partial(_own_equity, many=plan.many)
    return Problem(tuple(told), given, asks, right, fields, _equity_mistakes(plan), follow)


def _plan(numbers: Numbers) -> _Plan:
    rate = YearlyRate.percent(numbers.whole("equity_rate", 6, 15))
    first, second = (rounded(value.discount_factor(rate, Years(year))) for year in (1, 2))
    many = {
        _PRESENT: 10 * numbers.whole("present", 20, 60),
        _ONE: 10 * numbers.whole("new_one", 5, 20),
        _TWO: 10 * numbers.whole("new_two", 5, 20),
    }
    old = (numbers.whole("old_1", 120, 220, 10), numbers.whole("old_2", 60, 110, 10))
    new = (numbers.whole("new_1", 80, 140, 10), numbers.whole("new_2", 50, 90, 10))
    return _Plan(rate, (first, second), many, old, new, numbers.whole("attract", 30, 70, 10))


def _plan_told(plan: _Plan) -> dict[str, str]:
    """每一行的题面；次序就是各行的次序。"""
    first, second = map(written, plan.factors)
    factors = f"第一年末的因子 {first}，第二年末的 {second}"
    new, cost = plan.new, plan.cost
    return {
        _PRESENT: f"r = {percent_text(plan.rate.value)}：{factors}\n两年年末的利润 {plan.old[0]}、{plan.old[1]} 元",
        _ONE: f"年初吸引成本 {cost} 元，来了以后两年年末的利润 {new[0]}、{new[1]} 元",
        _TWO: f"同样的客户，晚一年来；规划期里只剩一年的利润 {new[0]} 元",
        _ALL: "这家店两年规划期的客户资产",
    }


def _plan_words(plan: _Plan) -> dict[str, object]:
    first, second = map(written, plan.factors)
    words = {"first": first, "second": second, "old_1": plan.old[0], "old_2": plan.old[1]}
    return words | {"new_1": plan.new[0], "new_2": plan.new[1], "cost": plan.cost}


def _group_words(row: str, plan: _Plan, worth: Mapping[str, Fraction]) -> dict[str, object]:
    if row not in worth:  # 合计行
        return dict.fromkeys(("many", "each", "worth"), "")
    return {"many": plan.many[row], "each": half_up(plan.each[row], 4), "worth": half_up(worth[row], 2)}


def _equity_mistakes(plan: _Plan) -> dict[str, dict[Cell, object]]:
    each, cost, first = plan.each, plan.cost, plan.factors[0]
    return {
        "not_discounted": {
            (_PRESENT, "each"): Fraction(sum(plan.old)),
            (_ONE, "each"): Fraction(sum(plan.new) - cost),
        },
        "cost_added": {(_ONE, "each"): each[_ONE] + 2 * cost, (_TWO, "each"): each[_TWO] + 2 * cost * first},
        "acquisition_discounted": {(_ONE, "each"): each[_ONE] + cost * (1 - first)},
        "late_cohort_not_discounted": {(_TWO, "each"): plan.new[0] * first - cost},
    }


def _own_equity(entries: Mapping[Cell, Entry], many: Mapping[str, int]) -> dict[Cell, object]:
    found: dict[Cell, object] = {}
    for row, count in many.items():
        if mine := own(entries, (row, "each")):
            found[row, "worth"] = count * mine[0]
    if parts := own(entries, *((row, "worth") for row in many)):
        found[_ALL, "worth"] = sum(parts, Fraction(0))
    return found
