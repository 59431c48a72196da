"""一列原文 → 换算好的一列：每一种写法只换算一次，再按行铺开。

读不懂的格记下原因，不抛错、不改动。编号、金额、时刻各自怎样换算在 identifiers、amounts、moments：
文字的列逐种换算，有类型的列（Parquet、数据框）整列换算，两条路的规则相同（测试拿同一份数据走两遍）。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle_lab.reading.amounts import unwrap


@dataclass
class Column:
    """换算好的一列：values 是 int64；blank 是空着的行；reason 是读不懂的原因的号，0 是读懂了。

    text: 行号（从 0 起）→ 原来的文字，只在说出毛病时取。
    """

    values: np.ndarray
    blank: np.ndarray
    reason: np.ndarray
    reasons: tuple[str, ...]
    text: Callable[[int], str]

    def take(self, rows: np.ndarray) -> Column:
        """第 i 行改取第 rows[i] 行的。"""
        return Column(
            self.values[rows],
            self.blank[rows],
            self.reason[rows],
            self.reasons,
            lambda row: self.text(rows[row]),
        )


@dataclass
class Cells:
    """一列原文：rows[i] 指进 texts（已去外皮）；raw 是原来的文字。"""

    rows: np.ndarray
    texts: list[str]
    raw: list[str]

    @classmethod
    def of(cls, values: pa.Array | pa.ChunkedArray | Sequence[str]) -> Cells:
        if not isinstance(values, pa.Array | pa.ChunkedArray):
            values = strings(values)
        rows, names = encoded(values)
        raw = names.to_pylist()
        return cls(rows, [unwrap(text) for text in raw], raw)

    def counts(self, among: np.ndarray) -> dict[str, int]:
        """不空的各种文字 → 行数，只数 among 的行。"""
        numbers = np.bincount(self.rows[among], minlength=len(self.texts))
        found: dict[str, int] = {}
        for text, number in zip(self.texts, numbers.tolist(), strict=True):
            if text and number:
                found[text] = found.get(text, 0) + number
        return found

    def column(self, convert: Callable[[str], tuple[int, str]]) -> Column:
        """convert: 不空的文字 →（值，读不懂的原因或 ""）。"""
        values, reasons = np.zeros(len(self.texts), np.int64), [""]
        reason, blank = np.zeros(len(self.texts), np.int32), np.zeros(len(self.texts), bool)
        known = {"": 0}
        for i, text in enumerate(self.texts):
            if not text:
                blank[i] = True
                continue
            values[i], why = convert(text)
            if why not in known:
                known[why] = len(reasons)
                reasons.append(why)
            reason[i] = known[why]
        rows = self.rows
        return Column(
            values[rows], blank[rows], reason[rows], tuple(reasons), lambda row: self.raw[rows[row]]
        )


def strings(values: Sequence[str]) -> pa.Array:
    try:
        return pa.array(values, pa.large_string())
    except UnicodeEncodeError:
        return pa.array([_whole(text) for text in values], pa.large_string())


def _whole(text: str) -> str:
    """半个字符（孤立的代理项）Arrow 存不下，换成看得见的写法。"""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="backslashreplace").decode()
    return text


def encoded(values: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """任何类型的一列 →（每行指进的号，各种文字）；空值是空文字。"""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.ChunkedArray):  # 没有一块时仍是它
        values = pa.array([], values.type)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_null(values.type):
        values = values.cast(pa.string())
    if pa.types.is_boolean(values.type):
        values = pc.if_else(values, "是", "否")
    found = values.dictionary_encode()
    names = found.dictionary
    if not _is_text(names.type):
        names = names.cast(pa.string())
    rows = found.indices
    if rows.null_count:
        names = pa.concat_arrays([names.cast(pa.large_string()), pa.array([""], pa.large_string())])
        rows = rows.fill_null(len(names) - 1)
    return rows.to_numpy(zero_copy_only=False).astype(np.int64), names


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def text_of(values: pa.Array) -> Callable[[int], str]:
    def text(row: int) -> str:
        try:
            found = values[int(row)].as_py()
        except (ValueError, OverflowError):  # 公元一万年以后的时刻
            return ""
        return "" if found is None else str(found)

    return text


def row_numbers(codes: np.ndarray, columns: Callable[[], Iterable[pa.ChunkedArray]]) -> np.ndarray | None:
    """整行相同的行同号；订单号（codes）没有重复 → None，别的列一列也不取。columns: 全部的列，一列一列地取。"""
    if not len(codes):
        return None
    again = np.flatnonzero(np.bincount(codes)[codes] > 1)
    if not len(again):
        return None
    found = np.zeros(len(codes), np.int64)
    group = codes[again]
    for column in columns():
        one, _ = encoded(column.take(pa.array(again)))
        _, group = np.unique(group * (int(one.max()) + 1) + one, return_inverse=True)
    found[again] = group
    return found
