"""购买间隔的定义：从一列购买日到每一段间隔，连同还没有结束的最后一段(E2、E6)。

这里是可以读的定义；仓库（warehouse）用 SQL 归出的小表与它一行不差，由测试保证。
日子是整数日序（date.toordinal() 或距 1970 年的天数都行，只用到差）；观察日当天的购买算在内。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

MERGED_FROM = 5
"""第几段起并在一起：n = 5 的意思是第五段或更后。前四段够用：表3 看到第四段。"""


class GapRow(NamedTuple):
    """间隔表的一行：count 段同样的间隔。

    n: 第几段（1 = 第一次到第二次购买）；previous: 前一段的天数，第一段没有；gap: 天数；
    closed: 1 已经结束，0 还开着（到观察日还没有再买，只知道不短于 gap）。
    """

    n: int
    previous: int | None
    gap: int
    closed: int
    count: int


@dataclass(frozen=True)
class Visits:
    """一位客户的来访，规则要的都在这里。median_twice: 各段间隔中位数的两倍（整数），没有间隔是 None。"""

    first_day: int
    last_day: int
    purchase_days: int
    last_gap: int | None
    median_twice: int | None = None


def purchase_days(days: Iterable[int], as_of: int) -> list[int]:
    """同一天的几单合成一次，观察日之后的不算，从早到晚。"""
    return sorted({day for day in map(int, days) if day <= as_of})


def gaps(days: Iterable[int], as_of: int) -> tuple[GapRow, ...]:
    """一位客户的各段间隔，最后一段总是开着的(E2)；到观察日还没有买过 → 空。"""
    bought = purchase_days(days, as_of)
    lengths = [later - earlier for earlier, later in pairwise((*bought, as_of))]
    previous = [None, *lengths]
    return tuple(
        GapRow(n, previous[n - 1], gap, int(n < len(lengths)), 1) for n, gap in enumerate(lengths, start=1)
    )


def visits(days: Iterable[int], as_of: int) -> Visits | None:
    """一位客户到观察日为止的来访；还没有买过 → None。"""
    spells = gaps(days, as_of)
    if not spells:
        return None
    closed, last = [row.gap for row in spells[:-1]], as_of - spells[-1].gap
    ordered, middle = sorted(closed), len(closed) // 2
    twice = ordered[middle] + ordered[-middle - 1] if closed else None
    return Visits(last - sum(closed), last, len(spells), spells[-1].previous, twice)


def tally(histories: Iterable[Iterable[int]], as_of: int, merged_from: int = MERGED_FROM) -> list[GapRow]:
    """全店的间隔表，按 (n, 前一段, 天数, 是否结束) 排序；histories 是每位客户一列购买日。"""
    counts: Counter[tuple] = Counter()
    for days in histories:
        for row in gaps(days, as_of):
            counts[min(row.n, merged_from), row.previous, row.gap, row.closed] += 1
    found = (GapRow(*key, count) for key, count in counts.items())
    return sorted(found, key=lambda row: (row.n, row.previous or 0, row.gap, row.closed))


def select(
    rows: Iterable[GapRow], *, n: int | None = None, least: int = 1, closed: bool | None = None
) -> list[GapRow]:
    """挑出第 n 段（或不早于第 least 段）的行；closed 不给就两种都要。仓库的行字段相同，一样收。"""
    found = [row for row in rows if (row.n == n if n is not None else row.n >= least)]
    return found if closed is None else [row for row in found if bool(row.closed) is closed]


def shop_cycle(rows: Iterable[GapRow]) -> Fraction | None:
    """全店的周期：观察到的总天数 ÷ 结束了的间隔数，精确分数；开着的间隔也算观察到的天数。

    没有一段结束 → None。只数结束了的会偏短：慢的客户多半还开着。
    """
    found = select(rows)
    ended = sum(row.count for row in found if row.closed)
    return Fraction(sum(row.gap * row.count for row in found), ended) if ended else None
