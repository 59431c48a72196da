"""曲线类型的判法对照生成器的真相：准确率、猜的底线、错在哪里，都写在这里。

结论（课上要说的）：两年的窗口里，大半客户只买过一次，单看一位客户分不出四型。
全体客户里，数次数的准确率与“人人判成最多的一型”差不多；真的走完了的客户里，四型的平均认出率才明显高于瞎猜的四分之一。
观察得够久、周期够短，认出率就上得去：是数据不够，不是判法不对。
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from lifecycle_lab import curves
from lifecycle_lab.content import course, data_folder
from lifecycle_lab.content import shops as texts
from lifecycle_lab.simulate import shops as models

SHOPS = ("womenswear", "longjing")
MONTH = 30  # 天
BORDERS = course().curves.reading.purchases


def monthly(days: list[int], money: list[int], last_day: int) -> list[int]:
    """一位客户从第一笔起每 30 天的净额；净额不为正的月份也留着。"""
    table = [0] * ((last_day - days[0]) // MONTH + 1)
    for day, amount in zip(days, money, strict=True):
        table[(day - days[0]) // MONTH] += amount
    return table


@functools.cache
def shipped(shop: str) -> Mapping[int, tuple[list[int], str, bool]]:
    """客户 → （每月交易额，真的类型，窗口里走了没有）；净额从没有为正的客户不在里面。"""
    orders = pq.read_table(data_folder() / f"{shop}.parquet").to_pylist()
    truth = {
        row["customer_id"]: row for row in pq.read_table(data_folder() / f"{shop}_truth.parquet").to_pylist()
    }
    last_day = max(row["order_date"] for row in orders).toordinal()
    bought: dict[int, tuple[list[int], list[int]]] = {}
    for row in sorted(orders, key=lambda row: row["order_date"]):
        days, money = bought.setdefault(row["customer_id"], ([], []))
        days.append(row["order_date"].toordinal())
        money.append(int(row["amount"] * 100))
    tables = {name: monthly(*lists, last_day) for name, lists in bought.items()}
    return {
        name: (table, truth[name]["exit_type"], truth[name]["lost_on"] is not None)
        for name, table in tables.items()
        if max(table) > 0
    }


def judged(people) -> curves.Score:
    """people: （每月交易额，真的类型）若干。"""
    pairs = [(kind, curves.classify(table, BORDERS).exit_type) for table, kind in people]
    return curves.score(*zip(*pairs, strict=True))


def balanced(found: curves.Score) -> float:
    """四型认出率的平均；瞎猜是 0.25。"""
    return float(sum(found.recall(kind) for kind in curves.EXIT_TYPES)) / 4


def long_shop() -> list[tuple[list[int], str]]:
    """周期一两个月、看十年的店里，走完了的客户。"""
    shop = models.Shop(**texts.shop("mixed").numbers)
    shop = replace(shop, window_days=3650, class_shares=(1.0, 0.0, 0.0))
    made = models.chunk(shop, 11, 0, 3000)
    bought: dict[int, tuple[list[int], list[int]]] = {}
    for who, day, amount in zip(
        *(made.orders[c].tolist() for c in ("customer", "day", "amount")), strict=True
    ):
        days, money = bought.setdefault(who, ([], []))
        days.append(day)
        money.append(amount)
    lost, kinds = made.truth["lost"], made.truth["exit_type"]
    tables = {who: monthly(*lists, 3649) for who, lists in bought.items() if lost[who] >= 0}
    return [(t, models.EXIT_TYPES[kinds[who]]) for who, t in tables.items() if max(t) > 0]


def test_over_everybody_the_guess_is_hardly_better_than_always_the_commonest():
    wear, tea = (judged((table, kind) for table, kind, _ in shipped(shop).values()) for shop in SHOPS)
    assert (wear.people, tea.people) == (9_316, 9_367)
    assert float(wear.accuracy) == pytest.approx(0.770, abs=0.001)
    assert float(wear.baseline) == pytest.approx(0.762, abs=0.001)
    assert float(tea.accuracy) == pytest.approx(0.344, abs=0.001)
    assert float(tea.baseline) == pytest.approx(0.373, abs=0.001)  # 还不如一律猜长久保持
    # 错在哪里：长久保持的客户，窗口里多半只来得及买一两次
    seen_once = tea.counts["long_lasting", "early_abort"] + tea.counts["long_lasting", "midway_death"]
    assert seen_once > 0.85 * sum(tea.counts["long_lasting", kind] for kind in curves.EXIT_TYPES)


@pytest.mark.parametrize(("shop", "expected"), [("womenswear", 0.628), ("longjing", 0.522)])
def test_among_those_who_really_left_every_type_is_recognised_more_often_than_by_chance(shop, expected):
    found = judged((table, kind) for table, kind, lost in shipped(shop).values() if lost)
    assert balanced(found) == pytest.approx(expected, abs=0.001)
    assert all(found.recall(kind) > 0.29 for kind in curves.EXIT_TYPES)
    # 错在哪里：中途夭折的只买过一次，看着就是早期流产
    misread = {guess: found.counts["midway_death", guess] for guess in curves.EXIT_TYPES}
    assert max(misread, key=misread.get) == "early_abort"


@pytest.mark.parametrize("shop", SHOPS)
def test_counting_purchases_beats_fitting_the_shape_for_single_customers(shop):
    """走完了、至少三个月有交易的客户：每月的数太零散，形状看不出来。"""
    people = [
        (table, kind)
        for table, kind, lost in shipped(shop).values()
        if lost and sum(value > 0 for value in table) >= 3
    ]
    curve = curves.LifeCurve(**course().curves.curve)
    fitted = [curves.fit(table, curve).exit_type for table, _ in people]
    by_shape = curves.score([kind for _, kind in people], fitted)
    assert judged(people).accuracy > by_shape.accuracy + 0.1
    assert by_shape.accuracy < by_shape.baseline


def test_a_long_window_and_short_cycles_make_the_types_visible():
    found = judged(long_shop())
    assert found.people > 2_000
    assert found.accuracy > 2 * found.baseline
    assert balanced(found) == pytest.approx(0.70, abs=0.03)
    assert found.recall("early_abort") > 0.9
    assert found.recall("long_lasting") > 0.9
    assert found.recall("midway_death") < 0.6  # 相邻的型仍然会混
