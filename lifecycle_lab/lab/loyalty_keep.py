"""留：接触与阶段、审计表、最好的客户、目标、积分计划、信任的迹象的表(C1、C3–C7、C9–C11)。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab import loyalty
from lifecycle_lab.content.loyalty import AuditItem, Scenario
from lifecycle_lab.content.loyalty import loyalty as texts
from lifecycle_lab.export import Table
from lifecycle_lab.lab.loyalty_data import respondents
from lifecycle_lab.lab.loyalty_words import columns, number, percent, say, yuan
from lifecycle_lab.loyalty import MOST, Effort, Programme, SectionScore, Segment
from lifecycle_lab.schema import DataError, ParameterError, quote

if TYPE_CHECKING:
    from lifecycle_lab.lab.ledgers import Ledger
    from lifecycle_lab.warehouse import Base

_PARTS = ("first_tenth", "second_tenth", "middle", "rest")


# ── 接触 ─────────────────────────────────────────────────────────────


def stages() -> Table:
    """从接触起的五个阶段；本书补的写明。"""
    rows = tuple((one.label, one.what, one.origin) for one in texts().stages.values())
    return Table(say("title.stages"), columns("stage", "what", "origin"), rows, say("said.stages"))


def channels() -> Table:
    """两个场景里三种接触方式：得到一位要多少钱，一元费用换几元毛利。"""
    rows = tuple(row for one in texts().scenarios for row in _channel_rows(one))
    heads = columns("scenario", "channel", "contact_cost", "rates", "per_customer", "per_yuan")
    return Table(say("title.channels"), heads, rows, say("said.channels"))


def _channel_rows(scenario: Scenario) -> list[tuple[str, ...]]:
    found = []
    for one in scenario.channels.values():
        cost = loyalty.cost_per_customer(one.contact_cost, one.reached, one.converted)
        rates = f"{percent(one.reached, 0)} × {percent(one.converted, 0)}"
        found.append(
            (
                scenario.label,
                one.label,
                yuan(one.contact_cost, 2),
                rates,
                yuan(cost, 2),
                number(scenario.margin / cost, 2),
            )
        )
    return found


# ── 审计 ─────────────────────────────────────────────────────────────


def firm_scores(changed: Mapping[str, int] | None = None) -> dict[str, int]:
    """示范那家店的分，换上 changed 里写的；编号不认识 → ParameterError。"""
    base = {name: item.score for name, item in audit_items().items()}
    if unknown := [name for name in changed or {} if name not in base]:
        raise ParameterError(f"审计里没有 {quote(unknown[0])} 这一条。", remedy="编号照审计表里写。")
    return base | dict(changed or {})


def audit_items() -> dict[str, AuditItem]:
    """“节.条” → 条目。"""
    return {
        f"{section.id}.{item.id}": item
        for section in texts().sections.values()
        for item in section.items.values()
    }


def scored(changed: Mapping[str, int] | None = None) -> tuple[SectionScore, ...]:
    keys = {
        section.id: [f"{section.id}.{item}" for item in section.items]
        for section in texts().sections.values()
    }
    return loyalty.score_sections(keys, firm_scores(changed))


def audit(changed: Mapping[str, int] | None = None) -> Table:
    """每一节得几分，最低的是哪一条；最弱的一环写在表下。"""
    found = scored(changed)
    low = loyalty.weakest(found)
    rows = tuple(
        (
            texts().sections[one.name].label,
            f"{one.points} / {one.full}",
            percent(one.share, 0),
            audit_items()[one.lowest[0]].label,
        )
        for one in found
    )
    note = say("said.audit", section=texts().sections[low.name].label, share=percent(low.share, 0), most=MOST)
    place = [one.name for one in found].index(low.name)
    heads = columns("section", "points", "share", "lowest")
    return Table(say("title.audit", firm=texts().firm), heads, rows, note, {(place, 2): "bad"})


def audit_shares(changed: Mapping[str, int] | None = None) -> tuple[dict[str, Fraction], str]:
    found = scored(changed)
    labels = {one.name: texts().sections[one.name].label for one in found}
    return {labels[one.name]: one.share for one in found}, labels[loyalty.weakest(found).name]


def checklist(section: str, changed: Mapping[str, int] | None = None) -> Table:
    """一节的各条：查什么、来源还是补全、几分。"""
    if section not in texts().sections:
        raise ParameterError(
            f"审计里没有 {quote(section)} 这一节。", remedy=f"可用的：{'、'.join(texts().sections)}。"
        )
    text, scores = texts().sections[section], firm_scores(changed)
    rows = tuple(
        (f"{section}.{item.id}", item.label, item.check, item.origin, str(scores[f"{section}.{item.id}"]))
        for item in text.items.values()
    )
    heads = columns("number", "item", "check", "origin", "score")
    return Table(
        say("title.checklist", section=text.label), heads, rows, say("said.checklist", firm=texts().firm)
    )


def plan(changed: Mapping[str, int] | None = None, most: int = 3) -> Table:
    """最弱一环里分最低的几条，各怎样改。"""
    low, scores, items = loyalty.weakest(scored(changed)), firm_scores(changed), audit_items()
    rows = tuple(
        (str(i), items[name].label, str(scores[name]), items[name].check, items[name].plan)
        for i, name in enumerate(low.lowest[:most], start=1)
    )
    heads = columns("order", "item", "score", "check", "plan")
    section = texts().sections[low.name].label
    return Table(say("title.plan", section=section), heads, rows, say("said.plan"))


def trust_signs() -> Table:
    """信任的四步与看得见的迹象，末了是危险信号。"""
    rows = tuple((texts().trust[step], text) for text, step in texts().trust_signs)
    return Table(say("title.trust"), columns("step", "sign"), rows, say("said.trust"))


def examples() -> Table:
    """忠诚战略的案例与教训。"""
    return Table(
        say("title.examples"),
        columns("example", "happened", "lesson"),
        texts().examples,
        say("said.examples"),
    )


# ── 最好的客户 ───────────────────────────────────────────────────────


def best_views() -> Table:
    """公司看花钱，客户看忠诚指数：取同样多的人，两张名单重合几成。"""
    money = {one.customer_id: one.money for one in respondents()}
    index = {one.customer_id: one.index for one in respondents()}
    rows = []
    for share in texts().best_shares:
        firm, customers = loyalty.best(money, share), loyalty.best(index, share)
        both = loyalty.overlap(firm, customers)
        held = Fraction(sum(money[who] for who in customers), sum(money.values()))
        own = Fraction(sum(money[who] for who in firm), sum(money.values()))
        rows.append(
            (percent(share, 0), str(len(firm)), percent(both), percent(share, 0), percent(own), percent(held))
        )
    heads = columns("best", "customers", "overlap", "chance", "firm_money", "customer_money")
    return Table(say("title.best"), heads, tuple(rows), say("said.best"))


RULERS: Mapping[str, Callable[[Base], int | Fraction]] = {
    "ruler_money": lambda row: row.money,
    "ruler_days": lambda row: row.purchase_days,
    "ruler_basket": lambda row: Fraction(row.purchase_money, row.purchase_days),
    "ruler_recent": lambda row: row.last_day,
    "ruler_tenure": lambda row: row.last_day - row.first_day,
}
"""五把尺子：一位客户 → 这把尺子上的数，越大越好。"""


def rulers(shop: str, customers: list[Base], share: Fraction) -> Table:
    """同一家店，五把尺子各列出最好的 share，两两重合几成。"""
    lists = {
        name: loyalty.best({row.customer_id: value(row) for row in customers}, share)
        for name, value in RULERS.items()
    }
    rows = tuple(
        (say(f"row.{name}"), *(percent(loyalty.overlap(found, other), 0) for other in lists.values()))
        for name, found in lists.items()
    )
    every = set.intersection(*map(set, lists.values()))
    size = len(next(iter(lists.values())))
    note = say("said.rulers", size=f"{size:,}", every=f"{len(every):,}", chance=percent(share, 0))
    heads = (*columns("ruler"), *(say(f"row.{name}") for name in RULERS))
    return Table(say("title.rulers", shop=shop, share=percent(share, 0)), heads, rows, note)


def amounts(customers: list[Base]) -> list[int]:
    """每位花的钱（分），退得比买得多的不算。"""
    found = [row.money for row in customers if row.money >= 0]
    if sum(found) == 0:
        raise DataError("这份数据里没有金额。", remedy="换一份有金额的订单。")
    return found


def pareto(shop: str, values: list[int], dropped: int) -> Table:
    """前几成的客户占几成的金额，基尼系数。"""
    shares = (Fraction(1, 100), Fraction(1, 10), Fraction(1, 5), Fraction(1, 2))
    rows = tuple(
        (
            percent(share, 0),
            f"{loyalty.top_count(len(values), share):,}",
            percent(loyalty.top_share(values, share)),
        )
        for share in shares
    )
    fields = {"gini": number(loyalty.gini(values), 3), "dropped": f"{dropped:,}"}
    note = say("said.pareto", **fields)
    return Table(say("title.pareto", shop=shop), columns("best", "customers", "money_share"), rows, note)


def goals() -> Table:
    """四种目标：收入多多少，利润多多少，两把尺子各排第几。"""
    numbers = texts().numbers
    segment = Segment(
        numbers["segment_customers"],
        numbers["segment_yearly"],
        Fraction(numbers["segment_margin"], 100),
        Fraction(numbers["segment_retention"], 100),
    )
    efforts = {
        name: Effort(one.customers, one.revenue, one.retention, one.margin, one.cost)
        for name, one in texts().goals.items()
    }
    found = loyalty.effects(segment, efforts)
    places = [_places({name: pair[i] for name, pair in found.items()}) for i in (0, 1)]
    rows = tuple(
        (
            text.label,
            text.how,
            yuan(found[name][0]),
            str(places[0][name]),
            yuan(found[name][1]),
            str(places[1][name]),
        )
        for name, text in texts().goals.items()
    )
    first = [min(place, key=place.__getitem__) for place in places]
    said = "said.goals_differ" if first[0] != first[1] else "said.goals_same"
    note = say(said, revenue=texts().goals[first[0]].label, profit=texts().goals[first[1]].label)
    heads = columns("goal", "how", "revenue", "place", "profit", "profit_place")
    return Table(say("title.goals"), heads, rows, note)


def _places(values: Mapping[str, Fraction]) -> dict[str, int]:
    ranked = sorted(values, key=lambda name: -values[name])
    return {name: i for i, name in enumerate(ranked, start=1)}


# ── 积分计划 ─────────────────────────────────────────────────────────


def default_programme() -> Programme:
    numbers = texts().numbers
    rates = (Fraction(numbers[f"programme_{name}"], 100) for name in ("margin", "reward", "redeemed"))
    return Programme(numbers["programme_sales"], *rates, numbers["programme_fixed"])


def programme() -> Table:
    """一份积分计划，一行一行算。"""
    plan = default_programme()
    lift = plan.break_even_lift
    shown = Fraction(1, 10)
    rows = (
        (say("row.sales"), yuan(plan.sales)),
        (say("row.rates"), " / ".join(percent(x, 0) for x in (plan.margin, plan.reward, plan.redeemed))),
        (say("row.unit_cost"), percent(plan.unit_cost)),
        (say("row.paid_anyway"), yuan(plan.paid_anyway)),
        (say("row.fixed"), yuan(plan.fixed_cost)),
        (say("row.lift"), say("word.never") if lift is None else percent(lift, 2)),
        (say("row.wasted"), percent(plan.wasted_share(shown))),
        (say("row.gain"), yuan(plan.gain(shown))),
    )
    return Table(say("title.programme"), columns("step", "value"), rows, say("said.programme"))


def programme_who(ledger: Ledger, customers: list[Base], later: Mapping[object, int]) -> Table:
    """假如一年前开始积分：返利给了前半段的哪些客户。later: 客户 → 后一段的金额，没有计划也照样发生了。"""
    earlier = {row.customer_id: row.money - later.get(row.customer_id, 0) for row in customers}
    groups = _groups({who: money for who, money in earlier.items() if money > 0}) | {
        who: "new" for who in later if earlier.get(who, 0) <= 0
    }
    names = (*_PARTS, "new")
    shares = loyalty.reward_shares(later, groups, names)
    total, unit_cost = sum(later.values()), default_programme().unit_cost
    rows = tuple(
        (say(f"row.{name}"), f"{many:,}", percent(share), yuan(total * share * unit_cost, unit=ledger.unit))
        for name, (many, share) in shares.items()
    )
    heads = columns("which", "customers", "reward_share", "reward")
    note = say("said.programme_who", money=yuan(total * unit_cost, unit=ledger.unit), cost=percent(unit_cost))
    return Table(say("title.programme_who", shop=ledger.title), heads, rows, note)


def _groups(earlier: Mapping[object, int]) -> dict[object, str]:
    """前半段花钱最多的一成、第二成、再三成、其余。"""
    ranked = sorted(earlier, key=lambda who: (-earlier[who], str(who)))
    edges = [loyalty.top_count(len(ranked), Fraction(n, 10)) if ranked else 0 for n in (1, 2, 5)]
    return {who: _PARTS[sum(i >= edge for edge in edges)] for i, who in enumerate(ranked)}
