"""平台：淘宝/天猫、京东、拼多多、有赞、支付宝账单、Shopify、WooCommerce，与各种叫法的通用表头。"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from corpus.case import Case, accepted, ask, partly, stopped
from corpus.make import ADDRESS, PHONE, gzipped, table


def _columns(header: str) -> list[str]:
    return header.split(",")


TAOBAO = _columns(
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,"
    "买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,"
    "订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,"
    "订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,退款金额"
)
JD = _columns(
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,"
    "订单类型,下单帐号,客户姓名,客户地址,联系电话,订单备注,付款确认时间"
)
PDD = _columns(
    "商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),用户实付金额(元),"
    "商家实收金额(元),商品数量(件),收货人,手机,省,市,区,街道,订单成交时间,发货时间,确认收货时间,商品id,商品规格,售后状态"
)
YOUZAN = _columns(
    "订单号,订单状态,订单类型,商品名称,商品数量,应收订单金额,订单实付金额,买家昵称,买家手机号,收货人,"
    "收货人手机号,详细地址,订单创建时间,买家付款时间,买家备注"
)
SHOPIFY = _columns(
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
    "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Billing Name,Billing Street,Billing Phone,Notes,Cancelled at,Payment Method,Refunded Amount,Id"
)
WOO = _columns(
    "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),"
    "Address 1&2 (Billing),Email (Billing),Phone (Billing),Order Subtotal Amount,Order Total Amount,"
    "Order Refund Amount,Item #,Item Name,Quantity,Item Cost"
)


def sheet_of(columns: Sequence[str], *rows: Mapping[str, str], encoding: str = "utf-8") -> bytes:
    """按列名给值，其余的列空着；个人信息的列填上诱饵，看它会不会漏出来。"""
    baits = {
        "联系手机": "'" + PHONE,
        "联系电话": PHONE,
        "收货地址": ADDRESS,
        "客户地址": ADDRESS,
        "街道": ADDRESS,
        "详细地址": ADDRESS,
        "Billing Phone": PHONE,
        "Billing Street": ADDRESS,
        "Phone (Billing)": PHONE,
        "Address 1&2 (Billing)": ADDRESS,
        "收货人手机号": PHONE,
    }
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        if unknown := set(row) - {name.strip() for name in columns}:
            raise ValueError(f"语料写错了列名：{unknown}")
        writer.writerow([row.get(name.strip(), baits.get(name.strip(), "")) for name in columns])
    return buffer.getvalue().encode(encoding)


def taobao(
    number: str, buyer: str, paid: str, day: str, status: str = "交易成功", **more: str
) -> dict[str, str]:
    return {
        "订单编号": f'="{number}"',
        "买家会员名": buyer,
        "买家应付货款": paid,
        "总金额": paid,
        "买家实际支付金额": paid,
        "订单状态": status,
        "订单创建时间": f"{day} 09:00:00" if day else "2024-05-01 09:00:00",
        "订单付款时间": f"{day} 09:01:00" if day else "",
        "宝贝总数量": "1",
        "收货人姓名": "张三",
        **more,
    }


_TWO = (
    taobao("2019032812345678901", "小鱼儿", "10.00", "2024-05-01"),
    taobao("2019032812345678902", "大鱼", "20.50", "2024-05-02", "卖家已发货，等待买家确认", 宝贝总数量="2"),
)
_TWO_CLEAN = ("2019032812345678901|小鱼儿|10.00|2024-05-01|1", "2019032812345678902|大鱼|20.50|2024-05-02|2")


def _taobao_cases() -> list[Case]:
    two, clean = _TWO, _TWO_CLEAN
    paid = taobao("2019032812345678903", "小鱼儿", "5.00", "2024-05-03", "买家已付款，等待卖家发货")
    closed = taobao("2019032812345678904", "甲", "0.00", "", "交易关闭", 订单关闭原因="买家未付款")
    closed_after_pay = taobao(
        "2019032812345678905", "乙", "66.00", "2024-05-04", "交易关闭", 退款金额="66.00"
    )
    waiting = taobao("2019032812345678906", "丙", "0.00", "", "等待买家付款")
    strange = taobao("2019032812345678907", "丁", "9.00", "2024-05-05", "量子纠缠中")
    partial = taobao("2019032812345678908", "戊", "50.00", "2024-05-06", 退款金额="20.00")
    whole = taobao("2019032812345678909", "己", "50.00", "2024-05-06", 退款金额="50.00")
    too_much = taobao("2019032812345678910", "庚", "50.00", "2024-05-06", 退款金额="80.00")
    few = ["订单编号", "买家会员名", "买家实际支付金额", "订单状态", "订单付款时间 ", "宝贝总数量"]
    slim = [{name.strip(): row[name.strip()] for name in few} for row in two]
    mask = taobao("2019032812345678911", "t**8", "9.00", "2024-05-07")
    lower = [taobao("2019032812345678912", "小鱼儿", "5", "2024-05-03")]
    return [
        Case(
            "taobao",
            sheet_of(TAOBAO, *two, encoding="gb18030"),
            accepted(*clean),
            file="ExportOrderList202405.csv",
        ),
        Case("taobao-utf8-bom", sheet_of(TAOBAO, *two, encoding="utf-8-sig"), accepted(*clean)),
        Case(
            "taobao-gzip", gzipped(sheet_of(TAOBAO, *two, encoding="gbk")), accepted(*clean), file="a.csv.gz"
        ),
        Case(
            "taobao-paid",
            sheet_of(TAOBAO, *two, paid),
            accepted(*clean, "2019032812345678903|小鱼儿|5.00|2024-05-03|1"),
        ),
        Case("taobao-closed", sheet_of(TAOBAO, *two, closed), accepted(*clean, closed_or_unpaid=1)),
        Case(
            "taobao-closed-after-paying",
            sheet_of(TAOBAO, *two, closed_after_pay),
            accepted(*clean, closed_or_refund=1),
        ),
        Case("taobao-waiting", sheet_of(TAOBAO, *two, waiting), accepted(*clean, closed_or_unpaid=1)),
        # 不认识的状态：不知道钱收到没有，不猜
        Case(
            "taobao-strange-status",
            sheet_of(TAOBAO, *two, strange),
            partly(*clean, bad=[(4, "订单状态")]) | stopped("状态"),
        ),
        Case(
            "taobao-partial-refund",
            sheet_of(TAOBAO, *two, partial),
            accepted(*clean, "2019032812345678908|戊|30.00|2024-05-06|1"),
        ),
        Case("taobao-full-refund", sheet_of(TAOBAO, *two, whole), accepted(*clean, refund=1)),
        Case(
            "taobao-refund-more-than-paid",
            sheet_of(TAOBAO, *two, too_much),
            partly(*clean, bad=[(4, "退款金额")]) | accepted(*clean, refund=1),
        ),
        Case("taobao-few-columns", sheet_of(few, *slim), accepted(*clean)),
        Case("taobao-columns-reversed", sheet_of(TAOBAO[::-1], *two), accepted(*clean)),
        Case(
            "taobao-glued-twice",
            sheet_of(TAOBAO, *two) + sheet_of(TAOBAO, *two),
            accepted(*clean, duplicate=2),
        ),
        Case("taobao-masked", sheet_of(TAOBAO, *two, mask), accepted(*clean, masked=1)),
        Case(
            "taobao-all-closed", sheet_of(TAOBAO, closed, waiting), accepted(closed_or_unpaid=2) | stopped()
        ),
        Case(
            "taobao-plain-amount",
            sheet_of(TAOBAO, *lower),
            accepted("2019032812345678912|小鱼儿|5.00|2024-05-03|1"),
        ),
        Case(
            "taobao-paid-without-day",
            sheet_of(TAOBAO, *two, {**paid, "订单付款时间": ""}),
            partly(*clean, bad=[(4, "订单付款时间")])
            | accepted(*clean, "2019032812345678903|小鱼儿|5.00|2024-05-03|1"),
        ),
        Case(
            "taobao-damaged-ids",
            sheet_of(TAOBAO, *({**row, "订单编号": "2.01903E+18"} for row in two)),
            stopped("表格软件", "Excel", "科学记数"),
        ),
        Case(
            "taobao-status-with-spaces",
            sheet_of(TAOBAO, *({**row, "订单状态": f" {row['订单状态']} "} for row in two)),
            accepted(*clean),
        ),
        Case(
            "taobao-halfwidth-comma-status",
            sheet_of(TAOBAO, two[0], {**two[1], "订单状态": "卖家已发货,等待买家确认"}),
            accepted(*clean),
        ),
        Case(
            "taobao-forced-profile", sheet_of(TAOBAO, *two), accepted(*clean), options=("--profile", "taobao")
        ),
        Case("taobao-read-as-jd", sheet_of(TAOBAO, *two), stopped(), options=("--profile", "jd")),
    ]


def jd(number: str, buyer: str, quantity: str, due: str, time: str, status: str = "完成") -> dict[str, str]:
    return {
        "订单号": number,
        "下单帐号": buyer,
        "订购数量": quantity,
        "下单时间": time,
        "付款确认时间": time,
        "京东价": "9.90",
        "订单金额": due,
        "结算金额": due,
        "应付金额": due,
        "订单状态": status,
        "客户姓名": "张三",
    }


def _jd_cases() -> list[Case]:
    one = jd("123456789012", "jd_abc", "2", "30.00", "2024-05-01 10:00:00")
    other = jd("123456789012", "jd_abc", "1", "30.00", "2024-05-01 10:00:00")
    second = jd("123456789013", "jd_xyz", "1", "15.00", "2024-05-02 10:00:00", "等待出库")
    cancelled = jd("123456789014", "jd_q", "1", "15.00", "2024-05-02 11:00:00", "已取消")
    deleted = jd("123456789015", "jd_q", "1", "15.00", "2024-05-02 11:00:00", "(删除)等待出库")
    clean = ("123456789012|jd_abc|30.00|2024-05-01|3", "123456789013|jd_xyz|15.00|2024-05-02|1")
    differing = {**other, "应付金额": "31.00", "订单金额": "31.00", "结算金额": "31.00"}
    return [
        # 应付金额是整单的，每件商品那一行都重复一遍：算一次，件数相加
        Case(
            "jd-lines",
            sheet_of(JD, {**one, "商品ID": "1"}, {**other, "商品ID": "2"}, second, encoding="gbk"),
            accepted(*clean),
        ),
        Case(
            "jd-cancelled",
            sheet_of(JD, one, {**other, "商品ID": "2"}, second, cancelled),
            accepted(*clean, closed_or_unpaid=1),
        ),
        Case(
            "jd-deleted",
            sheet_of(JD, one, {**other, "商品ID": "2"}, second, deleted),
            accepted(*clean, closed_or_unpaid=1),
        ),
        Case(
            "jd-totals-differ",
            sheet_of(JD, one, differing, second),
            partly(clean[1], bad=[(2, "应付金额"), (3, "应付金额")])
            | partly(clean[1], bad=[(3, "应付金额")])
            | stopped()
            | partly("123456789012|jd_abc|30.00|2024-05-01|2", clean[1], bad=[(3, "应付金额")]),
        ),
        Case(
            "jd-two-buyers-one-order",
            sheet_of(JD, one, {**other, "下单帐号": "jd_zzz"}, second),
            partly(clean[1], bad=[(2, "下单帐号"), (3, "下单帐号")])
            | partly(clean[1], bad=[(3, "下单帐号")])
            | stopped()
            | partly("123456789012|jd_abc|30.00|2024-05-01|2", clean[1], bad=[(3, "下单帐号")]),
        ),
    ]


def pdd(
    number: str,
    name: str,
    paid: str,
    status: str = "已收货",
    after: str = "无售后或售后取消",
    phone: str = "139****5678",
) -> dict[str, str]:
    return {
        "订单号": f"\t{number}",
        "收货人": name,
        "手机": phone,
        "用户实付金额(元)": paid,
        "商家实收金额(元)": paid,
        "商品总价(元)": paid,
        "订单状态": status,
        "商品数量(件)": "1",
        "订单成交时间": "2024-05-01 10:00:00\t",
        "售后状态": after,
    }


def _pdd_cases() -> list[Case]:
    open_names = (
        pdd("240501-123456789012345", "王小明", "12.50"),
        pdd("240501-123456789012346", "李四", "8.00", "已发货，待收货"),
    )
    clean = (
        "240501-123456789012345|王小明|12.50|2024-05-01|1",
        "240501-123456789012346|李四|8.00|2024-05-01|1",
    )
    masked = (pdd("240501-123456789012345", "王**", "12.50"), pdd("240501-123456789012346", "王**", "8.00"))
    refund = pdd("240501-123456789012347", "赵六", "9.00", "未发货，退款成功", "退款成功")
    cancelled = pdd("240501-123456789012348", "钱七", "9.00", "已取消")
    # 拼多多的导出没有买家编号，只有收货人：用收货人可以，问一句也可以
    return [
        Case(
            "pdd",
            sheet_of(PDD, *open_names, encoding="utf-8-sig"),
            accepted(*clean) | ask("客户", "customer"),
        ),
        Case(
            "pdd-refunded",
            sheet_of(PDD, *open_names, refund),
            accepted(*clean, closed_or_refund=1) | ask("客户", "customer"),
        ),
        Case(
            "pdd-cancelled",
            sheet_of(PDD, *open_names, cancelled),
            accepted(*clean, closed_or_unpaid=1) | ask("客户", "customer"),
        ),
        # 打了码的“王**”不是一位忠诚的客户，是许多人
        Case("pdd-masked", sheet_of(PDD, *masked), accepted(masked=2) | stopped()),
        Case(
            "pdd-mapped", sheet_of(PDD, *open_names), accepted(*clean), options=("--map", "customer=收货人")
        ),
    ]


def youzan(
    number: str, buyer: str, paid: str, quantity: str = "1", status: str = "交易完成", name: str = "茶"
) -> dict[str, str]:
    return {
        "订单号": number,
        "订单状态": status,
        "商品名称": name,
        "商品数量": quantity,
        "应收订单金额": paid,
        "订单实付金额": paid,
        "买家昵称": buyer,
        "买家手机号": "",
        "订单创建时间": "2024-05-01 10:00:00",
        "买家付款时间": "2024-05-01 10:05:00",
    }


def _youzan_cases() -> list[Case]:
    a, b = (
        youzan("E20240501100000000100001", "阿茶", "88.00", "2"),
        youzan("E20240501100000000100002", "小茶", "20.00"),
    )
    clean = (
        "E20240501100000000100001|阿茶|88.00|2024-05-01|2",
        "E20240501100000000100002|小茶|20.00|2024-05-01|1",
    )
    closed, waiting = (
        youzan("E20240501100000000100003", "丙", "5.00", status="交易关闭"),
        youzan("E20240501100000000100004", "丁", "5.00", status="待付款"),
    )
    line = youzan("E20240501100000000100001", "阿茶", "88.00", "1", name="杯")
    return [
        Case("youzan", sheet_of(YOUZAN, a, b), accepted(*clean)),
        Case("youzan-closed", sheet_of(YOUZAN, a, b, closed, waiting), accepted(*clean, closed_or_unpaid=2)),
        Case(
            "youzan-lines",
            sheet_of(YOUZAN, a, line, b),
            accepted("E20240501100000000100001|阿茶|88.00|2024-05-01|3", clean[1]),
        ),
    ]


ALIPAY_TOP = (
    "支付宝交易记录明细查询",
    "账号:[shop@example.com]",
    "起始日期:[2024-05-01 00:00:00]    终止日期:[2024-06-01 00:00:00]",
    "---------------------------------交易记录明细列表------------------------------------",
    "交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,最近修改时间              ,"
    "交易来源地     ,类型              ,交易对方            ,商品名称                ,金额（元）   ,收/支     ,交易状态    ,"
    "服务费（元）   ,成功退款（元）  ,备注                  ,资金状态     ,",
)
ALIPAY_END = (
    "------------------------------------------------------------------------------------",
    "共3笔记录",
    "已收入:2笔,30.50元",
    "待收入:0笔,0.00元",
    "已支出:1笔,8.00元",
    "待支出:0笔,0.00元",
    "导出时间:[2024-06-01 10:00:00]    用户:张三",
)


def _alipay_line(
    number: str, who: str, amount: str, day: str, way: str = "收入", status: str = "交易成功", back: str = "0"
) -> str:
    cells = (
        number,
        f"T200P{number}",
        f"{day} 10:00:00",
        f"{day} 10:01:00",
        f"{day} 10:02:00",
        "其他（包括阿里巴巴和外部商家）",
        "即时到账交易",
        who,
        "茶叶",
        amount,
        way,
        status,
        "0.00",
        back,
        "",
        "已收入" if way == "收入" else "已支出",
    )
    return ",".join(f"{cell}          " for cell in cells) + ","


def _alipay_cases() -> list[Case]:
    lines = (
        _alipay_line("20240501001", "王小明", "10.00", "2024-05-01"),
        _alipay_line("20240502002", "李小红", "20.50", "2024-05-02"),
    )
    spent = _alipay_line("20240503003", "快递公司", "8.00", "2024-05-03", "支出")
    closed = _alipay_line("20240503004", "赵六", "9.00", "2024-05-03", "收入", "交易关闭")
    refund = _alipay_line("20240503005", "钱七", "9.00", "2024-05-03", "收入", "交易成功", "9.00")
    neutral = _alipay_line("20240503006", "余额宝", "99.00", "2024-05-03", "不计收支")
    clean = ("*|王小明|10.00|2024-05-01|*", "*|李小红|20.50|2024-05-02|*")

    def bill(*rows: str, encoding: str = "gb18030") -> bytes:
        return table(*ALIPAY_TOP, *rows, *ALIPAY_END, encoding=encoding, newline="\r\n")

    return [
        Case("alipay", bill(*lines), accepted(*clean), file="alipay_record_20240601.csv"),
        Case("alipay-spending", bill(*lines, spent), accepted(*clean, expense=1), file="alipay.csv"),
        Case(
            "alipay-neutral",
            bill(*lines, neutral),
            accepted(*clean, expense=1) | partly(*clean, bad=[(8, "收/支")]),
            file="alipay.csv",
        ),
        Case("alipay-closed", bill(*lines, closed), accepted(*clean, closed_or_unpaid=1), file="alipay.csv"),
        Case("alipay-refunded", bill(*lines, refund), accepted(*clean, refund=1), file="alipay.csv"),
        Case(
            "alipay-bad-row-number",
            bill(lines[0], lines[1].replace("20.50", "二十元"), encoding="gbk"),
            partly(clean[0], bad=[(7, "金额（元）")]),
            file="alipay.csv",
        ),
        Case("alipay-utf8", bill(*lines, encoding="utf-8-sig"), accepted(*clean)),
        Case("alipay-only-preamble", table(*ALIPAY_TOP[:4], encoding="gbk"), stopped()),
        Case("alipay-no-rows", bill(), stopped() | accepted()),
    ]


def shopify(
    name: str,
    email: str = "",
    total: str = "",
    quantity: str = "1",
    paid: str = "",
    financial: str = "",
    **more: str,
) -> dict[str, str]:
    return {
        "Name": name,
        "Email": email,
        "Total": total,
        "Lineitem quantity": quantity,
        "Paid at": paid,
        "Created at": paid,
        "Financial Status": financial,
        "Currency": "CNY" if total else "",
        "Lineitem name": "Tea",
        "Lineitem price": "9.90",
        **more,
    }


def _shopify_cases() -> list[Case]:
    a = shopify("#1001", "a@example.com", "30.00", "2", "2024-05-01 22:15:00 +0800", "paid")
    more = shopify("#1001", "a@example.com")  # 一单的第二件：整单的列是空的
    blank = shopify("#1001")
    b = shopify("#1002", "b@example.com", "12.50", "1", "2024-05-02 08:00:00 +0800", "paid")
    pending = shopify(
        "#1003", "c@example.com", "9.00", "1", "", "pending", **{"Created at": "2024-05-03 08:00:00 +0800"}
    )
    refunded = shopify(
        "#1004",
        "d@example.com",
        "9.00",
        "1",
        "2024-05-03 08:00:00 +0800",
        "refunded",
        **{"Refunded Amount": "9.00"},
    )
    partial = shopify(
        "#1005",
        "e@example.com",
        "9.00",
        "1",
        "2024-05-03 08:00:00 +0800",
        "partially_refunded",
        **{"Refunded Amount": "4.00"},
    )
    voided = shopify(
        "#1006", "f@example.com", "9.00", "1", "", "voided", **{"Created at": "2024-05-03 08:00:00 +0800"}
    )
    guest = shopify("#1007", "", "9.00", "1", "2024-05-03 08:00:00 +0800", "paid")
    dollars = {**b, "Name": "#1008", "Currency": "USD"}
    clean = ("#1001|a@example.com|30.00|2024-05-01|3", "#1002|b@example.com|12.50|2024-05-02|1")
    return [
        Case("shopify-lines", sheet_of(SHOPIFY, a, more, b), accepted(*clean), file="orders_export.csv"),
        Case(
            "shopify-lines-blank-email",
            sheet_of(SHOPIFY, a, blank, b),
            accepted(*clean),
            file="orders_export.csv",
        ),
        Case(
            "shopify-pending",
            sheet_of(SHOPIFY, a, more, b, pending, voided),
            accepted(*clean, closed_or_unpaid=2),
        ),
        Case("shopify-refunded", sheet_of(SHOPIFY, a, more, b, refunded), accepted(*clean, refund=1)),
        Case(
            "shopify-partly-refunded",
            sheet_of(SHOPIFY, a, more, b, partial),
            accepted(*clean, "#1005|e@example.com|5.00|2024-05-03|1"),
        ),
        Case(
            "shopify-guest",
            sheet_of(SHOPIFY, a, more, b, guest),
            partly(*clean, bad=[(5, "Email")]) | accepted(*clean, masked=1),
        ),
        Case("shopify-two-currencies", sheet_of(SHOPIFY, a, more, b, dollars), stopped("币", "货币")),
        Case(
            "shopify-cancelled",
            sheet_of(SHOPIFY, a, more, b, {**refunded, "Cancelled at": "2024-05-04 08:00:00 +0800"}),
            accepted(*clean, closed_or_refund=1),
        ),
    ]


def woo(
    number: str,
    email: str,
    total: str,
    day: str,
    status: str = "Completed",
    quantity: str = "1",
    item: str = "1",
) -> dict[str, str]:
    return {
        "Order Number": number,
        "Order Status": status,
        "Order Date": f"{day} 10:00:00",
        "Email (Billing)": email,
        "Order Total Amount": total,
        "Order Subtotal Amount": total,
        "Order Refund Amount": "0",
        "Item #": item,
        "Item Name": "Tea",
        "Quantity": quantity,
        "Item Cost": "3.00",
    }


def _woo_cases() -> list[Case]:
    a, more = (
        woo("501", "a@example.com", "30.00", "2024-05-01"),
        woo("501", "a@example.com", "30.00", "2024-05-01", quantity="2", item="2"),
    )
    b = woo("502", "b@example.com", "12.50", "2024-05-02", "Processing")
    others = [
        woo(f"60{i}", "c@example.com", "9.00", "2024-05-03", status)
        for i, status in enumerate(("Cancelled", "Failed", "Pending payment", "On hold"))
    ]
    clean = ("501|a@example.com|30.00|2024-05-01|3", "502|b@example.com|12.50|2024-05-02|1")
    return [
        Case("woo-lines", sheet_of(WOO, a, more, b), accepted(*clean)),
        Case("woo-unpaid", sheet_of(WOO, a, more, b, *others), accepted(*clean, closed_or_unpaid=4)),
        Case(
            "woo-refunded",
            sheet_of(WOO, a, more, b, woo("701", "c@example.com", "9.00", "2024-05-03", "Refunded")),
            accepted(*clean, closed_or_refund=1),
        ),
        Case(
            "woo-slugs",
            sheet_of(
                WOO,
                {**a, "Order Status": "wc-completed"},
                {**more, "Order Status": "wc-completed"},
                {**b, "Order Status": "wc-processing"},
            ),
            accepted(*clean) | stopped("状态"),
        ),
    ]


GENERIC = (
    "订单号,客户编号,金额,日期,数量",
    "订单编号,会员号,实付金额,付款时间,件数",
    "订单ID,用户ID,支付金额,下单时间,商品数量",
    "order_id,customer_id,amount,paid_at,quantity",
    "Order ID,Customer ID,Amount,Order Date,Quantity",
    "OrderID,CustomerID,Total,Date,Qty",
    "ORDER_ID,CUSTOMER_ID,AMOUNT,ORDER_DATE,QUANTITY",
    "单号,客户,交易金额,交易日期,数量",
    " 订单号 ,客户编号\u3000,金额（元）,付款时间,数量",
    "订单号,客户编号,金额(元),付款时间,数量(件)",
)


def _generic_cases() -> list[Case]:
    lines = ("A1,u1,10.00,2024-05-01,1", "A2,u2,20.50,2024-05-02,2")
    clean = ("A1|u1|10.00|2024-05-01|1", "A2|u2|20.50|2024-05-02|2")
    named = [
        Case(f"generic-{i}", table(header, *lines), accepted(*clean)) for i, header in enumerate(GENERIC)
    ]
    unknown = table("c1,c2,c3,c4", "A1,u1,10.00,2024-05-01")
    mapped = ("--map", "order=c1", "--map", "customer=c2", "--map", "amount=c3", "--map", "paid_at=c4")
    two = table("订单号,客户编号,金额,总额,付款时间", "A1,u1,10.00,12.00,2024-05-01")
    return [
        *named,
        Case(
            "generic-without-quantity",
            table("订单号,客户编号,金额,日期", "A1,u1,10,2024-05-01"),
            accepted("A1|u1|10.00|2024-05-01|"),
        ),
        Case(
            "generic-traditional",
            table("訂單編號,客戶編號,金額,付款時間", "A1,u1,10,2024-05-01"),
            accepted("A1|u1|10.00|2024-05-01|") | ask("--map"),
        ),
        Case("unknown-header", unknown, ask("--map")),
        Case("unknown-header-mapped", unknown, accepted("A1|u1|10.00|2024-05-01|"), options=mapped),
        Case("two-amounts", two, ask("--map", "金额")),
        Case(
            "two-amounts-mapped", two, accepted("A1|u1|10.00|2024-05-01|"), options=("--map", "amount=金额")
        ),
        Case(
            "two-amounts-mapped-other",
            two,
            accepted("A1|u1|12.00|2024-05-01|"),
            options=("--map", "amount=总额"),
        ),
        Case("missing-customer", table("订单号,金额,付款时间", "A1,10,2024-05-01"), ask("客户", "customer")),
        Case("missing-amount", table("订单号,客户编号,付款时间", "A1,u1,2024-05-01"), ask("金额", "amount")),
        Case("missing-day", table("订单号,客户编号,金额", "A1,u1,10"), ask("日期", "时间", "paid_at")),
        Case("missing-order", table("客户编号,金额,付款时间", "u1,10,2024-05-01"), ask("订单", "order")),
        # 有编号又有姓名时，编号才是一个人；姓名会重
        Case(
            "id-and-name",
            table(
                "订单号,客户编号,客户姓名,金额,日期", "A1,u1,张三,10,2024-05-01", "A2,u2,张三,20,2024-05-02"
            ),
            accepted("A1|u1|10.00|2024-05-01|", "A2|u2|20.00|2024-05-02|"),
        ),
        Case(
            "masked-names",
            table(
                "订单号,客户姓名,金额,日期",
                "A1,张**,10,2024-05-01",
                "A2,张**,20,2024-05-02",
                "A3,李四,30,2024-05-03",
            ),
            accepted("A3|李四|30.00|2024-05-03|", masked=2) | ask("客户", "打码", "脱敏"),
        ),
        Case(
            "masked-phones",
            table("订单号,客户,金额,日期", "A1,138****1234,10,2024-05-01", "A2,u2,20,2024-05-02"),
            accepted("A2|u2|20.00|2024-05-02|", masked=1),
        ),
        Case(
            "masked-placeholder",
            table(
                "订单号,客户,金额,日期",
                "A1,匿名,10,2024-05-01",
                "A2,匿名用户,5,2024-05-01",
                "A3,u2,20,2024-05-02",
            ),
            accepted("A3|u2|20.00|2024-05-02|", masked=2),
        ),
        Case(
            "star-inside-a-real-nick",
            table("订单号,客户,金额,日期", "A1,t***8,10,2024-05-01", "A2,u2,20,2024-05-02"),
            accepted("A2|u2|20.00|2024-05-02|", masked=1),
        ),
        Case(
            "generic-status",
            table(
                "订单号,客户编号,金额,日期,订单状态",
                "A1,u1,10,2024-05-01,已完成",
                "A2,u2,20,2024-05-02,已取消",
                "A3,u3,30,2024-05-03,待付款",
            ),
            accepted("A1|u1|10.00|2024-05-01|", closed_or_unpaid=2),
        ),
        Case(
            "generic-semicolon",
            table("order_id;customer_id;amount;order_date", "A1;u1;10.00;2024-05-01"),
            accepted("A1|u1|10.00|2024-05-01|"),
        ),
        Case(
            "online-retail-lines",
            table(
                "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
                "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom",
                "536365,71053,LANTERN,2,2010-12-01 08:26:00,3.39,17850,United Kingdom",
            ),
            accepted("536365|17850|22.08|2010-12-01|8") | ask("--map", "金额", "amount"),
        ),
    ]


WECHAT_TOP = (
    "微信支付账单明细,,,,,,,,",
    "微信昵称：[小店],,,,,,,,",
    "起始时间：[2024-05-01 00:00:00] 终止时间：[2024-06-01 00:00:00],,,,,,,,",
    "共2笔记录,,,,,,,,",
    "----------------------微信支付账单明细列表--------------------,,,,,,,,",
    "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注",
)
ALIPAY_NEW = (
    "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,"
)


def _other_exports() -> list[Case]:
    wechat = (
        '2024-05-01 10:00:00,二维码收款,王小明,"/",收入,¥10.00,/,已存入零钱,"1000000001\t","/","/"',
        '2024-05-02 10:00:00,二维码收款,李小红,"/",收入,¥20.50,/,已存入零钱,"1000000002\t","/","/"',
    )
    read = accepted("*|王小明|10.00|2024-05-01|*", "*|李小红|20.50|2024-05-02|*")
    # 宝贝报表：一件商品一行，没有买家，也没有付款时间
    items = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码"
    new_bill = table(
        "------------------------------------------------------------------------------------",
        "导出信息：",
        "姓名：张三",
        "起始时间：[2024-05-01 00:00:00]    终止时间：[2024-06-01 00:00:00]",
        "",
        "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------",
        ALIPAY_NEW,
        "2024-05-01 10:00:00,收入,王小明,wa***@qq.com,茶叶,收入,10.00,余额,交易成功,20240501001\t,T1\t,,",
        "2024-05-02 10:00:00,收入,李小红,li***@qq.com,茶叶,收入,20.50,余额,交易成功,20240502002\t,T2\t,,",
        encoding="gb18030",
        newline="\r\n",
    )
    dollars = [
        shopify(
            f"#{i}", f"{who}@example.com", "12.50", "1", "2024-05-02 20:00:00 -0400", "paid", Currency="USD"
        )
        for i, who in ((1001, "a"), (1002, "b"))
    ]
    same_day = accepted("#1001|a@example.com|12.50|2024-05-02|1", "#1002|b@example.com|12.50|2024-05-02|1")
    # 店在纽约：写着 5 月 2 日 20 点。问时区、按北京算成 3 日也说得通，只要说出来
    next_day = accepted("#1001|a@example.com|12.50|2024-05-03|1", "#1002|b@example.com|12.50|2024-05-03|1")
    return [
        Case("wechat-bill", table(*WECHAT_TOP, *wechat, encoding="utf-8-sig"), read | stopped()),
        Case("alipay-new-layout", new_bill, read | ask("--map"), file="支付宝交易明细.csv"),
        Case(
            "taobao-items-report",
            table(items, "2019032812345678901,茶,9.90,1,,,,,交易成功,S1"),
            ask("客户", "customer"),
        ),
        Case(
            "shopify-in-new-york",
            sheet_of(SHOPIFY, *dollars),
            same_day | next_day.saying("时区", "北京", "Asia/Shanghai") | ask("时区"),
        ),
        Case(
            "user-and-nickname",
            table("订单号,买家昵称,买家ID,金额,日期", "A1,小鱼,u1,10,2024-05-01", "A2,小鱼,u2,20,2024-05-02"),
            accepted("A1|u1|10.00|2024-05-01|", "A2|u2|20.00|2024-05-02|") | ask("客户", "customer"),
        ),
        Case(
            "paid-and-refund-columns",
            table(
                "订单号,客户编号,实付金额,退款金额,付款时间",
                "A1,u1,10.00,0,2024-05-01",
                "A2,u2,20.00,,2024-05-02",
                "A3,u3,30.00,5.50,2024-05-03",
            ),
            accepted("A1|u1|10.00|2024-05-01|", "A2|u2|20.00|2024-05-02|", "A3|u3|24.50|2024-05-03|"),
        ),
        Case(
            "price-and-quantity-only",
            table("订单号,客户编号,单价,数量,日期", "A1,u1,9.90,3,2024-05-01"),
            accepted("A1|u1|29.70|2024-05-01|3") | ask("金额", "amount"),
        ),
    ]


def cases() -> list[Case]:
    return [
        *_other_exports(),
        *_taobao_cases(),
        *_jd_cases(),
        *_pdd_cases(),
        *_youzan_cases(),
        *_alipay_cases(),
        *_shopify_cases(),
        *_woo_cases(),
        *_generic_cases(),
    ]
