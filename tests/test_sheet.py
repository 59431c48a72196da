"""sheet：笔记本里的一张实训表。填、查、提示、答案、两个窗口、重开。"""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest
from golden.sheets import COLUMNS, Desk, golden_tables, oracle

from lifecycle_lab.content import course
from lifecycle_lab.content.shapes import Allowed
from lifecycle_lab.exercises import check
from lifecycle_lab.schema import AnswerConflict, LabError, ParameterError


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


# ── 填 ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "values",
    [
        {"recency": 2.8, "frequency": 2.7, "monetary": 426.13},
        {"R": 2.8, "F": "2.7", "M": "426.13"},
        {"r": "2.8", "f": "2.7", "ｍ": "426.13"},
        {"R 最近一次消费": 2.8, "F 消费频率": 2.7, "M 消费金额": 426.13},
        {"最近一次消费": 2.8, "消费频率": 2.7, "消费金额": 426.13},
        {
            "R 最近一次消费（级，越大越好）": 2.8,
            "F 消费频率（次，越大越好）": 2.7,
            "M 消费金额（元，越大越好）": 426.13,
        },
        {"mean": {"R": 2.8, "F": 2.7, "M": 426.13}},
        {"均值": {"R": 2.8, "F": 2.7, "M": 426.13}},
        {"均值": [2.8, 2.7, 426.13]},
        {"R": np.float64(2.8), "F": np.float64(2.7), "M": np.float64(426.13)},
    ],
    ids=range(10),
)
def test_means_in_every_documented_form(desk, values):
    desk.sheet("table_4_2").fill(values)
    assert desk.saved["tables"] == {
        "table_4_2": {"mean": {"recency": "2.8", "frequency": "2.7", "monetary": "426.13"}}
    }


@pytest.mark.parametrize(
    "values",
    [
        {"C007": "↓↑↓"},
        {"c007": "下上下"},
        {"Ｃ００７": "↓ ↑ ↓"},
        {"C007": "⬇️⬆️⬇️"},
        {"C007": "↓、↑、↓"},
        {"C007": ["↓", "↑", "↓"]},
        {"C007": ("下", "上", "下")},
        {"C007": {"R": "↓", "frequency": "↑", "M 消费金额": "下"}},
        {" C007 ": "down up down"},
    ],
    ids=range(9),
)
def test_three_arrows_in_every_documented_form(desk, values):
    desk.sheet("table_4_3").fill(values)
    outcome = check("table_4_3", desk.given, desk.file().read())
    assert {c: outcome.statuses[f"C007/{c}"] for c in COLUMNS} == dict.fromkeys(COLUMNS, "right")
    assert outcome.counts["blank"] == 27


def test_three_things_that_are_not_arrows_are_saved_and_called_so(desk):
    desk.sheet("table_4_3").fill({"C007": "↑x↓"})
    assert desk.saved["tables"]["table_4_3"]["C007"] == {"recency": "↑", "frequency": "x", "monetary": "↓"}
    outcome = check("table_4_3", desk.given, desk.file().read())
    assert outcome.statuses["C007/frequency"] == "format"


def test_levels_and_plans_with_chinese_headings(desk):
    desk.sheet("table_4_4").fill(
        {"C186": {"组合": "↑↓↑", "客户级别": "重要发展"}, "C106": ["↑↑↑", "重要价值客户"]}
    )
    rows = desk.saved["tables"]["table_4_4"]
    assert rows["C186"] == {"pattern": "↑↓↑", "segment": "重要发展"}
    assert rows["C106"] == {"pattern": "↑↑↑", "segment": "重要价值客户"}
    desk.sheet("table_4_5").fill({"重要价值": {"人数": 2, "金额占比（%）": 52.26, "营销策略": "请回来"}})
    assert desk.saved["tables"]["table_4_5"] == {
        "重要价值客户": {"customer_count": "2", "money_share": "52.26", "strategy": "请回来"}
    }


def test_warm_up_takes_one_arrow_per_row(desk):
    shown = desk.sheet("warm_up").fill({"甲": "↓", "乙": {"标记": "↑"}, "丙": ["↑"]})
    assert desk.saved["tables"]["warm_up"] == {"甲": {"mark": "↓"}, "乙": {"mark": "↑"}, "丙": {"mark": "↑"}}
    assert "↓" in str(shown)


def test_numeric_customer_ids(tmp_path):
    shop = Desk(tmp_path, "online_retail")
    shop.sheet("table_4_3").fill({13260: "↑↓↓"})
    assert list(shop.saved["tables"]["table_4_3"]) == ["13260"]


