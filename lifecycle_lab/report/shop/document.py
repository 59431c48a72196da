"""分析师的报告：几节合成一份文档（网页），同样的表再合成一本 Excel。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lifecycle_lab import segmentation
from lifecycle_lab.export import Table
from lifecycle_lab.report import Block, Document, Items, Paragraph, Section
from lifecycle_lab.report.shop import calls, limits, views
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.typed import ABSENT, Column, TypedTable, written

Tops = Mapping[int, Sequence[tuple]]
"""{组合: 名单最前面的几行}，网页里各列几位。"""


def document(facts: Facts, heads: Sequence[Column] = (), tops: Tops | None = None) -> Document:
    """整份报告。heads、tops: 名单的列与每种类型最前面的几行；给外人看的报告没有。"""
    say = facts.text.say
    sections = (
        ("rows", rows(facts)),
        ("distributions", distributions(facts)),
        ("segments", segments(facts)),
        ("readings", readings(facts)),
        ("intervals", intervals(facts)),
        ("migration", migration(facts)),
        ("calls", call_blocks(facts, heads, tops or {})),
        ("limits", limit_blocks(facts)),
    )
    return Document(
        say("title", shop=facts.shop.name, as_of=facts.as_of),
        cover(facts),
        tuple(Section(say(f"heading.{name}"), tuple(blocks)) for name, blocks in sections),
        say("footer", as_of=facts.as_of, sha256=_fingerprint(facts)),
    )


def _fingerprint(facts: Facts) -> str:
    """文件的指纹；内存里的表没有。"""
    return facts.shop.sha256[:12] or ABSENT


def cover(facts: Facts) -> tuple[tuple[str, str], ...]:
    """封面的几项：哪家店、哪一天、多少客户、什么口径。"""
    say = facts.text.say
    values = {
        "shop": facts.shop.name,
        "as_of": str(facts.as_of),
        "window": f"{facts.first_day} 至 {facts.last_day}",
        "customers": f"{facts.customers:,} 位",
        "orders": f"{facts.orders:,} 单",
        "convention": facts.asked.convention.title,
        "centre": say(f"centre.{facts.asked.centre}"),
        "sha256": _fingerprint(facts),
    }
    return tuple((say(f"cover.{name}"), value) for name, value in values.items())


def cover_table(facts: Facts) -> TypedTable:
    """封面写成一张表：Excel 与笔记本里，数总是与口径在一起。"""
    return TypedTable("这份报告", (Column("项目"), Column("内容")), cover(facts))


def rows(facts: Facts) -> Iterator[Block]:
    """一、每一行到哪里去了。"""
    say, book = facts.text.say, facts.accounting
    aside = sum(line.rows for line in book.aside)
    if not facts.asked.shared:
        counts = (book.rows_in, book.used.rows, aside, book.quarantined.rows)
        names = ("rows", "used", "aside", "quarantined")
        yield Paragraph(say("rows.intro", **{n: f"{c:,}" for n, c in zip(names, counts, strict=True)}))
    given = "rows.as_of_given" if facts.asked.as_of_given else "rows.as_of_default"
    yield Paragraph(say(given, as_of=facts.as_of))
    yield views.accounting(facts).shown()
    customers, money = facts.without_purchase
    if customers >= facts.least and customers:
        shown = written(money, "money")
        yield Paragraph(
            say("rows.without_purchase", customers=f"{customers:,}", money=shown, unit=facts.shop.unit)
        )
    if book.notes:
        yield Paragraph(say("rows.notes"))
        yield Items(book.notes)


def distributions(facts: Facts) -> Iterator[Block]:
    """二、R、F、M 的分布与阈值。"""
    say = facts.text.say
    yield Paragraph(say("distributions.intro", as_of=facts.as_of))
    yield views.thresholds(facts).shown()
    yield views.distributions(facts)
    if facts.asked.shared:
        yield Paragraph(say("distributions.shared", least=facts.least))


def segments(facts: Facts) -> Iterator[Block]:
    """三、八种类型。"""
    convention, centre = facts.asked.convention, facts.text.say(f"centre.{facts.asked.centre}")
    yield Paragraph(
        facts.text.say(
            "segments.intro",
            convention=convention.title,
            source=convention.source.rstrip("。"),
            centre=centre,
        )
    )
    yield from _paragraph(views.segments_said(facts))
    yield views.segments(facts).shown()
    yield from filter(None, [views.segment_shares(facts)])
    yield from _paragraph(views.negative_said(facts))


def _paragraph(text: str) -> Iterator[Block]:
    if text:
        yield Paragraph(text)


def readings(facts: Facts) -> Iterator[Block]:
    """四、换一种读法，谁会变。"""
    yield Paragraph(facts.text.say("readings.intro"))
    yield views.readings(facts).shown()


def intervals(facts: Facts) -> Iterator[Block]:
    """五、隔多久再来。"""
    yield Paragraph(facts.text.say("intervals.intro"))
    yield from _paragraph(views.intervals_said(facts))
    yield views.intervals(facts).shown()
    yield from _paragraph(views.repurchase_said(facts))
    yield views.repurchase(facts).shown()
    yield from filter(None, [views.repurchase_figure(facts)])
    if facts.asked.shared:
        yield Paragraph(facts.text.say("intervals.curve_shared"))


def migration(facts: Facts) -> Iterator[Block]:
    """六、类型的迁移。"""
    say = facts.text.say
    if facts.asked.compare_to is None:
        yield Paragraph(say("migration.none"))
        return
    table, figure = views.migration(facts), views.migration_figure(facts)
    if table is None or figure is None:
        yield Paragraph(say("migration.withheld"))
        return
    before, centre = facts.asked.compare_to, say(f"centre.{facts.asked.centre}")
    yield Paragraph(say("migration.intro", before=before, after=facts.as_of, centre=centre))
    yield from _paragraph(views.migration_said(facts))
    yield figure
    yield Paragraph(table.note)


def call_blocks(facts: Facts, heads: Sequence[Column], tops: Tops) -> Iterator[Block]:
    """七、联系名单与策略：每种类型一张策略表，下面是最前面的几位。"""
    say = facts.text.say
    if facts.asked.shared:
        yield Paragraph(say("calls.shared"))
    else:
        yield Paragraph(say("calls.intro", rows=f"{facts.text.numbers['workbook_rows']:,}"))
    for number, code in enumerate(segmentation.PATTERNS, 1):
        yield strategy_table(facts, code)
        if not facts.asked.shared and heads and facts.type_of(code).customers:
            yield _top(facts, number, code, heads, tops.get(code, ()))


def strategy_table(facts: Facts, code: int) -> Table:
    """一种类型的策略，标题里是它的名字、组合与人数。"""
    say, strategy = facts.text.say, calls.strategy_of(code)
    names = ("traits", "target", "channel", "offer", "timing", "measure")
    lines = tuple((say(f"calls.{name}"), getattr(strategy, name)) for name in names)
    naming = {"name": facts.name(code), "pattern": segmentation.pattern(code)}
    if facts.hidden_types[code]:
        title = say("calls.hidden", **naming)
    else:
        title = say("calls.heading", **naming, customers=f"{facts.type_of(code).customers:,}")
    return Table(title, ("", "怎样做"), lines)


def _top(facts: Facts, number: int, code: int, heads: Sequence[Column], top: Sequence[tuple]) -> Table:
    """名单最前面的几位：编号与理由（三个数都在理由里）；策略已在上面，不再重复。"""
    kept = [0, len(heads) - 3]
    table = TypedTable(
        f"{facts.name(code)} {segmentation.pattern(code)}：前 {len(top)} 位",
        tuple(heads[i] for i in kept),
        tuple(tuple(values[i] for i in kept) for values in top),
        facts.text.say(
            "calls.cut",
            rows=len(top),
            customers=f"{facts.type_of(code).customers:,}",
            file=csv_name(number),
        ),
    )
    return table.shown()


def csv_name(number: int) -> str:
    """一份名单的文件名：只用 ASCII，哪种系统、哪种编码的磁盘都认得；序号同 Excel 的页。"""
    return f"calls_{number}.csv"


def limit_blocks(facts: Facts) -> Iterator[Block]:
    """八、不要轻信，因为……"""
    yield Paragraph(facts.text.say("limits.intro"))
    yield Items(tuple(limits.sentences(facts)))
    yield limits.limits_table(facts).shown()
