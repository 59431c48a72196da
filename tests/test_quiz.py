"""quiz：概念题。先后由学号定、各种写法、五种结果、讲解只讲选了的、两个窗口、旧题。"""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from golden.sheets import Desk, assignment
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.answers import encode, parse
from lifecycle_lab.content import course
from lifecycle_lab.exercises.quiz import Quiz
from lifecycle_lab.exercises.quiz_choices import lettered, read_choice, shown_choices
from lifecycle_lab.exercises.quiz_feedback import feedback, right_answer, wrong_answer
from lifecycle_lab.schema import AnswerConflict, LabError, ParameterError

ITEMS = course().quiz
ME = "DEMO"
OUTCOMES = {"right", "partly", "wrong", "blank", "unread"}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def quiz(desk, lesson="00_start", window="一"):
    return Quiz(lesson, desk.given, desk.file(window))


def judged(item_id, stored, student=ME):
    return feedback(ITEMS[item_id], student, stored, course())


def letter(item_id, choice_id, student=ME):
    return next(k for k, c in lettered(ITEMS[item_id], student).items() if c.id == choice_id)


# ── 显示的先后 ──────────────────────────────────────────────────────


def test_shown_order_by_sha256sum():
    """用系统的 sha256sum 算 quiz-v1|DEMO|题|选项，按十六进制从小到大排出来的。"""
    assert [c.id for c in shown_choices(ITEMS["unreadable"], ME)] == ["empty", "english", "wrong", "reword"]
    # 这一题散列的先后恰好是文件里的先后（61… 6d… f9…），所以错开一位
    assert [c.id for c in ITEMS["tie"].choices] == ["at_least", "greater", "about"]
    assert [c.id for c in shown_choices(ITEMS["tie"], ME)] == ["greater", "about", "at_least"]


@given(st.text(min_size=1, max_size=12, alphabet=st.characters(exclude_categories=["C"])))
def test_shown_order_is_a_shuffle_and_never_the_order_of_the_file(student):
    for item in ITEMS.values():
        shown = shown_choices(item, student)
        assert sorted(c.id for c in shown) == sorted(c.id for c in item.choices)
        assert shown == shown_choices(item, student)
        assert shown != item.choices or not item.choices


def test_students_see_different_orders():
    """一百个学号里，四个选项的题对的那一项在四个位置上都不少见。"""
    places = [
        [c.correct for c in shown_choices(ITEMS["variant"], f"2023{n:04d}")].index(True) for n in range(100)
    ]
    assert min(places.count(place) for place in range(4)) >= 10


# ── 各种写法 ────────────────────────────────────────────────────────


@pytest.mark.parametrize("given_", ["D", "d", "Ｄ", " d ", "reword", "程序没读懂，换一种写法再看对错"])
def test_a_single_choice_in_every_documented_form(given_):
    assert read_choice(ITEMS["unreadable"], ME, given_) == "reword"


@pytest.mark.parametrize(
    "given_", ["AE", "EA", "a、e", "Ａ，Ｅ", "A E", ["E", "A"], ("A", "E"), {"A", "E"}, ["leading", "E", "A"]]
)
def test_several_choices_are_stored_in_one_order(given_):
    assert read_choice(ITEMS["question_faults"], ME, given_) == ["double", "leading"]


@pytest.mark.parametrize("given_", ["DABC", "D→A→B→C", "D, A, B, C", ["D", "A", "B", "C"], "ＤＡＢＣ"])
def test_an_order_in_every_documented_form(given_):
    assert read_choice(ITEMS["stage_order"], ME, given_) == [
        "exploration",
        "formation",
        "stability",
        "decline",
    ]


PAIRED = ["exploration=exploration", "formation=formation", "stability=stability", "decline=decline"]


