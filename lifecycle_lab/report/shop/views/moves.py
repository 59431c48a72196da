"""第六节，类型的迁移：从比较的那一天到观察日。"""

from __future__ import annotations

from collections import Counter

from lifecycle_lab import plots, segmentation
from lifecycle_lab.plots import shop as drawings
from lifecycle_lab.report import Figure
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.shop.views.shared import hidden_note, share
from lifecycle_lab.report.typed import HIDDEN, Column, TypedTable, written


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
    note = say("migration.note") + hidden_note(facts, hidden)
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
