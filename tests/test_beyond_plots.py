"""第 05 课的图：画的就是算的；滑块动过与重新画的一样；画在给的坐标轴上（A10–A12）。"""

from __future__ import annotations

from fractions import Fraction

import pytest
from drawn_figures import texts
from matplotlib.figure import Figure

from lifecycle_lab.plots import beyond as figures
from lifecycle_lab.schema import DataError
from lifecycle_lab.segmentation import Shirts, Wander, expected_wrong

HALF = Fraction(1, 2)


def wander(size: int, kept: tuple[int, ...]) -> Wander:
    return Wander(size, 10, ((HALF, HALF, HALF),), (0,) * len(kept), kept)


def test_agreement_draws_both_shares_with_their_numbers():
    panel = figures.plot_agreement([wander(10, (4, 10)), wander(100, (9, 10))], Fraction(9, 10))
    assert [list(line.get_ydata()) for line in panel.lines] == [[0.7, 0.95], [0.5, 1.0]]
    assert panel.get_xscale() == "log"
    assert {"70 %", "50 %", "95 %", "100 %"} <= set(texts(panel))


def test_kept_puts_each_customer_in_one_bar():
    """0、9、10、99、100 次里各一位：0–10 % 两位（0、9），10–20 % 一位，90–100 % 两位。"""
    found = Wander(10, 100, (), (0,) * 5, (0, 9, 10, 99, 100))
    heights = [bar.get_height() for bar in figures.plot_kept(found).patches]
    assert heights == [0.4, 0.2, 0, 0, 0, 0, 0, 0, 0, 0.4]


def test_strips_draw_every_draw_once_and_refuse_nothing_to_draw():
    panel = figures.plot_strips(
        [figures.Strip("10 位", [1.0, 2.0, 5.0]), figures.Strip("30 位", [2.0])], 2.5, "M"
    )
    assert [list(line.get_xdata()) for line in panel.lines[:2]] == [[1, 2, 5], [2]]
    assert set(panel.lines[2].get_xdata()) == {2.5}
    with pytest.raises(DataError):
        figures.plot_strips([], 1.0, "M")


def test_moving_the_shirts_equals_drawing_them_anew():
    first, second = (expected_wrong(Shirts(switch, 6, 600, 300, 12)) for switch in (20, 90))
    moved = figures.plot_shirts(first)
    figures.update_shirts(moved, second)
    fresh = figures.plot_shirts(second)
    for one, other in zip(moved.lines, fresh.lines, strict=True):
        assert list(one.get_ydata()) == list(other.get_ydata())
    assert texts(moved) == texts(fresh)
    assert moved.lines[0].get_ydata()[-1] == float(second.frozen[-1])


def test_moving_the_types_equals_drawing_them_anew():
    before, after = {"甲": 30, "乙": 10}, {"甲": 5, "乙": 15}
    moved = figures.plot_types(before)
    figures.update_types(moved, after)
    assert [bar.get_width() for bar in moved.patches] == [0.25, 0.75]
    assert texts(moved) == [" 5", " 15"]


def test_groups_differ_in_colour_and_shape():
    panel = figures.plot_groups([(1, 10), (5, 100), (9, 1000)], [0, 1, 1], ("R", "M"))
    looks = [(line.get_color(), line.get_marker()) for line in panel.lines]
    assert len(set(looks)) == len({colour for colour, _ in looks}) == 2
    assert [len(line.get_xdata()) for line in panel.lines] == [1, 2]


def test_choices_draw_the_bars_to_pass_and_sources_end_with_the_ceiling():
    panel = figures.plot_choices([(2, 0.4, 0.9), (3, 0.3, 0.8)], (0.5, 0.8))
    assert sorted({line.get_ydata()[0] for line in panel.lines if line.get_linestyle() == ":"}) == [0.5, 0.8]
    rows = [("只有交易", 0.6, (0.55, 0.65)), ("真概率", 0.8, None)]
    panel = figures.plot_sources(rows)
    assert texts(panel) == ["0.600", "0.800"]


def test_reach_and_drift_draw_on_the_axes_they_are_given():
    axes = Figure().subplots()
    line = figures.Reach("模型", [0, 0.5, 1], [0, 0.8, 1])
    assert figures.plot_reach([line], 0.2, ax=axes) is axes
    assert list(axes.lines[1].get_ydata()) == [0, 0.8, 1]
    axes = Figure().subplots()
    assert figures.plot_drift([(0, 1.0), (60, 0.6)], ax=axes) is axes
    assert texts(axes) == ["100 %", "60 %"]
