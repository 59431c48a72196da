"""第 06 课的表：cycles 算出的值 → 给人看的表，表下一句话跟着数字走(E2–E8)。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from lifecycle_lab import cycles
from lifecycle_lab.content import course
from lifecycle_lab.cycles import CLASSES, STATES, Bounds
from lifecycle_lab.export import Table
from lifecycle_lab.lab.cycle_words import class_label, days, gap_range, percent, say, state_label


def table_1(shop: str, found: cycles.Repurchase) -> Table:
    """多久再买：朴素与校正并列，第一次以后与以后各次分开(E2)。"""
    lines = {"first": found.first, "later": found.later, "every": found.every}
    shares = [percent(share, 0) for share in found.every.quantiles]
    columns = [
        say("column.spells"),
        say("column.closed"),
        say("column.open"),
        *(say("column.naive", share=share) for share in shares),
        *(say("column.corrected", share=share) for share in shares),
    ]
    rows = [_repurchase_row(name, line) for name, line in lines.items() if line]
    return Table(
        say("title.table_1", shop=shop), tuple(columns), tuple(rows), repurchase_sentence(found.every)
    )


def _repurchase_row(name: str, line: cycles.RepurchaseLine) -> tuple[str, ...]:
    corrected = (
        days(day) if day is None else say("word.days_band", days=day, low=_edge(low), high=_edge(high))
        for day, (low, high) in zip(line.corrected, line.bands, strict=True)
    )
    counts = (f"{line.curve.closed:,}", f"{line.curve.open:,}")
    naive = map(days, line.naive) if line.naive_curve else [say("word.none")] * len(line.naive)
    return (say(f"row.{name}"), *counts, *naive, *corrected)


def _edge(day: int | None) -> str:
    return "?" if day is None else f"{day:,}"


def repurchase_sentence(line: cycles.RepurchaseLine) -> str:
    """最后一个分位点（90 %）的两种说法。"""
    if not line.naive_curve:
        return say("said.table_1_none")
    total = line.curve.closed + line.curve.open
    fields = {
        "share": percent(line.quantiles[-1], 0),
        "naive": line.naive[-1],
        "open": f"{line.curve.open:,}",
        "open_share": percent(Fraction(line.curve.open, total), 0),
    }
    if line.corrected[-1] is not None:
        return say("said.table_1", **fields, corrected=line.corrected[-1])
    reached = percent(line.curve.share_within(line.curve.longest), 0)
    return say("said.table_1_never", **fields, longest=line.curve.longest, reached=reached)


def table_2(shop: str, found: cycles.Concentration) -> Table:
    """回头客占客户、占金额，与再来的单占金额(E3)。"""
    columns = say.columns("which", "customers_share", "revenue_share")
    rows = (
        (say("row.repeat_customers"), percent(found.customers), percent(found.revenue)),
        (say("row.repeat_orders"), say("word.none"), percent(found.repeat_orders)),
    )
    if found.revenue is None:
        return Table(say("title.table_2", shop=shop), columns, rows, say("said.table_2_none"))
    fields = {name: percent(getattr(found, name)) for name in ("customers", "revenue", "repeat_orders")}
    return Table(say("title.table_2", shop=shop), columns, rows, say("said.table_2", **fields))


def table_3(shop: str, found: cycles.NextGaps) -> Table:
    """上一段的类 × 下一段(E6)。"""
    counts = [line.cycles for line in found.lines[0].within] if found.lines else []
    columns = (
        say("column.class", n=found.n),
        say("column.customers"),
        say("column.returned"),
        *map(class_label, CLASSES),
        *(say(f"column.within_{kind}", cycles=many) for many in counts for kind in ("naive", "corrected")),
    )
    rows = tuple(_class_row(line, found.bounds) for line in found.lines)
    title = say("title.table_3", shop=shop, n=found.n, next=found.n + 1)
    return Table(title, columns, rows, "\n".join(class_sentences(found)))


def _class_row(line: cycles.ClassLine, bounds: Bounds) -> tuple[str, ...]:
    within = (
        text for one in line.within for text in (percent(one.naive), seen(one.corrected, one.observable))
    )
    label = f"{class_label(line.name)}\n{gap_range(line.name, bounds)}"
    return (label, f"{line.customers:,}", f"{line.returned:,}", *map(percent, line.naive), *within)


def seen(share: Fraction, observable: bool) -> str:
    """看得够久就写份额，看不到那么久只写下限。"""
    return percent(share) if observable else say("word.at_least", share=percent(share))


def class_sentences(found: cycles.NextGaps) -> list[str]:
    """高、中、低三类各一句：文章的三个说法，在这家店怎么样。"""
    if not any(line.returned for line in found.lines):
        return [say("said.table_3_none")]
    builders = {"high": _high_sentence, "mid": _mid_sentence, "low": _low_sentence}
    lines = [line for line in found.lines if line.returned]
    said = [builders[line.name](line) for line in lines if line.name in builders]
    hidden = any(not one.observable for line in lines for one in line.within)
    return [*said, *([say("said.unseen")] if hidden else [])]


def _high_sentence(line: cycles.ClassLine) -> str:
    fields = {
        f"{name}_{many}": text
        for many, one in zip(("one", "three"), line.within, strict=True)
        for name, text in (
            ("naive", percent(one.naive)),
            ("corrected", seen(one.corrected, one.observable)),
            ("days", f"{one.days:,}"),
        )
    }
    return say("said.high", **fields)


def _mid_sentence(line: cycles.ClassLine) -> str:
    own, most = line.naive[CLASSES.index("mid")], max(line.naive)  # type: ignore[type-var]
    if own == most:
        return say("said.mid_mode", share=percent(own))
    return say("said.mid_other", share=percent(own), mode=class_label(CLASSES[line.naive.index(most)]))


def _low_sentence(line: cycles.ClassLine) -> str:
    one = line.within[0]
    return say(
        "said.low",
        days=f"{one.days:,}",
        naive=percent(one.naive),
        corrected=seen(one.corrected, one.observable),
    )


def definitions(shop: str, rule: cycles.ClassRule, window: int) -> Table:
    """频次类、周期与三个天数；观察期看不到的写明(E8)。"""
    columns = (
        say("column.frequency_class"),
        say("column.gap_range"),
        say("column.cycle"),
        *(f"{state_label(name)}：{say('column.from_day')}" for name in STATES[1:]),
    )
    unseen = course().cycles.words["unseen"]
    rows = tuple(
        (
            class_label(line.name),
            gap_range(line.name, rule.bounds),
            days(line.cycle),
            *(
                f"{day:,}" if fits else f"{day:,}（{unseen}）"
                for day, fits in zip(line.days, line.observable, strict=True)
            ),
        )
        for line in cycles.class_days(rule, window)
    )
    said = say("said.definitions", **dict(zip(("high", "mid", "low"), rule.bounds.days, strict=True)))
    new = (course().cycles.words["new"], say("word.none"), say("word.none"), *(f"{d:,}" for d in rule.nodes))
    return Table(say("title.definitions", shop=shop), columns, (*rows, new), said)


def audit(shop: str, bounds: Bounds, line: cycles.ClassLine | None, clock: cycles.WindowAudit) -> Table:
    """低频类“缩短了”是不是窗造成的：钟表客户放在旁边比(E6)。"""
    one = line.within[0] if line and line.returned else None
    window = f"{clock.window:,}"
    fields = {"window": window, "seen": percent(clock.seen), "unlimited": percent(clock.unlimited)}
    rows = [
        (say("row.clockwork_seen", window=window), fields["seen"]),
        (say("row.clockwork_unlimited"), fields["unlimited"]),
    ]
    columns = (say("column.which"), say("column.share"))
    title = say("title.audit", shop=shop, mid=bounds.mid, low=bounds.low)
    if one is None:
        return Table(title, columns, tuple(rows), say("said.audit_alone", **fields))
    own = {"naive": percent(one.naive), "corrected": seen(one.corrected, one.observable)}
    rows = [*((say(f"row.audit_{name}"), text) for name, text in own.items()), *rows]
    return Table(title, columns, tuple(rows), say("said.audit", **fields, **own))


def stability(
    shop: str,
    regular: cycles.Regularity,
    split: cycles.VarianceSplit,
    quantity: cycles.QuantityEffect | None,
) -> Table:
    """规律度、人与人之间的份额、数量效应(E7、E8)。"""
    rows = (
        (say("row.regularity"), f"{regular.k:.2f}", regularity_sentence(regular)),
        (say("row.icc"), percent(split.icc, 0), _icc_sentence(split)),
        (
            say("row.quantity"),
            f"{quantity.slope:.2f}" if quantity else say("word.none"),
            _quantity_sentence(quantity),
        ),
    )
    columns = say.columns("measure", "value", "reading")
    return Table(say("title.stability", shop=shop), columns, rows, say("said.stability"))


def regularity_sentence(found: cycles.Regularity) -> str:
    high = "∞" if found.high is None else f"{found.high:.2f}"
    if found.low > 1:
        kind = "regular"
    else:
        kind = "bursty" if found.high is not None and found.high < 1 else "irregular"
    return say(
        f"said.{kind}", k=f"{found.k:.2f}", low=f"{found.low:.2f}", high=high, pairs=f"{found.pairs:,}"
    )


def _icc_sentence(split: cycles.VarianceSplit) -> str:
    if split.icc <= 0:
        return say("said.icc_zero")
    return say("said.icc", icc=percent(split.icc, 0), within=percent(1 - split.icc, 0))


def _quantity_sentence(found: cycles.QuantityEffect | None) -> str:
    if found is None:
        return say("said.quantity_none")
    name = "quantity_later" if found.low > 0 else "quantity_unclear"
    return say(
        f"said.{name}", doubling=f"{found.doubling:.2f}", low=f"{found.low:.2f}", high=f"{found.high:.2f}"
    )


def states(shop: str, counts: Mapping[str, Sequence[int]], disagree: int) -> Table:
    """三条规则各说几位：counts 是规则（static、class、own）→ 四种状态的人数(E4、E8)。"""
    columns = (say("column.rule"), *map(state_label, STATES))
    rows = tuple(
        (say(f"row.rule_{rule}"), *(f"{count:,}" for count in found)) for rule, found in counts.items()
    )
    fields = {"static": f"{counts['static'][-1]:,}", "dynamic": f"{counts['class'][-1]:,}"}
    total = sum(counts["static"])
    said = say("said.states", **fields, customers=f"{total:,}", disagree=f"{disagree:,}")
    return Table(say("title.states", shop=shop), columns, rows, said)


def monday(shop: str, counts: Mapping[str, Sequence[int]]) -> Table:
    """每种状态几位、做什么；counts 是频次类规则下新客户与四类各种状态的人数(E4、E8)。"""
    texts = [course().cycles.states[name] for name in STATES]
    new = counts["new"]
    repeat = [
        sum(found[place] for name, found in counts.items() if name != "new") for place in range(len(STATES))
    ]
    rows = [
        (say("row.repeat_count"), *(f"{count:,}" for count in repeat)),
        (say("row.new_count"), *(f"{count:,}" for count in new)),
        *(
            (say(f"row.{name}"), *(getattr(text, name) for text in texts))
            for name in ("goal", "contact", "offer", "timing", "measure", "newcomers")
        ),
    ]
    columns = (say("column.aspect"), *(text.label for text in texts))
    return Table(say("title.monday", shop=shop), columns, tuple(rows), say("said.monday"))
