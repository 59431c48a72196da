"""仓库交出来的行：每一列都是普通整数（客户编号照原样）；None 表示没有。

天数是整天，“第几天”是从 1970-01-01 数起的天数；金额是整数最小单位。
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

_EPOCH = date(1970, 1, 1)

CustomerId = str | int


def day_number(day: date) -> int:
    """日期 → 从 1970-01-01 数起的天数。"""
    return (day - _EPOCH).days


def day_date(number: int) -> date:
    """天数 → 日期。"""
    return _EPOCH + timedelta(days=number)


class Intake(NamedTuple):
    """读入的账：rows = used + after_as_of + 六种不能用的行，每一行恰好在一处。

    refunds: used 里的退款与取消；customers_without_purchase: 只有退款、不进任何表的客户。
    """

    rows: int
    used: int
    after_as_of: int
    no_customer: int
    no_time: int
    no_amount: int
    uneven_amount: int
    cancelled_positive: int
    unknown_marker: int
    refunds: int
    money_used: int
    money_after_as_of: int
    customers_without_purchase: int
    money_without_purchase: int


class Totals(NamedTuple):
    """全体买过的客户：回头客是有两个或更多购买日的客户。

    money 是净额（退款已减），purchase_money 是购买的毛额，first_money 是首购日的毛额；
    所以“回头单的钱”= purchase_money − first_money。没有客户时天数是 None，其余是 0。
    """

    customers: int
    orders: int
    purchase_days: int
    money: int
    purchase_money: int
    first_money: int
    repeat_customers: int
    repeat_money: int
    repeat_purchase_money: int
    recency_sum: int
    first_day: int | None
    last_day: int | None


class Base(NamedTuple):
    """基表的一行：一位客户。last_gap: 最后一次走完的间隔（天），只有一个购买日时是 None。"""

    customer_id: CustomerId
    first_day: int
    last_day: int
    orders: int
    purchase_days: int
    money: int
    purchase_money: int
    first_money: int
    last_gap: int | None


class Gap(NamedTuple):
    """间隔方块的一格。n: 第几次间隔（5 = 第五次及以后）；previous: 上一次间隔，n = 1 时 None。

    closed = 1 走完的间隔（≥ 1 天）；closed = 0 到观察日还没有走完（≥ 0 天，删失）。
    """

    n: int
    previous: int | None
    gap: int
    closed: int
    count: int


class State(NamedTuple):
    """状态方块的一格：最后一次走完的间隔（None = 新客户）、距今天数 → 客户数与净额。"""

    last_gap: int | None
    days_since: int
    customers: int
    money: int


class OwnState(NamedTuple):
    """自己的周期要的一格：走完的间隔数、首末购买日相距天数、距今天数 → 客户数与净额。"""

    gaps: int
    span: int
    days_since: int
    customers: int
    money: int


class CustomerRow(NamedTuple):
    """一位客户的 R、F、M、三个标记（1 = ↑）与类型 4·R + 2·F + M。"""

    customer_id: CustomerId
    recency: int
    frequency: int
    monetary: int
    r_up: int
    f_up: int
    m_up: int
    segment: int


class Segment(NamedTuple):
    """一种类型：客户数，R、F、M 各自的总和。"""

    segment: int
    customers: int
    recency_sum: int
    frequency_sum: int
    money: int


class Change(NamedTuple):
    """同一天换一种口径：从哪种类型到哪种类型。"""

    before: int
    after: int
    customers: int
    money: int


class Migration(NamedTuple):
    """两个日子之间：before 是 None 表示那时还没有买过（money_before 也是 None）。"""

    before: int | None
    after: int
    customers: int
    money_before: int | None
    money_after: int


class Bin(NamedTuple):
    """直方图的一格：low ≤ 值 < low + 格宽。"""

    low: int
    customers: int


class Centres(NamedTuple):
    """R、F、M 三列各自与什么比较，精确的分数。"""

    recency: Fraction
    frequency: Fraction
    monetary: Fraction
