"""放阶段与对照的房间：手算的界限、恰好一格、说好的单调、混淆表的数；都不碰内容与磁盘(A2–A5、B4)。"""

from __future__ import annotations

import dataclasses
from fractions import Fraction as Q
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.schema import DataError, ParameterError
from lifecycle_lab.stages.crosswalk import Span, alongside, closest, common, uncovered
from lifecycle_lab.stages.placing import (
    CRITERIA,
    PERIODS,
    RELATION_STAGES,
    STAGE_OF,
    TRUE_STAGES,
    Evidence,
    PlacingRule,
    confusion,
    criterion,
    evidence,
    period,
    place,
    shares,
    spending_trend,
    true_stage,
)

RULE = PlacingRule(Q(2), Q(1), Q(1, 2), 5, Q(5), 2, Q(2), 4, 2)
numbers = st.fractions(0, 12, max_denominator=20)
trends = st.one_of(st.none(), st.fractions(0, 3, max_denominator=20))
found = st.builds(Evidence, st.integers(1, 12), numbers, numbers, trends)


# ── 手算的界限 ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("purchases", "known", "quiet", "trend", "said", "stage"),
    [
        # 安静恰好满两个周期：退化；差一点：还看别的
        (9, 9, "2", None, "quiet", "decline"),
        (9, 9, "1.99", None, "settled", "stability"),
        # 花得不到一半，安静恰好满一个周期：退化；差一点、或只少到六成：不算
        (6, 6, "1", "0.5", "fading", "decline"),
        (6, 6, "0.99", "0.5", "settled", "stability"),
        (6, 6, "1", "0.51", "settled", "stability"),
        # 稳定要五天、五个周期，缺一样就是形成
        (5, 5, "0", "1", "settled", "stability"),
        (4, 5, "0", "1", "growing", "formation"),
        (5, "4.99", "0", "1", "growing", "formation"),
        # 形成要两天、两个周期，缺一样就是考察
        (2, 2, "0", None, "growing", "formation"),
        (2, "1.99", "0", None, "young", "exploration"),
        (1, "1.99", "1.99", None, "young", "exploration"),
        # 只买过一天，两个周期没来：退化，不是形成
        (1, 2, "2", None, "quiet", "decline"),
    ],
)
def test_places_worked_by_hand(purchases, known, quiet, trend, said, stage):
    one = Evidence(purchases, Q(known), Q(quiet), None if trend is None else Q(trend))
    assert criterion(one, RULE) == said
    assert place(one, RULE) == stage


def test_evidence_by_hand():
    """第 0、30、75 天买，观察日 200，周期 40：认识 5 个，安静 125/40 个；三天看不出趋势。"""
    one = evidence([0, 30, 75], [100, 50, 80], 200, 40, 4)
    assert one == Evidence(3, Q(5), Q(125, 40), None)
    assert evidence([0, 30, 75, 90], [100, 50, 80, 40], 200, Q(40), 4).trend == Q(120, 150)


def test_trend_leaves_the_middle_out_and_says_nothing_where_nothing_can_be_said():
    assert spending_trend([10, 20, 999, 30, 60], 4) == Q(90, 30)
    assert spending_trend([10, 20, 30], 4) is None
    assert spending_trend([0, 0, 5, 5], 4) is None


@pytest.mark.parametrize(
    ("days", "spent", "today", "cycle"),
    [([], [], 9, 5), ([1], [1, 2], 9, 5), ([1, 10], [1, 2], 9, 5), ([1], [1], 9, 0)],
)
def test_evidence_that_is_not_whole_is_refused(days, spent, today, cycle):
    with pytest.raises(DataError):
        evidence(days, spent, today, cycle, 4)


@pytest.mark.parametrize(
    "change",
    [
        {"slow": Q(2)},
        {"falling": Q(1)},
        {"growing_cycles": Q(5)},
        {"growing_purchases": 5},
        {"trend_purchases": 1},
        {"quiet": Q(1)},
        {"slow": Q(0)},
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(change):
    with pytest.raises(ParameterError):
        dataclasses.replace(RULE, **change)


# ── 一般的性质 ───────────────────────────────────────────────────────


@given(found)
def test_exactly_one_stage_and_one_period(one):
    assert sum(place(one, RULE) == stage for stage in RELATION_STAGES) == 1
    assert period(one, RULE) in PERIODS
    assert STAGE_OF[criterion(one, RULE)] == place(one, RULE)
    pairs = {
        "dormancy": "decline",
        "maturity": "stability",
        "growth": "formation",
        "trial": "exploration",
        "introduction": "exploration",
    }
    assert pairs[period(one, RULE)] == place(one, RULE)


@given(found, numbers)
def test_more_silence_only_ever_leads_into_decline(one, more):
    later = dataclasses.replace(one, quiet=one.quiet + more)
    assert place(later, RULE) in (place(one, RULE), "decline")


@given(found, st.integers(0, 9), numbers)
def test_more_purchases_and_longer_acquaintance_never_lead_back(one, bought, longer):
    """别的证据不变，买得更多、认识更久：不会退回前一个阶段，也不会因此退化。"""
    later = dataclasses.replace(one, purchases=one.purchases + bought, known=one.known + longer)
    before, after = (RELATION_STAGES.index(place(each, RULE)) for each in (one, later))
    assert after >= before
    assert (place(later, RULE) == "decline") == (place(one, RULE) == "decline")


@given(found, st.integers(1, 30))
def test_the_unit_of_time_does_not_matter(one, scale):
    """天数与周期同乘一个数，证据不变。"""
    days = [0, 3, 10]
    first, second = (evidence([d * k for d in days], [1, 1, 1], 20 * k, 7 * k, 4) for k in (1, scale))
    assert first == second


@given(st.lists(found, min_size=1))
def test_shares_are_whole(many):
    each = shares((place(one, RULE) for one in many), RELATION_STAGES)
    assert sum(each.values()) == 1
    assert list(each) == list(RELATION_STAGES)


def test_no_customer_has_no_shares():
    with pytest.raises(DataError):
        shares([], PERIODS)


def test_every_criterion_is_reached():
    assert set(CRITERIA) == set(STAGE_OF)
    assert set(STAGE_OF.values()) == set(RELATION_STAGES)


# ── 真相与混淆表 ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (9, "exploration"),
        (10, "formation"),
        (29, "formation"),
        (30, "stability"),
        (50, "decline"),
        (59, "decline"),
        (60, "lost"),
    ],
)
def test_truth_changes_on_the_day_itself(today, stage):
    assert true_stage([10, 30, 50], 60, today) == stage


