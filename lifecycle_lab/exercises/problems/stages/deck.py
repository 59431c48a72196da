"""一副故事与街上的人：每格一个选项，选了哪一项就说哪一项的讲解（A2–A5、D8、D10）。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lifecycle_lab.content.stages import FOUR, FOUR_STAGES, Story, Told, stages, stories
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

LETTERS = ("A", "B", "C")
EACH = 2
"""一副里每个阶段几个故事。"""
_NUMERALS = "一二三四五六七八"


def deal(numbers: Numbers) -> list[Story]:
    """一位学生的一副：四个阶段各 EACH 个故事，先后随学号。"""
    chosen = []
    for stage in FOUR_STAGES:
        same = [story for story in stories().stories.values() if story.stage == stage]
        chosen += numbers.shuffled(f"deck|{stage}", same)[:EACH]
    return numbers.shuffled("deck", chosen)


def stage_deck(numbers: Numbers) -> Problem:
    """八个小故事：哪个阶段，哪个标志说明了它，先用哪一手。"""
    dealt = {f"故事{_NUMERALS[i]}": story for i, story in enumerate(deal(numbers))}
    labels = {name: stage.label for name, stage in stages().models[FOUR].stages.items()}
    laid = _Laid(numbers)
    for row, story in dealt.items():
        laid.given[row, "story"] = f"【{story.industry}】{story.text}"
        laid.right[row, "stage"] = labels[story.stage]
        laid.told[row, "stage"] = {labels[name]: why for name, why in story.stages.items()}
        laid.lay(row, "marks", "mark", f"{story.id}|marks", story.marks)
        laid.lay(row, "levers", "lever", f"{story.id}|levers", story.levers)
    asks = {"stage": Ask("choice", choices=tuple(labels.values()))}
    return laid.problem(dealt, asks | dict.fromkeys(("mark", "lever"), Ask("choice", choices=LETTERS)))


def stage_street(numbers: Numbers) -> Problem:
    """街上的四个人：看得见的支持哪一个猜法，先要知道什么。"""
    people, laid = stories().street, _Laid(numbers)
    rows = [who.label for who in people.values()]
    for who in people.values():
        laid.given[who.label, "seen"] = who.text
        laid.lay(who.label, "needs", "need", f"{who.id}|needs", who.needs)
        laid.lay(who.label, "asks", "ask", f"{who.id}|asks", who.asks)
    return laid.problem(rows, dict.fromkeys(("need", "ask"), Ask("choice", choices=LETTERS)))


class _Laid:
    """正在摆的一题：选项打乱成 A、B、C 写进给出的一格，答案与讲解跟着字母走。"""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self.given: dict[Cell, str] = {}
        self.right: dict[Cell, object] = {}
        self.told: dict[Cell, Mapping[object, str]] = {}

    def lay(self, row: str, shown: str, asked: str, name: str, options: Sequence[Told]) -> None:
        placed = dict(zip(LETTERS, self._numbers.shuffled(name, options), strict=True))
        self.given[row, shown] = "\n".join(f"{letter}. {one.text}" for letter, one in placed.items())
        self.right[row, asked] = next(letter for letter, one in placed.items() if one.correct)
        self.told[row, asked] = {letter: one.why for letter, one in placed.items()}

    def problem(self, rows: Iterable[str], asks: Mapping[str, Ask]) -> Problem:
        fields: dict[Cell, Mapping[str, object]] = {cell: {} for cell in self.right}
        return Problem(tuple(rows), self.given, asks, self.right, fields, told=self.told)
