"""第四节，换一种读法：谁的叫法会变。"""

from __future__ import annotations

from lifecycle_lab import content, segmentation
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.shop.views.shared import people, share
from lifecycle_lab.report.typed import HIDDEN, Column, TypedTable
from lifecycle_lab.tables import UNVERIFIED


def readings(facts: Facts) -> TypedTable:
    """一次换一样，多少客户的叫法会变。"""
    withheld = any(facts.hidden_types.values())
    rows = []
    for other in facts.others:
        small = people(facts, other.customers) == HIDDEN or (withheld and other.kind == "convention")
        values = (other.customers, share(other.customers, facts.customers), other.money)
        rows.append((other.title, *([HIDDEN] * 3 if small else values)))
    columns = (
        Column("换成"),
        Column("叫法会变的客户", "whole"),
        Column("占客户", "share"),
        Column(f"他们的金额（{facts.shop.unit}）", "money"),
    )
    say = facts.text.say
    note = say("readings.note")
    if not facts.asked.shared:
        note += say("readings.listed", other=say(f"centre.{facts.asked.other_centre}"))
    return TypedTable(
        "换一种读法", columns, tuple(rows), note + (say("readings.withheld") if withheld else "")
    )


def names(facts: Facts) -> TypedTable:
    """八种组合在各种叫法里各叫什么：换叫法时哪些客户会变，看这一张。没有查到原文的写明。"""
    conventions = content.course().conventions.values()
    rows = tuple(
        (
            segmentation.pattern(code),
            *(c.names[s] + (UNVERIFIED if s in c.unverified else "") for c in conventions),
        )
        for code in segmentation.PATTERNS
        for s in [segmentation.state(code)]
    )
    return TypedTable("叫法对照", (Column("组合"), *(Column(c.title) for c in conventions)), rows)