def test_stages_that_never_come_are_skipped():
    assert true_stage([None, None, None], None, 10**6) == "exploration"
    assert true_stage([5, None, None], 8, 7) == "formation"
    assert true_stage([5, None, None], 8, 8) == "lost"


TRUTH = dict(
    zip("abcdefgh", ("exploration",) * 3 + ("formation", "stability", "decline", "lost", "lost"), strict=True)
)
PLACED = dict(
    zip(
        "abcdefgh",
        (
            "exploration",
            "exploration",
            "decline",
            "formation",
            "formation",
            "decline",
            "decline",
            "exploration",
        ),
        strict=True,
    )
)


def test_confusion_counted_by_hand():
    """八位：考察 2 对 1 错，形成对，稳定错，退化对，走了的一对一错：5 对。"""
    table = confusion(TRUTH, PLACED)
    assert [table.row(name) for name in TRUE_STAGES] == [
        (2, 0, 0, 1),
        (0, 1, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 0, 1),
        (1, 0, 0, 1),
    ]
    assert table.total == 8
    assert table.accuracy == Q(5, 8)
    # 退化与走了的合起来三位，与考察一样多
    assert table.majority == Q(3, 8)
    assert [table.recall(name) for name in TRUE_STAGES] == [Q(2, 3), 1, 0, 1, Q(1, 2)]
    assert table.worst in {("exploration", "decline"), ("stability", "formation"), ("lost", "exploration")}


def test_a_stage_nobody_is_in_has_no_recall():
    assert confusion({"a": "lost"}, {"a": "decline"}).recall("stability") is None


def test_customers_without_truth_do_not_count():
    assert confusion({"a": "lost"}, {"a": "decline", "b": "formation"}).total == 1
    with pytest.raises(DataError):
        confusion({"a": "lost"}, {"b": "decline"})


# ── 对照 ─────────────────────────────────────────────────────────────

FORMATION = Span("four", "formation", Q(1, 4), Q(45, 100))
OTHERS = [
    Span("states", "new", Q(12, 100), Q(3, 10)),
    Span("states", "old", Q(3, 10), Q(62, 100)),
    Span("states", "branch", Q(62, 100), Q(85, 100)),
]


def test_overlaps_by_hand():
    """0.25–0.45 压着 0.12–0.30 的 0.05（四分之一）与 0.30–0.62 的 0.15（四分之三）。"""
    assert common(FORMATION, OTHERS[0]) == Q(1, 20)
    assert alongside(FORMATION, OTHERS) == [(OTHERS[0], Q(1, 4)), (OTHERS[1], Q(3, 4))]
    assert closest(FORMATION, OTHERS) == OTHERS[1]
    assert closest(FORMATION, OTHERS[2:]) is None
    assert uncovered(OTHERS) == [(0, Q(12, 100)), (Q(85, 100), 1)]
    assert uncovered([Span("x", "y", Q(0), Q(1))]) == []


ends = st.lists(st.fractions(0, 1, max_denominator=50), min_size=2, max_size=2, unique=True).map(sorted)
spans = st.builds(lambda e: Span("m", "s", *e), ends)


@given(spans, spans)
def test_overlap_is_mutual_and_never_longer_than_either(one, other):
    assert common(one, other) == common(other, one) <= min(one.length, other.length)
    assert common(one, one) == one.length


@given(spans, st.lists(st.fractions(0, 1, max_denominator=50), max_size=6))
def test_a_model_that_covers_the_whole_axis_accounts_for_all_of_a_stage(one, cuts):
    places = sorted({Q(0), Q(1), *cuts})
    cover = [Span("m", str(i), a, b) for i, (a, b) in enumerate(pairwise(places))]
    assert sum(share for _, share in alongside(one, cover)) == 1
    assert uncovered(cover) == []
