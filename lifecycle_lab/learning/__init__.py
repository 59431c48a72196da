"""让机器来分：聚类、混合模型、下一期谁会买（A11）。scikit-learn 用到才引入。

数与种子进，数出来；不读盘、不看时钟。好坏由 backtest 来比，这里只交出分数。

scaling     取对数、化成同样的尺度
clusters    k-means 的每一个 k：轮廓、稳定；没有好的就说没有
mixtures    高斯混合：每位客户属于各群的机会
features    观察日看得见的特征，与往后买了没有
prediction  在早一段上学，给晚一段打分：逻辑回归、梯度提升、RFM 类型
"""

from __future__ import annotations

from lifecycle_lab.learning.clusters import Choice, Chosen, alike, choices, choose, clusters
from lifecycle_lab.learning.features import NAMES, Period, period, two_periods
from lifecycle_lab.learning.mixtures import Mixture, mixture
from lifecycle_lab.learning.prediction import boosted, logistic, require_enough, type_rates, weights
from lifecycle_lab.learning.scaling import logs, scaled

__all__ = [
    "NAMES",
    "Choice",
    "Chosen",
    "Mixture",
    "Period",
    "alike",
    "boosted",
    "choices",
    "choose",
    "clusters",
    "logistic",
    "logs",
    "mixture",
    "period",
    "require_enough",
    "scaled",
    "two_periods",
    "type_rates",
    "weights",
]
