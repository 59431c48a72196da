"""公平的比试（E9）：规则与模型在同样的历史上，为两个问题各考几次，用数字说话。

    data = backtest.purchases([[3, 40, 41], [10], …])               # 每位客户的购买日
    field = [backtest.by_days_since("static"), backtest.by_rule("class", …), backtest.by_model(…)]
    trials = backtest.run(data, field, horizon=180, baseline="static")["action"]
    backtest.table(trials, words, labels), backtest.verdict(trials, words, labels, focus="class")

截止日以后的事谁也看不见；历史太短就拒绝，说出还差多少。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from lifecycle_lab.backtest.effort import Measure, paired
from lifecycle_lab.backtest.entrants import Entrant, by_days_since, by_model, by_rule
from lifecycle_lab.backtest.ranking import rank
from lifecycle_lab.backtest.snapshots import Purchases, Snapshot, purchases, silent, snapshot, split_days
from lifecycle_lab.backtest.summary import Summary, summaries, table, verdict
from lifecycle_lab.backtest.trial import Calibration, Contestant, Line, Question, Trial, judge
from lifecycle_lab.schema import DataError

__all__ = [
    "Calibration",
    "Contestant",
    "Entrant",
    "Line",
    "Measure",
    "Purchases",
    "Question",
    "Snapshot",
    "Summary",
    "Trial",
    "by_days_since",
    "by_model",
    "by_rule",
    "judge",
    "paired",
    "purchases",
    "rank",
    "run",
    "silent",
    "snapshot",
    "split_days",
    "summaries",
    "table",
    "verdict",
]

People = Literal["repeat", "all"]


def run(
    data: Purchases,
    field: Sequence[Entrant],
    *,
    horizon: int,
    baseline: str,
    questions: Sequence[Question] = ("action",),
    as_of: Sequence[int] = (),
    splits: int = 3,
    gone_day: Sequence[float] | None = None,
    people: People = "repeat",
    recall: float = 0.8,
    resamples: int = 200,
    seed: int = 0,
) -> dict[Question, tuple[Trial, ...]]:
    """几个截止日各比一次，每个问题一组成绩。as_of 不给就取 splits 个均匀排开的。

    gone_day: 每位客户真正流失的日子（没有流失是 inf），顺序同 data；只有合成的数据才有，问 state 时要给。
    people: "repeat" 只比买过不止一次的（一次客没有自己的周期），"all" 全体；模型总在全体上估计。
    """
    if "state" in questions and gone_day is None:
        raise _no_truth()
    found: dict[Question, list[Trial]] = {question: [] for question in questions}
    for number, day in enumerate(as_of or split_days(data, horizon, splits)):
        now = snapshot(data, day)
        kept = now.purchase_days > 1 if people == "repeat" else np.ones(len(now.who), dtype=bool)
        entered = [one for enter in field for one in enter(now, horizon)]
        narrowed = [replace(one, scores=one.scores[kept]) for one in entered]
        for question in questions:
            lost = (
                silent(data, now, horizon) if question == "action" else np.asarray(gone_day)[now.who] <= day
            )
            options = {"baseline": baseline, "as_of": day, "horizon": horizon, "recall": recall}
            options |= {"resamples": resamples, "seed": seed + number}
            found[question].append(judge(question, narrowed, lost[kept], **options))
    return {question: tuple(trials) for question, trials in found.items()}


def _no_truth() -> DataError:
    return DataError(
        "问“已经流失了吗”，要有每位客户真正流失的日子。",
        why="真实的店里看不见流失：没有来的客户也许明天就来。",
        remedy="用带真相的合成数据；真实的订单请问“往后几天会不会来”。",
    )
