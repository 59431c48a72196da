"""估计的结果：参数、标准误、收敛与否，以及它能回答的四个问题。

两个问题不要混：“这位客户还活着吗”（alive，状态）与“往后 H 天会不会来”（no_order，行动）。
BG/NBD 的 alive 对每一位一次客都等于 1 —— 不是证据，是定义：它只在重复购买之后才掷流失的硬币。
问行动，用 no_order；非要问状态，用 MBG/CNBD-k 或 Pareto/NBD。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle_lab.models.beta_geometric import BetaGeometric
from lifecycle_lab.models.histories import Histories, refuse_unfit
from lifecycle_lab.models.maximum import LOG_BOUND, Maximum, maximise, refuse_unusable
from lifecycle_lab.models.pareto import ParetoNBD
from lifecycle_lab.schema import ParameterError

Process = BetaGeometric | ParetoNBD
ENOUGH_TO_WALK = 1_000
"""不同的历史比这多一倍以上，就先用其中约一千种走近最高点。"""


@dataclass(frozen=True)
class Estimate:
    """一个参数：符号、估计值、标准误（算不出是 nan）、意思。"""

    symbol: str
    value: float
    standard_error: float
    meaning: str


@dataclass(frozen=True)
class Fitted:
    """一个估计好的模型；全部冻结，同样的历史得到同样的它。

    process: 哪一个模型。theta: 参数，时间单位是 unit_days 天（尺度参数随单位变，概率不变）。
    log_likelihood: 对数似然；它也随单位变，只在同一单位、同一批客户之间可比。
    tried: 挑规律度时试过的 （k，对数似然）；没有挑就是空的。
    """

    process: Process
    maximum: Maximum
    log_likelihood: float
    customers: int
    repeaters: int
    unit_days: int
    tried: tuple[tuple[int, float], ...] = ()

    @property
    def name(self) -> str:
        """模型在文献里的叫法。"""
        return self.process.name

    @property
    def theta(self) -> tuple[float, ...]:
        """参数，次序同 process.symbols。"""
        return self.maximum.theta

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """每个参数的估计值、标准误与意思。"""
        errors = self.maximum.standard_errors
        parts = zip(self.process.symbols, self.theta, errors, self.process.meanings, strict=True)
        return tuple(Estimate(*part) for part in parts)

    def alive(self, data: Histories) -> np.ndarray:
        """每位客户在观察日还活着的概率。BG/NBD 对一次客恒为 1，见 `certain`。"""
        parts = self._columns(data)
        alive, gone = self.process.log_alive(self.theta, *parts), self.process.log_gone(self.theta, *parts)
        return np.exp(alive - np.logaddexp(alive, gone))

    def certain(self, data: Histories) -> np.ndarray:
        """哪些客户的 alive = 1 是模型的定义，不是数据说的（BG/NBD 的一次客）。"""
        return (data.repeat_purchases == 0) & self.process.certain_of_one_time_buyers

    def no_order(self, data: Histories, days: int) -> np.ndarray:
        """往后 days 天里一单也没有的概率：再空等 days 天的似然 ÷ 现在的似然。"""
        later = self._log_likelihoods(data.later(_horizon(days)))
        return np.exp(np.minimum(later - self._log_likelihoods(data), 0.0))

    def expected_orders(self, data: Histories, days: int) -> np.ndarray:
        """往后 days 天里的期望购买次数（已经乘上活着的概率）。"""
        rows, _, place = data.distinct()
        horizon = _horizon(days) / self.unit_days
        orders = self.process.orders_if_alive(self.theta, *self._columns(rows), horizon)
        return (self.alive(rows) * orders)[place]

    def expected_orders_of_new(self, days: int) -> float:
        """刚买了第一次的新客户，在其后 days 天里的期望重复购买次数。"""
        zero = np.zeros(1, dtype=np.int64)
        return float(self.expected_orders(Histories(zero, zero, zero), days)[0])

    @property
    def cautions(self) -> tuple[str, ...]:
        """读结果之前要知道的事，一条一句。"""
        found = []
        if self.maximum.on_bound:
            stuck = "、".join(self.process.symbols[i] for i in self.maximum.on_bound)
            found.append(f"参数 {stuck} 停在搜索的边界（log 值 ±{LOG_BOUND:g}），这批客户定不下它。")
        elif not self.maximum.converged:
            found.append(
                "没有收敛：最高点附近的似然面太平，好几组参数一样像，参数不可当真；概率可不可用，看回测。"
            )
        if self.process.certain_of_one_time_buyers:
            found.append("一次客活着的概率按定义恒为 1，不要拿它排一次客的先后；改问“往后几天会不会来”。")
        if self.tried and self.tried[-1][0] == self.process.k > 1:
            found.append(f"规律度 k 停在试过的最大值 {self.process.k}，也许还可以更大。")
        return tuple(found)

    @property
    def sentence(self) -> str:
        """一行话：哪个模型、多少客户、参数、似然、收敛。"""
        values = "，".join(f"{part.symbol} {part.value:.4g}" for part in self.estimates)
        state = "已收敛" if self.maximum.converged else "没有收敛"
        unit = "天" if self.unit_days == 1 else f"{self.unit_days} 天"
        return (
            f"{self.name}：{self.customers} 位客户（{self.repeaters} 位买过不止一次），{values}（时间单位 {unit}），"
            f"对数似然 {_minus(self.log_likelihood)}，{state}。"
        )

    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """估计表的各行：参数、估计值、标准误、意思；表由上面的房间画。"""
        return tuple(
            (part.symbol, f"{part.value:.4g}", _error_text(part.standard_error), part.meaning)
            for part in self.estimates
        )

    def _columns(self, data: Histories) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return data.repeat_purchases, data.span / self.unit_days, data.age / self.unit_days

    def _log_likelihoods(self, data: Histories) -> np.ndarray:
        parts = self._columns(data)
        return np.logaddexp(
            self.process.log_alive(self.theta, *parts), self.process.log_gone(self.theta, *parts)
        )


def fit(process: Process, data: Histories, unit_days: int, first_guess: tuple[float, ...] = ()) -> Fitted:
    """一个模型的最大似然；数据不够 → DataError。first_guess: 先试的一个起点。"""
    refuse_unfit(data)
    if not isinstance(unit_days, int) or unit_days < 1:
        raise ParameterError("unit_days 是一个时间单位有几天，要是正整数。", remedy="按天写 1，按周写 7。")
    starts = process.starts(float(np.median(data.age)) / unit_days)
    rows, count, _ = data.distinct()
    parts = rows.repeat_purchases, rows.span / unit_days, rows.age / unit_days
    count = count.astype(float)
    every = max(1, len(rows) // ENOUGH_TO_WALK)  # 行按次数、跨度、年龄排好：隔几行取一行，各种客户都在
    found = maximise(
        _log_likelihood(process, parts, count),
        [first_guess, *starts] if first_guess else starts,
        _log_likelihood(process, [part[::every] for part in parts], count[::every]) if every > 1 else None,
    )
    refuse_unusable(found)
    return Fitted(process, found, found.log_likelihood, len(data), data.repeaters, unit_days)


def _log_likelihood(process: Process, parts, count: np.ndarray):
    """θ → 各种历史的对数似然，按人数相加。"""

    def total(theta: np.ndarray) -> float:
        return float(count @ np.logaddexp(process.log_alive(theta, *parts), process.log_gone(theta, *parts)))

    return total


def _horizon(days: int) -> int:
    if not isinstance(days, int | np.integer) or isinstance(days, bool) or days < 0:
        raise ParameterError("预测期要是不小于零的整天数。", remedy="例如 180。")
    return int(days)


def _error_text(error: float) -> str:
    return f"{error:.2g}" if np.isfinite(error) else "算不出"


def _minus(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
