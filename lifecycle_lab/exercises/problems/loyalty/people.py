"""七位客户在态度 × 行为的哪一格；六个迹象各到信任的哪一步(C2、C10)。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count

from lifecycle_lab import loyalty
from lifecycle_lab.content.loyalty import loyalty as texts
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem, by_row
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

CUSTOMERS, MEAN = ("甲", "乙", "丙", "丁", "戊", "己", "庚"), "均值"
HIGH, LOW = "高", "低"
_PLACES = ("attitude", "behaviour", "quadrant")
SIGNS = ("迹象一", "迹象二", "迹象三", "迹象四", "迹象五", "迹象六")

Own = Mapping[Cell, Entry]
Pair = tuple[int, int]


def seven_customers(numbers: Numbers) -> dict[str, Pair]:
    """七位的（指数，单数）：四格都有人，有一位的单数恰好等于均值。"""
    drawn = (_seven(numbers, attempt) for attempt in count(1))
    return next(found for found in drawn if _teachable(found))


def _seven(numbers: Numbers, attempt: int) -> dict[str, Pair]:
    return {
        who: (
            numbers.whole(f"index|{attempt}|{who}", 30, 90),
            numbers.whole(f"orders|{attempt}|{who}", 1, 9),
        )
        for who in CUSTOMERS
    }


def _teachable(found: Mapping[str, Pair]) -> bool:
    scores, orders = zip(*found.values(), strict=True)
    mean = loyalty.exact_mean(orders)
    return mean in orders and len(set(loyalty.quadrants(scores, orders))) == len(loyalty.QUADRANTS)


def loyalty_quadrant(numbers: Numbers) -> Problem:
    """两个均值，态度与行为的高低，在哪一格。"""
    found = seven_customers(numbers)
    labels = {name: text.label for name, text in texts().quadrants.items()}
    scores, orders = zip(*found.values(), strict=True)
    means = {"score": loyalty.exact_mean(scores), "orders": loyalty.exact_mean(orders)}
    right: dict[Cell, object] = {(MEAN, column): value for column, value in means.items()}
    right |= _placed(found, means, labels)
    given = {
        (who, column): str(value)
        for who, pair in found.items()
        for column, value in zip(("score", "orders"), pair, strict=True)
    }
    given |= {(MEAN, column): "—" for column in _PLACES}
    level, ask = Ask("choice", choices=(HIGH, LOW)), Ask("number")
    asks = {"score": ask, "orders": ask, "attitude": level, "behaviour": level}
    asks["quadrant"] = Ask("choice", choices=tuple(labels.values()))
    fields = by_row(right, lambda row: _quadrant_words(row, found, means, right))
    mistakes = _quadrant_mistakes(found, means, labels)
    rows = (*CUSTOMERS, MEAN)
    return Problem(rows, given, asks, right, fields, mistakes, lambda own: _own_places(own, found, labels))


def _quadrant_words(
    row: str, found: Mapping[str, Pair], means: Mapping[str, Fraction], right: Mapping[Cell, object]
) -> dict[str, object]:
    score, orders = found.get(row, (0, 0))
    words = {"score_mean": half_up(means["score"], 2), "orders_mean": half_up(means["orders"], 2)}
    return {
        **words,
        **{name: right.get((row, name), "") for name in _PLACES},
        "score": score,
        "orders": orders,
    }


def _quadrant_mistakes(
    found: Mapping[str, Pair], means: Mapping[str, Fraction], labels: Mapping[str, str]
) -> dict[str, dict[Cell, object]]:
    kinds = zip(found, loyalty.quadrants(*zip(*found.values(), strict=True)), strict=True)
    swapped = {"latent": "spurious", "spurious": "latent"}
    return {
        "tie_counted_low": {
            (who, "behaviour"): LOW for who, (_, orders) in found.items() if orders == means["orders"]
        },
        "latent_spurious_swapped": {
            (who, "quadrant"): labels[swapped[kind]] for who, kind in kinds if kind in swapped
        },
    }


def _placed(
    found: Mapping[str, Pair], means: Mapping[str, Fraction], labels: Mapping[str, str]
) -> dict[Cell, object]:
    placed: dict[Cell, object] = {}
    for who, (score, orders) in found.items():
        high = (score >= means["score"], orders >= means["orders"])
        placed |= {
            (who, name): _level(yes) for name, yes in zip(("attitude", "behaviour"), high, strict=True)
        }
        placed[who, "quadrant"] = labels[loyalty.quadrant(*high)]
    return placed


def _level(is_high: bool) -> str:
    return HIGH if is_high else LOW


def _own_places(own: Own, found: Mapping[str, Pair], labels: Mapping[str, str]) -> dict[Cell, object]:
    """高低从自己写的均值看，格从自己写的高低查。"""
    follow: dict[Cell, object] = {}
    for who, pair in found.items():
        for column, level, value in zip(("score", "orders"), ("attitude", "behaviour"), pair, strict=True):
            if (MEAN, column) in own:
                follow[who, level] = _level(value >= own[MEAN, column].value)  # type: ignore[operator]
        if (who, "attitude") in own and (who, "behaviour") in own:
            high = (own[who, level].value == HIGH for level in ("attitude", "behaviour"))
            follow[who, "quadrant"] = labels[loyalty.quadrant(*high)]
    return follow


# ── 信任 ─────────────────────────────────────────────────────────────


def six_signs(numbers: Numbers) -> list[tuple[str, str]]:
    """六个（迹象，哪一步）：四步与危险信号都有，另一个随学号。"""
    signs = texts().trust_signs
    chosen = [
        numbers.choice(f"sign|{step}", [pair for pair in signs if pair[1] == step]) for step in texts().trust
    ]
    rest = [pair for pair in signs if pair not in chosen]
    return numbers.shuffled("order", [*chosen, numbers.choice("sixth", rest)])


def trust_steps(numbers: Numbers) -> Problem:
    """每个迹象说明到了信任的哪一步；有的是危险信号。"""
    found, labels = six_signs(numbers), texts().trust
    right: dict[Cell, object] = {
        (row, "step"): labels[step] for row, (_, step) in zip(SIGNS, found, strict=True)
    }
    given = {(row, "sign"): text for row, (text, _) in zip(SIGNS, found, strict=True)}
    danger = {cell: labels["ally"] for cell, step in right.items() if step == labels["danger"]}
    return Problem(
        SIGNS,
        given,
        {"step": Ask("choice", choices=tuple(labels.values()))},
        right,
        {cell: {"sign": given[cell[0], "sign"], "step": step} for cell, step in right.items()},
        {"personal_tie_as_ally": danger},
    )
