"""“不要轻信，因为……”：每一条限制由这份数据自己的数得出；界线是内容，在 report.toml。"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab import segmentation
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.shop.views import gap_counts, people
from lifecycle_lab.report.typed import Column, TypedTable, written
from lifecycle_lab.schema import half_up


@dataclass(frozen=True)
class Limit:
    """一条限制：量出来的值、界线、超没超过。"""

    id: str
    value: str
    line: str
    exceeded: bool


def limits(facts: Facts) -> list[Limit]:
    """全部限制，超过界线的在前，次序同 content.report.LIMITS。"""
    numbers = facts.text.numbers
    found = [
        _customers(facts, numbers["least_customers"]),
        _window(facts, numbers["least_days"]),
        _waiting(facts, numbers["most_waiting"]),
        _one_time(facts, numbers["most_one_time"]),
        _aside(facts, numbers["most_aside"]),
        _small_groups(facts, numbers["least_group"]),
        _stale(facts, numbers["most_stale"]),
        _skew(facts, numbers["most_skew"]),
    ]
    return sorted(found, key=lambda limit: not limit.exceeded)


def _customers(facts: Facts, least: int) -> Limit:
    return Limit("customers", f"{facts.customers:,} 位", f"≥ {least:,} 位", facts.customers < least)


def _window(facts: Facts, least: int) -> Limit:
    days = (facts.as_of - facts.first_day).days
    return Limit("window", f"{days:,} 天", f"≥ {least:,} 天", days < least)


def _waiting(facts: Facts, most: int) -> Limit:
    """还没有下一次的间隔占全部间隔的几成（删失的份额）。"""
    closed, waiting = gap_counts(facts, range(1, 6))
    part = Fraction(waiting, (sum(closed.values()) + waiting) or 1)
    return Limit("waiting", written(part, "share"), f"≤ {most}%", 100 * part > most)


def _one_time(facts: Facts, most: int) -> Limit:
    exceeded = 100 * facts.one_time > most * facts.customers
    return Limit("one_time", people(facts, facts.one_time), f"≤ {most}%", exceeded)


def _aside(facts: Facts, most: int) -> Limit:
    """放在一边与读不通的金额，比上读进来的全部（都按大小，不论正负）。"""
    book = facts.accounting
    whole = book.money_aside + abs(book.used.money or 0)
    part = Fraction(book.money_aside, whole or 1)
    return Limit("aside", written(part, "share"), f"≤ {most}%", 100 * part > most)


def _small_groups(facts: Facts, least: int) -> Limit:
    small = sum(facts.type_of(code).customers < least for code in segmentation.PATTERNS)
    return Limit("small_groups", str(small), f"每种 ≥ {least} 位", small > 0)


def _stale(facts: Facts, most: int) -> Limit:
    days = (facts.as_of - facts.last_day).days
    return Limit("stale", f"{days:,} 天", f"≤ {most} 天", days > most)


def _skew(facts: Facts, most: int) -> Limit:
    mean, median = (facts.centres[c][2] for c in ("mean", "median"))
    if median <= 0:
        return Limit("skew", "—", f"≤ {most} 倍", mean > 0)
    return Limit("skew", half_up(mean / median, 1), f"≤ {most} 倍", mean > most * median)


def sentences(facts: Facts) -> list[str]:
    """超过界线的，一条一句；总有一句说这份细分只对这一群客户成立。"""
    say = facts.text.say
    said = [f"⚠ {say(f'limit.{x.id}', value=x.value)}" for x in limits(facts) if x.exceeded]
    return [*(said or [say("limits.fine")]), say("limit.always")]


def limits_table(facts: Facts) -> TypedTable:
    """每一条的数与界线，超过的标“⚠”。"""
    say = facts.text.say
    found = limits(facts)
    rows = tuple(
        (say(f"limit.name.{x.id}"), x.value, x.line, "⚠ 超过" if x.exceeded else "在界线内") for x in found
    )
    tones = {(i, 3): "bad" for i, x in enumerate(found) if x.exceeded}
    columns = tuple(map(Column, ("量什么", "这份数据", "界线", "结果")))
    return TypedTable("限制", columns, rows, say("limits.note"), tones)
