"""第 02 课：房间里新添的几样、店里每月的数、一局、滑块、图与内容；对着手算、另写的循环与生成器的真相。"""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
import test_curves_shops as oracle
from broken_content import broken_copy
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import curves, open_lab, plots
from lifecycle_lab.content import course, data_folder
from lifecycle_lab.content.curve_words import FIELDS, MEASURE_STAGES, read_curve_measures
from lifecycle_lab.content.sentences import read_sentences
from lifecycle_lab.curves import game as game_rules
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import curve_sliders, ledgers
from lifecycle_lab.lab.curve_game import Game, to_budget
from lifecycle_lab.lab.curve_room import Curves
from lifecycle_lab.lab.curve_shop import CurveShop
from lifecycle_lab.plots import curve_game as boards
from lifecycle_lab.plots import curves as figures
from lifecycle_lab.plots import fonts
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import ContentError, DataError, Order, ParameterError
from lifecycle_lab.warehouse import day_number

LESSON = "02_life_curves"
IDEAL = curve_sliders.ideal()
LEVERS = curves.LEVERS


# ── 读阶段的终点 ─────────────────────────────────────────────────────


def test_ends_by_hand():
    assert curves.read_ends([20, 24, 60, 95, 98, 99, 70], 10) == (2, 4, 6)
    assert curves.read_ends([20, 50, 80], 10) == (1, 3, None)
    # 恰好满 10 元算快；形成期里的小跌不算退化
    assert curves.read_ends([20, 30, 29, 45, 46, 40], 10) == (1, 4, 5)


@given(
    slow=st.lists(st.integers(0, 9), max_size=5),
    fast=st.lists(st.integers(10, 90), min_size=1, max_size=6),
    flat=st.lists(st.integers(0, 9), max_size=6),
    down=st.lists(st.integers(-40, -1), min_size=1, max_size=4),
)
def test_ends_are_where_the_parts_were_joined(slow, fast, flat, down):
    tv = list(itertools.accumulate([20, *slow, *fast, *flat, *down]))
    formed = 1 + len(slow) + len(fast)
    assert curves.read_ends(tv, 10) == (1 + len(slow), formed, formed + len(flat))


def test_ends_of_the_ideal_curve_are_its_own():
    # 形成期直线上升（每月 9 元），考察期压平：快慢分得开，读出的终点就是写进去的
    calm = dataclasses.replace(IDEAL, rise=1, start=28)
    tv = [row.tv for row in curves.monthly(calm, calm.decline_end)]
    assert curves.read_ends(tv, 800) == calm.borders[1:4]


@pytest.mark.parametrize(("tv", "fast", "said"), [([5, 6, 7], 10, "没有一个月快涨"), ([5, 60], 0, "fast")])
def test_a_table_without_formation_is_refused(tv, fast, said):
    with pytest.raises((DataError, ParameterError), match=said):
        curves.read_ends(tv, fast)


# ── 每月合计、毛利、整数的四舍五入 ────────────────────────────────────


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(-9_999, 9_999)), min_size=1, max_size=20))
def test_months_add_up_what_happened_in_them(orders):
    orders.sort()
    days, money = zip(*orders, strict=True)
    table = curves.per_month(days, money, 420)
    first = days[0]
    for month, total in enumerate(table):
        low = first + 30 * month
        assert total == sum(amount for day, amount in orders if low <= day < low + 30)
    assert len(table) == (420 - first) // 30 + 1


@pytest.mark.parametrize(("days", "money"), [([], []), ([1], [1, 2]), ([500], [1])])
def test_months_of_nothing_are_refused(days, money):
    with pytest.raises(DataError):
        curves.per_month(days, money, 420)


def test_gross_by_hand():
    # 第 28 个月：120 元 × (50 % + 4 %)；第 12 个月：108 × 50 %
    assert IDEAL.gross(28) == 6_480
    assert IDEAL.gross(12) == 5_400
    assert IDEAL.profit(28) == 6_480 - 1_200


@given(st.integers(0, 10**9), st.integers(-(10**6), 10**6), st.integers(1, 10**4))
def test_whole_number_rounding_is_the_fraction_rounding(people, top, bottom):
    exact = Fraction(people, game_rules.MILLIONTH) * Fraction(top, bottom)
    assert game_rules._share(people, top, bottom) == curves.to_fen(exact)


def test_the_next_yuan_is_the_difference_of_two_games():
    mine, budget = Game(), {"trust": 200, "barriers": 100}
    before = curves.play(mine.cohort, budget)
    for name, (extra, more) in curves.marginal(mine.cohort, budget, 100).items():
        after = curves.play(mine.cohort, budget | {name: budget.get(name, 0) + 100})
        assert more == after.total - before.total
        assert extra == sum(after.spent.values()) - sum(before.spent.values()) > 0
    with pytest.raises(ParameterError):
        curves.marginal(mine.cohort, budget, 0)


