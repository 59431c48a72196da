"""从人次到份额，再走两步：一行除以这一行的合计，一条路上的份额相乘，几条路相加。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count

from lifecycle_lab.content.transitions import transitions
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.stages import chain as chains
from lifecycle_lab.stages.chain import Chain
from lifecycle_lab.stages.moves import LOST, NEW, OLD, POTENTIAL, Moves
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

Pair = tuple[str, str]
_PAIRS: tuple[Pair, ...] = (
    *((POTENTIAL, end) for end in (POTENTIAL, NEW, LOST)),
    *((NEW, end) for end in (NEW, OLD, LOST)),
    *((OLD, end) for end in (OLD, LOST)),
)
_PLACES = (POTENTIAL, NEW, OLD, LOST)


def label(state: str) -> str:
    return transitions().states[state].label


def pair_label(pair: Pair) -> str:
    return " → ".join(map(label, pair))


def move_rates(numbers: Numbers) -> Problem:
    """八种移动的人次：从那里出发的一共几人次，份额是百分之几。"""
    counts = _counts(numbers)
    found = Moves(counts)
    links = chains.chain(found)
    arrived = {end: sum(many for (_, e), many in counts.items() if e == end) for end in _PLACES}
    everything = sum(counts.values())
    rows = {pair_label(pair): pair for pair in _PAIRS}
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    for row, (origin, end) in rows.items():
        total, share = found.total(origin), 100 * Fraction(links.rate(origin, end))
        right |= {(row, "total"): total, (row, "rate"): share}
        words = {
            "moved": counts[origin, end],
            "total": total,
            "rate": half_up(share, 1),
            "origin": label(origin),
        }
        fields |= {(row, column): words for column in ("total", "rate")}
    return Problem(
        tuple(rows),
        {(row, "moved"): str(counts[pair]) for row, pair in rows.items()},
        {"total": Ask("whole"), "rate": Ask("percent", "%")},
        right,
        fields,
        {
            "share_of_all_moves": {
                **{(row, "total"): everything for row in rows},
                **{(row, "rate"): Fraction(100 * counts[pair], everything) for row, pair in rows.items()},
            },
            "share_of_arrivals": {
                **{(row, "total"): arrived[end] for row, (_, end) in rows.items()},
                **{
                    (row, "rate"): Fraction(100 * counts[pair], arrived[pair[1]])
                    for row, pair in rows.items()
                },
            },
        },
        lambda own: _own_rates(own, rows, counts),
    )


def _counts(numbers: Numbers) -> dict[Pair, int]:
    """各种移动的人次；三行的合计与三列的合计都不相同，错法才分得开。"""
    for attempt in count(1):
        found = {pair: numbers.whole(f"move|{attempt}|{i}", 24, 380, 2) for i, pair in enumerate(_PAIRS)}
        starts = {sum(n for (o, _), n in found.items() if o == origin) for origin in _PLACES[:3]}
        ends = {sum(n for (_, e), n in found.items() if e == end) for end in _PLACES}
        if len(starts) == 3 and len(ends) == 4 and not starts & ends:
            return found
    raise AssertionError("取不到")


def _own_rates(
    own: Mapping[Cell, Entry], rows: Mapping[str, Pair], counts: Mapping[Pair, int]
) -> dict[Cell, object]:
    """从学生自己写的合计接着除。"""
    return {
        (row, "rate"): Fraction(100 * counts[pair], own[row, "total"].value)
        for row, pair in rows.items()
        if (row, "total") in own and own[row, "total"].value > 0
    }


def two_steps(numbers: Numbers) -> Problem:
    """一期的份额给出来，问两期以后：路上相乘，几条路相加。"""
    p = _tenths(numbers)
    links = _links(p)
    ends = {
        "问题一": (POTENTIAL, NEW),
        "问题二": (POTENTIAL, OLD),
        "问题三": (NEW, OLD),
        "问题四": (NEW, LOST),
    }
    questions = {
        row: f"从{label(start)}出发，正好两期以后是{label(end)}的，占百分之几？"
        for row, (start, end) in ends.items()
    }
    questions["问题一"] = f"一期的份额（%）：{_listed(p)}。{questions['问题一']}"
    questions["问题四"] = f"从{label(NEW)}出发，两期以后已经流失的，占百分之几？"
    questions["问题五"] = f"从{label(NEW)}出发，两期以后还没有流失的，占百分之几？"
    right: dict[Cell, object] = {
        (row, "share"): 100 * chains.after(links, start, 2)[links.states.index(end)]
        for row, (start, end) in ends.items()
    }
    right["问题五", "share"] = 100 - right["问题四", "share"]  # type: ignore[operator]
    first, second = _one_path(p), _added(p)
    words = {
        row: {"share": half_up(right[row, "share"], 2), "ways": _ways(*pair)} for row, pair in ends.items()
    }  # type: ignore[arg-type]
    words["问题五"] = {"share": half_up(right["问题五", "share"], 2), "ways": ""}  # type: ignore[arg-type]
    return Problem(
        tuple(questions),
        {(row, "question"): text for row, text in questions.items()},
        {"share": Ask("percent", "%")},
        right,
        {(row, "share"): told for row, told in words.items()},
        {"one_path_only": first, "added_along_the_path": second},
        _own_rest,
    )


def _tenths(numbers: Numbers) -> dict[Pair, int]:
    """每行合计 100 %，都是 5 的倍数。"""
    stay, leave = numbers.whole("pp", 30, 50, 5), numbers.whole("pl", 15, 25, 5)
    new_stay, new_leave = numbers.whole("nn", 25, 45, 5), numbers.whole("nl", 20, 30, 5)
    old_leave = numbers.whole("ol", 5, 20, 5)
    shares = (stay, 100 - stay - leave, leave, new_stay, 100 - new_stay - new_leave, new_leave)
    return dict(zip(_PAIRS, (*shares, 100 - old_leave, old_leave), strict=True))


def _links(p: Mapping[Pair, int]) -> Chain:
    rows = tuple(
        tuple(
            Fraction(p.get((origin, end), 0), 100) if origin != LOST else Fraction(end == LOST)
            for end in _PLACES
        )
        for origin in _PLACES
    )
    return Chain(_PLACES, rows)


def _listed(p: Mapping[Pair, int]) -> str:
    return "，".join(f"{pair_label(pair)} {share}" for pair, share in p.items())


def _ways(start: str, end: str) -> str:
    """两步走得到的各条路，写成中间停在哪里。"""
    via = [state for state in _PLACES if {(start, state), (state, end)} <= {*_PAIRS, (LOST, LOST)}]
    return "；".join(f"{label(start)} → {label(state)} → {label(end)}" for state in via)


def _one_path(p: Mapping[Pair, int]) -> dict[Cell, object]:
    """只数了其中一条路。"""
    return {
        ("问题一", "share"): Fraction(p[POTENTIAL, NEW] * p[NEW, NEW], 100),
        ("问题三", "share"): Fraction(p[NEW, OLD] * p[OLD, OLD], 100),
        ("问题四", "share"): Fraction(p[NEW, NEW] * p[NEW, LOST], 100),
    }


def _added(p: Mapping[Pair, int]) -> dict[Cell, object]:
    """一条路上的两个份额相加了。"""
    return {("问题二", "share"): p[POTENTIAL, NEW] + p[NEW, OLD]}


def _own_rest(own: Mapping[Cell, Entry]) -> dict[Cell, object]:
    lost = own.get(("问题四", "share"))
    return {} if lost is None else {("问题五", "share"): 100 - lost.value}  # type: ignore[operator]
