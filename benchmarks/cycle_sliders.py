"""滑块动一下，数要多久：从立方表读出状态、转移、再购曲线，报中位数与 95 分位（微秒）。

用法：python benchmarks/cycle_sliders.py [订单文件]   默认用随书的真实商店。
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from lifecycle_lab import cycles, warehouse
from lifecycle_lab.cycles import Bounds, ClassRule, OwnCycleRule, StaticRule
from lifecycle_lab.orders import online_retail, read_orders

TURNS = 200
BOUNDS = Bounds(85, 210, 390)


def projections(w) -> dict[str, Callable[[], object]]:
    """滑块会叫的每一个函数；立方表与平面先建好，不算在内。"""
    rows = list(w.gaps())
    states = warehouse.Plane(w.states(), "last_gap", "days_since", "customers")
    ended, watched = (
        warehouse.Plane([r for r in rows if r.n == 2 and r.closed == closed], "previous", "gap", "count")
        for closed in (1, 0)
    )
    longest = max(row.gap for row in rows if row.n == 2)
    table_1 = cycles.repurchase(rows)
    own = OwnCycleRule(cycles.shop_cycle(rows))
    progress = cycles.own_progress(w.own_states(), own.shop_cycle)
    cycles.clockwork()
    return {
        "状态：类规则": lambda: cycles.class_states(states, ClassRule(BOUNDS)),
        "状态：静态": lambda: cycles.static_states(states, StaticRule(), BOUNDS),
        "状态：自己的周期": lambda: progress.states(own.multiples, own.nodes),
        "表1 的一个分位点": lambda: table_1.every.curve.quantile(Fraction(73, 100)),
        "表3 的转移": lambda: cycles.transitions(ended, BOUNDS),
        "表3 一类的 KM 曲线": lambda: cycles.next_curve(ended, watched, "high", BOUNDS, longest),
        "窗口审计": lambda: cycles.clockwork(window=800),
    }


def microseconds(function: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(TURNS):
        start = time.perf_counter()
        function()
        times.append(1e6 * (time.perf_counter() - start))
    return sorted(times)


def main() -> None:
    orders = read_orders(sys.argv[1]).orders if len(sys.argv) > 1 else online_retail().orders
    as_of = max(order.order_date for order in orders) if len(sys.argv) > 1 else date(2011, 12, 10)
    with warehouse.open_orders(orders, as_of) as w:
        for name, function in projections(w).items():
            times = microseconds(function)
            print(
                f"{name:<12}  中位数 {statistics.median(times):8.1f}  95 分位 {times[int(0.95 * TURNS)]:8.1f} 微秒"
            )


if __name__ == "__main__":
    main()
