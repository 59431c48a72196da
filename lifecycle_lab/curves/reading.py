"""从一张每月交易额的表读出各阶段的终点：写明的一条规则，手算与程序同数（A6）。

规则：比上月多涨 fast 分以上叫“快”。第一次快涨以前是考察期，最后一次快涨到的月份止是形成期，
此后直到第一次下跌以前是稳定期。课文只说快慢，没有说多快算快：fast 是我们定的，随表写明。
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from lifecycle_lab.schema import DataError, ParameterError, quote


def read_ends(tv: Sequence[int], fast: int) -> tuple[int, int, int | None]:
    """每月交易额（第 1 个月起）→ 考察期、形成期、稳定期各到第几个月；还没有下跌，稳定期的终点是 None。

    没有一个月快涨，或第 1 个月以前就该算快涨的 → DataError：这张表里看不出形成期。
    """
    if type(fast) is not int or fast < 1:
        raise ParameterError(f"fast 不能是 {quote(fast)}。", remedy="写大于 0 的整数。")
    changes = [after - before for before, after in itertools.pairwise(tv)]
    rises = [month for month, change in enumerate(changes, start=1) if change >= fast]
    if not rises:
        raise DataError("没有一个月快涨，看不出形成期。", remedy="再看几个月，或把“快”定得低一些。")
    formed = rises[-1] + 1
    falls = [month for month, change in enumerate(changes, start=1) if month >= formed and change < 0]
    return rises[0], formed, falls[0] if falls else None
