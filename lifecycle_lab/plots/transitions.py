"""第 03 课的图：状态的流动、份额的走势、待了几期、同期群、留存曲线、渠道的区间(A8、B6)。

每张一个意思，`plot_x(数据, *, ax=None) -> Axes`；滑块动的时候叫 `update_x`，只换线与字。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecycle_lab.content.transitions import transitions
from lifecycle_lab.plots import fonts
from lifecycle_lab.plots.flow import plot_flow
from lifecycle_lab.plots.panels import (
    CORRECTED_COLOUR,
    NAIVE_COLOUR,
    QUIET_COLOUR,
    SMALL,
    name_axes,
    panel_for,
    percent,
    percent_axis,
)
from lifecycle_lab.schema import DataError
from lifecycle_lab.stages.acquisition import wilson
from lifecycle_lab.stages.chain import Duration
from lifecycle_lab.stages.cohorts import Cohort, Point
from lifecycle_lab.stages.moves import ABSENT, STATES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = dict(
    zip((*STATES, ABSENT), ("#CC79A7", "#56B4E9", "#0072B2", "#009E73", "#D55E00", "#999999"), strict=True)
)


@dataclass(frozen=True)
class Band:
    """一个渠道的一个数和它的区间；high 是 None 表示没有上端。"""

    label: str
    value: float
    low: float
    high: float | None


def state_label(name: str) -> str:
    content = transitions()
    return content.words["word.absent"] if name == ABSENT else content.states[name].label


def _axis(name: str, **fields: object) -> str:
    text = transitions().words[f"axis.{name}"]
    for field, value in fields.items():
        text = text.replace(f"${field}", str(value))
    return text


# ── 流动 ────────────────────────────────────────────────────────────


def plot_moves(
    counts: Mapping[tuple[str, str], int], *, days: tuple[str, str] = ("前", "后"), ax: Axes | None = None
) -> Axes:
    """两个日子之间，谁从哪种状态到了哪种(A8)。"""
    origins = (*STATES, ABSENT)
    return plot_flow(counts, origins, STATES, label=state_label, colours=COLOURS, days=days, ax=ax)


def describe_moves(counts: Mapping[tuple[str, str], int]) -> str:
    """同一张图的文字说法。"""
    parts = []
    for origin in (*STATES, ABSENT):
        ends = [f"{state_label(e)} {counts[origin, e]:,} 人" for e in STATES if counts.get((origin, e))]
        parts += [f"{state_label(origin)} → {'、'.join(ends)}。"] if ends else []
    return "状态的流动：" + "".join(parts)


# ── 链的走势 ────────────────────────────────────────────────────────


def plot_forecast(
    states: Sequence[str],
    before: Sequence[Sequence[float]],
    after: Sequence[Sequence[float]],
    days: int,
    *,
    ax: Axes | None = None,
) -> Axes:
    """同一批人一期一期在各状态的份额：虚线是原来的，实线是改了一个份额以后的。

    before、after: 一期一行，次序同 states。滑块动的时候叫 `update_forecast`。
    """
    with panel_for(ax, (7.2, 4.2)) as panel:
        periods = range(len(before))
        for place, name in enumerate(states):
            shares = [row[place] for row in before]
            panel.plot(periods, shares, color=COLOURS[name], linewidth=1.2, linestyle=(0, (3, 3)), zorder=1)
        for name in states:
            panel.plot([], [], color=COLOURS[name], linewidth=2.2, zorder=2)
            panel.text(0, 0, "", color=COLOURS[name], fontsize=SMALL, va="center")
        panel.set(xlim=(0, len(before) - 1 + 2.9), ylim=(-0.02, 1.02))
        panel.set_xticks(range(0, len(before), 2))
        percent_axis(panel.yaxis)
        name_axes(panel, _axis("periods_of", days=days), _axis("share"))
        update_forecast(panel, states, after)
    return panel


def update_forecast(panel: Axes, states: Sequence[str], after: Sequence[Sequence[float]]) -> None:
    """把实线与线尾的名字换成另一组份额；名字挤在一起就错开。"""
    lines, texts = panel.lines[len(states) :], panel.texts
    heights = _apart([after[-1][place] for place in range(len(states))], 0.065)
    for place, (line, text) in enumerate(zip(lines, texts, strict=True)):
        line.set_data(range(len(after)), [row[place] for row in after])
        words = f"{state_label(states[place])} {percent(after[-1][place], 1)}"
        text.set(x=len(after) - 1 + 0.15, y=heights[place], text=words)


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """从低到高，一个至少比前一个高 least；放不下就整体往下让。"""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    found, floor = [0.0] * len(heights), 0.0
    for i in order:
        found[i] = max(heights[i], floor)
        floor = found[i] + least
    over = max(0.0, max(found) - 1)
    return [height - over for height in found]


def describe_forecast(states: Sequence[str], after: Sequence[Sequence[float]]) -> str:
    ends = "、".join(
        f"{state_label(name)} {percent(share, 1)}" for name, share in zip(states, after[-1], strict=True)
    )
    return f"{len(after) - 1} 期以后：{ends}。"


# ── 待了几期 ────────────────────────────────────────────────────────


def plot_durations(lines: Sequence[Duration], *, ax: Axes | None = None) -> Axes:
    """已经待了几期，下一期离开的份额；平线是合起来的份额，马尔可夫链说各点都该在线上。"""
    total = sum(line.watched for line in lines)
    if not total:
        raise DataError("没有人次可画。", remedy="换一种状态，或看久一些。")
    with panel_for(ax, (7.2, 3.8)) as panel:
        level = sum(line.left for line in lines) / total
        panel.axhline(level, color=QUIET_COLOUR, linewidth=1, linestyle=(0, (3, 3)))
        edge = max(line.spent for line in lines) + 0.6
        panel.text(
            edge,
            level,
            f" {_axis('average')} {percent(level, 1)}",
            va="center",
            fontsize=SMALL,
            color=QUIET_COLOUR,
        )
        for line in lines:
            low, high = wilson(line.left, line.watched)
            share = line.left / line.watched
            panel.plot([line.spent] * 2, [low, high], color=CORRECTED_COLOUR, linewidth=1.4)
            panel.plot(line.spent, share, "o", color=CORRECTED_COLOUR, markersize=6)
            panel.annotate(
                f"{percent(share)}\n{line.watched:,} 人次",
                (line.spent, high),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=SMALL,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
            )
        panel.set(xlim=(min(line.spent for line in lines) - 0.6, edge), ylim=(0, 1.28))
        panel.set_xticks([line.spent for line in lines])
        panel.set_yticks([0, 0.25, 0.5, 0.75, 1])
        from matplotlib.ticker import PercentFormatter

        panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        name_axes(panel, _axis("spent"), _axis("left"))
    return panel


# ── 同期群 ──────────────────────────────────────────────────────────


def plot_cohorts(
    found: Sequence[Cohort], starts: Sequence[str], laters: Sequence[str], *, ax: Axes | None = None
) -> Axes:
    """同期群的热图：还看不到的画斜线，不画成 0。starts、laters 是行名与列名。"""
    if not found:
        raise DataError("没有客户可画。", remedy="至少要有一段过完的日子。")
    with panel_for(ax, (7.6, 1.6 + 0.42 * len(found))) as panel:
        from matplotlib.patches import Rectangle

        # 第一段总是 100 %，不上色阶，免得别的都看不出深浅
        most = max((float(c.share(k) or 0) for c in found for k in range(1, len(c.bought))), default=0) or 1
        for row, cohort in enumerate(found):
            for later in range(len(laters)):
                share = cohort.share(later)
                where = (later - 0.5, row - 0.5)
                if share is None:
                    look = {"facecolor": "#f4f4f4", "edgecolor": "#bbbbbb", "hatch": "///"}
                    panel.add_patch(Rectangle(where, 1, 1, linewidth=0, **look))
                    continue
                depth = min(1.0, float(share) / most) if later else 1.0
                colour = "#dddddd" if not later else _shade(depth)
                panel.add_patch(Rectangle(where, 1, 1, facecolor=colour, edgecolor="white", linewidth=1))
                dark = later and depth > 0.55
                panel.text(
                    later, row, percent(share), ha="center", va="center", fontsize=SMALL - 1,
                    color="white" if dark else "black",
                )  # fmt: skip
        if any(None in cohort.bought for cohort in found):
            panel.text(
                len(laters) - 0.65, len(found) - 0.85, _axis("unseen"), ha="right", va="center", fontsize=SMALL + 1,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 3},
            )  # fmt: skip
        names = [f"{name}（{cohort.size:,} 人）" for name, cohort in zip(starts, found, strict=True)]
        panel.set_yticks(range(len(found)), [fonts.drawable(name) for name in names], fontsize=SMALL)
        panel.set_xticks(range(len(laters)), laters, fontsize=SMALL)
        panel.tick_params(length=0)
        panel.set(xlim=(-0.5, len(laters) - 0.5), ylim=(len(found) - 0.5, -0.5))
        panel.spines[["left", "bottom"]].set_visible(False)
        name_axes(panel, _axis("later"), _axis("cohort"))
    return panel


def _shade(depth: float) -> tuple[float, float, float]:
    """浅到深的蓝；色盲也分得出深浅。"""
    light, dark = (0.93, 0.96, 0.99), (0.0, 0.32, 0.55)
    return tuple(a + (b - a) * depth for a, b in zip(light, dark, strict=True))  # type: ignore[return-value]


def plot_retention(
    right: Sequence[Point], wrong: Sequence[Point], laters: Sequence[str], *, ax: Axes | None = None
) -> Axes:
    """留存曲线：实线只在看得到的群里数，虚线把还看不到的当成 0（错的）；从第二段起画。"""
    if len(right) < 2:
        raise DataError("看得到的段太少。", remedy="看久一些，或把一段缩短。")
    with panel_for(ax, (7.2, 3.8)) as panel:
        for points, colour, style, words in (
            (wrong, NAIVE_COLOUR, (0, (3, 2)), "看不到的当成 0（错）"),
            (right, CORRECTED_COLOUR, "-", "只数看得到的"),
        ):
            drawn = points[1:]
            xs, ys = [p.later for p in drawn], [float(p.share) for p in drawn]
            panel.plot(xs, ys, color=colour, linestyle=style, marker="o", markersize=4, linewidth=1.8)
            panel.annotate(
                words, (xs[-1], ys[-1]), xytext=(6, 0), textcoords="offset points", va="center",
                fontsize=SMALL, color=colour,
            )  # fmt: skip
        panel.fill_between(
            [p.later for p in right[1:]],
            [wilson(p.bought, p.size)[0] for p in right[1:]],
            [wilson(p.bought, p.size)[1] for p in right[1:]],
            color=CORRECTED_COLOUR, alpha=0.15, linewidth=0,
        )  # fmt: skip
        top = max(float(p.share) for p in right[1:])
        panel.set(xlim=(0.7, right[-1].later * 1.42), ylim=(0, top * 1.25 or 1))
        panel.set_xticks([p.later for p in right[1:]], laters[1:], fontsize=SMALL)
        percent_axis(panel.yaxis)
        name_axes(panel, _axis("later"), _axis("bought"))
    return panel


# ── 渠道 ────────────────────────────────────────────────────────────


def plot_bands(
    bands: Sequence[Band],
    axis: str,
    unit: str,
    *,
    digits: int = 0,
    even: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """一行一个渠道：点是算出来的，横线是区间；even 是一条竖线（如一元换回一元）。axis 是内容里的轴名。"""
    if not bands:
        raise DataError("没有渠道可画。", remedy="至少写一个渠道。")
    with panel_for(ax, (7.2, 1.4 + 0.5 * len(bands))) as panel:
        ends = [band.high if band.high is not None else 3 * band.value for band in bands]
        for row, (band, end) in enumerate(zip(bands, ends, strict=True)):
            panel.plot(
                [band.low, end], [row, row], color=CORRECTED_COLOUR, linewidth=1.6, marker="|", markersize=8
            )
            panel.plot(band.value, row, "o", color=CORRECTED_COLOUR, markersize=7)
            panel.annotate(
                f"{band.value:,.{digits}f} {unit}", (end, row), xytext=(7, 0), textcoords="offset points",
                va="center", fontsize=SMALL,
            )  # fmt: skip
        if even is not None:
            panel.axvline(even, color=QUIET_COLOUR, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
        panel.set_yticks(range(len(bands)), [fonts.drawable(band.label) for band in bands], fontsize=SMALL)
        panel.tick_params(axis="y", length=0)
        panel.set(xlim=(0, max(ends) * 1.2), ylim=(len(bands) - 0.4, -0.6))
        name_axes(panel, _axis(axis), "")
    return panel


def describe_bands(bands: Sequence[Band], unit: str, digits: int = 0) -> str:
    return "；".join(
        f"{b.label} {b.value:.{digits}f} {unit}（{b.low:.{digits}f}–"
        + ("?" if b.high is None else f"{b.high:.{digits}f}")
        + "）"
        for b in bands
    )
