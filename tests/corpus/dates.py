"""日期：一列一种写法；日与月分不清就问；序列号、错位的年份、到不了的日子从不猜。"""

from __future__ import annotations

from corpus.case import Case, Either, Expect, accepted, ask, partly, stopped
from corpus.make import HEADER, quoted, table

READABLE = {
    "dash": ("2024-05-01", "2024-05-02"),
    "slash": ("2024/05/01", "2024/05/02"),
    "slash-short": ("2024/5/1", "2024/5/2"),
    "dot": ("2024.05.01", "2024.05.02"),
    "hanzi": ("2024年5月1日", "2024年5月2日"),
    "hanzi-padded": ("2024年05月01日", "2024年05月02日"),
    "dash-short": ("2024-5-1", "2024-5-2"),
    "compact": ("20240501", "20240502"),
    "time": ("2024-05-01 12:30:00", "2024-05-02 23:59:59"),
    "time-minutes": ("2024-05-01 12:30", "2024-05-02 00:00"),
    "time-short-hour": ("2024/5/1 9:05", "2024/5/2 0:00"),
    "iso-t": ("2024-05-01T12:30:00", "2024-05-02T12:30:00"),
    "milliseconds": ("2024-05-01 12:30:00.123", "2024-05-02 12:30:00.000"),
    "microseconds": ("2024-05-01 12:30:00.123456", "2024-05-02 23:59:59.999999"),
    "beijing": ("2024-05-01T00:30:00+08:00", "2024-05-02T23:30:00+08:00"),
    "beijing-no-colon": ("2024-05-01 00:30:00 +0800", "2024-05-02 23:30:00 +0800"),
    "fullwidth": ("２０２４－０５－０１", "２０２４－０５－０２"),
    "spaces": (" 2024-05-01 ", "\t2024-05-02"),
    "day-first": ("01/05/2024", "02/05/2024"),
    "month-first": ("05/01/2024", "05/02/2024"),
}
"""都写的是 2024 年 5 月 1 日与 2 日；后两种另有一行能定出先后。"""

DISAMBIGUATED = {"day-first": ("25/05/2024", "2024-05-25"), "month-first": ("05/25/2024", "2024-05-25")}

IMPOSSIBLE = {
    "feb-30": "2024-02-30",
    "feb-29-2023": "2023-02-29",
    "month-13": "2024-13-01",
    "day-0": "2024-05-00",
    "zeros": "0000-00-00",
    "year-24": "0024-05-03",
    "year-20224": "20224-05-03",
    "year-1900": "1900-01-01",
    "year-1970": "1970-01-01",
    "year-9999": "9999-12-31",
    "empty": "",
    "dash-only": "-",
    "word": "昨天",
    "month-only": "2024-05",
    "no-year": "5月3日",
    "hashes": "########",
    "roc": "民国113年5月3日",
    "reiwa": "令和6年5月3日",
    "garbage-after": "2024-05-03abc",
    "range": "2024-05-03~2024-05-05",
    "superscript": "2024-05-0³",
    "arabic-digits": "٢٠٢٤-٠٥-٠٣",
    "devanagari": "२०२४-०५-०३",
    "minus-year": "-2024-05-03",
    "hanzi-digits": "二〇二四年五月三日",
    "hour-25": "2024-05-03 25:00:00",
    "minute-61": "2024-05-03 12:61:00",
    "nat": "NaT",
    "mixed-separators": "2024-05/03",
    "formula": "=TODAY()",
}
"""读不通的日期：只隔离那一行。"""


def _file(*days: str, header: str = HEADER) -> bytes:
    lines = [f"A{i},u{i},{i}0.00,{quoted(day)},1" for i, day in enumerate(days, start=1)]
    return table(header, *lines)


def _clean(*days: str) -> tuple[str, ...]:
    return tuple(f"A{i}|u{i}|{i}0.00|{day}|1" for i, day in enumerate(days, start=1) if day)


