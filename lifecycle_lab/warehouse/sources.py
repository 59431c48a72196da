"""订单从哪里来：数据框、文件、文件夹、DuckDB 的表、一串 schema.Order、Spark 的数据框。

每一种都变成可以写在 from 后面的一段（我们自己起的表名，或读 Parquet 的一句）；
文件与数据框不复制，CSV 与别处的查询结果先读进来一次。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.schema import DataError, Order, ParameterError, quote
from lifecycle_lab.warehouse.engines import (
    DuckDBEngine,
    Engine,
    Settings,
    SparkEngine,
    engine_error,
    fresh_name,
    text_literal,
)

SMALL_ROWS, SMALL_BYTES = 50_000, 500_000
_PARQUET = (".parquet", ".pq")
_CSV = (".csv", ".csv.gz", ".tsv", ".txt", ".txt.gz")


@dataclass(frozen=True)
class Table:
    """用户自己的 DuckDB 连接里的一张表或视图；只读，先抄进来。"""

    connection: object
    name: str


def table(connection: object, name: str) -> Table:
    """connection: duckdb 的连接；name: 表名或视图名（不是 SQL）。"""
    return Table(connection, name)


def is_spark(source: object) -> bool:
    return type(source).__module__.startswith("pyspark.")


def engine_for(source: object, settings: Settings, zone: str) -> Engine:
    if is_spark(source):
        return SparkEngine(source.sparkSession, zone)
    return DuckDBEngine(settings, zone, _is_small(source))


def _is_small(source: object) -> bool:
    """不必读就知道的大小：几万行的数据框，几百 KB 的文件。"""
    if isinstance(source, (str, Path)):
        return Path(source).is_file() and Path(source).stat().st_size < SMALL_BYTES
    return hasattr(source, "__len__") and not _is_relation(source) and len(source) < SMALL_ROWS


def bring_in(engine: Engine, source: object, doing: str) -> str:
    """把来源变成引擎里可以写在 from 后面的东西，返回它。"""
    name = fresh_name("raw")
    if isinstance(engine, SparkEngine):
        source.createOrReplaceTempView(name)
    elif isinstance(source, (str, Path)):
        return _files(engine, Path(source), name, doing)
    elif isinstance(source, Table) or _is_relation(source):
        _copied(engine, source, name, doing)
    else:
        _registered(engine, _orders_frame(source) if holds_orders(source) else source, name)
    return name


def _files(engine: DuckDBEngine, path: Path, name: str, doing: str) -> str:
    files = _found_files(path)
    listed = "[" + ", ".join(text_literal(_plain(file)) for file in files) + "]"
    if all(_is_parquet(file) for file in files):
        return f"read_parquet({listed}, union_by_name = true)"
    if any(_is_parquet(file) for file in files):
        raise DataError(f"{quote(path)} 里既有 Parquet 又有 CSV。", remedy="一次只给一种。")
    # 全按文字读，编号 007 才不会变成 7；解析一次就留在引擎里
    read = f"read_csv({listed}, header = true, all_varchar = true, union_by_name = true)"
    engine.table(name, f"select * from {read}", doing)
    return name


def _found_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise DataError(f"找不到 {quote(path, 120)}。", remedy="核对文件或文件夹的路径。")
    files = sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and file.name.lower().endswith(_PARQUET + _CSV) and file.name[0] not in "._"
    )
    if not files:
        raise DataError(f"文件夹 {quote(path, 120)} 里没有 Parquet 或 CSV。", remedy="核对文件夹的路径。")
    return files


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _plain(path: Path) -> str:
    """DuckDB 把 * ? [ 当通配符；放进方括号就只是字符。"""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path.absolute()))


def _is_relation(source: object) -> bool:
    return type(source).__name__ == "DuckDBPyRelation"


def _copied(engine: DuckDBEngine, source: object, name: str, doing: str) -> None:
    import duckdb

    try:
        relation = source.connection.cursor().table(source.name) if isinstance(source, Table) else source
        reader = relation.to_arrow_reader()
    except duckdb.Error as error:
        raise engine_error(error) from None
    engine.connection.register(name + "_reader", reader)
    engine.table(name, f"select * from {name}_reader", doing)
    engine.connection.unregister(name + "_reader")


def holds_orders(source: object) -> bool:
    return isinstance(source, Sequence) and all(isinstance(row, Order) for row in source)


def _orders_frame(orders: Sequence[Order]):
    import pyarrow as pa

    return pa.table(
        {
            "customer_id": pa.array([order.customer_id for order in orders], pa.string()),
            "order_date": pa.array([order.order_date for order in orders], pa.date32()),
            "amount": pa.array([order.amount for order in orders], pa.int64()),
            "cancelled": pa.array([order.cancelled for order in orders], pa.bool_()),
        }
    )


def _registered(engine: DuckDBEngine, frame: object, name: str) -> None:
    import duckdb

    try:
        engine.connection.register(name, frame)
        if hasattr(frame, "__len__"):
            engine.lengths[name] = len(frame)
    except (duckdb.Error, TypeError, ValueError):
        raise ParameterError(
            f"这种来源读不了：{quote(type(frame).__name__)}。",
            remedy="给一个 pandas/polars/pyarrow 数据框、DuckDB 的表、CSV/Parquet 文件或文件夹，或一串 Order。",
        ) from None
