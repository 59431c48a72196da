"""细一点的行为：观察日那天看得见的特征，和往后一段日子买了没有（A11）。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from lifecycle_lab.rfm import customer_totals
from lifecycle_lab.schema import Customer, DataError, Order

NAMES = ("recency", "frequency", "monetary", "tenure", "recent")
"""特征：R 天数、F 次数、M 金额、首购至今的天数、最近 60 天的次数；都取对数。"""
_RECENT = 60


@dataclass(frozen=True, eq=False)
class Period:
    """as_of 那天（含）以前看得见的 customers 与 features（每位一行），和以后 horizon 天里 bought。"""

    as_of: date
    horizon: int
    customers: tuple[Customer, ...]
    features: np.ndarray
    bought: np.ndarray


def period(orders: Sequence[Order], as_of: date, horizon: int) -> Period:
    """as_of 以后的订单只用来说买了没有，绝不进特征。"""
    customers = tuple(customer_totals(orders, as_of))
    if not customers:
        raise DataError(f"到 {as_of} 为止没有客户。", remedy="换更长的历史。")
    first, recent, later = _dates(orders, as_of, horizon)
    rows = [
        (*one.values, (as_of - first[one.customer_id]).days, recent.get(one.customer_id, 0))
        for one in customers
    ]
    table = np.log1p(np.clip(np.asarray(rows, dtype=float), 0, None))
    return Period(as_of, horizon, customers, table, np.array([one.customer_id in later for one in customers]))


def _dates(orders: Sequence[Order], as_of: date, horizon: int) -> tuple[dict, dict, set]:
    """（每位的第一天，最近 60 天的次数，往后买了的客户）。"""
    first: dict[str, date] = {}
    recent: dict[str, int] = {}
    later: set[str] = set()
    for order in (one for one in orders if not one.cancelled):
        who, day = order.customer_id, order.order_date
        if day > as_of:
            later |= {who} if day <= as_of + timedelta(horizon) else set()
            continue
        first[who] = min(day, first.get(who, day))
        if day > as_of - timedelta(_RECENT):
            recent[who] = recent.get(who, 0) + 1
    return first, recent, later


def two_periods(orders: Sequence[Order], horizon: int) -> tuple[Period, Period]:
    """（上学的一段，考试的一段）：考试的那天，上学用的结果已经全部过完；历史不够 → DataError。

    从最后一笔订单往回：最后 horizon 天是考题，再往前 horizon 天是上学的结果，再以前至少 horizon 天是特征。
    """
    days = [one.order_date for one in orders if not one.cancelled]
    if not days:
        raise DataError("一笔购买也没有，学不了。")
    length, last = (max(days) - min(days)).days + 1, max(days)
    if length < 3 * horizon:
        raise DataError(
            f"历史只有 {length} 天，不够往后看 {horizon} 天的预测。",
            why=f"特征、上学的结果、考题各要 {horizon} 天，一共 {3 * horizon} 天；少了就只能拿没过完的日子充数。",
            remedy=f"把往后看的天数改成不超过 {length // 3}，或换更长的历史。",
        )
    exam = last - timedelta(horizon)
    return period(orders, exam - timedelta(horizon), horizon), period(orders, exam, horizon)
