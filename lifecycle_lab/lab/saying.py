"""一课里程序说的话：句子是内容，这里只按名称取出、填上数。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Template

from lifecycle_lab.export import Table


class Saying:
    """一课的用语；words 用到才读，给出“节.名称” → string.Template 文字。"""

    def __init__(self, words: Callable[[], Mapping[str, str]]) -> None:
        self._words = words

    def __call__(self, name: str, /, **fields: object) -> str:
        """一句话，$名字 换成给的值。"""
        return Template(self._words()[name]).substitute(fields)

    def columns(self, *names: str) -> tuple[str, ...]:
        """几个列名：column.<名称>。"""
        return tuple(self(f"column.{name}") for name in names)

    def table(
        self, name: str, columns: tuple[str, ...], rows: Iterable, note: str = "", **fields: object
    ) -> Table:
        """title.<名称> 的一张表；columns 是已经写好的列名，fields 填进标题。"""
        return Table(self(f"title.{name}", **fields), columns, tuple(map(tuple, rows)), note)
