"""第 08 课的算题：α、NPS 的误差、积分计划打平、态度 × 行为、集中度、信任的四步(C2、C9–C11)。

数按学号取，取到不好练的就换一套。标准答案全部来自 loyalty：这里只出数、摆表、写出常见的错法会得到什么。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifecycle_lab.exercises.problems.loyalty.money import points_programme, spend_concentration
from lifecycle_lab.exercises.problems.loyalty.people import loyalty_quadrant, trust_steps
from lifecycle_lab.exercises.problems.loyalty.scales import alpha_table, nps_error
from lifecycle_lab.exercises.problems.shapes import Problem
from lifecycle_lab.variants import Numbers

BUILDERS: Mapping[str, Callable[[Numbers], Problem]] = {
    builder.__name__: builder
    for builder in (
        alpha_table,
        nps_error,
        loyalty_quadrant,
        points_programme,
        spend_concentration,
        trust_steps,
    )
}
