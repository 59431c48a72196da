"""第 02 课的表：curves 算出的值 → 给人看的表，表下一句话跟着数字走（A6、A7、D5）。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.export import Table
from lifecycle_lab.lab.curve_words import percent, say, stage_label, type_label
from lifecycle_lab.plots.curves import LifeView, money
from lifecycle_lab.schema import half_up

if TYPE_CHECKING:
    from lifecycle_lab.lab.curve_shop import CurveShop
    from lifecycle_lab.lab.ledgers import CustomerId


def table(name: str, columns: str, rows: list[tuple[str, ...]], note: str = "", **fields: object) -> Table:
    """columns: 空格隔开的列名编号；fields: 表名要填的。"""
    return say.table(name, say.columns(*columns.split()), rows, note, **fields)


def stages(curve: curves.LifeCurve) -> Table:
    """每个阶段几个月，交易额与利润从多少到多少，带来什么、要做什么（A6、D5）。"""
    rows, borders = [], curve.borders
    for stage, begin, end in zip(curves.STAGES, borders, borders[1:], strict=False):
        text = course().curves.stages[stage]
        spans = (_span(curve.tv, begin, end), _span(curve.profit, begin, end))
        rows.append((text.label, say("word.months", low=begin, high=end), *spans, text.value, text.aim))
    note = say("said.stages", margin=curve.margin, premium=curve.premium)
    return table("stages", "stage months tv profit value aim", rows, note)


def _span(value, begin: int, end: int) -> str:
    low, high = (_yuan(value(month)) for month in (begin, end))
    return say("word.range", low=low, high=high)


def _yuan(fen: Fraction | float) -> str:
    return money(curves.to_fen(Fraction(fen)))


def ledger(curve: curves.LifeCurve, months: int) -> Table:
    """头几个月一步一步算：毛利、服务成本、利润、累计（示范）。"""
    found = curves.monthly(curve, months)
    totals = curves.cumulated([row.profit for row in found], curve.acquisition)
    rows = [("0", *[say("word.none")] * 4, money(totals[0]))]
    for row, total in zip(found, totals[1:], strict=True):
        gross = curves.to_fen(curve.gross(row.number))
        cost = money(gross - row.profit)
        rows.append((str(row.number), money(row.tv), money(gross), cost, money(row.profit), money(total)))
    note = say("said.ledger", acquisition=money(curve.acquisition), margin=curve.margin)
    return table("ledger", "month tv gross cost month_profit total", rows, note, months=months)


def types(curve: curves.LifeCurve, early: int) -> Table:
    """四型各在哪个月离开，回本没有，一共赚了多少（A7）。"""
    rows = []
    for kind, month in curves.exit_months(curve, early).items():
        totals = LifeView(curve, month).totals
        repaid = curves.break_even(totals)
        text = course().curves.exit_types[kind]
        back = say("word.never") if repaid is None else say("word.until", month=repaid)
        left = f"{say('word.until', month=month)}（{stage_label(curve.stage(month))}）"
        rows.append((text.label, left, back, money(totals[-1]), text.meaning))
    return table("types", "kind left break_even sum does", rows, say("said.types", early=early))


def about_customer(mine: CurveShop, who: CustomerId) -> str:
    """一位客户：看了多久，买了几个月，判成哪一型；合成的店再说真相。"""
    tv, guess = mine.tv[who], mine.guesses[who]
    bought = [month for month, value in enumerate(tv, start=1) if value > 0]
    counts = {"months": len(tv), "bought": len(bought), "last": bought[-1], "quiet": len(tv) - bought[-1]}
    kind = type_label(guess.exit_type)
    said = say("said.customer", customer=who, shop=mine.title, kind=kind, **counts)
    said += say("said.customer_open") if guess.open else ""
    if truth := mine.true_type(who):
        said += say("said.customer_truth", kind=type_label(truth))
    return said


def found(shop: str, guesses: list[curves.Guess]) -> Table:
    """没有真相的店：判成各型的几位，其中几位还说不准。"""
    rows = []
    for kind in curves.EXIT_TYPES:
        mine = [guess for guess in guesses if guess.exit_type == kind]
        gone, still = sum(not guess.open for guess in mine), sum(guess.open for guess in mine)
        rows.append((type_label(kind), f"{gone:,}", f"{still:,}"))
    reading = course().curves.reading
    names = dict(zip(("first", "second", "third"), reading.purchases, strict=True))
    still = percent(Fraction(sum(guess.open for guess in guesses), len(guesses)))
    note = say("said.found", customers=f"{len(guesses):,}", open=still, quiet=reading.quiet, **names)
    return table("found", "kind gone open", rows, note, shop=shop)


def score(shop: str, found: curves.Score, gone: bool) -> Table:
    """混淆矩阵：一行一个真相，一列一个判语；表下说准确率、底线、错在哪里。"""
    rows = []
    for kind in curves.EXIT_TYPES:
        counts = [found.counts[kind, guess] for guess in curves.EXIT_TYPES]
        cells = (f"{many:,}" for many in counts)
        rows.append((type_label(kind), f"{sum(counts):,}", *cells, percent(found.recall(kind))))
    heads = (say("column.truth"), say("column.people"), *map(type_label, curves.EXIT_TYPES))
    name = "title.score_gone" if gone else "title.score"
    title = say(name, shop=shop)
    return Table(title, (*heads, say("column.recall")), tuple(rows), "\n".join(_verdict(found, gone)))


def _verdict(found: curves.Score, gone: bool) -> list[str]:
    recalls = [share for kind in curves.EXIT_TYPES if (share := found.recall(kind)) is not None]
    fields = {"accuracy": percent(found.accuracy), "baseline": percent(found.baseline)}
    balanced = percent(sum(recalls) / len(recalls))
    said = [say("said.score", people=f"{found.people:,}", balanced=balanced, **fields)]
    gain = 100 * (found.accuracy - found.baseline)
    better = gain > 1
    said.append(say("said.score_better", points=half_up(gain, 1)) if better else say("said.score_no_better"))
    if wrong := _wrong(found.counts):
        (truth, guess), most = max(wrong.items(), key=lambda item: item[1])
        total = sum(wrong.values())
        early = sum(n for (a, b), n in wrong.items() if _place(b) < _place(a))
        words = {"truth": type_label(truth), "guess": type_label(guess), "most": f"{most:,}"}
        share = percent(Fraction(early, total), 0)
        said.append(say("said.score_errors", wrong=f"{total:,}", early_share=share, **words))
    return [*said, *([say("said.score_gone")] if gone else [])]


def _wrong(counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {pair: many for pair, many in counts.items() if pair[0] != pair[1] and many}


def _place(kind: str) -> int:
    return curves.EXIT_TYPES.index(kind)
