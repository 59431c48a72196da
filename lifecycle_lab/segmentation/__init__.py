"""细分：从几张小表到八种类型、换读法的差别、分位数、直方图与隐去小组（course.md A10、A11、E1）。

全是整数与分数：多少订单也只看这几张小表。一位客户的标记由 warehouse 按 `rfm.mark` 的定义算好。

patterns     组合的记法，换一种读法谁会变
bins         把细的直方图并成画得下的几条
quantiles    购买间隔的分位数（还没有算进删失）
suppression  给外人看的表：小组隐去，并且不能从合计反推
"""

from __future__ import annotations

from lifecycle_lab.segmentation.bins import Bar, bars, merged
from lifecycle_lab.segmentation.patterns import PATTERNS, moved, pattern, state
from lifecycle_lab.segmentation.quantiles import reached_within
from lifecycle_lab.segmentation.suppression import hide_in_list, hide_in_table, solvable

__all__ = [
    "PATTERNS",
    "Bar",
    "bars",
    "hide_in_list",
    "hide_in_table",
    "merged",
    "moved",
    "pattern",
    "reached_within",
    "solvable",
    "state",
]
