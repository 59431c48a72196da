"""两家合成商店对文章的表 1、表 2、表 3（course.md E2、E3、E6）：达到的、差多少、没有达到的。

差距的界限是 research 报告的：份额 0.2–2.7 个百分点，天数的分位数 5 %；随书的一万人另加抽样误差。
期望值是文章印的数；这里的算法是逐位客户数间隔的普通循环，不用包里的任何算法。
没有达到、也写成测试的：第四次购买时中频类的众数；一家店兼顾三张表。
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from statistics import quantiles

import pyarrow.parquet as pq
import pytest

from lifecycle_lab.content import data_folder, datapackage
from lifecycle_lab.lab.shops import shop
from lifecycle_lab.simulate.shops import chunk

MANY = 3  # 块数：三十万位客户，与随书的种子无关


def figures(purchases) -> dict[str, float]:
    """（客户，日，金额）→ 文章各表的数；同一天的单合成一次购买，只数走完的间隔。"""
    shops: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for who, day, money in purchases:
        shops[who][day] += money
    gaps = {who: [b - a for a, b in pairwise(sorted(days))] for who, days in shops.items()}
    cut = quantiles((gap for found in gaps.values() for gap in found), n=10, method="inclusive")
    repeat = [who for who, found in gaps.items() if found]
    money = {who: sum(days.values()) for who, days in shops.items()}
    result = {"50%": cut[4], "70%": cut[6], "90%": cut[8]}
    result["repeat"] = len(repeat) / len(shops)
    result["revenue"] = sum(money[who] for who in repeat) / sum(money.values())
    for n in (1, 2, 3):  # 第 n 个间隔 p 与它的下一个 f
        pairs = [(found[n - 1], found[n]) for found in gaps.values() if len(found) > n]
        result |= {f"{n} {name}": value for name, value in table_3(pairs).items()}
    return result


def table_3(pairs) -> dict[str, float]:
    high = [f for p, f in pairs if p < 80]
    mid = [f for p, f in pairs if 80 <= p < 200]
    low = [f for p, f in pairs if 200 <= p <= 400]
    return {
        "high ≤80": share(f <= 80 for f in high),
        "high ≤240": share(f <= 240 for f in high),
        "mid <80": share(f < 80 for f in mid),
        "mid 80–200": share(80 <= f < 200 for f in mid),
        "mid 200–400": share(200 <= f <= 400 for f in mid),
        "low ≤400": share(f <= 400 for f in low),
        "low <200": share(f < 200 for f in low),
    }


def share(hits) -> float:
    hits = list(hits)
    return sum(hits) / len(hits)


def shipped(name: str) -> dict[str, float]:
    table = pq.read_table(data_folder() / f"{name}.parquet").to_pylist()
    return figures(
        (row["customer_id"], row["order_date"].toordinal(), int(row["amount"] * 100))
        for row in table
        if not row["cancelled"]
    )


def many(name: str) -> dict[str, float]:
    def purchases():
        for index in range(1, MANY + 1):
            orders = chunk(shop(name), 1, index).orders
            columns = (orders[column].tolist() for column in ("customer", "day", "amount", "cancelled"))
            for who, day, money, cancelled in zip(*columns, strict=True):
                if not cancelled:
                    yield (index, who), day, money

    return figures(purchases())


@pytest.fixture(scope="module")
def wear():
    return {"随书": shipped("womenswear"), "三十万人": many("womenswear")}


@pytest.fixture(scope="module")
def tea():
    return {"随书": shipped("longjing"), "三十万人": many("longjing")}


both = pytest.mark.parametrize("size", ["随书", "三十万人"])


@both
@pytest.mark.parametrize(("point", "days"), [("50%", 33), ("70%", 75), ("90%", 180)])
def test_table_1_womens_wear_quantiles_within_five_percent(wear, size, point, days):
    assert wear[size][point] == pytest.approx(days, rel=0.055)


@both
@pytest.mark.parametrize(("what", "wanted"), [("repeat", 0.25), ("revenue", 0.50)])
def test_table_2_a_quarter_repeat_and_bring_about_half(wear, size, what, wanted):
    assert wear[size][what] == pytest.approx(wanted, abs=0.02)


@both
def test_table_3_of_the_fast_more_than_half_within_one_cycle_and_85_percent_within_three(tea, size):
    assert tea[size]["1 high ≤80"] > 0.5
    assert tea[size]["1 high ≤240"] == pytest.approx(0.85, abs=0.03)


@both
def test_table_3_of_the_middle_41_percent_and_most_stay_in_the_middle(tea, size):
    found = tea[size]
    assert found["1 mid 80–200"] == pytest.approx(0.41, abs=0.02)
    assert found["1 mid 80–200"] > max(found["1 mid <80"], found["1 mid 200–400"])


@both
def test_table_3_of_the_slow_99_percent_within_400_and_most_come_sooner(tea, size):
    assert tea[size]["1 low ≤400"] == pytest.approx(0.9912, abs=0.007)
    assert tea[size]["1 low <200"] > 0.5


@both
def test_table_3_at_the_third_purchase_looks_alike(tea, size):
    found = tea[size]
    assert found["2 high ≤80"] > 0.5
    assert found["2 mid 80–200"] == pytest.approx(0.41, abs=0.02)
    assert found["2 low ≤400"] > 0.98


# ---- 没有达到的，也照实写着 ----


@both
def test_not_reached_at_the_fourth_purchase_the_middle_returns_within_80_days_most_often(tea, size):
    """文章说第四次购买同一规律；两年里买到第四次的多是买得勤的人，这里的众数是 80 天以内。"""
    assert tea[size]["3 mid <80"] > tea[size]["3 mid 80–200"]


def test_not_reached_for_many_customers_the_mode_at_the_third_purchase_is_a_tie(tea):
    """三十万人时第三次购买的中频类：80 天以内比 80–200 天多约两个点，众数没有守住。"""
    found = tea["三十万人"]
    assert 0 < found["2 mid <80"] - found["2 mid 80–200"] < 0.04


def test_not_reached_one_shop_does_not_serve_all_three_tables(wear, tea):
    """女装店的中频类下一次多在 80 天以内；茶店的老客户远不止四分之一：两张表是两家店。"""
    assert wear["三十万人"]["1 mid <80"] > wear["三十万人"]["1 mid 80–200"]
    assert tea["三十万人"]["repeat"] > 0.33


# ---- 字典里写的数就是这些 ----


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("womenswear", ["50%", "70%", "90%", "repeat", "revenue"]),
        ("longjing", ["1 high ≤80", "1 high ≤240", "1 mid 80–200", "1 low ≤400"]),
    ],
)
def test_the_dictionary_says_the_figures_of_both_sizes(wear, tea, name, said):
    text = datapackage.load().resource(f"{name}.parquet").description
    ours = wear if name == "womenswear" else tea
    days = [f"{ours['随书'][key]:.0f} 天" for key in said if key.endswith("%")]
    shares = [f"{ours[size][key] * 100:.1f} %" for size in ours for key in said if not key.endswith("%")]
    assert [part for part in days + shares if part not in text] == []
    if name == "womenswear":
        assert "／".join(f"{wear['三十万人'][key]:.0f}" for key in said[:3]) in text


def test_every_shipped_row_says_it_is_synthetic_and_so_does_the_file():
    for name in ("womenswear", "longjing"):
        for path in (data_folder() / f"{name}.parquet", data_folder() / f"{name}_truth.parquet"):
            table, said = pq.read_table(path), pq.read_metadata(path).metadata
            assert table["synthetic"].to_pylist() == [True] * len(table)
            assert said[b"synthetic"] == b"true"
            assert "没有真人" in said[b"notice"].decode()


def test_shipped_shops_are_small():
    sizes = [
        path.stat().st_size for shop in ("womenswear", "longjing") for path in data_folder().glob(f"{shop}*")
    ]
    assert len(sizes) == 4
    assert sum(sizes) < 600_000
