"""第 01 课的练习：每人一副、四个阶段都有、每个选项说自己的讲解；放阶段的标准答案与题面说的规则另算一遍相等。"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction as Q

import pytest
from golden.sheets import Desk, assignment
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.content.stages import FOUR_STAGES, stories
from lifecycle_lab.exercises.checks import check
from lifecycle_lab.exercises.forms import form
from lifecycle_lab.exercises.modes import as_typed, expected
from lifecycle_lab.exercises.problems import _built
from lifecycle_lab.exercises.problems.stages import stage_deck, stage_rule, stage_street
from lifecycle_lab.exercises.problems.stages.deck import deal
from lifecycle_lab.exercises.reasons import reason, told
from lifecycle_lab.variants import Numbers

seeds = st.integers(0, 10**9).map(lambda n: f"lifecycle|{n}")
LABELS = {"exploration": "考察期", "formation": "形成期", "stability": "稳定期", "decline": "退化期"}


def seed_of(mine) -> str:
    return f"{mine.course.course_id}|{mine.student_id}|{','.join(mine.customer_ids)}"


# ── 一副故事 ─────────────────────────────────────────────────────────


@given(seeds)
def test_a_deck_has_two_of_every_stage_and_no_double(seed):
    dealt = deal(Numbers(seed))
    assert Counter(story.stage for story in dealt) == dict.fromkeys(FOUR_STAGES, 2)
    assert len({story.id for story in dealt}) == 8
    assert deal(Numbers(seed)) == dealt


def test_decks_differ_and_over_many_students_every_story_is_dealt():
    decks = [tuple(story.id for story in deal(Numbers(f"s{n}"))) for n in range(200)]
    assert len(set(decks)) > 190
    assert {name for deck in decks for name in deck} == set(stories().stories)


@given(seeds)
def test_letters_lead_to_the_story_s_own_options(seed):
    numbers = Numbers(seed)
    asked = stage_deck(numbers)
    for name, story in zip(asked.rows, deal(numbers), strict=True):
        assert asked.given[name, "story"] == f"【{story.industry}】{story.text}"
        assert asked.right[name, "stage"] == LABELS[story.stage]
        for shown, column, options in (("marks", "mark", story.marks), ("levers", "lever", story.levers)):
            lines = dict(re.findall(r"^([A-C])\. (.*)$", asked.given[name, shown], re.M))
            why = {one.text: one.why for one in options}
            right = {one.text for one in options if one.correct}
            assert {lines[asked.right[name, column]]} == right
            assert {letter: why[text] for letter, text in lines.items()} == asked.told[name, column]


def test_the_right_letter_is_not_always_the_same():
    letters = Counter(
        value
        for n in range(40)
        for (_, c), value in stage_deck(Numbers(f"s{n}")).right.items()
        if c != "stage"
    )
    assert set(letters) == {"A", "B", "C"}
    assert max(letters.values()) < 0.45 * letters.total()


@pytest.mark.parametrize("name", ["stage_deck", "stage_street"])
def test_every_choice_says_its_own_explanation_right_or_wrong(name):
    """选哪一项，核对时就说哪一项的讲解：每一格的每个选项都试一遍。"""
    mine = assignment()
    asked = _built(name, seed_of(mine))
    for cell, whys in asked.told.items():
        for value, why in whys.items():
            outcome = check(name, mine, mine.blank_answers().with_cells(name, {cell: str(value)}))
            (found,) = [one for one in outcome.cells if (one.row, one.column) == cell]
            assert found.reason == why
            assert found.status == ("right" if value == asked.right[cell] else "wrong")
    assert set(asked.told) == set(asked.right)


def test_reasons_without_a_choice_do_not_tell_the_answer():
    mine = assignment()
    sheet = form("stage_deck", mine)
    asked = _built("stage_deck", seed_of(mine))
    for cell in sheet.cells:
        assert reason(sheet, mine, cell, solved=False) not in asked.told[cell].values()
        assert reason(sheet, mine, cell, solved=True) == asked.told[cell][asked.right[cell]]
    assert told(form("gap_class", mine), mine, ("甲", "gap"), 3) == ""
    assert told(form("table_4_3", mine), mine, (mine.customer_ids[0], "recency"), "↑") == ""


@given(seeds)
def test_the_street_is_the_same_four_for_everybody_but_shuffled(seed):
    asked = stage_street(Numbers(seed))
    assert asked.rows == tuple(who.label for who in stories().street.values())
    assert len(asked.right) == 8


def test_letters_are_read_loosely_and_words_are_a_matter_of_form(tmp_path):
    sheet = Desk(tmp_path).sheet("stage_deck")
    sheet.fill({"故事一": {"标志": " ａ ", "阶段": "青春期"}})
    read = {cell.column: cell for cell in sheet.outcome().cells if cell.row == "故事一"}
    assert read["mark"].entry.shown == "A"
    assert read["stage"].status == "format"


# ── 照规则放 ─────────────────────────────────────────────────────────


def days(text: str) -> int:
    return int(re.match(r"(\d+) 天", text)[1])


@given(seeds)
def test_stages_follow_the_rule_as_the_lesson_says_it(seed):
    asked = stage_rule(Numbers(seed))
    for name in asked.rows:
        first, last, cycle, bought = (
            days(asked.given[name, column]) for column in ("first", "last", "cycle", "purchases")
        )
        known, quiet = Q(first, cycle), Q(last, cycle)
        percent = re.match(r"(\d+) %", asked.given[name, "trend"])
        if quiet >= 2 or (percent and int(percent[1]) <= 50 and quiet >= 1):
            stage = "退化期"
        elif bought >= 5 and known >= 5:
            stage = "稳定期"
        else:
            stage = "形成期" if bought >= 2 and known >= 2 else "考察期"
        assert (asked.right[name, "known"], asked.right[name, "quiet"]) == (known, quiet)
        assert asked.right[name, "stage"] == stage
        # 买不满四天看不出趋势；第一次买不会晚于最近一次；只买过一天的两者相等
        assert (percent is None) == (bought < 4)
        assert first >= last
        assert (first == last) == (bought == 1)
        assert (known * 10).denominator == (quiet * 10).denominator == 1
    assert {asked.right[name, "stage"] for name in asked.rows} == set(LABELS.values())
    # 恰好在“安静”界限上的一位，买得又多
    assert asked.right["甲", "quiet"] == 2
    assert days(asked.given["甲", "purchases"]) >= 5


def test_a_stage_that_follows_from_ones_own_cycles_is_credited():
    """甲的安静算少了，照自己的数就不算退化：过程分。"""
    mine = assignment()
    right = dict(_built("stage_rule", seed_of(mine)).right)
    typed = {cell: as_typed("number", v) if cell[1] != "stage" else v for cell, v in right.items()}
    typed |= {("甲", "quiet"): "0.5", ("甲", "stage"): "稳定期"}
    outcome = check("stage_rule", mine, mine.blank_answers().with_cells("stage_rule", typed))
    assert [outcome.statuses[f"甲/{c}"] for c in ("known", "quiet", "stage")] == ["right", "wrong", "credit"]


@pytest.mark.parametrize("name", ["days_for_cycles", "many_so_stable"])
def test_named_mistakes_are_recognised(name):
    mine = assignment()
    asked = _built("stage_rule", seed_of(mine))
    wrong = {cell: v for cell, v in asked.mistakes[name].items() if v != asked.right[cell]}
    assert wrong
    both = dict(asked.right) | wrong
    typed = {cell: v if cell[1] == "stage" else as_typed("number", v) for cell, v in both.items()}
    outcome = check("stage_rule", mine, mine.blank_answers().with_cells("stage_rule", typed))
    assert name in [found.id for found in outcome.found]


def test_the_problems_of_the_lesson():
    assert set(expected("key", "01_stages", assignment())) == {"stage_street", "stage_deck", "stage_rule"}
