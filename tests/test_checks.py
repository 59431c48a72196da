"""checks：六种结果、分数、过程分“一错不二罚”、理由说学生自己的数而不泄露答案、怎样乱写都不抛错。"""

from __future__ import annotations

import random
import re
from fractions import Fraction

import pytest
from golden.sheets import (
    COLUMNS,
    NAMES,
    SOURCES,
    STRATEGY,
    assignment,
    evidence,
    filled,
    golden,
    oracle,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab.answers import Answers
from lifecycle_lab.content.vocabulary import PROBLEM_COLUMNS
from lifecycle_lab.exercises import check, results
from lifecycle_lab.exercises.checks import STATUSES, asked
from lifecycle_lab.exercises.forms import form
from lifecycle_lab.exercises.keys import own_segments
from lifecycle_lab.schema import ParameterError

ARROWS = "↑↓"
EXERCISES = ("warm_up", "table_4_2", "table_4_3", "table_4_4", "table_4_5", "a13_stages", "a13_why")
STUDENTS = ("demo", "0020230101", "A1", "A2", "A3", "A4")


def statuses(name, given, answers):
    return check(name, given, answers).statuses


def why(name, given, answers, cell):
    return next(c.reason for c in check(name, given, answers).cells if f"{c.row}/{c.column}" == cell)


# ── 六种结果 ────────────────────────────────────────────────────────


def test_the_six_outcomes_each_seen():
    given = assignment()
    answers = filled(
        given,
        table_4_2={"mean": {"recency": "3.5"}},
        table_4_3={
            "C007": {"recency": "↓", "frequency": "↓", "monetary": "左"},
            "C201": {"recency": "↓"},  # 3 < 3.5：跟着自己的均值走
        },
    )
    found = statuses("table_4_3", given, answers)
    assert found["C007/recency"] == "right"
    assert found["C007/frequency"] == "wrong"
    assert found["C007/monetary"] == "format"
    assert found["C201/recency"] == "credit"
    assert found["C054/recency"] == "blank"
    assert check("a13_why", given, answers.with_text("a13_why", "因为")).statuses == {
        "answer/text": "pending"
    }
    assert set(STATUSES) == {"right", "credit", "wrong", "blank", "format", "pending"}


def test_scores_are_shares_of_the_machine_points():
    given = assignment()
    outcome = check(
        "table_4_3",
        given,
        filled(given, table_4_3={"C007": {"recency": "↓", "frequency": "上", "monetary": "↑"}}),
    )
    assert (outcome.score, outcome.full) == (2, 30)
    outcome = check(
        "table_4_2", given, filled(given, table_4_2={"mean": {"recency": "2.8", "frequency": "27"}})
    )
    assert outcome.score == Fraction(12, 3)
    assert not outcome.passed


@pytest.mark.parametrize("source", SOURCES)
def test_score_is_full_times_share_of_right_and_credit(source):
    rng = random.Random(11)
    given = assignment(source, "A7")
    for _ in range(30):
        sheet = _spoiled(oracle(given), rng, wrong=6, blank=4, odd=3)
        for name in sheet:
            outcome = check(name, given, filled(given, **sheet))
            judged = [c for c in outcome.cells if c.column != "strategy"]
            won = sum(c.status in ("right", "credit") for c in judged)
            assert outcome.score == Fraction(outcome.full * won, len(judged))
            assert outcome.passed is all(c.status in ("right", "credit", "pending") for c in outcome.cells)


def _spoiled(tables, rng, *, wrong=0, blank=0, odd=0):
    cells = [(t, r, c) for t, rows in tables.items() for r, columns in rows.items() for c in columns]
    for (table, row, column), how in zip(
        rng.sample(cells, wrong + blank + odd), ["x"] * wrong + [""] * blank + ["？"] * odd, strict=True
    ):
        old = tables[table][row][column]
        tables[table][row][column] = _another(column, old, rng) if how == "x" else how
    return tables


def _another(column, old, rng):
    if column == "pattern":
        return rng.choice([p for p in NAMES if p != old])
    if column == "segment":
        return rng.choice([n for n in NAMES.values() if n != old])
    if old in ARROWS:
        return ARROWS[old == "↑"]
    if column == "strategy":
        return old + "。"
    return str(Fraction(old).__floor__() + rng.randint(1, 9))


def test_blank_sheets_score_nothing_and_do_not_pass():
    given = assignment()
    for name in EXERCISES:
        outcome = check(name, given, given.blank_answers())
        assert set(outcome.statuses.values()) == {"blank"}
        assert outcome.score == 0
        assert not outcome.passed


def test_unknown_exercise_is_a_chinese_error():
    with pytest.raises(ParameterError, match="没有练习"):
        check("table_9", assignment(), assignment().blank_answers())


# ── 表4-4、表4-5 ────────────────────────────────────────────────────


def test_levels_right_wrong_and_followed():
    given = assignment()
    marks = oracle(given)["table_4_3"]
    marks["C007"] = dict(zip(COLUMNS, "↑↑↓", strict=True))  # 标准 ↓↑↓
    answers = filled(
        given,
        table_4_3=marks,
        table_4_4={
            "C007": {"pattern": "↑↑↓", "segment": "一般价值"},  # 都跟着自己的表4-3
            "C038": {"pattern": "↓↑↓", "segment": "重要保持"},
            "C054": {"pattern": "↓↓↑", "segment": "重要挽留"},  # 组合抄错，级别跟着抄错的组合
            "C106": {"pattern": "↑↑↑", "segment": "VIP"},
        },
    )
    found = statuses("table_4_4", given, answers)
    assert [found[f"{n}/{c}"] for n in ("C007", "C038", "C054", "C106") for c in ("pattern", "segment")] == [
        *("credit", "credit"),
        *("right", "wrong"),
        *("wrong", "credit"),
        *("right", "format"),
    ]
    assert "表4-3" in why("table_4_4", given, answers, "C007/segment")
    assert "表4-4" in why("table_4_4", given, answers, "C054/segment")


def test_key_valued_cells_are_right_whatever_the_own_table_says():
    given = assignment()
    tables = oracle(given)
    wrong = {"mean": {"recency": "1", "frequency": "1", "monetary": "1.00"}}
    flipped = {
        row: {c: ARROWS[a == "↑"] for c, a in cells.items()} for row, cells in tables["table_4_3"].items()
    }
    answers = filled(given, **(tables | {"table_4_2": wrong}))
    assert set(statuses("table_4_3", given, answers).values()) == {"right"}
    answers = filled(given, **(tables | {"table_4_3": flipped}))
    assert set(statuses("table_4_4", given, answers).values()) == {"right"}
    names = {row: {"pattern": "↑↑↑", "segment": "重要价值客户"} for row in tables["table_4_4"]}
    names["C007"]["segment"] = "一般保持客户"
    answers = filled(given, **(tables | {"table_4_4": names}))
    found = statuses("table_4_5", given, answers)
    assert found["重要价值客户/customer_count"] == "right"


def test_rows_asked_of_table_4_5():
    given = assignment()
    sheet, tables = form("table_4_5", given), oracle(given)
    before = asked(sheet, given, given.blank_answers())
    assert {row for row, _ in before} == set(NAMES.values())
    assert {column for _, column in before} == {"customer_count", "money_share"}
    done = asked(sheet, given, filled(given, table_4_4=tables["table_4_4"]))
    assert {row for row, _ in done} == {row[0] for row in golden()["survey"]["segments"]}
    assert {column for _, column in done} == {"customer_count", "money_share", "strategy"}
    partly = dict(list(tables["table_4_4"].items())[:9])
    assert asked(sheet, given, filled(given, table_4_4=partly)) == before
    own = {row: {"segment": "重要挽留"} for row in tables["table_4_4"]}
    assert asked(sheet, given, filled(given, table_4_4=own)) == before
    own[given.customer_ids[0]] = {"segment": "一般价值"}
    two = {row for row, _ in asked(sheet, given, filled(given, table_4_4=own))}
    assert two == {"重要挽留客户", "一般价值客户"}
    foreign = {row: {"segment": "潜力客户"} for row in tables["table_4_4"]}
    assert asked(sheet, given, filled(given, table_4_4=foreign)) == before


def test_absent_levels_count_nothing():
    given = assignment()
    cells = {
        "重要挽留客户": {"customer_count": "0", "money_share": "0"},
        "重要保持客户": {"customer_count": "1"},
    }
    found = statuses("table_4_5", given, filled(given, table_4_5=cells))
    assert found["重要挽留客户/customer_count"] == found["重要挽留客户/money_share"] == "right"
    assert found["重要保持客户/customer_count"] == "wrong"


# ── 一错不二罚 ──────────────────────────────────────────────────────


def consistent(given, means, spoil_marks, spoil_levels):
    """一位前后一致的学生：每张表都照自己的上一张表往下做，只在指定的格里另外犯错。"""
    scale = {"recency": 1, "frequency": 1, "monetary": 100}
    marks, levels = {}, {}
    for customer in given.sample:
        row = {}
        for name, value in zip(COLUMNS, customer.values, strict=True):
            gap = Fraction(value, scale[name]) - Fraction(means[name])
            row[name] = "↑" if (gap if given.better[name] == "high" else -gap) >= 0 else "↓"
        for name in spoil_marks.get(customer.customer_id, ()):
            row[name] = ARROWS[row[name] == "↑"]
        marks[customer.customer_id] = row
        pattern = "".join(row.values())
        pattern = spoil_levels.get(customer.customer_id, pattern)
        levels[customer.customer_id] = {"pattern": pattern, "segment": NAMES[pattern]}
    names = {row: cells["segment"] for row, cells in levels.items()}
    return {
        "table_4_2": {"mean": means},
        "table_4_3": marks,
        "table_4_4": levels,
        "table_4_5": evidence(given, names),
    }


@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_wrong_cell_never_costs_twice(source, data):
    """错几处就是几处“错”：后面照着错处做的格都不是“错”。"""
    mine = assignment(source, data.draw(st.sampled_from(STUDENTS)))
    right = oracle(mine)
    means = dict(right["table_4_2"]["mean"])
    # 三个均值都错得出了范围的不接着算（那是随手填的），所以至多错两个
    for name in data.draw(st.sets(st.sampled_from(COLUMNS), max_size=2)):
        factor = data.draw(st.sampled_from([Fraction(1, 4), Fraction(3, 4), Fraction(5, 4), Fraction(2)]))
        means[name] = written(Fraction(means[name]) * factor)
    spoil_marks = data.draw(
        st.dictionaries(
            st.sampled_from(mine.customer_ids), st.sets(st.sampled_from(COLUMNS), min_size=1), max_size=3
        )
    )
    spoil_levels = data.draw(
        st.dictionaries(st.sampled_from(mine.customer_ids), st.sampled_from(list(NAMES)), max_size=2)
    )
    tables = consistent(mine, means, spoil_marks, spoil_levels)
    answers = filled(mine, **tables)
    faults = {
        "table_4_2": {f"mean/{n}" for n in COLUMNS if means[n] != right["table_4_2"]["mean"][n]},
        "table_4_3": {f"{row}/{n}" for row, names in spoil_marks.items() for n in names},
        "table_4_4": {f"{row}/pattern" for row in spoil_levels},
        "table_4_5": set(),
    }
    for name, own in faults.items():
        wrong = {cell for cell, status in statuses(name, mine, answers).items() if status == "wrong"}
        assert wrong <= own, name
        assert name != "table_4_2" or wrong == own
    for row, names in spoil_marks.items():
        for column in names:
            key_valued = tables["table_4_3"][row][column] == right["table_4_3"][row][column]
            wanted = "right" if key_valued else "wrong"
            assert statuses("table_4_3", mine, answers)[f"{row}/{column}"] == wanted


@pytest.mark.parametrize("source", SOURCES)
def test_filling_at_random_earns_no_credit(source):
    """三个均值都填 0，箭头全 ↑，级别全一样：后面的表不再跟着得分，表4-5 也不缩成一行。"""
    mine = assignment(source)
    arrows = {row: dict.fromkeys(COLUMNS, "↑") for row in mine.customer_ids}
    levels = {row: {"pattern": "↑↑↑", "segment": NAMES["↑↑↑"]} for row in mine.customer_ids}
    evidence_row = {NAMES["↑↑↑"]: {"customer_count": "10", "money_share": "100", "strategy": STRATEGY}}
    zeros = {"mean": dict.fromkeys(COLUMNS, "0")}
    answers = filled(mine, table_4_2=zeros, table_4_3=arrows, table_4_4=levels, table_4_5=evidence_row)
    for name in ("table_4_2", "table_4_3", "table_4_4", "table_4_5"):
        outcome = check(name, mine, answers)
        assert outcome.counts["credit"] == 0, name
        assert not outcome.passed
    assert len(check("table_4_5", mine, answers).cells) == 16


def test_table_4_5_does_not_pass_without_a_strategy():
    mine = assignment("survey")
    right = oracle(mine)
    counts = {name: {"customer_count": "0", "money_share": "0"} for name in NAMES.values()}
    counts |= {
        name: {k: v for k, v in cells.items() if k != "strategy"}
        for name, cells in right["table_4_5"].items()
    }
    answers = filled(mine, **right | {"table_4_4": {}, "table_4_5": counts})
    assert set(statuses("table_4_5", mine, answers).values()) == {"right"}
    assert not check("table_4_5", mine, answers).passed


def test_credit_is_given_somewhere():
    """上面那条性质不是空话：照错的均值做，真的有“过程分”的格，而且整张表4-5 也跟着走。"""
    mine = assignment("online_retail")
    tables = consistent(mine, oracle(mine)["table_4_2"]["mean"] | {"monetary": "100.00"}, {}, {})
    answers = filled(mine, **tables)
    for name in ("table_4_3", "table_4_4", "table_4_5"):
        found = set(statuses(name, mine, answers).values())
        assert "credit" in found
        assert "wrong" not in found
    assert check("table_4_3", mine, answers).score == 30


# ── 理由 ────────────────────────────────────────────────────────────


def test_reasons_of_arrows_speak_of_the_students_own_numbers():
    given = assignment("online_retail")
    means = {"mean": {"recency": "66.4", "frequency": "3", "monetary": "841.16"}}
    marks = {"14644": {"recency": "↑", "monetary": "↑"}, "15920": {"frequency": "↓"}}
    answers = filled(given, table_4_2=means, table_4_3=marks)
    assert why("table_4_3", given, answers, "14644/recency") == "R=68 天 > 均值 66.4 天 → 比平均更久未买 → ↓"
    assert (
        why("table_4_3", given, answers, "14644/monetary")
        == "M=780.46 英镑 < 均值 841.16 英镑 → 花得比平均少 → ↓"
    )
    assert (
        why("table_4_3", given, answers, "15920/frequency")
        == "F=3 次 = 均值 3 次 → 正好等于平均，不比平均差 → ↑"
    )


def test_reasons_of_arrows_do_not_give_away_the_means():
    """表4-2 没填或填错时，表4-3 的“错”不说出标准均值；学生自己的均值可以说。"""
    given = assignment()
    marks = {"C007": {"recency": "↑"}, "C054": {"monetary": "↑"}}
    for means, said in (({}, "均值 ？ 级"), ({"mean": {"recency": "3.1"}}, "均值 3.1 级")):
        answers = filled(given, table_4_2=means, table_4_3=marks)
        assert said in why("table_4_3", given, answers, "C007/recency")
        assert "426.13" not in why("table_4_3", given, answers, "C054/monetary")
    # 自己的均值得出相反的箭头：那一格没错，是过程分
    answers = filled(given, table_4_2={"mean": {"recency": "1.5"}}, table_4_3={"C007": {"recency": "↑"}})
    assert "表4-2" in why("table_4_3", given, answers, "C007/recency")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("student", STUDENTS)
def test_wrong_cells_never_give_away_the_key(source, student):
    """均值、级别、依据：错的格的理由里没有标准答案（组合按学生自己的说）。"""
    given, rng = assignment(source, student), random.Random(student)
    for _ in range(6):
        right = oracle(given)
        tables = _spoiled(oracle(given), rng, wrong=12)
        answers = filled(given, **tables)
        for name in right:
            for cell in check(name, given, answers).cells:
                key = right[name].get(cell.row, {}).get(cell.column)
                if cell.status == "wrong" and key and name != "table_4_3":
                    assert key not in _numbers_and_names(cell.reason), cell
                if cell.status == "wrong" and name == "table_4_3":
                    own = tables["table_4_2"]["mean"][cell.column]
                    assert own in cell.reason


def _numbers_and_names(reason):
    """理由里的数与名字；表号与题面里就有的数（人数 10、至少几位、百分之 100）不算泄露。"""
    found = set(re.findall(r"\d+(?:\.\d+)?|[重一][要般]..客户|[↑↓]{3}", re.sub(r"表4-\d", "", reason)))
    return {text for text in found if text not in ("10", "1", "2", "100")}


def test_own_pattern_not_the_key_is_spoken_of():
    given = assignment()
    marks = oracle(given)["table_4_3"] | {"C007": dict(zip(COLUMNS, "↑↑↓", strict=True))}
    answers = filled(given, table_4_3=marks, table_4_4={"C007": {"segment": "重要价值"}})
    reason = why("table_4_4", given, answers, "C007/segment")
    assert reason.startswith("↑↑↓：最近来过？是；买得勤？是；花得多？否")
    assert "一般" not in reason
    alone = filled(given, table_4_4={"C007": {"pattern": "↑↑↑"}})
    assert why("table_4_4", given, alone, "C007/pattern").startswith("表4-3 里这位客户的三个箭头")


def test_right_cells_say_the_whole_reason():
    given = assignment()
    answers = filled(given, **oracle(given))
    assert why("table_4_4", given, answers, "C186/segment").endswith("按“通行惯例”叫“重要发展客户”")
    assert why("table_4_5", given, answers, "重要价值客户/money_share") == (
        "“重要价值客户”的客户共花 2226.87 元 ÷ 全部客户 4261.30 元 × 100 = 52.26%"
    )
    assert (
        why("table_4_3", given, answers, "C007/monetary") == "M=329.99 元 < 均值 426.13 元 → 花得比平均少 → ↓"
    )


def test_format_reasons_quote_one_cell():
    given = assignment()
    answers = filled(given, table_4_2={"mean": {"monetary": "四百", "recency": "x" * 200}})
    assert why("table_4_2", given, answers, "mean/monetary").startswith("「四百」 读不成金额")
    assert len(why("table_4_2", given, answers, "mean/recency")) < 120


def test_a_mean_that_does_not_end_is_written_rounded(monkeypatch):
    """教师把热身题的金额改成除不尽的：理由仍然说得出来。"""
    from lifecycle_lab.exercises import reasons

    numbers = [100_00, 200_00, 200_00]
    assert reasons._exact_mean(reasons.TOY_MONEY, numbers)[1] == "166.666667"


# ── 从不抛错 ────────────────────────────────────────────────────────

ANY_TEXT = st.text(max_size=30) | st.sampled_from(
    [
        "9" * 3999,
        "0." + "9" * 3990,
        "1e999",
        "↑↓↑",
        "-0",
        "%",
        "{}",
        "$mean",
        "\ud800",
        "\x1b[31m",
        "=1+1",
        "<b>",
    ]
)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_checking_never_raises(data):
    mine = assignment(data.draw(st.sampled_from(SOURCES)))
    tables: dict = {}
    for name in ("warm_up", "table_4_2", "table_4_3", "table_4_4", "table_4_5"):
        cells = form(name, mine).cells
        right = oracle(mine).get(name, {})
        for row, column in data.draw(st.lists(st.sampled_from(cells), max_size=8)):
            tables.setdefault(name, {}).setdefault(row, {})[column] = data.draw(ANY_TEXT)
        if data.draw(st.booleans()):
            tables[name] = {row: cells | tables.get(name, {}).get(row, {}) for row, cells in right.items()}
    answers = Answers("c", "a", "s", {}, "", tables=tables, text={"a13_why": data.draw(ANY_TEXT)})
    found = results("", mine, answers)
    assert set(found) == {*EXERCISES, *PROBLEM_COLUMNS, "choose_segmentation"}
    for cells in found.values():
        assert set(cells.values()) <= set(STATUSES)


def test_checking_changes_nothing():
    given = assignment()
    answers = filled(given, **oracle(given))
    before = answers.sha256
    results("", given, answers)
    assert answers.sha256 == before
    assert own_segments(given, answers)["C007"] == "一般保持客户"
    assert STRATEGY in str(answers.tables)
