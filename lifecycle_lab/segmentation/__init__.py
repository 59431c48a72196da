"""细分：从几张小表到八种类型、换读法的差别、分位数、直方图与隐去小组（course.md A10、A11、E1）。

全是整数与分数：多少订单也只看这几张小表。一位客户的标记由 warehouse 按 `rfm.mark` 的定义算好。

patterns     组合的记法，换一种读法谁会变
bins         把细的直方图并成画得下的几条
quantiles    购买间隔的分位数（还没有算进删失）
thresholds   中心、界限与 1–5 分，同值同分
resampling   一再抽样：均值、箭头、级别飘多远，多少人才稳
freezing     冻结的细分怎样离开行为（T 恤）
disagreement 两种读法：谁的组合、谁的名字不同
suppression  给外人看的表：小组隐去，并且不能从合计反推
"""

from __future__ import annotations

from lifecycle_lab.segmentation.bins import Bar, bars, merged
from lifecycle_lab.segmentation.disagreement import Disagreement, compare_codes, disagreement, literal_codes
from lifecycle_lab.segmentation.freezing import Shirts, WrongPushes, expected_wrong, simulate_wrong
from lifecycle_lab.segmentation.patterns import PATTERNS, moved, pattern, state
from lifecycle_lab.segmentation.quantiles import reached_within
from lifecycle_lab.segmentation.resampling import Wander, indexes, tens, trend_seen, wander
from lifecycle_lab.segmentation.suppression import hide_in_list, hide_in_table, solvable
from lifecycle_lab.segmentation.thresholds import (
    SCORES,
    centres,
    codes,
    cut,
    quantile_cuts,
    score,
    share_up,
)

__all__ = [
    "PATTERNS",
    "SCORES",
    "Bar",
    "Disagreement",
    "Shirts",
    "Wander",
    "WrongPushes",
    "bars",
    "centres",
    "codes",
    "compare_codes",
    "cut",
    "disagreement",
    "expected_wrong",
    "hide_in_list",
    "hide_in_table",
    "indexes",
    "literal_codes",
    "merged",
    "moved",
    "pattern",
    "quantile_cuts",
    "reached_within",
    "score",
    "share_up",
    "simulate_wrong",
    "solvable",
    "state",
    "tens",
    "trend_seen",
    "wander",
]
