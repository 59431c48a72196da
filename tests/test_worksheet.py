"""屏幕上的实训表，内核这一边：网页发来的每个动词、两个窗口、撤销、静态的样子。

网页那一边在 tests/browser；这里直接送消息，和网页送来的一样。
"""

from __future__ import annotations

import json

import pytest
from golden.sheets import Desk, golden_tables
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.content import course
from lifecycle_lab.exercises.sheet import Sheet
from lifecycle_lab.widgets.screen import VIEW_MIME
from lifecycle_lab.widgets.worksheet import Worksheet


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, kind=Worksheet)


class Window:
    """浏览器里的一块：send 送一条消息，收下回执；page 是画出来的样子。"""

    def __init__(self, sheet):
        sheet._repr_mimebundle_()
        self.sheet, self.screen, self.replies = sheet, sheet._screen, []
        self.screen.send = self.replies.append

    def send(self, verb, **content):
        self.screen._hear(None, {"verb": verb, "ticket": 7, **content}, [])
        return self.replies[-1]

    def fill(self, row, column, text, base=""):
        return self.send("fill", cells=[[row, column, text, base]])

    @property
    def page(self):
        json.dumps(self.screen.page)  # 送得出去才算
        return self.screen.page

    def cell(self, row, column):
        return self.page["cells"][f"{row}/{column}"]


@pytest.fixture
def window(desk):
    return Window(desk.sheet("table_4_3"))


def test_a_filled_cell_is_on_disk_before_the_reply_and_carries_its_reason(desk, window):
    row = desk.given.customer_ids[0]
    reply = window.fill(row, "recency", "上")
    assert reply == {"ticket": 7, "kept": True, "said": ""}
    assert desk.saved["tables"]["table_4_3"][row]["recency"] == "上"
    cell = window.cell(row, "recency")
    assert (cell["text"], cell["shown"]) == ("上", "↑")
    assert cell["status"] in ("right", "wrong")
    assert "R=" in cell["reason"]


def test_the_page_shows_the_same_outcomes_as_the_check(desk, window):
    marks = golden_tables("survey")["table_4_3"]
    block = "\n".join("\t".join([row, *arrows.values()]) for row, arrows in marks.items())
    row = desk.given.customer_ids[0]
    assert window.send("paste", text=block, row=row, column="recency")["said"].startswith("粘贴了 30 格。")
    assert {cell["status"] for cell in window.page["cells"].values()} == {"right"}
    assert window.page["progress"]["passed"] is True
    assert "30 格，对 30" in str(Sheet("table_4_3", desk.given, desk.file()).check())


def test_code_and_screen_are_the_same_sheet(desk, window):
    row = desk.given.customer_ids[2]
    window.sheet.fill({row: "↑↓↑"})
    assert [window.cell(row, c)["shown"] for c in ("recency", "frequency", "monetary")] == ["↑", "↓", "↑"]


def test_another_table_of_the_same_answers_follows_along(desk):
    file = desk.file()
    means, marks = (Worksheet(name, desk.given, file) for name in ("table_4_2", "table_4_3"))
    window = Window(marks)
    assert window.page["aside"] == ""
    means.fill({"R": 2.8})
    assert window.page["aside"] == "你在表4-2 写的均值：R 2.8 级"


def test_given_values_stand_beside_the_arrows_and_nothing_is_given_away(desk, window):
    row = desk.given.customer_ids[0]
    found = next(line for line in window.page["rows"] if line["key"] == row)
    customer = desk.given.sample[0]
    assert found["beside"]["frequency"] == f"{customer.frequency} 次"
    assert all(cell["reason"] == "这一格还没填。" for cell in window.page["cells"].values())


def test_undo_goes_back_step_by_step(desk, window):
    row = desk.given.customer_ids[0]
    window.fill(row, "recency", "↑")
    window.fill(row, "recency", "↓", "↑")
    window.send("undo")
    assert window.cell(row, "recency")["text"] == "↑"
    window.send("undo")
    assert window.cell(row, "recency")["text"] == ""
    assert window.page["undo"] == 0
    assert window.send("undo")["said"] == "没有可以撤销的了。"


def test_two_windows_on_one_cell_keep_both_and_the_student_chooses(desk):
    one, two = (Window(desk.sheet("table_4_3", name)) for name in "一二")
    row = desk.given.customer_ids[0]
    one.fill(row, "recency", "↑")
    two.send("fill", cells=[[row, "recency", "↓", ""], [row, "frequency", "↓", ""]])
    assert two.page["conflict"] == [{"row": row, "column": "recency", "theirs": "↑", "mine": "↓"}]
    saved = desk.saved["tables"]["table_4_3"][row]
    assert saved == {"recency": "↑", "frequency": "↓"}, "不冲突的一格照样存下"
    assert list((desk.path.parent / "older").iterdir()), "落选的一份也留着"
    two.send("resolve", choices=[[row, "recency", "mine"]])
    assert desk.saved["tables"]["table_4_3"][row]["recency"] == "↓"
    assert two.page["conflict"] == []


