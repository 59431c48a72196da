"""随书的概念题：数目、题型、事实与术语都问到了，每一个选项都有自己的讲解。"""

from __future__ import annotations

import re
from collections import Counter

import pytest
from golden.lessons import WITH_EXERCISES

from lifecycle_lab.content import course
from lifecycle_lab.content.shapes import QuizItem

ITEMS = course().quiz

# 实训的每个术语（glossary.csv 里属于 A12、E1 的）由哪一题来问
ASKED = {
    "客户细分": "model_built",
    "指标": "model_built",
    "最近一次消费": "rfm_terms",
    "消费频率": "rfm_terms",
    "消费金额": "rfm_terms",
    "首末购买跨度": "rfm_terms",
    "观察日": "rfm_terms",
    "方向": "literal_rule",
    "均值": "centre_words",
    "标记": "tie",
    "组合": "pattern_count",
    "客户级别": "level_names",
    "命名惯例": "convention",
    "营销策略": "plan_fit",
    "人数": "share",
    "金额占比": "share",
    "调查问卷": "question_faults",
    "受访者": "respondent",
    "题本": "variant",
    "实训表": "workbook_words",
    "评分标准": "workbook_words",
    "过程分": "workbook_words",
    "标准答案": "workbook_words",
    "典型误解": "workbook_words",
}


def whole_text(item: QuizItem) -> str:
    """题目、左边、选项、讲解，凡学生读得到的。"""
    told = [item.prompt, *item.lefts.values()]
    told += [text for choice in item.choices for text in (choice.text, choice.why)]
    if item.number:
        told += [item.number.why, item.number.otherwise, *item.number.wrongs.values()]
    return "\n".join(told)


def explanations(item: QuizItem) -> list[str]:
    if item.number:
        return [item.number.why, item.number.otherwise, *item.number.wrongs.values()]
    return [choice.why for choice in item.choices]


def test_there_are_enough_items_of_every_kind():
    kinds = Counter(item.kind for item in ITEMS.values())
    assert sum(kinds.values()) >= 36
    assert kinds["ordering"] >= 3
    assert kinds["matching"] >= 3
    assert kinds["numeric"] >= 5
    assert kinds["multiple"] >= 6
    assert kinds["single"] >= 6


def test_every_lesson_so_far_has_items():
    lessons = Counter(item.lesson for item in ITEMS.values())
    assert set(lessons) == set(WITH_EXERCISES)
    assert min(lessons.values()) >= 6


@pytest.mark.parametrize("fact", ["A1", "A2", "A3", "A4", "A5", "A10", "A11", "A12", "A13", "E1"])
def test_the_facts_behind_the_essays_and_the_training_are_asked(fact):
    assert [item.id for item in ITEMS.values() if fact in item.facts]


def test_each_stage_is_asked_alone_and_among_the_others():
    """A2…A5 每一个阶段，除了排序与配对，还有单独问它的题。"""
    alone = {item.facts for item in ITEMS.values() if len(item.facts) == 1}
    assert {("A2",), ("A3",), ("A4",), ("A5",)} <= alone


def test_every_term_of_the_training_is_asked():
    terms = {term.zh for term in course().glossary if term.fact in ("A12", "E1")}
    assert set(ASKED) == terms
    for term, name in ASKED.items():
        assert term in whole_text(ITEMS[name]), (term, name)


def test_every_explanation_is_its_own_sentence():
    told = [why for item in ITEMS.values() for why in explanations(item)]
    assert len(told) == len(set(told)) >= 200
    assert not [why for why in told if len(why) < 14 or not why.endswith("。")]


def test_a_pair_is_explained_by_naming_its_left():
    """配错时讲的是学生拿错的那个右边，所以讲解里要说出它本来配谁。"""
    for item in ITEMS.values():
        for name, left in item.lefts.items():
            why = next(choice.why for choice in item.choices if choice.id == name)
            assert left in why, (item.id, left)


def test_no_choice_leans_on_the_order_or_gives_itself_away():
    """先后会打乱，所以不许说“以上”“前者”；对的选项不能老是最长的或最短的那一个，让人看长短就猜得到。"""
    singles = [item for item in ITEMS.values() if item.kind == "single"]
    for item in ITEMS.values():
        assert not re.search(r"以上都|前者|后者|都对|都不对", "".join(c.text for c in item.choices)), item.id
    for extreme in (max, min):
        guessed = sum(extreme(item.choices, key=lambda choice: len(choice.text)).correct for item in singles)
        assert guessed <= len(singles) // 3, extreme


def test_marks_are_only_those_that_every_font_shows():
    assert not [item.id for item in ITEMS.values() if re.search("[✗✔☐☑⬆⬇]", whole_text(item))]
