"""笔记本拿着的那个对象：每个方法、重启找得回、错误说人话。"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lifecycle_lab import open_lab
from lifecycle_lab.exercises.assignment import open_assignment, variant_document
from lifecycle_lab.exercises.modes import answers_for
from lifecycle_lab.lab import calm
from lifecycle_lab.schema import DataError, LabError, ParameterError


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return open_lab("0020230101")


def test_the_card_names_student_data_direction_and_place(lab):
    text = str(lab.card())
    assert "0020230101" in text
    assert "没有一位是真人" in text
    assert "越大越好" in text
    assert re.search(r"answers/\S+\.json", text)


def test_a_restart_finds_everything(lab):
    lab.sheet("table_4_3").fill({lab.assignment.customer_ids[0]: "↑↓↑"})
    again = open_lab("0020230101")
    assert again.file.read().cell("table_4_3", again.assignment.customer_ids[0], "frequency") == "↓"


def test_two_sources_do_not_share_an_answers_file(lab):
    assert open_lab("0020230101", "online_retail").file.path != lab.file.path


def test_the_judge_is_shown_only_after_the_table_passes(lab):
    assert "先让" in str(lab.judge("table_4_3"))
    filled = answers_for("key", lab.assignment)
    lab.file.update(lambda fresh: fresh.with_cells("table_4_3", _cells(filled, "table_4_3")))
    shown = str(lab.judge("table_4_3"))
    assert "def mark(" in shown
    assert "count * x >= total" in shown
    assert "能看判卷函数" in str(lab.judge("table_4_5"))


def _cells(answers, table):
    return {(r, c): text for r, columns in answers.tables[table].items() for c, text in columns.items()}


def test_tables_and_figure_are_there(lab):
    assert "一周以内" in str(lab.questionnaire())
    assert {"合成", "真实"} <= {row[1] for row in lab.data().rows}
    assert len(lab.names().rows) == 8
    assert "300 位客户" in lab.everyone().title
    assert sum(int(row[2]) for row in lab.everyone().rows) == 300


def test_what_shows_the_answer_stays_closed_until_a_real_try(lab):
    """图上有均值与箭头，读法表里有级别：没做过的学生“运行全部”也看不到答案。"""
    for shown in (lab.figure(), lab.readings()):
        assert "先做" in str(shown)
    lab.report()
    assert "data:image/png" not in (lab.folder / "report.html").read_text(encoding="utf-8")
    filled = answers_for("key", lab.assignment)
    for table in ("table_4_3", "table_4_4"):
        lab.file.update(lambda fresh, table=table: fresh.with_cells(table, _cells(filled, table)))
    assert lab.figure().png.startswith(b"\x89PNG")
    assert len(lab.readings(centre="median").blocks[0].rows) == 11
    lab.report()
    assert "data:image/png" in (lab.folder / "report.html").read_text(encoding="utf-8")


def test_sheets_answer_to_their_names(lab):
    assert lab.table_4_3 is lab.sheet("table_4_3")
    with pytest.raises(AttributeError):
        _ = lab.table_9_9


def test_an_answers_file_must_be_json(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match="不像答案文件"):
        open_lab("demo", answers_file="我的问卷.csv")


def test_finish_report_and_hand_in_write_what_they_say(lab):
    lab.sheet("warm_up").fill({"甲": "↓", "乙": "上", "丙": "?"})
    lab.finish("00_start")
    found = json.loads((lab.folder / "results.json").read_text(encoding="utf-8"))
    assert found["outcomes"] == {"warm_up": {"甲/mark": "right", "乙/mark": "right", "丙/mark": "format"}}
    lab.report(name="张三", class_name="电商 1 班", date="2026 年 11 月")
    page = (lab.folder / "report.html").read_text(encoding="utf-8")
    assert "张三" in page
    assert "电商 1 班" in page
    handed = str(lab.hand_in())
    assert "还可以再看：热身：给三位客户标箭头（格式不对 1 格）" in handed
    with pytest.raises(ParameterError, match="日期"):
        lab.report(date=2026 - 11 - 22)
    assert lab.file.receipt() in handed
    assert (lab.folder / lab.file.path.name).read_bytes() == lab.file.path.read_bytes()


def test_progress_and_what_is_missing_follow_the_lessons(lab):
    lab.sheet("warm_up").fill({"甲": "↓"})
    for said in (str(lab.progress()), str(lab.hand_in())):
        places = [
            said.index(title) for title in ("热身", "八个小故事", "走两步", "表4-2", "选一种细分", "思考题一")
        ]
        assert places == sorted(places)


def test_nothing_to_hand_in_yet_is_said_and_the_lesson_runs_on(lab):
    said = str(lab.hand_in())
    assert "还没有答案可交" in said
    assert "回执" not in said
    lab.finish("09_review")


def test_a_variant_file_needs_no_other_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = open_assignment("demo", secret=b"course secret")
    Path("v.json").write_text(json.dumps(variant_document(given)), encoding="utf-8")
    lab = open_lab("demo", variant_file="v.json")
    assert lab.assignment.sample == given.sample
    assert "只有你的 10 位客户" in str(lab.everyone())


def test_a_folder_that_cannot_be_written_is_said(lab, tmp_path):
    (tmp_path / "out").write_text("一个文件挡在这里", encoding="utf-8")
    with pytest.raises(LabError, match="建不了"):
        lab.finish("00_start")


@pytest.mark.parametrize(
    "parameters", [{"student_id": 20230101}, {"out_dir": 3}, {"source": 5}, {"as_of": 20240101}]
)
def test_parameters_of_another_type_are_refused_in_chinese(parameters, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError):
        open_lab(**parameters)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NameError("name 'lab' is not defined"), "从最上面起"),
        (NameError("name 'Lab' is not defined"), "是不是 lab"),
        (NameError("name 'C013' is not defined"), "两边加上英文引号"),
        (SyntaxError("invalid syntax"), "没有配对"),
        (SyntaxError("invalid character '，' (U+FF0C)"), "英文逗号"),
        (SyntaxError("leading zeros in decimal integer literals are not permitted"), "学号两边"),
        (AttributeError("no attribute"), "大小写"),
        (ZeroDivisionError("division by zero"), "重启内核"),
        (DataError("坏了。", remedy="修好。"), "修好"),
    ],
)
def test_every_error_says_what_to_do_in_chinese(error, said):
    lines = calm.explain(type(error), error)
    assert said in "\n".join(lines)
    assert "怎么办" in "\n".join(lines)
    assert not any("Traceback" in line or "File " in line for line in lines)


def test_in_ipython_the_traceback_gives_way_to_the_advice():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shown: list[str] = []
    shell._showtraceback = lambda kind, error, lines: shown.extend(lines)
    shell.push({"keep_calm": calm.keep_calm})
    shell.builtin_trap.activate()
    try:
        calm.keep_calm()
        for code in ("no_such_name", "f(1,", "1/0", "from lifecycle_lab import rfm; rfm.mark([], 'high')"):
            shown.clear()
            result = shell.run_cell(code)
            assert not result.success
            assert "怎么办" in "\n".join(shown), code
            assert "Traceback" not in "\n".join(shown)
    finally:
        shell.builtin_trap.deactivate()
        InteractiveShell.clear_instance()
