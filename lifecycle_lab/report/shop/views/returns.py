"""第五节下半，再购曲线：朴素的与连同还在等的（Kaplan–Meier）并列。"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lifecycle_lab import plots
from lifecycle_lab.cycles import GapRow, RepurchaseLine, repurchase_line
from lifecycle_lab.plots.cycles import describe_repurchase, plot_repurchase
from lifecycle_lab.report import Figure
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.shop.views.gaps import closed_and_waiting, interval_groups
from lifecycle_lab.report.shop.views.shared import hidden_note
from lifecycle_lab.report.typed import ABSENT, HIDDEN, Column, TypedTable, written


def _gap_rows(facts: Facts, wanted: range) -> list[GapRow]:
    """间隔表里第几个间隔的行，cycles 认得的样子（上一次隔多久在这里用不着）。"""
    return [GapRow(n, None, days, int(closed), count) for n, days, closed, count in facts.gaps if n in wanted]


def repurchase_lines(facts: Facts) -> list[tuple[str, RepurchaseLine | None]]:
    """全部、第一次、以后各次的再购曲线；给外人看的报告里太小的是 None，没有间隔的不列。"""
    say, parts = facts.text.say, [("all", range(1, 6)), ("first", range(1, 2)), ("later", range(2, 6))]
    if facts.asked.shared:
        written_groups = {wanted for _, wanted in interval_groups(facts)}
        parts = [(name, wanted) for name, wanted in parts if wanted in written_groups]
    shares = [Fraction(percent, 100) for percent in facts.text.quantiles]
    found: list[tuple[str, RepurchaseLine | None]] = []
    for name, wanted in parts:
        if rows := _gap_rows(facts, wanted):
            hide = facts.asked.shared and min(closed_and_waiting(facts, wanted)) < facts.least
            found.append((say(f"intervals.{name}"), None if hide else repurchase_line(rows, shares)))
    return found


def repurchase(facts: Facts) -> TypedTable:
    """多少天有多少间隔等到了再来：朴素的与连同还在等的（Kaplan–Meier）并列，后者带 95% 区间。"""
    say = facts.text.say
    rows = [row for name, line in repurchase_lines(facts) for row in _repurchase_rows(facts, name, line)]
    heads = [Column(say("intervals.group")), Column(say("intervals.share"), "share")]
    heads += [Column(say(f"intervals.{name}"), "whole") for name in ("naive", "corrected")]
    columns = (*heads, Column(say("intervals.band")))
    hidden = any(HIDDEN in row for row in rows)
    note = say("intervals.repurchase_note") + hidden_note(facts, hidden)
    return TypedTable(say("intervals.repurchase"), columns, tuple(rows), note)


def _repurchase_rows(facts: Facts, name: str, line: RepurchaseLine | None) -> list[Sequence[object]]:
    shares = [Fraction(percent, 100) for percent in facts.text.quantiles]
    if line is None:
        return [(name, share, *[HIDDEN] * 3) for share in shares]
    days = zip(shares, line.naive, line.corrected, line.bands, strict=True)
    return [(name, s, _or_never(facts, n), _or_never(facts, c), _between(facts, c, b)) for s, n, c, b in days]


def _or_never(facts: Facts, days: int | None) -> int | str:
    return facts.text.say("intervals.never") if days is None else days


def _between(facts: Facts, days: int | None, band: tuple[int | None, int | None]) -> str:
    """95% 区间写成一格；两头都没有：没有达到，或全体同一天回来、算不出区间（—）。"""
    if band == (None, None):
        return facts.text.say("intervals.never") if days is None else ABSENT
    low, high = (written(_or_never(facts, edge), "whole") for edge in band)
    return facts.text.say("intervals.between", low=low, high=high)


def repurchase_said(facts: Facts) -> str:
    """一句话：朴素的与连同还在等的差多少，差的是谁；没有人再来过，或不能写，就不说。"""
    lines = repurchase_lines(facts)
    line = lines[0][1] if lines else None
    if line is None or not line.curve.closed:
        return ""
    naive, corrected = line.naive[0], line.corrected[0]
    values = {"percent": facts.text.quantiles[0], "naive": f"{naive:,}"}
    if corrected is None:
        return facts.text.say("intervals.unreached", longest=f"{line.curve.longest:,}", **values)
    if corrected == naive:
        return facts.text.say("intervals.same", percent=values["percent"], days=values["naive"])
    return facts.text.say("intervals.difference", corrected=f"{corrected:,}", **values)


def repurchase_figure(facts: Facts) -> Figure | None:
    """全部间隔的两条再购曲线；还没有人再来过，或给外人看 → None。"""
    line = None if facts.asked.shared else repurchase_lines(facts)[0][1]
    if line is None or not line.curve.closed:
        return None
    axes = plot_repurchase(line)
    return Figure(plots.png(axes.figure), describe_repurchase(line), facts.text.say("intervals.caption"))


def repurchase_curve(facts: Facts) -> TypedTable | None:
    """再购曲线的每一级台阶，Excel 里可以自己画；什么时候没有，同图。"""
    line = None if facts.asked.shared else repurchase_lines(facts)[0][1]
    if line is None or not line.curve.closed:
        return None
    rows = tuple(
        (
            s.days,
            s.at_risk,
            s.returned,
            *(None if x is None else Fraction(x) for x in (s.share, s.low, s.high)),
        )
        for s in line.curve.steps
    )
    counts = [Column(name, "whole") for name in ("天数", "仍在看的间隔", "这一天再买的")]
    shares = [Column(name, "share") for name in ("已经再买的份额（KM）", "95% 区间下沿", "95% 区间上沿")]
    return TypedTable(facts.text.say("intervals.curve"), (*counts, *shares), rows)
