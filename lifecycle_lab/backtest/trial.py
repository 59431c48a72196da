"""一次公平的比试：同一批客户、同一天、同一个真相，规则与模型并排(E9)。

两个问题分开问：state“已经流失了吗”（真相只有合成的数据才有）与 action“往后 H 天会不会来”（留出来的 H 天就是真相）。
差别用成对的重抽样：每次抽同一批客户给每一位参赛者，看它与基准之差的 95% 区间碰不碰到零。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lifecycle_lab.backtest.ranking import Ranking, rank
from lifecycle_lab.schema import DataError, ParameterError, quote

Question = Literal["state", "action"]
LEAST_OF_EACH = 20
"""流失与活跃各至少这么多，比例与区间才有意义。"""
_EDGES = (2.5, 97.5)


@dataclass(frozen=True, eq=False)
class Contestant:
    """一位参赛者：规则也好、模型也好，都只是每位客户一个分数。

    scores: 越大越像流失。cutoff: 它自己的界线，分数达到就算流失；没有就是 None。
    answers: 分数是哪个问题的概率；不是概率（规则）就是 None，不看校准。
    """

    key: str
    scores: np.ndarray
    cutoff: float | None = None
    answers: Question | None = None


@dataclass(frozen=True)
class Calibration:
    """概率准不准：predicted 与 observed 是从低到高各三分之一客户的平均预测与实际份额。

    brier 是平方误差的均值；base 是人人都报总份额时的平方误差，比它大就不如不预测。
    """

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    brier: float
    base: float


@dataclass(frozen=True)
class Line:
    """一位参赛者的成绩。区间都是成对重抽样的 95%；gain、extra 是与基准之差（AUC、打扰的份额）。

    recall、contacted: 按它自己的界线，抓住的流失与打扰的活跃；没有界线是 None。
    """

    key: str
    auc: float
    auc_band: tuple[float, float]
    gain: tuple[float, float]
    disturbed: float
    extra: tuple[float, float]
    recall: float | None
    contacted: float | None
    calibration: Calibration | None

    @property
    def better(self) -> bool:
        """AUC 明显高过基准。"""
        return self.gain[0] > 0

    @property
    def worse(self) -> bool:
        """AUC 明显不如基准。"""
        return self.gain[1] < 0


@dataclass(frozen=True)
class Trial:
    """一次比试的全部成绩；as_of、horizon 是天，recall 是等召回比较时抓住的份额。"""

    question: Question
    as_of: int
    horizon: int
    customers: int
    lost: int
    recall: float
    baseline: str
    lines: tuple[Line, ...]

    def line(self, key: str) -> Line:
        """key 这一位参赛者的成绩。"""
        return next(line for line in self.lines if line.key == key)


def judge(
    question: Question,
    field: Sequence[Contestant],
    lost: np.ndarray,
    *,
    baseline: str,
    as_of: int,
    horizon: int,
    recall: float = 0.8,
    resamples: int = 200,
    seed: int = 0,
) -> Trial:
    """field: 参赛者。lost: 真相，一位客户一个。baseline: 基准的 key。流失或活跃太少 → DataError。"""
    truth = np.asarray(lost, dtype=bool)
    _refuse_unfair(field, truth, baseline, recall)
    rankings = {one.key: rank(one.scores, truth) for one in field}
    draws = _resampled(rankings, recall, resamples, seed)
    lines = tuple(_line(question, one, truth, rankings[one.key], draws, baseline, recall) for one in field)
    return Trial(question, as_of, horizon, len(truth), int(truth.sum()), recall, baseline, lines)


def _resampled(
    rankings: dict[str, Ranking], recall: float, resamples: int, seed: int
) -> dict[str, np.ndarray]:
    """key → resamples × 2：每次重抽样的（AUC，打扰的份额）；同一次抽样里人人面对同一批客户。"""
    rng = np.random.default_rng(seed)
    found: dict[str, list[tuple[float, float]]] = {key: [] for key in rankings}
    size = len(next(iter(rankings.values())).lost)
    for _ in range(resamples):
        weights = np.bincount(rng.integers(0, size, size), minlength=size)
        for key, ranking in rankings.items():
            tally = ranking.tally(weights)
            found[key].append((tally.auc, tally.disturbed(recall)))
    return {key: np.array(values) for key, values in found.items()}


def _line(question, one: Contestant, truth, ranking: Ranking, draws, baseline: str, recall: float) -> Line:
    tally, own, against = ranking.tally(), draws[one.key], draws[one.key] - draws[baseline]
    flagged = None if one.cutoff is None else one.scores >= one.cutoff
    return Line(
        one.key,
        tally.auc,
        _band(own[:, 0]),
        _band(against[:, 0]),
        tally.disturbed(recall),
        _band(against[:, 1]),
        None if flagged is None else float(flagged[truth].mean()),
        None if flagged is None else float(flagged[~truth].mean()),
        _calibration(one.scores, truth) if one.answers == question else None,
    )


def _band(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, _EDGES)
    return float(low), float(high)


def _calibration(scores: np.ndarray, truth: np.ndarray) -> Calibration:
    thirds = np.array_split(np.argsort(scores, kind="stable"), 3)
    share = truth.mean()
    return Calibration(
        tuple(float(scores[third].mean()) for third in thirds),
        tuple(float(truth[third].mean()) for third in thirds),
        float(((scores - truth) ** 2).mean()),
        float(share * (1 - share)),
    )


def _refuse_unfair(field: Sequence[Contestant], truth: np.ndarray, baseline: str, recall: float) -> None:
    keys = [one.key for one in field]
    if baseline not in keys or len(set(keys)) < len(keys):
        raise ParameterError(
            f"基准 {quote(baseline)} 不在参赛者里，或有重名。", remedy=f"参赛者：{'、'.join(keys)}。"
        )
    if not 0 < recall <= 1:
        raise ParameterError("recall 要大于 0、不超过 1。", remedy="例如 0.8：抓住八成的流失。")
    for one in field:
        if len(one.scores) != len(truth) or not np.isfinite(one.scores).all():
            raise DataError(
                f"{quote(one.key)} 没有给每位客户一个有限的分数。", remedy="一位客户一个数，顺序同真相。"
            )
    lost, active = int(truth.sum()), int((~truth).sum())
    if min(lost, active) < LEAST_OF_EACH:
        raise DataError(
            f"流失 {lost} 位、活跃 {active} 位，有一边不到 {LEAST_OF_EACH} 位，比不出好坏。",
            why="人太少，区间会宽到什么也说不了。",
            remedy="换更长的历史、别的预测期，或更多的客户。",
        )
