"""想当公式、想当标记的名字，写进网页、Excel、CSV、图都只是文字，读回来一字不差。"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from other_programs import CSV, by_libreoffice
from shops import opened
from test_export_payloads import CHINESE, NAMES, PAYLOADS

from lifecycle_lab.export import html_text, unguarded, visible
from lifecycle_lab.plots import png
from lifecycle_lab.plots import shop as drawings
from lifecycle_lab.report.shop import write
from lifecycle_lab.report.shop.facts import Line
from lifecycle_lab.report.typed import Column
from lifecycle_lab.report.workbook import Sheet, workbook
from lifecycle_lab.schema import Order

_ALL = (
    *NAMES,
    *CHINESE,
    "_x0041_",
    "'=1+1",
    "''x",
    " 前后空 ",
    "行一\n行二",
    "\x1b[31m红",
    "a\u202eb",
    "#N/A",
    "$\\frac{$",
    "_x",
)
HARD = tuple(dict.fromkeys(_ALL))
"""18 种之外再加几种：表格软件的转义、错误值、控制符、换行、图里的公式。"""
TRIGGERS = tuple("=+-@\t\r\n＝＋－＠")


def orders() -> list[Order]:
    """每个名字一位客户；再有十位平常的。"""
    names = (*HARD, *(f"b-{i}" for i in range(10)))
    return [Order(str(i), name, date(2024, 1, 1 + i % 28), 1000 + 37 * i) for i, name in enumerate(names)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """客户、店名、规则的名字、说明都是这些字。"""
    out = tmp_path_factory.mktemp("payloads") / "报告"
    aside = [Line(name, 1, 0) for name in HARD]
    with opened(orders(), name=PAYLOADS[0] + PAYLOADS[-1], aside=aside) as (facts, house):
        write(facts, house, out)
    return out


def test_there_are_eighteen_payloads():
    assert len(set(PAYLOADS)) == 18


def test_every_csv_recovers_every_name_and_guards_every_cell(folder):
    found = []
    for path in (folder / "calls").glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True))
        text = [cell for row in rows for i, cell in enumerate(row) if i not in (3, 4, 5)]
        assert not [cell for cell in text if cell.startswith(TRIGGERS)]
        found += [unguarded(row[0]) for row in rows[1:]]
    assert sorted(found) == sorted(visible(order.customer_id) for order in orders())


def read_workbook(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_the_workbook_has_no_formula_and_recovers_every_name(folder):
    book = read_workbook((folder / "report.xlsx").read_bytes())
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type in ("f", "e")]
    found = [
        row[0].value.replace("_x005F_", "_")
        for page in book.worksheets[-8:]
        for row in page.iter_rows(min_row=2)
        if row[0].value
    ]
    assert sorted(found) == sorted(visible(order.customer_id) for order in orders())
    values = {cell.value.replace("_x005F_", "_") for cell in cells if isinstance(cell.value, str)}
    assert {visible(name) for name in HARD} <= values


def test_the_parts_of_the_workbook_link_to_nothing_outside(folder):
    with zipfile.ZipFile(folder / "report.xlsx") as package:
        for name in package.namelist():
            root = ElementTree.fromstring(package.read(name))  # 我们自己写的，每一部分都是合格的 XML
            for node in root.iter():
                tag = node.tag.rpartition("}")[2]
                assert tag not in ("f", "hyperlink", "externalReference", "script")
                assert node.attrib.get("TargetMode") != "External"


def test_libreoffice_reads_the_same_names(folder, tmp_path):
    by_libreoffice(
        folder / "report.xlsx", f"{CSV},,0,false,true,false,false,false,-1", tmp_path
    )  # 每张表一份
    whole = "".join(path.read_text("utf-8") for path in tmp_path.glob("*.csv"))
    cells = {cell for row in csv.reader(io.StringIO(whole)) for cell in row}
    assert {visible(name) for name in PAYLOADS} <= cells


class Page(HTMLParser):
    """收下标签、属性与文字。"""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_holds_text_only(folder):
    raw = (folder / "report.html").read_text("utf-8")
    page = Page(raw)
    assert not page.tags & {"script", "iframe", "object", "embed", "link", "svg", "a", "form"}
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in ("href", "srcset", "action")
        if name == "src":
            assert (tag, value[:22]) == ("img", "data:image/png;base64,")
    for name in HARD:
        assert html_text(name) in raw  # 放在一边的规则名，一个不少


def test_every_chart_is_drawn_with_any_name():
    lines = [(float(i), name, i == 0) for i, name in enumerate(HARD)]
    panel = drawings.Distribution(PAYLOADS[0], [0, 10, 50], [3, 4], True, lines)
    assert png(drawings.plot_distributions([panel])[0].figure).startswith(b"\x89PNG")
    rows = [(name, 30.0, 60.0) for name in HARD]
    assert png(drawings.plot_shares(rows, (HARD[0], HARD[-1])).figure)
    cells = [[5, None]] * len(HARD)
    assert png(drawings.plot_migration(HARD, HARD[:2], cells, (HARD[0], HARD[-1])).figure)


# —— 工作簿自己 ——————————————————————————————————————————————————————————————


def test_numbers_shares_money_and_days_keep_their_kinds():
    columns = (
        Column("字"),
        Column("个", "whole"),
        Column("钱", "money"),
        Column("份", "share"),
        Column("数", "number"),
        Column("日", "day"),
    )
    rows = [
        ("甲", 7, -12345, Fraction(1, 8), Fraction(1, 3), date(2024, 2, 29)),
        (None, 0, 5, None, 2, "没有"),
    ]
    page = read_workbook(workbook([Sheet("表", columns, rows, "注一\n注二")], "名")).active
    first = [cell.value for cell in page[2]]
    assert first[:4] == ["甲", 7, -123.45, 0.125]
    assert first[4] == pytest.approx(1 / 3, abs=1e-6)
    assert first[5].date() == date(2024, 2, 29)
    assert [cell.number_format for cell in page[2]][1:5] == ["#,##0", "#,##0.00", "0.0%", "#,##0.00"]
    assert [cell.value for cell in page[3]] == [None, 0, 0.05, None, 2, "没有"]
    assert page.auto_filter.ref == "A1:F3"
    assert [row[0].value for row in page.iter_rows(min_row=5)] == ["注一", "注二"]


def test_sheet_names_are_what_excel_allows():
    titles = ["a/b", "A_B", "x" * 40, "x" * 40, "[]:*?", "", "'引'"]
    names = read_workbook(workbook([Sheet(t, (Column("列"),), []) for t in titles], "名")).sheetnames
    assert len({name.casefold() for name in names}) == len(titles)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\']", name) for name in names)


def test_many_columns_get_their_letters():
    columns = tuple(Column(str(i)) for i in range(60))
    page = read_workbook(workbook([Sheet("宽", columns, [tuple(map(str, range(60)))])], "名")).active
    assert page["BH2"].value == "59"
    assert page.auto_filter.ref == "A1:BH2"


def test_a_wrapped_cell_makes_its_row_tall_enough():
    """理由折成几行，行高就写成几行：四十四个半角以内不折，两倍宽的至少两行。"""
    short, long = "短", "甲" * 100  # 一百个汉字 = 两百个半角，列宽至多六十
    data = workbook([Sheet("页", (Column("字"),), [(short,), (long,)])], "书")
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    width = page.column_dimensions["A"].width
    assert page.row_dimensions[2].height is None
    assert page.row_dimensions[3].height * width >= 200 * 10  # 一行至少十磅，放得下全部的字
    assert page["A3"].alignment.wrap_text
