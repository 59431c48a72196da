"""两种读法并排：多少客户的组合不同、名字不同，各是哪几种（A12）。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lifecycle_lab.schema import INDICATOR_KEYS, Customer, State
from lifecycle_lab.segmentation.patterns import state
from lifecycle_lab.segmentation.thresholds import Centres, codes


@dataclass(frozen=True)
class Disagreement:
    """changed: 名字不同的人数，money: 他们的金额；pairs: （原来的名字，另一种名字）→ 人数，多的在先。"""

    customers: int
    changed: int
    money: int
    pairs: tuple[tuple[tuple[str, str], int], ...]


def disagreement(
    before: Sequence[int],
    after: Sequence[int],
    money: Sequence[int],
    names: Mapping[State, str],
    others: Mapping[State, str],
) -> Disagreement:
    """同一批客户在两种读法下的组合（数）与各自的叫法；三列等长。"""
    pairs: Counter[tuple[str, str]] = Counter()
    moved_money = 0
    for a, b, amount in zip(before, after, money, strict=True):
        named, other = names[state(a)], others[state(b)]
        if named != other:
            pairs[named, other] += 1
            moved_money += amount
    ordered = tuple(sorted(pairs.items(), key=lambda item: (-item[1], item[0])))
    return Disagreement(len(before), sum(pairs.values()), moved_money, ordered)


def compare_codes(before: Sequence[int], after: Sequence[int]) -> int:
    """组合不同的有几位。"""
    return sum(a != b for a, b in zip(before, after, strict=True))


def literal_codes(customers: Sequence[Customer], middle: Centres) -> list[int]:
    """照字面“值 ≥ 中心标 ↑”，不管方向：距今天数也这样读，就是常见的错。"""
    return codes(customers, middle, dict.fromkeys(INDICATOR_KEYS, "high"))
