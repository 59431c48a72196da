"""一道题的一个答案：读得懂就是一个值，读不懂就是一句原因；前后矛盾也在这里说。

导出的文件与屏幕上的问卷走同一段规则：文件里拒收的一格，问卷上同一题当场就用同一句话指出来。
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lifecycle_lab.content.shapes import Item, Option, Questionnaire
from lifecycle_lab.reading import halfwidth, minor_units, parse_decimal, parse_whole
from lifecycle_lab.schema import ContentError, exact_decimal, quote

RFM_COLUMNS = ("recency_level", "frequency", "monetary")
"""问卷里 R、F、M 三题的 column；只有这三题非答不可。"""
MONEY_DECIMALS = 2
NOT_FILLED = "没有填"
BARE_NUMBER = "只有数字，看不出是级别还是第几个选项"
ZERO = "是 0，与另外两题矛盾；没有消费的人次数与金额都填 0，最近一次消费不填或选最久"

_BLANKS = {"", "(空)", "(跳过)"}  # 后两种是问卷工具的写法，括号已归一成半角
_OTHER_CURRENCIES = re.compile(r"[$£€]|USD|GBP|EUR", re.IGNORECASE)
# 用在去了首尾空白的文字上，每一步至多一种走法：几千个空格也只走一遍
_OPTION_MARK = re.compile(r"^\s*\(?(?:[A-Za-z]|\d{1,2})\s*[.、:)]\s*")


@dataclass(frozen=True, slots=True)
class Answer:
    """一题的一个答案。text: 去了首尾空白的原文，没有填是空文字；why: 读不懂的原因，别的时候是空文字。

    value: 读出的值（选项代码、整数；金额是整数分），没有填或读不懂是 None。
    """

    text: str
    value: int | str | None = None
    why: str = ""


def stored(answer: Answer, item: Item) -> str:
    """一个答案写进数据表的样子：选项代码、整数；金额是元，两位小数。"""
    if answer.value is None:
        return ""
    if item.kind == "money":
        return exact_decimal(Fraction(answer.value, 10**MONEY_DECIMALS), MONEY_DECIMALS)
    return str(answer.value)


def read_answer(text: str, item: Item, coded: bool = False) -> Answer:
    """text 是写下的原文；coded: 题是用列名问的，光秃秃的数字就是选项代码，不是第几个选项。"""
    text = "" if halfwidth(text) in _BLANKS else text.strip()
    return _READERS[item.kind](text, item, coded) if text else Answer("")


def rfm_items(questionnaire: Questionnaire) -> tuple[Item, ...]:
    """R、F、M 三题，顺序同 RFM_COLUMNS；缺一，或 R 的选项不是级别 → ContentError。"""
    by_column = {item.column: item for item in questionnaire.items}
    if missing := [name for name in RFM_COLUMNS if name not in by_column]:
        raise ContentError(
            f"问卷里没有 column 为 {quote(missing[0])} 的题。",
            where="data/course/questionnaire.toml",
            why="表 4-2 的 R、F、M 要从这三题来。",
            remedy="补上这一题。",
        )
    found = tuple(by_column[name] for name in RFM_COLUMNS)
    _require_levels(found[0])
    return found


def _require_levels(item: Item) -> None:
    labels = {plain(option.label) for option in item.options}
    if not labels or None in _levels(item) or len(labels) != len(item.options):
        raise ContentError(
            f"题 {quote(item.id)} 的选项不能换成级别。",
            where="data/course/questionnaire.toml",
            why="每个选项的 code 要是整数级别，label 不能重复。",
            remedy="照原来的样子改回去：第一个选项 code 最大，是最近。",
        )


def plain(text: str) -> str:
    """只剩字：标点、空白都不要，全角半角不分。"""
    return re.sub(r"[\W_]+", "", halfwidth(text))


# ── 一题 ──────────────────────────────────────────────────────────────


def _choice(text: str, item: Item, coded: bool) -> Answer:
    """选项文字、"A. 选项文字"、"A"（第一个选项）、文字代码；数字另说。"""
    if coded and text in [option.code for option in item.options]:
        return Answer(text, text)
    if (number := parse_whole(text)) is not None:
        return _numbered(number, text, item, coded)
    known = {chr(ord("A") + place): option for place, option in enumerate(item.options)}
    known |= {plain(option.code): option for option in item.options if level_of(option) is None}
    known |= {plain(option.label): option for option in item.options}
    shown = halfwidth(text)
    keys = (plain(shown), plain(_OPTION_MARK.sub("", shown)), shown.upper().rstrip(".、)"))
    option = next((known[key] for key in keys if key in known), None)
    return Answer(text, option.code) if option else Answer(text, why="不是这一题的选项；改成选项原文")


def _numbered(number: int, text: str, item: Item, coded: bool) -> Answer:
    """数字可能是代码（5 最近），也可能是第几个选项（1 最近）：两样不是一回事时，方向从不猜。"""
    levels = _levels(item)
    if None in levels:
        return Answer(text, why="不是这一题的选项；改成选项原文")
    if not coded and levels != list(range(1, len(levels) + 1)):
        return Answer(text, why=BARE_NUMBER)
    if number not in levels:
        return Answer(text, why=f"级别只有 {min(levels)} 到 {max(levels)}")
    return Answer(text, item.options[levels.index(number)].code)


def _levels(item: Item) -> list[int | None]:
    return [level_of(option) for option in item.options]


def level_of(option: Option) -> int | None:
    """选项的代码是哪一级；代码不是整数 → None。"""
    return parse_whole(option.code)


def _count(text: str, item: Item, _: bool) -> Answer:
    number = parse_whole(halfwidth(text).removesuffix(item.unit))
    if number is None:
        return Answer(text, why="要一个整数，如 3")
    return _within(Answer(text, number), number, item)


def _money(text: str, item: Item, _: bool) -> Answer:
    """元 → 分；带别国货币符号、区间、“约”都不收。"""
    amount = parse_decimal(text)
    if amount is None or _OTHER_CURRENCIES.search(halfwidth(text)):
        return Answer(text, why="要一个以元计的数，如 1299.50；不要区间，不要“约”，不要别国货币")
    fen = minor_units(amount, MONEY_DECIMALS)
    if fen is None:
        return Answer(text, why="比分还细，四舍五入到两位小数")
    return _within(Answer(text, fen), amount, item)


def _within(answer: Answer, shown: int | Decimal, item: Item) -> Answer:
    if item.low is not None and shown < item.low:
        return Answer(answer.text, why=f"小于许可的 {item.low}")
    if item.high is not None and shown > item.high:
        return Answer(answer.text, why=f"大于许可的 {item.high}，多半填错了单位或位数")
    return answer


_READERS = {"single": _choice, "likert": _choice, "whole": _count, "nps": _count, "money": _money}


# ── 一份 ──────────────────────────────────────────────────────────────


def did_not_buy(answers: Sequence[Answer], recency: Item) -> bool:
    """R、F、M 三个答案：F 与 M 都是 0，且 R 没填或是最久的一级；近一年没有消费，前后一致。"""
    level, *bought = answers
    if [answer.value for answer in bought] != [0, 0]:
        return False
    return not level.text or level.value == min(recency.options, key=level_of).code


def rfm_problems(answers: Sequence[Answer], recency: Item) -> tuple[str, ...]:
    """R、F、M 三个答案各自用不上的原因；用得上，或近一年没有消费，是空文字。"""
    if did_not_buy(answers, recency):
        return ("",) * len(answers)
    level, *bought = answers
    return (_why_not(level), *(_why_not(answer) or (ZERO if answer.value == 0 else "") for answer in bought))


def _why_not(answer: Answer) -> str:
    return answer.why if answer.text else NOT_FILLED


def form_problems(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> dict[str, str]:
    """一整份问卷要改的题：列名 → 原因，先后同题目。answers 缺的题算没有填；R、F、M 以外可以不答。"""
    items = rfm_items(questionnaire)
    found = rfm_problems([answers.get(item.column, Answer("")) for item in items], items[0])
    whys = {column: answer.why for column, answer in answers.items()}
    whys |= dict(zip(RFM_COLUMNS, found, strict=True))
    return {item.column: whys[item.column] for item in questionnaire.items if whys.get(item.column)}
