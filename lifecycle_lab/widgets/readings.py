"""换一种读法的三个开关：一拨，箭头与级别一起动，下面说出谁变了、为什么。"""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lifecycle_lab.exercises import readings
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.readings import OPTIONS, Comparison
from lifecycle_lab.export import TABLE_STYLE

if TYPE_CHECKING:
    from ipywidgets import ToggleButtons, VBox

    from lifecycle_lab.widgets.screen import Screen


_WIDTHS = {"description_width": "5em", "button_width": "auto"}
_STATIC_NOTE = "这是不连着内核时的样子；在 JupyterLab 里运行这一格，就有三个开关可以拨。"


class ReadingToggles:
    """一位学生的读法开关。

    显示出来是三个开关、一张表、几句话；没有内核的地方是各种读法并排的表（readings.all_readings）。
    """

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment

    def __repr__(self) -> str:
        return repr(readings.all_readings(self.assignment))

    def _repr_html_(self) -> str:
        return readings.all_readings(self.assignment)._repr_html_()

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        from lifecycle_lab.widgets.screen import bundle

        html = f'{self._repr_html_()}<p class="lab-note">{_STATIC_NOTE}</p>'
        return bundle(self.panel, html, repr(self))

    @property
    def comparison(self) -> Comparison:
        """开关现在选定的读法与默认读法的比较。"""
        return readings.compare(self.assignment, **{name: box.value for name, box in self.toggles.items()})

    @cached_property
    def toggles(self) -> dict[str, ToggleButtons]:
        """选项在代码里的名字 → 开关；改它的 value，屏幕上跟着动。"""
        from ipywidgets import ToggleButtons

        found = {}
        for option in OPTIONS:
            values = [(label, value) for value, label in readings.labels(self.assignment, option).items()]
            name = self.assignment.course.reasons[f"reading.label.{option}"]
            found[option] = ToggleButtons(options=values, description=name, style=_WIDTHS)
            found[option].observe(lambda _: self._told.redraw(), "value")
        return found

    @cached_property
    def _told(self) -> Screen:
        """表与句子那一块；一次拨动只发一条消息，箭头与级别同时换。"""
        return _screen()(self._page, {})

    def _page(self) -> dict[str, object]:
        compared = self.comparison
        return {"table": TABLE_STYLE + compared.table().html(), "sentences": compared.sentences()}

    @cached_property
    def panel(self) -> VBox:
        from ipywidgets import VBox

        return VBox([*self.toggles.values(), self._told]).add_class("lab-readings")


@cache
def _screen() -> type[Screen]:
    """到要显示的时候才引入 ipywidgets：只用代码看的人不必等它。"""
    from lifecycle_lab.widgets.screen import Screen, script

    style = Path(__file__).with_name("readings.css").read_text(encoding="utf-8")
    return type("ReadingScreen", (Screen,), {"_esm": script("readings.js"), "_css": style})
