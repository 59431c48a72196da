"""两个窗口改同一份答案：不同的格合并，同一格两份都留，由学生决定。

纯函数，在 `AnswersFile.update` 里用：`answers` 是刚从盘上读的最新一份，
`seen` 是这个窗口上次看到的。最新的既不是看到的、也不是要写的，才算冲突；
一处冲突，整批都不写（不会写一半），落选的整份随错误带出，由 store 存进 older。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from lifecycle_lab.answers.document import Answers, Cells, Quiz, typed, typed_choice
from lifecycle_lab.schema import AnswerConflict, quote

_SHOWN = 5
Clash = tuple[str, object, object]


def set_cells(answers: Answers, table: str, changes: Cells, seen: Cells) -> Answers:
    """填几格；seen 里没有的格当作看到的是空白。另一窗口刚改过同一格 → AnswerConflict。"""
    mine = answers.with_cells(table, changes)
    clashes = [
        (f"{table} {row} {column}", answers.cell(table, row, column), mine.cell(table, row, column))
        for row, column in changes
        if _clash(
            answers.cell(table, row, column),
            typed(seen.get((row, column), "")),
            mine.cell(table, row, column),
        )
    ]
    return _merged(mine, clashes)


def set_text(answers: Answers, changes: Mapping[str, str], seen: Mapping[str, str]) -> Answers:
    """写几段文字，题 → 文字；规则同 set_cells。"""
    mine = reduce(lambda found, change: found.with_text(*change), changes.items(), answers)
    return _merged(mine, _clashes(answers.text, seen, mine.text, changes))


def set_quiz(answers: Answers, changes: Mapping[str, Quiz], seen: Mapping[str, Quiz]) -> Answers:
    """选几道题，题 → 选项或选项列表；规则同 set_cells。"""
    mine = reduce(lambda found, change: found.with_quiz(*change), changes.items(), answers)
    return _merged(mine, _clashes(answers.quiz, seen, mine.quiz, changes))


def _clashes(
    fresh: Mapping[str, Quiz], seen: Mapping[str, Quiz], mine: Mapping[str, Quiz], questions: Iterable[str]
) -> list[Clash]:
    """各题里冲突的几处；没有的题都当作空白。"""
    return [
        (question, fresh.get(question, ""), mine.get(question, ""))
        for question in questions
        if _clash(fresh.get(question, ""), typed_choice(seen.get(question, "")) or "", mine.get(question, ""))
    ]


def _clash(fresh: object, seen: object, new: object) -> bool:
    return fresh not in (seen, new)


def _merged(mine: Answers, clashes: list[Clash]) -> Answers:
    if not clashes:
        return mine
    error = AnswerConflict(
        f"有 {len(clashes)} 处在另一个窗口里已经改成别的内容，这一次没有写进去。",
        where=_places(clashes),
        why="同一份答案开着两个窗口（或两台电脑）。",
        remedy="比较两份，留下对的那一份再填一次；只开一个窗口就不会再遇到。",
    )
    error.clashes, error.losing = tuple(clashes), mine
    raise error


def _places(clashes: Iterable[Clash]) -> str:
    lines = [
        f"{place}：文件里是{_shown(theirs)}，这个窗口要写{_shown(mine)}" for place, theirs, mine in clashes
    ]
    more = [f"……共 {len(lines)} 处"] if len(lines) > _SHOWN else []
    return "；".join(lines[:_SHOWN] + more)


def _shown(value: object) -> str:
    text = "、".join(value) if isinstance(value, list) else str(value)
    return quote(text) if text else "空白"
