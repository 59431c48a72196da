"""参数：不认识的键、不存在的列、胡写的日期、写不进去的地方；不认识就拒绝，从不当作没看见。"""

from __future__ import annotations

from corpus.case import Case, Expect, accepted, stopped
from corpus.make import GOOD, GOOD_CLEAN, HEADER, good, table

PLAIN = accepted(*GOOD_CLEAN)
HERE = "{folder}"
"""参数里的这个词换成放语料的文件夹。"""


def _maps() -> list[Case]:
    def mapped(name: str, expect, *maps: str, data: bytes | None = None) -> Case:
        options = tuple(part for text in maps for part in ("--map", text))
        return Case(f"map-{name}", data or good(), expect, options=options)

    odd = table("no,who,how much,when,=1+1", "A1,u1,10.00,2024-05-01,1")
    odd_maps = ("order=no", "customer=who", "amount=how much", "paid_at=when")
    hostile = table('no,"who""; DROP TABLE x; --",how much,when', "A1,u1,10.00,2024-05-01")
    stop = stopped()
    return [
        mapped("known-column", PLAIN, "customer=客户编号"),
        mapped(
            "other-column",
            accepted("A1|老王|10.00|2024-05-01|1"),
            "customer=昵称",
            data=table("订单编号,客户编号,昵称,金额,付款时间,数量", "A1,u1,老王,10.00,2024-05-01,1"),
        ),
        mapped("odd-columns", accepted("A1|u1|10.00|2024-05-01|"), *odd_maps, data=odd),
        mapped("with-quantity", accepted("A1|u1|10.00|2024-05-01|1"), *odd_maps, "quantity==1+1", data=odd),
        mapped(
            "spaces-around",
            accepted("A1|u1|10.00|2024-05-01|") | stop,
            "order = no",
            "customer = who",
            "amount = how much",
            "paid_at = when",
            data=odd,
        ),
        mapped(
            "hostile-column",
            accepted("A1|u1|10.00|2024-05-01|"),
            "order=no",
            'customer=who"; DROP TABLE x; --',
            "amount=how much",
            "paid_at=when",
            data=hostile,
        ),
        mapped("unknown-key", stopped("custmer"), "custmer=客户编号"),
        mapped("unknown-key-chinese", stopped(), "顾客的名字=客户编号"),
        mapped("dunder-key", stop, "__class__=客户编号"),
        mapped("no-equals", stop, "customer"),
        mapped("empty", stop, ""),
        mapped("only-equals", stop, "="),
        mapped("no-column", stop, "customer="),
        mapped("missing-column", stopped("没有这一列", "没有", "找不到"), "customer=不存在的列"),
        mapped("same-key-twice", stop, "customer=客户编号", "customer=订单编号"),
        mapped("same-pair-twice", stop | PLAIN, "customer=客户编号", "customer=客户编号"),
        mapped("one-column-two-keys", stop, "customer=订单编号", "order=订单编号"),
        mapped("amount-to-text", stop | Expect(("quarantined",), ()), "amount=客户编号"),
        mapped("escape-in-value", stop, "customer=\x1b[31m红"),
        mapped("newline-in-value", stop, "customer=a\nb"),
        mapped("huge-value", stop, "customer=" + "长" * 20_000),
        mapped("format-string", stop, "customer={0.__class__}"),
    ]


