"""干净的订单文件写出去：想当公式、想当标记的名字在别的软件里只是文字，读回来一字不差。"""

from __future__ import annotations

import csv
import io

import openpyxl
import pyarrow.parquet as pq
import pytest
from corpus.check import TRIGGERS
from corpus.injection import FORMULAS, MARKUP
from corpus.make import HEADER, quoted, table
from other_programs import by_libreoffice

from lifecycle_lab import orders

PAYLOADS = (*FORMULAS[:12], *MARKUP[:6])
"""18 种：12 种公式，6 种标记与语句。"""
NAMES = (*FORMULAS, *MARKUP)
CHINESE = ("王小明", "𠮷野", "a,b", 'say "hi"', "0012", "-5", "1-2", "1/2", "1E5", "TRUE")
"""平常的名字里，表格软件爱改成数、日期的那些，也要原样。"""


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> orders.Reading:
    """订单号与客户都是这些名字，一名一单。"""
    path = tmp_path_factory.mktemp("payloads") / "订单.csv"
    names = (*NAMES, *CHINESE)
    path.write_bytes(
        table(
            HEADER,
            *(f"{quoted(name)},{quoted(name)},{i}.50,2024-05-01,1" for i, name in enumerate(names, start=1)),
        )
    )
    reading = orders.read_orders(path)
    assert reading.table.column("customer_id").to_pylist() == list(names)
    return reading


def test_there_are_eighteen():
    assert len(set(PAYLOADS)) == 18


@pytest.fixture(scope="module")
def clean_csv(found, tmp_path_factory):
    path = tmp_path_factory.mktemp("clean") / "clean.csv"
    orders.write_clean(found, path)
    return path


def test_no_cell_of_the_csv_starts_a_formula(found, clean_csv):
    rows = list(csv.reader(io.StringIO(clean_csv.read_text("utf-8-sig"), newline=""), strict=True))
    assert len(rows) == 1 + len(found.table)
    assert not [cell for row in rows for cell in row if cell.startswith(TRIGGERS)]


def test_the_csv_is_read_back_to_the_letter(found, clean_csv):
    again = orders.read_orders(clean_csv)
    assert again.status == "accepted"
    assert again.table.equals(found.table)


def test_numbers_stay_numbers(clean_csv):
    rows = list(csv.DictReader(io.StringIO(clean_csv.read_text("utf-8-sig"), newline="")))
    assert [row["amount"] for row in rows[:3]] == ["1.50", "2.50", "3.50"]
    assert {row["quantity"] for row in rows} == {"1"}


def test_the_parquet_holds_the_names_as_they_are(found, tmp_path):
    path = tmp_path / "clean.parquet"
    orders.write_clean(found, path)
    written = pq.read_table(path)
    assert written.column("customer_id").to_pylist() == [*NAMES, *CHINESE]
    assert {str(written.schema.field(name).type) for name in ("order_id", "customer_id")} == {"string"}
    again = orders.read_orders(path)
    assert again.status == "accepted"
    assert again.table.equals(found.table)


def test_a_second_reader_finds_no_formula(found, clean_csv, tmp_path):
    """LibreOffice 把这份 CSV 存成工作簿：没有一格是公式，名字（去掉我们加的一撇）都在。"""
    # 逗号、双引号、UTF-8；前两列按文字
    by_libreoffice(clean_csv, "xlsx", tmp_path, reading="CSV:44,34,76,1,1/2/2/2")
    sheet = openpyxl.load_workbook(tmp_path / "clean.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    seen = [row[1].value for row in sheet.iter_rows(min_row=2)]
    assert [_without_our_mark(str(name)) for name in seen] == found.table.column("customer_id").to_pylist()


def _without_our_mark(name: str) -> str:
    return name[1:] if name[:1] == "'" and name[1:].startswith(TRIGGERS) else name
