"""下一期谁会买：在早一段日子上学，给晚一段的每位客户一个购买的机会(A11)。

只交出分数：谁好谁坏由 backtest 用同一把尺子（AUC、成对的区间）去比，这里不另写。
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lifecycle_lab.schema import DataError

LEAST_OF_EACH = 40


def require_enough(bought: np.ndarray, what: str) -> None:
    """买与没买各要有几十位，不然学不出也考不出 → DataError。"""
    yes, no = int(bought.sum()), int((~bought).sum())
    if min(yes, no) < LEAST_OF_EACH:
        raise DataError(
            f"{what}里买了的 {yes} 位、没买的 {no} 位，有一边不到 {LEAST_OF_EACH} 位，建不了模型。",
            why="人太少，学到的多半是碰巧。",
            remedy="换更长的历史或更多的客户；在那以前，用 RFM 类型就好。",
        )


def logistic(known: np.ndarray, bought: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """逻辑回归：known 与 bought 是早一段的特征与结果，asked 是要打分的；→ 每行购买的机会。"""
    return _logistic(known, bought).predict_proba(asked)[:, 1]


def weights(known: np.ndarray, bought: np.ndarray) -> np.ndarray:
    """逻辑回归里每个特征（化成同样尺度以后）的系数：正的越大越会买。"""
    return _logistic(known, bought)[-1].coef_[0]


def boosted(known: np.ndarray, bought: np.ndarray, asked: np.ndarray, seed: int) -> np.ndarray:
    """梯度提升树：学得了弯的关系，也更容易把碰巧当规律；→ 每行购买的机会。"""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        model = HistGradientBoostingClassifier(
            max_iter=80, max_depth=3, learning_rate=0.08, random_state=seed
        )
        return model.fit(known, bought).predict_proba(asked)[:, 1]


def type_rates(types: Sequence[int], bought: Sequence[bool], asked: Sequence[int]) -> np.ndarray:
    """RFM 类型作预测：这一类客户在早一段的购买率；早一段没有的类型用总的购买率。"""
    many: dict[int, list[bool]] = {}
    for code, yes in zip(types, bought, strict=True):
        many.setdefault(code, []).append(bool(yes))
    every = sum(map(bool, bought)) / len(bought)
    rates = {code: sum(found) / len(found) for code, found in many.items()}
    return np.array([rates.get(code, every) for code in asked])


def _logistic(known: np.ndarray, bought: np.ndarray):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(known, bought)
