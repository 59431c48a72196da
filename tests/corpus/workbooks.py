"""工作簿：日期格、隐藏的表与行、合并格、没有结果的公式、错误值、实体与解压炸弹。"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from corpus.case import Case, accepted, ask, partly, refused, stopped
from corpus.make import (
    COLUMNS,
    GOOD_CELLS,
    GOOD_CLEAN,
    Raw,
    archive,
    good,
    good_workbook,
    sheet,
    table,
    workbook,
    workbook_parts,
)

XLSX = "订单.xlsx"
PLAIN = accepted(*GOOD_CLEAN)
TEXT_ROWS = tuple(tuple(cell.split("|")) for cell in GOOD_CLEAN)
FIRST, SECOND, THIRD = GOOD_CELLS
GOOD_SHEET = sheet([COLUMNS, *GOOD_CELLS])


def _book(name: str, *rows, expect=PLAIN, file: str = XLSX, **options) -> Case:
    return Case(name, workbook(COLUMNS, *rows, **options), expect, file)


def _sheets(name: str, sheets: dict[str, str], expect, options: tuple[str, ...] = (), **more) -> Case:
    return Case(name, archive(workbook_parts(sheets, **more)), expect, XLSX, options)


def _with(name: str, changes: dict[str, bytes], expect) -> Case:
    return Case(name, archive(workbook_parts({"订单": GOOD_SHEET}) | changes), expect, XLSX)


def _bomb(name: str, part: str, content: Callable[[], bytes], expect) -> Case:
    """很大的零件到写文件时才造，收集用例时不占内存。"""

    def build(path: Path) -> None:
        path.write_bytes(archive(workbook_parts({"订单": GOOD_SHEET}) | {part: content()}))

    return Case(name, build, expect, XLSX, bomb=True)


def _cells() -> list[Case]:
    amount_bad = partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "金额")])

    def amount(cell: object, expect, name: str) -> Case:
        return _book(name, FIRST, ("A2", "u2", cell, SECOND[3], 2), THIRD, expect=expect)

    def read(value: str):
        return accepted(GOOD_CLEAN[0], f"A2|u2|{value}|2024-05-02|2", GOOD_CLEAN[2])

    def day(cell: object, expect, name: str) -> Case:
        return _book(name, FIRST, ("A2", "u2", 20.5, cell, 2), THIRD, expect=expect)

    day_bad = partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "付款时间")])
    ids = tuple((1000 + i, 2000 + i, 10 + i, date(2024, 5, 1), 1) for i in range(3))
    huge = tuple((2019032812345678000 + i, "u1", 10, date(2024, 5, 1), 1) for i in range(3))
    phones = (("A1", 13800138000, 10, date(2024, 5, 1), 1),)
    formula = Raw('<c r="{r}"><f>10+10.5</f><v>20.5</v></c>')
    unstored = Raw('<c r="{r}"><f>10+10.5</f></c>')
    error = Raw('<c r="{r}" t="e"><v>#N/A</v></c>')
    text_formula = Raw('<c r="{r}" t="str"><f>"u"&amp;2</f><v>u2</v></c>')
    rich = Raw('<c r="{r}" t="inlineStr"><is><r><t>u</t></r><r><rPr><b/></rPr><t>2</t></r></is></c>')
    padded = Raw('<c r="{r}" s="3"><v>42</v></c>')
    return [
        _book("plain", *GOOD_CELLS),
        _book("all-text", *TEXT_ROWS),
        _book("called-csv", *GOOD_CELLS, file="订单.csv"),
        Case("csv-called-xlsx", good(), PLAIN, XLSX),
        _book(
            "whole-number-ids",
            *ids,
            expect=accepted(*(f"{1000 + i}|{2000 + i}|{10 + i}.00|2024-05-01|1" for i in range(3))),
        ),
        _book("phone-numbers-as-ids", *phones, expect=accepted("A1|13800138000|10.00|2024-05-01|1")),
        # 表格软件里的数只有 15 位有效数字：19 位的订单号存成数，末几位已经没有了
        _book("ids-of-19-digits-as-numbers", *huge, expect=refused("表格软件", "Excel", "科学记数", "15")),
        _book(
            "ids-as-fractions",
            ("A1", 12.5, 10, date(2024, 5, 1), 1),
            expect=stopped() | accepted("A1|12.5|10.00|2024-05-01|1") | partly(bad=[(2, "客户编号")]),
        ),
        # 值是 42，显示成 00000042：文件里看得出格式就照显示的，照值也行，只是不能丢
        _book(
            "ids-with-a-zero-format",
            (padded, "u1", 10, date(2024, 5, 1), 1),
            expect=accepted("42|u1|10.00|2024-05-01|1")
            | accepted("00000042|u1|10.00|2024-05-01|1")
            | stopped(),
        ),
        amount(0.1 + 0.2, read("0.30"), "float-noise"),
        amount(1234.5600000000002, read("1234.56"), "float-noise-large"),
        amount(19.99, read("19.99"), "nineteen-ninety-nine"),
        amount(12.345, amount_bad, "finer-than-a-cent"),
        amount(1e15, read("1000000000000000.00") | amount_bad, "a-quadrillion"),
        amount("￥1,299.00", read("1299.00"), "amount-as-text"),
        amount(-5, accepted(GOOD_CLEAN[0], GOOD_CLEAN[2], refund=1), "negative"),
        amount(True, amount_bad, "boolean-amount"),
        amount(date(2024, 5, 2), amount_bad, "date-as-amount"),
        amount(None, amount_bad, "no-amount"),
        amount(formula, read("20.50"), "formula-with-result"),
        amount(unstored, refused("公式"), "formula-without-result"),
        amount(error, refused("#N/A", "错误值") | amount_bad, "error-value"),
        amount("#N/A", refused("#N/A", "错误值") | amount_bad, "error-as-text"),
        day(datetime(2024, 5, 2, 23, 59, 59), PLAIN, "time-before-midnight"),
        day(datetime(2024, 5, 2, 0, 0, 1), PLAIN, "time-after-midnight"),
        day("2024-05-02", PLAIN, "one-date-as-text"),
        day("2024-05-02 08:00:00", PLAIN, "one-time-as-text"),
        day(45414, day_bad | PLAIN | stopped(), "serial-without-format"),
        day(-1, day_bad, "negative-serial"),
        day(Raw('<c r="{r}" s="1"><v>-1</v></c>'), day_bad, "negative-date"),
        day(Raw('<c r="{r}" s="1"><v>0</v></c>'), day_bad, "date-zero"),
        day(Raw('<c r="{r}" s="1"><v>60</v></c>'), day_bad, "feb-29-1900"),
        day(Raw('<c r="{r}" s="1"><v>99999999</v></c>'), day_bad, "date-after-9999"),
        day(Raw('<c r="{r}" t="d"><v>2024-05-02T00:00:00</v></c>'), PLAIN, "iso-date-cell"),
        day(None, day_bad, "no-date"),
        day("03/05/2024", day_bad | stopped(), "one-ambiguous-text-date"),
        _book("text-formula", FIRST, ("A2", text_formula, 20.5, SECOND[3], 2), THIRD),
        _book("rich-text", FIRST, ("A2", rich, 20.5, SECOND[3], 2), THIRD),
        _book(
            "formula-as-text",
            FIRST,
            ("A2", "=1+1", 20.5, SECOND[3], 2),
            THIRD,
            expect=accepted(GOOD_CLEAN[0], "A2|=1+1|20.50|2024-05-02|2", GOOD_CLEAN[2]),
        ),
        _book(
            "escaped-characters",
            FIRST,
            ("A2", "u_x000D_2", 20.5, SECOND[3], 2),
            THIRD,
            expect=accepted(GOOD_CLEAN[0], "A2|u_x000D_2|20.50|2024-05-02|2", GOOD_CLEAN[2])
            | partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(3, "客户编号")]),
        ),
    ]


def _layout() -> list[Case]:
    notes = sheet([["这份表由店铺后台导出"], ["联系人：小张"]])
    other = sheet([COLUMNS, ("B1", "u9", 99, date(2024, 5, 9), 1)])
    merged = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    merged_lines = (("A1", "u1", 10, date(2024, 5, 1), 1), (None, "u1", 5, date(2024, 5, 1), 1), THIRD)
    titled = [["五月订单"], COLUMNS, *GOOD_CELLS]
    title_merge = '<mergeCells count="1"><mergeCell ref="A1:E1"/></mergeCells>'
    hidden_row = stopped("隐藏") | PLAIN.saying("隐藏")
    filtered = '<autoFilter ref="A1:E4"/>'
    gaps = sheet([COLUMNS, *GOOD_CELLS], numbers=(1, 2, 5, 9))
    bad_after_gap = sheet([COLUMNS, FIRST, ("A2", "u2", "坏", SECOND[3], 2), THIRD], numbers=(1, 2, 7, 9))
    no_places = GOOD_SHEET
    for letter in "ABCDE":
        for number in range(1, 5):
            no_places = no_places.replace(f' r="{letter}{number}"', "")
    for number in range(1, 5):
        no_places = no_places.replace(f'<row r="{number}"', "<row")
    styled_rows = [[Raw('<c r="{r}" s="1"/>')] * 5 for _ in range(1000)]
    cells = sheet([COLUMNS, *GOOD_CELLS, *styled_rows])
    return [
        _sheets("hidden-first-sheet", {"旧": other, "订单": GOOD_SHEET}, PLAIN, states={"旧": "hidden"}),
        _sheets("very-hidden-sheet", {"订单": GOOD_SHEET, "旧": other}, PLAIN, states={"旧": "veryHidden"}),
        _sheets(
            "all-hidden", {"订单": GOOD_SHEET}, stopped("隐藏", "看得见", "可见"), states={"订单": "hidden"}
        ),
        _sheets("two-order-sheets", {"四月": other, "五月": GOOD_SHEET}, stopped("工作表")),
        _sheets("notes-and-orders", {"说明": notes, "订单": GOOD_SHEET}, PLAIN | stopped("工作表")),
        _sheets("empty-second-sheet", {"订单": GOOD_SHEET, "Sheet2": sheet([])}, PLAIN | stopped("工作表")),
        _sheets(
            "hostile-sheet-name", {"=1+1<script>": other, "\u202e\u200b'\"": GOOD_SHEET}, stopped("工作表")
        ),
        _sheets(
            "date-1904",
            {"订单": sheet([COLUMNS, ("A1", "u1", 10, Raw('<c r="{r}" s="1"><v>43951</v></c>'), 1)])},
            accepted("A1|u1|10.00|2024-05-01|1"),
            epoch_1904=True,
        ),
        _book("hidden-row", *GOOD_CELLS, hidden=(3,), expect=hidden_row),
        _book("filtered", *GOOD_CELLS, hidden=(2, 3), extra=filtered, expect=hidden_row),
        _book("filter-showing-all", *GOOD_CELLS, extra=filtered),
        _book(
            "hidden-unneeded-column",
            *GOOD_CELLS,
            before='<cols><col min="5" max="5" hidden="1" width="9"/></cols>',
            expect=PLAIN | stopped("隐藏"),
        ),
        # 合并格：第二行的订单号看得见却读不到。补上、隔离、问，都行；丢掉或并进别的单不行
        _book(
            "merged-order-id",
            *merged_lines,
            extra=merged,
            expect=accepted("A1|u1|15.00|2024-05-01|2", GOOD_CLEAN[2])
            | partly("A1|u1|10.00|2024-05-01|1", GOOD_CLEAN[2], bad=[(3, "订单编号")])
            | stopped("合并"),
        ),
        Case("merged-title", workbook(*titled, extra=title_merge), PLAIN | stopped(), XLSX),
        Case("starts-at-c3", workbook(COLUMNS, *GOOD_CELLS, top=3, left=3), PLAIN | stopped(), XLSX),
        _sheets("gaps-between-rows", {"订单": gaps}, PLAIN),
        _sheets(
            "row-number-after-a-gap",
            {"订单": bad_after_gap},
            partly(GOOD_CLEAN[0], GOOD_CLEAN[2], bad=[(7, "金额")]),
        ),
        _sheets("no-cell-references", {"订单": no_places}, PLAIN | stopped()),
        _sheets("styled-empty-rows", {"订单": cells}, PLAIN),
        _sheets(
            "understated-dimension",
            {"订单": GOOD_SHEET.replace("<sheetData>", '<dimension ref="A1:B2"/><sheetData>')},
            PLAIN,
        ),
        _sheets(
            "overstated-dimension",
            {"订单": GOOD_SHEET.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')},
            PLAIN,
        ),
        _sheets("empty-sheet", {"订单": sheet([])}, stopped("数据", "行", "空")),
        _sheets("header-only", {"订单": sheet([COLUMNS])}, stopped("数据", "行", "空")),
        Case(
            "total-row",
            workbook(
                COLUMNS,
                *GOOD_CELLS,
                ("合计", None, Raw('<c r="{r}"><f>SUM(C2:C4)</f><v>60.5</v></c>'), None, 6),
            ),
            accepted(*GOOD_CLEAN, total=1),
            XLSX,
        ),
        _sheets(
            "shared-strings-with-pinyin",
            {"订单": sheet([COLUMNS, ("A1", Raw('<c r="{r}" t="s"><v>0</v></c>'), 10, date(2024, 5, 1), 1)])},
            accepted("A1|张三|10.00|2024-05-01|1"),
            strings='<si><t>张三</t><rPh sb="0" eb="2"><t>zhangsan</t></rPh></si>',
        ),
        _sheets(
            "shared-string-missing",
            {
                "订单": sheet(
                    [COLUMNS, ("A1", Raw('<c r="{r}" t="s"><v>99</v></c>'), 10, date(2024, 5, 1), 1)]
                )
            },
            stopped() | partly(bad=[(2, "客户编号")]),
            strings="<si><t>x</t></si>",
        ),
        Case(
            "taobao-workbook",
            workbook(
                ["订单编号", "买家会员名", "买家实际支付金额", "订单状态", "订单付款时间 ", "宝贝总数量"],
                ["2019032812345678901", "小鱼儿", 10, "交易成功", datetime(2024, 5, 1, 9, 1), 1],
                ["2019032812345678902", "大鱼", 0, "交易关闭", None, 1],
            ),
            accepted("2019032812345678901|小鱼儿|10.00|2024-05-01|1", closed_or_unpaid=1),
            "ExportOrderList.xlsx",
        ),
    ]


_DTD = (
    '<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
_XXE = '<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _without_declaration(xml: str) -> str:
    return xml.split("\n", 1)[1]


def _hostile() -> list[Case]:
    laugh = (_DTD + _without_declaration(GOOD_SHEET).replace(">u2<", ">&i;<")).encode()
    outside = (_XXE + _without_declaration(GOOD_SHEET).replace(">u2<", ">&x;<")).encode()
    corner = GOOD_SHEET.replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    corner_only = sheet([]).replace(
        "<sheetData>", '<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    far_right = GOOD_SHEET.replace('<row r="2">', '<row r="2">', 1).replace(
        "</row>", '<c r="XFD1"><v>1</v></c></row>', 1
    )

    def zeros() -> bytes:
        return b"\x00" * (200 * 2**20)

    def endless() -> bytes:
        rows = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(5, 400_000))
        return GOOD_SHEET.replace("</sheetData>", rows + "</sheetData>").encode()

    def long_string() -> bytes:
        return b"<sst><si><t>" + "长".encode() * 40_000_000 + b"</t></si></sst>"

    def styles() -> bytes:
        return parts["xl/styles.xml"].replace(b"</cellXfs>", b"<xf/>" * 600_000 + b"</cellXfs>")

    sheet_name = "xl/worksheets/sheet1.xml"
    overlapping = _overlapping(archive(workbook_parts({"订单": GOOD_SHEET})))
    parts = workbook_parts({"订单": GOOD_SHEET})
    twins = [*parts.items(), (sheet_name, sheet([COLUMNS, ("Z9", "u9", 9, date(2024, 5, 9), 1)]).encode())]
    many = parts | {f"xl/media/image{i}.png": b"" for i in range(5_000)}
    escaping = parts | {"../../../tmp/lifecycle_lab_pwned.xml": b"x", "/etc/lifecycle_lab_pwned": b"x"}
    macro = parts | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"\x00" * 100}
    strict = {
        k: v.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )
        for k, v in parts.items()
    }
    return [
        _bomb("billion-laughs", sheet_name, lambda: laugh, refused()),
        _with("external-entity", {sheet_name: outside}, refused()),
        _with(
            "external-entity-in-workbook",
            {"xl/workbook.xml": _XXE.encode() + parts["xl/workbook.xml"].split(b"\n", 1)[1]},
            refused(),
        ),
        _bomb(
            "entity-in-styles",
            "xl/styles.xml",
            lambda: (_DTD + "<styleSheet>&i;</styleSheet>").encode(),
            refused(),
        ),
        _bomb(
            "last-cell-of-the-sheet",
            sheet_name,
            corner.encode,
            stopped() | PLAIN | partly(*GOOD_CLEAN, bad=[(1048576, "*")]),
        ),
        _bomb("only-the-last-cell", sheet_name, corner_only.encode, stopped()),
        _bomb("far-right-cell", sheet_name, far_right.encode, stopped() | PLAIN),
        _bomb("400-000-rows", sheet_name, endless, stopped() | _many_isolated()),
        _bomb("200-mib-of-zeros", "xl/media/image1.png", zeros, refused()),
        _bomb("200-mib-sheet", sheet_name, zeros, refused()),
        _bomb("600-000-styles", "xl/styles.xml", styles, stopped() | PLAIN),
        _bomb("40-million-character-string", "xl/sharedStrings.xml", long_string, stopped() | PLAIN),
        Case("overlapping-entries", overlapping, refused(), XLSX),
        Case("same-entry-twice", archive(twins), refused(), XLSX),
        Case("five-thousand-entries", archive(many), refused(), XLSX),
        Case("escaping-entries", archive(escaping), refused(), XLSX),
        Case("with-macro", archive(macro), refused() | PLAIN, "订单.xlsm"),
        Case("strict-namespace", archive(strict), PLAIN | stopped(), XLSX),
        Case("encrypted-entries", _encrypted(archive(parts)), refused(), XLSX),
        Case("truncated", good_workbook()[:-200], refused(), XLSX),
        Case("cut-in-half", good_workbook()[: len(good_workbook()) // 2], refused(), XLSX),
        Case("wrong-checksum", _flipped(good_workbook()), refused(), XLSX),
        _with("broken-xml", {sheet_name: GOOD_SHEET.encode()[:-30]}, refused()),
        Case(
            "without-sheets", archive({k: v for k, v in parts.items() if "sheet1" not in k}), refused(), XLSX
        ),
        Case("without-types", archive({k: v for k, v in parts.items() if "Types" not in k}), refused(), XLSX),
        Case("empty-archive", b"PK\x05\x06" + b"\x00" * 18, refused(), XLSX),
        Case(
            "old-xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1016,
            refused("xls", "加密", "密码"),
            "订单.xls",
        ),
        # 许多后台的“Excel”其实是网页表格
        Case(
            "html-called-xls",
            "<html><table><tr><td>订单编号</td></tr><tr><td>A1</td></tr></table></html>".encode("gbk"),
            stopped(),
            "订单.xls",
        ),
        Case(
            "xml-2003",
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
            stopped(),
            "订单.xls",
        ),
        Case(
            "ods",
            archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
            refused(),
            "订单.ods",
        ),
        Case(
            "docx",
            archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
            refused(),
            "订单.docx",
        ),
        Case(
            "tab-text-called-xls",
            table("\t".join(COLUMNS), "A1\tu1\t10.00\t2024-05-01\t1", encoding="gbk"),
            accepted("A1|u1|10.00|2024-05-01|1"),
            "订单.xls",
        ),
        _sheets(
            "ask-which-sheet", {"四月": GOOD_SHEET, "五月": GOOD_SHEET}, ask("工作表") | refused("工作表")
        ),
    ]


def _many_isolated():
    from corpus.case import Expect

    return Expect(("quarantined",), tuple(tuple(row.split("|")) for row in GOOD_CLEAN))


def _flipped(data: bytes) -> bytes:
    """工作表条目的压缩内容里改一个字节：校验和不再对。"""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        entry = book.getinfo("xl/worksheets/sheet1.xml")
    at = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def _encrypted(data: bytes) -> bytes:
    """每个条目都标成加密的。"""
    marked = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(signature)
        while at >= 0:
            marked[at + offset] |= 1
            at = marked.find(signature, at + 4)
    return bytes(marked)


def _overlapping(data: bytes) -> bytes:
    """中央目录里最后一个条目指回第一个条目的位置：两个条目占同一段字节。"""
    changed = bytearray(data)
    last = data.rfind(b"PK\x01\x02")
    changed[last + 42 : last + 46] = (0).to_bytes(4, "little")
    return bytes(changed)


def cases() -> list[Case]:
    return [*_cells(), *_layout(), *_hostile()]
