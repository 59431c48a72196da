"""Pareto/NBD（Schmittlein, Morrison & Colombo 1987；写法见 Fader & Hardie 2005）。

故事：活着的客户按自己的快慢 λ 随机购买，随时可能不来，流失的快慢 μ 也因人而异：
λ 是 Gamma(r, α)，μ 是 Gamma(s, β)。与 BG/NBD 的差别：流失不必等到下一次购买之后。

文献里“已流失”的一份是两个 2F1 之差，末次购买离观察日越近越不准。
这里直接积分：∫ (α+y)^−(r+x) (β+y)^−(s+1) dy，y 从末次购买到观察日，被积的总是正数。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
_DEEP = 28.0
"""被积函数降到 e^−28 以后的部分不计（10⁻¹²）。"""


@dataclass(frozen=True)
class ParetoNBD:
    """四个参数 r、α、s、β。"""

    name = "Pareto/NBD"
    k = 1
    symbols = ("r", "α", "s", "β")
    meanings = (
        "快慢的均匀程度（越大，客户之间越像）",
        "快慢的尺度（平均每单位时间买 r/α 次）",
        "流失快慢的均匀程度",
        "流失快慢的尺度（平均每单位时间 s/β）",
    )
    certain_of_one_time_buyers = False

    def starts(self, typical_age: float) -> list[tuple[float, ...]]:
        """typical_age: 中位的客户年龄（模型的时间单位）。"""
        scale = max(typical_age / 4, 1e-3)
        return [(0.6, scale, 0.6, scale), (1.5, 3 * scale, 1.5, 6 * scale)]

    def log_alive(self, theta, x, span, age) -> np.ndarray:
        """log 似然里“观察日还活着”的一份。"""
        r, alpha, s, beta = theta
        return _buying(theta, x) - (r + x) * np.log(alpha + age) - s * np.log(beta + age)

    def log_gone(self, theta, x, span, age) -> np.ndarray:
        """log 似然里“末次购买以后就不来了”的一份，逐位积分。"""
        _, _, s, _ = theta
        return _buying(theta, x) + np.log(s) + _log_leaving(theta, x, span, age)

    def orders_if_alive(self, theta, x, span, age, horizon) -> np.ndarray:
        """s = 1 时文献的式子是零除零；写成 expm1 就只在恰好等于 1 时另算。"""
        r, alpha, s, beta = theta
        log_ratio = np.log1p(horizon / (beta + age))
        stays = log_ratio if s == 1 else -np.expm1((1 - s) * log_ratio) / (s - 1)
        return (r + x) / (alpha + age) * (beta + age) * stays


def _buying(theta, x: np.ndarray) -> np.ndarray:
    r, alpha, s, beta = theta
    table = gammaln(r + np.arange(x.max(initial=0) + 1)) - gammaln(r)
    return table[x] + r * np.log(alpha) + s * np.log(beta)


def _log_leaving(theta, x, span, age) -> np.ndarray:
    """log ∫ (α+y)^−(r+x) (β+y)^−(s+1) dy，y 从 span 到 age；换元 u = log(m+y)，m 是 α、β 中小的一个。

    在 u 上被积函数的对数是凹的，16 个高斯点就够（与逐段积分差不到 10⁻¹¹）；降得太快时只取还看得见的一段。
    """
    r, alpha, s, beta = theta
    least, more = min(alpha, beta), abs(alpha - beta)
    steep, other = (r + x, s + 1) if alpha <= beta else (s + 1, r + x)  # 小的一个、大的一个的次数

    def log_integrand(u):
        return (1 - steep) * u - other * np.log(more + np.exp(u))

    start = np.log(least + span)
    top, width = log_integrand(start), np.log(least + age) - start
    for _ in range(4):  # 牛顿法：降到 −28 的地方；函数是凹的，从右边来，不会越过
        u = start + width
        depth, slope = top - log_integrand(u), steep - 1 + other / (1 + more * np.exp(-u))
        width = np.where(depth > _DEEP, width - (depth - _DEEP) / np.maximum(slope, 1e-300), width)
    # 一个点一个点地加：每次只有一列，留在处理器的缓存里
    points = zip(_NODES, _WEIGHTS, strict=True)
    mean = sum(weight * np.exp(log_integrand(start + node * width) - top) for node, weight in points)
    with np.errstate(divide="ignore"):  # span = age：宽度为零，积分为零
        return top + np.log(width) + np.log(mean)
