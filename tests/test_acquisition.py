"""分渠道的账：手算的成本、回本、倍数，区间与 scipy 的 Wilson 相等，功劳怎样分合计都不变(B6)。"""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from lifecycle_lab.schema import ParameterError
from lifecycle_lab.stages import acquisition
from lifecycle_lab.stages.acquisition import Channel

# 花 9,000 元，来访 3,000，询问 450，首单 90：一位 100 元；毛利 35、15、15 … 元
HAND = Channel("手算", 3000, 450, 90, 900_000, (3_500, *[1_500] * 11))


def test_by_hand():
    assert acquisition.cost_per_buyer(HAND) == 10_000
    assert HAND.value() == 3_500 + 11 * 1_500 == 20_000
    assert HAND.value(3) == 6_500
    assert acquisition.value_per_cost(HAND) == 2
    assert acquisition.value_per_cost(HAND, 3) == F(65, 100)
    # 35 50 65 80 95 110：第 6 个月
    assert acquisition.payback(HAND.margins, 10_000) == 6
    assert acquisition.payback(HAND.margins, 8_000) == 4  # 恰好到本
    assert acquisition.payback(HAND.margins, 20_001) is None


def test_nothing_bought_or_nothing_spent_has_no_cost():
    nobody = Channel("没有人", 100, 3, 0, 50_000, (1_000,))
    assert acquisition.cost_per_buyer(nobody) is None
    assert acquisition.value_per_cost(nobody) is None
    assert acquisition.cost_band(nobody)[1] is None
    assert acquisition.ratio_band(nobody)[0] == 0
    free = Channel("白来的", 100, 50, 10, 0, (1_000,))
    assert acquisition.cost_per_buyer(free) == 0
    assert acquisition.value_per_cost(free) is None
    assert acquisition.grow([nobody, free]) is None
    with pytest.raises(ParameterError, match="不合理"):
        Channel("反了", 10, 20, 5, 0, ())


@given(st.integers(0, 400), st.integers(1, 400))
def test_the_interval_is_the_wilson_of_scipy(successes, trials):
    if successes > trials:
        return
    wanted = binomtest(successes, trials).proportion_ci(0.95, "wilson")
    assert acquisition.wilson(successes, trials) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_costs_and_ratios_take_the_interval_over():
    low, high = acquisition.wilson(90, 3000)
    assert acquisition.cost_band(HAND) == pytest.approx((300 / high, 300 / low))
    assert acquisition.ratio_band(HAND) == pytest.approx((20_000 * low / 300, 20_000 * high / 300))
    assert acquisition.wilson(0, 0) == (0.0, 1.0)


def test_which_to_grow_says_when_it_cannot_be_told():
    big = Channel("多", 30_000, 5_000, 3_000, 30_000_000, (14_000,))
    small = Channel("少", 30, 10, 3, 30_000, (16_000,))
    found = acquisition.grow([big, small])
    assert (found.best, found.clear, found.unclear) == ("少", False, ("多",))
    many = Channel("少", 30_000, 10_000, 3_000, 30_000_000, (16_000,))
    found = acquisition.grow([big, many])
    assert (found.best, found.clear, found.unclear) == ("少", True, ())


JOURNEYS = {("a",): 10, ("b", "a"): 20, ("a", "b", "c"): 30}


def test_credit_by_hand():
    assert acquisition.credit(JOURNEYS, "last") == {"a": 30, "c": 30}
    assert acquisition.credit(JOURNEYS, "first") == {"a": 40, "b": 20}
    assert acquisition.credit(JOURNEYS, "even") == {"a": 30, "b": 20, "c": 10}
    with pytest.raises(ParameterError):
        acquisition.credit(JOURNEYS, "best")


@given(
    st.dictionaries(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True).map(tuple),
        st.integers(1, 99),
        min_size=1,
    )
)
def test_credit_always_adds_up_to_the_customers(journeys):
    for rule in acquisition.RULES:
        assert sum(acquisition.credit(journeys, rule).values()) == sum(journeys.values())