@pytest.mark.parametrize(
    "given_",
    [
        "ADCB",
        ["A", "D", "C", "B"],
        {"考察期": "A", "形成期": "D", "稳定期": "C", "退化期": "B"},
        {1: "a", 2: "d", 3: "c", 4: "b"},
        {"exploration": "A", "formation": "D", "4": "B", "稳定期": "C"},
    ],
)
def test_pairs_in_every_documented_form(given_):
    assert read_choice(ITEMS["stage_marks"], ME, given_) == PAIRED


def test_pairs_may_be_left_open():
    assert read_choice(ITEMS["stage_marks"], ME, {"退化期": "B", "形成期": None}) == ["decline=decline"]
    assert read_choice(ITEMS["stage_marks"], ME, [None, "D", "", "B"]) == [
        "formation=formation",
        "decline=decline",
    ]


@pytest.mark.parametrize(
    ("given_", "stored"),
    [(30, "30"), ("30 天", "30 天"), (30.0, "30"), (np.int64(30), "30"), (Fraction(61, 2), "30.5")],
)
def test_a_number_is_stored_as_written(given_, stored):
    assert read_choice(ITEMS["recency_days"], ME, given_) == stored


@pytest.mark.parametrize("nothing", [None, "", "  ", [], (), {}, set()])
@pytest.mark.parametrize("name", ["tie", "question_faults", "stage_order", "stage_marks", "recency_days"])
def test_nothing_erases(name, nothing):
    assert read_choice(ITEMS[name], ME, nothing) == ""


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("tie", "D"),
        ("tie", "AB"),
        ("tie", ["A"]),
        ("tie", 1),
        ("tie", {"A": "B"}),
        ("question_faults", "AF"),
        ("question_faults", ["A", 2]),
        ("question_faults", 3),
        ("question_faults", {"A": "B"}),
        ("stage_order", "DAB"),
        ("stage_order", "DABB"),
        ("stage_order", ["D", "A", "B", "C", "D"]),
        ("stage_order", True),
        ("stage_marks", "ADC"),
        ("stage_marks", {"萌芽期": "A"}),
        ("stage_marks", {"考察期": "F"}),
        ("stage_marks", {"考察期": ["A"]}),
        ("stage_marks", 7),
        ("recency_days", [30]),
        ("recency_days", {"天": 30}),
        ("recency_days", True),
        ("recency_days", object()),
    ],
)
def test_a_wrong_shape_is_refused_in_chinese_with_place_reason_and_remedy(desk, name, given_):
    item = ITEMS[name]
    answers = quiz(desk, item.lesson)
    answers.write({name: right_answer(item)})
    with pytest.raises(ParameterError) as caught:
        answers.answer(name, given_)
    error = caught.value
    assert item.prompt in error.where
    assert error.why
    assert error.remedy
    assert answers.feedback(name).outcome == "right"  # 原来答的还在


@pytest.mark.parametrize("name", [0, 9, "九", "stage_order", "", None, -1])
def test_an_unknown_question_is_refused(desk, name):
    with pytest.raises(ParameterError, match="没有概念题"):
        quiz(desk).answer(name, "A")


def test_a_lesson_without_questions_is_refused(desk):
    with pytest.raises(ParameterError, match="没有概念题") as caught:
        quiz(desk, "10_more")
    assert "04_rfm_training" in caught.value.remedy


# ── 结果与讲解 ──────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ITEMS)
def test_every_item_can_be_answered_right_and_wrong(name):
    item = ITEMS[name]
    right, wrong, blank = (judged(name, stored) for stored in (right_answer(item), wrong_answer(item), ""))
    assert (right.outcome, wrong.outcome, blank.outcome) == ("right", "wrong", "blank")
    assert all(remark.right for remark in right.remarks)
    assert not any(remark.right for remark in wrong.remarks)
    assert not blank.remarks
    assert wrong.others == blank.others == ()


