"""结构：空表、错位、引号、换行、合计行、重复的导出、一单多行；一行也不少，一行也不多。"""

from __future__ import annotations

from pathlib import Path

from corpus.case import Case, Expect, accepted, ask, partly, refused, stopped
from corpus.make import GOOD, GOOD_CLEAN, HEADER, good, table, text

DATA = "数据", "行", "空"


def _shapes() -> list[Case]:
    plain = accepted(*GOOD_CLEAN)
    lines = (HEADER, *GOOD)
    retyped = [line.replace(",", ";") for line in lines]
    return [
        Case("empty", b"", refused()),
        Case("only-spaces", b"  \n \t \n", refused()),
        Case("only-newlines", b"\n" * 1000, refused()),
        Case("header-only", table(HEADER), stopped(*DATA)),
        Case("header-only-no-newline", HEADER.encode(), stopped(*DATA)),
        Case("one-column", table("订单编号", "A1"), stopped()),
        Case("prose", "今天的订单很好，明天再看。\n第二行。\n".encode(), stopped()),
        Case("crlf", table(*lines, newline="\r\n"), plain),
        Case("cr", table(*lines, newline="\r"), plain),
        Case("mixed-newlines", f"{HEADER}\r\n{GOOD[0]}\n{GOOD[1]}\r\n{GOOD[2]}".encode(), plain),
        Case("no-last-newline", good().rstrip(b"\n"), plain),
        Case("semicolons", table(*retyped), plain),
        Case("tabs", table(*(line.replace(",", "\t") for line in lines)), plain, file="订单.txt"),
        Case("tabs-called-csv", table(*(line.replace(",", "\t") for line in lines)), plain),
        Case("pipes", table(*(line.replace(",", "|") for line in lines)), plain | stopped()),
        Case("sep-line", table("sep=;", *retyped), plain | stopped()),
        Case("all-quoted", table(*(",".join(f'"{c}"' for c in line.split(",")) for line in lines)), plain),
        Case("chinese-commas", table(*(line.replace(",", "，") for line in lines)), stopped() | plain),
        Case(
            "semicolons-with-commas-inside",
            table("订单编号;客户编号;金额;付款时间;数量", "A1;u1,甲;1,299.00;2024-05-01;1"),
            accepted("A1|u1,甲|1299.00|2024-05-01|1"),
        ),
        Case("blank-lines-between", table(HEADER, "", GOOD[0], "", "", GOOD[1], GOOD[2], "", ""), plain),
        Case("blank-lines-before", table("", "", *lines), plain | stopped()),
        Case("title-before", table("某某店铺 2024 年 5 月订单", "", *lines), plain | stopped()),
        Case("empty-comma-rows", table(HEADER, GOOD[0], ",,,,", GOOD[1], GOOD[2], ",,,,", ",,,,"), plain),
        Case("trailing-commas", table(*(line + ",,," for line in lines)), plain),
        Case("trailing-comma-data-only", table(HEADER, *(line + "," for line in GOOD)), plain),
        Case("columns-reversed", table(*(",".join(line.split(",")[::-1]) for line in lines)), plain),
        Case("unnamed-column", table(HEADER + ",", *(line + ",x" for line in GOOD)), plain | stopped()),
        Case("ctrl-z", good() + b"\x1a", plain | partly(*GOOD_CLEAN, bad=[(5, "订单编号")]) | stopped()),
        Case("nul", good().replace(b"u2", b"u\x00"), refused()),
        Case("nuls-at-the-end", good() + b"\x00" * 512, stopped()),
        Case(
            "header-newline-inside",
            table('订单编号,"客户\n编号",金额,付款时间,数量', *GOOD),
            plain | stopped(),
        ),
        Case(
            "row-number-after-blank",
            table(HEADER, "", GOOD[0], "", "A2,u2,坏,2024-05-02,2", GOOD[2]),
            partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(5, "金额")]),
        ),
        Case(
            "accounting-many-kinds",
            table(
                HEADER,
                GOOD[0],
                "A2,u2,x,2024-05-02,2",
                "A4,u1,0,2024-05-03,1",
                "A5,u1,-3,2024-05-03,1",
                ",u1,3,2024-05-03,1",
                GOOD[2],
            ),
            partly(
                GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "金额"), (6, "订单编号")], rows_in=6, zero=1, refund=1
            ),
        ),
    ]


