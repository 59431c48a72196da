"""第五节上半，购买间隔的分位数：只看回来过的，与算上还在等的。"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from lifecycle_lab import segmentation
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.typed import HIDDEN, Column, TypedTable


def intervals(facts: Facts) -> TypedTable:
    """购买间隔的分位数：只看回来过的，与算上还在等的；到最后也没有那么多就写“没有达到”。"""
    rows = []
    for label, wanted in interval_groups(facts):
        closed, waiting = gap_counts(facts, wanted)
        if facts.asked.shared and min(sum(closed.values()), waiting) < facts.least:
            rows.append((label, *[HIDDEN] * (2 + 2 * len(facts.text.quantiles))))
            continue
        shares = [Fraction(q, 100) for q in facts.text.quantiles]
        reached = [segmentation.reached_within(closed, q) if closed else None for q in shares]
        among_all = [segmentation.reached_within(closed, q, waiting) for q in shares]
        never = facts.text.say("intervals.never")
        cells = [never if days is None else days for days in (*reached, *among_all)]
        rows.append((label, sum(closed.values()), waiting, *cells))
    heads = [f"{kind}：{q}%（天）" for kind in ("回来过的", "算上在等的") for q in facts.text.quantiles]
    columns = (
        Column("间隔"),
        Column("已经回来", "whole"),
        Column("还在等", "whole"),
        *(Column(head, "whole") for head in heads),
    )
    return TypedTable("购买间隔的分位数", columns, tuple(rows), facts.text.say("intervals.note"))


def interval_groups(facts: Facts) -> list[tuple[str, range]]:
    """自己看：一次一行；给外人看：只分第一次与以后，而且有一行太小就只剩合计。"""
    say, last = facts.text.say, 5
    everything = (say("intervals.all"), range(1, last + 1))
    if not facts.asked.shared:
        single = [(say("intervals.nth", **{"from": n, "to": n + 1}), range(n, n + 1)) for n in range(1, last)]
        return [everything, *single, (say("intervals.rest", **{"from": last}), range(last, last + 1))]
    parts = [(say("intervals.first"), range(1, 2)), (say("intervals.later"), range(2, last + 1))]
    counts = [n for _, wanted in parts for n in closed_and_waiting(facts, wanted)]
    return [everything, *parts] if min(counts) >= facts.least else [everything]


def closed_and_waiting(facts: Facts, wanted: range) -> tuple[int, int]:
    """（已经回来的个数，还在等的个数）。"""
    closed, waiting = gap_counts(facts, wanted)
    return sum(closed.values()), waiting


def gap_counts(facts: Facts, wanted: range) -> tuple[Counter, int]:
    """（{天数：已经回来的个数}，还在等的个数）；wanted: 第几个间隔。"""
    closed: Counter = Counter()
    waiting = 0
    for n, days, is_closed, count in facts.gaps:
        if n in wanted and is_closed:
            closed[days] += count
        elif n in wanted:
            waiting += count
    return closed, waiting


def intervals_said(facts: Facts) -> str:
    """一句话：回来过的，几成在多少天以内；给外人看时太少就不说。"""
    say = facts.text.say
    closed, _ = gap_counts(facts, range(1, 6))
    if not closed:
        return say("intervals.empty")
    if sum(closed.values()) < facts.least:
        return ""
    parts = [
        say("intervals.part", percent=q, days=f"{segmentation.reached_within(closed, Fraction(q, 100)):,}")
        for q in facts.text.quantiles
    ]
    return say("intervals.reading", parts="，".join(parts))
