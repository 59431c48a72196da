"""读一份订单的结果：状态、每一行的去处、干净的订单；写成屏幕上的话与 JSON。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from lifecycle_lab.export import terminal_text, visible
from lifecycle_lab.schema import DataError, exact_decimal, quote

if TYPE_CHECKING:
    import pyarrow as pa

    from lifecycle_lab.orders import Orders

Status = Literal["accepted", "quarantined", "refused", "ask"]
STATUS_NAMES = {
    "accepted": "可以用",
    "quarantined": "可以用，有几行隔离",
    "refused": "没有读入",
    "ask": "要你说一声",
}
UNITS = {
    "CNY": "元",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "HKD": "港元",
    "TWD": "新台币",
    "JPY": "日元",
    "KRW": "韩元",
}
SHOWN_ROWS, SHOWN_VALUE = 20, 80


@dataclass(frozen=True)
class SetAside:
    """按规则放在一边的行；money 是整数最小单位，不与别的币种相加时是 None。"""

    rule: str
    name: str
    rows: int
    money: int | None


@dataclass(frozen=True)
class Quarantined:
    """读不通的一行：文件里的行号、列、那一格、原因。"""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """read_orders 的结果。行：rows_in = used + Σ set_aside.rows + len(quarantined)；钱也是，到最小单位。

    used: 进了订单的行数（一单几行，几行都算）。table: 购买，一单一行；refunds: 单独的退款，金额为负。
    """

    status: Status
    name: str
    message: str = ""
    profile: str = ""
    encoding: str = ""
    sha256: str = ""
    currency: str = "CNY"
    decimals: int = 2
    rows_in: int = 0
    used: int = 0
    set_aside: tuple[SetAside, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    notes: tuple[str, ...] = ()
    money_in: int = 0
    money_used: int = 0
    money_quarantined: int = 0
    timed: bool = False
    table: pa.Table | None = field(default=None, repr=False, compare=False)
    refunds: pa.Table | None = field(default=None, repr=False, compare=False)
    error: DataError | None = field(default=None, repr=False, compare=False)

    @property
    def unit(self) -> str:
        return UNITS.get(self.currency, self.currency)

    @property
    def ok(self) -> bool:
        return self.status in ("accepted", "quarantined")

    def require(self) -> Reading:
        """能用就是自己；没有读入、要问 → DataError。"""
        if not self.ok:
            raise self.error or DataError(self.message)
        return self

    def text(self, money: int) -> str:
        """最小单位 → 主单位的十进制文字。"""
        return exact_decimal(Fraction(money, 10**self.decimals), self.decimals)

    def ledger(self) -> pa.Table:
        """购买与单独的退款合在一起，多一列 cancelled；仓库（room warehouse）从这里接着算。"""
        import pyarrow as pa

        self.require()
        parts = ((self.table, False), (self.refunds, True))
        return pa.concat_tables(
            part.append_column("cancelled", pa.array([flag] * len(part), pa.bool_())) for part, flag in parts
        )

    def orders(self, unit: str = "") -> Orders:
        """课用的形状：schema.Order 若干；隔离的行数也说出来。"""
        from lifecycle_lab.orders import Orders

        self.require()
        told = [(one.name, one.rows) for one in self.set_aside]
        if self.quarantined:
            told.append(("读不通而隔离的行", len(self.quarantined)))
        return Orders(self.name, tuple(self._each()), unit or self.unit, self.sha256, tuple(told))

    def _each(self) -> Iterator:
        from lifecycle_lab.schema import Order

        ledger = self.ledger()
        columns = (
            ledger.column(name).to_pylist()
            for name in ("order_id", "customer_id", "paid_at", "amount", "cancelled")
        )
        for order_id, customer_id, paid_at, amount, cancelled in zip(*columns, strict=True):
            yield Order(order_id, customer_id, paid_at.date(), amount, cancelled)

    def document(self) -> dict:
        """REPORT.json 的内容。"""
        return {
            "status": self.status,
            "profile": self.profile,
            "encoding": self.encoding,
            "rows_in": self.rows_in,
            "used": self.used,
            "set_aside": [
                {"rule": one.rule, "rows": one.rows, "name": one.name}
                | ({} if one.money is None else {"money": self.text(one.money)})
                for one in self.set_aside
            ],
            "quarantined": [
                {"row": one.row, "column": one.column, "value": one.value, "reason": one.reason}
                for one in self.quarantined
            ],
            "notes": list(self.notes),
            "message": self.message,
            "file": self.name,
            "sha256": self.sha256,
            "orders": len(self.table) if self.table is not None else 0,
            "currency": self.currency if self.ok else "",
            "money": {
                "in": self.text(self.money_in),
                "used": self.text(self.money_used),
                "quarantined": self.text(self.money_quarantined),
            },
        }

    def __str__(self) -> str:
        lines = [f"{quote(self.name, 80)}：{STATUS_NAMES[self.status]}（{self.status}）"]
        if not self.ok:
            return "\n".join([*lines, *(terminal_text(line) for line in self.message.split("\n"))])
        lines += [self.message, *self._account(), *self._troubles(), *(f"· {note}" for note in self.notes)]
        return "\n".join(terminal_text(line) for line in lines)

    def _account(self) -> Iterator[str]:
        """账：各去处的行数与钱。"""
        yield f"  读到    {self.rows_in:>9,} 行  {self.text(self.money_in):>16} {self.unit}"
        orders = len(self.table) if self.table is not None else 0
        yield f"  用上    {self.used:>9,} 行  {self.text(self.money_used):>16} {self.unit}  = {orders:,} 单"
        for one in self.set_aside:
            money = "（另一种货币）" if one.money is None else f"{self.text(one.money):>16} {self.unit}"
            yield f"  放一边  {one.rows:>9,} 行  {money}  {one.name}"
        if self.quarantined:
            money = f"{self.text(self.money_quarantined):>16} {self.unit}"
            yield f"  隔离    {len(self.quarantined):>9,} 行  {money}  读不通，没有用"

    def _troubles(self) -> Iterator[str]:
        kinds = Counter((one.column, one.reason) for one in self.quarantined)
        if not kinds:
            return
        yield "隔离的行（改好来源再读一次）："
        seen: set[tuple[str, str]] = set()
        for one in self.quarantined:
            kind = (one.column, one.reason)
            if kind in seen:
                continue
            seen.add(kind)
            count = f"（这样的共 {kinds[kind]} 行）" if kinds[kind] > 1 else ""
            yield f"  第 {one.row} 行「{visible(one.column)}」列 {quote(one.value)}：{one.reason}{count}"
            if len(seen) == SHOWN_ROWS and len(kinds) > SHOWN_ROWS:
                yield f"  ……另有 {len(kinds) - SHOWN_ROWS} 种。"
                return
