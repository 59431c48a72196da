"""阶段的图：对照轴、混淆表、五个时期的占比、占比随观察日变(A2–A5、B2–B4、B7、D6、D9)。

每张一个意思，`plot_x(数据, *, ax=None) -> Axes`；名称由调用的人给，这里只画。颜色取自 Okabe–Ito，旁边总有文字。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab.plots import fonts
from lifecycle_lab.plots.panels import SMALL, name_axes, panel_for, percent, percent_axis
from lifecycle_lab.schema import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TINTS = {"exploration": "#F0E442", "formation": "#8CCBEE", "stability": "#66C2A5", "decline": "#F2A56B"}
PERIOD_TINTS = ("#F0E442", "#F7C873", "#8CCBEE", "#66C2A5", "#D9D9D9")
_OWN, _TYPICAL, _BAND = "#0072B2", "#999999", "#CC79A7"
_LABEL_SIZE, _WIDTH = 8, 8.6
_POINTS = 0.78 * _WIDTH * 72
"""横轴约有多少磅宽：定一个标签写一行还是两行。"""


@dataclass(frozen=True)
class Bar:
    """一个阶段：名称、位置、起点有没有争议；tint 是与它重叠最多的关系阶段，定颜色。"""

    label: str
    start: Fraction
    end: Fraction
    disputed: bool
    tint: str


@dataclass(frozen=True)
class Lane:
    """一种模型：一行。"""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class AxisWords:
    """对照图上的字：轴名、两端、争议边界的说明。"""

    axis: str
    start: str
    end: str
    disputed: str


def plot_crosswalk(
    lanes: Sequence[Lane],
    words: AxisWords,
    chosen: tuple[Fraction, Fraction] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """几种模型对到一条时间轴上：一行一种模型；chosen 是选中的一段，画成竖带。没有模型 → DataError。"""
    if not lanes:
        raise DataError("没有模型可画。", remedy="至少给一种模型。")
    with panel_for(ax, (_WIDTH, 1.5 + 0.5 * len(lanes))) as panel:
        for row, lane in enumerate(lanes):
            for bar in lane.bars:
                _stage(panel, row, bar)
            for bar in lane.bars:
                if bar.disputed:
                    _border(panel, row, float(bar.start))
        if chosen:
            _band(panel, chosen)
        panel.set_yticks(range(len(lanes)), [fonts.drawable(lane.label) for lane in lanes], fontsize=SMALL)
        panel.tick_params(axis="y", length=0)
        panel.set(xlim=(0, 1), ylim=(len(lanes) - 0.5, -0.6))
        panel.set_xticks(
            [0, 0.25, 0.5, 0.75, 1], [words.start, "0.25", "0.5", "0.75", words.end], fontsize=SMALL
        )
        name_axes(panel, f"{words.axis}\n{words.disputed}", "")
    return panel


def describe_crosswalk(lanes: Sequence[Lane]) -> str:
    """同一张图的文字说法。"""
    return "".join(
        f"{lane.label}："
        + "、".join(
            f"{bar.label} {float(bar.start):.2f}–{float(bar.end):.2f}{'（起点有争议）' if bar.disputed else ''}"
            for bar in lane.bars
        )
        + "。"
        for lane in lanes
    )


def _stage(panel: Axes, row: int, bar: Bar) -> None:
    start, width = float(bar.start), float(bar.end - bar.start)
    panel.barh(row, width, 0.74, start, color=TINTS[bar.tint], edgecolor="white", linewidth=1, zorder=1)
    # align 默认居中：barh 的第四个位置参数是左端
    panel.text(
        start + width / 2,
        row,
        _wrapped(bar.label, width),
        ha="center",
        va="center",
        fontsize=_LABEL_SIZE,
        linespacing=1.1,
        zorder=4,
    )


def _wrapped(label: str, width: float) -> str:
    if (len(label) + 1) * _LABEL_SIZE <= width * _POINTS:
        return label
    half = (len(label) + 1) // 2
    return f"{label[:half]}\n{label[half:]}"


def _border(panel: Axes, row: int, x: float) -> None:
    """起点有争议：一小段斜线，中间一条虚线。"""
    panel.barh(
        row, 0.014, 0.74, x - 0.007, color="none", edgecolor="#333333", hatch="//////", linewidth=0, zorder=2
    )
    panel.plot(
        [x, x], [row - 0.44, row + 0.44], color="#333333", linewidth=1.2, linestyle=(0, (2, 1.5)), zorder=3
    )


def _band(panel: Axes, chosen: tuple[Fraction, Fraction]) -> None:
    start, end = map(float, chosen)
    panel.axvspan(start, end, color=_BAND, alpha=0.22, linewidth=0, zorder=2.5)
    for x in (start, end):
        panel.axvline(x, color=_BAND, linewidth=1.6, zorder=3.5)


def plot_confusion(
    rows: Mapping[str, Sequence[int]],
    columns: Sequence[str],
    axes: tuple[str, str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """混淆表：一行一种真相，颜色是这一行里的份额，格里写人数与份额；空的行写“没有”。

    rows: 真相的名称 → 规则放进各阶段的人数（次序同 columns）；axes: （横轴，纵轴）的名称。
    """
    if not rows or not any(map(sum, rows.values())):
        raise DataError("没有客户可画。", remedy="至少要有一位客户。")
    with panel_for(ax, (6.6, 1.5 + 0.55 * len(rows))) as panel:
        shares = [[n / (sum(counts) or 1) for n in counts] for counts in rows.values()]
        panel.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for y, counts in enumerate(rows.values()):
            for x, count in enumerate(counts):
                words = f"{count:,}\n{percent(shares[y][x])}" if sum(counts) else "0"
                colour = "white" if shares[y][x] > 0.55 else "black"
                panel.text(x, y, words, ha="center", va="center", fontsize=SMALL, color=colour)
        panel.set_xticks(range(len(columns)), columns, fontsize=SMALL)
        panel.set_yticks(range(len(rows)), [fonts.drawable(name) for name in rows], fontsize=SMALL)
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        name_axes(panel, axes[0], axes[1])
    return panel


def plot_shares(
    labels: Sequence[str],
    typical: Sequence[Fraction],
    own: Sequence[Fraction],
    names: tuple[str, str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """两套占比并排：一行一个时期，空心点是典型的，实心点是这家店的，之间的线是差。"""
    if not labels:
        raise DataError("没有时期可画。", remedy="至少给一个时期。")
    with panel_for(ax, (7.2, 1.5 + 0.5 * len(labels))) as panel:
        for row, (usual, mine) in enumerate(zip(map(float, typical), map(float, own), strict=True)):
            panel.plot([usual, mine], [row, row], color="#cccccc", linewidth=2, zorder=1)
            panel.plot([usual], [row], "o", markersize=8, color=_TYPICAL, markerfacecolor="white", zorder=2)
            panel.plot([mine], [row], "o", markersize=8, color=_OWN, zorder=3)
            _share_words(panel, row, usual, mine)
        most = float(max((*typical, *own)))
        panel.set(xlim=(-0.06, most * 1.18 + 0.02), ylim=(len(labels) - 0.4, -0.8))
        panel.set_yticks(range(len(labels)), labels, fontsize=SMALL)
        panel.tick_params(axis="y", length=0)
        percent_axis(panel.xaxis)
        panel.set_xticks([tick for tick in panel.get_xticks() if 0 <= tick <= most * 1.18])
        name_axes(panel, f"占全部客户（空心：{names[0]}；实心：{names[1]}）", "")
    return panel


def _share_words(panel: Axes, row: int, usual: float, mine: float) -> None:
    """两个数写在各自的外侧，不叠在一起。"""
    for value, right, colour in ((usual, usual >= mine, "#555555"), (mine, mine > usual, _OWN)):
        panel.annotate(
            percent(value),
            (value, row),
            xytext=(8 if right else -8, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=SMALL,
            color=colour,
        )


def plot_share_history(
    dates: Sequence[str], shares: Mapping[str, Sequence[Fraction]], *, ax: Axes | None = None
) -> Axes:
    """同一条规则，换几个观察日：一根柱一天，从下往上是各时期的占比。

    shares: 时期的名称 → 每个观察日一个占比；每一天合计是 1。
    """
    if not dates or not shares:
        raise DataError("没有观察日可画。", remedy="至少给一个观察日。")
    with panel_for(ax, (7.6, 4.2)) as panel:
        bottoms, middles = [0.0] * len(dates), {}
        for (label, line), colour in zip(shares.items(), PERIOD_TINTS, strict=False):
            sizes = [float(share) for share in line]
            _layer(panel, sizes, bottoms, colour)
            middles[label] = bottoms[-1] + sizes[-1] / 2
            bottoms = [bottom + size for bottom, size in zip(bottoms, sizes, strict=True)]
        for label, y in _apart(middles).items():
            panel.text(len(dates) - 0.55, y, fonts.drawable(label), ha="left", va="center", fontsize=SMALL)
        panel.set(xlim=(-0.5, len(dates) + 0.25), ylim=(0, 1))
        panel.set_xticks(range(len(dates)), dates, fontsize=8)
        percent_axis(panel.yaxis)
        name_axes(panel, "观察日", "占那天见过的全部客户")
    return panel


def _layer(panel: Axes, sizes: Sequence[float], bottoms: Sequence[float], colour: str) -> None:
    panel.bar(range(len(sizes)), sizes, 0.72, bottoms, color=colour, edgecolor="white")
    for x, (size, bottom) in enumerate(zip(sizes, bottoms, strict=True)):
        # 太薄的一段写不下
        if size >= 0.045:
            panel.text(x, bottom + size / 2, percent(size), ha="center", va="center", fontsize=8)


def _apart(places: Mapping[str, float], least: float = 0.055) -> dict[str, float]:
    """名字从下往上排，挨得太近的往上挪；超出顶端的再一起往下压。"""
    found: dict[str, float] = {}
    reached = -1.0
    for label, y in sorted(places.items(), key=lambda pair: pair[1]):
        reached = max(y, reached + least)
        found[label] = reached
    over = max(0.0, reached - 0.97)
    return {label: y - over for label, y in found.items()}
