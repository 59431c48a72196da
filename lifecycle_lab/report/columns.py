"""列宽：按每列文字的多少分配一页的宽度，网页与 Word 用同一个结果。"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

from lifecycle_lab.export import Table, display_width

_ROOM = 100  # A4 版心大约容得下的半角字数（小五号字）
_PADDING = 3  # 一格左右留白，折成半角字数
_FLOORS = (15, 9, 7)  # 一列至少这么宽；放不下就退一步
_TOKEN = 24  # 更长的词（指纹、网址）允许从中间断行
_SHORT = 18  # 不超过这么多行的表整张放在一页
_UNBREAKABLE = re.compile(r"[^\s\u2e80-\uffff]+")  # 汉字之间可以断行，英文与数字不断


def column_shares(table: Table) -> tuple[float, ...]:
    """每列占表宽的份额（总和 1）：短列够放一行，长列分剩下的。"""
    columns = list(zip(table.columns, *table.rows, strict=True))
    wanted = [min(_ROOM, _PADDING + max(map(_longest_line, cells))) for cells in columns]
    if sum(wanted) <= _ROOM:
        return _normalised(wanted)
    tokens = [_PADDING + max(map(_longest_token, cells)) for cells in columns]
    least = _least_widths(wanted, tokens)
    spare = max(0, _ROOM - sum(least))
    excess = [want - low for want, low in zip(wanted, least, strict=True)]
    total = sum(excess) or 1
    return _normalised([low + spare * more / total for low, more in zip(least, excess, strict=True)])


def is_short(table: Table, shares: Sequence[float] = ()) -> bool:
    """估计排出来的行数（含表头）是否不超过 _SHORT；长表允许跨页。shares: 算过的列宽。"""
    if len(table.rows) >= _SHORT:
        return False
    shares = shares or column_shares(table)
    return sum(_line_count(row, shares) for row in (table.columns, *table.rows)) <= _SHORT


def _line_count(row: Sequence[str], shares: Sequence[float]) -> int:
    return max(
        sum(max(1, ceil(display_width(line) / (share * _ROOM - _PADDING + 1))) for line in text.split("\n"))
        for text, share in zip(row, shares, strict=True)
    )


def _least_widths(wanted: list[int], tokens: list[int]) -> list[int]:
    """每列的下限：不切断最长的词，也不窄过 _FLOORS 中放得下的最大一档。"""
    for floor in _FLOORS:
        least = [min(want, max(token, floor)) for want, token in zip(wanted, tokens, strict=True)]
        if sum(least) <= _ROOM:
            return least
    return least


def _longest_line(text: str) -> int:
    return max((display_width(line) for line in text.split("\n")), default=0)


def _longest_token(text: str) -> int:
    return min(_TOKEN, max((len(token) for token in _UNBREAKABLE.findall(text)), default=0))


def _normalised(widths: list[int] | list[float]) -> tuple[float, ...]:
    total = sum(widths) or 1
    return tuple(width / total for width in widths)
