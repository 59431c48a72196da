"""把第 05 课的数写成给人看的文字；句子在 beyond.toml。做不出来的，说出为什么。"""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from string import Template
from typing import TypeVar

from lifecycle_lab.content import course
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.schema import Indicator, LabError, half_up
from lifecycle_lab.segmentation import pattern, state

Found = TypeVar("Found")


def say(name: str, **fields: object) -> str:
    return Template(course().beyond.words[name]).substitute(fields)


def percent(share: Fraction | float, digits: int = 1) -> str:
    return f"{100 * float(share):.{digits}f} %"


def signed(value: float, digits: int) -> str:
    """带正负号，负号用真的减号。"""
    return f"{value:+,.{digits}f}".replace("-", "−")


def setting(name: str) -> int:
    return course().beyond.settings[name]


def table(name: str, columns: tuple[str, ...], rows, note: str = "", **fields: object) -> Table:
    """title.name 的一张表；columns 是已经写好的列名。"""
    return Table(say(f"title.{name}", **fields), columns, tuple(map(tuple, rows)), note)


def heads(*names: str) -> tuple[str, ...]:
    return tuple(say(f"column.{name}") for name in names)


def amount(indicator: Indicator, value: Fraction | int) -> str:
    """主单位的写法：整的写整，不整的两位小数，带千分位。"""
    shown = half_up(Fraction(value) / 10**indicator.decimals, 2)
    whole, _, rest = shown.partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest.strip("0") else "")


def level(code: int) -> str:
    """组合的数 → 默认惯例的级别名。"""
    return course().conventions[course().default_convention].names[state(code)]


def level_with_pattern(code: int) -> str:
    return f"{level(code)}（{pattern(code)}）"


def or_reason(build: Callable[..., Found]) -> Callable[..., Found | Shown]:
    """人太少、历史太短不算出错：说出为什么，这一课接着往下走。"""

    @functools.wraps(build)
    def tried(*args: object, **keywords: object) -> Found | Shown:
        try:
            return build(*args, **keywords)
        except LabError as error:
            return Shown((str(error),))

    return tried
