"""写出去的一层：每种媒介各有一个中和函数，报告、评分、课堂显示都经过这里。

外来文字（客户名、学生答案）在电子表格里可能是公式，在网页里可能是标记，
在图里可能是数学排版，在终端里可能是控制序列。这里让它们只是文字。
"""

from __future__ import annotations

import html
import os
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # 半角与全角的 = + - @
# 双向控制符会让后面的字倒着排，看上去像另一个名字
_BIDI = {chr(c) for c in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_TONES = {"good", "bad", "pending", "credit", "changed", "format", "blank"}


def visible(text: object) -> str:
    """控制符与双向控制符换成看得见的写法；换行与制表保留。"""
    shown = str(text)
    if shown.isprintable():  # 绝大多数文字如此，不必一个字一个字看
        return shown
    return "".join(_visible_char(c) for c in shown)


def _visible_char(char: str) -> str:
    if char in "\n\t" or not (unicodedata.category(char) in ("Cc", "Cs") or char in _BIDI):
        return char
    return f"\\x{ord(char):02x}"


def html_text(text: object) -> str:
    """网页：转义标记与引号，换行成 <br>。"""
    return html.escape(visible(text), quote=True).replace("\n", "<br>")


def sheet_text(text: object) -> str:
    """CSV 里的文字格：以公式字符开头的前面加一撇；数字不要走这里。

    本来就是“一撇加公式字符”的也再加一撇，读回来（`unguarded`）才一字不差。
    """
    shown = visible(text)
    return "'" + shown if _is_guarded(shown) or shown.startswith(FORMULA_STARTS) else shown


def unguarded(cell: str) -> str:
    """我们写的 CSV 里的一格 → 原来的文字。"""
    return cell[1:] if _is_guarded(cell) else cell


def _is_guarded(cell: str) -> bool:
    return cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS)


def chart_text(text: object) -> str:
    """matplotlib:$ 不再开始公式；开头的下划线不再让图例丢掉这一项。"""
    shown = visible(text).replace("$", r"\$")
    return "\u200a" + shown if shown.startswith("_") else shown


def terminal_text(text: object) -> str:
    """终端：一行之内，没有任何控制序列。"""
    return visible(text).replace("\n", " ").replace("\t", " ")


def document_text(text: object) -> str:
    """Word(XML)：去掉 XML 不许有的字符，换行与制表保留。"""
    return visible(text).replace("\ufffe", "").replace("\uffff", "")


def display_width(text: str) -> int:
    """终端里占几列：汉字与全角算两列。"""
    return len(text) if text.isascii() else sum(map(_char_width, text))


@lru_cache(maxsize=2**14)
def _char_width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


@dataclass(frozen=True)
class Table:
    """一张给人看的表：全是文字，已经按单位写好；自己知道怎样写成网页、终端与数据框。

    rows: （行数，列数） 的文字；tones: {（行，列）：色调}，色调只加强文字，从不单独表意。
    note: 表下的一句话（口径、方向、来源）。
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    tones: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.title}：有一行的列数不是 {len(self.columns)}")
        if unknown := set(self.tones.values()) - _TONES:
            raise ValueError(f"{self.title}：不认识的色调 {unknown}")

    def html(self, widths: Sequence[float] = ()) -> str:
        """一个 <table>,标题在 caption，列头带 scope(读屏软件用得上)。

        widths: 每列占表宽的份额（总和 1），报告用它排 A4；不给就由浏览器定。
        """
        head = "".join(f'<th scope="col">{html_text(name)}</th>' for name in self.columns)
        body = "".join(f"<tr>{self._html_row(i, row)}</tr>" for i, row in enumerate(self.rows))
        note = f'<p class="lab-note">{html_text(self.note)}</p>' if self.note else ""
        return (
            f'<table class="lab-table"><caption>{html_text(self.title)}</caption>{_column_group(widths)}'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"
        )

    def _html_row(self, i: int, row: Sequence[str]) -> str:
        cells = (
            f"<td{_tone_class(self.tones.get((i, j)))}>{html_text(cell)}</td>"
            for j, cell in enumerate(row[1:], start=1)
        )
        first = f'<th scope="row"{_tone_class(self.tones.get((i, 0)))}>{html_text(row[0])}</th>'
        return first + "".join(cells)

    def _repr_html_(self) -> str:
        return TABLE_STYLE + self.html()

    def __str__(self) -> str:
        """终端里的对齐文字表。"""
        lines = [self.columns, *self.rows]
        shown = [[terminal_text(cell) for cell in line] for line in lines]
        widths = [max(map(display_width, cells)) for cells in zip(*shown, strict=True)]
        body = ("  ".join(_pad(c, w) for c, w in zip(line, widths, strict=True)) for line in shown)
        note = [terminal_text(line) for line in self.note.split("\n") if line]
        return "\n".join([terminal_text(self.title), *(line.rstrip() for line in body), *note])

    def frame(self):
        """同样内容的 pandas.DataFrame（文字列），分析师接着算用；半个字符 Arrow 存不下，换成 \\x 写法。"""
        import pandas as pd

        rows = [[_whole_characters(cell) for cell in row] for row in self.rows]
        return pd.DataFrame(rows, columns=[_whole_characters(name) for name in self.columns])


def _whole_characters(text: str) -> str:
    return "".join(visible(c) if "\ud800" <= c <= "\udfff" else c for c in text)


def _column_group(widths: Sequence[float]) -> str:
    columns = "".join(f'<col style="width:{100 * share:.2f}%">' for share in widths)
    return f"<colgroup>{columns}</colgroup>" if columns else ""


def _tone_class(tone: str | None) -> str:
    return f' class="lab-{tone}"' if tone else ""


def _pad(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


# 随表带着走：笔记本、课页、报告里同一个样子；颜色取自色盲安全的一组，且总有文字同在
TABLE_STYLE = """<style>
.lab-table{border-collapse:collapse;margin:.6em 0;font-size:.95em}
.lab-table caption{text-align:left;font-weight:600;padding:.2em 0;caption-side:top}
.lab-table th,.lab-table td{min-width:3.2em;border:1px solid #8a8f98;padding:.25em .6em;text-align:left!important;vertical-align:top;white-space:pre-line}
.lab-table thead th{background:#eef1f5;color:#1b1f24}
.lab-table .lab-good{background:#e3f1ea;color:#10402a}.lab-table .lab-bad{background:#fbe6dc;color:#6b2408}
.lab-table .lab-credit{background:#e4eefb;color:#12375f}.lab-table .lab-format{background:#fdf3cf;color:#5a4300}
.lab-table .lab-pending{background:#efe9f7;color:#3c2463}.lab-table .lab-changed{background:#fdf3cf;color:#5a4300;font-weight:600}
.lab-table .lab-blank{color:#5c636d}
.lab-note{opacity:.8;font-size:.9em;margin:.2em 0 .8em;text-align:left;white-space:pre-line}
</style>"""


@contextmanager
def written_whole(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """每个目标旁边一个临时名字，正常结束才换名（从最后一个换起）；出错或 Ctrl-C 就都删掉，原来的还在。

    磁盘的毛病是 OSError，怎样对读者说由调用的人定。
    """
    mark = secrets.token_hex(4)
    unfinished = tuple(path.with_name(f".{mark}.{i}.part") for i, path in enumerate(paths))
    try:
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        for part, path in reversed(list(zip(unfinished, paths, strict=True))):
            os.replace(part, path)
    finally:
        for part in unfinished:
            with suppress(OSError):  # 删不掉也不能盖住原来的毛病
                part.unlink(missing_ok=True)
