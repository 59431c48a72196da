"""第 03 课的算题：移动的份额、走两步、等几期、留存表、渠道的账、证据与因素(A8、A9、B6、D8)。

标准答案全部来自 stages：这里只出数、摆表、写出常见的错法会得到什么。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifecycle_lab.exercises.problems.moves.channels import channel_costs
from lifecycle_lab.exercises.problems.moves.evidence import evidence_factor
from lifecycle_lab.exercises.problems.moves.rates import move_rates, two_steps
from lifecycle_lab.exercises.problems.moves.retention import retention_cells
from lifecycle_lab.exercises.problems.moves.waiting import waiting_times
from lifecycle_lab.exercises.problems.shapes import Problem
from lifecycle_lab.variants import Numbers

BUILDERS: Mapping[str, Callable[[Numbers], Problem]] = {
    builder.__name__: builder
    for builder in (move_rates, two_steps, waiting_times, retention_cells, channel_costs, evidence_factor)
}
