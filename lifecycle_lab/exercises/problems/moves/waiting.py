"""三种状态的小链：新客户、老客户、流失。迟早到得了的份额，平均等几期。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.moves.rates import label
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.stages import chain as chains
from lifecycle_lab.stages.chain import Chain
from lifecycle_lab.stages.moves import LOST, NEW, OLD
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers


def waiting_times(numbers: Numbers) -> Problem:
    """新客户在“新”里平均几期、迟早成为老客户的份额、老客户几期流失、新客户几期流失。"""
    grow, leave, end = _shares(numbers)
    links = _links(grow, leave, end)
    stay = 100 - grow - leave
    questions = {
        "问题一": f"一期的份额（%）：{label(NEW)}留在原处 {stay}、成为{label(OLD)} {grow}、流失 {leave}；"
        f"{label(OLD)}留在原处 {100 - end}、流失 {end}。{label(NEW)}平均在“新”里待几期？",
        "问题二": f"{label(NEW)}里，迟早成为{label(OLD)}的占百分之几？",
        "问题三": f"成得了{label(OLD)}的人，平均几期以后成的？",
        "问题四": f"{label(OLD)}平均几期以后流失？",
        "问题五": f"{label(NEW)}平均几期以后流失（走哪条路都算）？",
    }
    waits = chains.periods_in(links, NEW)[NEW]
    reach = chains.reach(links, NEW, OLD)
    right: dict[Cell, object] = {
        ("问题一", "periods"): waits,
        ("问题二", "share"): 100 * reach,
        ("问题三", "periods"): chains.time_to(links, NEW, OLD),
        ("问题四", "periods"): chains.lifetime(links, OLD),
        ("问题五", "periods"): chains.lifetime(links, NEW),
    }
    words = {"stay": stay, "grow": grow, "leave": leave, "end": end, "out": grow + leave}
    words |= {"waits": half_up(waits, 2), "reach": half_up(100 * reach, 1)}  # type: ignore[arg-type]
    words |= {"old": half_up(right["问题四", "periods"], 2), "all": half_up(right["问题五", "periods"], 2)}  # type: ignore[arg-type,dict-item]
    given = {(row, "question"): text for row, text in questions.items()}
    given |= {(row, c): "—" for row in questions for c in ("periods", "share") if (row, c) not in right}
    ignoring = Fraction(100, grow)
    return Problem(
        tuple(questions),
        given,
        {"periods": Ask("number", "期"), "share": Ask("percent", "%")},
        right,
        dict.fromkeys(right, words),
        {
            "wait_ignores_the_lost": {("问题一", "periods"): ignoring, ("问题三", "periods"): ignoring},
            "one_period_for_ever": {("问题二", "share"): Fraction(grow)},
            "everyone_gets_there": {("问题五", "periods"): waits + right["问题四", "periods"]},  # type: ignore[operator]
        },
        _own_life,
    )


def _shares(numbers: Numbers) -> tuple[int, int, int]:
    """一期里成为老客户的、流失的、老客户流失的，各百分之几。"""
    grow, leave = numbers.choice(
        "new", ((20, 20), (30, 10), (15, 25), (24, 16), (30, 20), (10, 15), (15, 10), (32, 8))
    )
    return grow, leave, numbers.choice("old", (5, 8, 10, 16, 20))


def _links(grow: int, leave: int, end: int) -> Chain:
    rows = ((100 - grow - leave, grow, leave), (0, 100 - end, end), (0, 0, 100))
    return Chain((NEW, OLD, LOST), tuple(tuple(Fraction(share, 100) for share in row) for row in rows))


def _own_life(own: Mapping[Cell, Entry]) -> dict[Cell, object]:
    """问题三跟着自己的问题一；问题五用自己写的一、二、四：在新里的期数 + 份额 × 老客户的期数。"""
    found: dict[Cell, object] = {}
    if first := own.get(("问题一", "periods")):
        found["问题三", "periods"] = first.value
    parts = [own.get(cell) for cell in (("问题一", "periods"), ("问题二", "share"), ("问题四", "periods"))]
    if all(parts):
        waits, share, old = (Fraction(part.value) for part in parts)  # type: ignore[union-attr,arg-type]
        found["问题五", "periods"] = waits + share / 100 * old
    return found