# ── 店里每月的数 ─────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def room():
    """一间屋子，几家店各开一次。"""
    opened = {}

    def open_shop(name):
        if name not in opened:
            retail = name == "online_retail"
            ledger = ledgers._online_retail(None) if retail else ledgers.shipped(name or "longjing")
            opened[name] = SimpleNamespace(ledger=ledger)
        return opened[name]

    class Mine(Curves):
        def shop(self, name=""):
            key = name or "longjing"
            if key not in self._shops:
                self._shops[key] = CurveShop(open_shop(key).ledger)
            return self._shops[key]

    return Mine(open_shop)


@pytest.mark.parametrize("name", oracle.SHOPS)
def test_months_and_truth_are_the_ones_counted_another_way(room, name):
    mine, wanted = room.shop(name), oracle.shipped(name)
    assert mine.tv == {who: table for who, (table, _, _) in wanted.items()}
    for who, (_, kind, gone) in wanted.items():
        assert (mine.truth[who].exit_type, mine.truth[who].gone) == (kind, gone)


@pytest.mark.parametrize(
    ("gone", "accuracy", "baseline"), [(False, "34.4 %", "37.3 %"), (True, "77.5 %", "72.5 %")]
)
def test_the_score_says_accuracy_baseline_and_where_it_fails(room, gone, accuracy, baseline):
    people = [(t, k) for t, k, lost in oracle.shipped("longjing").values() if lost or not gone]
    wanted, table = oracle.judged(people), room.score("longjing", gone=gone)
    assert f"判对 {accuracy}" in table.note
    assert f"也能对 {baseline}" in table.note
    assert float(wanted.accuracy) == pytest.approx(float(accuracy[:-2]) / 100, abs=0.0006)
    for kind, row in zip(curves.EXIT_TYPES, table.rows, strict=True):
        assert [int(cell.replace(",", "")) for cell in row[2:6]] == [
            wanted.counts[kind, guess] for guess in curves.EXIT_TYPES
        ]
    worst = max((p for p in wanted.counts if p[0] != p[1]), key=wanted.counts.get)
    labels = [course().curves.exit_types[kind].label for kind in worst]
    assert f"把{labels[0]}判成{labels[1]}" in table.note
    assert ("只看真的走了的人" in table.note) is gone
    assert ("多对 5.0 个百分点" in table.note) is gone


def test_a_score_that_is_no_better_than_the_commonest_says_so(room):
    note = room.score("womenswear", gone=True).note
    assert "并不比一律猜最多的一型高" in note
    assert "认出率平均 62.8 %" in note  # tests/test_curves_shops.py 的 0.628


def test_years_of_short_cycles_make_the_types_visible():
    """与 tests/test_curves_shops.py 的长窗口同一结论：是数据不够，不是判法不对。"""
    mine = Curves(lambda name: None)
    found = mine.shop("patient").score(gone=True)
    recalls = [found.recall(kind) for kind in curves.EXIT_TYPES]
    assert found.people > 1_000
    assert found.accuracy > 2 * found.baseline
    assert float(sum(recalls)) / 4 == pytest.approx(0.70, abs=0.04)
    assert "十年" in mine.score("patient", gone=True).title
    assert mine.shop("patient") is mine.shop("patient")


def test_profit_is_money_less_cost_or_an_assumed_share(room):
    tea, retail = room.shop("longjing"), room.shop("online_retail")
    orders = pq.read_table(data_folder() / "longjing.parquet").to_pylist()
    for who in list(tea.tv)[::1500]:
        mine = [row for row in orders if row["customer_id"] == who]
        total = sum(int(row["amount"] * 100) - int(row["cost"] * 100) for row in mine)
        assert sum(tea.profit(who)) == total
    who = next(iter(retail.tv))
    assert retail.profit(who) == [Fraction(value * 50, 100) for value in retail.tv[who]]
    assert "是假设" in room.customer("online_retail").caption
    assert "账上的成本" in room.customer("longjing").caption


def test_refunds_before_the_first_purchase_belong_to_another_story(room):
    """网店的第一笔以前也有退款（上一年的货）：不算，别的都在。"""
    retail = room.shop("online_retail")
    rows = pq.read_table(data_folder() / "online_retail.parquet").to_pylist()
    first = {
        who: date.fromordinal(days[0] + date(1970, 1, 1).toordinal())
        for who, days in retail.ledger.days.items()
    }
    total = sum(
        int(row["amount"] * 100)
        for row in rows
        if row["customer_id"] in retail.tv and row["order_date"] >= first[row["customer_id"]]
    )
    assert sum(map(sum, retail.tv.values())) == total


