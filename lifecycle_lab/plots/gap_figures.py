"""购买间隔的图：再购曲线、转移热图、规律性(E2、E6、E7)。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lifecycle_lab.content import course
from lifecycle_lab.cycles import CLASSES
from lifecycle_lab.cycles.audit import WindowAudit
from lifecycle_lab.cycles.next_gap import NextGaps
from lifecycle_lab.cycles.regularity import Pairs, beta_density, ratio_histogram, regularity
from lifecycle_lab.cycles.repurchase import RepurchaseLine
from lifecycle_lab.cycles.spells import GapRow
from lifecycle_lab.cycles.survival import Curve
from lifecycle_lab.plots.panels import (
    CORRECTED_COLOUR,
    NAIVE_COLOUR,
    QUIET_COLOUR,
    SMALL,
    name_axes,
    panel_for,
    percent,
    percent_axis,
    set_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_repurchase(line: RepurchaseLine, *, ax: Axes | None = None) -> Axes:
    """再购曲线：只看已经再买的，与连同还没有再买的（带是 95 % 区间）(E2)。

    横虚线是各分位点，写着校正后第几天达到，没有达到也写出来。
    """
    with panel_for(ax, (7.2, 4.4)) as panel:
        longest = line.curve.longest
        _band(panel, line.curve)
        _staircase(panel, line.curve, CORRECTED_COLOUR, "corrected")
        if line.naive_curve:
            _staircase(panel, line.naive_curve, NAIVE_COLOUR, "naive", "--")
        for place in range(len(line.quantiles)):
            _quantile(panel, line, place)
        panel.set(xlim=(0, longest * 1.21 or 1), ylim=(0, 1.04))
        percent_axis(panel.yaxis)
        name_axes(panel, "距上一次购买（天）", "已经再买的份额")
        panel.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=SMALL)
    return panel


def describe_repurchase(line: RepurchaseLine) -> str:
    """同一张图的文字说法，给读屏软件与替代文字用。"""
    words = course().cycles.words

    def said(days: Sequence[int | None]) -> str:
        pairs = zip(line.quantiles, days, strict=True)
        return "、".join(f"{percent(s)} {words['never'] if d is None else f'{d:,} 天'}" for s, d in pairs)

    return (
        f"再购曲线：{line.curve.closed:,} 段已结束的间隔，{line.curve.open:,} 段还开着。"
        f"{words['corrected']}：{said(line.corrected)}；{words['naive']}：{said(line.naive)}。"
    )


def plot_transitions(
    table: NextGaps, *, ax: Axes | None = None, corrected: bool = True, counts: bool = True
) -> Axes:
    """转移热图：行是前一段间隔的类，列是下一段；每格写份额与人数，counts 为假时只写份额（滑块动得快）(E6)。

    corrected 为真时份额连同还没有再买的（KM），一行加起来可以不到 100 %，其余是还没有再买；
    观察期看不全的写 ≥，看不到的写明。滑块动的时候叫 `update_transitions`，不重画。
    """
    with panel_for(ax, (6.4, 4.2)) as panel:
        places = range(len(CLASSES))
        edges = [place - 0.5 for place in range(len(CLASSES) + 1)]
        panel.pcolormesh(edges, edges, [[0.0] * len(CLASSES) for _ in places], cmap="Blues", vmin=0, vmax=1)
        panel.invert_yaxis()
        for y in places:
            for x in places:
                panel.text(x, y, "", ha="center", va="center", fontsize=SMALL, linespacing=1.35)
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        set_ticks(panel.xaxis, [text.label for text in course().cycles.classes.values()])
        if counts:
            what = (
                "份额连同还没有再买的（KM），人数是已经再买的" if corrected else "份额与人数都只看已经再买的"
            )
        else:
            what = "份额连同还没有再买的（KM）" if corrected else "份额只看已经再买的"
            set_ticks(panel.yaxis, [text.label for text in course().cycles.classes.values()])
        name_axes(panel, f"第 {table.n + 1} 段间隔\n{what}", f"第 {table.n} 段间隔")
        update_transitions(panel, table, corrected=corrected, counts=counts)
    return panel


def update_transitions(panel: Axes, table: NextGaps, *, corrected: bool = True, counts: bool = True) -> None:
    """把画好的转移热图换成另一张表（界限变了）：只换颜色与文字；counts 同画的时候。"""
    cells = [_transition_cell(table, name, x, corrected) for name in CLASSES for x in range(len(CLASSES))]
    size = len(CLASSES)
    panel.collections[0].set_array(
        [[shade for shade, _ in cells[y * size : (y + 1) * size]] for y in range(size)]
    )
    for text, (shade, words) in zip(panel.texts, cells, strict=True):
        text.set(text=words if counts else words.split("\n")[0], color="white" if shade > 0.55 else "black")
    if counts:
        labels = [_row_label(table, name, text.label) for name, text in course().cycles.classes.items()]
        set_ticks(panel.yaxis, labels)


def describe_transitions(table: NextGaps, *, corrected: bool = True) -> str:
    """同一张图的文字说法：一行一句。"""
    labels = {name: text.label for name, text in course().cycles.classes.items()}
    lines = []
    for name in (line.name for line in table.lines):
        cells = (
            _transition_cell(table, name, x, corrected)[1].replace("\n", "，") for x in range(len(CLASSES))
        )
        pairs = zip(labels.values(), cells, strict=True)
        lines.append(f"{labels[name]}：" + "；".join(f"{label} {cell}" for label, cell in pairs) + "。")
    return f"第 {table.n} 段间隔的类，到第 {table.n + 1} 段。" + "".join(lines)


def plot_window(
    audits: Sequence[WindowAudit], chosen: WindowAudit, low: int, *, ax: Axes | None = None
) -> Axes:
    """窗口的把戏：钟表客户在各种长短的窗里显出的份额，横虚线是一直看下去的，点是选定的窗(E6)。

    audits: 从短到长的几个窗，画成线；low: 低频的界限（天），写在轴名里。滑块动的时候叫 `update_window`。
    """
    with panel_for(ax, (6.4, 3.6)) as panel:
        known = [(audit.window, audit.seen) for audit in audits if audit.seen is not None]
        panel.plot(*zip(*known, strict=True), color=CORRECTED_COLOUR, linewidth=2)
        first, last = known[0][0], known[-1][0]
        every = 1.0 if chosen.unlimited is None else chosen.unlimited
        panel.axhline(every, color=NAIVE_COLOUR, linestyle="--", linewidth=1.5)
        panel.annotate(
            f"一直看下去：{percent(every, 1)}",
            (last, every),
            xytext=(0, -3),
            textcoords="offset points",
            ha="right",
            va="top",
            color=NAIVE_COLOUR,
            fontsize=SMALL,
        )
        panel.plot([first], [1], marker="o", markersize=9, color="black", linestyle="")
        panel.text(first, 1, "", va="bottom", fontsize=SMALL)
        lowest = min(every, *(share for _, share in known))
        panel.set(xlim=(first - 15, last + 15), ylim=(max(0.0, lowest - 0.04), 1.04))
        panel.set_yticks([tick / 20 for tick in range(21) if panel.get_ylim()[0] <= tick / 20])
        panel.yaxis.set_major_formatter(lambda value, _: percent(value))
        name_axes(panel, "看多少天", f"下一段不超过 {low} 天的份额")
        update_window(panel, chosen)
    return panel


def update_window(panel: Axes, chosen: WindowAudit) -> None:
    """把画好的图换成另一个窗：只挪动点与它的字；字写在点的右上，靠右边时写在左上。"""
    share = float("nan") if chosen.seen is None else chosen.seen
    panel.lines[-1].set_data([chosen.window], [share])
    left, right = panel.get_xlim()
    fits = chosen.window < left + 0.75 * (right - left)
    panel.texts[-1].set(
        text=f"{chosen.window:,} 天：{percent(share, 1)}",
        x=chosen.window,
        y=share + 0.012,
        ha="left" if fits else "right",
    )


def plot_regularity(
    rows: Sequence[GapRow], *, ax: Axes | None = None, pairs: Pairs = "first", bins: int = 20
) -> Axes:
    """规律性：t₁ ÷（t₁ + t₂）的直方图，对着“没有记忆”的平线与量出的 k 的曲线(E7)。"""
    with panel_for(ax, (7.2, 4.2)) as panel:
        found, counts = regularity(rows, pairs), ratio_histogram(rows, bins, pairs)
        heights = [count * bins / found.pairs for count in counts]
        panel.bar([(i + 0.5) / bins for i in range(bins)], heights, 0.92 / bins, color="#c9d8e6", zorder=1)
        places = [i / 200 for i in range(1, 200)]
        panel.plot(
            places, [beta_density(place, found.k) for place in places], color=CORRECTED_COLOUR, linewidth=2
        )
        panel.axhline(1, color=NAIVE_COLOUR, linestyle="--", linewidth=1.5)
        top = max([*heights, beta_density(0.5, found.k), 1]) * 1.3
        panel.set(xlim=(0, 1), ylim=(0, top))
        high = "∞" if found.high is None else f"{found.high:.2f}"
        fitted = f"量出的规律性 k = {found.k:.2f}（95 % 区间 {found.low:.2f} 到 {high}），{found.pairs:,} 对"
        panel.text(0.5, top * 0.98, fitted, ha="center", va="top", color=CORRECTED_COLOUR, fontsize=SMALL)
        panel.text(
            0.985,
            1 + top * 0.015,
            "没有记忆（k = 1）",
            ha="right",
            va="bottom",
            color=NAIVE_COLOUR,
            fontsize=SMALL,
        )
        name_axes(panel, "前一段 ÷（前一段 + 后一段）：0.5 是两段一样长", "密度（平均为 1）")
    return panel


def _staircase(panel: Axes, curve: Curve, colour: str, word: str, style: str = "-") -> None:
    days = [0, *(step.days for step in curve.steps), curve.longest]
    shares = [0.0, *(step.share for step in curve.steps)]
    label = course().cycles.words[word]
    panel.step(
        days,
        [*shares, shares[-1]],
        where="post",
        color=colour,
        linestyle=style,
        linewidth=2,
        label=label,
        zorder=3,
    )


def _band(panel: Axes, curve: Curve) -> None:
    known = [(step.days, step.low, step.high) for step in curve.steps if step.low is not None]
    if known and len(known) == len(curve.steps):
        known.append((curve.longest, *known[-1][1:]))  # 最后一步的带一直到看得见的尽头
    days, lows, highs = zip(*known, strict=True) if known else ((), (), ())
    panel.fill_between(
        days, lows, highs, step="post", color=CORRECTED_COLOUR, alpha=0.18, linewidth=0, zorder=2
    )


def _quantile(panel: Axes, line: RepurchaseLine, place: int) -> None:
    """一个分位点：横虚线、两条曲线上的点，右端写校正后的天数，下面写朴素的。"""
    share = float(line.quantiles[place])
    panel.axhline(share, color=QUIET_COLOUR, linestyle=":", linewidth=0.8, zorder=1)
    for day, colour, word, side in (
        (line.corrected[place], CORRECTED_COLOUR, f"{percent(share)}：", "bottom"),
        (line.naive[place], NAIVE_COLOUR, "朴素：", "top"),
    ):
        said = course().cycles.words["never"] if day is None else f"{day:,} 天"
        panel.annotate(
            word + said,
            (line.curve.longest * 1.2, share),
            xytext=(0, 2 if side == "bottom" else -2),
            textcoords="offset points",
            ha="right",
            va=side,
            color=colour,
            fontsize=8,
        )
        if day is not None:
            panel.plot([day], [share], marker="o", color=colour, markersize=5, zorder=4)


def _transition_cell(table: NextGaps, name: str, column: int, corrected: bool) -> tuple[float, str]:
    """（深浅，写的字）：没有客户的行写 —。"""
    line = table.line(name)
    share = (line.corrected if corrected else line.naive)[column] if line else None
    if line is None or share is None:
        return 0.0, "—"
    seen = line.visible[column] if corrected else "all"
    if seen == "none":
        return 0.0, "看不到"
    sign = "≥ " if seen == "part" else ""
    return float(share), f"{sign}{percent(share)}\n{line.counts[column]:,} 人"


def _row_label(table: NextGaps, name: str, label: str) -> str:
    line = table.line(name)
    return f"{label}\n{line.customers if line else 0:,} 人"
