"""客户与均值的图：每个点、每条均值线、每个箭头都对着手算的数。"""

from __future__ import annotations

import warnings
from fractions import Fraction

import matplotlib
import pytest
from matplotlib.figure import Figure

from lifecycle_lab import plots
from lifecycle_lab.plots import fonts
from lifecycle_lab.schema import Customer, DataError, Indicator

LEVELS = (
    Indicator("recency", "R", "最近一次消费", "级", "high"),
    Indicator("frequency", "F", "消费频率", "次", "high"),
    Indicator("monetary", "M", "消费金额", "元", "high", 2),
)
DAYS = (
    Indicator("recency", "R", "最近一次消费", "天", "low"),
    Indicator("frequency", "F", "消费频率", "次", "high"),
    Indicator("monetary", "M", "消费金额", "英镑", "high", 2),
)
# 手算：R 均值 (5+1+3+3)/4 = 3；F 均值 (1+2+3+5)/4 = 2.75；M 均值 (100+200.50+0.5+99)/4 = 100 元
FOUR = (
    Customer("甲", 5, 1, 10000),
    Customer("乙", 1, 2, 20050),
    Customer("丙", 3, 3, 50),
    Customer("丁", 3, 5, 9900),
)
X = [[5, 1, 3, 3], [1, 2, 3, 5], [100, 200.5, 0.5, 99]]
MEANS = [3, 2.75, 100]
HIGH = ["↑↓↑↑", "↓↓↑↑", "↑↑↓↓"]  # 丙、丁的 R 与甲的 M 恰好等于均值
LOW_RECENCY = "↓↑↑↑"


def dots(panel):
    """（横坐标，行，是否实心），按行。"""
    lines = [line for line in panel.lines if line.get_marker() == "o"]
    return [
        (line.get_xdata()[0], line.get_ydata()[0], line.get_markerfacecolor() != "white") for line in lines
    ]


def arrows(panel) -> str:
    found = [text for text in panel.texts if text.get_text() in ("↑", "↓")]
    assert [text.xy for text in found] == [(x, row) for x, row, _ in dots(panel)]
    return "".join(text.get_text() for text in found)


def mean_line(panel) -> float:
    (line,) = [line for line in panel.lines if line.get_transform() == panel.get_xaxis_transform()]
    assert line.get_ydata() == [0, 1]
    return line.get_xdata()[0]


def test_dots_means_and_arrows_are_where_the_numbers_say():
    panels = plots.plot_customers_against_means(FOUR, LEVELS)
    for panel, xs, centre, expected in zip(panels, X, MEANS, HIGH, strict=True):
        assert [x for x, _, _ in dots(panel)] == xs
        assert [row for _, row, _ in dots(panel)] == [0, 1, 2, 3]
        assert mean_line(panel) == centre
        assert arrows(panel) == expected
        assert [solid for _, _, solid in dots(panel)] == [arrow == "↑" for arrow in expected]


def test_low_is_better_turns_the_arrows_and_ties_stay_up():
    panels = plots.plot_customers_against_means(FOUR, DAYS)
    assert [arrows(panel) for panel in panels] == [LOW_RECENCY, *HIGH[1:]]


def test_arrow_stands_on_the_far_side_of_the_mean_in_the_colour_of_its_dot():
    (panel, _, _) = plots.plot_customers_against_means(FOUR, LEVELS)
    marks = [text for text in panel.texts if text.get_text() in ("↑", "↓")]
    assert [text.get_ha() for text in marks] == ["left", "right", "left", "left"]
    assert [text.get_color() for text in marks] == ["#0072B2", "#D55E00", "#0072B2", "#0072B2"]


def test_texts_name_unit_direction_and_exact_mean():
    panels = plots.plot_customers_against_means(FOUR, DAYS)
    assert [panel.get_xlabel() for panel in panels] == [
        "R 最近一次消费（天）\n越小越好：离今天越近越好",
        "F 消费频率（次）\n越大越好",
        "M 消费金额（英镑）\n越大越好",
    ]
    means = [text.get_text() for panel in panels for text in panel.texts if "均值" in text.get_text()]
    assert means == ["均值 3 天", "均值 2.75 次", "均值 100.00 英镑"]


def test_direction_of_another_low_indicator_does_not_speak_of_days():
    assert plots.direction(Indicator("monetary", "M", "退款", "元", "low", 2)) == "越小越好"


@pytest.mark.parametrize(
    ("values", "indicator", "expected"),
    [
        ([1, 2, 2], LEVELS[1], "≈1.67 次"),  # 5/3
        ([1, 1, 2], LEVELS[2], "≈0.0133 元"),  # 4/3 分
        ([38, 39], DAYS[0], "38.5 天"),
        ([10**15 + 1, 10**15], LEVELS[2], "10000000000000.005 元"),  # 浮点写不出这一位
    ],
)
def test_mean_text_is_exact_or_says_it_is_rounded(values, indicator, expected):
    assert plots.mean_text(values, indicator) == expected


