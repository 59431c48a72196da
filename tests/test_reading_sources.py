"""reading.open_source：任何一种来源，按内容认；该读的读对，不该读的说出是什么、怎样办。"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import pickle
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lifecycle_lab import reading
from lifecycle_lab.orders import read_orders
from lifecycle_lab.reading import ORDERS, ChoiceNeeded, archives, databases, open_source
from lifecycle_lab.schema import DataError

HEADER = ("订单编号", "买家会员名", "实付金额")
ROWS = [("001", "甲", "12.50"), ("002", "乙", "3")]
PLAIN = "\n".join(",".join(row) for row in (HEADER, *ROWS)) + "\n"


def saved(tmp_path, data, name="表.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def read(tmp_path, data, name="表.csv", **options):
    return open_source(saved(tmp_path, data, name), **options)


def cells(source):
    return [line.cells for line in source.lines()]


def refused(what, said, kind=DataError, **options):
    with pytest.raises(kind) as caught:
        list(open_source(what, **options).lines())
    assert said in str(caught.value)
    assert caught.value.remedy
    return caught.value


def looks_like(rows):
    return any("订单编号" in row for row in rows)


# ── 文字：编码与分隔符 ──────────────────────────────────────────────


@pytest.mark.parametrize(
    ("encoding", "reported"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found_and_reported(tmp_path, encoding, reported):
    source = read(tmp_path, PLAIN.encode(encoding))
    assert (source.encoding, source.kind, source.typed) == (reported, "csv", False)
    assert cells(source) == [HEADER, *ROWS]


def test_big_endian_utf_16_and_rare_hanzi(tmp_path):
    data = codecs.BOM_UTF16_BE + PLAIN.replace("甲", "𠮷䶮").encode("utf-16-be")
    assert cells(read(tmp_path, data))[1][1] == "𠮷䶮"
    assert cells(read(tmp_path, PLAIN.replace("甲", "𠮷䶮").encode("gb18030")))[1][1] == "𠮷䶮"


@pytest.mark.parametrize("before", [1, 2, 19, 27])
def test_characters_across_the_blocks_of_a_large_file(tmp_path, before):
    """读文件一次一块（2²⁰ 字节）：第一块在第一个“汉”之后 before 个字节完，可以在汉字里、在 \\r 与 \\n 之间。"""
    for encoding, end in (("utf-8", "\r\n"), ("gb18030", "\r")):
        head, line = f"a,b{end}".encode(), b"y" * 98 + b",2" + end.encode()
        many, rest = divmod(2**20 - before - len(head), len(line))
        data = head + line * (many - 1) + b"x" * rest + line
        assert len(data) == 2**20 - before
        data += "汉".encode(encoding) * 8 + b",3" + end.encode() + "字,4".encode(encoding)
        found = list(read(tmp_path, data).lines())
        assert [line.cells for line in found[-2:]] == [("汉" * 8, "3"), ("字", "4")]
        assert {len(line.cells) for line in found} == {2}
        assert [line.number for line in found] == list(range(1, many + 4))  # 切开的换行不多出一行


def test_a_bad_byte_is_placed_even_far_into_the_file(tmp_path):
    data = b"a,b\n" + b"1,2\n" * 400_000 + b"\xff\xff,1\n"
    assert refused(saved(tmp_path, data), "编码认不出来").where == f"第 {4 + 4 * 400_000 + 1} 个字节"


def test_damaged_utf8_is_not_read_as_gb18030(tmp_path):
    """断了一个字的 UTF-8 恰好也合 GB18030：不能读成乱码。"""
    data = "order_id,name\n1,李小明的店铺\n2,王".encode()[:-1] + b"\n"
    data.decode("gb18030")  # 确实读得通
    error = refused(saved(tmp_path, data), "编码认不出来")
    assert error.where == f"第 {len(data) - 2} 个字节"


@pytest.mark.parametrize("before", [0, 5, 2**20 - 21, 2**20 - 20, 2**20 - 19])
def test_big5_is_not_read_as_gb18030(tmp_path, before):
    """繁体的名字按 GB18030 也读得通，字却不对；说出第一个不成字的字节，跨块也不错。"""
    head = b"order_id,name\n" + b"x" * before + "\n1,陳大文\n2,黃小明\n3,張學友\n".encode("big5")
    head.decode("gb18030")  # 确实读得通
    error = refused(saved(tmp_path, head), "编码认不出来")
    place = len(b"order_id,name\n") + before + len(b"\n1,") + 2  # 陳读成了朝，大与文的一半读成自用区
    assert (error.where, "Big5" in error.why) == (f"第 {place + 1} 个字节", True)


def test_rare_hanzi_of_gb18030_still_pass(tmp_path):
    """U+9FB4 等的 GBK 写法 Python 读进自用区；店家自造的一个字不连累整份。"""
    own = b"\xfe\x59\xa6\xd9\xa8\xbc\xfe\xa0"
    names = ["𠮷䶮㑇", "\U00031350", "王", "①㈱℡"]
    body = "".join(f"{i},{name}\n" for i, name in enumerate(names)).encode("gb18030") + b"9," + own + b"\n"
    found = cells(read(tmp_path, b"a,b\n" + body))
    assert [row[1] for row in found[1:5]] == names
    made = PLAIN.encode("gb18030") + "3,王小明李小红,2\n".encode("gb18030") + b"4,\xaa\xa1,1\n"
    assert cells(read(tmp_path, made))[4][1] == "\ue000"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PLAIN.encode("utf-16-le"), "没有 BOM 的 UTF-16"),
        (PLAIN.encode("utf-16-be"), "没有 BOM 的 UTF-16"),
        (PLAIN.encode("utf-32"), "UTF-32"),
        (b"a,b\n1,\x002\n", "空字符"),
        (b"a,b\n" + b"1,2\n" * 5000 + b"\x00,1\n", "空字符"),
    ],
)
def test_text_that_is_not_text(tmp_path, data, said):
    refused(saved(tmp_path, data), said)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters(tmp_path, mark):
    source = read(tmp_path, PLAIN.replace(",", mark))
    assert source.delimiter == mark
    assert cells(source) == [HEADER, *ROWS]


def test_the_delimiter_is_decided_over_several_lines(tmp_path):
    """第一行里的逗号最多，却是标题；金额用小数逗号；支付宝每格后面跟一个制表符。"""
    title = "导出说明,共,三,项,内容\n"
    body = "a;b;c\n1;2,5;x\n2;3,5;y\n3;4,5;z\n"
    assert cells(read(tmp_path, title + body))[2] == ("1", "2,5", "x")
    alipay = "订单编号,名称 ,金额\n" + "1\t,甲\t,3.00\t\n" * 3
    assert cells(read(tmp_path, alipay))[1] == ("1\t", "甲\t", "3.00\t")
    assert read(tmp_path, "x,y;订单编号\n1,2;3\n", looks_like=looks_like).delimiter == ";"


def test_the_separator_line_of_excel_is_not_a_row(tmp_path):
    source = read(tmp_path, "sep=;\r\na;b\r\n1,5;2\r\n")
    assert list(source.lines()) == [(1, ("a", "b"), ""), (2, ("1,5", "2"), "")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path, end):
    assert cells(read(tmp_path, PLAIN.replace("\n", end))) == [HEADER, *ROWS]


def test_row_numbers_count_records_and_blank_rows(tmp_path):
    source = read(tmp_path, 'a,b\n"1\n2",x\n\n,\n3,y\n')
    assert [(line.number, line.cells) for line in source.lines()] == [
        (1, ("a", "b")),
        (2, ("1\n2", "x")),
        (5, ("3", "y")),
    ]


def test_a_bom_in_the_middle_is_dropped_and_text_guards_kept(tmp_path):
    found = cells(read(tmp_path, '\ufeffa,b\n1,2\n\ufeff"a",b\n="007",x\n'))
    assert found == [("a", "b"), ("1", "2"), ("a", "b"), ('="007"', "x")]


def test_broken_quotes_are_refused_with_their_row(tmp_path):
    path = saved(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n')
    assert refused(path, "不配对").where == "第 3 行附近"
    assert refused(saved(tmp_path, 'a,b\n"1"x,2\n'), "不配对").where == "第 2 行附近"


def test_records_say_what_is_wrong_with_a_row_and_go_on(tmp_path):
    source = read(tmp_path, "导出,时间\na,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n5,6,7\n")
    header = source.preview()[1]
    assert header == (2, ("a", "b", "c"), "")
    rows = list(source.records(header))
    assert [row.number for row in rows] == [3, 4, 5, 6, 7]
    assert [bool(row.problem) for row in rows] == [False, True, True, False, False]
    assert rows[1].cells == ("1", "2", "")
    assert "只有 2 格，表头有 3 格" in rows[1].problem
    assert rows[2].cells == ("1", "2", "3", "4")
    assert "有 4 格，表头只有 3 格" in rows[2].problem
    assert rows[3].cells == ("1", "2", "3")


def test_a_trailing_delimiter_in_the_header_only_is_no_problem(tmp_path):
    source = read(tmp_path, "a,b,\n1,2\n1,2,\n")
    assert [r.problem for r in source.records(source.preview()[0])] == ["", ""]


def test_lines_can_be_read_again(tmp_path):
    source = read(tmp_path, PLAIN)
    assert source.preview(1) == source.preview(1) == (next(source.lines()),)


# ── gzip ────────────────────────────────────────────────────────────


def test_gzip_with_several_members_and_padding(tmp_path):
    head, tail = PLAIN[:10].encode("gb18030"), PLAIN[10:].encode("gb18030")
    data = gzip.compress(head) + gzip.compress(tail) + b"\x00" * 100
    source = read(tmp_path, data, "订单.csv")
    assert cells(source) == [HEADER, *ROWS]
    assert source.encoding == "gb18030"
    assert "gzip" in source.notes[0]


def test_a_large_gzip_is_read_to_the_end(tmp_path):
    body = "".join(f"{i},{i * 7919 % 1000003}\n" for i in range(300_000))
    found = sum(1 for _ in read(tmp_path, gzip.compress(("a,b\n" + body).encode())).lines())
    assert found == 300_001


# 压缩的字节里有时间：到用的时候才压，题名也不带字节，两个进程收集到的测试才一样
BROKEN_GZIPS = {
    "cut": (lambda: gzip.compress(PLAIN.encode())[:-9], "截断"),
    "trailing": (lambda: gzip.compress(PLAIN.encode()) + b"garbage", "坏了"),
    "checksum": (lambda: gzip.compress(PLAIN.encode())[:-6] + b"\x00" * 6, "坏了"),
    "bomb": (lambda: gzip.compress(b"a,b\n" + b"1,2\n" * 30_000_000), "压缩比"),
    "nested": (lambda: gzip.compress(gzip.compress(PLAIN.encode())), "里面是"),
    "parquet": (lambda: gzip.compress(b"PAR1" + b"\x00" * 99), "里面是"),
    "pickle": (lambda: gzip.compress(b"\x80\x04\x95" + b"x" * 99), "pickle"),
}


@pytest.mark.parametrize("name", BROKEN_GZIPS)
def test_broken_gzip_is_refused(tmp_path, name):
    make, said = BROKEN_GZIPS[name]
    refused(saved(tmp_path, make()), said)


def test_gzip_is_measured_while_it_is_unpacked(tmp_path):
    path = saved(tmp_path, gzip.compress("".join(f"{i},{i * 7919}\n" for i in range(100_000)).encode()))
    error = refused(path, "解开后超过 1 MiB", limits=replace(ORDERS, unpacked_bytes=2**20))
    assert "limits.unpacked_bytes" in error.remedy


# ── 不读的文件，说出它是什么 ────────────────────────────────────────


def tarred():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        file.addfile(tarfile.TarInfo("a.csv"), io.BytesIO())
    return out.getvalue()


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


class Harmful:
    def __reduce__(self):
        return Path.touch, (Path("/nonexistent/never"),)


OTHERS = {
    "旧式的工作簿": codecs.decode("d0cf11e0a1b11ae1", "hex") + b"\x00" * 600,
    "RAR 压缩包": b"Rar!\x1a\x07\x01\x00",
    "7z 压缩包": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "bzip2 压缩包": bz2.compress(b"a,b\n1,2\n"),
    "xz 压缩包": lzma.compress(b"a,b\n1,2\n"),
    "tar 打包文件": tarred(),
    "普通的 ZIP 压缩包": zipped("orders.csv"),
    "Word 文档": zipped("[Content_Types].xml", "word/document.xml"),
    ".xlsb": zipped("[Content_Types].xml", "xl/workbook.bin"),
    ".ods": zipped("mimetype", "content.xml"),
    "PDF": b"%PDF-1.7\n",
    "图片": b"\x89PNG\r\n\x1a\n\x00",
    "pickle": pickle.dumps({"a": Harmful()}),
    "pickle（": pickle.dumps([1], protocol=2),
    "pickle（P": pickle.dumps(Harmful(), protocol=0),
    "NumPy": b"\x93NUMPY\x01\x00",
    "Arrow": b"ARROW1\x00\x00",
    "网页": "\ufeff\n<html><table><tr><td>订单编号</td></tr></table></html>".encode(),
    "网页（HTML）": b"<!DOCTYPE html>\n<table>",
    "Excel 2003": b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook>',
    "JSON": b'[{"order_id": "1"}]',
}


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("name", ["订单.csv", "订单.parquet", "订单.xlsx"])
def test_other_files_are_refused_by_what_they_are(tmp_path, what, name):
    refused(saved(tmp_path, OTHERS[what], name), what.rstrip("P"))


def test_missing_and_odd_paths(tmp_path):
    for path in (tmp_path / "没有", tmp_path / ("长" * 200), tmp_path / "a\x00b", "/dev/null", ""):
        refused(path, "")
    refused(tmp_path, "没有 Parquet 文件")
    refused(42, "读不了")


def test_caps_are_named_with_the_option_that_raises_them(tmp_path):
    path = saved(tmp_path, "a,b\n1,2\n3,4\n")
    for field, most, said in (
        ("rows", 2, "超过 2 行"),
        ("columns", 1, "超过 1 列"),
        ("file_bytes", 5, "超过"),
    ):
        error = refused(path, said, limits=replace(ORDERS, **{field: most}))
        assert f"limits.{field}" in error.remedy


# ── 工作簿 ──────────────────────────────────────────────────────────


def book_bytes(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*sheets, change=None):
    """（名字，各行，可见）若干；change(book) 再动手脚。"""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows, state in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    return book_bytes(book)


ORDER_ROWS = [list(HEADER), ["001", "甲", 12.5], ["002", "乙", 3]]
NOTES_ROWS = [["说明"], ["本表由系统导出"]]


def test_the_one_sheet_that_looks_like_orders_is_chosen(tmp_path):
    data = workbook(("说明", NOTES_ROWS, "visible"), ("订单", ORDER_ROWS, "visible"), ("空", [], "visible"))
    source = read(tmp_path, data, looks_like=looks_like)
    assert (source.kind, source.part) == ("xlsx", "订单")
    assert cells(source) == [HEADER, ("001", "甲", "12.5"), ("002", "乙", "3")]
    assert "「说明」" in source.notes[0]
    assert read(tmp_path, data, sheet="说明").part == "说明"


def test_several_candidate_sheets_ask(tmp_path):
    two = workbook(("一月", ORDER_ROWS, "visible"), ("二月", ORDER_ROWS, "visible"))
    error = refused(saved(tmp_path, two), "「一月」、「二月」", ChoiceNeeded, looks_like=looks_like)
    assert (error.option, error.choices) == ("sheet", ("一月", "二月"))
    assert refused(saved(tmp_path, two), "没有叫", ChoiceNeeded, sheet="三月").choices == ("一月", "二月")
    neither = workbook(("甲", NOTES_ROWS, "visible"), ("乙", NOTES_ROWS, "visible"))
    refused(saved(tmp_path, neither), "不知道", ChoiceNeeded, looks_like=looks_like)


def test_a_hidden_sheet_is_never_chosen_silently(tmp_path):
    first = workbook(("旧", ORDER_ROWS, "hidden"), ("新", [*ORDER_ROWS, ["003", "丙", 1]], "visible"))
    source = read(tmp_path, first, looks_like=looks_like)
    assert (source.part, len(cells(source))) == ("新", 4)
    assert "「旧」（隐藏）" in source.notes[0]
    only = workbook(("旧", ORDER_ROWS, "veryHidden"), ("说明", NOTES_ROWS, "visible"))
    refused(saved(tmp_path, only), "是隐藏的", ChoiceNeeded, looks_like=looks_like)
    assert read(tmp_path, only, sheet="旧").part == "旧"
    assert read(tmp_path, first).part == "新"
    lone = workbook(("旧", ORDER_ROWS, "hidden"), ("空", [], "visible"))
    refused(saved(tmp_path, lone), "不知道", ChoiceNeeded)


def test_hidden_rows_and_columns_are_reported(tmp_path):
    def hide(book):
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["C"].hidden = True
        book.active.column_dimensions["F"].hidden = True

    source = read(tmp_path, workbook(("订单", ORDER_ROWS, "visible"), change=hide))
    assert source.hidden_rows == (2,)
    assert [note for note in source.notes if "1 行是隐藏的" in note and "第 2 行" in note]
    assert [note for note in source.notes if "1 列是隐藏的" in note and "C" in note]
    assert len(cells(source)) == 3


def test_merged_cells_are_a_problem_only_where_they_are_needed(tmp_path):
    def merge(book):
        book.active.merge_cells("A2:A4")
        book.active.merge_cells("A5:B5")

    rows = [["单", "金额"], ["1", 5], [None, 6], [None, 7], ["2", None], ["3", 1]]
    source = read(tmp_path, workbook(("订单", rows, "visible"), change=merge))
    header = source.preview()[0]
    assert [bool(r.problem) for r in source.records(header)] == [False, True, True, False, False]
    assert not any(r.problem for r in source.records(header, needed={1}))
    assert "1 处竖着合并" in source.notes[0]


def test_orders_do_not_mind_merges_in_columns_they_do_not_use(tmp_path):
    rows = [[*HEADER, "付款时间", "店铺"], *([i, f"客{i}", 9, "2024-05-01", None] for i in ("1", "2", "3"))]
    for place, used in (("E2:E4", 3), ("B2:B3", 2)):

        def merge(book, place=place):
            book.active.merge_cells(place)

        path = saved(tmp_path, workbook(("订单", rows, "visible"), change=merge), "a.xlsx")
        assert read_orders(path).used == used


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("12", "12"),
        ("12.350000000000001", "12.35"),
        ("0.30000000000000004", "0.3"),
        ("1.9E+14", "190000000000000"),
        ("1E-7", "0.0000001"),
        ("123456789012345", "123456789012345"),
        ("-3.50", "-3.5"),
        ("-0", "0"),
        ("1.93068123456789E+15", "1.93068123456789E+15"),
        ("1234567890123456789", "1.234567890123456789E+18"),
    ],
)
def test_numbers_keep_their_digits(tmp_path, raw, text):
    from lifecycle_lab.reading.cells import number_text

    assert number_text(raw) == text
    if "E+" in text:
        assert reading.identifier_problem(text)


def test_dates_of_both_systems(tmp_path):
    moments = [date(2024, 5, 17), datetime(2024, 2, 29, 23, 59, 59), datetime(2024, 5, 17, 8, 30, 0, 250_000)]
    for epoch in (openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH):

        def change(book, epoch=epoch):
            book.epoch = epoch

        book = openpyxl.Workbook()
        book.epoch = epoch
        book.active.append(["日"])
        for moment in moments:
            book.active.append([moment])
        book.active.append([45429])
        book.active.cell(5, 1).number_format = 'yyyy"年"m"月"d"日"'
        found = [row[0] for row in cells(read(tmp_path, book_bytes(book)))]
        assert found[1:4] == ["2024-05-17", "2024-02-29 23:59:59", "2024-05-17 08:30:00.250"]
        assert found[4] == ("2024-05-17" if epoch.year == 1899 else "2028-05-18")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ("m/d/yy h:mm", "date"),
        ("[$-804]yyyy年m月d日", "date"),
        ("h:mm:ss", "time"),
        ("[h]:mm", "time"),
        ('"day" 0.00', ""),
        ("[Red]#,##0.00", ""),
        ("0.00E+00", ""),
        ("General", ""),
        ("¥#,##0.00", ""),
        ("@", ""),
    ],
)
def test_which_formats_are_dates(code, kind):
    from lifecycle_lab.reading.workbooks import date_kind

    assert date_kind(200, code) == kind
    assert (date_kind(14, None), date_kind(21, None), date_kind(57, None), date_kind(4, None)) == (
        "date",
        "time",
        "date",
        "",
    )


def rebuilt(data, part, change):
    source = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name in source.namelist():
            file.writestr(name, change(source.read(name)) if part in name else source.read(name))
    return out.getvalue()


BOOK = workbook(("订单", ORDER_ROWS, "visible"))


def with_rows(markup):
    return rebuilt(BOOK, "sheet1", lambda d: d.replace(b"</sheetData>", markup + b"</sheetData>"))


def test_rich_inline_and_phonetic_text(tmp_path):
    row = (
        '<row r="4"><c r="A4" t="inlineStr"><is><r><t>甲</t></r><r><t xml:space="preserve"> 乙</t></r>'
        "<rPh><t>jia</t></rPh></is></c>"
        '<c r="B4" t="str"><v>一_x000D_二</v></c><c r="C4" t="b"><v>1</v></c></row>'
    )
    assert cells(read(tmp_path, with_rows(row.encode())))[-1] == ("甲 乙", "一\r二", "是")


def test_title_rows_keep_their_numbers(tmp_path):
    rows = [["店铺：某某"], [], ["导出时间", "2024-05-17"], *ORDER_ROWS]
    source = read(tmp_path, workbook(("订单", rows, "visible")))
    assert [line.number for line in source.lines()] == [1, 3, 4, 5, 6]
    header = source.preview()[2]
    assert header.cells == HEADER
    assert [line.number for line in source.records(header)] == [5, 6]


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        (b'<row r="4"><c r="B4"><f>1+1</f></c></row>', "B4"),
        (b'<row r="4"><c r="C4"><f>1+1</f><v/></c></row>', "C4"),
        (b'<row r="4"><c r="B4" t="e"><v>#N/A</v></c></row>', "B4 格是错误值 「#N/A」"),
        (b'<row r="4"><c r="XFD4"><v>1</v></c></row>', "列"),
        (b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "列"),
        (b'<row r="2"><c r="A2"><v>1</v></c></row>', "损坏"),
        (b'<row r="4"><c r="B4"><v>1</v></c><c r="A4"><v>1</v></c></row>', "损坏"),
        (b'<row r="4"><c r="A9"><v>1</v></c></row>', "损坏"),
        (b'<row r="4"><c r="A4" t="s"><v>99999</v></c></row>', "损坏"),
        (b'<row r="4"><c r="A4" t="s"><v>-1</v></c></row>', "损坏"),
        (b'<row r="4"><c r="A4"><v>1e999999999</v></c></row>', "损坏"),
        (b'<row r="4"><c r="A4" t="str"><v>' + b"x" * 40_000 + b"</v></c></row>", "超过 32768 个字符"),
    ],
)
def test_bad_cells_are_refused_by_name(tmp_path, markup, said):
    refused(saved(tmp_path, with_rows(markup)), said)


@pytest.mark.parametrize("part", ["sheet1", "workbook.xml", "styles", "[Content_Types]", "_rels/.rels"])
def test_entities_are_refused_in_any_part(tmp_path, part):
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for start in (b"<?xml version='1.0'?>", b""):
        data = rebuilt(
            BOOK, part, lambda d, s=start: s + bomb + d[d.index(b"?>") + 2 if d[:2] == b"<?" else 0 :]
        )
        refused(saved(tmp_path, data), "DTD")


def test_bad_entries_are_refused(tmp_path):
    def added(name, **options):
        out = io.BytesIO(BOOK)
        with zipfile.ZipFile(out, "a", **options) as file:
            file.writestr(name, b"x" * 100)
        return out.getvalue()

    for name in ("../evil", "/etc/evil", "C:\\evil", "a/../../b", "a\\..\\..\\b", "\\evil"):
        refused(saved(tmp_path, added(name)), "压缩包外面")
    with pytest.warns(UserWarning, match="Duplicate"):
        refused(saved(tmp_path, added("xl/workbook.xml")), "同名的条目")
    refused(saved(tmp_path, added("XL/Workbook.xml")), "同名的条目")
    refused(saved(tmp_path, added("y", compression=zipfile.ZIP_LZMA)), "压缩办法")


def test_one_endless_tag_is_refused(tmp_path):
    """内容是乱的，压缩比不说什么；标记本身太长。"""
    noise = np.random.default_rng(1).integers(97, 123, 5_000_000, "uint8").tobytes()
    refused(saved(tmp_path, with_rows(b'<row a="' + noise + b'"/>')), "损坏")


@pytest.mark.parametrize("part", ["sheet1", "styles", "workbook.xml.rels", "[Content_Types]"])
def test_millions_of_empty_marks_are_refused(tmp_path, part, monkeypatch):
    """没有格子的标记也要一个一个地解析：几 MB 可以装上亿个，压缩比掺些乱码就瞒过去了。"""
    monkeypatch.setattr(archives, "MOST_MARKS", 1000)
    assert len(cells(read(tmp_path, BOOK))) == 3

    def filled(data):
        at = data.index(b">", data.index(b"?>") + 2 if b"?>" in data else 0) + 1
        return data[:at] + b"<x/>" * 1001 + data[at:]

    refused(saved(tmp_path, rebuilt(BOOK, part, filled)), "标记多得不正常")


def with_strings(markup, rows):
    """公用文字另存一个部件的工作簿，Excel 与 WPS 都这样写。"""
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = b'<Relationship Id="s1" Target="sharedStrings.xml" Type="' + kind + b'"/></Relationships>'
    data = rebuilt(with_rows(rows), "workbook.xml.rels", lambda d: d.replace(b"</Relationships>", link))
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/sharedStrings.xml", b"<sst>" + markup + b"</sst>")
    return out.getvalue()


def test_shared_strings_are_counted_before_they_are_parsed(tmp_path):
    row = b'<row r="4"><c r="A4" t="s"><v>1</v></c></row>'
    rich = b"<si/><si><r><t>a</t></r><r><t>b</t></r><rPh><t>c</t></rPh></si>"
    assert cells(read(tmp_path, with_strings(rich, row)))[-1] == ("ab",)
    path = saved(tmp_path, with_strings(b"<si><t>x</t></si>" * 11, row))
    refused(path, "超过 10 格", limits=replace(ORDERS, workbook_cells=10))


# ── Parquet ─────────────────────────────────────────────────────────

TYPED = {
    "单": pa.array(["001", "002", None]),
    "钱": pa.array([Decimal("1.50"), Decimal("2.00"), None], pa.decimal128(10, 2)),
    "数": pa.array([1, 2, None], pa.int32()),
    "时": pa.array([datetime(2024, 5, 17, 8, 30, tzinfo=UTC)] * 3, pa.timestamp("us", "Asia/Shanghai")),
    "日": pa.array([date(2024, 5, 17), None, None]),
}
TEXTS = [("单", "钱", "数", "时", "日"), ("001", "1.50", "1", "2024-05-17 16:30:00+0800", "2024-05-17")]


def parquet(columns, **options):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)
    return out.getvalue()


def test_parquet_keeps_its_types(tmp_path):
    source = read(tmp_path, parquet(TYPED), "订单.csv")
    assert (source.kind, source.typed, source.encoding) == ("parquet", True, "")
    assert source.schema.names == list(TYPED)
    assert source.table() == pa.table(TYPED)
    assert source.table(["数", "单"]) == pa.table(TYPED).select(["数", "单"])
    assert cells(source)[:2] == TEXTS
    assert [line.number for line in source.lines()] == [1, 2, 3, 4]


def test_dictionary_columns_become_plain_text(tmp_path):
    words = [f"客{i % 700}" for i in range(5000)]
    data = parquet(
        {"a": pa.array(words).dictionary_encode(), "b": pa.array(words, pa.large_string())},
        row_group_size=999,
    )
    table = read(tmp_path, data).table()
    assert table.schema.types == [pa.string(), pa.string()]
    assert table.column("a").to_pylist() == table.column("b").to_pylist() == words


def test_a_parquet_folder_with_partitions(tmp_path):
    for year, month, ids in (
        (2023, "12", ["1"]),
        (2024, "__HIVE_DEFAULT_PARTITION__", ["2", "3"]),
        (2024, "a%2Fb", ["4"]),
    ):
        folder = tmp_path / "店" / f"year={year}" / f"month={month}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"id": ids}), folder / "part-0.parquet")
    (tmp_path / "店" / "_SUCCESS").touch()
    source = open_source(tmp_path / "店")
    assert source.table().to_pydict() == {
        "id": ["1", "2", "3", "4"],
        "year": ["2023", "2024", "2024", "2024"],
        "month": ["12", None, None, "a/b"],
    }
    assert "3 个 Parquet 文件" in source.notes[0]
    assert len(source.sha256) == 64


def test_folders_that_do_not_belong_together(tmp_path):
    pq.write_table(pa.table({"id": ["1"], "x": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": ["1"], "y": [1]}), tmp_path / "b.parquet")
    error = refused(tmp_path, "「b.parquet」 与 「a.parquet」 的列不一样")
    assert "「x」、「y」" in error.why
    pq.write_table(pa.table({"id": ["1"], "x": ["1"]}), tmp_path / "b.parquet")
    assert "类型不同的列：「x」" in refused(tmp_path, "不一样").why
    pq.write_table(pa.table({"x": [2], "id": pa.array(["2"], pa.large_string())}), tmp_path / "b.parquet")
    assert open_source(tmp_path).table().to_pydict() == {"id": ["1", "2"], "x": [1, 2]}
    (tmp_path / "说明.txt").write_text("x")
    refused(tmp_path, "「说明.txt」")
    (tmp_path / "说明.txt").unlink()
    (tmp_path / "_delta_log").mkdir()
    refused(tmp_path, "Delta")


def test_a_folder_never_leads_outside(tmp_path):
    (tmp_path / "外").mkdir()
    (tmp_path / "内").mkdir()
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "外" / "a.parquet")
    (tmp_path / "内" / "a.parquet").symlink_to(tmp_path / "外" / "a.parquet")
    refused(tmp_path / "内", "不是这张表的")


@pytest.mark.parametrize(
    "values", [[[1]], [{"x": 1}], [[("k", "v")]], [b"\x00"]], ids=["list", "struct", "map", "binary"]
)
def test_nested_columns_are_refused_by_name(tmp_path, values):
    assert (
        refused(saved(tmp_path, parquet({"好": ["1"], "套": values})), "读不了的列类型").where == "「套」列"
    )


def test_text_that_is_not_utf8_in_parquet(tmp_path):
    words = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())
    source = read(tmp_path, parquet({"a": words}))
    with pytest.raises(DataError, match="损坏"):
        source.table()


# ── 数据库 ──────────────────────────────────────────────────────────


def sqlite_file(tmp_path, *statements):
    path = tmp_path / "店.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as base:
        for statement in statements:
            base.execute(statement)
    base.close()
    return path


ODD = 'we"ird; DROP TABLE x'


def test_a_sqlite_table_with_odd_names(tmp_path):
    quoted = '"' + ODD.replace('"', '""') + '"'
    path = sqlite_file(
        tmp_path,
        f'CREATE TABLE {quoted} ("订单 号" TEXT, {quoted} REAL, n INTEGER, mixed, void, pic BLOB)',
        f"INSERT INTO {quoted} VALUES ('001', 1.5, 1, 'x', NULL, x'00'), ('002', 3.0, NULL, 5, NULL, NULL)",
    )
    before = path.read_bytes()
    source = open_source(path)
    assert (source.kind, source.part) == ("sqlite", ODD)
    assert source.table().to_pydict() == {
        "订单 号": ["001", "002"],
        ODD: [1.5, 3.0],
        "n": [1, None],
        "mixed": ["x", "5"],
        "void": [None, None],
    }
    assert "「pic」" in source.notes[0]
    assert cells(source)[1] == ("001", "1.5", "1", "x", "")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["店.db"]


def test_a_sqlite_file_is_opened_for_reading_only(tmp_path):
    path = sqlite_file(tmp_path, "CREATE TABLE a (x)")
    connection = databases._SQLite("店.db", path, ORDERS)._connect()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("INSERT INTO a VALUES (1)")
    connection.execute("PRAGMA query_only = OFF")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("INSERT INTO a VALUES (1)")
    connection.close()


def test_several_tables_ask_unless_one_is_named_or_looks_right(tmp_path):
    path = sqlite_file(
        tmp_path, "CREATE TABLE a (x)", "CREATE TABLE b (订单编号)", "INSERT INTO b VALUES ('1')"
    )
    error = refused(path, "「a」、「b」", ChoiceNeeded)
    assert (error.option, error.choices) == ("table", ("a", "b"))
    assert open_source(path, looks_like=looks_like).part == "b"
    assert open_source(path, table="b").part == "b"
    assert cells(open_source(f"{path}::b")) == [("订单编号",), ("1",)]
    refused(f"{path}::c", "没有叫", ChoiceNeeded)


ENDLESS = {
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
    "duckdb": "SELECT range AS x FROM range(1000000000000)",
}


@pytest.mark.parametrize("engine", ENDLESS)
def test_views_are_not_run(tmp_path, engine):
    """视图可以算个没完：不去碰它，只说它是视图；旁边存好的表照读。"""
    make = {"sqlite": sqlite_file, "duckdb": duckdb_file}[engine]
    view = f"CREATE VIEW v AS {ENDLESS[engine]}"
    path = make(tmp_path, view)
    for options in ({}, {"table": "v"}, {"looks_like": lambda rows: True}):
        assert "「v」 是视图" in bombed_text(path, **options)
    path.unlink()
    path = make(tmp_path, view, "CREATE TABLE a (x TEXT)", "INSERT INTO a VALUES ('1')")
    source = open_source(path)
    assert (source.part, cells(source)) == ("a", [("x",), ("1",)])
    assert "视图不读：「v」。" in source.notes
    assert "「v」 是视图" in bombed_text(path, table="v")


def bombed_text(path, **options):
    return str(refused(path, "", **options))


def test_computed_columns_and_virtual_tables_are_not_run(tmp_path):
    """DuckDB 现算的列、SQLite 的虚表与约束里都可以写很慢的式子。"""
    path = duckdb_file(tmp_path, "CREATE TABLE a (x INT, y INT AS (x + 1))", "INSERT INTO a VALUES (1)")
    source = open_source(path)
    assert source.table().to_pydict() == {"x": [1]}
    assert "「y」" in source.notes[0]
    slow = "'%" + "a%" * 40 + "b'"
    path = sqlite_file(
        tmp_path,
        f"CREATE TABLE a (x TEXT CHECK (length(x) < 9 OR x NOT LIKE {slow}))",
        "PRAGMA ignore_check_constraints = ON",
        "INSERT INTO a VALUES (replace(hex(zeroblob(60)), '0', 'a'))",
        "CREATE VIRTUAL TABLE b USING rtree(id, low, high)",
    )
    source = open_source(path, table="a")
    assert cells(source)[1] == ("a" * 120,)
    assert "「b」" in source.notes[0]


def test_broken_databases(tmp_path):
    path = sqlite_file(tmp_path, "CREATE TABLE a (x)", "INSERT INTO a VALUES ('1')")
    data = path.read_bytes()
    refused(saved(tmp_path, data[:5000], "a.db"), "损坏")
    refused(saved(tmp_path, data[:100] + b"\xff" * (len(data) - 100), "a.db"), "损坏")
    refused(sqlite_file(tmp_path, "CREATE TABLE a (x)", "DROP TABLE a"), "没有表")
    refused(saved(tmp_path, b"\x00" * 8 + b"DUCK" + b"\x00" * 9000, "b.db"), "损坏")


def duckdb_file(tmp_path, *statements):
    path = tmp_path / "店.duckdb"
    with duckdb.connect(str(path)) as base:
        for statement in statements:
            base.execute(statement)
    return path


def test_a_duckdb_table(tmp_path):
    path = duckdb_file(
        tmp_path,
        "CREATE SCHEMA s",
        "CREATE TYPE mood AS ENUM ('是', '否')",
        "CREATE TABLE s.orders (id VARCHAR, money DECIMAL(10,2), n HUGEINT, m mood, paid TIMESTAMPTZ, t TIME, l INT[])",
        "INSERT INTO s.orders VALUES ('001', 1.5, 7, '是', '2024-05-17 08:30:00+00', '08:30:00', [1])",
        'CREATE TABLE main."a.b" (x INT)',
    )
    source = open_source(path, table="orders")
    assert (source.kind, source.part) == ("duckdb", "s.orders")
    found = source.table().to_pylist()[0]
    assert (found["id"], found["money"], found["n"], found["m"]) == ("001", Decimal("1.50"), 7, "是")
    assert found["paid"] == datetime(2024, 5, 17, 8, 30, tzinfo=UTC)
    assert found["t"] == "08:30:00"
    assert "「l」" in source.notes[0]
    assert open_source(path, table="a.b").schema.names == ["x"]
    assert refused(path, "", ChoiceNeeded).choices == ("a.b", "s.orders")


def test_a_database_cannot_reach_other_files(tmp_path):
    secret = saved(tmp_path, "秘密\n1\n")
    path = duckdb_file(tmp_path, f"CREATE VIEW v AS SELECT * FROM read_csv('{secret}')")
    error = refused(path, "")
    assert "秘密" not in str(error)
    connection = databases._DuckDB("店.duckdb", path, ORDERS)._connect()
    for text in (
        "SELECT * FROM v",
        f"ATTACH '{secret}'",
        f"COPY (SELECT 1) TO '{tmp_path / 'x'}'",
        "LOAD httpfs",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(text)
    connection.close()


# ── 数据框 ──────────────────────────────────────────────────────────

FRAME = pd.DataFrame({"单": ["001", "002"], "钱": [1.5, None], "数": [1, 2]})


class Spark:
    """像 PySpark 的 DataFrame：只有 toArrow 一个办法。"""

    def toArrow(self):
        return pa.table({"单": ["001", "002"], "钱": [1.5, None], "数": [1, 2]})


Spark.__module__ = "pyspark.sql.classic.dataframe"


class OldSpark:
    def toPandas(self):
        return FRAME


OldSpark.__module__ = "pyspark.sql.dataframe"


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: FRAME, "pandas"),
        (lambda: FRAME.convert_dtypes(), "pandas"),
        (lambda: pl.from_pandas(FRAME), "polars"),
        (lambda: pl.from_pandas(FRAME).lazy(), "polars"),
        (lambda: pa.Table.from_pandas(FRAME), "pyarrow"),
        (lambda: pa.Table.from_pandas(FRAME).to_batches()[0], "pyarrow"),
        (lambda: pa.Table.from_pandas(FRAME).to_reader(), "pyarrow"),
        (lambda: duckdb.from_arrow(pa.Table.from_pandas(FRAME)), "DuckDB"),
        (Spark, "PySpark"),
        (OldSpark, "PySpark"),
    ],
    ids=["pandas", "nullable", "polars", "lazy", "table", "batch", "reader", "duckdb", "spark", "old spark"],
)
def test_frames_of_every_kind(make, name):
    source = open_source(make())
    assert source.kind == "frame"
    assert name in source.name
    assert source.table().to_pydict() == {"单": ["001", "002"], "钱": [1.5, None], "数": [1, 2]}
    assert cells(source) == [("单", "钱", "数"), ("001", "1.5", "1"), ("002", "", "2")]


def test_odd_pandas_frames():
    mixed = pd.DataFrame({"单": ["001", 2, None, Decimal("1.50"), True], "类": pd.Categorical(list("aabba"))})
    assert open_source(mixed).table(["单"]).to_pydict() == {"单": ["001", "2", None, "1.50", "是"]}
    assert [row[1] for row in cells(open_source(mixed))[1:]] == list("aabba")
    grouped = FRAME.groupby("单")[["数"]].sum()
    assert open_source(grouped).table().to_pydict() == {"单": ["001", "002"], "数": [1, 2]}
    assert open_source(pd.DataFrame({0: [1]})).schema.names == ["0"]
    moments = pd.DataFrame({"时": pd.to_datetime(["2024-05-17 08:30"]).tz_localize("Asia/Shanghai")})
    assert cells(open_source(moments))[1] == ("2024-05-17 08:30:00+0800",)


def test_frames_that_are_no_tables():
    refused(FRAME["单"], "不是一张表")
    refused(pl.Series([1]), "不是一张表")
    refused(pd.DataFrame([[1, 2]], columns=["a", "a"]), "两列同名")
    refused(pd.DataFrame({"a": [[1]]}), "读不了的列类型")
    refused(pd.DataFrame({"a": [object(), 1]}), "读不了的值")
    refused(FRAME, "超过 1 行", limits=replace(ORDERS, rows=1))


def test_nothing_is_imported_that_a_frame_does_not_bring():
    code = (
        "import sys; from lifecycle_lab import reading; "
        "heavy = {'pandas', 'polars', 'pyarrow', 'duckdb', 'numpy', 'openpyxl', 'pyspark'}; "
        "sys.exit(str(sorted(heavy & set(sys.modules)) or ''))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).stderr.strip() in (b"", b"''")


# ── 炸弹：在限了内存的子进程里 ──────────────────────────────────────

CHILD = """
import re, resource, sys
from pathlib import Path
from lifecycle_lab.reading import open_source
from lifecycle_lab.schema import DataError
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30,) * 2)
said = ""
try:
    source = open_source(sys.argv[1])
    source.table() if source.typed else sum(1 for _ in source.lines())
