"""动态生命周期的图：画出来的每个数都对着手算（golden/cycles.md）或数据；没有缺字，同样的数据同样的字节。"""

from __future__ import annotations

import tomllib
import warnings
from fractions import Fraction
from pathlib import Path

import pytest
from drawn_figures import check_no_overlap, texts

from lifecycle_lab import cycles, plots
from lifecycle_lab.cycles import Bounds, GapRow
from lifecycle_lab.plots import cycles as drawn
from lifecycle_lab.schema import DataError

GOLDEN = tomllib.loads((Path(__file__).parent / "golden" / "cycles.toml").read_text(encoding="utf-8"))
AS_OF = GOLDEN["as_of"]
DAYS = {c["id"]: [day for day, _ in c["orders"]] for c in GOLDEN["customer"]}
ROWS = cycles.tally(DAYS.values(), AS_OF)
FLOW = cycles.StateFlow({("sleeping", "lost"): 3, ("sleeping", "sleeping"): 1, ("absent", "active"): 2})
LINES = (
    drawn.Timeline("甲", (0, 80, 160), (260 / 3, 520 / 3, 260), "lost"),
    drawn.Timeline("己", (100, 300, 700), (700 / 3, 1400 / 3, 700), "active"),
)
RULES = (
    drawn.Disturbed("静态", 0.37, 0.3, 0.44),
    drawn.Disturbed("模型", 0.21, 0.15, 0.29),
    drawn.Disturbed("类", 0.4),
)
STATES = {"静态": (3, 1, 2, 4), "频次类": (5, 1, 1, 3)}

FIGURES = {  # 字节、缺字、相叠、坐标轴由 test_figures 看
    "repurchase": lambda ax=None: drawn.plot_repurchase(cycles.repurchase(ROWS).first, ax=ax),
    "transitions": lambda ax=None: drawn.plot_transitions(cycles.next_gaps(ROWS, 1, Bounds()), ax=ax),
    "flow": lambda ax=None: drawn.plot_state_flow(FLOW, ax=ax),
    "states": lambda ax=None: drawn.plot_states(STATES, ax=ax),
    "timelines": lambda ax=None: drawn.plot_timelines(LINES, AS_OF, ax=ax),
    "regularity": lambda ax=None: drawn.plot_regularity(ROWS, ax=ax),
    "disturbed": lambda ax=None: drawn.plot_disturbed(RULES, 0.8, ax=ax),
}


def test_repurchase_curves_and_words_are_table_1():
    panel = FIGURES["repurchase"]()
    steps = {line.get_label(): line for line in panel.lines if not line.get_label().startswith("_")}
    corrected, naive = (steps[label] for label in ("连同还没有再买的（Kaplan–Meier）", "只看已经再买的"))
    shares = [float(Fraction(text)) for text in GOLDEN["table_1"]["first"]["shares"]]
    assert list(corrected.get_xdata()) == [0, 30, 60, 79, 80, 200, 401, 725]
    assert list(corrected.get_ydata()) == pytest.approx([0, *shares, shares[-1]])
    edges = panel.collections[0].get_paths()[0].vertices
    assert (min(edges[:, 0]), max(edges[:, 0])) == (30, 725)  # 带到看得见的尽头
    assert any((x, y) == pytest.approx((80, 0.67128), abs=1e-4) for x, y in edges)
    assert list(naive.get_ydata()) == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1])
    assert texts(panel) == [
        "50 %：200 天", "朴素：79 天", "70 %：401 天", "朴素：200 天", "90 %：没有达到", "朴素：401 天"
    ]  # fmt: skip


def test_nobody_came_back_is_drawn_too():
    panel = drawn.plot_repurchase(cycles.repurchase(cycles.tally([[1], [5]], 9)).first)
    assert "50 %：没有达到" in texts(panel)
    assert plots.png(panel.figure)


def test_transition_cells_are_table_3_and_say_what_cannot_be_seen():
    panel = FIGURES["transitions"]()
    rows = [texts(panel)[i : i + 4] for i in range(0, 16, 4)]
    # 高：看到 641 天，401 天以后只看到一部分；中、低各一人，已再买；超出：309 天
    assert rows[0] == ["0 %\n0 人", "50 %\n1 人", "0 %\n0 人", "≥ 0 %\n0 人"]
    assert rows[1] == ["0 %\n0 人", "100 %\n1 人", "0 %\n0 人", "0 %\n0 人"]
    assert rows[3] == ["0 %\n0 人", "0 %\n0 人", "≥ 0 %\n0 人", "看不到"]
    naive = drawn.plot_transitions(cycles.next_gaps(ROWS, 1, Bounds()), corrected=False)
    assert texts(naive)[:4] == ["0 %\n0 人", "100 %\n1 人", "0 %\n0 人", "0 %\n0 人"]
    assert texts(naive)[12:] == ["—"] * 4
    assert panel.collections[0].get_array().tolist()[1] == [0, 1, 0, 0]
    assert [t.get_text() for t in panel.get_yticklabels()] == [
        "高频\n3 人",
        "中频\n1 人",
        "低频\n1 人",
        "超出\n1 人",
    ]


def test_updating_draws_the_same_as_drawing_anew():
    table = cycles.next_gaps(ROWS, 1, Bounds(70, 150, 300))
    panel = FIGURES["transitions"]()
    drawn.update_transitions(panel, table)
    fresh = drawn.plot_transitions(table)
    assert texts(panel) == texts(fresh)
    assert panel.collections[0].get_array().tolist() == fresh.collections[0].get_array().tolist()
    assert [t.get_color() for t in panel.texts] == [t.get_color() for t in fresh.texts]

    other = {"静态": (1, 0, 0, 9), "频次类": (2, 2, 3, 3)}
    states = FIGURES["states"]()
    drawn.update_states(states, other)
    assert plots.png(states.figure) == plots.png(drawn.plot_states(other).figure)


