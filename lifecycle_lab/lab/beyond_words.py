"""把第 05 课的数写成给人看的文字；句子在 beyond.toml。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab.content import course
from lifecycle_lab.lab.saying import Saying
from lifecycle_lab.schema import Indicator, half_up
from lifecycle_lab.segmentation import pattern, state

say = Saying(lambda: course().beyond.words)
heads, table = say.columns, say.table


def percent(share: Fraction | float, digits: int = 1) -> str:
    return f"{100 * float(share):.{digits}f} %"


def signed(value: float, digits: int) -> str:
    """带正负号，负号用真的减号。"""
    return f"{value:+,.{digits}f}".replace("-", "−")


def setting(name: str) -> int:
    return course().beyond.settings[name]


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
