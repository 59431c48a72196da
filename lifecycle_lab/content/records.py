"""内容文件 → 一条条记录，每一条都知道自己在哪个文件、哪一行。

取一个键就验一个键：缺、空、类型不对、不认识的键，都是 ContentError，说出在哪里、怎么办。
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from lifecycle_lab.reading import decode, halfwidth, minor_units, parse_decimal, read_bytes, read_grid
from lifecycle_lab.schema import ContentError, DataError, quote

T = TypeVar("T")
_YES_NO = {"是": True, "否": False}


@dataclass
class Record:
    """一条记录：where 是给人看的位置；used 记下取过的键，`finish` 据此找出不认识的键。

    noun: 这种文件里把键叫作什么（TOML 的「键」、CSV 的「列」），只用在报错里。
    """

    where: str
    values: Mapping[str, object]
    noun: str = "键"
    used: set[str] = field(default_factory=set)

    def at(self, key: str) -> str:
        return f"{self.where}，{self.noun} {quote(key)}"

    def get(self, key: str, default: object = None) -> object:
        self.used.add(key)
        return self.values.get(key, default)

    def need(self, key: str, kind: type, what: str) -> object:
        """必须有、类型必须对的一个键；真假值不算整数。"""
        value = self.get(key)
        if value is None:
            raise ContentError("缺少一项。", where=self.at(key), remedy=f"补上它：{what}。")
        # bool 是 int 的子类，而分值写成 true 一定是笔误
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ContentError(f"{quote(value)} 的类型不对。", where=self.at(key), remedy=f"改成{what}。")
        return value

    def text(self, key: str) -> str:
        """去掉首尾空白后不为空的文字。"""
        shown = str(self.need(key, str, "一段文字")).strip()
        if not shown:
            raise ContentError("这一项是空的。", where=self.at(key), remedy="填上文字；用不着的整条删去。")
        return shown

    def whole(self, key: str, low: int, high: int = 10**9) -> int:
        number = int(self.need(key, int, "一个整数"))  # type: ignore[call-overload]
        if not low <= number <= high:
            raise ContentError(f"{number} 超出范围。", where=self.at(key), remedy=f"改成 {low} 到 {high}。")
        return number

    def wholes(
        self, key: str, low: int, high: int = 10**9, *, count: int | None = None, rising: bool = True
    ) -> tuple[int, ...]:
        """一列整数，不能是空的，每个 low 到 high；count: 恰好几个，不限就是 None；rising: 要从小到大。"""
        values = self.need(key, list, "方括号里的一列整数")
        good = bool(values) and all(type(v) is int and low <= v <= high for v in values)  # type: ignore[union-attr]
        if not good or (rising and values != sorted(set(values))) or count not in (None, len(values)):  # type: ignore[call-overload,arg-type]
            many, order = f" {count} 个" if count else "一列", "从小到大的" if rising else ""
            raise ContentError(
                f"{quote(values)} 不是{many}{order}整数。",
                where=self.at(key),
                remedy=f"写成 [1, 2, 3] 这样，每个 {low} 到 {high:,}。",
            )
        return tuple(values)  # type: ignore[arg-type]

    def flag(self, key: str) -> bool:
        return bool(self.need(key, bool, "true 或 false（不加引号）"))

    def yes(self, key: str) -> bool:
        """CSV 里的「是/否」。"""
        text = self.text(key)
        if text not in _YES_NO:
            raise ContentError(
                f"{quote(text)} 不是「是」或「否」。", where=self.at(key), remedy="只填是或否。"
            )
        return _YES_NO[text]

    def texts(self, key: str) -> tuple[str, ...]:
        """一列文字，可以是空的一列，但里面不能有空文字或重复。"""
        values = self.need(key, list, "方括号里的一列文字")
        found = tuple(v.strip() for v in values if isinstance(v, str) and v.strip())
        if len(found) != len(values):
            raise ContentError(
                "这一列里有空的或不是文字的东西。", where=self.at(key), remedy="删去，或加引号。"
            )
        if double := first_double(found):
            raise ContentError(f"{quote(double)} 出现了两次。", where=self.at(key), remedy="删去一个。")
        return found

    def day(self, key: str) -> date | None:
        """可以不写的日期（TOML 的日期，不加引号）。"""
        value = self.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise ContentError(
                f"{quote(value)} 不是日期。", where=self.at(key), remedy="写成 2011-12-10，不加引号。"
            )
        return value

    def one_of(self, key: str, allowed: Iterable[str], what: str) -> str:
        """只能取 allowed 中的一个；what 说明 allowed 是什么。"""
        value, allowed = self.text(key), tuple(allowed)
        if value not in allowed:
            raise ContentError(
                f"{quote(value)} 不是{what}。", where=self.at(key), remedy=f"可用的有：{'、'.join(allowed)}。"
            )
        return value

    def children(self, key: str) -> list[Record]:
        """下一层的各条记录；没有写就是空的一列。"""
        self.used.add(key)
        return children(self.where, key, self.values.get(key, []))

    def section(self, name: str) -> Record:
        """下一层的一节 [name]。"""
        return Record(f"{self.where} [{name}]", self.need(name, dict, f"一节 [{name}]"))  # type: ignore[arg-type]

    def fen(self, key: str, low: int = 0) -> int:
        """一笔金额，以元为单位写成文字 → 整数分，至少 low 分。"""
        text = self.text(key)
        value = parse_decimal(text)
        found = None if value is None else minor_units(value, 2)
        if found is None or found < low:
            raise ContentError(
                f"{quote(text)} 不是一笔金额。", where=self.at(key), remedy='以元为单位，写成 "100.00"。'
            )
        return found

    def finish(self) -> None:
        """全部取完之后：不认识的键多半是写错了的键，不能悄悄忽略。"""
        if unknown := [key for key in self.values if key not in self.used]:
            raise ContentError(
                f"不认识的键 {quote(unknown[0])}。",
                where=self.where,
                remedy=f"检查拼写；这里可用的键有：{'、'.join(sorted(self.used))}。",
            )


def children(where: str, key: str, values: object) -> list[Record]:
    """TOML 的 [[key]] 各条；位置写明第几条和它的 id。"""
    if not isinstance(values, list) or not all(isinstance(v, dict) for v in values):
        raise ContentError(
            "这里应当是一条条的记录。", where=f"{where}，键 {quote(key)}", remedy=f"写成 [[{key}]]。"
        )
    return [Record(_child_where(where, key, i, v), v) for i, v in enumerate(values, start=1)]


def _child_where(where: str, key: str, number: int, values: Mapping[str, object]) -> str:
    name = values.get("id")
    return f"{where} 第 {number} 个 {key}" + (f"({quote(name)})" if isinstance(name, str) else "")


def read_sheet(path: Path, columns: tuple[str, ...]) -> list[Record]:
    """一份 CSV 的各行；列名必须正好是 columns(先后不限)。"""
    try:
        grid = read_grid(path)
    except DataError as error:
        raise _as_content_error(path, error) from None
    missing, unknown = set(columns) - set(grid.header), set(grid.header) - set(columns)
    for names, what in ((missing, "缺少列"), (unknown, "多出不认识的列")):
        if names:
            raise ContentError(
                f"{what} {quote(min(names))}。",
                where=f"{path.name} 第 1 行",
                remedy=f"第一行应当正好是：{','.join(columns)}。",
            )
    return [
        Record(f"{path.name} 第 {number} 行", dict(zip(grid.header, cells, strict=True)), "列")
        for number, cells in grid.rows
    ]


def read_nest(
    path: Path, name: str = "", remedy: str = "多半是少了引号、方括号或等号；同一个键写了两次也会这样。"
) -> Record:
    """一份 TOML，作为一条顶层记录；小数按写法精确保留（Decimal）。

    name: 报错时怎样称呼它，空为文件名。remedy: 写法不对时说的办法。
    """
    name = name or path.name
    try:
        text = decode(read_bytes(path), path.name)
    except DataError as error:
        raise _as_content_error(path, error) from None
    try:
        return Record(name, _parsed(text))
    except (ValueError, RecursionError) as error:
        # 库的说明是英文，只取行列
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line = text.split("\n")[int(place[1]) - 1].strip() if place else ""
        raise ContentError(
            f"{name} 不合 TOML 的写法。",
            where=name + (f" 第 {place[1]} 行第 {place[2]} 个字附近" if place else ""),
            why=f"那一行写的是 {quote(line, 80)}。" if line else "",
            remedy=remedy,
        ) from None


@functools.lru_cache(maxsize=256)
def _parsed(text: str) -> Mapping[str, object]:
    """同样的文字只解析一次：改一份文件、重读整门课时，别的几十份不必再来一遍。结果只读不改。"""
    return tomllib.loads(text, parse_float=Decimal)


def by_lesson(folder: Path, key: str) -> list[Record]:
    """一课一个文件的内容：folder/课名.toml 里的各条 [[key]]，按课的先后；写在别的课的文件里 → ContentError。"""
    found = []
    for path in sorted(folder.glob("*.toml")):
        top = read_nest(path, f"{folder.name}/{path.name}")
        records = top.children(key)
        top.finish()
        if not records:
            raise ContentError(
                "里面一条也没有。", where=top.at(key), remedy=f"至少写一个 [[{key}]]，或删去文件。"
            )
        for record in records:
            _check_lesson(record, path.stem)
        found += records
    return found


def _check_lesson(record: Record, lesson: str) -> None:
    if (given := record.text("lesson")) != lesson:
        raise ContentError(
            f"课 {quote(given)} 的内容写在了 {quote(lesson)} 的文件里。",
            where=record.at("lesson"),
            remedy="改成文件名那一课，或挪到那一课的文件里。",
        )


def _as_content_error(path: Path, error: DataError) -> ContentError:
    where = f"{path.name} {error.where}" if path.name not in error.where else error.where
    return ContentError(error.what, where=where, why=error.why, remedy=error.remedy)


def unique(
    records: Iterable[Record],
    build: Callable[[Record], T],
    *,
    key: Callable = lambda thing: thing.id,
    value: Callable = lambda thing: thing,
    shown: Callable[..., str] = str,
) -> Mapping:
    """各条记录 → 只读映射，次序同文件；编号重复 → ContentError。shown: 编号怎样写给人看。"""
    found: dict = {}
    for record in records:
        thing = build(record)
        record.finish()
        if key(thing) in found:
            raise ContentError(
                f"{quote(shown(key(thing)))} 出现了两次。", where=record.where, remedy="改掉或删去其中一条。"
            )
        found[key(thing)] = value(thing)
    return MappingProxyType(found)


def every(top: Record, key: str, names: tuple[str, ...], build: Callable[[Record], T]) -> Mapping[str, T]:
    """程序认得的几条 [[key]]，一条不多一条不少，次序听程序的（表和图都按它排）。"""
    found = unique(top.children(key), build)
    for name in names:
        if name not in found:
            raise ContentError(
                f"缺少 {quote(name)}。", where=f"{top.where}，键 {quote(key)}", remedy=f"补一条 [[{key}]]。"
            )
    return MappingProxyType({name: found[name] for name in names})


def first_double(names: Iterable[str]) -> str | None:
    """第一个重复的名字；全角半角、大小写之别不算不同。"""
    seen: set[str] = set()
    for name in names:
        folded = halfwidth(name).casefold()
        if folded in seen:
            return name
        seen.add(folded)
    return None
