"""两道题：年金系数一行一行；每年只留下一部分人的系数(D1)。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab import value
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem, by_row
from lifecycle_lab.exercises.problems.values.shared import (
    dashes,
    own,
    percent_text,
    rate_and_years,
    written,
)
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.value import YearlyRate, YearlyRetention, Years
from lifecycle_lab.variants import Numbers

_INVERSE, _TOP, _ROUNDED, _EXACT, _DUE = "第 1 行", "第 2 行", "第 3 行", "第 4 行", "第 5 行"
_LINES = (_INVERSE, _TOP, _ROUNDED, _EXACT, _DUE)
_YEARS = ("第 1 年", "第 2 年", "第 3 年", "第 4 年")
_SUM, _FOREVER, _WORTH = "合计", "永远下去", "终身价值"


def annuity_lines(numbers: Numbers) -> Problem:
    """(1 + r)^−n 留两位 → 分子 → 系数；不舍入的系数；年初付的系数。"""
    rate, loyal = rate_and_years(numbers)
    r, steps = rate.value, value.written_out(rate, loyal)
    exact, due = value.annuity(rate, loyal), value.annuity(rate, loyal, due=True)
    answers = dict(zip(_LINES, (*(step.used for step in steps[-3:]), exact, due), strict=True))
    asks = (
        f"(1 + r)^−n，留两位小数（r = {percent_text(r)}，n = {loyal.count}）",
        "1 − 第 1 行",
        "第 2 行 ÷ r，至少四位小数",
        "中间一次也不舍入的 a，最后留至少四位小数",
        "每笔都在年初付的系数，从第 4 行接着算",
    )
    words = {
        "r": written(r),
        "rate": percent_text(r),
        "years": loyal.count,
        "times": written(1 + r),
        "power": half_up((1 + r) ** loyal.count, 6),  # type: ignore[operator]
        "inverse": written(answers[_INVERSE]),
        "top": written(answers[_TOP]),
        "rounded": half_up(answers[_ROUNDED], 4),
        "exact": half_up(exact, 6),
        "due": half_up(due, 6),
    }
    right = {(row, "value"): number for row, number in answers.items()}
    return Problem(
        _LINES,
        {(row, "step"): text for row, text in zip(_LINES, asks, strict=True)},
        {"value": Ask("factor")},
        right,
        dict.fromkeys(right, words),
        _annuity_mistakes(rate, loyal),
        lambda entries: _own_lines(entries, r),
    )


def _annuity_mistakes(rate: YearlyRate, loyal: Years) -> dict[str, dict[Cell, object]]:
    n, whole = loyal.count, 100 * rate.value
    shorter, longer = (value.annuity(rate, Years(n + step)) for step in (-1, 1))  # type: ignore[operator]
    as_whole = (1 - (1 + whole) ** -n) / whole  # type: ignore[operator]
    return {
        "not_discounted": {(_EXACT, "value"): Fraction(n)},  # type: ignore[arg-type]
        "one_year_short": {(_EXACT, "value"): shorter},
        "one_year_long": {(_EXACT, "value"): longer},
        "percent_as_whole": {(_EXACT, "value"): as_whole, (_ROUNDED, "value"): 1 / whole},
        "rounded_early": {(_EXACT, "value"): value.written_out(rate, loyal)[-1].used},
    }


def _own_lines(entries: Mapping[Cell, Entry], r: Fraction) -> dict[Cell, object]:
    found: dict[Cell, object] = {}
    steps = {
        _TOP: (_INVERSE, lambda x: 1 - x),
        _ROUNDED: (_TOP, lambda x: x / r),
        _DUE: (_EXACT, lambda x: x * (1 + r)),
    }
    for row, (before, step) in steps.items():
        if mine := own(entries, (before, "value")):
            found[row, "value"] = step(mine[0])
    return found


def retention_value(numbers: Numbers) -> Problem:
    """四年，每年留下 p：还在的份额 × 贴现因子，加起来乘每年的一笔。"""
    rate, _ = rate_and_years(numbers)
    p = YearlyRetention(Fraction(numbers.whole("kept", 60, 90, 5), 100))
    yearly = 100 * numbers.whole("retained_yearly", 8, 30)
    four = Years(len(_YEARS))
    right: dict[Cell, object] = {}
    for year, row in enumerate(_YEARS, start=1):
        alive, worth = p.value**year, value.discount_factor(rate, Years(year))
        right |= {(row, "alive"): 100 * alive, (row, "discount"): worth, (row, "weight"): alive * worth}
    total = value.retained_annuity(rate, four, p)
    right[_SUM, "weight"] = total
    right[_FOREVER, "weight"] = value.retained_annuity(rate, Years.forever(), p)
    right[_WORTH, "money"] = yearly * total
    rows = (*_YEARS, _SUM, _FOREVER, _WORTH)
    columns = ("alive", "discount", "weight", "money")
    told = {
        _YEARS[0]: f"r = {percent_text(rate.value)}，p = {percent_text(p.value)}",
        _SUM: "四年的系数",
        _FOREVER: "p ÷ (1 + r − p)",
        _WORTH: f"每年的一笔 {yearly} 元 × 四年的系数",
    }
    given = {(row, "told"): told.get(row, "同上") for row in rows} | dashes(rows, columns, right)
    return Problem(
        rows,
        given,
        {
            "alive": Ask("percent", "%"),
            "discount": Ask("factor"),
            "weight": Ask("factor"),
            "money": Ask("money", "元"),
        },
        right,
        by_row(right, lambda row: _retention_words(row, rate, p, yearly)),
        _retention_mistakes(rate, p, yearly),
        lambda entries: _own_retention(entries, yearly),
    )


def _retention_words(row: str, rate: YearlyRate, p: YearlyRetention, yearly: int) -> dict[str, object]:
    year = _YEARS.index(row) + 1 if row in _YEARS else len(_YEARS)
    alive, worth = p.value**year, value.discount_factor(rate, Years(year))
    total = value.retained_annuity(rate, Years(len(_YEARS)), p)
    return {
        "year": year,
        "p": percent_text(p.value),
        "r": percent_text(rate.value),
        "alive": half_up(100 * alive, 2),
        "discount": half_up(worth, 4),
        "weight": half_up(alive * worth, 4),
        "total": half_up(total, 4),
        "forever": half_up(value.retained_annuity(rate, Years.forever(), p), 4),
        "yearly": yearly,
        "worth": half_up(yearly * total, 2),
    }


def _retention_mistakes(rate: YearlyRate, p: YearlyRetention, yearly: int) -> dict[str, dict[Cell, object]]:
    factors = [value.discount_factor(rate, Years(year)) for year in range(1, len(_YEARS) + 1)]
    kept = [p.value**year for year in range(1, len(_YEARS) + 1)]
    straight = [100 * (1 - year * (1 - p.value)) for year in range(1, len(_YEARS) + 1)]
    return {
        "retention_ignored": _weights(factors, yearly),
        "not_discounted": _weights(kept, yearly),
        "losses_subtracted": {
            (row, "alive"): share for row, share in zip(_YEARS[1:], straight[1:], strict=True)
        },
    }


def _weights(weights: list[Fraction], yearly: int) -> dict[Cell, object]:
    total = sum(weights, Fraction(0))
    cells: dict[Cell, object] = {(row, "weight"): w for row, w in zip(_YEARS, weights, strict=True)}
    return cells | {(_SUM, "weight"): total, (_WORTH, "money"): yearly * total}


def _own_retention(entries: Mapping[Cell, Entry], yearly: int) -> dict[Cell, object]:
    found: dict[Cell, object] = {}
    for row in _YEARS:
        if mine := own(entries, (row, "alive"), (row, "discount")):
            found[row, "weight"] = mine[0] / 100 * mine[1]
    if weights := own(entries, *((row, "weight") for row in _YEARS)):
        found[_SUM, "weight"] = sum(weights, Fraction(0))
    if total := own(entries, (_SUM, "weight")):
        found[_WORTH, "money"] = yearly * total[0]
    return found
