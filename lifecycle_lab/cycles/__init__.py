"""动态生命周期：购买间隔、再购曲线、频次类、状态(E1–E9)。

先照文章做出表1–表3，再查它们站不站得住；规则给出每位客户的状态与一个可以回测的分数。
全部是纯函数：间隔表、底表、立方表作为参数进来（由仓库归出，几百到几万行，与订单多少无关）；
`gaps(days, as_of)` 这样收普通日子的函数是定义，SQL 与它一行不差。
"""

from __future__ import annotations

from lifecycle_lab.cycles.audit import WindowAudit, clockwork
from lifecycle_lab.cycles.classes import (
    CLASSES,
    Bounds,
    bounds_from,
    class_cycle,
    class_range,
    frequency_class,
)
from lifecycle_lab.cycles.flow import StateFlow, state_flow
from lifecycle_lab.cycles.next_gap import ClassLine, NextGaps, Within, next_gaps
from lifecycle_lab.cycles.projections import (
    OwnProgress,
    class_states,
    next_curve,
    own_progress,
    own_states,
    static_states,
    transitions,
)
from lifecycle_lab.cycles.regularity import Regularity, ratio_histogram, regularity
from lifecycle_lab.cycles.repurchase import (
    Concentration,
    Repurchase,
    RepurchaseLine,
    RevenueSums,
    concentration,
    repurchase,
    repurchase_line,
    revenue_sums,
)
from lifecycle_lab.cycles.rules import (
    STATES,
    ClassDays,
    ClassRule,
    OwnCycleRule,
    Rule,
    StaticRule,
    class_days,
    days_since,
    lostness,
    state,
    state_counts,
)
from lifecycle_lab.cycles.spells import (
    MERGED_FROM,
    GapRow,
    Visits,
    gaps,
    purchase_days,
    shop_cycle,
    tally,
    visits,
)
from lifecycle_lab.cycles.survival import Curve, Step, curve_of, survival_curve
from lifecycle_lab.cycles.variation import (
    LogGapSums,
    QuantityEffect,
    QuantitySums,
    VarianceSplit,
    log_gap_sums,
    pair_sums,
    quantity_effect,
    quantity_sums,
    variance_split,
)

__all__ = [
    "CLASSES",
    "MERGED_FROM",
    "STATES",
    "Bounds",
    "ClassDays",
    "ClassLine",
    "ClassRule",
    "Concentration",
    "Curve",
    "GapRow",
    "LogGapSums",
    "NextGaps",
    "OwnCycleRule",
    "OwnProgress",
    "QuantityEffect",
    "QuantitySums",
    "Regularity",
    "Repurchase",
    "RepurchaseLine",
    "RevenueSums",
    "Rule",
    "StateFlow",
    "StaticRule",
    "Step",
    "VarianceSplit",
    "Visits",
    "WindowAudit",
    "Within",
    "bounds_from",
    "class_cycle",
    "class_days",
    "class_range",
    "class_states",
    "clockwork",
    "concentration",
    "curve_of",
    "days_since",
    "frequency_class",
    "gaps",
    "log_gap_sums",
    "lostness",
    "next_curve",
    "next_gaps",
    "own_progress",
    "own_states",
    "pair_sums",
    "purchase_days",
    "quantity_effect",
    "quantity_sums",
    "ratio_histogram",
    "regularity",
    "repurchase",
    "repurchase_line",
    "revenue_sums",
    "shop_cycle",
    "state",
    "state_counts",
    "state_flow",
    "static_states",
    "survival_curve",
    "tally",
    "transitions",
    "variance_split",
    "visits",
]
