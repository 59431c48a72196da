"""概念题的核对：结果，和每一个选了的选项的讲解；没选的选项，答对以前一个字也不说。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from string import Template

from lifecycle_lab.content.shapes import Choice, Course, QuizItem
from lifecycle_lab.exercises.entries import Entry, read_entry
from lifecycle_lab.exercises.keys import matches
from lifecycle_lab.exercises.quiz_choices import Stored, lettered
from lifecycle_lab.schema import MONETARY, exact_decimal, half_up, quote

RIGHT, PARTLY, WRONG, BLANK, UNREAD = "right", "partly", "wrong", "blank", "unread"
_MONEY = ("元", "英镑")


@dataclass(frozen=True)
class Remark:
    """对一项说的话。label: 选项的字母、排在第几位、配的是左边哪一项；right: 这样选对不对。"""

    label: str
    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Feedback:
    """一题的结果：outcome 是 QUIZ_OUTCOMES 之一，said 是结果后面的一句话（可以是空的）。

    remarks: 选了的各项；others: 没选的各项，答对了才有。
    """

    item: QuizItem
    outcome: str
    said: str = ""
    remarks: tuple[Remark, ...] = ()
    others: tuple[Remark, ...] = ()


def feedback(item: QuizItem, student_id: str, stored: object, course: Course) -> Feedback:
    """核对一题；stored 是文件里的样子，什么都可能：认不出的一律是“读不懂”，从不出错。"""
    if stored in ("", [], None):
        return Feedback(item, BLANK)
    if item.number:
        return _number(item, str(stored), course)
    picked = _picked(item, stored)
    if picked is None:
        return Feedback(item, UNREAD, course.quiz_words["said.changed"])
    return _JUDGES[item.kind](item, student_id, picked, course.quiz_words)


def _picked(item: QuizItem, stored: object) -> list[str] | None:
    """存着的编号，都还在题里才算数；配对的是 "左=右"。"""
    picked = [stored] if item.kind == "single" else stored
    if not isinstance(picked, list) or not all(isinstance(each, str) for each in picked):
        return None
    ids = [choice.id for choice in item.choices]
    if item.kind == "matching":
        pairs = [each.partition("=") for each in picked]
        known = all(left in item.lefts and right in ids for left, _, right in pairs)
        return picked if known and len({left for left, _, _ in pairs}) == len(pairs) else None
    complete = item.kind != "ordering" or sorted(picked) == sorted(ids)
    return picked if complete and set(picked) <= set(ids) and len(set(picked)) == len(picked) else None


def _say(words: Mapping[str, str], name: str, **fields: object) -> str:
    return Template(words[name]).substitute(fields)


def _chosen(item: QuizItem, student_id: str, picked: list[str], words: Mapping[str, str]) -> Feedback:
    """单选与多选：都按选了哪些、该选哪些来比。"""
    letters = lettered(item, student_id)
    remarks = [(c.id in picked, Remark(letter, c.text, c.correct, c.why)) for letter, c in letters.items()]
    ours = tuple(remark for chosen, remark in remarks if chosen)
    rest = tuple(remark for chosen, remark in remarks if not chosen)
    extra, missing = not all(r.right for r in ours), any(r.right for r in rest)
    if not (extra or missing):
        return Feedback(item, RIGHT, "", ours, rest)
    name = "mixed" if extra and missing else "extra" if extra else "missing"
    outcome = _some(ours)
    return Feedback(item, outcome, words[f"said.{name}"] if outcome == PARTLY else "", ours)


def _placed(item: QuizItem, student_id: str, picked: list[str], words: Mapping[str, str]) -> Feedback:
    """排序：第几位站的是不是该站的那一项。"""
    by_id = {choice.id: choice for choice in item.choices}
    remarks = tuple(
        Remark(str(place), by_id[name].text, name == wanted.id, by_id[name].why)
        for place, (name, wanted) in enumerate(zip(picked, item.choices, strict=True), start=1)
    )
    if all(remark.right for remark in remarks):
        return Feedback(item, RIGHT, "", remarks)
    said = _say(words, "said.places", **_counts(remarks, item.choices))
    return Feedback(item, _some(remarks), said, remarks)


def _paired(item: QuizItem, student_id: str, picked: list[str], words: Mapping[str, str]) -> Feedback:
    """配对：左边每一项配得对不对；讲的总是学生配上的那一个右边。"""
    by_id = {choice.id: choice for choice in item.choices}
    pairs = [each.split("=", 1) for each in picked]
    remarks = tuple(
        Remark(item.lefts[left], by_id[right].text, left == right, by_id[right].why) for left, right in pairs
    )
    left = len(item.lefts) - len(remarks)
    if not left and all(remark.right for remark in remarks):
        extras = (choice for choice in item.choices if not choice.correct)
        return Feedback(item, RIGHT, "", remarks, tuple(Remark("", c.text, False, c.why) for c in extras))
    said = _say(words, "said.pairs", **_counts(remarks, item.lefts))
    unpaired = _say(words, "said.unpaired", left=left) if left else ""
    return Feedback(item, _some(remarks), said + unpaired, remarks)


def _counts(remarks: tuple[Remark, ...], wanted: Sized) -> dict[str, int]:
    return {"right": sum(remark.right for remark in remarks), "total": len(wanted)}


def _some(remarks: tuple[Remark, ...]) -> str:
    """没有全对：有几处对就是部分对。"""
    return PARTLY if any(remark.right for remark in remarks) else WRONG


_JUDGES: dict[str, Callable[[QuizItem, str, list[str], Mapping[str, str]], Feedback]] = {
    "single": _chosen,
    "multiple": _chosen,
    "ordering": _placed,
    "matching": _paired,
}


# ── 填数 ──────────────────────────────────────────────────────────────


def _number(item: QuizItem, text: str, course: Course) -> Feedback:
    """填数：先看是不是对的，再看是不是认得出的错数，都不是就说怎样算。"""
    number, entry = item.number, read_number(item, text)
    if entry.is_blank:
        return Feedback(item, BLANK)
    if not entry.is_readable:
        return Feedback(item, UNREAD, _unread(item, entry, course))
    if _accepts(item, entry, number.value):
        wrongs = number.wrongs.items()
        others = tuple(Remark("", _shown(value), False, why) for value, why in wrongs)
        return Feedback(item, RIGHT, "", (Remark("", entry.shown, True, number.why),), others)
    named = [why for value, why in number.wrongs.items() if _accepts(item, entry, value)]
    why = named[0] if named else number.otherwise
    return Feedback(item, WRONG, "", (Remark("", entry.shown, False, why),))


def read_number(item: QuizItem, text: str) -> Entry:
    """填数题写的字，与实训表同一套读法；自己的单位写了也认。"""
    return read_entry(_entry_kind(item), text, {item.number.unit})


def _entry_kind(item: QuizItem) -> str:
    return "percent" if item.number.unit == "%" else "number"


def _accepts(item: QuizItem, entry: Entry, value: object) -> bool:
    if item.number.accept == "exact":
        return entry.value == value
    return matches(_entry_kind(item), MONETARY if item.number.unit in _MONEY else "", entry, value)


def least_digits(item: QuizItem) -> int:
    """四舍五入至少要写几位小数，与实训表相同：金额两位，别的一位。"""
    return 2 if item.number.unit in _MONEY else 1


def _unread(item: QuizItem, entry: Entry, course: Course) -> str:
    kind = "money" if item.number.unit in _MONEY else _entry_kind(item)
    return Template(course.reasons[f"format.{kind}"]).substitute(given=quote(entry.text))


def _shown(value: object) -> str:
    try:
        return exact_decimal(value)
    except ValueError:
        return half_up(value, 2)


# ── 样答：执行模式用 ──────────────────────────────────────────────────


def right_answer(item: QuizItem) -> Stored:
    """全对的答案，按存的样子。"""
    if item.number:
        return _exact_or_rounded(item)
    return _stored(item, [choice for choice in item.choices if choice.correct])


def _exact_or_rounded(item: QuizItem) -> str:
    """写得尽就写精确值；写不尽的按认的位数四舍五入。"""
    try:
        return exact_decimal(item.number.value)
    except ValueError:
        return half_up(item.number.value, least_digits(item))


def wrong_answer(item: QuizItem) -> Stored:
    """一份错的答案：认得出的错数、不对的选项，或把次序、配对错开一位。"""
    if item.number:
        return _shown(next(iter(item.number.wrongs)))
    if item.kind in ("single", "multiple"):
        return _stored(item, [next(choice for choice in item.choices if not choice.correct)])
    right = [choice for choice in item.choices if choice.correct]
    return _stored(item, [*right[1:], *right[:1]])


def _stored(item: QuizItem, chosen: list[Choice]) -> Stored:
    ids = [choice.id for choice in chosen]
    if item.kind == "matching":
        return [f"{left}={right}" for left, right in zip(item.lefts, ids, strict=True)]
    return ids[0] if item.kind == "single" else ids
