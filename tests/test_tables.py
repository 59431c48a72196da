"""tables：表头写着单位与方向；换一种读法、全体的八种类型，用手算的小样对照。"""

from __future__ import annotations

from fractions import Fraction

import pytest
from golden.sheets import COLUMNS, NAMES, SOURCES, assignment, golden, population

from lifecycle_lab import tables
from lifecycle_lab.content import course
from lifecycle_lab.content.shapes import Convention
from lifecycle_lab.exercises.forms import form
from lifecycle_lab.exercises.showing import laid_out
from lifecycle_lab.report.training import training_document
from lifecycle_lab.schema import Customer, Indicator
from lifecycle_lab.tables import Filling

LEVELS = (
    Indicator("recency", "R", "最近一次消费", "级", "high"),
    Indicator("frequency", "F", "消费频率", "次", "high"),
    Indicator("monetary", "M", "消费金额", "元", "high", 2),
)
DAYS = (Indicator("recency", "R", "最近一次消费", "天", "low"), *LEVELS[1:])
STATES = {pattern: tuple(arrow == "↑" for arrow in pattern) for pattern in NAMES}
OURS = Convention("A", "我们的", "", "", {STATES[p]: name for p, name in NAMES.items()}, frozenset())


def people(*rows):
    return [Customer(name, *values) for name, *values in rows]


# ── 表头 ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "recency", "money"),
    [
        ("survey", "R 最近一次消费（级，越大越好）", "M 消费金额（元，越大越好）"),
        ("online_retail", "R 最近一次消费（天，越小越好）", "M 消费金额（英镑，越大越好）"),
    ],
)
def test_headings_carry_unit_and_direction(source, recency, money):
    given = assignment(source)
    for name in ("table_4_2", "table_4_3"):
        table = laid_out(form(name, given), given, tables.EMPTY, ())
        assert table.columns == ("客户编号", recency, "F 消费频率（次，越大越好）", money)
        assert recency in table.html()
    assert "最近一次消费" in str(training_document(given, given.blank_answers()).sections[0].blocks)


@pytest.mark.parametrize("source", SOURCES)
def test_table_4_2_shows_the_ten_and_leaves_the_means(source):
    given, texts = assignment(source), course().tables
    table = tables.table_4_2(texts["table_4_2"], given.sample, given.indicators)
    assert table.rows == (
        *(tuple(map(str, row[:4])) for row in golden()[source]["customers"]),
        ("均值", "", "", ""),
    )
    assert "经过筛选" in table.note
    filling = Filling({("mean", "recency"): "2.8 ✓"}, {("mean", "recency"): "good", ("nobody", "x"): "bad"})
    table = tables.table_4_2(texts["table_4_2"], given.sample, given.indicators, filling)
    assert table.rows[-1] == ("均值", "2.8 ✓", "", "")
    assert dict(table.tones) == {(10, 1): "good"}


def test_table_4_3_4_4_4_5_leave_every_asked_cell_blank():
    given, texts = assignment(), course().tables
    marks = tables.table_4_3(texts["table_4_3"], given.sample, given.indicators)
    assert list(marks.rows) == [(name, "", "", "") for name in given.customer_ids]
    levels = tables.table_4_4(texts["table_4_4"], given.sample, given.convention)
    assert [row[1:] for row in levels.rows] == [("", "")] * 10
    assert "通行惯例" in levels.note
    assert all(name in levels.note for name in NAMES.values())
    plans = tables.table_4_5(texts["table_4_5"], ["重要价值客户", "一般挽留客户"])
    assert plans.rows == (("重要价值客户", "", "", ""), ("一般挽留客户", "", "", ""))
    assert plans.columns == ("客户级别", "人数", "金额占比（%）", "营销策略")


def test_no_blank_table_holds_a_key():
    """空白的表里没有箭头以外的提示：答案一个也不在。"""
    given = assignment()
    for name in ("table_4_2", "table_4_3", "table_4_4"):
        table = laid_out(form(name, given), given, tables.EMPTY, form(name, given).cells)
        body = " ".join(cell for row in table.rows for cell in row)
        assert "426.13" not in body
        assert not set("↑↓") & set(body)


def test_the_questionnaire_prints_every_item_once():
    rules = course()
    table = tables.questionnaire(rules.tables["table_4_1"], rules.questionnaire)
    assert [row[1] for row in table.rows] == [item.text for item in rules.questionnaire.items]
    assert [row[0] for row in table.rows] == [str(i) for i in range(1, len(table.rows) + 1)]
    first, money = table.rows[0][2], table.rows[2][2]
    assert first.split("\n") == [
        "□ 一周以内",
        "□ 一周以上、一个月以内",
        "□ 一个月以上、三个月以内",
        "□ 三个月以上、半年以内",
        "□ 半年以上",
    ]
    assert money == "______ 元（填一个数，到分）"
    assert "本书补全" in table.note


def test_warm_up_gives_the_money():
    given = assignment()
    table = laid_out(form("warm_up", given), given, tables.EMPTY, ())
    assert table.columns[1] == "M 消费金额（元，越大越好）"
    assert table.rows == (("甲", "100.00", ""), ("乙", "200.00", ""), ("丙", "300.00", ""))


# ── 换一种读法：四位客户，手算 ──────────────────────────────────────

