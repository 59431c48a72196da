"""四题五人的 α；两家店的 NPS、标准误与差(C9)。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count
from math import isqrt

from lifecycle_lab import loyalty
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.loyalty import NetPromoter
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

PEOPLE, ITEMS = ("甲", "乙", "丙", "丁", "戊"), ("a", "b", "c", "d")
VARIANCE, ALPHA = "方差", "α"
SHOPS, GAP = ("甲店", "乙店"), "甲店减乙店"
CLEAR, UNCLEAR = "说得清，区间不含 0", "说不清，区间含 0"
_ROOT_DIGITS = 12

Own = Mapping[Cell, Entry]


def four_items(numbers: Numbers) -> list[list[int]]:
    """五位各答四题，1–5 分：一位有一位的高低，α 在 0.6 到 0.95 之间，总分不全相同。"""
    drawn = (_five(numbers, attempt) for attempt in count(1))
    return next(rows for rows in drawn if _teachable(rows))


def _five(numbers: Numbers, attempt: int) -> list[list[int]]:
    levels = [numbers.whole(f"level|{attempt}|{who}", 1, 5) for who in PEOPLE]
    steps = [[numbers.whole(f"step|{attempt}|{who}|{item}", -1, 1) for item in ITEMS] for who in PEOPLE]
    return [[min(max(level + step, 1), 5) for step in row] for level, row in zip(levels, steps, strict=True)]


def _teachable(rows: list[list[int]]) -> bool:
    if len({sum(row) for row in rows}) < 4 or any(
        len(set(column)) == 1 for column in zip(*rows, strict=True)
    ):
        return False
    return Fraction(3, 5) <= loyalty.cronbach_alpha(rows) <= Fraction(19, 20)


def alpha_table(numbers: Numbers) -> Problem:
    """总分、各题的方差、总分的方差、α。"""
    rows = four_items(numbers)
    columns = dict(zip(ITEMS, zip(*rows, strict=True), strict=True)) | {"total": [sum(row) for row in rows]}
    right: dict[Cell, object] = {(who, "total"): sum(row) for who, row in zip(PEOPLE, rows, strict=True)}
    right |= {(VARIANCE, name): loyalty.variance(values) for name, values in columns.items()}
    right |= {(ALPHA, "alpha"): loyalty.cronbach_alpha(rows)}
    given = {
        (who, item): str(value)
        for who, row in zip(PEOPLE, rows, strict=True)
        for item, value in zip(ITEMS, row, strict=True)
    }
    given |= {(ALPHA, name): "—" for name in columns} | {(row, "alpha"): "—" for row in (*PEOPLE, VARIANCE)}
    parts = sum((loyalty.variance(columns[item]) for item in ITEMS), Fraction(0))
    whole = loyalty.variance(columns["total"])
    words = {"sum": half_up(parts, 2), "total": half_up(whole, 2), "alpha": half_up(right[ALPHA, "alpha"], 4)}
    fields = {
        cell: words | {"value": half_up(Fraction(value), 2)}  # type: ignore[arg-type]
        for cell, value in right.items()
    }
    ask = Ask("number")
    return Problem(
        (*PEOPLE, VARIANCE, ALPHA),
        given,
        dict.fromkeys((*ITEMS, "total"), ask) | {"alpha": Ask("factor")},
        right,
        fields,
        {
            "population_variance": {
                (VARIANCE, name): loyalty.variance(values) * Fraction(len(PEOPLE) - 1, len(PEOPLE))
                for name, values in columns.items()
            },
            "alpha_without_items": {(ALPHA, "alpha"): 1 - parts / whole},
            "alpha_turned_over": {(ALPHA, "alpha"): Fraction(4, 3) * parts / whole},
        },
        _own_alpha,
    )


def _own_alpha(own: Own) -> dict[Cell, object]:
    """总分的方差从自己的总分算，α 从自己的五个方差算。"""
    found: dict[Cell, object] = {}
    totals = [own[who, "total"].value for who in PEOPLE if (who, "total") in own]
    if len(totals) == len(PEOPLE):
        found[VARIANCE, "total"] = loyalty.variance(totals)
    variances = {name: own[VARIANCE, name].value for name in (*ITEMS, "total") if (VARIANCE, name) in own}
    if len(variances) == len(ITEMS) + 1 and variances["total"]:
        parts = sum((Fraction(variances[item]) for item in ITEMS), Fraction(0))
        found[ALPHA, "alpha"] = Fraction(4, 3) * (1 - parts / Fraction(variances["total"]))
    return found


# ── NPS ──────────────────────────────────────────────────────────────


def two_shops(numbers: Numbers) -> dict[str, NetPromoter]:
    """两家店各多少推荐、中立、贬损；差不是 0，三种人都有。"""
    drawn = (_shops(numbers, attempt) for attempt in count(1))
    return next(found for found in drawn if found[SHOPS[0]].score != found[SHOPS[1]].score)


def _shops(numbers: Numbers, attempt: int) -> dict[str, NetPromoter]:
    return {
        shop: NetPromoter(
            numbers.whole(f"promoters|{attempt}|{shop}", 20, 60),
            numbers.whole(f"passives|{attempt}|{shop}", 15, 60),
            numbers.whole(f"detractors|{attempt}|{shop}", 10, 50),
        )
        for shop in SHOPS
    }


def root(value: Fraction) -> Fraction:
    """平方根，到小数点后十二位：学生写几位都比得了。"""
    scale = 10**_ROOT_DIGITS
    return Fraction(isqrt(value.numerator * scale * scale // value.denominator), scale)


def nps_error(numbers: Numbers) -> Problem:
    """两家店的 NPS、标准误；差、差的标准误、说不说得清。"""
    shops = two_shops(numbers)
    first, second = (shops[name] for name in SHOPS)
    gap, error = first.score - second.score, root(first.error_squared + second.error_squared)
    right: dict[Cell, object] = {}
    for name, one in shops.items():
        right |= {(name, "nps"): one.score, (name, "error"): root(one.error_squared)}
    right |= {(GAP, "nps"): gap, (GAP, "error"): error, (GAP, "told"): _told(gap, error)}
    given = {
        (name, kind): str(getattr(one, kind))
        for name, one in shops.items()
        for kind in ("promoters", "passives", "detractors")
    }
    given |= {(GAP, kind): "—" for kind in ("promoters", "passives", "detractors")}
    given |= {(name, "told"): "—" for name in SHOPS}
    return Problem(
        (*SHOPS, GAP),
        given,
        {"nps": Ask("number", "分"), "error": Ask("number", "分"), "told": Ask("choice", choices=(CLEAR, UNCLEAR))},
        right,
        {cell: _nps_words(cell, right, shops) for cell in right},
        {
            "passives_dropped": {
                (name, "nps"): Fraction(100 * (one.promoters - one.detractors), one.promoters + one.detractors)
                for name, one in shops.items()
            },
            "errors_added": {(GAP, "error"): right[SHOPS[0], "error"] + right[SHOPS[1], "error"]},  # type: ignore[operator]
            "error_of_promoters_only": {(name, "error"): _share_error(one) for name, one in shops.items()},
            "interval_over_zero": {(GAP, "told"): UNCLEAR if right[GAP, "told"] == CLEAR else CLEAR},
        },
        _own_gap,
    )  # fmt: skip


def _told(gap: Fraction, error: Fraction) -> str:
    return CLEAR if abs(gap) > Fraction(196, 100) * error else UNCLEAR


def _share_error(one: NetPromoter) -> Fraction:
    """只照推荐者的份额算误差：贬损者的起伏没有算进去。"""
    share = Fraction(one.promoters, one.size)
    return root(10_000 * share * (1 - share) / one.size)


def _nps_words(
    cell: Cell, right: Mapping[Cell, object], shops: Mapping[str, NetPromoter]
) -> dict[str, object]:
    row = cell[0]
    nps, error = (half_up(Fraction(right[row, name]), 2) for name in ("nps", "error"))  # type: ignore[arg-type]
    if row == GAP:
        half = half_up(Fraction(196, 100) * Fraction(right[GAP, "error"]), 2)  # type: ignore[arg-type]
        return {"nps": nps, "error": error, "half": half, "told": right[GAP, "told"]}
    one = shops[row]
    counts = {"promoters": one.promoters, "detractors": one.detractors, "size": one.size}
    return counts | {"nps": nps, "error": error}


def _own_gap(own: Own) -> dict[Cell, object]:
    """差与差的误差从自己两家店的数接着算，说不说得清从自己的差与误差接着看。"""
    found: dict[Cell, object] = {}
    for column in ("nps", "error"):
        pair = [Fraction(own[name, column].value) for name in SHOPS if (name, column) in own]  # type: ignore[arg-type]
        if len(pair) == 2:
            found[GAP, column] = pair[0] - pair[1] if column == "nps" else root(pair[0] ** 2 + pair[1] ** 2)
    if (GAP, "nps") in own and (GAP, "error") in own:
        gap, error = (Fraction(own[GAP, column].value) for column in ("nps", "error"))  # type: ignore[arg-type]
        found[GAP, "told"] = _told(gap, error)
    return found
