"""仓库：一份订单、一个观察日 → 基表、间隔方块、状态方块，和由它们得出的小表。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from lifecycle_lab.schema import Better, DataError, ParameterError, quote
from lifecycle_lab.warehouse import statements
from lifecycle_lab.warehouse.customers import Customers, frequency_column, marks
from lifecycle_lab.warehouse.engines import Engine, fresh_name
from lifecycle_lab.warehouse.ingest import Reading
from lifecycle_lab.warehouse.rows import (
    Base,
    Bin,
    Centres,
    Change,
    Gap,
    Intake,
    Migration,
    OwnState,
    Segment,
    State,
    Totals,
    day_number,
)
from lifecycle_lab.warehouse.writing import write_csv, written_whole

BAD_ROWS = {
    "no_customer": "没有客户编号",
    "no_time": "没有日期或读不出",
    "no_amount": "没有金额或读不出",
    "uneven_amount": "金额不是整数个最小单位",
    "cancelled_positive": "标着取消而金额是正的",
    "unknown_marker": "取消一列的文字认不得",
}


class Warehouse:
    """用 open_orders 得到；可以写 `with open_orders(...) as w:`，出来时收拾临时表与临时文件。"""

    def __init__(self, engine: Engine, read: Reading, as_of: date, bad_rows: str, *, owner: bool) -> None:
        if isinstance(as_of, datetime) or not isinstance(as_of, date):
            raise ParameterError(f"观察日 {quote(as_of)} 不是日期。", remedy="写 date(2024, 1, 1) 这样。")
        self.as_of, self._engine, self._read, self._bad_rows = as_of, engine, read, bad_rows
        self._owner, self._made, self._later = owner, [], []
        self._day = day_number(as_of)
        self._build()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """删去临时表；主人连引擎与临时文件夹一起收。"""
        for later in self._later:
            later.close()
        self._later = []
        if self._owner:
            self._engine.close()
        else:
            self._engine.drop(*reversed(self._made))

    def at(self, earlier: date) -> Warehouse:
        """同一份订单，另一个观察日；随本仓库一起收。"""
        other = Warehouse(self._engine, self._read, earlier, self._bad_rows, owner=False)
        self._later.append(other)
        return other

    # —— 腰：三张小表 ——

    def base(self) -> Iterator[Base]:
        """每位客户一行，按编号排。"""
        base = self._text(statements.BASE + " order by customer_id")
        return map(Base._make, self._engine.stream(base))

    def gaps(self) -> list[Gap]:
        """间隔方块：走完的与没走完的，同一个形状。"""
        return list(map(Gap._make, self._ask(statements.GAPS)))

    def states(self) -> list[State]:
        """状态方块：最后一次走完的间隔 × 距今天数。"""
        return list(map(State._make, self._ask(statements.STATES)))

    def own_states(self) -> list[OwnState]:
        """自己的周期要的方块：间隔数 × 首末相距 × 距今天数；行数随回头客增加。"""
        return list(map(OwnState._make, self._ask(statements.OWN_STATES)))

    # —— 由腰得出的 ——

    @cached_property
    def intake(self) -> Intake:
        """读入的账；每一行恰好在一处。"""
        return _intake(self)

    def totals(self) -> Totals:
        return self._totals

    @cached_property
    def _totals(self) -> Totals:
        _, once, again = self._sums
        both = [one + two for one, two in zip(once[:-2], again[:-2], strict=True)]
        first = min((kind.first_day for kind in (once, again) if kind.customers), default=None)
        last = max((kind.last_day for kind in (once, again) if kind.customers), default=None)
        buyers = _Sums(*both, first, last)
        return Totals(
            *(buyers.customers, buyers.orders, buyers.purchase_days),
            *(buyers.money, buyers.purchase_money, buyers.first_money),
            *(again.customers, again.money, again.purchase_money),
            *(buyers.recency_sum, first, last),
        )

    @cached_property
    def _sums(self) -> list[_Sums]:
        """只有退款的客户、只有一个购买日的、回头客，各自的合计。"""
        found = {kind: sums for kind, *sums in self._ask(statements.SUMS)}
        sums = (found.get(kind, [0] * len(_Sums._fields)) for kind in range(3))
        return [_Sums(*(int(value or 0) for value in values[:-2]), *values[-2:]) for values in sums]

    def centres(self, kind: str = "mean", frequency: str = "orders") -> Centres:
        """R、F、M 的均值或中位数，精确的分数；没有客户 → DataError。"""
        known = self._totals
        if not known.customers:
            raise DataError("没有一位买过的客户，没有均值可比。", remedy="至少要有一笔没有取消的订单。")
        if kind == "mean":
            sums = (known.recency_sum, getattr(known, frequency_column(frequency)), known.money)
            return Centres(*(Fraction(total, known.customers) for total in sums))
        if kind != "median":
            raise ParameterError(f"中心 {quote(kind)} 不认识。", remedy="写 mean 或 median。")
        return self._medians(frequency)

    def customers(
        self, recency_better: Better = "low", frequency: str = "orders", centres: Centres | None = None
    ) -> Customers:
        """每位客户的 R、F、M、标记与类型。

        recency_better: "low"（默认）天数少的标 ↑；"high" 是照字面的旧规则，用来看错在哪里。
        frequency: F 数订单（orders）还是购买日（purchase_days）。centres: 不给就用均值。
        """
        centres = Centres(*centres) if centres else self.centres(frequency=frequency)
        tests = marks(centres, recency_better)
        query = self._text(statements.CUSTOMERS, frequency=frequency_column(frequency), **tests)
        return Customers(self._engine, query, centres, recency_better, frequency)

    def changes(self, one: Customers, other: Customers) -> list[Change]:
        """同一批客户换一种口径：各有多少人从哪种类型到哪种类型。"""
        return list(map(Change._make, self._ask(statements.CHANGES, one=one.query, other=other.query)))

    def migration(self, before: Warehouse, **keywords) -> list[Migration]:
        """从 before 的观察日到这里的观察日，各类型之间的人数与金额；关键字同 customers。"""
        then = None if not before._totals.customers else before.customers(**keywords).query
        now = self.customers(**keywords).query
        if then is None:
            rows = (
                (None, s, count, None, money)
                for s, count, _, _, money in self._ask(statements.SEGMENTS, customers=now)
            )
        else:
            rows = self._ask(statements.MIGRATION, before=then, after=now)
        return list(map(Migration._make, rows))

    def histogram(self, key: str, width: int = 1, frequency: str = "orders") -> list[Bin]:
        """key: recency、frequency、monetary；width: 格宽（天、次、最小货币单位），正整数。"""
        if type(width) is not int or width < 1:
            raise ParameterError(f"格宽 {quote(width)} 不是正整数。")
        value = self._value(key, frequency)
        return list(map(Bin._make, self._ask(statements.HISTOGRAM, value=value, width=width)))

    def write(self, folder: Path | str, **keywords) -> list[Path]:
        """整份工作写成文件：customers、gaps、states 三个 Parquet，segments.csv；关键字同 customers。"""
        folder, customers = Path(folder), self.customers(**keywords)
        # 先写间隔：数完就放手一行一行的表，内存让给后面
        cubes = [
            self._write_cube(folder / f"{name}.parquet", statement)
            for name, statement in (("gaps", statements.GAPS), ("states", statements.STATES))
        ]
        segments = write_csv(folder / "segments.csv", Segment._fields, customers.segments())
        return [customers.write(folder / "customers.parquet"), *cubes, segments]

    # —— 内里 ——

    def _write_cube(self, path: Path, statement: str) -> Path:
        with written_whole(path) as unfinished:
            self._engine.write_parquet(self._text(statement), unfinished)
        return path

    def _build(self) -> None:
        engine, recipe = self._engine, self._engine.recipe
        self._rows, self._persons = self._new("rows"), self._new("persons")
        engine.table(self._rows, self._text(recipe.rows), "读入、排序")
        engine.table(self._persons, engine.spread(recipe.persons, self._rows), "归并客户")
        self._refuse_bad_rows()

    @cached_property
    def _closed(self) -> str:
        """走完的间隔；第一次用到才数，数完就用不着一行一行的表了。小表不另存：当场数更快。"""
        engine = self._engine
        counted = statements.CLOSED_GAPS.format(steps=engine.spread(engine.recipe.steps, self._rows))
        if engine.small:
            return f"({counted})"
        closed = self._new("closed")
        engine.table(closed, counted, "数间隔")
        self._made.remove(self._rows)
        engine.free(self._rows)
        return closed

    def _refuse_bad_rows(self) -> None:
        if self._bad_rows == "set_aside":
            return
        found = [(label, getattr(self.intake, key)) for key, label in BAD_ROWS.items()]
        if any(count for _, count in found):
            self.close()
            raise DataError(
                "订单里有不能用的行："
                + "、".join(f"{label} {count} 行" for label, count in found if count)
                + "。",
                remedy='先用 lifecycle-lab orders check 整理；或写 bad_rows="set_aside"，把它们放在一边并数出来。',
            )

    def _medians(self, frequency: str) -> Centres:
        count, found = self._totals.customers, {key: [] for key in Centres._fields}
        places = {"low": (count + 1) // 2, "high": count // 2 + 1}
        values = (self._value(key, frequency) for key in found)
        asked = [
            self._text(statements.MIDDLE, key=key, value=value, **places) for key, value in enumerate(values)
        ]
        for key, value in self._engine.rows(" union all ".join(asked)):
            found[Centres._fields[key]].append(int(value))
        return Centres(*(Fraction(sum(middle), len(middle)) for middle in found.values()))

    def _value(self, key: str, frequency: str) -> str:
        """一个指标在基表里的写法。"""
        values = {
            "recency": f"{self._day} - last_day",
            "frequency": frequency_column(frequency),
            "monetary": "money",
        }
        if key not in values:
            raise ParameterError(f"指标 {quote(key)} 不认识。", remedy=f"写 {'、'.join(values)}。")
        return values[key]

    def _new(self, what: str) -> str:
        self._made.append(fresh_name(what))
        return self._made[-1]

    def _text(self, statement: str, **names: object) -> str:
        """填上我们自己起的表名与整数；{orders}、{base} 是嵌进去的一句。"""
        read = {"source": self._read.source, "read": self._read.orders, "every_row": self._read.every_row}
        known = {**read, "persons": self._persons, "as_of": self._day, **names}
        if "{orders}" in statement:
            known["orders"] = statements.ORDERS.format(**known)
        if "{closed}" in statement:
            known["closed"] = self._closed
        return statement.format(**known)

    def _ask(self, statement: str, **names: object) -> list[tuple]:
        return self._engine.rows(self._text(statement, **names))


class _Sums(NamedTuple):
    """statements.SUMS 的一行。"""

    customers: int
    used: int
    orders: int
    purchase_days: int
    money: int
    purchase_money: int
    first_money: int
    recency_sum: int
    first_day: int | None
    last_day: int | None


def _intake(house: Warehouse) -> Intake:
    """全都用上了就不必再读一遍文件；对不上才去数每一类。"""
    nothing_bought, *_ = sums = house._sums
    rows = house._engine.count(house._read.source)
    used, money_used = sum(kind.used for kind in sums), sum(kind.money for kind in sums)
    kinds = {"used": (used, money_used)}
    if rows != used:
        kinds = {problem: (count, money or 0) for problem, count, money in house._ask(statements.INTAKE)}
    count = {key: kinds.get(key, (0, 0))[0] for key in ("used", "after_as_of", *BAD_ROWS)}
    return Intake(
        rows,
        **count,
        refunds=used - sum(kind.orders for kind in sums),
        money_used=money_used,
        money_after_as_of=kinds.get("after_as_of", (0, 0))[1],
        customers_without_purchase=nothing_bought.customers,
        money_without_purchase=nothing_bought.money,
    )
