"""客户状态的图：流动、各条规则的人数、时间线、白白打扰(E4、E8、E9)。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecycle_lab.cycles import STATES
from lifecycle_lab.cycles.flow import ORIGINS, StateFlow
from lifecycle_lab.plots import fonts
from lifecycle_lab.plots.flow import plot_flow
from lifecycle_lab.plots.panels import (
    CORRECTED_COLOUR,
    SMALL,
    STATE_COLOURS,
    above,
    name_axes,
    panel_for,
    percent,
    percent_axis,
    state_label,
)
from lifecycle_lab.schema import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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


def plot_state_flow(flow: StateFlow, *, ax: Axes | None = None, days: tuple[str, str] = ("前", "后")) -> Axes:
    """两个日子之间的状态流动：左边一列是前一天，右边是后一天，带的粗细是客户数(E4)。"""
    return plot_flow(flow.counts, ORIGINS, STATES, label=state_label, colours=STATE_COLOURS, days=days, ax=ax)


def describe_state_flow(flow: StateFlow) -> str:
    """同一张图的文字说法：从哪里来、到哪里去、几位。"""
    parts = []
    for origin in ORIGINS:
        ends = [
            f"{state_label(end)} {count:,} 人"
            for end, count in zip(STATES, flow.row(origin), strict=True)
            if count
        ]
        if ends:
            parts.append(f"{state_label(origin)} → {'、'.join(ends)}。")
    return "状态流动：" + "".join(parts)


def plot_states(rules: Mapping[str, Sequence[int]], *, ax: Axes | None = None) -> Axes:
    """同一批客户在各条规则下的状态：一条规则一行，四段加起来是全部客户(E4、E8)。

    rules: 规则的名称 → 四种状态的人数（次序同 STATES）。滑块动的时候叫 `update_states`，不重画。
    """
    if not rules or not all(sum(counts) for counts in rules.values()):
        raise DataError("没有客户可画。", remedy="每条规则至少要有一位客户。")
    with panel_for(ax, (7.2, 1.3 + 0.55 * len(rules))) as panel:
        for row in range(len(rules)):
            for name in STATES:
                panel.barh(row, 1, 0.6, color=STATE_COLOURS[name], edgecolor="white")
                panel.text(0, row, "", ha="center", va="center", fontsize=SMALL)
        panel.set_yticks(range(len(rules)), [fonts.drawable(name) for name in rules], fontsize=SMALL)
        panel.tick_params(axis="y", length=0)
        panel.set(xlim=(0, 1), ylim=(len(rules) - 0.5, -0.5))
        percent_axis(panel.xaxis)
        name_axes(panel, "占全部客户", "")
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
    with panel_for(ax, (7.6, 1.5 + 0.38 * len(customers))) as panel:
        for row, customer in enumerate(customers):
            _timeline(panel, row, customer, today)
        panel.axvline(0, color="black", linewidth=1.2, zorder=4)
        first = min(day for customer in customers for day in customer.days) - today
        last = max(0.0, *(c.days[-1] - today + c.thresholds[-1] for c in customers))
        edge = 0.03 * (last - first) or 1
        panel.set(xlim=(first - edge, last + edge), ylim=(len(customers) - 0.4, -0.6))
        above(panel, 0, "观察日")
        panel.set_yticks(range(len(customers)), [fonts.drawable(c.name) for c in customers], fontsize=SMALL)
        panel.tick_params(axis="y", length=0)
        states = panel.secondary_yaxis("right")
        states.set_yticks(range(len(customers)), [state_label(c.state) for c in customers], fontsize=SMALL)
        states.tick_params(length=0)
        states.spines["right"].set_visible(False)
        for label, customer in zip(states.get_yticklabels(), customers, strict=True):
            label.set(color=_readable(customer.state), **fonts.text_style())
        name_axes(
            panel,
            "距观察日（天，负数是从前）\n深、中、浅三段带：最后一次购买之后的活跃、沉默、沉睡；再往后是流失",
            "",
        )
    return panel


def describe_disturbed(rules: Sequence[Disturbed], recall: float) -> str:
    """同一张图的文字说法。"""
    bars = "；".join(f"{rule.label} {percent(rule.share, 1)}" for rule in rules)
    return f"找到 {percent(recall)} 的流失客户时，被白白打扰的活跃客户：{bars}。"


def plot_disturbed(rules: Sequence[Disturbed], recall: float, *, ax: Axes | None = None) -> Axes:
    """同样找到 recall 这么多流失客户时，各条规则白白打扰多少活跃客户：越短越好(E9)。"""
    if not rules:
        raise DataError("没有规则可比。", remedy="至少给一条规则。")
    with panel_for(ax, (7.2, 1.5 + 0.5 * len(rules))) as panel:
        best = min(rule.share for rule in rules)
        for row, rule in enumerate(rules):
            _disturbed_bar(panel, row, rule, rule.share == best)
        panel.set_yticks(range(len(rules)), [fonts.drawable(rule.label) for rule in rules], fontsize=SMALL)
        panel.tick_params(axis="y", length=0)
        most = max(rule.share if rule.high is None else rule.high for rule in rules)
        panel.set(xlim=(0, min(1.15, most * 1.22) or 1), ylim=(len(rules) - 0.4, -0.6))
        percent_axis(panel.xaxis)
        name_axes(panel, f"找到 {percent(recall)} 的流失客户时，被白白打扰的活跃客户（越短越好）", "")
    return panel


def _pieces(counts: Sequence[int]) -> Iterator[tuple[float, float, int]]:
    """四段各从哪里起、多长、几位。"""
    left, total = 0.0, sum(counts)
    for count in counts:
        yield left, count / total, count
        left += count / total


def _state_key(panel: Axes) -> None:
    """颜色说明写在图的上沿，一种状态一个方块。"""
    from matplotlib.patches import Patch

    keys = [Patch(color=STATE_COLOURS[name], label=state_label(name)) for name in STATES]
    panel.legend(
        handles=keys, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, fontsize=SMALL
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
    words = percent(rule.share, 1) + ("（最少）" if best else "")
    panel.annotate(words, (end, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=SMALL)


def _readable(state: str) -> str:
    """浅色写成字看不清，换成深一些的同一色。"""
    return {"active": "#00684c", "silent": "#0b5f95", "sleeping": "#8a5f00", "lost": "#a84a00"}[state]
