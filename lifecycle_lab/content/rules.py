"""课程的规则（course.toml 的 [rule]），和照规则挑好的内容：与哪个中心比、R 按意思还是照字面，题面、提示、理由都跟着说。

只差一个词的话里写 $centre。要另说一句的，两句写在一处，
{ under_mean = "…", under_median = "…" } 或 { under_meaning = "…", under_literal = "…" }，课程的规则是哪个就用哪一句；可以套着写。
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import get_args

from lifecycle_lab.content.records import Record, read_nest
from lifecycle_lab.schema import Centre, ContentError, Direction, Rule, quote

_UNDER = "under_"
_CHOICES = tuple({f"{_UNDER}{value}" for value in get_args(kind)} for kind in (Centre, Direction))
# $$ 是单独的美元号，不能拆开看
_CENTRE = re.compile(r"\$\$|\$centre(?![a-z0-9_])")


def read_rule(settings: Record) -> Rule:
    """course.toml 的 [rule]；认不出的中心或方向 → ContentError。"""
    record = settings.section("rule")
    centre = record.one_of("centre", get_args(Centre), "认得的中心（mean 均值，median 中位数）")
    direction = record.one_of(
        "direction", get_args(Direction), "认得的方向（meaning 按意思，literal 照字面）"
    )
    record.finish()
    return Rule(centre, direction)  # type: ignore[arg-type]


def read_ruled(path: Path, rule: Rule, *, templates: bool = False) -> Record:
    """一份 TOML，已照规则挑好、填好。templates: 里面的话还有别的 $名字，由用的人填。"""
    top = read_nest(path)
    found = _ruled(top.values, rule, top.where)
    if not templates:
        _check_filled(found, top.where)
    return Record(top.where, found)  # type: ignore[arg-type]


def _ruled(value: object, rule: Rule, where: str) -> object:
    if isinstance(value, Mapping):
        if any(key.startswith(_UNDER) for key in value):
            return _ruled(_chosen(value, rule, where), rule, where)
        return {key: _ruled(each, rule, f"{where} [{key}]") for key, each in value.items()}
    if isinstance(value, list):
        return [_ruled(each, rule, _place(where, i, each)) for i, each in enumerate(value, start=1)]
    if isinstance(value, str):
        return _CENTRE.sub(lambda found: "$$" if found[0] == "$$" else rule.centre_name, value)
    return value


def _place(where: str, number: int, value: object) -> str:
    name = value.get("id") if isinstance(value, Mapping) else None
    return f"{where} 第 {number} 个" + (f"({quote(name)})" if name else "")


def _chosen(value: Mapping[str, object], rule: Rule, where: str) -> object:
    """照规则挑一句；两句要写全，不能夹着别的键。"""
    if set(value) not in _CHOICES or len({type(each) for each in _leaves(value)}) > 1:
        raise ContentError(
            "照规则分开说的话没有写全。",
            where=where,
            remedy="恰好写 under_mean 与 under_median，或 under_meaning 与 under_literal，两句是同一种东西。",
        )
    return next(
        each for key, each in value.items() if key.removeprefix(_UNDER) in (rule.centre, rule.direction)
    )


def _leaves(value: Mapping[str, object]) -> list[object]:
    """挑到底可能得到的东西。"""
    return [
        leaf for each in value.values() for leaf in (_leaves(each) if isinstance(each, Mapping) else [each])
    ]


def _check_filled(value: object, where: str) -> None:
    """这些话里除了 $centre 没有别的名字可填。"""
    if isinstance(value, str) and (left := Template(value).get_identifiers()):
        raise ContentError(
            f"不认识的名字 {quote('$' + left[0])}。", where=where, remedy="这里可用的只有 $centre。"
        )
    if isinstance(value, dict):
        for key, each in value.items():
            _check_filled(each, f"{where}，键 {quote(key)}")
    if isinstance(value, list):
        for i, each in enumerate(value, start=1):
            _check_filled(each, _place(where, i, each))
