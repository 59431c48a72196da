"""学生写在一格里的字 → 规范的值；封闭的写法清单，之外的都是“格式不对”，不是“错”。

规范化只做一次，并且把认出的样子显示给学生看：⬆、上、^ 都认作 ↑，全角数字认作半角。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lifecycle_lab.reading import halfwidth, parse_decimal, parse_whole
from lifecycle_lab.schema import DOWN, UP, exact_decimal, half_up

_UP = frozenset(["↑", "⬆", "⇧", "▲", "△", "🔼", "^", "上", "高", "上升", "升", "向上", "up", "u"])
_DOWN = frozenset(["↓", "⬇", "⇩", "▼", "▽", "🔽", "v", "下", "低", "下降", "降", "向下", "down", "d"])
# 组合里一个字一个箭头：单个字的写法与箭头格认得的完全一样
_ARROW_SIGNS = {
    sign: arrow for signs, arrow in ((_UP, UP), (_DOWN, DOWN)) for sign in signs if len(sign) == 1
}
_SEPARATORS = str.maketrans("", "", " 、,;/|\t\ufe0f")
_NUMBER_UNIT = re.compile(r"(天|日|次|级|人|位|英镑|镑|£)$")
_MONEY_SIGN = re.compile("[¥£$元圆万]|CNY|RMB")
_FLOAT_DIGITS = 12


@dataclass(frozen=True)
class Entry:
    """一格读出来的样子。value 为 None 且 text 非空就是格式不对；digits 是写了几位小数。"""

    text: str
    value: object = None
    shown: str = ""
    digits: int = 0

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    @property
    def is_readable(self) -> bool:
        return self.value is not None


def read_entry(kind: str, text: str, names: Collection[str] = ()) -> Entry:
    """kind: arrow、pattern、number、whole、percent、segment、text;names 是认得的级别名。"""
    if not text.strip():
        return Entry(text)
    return _READERS[kind](text, names)


def _arrow(text: str, _: Collection[str]) -> Entry:
    sign = halfwidth(text).replace("\ufe0f", "").casefold()
    arrow = UP if sign in _UP else DOWN if sign in _DOWN else None
    return Entry(text, arrow, arrow or text)


def _pattern(text: str, _: Collection[str]) -> Entry:
    signs = halfwidth(text).casefold().translate(_SEPARATORS)
    if len(signs) != 3 or set(signs) - set(_ARROW_SIGNS):
        return Entry(text, None, text)
    pattern = "".join(_ARROW_SIGNS[sign] for sign in signs)
    return Entry(text, pattern, pattern)


def _number(text: str, _: Collection[str]) -> Entry:
    number = parse_decimal(_NUMBER_UNIT.sub("", halfwidth(text)))
    return _decimal_entry(text, number)


def _percent(text: str, _: Collection[str]) -> Entry:
    number = halfwidth(text).removesuffix("%")
    return _decimal_entry(text, None if _MONEY_SIGN.search(number) else parse_decimal(number))


def _decimal_entry(text: str, number: Decimal | None) -> Entry:
    if number is None:
        return Entry(text, None, text)
    return Entry(text, Fraction(number), format(number, "f"), max(0, -number.as_tuple().exponent))


def _whole(text: str, _: Collection[str]) -> Entry:
    number = parse_whole(_NUMBER_UNIT.sub("", halfwidth(text)))
    return Entry(text, number, text if number is None else str(number))


def _segment(text: str, names: Collection[str]) -> Entry:
    written = _plain_name(text)
    known = {_plain_name(name): name for name in names}
    found = known.get(written) or known.get(written + "客户")
    return Entry(text, found, found or text)


def _plain_name(text: str) -> str:
    return "".join(halfwidth(text).split())


def _text(text: str, _: Collection[str]) -> Entry:
    return Entry(text, text.strip(), text)


_READERS: dict[str, Callable[[str, Collection[str]], Entry]] = {
    "arrow": _arrow,
    "pattern": _pattern,
    "number": _number,
    "whole": _whole,
    "percent": _percent,
    "segment": _segment,
    "text": _text,
}
KINDS = frozenset(_READERS)


def as_text(value: object) -> str:
    """`fill` 收到的 Python 值 → 学生会写下的文字。

    浮点数取 12 位有效数字（再往后可能是二进制的零头，如 0.1 + 0.2 的 …04，累加十次还会大些）；分数能写尽就写尽。
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return format(Decimal(format(value, f".{_FLOAT_DIGITS}g")), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    return finite_text(value) if isinstance(value, Fraction) else str(value)


def finite_text(value: Fraction, least: int = 0) -> str:
    """有限小数写精确值；除不尽的四舍五入到 6 位。"""
    try:
        return exact_decimal(value, least)
    except ValueError:
        return half_up(value, 6)
