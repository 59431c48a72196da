"""合成商店的模型：参数从造出来的数据里找得回来；真相与订单从不矛盾。期望值来自公式与参数，不来自程序。"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.lab.shops import shop
from lifecycle_lab.simulate.shops import CHUNK, CLASSES, EXIT_TYPES, FORMAT, NEVER, STAGES, chunk

SEED = 11
# 间隔只由周期与规律度决定的一家店：一次一份、阶段不改间隔、没有人走、看一百年
PLAIN = replace(
    shop("mixed"),
    quantity_shares=(1.0, 0.0, 0.0, 0.0),
    gap_factors=(1.0, 1.0, 1.0, 1.0),
    exit_shares=(0.0, 0.0, 0.0, 1.0),
    life_scales=(1.0, 1.0, 1.0, 10_000.0),
    window_days=32_000,
)


@pytest.fixture(scope="module")
def longjing():
    return chunk(shop("longjing"), SEED, 0, 60_000)


def purchases(made) -> dict[str, np.ndarray]:
    """只要购买，不要退款。"""
    bought = ~made.orders["cancelled"]
    return {name: values[bought] for name, values in made.orders.items()}


def gaps(made) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """每个走完的间隔：（这一单的位置，客户，天数）。"""
    orders = purchases(made)
    same = np.flatnonzero(orders["customer"][1:] == orders["customer"][:-1])
    return same, orders["customer"][same], np.diff(orders["day"])[same]


def close(found: float, wanted: float, error: float) -> bool:
    """差在四个标准误之内。"""
    return abs(found - wanted) < 4 * error


# ---- 参数找得回来 ----


@pytest.mark.parametrize(
    ("truth", "declared"), [("frequency_class", "class_shares"), ("exit_type", "exit_shares")]
)
def test_class_and_exit_shares_are_the_declared_ones(longjing, truth, declared):
    found = np.bincount(longjing.truth[truth]) / longjing.truth[truth].size
    for share, wanted in zip(found, getattr(shop("longjing"), declared), strict=True):
        assert close(share, wanted, (wanted * (1 - wanted) / longjing.truth[truth].size) ** 0.5)


@pytest.mark.parametrize("which", range(3))
def test_own_cycles_are_lognormal_around_the_class_median(longjing, which):
    cycles = np.log(longjing.truth["cycle"][longjing.truth["frequency_class"] == which] / 100)
    median, spread = shop("longjing").cycle_medians[which], shop("longjing").cycle_spreads[which]
    assert close(cycles.mean(), np.log(median), spread / cycles.size**0.5)
    assert close(cycles.std(), spread, spread / (2 * cycles.size) ** 0.5)


@pytest.mark.parametrize("regularity", [0.8, 1.0, 2.0, 4.0, 12.0])
def test_regularity_comes_back_by_the_moment_estimator(regularity):
    """Wheat–Morrison：M = 第一个间隔 ÷ 前两个之和；k = (1 − 4 Var M) / (8 Var M)。"""
    made = chunk(replace(PLAIN, regularity=regularity, window_days=8_000), SEED, 0, 40_000)
    at, who, days = gaps(made)
    first = np.flatnonzero(purchases(made)["number"][at] == 1)
    early = first[(made.truth["acquired"][who[first]] < 4_000) & (made.truth["cycle"][who[first]] > 6_000)]
    share = days[early] / np.maximum(days[early] + days[early + 1], 1)
    assert (who[early] == who[early + 1]).all()
    variance = share.var()
    assert (1 - 4 * variance) / (8 * variance) == pytest.approx(regularity, rel=0.06)


@pytest.mark.parametrize(("skip", "stretch"), [(0.0, 1.0), (0.4, 1 / 0.6)])
def test_mean_gap_is_the_own_cycle_times_the_skipped_cycles(skip, stretch):
    made = chunk(replace(PLAIN, skip=skip), SEED, 0, 2_000)
    _, who, days = gaps(made)
    many = np.bincount(who, minlength=2_000) >= 60
    mean = (np.bincount(who, days, 2_000) / np.maximum(np.bincount(who, minlength=2_000), 1))[many]
    ratio = mean / (made.truth["cycle"][many] / 100)
    assert many.sum() > 1_000
    assert ratio.mean() == pytest.approx(stretch, rel=0.02)
    assert np.corrcoef(mean, made.truth["cycle"][many])[0, 1] > 0.95


@pytest.mark.parametrize("effect", [0.0, 0.7, 1.0])
def test_a_larger_quantity_lengthens_the_next_gap_by_its_power(effect):
    """同一位客户之内，log 间隔 对 log 份数 的斜率就是 quantity_effect；平均间隔仍是自己的周期。"""
    store = replace(
        PLAIN, quantity_shares=(0.72, 0.2, 0.05, 0.03), quantity_effect=effect, cycle_medians=(300.0,) * 3
    )
    made = chunk(store, SEED, 0, 2_000)
    at, who, days = gaps(made)
    seen = days > 0
    x, y, who = np.log(purchases(made)["quantity"][at][seen]), np.log(days[seen]), who[seen]
    counts = np.maximum(np.bincount(who, minlength=2_000), 1)
    x, y = (v - (np.bincount(who, v, 2_000) / counts)[who] for v in (x, y))
    assert (x @ y) / (x @ x) == pytest.approx(effect, abs=0.02)
    ratio = days / (made.truth["cycle"][gaps(made)[1]] / 100)
    assert ratio.mean() == pytest.approx(1, abs=0.03)


def test_stage_multiples_of_basket_refund_and_service_come_back():
    """按真相里的日子把订单归到阶段，各阶段的客单价、退款率、服务费份额就是参数。"""
    store = replace(shop("mixed"), window_days=4_000)
    made = chunk(store, SEED, 0, 4_000)
    orders = purchases(made)
    who, day = orders["customer"], orders["day"]
    starts = [made.truth[name][who] for name in STAGES[1:]]
    stage = sum(((start != NEVER) & (day > start)).astype(int) for start in starts)
    clear = ~np.any([day == start for start in starts], axis=0)  # 换阶段当天的单两边都可能
    refunded = np.isin(_ids(orders), _ids({n: v[made.orders["cancelled"]] for n, v in made.orders.items()}))
    unit = orders["amount"] / orders["quantity"] / made.truth["basket"][who]
    service = orders["cost"] / orders["amount"] - store.goods_share
    for which in range(4):
        here = clear & (stage == which)
        seen = here & (day < store.window_days - 14)  # 退款还来得及看到
        n, rate = seen.sum(), store.refund_shares[which]
        assert n > 400
        assert close(np.log(unit[here]).mean(), np.log(store.basket_factors[which]), 0.35 / here.sum() ** 0.5)
        assert close(refunded[seen].mean(), rate, (rate * (1 - rate) / n) ** 0.5)
        assert service[here].mean() == pytest.approx(store.service_shares[which], rel=0.05)


def _ids(orders) -> np.ndarray:
    return orders["customer"].astype(np.int64) * 1_000 + orders["number"]


def test_arrivals_fill_the_window_evenly(longjing):
    days = longjing.truth["acquired"]
    assert (days.min(), days.max()) == (0, 729)
    assert close(days.mean(), 364.5, 730 / 12**0.5 / days.size**0.5)


# ---- 真相与订单从不矛盾 ----

WORLDS = ["womenswear", "longjing", "mixed", "same_cycle"]


@pytest.fixture(scope="module", params=WORLDS)
def world(request):
    return chunk(shop(request.param), SEED, 1, 20_000)


def test_everybody_buys_first_on_the_day_acquired_and_never_after_being_lost(world):
    orders, truth = purchases(world), world.truth
    first = np.flatnonzero(orders["number"] == 1)
    assert np.array_equal(orders["customer"][first], np.arange(20_000))
    assert np.array_equal(orders["day"][first], truth["acquired"])
    lost = truth["lost"][orders["customer"]]
    assert (orders["day"][lost != NEVER] <= lost[lost != NEVER]).all()
    assert 0 < (truth["lost"] == NEVER).sum() < 20_000


def test_days_stay_in_the_window_and_each_customer_counts_from_one(world):
    orders = purchases(world)
    assert world.orders["day"].min() >= 0
    assert world.orders["day"].max() <= 729
    same = orders["customer"][1:] == orders["customer"][:-1]
    assert (np.diff(orders["number"])[same] == 1).all()
    assert (np.diff(orders["day"])[same] >= 0).all()
    assert (np.diff(world.orders["customer"]) >= 0).all()


def test_stages_come_in_order_and_end_where_the_curve_type_says(world):
    """早期流产止于考察，中途夭折止于形成，提前退出止于稳定，长久保持四个阶段都走过。"""
    truth = world.truth
    for kind in range(4):
        here = truth["exit_type"] == kind
        for place, name in enumerate(STAGES[1:], start=1):
            reached = truth[name][here] != NEVER
            gone = truth["lost"][here] != NEVER
            assert not reached.any() if place > kind else reached[gone].all(), (EXIT_TYPES[kind], name)
    days = np.stack([truth[name] for name in ("acquired", *STAGES[1:], "lost")])
    known = np.where(days == NEVER, np.maximum.accumulate(days, axis=0), days)
    assert (np.diff(known, axis=0) >= 0).all()


def test_stage_at_the_end_follows_from_the_dates(world):
    truth = world.truth
    reached = sum((truth[name] != NEVER).astype(int) for name in STAGES[1:])
    assert np.array_equal(truth["end_stage"], np.where(truth["lost"] != NEVER, 4, reached))


def test_stages_keep_to_their_cycles(world):
    """考察至多 2 个周期，形成至多到第 5 个周期，退化至多 3 个周期（日子取整差一天）。"""
    truth, cycle = world.truth, world.truth["cycle"] / 100
    for name, most in (("formation", 2), ("stability", 5)):
        known = truth[name] != NEVER
        assert ((truth[name] - truth["acquired"])[known] <= most * cycle[known] + 1).all()
    known = (truth["decline"] != NEVER) & (truth["lost"] != NEVER)
    assert ((truth["lost"] - truth["decline"])[known] <= 3 * cycle[known] + 1).all()


def test_a_refund_undoes_one_earlier_order_of_the_same_customer(world):
    orders, back = purchases(world), world.orders["cancelled"]
    refunds = {name: values[back] for name, values in world.orders.items()}
    assert back.sum() > 500
    ids, wanted = _ids(orders), _ids(refunds)
    assert np.unique(ids).size == ids.size
    assert np.unique(wanted).size == wanted.size
    at = np.searchsorted(ids, wanted)
    assert np.array_equal(ids[at], wanted)
    late = refunds["day"] - orders["day"][at]
    assert (late.min(), late.max()) == (1, 14)
    assert np.array_equal(refunds["amount"], -orders["amount"][at])
    assert np.abs(refunds["cost"] + orders["amount"][at] / 2).max() <= 0.5
    assert np.array_equal(refunds["quantity"], orders["quantity"][at])


def test_new_business_begins_in_stability_and_takes_its_share(world):
    orders, truth = purchases(world), world.truth
    adopted = truth["new_business"]
    with_it = adopted != NEVER
    assert (truth["stability"][with_it] != NEVER).all()
    assert (adopted[with_it] >= truth["stability"][with_it]).all()
    since = adopted[orders["customer"]]
    assert not orders["new_business"][(since == NEVER) | (orders["day"] < since)].any()
    later = orders["new_business"][(since != NEVER) & (orders["day"] > since)]
    assert close(later.mean(), 0.35, (0.35 * 0.65 / later.size) ** 0.5)


def test_money_is_whole_fen_and_profit_grows_with_the_relation(world):
    orders = purchases(world)
    assert all(world.orders[name].dtype == np.int32 for name in ("amount", "cost"))
    assert orders["amount"].min() >= 1
    first = orders["number"] == 1
    margin = (orders["amount"] - orders["cost"]) / orders["amount"]
    assert margin[first].mean() == pytest.approx(0.05, abs=0.01)
    assert margin[orders["number"] > 6].mean() > 0.2


def test_lifetimes_in_days_do_not_depend_on_the_cycle():
    """life_days 大于 0 的店：快的与慢的客户活得一样久；等于 0 时慢的久得多。"""
    ratios = {}
    for unit in (0.0, 100.0):
        store = replace(shop("mixed"), life_days=unit, window_days=8_000, exit_shares=(0.0, 1.0, 0.0, 0.0))
        truth = chunk(store, SEED, 0, 20_000).truth
        life = truth["lost"] - truth["acquired"]
        known = (truth["lost"] != NEVER) & (truth["acquired"] < 4_000)
        fast, slow = (np.median(life[known & (truth["frequency_class"] == which)]) for which in (0, 2))
        ratios[unit] = slow / fast
    assert ratios[0.0] == pytest.approx(270 / 45, rel=0.15)
    assert ratios[100.0] == pytest.approx(1, rel=0.15)


# ---- 种子与块 ----


def same(one, other) -> bool:
    return all(
        np.array_equal(getattr(one, part)[name], getattr(other, part)[name])
        for part in ("orders", "truth")
        for name in getattr(one, part)
    )


@given(st.integers(0, 2**63), st.integers(0, 10**6), st.integers(1, 40), st.sampled_from(WORLDS))
def test_same_seed_same_chunk_other_seed_or_number_another(seed, index, size, name):
    one = chunk(shop(name), seed, index, size)
    assert same(one, chunk(shop(name), seed, index, size))
    assert not np.array_equal(one.truth["cycle"], chunk(shop(name), seed + 1, index, size).truth["cycle"])
    assert not np.array_equal(one.truth["cycle"], chunk(shop(name), seed, index + 1, size).truth["cycle"])


@given(st.integers(0, 2**32), st.integers(1, 60), st.data())
def test_the_first_customers_do_not_depend_on_how_many_are_kept(seed, size, data):
    whole = chunk(shop("longjing"), seed, 0, size)
    few = data.draw(st.integers(1, size))
    part = whole.first(few)
    assert part.truth["cycle"].size == few
    assert np.array_equal(np.unique(part.orders["customer"]), np.arange(few))
    assert part.orders["day"].size == (whole.orders["customer"] < few).sum()


def test_the_format_is_named_and_its_chunk_size_is_part_of_it():
    """改了其中一样，随书的文件与别人手里的种子就对不上：要换格式号。"""
    assert (FORMAT, CHUNK) == ("v1", 100_000)
    assert CLASSES == ("high", "mid", "low")


# ---- 参数 ----


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"class_shares": (0.5, 0.5)}, "class_shares"),
        ({"class_shares": (0.5, 0.4, 0.2)}, "class_shares"),
        ({"exit_shares": (1.2, -0.2, 0.0, 0.0)}, "exit_shares"),
        ({"cycle_medians": (0.0, 1.0, 1.0)}, "cycle_medians"),
        ({"regularity": 0.0}, "regularity"),
        ({"skip": 1.0}, "skip"),
        ({"adoption": -0.1}, "adoption"),
        ({"refund_shares": (2.0, 0.0, 0.0, 0.0)}, "refund_shares"),
        ({"stage_starts": ((1.0, 1.0, 1.0),) * 3}, "stage_starts"),
        ({"stage_starts": ((0.5, 0.4, 1.0),) * 4}, "stage_starts"),
    ],
)
def test_unreasonable_parameters_are_named(change, named):
    with pytest.raises(ValueError, match=named):
        replace(shop("mixed"), **change)


def test_numpy_stays_out_until_a_shop_is_made():
    """问卷只用标准库；命令行也要等到真造商店才引入 numpy。"""
    code = (
        "import sys, lifecycle_lab.cli, lifecycle_lab.content.shops\n"
        "from lifecycle_lab.simulate import respondents\n"
        "respondents.respondents(3, 1, (7, 30, 90, 180))\n"
        "print([m for m in ('numpy', 'pyarrow', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
