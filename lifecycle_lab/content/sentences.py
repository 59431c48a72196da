"""程序说的话：内容文件里的用语 → 名称到 string.Template 文字，先与“许可用哪些 $名字”的清单对一遍。

清单照文件的样子写：一节一个字典，名称 → 可用的 $名字（空格隔开），如 {"said": {"card": "people"}}；
缺一条、多一条、用了别的名字，都在读的时候说出来，不等到课上。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template
from types import MappingProxyType

from lifecycle_lab.content.records import Record, first_double, read_nest
from lifecycle_lab.schema import ContentError, quote


def each(names: str, fields: str = "") -> dict[str, str]:
    """空格隔开的几条，可用的 $名字 都一样；不写就是一个也不用。"""
    return dict.fromkeys(names.split(), fields)


def template_fields(listed: Mapping[str, object]) -> Mapping[str, frozenset[str]]:
    """清单 → {名称: $名字的集合}；嵌套的用点连起来，如 "said.card"。"""
    return MappingProxyType({name: frozenset(str(text).split()) for name, text in _flatten(listed)})


def read_sentences(path: Path, fields: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
    """一份全是用语的文件；规矩同 sentences。"""
    return sentences(read_nest(path), fields)


def sentences(top: Record, fields: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
    """一节用语 → 名称到模板；[meaning.frequency] better 这样的嵌套，展开成 "meaning.frequency.better"。

    fields: 名称 → 它可以用的 $名字。缺一条、多一条、用了别的名字 → ContentError。
    """
    pairs = list(_flatten(top.values))
    flat = Record(top.where, dict(pairs))
    if double := first_double(name for name, _ in pairs):
        raise ContentError(f"{quote(double)} 出现了两次。", where=top.where, remedy="删去一条。")
    found = MappingProxyType({name: flat.text(name) for name in fields})
    flat.finish()
    for name, text in found.items():
        _check_template(flat.at(name), text, fields[name])
    return found


def sections_said(top: Record, fields: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
    """文件里除了用语还有别的：只取清单里的各节；规矩同 sentences。"""
    names = dict.fromkeys(name.partition(".")[0] for name in fields)
    return sentences(
        Record(top.where, {name: top.need(name, dict, f"一节 [{name}]") for name in names}), fields
    )


def _flatten(values: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _check_template(where: str, text: str, allowed: frozenset[str]) -> None:
    template = Template(text)
    if not template.is_valid():
        raise ContentError("有一个 $ 后面不是名字。", where=where, remedy="单独的美元号写成 $$。")
    if unknown := sorted(set(template.get_identifiers()) - allowed):
        names = "、".join(sorted(allowed)) or "（没有）"
        raise ContentError(
            f"不认识的名字 {quote('$' + unknown[0])}。", where=where, remedy=f"这一条可用的有：{names}。"
        )
