"""分析师报告的图：分布与阈值、人数占比对金额占比、迁移矩阵。数都是算好的，这里只画。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecycle_lab.plots import (
    BETTER_COLOUR,
    DOTS_PER_INCH,
    MEAN_COLOUR,
    WORSE_COLOUR,
    fonts,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHADE, _GRID = "#9AA5B1", "#e6e6e6"


@dataclass(frozen=True)
class Distribution:
    """一个指标的分布。edges 比 heights 多一个；open_end: 最后一条是“及以上”。

    lines: （位置，写在线上的字，是不是这份报告用的阈值）。
    """

    title: str
    edges: Sequence[float]
    heights: Sequence[int]
    open_end: bool
    lines: Sequence[tuple[float, str, bool]]


def plot_distributions(
    panels: Sequence[Distribution], *, axes: Sequence[Axes] | None = None
) -> tuple[Axes, ...]:
    """一个指标一格，上下排；实线是用的阈值，虚线是另一个中心。"""
    with fonts.chinese():
        found = tuple(axes) if axes is not None else _stacked(len(panels))
        for panel, shown in zip(found, panels, strict=True):
            _draw_distribution(panel, shown)
        if axes is None:
            _settle(found[0])
    return found


def plot_shares(
    rows: Sequence[tuple[str, float, float]], labels: tuple[str, str], *, ax: Axes | None = None
) -> Axes:
    """每种类型两条：占客户的百分之几、占金额的百分之几；rows: （名字，客户 %，金额 %），从上往下。

    labels: 两条各自的叫法，写在第一行的条边上，不用图例。
    """
    with fonts.chinese():
        axes = ax or _single(7.6, 0.9 + 0.52 * len(rows))
        most = max([1.0, *(max(a, b) for _, a, b in rows)])
        for row, (_, people, money) in enumerate(rows):
            named = labels if row == 0 else ("", "")
            _draw_share(axes, row - 0.19, people, _SHADE, named[0])
            _draw_share(axes, row + 0.19, money, BETTER_COLOUR, named[1])
        axes.set_xlim(min([0.0, *(min(a, b) for _, a, b in rows)]) * 1.2, most * 1.32)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), [fonts.drawable(n) for n, *_ in rows], **_small())
        axes.set_xlabel("占全体的百分比（%）", fontsize=9, **fonts.text_style())
        _quiet(axes)
        if ax is None:
            _settle(axes)
    return axes


def plot_migration(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[int | None]],
    labels: tuple[str, str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """迁移矩阵：格里写人数，颜色是占那一行的几成；None 是隐去的（写 ＊）。labels: 纵轴、横轴的名字。"""
    with fonts.chinese():
        axes = ax or _single(7.6, 1.5 + 0.42 * len(rows))
        for i, row in enumerate(cells):
            total = sum(value or 0 for value in row) or 1
            for j, value in enumerate(row):
                _draw_cell(axes, i, j, value, (value or 0) / total)
        axes.set_xlim(-0.5, len(columns) - 0.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        heads = [fonts.drawable(_two_lines(n)) for n in columns]
        axes.set_xticks(range(len(columns)), heads, linespacing=1.3, **_small())
        axes.set_yticks(range(len(rows)), [fonts.drawable(n) for n in rows], **_small())
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.set_ylabel(fonts.drawable(labels[0]), labelpad=8, fontsize=9, **fonts.text_style())
        axes.set_xlabel(fonts.drawable(labels[1]), labelpad=10, fontsize=9, **fonts.text_style())
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        if ax is None:
            _settle(axes)
    return axes


def _stacked(count: int) -> tuple[Axes, ...]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 0.4 + 1.9 * count), dpi=DOTS_PER_INCH, layout="constrained")
    return tuple(figure.subplots(count, 1, squeeze=False)[:, 0])


def _single(width: float, height: float) -> Axes:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained").subplots()


def _settle(axes: Axes) -> None:
    """排版一次后固定，同一张图总是同样的字节。"""
    axes.figure.draw_without_rendering()
    axes.figure.set_layout_engine("none")


def _small() -> dict:
    return {"fontsize": 8, **fonts.text_style()}


def _quiet(axes: Axes) -> None:
    axes.tick_params(length=2, labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)


def _draw_distribution(axes: Axes, shown: Distribution) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    widths = [b - a for a, b in zip(shown.edges, shown.edges[1:], strict=False)]
    colours = [_SHADE] * len(widths)
    axes.bar(
        shown.edges[:-1], shown.heights, widths, align="edge", color=colours, edgecolor="white", linewidth=0.8
    )
    if shown.open_end:
        _mark_open_end(axes, shown, widths[-1])
    top = max(shown.heights, default=0) or 1
    axes.set_ylim(0, top * 1.34)
    axes.set_xlim(shown.edges[0], shown.edges[-1])
    for i, (position, text, used) in enumerate(shown.lines):
        _draw_threshold(axes, min(position, shown.edges[-1]), text, used, top * (1.3 if i == 0 else 1.15))
    axes.set_title(fonts.drawable(shown.title), fontsize=9, loc="left", **fonts.text_style())
    axes.set_ylabel("客户（位）", fontsize=8, **fonts.text_style())
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_tick))
    axes.grid(axis="y", color=_GRID, linewidth=0.6)
    _quiet(axes)


def _tick(value: float, _: object = None) -> str:
    """刻度上的数：一亿以上写成几亿，不写 1.5e+12。"""
    return f"{value / 1e8:,.6g} 亿" if abs(value) >= 1e8 else f"{value:,.10g}"


def _mark_open_end(axes: Axes, shown: Distribution, width: float) -> None:
    axes.annotate(
        "及以上",
        (shown.edges[-2] + width / 2, shown.heights[-1]),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=7,
        color=MEAN_COLOUR,
        **fonts.text_style(),
    )


def _draw_threshold(axes: Axes, x: float, text: str, used: bool, height: float) -> None:
    """竖线与它的字；靠右的线，字写在左边。"""
    left, right = axes.get_xlim()
    on_left = (x - left) > 0.6 * (right - left)
    axes.axvline(
        x, color=WORSE_COLOUR if used else MEAN_COLOUR, linewidth=1.4, linestyle="-" if used else "--"
    )
    axes.annotate(
        fonts.drawable(text),
        (x, height),
        xytext=(-4 if on_left else 4, 0),
        textcoords="offset points",
        ha="right" if on_left else "left",
        va="top",
        fontsize=8,
        color=WORSE_COLOUR if used else MEAN_COLOUR,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 1},
        **fonts.text_style(),
    )


def _draw_share(axes: Axes, y: float, value: float, colour: str, label: str) -> None:
    axes.barh(y, value, 0.34, color=colour)
    words = f"{value:.1f}%" + (f"　{label}" if label else "")
    axes.annotate(
        words,
        (max(value, 0), y),
        xytext=(3, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        **fonts.text_style(),
    )


def _draw_cell(axes: Axes, i: int, j: int, value: int | None, share: float) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    base = to_rgb(BETTER_COLOUR)
    depth = 0.06 + 0.84 * share
    colour = tuple(1 - depth * (1 - part) for part in base)
    axes.add_patch(Rectangle((j - 0.48, i - 0.46), 0.96, 0.92, facecolor=colour, edgecolor="none"))
    text = "＊" if value is None else f"{value:,}" if value else "·"
    axes.text(
        j,
        i,
        text,
        ha="center",
        va="center",
        fontsize=8,
        color="white" if share > 0.9 else "#1b1f24",
        **fonts.text_style(),
    )


def _two_lines(name: str) -> str:
    """窄格里的名字折成两行：重要价值客户 → 重要价值 / 客户。"""
    return name if len(name) <= 4 else f"{name[:4]}\n{name[4:]}"
