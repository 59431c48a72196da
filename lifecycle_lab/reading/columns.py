"""带类型的列：收哪几种，怎样换成文字；表的来源（Parquet、数据库、数据框）都给出同样几种。"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lifecycle_lab.reading.limits import LONGEST_CELL, Limits, too_long_cell, too_many, too_many_cells
from lifecycle_lab.schema import DataError, quote

PLAIN = ("integer", "floating", "decimal", "date", "timestamp", "boolean", "null")


@dataclass(frozen=True)
class TypedTable:
    """列名与类型已经知道，值还没有读；batches(列名) 每次从头读起，行序同来源。"""

    name: str
    schema: object
    rows: int
    batches: Callable[[Sequence[str]], Iterator]
    notes: tuple[str, ...] = field(default=())

    def table(self, columns: Sequence[str] | None, limits: Limits):
        """几列 → pyarrow.Table；不认得的列名是写程序的人的错。"""
        import pyarrow as pa

        columns = list(self.schema.names if columns is None else columns)
        check_cells(self.name, self.rows, len(columns), limits)
        fields = [self.schema.field(column) for column in columns]
        batches = list(self.batches(columns))
        if not batches:
            return pa.table({f.name: pa.array([], f.type) for f in fields}, pa.schema(fields))
        return pa.Table.from_batches(batches)

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """文字的一面：列名是第 1 行，数据从第 2 行数起。"""
        yield 1, list(self.schema.names)
        number = 1
        for batch in self.batches(self.schema.names):
            texts = [column_texts(column) for column in batch.columns]
            for cells in zip(*texts, strict=True):
                number += 1
                yield number, list(cells)


def check_cells(name: str, rows: int, columns: int, limits: Limits) -> None:
    if rows > limits.rows:
        raise too_many(name, limits.rows, "行", limits.hint("rows"))
    if columns > limits.columns:
        raise too_many(name, limits.columns, "列", limits.hint("columns"))
    if rows * columns > limits.cells:
        raise too_many_cells(name, limits.cells, limits.hint("cells"))


def check_schema(name: str, schema) -> None:
    """没有列、两列同名、套着一串的列 → DataError；一个值也还没有解开。"""
    if len(set(schema.names)) < len(schema.names):
        raise DataError(f"{quote(name, 80)} 有两列同名。", remedy="改掉其中一列的列名。")
    for found in schema:
        if not is_plain(found.type):
            raise DataError(
                f"{quote(name, 80)} 里有读不了的列类型 {quote(found.type)}。",
                where=f"{quote(found.name)}列",
                why="一格里还套着一串，或不是文字与数：几 kB 就能解开成几 GB。",
                remedy="这一列存成文字、数、日期或是否，或者不要导出它。",
            )


def is_plain(kind) -> bool:
    """只收文字、数、日期、是否：一格里还套着一串的列，几 kB 就能解开成几 GB。"""
    import pyarrow as pa

    return is_words(kind) or any(getattr(pa.types, f"is_{word}")(kind) for word in PLAIN)


def is_words(kind) -> bool:
    import pyarrow as pa

    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def text_bytes(name: str, values) -> int:
    """一列文字摊开后的字节数；只量长短，不摊开。有一格太长 → DataError。"""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(values.type):
        if (pc.max(pc.binary_length(values)).as_py() or 0) > LONGEST_CELL:
            _check_lengths(name, values)
        return pc.sum(pc.binary_length(values)).as_py() or 0
    lengths = pc.binary_length(values.dictionary)
    if (pc.max(lengths).as_py() or 0) > LONGEST_CELL:
        _check_lengths(name, values.dictionary)
    return pc.sum(pc.take(lengths, values.indices)).as_py() or 0


def _check_lengths(name: str, values) -> None:
    import pyarrow.compute as pc

    if (pc.max(pc.utf8_length(values)).as_py() or 0) > LONGEST_CELL:
        raise too_long_cell(name, "")


def column_texts(values) -> list[str]:
    """一列 → 文字。小数取最短的往返写法；时间戳由 Arrow 写成文字（逐个取值会惊动 pandas）。"""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_timestamp(values.type):
        return [re.sub(r"\.0+(?=$|[Z+-])", "", cell or "") for cell in values.cast(pa.string()).to_pylist()]
    return [plain_text(cell) for cell in values.to_pylist()]


def plain_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def some(names: Iterable[str], most: int = 5) -> str:
    """几个名字，给人看。"""
    names = list(names)
    return "、".join(quote(n) for n in names[:most]) + ("等" if len(names) > most else "")
