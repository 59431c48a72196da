"""态度 × 行为：真忠诚、潜在忠诚、虚假忠诚、没有忠诚(C2：忠诚的意愿与忠诚的行为是两件事)。"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lifecycle_lab.schema import DataError

QUADRANTS = ("true", "latent", "spurious", "none")
_BY_SIGNS = {
    (True, True): "true",
    (True, False): "latent",
    (False, True): "spurious",
    (False, False): "none",
}


def quadrant(attitude_is_high: bool, behaviour_is_high: bool) -> str:
    """两样都高是真忠诚；只有态度高是潜在，只有行为高是虚假，两样都低是没有。

    >>> quadrant(True, False), quadrant(False, True)
    ('latent', 'spurious')
    """
    return _BY_SIGNS[attitude_is_high, behaviour_is_high]


def exact_mean(values: Sequence[int | Fraction]) -> Fraction:
    """精确的均值；一个数也没有 → DataError。"""
    if not values:
        raise DataError("一个数也没有，均值算不出来。", remedy="至少给一个数。")
    return sum(values, Fraction(0)) / len(values)


def quadrants(
    attitudes: Sequence[int | Fraction],
    behaviours: Sequence[int | Fraction],
    cuts: tuple[Fraction, Fraction] | None = None,
) -> tuple[str, ...]:
    """每位客户在哪一格；cuts 是两条界限（态度，行为），不给就取各自的均值。等于界限算高，同实训1 的规矩；空的 → DataError。"""
    attitude_cut, behaviour_cut = cuts or (exact_mean(attitudes), exact_mean(behaviours))
    return tuple(
        quadrant(attitude >= attitude_cut, behaviour >= behaviour_cut)
        for attitude, behaviour in zip(attitudes, behaviours, strict=True)
    )
