"""忠诚的房间：量（五因素指数、信度、NPS）、分（态度 × 行为、四种忠诚）、留（审计、积分计划、目标）。

只收数与序列，不知道课程文字在哪里、答卷从哪里来；同样的输入总是同样的结果(C1–C11)。
"""

from __future__ import annotations

from lifecycle_lab.loyalty.audit import MOST, SectionScore, score_sections, weakest
from lifecycle_lab.loyalty.concentration import best, gini, overlap, pareto_curve, top_count, top_share
from lifecycle_lab.loyalty.goals import GOALS, Effort, Segment, cost_per_customer, effects, yearly
from lifecycle_lab.loyalty.intervals import bootstrap_interval, mean_interval
from lifecycle_lab.loyalty.kinds import KINDS, MIXED, UNCLEAR, Signs, Verdict, loyalty_kind
from lifecycle_lab.loyalty.programme import Programme, reward_shares
from lifecycle_lab.loyalty.promoters import NetPromoter, difference, net_promoter
from lifecycle_lab.loyalty.quadrants import QUADRANTS, exact_mean, quadrant, quadrants
from lifecycle_lab.loyalty.scale import (
    FACTORS,
    alpha_without_each,
    correlation,
    cronbach_alpha,
    item_rest_correlations,
    rescaled,
    variance,
    weighted_index,
)
from lifecycle_lab.loyalty.story import every_path, walk

__all__ = [
    "FACTORS",
    "GOALS",
    "KINDS",
    "MIXED",
    "MOST",
    "QUADRANTS",
    "UNCLEAR",
    "Effort",
    "NetPromoter",
    "Programme",
    "SectionScore",
    "Segment",
    "Signs",
    "Verdict",
    "alpha_without_each",
    "best",
    "bootstrap_interval",
    "correlation",
    "cost_per_customer",
    "cronbach_alpha",
    "difference",
    "effects",
    "every_path",
    "exact_mean",
    "gini",
    "item_rest_correlations",
    "loyalty_kind",
    "mean_interval",
    "net_promoter",
    "overlap",
    "pareto_curve",
    "quadrant",
    "quadrants",
    "rescaled",
    "reward_shares",
    "score_sections",
    "top_count",
    "top_share",
    "variance",
    "walk",
    "weakest",
    "weighted_index",
    "yearly",
]
