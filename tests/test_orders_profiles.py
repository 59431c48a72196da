"""平台：每一家一份像样的小导出，期望是手算的；写坏的内容文件说得出在哪里。"""

from __future__ import annotations

import shutil

import pytest
from broken_content import break_text

from lifecycle_lab import content
from lifecycle_lab.orders import profiles, read_orders
from lifecycle_lab.schema import ContentError

TAOBAO = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,"
    "收货地址 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝总数量",
    '="1930679858170647",小鱼,x@qq.com,598,0,598,598.00,"买家已付款，等待卖家发货",张三,某市,\'13800000000,'
    "2024/5/23 22:02,2024/5/23 22:03,面霜,1",
    '="1930679858170648",小鱼,x@qq.com,100,5,105,98.50,交易成功,张三,某市,\'13800000000,2024/5/24 9:00,2024/5/24 9:01,面霜,2',
    '="1930679858170649",大鱼,y@qq.com,50,0,50,0.00,交易关闭,李四,某市,\'13800000000,2024/5/24 9:00,,面霜,1',
)
TMALL_LINES = (
    "子订单编号,主订单编号,买家会员名,商品标题,商品价格,购买数量,订单状态,买家应付货款,买家实际支付金额,退款状态,退款金额,订单创建时间,订单付款时间",
    "S1,M1,小鱼,面霜,60.00,1,交易成功,60.00,55.00,没有申请退款,0,2024-05-01 10:00:00,2024-05-01 10:01:00",
    "S2,M1,小鱼,口红,40.00,2,交易成功,80.00,75.50,没有申请退款,0,2024-05-01 10:00:00,2024-05-01 10:01:00",
    "S3,M1,小鱼,粉饼,30.00,1,交易关闭,30.00,30.00,退款成功,30.00,2024-05-01 10:00:00,2024-05-01 10:01:00",
)
JD = (
    "订单号,商品ID,商品名称,订购数量,下单时间,京东价,订单金额,应付金额,订单状态,下单帐号,客户姓名,付款确认时间",
    "9001,1,茶,2,2024-05-01 10:00:00,10.00,35.00,30.00,完成,jd_a,张三,2024-05-01 10:05:00",
    "9001,2,杯,1,2024-05-01 10:00:00,15.00,35.00,30.00,完成,jd_a,张三,2024-05-01 10:05:00",
    "9002,1,茶,1,2024-05-02 10:00:00,10.00,10.00,10.00,(删除)等待出库,jd_b,李四,",
)
JD_PRICES = (
    "订单号,商品名称,商品数量,京东价,订单状态,下单帐号,下单时间",
    "9001,茶,2,10.00,完成,jd_a,2024-05-01 10:00:00",
    "9001,杯,1,15.50,完成,jd_a,2024-05-01 10:00:00",
)
PDD = (
    "商品,订单号,订单状态,商品总价(元),用户实付金额(元),商家实收金额(元),商品数量(件),手机,收货人,支付时间,售后状态",
    "茶,240501-1,已收货,20,12.50,13.00,1,138****0001,王小明,2024-05-01 10:00:00,无售后或售后取消",
    '茶,240501-2,"未发货，退款成功",20,9.00,9.00,1,138****0002,李四,2024-05-01 10:00:00,退款成功',
)
YOUZAN = (
    "订单号,订单状态,归属店铺,订单创建时间,买家付款时间,应收订单金额,订单实付金额,买家昵称,买家手机号,订单已退款金额,分销员,分销员",
    "E1,交易完成,茶店,2024-05-01 10:00:00,2024-05-01 10:05:00,100.00,88.00,阿茶,,8.00,,",
    "E2,待付款,茶店,2024-05-01 10:00:00,,100.00,0.00,小茶,,0.00,,",
)
ALIPAY = (
    "支付宝交易记录明细查询",
    "账号:[shop@example.com]",
    "---------------------------------交易记录明细列表------------------------------------",
    "交易号                  ,商家订单号   ,付款时间                ,交易对方            ,金额（元）   ,收/支     ,交易状态    ,成功退款（元）  ,",
    "2024050100001  \t,T1,2024-05-01 10:01:00,王小明    ,10.00   ,收入    ,交易成功    ,0.00  ,",
    "2024050200002  \t,T2,2024-05-02 10:01:00,李小红    ,20.50   ,收入    ,交易成功    ,0.50  ,",
    "2024050300003  \t,T3,2024-05-03 10:01:00,快递公司  ,8.00   ,支出    ,交易成功    ,0.00  ,",
    "------------------------------------------------------------------------------------",
    "共3笔记录",
    "已收入:2笔,30.50元",
    "导出时间:[2024-06-01 10:00:00]    用户:张三",
)
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Phone,Refunded Amount",
    "#1001,a@example.com,paid,2024-05-01 10:15:00 -0500,USD,100.00,5.00,8.25,113.25,2024-05-01 10:15:00 -0500,1,Mug,50.00,555,0.00",
    "#1001,a@example.com,,,,,,,,2024-05-01 10:15:00 -0500,2,Cup,25.00,,",
    "#1002,b@example.com,partially_refunded,2024-05-02 23:30:00 -0500,USD,50.00,0,0,50.00,2024-05-02 23:30:00 -0500,1,Tee,50.00,555,10.00",
    "#1003,c@example.com,pending,,USD,20.00,0,0,20.00,2024-05-03 09:00:00 -0500,1,Tee,20.00,555,0.00",
    "#1004,d@example.com,refunded,2024-05-03 09:00:00 -0500,USD,20.00,0,0,20.00,2024-05-03 09:00:00 -0500,1,Tee,20.00,555,20.00",
)
WOO = (
    "Order Number,Order Status,Order Date,Email (Billing),Order Total Amount,Order Refund Amount,Item #,Item Name,Quantity,Item Cost",
    "501,Completed,2024-05-01 10:00:00,a@example.com,30.00,0,1,Tea,1,3.00",
    "501,Completed,2024-05-01 10:00:00,a@example.com,30.00,0,2,Cup,2,3.00",
    "502,On hold,2024-05-02 10:00:00,b@example.com,12.50,0,1,Tea,1,3.00",
)
UCI = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
    "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom",
    "536365,71053,LANTERN,2,2010-12-01 08:26:00,3.39,17850,United Kingdom",
    "C536379,71053,LANTERN,-1,2010-12-02 09:41:00,3.39,17850,United Kingdom",
)
EXPECTED = {
    "taobao": (TAOBAO, [("1930679858170647", "小鱼", 59800, "2024-05-23", 1), ("1930679858170648", "小鱼", 9850, "2024-05-24", 2)], {"closed": 1}),
    "tmall_lines": (TMALL_LINES, [("M1", "小鱼", 13050, "2024-05-01", 3)], {"full_refund": 1}),
    "jd": (JD, [("9001", "jd_a", 3000, "2024-05-01", 3)], {"closed": 1}),
    "pinduoduo": (PDD, [("240501-1", "王小明", 1250, "2024-05-01", 1)], {"full_refund": 1}),
    "youzan": (YOUZAN, [("E1", "阿茶", 8000, "2024-05-01", None)], {"unpaid": 1}),
    "alipay": (
        ALIPAY,
        [("2024050100001", "王小明", 1000, "2024-05-01", None), ("2024050200002", "李小红", 2000, "2024-05-02", None)],
        {"expense": 1, "footer": 4},
    ),
    "shopify": (
        SHOPIFY,
        [("#1001", "a@example.com", 11325, "2024-05-01", 3), ("#1002", "b@example.com", 4000, "2024-05-02", 1)],
        {"unpaid": 1, "full_refund": 1},
    ),
    "woocommerce": (WOO, [("501", "a@example.com", 3000, "2024-05-01", 3)], {"unpaid": 1}),
    "invoice_lines": (UCI, [("536365", "17850", 2208, "2010-12-01", 8)], {"refund": 1}),
}  # fmt: skip


