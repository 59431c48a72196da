"""课程的规则（course.toml 的 [rule]）：与中位数比、照字面读的课，从题本到成绩册都照它；写错了用中文拒绝。

对照物是手算的 tests/golden/rules.md，和这里另算的箭头；课程换规则，用的是教师的门：改一份 course.toml。
"""

from __future__ import annotations

import io
import json
import re
import shutil
import tomllib
import zipfile
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from statistics import mean, median
from types import SimpleNamespace

import pytest
from classes import judged, new_class, perfect
from golden.sheets import (
    COLUMNS,
    FOLDER,
    NAMES,
    SOURCES,
    check_by_hand,
    filled,
    golden,
    golden_tables,
    population,
    rounded,
)
from typer.testing import CliRunner

import lifecycle_lab.content as content
from lifecycle_lab import plots, rfm
from lifecycle_lab.answers import AnswersFile, encode, parse
from lifecycle_lab.cli import app
from lifecycle_lab.content import course, course_under, data_folder, load
from lifecycle_lab.exercises import check, results
from lifecycle_lab.exercises.assignment import assign, open_assignment, read_variant, variant_document
from lifecycle_lab.exercises.checks import RIGHT, WRONG
from lifecycle_lab.exercises.forms import form, known_tables
from lifecycle_lab.exercises.keys import follow, key
from lifecycle_lab.exercises.marking import mark_against
from lifecycle_lab.exercises.modes import MODES, answers_for, expected
from lifecycle_lab.exercises.paper import paper
from lifecycle_lab.exercises.readings import all_readings, compare
from lifecycle_lab.exercises.sheet import Sheet
from lifecycle_lab.exercises.showing import details
from lifecycle_lab.grading import collect, grade_class, hand_out
from lifecycle_lab.grading.simulate import _misbeliefs
from lifecycle_lab.lab import Lab
from lifecycle_lab.report import Figure, Items
from lifecycle_lab.report.training import training_document
from lifecycle_lab.run import Run, summary
from lifecycle_lab.schema import USUAL, ContentError, ParameterError, Rule

COURSE = data_folder() / "course"
MEDIAN, LITERAL, BOTH = Rule("median"), Rule(direction="literal"), Rule("median", "literal")
OTHERS = [MEDIAN, LITERAL, BOTH]
IDS = ["demo", *(f"R{number:03d}" for number in range(15))]
TRAINING = ("warm_up", "table_4_2", "table_4_3", "table_4_4", "table_4_5")
WORKED = tomllib.loads((FOLDER / "rules.toml").read_text(encoding="utf-8"))
CASES = [(MEDIAN, "survey"), (MEDIAN, "online_retail"), (LITERAL, "online_retail")]


def rewritten(folder: Path, rule: Rule) -> Path:
    """教师在 course.toml 里改两个词。"""
    path = Path(shutil.copytree(COURSE, folder)) / "course.toml"
    text = path.read_text("utf-8")
    text = text.replace('centre = "mean"', f'centre = "{rule.centre}"')
    path.write_text(text.replace('direction = "meaning"', f'direction = "{rule.direction}"'), "utf-8")
    return folder


@pytest.fixture
def taught(monkeypatch, tmp_path):
    """taught(rule)：从此这台电脑上的课程照 rule；taught() 是随书的规则。"""

    def forget():
        course.cache_clear()
        course_under.cache_clear()

    def change(rule: Rule = USUAL):
        folder = tmp_path / f"{rule.centre}-{rule.direction}" / "course"
        if not folder.exists():
            rewritten(folder, rule)
        monkeypatch.setattr(content, "load", lambda _, other=None: load(folder, other))
        forget()
        assert course().rule == rule

    yield change
    monkeypatch.undo()
    forget()


def drawn(source: str, student: str = "demo"):
    return assign(population(source), student)


def worked(rule: Rule, source: str) -> dict:
    return WORKED["median" if rule == MEDIAN else "literal"][source]


