"""网页报告：一个 Jinja2 模板，自动转义，每处文字都经过 `html_text`。"""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lifecycle_lab.export import TABLE_STYLE, html_text
from lifecycle_lab.report import Block, Document, Figure, Items, Paragraph
from lifecycle_lab.report.columns import column_shares, is_short


def render(document: Document) -> str:
    """文档 → 网页全文。"""
    return _environment().get_template("report.html.j2").render(document=document)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lifecycle_lab.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_neutral,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(block=_block, table_style=Markup(TABLE_STYLE))
    environment.filters["one_line"] = lambda text: " ".join(str(text).split())
    return environment


def _neutral(value: object) -> Markup:
    """模板里每个 {{ }}：已经是网页片段的照放，其余一律当文字转义。"""
    return value if isinstance(value, Markup) else Markup(html_text(value))


def _block(block: Block) -> Markup:
    """一块内容 → 网页片段。"""
    match block:
        case Paragraph(text):
            return Markup("").join(Markup("<p>{}</p>").format(_neutral(line)) for line in text.split("\n"))
        case Items(texts, numbered):
            items = Markup("").join(Markup("<li>{}</li>").format(_neutral(text)) for text in texts)
            return Markup("<{0}>{1}</{0}>").format(Markup("ol" if numbered else "ul"), items)
        case Figure(caption=caption):
            legend = Markup("<figcaption>{}</figcaption>").format(_neutral(caption)) if caption else ""
            return Markup("<figure>{}{}</figure>").format(Markup(block.image()), legend)
    shares = column_shares(block)
    keep = "keep" if is_short(block, shares) else "flow"
    return Markup('<div class="{}">{}</div>').format(keep, Markup(block.html(shares)))