except DataError as error:
    said = str(error)
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(peak[1], resource.getrusage(resource.RUSAGE_SELF).ru_utime, said)
"""
MOST_RESIDENT = 2**20  # kB，就是 1 GiB；地址空间另外限着，载入各库就占去大半 GiB


def bombed(path):
    """拒收时说的话；内存最高点不到 1 GiB（VmHWM：ru_maxrss 会把启动它的进程也算进去）。"""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    peak, _, said = done.stdout.split(" ", 2)
    assert int(peak) < MOST_RESIDENT
    return said


def test_a_dictionary_bomb(tmp_path):
    """一个三万字的值，十五万格都指着它：摊开是 4.5 GB。"""
    big = pa.DictionaryArray.from_arrays(pa.array(np.zeros(150_000, "int32")), pa.array(["x" * 30_000]))
    assert "解开后超过" in bombed(saved(tmp_path, parquet({"a": big}), "a.parquet"))


def test_a_compressed_page_bomb(tmp_path):
    path = tmp_path / "a.parquet"
    schema = pa.schema([("a", pa.string())])
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=False) as writer:
        for _ in range(8):
            writer.write_table(pa.table({"a": ["y" * 32_000] * 3000}, schema))
    assert path.stat().st_size < 10 * 2**20
    assert "解开后超过" in bombed(path)


def test_a_row_count_bomb(tmp_path):
    path = tmp_path / "a.parquet"
    with pq.ParquetWriter(path, pa.schema([("a", pa.int8())])) as writer:
        table = pa.table({"a": pa.array(np.zeros(10_500_000, "int8"))})
        writer.write_table(table)
        writer.write_table(table)
    assert "超过 20000000 行" in bombed(path)


def test_a_sheet_bomb(tmp_path):
    """41 MB 的工作表压成一百多 kB：压缩比说明一切。"""
    assert "压缩比" in bombed(saved(tmp_path, with_rows(b'<row r="9"/>' * 3_000_000), "a.xlsx"))


def test_a_gzip_bomb(tmp_path):
    path = tmp_path / "a.csv"
    with gzip.open(path, "wb") as file:
        for _ in range(300):
            file.write(b"1,2\n" * 2**18)
    assert "压缩比" in bombed(path)


def test_the_day_that_never_was():
    """1900 年的系统里 60 号是不存在的 2 月 29 日；前后两天都要对。"""
    from lifecycle_lab.reading.cells import DAY_ONE, date_text

    assert [date_text(n, "date", DAY_ONE) for n in ("59", "61")] == ["1900-02-28", "1900-03-01"]
