"""模型读的东西：每位客户三个整数 —— 第一次之后又买了几次、首末两次隔几天、第一次到观察日几天。

同一天的几单算一次购买（所以两次购买至少隔一天）；时间总是整天，换成周是模型自己的事。
文献里把 span 叫 recency，本书不这样叫：它不是“最近一次距今几天”（那是 age − span）。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle_lab.schema import DataError

LONGEST_DAYS = 100_000
"""二百多年：再长多半是把秒或时间戳当成了天。"""
LEAST_CUSTOMERS, LEAST_REPEATERS = 50, 20
"""四个参数要有足够的人来定；再少，似然面是平的，估计值没有意义。"""


@dataclass(frozen=True, eq=False)
class Histories:
    """n 位客户的购买历史，三列等长的整数数组，顺序由调用者定；用 `histories()` 造，造时核对。

    repeat_purchases: 第一次之后的购买次数（购买日数减一）。
    span: 首次到末次的整天数。age: 首次到观察日的整天数，文献记作 T。
    """

    repeat_purchases: np.ndarray
    span: np.ndarray
    age: np.ndarray

    def __len__(self) -> int:
        return len(self.age)

    @property
    def repeaters(self) -> int:
        """买过不止一次的客户数。"""
        return int(np.count_nonzero(self.repeat_purchases))

    def later(self, days: int) -> Histories:
        """同一批历史、再过 days 天仍没有新的购买。"""
        return Histories(self.repeat_purchases, self.span, self.age + days)

    def distinct(self) -> tuple[Histories, np.ndarray, np.ndarray]:
        """（各不相同的历史，每种几人，每位客户是第几种）：一样的行只算一次。"""
        width = np.int64(self.age.max(initial=0) + 1)
        keys = (self.repeat_purchases * width + self.span) * width + self.age
        _, first, place, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        rows = Histories(self.repeat_purchases[first], self.span[first], self.age[first])
        return rows, count, place


def histories(repeat_purchases, span, age) -> Histories:
    """三列整数 → Histories；长短不一、不是整数、自相矛盾的行 → DataError（说出第几位客户、为什么）。"""
    names = ("repeat_purchases", "span", "age")
    columns = [
        _whole_days(name, values) for name, values in zip(names, (repeat_purchases, span, age), strict=True)
    ]
    if len({len(values) for values in columns}) > 1:
        lengths = "、".join(f"{name} {len(values)}" for name, values in zip(names, columns, strict=True))
        raise DataError(f"三列不一样长：{lengths}。", remedy="每位客户三个数，缺的先补上。")
    _refuse_contradictions(*columns)
    return Histories(*columns)


def refuse_unfit(data: Histories) -> None:
    """够不够估计一个模型；不够 → DataError，说出差在哪里。"""
    if len(data) < LEAST_CUSTOMERS:
        raise DataError(
            f"只有 {len(data)} 位客户，不到 {LEAST_CUSTOMERS} 位，不估计。",
            why="人太少，几组很不一样的参数几乎一样像。",
            remedy="换更长的时期或更多的客户；少数客户用规则，不用模型。",
        )
    if data.repeaters < LEAST_REPEATERS:
        raise DataError(
            f"{len(data)} 位客户里只有 {data.repeaters} 位买过不止一次，不到 {LEAST_REPEATERS} 位，不估计。",
            why="快慢与流失只看得见于重复购买。",
            remedy="把观察日往后移，或换复购多一些的店。",
        )


def _whole_days(name: str, values) -> np.ndarray:
    numbers = np.asarray(values)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iuf":
        raise DataError(f"{name} 不是一列数。", remedy="给一列整数，一位客户一个。")
    bad = ~np.isfinite(numbers) | (numbers != np.floor(numbers))
    if bad.any():
        raise _row_error(bad, f"{name} 不是整数", "缺失、无穷与小数都不收；时间用整天。")
    if (bad := (numbers < 0) | (numbers > LONGEST_DAYS)).any():
        raise _row_error(bad, f"{name} 不在 0 到 {LONGEST_DAYS} 之间", "也许把时间戳或秒当成了天。")
    kept = numbers.astype(np.int64)
    kept.flags.writeable = False
    return kept


def _refuse_contradictions(x: np.ndarray, span: np.ndarray, age: np.ndarray) -> None:
    checks = (
        (span > age, "末次购买在观察日之后（span > age）", "观察日以后的订单先去掉。"),
        ((x == 0) & (span > 0), "没有重复购买，首末两次却不在同一天", "一次客的 span 应为 0。"),
        (x > span, "重复购买的次数比首末相隔的天数还多", "同一天的几单先合成一次购买。"),
    )
    for bad, what, remedy in checks:
        if bad.any():
            raise _row_error(bad, what, remedy)


def _row_error(bad: np.ndarray, what: str, remedy: str) -> DataError:
    where = f"第 {int(np.argmax(bad)) + 1} 位客户（共 {int(bad.sum())} 位如此）"
    return DataError(f"{what}。", where=where, remedy=remedy)