def worked_tables(rule: Rule, source: str) -> dict[str, dict[str, dict[str, str]]]:
    """手算的表，按答案文件的样子。"""
    sheet = worked(rule, source)
    return {
        "table_4_2": {"mean": dict(sheet["centres"])},
        "table_4_3": {row: dict(zip(COLUMNS, text, strict=True)) for row, text in sheet["patterns"].items()},
        "table_4_4": {row: {"pattern": p, "segment": NAMES[p]} for row, p in sheet["patterns"].items()},
        "table_4_5": {
            name: {"customer_count": str(count), "money_share": share, "strategy": "发一条消息。"}
            for name, (count, share) in sheet["segments"].items()
        },
    }


def arrows(given, rule: Rule) -> dict[str, list[str]]:
    """另算的箭头：统计模块的均值与中位数，分数，不叫 rfm。"""
    found = {}
    for i, indicator in enumerate(given.indicators):
        values = [Fraction(c.values[i]) for c in given.sample]
        middle = {"mean": mean, "median": median}[rule.centre](values)
        larger = rule.direction == "literal" or indicator.better == "high"
        found[indicator.key] = ["↑" if (x >= middle if larger else x <= middle) else "↓" for x in values]
    return found


# ── 手算的那一页 ────────────────────────────────────────────────────


@pytest.mark.parametrize(("rule", "source"), CASES)
def test_the_worked_page_adds_up(rule, source):
    """抄进 TOML 的数在手算的页上，也与自己相符：中心、箭头、人数、占比另算一遍。"""
    page = (FOLDER / "rules.md").read_text("utf-8")
    part = re.split("^## ", page, flags=re.MULTILINE)[1:][CASES.index((rule, source))]
    sheet, rows = worked(rule, source), golden()[source]["customers"]
    assert [row[0] for row in rows] == list(sheet["patterns"])
    for i, name in enumerate(COLUMNS, start=1):
        values = [Fraction(str(row[i])) for row in rows]
        middle = (median if rule == MEDIAN else mean)(values)
        assert middle == Fraction(sheet["centres"][name])
        larger = rule == LITERAL or golden()[source]["better"][name] == "high"
        found = ["↑" if (x >= middle if larger else x <= middle) else "↓" for x in values]
        assert found == [pattern[i - 1] for pattern in sheet["patterns"].values()]
    total = sum(Fraction(row[3]) for row in rows)
    for segment, (count, share) in sheet["segments"].items():
        mine = [Fraction(row[3]) for row in rows if NAMES[sheet["patterns"][row[0]]] == segment]
        assert (len(mine), rounded(100 * sum(mine) / total, 2)) == (count, share)
        (line,) = (text for text in part.splitlines() if text.startswith(f"- {segment}"))
        assert f"，{count} 人；" in line
        assert line.split("→")[1].split("（")[0].strip() == share
    for row, pattern in sheet["patterns"].items():
        (line,) = (text for text in part.splitlines() if text.startswith(f"| {row} "))
        assert line.endswith(f"| {pattern} | {NAMES[pattern]} |")
    assert sum(count for count, _ in sheet["segments"].values()) == 10


@pytest.mark.parametrize(("rule", "source"), CASES)
def test_the_keys_are_the_hand_worked_tables(taught, rule, source):
    taught(rule)
    given = drawn(source)
    assert given.draw.attempt == 1
    for name, rows in worked_tables(rule, source).items():
        check_by_hand(name, rows, key(form(name, given), given))


def test_a_survey_read_literally_is_the_usual_survey(taught):
    """三列都是越大越好：答案就是随书的那一份。"""
    taught(LITERAL)
    given = drawn("survey")
    for name, rows in golden_tables("survey").items():
        statuses = check(name, given, filled(given, **golden_tables("survey"))).statuses
        assert {s for cell, s in statuses.items() if not cell.endswith("strategy")} == {"right"}
        assert {cell.split("/")[0] for cell in statuses} == set(rows)


