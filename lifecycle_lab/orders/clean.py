"""干净的订单写出去：order_id、customer_id、amount、paid_at、quantity；写完整了才换名，半份不留。"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from lifecycle_lab.export import sheet_text, written_whole
from lifecycle_lab.orders.result import Reading
from lifecycle_lab.schema import DataError, ParameterError, quote


def write(found: Reading, path: Path) -> Path:
    """CSV（UTF-8，公式已中和）或 Parquet；别的扩展名 → ParameterError。"""
    table = clean_table(found)
    writers = {".csv": _csv, ".parquet": pq.write_table}
    writer = writers.get(path.suffix.casefold())
    if writer is None:
        raise ParameterError(
            f"不知道怎样写 {quote(path.name, 80)}。", where="clean", remedy="扩展名写 .csv 或 .parquet。"
        )
    try:
        with written_whole(path) as (unfinished,):
            writer(table, str(unfinished))
    except OSError as error:
        raise _unwritable(path, error) from None
    return path


def clean_table(found: Reading) -> pa.Table:
    """一单一行；amount 是十进制文字，paid_at 是 ISO 文字（整列没有钟点就只写日子）。"""
    found.require()
    table = found.table
    moments = table.column("paid_at")
    form = "%Y-%m-%dT%H:%M:%S" if found.timed else "%Y-%m-%d"
    return pa.table(
        {
            "order_id": table.column("order_id"),
            "customer_id": table.column("customer_id"),
            "amount": decimal_text(table.column("amount"), found.decimals),
            "paid_at": pc.strftime(moments, form) if len(table) else moments.cast(pa.string()),
            "quantity": table.column("quantity"),
        }
    )


def decimal_text(units: pa.ChunkedArray, decimals: int) -> pa.ChunkedArray:
    """整数最小单位 → 十进制文字，一分不差（1299.00）。"""
    if not decimals:
        return units.cast(pa.string())
    value = units.cast(pa.decimal128(38, 0)).cast(pa.decimal128(38, 0))
    scaled = pa.chunked_array(
        [_scaled(chunk, decimals) for chunk in value.chunks], pa.decimal128(38, decimals)
    )
    return scaled.cast(pa.string())


def _scaled(chunk: pa.Array, decimals: int) -> pa.Array:
    """同样的整数，换一个小数点的位置。"""
    return pa.Array.from_buffers(
        pa.decimal128(38, decimals), len(chunk), chunk.buffers(), chunk.null_count, chunk.offset
    )


def _csv(table: pa.Table, path: str) -> None:
    guarded = {name: _guarded(table.column(name)) for name in ("order_id", "customer_id")}
    columns = {name: guarded.get(name, table.column(name)) for name in table.column_names}
    options = pacsv.WriteOptions(quoting_style="needed")
    pacsv.write_csv(pa.table(columns), path, options)


def _guarded(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """编号以公式字符开头的加一撇；自己的读取器会去掉它。"""
    odd = pc.match_substring_regex(
        values,
        r"^[^0-9A-Za-z\p{Han}#]|[\x00-\x1f\x7f]|[^\x20-\x{ffff}]|[\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{61c}]",
    )
    if not pc.any(odd).as_py():
        return values
    mask = pc.fill_null(odd, False).combine_chunks()
    flat = values.combine_chunks()
    replaced = pa.array([sheet_text(text) for text in flat.filter(mask).to_pylist()], flat.type)
    return pa.chunked_array([pc.replace_with_mask(flat, mask, replaced)])


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"写不出 {quote(path.name, 80)}。",
        where=quote(path, 200),
        why=error.strerror or "系统没有说原因。",
        remedy="检查文件夹在不在、有没有写它的权限、盘满了没有。",
    )
