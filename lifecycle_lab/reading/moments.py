"""日期与时刻的封闭文法：一列一种写法，从一张写死的单子里选；日与月分不清就问，不猜。

时刻一律化成“店铺当地的钟面”；写着时区的换过去，没写的原样。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lifecycle_lab.reading.grammar import plain_digits

LONGEST_MOMENT = 60
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_CLOCK = (
    r"(?P<half1>上午|下午|[ap]\.?m\.?)?\s*(?P<hour>[0-9]{1,2})(?:[:时点](?P<minute>[0-9]{1,2}))"
    r"(?:[:分](?P<second>[0-9]{1,2})(?:[.,][0-9]{1,9})?秒?|分)?\s*(?P<half2>[ap]\.?m\.?)?"
)
_ZONE = r"(?P<zone>z|utc|gmt|(?:utc|gmt)?[-+][0-9]{1,2}(?::?[0-9]{2})?)?"
_TAIL = rf"(?:(?:\s*t\s*|\s+|(?<=[日号]))(?P<clock>{_CLOCK})\s*{_ZONE})?"


def _pattern(day: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{day}){_TAIL}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moment:
    """一格时刻：钟面，以及写着的时区（没写是 None）；utc 是写成 Z、UTC、GMT 的，不是店铺自己的时区。"""

    clock: datetime
    offset: timedelta | None = None
    utc: bool = False
    timed: bool = False


_PATTERNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "ymd": _pattern(
            r"(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})|(?P<y2>[0-9]{4})年(?P<m2>[0-9]{1,2})月(?P<d2>[0-9]{1,2})[日号]?"
        ),
        "named": _pattern(
            rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}}\.?,?\s+)?(?:(?P<d>[0-9]{{1,2}})[-\s]{_MONTH}[-\s,]+(?P<y>[0-9]{{4}})"
            rf"|{_MONTH.replace('name', 'name2')}\s+(?P<d2>[0-9]{{1,2}}),?\s+(?P<y2>[0-9]{{4}}))"
        ),
        "dmy": _pattern(r"(?P<d>[0-9]{1,2})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})"),
        "mdy": _pattern(r"(?P<m>[0-9]{1,2})(?P<s>[-/.])(?P<d>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})"),
    }
)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2})?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[ T]?([0-9]{2}):?([0-9]{2})(?::?([0-9]{2}))?)?")
_SERIAL = re.compile(r"([0-9]{5})(\.[0-9]{1,15})?")
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "ymd": "年-月-日",
        "compact": "年月日连写（20240517）",
        "named": "英文月名（17 May 2024）",
        "dmy": "日/月/年",
        "mdy": "月/日/年",
        "excel": "表格软件的日期序号（45429）",
    }
)
"""认得的写法，先后即选用的先后：名字 → 写给人看的样子。"""


def parse_moment(text: str, form: str) -> Moment | None:
    """按写法 form 读一格；读不懂、日子不存在 → None。"""
    if len(text.strip()) > LONGEST_MOMENT:
        return None
    text = plain_digits(text)
    try:
        if form == "ymd" and _ISO.fullmatch(text):  # 最常见的写法，走近路
            return Moment(datetime.fromisoformat(text), timed=len(text) > len("2024-05-17"))
        if form == "compact":
            return _compact(text)
        return _serial(text) if form == "excel" else _worded(text, _PATTERNS[form])
    except (ValueError, OverflowError):  # 2 月 30 日、25 点
        return None


def _worded(text: str, pattern: re.Pattern[str]) -> Moment | None:
    found = pattern.fullmatch(text)
    if not found:
        return None
    groups = {
        key.rstrip("2") if key[:-1] in ("y", "m", "d", "name") else key: value
        for key, value in found.groupdict().items()
        if value is not None
    }
    month = _MONTHS.index(groups["name"].lower()) + 1 if "name" in groups else int(groups["m"])
    clock = datetime(int(groups["y"]), month, int(groups["d"]))
    if "clock" not in groups:
        return Moment(clock)
    offset, utc = _offset(groups.get("zone", "").lower())
    return Moment(clock + _time(groups), offset, utc, timed=True)


def _time(groups: Mapping[str, str]) -> timedelta:
    hour, halves = int(groups["hour"]), [groups[h] for h in ("half1", "half2") if h in groups]
    if len(halves) == 2 or (halves and not 1 <= hour <= 12):
        raise ValueError
    if halves:
        late = halves[0] == "下午" or halves[0].lower().startswith("p")
        hour = hour % 12 + (12 if late else 0)
    minute, second = int(groups["minute"]), int(groups.get("second", 0))
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _offset(zone: str) -> tuple[timedelta | None, bool]:
    """时区的写法 → （与 UTC 的差，是不是写作 UTC）。"""
    if not zone:
        return None, False
    digits = re.sub("[^-+0-9]", "", zone)
    if not digits:
        return timedelta(0), True
    body = digits[1:]
    hours, minutes = (int(body), 0) if len(body) <= 2 else (int(body[:-2]), int(body[-2:]))
    if hours > 14 or minutes > 59:
        raise ValueError
    span = timedelta(hours=hours, minutes=minutes)
    return -span if digits[0] == "-" else span, False


def _compact(text: str) -> Moment | None:
    found = _COMPACT.fullmatch(text)
    if not found:
        return None
    numbers = [int(part or 0) for part in found.groups()]
    return Moment(datetime(*numbers), timed=found[4] is not None)  # type: ignore[arg-type]


def _serial(text: str) -> Moment | None:
    found = _SERIAL.fullmatch(text)
    if not found:
        return None
    seconds = round(float(found[2] or 0) * 86_400)
    return Moment(datetime(1899, 12, 30) + timedelta(int(found[1]), seconds), timed=bool(seconds))


@dataclass(frozen=True)
class Form:
    """一列选定的写法。name: FORMATS 之一，"" 是没有选定；question: 要问人的话，不必问是 ""。

    example: 让人作难的那一格。mixed: 读得懂、但写法与众不同的行数。
    moments: 按选定的写法读出的时刻，文字 → 时刻；读不懂的不在里面。
    """

    name: str
    question: str = ""
    example: str = ""
    mixed: int = 0
    moments: Mapping[str, Moment] = field(default_factory=dict)


def stated_form(name: str, texts: Iterable[str]) -> Form:
    """写法由人说定。"""
    return Form(name, moments=_read(texts, name))


def choose_form(counts: Mapping[str, int], serials: bool = False) -> Form:
    """一列里不同的文字及其行数 → 写法：读得最多的那一种，须过读得懂的半数；日月两可就问。"""
    left, found = dict(counts), {}
    for name in FORMATS:  # 除了日月两种，各写法互不相交，读得懂的不必再试
        if name in ("dmy", "mdy") or (name == "excel" and not serials):
            continue
        found[name] = _read(left, name)
        left = {text: count for text, count in left.items() if text not in found[name]}
    slashed = {name: _read(left, name) for name in ("dmy", "mdy")}
    asked = _day_or_month(*slashed.values())
    chosen = asked.name or "dmy"
    found[chosen] = slashed[chosen]
    rows = {name: sum(counts[text] for text in moments) for name, moments in found.items()}
    best = max(rows, key=lambda name: rows[name])
    others = sum(rows.values()) - rows[best]
    if not rows[best]:
        return Form("", "unknown", next(iter(counts), ""))
    if rows[best] <= others:
        return Form("", "mixed", next(text for text in counts if text not in found[best]))
    if best == chosen and asked.question:
        return asked
    return Form(best, mixed=others, moments=found[best])


def _read(texts: Iterable[str], name: str) -> dict[str, Moment]:
    found = ((text, parse_moment(text, name)) for text in texts)
    return {text: moment for text, moment in found if moment is not None}


def _day_or_month(dmy: Mapping[str, Moment], mdy: Mapping[str, Moment]) -> Form:
    """斜线的列：有只通一种的格，由它定；没有、或两边都有 → 问；日月处处相同，哪一种都一样。"""
    if bool(dmy.keys() - mdy) != bool(mdy.keys() - dmy):
        return Form("dmy" if dmy.keys() - mdy else "mdy")
    if only := dmy.keys() - mdy:
        return Form("", "ambiguous", min(only))
    different = (text for text in dmy if dmy[text] != mdy[text])
    text = next(different, None)
    return Form("dmy") if text is None else Form("", "ambiguous", text)


def zone_named(name: str) -> tzinfo | None:
    """时区名 → 时区；不认得 → None。上海在没有时区表的系统上用固定的东八区（1992 年起没有夏令时）。"""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fixed = {"asia/shanghai": timezone(timedelta(hours=8)), "utc": UTC}
        return fixed.get(name.casefold())


def local_clock(moment: Moment, zone: tzinfo, keep_written: bool = False) -> datetime:
    """时刻 → 店铺当地的钟面（不带时区）；keep_written: 写着的时差就是店铺自己的，原样留着（UTC 仍要换）。"""
    if moment.offset is None or (keep_written and not moment.utc):
        return moment.clock
    return moment.clock.replace(tzinfo=timezone(moment.offset)).astimezone(zone).replace(tzinfo=None)