@pytest.mark.parametrize(("rule", "source"), CASES)
def test_every_door_shows_the_hand_worked_tables(taught, rule, source, tmp_path):
    """命令行的答案与核对、纸上的答案、实训报告，同一份手算。"""
    taught(rule)
    given, sheet, wanted = drawn(source), worked(rule, source), worked_tables(rule, source)
    centre = rule.centre_name
    found = json.loads(
        CliRunner().invoke(app, ["variant", "demo", "--source", source, "--key", "--json"]).stdout
    )
    assert found["key"]["table_4_2"] == {rule.centre: sheet["centres"]}
    assert found["rule"] == {"centre": rule.centre, "direction": rule.direction}
    assert found["better"] == golden()[source]["better"], "方向是数据的，不是规则的"
    assert {row["customer_id"]: row["pattern"] for row in found["key"]["table_4_4"]} == sheet["patterns"]

    centres, marks, _, plans = paper(given, True)[:4]
    assert centres.rows[-1] == (centre, *sheet["centres"].values())
    assert {row[0]: "".join(row[1:]) for row in marks.rows} == sheet["patterns"]
    assert {row[0]: [int(row[1]), row[2]] for row in plans.rows} == sheet["segments"]

    path = tmp_path / "answers.json"
    path.write_bytes(encode(filled(given, **wanted)))
    told = json.loads(CliRunner().invoke(app, ["check", str(path), "--json"]).stdout)
    assert [r for r in told["remarks"] if "题本" in r or "规则" in r or "不认识" in r] == []
    full = {"table_4_2": "12.00", "table_4_3": "30.00", "table_4_4": "20.00", "table_4_5": "8.00"}
    assert {name: told["exercises"][name]["score"] for name in full} == full

    document = training_document(given, filled(given, **wanted))
    tables = {b.title.split(" ")[0]: b for s in document.sections for b in s.blocks if hasattr(b, "rows")}
    assert [c.removesuffix(" ✓") for c in tables["表4-2"].rows[-1]] == [centre, *sheet["centres"].values()]
    shown = {row[0]: "".join(row[1:]).replace(" ✓", "") for row in tables["表4-3"].rows}
    assert shown == sheet["patterns"]
    (figure,) = (b for s in document.sections for b in s.blocks if isinstance(b, Figure))
    assert figure.caption == f"图 10 位客户与三个{centre}的比较"
    assert figure.alt == plots.describe_customers_against_means(given.sample, given.indicators, rule)
    drawing = plots.plot_customers_against_means(given.sample, given.indicators, rule=rule)[0].figure
    assert figure.png == plots.png(drawing)
    (items,) = (b for b in document.sections[0].blocks if isinstance(b, Items))
    assert ("照字面：大的标 ↑" in str(items)) == (rule == LITERAL)


# ── 抽题、三种答案 ──────────────────────────────────────────────────


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("rule", OTHERS)
def test_draws_are_teachable_under_the_rule_of_the_course(taught, rule, source):
    """两种箭头、四种组合、险些相等，照这门课的规则另算一遍。"""
    taught()
    usual = {student: drawn(source, student).draw for student in IDS}
    taught(rule)
    for student in IDS:
        given = drawn(source, student)
        columns = arrows(given, rule)
        assert all(set(column) == {"↑", "↓"} for column in columns.values()), student
        assert len(set(zip(*columns.values(), strict=True))) >= 4
        near = []
        for i, indicator in enumerate(given.indicators):
            values = [Fraction(c.values[i], 10**indicator.decimals) for c in given.sample]
            middle = {"mean": mean, "median": median}[rule.centre](values)
            near += [abs(x - middle) < Fraction(1, 2) for x in values]
        assert any(near)
        assert given.rule == rule
    if rule.centre == "median":
        assert any(drawn(source, student).draw != usual[student] for student in IDS), "没有一份要重抽"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("rule", OTHERS)
def test_key_is_all_right_and_sabotage_finds_exactly_the_spoiled_cells(taught, rule, source):
    taught(rule)
    for student in IDS[:4]:
        given = drawn(source, student)
        for mode in MODES:
            answers = answers_for(mode, given)
            for lesson in ("00_start", "04_rfm_training"):
                assert results(lesson, given, answers) == expected(mode, lesson, given), (student, mode)
        marks = key(form("table_4_3", given), given)
        right = {
            (row, name): arrow
            for name, column in arrows(given, rule).items()
            for row, arrow in zip(given.customer_ids, column, strict=True)
        }
        assert marks == right
        spoiled = answers_for("sabotage", given)
        assert [check(name, given, spoiled).counts[WRONG] for name in TRAINING] == [1] * 5
        solved = answers_for("key", given)
        assert all(
            check(name, given, solved).score == course().exercises[name].machine_points for name in TRAINING
        )


