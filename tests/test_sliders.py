"""滑块：投影与房间里的函数同数；一动换一次画面；没有内核的地方是静态的一幅。"""

from __future__ import annotations

import base64
import subprocess
import sys
from dataclasses import fields

import pytest
from drawn_figures import check_no_overlap
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import cycles
from lifecycle_lab.cycles import Bounds, ClassRule, GapRow, StaticRule, Visits
from lifecycle_lab.lab import beyond_sliders, curve_sliders, cycle_sliders, loyalty_sliders
from lifecycle_lab.lab.cycle_planes import NextPlane
from lifecycle_lab.plots.moving import Moving
from lifecycle_lab.warehouse.rows import State
from lifecycle_lab.widgets.sliders import Moment, Setting, Sliders

GAPS = st.builds(
    GapRow,
    n=st.just(2),
    previous=st.integers(1, 600),
    gap=st.integers(1, 600),
    closed=st.integers(0, 1),
    count=st.integers(1, 5),
)
BOUNDS = st.tuples(st.integers(20, 120), st.integers(130, 270), st.integers(280, 560))


@given(rows=st.lists(GAPS, min_size=1, max_size=40), bounds=BOUNDS)
def test_table_3_of_the_slider_is_table_3(rows, bounds):
    found, wanted = NextPlane(rows).table(Bounds(*bounds)), cycles.next_gaps(rows, 1, Bounds(*bounds))
    assert [line.name for line in found.lines] == [line.name for line in wanted.lines]
    for line, right in zip(found.lines, wanted.lines, strict=True):
        for field in fields(line):
            if field.name not in ("naive", "corrected", "within"):
                assert getattr(line, field.name) == getattr(right, field.name)
        assert line.corrected == pytest.approx([float(share) for share in right.corrected], abs=1e-12)
        assert _floats(line.naive) == pytest.approx(_floats(right.naive))
        for one, two in zip(line.within, right.within, strict=True):
            assert (one.cycles, one.days, one.observable) == (two.cycles, two.days, two.observable)
            assert one.corrected == pytest.approx(float(two.corrected), abs=1e-12)
            assert _floats([one.naive]) == pytest.approx(_floats([two.naive]))


def _floats(shares) -> list[float]:
    return [-1.0 if share is None else float(share) for share in shares]


def test_states_of_the_slider_are_the_states_of_every_customer():
    people = [(None, 30), (None, 90), (None, 400), (40, 100), (40, 240), (80, 240), (250, 500), (500, 900)]
    sliders = cycle_sliders.states_sliders([State(gap, idle, 1, 0) for gap, idle in people])
    today = 10_000
    visits = [Visits(today - idle - (gap or 0), today - idle, 2 if gap else 1, gap) for gap, idle in people]
    for chosen in ({}, {"high": 90}, {"lost": 5}, {"high": 30, "mid": 260, "low": 480, "lost": 8}):
        asked = {one.name: one.value for one in sliders.settings} | chosen
        rule = ClassRule(Bounds(asked["high"], asked["mid"], asked["low"]), (1, 2, asked["lost"]))
        said = sliders.at(**chosen).said
        lost = [cycles.state_counts(visits, today, r)["lost"] for r in (rule, StaticRule())]
        assert f"频次类规则说 {lost[0]} 位流失，静态规则说 {lost[1]} 位" in said


def test_the_window_slider_says_what_clockwork_customers_show():
    sliders = cycle_sliders.window_sliders(730)
    assert sliders.settings[0].value == 730
    # 离线审计的数（research 的原型）：两年 98.9 %，一直看下去 89.0 %
    said = sliders.start.said
    assert "99.0 %" in said or "98.9 %" in said
    assert "88.9 %" in said
    assert sliders.at(window=1460).said != said


def test_the_bounds_slider_says_the_shares_of_table_3():
    rows = [GapRow(2, 30, 20, 1, 3), GapRow(2, 30, 100, 1, 1), GapRow(2, 30, 300, 0, 4)]
    said = cycle_sliders.bounds_sliders(rows).at(high=110).said
    # 8 位高频：4 位已再买，3 位在 110 天以内的是 4 位中的 4 位；连同还没有的是 4/8
    assert "只看已再买的 100.0 %" in said
    assert "连同还没有的 50.0 %" in said


# ── 控件 ────────────────────────────────────────────────────────────


def counted() -> tuple[Sliders, list[dict]]:
    asked: list[dict] = []

    def move(values) -> Moment:
        asked.append(dict(values))
        return Moment(b"\x89PNG\r\n\x1a\n", f"<图 {values['days']}>", f"{values['days']} 天 & 别的")

    return Sliders([Setting("days", "几天", 0, 10, 1, 3)], move, "静态的说明"), asked


def test_one_move_is_one_new_page_with_picture_and_sentence():
    sliders, asked = counted()
    screen, seen = sliders.panel.children[-1], []
    screen.observe(lambda change: seen.append(change["new"]), "page")
    sliders.sliders["days"].value = 7
    assert asked[-1] == {"days": 7}
    assert len(seen) == 1
    assert seen[0]["said"] == "7 天 & 别的"
    assert base64.b64decode(seen[0]["source"].split(",")[1]).startswith(b"\x89PNG")
    assert sliders.at(days=9).said.startswith("9 天")


def test_without_a_front_end_the_first_picture_stands_and_text_is_only_text():
    sliders, _ = counted()
    shown = sliders._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert "<图 3>" not in shown["text/html"]
    assert "3 天 &amp; 别的" in shown["text/html"]
    assert "静态的说明" in shown["text/html"]


