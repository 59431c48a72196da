"""合成商店的参数（data/course/shops.toml）：教师可以改的数，读成 simulate.shops 要的那些名字。

这一层不认识模型，只管：每一项都在、是数、一列有几个；数合不合理由模型自己说（lab.shops）。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from lifecycle_lab import content
from lifecycle_lab.content.records import Record, read_nest, unique
from lifecycle_lab.schema import ContentError, ParameterError, quote

FILE = "course/shops.toml"
_NUMBERS = (
    "regularity",
    "skip",
    "quantity_effect",
    "life_days",
    "basket_yuan",
    "basket_spread",
    "basket_noise",
)
_NUMBERS += ("adoption", "new_business_share", "goods_share", "service_noise")
_LISTS = ("class_shares", "cycle_medians", "cycle_spreads", "exit_shares", "life_scales", "life_shapes")
_LISTS += (
    "stage_cycles",
    "gap_factors",
    "basket_factors",
    "quantity_shares",
    "refund_shares",
    "service_shares",
)
_MOST_CUSTOMERS, _MOST_DAYS = 10**6, 36_500


@dataclass(frozen=True)
class ShopText:
    """一家店的一节：编号、叫法、窗口第一天、随书的种子与人数，numbers 是模型的各项参数。"""

    id: str
    title: str
    where: str
    start: date
    seed: int
    customers: int
    numbers: Mapping[str, object]


def shops(folder: Path | None = None) -> Mapping[str, ShopText]:
    """folder(默认随书的 data/)里的全部商店，次序同文件；写得不对 → ContentError。"""
    return read_shops((folder or content.data_folder()) / FILE)


def read_shops(path: Path) -> Mapping[str, ShopText]:
    """一份 shops.toml → 编号到商店。"""
    top = read_nest(path)
    common = top.need("common", dict, "一节 [common]")
    records = [Record(record.where, {**common, **record.values}) for record in top.children("shop")]
    top.finish()
    if not records:
        raise ContentError("一家商店也没有。", where=top.where, remedy="至少写一个 [[shop]]。")
    return unique(records, _shop)


def shop(name: str, folder: Path | None = None) -> ShopText:
    """按编号取一家；没有 → ParameterError。"""
    known = shops(folder)
    if name not in known:
        raise ParameterError(f"没有叫 {quote(name)} 的商店。", remedy=f"可用的：{'、'.join(known)}。")
    return known[name]


def _shop(record: Record) -> ShopText:
    numbers: dict[str, object] = {name: _number(record.where, name, record.get(name)) for name in _NUMBERS}
    numbers |= {name: _row(record.where, name, record.get(name)) for name in _LISTS}
    rows = record.need("stage_starts", list, "四行、每行三个数")
    numbers["stage_starts"] = tuple(_row(record.where, "stage_starts", row) for row in rows)
    numbers["window_days"] = record.whole("window_days", 1, _MOST_DAYS)
    numbers["basket"] = 100 * numbers.pop("basket_yuan")  # 程序里用分
    if (start := record.day("start")) is None:
        raise ContentError("缺少一项。", where=record.at("start"), remedy="补上窗口第一天，如 2022-01-01。")
    return ShopText(
        id=record.text("id"),
        title=record.text("title"),
        where=record.where,
        start=start,
        seed=record.whole("seed", 0),
        customers=record.whole("customers", 1, _MOST_CUSTOMERS),
        numbers=numbers,
    )


def _row(where: str, name: str, values: object) -> tuple[float, ...]:
    if not isinstance(values, list) or not values:
        raise ContentError(
            "这一项应当是方括号里的一列数。", where=f"{where}，键 {quote(name)}", remedy="照别的店写。"
        )
    return tuple(_number(where, name, value) for value in values)


def _number(where: str, name: str, value: object) -> float:
    """小数按写法读来，到这里才换成浮点；真假值、文字、无穷都不是数。"""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        shown = "缺少一项。" if value is None else f"{quote(value)} 不是数。"
        raise ContentError(shown, where=f"{where}，键 {quote(name)}", remedy="写成普通的数，如 0.35。")
    return float(value)
