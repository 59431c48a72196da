"""客户价值的图：画出来的每个数都对着手算；没有缺字，不相叠，同样的数据同样的字节。"""

from __future__ import annotations

import warnings
from dataclasses import replace
from fractions import Fraction as Q

import pytest
from drawn_figures import texts

from lifecycle_lab import plots, value
from lifecycle_lab.plots import value as drawn
from lifecycle_lab.plots import value_lines as lines
from lifecycle_lab.schema import DataError
from lifecycle_lab.value import LoyalCustomer, Swing, YearlyRate, Years

BARS = value.waterfall(
    value.delivered({"产品": 120_000, "服务": 30_000}, {"货币": 150_000, "时间": 20_000}),
    gains="总客户价值",
    net="让渡价值",
)
LABELS = {"orders_times": "老客户的单数", "yearly_rate": "年贴现率"}
SWINGS = (
    Swing("orders_times", Q(8, 10), Q(12, 10), Q(80_000), Q(130_000), Q(100_000)),
    Swing("yearly_rate", Q(6, 100), Q("0.125"), Q(110_000), Q(90_000), Q(100_000)),
)
ZERO = YearlyRate(Q(0))
FIRST = LoyalCustomer(120_000, ZERO, Years(2), yearly_service_cost=70_000)
SECOND = LoyalCustomer(100_000, ZERO, Years(2), yearly_service_cost=30_000)
NAMES = ("甲", "乙")

GROWTH = tuple(
    lines.Growth(
        f"r = {rate} %",
        tuple(100_000 * value.annuity(YearlyRate.percent(rate), Years(n)) for n in range(31)),
        100_000 * value.annuity(YearlyRate.percent(rate), Years.forever()),
    )
    for rate in (5, 9, 15)
)
PAIRS = (
    lines.Pair("考察期", Q(15_500), Q(16_300)),
    lines.Pair("稳定期", Q(15_000), Q(24_200)),
    lines.Pair("终止期", Q(1_500), Q(-700)),
)
GAINS = (("个性化的产品", Q(87_700)), ("关系近了，提一点价", Q(-14_100)))

FIGURES = {  # 字节、缺字、相叠、坐标轴由 test_figures 看
    "waterfall": lambda ax=None: drawn.plot_waterfall(BARS, drawn.YUAN, ax=ax),
    "tornado": lambda ax=None: drawn.plot_tornado(SWINGS, LABELS, ax=ax),
    "reversal": lambda ax=None: drawn.plot_reversal(FIRST, SECOND, NAMES, ax=ax),
    "growth": lambda ax=None: lines.plot_growth(GROWTH, ax=ax),
    "rates": lambda ax=None: lines.plot_rates(YearlyRate.percent(9), Years(5), ax=ax),
    "plane": lambda ax=None: lines.plot_plane(FIRST, SECOND, NAMES, 200_000, ax=ax),
    "pairs": lambda ax=None: lines.plot_pairs(PAIRS, ("成本", "收入"), "平均每单（元）", ax=ax),
    "opposed": lambda ax=None: lines.plot_opposed(PAIRS, ("投入", "贡献"), "平均每单（元）", ax=ax),
    "gains": lambda ax=None: lines.plot_gains(GAINS, "多值多少（元）", ax=ax),
}


def test_waterfall_bars_stand_where_the_sums_are():
    panel = FIGURES["waterfall"]()
    edges = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in panel.patches]
    assert edges == [(0, 1200), (1200, 1500), (0, 1500), (0, 1500), (-200, 0), (-200, 0)]
    assert texts(panel) == ["+1,200", "+300", "1,500", "−1,500", "−200", "−200"]
    assert [t.get_text() for t in panel.get_yticklabels()] == [bar.name for bar in BARS]
    assert drawn.describe_waterfall(BARS, drawn.YUAN) == (
        "产品 +1,200 元；服务 +300 元；总客户价值 1,500 元；货币 −1,500 元；时间 −200 元；让渡价值 −200 元。"
    )


def test_scores_are_written_with_two_places():
    balance = value.perceived([value.Attribute("菜品", "gain", 1, 4), value.Attribute("价格", "cost", 1, 5)])
    panel = drawn.plot_waterfall(value.waterfall(balance, gains="F", net="V"))
    assert texts(panel) == ["+4.00", "4.00", "−5.00", "−1.00"]
    assert drawn.Written("元", digits=2).text(Q(-25)) == "−0.25"
    assert drawn.Written("元").text(Q(-123_456_789)) == "−1,234,568"


def test_tornado_bars_start_at_the_estimate():
    panel = FIGURES["tornado"]()
    bars = [(bar.get_x(), bar.get_width()) for bar in panel.patches]
    ends = [{round(x), round(x + w)} for x, w in bars]
    assert ends == [{800, 1000}, {1000, 1300}, {1000, 1100}, {900, 1000}]
    # 低的一头与高的一头各一种颜色，与伸向哪边无关
    colours = [bar.get_facecolor() for bar in panel.patches]
    assert colours[0] == colours[2] != colours[1] == colours[3]
    assert texts(panel) == ["×0.8", "×1.2", "6 %", "12.5 %", "现在的估计 1,000 元"]
    sides = [t.get_horizontalalignment() for t in panel.texts[:4]]
    assert sides == ["right", "left", "left", "right"]
    assert (
        drawn.describe_tornado(SWINGS[1:], LABELS) == "年贴现率从 6 % 到 12.5 %，客户资产从 1,100 到 900 元。"
    )


