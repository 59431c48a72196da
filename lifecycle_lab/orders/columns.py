"""一列 → 数：每一种写法只换算一次，再按行铺开；有类型的列（Parquet、数据框）整列换算。

两条路的规则相同（测试拿同一份数据走两遍），读不懂的格记下原因，不抛错、不改动。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle_lab.orders.headers import Question
from lifecycle_lab.reading import identifier_problem, minor_units
from lifecycle_lab.reading.amounts import Money, decimal_comma, parse_money, parse_quantity, unwrap
from lifecycle_lab.reading.moments import FORMATS, choose_form, local_clock, stated_form

LONG_DIGITS, SURE_ZEROS = 15, 4
DAMAGED = "编号被表格软件"  # 这样开头的原因：原来的数字已经没有了
_FARTHEST = 9_000 * 366 * 86_400  # 秒；再远 Python 的日期装不下
MOST = 10**15
"""一格金额的最小单位至多这么大：再大多半是别的列，几百万行相加也不会溢出。"""
_EPOCH = datetime(1970, 1, 1)
_PLAIN = r"^#?[0-9A-Za-z_\-\p{Han}]{1,64}$"
_ADDRESS = r"^[0-9A-Za-z_.\-]{1,40}@[0-9A-Za-z_.\-]{1,23}$"


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


@dataclass
class Cells:
    """一列原文：rows[i] 指进 texts（已去外皮）；raw 是原来的文字。"""

    rows: np.ndarray
    texts: list[str]
    raw: list[str]

    @classmethod
    def of(cls, values: pa.Array | pa.ChunkedArray | Sequence[str]) -> Cells:
        if not isinstance(values, pa.Array | pa.ChunkedArray):
            values = _strings(values)
        rows, names = _encoded(values)
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


def _strings(values: Sequence[str]) -> pa.Array:
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


def _encoded(values: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
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


# ---- 编号 ----


def identifiers(values: pa.Array | pa.ChunkedArray | Sequence[str]) -> Identifiers:
    """一列编号：外皮去掉并数清；改坏的记进 damaged。"""
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        values = _strings(values)
    if pa.types.is_floating(values.type):
        return _fractional(values)
    rows, raw = _encoded(values)
    texts, reasons, reason, unwrapped = _clean(raw)
    blank = pc.equal(texts, "").to_numpy(zero_copy_only=False)
    codes, names = rows, texts
    if texts is not raw:  # 去掉外皮后可能同名
        again, names = _encoded(texts)
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
    rows, names = _encoded(values)
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


# ---- 金额 ----


def money_cells(values, comma: bool | None = None) -> tuple[Cells, dict[str, Money], bool]:
    """文字的一列金额 →（原文，文字 → 金额，小数点是不是逗号）；一眼就是小数的（1299.00）不在里面。"""
    cells = Cells.of(values)
    texts = [text for text in dict.fromkeys(cells.texts) if text]
    odd = [text for text in texts if not _SIMPLE.fullmatch(text)]
    if comma is None:  # 都是一眼的小数，或有一格只能是小数点，就不必细看
        comma = bool(odd) and decimal_comma([*odd, *(text for text in texts if "." in text)])
    parsed = {text: parse_money(text, comma) for text in (texts if comma else odd)}
    return cells, {text: money for text, money in parsed.items() if money}, comma


_TOO_LARGE = "金额大得不像真的"
_LONG_NUMBER = re.compile(r"-?[0-9]{13,}(?:\.[0-9]+)?")
_SIMPLE = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,6}))?")


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
    return Decimal(f"{value:.14e}") if len(digits) > LONG_DIGITS else value


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
    return Column(np.where(blank | (reason > 0), 0, units), blank, reason, reasons, _texts(values))


def _floats(values: pa.Array, digits: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """双精度数只可靠到 15 位有效数字：按 15 位看恰好是 digits 位小数，才是它（0.1+0.2 是 0.3）。"""
    given = values.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    nan = np.isnan(given)
    big = np.abs(np.where(nan, 0, given)) * 10.0**digits >= MOST
    safe = np.where(nan | big, 0, given)
    units = np.rint(safe * 10.0**digits)
    places = np.floor(np.log10(np.maximum(np.abs(safe), 1e-300)))
    same = np.abs(units / 10.0**digits - safe) <= 0.5 * 10.0 ** (places + 1 - LONG_DIGITS)
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


def _texts(values: pa.Array) -> Callable[[int], str]:
    def text(row: int) -> str:
        try:
            found = values[int(row)].as_py()
        except (ValueError, OverflowError):  # 公元一万年以后的时刻
            return ""
        return "" if found is None else str(found)

    return text


# ---- 数量、词 ----


def quantities(values) -> Column:
    """件数；整数类型整列换算。"""
    if isinstance(values, pa.Array | pa.ChunkedArray) and pa.types.is_integer(values.type):
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        blank = values.is_null().to_numpy(zero_copy_only=False)
        whole = values.fill_null(0).to_numpy(zero_copy_only=False)
        big = np.abs(whole.astype(np.float64)) >= 10**9
        units = np.where(big, 0, whole).astype(np.int64)
        return Column(units, blank, big.astype(np.int32), ("", "数量大得不像真的"), _texts(values))
    cells = Cells.of(values)
    if isinstance(values, pa.Array | pa.ChunkedArray) and pa.types.is_floating(values.type):
        cells.texts = ["" if text == "nan" else text for text in cells.texts]

    def convert(text: str) -> tuple[int, str]:
        found = parse_quantity(text)
        return (0, "不是整数的件数") if found is None else (found, "")

    return cells.column(convert)


# ---- 时刻 ----


@dataclass
class Moments:
    """时刻列：column.values 是 1970 年起的秒（店铺当地的钟面）。form: 选定的写法；timed: 有没有钟点。"""

    column: Column
    form: str
    mixed: int = 0
    timed: bool = True
    zoned: int = 0


def moments(
    values, among: np.ndarray, form: str | None, zone: tzinfo, written: bool, serials: bool
) -> Moments:
    """一列时刻；among: 定写法时看的行；written: 写着的时差就是店铺自己的。日月两可、写法太杂 → Question。"""
    if isinstance(values, pa.Array | pa.ChunkedArray) and pa.types.is_temporal(values.type):
        return _typed_moments(values, zone)
    cells = Cells.of(values)
    counts = cells.counts(among)
    found = stated_form(form, counts) if form else choose_form(counts, serials)
    if found.question and counts:
        raise _asked(found.question, found.example)
    wrong = f"不是这一列的日期写法（{FORMATS.get(found.name, '没有')}），或没有这一天"
    read = dict(found.moments)
    if found.name:
        rest = [text for text in set(cells.texts) - set(counts) if text]
        read |= stated_form(found.name, rest).moments

    def convert(text: str) -> tuple[int, str]:
        moment = read.get(text)
        if moment is None:
            return 0, wrong
        try:
            return int((local_clock(moment, zone, written) - _EPOCH).total_seconds()), ""
        except OverflowError:
            return 0, wrong

    zoned = sum(counts[text] for text, moment in found.moments.items() if moment.offset is not None)
    timed = any(moment.timed for moment in found.moments.values())
    return Moments(cells.column(convert), found.name, found.mixed, timed, zoned)


def _typed_moments(values: pa.Array | pa.ChunkedArray, zone: tzinfo) -> Moments:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    kind, blank = values.type, values.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_date(kind):
        days = values.cast(pa.date32()).cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False)
        seconds = days.astype(np.int64) * 86_400
    else:
        seconds = _stamps(values, zone)
    far = (np.abs(seconds) > _FARTHEST) & ~blank
    seconds = np.where(blank | far, 0, seconds)
    timed = bool((seconds % 86_400 != 0).any())
    zoned = int((~blank).sum()) if pa.types.is_timestamp(kind) and kind.tz else 0
    column = Column(seconds, blank, far.astype(np.int32), ("", "没有这样的日子"), _texts(values))
    return Moments(column, "typed", 0, timed, zoned)


def _stamps(values: pa.Array, zone: tzinfo) -> np.ndarray:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[values.type.unit]
    ticks = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    seconds = ticks // per_second
    if not values.type.tz:
        return seconds
    hours, inside = np.unique(seconds // 900, return_inverse=True)  # 时差只在整刻变
    shifts = [_shift(int(hour) * 900, zone) for hour in hours]
    return seconds + np.array(shifts or [0], np.int64)[inside]


def _shift(second: int, zone: tzinfo) -> int:
    try:
        offset = datetime.fromtimestamp(second, tz=zone).utcoffset()
    except (ValueError, OverflowError, OSError):
        return 0
    return int(offset.total_seconds()) if offset else 0


def _asked(question: str, example: str) -> Question:
    shown = f"「{example[:40]}」"
    said = {
        "ambiguous": (
            f"日期 {shown} 分不清哪个是日、哪个是月。",
            "写明 --date-format dmy（日/月/年）或 mdy（月/日/年）。",
        ),
        "mixed": (
            f"日期的写法不止一种，如 {shown}，哪一种也不过半。",
            "统一成一种写法再导出；或用 --date-format 指定一种，别的隔离。",
        ),
        "unknown": (
            f"日期的写法不认识，如 {shown}。",
            "改成 年-月-日 再导出；表格软件的日期序号用 --date-format excel。",
        ),
    }[question]
    forms = "、".join(f"{name}（{shown}）" for name, shown in FORMATS.items())
    return Question(said[0], where="付款时间列", why=f"认得的写法：{forms}。", remedy=said[1])


# ---- 整行 ----


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
        one, _ = _encoded(column.take(pa.array(again)))
        _, group = np.unique(group * (int(one.max()) + 1) + one, return_inverse=True)
    found[again] = group
    return found
