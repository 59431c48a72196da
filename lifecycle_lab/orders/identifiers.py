"""编号列（订单号、客户）：去掉外皮，认出被表格软件改坏的。"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle_lab.orders.columns import Column, encoded, strings
from lifecycle_lab.reading import identifier_problem
from lifecycle_lab.reading.amounts import unwrap

LONG_DIGITS, SURE_ZEROS = 15, 4
DAMAGED = "编号被表格软件"  # 这样开头的原因：原来的数字已经没有了
_PLAIN = r"^#?[0-9A-Za-z_\-\p{Han}]{1,64}$"
_ADDRESS = r"^[0-9A-Za-z_.\-]{1,40}@[0-9A-Za-z_.\-]{1,23}$"


@dataclass
class Identifiers:
    """编号列：codes 指进 names（去掉外皮的文字）；damaged: 看得出被表格软件改坏的（行，文字，原因）。"""

    column: Column
    names: pa.Array
    unwrapped: int
    damaged: tuple[int, str, str] | None

    @property
    def codes(self) -> np.ndarray:
        return self.column.values

    def spread(self, chosen: np.ndarray) -> np.ndarray:
        """各种编号的是与否 → 各行的。"""
        return chosen[self.codes] if len(chosen) else np.zeros(len(self.codes), bool)

    def equal(self, text: str) -> np.ndarray:
        return pc.equal(self.names, unwrap(text)).to_numpy(zero_copy_only=False)

    def matching(self, words: Sequence[str], sure: Callable[[str], bool]) -> np.ndarray:
        """整列先粗筛出带着 words 之一的，再逐个用 sure 定。"""
        near = pc.replace_substring_regex(self.names, r"\s+", "")
        hint = "|".join(re.escape(re.sub(r"\s+", "", word)) for word in words)
        hits = pc.match_substring_regex(near, f"(?i){hint}").to_numpy(zero_copy_only=False).copy()
        places = np.flatnonzero(hits)
        hits[places] = [sure(text) for text in self.names.take(pa.array(places)).to_pylist()]
        return hits


def identifiers(values: pa.Array | pa.ChunkedArray | Sequence[str]) -> Identifiers:
    """一列编号：外皮去掉并数清；改坏的记进 damaged。"""
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        values = strings(values)
    if pa.types.is_floating(values.type):
        return _fractional(values)
    rows, raw = encoded(values)
    texts, reasons, reason, unwrapped = _clean(raw)
    blank = pc.equal(texts, "").to_numpy(zero_copy_only=False)
    codes, names = rows, texts
    if texts is not raw:  # 去掉外皮后可能同名
        again, names = encoded(texts)
        codes = again[rows]
    column = Column(codes, blank[rows], reason[rows], reasons, lambda row: raw[int(rows[row])].as_py())
    return Identifiers(column, names, int(unwrapped[rows].sum()), _damage(texts, rows))


def _clean(raw: pa.Array) -> tuple[pa.Array, tuple[str, ...], np.ndarray, np.ndarray]:
    """各种编号 →（去掉外皮的，原因们，原因的号，是否去掉过外皮）；一眼干净的不逐个看。"""
    plain = pc.or_(pc.match_substring_regex(raw, _PLAIN), pc.match_substring_regex(raw, _ADDRESS))
    plain = pc.and_not(plain, pc.match_substring_regex(raw, "锟斤拷|烫烫烫"))
    mask = ~plain.to_numpy(zero_copy_only=False)
    odd = np.flatnonzero(mask)
    reason, unwrapped = np.zeros(len(raw), np.int32), np.zeros(len(raw), bool)
    known, replaced = {"": 0}, []
    for i, text in zip(odd.tolist(), raw.take(odd).to_pylist(), strict=True):
        clean = unwrap(text)
        unwrapped[i] = clean != text.strip()
        reason[i] = known.setdefault(_identifier_problem(clean), len(known))
        replaced.append(clean)
    if replaced:
        raw = pc.replace_with_mask(raw, pa.array(mask), pa.array(replaced, raw.type))
    return raw, tuple(known), reason, unwrapped


def _identifier_problem(text: str) -> str:
    if len(text) > 2 and not text.strip("#"):
        return f"{DAMAGED}：一串 # 是列太窄，原来的数字没有导出来"
    return identifier_problem(text) if text else ""


def _fractional(values: pa.Array | pa.ChunkedArray) -> Identifiers:
    """小数类型的编号：前导零与 15 位以后的数字已经没有了。"""
    rows, names = encoded(values)
    texts = names.to_pylist()
    blank = (
        np.array([text in ("", "nan") for text in texts] or [], bool)[rows] if texts else np.zeros(0, bool)
    )
    first = np.flatnonzero(~blank)
    why = f"{DAMAGED}一类的工具存成了小数：前导零与第 15 位以后的数字已经没有了"
    damaged = (int(first[0]), texts[rows[first[0]]], why) if len(first) else None
    column = Column(rows, blank, np.zeros(len(rows), np.int32), ("",), lambda row: texts[rows[row]])
    return Identifiers(column, pa.array(texts, pa.string()), 0, damaged)


def _damage(texts: pa.Array, rows: np.ndarray) -> tuple[int, str, str] | None:
    """表格软件只留 15 位有效数字：超过 15 位的编号第 15 位以后个个是零，就是被它改过了。"""
    long = np.flatnonzero(pc.match_substring_regex(texts, r"^[0-9]{16,}$").to_numpy(zero_copy_only=False))
    if not len(long):
        return None
    found = texts.take(long)
    rounded = pc.match_substring_regex(found, r"^[0-9]{15}0+$")
    zeros = pc.sum(pc.binary_length(found)).as_py() - LONG_DIGITS * len(found)
    if not pc.all(rounded).as_py() or zeros < SURE_ZEROS:
        return None
    row = int(np.flatnonzero(rows == long[0])[0])
    why = f"{DAMAGED}改过：这一列超过 {LONG_DIGITS} 位的编号末尾全是零"
    return row, found[0].as_py(), why
