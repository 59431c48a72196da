"""仓库：一份订单、一个观察日 → 基表、间隔方块、状态方块，和由它们得出的小表。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from lifecycle_lab.schema import Better, DataError, ParameterError, quote
from lifecycle_lab.warehouse import statements
from lifecycle_lab.warehouse.customers import Customers, frequency_column, marks
from lifecycle_lab.warehouse.engines import Engine, fresh_name
from lifecycle_lab.warehouse.rows import (
    Base,
    Bin,
    Centres,
    Change,
    Gap,
    Intake,
    Migration,
    OwnState,
    State,
    Totals,
    day_number,
)
from lifecycle_lab.warehouse.writing import write_table

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

    def __init__(self, engine: Engine, read: str, as_of: date, bad_rows: str, *, owner: bool) -> None:
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
        self._engine.drop(*reversed(self._made))
        self._made, self._later = [], []
        if self._owner:
            self._engine.close()

    def at(self, earlier: date) -> Warehouse:
        """同一份订单，另一个观察日；随本仓库一起收。"""
        other = Warehouse(self._engine, self._read, earlier, self._bad_rows, owner=False)
        self._later.append(other)
        return other

    # —— 腰：三张小表 ——

    def base(self) -> Iterator[Base]:
        """每位客户一行，按编号排。"""
        return map(Base._make, self._engine.stream(f"select * from {self._base} order by customer_id"))

    def gaps(self) -> list[Gap]:
        """间隔方块：走完的与没走完的，同一个形状。"""
        closed = (Gap(n, p, gap, 1, count) for n, p, gap, count in self._ask("select * from {closed}"))
        still_open = (Gap(n, p, gap, 0, count) for n, p, gap, count in self._ask(statements.OPEN_GAPS))
        return sorted([*closed, *still_open], key=_empty_first)

    def states(self) -> list[State]:
        """状态方块：最后一次走完的间隔 × 距今天数。"""
        return sorted(map(State._make, self._ask(statements.STATES)), key=_empty_first)

    def own_states(self) -> list[OwnState]:
        """自己的周期要的方块：间隔数 × 首末相距 × 距今天数；行数随回头客增加。"""
        return sorted(map(OwnState._make, self._ask(statements.OWN_STATES)))

    # —— 由腰得出的 ——

    @cached_property
    def intake(self) -> Intake:
        """读入的账；每一行恰好在一处。"""
        return _intake(self)

    def totals(self) -> Totals:
        return self._totals

    @cached_property
    def _totals(self) -> Totals:
        row = self._ask(statements.TOTALS)[0]
        return Totals(*(value or 0 for value in row[:-2]), *row[-2:])

    def centres(self, kind: str = "mean", frequency: str = "orders") -> Centres:
        """R、F、M 的均值或中位数，精确的分数；没有客户 → DataError。"""
        totals = self._totals
        if not totals.customers:
            raise DataError("没有一位买过的客户，没有均值可比。", remedy="至少要有一笔没有取消的订单。")
        if kind == "mean":
            sums = (totals.recency_sum, getattr(totals, frequency_column(frequency)), totals.money)
            return Centres(*(Fraction(total, totals.customers) for total in sums))
        if kind != "median":
            raise ParameterError(f"中心 {quote(kind)} 不认识。", remedy="写 mean 或 median。")
        return Centres(*(self._median(self._value(key, frequency)) for key in Centres._fields))

    def customers(
        self, recency_better: Better = "low", frequency: str = "orders", centres: Centres | None = None
    ) -> Customers:
        """每位客户的 R、F、M、标记与类型。

        recency_better: "low"（默认）天数少的标 ↑；"high" 是照字面的旧规则，用来看错在哪里。
        frequency: F 数订单（orders）还是购买日（purchase_days）。centres: 不给就用均值。
        """
        centres = Centres(*centres) if centres else self.centres(frequency=frequency)
        name = self._new("customers")
        tests = marks(centres, recency_better)
        sql = self._text(statements.CUSTOMERS, frequency=frequency_column(frequency), **tests)
        self._engine.shared_view(name, sql)
        return Customers(self._engine, name, centres, recency_better, frequency)

    def changes(self, one: Customers, other: Customers) -> list[Change]:
        """同一批客户换一种口径：各有多少人从哪种类型到哪种类型。"""
        return list(map(Change._make, self._ask(statements.CHANGES, one=one.name, other=other.name)))

    def migration(self, before: Warehouse, **keywords) -> list[Migration]:
        """从 before 的观察日到这里的观察日，各类型之间的人数与金额；关键字同 customers。"""
        then = None if not before.totals().customers else before.customers(**keywords).name
        now = self.customers(**keywords).name
        if then is None:
            rows = (
                (None, s, count, None, money)
                for s, count, _, _, money in self._ask(statements.SEGMENTS, customers=now)
            )
        else:
            rows = self._ask(statements.MIGRATION, before=then, after=now)
        return sorted(map(Migration._make, rows), key=_empty_first)

    def histogram(self, key: str, width: int = 1, frequency: str = "orders") -> list[Bin]:
        """key: recency、frequency、monetary；width: 格宽（天、次、最小货币单位），正整数。"""
        if type(width) is not int or width < 1:
            raise ParameterError(f"格宽 {quote(width)} 不是正整数。")
        return list(
            map(Bin._make, self._ask(statements.HISTOGRAM, value=self._value(key, frequency), width=width))
        )

    def write(self, folder: Path | str, **keywords) -> list[Path]:
        """整份工作写成文件：customers.parquet、segments、gaps、states 三个 CSV；关键字同 customers。"""
        folder = Path(folder)
        customers = self.customers(**keywords)
        tables = {"segments": customers.segments(), "gaps": self.gaps(), "states": self.states()}
        paths = [customers.write(folder / "customers.parquet")]
        for name, rows in tables.items():
            paths.append(
                write_table(folder / f"{name}.csv", type(rows[0])._fields if rows else ("empty",), rows)
            )
        return paths

    # —— 内里 ——

    def _build(self) -> None:
        engine = self._engine
        self._orders = self._new("orders")
        self._persons, self._closed, self._base = (self._new(what) for what in ("persons", "closed", "base"))
        engine.view(self._orders, self._text(statements.ORDERS, read=self._read))
        if engine.fast:
            self._build_fast()
        else:
            self._build_portable()
        engine.shared_view(self._base, self._text(statements.BASE))
        self._refuse_bad_rows()

    def _build_portable(self) -> None:
        days, steps = self._new("days"), self._new("steps")
        self._engine.table(days, self._text(statements.DAYS), "合并同一天的订单")
        self._engine.shared_view(steps, self._text(statements.STEPS, days=days))
        self._engine.table(self._persons, self._text(statements.PERSONS, steps=steps), "归并客户")
        self._engine.table(self._closed, self._text(statements.CLOSED_GAPS, steps=steps), "数间隔")

    def _build_fast(self) -> None:
        two = self._new("two")
        shares = self._engine.shares()
        streams = " union all ".join(self._text(statements.STREAM, share=share) for share in shares)
        sql = statements.TWO_TABLES.format(streams=streams)
        self._engine.table(two, sql, "归并客户、数间隔")
        self._engine.shared_view(self._persons, statements.PERSONS_OF_TWO.format(two=two))
        self._engine.shared_view(self._closed, statements.CLOSED_OF_TWO.format(two=two))

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

    def _median(self, value: str) -> Fraction:
        count = self._totals.customers
        rows = self._ask(statements.MIDDLE, value=value, low=(count + 1) // 2, high=count // 2 + 1)
        return Fraction(sum(int(row[0]) for row in rows), len(rows))

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
        known = {"orders": self._orders, "persons": self._persons, "closed": self._closed, "base": self._base}
        return statement.format(**{**known, "as_of": self._day, **names})

    def _ask(self, statement: str, **names: object) -> list[tuple]:
        return self._engine.rows(self._text(statement, **names))


def _intake(house: Warehouse) -> Intake:
    """全都用上了就不必再读一遍文件；对不上才去数每一类。"""
    total = house._ask(f"select count(*) from {house._read}")[0][0]
    used, orders = (value or 0 for value in house._ask(statements.USED_ROWS)[0])
    customers, money, _ = (value or 0 for value in house._ask(statements.WITHOUT_PURCHASE)[0])
    money_used = house.totals().money + money
    kinds = {"used": (used, money_used)}
    if total != used:
        rows = house._ask(statements.INTAKE, read=house._read)
        kinds = {problem: (count, sum_ or 0) for problem, count, sum_ in rows}
    count = {key: kinds.get(key, (0, 0))[0] for key in ("used", "after_as_of", *BAD_ROWS)}
    later = kinds.get("after_as_of", (0, 0))[1]
    return Intake(
        total,
        **count,
        refunds=used - orders,
        money_used=money_used,
        money_after_as_of=later,
        customers_without_purchase=customers,
        money_without_purchase=money,
    )


def _empty_first(row: tuple) -> list[tuple[bool, int]]:
    return [(value is not None, value or 0) for value in row]