def test_none_and_empty_text_erase(desk):
    sheet = desk.sheet("table_4_2")
    sheet.fill({"R": 1, "F": 2})
    sheet.fill({"R": None, "F": ""})
    assert desk.saved["tables"] == {}
    sheet.fill({})


@pytest.mark.parametrize(
    ("exercise", "row", "short", "column"),
    [
        ("table_4_3", "C007", "金额", "monetary"),
        ("table_4_3", "C007", "频率", "frequency"),
        ("table_4_4", "C007", "级别", "segment"),
        ("table_4_5", "一般挽留", "占比", "money_share"),
        ("table_4_5", "一般挽留", "策略", "strategy"),
    ],
)
def test_a_part_of_a_heading_that_fits_one_column_is_enough(desk, exercise, row, short, column):
    desk.sheet(exercise).fill({row: {short: "x"}})
    (cells,) = desk.saved["tables"][exercise].values()
    assert cells == {column: "x"}


@pytest.mark.parametrize(
    ("exercise", "values", "told", "kept"),
    [
        ("table_4_3", {"C007": "↓↑↓", "C999": "↑↑↑"}, "C999", 3),
        ("table_4_3", {"C007": {"R": "↑", "价钱": "↓"}}, "价钱", 1),
        ("table_4_3", {"C007": {"R": "↑", "消费": "↓"}}, "消费", 1),
        ("table_4_3", {"C007": "↑↓"}, "↑↓", 0),
        ("table_4_2", {"R": 1, "Q": 2}, "Q", 1),
        ("table_4_4", {"C007": "↓↑↓"}, "↓↑↓", 0),
        ("table_4_5", {"重要客户": {"人数": 1}, "一般挽留": {"人数": 3}}, "重要客户", 1),
    ],
)
def test_unknown_rows_and_columns_are_named_and_the_rest_is_saved(desk, exercise, values, told, kept):
    with pytest.raises(ParameterError, match="没有认出") as caught:
        desk.sheet(exercise).fill(values)
    assert f"「{told}」" in str(caught.value)
    assert ("已经存好" in str(caught.value)) is bool(kept)
    tables = desk.saved["tables"] if desk.path.exists() else {}
    assert sum(len(columns) for rows in tables.values() for columns in rows.values()) == kept


@pytest.mark.parametrize("values", ["↑↓↑", 3.4, None, ["↑"]])
def test_a_bare_value_needs_a_place(desk, values):
    """从前 fill("↑↓↑") 会悄悄写进第一位客户的 R。"""
    with pytest.raises(ParameterError, match="看不出"):
        desk.sheet("table_4_3").fill(values)
    assert not desk.path.exists()


def test_a_refused_text_changes_nothing(desk):
    sheet = desk.sheet("a13_why")
    sheet.fill("原来的话")
    with pytest.raises(LabError, match="没有存上"):
        sheet.fill("坏\x00字")
    with pytest.raises(LabError, match="没有存上"):
        sheet.fill("长" * 5000)
    assert desk.saved["text"] == {"a13_why": "原来的话"}


# ── 查、提示、答案 ──────────────────────────────────────────────────


def attempts(desk, exercise):
    return desk.saved["attempts"].get(exercise, {})


def test_attempts_are_counted_once_per_changed_content(desk):
    sheet = desk.sheet("table_4_2")
    sheet.check()  # 什么都没填
    assert not desk.path.exists()
    sheet.fill({"R": 1})
    sheet.check()
    sheet.check()
    assert attempts(desk, "table_4_2")["checks"] == 1
    sheet.fill({"R": 2})
    sheet.check()
    assert attempts(desk, "table_4_2")["checks"] == 2
    again = desk.sheet("table_4_2", "二")  # 重开笔记本，整本再运行一遍
    again.check()
    assert attempts(desk, "table_4_2")["checks"] == 2
    again.fill({"R": 1})
    again.check()
    assert attempts(desk, "table_4_2")["checks"] == 3


def test_hints_cycle_and_are_counted(desk):
    sheet, hints = desk.sheet("table_4_3"), course().exercises["table_4_3"].hints
    said = [str(sheet.hint()) for _ in range(4)]
    assert [hints[i % 3] in text for i, text in enumerate(said)] == [True] * 4
    assert [re.search(r"提示 \d/3", text)[0] for text in said] == [f"提示 {n}/3" for n in (1, 2, 3, 1)]
    assert ["三条提示都看过了" in text for text in said] == [False, False, False, True]
    assert attempts(desk, "table_4_3")["hints"] == 4
    assert "提示 2/3" in str(desk.sheet("table_4_3", "二").hint())


