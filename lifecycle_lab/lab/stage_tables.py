"""第 01 课里一家店的表与图：放阶段、证据、混淆表、五个时期的占比(A2–A5、B4)。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from string import Template

from lifecycle_lab.content.stages import stage_words, stages
from lifecycle_lab.export import Table
from lifecycle_lab.lab.ledgers import CustomerId
from lifecycle_lab.lab.stage_shop import StageShop, placing_rule
from lifecycle_lab.lab.stage_words import decimal, percent, period_label, relation_label, say
from lifecycle_lab.stages.placing import (
    CRITERIA,
    LOST,
    PERIODS,
    RELATION_STAGES,
    STAGE_OF,
    TRUE_STAGES,
    Confusion,
    criterion,
    place,
)
from lifecycle_lab.warehouse import day_date

_EACH = 2


def rule_table() -> Table:
    """规则：从上往下五条，第一条满足的说了算。"""
    rule = placing_rule()
    numbers = {name: _plain(value) for name, value in vars(rule).items()}
    numbers["falling"] = percent(Fraction(rule.falling))
    rows = tuple(
        (
            say(f"row.{name}"),
            say(f"condition.{name}", **_used(name, numbers)),
            relation_label(STAGE_OF[name]),
        )
        for name in CRITERIA
    )
    return Table(say("title.rule"), say.columns("criterion", "condition", "placed"), rows, say("said.rule"))


def _used(name: str, numbers: Mapping[str, str]) -> dict[str, str]:
    """这一条的条件里用到的几个数。"""
    names = Template(stage_words()[f"condition.{name}"]).get_identifiers()
    return {key: numbers[key] for key in names}


def _plain(value: Fraction | int) -> str:
    return decimal(Fraction(value), 0 if Fraction(value).denominator == 1 else 1)


def placing_table(shop: StageShop) -> Table:
    """四个阶段各几位，证据的中位数是多少。"""
    rows, total = [], sum(shop.counts.values())
    for stage in RELATION_STAGES:
        middle = shop.medians(stage)
        shown = [say("word.none")] * 3 if middle is None else [f"{middle[0]}", *map(decimal, middle[1:])]
        count = shop.counts[stage]
        rows.append((relation_label(stage), f"{count:,}", percent(Fraction(count, total), 1), *shown))
    borrowed = say("said.borrowed", shop=shop.shop.title) if shop.shop.borrowed else ""
    cycle = decimal(shop.shop_cycle(shop.ledger.today), 0)
    columns = say.columns("stage", "customers", "share", "purchases", "known", "quiet")
    said = say("said.placing", shop_cycle=cycle, borrowed=borrowed)
    return Table(say("title.placing", shop=shop.shop.title), columns, tuple(rows), said)


def examples_table(shop: StageShop) -> Table:
    """每一条规则各两位客户：证据、哪一条、放进哪里，有真相的写上真相。"""
    chosen = _chosen(shop)
    names = ["customer", "purchases", "cycle", "known", "quiet", "trend", "criterion", "placed"]
    if shop.truth is not None:
        names.append("truth")
    rows = tuple(_example(shop, who) for who in chosen)
    return Table(say("title.examples", shop=shop.shop.title), say.columns(*names), rows, say("said.examples"))


def _chosen(shop: StageShop) -> list[CustomerId]:
    found: dict[str, list[CustomerId]] = {name: [] for name in CRITERIA}
    for who, (one, _) in sorted(shop.found().items(), key=lambda pair: (-pair[1][0].purchases, str(pair[0]))):
        same = found[criterion(one, shop.rule)]
        if len(same) < _EACH:
            same.append(who)
    return [who for name in CRITERIA for who in found[name]]


def _example(shop: StageShop, who: CustomerId) -> tuple[str, ...]:
    one, cycle = shop.found()[who]
    trend = say("word.unknown_trend") if one.trend is None else percent(one.trend)
    shown = (
        str(who),
        str(one.purchases),
        decimal(cycle, 0),
        decimal(one.known),
        decimal(one.quiet),
        trend,
        say(f"row.{criterion(one, shop.rule)}"),
        relation_label(place(one, shop.rule)),
    )
    return shown if shop.truth is None else (*shown, relation_label(shop.truth[who]))


def confusion_table(title: str, found: Confusion) -> Table:
    """一行一种真相；放对的格加色。"""
    rows, tones = [], {}
    for y, truth in enumerate(TRUE_STAGES):
        counts = found.row(truth)
        rows.append((relation_label(truth), *(f"{n:,}" for n in counts), percent(found.recall(truth))))
        tones[y, 1 + min(TRUE_STAGES.index(truth), len(RELATION_STAGES) - 1)] = "good"
    columns = (say("column.truth"), *map(relation_label, RELATION_STAGES), say("column.recall"))
    return Table(say("title.confusion", shop=title), columns, tuple(rows), confusion_sentence(found), tones)


def confusion_sentence(found: Confusion) -> str:
    """放对多少，比瞎猜好多少，错在哪里：不好看也照说。"""
    truth, placed = found.worst
    said = say(
        "said.confusion",
        accuracy=percent(found.accuracy, 1),
        majority=percent(found.majority, 1),
        truth=relation_label(truth),
        placed=relation_label(placed),
        wrong=f"{found.counts.get(found.worst, 0):,}",
        lost_recall=percent(found.recall(LOST), 0),
    )
    gain = found.accuracy - found.majority
    if gain > 0:
        return said + say("said.confusion_better", points=decimal(100 * gain))
    return said + say("said.confusion_no_better")


def typical() -> dict[str, Fraction]:
    """五个时期的典型占比(B4)。"""
    return {name: Fraction(stage.share, 100) for name, stage in stages().models["periods"].stages.items()}


def shares_table(shop: StageShop) -> Table:
    own, usual = shop.period_shares(), typical()
    rows = tuple(
        (
            period_label(name),
            percent(usual[name], 0),
            percent(own[name], 1),
            signed(100 * (own[name] - usual[name])),
        )
        for name in PERIODS
    )
    columns = say.columns("period", "typical", "own", "difference")
    return Table(say("title.shares", shop=shop.shop.title), columns, rows, shares_sentence(own, usual))


def shares_sentence(own: dict[str, Fraction], usual: dict[str, Fraction]) -> str:
    most = max(PERIODS, key=lambda name: abs(own[name] - usual[name]))
    return say(
        "said.shares",
        period=period_label(most),
        own=percent(own[most], 1),
        typical=percent(usual[most], 0),
        difference=decimal(100 * abs(own[most] - usual[most])),
    ) + say("said.shares_why")


def signed(points: Fraction) -> str:
    """百分点，正数写 +，负数写 −。"""
    shown = decimal(abs(points))
    return shown if points == 0 else f"+{shown}" if points > 0 else f"−{shown}"


def by_rule_table(shop: StageShop) -> Table:
    """“安静”换几种标准，五个时期的占比。"""
    tried = stages().quiet_tried
    found = [shop.period_shares(quiet=quiet) for quiet in tried]
    columns = (say("column.period"), *(say("column.at_quiet", cycles=_plain(quiet)) for quiet in tried))
    rows = tuple((period_label(name), *(percent(each[name], 1) for each in found)) for name in PERIODS)
    last = PERIODS[-1]
    said = say(
        "said.by_rule",
        period=period_label(last),
        low=_plain(tried[0]),
        high=_plain(tried[-1]),
        low_share=percent(found[0][last], 1),
        high_share=percent(found[-1][last], 1),
    )
    return Table(say("title.by_rule", shop=shop.shop.title), columns, rows, said)


def history_sentence(
    days: Sequence[int], lines: Mapping[str, Sequence[Fraction]], cycles: tuple[Fraction, Fraction]
) -> str:
    """休眠期从头一个观察日到最后一个变了多少；cycles: 两天各量得的全店周期。"""
    last = PERIODS[-1]
    before, after = lines[last][0], lines[last][-1]
    return say(
        "said.history_up" if after >= before else "said.history_down",
        first=day_date(days[0]),
        last=day_date(days[-1]),
        period=period_label(last),
        before=percent(before, 1),
        after=percent(after, 1),
        cycle_before=decimal(cycles[0], 0),
        cycle_after=decimal(cycles[1], 0),
    )