def read(folder, lines, encoding="gb18030", **options):
    path = folder / "导出.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return read_orders(path, **options)


def rows(found):
    return [
        (r["order_id"], r["customer_id"], r["amount"], r["paid_at"].date().isoformat(), r["quantity"])
        for r in found.table.to_pylist()
    ]


@pytest.mark.parametrize("platform", EXPECTED)
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_a_small_export_of_each_platform(tmp_path, platform, encoding):
    lines, orders, aside = EXPECTED[platform]
    if platform in ("shopify", "woocommerce", "invoice_lines") and encoding == "gb18030":
        encoding = "ascii"
    found = read(tmp_path, lines, encoding)
    assert (found.profile, found.status) == (platform, "accepted")
    assert rows(found) == orders
    assert {one.rule: one.rows for one in found.set_aside} == aside
    assert found.rows_in == found.used + sum(aside.values())
    assert "13800000000" not in str(found) + str(found.document())


def test_jd_prices_times_quantities(tmp_path):
    found = read(tmp_path, JD_PRICES)
    assert rows(found) == [("9001", "jd_a", 3550, "2024-05-01", 3)]


def test_totals_that_differ_within_an_order_are_quarantined(tmp_path):
    lines = [JD[0], JD[1], JD[2].replace("30.00", "31.00")]
    found = read(tmp_path, lines)
    assert [(one.row, one.column) for one in found.quarantined] == [(2, "应付金额"), (3, "应付金额")]
    assert found.money_in == found.money_quarantined == 6100


