"""第 05 课的规则：界限与打分手算过，抽样与枚举相等，T 恤与闭式相等（A10–A12）。"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import rfm, segmentation
from lifecycle_lab.schema import Customer, LabError, ParameterError
from lifecycle_lab.segmentation import Shirts

HIGH = {"recency": "high", "frequency": "high", "monetary": "high"}
DAYS = HIGH | {"recency": "low"}
whole_numbers = st.lists(st.integers(-50, 50), min_size=1, max_size=40)


def people(*money: int) -> list[Customer]:
    """R、F 都一样，只有 M 不同。"""
    return [Customer(f"C{i}", 1, 1, amount) for i, amount in enumerate(money)]


# ── 界限与打分 ───────────────────────────────────────────────────────


def test_cuts_and_scores_by_hand():
    """1 1 2 2 2 3 4 4 6 9：两成是第 2 个，四成第 4 个，六成第 6 个，八成第 8 个。"""
    values = [4, 1, 2, 9, 2, 3, 6, 1, 2, 4]
    assert segmentation.quantile_cuts(values) == (1, 2, 3, 4)
    scores = {v: segmentation.score(v, (1, 2, 3, 4), "high") for v in values}
    assert scores == {1: 1, 2: 2, 3: 3, 4: 4, 6: 5, 9: 5}
    assert segmentation.score(1, (1, 2, 3, 4), "low") == 5  # 天数小的好


def test_a_pile_of_ties_leaves_a_score_empty_and_splits_nobody():
    values = [1] * 7 + [5, 6, 7]
    cuts = segmentation.quantile_cuts(values)
    assert cuts == (1, 1, 1, 5)
    assert [segmentation.score(v, cuts, "high") for v in (1, 5, 6, 7)] == [1, 4, 5, 5]


@given(whole_numbers, st.integers(2, 7))
def test_each_cut_is_the_smallest_value_that_reaches_its_share(values, parts):
    for k, edge in enumerate(segmentation.quantile_cuts(values, parts), start=1):
        within = {v: Fraction(sum(x <= v for x in values), len(values)) for v in values}
        assert edge == min(v for v, share in within.items() if share >= Fraction(k, parts))


@given(whole_numbers)
def test_same_value_same_score_and_more_is_never_less(values):
    cuts = segmentation.quantile_cuts(values)
    scores = [segmentation.score(v, cuts, "high") for v in sorted(values)]
    assert scores == sorted(scores)
    assert all(
        a + b == 6
        for a, b in zip(scores, (segmentation.score(v, cuts, "low") for v in sorted(values)), strict=True)
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-9, 9)), min_size=1, max_size=20))
def test_codes_are_the_marks_of_the_training(rows):
    """与 `rfm.mark` 的三个箭头逐个相等，相等的值也在内。"""
    customers = [Customer(f"C{i}", *row) for i, row in enumerate(rows)]
    found = segmentation.codes(customers, segmentation.centres(customers, "mean"), DAYS)
    assert [segmentation.pattern(code) for code in found] == rfm.patterns(customers, DAYS)


def test_centres_by_hand():
    some = people(100, 200, 300, 1000)
    values = {kind: segmentation.centres(some, kind)["monetary"] for kind in ("mean", "median")}
    assert values == {"mean": 400, "median": 250}
    assert segmentation.centres(some, "cut", Fraction(3, 4))["monetary"] == 300
    with pytest.raises(ParameterError):
        segmentation.centres(some, "mode")
    with pytest.raises(ParameterError):
        segmentation.cut([1], Fraction(0))


# ── 名字与方向 ───────────────────────────────────────────────────────


def test_disagreement_counts_people_money_and_pairs():
    names = {segmentation.state(code): f"A{code}" for code in range(8)}
    others = names | {segmentation.state(7): "X"}
    gap = segmentation.disagreement([7, 7, 0], [7, 7, 1], [10, 20, 5], names, others)
    assert (gap.customers, gap.changed, gap.money) == (3, 3, 35)
    assert gap.pairs == ((("A7", "X"), 2), (("A0", "A1"), 1))


def test_literal_reading_is_wrong_for_everybody_but_exact_ties():
    customers = [Customer("a", 10, 1, 1), Customer("b", 20, 1, 1), Customer("c", 30, 1, 1)]
    middle = segmentation.centres(customers, "mean")  # R 均值 20：b 恰好相等
    right, literal = (
        segmentation.codes(customers, middle, DAYS),
        segmentation.literal_codes(customers, middle),
    )
    assert [a != b for a, b in zip(right, literal, strict=True)] == [True, False, True]


# ── 一再抽样 ─────────────────────────────────────────────────────────


def test_draws_are_the_written_hash():
    """「tens-v1|种子|大小|次数|块」的 SHA-256，每 8 字节一个数，对剩下的人数取余：换谁来算都一样。"""
    import subprocess

    digest = subprocess.run(["sha256sum"], input=b"tens-v1|s|2|0|0", capture_output=True, check=True).stdout
    first, second = (int(digest[16 * i : 16 * i + 16], 16) for i in range(2))
    cards = list("0123456")
    cards[0], cards[first % 7] = cards[first % 7], cards[0]
    rest = cards[1:]
    wanted = [int(cards[0]), int(rest[second % 6])]
    assert segmentation.indexes(7, 2, "s", 0) == wanted


@given(st.integers(1, 40), st.data())
def test_a_draw_has_no_one_twice(population, data):
    size = data.draw(st.integers(1, population))
    found = segmentation.indexes(population, size, "seed", 3)
    assert len(set(found)) == size
    assert set(found) <= set(range(population))


def test_every_pair_is_drawn_equally_often():
    """五取二的十种组合，各 1/10：卡方（自由度 9）不超过千分之一的界 27.88。"""
    draws = 5000
    counts = Counter(frozenset(segmentation.indexes(5, 2, "chi", n)) for n in range(draws))
    expected = draws / 10
    assert len(counts) == 10
    assert sum((n - expected) ** 2 / expected for n in counts.values()) < 27.88


def test_agreement_is_the_exact_probability_of_a_tiny_population():
    """1、2、3、10：六种两人的抽法全部写出来，丙（3）只在不含丁的三种里标错。"""
    some = people(1, 2, 3, 10)
    money = [c.monetary for c in some]
    whole = [x >= Fraction(16, 4) for x in money]
    exact = []
    for i, x in enumerate(money):
        kept = [(x >= Fraction(a + b, 2)) == whole[i] for a, b in combinations(money, 2)]
        exact.append(Fraction(sum(kept), 6))
    assert exact == [1, Fraction(2, 3), Fraction(1, 2), 1]  # 乙：均值恰好 2 元也标 ↑
    found = segmentation.wander(some, HIGH, 2, 4000, "tiny")
    for kept, share in zip(found.kept, exact, strict=True):
        # 4000 次里的份额，标准误不超过 0.008
        assert abs(kept / 4000 - share) < 0.03
    assert abs(found.agreement - sum(exact) / 4) < Fraction(2, 100)


def test_drawing_everybody_changes_nobody_and_the_same_seed_says_the_same():
    some = people(3, 1, 4, 1, 5, 9, 2, 6)
    everyone = segmentation.wander(some, HIGH, 8, 5, "a")
    assert everyone.agreement == 1
    assert everyone.stable(Fraction(1)) == 1
    assert set(everyone.means) == {(1, 1, Fraction(31, 8))}
    assert segmentation.wander(some, HIGH, 3, 50, "a") == segmentation.wander(some, HIGH, 3, 50, "a")
    assert segmentation.wander(some, HIGH, 3, 50, "a") != segmentation.wander(some, HIGH, 3, 50, "b")
    assert everyone.by_code() == dict.fromkeys(set(everyone.whole), 1)
    with pytest.raises(LabError, match="抽不出"):
        segmentation.wander(some, HIGH, 9, 1, "a")


def test_the_middle_nine_tenths_by_hand():
    """二十个均值，各砍掉一个：第 2 小到第 2 大。"""
    means = tuple((Fraction(0), Fraction(0), Fraction(n)) for n in range(20))
    found = segmentation.Wander(10, 20, means, (0,), (20,))
    assert found.band(2) == (1, 18)


def test_a_trend_is_seen_as_often_as_enumeration_says():
    """变化 +5、−1、−1、−1，合计升；两人的六种抽法里含第一位的三种看对。"""
    seen = segmentation.trend_seen([5, -1, -1, -1], 2, 4000, "t")
    assert abs(seen - Fraction(1, 2)) < Fraction(3, 100)
    with pytest.raises(LabError):
        segmentation.trend_seen([1, -1], 1, 10, "t")


# ── T 恤 ─────────────────────────────────────────────────────────────


def test_frozen_is_the_closed_form():
    """没有换季：第 t 个月推错 1 − (1 − q)^(t − 1)。"""
    shirts = Shirts(switch=100, wave_month=99, wave=0, buys=0, months=5)
    found = segmentation.expected_wrong(shirts)
    assert found.frozen == tuple(1 - Fraction(9, 10) ** n for n in range(5))
    assert found.refreshed == found.frozen  # 一个人也不再买，更新不了


def test_who_buys_every_month_is_wrong_only_in_the_month_of_the_change():
    shirts = Shirts(switch=100, wave_month=3, wave=500, buys=1000, months=4)
    found = segmentation.expected_wrong(shirts)
    # 还喜欢蓝：1、0.9、0.45、0.405；人人上个月买过，错的只有这个月刚改的
    assert found.refreshed == (0, Fraction(1, 10), Fraction(45, 100), Fraction(45, 1000))
    assert found.frozen == (0, Fraction(1, 10), Fraction(55, 100), Fraction(595, 1000))


def test_refreshed_by_hand_with_half_buying():
    """每月一半的人买。第 3 个月：上月买的（1/2）错在本月刚改的 .09；只有一月买的（1/2）错 .19。"""
    found = segmentation.expected_wrong(Shirts(100, 99, 0, 500, 3))
    assert found.refreshed[2] == Fraction(1, 2) * Fraction(9, 100) + Fraction(1, 2) * Fraction(19, 100)


def test_simulation_agrees_with_the_closed_form_and_repeats():
    shirts = Shirts(20, 6, 600, 300, 9)
    wanted, found = segmentation.expected_wrong(shirts), segmentation.simulate_wrong(shirts, 3000, "t")
    for exact, tried in zip(wanted.frozen + wanted.refreshed, found.frozen + found.refreshed, strict=True):
        assert abs(exact - tried) < Fraction(4, 100)  # 标准误不超过 0.0092
    assert found == segmentation.simulate_wrong(shirts, 3000, "t")
    with pytest.raises(ParameterError):
        Shirts(1001, 6, 0, 0, 3)
