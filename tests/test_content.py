"""课程内容:随书的一份齐全而一致;改坏任何一处,读的时候就用中文说出在哪个文件、哪个键。"""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
import tomllib
from fractions import Fraction
from pathlib import Path
from string import Template

import pytest
from broken_content import COURSE, break_text
from golden.lessons import EVERY

import lifecycle_lab.content as content
from lifecycle_lab.content import course, data_folder, load
from lifecycle_lab.content.vocabulary import MEANINGS, OUTCOMES, PROBLEM_COLUMNS, REASON_FIELDS, SIDES, STATES
from lifecycle_lab.schema import ContentError, LabError

YES, NO = True, False


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """随书内容的一份副本,供改坏。"""
    return Path(shutil.copytree(COURSE, tmp_path / "course"))


def refusal(folder: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load(folder)
    assert caught.value.where
    return str(caught.value)


# ---- 随书的内容 ----


def test_every_course_fact_has_a_short_title():
    """课程事实一共 50 条:A1–A13、B1–B7、C1–C11、D1–D10、E1–E9(course.md)。"""
    counts = {"A": 13, "B": 7, "C": 11, "D": 10, "E": 9}
    wanted = {f"{letter}{n}" for letter, last in counts.items() for n in range(1, last + 1)}
    assert set(course().facts) == wanted
    assert all(4 <= len(fact.title) <= 30 for fact in course().facts.values())


def test_default_convention_by_hand():
    """design.md §4 写明的默认名称(次序 R、F、M)。"""
    assert course().default_convention == "A"
    assert course().conventions["A"].names == {
        (YES, YES, YES): "重要价值客户",
        (YES, NO, YES): "重要发展客户",
        (NO, YES, YES): "重要保持客户",
        (NO, NO, YES): "重要挽留客户",
        (YES, YES, NO): "一般价值客户",
        (YES, NO, NO): "一般发展客户",
        (NO, YES, NO): "一般保持客户",
        (NO, NO, NO): "一般挽留客户",
    }


@pytest.mark.parametrize(("name", "same_as_a"), [("A", 8), ("D", 4), ("E", 5), ("F", 2)])
def test_conventions_agree_with_a_as_often_as_published(name, same_as_a):
    """与 A 同名的格数,取自 research/mission-anchors.md §2 的最后一行。"""
    names = course().conventions
    assert sum(names[name].names[s] == names["A"].names[s] for s in STATES) == same_as_a


def test_spot_names_of_the_other_conventions():
    names = {key: c.names for key, c in course().conventions.items()}
    assert list(names) == ["A", "B", "D", "E", "F", "G"]
    assert names["B"][NO, YES, YES] == "重要唤回客户"
    assert names["B"][YES, NO, NO] == "新客户"
    assert names["D"][YES, YES, YES] == "重要保持客户"
    assert names["D"][NO, YES, YES] == "重要价值客户"
    assert names["E"][NO, NO, NO] == "流失客户"
    assert names["F"][NO, YES, YES] == "一般价值客户"
    assert names["G"][NO, NO, NO] == "无价值客户"


def test_only_g_has_unverified_cells():
    """六级惯例只有前两格见过原文;其余惯例全部查到。"""
    unverified = {key: c.unverified for key, c in course().conventions.items() if c.unverified}
    assert unverified == {"G": frozenset(STATES) - {(YES, YES, YES), (YES, NO, YES)}}


def test_each_state_has_one_convention_name_and_one_strategy():
    for convention in course().conventions.values():
        assert set(convention.names) == set(STATES)
    assert set(course().strategies) == set(STATES)
    texts = [t for s in course().strategies.values() for t in dataclasses.astuple(s)[1:-1]]
    assert len(texts) == len(set(texts)) == 48, "两类客户用了同一句话,等于没有细分"


TRAINING = ("00_start", "04_rfm_training", "09_review")
"""实训的题在这几课里；别的课的文字题不算进实训的 100 分。"""


def test_exercises_and_their_points():
    """实训一共 100 分；算题与 05 课的文字题各有各的分，另计。"""
    every = {e.id: (e.lesson, e.answer, e.points, e.machine_points) for e in course().exercises.values()}
    apart = {name: told for name, told in every.items() if told[0] not in TRAINING and told[1] == "text"}
    assert apart == {"choose_segmentation": ("05_beyond_ten", "text", 10, 0)}
    found = {name: told for name, told in every.items() if told[1] != "problem" and name not in apart}
    assert found == {
        "warm_up": ("00_start", "marks_of_toy", 3, 3),
        "table_4_2": ("04_rfm_training", "means", 12, 12),
        "table_4_3": ("04_rfm_training", "marks", 30, 30),
        "table_4_4": ("04_rfm_training", "levels", 20, 20),
        "table_4_5": ("04_rfm_training", "strategies", 20, 8),
        "a13_stages": ("09_review", "text", 8, 0),
        "a13_why": ("09_review", "text", 7, 0),
    }
    assert sum(points for _, _, points, _ in found.values()) == 100
    problems = {name: told for name, told in every.items() if told[1] == "problem"}
    assert set(problems) == set(PROBLEM_COLUMNS)
    assert all(points == machine > 0 for _, _, points, machine in problems.values())


def test_warm_up_has_one_customer_exactly_on_the_mean():
    """100、200、300 元:均值 200,乙正好在均值上,三个数都不是 R。"""
    money = [toy.monetary for toy in course().exercises["warm_up"].given]
    assert money == [10_000, 20_000, 30_000]
    assert money.count(Fraction(60_000, 3)) == 1


def test_hints_do_not_give_a_key_away():
    """提示里不出现客户级别的全称(默认惯例),也不替热身题写出箭头。"""
    names = set(course().conventions["A"].names.values())
    for exercise in course().exercises.values():
        assert not [name for hint in exercise.hints for name in names if name in hint]
    assert not [hint for hint in course().exercises["warm_up"].hints if "↑" in hint or "200" in hint]


def test_misconceptions_of_the_training_are_the_named_ten():
    training = {
        name for e in course().exercises.values() if e.answer != "problem" for name in e.misconceptions
    }
    assert training == {
        "wrong_direction_of_recency",
        "strict_instead_of_not_less",
        "median_for_mean",
        "sum_for_mean",
        "column_mixed_up",
        "mean_of_wrong_column",
        "arrows_in_another_order",
        "name_by_other_convention",
        "share_of_customers_for_money",
        "percent_as_fraction",
    }


def test_table_titles_follow_the_textbook():
    assert [table.title for name, table in course().tables.items() if name not in PROBLEM_COLUMNS] == [
        "热身：三位客户",
        "表4-1 客户关系管理调查问卷",
        "表4-2 问卷结果",
        "表4-3 客户均值比较",
        "表4-4 细分客户级别",
        "表4-5 制定营销策略",
    ]
    assert {table.source for table in course().tables.values()} == {"本书补全"}


def test_mark_reason_reads_as_designed():
    """design.md §4 举的例子,一字不差。"""
    fields = {
        "letter": "R",
        "label": "最近一次消费",
        "value": "45",
        "unit": "天",
        "sign": ">",
        "mean": "38.2",
        "meaning": course().reasons["meaning.recency_days.worse"],
        "arrow": "↓",
    }
    shown = Template(course().reasons["mark"]).substitute(fields)
    assert shown == "R=45 天 > 均值 38.2 天 → 比平均更久未买 → ↓"


def test_every_reason_is_there_and_can_be_filled():
    assert set(course().reasons) == set(REASON_FIELDS)
    for name, text in course().reasons.items():
        shown = Template(text).substitute(dict.fromkeys(REASON_FIELDS[name], "某"))
        assert shown
        assert "$" not in shown
    assert {f"meaning.{m}.{s}" for m in MEANINGS for s in SIDES} <= set(REASON_FIELDS)
    assert [course().reasons[f"outcome.{o}"] for o in OUTCOMES] == [
        "对",
        "过程分",
        "错",
        "还没填",
        "格式不对",
        "待评阅",
    ]


def test_reasons_shown_for_a_wrong_cell_do_not_hold_the_key():
    """填错时说的话(*_look、mean)拿不到组合、级别、人数、占比与均值的值。"""
    for name, hidden in {
        "mean": "mean",
        "pattern_look": "pattern",
        "segment_look": "segment",
        "count_look": "count",
        "share_look": "share",
    }.items():
        key_fields = {hidden} if name != "mean" else {"mean", "total"}
        assert not key_fields & REASON_FIELDS[name]


def test_glossary_is_a_bijection_and_covers_the_names_of_the_design():
    terms = course().glossary
    assert len(terms) >= 35
    for pick in ("zh", "en", "identifier"):
        assert len({getattr(term, pick) for term in terms}) == len(terms)
    wanted = [
        "lifecycle",
        "stage",
        "exploration",
        "formation",
        "stability",
        "decline",
        "transaction_volume",
        "profit",
        "exit_type",
        "early_abort",
        "midway_death",
        "early_exit",
        "long_lasting",
        "recency",
        "frequency",
        "monetary",
        "span",
        "as_of",
        "mark",
        "pattern",
        "segment",
        "gap_days",
        "frequency_class",
        "high",
        "mid",
        "low",
        "state",
        "active",
        "silent",
        "sleeping",
        "lost",
        "clv",
        "customer_equity",
        "variant",
        "worksheet",
        "rubric",
        "credit",
    ]
    assert set(wanted) <= {term.identifier for term in terms}


def test_course_settings():
    c = course()
    assert (c.course_id, c.assignment, c.demo_student) == ("lifecycle", "rfm-training", "demo")
    assert dataclasses.astuple(c.thresholds) == (10, 4, Fraction(1, 2))
    assert tuple(c.lessons) == EVERY
    assert c.sources["survey"].synthetic
    assert not c.sources["online_retail"].synthetic
    assert str(c.sources["online_retail"].as_of) == "2011-12-10"
    assert c.questionnaire.recency_cuts == (7, 30, 90, 180)


def test_course_is_read_once_and_cannot_be_changed():
    assert course() is course()
    with pytest.raises(dataclasses.FrozenInstanceError):
        course().title = "别的"  # type: ignore[misc]
    with pytest.raises(TypeError):
        course().facts["A1"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        course().conventions["A"].names[YES, YES, YES] = "别的客户"  # type: ignore[index]


# ---- 文字 ----

LAZY = {
    "stages.toml", "stories.toml", "stage_lesson.toml", "value.toml", "value_lesson.toml",
    "grading.toml", "simulated_class.toml", "plans.toml",
}  # fmt: skip
"""用到才读、不在 Course 里的：各有自己的测试（test_stages_content、test_value_lesson、test_grading_roster）。"""
FILES = sorted(p for p in COURSE.rglob("*") if p.is_file() and p.name not in LAZY)
OURS = [p for p in FILES if p.suffix in (".toml", ".csv") and p.name != "questionnaire.toml"]


def place(path: Path) -> str:
    """在课程文件夹里的位置，如 quiz/00_start.toml。"""
    return path.relative_to(COURSE).as_posix()


def prose(path: Path) -> list[str]:
    """一份内容文件里给人看的文字(CSV 除去表头,TOML 除去键)。"""
    if path.suffix == ".csv":
        return [cell for line in path.read_text("utf-8-sig").splitlines()[1:] for cell in line.split(",")]
    return list(strings(tomllib.loads(path.read_text("utf-8"))))


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def half_width(text: str) -> list[str]:
    """挨着汉字的半角标点。"""
    return re.findall(r"[一-鿿][,;:!?()'\"]|[,;:!?()'\"][一-鿿]|\.{3}", text)


@pytest.mark.parametrize("path", OURS, ids=place)
def test_chinese_prose_uses_chinese_punctuation(path):
    found = [(half_width(text), text) for text in prose(path)]
    assert not [pair for pair in found if pair[0]]
    assert not [text for _, text in found if "显然" in text]


def test_the_punctuation_check_can_fail():
    assert half_width("先算,再比")
    assert half_width("均值(mean)")
    assert not half_width("TV(t) 与 P(t)，如 3.4")


@pytest.mark.parametrize("path", sorted(COURSE.glob("*.csv")), ids=lambda path: path.name)
def test_csv_opens_in_excel_and_keeps_its_bytes(path):
    """UTF-8 带 BOM(Excel 认得汉字),换行只用 LF(Git 里不变)。"""
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n")


# ---- 每一条检查都会拦下 ----

LEVEL = "A,是,是,是,重要价值客户,是\n"
BROKEN = [
    # (文件, 原文, 改成, 报错里要有的字)
    ("course.toml", 'course_id = "lifecycle"', 'course_id = "life|cycle"', ["course.toml", "life|cycle"]),
    ("course.toml", 'assignment = "rfm-training"', 'assignment = ""', ["assignment", "空"]),
    ("course.toml", 'title = "客户', 'titel = "客户', ["title"]),
    ("course.toml", 'default_convention = "A"', 'default_convention = "C"', ["default_convention", "「C」"]),
    ("course.toml", "sample_size = 10", "sample_size = true", ["[thresholds]", "sample_size"]),
    ("course.toml", "sample_size = 10", "sample_size = 1", ["sample_size", "2 到"]),
    ("course.toml", "least_patterns = 4", "least_patterns = 9", ["least_patterns"]),
    ("course.toml", "least_patterns = 4", "least_pattern = 4", ["least_patterns", "缺少"]),
    ("course.toml", "real_try_share = 0.5", "real_try_share = 1.5", ["real_try_share"]),
    ("course.toml", "real_try_share = 0.5", "real_try_share = 50", ["real_try_share"]),
    ("course.toml", "[[lesson]]", "[lesson]", ["course.toml 第 23 行"]),
    ("exercises.toml", "given = [", "given = [1,", ["warm_up", "given"]),
    ("course.toml", 'id = "00_start"', 'id = "04_rfm_training"', ["04_rfm_training", "两次"]),
    ("course.toml", 'id = "00_start"', 'id = "00 start"', ["00 start"]),
    ("course.toml", 'id = "survey"', 'id = "my_shop"', ["course.toml", "source"]),
    ("course.toml", "synthetic = true", 'synthetic = "yes"', ["synthetic", "survey"]),
    ("course.toml", "as_of = 2011-12-10", 'as_of = "2011-12-10"', ["as_of", "日期"]),
    ("course.toml", "as_of = 2011-12-10", "as_of = 2011-12-10T08:00:00", ["as_of", "日期"]),
    ("course.toml", "as_of = 2011-12-10", "", ["as_of", "观察日"]),
    ("course.toml", "[thresholds]", "[thresholds", ["course.toml 第 10 行", "TOML"]),
    ("course.toml", 'unit = "元"', 'unit = "元"\ncolour = "红"', ["colour", "survey"]),
    ("facts.csv", "A2,", "A1,", ["facts.csv 第 3 行", "「A1」"]),
    ("facts.csv", "E9,", "F1,", ["facts.csv", "F1"]),
    ("facts.csv", "A13,思考题：关系经过哪些阶段，为什么要细分客户", "A13,", ["facts.csv 第 14 行", "title"]),
    ("facts.csv", "id,title", "id,name", ["facts.csv 第 1 行", "title"]),
    ("facts.csv", "A2,考察期", "A2,多一格,考察期", ["facts.csv", "第 3 行"]),
    ("conventions.toml", 'id = "B"', 'id = "A"', ["conventions.toml", "「A」"]),
    ("conventions.toml", "[[convention]]", "[[conventions]]", ["conventions.toml"]),
    ("conventions.toml", 'source = "个别公开教程。"', "", ["conventions.toml", "「E」", "source"]),
    ("levels.csv", LEVEL, "", ["levels.csv", "「A」", "recent=是,frequent=是,rich=是"]),
    ("levels.csv", LEVEL, LEVEL * 2, ["levels.csv 第 3 行", "两次"]),
    ("levels.csv", LEVEL, LEVEL.replace("A,", "C,"), ["levels.csv 第 2 行", "「C」"]),
    ("levels.csv", LEVEL, LEVEL.replace("是,是,是", "↑,是,是"), ["levels.csv 第 2 行", "recent", "「↑」"]),
    ("levels.csv", LEVEL, LEVEL.replace("价值客户", "价值"), ["levels.csv 第 2 行", "重要价值"]),
    ("levels.csv", LEVEL, LEVEL.replace("户,是", "户,也许"), ["levels.csv 第 2 行", "verified"]),
    ("strategies.csv", "是,是,是,", "是,否,是,", ["strategies.csv 第 3 行", "frequent=否"]),
    ("strategies.csv", ",A4\n", ",A44\n", ["strategies.csv", "fact", "A44"]),
    ("strategies.csv", "专属客服一对一，不放进群发名单", " ", ["strategies.csv 第 2 行", "channel"]),
    ("tables.toml", "[table_4_3]", "[table_4_6]", ["tables.toml", "table_4_3"]),
    ("tables.toml", 'pattern = "组合"', 'patern = "组合"', ["tables.toml [table_4_4.columns]", "pattern"]),
    ("tables.toml", 'mark = "标记"', 'mark = "标记"\nextra = "多"', ["[warm_up.columns]", "extra"]),
    ("tables.toml", 'title = "表4-4 细分客户级别"', 'title = ""', ["[table_4_4]", "title"]),
    ("exercises.toml", 'id = "table_4_3"', 'id = "table_4_2"', ["table_4_2", "两次"]),
    ("exercises.toml", 'id = "table_4_3"', 'id = "table_4_8"', ["table_4_8", "id"]),
    ("exercises.toml", 'lesson = "09_review"', 'lesson = "10_more"', ["a13_stages", "lesson", "10_more"]),
    ("exercises.toml", 'answer = "means"', 'answer = "mean_all"', ["table_4_2", "answer", "mean_all"]),
    ("exercises.toml", 'answer = "levels"', 'answer = "marks"', ["answer", "「marks」"]),
    ("exercises.toml", "points = 12", 'points = "12"', ["table_4_2", "points"]),
    ("exercises.toml", "points = 12", "points = -1", ["table_4_2", "points"]),
    ("exercises.toml", "points = 12", "points = 0", ["table_4_2", "points"]),
    ("exercises.toml", "points = 7\n", "points = 9\n", ["a13_why", "points"]),
    ("exercises.toml", 'points = 20\nfacts = ["A2"', 'points = 12\nfacts = ["A2"', ["table_4_5", "points"]),
    ("exercises.toml", 'facts = ["A12"]', 'facts = ["A14"]', ["warm_up", "facts", "A14"]),
    ("exercises.toml", 'facts = ["A12"]', "facts = []", ["warm_up", "facts"]),
    ("exercises.toml", 'facts = ["A12"]', 'facts = ["A12", "A12"]', ["warm_up", "facts", "两次"]),
    ("exercises.toml", 'facts = ["A12"]', 'facts = "A12"', ["warm_up", "facts"]),
    ("exercises.toml", "hints = [\n", 'hints = [\n"多一条",\n', ["warm_up", "hints", "4 条"]),
    ("exercises.toml", "hints = [\n", 'hints = [\n"",\n', ["warm_up", "hints"]),
    ("exercises.toml", '"sum_for_mean", ', "", ["misconceptions.toml", "sum_for_mean"]),
    ("exercises.toml", '"sum_for_mean"', '"sum_of_mean"', ["table_4_2", "misconceptions", "sum_of_mean"]),
    ("exercises.toml", "prompt = ", "promt = ", ["warm_up", "prompt"]),
    ("exercises.toml", 'monetary = "100.00"', 'monetary = "100.005"', ["given", "monetary"]),
    ("exercises.toml", 'monetary = "100.00"', 'monetary = "一百"', ["given", "monetary", "一百"]),
    ("exercises.toml", 'customer_id = "乙"', 'customer_id = "甲"', ["given", "两次"]),
    ("exercises.toml", "given = [", 'rubric = [{text = "甲", points = 1}]\ngiven = [', ["warm_up", "rubric"]),
    (
        "exercises.toml",
        "points = 12",
        'given = [{customer_id = "甲", monetary = "1"}]\npoints = 12',
        ["given"],
    ),
    (
        "exercises.toml",
        "例子具体，确实说明",
        '阶段齐全、次序正确，名称使用得当。", points = 2 },\n{ text = "',
        ["rubric"],
    ),
    (
        "exercises.toml",
        'points = 3 },\n    { text = "例',
        'points = 0 },\n    { text = "例',
        ["rubric", "points"],
    ),
    ("misconceptions.toml", 'title = "两列填串了"', "", ["misconceptions.toml", "column_mixed_up", "title"]),
    ("misconceptions.toml", 'id = "sum_for_mean"', 'id = "median_for_mean"', ["median_for_mean", "两次"]),
    ("misconceptions.toml", 'id = "sum_for_mean"', 'id = "Sum"', ["misconceptions.toml", "Sum"]),
    ("reasons.toml", "$meaning → $arrow", "$meaning → $arow", ["reasons.toml", "「mark」", "arow"]),
    ("reasons.toml", "这一格还没填", "这一格还没填,扣 $ 5", ["reasons.toml", "「blank」", "$"]),
    ("reasons.toml", 'blank = "这', 'blanc = "这', ["reasons.toml", "blank"]),
    ("reasons.toml", "[format]", '[format]\ncolour = "红"', ["reasons.toml", "format.colour"]),
    ("reasons.toml", "[format]", '"meaning.monetary.worse" = "少"\n[format]', ["reasons.toml"]),
    ("reasons.toml", 'blank = "这', '"outcome.blank" = "空"\nblank = "这', ["reasons.toml", "outcome.blank"]),
    (
        "glossary.csv",
        "阶段,lifecycle stage,stage,",
        "阶段,lifecycle stage,mark,",
        ["glossary.csv", "identifier"],
    ),
    ("glossary.csv", "阶段,lifecycle stage,", "阶段,Mark,", ["glossary.csv", "en"]),
    ("glossary.csv", "阶段,lifecycle", "标记,lifecycle", ["glossary.csv", "zh", "标记"]),
    ("glossary.csv", ",gap_days,", ",gap days,", ["glossary.csv", "购买间隔", "identifier"]),
    ("glossary.csv", ",gap_days,E2", ",gap_days,E0", ["glossary.csv", "fact", "E0"]),
    ("questionnaire.toml", "[7, 30, 90, 180]", "[7, 90, 30, 180]", ["questionnaire.toml", "recency_cuts"]),
    (
        "questionnaire.toml",
        "recency_cuts = [7, 30, 90, 180]",
        "recency_cuts = [7.5, 30, 90, 180]",
        ["recency_cuts"],
    ),
    (
        "questionnaire.toml",
        "recency_cuts = [7, 30, 90, 180]",
        "recency_cuts = [30, 90, 180]",
        ["recency_cuts", "4 级"],
    ),
    ("questionnaire.toml", 'column = "frequency"', 'column = "monetary"', ["questionnaire.toml", "column"]),
    ("questionnaire.toml", 'column = "frequency"', 'column = "times"', ["questionnaire.toml", "frequency"]),
    ("questionnaire.toml", 'column = "returns"', 'column = "退换"', ["q07", "column"]),
    ("questionnaire.toml", 'kind = "money"', 'kind = "cash"', ["q03", "kind", "cash"]),
    ("questionnaire.toml", 'kind = "nps"', 'kind = "single"', ["q12", "option"]),
    ("questionnaire.toml", 'kind = "single"', 'kind = "whole"', ["q01"]),
    ("questionnaire.toml", "low = 0\nhigh = 1000\n", "low = 9\nhigh = 9\n", ["q02", "low"]),
    ("questionnaire.toml", 'code = "5"', 'code = "6"', ["q01", "option"]),
    ("questionnaire.toml", 'code = "4"', 'code = "5"', ["option", "两次"]),
    ("questionnaire.toml", 'id = "q02"', 'id = "q01"', ["q01", "两次"]),
    ("questionnaire.toml", 'column = "returns"', 'column = "member"', ["两题", "「member」"]),
    ("questionnaire.toml", "closing = ", 'colour = "红"\nclosing = ', ["questionnaire.toml", "colour"]),
    ("course.toml", "course_id = ", 'motto = "红"\ncourse_id = ', ["course.toml", "motto"]),
    ("course.toml", "[thresholds]", "[thresholds]\nmost = 9", ["[thresholds]", "most"]),
    ("misconceptions.toml", "[[misc", 'colour = "红"\n[[misc', ["misconceptions.toml", "colour"]),
    ("tables.toml", "[table_4_3]", '[table_4_6]\ntitle = "多"\n[table_4_3]', ["tables.toml", "table_4_6"]),
    ("tables.toml", "[table_4_3]", '[table_4_3]\ncolour = "红"', ["[table_4_3]", "colour"]),
    ("exercises.toml", "given = [", 'rubric = [{text = "甲", points = 1}]\ngiven = [', ["文字题和策略题"]),
    ("exercises.toml", "rubric = [", 'rubric = [{text = "甲", points = 1},', ["table_4_5", "rubric", "5 条"]),
    ("quiz/00_start.toml", 'id = "variant"\nlesson', 'id = "tie"\nlesson', ["quiz/", "「tie」", "两次"]),
    ("quiz/00_start.toml", 'id = "variant"\nlesson', 'id = "题本"\nlesson', ["题本", "id"]),
    ("quiz/00_start.toml", 'id = "variant"\nlesson', 'id = "v"\nlesson', ["「v」", "id"]),
    ("quiz/00_start.toml", 'lesson = "00_start"', 'lesson = "01_more"', ["variant", "lesson", "01_more"]),
    ("quiz/00_start.toml", 'facts = ["A12"]', 'facts = ["A14"]', ["variant", "facts", "A14"]),
    ("quiz/00_start.toml", 'facts = ["A12"]', "facts = []", ["variant", "facts"]),
    ("quiz/00_start.toml", 'kind = "single"', 'kind = "choice"', ["variant", "kind", "choice"]),
    ("quiz/00_start.toml", 'kind = "single"', 'kind = "ordering"', ["variant", "choices"]),
    ("quiz/00_start.toml", 'kind = "matching"', 'kind = "single"', ["workbook_words", "pairs"]),
    ("quiz/00_start.toml", 'kind = "numeric"', 'kind = "multiple"', ["mean_of_four", "value"]),
    ("quiz/00_start.toml", "correct = true, ", "correct = false, ", ["variant", "choices", "0 项对的"]),
    ("quiz/00_start.toml", "correct = false, ", "correct = true, ", ["variant", "choices", "2 项对的"]),
    ("quiz/00_start.toml", "correct = true, ", 'correct = "是", ', ["variant", "「fixed」", "correct"]),
    ("quiz/00_start.toml", "correct = true, ", "", ["variant", "「fixed」", "correct", "缺少"]),
    ("quiz/00_start.toml", 'id = "random"', 'id = "fixed"', ["variant", "「fixed」", "两次"]),
    (
        "quiz/00_start.toml",
        'text = "每运行一次，就重新随机抽一次"',
        'text = "数据、课程、学号定了， 人也就定了"',
        ["variant", "两次"],
    ),
    ("quiz/00_start.toml", 'text = "大于"', 'text = "Ａ"', ["「tie」", "choices", "字母"]),
    ("quiz/00_start.toml", 'text = "大于"', 'text = "2"', ["「tie」", "choices", "序号"]),
    (
        "quiz/00_start.toml",
        "如果每次都变，昨天填的箭头今天就对不上了。“人人不同”靠的是学号不同，不是每次重抽。",
        " ",
        ["「random」", "why"],
    ),
    ("quiz/00_start.toml", 'text = "大于", why', 'txt = "大于", why', ["「greater」", "text"]),
    ("quiz/00_start.toml", 'id = "rank", text', 'id = "rubric", text', ["workbook_words", "pairs"]),
    ("quiz/00_start.toml", 'left = "题本"', 'left = "实训表"', ["workbook_words", "pairs", "「实训表」"]),
    ("quiz/00_start.toml", 'left = "题本", ', "", ["workbook_words", "「variant」", "left"]),
    (
        "quiz/00_start.toml",
        'right = "要你动手填的一张表"',
        'right = "按你的学号抽出的 10 位客户"',
        ["workbook_words", "pairs"],
    ),
    ("quiz/00_start.toml", "extras = [", "others = [", ["workbook_words", "extras"]),
    ("quiz/00_start.toml", 'value = "4"\n', 'value = "四"\n', ["mean_of_four", "value", "四"]),
    ("quiz/00_start.toml", 'value = "4"\n', "value = 4\n", ["mean_of_four", "value"]),
    ("quiz/00_start.toml", 'value = "4"\n', 'value = "4/0"\n', ["mean_of_four", "value"]),
    ("quiz/00_start.toml", 'value = "4"\n', 'value = "16"\n', ["mean_of_four", "wrongs", "「16」"]),
    ("quiz/00_start.toml", '{ value = "5.5", why', '{ value = "2.50", why', ["mean_of_four", "两次"]),
    (
        "quiz/04_rfm_training.toml",
        '{ value = "3.4", why',
        '{ value = "2.79", why',
        ["mean_level", "wrongs", "「2.8」"],
    ),
    ("quiz/00_start.toml", 'accept = "exact"', 'accept = "about"', ["mean_of_four", "accept", "about"]),
    (
        "quiz/04_rfm_training.toml",
        'prompt = "给每个词配上它在订单里的意思。"',
        'prompt = "实训1 的五步，请按先后排好。"',
        ["prompt", "五步"],
    ),
    ("quiz.toml", 'title = "概念题"', 'titel = "概念题"', ["quiz.toml [words]", "title"]),
    ("quiz.toml", "答对 $right", "答对 $rigth", ["quiz.toml [words]", "summary", "rigth"]),
    ("quiz.toml", "[words.said]", '[words.said]\ncolour = "红"', ["quiz.toml [words]", "said.colour"]),
    ("quiz.toml", "[words]", 'motto = "红"\n[words]', ["quiz.toml", "motto"]),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"), BROKEN, ids=[f"{b[0]}-{i}" for i, b in enumerate(BROKEN)]
)
def test_broken_content_is_refused_with_file_and_key(copy, file, old, new, said):
    break_text(copy / file, old, new)
    message = refusal(copy)
    assert [part for part in said if part not in message] == [], message
    assert re.search(r"\w+\.(toml|csv)", message), message
    assert "怎么办" in message


def test_the_untouched_copy_is_accepted(copy):
    """上面每一例都只差一处:不改,就读得进来,而且与随书的一份相等。"""
    assert load(copy) == course()


@pytest.mark.parametrize("path", FILES, ids=place)
def test_a_missing_or_unreadable_file_is_refused(copy, path):
    (copy / place(path)).write_bytes(b"\xff\x81\x30\x00" * 9)
    assert path.name in refusal(copy)
    if path.parent == COURSE:  # 一课一份的，少一份就是那一课没有题
        (copy / place(path)).unlink()
        assert path.name in refusal(copy)


@pytest.mark.parametrize("file", ["conventions.toml", "exercises.toml", "misconceptions.toml"])
def test_an_emptied_file_is_refused(copy, file):
    (copy / file).write_text("", "utf-8")
    assert f"{file}，键" in refusal(copy)
    assert "一条也没有" in refusal(copy)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("variant", 2),
        ("question_faults", 2),
        ("mark_steps", 2),
        ("barriers", 2),
        ("mean_of_four", 0),
    ],
)
def test_a_question_with_too_little_to_choose_from_is_refused(copy, name, kept):
    """只留前 kept 项（填数题是错数）。"""
    path = next(p for p in (copy / "quiz").iterdir() if f'\nid = "{name}"\n' in p.read_text("utf-8"))
    lines = path.read_text("utf-8").splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line == f'id = "{name}"\n')
    end = next(i for i in range(start, len(lines)) if lines[i] == "]\n")
    given = [i for i in range(start, end) if lines[i].startswith("    {")]
    path.write_text("".join(line for i, line in enumerate(lines) if i not in given[kept:]), "utf-8")
    assert f"题 「{name}」" in refusal(copy)


