"""屏幕上的概念题，内核这一边：网页发来的每个动词、不该送去的讲解、两个窗口、静态的样子。

网页那一边在 tests/browser；这里直接送消息，和网页送来的一样。
"""

from __future__ import annotations

import json

import pytest
from golden.sheets import Desk
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.content import course
from lifecycle_lab.exercises.quiz import Quiz
from lifecycle_lab.exercises.quiz_choices import chosen_letters
from lifecycle_lab.exercises.quiz_feedback import right_answer
from lifecycle_lab.exercises.sheet import Sheet
from lifecycle_lab.widgets.quiz import ScreenQuiz
from lifecycle_lab.widgets.screen import VIEW_MIME

ITEMS = course().quiz


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


class Page:
    """浏览器里的一块：send 送一条消息，收下回执；page 是画出来的样子。"""

    def __init__(self, quiz):
        quiz._repr_mimebundle_()
        self.quiz, self.screen, self.replies = quiz, quiz._screen, []
        self.screen.send = self.replies.append

    def send(self, verb, **content):
        self.screen._hear(None, {"verb": verb, "ticket": 7, **content}, [])
        return self.replies[-1]

    def answer(self, item, choice, base=""):
        return self.send("answer", item=item, choice=choice, base=base)

    @property
    def page(self):
        json.dumps(self.screen.page)  # 送得出去才算
        return self.screen.page

    def item(self, name):
        return next(item for item in self.page["items"] if item["id"] == name)


def page(desk, lesson="00_start", window="一"):
    return Page(ScreenQuiz(lesson, desk.given, desk.file(window)))


def texts(name, *choice_ids):
    by_id = {choice.id: choice.text for choice in ITEMS[name].choices}
    return [by_id[choice_id] for choice_id in choice_ids]


@pytest.mark.parametrize("name", ITEMS)
def test_what_the_page_sends_is_saved_before_the_reply(desk, name):
    """网页送的是选项的文字：排序与多选是列表，配对按左边的先后，填数是原文。"""
    item, right = ITEMS[name], right_answer(ITEMS[name])
    sent = {
        "single": lambda: texts(name, right)[0],
        "multiple": lambda: texts(name, *right),
        "ordering": lambda: texts(name, *right),
        "matching": lambda: texts(name, *(pair.split("=")[1] for pair in right)),
        "numeric": lambda: right,
    }[item.kind]()
    window = page(desk, item.lesson)
    assert window.answer(name, sent) == {"ticket": 7, "kept": True, "said": ""}
    assert desk.saved["quiz"] == {name: right}
    drawn = window.item(name)
    assert drawn["outcome"] == "right"
    assert drawn["said"].startswith("对。")
    assert window.page["done"] == 1


def test_the_page_holds_no_explanation_and_no_id_before_an_answer(desk):
    for lesson in {item.lesson: None for item in ITEMS.values()}:
        window = page(desk, lesson)
        shown = json.dumps(window.page, ensure_ascii=False)
        for item in (item for item in ITEMS.values() if item.lesson == lesson):
            told = [choice.why for choice in item.choices]
            if item.number:
                told = [item.number.why, item.number.otherwise, *item.number.wrongs.values()]
            assert not [why for why in told if why in shown]
            drawn = json.dumps(window.item(item.id)["options"])
            assert not [choice.id for choice in item.choices if f'"{choice.id}"' in drawn]


def test_a_wrong_answer_brings_only_its_own_explanation(desk):
    window = page(desk)
    window.answer("unreadable", *texts("unreadable", "english"))
    drawn, why = window.item("unreadable"), {c.id: c.why for c in ITEMS["unreadable"].choices}
    assert (drawn["outcome"], drawn["chosen"]) == ("wrong", ["B"])
    assert [remark["why"] for remark in drawn["remarks"]] == [why["english"]]
    shown = json.dumps(window.page, ensure_ascii=False)
    assert not [name for name in ("reword", "empty", "wrong") if why[name] in shown]
    window.answer("unreadable", *texts("unreadable", "reword"), base="english")
    drawn = window.item("unreadable")
    assert {remark["why"] for remark in (*drawn["remarks"], *drawn["others"])} == set(why.values())


def test_options_stand_in_the_shown_order_with_letters(desk):
    drawn = page(desk).item("unreadable")
    assert [option["letter"] for option in drawn["options"]] == ["A", "B", "C", "D"]
    assert [option["text"] for option in drawn["options"]] == texts(
        "unreadable", "empty", "english", "wrong", "reword"
    )


@pytest.mark.parametrize(
    ("name", "stored", "letters"),
    [
        ("unreadable", "reword", ["D"]),
        ("unreadable", "", []),
        ("unreadable", "gone", []),
        ("question_faults", ["double", "leading"], ["E", "A"]),
        ("stage_order", ["exploration", "formation", "stability", "decline"], ["D", "A", "B", "C"]),
        ("stage_marks", ["formation=ended", "decline=gone"], ["", "E", "", ""]),
        ("stage_marks", "", ["", "", "", ""]),
        ("recency_days", "30 天", []),
    ],
)
def test_stored_answers_as_letters(name, stored, letters):
    assert chosen_letters(ITEMS[name], "DEMO", stored) == letters


