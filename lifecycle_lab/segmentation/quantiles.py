"""购买间隔的分位数：数到第几天为止，有这么大一份已经回来(E2)。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def reached_within(counts: Mapping[int, int], share: Fraction, waiting: int = 0) -> int | None:
    """最少多少天，使已经回来的不少于 share；到最后也没有这么多 → None（“没有达到”）。

    counts: {间隔天数：个数}，只算已经有了下一次的。waiting: 还没有下一次的个数，算进分母、从不算进分子。
    """
    wanted = share * (sum(counts.values()) + waiting)
    seen = 0
    for days in sorted(counts):
        seen += counts[days]
        if seen >= wanted:
            return days
    return None
