"""把第 02 课的数写成给人看的文字：句子在 curve_lesson.toml，名称在 curves.toml。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab.content import course
from lifecycle_lab.lab.saying import Saying
from lifecycle_lab.schema import half_up

_WAN = 1_000_000  # 一万元是多少分


say = Saying(lambda: course().curve_words)


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
