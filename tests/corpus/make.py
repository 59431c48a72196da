"""造文件的小工具：文字表、工作簿（逐格写 XML，想坏哪里就坏哪里）、Parquet、数据库、压缩包。

同样的输入给同样的字节：压缩包里的时间一律是 1980 年（只有 DuckDB 自己往库里写随机的标记）。
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

HEADER = "订单编号,客户编号,金额,付款时间,数量"
GOOD = ("A1,u1,10.00,2024-05-01,1", "A2,u2,20.50,2024-05-02,2", "A3,u1,30.00,2024-05-03,3")
GOOD_CLEAN = ("A1|u1|10.00|2024-05-01|1", "A2|u2|20.50|2024-05-02|2", "A3|u1|30.00|2024-05-03|3")
PHONE, ADDRESS = "13912345678", "幸福路88号"
"""用不到的列里的个人信息：哪一种输出里都不许出现。"""


def text(*lines: str, newline: str = "\n") -> str:
    return newline.join(lines) + newline


def table(*lines: str, encoding: str = "utf-8", newline: str = "\n") -> bytes:
    return text(*lines, newline=newline).encode(encoding)


def good(encoding: str = "utf-8") -> bytes:
    return table(HEADER, *GOOD, encoding=encoding)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


# ---- 压缩包与工作簿 ----


def archive(parts: Mapping[str, bytes] | Sequence[tuple[str, bytes]], compress: bool = True) -> bytes:
    """zip；parts 可以是（名字，内容）的序列，于是同名条目也写得出来。"""
    buffer = io.BytesIO()
    pairs = parts.items() if isinstance(parts, Mapping) else parts
    with zipfile.ZipFile(buffer, "w") as target, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # 同名条目是有意写的
        for name, content in pairs:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
            target.writestr(entry, content)
    return buffer.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
DAY_STYLE, TIME_STYLE = 1, 2
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="00000000"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>'
    '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="22" applyNumberFormat="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class Raw(str):
    """一格的原样 XML；里面的 {r} 换成这一格的位置。"""


def serial(day: date, epoch: date = date(1899, 12, 30)) -> int:
    return (day - epoch).days


def column_letter(index: int) -> str:
    letters = ""
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cell(value: object, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.replace("{r}", place)
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        whole = serial(value.date()) + (value.hour * 3600 + value.minute * 60 + value.second) / 86400
        return f'<c r="{place}" s="{TIME_STYLE}"><v>{whole!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{DAY_STYLE}"><v>{serial(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet(
    rows: Sequence[Sequence[object]],
    *,
    hidden: Sequence[int] = (),
    top: int = 1,
    left: int = 1,
    extra: str = "",
    before: str = "",
    numbers: Sequence[int] | None = None,
) -> str:
    """一张工作表的 XML；top、left 是左上角；hidden 是隐藏的行号；extra 接在数据之后（合并格等）。"""
    body = []
    for at, cells in enumerate(rows, start=top):
        number = numbers[at - top] if numbers else at
        shown = ' hidden="1"' if number in hidden else ""
        inside = "".join(_cell(v, f"{column_letter(i)}{number}") for i, v in enumerate(cells, start=left))
        body.append(f'<row r="{number}"{shown}>{inside}</row>')
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}">{before}<sheetData>{"".join(body)}</sheetData>{extra}</worksheet>'
    )


def workbook_parts(
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] | None = None,
    epoch_1904: bool = False,
    strings: str = "",
) -> dict[str, bytes]:
    """工作簿的全部零件：{条目名: 内容}；要做坏的，改了再 archive。"""
    states = states or {}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    listed, related, typed = [], [], []
    for i, name in enumerate(sheets, start=1):
        state = f' state="{states[name]}"' if name in states else ""
        listed.append(f'<sheet name="{escape(name)}" sheetId="{i}"{state} r:id="rId{i}"/>')
        related.append(
            f'<Relationship Id="rId{i}" Type="{_REL}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        )
        typed.append(f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{kind}.worksheet+xml"/>')
    related.append(f'<Relationship Id="rId98" Type="{_REL}/styles" Target="styles.xml"/>')
    typed.append(f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>')
    if strings:
        related.append(f'<Relationship Id="rId99" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/>')
        typed.append(f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>')
    property_1904 = '<workbookPr date1904="1"/>' if epoch_1904 else ""
    parts = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{"".join(typed)}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">{property_1904}'
        f"<sheets>{''.join(listed)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{''.join(related)}</Relationships>",
        "xl/styles.xml": _STYLES,
    }
    parts |= {f"xl/worksheets/sheet{i}.xml": xml for i, xml in enumerate(sheets.values(), start=1)}
    if strings:
        parts["xl/sharedStrings.xml"] = f'{_XML}<sst xmlns="{_MAIN}">{strings}</sst>'
    return {name: content.encode() for name, content in parts.items()}


def workbook(*rows: Sequence[object], **sheet_options) -> bytes:
    """只有一张表的工作簿。"""
    return archive(workbook_parts({"订单": sheet(rows, **sheet_options)}))


COLUMNS = HEADER.split(",")
GOOD_CELLS = (
    ("A1", "u1", 10, date(2024, 5, 1), 1),
    ("A2", "u2", 20.5, date(2024, 5, 2), 2),
    ("A3", "u1", 30, date(2024, 5, 3), 3),
)


def good_workbook(**sheet_options) -> bytes:
    return workbook(COLUMNS, *GOOD_CELLS, **sheet_options)


# ---- Parquet 与数据库 ----


def parquet(columns: Mapping[str, object], **options) -> bytes:
    """列（pyarrow 数组或序列）→ Parquet 的字节。"""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), buffer, **options)
    return buffer.getvalue()


def good_columns() -> dict[str, list]:
    return {
        "order_id": ["A1", "A2", "A3"],
        "customer_id": ["u1", "u2", "u1"],
        "amount": ["10.00", "20.50", "30.00"],
        "paid_at": ["2024-05-01", "2024-05-02", "2024-05-03"],
        "quantity": [1, 2, 3],
    }


def sqlite_file(*statements: str | tuple[str, Sequence]) -> Callable[[Path], None]:
    """→ 在给定路径造一个 SQLite 库的函数；一条语句，或（语句，几行值）。"""

    def build(path: Path) -> None:
        with sqlite3.connect(path) as base:
            for statement in statements:
                if isinstance(statement, str):
                    base.execute(statement)
                else:
                    base.executemany(*statement)
        base.close()

    return build


def duckdb_file(*statements: str) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        import duckdb

        with duckdb.connect(str(path)) as base:
            for statement in statements:
                base.execute(statement)

    return build
