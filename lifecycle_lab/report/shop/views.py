"""报告的每一节：事实 → 带类型的表与图。网页、Excel、笔记本用的是同一张。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from lifecycle_lab import content, plots, segmentation
from lifecycle_lab.cycles import GapRow, RepurchaseLine, repurchase_line
from lifecycle_lab.plots import shop as drawings
from lifecycle_lab.plots.cycles import describe_repurchase, plot_repurchase
from lifecycle_lab.report import Figure
from lifecycle_lab.report.shop.facts import Facts, Type
from lifecycle_lab.report.typed import ABSENT, HIDDEN, Column, TypedTable, grouped, written
from lifecycle_lab.schema import Indicator, half_up
from lifecycle_lab.tables import UNVERIFIED


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def people(facts: Facts, count: int, whole: int | None = None) -> str:
    """人数与占比写成一句：“12 位（3.4%）”；给外人看时太小的（或剩下的太小的）不写。"""
    rest = (facts.customers if whole is None else whole) - count
    if 0 < count < facts.least or 0 < rest < facts.least:
        return HIDDEN
    return f"{count:,} 位（{written(share(count, count + rest), 'share')}）"


# —— 行的去向 ————————————————————————————————————————————————————————————


def accounting(facts: Facts) -> TypedTable:
    """读进来的每一行：用上、按哪条规则放在一边、读不通；行数与金额各自加得起来。"""
    say, book = facts.text.say, facts.accounting
    lines = [line for line in book.lines if line.rows or line in (book.used, book.quarantined)]
    hidden = segmentation.hide_in_list([line.rows for line in lines], facts.least)
    rows = [
        (line.label, HIDDEN, HIDDEN) if hide else (line.label, line.rows, line.money)
        for line, hide in zip(lines, hidden, strict=True)
    ]
    total = (say("rows.total"), book.rows_in, book.money_in)
    columns = (Column("去向"), Column("行数", "whole"), Column(f"金额（{facts.shop.unit}）", "money"))
    note = (
        say("rows.note")
        + (say("rows.problems_note") if problems(facts) else "")
        + _hidden_note(facts, any(hidden))
    )
    return TypedTable("行的去向", columns, (*rows, total), note)


def problems(facts: Facts) -> TypedTable | None:
    """读不通的各行：行号、列、原因；没有，或给外人看 → None。"""
    found = facts.accounting.problems
    if not found or facts.asked.shared:
        return None
    columns = (Column("行", "whole"), Column("列"), Column("原因"))
    return TypedTable(facts.text.say("rows.problems"), columns, found)


# —— 分布与阈值 ——————————————————————————————————————————————————————————


def centre_text(value: Fraction, indicator: Indicator) -> str:
    """中心写给人看：除得尽写精确值，除不尽四舍五入并以 ≈ 标明。"""
    digits = indicator.decimals if indicator.decimals else 1
    shown = half_up(value / 10**indicator.decimals, digits)
    exact = Fraction(shown) * 10**indicator.decimals == value
    return ("" if exact else "≈") + grouped(shown)


def thresholds(facts: Facts) -> TypedTable:
    """三个指标的均值与中位数，哪一个是这份报告的阈值，各有多少位标 ↑。"""
    used = facts.text.say(f"centre.{facts.asked.centre}")
    withheld = any(facts.hidden_types.values())
    rows = tuple(
        (
            i.heading,
            "越小越好" if i.better == "low" else "越大越好",
            *(centre_text(facts.centres[c][n], i) for c in ("mean", "median")),
            HIDDEN if withheld else facts.ups[n],
            HIDDEN if withheld else facts.customers - facts.ups[n],
        )
        for n, i in enumerate(facts.indicators)
    )
    columns = ("指标", "方向", "均值", "中位数")
    counts = (Column("标 ↑ 的客户", "whole"), Column("标 ↓ 的客户", "whole"))
    note = f"阈值用{used}。{facts.text.say('distributions.note')}"
    return TypedTable("R、F、M 的阈值", (*map(Column, columns), *counts), rows, note)


def distributions(facts: Facts) -> Figure:
    """三个指标的直方图，阈值画在上面。"""
    say = facts.text.say
    panels = [_distribution(facts, n, i) for n, i in enumerate(facts.indicators)]
    axes = drawings.plot_distributions(panels)
    described = "；".join(f"{p.title}，{'，'.join(text for _, text, _ in p.lines)}" for p in panels)
    alt = say("distributions.alt", label="R、F、M", customers=f"{facts.customers:,}", centres=described)
    return Figure(plots.png(axes[0].figure), alt, say("distributions.caption"))


def _distribution(facts: Facts, n: int, indicator: Indicator) -> drawings.Distribution:
    unit, counts = facts.histograms[indicator.key]
    found = segmentation.bars(counts, unit)
    if facts.asked.shared:
        found = segmentation.merged(found, facts.least)
    scale = 10**indicator.decimals
    # 一条只有一个整数（1 单、2 单……）时，条的正中对着那个整数
    shift = 0.5 if indicator.decimals == 0 and found and found[0].high == found[0].low + 1 else 0
    edges = [bar.low / scale - shift for bar in found]
    open_end = bool(found) and found[-1].high is None
    if found:
        last = edges[-1] - edges[-2] if open_end and len(edges) > 1 else 1
        edges.append(edges[-1] + last if open_end else found[-1].high / scale - shift)
    lines = [
        (
            float(facts.centres[c][n] / scale),
            f"{facts.text.say(f'centre.{c}')} {centre_text(facts.centres[c][n], indicator)} {indicator.unit}",
            c == facts.asked.centre,
        )
        for c in ("mean", "median")
    ]
    title = f"{indicator.heading}，{plots.direction(indicator)}"
    return drawings.Distribution(title, edges or [0, 1], [b.customers for b in found] or [0], open_end, lines)


# —— 八种类型 ————————————————————————————————————————————————————————————


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
    note = facts.text.say("segments.note") + unverified + _hidden_note(facts, any(hidden.values()))
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


def _hidden_note(facts: Facts, hidden: bool) -> str:
    return facts.text.say("hidden", least=facts.least) if hidden else ""


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


# —— 换一种读法 ——————————————————————————————————————————————————————————


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


# —— 购买间隔 ————————————————————————————————————————————————————————————


def intervals(facts: Facts) -> TypedTable:
    """购买间隔的分位数：只看回来过的，与算上还在等的；到最后也没有那么多就写“没有达到”。"""
    rows = []
    for label, wanted in _interval_groups(facts):
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


def _interval_groups(facts: Facts) -> list[tuple[str, range]]:
    """自己看：一次一行；给外人看：只分第一次与以后，而且有一行太小就只剩合计。"""
    say, last = facts.text.say, 5
    everything = (say("intervals.all"), range(1, last + 1))
    if not facts.asked.shared:
        single = [(say("intervals.nth", **{"from": n, "to": n + 1}), range(n, n + 1)) for n in range(1, last)]
        return [everything, *single, (say("intervals.rest", **{"from": last}), range(last, last + 1))]
    parts = [(say("intervals.first"), range(1, 2)), (say("intervals.later"), range(2, last + 1))]
    counts = [n for _, wanted in parts for n in _closed_and_waiting(facts, wanted)]
    return [everything, *parts] if min(counts) >= facts.least else [everything]


def _closed_and_waiting(facts: Facts, wanted: range) -> tuple[int, int]:
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


def _gap_rows(facts: Facts, wanted: range) -> list[GapRow]:
    """间隔表里第几个间隔的行，cycles 认得的样子（上一次隔多久在这里用不着）。"""
    return [GapRow(n, None, days, int(closed), count) for n, days, closed, count in facts.gaps if n in wanted]


def repurchase_lines(facts: Facts) -> list[tuple[str, RepurchaseLine | None]]:
    """全部、第一次、以后各次的再购曲线；给外人看的报告里太小的是 None，没有间隔的不列。"""
    say, parts = facts.text.say, [("all", range(1, 6)), ("first", range(1, 2)), ("later", range(2, 6))]
    if facts.asked.shared:
        written_groups = {wanted for _, wanted in _interval_groups(facts)}
        parts = [(name, wanted) for name, wanted in parts if wanted in written_groups]
    shares = [Fraction(percent, 100) for percent in facts.text.quantiles]
    found: list[tuple[str, RepurchaseLine | None]] = []
    for name, wanted in parts:
        if rows := _gap_rows(facts, wanted):
            hide = facts.asked.shared and min(_closed_and_waiting(facts, wanted)) < facts.least
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
    note = say("intervals.repurchase_note") + _hidden_note(facts, hidden)
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


# —— 迁移 ————————————————————————————————————————————————————————————————


def migration_cells(facts: Facts) -> list[list[int | None]] | None:
    """九行（八种类型与“那时还没来”）加合计 × 八列加合计；隐去的是 None；整张不能写 → None。"""
    counts = Counter({(before, after): n for before, after, n in facts.moves})
    befores, afters = [*segmentation.PATTERNS, None], segmentation.PATTERNS
    table = [[counts[b, a] for a in afters] for b in befores]
    table = [[*row, sum(row)] for row in table]
    table.append([sum(column) for column in zip(*table, strict=True)])
    hidden = segmentation.hide_in_table(table, facts.least, [facts.hidden_types[a] for a in afters])
    if hidden is None:
        return None
    return [
        [None if hide else value for value, hide in zip(row, hides, strict=True)]
        for row, hides in zip(table, hidden, strict=True)
    ]


def migration(facts: Facts) -> TypedTable | None:
    """迁移表；没有比较的日子，或整张都不能写 → None。"""
    cells = migration_cells(facts) if facts.moves else None
    if cells is None:
        return None
    say = facts.text.say
    names = [*map(facts.name, segmentation.PATTERNS)]
    heads = [
        f"{name} {segmentation.pattern(c)}" for c, name in zip(segmentation.PATTERNS, names, strict=True)
    ]
    labels = [*heads, say("migration.new"), say("migration.total")]
    rows = tuple(
        (label, *[HIDDEN if value is None else value for value in row])
        for label, row in zip(labels, cells, strict=True)
    )
    columns = (Column("从 ＼ 到"), *(Column(h, "whole") for h in heads), Column(labels[-1], "whole"))
    hidden = any(value is None for row in cells for value in row)
    note = say("migration.note") + _hidden_note(facts, hidden)
    return TypedTable(f"类型的迁移：{facts.asked.compare_to} → {facts.as_of}", columns, rows, note)


def migration_figure(facts: Facts) -> Figure | None:
    """迁移矩阵的图。"""
    table = migration(facts)
    if table is None:
        return None
    say = facts.text.say
    body = [list(row[1:-1]) for row in table.rows[:-1]]
    cells = [[None if value == HIDDEN else value for value in row] for row in body]
    short = [f"{facts.name(c)}" for c in segmentation.PATTERNS]
    before, after = facts.asked.compare_to, facts.as_of
    axes = drawings.plot_migration(
        [*short, say("migration.new")], short, cells, (f"{before} 的类型", f"{after} 的类型")
    )
    alt = say("migration.caption", before=before, after=after) + "。" + migration_said(facts)
    return Figure(plots.png(axes.figure), alt, say("migration.caption", before=before, after=after))


def migration_said(facts: Facts) -> str:
    """一句话：那时已有的客户里，多少位没有换类型。"""
    known = [(b, a, n) for b, a, n in facts.moves if b is not None]
    total, stayed = sum(n for *_, n in known), sum(n for b, a, n in known if a == b)
    cells = migration_cells(facts)
    # 对角线的和也是一个方程：有格隐去时不说，免得从它反推
    if not total or cells is None or any(value is None for row in cells for value in row):
        return ""
    rate = written(share(stayed, total), "share")
    return facts.text.say("migration.reading", customers=f"{total:,}", stayed=f"{stayed:,}", share=rate)