def test_only_the_chosen_is_explained_until_it_is_right():
    why = {c.id: c.why for c in ITEMS["unreadable"].choices}
    wrong = judged("unreadable", "english")
    assert [(r.label, r.right, r.why) for r in wrong.remarks] == [("B", False, why["english"])]
    assert wrong.others == ()
    right = judged("unreadable", "reword")
    assert [(r.label, r.right, r.why) for r in right.remarks] == [("D", True, why["reword"])]
    assert [(r.label, r.why) for r in right.others] == [
        ("A", why["empty"]),
        ("B", why["english"]),
        ("C", why["wrong"]),
    ]


@pytest.mark.parametrize(
    ("stored", "outcome", "said"),
    [
        (["double", "leading", "often"], "right", ""),
        (["double", "often"], "partly", "还有对的没有选上"),
        (["double", "leading", "often", "count"], "partly", "也选了不对的"),
        (["double", "count"], "partly", "有选对的，也有选错的"),
        (["count", "level"], "wrong", ""),
    ],
)
def test_several_choices(stored, outcome, said):
    found = judged("question_faults", stored)
    assert found.outcome == outcome
    assert said in found.said
    assert {r.why for r in found.remarks} == {
        c.why for c in ITEMS["question_faults"].choices if c.id in stored
    }


def test_an_order_is_marked_place_by_place():
    found = judged("stage_order", ["exploration", "stability", "formation", "decline"])
    assert found.outcome == "partly"
    assert found.said == "4 项里有 2 项站对了位置。"
    assert [(r.label, r.text, r.right) for r in found.remarks] == [
        ("1", "考察期", True),
        ("2", "稳定期", False),
        ("3", "形成期", False),
        ("4", "退化期", True),
    ]


def test_pairs_explain_what_was_chosen_for_each():
    why = {c.id: c.why for c in ITEMS["stage_marks"].choices}
    found = judged("stage_marks", ["exploration=exploration", "formation=ended", "stability=decline"])
    assert found.outcome == "partly"
    assert found.said == "4 项里有 1 项配对了。还有 1 项没有配。"
    assert [(r.label, r.right, r.why) for r in found.remarks] == [
        ("考察期", True, why["exploration"]),
        ("形成期", False, why["ended"]),
        ("稳定期", False, why["decline"]),
    ]
    assert found.others == ()
    assert judged("stage_marks", PAIRED[:3]).outcome == "partly"
    right = judged("stage_marks", PAIRED)
    assert (right.outcome, [r.why for r in right.others]) == ("right", [why["ended"]])


@pytest.mark.parametrize(
    ("name", "text", "outcome", "part"),
    [
        ("recency_days", "30", "right", "最后一次购买数到观察日"),
        ("recency_days", "３０ 天", "right", "最后一次购买数到观察日"),
        ("recency_days", "30.0", "right", ""),
        ("recency_days", "85", "wrong", "首末购买跨度"),
        ("recency_days", "115", "wrong", "从第一次下单数起"),
        ("recency_days", "29", "wrong", "只要两个日子"),
        ("recency_days", "三十", "unread", ""),
        ("recency_days", "30 元", "unread", ""),
        ("mean_level", "2.8", "right", ""),
        ("mean_level", "2.83", "right", ""),
        ("mean_level", "2.8333", "right", ""),
        ("mean_level", "2.84", "wrong", "六个等级都要加"),
        ("mean_level", "3", "wrong", "中位数"),
        ("mean_level", "3.0", "wrong", "中位数"),
        ("mean_level", "3.4", "wrong", "除以了 5"),
        ("money_net", "457.5", "right", ""),
        ("money_net", "¥457.50", "right", ""),
        ("money_net", "457.50 元", "right", ""),
        ("money_net", "545.50", "wrong", "退款没有减掉"),
        ("money_net", "$457.50", "unread", ""),
        ("share", "52", "right", ""),
        ("share", "52%", "right", ""),
        ("share", "0.52", "wrong", "还没有换成百分数"),
        ("share", "20", "wrong", "人数占比"),
        ("all_equal", "10 位", "right", ""),
        ("all_equal", "0", "wrong", "大于均值才标 ↑"),
        ("all_equal", " ", "blank", ""),
    ],
)
def test_numbers(name, text, outcome, part):
    found = judged(name, text)
    assert found.outcome == outcome
    assert part in "".join(remark.why for remark in found.remarks)


