"""modes：三种答案各自应得的结果，对着 check 真的得出的结果，两个来源、40 个学号。"""

from __future__ import annotations

from fractions import Fraction

import pytest
from golden.lessons import EVERY, WITH_EXERCISES
from golden.sheets import SOURCES, assignment, golden_tables, oracle

from lifecycle_lab.answers import encode, parse
from lifecycle_lab.content import course
from lifecycle_lab.exercises import check, results
from lifecycle_lab.exercises.assignment import assign
from lifecycle_lab.exercises.entries import read_entry
from lifecycle_lab.exercises.forms import form, known_tables
from lifecycle_lab.exercises.keys import follow, key, matches
from lifecycle_lab.exercises.modes import MODES, answers_for, expected
from lifecycle_lab.exercises.quiz_feedback import feedback
from lifecycle_lab.schema import ParameterError

IDS = ["demo", *(f"{number:010d}" for number in range(39))]
MORE = [f"S{number}" for number in range(300)]
LESSONS = WITH_EXERCISES
MACHINE = ("warm_up", "table_4_2", "table_4_3", "table_4_4", "table_4_5")


@pytest.mark.parametrize(
    "students", [pytest.param(IDS, id="40"), pytest.param(MORE, id="300", marks=pytest.mark.long)]
)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("mode", MODES)
def test_expected_outcomes_are_the_real_ones(source, mode, students):
    """每课的每一题，每位学生自己的数：一个来源 40 套；make test-long 再加 300 套。"""
    for student in students:
        given = assignment(source, student)
        answers = answers_for(mode, given)
        together = {}
        for lesson in LESSONS:
            wanted, found = expected(mode, lesson, given), results(lesson, given, answers)
            assert found == wanted, (student, lesson)
            assert found
            together |= found
        assert together == results("", given, answers) == expected(mode, "", given)


def test_lessons_are_those_of_the_course():
    """90 是分析师的模板，没有练习。"""
    assert tuple(course().lessons) == EVERY
    with pytest.raises(ParameterError, match="没有模式"):
        answers_for("cheat", assignment())


@pytest.mark.parametrize("source", SOURCES)
def test_key_mode_is_the_hand_worked_sheet_and_full_marks(source):
    given = assignment(source)
    answers = answers_for("key", given)
    for name, rows in golden_tables(source).items():
        for row, columns in rows.items():
            for column, text in columns.items():
                stored = answers.cell(name, row, column)
                assert (
                    stored.startswith("（演示文字）")
                    if column == "strategy"
                    else Fraction(stored) == Fraction(text)
                    if name == "table_4_2"
                    else stored == text
                )
        assert set(answers.tables[name]) == set(rows)
    for student in IDS:
        mine = assignment(source, student)
        filled = answers_for("key", mine)
        for name in course().exercises:
            outcome = check(name, mine, filled)
            assert outcome.score == outcome.full
            assert outcome.passed
            assert set(outcome.statuses.values()) <= {"right", "pending"}


@pytest.mark.parametrize("source", SOURCES)
def test_sabotage_is_exactly_one_wrong_cell_per_machine_checked_exercise(source):
    for student in IDS:
        given = assignment(source, student)
        answers = answers_for("sabotage", given)
        for name in MACHINE:
            outcome = check(name, given, answers)
            assert outcome.counts["wrong"] == 1, (student, name)
            assert {s for s in outcome.counts if outcome.counts[s]} <= {"right", "wrong", "pending"}
            (bad,) = (c for c in outcome.cells if c.status == "wrong")
            sheet = form(name, given)
            kind, cell = sheet.kinds[bad.column], (bad.row, bad.column)
            assert bad.entry.is_readable
            assert not matches(kind, bad.column, bad.entry, key(sheet, given)[cell])
            assert not any(
                matches(kind, bad.column, bad.entry, v) for v in follow(sheet, given, answers).get(cell, ())
            )
        for name in ("a13_stages", "a13_why"):
            assert set(check(name, given, answers).statuses.values()) == {"pending"}


