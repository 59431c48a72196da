"""每一行的去处与换算好的值；怎样读由 Options 定，原文在 Sheet 里。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo

import numpy as np

from lifecycle_lab.orders.columns import Column
from lifecycle_lab.orders.headers import Layout
from lifecycle_lab.orders.identifiers import Identifiers
from lifecycle_lab.orders.moments import Moments
from lifecycle_lab.orders.profiles import FIELD_NAMES, RULE_IDS

USED, QUARANTINED = 0, -1
FATES = {rule: i + 1 for i, rule in enumerate(RULE_IDS)}
TROUBLES = ("", *FIELD_NAMES)
_FIELD_NUMBERS = {name: i for i, name in enumerate(TROUBLES)}


@dataclass(frozen=True)
class Options:
    """怎样读：观察日、币种、日期写法、时区、可信的日子。"""

    as_of: date | None
    currency: str | None
    date_format: str | None
    zone: tzinfo
    written: bool
    earliest: date
    latest: date


@dataclass
class Sheet:
    """要用的各列的原文（文字或有类型），还没有换算。

    numbers: 各行在文件里的行号。whole: 各行整行的指纹，或由订单号去算它的函数（没有重复的订单号就不用算，给 None）。
    problems: 列数不对之类，行（从 0 起）→ 原因。
    """

    columns: Mapping[str, object]
    numbers: np.ndarray
    first: list[str] | None
    filled: np.ndarray | None
    whole: np.ndarray | Callable[[np.ndarray], np.ndarray | None]
    problems: Mapping[int, str]
    serials: bool = False
    rounded: bool = False


@dataclass
class Rows:
    """每一行的去处与换算好的值。fate: USED、QUARANTINED 或 FATES 里的号。"""

    layout: Layout
    sheet: Sheet
    order: Identifiers
    customer: Identifiers
    paid: Moments
    amount: Column
    quantity: Column | None
    refund: Column | None
    currency: str
    decimals: int
    fate: np.ndarray
    trouble: np.ndarray
    reason: np.ndarray
    reasons: list[str] = field(default_factory=lambda: [""])
    notes: list[str] = field(default_factory=list)

    def set_aside(self, mask: np.ndarray, rule: str) -> None:
        self.fate[(self.fate == USED) & mask] = FATES[rule]

    def quarantine(self, mask: np.ndarray, name: str, why: str) -> None:
        """mask 里还没有去处的行隔离：出在哪个字段、为什么。"""
        mask = (self.fate == USED) & mask
        if not mask.any():
            return
        self.quarantine_each(np.flatnonzero(mask), name, [why], np.int64(0))

    def quarantine_each(self, rows: np.ndarray, name: str, reasons: list[str], which: np.ndarray) -> None:
        """rows 各行隔离，第 i 行的原因是 reasons[which[i]]。"""
        self.fate[rows], self.trouble[rows] = QUARANTINED, _FIELD_NUMBERS[name]
        self.reason[rows] = which + len(self.reasons)
        self.reasons += reasons

    def quarantine_column(
        self, column: Column, name: str, need: bool, among: np.ndarray | None = None
    ) -> None:
        if need:
            blank = column.blank if among is None else column.blank & among
            self.quarantine(blank, name, f"{FIELD_NAMES[name]}是空的")
        for number, why in enumerate(column.reasons):
            if number:
                self.quarantine((column.reason == number) & ~column.blank, name, why)


class Fill:
    """整单只写在第一行的格：空着的行取同一单里头一个不空的。"""

    def __init__(self, codes: np.ndarray, usable: np.ndarray) -> None:
        self.codes, self.usable = codes, usable
        self.size = int(codes.max(initial=-1)) + 1

    def __call__(self, column: Column) -> Column:
        source = self.first(~column.blank)
        rows = np.arange(len(self.codes))
        found = source[self.codes]
        wanted = column.blank & self.usable & (found >= 0)
        return column.take(np.where(wanted, found, rows)) if wanted.any() else column

    def first(self, filled: np.ndarray) -> np.ndarray:
        """各单头一个填了的行；没有是 −1。"""
        rows = np.flatnonzero(filled & self.usable)[::-1]
        first = np.full(self.size, -1, np.int64)
        first[self.codes[rows]] = rows
        return first
