"""客户状态的移动：判状态逐条照题面，链与手算的分数、numpy 的基本矩阵、scipy 的卡方相等(A8)。"""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from lifecycle_lab.schema import DataError, ParameterError
from lifecycle_lab.stages import chain as chains
from lifecycle_lab.stages import moves
from lifecycle_lab.stages.chain import Chain, Duration
from lifecycle_lab.stages.moves import MoveRule, Traces

RULE = MoveRule(2, 60, 180, 270)
FOUR = ("potential", "new", "old", "lost")
# 潜在 50/30/20，新 40/40/20，老 90/10
HAND = Chain(
    FOUR,
    (
        (F(1, 2), F(3, 10), F(0), F(1, 5)),
        (F(0), F(2, 5), F(2, 5), F(1, 5)),
        (F(0), F(0), F(9, 10), F(1, 10)),
        (F(0), F(0), F(0), F(1)),
    ),
)


# ── 一天的状态 ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("traces", "day", "wanted"),
    [
        (Traces(10), 9, None),  # 还没有来问
        (Traces(None, (20,)), 19, None),  # 没有询问记录，首购以前看不见
        (Traces(10), 10, "potential"),
        (Traces(10), 189, "potential"),
        (Traces(10), 190, "lost"),  # 恰好 180 天没有买
        (Traces(10, (20,)), 15, "potential"),  # 后来买不买，那天还不知道
        (Traces(10, (20,)), 20, "new"),
        (Traces(10, (20,)), 289, "new"),
        (Traces(10, (20,)), 290, "lost"),  # 恰好 270 天
        (Traces(10, (20, 30)), 79, "new"),  # 两次了，首购还没有满 60 天
        (Traces(10, (20, 30)), 80, "old"),
        (Traces(10, (20,)), 200, "new"),  # 满了 60 天，只有一次
        (Traces(10, (20, 30), 90), 89, "old"),
        (Traces(10, (20, 30), 90), 90, "new_business"),
        (Traces(10, (20, 30, 90), 90), 360, "lost"),  # 用过新业务也会流失
        (Traces(10, (20, 400)), 380, "lost"),
        (Traces(10, (20, 400)), 400, "old"),  # 又回来了
    ],
)
def test_a_state_follows_the_written_rule(traces, day, wanted):
    assert moves.state(traces, day, RULE) == wanted


def test_rules_without_sense_are_refused():
    for bad in ((1, 60, 180, 270), (2, 0, 180, 270), (2, 60, 180, 0)):
        with pytest.raises(ParameterError):
            MoveRule(*bad)
    with pytest.raises(ParameterError):
        moves.boundaries(10, 5, 90)


def test_boundaries_count_back_from_the_last_day():
    assert moves.boundaries(0, 365, 90) == [5, 95, 185, 275, 365]
    assert moves.boundaries(0, 360, 90) == [0, 90, 180, 270, 360]
    assert moves.boundaries(7, 7, 90) == [7]


def test_a_path_starts_when_the_person_is_first_seen():
    days = moves.boundaries(0, 360, 90)
    assert moves.path(Traces(50, (100, 190)), days, RULE) == ("potential", "new", "old", "old")
    assert moves.path(Traces(400), days, RULE) == ()


def test_moves_stop_at_the_first_loss_and_returns_are_told():
    groups = {
        ("new", "old", "lost"): 3,
        ("new", "lost", "lost"): 2,
        ("new", "lost", "old"): 4,  # 回来的
        ("old",): 5,  # 只看得见一天，没有移动
    }
    found = moves.moves(groups)
    assert found.counts == {("new", "lost"): 6, ("new", "old"): 3, ("old", "lost"): 3}
    assert found.returned == 4
    assert (found.row("new"), found.total("new")) == ((0, 0, 3, 0, 6), 9)
    assert chains.chain(found).rows == ((F(0), F(1, 3), F(2, 3)), (F(0), F(0), F(1)), (F(0), F(0), F(1)))


def test_a_flow_keeps_everybody():
    before, after = {1: "new", 2: "old"}, {1: "old", 2: "lost", 3: "potential"}
    assert moves.flow(before, after) == {
        ("absent", "potential"): 1,
        ("new", "old"): 1,
        ("old", "lost"): 1,
    }


# ── 链：手算 ─────────────────────────────────────────────────────────


def test_two_steps_by_hand():
    assert chains.after(HAND, "potential", 2) == (F(25, 100), F(27, 100), F(12, 100), F(36, 100))
    assert chains.after(HAND, "new", 2) == (F(0), F(16, 100), F(52, 100), F(32, 100))


