"""画图：数据进，坐标轴出；学生的课、报告、教师的讲评用同一张图。

图不经过 pyplot 建立，不留在全局；颜色取自色盲安全的一组，并且总有文字（↑ ↓）同在。
位置用浮点数（像素），判断用精确的数：谁是 ↑ 由 `rfm` 决定，图不另算。
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from lifecycle_lab import rfm
from lifecycle_lab.export import display_width
from lifecycle_lab.plots import fonts
from lifecycle_lab.schema import (
    LITERALLY,
    RECENCY,
    UP,
    USUAL,
    Customer,
    DataError,
    Indicator,
    Rule,
    column,
    half_up,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BETTER_COLOUR, WORSE_COLOUR, MEAN_COLOUR = "#0072B2", "#D55E00", "#444444"  # Okabe–Ito 色板
DOTS_PER_INCH = 200
_LABEL_WIDTH = 24  # 客户编号最多占多少列（汉字算两列），再长从中间省略


def plot_customers_against_means(
    customers: Sequence[Customer],
    indicators: Sequence[Indicator],
    *,
    axes: Sequence[Axes] | None = None,
    rule: Rule = USUAL,
) -> tuple[Axes, ...]:
    """每位客户的 R、F、M 与各自均值（或中位数，看 rule）相比（表 4-3 的图，A12）。

    每个指标一格，格与格共用纵轴（一行一位客户，顺序同 customers）；竖线是中心，
    点旁的 ↑ ↓ 由 `rfm.mark_column` 判断。axes: 画在已有的坐标轴上（个数同 indicators），
    不给就新建一张图，用 `axes[0].figure` 取。没有客户 → DataError。
    """
    if not customers:
        raise DataError("没有客户可画。", remedy="至少给一位客户。")
    with fonts.chinese():
        panels = tuple(axes) if axes is not None else _new_panels(len(indicators), len(customers))
        for panel, indicator in zip(panels, indicators, strict=True):
            _draw_panel(panel, indicator, column(customers, indicator.key), rule)
        _name_rows(panels, [customer.customer_id for customer in customers])
        if axes is None:
            _settle(panels[0].figure)
    return panels


def describe_customers_against_means(
    customers: Sequence[Customer], indicators: Sequence[Indicator], rule: Rule = USUAL
) -> str:
    """同一张图的文字说法，给读屏软件与替代文字用。"""
    parts = [f"{len(customers)} 位客户与{rule.centre_name}的比较。"]
    for indicator in indicators:
        values = column(customers, indicator.key)
        marks = rfm.mark_column(values, rule.better(indicator), rule.centre)
        ups = [c.customer_id for c, arrow in zip(customers, marks, strict=True) if arrow == UP]
        parts.append(
            f"{indicator.heading}，{direction(indicator, rule)}，"
            f"{rule.centre_name} {mean_text(values, indicator, rule)}："
            f"标 ↑ 的有 {'、'.join(ups)}，其余标 ↓。"
        )
    return "".join(parts)


def direction(indicator: Indicator, rule: Rule = USUAL) -> str:
    """指标的方向，写在图上：「越大越好」「越小越好」，照字面读反了的写明。"""
    if rule.turns(indicator):
        return LITERALLY
    if indicator.better == "high":
        return "越大越好"
    return "越小越好：离今天越近越好" if indicator.key == RECENCY else "越小越好"


def mean_text(values: Sequence[int], indicator: Indicator, rule: Rule = USUAL) -> str:
    """均值（或中位数，看 rule）的精确写法，带单位，如「38.2 天」；除不尽时四舍五入并以 ≈ 标明。"""
    centre = rfm.centre(values, rule.centre)
    try:
        return f"{indicator.text(centre)} {indicator.unit}"
    except ValueError:
        digits = indicator.decimals + 2
        return f"≈{half_up(centre / 10**indicator.decimals, digits)} {indicator.unit}"


def png(figure: Figure) -> bytes:
    """一张图 → PNG；同一张图总是同样的字节（不写软件名与时间）。"""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    with fonts.chinese():
        FigureCanvasAgg(figure)
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()


def _new_panels(count: int, rows: int) -> tuple[Axes, ...]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 1.3 + 0.3 * rows), dpi=DOTS_PER_INCH, layout="constrained")
    return tuple(figure.subplots(1, count, sharey=True, squeeze=False)[0])


def _settle(figure: Figure) -> None:
    """排版一次后固定：排版是逐步逼近的，每画一遍都重排，两次的字节会不同。"""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _draw_panel(panel: Axes, indicator: Indicator, values: Sequence[int], rule: Rule) -> None:
    marks = rfm.mark_column(values, rule.better(indicator), rule.centre)
    centre = _position(rfm.centre(values, rule.centre), indicator)
    for row, (value, arrow) in enumerate(zip(values, marks, strict=True)):
        _draw_customer(panel, row, _position(value, indicator), centre, arrow)
    panel.axvline(centre, color=MEAN_COLOUR, linewidth=1, zorder=1)
    _style_panel(panel, indicator, len(values), direction(indicator, rule))
    _label_centre(panel, centre, f"{rule.centre_name} {mean_text(values, indicator, rule)}")


def _position(value: int | Fraction, indicator: Indicator) -> float:
    """横坐标（主单位）；只用来定像素，不参加任何判断。"""
    return float(Fraction(value) / 10**indicator.decimals)


def _draw_customer(panel: Axes, row: int, x: float, centre: float, arrow: str) -> None:
    """一条从中心到点的细线、一个点（↑ 实心，↓ 空心）、一个箭头。"""
    colour, face = (BETTER_COLOUR, BETTER_COLOUR) if arrow == UP else (WORSE_COLOUR, "white")
    panel.plot([centre, x], [row, row], color=colour, linewidth=1.2, zorder=2)
    panel.plot([x], [row], marker="o", markersize=6, color=colour, markerfacecolor=face, zorder=3)
    right = x >= centre
    panel.annotate(
        arrow,
        (x, row),
        xytext=(6 if right else -6, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        color=colour,
        fontsize=10,
    )


def _style_panel(panel: Axes, indicator: Indicator, rows: int, sense: str) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    panel.margins(x=0.16)
    panel.set_ylim(rows - 0.4, -0.6)
    panel.xaxis.set_major_locator(MaxNLocator(4, integer=indicator.decimals == 0))
    panel.xaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    panel.tick_params(labelsize=8, length=2)
    panel.spines[["top", "right"]].set_visible(False)
    panel.set_axisbelow(True)
    panel.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    words = fonts.drawable(f"{indicator.heading}\n{sense}")
    panel.set_xlabel(words, fontsize=9, **fonts.text_style())


def _label_centre(panel: Axes, centre: float, text: str) -> None:
    """中心写在线的顶端；线靠边时文字往里靠，不伸进邻格。"""
    left, right = panel.get_xlim()
    share = (centre - left) / (right - left)
    side = "left" if share < 0.35 else "right" if share > 0.65 else "center"
    panel.annotate(
        fonts.drawable(text),
        (centre, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=9,
        color=MEAN_COLOUR,
    )


def _name_rows(panels: Sequence[Axes], names: Sequence[str]) -> None:
    """客户编号只写在最左一格；外来文字原样画出，不当公式。"""
    labels = [fonts.drawable(_shorten(name)) for name in names]
    panels[0].set_yticks(range(len(labels)), labels, fontsize=8, **fonts.text_style())
    for panel in panels[1:]:
        panel.tick_params(labelleft=False)


def _shorten(name: str) -> str:
    """太长的编号从中间省略，头尾都留，好与表里的对上。"""
    if display_width(name) <= _LABEL_WIDTH:
        return name
    keep = _LABEL_WIDTH // 4
    return f"{name[:keep]}…{name[-keep:]}"
