"""算题：标准答案与独立的算法相等（scipy、逐日的循环、手写的界限），错法认得出，接着算得过程分。"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from golden.sheets import Desk, assignment
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from lifecycle_lab.content import course
from lifecycle_lab.content.vocabulary import PROBLEM
from lifecycle_lab.exercises.assignment import assign
from lifecycle_lab.exercises.checks import check
from lifecycle_lab.exercises.forms import form
from lifecycle_lab.exercises.modes import as_typed
from lifecycle_lab.exercises.problems import _built, builders
from lifecycle_lab.exercises.problems.cycles import (
    gap_class,
    reading_verdict,
    repurchase_curve,
    state_at_date,
)
from lifecycle_lab.exercises.problems.cycles import gap_quantiles as quantiles_problem
from lifecycle_lab.exercises.problems.cycles.classes import histories
from lifecycle_lab.exercises.problems.cycles.curve import ten_spells
from lifecycle_lab.exercises.reasons import reason
from lifecycle_lab.variants import Numbers

PROBLEMS = [name for name, exercise in course().exercises.items() if exercise.answer == PROBLEM]
seeds = st.integers(0, 10**9).map(lambda n: f"lifecycle|{n}")


def test_every_text_has_a_builder_and_every_builder_a_text():
    assert set(PROBLEMS) == set(builders())


# ── 取数 ─────────────────────────────────────────────────────────────


def test_numbers_are_the_written_hash_and_nothing_else():
    """「v1|种子|名字」的 SHA-256 对个数取余：换谁来算都一样。"""
    # printf 'v1|s|a' | sha256sum = 45e4…；末位十六进制数的奇偶就是对 2 取余
    import subprocess

    digest = subprocess.run(["sha256sum"], input=b"v1|s|a", capture_output=True, check=True).stdout.split()[0]
    assert Numbers("s").whole("a", 5, 104) == 5 + int(digest, 16) % 100
    assert Numbers("s").choice("a", "xy") == "xy"[int(digest[-1:], 16) % 2]


@given(seeds, st.integers(0, 50), st.integers(1, 9), st.integers(0, 60))
def test_a_whole_number_stays_in_its_range(seed, low, step, width):
    found = Numbers(seed).whole("x", low, low + width, step)
    assert low <= found <= low + width
    assert (found - low) % step == 0


@given(seeds)
def test_shuffling_keeps_everything(seed):
    assert sorted(Numbers(seed).shuffled("x", range(12))) == list(range(12))


# ── 标准答案与独立的算法 ─────────────────────────────────────────────


@given(seeds)
def test_the_curve_is_the_one_scipy_draws(seed):
    spells = ten_spells(Numbers(seed))
    asked = repurchase_curve(Numbers(seed))
    data = CensoredData(
        uncensored=[day for day, ended in spells if ended], right=[day for day, ended in spells if not ended]
    )
    curve = ecdf(data).cdf
    for i, (day, ended) in enumerate(spells, start=1):
        cell = (f"第 {i} 段", "share")
        assert (cell in asked.right) is ended
        if ended:
            assert float(asked.right[cell]) == pytest.approx(100 * curve.evaluate(day))
            assert asked.right[cell[0], "at_risk"] == sum(other >= day for other, _ in spells)


@given(seeds)
def test_the_quantiles_are_the_first_days_that_reach_them(seed):
    spells = ten_spells(Numbers(seed))
    ended = sorted(day for day, done in spells if done)
    data = CensoredData(uncensored=ended, right=[day for day, done in spells if not done])
    curve = ecdf(data).cdf
    right = quantiles_problem(Numbers(seed)).right
    for name, share in (("50 %", 0.5), ("70 %", 0.7), ("90 %", 0.9)):
        reached = [day for day in ended if curve.evaluate(day) >= share - 1e-9]
        assert right[name, "corrected"] == (reached[0] if reached else "没有达到")
        assert right[name, "naive"] == next(
            d for i, d in enumerate(ended, start=1) if Fraction(i, len(ended)) >= Fraction(str(share))
        )


@given(seeds)
def test_classes_follow_the_printed_bounds(seed):
    """[0,80) 高频、[80,200) 中频、[200,400] 低频、之后超出，照题面逐条写。"""
    asked = gap_class(Numbers(seed))
    for row, bought in histories(Numbers(seed)).items():
        gap = bought[-1].toordinal() - bought[-2].toordinal()
        name, cycle = (
            ("高频", 80)
            if gap < 80
            else ("中频", 200)
            if gap < 200
            else ("低频", 400)
            if gap <= 400
            else ("超出", 400)
        )
        assert [asked.right[row, column] for column in ("gap", "class", "cycle")] == [gap, name, cycle]
        assert asked.given[row, "bought"].split("\n") == [day.isoformat() for day in bought]
    assert {asked.right[row, "class"] for row in asked.rows} == {"高频", "中频", "低频", "超出"}


@given(seeds)
def test_the_average_of_all_gaps_falls_in_another_class(seed):
    """80、200 属于后一类，400 仍属前一类。"""

    def place(gap: int) -> int:
        return (gap >= 80) + (gap >= 200) + (gap > 400)

    for bought in histories(Numbers(seed)).values():
        average = (bought[-1] - bought[0]).days // (len(bought) - 1)
        assert place(average) != place((bought[-1] - bought[-2]).days)


@given(seeds)
def test_states_follow_the_rules_as_the_prompt_says_them(seed):
    asked = state_at_date(Numbers(seed))
    names, cycles_of = ["活跃", "沉默", "沉睡", "流失"], {"高频": 80, "中频": 200, "低频": 400}
    for row in asked.rows:
        last, as_of = (date.fromisoformat(asked.given[row, column]) for column in ("last", "as_of"))
        idle = (as_of - last).days
        kind = asked.given[row, "class"]
        limits = [m * cycles_of[kind] for m in (1, 2, 3)] if kind in cycles_of else [80, 200, 400]
        assert asked.right[row, "idle"] == idle
        assert asked.right[row, "static"] == names[sum(idle >= edge for edge in (80, 200, 400))]
        assert asked.right[row, "dynamic"] == names[sum(idle >= edge for edge in limits)]
    assert any(asked.right[row, "static"] != asked.right[row, "dynamic"] for row in asked.rows)


@given(seeds)
def test_the_verdict_is_read_off_the_numbers_in_the_question(seed):
    import re

    asked = reading_verdict(Numbers(seed))
    first = asked.given["问题一", "question"]
    active = int(re.search(r"共 (\d+) 位", first)[1])
    many = {
        rule: int(n)
        for rule, n in re.findall(r"[：，]([^：，。]+?) (\d+) 位", first.split("客户：")[1].join(["：", ""]))
    }
    assert len(set(many.values())) == 4
    assert asked.right["问题一", "word"] == min(many, key=many.get)
    assert asked.right["问题二", "word"] == max(many, key=many.get)
    assert asked.right["问题三", "number"] == max(many.values()) - min(many.values()) > 0
    assert asked.right["问题四", "number"] == Fraction(100 * many["只看天数"], active)
    low, high = re.search(r"区间是 (\S+) 到 (\S+?)。", asked.given["问题五", "question"]).groups()
    crosses = float(low) < 0 < float(high)
    assert asked.right["问题五", "word"].startswith("不能" if crosses else "能")


# ── 理由、错法、过程分 ───────────────────────────────────────────────


@given(st.integers(0, 10**6).map(str))
def test_every_cell_has_both_reasons_for_every_student(student):
    mine = assign(assignment().population, student)
    for name in PROBLEMS:
        sheet = form(name, mine)
        for cell in sheet.cells:
            for solved in (True, False):
                said = reason(sheet, mine, cell, solved=solved)
                assert said
                assert "$" not in said


@pytest.mark.parametrize("name", PROBLEMS)
def test_without_the_right_answer_no_reason_tells_it(name):
    """没做对时只说做法：算出来的数不在“怎样做”里。"""
    mine = assignment()
    sheet, asked = form(name, mine), builders()[name]
    right = asked(Numbers(_seed(mine))).right
    for cell in sheet.cells:
        said = reason(sheet, mine, cell, solved=False)
        if sheet.kinds[cell[1]] in ("percent", "days") and not isinstance(right[cell], str):
            assert as_typed(sheet.kinds[cell[1]], right[cell]) not in said


def _seed(mine) -> str:
    return f"{mine.course.course_id}|{mine.student_id}|{','.join(mine.customer_ids)}"


@pytest.mark.parametrize("name", PROBLEMS)
def test_named_mistakes_are_recognised(name):
    mine = assignment()
    sheet = form(name, mine)
    asked = _built(name, _seed(mine))
    for misconception in sheet.exercise.misconceptions:
        wrong = {
            cell: value
            for cell, value in asked.mistakes.get(misconception, {}).items()
            if value is not None and value != asked.right[cell]
        }
        if not wrong:
            continue
        typed = {
            cell: as_typed(sheet.kinds[cell[1]], value) for cell, value in (dict(asked.right) | wrong).items()
        }
        outcome = check(name, mine, mine.blank_answers().with_cells(name, typed))
        assert misconception in [found.id for found in outcome.found], misconception


def test_one_wrong_count_does_not_cost_the_shares_after_it(tmp_path):
    """第一段还在看的写错一个，后面的份额照自己的数接着算：过程分，不再扣。"""
    mine = assignment()
    right = _built("repurchase_curve", _seed(mine)).right
    rows = list(dict.fromkeys(row for row, _ in right))
    own = {row: right[row, "at_risk"] for row in rows}
    own[rows[0]] -= 1
    left, typed = Fraction(1), {}
    for row in rows:
        left *= Fraction(own[row] - 1, own[row])
        typed |= {(row, "at_risk"): str(own[row]), (row, "share"): as_typed("percent", 100 * (1 - left))}
    outcome = check("repurchase_curve", mine, mine.blank_answers().with_cells("repurchase_curve", typed))
    assert outcome.counts["wrong"] == 1
    assert outcome.counts["credit"] == len(rows)


def test_a_state_that_follows_from_ones_own_days_is_credited():
    mine = assignment()
    right = dict(_built("state_at_date", _seed(mine)).right)
    typed = {cell: as_typed("whole", value) for cell, value in right.items()}
    typed |= {("甲", "idle"): "79", ("甲", "static"): "活跃", ("甲", "dynamic"): "活跃"}
    outcome = check("state_at_date", mine, mine.blank_answers().with_cells("state_at_date", typed))
    statuses = outcome.statuses
    assert [statuses[f"甲/{c}"] for c in ("idle", "static", "dynamic")] == ["wrong", "credit", "credit"]


def test_a_word_outside_the_list_is_a_matter_of_form(tmp_path):
    sheet = Desk(tmp_path).sheet("gap_class")
    sheet.fill({"甲": {"频次类": "超高频"}})
    (cell,) = [cell for cell in sheet.outcome().cells if cell.entry.text]
    assert cell.status == "format"
    assert "选单" in cell.reason
    sheet.fill({"甲": {"频次类": " 中 频 "}})
    (cell,) = [cell for cell in sheet.outcome().cells if cell.entry.text]
    assert (cell.status, cell.entry.shown) == ("right", "中频")


def test_never_reached_is_written_as_a_word_or_days_as_a_number(tmp_path):
    sheet = Desk(tmp_path).sheet("gap_quantiles")
    sheet.fill({"90 %": {"连同还没有再买的": "没有达到", "只看已经再买的": "１９６天"}})
    read = {cell.column: cell for cell in sheet.outcome().cells if cell.row == "90 %"}
    assert read["corrected"].entry.shown == "没有达到"
    assert read["naive"].entry.shown == "196"
