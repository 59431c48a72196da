"""复习：答错的先来，答对的越隔越久；每一轮重新想；课程事实一条一条数得出。"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
from golden.sheets import assignment
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.answers import AnswersFile
from lifecycle_lab.content import course
from lifecycle_lab.exercises import review
from lifecycle_lab.exercises.facts import fact_map, fact_states
from lifecycle_lab.exercises.modes import answers_for
from lifecycle_lab.exercises.quiz_choices import shown_choices
from lifecycle_lab.exercises.quiz_feedback import right_answer, wrong_answer
from lifecycle_lab.exercises.review import DUE, EARLY, MISSED, UNTRIED, Memory, asked_again
from lifecycle_lab.lab import Lab
from lifecycle_lab.widgets.quiz import ScreenReview

ITEMS = tuple(course().quiz.values())
MINE = assignment()
BLANK = MINE.blank_answers()


def deck(answers, number):
    return review.deck(course(), MINE.student_id, answers, number)


def current(answers):
    return review.current_round(course(), MINE.student_id, answers)


def answered(answers, items, right=True):
    for item in items:
        answers = answers.with_quiz(item.id, right_answer(item) if right else wrong_answer(item))
    return answers


def bare(items):
    return [item.id.split("@")[0] for item in items]


# 手数：课上（第 0 轮）答对，第 1 轮就该再想；再答对（第 1 轮），隔两轮到第 3 轮；再答对（第 3 轮），隔四轮到第 7 轮
@pytest.mark.parametrize(
    ("tries", "number", "wanted"),
    [
        ((), 1, UNTRIED),
        (((0, False),), 1, MISSED),
        (((0, True),), 1, DUE),
        (((0, True), (1, True)), 2, EARLY),
        (((0, True), (1, True)), 3, DUE),
        (((0, True), (1, True), (3, True)), 6, EARLY),
        (((0, True), (1, True), (3, True)), 7, DUE),
        (((0, True), (1, True), (3, False)), 4, MISSED),
        (((0, True), (1, False), (2, True)), 3, DUE),
        (((0, True), (1, False), (2, True), (3, True)), 4, EARLY),
    ],
)
def test_what_is_missed_comes_at_once_and_what_is_known_later_and_later(tries, number, wanted):
    assert Memory(ITEMS[0], tries).standing(number) == wanted


def test_missed_questions_come_first_and_fill_the_deck_with_untried_ones():
    missed = ITEMS[::9][:4]
    answers = answered(BLANK, missed, right=False)
    found = bare(deck(answers, 1))
    assert {item.id for item in missed} <= set(found)
    assert len(found) == len(set(found)) == course().review.deck
    begun = {item.lesson for item in missed}
    assert {course().quiz[name].lesson for name in found} <= begun  # 正在学的课先来


def test_the_deck_is_mixed():
    lessons = [item.lesson for item in deck(BLANK, 1)]
    assert len(set(lessons)) >= 3
    assert all(one != two for one, two in pairwise(lessons))


def test_a_round_ends_when_every_question_is_answered_and_the_next_one_remembers():
    assert current(BLANK) == 1
    first = deck(BLANK, 1)
    half = answered(BLANK, first[:5], right=False)
    assert current(half) == 1
    assert deck(half, 1) == first  # 答到一半，还是这一叠，先后也不变
    done = answered(half, first[5:])
    assert current(done) == 2
    second = bare(deck(done, 2))
    assert set(bare(first[:5])) <= set(second)  # 答错的五题都回来
    assert not set(bare(first[5:])) & set(second)  # 答对一次的，隔一轮才来


def test_everything_known_leaves_nothing_to_review_for_a_while():
    answers = answered(BLANK, ITEMS)
    answers = answered(answers, [asked_again(item, 1) for item in ITEMS])
    assert deck(answers, 2) == ()
    assert len(deck(answers, 3)) == course().review.deck


def test_a_review_is_a_new_attempt_not_an_edit():
    """课上的答案不动；选项的先后换过。"""
    answers = answered(BLANK, ITEMS[:20], right=False)
    again = answered(answers, deck(answers, 1))
    assert all(again.quiz[item.id] == answers.quiz[item.id] for item in ITEMS[:20])
    many = [item for item in ITEMS if len(item.choices) >= 4]
    moved = sum(
        [c.id for c in shown_choices(item, "s")] != [c.id for c in shown_choices(asked_again(item, 1), "s")]
        for item in many
    )
    assert moved > len(many) / 2


@given(
    st.dictionaries(
        st.one_of(
            st.builds("{}@{}".format, st.sampled_from([item.id for item in ITEMS]), st.integers(0, 2000)),
            st.text(max_size=12),
        ),
        st.one_of(st.text(max_size=6), st.lists(st.text(max_size=6), max_size=4)),
        max_size=12,
    )
)
def test_whatever_stands_in_the_file_there_is_a_deck(quiz):
    answers = BLANK
    for name, choice in quiz.items():
        answers = answers.with_quiz(name, choice)
    number = current(answers)
    items = deck(answers, number)
    assert len(items) <= max(course().review.deck, len(quiz))
    assert len({item.id for item in items}) == len(items)
    assert deck(answers, number) == items


# ── 在屏幕上 ──


def test_the_review_on_screen_is_the_deck_and_moves_on(tmp_path):
    lab = Lab(MINE, str(tmp_path / "a.json"))
    shown = lab.review()
    assert isinstance(shown, ScreenReview)
    assert shown is lab.review()
    assert "第 1 轮" in shown.summary()
    assert "没答过的 10 题" in shown.summary()
    for item in shown.items:
        shown.write({item.id: wrong_answer(item)})
    assert lab.review() is not shown
    assert "上次没答对的 10 题" in lab.review().summary()
    assert lab.review(1) is shown
    stored = AnswersFile(tmp_path / "a.json", new=BLANK, session="x").read()
    assert all(stored.quiz[item.id] == wrong_answer(item) for item in shown.items)


def test_nothing_due_is_said_not_raised(tmp_path):
    lab = Lab(MINE, str(tmp_path / "a.json"))
    everything = answered(answered(BLANK, ITEMS), [asked_again(item, 1) for item in ITEMS])
    lab.file.update(lambda fresh: _with_quiz(fresh, everything))
    assert "没有该复习的题" in str(lab.review(2))


def _with_quiz(fresh, other):
    for name, choice in other.quiz.items():
        fresh = fresh.with_quiz(name, choice)
    return fresh


# ── 课程事实 ──


def test_every_fact_is_counted_by_hand():
    """题数：概念题里写着它的，加上练习里写着它的。"""
    wanted = Counter(fact for item in ITEMS for fact in item.facts)
    wanted += Counter(fact for one in course().exercises.values() for fact in one.facts)
    states = fact_states(MINE, BLANK)
    assert [one.fact.id for one in states] == list(course().facts)
    assert {one.fact.id: one.asked for one in states} == {name: wanted[name] for name in course().facts}
    assert {one.state for one in states} <= {"taught", "unasked"}


def test_key_mode_masters_every_fact_that_is_asked():
    states = fact_states(MINE, answers_for("key", MINE))
    assert {one.state for one in states} <= {"mastered", "unasked"}
    assert all(one.right == one.tried == one.asked for one in states)


def test_mastered_begins_at_the_stated_share():
    """E3 的各题：答对的份额够了才算掌握，差一题就只是试过。"""
    mine = [item for item in ITEMS if item.facts == ("E3",)]
    asked = next(one.asked for one in fact_states(MINE, BLANK) if one.fact.id == "E3")
    answers = BLANK
    for count, item in enumerate(mine, start=1):
        answers = answered(answers, [item])
        state = next(one for one in fact_states(MINE, answers) if one.fact.id == "E3")
        assert (state.tried, state.right) == (count, count)
        enough = Fraction(count, asked) >= Fraction(80, 100)
        assert state.state == ("mastered" if enough else "tried")


def test_a_later_miss_takes_the_mastery_back():
    answers = answers_for("key", MINE)
    item = next(item for item in ITEMS if "E4" in item.facts)
    before = {one.fact.id: one.right for one in fact_states(MINE, answers)}
    again = answered(answers, [asked_again(item, 1)], right=False)
    after = {one.fact.id: one.right for one in fact_states(MINE, again)}
    assert all(after[name] == before[name] - (name in item.facts) for name in before)


def test_the_map_is_a_table_with_one_row_each():
    table = fact_map(MINE, answers_for("key", MINE))
    assert [row[0] for row in table.rows] == list(course().facts)
    assert f"掌握 {sum(row[-1] == '掌握' for row in table.rows)} 条" in table.note
