"""金额、数量、编号的封闭文法：平台导出里的写法全在这里，不在这里的写法一律读不懂。

一格一格看，与邻格无关；只有小数点是点还是逗号要看整列（`decimal_comma`）。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from lifecycle_lab.export import FORMULA_STARTS
from lifecycle_lab.reading.grammar import LONGEST_NUMBER, WHOLE_DIGITS, plain_digits

# 货币写法 → 代码。¥ 归人民币：日元的列会写 JPY，或由人说明
CURRENCY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("¥", "元", "圆", "块", "人民币", "rmb", "cny", "cny¥", "rmb¥", "人民币元"), "CNY"),
        **dict.fromkeys(("$", "us$", "usd", "usd$", "美元", "美金"), "USD"),
        **dict.fromkeys(("€", "eur", "欧元"), "EUR"),
        **dict.fromkeys(("£", "gbp", "英镑"), "GBP"),
        **dict.fromkeys(("hk$", "hkd", "hkd$", "港元", "港币", "港幣"), "HKD"),
        **dict.fromkeys(("nt$", "twd", "台币", "新台币"), "TWD"),
        **dict.fromkeys(("jp¥", "jpy", "日元", "円", "日圆"), "JPY"),
        **dict.fromkeys(("₩", "krw", "韩元"), "KRW"),
        **dict.fromkeys(("s$", "sgd", "新加坡元"), "SGD"),
        **dict.fromkeys(("a$", "au$", "aud", "澳元"), "AUD"),
        **dict.fromkeys(("c$", "ca$", "cad", "加元"), "CAD"),
    }
)
MINOR_DIGITS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK"), 0)
    | dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND"), 3)
)
"""最小单位的小数位数；没有写的都是 2。"""

_WORD = "|".join(sorted(map(re.escape, CURRENCY_WORDS), key=len, reverse=True))
_POINT = r"[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,30})?|[0-9]{1,13}(?:\.[0-9]{1,30})?"
_COMMA = r"[0-9]{1,3}(?:[. '][0-9]{3}){1,4}(?:,[0-9]{1,30})?|[0-9]{1,13}(?:,[0-9]{1,30})?"


def _money(number: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<front>{_WORD})?\s*(?P<open>\()?\s*(?P<before>[-+])?\s*(?P<first>{_WORD})?\s*(?P<inner>[-+])?\s*(?P<number>{number})"
        rf"\s*(?P<wan>万)?\s*(?P<last>{_WORD})?\s*(?P<after>-)?\s*(?P<close>\))?",
        re.IGNORECASE,
    )


_PATTERNS = {False: _money(_POINT), True: _money(_COMMA)}


@dataclass(frozen=True, slots=True)
class Money:
    """一格金额：value 是主单位的精确值；currency 是格里写明的货币代码，没写是 ""。"""

    value: Decimal
    currency: str = ""


def parse_money(text: str, comma: bool = False) -> Money | None:
    """一格金额 → 精确值与货币；读不懂 → None。comma: 小数点写成逗号（1.234,56）。

    认得：货币符号或单位在前或在后、万、千分位、全角，负号在前、在后、− 号或会计括号。
    """
    if len(text.strip()) > LONGEST_NUMBER:
        return None
    found = _PATTERNS[comma].fullmatch(plain_digits(text).replace("\u2212", "-").replace("\u2013", "-"))
    if not found or bool(found["open"]) != bool(found["close"]):
        return None
    signs = [s for s in (found["open"], found["before"], found["inner"], found["after"]) if s]
    words = {CURRENCY_WORDS[word.lower()] for word in (found["front"], found["first"], found["last"]) if word}
    if len(signs) > 1 or len(words) > 1:
        return None
    value = _exact(found["number"], comma, bool(found["wan"]))
    if value.adjusted() >= WHOLE_DIGITS:
        return None
    return Money(value.copy_negate() if signs and signs != ["+"] else value, next(iter(words), ""))


def _exact(number: str, comma: bool, wan: bool) -> Decimal:
    """只用构造：乘法会按 28 位有效数字悄悄舍入。"""
    if comma:
        number = re.sub("[. ']", "", number).replace(",", ".")
    return Decimal(number.replace(",", "") + ("E4" if wan else ""))


def decimal_comma(texts: Iterable[str]) -> bool:
    """整列是不是把小数点写成逗号：每格都读得通，且点的读法至少有一格读不通。"""
    needed = False
    for text in texts:
        if parse_money(text, comma=True) is None:
            return False
        needed = needed or parse_money(text) is None
    return needed


_QUANTITY = re.compile(
    r"(?P<sign>[-+])?(?P<number>[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,9})(?:\.0{1,30})?\s*(?:件|个|份|盒|瓶|袋|包|套)?"
)


def parse_quantity(text: str) -> int | None:
    """件数：整数，可带负号（退货）、千分位、全角、尾上的 .0 与量词；不是 → None。"""
    if len(text.strip()) > LONGEST_NUMBER:
        return None
    found = _QUANTITY.fullmatch(plain_digits(text).replace("\u2212", "-"))
    if not found:
        return None
    number = int(found["number"].replace(",", ""))
    return -number if found["sign"] == "-" else number


_FORMULA_TEXT = re.compile(r'=\s*"(.*)"', re.DOTALL)
_STRIPPED = " \t\r\n\f\v\u00a0\u3000\u200b\ufeff"


def unwrap(text: str) -> str:
    """去掉导出工具为了“不让表格软件改成数、算成公式”而加的外皮：="…"、数字或公式前的一撇、首尾空白与制表符。"""
    text = text.strip(_STRIPPED)
    if found := _FORMULA_TEXT.fullmatch(text):
        text = found[1].strip(_STRIPPED)
    if text.startswith("'") and (text[1:2].isdigit() or text[1:].startswith(FORMULA_STARTS)):
        text = text[1:].strip(_STRIPPED)
    return text