def test_several_choices_need_a_right_and_a_wrong_one(copy):
    path = copy / "quiz" / "04_rfm_training.toml"
    head, mark, tail = path.read_text("utf-8").partition('id = "question_faults"')
    body, end, rest = tail.partition("\n]\n")
    for old, new in (("correct = true", "correct = false"), ("correct = false", "correct = true")):
        path.write_text(head + mark + body.replace(old, new) + end + rest, "utf-8")
        assert "全对就是全错" in refusal(copy)


def test_no_part_of_a_choice_can_be_dropped_unnoticed(copy):
    """写在一行里的 id、text、correct、why、left、right、value，删去哪一样都读不进来。"""
    file = "quiz/04_rfm_training.toml"
    text = (COURSE / file).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("    {")]
    tried = 0
    for line in lines[::3]:
        for part in re.findall(
            r'(?:id|text|correct|why|left|right|value) = (?:"[^"]*"|true|false)(?:, | )', line
        ):
            (copy / file).write_text(text.replace(line, line.replace(part, "", 1), 1), "utf-8")
            assert file in refusal(copy), part
            tried += 1
    assert tried > 100


OPTIONAL = {"unit", "as_of", "low", "high"}


def stands_in(path: Path, lines: list[str], i: int, key: str) -> bool:
    """shops.toml 里一家店改写的 [common] 的键：删去就用 [common] 的，不是漏写。"""
    first = next((n for n, line in enumerate(lines) if line.startswith("[[shop]]")), len(lines))
    return (
        path.name == "shops.toml"
        and i > first
        and any(line.startswith(f"{key} = ") for line in lines[:first])
    )


