"""内容之间的对照：每个编号都指得到东西，每张单子都齐全。

每一条检查都在 tests/test_content.py 里有一份改坏的内容，证明它真的会拦下。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lifecycle_lab.content.quiz import check_quiz
from lifecycle_lab.content.records import first_double
from lifecycle_lab.content.shapes import Course, Exercise, Item, Questionnaire
from lifecycle_lab.content.vocabulary import (
    MACHINE_ANSWERS,
    NEEDED_ITEM_COLUMNS,
    PROBLEM,
    SOURCES,
    TABLE_COLUMNS,
    TEXT,
)
from lifecycle_lab.schema import ContentError, quote

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_FACT_ID = re.compile(r"[A-E][1-9][0-9]?")


def check_course(course: Course) -> None:
    """整门课的一致性；第一处不合 → ContentError。"""
    _check_names(course)
    _check_references(course)
    _check_sources(course)
    _check_questionnaire(course.questionnaire)
    for exercise in course.exercises.values():
        _check_exercise(exercise)
    _check_chain(course.exercises.values())
    check_quiz(course)


def _fault(what: str, where: str, remedy: str) -> ContentError:
    return ContentError(what, where=where, remedy=remedy)


def _check_names(course: Course) -> None:
    """编号与代码名的写法：进文件名、进抽题散列的（用 | 分隔），只用小写英文。"""
    slugs = [("course.toml", course.course_id), ("course.toml", course.assignment)]
    slugs += [("course.toml", name) for name in course.lessons]
    slugs += [("exercises.toml", name) for name in course.exercises]
    slugs += [("misconceptions.toml", name) for name in course.misconceptions]
    for file, name in slugs:
        if not _SLUG.fullmatch(name):
            raise _fault(f"编号 {quote(name)} 的写法不对。", file, "用小写英文字母、数字、下划线、连字符。")
    for fact in course.facts:
        if not _FACT_ID.fullmatch(fact):
            raise _fault(f"{quote(fact)} 不是事实编号。", "facts.csv「id」列", "写成 A1 到 E9 这样的编号。")
    for term in course.glossary:
        if not _IDENTIFIER.fullmatch(term.identifier):
            raise _fault(
                f"{quote(term.identifier)} 不能作代码里的名字。",
                f"glossary.csv,{quote(term.zh)} 的「identifier」列",
                "用小写英文字母、数字和下划线。",
            )


def _references(course: Course) -> Iterator[tuple[str, str, Iterable[str], str]]:
    """（编号，位置，应当在其中，那是什么）。"""
    yield (
        course.default_convention,
        "course.toml，键「default_convention」",
        course.conventions,
        "conventions.toml",
    )
    for strategy in course.strategies.values():
        yield strategy.fact, f"strategies.csv「fact」列，{quote(strategy.traits)}", course.facts, "facts.csv"
    for text in course.cycles.states.values():
        yield text.fact, f"cycles.toml，状态 {quote(text.id)} 的键「fact」", course.facts, "facts.csv"
    for term in course.glossary:
        yield term.fact, f"glossary.csv「fact」列，{quote(term.zh)}", course.facts, "facts.csv"
    for exercise in course.exercises.values():
        where = f"exercises.toml，练习 {quote(exercise.id)}，键"
        yield exercise.lesson, f"{where}「lesson」", course.lessons, "course.toml 的 [[lesson]]"
        for fact in exercise.facts:
            yield fact, f"{where}「facts」", course.facts, "facts.csv"
        for name in exercise.misconceptions:
            yield name, f"{where}「misconceptions」", course.misconceptions, "misconceptions.toml"


def _check_references(course: Course) -> None:
    for name, where, known, file in _references(course):
        if name not in known:
            raise _fault(
                f"{quote(name)} 在 {file} 里找不到。", where, f"改成 {file} 里有的编号，或把它加进去。"
            )
    used = {name for exercise in course.exercises.values() for name in exercise.misconceptions}
    if idle := [name for name in course.misconceptions if name not in used]:
        raise _fault(
            f"误解 {quote(idle[0])} 没有一道练习用到。", "misconceptions.toml", "加到练习里，或把它删去。"
        )


def _check_sources(course: Course) -> None:
    if set(course.sources) != set(SOURCES):
        raise _fault(
            "数据来源与程序认得的不一样。", "course.toml，键「source」", f"恰好写：{'、'.join(SOURCES)}。"
        )
    if course.sources["online_retail"].as_of is None:
        raise _fault(
            "订单没有默认观察日。", "course.toml，键「as_of」", "写成 as_of = 2011-12-10，不加引号。"
        )


def _check_questionnaire(questionnaire: Questionnaire) -> None:
    cuts, items = questionnaire.recency_cuts, questionnaire.items
    if not all(type(cut) is int and cut > 0 for cut in cuts) or list(cuts) != sorted(set(cuts)) or not cuts:
        raise _fault(
            "界限不是从小到大的整天数。", "questionnaire.toml，键「recency_cuts」", "写成 [7, 30, 90, 180]。"
        )
    if double := first_double(item.column for item in items):
        raise _fault(f"两题都写进 {quote(double)} 列。", "questionnaire.toml，键「column」", "一题一列。")
    by_column = {item.column: item for item in items}
    if missing := [column for column in NEEDED_ITEM_COLUMNS if column not in by_column]:
        raise _fault(
            f"没有一题得到 {quote(missing[0])}。", "questionnaire.toml，键「column」", "R、F、M 三题不能删。"
        )
    for item in items:
        _check_item(item)
    levels = {option.code for option in by_column["recency_level"].options}
    if levels != {str(level) for level in range(1, len(cuts) + 2)}:
        raise _fault(
            "最近一次消费的选项与界限对不上。",
            "questionnaire.toml，键「recency_cuts」",
            f"{len(cuts)} 个界限分出 {len(cuts) + 1} 级，选项的 code 从 1 写到 {len(cuts) + 1}。",
        )


def _check_item(item: Item) -> None:
    where = f"questionnaire.toml，题 {quote(item.id)}"
    if not _IDENTIFIER.fullmatch(item.column):
        raise _fault(f"{quote(item.column)} 不能作列名。", f"{where}，键「column」", "用小写英文。")
    if (item.low is None) != (item.high is None) or (item.low is not None and item.low >= item.high):
        raise _fault("最小值与最大值不成对。", f"{where}，键「low」「high」", "两个都写，且前小后大。")
    if item.kind in ("single", "likert") and len(item.options) < 2:
        raise _fault("选择题的选项不到两个。", f"{where}，键「option」", "至少写两个 [[item.option]]。")
    if item.kind in ("whole", "money", "nps") and (item.options or item.low is None):
        raise _fault(
            "填数的题要写最小值与最大值，不要选项。",
            f"{where}，键「low」「high」",
            "补上 low 与 high，删去选项。",
        )
    codes = {option.code for option in item.options}
    if item.options and item.low is not None and codes != {str(n) for n in range(item.low, item.high + 1)}:
        raise _fault(
            "选项的 code 与 low、high 对不上。", f"{where}，键「option」", f"从 {item.low} 写到 {item.high}。"
        )


def _check_exercise(exercise: Exercise) -> None:
    """评分标准与已知数据各有各的去处，分值要对得上。"""
    where = f"exercises.toml，练习 {quote(exercise.id)}，键"
    if not exercise.facts:
        raise _fault("没有写依据哪些课程事实。", f"{where}「facts」", "至少写一个，如 A12。")
    if exercise.answer not in (TEXT, PROBLEM) and exercise.id not in TABLE_COLUMNS:
        raise _fault("这道练习没有对应的表。", f"{where}「id」", f"可用的有：{'、'.join(TABLE_COLUMNS)}。")
    if bool(exercise.rubric) != (exercise.answer in (TEXT, "strategies")):
        raise _fault("评分标准只给文字题和策略题写，而且要写。", f"{where}「rubric」", "补上或删去。")
    if exercise.rubric and not 3 <= len(exercise.rubric) <= 4:
        raise _fault(f"评分标准有 {len(exercise.rubric)} 条。", f"{where}「rubric」", "写 3 到 4 条。")
    if exercise.answer == TEXT and exercise.machine_points != 0:
        raise _fault("评分标准各条之和不等于满分。", f"{where}「points」", "改成相等：文字题全由老师评。")
    if exercise.answer != TEXT and exercise.machine_points <= 0:
        raise _fault("程序核对的部分没有分值。", f"{where}「points」", "满分要大于评分标准各条之和。")
    if bool(exercise.given) != (exercise.answer == "marks_of_toy"):
        raise _fault("已知数据只给热身题写，而且要写。", f"{where}「given」", "补上或删去。")


def _check_chain(exercises: Iterable[Exercise]) -> None:
    """由程序核对的练习前一张喂后一张，少一张或多一张都连不起来。"""
    answers = [exercise.answer for exercise in exercises]
    for answer in MACHINE_ANSWERS:
        if answers.count(answer) != 1:
            raise _fault(
                f"answer 为 {quote(answer)} 的练习有 {answers.count(answer)} 道。",
                "exercises.toml，键「answer」",
                "恰好留一道。",
            )