def test_numbers_asked_by_hand():
    """题里的算式另算一遍：内容里的 value 不能抄错。"""
    values = {name: item.number.value for name, item in ITEMS.items() if item.number}
    assert values == {
        "mean_of_four": Fraction(1 + 2 + 3 + 10, 4),
        "all_equal": 10,
        "recency_days": 30,
        "frequency_count": 3,
        "money_net": Fraction("299.00") + Fraction("158.50"),
        "mean_level": Fraction(5 + 4 + 4 + 2 + 1 + 1, 6),
        "outlier": sum(5 * x >= 100 + 120 + 130 + 150 + 1000 for x in (100, 120, 130, 150, 1000)),
        "pattern_count": 2**3,
        "share": Fraction(2600 * 100, 5000),
        "km_two_steps": 100 * (1 - Fraction(3, 4) * Fraction(1, 2)),
        "repeat_revenue": Fraction(100 * 25 * 2 * 100, 75 * 100 + 25 * 3 * 100),
        "class_edge": 200,
        "high_lost": 3 * 80,
        # 03：一行除以合计；路上相乘；1 ÷ 离开的份额；离开的人里去老客户的；只数看得到的群；成本与回本
        "row_share": Fraction(100 * 90, 260 + 90 + 50),
        "two_step_path": Fraction(40 * 25, 100),
        "wait_one": Fraction(100, 12 + 8),
        "reach_share": Fraction(100 * 12, 12 + 8),
        "cohort_pooled": Fraction(100 * (30 + 20), 200),
        "cost_per_customer": Fraction(9_000, 90),
        "payback_month": next(m for m in range(1, 13) if 35 + 15 * (m - 1) >= 80),
    }


def test_a_wrong_number_is_not_told_the_right_one():
    for name, item in ITEMS.items():
        if item.number:
            told = judged(name, "987.654321").remarks[0].why
            assert told == item.number.otherwise
            assert f" {item.number.value} " not in f" {told} "


# ── 存 ──────────────────────────────────────────────────────────────


def test_answers_are_stored_by_stable_ids(desk):
    start, review = quiz(desk), quiz(desk, "09_review", "二")
    start.answer(3, "D")
    start.answer("mean_of_four", 4)
    review.answer("stage_order", "DABC")
    review.answer("stage_marks", {"考察期": "A"})
    review.answer("warning_signs", "".join(lettered(ITEMS["warning_signs"], ME)))
    assert desk.saved["quiz"] == {
        "unreadable": "reword",
        "mean_of_four": "4",
        "stage_order": ["exploration", "formation", "stability", "decline"],
        "stage_marks": ["exploration=exploration"],
        "warning_signs": ["gap", "complaint", "compare", "more", "birthday"],
    }
    assert desk.saved["tables"] == {}
    start.answer(3, "")
    assert "unreadable" not in desk.saved["quiz"]


def test_a_restart_finds_everything(desk):
    quiz(desk).answer(3, "D")
    again = quiz(desk, window="二")
    assert again.feedback(3).outcome == "right"
    assert again.summary() == "概念题：8 题，答对 1，再想想 0，还没答 7；不计分。"


def test_summary_counts_partly_and_unread_as_think_again(desk):
    answers = quiz(desk)
    answers.answer("unreadable", "D")
    answers.answer("mean_of_four", "四次")
    answers.answer("workbook_words", {"题本": letter("workbook_words", "variant")})
    answers.answer("tie", "A")
    assert dict(answers.counts()) == {"right": 1, "unread": 1, "partly": 1, "wrong": 1, "blank": 4}
    assert answers.summary() == "概念题：8 题，答对 1，再想想 3，还没答 4；不计分。"


