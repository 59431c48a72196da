"""学生写在一格里的字 → 规范的值；封闭的写法清单，之外的都是“格式不对”，不是“错”。

规范化只做一次，并且把认出的样子显示给学生看：⬆、上、^ 都认作 ↑，全角数字认作半角。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from lifecycle_lab.reading import halfwidth, parse_decimal, parse_whole
from lifecycle_lab.schema import DOWN, UP, exact_decimal, half_up

_UP = frozenset(["↑", "⬆", "⇧", "▲", "△", "🔼", "⇑", "^", "上", "向上", "up", "u"])
_DOWN = frozenset(["↓", "⬇", "⇩", "▼", "▽", "🔽", "⇓", "v", "下", "向下", "down", "d"])
ARROW_SIGNS = {sign: arrow for signs, arrow in ((_UP, UP), (_DOWN, DOWN)) for sign in signs if len(sign) == 1}
"""一个字的箭头写法 → 箭头；组合里一个字一个箭头，认得的与箭头格完全一样。"""
_SEPARATORS = str.maketrans("", "", " 、,;/|\t\ufe0f")
_SAME_UNITS = {"天": "天|日", "元": "元|圆|RMB|CNY", "英镑": "英镑|镑|£|GBP", "人": "人|位|个"}
_MONEY = frozenset({"元", "英镑"})
_SIGNS = {"元": "¥", "英镑": "£"}
_MONEY_SIGN = re.compile("[¥£$元圆]|CNY|RMB")
_FLOAT_DIGITS = 12
_LONGEST_CELL = 60  # 能判的格里没有更长的正经写法；再长的不规范化，免得有人拿它耗时间


@dataclass(frozen=True, slots=True)
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
    """kind: arrow、pattern、number、whole、percent、money、factor、days、segment、choice、text。

    names: segment 与 choice 是认得的词，数是这一列自己的单位；别的写法用不到。
    """
    if not text.strip():
        return Entry(text)
    if kind != "text" and len(text) > _LONGEST_CELL:
        return Entry(text, None, text)
    return _READERS[kind](text, names)


def _arrow(text: str, _: Collection[str]) -> Entry:
    sign = _half(text).replace("\ufe0f", "").casefold()
    arrow = UP if sign in _UP else DOWN if sign in _DOWN else None
    return Entry(text, arrow, arrow or text)


def _pattern(text: str, _: Collection[str]) -> Entry:
    signs = _half(text).casefold().translate(_SEPARATORS)
    if len(signs) != 3 or set(signs) - set(ARROW_SIGNS):
        return Entry(text, None, text)
    pattern = "".join(ARROW_SIGNS[sign] for sign in signs)
    return Entry(text, pattern, pattern)


def _number(text: str, units: Collection[str]) -> Entry:
    number = _without_unit(text, units)
    # 自己的单位已经去掉；还留着货币号就是别的货币，“万”只有金额的列才认
    foreign = (
        _MONEY_SIGN.search(number) if _MONEY & set(units) else _MONEY_SIGN.search(number) or "万" in number
    )
    return _decimal_entry(text, None if foreign else parse_decimal(number))


def _without_unit(text: str, units: Collection[str]) -> str:
    """去掉这一列自己的单位与货币号、正号，补全“.5”“3.”；别的单位留着，于是读不成数。"""
    number = _half(text).removeprefix("+")
    for unit in units:
        number = re.sub(f"({_SAME_UNITS.get(unit, unit)})$", "", number).strip()
        number = number.removeprefix(_SIGNS.get(unit, "\0")).strip()
    if re.fullmatch(r"\.\d+|\d+\.", number):
        return f"0{number}" if number.startswith(".") else number.removesuffix(".")
    return number


def _percent(text: str, _: Collection[str]) -> Entry:
    number = _half(text).removesuffix("%")
    return _decimal_entry(
        text, None if _MONEY_SIGN.search(number) or "万" in number else parse_decimal(number)
    )


def _decimal_entry(text: str, number: Decimal | None) -> Entry:
    if number is None:
        return Entry(text, None, text)
    return Entry(text, Fraction(number), format(number, "f"), max(0, -number.as_tuple().exponent))


def _whole(text: str, units: Collection[str]) -> Entry:
    number = parse_whole(_without_unit(text, units))
    return Entry(text, number, text if number is None else str(number))


def _segment(text: str, names: Collection[str]) -> Entry:
    written = _plain_name(text).rstrip("。.")
    known = {_plain_name(name): name for name in names}
    found = known.get(written) or known.get(written + "客户")
    return Entry(text, found, found or text)


def _choice(text: str, words: Collection[str]) -> Entry:
    """选项里的一个；大小写不分：选 A，写 a 也认。"""
    found = _known_words(tuple(words)).get(_plain_name(text).rstrip("。.").casefold())
    return Entry(text, found, found or text)


@lru_cache(maxsize=1024)
def _known_words(words: tuple[str, ...]) -> dict[str, str]:
    return {_plain_name(word).casefold(): word for word in words}


def _days(text: str, words: Collection[str]) -> Entry:
    """天数，或者一个词（没有达到也是答案）。"""
    number = parse_whole(_without_unit(text, ("天",)))
    return _choice(text, words) if number is None else Entry(text, number, str(number))


_half = lru_cache(maxsize=4096)(halfwidth)


@lru_cache(maxsize=4096)  # 一班人的表里翻来覆去是同样的几十个名字
def _plain_name(text: str) -> str:
    return "".join(_half(text).split())


def _text(text: str, _: Collection[str]) -> Entry:
    return Entry(text, text.strip(), text)


_READERS: dict[str, Callable[[str, Collection[str]], Entry]] = {
    "arrow": _arrow,
    "pattern": _pattern,
    "number": _number,
    "whole": _whole,
    "percent": _percent,
    "money": _number,
    "factor": _number,
    "segment": _segment,
    "choice": _choice,
    "days": _days,
    "text": _text,
}


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