def test_shopify_days_are_the_shops_own_unless_a_zone_is_given(tmp_path):
    found = read(tmp_path, SHOPIFY, "ascii", zone="Asia/Shanghai")
    assert [row[3] for row in rows(found)] == ["2024-05-01", "2024-05-03"]
    assert any("Asia/Shanghai" in note for note in found.notes)


def test_every_profile_is_well_formed_and_named():
    found = profiles.profiles()
    assert set(found) == {*EXPECTED, "generic"}
    assert list(found)[-1] == "generic"
    assert set(profiles.rules().names) == set(profiles.RULE_IDS)


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(content.data_folder() / "orders", tmp_path / "orders")
    return tmp_path / "orders"


def test_a_new_platform_is_a_new_file(copied, monkeypatch, tmp_path):
    (copied / "mine.toml").write_text(
        'id = "mine"\nname = "我家"\nnote = "自己的"\nsignature = ["甲号"]\ncurrency = "CNY"\nzone = "Asia/Shanghai"\n'
        '[columns]\norder = ["甲号"]\ncustomer = ["乙"]\npaid_at = ["丙"]\n[[amount]]\ncolumns = ["丁"]\nhow = "lines"\n',
        encoding="utf-8",
    )
    known = profiles.profiles(copied)
    monkeypatch.setattr("lifecycle_lab.orders.headers.profiles", lambda: known)
    found = read(tmp_path, ["甲号,乙,丙,丁", "1,u,2024-05-01,9.90"])
    assert (found.profile, rows(found)) == ("mine", [("1", "u", 990, "2024-05-01", None)])


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("jd.toml", 'how = "price"', 'how = "guess"', "guess"),
        ("jd.toml", 'zone = "Asia/Shanghai"', 'zone = "Mars"', "Mars"),
        ("jd.toml", "[columns]", '[columns]\ncolour = ["颜色"]', "colour"),
        ("jd.toml", 'blank_time = "unpaid"', 'blank_time = "maybe"', "maybe"),
        ("jd.toml", 'note = "', 'extra = 1\nnote = "', "extra"),
        ("jd.toml", 'order = ["订单号", "订单编号"]', "order = []", "order"),
        ("jd.toml", 'id = "jd"', 'id = "taobao"', "重复"),
    ],
)
def test_a_broken_profile_says_where(copied, file, old, new, said):
    break_text(copied / file, old, new)
    with pytest.raises(ContentError, match=said):
        profiles.profiles(copied)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "masked"', 'id = "mask"', "mask"),
        ('"交易关闭", ', '"交易关闭", "交易成功", ', "归了两类"),
        ("[flag]", "[flags]", "flag"),
    ],
)
def test_broken_rules_say_where(copied, old, new, said):
    break_text(copied / "rules.toml", old, new)
    with pytest.raises(ContentError, match=said):
        profiles.rules(copied)
