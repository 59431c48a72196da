"""订单：任何一家店的导出 → 干净的订单，每一行、每一分钱都有去处（design.md §6、§7）。

一道门：`read_orders` 读文件、文件夹、数据库表与数据框；学生的课与分析师的报告都从这里进。
平台的列名与规则的说法是内容（data/orders/*.toml）。读的时候才引入 numpy 与 pyarrow。
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lifecycle_lab import content
from lifecycle_lab.content import datapackage
from lifecycle_lab.reading import Grid, minor_units, parse_day, parse_decimal, read_grid
from lifecycle_lab.schema import DataError, Order

if TYPE_CHECKING:
    from lifecycle_lab.orders.result import Reading

MONEY_DECIMALS = 2


@dataclass(frozen=True)
class Orders:
    """一家商店的订单；amount 为整数最小单位，取消与退款为负。

    unit: 货币的主单位（元、英镑）。data_sha256: 文件原始字节的指纹。
    setaside: （说明，数目） 对：按规则放在一边与隔离的行。
    """

    name: str
    orders: tuple[Order, ...]
    unit: str
    data_sha256: str
    setaside: tuple[tuple[str, int], ...] = ()


def read_orders(
    source: object,
    *,
    as_of: date | None = None,
    mapping: Mapping[str, str] | None = None,
    profile: str | None = None,
    currency: str | None = None,
    date_format: str | None = None,
    sheet: str | None = None,
    table: str | None = None,
    zone: str | None = None,
    latest: date | None = None,
    earliest: date | None = None,
) -> Reading:
    """读订单。数据有毛病不抛错：看结果的 status（accepted、quarantined、refused、ask）；参数不对才抛。

    source: 文件（CSV、XLSX、Parquet、数据库）或文件夹的路径，或 pandas、polars、pyarrow、DuckDB、Spark 的表。
    as_of: 观察日，之后的订单放一边。mapping: {"customer": "买家会员名"}，键见 headers.MAPPED。
    profile: 平台的编号，不给就按列名认。currency: 有几种货币时留哪一种。date_format: moments.FORMATS 之一。
    sheet、table: 有几张时读哪一张。zone: 店铺的时区，只对写着时区的时间有用。
    earliest、latest: 可信的日子（默认 2000-01-01 到 2199-12-31），之外的隔离。
    """
    from lifecycle_lab.orders.reader import Wanted, read

    wanted = Wanted(
        as_of, dict(mapping or {}), profile, currency, date_format, sheet, table, zone, latest, earliest
    )
    return read(source, wanted)


def write_clean(found: Reading, path: Path | str) -> Path:
    """干净的订单写成 CSV 或 Parquet（按扩展名）。"""
    from lifecycle_lab.orders.clean import write

    return write(found, Path(path))


def recognised(header: Sequence[str]) -> int:
    """这一行列名里认得出几个必要的字段（订单号、客户、金额、付款时间）；0 是一点也不像订单。"""
    from lifecycle_lab.orders.headers import recognised as count

    return count(header)


@functools.cache
def online_retail() -> Orders:
    """随书的真实商店（UCI Online Retail,2010-12-01…2011-12-09，英镑）；与课程内容一样，每个进程读一次。"""
    name = "online_retail.parquet"
    rules = datapackage.load().resource(name).rules
    setaside = tuple((rule.label, rule.count) for rule in rules if rule.role == "setaside" and rule.count)
    grid = read_grid(content.data_folder() / name)
    unit = content.course().sources["online_retail"].unit
    return Orders("online_retail", tuple(shipped_orders(grid)), unit, grid.sha256, setaside)


def shipped_orders(grid: Grid) -> Iterator[Order]:
    """自带的文件已经是一单一行、逐行核对过的（数据字典看着指纹）；零元的赠品单也是订单。"""
    places = [
        grid.header.index(name) for name in ("order_id", "customer_id", "order_date", "amount", "cancelled")
    ]
    for number, cells in grid.rows:
        order_id, customer_id, day, amount, cancelled = (cells[i] for i in places)
        when, value = parse_day(day), parse_decimal(amount)
        units = None if value is None else minor_units(value, MONEY_DECIMALS)
        if when is None or units is None:
            raise DataError(
                "自带的数据被改坏了。", where=grid.where(number, "amount"), remedy="重新安装本书。"
            )
        yield Order(order_id, customer_id, when, units, cancelled == "是")
