"""讲评的图：得分的分布，错得最多的格。"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab.export import chart_text
from lifecycle_lab.plots import fonts
from lifecycle_lab.plots.panels import CORRECTED_COLOUR, NAIVE_COLOUR, SMALL, name_axes, panel_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BIN = 10
"""一根柱子多少分（百分比）。"""


def bins(percents: Sequence[Fraction]) -> list[int]:
    """每一段（0–10，10–20 … 90–100）的人数；恰好满分算在最后一段。"""
    counts = [0] * (100 // BIN)
    for percent in percents:
        counts[min(int(percent // BIN), len(counts) - 1)] += 1
    return counts


def plot_scores(percents: Sequence[Fraction], x: str, y: str, *, ax: Axes | None = None) -> Axes:
    """得分的分布：percents 是占满分的百分比（0 到 100），每 10 分一根柱子，柱顶写人数。"""
    counts = bins(percents)
    with panel_for(ax, (6.4, 3.0)) as panel:
        panel.bar([BIN * i + BIN / 2 for i in range(len(counts))], counts, BIN * 0.92, color=CORRECTED_COLOUR)
        for i, count in enumerate(counts):
            if count:
                place = (BIN * i + BIN / 2, count)
                panel.annotate(
                    str(count), place, (0, 2), textcoords="offset points", ha="center", fontsize=SMALL
                )
        panel.set_xticks(range(0, 101, BIN))
        panel.set_xlim(0, 100)
        panel.set_ylim(0, max(counts) * 1.15 + 0.5)
        panel.yaxis.get_major_locator().set_params(integer=True)
        name_axes(panel, x, y)
    return panel


def plot_hardest(cells: Sequence[tuple[str, Fraction]], x: str, *, ax: Axes | None = None) -> Axes:
    """错得最多的格：（名字，错的份额 0 到 1），从难到易，自上而下。"""
    with panel_for(ax, (6.4, 0.6 + 0.3 * len(cells))) as panel:
        places = list(range(len(cells)))[::-1]
        shares = [float(100 * share) for _, share in cells]
        panel.barh(places, shares, 0.7, color=NAIVE_COLOUR)
        for place, share in zip(places, shares, strict=True):
            panel.annotate(
                f"{share:.0f}%",
                (share, place),
                (3, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
            )
        panel.set_yticks(places, [chart_text(name) for name, _ in cells], fontsize=SMALL)
        panel.set_xlim(0, max(shares) * 1.12)
        panel.tick_params(axis="y", length=0)
        panel.set_xlabel(x, fontsize=10, **fonts.text_style())
    return panel
