"""一家合成的店，真相里写着每位客户哪一天进入哪一阶段：各阶段每单收多少、花多少(D5、D6)。

真实的店没有真相，这里不猜。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from lifecycle_lab.content import data_folder
from lifecycle_lab.content.value import PERIOD_STAGES
from lifecycle_lab.lab.ledgers import SHIPPED
from lifecycle_lab.lab.value_words import say
from lifecycle_lab.schema import DataError

_STARTS = ("acquired_on", "formation_on", "stability_on", "decline_on", "lost_on")
FEW = 30
"""少于这么多位客户的阶段，数照写，旁边说人太少。"""


@dataclass(frozen=True)
class StageSums:
    """一个阶段：到过的客户数、几单、收入与成本（整数分）。"""

    name: str
    customers: int
    orders: int
    revenue: int
    cost: int

    def each(self, amount: int) -> Fraction:
        """平均每单多少（分）；一单也没有是 0。"""
        return Fraction(amount, self.orders) if self.orders else Fraction(0)

    @property
    def profit(self) -> int:
        return self.revenue - self.cost

    @property
    def margin(self) -> Fraction:
        return Fraction(self.profit, self.revenue) if self.revenue else Fraction(0)


def stage_sums(name: str, as_of: date) -> tuple[StageSums, ...]:
    """随书的一家合成店 → 五段（第五段是走了以后）；别的店没有真相 → DataError。"""
    if name not in SHIPPED:
        raise DataError(say("said.no_stages"), remedy=say("said.no_stages_remedy"))
    import pyarrow.parquet as pq

    truth = pq.read_table(data_folder() / f"{name}_truth.parquet", columns=["customer_id", *_STARTS])
    starts = {row["customer_id"]: _starts(row, as_of) for row in truth.to_pylist()}
    columns = ["customer_id", "order_date", "amount", "cost", "cancelled"]
    orders = pq.read_table(data_folder() / f"{name}.parquet", columns=columns)
    return sums(starts, (row for row in orders.to_pylist() if not row["cancelled"]))


def _starts(row: Mapping[str, object], as_of: date) -> dict[str, date]:
    """真到过的阶段 → 哪一天开始；观察日以后的不算。"""
    pairs = zip(PERIOD_STAGES, (row[name] for name in _STARTS), strict=True)
    return {stage: day for stage, day in pairs if day is not None and day <= as_of}  # type: ignore[operator, misc]


def sums(
    starts: Mapping[object, Mapping[str, date]], orders: Iterable[Mapping[str, object]]
) -> tuple[StageSums, ...]:
    """starts: 客户 → 阶段 → 开始的那天，从早到晚；orders 有 customer_id、order_date、amount、cost（元，精确）。"""
    found = {stage: [0, 0, 0, 0] for stage in PERIOD_STAGES}
    for stage in (stage for days in starts.values() for stage in days):
        found[stage][0] += 1
    for row in orders:
        days = starts[row["customer_id"]]
        stage = next((s for s in reversed(days) if days[s] <= row["order_date"]), next(iter(days)))  # type: ignore[operator]
        for place, amount in ((1, 1), (2, row["amount"] * 100), (3, row["cost"] * 100)):  # type: ignore[operator]
            found[stage][place] += int(amount)
    return tuple(StageSums(stage, *numbers) for stage, numbers in found.items())
