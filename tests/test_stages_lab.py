"""第 01 课拿着的桌面：对照与图鉴对着手算，放阶段对着另写的一遍，混淆表对着造数时定下的真相；做不出来的说出原因。"""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date
from fractions import Fraction as Q
from itertools import pairwise

import matplotlib
import pyarrow.parquet as pq
import pytest
from drawn_figures import texts

from lifecycle_lab import open_lab
from lifecycle_lab.content import data_folder
from lifecycle_lab.content.stages import stages
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import ledgers, stage_atlas, stage_tables
from lifecycle_lab.lab.cycle_shop import CycleShop
from lifecycle_lab.lab.stage_desk import StageDesk
from lifecycle_lab.lab.stage_shop import StageShop
from lifecycle_lab.plots import stages as drawn
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import DataError, Order, ParameterError
from lifecycle_lab.stages.placing import PERIODS, RELATION_STAGES, TRUE_STAGES, confusion
from lifecycle_lab.warehouse import day_number


@functools.cache
def opened(name: str) -> CycleShop:
    """一家店开一次：测试之间不改它。"""
    if name == "online_retail":
        return CycleShop(ledgers._online_retail(None))
    return CycleShop(ledgers.shipped(name or "longjing"))


@functools.cache
def shop(name: str) -> StageShop:
    return StageShop(opened(name))


DESK = StageDesk(opened)


def row(table: Table, name: str) -> tuple[str, ...]:
    return next(found for found in table.rows if found[0] == name)


# ── 对照与图鉴 ───────────────────────────────────────────────────────


def test_crosswalk_of_formation_by_hand():
    table = DESK.crosswalk("four", "formation")
    assert len(table.rows) == 11
    assert row(table, "四种客户状态")[1] == "新客户 25 %、老客户 75 %"
    assert row(table, "按关系深浅的六个阶段")[1] == "互动 15 %、信任 85 %"
    assert row(table, "从认知到口碑的六步")[1] == "交易 15 %、满意 70 %、忠诚 15 %"
    assert row(table, "五个时期与典型占比")[1] == "成长期 100 %"
    assert row(table, "四种客户状态")[2].startswith("老客户：")


def test_a_model_with_nothing_to_say_says_nothing():
    """四种状态没有给离开留位置：退化期只有前四分之一还压着它。"""
    assert row(DESK.crosswalk("four", "decline"), "四种客户状态")[1] == "新业务的新客户 25 %"
    assert row(DESK.crosswalk("dynamic", "away"), "从接触到忠诚的五步")[1] == "—"


@pytest.mark.parametrize("model", stages().models.values(), ids=lambda m: m.id)
def test_every_stage_can_be_looked_up_by_id_and_by_name(model):
    for stage in model.stages.values():
        assert DESK.crosswalk(model.id, stage.id) == DESK.crosswalk(model.title, stage.label)
        card = DESK.atlas(stage.id)
        assert card == DESK.atlas(stage.label, model.id)
        told = dict(card.rows)
        assert told["标志"] == stage.marks
        assert told["电信的例子"]
        assert told["网店的例子"]
    assert len(DESK.model(model.id).rows) == len(model.stages)


def test_a_borrowed_example_says_whose_it_is():
    assert dict(DESK.atlas("dormancy").rows)["电信的例子"].endswith("（借自退化期）")
    assert "借自" not in dict(DESK.atlas("decline").rows)["电信的例子"]


@pytest.mark.parametrize(
    "ask", [lambda: DESK.model("five"), lambda: DESK.atlas("青春期"), lambda: DESK.crosswalk("four", "loss")]
)
def test_an_unknown_name_is_told_what_there_is(ask):
    with pytest.raises(ParameterError) as caught:
        ask()
    assert "可用的" in str(caught.value)


def test_the_dropdowns_follow_each_other():
    choose = StageDesk(opened).choose
    assert choose.at("relation", "trust") == DESK.crosswalk("relation", "trust")
    page = choose._page()
    choose.first.value = "states"
    assert choose.second.value == "potential"
    assert "潜在客户" in choose._page()["table"] != page["table"]
    choose.second.value = "old"
    assert "老客户" in choose._told.page["table"]
    assert "下拉单" in choose._repr_mimebundle_()["text/html"]


