"""十个方面的全部语料；一份的全名是“方面/特点”。"""

from __future__ import annotations

from functools import cache

from corpus import (
    archives,
    dates,
    encodings,
    injection,
    money,
    parameters,
    platforms,
    structure,
    tables,
    workbooks,
)
from corpus.case import Case

AREAS = (encodings, platforms, money, dates, structure, injection, workbooks, tables, archives, parameters)


@cache
def every_case() -> dict[str, Case]:
    """{全名: 语料}，次序固定。"""
    found: dict[str, Case] = {}
    for area in AREAS:
        for case in area.cases():
            name = f"{area.__name__.rpartition('.')[2]}/{case.name}"
            if name in found:
                raise ValueError(f"语料重名：{name}")
            found[name] = case
    return found