def _quotes() -> list[Case]:
    def name(cell: str, read: str) -> tuple[bytes, object]:
        return table(HEADER, f"A1,{cell},10.00,2024-05-01,1", GOOD[1]), accepted(
            ("A1", read, "10.00", "2024-05-01", "1"), GOOD_CLEAN[1]
        )

    comma = name('"张三,李四"', "张三,李四")
    doubled = name('"张""三"""', '张"三"')
    newline = table(
        HEADER + ",买家留言", 'A1,u1,10.00,2024-05-01,1,"第一行\n第二行,还有\r\n第三行"', GOOD[1] + ",好"
    )
    unclosed = table(HEADER, 'A1,"u1,10.00,2024-05-01,1', *GOOD[1:])
    shifted = table(HEADER, "A1,张三,李四,10.00,2024-05-01,1", *GOOD[1:])
    shifted_early = table(HEADER, GOOD[0], "A2,u2,1,299.00,2024-05-02,1", GOOD[2])
    return [
        Case("comma-in-quotes", *comma),
        Case("doubled-quotes", *doubled),
        Case("newline-in-a-note", newline, accepted("A1|u1|10.00|2024-05-01|1", GOOD_CLEAN[1])),
        Case("unclosed-quote", unclosed, refused("引号") | partly(*GOOD_CLEAN[1:], bad=[(2, "客户编号")])),
        Case(
            "unclosed-quote-last",
            table(HEADER, *GOOD, 'A4,"u4,1,2024-05-04,1'),
            refused("引号") | partly(*GOOD_CLEAN, bad=[(5, "客户编号")]),
        ),
        Case(
            "quote-in-the-middle",
            table(HEADER, 'A1,张"三,10.00,2024-05-01,1', *GOOD[1:]),
            accepted('A1|张"三|10.00|2024-05-01|1', *GOOD_CLEAN[1:])
            | partly(*GOOD_CLEAN[1:], bad=[(2, "客户编号")])
            | stopped(),
        ),
        Case(
            "text-after-quote",
            table(HEADER, 'A1,"张三"先生,10.00,2024-05-01,1', *GOOD[1:]),
            refused("引号") | partly(*GOOD_CLEAN[1:], bad=[(2, "客户编号")]),
        ),
        Case(
            "space-before-quote",
            table(HEADER, 'A1, "张三",10.00,2024-05-01,1', GOOD[1]),
            accepted("A1|张三|10.00|2024-05-01|1", GOOD_CLEAN[1])
            | accepted('A1|"张三"|10.00|2024-05-01|1', GOOD_CLEAN[1])
            | stopped()
            | partly(GOOD_CLEAN[1], bad=[(2, "客户编号")]),
        ),
        # 多出一格：后面的格都错了一位，绝不照着错位读
        Case("unquoted-comma", shifted, refused("格", "列") | partly(*GOOD_CLEAN[1:], bad=[(2, "*")])),
        Case(
            "unquoted-thousands",
            shifted_early,
            refused("格", "列") | partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "*")]),
        ),
        Case(
            "short-row",
            table(HEADER, GOOD[0], "A2,u2", GOOD[2]),
            partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "*")]) | refused("格", "列"),
        ),
        Case(
            "short-row-quantity-only",
            table(HEADER, GOOD[0], "A2,u2,20.50,2024-05-02", GOOD[2]),
            accepted(GOOD_CLEAN[0], "A2|u2|20.50|2024-05-02|*", GOOD_CLEAN[2])
            | partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "*")])
            | refused("格", "列"),
        ),
        Case(
            "line-separator-in-note",
            table(HEADER + ",备注", "A1,u1,10.00,2024-05-01,1,好\u2028的\x85啊\x0b哦\x0c嗯", GOOD[1] + ","),
            accepted("A1|u1|10.00|2024-05-01|1", GOOD_CLEAN[1]),
        ),
    ]