def keyed_lines() -> list[tuple[Path, int]]:
    """一行一个键、不能不写的每一行：（文件，第几行）。"""
    return [
        (path, i)
        for path in OURS
        if path.suffix == ".toml"
        for lines in [path.read_text("utf-8").splitlines()]
        for i, line in enumerate(lines)
        if (key := re.match(r"([a-z_0-9]+) = (?!\[$)", line))
        and key[1] not in OPTIONAL
        and not stands_in(path, lines, i, key[1])
    ]


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.long)])
def test_no_line_of_a_toml_file_can_be_dropped_unnoticed(copy, step):
    """一行一个键的,删去哪一行都读不进来(少数可以不写的键除外)；平时隔几行删一行,每删一行就要整门课重读一遍。"""
    chosen = keyed_lines()[::step]
    for path, i in chosen:
        lines = path.read_text("utf-8").splitlines(keepends=True)
        (copy / place(path)).write_text("".join(lines[:i] + lines[i + 1 :]), "utf-8")
        assert path.name in refusal(copy), lines[i]
        (copy / place(path)).write_bytes(path.read_bytes())
    assert len(chosen) > 150
    assert len({path for path, _ in chosen}) > 25


@pytest.mark.parametrize("file", ["levels.csv", "strategies.csv"])
def test_no_row_of_a_total_table_can_be_dropped_or_doubled(copy, file):
    lines = (COURSE / file).read_text("utf-8-sig").splitlines(keepends=True)
    for i in range(1, len(lines)):
        for changed in (lines[:i] + lines[i + 1 :], [*lines, lines[i]]):
            (copy / file).write_text("".join(changed), "utf-8")
            assert file in refusal(copy), lines[i]


