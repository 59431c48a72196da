"""十几位客户的购买月：填一张小小的留存表，还看不到的不写 0。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab.content.transitions import transitions
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.stages import cohorts as groups
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

LAST = 5
LATERS = ("after_1", "after_2", "after_3")
EVERYONE = "合起来"
_NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯"


def retention_cells(numbers: Numbers) -> Problem:
    """四群客户，过了 1、2、3 个月各还有几位在买；合起来看第 2 个月的留存。"""
    unseen, people = transitions().words["word.unseen"], histories(numbers)
    found = {one.start + LAST: one for one in groups.cohorts(people.values(), LAST)}
    rows = {month: f"{month} 月的新客户" for month in sorted(found)}
    right: dict[Cell, object] = {}
    for month, row in rows.items():
        cells = dict(zip(LATERS, found[month].bought[1:], strict=False))
        right[row, "size"] = found[month].size
        right |= {(row, name): unseen if cells[name] is None else cells[name] for name in LATERS}
    point = groups.retention_curve(list(found.values()))[2]
    right[EVERYONE, "share"] = 100 * point.share
    given = {(row, "bought"): _listed(people, month) for month, row in rows.items()}
    given |= {(EVERYONE, name): "—" for name in ("bought", "size", *LATERS)}
    given |= {(row, "share"): "—" for row in rows.values()}
    words = {
        cell: {
            "count": value,
            "month": cell[0],
            "seen": point.size,
            "many": point.bought,
            "share": half_up(100 * point.share, 1),
        }
        for cell, value in right.items()
    }
    wrong = groups.zero_for_unseen(list(found.values()))[2]
    count_or_unseen = Ask("days", "", (unseen,))
    return Problem(
        (*rows.values(), EVERYONE),
        given,
        {"size": Ask("whole"), **dict.fromkeys(LATERS, count_or_unseen), "share": Ask("percent", "%")},
        right,
        words,
        {
            "unseen_as_zero": {
                **{cell: 0 for cell, value in right.items() if value == unseen},
                (EVERYONE, "share"): 100 * wrong.share,
            },
            "only_unbroken": _unbroken(people, rows, right, unseen),
        },
        lambda own: _own_share(own, list(rows.values()), unseen),
    )


def histories(numbers: Numbers) -> dict[str, list[int]]:
    """十几位客户各买过的月：1 到 4 月各有几位第一次买；每群隔一个月又来的至少一位。"""
    sizes = [numbers.whole(f"size|{month}", 3, 4) for month in range(1, LAST)]
    sizes[-1] = min(sizes[-1], len(_NAMES) - sum(sizes[:-1]))
    found: dict[str, list[int]] = {}
    for month, size in enumerate(sizes, start=1):
        for i in range(size):
            name = _NAMES[len(found)]
            later = [m for m in range(month + 1, LAST + 1) if numbers.whole(f"{name}|{m}", 0, 9) < 5]
            if i == 0 and month + 2 <= LAST:
                later = [m for m in later if m != month + 1]
                later = sorted({*later, month + 2})
            found[name] = [month, *later]
    return found


def _listed(people: Mapping[str, list[int]], first: int) -> str:
    return "\n".join(
        f"{name}：{'、'.join(map(str, months))} 月" for name, months in people.items() if months[0] == first
    )


def _unbroken(
    people: Mapping[str, list[int]], rows: Mapping[int, str], right: Mapping[Cell, object], unseen: str
) -> dict[Cell, object]:
    """只数了月月不断的人：断过一个月、后来又来的漏掉了。"""
    found: dict[Cell, object] = {}
    for month, row in rows.items():
        mine = [set(months) for months in people.values() if months[0] == month]
        for k, name in enumerate(LATERS, start=1):
            if right[row, name] != unseen:
                found[row, name] = sum(set(range(month, month + k + 1)) <= months for months in mine)
    return found


def _own_share(own: Mapping[Cell, Entry], rows: list[str], unseen: str) -> dict[Cell, object]:
    """从学生自己写的第 2 个月与人数合起来；写了“还看不到”的群不在分母里。"""
    name = LATERS[1]
    seen = [row for row in rows if (row, name) in own and own[row, name].value != unseen]
    if any((row, name) not in own for row in rows) or any((row, "size") not in own for row in seen):
        return {}
    size = sum(own[row, "size"].value for row in seen)  # type: ignore[misc]
    if size <= 0:
        return {}
    return {(EVERYONE, "share"): Fraction(100 * sum(own[row, name].value for row in seen), size)}  # type: ignore[misc]
