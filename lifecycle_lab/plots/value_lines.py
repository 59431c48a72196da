"""第 07 课的另几张图：随年数与贴现率怎样变、两位客户的次序平面、成对的条形、投入对贡献(D1、D2、D5–D8)。

写法同 `plots.value`：数值从 value 来，这里换成主单位、定像素；谁在前由精确分数判断。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab.plots import fonts
from lifecycle_lab.plots.panels import (
    CORRECTED_COLOUR,
    NAIVE_COLOUR,
    QUIET_COLOUR,
    SMALL,
    name_axes,
    panel_for,
    percent_axis,
)
from lifecycle_lab.plots.value import YUAN, Written, _rows, _thousands, describe_reversal
from lifecycle_lab.schema import DataError, half_up
from lifecycle_lab.value import LoyalCustomer, YearlyRate, Years, annuity, ranking, slope

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE_COLOURS = ("#0072B2", "#009E73", "#D55E00", "#CC79A7")
_RATES = tuple(Fraction(n, 200) for n in range(4, 61))  # 2 % 到 30 %，半个百分点一步


# ── 随年数增长 ───────────────────────────────────────────────────────


@dataclass(frozen=True)
class Growth:
    """一条线：名字，第 0、1、2、… 年的终身价值，和年数无穷时的尽头（没有尽头是 None）。"""

    name: str
    values: tuple[Fraction, ...]
    limit: Fraction | None


def plot_growth(lines: Sequence[Growth], written: Written = YUAN, *, ax: Axes | None = None) -> Axes:
    """终身价值随忠诚年数增长，越来越慢；虚线是各自的尽头(D2)。"""
    if not lines:
        raise DataError("一条线也没有。", remedy="至少给一个贴现率。")
    with panel_for(ax, (7.4, 4.4)) as panel:
        for line, colour in zip(lines, _LINE_COLOURS, strict=False):
            heights = [written.place(value) for value in line.values]
            panel.plot(range(len(heights)), heights, color=colour, linewidth=2)
            _end_name(panel, (len(heights) - 1, heights[-1]), line.name, colour)
            if line.limit is not None:
                level = [written.place(line.limit)] * 2
                panel.plot([0, len(heights) - 1], level, color=colour, linewidth=1, linestyle=":")
                words = f"{line.name} 的尽头 {written.text(line.limit)}"
                _at_left(panel, (0, written.place(line.limit)), words, colour)
        panel.set_xlim(0, 1.2 * (len(lines[0].values) - 1))
        panel.margins(y=0.1)
        _thousands(panel.yaxis)
        name_axes(panel, "忠诚年数 n", f"终身价值（{written.unit}）")
    return panel


def describe_growth(lines: Sequence[Growth], written: Written = YUAN) -> str:
    """同一张图的文字说法。"""
    parts = (
        f"{line.name}：{len(line.values) - 1} 年 {written.text(line.values[-1])} {written.unit}，"
        + ("没有尽头" if line.limit is None else f"尽头 {written.text(line.limit)} {written.unit}")
        for line in lines
    )
    return "；".join(parts) + "。"


# ── 随贴现率下降 ─────────────────────────────────────────────────────


def plot_rates(at: YearlyRate, loyal: Years, *, ax: Axes | None = None) -> Axes:
    """系数 a 随贴现率 r 下降；虚线是“若真成反比”，细线是 at 处的切线，斜率就是导数(D2)。"""
    with panel_for(ax, (7.4, 4.4)) as panel:
        here, steep = float(annuity(at, loyal)), float(slope(at, loyal))
        xs = [float(rate) for rate in _RATES]
        true = [float(annuity(YearlyRate(rate), loyal)) for rate in _RATES]
        inverse = [here * float(at.value) / x for x in xs]
        top = 1.25 * true[0]
        panel.plot(xs, true, color=CORRECTED_COLOUR, linewidth=2)
        shown = [(x, y) for x, y in zip(xs, inverse, strict=True) if y <= top]
        panel.plot(*zip(*shown, strict=True), color=NAIVE_COLOUR, linewidth=1.5, linestyle="--")
        near = [float(at.value) - 0.05, float(at.value) + 0.05]
        panel.plot(near, [here + steep * (x - float(at.value)) for x in near], color="black", linewidth=1.2)
        panel.plot([float(at.value)], [here], marker="o", markersize=7, color="black")
        panel.set(xlim=(0, 1.28 * xs[-1]), ylim=(0, top))
        _end_name(panel, (xs[-1], true[-1]), "系数 a", CORRECTED_COLOUR)
        _end_name(panel, (xs[-1], inverse[-1]), "若真成反比", NAIVE_COLOUR)
        panel.annotate(
            f"r = {_short(100 * at.value)} %：a = {here:.4f}\n切线的斜率 {steep:.2f}".replace("-", "−"),
            (float(at.value), here), xytext=(12, 10), textcoords="offset points", fontsize=SMALL, linespacing=1.4,
        )  # fmt: skip
        percent_axis(panel.xaxis)
        name_axes(panel, "贴现率 r（每年）", f"年金系数 a（n = {loyal.count} 年）")
    return panel


def describe_rates(at: YearlyRate, loyal: Years) -> str:
    double = YearlyRate(2 * at.value)
    ratio = annuity(double, loyal) / annuity(at, loyal)
    return (
        f"贴现率从 2 % 到 30 %，系数一路下降；在 {_short(100 * at.value)} % 处是 {half_up(annuity(at, loyal), 4)}，"
        f"贴现率加倍，系数还有原来的 {half_up(100 * ratio, 1)} %，不是一半。"
    )


# ── 次序平面 ─────────────────────────────────────────────────────────


def plot_plane(
    first: LoyalCustomer,
    second: LoyalCustomer,
    names: tuple[str, str],
    reach: Fraction | int,
    written: Written = YUAN,
    *,
    ax: Axes | None = None,
) -> Axes:
    """横轴 ΔI、纵轴 ΔS（第一位 − 第二位）：铺底色的两块里次序倒过来，斜线上模型三打平，竖线上模型一打平(D2)。

    reach: 两条轴各到正负多少（最小单位）。会动的都由 `update_plane` 定，见 `plane_parts`。
    """
    from matplotlib.patches import Polygon

    with panel_for(ax, (6.4, 5.4)) as panel:
        edge = written.place(Fraction(reach))
        panel.set(xlim=(-edge, edge), ylim=(-edge, edge))
        for _ in range(2):
            panel.add_patch(
                Polygon([(0, 0)], closed=True, color="#f0e442", alpha=0.35, linewidth=0, zorder=0)
            )
        panel.plot([], [], color=CORRECTED_COLOUR, linewidth=1.6)
        panel.plot([], [], color=QUIET_COLOUR, linewidth=1.2, linestyle="--")
        panel.plot([], [], linestyle="", marker="o", markersize=9, color=NAIVE_COLOUR, zorder=5)
        panel.set_title(" ", fontsize=10, **fonts.text_style())
        _corner(panel, (0.98, 0.04), f"{names[0]}两样都在前", "right")
        _corner(panel, (0.02, 0.96), f"{names[1]}两样都在前", "left")
        _corner(panel, (0.53, 0.96), "底色里：次序倒过来", "left")
        _thousands(panel.xaxis)
        _thousands(panel.yaxis)
        who = f"{names[0]} − {names[1]}"
        name_axes(
            panel,
            fonts.drawable(
                f"ΔI：每年收入之差（{who}，{written.unit}）\n蓝线上利润贡献打平，灰虚线上收入打平"
            ),
            fonts.drawable(f"ΔS：每年服务成本之差（{who}，{written.unit}）"),
        )
        update_plane(panel, first, second, names, written)
    return panel


def plane_parts(panel: Axes) -> list:
    """会动的几样，先画的在下面。"""
    return [*panel.patches, *panel.lines, panel.title]


def update_plane(
    panel: Axes,
    first: LoyalCustomer,
    second: LoyalCustomer,
    names: tuple[str, str],
    written: Written = YUAN,
) -> None:
    """换成这两位：打平的两条线、底色、圆点、标题里的一句话。两位的 r、n 要一样。"""
    edge = panel.get_xlim()[1]
    a = first.annuity
    if a == 0:
        raise DataError("系数是 0，画不出打平的线。", remedy="忠诚年数至少取 1。")
    start = Fraction(first.first_purchase - second.first_purchase)
    spent = Fraction(first.acquisition_cost - second.acquisition_cost)
    upright, lift = written.place(-start / a), written.place((start - spent) / a)
    far = 9 * edge + abs(lift)
    panel.patches[0].set_xy([(upright, upright + lift), (upright, far), (far, far + lift)])
    panel.patches[1].set_xy([(upright, upright + lift), (upright, -far), (-far, -far + lift)])
    panel.lines[0].set_data([-far, far], [-far + lift, far + lift])
    panel.lines[1].set_data([upright, upright], [-edge, edge])
    gaps = (
        first.yearly_revenue - second.yearly_revenue,
        first.yearly_service_cost - second.yearly_service_cost,
    )
    panel.lines[2].set_data(*([written.place(Fraction(gap))] for gap in gaps))
    panel.title.set_text(fonts.drawable(describe_reversal(first, second, names)))


def describe_plane(
    first: LoyalCustomer, second: LoyalCustomer, names: tuple[str, str], written: Written = YUAN
) -> str:
    """圆点在哪里，两个模型各差多少。"""
    found = ranking(first, second)
    gaps = {
        "ΔI": first.yearly_revenue - second.yearly_revenue,
        "ΔS": first.yearly_service_cost - second.yearly_service_cost,
        "收入的终身价值差": found.revenue_gap,
        "利润贡献的终身价值差": found.contribution_gap,
    }
    told = "，".join(f"{name} {written.text(Fraction(gap))} {written.unit}" for name, gap in gaps.items())
    return f"{told}；{describe_reversal(first, second, names)}。"


def _corner(panel: Axes, place: tuple[float, float], words: str, side: str) -> None:
    panel.text(
        *place, fonts.drawable(words), transform=panel.transAxes, ha=side, va="center", fontsize=SMALL,
        color=QUIET_COLOUR,
    )  # fmt: skip


# ── 成对的条形 ───────────────────────────────────────────────────────


@dataclass(frozen=True)
class Pair:
    """一行两根：名字与两个数（最小单位）。"""

    name: str
    first: Fraction
    second: Fraction


def plot_pairs(
    pairs: Sequence[Pair],
    legends: tuple[str, str],
    across: str,
    written: Written = YUAN,
    *,
    ax: Axes | None = None,
) -> Axes:
    """每行上下两根条，数写在旁边；两根的名字写在第一行的条上。"""
    _need(pairs)
    with panel_for(ax, (7.4, 1.6 + 0.66 * len(pairs))) as panel:
        for row, pair in enumerate(pairs):
            for shift, value, colour in (
                (-0.19, pair.first, NAIVE_COLOUR),
                (0.19, pair.second, CORRECTED_COLOUR),
            ):
                panel.barh(row + shift, written.place(value), 0.36, color=colour)
                _beside(panel, written.place(value), row + shift, written.text(value))
        _wide(panel, [written.place(v) for pair in pairs for v in (pair.first, pair.second)])
        _rows(panel, [pair.name for pair in pairs])
        _thousands(panel.xaxis)
        name_axes(panel, fonts.drawable(f"{across}\n橙是{legends[0]}，蓝是{legends[1]}"), "")
    return panel


def plot_opposed(
    pairs: Sequence[Pair],
    legends: tuple[str, str],
    across: str,
    written: Written = YUAN,
    *,
    ax: Axes | None = None,
) -> Axes:
    """投入向左，贡献向右：一眼看出哪一段倒贴(D6)。"""
    _need(pairs)
    with panel_for(ax, (7.4, 1.5 + 0.5 * len(pairs))) as panel:
        for row, pair in enumerate(pairs):
            for value, colour in ((-pair.first, NAIVE_COLOUR), (pair.second, CORRECTED_COLOUR)):
                panel.barh(row, written.place(value), 0.6, color=colour)
            _beside(panel, -written.place(pair.first), row, written.text(pair.first), left=True)
            _beside(panel, max(0.0, written.place(pair.second)), row, written.text(pair.second))
        panel.axvline(0, color="black", linewidth=0.8)
        _wide(panel, [written.place(v) for pair in pairs for v in (-pair.first, pair.second)])
        _rows(panel, [pair.name for pair in pairs])
        _absolute(panel.xaxis)
        name_axes(panel, fonts.drawable(f"{across}\n橙、向左是{legends[0]}，蓝、向右是{legends[1]}"), "")
    return panel


def plot_gains(
    gains: Sequence[tuple[str, Fraction]], across: str, written: Written = YUAN, *, ax: Axes | None = None
) -> Axes:
    """几件事各多值多少：多的在上，负的向左（橙）(D7)。"""
    _need(gains)
    with panel_for(ax, (7.4, 1.3 + 0.44 * len(gains))) as panel:
        for row, (_, gain) in enumerate(gains):
            panel.barh(row, written.place(gain), 0.6, color=CORRECTED_COLOUR if gain >= 0 else NAIVE_COLOUR)
            _beside(panel, written.place(gain), row, written.text(gain), left=gain < 0)
        panel.axvline(0, color="black", linewidth=0.8)
        _wide(panel, [written.place(gain) for _, gain in gains])
        _rows(panel, [name for name, _ in gains])
        _thousands(panel.xaxis)
        name_axes(panel, fonts.drawable(across), "")
    return panel


def describe_pairs(pairs: Sequence[Pair], legends: tuple[str, str], written: Written = YUAN) -> str:
    """同一张图的文字说法。"""
    parts = (
        f"{p.name}：{legends[0]} {written.text(p.first)}，{legends[1]} {written.text(p.second)} {written.unit}"
        for p in pairs
    )
    return "；".join(parts) + "。"


def describe_gains(gains: Sequence[tuple[str, Fraction]], written: Written = YUAN) -> str:
    return "；".join(f"{name} {written.text(gain)} {written.unit}" for name, gain in gains) + "。"


# ── 共用 ─────────────────────────────────────────────────────────────


def _need(rows: Sequence) -> None:
    if not rows:
        raise DataError("没有可画的。", remedy="至少给一行。")


def _beside(panel: Axes, x: float, row: float, words: str, left: bool | None = None) -> None:
    leftwards = x < 0 if left is None else left
    panel.annotate(
        words, (x, row), xytext=(-4 if leftwards else 4, 0), textcoords="offset points",
        ha="right" if leftwards else "left", va="center", fontsize=SMALL,
    )  # fmt: skip


def _wide(panel: Axes, ends: Sequence[float]) -> None:
    """两头留出写数的地方。"""
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = 0.14 * (high - low) or 1.0
    panel.set_xlim(low - (room if low < 0 else 0), high + room)


def _absolute(axis) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(6))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{abs(x):,.10g}"))


def _end_name(panel: Axes, end: tuple[float, float], name: str, colour: str) -> None:
    panel.annotate(
        fonts.drawable(name), end, xytext=(5, 0), textcoords="offset points", va="center", color=colour,
        fontsize=SMALL,
    )  # fmt: skip


def _at_left(panel: Axes, place: tuple[float, float], words: str, colour: str) -> None:
    panel.annotate(
        fonts.drawable(words), place, xytext=(6, 3), textcoords="offset points", va="bottom", color=colour,
        fontsize=SMALL,
    )  # fmt: skip


def _short(value: Fraction) -> str:
    text = half_up(value, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text
