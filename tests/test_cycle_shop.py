"""第 06 课里的店：账对得上定义与真相，表与句子跟着数字走，做不出来的说出原因。"""

from __future__ import annotations

import functools
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from lifecycle_lab import cycles, open_lab
from lifecycle_lab.content import course, data_folder
from lifecycle_lab.cycles import Bounds, ClassRule, StaticRule
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import Lab, cycle_tables, ledgers
from lifecycle_lab.lab.cycle_shop import CycleShop
from lifecycle_lab.report import Figure
from lifecycle_lab.warehouse import day_number


@functools.cache
def shop(name: str) -> CycleShop:
    """一家店开一次：测试之间不改它。"""
    if name == "online_retail":
        return CycleShop(ledgers._online_retail(None))
    return CycleShop(ledgers.shipped(name) if name in ledgers.SHIPPED else ledgers.made(name))


def lab(tmp_path: Path, source: str = "", as_of: str = "") -> Lab:
    return open_lab("demo", source, as_of, "", str(tmp_path / "a.json"), str(tmp_path / "out"))


def orders_file(folder: Path, rows: list[tuple[str, date, str]]) -> str:
    lines = ["order_id,customer_id,order_date,amount"]
    lines += [f"o{i},{who},{day},{amount}" for i, (who, day, amount) in enumerate(rows)]
    path = folder / "我的店.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


# ── 账 ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["longjing", "womenswear", "online_retail"])
def test_the_days_of_the_ledger_and_the_house_tell_the_same_story(name):
    """回测用的购买日与仓库归出的间隔方块，是同一份订单的同一个定义。"""
    mine = shop(name)
    assert cycles.tally(mine.ledger.days.values(), mine.ledger.today) == [tuple(row) for row in mine.rows]
    assert len(mine.customers) == len(mine.ledger.days)


def test_truth_belongs_to_the_customer_it_is_told_of():
    ledger = shop("longjing").ledger
    truth = pq.read_table(data_folder() / "longjing_truth.parquet", columns=["customer_id", "lost_on"])
    for who, day in list(zip(*(column.to_pylist() for column in truth.columns), strict=True))[::997]:
        assert ledger.gone[who] == (float("inf") if day is None else day_number(day))
        # 走了以后不会再买
        assert ledger.days[who][-1] <= ledger.gone[who]


def test_a_made_shop_is_the_same_every_time_and_knows_its_truth():
    one, two = ledgers.made("same_cycle"), ledgers.made("same_cycle")
    assert one.days == two.days
    assert one.gone == two.gone
    assert len(one.days) == ledgers.MADE_CUSTOMERS


def test_the_survey_borrows_the_tea_shop_and_says_so(tmp_path):
    opened = lab(tmp_path)
    assert opened.shop() is opened.shop("longjing")
    assert "西湖龙井店" in opened.shop().card().note
    assert not opened.shop("online_retail").card().note


def test_an_orders_source_is_my_shop(tmp_path):
    opened = lab(tmp_path, "online_retail")
    assert opened.shop() is opened.shop("online_retail")
    earlier = lab(tmp_path, "online_retail", "2011-09-01").shop()
    assert earlier.ledger.as_of == date(2011, 9, 1)
    assert max(days[-1] for days in earlier.ledger.days.values()) <= day_number(date(2011, 9, 1))


def test_my_own_file_is_my_shop_and_a_short_history_is_told_not_raised(tmp_path):
    rows = [
        (f"甲{i}", date(2024, 1, 1) + timedelta(i * 2 % 31 + (9 + i % 5) * k), f"{10 * (1 + i * 7 % 11)}.50")
        for i in range(40)
        for k in range(1 + i * 3 % 4)
    ]
    mine = lab(tmp_path, orders_file(tmp_path, rows)).shop()
    assert mine.ledger.kind == "yours"
    assert mine.ledger.gone is None
    assert mine.table_1().rows[-1][1:3] == ("60", "40")  # 40 位买了 100 次
    assert "这份订单没有数量" in str(mine.stability()) or isinstance(mine.stability(), Shown)
    told = mine.trial("action")
    assert isinstance(told, Shown)
    assert "怎么办" in str(told)
    assert "合成" in str(mine.trial("state"))
    for name in ("table_2", "table_3", "audit", "states", "monday", "definitions", "call_list"):
        assert isinstance(getattr(mine, name)(), Table | Shown)


