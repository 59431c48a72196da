"""第 03 课手里的东西：数与定义、真相、公布的数对得上；看不到的就说看不到；做不出来的说出原因(A8–B6、D8)。"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import warnings
from datetime import date

import matplotlib
import pyarrow.parquet as pq
import pytest
from test_cycle_shop import lab

from lifecycle_lab.content import data_folder
from lifecycle_lab.content.transitions import transitions
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import ledgers, move_sliders
from lifecycle_lab.lab.move_channels import Channels
from lifecycle_lab.lab.move_shop import MoveShop
from lifecycle_lab.plots import fonts
from lifecycle_lab.plots import transitions as figures
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import DataError, ParameterError
from lifecycle_lab.simulate import leads
from lifecycle_lab.stages import chain as chains
from lifecycle_lab.stages import cohorts as groups
from lifecycle_lab.stages import moves
from lifecycle_lab.stages.chain import Duration
from lifecycle_lab.warehouse import day_number

TABLES = ("card", "counts", "rates", "answers", "duration", "cohorts")
FIGURES = ("flow", "duration_figure", "cohort_figure", "retention_figure")


@functools.cache
def shop(name: str) -> MoveShop:
    if name == "online_retail":
        return MoveShop(ledgers._online_retail(None))
    return MoveShop(ledgers.shipped(name))


# ── 合成的询问记录 ───────────────────────────────────────────────────


def test_leads_are_before_the_first_purchase_and_always_the_same():
    first = {f"k{i}": 200 + i for i in range(400)}
    asked = dict(leads.asked_days(first, 30, "s"))
    assert asked == dict(leads.asked_days(first, 30, "s")) != dict(leads.asked_days(first, 30, "t"))
    waits = [first[who] - day for who, day in asked.items()]
    assert set(waits) <= set(range(31))
    # 两个均匀数里小的一个，平均是三分之一处
    assert sum(waits) / len(waits) == pytest.approx(10, abs=1.5)


def test_leads_without_a_purchase_make_up_the_stated_share():
    days = list(range(100, 400))
    from fractions import Fraction

    only = leads.only_asked(days, Fraction(2, 5), "s")
    assert len(only) == 450
    assert min(days) - 14 <= min(only) <= max(only) <= max(days) + 14


def test_only_synthetic_shops_get_synthetic_leads():
    assert shop("longjing").records.asked > 10_000
    assert shop("online_retail").records.asked == 0
    assert "看不到" in str(shop("online_retail").card())
    assert "合成的询问记录" in str(shop("longjing").card())


# ── 对着真相 ─────────────────────────────────────────────────────────


def test_new_business_is_the_generators():
    """第一笔新业务都在真相里的采用日当天或以后；没有采用的没有一笔。"""
    truth = pq.read_table(
        data_folder() / "longjing_truth.parquet", columns=["customer_id", "new_business_on"]
    )
    adopted = dict(zip(*(column.to_pylist() for column in truth.columns), strict=True))
    found = shop("longjing").records.business
    assert found
    for who, days in found.items():
        assert adopted[who] is not None
        assert days[0] >= ledgers.day_number(adopted[who])
    assert shop("online_retail").records.business is None


def test_the_card_counts_the_lost_as_an_independent_loop_does():
    mine = shop("longjing")
    today, rule = mine.ledger.today, transitions().rule["lost_days"]
    called = [who for who, days in mine.ledger.days.items() if today - days[-1] >= rule]
    caught = sum(mine.ledger.gone[who] <= today for who in called)
    text = str(mine.card())
    assert f"{len(called):,} 位流失" in text
    assert f"{caught:,}" in text


def test_retention_of_the_real_shop_is_the_published_one():
    """UCI 这家店 2010 年 12 月来的一群，次月 37 %、一年里 32–40 %、次年 11 月约 50 %（许多教程的留存表）。"""
    found = shop("online_retail")._cohorts[0]
    shares = [float(found.share(k)) for k in (1, 2, 3, 11)]
    assert shares == pytest.approx([0.366, 0.323, 0.384, 0.503], abs=0.012)


def test_the_chain_of_the_shop_is_the_counts_divided():
    mine = shop("womenswear")
    for origin in ("potential", "new", "old"):
        row = mine.found.row(origin)
        assert [mine.chain.rate(origin, end) for end in moves.STATES] == [
            pytest.approx(many / sum(row)) for many in row
        ]


def test_the_interval_holds_the_answer_and_stays_the_same():
    mine = shop("longjing")

    def ask(links):
        return chains.reach(links, "new", "old")

    low, high = mine.band(ask)
    assert low <= ask(mine.chain) <= high
    assert mine.band(ask) == (low, high) == MoveShop(mine.ledger).band(ask)


def test_waiting_matters_in_the_tea_shop_even_without_the_rule():
    """链的假设：往前走的份额也随待了几期而变，不只是流失的规则造的。"""
    lines = chains.by_duration(shop("longjing").paths, "new")
    assert chains.duration_test(lines, 30, "onward")[2] < 0.001
    assert "不成立" in shop("longjing").duration("new").note


# ── 每家店都走得通，看不到的不编 ─────────────────────────────────────


@pytest.mark.parametrize("name", ["longjing", "womenswear", "online_retail"])
def test_every_table_and_figure_stands(name):
    for method in TABLES:
        found = getattr(shop(name), method)()
        assert isinstance(found, Table), (name, method, str(found))
        assert "$" not in str(found)
    for method in FIGURES:
        found = getattr(shop(name), method)()
        assert isinstance(found, Figure), (name, method)
        assert "$" not in found.alt + found.caption
    assert shop(name).what_if.at(new=20).png.startswith(b"\x89PNG")


def test_what_nobody_recorded_is_not_asked():
    told = str(shop("online_retail").answers())
    assert "新业务" not in told
    assert "潜在" not in told
    assert "算不出" in str(shop("womenswear").answers())  # 用新业务的没有人流失过


def test_the_unseen_triangle_is_words_not_zeros():
    table = shop("longjing").cohorts()
    assert [row.count("还看不到") for row in table.rows] == list(range(len(table.rows)))


def test_a_short_or_tiny_file_says_why():
    first = day_number(date(2024, 1, 1))
    days = {f"k{i}": [first + 5 * i] for i in range(12)}
    mine = MoveShop(ledgers.Ledger("小店", "yours", "元", date(2024, 2, 26), (), days))
    assert isinstance(mine.card(), Table)
    for method in ("counts", "rates", "answers", "duration"):
        said = getattr(mine, method)()
        assert isinstance(said, Shown)
        assert "怎么办" in str(said)
    assert isinstance(mine.what_if, Shown)
    assert isinstance(mine.flow(), Figure)
    assert isinstance(mine.cohorts(), Table)


def test_the_survey_borrows_the_tea_shop_and_says_so(tmp_path):
    mine = lab(tmp_path).moves
    assert "问卷里没有购买日" in mine.shop().card().note
    assert mine.shop() is mine.shop("longjing")
    assert "英国" in lab(tmp_path, "online_retail").moves.shop().title


def test_wrong_arguments_are_told_in_chinese(tmp_path):
    desk = lab(tmp_path).moves
    for call in (
        lambda: desk.factors("nobody"),
        lambda: desk.shop().duration("lost"),
        lambda: desk.shop().flow("去年"),
        lambda: desk.channels.verdict(13),
    ):
        with pytest.raises(ParameterError):
            call()


# ── 因素、渠道、迹象 ─────────────────────────────────────────────────


def test_factors_are_measured_as_pandas_measures_them(tmp_path):
    import pandas as pd

    survey = pd.read_csv(data_folder() / "survey.csv")
    rows = {row[1]: row[3] for row in lab(tmp_path).moves.factors().rows}
    assert len(rows) == 15
    assert rows["外界评价"] == f"平均 {survey['nps'].mean():.2f}"
    assert rows["感知的产品质量"] == f"{100 * (survey['product_satisfaction'] <= 2).mean():.1f} % 不满意"
    top = survey["occupation"].value_counts(normalize=True)
    assert rows["客户所处行业"] == f"最多的是{top.index[0]}，{100 * top.iloc[0]:.1f} %"
    assert rows["竞争者的信息"] == "没有记录"
    assert [row[0] for row in lab(tmp_path).moves.factors("old").rows] == ["老客户"] * 3


def test_channels_by_hand():
    """搜索广告：57,600 ÷ 480 = 120 元；42+14+13+13+12+12+11 = 117，第 8 个月 128；166 ÷ 120 = 1.38。"""
    table = Channels().table()
    search = dict(zip(table.columns, table.rows[0], strict=True))
    assert search["获客成本（元）"] == "120.00"
    assert search["回本"] == "8 个月"
    assert search["一元换回（元）"] == "1.38"
    assert search["花费（元）"] == "57,600"


def test_the_traps_show_what_they_say():
    channels = Channels()
    short, long = (channels._ranked(m)[0].name for m in (1, 12))
    assert short != long
    assert short in channels.short_window().note
    assert long in channels.short_window().note
    touch = {row[0]: row[1:4] for row in channels.last_touch().rows}
    # 直播 240 + (500 + 160)/2 = 570，社交 330 + (190 + 70 + 500 + 60)/2 = 740
    assert touch["直播促销"][::2] == ("900", "570")
    assert touch["社交媒体"][::2] == ("400", "740")
    widths = [row[3] for row in channels.small_sample().rows]
    assert widths[0] == "39–289 元"
    assert "还不能说" in channels.verdict().note


def test_signs_and_care_stand(tmp_path):
    desk = lab(tmp_path).moves
    assert len(desk.signs().rows) == 3
    assert len(desk.parts().rows) == 9
    assert "赢回" in str(desk.care())
    assert "$" not in str(desk.states())


def test_opening_the_lesson_does_not_wait_for_the_heavy_parts():
    code = "import sys, lifecycle_lab as L; L.open_lab; print([n for n in ('duckdb', 'scipy', 'matplotlib.pyplot') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []


# ── 图与滑块 ─────────────────────────────────────────────────────────

_COHORTS = groups.cohorts([[1, 3], [1, 2], [2, 4], [2], [4]], 4)
_CHAIN = chains.loosened(
    chains.chain(
        moves.moves({("new", "new", "old", "lost"): 5, ("potential", "new", "lost"): 4, ("old", "old"): 3})
    )
)
_PATH = chains.forecast(_CHAIN, "potential", 8)
DRAWN = {
    "moves": lambda ax=None: figures.plot_moves({("new", "old"): 3, ("absent", "new"): 2}, ax=ax),
    "forecast": lambda ax=None: figures.plot_forecast(_CHAIN.states, _PATH, _PATH, 90, ax=ax),
    "durations": lambda ax=None: figures.plot_durations(
        [Duration(1, 90, 30, 9), Duration(2, 60, 30, 20)], ax=ax
    ),
    "cohorts": lambda ax=None: figures.plot_cohorts(_COHORTS, ["一", "二", "四"], list("0123"), ax=ax),
    "retention": lambda ax=None: figures.plot_retention(
        groups.retention_curve(_COHORTS), groups.zero_for_unseen(_COHORTS), list("0123"), ax=ax
    ),
    "bands": lambda ax=None: figures.plot_bands([figures.Band("甲$_", 1.2, 0.9, None)], "ratio", "元", ax=ax),
}


@pytest.mark.parametrize("name", DRAWN)
def test_same_data_same_bytes_and_no_glyph_is_missing(name, monkeypatch):
    from lifecycle_lab import plots

    monkeypatch.setattr(fonts, "installed_families", frozenset)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = (plots.png(DRAWN[name]().figure) for _ in range(2))
    assert first == second
    given = matplotlib.figure.Figure().subplots()
    assert DRAWN[name](given) is given


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.plot_moves({}),
        lambda: figures.plot_durations([]),
        lambda: figures.plot_cohorts([], [], []),
        lambda: figures.plot_retention([], [], []),
        lambda: figures.plot_bands([], "ratio", "元"),
    ],
)
def test_nothing_to_draw_is_said(draw):
    with pytest.raises(DataError, match=r"可画|太少"):
        draw()


def test_unseen_cells_are_hatched_and_zero_is_written():
    panel = DRAWN["cohorts"]()
    hatched = [patch for patch in panel.patches if patch.get_hatch()]
    assert len(hatched) == sum(one.bought.count(None) for one in _COHORTS)
    assert "0 %" in [text.get_text() for text in panel.texts]


def test_the_slider_moves_the_shares_of_the_chain():
    sliders = move_sliders.what_if(_CHAIN, 90)
    start = {one.name: one.value for one in sliders.settings}
    assert sliders.at(**start).said == sliders.start.said
    rate = start["new"] + 7
    moved = chains.changed(_CHAIN, "new", "old", rate / 100)
    wanted = chains.forecast(moved, "potential", move_sliders.PERIODS)
    assert sliders.at(new=rate).alt == figures.describe_forecast(_CHAIN.states, wanted)
    assert sliders.at(new=rate).png != sliders.start.png
