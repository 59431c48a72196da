"""第 02 课的四道算题：标准答案与照题面另写的算法相等，过程分接得上，许多学生三种模式都对得上。"""

from __future__ import annotations

import re

from golden.sheets import assignment
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.content import course
from lifecycle_lab.exercises.checks import check
from lifecycle_lab.exercises.modes import as_typed
from lifecycle_lab.exercises.problems import _built
from lifecycle_lab.exercises.problems.life import break_even_table, exit_types, stage_ends, stage_levers
from lifecycle_lab.variants import Numbers

seeds = st.integers(0, 10**9).map(lambda n: f"lifecycle|{n}")
STAGES, KINDS = (
    ("考察期", "形成期", "稳定期", "退化期"),
    ("早期流产型", "中途夭折型", "提前退出型", "长久保持型"),
)


def _seed(mine) -> str:
    return f"{mine.course.course_id}|{mine.student_id}|{','.join(mine.customer_ids)}"


@given(seeds)
def test_ends_follow_the_rule_as_the_prompt_says_it(seed):
    asked = stage_ends(Numbers(seed))
    for row in asked.rows:
        lines = (line.partition("：")[2] for line in asked.given[row, "sales"].split("；\n"))
        sales = [int(text) for line in lines for text in line.split("、")]
        month, ends = 1, []
        while sales[month] - sales[month - 1] < 10:  # 第一次快涨以前
            month += 1
        ends.append(month)
        last = max(m for m in range(1, len(sales)) if sales[m] - sales[m - 1] >= 10)
        ends.append(last + 1)
        month = last + 1
        while sales[month] >= sales[month - 1]:
            month += 1
        ends.append(month)
        assert [asked.right[row, c] for c in ("exploration", "formation", "stability")] == ends
        assert min(sales) > 0


@given(seeds)
def test_types_follow_the_ends_of_each_customer(seed):
    asked = exit_types(Numbers(seed))
    for row in asked.rows:
        ends = [int(text) for text in asked.given[row, "ends"].split("、")]
        month = int(re.search(r"\d+", asked.given[row, "leave"])[0])
        stage = next(i for i, end in enumerate(ends) if month <= end)
        kind = stage if stage < 2 else 2 if 2 * month <= ends[1] + ends[2] else 3
        assert asked.right[row, "stage"] == STAGES[stage]
        assert asked.right[row, "type"] == KINDS[kind]
    assert {asked.right[row, "type"] for row in asked.rows} == set(KINDS)


@given(seeds)
def test_the_account_adds_up_and_breaks_even_once(seed):
    asked = break_even_table(Numbers(seed))
    total = -int(asked.given["第 0 个月", "total"].removeprefix("−"))
    assert total < 0
    signs = []
    for month in range(1, 9):
        row = f"第 {month} 个月"
        tv, margin, cost = (int(asked.given[row, c].split()[0]) for c in ("tv", "margin", "cost"))
        assert asked.right[row, "profit"] * 100 == tv * margin - 100 * cost
        total += asked.right[row, "profit"]
        assert asked.right[row, "total"] == total
        signs.append(total >= 0)
    assert asked.right["第 1 个月", "profit"] < 0  # 开始时在亏，开始赚钱与回本才分得开
    assert signs == sorted(signs)
    assert asked.right["回本的月份", "month"] == signs.index(True) + 1
    first = asked.mistakes["first_profit_for_break_even"]["回本的月份", "month"]
    assert first < asked.right["回本的月份", "month"]


@given(seeds)
def test_the_measures_are_the_contents_own_and_ask_every_stage(seed):
    asked, book = stage_levers(Numbers(seed)), course().curve_measures
    by_text = {one.text: one for one in book.measures}
    found = []
    for row in asked.rows:
        one = by_text[asked.given[row, "measure"]]
        assert asked.right[row, "aim"] == book.aims[one.stage]
        assert asked.right[row, "reason"] == book.reasons[one.stage]
        found.append(one.stage)
    assert set(found) == set(book.aims)
    assert found.count("exploration") + found.count("stability") == 3


def _checked(name: str, changed: dict):
    mine = assignment()
    asked = _built(name, _seed(mine))
    typed = {
        cell: as_typed(asked.asks[cell[1]].kind, value)
        for cell, value in (dict(asked.right) | changed).items()
    }
    return check(name, mine, mine.blank_answers().with_cells(name, typed)), asked


def test_one_wrong_profit_does_not_cost_what_follows():
    mine = assignment()
    right = _built("break_even_table", _seed(mine)).right
    changed = {("第 2 个月", "profit"): right["第 2 个月", "profit"] + 1}
    changed |= {(f"第 {m} 个月", "total"): right[f"第 {m} 个月", "total"] + 1 for m in range(2, 9)}
    outcome, _ = _checked("break_even_table", changed)
    assert outcome.counts["wrong"] == 1
    assert outcome.counts["credit"] == 7


def test_break_even_follows_from_ones_own_totals():
    mine = assignment()
    right = _built("break_even_table", _seed(mine)).right
    changed = {(f"第 {m} 个月", "total"): -5 if m < 8 else 1 for m in range(1, 9)}
    changed["回本的月份", "month"] = 8
    outcome, _ = _checked("break_even_table", changed)
    repaid = right["回本的月份", "month"]
    assert outcome.statuses["回本的月份/month"] == ("credit" if repaid != 8 else "right")


def test_a_type_that_follows_from_ones_own_stage_is_credited():
    mine = assignment()
    right = _built("exit_types", _seed(mine)).right
    row = next(r for r in "甲乙丙丁戊己" if right[r, "stage"] == "形成期")
    outcome, _ = _checked("exit_types", {(row, "stage"): "考察期", (row, "type"): "早期流产型"})
    assert [outcome.statuses[f"{row}/{c}"] for c in ("stage", "type")] == ["wrong", "credit"]


def test_a_reason_that_fits_ones_own_aim_is_credited():
    mine = assignment()
    asked, book = _built("stage_levers", _seed(mine)), course().curve_measures
    row = next(r for r in asked.rows if asked.right[r, "aim"] == book.aims["none"])
    changed = {(row, "aim"): book.aims["decline"], (row, "reason"): book.reasons["decline"]}
    outcome, _ = _checked("stage_levers", changed)
    assert [outcome.statuses[f"{row}/{c}"] for c in ("aim", "reason")] == ["wrong", "credit"]


def test_negative_numbers_are_read_with_either_sign():
    mine = assignment()
    right = _built("break_even_table", _seed(mine)).right
    value = right["第 1 个月", "profit"]
    for sign in "-−":
        typed = {("第 1 个月", "profit"): f"{sign}{abs(value)}"}
        outcome = check("break_even_table", mine, mine.blank_answers().with_cells("break_even_table", typed))
        assert outcome.statuses["第 1 个月/profit"] == "right"
