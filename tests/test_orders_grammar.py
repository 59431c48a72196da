"""金额、数量、日期、编号的文法：对照另写的小算法与库，和手写的边界。"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.reading.amounts import decimal_comma, parse_money, parse_quantity, unwrap
from lifecycle_lab.reading.moments import FORMATS, choose_form, local_clock, parse_moment, zone_named

# ---- 金额 ----

MONEY = {
    "1299": ("1299", ""),
    "￥1,299.00": ("1299.00", "CNY"),
    "¥ 0.5": ("0.5", "CNY"),
    "１，２９９．５０元": ("1299.50", "CNY"),
    "1.2万": ("12000", ""),
    "3万元": ("30000", "CNY"),
    "RMB 5": ("5", "CNY"),
    "5 CNY": ("5", "CNY"),
    "人民币12.30": ("12.30", "CNY"),
    "(1,234.50)": ("-1234.50", ""),
    "（1,234.50）": ("-1234.50", ""),
    "¥(12.30)": ("-12.30", "CNY"),
    "−5": ("-5", ""),
    "5-": ("-5", ""),
    "¥-5": ("-5", "CNY"),
    "-¥5": ("-5", "CNY"),
    "$5.00": ("5.00", "USD"),
    "US$ 3": ("3", "USD"),
    "€20": ("20", "EUR"),
    "+7": ("7", ""),
}
NOT_MONEY = (
    "", " ", "abc", "1,2999", "12,34,567", "1.234,56", "1e3", "1E+05", "--5", "-5-", "(-5)", "(5", "5)", "¥5$", "NaN", "inf",
    "1.2.3", "12²", "①", "٣", "१२", "0x10", "1_000", "=1+1", "5%", "12345678901234", "1O", "十二", "￥",
)  # fmt: skip


@pytest.mark.parametrize("text", MONEY)
def test_money_worked_by_hand(text):
    found = parse_money(text)
    assert (found.value, found.currency) == (Decimal(MONEY[text][0]), MONEY[text][1])


@pytest.mark.parametrize("text", NOT_MONEY)
def test_not_money(text):
    assert parse_money(text) is None


signs = st.sampled_from(["", "-", "−", "－"])
units = st.integers(0, 10**13 - 1)


@given(
    units,
    signs,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "¥", "￥", "CNY "]),
    st.sampled_from(["", "元", " 元"]),
)
def test_money_however_written(fen, sign, grouped, wide, before, after):
    value = Decimal(fen) / 100
    text = f"{value:,.2f}" if grouped else f"{value:.2f}"
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) if c in "0123456789,." else c for c in text)
    found = parse_money(f" {sign}{before}{text}{after}\t")
    assert found.value == (-value if sign else value)


@given(st.text(max_size=20))
def test_money_never_guesses(text):
    """读成了数，就真的是那些数字：去掉认得的字之后只剩数字与点。"""
    found = parse_money(text)
    if found is not None:
        digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c in "0123456789").lstrip("0")
        shown = "".join(c for c in format(abs(found.value), "f") if c.isdigit()).lstrip("0")
        assert shown.startswith(digits)


def test_comma_decimals_only_when_the_whole_column_says_so():
    assert decimal_comma(["1.234,56", "12,5", "7"])
    assert decimal_comma(["12,50"])
    assert not decimal_comma(["1.234,56", "12.50"])
    assert not decimal_comma(["1,234", "7"])
    assert parse_money("1.234,56", comma=True).value == Decimal("1234.56")
    assert parse_money("1 234,5", comma=True).value == Decimal("1234.5")


@pytest.mark.parametrize(
    ("text", "count"),
    [("2", 2), ("２", 2), ("1,200", 1200), ("2.0", 2), ("-3", -3), ("−3", -3), ("2件", 2), ("1.5", None), ("", None), ("2²", None), ("1e2", None), ("两", None), ("9" * 20, None)],
)  # fmt: skip
def test_quantities(text, count):
    assert parse_quantity(text) == count


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('="00123"', "00123"), ("'00123", "00123"), ("\t00123 ", "00123"), ('=" 1 "', "1"), ("'=1+1", "=1+1"), ("'＝1", "＝1"),
        ("'; DROP TABLE", "'; DROP TABLE"), ("O'Neil", "O'Neil"), ("'张三", "'张三"), ("=1+1", "=1+1"), ("\ufeff7", "7"),
    ],
)  # fmt: skip
def test_wrappers(text, inside):
    assert unwrap(text) == inside


# ---- 时刻 ----

DAY, NOON = datetime(2024, 5, 7), datetime(2024, 5, 7, 15, 4, 5)
MOMENTS = {
    "2024-05-07": ("ymd", DAY),
    "2024/5/7": ("ymd", DAY),
    "2024.5.7": ("ymd", DAY),
    "2024年5月7日": ("ymd", DAY),
    "２０２４－０５－０７": ("ymd", DAY),
    "2024-05-07 15:04:05": ("ymd", NOON),
    "2024-05-07T15:04:05": ("ymd", NOON),
    "2024/5/7 15:04": ("ymd", NOON.replace(second=0)),
    "2024年5月7日 下午3:04:05": ("ymd", NOON),
    "2024年5月7日15时04分05秒": ("ymd", NOON),
    "2024-05-07 3:04:05 PM": ("ymd", NOON),
    "2024-05-07 12:00:00 AM": ("ymd", DAY),
    "2024-05-07 15:04:05.123": ("ymd", NOON),
    "20240507": ("compact", DAY),
    "20240507150405": ("compact", NOON),
    "7 May 2024": ("named", DAY),
    "May 7, 2024": ("named", DAY),
    "07-May-2024 15:04:05": ("named", NOON),
    "45419": ("excel", DAY),
    "45419.6278356481": ("excel", NOON),
}
NOT_MOMENTS = (
    "", "2024-5", "24-05-07", "2024-02-30", "2023-02-29", "2024-13-01", "2024-05/07", "2024-05-07 25:00", "2024-05-07 13:00 PM",
    "2024-05-07 10", "2024-05-0²", "٢٠٢٤-٠٥-٠٧", "昨天", "2024-05-07 10:60", "2024-05-07 10:00 +2500", "2024-05-07x",
)  # fmt: skip


@pytest.mark.parametrize("text", MOMENTS)
def test_moments_worked_by_hand(text):
    form, clock = MOMENTS[text]
    assert parse_moment(text, form).clock == clock
    assert choose_form({text: 1}, serials=True).name == form


@pytest.mark.parametrize("text", NOT_MOMENTS)
def test_not_moments(text):
    assert all(parse_moment(text, form) is None for form in FORMATS)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(lambda d: d.replace(microsecond=0)))
def test_every_way_to_write_a_moment_gives_it_back(moment):
    for form, pattern in (
        ("ymd", "%Y-%m-%d %H:%M:%S"),
        ("ymd", "%Y/%m/%d %I:%M:%S %p"),
        ("compact", "%Y%m%d%H%M%S"),
    ):
        assert parse_moment(moment.strftime(pattern), form).clock == moment
    assert parse_moment(moment.strftime("%d/%m/%Y %H:%M:%S"), "dmy").clock == moment
    assert parse_moment(moment.strftime("%m/%d/%Y %H:%M:%S"), "mdy").clock == moment
    assert parse_moment(moment.strftime("%d %B %Y"), "named").clock.date() == moment.date()


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)).map(lambda d: d.replace(microsecond=0)),
    st.integers(-12 * 60, 14 * 60),
)
def test_offsets_become_the_shops_clock(clock, minutes):
    written = clock.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    moment = parse_moment(written.isoformat(), "ymd")
    assert local_clock(moment, zone_named("Asia/Shanghai")) == written.astimezone(UTC).replace(
        tzinfo=None
    ) + timedelta(hours=8)
    assert local_clock(moment, zone_named("Asia/Shanghai"), keep_written=True) == clock


@pytest.mark.parametrize("zone", ["Z", "UTC", " UTC", "GMT"])
def test_utc_is_nobodys_own_zone(zone):
    moment = parse_moment("2024-05-07T20:00:00" + zone, "ymd")
    assert local_clock(moment, zone_named("Asia/Shanghai"), keep_written=True) == datetime(2024, 5, 8, 4)


@pytest.mark.parametrize(
    ("counts", "name", "question", "mixed"),
    [
        ({"05/06/2024": 1}, "", "ambiguous", 0),
        ({"05/06/2024": 1, "13/06/2024": 1}, "dmy", "", 0),
        ({"05/06/2024": 1, "06/13/2024": 1}, "mdy", "", 0),
        ({"13/06/2024": 5, "06/13/2024": 1}, "", "ambiguous", 0),
        ({"05/05/2024": 3}, "dmy", "", 0),
        ({"2024-05-06": 9, "06/09/2023": 1}, "ymd", "", 1),
        ({"2024-05-06": 1, "2024/5/7": 1, "2024年5月8日": 1}, "ymd", "", 0),
        ({"2024-05-06": 1, "20240507": 1}, "", "mixed", 0),
        ({"6/9": 4}, "", "unknown", 0),
        ({"45419": 4}, "", "unknown", 0),
    ],
)
def test_one_format_a_column(counts, name, question, mixed):
    found = choose_form(counts)
    assert (found.name, found.question, found.mixed) == (name, question, mixed)


@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=8))
def test_slashed_days_are_never_guessed(days):
    """日在前写出的一列：要么读回原来的日子，要么问；从不读成别的日子。"""
    texts = [day.strftime("%d/%m/%Y") for day in days]
    found = choose_form({text: texts.count(text) for text in texts})
    if not found.question:
        assert [found.moments[text].clock.date() for text in texts if text in found.moments] == days
    else:
        assert all(day.day <= 12 for day in days)