def test_state_bars_add_up_to_everybody():
    panel = FIGURES["states"]()
    bars = [(bar.get_x(), bar.get_width()) for bar in panel.patches]
    assert [x for pair in bars[:4] for x in pair] == pytest.approx([0, 0.3, 0.3, 0.1, 0.4, 0.2, 0.6, 0.4])
    assert texts(panel) == ["3", "1", "2", "4", "5", "1", "1", "3"]


def test_flow_bars_and_ribbons_are_as_thick_as_their_counts():
    panel = FIGURES["flow"]()
    assert [bar.get_height() for bar in panel.patches] == [4, 2, 2, 1, 3]
    assert texts(panel)[:5] == ["沉睡  4 人", "还不是客户  2 人", "活跃  2 人", "沉睡  1 人", "流失  3 人"]
    ends = []
    for ribbon in panel.collections:
        corners = ribbon.get_paths()[0].vertices
        for at_end in (corners[:, 0] < 0.026, corners[:, 0] > 0.974):
            ends.append(round(float(corners[at_end, 1].max() - corners[at_end, 1].min()), 6))
    assert ends == [1, 1, 3, 3, 2, 2]  # 每条带两头一样粗


@pytest.mark.parametrize("tiny", [("silent", "sleeping"), ("active", "silent")])
def test_flow_labels_of_tiny_states_do_not_touch(tiny):
    counts = {("lost", "lost"): 10_000, ("absent", "active"): 10_000, **{(n, n): 1 for n in tiny}}
    check_no_overlap(drawn.plot_state_flow(cycles.StateFlow(counts)))


def test_timelines_put_dots_bands_and_today_where_the_days_are():
    panel = FIGURES["timelines"]()
    dots = [list(line.get_xdata()) for line in panel.lines if line.get_marker() == "o"]
    assert dots == [[-730, -650, -570], [-630, -430, -30]]
    bands = [(bar.get_x(), bar.get_width()) for bar in panel.patches]
    assert [x for x, _ in bands[:3]] == pytest.approx([-570, -570 + 260 / 3, -570 + 520 / 3])
    assert [width for _, width in bands[:3]] == pytest.approx([260 / 3] * 3)
    (today,) = [line for line in panel.lines if line.get_transform() == panel.get_xaxis_transform()]
    assert today.get_xdata() == [0, 0]
    low, high = panel.get_xlim()
    assert low < -730
    assert high > -30 + 700


def test_timelines_draw_hostile_names_as_text():
    lines = [
        drawn.Timeline(name, (1, 5), (3, 6, 9), "lost") for name in (r"$\frac{$", "_x", "\u202eabc", "🙂")
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        plots.png(drawn.plot_timelines(lines, 9).figure)


def test_regularity_bars_hold_one_unit_of_area():
    rows = [GapRow(2, p, 10, 1, count) for p, count in ((1, 5), (5, 9), (10, 20), (20, 8), (90, 6))]
    panel = drawn.plot_regularity(rows, bins=10)
    heights = [bar.get_height() for bar in panel.patches]
    # 1/11、1/3、1/2、2/3、9/10 落在第 1、4、6、7、10 格（从 1 数）
    assert [i for i, height in enumerate(heights, start=1) if height] == [1, 4, 6, 7, 10]
    assert sum(heights) / 10 == pytest.approx(1)
    assert heights[5] == pytest.approx(20 * 10 / 48)
    curve = panel.lines[0]
    assert sum(curve.get_ydata()) / 200 == pytest.approx(1, abs=0.02)


def test_disturbed_bars_name_the_best_and_carry_intervals():
    panel = FIGURES["disturbed"]()
    assert [bar.get_width() for bar in panel.patches] == [0.37, 0.21, 0.4]
    assert texts(panel) == ["37.0 %", "21.0 %（最少）", "40.0 %"]
    assert [list(line.get_xdata()) for line in panel.lines] == [[0.3, 0.44], [0.15, 0.29]]
    assert "80 %" in panel.get_xlabel()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: drawn.plot_state_flow(cycles.StateFlow({})),
        lambda: drawn.plot_timelines((), 0),
        lambda: drawn.plot_states({}),
        lambda: drawn.plot_disturbed((), 0.8),
        lambda: drawn.plot_regularity([]),
    ],
)
def test_nothing_to_draw_is_said_in_chinese(draw):
    with pytest.raises(DataError):
        draw()


def test_words_for_a_screen_reader_carry_the_same_facts():
    assert drawn.describe_repurchase(cycles.repurchase(ROWS).first) == (
        "再购曲线：6 段已结束的间隔，4 段还开着。"
        "连同还没有再买的（Kaplan–Meier）：50 % 200 天、70 % 401 天、90 % 没有达到；"
        "只看已经再买的：50 % 79 天、70 % 200 天、90 % 401 天。"
    )
    assert (
        drawn.describe_state_flow(FLOW) == "状态流动：沉睡 → 沉睡 1 人、流失 3 人。还不是客户 → 活跃 2 人。"
    )
    words = drawn.describe_transitions(cycles.next_gaps(ROWS, 1, Bounds()))
    assert words.startswith("第 1 段间隔的类，到第 2 段。高频：高频 0 %，0 人；中频 50 %，1 人；")
    assert words.endswith("低频 ≥ 0 %，0 人；超出 看不到。")
    assert "静态 37.0 %；模型 21.0 %；类 40.0 %" in drawn.describe_disturbed(RULES, 0.8)
