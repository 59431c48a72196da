"""忠诚的图：五因素的分与区间、态度 × 行为、帕累托曲线、审计、NPS 的误差、积分计划的打平(C2–C11)。

数值全部从 loyalty 来；名称由叫用的人从内容里递进来。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab.loyalty import QUADRANTS, NetPromoter, Programme
from lifecycle_lab.plots import fonts
from lifecycle_lab.plots.panels import (
    CORRECTED_COLOUR,
    NAIVE_COLOUR,
    QUIET_COLOUR,
    SMALL,
    above,
    name_axes,
    panel_for,
    percent,
    percent_axis,
)
from lifecycle_lab.schema import DataError, half_up

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUADRANT_COLOURS = dict(zip(QUADRANTS, ("#009E73", "#0072B2", "#E69F00", "#999999"), strict=True))
_CORNERS = {"true": (1, 1), "latent": (0, 1), "spurious": (1, 0), "none": (0, 0)}

Interval = tuple[float, float]


# ── 五个因素 ─────────────────────────────────────────────────────────


def plot_factors(means: Mapping[str, tuple[float, Interval]], *, ax: Axes | None = None) -> Axes:
    """每个因素一行：0–100 分的均值与 95 % 区间（C9）。means: 名称 → （均值，区间），末行是指数。"""
    if not means:
        raise DataError("没有因素可画。", remedy="至少给一个。")
    with panel_for(ax, (7.2, 1.3 + 0.45 * len(means))) as panel:
        for row, (mean, (low, high)) in enumerate(means.values()):
            colour = QUIET_COLOUR if row == len(means) - 1 else CORRECTED_COLOUR
            panel.plot([low, high], [row, row], color=colour, linewidth=3, solid_capstyle="butt", alpha=0.5)
            panel.plot([mean], [row], "o", color=colour, markersize=7)
            panel.annotate(
                f"{mean:.1f}", (high, row), xytext=(6, 0), textcoords="offset points", va="center",
                fontsize=SMALL,
            )  # fmt: skip
        edges = [edge for _, interval in means.values() for edge in interval]
        panel.set_xlim(min(edges) - 2, max(edges) + 3)
        _rows(panel, list(means))
        name_axes(panel, "0–100 分：点是均值，粗线是 95 % 区间（横轴没有从 0 画起）", "")
    return panel


def describe_factors(means: Mapping[str, tuple[float, Interval]]) -> str:
    parts = (f"{name} {mean:.1f}（{low:.1f} 到 {high:.1f}）" for name, (mean, (low, high)) in means.items())
    return "；".join(parts) + "。"


# ── 态度 × 行为 ──────────────────────────────────────────────────────


def plot_quadrants(
    points: Sequence[tuple[float, int, str]],
    cuts: tuple[float, float],
    labels: Mapping[str, str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """一位客户一个点：横轴单数，纵轴忠诚指数，虚线是两条界限（C2）。points: （指数，单数，象限）。"""
    if not points:
        raise DataError("没有客户可画。", remedy="至少给一位。")
    attitude_cut, orders_cut = cuts
    with panel_for(ax, (7.4, 4.8)) as panel:
        counts = Counter(kind for *_, kind in points)
        for kind in QUADRANTS:
            own = [(orders + _nudge(i), index) for i, (index, orders, k) in enumerate(points) if k == kind]
            xs, ys = zip(*own, strict=True) if own else ((), ())
            panel.scatter(xs, ys, s=16, color=QUADRANT_COLOURS[kind], alpha=0.75, linewidths=0)
        most = max(orders for _, orders, _ in points)
        panel.set(xlim=(0, most + 1), ylim=(-10, 114))
        panel.set_yticks(range(0, 101, 20))
        panel.axhline(attitude_cut, color="black", linewidth=1, linestyle="--")
        panel.axvline(orders_cut, color="black", linewidth=1, linestyle="--")
        for kind, (right, top) in _CORNERS.items():
            panel.annotate(
                f"{labels[kind]} {counts[kind]} 位", (right, top), xycoords="axes fraction",
                xytext=(-4 if right else 4, -4 if top else 4), textcoords="offset points",
                ha="right" if right else "left", va="top" if top else "bottom", fontsize=10,
                color=QUADRANT_COLOURS[kind] if kind != "spurious" else "#8a5f00",
            )  # fmt: skip
        name_axes(panel, "近一年的单数（点左右错开一点，免得重叠）", "忠诚指数（0–100 分）")
    return panel


def _nudge(i: int) -> float:
    """同一格里的点左右错开：按先后取，不用随机数，同样的数据同样的字节。"""
    return (i * 7 % 11 - 5) / 18


def describe_quadrants(points: Sequence[tuple[float, int, str]], labels: Mapping[str, str]) -> str:
    counts = Counter(kind for *_, kind in points)
    return "、".join(f"{labels[kind]} {counts[kind]} 位" for kind in QUADRANTS) + "。"


# ── 帕累托 ───────────────────────────────────────────────────────────


def plot_pareto(
    curve: Sequence[tuple[Fraction, Fraction]], gini: Fraction, *, ax: Axes | None = None
) -> Axes:
    """从花钱最多的数起：横轴占客户，纵轴占金额；对角线是人人一样（C11）。"""
    with panel_for(ax, (6.4, 4.6)) as panel:
        step = max(1, len(curve) // 500)
        kept = [*curve[::step], curve[-1]]
        panel.plot(
            [float(x) for x, _ in kept], [float(y) for _, y in kept], color=CORRECTED_COLOUR, linewidth=2
        )
        panel.plot([0, 1], [0, 1], color=QUIET_COLOUR, linewidth=1, linestyle="--")
        panel.annotate(
            "人人一样", (0.62, 0.62), xytext=(6, -14), textcoords="offset points", fontsize=SMALL,
            color=QUIET_COLOUR,
        )  # fmt: skip
        for share in (Fraction(1, 10), Fraction(1, 5), Fraction(1, 2)):
            reached = share_at(curve, share)
            panel.plot([float(share)], [float(reached)], "o", color=CORRECTED_COLOUR)
            panel.annotate(
                f"前 {percent(share)} 的客户：{percent(reached, 1)} 的金额", (float(share), float(reached)),
                xytext=(8, -11), textcoords="offset points", fontsize=SMALL,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
        panel.set(xlim=(0, 1), ylim=(0, 1.02))
        percent_axis(panel.xaxis)
        percent_axis(panel.yaxis)
        above(panel, 0.5, f"基尼系数 {half_up(gini, 3)}")
        name_axes(panel, "占客户（从花钱最多的数起）", "占金额")
    return panel


def share_at(curve: Sequence[tuple[Fraction, Fraction]], share: Fraction) -> Fraction:
    """到 share 的客户为止占多少钱；人数除不尽时进上去，同 loyalty.top_share。"""
    return next(money for customers, money in curve if customers >= share)


def describe_pareto(curve: Sequence[tuple[Fraction, Fraction]], gini: Fraction) -> str:
    parts = [
        f"前 {percent(share)} 的客户占 {percent(share_at(curve, share), 1)} 的金额"
        for share in (Fraction(1, 10), Fraction(1, 5), Fraction(1, 2))
    ]
    return "；".join(parts) + f"；基尼系数 {half_up(gini, 3)}。"


# ── 审计 ─────────────────────────────────────────────────────────────


def plot_audit(shares: Mapping[str, Fraction], weakest: str, *, ax: Axes | None = None) -> Axes:
    """每一节得几成，最弱的一节另一种颜色、另写字（C3–C11）。"""
    with panel_for(ax, (7.4, 1.2 + 0.4 * len(shares))) as panel:
        for row, (name, share) in enumerate(shares.items()):
            is_weakest = name == weakest
            colour = NAIVE_COLOUR if is_weakest else CORRECTED_COLOUR
            panel.barh(row, float(share), 0.62, color=colour)
            words = percent(share) + ("  最弱的一环" if is_weakest else "")
            panel.annotate(
                words, (float(share), row), xytext=(4, 0), textcoords="offset points", va="center",
                fontsize=SMALL,
            )  # fmt: skip
        panel.set_xlim(0, 1.1)
        percent_axis(panel.xaxis)
        panel.set_xticks([0, 0.25, 0.5, 0.75, 1])
        _rows(panel, list(shares))
        name_axes(panel, "得分占满分", "")
    return panel


def describe_audit(shares: Mapping[str, Fraction], weakest: str) -> str:
    return (
        "；".join(f"{name} {percent(share)}" for name, share in shares.items()) + f"；最弱的一环是{weakest}。"
    )


# ── NPS 的误差 ───────────────────────────────────────────────────────


def plot_nps(found: NetPromoter, *, ax: Axes | None = None) -> Axes:
    """NPS 与它的 95 % 区间，画在 −100 到 100 上；滑块动时用 `update_nps`。"""
    with panel_for(ax, (7.2, 2.3)) as panel:
        panel.plot([0, 0], [0, 0], color=CORRECTED_COLOUR, linewidth=6, alpha=0.4, solid_capstyle="butt")
        panel.plot([0], [0], "o", color=CORRECTED_COLOUR, markersize=9)
        panel.axvline(0, ymax=0.5, color=QUIET_COLOUR, linewidth=1)
        panel.set(xlim=(-105, 105), ylim=(-0.6, 0.9))
        panel.set_yticks([])
        _minus(panel.xaxis)
        panel.spines["left"].set_visible(False)
        panel.text(0, 0.35, "", ha="center", fontsize=10, **fonts.text_style())
        name_axes(panel, "NPS（分）：点是算出的值，粗线是 95 % 区间", "")
        update_nps(panel, found)
    return panel


def update_nps(panel: Axes, found: NetPromoter) -> None:
    low, high = found.interval
    panel.lines[0].set_data([low, high], [0, 0])
    panel.lines[1].set_data([float(found.score)], [0])
    panel.texts[0].set_text(describe_nps(found))
    # 字靠近两头时往里站，不伸出图外
    panel.texts[0].set_x(max(-45.0, min(45.0, float(found.score))))


def describe_nps(found: NetPromoter) -> str:
    low, high = found.interval
    return f"{found.size} 份：{signed(float(found.score))} 分，95 % 区间 {signed(low)} 到 {signed(high)}"


def signed(value: float, digits: int = 1) -> str:
    """带号的写法，负号用 −；四舍五入成 0 的不带号。"""
    text = f"{value:+.{digits}f}"
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


# ── 积分计划 ─────────────────────────────────────────────────────────

_LIFTS = tuple(Fraction(step, 100) for step in range(0, 101, 2))


def plot_programme(plan: Programme, *, ax: Axes | None = None) -> Axes:
    """横轴多卖百分之几，纵轴比没有计划多赚几万元；过零的地方是打平。滑块动时用 `update_programme`。"""
    with panel_for(ax, (7.2, 3.9)) as panel:
        panel.plot([], [], color=CORRECTED_COLOUR, linewidth=2)
        panel.plot([], [], "o", color=NAIVE_COLOUR, markersize=8)
        panel.axhline(0, color="black", linewidth=1)
        panel.set(xlim=(0, 1), ylim=(-40, 60))
        panel.text(0.03, 0.96, "", transform=panel.transAxes, va="top", fontsize=10, **fonts.text_style())
        percent_axis(panel.xaxis)
        _minus(panel.yaxis)
        name_axes(panel, "销售因为计划多了百分之几", "比没有计划多赚（万元）")
        update_programme(panel, plan)
    return panel


def update_programme(panel: Axes, plan: Programme) -> None:
    panel.lines[0].set_data([float(lift) for lift in _LIFTS], [float(plan.gain(x)) / 1e6 for x in _LIFTS])
    lift = plan.break_even_lift
    inside = lift is not None and lift <= 1
    panel.lines[1].set_data([float(lift)] if inside else [], [0.0] if inside else [])
    panel.texts[0].set_text(describe_programme(plan))


def describe_programme(plan: Programme) -> str:
    lift = plan.break_even_lift
    if lift is None:
        return "毛利盖不住返利：卖得越多，亏得越多"
    return f"要多卖 {percent(lift, 1)} 才打平" + ("" if lift <= 1 else "（图外）")


def _rows(panel: Axes, names: Sequence[str]) -> None:
    panel.set_yticks(range(len(names)), [fonts.drawable(name) for name in names], fontsize=SMALL)
    panel.tick_params(axis="y", length=0)
    panel.set_ylim(len(names) - 0.4, -0.6)


def _minus(axis) -> None:
    """刻度的负号用 −，与图里别的字一样。"""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.10g}".replace("-", "−")))
