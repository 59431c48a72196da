"""第 07 课不用订单的表：三个模型、系数、次序、保持率、让渡价值、手段、电信(D1–D3、D7、D8)。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from lifecycle_lab import value
from lifecycle_lab.content.value import AttributeText, GroupText, LeverText, value_content
from lifecycle_lab.export import Table
from lifecycle_lab.lab.value_words import columns, exact, factor, percent, say, table, yuan
from lifecycle_lab.value import (
    Lever,
    LoyalCustomer,
    MonthlyRate,
    MonthlyRetention,
    YearlyRate,
    YearlyRetention,
    Years,
)

_CHECKED = (Fraction(9, 100), 5)  # 来源里完好的检验值：r = 9 %、n = 5 → 3.89


# ── 系数与三个模型（D1） ─────────────────────────────────────────────


def annuity(rate: YearlyRate, loyal: Years, digits: int) -> Table:
    """系数一行一行：舍入的一列接着往下用，不舍入的一列从头到尾不舍入。"""
    steps = value.written_out(rate, loyal, factor_digits=digits)
    rows = [(step.formula, exact(step.used), exact(step.exact)) for step in steps]
    last = steps[-1]
    fields = {"used": factor(last.used), "exact": factor(last.exact, 6), "digits": digits}
    name = "annuity" if rate.value else "annuity_zero"
    heads = (say("column.formula"), say("column.rounded", digits=digits), say("column.unrounded"))
    note = say(f"said.{name}", **(fields if rate.value else {"years": loyal.count}))
    note += say("said.annuity_check") if (rate.value, loyal.count) == _CHECKED else ""
    return table("annuity", heads, rows, note, rate=percent(rate.value, 0), years=loyal.count)


def periods(rate: YearlyRate, loyal: Years) -> Table:
    """一年一行的贴现因子：年末付与年初付并排，各自加到系数。"""
    late, early = (value.period_lines(rate, loyal, due=due) for due in (False, True))
    rows = [
        (str(a.period), factor(a.factor, 6), factor(a.total, 6), factor(b.factor, 6), factor(b.total, 6))
        for a, b in zip(late, early, strict=True)
    ]
    note = say(
        "said.periods",
        ordinary=factor(late[-1].total, 6),
        due=factor(early[-1].total, 6),
        times=exact(1 + rate.value),
    )
    heads = columns("year", "late_factor", "late_total", "early_factor", "early_total")
    return table("periods", heads, rows, note, rate=percent(rate.value, 0), years=loyal.count)


def models(customer: LoyalCustomer) -> Table:
    """同一位客户的三个模型：t = 0 的一笔、每年的一笔、系数、终身价值、出处。"""
    rows = [
        (
            say(f"row.{model}"),
            say(f"word.formula_{model}"),
            yuan(value.at_start(customer, model)),
            yuan(value.each_year(customer, model)),
            factor(customer.annuity),
            yuan(value.lifetime_value(customer, model)),
            say(f"word.origin_{model}"),
        )
        for model in value.MODELS
    ]
    heads = columns("model", "formula", "start", "each_year", "annuity", "lifetime", "origin")
    return table("models", heads, rows, say("said.models", **_numbers(customer)))


def _numbers(customer: LoyalCustomer) -> dict[str, str]:
    return {
        "revenue": yuan(customer.yearly_revenue, 0),
        "first": yuan(customer.first_purchase, 0),
        "acquisition": yuan(customer.acquisition_cost, 0),
        "service": yuan(customer.yearly_service_cost, 0),
        "margin": percent(customer.margin, 0),
        "rate": percent(customer.rate.value, 0),
        "years": str(customer.loyal.count),
    }


def year_lines(customer: LoyalCustomer, model: value.Model) -> Table:
    """同一个终身价值，一年一行加出来。"""
    rows = [
        (str(line.year), yuan(line.money), factor(line.factor), yuan(line.present), yuan(line.total))
        for line in value.year_lines(customer, model)
    ]
    heads = columns("year", "money", "discount", "present", "total")
    note = say("said.year_lines", total=rows[-1][-1])
    return table("year_lines", heads, rows, note, model=say(f"row.{model}"))


def difference(customer: LoyalCustomer) -> Table:
    """模型一与模型三逐项相减；差的合计是 A + S·a。"""
    terms = value.difference(customer)
    rows = [
        (say(f"row.term_{t.name}"), yuan(t.in_revenue), yuan(t.in_contribution), yuan(t.gap)) for t in terms
    ]
    sums = [sum(getattr(t, name) for t in terms) for name in ("in_revenue", "in_contribution", "gap")]
    rows.append((say("row.sum"), *map(yuan, sums)))
    note = say(
        "said.difference",
        acquisition=yuan(customer.acquisition_cost, 0),
        service=yuan(customer.yearly_service_cost, 0),
        annuity=factor(customer.annuity),
        gap=yuan(sums[-1]),
    )
    return table("difference", columns("term", "in_revenue", "in_contribution", "gap"), rows, note)


# ── 怎样变（D2） ─────────────────────────────────────────────────────


def proportional(rate: YearlyRate, loyal: Years) -> Table:
    """年数加倍、贴现率加倍，系数是几倍；“成正比”“成反比”该是几倍。"""
    rows = []
    for times in (2, 3):
        found = value.ratio(rate, loyal, term_times=times)
        rows.append((say("row.years_times", times=times), exact(Fraction(times)), factor(found, 3)))
    for times in (2, 3):
        found = value.ratio(rate, loyal, rate_times=times)
        rows.append((say("row.rate_times", times=times), factor(Fraction(1, times), 3), factor(found, 3)))
    note = say("said.proportional", limit=factor(1 / rate.value), slope=factor(value.slope(rate, loyal)))
    heads = columns("change", "if_proportional", "really")
    return table("proportional", heads, rows, note, rate=percent(rate.value, 0), years=loyal.count)


def two_customers(first: LoyalCustomer, second: LoyalCustomer, names: tuple[str, str]) -> Table:
    """两位客户并排：各项、两个模型，和差。"""
    found = value.ranking(first, second)
    parts = (
        ("yearly_revenue", first.yearly_revenue, second.yearly_revenue),
        ("yearly_service_cost", first.yearly_service_cost, second.yearly_service_cost),
        ("acquired", first.acquisition_cost, second.acquisition_cost),
        *((model, *(value.lifetime_value(c, model) for c in (first, second))) for model in value.MODELS[::2]),
    )
    rows = [(say(f"row.{name}"), yuan(a), yuan(b), yuan(a - b)) for name, a, b in parts]
    tie = value.service_cost_at_tie(first, second)
    name = "reversed" if found.reverses else "not_reversed"
    note = say(f"said.{name}", first=names[0], second=names[1], tie=yuan(tie))
    heads = (say("column.item"), *names, say("column.minus", first=names[0], second=names[1]))
    return table("two_customers", heads, rows, note)


def retention(rate: YearlyRate, loyal: Years, kept: Sequence[Fraction]) -> Table:
    """每年只留下 p：n 年的系数、永远下去的系数、平均还有几年。"""
    rows = []
    for share in kept:
        p = YearlyRetention(share)
        ages = say("word.forever") if share == 1 else factor(share / (1 - share), 2)
        rows.append(
            (
                percent(share, 0),
                factor(value.retained_annuity(rate, loyal, p)),
                factor(value.retained_annuity(rate, Years.forever(), p), 2),
                ages,
            )
        )
    heads = (
        say("column.kept"),
        say("column.within", years=loyal.count),
        say("column.forever"),
        say("column.ages"),
    )
    return table("retention", heads, rows, _retention_note(rate, kept), rate=percent(rate.value, 0))


def _retention_note(rate: YearlyRate, kept: Sequence[Fraction]) -> str:
    """最高的两档（100 % 除外）之间，永远下去的系数差多少。"""
    low, high = sorted(share for share in kept if share < 1)[-2:]
    factors = [value.retained_annuity(rate, Years.forever(), YearlyRetention(p)) for p in (low, high)]
    drop = percent(1 - factors[0] / factors[1], 0)
    return say("said.retention", low=percent(low, 0), high=percent(high, 0), drop=drop)


def wallet(customer: LoyalCustomer, yearly: int, shares: Sequence[Fraction]) -> Table:
    """客户支出分配：她一年花的钱里我们占几成，收入与终身价值就是几成。"""
    rows = []
    for share in shares:
        mine = replace(customer, yearly_revenue=value.from_wallet(yearly, share))
        rows.append(
            (
                percent(share, 0),
                yuan(mine.yearly_revenue, 0),
                *(yuan(value.lifetime_value(mine, model)) for model in ("revenue", "contribution")),
            )
        )
    heads = columns("wallet_share", "yearly_revenue", "in_revenue", "in_contribution")
    return table("wallet", heads, rows, say("said.wallet"), yearly=yuan(yearly, 0))


def months() -> Table:
    """月与年怎样换：连乘十二次，不是乘十二。"""
    monthly, yearly = MonthlyRate.percent(1), YearlyRate.percent(12)
    kept = MonthlyRetention(Fraction(95, 100))
    rows = (
        (say("row.month_to_year"), percent(monthly.value), percent(monthly.yearly().value, 2), "12 %"),
        (say("row.year_to_month"), percent(yearly.value), percent(yearly.monthly().value, 3), "1 %"),
        (
            say("row.kept_to_year"),
            percent(kept.value),
            percent(kept.yearly().value, 1),
            say("word.kept_wrong"),
        ),
    )
    return table("months", columns("conversion", "from", "to", "wrong_to"), rows, say("said.months"))


# ── 让渡价值（D3） ───────────────────────────────────────────────────


def as_attributes(texts: Sequence[AttributeText], field: str = "score") -> list[value.Attribute]:
    """内容里的问卷 → value 里的；field 取 score（用过以后）或 expected（用之前）。"""
    return [
        value.Attribute(
            t.name,
            t.side,
            t.weight,
            getattr(t, field),
            t.expected,
            t.performance,
            t.result,  # type: ignore[arg-type]
        )
        for t in texts
    ]


def restaurant(texts: Sequence[AttributeText]) -> Table:
    """打分的问卷：属性 → 性能 → 结果，期望与实际，折成的分。"""
    attributes = as_attributes(texts)
    balance = value.perceived(attributes)
    rows = [
        (
            f"{t.name}（{t.kind}）",
            say(f"word.{t.side}"),
            t.performance,
            t.result,
            str(t.weight),
            str(t.expected),
            str(t.score),
            _gap(attribute),
            factor(line.amount, 2),
        )
        for t, attribute, line in zip(texts, attributes, balance.lines, strict=True)
    ]
    before = value.perceived(as_attributes(texts, "expected")).net
    note = say(
        "said.restaurant",
        gains=factor(balance.total("gain"), 2),
        costs=factor(balance.total("cost"), 2),
        net=factor(balance.net, 2),
        expected=factor(before, 2),
    )
    names = (
        "attribute",
        "side",
        "performance",
        "result",
        "weight",
        "expected",
        "score",
        "gap_score",
        "points",
    )
    return table("restaurant", columns(*names), rows, note)


def _gap(attribute: value.Attribute) -> str:
    """比期望好是 +：成本一边，分比期望高是更费，写明。"""
    gap = attribute.gap or 0
    sign = "=" if gap == 0 else f"{'+' if gap > 0 else '−'}{abs(gap)}"
    worse = (gap < 0) if attribute.side == "gain" else (gap > 0)
    return f"{sign} {say('word.worse')}" if worse else sign


def by_result(texts: Sequence[AttributeText]) -> Table:
    """属性归到结果：每个结果一共得几分。"""
    found = value.by_result(as_attributes(texts))
    rows = [(name, factor(points, 2)) for name, points in found.items()]
    rows.append((say("row.net"), factor(sum(found.values(), Fraction(0)), 2)))
    return table("by_result", columns("result", "points"), rows, say("said.by_result"))


# ── 手段（D7）与电信（D8） ───────────────────────────────────────────


def as_lever(text: LeverText) -> Lever:
    return Lever(text.revenue_times, text.service_times, text.kept_more, text.once, text.ends)


def lever_gains(customer: LoyalCustomer, texts: Sequence[LeverText]) -> list[tuple[LeverText, Fraction]]:
    """各件事多值多少，多的在前。"""
    gains = [(text, value.lever_gain(customer, as_lever(text))) for text in texts]
    return sorted(gains, key=lambda pair: -pair[1])


def levers(customer: LoyalCustomer, texts: Sequence[LeverText]) -> Table:
    """每一手段改了哪几个数、花多少、多值多少、要当心什么。"""
    rows = [
        (
            text.label,
            _change(text.revenue_times),
            _change(text.service_times),
            _points(text.kept_more),
            yuan(text.once, 0),
            yuan(gain, 0),
            text.caution,
        )
        for text, gain in lever_gains(customer, texts)
    ]
    now = value.lifetime_value(customer, "contribution")
    fields = {**_numbers(customer), "kept": percent(customer.kept.value, 0), "now": yuan(now, 0)}
    note = say(
        "said.levers", **{k: fields[k] for k in ("revenue", "service", "kept", "years", "rate", "now")}
    )
    names = ("lever", "revenue_change", "service_change", "kept_change", "once", "gain", "caution")
    return table("levers", columns(*names), rows, note)


def _change(times: Fraction) -> str:
    more = 100 * (times - 1)
    return say("word.same") if more == 0 else f"{'+' if more > 0 else '−'}{abs(more)} %"


def _points(more: Fraction) -> str:
    points = 100 * more
    return (
        say("word.same")
        if points == 0
        else say("word.points", points=f"{'+' if points > 0 else '−'}{abs(points)}")
    )


def group_customer(group: GroupText) -> LoyalCustomer:
    """一群电信客户里平均的一位。"""
    content = value_content()
    return LoyalCustomer(
        group.yearly_revenue,
        YearlyRate(content.telecom_rate),
        Years(content.telecom_years),
        yearly_service_cost=group.yearly_service_cost,
        kept=YearlyRetention(group.kept),
    )


def telecom(groups: Sequence[GroupText], actions: Sequence[LeverText]) -> Table:
    """每群客户、每种做法：一位客户的终身价值（已减花费）；最好的一格写明。"""
    rows = []
    for group in groups:
        customer = group_customer(group)
        choices = {text.label: as_lever(text) for text in actions}
        best = value.best_lever(customer, choices)
        worth = {
            name: value.lifetime_value(value.with_lever(customer, lever), "contribution")
            for name, lever in choices.items()
        }
        cells = [f"{yuan(v, 0)} ★" if name == best else yuan(v, 0) for name, v in worth.items()]
        rows.append((group.label, f"{group.customers:,}", percent(group.kept, 0), group.signs, *cells))
    heads = (*columns("group", "customers", "kept", "signs"), *(text.label for text in actions))
    return table("telecom", heads, rows, say("said.telecom", best="★"))


def elements() -> Table:
    """五个营销要素 × 售前、售中、售后，和主要走的渠道。"""
    rows = [(e.label, e.before, e.during, e.after, e.channel) for e in value_content().elements]
    heads = columns("element", "before", "during", "after", "channel")
    return table("elements", heads, rows, say("said.elements"))


def views() -> Table:
    """四种看法各问一句(D6)。"""
    return table("views", columns("view", "question"), value_content().views.items(), say("said.views"))
