"""几个滑块、一幅图、一句话：滑块一动，图里会动的几样重画，一条消息把图与句子一起换掉。

这里不知道图里是什么：`move` 收各滑块的值，交出一幅 PNG、它的替代文字和一句话。没有内核的地方是静态的一幅。
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lifecycle_lab.export import display_width, html_text

if TYPE_CHECKING:
    from ipywidgets import IntSlider, VBox

    from lifecycle_lab.widgets.screen import Screen


@dataclass(frozen=True)
class Setting:
    """一个滑块：代码里的名字、给人看的名字、从几到几、一格多少、一开始在哪里。"""

    name: str
    label: str
    low: int
    high: int
    step: int
    value: int


@dataclass(frozen=True)
class Moment:
    """滑块停在一处的样子：一幅 PNG，给读屏软件的同一幅图，一句话。"""

    png: bytes
    alt: str
    said: str

    @property
    def source(self) -> str:
        return f"data:image/png;base64,{b64encode(self.png).decode()}"

    def html(self) -> str:
        alt, said = html_text(self.alt), html_text(self.said)
        return f'<figure style="margin:0"><img alt="{alt}" src="{self.source}"><figcaption>{said}</figcaption></figure>'


Move = Callable[[Mapping[str, int]], Moment]


class Sliders:
    """显示出来是滑块与图；`sliders` 是各滑块，改它的 value，屏幕上跟着动。"""

    def __init__(self, settings: Sequence[Setting], move: Move, still_note: str) -> None:
        self.settings, self._move, self._still_note = tuple(settings), move, still_note

    @property
    def values(self) -> dict[str, int]:
        return {name: slider.value for name, slider in self.sliders.items()}

    @property
    def start(self) -> Moment:
        """滑块都没有动过的样子。"""
        return self._move({setting.name: setting.value for setting in self.settings})

    def at(self, **values: int) -> Moment:
        """用代码拨：写了的滑块换成那个值，别的不动。"""
        return self._move({setting.name: setting.value for setting in self.settings} | values)

    def __repr__(self) -> str:
        return f"{self.start.alt}\n{self.start.said}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        from lifecycle_lab.widgets.screen import bundle

        still = self.start
        html = f'{still.html()}<p class="lab-note">{self._still_note}</p>'
        return bundle(self.panel, html, f"{still.alt}\n{still.said}")

    @cached_property
    def sliders(self) -> dict[str, IntSlider]:
        from ipywidgets import IntSlider, Layout

        name = max((display_width(one.label) for one in self.settings), default=0) / 2 + 1
        found = {}
        for one in self.settings:
            found[one.name] = IntSlider(
                value=one.value,
                min=one.low,
                max=one.high,
                step=one.step,
                description=one.label,
                style={"description_width": f"{max(8, name):g}em"},
                layout=Layout(width=f"calc(345px + {max(8, name):g}em)"),
            )
            found[one.name].observe(lambda _: self._told.redraw(), "value")
        return found

    @cached_property
    def _told(self) -> Screen:
        return _screen()(self._page, {})

    def _page(self) -> dict[str, object]:
        now = self._move(self.values)
        return {"source": now.source, "alt": now.alt, "said": now.said}

    @cached_property
    def panel(self) -> VBox:
        from ipywidgets import VBox

        return VBox([*self.sliders.values(), self._told]).add_class("lab-sliders")


@cache
def _screen() -> type[Screen]:
    """到要显示的时候才引入 ipywidgets：只用代码看的人不必等它。"""
    from lifecycle_lab.widgets.screen import Screen, script

    style = Path(__file__).with_name("sliders.css").read_text(encoding="utf-8")
    return type("SliderScreen", (Screen,), {"_esm": script("sliders.js"), "_css": style})