def test_arrows_are_decided_exactly_where_floats_err():
    """十个 0.07 元：浮点均值大于 0.07 时会全标 ↓；精确比较全是 ↑。"""
    same = tuple(Customer(str(i), 1, 1, 7) for i in range(10))
    panels = plots.plot_customers_against_means(same, LEVELS)
    assert [arrows(panel) for panel in panels] == ["↑" * 10] * 3
    big = (Customer("a", 1, 1, 2**60), Customer("b", 1, 1, 2**60 + 2), Customer("c", 1, 1, 2**60 + 1))
    assert arrows(plots.plot_customers_against_means(big, LEVELS)[2]) == "↓↑↑"


def test_rows_are_named_in_order_from_the_top_and_share_one_axis():
    panels = plots.plot_customers_against_means(FOUR, LEVELS)
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["甲", "乙", "丙", "丁"]
    low, high = panels[0].get_ylim()
    assert low > high
    assert {panel.get_ylim() for panel in panels} == {(low, high)}


def test_hostile_names_are_drawn_and_long_ones_shortened(monkeypatch):
    from matplotlib.mathtext import MathTextParser

    monkeypatch.setattr(MathTextParser, "parse", lambda *_: pytest.fail("客户编号被当成了公式"))
    names = [
        r"$\frac{$",
        "_x",
        "a$b$c",
        "\x1b[31m红",
        "\u202eabc",
        "🙂",
        "很" * 40,
        "x" * 100,
        r"\alpha",
        "A&B<b>",
    ]
    customers = [Customer(name, i, i, i) for i, name in enumerate(names)]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        panels = plots.plot_customers_against_means(customers, LEVELS)
        plots.png(panels[0].figure)
    shown = [label.get_text() for label in panels[0].get_yticklabels()]
    assert shown[0] == r"\$\frac{\$"  # matplotlib 把 \$ 画成 $
    assert shown[1].lstrip("\u200a") == "_x"
    assert shown[3:5] == [r"\x1b[31m红", r"\x202eabc"]
    assert shown[6:8] == ["很很很很很很…很很很很很很", "xxxxxx…xxxxxx"]


@pytest.mark.parametrize("indicators", [LEVELS, DAYS])
def test_no_glyph_is_missing_without_system_fonts(monkeypatch, indicators):
    monkeypatch.setattr(fonts, "installed_families", frozenset)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        panels = plots.plot_customers_against_means(FOUR, indicators)
        assert plots.png(panels[0].figure).startswith(b"\x89PNG")
    words = "".join(text.get_text() for text in panels[0].figure.findobj(matplotlib.text.Text))
    assert fonts.missing_glyphs(words) == set()


def test_same_data_same_bytes_whatever_the_readers_settings():
    # 一位远远多于其余：自动排版在这种图上每画一遍都会挪动
    skewed = (*FOUR, Customer("大客户", 2, 60, 28_020_602), Customer("名字长长长长长长", 1, 1, 1))
    panels = plots.plot_customers_against_means(skewed, LEVELS)
    first = plots.png(panels[0].figure)
    assert plots.png(panels[0].figure) == first
    own = {"lines.linewidth": 9, "font.family": "serif", "text.parse_math": False, "savefig.bbox": "tight"}
    with matplotlib.rc_context(own):
        assert plots.png(plots.plot_customers_against_means(skewed, LEVELS)[0].figure) == first
    assert b"Software" not in first
    assert b"matplotlib" not in first


def test_drawing_leaves_the_readers_settings_alone():
    before = matplotlib.rcParams.copy()
    plots.png(plots.plot_customers_against_means(FOUR, LEVELS)[0].figure)
    assert matplotlib.rcParams.copy() == before


def test_given_axes_are_used_and_need_no_chinese_settings():
    figure = Figure()
    axes = figure.subplots(1, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        panels = plots.plot_customers_against_means(FOUR, LEVELS, axes=list(axes))
        figure.canvas.print_figure("/dev/null", format="png")
    assert panels == tuple(axes)
    with pytest.raises(ValueError, match="zip"):
        plots.plot_customers_against_means(FOUR, LEVELS, axes=list(axes[:2]))


def test_nobody_to_draw_is_said_in_chinese():
    with pytest.raises(DataError, match="没有客户可画"):
        plots.plot_customers_against_means((), LEVELS)


def test_words_for_a_screen_reader_carry_the_same_facts():
    words = plots.describe_customers_against_means(FOUR, DAYS)
    assert words.startswith(
        "4 位客户与均值的比较。R 最近一次消费（天），越小越好：离今天越近越好，均值 3 天："
    )
    assert "标 ↑ 的有 乙、丙、丁，其余标 ↓" in words
    assert "均值 100.00 英镑：标 ↑ 的有 甲、乙，" in words
    assert Fraction(100) == Fraction(10000 + 20050 + 50 + 9900, 400)
