"""最大似然：参数取对数来找，一个起点不收敛就换下一个，最后用牛顿法收紧，并由曲率得出标准误。

参数 θ 总是正数，找的是 log θ，限在 |log θ| ≤ 9：不限的话，BG/NBD 会一路走到 10¹⁶，
在那里 gammaln 相减只剩舍入误差，会报出一个假的、高得离谱的似然。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from lifecycle_lab.schema import DataError

LogLikelihood = Callable[[np.ndarray], float]

LOG_BOUND = 9.0
_SLOPE_STEP, _GRADIENT_STEP, _CURVATURE_STEP = 1e-7, 1e-4, 1e-3
_NEWTON_STEPS = 12
_NEAR_ENOUGH, _FAR = 1e-9, 1e-2


@dataclass(frozen=True)
class Maximum:
    """找到的最高点。

    log_likelihood: 最高点的对数似然。standard_errors: θ 的标准误（对数上的标准误乘 θ），算不出是 nan。
    converged: 牛顿法估计离最高点还差不到 10⁻⁹ 个对数似然，且没有参数停在边界。
    on_bound: 停在搜索边界上的参数是第几个。starts: 试到第几个起点。
    """

    theta: tuple[float, ...]
    log_likelihood: float
    standard_errors: tuple[float, ...]
    converged: bool
    on_bound: tuple[int, ...]
    starts: int


def maximise(
    log_likelihood: LogLikelihood, starts: Sequence[Sequence[float]], rough: LogLikelihood | None = None
) -> Maximum:
    """log_likelihood: θ → 对数似然。starts: 几组 θ 的起点。rough: 只看一部分客户的似然，先用它走近，省时间。"""
    cost, found = _cost(log_likelihood), []
    for start in np.log(starts):
        near = _walked(_cost(rough), start) if rough else start
        found.append(_polished(cost, _walked(cost, near), len(found) + 1))
        if found[-1].converged:
            return found[-1]
    return replace(max(found, key=lambda one: one.log_likelihood), starts=len(found))


def _cost(log_likelihood: LogLikelihood) -> Callable[[np.ndarray], float]:
    """log θ → 负的对数似然；不是有限数的地方当作很高的墙。"""

    def cost(log_theta: np.ndarray) -> float:
        with np.errstate(all="ignore"):
            value = -log_likelihood(np.exp(log_theta))
        return value if np.isfinite(value) else 1e15

    return cost


def _walked(cost, start: np.ndarray) -> np.ndarray:
    """从起点走到最高点附近。选 SLSQP：守边界，一步的开销小（L-BFGS-B 在忙的机器上每步要等线程）。"""
    scale = abs(cost(start)) or 1.0

    def scaled(point: np.ndarray) -> tuple[float, np.ndarray]:
        return (centre := cost(point)) / scale, _slope(cost, point, centre) / scale

    bounds = [(-LOG_BOUND, LOG_BOUND)] * len(start)
    return minimize(scaled, start, jac=True, method="SLSQP", bounds=bounds, options={"ftol": 1e-7}).x


def _polished(cost: Callable[[np.ndarray], float], point: np.ndarray, starts: int) -> Maximum:
    """牛顿法走几步；停在边界上的参数不动。"""
    curvature, short = None, np.inf
    for _ in range(_NEWTON_STEPS):
        free = np.flatnonzero(np.abs(point) < LOG_BOUND - 1e-3)
        if curvature is None or short > _FAR or len(curvature) != len(free):
            curvature = _curvature(cost, point, free)  # 走得近了就不变，不必每步重算
        step, short = _newton_step(_gradient(cost, point, free), curvature)
        if short < _NEAR_ENOUGH or (moved := _downhill(cost, point, free, step)) is None:
            break
        point = moved
    errors = np.full(len(point), np.nan)
    errors[free] = _standard_errors(curvature)
    bound = tuple(int(i) for i in range(len(point)) if i not in free)
    done = short < _NEAR_ENOUGH and not bound
    theta = np.exp(point)
    return Maximum(_floats(theta), -cost(point), _floats(errors * theta), done, bound, starts)


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _newton_step(gradient: np.ndarray, curvature: np.ndarray) -> tuple[np.ndarray, float]:
    """（走多远，估计还差多少对数似然）；曲面不是向上弯的就说差无穷多。"""
    try:
        lower = np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        return -gradient / (1 + np.abs(gradient).max(initial=0)), np.inf
    half = np.linalg.solve(lower, gradient)
    return -np.linalg.solve(lower.T, half), float(half @ half) / 2


def _downhill(cost, point: np.ndarray, free: np.ndarray, step: np.ndarray) -> np.ndarray | None:
    """步子太大就减半；怎样减都不更低 → None。"""
    for halvings in range(12):
        moved = point.copy()
        moved[free] += step / 2**halvings
        moved = np.clip(moved, -LOG_BOUND, LOG_BOUND)
        if cost(moved) < cost(point):
            return moved
    return None


def _slope(cost, point: np.ndarray, centre: float) -> np.ndarray:
    """粗略的坡度（单边差分），只用来走近；scipy 自己的差分每次多花一毫秒。"""
    return np.array([cost(point + h) - centre for h in np.eye(len(point)) * _SLOPE_STEP]) / _SLOPE_STEP


def _gradient(cost, point: np.ndarray, free: np.ndarray) -> np.ndarray:
    steps = np.eye(len(point))[free] * _GRADIENT_STEP
    return np.array([(cost(point + h) - cost(point - h)) / (2 * _GRADIENT_STEP) for h in steps])


def _curvature(cost, point: np.ndarray, free: np.ndarray) -> np.ndarray:
    steps, centre = np.eye(len(point))[free] * _CURVATURE_STEP, cost(point)
    single = [(cost(point + h), cost(point - h)) for h in steps]
    result = np.diag([up - 2 * centre + down for up, down in single])
    for i in range(len(free)):
        for j in range(i):
            both = cost(point + steps[i] + steps[j]) + cost(point - steps[i] - steps[j])
            cross = both - sum(single[i]) - sum(single[j]) + 2 * centre
            result[i, j] = result[j, i] = cross / 2
    return result / _CURVATURE_STEP**2


def _standard_errors(curvature: np.ndarray) -> np.ndarray:
    """曲率矩阵的逆的对角线开方；不是正定的就没有标准误。"""
    try:
        np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        return np.full(len(curvature), np.nan)
    return np.sqrt(np.diag(np.linalg.inv(curvature)))


def refuse_unusable(maximum: Maximum) -> None:
    """似然不是有限数（找不到任何可用的点）→ DataError。"""
    if not np.isfinite(maximum.log_likelihood) or maximum.log_likelihood <= -1e14:
        raise DataError(
            "似然算不出来，没有估计。", why="所有起点上的似然都不是有限数。", remedy="检查三列历史。"
        )
