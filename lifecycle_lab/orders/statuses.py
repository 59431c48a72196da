"""状态、售后、收支方向、取消标记各列 → 各行因此的去处。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lifecycle_lab.orders.columns import Cells, Column
from lifecycle_lab.orders.profiles import Rules
from lifecycle_lab.orders.rows import FATES, USED, Fill
from lifecycle_lab.reading import halfwidth

_STATUS_FATES = {"paid": USED, "unpaid": FATES["unpaid"], "closed": FATES["closed"]}
_STATUS_FATES |= {"refunded": FATES["full_refund"], "expense": FATES["expense"]}


@dataclass
class Statuses:
    """fate: 状态定的去处；unknown: 不认识的说法；refunded: 状态说已全退。"""

    fate: np.ndarray
    unknown: Column | None
    refunded: np.ndarray
    cancelled: np.ndarray
    flag: Column | None


def read_statuses(columns: Mapping[str, object], rules: Rules, fill: Fill | None) -> Statuses:
    count = len(columns["order"])  # type: ignore[arg-type]
    found = Statuses(np.zeros(count, np.int16), None, np.zeros(count, bool), np.zeros(count, bool), None)
    if "status" in columns:
        column = Cells.of(columns["status"]).column(lambda text: _status(text, rules))
        found.unknown = column = fill(column) if fill else column
        found.fate = np.where(column.blank | (column.reason > 0), 0, column.values).astype(np.int16)
        found.refunded |= found.fate == FATES["full_refund"]
    if "aftersale" in columns:
        column = Cells.of(columns["aftersale"]).column(lambda text: (_aftersale(text, rules), ""))
        found.refunded |= column.values == 1
    if "direction" in columns:
        column = Cells.of(columns["direction"]).column(lambda text: _status(text, rules))
        spent = (column.values == FATES["expense"]) | column.blank
        found.fate = np.where(spent, FATES["expense"], found.fate).astype(np.int16)
    if "cancelled" in columns:
        column = Cells.of(columns["cancelled"]).column(lambda text: _flag(text, rules))
        found.flag, found.cancelled = column, column.values == 1
    found.fate[found.refunded] = 0  # 退了多少看退款列，由后面定
    return found


def _status(text: str, rules: Rules) -> tuple[int, str]:
    status = rules.statuses.get(text)
    return (0, "不认识的状态，不知道算不算购买") if status is None else (_STATUS_FATES[status], "")


def _aftersale(text: str, rules: Rules) -> int:
    """售后列：只认“退完了”的说法，别的（没有申请、处理中）照常。"""
    return int(rules.statuses.get(text) == "refunded")


def _flag(text: str, rules: Rules) -> tuple[int, str]:
    found = rules.flags.get(halfwidth(text).casefold())
    return (0, "只能是 是/否、true/false、1/0 或空") if found is None else (int(found), "")