def test_reaching_waiting_and_lasting_by_hand():
    """潜在迟早成新 3/5，新迟早成老 2/3；待 2、5/3、10 期。"""
    assert chains.reach(HAND, "potential", "new") == F(3, 5)
    assert chains.reach(HAND, "new", "old") == F(2, 3)
    assert chains.reach(HAND, "potential", "old") == F(2, 5)
    assert chains.reach(HAND, "old", "new") == 0
    assert chains.reach(HAND, "new", "lost") == 1
    assert chains.time_to(HAND, "new", "old") == F(5, 3)
    assert chains.time_to(HAND, "potential", "old") == F(11, 3)
    assert chains.time_to(HAND, "old", "old") == 0
    assert chains.time_to(HAND, "old", "new") is None
    assert chains.lifetime(HAND, "old") == 10
    assert chains.lifetime(HAND, "new") == F(25, 3)
    assert chains.lifetime(HAND, "potential") == 7
    # 0.9^6 = 0.531，0.9^7 = 0.478
    assert chains.half_life(HAND, "old") == 7
    assert chains.half_life(HAND, "lost") == 0


def test_changing_one_rate_shares_the_rest_in_proportion():
    changed = chains.changed(HAND, "new", "old", F(7, 10))
    assert changed.rows[1] == (F(0), F(2, 10), F(7, 10), F(1, 10))
    assert changed.rows[0] == HAND.rows[0]
    assert chains.reach(changed, "new", "old") == F(7, 8)
    with pytest.raises(ParameterError):
        chains.changed(HAND, "lost", "new", F(1, 2))


def test_a_state_nobody_left_for_good_has_reach_but_no_lifetime():
    """女装店的新业务：没有人流失过。到得了的份额算得出，平均几期流失算不出，说出原因。"""
    stuck = Chain(
        ("old", "new_business", "lost"), ((F(8, 10), F(1, 10), F(1, 10)), (0, F(1), 0), (0, 0, F(1)))
    )
    assert chains.reach(stuck, "old", "new_business") == F(1, 2)
    assert chains.time_to(stuck, "old", "new_business") == 5
    with pytest.raises(DataError, match="没有流失过"):
        chains.lifetime(stuck, "old")
    assert chains.half_life(stuck, "new_business") is None


def test_broken_chains_are_refused():
    with pytest.raises(ParameterError, match="合计不是 1"):
        Chain(("old", "lost"), ((F(1, 2), F(1, 3)), (F(0), F(1))))
    with pytest.raises(ParameterError, match="吸收态"):
        Chain(("old", "lost"), ((F(1, 2), F(1, 2)), (F(1, 2), F(1, 2))))
    with pytest.raises(DataError, match="期数太少"):
        chains.chain(moves.Moves({("new", "old"): 3}))


# ── 链：别的算法 ─────────────────────────────────────────────────────

weights = st.lists(st.integers(0, 30), min_size=5, max_size=5)


@st.composite
def links(draw) -> Chain:
    """五种状态的链：每行随便的整数份额，流失至少一份。"""
    rows = []
    for i in range(4):
        row = draw(weights)
        row[-1] += 1
        rows.append(tuple(F(n, sum(row)) for n in row))
        assert len(rows) == i + 1
    return Chain(moves.STATES, (*rows, (F(0),) * 4 + (F(1),)))


@given(links(), st.integers(0, 3), st.integers(0, 3))
def test_the_answers_are_those_of_the_fundamental_matrix(chain, i, j):
    """numpy.linalg 的 (I − Q)⁻¹：平均期数是它的行和，到得了的份额是 n_ij / n_jj。"""
    q = np.array([[float(x) for x in row[:4]] for row in chain.rows[:4]])
    n = np.linalg.inv(np.eye(4) - q)
    start, target = chain.states[i], chain.states[j]
    assert float(chains.lifetime(chain, start)) == pytest.approx(n[i].sum(), rel=1e-9)
    inside = chains.periods_in(chain, start)
    assert [float(inside.get(name, 0)) for name in chain.states[:4]] == pytest.approx(list(n[i]), abs=1e-9)
    wanted = 1.0 if i == j else n[i, j] / n[j, j]
    assert float(chains.reach(chain, start, target)) == pytest.approx(wanted, abs=1e-9)


@given(links(), st.integers(0, 3), st.integers(0, 12))
def test_shares_stay_shares_and_loss_only_grows(chain, i, periods):
    start = chain.states[i]
    now, then = (chains.after(chain, start, n) for n in (periods, periods + 1))
    assert sum(now) == 1
    assert min(now) >= 0
    assert then[-1] >= now[-1]
    row = chains.forecast(chain, start, periods)[-1]
    assert row == pytest.approx([float(share) for share in now], abs=1e-9)


