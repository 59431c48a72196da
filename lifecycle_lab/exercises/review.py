"""复习：从全书的概念题里挑一叠。答错的下一轮就来，答对的隔一轮、两轮、四轮再来；一课一课地穿插。

一轮的答案与课上的分开存（题号@轮次），所以每一轮都是重新想，不是看着旧答案改；选项的先后也换一遍。
记得多少全从答案文件里读出来，没有别的账：同一份答案总是同一叠题。
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from lifecycle_lab.answers import Answers
from lifecycle_lab.content.shapes import Course, QuizItem
from lifecycle_lab.exercises.quiz_feedback import BLANK, RIGHT, feedback

MISSED, UNTRIED, DUE, EARLY = "missed", "untried", "due", "early"
_AT, _MOST_ROUNDS = "@", 1_000
_AGAIN = re.compile(rf"([a-z0-9_]+){_AT}([1-9][0-9]{{0,2}})")


@dataclass(frozen=True)
class Memory:
    """一题答过的各次：(第几轮, 对不对)，从早到晚；课上答的是第 0 轮。"""

    item: QuizItem
    tries: tuple[tuple[int, bool], ...] = ()

    @property
    def right(self) -> bool:
        """最近一次答对了。"""
        return bool(self.tries) and self.tries[-1][1]

    @property
    def streak(self) -> int:
        """最近连着答对几次。"""
        misses = [place for place, (_, right) in enumerate(self.tries) if not right]
        return len(self.tries) - (misses[-1] + 1 if misses else 0)

    def standing(self, number: int) -> str:
        """到第 number 轮该不该来：答对一次隔一轮，两次隔两轮，三次隔四轮……"""
        if not self.tries:
            return UNTRIED
        if not self.right:
            return MISSED
        return DUE if number - self.tries[-1][0] >= 2 ** (self.streak - 1) else EARLY


def asked_again(item: QuizItem, number: int) -> QuizItem:
    """第 number 轮里的这一题：编号带着轮次，别的都一样。"""
    return replace(item, id=f"{item.id}{_AT}{number}")


def memories(course: Course, student_id: str, answers: Answers, before: int = _MOST_ROUNDS) -> list[Memory]:
    """每道概念题答过的各次，只看第 before 轮以前的。"""
    again = _rounds(answers)
    return [
        Memory(item, tuple(_tries(item, course, student_id, answers, again.get(item.id, ()), before)))
        for item in course.quiz.values()
    ]


def _rounds(answers: Answers) -> Mapping[str, list[int]]:
    """题 → 在哪几轮里有答案。"""
    found: dict[str, list[int]] = {}
    for name in answers.quiz:
        if asked := _AGAIN.fullmatch(name):
            found.setdefault(asked[1], []).append(int(asked[2]))
    return found


def _tries(
    item: QuizItem, course: Course, student_id: str, answers: Answers, again: Iterable[int], before: int
) -> Iterable[tuple[int, bool]]:
    asked = [(0, item), *((number, asked_again(item, number)) for number in sorted(again))]
    for number, one in asked:
        outcome = feedback(one, student_id, answers.quiz.get(one.id, ""), course).outcome
        if number < before and outcome != BLANK:
            yield number, outcome == RIGHT


def current_round(course: Course, student_id: str, answers: Answers) -> int:
    """正在做的一轮：最后有答案的那一轮，做完了就是下一轮；还没做过是 1。"""
    last = max((number for numbers in _rounds(answers).values() for number in numbers), default=1)
    items = deck(course, student_id, answers, last)
    done = items and all(answers.quiz.get(item.id) for item in items)
    return last + 1 if done else last


def deck(course: Course, student_id: str, answers: Answers, number: int) -> tuple[QuizItem, ...]:
    """第 number 轮的一叠题：已经在这一轮里答了的先留着，再挑满。"""
    past = memories(course, student_id, answers, number)
    begun = {memory.item.lesson for memory in past if memory.tries}
    kept = [one for one in past if answers.quiz.get(asked_again(one.item, number).id)]
    chosen = _fill(kept, past, begun, student_id, number, course.review.deck)
    return tuple(asked_again(memory.item, number) for memory in chosen)


def _fill(
    kept: Sequence[Memory],
    past: Sequence[Memory],
    begun: set[str],
    student_id: str,
    number: int,
    most: int,
) -> list[Memory]:
    """答错的、正在学的课里没答过的、该再想的、别的课里没答过的，依次；同一等里一课一题地轮。"""
    ranks: list[list[Memory]] = [[], [], [], []]
    for memory in past:
        standing = memory.standing(number)
        if standing == EARLY:
            continue
        new = 1 if memory.item.lesson in begun else 3
        ranks[{MISSED: 0, UNTRIED: new, DUE: 2}[standing]].append(memory)
    waiting = [memory for rank in ranks for memory in _mixed(rank, student_id, number)]
    others = [memory for memory in waiting if memory not in kept]
    chosen = [*kept, *others[: max(most - len(kept), 0)]]
    # 再洗一遍：先后只看是哪几题，答到一半重新打开也不变
    return _apart(sorted(chosen, key=lambda one: _shuffle(student_id, number, one.item.id)))


def _mixed(rank: Sequence[Memory], student_id: str, number: int) -> list[Memory]:
    """每一课洗一遍，再一课一题地轮着取。"""
    lessons: dict[str, list[Memory]] = {}
    for memory in sorted(rank, key=lambda one: _shuffle(student_id, number, one.item.id)):
        lessons.setdefault(memory.item.lesson, []).append(memory)
    turns = zip_longest(*lessons.values())
    return [memory for turn in turns for memory in turn if memory is not None]


def _apart(chosen: Sequence[Memory]) -> list[Memory]:
    """同一课的题尽量不挨着：每次取与上一题不同课、剩得最多的那一课的下一题。"""
    left, found = list(chosen), []
    while left:
        last = found[-1].item.lesson if found else ""
        many = Counter(one.item.lesson for one in left)
        found.append(max(left, key=lambda one: (one.item.lesson != last, many[one.item.lesson])))
        left.remove(found[-1])
    return found


def _shuffle(student_id: str, number: int, item_id: str) -> bytes:
    return hashlib.sha256(f"review-v1|{student_id}|{number}|{item_id}".encode()).digest()


def standings(
    course: Course, student_id: str, answers: Answers, number: int, items: Sequence[QuizItem]
) -> dict[str, int]:
    """这一叠里答错过的、没答过的、该再想的各几题。"""
    past = {one.item.id: one.standing(number) for one in memories(course, student_id, answers, number)}
    found = [past[item.id.rpartition(_AT)[0]] for item in items]
    return {name: found.count(name) for name in (MISSED, UNTRIED, DUE)}
