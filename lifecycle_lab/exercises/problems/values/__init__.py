"""第 07 课的算题：系数、三个模型、甲与乙、保持率、让渡价值、客户资产、做哪一件(D1–D8)。

数按学号取，金额是整数元；系数一律先给出四位小数的写法，算出来的钱就写得尽。
标准答案来自 value：这里只出数、摆表、写出常见的错法会得到什么。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifecycle_lab.exercises.problems.shapes import Problem
from lifecycle_lab.exercises.problems.values.annuity import annuity_lines, retention_value
from lifecycle_lab.exercises.problems.values.balance import delivered_value, equity_sum
from lifecycle_lab.exercises.problems.values.decision import lever_decision
from lifecycle_lab.exercises.problems.values.models import three_models, two_customers
from lifecycle_lab.variants import Numbers

BUILDERS: Mapping[str, Callable[[Numbers], Problem]] = {
    builder.__name__: builder
    for builder in (
        annuity_lines,
        three_models,
        two_customers,
        retention_value,
        delivered_value,
        equity_sum,
        lever_decision,
    )
}
