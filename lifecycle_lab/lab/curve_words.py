"""把第 02 课的数写成给人看的文字：句子在 curve_lesson.toml，名称在 curves.toml。"""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from string import Template
from typing import TypeVar

from lifecycle_lab.content import course
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.schema import LabError, half_up

Found = TypeVar("Found")
_WAN = 1_000_000  # 一万元是多少分


def say(name: str, **fields: object) -> str:
    return Template(course().curve_words[name]).substitute(fields)


def stage_label(name: str) -> str:
    return course().curves.stages[name].label


def type_label(name: str) -> str:
    return course().curves.exit_types[name].label


def lever_label(name: str) -> str:
    return course().curves.levers[name].label


def wan(fen: int) -> str:
    """分 → 万元，两位小数。"""
    return half_up(Fraction(fen, _WAN), 2)


def percent(share: Fraction | None, digits: int = 1) -> str:
    return say("word.none") if share is None else f"{half_up(100 * share, digits)} %"


def or_reason(build: Callable[..., Found]) -> Callable[..., Found | Shown]:
    """做不出来的（没有真相、人太少、没有这位客户）不算出错：说出为什么，这一课接着往下走。"""

    @functools.wraps(build)
    def tried(*args: object, **keywords: object) -> Found | Shown:
        try:
            return build(*args, **keywords)
        except LabError as error:
            return Shown((str(error),))

    return tried
