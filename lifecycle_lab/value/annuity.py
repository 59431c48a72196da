"""年金系数：每期一元、连付 n 期，今天值多少(course.md D1、D2)。

a = [1 − (1 + r)^−n] ÷ r。来源里的算式损坏了，只剩碎片：这是重构，与检验值
（r = 9 %、n = 5 时系数 3.89）一致。付在期初的（due）多乘一个 1 + r，是补全。

D2 审：来源说终身价值与 n“成正比”、与 r“成反比”。两句都只是单调：n 加倍，系数不到两倍；
r 加倍，系数多于一半。`ratio` 把倍数算出来。
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import ParameterError, half_up
from lifecycle_lab.value.inputs import exact
from lifecycle_lab.value.rates import Rate, Retention, Term, same_unit


def discount_factor(rate: Rate, after: Term) -> Fraction:
    """after 期之后的一元，今天值多少：(1 + r)^−n。"""
    same_unit(rate, after)
    if after.count is None:
        return Fraction(int(rate.value == 0))
    return (1 + rate.value) ** -after.count


def annuity(rate: Rate, term: Term, *, due: bool = False) -> Fraction:
    """年金系数 a，精确分数(D1)。due: 付在每期期初。r = 0 时就是期数；永远付下去是 1 ÷ r；r = 0 又永远付下去 → ParameterError。"""
    same_unit(rate, term)
    _refuse_infinite(rate, term)
    r = rate.value
    factor = Fraction(term.count or 0) if r == 0 else (1 - discount_factor(rate, term)) / r
    return factor * (1 + r) if due else factor


def retained_annuity(rate: Rate, term: Term, kept: Retention, *, due: bool = False) -> Fraction:
    """每期只有 p 的人留下时的系数：Σ pᵗ ÷ (1 + r)ᵗ，t = 1…n；永远下去是 p ÷ (1 + r − p)（补全）。

    due: t = 0…n−1，第一期人人都在。p = 1 时就是 `annuity`。
    """
    same_unit(rate, term, kept)
    step = kept.value / (1 + rate.value)
    if step == 1:
        return annuity(rate, term, due=due)
    first = Fraction(1) if due else step
    return first * (1 - (step**term.count if term.count is not None else 0)) / (1 - step)


def slope(rate: Rate, term: Term, *, due: bool = False) -> Fraction:
    """da/dr：贴现率每升 1（即 100 个百分点）系数变多少，总不大于 0(D2，重构）；r = 0 又永远付下去 → ParameterError。

    n ÷ [r(1 + r)^(n+1)] − [1 − (1 + r)^−n] ÷ r²；r → 0 时是 −n(n + 1) ÷ 2；n → ∞ 时是 −1 ÷ r²。
    """
    same_unit(rate, term)
    _refuse_infinite(rate, term)
    ordinary = _ordinary_slope(rate.value, term.count)
    return ordinary * (1 + rate.value) + annuity(rate, term) if due else ordinary


def _ordinary_slope(r: Fraction, n: int | None) -> Fraction:
    if n is None:
        return -1 / r**2
    if r == 0:
        return Fraction(-n * (n + 1), 2)
    return n / (r * (1 + r) ** (n + 1)) - (1 - (1 + r) ** -n) / r**2


def retained_slope(rate: Rate, term: Term, kept: Retention, *, due: bool = False) -> Fraction:
    """带保持率的系数对 r 的导数：逐期求导，Σ −t·pᵗ ÷ (1 + r)^(t+1)；永远下去是 −p ÷ (1 + r − p)²（补全）；加起来没有尽头 → ParameterError。"""
    same_unit(rate, term, kept)
    r, p = rate.value, kept.value
    if term.count is None:
        if p == 1:
            _refuse_infinite(rate, term)
        return -p / (1 + r - p) ** 2
    periods = range(term.count) if due else range(1, term.count + 1)
    return sum((-t * p**t / (1 + r) ** (t + 1) for t in periods), Fraction(0))


def one_more(rate: Rate, term: Term, *, due: bool = False) -> Fraction:
    """再多忠诚一期，系数多多少：(1 + r)^−(n+1)；总大于 0，一期比一期少(D2)。"""
    same_unit(rate, term)
    later = 0 if term.count is None else (1 + rate.value) ** -(term.count + (0 if due else 1))
    return Fraction(later)


def ratio(rate: Rate, term: Term, *, term_times: int = 1, rate_times: Fraction | int = 1) -> Fraction:
    """期数乘 term_times、贴现率乘 rate_times 以后，系数是原来的几倍(D2 审）；系数是 0 → ParameterError。

    若真是“成正比”“成反比”，就该是 term_times ÷ rate_times 倍。
    """
    before = annuity(rate, term)
    if before == 0:
        raise ParameterError("系数是 0，没有倍数可比。", remedy="期数至少取 1。")
    longer = type(term)(None if term.count is None else term.count * term_times)
    return annuity(type(rate)(rate.value * exact(rate_times, "倍数")), longer) / before


def _refuse_infinite(rate: Rate, term: Term) -> None:
    if term.count is None and rate.value == 0:
        raise ParameterError(
            "贴现率是 0，又永远付下去，加起来没有尽头。", remedy="给一个期数，或一个大于 0 的贴现率。"
        )


# ── 一行一行写出来 ───────────────────────────────────────────────────


@dataclass(frozen=True)
class Step:
    """算式里的一行。used: 接着往下用的值（可能已四舍五入）；exact: 从头到尾不舍入的值。"""

    formula: str
    used: Fraction
    exact: Fraction


def written_out(rate: Rate, term: Term, *, factor_digits: int | None = 2) -> tuple[Step, ...]:
    """把 a 一行一行算出来；最后一行是系数(D1)。

    factor_digits: (1 + r)^−n 留几位小数再往下算（来源留两位：0.65 → 3.8889，不舍入是 3.889651…）；
    None 不舍入。永远付下去没有 n 次方可写 → ParameterError。
    """
    same_unit(rate, term)
    r, n = rate.value, term.count
    if n is None:
        raise ParameterError("永远付下去，没有 n 次方可写。", remedy="系数就是 1 ÷ r。")
    if r == 0:
        return (Step("a = n", Fraction(n), Fraction(n)),)
    whole = discount_factor(rate, term)
    used = whole if factor_digits is None else Fraction(half_up(whole, factor_digits))
    return (
        Step("1 + r", 1 + r, 1 + r),
        Step("(1 + r)^n", 1 / whole, 1 / whole),
        Step("(1 + r)^−n", used, whole),
        Step("1 − (1 + r)^−n", 1 - used, 1 - whole),
        Step("a = [1 − (1 + r)^−n] ÷ r", (1 - used) / r, (1 - whole) / r),
    )


@dataclass(frozen=True)
class PeriodLine:
    """第几期付的一元：贴现因子，以及到这一期为止的合计。"""

    period: int
    factor: Fraction
    total: Fraction


def period_lines(
    rate: Rate, term: Term, *, due: bool = False, digits: int | None = None
) -> tuple[PeriodLine, ...]:
    """一期一行的贴现因子；合计的最后一行就是系数。digits: 每个因子先留几位小数再相加，None 不舍入；永远付下去 → ParameterError。"""
    same_unit(rate, term)
    if term.count is None:
        raise ParameterError("永远付下去，写不完。", remedy="给一个期数。")
    lines, total = [], Fraction(0)
    for period in range(1, term.count + 1):
        factor = (1 + rate.value) ** -(period - 1 if due else period)
        factor = factor if digits is None else Fraction(half_up(factor, digits))
        total += factor
        lines.append(PeriodLine(period, factor, total))
    return tuple(lines)
