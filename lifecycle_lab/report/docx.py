"""Word 报告：A4，正文宋体、标题黑体，表格带框线、表头每页重复，页脚有页码。

同一份文档写出同样的字节：文档属性里的日期与压缩包里的时间都固定。
每段文字都经过 `document_text`:XML 不许有的字符、双向控制符变成看得见的写法。
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import datetime
from itertools import zip_longest
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor

from lifecycle_lab.export import Table, display_width, document_text
from lifecycle_lab.report import Block, Document, Figure, Items, Paragraph
from lifecycle_lab.report.columns import column_shares, is_short
from lifecycle_lab.report.packing import fixed_zip

LATIN, SONG, HEI = "Times New Roman", "宋体", "黑体"
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = Cm(21), Cm(29.7), Cm(2.2)
TEXT_WIDTH = Length(PAGE_WIDTH - 2 * MARGIN)
TALLEST_FIGURE, HAND_ROW = Cm(20), Cm(0.8)
FIXED_TIME = datetime(2000, 1, 1)  # 文档属性必须有日期；写真实日期会让同样的答案得到不同的字节
CELL, HEADER, TABLE_TITLE, NOTE, COVER = "表内文字", "表头", "表题", "表注", "封面项"
# 与网页同一组底色；色调只加强文字，从不单独表意
TONE_FILLS = {
    "good": "E3F1EA",
    "bad": "FBE6DC",
    "credit": "E4EEFB",
    "format": "FDF3CF",
    "pending": "EFE9F7",
    "changed": "FDF3CF",
}
# OOXML 规定了段落属性的先后，这些在 autoSpaceDE 之后
_AFTER_SPACES = (
    "w:adjustRightInd",
    "w:snapToGrid",
    "w:spacing",
    "w:ind",
    "w:contextualSpacing",
    "w:jc",
    "w:outlineLvl",
)
HEADER_FILL = "EEF1F5"


def build(document: Document) -> bytes:
    """文档 → docx 的字节。"""
    file = docx.Document()
    _set_page(file)
    _set_styles(file)
    _set_properties(file, document.title)
    _write(file.add_paragraph(style="Title"), document.title)
    _add_cover(file, document.cover)
    for section in document.sections:
        if section.heading:
            _write(file.add_heading(level=1), section.heading)
        for block, following in zip_longest(section.blocks, section.blocks[1:]):
            _add_block(file, block, HAND_ROW if document.by_hand else None)
            if isinstance(block, Paragraph) and isinstance(following, Table):
                _last_paragraph(file).keep_with_next = True  # 题面与它的表同页
    _add_footer(file, document.footer)
    buffer = io.BytesIO()
    file.save(buffer)
    return fixed_zip(buffer.getvalue())


def _set_page(file: Any) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = Cm(2.3)


def _set_styles(file: Any) -> None:
    """版式都在样式里：老师换一套样式，全文跟着换。"""
    for name in (CELL, HEADER, TABLE_TITLE, NOTE, COVER):
        file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    _style(file, "Normal", SONG, 10.5, before=0, after=4, line=1.35)
    _style(file, "Title", HEI, 22, before=6, after=16, line=1.2, centred=True)
    _style(file, "Heading 1", HEI, 14, before=14, after=6, line=1.2)
    _style(file, "Caption", SONG, 9, before=2, after=10, line=1.2, centred=True)
    _style(file, "Footer", SONG, 9, before=0, after=0, line=1.0, centred=True)
    _style(file, CELL, SONG, 9, before=1, after=1, line=1.15)
    _style(file, COVER, SONG, 11, before=6, after=1, line=1.0)
    _style(file, HEADER, HEI, 9, before=1, after=1, line=1.15)
    _style(file, TABLE_TITLE, HEI, 10.5, before=10, after=3, line=1.2)
    _style(file, NOTE, SONG, 9, before=3, after=10, line=1.2)
    file.styles[TABLE_TITLE].paragraph_format.keep_with_next = True
    for name in (CELL, HEADER):
        _no_automatic_spaces(file.styles[name])
    for border in file.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    for language in file.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _style(
    file: Any,
    name: str,
    chinese: str,
    size: float,
    *,
    before: float,
    after: float,
    line: float,
    centred: bool = False,
) -> None:
    """一个段落样式：中西文字体、字号（磅）、段前段后（磅）、行距（倍）。"""
    style = file.styles[name]
    style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    _set_fonts(style.element.get_or_add_rPr(), chinese)
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), line
    if centred:
        layout.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _set_fonts(properties: Any, chinese: str) -> None:
    """python-docx 的 font.name 不管中文；模板里的主题字体优先于点名的字体，要先去掉。"""
    fonts = properties.get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for attribute, name in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{attribute}"), name)


def _no_automatic_spaces(style: Any) -> None:
    """表内汉字与数字之间不自动加空：「客户0120」不因此多占一行。"""
    properties = style.element.get_or_add_pPr()
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        switch = OxmlElement(tag)
        switch.set(qn("w:val"), "0")
        properties.insert_element_before(switch, *_AFTER_SPACES)


def _set_properties(file: Any, title: str) -> None:
    properties = file.core_properties
    properties.title = document_text(title)[:255]  # 格式的上限
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.language = "zh-CN"
    properties.created = properties.modified = FIXED_TIME
    properties.revision = 1


def _write(paragraph: Any, text: str) -> Any:
    """一段文字写进段落；箭头、引号等中西文共有的符号用中文字体。"""
    run = paragraph.add_run(document_text(text))
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:hint"), "eastAsia")
    return run


def _last_paragraph(file: Any) -> Any:
    """刚写的一段的版式；不数全文的段落，长文档也快。"""
    return docx.text.paragraph.Paragraph(file.element.body.p_lst[-1], file).paragraph_format


def _add_block(file: Any, block: Block, row_height: Length | None = None) -> None:
    match block:
        case Paragraph(text):
            for line in text.split("\n"):
                _indent_first_line(_written(file.add_paragraph(), line))
        case Items(texts, numbered):
            _add_items(file, texts, numbered)
        case Figure():
            _add_figure(file, block)
        case Table():
            _add_table(file, block, row_height)


def _written(paragraph: Any, text: str) -> Any:
    _write(paragraph, text)
    return paragraph


def _indent_first_line(paragraph: Any) -> None:
    """首行缩进两字（按字数，换字号也对）。"""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), str(int(10.5 * 2 * 20)))


def _add_items(file: Any, texts: Sequence[str], numbered: bool) -> None:
    style = file.styles["List Number" if numbered else "List Bullet"]
    number = _restarted_numbering(file, style) if numbered else None
    for text in texts:
        paragraph = file.add_paragraph(style=style)
        _write(paragraph, text)
        if number is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, number


def _restarted_numbering(file: Any, style: Any) -> int:
    """同一样式的编号会接着上一组数；另立一个从 1 起的编号。"""
    numbering = file.part.numbering_part.element
    used = style.element.pPr.numPr.numId.val
    abstract = numbering.num_having_numId(used).abstractNumId.val
    number = numbering.add_num(abstract)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    return number.numId


def _add_figure(file: Any, figure: Figure) -> None:
    paragraph = file.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = bool(figure.caption)
    picture = paragraph.add_run().add_picture(io.BytesIO(figure.png))
    scale = min(1, 0.98 * TEXT_WIDTH / picture.width, TALLEST_FIGURE / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture._inline.docPr.set("descr", document_text(figure.alt))
    if figure.caption:
        _write(file.add_paragraph(style="Caption"), figure.caption)


def _add_table(file: Any, table: Table, row_height: Length | None) -> None:
    """表题在上，框线表格，表注在下；表头跨页重复，一行不拆在两页。row_height: 一行至少多高。"""
    _write(file.add_paragraph(style=TABLE_TITLE), table.title)
    shares = column_shares(table)
    widths = [int(TEXT_WIDTH * share) for share in shares]
    grid = _empty_table(file, widths, "Table Grid")
    header = _add_row(grid, table.columns, file.styles[HEADER])
    _mark_row(header, "w:tblHeader")
    for cell in header.cells:
        _shade(cell._tc, HEADER_FILL)
    blank = _add_row(grid, [""] * len(widths), file.styles[CELL])
    blank.height = row_height
    _fill_rows(grid, blank, table)
    _keep_together(grid.rows[:-1] if is_short(table, shares) else grid.rows[:1])
    _write(file.add_paragraph(style=NOTE), table.note)


def _fill_rows(grid: Any, blank: Any, table: Table) -> None:
    """照着空行 blank 复制出每一行再写字：比逐格建快几十倍，上千行的名单也等得起。"""
    for i, values in enumerate(table.rows):
        row = deepcopy(blank._tr)
        grid._tbl.append(row)
        for j, (cell, text) in enumerate(zip(row.tc_lst, values, strict=True)):
            cell.p_lst[0].r_lst[0].text = document_text(text)
            if fill := TONE_FILLS.get(table.tones.get((i, j), "")):
                _shade(cell, fill)
    grid._tbl.remove(blank._tr)


def _keep_together(rows: Iterable[Any]) -> None:
    """这些行与下一行同页：短表不拆，长表的表头不落单。"""
    for row in rows:
        row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True


def _empty_table(file: Any, widths: Sequence[int], style: str | None) -> Any:
    grid = file.add_table(rows=0, cols=len(widths), style=style)
    grid.autofit = False
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER  # 与版心左右对齐；默认会往左伸出一个格内边距
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    return grid


def _add_row(grid: Any, texts: Iterable[str], style: Any) -> Any:
    """添一行；列宽由表格的网格带来。"""
    row = grid.add_row()
    _mark_row(row, "w:cantSplit")
    for cell, text in zip(row.cells, texts, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        cell.paragraphs[0].style = style
        _write(cell.paragraphs[0], text)
    return row


def _mark_row(row: Any, tag: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(tag))


def _shade(cell: Any, fill: str) -> None:
    """给一格（w:tc 元素）加底色；属性的先后是格式规定的。"""
    shading = OxmlElement("w:shd")
    for attribute, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shading.set(qn(f"w:{attribute}"), value)
    cell.get_or_add_tcPr().insert_element_before(shading, "w:vAlign")


def _add_cover(file: Any, cover: Sequence[tuple[str, str]]) -> None:
    """封面行：每行两项，值在横线上；值为空就是一条可以手写的横线。"""
    if not cover:
        return
    label = Cm(min(4.5, 0.6 + 0.19 * max(display_width(name) for name, _ in cover)))
    widths = [int(label), int(TEXT_WIDTH / 2 - label)] * 2
    grid = _empty_table(file, widths, None)
    padded = [*cover, ("", "")] if len(cover) % 2 else list(cover)
    for left, right in zip(padded[::2], padded[1::2], strict=True):
        row = _add_row(grid, (*left, *right), file.styles[COVER])
        for (name, _), cell in zip((left, right), row.cells[1::2], strict=True):
            if name:
                _underline(cell)
    file.add_paragraph(style=file.styles[NOTE])  # 表格后面要有一段，也隔开正文


def _underline(cell: Any) -> None:
    borders, bottom = OxmlElement("w:tcBorders"), OxmlElement("w:bottom")
    for attribute, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        bottom.set(qn(f"w:{attribute}"), value)
    borders.append(bottom)
    cell._tc.get_or_add_tcPr().insert_element_before(borders, "w:vAlign")


def _add_footer(file: Any, text: str) -> None:
    paragraph = file.sections[0].footer.paragraphs[0]
    paragraph.style = file.styles["Footer"]
    _write(paragraph, f"{text}  第 " if text else "第 ")
    _add_field(paragraph, "PAGE")
    _write(paragraph, " 页 / 共 ")
    _add_field(paragraph, "NUMPAGES")
    _write(paragraph, " 页")


def _add_field(paragraph: Any, instruction: str) -> None:
    """页码由 Word 打开时计算。"""
    field, run, text = OxmlElement("w:fldSimple"), OxmlElement("w:r"), OxmlElement("w:t")
    field.set(qn("w:instr"), instruction)
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
