"""两个下拉单、一张表：选一种东西，再选它的一项，下面的表跟着换。

这里不知道选的是什么：`options` 是各组的选项，`show` 收选好的两个编号，交出一张表。没有内核的地方是静态的一张。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lifecycle_lab.export import TABLE_STYLE, Table

if TYPE_CHECKING:
    from ipywidgets import Dropdown, VBox

    from lifecycle_lab.widgets.screen import Screen

Show = Callable[[str, str], Table]


class Choices:
    """groups: 第一个下拉单的编号 → 名称；items: 那一组里的编号 → 名称；names: 两个下拉单各叫什么。

    用代码选：`at("four", "formation")`；显示出来是下拉单与表。
    """

    def __init__(
        self,
        groups: Mapping[str, str],
        items: Mapping[str, Mapping[str, str]],
        show: Show,
        names: tuple[str, str],
        start: tuple[str, str],
        still_note: str,
    ) -> None:
        self._groups, self._items, self._show = dict(groups), items, show
        self._names, self._start, self._still_note = names, start, still_note

    def at(self, group: str, item: str) -> Table:
        return self._show(group, item)

    def __repr__(self) -> str:
        return str(self.at(*self._start))

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        from lifecycle_lab.widgets.screen import bundle

        html = f'{TABLE_STYLE}{self.at(*self._start).html()}<p class="lab-note">{self._still_note}</p>'
        return bundle(self.panel, html, repr(self))

    @cached_property
    def first(self) -> Dropdown:
        from ipywidgets import Dropdown

        options = [(label, name) for name, label in self._groups.items()]
        found = Dropdown(options=options, value=self._start[0], description=self._names[0])
        found.observe(self._regroup, "value")
        return found

    @cached_property
    def second(self) -> Dropdown:
        from ipywidgets import Dropdown

        found = Dropdown(options=self._second_options(), value=self._start[1], description=self._names[1])
        found.observe(lambda _: self._told.redraw(), "value")
        return found

    def _second_options(self) -> list[tuple[str, str]]:
        return [(label, name) for name, label in self._items[self.first.value].items()]

    def _regroup(self, _: object) -> None:
        """换了第一个，第二个换成那一组的；换选项会把值挪到第一项，表随着它重画。"""
        self.second.options = self._second_options()

    @cached_property
    def _told(self) -> Screen:
        return _screen()(self._page, {})

    def _page(self) -> dict[str, object]:
        table = self._show(self.first.value, self.second.value)
        return {"table": TABLE_STYLE + table.html(), "sentences": []}

    @cached_property
    def panel(self) -> VBox:
        from ipywidgets import VBox

        return VBox([self.first, self.second, self._told]).add_class("lab-readings")


@cache
def _screen() -> type[Screen]:
    """表与句子的那一块，与读法开关用同一段网页程序；到要显示的时候才引入。"""
    from lifecycle_lab.widgets.screen import Screen, script

    style = Path(__file__).with_name("readings.css").read_text(encoding="utf-8")
    return type("ChoiceScreen", (Screen,), {"_esm": script("readings.js"), "_css": style})