def test_a_shop_where_nobody_came_back_has_answers_too(tmp_path):
    rows = [(f"客{i}", date(2024, 1, 1) + timedelta(i), "9.90") for i in range(30)]
    opened = SimpleNamespace(as_of=date(2024, 3, 1))  # 这样相像的客户抽不出题本，账却读得出
    mine = CycleShop(ledgers._yours(orders_file(tmp_path, rows), opened))
    for name in (
        "card",
        "table_1",
        "table_2",
        "table_3",
        "audit",
        "stability",
        "regularity_figure",
        "states",
    ):
        assert str(getattr(mine, name)())
    for name in ("repurchase_figure", "transitions_figure", "timelines", "state_flow", "monday", "call_list"):
        getattr(mine, name)()
    assert "第二次" in mine.table_1().note
    mine.bounds_sliders.start, mine.states_sliders.start, mine.window_sliders.start  # noqa: B018


# ── 表与句子 ────────────────────────────────────────────────────────


def test_table_1_by_hand():
    """三位客户：10 天再买、40 天再买、一位看了 100 天还没有；另有两段开着的。"""
    rows = [
        cycles.GapRow(1, None, 10, 1, 1),
        cycles.GapRow(1, None, 40, 1, 1),
        cycles.GapRow(1, None, 100, 0, 2),
    ]
    table = cycle_tables.table_1("小店", cycles.repurchase(rows, course().cycles.defaults.quantiles))
    assert table.rows[0][1:6] == ("2", "2", "10 天", "40 天", "40 天")
    assert table.rows[0][7:] == ("没有达到", "没有达到")
    assert table.rows[0][6].startswith("40 天")  # 四位里第二位再买，正好一半
    assert "还有 2 段没有结束（占 50 %）" in table.note
    assert "看到第 100 天也只有 50 % 再买了" in table.note


def test_the_articles_numbers_come_out_and_the_sentences_follow_them():
    tea = shop("longjing")
    high, _, low = tea.table_3().rows[:3]
    line = cycles.next_gaps(tea.rows, 1, Bounds()).line("high")
    assert high[3] == f"{100 * float(line.naive[0]):.1f} %"
    assert "高频类：只看已再买的，80 天以内 51.9 %，240 天以内 87.1 %" in tea.table_3().note
    assert "中频类：下一段最多落回中频（41.3 %" in tea.table_3().note
    assert low[7] == "99.4 %"
    assert "最多的却是高频" in shop("online_retail").table_3().note
    assert "看不到" in tea.definitions().rows[2][-1]
    assert "看不到" not in tea.definitions().rows[0][-1]
    assert tea.table_3(2).title != tea.table_3().title


def test_the_audit_sets_the_shop_beside_clockwork_customers():
    rows = dict(shop("longjing").audit().rows)
    shares = [float(text.strip("≥ %")) for text in rows.values()]
    naive, corrected, seen, unlimited = shares
    assert naive == pytest.approx(seen, abs=1)
    assert corrected < unlimited < seen


def test_regularity_sentences_follow_the_interval():
    said = [
        cycle_tables.regularity_sentence(cycles.Regularity(1.0, low, high, 50))
        for low, high in ((1.2, 1.8), (0.8, 1.3), (0.5, 0.9), (0.8, None))
    ]
    assert ["有规律" in one for one in said] == [True, False, False, False]
    assert ["含 1：看不出" in one for one in said] == [False, True, False, True]
    assert "一阵一阵" in said[2]