def _rows_that_are_not_orders() -> list[Case]:
    def ending(*lines: str) -> bytes:
        return table(HEADER, *GOOD, *lines)

    total = accepted(*GOOD_CLEAN, total=1)
    twice = good() + table(*GOOD)
    header_again = accepted(*GOOD_CLEAN, duplicate_or_header=4)
    return [
        Case("total-row", ending("合计,,60.50,,6"), total),
        Case("total-row-zongji", ending("总计,,60.50,,6"), total),
        Case("total-row-colon", ending("合计：,,60.50,,6"), total),
        Case("total-row-count", ending("合计 3 笔,,60.50,,6"), total | partly(*GOOD_CLEAN, bad=[(5, "*")])),
        Case("total-row-spaces", ending("合 计,,60.50,,6"), total | partly(*GOOD_CLEAN, bad=[(5, "*")])),
        Case("total-row-english", ending("Total,,60.50,,6"), total),
        Case("total-row-second-column", ending(",合计,60.50,,6"), total),
        Case("total-row-no-label", ending(",,60.50,,6"), total | partly(*GOOD_CLEAN, bad=[(5, "*")])),
        Case(
            "subtotals",
            table(HEADER, GOOD[0], "小计,,10.00,,1", GOOD[1], GOOD[2], "小计,,50.50,,5", "总计,,60.50,,6"),
            accepted(*GOOD_CLEAN, total=3),
        ),
        # 真有一位客户叫“合计”，订单号与日期都在：他是客户
        Case(
            "customer-called-total",
            table(HEADER, "A1,合计,10.00,2024-05-01,1", GOOD[1]),
            accepted("A1|合计|10.00|2024-05-01|1", GOOD_CLEAN[1])
            | partly(GOOD_CLEAN[1], bad=[(2, "客户编号")]),
        ),
        Case(
            "note-after",
            ending("数据来源：店铺后台"),
            accepted(*GOOD_CLEAN) | partly(*GOOD_CLEAN, bad=[(5, "*")]),
        ),
        Case("pasted-twice", twice, accepted(*GOOD_CLEAN, duplicate=3)),
        Case("pasted-twice-with-header", good() + good(), header_again),
        Case("pasted-three-times", good() + good() + good(), accepted(*GOOD_CLEAN, duplicate_or_header=8)),
        Case(
            "overlapping-months",
            table(HEADER, *GOOD, GOOD[2], "A4,u4,40.00,2024-05-04,1"),
            accepted(*GOOD_CLEAN, "A4|u4|40.00|2024-05-04|1", duplicate=1)
            | stopped()
            | accepted(GOOD_CLEAN[0], GOOD_CLEAN[1], "A3|u1|60.00|2024-05-03|6", "A4|u4|40.00|2024-05-04|1"),
        ),
        Case(
            "same-order-other-customer",
            table(HEADER, GOOD[0], "A1,u9,10.00,2024-05-01,1", GOOD[1]),
            partly(GOOD_CLEAN[1], bad=[(2, "客户编号"), (3, "客户编号")])
            | partly(*GOOD_CLEAN[:2], bad=[(3, "客户编号")])
            | partly(GOOD_CLEAN[1], bad=[(3, "客户编号")])
            | partly(*GOOD_CLEAN[:2], bad=[(3, "订单编号")])
            | stopped(),
        ),
        Case(
            "same-order-newer-version",
            table(HEADER + ",订单状态", GOOD[0] + ",等待买家付款", GOOD[0] + ",交易成功"),
            accepted(GOOD_CLEAN[0], closed_or_unpaid_or_duplicate=1)
            | stopped()
            | partly(bad=[(2, "*"), (3, "*")])
            | accepted(GOOD_CLEAN[0]),
        ),
    ]


def _lines_of_one_order() -> list[Case]:
    item = "订单编号,客户编号,商品名称,金额,付款时间,数量"
    lines = (
        "A1,u1,茶,10.00,2024-05-01 10:00:00,1",
        "A1,u1,杯,5.50,2024-05-01 10:00:00,2",
        "A2,u2,茶,20.00,2024-05-02 10:00:00,1",
    )
    merged = accepted("A1|u1|15.50|2024-05-01|3", "A2|u2|20.00|2024-05-02|1")
    return [
        Case("lines-summed", table(item, *lines), merged),
        Case("lines-apart", table(item, lines[0], lines[2], lines[1]), merged),
        Case(
            "lines-with-a-discount",
            table(item, *lines, "A2,u2,优惠券,-3.00,2024-05-02 10:00:00,1"),
            accepted("A1|u1|15.50|2024-05-01|3", "A2|u2|17.00|2024-05-02|*")
            | accepted("A1|u1|15.50|2024-05-01|3", "A2|u2|20.00|2024-05-02|1", refund=1),
        ),
        Case(
            "lines-with-a-gift",
            table(item, *lines, "A2,u2,赠品,0.00,2024-05-02 10:00:00,1"),
            accepted("A1|u1|15.50|2024-05-01|3", "A2|u2|20.00|2024-05-02|*")
            | accepted("A1|u1|15.50|2024-05-01|3", "A2|u2|20.00|2024-05-02|1", zero=1),
        ),
        Case(
            "one-bad-line-of-an-order",
            table(item, lines[0], lines[1].replace("5.50", "五块五"), lines[2]),
            # 少一行的订单金额就不对了：整单隔离；只隔离那一行也说得出
            partly("A2|u2|20.00|2024-05-02|1", bad=[(2, "*"), (3, "金额")])
            | partly("A1|u1|10.00|2024-05-01|1", "A2|u2|20.00|2024-05-02|1", bad=[(3, "金额")]),
        ),
        Case(
            "refund-row-for-an-order",
            table(HEADER, *GOOD, "A2,u2,-5.00,2024-05-09,1"),
            accepted(GOOD_CLEAN[0], "A2|u2|15.50|2024-05-02|*", GOOD_CLEAN[2])
            | accepted(*GOOD_CLEAN, refund=1),
        ),
        Case(
            "refund-row-of-the-whole",
            table(HEADER, *GOOD, "A2,u2,-20.50,2024-05-09,2"),
            accepted(GOOD_CLEAN[0], GOOD_CLEAN[2], refund=2) | accepted(*GOOD_CLEAN, refund=1),
        ),
        Case("only-refunds", table(HEADER, "A1,u1,-10.00,2024-05-01,1"), accepted(refund=1) | stopped()),
    ]


