"""cycles 的定义与仓库归出的小表一行不差：真实商店与随机订单，表1–表3、状态、滑块都从小表算出。"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import cycles
from lifecycle_lab.cycles import Bounds, ClassRule, OwnCycleRule, StaticRule
from lifecycle_lab.orders import online_retail
from lifecycle_lab.schema import Order

warehouse = pytest.importorskip("lifecycle_lab.warehouse")

START, AS_OF = date(2024, 1, 1), date(2024, 3, 31)
ORDERS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 100), st.integers(0, 500), st.booleans()),
    min_size=1,
    max_size=40,
)
SMALL = ClassRule(Bounds(5, 12, 25), nodes=(6, 13, 30))
OWN = OwnCycleRule(9, nodes=(6, 13, 30))


def histories(orders, as_of: date) -> dict[str, list[int]]:
    """{客户: 购买日}：取消的不是购买，观察日之后的不算，一次也没有买过的不在里面。"""
    found: dict[str, list[int]] = {}
    for order in orders:
        if not order.cancelled and order.order_date <= as_of:
            found.setdefault(order.customer_id, []).append(warehouse.day_number(order.order_date))
    return found


def check(orders, as_of: date, rule: ClassRule, own: OwnCycleRule) -> None:
    people, today = histories(orders, as_of), warehouse.day_number(as_of)
    seen = {name: cycles.visits(days, today) for name, days in people.items()}
    with warehouse.open_orders(orders, as_of) as w:
        rows = list(w.gaps())
        assert sorted(rows, key=str) == sorted(cycles.tally(people.values(), today), key=str)
        base = {row.customer_id: row for row in w.base()}
        assert set(base) == set(seen)
        for name, row in base.items():
            for each in (rule, own, StaticRule(rule.nodes)):
                assert cycles.state(row, today, each) == cycles.state(seen[name], today, each)
                assert cycles.lostness(row, today, each) == cycles.lostness(seen[name], today, each)
        plane = warehouse.Plane(w.states(), "last_gap", "days_since", "customers")
        counts = cycles.state_counts(list(seen.values()), today, rule)
        found = cycles.class_states(plane, rule).values()
        assert [sum(column) for column in zip(*found, strict=True)] == list(counts.values())
        counts = cycles.state_counts(list(seen.values()), today, own)
        found = cycles.own_states(w.own_states(), own).values()
        assert [sum(column) for column in zip(*found, strict=True)] == list(counts.values())
        check_table_3(rows, rule.bounds)
        check_table_2(orders, as_of, w.totals())


def check_table_3(rows, bounds: Bounds) -> None:
    for n in (1, 2, 3):
        ended, watched = (
            warehouse.Plane(
                [r for r in rows if r.n == n + 1 and r.closed == closed], "previous", "gap", "count"
            )
            for closed in (1, 0)
        )
        table = cycles.next_gaps(rows, n, bounds)
        matrix = cycles.transitions(ended, bounds)
        for line in table.lines:
            assert matrix[line.name] == line.counts
            curve = cycles.next_curve(ended, watched, line.name, bounds, line.longest)
            assert [curve.share_within(w.days) for w in line.within] == [w.corrected for w in line.within]


def check_table_2(orders, as_of: date, totals) -> None:
    people: dict[str, list[Order]] = {}
    for order in orders:
        if not order.cancelled and order.order_date <= as_of:
            people.setdefault(order.customer_id, []).append(order)
    rows = []
    for bought in people.values():
        first = min(order.order_date for order in bought)
        days = len({order.order_date for order in bought})
        first_money = sum(order.amount for order in bought if order.order_date == first)
        rows.append((days, sum(order.amount for order in bought), first_money))
    assert cycles.concentration(totals) == cycles.concentration(cycles.revenue_sums(rows))


def test_real_shop():
    orders = online_retail().orders
    people = histories(orders, date(2011, 12, 10))
    shop = cycles.shop_cycle(cycles.tally(people.values(), warehouse.day_number(date(2011, 12, 10))))
    check(orders, date(2011, 12, 10), ClassRule(), OwnCycleRule(shop))


@settings(max_examples=30)
@given(ORDERS)
def test_random_orders(found):
    orders = [
        Order(str(i), f"c{who}", START + timedelta(days=day), -amount if cancelled else amount, cancelled)
        for i, (who, day, amount, cancelled) in enumerate(found)
    ]
    check(orders, AS_OF, SMALL, OWN)
