"""动态生命周期的图：再购曲线、转移、流动、时间线、规律性、打扰(E2–E9)。

每张图一个意思，`plot_x(数据, *, ax=None) -> Axes`；不给 ax 就新建一张，用 `ax.figure` 取。
颜色取自 Okabe–Ito 色板，旁边总有文字；名称从内容里来。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab.content import course
from lifecycle_lab.cycles import CLASSES, STATES
from lifecycle_lab.cycles.flow import ABSENT, ORIGINS, StateFlow
from lifecycle_lab.cycles.next_gap import NextGaps
from lifecycle_lab.cycles.regularity import Pairs, beta_density, ratio_histogram, regularity
from lifecycle_lab.cycles.repurchase import RepurchaseLine
from lifecycle_lab.cycles.spells import GapRow
from lifecycle_lab.cycles.survival import Curve
from lifecycle_lab.plots import DOTS_PER_INCH, fonts
from lifecycle_lab.schema import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAIVE_COLOUR, CORRECTED_COLOUR, QUIET_COLOUR = "#D55E00", "#0072B2", "#666666"
STATE_COLOURS = dict(
    zip((*STATES, ABSENT), ("#009E73", "#56B4E9", "#E69F00", "#D55E00", "#999999"), strict=True)
)
_SMALL = 9


@dataclass(frozen=True)
class Timeline:
    """一位客户的时间线：购买日、规则给的三个天数（沉默、沉睡、流失）、今天的状态。"""

    name: str
    days: tuple[int, ...]
    thresholds: tuple[float, float, float]
    state: str


@dataclass(frozen=True)
class Disturbed:
    """一条规则在同样的召回下白白打扰了多大一份活跃客户；low、high 是区间，没有就都是 None。"""

    label: str
    share: float
    low: float | None = None
    high: float | None = None


def plot_repurchase(line: RepurchaseLine, *, ax: Axes | None = None) -> Axes:
    """再购曲线：只看已经再买的，与连同还没有再买的（带是 95 % 区间）(E2)。

    横虚线是各分位点，写着校正后第几天达到，没有达到也写出来。
    """
    with _panel(ax, (7.2, 4.4)) as panel:
        longest = line.curve.longest
        _band(panel, line.curve)
        _staircase(panel, line.curve, CORRECTED_COLOUR, "corrected")
        if line.naive_curve:
            _staircase(panel, line.naive_curve, NAIVE_COLOUR, "naive", "--")
        for place in range(len(line.quantiles)):
            _quantile(panel, line, place)
        panel.set(xlim=(0, longest * 1.21 or 1), ylim=(0, 1.04))
        _percent_axis(panel.yaxis)
        _names(panel, "距上一次购买（天）", "已经再买的份额")
        panel.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=_SMALL)
    return panel


def plot_transitions(table: NextGaps, *, ax: Axes | None = None, corrected: bool = True) -> Axes:
    """转移热图：行是前一段间隔的类，列是下一段；每格写份额与人数(E6)。

    corrected 为真时份额连同还没有再买的（KM），一行加起来可以不到 100 %，其余是还没有再买；
    观察期看不全的写 ≥，看不到的写明。滑块动的时候叫 `update_transitions`，不重画。
    """
    with _panel(ax, (6.4, 4.2)) as panel:
        places = range(len(CLASSES))
        panel.imshow([[0.0] * len(CLASSES) for _ in places], cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for y in places:
            for x in places:
                panel.text(x, y, "", ha="center", va="center", fontsize=_SMALL, linespacing=1.35)
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        _ticks(panel.xaxis, [text.label for text in course().cycles.classes.values()])
        what = "份额连同还没有再买的（KM），人数是已经再买的" if corrected else "份额与人数都只看已经再买的"
        _names(panel, f"第 {table.n + 1} 段间隔\n{what}", f"第 {table.n} 段间隔")
        update_transitions(panel, table, corrected=corrected)
    return panel


def update_transitions(panel: Axes, table: NextGaps, *, corrected: bool = True) -> None:
    """把画好的转移热图换成另一张表（界限变了）：只换颜色与文字。"""
    cells = [_transition_cell(table, name, x, corrected) for name in CLASSES for x in range(len(CLASSES))]
    size = len(CLASSES)
    panel.images[0].set_data([[shade for shade, _ in cells[y * size : (y + 1) * size]] for y in range(size)])
    for text, (shade, words) in zip(panel.texts, cells, strict=True):
        text.set(text=words, color="white" if shade > 0.55 else "black")
    labels = [_row_label(table, name, text.label) for name, text in course().cycles.classes.items()]
    _ticks(panel.yaxis, labels)


def plot_state_flow(flow: StateFlow, *, ax: Axes | None = None, days: tuple[str, str] = ("前", "后")) -> Axes:
    """两个日子之间的状态流动：左边一列是前一天，右边是后一天，带的粗细是客户数(E4)。"""
    total = sum(flow.counts.values())
    if not total:
        raise DataError("没有客户可画。", remedy="两个日子之间至少要有一位客户。")
    with _panel(ax, (7.2, 5.0)) as panel:
        gap = total * 0.05
        left = _stack({name: sum(flow.row(name)) for name in ORIGINS}, gap)
        right = _stack({name: sum(flow.counts.get((o, name), 0) for o in ORIGINS) for name in STATES}, gap)
        for place, (x, sides) in enumerate(((0.0, left), (1.0, right))):
            for name, (bottom, size) in sides.items():
                _flow_bar(panel, x, bottom, size, name, place)
        _ribbons(panel, flow, left, right)
        top = max(bottom + size for sides in (left, right) for bottom, size in sides.values())
        panel.set(xlim=(-0.42, 1.42), ylim=(top + gap, -2.5 * gap))
        for x, words in zip((0, 1), days, strict=True):
            panel.text(x, -gap, fonts.drawable(words), ha="center", va="bottom", fontsize=10)
        panel.set_axis_off()
    return panel


def plot_states(rules: Mapping[str, Sequence[int]], *, ax: Axes | None = None) -> Axes:
    """同一批客户在各条规则下的状态：一条规则一行，四段加起来是全部客户(E4、E8)。

    rules: 规则的名称 → 四种状态的人数（次序同 STATES）。滑块动的时候叫 `update_states`，不重画。
    """
    if not rules or not all(sum(counts) for counts in rules.values()):
        raise DataError("没有客户可画。", remedy="每条规则至少要有一位客户。")
    with _panel(ax, (7.2, 1.3 + 0.55 * len(rules))) as panel:
        for row in range(len(rules)):
            for name in STATES:
                panel.barh(row, 1, 0.6, color=STATE_COLOURS[name], edgecolor="white")
                panel.text(0, row, "", ha="center", va="center", fontsize=_SMALL)
        panel.set_yticks(range(len(rules)), [fonts.drawable(name) for name in rules], fontsize=_SMALL)
        panel.tick_params(axis="y", length=0)
        panel.set(xlim=(0, 1), ylim=(len(rules) - 0.5, -0.5))
        _percent_axis(panel.xaxis)
        _names(panel, "占全部客户", "")
        _state_key(panel)
        update_states(panel, rules)
    return panel


def update_states(panel: Axes, rules: Mapping[str, Sequence[int]]) -> None:
    """把画好的状态图换成另一组人数（规则或观察日变了）：只挪动长条与文字。"""
    pieces = [piece for counts in rules.values() for piece in _pieces(counts)]
    for bar, text, (left, share, count) in zip(panel.patches, panel.texts, pieces, strict=False):
        bar.set(x=left, width=share)
        # 太窄的一段写不下人数，留给表
        text.set(x=left + share / 2, text=f"{count:,}" if share > 0.055 else "")


def plot_timelines(customers: Sequence[Timeline], today: int, *, ax: Axes | None = None) -> Axes:
    """客户的时间线：点是购买日，带从最后一次购买起、一个周期深一段，竖线是观察日(E7、E8)。

    竖线在第一段带里是活跃，过了第三段是流失；同样的天数，周期不同，状态就不同。
    """
    if not customers:
        raise DataError("没有客户可画。", remedy="至少给一位客户。")
    with _panel(ax, (7.6, 1.5 + 0.38 * len(customers))) as panel:
        for row, customer in enumerate(customers):
            _timeline(panel, row, customer, today)
        panel.axvline(0, color="black", linewidth=1.2, zorder=4)
        first = min(day for customer in customers for day in customer.days) - today
        last = max(0.0, *(c.days[-1] - today + c.thresholds[-1] for c in customers))
        edge = 0.03 * (last - first) or 1
        panel.set(xlim=(first - edge, last + edge), ylim=(len(customers) - 0.4, -0.6))
        _above(panel, 0, "观察日")
        panel.set_yticks(range(len(customers)), [fonts.drawable(c.name) for c in customers], fontsize=_SMALL)
        panel.tick_params(axis="y", length=0)
        states = panel.secondary_yaxis("right")
        states.set_yticks(range(len(customers)), [_state_label(c.state) for c in customers], fontsize=_SMALL)
        states.tick_params(length=0)
        states.spines["right"].set_visible(False)
        for label, customer in zip(states.get_yticklabels(), customers, strict=True):
            label.set(color=_readable(customer.state), **fonts.text_style())
        _names(
            panel,
            "距观察日（天，负数是从前）\n深、中、浅三段带：最后一次购买之后的活跃、沉默、沉睡；再往后是流失",
            "",
        )
    return panel


def plot_regularity(
    rows: Sequence[GapRow], *, ax: Axes | None = None, pairs: Pairs = "first", bins: int = 20
) -> Axes:
    """规律性：t₁ ÷（t₁ + t₂）的直方图，对着“没有记忆”的平线与量出的 k 的曲线(E7)。"""
    with _panel(ax, (7.2, 4.2)) as panel:
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
        panel.text(0.5, top * 0.98, fitted, ha="center", va="top", color=CORRECTED_COLOUR, fontsize=_SMALL)
        panel.text(
            0.985,
            1 + top * 0.015,
            "没有记忆（k = 1）",
            ha="right",
            va="bottom",
            color=NAIVE_COLOUR,
            fontsize=_SMALL,
        )
        _names(panel, "前一段 ÷（前一段 + 后一段）：0.5 是两段一样长", "密度（平均为 1）")
    return panel


def plot_disturbed(rules: Sequence[Disturbed], recall: float, *, ax: Axes | None = None) -> Axes:
    """同样找到 recall 这么多流失客户时，各条规则白白打扰多少活跃客户：越短越好(E9)。"""
    if not rules:
        raise DataError("没有规则可比。", remedy="至少给一条规则。")
    with _panel(ax, (7.2, 1.5 + 0.5 * len(rules))) as panel:
        best = min(rule.share for rule in rules)
        for row, rule in enumerate(rules):
            _disturbed_bar(panel, row, rule, rule.share == best)
        panel.set_yticks(range(len(rules)), [fonts.drawable(rule.label) for rule in rules], fontsize=_SMALL)
        panel.tick_params(axis="y", length=0)
        most = max(rule.share if rule.high is None else rule.high for rule in rules)
        panel.set(xlim=(0, min(1.15, most * 1.22) or 1), ylim=(len(rules) - 0.4, -0.6))
        _percent_axis(panel.xaxis)
        _names(panel, f"找到 {_percent(recall)} 的流失客户时，被白白打扰的活跃客户（越短越好）", "")
    return panel


@contextmanager
def _panel(ax: Axes | None, size: tuple[float, float]) -> Iterator[Axes]:
    """画在给的坐标轴上，或新建一张图；新建的排版一次后固定，同样的数据同样的字节。"""
    from matplotlib.figure import Figure

    with fonts.chinese():
        panel = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained").subplots() if ax is None else ax
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=_SMALL)
        yield panel
        for label in (*panel.get_xticklabels(), *panel.get_yticklabels()):
            label.set(**fonts.text_style())
        if ax is None:
            panel.figure.draw_without_rendering()  # type: ignore[union-attr]
            panel.figure.set_layout_engine("none")  # type: ignore[union-attr]


def _names(panel: Axes, x: str, y: str) -> None:
    panel.set_xlabel(x, fontsize=10, linespacing=1.4, **fonts.text_style())
    panel.set_ylabel(y, fontsize=10, **fonts.text_style())


def _percent_axis(axis) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    axis.set_major_locator(MaxNLocator(6))
    axis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))


def _ticks(axis, labels: Sequence[str]) -> None:
    axis.set_ticks(range(len(labels)), labels, fontsize=_SMALL, linespacing=1.35)


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
    known = [step for step in curve.steps if step.low is not None]
    days, lows, highs = ([getattr(step, key) for step in known] for key in ("days", "low", "high"))
    panel.fill_between(
        days, lows, highs, step="post", color=CORRECTED_COLOUR, alpha=0.18, linewidth=0, zorder=2
    )


def _quantile(panel: Axes, line: RepurchaseLine, place: int) -> None:
    """一个分位点：横虚线、两条曲线上的点，右端写校正后的天数，下面写朴素的。"""
    share = float(line.quantiles[place])
    panel.axhline(share, color=QUIET_COLOUR, linestyle=":", linewidth=0.8, zorder=1)
    for day, colour, word, side in (
        (line.corrected[place], CORRECTED_COLOUR, f"{_percent(share)}：", "bottom"),
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
    return float(share), f"{sign}{_percent(share)}\n{line.counts[column]:,} 人"


def _percent(share: Fraction | float, digits: int = 0) -> str:
    return f"{100 * float(share):.{digits}f} %"


def _row_label(table: NextGaps, name: str, label: str) -> str:
    line = table.line(name)
    return f"{label}\n{line.customers if line else 0:,} 人"


def _stack(sizes: dict[str, int], gap: float) -> dict[str, tuple[float, int]]:
    """从上往下摆：名字 →（起点，高），空的不占地方。"""
    found, bottom = {}, 0.0
    for name, size in sizes.items():
        if size:
            found[name] = (bottom, size)
            bottom += size + gap
    return found


def _flow_bar(panel: Axes, x: float, bottom: float, size: int, name: str, place: int) -> None:
    panel.bar(x, size, 0.05, bottom, color=STATE_COLOURS[name], zorder=3)
    shift, side = ((-0.045, "right"), (0.045, "left"))[place]
    words = f"{_state_label(name)}  {size:,} 人"
    panel.text(x + shift, bottom + size / 2, words, ha=side, va="center", fontsize=_SMALL)


def _ribbons(panel: Axes, flow: StateFlow, left: dict, right: dict) -> None:
    """一条带从左边的块连到右边的块；两头各从上往下接着摆。"""
    steps = [i / 30 for i in range(31)]
    smooth = [t * t * (3 - 2 * t) for t in steps]
    starts = {name: bottom for name, (bottom, _) in left.items()}
    ends = {name: bottom for name, (bottom, _) in right.items()}
    for origin in left:
        for end, count in zip(STATES, flow.row(origin), strict=True):
            if count:
                tops = [starts[origin] + (ends[end] - starts[origin]) * s for s in smooth]
                xs = [0.025 + 0.95 * t for t in steps]
                panel.fill_between(
                    xs,
                    tops,
                    [top + count for top in tops],
                    color=STATE_COLOURS[origin],
                    alpha=0.35,
                    linewidth=0,
                )
                starts[origin], ends[end] = starts[origin] + count, ends[end] + count


def _pieces(counts: Sequence[int]) -> Iterator[tuple[float, float, int]]:
    """四段各从哪里起、多长、几位。"""
    left, total = 0.0, sum(counts)
    for count in counts:
        yield left, count / total, count
        left += count / total


def _state_key(panel: Axes) -> None:
    """颜色说明写在图的上沿，一种状态一个方块。"""
    from matplotlib.patches import Patch

    keys = [Patch(color=STATE_COLOURS[name], label=_state_label(name)) for name in STATES]
    panel.legend(
        handles=keys, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, fontsize=_SMALL
    )


def _above(panel: Axes, x: float, words: str) -> None:
    panel.annotate(
        words,
        (x, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=_SMALL,
    )


def _timeline(panel: Axes, row: int, customer: Timeline, today: int) -> None:
    last, edges = customer.days[-1] - today, (0, *customer.thresholds)
    for low, high, alpha in zip(edges, edges[1:], (0.55, 0.3, 0.14), strict=False):
        panel.barh(
            row, high - low, 0.62, last + low, color=CORRECTED_COLOUR, alpha=alpha, linewidth=0, zorder=1
        )
    days = [day - today for day in customer.days]
    panel.plot(days, [row] * len(days), color="#bbbbbb", linewidth=0.8, zorder=2)
    panel.plot(days, [row] * len(days), linestyle="", marker="o", markersize=5, color="black", zorder=3)


def _disturbed_bar(panel: Axes, row: int, rule: Disturbed, best: bool) -> None:
    panel.barh(row, rule.share, 0.6, color=CORRECTED_COLOUR if best else "#a9bccb", zorder=1)
    end = rule.share
    if rule.low is not None and rule.high is not None:
        panel.plot(
            [rule.low, rule.high],
            [row, row],
            color="black",
            linewidth=1.2,
            marker="|",
            markersize=7,
            zorder=2,
        )
        end = rule.high
    words = _percent(rule.share, 1) + ("（最少）" if best else "")
    panel.annotate(words, (end, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=_SMALL)


def _state_label(name: str) -> str:
    content = course().cycles
    return content.words["absent"] if name == ABSENT else content.states[name].label


def _readable(state: str) -> str:
    """浅色写成字看不清，换成深一些的同一色。"""
    return {"active": "#00684c", "silent": "#0b5f95", "sleeping": "#8a5f00", "lost": "#a84a00"}[state]
