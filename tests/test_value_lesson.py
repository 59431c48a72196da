"""第 07 课：对照 numpy-financial 到最后一位，店的数对着另一条路算，表与句子跟着数走，做不出来的说出原因。"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction as Q
from pathlib import Path

import numpy as np
import numpy_financial as npf
import pytest
from broken_content import broken_copy
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import models, open_lab, value
from lifecycle_lab.content import data_folder
from lifecycle_lab.content.sentences import read_sentences
from lifecycle_lab.content.value import read_value, value_content
from lifecycle_lab.content.value_words import FIELDS
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import Lab, value_tables
from lifecycle_lab.lab.value_people import bands
from lifecycle_lab.lab.value_shop import ValueShop
from lifecycle_lab.lab.value_stages import sums
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import ContentError
from lifecycle_lab.value import Lever, LoyalCustomer, YearlyRate, YearlyRetention, Years

rates = st.fractions(Q(1, 1000), Q(1, 2), max_denominator=1000)
years = st.integers(1, 30)
LAST_DIGIT = 1e-13


def lab(tmp_path: Path, source: str = "", as_of: str = "") -> Lab:
    return open_lab("demo", source, as_of, "", str(tmp_path / "a.json"), str(tmp_path / "out"))


@functools.cache
def shop(name: str) -> ValueShop:
    """一家店开一次：测试之间不改它。"""
    return open_lab("demo", "", "", "", "/nonexistent/a.json", "/nonexistent/out").value.shop(name)


# ── numpy-financial：同样的数，到最后一位 ────────────────────────────


@given(rates, years, st.booleans())
def test_the_annuity_is_the_present_value_of_payments_of_one(r, n, due):
    when = "begin" if due else "end"
    theirs = npf.pv(float(r), n, -1, when=when)
    assert float(value.annuity(YearlyRate(r), Years(n), due=due)) == pytest.approx(theirs, rel=1e-11)
    # 反过来：现值 1 元，每期该付 1 ÷ a
    assert float(1 / value.annuity(YearlyRate(r), Years(n), due=due)) == pytest.approx(
        -npf.pmt(float(r), n, 1, when=when), rel=1e-11
    )


def test_the_check_values_to_the_last_digit():
    r, n = YearlyRate.percent(9), Years(5)
    assert float(value.annuity(r, n)) == pytest.approx(npf.pv(0.09, 5, -1), rel=LAST_DIGIT)
    assert float(value.annuity(r, n, due=True)) == pytest.approx(npf.pv(0.09, 5, -1, when=1), rel=LAST_DIGIT)
    assert float(value.discount_factor(r, n)) == pytest.approx(npf.pv(0.09, 5, 0, -1), rel=LAST_DIGIT)
    assert round(npf.pv(0.09, 5, -1), 6) == 3.889651


@given(
    rates, years, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6)
)
def test_model_three_is_the_net_present_value_of_its_cash_flow(r, n, income, served, first, acquired):
    c = LoyalCustomer(income, YearlyRate(r), Years(n), first, acquired, served)
    flow = [first - acquired, *([income - served] * n)]
    assert float(value.lifetime_value(c, "contribution")) == pytest.approx(
        npf.npv(float(r), flow), rel=1e-9, abs=1e-6
    )


@given(rates, years, st.fractions(0, 1, max_denominator=50))
def test_retention_is_the_net_present_value_of_what_is_left(r, n, p):
    flow = [0, *(float(p) ** t for t in range(1, n + 1))]
    found = value.retained_annuity(YearlyRate(r), Years(n), YearlyRetention(p))
    assert float(found) == pytest.approx(npf.npv(float(r), flow), rel=1e-9, abs=1e-12)


# ── 手段 ─────────────────────────────────────────────────────────────


def test_levers_worked_by_hand():
    # r = 25 %、p = 50 %、两年：0.5/1.25 + 0.25/1.5625 = 0.4 + 0.16 = 0.56
    c = LoyalCustomer(
        1000, YearlyRate.percent(25), Years(2), yearly_service_cost=400, kept=YearlyRetention(Q(1, 2))
    )
    assert value.lever_gain(c, Lever(revenue_times=Q(11, 10))) == 100 * Q("0.56")
    assert value.lever_gain(c, Lever(service_times=Q(1, 2), once=12)) == 200 * Q("0.56") - 12
    # p = 75 %：0.6 + 0.36 = 0.96
    assert value.lever_gain(c, Lever(kept_more=Q(1, 4))) == 600 * (Q("0.96") - Q("0.56"))
    assert value.lever_gain(c, Lever(ends=True, once=5)) == -600 * Q("0.56") - 5
    # 不超出 100 %：0.8 + 0.64 = 1.44
    assert value.lever_gain(c, Lever(kept_more=Q(3, 4))) == 600 * (Q("1.44") - Q("0.56"))
    choices = {"照旧": Lever(), "也照旧": Lever(), "提价": Lever(revenue_times=Q(2))}
    assert value.best_lever(c, choices) == "提价"
    assert value.best_lever(c, {name: choices[name] for name in ("照旧", "也照旧")}) == "照旧"


@given(st.integers(1, 10**5), st.integers(0, 10**5), rates, years, st.integers(1, 1000))
def test_the_unit_of_money_changes_no_decision(income, served, r, n, times):
    c = LoyalCustomer(
        income, YearlyRate(r), Years(n), yearly_service_cost=served, kept=YearlyRetention(Q(4, 5))
    )
    other = replace(c, yearly_revenue=income * times, yearly_service_cost=served * times)
    lever = Lever(Q(11, 10), Q(9, 10), Q(1, 10), once=7)
    assert value.lever_gain(other, replace(lever, once=7 * times)) == times * value.lever_gain(c, lever)


def test_the_three_telecom_groups_have_three_best_actions():
    """课文说的三件事：快要走的挽留，稳定的交叉销售，低价值的减少投入。"""
    content = value_content()
    actions = {text.id: value_tables.as_lever(text) for text in content.actions}
    best = [value.best_lever(value_tables.group_customer(group), actions) for group in content.groups]
    assert best == ["win_back", "cross", "cut"]


# ── 不用订单的表 ─────────────────────────────────────────────────────


def test_the_annuity_table_states_where_it_rounds(tmp_path):
    found = lab(tmp_path).value.annuity()
    assert found.rows[-1] == ("a = [1 − (1 + r)^−n] ÷ r", "3.888889…", "3.889651…")
    assert found.rows[2][1:] == ("0.65", "0.649931…")
    assert "3.8889" in found.note
    assert "3.889651" in found.note
    assert "3.89：" in found.note
    assert "3.89：" not in lab(tmp_path).value.annuity(7, 8).note
    zero = lab(tmp_path).value.annuity(0, 5)
    assert zero.rows == (("a = n", "5", "5"),)
    assert "年数 5" in zero.note


def test_the_three_models_of_the_example_worked_by_hand(tmp_path):
    """例子：P₀ 300，I 2,000，A 1,200，S 500，m 30 %；a 由 numpy-financial 给。"""
    a = npf.pv(0.09, 5, -1)
    expected = [300 + 2000 * a, 0.3 * (300 + 2000 * a), -900 + 1500 * a]
    assert [row[5] for row in lab(tmp_path).value.models().rows] == [f"{v:,.2f}" for v in expected]
    gap = lab(tmp_path).value.difference()
    assert gap.rows[-1][-1] == f"{1200 + 500 * a:,.2f}"
    assert lab(tmp_path).value.year_lines().rows[-1][-1] == f"{-900 + 1500 * a:,.2f}"


def test_reconstructed_and_completed_parts_are_said(tmp_path):
    mine = lab(tmp_path).value
    assert [row[-1][:2] for row in mine.models().rows] == ["重构", "补全", "重构"]
    assert [row[1] for row in shop("longjing").periods().rows] == ["来源"] * 3 + ["补全"] * 3
    for shown in (mine.retention(), mine.wallet(), mine.restaurant()):
        assert "补全" in shown.note
    for shown in (mine.levers(), mine.telecom(), mine.models(), shop("longjing").periods()):
        assert "自拟" in shown.note


def test_the_ranking_reverses_and_the_tie_is_exact(tmp_path):
    mine = lab(tmp_path).value
    assert "次序倒过来了" in mine.two_customers().note
    assert "1,800.00" in mine.two_customers().note  # 乙的 1,200 + 多收的 600
    at_tie = mine.plane_sliders.at(service=1800)
    assert "按利润贡献打平" in at_tie.alt
    assert "次序倒过来了" in mine.plane_sliders.at(service=1850).alt
    assert "次序倒过来了" not in mine.plane_sliders.at(service=1750).alt
    # 甲的吸引成本多 1,200 元，五年摊下来每年 1,200 ÷ a
    a = npf.pv(0.09, 5, -1)
    assert f"{1800 - 1200 / a:,.0f} 元就打平" in mine.plane_sliders.at(acquisition=2000).said


def test_years_and_months_are_refused_together(tmp_path):
    assert "年与月混在一起" in str(lab(tmp_path).value.mixed())
    assert lab(tmp_path).value.months().rows[0][1:] == ("1.0 %", "12.68 %", "12 %")


def test_the_restaurant_adds_up_by_hand(tmp_path):
    # 利得 (4·5 + 3·3 + 2·4 + 1·4) ÷ 10 = 4.1；成本 (3·3 + 2·4 + 1·2) ÷ 6 = 19/6
    mine = lab(tmp_path).value
    assert "Fc = 4.10" in mine.restaurant().note
    assert "Cc = 3.17" in mine.restaurant().note
    assert "0.93" in mine.restaurant().note
    assert mine.by_result().rows[-1][-1] == "0.93"
    assert "让渡价值 55 元" in mine.delivered_figure().alt


# ── 店：另一条路算同样的数 ───────────────────────────────────────────


def test_the_model_value_is_orders_times_money_times_margin_discounted():
    mine = shop("longjing")
    people = mine.people
    assert people.yearly_orders(3).sum() == pytest.approx(
        people.buying.expected_orders(people.histories, 1095).sum(), rel=1e-9
    )
    i = int(np.argmax(people.repeats))
    one = models.histories(people.repeats[[i]], people.span[[i]], people.age[[i]])
    so_far = [0.0, *(people.buying.expected_orders(one, 365 * t)[0] for t in (1, 2, 3))]
    worth = people.spending.average_order(people.orders[[i]], people.money[[i]])[0]
    npv = npf.npv(0.09, [0, *np.diff(so_far)]) * worth * 100 * float(mine.margin)
    assert mine._model_values[i] == pytest.approx(npv, rel=1e-9)
    lately = people.lately[i] * float(mine.margin) * npf.pv(0.09, 3, -1)
    assert mine._textbook_values[i] == pytest.approx(lately, rel=1e-9)


def test_the_margin_of_a_synthetic_shop_is_its_own_and_of_a_real_one_assumed():
    import pyarrow.parquet as pq

    rows = pq.read_table(data_folder() / "longjing.parquet").to_pylist()
    money = sum(row["amount"] for row in rows if not row["cancelled"])
    cost = sum(row["cost"] for row in rows if not row["cancelled"])
    assert shop("longjing").margin == Q(money - cost) / Q(money)
    assert shop("online_retail").margin == value_content().shop.margin
    assert "假设" in str(shop("online_retail").card())


def test_equity_is_the_sum_of_the_groups_and_of_the_newcomers():
    mine = shop("longjing")
    found = value.customer_equity(mine.plan)
    present = float(sum(line.value for line in found.present))
    # 按群平均与逐位相加只差单价的取整
    assert present == pytest.approx(mine._model_values.sum(), rel=1e-3)
    coming = mine.plan.newcomers
    flow = [-coming.acquisition_cost, *coming.yearly_profit]
    first = coming.yearly_newcomers[0] * npf.npv(0.09, flow)
    assert float(found.expected[0].value) == pytest.approx(first, rel=1e-9)
    last = coming.yearly_newcomers[0] * npf.npv(0.09, flow[:2]) / 1.09**2
    assert float(found.expected[2].value) == pytest.approx(last, rel=1e-9)
    total = mine.equity().rows[-1][-1]
    low, high = value.interval_from_draws(mine._draws(), Q(9, 10))
    assert low < found.total < high
    assert total == f"{float(found.total) / 100:,.0f}"
    assert mine._draws() == mine._draws()  # 种子固定


def test_the_forecast_hides_what_came_later():
    """真的一列是截止日以后的净额：从订单里另数一遍。"""
    import pyarrow.parquet as pq

    mine = shop("longjing")
    table = mine.forecast()
    days = min(365, mine.shop.window // 3)
    cut = mine.shop.ledger.as_of - timedelta(days)
    rows = pq.read_table(data_folder() / "longjing.parquet").to_pylist()
    bought = [row for row in rows if not row["cancelled"] and row["amount"] >= 0]
    seen = {row["customer_id"] for row in bought if row["order_date"] <= cut}
    # 退款是负的一行，日子是退的那天
    later = sum(row["amount"] for row in rows if row["customer_id"] in seen and row["order_date"] > cut)
    assert table.rows[-1][1] == f"{len(seen):,}"
    assert float(table.rows[-1][-1]) == pytest.approx(float(later) / len(seen), abs=0.02)


def test_bands_hold_everybody_once():
    idle = np.array([0, 79, 80, 199, 200, 399, 400, 900])
    assert [list(np.flatnonzero(here)) for _, _, here in bands(idle)] == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_stages_worked_by_hand():
    """甲 1 月 1 日来，2 月 1 日进入形成期；乙只在考察期。形成期那天的单算形成期。"""
    starts = {
        "甲": {"exploration": date(2023, 1, 1), "formation": date(2023, 2, 1)},
        "乙": {"exploration": date(2023, 1, 5)},
    }
    orders = [
        {"customer_id": "甲", "order_date": date(2023, 1, 1), "amount": 100, "cost": 90},
        {"customer_id": "甲", "order_date": date(2023, 2, 1), "amount": 200, "cost": 120},
        {"customer_id": "乙", "order_date": date(2023, 3, 1), "amount": 50, "cost": 60},
    ]
    found = {one.name: one for one in sums(starts, orders)}
    assert [
        (one.customers, one.orders, one.revenue, one.cost)
        for one in (found["exploration"], found["formation"])
    ] == [(2, 2, 15_000, 15_000), (1, 1, 20_000, 12_000)]
    assert found["formation"].each(found["formation"].profit) == 8_000
    assert found["formation"].margin == Q(2, 5)
    assert found["stability"].each(5) == found["stability"].margin == 0


def test_the_stages_have_the_shape_of_the_course():
    """D5：考察期最低，形成期上来，稳定期最高，退化期落下；每单的利润。"""
    profits = [one.each(one.profit) for one in shop("longjing")._stages[:4]]
    assert 0 < profits[0] < profits[1] < profits[2] > profits[3]
    gains = [row[2] for row in shop("longjing").one_more_year().rows]
    assert gains[0].startswith("−")
    assert max(gains, key=lambda text: float(text.replace("−", "-").replace("+", ""))) == gains[2]


@pytest.mark.parametrize("name", ["stages", "stages_figure", "one_more_year", "periods", "periods_figure"])
def test_a_real_shop_says_why_it_has_no_stages(name):
    said = getattr(shop("online_retail"), name)()
    assert isinstance(said, Shown)
    assert "没有真相" in str(said)


PAGE = [
    "card",
    "two_values",
    "two_values_figure",
    "forecast",
    "past_future",
    "equity",
    "tornado_figure",
    "stages",
    "stages_figure",
    "one_more_year",
    "periods",
    "periods_figure",
]


@pytest.mark.parametrize("name", PAGE)
def test_a_small_shop_ends_in_a_sentence_never_in_a_traceback(name, tmp_path):
    lines = ["order_id,customer_id,order_date,amount"]
    lines += [
        f"o{k}_{j},c{k},{date(2024, 1, 1) + timedelta(5 * k + 23 * j)},{30 + 13 * ((7 * k + 3 * j) % 11)}.00"
        for k in range(25)
        for j in range(k * k % 5 + 1)
    ]
    path = tmp_path / "我的店.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = getattr(lab(tmp_path, str(path), "2024-07-01").value.shop(), name)()
    assert isinstance(shown, Table | Shown | Figure)


def test_nothing_to_guess_and_nobody_yet_are_said(tmp_path):
    """最后一段没有人来；站在那天往回看还没有一位客户。"""
    for name, first in (("早", 0), ("晚", 300)):
        lines = ["order_id,customer_id,order_date,amount"]
        lines += [
            f"o{k}_{j},c{k},{date(2024, 1, 1) + timedelta(first + k % 29 + 9 * j)},{30 + 13 * ((7 * k + 3 * j) % 11)}.00"
            for k in range(80)
            for j in range(k * k % 5 + 1)
        ]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([*lines, f"z,y,{date(2024, 1, 1)},9.00"]) + "\n", encoding="utf-8")
        said = lab(tmp_path, str(path), "2025-01-01").value.shop().forecast()
        assert isinstance(said, Shown), name


def test_the_survey_borrows_the_tea_shop(tmp_path):
    assert "西湖龙井店" in lab(tmp_path).value.shop().card().note


# ── 内容 ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('side = "gain"', 'side = "both"', "一边"),
        ("weight = 4", "weight = 0", "超出范围"),
        ("shares = [20, 40, 60, 80]", "shares = []", "一列"),
        ("kept = [60, 70, 80, 90, 100]", "kept = [60, 170]", "0 到 100"),
        ('stage = "formation"', 'stage = "decline"', "六个时期"),
        ('origin = "来源"', 'origin = "听说"', "出处"),
        ("low_rate_percent = 6 ", "low_rate_percent = 16 ", "颠倒"),
        ("yearly_service_cost = 2100", "yearly_service_cost = 1300", "不会倒过来"),
        ("draws = 400", "draws = 400\nluck = 1", "不认识的键"),
        ("planning_years = 3", "", "planning_years"),
        ('id = "price"', 'id = "volume"', "出现了两次"),
        ("ends = true", 'ends = "是"', "类型不对"),
    ],
)
def test_a_spoilt_example_is_named(old, new, said, tmp_path):
    with pytest.raises(ContentError) as caught:
        read_value(broken_copy(tmp_path, "value.toml", old, new))
    assert said in str(caught.value)


def test_a_spoilt_sentence_is_named(tmp_path):
    path = broken_copy(tmp_path, "value_lesson.toml", "$both 位", "$luck 位")
    with pytest.raises(ContentError, match="luck"):
        read_sentences(path, FIELDS)


READERS = {"value.toml": read_value, "value_lesson.toml": functools.partial(read_sentences, fields=FIELDS)}


@pytest.mark.parametrize("name", READERS)
def test_no_line_can_be_dropped_and_no_file_be_unreadable(name, tmp_path):
    lines = (data_folder() / "course" / name).read_text(encoding="utf-8").splitlines(keepends=True)
    path, tried = tmp_path / name, 0
    for i, line in enumerate(lines):
        if not re.match(r"[a-z_0-9]+ = ", line):
            continue
        path.write_text("".join(lines[:i] + lines[i + 1 :]), encoding="utf-8")
        with pytest.raises(ContentError) as caught:
            READERS[name](path)
        assert name in str(caught.value), line
        tried += 1
    assert tried > 100
    path.write_bytes(b"\xff\x81\x30\x00" * 9)
    with pytest.raises(ContentError, match=name):
        READERS[name](path)


@pytest.mark.parametrize("name", READERS)
def test_the_prose_uses_chinese_punctuation(name):
    text = (data_folder() / "course" / name).read_text(encoding="utf-8")
    said = re.findall(r'= "(.*)"$', text, re.MULTILINE)
    assert not [one for one in said if re.search(r"[一-鿿][,;:!?()']|[,;:!?()'][一-鿿]|显然", one)]


# ── 次序平面：底色就是次序倒过来 ─────────────────────────────────────


@settings(max_examples=60)
@given(
    st.integers(-40, 40), st.integers(-40, 40), st.integers(-30, 30), st.integers(-10, 10), st.integers(1, 12)
)
def test_a_point_lies_in_the_shade_iff_the_order_reverses(d_i, d_s, d_a, d_p, n):
    from matplotlib.path import Path as Outline

    from lifecycle_lab.plots import value_lines

    r = YearlyRate.percent(9)
    second = LoyalCustomer(5000, r, Years(n), 1000, 5000, 5000)
    first = LoyalCustomer(5000 + 100 * d_i, r, Years(n), 1000 + 100 * d_p, 5000 + 100 * d_a, 5000 + 100 * d_s)
    panel = _plane()
    value_lines.update_plane(panel, first, second, ("甲", "乙"))
    point = (d_i, d_s)
    inside = any(Outline(patch.get_xy()).contains_point(point, radius=0) for patch in panel.patches)
    found = value.ranking(first, second)
    if found.tied == (False, False):
        assert inside == found.reverses
    assert panel.lines[2].get_xdata()[0] == d_i


@functools.cache
def _plane():
    from lifecycle_lab.plots import value_lines

    one = LoyalCustomer(5000, YearlyRate.percent(9), Years(5))
    return value_lines.plot_plane(one, one, ("甲", "乙"), 4000)
