"""忠诚的图：画的就是算的；移动零件与重画一样；没有缺字，同样的数据同样的字节。"""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from drawn_figures import texts

from lifecycle_lab import loyalty
from lifecycle_lab.loyalty import NetPromoter, Programme
from lifecycle_lab.plots import loyalty as drawn
from lifecycle_lab.schema import DataError

MONEY = [1, 2, 3, 4, 10, 80]
CURVE, GINI = loyalty.pareto_curve(MONEY), loyalty.gini(MONEY)
LABELS = dict(zip(loyalty.QUADRANTS, ("真忠诚", "潜在忠诚", "虚假忠诚", "没有忠诚"), strict=True))
POINTS = [(80.0, 6, "true"), (70.0, 1, "latent"), (20.0, 7, "spurious"), (10.0, 1, "none"), (12.0, 2, "none")]
PLAN = Programme(100_000_000, F(3, 10), F(1, 20), F(3, 5), 4_000_000)
MEANS = {"总体满意": (64.2, (61.4, 67.3)), "忠诚指数": (63.1, (61.0, 65.1))}
SHARES = {"六步": F(1, 2), "五个要点": F(1, 4)}
VOTES = NetPromoter(40, 30, 30)

FIGURES = {  # 字节、缺字、相叠、坐标轴由 test_figures 看
    "factors": lambda ax=None: drawn.plot_factors(MEANS, ax=ax),
    "quadrants": lambda ax=None: drawn.plot_quadrants(POINTS, (50.0, 3.0), LABELS, ax=ax),
    "pareto": lambda ax=None: drawn.plot_pareto(CURVE, GINI, ax=ax),
    "audit": lambda ax=None: drawn.plot_audit(SHARES, "五个要点", ax=ax),
    "nps": lambda ax=None: drawn.plot_nps(VOTES, ax=ax),
    "programme": lambda ax=None: drawn.plot_programme(PLAN, ax=ax),
}


def words(panel) -> str:
    return "\n".join(texts(panel))


def test_every_quadrant_is_counted_and_its_points_drawn():
    panel = FIGURES["quadrants"]()
    for label, many in (("真忠诚", 1), ("潜在忠诚", 1), ("虚假忠诚", 1), ("没有忠诚", 2)):
        assert f"{label} {many} 位" in words(panel)
    assert [len(points.get_offsets()) for points in panel.collections] == [1, 1, 1, 2]
    assert drawn.describe_quadrants(POINTS, LABELS).startswith("真忠诚 1 位、潜在忠诚 1 位")


def test_the_marked_shares_of_the_curve_are_those_of_the_room():
    for share in (F(1, 10), F(1, 5), F(1, 2)):
        assert drawn.share_at(CURVE, share) == loyalty.top_share(MONEY, share)
    assert "前 10 % 的客户：80.0 % 的金额" in words(FIGURES["pareto"]())
    assert "基尼系数 0.700" in drawn.describe_pareto(CURVE, GINI)  # (−5 − 6 − 3 + 4 + 30 + 400) ÷ (6 × 100)


def test_the_weakest_link_is_told_in_words():
    assert words(FIGURES["audit"]()) == "50 %\n25 %  最弱的一环"


def test_nps_moves_like_it_is_drawn():
    panel = FIGURES["nps"]()
    low, high = VOTES.interval
    assert list(panel.lines[0].get_xdata()) == [low, high]
    drawn.update_nps(panel, NetPromoter(1, 0, 9))
    assert list(panel.lines[1].get_xdata()) == [-80.0]
    assert "−80.0 分" in words(panel)


def test_the_programme_crosses_zero_where_it_breaks_even():
    panel = FIGURES["programme"]()
    assert list(panel.lines[1].get_xdata()) == [pytest.approx(7 / 27)]
    assert panel.lines[0].get_ydata()[0] == pytest.approx(-7)  # 白给 3 万，固定 4 万
    drawn.update_programme(panel, Programme(100, F(1, 20), F(1, 5), F(1), 0))
    assert list(panel.lines[1].get_xdata()) == []
    assert "毛利盖不住返利" in words(panel)
    assert "图外" in drawn.describe_programme(Programme(100, F(1, 10), F(9, 100), F(1), 0))


def test_nothing_to_draw_is_said():
    for empty in (
        lambda: drawn.plot_factors({}),
        lambda: drawn.plot_quadrants([], (1.0, 1.0), LABELS),
    ):
        with pytest.raises(DataError):
            empty()
