"""第 05 课前半的表：抽样、中心、界限、叫法（A12）。数由 segmentation 算，这里只摆。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from lifecycle_lab import segmentation
from lifecycle_lab.content import course
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab.beyond_people import People
from lifecycle_lab.lab.beyond_words import (
    amount,
    heads,
    level,
    level_with_pattern,
    percent,
    say,
    setting,
    table,
)
from lifecycle_lab.schema import INDICATOR_KEYS, column
from lifecycle_lab.segmentation import PATTERNS, Wander, pattern

EIGHT_TENTHS = Fraction(4, 5)
_TARGET = Fraction(9, 10)


def ten_against_all(people: People, sample) -> Table:
    """10 位客户：用自己的均值与用全体的均值，级别各是什么。"""
    better = people.better
    own = segmentation.codes(sample, segmentation.centres(sample, "mean"), better)
    middle = segmentation.centres(people.customers, "mean")
    wide = segmentation.codes(sample, middle, better)
    rows = [
        (one.customer_id, level_with_pattern(a), ("≠ " if a != b else "") + level_with_pattern(b))
        for one, a, b in zip(sample, own, wide, strict=True)
    ]
    moved = segmentation.compare_codes(own, wide)
    note = say("said.ten", moved=moved) if moved else say("said.ten_same")
    return table("ten", heads("customer", "by_ten", "by_all"), rows, note)


def wander(people: People, found: Sequence[Wander]) -> Table:
    """每种样本大小：三个均值的中间九成、级别的一致、稳的客户。"""
    stable = Fraction(setting("stable"), 100)
    means = tuple(say("column.mean", letter=i.letter, unit=i.unit) for i in people.indicators)
    columns = (*heads("size"), *means, *heads("agreement", "stable"))
    rows = [
        (
            f"{one.size:,}",
            *(_band(people.indicators[place], one.band(place)) for place in range(3)),
            percent(one.agreement),
            percent(one.stable(stable)),
        )
        for one in found
    ]
    note = say(
        "said.wander",
        ten=percent(found[0].agreement, 0),
        size=f"{found[-1].size:,}",
        large=percent(found[-1].agreement, 0),
        stable=percent(stable, 0),
    )
    title = {"shop": people.title, "draws": found[0].draws}
    return table("wander", columns, rows, f"{note}\n{_target(found)}", **title)


def _band(indicator, band) -> str:
    low, high = (amount(indicator, value) for value in band)
    return say("word.band", low=low, high=high)


def _target(found: Sequence[Wander]) -> str:
    """要到九成把握，试过的大小里最小的是哪个。"""
    reached = [one.size for one in found if one.agreement >= _TARGET]
    target = percent(_TARGET, 0)
    if not reached:
        return say("said.wander_never", target=target)
    return say("said.wander_target", target=target, size=f"{reached[0]:,}")


def arrows(people: People, found: Sequence[Wander]) -> Table:
    """每种样本大小：三列箭头各有几成与全体一致，三个都对的有几成。"""
    columns = (
        *heads("size"),
        *(say("column.arrow", letter=i.letter) for i in people.indicators),
        *heads("agreement"),
    )
    rows = [(f"{one.size:,}", *map(percent, one.arrows), percent(one.agreement)) for one in found]
    first = found[0]
    letters = [i.letter for i in people.indicators]
    worst = min(range(3), key=lambda place: first.arrows[place])
    note = say(
        "said.arrows",
        letter=letters[worst],
        share=percent(first.arrows[worst], 0),
        every=percent(first.agreement, 0),
    )
    return table("arrows", columns, rows, note, shop=people.title)


def stability(people: People, found: Wander) -> Table:
    """每一种组合的客户，平均几成次数保住级别。"""
    shares = found.by_code()
    heads_of = {code: found.whole.count(code) for code in shares}
    rows = [
        (level(code), pattern(code), f"{heads_of[code]:,}", percent(shares[code]))
        for code in PATTERNS
        if code in shares
    ]
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    note = say(
        "said.stability",
        best=level(best),
        best_share=percent(shares[best], 0),
        worst=level(worst),
        worst_share=percent(shares[worst], 0),
    )
    return table("stability", heads("level", "pattern", "customers", "kept"), rows, note, shop=people.title)


def centres(people: People) -> Table:
    """均值、中位数、自定的界限：界限各是多少、标 ↑ 的各几成、几位换了组合。"""
    customers, better = people.customers, people.better
    kinds = {name: segmentation.centres(customers, name, EIGHT_TENTHS) for name in ("mean", "median", "cut")}
    usual = segmentation.codes(customers, kinds["mean"], better)
    columns = (
        *heads("centre"),
        *(say("column.value", letter=i.letter, unit=i.unit) for i in people.indicators),
        *(say("column.up", letter=i.letter) for i in people.indicators),
        *heads("changed"),
    )
    rows, moved = [], {}
    for name, middle in kinds.items():
        moved[name] = segmentation.compare_codes(usual, segmentation.codes(customers, middle, better))
        ups = [
            segmentation.share_up(column(customers, key), middle[key], better[key]) for key in INDICATOR_KEYS
        ]
        values = (amount(i, middle[i.key]) for i in people.indicators)
        rows.append((say(f"row.{name}"), *values, *(percent(up, 0) for up in ups), f"{moved[name]:,}"))
    money = segmentation.share_up(column(customers, "monetary"), kinds["mean"]["monetary"], "high")
    median = percent(Fraction(moved["median"], len(customers)), 0)
    word = "skewed" if kinds["mean"]["monetary"] > kinds["median"]["monetary"] else "even"
    note = say(f"said.centres_{word}", median=median, up_mean=percent(money, 0))
    return table("centres", columns, rows, note, shop=people.title)


def scores(people: People) -> Table:
    """1–5 分：每个指标的四个界限，五种分各几位；界限重合时说出来。"""
    columns = (
        *heads("indicator", "cuts"),
        *(say("column.score", score=n) for n in range(1, segmentation.SCORES + 1)),
    )
    rows, said = [], []
    for one in people.indicators:
        values = column(people.customers, one.key)
        cuts = segmentation.quantile_cuts(values)
        given = [segmentation.score(value, cuts, one.better) for value in values]
        counts = [given.count(n) for n in range(1, segmentation.SCORES + 1)]
        rows.append((one.heading, "、".join(amount(one, edge) for edge in cuts), *(f"{n:,}" for n in counts)))
        if 0 in counts:
            said.append(say("said.scores_tied", letter=one.letter, missing=counts.count(0)))
    return table("scores", columns, rows, "\n".join(said or [say("said.scores_plain")]), shop=people.title)


def conventions(people: People) -> Table:
    """各种命名惯例与默认的并排：几位改名，他们的钱占多少，最多的是哪一种改名。"""
    customers = people.customers
    found = segmentation.codes(customers, segmentation.centres(customers, "mean"), people.better)
    money = column(customers, "monetary")
    known, default = course().conventions, course().default_convention
    usual = known[default].names
    rows, changed = [], {}
    for one in known.values():
        if one.id == default:
            continue
        gap = segmentation.disagreement(found, found, money, usual, one.names)
        changed[one.title] = Fraction(gap.changed, gap.customers)
        most = _renaming(gap.pairs)
        rows.append(
            (
                one.title,
                f"{gap.changed:,}",
                percent(changed[one.title]),
                percent(Fraction(gap.money, sum(money))),
                most,
            )
        )
    title = max(changed, key=changed.__getitem__)
    note = say("said.conventions", most=percent(changed[title], 0), title=title)
    columns = heads("convention", "renamed", "share", "money_share", "most")
    return table("conventions", columns, rows, note, shop=people.title)


def _renaming(pairs) -> str:
    if not pairs:
        return say("word.none")
    (before, after), many = pairs[0]
    return f"{before} → {after}：{many:,}"


def literal(people: People) -> Table | Shown:
    """照字面读 R：每一种级别的客户会被叫成什么。"""
    customers = people.customers
    middle = segmentation.centres(customers, "mean")
    right = segmentation.codes(customers, middle, people.better)
    wrong = segmentation.literal_codes(customers, middle)
    names = course().conventions[course().default_convention].names
    gap = segmentation.disagreement(right, wrong, column(customers, "monetary"), names, names)
    rows = [(before, after, f"{many:,}") for (before, after), many in gap.pairs]
    columns = heads("level", "literal_level", "count")
    if not gap.changed:
        return Shown((say("said.literal_same"),))
    (before, after), many = gap.pairs[0]
    note = say(
        "said.literal_wrong",
        changed=f"{gap.changed:,}",
        share=percent(Fraction(gap.changed, gap.customers), 0),
        before=before,
        after=after,
        count=f"{many:,}",
    )
    return table("literal", columns, rows, note, shop=people.title)


def type_counts(found: Sequence[int]) -> Mapping[str, int]:
    """八种类型各几位，↑↑↑ 在前；没有人的也写。"""
    return {level_with_pattern(code): sum(one == code for one in found) for code in PATTERNS}
