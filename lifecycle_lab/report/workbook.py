"""Excel 工作簿：数是数，日期是日期，文字只是文字；公式只有我们自己写的（Formula），没有一处外部链接。

表头冻结、可筛选、列宽按内容；一行一行写出去，不在内存里攒整张表。同样的内容写出同样的字节。
直接写 SpreadsheetML：通用的库一格一个对象，几万行的名单要等几十秒，存的时候还写进今天的日期。
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain, islice
from math import ceil
from xml.sax.saxutils import escape, quoteattr

from lifecycle_lab.export import display_width, document_text
from lifecycle_lab.report.packing import entry
from lifecycle_lab.report.typed import Column, Formula
from lifecycle_lab.schema import half_up

_NARROWEST, _WIDEST, _WRAPPED, _PROSE, _WIDEST_HEAD = 10, 60, 44, 90, 20
_WIDTHS = {"whole": 12, "money": 16, "share": 12, "number": 14, "day": 13, "entry": 18}
_LINE_HEIGHT, _TALLEST = 14, 409  # 十号字一行多少磅；Excel 一行至多 409 磅
_LOOKED_AT = 200  # 列宽看前这么多行
_LONGEST = 32_767  # Excel 一格最多这么多字
_PAGE_WIDTH = 260  # 横放的 A4 一页至多缩进这么宽（半角字数）；再宽就分几页，字才看得清
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_DAY_ZERO = date(1899, 12, 30).toordinal()
# 样式的号：0 默认，1 表头，2 文字，3 长文字（折行），其余按列的种类；带 quotePrefix 的，在 Excel 里改了再回车也还是文字
_HEAD, _TEXT, _LONG, _ENTRY_TEXT = 1, 2, 3, 10
_STYLES = {"whole": 4, "money": 5, "share": 6, "number": 7, "day": 8, "entry": 9}

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLE_SHEET = f"""{_XML}<styleSheet xmlns="{_MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="0.0%"/></numFmts>
<fonts count="2"><font><sz val="10"/><name val="微软雅黑"/><charset val="134"/></font>
<font><b/><sz val="10"/><name val="微软雅黑"/><charset val="134"/></font></fonts>
<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFEEF1F5"/><bgColor indexed="64"/></patternFill></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFFDF3CF"/><bgColor indexed="64"/></patternFill></fill></fills>
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>
<border><left/><right/><top/><bottom style="thin"><color rgb="FF8A8F98"/></bottom><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="11"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1" quotePrefix="1"><alignment horizontal="left" vertical="center" wrapText="1" indent="1"/></xf>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1" quotePrefix="1"><alignment horizontal="left" vertical="top" indent="1"/></xf>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1" quotePrefix="1"><alignment horizontal="left" vertical="top" wrapText="1" indent="1"/></xf>
<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>
<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>
<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>
<xf numFmtId="0" fontId="0" fillId="3" borderId="1" xfId="0" applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="top"/></xf>
<xf numFmtId="49" fontId="0" fillId="3" borderId="1" xfId="0" applyNumberFormat="1" applyFill="1" applyBorder="1" applyAlignment="1" quotePrefix="1"><alignment horizontal="left" vertical="top" wrapText="1" indent="1"/></xf></cellXfs>
<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


@dataclass(frozen=True)
class Sheet:
    """一页：rows 可以是边读边给的；note 是表下面的几行说明；frozen: 左边冻住几列。"""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[object]]
    note: str = ""
    frozen: int = 0


def workbook(sheets: Sequence[Sheet], title: str) -> bytes:
    """几页 → xlsx 的字节。"""
    names = _sheet_names([sheet.title for sheet in sheets])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        frozen = {name: sheet.frozen for name, sheet in zip(names, sheets, strict=True)}
        for name, text in _frame(frozen, title).items():
            package.writestr(entry(name), text)
        for number, sheet in enumerate(sheets, 1):
            with package.open(entry(f"xl/worksheets/sheet{number}.xml"), "w") as page:
                for part in _page(sheet):
                    page.write(part.encode())
    return buffer.getvalue()


def _sheet_names(titles: Sequence[str]) -> list[str]:
    """Excel 的页名：不超过 31 个字，没有 []:*?/\\，不分大小写地不重复。"""
    names: list[str] = []
    for title in titles:
        plain = _NOT_IN_NAMES.sub("_", document_text(title)).replace("\n", " ").strip()[:31] or "表"
        name, number = plain, 2
        while name.casefold() in {taken.casefold() for taken in names}:
            name, number = f"{plain[:27]}_{number}", number + 1
        names.append(name)
    return names


def _frame(names: Mapping[str, int], title: str) -> dict[str, str]:
    """各页之外的部件；names: 页名 → 左边冻住几列。"""
    numbers = range(1, len(names) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_CONTENT}.worksheet+xml"/>'
        for n in numbers
    )
    pages = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    # 打印时每一页重复表头与冻住的几列
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{i}">{escape(_titles(name, frozen))}</definedName>'
        for i, (name, frozen) in enumerate(names.items())
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    relationships = f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_CONTENT}.styles+xml"/>{overrides}'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'{relationships}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/><Relationship Id="rId2" '
        f'Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(document_text(title)[:255])}</dc:title></cp:coreProperties>",
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{pages}</sheets><definedNames>{titles}</definedNames></workbook>",
        "xl/_rels/workbook.xml.rels": f'{relationships}{links}<Relationship Id="rId{len(names) + 1}" '
        f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLE_SHEET,
    }


