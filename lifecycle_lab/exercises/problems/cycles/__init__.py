"""第 06 课的算题：十段间隔的再购曲线、频次类、观察日的状态、读回测的结论（E2–E9）。

数按学号取；取到不好练的（没有恰好在界限上的、两种算法没有差别的）就换一套，直到合用。
标准答案全部来自 cycles：这里只出数、摆表、写出常见的错法会得到什么。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifecycle_lab.exercises.problems.cycles.classes import gap_class
from lifecycle_lab.exercises.problems.cycles.curve import gap_quantiles, repurchase_curve
from lifecycle_lab.exercises.problems.cycles.states import state_at_date
from lifecycle_lab.exercises.problems.cycles.verdict import reading_verdict
from lifecycle_lab.exercises.problems.shapes import Problem
from lifecycle_lab.variants import Numbers

BUILDERS: Mapping[str, Callable[[Numbers], Problem]] = {
    builder.__name__: builder
    for builder in (repurchase_curve, gap_quantiles, gap_class, state_at_date, reading_verdict)
}
