"""数：金额、件数与编号的封闭文法；读不懂就隔离那一行，一分也不猜。"""

from __future__ import annotations

from corpus.case import Case, Either, Expect, accepted, partly, refused, stopped
from corpus.make import GOOD, GOOD_CLEAN, HEADER, quoted, table

FIRST, LAST = GOOD[0], GOOD[2]
FIRST_CLEAN, LAST_CLEAN = GOOD_CLEAN[0], GOOD_CLEAN[2]

READABLE = {
    "￥12.30": "12.30",
    "¥12.30": "12.30",
    "¥ 12.30": "12.30",
    "12.30元": "12.30",
    "12.30 元": "12.30",
    "￥1,299.00": "1299.00",
    "1,299.00": "1299.00",
    "1,234,567.89": "1234567.89",
    "1.2万": "12000.00",
    "1.5万元": "15000.00",
    "1.2345万": "12345.00",
    "1.23456万": "12345.60",
    "１２．３０": "12.30",
    "１，２９９．００": "1299.00",
    "12.3": "12.30",
    "12": "12.00",
    "12.300": "12.30",
    "+12.30": "12.30",
    "012.30": "12.30",
    "0.01": "0.01",
    "RMB 12.30": "12.30",
    "CNY12.30": "12.30",
    "12.30 ": "12.30",
    "\u00a012.30\u00a0": "12.30",
    "\u300012.30": "12.30",
    "12.30\t": "12.30",
    "2,147,483,648.00": "2147483648.00",
    "9007199254740993.01": "9007199254740993.01|q",  # 比万亿还大，拒绝也行；收下就要一分不差
}
"""读得懂的写法 → 应得的金额。"""

UNREADABLE = (
    "12.345",
    "0.001",
    "1.23456789万",
    "1e3",
    "1.5E+3",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "—",
    "-",
    "无",
    "N/A",
    "#N/A",
    "#VALUE!",
    "######",
    "null",
    "None",
    "",
    " ",
    "12,30",
    "1.299,00",
    "1,29,900.00",
    "1,2990",
    ",299",
    "12.30.1",
    "12..30",
    "一百元",
    "壹佰元整",
    "0x10",
    "1_000",
    "12²",
    "①",
    "½",
    "12½",
    "१२",
    "٣",
    "99999999999999999999999",
    "12.30%",
    "--12",
    "+-12",
    "12元5角",
    "12.30元/件",
    "约12.30",
    "12.30起",
    "12.30*2",
    "10+2.30",
    "=12.30",
    "=SUM(A1:A9)",
    "￥",
    "元",
    "10~20",
    "免费",
    "TRUE",
    "2024-05-02",
    "12.30,",
    "1 2.30",
    "12。30",
    "l2.30",
    "1O.00",
)

NEGATIVE = (
    "-12.30",
    "−12.30",
    "－12.30",
    "(12.30)",
    "（12.30）",
    "￥-12.30",
    "-￥12.30",
    "¥(12.30)",
    "-12.30元",
    "(1,299.00)",
)

DEBATABLE: dict[str, tuple[str, ...]] = {
    "12.": ("12.00",),
    ".5": ("0.50",),
    "1 299.00": ("1299.00",),
    "3千": ("3000.00",),
    "1亿": ("100000000.00",),
    "12\u200b.30": ("12.30",),
    "'12.30": ("12.30",),
    "0.30000000000000004": ("0.30",),
    "12.30CNY": ("12.30",),
    "人民币12.30": ("12.30",),
    "12.30元整": ("12.30",),
    "12块": ("12.00",),
    "0,012.30": (),
    "12.30-": ("-",),
    "−(12.30)": ("-",),
}
"""隔离总是对的；收下的话只许是这个值（"-" 是作退款）。"""


def _file(amount: str) -> bytes:
    return table(HEADER, FIRST, f"A2,u2,{quoted(amount)},2024-05-02,2", LAST)


def _around(*middle: str) -> tuple[str, ...]:
    return (FIRST_CLEAN, *middle, LAST_CLEAN)


def _isolated() -> Expect:
    return partly(*_around(), bad=[(3, "金额")])


def _read_as(amount: str) -> Expect:
    return accepted(*_around(f"A2|u2|{amount}|2024-05-02|2"))


def _as_refund() -> Expect:
    return accepted(*_around(), refund=1)


