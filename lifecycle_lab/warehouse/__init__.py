"""仓库：任意大小的订单归成几张小表(design.md §3 的“腰”)。

一组短的整数 SQL，由 DuckDB 跑在 pandas/polars/pyarrow 数据框、CSV 与 Parquet 文件和文件夹、DuckDB 的表上；
同样的文字一字不改跑在 Spark 上（排先后的三句在 DuckDB 上另有快写法，逐行相等）。
往后的房间只看小表，所以一千笔与一亿笔是同一条路。

口径：
- 购买：没有取消、金额不为负的订单。退款（负金额，或标着取消）减少金额，不算购买。
- 购买日：客户 × 天；同一天的几笔并成一次，间隔与周期按它算。F 数订单还是购买日，用的时候写明。
- 天：商店当地的日子；带时区的时刻按 zone 换算，不带的就是当地时间。
- 观察日之后的行不算，数得出来；空的、读不出的、除不尽的行要么拒绝，要么放在一边并按名字数出来。
- R = 观察日 − 最后购买日，F、M 与 rfm.customer_totals 相同；没有买过的客户不在表里。
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.warehouse import ingest
from lifecycle_lab.warehouse.customers import Customers
from lifecycle_lab.warehouse.engines import Settings
from lifecycle_lab.warehouse.house import Warehouse
from lifecycle_lab.warehouse.ingest import Columns, Money
from lifecycle_lab.warehouse.rows import (
    Base,
    Bin,
    Centres,
    Change,
    CustomerRow,
    Gap,
    Intake,
    Migration,
    OwnState,
    Segment,
    State,
    Totals,
    day_date,
    day_number,
)
from lifecycle_lab.warehouse.sources import Table, bring_in, engine_for, holds_orders, is_spark, table

__all__ = [
    "Base",
    "Bin",
    "Centres",
    "Change",
    "Columns",
    "CustomerRow",
    "Customers",
    "Gap",
    "Intake",
    "Migration",
    "OwnState",
    "Plane",
    "Segment",
    "Settings",
    "State",
    "Table",
    "Totals",
    "Warehouse",
    "day_date",
    "day_number",
    "open_orders",
    "table",
]


def __getattr__(name: str) -> object:
    if name == "Plane":  # numpy 用到才引入
        from lifecycle_lab.warehouse.plane import Plane

        return Plane
    raise AttributeError(f"lifecycle_lab.warehouse 里没有 {name}")


def open_orders(
    source: object,
    as_of: date,
    columns: Columns | None = None,
    *,
    money: Money = "major",
    bad_rows: str = "refuse",
    zone: str = "Asia/Shanghai",
    settings: Settings | None = None,
) -> Warehouse:
    """一份订单 → 仓库。

    source: 数据框、文件或文件夹的路径、DuckDB 的关系或 table(连接, 表名)、一串 schema.Order、Spark 数据框。
    money: 金额列是主单位（major，元）还是整数最小单位（minor，分）；一串 Order 总是最小单位。
    bad_rows: 有不能用的行时 "refuse"（DataError，说出每一类几行）或 "set_aside"（放在一边，数进 intake）。
    """
    if bad_rows not in ("refuse", "set_aside"):
        raise ParameterError(f"bad_rows 不认识 {quote(bad_rows)}。", remedy="写 refuse 或 set_aside。")
    engine = engine_for(source, settings or Settings(), zone)
    try:
        raw = bring_in(engine, source, "读入订单")
        dialect = ingest.SPARK if is_spark(source) else ingest.DUCKDB
        scale = "minor" if holds_orders(source) else money
        read = ingest.read_statement(engine.types(raw), columns, scale, raw, dialect)
        return Warehouse(engine, read, as_of, bad_rows, owner=True)
    except BaseException:
        with suppress(Exception):  # 收拾不了也不遮住原来的错误
            engine.close()
        raise
