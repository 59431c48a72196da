"""第 02 课的算题：读出阶段的终点、说出类型、算回本与总利润、什么做法作用在哪一段（A6、A7、D5）。

数按学号取；标准答案全部来自 curves：这里只出数、摆表、写出常见的错法会得到什么。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifecycle_lab.exercises.problems.life.ends import stage_ends
from lifecycle_lab.exercises.problems.life.exits import exit_types
from lifecycle_lab.exercises.problems.life.levers import stage_levers
from lifecycle_lab.exercises.problems.life.repaid import break_even_table
from lifecycle_lab.exercises.problems.shapes import Problem
from lifecycle_lab.variants import Numbers

BUILDERS: Mapping[str, Callable[[Numbers], Problem]] = {
    builder.__name__: builder for builder in (stage_ends, exit_types, break_even_table, stage_levers)
}
