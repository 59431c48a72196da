"""R、F、M 相差几个数量级：先取对数，再减均值、除以标准差，距离才不被金额一列独占(A11)。"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lifecycle_lab.schema import DataError


def logs(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """n 行整数 → log(1 + x)；负的（退得比买得多）当作 0。"""
    table = np.asarray(rows, dtype=float)
    if table.ndim != 2 or not len(table):
        raise DataError("没有客户，分不成群。")
    return np.log1p(np.clip(table, 0, None))


def scaled(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """对数之后每列均值 0、标准差 1；整列一个值的列全是 0。"""
    table = logs(rows)
    spread = table.std(axis=0)
    return (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
