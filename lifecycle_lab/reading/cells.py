"""XLSX 一格的写法 → 文字：列的字母、转义、数、日期。"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Context, Decimal

DAY_ONE, DAY_ONE_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
LAST_SERIAL = 2_958_466  # 9999-12-31 的下一天
SHOWN_DIGITS = 15  # 表格软件只有 15 位有效数字；第 16、17 位是二进制的零头
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ROUNDED, _EXACT = Context(prec=SHOWN_DIGITS), Context(prec=400)


def column_index(letters: str) -> int:
    """A → 0，Z → 25，AA → 26。"""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError("格的名字不对")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(index: int) -> str:
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def unescaped(text: str) -> str:
    """工作簿里写成 _x000D_ 的字符还它原样。"""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def number_text(raw: str) -> str:
    """写在文件里的数 → 普通十进制写法。小数照表格软件显示的 15 位。

    整数部分超过 15 位的，末尾几位在表格软件里已经没有了：照科学记数写，编号的文法会拒收它。
    """
    if raw.isascii() and raw.isdigit() and len(raw) <= SHOWN_DIGITS:
        return raw
    value = Decimal(raw.strip())
    if not value.is_finite() or abs(value.adjusted()) > 400:
        raise ValueError("不是数")
    if value.adjusted() >= SHOWN_DIGITS:
        return f"{value.normalize(_EXACT):E}"
    if len(value.as_tuple().digits) > SHOWN_DIGITS:
        value = _ROUNDED.plus(value)
    return format(value.normalize(_EXACT), "f") if value else "0"


def date_text(raw: str, shown: str, day_one: datetime) -> str:
    """日期格存的是天数；过了整点的带时刻。不在日历上的照数写。"""
    serial = Decimal(raw.strip())
    if not 0 <= serial < LAST_SERIAL - (1462 if day_one == DAY_ONE_1904 else 0):
        return number_text(raw)
    if day_one == DAY_ONE and serial < 60:
        serial += 1  # 1900 年的系统里有一个不存在的 2 月 29 日
    milliseconds = int((serial * 86_400_000).to_integral_value())
    moment = day_one + timedelta(milliseconds=milliseconds)
    clock = moment.time().isoformat("auto")[:12]
    if shown == "time" and serial < 2:
        return clock
    return moment.date().isoformat() if clock == "00:00:00" else f"{moment.date().isoformat()} {clock}"
