"""从前几行里找出列名那一行，认出是哪家平台；认不全、认出两个就问，并说出怎样指定。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lifecycle_lab.orders.profiles import (
    FIELD_NAMES,
    GENERIC,
    REQUIRED,
    Names,
    Profile,
    header_key,
    header_unit,
    profiles,
)
from lifecycle_lab.schema import DataError, ParameterError, quote

MAPPED = tuple(FIELD_NAMES)
_SHOWN, _WIDEST = 12, 2_000


class Question(DataError):
    """要问人才能往下读：列名认不全、日月分不清、该读哪一张表。"""


@dataclass(frozen=True)
class Layout:
    """认出的列。places: 字段 → 第几列（price 时 amount 是单价）；how: 一单几行怎样合成（HOW）。

    power: 金额还要乘十的几次方（金额(万元) 是 4）；currency: 列名里写着的币种。
    others: 字段 → 次一等的列：选中的一列整列空着或打了码，就用它们。
    """

    profile: Profile
    header: tuple[str, ...]
    places: Mapping[str, int]
    how: str
    power: int = 0
    currency: str = ""
    notes: tuple[str, ...] = ()
    others: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def column(self, field: str) -> str:
        return self.header[self.places[field]].strip()


@dataclass(frozen=True)
class _Match:
    """一种平台对一行列名：找到的、缺的、两可的（字段 → 几个列名）。"""

    profile: Profile
    places: Mapping[str, int]
    how: str
    missing: tuple[str, ...]
    double: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...] = ()
    others: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return not self.missing and not self.double

    @property
    def rank(self) -> tuple[bool, int, int]:
        return self.complete, len(self.profile.signature), len(self.places)


def check_arguments(mapping: Mapping[str, str], profile: str | None) -> None:
    """--map 的键与 --profile 的编号认不得 → ParameterError。"""
    if profile is not None and profile not in profiles():
        raise ParameterError(
            f"不认识的平台 {quote(profile)}。", where="profile", remedy=f"可用的有：{'、'.join(profiles())}。"
        )
    if len(set(mapping.values())) < len(mapping):
        raise ParameterError("同一列派了两个用场。", where="map", remedy="一列只写一次。")
    if unknown := [key for key in mapping if key not in MAPPED]:
        raise ParameterError(
            f"不认识的列 {quote(unknown[0])}。",
            where="map",
            remedy="写成 --map 键=列名，键可用："
            + "、".join(f"{k}（{v}）" for k, v in FIELD_NAMES.items())
            + "。",
        )


def looks_like(rows: Sequence[Sequence[str]], mapping: Mapping[str, str], profile: str | None = None) -> bool:
    """这几行里有没有一行像订单的列名。"""
    return any(len(cells) <= _WIDEST and _best(tuple(cells), mapping, profile).complete for cells in rows)


def find_layout(
    lines: Sequence[tuple[int, Sequence[str]]], mapping: Mapping[str, str], profile: str | None
) -> tuple[int, Layout]:
    """前几行 →（列名在第几个，列的安排）；认不全 → Question。"""
    matches = [_best(tuple(cells), mapping, profile) for _, cells in lines]
    if not matches:
        raise DataError("里面没有一行字。", remedy="检查是不是选错了文件，或重新导出一份。")
    for i, match in enumerate(matches):
        if match.complete:
            if i + 1 == len(lines):
                raise DataError(
                    "只有列名，没有数据行。",
                    where=f"第 {lines[i][0]} 行",
                    remedy="重新导出一份，或换一段时间。",
                )
            return i, _layout(match, tuple(lines[i][1]))
    best = max(range(len(matches)), key=lambda i: (len(matches[i].places) + len(matches[i].double), -i))
    raise _question(matches[best], *lines[best], mapping)


def _best(header: tuple[str, ...], mapping: Mapping[str, str], wanted: str | None) -> _Match:
    keys = [header_key(name) if name.strip() else "" for name in header]
    known = set(keys)
    found = [profiles()[wanted]] if wanted else [p for p in profiles().values() if _signed(p, known)]
    return max((_match(profile, header, keys, mapping) for profile in found), key=lambda match: match.rank)


def _signed(profile: Profile, keys: set[str]) -> bool:
    return all(keys.intersection(group) for group in profile.signature)


def _match(profile: Profile, header: tuple[str, ...], keys: list[str], mapping: Mapping[str, str]) -> _Match:
    places: dict[str, int] = {}
    double: dict[str, tuple[str, ...]] = {}
    missing: list[str] = []
    # 人派了用场的列不再自己认作别的：写错了 --map customer=付款时间，付款时间就少了一列，会问
    given = {header_key(name) for name in mapping.values()}
    free = ["" if key in given else key for key in keys]
    for one, names in profile.columns.items():
        if one not in mapping:
            _place(one, names, free, header, places, double)
    for one, name in mapping.items():
        where = [i for i, key in enumerate(keys) if key and key == header_key(name)]
        exact = [i for i in where if header[i].strip() == name.strip()] or where
        if len(exact) == 1:
            places["amount" if one == "price" else one] = exact[0]
        elif exact:
            double[one] = tuple(header[i].strip() for i in exact)
        else:
            missing.append(one)
    how, left = _amount(profile, keys, header, mapping, places, double)
    missing += [f for f in REQUIRED if f not in places and f not in double and f not in missing]
    others = {
        f: _others(profile.columns[f], keys, places) for f in ("customer", "paid_at") if f not in mapping
    }
    return _Match(profile, places, how, tuple(missing), double, left, others)


def _others(names: Names, keys: list[str], places: Mapping[str, int]) -> tuple[int, ...]:
    """次一等的列：各组里恰好有一列的，还没有派用场的。"""
    found = [[i for i, key in enumerate(keys) if key and key in group] for group in names]
    return tuple(where[0] for where in found if len(where) == 1 and where[0] not in places.values())


def _place(
    field: str,
    names: Names,
    keys: list[str],
    header: tuple[str, ...],
    places: dict[str, int],
    double: dict[str, tuple[str, ...]],
) -> None:
    """按喜好找一个字段的列；同样好的有两列 → double。"""
    for group in names:
        where = [i for i, key in enumerate(keys) if key and key in group]
        if len(where) == 1:
            places[field] = where[0]
            return
        if where:
            double[field] = tuple(header[i].strip() for i in where)
            return


def _amount(
    profile: Profile,
    keys: list[str],
    header: tuple[str, ...],
    mapping: Mapping[str, str],
    places: dict[str, int],
    double: dict[str, tuple[str, ...]],
) -> tuple[str, tuple[str, ...]]:
    """金额取哪一列、怎样合成；其余也像金额的列名一并说出。"""
    if "price" in mapping:
        return "price", ()
    if "amount" in mapping:
        key = header_key(mapping["amount"])
        known = [
            a.how for a in profile.amounts if any(key in group for group in a.columns) and a.how != "price"
        ]
        return (known or ["lines"])[0], ()
    how, others, beside = "", [], False
    for amount in profile.amounts:
        if amount.how == "price" and "quantity" not in places:
            continue
        found: dict[str, int] = {}
        _place("amount", amount.columns, keys, header, found, {} if how else double)
        if found and not how and "amount" not in double:
            places["amount"], how, beside = found["amount"], amount.how, amount.ask_beside
        elif found and amount.how != "price":
            others.append(header[found["amount"]].strip())
            if beside:
                double["amount"] = (header[places.pop("amount")].strip(), *others)
        if "amount" in double:
            break
    return how or "lines", tuple(others)


def _layout(match: _Match, header: tuple[str, ...]) -> Layout:
    place = match.places["amount"]
    _, currency, power = header_unit(header[place])
    notes = []
    if match.left_out:
        notes.append(f"金额取自{quote(header[place].strip())}；{_quoted(match.left_out)}没有用。")
    if power:
        notes.append(f"列名写着单位，金额乘了 {'一万' if power > 0 else '百分之一'}。")
    return Layout(match.profile, header, match.places, match.how, power, currency, tuple(notes), match.others)


def _quoted(names: Sequence[str]) -> str:
    return "、".join(quote(name) for name in names)


def _question(match: _Match, row: int, header: Sequence[str], mapping: Mapping[str, str]) -> Question:
    """认出了什么、缺什么、哪个两可，怎样指定。"""
    names = [name.strip() for name in header if name.strip()]
    understood = [f"{FIELD_NAMES[f]} = {quote(header[i].strip())}" for f, i in match.places.items()]
    lacking = [f"{FIELD_NAMES[f]}（{f}）" for f in match.missing]
    doubled = [
        f"{FIELD_NAMES[f]}（{f}）：{_quoted(cells)}{'（同名）' if len(set(cells)) < len(cells) else ''}"
        for f, cells in match.double.items()
    ]
    why = [
        f"认出了：{'，'.join(understood)}。" if understood else "一列也没有认出来。",
        f"没有找到：{'、'.join(lacking)}。" if lacking else "",
        f"有几列都像，不知道用哪一列：{'；'.join(doubled)}。" if doubled else "",
        f"这一行的列名：{_quoted(names[:_SHOWN])}{'……' if len(names) > _SHOWN else ''}（共 {len(names)} 列）。",
    ]
    asked = (*match.double, *match.missing)[0]
    example = match.double.get(asked, tuple(names) or ("列名",))[0]
    wrong = [key for key in match.missing if key in mapping]
    if wrong:
        why.insert(0, f"表里没有 --map 指定的列：{_quoted([mapping[key] for key in wrong])}。")
    return Question(
        "列名认不全，要你说一声。" if lacking else "有的列两可，要你说一声。",
        where=f"第 {row} 行（列名）",
        why="\n".join(line for line in why if line),
        remedy=f"写明哪一列是什么，如 --map {asked}={example}（可写几个 --map）；认得的平台用 --profile 指定。也可以把列名改成 order_id、customer_id、amount、paid_at。",
    )


def recognised(header: Sequence[str]) -> int:
    """这一行里认得出几个必要的字段；用来分辨“不是订单”与“订单缺了列”。"""
    match = _best(tuple(header), {}, None)
    return sum(field in match.places or field in match.double for field in REQUIRED)


__all__ = ["GENERIC", "Layout", "Question", "check_arguments", "find_layout", "looks_like", "recognised"]
