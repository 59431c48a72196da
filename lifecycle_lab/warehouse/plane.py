"""方块的二维前缀和：任何矩形里有多少，四次查表，与订单多少无关。滑块用它。"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class Plane:
    """一个方块的两列与一个数目 → 矩形里的精确总数。

    rows: 方块的行（NamedTuple）；x、y: 两列的名字；value: 数哪一列。x 是 None 的行另放在 none 里。
    """

    def __init__(self, rows: Iterable[tuple], x: str, y: str, value: str) -> None:
        rows = list(rows)
        known = [(getattr(r, x), getattr(r, y), getattr(r, value)) for r in rows if getattr(r, x) is not None]
        empty = [(getattr(r, y), getattr(r, value)) for r in rows if getattr(r, x) is None]
        self._width = 1 + max((cell[0] for cell in known), default=0)
        self._height = 1 + max((cell[-2] for cell in [*known, *empty]), default=0)
        self._sums = np.zeros((self._width + 1, self._height + 1), np.int64)
        self._none = np.zeros(self._height + 1, np.int64)
        if known:
            columns = np.array(known, np.int64).T
            np.add.at(self._sums, (columns[0] + 1, columns[1] + 1), columns[2])
        if empty:
            columns = np.array(empty, np.int64).T
            np.add.at(self._none, columns[0] + 1, columns[1])
        self._sums = self._sums.cumsum(0).cumsum(1)
        self._none = self._none.cumsum()

    def count(self, x_from: int, x_to: int | None, y_from: int, y_to: int | None) -> int:
        """x_from ≤ x < x_to 且 y_from ≤ y < y_to；上界 None 表示到底。"""
        left, right = _clipped(x_from, self._width), _clipped(x_to, self._width)
        low, high = _clipped(y_from, self._height), _clipped(y_to, self._height)
        if left >= right or low >= high:
            return 0
        sums = self._sums
        return int(sums[right, high] - sums[left, high] - sums[right, low] + sums[left, low])

    def none(self, y_from: int, y_to: int | None) -> int:
        """x 为 None 的行里 y_from ≤ y < y_to 的总数。"""
        low, high = _clipped(y_from, self._height), _clipped(y_to, self._height)
        return int(self._none[high] - self._none[low]) if low < high else 0


def _clipped(bound: int | None, most: int) -> int:
    return most if bound is None else max(0, min(bound, most))