# R 天：10,20,30,100 → 合计 160，均值 40，中位数 25；字面（≥40 标 ↑）只有丁
# F：1,1,2,8 → 合计 12，均值 3，中位数 1.5
# M：1.00,2.00,3.00,10.00 → 合计 16，均值 4，中位数 2.5
FOUR = people(("甲", 10, 1, 100), ("乙", 20, 1, 200), ("丙", 30, 2, 300), ("丁", 100, 8, 1000))
# 均值：甲 ↑↓↓，乙 ↑↓↓，丙 ↑↓↓，丁 ↓↑↑
# 中位数：R ≤ 25：甲乙；F ≥ 1.5：丙丁；M ≥ 2.5：丙丁 → 甲 ↑↓↓，乙 ↑↓↓，丙 ↓↑↑，丁 ↓↑↑
# 字面：R 反过来 → 甲 ↓↓↓，乙 ↓↓↓，丙 ↓↓↓，丁 ↑↑↑
OTHER = Convention(
    "X",
    "别家的",
    "",
    "",
    {s: {"一般发展客户": "新客户"}.get(n, n) for s, n in OURS.names.items()},
    frozenset({STATES["↓↑↑"]}),
)


def test_other_readings_worked_by_hand():
    table = tables.other_readings(FOUR, DAYS, [OURS, OTHER], "A")
    assert table.columns == (
        "客户编号",
        "我们的（默认）",
        "别家的",
        "用中位数代替均值",
        "照字面：值 ≥ 均值标 ↑",
    )
    assert table.rows == (
        ("甲", "一般发展客户", "≠ 新客户", "一般发展客户", "≠ 一般挽留客户"),
        ("乙", "一般发展客户", "≠ 新客户", "一般发展客户", "≠ 一般挽留客户"),
        ("丙", "一般发展客户", "≠ 新客户", "≠ 重要保持客户", "≠ 一般挽留客户"),
        ("丁", "重要保持客户", "重要保持客户（未核实）", "重要保持客户", "≠ 重要价值客户"),
    )
    assert "别家的 3 位、用中位数代替均值 1 位、照字面：值 ≥ 均值标 ↑ 4 位" in table.note
    assert set(table.tones) == {
        (i, j) for i, row in enumerate(table.rows) for j, t in enumerate(row) if t[0] == "≠"
    }
    assert set(table.tones.values()) == {"changed"}


def test_the_literal_reading_changes_nothing_where_larger_is_better():
    four = people(("甲", 5, 1, 100), ("乙", 4, 1, 200), ("丙", 3, 2, 300), ("丁", 1, 8, 1000))
    table = tables.other_readings(four, LEVELS, [OURS], "A")
    literal = table.columns.index("照字面：值 ≥ 均值标 ↑")
    assert [row[literal] for row in table.rows] == [row[1] for row in table.rows]


def test_a_customer_named_like_a_sign_is_not_a_change():
    table = tables.other_readings([Customer("≠ 1", *c.values) for c in FOUR], DAYS, [OURS], "A")
    assert all(column > 1 for _, column in table.tones)


@pytest.mark.parametrize("source", SOURCES)
def test_other_readings_of_the_demo_start_from_the_hand_worked_levels(source):
    given = assignment(source)
    table = tables.other_readings(given.sample, given.indicators, course().conventions.values(), "A")
    assert [row[:2] for row in table.rows] == [(row[0], row[5]) for row in golden()[source]["customers"]]
    assert len(table.columns) == 2 + 5 + 2
    doubtful = course().conventions["G"].unverified
    column = table.columns.index("六级惯例")
    for row, worked in zip(table.rows, golden()[source]["customers"], strict=True):
        assert row[column].endswith("（未核实）") is (STATES[worked[4]] in doubtful)


# ── 全体的八种类型 ──────────────────────────────────────────────────


def test_segment_summary_worked_by_hand():
    table = tables.segment_summary(FOUR, DAYS, OURS.names)
    found = {row[1]: row for row in table.rows}
    assert found["↑↓↓"] == ("一般发展客户", "↑↓↓", "3", "75.0%", "6.00", "37.5%")
    assert found["↓↑↑"] == ("重要保持客户", "↓↑↑", "1", "25.0%", "10.00", "62.5%")
    assert found["↑↑↑"] == ("重要价值客户", "↑↑↑", "0", "0.0%", "0.00", "0.0%")
    assert len(found) == len(table.rows) == 8
    assert table.title == "全体 4 位客户的八种类型"
    assert "R 均值 40.00 天；F 均值 3.00 次；M 均值 4.00 元（R 越小越好）" in table.note
    assert "合计金额 16.00 元" in table.note


@pytest.mark.parametrize("source", SOURCES)
def test_segment_summary_of_everyone_sums_and_equals_a_pandas_count(source):
    import pandas as pd

    everyone = population(source)
    table = tables.segment_summary(everyone.customers, everyone.indicators, OURS.names)
    assert sum(int(row[2]) for row in table.rows) == len(everyone.customers)
    total = sum(c.monetary for c in everyone.customers)
    assert sum(Fraction(row[4]) for row in table.rows) == Fraction(total, 100)
    assert abs(sum(Fraction(row[5][:-1]) for row in table.rows) - 100) < Fraction(1, 2)
    frame = pd.DataFrame([c.values for c in everyone.customers], columns=list(COLUMNS), dtype=object)
    arrows = pd.Series([""] * len(frame))
    for indicator in everyone.indicators:
        values = frame[indicator.key]
        gap = values * len(frame) - values.sum()
        arrows += ((gap if indicator.better == "high" else -gap) >= 0).map({True: "↑", False: "↓"})
    assert {row[1]: int(row[2]) for row in table.rows if row[2] != "0"} == arrows.value_counts().to_dict()


def test_money_that_sums_to_nothing_has_no_share():
    flat = people(("甲", 1, 1, 100), ("乙", 2, 1, -100))
    assert {row[5] for row in tables.segment_summary(flat, LEVELS, OURS.names).rows} == {"—"}