def test_the_next_table_follows_the_students_own_median(taught):
    """R 的中位数写成 60（对的是 57.5）：60 天以内的仍是 ↑，没有人在 57.5 与 60 之间；写成 61，61 天的 18169 变 ↑。"""
    taught(MEDIAN)
    given = drawn("online_retail")
    right = worked_tables(MEDIAN, "online_retail")["table_4_3"]
    for written, turned in (("60", []), ("61", ["18169"])):
        found = follow(
            form("table_4_3", given), given, filled(given, table_4_2={"mean": {"recency": written}})
        )
        differ = [row for row in right if found[row, "recency"] != {right[row]["recency"]}]
        assert differ == turned


def test_follow_reads_days_literally(taught):
    """照字面，R 的均值写成 100：只有 150、155 天的是 ↑。"""
    taught(LITERAL)
    given = drawn("online_retail")
    found = follow(form("table_4_3", given), given, filled(given, table_4_2={"mean": {"recency": "100"}}))
    assert {row for (row, _), arrow in found.items() if arrow == {"↑"}} == {"15895", "15920"}


# ── 说的话 ──────────────────────────────────────────────────────────


def said(given) -> str:
    """一位学生在实训里看得到的话：题面、提示、表、每种结果的理由、名称表。"""
    parts = []
    for name in TRAINING:
        exercise = given.course.exercises[name]
        parts += [exercise.title, exercise.prompt, *exercise.hints]
        for mode in MODES:
            outcome = check(name, given, answers_for(mode, given))
            parts += [str(details(outcome, given)), *(cell.reason for cell in outcome.cells)]
    parts += map(str, paper(given, True)[:4])
    return "\n".join(parts)


@pytest.mark.parametrize("source", SOURCES)
def test_a_course_of_the_median_never_says_mean(taught, source):
    taught(MEDIAN)
    text = said(drawn(source))
    assert "均值" not in text
    assert not re.search("平均(?!。|；)", text.replace("取它们的平均", "")), (
        "平均两个字只剩“正中间两个的平均”"
    )
    taught()
    assert "中位数" not in said(drawn(source))


def test_reasons_name_the_median(taught):
    """13260：R=62 天，中位数 57.5 天。"""
    taught(MEDIAN)
    given = drawn("online_retail")
    outcome = check("table_4_3", given, filled(given, **worked_tables(MEDIAN, "online_retail")))
    told = {(cell.row, cell.column): cell.reason for cell in outcome.cells}
    assert told["13260", "recency"] == "R=62 天 > 中位数 57.5 天 → 比中位数更久未买 → ↓"
    assert told["14644", "frequency"] == "F=2 次 = 中位数 2 次 → 正好等于中位数，不比它差 → ↑"
    (mean_reason,) = {
        c.reason
        for c in check("table_4_2", given, filled(given, table_4_2={"mean": {"frequency": "3"}})).cells
    } - {"这一格还没填。"}
    assert mean_reason.startswith("F 的中位数：把 10 位客户的消费频率（次）从小到大排好队")


def test_the_literal_direction_is_printed_on_the_tables(taught):
    taught(LITERAL)
    given = drawn("online_retail")
    _, marks, levels, _ = paper(given, True)[:4]
    assert marks.columns[1] == "R 最近一次消费（天，照字面：大的标 ↑）"
    assert marks.columns[2] == "F 消费频率（次，越大越好）"
    assert "R（最近一次消费，天）照字面：大于或等于均值标 ↑，小于均值标 ↓" in marks.note
    assert "越小越好" not in said(given)
    assert "这门课的 R 照字面读" in levels.note
    outcome = check("table_4_3", given, filled(given, **worked_tables(LITERAL, "online_retail")))
    told = {(cell.row, cell.column): cell.reason for cell in outcome.cells}
    assert told["14644", "recency"] == "R=68 天 > 均值 66.4 天 → 天数比均值多，更久未买，照字面 → ↑"
    named = check("table_4_4", given, filled(given, **worked_tables(LITERAL, "online_retail")))
    (reason,) = (c.reason for c in named.cells if (c.row, c.column) == ("14644", "segment"))
    assert "最近来过" not in reason
    assert "一般发展客户" in reason
    survey = paper(drawn("survey"), False)[0]
    assert survey.columns[1] == "R 最近一次消费（级，越大越好）", "级别照字面读没有反"


