"""概念题：quiz.toml 的用语与 quiz/ 里一课一份的题，和题内的检查；与课程别处的对照也在这里。"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from lifecycle_lab.content.records import Record, by_lesson, first_double, read_nest, unique
from lifecycle_lab.content.sentences import sentences
from lifecycle_lab.content.shapes import Choice, Course, Number, QuizItem
from lifecycle_lab.content.vocabulary import ACCEPTS, QUIZ_FIELDS, QUIZ_KINDS
from lifecycle_lab.reading import halfwidth
from lifecycle_lab.schema import ContentError, half_up, quote

LEAST_CHOICES, MOST_CHOICES = 3, 9
_ID = re.compile(r"[a-z][a-z0-9_]+")
_VALUE = re.compile(r"-?\d{1,9}(\.\d{1,6}|/[1-9]\d{0,4})?")
# 学生可以写字母或序号来选，所以选项的文字不能是它们
_LETTER = re.compile(r"[a-z]|\d", re.IGNORECASE)
_CHOOSING = ("single", "multiple")


def read_quiz(folder: Path) -> tuple[Mapping[str, QuizItem], Mapping[str, str]]:
    """课程文件夹 →（题，用语）；缺项、重复、题型与内容不合 → ContentError。"""
    top = read_nest(folder / "quiz.toml")
    found = sentences(top.section("words"), QUIZ_FIELDS)
    top.finish()
    return unique(by_lesson(folder / "quiz", "item"), _item), found


def _item(record: Record) -> QuizItem:
    kind = record.one_of("kind", QUIZ_KINDS, "认得的题型")
    return QuizItem(
        id=record.text("id"),
        lesson=record.text("lesson"),
        facts=record.texts("facts"),
        kind=kind,
        prompt=record.text("prompt"),
        choices=_choices(kind, record),
        lefts=_lefts(record) if kind == "matching" else MappingProxyType({}),
        number=_number(record) if kind == "numeric" else None,
    )


def _choices(kind: str, record: Record) -> tuple[Choice, ...]:
    match kind:
        case "single" | "multiple":
            return tuple(unique(record.children("choices"), _choice).values())
        case "ordering":
            return tuple(unique(record.children("items"), _step).values())
        case "matching":
            pairs = unique(record.children("pairs"), _pair)
            record.need("extras", list, "多出来的右边，没有就写 []")
            extras = unique(record.children("extras"), _extra)
            return (*pairs.values(), *extras.values())
        case _:
            return ()


def _choice(record: Record) -> Choice:
    return Choice(record.text("id"), record.text("text"), record.flag("correct"), record.text("why"))


def _step(record: Record) -> Choice:
    return Choice(record.text("id"), record.text("text"), True, record.text("why"))


def _pair(record: Record) -> Choice:
    record.text("left")  # 由 _lefts 取
    return Choice(record.text("id"), record.text("right"), True, record.text("why"))


def _extra(record: Record) -> Choice:
    return Choice(record.text("id"), record.text("text"), False, record.text("why"))


def _lefts(record: Record) -> Mapping[str, str]:
    return MappingProxyType({pair.text("id"): pair.text("left") for pair in record.children("pairs")})


def _number(record: Record) -> Number:
    wrongs = unique(record.children("wrongs"), _wrong, key=lambda pair: pair[0], value=lambda pair: pair[1])
    return Number(
        value=_value(record),
        accept=record.one_of("accept", ACCEPTS, "认得的写法"),
        unit=record.text("unit"),
        why=record.text("why"),
        wrongs=wrongs,
        otherwise=record.text("otherwise"),
    )


def _wrong(record: Record) -> tuple[Fraction, str]:
    return _value(record), record.text("why")


def _value(record: Record) -> Fraction:
    """写成文字：分数也写得下。"""
    text = record.text("value")
    if not _VALUE.fullmatch(text):
        raise ContentError(
            f"{quote(text)} 不是精确值。", where=record.at("value"), remedy='写成 "4"、"457.50" 或 "17/6"。'
        )
    return Fraction(text)


# ── 检查 ──────────────────────────────────────────────────────────────


def check_quiz(course: Course) -> None:
    """每一题自己齐全，课与事实都指得到；第一处不合 → ContentError。"""
    for item in course.quiz.values():
        where = f"quiz/{item.lesson}.toml，题 {quote(item.id)}，键"
        _check_places(item, course, where)
        if item.number:
            _check_number(item.number, where)
        else:
            _check_choices(item, where)
    if double := first_double(item.prompt for item in course.quiz.values()):
        lesson = next(item.lesson for item in course.quiz.values() if item.prompt == double)
        raise ContentError(
            f"两题的题目都是 {quote(double)}。",
            where=f"quiz/{lesson}.toml，键「prompt」",
            remedy="改掉或删去一题。",
        )


def _check_places(item: QuizItem, course: Course, where: str) -> None:
    for name in (item.id, *(choice.id for choice in item.choices)):
        if not _ID.fullmatch(name):
            raise ContentError(
                f"编号 {quote(name)} 的写法不对。",
                where=f"{where}「id」",
                remedy="用两个以上的小写英文字母、数字或下划线，字母开头。",
            )
    if item.lesson not in course.lessons:
        raise ContentError(
            f"没有课 {quote(item.lesson)}。",
            where=f"{where}「lesson」",
            remedy="改成 course.toml 里有的课，或把它加进去。",
        )
    if unknown := [fact for fact in item.facts if fact not in course.facts]:
        raise ContentError(
            f"{quote(unknown[0])} 在 facts.csv 里找不到。",
            where=f"{where}「facts」",
            remedy="改成 A1 到 E9 里有的编号。",
        )
    if not item.facts:
        raise ContentError(
            "没有写依据哪些课程事实。", where=f"{where}「facts」", remedy="至少写一个，如 A12。"
        )


def _check_choices(item: QuizItem, where: str) -> None:
    where = f"{where}「{_KEYS[item.kind]}」"
    least = len(item.lefts) if item.lefts else len(item.choices)
    if least < LEAST_CHOICES or len(item.choices) > MOST_CHOICES:
        raise ContentError(
            f"这一题有 {len(item.choices)} 项可挑。",
            where=where,
            remedy=f"写 {LEAST_CHOICES} 到 {MOST_CHOICES} 项。",
        )
    right = sum(choice.correct for choice in item.choices)
    if item.kind == "single" and right != 1:
        raise ContentError(f"单选题有 {right} 项对的。", where=where, remedy="恰好一项写 correct = true。")
    if item.kind in _CHOOSING and not 0 < right < len(item.choices):
        raise ContentError("各项不是全对就是全错。", where=where, remedy="对的、不对的都要有。")
    if double := first_double(choice.id for choice in item.choices):
        raise ContentError(f"编号 {quote(double)} 出现了两次。", where=where, remedy="改掉其中一个。")
    for texts in ([choice.text for choice in item.choices], [*item.lefts.values()]):
        _check_texts(texts, where)


def _check_texts(texts: list[str], where: str) -> None:
    """文字也能用来作答，所以一题之内各不相同，也不像字母与序号。"""
    if double := first_double("".join(text.split()) for text in texts):
        raise ContentError(f"{quote(double)} 出现了两次。", where=where, remedy="改掉或删去一项。")
    if short := [text for text in texts if _LETTER.fullmatch(halfwidth(text))]:
        raise ContentError(
            f"{quote(short[0])} 与选项的字母、序号分不清。",
            where=where,
            remedy="写长一点，如“R 最近一次消费”。",
        )


def _check_number(number: Number, where: str) -> None:
    if not number.wrongs:
        raise ContentError(
            "没有一个认得出的错数。", where=f"{where}「wrongs」", remedy="至少写一个，说出多半是怎样算错的。"
        )
    shown = [_shown(value, number.accept) for value in (number.value, *number.wrongs)]
    if double := first_double(shown):
        raise ContentError(
            f"{quote(double)} 分不清是哪一个：对的与错的、错的与错的要认得开。",
            where=f"{where}「wrongs」",
            remedy="改掉或删去一个。",
        )


def _shown(value: Fraction, accept: str) -> str:
    """认得开认不开，看写出来是否相同：可以四舍五入的，看一位小数。"""
    return str(value) if accept == "exact" else half_up(value, 1)


_KEYS = {"single": "choices", "multiple": "choices", "ordering": "items", "matching": "pairs"}