GROUPS = {  # 一组滑块怎样建、停在哪里
    "window": (lambda: cycle_sliders.window_sliders(730), {"window": 900}),
    "bounds": (lambda: cycle_sliders.bounds_sliders(ROWS), {"high": 110, "low": 300}),
    "states": (lambda: cycle_sliders.states_sliders(STATES), {"high": 40, "lost": 5}),
    "life": (curve_sliders.life_sliders, {"leave": 17, "margin": 45, "formation": 9}),
    "shirts": (beyond_sliders.tshirt_sliders, {"switch": 80, "buys": 600}),
    "nps": (loyalty_sliders.nps_sliders, {"answers": 400, "promoters": 55}),
    "programme": (loyalty_sliders.programme_sliders, {"reward": 7}),
}
ROWS = [
    GapRow(2, 30, 20, 1, 3),
    GapRow(2, 30, 100, 1, 1),
    GapRow(2, 150, 210, 1, 2),
    GapRow(2, 30, 300, 0, 4),
]
STATES = [State(None, 30, 40, 0), State(40, 100, 30, 0), State(80, 240, 20, 0), State(250, 900, 10, 0)]


@pytest.mark.parametrize("name", GROUPS)
def test_moving_parts_are_drawn_on_the_still_ones(name):
    """补画的图与新画的图一个字节也不差：动过的地方没有留下旧的痕迹。"""
    build, place = GROUPS[name]
    moved, fresh = build(), build()
    for end in ("low", "high"):
        moved.at(**{one.name: getattr(one, end) for one in moved.settings})
    assert moved.at(**place).png == fresh.at(**place).png
    assert moved.at(**place).png != moved.start.png


@pytest.mark.parametrize("name", GROUPS)
def test_words_stay_apart_wherever_the_sliders_stand(name, monkeypatch):
    """每一个滑块推到两头，和全部推到一头：文字在图里，不相叠。"""
    looked, png = [], Moving.png

    def looking(picture):
        looked.append(check_no_overlap(picture._moving[0].axes))
        return png(picture)

    sliders = GROUPS[name][0]()
    monkeypatch.setattr(Moving, "png", looking)
    ends = [{one.name: getattr(one, end) for one in sliders.settings} for end in ("low", "high")]
    places = [*ends, *({name: value} for end in ends for name, value in end.items())]
    for place in places:
        sliders.at(**place)
    assert len(looked) == len(places)


WORDS = (
    "新业务的新客户 0.3 %",
    "1,234 位",
    "−12.5 分，95 % 区间 −20.1 到 +3.4",
    "≥ 25 %",
    "To fly: AVA",
    "看不到—",
)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize(("size", "colour"), [(8, "black"), (9, "#D55E00"), (10, "white")])
def test_words_set_from_glyphs_are_the_words_agg_draws(words, size, colour):
    """落在整像素上的一行字，活字拼的与 matplotlib 自己画的一样，宽与高也一样。"""
    import numpy as np
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure

    from lifecycle_lab.plots import fonts
    from lifecycle_lab.plots.movable_type import TypeRenderer

    style = {"fontsize": size, "color": colour, **fonts.text_style()}
    with fonts.chinese():
        figure = Figure((4, 1), dpi=100)
        figure.patch.set_color("#56B4E9")
        text = figure.text(0.1, 0.5, words, va="baseline", **style)
        drawn = []
        for renderer in (RendererAgg(400, 100, 100), TypeRenderer(400, 100, 100)):
            figure.draw(renderer)
            box = text.get_window_extent(renderer).bounds
            drawn.append((np.array(renderer.buffer_rgba()).astype(int), box))
    (wanted, box), (found, ours) = drawn
    assert (wanted != wanted[0, 0]).any(axis=2).sum() > 100
    assert np.abs(found - wanted).max() <= 1
    assert ours == pytest.approx(box)


def test_ipywidgets_is_imported_only_when_shown():
    code = "import sys, lifecycle_lab.widgets.sliders; sys.exit('ipywidgets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_moving_picture_keeps_its_colours_and_cuts_nothing():
    """色盘是第一幅图时定的：以后变深的格子颜色也不走样；纸是纯白；字不伸出纸外。"""
    import io

    import numpy as np
    from PIL import Image

    from lifecycle_lab.plots.moving import Moving
    from lifecycle_lab.plots.panels import panel_for, set_ticks

    with panel_for(None, (5, 3)) as panel:
        mesh = panel.pcolormesh([[0.1, 0.12], [0.14, 0.16]], cmap="Blues", vmin=0, vmax=1)
        set_ticks(panel.xaxis, ["一", "二"])
        panel.set_yticks([0.5, 1.5], ["一个很长很长很长的名字", "又一个很长很长很长很长很长的名字"])
    picture = Moving(panel, [mesh])
    picture.png()
    mesh.set_array([[0.3, 0.5], [0.7, 0.95]])
    found = np.asarray(Image.open(io.BytesIO(picture.png())).convert("RGB")).astype(int)
    for share in (0.3, 0.5, 0.7, 0.95):
        wanted = [int(255 * part) for part in mesh.get_cmap()(share)[:3]]
        near = np.abs(found - wanted).max(axis=2) <= 6
        assert near.sum() > 1_000, share
    assert (found == 255).all(axis=2).mean() > 0.2
    assert (found[:, :2] == 255).all(), "轴名切掉了"
