"""时刻列 → 1970 年起的秒（店铺当地的钟面）；写法不明就问。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

import numpy as np
import pyarrow as pa

from lifecycle_lab.orders.columns import Cells, Column, text_of
from lifecycle_lab.orders.headers import Question
from lifecycle_lab.reading.moments import FORMATS, choose_form, local_clock, stated_form

_FARTHEST = 9_000 * 366 * 86_400  # 秒；再远 Python 的日期装不下
_EPOCH = datetime(1970, 1, 1)


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
    column = Column(seconds, blank, far.astype(np.int32), ("", "没有这样的日子"), text_of(values))
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
