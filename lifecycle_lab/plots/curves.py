"""生命曲线的图：两条曲线与累计利润、四种类型、数据与拟合、一局游戏（A6、A7、D5）。

`plot_x(数据, *, ax=None) -> Axes`；滑块动的时候叫 `update_life_curve`，只移动已有的线、底色与文字。
坐标用浮点数（元），判断用精确整数：回本的月份由 `curves.break_even` 定，图不另算。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.export import chart_text
from lifecycle_lab.plots import DOTS_PER_INCH, fonts
from lifecycle_lab.plots.panels import QUIET_COLOUR, SMALL, name_axes, panel_for

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

TV_COLOUR, PROFIT_COLOUR, TOTAL_COLOUR = "#0072B2", "#D55E00", "#009E73"  # Okabe–Ito 色板
STAGE_SHADES = ("#f2f2f2", "#e3eef6", "#d3e8dc", "#f7e6d6")
TYPE_COLOURS = ("#D55E00", "#E69F00", "#56B4E9", "#0072B2")
TYPE_STYLES = (":", "-.", "--", "-")
_STEPS, _FEWER_STEPS = 4, 2  # 一个月画几段；滑块上少画几段
_PARTS = "_life_curve_parts"


@dataclass(frozen=True)
class LifeView:
    """要画的一位客户：理想曲线，和在第几个月末离开（None 是走完全程）。"""

    curve: curves.LifeCurve
    exit_month: int | None = None

    @property
    def months(self) -> int:
        return min(self.exit_month or self.curve.decline_end, self.curve.decline_end)

    @cached_property
    def rows(self) -> tuple[curves.Month, ...]:
        """离开以前的每个月。"""
        return curves.monthly(self.curve, self.months)

    @cached_property
    def totals(self) -> tuple[int, ...]:
        """逐月的累计利润，分；第 0 个月是争取成本。"""
        return curves.cumulated([row.profit for row in self.rows], self.curve.acquisition)


@dataclass(frozen=True)
class LifeFrame:
    """滑块用的固定坐标：横轴到第几个月，左轴从 low 到 high 元，右轴是左轴的 scale 倍。

    坐标不动，刻度与轴名就不必重画；超出的一段裁掉，数在题目与句子里。
    """

    months: int
    low: int
    high: int
    scale: int


def plot_life_curve(data: LifeView, *, ax: Axes | None = None, frame: LifeFrame | None = None) -> Axes:
    """TV(t) 与 P(t)（左轴，每月）和累计利润（右轴），阶段着底色，标出回本与离开的月份（A6）。"""
    with panel_for(ax, (8.0, 4.8)) as panel:
        right = panel.twinx()
        right.spines[["top", "left"]].set_visible(False)
        right.tick_params(labelsize=SMALL, colors=TOTAL_COLOUR)
        setattr(panel, _PARTS, _empty_parts(panel, right, frame))
        name_axes(panel, "第几个月（0 是第一次交易）", "每月（元）")
        name_axes(right, "", "累计利润（元）")
        right.yaxis.label.set_color(TOTAL_COLOUR)
        parts = getattr(panel, _PARTS)
        drawn = [parts[name] for name in ("tv", "profit", "total", "break_even")]
        if frame:  # 字画得慢，会动的图里阶段的名字写在图例里，不跟着底色走
            pairs = zip(drawn, parts["bands"], strict=True)
            drawn = [handle for pair in pairs for handle in pair]  # 图例一列一列地排
        panel.legend(
            handles=drawn,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.15),
            ncols=4,
            frameon=False,
            fontsize=SMALL,
        )
        update_life_curve(panel, data)
    return panel


def update_life_curve(panel: Axes, data: LifeView) -> None:
    """把画好的生命曲线换成另一组参数：只移动线、底色、文字，不建新图。"""
    parts, totals = getattr(panel, _PARTS), data.totals
    steps = _STEPS if parts["frame"] is None else _FEWER_STEPS
    times = [month / steps for month in range(data.months * steps + 1)]
    found = [data.curve.money(t) for t in times]
    yuan = {"tv": [tv / 100 for tv, _, _ in found], "profit": [profit / 100 for _, _, profit in found]}
    for name, values in yuan.items():
        parts[name].set_data(times, values)
        parts[name + "_end"].set_data([times[-1]], [values[-1]])
    parts["total"].set_data(range(len(totals)), [total / 100 for total in totals])
    _move_stages(parts, data.curve)
    parts["leave"].set_xdata([data.months, data.months])
    if parts["frame"] is None:
        panel.set(xlim=(0, data.curve.decline_end), ylim=_room(data.curve))
        _align_zero(parts["right"], panel, [total / 100 for total in totals])
    _mark_break_even(parts, totals)
    if parts["frame"]:
        return  # 滑块的句子已经说了；长长的一行字比所有的线还慢
    kind = _type_label(_exit(data))
    parts["title"].set_text(f"{kind}：{_break_even_words(totals)}，累计利润 {money(totals[-1])} 元")


def moving_life_curve(panel: Axes) -> list[Artist]:
    """固定坐标的生命曲线里会动的几样，先画的在下面。"""
    parts = getattr(panel, _PARTS)
    order = ("zero", "leave", "total", "tv", "profit", "tv_end", "profit_end", "break_even")
    return [*parts["bands"], *(parts[name] for name in order)]


def describe_life_curve(data: LifeView) -> str:
    """同一张图的文字说法，给读屏软件与替代文字用。"""
    names, borders = course().curves.stages, data.curve.borders
    spans = zip(curves.STAGES, borders, borders[1:], strict=False)
    stages = "，".join(f"{names[s].label}第 {a} 到 {b} 个月" for s, a, b in spans)
    rows = data.rows
    tv, profit = (max(rows, key=key) for key in (lambda r: r.tv, lambda r: r.profit))
    return (
        f"生命曲线：{stages}。第 {data.months} 个月末离开，属{_type_label(_exit(data))}。"
        f"交易额最高在第 {tv.number} 个月，{money(tv.tv)} 元；利润最高在第 {profit.number} 个月，"
        f"{money(profit.profit)} 元。{_break_even_words(data.totals)}，累计利润 {money(data.totals[-1])} 元。"
    )


def plot_exit_types(data: curves.LifeCurve, *, ax: Axes | None = None, early: int = curves.EARLY) -> Axes:
    """四种曲线类型：同一条 TV(t)，在四个月份剪断，各标累计利润（A7）。"""
    with panel_for(ax, (8.0, 4.6)) as panel:
        _shade(panel, data)
        for place, (kind, month) in enumerate(curves.exit_months(data, early).items()):
            _exit_line(panel, data, place, kind, month)
        panel.set(xlim=(0, data.decline_end), ylim=(0, data.peak / 100 * 1.18))
        name_axes(panel, "第几个月（0 是第一次交易）", "每月交易额（元）")
        panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False, fontsize=SMALL)
    return panel


def plot_fit(
    tv: Sequence[int | Fraction],
    curve: curves.LifeCurve,
    *,
    ax: Axes | None = None,
    name: str = "每月交易额",
    first: int = 1,
    unit: str = "元",
    profit: Sequence[int | Fraction] = (),
) -> Axes:
    """一位客户或一批客户每月的交易额（长条）、平滑后的线、拟合的曲线；有利润就添一条线。

    first: 第一个数是第几个月（有的图不要第 1 个月）。
    """
    found = curves.fit(tv, curve)
    with panel_for(ax, (7.6, 4.2)) as panel:
        months = range(first, len(tv) + first)
        panel.bar(months, _main_units(tv), color="#cccccc", width=0.8, label=name)
        smoothed = _main_units(curves.smooth(tv))
        style = {"color": QUIET_COLOUR, "linewidth": 1.4, "linestyle": "--"}
        panel.plot(months, smoothed, label="三个月的移动平均", **style)
        times, values = _fitted(found, curve, first)
        label = f"拟合：时间是理想曲线的 {found.stretch} %"
        panel.plot(times, values, color=TV_COLOUR, linewidth=2.2, label=label)
        if profit:
            smoothed = _main_units(curves.smooth(profit))
            panel.plot(months, smoothed, color=PROFIT_COLOUR, linewidth=1.8, label="利润（移动平均）")
        name_axes(panel, "第几个月", unit)
        _whole_months(panel)
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "ncols": 4}
        panel.legend(frameon=False, fontsize=SMALL, **below)
    return panel


def _whole_months(panel: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(7, integer=True))


def _main_units(minor: Sequence[int | Fraction]) -> list[float]:
    return [float(value) / 100 for value in minor]


def _fitted(found: curves.Fit, curve: curves.LifeCurve, first: int = 1) -> tuple[list[float], list[float]]:
    """拟合的曲线：（月份，主单位）。"""
    times = [month / _STEPS for month in range(_STEPS, found.last * _STEPS + 1)]
    peak = float(found.peak) / 10_000
    return [t + first - 1 for t in times], [peak * curve.level(100 * t / found.stretch) for t in times]


def plot_type_averages(
    averages: Mapping[str, Sequence[int | Fraction]], unit: str, *, first: int = 1, ax: Axes | None = None
) -> Axes:
    """每型一条线：同一型的客户每月平均的交易额（移动平均）；first: 第一个数是第几个月（A7）。"""
    with panel_for(ax, (7.6, 4.2)) as panel:
        for place, kind in enumerate(curves.EXIT_TYPES):
            if values := _main_units(curves.smooth(averages.get(kind, ()))):
                style = {"color": TYPE_COLOURS[place], "linestyle": TYPE_STYLES[place], "linewidth": 2}
                panel.plot(range(first, len(values) + first), values, label=_type_label(kind), **style)
        panel.set_ylim(bottom=0)
        name_axes(panel, "第几个月", f"每月平均（{unit}）")
        _whole_months(panel)
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "ncols": 4}
        panel.legend(frameon=False, fontsize=SMALL, **below)
    return panel


@dataclass(frozen=True)
class Portrait:
    """画廊里的一格：名字（可以两行）、每月交易额、单位。"""

    name: str
    tv: Sequence[int]
    unit: str


def plot_gallery(
    portraits: Sequence[Portrait], curve: curves.LifeCurve, *, axes: Sequence[Axes] | None = None
) -> tuple[Axes, ...]:
    """第一格是理想曲线，后面一格一位真实的客户：长条是每月，线是拟合（A7）。axes: 比客户多一格。"""
    if axes is not None:
        return _draw_gallery(portraits, curve, tuple(axes))
    from matplotlib.figure import Figure

    rows = -(-(len(portraits) + 1) // 3)
    figure = Figure(figsize=(9.6, 2.7 * rows), dpi=DOTS_PER_INCH, layout="constrained")
    grid = figure.subplots(rows, 3, squeeze=False).ravel()
    for spare in grid[len(portraits) + 1 :]:
        spare.set_visible(False)
    with fonts.chinese():
        drawn = _draw_gallery(portraits, curve, tuple(grid[: len(portraits) + 1]))
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return drawn


def _draw_gallery(
    portraits: Sequence[Portrait], curve: curves.LifeCurve, axes: tuple[Axes, ...]
) -> tuple[Axes, ...]:
    for place, panel in enumerate(axes):
        with panel_for(panel, (0, 0)):
            if place == 0:
                _ideal_panel(panel, curve)
            else:
                _portrait_panel(panel, portraits[place - 1], curve)
            panel.set_ylim(bottom=min(0, panel.get_ylim()[0]))
            _whole_months(panel)
    return axes


def _ideal_panel(panel: Axes, curve: curves.LifeCurve) -> None:
    times = [month / _STEPS for month in range(curve.decline_end * _STEPS + 1)]
    panel.plot(times, [curve.tv(t) / 100 for t in times], color=TV_COLOUR, linewidth=2.2)
    panel.set_title("理想的倒 U 形", fontsize=SMALL, loc="left")
    name_axes(panel, "第几个月", "元")


def _portrait_panel(panel: Axes, portrait: Portrait, curve: curves.LifeCurve) -> None:
    panel.bar(range(1, len(portrait.tv) + 1), _main_units(portrait.tv), color="#999999", width=0.8)
    panel.plot(*_fitted(curves.fit(portrait.tv, curve), curve), color=TV_COLOUR, linewidth=1.8)
    panel.set_title(chart_text(portrait.name), fontsize=SMALL, loc="left", linespacing=1.3)
    name_axes(panel, "第几个月", portrait.unit)


def money(fen: int) -> str:
    """分 → 元，两位小数，千位分节。"""
    sign, size = "−" if fen < 0 else "", abs(fen)
    return f"{sign}{size // 100:,}.{size % 100:02d}"


# ---- 生命曲线的零件 ----


def _empty_parts(panel: Axes, right: Axes, frame: LifeFrame | None) -> dict:
    """先把要移动的零件都画上，位置以后再给。"""
    lines = {"tv": (TV_COLOUR, "交易额 TV(t)，左轴"), "profit": (PROFIT_COLOUR, "利润 P(t)，左轴")}
    bands = [
        panel.axvspan(0, 1, color=shade, zorder=0, label=course().curves.stages[stage].label)
        for stage, shade in zip(curves.STAGES, STAGE_SHADES, strict=True)
    ]
    parts: dict = {"right": right, "bands": bands}
    parts |= {"frame": frame, "zero": panel.axhline(0, color=QUIET_COLOUR, linewidth=0.8)}
    if frame:
        panel.set(xlim=(0, frame.months), ylim=(frame.low, frame.high))
        right.set_ylim(frame.low * frame.scale, frame.high * frame.scale)
    parts["names"] = [] if frame else [_band_name(panel, stage) for stage in curves.STAGES]
    for name, (colour, label) in lines.items():
        (parts[name],) = panel.plot([], [], color=colour, linewidth=2.2, label=label)
        (parts[name + "_end"],) = panel.plot([], [], color=colour, marker="o", markersize=5, clip_on=False)
    style = {"color": TOTAL_COLOUR, "clip_on": frame is not None}
    (parts["total"],) = right.plot([], [], linewidth=1.6, linestyle="--", label="累计利润，右轴", **style)
    (parts["break_even"],) = right.plot([], [], marker="D", markersize=7, linestyle="", label="回本", **style)
    parts["leave"] = panel.axvline(0, color=QUIET_COLOUR, linewidth=1, linestyle=":")
    parts["title"] = panel.set_title("", fontsize=10, loc="left", pad=20)
    return parts


def _band_name(panel: Axes, stage: str):
    words = course().curves.stages[stage].label
    return panel.text(
        0, 1.01, words, transform=panel.get_xaxis_transform(), ha="center", va="bottom", fontsize=SMALL
    )


def _move_stages(parts: dict, curve: curves.LifeCurve) -> None:
    borders = curve.borders
    for band, begin, end in zip(parts["bands"], borders, borders[1:], strict=False):
        band.set_x(begin)
        band.set_width(end - begin)
    for name, begin, end in zip(parts["names"], borders, borders[1:], strict=False):
        name.set_x((begin + end) / 2)


def _room(curve: curves.LifeCurve) -> tuple[float, float]:
    """左轴的范围按整条曲线取：换一个离开的月份，高矮仍可以比。"""
    low, high = min(0, curve.profit(0.0), curve.profit(float(curve.decline_end))), curve.peak
    margin = 0.12 * (high - low)
    return (low - margin) / 100, (high + margin) / 100


def _align_zero(right: Axes, panel: Axes, totals: Sequence[float]) -> None:
    """右轴的 0 与左轴的 0 一样高：两条轴共用一条零线，才不会看错正负。"""
    low, high = panel.get_ylim()
    scale = max(max(totals, default=0) / (0.9 * high), min(totals, default=0) / (0.9 * low), 0.01)
    right.set_ylim(low * scale, high * scale)


def _mark_break_even(parts: dict, totals: Sequence[int]) -> None:
    month = curves.break_even(totals)
    at = ([], []) if month is None else ([month], [totals[month] / 100])
    parts["break_even"].set_data(*at)


def _exit(data: LifeView) -> str:
    return curves.exit_type(data.curve, data.months, course().curves.reading.early)


def _type_label(kind: str) -> str:
    return course().curves.exit_types[kind].label


def _break_even_words(totals: Sequence[int]) -> str:
    month = curves.break_even(totals)
    return "始终没有回本" if month is None else f"第 {month} 个月回本"


# ---- 四种类型的零件 ----


def _shade(panel: Axes, curve: curves.LifeCurve) -> None:
    for stage, shade, begin, end in zip(
        curves.STAGES, STAGE_SHADES, curve.borders, curve.borders[1:], strict=False
    ):
        panel.axvspan(begin, end, color=shade, zorder=0)
        _band_name(panel, stage).set_x((begin + end) / 2)


def _exit_line(panel: Axes, curve: curves.LifeCurve, place: int, kind: str, month: int) -> None:
    """一型：曲线走到离开的月份，然后直落到零；线错开一点点高度，重叠的一段也看得见。"""
    times = [step / _STEPS for step in range(month * _STEPS + 1)]
    lift = (len(TYPE_COLOURS) - 1 - place) * curve.peak / 100 * 0.012
    values = [curve.tv(t) / 100 + lift for t in times]
    colour, style = TYPE_COLOURS[place], TYPE_STYLES[place]
    total = LifeView(curve, month).totals[-1]
    label = f"{_type_label(kind)}：第 {month} 个月离开，累计利润 {money(total)} 元"
    panel.plot([*times, month], [*values, 0], color=colour, linestyle=style, linewidth=2, label=label)
    panel.plot([month], [values[-1]], color=colour, marker="o", markersize=6)
