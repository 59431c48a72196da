"""两份排好的名单：要找到同样多的买家，各要联系几位，省下几位；同样的力气，各找到几位（A11）。"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import count

from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_SIZE, _BUYERS, _WANTED = 15, 5, 4
_MARKS = {True: "买", False: "×"}


def two_lists(numbers: Numbers) -> tuple[list[bool], list[bool]]:
    """（按模型，按最近一次）的名单，True 是后来买了；模型要的联系少，两边前五位找到的不同。"""
    drawn = (tuple(_one(numbers, f"{name}|{n}") for name in ("model", "recency")) for n in count(1))
    return next(pair for pair in drawn if _worth(*pair))  # type: ignore[return-value]


def _one(numbers: Numbers, name: str) -> list[bool]:
    """越靠前越容易是买家：取两次先后里靠前的一次。"""
    ranked = sorted(
        range(_SIZE), key=lambda i: numbers.whole(f"{name}|{i}", 0, 1000) + 30 * i * (name[0] == "m")
    )
    buyers = set(ranked[:_BUYERS])
    return [i in buyers for i in range(_SIZE)]


def needed(bought: Sequence[bool], wanted: int) -> int:
    """从头联系，到第 wanted 位买家为止，一共联系几位。"""
    return [place for place, yes in enumerate(bought, start=1) if yes][wanted - 1]


def _worth(model: Sequence[bool], recency: Sequence[bool]) -> bool:
    few, many = needed(model, _WANTED), needed(recency, _WANTED)
    return many - few >= 2 and sum(model[:_BUYERS]) > sum(recency[:_BUYERS]) > 0 and few > _WANTED


def contacts_saved(numbers: Numbers) -> Problem:
    """五问：两边各联系几位、省几位、省百分之几、同样联系五位多找到几位。"""
    model, recency = two_lists(numbers)
    few, many = needed(model, _WANTED), needed(recency, _WANTED)
    more = sum(model[:_BUYERS]) - sum(recency[:_BUYERS])
    lists = {name: " ".join(_MARKS[yes] for yes in bought) for name, bought in (("m", model), ("r", recency))}
    questions = {
        "问题一": f"按模型排的 15 位，从最像会买的起：{lists['m']}。一共 5 位买家，要找到其中 4 位，从头联系到第几位？",
        "问题二": f"同样 15 位，按最近一次排：{lists['r']}。要找到 4 位，从头联系到第几位？",
        "问题三": "找到同样 4 位买家，用模型少联系几位？",
        "问题四": "少联系的，占按最近一次要联系的百分之几？",
        "问题五": "两边都只联系前 5 位，模型多找到几位买家？",
    }
    share = Fraction(100 * (many - few), many)
    answers: tuple[object, ...] = (few, many, many - few, share, more)
    right: dict[Cell, object] = {
        (row, "number"): value for row, value in zip(questions, answers, strict=True)
    }
    words = {"few": few, "many": many, "saved": many - few, "share": half_up(share, 1), "more": more}
    words |= {"model_found": sum(model[:_BUYERS]), "recency_found": sum(recency[:_BUYERS])}
    return Problem(
        tuple(questions),
        {(row, "question"): text for row, text in questions.items()},
        {"number": Ask("number")},
        right,
        dict.fromkeys(right, words),
        {
            "buyers_for_contacts": {("问题一", "number"): _WANTED, ("问题二", "number"): _WANTED},
            "percent_as_fraction": {("问题四", "number"): share / 100},
            "share_of_smaller": {("问题四", "number"): Fraction(100 * (many - few), few)},
        },
        _own,
    )


def _own(own) -> dict[Cell, object]:
    """从学生自己写的两个位置往下算。"""
    written = {row: entry.value for (row, _), entry in own.items()}
    found: dict[Cell, object] = {}
    if {"问题一", "问题二"} <= written.keys():
        found["问题三", "number"] = written["问题二"] - written["问题一"]
    if {"问题二", "问题三"} <= written.keys() and written["问题二"]:
        found["问题四", "number"] = Fraction(100 * written["问题三"]) / written["问题二"]
    return found
