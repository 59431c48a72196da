"""从一份订单导出到打开的 warehouse：读、核对每一行的去向、定观察日。个人信息的列在读的时候就丢下。"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lifecycle_lab import content, orders
from lifecycle_lab.content import datapackage
from lifecycle_lab.reading import parse_day
from lifecycle_lab.reading.frames import frame_library
from lifecycle_lab.report.shop.facts import CENTRES, Accounting, Asked, Facts, Line, Progress, Shop, collect
from lifecycle_lab.schema import DataError, ParameterError, quote

SHIPPED = "online_retail"
_SAID_TWICE = ("total", "duplicate")  # 钱已经在别的行里的规则（data/orders/rules.toml）


@dataclass(frozen=True)
class Opened:
    """打开的一家店：facts 是全部事实，warehouse 留着写名单；用完 close。"""

    facts: Facts
    warehouse: Any
    closing: ExitStack

    def close(self) -> None:
        self.closing.close()


def open_shop(
    source: Any = "",
    as_of: str = "",
    *,
    mapping: Mapping[str, str] | str = "",
    profile: str = "",
    convention: str = "",
    centre: str = "",
    compare_to: str = "",
    shared: bool = False,
    progress: Progress = lambda *_: None,
    **reading: Any,
) -> Opened:
    """source: 订单导出的路径，或一张 pandas、polars、pyarrow、DuckDB、Spark 的表；空或 "online_retail" 是随书的真实商店。别的参数都是文字，空为默认。

    as_of: 观察日，空为最后一笔订单的次日。mapping: 列名对照，{"customer": "买家会员名"} 或写成文字
    "customer=买家会员名；amount=实付"。convention: 叫法的编号（A、B……）。compare_to: 与哪一天比类型的迁移，空为观察日之前 90 天。
    reading: 原样交给 orders.read_orders 的其他选项（currency、sheet……）。
    """
    asked = _asked(convention, centre, compare_to, shared)
    day = _day(as_of, "as_of")
    progress("读订单", 0.0)
    found = _read(source, day, mapping, profile, reading)
    progress("读订单", 1.0)
    chosen = day or _next_day(found)
    asked = replace(asked, as_of_given=day is not None, compare_to=_earlier(asked.compare_to, chosen, found))
    shop = _shop(source, found)
    accounting = _accounting(found)
    with ExitStack() as stack:
        warehouse = stack.enter_context(_open_warehouse(found, chosen, progress))
        facts = collect(warehouse, shop, accounting, asked, progress)
        return Opened(facts, warehouse, stack.pop_all())


def _read(
    source: Any, day: date | None, mapping: Mapping[str, str] | str, profile: str, reading: dict
) -> Any:
    named = isinstance(source, str | os.PathLike)
    if not named and not frame_library(source):
        raise ParameterError(
            f"数据来源要写成文字，收到的是 {quote(repr(source))}。",
            where="参数 source",
            remedy='两边加引号，如 source = "订单.csv"；或直接给一张 pandas、polars、pyarrow 的表。',
        )
    if _is_shipped(source):
        path, reading = content.data_folder() / f"{SHIPPED}.parquet", {"currency": "GBP", **reading}
    else:
        path = Path(os.path.expanduser(source)) if named else source
    given = parse_mapping(mapping) if isinstance(mapping, str) else dict(mapping)
    return orders.read_orders(
        path, as_of=day, mapping=given or None, profile=profile or None, **reading
    ).require()


def _is_shipped(source: Any) -> bool:
    return isinstance(source, str | os.PathLike) and str(source).strip().casefold() in ("", SHIPPED)


def parse_mapping(text: str) -> dict[str, str]:
    """“customer=买家会员名；amount=实付” → 字典；分号可以是半角或全角，也可以换行。"""
    parts = [part.strip() for part in text.replace("；", ";").replace("\n", ";").split(";")]
    pairs = [part.partition("=") for part in parts if part]
    if bad := [name for name, sign, value in pairs if not (sign and name.strip() and value.strip())]:
        raise ParameterError(
            f"列名对照 {quote(bad[0])} 读不懂。",
            where="参数 mapping",
            remedy="写成“我们的名字=文件里的列名”，几对之间用分号，如 customer=买家会员名；amount=实付。",
        )
    return {name.strip(): value.strip() for name, _, value in pairs}


def _asked(convention: str, centre: str, compare_to: str, shared: bool) -> Asked:
    known = content.course().conventions
    name = convention or content.course().default_convention
    if name not in known:
        raise ParameterError(
            f"没有叫法 {quote(name)}。", where="参数 convention", remedy=f"可用的：{'、'.join(known)}。"
        )
    if (chosen := centre or CENTRES[0]) not in CENTRES:
        raise ParameterError(
            f"没有中心 {quote(chosen)}。",
            where="参数 centre",
            remedy="写 mean（均值）或 median（中位数）。",
        )
    return Asked(known[name], chosen, _day(compare_to, "compare_to"), shared)


def _day(text: str, parameter: str) -> date | None:
    day = parse_day(text) if isinstance(text, str) and text else None
    if text and day is None:
        raise ParameterError(
            f"日期 {quote(text)} 读不懂。",
            where=f"参数 {parameter}",
            remedy="写成 年-月-日，如 2024-06-30。",
        )
    return day


def _earlier(given: date | None, as_of: date, found: Any) -> date | None:
    """与哪一天比：指定的要早于观察日；没有指定就往前退 90 天（report.toml），那时还没有订单就不比。"""
    if given is None:
        usual = as_of - timedelta(days=content.report_text().numbers["compare_days"])
        return usual if usual >= _first_and_last(found)[0] else None
    if (earlier := given) >= as_of:
        raise ParameterError(
            f"比较的日子 {earlier} 不在观察日 {as_of} 之前。",
            where="参数 compare_to",
            remedy="写一个更早的日子。",
        )
    return earlier


def _next_day(found: Any) -> date:
    """最后一笔订单（含单独的退款）的次日：没有指定观察日时用它，报告里写明。

    退款也算：只看购买的话，最后一笔购买之后的退款落在观察日外，账里冲减了、表里却没有。
    """
    import pyarrow.compute as pc

    last = _first_and_last(found)[1]
    refunded = pc.max(found.refunds.column("paid_at")).as_py()
    return max(last, refunded.date() if refunded else last) + timedelta(days=1)


def _first_and_last(found: Any) -> tuple[date, date]:
    """第一笔与最后一笔购买的日子；一笔也没有 → DataError。"""
    import pyarrow.compute as pc

    ends = pc.min_max(found.table.column("paid_at")).as_py()
    if ends["min"] is None:
        raise DataError(
            f"{quote(found.name, 80)} 里没有一笔有效的购买。",
            why="；".join(_where_rows_went(found)) + "。",
            remedy="检查 --as-of；用 lifecycle-lab orders check 看每一行到哪里去了。",
        )
    return ends["min"].date(), ends["max"].date()


def _where_rows_went(found: Any) -> list[str]:
    """没有一行用得上的时候，各行去了哪里：观察日写早了，一眼就看得出。"""
    lines = [(x.name, x.rows) for x in found.set_aside] + [("读不通", len(found.quarantined))]
    return [f"{name} {rows:,} 行" for name, rows in sorted(lines, key=lambda line: -line[1]) if rows]


def _shop(source: Any, found: Any) -> Shop:
    if _is_shipped(source):
        known = content.course().sources[SHIPPED]
        return Shop(known.title, known.unit, found.sha256)
    return Shop(found.name, found.unit, found.sha256)


def _cents(found: Any) -> int:
    """这种货币的一个最小单位是报告的几分：报告一律写两位小数，日元、韩元没有小数，乘 100。"""
    if found.decimals > 2:
        raise DataError(
            f"{found.unit}有 {found.decimals} 位小数，报告只写两位。",
            remedy="把金额换算成两位小数的货币再读。",
        )
    return 10 ** (2 - found.decimals)


def _accounting(found: Any) -> Accounting:
    """reading 的账照抄；随书的商店再说明做成这份文件时已经放在一边的行。"""
    say, times = content.report_text().say, _cents(found)

    def line(label: str, rows: int, money: int | None, rule: str = "") -> Line:
        cents = None if money is None else money * times
        return Line(label, rows, cents, rule == "refund", rule in _SAID_TWICE)

    return Accounting(
        found.rows_in,
        found.money_in * times,
        line(say("rows.used"), found.used, found.money_used),
        tuple(line(x.name, x.rows, x.money, x.rule) for x in found.set_aside),
        line(say("rows.quarantined"), len(found.quarantined), found.money_quarantined),
        (*found.notes, *_shipped_notes(found)),
        tuple((x.row, x.column, x.reason) for x in found.quarantined),
    )


def _shipped_notes(found: Any) -> tuple[str, ...]:
    if found.name != f"{SHIPPED}.parquet":
        return ()
    rules = datapackage.load().resource(found.name).rules
    return tuple(
        f"做成这份文件时已放在一边：{rule.label} {rule.count:,} 行。"
        for rule in rules
        if rule.role == "setaside" and rule.count
    )


def _ledger(found: Any) -> Any:
    """购买与退款，金额到分。"""
    import pyarrow.compute as pc

    ledger = found.ledger()
    if (times := _cents(found)) == 1:
        return ledger
    place = ledger.schema.get_field_index("amount")
    return ledger.set_column(place, "amount", pc.multiply_checked(ledger.column(place), times))


def _open_warehouse(found: Any, as_of: date, progress: Progress) -> Any:
    from lifecycle_lab import warehouse

    columns = warehouse.Columns(
        customer_id="customer_id", time="paid_at", amount="amount", cancelled="cancelled"
    )
    settings = warehouse.Settings(progress=progress)
    return warehouse.open_orders(_ledger(found), as_of, columns=columns, money="minor", settings=settings)
