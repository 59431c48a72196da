"""合成的询问记录：谁在哪一天来问过。商店的订单里没有还没买的人，潜在客户要靠它(A8)。

合成，并且处处这样标明：买过的人补一个“首购以前几天问过”，另外造一批问过而没有买的人。
由散列取数，不用随机数发生器：换库、换版本，同一家店总是同样的记录。
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction


def asked_days(
    first_bought: Mapping[Hashable, int], longest_wait: int, seed: str
) -> Iterator[tuple[Hashable, int]]:
    """买过的客户 → （客户，哪一天来问）：首购以前 0 … longest_wait 天，近的多、远的少。"""
    for who, day in first_bought.items():
        # 两个均匀数里小的一个：一路往下斜，等得久的少
        draws = (_draw(f"{seed}|wait{i}|{who}", longest_wait + 1) for i in (1, 2))
        yield who, day - min(draws)


def only_asked(asked: Sequence[int], bought_share: Fraction, seed: str) -> list[int]:
    """问过而没有买的人各在哪一天问：总数使买的占 bought_share，日子照买的人的日子抽，前后错开至多两周。"""
    many = round(len(asked) * (1 - bought_share) / bought_share)
    days = sorted(asked)
    return [
        days[_draw(f"{seed}|day|{i}", len(days))] + _draw(f"{seed}|shift|{i}", 29) - 14 for i in range(many)
    ]


def _draw(name: str, count: int) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") % count