def test_four_stages_stand_beside_each_other_in_two_industries():
    table = DESK.industries()
    assert [line[0] for line in table.rows] == ["考察期", "形成期", "稳定期", "退化期"]
    assert "积分" in table.rows[2][2]
    assert "合约" in table.rows[2][2]


def test_the_four_people_are_shown():
    assert len(DESK.street().rows) == 4


# ── 从订单到阶段 ─────────────────────────────────────────────────────


def by_hand(name: str) -> dict[object, str]:
    """同一条规则另写一遍：只用 parquet 里的订单，不经过账、仓库与放阶段的房间。"""
    table = pq.read_table(data_folder() / f"{name}.parquet")
    bought: dict[object, dict[date, Q]] = {}
    for line in table.select(["customer_id", "order_date", "amount", "cancelled"]).to_pylist():
        if not line["cancelled"] and line["amount"] >= 0:
            days = bought.setdefault(line["customer_id"], {})
            days[line["order_date"]] = days.get(line["order_date"], Q(0)) + Q(line["amount"])
    gaps = [(b - a).days for days in bought.values() for a, b in pairwise(sorted(days))]
    average, today = Q(sum(gaps), len(gaps)), opened(name).ledger.as_of
    found = {}
    for who, days in bought.items():
        dates, n = sorted(days), len(days)
        cycle = (Q((dates[-1] - dates[0]).days) + average) / n
        known, quiet = (Q((today - day).days) / cycle for day in (dates[0], dates[-1]))
        spent = [days[day] for day in dates]
        first, last = sum(spent[: n // 2]), sum(spent[-(n // 2) :]) if n > 1 else 0
        falling = n >= 4 and first > 0 and last <= first / 2 and quiet >= 1
        if quiet >= 2 or falling:
            found[who] = "decline"
        elif n >= 5 and known >= 5:
            found[who] = "stability"
        else:
            found[who] = "formation" if n >= 2 and known >= 2 else "exploration"
    return found


@pytest.mark.parametrize("name", ["longjing", "online_retail"])
def test_a_second_way_of_placing_everybody_agrees(name):
    assert shop(name).placed == by_hand(name)


@pytest.mark.parametrize("name", ["longjing", "womenswear", "online_retail"])
def test_spendings_are_of_the_purchases_the_ledger_knows(name):
    mine = shop(name)
    assert {who: [day for day, _ in each] for who, each in mine._spent.items()} == dict(mine.ledger.days)


def test_a_customer_is_seen_only_up_to_the_day():
    """换到从前的一天，那天以后的购买不许进来。"""
    mine, ledger = shop("longjing"), opened("longjing").ledger
    day = ledger.today - 200
    early = mine.found(day)
    assert set(early) == {who for who, days in ledger.days.items() if days[0] <= day}
    for who in list(early)[::499]:
        assert early[who][0].purchases == sum(bought <= day for bought in ledger.days[who])
        assert early[who][0].quiet >= 0


@pytest.mark.parametrize("name", ["longjing", "womenswear"])
def test_rows_of_the_confusion_are_the_truth_of_the_generator(name):
    """真相按进入各阶段的日子推出；造数时另写下了观察日的阶段（end_stage），两者要一致。"""
    written = Counter(pq.read_table(data_folder() / f"{name}_truth.parquet")["end_stage"].to_pylist())
    found = shop(name).confusion
    assert {truth: sum(found.row(truth)) for truth in TRUE_STAGES} == {t: written[t] for t in TRUE_STAGES}
    assert found.total == 10_000


def test_the_rule_beats_guessing_where_we_say_so_and_by_how_much():
    """说给学生听的数：茶叶店 58.8 % 对 38.9 %，女装店 77.8 % 对 74.9 %。"""
    tea, wear = shop("longjing").confusion, shop("womenswear").confusion
    assert [round(float(x), 3) for x in (tea.accuracy, tea.majority)] == [0.588, 0.389]
    assert [round(float(x), 3) for x in (wear.accuracy, wear.majority)] == [0.778, 0.749]
    assert "58.8 %" in DESK.confusion("longjing").note
    assert "2.9 个百分点" in DESK.confusion("womenswear").note


def test_a_rule_no_better_than_guessing_is_told_so():
    table = confusion(
        {"a": "exploration", "b": "exploration", "c": "lost"}, dict.fromkeys("abc", "formation")
    )
    assert "没有比它好" in stage_tables.confusion_sentence(table)


def test_a_real_shop_gets_no_score():
    for shown in (DESK.confusion("online_retail"), DESK.confusion_figure("online_retail")):
        assert isinstance(shown, Shown)
        assert "没有真相" in str(shown)
    assert "真相" not in DESK.examples("online_retail").columns
    assert "真相" in DESK.examples("longjing").columns


def test_counts_and_shares_of_the_table_are_those_of_the_placing():
    table, counts = DESK.placing("longjing"), Counter(by_hand("longjing").values())
    assert [int(r[1].replace(",", "")) for r in table.rows] == [counts[name] for name in RELATION_STAGES]
    own = shop("longjing").period_shares()
    assert own["dormancy"] == Q(counts["decline"], 10_000)
    assert own["introduction"] + own["trial"] == Q(counts["exploration"], 10_000)
    assert sum(own.values()) == 1


def test_a_stricter_silence_makes_fewer_sleepers_and_touches_nothing_else():
    shares = [shop("longjing").period_shares(quiet=quiet)["dormancy"] for quiet in stages().quiet_tried]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]
    assert "1.5 个周期" in DESK.shares_by_rule("longjing").columns[1]


def test_the_sentence_about_time_follows_the_direction():
    assert "积得越多" in DESK.shares_over_time("longjing").caption
    assert "不算休眠" in DESK.shares_over_time("online_retail").caption


def test_differences_carry_their_sign():
    table = DESK.shares("longjing")
    for name in PERIODS:
        line = row(table, stages().models["periods"].stages[name].label)
        usual, own = (float(text.removesuffix(" %")) for text in line[1:3])
        assert line[3][0] == ("+" if own > usual else "−")


def own_shop(bought: list[tuple[str, date, int]], as_of: date) -> CycleShop:
    """学生自己的一家店：读进来的订单是一列 Order。"""
    found = tuple(Order(str(i), who, day, money) for i, (who, day, money) in enumerate(bought))
    days: dict = {}
    for order in found:
        days.setdefault(order.customer_id, []).append(day_number(order.order_date))
    return CycleShop(ledgers.Ledger("我的店", "yours", "元", as_of, found, days))


def test_ones_own_orders_are_placed_by_hand():
    """甲月月来，乙一月来过一次，丙年底来了两次，丁越花越少又慢下来；观察日 12-31。"""
    bought = [("甲", date(2024, month, 10), 10_000) for month in range(1, 13)] + [
        ("乙", date(2024, 1, 5), 50)
    ]
    bought += [("丙", date(2024, 11, 20), 20), ("丙", date(2024, 12, 20), 30)]
    bought += [("丁", date(2024, month, 1), money) for month, money in ((8, 90), (9, 80), (10, 20), (11, 10))]
    mine = own_shop(bought, date(2024, 12, 31))
    assert StageShop(mine).placed == {
        "甲": "stability",
        "乙": "decline",
        "丙": "exploration",
        "丁": "decline",
    }
    desk = StageDesk(lambda _: mine)
    criteria = {line[0]: line[6] for line in desk.examples().rows}
    assert criteria["丁"] == "花得少了，又慢下来"
    assert all(isinstance(shown, Table) for shown in (desk.placing(), desk.shares(), desk.shares_by_rule()))
    assert isinstance(desk.shares_over_time(), Figure)
    assert isinstance(desk.confusion(), Shown)


def test_one_buyer_once_is_enough():
    day = date(2024, 5, 1)
    mine = own_shop([("甲", day, 10)], day)
    desk = StageDesk(lambda _: mine)
    assert row(desk.placing(), "考察期")[1] == "1"
    for shown in (desk.shares_figure(), desk.shares_over_time()):
        assert isinstance(shown, Figure)


def test_borrowed_shop_is_said(tmp_path):
    lab = open_lab("demo", "", "", "", str(tmp_path / "a.json"), str(tmp_path / "out"))
    assert "借随书的合成店" in lab.stages.placing().note
    assert lab.stages is lab.stages


def test_the_rule_is_shown_with_its_numbers():
    told = {name: said for name, said, _ in DESK.rule().rows}
    assert told["安静太久"] == "已经安静满 2 个自己的周期"
    assert "50 %" in told["花得少了，又慢下来"]


# ── 图 ──────────────────────────────────────────────────────────────

SHARES = {"引入期": [Q(7, 10), Q(3, 10)], "试用期": [Q(1, 10), Q(1, 100)], "休眠期": [Q(2, 10), Q(69, 100)]}
COUNTS = {"考察期": (7, 1, 0, 2), "退化期": (0, 0, 0, 0), "已经结束": (1, 0, 0, 1234)}
FIGURES = {  # 字节、缺字、相叠、坐标轴由 test_figures 看
    "crosswalk": lambda ax=None: drawn.plot_crosswalk(
        stage_atlas.lanes(), stage_atlas.axis_words(), (Q(1, 4), Q(45, 100)), ax=ax
    ),
    "confusion": lambda ax=None: drawn.plot_confusion(
        COUNTS, ["考察期", "形成期", "稳定期", "退化期"], ("规则放进", "真相"), ax=ax
    ),
    "shares": lambda ax=None: drawn.plot_shares(
        ["引入期", "休眠期"], [Q(15, 100), Q(5, 100)], [Q(15, 100), Q(60, 100)], ("典型", "这家店"), ax=ax
    ),
    "history": lambda ax=None: drawn.plot_share_history(["2023-01-01", "2023-12-31"], SHARES, ax=ax),
}


def test_bars_stand_where_the_content_says_and_disputed_borders_are_hatched():
    panel = FIGURES["crosswalk"]()
    bars = [p for p in panel.patches if isinstance(p, matplotlib.patches.Rectangle) and not p.get_hatch()]
    wanted = [(float(s.start), float(s.end)) for m in stages().models.values() for s in m.stages.values()]
    # 竖带也是一块长方形，高出一行
    drawn_at = [(b.get_x(), b.get_x() + b.get_width()) for b in bars if b.get_height() < 0.8]
    assert [pytest.approx(pair) for pair in wanted] == drawn_at
    hatched = [p for p in panel.patches if p.get_hatch()]
    assert len(hatched) == sum(bool(s.dispute) for m in stages().models.values() for s in m.stages.values())


def test_history_bars_add_up_and_carry_the_numbers():
    panel = FIGURES["history"]()
    heights = [float(share) for line in SHARES.values() for share in line]
    assert [bar.get_height() for bar in panel.patches] == pytest.approx(heights)
    # 1 % 的一段写不下
    assert texts(panel)[:4] == ["70 %", "30 %", "10 %", "20 %"]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: drawn.plot_crosswalk([], stage_atlas.axis_words()),
        lambda: drawn.plot_confusion({"考察期": (0, 0)}, ["a", "b"], ("x", "y")),
        lambda: drawn.plot_shares([], [], [], ("a", "b")),
        lambda: drawn.plot_share_history([], {}),
    ],
)
def test_nothing_to_draw_is_said(draw):
    with pytest.raises(DataError):
        draw()


def test_descriptions_tell_the_disputed_borders():
    said = drawn.describe_crosswalk(stage_atlas.lanes())
    assert "形成期 0.25–0.45（起点有争议）" in said
    assert day_number(date(1970, 1, 2)) == 1
