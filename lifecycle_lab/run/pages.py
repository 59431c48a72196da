"""执行过的笔记本 → 一页自足的网页；还有一页目录。没有脚本，不连网络，图嵌在页里。"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("lifecycle_lab.run", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@cache
def _exporter() -> Any:
    """nbconvert 的 basic 模板不引外部的东西；留着用，模板只编译一次。"""
    from nbconvert import HTMLExporter

    return HTMLExporter(template_name="basic")


def write_page(document: Any, page: Path) -> None:
    """一课的网页，document 是执行过的笔记本：格子由 nbconvert 写，外框是我们的。"""
    from markupsafe import Markup

    _name_injected_cell(document)
    body, _ = _exporter().from_notebook_node(document)
    text = _environment().get_template("lesson.html.j2").render(title=_title(document), body=Markup(body))
    page.write_text(text, encoding="utf-8")


def _title(document: Any) -> str:
    lines = (line for cell in document.cells for line in cell.source.splitlines())
    return next((line[2:] for line in lines if line.startswith("# ")), "课页")


def _name_injected_cell(document: Any) -> None:
    """papermill 给注入的参数格一个随机的 id；换成固定的，同样的输入才有同样的网页。"""
    for cell in document.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.id = "injected-parameters"


def write_index(
    path: Path, groups: Sequence[tuple[str, Sequence[tuple[str, str, str]]]], setaside: Sequence[str] = ()
) -> None:
    """目录页；groups: （小标题， [（链接，名字，说明）， …]），链接可空；setaside: 各来源放在一边的东西。"""
    text = _environment().get_template("index.html.j2").render(groups=groups, setaside=setaside)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
