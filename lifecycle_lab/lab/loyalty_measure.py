"""量：五个因素的指数与信度、NPS 与误差、态度 × 行为、四种忠诚的表(C2、C8、C9)。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache

from lifecycle_lab import loyalty
from lifecycle_lab.content.loyalty import loyalty as texts
from lifecycle_lab.export import Table
from lifecycle_lab.lab.loyalty_data import Respondent, respondents
from lifecycle_lab.lab.loyalty_words import between, columns, number, percent, say
from lifecycle_lab.loyalty import FACTORS, KINDS, MIXED, QUADRANTS, UNCLEAR

Mean = tuple[float, tuple[float, float]]


def questionnaire() -> Table:
    """十五道题，各属哪个因素，权重多少。"""
    total = sum(factor.weight for factor in texts().factors.values())
    rows = tuple(
        (factor.label, f"{factor.weight}/{total}", item)
        for factor in texts().factors.values()
        for item in factor.items
    )
    return Table(
        say("title.questionnaire"), columns("factor", "weight", "item"), rows, say("said.questionnaire")
    )


@cache
def means() -> dict[str, Mean]:
    """每个因素与指数：均值与 95 % 区间（重抽），0–100 分。"""
    found = {factor.label: _mean(lambda one, name=name: one.scores[name]) for name, factor in _factors()}
    return found | {say("row.index"): _mean(lambda one: one.index)}


def _factors():
    return ((name, texts().factors[name]) for name in FACTORS)


def _mean(value: Callable[[Respondent], Fraction]) -> Mean:
    values = [float(value(one)) for one in respondents()]
    numbers = texts().numbers
    interval = loyalty.mean_interval(values, seed=numbers["seed"], times=numbers["times"])
    return sum(values) / len(values), interval


def answers_of(factor: str) -> list[tuple[int, ...]]:
    return [one.answer.items[factor] for one in respondents()]


def measure() -> Table:
    """每个因素：α、题与其余的相关、均值与区间。"""
    rows = []
    for name, factor in _factors():
        mean, interval = means()[factor.label]
        rests = loyalty.item_rest_correlations(answers_of(name))
        rows.append(
            (
                factor.label,
                number(loyalty.cronbach_alpha(answers_of(name)), 2),
                between(min(rests), max(rests), 2),
                number(mean),
                between(*interval),
            )
        )
    every = [[one.scores[name] for name in FACTORS] for one in respondents()]
    mean, interval = means()[say("row.index")]
    rests = loyalty.item_rest_correlations(every)
    alpha = number(loyalty.cronbach_alpha(every), 2)
    rows.append(
        (say("row.index"), alpha, between(min(rests), max(rests), 2), number(mean), between(*interval))
    )
    return Table(
        say("title.measure"),
        columns("factor", "alpha", "rest", "mean", "interval"),
        tuple(rows),
        say("said.measure", people=len(respondents()), truth=number(recovered(), 2)),
    )


@cache
def recovered() -> float:
    """指数与造数时定下的真相相关多少：只有合成数据才问得出。"""
    found = loyalty.correlation(
        [one.index for one in respondents()], [one.answer.true_loyalty for one in respondents()]
    )
    return found or 0.0


def items() -> Table:
    """每一题：与本因素其余两题、与别的因素的相关，去掉它以后的 α。"""
    totals = [sum(one.scores.values()) for one in respondents()]
    rows = []
    for name, factor in _factors():
        answers = answers_of(name)
        rests = loyalty.item_rest_correlations(answers)
        without = loyalty.alpha_without_each(answers)
        others = [total - one.scores[name] for total, one in zip(totals, respondents(), strict=True)]
        for i, item in enumerate(factor.items):
            cross = loyalty.correlation([row[i] for row in answers], others)
            rows.append((factor.label, item, number(rests[i], 2), number(cross, 2), number(without[i], 2)))
    return Table(
        say("title.items"),
        columns("factor", "item", "rest", "cross", "without"),
        tuple(rows),
        say("said.items"),
    )


def nps() -> Table:
    """全体、会员、非会员的 NPS 与误差；差也有误差。"""
    groups = {
        "everyone": respondents(),
        "members": [one for one in respondents() if one.is_member],
        "others": [one for one in respondents() if not one.is_member],
    }
    found = {name: loyalty.net_promoter(one.nps for one in some) for name, some in groups.items()}
    rows = [
        (
            say(f"row.{name}"),
            *map(str, (one.promoters, one.passives, one.detractors)),
            number(one.score),
            number(one.error),
            between(*one.interval),
        )
        for name, one in found.items()
    ]
    gap, error, interval = loyalty.difference(found["members"], found["others"])
    rows.append((say("row.gap"), "", "", "", number(gap), number(error), between(*interval)))
    differs = interval[0] > 0 or interval[1] < 0
    verdict = say("said.nps_differs" if differs else "said.nps_unclear", interval=between(*interval))
    heads = columns("group", "promoters", "passives", "detractors", "nps", "error", "interval")
    return Table(say("title.nps"), heads, tuple(rows), verdict)


# ── 态度 × 行为 ──────────────────────────────────────────────────────


def cuts() -> tuple[Fraction, Fraction]:
    """两条界限：指数的均值，单数的均值。"""
    people = respondents()
    return (
        loyalty.exact_mean([one.index for one in people]),
        loyalty.exact_mean([one.orders for one in people]),
    )


def placed(limits: tuple[Fraction, Fraction] | None = None) -> tuple[str, ...]:
    people = respondents()
    return loyalty.quadrants([one.index for one in people], [one.orders for one in people], limits or cuts())


def quadrants() -> Table:
    """四格各几位，占多少金额，怎样对待。"""
    people, found = respondents(), placed()
    total = sum(one.money for one in people)
    rows = []
    for kind in QUADRANTS:
        text = texts().quadrants[kind]
        own = [one for one, where in zip(people, found, strict=True) if where == kind]
        money = Fraction(sum(one.money for one in own), total)
        rows.append((text.label, text.meaning, str(len(own)), percent(money), text.need))
    attitude, orders = cuts()
    note = say("said.quadrants", attitude=number(attitude), orders=number(orders, 2))
    heads = columns("quadrant", "meaning", "customers", "money_share", "need")
    return Table(say("title.quadrants"), heads, tuple(rows), note)


def quadrant_points() -> list[tuple[float, int, str]]:
    return [(float(one.index), one.orders, where) for one, where in zip(respondents(), placed(), strict=True)]


def other_cuts() -> Table:
    """换三条界限，四格的人数变多少：界限是约定，不是发现。"""
    people = respondents()
    middle = len(people) // 2
    median = tuple(
        Fraction(sorted(values)[middle])
        for values in ([one.index for one in people], [one.orders for one in people])
    )
    chosen = {"cut_mean": cuts(), "cut_median": median, "cut_strict": (Fraction(75), Fraction(5))}
    rows = []
    for name, limits in chosen.items():
        counts = Counter(placed(limits))
        rows.append(
            (
                say(f"row.{name}"),
                number(limits[0]),
                number(limits[1], 2),
                *(str(counts[kind]) for kind in QUADRANTS),
            )
        )
    heads = (
        *columns("cut", "attitude_cut", "orders_cut"),
        *(texts().quadrants[kind].label for kind in QUADRANTS),
    )
    return Table(say("title.other_cuts"), heads, tuple(rows), say("said.other_cuts"))


# ── 四种忠诚 ─────────────────────────────────────────────────────────


def kind_label(kind: str) -> str:
    return say(f"word.{kind}") if kind in (MIXED, UNCLEAR) else texts().kinds[kind].label


def kinds() -> Table:
    """每一种几位，订单几成是促销时买的，被什么带走，要什么。"""
    rows = []
    for kind in (*KINDS, MIXED, UNCLEAR):
        own = [one for one in respondents() if one.verdict.kind == kind]
        promoted, interval = _promoted(own)
        text = texts().kinds.get(kind)
        rows.append(
            (
                kind_label(kind),
                str(len(own)),
                promoted,
                interval,
                text.moved if text else say("word.dash"),
                text.need if text else say(f"said.need_{kind}"),
            )
        )
    heads = columns("kind", "customers", "promoted", "interval", "moved", "need")
    return Table(say("title.kinds"), heads, tuple(rows), say("said.kinds"))


def _promoted(people: Sequence[Respondent]) -> tuple[str, str]:
    """促销时买的单数占全部单数，按人重抽的区间。"""
    if len(people) < 2:
        return say("word.dash"), say("word.dash")
    rows = [(one.answer.promoted, one.orders) for one in people]
    numbers = texts().numbers
    low, high = loyalty.bootstrap_interval(
        rows,
        lambda some: sum(a for a, _ in some) / sum(b for _, b in some),
        seed=numbers["seed"],
        times=numbers["times"],
    )
    return percent(Fraction(sum(a for a, _ in rows), sum(b for _, b in rows))), between(100 * low, 100 * high)


def kind_signs() -> Table:
    """规则：每一种看哪两样迹象。"""
    rows = tuple((text.label, text.root, text.said, text.done) for text in texts().kinds.values())
    return Table(
        say("title.kind_signs"), columns("kind", "root", "said", "done"), rows, say("said.kind_signs")
    )


def kind_evidence(most: int = 8) -> Table:
    """头几位：各种几分，凭什么，判成哪一种。"""
    rows = tuple(_evidence(one) for one in respondents()[:most])
    heads = (
        *columns("customer"),
        *(texts().kinds[kind].label for kind in KINDS),
        *columns("evidence", "verdict"),
    )
    return Table(say("title.kind_evidence"), heads, rows, say("said.kind_evidence"))


def _evidence(one: Respondent) -> tuple[str, ...]:
    found = [
        text
        for kind in KINDS
        for hit, text in (
            (one.verdict.signs[kind].said, texts().kinds[kind].said),
            (one.verdict.signs[kind].done, texts().kinds[kind].done),
        )
        if hit
    ]
    points = (str(one.verdict.points[kind]) for kind in KINDS)
    return (one.customer_id, *points, "；".join(found) or say("word.dash"), kind_label(one.verdict.kind))


def kind_truth() -> Table:
    """判的与造数时定下的对一对：替身猜中几成。"""
    names = (*KINDS, MIXED, UNCLEAR)
    pairs = Counter((one.answer.true_kind, one.verdict.kind) for one in respondents())
    rows = tuple(
        (kind_label(true), *(str(pairs[true, found]) for found in names), percent(_hit(pairs, true)))
        for true in KINDS
    )
    heads = (*columns("true_kind"), *(kind_label(kind) for kind in names), *columns("hit"))
    right = sum(pairs[kind, kind] for kind in KINDS)
    note = say("said.kind_truth", share=percent(Fraction(right, len(respondents()))))
    return Table(say("title.kind_truth"), heads, rows, note)


def _hit(pairs: Counter, true: str) -> Fraction:
    return Fraction(pairs[true, true], sum(many for (kind, _), many in pairs.items() if kind == true))
