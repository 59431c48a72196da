"""买着买着就不来了的一族：BG/NBD、MBG/NBD 与更规律的 MBG/CNBD-k。

故事：活着的客户按自己的快慢 λ 购买，两次之间是 k 段指数时间之和（k = 1 毫无规律，k 越大越像钟）；
每买一次就掷一次硬币，以概率 p 从此不来。λ 在客户之间是 Gamma(r, α)，p 是 Beta(a, b)。
BG/NBD（Fader, Hardie & Lee 2005）只在重复购买之后掷；MBG（Batislam, Denizel & Filiztekin 2007）
第一次购买之后也掷；k > 1 见 Platzer & Reutterer 2016、Reutterer, Platzer & Schröder 2021。

期望购买数不用文献里的 2F1 式子：那里两个大数相减，a 近 1 时还要除以零。
这里加的是“第 n 次购买发生的概率”，每一项都是正数，没有东西可以抵消。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaln, gammaln

_TERM_BY_TERM = 1_000
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class BetaGeometric:
    """一个具体的模型。k: 规律度。first_coin: 第一次购买之后也掷不掷硬币。"""

    k: int = 1
    first_coin: bool = False

    symbols = ("r", "α", "a", "b")
    meanings = (
        "快慢的均匀程度（越大，客户之间越像）",
        "快慢的尺度（平均每单位时间 r/α 段）",
        "流失硬币：偏向不来的份量",
        "流失硬币：偏向再来的份量",
    )

    @property
    def name(self) -> str:
        """文献里的叫法。"""
        if self.k == 1:
            return "MBG/NBD" if self.first_coin else "BG/NBD"
        return f"{'MBG' if self.first_coin else 'BG'}/CNBD-{self.k}"

    @property
    def certain_of_one_time_buyers(self) -> bool:
        """一次客活着的概率是不是按定义就等于 1。"""
        return not self.first_coin

    def starts(self, typical_age: float) -> list[tuple[float, ...]]:
        """typical_age: 中位的客户年龄（模型的时间单位）。"""
        scale = max(typical_age * self.k / 5, 1e-3)
        return [(0.5, scale, 0.8, 2.5), (1.5, 3 * scale, 0.3, 1.0)]

    def log_alive(self, theta, x, span, age) -> np.ndarray:
        """log 似然里“观察日还活着”的一份。"""
        r, alpha, a, b = theta
        coins = _per_count(lambda n: betaln(a, b + n + self.first_coin) - betaln(a, b), x)
        steps = sum(self._steps(theta, x, span, age))
        return coins + self._buying(r, alpha, x) - (r + self.k * x) * np.log(alpha + age) + np.log(steps)

    def log_gone(self, theta, x, span, age) -> np.ndarray:
        """log 似然里“最后一次购买之后就不来了”的一份；没掷过硬币的是 −∞。"""
        r, alpha, a, b = theta
        tossed = x + self.first_coin > 0
        coins = _per_count(
            lambda n: betaln(a + 1, b + np.maximum(n + self.first_coin - 1, 0)) - betaln(a, b), x
        )
        found = coins + self._buying(r, alpha, x) - (r + self.k * x) * np.log(alpha + span)
        return np.where(tossed, found, -np.inf)

    def orders_if_alive(self, theta, x, span, age, horizon) -> np.ndarray:
        """观察日还活着的客户，在其后 horizon 里的期望购买数。"""
        r, alpha, a, b = theta
        tossed, shape = b + x + self.first_coin, r + self.k * x
        share = horizon / (alpha + age + horizon)
        steps = list(self._steps(theta, x, span, age))
        weights = [step / sum(steps) for step in steps]

        def term(n: float, rows: np.ndarray) -> np.ndarray:
            # 前 n−1 次之后都还来，且第 n 次赶在期限以内
            stays = np.exp(betaln(a, tossed[rows] + n - 1) - betaln(a, tossed[rows]))
            in_time = sum(
                weights[j][rows] * betainc(n * self.k - j, shape[rows] + j, share[rows])
                for j in range(self.k)
            )
            return stays * in_time

        return _falling_series(term, len(x), reach=1 + horizon / (alpha + age))

    def _buying(self, r: float, alpha: float, x: np.ndarray) -> np.ndarray:
        return _per_count(lambda n: gammaln(r + self.k * n) - gammaln(r), x) + r * np.log(alpha)

    def _steps(self, theta, x, span, age) -> Iterator[np.ndarray]:
        """最后一次购买以来走完了 j 段却还没有买（j = 0 … k−1）：与一段也没走（j = 0）相比的份量。"""
        r, alpha, _, _ = theta
        shape, waited = r + self.k * x, (age - span) / (alpha + age)
        yield (step := np.ones(len(x)))
        for j in range(1, self.k):
            yield (step := step * waited * (shape + j - 1) / j)


def _per_count(function: Callable[[np.ndarray], np.ndarray], counts: np.ndarray) -> np.ndarray:
    """购买次数只有几十种：每种算一次再查表，比每位客户算一次快得多。"""
    return function(np.arange(counts.max(initial=0) + 1))[counts]


def _falling_series(term, size: int, reach: np.ndarray) -> np.ndarray:
    """Σ term(n)，n = 1, 2, …；每项为正且不增。前一千项逐项加，其后一段一段地取中点（段长约为 n 的千分之一）。

    reach: 余项大约还有几项那么多；某行的余项小到可以不计，这一行就不再算。
    """
    total, rows, n = np.zeros(size), np.arange(size), 1
    while len(rows):
        width = 1 if n <= _TERM_BY_TERM else 2 * (n // (2 * _TERM_BY_TERM)) + 1
        found = term(n + (width - 1) / 2, rows)
        total[rows] += width * found
        rows = rows[found * reach[rows] > _TOLERANCE * total[rows]]
        n += width
    return total
