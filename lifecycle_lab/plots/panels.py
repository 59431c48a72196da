"""几张图共用的：一块坐标轴、轴名、百分数、状态的名称与颜色。

颜色取自 Okabe–Ito 色板，旁边总有文字；名称从内容里来。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab.content import course
from lifecycle_lab.cycles import STATES
from lifecycle_lab.cycles.flow import ABSENT
from lifecycle_lab.plots import DOTS_PER_INCH, fonts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAIVE_COLOUR, CORRECTED_COLOUR, QUIET_COLOUR = "#D55E00", "#0072B2", "#666666"
STATE_COLOURS = dict(
    zip((*STATES, ABSENT), ("#009E73", "#56B4E9", "#E69F00", "#D55E00", "#999999"), strict=True)
)
SMALL = 9


@contextmanager
def panel_for(ax: Axes | None, size: tuple[float, float]) -> Iterator[Axes]:
    """画在给的坐标轴上，或新建一张图；新建的排版一次后固定，同样的数据同样的字节。"""
    from matplotlib.figure import Figure

    with fonts.chinese():
        panel = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained").subplots() if ax is None else ax
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=SMALL)
        yield panel
        for label in (*panel.get_xticklabels(), *panel.get_yticklabels()):
            label.set(**fonts.text_style())
        if ax is None:
            panel.figure.draw_without_rendering()  # type: ignore[union-attr]
            panel.figure.set_layout_engine("none")  # type: ignore[union-attr]


def name_axes(panel: Axes, x: str, y: str) -> None:
    panel.set_xlabel(x, fontsize=10, linespacing=1.4, **fonts.text_style())
    panel.set_ylabel(y, fontsize=10, **fonts.text_style())


def percent_axis(axis) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    axis.set_major_locator(MaxNLocator(6))
    axis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))


def set_ticks(axis, labels: Sequence[str]) -> None:
    axis.set_ticks(range(len(labels)), labels, fontsize=SMALL, linespacing=1.35)


def above(panel: Axes, x: float, words: str, **style: object) -> None:
    """写在坐标轴上沿的一句，正对着 x。"""
    panel.annotate(
        words,
        (x, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=SMALL,
        **style,
    )


def percent(share: Fraction | float, digits: int = 0) -> str:
    return f"{100 * float(share):.{digits}f} %"


def state_label(name: str) -> str:
    content = course().cycles
    return content.words["absent"] if name == ABSENT else content.states[name].label
