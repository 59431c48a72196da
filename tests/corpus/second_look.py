"""第二遍想到的：第一遍全对之后，再从十个方面各想一遍还有什么。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from corpus.case import ANY, Case, accepted, ask, partly, refused, stopped
from corpus.make import (
    COLUMNS,
    GOOD,
    GOOD_CELLS,
    GOOD_CLEAN,
    HEADER,
    Raw,
    archive,
    duckdb_file,
    good,
    good_columns,
    good_workbook,
    gzipped,
    parquet,
    quoted,
    sheet,
    sqlite_file,
    table,
    workbook,
    workbook_parts,
)
from corpus.money import FIRST, FIRST_CLEAN, LAST, LAST_CLEAN
from corpus.platforms import SHOPIFY, TAOBAO, WOO, sheet_of, shopify, taobao, woo

PLAIN = accepted(*GOOD_CLEAN)
ENGLISH = "order_id,customer_id,amount,order_date,quantity"


def _around(*middle: str) -> tuple[str, ...]:
    return (FIRST_CLEAN, *middle, LAST_CLEAN)


# ---- 编码 ----


def _encodings() -> list[Case]:
    def foreign(*names: str, encoding: str) -> bytes:
        lines = (f"A{i},{name},10.00,2024-05-01,1" for i, name in enumerate(names, start=1))
        return table(ENGLISH, *lines, encoding=encoding)

    # 夹在中文里的西文名字不可疑：GBK 里真的会有“小A”“A小”
    mixed = ("小A", "A小明", "Lily王", "王Bob李")
    return [
        Case("latin1-munoz", foreign("Señora Muñoz", "Ångström", encoding="latin-1"), stopped()),
        Case("cp1252-quote", foreign("O’Neil", "plain", encoding="cp1252"), stopped()),
        Case(
            "gbk-mixed-names",
            foreign(*mixed, encoding="gbk"),
            accepted(*(f"A{i}|{name}|10.00|2024-05-01|1" for i, name in enumerate(mixed, start=1))),
        ),
        Case(
            "gbk-one-hanzi",
            foreign("A王", "bob", encoding="gbk"),
            accepted("A1|A王|10.00|2024-05-01|1", "A2|bob|10.00|2024-05-01|1") | ask("编码"),
        ),
        Case("big5-names", foreign("陳大文", "黃小明", "張學友", encoding="big5"), stopped()),
        Case(
            "utf16-semicolons",
            b"\xff\xfe" + "\r\n".join([HEADER, *GOOD]).replace(",", ";").encode("utf-16-le"),
            PLAIN,
        ),
        Case(
            "gbk-fullwidth-space",
            table(HEADER, "A1,王\u3000明,10.00,2024-05-01,1", encoding="gbk"),
            accepted("A1|王\u3000明|10.00|2024-05-01|1") | partly(bad=[(2, "客户编号")]),
        ),
        Case(
            "gbk-crlf-in-quotes",
            table(HEADER + ",备注", 'A1,u1,10.00,2024-05-01,1,"一\r\n二"', encoding="gbk", newline="\r\n"),
            accepted("A1|u1|10.00|2024-05-01|1"),
        ),
    ]


# ---- 平台与表头 ----

_HEADERS = (
    "Order No.,Customer Name,Order Total,Purchase Date,Qty", "order id,customer id,total amount,order date,quantity",
    "orderNumber,customerEmail,totalPrice,createdAt,quantity", "交易单号,会员ID,消费金额,消费日期,数量",
    "订单编号,买家昵称,成交金额,成交时间,商品件数", "订单号,手机号,实收金额,下单日期,数量", "订单流水号,顾客编号,金额,购买日期,购买数量",
    "订单号,会员卡号,销售金额,销售日期,销售数量", "Order ID,User ID,Revenue,Date,Units",
)  # fmt: skip


def _platforms() -> list[Case]:
    lines = ("A1,u1,10.00,2024-05-01,1", "A2,u2,20.50,2024-05-02,2")
    clean = ("A1|u1|10.00|2024-05-01|1", "A2|u2|20.50|2024-05-02|2")
    # 不认识的叫法可以问，不可以认错
    found = [
        Case(f"header-{i}", table(header, *lines), accepted(*clean) | ask("--map"))
        for i, header in enumerate(_HEADERS)
    ]
    status = table(
        HEADER + ",状态",
        *(
            f"A{i},u{i},{i}.00,2024-05-01,1,{word}"
            for i, word in enumerate(
                ("已支付", "已发货", "已签收", "已完成", "待发货", "已关闭", "未支付", "已退款"), start=1
            )
        ),
    )
    english = table(
        ENGLISH + ",status",
        *(
            f"A{i},u{i},{i}.00,2024-05-01,1,{word}"
            for i, word in enumerate(
                ("Paid", "Shipped", "Delivered", "Completed", "Cancelled", "Refunded", "Pending"), start=1
            )
        ),
    )
    coupon = taobao(
        "2019032812345678901", "小鱼儿", "10.00", "2024-05-01", 总金额="15.00", 买家应付货款="12.00"
    )
    free = taobao("2019032812345678902", "大鱼", "0.00", "2024-05-02")
    cod = taobao("2019032812345678903", "老鱼", "8.00", "", "交易成功")
    authorized = shopify(
        "#1009", "z@example.com", "9.00", "1", "", "authorized", **{"Created at": "2024-05-03 08:00:00 +0800"}
    )
    return [
        *found,
        Case("generic-statuses", status, accepted(*(f"A{i}|u{i}|{i}.00|2024-05-01|1" for i in range(1, 6)), closed_or_unpaid_or_refund=3)),
        Case("generic-statuses-english", english, accepted(*(f"A{i}|u{i}|{i}.00|2024-05-01|1" for i in range(1, 5)), closed_or_unpaid_or_refund=3)),
        Case("taobao-coupon", sheet_of(TAOBAO, coupon), accepted("2019032812345678901|小鱼儿|10.00|2024-05-01|1")),
        Case("taobao-free", sheet_of(TAOBAO, coupon, free), accepted("2019032812345678901|小鱼儿|10.00|2024-05-01|1", zero=1)),
        Case("taobao-cash-on-delivery", sheet_of(TAOBAO, coupon, cod),
             partly("2019032812345678901|小鱼儿|10.00|2024-05-01|1", bad=[(3, "订单付款时间")])
             | accepted("2019032812345678901|小鱼儿|10.00|2024-05-01|1", "2019032812345678903|老鱼|8.00|2024-05-01|1")),
        Case("taobao-only-one-row", sheet_of(TAOBAO, coupon), accepted("2019032812345678901|小鱼儿|10.00|2024-05-01|1")),
        Case("shopify-authorized", sheet_of(SHOPIFY, shopify("#1001", "a@example.com", "30.00", "2", "2024-05-01 22:15:00 +0800", "paid"), authorized),
             accepted("#1001|a@example.com|30.00|2024-05-01|2", closed_or_unpaid=1)),
        Case("shopify-capitals-in-email", sheet_of(SHOPIFY, *(shopify(f"#{n}", who, "1.00", "1", "2024-05-01 08:00:00 +0800", "paid") for n, who in ((1, "A@example.com"), (2, "a@example.com")))),
             accepted("#1|A@example.com|1.00|2024-05-01|1", "#2|a@example.com|1.00|2024-05-01|1") | accepted("#1|a@example.com|1.00|2024-05-01|1", "#2|a@example.com|1.00|2024-05-01|1")),
        Case("woo-partly-refunded", sheet_of(WOO, {**woo("501", "a@example.com", "30.00", "2024-05-01"), "Order Refund Amount": "10.00"}), accepted("501|a@example.com|20.00|2024-05-01|1")),
        Case("woo-guest", sheet_of(WOO, woo("501", "a@example.com", "30.00", "2024-05-01"), woo("502", "", "5.00", "2024-05-01")),
             partly("501|a@example.com|30.00|2024-05-01|1", bad=[(3, ANY)]) | accepted("501|a@example.com|30.00|2024-05-01|1", masked=1)),
    ]  # fmt: skip


# ---- 数 ----


def _money() -> list[Case]:
    def one(name: str, shown: str, *ways) -> Case:
        expect = ways[0]
        for way in ways[1:]:
            expect = expect | way
        return Case(name, table(HEADER, FIRST, f"A2,u2,{quoted(shown)},2024-05-02,2", LAST), expect)

    isolated = partly(*_around(), bad=[(3, "金额")])

    def read(value: str):
        return accepted(*_around(f"A2|u2|{value}|2024-05-02|2"))

    refund = accepted(*_around(), refund=1)
    euros = table(
        "order_id;customer_id;amount;order_date", "A1;u1;12,30;2024-05-01", "A2;u2;1.299,00;2024-05-02"
    )
    # 整列都是逗号作小数点，又用分号分格（德文的表格软件）：读得出；把 12,30 读成 1230 才是错
    comma_decimals = (
        accepted("A1|u1|12.30|2024-05-01|", "A2|u2|1299.00|2024-05-02|")
        | stopped()
        | partly(bad=[(2, "amount"), (3, "amount")])
    )
    dollars = table(
        "order_id,customer_id,amount,order_date", "A1,u1,US$10.00,2024-05-01", "A2,u2,HK$20.00,2024-05-02"
    )
    same_id = "9007199254740993"
    return [
        one("yuan-both-sides", "￥1,299.00元", read("1299.00")),
        one("wan-with-space", "1.2 万", read("12000.00"), isolated),
        one("wan-latin", "1.2w", isolated, read("12000.00")),
        one("symbol-after", "12.30￥", isolated, read("12.30")),
        one("one-decimal-with-thousands", "1,234.5", read("1234.50")),
        one("bracketed-symbol", "(￥12.30)", refund, isolated),
        one("two-brackets", "((12.30))", isolated),
        one("half-bracket", "(12.30", isolated),
        one("minus-in-brackets", "(-12.30)", isolated, refund),
        one("fullwidth-comma-list", "12，30", isolated),
        one("chinese-dot", "12．30", read("12.30"), isolated),
        one("roman", "Ⅻ", isolated),
        one("hanzi-zero", "〇", isolated),
        one("circled", "⑫", isolated),
        one("subscript", "12₃", isolated),
        one("mathematical-digits", "𝟏𝟐.𝟑𝟎", isolated),
        one("thai-baht", "฿12.30", isolated, stopped("币", "货币")),
        one("exactly-thirteen-digits", "9999999999999.99", read("9999999999999.99"), isolated),
        one("long-zeros", "12.30" + "0" * 25, read("12.30"), isolated),
        one("leading-zeros", "0" * 40 + "12.30", isolated, read("12.30")),
        one("line-break-inside", "12\n.30", isolated),
        one("rlm-around", "\u200f12.30", isolated, read("12.30")),
        one("minus-zero-point", "-0.01", refund),
        Case("european-semicolons", euros, comma_decimals),
        Case("two-kinds-of-dollar", dollars, stopped("币", "货币")),
        Case("customers-sixteen-digits", table(HEADER, f"A1,{same_id},10.00,2024-05-01,1", f"A2,{int(same_id) - 1},10.00,2024-05-01,1"),
             accepted(f"A1|{same_id}|10.00|2024-05-01|1", f"A2|{int(same_id) - 1}|10.00|2024-05-01|1")),
        Case("customers-damaged-some", table(HEADER, FIRST, "A2,1.38001E+10,20.50,2024-05-02,2", LAST),
             refused("表格软件", "Excel", "科学记数") | partly(*_around(), bad=[(3, "客户编号")])),
        Case("order-ids-small-e", table(HEADER, *(f"1.93068e+15,u{i},10.00,2024-05-01,1" for i in range(3))), refused("表格软件", "Excel", "科学记数")),
        Case("order-ids-that-only-look-scientific", table(HEADER, "12E5,u1,10.00,2024-05-01,1", "7E9,u2,20.50,2024-05-02,2"),
             accepted("12E5|u1|10.00|2024-05-01|1", "7E9|u2|20.50|2024-05-02|2") | stopped() | partly(bad=[(2, "订单编号"), (3, "订单编号")])),
        Case("money-of-every-row-adds-up", table(HEADER, *(f"S{i},u1,0.1,2024-05-01,1" for i in range(1000))), accepted(*(f"S{i}|u1|0.10|2024-05-01|1" for i in range(1000)))),
    ]  # fmt: skip


# ---- 日期 ----


def _dates() -> list[Case]:
    def days(name: str, shown: tuple[str, str], *ways, options: tuple[str, ...] = ()) -> Case:
        expect = ways[0]
        for way in ways[1:]:
            expect = expect | way
        lines = (f"A{i},u{i},{i}0.00,{quoted(day)},1" for i, day in enumerate(shown, start=1))
        return Case(name, table(HEADER, *lines), expect, options=options)

    right = accepted("A1|u1|10.00|2024-05-01|1", "A2|u2|20.00|2024-05-02|1")
    bad = partly(bad=[(2, "付款时间"), (3, "付款时间")])
    second_bad = partly("A1|u1|10.00|2024-05-01|1", bad=[(3, "付款时间")])
    return [
        days("hanzi-clock", ("2024年5月1日 10时30分", "2024年5月2日 11时05分"), right, bad, stopped()),
        days("hanzi-with-clock", ("2024年5月1日 10:30", "2024年5月2日 11:05:30"), right, bad, stopped()),
        days("compact-and-clock", ("20240501 10:30", "20240502 11:05"), right, bad, stopped()),
        days("cst", ("2024-05-01 10:00:00 CST", "2024-05-02 10:00:00 CST"), right, bad, stopped()),
        days("zone-name", ("2024-05-01 10:00:00 Asia/Shanghai", "2024-05-02 10:00:00 Asia/Shanghai"), right, bad, stopped()),
        days("slashes-t", ("2024/05/01T10:00:00", "2024/05/02T10:00:00"), right, bad, stopped()),
        days("lower-t-z", ("2024-05-01t01:00:00z", "2024-05-02t01:00:00z"), right, bad, stopped()),
        days("offset-to-yesterday", ("2024-05-01T07:59:59+09:00", "2024-05-02T00:59:59+09:00"), accepted("A1|u1|10.00|2024-05-01|1", "A2|u2|20.00|2024-05-01|1"), right, ask("时区")),
        days("far-future", ("2024-05-01", "2150-01-01"), second_bad, stopped()),
        days("before-online-shops", ("2024-05-01", "1985-05-02"), second_bad, stopped()),
        days("compact-impossible", ("20240501", "20241301"), second_bad),
        days("compact-short", ("20240501", "2024052"), second_bad),
        days("ambiguous-settled-by-option", ("01/05/2024", "02/05/2024"), right, options=("--date-format", "dmy")),
        days("ambiguous-settled-the-other-way", ("05/01/2024", "05/02/2024"), right, options=("--date-format", "mdy")),
        days("option-against-the-evidence", ("25/05/2024", "26/05/2024"), bad, stopped(), options=("--date-format", "mdy")),
        days("serials-settled-by-option", ("45413", "45414"), right, options=("--date-format", "excel")),
        days("fullwidth-clock", ("２０２４－０５－０１　１０：３０", "２０２４－０５－０２　１１：００"), right, bad, stopped()),
        days("dots-and-clock", ("2024.5.1 10:30:00", "2024.5.2 10:30:00"), right, bad, stopped()),
        Case("date-and-clock-columns", table("订单编号,客户编号,金额,付款日期,付款时间,数量", "A1,u1,10.00,2024-05-01,10:00:00,1"), accepted("A1|u1|10.00|2024-05-01|1") | stopped()),
        # 五百行都含糊，只有一行能定先后：定得了
        Case("settled-by-the-last-row", table(HEADER, *(f"A{i},u{i},1.00,{i % 12 + 1:02d}/05/2024,1" for i in range(500)), "Z,u1,1.00,31/05/2024,1"),
             accepted(*(f"A{i}|u{i}|1.00|2024-05-{i % 12 + 1:02d}|1" for i in range(500)), "Z|u1|1.00|2024-05-31|1")),
    ]  # fmt: skip


# ---- 结构 ----


def _structure() -> list[Case]:
    bad_row = "A2,u2,坏,2024-05-02,2"
    note = HEADER + ",备注"
    good_first, _, good_last = GOOD
    return [
        Case("row-number-under-a-title", table("五月订单", "", HEADER, good_first, bad_row, good_last), partly(FIRST_CLEAN, LAST_CLEAN, bad=[(5, "金额")]) | stopped()),
        # 引号里的换行不另算一行：表格软件里这一行就是第 3 行
        Case("row-number-after-a-long-note", table(note, good_first + ',"一\n二\n三"', bad_row + ",", good_last + ","), partly(FIRST_CLEAN, LAST_CLEAN, bad=[(3, "金额")]) | partly(FIRST_CLEAN, LAST_CLEAN, bad=[(5, "金额")])),
        Case("total-this-page", table(HEADER, *GOOD, "本页合计,,60.50,,6"), accepted(*GOOD_CLEAN, total=1) | partly(*GOOD_CLEAN, bad=[(5, ANY)])),
        Case("grand-total", table(HEADER, *GOOD, "Grand Total,,60.50,,6"), accepted(*GOOD_CLEAN, total=1) | partly(*GOOD_CLEAN, bad=[(5, ANY)])),
        Case("total-with-a-wrong-sum", table(HEADER, *GOOD, "合计,,99.99,,6"), accepted(*GOOD_CLEAN, total=1)),
        Case("spaces-in-every-cell", table(*(line.replace(",", " , ") for line in (HEADER, *GOOD))), PLAIN),
        Case("pasted-twice-with-trailing-spaces", table(HEADER, *GOOD, *(line + "  " for line in GOOD)), accepted(*GOOD_CLEAN, duplicate=3)),
        Case("rows-of-blank-cells", table(HEADER, GOOD[0], " , ,\t, , ", *GOOD[1:]), PLAIN),
        Case("five-thousand-bad-rows", table(HEADER, *GOOD, *(f"B{i},u,坏,2024-05-01,1" for i in range(5000))), partly(*GOOD_CLEAN, bad=[(i, "金额") for i in range(5, 5005)])),
        Case("one-row", table(HEADER, GOOD[0]), accepted(GOOD_CLEAN[0])),
        Case("one-customer-many-orders", table(HEADER, *(f"A{i},u1,1.00,2024-05-01,1" for i in range(300))), accepted(*(f"A{i}|u1|1.00|2024-05-01|1" for i in range(300)))),
        Case("wide-but-fine", table(HEADER + "".join(f",x{i}" for i in range(150)), *(line + ",y" * 150 for line in GOOD)), PLAIN),
        Case("three-hundred-columns", table(HEADER + "".join(f",x{i}" for i in range(300)), *(line + ",y" * 300 for line in GOOD)), PLAIN | stopped("列")),
        Case("same-order-id-in-two-shops", table(HEADER + ",店铺名称", GOOD[0] + ",甲店", "A1,u9,15.00,2024-05-02,1,乙店"), stopped() | partly(bad=[(2, ANY), (3, ANY)]) | partly(GOOD_CLEAN[0], bad=[(3, ANY)])
             | accepted(GOOD_CLEAN[0], "A1|u9|15.00|2024-05-02|1")),
        Case("lines-of-an-order-on-two-days", table(HEADER, "A1,u1,10.00,2024-05-01,1", "A1,u1,5.00,2024-05-03,1"), accepted("A1|u1|15.00|2024-05-01|2") | accepted("A1|u1|15.00|2024-05-03|2") | partly(bad=[(2, ANY), (3, ANY)]) | partly(GOOD_CLEAN[0], bad=[(3, ANY)]) | stopped()),
        Case("semicolon-notes-in-a-comma-file", table(note, *(f"{line},a;b;c;d;e;f;g;h" for line in GOOD)), PLAIN),
        Case("tab-notes-in-a-comma-file", table(note, *(f"{line},a\tb\tc\td\te\tf\tg" for line in GOOD)), PLAIN),
        Case("comma-notes-in-a-tab-file", table(*(line.replace(",", "\t") + "\t一,二,三,四,五,六,七,八" for line in (HEADER, *GOOD))), PLAIN),
    ]  # fmt: skip


# ---- 工作簿 ----

_CJK = '<numFmt numFmtId="180" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/><numFmt numFmtId="181" formatCode="[Red]0.00&quot;d&quot;"/><numFmt numFmtId="182" formatCode="[$-804]yyyy/m/d aaaa"/>'


def _styled(*formats: int) -> bytes:
    """样式表：第 4 格起依次用这些数字格式的编号。"""
    parts = workbook_parts({"订单": sheet([COLUMNS])})
    added = "".join(f'<xf numFmtId="{number}" applyNumberFormat="1"/>' for number in formats)
    return (
        parts["xl/styles.xml"]
        .replace(b"</numFmts>", _CJK.encode() + b"</numFmts>")
        .replace(b"</cellXfs>", added.encode() + b"</cellXfs>")
    )


def _dressed(name: str, number: int, value: str, expect, column: int = 3) -> Case:
    """第二行的一格用编号为 number 的数字格式。"""
    row = list(GOOD_CELLS[1])
    row[column] = Raw(f'<c r="{{r}}" s="4"><v>{value}</v></c>')
    parts = workbook_parts({"订单": sheet([COLUMNS, GOOD_CELLS[0], row, GOOD_CELLS[2]])})
    return Case(name, archive(parts | {"xl/styles.xml": _styled(number)}), expect, "订单.xlsx")


def _workbooks() -> list[Case]:
    day_bad = partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "付款时间")])
    # 中文版表格软件的日期格式编号（27–36、50–58）不写定义：是日期，不是数
    chinese = [
        _dressed(f"chinese-date-format-{number}", number, "45414", PLAIN | stopped() | day_bad)
        for number in (27, 30, 50, 57)
    ]
    mixed_ids = workbook(
        COLUMNS,
        (1001, "u1", 10, date(2024, 5, 1), 1),
        ("1002", "u2", 20.5, date(2024, 5, 2), 2),
        ("A-3", "u1", 30, date(2024, 5, 3), 3),
    )
    low = workbook(COLUMNS, GOOD_CELLS[0], ("A2", "u2", "坏", date(2024, 5, 2), 2), GOOD_CELLS[2], top=4)
    array = Raw('<c r="{r}"><f t="array" ref="C3">10+10.5</f><v>20.5</v></c>')
    shared = Raw('<c r="{r}"><f t="shared" si="0"/><v>20.5</v></c>')
    text_date = workbook(COLUMNS, *((f"A{i}", f"u{i}", 10, f"2024/5/{i}", 1) for i in (1, 2)))
    mixed_text = workbook(
        COLUMNS,
        ("A1", "u1", 10, date(2024, 5, 1), 1),
        ("A2", "u2", 10, "2024/5/2", 1),
        ("A3", "u3", 10, datetime(2024, 5, 3, 8), 1),
    )
    return [
        *chinese,
        _dressed("chinese-date-format-31", 31, "45414", PLAIN),
        _dressed("chinese-date-format-58", 58, "45414", PLAIN | day_bad | stopped()),
        _dressed("custom-chinese-date", 180, "45414", PLAIN),
        _dressed("custom-weekday-date", 182, "45414", PLAIN),
        _dressed("red-number-is-no-date", 181, "20.5", PLAIN, column=2),
        _dressed("clock-without-day", 20, "0.5", day_bad),
        _dressed("date-format-on-money", 14, "20.5", partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "金额")]), column=2),
        Case("numbers-and-text-ids", mixed_ids, accepted("1001|u1|10.00|2024-05-01|1", "1002|u2|20.50|2024-05-02|2", "A-3|u1|30.00|2024-05-03|3"), "订单.xlsx"),
        Case("row-number-lower-down", low, partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(6, "金额")]) | stopped(), "订单.xlsx"),
        Case("array-formula", workbook(COLUMNS, GOOD_CELLS[0], ("A2", "u2", array, date(2024, 5, 2), 2), GOOD_CELLS[2]), PLAIN, "订单.xlsx"),
        Case("shared-formula", workbook(COLUMNS, GOOD_CELLS[0], ("A2", "u2", shared, date(2024, 5, 2), 2), GOOD_CELLS[2]), PLAIN, "订单.xlsx"),
        Case("all-dates-as-text", text_date, accepted("A1|u1|10.00|2024-05-01|1", "A2|u2|10.00|2024-05-02|1"), "订单.xlsx"),
        Case("dates-and-text-dates", mixed_text, accepted("A1|u1|10.00|2024-05-01|1", "A2|u2|10.00|2024-05-02|1", "A3|u3|10.00|2024-05-03|1"), "订单.xlsx"),
        Case("chosen-sheet", archive(workbook_parts({"四月": sheet([COLUMNS, ("B1", "u9", 99, date(2024, 4, 9), 1)]), "五月": sheet([COLUMNS, *GOOD_CELLS])})), PLAIN, "订单.xlsx", ("--sheet", "五月")),
        Case("chosen-sheet-missing", good_workbook(), stopped("工作表", "没有"), "订单.xlsx", ("--sheet", "六月")),
        Case("chosen-sheet-of-a-csv", good(), PLAIN | stopped(), "订单.csv", ("--sheet", "五月")),
        Case("gzip-of-a-parquet", lambda path: path.write_bytes(gzipped(parquet(good_columns()))), PLAIN | refused(), "订单.parquet.gz"),
    ]  # fmt: skip


# ---- Parquet 与数据库 ----


def _frame(name: str, expect, make: Callable[[], dict]) -> Case:
    def build(path: Path) -> None:
        path.write_bytes(parquet(good_columns() | make()))

    return Case(name, build, expect, "订单.parquet")


def _tables() -> list[Case]:
    def arrays(kind: str, values: list, *arguments) -> Callable[[], object]:
        def make():
            import pyarrow as pa

            return pa.array(values, getattr(pa, kind)(*arguments))

        return make

    whole_days, seconds = [20240501, 20240502, 20240503], [1714521600, 1714608000, 1714694400]
    all_bad = partly(bad=[(i, "paid_at") for i in (2, 3, 4)])
    create = "CREATE TABLE {} (order_id {}, customer_id {}, amount {}, paid_at {}, quantity INTEGER)"
    values = (
        "('A1','u1',10.00,'2024-05-01',1),('A2','u2',20.50,'2024-05-02',2),('A3','u1',30.00,'2024-05-03',3)"
    )
    zoned = "('A1','u1',10.00,'2024-05-01 01:00:00+00',1),('A2','u2',20.50,'2024-05-01 16:30:00+00',2),('A3','u1',30.00,'2024-05-03 01:00:00+00',3)"
    ids = [("123e4567-e89b-12d3-a456-42661417400" + str(i)) for i in (1, 2, 3)]
    by_uuid = ",".join(
        f"('{n}','u{i % 2 + 1}',{v},'2024-05-0{i + 1}',{i + 1})"
        for i, (n, v) in enumerate(zip(ids, ("10", "20.50", "30"), strict=True))
    )

    def duck(name: str, expect, kinds: tuple[str, str, str, str], rows: str) -> Case:
        return Case(
            name,
            duckdb_file(create.format("orders", *kinds), f"INSERT INTO orders VALUES {rows}"),
            expect,
            "店.duckdb",
        )

    chosen = sqlite_file(
        create.format("a", *["TEXT"] * 4),
        create.format("b", *["TEXT"] * 4),
        f"INSERT INTO a VALUES {values}",
        f"INSERT INTO b VALUES {values}",
    )
    lines = sqlite_file(create.format('"订单"', *["TEXT"] * 4), f'INSERT INTO "订单" VALUES {values}')
    rowless = sqlite_file(
        create.format("orders", "TEXT PRIMARY KEY", "TEXT", "TEXT", "TEXT") + " WITHOUT ROWID",
        f"INSERT INTO orders VALUES {values}",
    )
    return [
        _frame("whole-number-days", PLAIN | stopped() | all_bad, lambda: {"paid_at": arrays("int64", whole_days)()}),
        _frame("epoch-seconds", stopped() | all_bad, lambda: {"paid_at": arrays("int64", seconds)()}),
        _frame("float-days", stopped() | all_bad, lambda: {"paid_at": arrays("float64", [45413.0, 45414.0, 45415.0])()}),
        _frame("time-of-day", stopped() | all_bad, lambda: {"paid_at": arrays("time32", [1, 2, 3], "s")()}),
        _frame("negative-float", accepted(*GOOD_CLEAN[::2], refund=1), lambda: {"amount": arrays("float64", [10.0, -20.5, 30.0])()}),
        _frame("zero-float", accepted(*GOOD_CLEAN[::2], zero=1), lambda: {"amount": arrays("float64", [10.0, 0.0, 30.0])()}),
        _frame("huge-float", partly(*GOOD_CLEAN[::2], bad=[(3, "amount")]), lambda: {"amount": arrays("float64", [10.0, 1e300, 30.0])()}),
        _frame("float-finer-than-a-cent", partly(*GOOD_CLEAN[::2], bad=[(3, "amount")]), lambda: {"amount": arrays("float64", [10.0, 20.505, 30.0])()}),
        _frame("float-quantity", PLAIN, lambda: {"quantity": arrays("float64", [1.0, 2.0, 3.0])()}),
        _frame("half-a-piece", partly(*GOOD_CLEAN[::2], bad=[(3, "quantity")]), lambda: {"quantity": arrays("float64", [1.0, 2.5, 3.0])()}),
        _frame("null-quantity", accepted(GOOD_CLEAN[0], "A2|u2|20.50|2024-05-02|", GOOD_CLEAN[2]) | partly(*GOOD_CLEAN[::2], bad=[(3, "quantity")]), lambda: {"quantity": arrays("float64", [1.0, float("nan"), 3.0])()}),
        _frame("blank-customer", partly(*GOOD_CLEAN[::2], bad=[(3, "customer_id")]) | accepted(*GOOD_CLEAN[::2], masked=1), lambda: {"customer_id": ["u1", "  ", "u1"]}),
        _frame("timestamp-out-of-range", partly(*GOOD_CLEAN[::2], bad=[(3, "paid_at")]), lambda: {"paid_at": arrays("timestamp", [1714521600, 2**50, 1714694400], "s")()}),
        _frame("lines-of-one-order", accepted("A1|u1|30.50|2024-05-01|3", GOOD_CLEAN[2]), lambda: {"order_id": ["A1", "A1", "A3"], "customer_id": ["u1", "u1", "u1"], "paid_at": ["2024-05-01", "2024-05-01", "2024-05-03"]}),
        _frame("one-order-two-customers", partly(GOOD_CLEAN[2], bad=[(2, ANY), (3, ANY)]) | partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, ANY)]) | stopped(), lambda: {"order_id": ["A1", "A1", "A3"]}),
        duck("duckdb-timestamptz", PLAIN | stopped(), ("VARCHAR", "VARCHAR", "DOUBLE", "TIMESTAMPTZ"), zoned),
        duck("duckdb-uuid", accepted(*(f"{n}|u{i % 2 + 1}|{v}|2024-05-0{i + 1}|{i + 1}" for i, (n, v) in enumerate(zip(ids, ("10", "20.50", "30"), strict=True)))) | stopped(), ("UUID", "VARCHAR", "DECIMAL(38,4)", "DATE"), by_uuid),
        duck("duckdb-double", PLAIN, ("VARCHAR", "VARCHAR", "DOUBLE", "TIMESTAMP"), values),
        Case("sqlite-chosen-table", chosen, PLAIN, "店.db", ("--table", "b")),
        Case("sqlite-chosen-table-missing", chosen, stopped("表"), "店.db", ("--table", "c")),
        Case("sqlite-chosen-table-hostile", chosen, stopped(), "店.db", ("--table", 'a"; DROP TABLE a; --')),
        Case("sqlite-chinese-table", lines, PLAIN, "店.db"),
        Case("sqlite-without-rowid", rowless, PLAIN, "店.db"),
    ]  # fmt: skip


# ---- 参数 ----


def _parameters() -> list[Case]:
    mixed = table(HEADER + ",币种", GOOD[0] + ",CNY", GOOD[1] + ",USD", GOOD[2] + ",CNY")
    utc = table(HEADER, "A1,u1,10.00,2024-05-01T20:30:00Z,1", "A2,u2,20.00,2024-05-02T01:00:00Z,1")
    stop = stopped()

    def given(name: str, data: bytes, expect, *options: str) -> Case:
        return Case(name, data, expect, options=options)

    return [
        given("currency-chosen", mixed, accepted(GOOD_CLEAN[0], GOOD_CLEAN[2], other_currency=1), "--currency", "CNY"),
        given("currency-chosen-other", mixed, accepted(GOOD_CLEAN[1], other_currency=2), "--currency", "USD"),
        given("currency-chosen-absent", mixed, stop | accepted(other_currency=3), "--currency", "EUR"),
        given("currency-nonsense", mixed, stop, "--currency", "=1+1"),
        given("currency-needless", good(), PLAIN, "--currency", "CNY"),
        given("date-format-nonsense", good(), stop, "--date-format", "%Y-%m-%d"),
        given("date-format-needless", good(), PLAIN, "--date-format", "ymd"),
        given("zone-utc", utc, accepted("A1|u1|10.00|2024-05-01|1", "A2|u2|20.00|2024-05-02|1"), "--zone", "UTC"),
        given("zone-new-york", utc, accepted("A1|u1|10.00|2024-05-01|1", "A2|u2|20.00|2024-05-01|1"), "--zone", "America/New_York"),
        given("zone-mars", utc, stop, "--zone", "Mars/Phobos"),
        given("zone-path", utc, stop, "--zone", "../../etc/passwd"),
        given("zone-absolute", utc, stop, "--zone", "/etc/localtime"),
        given("zone-nul", utc, stop, "--zone", "Asia\x01"),
        given("map-quantity-away", good(), accepted(*(row.rsplit("|", 1)[0] + "|" for row in GOOD_CLEAN)) | stop, "--map", "quantity="),
        given("as-of-and-total", table(HEADER, *GOOD, "合计,,60.50,,6"), accepted(*GOOD_CLEAN[:2], after_as_of=1, total=1), "--as-of", "2024-05-02"),
        given("as-of-and-bad-day", table(HEADER, *GOOD[:2], "A9,u9,1.00,坏,1"), partly(GOOD_CLEAN[0], bad=[(4, "付款时间")], after_as_of=1), "--as-of", "2024-05-01"),
        given("as-of-and-line-order", table(HEADER, "A1,u1,10.00,2024-05-01,1", "A1,u1,5.00,2024-05-01,1", "A2,u1,5.00,2024-05-09,1"), accepted("A1|u1|15.00|2024-05-01|2", after_as_of=1), "--as-of", "2024-05-05"),
    ]  # fmt: skip


def cases() -> list[Case]:
    return [
        *_encodings(),
        *_platforms(),
        *_money(),
        *_dates(),
        *_structure(),
        *_workbooks(),
        *_tables(),
        *_parameters(),
    ]