def test_reversal_shows_where_the_order_turns():
    panel = FIGURES["reversal"]()
    # 两年、不贴现：甲 2·(1,200 − S)，乙 2·700 = 1,400；打平在 S = 500
    assert list(panel.lines[0].get_ydata()) == [2400, 0]
    assert list(panel.lines[1].get_ydata()) == [1400, 1400]
    assert (list(panel.lines[2].get_xdata()), list(panel.lines[2].get_ydata())) == ([700], [1000])
    assert list(panel.lines[3].get_xdata()) == [500, 500]
    assert "打平：500 元" in texts(panel)
    band = panel.patches[0]
    assert (band.get_x(), band.get_x() + band.get_width()) == (500, 1200)
    assert panel.get_title() == "按收入甲在前，按利润贡献乙在前：次序倒过来了"
    swapped = drawn.plot_reversal(SECOND, FIRST, ("乙", "甲"))
    # 乙收入少：服务成本低于 500 的一段才与收入的次序相反
    assert (swapped.patches[0].get_x(), swapped.patches[0].get_width()) == (0, 500)


def test_moving_the_slider_draws_the_same_as_drawing_anew():
    panel = FIGURES["reversal"]()
    for cost, words in (
        (50_000, "按收入甲在前，按利润贡献打平"),
        (20_000, "按收入甲在前，按利润贡献甲在前"),
    ):
        moved = replace(FIRST, yearly_service_cost=cost)
        drawn.update_reversal(panel, moved, SECOND, NAMES)
        assert panel.get_title() == words
        fresh = drawn.plot_reversal(moved, SECOND, NAMES)
        assert plots.png(panel.figure) == plots.png(fresh.figure)


def test_no_band_when_revenue_is_tied_and_no_line_when_the_tie_is_off_the_axis():
    same = replace(SECOND, yearly_service_cost=10_000)
    assert not drawn.plot_reversal(same, SECOND, NAMES).patches
    rich = replace(SECOND, yearly_revenue=900_000)
    panel = drawn.plot_reversal(FIRST, rich, NAMES)
    assert len(panel.lines) == 3
    assert not panel.patches  # 甲按收入就在后面，服务成本再低也追不上


def test_hostile_names_are_drawn_as_text():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        plots.png(drawn.plot_reversal(FIRST, SECOND, (r"$\frac{$", "_x\u202e")).figure)


def test_nothing_to_draw_is_said():
    for call in (
        lambda: drawn.plot_waterfall([]),
        lambda: drawn.plot_tornado([], {}),
        lambda: drawn.plot_reversal(FIRST, SECOND, NAMES, most=0),
    ):
        with pytest.raises(DataError):
            call()


def test_growth_ends_at_the_value_and_the_limit_is_drawn():
    panel = FIGURES["growth"]()
    heights = [line.get_ydata() for line in panel.lines]
    # r = 5 %：1,000 ÷ 0.05 = 20,000 元是尽头
    assert list(heights[1]) == pytest.approx([20_000, 20_000])
    assert heights[0][-1] == pytest.approx(15_372.45, abs=0.01)
    assert len(heights) == 6
    endless = lines.Growth("r = 0 %", (Q(0), Q(100_000)), None)
    assert len(lines.plot_growth([endless]).lines) == 1
    assert lines.describe_growth([endless]) == "r = 0 %：1 年 1,000 元，没有尽头。"


def test_the_tangent_touches_and_the_inverse_only_crosses():
    panel = FIGURES["rates"]()
    true, inverse, tangent, dot = panel.lines
    assert dot.get_ydata()[0] == pytest.approx(3.889651, abs=1e-6)
    (x0, x1), (y0, y1) = tangent.get_xdata(), tangent.get_ydata()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(-10.0924, abs=1e-4)
    assert inverse.get_ydata()[-1] < true.get_ydata()[-1]


def test_opposed_bars_point_away_from_each_other():
    panel = FIGURES["opposed"]()
    assert [bar.get_width() for bar in panel.patches] == [-155, 163, -150, 242, -15, -7]
    assert texts(panel) == ["155", "163", "150", "242", "15", "−7"]
    assert lines.describe_pairs(PAIRS[:1], ("投入", "贡献")) == "考察期：投入 155，贡献 163 元。"


def test_a_moved_plane_is_the_plane_drawn_anew():
    panel = FIGURES["plane"]()
    moved = replace(FIRST, acquisition_cost=40_000, yearly_service_cost=10_000)
    lines.update_plane(panel, moved, SECOND, NAMES)
    fresh = lines.plot_plane(moved, SECOND, NAMES, 200_000)
    assert plots.png(panel.figure) == plots.png(fresh.figure)
    with pytest.raises(DataError):
        lines.update_plane(panel, replace(FIRST, loyal=Years(0)), replace(SECOND, loyal=Years(0)), NAMES)
