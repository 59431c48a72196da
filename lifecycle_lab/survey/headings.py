"""认列：问卷工具导出的表头里，哪一列是哪一题。"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lifecycle_lab.content import Item
from lifecycle_lab.reading import LONGEST_NORMALISED, Grid, halfwidth
from lifecycle_lab.schema import DataError, quote
from lifecycle_lab.survey.rules import plain

# 两个式子都用在去了首尾空白的文字上，每一步至多一种走法：几千个空格也只走一遍
_NUMBERING = re.compile(r"(?:[Qq]|第)?\s*\(?\d+\s*(?:题\s*)?[、.:)]")
_KIND_MARK = re.compile(
    r"[\[(【](?:单选|多选|填空|数字|量表|打分|评分|矩阵|必答|选答|必填|选填)[^\[(【\])】]*[\])】]$"
)


@dataclass(frozen=True)
class Question:
    """一道题和它在表里的第几列；coded: 表头写的是我们的列名，格里的数字就是级别代码。"""

    item: Item
    index: int
    coded: bool


def locate(grid: Grid, items: Sequence[Item]) -> tuple[Question, ...]:
    """每题各在哪一列；找不到，或不止一列 → DataError。"""
    return tuple(_locate_one(grid, item) for item in items)


def _locate_one(grid: Grid, item: Item) -> Question:
    found = [i for i, name in enumerate(grid.header) if asks(name, item)]
    if len(found) != 1:
        raise DataError(
            f"{quote(grid.name, 80)} 里{'有不止一列是' if found else '找不到'}“{item.text}”这一题。",
            where="第 1 行（列名）",
            why="靠列名认题：列名要是题目原文（题号和题型字样不要紧），或列名 " + item.column + "。",
            remedy="只留一列。" if found else f"把那一列的列名改成 {item.column}，或改回题目原文。",
        )
    return Question(item, found[0], grid.header[found[0]] == item.column)


def asks(name: str, item: Item) -> bool:
    """name 是不是这一题：列名，或题目原文。长过 300 字的不会是一道题。"""
    if len(name) > LONGEST_NORMALISED:
        return False
    name = halfwidth(name)
    return name == item.column or _question_text(name) == _question_text(item.text)


def _question_text(text: str) -> str:
    """题目只剩文字：去掉题号（3、 Q3. 第3题：）、题型（单选题）和一切标点空白。"""
    text = halfwidth(text)
    numbering = _NUMBERING.match(text)
    text = text[numbering.end() :] if numbering else text
    while mark := _KIND_MARK.search(text):
        text = text[: mark.start()].rstrip()
    return plain(text)
