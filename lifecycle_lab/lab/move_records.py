"""一家店里每位客户留下的：买过的日子、新业务的第一天、来问的日子；没有的就说没有(A8)。

来问的日子是合成的，只给随书的合成店；真实的店与自己的店不补造。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.content.transitions import transitions
from lifecycle_lab.lab.ledgers import CustomerId, Ledger
from lifecycle_lab.simulate import leads
from lifecycle_lab.stages.moves import Traces

_COLUMN = "new_business"


@dataclass(frozen=True, eq=False)
class Records:
    """traces: 客户（或问过没有买的人）→ 留下的。asked: 问过的一共几位，没有询问记录是 0。

    business: 每位客户买新业务的日子，从早到晚；订单里没有这一栏 → None。
    """

    traces: Mapping[CustomerId, Traces]
    asked: int
    business: Mapping[CustomerId, Sequence[int]] | None


def records(ledger: Ledger) -> Records:
    """ledger → 每个人留下的。"""
    business = _business_days(ledger)
    asked, only = _leads(ledger)
    traces: dict[CustomerId, Traces] = {
        who: Traces(asked.get(who), days, (business or {}).get(who, (None,))[0])
        for who, days in ledger.days.items()
    }
    traces |= {f"问{i}": Traces(day) for i, day in enumerate(only, start=1)}
    return Records(traces, len(asked) + len(only), business)


def _business_days(ledger: Ledger) -> dict[CustomerId, list[int]] | None:
    """标着新业务、没有取消的购买日。"""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = ledger.source
    if not isinstance(table, pa.Table) or _COLUMN not in table.column_names:
        return None
    days = pc.cast(pc.cast(table["order_date"], pa.date32()), pa.int32())
    kept = pc.and_(table[_COLUMN], pc.invert(table["cancelled"]))
    kept = pc.and_(kept, pc.less_equal(days, ledger.today))
    found: dict[CustomerId, set[int]] = {}
    for who, day in zip(
        table["customer_id"].filter(kept).to_pylist(), days.filter(kept).to_pylist(), strict=True
    ):
        found.setdefault(who, set()).add(day)
    return {who: sorted(many) for who, many in found.items()}


def _leads(ledger: Ledger) -> tuple[dict[CustomerId, int], list[int]]:
    """（买过的人各在哪天问，没有买的人各在哪天问）；不是合成的店 → 都是空的。"""
    if ledger.kind != "synthetic":
        return {}, []
    content = transitions()
    first = {who: days[0] for who, days in ledger.days.items()}
    asked = dict(leads.asked_days(first, content.longest_wait, content.leads_seed))
    share = Fraction(content.bought_percent, 100)
    only = leads.only_asked(list(asked.values()), share, content.leads_seed)
    return asked, [day for day in only if day <= ledger.today]  # type: ignore[return-value]
