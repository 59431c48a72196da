"""概念题的选项：给一位学生看的先后，学生的各种写法怎样变成存的样子。

存的是稳定的编号：单选一个编号，多选、排序是编号的列表，配对是 "左=右" 的列表，填数是原文；
字母 A、B、C 只指这位学生看到的先后，不进文件，所以改文字、换次序都不影响已有的答案。
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Mapping, Sequence
from numbers import Number

from lifecycle_lab.content.shapes import Choice, QuizItem
from lifecycle_lab.exercises.entries import as_text
from lifecycle_lab.reading import halfwidth
from lifecycle_lab.schema import ParameterError, quote

Stored = str | list[str]
SCHEME = "quiz-v1"
_BETWEEN = re.compile(r"[\s,、，;；/|>→-]+")


def shown_choices(item: QuizItem, student_id: str) -> tuple[Choice, ...]:
    """给这位学生看的先后：各项按 SHA-256(学号与题、选项的编号) 排，谁来算都一样，也不会恰好是文件里的先后。"""
    ranked = tuple(sorted(item.choices, key=lambda choice: _rank(student_id, item.id, choice.id)))
    return ranked if ranked != item.choices else (*ranked[1:], *ranked[:1])


def _rank(student_id: str, item_id: str, choice_id: str) -> bytes:
    return hashlib.sha256(f"{SCHEME}|{student_id}|{item_id}|{choice_id}".encode()).digest()


def lettered(item: QuizItem, student_id: str) -> dict[str, Choice]:
    """字母 → 选项，按显示的先后。"""
    return dict(zip(string.ascii_uppercase, shown_choices(item, student_id), strict=False))


def read_choice(item: QuizItem, student_id: str, given: object) -> Stored:
    """学生给的答案 → 存的样子；什么也没给（None、空文字、空列表）就是 ""，等于擦掉。

    单选 "B"；多选 "AC" 或 ["A", "C"]；排序 "CABD" 或列表；配对 {左: 右}、按左边先后的列表或 "BAC"；
    填数是数或文字。字母、编号、选项的文字都认。认不出、不合题型 → ParameterError。
    """
    if _is_nothing(given):
        return ""
    known = _names(item, student_id)
    match item.kind:
        case "single":
            return _one(item, known, given)
        case "multiple":
            found = set(_several(item, known, given))
            return [choice.id for choice in item.choices if choice.id in found]
        case "ordering":
            return _order(item, _several(item, known, given))
        case "matching":
            return _matches(item, known, given)
        case _:
            return _number_text(item, given)


def _is_nothing(given: object) -> bool:
    if isinstance(given, str):
        return not given.strip()
    return given is None or (isinstance(given, list | tuple | set | frozenset | Mapping) and not given)


def _names(item: QuizItem, student_id: str) -> dict[str, str]:
    """各种叫法 → 编号：字母、编号、文字（不分全角半角、大小写、空白）。"""
    letters = lettered(item, student_id)
    names = {_folded(letter): choice.id for letter, choice in letters.items()}
    names |= {_folded(choice.id): choice.id for choice in item.choices}
    return names | {_folded(choice.text): choice.id for choice in item.choices}


def _folded(name: object) -> str:
    return "".join(halfwidth(str(name)).casefold().split())


def _one(item: QuizItem, known: Mapping[str, str], given: object) -> str:
    if not isinstance(given, str) or _folded(given) not in known:
        raise _not_a_choice(item, known, given)
    return known[_folded(given)]


def _not_a_choice(item: QuizItem, known: Mapping[str, str], given: object) -> ParameterError:
    letters = string.ascii_uppercase[: len(item.choices)]
    return ParameterError(
        f"{quote(given)} 不是这一题的选项，没有存。",
        where=item.prompt,
        why="选项只有这几个，单选也只收一个。" if item.kind == "single" else "选项只有这几个。",
        remedy=f"写字母 {letters[0]} 到 {letters[-1]}（按显示的先后），或照抄选项的文字。",
    )


def _several(item: QuizItem, known: Mapping[str, str], given: object) -> list[str]:
    """几个选项：列表，或一段文字；文字先当作一个选项认，认不出再当作几个字母。"""
    if isinstance(given, str):
        given = [given] if _folded(given) in known else _letters(given)
    if not isinstance(given, list | tuple | set | frozenset):
        raise _not_a_choice(item, known, given)
    return [_one(item, known, each) for each in given]


def _letters(text: str) -> list[str]:
    """“ACD”“A、C、D”“C→A→D” → 一个个字母；有长过一个字的一段就按段。"""
    parts = [part for part in _BETWEEN.split(halfwidth(text)) if part]
    return list(parts[0]) if len(parts) == 1 else parts


def _order(item: QuizItem, found: Sequence[str]) -> list[str]:
    if sorted(found) != sorted(choice.id for choice in item.choices):
        raise ParameterError(
            f"排序要把 {len(item.choices)} 项各写一次，这里是 {len(set(found))} 项，没有存。",
            where=item.prompt,
            why="漏了一项，或者一项写了两次。",
            remedy="按先后写全，如 “BADC”。",
        )
    return list(found)


def _matches(item: QuizItem, known: Mapping[str, str], given: object) -> list[str]:
    """{左: 右}，或按左边先后的列表；右边是空的就是这一项没有配。"""
    pairs = _located(item, given) if isinstance(given, Mapping) else _aligned(item, known, given)
    chosen = {left: _one(item, known, right) for left, right in pairs.items() if right not in (None, "")}
    return [f"{left}={chosen[left]}" for left in item.lefts if left in chosen]


def _located(item: QuizItem, given: Mapping) -> dict[str, object]:
    names = {_folded(text): left for left, text in item.lefts.items()}
    names |= {_folded(left): left for left in item.lefts}
    names |= {str(number): left for number, left in enumerate(item.lefts, start=1)}
    if unknown := [key for key in given if _folded(key) not in names]:
        raise ParameterError(
            f"左边没有 {quote(unknown[0])}，没有存。",
            where=item.prompt,
            why="左边只有这几项。",
            remedy=f"左边写：{'、'.join(item.lefts.values())}，或它们的序号。",
        )
    return {names[_folded(key)]: value for key, value in given.items()}


def _aligned(item: QuizItem, known: Mapping[str, str], given: object) -> dict[str, object]:
    if isinstance(given, str):
        given = _letters(given)
    if not isinstance(given, list | tuple) or len(given) != len(item.lefts):
        raise ParameterError(
            f"看不出 {quote(given)} 怎样配，没有存。",
            where=item.prompt,
            why=f"左边有 {len(item.lefts)} 项，每一项要配一个。",
            remedy="写成 {左边: 右边}，或按左边的先后写右边的字母，空着的写 None。",
        )
    return dict(zip(item.lefts, given, strict=True))


def _number_text(item: QuizItem, given: object) -> str:
    """数的原文照存；读不读得懂由核对说。"""
    if isinstance(given, bool) or not isinstance(given, str | Number):
        raise ParameterError(
            f"{quote(given)} 不是一个数，没有存。",
            where=item.prompt,
            why="这一题只填一个数。",
            remedy=f"写一个数，如 12.5，单位是{item.number.unit}，不用写。",
        )
    return as_text(given)


# ── 写给人看 ──────────────────────────────────────────────────────────


def chosen_letters(item: QuizItem, student_id: str, stored: object) -> list[str]:
    """存着的答案换成字母；配对按左边的先后，没有配的是 ""。填数、没答、认不出的是空的一列。"""
    if item.number or not isinstance(stored, str | list):
        return []
    letters = {choice.id: letter for letter, choice in lettered(item, student_id).items()}
    picked = [str(each) for each in (stored if isinstance(stored, list) else [stored]) if each]
    if item.kind == "matching":
        pairs = dict(each.split("=", 1) for each in picked if "=" in each)
        return [letters.get(pairs.get(left, ""), "") for left in item.lefts]
    return [letters[each] for each in picked if each in letters]


def spoken(item: QuizItem, student_id: str, stored: object) -> str:
    """存着的答案说给人听：“B”“A、C”“C→A→B”“考察期—B”；没答是“空白”，认不出的照原样。"""
    if item.number or stored in ("", [], None):
        return str(stored or "空白")
    letters = chosen_letters(item, student_id, stored)
    if item.kind == "matching":
        pairs = zip(item.lefts.values(), letters, strict=False)
        letters = [f"{left}—{letter}" for left, letter in pairs if letter]
    return ("→" if item.kind == "ordering" else "、").join(letters) or str(stored)