def _readable() -> list[Case]:
    found = []
    for name, (first, second) in READABLE.items():
        third, day = DISAMBIGUATED.get(name, ("", ""))
        days = (first, second, third) if third else (first, second)
        expect = accepted(*_clean("2024-05-01", "2024-05-02", day))
        found.append(Case(f"read-{name}", _file(*days), expect))
    return found


def _impossible() -> list[Case]:
    isolated = partly(*_clean("2024-05-01", "2024-05-02"), bad=[(4, "付款时间")])
    return [
        Case(f"isolate-{name}", _file("2024-05-01", "2024-05-02", shown), isolated)
        for name, shown in IMPOSSIBLE.items()
    ]


def _ambiguous() -> list[Case]:
    asks = ask("日期", "日在前", "月在前", "日/月", "先后")
    return [
        Case("ask-day-or-month", _file("01/05/2024", "02/05/2024"), asks),
        Case("ask-dashes", _file("06-09-2023", "07-08-2023"), asks),
        Case("ask-dots", _file("06.09.2023", "07.08.2023"), asks),
        Case("ask-with-time", _file("1/5/2024 10:00", "2/5/2024 11:00"), asks),
        Case("ask-two-digit-year", _file("24-05-01", "24-05-02"), stopped()),
        Case("ask-two-digit-year-slash", _file("24/5/1", "24/5/2"), stopped()),
        Case("ask-two-digit-year-last", _file("1/5/24", "2/5/24"), stopped()),
        Case(
            "ask-same-day-and-month",
            _file("05/05/2024", "06/06/2024"),  # 两种读法给同一天：收下也对
            asks | accepted(*_clean("2024-05-05", "2024-06-06")),
        ),
        # 一列里两种先后都出现：哪一种都讲不通
        Case(
            "both-day-first-and-month-first",
            _file("25/05/2024", "05/26/2024"),
            stopped()
            | partly("A1|u1|10.00|2024-05-25|1", bad=[(3, "付款时间")])
            | partly("A2|u2|20.00|2024-05-26|1", bad=[(2, "付款时间")]),
        ),
        Case(
            "excel-serials",
            _file("45413", "45414"),
            stopped() | accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad(),
        ),
        Case(
            "excel-serials-fraction",
            _file("45413.5", "45414.25"),
            stopped() | accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad(),
        ),
        Case("epoch-seconds", _file("1714521600", "1714608000"), stopped() | _all_bad()),
        Case("epoch-milliseconds", _file("1714521600000", "1714608000000"), stopped() | _all_bad()),
        Case("no-year-at-all", _file("5/1", "5/2"), stopped() | _all_bad()),
        Case(
            "months-by-name",
            _file("May 1, 2024", "May 2, 2024"),
            stopped() | accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad(),
        ),
        Case(
            "day-month-name",
            _file("1-May-2024", "2-May-2024"),
            stopped() | accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad(),
        ),
        Case("week", _file("2024-W18-3", "2024-W18-4"), stopped() | _all_bad()),
        Case(
            "one-serial-among-dates",
            _file("2024-05-01", "2024-05-02", "45415"),
            partly(*_clean("2024-05-01", "2024-05-02"), bad=[(4, "付款时间")]) | stopped(),
        ),
        Case("one-other-format", _file("2024-05-01", "2024-05-02", "2024/5/3"), _one_other("2024-05-03")),
        Case(
            "one-ambiguous-among-iso",
            _file("2024-05-01", "2024-05-02", "03/05/2024"),
            partly(*_clean("2024-05-01", "2024-05-02"), bad=[(4, "付款时间")]) | stopped(),
        ),
    ]


def _all_bad() -> Expect:
    return partly(bad=[(2, "付款时间"), (3, "付款时间")])


def _one_other(day: str) -> Either:
    """年在前、没有歧义的另一种写法：一列一种写法，隔离或问；读对了也没有害处。"""
    good = ("2024-05-01", "2024-05-02")
    return partly(*_clean(*good), bad=[(4, "付款时间")]) | accepted(*_clean(*good, day)) | stopped()


