"""细分的小件：组合的记法、直方图、分位数、隐去小组；每条规则与另一种算法对照。"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import rfm, segmentation
from lifecycle_lab.content import course
from lifecycle_lab.segmentation import Bar

LEAST = 5


def test_codes_and_patterns_are_the_same_eight():
    assert [segmentation.pattern(code) for code in segmentation.PATTERNS] == [
        "↑↑↑", "↑↑↓", "↑↓↑", "↑↓↓", "↓↑↑", "↓↑↓", "↓↓↑", "↓↓↓",
    ]  # fmt: skip
    for code in segmentation.PATTERNS:
        assert rfm.state(segmentation.pattern(code)) == segmentation.state(code)


def test_moved_counts_names_not_patterns():
    names = course().conventions["G"].names  # ↓↑↑ 与 ↓↓↑ 在 G 里同名
    assert names[segmentation.state(3)] == names[segmentation.state(1)]
    changes = [(3, 1, 7, 100), (7, 3, 2, 10), (7, 7, 5, 1)]
    assert segmentation.moved(changes, names, names) == (2, 10)
    other = course().conventions["A"].names
    assert segmentation.moved(changes, other, other) == (9, 110)


# —— 分位数 ——————————————————————————————————————————————————————————————

GAPS = st.dictionaries(st.integers(1, 30), st.integers(1, 5), max_size=8)


@given(GAPS, st.integers(1, 99), st.integers(0, 20))
def test_a_quantile_is_the_first_day_enough_have_come_back(counts, percent, waiting):
    share = Fraction(percent, 100)
    days = segmentation.reached_within(counts, share, waiting)
    everyone = sorted(itertools.chain.from_iterable([d] * n for d, n in counts.items()))
    total = len(everyone) + waiting
    came = {d: sum(x <= d for x in everyone) for d in range(31)}
    fits = [d for d in range(31) if total and Fraction(came[d], total) >= share]
    assert days == (min(fits) if fits else None)


def test_an_exact_share_is_reached_and_a_missing_one_never():
    assert segmentation.reached_within({10: 1, 20: 1}, Fraction(1, 2)) == 10
    assert segmentation.reached_within({10: 1, 20: 1}, Fraction(1, 2), waiting=1) == 20
    assert segmentation.reached_within({10: 1}, Fraction(1, 2), waiting=2) is None


# —— 直方图 ——————————————————————————————————————————————————————————————


def test_bars_take_a_round_width_and_gather_the_tail():
    found = segmentation.bars([(1, 50), (2, 30), (3, 10), (4, 5), (9, 3), (120, 1)])
    assert found == [Bar(1, 2, 50), Bar(2, 3, 30), Bar(3, 4, 10), Bar(4, 5, 5), Bar(5, None, 4)]
    assert segmentation.bars([]) == []
    assert segmentation.bars([(-250, 1), (900, 1)], unit=10)[0].low <= -250


@given(st.dictionaries(st.integers(-500, 5000), st.integers(1, 50), min_size=1, max_size=60))
def test_bars_lose_nobody_and_stay_few(counts):
    found = segmentation.bars(counts.items())
    assert sum(bar.customers for bar in found) == sum(counts.values())
    assert len(found) <= 18
    for before, after in itertools.pairwise(found):
        assert before.high == after.low
    for bar in found:
        inside = [n for v, n in counts.items() if bar.low <= v and (bar.high is None or v < bar.high)]
        assert bar.customers == sum(inside)
    tail = [bar.customers for bar in found if bar.high is None]
    assert all(20 * n <= sum(counts.values()) for n in tail)


@given(st.dictionaries(st.integers(0, 300), st.integers(1, 9), min_size=1, max_size=60))
def test_merged_bars_are_never_small(counts):
    found = segmentation.merged(segmentation.bars(counts.items()), LEAST)
    assert all(bar.customers >= LEAST for bar in found)
    if sum(counts.values()) >= LEAST:
        assert sum(bar.customers for bar in found) == sum(counts.values())


# —— 隐去 ————————————————————————————————————————————————————————————————


def determined(unknown, equations) -> set:
    """另一种算法：去掉一列，秩少一，这个未知数就由方程定死（numpy 的秩）。"""
    names = list(unknown)
    matrix = np.array([[equation.get(name, 0) for name in names] for equation in equations], float)
    rank = np.linalg.matrix_rank
    return {name for i, name in enumerate(names) if rank(np.delete(matrix, i, 1)) < rank(matrix)}


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(-2, 2), min_size=width, max_size=width), min_size=1, max_size=6
        )
    )
)
def test_solvable_agrees_with_ranks(matrix):
    names = range(len(matrix[0]))
    equations = [dict(enumerate(row)) for row in matrix]
    assert segmentation.solvable(names, equations) == determined(names, equations)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=9))
def test_a_list_with_a_public_total_cannot_be_undone(counts):
    hidden = segmentation.hide_in_list(counts, LEAST)
    names = [i for i, hide in enumerate(hidden) if hide]
    assert {i for i, n in enumerate(counts) if 0 < n < LEAST} <= set(names)
    if any(0 < n < LEAST for n in counts) and len(counts) > 1:
        assert len(names) > 1
        assert not segmentation.solvable(names, [dict.fromkeys(names, 1)])
        others = [n for n in counts if n]
        assert sum(counts[i] for i in names) >= min(LEAST, sum(others))


def equations_of(hidden):
    """带合计的表：每一行、每一列都加得起来；公开的格是已知的，不进方程的未知数。"""
    bottom, right = len(hidden) - 1, len(hidden[0]) - 1
    lines = [[(i, j) for j in range(right + 1)] for i in range(bottom + 1)]
    lines += [[(i, j) for i in range(bottom + 1)] for j in range(right + 1)]
    for line in lines:
        yield {
            cell: (-1 if k == len(line) - 1 else 1) for k, cell in enumerate(line) if hidden[cell[0]][cell[1]]
        }


SMALL = st.integers(0, 12)


@settings(max_examples=200)
@given(st.integers(2, 5), st.integers(2, 5), st.data())
def test_a_table_with_margins_cannot_be_undone(height, width, data):
    body = [[data.draw(SMALL) for _ in range(width)] for _ in range(height)]
    table = [[*row, sum(row)] for row in body]
    table.append([sum(column) for column in zip(*table, strict=True)])
    totals = segmentation.hide_in_list(table[-1][:-1], LEAST)
    hidden = segmentation.hide_in_table(table, LEAST, totals)
    if hidden is None:
        return
    assert hidden[-1] == [*totals, False]
    for row, hides in zip(table[:-1], hidden[:-1], strict=True):
        assert all(hide or not 0 < n < LEAST for n, hide in zip(row, hides, strict=True))
    unknown = [(i, j) for i, row in enumerate(hidden) for j, hide in enumerate(row) if hide]
    # 别的表也公开着合计那一行的总和；它就是右下角，已在方程里
    assert not segmentation.solvable(unknown, equations_of(hidden))
    assert not determined(unknown, list(equations_of(hidden))) if unknown else True


def test_a_table_that_cannot_be_protected_is_not_shown():
    assert segmentation.hide_in_table([[3, 3], [3, 3]], LEAST, [False]) is None


def test_a_big_table_needs_no_hiding():
    assert (
        segmentation.hide_in_table([[9, 9, 18], [8, 0, 8], [17, 9, 26]], LEAST, [False, False])
        == [[False] * 3] * 3
    )


def test_one_small_cell_takes_three_more_with_it():
    table = [[3, 20, 30, 53], [30, 40, 50, 120], [9, 60, 70, 139], [42, 120, 150, 312]]
    hidden = segmentation.hide_in_table(table, LEAST, [False] * 3)
    found = {(i, j) for i, row in enumerate(hidden) for j, hide in enumerate(row) if hide}
    assert len(found) == 4
    assert (0, 0) in found
    # 反例：只隐去小的那一格，一减就出来了
    lonely = [[i == j == 0 for j in range(4)] for i in range(4)]
    assert segmentation.solvable([(0, 0)], equations_of(lonely)) == {(0, 0)}
