"""分配预算的一局：上面是全体客户每月的交易额怎样弯，下面是累计净利润；滑块动的时候只移动线与底色（A6、D5）。

坐标按这批客户与月数固定，换一种预算不换刻度，高矮才能比。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.plots import DOTS_PER_INCH, fonts
from lifecycle_lab.plots.curves import PROFIT_COLOUR, STAGE_SHADES, TOTAL_COLOUR, TV_COLOUR
from lifecycle_lab.plots.panels import QUIET_COLOUR, SMALL, name_axes, panel_for
from lifecycle_lab.schema import half_up

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_WAN = 1_000_000  # 一万元是多少分
_PARTS = "_game_board_parts"


@dataclass(frozen=True)
class Board:
    """要画的一局：不花钱的、现在的、到目前最好的；height 是下面一格的高（分）。"""

    nothing: curves.Outcome
    now: curves.Outcome
    best: curves.Outcome
    height: int


def plot_game_board(data: Board, *, axes: Sequence[Axes] | None = None) -> tuple[Axes, ...]:
    """两格：每月交易额（灰是不花钱，蓝是现在，底色是现在的阶段），累计净利润（再添绿的：到目前最好的一次）。"""
    if axes is not None:
        return _draw(data, tuple(axes))
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 5.6), dpi=DOTS_PER_INCH, layout="constrained")
    with fonts.chinese():
        drawn = _draw(data, tuple(figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.35))))
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return drawn


def _draw(data: Board, axes: tuple[Axes, ...]) -> tuple[Axes, ...]:
    top, bottom = axes
    months = len(data.nothing.tv)
    with panel_for(top, (0, 0)), panel_for(bottom, (0, 0)):
        most = max(data.nothing.tv) / _WAN
        top.set(xlim=(0, months), ylim=(0, most * 1.9))
        bottom.set(xlim=(0, months), ylim=(-data.height / _WAN * 0.25, data.height / _WAN))
        quiet = {"color": QUIET_COLOUR, "linewidth": 1.4, "linestyle": ":"}
        setattr(top, _PARTS, _parts(top, bottom))
        nothing = [fen / _WAN for fen in data.nothing.tv]
        (getattr(top, _PARTS)["quiet"],) = top.plot(
            range(1, months + 1), nothing, **quiet
        )  # 底色会盖住它，一起补画
        bottom.plot(range(months + 1), _totals(data.nothing), **quiet)
        name_axes(top, "", "每月交易额（万元）")
        above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": len(curves.STAGES)}
        top.legend(handles=getattr(top, _PARTS)["bands"], frameon=False, fontsize=SMALL, **above)
        name_axes(bottom, "第几个月", "累计净利润（万元）")
        bottom.set_xticks(range(0, months + 1, 6))
        update_game_board(axes, data)
    return axes


def update_game_board(axes: Sequence[Axes], data: Board) -> None:
    """换一种预算：移动线与底色，不建新图。"""
    parts, months = getattr(axes[0], _PARTS), len(data.nothing.tv)
    parts["tv"].set_data(range(1, months + 1), [fen / _WAN for fen in data.now.tv])
    for name, outcome in (("now", data.now), ("best", data.best)):
        parts[name].set_data(range(months + 1), _totals(outcome))
    borders = data.now.curve.borders
    for band, begin, end in zip(parts["bands"], borders, borders[1:], strict=False):
        band.set_x(min(begin, months))
        band.set_width(min(end, months) - min(begin, months))


def moving_game_board(axes: Sequence[Axes]) -> list[Artist]:
    """会动的几样，先画的在下面。"""
    parts = getattr(axes[0], _PARTS)
    return [*parts["bands"], *(part for name, part in parts.items() if name != "bands")]


def describe_game_board(data: Board) -> str:
    """同一张图的文字说法。"""
    told = (
        f"{_WORDS[name]} {half_up(Fraction(outcome.total, _WAN), 2)} 万元"
        for name, outcome in (("nothing", data.nothing), ("now", data.now), ("best", data.best))
    )
    names = [course().curves.stages[stage].label for stage in curves.STAGES]
    ends = zip(names, data.now.curve.borders[1:], strict=True)
    stages = "、".join(f"{name}到第 {end} 个月" for name, end in ends)
    return f"{len(data.now.tv)} 个月的累计净利润：{'；'.join(told)}。现在的阶段：{stages}。"


_WORDS = {"nothing": "不花钱", "now": "现在", "best": "到目前最好"}
_SIGNS = {"nothing": "┄", "now": "—", "best": "- -"}
_COLOURS = {"nothing": QUIET_COLOUR, "now": PROFIT_COLOUR, "best": TOTAL_COLOUR}


def _parts(top: Axes, bottom: Axes) -> dict:
    parts: dict = {
        "bands": [
            top.axvspan(0, 1, color=shade, zorder=0, label=course().curves.stages[stage].label)
            for stage, shade in zip(curves.STAGES, STAGE_SHADES, strict=True)
        ]
    }
    parts["zero"] = bottom.axhline(0, color=QUIET_COLOUR, linewidth=0.8)
    (parts["tv"],) = top.plot([], [], color=TV_COLOUR, linewidth=2.2)
    (parts["best"],) = bottom.plot([], [], color=TOTAL_COLOUR, linewidth=1.8, linestyle="--")
    (parts["now"],) = bottom.plot([], [], color=PROFIT_COLOUR, linewidth=2.2)
    for place, name in enumerate(_WORDS):  # 不动的字：数在图下的句子里
        at = {"transform": bottom.transAxes, "va": "top", "fontsize": 10, "color": _COLOURS[name]}
        bottom.text(0.02, 0.96 - 0.11 * place, f"{_SIGNS[name]} {_WORDS[name]}", **at)
    return parts


def _totals(outcome: curves.Outcome) -> list[float]:
    start = sum(outcome.profit) - outcome.total
    return [total / _WAN for total in curves.cumulated(outcome.profit, start)]