@pytest.mark.parametrize("open_", [True, False])
def test_a_course_may_close_hints_and_solutions(desk, monkeypatch, open_):
    """course.toml 的 [allowed]：关掉以后不给，也不记次数；核对照旧。"""
    closed = dataclasses.replace(course(), allowed=Allowed(hints=open_, solution=open_))
    monkeypatch.setattr("lifecycle_lab.exercises.assignment.course", lambda: closed)
    sheet = desk.sheet("table_4_2")
    sheet.fill({"R": 1, "F": 1, "M": 1})
    sheet.check()
    assert ("提示 1/3" in str(sheet.hint())) == open_
    assert ("不看参考答案" in str(sheet.solution())) == (not open_)
    tried = attempts(desk, "table_4_2")
    assert (tried["hints"], tried["solution"]) == (int(open_), open_)


def test_solution_is_locked_until_a_real_try(desk):
    sheet = desk.sheet("table_4_2")
    assert "先认真试一次：共 3 格，你填了 0 格，填满 2 格" in str(sheet.solution())
    sheet.fill({"R": 1, "F": "不知道"})
    sheet.check()
    assert "你填了 1 格" in str(sheet.solution())  # 乱写的不算试过
    sheet.fill({"F": 1})
    assert "先认真试一次" in str(sheet.solution())  # 还没检查
    sheet.check()
    shown = str(sheet.solution())
    assert all(text in shown for text in ("2.8", "2.7", "426.13"))
    assert attempts(desk, "table_4_2")["solution"] is True
    sheet.fill({"R": None, "F": None})
    again = desk.sheet("table_4_2", "二")
    again.fill({"M": 1})
    again.check()  # 只剩一格
    assert "426.13" in str(again.solution())  # 试过就一直算


@pytest.mark.parametrize("source", ["survey", "online_retail"])
@pytest.mark.parametrize("exercise", ["table_4_2", "table_4_3", "table_4_4", "table_4_5"])
def test_solutions_are_the_hand_worked_tables(tmp_path, source, exercise):
    desk = Desk(tmp_path, source)
    for name, rows in oracle(desk.given).items():
        desk.sheet(name).fill({row: dict(cells) for row, cells in rows.items()})
    sheet = desk.sheet(exercise)
    sheet.check()
    table = sheet.solution().blocks[1]
    for row, cells in golden_tables(source)[exercise].items():
        line = next(r for r in table.rows if r[0] == {"mean": "均值"}.get(row, row))
        judged = [text for column, text in cells.items() if column != "strategy"]
        assert list(line[len(line) - len(cells) :][: len(judged)]) == judged
    if exercise == "table_4_5":
        assert {row[0] for row in table.rows} == set(golden_tables(source)[exercise])
        assert "评分标准" in str(sheet.solution())


def test_solution_of_a_text_is_its_rubric(desk):
    sheet = desk.sheet("a13_why")
    sheet.fill("样本太小")
    assert "待评阅" in str(sheet.check())
    assert "评分标准" in str(sheet.solution())


def test_a_passed_table_says_so_and_gives_reasons(desk):
    sheet = desk.sheet("table_4_2")
    sheet.fill({"R": "2.8", "F": "2.70", "M": "426.13"})
    text = str(sheet.check())
    assert "这一题通过了" in text
    assert "逐格的理由" in text
    assert "2.70 ✓" in text


def test_a_misconception_is_said_before_the_cells(desk):
    sheet = desk.sheet("table_4_2")
    sheet.fill({"R": 28, "F": 27, "M": "4261.30"})
    text = str(sheet.check())
    assert text.index("停在了合计上") < text.index("需要再看的格")


def test_shown_pages_escape_what_students_write(desk):
    sheet = desk.sheet("table_4_2")
    sheet.fill({"R": "<script>alert(1)</script>"})
    for page in (
        sheet._repr_html_(),
        sheet.check()._repr_html_(),
        desk.sheet("a13_why").fill("<img src=x>")._repr_html_(),
    ):
        assert "<script" not in page
        assert "<img" not in page
    assert "&lt;script&gt;" in sheet._repr_html_()
    assert "\x1b" not in str(sheet)


# ── 两个窗口 ────────────────────────────────────────────────────────