def _titles(name: str, frozen: int) -> str:
    columns = f"{_quoted(name)}!$A:${letter(frozen - 1)}," if frozen else ""
    return f"{columns}{_quoted(name)}!$1:$1"


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _page(sheet: Sheet) -> Iterator[str]:
    """一页的 XML，一行一段。"""
    rows = iter(sheet.rows)
    first = list(islice(rows, _LOOKED_AT))
    letters = [letter(i) for i in range(len(sheet.columns))]
    widths = [_width(column, [row[i] for row in first]) for i, column in enumerate(sheet.columns)]
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0">{_pane(sheet.frozen)}</sheetView></sheetViews>'
        f"<cols>{_column_widths(widths)}</cols><sheetData>"
    )
    head = (_string(f"{x}1", column.name, _HEAD) for x, column in zip(letters, sheet.columns, strict=True))
    lines = max(_line_count(column.name, width) for column, width in zip(sheet.columns, widths, strict=True))
    yield f'<row r="1" ht="{_LINE_HEIGHT * lines + 10}" customHeight="1">{"".join(head)}</row>'
    count = 1
    for count, row in enumerate(chain(first, rows), 2):
        yield _row(count, row, sheet.columns, letters, widths)
    yield from (
        f'<row r="{count + i}">{_string(f"A{count + i}", line, _TEXT)}</row>'
        for i, line in enumerate(filter(None, sheet.note.split("\n")), 2)
    )
    yield (
        f'</sheetData><autoFilter ref="A1:{letters[-1]}{count}"/>'
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="9" orientation="landscape" fitToWidth="{ceil(sum(widths) / _PAGE_WIDTH)}" '
        'fitToHeight="0"/></worksheet>'
    )


def _pane(columns: int) -> str:
    """冻住表头与左边几列：往右看时也知道是谁。"""
    if not columns:
        return '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    place = f"{letter(columns)}2"
    return (
        f'<pane xSplit="{columns}" ySplit="1" topLeftCell="{place}" activePane="bottomRight" state="frozen"/>'
    )


def letter(i: int) -> str:
    """0 → A，26 → AA。"""
    return (letter(i // 26 - 1) if i > 25 else "") + chr(65 + i % 26)


def _column_widths(widths: Sequence[int]) -> str:
    return "".join(
        f'<col min="{i}" max="{i}" width="{width}" customWidth="1"/>' for i, width in enumerate(widths, 1)
    )


def _width(column: Column, values: Iterable[object]) -> int:
    """列宽（半角字数）：表头与前几百行里最长的一个，不窄过 10，不宽过 60；筛选的小箭头占四格，缩进占两格。

    数的列不让长长的表头撑开（表头会折行）；大段的话一律宽。
    """
    if column.kind == "prose":
        return _PROSE
    body = max((display_width(v) for v in values if isinstance(v, str)), default=0) + 4
    head = display_width(column.name) + 6
    if column.kind != "text":
        head = min(head, _WIDEST_HEAD)
    return min(_WIDEST, max(_NARROWEST, head, _WIDTHS.get(column.kind, 0), body))


def _row(
    number: int,
    values: Sequence[object],
    columns: Sequence[Column],
    letters: Sequence[str],
    widths: Sequence[int],
) -> str:
    cells = (
        _cell(f"{x}{number}", value, column.kind)
        for x, value, column in zip(letters, values, columns, strict=True)
        if value is not None or column.kind == "entry"
    )
    return f'<row r="{number}"{_height(values, widths)}>{"".join(cells)}</row>'


def _cell(place: str, value: object, kind: str) -> str:
    """一格；留给人填的格空着也写出来，好看见黄底。"""
    if isinstance(value, str):
        return _string(place, value, _ENTRY_TEXT if kind == "entry" else _LONG if _is_long(value) else _TEXT)
    if value is None:
        return f'<c r="{place}" s="{_STYLES[kind]}"/>'
    if isinstance(value, Formula):
        shown = _number(value.value, kind)
        return f'<c r="{place}" s="{_STYLES[kind]}"><f>{escape(value.expression)}</f><v>{shown}</v></c>'
    return f'<c r="{place}" s="{_STYLES[kind]}"><v>{_number(value, kind)}</v></c>'


def _height(values: Sequence[object], widths: Sequence[int]) -> str:
    """有折行的格就写明行高：不是每个软件打开时都会自己撑高，不写就只看得见第一行。"""
    lines = max(
        (
            _line_count(v, w)
            for v, w in zip(values, widths, strict=True)
            if isinstance(v, str) and _is_long(v)
        ),
        default=1,
    )
    return f' ht="{min(_TALLEST, _LINE_HEIGHT * lines):g}" customHeight="1"' if lines > 1 else ""


def _line_count(text: str, width: int) -> int:
    """这一格折成几行：缩进与留白占四格，行尾放不下的半个词再占两格。"""
    return sum(max(1, ceil(display_width(line) / (width - 6))) for line in text.split("\n"))


def _is_long(text: str) -> bool:
    return 2 * len(text) > _WRAPPED and display_width(text) > _WRAPPED


def _string(place: str, text: str, style: int) -> str:
    """文字格：写明是文字，开头是 = 的也只是文字；_x0041_ 不被当成转义。"""
    shown = escape(_LOOKS_ESCAPED.sub("_x005F_", document_text(text)[:_LONGEST]))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


def _number(value: object, kind: str) -> str:
    """整数最小单位 → 两位小数；分数 → 六位小数；日期 → Excel 的天数。"""
    if isinstance(value, date):
        return str(value.toordinal() - _DAY_ZERO)
    if kind == "money":
        whole, cents = divmod(abs(value), 100)  # type: ignore[arg-type]
        return f"{'-' if value < 0 else ''}{whole}.{cents:02d}"  # type: ignore[operator]
    return str(value) if isinstance(value, int) else half_up(Fraction(value), 6)  # type: ignore[arg-type]