def test_typing_again_settles_the_conflict(desk):
    one, two = (Window(desk.sheet("table_4_3", name)) for name in "一二")
    row = desk.given.customer_ids[0]
    one.fill(row, "recency", "↑")
    two.fill(row, "recency", "↓")
    two.fill(row, "recency", "↓", base="↑")
    assert two.page["conflict"] == []
    assert desk.saved["tables"]["table_4_3"][row]["recency"] == "↓"


def test_choosing_the_other_window_writes_nothing(desk):
    one, two = (Window(desk.sheet("table_4_3", name)) for name in "一二")
    row = desk.given.customer_ids[0]
    one.fill(row, "recency", "↑")
    two.fill(row, "recency", "↓")
    revision = desk.saved["revision"]
    two.send("resolve", choices=[[row, "recency", "theirs"]])
    assert desk.saved["revision"] == revision
    assert two.cell(row, "recency")["text"] == "↑"


def test_a_cell_typed_on_stale_sight_is_a_conflict_even_after_looking(desk):
    """动笔时看到的才算数：后来看了一眼文件，也不能悄悄盖掉别人的。"""
    one, two = (Window(desk.sheet("table_4_3", name)) for name in "一二")
    row = desk.given.customer_ids[0]
    one.fill(row, "recency", "↑")
    two.send("look")
    two.fill(row, "recency", "↓", base="")
    assert two.page["conflict"]


def test_a_text_exercise_is_written_and_clashes_like_any_cell(desk):
    one, two = (Window(desk.sheet("a13_why", name)) for name in "一二")
    one.fill("answer", "text", "因为需求不同。")
    two.fill("answer", "text", "因为预算有限。")
    assert two.page["conflict"][0]["theirs"] == "因为需求不同。"
    two.send("resolve", choices=[["answer", "text", "mine"]])
    assert desk.saved["text"]["a13_why"] == "因为预算有限。"


def test_check_hint_and_solution_are_the_sheet_s_own(desk, window):
    rows = desk.given.customer_ids
    window.send("solution")
    assert "先认真试一次" in window.page["solution"][0]
    window.send("hint")
    assert window.page["hint"].startswith("提示 1/3：")
    wrong = [
        ["↓" if a == "↑" else "↑" for a in golden_tables("survey")["table_4_3"][row].values()] for row in rows
    ]
    window.send("paste", text="\n".join("\t".join(line) for line in wrong), row=rows[0], column="recency")
    window.send("check")
    assert "30 格" in window.page["summary"]
    window.send("solution")
    assert "参考答案" in window.page["solution"][0]
    assert window.page["note"]
    assert "lab-note" not in "".join(window.page["solution"])  # 表注只在填着的那张下面
    assert desk.saved["attempts"]["table_4_3"]["checks"] == 1


def test_a_disk_that_refuses_is_said_and_not_taken_for_saved(desk, window, monkeypatch):
    monkeypatch.setattr(type(window.sheet.file), "update", _refuse)
    reply = window.fill(desk.given.customer_ids[0], "recency", "↑")
    assert reply["kept"] is False
    assert "没有做成" in reply["said"]


def _refuse(*_):
    raise OSError("磁盘满了")


hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
verbs = st.sampled_from(["fill", "paste", "undo", "check", "hint", "solution", "resolve", "look", "eval"])


@given(verbs, st.dictionaries(st.sampled_from(["cells", "text", "row", "column", "choices"]), hostile))
def test_no_message_from_the_page_can_break_the_kernel(tmp_path_factory, verb, content):
    window = Window(Desk(tmp_path_factory.mktemp("desk"), kind=Worksheet).sheet("table_4_4"))
    window.screen._hear(None, {"verb": verb, "ticket": 1, **content}, [])
    assert window.page["title"]


def test_without_a_kernel_there_is_a_static_table(desk):
    shown = desk.sheet("table_4_3")._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html", VIEW_MIME}
    assert '<table class="lab-table">' in shown["text/html"]
    assert "都在答案文件里" in shown["text/html"]


def test_what_a_student_typed_is_text_in_the_static_table_and_the_solution(desk):
    sheet = desk.sheet("table_4_4")
    sheet.fill({desk.given.customer_ids[0]: ["<script>", "<img src=x>"]})
    html = sheet._repr_mimebundle_()["text/html"]
    assert "<script" not in html
    assert "<img" not in html


def test_table_4_5_asks_for_a_strategy_only_after_table_4_4(desk):
    window = Window(desk.sheet("table_4_5"))
    assert all(row["given"][-1] == "填完表4-4，再在这里写" for row in window.page["rows"])
    assert len(window.page["rows"]) == 8


@pytest.mark.parametrize("name", [e.id for e in course().exercises.values() if e.answer != "text"])
def test_every_cell_to_fill_is_on_the_screen(desk, name):
    """算题里也有叫“均值”的行：它不是表4-2 的那一行，照样要有格可填。"""
    page = Window(desk.sheet(name)).page
    columns = [column["key"] for column in page["columns"]]
    open_cells = {
        f"{row['key']}/{column}"
        for row in page["rows"]
        for column, given in zip(columns, row["given"], strict=True)
        if given is None
    }
    assert open_cells == set(page["cells"])