def test_two_windows_never_lose_an_answer_silently(desk):
    one, two = quiz(desk, window="一"), quiz(desk, window="二")
    one.answer("unreadable", "D")
    two.answer("tie", "C")  # 不同的题合并
    assert desk.saved["quiz"] == {"unreadable": "reword", "tie": "at_least"}
    one.answer("unreadable", "B")
    with pytest.raises(AnswerConflict) as caught:
        two.answer("unreadable", "A")
    assert "第 3 题：文件里是 B，这个窗口要写 A" in str(caught.value)
    assert "english" not in str(caught.value)  # 学生不认识编号
    assert desk.saved["quiz"]["unreadable"] == "english"
    (kept,) = (desk.path.parent / "older").glob("*conflict*")
    assert json.loads(kept.read_text(encoding="utf-8"))["quiz"]["unreadable"] == "empty"
    two.answer("unreadable", "A")  # 看过之后的决定
    assert desk.saved["quiz"]["unreadable"] == "empty"


@pytest.mark.parametrize(
    ("name", "mine", "theirs", "said"),
    [
        ("stage_order", "ABCD", "DCBA", "文件里是 D→C→B→A，这个窗口要写 A→B→C→D"),
        ("stage_marks", {"考察期": "B"}, {"考察期": "E"}, "文件里是 考察期—E，这个窗口要写 考察期—B"),
        ("warning_signs", "AB", "C", "文件里是 C，这个窗口要写 A、B"),
    ],
)
def test_a_conflict_is_told_in_letters(desk, name, mine, theirs, said):
    one, two = quiz(desk, "09_review", "一"), quiz(desk, "09_review", "二")
    one.answer(name, theirs)
    with pytest.raises(AnswerConflict) as caught:
        two.answer(name, mine)
    assert said in str(caught.value)


def test_moving_choices_about_in_the_file_keeps_the_answer():
    """教师换了次序、改了文字，编号没变：存着的答案照旧。"""
    item = ITEMS["question_faults"]
    moved = type(item)(**{**vars(item), "choices": item.choices[::-1]})
    assert feedback(moved, ME, ["often", "double", "leading"], course()).outcome == "right"


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("tie", "gone"),
        ("tie", ["at_least"]),
        ("question_faults", "double"),
        ("question_faults", ["double", "gone"]),
        ("question_faults", ["double", "double"]),
        ("stage_order", ["exploration", "formation"]),
        ("stage_order", ["exploration", "formation", "stability", "gone"]),
        ("stage_marks", ["exploration"]),
        ("stage_marks", ["gone=decline"]),
        ("stage_marks", ["exploration=gone"]),
        ("stage_marks", ["exploration=decline", "exploration=exploration"]),
    ],
)
def test_an_answer_to_an_older_question_is_unread_not_a_crash(name, stored):
    found = judged(name, stored)
    assert found.outcome == "unread"
    assert "改过了" in found.said
    assert found.remarks == ()


ids = st.sampled_from([c.id for item in ITEMS.values() for c in item.choices] + ["", "=", "a=b", "A", "3"])
texts = st.one_of(ids, st.text(max_size=8), st.builds("{}={}".format, ids, ids))


@given(st.sampled_from(list(ITEMS)), st.one_of(texts, st.lists(texts, max_size=9)))
def test_whatever_is_stored_is_judged_and_shown_without_an_error(name, stored):
    found = judged(name, stored)
    assert found.outcome in OUTCOMES
    assert bool(found.others) <= (found.outcome == "right")
    assert (found.outcome == "right") == (right_stored(name, stored))


def right_stored(name, stored):
    """另算一遍：什么样的存法是全对。"""
    item = ITEMS[name]
    if item.number:
        return judged(name, stored).outcome == "right"
    right = right_answer(item)
    if item.kind in ("multiple", "matching"):
        return isinstance(stored, list) and sorted(stored) == sorted(right)
    return stored == right