def test_states_are_counted_one_customer_at_a_time():
    tea = shop("longjing")
    for rule, row in zip((StaticRule(), ClassRule()), tea.states().rows, strict=False):
        found = [cycles.state(one, tea.ledger.today, rule) for one in tea.customers]
        assert [int(text.replace(",", "")) for text in row[1:]] == [found.count(s) for s in cycles.STATES]
    repeat, new = tea.monday().rows[:2]
    total = sum(int(text.replace(",", "")) for row in (repeat, new) for text in row[1:])
    assert total == len(tea.customers)
    assert len(tea.monday().rows) == 8


def test_the_call_list_names_only_customers_of_that_state():
    tea = shop("longjing")
    listed = {row[0] for row in tea.call_list("sleeping", 15).rows}
    known = {str(one.customer_id): one for one in tea.customers}
    assert len(listed) == 15
    assert {cycles.state(known[who], tea.ledger.today, tea.class_rule()) for who in listed} == {"sleeping"}


def test_flow_between_two_days_counts_every_customer_once():
    before, after = (shop("longjing")._states_at(day) for day in (date(2023, 7, 4), date(2023, 12, 31)))
    flow = cycles.state_flow(before, after)
    assert sum(flow.counts.values()) == len(shop("longjing").customers)
    assert isinstance(shop("longjing").state_flow("2023-07-04"), Figure)


def test_timelines_show_customers_the_two_rules_disagree_on():
    tea = shop("longjing")
    chosen = tea._disputed()
    assert 2 <= len(chosen) <= 6
    for one in chosen:
        said = {cycles.state(one, tea.ledger.today, rule) for rule in (tea.static_rule, tea.own_rule)}
        assert len(said) == 2


# ── 比试：结论从这一课自己跑出来 ────────────────────────────────────


def standings(name: str, question: str) -> dict[str, str]:
    from lifecycle_lab import backtest

    return {line.key: line.standing for line in backtest.summaries(shop(name)._trial(question).trials)}


def test_state_question_the_cycle_helps_where_cycles_differ_and_hurts_where_they_do_not():
    mixed, same = standings("mixed", "state"), standings("same_cycle", "state")
    assert mixed["class"] == mixed["own"] == "better"
    assert same["class"] == "worse"
    assert same["own"] != "better"
    assert "明显好过" in shop("mixed").trial("state").note
    assert "明显不如" in shop("same_cycle").trial("state").note


@pytest.mark.parametrize("name", ["longjing", "online_retail"])
def test_action_question_the_model_beats_the_rules_and_80_200_400_loses_to_recency(name):
    found = standings(name, "action")
    assert found["mbgcnbd_silent"] == "better"
    assert found["class"] == "worse"
    table = shop(name).trial("action")
    assert isinstance(table, Table)
    assert "最好" in table.note
    assert "明显不如静态规则" in table.note
    assert isinstance(shop(name).trial_figure("action"), Figure)


def test_the_real_shop_has_no_truth_and_says_so():
    told = shop("online_retail").trial("state")
    assert isinstance(told, Shown)
    assert "真实的店里看不见流失" in str(told)


def test_every_one_time_buyer_is_alive_to_bgnbd_while_the_truth_falls():
    rows = shop("longjing").alive_trap().rows
    assert [row[2] for row in rows] == ["100 %"] * 4
    truth = [int(row[4].strip(" %")) for row in rows]
    assert truth == sorted(truth, reverse=True)
    assert truth[-1] < 60
    single = sum(row.purchase_days == 1 for row in shop("longjing").customers)
    assert sum(int(row[1].replace(",", "")) for row in rows) == single
    assert len(shop("online_retail").alive_trap().columns) == 4  # 没有真相一列


# ── 轻 ──────────────────────────────────────────────────────────────


def test_opening_a_lesson_loads_neither_duckdb_nor_scipy(tmp_path):
    code = (
        "import sys; from lifecycle_lab import open_lab;"
        f"open_lab('demo', answers_file={str(tmp_path / 'a.json')!r}).card();"
        "sys.exit(bool({'duckdb', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
