"""读入的一句：原来的列 → customer_id、day、amount、uneven、cancelled。只有这一句因引擎而异。

列的类型决定怎样换算，从不猜：金额不是整数最小单位就记作 uneven，读不出就是空，都数得出来。
外来的列名一律加引号（`x" from y --` 也只是一个名字）。
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lifecycle_lab.schema import DataError, ParameterError, quote

Money = Literal["major", "minor"]
TIME_NAMES = ("order_date", "order_time", "paid_at")
MOST_MINOR_UNITS = 10**15  # 十万亿元：再大的金额是写坏的
_YES = (
    "是",
    "true",
    "1",
    "yes",
    "y",
    "cancelled",
    "canceled",
    "refund",
    "refunded",
    "取消",
    "已取消",
    "退款",
    "已退款",
)
_NO = ("", "否", "false", "0", "no", "n")


@dataclass(frozen=True)
class Columns:
    """订单表里各列的名字。time、cancelled 是 None 时按常用的名字找；没有 cancelled 列就只看负金额。"""

    customer_id: str = "customer_id"
    time: str | None = None
    amount: str = "amount"
    cancelled: str | None = None


class Dialect(NamedTuple):
    """一个引擎的说法：标识符的引号，和几个换算的写法（{x} 是加好引号的列）。"""

    mark: str
    day: str
    text_day: str
    decimal: str
    whole: str
    float_type: str


DUCKDB = Dialect(
    mark='"',
    day="case when isfinite({x}) then cast(cast({x} as date) - date '1970-01-01' as int) end",
    text_day="cast(cast(try_cast(nullif(trim({x}), '') as timestamptz) as date) - date '1970-01-01' as int)",
    decimal="try_cast({x} as decimal(32, 12))",
    whole="try_cast({x} as bigint)",
    float_type="double",
)
SPARK = Dialect(
    mark="`",
    day="unix_date(cast({x} as date))",
    text_day="unix_date(cast(try_cast(nullif(trim({x}), '') as timestamp) as date))",
    decimal="try_cast({x} as decimal(32, 12))",
    whole="try_cast({x} as bigint)",
    float_type="double",
)


class Reading(NamedTuple):
    """来源，读它的一句（除不尽的金额是空），和多带一列 uneven 的一句（只有数不能用的行时才用）。"""

    source: str
    orders: str
    every_row: str


def quoted(name: str, dialect: Dialect) -> str:
    """列名变成一个标识符，里面的引号写两遍。"""
    return dialect.mark + name.replace(dialect.mark, dialect.mark * 2) + dialect.mark


def read_statement(
    types: Mapping[str, str], columns: Columns | None, money: Money, source: str, dialect: Dialect
) -> Reading:
    """types: 列名 → 引擎报的类型名；source: 写在 from 后面的来源（我们自己起的表名，或读文件的一句）。"""
    columns = _found(types, columns or Columns())
    if money not in ("major", "minor"):
        raise ParameterError(f"金额单位 {quote(money)} 不认识。", remedy="写 major（元）或 minor（分）。")
    amount, uneven = _amount(
        quoted(columns.amount, dialect), types[columns.amount], money, dialect, columns.amount
    )
    parts = (
        f"{_customer(quoted(columns.customer_id, dialect), types[columns.customer_id])} as customer_id",
        f"{_day(quoted(columns.time, dialect), types[columns.time], dialect, columns.time)} as day",
        f"{amount} as amount",
        f"{_cancelled(columns.cancelled, types, dialect)} as cancelled",
    )
    select = f"select {', '.join(parts)}"
    return Reading(source, f"{select} from {source}", f"{select}, {uneven} as uneven from {source}")


def _found(types: Mapping[str, str], columns: Columns) -> Columns:
    time = columns.time or next((name for name in TIME_NAMES if name in types), TIME_NAMES[0])
    cancelled = columns.cancelled or ("cancelled" if "cancelled" in types else None)
    wanted = [columns.customer_id, time, columns.amount, *([cancelled] if cancelled else [])]
    if missing := [name for name in wanted if name not in types]:
        raise DataError(
            f"订单里没有这些列：{'、'.join(map(quote, missing))}。",
            why=f"这里的列是 {'、'.join(quote(name) for name in list(types)[:20])}。",
            remedy="用 columns=Columns(customer_id=…, time=…, amount=…) 说明哪一列是什么。",
        )
    return Columns(columns.customer_id, time, columns.amount, cancelled)


def _kind(type_name: str) -> str:
    """引擎的类型名 → 文字、整数、小数、浮点、真假、日、时刻；别的都是 ""。"""
    name = type_name.upper()
    for kind, pattern in (
        ("text", r"VARCHAR|STRING|ENUM\b.*|CHAR.*"),
        ("whole", r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|LONG|SHORT|BYTE"),
        ("decimal", r"DECIMAL.*"),
        ("float", r"FLOAT|DOUBLE|REAL"),
        ("flag", r"BOOL(EAN)?"),
        ("day", r"DATE|TIMESTAMP.*"),
    ):
        if re.fullmatch(pattern, name):
            return kind
    return ""


def _customer(x: str, type_name: str) -> str:
    kind = _kind(type_name)
    if kind == "whole":
        return x
    if kind == "text":  # 编号照原样；全是空白的当作没有
        text = f"cast({x} as {'varchar' if x[0] == DUCKDB.mark else 'string'})"
        return f"case when trim({text}) <> '' then {text} end"
    raise _wrong_type("客户编号", x, type_name, "编号要是文字或整数；变成了小数的编号已经损坏，请重新导出。")


def _day(x: str, type_name: str, dialect: Dialect, name: str) -> str:
    kind = _kind(type_name)
    if kind not in ("day", "text"):
        raise _wrong_type("时间", name, type_name, "要是日期、时刻，或 2024-05-17 这样的文字。")
    return (dialect.day if kind == "day" else dialect.text_day).format(x=x)


def _amount(x: str, type_name: str, money: Money, dialect: Dialect, name: str) -> tuple[str, str]:
    """（换成最小单位的整数，是不是除不尽）。除不尽与读不出的都不给数，由账里去数。"""
    kind, scale = _kind(type_name), 100 if money == "major" else 1
    if kind == "float":
        # k/100 的浮点数往返一次还是它自己，才是两位小数；1.005 元不行
        number, as_float = f"round({x} * {scale})", f"cast({scale} as {dialect.float_type})"
        even = f"cast({number} / {as_float} as {type_name}) = {x}"
        present = f"abs({x}) < {MOST_MINOR_UNITS}"  # 空、NaN、无穷都不小于它
    elif kind in ("whole", "decimal", "text"):
        number = f"{dialect.decimal.format(x=x)} * {scale}"
        even, present = f"{number} = round({number})", f"abs({number}) < {MOST_MINOR_UNITS}"
        number = f"round({number})"
    else:
        raise _wrong_type("金额", name, type_name, "要是整数、小数，或 12.30 这样的文字。")
    whole = dialect.whole.format(x=number)
    uneven = f"case when {present} and not ({even}) then 1 else 0 end"
    return f"case when {present} and {even} then {whole} end", uneven


def _cancelled(name: str | None, types: Mapping[str, str], dialect: Dialect) -> str:
    """取消的标记 → 1、0；空着是没有取消；认不得的文字是空，由账里去数。"""
    if name is None:
        return "0"
    x, kind = quoted(name, dialect), _kind(types[name])
    if kind == "flag":
        return f"case when {x} then 1 else 0 end"
    if kind == "whole":
        return f"case when {x} = 1 then 1 when coalesce({x}, 0) = 0 then 0 end"
    if kind == "text":
        word = f"lower(trim(coalesce({x}, '')))"
        yes, no = (", ".join(f"'{w}'" for w in words) for words in (_YES, _NO))
        return f"case when {word} in ({yes}) then 1 when {word} in ({no}) then 0 end"
    raise _wrong_type("取消", name, types[name], "要是真假、0/1 或“是/否”。")


def _wrong_type(what: str, name: str, type_name: str, remedy: str) -> DataError:
    return DataError(f"{what}一列 {quote(name)} 的类型是 {quote(type_name)}，不能用。", remedy=remedy)
