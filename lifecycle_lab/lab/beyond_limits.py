"""传统细分的四条局限，每一条用数据看一次（A10）；三种来源连起来（A11）。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

import numpy as np

from lifecycle_lab import backtest, learning, segmentation
from lifecycle_lab.content import course
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab.beyond_people import People
from lifecycle_lab.lab.beyond_words import amount, heads, level, percent, say, setting, signed, table
from lifecycle_lab.rfm import customer_totals
from lifecycle_lab.schema import INDICATOR_KEYS, DataError, indicators
from lifecycle_lab.segmentation import PATTERNS, Shirts, WrongPushes, pattern
from lifecycle_lab.simulate import touchpoints
from lifecycle_lab.simulate.touchpoints import World

_STEP = 60
_YUAN = indicators("天", "low", "元")[2]
SETS = ("transaction", "interaction", "external")


# ── 一、自报 ─────────────────────────────────────────────────────────


def self_report(people: People) -> Table:
    """同一批客户按订单与按自报各是什么级别；自报是合成的，按写明的规则造。"""
    customers, better = people.customers, people.better
    said = touchpoints.self_reports(customers, course().beyond.seed)
    real, told = (
        segmentation.codes(some, segmentation.centres(some, "mean"), better) for some in (customers, said)
    )
    rows = []
    for code in PATTERNS:
        here = [b for a, b in zip(real, told, strict=True) if a == code]
        if here:
            same = Fraction(here.count(code), len(here))
            rows.append(
                (level(code), pattern(code), f"{len(here):,}", f"{told.count(code):,}", percent(same, 0))
            )
    changed = segmentation.compare_codes(real, told)
    note = say("said.self_report", changed=f"{changed:,}", share=percent(Fraction(changed, len(real)), 0))
    return table("self_report", heads("level", "pattern", "from_orders", "reported", "same"), rows, note)


# ── 二、小样本 ───────────────────────────────────────────────────────


def trend(people: People) -> Table:
    """老客户最近 60 天比前 60 天多花还是少花：抽几位，几成抽样看对升降。"""
    changes = _changes(people)
    sizes = [size for size in course().beyond.sizes if size < len(changes)]
    seen = {
        size: segmentation.trend_seen(changes, size, setting("draws"), course().beyond.seed) for size in sizes
    }
    rows = [(f"{size:,}", percent(share, 0)) for size, share in seen.items()]
    note = say(
        "said.trend",
        days=_STEP,
        customers=f"{len(changes):,}",
        way=say(f"said.trend_{'up' if sum(changes) > 0 else 'down'}"),
        ten=percent(seen[sizes[0]], 0),
        size=f"{sizes[-1]:,}",
        large=percent(seen[sizes[-1]], 0),
    )
    return table("trend", heads("size", "right_sign"), rows, note, shop=people.title, days=_STEP)


def _changes(people: People) -> list[int]:
    """每位老客户（中间那天以前买过）最近 60 天的净额减前 60 天的；两段都没有买的不在内。"""
    days = [one.order_date for one in people.orders or ()]
    if not days or (max(days) - min(days)).days < 2 * _STEP:
        raise DataError(f"没有日期，或历史不到 {2 * _STEP} 天，看不出升降。", remedy="用带日期、够长的订单。")
    middle = max(days) - timedelta(_STEP)
    start, old = middle - timedelta(_STEP), set()
    found: dict[str, int] = {}
    for one in people.orders or ():
        if one.order_date < middle:
            old.add(one.customer_id)
        if one.order_date >= start:
            sign = 1 if one.order_date >= middle else -1
            found[one.customer_id] = found.get(one.customer_id, 0) + sign * one.amount
    changes = [found[who] for who in sorted(old & set(found))]
    if not sum(changes) or len(changes) <= course().beyond.sizes[0]:
        raise DataError(say("said.trend_none"))
    return changes


# ── 三、单一来源 ─────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def synthetic_world() -> World:
    return touchpoints.world(setting("world"), course().beyond.seed)


def single_source() -> Table:
    """只看交易表：同一类型里，真正会再买的机会最低的一成人与最高的一成人。"""
    world = synthetic_world()
    found = _types(world)
    chances = np.array([world.chance[one.customer_id] for one in world.transactions])
    rows, widest = [], (0.0, 0, 0.0, 0.0)
    for code in PATTERNS:
        here = chances[np.array(found) == code]
        if len(here) < 10:
            continue
        low, high = np.percentile(here, [10, 90])
        widest = max(widest, (high - low, code, low, high))
        row = (f"{len(here):,}", percent(low, 0), percent(here.mean(), 0), percent(high, 0))
        rows.append((level(code), pattern(code), *row))
    _, code, low, high = widest
    note = say("said.single_source", level=level(code), low=percent(low, 0), high=percent(high, 0))
    columns = heads("level", "pattern", "customers", "chance_low", "chance_mean", "chance_high")
    return table("single_source", columns, rows, note)


def _types(world: World) -> list[int]:
    better = {"recency": "low", "frequency": "high", "monetary": "high"}
    middle = {
        key: Fraction(sum(getattr(one, key) for one in world.transactions), len(world.transactions))
        for key in INDICATOR_KEYS
    }
    return segmentation.codes(_Rows.of(world), middle, better)  # type: ignore[arg-type]


class _Rows:
    """交易表的一行，样子像一位客户。"""

    def __init__(self, row: touchpoints.Transaction) -> None:
        self.values = row.recency, row.frequency, row.monetary

    @classmethod
    def of(cls, world: World) -> list[_Rows]:
        return [cls(row) for row in world.transactions]


# ── 四、旧细分 ───────────────────────────────────────────────────────


def shirts(**changed: int) -> Shirts:
    """T 恤的假设；写了的换成那个数。"""
    chosen = {one.name: course().beyond.shirts[one.name] for one in fields(Shirts)}
    return Shirts(**(chosen | changed))


def tshirt(found: WrongPushes, tried: WrongPushes) -> Table:
    """推出来的份额与模拟的并排。"""
    columns = heads("month", "frozen", "simulated", "refreshed", "simulated_refreshed")
    series = (found.frozen, tried.frozen, found.refreshed, tried.refreshed)
    rows = [
        (str(month), *(percent(share) for share in shares))
        for month, shares in enumerate(zip(*series, strict=True), start=1)
    ]
    note = say(
        "said.tshirt",
        months=len(rows),
        frozen=percent(found.frozen[-1], 0),
        refreshed=percent(found.refreshed[-1], 0),
    )
    return table("tshirt", columns, rows, note)


def drift_points(people: People) -> list[tuple[date, int, Fraction]]:
    """（哪一天，过了几天，级别没变的份额）：级别冻结在历史过半的那天，以后每 60 天看一次。"""
    days = [one.order_date for one in people.orders or ()]
    if not days or (max(days) - min(days)).days < 3 * _STEP:
        raise DataError(f"历史不到 {3 * _STEP} 天，看不出级别怎样变旧。", remedy="换更长的历史。")
    start = min(days) + timedelta((max(days) - min(days)).days // 2)
    frozen = _levels(people, start)
    found = []
    for gone in range(0, (max(days) - start).days + 1, _STEP):
        now = _levels(people, start + timedelta(gone))
        same = sum(now.get(who) == code for who, code in frozen.items())
        found.append((start + timedelta(gone), gone, Fraction(same, len(frozen))))
    return found


def _levels(people: People, day: date) -> dict[str, int]:
    """那天看得见的客户各是什么组合；均值取自那天的全体。"""
    customers = customer_totals(people.orders or (), day)
    middle = segmentation.centres(customers, "mean")
    found = segmentation.codes(customers, middle, people.better)
    return {one.customer_id: code for one, code in zip(customers, found, strict=True)}


def drift(people: People) -> Table:
    found = drift_points(people)
    rows = [(str(day), f"{gone:,}", percent(share)) for day, gone, share in found]
    note = say("said.drift", days=found[-1][1], still=percent(found[-1][2], 0))
    title = {"shop": people.title, "start": found[0][0]}
    return table("drift", heads("day", "gone", "still"), rows, note, **title)


# ── 三种来源 ─────────────────────────────────────────────────────────


def source_tables() -> Shown:
    """三张合成的表，各给看几行；每一行都写着合成。"""
    world, shown = synthetic_world(), setting("shown")
    named = {
        "transactions": (world.transactions, ("recency", "frequency", "monetary", "discount")),
        "interactions": (world.interactions, ("visits", "carts", "opens", "complaints")),
        "externals": (world.externals, ("distance", "rain", "tier")),
    }
    return Shown(
        tuple(
            table(
                name,
                heads("customer_id", *columns, "synthetic"),
                [_source_row(row, columns) for row in rows[:shown]],
                many=f"{len(rows):,}",
                shown=shown,
            )
            for name, (rows, columns) in named.items()
        )
    )


def _source_row(row, columns: Sequence[str]) -> tuple[str, ...]:
    shown = (
        amount(_YUAN, row.monetary) if name == "monetary" else str(getattr(row, name)) for name in columns
    )
    return (row.customer_id, *shown, say("word.synthetic"))


def joined() -> Table:
    """连起来：连得上几位，连不上几行。"""
    world = synthetic_world()
    known = {one.customer_id for one in world.interactions}
    linked = sum(one.customer_id in known for one in world.transactions)
    rows = (
        (say("row.linked"), f"{linked:,}"),
        (say("row.unlinked"), f"{len(world.transactions) - linked:,}"),
        (say("row.strangers"), f"{world.strangers:,}"),
        (say("row.columns"), say("word.joined", transactions=4, interactions=5, externals=3)),
    )
    return table("joined", heads("item", "content"), rows, say("said.joined"))


@lru_cache(maxsize=1)
def sources_trial() -> backtest.Trial:
    """前一半客户上学，后一半考试：只用交易、加互动、再加外部，与真概率。"""
    world = synthetic_world()
    columns, bought = (
        _joined_columns(world),
        np.array([world.bought[one.customer_id] for one in world.transactions]),
    )
    half = len(bought) // 2
    field = [
        backtest.Contestant(
            name,
            -learning.logistic(table_of[:half], bought[:half], table_of[half:]),
        )
        for name, table_of in zip(SETS, columns, strict=True)
    ]
    truth = np.array([world.chance[one.customer_id] for one in world.transactions])[half:]
    field.append(backtest.Contestant("ceiling", -truth))
    return backtest.judge(
        "action", field, ~bought[half:], baseline="transaction", as_of=0, horizon=0,
        resamples=setting("intervals"),
    )  # fmt: skip


def _joined_columns(world: World) -> list[np.ndarray]:
    """越来越宽的三张特征表；连不上的互动记 0，另有一列说明连上没有。"""
    web = {one.customer_id: one for one in world.interactions}
    far = {one.customer_id: one for one in world.externals}
    own = [[one.recency, one.frequency, one.monetary, one.discount] for one in world.transactions]
    touched = [
        [w.visits, w.carts, w.opens, w.complaints, 1] if (w := web.get(one.customer_id)) else [0, 0, 0, 0, 0]
        for one in world.transactions
    ]
    around = [[f.distance, f.rain, f.tier] for f in (far[one.customer_id] for one in world.transactions)]
    parts = [learning.logs(part) for part in (own, touched, around)]
    return [np.hstack(parts[: n + 1]) for n in range(3)]


def sources() -> Table:
    """多一种来源，AUC 多多少；差的区间来自成对重抽样。"""
    trial = sources_trial()
    rows = [
        (
            say(f"row.{line.key}"),
            f"{line.auc:.3f}",
            say("word.none") if line.key == trial.baseline else interval(line.gain),
        )
        for line in trial.lines
    ]
    first, second, third, ceiling = (line.auc for line in trial.lines)
    low, high = trial.line("interaction").gain
    fields_ = {"first": first, "second": second, "third": third, "ceiling": ceiling, "low": low, "high": high}
    note = say("said.sources", **{name: f"{value:.3f}" for name, value in fields_.items()})
    return table("sources", heads("source_set", "auc", "gain"), rows, note)


def interval(band: tuple[float, float]) -> str:
    return say("word.interval", low=signed(band[0], 3), high=signed(band[1], 3))