@pytest.mark.parametrize("source", SOURCES)
def test_sabotage_differs_from_the_key_in_one_cell_per_table(source):
    """独立于 check：与另算的答案逐格比。表4-5 的行随表4-4 那一格增减，别的格仍是标准值。"""
    for student in IDS:
        given, right = assignment(source, student), oracle(assignment(source, student))
        answers = answers_for("sabotage", given)
        for name in ("table_4_2", "table_4_3", "table_4_4"):
            cells = [(r, c, t) for r, row in right[name].items() for c, t in row.items()]
            differ = [
                (r, c)
                for r, c, t in cells
                if read_entry(
                    form(name, given).kinds[c], answers.cell(name, r, c), form(name, given).words.get(c, ())
                ).value
                != read_entry(form(name, given).kinds[c], t, form(name, given).words.get(c, ())).value
            ]
            assert len(differ) == 1, (student, name, differ)
        zero = {"customer_count": "0", "money_share": "0.00"}
        rows = answers.tables["table_4_5"]
        differ = [
            (r, c) for r, row in rows.items() for c in zero if row[c] != right["table_4_5"].get(r, zero)[c]
        ]
        assert len(differ) == 1
        assert differ[0][1] == "customer_count"


def test_the_last_customer_alone_in_a_level():
    """表4-4 改了他的级别，这一类就没有人了：表4-5 不问这一行，改的格不能落在这里。"""
    seen = 0
    for source in SOURCES:
        for student in IDS:
            given = assignment(source, student)
            names = [row["segment"] for row in oracle(given)["table_4_4"].values()]
            if names.count(names[-1]) == 1:
                seen += 1
                rows = answers_for("sabotage", given).tables["table_4_5"]
                assert names[-1] not in rows
                assert results("", given, answers_for("sabotage", given)) == expected("sabotage", "", given)
    assert seen >= 5


@pytest.mark.parametrize(
    ("source", "student"), [("survey", "S836"), ("online_retail", "S131"), ("online_retail", "S708")]
)
def test_the_flipped_count_does_not_follow_from_the_flipped_level(source, student):
    """唯一的“重要”是最后一位，他被改成“一般价值”：这一类的人数若只加一，就成了过程分。"""
    given = assignment(source, student)
    right, answers = oracle(given), answers_for("sabotage", given)
    last = given.customer_ids[-1]
    assert right["table_4_4"][last]["segment"].startswith("重要")
    assert answers.cell("table_4_4", last, "segment") == "一般价值客户"
    outcome = check("table_4_5", given, answers)
    assert outcome.counts["wrong"] == 1
    assert outcome.statuses["一般价值客户/customer_count"] == "wrong"
    assert results("", given, answers) == expected("sabotage", "", given)


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_is_an_ordinary_answers_file(mode):
    given = assignment()
    answers = answers_for(mode, given)
    again = parse(encode(answers), "a.json", known_tables=known_tables(course()))
    assert again.tables == answers.tables
    assert again.quiz == answers.quiz
    assert again.sha256 == answers.sha256
    again = assign(given.population, given.student_id)
    assert encode(answers_for(mode, again)) == encode(answers)


def test_demo_texts_say_that_they_are_demo():
    answers = answers_for("key", assignment())
    texts = [*answers.text.values(), *(row["strategy"] for row in answers.tables["table_4_5"].values())]
    assert len(texts) == 8  # 五段策略、两道思考题、05 课的一段
    assert all(text.startswith("（演示文字）") for text in texts)


@pytest.mark.parametrize(("mode", "wrong"), [("blank", None), ("key", []), ("sabotage", [1] * len(LESSONS))])
def test_concept_questions_of_a_mode(mode, wrong):
    """空白一题不答，全对全对，破坏每课恰好错一题；它们不计分，所以不在对照的结果里。"""
    given = assignment()
    answers = answers_for(mode, given)
    found = {
        item.id: feedback(item, given.student_id, answers.quiz.get(item.id, ""), course()).outcome
        for item in course().quiz.values()
    }
    if wrong is None:
        assert answers.quiz == {}
        return
    bad = [course().quiz[name].lesson for name, outcome in found.items() if outcome != "right"]
    assert [bad.count(lesson) for lesson in LESSONS if lesson in bad] == wrong
    assert set(found.values()) <= {"right", "wrong"}
    assert not set(found) & set(results("", given, answers))