@pytest.mark.parametrize(
    ("rule", "words"), [(MEDIAN, "中位数 57.5 天"), (LITERAL, "照字面：大的标 ↑，均值 66.4 天")]
)
def test_the_figure_follows_the_rule(taught, rule, words):
    taught(rule)
    given = drawn("online_retail")
    told = plots.describe_customers_against_means(given.sample, given.indicators, rule)
    assert words in told
    patterns = worked(rule, "online_retail")["patterns"]
    ups = [row for row, pattern in patterns.items() if pattern[0] == "↑"]
    assert f"标 ↑ 的有 {'、'.join(ups)}，其余标 ↓。" in told
    (panel, *_) = plots.plot_customers_against_means(given.sample, given.indicators, rule=rule)
    drawn_arrows = [t.get_text() for t in panel.texts if t.get_text() in "↑↓"]
    assert "".join(drawn_arrows) == "".join(pattern[0] for pattern in patterns.values())


@pytest.mark.parametrize("rule", OTHERS)
def test_the_usual_reading_is_the_rule_of_the_course(taught, rule):
    taught(rule)
    given = drawn("online_retail")
    levels = key(form("table_4_4", given), given)
    usual = [levels[row, "segment"] for row in given.customer_ids]
    assert compare(given).usual.segments == tuple(usual)
    table = all_readings(given).blocks[0]
    assert [row[1] for row in table.rows] == usual
    titles = {Rule.centre_name.fget(r) for r in (USUAL, MEDIAN)} - {rule.centre_name}
    assert f"用{titles.pop()}代替{rule.centre_name}" in table.columns
    back = str(compare(given, centre="mean", direction="meaning").shown())
    assert ("照字面越大越好，比" in back) == (rule.direction == "literal")
    assert "这就是默认读法" in str(compare(given, "", rule.centre, rule.direction).shown())


# ── 误解反过来 ──────────────────────────────────────────────────────


def test_the_mean_is_recognised_where_the_median_is_asked(taught):
    taught(MEDIAN)
    given = drawn("online_retail")
    outcome = check("table_4_2", given, filled(given, table_4_2={"mean": golden()["online_retail"]["means"]}))
    assert [m.id for m in outcome.found] == ["mean_for_median"]
    assert {cell.misconception for cell in outcome.cells} == {"mean_for_median"}
    usual = golden_tables("online_retail")["table_4_3"]
    right = worked_tables(MEDIAN, "online_retail")["table_4_3"]
    mixed = {row: {**right[row], "monetary": usual[row]["monetary"]} for row in right}
    outcome = check("table_4_3", given, filled(given, table_4_3=mixed))
    assert [m.id for m in outcome.found] == ["mean_for_median"]
    assert {c.row for c in outcome.cells if c.status == WRONG} == {"14644", "14815", "17734"}
    for exercise in course().exercises.values():
        assert "median_for_mean" not in exercise.misconceptions or exercise.answer == "problem"


def test_the_sum_and_the_tie_are_recognised_under_the_median(taught):
    taught(MEDIAN)
    given = drawn("online_retail")
    outcome = check("table_4_2", given, filled(given, table_4_2={"mean": {"recency": "664"}}))
    assert [m.id for m in outcome.found] == ["sum_for_mean"]
    assert "中位数不用加" in outcome.found[0].message
    right = worked_tables(MEDIAN, "online_retail")["table_4_3"]
    strict = {
        row: {**cells, "frequency": "↓" if row in ("14644", "14815", "17928") else cells["frequency"]}
        for row, cells in right.items()
    }
    outcome = check("table_4_3", given, filled(given, table_4_3=strict))
    # 这一列与 3（均值）比也是这个样子，所以两样都认出
    assert [m.title for m in outcome.found] == ["恰好等于中位数时标成了 ↓", "用均值代替了中位数"]


