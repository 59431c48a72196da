"""报告：一份文档 → 自足的网页（A4 可打印）或 Word 文件。

文档只有标题、封面行、几节，每节是段落、表、图、条目；实训报告、讲评、分析报告都用它。
内容由叫用的一方按答案与数据写好，这里只管排版与中和，不判断对错。
"""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle_lab.export import Table, html_text

_PNG_START = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Paragraph:
    """一段文字；里面的换行另起一段。"""

    text: str


@dataclass(frozen=True)
class Items:
    """几条并列的文字；numbered 为真时编号，每组都从 1 起。"""

    texts: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Figure:
    """一幅 PNG 图：alt 给读屏软件（写出图里的事实），caption 印在图下。不是 PNG → ValueError。"""

    png: bytes
    alt: str
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.png.startswith(_PNG_START):
            raise ValueError("图不是 PNG")
        if not self.alt.strip():
            raise ValueError("图没有替代文字（alt）")

    def _repr_html_(self) -> str:
        """笔记本里直接显示这幅图，替代文字同在。"""
        return f'<figure style="margin:0">{self.image()}<figcaption>{html_text(self.caption)}</figcaption></figure>'

    def image(self) -> str:
        """一个 <img>，图在 data URI 里，不另取文件。"""
        from base64 import b64encode

        alt = html_text(" ".join(self.alt.split()))
        return f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{b64encode(self.png).decode()}">'


Block = Paragraph | Items | Figure | Table


@dataclass(frozen=True)
class Section:
    """一节：小标题（可空）与它下面的内容，按先后。"""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """一份文档。cover: （标签，值）对，值为空就留一条可以手写的横线；footer 印在页脚。

    by_hand: 印出来用笔填的，Word 里表格的行高一些。
    """

    title: str
    cover: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    footer: str = ""
    by_hand: bool = False


def to_html(document: Document) -> str:
    """文档 → 一个自足的网页：没有脚本，不连网络，外来文字全部转义。"""
    from lifecycle_lab.report.html import render

    return render(document)


def to_docx(document: Document) -> bytes:
    """文档 → Word 文件；同一份文档总是同样的字节。"""
    from lifecycle_lab.report.docx import build

    return build(document)