def _money_cases() -> list[Case]:
    found = []
    for i, (shown, value) in enumerate(READABLE.items()):
        value, _, loose = value.partition("|")
        found.append(
            Case(f"read-{i:02d}", _file(shown), _read_as(value) | _isolated() if loose else _read_as(value))
        )
    found += [Case(f"isolate-{i:02d}", _file(shown), _isolated()) for i, shown in enumerate(UNREADABLE)]
    found += [Case(f"negative-{i:02d}", _file(shown), _as_refund()) for i, shown in enumerate(NEGATIVE)]
    for i, (shown, values) in enumerate(DEBATABLE.items()):
        ways = [_as_refund() if value == "-" else _read_as(value) for value in values]
        found.append(Case(f"debatable-{i:02d}", _file(shown), Either((_isolated(), *ways))))
    return found


def _quantity(shown: str, expect: Expect | Either, name: str) -> Case:
    return Case(name, table(HEADER, FIRST, f"A2,u2,20.50,2024-05-02,{quoted(shown)}", LAST), expect)


def _quantity_cases() -> list[Case]:
    def read(count: str) -> Expect:
        return accepted(*_around(f"A2|u2|20.50|2024-05-02|{count}"))

    isolated = partly(*_around(), bad=[(3, "数量")])
    return [
        _quantity("２", read("2"), "quantity-fullwidth"),
        _quantity("2.0", read("2"), "quantity-point-zero"),
        _quantity("1,200", read("1200"), "quantity-thousands"),
        _quantity("2件", read("2") | isolated, "quantity-unit"),
        _quantity("两件", isolated, "quantity-words"),
        _quantity("1.5", isolated, "quantity-half"),
        _quantity("-2", isolated, "quantity-negative"),
        _quantity("1e2", isolated, "quantity-e"),
        _quantity("2²", isolated, "quantity-superscript"),
        _quantity("NaN", isolated, "quantity-nan"),
        # 件数不是算 R、F、M 的必需品：空着可以收下而不写件数，也可以隔离
        _quantity("", read("") | isolated, "quantity-empty"),
        _quantity("0", read("0") | isolated, "quantity-zero"),
        _quantity("99999999999999999999", isolated, "quantity-huge"),
    ]


def _ids(name: str, ids: list[str], expect: Expect | Either, column: int = 0) -> Case:
    lines = []
    for i, found in enumerate(ids, start=1):
        cells = [f"A{i}", f"u{i}", f"{i}0.00", f"2024-05-0{i}", "1"]
        cells[column] = quoted(found)
        lines.append(",".join(cells))
    return Case(name, table(HEADER, *lines), expect)


def _clean(ids: list[str], column: int = 0) -> tuple[tuple[str, ...], ...]:
    rows = []
    for i, found in enumerate(ids, start=1):
        cells = [f"A{i}", f"u{i}", f"{i}0.00", f"2024-05-0{i}", "1"]
        cells[column] = found
        rows.append(tuple(cells))
    return tuple(rows)