def test_marking_by_meaning_is_the_mistake_of_a_literal_course(taught):
    taught(LITERAL)
    given = drawn("online_retail")
    usual = golden_tables("online_retail")["table_4_3"]
    outcome = check("table_4_3", given, filled(given, table_4_3=usual))
    assert [m.title for m in outcome.found] == ["R 没有照字面比"]
    assert {(c.row, c.column) for c in outcome.cells if c.status == WRONG} == {
        (row, "recency") for row in given.customer_ids
    }
    taught()
    given = drawn("online_retail")
    turned = worked_tables(LITERAL, "online_retail")["table_4_3"]
    outcome = check("table_4_3", given, filled(given, table_4_3=turned))
    assert [m.title for m in outcome.found] == ["R 的方向看反了"]


# ── 信封：发出去的题本带着规则 ──────────────────────────────────────


def test_the_usual_rule_leaves_the_envelope_as_it_was(taught, tmp_path):
    taught()
    given = drawn("online_retail")
    assert "rule" not in given.variant()
    assert "rule" not in variant_document(given)
    assert "规则" not in str(Lab(given, str(tmp_path / "a.json"), str(tmp_path)).card())


@pytest.mark.parametrize("rule", OTHERS)
def test_an_answers_file_keeps_the_rule(taught, rule):
    taught(rule)
    given = drawn("survey")
    again = parse(encode(answers_for("key", given)), "a.json", known_tables=known_tables(course()))
    assert again.variant["rule"] == {"centre": rule.centre, "direction": rule.direction}
    assert (again.ignored_keys, again.edited_outside) == ((), False)
    assert again.basis == given.blank_answers().basis


def test_a_student_with_the_book_as_printed_works_by_the_rule_of_the_class(taught, tmp_path):
    """教师改了规则再发；学生装的是原版：打开题本，题面、核对都照题本里的规则，交上来是满分。"""
    taught(MEDIAN)
    room = new_class(tmp_path, 2)
    student = room.roster.students[0]
    (bundle, *_) = (path for path, _ in hand_out(room).files)
    with zipfile.ZipFile(io.BytesIO(bundle.read_bytes())) as package:
        names = {Path(name).name: package.read(name) for name in package.namelist()}
    (blank,) = (data for name, data in names.items() if name.endswith(".json") and name != "variant.json")
    variant = tmp_path / "variant.json"
    variant.write_bytes(names["variant.json"])

    assert "与中位数比，R 按意思（不比中心差）。课文讲的是" in names["START_HERE.html"].decode()

    taught()
    given = read_variant(variant, student.student_id)
    assert given.rule == MEDIAN
    assert given.course.exercises["table_4_2"].title == "表4-2：算出三个中位数"
    assert parse(blank, "a.json", known_tables=known_tables(course())).basis == given.blank_answers().basis
    path = tmp_path / "answers.json"
    file = AnswersFile(
        path,
        new=given.blank_answers(),
        session="一",
        now=lambda: datetime(2026, 11, 21),
        known_tables=known_tables(course()),
    )
    sheet = Sheet("table_4_2", given, file)
    values = [[Fraction(c.values[i], (1, 1, 100)[i]) for c in given.sample] for i in range(3)]
    sheet.fill({"中位数": {name: float(median(v)) for name, v in zip(COLUMNS, values, strict=True)}})
    assert set(sheet.outcome().statuses.values()) == {RIGHT}
    assert "中位数" in str(Sheet("table_4_3", given, file).show())

    taught(MEDIAN)
    done = perfect(room, student)
    (folder := tmp_path / "in").mkdir()
    (folder / "x.json").write_bytes(encode(done))
    collect(room, [folder])
    (one,) = (graded for graded in grade_class(room).graded if graded.student == student)
    assert not [flag for flag in one.flags if "规则" in flag]
    for name in TRAINING:
        outcome, _ = one.outcomes[name]
        assert outcome.score == outcome.full


