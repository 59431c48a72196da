"""封闭的文法：把一格文字读成数、金额、日期、编号；读不懂就是 None，不猜。"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

LONGEST_NORMALISED, LONGEST_NUMBER, LONGEST_IDENTIFIER, WHOLE_DIGITS = 300, 60, 64, 13
FIRST_YEAR, LAST_YEAR = 1990, 2199  # 之外的年份是写坏的日期（如 0024-05-17、9999-12-31），不是买卖


def halfwidth(text: str) -> str:
    """全角 → 半角（NFKC），去掉首尾空白与零宽字符。

    只用在列名、编号、数、日期与一格短答上；长过 300 字的只去首尾空白：它不会是这些，
    而几千个叠在一起的组合附标能让归一化慢上几千倍。
    """
    if len(text) > LONGEST_NORMALISED:
        return text.strip()
    return unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\ufeff", "").strip()


# 至多 13 位整数（万亿）：再长的不会是次数或金额，后面的算式与图也画不下
_WHOLE = re.compile(r"[+]?(\d{1,3}(?:,\d{3}){1,4}|\d{1,13})(?:\.0{1,30})?")
_MONEY = re.compile(
    r"(?P<sign>[-−]?)(?:[¥£$]|CNY|RMB)?\s*"
    r"(?P<number>(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,13})(?:\.\d{1,30})?)\s*(?P<unit>万)?(?:元|圆)?"
)


def _number_text(text: str) -> str:
    """归一后的一格数；比任何一个数都长的 → 空，不再细看。"""
    return halfwidth(text) if len(text.strip()) <= LONGEST_NUMBER else ""


def parse_whole(text: str) -> int | None:
    """非负整数，至多 13 位，可带千分位、全角、尾上的 .0；不是 → None。"""
    found = _WHOLE.fullmatch(_number_text(text))
    whole = found[1].replace(",", "") if found else ""
    return int(whole) if 0 < len(whole) <= WHOLE_DIGITS else None


def parse_decimal(text: str) -> Decimal | None:
    """普通十进制数，可带 ¥、元、万、千分位、全角、负号；整数部分至多 13 位，小数至多 30 位；不是 → None。"""
    found = _MONEY.fullmatch(_number_text(text))
    if not found:
        return None
    # 只用构造与 copy_negate：乘法与负号会按 28 位有效数字悄悄舍入
    number = Decimal(found["number"].replace(",", "") + ("E4" if found["unit"] else ""))
    if number.adjusted() >= WHOLE_DIGITS:
        return None
    return number.copy_negate() if found["sign"] else number


def minor_units(value: Decimal, decimals: int) -> int | None:
    """主单位 → 整数最小单位；比最小单位还细 → None。"""
    numerator, denominator = value.as_integer_ratio()
    whole, rest = divmod(numerator * 10**decimals, denominator)
    return None if rest else whole


_DATE = re.compile(r"(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})日?(?:[T ]00:00(?::00)?)?")


def parse_date(text: str) -> date | None:
    """年在前的日期（2024-05-17、2024/5/17、2024年5月17日）；别的写法 → None，不猜。"""
    found = _DATE.fullmatch(halfwidth(text))
    if not found or (found[2], found[4]) not in (("-", "-"), ("/", "/"), (".", "."), ("年", "月")):
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[5]))
    except ValueError:
        return None


def parse_day(text: str) -> date | None:
    """订单日与观察日：parse_date 读得懂，且在 1990 到 2199 年之间；不是 → None。"""
    found = parse_date(text)
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


_SPREADSHEET_NUMBER = re.compile(r"-?\d(\.\d+)?E\+\d+|\d+\.0+", re.IGNORECASE)
_UNSEEN = set("\u034f\u115f\u1160\u2800\u3164\uffa0")  # 名义上可以显示，其实一片空白


def identifier_problem(text: str) -> str:
    """编号（订单号、客户编号，已去首尾空白）用不上的原因；用得上 → 空。"""
    if not text:
        return "编号是空的"
    if len(text) > LONGEST_IDENTIFIER:
        return f"编号长过 {LONGEST_IDENTIFIER} 个字符，多半是别的列"
    if not text.isprintable() or _UNSEEN & set(text):
        return "编号里有看不见的字符，看上去相同的两个编号会被当成两个"
    if _SPREADSHEET_NUMBER.fullmatch(text):
        return "编号被表格软件改成了数（科学记数或小数），原来的数字已经没有了"
    return ""
