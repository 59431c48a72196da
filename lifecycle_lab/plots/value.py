"""客户价值的图：瀑布、龙卷风、两位客户的次序(D2–D4)。

数值全部从 `value` 来，这里只把最小单位换成主单位、定像素；谁在前由精确分数判断。
decimals: 存的整数移几位小数才是主单位（分 → 元是 2，量表的分是 0）。digits: 写几位小数。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab.plots import fonts
from lifecycle_lab.plots.panels import (
    CORRECTED_COLOUR,
    NAIVE_COLOUR,
    QUIET_COLOUR,
    SMALL,
    above,
    name_axes,
    panel_for,
)
from lifecycle_lab.schema import DataError, half_up
from lifecycle_lab.value import (
    Bar,
    LoyalCustomer,
    Swing,
    lifetime_value,
    ranking,
    service_cost_at_tie,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR_COLOURS = {"gain": CORRECTED_COLOUR, "cost": NAIVE_COLOUR, "total": QUIET_COLOUR}
_SIGNS = {"gain": "+", "cost": "−", "total": ""}


@dataclass(frozen=True)
class Written:
    """一个量怎样写出来：单位、移几位小数、留几位小数。"""

    unit: str
    decimals: int = 2
    digits: int = 0

    def place(self, value: Fraction) -> float:
        """横坐标或纵坐标，主单位。"""
        return float(value / 10**self.decimals)

    def text(self, value: Fraction) -> str:
        """四舍五入的写法，带千分号；负号用 −。"""
        whole, dot, part = half_up(value / 10**self.decimals, self.digits).partition(".")
        return f"{int(whole):,}{dot}{part}".replace("-", "−") if whole != "-0" else f"−0{dot}{part}"


YUAN, SCORE = Written("元"), Written("分", decimals=0, digits=2)


# ── 瀑布 ─────────────────────────────────────────────────────────────


def plot_waterfall(bars: Sequence[Bar], written: Written = SCORE, *, ax: Axes | None = None) -> Axes:
    """瀑布图：利得一级一级加上去，成本一级一级减下来，剩下的是客户价值（D3）；从上往下读。"""
    if not bars:
        raise DataError("清单是空的，没有可画的。", remedy="至少给一项利得或成本。")
    with panel_for(ax, (7.4, 1.3 + 0.36 * len(bars))) as panel:
        for row, bar in enumerate(bars):
            _waterfall_bar(panel, row, bar, written)
            if row + 1 < len(bars):
                level = written.place(bar.end)
                panel.plot([level, level], [row, row + 1], color="#999999", linewidth=0.8, zorder=1)
        panel.axvline(0, color="black", linewidth=0.8)
        ends = [0.0, *(written.place(edge) for bar in bars for edge in (bar.start, bar.end))]
        room = 0.16 * (max(ends) - min(ends)) or 1.0
        panel.set(xlim=(min(ends) - (room if min(ends) < 0 else 0), max(ends) + room))
        _rows(panel, [bar.name for bar in bars])
        _thousands(panel.xaxis)
        name_axes(panel, f"{written.unit}（蓝是利得，橙是成本，灰是合计）", "")
    return panel


def describe_waterfall(bars: Sequence[Bar], written: Written = SCORE) -> str:
    """同一张图的文字说法。"""
    return "；".join(f"{bar.name} {_bar_words(bar, written)} {written.unit}" for bar in bars) + "。"


def _waterfall_bar(panel: Axes, row: int, bar: Bar, written: Written) -> None:
    low, high = sorted((written.place(bar.start), written.place(bar.end)))
    panel.barh(row, high - low, 0.62, low, color=_BAR_COLOURS[bar.kind], zorder=2)
    # 减到零以下的一根，字写在左边，不压住零线
    left = high <= 0 and low < 0
    panel.annotate(
        _bar_words(bar, written), (low if left else high, row), xytext=(-4 if left else 4, 0),
        textcoords="offset points", ha="right" if left else "left", va="center", fontsize=SMALL,
    )  # fmt: skip


def _bar_words(bar: Bar, written: Written) -> str:
    value = bar.end - bar.start
    return _SIGNS[bar.kind] + written.text(value if bar.kind == "total" else abs(value))


# ── 龙卷风 ───────────────────────────────────────────────────────────


def plot_tornado(
    swings: Sequence[Swing], labels: Mapping[str, str], written: Written = YUAN, *, ax: Axes | None = None
) -> Axes:
    """龙卷风图：每次只动一个输入，客户资产从哪里到哪里；最要紧的在最上面(D4)。labels: 输入 → 名称。"""
    if not swings:
        raise DataError("没有一个输入在动。", remedy="用 tornado 至少给一个输入的低与高。")
    with panel_for(ax, (7.6, 1.5 + 0.46 * len(swings))) as panel:
        for row, swing in enumerate(swings):
            _swing_bar(panel, row, swing, written)
        base = written.place(swings[0].base)
        panel.axvline(base, color="black", linewidth=1.2, zorder=3)
        ends = [base, *(written.place(v) for s in swings for v in (s.at_low, s.at_high))]
        room = 0.16 * (max(ends) - min(ends)) or 1.0
        panel.set(xlim=(min(ends) - room, max(ends) + room))
        _rows(panel, [labels[swing.driver] for swing in swings])
        above(panel, base, f"现在的估计 {written.text(swings[0].base)} {written.unit}")
        _thousands(panel.xaxis)
        name_axes(panel, f"客户资产（{written.unit}）：蓝是输入取低的一头，橙是取高的一头", "")
    return panel


def describe_tornado(swings: Sequence[Swing], labels: Mapping[str, str], written: Written = YUAN) -> str:
    """同一张图的文字说法，影响大的在前。"""
    parts = (
        f"{labels[s.driver]}从 {_input(s, s.low)} 到 {_input(s, s.high)}，"
        f"客户资产从 {written.text(s.at_low)} 到 {written.text(s.at_high)} {written.unit}"
        for s in swings
    )
    return "；".join(parts) + "。"


def _swing_bar(panel: Axes, row: int, swing: Swing, written: Written) -> None:
    base = written.place(swing.base)
    low_is_left = swing.at_low <= swing.at_high
    ends = (
        (swing.low, swing.at_low, CORRECTED_COLOUR, low_is_left),
        (swing.high, swing.at_high, NAIVE_COLOUR, not low_is_left),
    )
    for given, reached, colour, left in ends:
        place = written.place(reached)
        panel.barh(row, place - base, 0.6, base, color=colour, zorder=2)
        edge = min(place, base) if left else max(place, base)
        panel.annotate(
            _input(swing, given), (edge, row), xytext=(-4 if left else 4, 0), textcoords="offset points",
            ha="right" if left else "left", va="center", fontsize=SMALL,
        )  # fmt: skip


def _input(swing: Swing, given: Fraction) -> str:
    """输入的写法：贴现率写百分数，其余写倍数。"""
    if swing.driver.endswith("_rate"):
        return f"{_short(100 * given)} %"
    return f"×{_short(given)}"


def _short(value: Fraction) -> str:
    text = half_up(value, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text


# ── 次序在哪里倒过来 ─────────────────────────────────────────────────


def plot_reversal(
    first: LoyalCustomer,
    second: LoyalCustomer,
    names: tuple[str, str],
    written: Written = YUAN,
    *,
    most: Fraction | int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """第一位的每年服务成本从 0 到 most，模型三里两位谁在前；竖线是打平的地方(D2)。

    次序与模型一相反的一段铺了底色；圆点是第一位现在的服务成本。most 不给，取每年收入与服务成本里大的。
    """
    top = Fraction(max(first.yearly_revenue, first.yearly_service_cost) if most is None else most)
    if top <= 0:
        raise DataError("横轴没有长度。", remedy="most 取大于 0 的金额。")
    with panel_for(ax, (7.4, 4.2)) as panel:
        steps = (Fraction(0), top)
        values = [_contribution(first, cost) for cost in steps]
        xs = [written.place(cost) for cost in steps]
        level = written.place(lifetime_value(second, "contribution"))
        panel.plot(xs, [written.place(v) for v in values], color=CORRECTED_COLOUR, linewidth=2)
        panel.plot(xs, [level, level], color=NAIVE_COLOUR, linewidth=2)
        panel.plot([], [], linestyle="", marker="o", markersize=8, color=CORRECTED_COLOUR, zorder=5)
        panel.margins(y=0.12)
        panel.set_xlim(0, xs[1])
        _reversed_band(panel, first, second, top, written)
        _thousands(panel.xaxis)
        _thousands(panel.yaxis)
        _line_name(panel, (xs[0], written.place(values[0])), names[0], CORRECTED_COLOUR, "left")
        _line_name(panel, (xs[1], level), names[1], NAIVE_COLOUR, "right")
        across = f"{names[0]}的每年直接服务成本（{written.unit}）；铺底色的一段，次序与按收入排的相反"
        name_axes(panel, fonts.drawable(across), f"利润贡献的终身价值（{written.unit}）")
        update_reversal(panel, first, second, names, written)
    return panel


def update_reversal(
    panel: Axes,
    first: LoyalCustomer,
    second: LoyalCustomer,
    names: tuple[str, str],
    written: Written = YUAN,
) -> None:
    """第一位的服务成本变了（别的不变）：只挪动圆点，换标题里的一句话。"""
    cost = Fraction(first.yearly_service_cost)
    panel.lines[2].set_data([written.place(cost)], [written.place(_contribution(first, cost))])
    panel.set_title(
        fonts.drawable(describe_reversal(first, second, names)), fontsize=10, **fonts.text_style()
    )


def describe_reversal(first: LoyalCustomer, second: LoyalCustomer, names: tuple[str, str]) -> str:
    """按收入谁在前，按利润贡献谁在前，次序变了没有。"""
    found = ranking(first, second)
    words = f"按收入{_leader(found.revenue_gap, names)}，按利润贡献{_leader(found.contribution_gap, names)}"
    return words + ("：次序倒过来了" if found.reverses else "")


def _leader(gap: Fraction, names: tuple[str, str]) -> str:
    return "打平" if gap == 0 else f"{names[0] if gap > 0 else names[1]}在前"


def _contribution(customer: LoyalCustomer, cost: Fraction) -> Fraction:
    return lifetime_value(replace(customer, yearly_service_cost=cost), "contribution")


def _reversed_band(
    panel: Axes, first: LoyalCustomer, second: LoyalCustomer, top: Fraction, written: Written
) -> None:
    """打平的竖线，与次序相反的一段；打平在轴外时没有竖线。"""
    tie, gap = service_cost_at_tie(first, second), ranking(first, second).revenue_gap
    if 0 <= tie <= top:
        x = written.place(tie)
        panel.axvline(x, color="black", linewidth=1, linestyle="--", zorder=1)
        left = 2 * tie > top  # 靠右的线，字写在左边，不伸出图外
        panel.annotate(
            f"打平：{written.text(tie)} {written.unit}", (x, 0), xycoords=("data", "axes fraction"),
            xytext=(-4 if left else 4, 6), textcoords="offset points", ha="right" if left else "left",
            fontsize=SMALL,
        )  # fmt: skip
    inside = min(max(tie, Fraction(0)), top)
    low, high = (inside, top) if gap > 0 else (Fraction(0), inside)
    if gap and low < high:
        panel.axvspan(written.place(low), written.place(high), color="#f0e442", alpha=0.25, zorder=0)


def _line_name(panel: Axes, end: tuple[float, float], name: str, colour: str, side: str) -> None:
    """线的名字写在一头的上方：两条线各写一头，不相叠。"""
    panel.annotate(
        fonts.drawable(name), end, xytext=(6 if side == "left" else -6, 5), textcoords="offset points",
        ha=side, color=colour, fontsize=10,
    )  # fmt: skip


# ── 共用 ─────────────────────────────────────────────────────────────


def _rows(panel: Axes, names: Sequence[str]) -> None:
    panel.set_yticks(range(len(names)), [fonts.drawable(name) for name in names], fontsize=SMALL)
    panel.tick_params(axis="y", length=0)
    panel.set_ylim(len(names) - 0.4, -0.6)


def _thousands(axis) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.10g}".replace("-", "−")))