def test_a_cohort_leaves_out_the_first_month_and_thin_ends(room):
    tea = room.shop("longjing")
    tv, profit, people = tea.cohort(6)
    chosen = [t for t in tea.tv.values() if sum(v > 0 for v in t) >= 6 and len(t) > 1]
    assert people == len(chosen)
    for month, value in enumerate(tv, start=2):
        seen = [t[month - 1] for t in chosen if len(t) >= month]
        assert value == Fraction(sum(seen), len(seen))
        assert len(seen) >= 10
    assert len(profit) == len(tv)
    assert "不能代表全体" in room.cohort("longjing", least=6).caption
    assert "不能代表全体" not in room.cohort("longjing").caption


def test_the_true_types_are_averaged_apart(room):
    found, truth = room.shop("longjing").by_truth(), oracle.shipped("longjing")
    for kind, values in found.items():
        chosen = [t for t, true, _ in truth.values() if true == kind and len(t) > 1]
        assert values[3] == Fraction(sum(t[4] for t in chosen if len(t) > 4), sum(len(t) > 4 for t in chosen))
    # 一年以后，四型的高低正是离开的先后
    later = [sum(found[kind][11:17]) for kind in curves.EXIT_TYPES]
    assert later == sorted(later)
    assert "早期流产型 1.7 → 0.2" in room.truth_figure().caption
    assert isinstance(room.truth_figure("online_retail"), Shown)


def test_found_counts_everybody_once(room):
    table = room.found("online_retail")
    total = sum(int(cell.replace(",", "")) for row in table.rows for cell in row[1:])
    assert total == len(room.shop("online_retail").tv)


def test_the_gallery_says_how_it_chose(room):
    portraits = room.shop("online_retail").portraits(IDEAL)
    assert len(portraits) == 5
    shown = room.gallery()
    assert isinstance(shown, Figure)
    assert "挑法" in shown.caption
    near, far = portraits[0].tv, portraits[2].tv
    assert curves.fit(near, IDEAL).error < curves.fit(far, IDEAL).error


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda r: r.score("online_retail"), "没有真相"),
        (lambda r: r.customer("longjing", "没有这位"), "没有客户"),
        (lambda r: r.cohort("longjing", least=99), "不到十位"),
        (lambda r: r.game(trust="很多"), "不能是"),
    ],
)
def test_what_cannot_be_told_is_said_not_raised(room, ask, said):
    told = ask(room)
    assert isinstance(told, Shown)
    assert said in str(told)


def orders_file(folder, customers: int, times: int) -> str:
    """每位客户隔 30 天买 times 次，第 k 次 10 k 元；最后一位退了第一单。"""
    rows, start = ["order_id,customer_id,order_date,amount"], date(2023, 1, 1)
    for i in range(customers):
        for k in range(1 + i % times):
            rows.append(f"o{i}-{k},甲{i},{start + timedelta(30 * k + i % 7)},{10 * (k + 1)}.00")
    path = folder / "我的店.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def test_a_users_own_orders_go_through_the_same_doors(tmp_path):
    source = orders_file(tmp_path, 40, 8)
    lab = open_lab("demo", source, "2024-06-01", "", str(tmp_path / "a.json"), str(tmp_path / "out"))
    mine = lab.curves.shop()
    assert mine is lab.curves.shop("")
    assert mine.tv["甲2"][:4] == [1_000, 2_000, 3_000, 0]
    counts = Counter(guess.exit_type for guess in mine.guesses.values())
    # 买 1 到 8 次的各五位：1 次；2、3 次；4–7 次；8 次
    assert counts == {"early_abort": 5, "midway_death": 10, "early_exit": 20, "long_lasting": 5}
    assert not any(guess.open for guess in mine.guesses.values())
    for told in (lab.curves.found(), lab.curves.customer(), lab.curves.cohort(), lab.curves.gallery("")):
        assert isinstance(told, Table | Figure | Shown)
    assert "没有真相" in str(lab.curves.score(""))


