"""第 05 课的算题：换成中位数谁会变、有同值的五分打分、同样的买家少联系几位（A10–A12）。

数按学号取；标准答案来自 rfm 与 segmentation：这里只出数、摆表、写出常见的错法会得到什么。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifecycle_lab.exercises.problems.beyond.centres import median_flip
from lifecycle_lab.exercises.problems.beyond.contacts import contacts_saved
from lifecycle_lab.exercises.problems.beyond.scoring import quantile_scores
from lifecycle_lab.exercises.problems.shapes import Problem
from lifecycle_lab.variants import Numbers

BUILDERS: Mapping[str, Callable[[Numbers], Problem]] = {
    builder.__name__: builder for builder in (median_flip, quantile_scores, contacts_saved)
}
