"""平台的样子作为内容：data/orders/*.toml 读成 Profile，rules.toml 读成 Rules。

新的平台写一份新的 TOML 就够了，不用写程序；写错了，在这里说出哪个文件、哪个键。
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lifecycle_lab import content
from lifecycle_lab.content.records import Record, read_nest
from lifecycle_lab.reading import halfwidth
from lifecycle_lab.reading.amounts import CURRENCY_WORDS
from lifecycle_lab.reading.moments import zone_named
from lifecycle_lab.schema import ContentError, quote

REQUIRED = ("order", "customer", "amount", "paid_at")
FIELDS = (*REQUIRED, "quantity", "status", "aftersale", "direction", "refund", "currency", "cancelled")
"""一张表里认得的列；price 不在内：它是 amount 的一种算法。"""
FIELD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "order": "订单号",
        "customer": "客户",
        "amount": "金额",
        "price": "单价",
        "paid_at": "付款时间",
        "quantity": "数量",
        "status": "订单状态",
        "aftersale": "售后状态",
        "direction": "收支方向",
        "refund": "退款金额",
        "currency": "币种",
        "cancelled": "是否取消",
    }
)
HOW: Mapping[str, str] = MappingProxyType(
    {
        "lines": "各行的金额相加",
        "once": "每一行重复写着整单的金额，只算一次",
        "first": "整单的金额只写在第一行",
        "price": "单价乘数量，各行相加",
    }
)
RULE_IDS = (
    *("repeated_header", "total", "footer", "duplicate", "unpaid", "closed", "expense", "other_currency"),
    *("masked", "after_as_of", "full_refund", "refund", "zero"),
)
STATUSES = ("paid", "unpaid", "closed", "refunded", "expense")
GENERIC, WRITTEN = "generic", "written"

Names = tuple[tuple[str, ...], ...]
"""一个字段可用的列名：先后是喜好，同一组里的一样好；都已归一（`header_key`）。"""


@dataclass(frozen=True)
class AmountColumn:
    """金额可以取自哪些列，以及怎样合成一单（HOW 之一）。"""

    columns: Names
    how: str


@dataclass(frozen=True)
class Profile:
    """一种导出的样子。signature: 每一组里有一个列名在，才算是它。

    zone: 时区名；"written" 是写着的时差就是店铺自己的。currency: 默认币种，"" 不知道。
    blank_is_unpaid: 付款时间空着就是没有付款。
    """

    id: str
    name: str
    note: str
    signature: Names
    currency: str
    zone: str
    blank_is_unpaid: bool
    columns: Mapping[str, Names]
    amounts: tuple[AmountColumn, ...]

    def known(self) -> frozenset[str]:
        groups = (*self.columns.values(), *(amount.columns for amount in self.amounts))
        return frozenset(name for names in groups for group in names for name in group)


@dataclass(frozen=True)
class Rules:
    """规则的称呼，与状态、合计、表尾的说法（都已归一）。"""

    names: Mapping[str, str]
    statuses: Mapping[str, str]
    totals: re.Pattern[str]
    footers: tuple[str, ...]
    flags: Mapping[str, bool]


_UNIT = re.compile(r"\((?P<unit>[^()]{1,6})\)$")
_DROPPED = re.compile(r"[\s_\-.\"']+")
_SCALES = {"万元": 4, "万": 4, "分": -2}
_COUNTED = {"件", "个", "份", "盒", "瓶", "笔", "次"}


def header_key(text: str) -> str:
    """列名归一：全角半角、大小写、空白与下划线之别不算不同，末尾括号里的单位去掉。"""
    return header_unit(text)[0]


def header_unit(text: str) -> tuple[str, str, int]:
    """列名 →（归一的名字，括号里写着的货币代码，十的几次方）：金额(万元) → (金额, CNY, 4)。"""
    key = _DROPPED.sub("", halfwidth(text).casefold())
    found = _UNIT.search(key)
    unit = found["unit"] if found else ""
    if unit in _COUNTED:
        return key[: found.start()], "", 0  # type: ignore[union-attr]
    if unit in _SCALES or unit in CURRENCY_WORDS:
        currency = CURRENCY_WORDS.get(unit, "CNY")
        return key[: found.start()], currency, _SCALES.get(unit, 0)  # type: ignore[union-attr]
    return key, "", 0


def word_key(text: str) -> str:
    """状态一类的词归一：去掉标点与空白，英文小写。"""
    return re.sub(r"[\s,，.。;；:：、()_\-*]+", "", halfwidth(text).casefold()) or halfwidth(text)


@functools.cache
def profiles(folder: Path | None = None) -> Mapping[str, Profile]:
    """全部平台，编号 → Profile；通用的一种排在最后。"""
    folder = folder or content.data_folder() / "orders"
    found = [_profile(read_nest(path)) for path in sorted(folder.glob("*.toml")) if path.name != "rules.toml"]
    by_id = {profile.id: profile for profile in sorted(found, key=lambda one: one.id == GENERIC)}
    if len(by_id) < len(found) or GENERIC not in by_id:
        raise ContentError(
            "平台的编号重复，或缺少 generic。", where=str(folder.name), remedy="每份 TOML 一个编号。"
        )
    return MappingProxyType(by_id)


def _profile(top: Record) -> Profile:
    columns = Record(f"{top.where} [columns]", top.need("columns", dict, "一节 [columns]"))  # type: ignore[arg-type]
    blank = top.get("blank_time", "")
    if blank not in ("", "unpaid"):
        raise ContentError(
            f"{quote(blank)} 不认识。", where=top.at("blank_time"), remedy="写 unpaid 或不写。"
        )
    profile = Profile(
        id=top.text("id"),
        name=top.text("name"),
        note=top.text("note"),
        signature=tuple(_group(text.split("|")) for text in top.texts("signature")),
        currency=str(top.need("currency", str, "货币代码，不知道写空")),
        zone=top.text("zone"),
        blank_is_unpaid=blank == "unpaid",
        columns=MappingProxyType({field: _names(columns, field) for field in tuple(columns.values)}),
        amounts=tuple(_amount(record) for record in top.children("amount")),
    )
    _check(top, profile)
    return profile


def _check(top: Record, profile: Profile) -> None:
    top.finish()
    if unknown := set(profile.columns) - set(FIELDS) | {"amount"} & set(profile.columns):
        raise ContentError(
            f"不认识的列 {quote(min(unknown))}。",
            where=f"{top.where} [columns]",
            remedy=f"可用的有：{'、'.join(sorted(set(FIELDS) - {'amount'}))}；金额写在 [[amount]]。",
        )
    missing = [field for field in REQUIRED if field != "amount" and field not in profile.columns]
    if missing or not profile.amounts:
        raise ContentError(
            f"缺少列 {quote((missing or ['amount'])[0])}。", where=top.where, remedy="补上它。"
        )
    if profile.zone != WRITTEN and zone_named(profile.zone) is None:
        raise ContentError(
            f"不认识的时区 {quote(profile.zone)}。", where=top.at("zone"), remedy="如 Asia/Shanghai。"
        )


def _amount(record: Record) -> AmountColumn:
    amount = AmountColumn(_names(record, "columns"), record.one_of("how", HOW, "认得的算法"))
    record.finish()
    return amount


def _names(record: Record, key: str) -> Names:
    """一列名字；里面再套一列的是同样好的一组。"""
    values = record.need(key, list, "方括号里的一列列名")
    groups = [value if isinstance(value, list) else [value] for value in values]  # type: ignore[union-attr]
    if not groups or not all(isinstance(name, str) and name.strip() for group in groups for name in group):
        raise ContentError(
            "这里应当是一列列名。", where=record.at(key), remedy='写成 ["订单号", "订单编号"]。'
        )
    return tuple(_group(group) for group in groups)


def _group(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(header_key(name) for name in names))


@functools.cache
def rules(folder: Path | None = None) -> Rules:
    """rules.toml：规则的称呼一个不多一个不少，一种状态的说法只归一类。"""
    top = read_nest((folder or content.data_folder() / "orders") / "rules.toml")
    records = top.children("rule")
    names = {record.one_of("id", RULE_IDS, "程序认得的规则"): record.text("name") for record in records}
    for record in records:
        record.text("note")
        record.finish()
    if missing := set(RULE_IDS) - set(names):
        raise ContentError(
            f"缺少规则 {quote(min(missing))}。", where=top.where, remedy="每一种写一条 [[rule]]。"
        )
    found = Rules(
        names=MappingProxyType(names),
        statuses=_statuses(_section(top, "status")),
        totals=_total_pattern(_section(top, "total").texts("words")),
        footers=tuple(halfwidth(text).casefold() for text in _section(top, "footer").texts("starts")),
        flags=_flags(_section(top, "flag")),
    )
    top.finish()
    return found


def _section(top: Record, name: str) -> Record:
    return Record(f"{top.where} [{name}]", top.need(name, dict, f"一节 [{name}]"))  # type: ignore[arg-type]


def _statuses(record: Record) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for status in STATUSES:
        for word in record.texts(status):
            if found.setdefault(word_key(word), status) != status:
                raise ContentError(
                    f"{quote(word)} 归了两类。", where=record.at(status), remedy="只留在一类里。"
                )
    record.finish()
    return MappingProxyType(found)


def _total_pattern(words: Iterable[str]) -> re.Pattern[str]:
    keys = "|".join(sorted((re.escape(word_key(word)) for word in words), key=len, reverse=True))
    return re.compile(rf"(?:{keys})(?:共?\d+[笔单条行]?(?:记录|订单)?)?")


def _flags(record: Record) -> Mapping[str, bool]:
    return MappingProxyType(
        {halfwidth(word).casefold(): key == "yes" for key in ("yes", "no") for word in record.texts(key)}
    )