def _clocks() -> list[Case]:
    # 协调世界时的 20:30 是北京第二天 04:30：店铺在国内，付款日是 2 日；问时区也对
    utc = accepted(*_clean("2024-05-02", "2024-05-02")) | ask("时区")
    return [
        Case("utc-z", _file("2024-05-01T20:30:00Z", "2024-05-02T01:00:00Z"), utc),
        Case("utc-offset", _file("2024-05-01 20:30:00+00:00", "2024-05-02 01:00:00+00:00"), utc),
        # 带着自己时差的时刻：店铺的当地日就是写着的日子；按国内的店换算成北京的日子也说得通
        Case(
            "new-york",
            _file("2024-05-01 22:30:00 -0400", "2024-05-02 01:00:00 -0400"),
            accepted(*_clean("2024-05-01", "2024-05-02"))
            | accepted(*_clean("2024-05-02", "2024-05-02"))
            | ask("时区"),
        ),
        Case(
            "midnight-24",
            _file("2024-05-01 24:00:00", "2024-05-02 12:00:00"),
            partly("A2|u2|20.00|2024-05-02|1", bad=[(2, "付款时间")])
            | accepted(*_clean("2024-05-02", "2024-05-02")),
        ),
        Case(
            "leap-second",
            _file("2024-05-01 23:59:60", "2024-05-02 12:00:00"),
            partly("A2|u2|20.00|2024-05-02|1", bad=[(2, "付款时间")])
            | accepted(*_clean("2024-05-01", "2024-05-02")),
        ),
        Case(
            "chinese-afternoon",
            _file("2024/5/1 下午 3:30", "2024/5/2 上午 9:00"),
            stopped() | accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad(),
        ),
        Case(
            "am-pm",
            _file("2024-05-01 03:30:00 PM", "2024-05-02 09:00:00 AM"),
            stopped() | accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad(),
        ),
        Case(
            "weekday",
            _file("2024-05-01 星期三", "2024-05-02 星期四"),
            stopped() | accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad(),
        ),
        Case(
            "compact-with-time",
            _file("20240501123000", "20240502123000"),
            accepted(*_clean("2024-05-01", "2024-05-02")) | stopped() | _all_bad(),
        ),
        Case(
            "apostrophe",
            _file("'2024-05-01", "'2024-05-02"),
            accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad() | stopped(),
        ),
        Case(
            "equals-quoted",
            _file('="2024-05-01"', '="2024-05-02"'),
            accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad() | stopped(),
        ),
        Case(
            "bad-offset",
            _file("2024-05-01T12:00:00+99:00", "2024-05-02T12:00:00+08:00"),
            partly("A2|u2|20.00|2024-05-02|1", bad=[(2, "付款时间")]) | stopped(),
        ),
        Case(
            "nbsp-between",
            _file("2024-05-01\u00a012:30:00", "2024-05-02\u00a012:30:00"),
            accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad() | stopped(),
        ),
        Case(
            "two-spaces",
            _file("2024-05-01  12:30:00", "2024-05-02  12:30:00"),
            accepted(*_clean("2024-05-01", "2024-05-02")) | _all_bad() | stopped(),
        ),
        Case(
            "last-moment-of-leap-day",
            _file("2024-02-29 23:59:59", "2024-03-01 00:00:00"),
            accepted(*_clean("2024-02-29", "2024-03-01")),
        ),
        Case(
            "created-and-paid",
            table(
                "订单编号,客户编号,金额,下单时间,付款时间,数量",
                "A1,u1,10.00,2024-04-30 23:59:00,2024-05-01 00:01:00,1",
            ),
            accepted("A1|u1|10.00|2024-05-01|1"),
        ),
        Case(
            "only-created",
            table("订单编号,客户编号,金额,下单时间,数量", "A1,u1,10.00,2024-05-01 23:59:00,1"),
            accepted("A1|u1|10.00|2024-05-01|1"),
        ),
    ]


def cases() -> list[Case]:
    return [*_readable(), *_impossible(), *_ambiguous(), *_clocks()]
