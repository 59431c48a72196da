"""把第 06 课的数写成给人看的文字：句子在 cycle_lesson.toml，名称在 cycles.toml、backtest.toml。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab.content import course
from lifecycle_lab.cycles import Bounds, class_range
from lifecycle_lab.lab.saying import Saying

say = Saying(lambda: course().cycle_words)


def percent(share: Fraction | float | None, digits: int = 1) -> str:
    return say("word.none") if share is None else f"{100 * float(share):.{digits}f} %"


def days(count: int | None) -> str:
    return course().cycles.words["never"] if count is None else say("word.days", days=f"{count:,}")


def state_label(name: str) -> str:
    return course().cycles.states[name].label


def class_label(name: str) -> str:
    return course().cycles.classes[name].label


def gap_range(name: str, bounds: Bounds) -> str:
    """一类的间隔从几天到几天，写明哪一头算、哪一头不算。"""
    low, high = class_range(name, bounds)
    word = {"low": "word.range_low", "beyond": "word.range_beyond"}.get(name, "word.range")
    return say(word, low=low, high=high if name in ("high", "mid") else bounds.low)