def _sizes() -> list[Case]:
    wide = ",".join(f"列{i}" for i in range(10_000))
    filler = ",".join("x" * 1 for _ in range(10_000))
    note = HEADER + ",备注"
    plain = accepted(*GOOD_CLEAN)
    many = table(HEADER, *(f"N{i},u{i % 97},{i}.00,2024-05-01,1" for i in range(1, 20_001)))
    return [
        Case(
            "ten-thousand-columns",
            table(f"{HEADER},{wide}", *(f"{line},{filler}" for line in GOOD)),
            plain | stopped(),
        ),
        Case(
            "ten-thousand-commas", table(HEADER, *(line + "," * 10_000 for line in GOOD)), plain | stopped()
        ),
        Case("huge-note", table(note, *(f"{line},{'长' * 200_000}" for line in GOOD)), plain | stopped()),
        Case(
            "huge-customer",
            table(HEADER, f"A1,{'长' * 200_000},10.00,2024-05-01,1", *GOOD[1:]),
            partly(*GOOD_CLEAN[1:], bad=[(2, "客户编号")]) | stopped(),
        ),
        Case(
            "huge-amount",
            table(HEADER, f"A1,u1,{'9' * 100_000},2024-05-01,1", *GOOD[1:]),
            partly(*GOOD_CLEAN[1:], bad=[(2, "金额")]) | stopped(),
        ),
        Case("one-endless-line", b"a" * 3_000_000, stopped()),
        Case("endless-header", ("列," * 500_000).encode(), stopped()),
        Case("quote-then-megabytes", table(HEADER, 'A1,"' + "x\n" * 500_000), stopped()),
        Case(
            "twenty-thousand-rows",
            many,
            accepted(*(f"N{i}|u{i % 97}|{i}.00|2024-05-01|1" for i in range(1, 20_001))),
        ),
        Case("three-hundred-thousand-rows", _many_rows, _many_rows_expected(), bomb=True),
        Case(
            "combining-marks",
            table(HEADER, "A1,u" + "\u0301" * 5_000 + ",10.00,2024-05-01,1", *GOOD[1:]),
            partly(*GOOD_CLEAN[1:], bad=[(2, "客户编号")]) | stopped(),
        ),
        Case(
            "all-rows-bad",
            table(HEADER, *(f"A{i},u,坏,坏,1" for i in range(500))),
            stopped() | _everything_isolated(500),
        ),
    ]


_ROWS = 300_000


def _many_rows(path: Path) -> None:
    rows = (f"N{i},u{i % 9973},{i}.00,2024-05-{i % 28 + 1:02d},1" for i in range(1, _ROWS + 1))
    path.write_bytes(table(HEADER, *rows))


def _many_rows_expected() -> Expect:
    """三十万行是平常的一年：收下，一行不少。"""
    return Expect(("accepted",), rows_in=_ROWS)


def _everything_isolated(rows: int):
    return partly(bad=[(i, "*") for i in range(2, rows + 2)])


def _headers() -> list[Case]:
    plain = accepted(*GOOD_CLEAN)
    doubled = table("订单编号,客户编号,金额,金额,付款时间", "A1,u1,10.00,12.00,2024-05-01")
    spare = table(HEADER + ",备注,备注", *(line + ",a,b" for line in GOOD))
    return [
        Case("two-amount-columns-of-one-name", doubled, stopped("同名", "两列", "重复")),
        Case("two-unneeded-columns-of-one-name", spare, plain | stopped("同名", "两列", "重复")),
        Case(
            "zero-width-in-header",
            table("\u200b" + HEADER.replace("金额", "金\u200b额"), *GOOD),
            plain | stopped(),
        ),
        Case(
            "fullwidth-header",
            table(
                "ｏｒｄｅｒ＿ｉｄ,ｃｕｓｔｏｍｅｒ＿ｉｄ,ａｍｏｕｎｔ,ｐａｉｄ＿ａｔ,ｑｕａｎｔｉｔｙ", *GOOD
            ),
            plain | ask(),
        ),
        Case("data-without-header", table(*GOOD), stopped()),
        Case("header-twice", table(HEADER, HEADER, *GOOD), accepted(*GOOD_CLEAN, duplicate_or_header=1)),
        Case("quoted-text", text(HEADER, *GOOD).replace("A1", '"A1"').encode(), plain),
    ]


def cases() -> list[Case]:
    return [
        *_shapes(),
        *_quotes(),
        *_rows_that_are_not_orders(),
        *_lines_of_one_order(),
        *_sizes(),
        *_headers(),
    ]
