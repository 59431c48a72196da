"""RFM 的核心：均值、标记、组合、级别，以及从订单到 R、F、M(course.md A12、E1)。

这里的每个函数都收普通的整数序列，也收 pandas 的一列；全部用整数与分数，不经过浮点。
学生的自查、教师的评分、分析师的报告叫的都是这几个函数。
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from lifecycle_lab.schema import DOWN, UP, Better, Centre, Customer, DataError, Order, State, column, quote


def mean(values: Iterable[int]) -> Fraction:
    """一列整数的精确均值；空列 → DataError。"""
    numbers = whole(values)
    return Fraction(sum(numbers), len(numbers))


def mark(values: Iterable[int], better: Better) -> list[str]:
    """把一列指标与它自己的均值比较：不比平均差（含恰好相等）标 ↑，否则标 ↓(A12)。

    values: n 个整数，同一单位，n ≥ 1。better: "high" 越大越好，"low" 越小越好。
    """
    numbers = whole(values)
    count, total = len(numbers), sum(numbers)
    # x ≥ 总和/n 写成 n·x ≥ 总和：整数之间比较，相等就是相等，不经过浮点均值
    if better == "high":
        return [UP if count * x >= total else DOWN for x in numbers]
    return [UP if count * x <= total else DOWN for x in numbers]


def mark_against(value: Fraction | int, centre: Fraction, better: Better) -> str:
    """一个值与给定的中心（学生自己算的均值、中位数）比较，相等标 ↑。"""
    not_worse = value >= centre if better == "high" else value <= centre
    return UP if not_worse else DOWN


def median(values: Iterable[int]) -> Fraction:
    """精确中位数（偶数个取中间两数的平均）；用来看换一个中心会怎样；空的一列 → DataError。"""
    numbers = sorted(whole(values))
    half = len(numbers) // 2
    return Fraction(
        numbers[half] if len(numbers) % 2 else numbers[half - 1] + numbers[half], 2 - len(numbers) % 2
    )


def centre(values: Iterable[int], kind: Centre) -> Fraction:
    """一列整数的中心：均值或中位数。"""
    return {"mean": mean, "median": median}[kind](values)


def mark_column(values: Sequence[int], better: Better, kind: Centre) -> list[str]:
    """把一列指标与它自己的中心比较；与均值比就是 `mark`。"""
    if kind == "mean":
        return mark(values, better)
    middle = centre(values, kind)
    return [mark_against(value, middle, better) for value in values]


def marks(
    customers: Sequence[Customer], better: Mapping[str, Better], kind: Centre = "mean"
) -> dict[str, list[str]]:
    """三列标记：{"recency": [...], "frequency": [...], "monetary": [...]}，顺序同 customers。"""
    return {key: mark_column(column(customers, key), better[key], kind) for key in better}


def patterns(customers: Sequence[Customer], better: Mapping[str, Better], kind: Centre = "mean") -> list[str]:
    """每位客户的组合，按 R、F、M 的顺序，如 "↑↓↑"。"""
    return ["".join(row) for row in zip(*marks(customers, better, kind).values(), strict=True)]


def state(pattern: str) -> State:
    """组合 → （最近？, 勤？, 多？）；↑ 的意思总是“不比平均差”；不是三个箭头 → DataError。"""
    if len(pattern) != 3 or set(pattern) - {UP, DOWN}:
        raise DataError(f"{quote(pattern)} 不是三个箭头。", remedy="按 R、F、M 的顺序写，如 ↑↓↑。")
    return tuple(arrow == UP for arrow in pattern)  # type: ignore[return-value]


def segment(pattern: str, names: Mapping[State, str]) -> str:
    """组合 → 客户级别；names 是一种命名惯例（八种状态各一个名字）。"""
    return names[state(pattern)]


def customer_totals(orders: Iterable[Order], as_of: date) -> list[Customer]:
    """订单 → 每位客户的 R、F、M，按客户编号排序（E1）。

    R = 最后一笔未取消订单到 as_of 的整天数；F = 未取消订单数；M = 全部金额之和（取消为负，净额）。
    as_of 之后的订单不算；没有未取消订单的客户没有 R，不在结果里。
    """
    last: dict[str, date] = {}
    count: dict[str, int] = {}
    money: dict[str, int] = {}
    for order in orders:
        if order.order_date > as_of:
            continue
        name = order.customer_id
        money[name] = money.get(name, 0) + order.amount
        if not order.cancelled:
            last[name] = max(order.order_date, last.get(name, order.order_date))
            count[name] = count.get(name, 0) + 1
    return [Customer(name, (as_of - last[name]).days, count[name], money[name]) for name in sorted(last)]


def whole(values: Iterable[int]) -> list[int]:
    """只收整数（含 numpy 的整数）；小数、缺失、真假值、空列 → DataError。"""
    numbers = [_whole_number(value) for value in values]
    if not numbers:
        raise DataError("这一列是空的，没有均值可比。", remedy="至少要有一位客户。")
    return numbers


def _whole_number(value: object) -> int:
    # 真假值在 Python 里也是整数，但它不是数
    try:
        if type(value).__name__ not in ("bool", "bool_"):
            return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        pass
    raise DataError(f"{quote(value)} 不是整数。", remedy="金额先换成分，天数与次数取整数；空着的先补上。")
