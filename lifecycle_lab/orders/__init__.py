"""订单：读进规范列的 CSV 或 Parquet，读进随书的真实商店（design.md §6、§7）。

规范列：order_id、customer_id、order_date、amount(主单位)，可有 cancelled。
编号是文字；日期年在前；金额精确到分，一分也不改；读不通的每一处都说出来，一行也不悄悄丢掉。
各平台的导出格式由另一个读取器换成规范列。
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lifecycle_lab import content
from lifecycle_lab.content import datapackage
from lifecycle_lab.reading import (
    FIRST_YEAR,
    LAST_YEAR,
    Grid,
    halfwidth,
    identifier_problem,
    minor_units,
    parse_day,
    parse_decimal,
    read_grid,
)
from lifecycle_lab.schema import DataError, Order, quote

NEEDED = ("order_id", "customer_id", "order_date", "amount")
OPTIONAL = ("cancelled",)
MONEY_DECIMALS = 2
SHOWN_PROBLEMS = 20
_FLAGS = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False, "": False}
_EXCEL_DIGITS, _LONG_IDS = 15, 5


@dataclass(frozen=True)
class Orders:
    """一家商店的订单，顺序同文件；amount 为整数最小单位。

    unit: 货币的主单位（元、英镑）。data_sha256: 文件原始字节的指纹。
    setaside: （说明，数目） 对：没有读进来的列、去掉的空白、按换算规则放在一边的行。
    """

    name: str
    orders: tuple[Order, ...]
    unit: str
    data_sha256: str
    setaside: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class _Problem:
    """一处读不通：行、列、原因，以及那一格的内容（只在报第一处时引用）。"""

    row: int
    column: str
    why: str
    cell: str


def looks_like_orders(header: Sequence[str]) -> bool:
    """四个规范列都在，就当作订单文件。"""
    return set(NEEDED) <= set(header)


def online_retail() -> Orders:
    """随书的真实商店（UCI Online Retail,2010-12-01…2011-12-09，英镑）。"""
    name = "online_retail.parquet"
    rules = datapackage.load().resource(name).rules
    setaside = tuple((rule.label, rule.count) for rule in rules if rule.role == "setaside" and rule.count)
    grid = read_grid(content.data_folder() / name)
    unit = content.course().sources["online_retail"].unit
    return Orders("online_retail", _orders(grid), unit, grid.sha256, setaside)


def read_orders(path: Path | str, unit: str = "元") -> Orders:
    """读规范列的 CSV/XLSX/Parquet；列不对、有一处读不通、编号已损坏或重复 → DataError(列出每一处)。"""
    return orders_of_grid(read_grid(path), unit)


def orders_of_grid(grid: Grid, unit: str = "元") -> Orders:
    """已经读成格的订单表 → 订单；同 read_orders，文件不必再读一遍。"""
    orders = _orders(grid)
    setaside = {
        "没有用到的列": len(set(grid.header) - {*NEEDED, *OPTIONAL}),
        "编号首尾去掉空白的行": sum(_trimmed(grid, cells) for _, cells in grid.rows),
    }
    found = tuple((label, count) for label, count in setaside.items() if count)
    return Orders(grid.name, orders, unit, grid.sha256, found)


def _trimmed(grid: Grid, cells: Sequence[str]) -> bool:
    ids = [cells[grid.header.index(name)] for name in ("order_id", "customer_id")]
    return any(text != text.strip() for text in ids)


def _orders(grid: Grid) -> tuple[Order, ...]:
    if not looks_like_orders(grid.header):
        raise _wrong_columns(grid)
    problems: list[_Problem] = []
    orders = [_order(row, cells, problems) for row, cells in _needed_cells(grid)]
    problems += [*_damaged_columns(grid), *_repeated(grid)]
    if problems:
        raise _unreadable(grid, sorted(problems, key=lambda problem: problem.row))
    return tuple(order for order in orders if order)


def _needed_cells(grid: Grid) -> Iterator[tuple[int, dict[str, str]]]:
    """（行号， {列：去掉首尾空白的文字}）；用不到的列在这里就丢下，个人信息不往里带。"""
    places = [(name, grid.header.index(name)) for name in (*NEEDED, *OPTIONAL) if name in grid.header]
    for row, cells in grid.rows:
        yield row, {name: cells[i].strip() for name, i in places}


def _order(row: int, cells: dict[str, str], problems: list[_Problem]) -> Order | None:
    """一行 → 一笔订单；读不通的格记进 problems，返回 None。"""
    before = len(problems)

    def read(column: str, convert: Callable[[str], object]) -> object:
        try:
            return convert(cells.get(column, ""))
        except ValueError as why:
            problems.append(_Problem(row, column, str(why), cells.get(column, "")))
            return None

    order_id, customer_id = read("order_id", _identifier), read("customer_id", _identifier)
    day, cancelled = read("order_date", _day), read("cancelled", _flag)
    amount = read("amount", lambda text: _amount(text, cancelled))
    return Order(order_id, customer_id, day, amount, cancelled) if len(problems) == before else None


def _identifier(text: str) -> str:
    if why := identifier_problem(text):
        raise ValueError(why)
    return text


def _day(text: str) -> date:
    if not (found := parse_day(text)):
        raise ValueError(f"不是年在前的日期（如 2024-05-17，{FIRST_YEAR} 到 {LAST_YEAR} 年，不带钟点）")
    return found


def _flag(text: str) -> bool:
    if (found := _FLAGS.get(halfwidth(text).casefold())) is None:
        raise ValueError("只能是 是/否、true/false、1/0 或空")
    return found


def _amount(text: str, cancelled: bool | None) -> int:
    """主单位的文字 → 整数最小单位；取消的为负，其余不为负，免得退款被数成购买。"""
    value = None if re.search("[$£€¢]", text) else parse_decimal(text)
    if value is None:
        raise ValueError("不是金额（一列只有一种货币，写成普通的数）")
    if (amount := minor_units(value, MONEY_DECIMALS)) is None:
        raise ValueError(f"比 {MONEY_DECIMALS} 位小数还细")
    if cancelled and amount > 0:
        raise ValueError("标了取消，金额应为负（退回的钱）或零")
    if cancelled is False and amount < 0:
        raise ValueError("金额为负，却没有标取消")
    return amount


def _damaged_columns(grid: Grid) -> Iterator[_Problem]:
    """表格软件只留 15 位有效数字：超过 15 位的编号个个以零收尾，就是被它改过了。"""
    for column in ("order_id", "customer_id"):
        i = grid.header.index(column)
        long = [(row, cells[i].strip()) for row, cells in grid.rows if len(cells[i].strip()) > _EXCEL_DIGITS]
        long = [(row, text) for row, text in long if text.isdecimal()]
        rounded = all(set(text[_EXCEL_DIGITS:]) == {"0"} for _, text in long)
        if len({text for _, text in long}) >= _LONG_IDS and rounded:
            row, text = long[0]
            yield _Problem(
                row, column, f"这一列超过 {_EXCEL_DIGITS} 位的编号末尾全是零，已被表格软件改过", text
            )


def _repeated(grid: Grid) -> Iterator[_Problem]:
    """同一个订单号在没有取消的行里只许出现一次；一单多行要先合成一单。"""
    first: dict[str, int] = {}
    for row, cells in _needed_cells(grid):
        order_id = cells["order_id"]
        if not order_id or _FLAGS.get(halfwidth(cells.get("cancelled", "")).casefold()):
            continue
        if order_id in first:
            why = f"订单号与第 {first[order_id]} 行重复，又不是取消"
            yield _Problem(row, "order_id", why, order_id)
        first.setdefault(order_id, row)


def _wrong_columns(grid: Grid) -> DataError:
    shown = "、".join(quote(name) for name in grid.header[:SHOWN_PROBLEMS])
    missing = [name for name in NEEDED if name not in grid.header]
    return DataError(
        f"{quote(grid.name, 80)} 缺少订单的列：{'、'.join(missing)}。",
        where="第 1 行",
        why=f"这里有 {len(grid.header)} 列：{shown}。",
        remedy=f"列名改成 {'、'.join(NEEDED)}，有取消时再加 {OPTIONAL[0]}；其余的列可以留着，不会读。",
    )


def _unreadable(grid: Grid, problems: Sequence[_Problem]) -> DataError:
    """全部毛病合成一个错误：逐处说行、列、原因，只引用第一处的内容。"""
    first = problems[0]
    listed = [f"第 {p.row} 行「{p.column}」列：{p.why}。" for p in problems[:SHOWN_PROBLEMS]]
    if (rest := len(problems) - len(listed)) > 0:
        listed.append(f"……另有 {rest} 处。")
    kinds = Counter(problem.column for problem in problems)
    summary = "、".join(f"{column} {count} 处" for column, count in kinds.items())
    return DataError(
        f"{quote(grid.name, 80)} 有 {len(problems)} 处读不通（{summary}），没有读入任何一行。",
        where=f"{grid.where(first.row, first.column)}：{quote(first.cell)}",
        why="\n".join(listed),
        remedy="在来源处改好，或按文字（不是数）重新导出，再读一次。",
    )
