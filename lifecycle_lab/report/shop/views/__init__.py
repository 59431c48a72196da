"""报告的每一节：事实 → 带类型的表与图。网页、Excel、笔记本用的是同一张。

rows            行的去向
centres         分布与阈值
levels          八种类型
other_readings  换一种读法
gaps、returns   购买间隔，再购曲线
moves           迁移
shared          几节共用的
"""

from __future__ import annotations

from lifecycle_lab.report.shop.views.centres import centre_text, distributions, thresholds
from lifecycle_lab.report.shop.views.gaps import gap_counts, intervals, intervals_said
from lifecycle_lab.report.shop.views.levels import negative_said, segment_shares, segments, segments_said
from lifecycle_lab.report.shop.views.moves import migration, migration_cells, migration_figure, migration_said
from lifecycle_lab.report.shop.views.other_readings import names, readings
from lifecycle_lab.report.shop.views.returns import (
    repurchase,
    repurchase_curve,
    repurchase_figure,
    repurchase_lines,
    repurchase_said,
)
from lifecycle_lab.report.shop.views.rows import accounting, problems
from lifecycle_lab.report.shop.views.shared import people

__all__ = [
    "accounting",
    "centre_text",
    "distributions",
    "gap_counts",
    "intervals",
    "intervals_said",
    "migration",
    "migration_cells",
    "migration_figure",
    "migration_said",
    "names",
    "negative_said",
    "people",
    "problems",
    "readings",
    "repurchase",
    "repurchase_curve",
    "repurchase_figure",
    "repurchase_lines",
    "repurchase_said",
    "segment_shares",
    "segments",
    "segments_said",
    "thresholds",
]
