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
from lifecycle_lab.schema import DOWN, UP

_UP = frozenset(["↑", "⬆", "⇧", "▲", "△", "🔼", "^", "上", "高", "上升", "升", "向上", "up", "u"])
_DOWN = frozenset(["↓", "⬇", "⇩", "▼", "▽", "🔽", "v", "下", "低", "下降", "降", "向下", "down", "d"])
_ARROW_SIGNS = {**dict.fromkeys("↑⬆⇧▲△^上高", UP), **dict.fromkeys("↓⬇⇩▼▽v下低", DOWN)}
_SEPARATORS = str.maketrans("", "", " 、,;/|\t\ufe0f")
_NUMBER_UNIT = re.compile(r"(天|日|次|级|人|位|英镑|镑|£)$")


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
    return _decimal_entry(text, parse_decimal(halfwidth(text).removesuffix("%")))


def _decimal_entry(text: str, number: Decimal | None) -> Entry:
    if number is None:
        return Entry(text, None, text)
    return Entry(text, Fraction(number), format(number, "f"), max(0, -number.as_tuple().exponent))


def _whole(text: str, _: Collection[str]) -> Entry:
    number = parse_whole(_NUMBER_UNIT.sub("", halfwidth(text)))
    return Entry(text, number, text if number is None else str(number))


def _segment(text: str, names: Collection[str]) -> Entry:
    name = halfwidth(text).replace(" ", "")
    for candidate in (name, name + "客户"):
        if candidate in names:
            return Entry(text, candidate, candidate)
    return Entry(text, None, text)


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
    """`fill` 收到的 Python 值 → 学生会写下的文字；数字不走浮点的近似写法。"""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if value == value else "nan"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
