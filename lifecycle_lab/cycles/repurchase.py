"""文章的表1与表2：多久再买、回头客占多少(E2、E3)。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from lifecycle_lab.cycles.spells import GapRow, select
from lifecycle_lab.cycles.survival import Curve, by_days, curve_of
from lifecycle_lab.schema import DataError

QUANTILES = (Fraction(1, 2), Fraction(7, 10), Fraction(9, 10))


@dataclass(frozen=True)
class RepurchaseLine:
    """表1的一行：各分位点的天数，None = 没有达到（不是缺失）。

    naive: 只看已经再买的；corrected: 连同还没有再买的；bands: corrected 的 95 % 区间。
    """

    quantiles: tuple[Fraction, ...]
    naive: tuple[int | None, ...]
    corrected: tuple[int | None, ...]
    bands: tuple[tuple[int | None, int | None], ...]
    naive_curve: Curve | None
    curve: Curve


@dataclass(frozen=True)
class Repurchase:
    """表1：第一次到第二次购买、以后各次、全部；没有客户买过第二次时 later 是 None。"""

    first: RepurchaseLine
    later: RepurchaseLine | None
    every: RepurchaseLine


def repurchase(rows: Iterable[GapRow], quantiles: Sequence[Fraction] = QUANTILES) -> Repurchase:
    """间隔表 → 表1(E2)：第一次购买之后与以后各次分开，朴素与校正并列；份额不在 0（不含）与 1 之间 → DataError。"""
    found = select(rows)
    first, later = by_days(select(found, n=1)), by_days(select(found, least=2))
    return Repurchase(
        _line(*first, quantiles),
        _line(*later, quantiles) if any(later) else None,
        _line(first[0] + later[0], first[1] + later[1], quantiles),
    )


def repurchase_line(rows: Sequence[GapRow], quantiles: Sequence[Fraction] = QUANTILES) -> RepurchaseLine:
    """间隔表的几行 → 表1的一行；一段也没有 → DataError。"""
    return _line(*by_days(rows), quantiles)


def _line(
    ended: Mapping[int, int], watched: Mapping[int, int], quantiles: Sequence[Fraction]
) -> RepurchaseLine:
    for share in quantiles:
        if not 0 < share <= 1:
            raise DataError(f"{share} 不是份额。", remedy="分位点在 0 与 1 之间，写成 Fraction(9, 10)。")
    curve = curve_of(ended, watched)
    naive = curve_of(ended, {}) if curve.closed else None
    return RepurchaseLine(
        tuple(quantiles),
        tuple(naive.quantile(share) if naive else None for share in quantiles),
        tuple(curve.quantile(share) for share in quantiles),
        tuple(curve.band(share) for share in quantiles),
        naive,
        curve,
    )


class Revenue(Protocol):
    """表2要的五个总数；仓库的 `totals()` 就有。金额是整数最小单位，没有减退款。"""

    customers: int
    repeat_customers: int
    purchase_money: int
    repeat_purchase_money: int
    first_money: int


@dataclass(frozen=True)
class RevenueSums:
    """五个总数：客户数、其中买过两天以上的、全部金额、后者的金额、各人第一个购买日的金额之和。"""

    customers: int
    repeat_customers: int
    purchase_money: int
    repeat_purchase_money: int
    first_money: int


@dataclass(frozen=True)
class Concentration:
    """表2(E3)：回头客占客户、占金额的份额，以及回头的订单（第二次起）占金额的份额；除不出来是 None。

    第二个份额里有回头客的第一单；第三个没有，所以更小，也更说明“再来”值多少钱。
    """

    customers: Fraction | None
    revenue: Fraction | None
    repeat_orders: Fraction | None


def revenue_sums(rows: Iterable[tuple[int, int, int]]) -> RevenueSums:
    """每位客户的（购买天数，购买的金额，第一个购买日的金额）→ 五个总数。"""
    found = [row for row in rows if row[0] >= 1]
    repeat = [row for row in found if row[0] >= 2]
    return RevenueSums(
        len(found), len(repeat), sum(r[1] for r in found), sum(r[1] for r in repeat), sum(r[2] for r in found)
    )


def concentration(sums: Revenue) -> Concentration:
    """五个总数 → 表2(E3)。"""
    return Concentration(
        _share(sums.repeat_customers, sums.customers),
        _share(sums.repeat_purchase_money, sums.purchase_money),
        _share(sums.purchase_money - sums.first_money, sums.purchase_money),
    )


def _share(part: int, total: int) -> Fraction | None:
    return Fraction(part, total) if total > 0 else None