def _days() -> list[Case]:
    def seen(name: str, day: str, expect) -> Case:
        return Case(f"as-of-{name}", good(), expect, options=("--as-of", day))

    bad = {
        "nonsense": "昨天",
        "empty": "",
        "feb-30": "2024-02-30",
        "with-time": "2024-05-31T12:00:00",
        "american": "05/31/2024",
        "two-digit-year": "24-05-31",
        "number": "45443",
        "minus": "-1",
        "formula": "=TODAY()",
        "escape": "\x1b[31m2024-05-31",
        "long": "2" * 5000,
        "year-zero": "0000-01-01",
        "superscript": "2024-05-3¹",
    }
    first, second, _ = GOOD_CLEAN
    before_all = accepted(after_as_of=3) | stopped()
    return [
        seen("after-all", "2024-05-31", PLAIN),
        seen("last-day", "2024-05-03", PLAIN),
        seen("middle", "2024-05-02", accepted(first, second, after_as_of=1)),
        seen("first-day", "2024-05-01", accepted(first, after_as_of=2)),
        # 观察日比哪一笔都早：没有一笔可用，说出来；不当成一份好的空表
        seen("before-all", "2024-04-30", before_all),
        seen("long-before", "1900-01-01", before_all),
        *(seen(name, day, stopped()) for name, day in bad.items()),
        seen("slashes", "2024/05/31", PLAIN | stopped()),
        seen("far-future", "9999-12-31", PLAIN | stopped()),
        Case(
            "as-of-cuts-by-local-day",
            table(HEADER, "A1,u1,10.00,2024-05-02 23:59:59,1", "A2,u2,20.50,2024-05-03 00:00:00,2"),
            accepted("A1|u1|10.00|2024-05-02|1", after_as_of=1),
            options=("--as-of", "2024-05-02"),
        ),
        Case(
            "as-of-twice",
            good(),
            PLAIN | stopped() | accepted(first, after_as_of=2),
            options=("--as-of", "2024-05-31", "--as-of", "2024-05-01"),
        ),
    ]


def _others() -> list[Case]:
    def given(name: str, expect, *options: str, data: bytes | None = None, file: str = "订单.csv") -> Case:
        return Case(name, data or good(), expect, file, options)

    stop = stopped()
    return [
        given("profile-unknown", stop, "--profile", "亚马逊火星站"),
        given("profile-path", stop, "--profile", "../../../etc/passwd"),
        given("profile-empty", stop | PLAIN, "--profile", ""),
        given("profile-escape", stop, "--profile", "\x1b[31mtaobao"),
        given("profile-does-not-fit", stop, "--profile", "shopify"),
        given("option-unknown", stop, "--frobnicate"),
        given("second-file", stop, "另一份.csv"),
        given("clean-in-missing-folder", stop, "--clean", f"{HERE}/没有这个文件夹/clean.csv"),
        given("clean-is-a-folder", stop, "--clean", HERE),
        given("clean-is-the-input", stop, "--clean", f"{HERE}/订单.csv"),
        given("clean-is-the-input-by-another-name", stop, "--clean", f"{HERE}/./订单.csv"),
        given("clean-unknown-kind", stop, "--clean", f"{HERE}/clean.docx"),
        given("clean-without-suffix", stop, "--clean", f"{HERE}/clean"),
        given("clean-name-too-long", stop, "--clean", HERE + "/" + "长" * 200 + ".csv"),
        given("clean-under-a-file", stop, "--clean", f"{HERE}/订单.csv/clean.csv"),
        given("json-in-missing-folder", stop, "--json", f"{HERE}/没有这个文件夹/report.json"),
        given("json-is-a-folder", stop, "--json", HERE),
        given("json-is-the-input", stop, "--json", f"{HERE}/订单.csv"),
        given("json-is-the-clean-file", stop, "--clean", f"{HERE}/one.csv", "--json", f"{HERE}/one.csv"),
        given("refused-file-and-bad-clean", stop, "--clean", f"{HERE}/没有/clean.csv", data=b"\xff"),
        given("path-with-spaces", PLAIN, file="我的 订单 (最终版).csv"),
        given("path-with-emoji", PLAIN, file="订单🐱.csv"),
        given("path-without-suffix", PLAIN, file="订单"),
        given("path-starting-with-a-dash", PLAIN, file="-订单.csv"),
        given("path-odd-suffix", PLAIN, file="订单.CSV.bak"),
        given(
            "unneeded-rows-kept-private",
            accepted("A1|u1|10.00|2024-05-01|1", rows_in=1),
            data=table(HEADER + ",手机号", GOOD[0] + ",13912345678"),
        ),
    ]


def cases() -> list[Case]:
    return [*_maps(), *_days(), *_others()]
