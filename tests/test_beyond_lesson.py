"""第 05 课：内容严格，表上的数另算一遍也相等，判语跟着数字走，做不成的说出为什么（A10–A12）。"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from lifecycle_lab import open_lab
from lifecycle_lab.content import course, data_folder
from lifecycle_lab.content.beyond import read_beyond
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.exercises.sources import open_population
from lifecycle_lab.lab import beyond_limits, beyond_models
from lifecycle_lab.lab.beyond_lesson import Beyond
from lifecycle_lab.lab.beyond_models import Forecast, Grouping
from lifecycle_lab.lab.beyond_people import People
from lifecycle_lab.learning import Choice, Period
from lifecycle_lab.schema import ContentError, Customer, Order, ParameterError
from lifecycle_lab.variants import drawable


@cache
def shop() -> Beyond:
    return open_lab("demo").beyond


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# ── 内容 ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("draws = 200", "draws = 2", ["draws", "20"]),
        ("sizes = [10, 30", "sizes = [30, 10", ["sizes", "从小到大"]),
        ("switch = 20 ", "switch = 2000 ", ["switch", "1000"]),
        ("wave_month = 6 ", "# ", ["wave_month"]),
        ("$moved 位换了级别", "$nobody 位换了级别", ["said.ten", "nobody"]),
        ('ten_same = "', 'ten_other = "', ["said.ten_same"]),
        ("[shirts]", "[socks]", ["shirts"]),
    ],
)
def test_a_broken_line_is_named(tmp_path, old, new, said):
    path = shutil.copy(data_folder() / "course" / "beyond.toml", tmp_path)
    text = (tmp_path / "beyond.toml").read_text("utf-8")
    assert text.count(old) == 1
    (tmp_path / "beyond.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ContentError) as caught:
        read_beyond(tmp_path / "beyond.toml")
    assert all(word in str(caught.value) for word in ["beyond.toml", *said]), path


# ── 抽样与口径：另算一遍 ─────────────────────────────────────────────


def test_the_ten_stay_closed_until_the_sheet_was_tried():
    assert isinstance(shop().ten_against_all(), Shown)


def test_centres_and_scores_agree_with_numpy():
    people = shop().people("online_retail")
    table = np.array([one.values for one in people.customers])
    rows = {row[0]: row for row in shop().centres("online_retail").rows}
    ups = (table <= table.mean(0))[:, 0], (table >= table.mean(0))[:, 1], (table >= table.mean(0))[:, 2]
    assert rows["均值"][4:7] == tuple(f"{100 * up.mean():.0f} %" for up in ups)
    cuts = np.quantile(table, [0.2, 0.4, 0.6, 0.8], axis=0, method="inverted_cdf")
    shown = shop().scores("online_retail").rows
    assert shown[0][1] == "、".join(f"{int(edge):,}" for edge in cuts[:, 0])
    counts = [
        int(((table[:, 1] > low) & (table[:, 1] <= high)).sum())
        for low, high in zip([-1, *cuts[:3, 1]], cuts[:, 1], strict=True)
    ]
    assert shown[1][2:6] == tuple(f"{n:,}" for n in counts)


def test_everyone_literal_is_wrong_and_the_survey_is_not():
    found = shop().literal("online_retail")
    population = open_population("online_retail")
    days = [one.recency for one in drawable(population)]
    ties = sum(len(days) * d == sum(days) for d in days)
    assert sum(int(row[2].replace(",", "")) for row in found.rows) == len(days) - ties
    assert "没有错" in str(shop().literal("survey"))


def test_conventions_count_people_not_patterns():
    """通行惯例与“天数当箭头”：名字只在 R 那一位不同，所以 R 换了名的都算。"""
    found = {row[0]: row for row in shop().conventions("survey").rows}
    names = {one.title: one.names for one in course().conventions.values()}
    people = shop().people("survey")
    table = np.array([one.values for one in people.customers])
    states = [tuple(map(bool, row)) for row in table >= table.mean(0)]
    usual = course().conventions[course().default_convention].names
    for title, row in found.items():
        assert int(row[1]) == sum(usual[s] != names[title][s] for s in states)


def test_wander_tables_follow_their_numbers():
    table = shop().wander("survey")
    assert [row[0] for row in table.rows] == ["10", "30", "100", "300"]
    assert table.rows[-1][4:] == ("100.0 %", "100.0 %")  # 300 位就是全体
    assert f"平均 {float(table.rows[0][4][:-2]):.0f} %" in table.note
    arrows = shop().arrows("survey")
    for row in arrows.rows:
        each = [float(text[:-2]) for text in row[1:4]]
        assert float(row[4][:-2]) <= min(each)  # 三个都对，不会多过任何一个对
    assert arrows.rows[-1][1:4] == ("100.0 %",) * 3


# ── 局限 ─────────────────────────────────────────────────────────────


def dated(orders: list[Order]) -> People:
    about = open_population("survey")
    from lifecycle_lab.schema import indicators

    kinds = indicators("天", "low", "元")
    customers = tuple(Customer(name, 1, 1, 100) for name in sorted({one.customer_id for one in orders}))
    return People("小店", "yours", replace(about, customers=customers, indicators=kinds), tuple(orders))


def test_trend_counts_old_customers_two_windows_back():
    start = date(2024, 1, 1)
    orders = [Order(f"o{i}", f"c{i:02}", start, 1000) for i in range(12)]
    orders += [Order(f"p{i}", f"c{i:02}", start + timedelta(70), 100) for i in range(12)]  # 前 60 天
    orders += [Order(f"q{i}", f"c{i:02}", start + timedelta(130 + i), 150) for i in range(12)]  # 最近
    orders.append(Order("new", "z", start + timedelta(140), 10**9))  # 新客户不算
    changes = beyond_limits._changes(dated(orders))
    assert changes == [50] * 12


def test_drift_starts_whole_and_sees_who_moved():
    """一半的人以后天天来，另一半不再来：过了一阵，箭头全换。"""
    start = date(2024, 1, 1)
    orders = [Order(f"{who}{day}", who, start + timedelta(day), 100) for who in "abcd" for day in (0, 100)]
    orders += [Order(f"a{day}", "a", start + timedelta(day), 100) for day in range(110, 200, 10)]
    found = beyond_limits.drift_points(dated(orders))
    assert found[0][1:] == (0, Fraction(1))
    assert [gone for _, gone, _ in found] == [0, 60]
    # 冻结在第 95 天（各一次，全部 ↑↑↑）；第 155 天 a 三项全 ↑，别人 R、F、M 都 ↓
    assert found[1][2] == Fraction(1, 4)


def test_the_shirts_of_the_table_are_the_closed_form():
    rows = shop().tshirt().rows
    assert rows[4][1] == f"{100 * (1 - 0.98**4):.1f} %"
    assert rows[5][1] == f"{100 * (1 - 0.98**4 * 0.4):.1f} %"  # 六月 600 ‰


def test_sources_say_synthetic_and_truth_tops_the_list():
    for table in shop().sources().blocks:
        assert "合成" in table.title
        assert all(row[-1] == "合成" for row in table.rows)
    trial = beyond_limits.sources_trial()
    aucs = [line.auc for line in trial.lines]
    assert aucs == sorted(aucs)
    assert trial.line("interaction").better
    linked, unlinked, strangers = (int(row[1].replace(",", "")) for row in shop().joined().rows[:3])
    assert linked + unlinked == 3000
    assert strangers == 300


# ── 判语跟着数字走 ───────────────────────────────────────────────────


def test_the_verdict_on_clusters_has_both_ends():
    grouping = Grouping(shop().people("survey"))
    grouping.__dict__["choices"] = [Choice(2, 0.7, 0.95, 0.3), Choice(3, 0.4, 0.9, 0.1)]
    assert "2 群" in grouping.verdict()
    assert "没有" not in grouping.verdict()
    grouping = Grouping(shop().people("survey"))
    grouping.__dict__["choices"] = [Choice(2, 0.3, 0.95, 0.3), Choice(3, 0.4, 0.9, 0.1)]
    assert grouping.verdict().startswith("没有一个 k")
    assert "3 群，也只有 0.40" in grouping.verdict()
    assert grouping.groups()[0] == 3
    grouping = Grouping(shop().people("survey"))
    grouping.__dict__["choices"] = [Choice(2, 0.6, 0.5, 0.3), Choice(3, 0.4, 0.9, 0.1)]
    assert "一致只有 0.50，没有过线" in grouping.verdict()


def forecast_with(scores: dict[str, np.ndarray], bought: np.ndarray) -> Forecast:
    period = Period(
        date(2024, 1, 1),
        30,
        tuple(Customer(str(i), 1, 1, 1) for i in range(len(bought))),
        np.zeros((1, 1)),
        bought,
    )
    found = Forecast(People("小店", "yours", open_population("survey")), period, period)
    found.__dict__["scores"] = scores
    return found


@pytest.mark.parametrize(
    ("case", "word"), [("better", "不含 0：在这家店"), ("worse", "不如类型"), ("same", "分不出高下")]
)
def test_the_verdict_on_the_model_follows_the_interval(case, word):
    rng = np.random.default_rng(1)
    bought = rng.random(400) < 0.4
    noise, good = rng.random(400), bought + rng.random(400)
    models = {"better": (noise, good), "worse": (good, noise), "same": (noise, noise)}[case]
    found = forecast_with(
        dict(zip(("types", "logistic"), models, strict=True)) | {"boosted": models[1], "recency_only": noise},
        bought,
    )
    assert word in found.verdict()
    if case == "better":
        assert "少联系" in found.effort().note
        assert "不像碰巧" in found.effort().note
    if case == "same":
        assert "一样多；可是这一项的区间含 0" in found.effort().note


def test_effort_and_reach_count_the_same_contacts():
    bought = np.array([True, False] * 50)
    order_of = -np.arange(100.0)
    found = forecast_with(dict.fromkeys(beyond_models.FIELD, order_of), bought)
    rows = {row[0]: row for row in found.effort().rows}
    assert rows["逻辑回归"][1] == "10"  # 前 20 位里有 10 位
    assert rows["逻辑回归"][3] == "79"  # 第 40 位买家站在第 79 位
    assert found.reach()[0].found[20] == pytest.approx(10 / 50)


# ── 做不成的说出为什么 ───────────────────────────────────────────────


def test_what_cannot_be_done_says_why():
    assert "还差" in str(shop().prediction(horizon=200)) or "历史只有" in str(shop().prediction(horizon=200))
    assert isinstance(shop().prediction("survey"), Shown)
    with pytest.raises(ParameterError, match="没有叫"):
        shop().people("nowhere")
    assert shop().is_borrowed


def test_short_orders_of_ones_own_are_refused_with_the_reason(tmp_path):
    lines = ["order_id,customer_id,amount,paid_at"]
    lines += [
        f"N{who}-{k},K{who},{20 + 37 * who % 90}.00,2024-01-{1 + (7 * who + 3 * k) % 28:02d}"
        for who in range(40)
        for k in range(1 + who % 4)
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    mine = open_lab("S1", str(path)).beyond
    assert not mine.is_borrowed
    for found in (mine.prediction(), mine.trend(), mine.drift(), mine.effort(), mine.clusters("")):
        assert isinstance(found, Shown)
        assert re.search("历史|客户", str(found))
    assert "40" in mine.everyone().title
    assert mine.wander().rows[0][0] == "10"


def test_opening_the_lesson_loads_no_scikit_learn(tmp_path):
    code = (
        "import sys; from lifecycle_lab import open_lab; lab = open_lab('demo'); lab.beyond.card(); "
        "lab.beyond.wander('survey'); lab.median_flip.check(); print('sklearn' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


# ── 图 ───────────────────────────────────────────────────────────────


def test_sliders_move_the_same_picture_and_say_the_numbers():
    sliders = shop().tshirt_sliders
    assert sliders.at(switch=0, buys=1000).said != sliders.start.said
    assert sliders.at(switch=0, buys=1000).png != sliders.start.png
    assert sliders.at(switch=20, buys=300).png == sliders.start.png
    assert "推错 9 %" in sliders.start.said
    cut = shop().cut_sliders
    counts = [int(text.replace(",", "")) for text in re.findall(r" ([\d,]+)", cut.at(share=80).alt)]
    assert sum(counts) == len(shop().people("online_retail").customers)


def test_figures_are_the_same_bytes_twice():
    first, second = shop().size_figure("survey"), shop().size_figure("survey")
    assert first.png == second.png
    assert "300" in first.alt