def test_a_file_saved_by_chinese_windows_is_read_the_same(copy):
    """老师用记事本或旧 Excel 存成 GBK、CRLF,内容不变。"""
    for name in ("facts.csv", "levels.csv", "glossary.csv"):
        text = (COURSE / name).read_text("utf-8-sig").replace("\n", "\r\n")
        (copy / name).write_bytes(text.encode("gb18030"))
    text = (COURSE / "misconceptions.toml").read_text("utf-8")
    (copy / "misconceptions.toml").write_bytes(text.encode("utf-8-sig"))
    assert load(copy) == course()


# ---- 找数据 ----


def test_data_folder_prefers_the_checkout_then_the_wheel(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "lifecycle_lab"
    monkeypatch.setattr(content, "_PACKAGE", package)
    (tmp_path / "site-packages" / "data").mkdir(parents=True)  # 别家的 data,不是我们的
    with pytest.raises(ContentError) as caught:
        data_folder()
    assert isinstance(caught.value, LabError)
    assert "_data" in str(caught.value)
    (package / "_data").mkdir(parents=True)
    shutil.copytree(COURSE, package / "_data" / "course")
    assert data_folder() == package / "_data"
    shutil.copytree(COURSE, tmp_path / "site-packages" / "data" / "course")
    assert data_folder() == tmp_path / "site-packages" / "data"


def test_reading_the_course_loads_no_heavy_library():
    code = (
        "import sys; from lifecycle_lab.content import course; course();"
        "print([m for m in ('pandas','numpy','pyarrow','openpyxl','matplotlib','IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