@pytest.mark.parametrize(
    ("amounts", "said"), [((0, 0), "画不出曲线"), ((500, -500), "画不出曲线"), ((500,), "不到十位")]
)
def test_a_tiny_or_worthless_shop_says_why(amounts, said):
    """一位客户：金额全是 0，同一天全退，只有一单；哪一格也不抛错。"""
    day, as_of = date(2024, 1, 1), date(2024, 1, 20)
    rows = [Order(f"o{i}", "甲", day, amount, cancelled=amount < 0) for i, amount in enumerate(amounts)]
    ledger = ledgers.Ledger("小店", "yours", "元", as_of, rows, {"甲": [day_number(day)]})
    mine, only = Curves(lambda name: None), CurveShop(ledger)
    mine.shop = lambda name="": only
    told = [
        getattr(mine, name)("")
        for name in ("customer", "cohort", "found", "score", "gallery", "truth_figure")
    ]
    assert all(isinstance(one, Shown | Table | Figure) for one in told)
    assert said in str(told[1])


def test_the_survey_borrows_a_shop(tmp_path):
    lab = open_lab("demo", "", "", "", str(tmp_path / "a.json"), str(tmp_path / "out"))
    assert lab.curves is lab.curves
    assert lab.curves.shop() is lab.curves.shop("longjing")


# ── 理想曲线的表与图 ─────────────────────────────────────────────────


def test_the_tables_of_the_ideal_by_hand(room):
    # 第 1 个月：120 × (10 + 20/16) % = 13.50；一半是毛利，减 20
    first = room.ledger(2).rows[1]
    assert first == ("1", "13.50", "6.75", "20.00", "−13.25", "−73.25")
    stages = room.stages().rows
    assert [row[0] for row in stages] == ["考察期", "形成期", "稳定期", "退化期"]
    assert stages[2][2] == "108.00 → 120.00"
    kinds = room.types().rows
    assert [row[2] for row in kinds][:2] == ["始终没有", "始终没有"]
    totals = [float(row[3].replace(",", "").replace("−", "-")) for row in kinds]
    assert totals == sorted(totals)
    assert totals[0] < 0 < totals[-1]
    assert isinstance(room.figure(leave=10), Figure)
    assert "第 10 个月末离开" in room.figure(leave=10).alt


def test_sliders_say_what_the_curve_says_and_draw_the_same_from_anywhere():
    one, two = curve_sliders.life_sliders(), curve_sliders.life_sliders()
    one.at(leave=5, margin=60)
    one.at(peak=160, stability=20)
    assert one.at(leave=20).png == two.at(leave=20).png
    assert one.at(leave=20).png != one.at(leave=21).png
    view = figures.LifeView(IDEAL, 20)
    said = one.at(leave=20).said
    assert f"一共赚 {figures.money(view.totals[-1])} 元" in said
    assert "第 20 个月离开，提前退出型" in said
    assert one.start.said.count("第 9 个月") == 1  # 回本，与表里的同一个月


@given(
    st.fixed_dictionaries({n: st.integers(low, high) for n, (low, high, _) in curve_sliders._REACH.items()})
)
@settings(max_examples=60)
def test_every_place_of_the_sliders_is_a_curve(values):
    view = curve_sliders._view(values)
    assert 1 <= view.months <= view.curve.decline_end <= curve_sliders._FRAME.months
    said = curve_sliders._sentence(view, values)
    assert ("不能短于" in said) is (values["stability"] < values["formation"])


