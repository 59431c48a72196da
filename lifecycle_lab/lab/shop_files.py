"""合成商店写成 Parquet：订单一份、真相一份；同样的内容同样的字节（同一版本的 pyarrow）。

编号存成整数而不是文字：一亿行的归组快一倍、文件小四分之一；别的列名与规范的订单表相同，
所以订单读取器与 warehouse 都能直接读。先写旁边的临时文件，两份都写完才改名。
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lifecycle_lab.export import written_whole
from lifecycle_lab.schema import DataError, ParameterError, quote
from lifecycle_lab.simulate import shops

SUFFIX = ".parquet"
NOTICE = "合成数据：程序按写明的随机模型与种子生成，没有真人的交易。"
_MONEY, _CYCLE = pa.decimal128(12, 2), pa.decimal128(8, 2)
_ORDERS = {
    "order_id": pa.int64(),
    "customer_id": pa.int64(),
    "order_date": pa.date32(),
    "amount": _MONEY,
    "cost": _MONEY,
    "quantity": pa.int8(),
    "cancelled": pa.bool_(),
    "new_business": pa.bool_(),
    "synthetic": pa.bool_(),
}
_DATES = ("acquired", "formation", "stability", "decline", "lost", "new_business")
_NAMES = {"frequency_class": shops.CLASSES, "exit_type": shops.EXIT_TYPES, "end_stage": shops.END_STAGES}
_TRUTH = {
    "customer_id": pa.int64(),
    "frequency_class": pa.dictionary(pa.int8(), pa.string()),
    "cycle_days": _CYCLE,
    "regularity": pa.decimal128(8, 4),
    "exit_type": pa.dictionary(pa.int8(), pa.string()),
    **{f"{name}_on": pa.date32() for name in _DATES},
    "end_stage": pa.dictionary(pa.int8(), pa.string()),
    "basket": _MONEY,
    "synthetic": pa.bool_(),
}


def truth_path(orders: Path) -> Path:
    """真相放在订单旁边：shop.parquet → shop_truth.parquet。"""
    return orders.with_name(f"{orders.stem}_truth{SUFFIX}")


class ShopFiles:
    """正在写的一对文件；`add` 一块一块地加，次序就是文件里的次序。"""

    def __init__(
        self, orders: pq.ParquetWriter, truth: pq.ParquetWriter, shop: shops.Shop, start: date
    ) -> None:
        self._orders, self._truth, self._shop = orders, truth, shop
        self._epoch = (start - date(1970, 1, 1)).days
        self.customers = self.rows = self.purchases = 0

    def add(self, made: shops.Chunk) -> None:
        before, size = self.customers, made.truth["cycle"].size
        table = order_table(made.orders, before, self._epoch)
        self._orders.write_table(table, row_group_size=max(len(table), 1))
        self._truth.write_table(truth_table(made.truth, before, self._epoch, self._shop.regularity), size)
        self.customers, self.rows = before + size, self.rows + len(table)
        self.purchases += len(table) - int(np.count_nonzero(made.orders["cancelled"]))


@contextmanager
def writing(
    target: Path, shop: shops.Shop, start: date, about: Mapping[str, str], replace: bool
) -> Iterator[ShopFiles]:
    """写 target 与它的真相；中途出任何事（断电除外）都不留下半份，原有的文件还在。

    replace: 已有同名文件时换掉它；否则 → ParameterError，不动别人的文件。
    """
    ends = (target, truth_path(target))
    _demand_free(ends, replace)
    said = {**about, "parameters": json.dumps(asdict(shop), sort_keys=True)}
    with _beside(ends) as parts, ExitStack() as stack:
        writers = (
            _writer(part, kind, {**said, "content": what})
            for part, kind, what in zip(parts, (_ORDERS, _TRUTH), ("orders", "truth"), strict=True)
        )
        yield ShopFiles(*map(stack.enter_context, writers), shop, start)


def _demand_free(ends: Sequence[Path], replace: bool) -> None:
    if ends[0].suffix != SUFFIX:
        raise ParameterError(f"文件名要以 {SUFFIX} 结尾。", where=quote(ends[0], 200), remedy="改好 --out。")
    if taken := [path for path in ends if path.exists() and not replace]:
        raise ParameterError(
            f"已经有 {quote(taken[0].name, 80)} 了。",
            where=quote(taken[0], 200),
            why="它也许是真的订单，这里不覆盖。",
            remedy="换一个名字，或先把它移走。",
        )


@contextmanager
def _beside(ends: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """每个目标旁边一个临时文件；做完一起改名，出了事一起删掉。"""
    try:
        with written_whole(*ends) as parts:  # 真相先到，订单从不单独出现
            yield parts
    except OSError as error:
        raise DataError(
            f"{quote(ends[0].name, 80)} 写不下去。",
            where=quote(ends[0].parent, 200),
            why=f"系统说：{quote(error.strerror or type(error).__name__, 80)}。",
            remedy="看看磁盘满没满、这个文件夹能不能写；一亿笔订单约要 1.3 GB。",
        ) from None


def _writer(path: Path, columns: Mapping[str, pa.DataType], about: Mapping[str, str]) -> pq.ParquetWriter:
    """整数与日子按差值存：排好序的编号几乎不占地方；金额按整数存，仍读成两位小数。"""
    words = [name for name, kind in columns.items() if pa.types.is_dictionary(kind)]
    plain = [name for name, kind in columns.items() if name not in words and not pa.types.is_boolean(kind)]
    writer = pq.ParquetWriter(
        path,
        pa.schema(columns.items()),
        compression="zstd",
        compression_level=1,
        use_dictionary=words,
        column_encoding=dict.fromkeys(plain, "DELTA_BINARY_PACKED"),
        store_decimal_as_integer=True,
        store_schema=False,  # 频次类等读回来就是文字
    )
    writer.add_key_value_metadata({"synthetic": "true", "notice": NOTICE, **about})
    return writer


def order_table(orders: shops.Columns, before: int, epoch: int) -> pa.Table:
    """一块订单 → Arrow 表；before: 前面各块的客户数，编号从 1 起。"""
    customer = orders["customer"] + np.int64(before + 1)
    columns = {
        "order_id": customer * (shops.MOST_ORDERS + 1) + orders["number"],
        "customer_id": customer,
        "order_date": pa.array(orders["day"] + np.int32(epoch), pa.date32()),
        "amount": _decimals(orders["amount"], _MONEY),
        "cost": _decimals(orders["cost"], _MONEY),
        "quantity": orders["quantity"],
        "cancelled": orders["cancelled"],
        "new_business": orders["new_business"],
        "synthetic": np.ones(customer.size, bool),
    }
    return _table(columns, _ORDERS)


def truth_table(truth: shops.Columns, before: int, epoch: int, regularity: float) -> pa.Table:
    """一块真相 → Arrow 表；窗口内没有的日子是空的。"""
    size = truth["cycle"].size
    columns = {
        "customer_id": np.arange(before + 1, before + 1 + size, dtype=np.int64),
        "cycle_days": _decimals(truth["cycle"], _CYCLE),
        "regularity": _decimals(np.full(size, round(regularity * 10_000)), _TRUTH["regularity"]),
        "basket": _decimals(truth["basket"], _MONEY),
        "synthetic": np.ones(size, bool),
        **{f"{name}_on": _dates(truth[name], epoch) for name in _DATES},
        **{name: pa.DictionaryArray.from_arrays(truth[name], list(known)) for name, known in _NAMES.items()},
    }
    return _table(columns, _TRUTH)


def _table(columns: Mapping[str, object], kinds: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.table([columns[name] for name in kinds], schema=pa.schema(kinds.items()))


def _dates(days: np.ndarray, epoch: int) -> pa.Array:
    return pa.array(days + np.int32(epoch), pa.date32(), mask=days == shops.NEVER)


def _decimals(minor: np.ndarray, kind: pa.DataType) -> pa.Array:
    """整数最小单位 → 定点小数，不经过浮点：128 位里低半是数、高半是符号。"""
    halves = np.empty((minor.size, 2), np.int64)
    halves[:, 0] = minor
    halves[:, 1] = halves[:, 0] >> 63
    return pa.Array.from_buffers(kind, minor.size, [None, pa.py_buffer(halves)])