def test_different_cells_of_two_windows_are_merged(desk):
    one, two = desk.sheet("table_4_2", "一"), desk.sheet("table_4_2", "二")
    one.fill({"R": "1"})
    two.fill({"F": "2"})
    one.fill({"M": "3"})
    assert desk.saved["tables"]["table_4_2"]["mean"] == {"recency": "1", "frequency": "2", "monetary": "3"}


@pytest.mark.parametrize("between", [None, "hint", "check_other", "solution"])
def test_the_same_cell_of_two_windows_is_a_conflict(desk, between):
    """别的动作不会让这个窗口“假装看过”另一个窗口的内容。"""
    one, two = desk.sheet("table_4_2", "一"), desk.sheet("table_4_2", "二")
    one.fill({"R": "1.1", "F": "1"})
    two.fill({"M": "5"})  # 这时二看到了一的 1.1
    one.fill({"R": "3.3"})
    if between == "hint":
        two.hint()
    if between == "solution":
        two.solution()
    if between == "check_other":
        desk.sheet("table_4_3", "二").check()
    with pytest.raises(AnswerConflict) as caught:
        two.fill({"R": "2.2", "F": "9"})
    assert "3.3" in str(caught.value)
    assert "2.2" in str(caught.value)
    saved = desk.saved["tables"]["table_4_2"]["mean"]
    assert (saved["recency"], saved["frequency"]) == ("3.3", "1")
    kept = list((desk.path.parent / "older").glob("*conflict*"))
    assert len(kept) == 1
    assert "2.2" in kept[0].read_text(encoding="utf-8")
    two.fill({"R": "2.2"})  # 看过之后的决定
    assert desk.saved["tables"]["table_4_2"]["mean"]["recency"] == "2.2"


def test_a_check_shows_the_other_window_and_so_counts_as_seen(desk):
    one, two = desk.sheet("table_4_2", "一"), desk.sheet("table_4_2", "二")
    one.fill({"R": "3.3"})
    assert "3.3" in str(two.check())
    two.fill({"R": "2.2"})
    assert desk.saved["tables"]["table_4_2"]["mean"]["recency"] == "2.2"


def test_texts_conflict_too(desk):
    one, two = desk.sheet("a13_why", "一"), desk.sheet("a13_why", "二")
    one.fill("第一个窗口写的")
    with pytest.raises(AnswerConflict, match="另一个窗口") as caught:
        two.fill("第二个窗口写的")
    assert "第一个窗口写的" in str(caught.value)
    assert desk.saved["text"]["a13_why"] == "第一个窗口写的"
    two.fill("第二个窗口写的")
    assert desk.saved["text"]["a13_why"] == "第二个窗口写的"


def test_counts_of_two_windows_add_up(desk):
    one, two = desk.sheet("table_4_2", "一"), desk.sheet("table_4_2", "二")
    one.fill({"R": "1"})
    one.check()
    two.hint()
    two.fill({"F": "1"})
    two.check()
    one.hint()
    found = attempts(desk, "table_4_2")
    assert (found["checks"], found["hints"]) == (2, 2)


# ── 重开与坏文件 ────────────────────────────────────────────────────


def test_a_restart_finds_everything(desk):
    desk.sheet("table_4_2").fill({"R": "2.8", "F": "２．７"})
    desk.sheet("a13_why").fill("第一段\n第二段")
    desk.sheet("table_4_2").check()
    assert "２．７" in desk.saved["tables"]["table_4_2"]["mean"]["frequency"]  # 原文进文件
    shown = str(desk.sheet("table_4_2", "二").show())
    assert "2.8" in shown
    assert "2.7" in shown  # 认出的样子给人看
    assert "第二段" in str(desk.sheet("a13_why", "二").show())
    assert attempts(desk, "table_4_2")["tried"] is True


def test_a_damaged_file_is_told_to_the_student_even_when_filling(desk):
    desk.sheet("table_4_2").fill({"R": "2.8"})
    sheet = desk.sheet("table_4_2", "二")
    desk.path.write_text("{", encoding="utf-8")
    shown = str(sheet.fill({"F": "2.7"}))
    assert "坏了" in shown
    assert list(desk.path.parent.glob("*.damaged-*.json"))


def test_another_students_variant_is_told(desk, tmp_path):
    desk.sheet("table_4_2").fill({"R": "2.8"})
    document = desk.saved
    document["variant"]["customers"] = document["variant"]["customers"][::-1]
    desk.path.write_text(json.dumps(document), encoding="utf-8")
    assert "题本与现在的不同" in str(desk.sheet("table_4_2").show())
