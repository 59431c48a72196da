"""内存里的表：pandas、polars、pyarrow、DuckDB、PySpark，都先换成 Arrow；没有载入的库不载入。"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from lifecycle_lab.reading.columns import TypedTable, check_cells, check_schema
from lifecycle_lab.reading.limits import Limits
from lifecycle_lab.schema import DataError, LabError, quote

LIBRARIES = {
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "pyarrow",
    "duckdb": "DuckDB",
    "_duckdb": "DuckDB",
}
LIBRARIES["pyspark"] = "PySpark"


def frame_library(what: object) -> str:
    """这是哪个库的对象；都不是 → 空。"""
    return LIBRARIES.get(type(what).__module__.partition(".")[0], "")


def open_frame(what: object, limits: Limits) -> TypedTable:
    """一个数据框 → 带类型的表；列名不是文字的换成文字，套着一串的列 → DataError。"""
    library = frame_library(what)
    name = f"{library} 表"
    table = _guarded(name, lambda: _as_text_where_odd(_CONVERTERS[library](what, name)))
    check_schema(name, table.schema)
    check_cells(name, table.num_rows, table.num_columns, limits)
    return TypedTable(name, table.schema, table.num_rows, lambda columns: _batches(table, columns))


def _batches(table, columns: Sequence[str]) -> Iterator:
    yield from table.select(list(columns)).to_batches(max_chunksize=2**16)


def _guarded(name: str, action: Callable):
    try:
        return action()
    except LabError:
        raise
    except Exception as error:  # 各库的错没有共同的根，也不为了认出它们而载入各库
        raise DataError(
            f"{quote(name, 80)} 换不成表。",
            why=f"换的时候出错：{type(error).__name__}。",
            remedy="先在原来的库里看一看它；或存成 Parquet 再读。",
        ) from None


def _from_pandas(frame, name: str):
    import pyarrow as pa

    if not hasattr(frame, "columns"):
        raise _not_a_table(name)
    if getattr(frame.columns, "nlevels", 1) > 1:
        raise DataError(f"{quote(name, 80)} 的列名有几层。", remedy="先把列名合成一层。")
    if any(label is not None for label in frame.index.names):
        frame = frame.reset_index()  # 起了名字的行标是列（groupby 之后的订单号）
    labels = [str(label) for label in frame.columns]
    if len(set(labels)) < len(labels):
        raise DataError(f"{quote(name, 80)} 有两列同名。", remedy="改掉其中一列的列名。")
    return pa.table([_pandas_column(frame.iloc[:, i], label) for i, label in enumerate(labels)], names=labels)


def _pandas_column(series, label: str):
    """一列；混着几种值的（object）逐格按文字写，写不成的说出来。"""
    import pyarrow as pa

    try:
        return pa.Array.from_pandas(series)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        if str(series.dtype) == "object":
            return pa.array([_object_text(value, label) for value in series], pa.string())
        return pa.array([None if gone else str(v) for v, gone in zip(series, series.isna(), strict=True)])


def _object_text(value: object, label: str) -> str | None:
    if value is None or value != value or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str | int | float | date) or type(value).__module__ == "numpy":
        return str(value)
    raise DataError(
        f"数据框里有读不了的值，类型是 {quote(type(value).__name__)}。",
        where=f"{quote(label)}列",
        remedy="这一列存成文字、数、日期或是否，或者不要它。",
    )


def _from_polars(frame, name: str):
    frame = frame.collect() if hasattr(frame, "collect") else frame
    if not hasattr(frame, "columns"):
        raise _not_a_table(name)
    return frame.to_arrow()


def _from_arrow(what, name: str):
    import pyarrow as pa

    if isinstance(what, pa.RecordBatch):
        return pa.Table.from_batches([what])
    for method in ("read_all", "to_table"):
        if hasattr(what, method):
            return getattr(what, method)()
    if not isinstance(what, pa.Table):
        raise _not_a_table(name)
    return what


def _from_duckdb(relation, name: str):
    return relation.to_arrow_table() if hasattr(relation, "to_arrow_table") else relation.fetch_arrow_table()


def _from_spark(frame, name: str):
    return frame.toArrow() if hasattr(frame, "toArrow") else _from_pandas(frame.toPandas(), name)


_CONVERTERS = {
    "pandas": _from_pandas,
    "polars": _from_polars,
    "pyarrow": _from_arrow,
    "DuckDB": _from_duckdb,
    "PySpark": _from_spark,
}


def _not_a_table(name: str) -> DataError:
    return DataError(f"{quote(name, 80)} 不是一张表，只是一列或别的东西。", remedy="给出有列名的表。")


def _as_text_where_odd(table):
    """时刻、时长、按字节存的文字换成文字；别的照旧（套着一串的随后拒收）。"""
    import pyarrow as pa

    for i, found in enumerate(table.schema):
        kind = found.type
        if pa.types.is_time(kind) or isinstance(kind, pa.BaseExtensionType):
            column = table.column(i)
            column = column.cast(pa.string()) if pa.types.is_time(kind) else column.cast(kind.storage_type)
            table = table.set_column(i, found.name, column)
    return table.replace_schema_metadata(None)
