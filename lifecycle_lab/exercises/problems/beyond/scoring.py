"""十位客户的次数：四个分位数的界限，有同值时的 1–5 分（A12）。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from lifecycle_lab import segmentation
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

CUSTOMERS = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸")
EDGES = ("两成", "四成", "六成", "八成")


def ten_counts(numbers: Numbers) -> dict[str, int]:
    """十个次数，有同值跨在界限两边（按名次分会拆开），四个界限各不相同。"""
    return next(found for found in (_counts(numbers, n) for n in count(1)) if _worth(list(found.values())))


def _counts(numbers: Numbers, attempt: int) -> dict[str, int]:
    drawn = [numbers.whole(f"count|{attempt}|{i}", 1, 9) for i in range(10)]
    return dict(zip(CUSTOMERS, drawn, strict=True))


def _worth(values: Sequence[int]) -> bool:
    cuts = segmentation.quantile_cuts(values)
    split = _by_rank(values) != [segmentation.score(v, cuts, "high") for v in values]
    return len(set(cuts)) == 4 and split and max(values) > cuts[-1]


def _by_rank(values: Sequence[int]) -> list[int]:
    """把人排好队、每两位一分：同样的值会拆成两种分。"""
    order = sorted(range(len(values)), key=lambda i: (values[i], i))
    return [order.index(i) * 5 // len(values) + 1 for i in range(len(values))]


def quantile_scores(numbers: Numbers) -> Problem:
    """四个界限与十个分。"""
    counts = ten_counts(numbers)
    values = list(counts.values())
    cuts = segmentation.quantile_cuts(values)
    right: dict[Cell, object] = {(name, "cut"): edge for name, edge in zip(EDGES, cuts, strict=True)}
    right |= {(row, "score"): segmentation.score(value, cuts, "high") for row, value in counts.items()}
    fields = {cell: _words(cell, counts, cuts, right) for cell in right}
    given: dict[Cell, str] = {(row, "value"): str(value) for row, value in counts.items()}
    given |= {(row, "cut"): "—" for row in CUSTOMERS}
    given |= {(row, column): "—" for row in EDGES for column in ("value", "score")}
    return Problem(
        (*EDGES, *CUSTOMERS),
        given,
        {"cut": Ask("whole", "次"), "score": Ask("whole", "分")},
        right,
        fields,
        {
            "ties_split_by_rank": {
                (row, "score"): score for row, score in zip(CUSTOMERS, _by_rank(values), strict=True)
            },
            "edge_in_upper_score": {
                (row, "score"): 1 + sum(value >= edge for edge in cuts) for row, value in counts.items()
            },
            "range_for_quantile": {
                (name, "cut"): min(values) + (max(values) - min(values)) * (i + 1) // 5
                for i, name in enumerate(EDGES)
            },
        },
        lambda own: _own(own, counts),
    )


def _words(cell: Cell, counts, cuts, right) -> dict[str, object]:
    row, _ = cell
    listed = "、".join(map(str, cuts))
    ordered = "、".join(map(str, sorted(counts.values())))
    words: dict[str, object] = {"cuts": listed, "ordered": ordered}
    if row in counts:
        above = sum(counts[row] > edge for edge in cuts)
        return words | {"value": counts[row], "above": above, "score": right[row, "score"]}
    place = 2 * (EDGES.index(row) + 1)
    return words | {"place": place, "cut": right[row, "cut"], "share": row}


def _own(own: Mapping[Cell, Entry], counts: Mapping[str, int]) -> dict[Cell, object]:
    """四个界限都写了，就从学生自己的界限打分。"""
    if not all((name, "cut") in own for name in EDGES):
        return {}
    cuts = [own[name, "cut"].value for name in EDGES]
    return {(row, "score"): segmentation.score(value, cuts, "high") for row, value in counts.items()}
