"""Gamma-Gamma：一位客户每单花多少（Fader, Hardie & Lee 2005；写法见 Fader & Hardie 2013）。

故事：客户每单的金额绕着自己的水平 ζ 波动（Gamma(p, ν)），ν 在客户之间又是 Gamma(q, γ)。
买得越少，越往全店的平均靠：一单 500 元的客户，下一单期望远不到 500 元。

只用重复客户；金额是整数最小单位（分、便士），参数 γ 写成主单位（元、英镑）。
前提是买得勤与花得多互不相关：相关系数随结果一起报告。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from lifecycle_lab.models.fitted import Estimate
from lifecycle_lab.models.histories import LEAST_REPEATERS
from lifecycle_lab.models.maximum import Maximum, maximise, refuse_unusable
from lifecycle_lab.schema import DataError

NOTABLE_CORRELATION = 0.3
"""超过它就要提醒：平均单价随购买次数变，Gamma-Gamma 的前提不成立。"""
_SYMBOLS = ("p", "q", "γ")
_MEANINGS = ("一位客户各单之间的整齐程度", "客户之间的整齐程度", "金额的尺度（主单位）")


@dataclass(frozen=True)
class FittedMoney:
    """估计好的 Gamma-Gamma。correlation: 单数与平均单价的相关系数（皮尔逊）。decimals: 最小单位的小数位数。"""

    maximum: Maximum
    customers: int
    correlation: float
    decimals: int

    @property
    def theta(self) -> tuple[float, ...]:
        """参数 p、q、γ（γ 是主单位）。"""
        return self.maximum.theta

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """每个参数的估计值、标准误与意思。"""
        parts = zip(_SYMBOLS, self.theta, self.maximum.standard_errors, _MEANINGS, strict=True)
        return tuple(Estimate(*part) for part in parts)

    @property
    def shop_average(self) -> float:
        """一位还没有记录的客户的期望单价（主单位）；q ≤ 1 时没有这个平均，是无穷大。"""
        p, q, gamma = self.theta
        return p * gamma / (q - 1) if q > 1 else float("inf")

    def average_order(self, orders, totals) -> np.ndarray:
        """每位客户下一单的期望金额（主单位）：自己的平均与全店的平均按单数折中。

        orders: 有金额的单数，可以是 0。totals: 这些单的合计，整数最小单位。
        """
        p, q, gamma = self.theta
        count, money = _whole(orders, "orders", 0), _whole(totals, "totals", 0)
        weight = p * count + q - 1
        if (weight <= 0).any():
            raise DataError("q ≤ 1：没有记录的客户，期望单价不存在。", remedy="只问有过重复购买的客户。")
        return p * (gamma + money / 10**self.decimals) / weight

    @property
    def cautions(self) -> tuple[str, ...]:
        """该小心的事，各一句话；没有就是空的。"""
        found = []
        if not self.maximum.converged:
            found.append("没有收敛：参数不可当真。")
        if abs(self.correlation) > NOTABLE_CORRELATION:
            found.append(
                f"买得勤与花得多的相关系数是 {self.correlation:.2f}：前提（互不相关）不成立，期望单价会有系统的偏差。"
            )
        if self.theta[1] <= 1:
            found.append("q ≤ 1：全店的平均单价不存在（少数大单决定一切）。")
        return tuple(found)

    @property
    def sentence(self) -> str:
        """一行话：多少客户、参数、相关系数、收敛。"""
        values = "，".join(f"{part.symbol} {part.value:.4g}" for part in self.estimates)
        state = "已收敛" if self.maximum.converged else "没有收敛"
        return (
            f"Gamma-Gamma：{self.customers} 位重复客户，{values}（主单位），"
            f"单数与平均单价的相关系数 {self.correlation:.2f}，{state}。"
        )


def fit_gamma_gamma(orders, totals, decimals: int = 2) -> FittedMoney:
    """重复客户的单数与金额 → Gamma-Gamma 的最大似然。

    orders: 每位客户有金额的单数（≥ 1；文献里是第一次以后的单数）。totals: 这些单的合计，整数最小单位，> 0。
    没有重复购买的客户先拿掉；少于二十位、有零或负的金额 → DataError。
    """
    count, money = _whole(orders, "orders", 1), _whole(totals, "totals", 1)
    _refuse_few(count, money)
    spent = money / 10**decimals

    def log_likelihood(theta: np.ndarray) -> float:
        p, q, gamma = theta
        size = p * count
        heights = gammaln(size + q) - gammaln(size) - gammaln(q) + q * np.log(gamma)
        # 密度写在平均单价 m = spent/count 上：(size−1)·log m + size·log count − (size+q)·log(γ + spent)
        own = (size - 1) * np.log(spent / count) + size * np.log(count)
        return float((heights + own - (size + q) * np.log(gamma + spent)).sum())

    typical = float(np.median(spent / count))
    found = maximise(log_likelihood, [(4.0, 3.0, typical / 2), (1.0, 6.0, 5 * typical)])
    refuse_unusable(found)
    return FittedMoney(found, len(count), _correlation(count, spent / count), decimals)


def _refuse_few(count: np.ndarray, money: np.ndarray) -> None:
    if len(count) != len(money):
        raise DataError(f"单数有 {len(count)} 个，金额有 {len(money)} 个。", remedy="一位客户各一个。")
    if len(count) < LEAST_REPEATERS:
        raise DataError(
            f"只有 {len(count)} 位重复客户，不到 {LEAST_REPEATERS} 位，不估计。",
            why="客户之间的差别要有足够的人才看得出。",
            remedy="换更长的时期或更多的客户。",
        )
    if len(np.unique(money / count)) == 1:
        raise DataError("每位客户的平均单价都一样，没有差别可估计。", remedy="一口价的店不需要这个模型。")
    if count.max() == 1:
        raise DataError(
            "每位客户都只有一单有金额，分不开“各单之间”与“客户之间”。", remedy="要有买过几单的客户。"
        )


def _whole(values, name: str, least: int) -> np.ndarray:
    numbers = np.asarray(values)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        raise DataError(f"{name} 不是一列整数。", remedy="金额先换成最小单位（分），单数取整数。")
    if (bad := numbers < least).any():
        where = f"第 {int(np.argmax(bad)) + 1} 位客户（共 {int(bad.sum())} 位如此）"
        raise DataError(
            f"{name} 小于 {least}。", where=where, remedy="只给重复客户，退成零或负的先按规则拿掉。"
        )
    return numbers.astype(np.int64)


def _correlation(count: np.ndarray, average: np.ndarray) -> float:
    if count.min() == count.max():
        return 0.0
    return float(np.corrcoef(count, average)[0, 1])