def test_new_figures_have_every_glyph_and_the_same_bytes(room, monkeypatch):
    monkeypatch.setattr(fonts, "installed_families", frozenset)
    portraits, mine = room.shop("online_retail").portraits(IDEAL), Game()
    board = mine._board(mine.try_budget({"trust": 300}))
    frame = curve_sliders._FRAME
    drawn = (
        lambda: figures.plot_gallery(portraits, IDEAL)[0],
        lambda: boards.plot_game_board(board)[0],
        lambda: figures.plot_life_curve(figures.LifeView(IDEAL, 20), frame=frame),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        for draw in drawn:
            assert plots.png(draw().figure) == plots.png(draw().figure)


# ── 一局 ────────────────────────────────────────────────────────────


def test_the_game_shows_what_each_yuan_did(room):
    mine = Game()
    budget = {"trust": 300, "satisfaction": 300, "barriers": 200, "win_back": 0}
    (table,) = mine.shown(budget).blocks
    played = curves.play(mine.cohort, budget)
    for name, row in zip(LEVERS, table.rows, strict=True):
        without = curves.play(mine.cohort, budget | {name: 0}).total
        spent = played.spent[name]
        assert row[2] == f"{spent / 1e6:.2f}"
        assert float(row[3]) == pytest.approx((played.total - without) / 1e6, abs=0.006)
        if spent:
            assert float(row[4].rstrip(" 元")) == pytest.approx((played.total - without) / spent, abs=0.006)
    assert table.rows[3][4] == "—"  # 一分没花，没有平均
    assert "不花钱是 27.98 万元" in table.note


def test_the_best_so_far_is_remembered_and_nothing_better_is_told():
    mine = Game()
    good = mine.try_budget({"trust": 300, "satisfaction": 300})
    mine.try_budget({"win_back": 100_000})
    assert mine.best == (300, 300, 0, 0)
    assert mine.last == (0, 0, 0, 100_000)
    (table,) = mine.shown({}).blocks
    assert f"最好的一次是 {good.total / 1e6:.2f} 万元" in table.note
    assert "建立信任 3.00 元、提高满意 3.00 元" in table.note


def test_sliders_and_code_play_the_same_game():
    mine, other = Game(), Game()
    moment = mine.sliders.at(trust=3, barriers=2)
    (table,) = other.shown({"trust": 300, "barriers": 200}).blocks
    assert table.note in moment.said
    assert table.rows[0][5] in moment.said  # 信任再多花一元
    assert mine.best == other.best == (300, 0, 200, 0)
    assert mine.sliders.at(trust=12).png != moment.png
    mine.sliders.start  # noqa: B018
    assert mine.last == (1200, 0, 0, 0)  # 滑块一显示就在零上，不算试过


def test_other_assumptions_are_played_one_at_a_time():
    mine = Game()
    mine.try_budget({"barriers": 200})
    rows = mine.robust().rows
    assert len(rows) == 8
    lever = dataclasses.replace(mine.cohort.levers["barriers"], half=400)
    other = dataclasses.replace(mine.cohort, levers={**mine.cohort.levers, "barriers": lever})
    assert rows[5][1] == f"{curves.play(other, {'barriers': 200}).total / 1e6:.2f}"
    assert rows[0][1] == rows[1][1]  # 没在信任上花钱，它的假设改了也一样


@pytest.mark.parametrize("value", [True, "三", -1, "1.234", float("nan"), 1_001, None])
def test_a_budget_that_is_no_money_is_refused(value):
    with pytest.raises(ParameterError, match="建立信任"):
        to_budget({"trust": value})


def test_money_may_be_written_in_several_ways():
    assert to_budget({"trust": 3, "barriers": 2.5, "win_back": "0.75"}) == {
        "trust": 300,
        "barriers": 250,
        "win_back": 75,
    }


def test_the_assumptions_are_printed_as_content_says(room):
    rows = room.assumptions().rows
    for row, text in zip(rows, course().curves.levers.values(), strict=True):
        assert row[:2] == (text.label, text.meaning)
        assert row[2] == f"{text.settings['leaving'] / 10:.1f} %"
        assert row[4].startswith("−" if text.settings["months"] < 0 else "+")
    assert "36 个月" in room.assumptions().note


# ── 内容 ────────────────────────────────────────────────────────────


def test_the_questions_cover_every_kind_and_fact():
    items = [item for item in course().quiz.values() if item.lesson == LESSON]
    assert len(items) >= 24
    assert {item.kind for item in items} == {"single", "multiple", "ordering", "matching", "numeric"}
    asked = Counter(fact for item in items for fact in item.facts)
    assert set(asked) == {"A6", "A7", "D5"}
    assert min(asked.values()) >= 6


def test_the_prose_says_the_numbers_of_the_content():
    text = (data_folder().parent / "notebooks" / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    assert "三年，四项预算" in text
    assert course().curves.horizon == 36
    assert len(LEVERS) == 4
    assert "至少六个月有交易" in text
    assert "least=6" in text


def test_measures_are_enough_for_every_stage():
    book = course().curve_measures
    counts = Counter(one.stage for one in book.measures)
    assert set(counts) == set(MEASURE_STAGES)
    assert min(counts.values()) >= 3
    assert len({one.text for one in book.measures}) == len(book.measures)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('stage = "decline"', 'stage = "stability"', "不够"),
        ('stage = "none"', 'stage = "sideways"', "认得的阶段"),
        ('id = "open_visit"', 'id = "trial_week"', "出现了两次"),
        ('formation = "加快形成期"', 'formation = "缩短考察期"', "同样的词"),
        ("[aim]", "[aims]", "缺少"),
    ],
)
def test_broken_measures_are_named(tmp_path, old, new, said):
    with pytest.raises(ContentError, match=said) as caught:
        read_curve_measures(broken_copy(tmp_path, "curve_measures.toml", old, new))
    assert "curve_measures.toml" in caught.value.where


def test_a_sentence_with_a_strange_name_is_refused(tmp_path):
    path = broken_copy(tmp_path, "curve_lesson.toml", "$stretch %", "$strech %")
    with pytest.raises(ContentError, match="strech"):
        read_sentences(path, FIELDS)