@settings(max_examples=40)
@given(links(), st.integers(0, 2))
def test_the_waiting_time_is_the_sum_over_the_periods(chain, i):
    """时间的定义：Σ n · P(第 n 期第一次到) ÷ P(到)，把 target 改成吸收以后一期一期地乘。"""
    target = 3
    closed = [list(map(float, row)) for row in chain.rows]
    closed[target] = [0.0] * 5
    closed[target][target] = 1.0
    now = np.eye(5)[i]
    reached, weighed, before = 0.0, 0.0, 0.0
    for n in range(1, 2000):
        now = now @ np.array(closed)
        weighed += n * (now[target] - before)
        reached = before = now[target]
    value = chains.time_to(chain, chain.states[i], chain.states[target])
    if value is None:
        assert reached == 0
    else:
        assert float(value) == pytest.approx(weighed / reached, rel=1e-6)


@given(links(), st.integers(0, 3), st.integers(0, 4), st.integers(0, 100))
def test_a_changed_row_still_adds_up(chain, i, j, percent):
    origin, end = chain.states[i], chain.states[j]
    if chain.rate(origin, end) == 1:
        return
    changed = chains.changed(chain, origin, end, F(percent, 100))
    assert changed.rate(origin, end) == F(percent, 100)
    assert sum(changed.rows[i]) == 1


paths = st.lists(st.sampled_from(moves.STATES), min_size=1, max_size=7).map(tuple)


@given(st.dictionaries(paths, st.integers(1, 9), max_size=12))
def test_rows_of_any_shop_sum_to_one_and_loss_absorbs(groups):
    found = moves.moves(groups)
    assert found.total("lost") == 0
    try:
        chain = chains.chain(found)
    except DataError:
        return
    assert all(sum(row) == 1 for row in chain.rows)
    assert chain.rows[-1][-1] == 1
    watched = sum(many * max(0, len(moves.until_lost(steps)) - 1) for steps, many in groups.items())
    assert sum(found.counts.values()) == watched


# ── 待了几期 ─────────────────────────────────────────────────────────


def test_durations_counted_by_hand():
    groups = {("new", "new", "old", "old"): 2, ("new", "lost"): 3, ("old", "new", "new", "lost", "new"): 1}
    assert chains.by_duration(groups, "new") == [Duration(1, 6, 3, 3), Duration(2, 3, 3, 1)]
    assert [line.onward for line in chains.by_duration(groups, "new")] == [0, 2]
    assert chains.by_duration(groups, "old") == [Duration(1, 3, 1, 0)]


@given(st.lists(st.tuples(st.integers(30, 500), st.integers(1, 29)), min_size=2, max_size=6))
def test_the_test_of_durations_is_the_chi_square_of_scipy(cells):
    lines = [Duration(i, watched, left, 0) for i, (watched, left) in enumerate(cells, start=1)]
    square, freedom, p = chains.duration_test(lines)
    table = [[line.left, line.watched - line.left] for line in lines]
    wanted = chi2_contingency(table, correction=False)
    assert (square, freedom) == (pytest.approx(wanted.statistic), wanted.dof)
    assert p == pytest.approx(wanted.pvalue, abs=1e-9)


@given(st.floats(0, 200), st.integers(1, 12))
def test_the_tail_is_that_of_scipy(square, freedom):
    assert chains.chi_square_tail(square, freedom) == pytest.approx(chi2.sf(square, freedom), abs=1e-9)


def test_too_few_to_tell_gives_no_verdict():
    assert chains.duration_test([Duration(1, 100, 10, 0), Duration(2, 29, 20, 0)]) is None
    assert chains.duration_test([Duration(1, 100, 0, 0), Duration(2, 90, 0, 0)]) is None


# ── 自助法 ───────────────────────────────────────────────────────────


def _resample(seed: int):
    draw = np.random.default_rng(seed)
    return lambda many: draw.multinomial(sum(many), np.array(many) / sum(many)).tolist()


def test_the_same_seed_gives_the_same_interval_and_it_covers_the_binomial():
    """一期留下的份额 300/400：自助法的区间该近于 0.75 ± 1.96·sqrt(.75·.25/400)。"""
    groups = {("old", "old", "lost"): 300, ("old", "lost"): 100}

    def measure(chain):
        return chain.rate("old", "lost")

    def band(seed):
        return chains.middle(map(measure, chains.resampled(groups, _resample(seed), 400)), 400)

    assert band(1) == band(1) != band(2)
    low, high = band(1)
    # 走法一：每位贡献 700 人次里 400 次流失；份额 4/7，与留下的机会 q 的关系是 1/(1+q)
    half = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    assert low == pytest.approx(1 / (1 + 0.75 + half), abs=0.006)
    assert high == pytest.approx(1 / (1 + 0.75 - half), abs=0.006)


def test_the_middle_of_known_values():
    assert chains.middle(range(100), 100, F(90, 100)) == (5, 94)
    assert chains.middle([*range(89), *[None] * 11], 100) is None