def test_the_medians_of_another_student_are_noticed(taught, tmp_path):
    """三个中位数都错，却都是第二位同学的。"""
    taught(MEDIAN)
    room = new_class(tmp_path, 2)
    one, two = room.roster.students
    theirs = perfect(room, two).tables["table_4_2"]["mean"]
    copied = perfect(room, one).with_cells("table_4_2", {("mean", n): text for n, text in theirs.items()})
    flags = judged(room, encode(copied)).flags
    assert f"表4-2 的中位数与 {two.shown} 的题本相符，与自己的不符。" in flags


def test_the_simulated_class_errs_against_the_rule_of_the_course(taught):
    """演示班看反方向的那一种：照字面的课里，反的是按意思。"""
    taught(LITERAL)
    given = drawn("online_retail")
    (wrong,) = _misbeliefs(form("table_4_3", given), given)
    usual = golden_tables("online_retail")["table_4_3"]
    assert wrong == {(row, "recency"): usual[row]["recency"] for row in given.customer_ids}
    taught(BOTH)
    (wrong,) = _misbeliefs(form("table_4_3", given), drawn("online_retail"))
    by_median = worked(MEDIAN, "online_retail")["patterns"]
    assert {row: arrow for (row, _), arrow in wrong.items()} == {row: p[0] for row, p in by_median.items()}


def test_the_summary_of_a_run_counts_everyone_by_the_rule(taught, tmp_path):
    taught(MEDIAN)
    job = SimpleNamespace(
        assignment=drawn("online_retail"), source="", mode="key", lesson="", folder=tmp_path, report=tmp_path
    )
    done = SimpleNamespace(job=job, sign="✓", seconds=1.0, problem="")
    values = [c.monetary for c in population("online_retail").customers]
    shown = rounded(Fraction(median(values)) / 100, 2)
    assert f"M 中位数 {shown} 英镑" in summary(Run(tmp_path, (done,), 1.0))


def test_answers_made_under_another_rule_are_remarked(taught):
    """发了以后又改规则：说出两条规则，照现在的核对。"""
    taught(MEDIAN)
    old = replace(answers_for("key", drawn("survey")), saved_at="2026-12-01T08:00:00+08:00")
    taught()
    remarks = mark_against(drawn("survey"), old).remarks
    assert (
        "答案是照另一种规则做的（与中位数比，R 按意思（不比中心差））；"
        "这里照这门课的规则核对（与均值比，R 按意思（不比中心差））。"
    ) in remarks
    usual = answers_for("key", drawn("survey"))
    assert not [r for r in mark_against(drawn("survey"), usual).remarks if "规则" in r]
    strange = replace(old, variant={**old.variant, "rule": {"centre": "mode", "direction": "meaning"}})
    assert [r for r in mark_against(drawn("survey"), strange).remarks if "mode" in r]
    taught(LITERAL)
    assert [r for r in mark_against(drawn("survey"), usual).remarks if "R 照字面（值 ≥ 中心）" in r]


@pytest.mark.parametrize(
    "broken",
    [
        "median",
        {"centre": "mode", "direction": "meaning"},
        {"centre": "median", "extra": 1},
        {"centre": ["mean"]},
        None,
    ],
)
def test_a_broken_rule_in_a_variant_file_is_refused(taught, tmp_path, broken):
    taught(MEDIAN)
    document = variant_document(drawn("survey")) | {"rule": broken}
    path = tmp_path / "variant.json"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(ParameterError, match="请老师重新发一份"):
        read_variant(path, "demo")


# ── 课上 ────────────────────────────────────────────────────────────


def test_the_desk_of_the_lesson_follows_the_rule(taught, tmp_path):
    taught(BOTH)
    given = open_assignment("demo", "online_retail")
    lab = Lab(given, str(tmp_path / "answers.json"), str(tmp_path / "out"))
    for name in ("table_4_2", "table_4_3", "table_4_4"):
        lab.sheet(name).write(
            {
                cell: str(value) if isinstance(value, str) else f"{float(value)}"
                for cell, value in key(form(name, given), given).items()
            }
        )
    assert "照字面：大的标 ↑" in str(lab.card())
    assert "与中位数比，R 照字面（值 ≥ 中心）。课文讲的是与均值比" in str(lab.card())
    assert "这门课的 R 照字面读" in str(lab.names())
    assert "你在表4-2 写的中位数：R 57.5 天" in lab.sheet("table_4_3")._own_centres()
    judge = str(lab.judge("table_4_3"))
    assert "def median(" in judge
    assert "def mark_against(" in judge
    everyone = lab.everyone()
    values = [c.monetary for c in given.population.customers]
    assert f"M 中位数 {rounded(Fraction(median(values)) / 100, 2)} 英镑" in everyone.note
    assert sum(int(row[2]) for row in everyone.rows if row[1][2] == "↑") == sum(
        x >= median(values) for x in values
    )