@given(
    st.sampled_from(list(ITEMS)),
    st.one_of(st.text(max_size=12), st.lists(st.text(max_size=4)), st.integers()),
)
def test_whatever_is_given_is_stored_or_refused_in_chinese(name, given_):
    item = ITEMS[name]
    try:
        stored = read_choice(item, ME, given_)
    except LabError as error:
        refusal = error
    else:
        refusal = None
        assert judged(name, stored).outcome in OUTCOMES - (set() if item.number else {"unread"})
    assert refusal is None or (refusal.where and refusal.why and refusal.remedy)


def test_an_item_taken_out_of_the_course_keeps_its_answer(desk):
    file = desk.file()
    file.update(lambda fresh: fresh.with_quiz("gone_item", "something").with_quiz("tie", ["old"]))
    answers = quiz(desk)
    assert "改过了" in str(answers.show())
    answers.answer(3, "D")
    assert desk.saved["quiz"] == {"gone_item": "something", "tie": ["old"], "unreadable": "reword"}


def test_a_damaged_file_is_told(desk):
    quiz(desk).answer(3, "D")
    answers = quiz(desk, window="二")
    desk.path.write_text("{", encoding="utf-8")
    assert "坏了" in str(answers.answer(4, 4))


def test_a_full_quiz_is_an_ordinary_answers_file(desk):
    answers = desk.given.blank_answers()
    for item in ITEMS.values():
        answers = answers.with_quiz(item.id, right_answer(item))
    assert parse(encode(answers), "a.json").quiz == answers.quiz
    assert len(encode(answers)) < 20_000


# ── 显示 ────────────────────────────────────────────────────────────


def test_the_static_page_holds_prompt_choices_answer_and_explanation(desk):
    answers = quiz(desk)
    answers.answer("unreadable", "B")
    page = answers._repr_html_()
    item = ITEMS["unreadable"]
    assert f"3. {item.prompt}" in page
    for choice in item.choices:
        assert choice.text in page
        assert (choice.why in page) == (choice.id == "english")
    assert '<td class="lab-bad">×</td>' in page
    assert "错。" in page
    answers.answer("unreadable", "D")
    page = answers._repr_html_()
    assert all(choice.why in page for choice in item.choices)
    assert '<td class="lab-good">✓</td>' in page


def test_nothing_is_explained_before_an_answer(desk):
    for lesson in {item.lesson: None for item in ITEMS.values()}:
        page = str(quiz(desk, lesson)) + quiz(desk, lesson)._repr_html_()
        for item in ITEMS.values():
            reasons = [c.why for c in item.choices]
            if item.number:
                reasons = [item.number.why, item.number.otherwise, *item.number.wrongs.values()]
            assert not [why for why in reasons if why in page]


def test_the_static_page_escapes_what_students_write(desk):
    answers = quiz(desk)
    answers.answer("mean_of_four", "<script>alert(1)</script>")
    assert "<script" not in answers._repr_html_()
    assert "&lt;script&gt;" in answers._repr_html_()


def test_how_to_answer_states_the_accepted_rule(desk):
    answers = quiz(desk, "04_rfm_training")
    assert "四舍五入到至少 1 位小数" in answers.how(ITEMS["mean_level"])
    assert "写精确值。" in answers.how(ITEMS["money_net"])
    shown = str(answers)
    assert "四舍五入到至少 1 位小数" in shown
    assert "单位：级" in shown


def test_another_student_sees_another_order_but_stores_the_same(tmp_path):
    other = assignment("survey", "0000000007")
    item = ITEMS["variant"]
    assert shown_choices(item, other.student_id) != shown_choices(item, ME)
    for student in (ME, other.student_id):
        assert read_choice(item, student, letter("variant", "fixed", student)) == "fixed"
