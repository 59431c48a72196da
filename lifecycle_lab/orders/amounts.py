"""金额列与件数列 → 整数（金额是最小单位）；文字的逐种换算，数的整列换算。"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle_lab.orders.columns import Cells, Column, text_of
from lifecycle_lab.reading import minor_units
from lifecycle_lab.reading.amounts import Money, decimal_comma, parse_money, parse_quantity

SURE_DIGITS = 15
"""双精度数与表格软件只可靠到 15 位有效数字。"""
MOST = 10**15
"""一格金额的最小单位至多这么大：再大多半是别的列，几百万行相加也不会溢出。"""
_TOO_LARGE = "金额大得不像真的"
_LONG_NUMBER = re.compile(r"-?[0-9]{13,}(?:\.[0-9]+)?")
_SIMPLE = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,6}))?")


def money_cells(values, comma: bool | None = None) -> tuple[Cells, dict[str, Money], bool]:
    """文字的一列金额 →（原文，文字 → 金额，小数点是不是逗号）；一眼就是小数的（1299.00）不在里面。"""
    cells = Cells.of(values)
    texts = [text for text in dict.fromkeys(cells.texts) if text]
    odd = [text for text in texts if not _SIMPLE.fullmatch(text)]
    if comma is None:  # 都是一眼的小数，或有一格只能是小数点，就不必细看
        comma = bool(odd) and decimal_comma([*odd, *(text for text in texts if "." in text)])
    parsed = {text: parse_money(text, comma) for text in (texts if comma else odd)}
    return cells, {text: money for text, money in parsed.items() if money}, comma


def money_column(
    cells: Cells, parsed: dict[str, Money], comma: bool, decimals: int, power: int, rounded: bool
) -> Column:
    """金额的文字 → 整数最小单位。rounded: 来自工作簿，照表格软件只看 15 位有效数字。"""
    fine = f"比最小单位（{decimals} 位小数）还细"

    digits = decimals + power

    def convert(text: str) -> tuple[int, str]:
        simple = None if comma else _SIMPLE.fullmatch(text)
        if simple and digits >= 0:
            sign, whole, part = simple.groups("")
            if len(part.rstrip("0")) > digits:
                return 0, fine
            units = int(whole + part.rstrip("0").ljust(digits, "0")[:digits])
            return (-units if sign else units), ""
        money = parsed.get(text) or (parse_money(text) if simple else None)
        if money is None:
            return 0, _TOO_LARGE if _LONG_NUMBER.fullmatch(text.strip()) else "不是金额"
        value = _fifteen(money.value) if rounded else money.value
        units = minor_units(value, digits) if digits >= 0 else minor_units(value.scaleb(digits), 0)
        if units is None:
            return 0, fine
        return (units, "") if abs(units) < MOST else (0, _TOO_LARGE)

    return cells.column(convert)


def _fifteen(value: Decimal) -> Decimal:
    digits = value.as_tuple().digits
    return Decimal(f"{value:.14e}") if len(digits) > SURE_DIGITS else value


def is_number(values: object) -> bool:
    """有数的类型、可以整列换算的列；其余当文字读。"""
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        return False
    return (
        pa.types.is_integer(values.type)
        or pa.types.is_floating(values.type)
        or pa.types.is_decimal(values.type)
    )


def typed_money(values: pa.Array | pa.ChunkedArray, decimals: int, power: int) -> Column:
    """数的一列 → 整数最小单位，整列换算。"""
    kind = values.type
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    digits = decimals + power
    blank = values.is_null().to_numpy(zero_copy_only=False).copy()
    if pa.types.is_integer(kind):
        whole = values.fill_null(0).to_numpy(zero_copy_only=False)
        reason = np.where(np.abs(whole.astype(np.float64)) * 10.0**digits >= MOST, 2, 0)
        units = np.where(reason, 0, whole).astype(np.int64) * 10**digits
    elif pa.types.is_floating(kind):
        units, reason, nan = _floats(values, digits)
        blank |= nan
    else:
        units, reason = _decimals(values, digits)
    reasons = ("", f"比最小单位（{decimals} 位小数）还细", "金额大得不像真的")
    reason = np.where(blank, 0, reason).astype(np.int32)
    return Column(np.where(blank | (reason > 0), 0, units), blank, reason, reasons, text_of(values))


def _floats(values: pa.Array, digits: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """双精度数只可靠到 15 位有效数字：按 15 位看恰好是 digits 位小数，才是它（0.1+0.2 是 0.3）。"""
    given = values.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    nan = np.isnan(given)
    big = np.abs(np.where(nan, 0, given)) * 10.0**digits >= MOST
    safe = np.where(nan | big, 0, given)
    units = np.rint(safe * 10.0**digits)
    places = np.floor(np.log10(np.maximum(np.abs(safe), 1e-300)))
    same = np.abs(units / 10.0**digits - safe) <= 0.5 * 10.0 ** (places + 1 - SURE_DIGITS)
    reason = np.where(big, 2, np.where(same, 0, 1))
    return units.astype(np.int64), reason, nan


def _decimals(values: pa.Array, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """十进制数：换成 digits 位小数，换不尽的是太细；整数部分太大的另记。"""
    wide = values.cast(pa.decimal256(76, max(values.type.scale, digits)))
    limit = pa.scalar(Decimal(MOST).scaleb(-digits), wide.type)
    big = pc.greater_equal(pc.abs(wide), limit).fill_null(False)
    wide = pc.if_else(big, pa.scalar(Decimal(0), wide.type), wide)
    cut = wide.cast(pa.decimal128(38, digits), safe=False)
    fine = pc.not_equal(cut.cast(wide.type), wide).fill_null(False).to_numpy(zero_copy_only=False)
    low = np.frombuffer(cut.buffers()[1], np.int64)[2 * cut.offset :: 2][: len(cut)]
    return low, np.where(big.to_numpy(zero_copy_only=False), 2, np.where(fine, 1, 0))


def quantities(values) -> Column:
    """件数；整数类型整列换算。"""
    if isinstance(values, pa.Array | pa.ChunkedArray) and pa.types.is_integer(values.type):
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        blank = values.is_null().to_numpy(zero_copy_only=False)
        whole = values.fill_null(0).to_numpy(zero_copy_only=False)
        big = np.abs(whole.astype(np.float64)) >= 10**9
        units = np.where(big, 0, whole).astype(np.int64)
        return Column(units, blank, big.astype(np.int32), ("", "数量大得不像真的"), text_of(values))
    cells = Cells.of(values)
    if isinstance(values, pa.Array | pa.ChunkedArray) and pa.types.is_floating(values.type):
        cells.texts = ["" if text == "nan" else text for text in cells.texts]

    def convert(text: str) -> tuple[int, str]:
        found = parse_quantity(text)
        return (0, "不是整数的件数") if found is None else (found, "")

    return cells.column(convert)
