"""分析师报告的测试共用：从一串订单直接到事实，和一家随机的店。"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from lifecycle_lab import content, warehouse
from lifecycle_lab.report.shop.facts import Accounting, Asked, Facts, Line, Shop, collect
from lifecycle_lab.schema import Order

AS_OF = date(2024, 4, 1)


def random_orders(seed: int, customers: int = 60, names: Sequence[str] = ()) -> list[Order]:
    """一家随机的店：有退款、有同一天两单、有只买一次的；names 是客户编号，不够的自动编。"""
    drawn = random.Random(seed)
    found = []
    for i in range(customers):
        name = names[i] if i < len(names) else f"b-{i:04}"
        day = date(2023, 1, 1) + timedelta(drawn.randrange(400))
        for _ in range(1 + min(drawn.randrange(1, 9), drawn.randrange(1, 9)) // 2):
            found.append(Order(f"O{len(found)}", name, day, drawn.randrange(100, 90_000)))
            if drawn.random() < 0.1:
                refund = -drawn.randrange(1, found[-1].amount)
                found.append(Order(f"O{len(found)}", name, day, refund, cancelled=True))
            day = min(AS_OF - timedelta(1), day + timedelta(drawn.choice((0, 7, 30, 45, 120))))
    return found


@contextmanager
def opened(
    orders: Sequence[Order],
    *,
    as_of: date = AS_OF,
    convention: str = "A",
    centre: str = "mean",
    compare_to: date | None = None,
    shared: bool = False,
    aside: Sequence[Line] = (),
    name: str = "试验店",
):
    """（事实，打开的仓库）；不经过读文件的一步。"""
    money = sum(order.amount for order in orders)
    accounting = Accounting(
        len(orders) + sum(line.rows for line in aside),
        money + sum(line.money or 0 for line in aside),
        Line("用上", len(orders), money),
        tuple(aside),
        Line("读不通", 0, 0),
    )
    asked = Asked(content.course().conventions[convention], centre, compare_to, shared)
    with warehouse.open_orders(orders, as_of) as house:
        yield collect(house, Shop(name, "元", "0" * 64), accounting, asked), house


def facts_of(orders: Sequence[Order], **keywords) -> Facts:
    with opened(orders, **keywords) as (facts, _):
        return facts
