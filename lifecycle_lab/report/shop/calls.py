"""联系名单：每种类型一份，按金额从多到少；一位一行，边读边写，不把全部客户放进内存。"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from lifecycle_lab import content, segmentation
from lifecycle_lab.content.shapes import Strategy
from lifecycle_lab.export import sheet_text
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.shop.views import centre_text
from lifecycle_lab.report.typed import Column
from lifecycle_lab.schema import DOWN, UP, Indicator

_BATCH = 10_000
_ORDER = """select a.segment, a.customer_id, a.recency, a.frequency, a.monetary, b.segment
from read_parquet($mine) as a join read_parquet($other) as b using (customer_id)
order by a.segment desc, a.monetary desc, a.recency"""


@dataclass(frozen=True)
class Call:
    """名单上的一位：customer 是编号或代号；other 是换成另一个中心时的组合。"""

    segment: int
    customer: str
    recency: int
    frequency: int
    monetary: int
    other: int


def calls(orders: Any, facts: Facts, name: Callable[[str], str] = str) -> Iterator[Call]:
    """全部客户，按类型、金额（多的在前）、R（近的在前）、代号排好；排序由 DuckDB 做，内存不够会用磁盘。

    数相同的几位按代号排，不按编号：换成代号以后，先后也不泄露编号的大小。
    """
    import duckdb

    centres = [facts.centres[c] for c in (facts.asked.centre, facts.asked.other_centre)]
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        paths = [str(Path(folder) / f"{i}.parquet") for i in range(2)]
        for path, centre in zip(paths, centres, strict=True):
            orders.customers(centres=centre).write(path)
        connection.execute("set preserve_insertion_order = true")
        connection.execute(f"set temp_directory = '{folder}'")
        found = connection.execute(_ORDER, dict(zip(("mine", "other"), paths, strict=True)))
        for _, tied in groupby(_fetched(found), key=lambda row: (row[0], row[4], row[2])):
            yield from sorted((_call(row, name) for row in tied), key=lambda call: call.customer)


def _fetched(cursor: Any) -> Iterator[tuple]:
    while rows := cursor.fetchmany(_BATCH):
        yield from rows


def _call(row: tuple, name: Callable[[str], str]) -> Call:
    segment, customer, recency, frequency, monetary, other = row
    return Call(segment, name(str(customer)), recency, frequency, monetary, other)


def columns(facts: Facts, pseudonymised: bool) -> tuple[Column, ...]:
    """名单的列。"""
    say = facts.text.say
    other = say("calls.other", other=say(f"centre.{facts.asked.other_centre}"))
    kinds = ("whole", "whole", "money")
    return (
        Column(say("calls.pseudonym" if pseudonymised else "calls.customer")),
        Column(say("calls.level")),
        Column(say("calls.pattern")),
        *(Column(i.heading, kind) for i, kind in zip(facts.indicators, kinds, strict=True)),
        Column(say("calls.last"), "day"),
        Column(say("calls.reason")),
        Column(say("calls.strategy")),
        Column(other),
    )


def rows(facts: Facts) -> Callable[[Call], tuple]:
    """名单的一位 → 一行值（不是写好的文字）；每种类型都一样的几格先备好。"""
    reason = reasons(facts)
    names = {code: facts.name(code) for code in segmentation.PATTERNS}
    fixed = {code: (names[code], segmentation.pattern(code), _what_to_do(code)) for code in names}

    def values(call: Call) -> tuple:
        name, pattern, strategy = fixed[call.segment]
        last = facts.as_of - timedelta(days=call.recency)
        three = (call.recency, call.frequency, call.monetary)
        return call.customer, name, pattern, *three, last, reason(call), strategy, names[call.other]

    return values


def _what_to_do(code: int) -> str:
    """策略写成一格：给什么（走什么渠道）。"""
    strategy = strategy_of(code)
    return f"{strategy.offer}（{strategy.channel}）"


def strategy_of(code: int) -> Strategy:
    """这种组合的策略（内容：strategies.csv）。"""
    return content.course().strategies[segmentation.state(code)]


def reasons(facts: Facts) -> Callable[[Call], str]:
    """一位客户的理由：三个指标各一段，用她自己的数，比的是这份报告的中心；箭头是 warehouse 标好的那一个。"""
    recency, frequency, monetary = (_reason_part(facts, n, i) for n, i in enumerate(facts.indicators))
    joint = facts.text.words["reason.joint"]
    states = {code: segmentation.state(code) for code in segmentation.PATTERNS}

    def reason(call: Call) -> str:
        up = states[call.segment]
        said = recency(call.recency, up[0]), frequency(call.frequency, up[1]), monetary(call.monetary, up[2])
        return joint.join(said)

    return reason


def _reason_part(facts: Facts, n: int, indicator: Indicator) -> Callable[[int, bool], str]:
    """一个指标的一段；中心与各种说法先写好，一位一位只填自己的数（名单可能有一百万行）。"""
    middle = facts.centres[facts.asked.centre][n]
    top, bottom = middle.numerator, middle.denominator
    frames = {(up, sign): _frame(facts, n, indicator, up, sign) for up in (True, False) for sign in "<=>"}
    value_text = money_text if indicator.decimals else "{:,}".format

    def said(value: int, up: bool) -> str:
        scaled = value * bottom
        sign = "<" if scaled < top else ">" if scaled > top else "="
        before, after = frames[up, sign]
        return f"{before}{value_text(value)}{after}"

    return said


def _frame(facts: Facts, n: int, indicator: Indicator, up: bool, sign: str) -> tuple[str, str]:
    """一段话里，值的前面与后面各写什么。"""
    say = facts.text.say
    text = say(
        "reason.part",
        letter=indicator.letter,
        unit=indicator.unit,
        centre=say(f"centre.{facts.asked.centre}"),
        middle=centre_text(facts.centres[facts.asked.centre][n], indicator),
        value="\x00",
        sign=sign,
        arrow=UP if up else DOWN,
        meaning=say(f"reason.{indicator.key}.{'up' if up else 'down'}"),
    )
    before, _, after = text.partition("\x00")
    return before, after


def money_text(value: int) -> str:
    """整数最小单位 → 1,234.50。"""
    whole, cents = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole:,}.{cents:02d}"


def csv_writer(file: IO[str], heads: Sequence[Column]) -> Callable[[Sequence[object]], None]:
    """先写 BOM（Excel 双击就认得 UTF-8）与表头，返回写一行的函数：文字格经过 sheet_text，数照写。"""
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([sheet_text(column.name) for column in heads])
    money = [column.kind == "money" for column in heads]
    return lambda values: writer.writerow(
        [_csv_cell(value, is_money) for value, is_money in zip(values, money, strict=True)]
    )


def _csv_cell(value: object, money: bool) -> object:
    if isinstance(value, str):
        return sheet_text(value)
    return money_text(value).replace(",", "") if money else value  # type: ignore[arg-type]
