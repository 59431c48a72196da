"""第三节，八种类型：人数、金额与各自的占比。"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lifecycle_lab import plots, segmentation
from lifecycle_lab.plots import shop as drawings
from lifecycle_lab.report import Figure
from lifecycle_lab.report.shop.facts import Facts, Type
from lifecycle_lab.report.shop.views.shared import hidden_note, share
from lifecycle_lab.report.typed import HIDDEN, Column, TypedTable, written


def segments(facts: Facts) -> TypedTable:
    """八种类型：人数、金额与各自的占比；占比并排，才看得出谁重要。"""
    hidden = facts.hidden_types
    rows = tuple(_segment_row(facts, facts.type_of(code), hidden[code]) for code in segmentation.PATTERNS)
    total = (
        "合计",
        "",
        facts.customers,
        Fraction(1),
        facts.money,
        Fraction(1) if facts.money else None,
        None,
    )
    columns = (
        Column("客户级别"),
        Column("组合"),
        Column("人数", "whole"),
        Column("人数占比", "share"),
        Column(f"金额（{facts.shop.unit}）", "money"),
        Column("金额占比", "share"),
        Column(f"人均（{facts.shop.unit}）", "money"),
    )
    unverified = facts.asked.convention.note if facts.asked.convention.unverified else ""
    note = facts.text.say("segments.note") + unverified + hidden_note(facts, any(hidden.values()))
    return TypedTable("八种类型", columns, (*rows, total), note)


def _segment_row(facts: Facts, kind: Type, hide: bool) -> Sequence[object]:
    head = (facts.name(kind.code), segmentation.pattern(kind.code))
    if hide:
        return (*head, *[HIDDEN] * 5)
    return (
        *head,
        kind.customers,
        share(kind.customers, facts.customers),
        kind.money,
        share(kind.money, facts.money),
        round(Fraction(kind.money, kind.customers)) if kind.customers else None,
    )


def visible_types(facts: Facts) -> list[Type]:
    """有人的、没有隐去的类型。"""
    hidden = facts.hidden_types
    kinds = (facts.type_of(code) for code in segmentation.PATTERNS if not hidden[code])
    return [kind for kind in kinds if kind.customers]


def segment_shares(facts: Facts) -> Figure | None:
    """人数占比与金额占比并排的条；全隐去了就没有图。"""
    kinds = visible_types(facts)
    if not kinds or facts.money <= 0:
        return None
    rows = [
        (
            f"{facts.name(t.code)} {segmentation.pattern(t.code)}",
            100 * t.customers / facts.customers,
            100 * t.money / facts.money,
        )
        for t in kinds
    ]
    axes = drawings.plot_shares(rows, ("占客户", "占金额"))
    alt = "；".join(f"{name} 占客户 {a:.1f}%，占金额 {b:.1f}%" for name, a, b in rows)
    return Figure(plots.png(axes.figure), alt, facts.text.say("segments.caption"))


def negative_said(facts: Facts) -> str:
    """净额有负的，说明图怎样看；全店不是正数，说明为什么没有图。"""
    if facts.money <= 0:
        return facts.text.say("segments.negative")
    below = any(kind.money < 0 for kind in visible_types(facts))
    return facts.text.say("segments.below_zero") if below else ""


def segments_said(facts: Facts) -> str:
    """一句话：人数最多的与金额最多的是谁。"""
    kinds = visible_types(facts)
    if not kinds or facts.money <= 0:
        return ""
    most, richest = max(kinds, key=lambda t: t.customers), max(kinds, key=lambda t: t.money)
    return facts.text.say(
        "segments.reading",
        most=facts.name(most.code),
        most_share=written(share(most.customers, facts.customers), "share"),
        richest=facts.name(richest.code),
        richest_share=written(share(richest.money, facts.money), "share"),
    )
