"""合成的忠诚量表：随书问卷的 300 位各答 15 题（五个因素各三题），再加四样迹象；结构是已知的，所以量得准不准查得出(C8、C9)。

模型：总的忠诚 g 跟着这位客户已有的回答（推荐分、再买的意愿）走，另加自己的噪声；因素 f = √ρ·g + √(1 − ρ)·e；
题 = λ·f + √(1 − λ²)·噪声，切成 1–5。每位另有一种真正的忠诚（KINDS），迹象随它走。只用标准库的随机数，种子相同则相同。
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from statistics import NormalDist

SHARED = 0.6  # ρ：五个因素里共同的那一份方差
LOADINGS = {
    "satisfaction": 0.85,
    "commitment": 0.8,
    "repurchase": 0.8,
    "recommendation": 0.75,
    "resistance": 0.7,
}
"""因素 → 各题的载荷 λ；题与题的相关约为 λ²，三题的 α 约为 3λ²/(1 + 2λ²)，切成五级会略低一点。"""
ITEMS_PER_FACTOR = 3
SHARES = {"impulsive": 0.30, "affective": 0.22, "cognitive": 0.22, "behavioural": 0.26}
"""四种忠诚各占多少，是编的。"""
_PROMOTED = {"impulsive": 0.70, "affective": 0.25, "cognitive": 0.40, "behavioural": 0.20}
_COMPARED = {"impulsive": 1.0, "affective": 0.6, "cognitive": 4.0, "behavioural": 0.4}
_EFFORT = {"impulsive": 0.10, "affective": 0.35, "cognitive": 0.15, "behavioural": 0.75}
_CUTS = (-1.5, -0.8, 0.1, 0.9)
_NORMAL = NormalDist()
_SMALLEST = 2.0**-54

Draw = Callable[[], float]


@dataclass(frozen=True)
class LoyaltyAnswer:
    """一位的量表。items: 因素 → 三题的 1–5；said: 种类 → 那一句话的 1–5（降价才买、喜欢、会比较、成了习惯）。

    promoted: 近一年的订单里几单是促销时买的；compared: 上次买之前看了几家；effort: 等货或绕路也要买过。
    true_loyalty、true_kind 是造的时候定下的真相，真的问卷里没有。
    """

    items: Mapping[str, tuple[int, ...]]
    said: Mapping[str, int]
    promoted: int
    compared: int
    effort: bool
    true_loyalty: float
    true_kind: str


def uniforms(seed: int) -> Draw:
    """[0, 1) 的一串数，由种子定；Python 保证它不随版本改变。"""
    return Random(seed).random


def loyalty_answers(customers: Sequence[tuple[int, int, int]], seed: int) -> list[LoyaltyAnswer]:
    """customers: 每位（推荐分 0–10，再买意愿 1–5，近一年的单数）→ 每位一份量表，先后相同。"""
    draw = uniforms(seed)
    return [_answer(draw, *customer) for customer in customers]


def _answer(draw: Draw, nps: int, intention: int, orders: int) -> LoyaltyAnswer:
    loyalty = 0.45 * (nps - 7.1) / 1.8 + 0.45 * (intention - 3.5) + 0.7 * _normal(draw)
    kind = _choose(draw, SHARES)
    return LoyaltyAnswer(
        items={factor: _items(draw, loyalty, loading) for factor, loading in LOADINGS.items()},
        said={name: _level((1.0 if name == kind else -0.7) + 0.9 * _normal(draw)) for name in SHARES},
        promoted=sum(draw() < _PROMOTED[kind] for _ in range(orders)),
        compared=sum(draw() < _COMPARED[kind] / 6 for _ in range(6)),
        effort=draw() < _EFFORT[kind],
        true_loyalty=loyalty,
        true_kind=kind,
    )


def _items(draw: Draw, loyalty: float, loading: float) -> tuple[int, ...]:
    factor = SHARED**0.5 * loyalty + (1 - SHARED) ** 0.5 * _normal(draw)
    noise = (1 - loading**2) ** 0.5
    return tuple(_level(loading * factor + noise * _normal(draw)) for _ in range(ITEMS_PER_FACTOR))


def _level(score: float) -> int:
    return 1 + bisect_left(_CUTS, score)


def _normal(draw: Draw) -> float:
    return _NORMAL.inv_cdf(max(draw(), _SMALLEST))


def _choose(draw: Draw, shares: Mapping[str, float]) -> str:
    """按份额取一个，份额合计为 1。"""
    edges = list(accumulate(shares.values()))
    return list(shares)[min(bisect_right(edges, draw()), len(edges) - 1)]
