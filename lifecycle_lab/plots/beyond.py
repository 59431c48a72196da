"""第 05 课的图：样本怎样飘、多少人才稳、T 恤、聚类、谁会买（A10–A12）。

`plot_x(数据, *, ax=None) -> Axes`；滑块动的时候叫 `update_x`，只移动已有的线、长条与文字。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab.plots.panels import (
    QUIET_COLOUR,
    SMALL,
    above,
    name_axes,
    panel_for,
    percent,
    percent_axis,
    set_ticks,
)
from lifecycle_lab.schema import DataError
from lifecycle_lab.segmentation import Wander, WrongPushes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIRST, SECOND, THIRD, FOURTH = "#0072B2", "#D55E00", "#009E73", "#CC79A7"  # Okabe–Ito 色板
GROUP_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442")
GROUP_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_BARS = "_type_bars"
_SHIRT_LINES = "_shirt_lines"
_SHIRT_APART, _SHIRT_EDGE = 0.12, 0.05  # 末端两行字的高矮，占纵轴的份额
_MOST_POINTS = 1200


@dataclass(frozen=True)
class Strip:
    """一种样本大小的一行点：label 与每次抽样的均值（主单位）。"""

    label: str
    means: Sequence[float]


def plot_strips(strips: Sequence[Strip], whole: float, heading: str, *, ax: Axes | None = None) -> Axes:
    """每种样本大小一行，每个点是一次抽样的均值；竖线是全体的均值（A12）。"""
    if not strips:
        raise DataError("没有抽样可画。")
    with panel_for(ax, (7.8, 0.9 + 0.62 * len(strips))) as panel:
        for row, strip in enumerate(strips):
            # 上下错开一点好看清，错开多少由次序定，不用随机数
            heights = [row + 0.3 * ((i * 0.618034) % 1 - 0.5) for i in range(len(strip.means))]
            panel.plot(
                strip.means, heights, "o", markersize=3, alpha=0.45, color=FIRST, markeredgewidth=0, zorder=2
            )
        panel.axvline(whole, color=SECOND, linewidth=1.4, zorder=3)
        set_ticks(panel.yaxis, [strip.label for strip in strips])
        panel.set_ylim(len(strips) - 0.5, -0.5)
        panel.xaxis.set_major_formatter("{x:,.0f}")
        name_axes(panel, heading, "")
        above(panel, whole, f"全体的均值 {whole:,.0f}", color=SECOND)
    return panel


def plot_agreement(found: Sequence[Wander], stable: Fraction, *, ax: Axes | None = None) -> Axes:
    """样本越大，级别与全体越一致：平均的一致与“稳的客户”两条线。"""
    sizes = [one.size for one in found]
    lines = {
        "随便一位客户，级别与全体一致": ([float(one.agreement) for one in found], FIRST, "-", "o"),
        f"在 {percent(stable)} 的抽样里保住级别的客户": (
            [float(one.stable(stable)) for one in found], SECOND, "--", "s"
        ),
    }  # fmt: skip
    with panel_for(ax, (7.6, 4.2)) as panel:
        for name, (values, colour, style, marker) in lines.items():
            panel.plot(sizes, values, style, marker=marker, color=colour, linewidth=2, label=name)
            for size, value in zip(sizes, values, strict=True):
                panel.annotate(
                    percent(value),
                    (size, value),
                    xytext=(0, 7 if colour == FIRST else -15),
                    textcoords="offset points",
                    ha="center",
                    fontsize=SMALL,
                    color=colour,
                )
        panel.set_xscale("log")
        panel.set_xticks(sizes, [f"{size:,}" for size in sizes])
        panel.minorticks_off()
        panel.set_ylim(0, 1.08)
        percent_axis(panel.yaxis)
        name_axes(panel, "每次抽几位客户（对数）", "份额")
        panel.legend(frameon=False, fontsize=SMALL, loc="lower right")
    return panel


def plot_kept(found: Wander, *, ax: Axes | None = None) -> Axes:
    """每位客户在几成抽样里保住级别：一条一成。"""
    bins = [0] * 10
    for many in found.kept:
        bins[min(9, 10 * many // found.draws)] += 1
    with panel_for(ax, (7.4, 3.8)) as panel:
        drawn = panel.bar(
            [i + 0.5 for i in range(10)], [n / len(found.kept) for n in bins], width=0.9, color=FIRST
        )
        panel.bar_label(drawn, [percent(n / len(found.kept)) for n in bins], fontsize=SMALL, padding=2)
        panel.set_xticks(range(11), [f"{10 * i} %" for i in range(11)])
        percent_axis(panel.yaxis)
        name_axes(panel, f"在几成抽样里保住级别（每次抽 {found.size} 位）", "客户的份额")
    return panel


def plot_types(counts: Mapping[str, int], *, ax: Axes | None = None) -> Axes:
    """八种类型各几位：一种一条，滑块动的时候用 `update_types`。"""
    total = sum(counts.values())
    with panel_for(ax, (7.6, 4.0)) as panel:
        drawn = panel.barh(range(len(counts)), [n / total for n in counts.values()], color=FIRST, height=0.7)
        words = [
            panel.text(n / total, row, f" {n:,}", va="center", fontsize=SMALL)
            for row, n in enumerate(counts.values())
        ]
        setattr(panel, _BARS, (drawn, words))
        set_ticks(panel.yaxis, list(counts))
        panel.set_ylim(len(counts) - 0.5, -0.5)
        panel.set_xlim(0, 1)
        percent_axis(panel.xaxis)
        name_axes(panel, "占全体客户", "")
    return panel


def update_types(panel: Axes, counts: Mapping[str, int]) -> None:
    drawn, words = getattr(panel, _BARS)
    total = sum(counts.values())
    for bar, word, many in zip(drawn, words, counts.values(), strict=True):
        bar.set_width(many / total)
        word.set_x(many / total)
        word.set_text(f" {many:,}")


def plot_shirts(found: WrongPushes, *, ax: Axes | None = None) -> Axes:
    """冻结的与每月更新的，各月推错的份额（A10）。"""
    months = range(1, len(found.frozen) + 1)
    with panel_for(ax, (7.6, 4.0)) as panel:
        lines = {
            "一月冻结的": (found.frozen, SECOND, "-"),
            "每月更新的": (found.refreshed, FIRST, "--"),
        }
        drawn, ends = [], []
        heights = _shirt_heights(found)
        for height, (name, (values, colour, style)) in zip(heights, lines.items(), strict=True):
            shown = [float(v) for v in values]
            drawn += panel.plot(months, shown, style, color=colour, linewidth=2.2)
            ends.append(
                panel.text(
                    months[-1] + 0.15, height, _shirt_end(name, shown[-1]), color=colour, va="center",
                    fontsize=SMALL,
                )
            )  # fmt: skip
        setattr(panel, _SHIRT_LINES, (drawn, ends, tuple(lines)))
        panel.set_xlim(1, months[-1] + 2.6)
        panel.set_xticks(months)
        panel.set_ylim(0, 1)
        percent_axis(panel.yaxis)
        name_axes(panel, "第几个月（一月是 1）", "推错颜色的份额")
    return panel


def update_shirts(panel: Axes, found: WrongPushes) -> None:
    drawn, ends, names = getattr(panel, _SHIRT_LINES)
    heights, series = _shirt_heights(found), (found.frozen, found.refreshed)
    for line, end, name, height, values in zip(drawn, ends, names, heights, series, strict=True):
        shown = [float(v) for v in values]
        line.set_ydata(shown)
        end.set_y(height)
        end.set_text(_shirt_end(name, shown[-1]))


def _shirt_heights(found: WrongPushes) -> tuple[float, float]:
    """两条线末端的字写多高：挨得近就一上一下错开，也不压到横轴、不伸出图外。"""
    frozen, refreshed = float(found.frozen[-1]), float(found.refreshed[-1])
    short = max(0.0, _SHIRT_APART - abs(frozen - refreshed)) / 2
    up, down = max(frozen, refreshed) + short, min(frozen, refreshed) - short
    up = min(up, 1 - _SHIRT_EDGE)
    down = max(min(down, up - _SHIRT_APART), _SHIRT_EDGE)
    up = max(up, down + _SHIRT_APART)
    return (up, down) if frozen >= refreshed else (down, up)


def _shirt_end(name: str, value: float) -> str:
    return f"{name}\n{percent(value)}"


def plot_drift(points: Sequence[tuple[int, float]], *, ax: Axes | None = None) -> Axes:
    """级别冻结以后过了几天，还对得上几成。"""
    with panel_for(ax, (7.2, 3.6)) as panel:
        panel.plot([day for day, _ in points], [share for _, share in points], "-o", color=FIRST, linewidth=2)
        for day, share in points:
            panel.annotate(
                percent(share), (day, share), xytext=(0, 8), textcoords="offset points", ha="center",
                fontsize=SMALL,
            )  # fmt: skip
        panel.set_ylim(0, 1.08)
        panel.set_xticks([day for day, _ in points])
        percent_axis(panel.yaxis)
        name_axes(panel, "级别冻结以后过了几天", "还在原来级别的客户")
    return panel


def plot_choices(
    rows: Sequence[tuple[int, float, float]], bars: tuple[float, float], *, ax: Axes | None = None
) -> Axes:
    """每个 k 的轮廓系数与重抽样的一致，各有一条要过的线（A11）。rows: （k，轮廓，一致）。"""
    with panel_for(ax, (7.6, 4.0)) as panel:
        named = (("轮廓系数（分得开吗）", 1, FIRST, "-", "o"), ("重抽样的一致（稳吗）", 2, SECOND, "--", "s"))
        for (name, place, colour, style, marker), bar in zip(named, bars, strict=True):
            panel.plot(
                [row[0] for row in rows], [row[place] for row in rows], style, marker=marker, color=colour,
                linewidth=2, label=name,
            )  # fmt: skip
            panel.axhline(bar, color=colour, linewidth=0.9, linestyle=":")
            panel.annotate(
                f"过线 {bar:.2f}", (1, bar), xycoords=("axes fraction", "data"), xytext=(4, 0),
                textcoords="offset points", va="center", fontsize=SMALL, color=colour,
            )  # fmt: skip
        panel.set_xticks([row[0] for row in rows])
        panel.set_ylim(0, 1.02)
        name_axes(panel, "分成几群（k）", "成绩")
        panel.legend(frameon=False, fontsize=SMALL, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    return panel


def plot_groups(
    points: Sequence[tuple[float, float]],
    groups: Sequence[int],
    names: tuple[str, str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """每位客户一个点，两个轴都是对数；群用颜色与形状一起分。太多时等距地取一些来画。"""
    step = -(-len(points) // _MOST_POINTS)
    shown = list(zip(points, groups, strict=True))[::step]
    with panel_for(ax, (7.4, 4.8)) as panel:
        for group in sorted(set(groups)):
            here = [point for point, own in shown if own == group]
            panel.plot(
                [x for x, _ in here], [y for _, y in here], GROUP_MARKERS[group % 8], markersize=4.5, alpha=0.6,
                color=GROUP_COLOURS[group % 8], markeredgewidth=0, label=f"第 {group + 1} 群",
            )  # fmt: skip
        panel.set_xscale("symlog", linthresh=1)
        panel.set_yscale("log")
        for axis in (panel.xaxis, panel.yaxis):
            axis.set_major_formatter("{x:,.0f}")
        panel.minorticks_off()
        name_axes(panel, *names)
        panel.legend(
            frameon=False,
            fontsize=SMALL,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.14),
            ncols=4,
            markerscale=1.6,
        )
    return panel


@dataclass(frozen=True)
class Reach:
    """一位参赛者：联系了几成客户（横），找到几成买家（纵），从 0 到 1。"""

    label: str
    contacted: Sequence[float]
    found: Sequence[float]


def plot_reach(lines: Sequence[Reach], effort: float, *, ax: Axes | None = None) -> Axes:
    """联系几成客户，找到几成买家；竖线是同样力气的地方，斜线是随便联系（A11）。"""
    styles = zip((FIRST, THIRD, SECOND, FOURTH), ("-", "-.", "--", ":"), strict=True)
    with panel_for(ax, (7.2, 4.8)) as panel:
        panel.plot([0, 1], [0, 1], color=QUIET_COLOUR, linewidth=0.9, label="随便联系")
        for line, (colour, style) in zip(lines, styles, strict=False):
            panel.plot(line.contacted, line.found, style, color=colour, linewidth=2, label=line.label)
        panel.axvline(effort, color=QUIET_COLOUR, linewidth=0.9, linestyle=":")
        panel.annotate(
            f"联系 {percent(effort)}", (effort, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", ha="center", va="bottom", fontsize=SMALL,
        )  # fmt: skip
        panel.set(xlim=(0, 1), ylim=(0, 1.01))
        percent_axis(panel.xaxis)
        percent_axis(panel.yaxis)
        name_axes(panel, "联系了几成客户", "找到了几成买家")
        panel.legend(frameon=False, fontsize=SMALL, loc="lower right")
    return panel


def plot_sources(
    rows: Sequence[tuple[str, float, tuple[float, float] | None]], *, ax: Axes | None = None
) -> Axes:
    """用了哪些来源，AUC 各多少，横线是 95 % 区间；最后一行是真概率，谁也超不过。"""
    with panel_for(ax, (7.4, 0.9 + 0.6 * len(rows))) as panel:
        for row, (_, auc, band) in enumerate(rows):
            colour = FIRST if row < len(rows) - 1 else QUIET_COLOUR
            if band:
                panel.plot(band, [row, row], color=colour, linewidth=3, alpha=0.45, solid_capstyle="butt")
            panel.plot([auc], [row], "o", color=colour, markersize=7)
            panel.annotate(
                f"{auc:.3f}",
                (auc, row),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
            )
        set_ticks(panel.yaxis, [name for name, *_ in rows])
        panel.set_ylim(len(rows) - 0.5, -0.7)
        panel.set_xlim(0.5, 1)
        name_axes(panel, "AUC（0.5 等于瞎猜）", "")
    return panel