def test_code_screen_and_tables_share_one_file(desk):
    file = desk.file()
    quiz = ScreenQuiz("00_start", desk.given, file)
    window = Page(quiz)
    quiz.answer("tie", "C")
    assert window.item("tie")["chosen"] == ["C"]
    assert window.page["summary"] == quiz.summary()
    Sheet("warm_up", desk.given, file).fill({"甲": "↓"})
    file.update(lambda fresh: fresh.with_quiz("mean_of_four", "4"))
    assert window.item("mean_of_four")["outcome"] == "right"
    window.answer("unreadable", *texts("unreadable", "reword"))
    assert quiz.feedback("unreadable").outcome == "right"


def test_the_same_quiz_shown_twice_is_one_screen(desk):
    quiz = ScreenQuiz("00_start", desk.given, desk.file())
    assert quiz._repr_mimebundle_()[VIEW_MIME] == quiz._repr_mimebundle_()[VIEW_MIME]


def test_erasing_on_the_page(desk):
    window = page(desk)
    window.answer("mean_of_four", "4")
    assert window.answer("mean_of_four", "", base="4")["kept"]
    assert desk.saved["quiz"] == {}
    assert window.item("mean_of_four")["outcome"] == "blank"


@pytest.mark.parametrize(("choice", "kept"), [("mine", "at_least"), ("theirs", "greater")])
def test_two_windows_show_both_and_the_student_chooses(desk, choice, kept):
    one, two = page(desk, window="一"), page(desk, window="二")
    one.answer("tie", *texts("tie", "greater"))
    two.answer("tie", *texts("tie", "at_least"))
    assert desk.saved["quiz"]["tie"] == "greater"
    assert two.item("tie")["conflict"] == {"theirs": "A", "mine": "C"}
    assert len(list((desk.path.parent / "older").glob("*conflict*"))) == 1
    two.send("resolve", item="tie", choice=choice)
    assert desk.saved["quiz"]["tie"] == kept
    assert two.item("tie")["conflict"] is None


def test_an_answer_written_before_another_windows_is_asked_about(desk):
    """内核重开以后补存的一题：动笔时看到的是空白，文件里已经有别的答案。"""
    page(desk, window="一").answer("tie", *texts("tie", "greater"))
    again = page(desk, window="二")  # 打开时已经看到 greater
    again.answer("tie", *texts("tie", "at_least"), base="")
    assert again.item("tie")["conflict"] == {"theirs": "A", "mine": "C"}


def test_coming_back_to_the_page_sees_the_other_window(desk):
    one, two = page(desk, window="一"), page(desk, window="二")
    one.answer("tie", *texts("tie", "greater"))
    assert two.item("tie")["outcome"] == "blank"
    two.send("look")
    assert two.item("tie")["outcome"] == "wrong"


def test_an_answer_that_cannot_be_written_is_not_called_saved(desk):
    window = page(desk)
    desk.path.mkdir()
    reply = window.answer("mean_of_four", "4")
    assert reply["kept"] is False
    assert "Traceback" not in reply["said"]


def test_what_the_answers_file_has_to_say_is_shown_once(desk):
    page(desk).answer("mean_of_four", "4")
    window = page(desk, window="二")
    desk.path.write_text("{", encoding="utf-8")
    window.answer("tie", *texts("tie", "at_least"))
    assert sum("坏了" in line for line in window.page["news"]) == 1
    window.answer("tie", *texts("tie", "greater"), base="at_least")
    assert window.page["news"] == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from([*ITEMS, "A", "4"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory):
    return page(Desk(tmp_path_factory.mktemp("desk")))


@given(
    verb=st.sampled_from(["answer", "resolve", "look", "other"]),
    content=st.fixed_dictionaries(
        {}, optional={"item": json_values, "choice": json_values, "base": json_values}
    ),
)
def test_any_message_is_answered_or_ignored_and_never_raises(long_lived, verb, content):
    long_lived.screen._hear(None, {"verb": verb, "ticket": 1, **content}, [])
    assert {item["outcome"] for item in long_lived.page["items"]} <= {
        "right",
        "partly",
        "wrong",
        "blank",
        "unread",
    }
    long_lived.quiz.file.read()  # 盘上的仍读得回来


def test_without_a_kernel_there_is_a_static_page(desk):
    quiz = ScreenQuiz("00_start", desk.given, desk.file())
    quiz.answer("unreadable", "B")
    bundle = quiz._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", VIEW_MIME}
    plain = Quiz("00_start", desk.given, desk.file())
    assert bundle["text/html"].startswith(plain._repr_html_())
    assert bundle["text/plain"] == repr(plain)
    assert "箭头格只能用英文填，中文一律不认" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