def test_the_core_compares_with_either_centre():
    """2、3、7、100：均值 28，中位数 5。"""
    assert rfm.mark_column([2, 3, 7, 100], "high", "mean") == list("↓↓↓↑")
    assert rfm.mark_column([2, 3, 7, 100], "high", "median") == list("↓↓↑↑")
    assert rfm.mark_column([2, 3, 7, 100], "low", "median") == list("↑↑↓↓")
    assert rfm.mark_column([1, 5, 9], "low", "median") == list("↑↑↓")


# ── 写错了 ──────────────────────────────────────────────────────────

RULE = '[rule]\ncentre = "mean" '
REFUSED = [
    (
        "course.toml",
        'centre = "mean"',
        'centre = "average"',
        ["[rule]，键 「centre」", "「average」", "mean、median"],
    ),
    (
        "course.toml",
        'direction = "meaning"',
        'direction = "raw"',
        ["[rule]，键 「direction」", "meaning、literal"],
    ),
    ("course.toml", 'centre = "mean"', "centre = 1", ["[rule]，键 「centre」", "类型不对"]),
    ("course.toml", 'centre = "mean"', 'middle = "mean"', ["[rule]，键 「centre」", "缺少"]),
    ("course.toml", "[rule]", "[rules]", ["course.toml，键 「rule」", "缺少"]),
    ("course.toml", "[rule]", '[rule]\nweight = "M"', ["[rule]", "weight"]),
    ("tables.toml", "under_literal = ", "under_litteral = ", ["tables.toml [table_4_3] [note]", "没有写全"]),
    (
        "exercises.toml",
        "under_median = ",
        "under_meaning = ",
        ["exercises.toml [exercise] 第 1 个(「warm_up」) [hints] 第 2 个"],
    ),
    ("exercises.toml", 'under_median = "把三个人', 'under_median = ["把三个人', ["exercises.toml"]),
    (
        "misconceptions.toml",
        "[misconception.message.under_meaning]\n",
        "",
        ["misconceptions.toml", "没有写全"],
    ),
    (
        "reasons.toml",
        'under_median = "买得比中位数勤"',
        "under_median = 3",
        ["reasons.toml [meaning] [frequency] [better]"],
    ),
    (
        "exercises.toml",
        "三个$centre互不相干",
        "三个$center互不相干",
        ["exercises.toml", "「table_4_2」", "$center", "$centre"],
    ),
    (
        "tables.toml",
        "表4-3 客户$centre比较",
        "表4-3 客户$middle比较",
        ["tables.toml", "table_4_3", "$middle"],
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), REFUSED)
def test_a_rule_written_wrongly_is_refused_with_place_and_remedy(tmp_path, file, old, new, told):
    folder = rewritten(tmp_path / "course", USUAL)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentError) as caught:
        load(folder)
    for words in [*told, *(["怎么办："] if "第" not in str(told) else [])]:
        assert words in str(caught.value)
    assert caught.value.where
    assert caught.value.remedy


@pytest.mark.parametrize("rule", [USUAL, *OTHERS])
def test_the_content_is_whole_under_every_rule(rule):
    """随书的话在四种规则下都读得进来，没有填不上的名字。"""
    found = load(COURSE, rule)
    assert found.rule == rule
    texts = [
        t for e in found.exercises.values() if e.answer != "problem" for t in (e.title, e.prompt, *e.hints)
    ]
    texts += [t for table in found.tables.values() for t in (table.title, table.note)]
    texts += [t for m in found.misconceptions.values() for t in (m.title, m.message)]
    assert not [text for text in texts if "$" in text]
