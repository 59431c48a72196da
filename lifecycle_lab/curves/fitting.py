"""从数据看曲线：每月的交易额与利润 → 平滑、拟合、判类型，再与生成器的真相对照（A7）。

一批客户用 `fit` 看形状，一位客户用 `classify` 数次数。拟合的办法只有一个念头：把理想曲线在时间上拉长或压短（stretch，百分之几），在离开的月份剪断，
高矮（peak）取绝对误差之和最小的那个；每种拉法都试一遍，留误差最小的。绝对误差不怕个别的大单。
离开的月份 = 最后一次有交易的月份；此后安静得不够久，就还说不准（open）。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.curves.exits import EARLY, EXIT_TYPES, exit_type
from lifecycle_lab.curves.shape import LifeCurve
from lifecycle_lab.schema import DataError, ParameterError, quote

STRETCHES = (25, 35, 50, 70, 100, 140, 200, 280)
MONTH = 30  # 从数据看曲线时，30 天算一个月
QUIET = 6  # 至少安静这么多个月才算走了
PURCHASES = (1, 3, 7)  # 至多买到第几次：早期流产、中途夭折、提前退出
Series = Sequence[int]


@dataclass(frozen=True)
class Fit:
    """拟合的结果。

    stretch: 时间拉到理想曲线的百分之几。peak: 稳定期末的月交易额（分，精确）。
    last: 最后一个有交易的月份（从 1 数）。open: 安静得还不够久，说不准走没走。
    error: 剩下的绝对误差占交易额的几成，0 是分毫不差。
    exit_type: 按 last 判的类型；open 时只是“至少走到了这里”。
    """

    stretch: int
    peak: Fraction
    last: int
    open: bool
    error: Fraction
    exit_type: str


@dataclass(frozen=True)
class Guess:
    """一位客户判成哪一型；open: 安静得还不够久，只能说“至少走到了这里”。"""

    exit_type: str
    open: bool


def per_month(days: Sequence[int], amounts: Sequence[int], last_day: int, length: int = MONTH) -> list[int]:
    """一位客户的（第几天，净额）→ 从第一笔起每 length 天的净额，直到 last_day；天数从早到晚；没有订单 → DataError。

    退款记在退的那个月，所以一个月可以是负的；最后一个月多半还没有过完。
    """
    if not days or len(days) != len(amounts) or days[0] > last_day:
        raise DataError("没有可以按月合计的订单。", remedy="天数与金额要一样多，第一笔不晚于最后一天。")
    table = [0] * ((last_day - days[0]) // length + 1)
    for day, amount in zip(days, amounts, strict=True):
        if day <= last_day:
            table[(day - days[0]) // length] += amount
    return table


def classify(tv: Series, borders: Sequence[int] = PURCHASES, quiet: int = QUIET) -> Guess:
    """一位客户每月的交易额 → 类型：数有交易的月份，一次一步，也就是用自己的周期作尺子；一个月也没有交易 → DataError。

    一位客户的每月交易额多半是 0，按形状拟合（`fit`）看到的只是零散的尖峰；数次数反而准些（见测试里的对照）。
    borders: 至多几个有交易的月份算早期流产、中途夭折、提前退出，从小到大；更多的是长久保持。
    """
    whole = len(borders) == 3 and all(type(b) is int and b > 0 for b in borders)
    if not whole or list(borders) != sorted(set(borders)):
        raise ParameterError(
            f"界限不能是 {quote(list(borders))}。", remedy="写三个从小到大的正整数，如 1、3、7。"
        )
    bought = [month for month, value in enumerate(tv, start=1) if value > 0]
    if not bought:
        raise DataError("没有一个月有交易，判不出类型。", remedy="第 1 个月是第一次交易的月份。")
    kind = EXIT_TYPES[sum(len(bought) > border for border in borders)]
    return Guess(kind, len(tv) - bought[-1] < quiet)


def smooth(values: Sequence[int | Fraction], width: int = 3) -> tuple[Fraction, ...]:
    """居中的移动平均，width 是奇数；两头窗口不足的，只平均有的那几个月；width 不是正的奇数 → ParameterError。"""
    if type(width) is not int or width < 1 or width % 2 == 0:
        raise ParameterError(f"窗口不能是 {quote(width)}。", remedy="写 1、3、5 这样的奇数。")
    half = width // 2
    windows = (values[max(0, i - half) : i + half + 1] for i in range(len(values)))
    return tuple(Fraction(sum(window), len(window)) for window in windows)


def cohort(customers: Sequence[Series]) -> tuple[Fraction, ...]:
    """一批客户的平均：第 k 个月只平均观察到了那个月的客户，后来者不拉低老月份；没有每月的数 → DataError。"""
    if not customers or not all(customers):
        raise DataError("没有每月的数。", remedy="至少给一位客户，每位至少一个月。")
    columns = ([c[k] for c in customers if len(c) > k] for k in range(max(map(len, customers))))
    return tuple(Fraction(sum(column), len(column)) for column in columns)


def fit(
    tv: Sequence[int | Fraction],
    curve: LifeCurve,
    *,
    stretches: Sequence[int] = STRETCHES,
    quiet: int = QUIET,
    early: int = EARLY,
) -> Fit:
    """一列每月交易额（第 1 个月起，直到观察日）→ 最像的一条曲线。全是 0 → DataError。

    同样好的拉法取最接近 100 的：没有证据就信理想曲线。
    """
    if not any(value > 0 for value in tv):
        raise DataError("没有一个月有交易，画不出曲线。", remedy="第 1 个月是第一次交易的月份。")
    if not stretches or not all(type(s) is int and s > 0 for s in stretches):
        raise ParameterError(f"拉法不能是 {quote(list(stretches))}。", remedy="写几个大于 0 的百分数。")
    last = max(k for k, value in enumerate(tv, start=1) if value > 0)
    tried = [(_misfit(tv[:last], curve, s), abs(s - 100), s) for s in stretches]
    (error, peak), _, stretch = min(tried)
    total = sum(map(abs, tv[:last]))
    kind = exit_type(curve, Fraction(100 * last, stretch), early)
    return Fit(stretch, peak, last, len(tv) - last < quiet, Fraction(error, total), kind)


def _misfit(tv: Sequence[int | Fraction], curve: LifeCurve, stretch: int) -> tuple[Fraction, Fraction]:
    """（最小的绝对误差之和，取得它的 peak）；形状为 0 的月份只添误差。"""
    shape = [Fraction(curve.level(Fraction(100 * k, stretch)), 100) for k in range(1, len(tv) + 1)]
    peak = _weighted_median([(Fraction(y) / s, s) for y, s in zip(tv, shape, strict=True) if s])
    return sum((abs(y - peak * s) for y, s in zip(tv, shape, strict=True)), Fraction(0)), peak


def _weighted_median(pairs: list[tuple[Fraction, Fraction]]) -> Fraction:
    """Σ 权 × |值 − m| 最小的 m：按值排好，权累计到一半的那个值。"""
    half, passed = sum((weight for _, weight in pairs), Fraction(0)) / 2, Fraction(0)
    for value, weight in sorted(pairs):
        passed += weight
        if passed >= half:
            return max(value, Fraction(0))
    return Fraction(0)


@dataclass(frozen=True)
class Score:
    """与真相对照：counts 是（真的类型, 判的类型）→ 人数。"""

    counts: Mapping[tuple[str, str], int]

    @property
    def people(self) -> int:
        """一共判了几位。"""
        return sum(self.counts.values())

    @property
    def accuracy(self) -> Fraction:
        """判对的份额。"""
        return Fraction(sum(self.counts[kind, kind] for kind in EXIT_TYPES), self.people)

    @property
    def baseline(self) -> Fraction:
        """不看数据、人人都判成最多的那一型，也能对这么多：准确率要与它比。"""
        return Fraction(max(self._true(kind) for kind in EXIT_TYPES), self.people)

    def recall(self, kind: str) -> Fraction | None:
        """真是这一型的，认出了几成；没有这一型 → None。"""
        true = self._true(kind)
        return Fraction(self.counts[kind, kind], true) if true else None

    def _true(self, kind: str) -> int:
        return sum(self.counts[kind, guessed] for guessed in EXIT_TYPES)


def score(truth: Sequence[str], guessed: Sequence[str]) -> Score:
    """两列类型 → 混淆矩阵，16 格都在，没有人的是 0；不一样长、空的、不认识的类型 → DataError。"""
    if not truth or len(truth) != len(guessed):
        raise DataError("两列类型要一样长，且不空。", why=f"现在是 {len(truth)} 与 {len(guessed)}。")
    if unknown := sorted({*truth, *guessed} - set(EXIT_TYPES)):
        raise DataError(f"不认识的类型 {quote(unknown[0])}。", remedy=f"可用的有：{'、'.join(EXIT_TYPES)}。")
    found = Counter(zip(truth, guessed, strict=True))
    return Score({(a, b): found[a, b] for a in EXIT_TYPES for b in EXIT_TYPES})
