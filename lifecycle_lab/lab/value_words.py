"""把第 07 课的数写成给人看的文字：句子在 value_lesson.toml，例子在 value.toml。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab.content.value import CustomerText, value_words
from lifecycle_lab.lab.saying import Saying
from lifecycle_lab.plots.value import Written
from lifecycle_lab.schema import half_up
from lifecycle_lab.value import LoyalCustomer, YearlyRate, YearlyRetention, Years

say = Saying(value_words)
columns, table = say.columns, say.table


def yuan(fen: Fraction | int, digits: int = 2) -> str:
    """最小单位 → 主单位的写法，四舍五入，带千分号。"""
    return Written("元", digits=digits).text(Fraction(fen))


def percent(share: Fraction | float, digits: int = 1) -> str:
    return f"{half_up(100 * Fraction(share), digits)} %".replace("-", "−")


def factor(value: Fraction, digits: int = 4) -> str:
    return half_up(value, digits).replace("-", "−")


def exact(value: Fraction) -> str:
    """写得尽就写尽（至多十二位），不然六位小数加省略号。"""
    text = half_up(value, 12).rstrip("0").rstrip(".")
    shown = text if Fraction(text) == value else f"{half_up(value, 6)}…"
    return shown.replace("-", "−")


def loyal_customer(text: CustomerText) -> LoyalCustomer:
    """内容里的一位客户 → value 里的一位。"""
    return LoyalCustomer(
        text.yearly_revenue,
        YearlyRate(text.rate),
        Years(text.years),
        first_purchase=text.first_purchase,
        acquisition_cost=text.acquisition_cost,
        yearly_service_cost=text.yearly_service_cost,
        margin=text.margin,
        kept=YearlyRetention(text.kept),
    )
