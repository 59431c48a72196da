"""同期群：手数的小表，看不到的是 None 不是 0，合起来的分母只是看得到的(A8)。"""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.schema import ParameterError
from lifecycle_lab.stages import cohorts as groups
from lifecycle_lab.stages.cohorts import Cohort, Point

# 一月：甲 1、3，乙 1、2；二月：丙 2、4，丁 2；四月：戊 4、5；看到四月底
PEOPLE = [[1, 3], [1, 2], [2, 4], [2], [4, 5]]


def test_the_table_by_hand():
    assert groups.cohorts(PEOPLE, 4) == [
        Cohort(-3, 2, (2, 1, 1, 0)),
        Cohort(-2, 2, (2, 0, 1, None)),
        Cohort(0, 1, (1, None, None, None)),
    ]


def test_the_curve_uses_only_those_it_can_see():
    found = groups.cohorts(PEOPLE, 4)
    assert groups.retention_curve(found) == [Point(0, 5, 5), Point(1, 4, 1), Point(2, 4, 2), Point(3, 2, 0)]
    assert [point.share for point in groups.zero_for_unseen(found)] == [1, F(1, 5), F(2, 5), 0]


def test_wider_spans_end_with_the_last_whole_month():
    """两个月一段，从 4 月往回：3–4 月、1–2 月；5 月以后才来的不算。"""
    found = groups.cohorts([[1, 3], [2], [3, 4], [5]], 4, 2)
    assert found == [Cohort(-1, 2, (2, 1)), Cohort(0, 1, (1, None))]
    with pytest.raises(ParameterError):
        groups.cohorts(PEOPLE, 4, 0)
    assert groups.cohorts([[9]], 4) == []
    assert groups.retention_curve([]) == groups.zero_for_unseen([]) == []


people = st.lists(st.sets(st.integers(1, 30), min_size=1, max_size=8).map(sorted), min_size=1, max_size=40)


@given(people, st.integers(1, 30), st.integers(1, 4))
def test_the_triangle_and_the_shares(months, last, width):
    found = groups.cohorts(months, last, width)
    assert sum(one.size for one in found) == sum(months[0] <= last for months in months)
    for one in found:
        assert one.bought[0] == one.size
        # 看得到的恰好是前面 1 − start 段，后面全是 None
        seen = [many is not None for many in one.bought]
        assert seen == [k <= -one.start for k in range(len(one.bought))]
        assert all(0 <= many <= one.size for many in one.bought if many is not None)
    curve, wrong = groups.retention_curve(found), groups.zero_for_unseen(found)
    for right, low in zip(curve, wrong, strict=False):
        assert low.share <= right.share <= 1
