"""生命曲线的图：画的就是算的；移动零件与重画一样；没有缺字，同样的数据同样的字节。"""

from __future__ import annotations

import pytest

from lifecycle_lab import curves, plots
from lifecycle_lab.content import course
from lifecycle_lab.plots import curves as drawn
from lifecycle_lab.plots.curves import LifeView

CONTENT = course().curves
CURVE = curves.LifeCurve(**CONTENT.curve)
COHORT = curves.Cohort(
    CONTENT.customers, CURVE, {k: curves.Lever(**lever.settings) for k, lever in CONTENT.levers.items()}
)
TV = [row.tv for row in curves.cut(CURVE, 22, 30)]

FIGURES = {  # 字节、缺字、相叠、坐标轴由 test_figures 看
    "life": lambda ax=None: drawn.plot_life_curve(LifeView(CURVE), ax=ax),
    "types": lambda ax=None: drawn.plot_exit_types(CURVE, ax=ax),
    "fit": lambda ax=None: drawn.plot_fit(TV, CURVE, ax=ax),
}


def line(panel, label: str):
    lines = [
        found for axes in panel.figure.axes for found in axes.lines if found.get_label().startswith(label)
    ]
    assert len(lines) == 1
    return lines[0]


def test_the_life_curve_draws_what_was_worked_out():
    panel = FIGURES["life"]()
    tv, profit, total = (line(panel, name) for name in ("交易额", "利润", "累计利润"))
    assert dict(zip(*tv.get_data(), strict=True))[8] == pytest.approx(90)
    assert dict(zip(*profit.get_data(), strict=True))[8] == pytest.approx(29)
    assert list(total.get_data()[1])[:3] == pytest.approx([-60, -73.25, -84.25])
    assert [list(values) for values in line(panel, "回本").get_data()] == [[9], [pytest.approx(15.57)]]
    bands = [(bar.get_x(), bar.get_width()) for bar in panel.patches]
    assert bands == [(0, 4), (4, 8), (12, 16), (28, 8)]
    assert panel.get_title(loc="left") == "长久保持型：第 9 个月回本，累计利润 1,130.72 元"
    low, high = panel.get_ylim()
    other_low, other_high = panel.figure.axes[1].get_ylim()
    assert low / high == pytest.approx(other_low / other_high)  # 两条轴的零一样高


@pytest.mark.parametrize("month", [2, 8, 16])
def test_updating_draws_the_same_as_drawing_anew(month):
    panel = FIGURES["life"]()
    drawn.update_life_curve(panel, LifeView(CURVE, month))
    artists = len(panel.get_children())
    assert line(panel, "交易额").get_data()[0][-1] == month
    fresh = drawn.plot_life_curve(LifeView(CURVE, month))
    assert len(fresh.get_children()) == artists
    for name in ("交易额", "利润", "累计利润", "回本"):
        for moved, anew in zip(line(panel, name).get_data(), line(fresh, name).get_data(), strict=True):
            assert list(moved) == list(anew)
    drawn.update_life_curve(panel, LifeView(CURVE))
    assert plots.png(panel.figure) == plots.png(FIGURES["life"]().figure)


def test_a_customer_who_never_pays_back_has_no_mark():
    panel = drawn.plot_life_curve(LifeView(CURVE, 8))
    assert list(line(panel, "回本").get_data()[0]) == []
    assert panel.get_title(loc="left") == "中途夭折型：始终没有回本，累计利润 −18.37 元"


def test_exit_types_say_when_and_how_much():
    labels = [
        found.get_label() for found in FIGURES["types"]().lines if not found.get_label().startswith("_")
    ]
    assert labels == [
        "早期流产型：第 2 个月离开，累计利润 −84.25 元",
        "中途夭折型：第 8 个月离开，累计利润 −18.37 元",
        "提前退出型：第 16 个月离开，累计利润 313.36 元",
        "长久保持型：第 36 个月离开，累计利润 1,130.72 元",
    ]


def test_words_for_a_screen_reader_carry_the_same_facts():
    words = drawn.describe_life_curve(LifeView(CURVE))
    for part in (
        "考察期第 0 到 4 个月",
        "长久保持型",
        "利润最高在第 28 个月，52.80 元",
        "第 9 个月回本",
        "1,130.72 元",
    ):
        assert part in words
