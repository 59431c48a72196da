"""rfm：规则对着外面的算术（分数、手算）查；每条性质都能被一处改坏的代码打破。"""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from statistics import median as library_median

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import rfm
from lifecycle_lab.schema import Customer, DataError, Order

COLUMNS = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40)
BETTER = st.sampled_from(["high", "low"])


def oracle(values, better):
    """独立的写法：真的算出分数均值再比较。"""
    centre = sum(map(Fraction, values), Fraction(0)) / len(values)
    return ["↑" if (v >= centre if better == "high" else v <= centre) else "↓" for v in values]


def test_worked_by_hand():
    # 45+10+60 = 115，均值 38.33…；越小越好：45 ↓,10 ↑,60 ↓
    assert rfm.mark([45, 10, 60], "low") == ["↓", "↑", "↓"]
    # 1+2+3 = 6，均值 2；恰好等于均值标 ↑
    assert rfm.mark([1, 2, 3], "high") == ["↓", "↑", "↑"]


def test_ten_equal_prices_never_fall_below_their_mean():
    """0.01…1999.99 元共 199 999 个价，10 位客户都一样：浮点均值会错判其中四万多个。"""
    for price in range(1, 200_000):
        assert "↓" not in rfm.mark([price] * 10, "high"), price


def test_hundred_thousand_random_tables_equal_exact_fractions():
    rng = random.Random(20261121)
    for _ in range(100_000):
        top = rng.choice((3, 30, 3_000, 10**12))
        values = [rng.randint(0, top) for _ in range(rng.randint(1, 12))]
        better = rng.choice(("high", "low"))
        assert rfm.mark(values, better) == oracle(values, better), (values, better)


@given(COLUMNS, BETTER, st.integers(-(10**6), 10**6))
def test_adding_a_constant_changes_no_arrow(values, better, shift):
    assert rfm.mark([v + shift for v in values], better) == rfm.mark(values, better)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers()), min_size=1), BETTER, st.randoms())
def test_permuting_rows_permutes_arrows(rows, better, rng):
    shuffled = rows.copy()
    rng.shuffle(shuffled)
    before = sorted(zip(rows, rfm.mark([v for v, _ in rows], better), strict=True))
    after = sorted(zip(shuffled, rfm.mark([v for v, _ in shuffled], better), strict=True))
    assert before == after


@given(COLUMNS)
def test_the_best_is_never_below_and_directions_mirror(values):
    assert rfm.mark(values, "high")[values.index(max(values))] == "↑"
    assert rfm.mark([-v for v in values], "low") == rfm.mark(values, "high")


def test_takes_a_pandas_column_as_gladly_as_a_list():
    values = [2**62, 2**62, 2**62 - 1]  # int64 相加会溢出；这里不许溢出
    assert rfm.mark(pd.Series(values), "high") == rfm.mark(values, "high") == ["↑", "↑", "↓"]


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [None, 1], [float("nan")], ["3"], [True, 2]])
def test_refuses_what_is_not_whole(values):
    with pytest.raises(DataError):
        rfm.mark(values, "high")


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30))
def test_median_equals_the_standard_library(values):
    assert rfm.median(values) == Fraction(library_median(map(Fraction, values)))


def test_patterns_keep_the_order_recency_frequency_monetary():
    customers = [Customer("A", 5, 1, 900), Customer("B", 50, 9, 100), Customer("C", 50, 1, 100)]
    better = {"recency": "low", "frequency": "high", "monetary": "high"}
    # R 均值 35(越小越好),F 均值 11/3,M 均值 1100/3
    assert rfm.patterns(customers, better) == ["↑↓↑", "↓↑↓", "↓↓↓"]


def test_all_eight_patterns_map_to_their_state():
    names = {}
    for index in range(8):
        flags = tuple(bool(index & bit) for bit in (4, 2, 1))
        names[flags] = f"类{index}"
    arrows = {True: "↑", False: "↓"}
    for flags, name in names.items():
        assert rfm.segment("".join(arrows[f] for f in flags), names) == name


@pytest.mark.parametrize("text", ["", "↑↑", "↑↑↑↑", "^^v", "上上下"])
def test_a_pattern_is_three_arrows(text):
    with pytest.raises(DataError):
        rfm.state(text)


ORDERS = [
    Order("1", "甲", date(2024, 1, 1), 10_000),
    Order("2", "甲", date(2024, 3, 1), 5_050),
    Order("C2", "甲", date(2024, 3, 9), -5_050, cancelled=True),
    Order("3", "乙", date(2024, 3, 31), 999),
    Order("4", "乙", date(2024, 4, 1), 7_777),
    Order("C9", "丙", date(2024, 2, 1), -300, cancelled=True),
]


def test_totals_worked_by_hand():
    """甲：最后一笔有效订单 3-01，到 3-31 是 30 天；2 单；100.00+50.50−50.50。

    乙：4-01 的订单在观察日之后，不算。丙：只有取消，没有 R。
    """
    assert rfm.customer_totals(ORDERS, date(2024, 3, 31)) == [
        Customer("乙", 0, 1, 999),
        Customer("甲", 30, 2, 10_000),
    ]


@given(st.permutations(ORDERS))
def test_totals_do_not_depend_on_row_order(orders):
    assert rfm.customer_totals(orders, date(2024, 12, 31)) == rfm.customer_totals(ORDERS, date(2024, 12, 31))