def _id_cases() -> list[Case]:
    damaged = ["1.93068E+15", "1.93068E+15", "1.93069E+15"]
    rounded = [f"20190328000{i}7300000" for i in range(1, 7)]
    long = ["2019032812345678901", "2019032812345678902", "2019032812345678903"]
    odd = ["00123", "123", "0123"]
    damage = refused("表格软件", "Excel", "科学记数", "科学计数")
    taobao = ['="2019032812345678901"', '="2019032812345678902"']
    one_bad = table(HEADER, FIRST, "1.93068E+15,u2,20.50,2024-05-02,2", LAST)
    return [
        _ids("ids-scientific", damaged, damage),
        _ids("customers-scientific", damaged, damage, column=1),
        _ids("ids-scientific-one-digit", ["2E+18", "3E+18"], damage),
        _ids("ids-rounded-to-15-digits", rounded, damage),
        _ids(
            "ids-point-zero",
            ["1001.0", "1002.0", "1003.0"],
            stopped() | partly(bad=[(2, "订单编号"), (3, "订单编号"), (4, "订单编号")]),
        ),
        Case("ids-one-scientific", one_bad, damage | partly(*_around(), bad=[(3, "订单编号")])),
        _ids("ids-19-digits", long, accepted(*_clean(long))),
        _ids("ids-leading-zeros", odd, accepted(*_clean(odd))),
        _ids("customers-leading-zeros", odd, accepted(*_clean(odd, 1)), column=1),
        _ids("ids-equals-quoted", taobao, accepted(*_clean([t[2:-1] for t in taobao]))),
        _ids("ids-apostrophe", ["'2019032812345678901"], accepted(*_clean(["2019032812345678901"]))),
        _ids("ids-tab", ["\t2019032812345678901"], accepted(*_clean(["2019032812345678901"]))),
        _ids("ids-spaces", ["  A-9 ", "\u3000B-8"], accepted(*_clean(["A-9", "B-8"]))),
        _ids(
            "customers-case",
            ["Zhang", "zhang", "ZHANG"],
            accepted(*_clean(["Zhang", "zhang", "ZHANG"], 1)),
            column=1,
        ),
        _ids(
            "customers-na-words",
            ["NA", "null", "True"],
            accepted(*_clean(["NA", "null", "True"], 1))
            | partly(*_clean(["NA", "", "True"], 1)[::2], bad=[(3, "客户编号")])
            | accepted(*_clean(["NA", "", "True"], 1)[::2], masked=1)
            | partly(_clean(["", "", "True"], 1)[2], bad=[(2, "客户编号"), (3, "客户编号")]),
            column=1,
        ),
        _ids(
            "customer-called-nan-zh", ["那", "无名氏乙"], accepted(*_clean(["那", "无名氏乙"], 1)), column=1
        ),
        _ids("order-id-empty", ["", "B2"], partly(_clean(["", "B2"])[1], bad=[(2, "订单编号")])),
        _ids(
            "customer-empty",
            ["", "B2"],
            partly(_clean(["", "B2"], 1)[1], bad=[(2, "客户编号")])
            | accepted(_clean(["", "B2"], 1)[1], masked=1),
            column=1,
        ),
        _ids(
            "customer-invisible",
            ["\u200b\u2060", "B2"],
            partly(_clean(["", "B2"], 1)[1], bad=[(2, "客户编号")])
            | accepted(_clean(["", "B2"], 1)[1], masked=1),
            column=1,
        ),
        _ids("ids-too-long", ["9" * 5000, "B2"], partly(_clean(["", "B2"])[1], bad=[(2, "订单编号")])),
        _ids(
            "ids-date-damaged",
            ["2024/5/1", "B2"],  # Excel 把 24-5-1 这样的编号改成了日期：看不出来，收下也行
            accepted(*_clean(["2024/5/1", "B2"]))
            | partly(_clean(["", "B2"])[1], bad=[(2, "订单编号")])
            | stopped(),
        ),
    ]


def _currency_cases() -> list[Case]:
    with_currency = HEADER + ",币种"
    mixed = table(with_currency, FIRST + ",CNY", "A2,u2,20.50,2024-05-02,2,USD", LAST + ",CNY")
    return [
        Case("currency-column-two", mixed, stopped("币", "货币")),
        Case(
            "currency-column-one", table(with_currency, FIRST + ",CNY", LAST + ",CNY"), accepted(*_around())
        ),
        Case(
            "currency-column-words",
            table(with_currency, FIRST + ",人民币", LAST + ",CNY"),
            accepted(*_around()) | stopped("币"),
        ),
        Case(
            "currency-symbols-two",
            table(HEADER, "A1,u1,￥10.00,2024-05-01,1", "A2,u2,$20.50,2024-05-02,2"),
            stopped("币", "货币"),
        ),
        Case(
            "currency-symbol-euro-among-yuan",
            table(HEADER, FIRST, "A2,u2,€20.50,2024-05-02,2"),
            stopped("币", "货币") | partly(FIRST_CLEAN, bad=[(3, "金额")]),
        ),
        Case(
            "currency-all-dollar",
            table(
                "order_id,customer_id,amount,order_date", "1,u1,$10.00,2024-05-01", "2,u2,$20.50,2024-05-02"
            ),
            accepted("1|u1|10.00|2024-05-01|", "2|u2|20.50|2024-05-02|") | stopped("币", "货币"),
        ),
        Case(
            "currency-empty-cell",
            table(with_currency, FIRST + ",CNY", LAST + ","),
            accepted(*_around()) | partly(FIRST_CLEAN, bad=[(3, "币种")]) | stopped("币"),
        ),
        # 日元没有分：12.30 日元读不通，1230 日元是 1230
        Case(
            "currency-yen",
            table(with_currency, "A1,u1,1230,2024-05-01,1,JPY"),
            accepted("A1|u1|1230|2024-05-01|1") | stopped("币", "货币"),
        ),
        Case(
            "currency-unknown",
            table(with_currency, FIRST + ",XXQ"),
            stopped() | accepted(FIRST_CLEAN) | partly(bad=[(2, "币种")]),
        ),
    ]


def cases() -> list[Case]:
    zero = accepted(*_around(), zero=1)
    return [
        *_money_cases(),
        Case("zero", _file("0.00"), zero),
        Case("zero-whole", _file("0"), zero),
        Case("zero-negative", _file("-0.00"), zero | _isolated()),
        *_quantity_cases(),
        *_id_cases(),
        *_currency_cases(),
    ]
