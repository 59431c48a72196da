"""一再抽样：十个人的均值、箭头、级别能飘多远，要多少人才稳（A12 的提示：十份只说明方法）。

抽法不筛选：每一次由种子与次数的 SHA-256 决定，谁来算、算几遍都一样，不用随机数发生器。
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import xor

from lifecycle_lab.schema import INDICATOR_KEYS, Better, Customer, ParameterError
from lifecycle_lab.segmentation.thresholds import codes, limit, quick_codes

_WORD = 8  # 一个 SHA-256 切成四个 64 位的数
SCHEME = "tens-v1"


def indexes(population: int, size: int, seed: str, draw: int) -> list[int]:
    """第 draw 次抽到的 size 个位置，不重复；每一组可能的位置机会相同；抽不出 size 位 → ParameterError。"""
    if not 1 <= size <= population:
        raise ParameterError(f"{population} 位客户里抽不出 {size} 位。", remedy=f"写 1 到 {population}。")
    stream = _numbers(f"{SCHEME}|{seed}|{size}|{draw}")
    # 从 0 … population − 1 里洗出前 size 张牌；只记动过的位置
    moved: dict[int, int] = {}
    found = []
    for i in range(size):
        j = i + next(stream) % (population - i)
        found.append(moved.get(j, j))
        moved[j] = moved.get(i, i)
    return found


def _numbers(name: str) -> Iterator[int]:
    block = 0
    while True:
        digest = hashlib.sha256(f"{name}|{block}".encode()).digest()
        for start in range(0, len(digest), _WORD):
            yield int.from_bytes(digest[start : start + _WORD], "big")
        block += 1


def tens(customers: Sequence[Customer], size: int, draws: int, seed: str) -> Iterator[tuple[Customer, ...]]:
    """draws 次抽样，每次 size 位，不筛选。"""
    for draw in range(draws):
        yield tuple(customers[i] for i in indexes(len(customers), size, seed, draw))


@dataclass(frozen=True)
class Wander:
    """一种样本大小下的一再抽样。

    means: 每次抽样的三个均值（R、F、M）。kept: 每位客户在几次里与全体的均值给出同样的组合。
    whole: 用全体均值时每位客户的组合。draws: 抽了几次。arrows: R、F、M 三列箭头各有几成与全体一致。
    """

    size: int
    draws: int
    means: tuple[tuple[Fraction, Fraction, Fraction], ...]
    whole: tuple[int, ...]
    kept: tuple[int, ...]
    arrows: tuple[Fraction, ...] = ()

    @property
    def agreement(self) -> Fraction:
        """随便一位客户、随便一次抽样，级别与全体一致的机会。"""
        return Fraction(sum(self.kept), len(self.kept) * self.draws)

    def stable(self, share: Fraction) -> Fraction:
        """有多大一份客户，至少在 share 的抽样里保住级别。"""
        return Fraction(sum(many >= share * self.draws for many in self.kept), len(self.kept))

    def by_code(self) -> dict[int, Fraction]:
        """每一种组合的客户平均保住级别的机会。"""
        heads = Counter(self.whole)
        held: Counter[int] = Counter()
        for code, many in zip(self.whole, self.kept, strict=True):
            held[code] += many
        return {code: Fraction(held[code], heads[code] * self.draws) for code in heads}

    def band(self, place: int, share: Fraction = Fraction(9, 10)) -> tuple[Fraction, Fraction]:
        """第 place 个均值（0 R、1 F、2 M）在中间 share 的抽样里，从多少到多少。"""
        ordered = sorted(row[place] for row in self.means)
        outside = int(len(ordered) * (1 - share) / 2)
        return ordered[outside], ordered[-1 - outside]


def wander(
    customers: Sequence[Customer], better: Mapping[str, Better], size: int, draws: int, seed: str
) -> Wander:
    """抽 draws 次 size 位，每次用这几位的均值给**全体**客户定组合，与用全体均值定的比。"""
    rows = [customer.values for customer in customers]
    signs = tuple(1 if better[key] == "high" else -1 for key in INDICATOR_KEYS)
    everyone = _means(rows)
    whole = codes(customers, dict(zip(INDICATOR_KEYS, everyone, strict=True)), better)
    kept, means, turned = [0] * len(rows), [], Counter()
    for draw in range(draws):
        middle = _means([rows[i] for i in indexes(len(rows), size, seed, draw)])
        means.append(middle)
        edges = tuple(limit(m, better[key]) for m, key in zip(middle, INDICATOR_KEYS, strict=True))
        found = quick_codes(rows, edges, signs)
        kept = [n + (a == b) for n, a, b in zip(kept, found, whole, strict=True)]
        turned.update(map(xor, found, whole))
    return Wander(size, draws, tuple(means), tuple(whole), tuple(kept), _same_arrows(turned))


def _same_arrows(turned: Counter[int]) -> tuple[Fraction, ...]:
    """两个组合的异或 → 几次；每一位各有几成没有变。"""
    total = sum(turned.values())
    return tuple(Fraction(sum(n for code, n in turned.items() if not code & bit), total) for bit in (4, 2, 1))


def _means(rows: Sequence[tuple[int, int, int]]) -> tuple[Fraction, Fraction, Fraction]:
    return tuple(Fraction(sum(values), len(rows)) for values in zip(*rows, strict=True))  # type: ignore[return-value]


def trend_seen(changes: Sequence[int], size: int, draws: int, seed: str) -> Fraction:
    """抽 size 位，有多大一份抽样看得出全体的升降：changes 是每位客户后一期减前一期（整数）。

    全体不升不降 → ParameterError：没有趋势可看。
    """
    rising = sum(changes)
    if not rising:
        raise ParameterError("全体不升也不降，没有趋势可看。")
    right = sum(
        sum(changes[i] for i in indexes(len(changes), size, seed, draw)) * rising > 0 for draw in range(draws)
    )
    return Fraction(right, draws)
