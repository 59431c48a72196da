"""换一种读法：箭头与级别、“≠”与句子，对照手算；开关拨到哪里，页面就是哪里。"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest
from golden.sheets import NAMES, SOURCES, assignment, golden
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import rfm, tables
from lifecycle_lab.content import course
from lifecycle_lab.exercises import readings
from lifecycle_lab.schema import Customer, ParameterError, indicators
from lifecycle_lab.widgets.readings import ReadingToggles

LEVELS, DAYS = indicators("级", "high", "元"), indicators("天", "low", "元")
OURS = course().conventions["A"]
CHOICES = list(itertools.product("ABDEFG", ("mean", "median"), ("meaning", "literal")))

# 手算。问卷的 10 位：R 排好是 1 2 2 2 2 | 3 4 4 4 4，中位数 2.5；F 1 2 2 2 2 | 2 3 3 5 5，2；
# M 第五、六个是 224.11、273.30，中位数 248.705。
# 真实商店的 10 位：R 12 19 37 46 54 | 61 62 68 150 155，57.5；F 1 1 1 2 2 | 2 3 3 5 10，2；
# M 第五、六个是 557.62、700.63，中位数 629.125。
MEDIAN = {
    "survey": ("2.5", "2", "248.705", "↓↑↑ ↓↑↑ ↓↑↓ ↑↑↑ ↓↓↓ ↑↑↑ ↑↑↑ ↑↑↓ ↑↑↓ ↓↑↓"),
    "online_retail": ("57.5", "2", "629.125", "↓↓↓ ↓↑↑ ↑↑↑ ↑↑↑ ↓↓↓ ↓↑↓ ↑↑↑ ↑↑↑ ↑↑↓ ↓↓↓"),
}
# R 照字面、与均值比：问卷是等级，不变；真实商店的 R 是天数，十个 R 全反过来
LITERAL = {
    "survey": "↓↑↓ ↓↑↓ ↓↓↓ ↑↑↑ ↓↓↓ ↑↑↑ ↑↓↑ ↑↓↓ ↑↓↓ ↓↓↓",
    "online_retail": "↓↓↓ ↑↓↓ ↓↓↓ ↓↑↑ ↑↓↓ ↑↑↓ ↓↑↑ ↓↑↓ ↓↓↓ ↓↓↓",
}


def of(source: str, **chosen: str) -> readings.Comparison:
    return readings.compare(assignment(source), **chosen)


def among(*customers: Customer, units=DAYS):
    """题本换成这几位客户。"""
    mine = assignment("online_retail")
    return replace(mine, indicators=units, draw=replace(mine.draw, customers=customers))


# ── 箭头与级别：手算 ────────────────────────────────────────────────


@pytest.mark.parametrize("source", SOURCES)
def test_median_reading_worked_by_hand(source):
    *centres, patterns = MEDIAN[source]
    found = of(source, centre="median")
    assert found.read.patterns == tuple(patterns.split())
    assert found.read.names == tuple(NAMES[p] for p in patterns.split())
    assert found.table().rows[-1] == (
        "≠ 中位数",
        f"≠ {centres[0]}",
        "",
        f"≠ {centres[1]}",
        "",
        f"≠ {centres[2]}",
        "",
        "",
    )


@pytest.mark.parametrize("source", SOURCES)
def test_mean_and_literal_readings_worked_by_hand(source):
    sheet = golden()[source]
    found = of(source)
    assert [(p, n) for p, n in zip(found.read.patterns, found.read.names, strict=True)] == [
        tuple(row[4:6]) for row in sheet["customers"]
    ]
    assert of(source, direction="literal").read.patterns == tuple(LITERAL[source].split())
    means = {key: Fraction(text) for key, text in sheet["means"].items()}
    shown = found.table().rows[-1]
    assert [Fraction(shown[i]) for i in (1, 3, 5)] == list(means.values())


whole = st.integers(0, 50)
people = st.lists(st.tuples(whole, whole, whole), min_size=1, max_size=12).map(
    lambda rows: [Customer(f"C{i}", *row) for i, row in enumerate(rows)]
)


@given(people, st.sampled_from([LEVELS, DAYS]))
def test_the_default_reading_is_rfm_itself(customers, units):
    found = tables.reading(customers, units, OURS)
    assert list(found.patterns) == rfm.patterns(customers, {i.key: i.better for i in units})


@given(people, st.sampled_from([LEVELS, DAYS]), st.sampled_from(["mean", "median"]))
def test_every_reading_is_a_plain_comparison_with_its_centre(customers, units, centre):
    centres = [
        getattr(statistics, centre)(map(Fraction, column))
        for column in zip(*(c.values for c in customers), strict=True)
    ]
    for direction in ("meaning", "literal"):
        found = tables.reading(customers, units, OURS, centre, direction)
        assert found.centres == tuple(centres)
        for customer, pattern in zip(customers, found.patterns, strict=True):
            for value, middle, unit, arrow in zip(customer.values, centres, units, pattern, strict=True):
                low = direction == "meaning" and unit.better == "low"
                assert arrow == ("↑" if (value <= middle if low else value >= middle) else "↓")


# ── 表：不同的格有“≠”，别的没有 ────────────────────────────────────


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("chosen", CHOICES)
def test_exactly_the_cells_that_differ_are_marked(source, chosen):
    usual, table = of(source).table(), of(source, **dict(zip(readings.OPTIONS, chosen, strict=True))).table()
    for i, row in enumerate(table.rows):
        for j, text in enumerate(row):
            bare = text.removeprefix("≠ ").removesuffix("（未核实）")
            assert text.startswith("≠ ") is (bare != usual.rows[i][j]) is ((i, j) in table.tones)


def test_columns_say_the_direction_they_are_read_in():
    assert of("online_retail").table().columns[1] == "R 最近一次消费（天，越小越好）"
    turned = of("online_retail", direction="literal").table().columns
    assert turned[1] == "R 最近一次消费（天）：照字面（值 ≥ 中心）"
    assert turned[3] == "F 消费频率（次，越大越好）"
    assert of("survey", direction="literal").table().columns[1] == "R 最近一次消费（级，越大越好）"


def test_the_convention_says_where_it_comes_from():
    found = of("survey", convention="G").table()
    assert course().conventions["G"].source in found.note
    assert course().conventions["A"].source not in of("survey", centre="median").table().note
    assert any(row[-1].endswith("（未核实）") for row in found.rows)


# ── 句子：谁变了，为什么 ────────────────────────────────────────────


def test_a_changed_centre_is_told_with_both_numbers():
    first, *others = of("survey", centre="median").sentences()
    assert "10 位客户里有 7 位" in first
    assert others[0] == (
        "C007 的 M=329.99 元：均值 426.13 → ↓，中位数 248.705 → ↑，所以由“一般保持客户”变为“重要保持客户”。"
    )
    assert len(others) == 7


def test_two_arrows_of_one_customer_are_one_sentence():
    told = of("online_retail", centre="median").sentences()
    assert (
        "14644 的 F=2 次：均值 3 → ↓，中位数 2 → ↑；M=780.46 英镑：均值 841.164 → ↓，中位数 629.125 → ↑，"
        "所以由“一般挽留客户”变为“重要保持客户”。"
    ) in told


def test_another_convention_changes_names_not_arrows():
    told = of("survey", convention="B").sentences()
    assert told[1:] == (
        "C007、C038：三个箭头还是 ↓↑↓，只是名字不同，“通行惯例”叫“一般保持客户”，“唤回与深耕惯例”叫“一般维持客户”。",
        "C054、C167、C287：三个箭头还是 ↓↓↓，只是名字不同，“通行惯例”叫“一般挽留客户”，“唤回与深耕惯例”叫“流失客户”。",
        "C186：三个箭头还是 ↑↓↑，只是名字不同，“通行惯例”叫“重要发展客户”，“唤回与深耕惯例”叫“重要深耕客户”。",
        "C201、C228：三个箭头还是 ↑↓↓，只是名字不同，“通行惯例”叫“一般发展客户”，“唤回与深耕惯例”叫“新客户”。",
    )


def test_the_literal_rule_on_days_turns_every_customer_round():
    told = of("online_retail", direction="literal").sentences()
    assert "10 位客户里有 10 位" in told[0]
    assert told[4] == (
        "15132 的 R=19 天：按意思越小越好，比均值 66.4 → ↑；照字面越大越好，比均值 66.4 → ↓，"
        "所以由“重要价值客户”变为“重要保持客户”。"
    )


def test_nobody_changed_says_why():
    assert of("survey").sentences() == ("这就是默认读法。换一个选项，看谁的级别会变，为什么。",)
    told = of("survey", direction="literal").sentences()
    assert told[0] == "与默认读法相比，没有一位客户的级别变："
    assert "越大越好" in told[1]
    even = among(Customer("甲", 5, 1, 100), Customer("乙", 1, 3, 300), units=LEVELS)  # 均值就是中位数
    told = readings.compare(even, centre="median", direction="literal").sentences()
    assert [told[0][-9:], len(told)] == ["一位客户的级别变：", 3]
    assert "夹在均值与中位数之间" in told[1]
    # A 与 E 只在 ↑↓↑、↓↑↑、↓↓↓ 上不同；甲 ↑↓↓，乙 ↓↑↑ 里换掉乙
    alike = among(Customer("甲", 5, 5, 100), Customer("乙", 1, 1, 300), units=LEVELS)  # ↑↑↓ 与 ↓↓↑
    assert "叫法与默认的一样" in readings.compare(alike, convention="E").sentences()[1]


def test_arrows_that_change_without_changing_the_name():
    """均值 40、4、433⅓；中位数 50、2、200。甲 ↑↓↑（A 的重要发展）→ ↓↑↑（E 的重要发展）。"""
    mine = among(Customer("甲", 10, 2, 1000), Customer("乙", 50, 1, 100), Customer("丙", 60, 9, 200))
    told = readings.compare(mine, "E", "median", "literal").sentences()
    assert "3 位客户里有 2 位" in told[0]
    assert told[1] == (
        "甲 的 R=10 天：按意思越小越好，比均值 40 → ↑；照字面越大越好，比中位数 50 → ↓；"
        "F=2 次：均值 4 → ↓，中位数 2 → ↑，组合由 ↑↓↑ 变为 ↓↑↑，"
        "可是“发展与保持互换的惯例”也叫它“重要发展客户”，名字碰巧没变。"
    )
    assert told[2].endswith(
        "，组合由 ↓↓↓ 变为 ↑↓↓，所以由“一般挽留客户”变为“发展与保持互换的惯例”里的“一般发展客户”。"
    )
    assert "M=2.00 元：均值 4.333333 → ↓，中位数 2.00 → ↑" in told[3]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("chosen", CHOICES[1:])
def test_every_customer_whose_level_changed_is_named_once_and_no_other(source, chosen):
    found = readings.compare(assignment(source), *chosen)
    told = "\n".join(found.sentences()[1:])
    for i, name in enumerate(assignment(source).customer_ids):
        same = (
            found.read.patterns[i] == found.usual.patterns[i]
            and found.read.segments[i] == found.usual.segments[i]
        )
        assert told.count(name) == (0 if same else 1)
        if not same:
            line = next(line for line in told.split("\n") if name in line)
            assert found.read.names[i] in line
    assert "$" not in told


# ── 用代码选 ────────────────────────────────────────────────────────


def test_options_may_be_written_as_code_or_as_shown():
    for chosen in (
        ("B", "median", "literal"),
        ("唤回与深耕惯例", "中位数", "照字面"),
        ("B", "中位数", "照字面（值 ≥ 中心）"),
    ):
        assert readings.compare(assignment(), *chosen) == of(
            "survey", convention="B", centre="median", direction="literal"
        )
    for wrong in ({"convention": "C"}, {"centre": "众数"}, {"direction": 3}, {"centre": ["mean"]}):
        with pytest.raises(ParameterError, match="可用的"):
            readings.compare(assignment(), **wrong)


# ── 开关 ────────────────────────────────────────────────────────────


def test_turning_a_toggle_moves_arrows_levels_and_sentences_at_once():
    toggles = ReadingToggles(assignment())
    boxes, screen = toggles.toggles, toggles.panel.children[-1]
    assert [box.description for box in boxes.values()] == ["命名惯例", "中心", "R 的方向"]
    assert next(label for label, _ in boxes["convention"].options) == "通行惯例"
    for chosen in CHOICES:
        for option, value in zip(readings.OPTIONS, chosen, strict=True):
            boxes[option].value = value
        wanted = readings.compare(assignment(), *chosen)
        assert wanted.table().html() in screen.page["table"]
        assert tuple(screen.page["sentences"]) == wanted.sentences()


def test_without_a_front_end_the_readings_stand_side_by_side():
    shown = ReadingToggles(assignment())._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    for kind in ("text/plain", "text/html"):
        assert "换一种读法，谁的级别会变" in shown[kind]
        assert "命名惯例的出处" in shown[kind]
        assert "≠ 流失客户" in shown[kind]


def test_names_from_data_are_only_text():
    mine = among(Customer("<b>$甲", 10, 2, 1000), Customer("乙", 50, 1, 100), Customer("丙", 60, 9, 200))
    toggles = ReadingToggles(mine)
    toggles.toggles["centre"].value = "median"
    page = toggles.panel.children[-1].page
    assert "<b>" not in page["table"]
    assert any("<b>$甲 的 F=2" in sentence for sentence in page["sentences"])


def test_ipywidgets_is_imported_only_when_shown():
    code = "import sys, lifecycle_lab.widgets.readings as r; sys.exit('ipywidgets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
