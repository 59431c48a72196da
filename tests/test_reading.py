"""reading：编码、表格、数与日期的封闭文法；坏文件与压缩炸弹很快拒收；写出再读回还是它。"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import pickle
import struct
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import reading
from lifecycle_lab.schema import DataError

HEADER = ["编号", "金额", "备注"]
ROWS = [["001", "1,234.50", "好"], ["002", "", "坏，“引号”"]]


def text_of(rows, delimiter=","):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([HEADER, *rows])
    return out.getvalue()


def saved(tmp_path, data, name="表.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def refused(tmp_path, data, what, name="表.csv", seconds=3.0, **limits):
    began = time.monotonic()
    with pytest.raises(DataError) as caught:
        reading.read_grid(saved(tmp_path, data, name), replace(reading.STRICT, **limits))
    assert time.monotonic() - began < seconds
    assert what in str(caught.value)
    assert caught.value.remedy or caught.value.where
    return caught.value


# ── CSV ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_and_delimiters(tmp_path, encoding, delimiter):
    data = text_of(ROWS, delimiter).encode(encoding)
    grid = reading.read_grid(saved(tmp_path, data, "订单.任意"))
    assert grid.header == tuple(HEADER)
    assert grid.rows == ((2, tuple(ROWS[0])), (3, tuple(ROWS[1])))
    assert grid.sha256 == hashlib.sha256(data).hexdigest()
    assert grid.where(3, "金额") == "订单.任意 第 3 行「金额」列"


@pytest.mark.parametrize(
    ("data", "position"),
    [
        (b"a,b\n\xff,1\n", 5),
        (b"\xef\xbb\xbfa\n\xff\n", 6),
        (b"\x81", 1),
        ("编号\n".encode() + b"\xff\xff", 8),
    ],
)
def test_unknown_encodings_say_which_byte(tmp_path, data, position):
    error = refused(tmp_path, data, "编码认不出来")
    assert error.where == f"第 {position} 个字节"


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\ufeff"), max_size=60))
def test_decode_round_trips(text):
    for encoding in ("utf-8-sig", "utf-16"):
        assert reading.decode(text.encode(encoding), "x") == text
    if not text.encode().startswith((b"\xff\xfe", b"\xfe\xff")):
        assert reading.decode(text.encode(), "x") == text


GRID_CELL = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u200b"), max_size=12
)


@given(st.lists(st.lists(GRID_CELL, min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_written_csv_is_read_back(tmp_path_factory, rows):
    path = saved(tmp_path_factory.mktemp("csv"), text_of(rows).encode("utf-8-sig"))
    kept = [(i, tuple(row)) for i, row in enumerate(rows, start=2) if any(c.strip() for c in row)]
    if not kept:
        with pytest.raises(DataError, match="没有数据行"):
            reading.read_grid(path)
    else:
        assert reading.read_grid(path).rows == tuple(kept)


def test_short_rows_are_filled_blank_rows_skipped_long_rows_refused(tmp_path):
    grid = reading.read_grid(saved(tmp_path, "a,b,c\n1\n\n,,\n4,5,6,,\n"))
    assert grid.rows == ((2, ("1", "", "")), (5, ("4", "5", "6")))
    error = refused(tmp_path, "a,b\n1,2,3\n", "这一行有 3 格，表头只有 2 格")
    assert error.where == "第 2 行"


def test_headers_are_normalised_and_unique(tmp_path):
    assert reading.read_grid(saved(tmp_path, "\ufeff 编号 ,Ａ\n1,2\n")).header == ("编号", "A")
    refused(tmp_path, "a,Ａ, a\n1,2,3\n".replace("Ａ", "b"), "两列同名 「a」")
    refused(tmp_path, "Ａ,A\n1,2\n", "两列同名 「A」")


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a,b\n", b"\xef\xbb\xbf", b"a,b\n,\n"])
def test_no_data_rows(tmp_path, data):
    refused(tmp_path, data, "没有数据行")


@pytest.mark.parametrize("data", ['a,b\n"1,2\n', 'a,b\n"1"x,2\n', 'a,b\n"' + "x" * 200_000 + '"\n'])
def test_broken_quotes(tmp_path, data):
    error = refused(tmp_path, data, "不配对")
    assert error.where.startswith("第 2 行")
    assert not any("a" <= c <= "z" for c in error.why)  # 原因也说中文


def test_limits(tmp_path):
    refused(tmp_path, "a\n" + "1\n" * 200_001, "超过 200000 行")
    refused(tmp_path, ",".join(f"c{i}" for i in range(201)) + "\n1\n", "超过 200 列")
    refused(tmp_path, "a,b\n1," + "x" * 32_769 + "\n", "超过 32768 个字符")
    refused(tmp_path, b"a\x00b\n1\n", "不是文字表格")
    refused(tmp_path, "a,b\n" + "," * 7_000_000 + "\n", "有一行太长", seconds=1)
    ten = replace(reading.STRICT, cells=10)
    assert len(reading.read_grid(saved(tmp_path, "a,b\n" + "1,2\n" * 4), ten).rows) == 4
    refused(tmp_path, "a,b\n" + "1,2\n" * 5, "超过 10 格", cells=10)
    with pytest.raises(DataError, match="超过"):
        reading.read_bytes(saved(tmp_path, b"x" * 11), 10)
    assert reading.read_bytes(saved(tmp_path, b"x" * 10), 10) == b"x" * 10


@pytest.mark.parametrize(("limit", "shown"), [(64 * 2**20, "64 MiB"), (64 * 1024, "64 KiB")])
def test_the_limit_is_told_in_its_unit(tmp_path, limit, shown):
    path = tmp_path / "大.bin"
    with path.open("wb") as file:
        file.truncate(limit + 1)
    with pytest.raises(DataError, match=f"超过 {shown}"):
        reading.read_bytes(path, limit)


def test_paths_that_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "没有", tmp_path / ("长" * 200), tmp_path / "a\x00b"):
        with pytest.raises(DataError):
            reading.read_bytes(path)


ROOM = Path(reading.__file__).parents[1]
READERS = [
    *(ROOM / "reading").glob("*.py"),
    *(ROOM / "survey").glob("*.py"),
    *(ROOM / "orders").glob("*.py"),
    *(ROOM / "content").glob("*.py"),
]


@pytest.mark.parametrize("path", sorted(READERS), ids=lambda path: path.name)
def test_every_error_of_the_readers_says_what_to_do(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    errors = [c for c in calls if getattr(c.func, "id", "") in ("DataError", "ContentError")]
    assert not [c.lineno for c in errors if "remedy" not in {keyword.arg for keyword in c.keywords}]


NASTY = "x\x1b[31mEVIL\x1b[2J\x07\u202e"


def test_no_error_lets_control_characters_reach_the_screen(tmp_path):
    """文件名、列名、任何一处引用都在写出来的时候变成看得见的；换行留着。"""
    error = DataError(NASTY, where=f"一\n{NASTY}", why=NASTY, remedy=NASTY)
    for text in (str(error), *error._render_traceback_(), str(pickle.loads(pickle.dumps(error)))):
        assert all(c.isprintable() or c == "\n" for c in text)
        assert text.count(r"x\x1b[31mEVIL\x1b[2J\x07\x202e") == 4
        assert text.count("\n") == 4
    for content, name in (("a,b\n1,2,3\n", "行\x1b[2J.csv"), ("a\x1b,a\x1b\n1,2\n", "列.csv")):
        assert refused(tmp_path, content, "", name)
        assert "\x1b" not in str(refused(tmp_path, content, "", name))


# ── XLSX ────────────────────────────────────────────────────────────


def workbook(rows, hidden=False):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if hidden:
        book.create_sheet("藏").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_as_texts(tmp_path):
    rows = [
        ["编号", "数", "日", "时", "真", "空"],
        ["001", 1.5, date(2024, 5, 17), datetime(2024, 5, 17, 8, 30), True, None],
        ["2", 3, None, None, False, 1e-7],
    ]
    grid = reading.read_grid(saved(tmp_path, workbook(rows, hidden=True), "a.xlsx"))
    assert grid.rows[0] == (2, ("001", "1.5", "2024-05-17", "2024-05-17 08:30:00", "是", ""))
    assert grid.rows[1] == (3, ("2", "3", "", "", "否", "0.0000001"))


def test_two_visible_sheets_and_error_values(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("二")
    out = io.BytesIO()
    book.save(out)
    refused(tmp_path, out.getvalue(), "2 张看得见的工作表", "a.xlsx")
    refused(tmp_path, workbook([["a"], ["#REF!"]]), "错误值", "a.xlsx")


def test_a_wide_workbook_is_refused_not_cut(tmp_path):
    refused(tmp_path, workbook([[f"c{i}" for i in range(201)], [1] * 201]), "超过 200 列", "a.xlsx")
    grid = reading.read_grid(saved(tmp_path, workbook([[f"c{i}" for i in range(200)], [1] * 200]), "b.xlsx"))
    assert len(grid.header) == 200


def test_too_many_cells_of_a_workbook_stop_the_parser(tmp_path):
    rows = [["a", "b"], *[[1, 2]] * 4]
    ten = replace(reading.STRICT, workbook_cells=10)
    assert len(reading.read_grid(saved(tmp_path, workbook(rows), "a.xlsx"), ten).rows) == 4
    refused(tmp_path, workbook([*rows, [1]]), "超过 10 格", "a.xlsx", workbook_cells=10)


def with_formula(result):
    """A3 是公式；result 是它存下的结果那一段 XML。"""
    cell = b'<row r="3"><c r="A3"%s</c></row></sheetData>' % result
    return remade(lambda n, d: d.replace(b"</sheetData>", cell) if "sheet1" in n else d)


def test_a_formula_without_a_stored_result_is_refused_by_its_cell(tmp_path):
    """openpyxl 写的公式没有结果；按空格读，这份答卷就悄悄消失了。"""
    refused(tmp_path, workbook([["a", "b"], [1, 2], ["x", "=1+2"]]), "没有存下结果", "a.xlsx")
    error = refused(tmp_path, workbook([["a", "b"], [1, 2], ["x", "=1+2"]]), "没有存下结果", "a.xlsx")
    assert error.where == "第 3 行 B 列"
    for empty in (b"><f>1+2</f>", b"><f>1+2</f><v></v>", b"><f>1+2</f><v/>"):
        assert refused(tmp_path, with_formula(empty), "没有存下", "a.xlsx").where == "第 3 行 A 列"


def test_formulas_with_stored_results_are_read(tmp_path):
    for stored, text in ((b"><f>1+2</f><v>3</v>", "3"), (b' t="str"><f>T(1)</f><v>\xe7\x94\xb2</v>', "甲")):
        assert reading.read_grid(saved(tmp_path, with_formula(stored), "a.xlsx")).rows[-1] == (3, (text,))
    empty_text = with_formula(b' t="str"><f>T(1)</f><v></v>')  # 结果是空的文字，存下了
    assert len(reading.read_grid(saved(tmp_path, empty_text, "a.xlsx")).rows) == 1


def test_text_that_only_looks_like_a_formula_is_text(tmp_path):
    data = remade(lambda n, d: d.replace(b"<v>", b"<v>").replace(b">1<", b">=1+2<") if "sheet1" in n else d)
    assert reading.read_grid(saved(tmp_path, data, "a.xlsx")).rows == ((2, ("=1+2",)),)


def test_hidden_rows_are_refused_unless_empty(tmp_path):
    book = openpyxl.Workbook()
    for row in (["a"], [1], [2], [3]):
        book.active.append(row)
    for number in (3, 4, 9):
        book.active.row_dimensions[number].hidden = True
    out = io.BytesIO()
    book.save(out)
    error = refused(tmp_path, out.getvalue(), "有 2 行是隐藏的", "a.xlsx")
    assert error.where == "第 3 行等"
    assert "取消隐藏" in error.remedy
    for number in (3, 4):
        book.active.row_dimensions[number].hidden = False
    out = io.BytesIO()
    book.save(out)
    assert len(reading.read_grid(saved(tmp_path, out.getvalue(), "b.xlsx")).rows) == 3


def archive(entries, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data, **options)
    return out.getvalue()


TYPES = ("[Content_Types].xml", "<Types/>")


def test_archive_bombs_are_refused_before_opening(tmp_path):
    zeros = b"\x00" * (20 * 2**20)
    refused(tmp_path, archive([TYPES, ("a", zeros)]), "压缩比高得不正常", "a.xlsx")
    refused(tmp_path, archive([TYPES, *((str(i), zeros[: 2**24]) for i in range(5))]), "解开后太大", "a.xlsx")
    refused(tmp_path, archive([TYPES, *((str(i), b"") for i in range(1001))]), "条目太多", "a.xlsx")
    refused(tmp_path, archive([("a.txt", b"x")]), "不是工作簿", "a.xlsx")


def test_lying_archives(tmp_path):
    good = workbook([["a"], ["1"]])
    encrypted = bytearray(good)
    place = encrypted.index(b"PK\x01\x02")
    encrypted[place + 8] |= 1
    refused(tmp_path, bytes(encrypted), "有加密的条目", "a.xlsx")
    refused(tmp_path, good[: len(good) // 2], "损坏", "a.xlsx")
    refused(tmp_path, b"PK\x03\x04" + b"\x00" * 100, "损坏", "a.xlsx")
    doubled = bytearray(good)
    first = doubled.index(b"PK\x01\x02")
    second = doubled.index(b"PK\x01\x02", first + 4)
    doubled[second + 42 : second + 46] = doubled[first + 42 : first + 46]
    refused(tmp_path, bytes(doubled), "条目互相重叠", "a.xlsx")
    small = bytearray(good)  # 声明的大小是假的
    for i in range(len(small) - 4):
        if small[i : i + 4] == b"PK\x01\x02":
            small[i + 24 : i + 28] = struct.pack("<I", 5)
    refused(tmp_path, bytes(small), "「a.xlsx」", "a.xlsx")


def remade(change):
    """拆开一份好的工作簿，换掉几个部件，再装上。"""
    source = zipfile.ZipFile(io.BytesIO(workbook([["a"], ["1"]])))
    return archive([(n, new) for n in source.namelist() if (new := change(n, source.read(n))) is not None])


BROKEN = {
    "缺工作表": lambda n, d: None if "sheet1" in n else d,
    "缺工作簿": lambda n, d: None if n == "xl/workbook.xml" else d,
    "空类型表": lambda n, d: b"" if n == "[Content_Types].xml" else d,
    "坏 XML": lambda n, d: d[: len(d) // 2] if "sheet1" in n else d,
    "实体炸弹": lambda n, d: (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
        if "sheet1" in n
        else d
    ),
    "坏样式": lambda n, d: b"<x" if "styles" in n else d,
    "乱编号": lambda n, d: (
        d.replace(b't="inlineStr"><is><t>1</t></is>', b't="s"><v>99999</v>') if "sheet1" in n else d
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_broken_workbooks_are_refused_in_chinese(tmp_path, how):
    refused(tmp_path, remade(BROKEN[how]), "「a.xlsx」", "a.xlsx")


def test_rows_beyond_the_declared_range_are_read(tmp_path):
    """有的导出工具把范围写成 A1:A2，后面还有行：一行也不许悄悄丢掉。"""

    def more(name, data):
        extra = b'<row r="3"><c r="A3" t="inlineStr"><is><t>3</t></is></c><c r="B3"><v>4</v></c></row></sheetData>'
        return data.replace(b"</sheetData>", extra) if "sheet1" in name else data

    with pytest.raises(DataError, match="这一行有 2 格，表头只有 1 格"):
        reading.read_grid(saved(tmp_path, remade(more), "a.xlsx"))


def test_a_far_away_cell_does_not_take_forever(tmp_path):
    def far(name, data):
        if "sheet1" not in name:
            return data
        return data.replace(
            b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
        )

    refused(tmp_path, remade(far), "超过 200000 行", "a.xlsx", seconds=8)


# ── Parquet ─────────────────────────────────────────────────────────


def parquet(frame):
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def test_parquet_is_read_as_texts(tmp_path):
    frame = pd.DataFrame(
        {
            "编号": ["001", None],
            "数": [1.5, 2.0],
            "整": [1, 2],
            "分": [Decimal("1.50"), Decimal("2.00")],
            "日": [date(2024, 5, 17), None],
            "真": [True, False],
            "时": pd.to_datetime(["2024-05-17 08:30:00", None]),
        }
    )
    grid = reading.read_grid(saved(tmp_path, parquet(frame), "a"))
    assert grid.header == tuple(frame.columns)
    assert grid.rows[0] == (2, ("001", "1.5", "1", "1.50", "2024-05-17", "是", "2024-05-17 08:30:00"))
    assert grid.rows[1] == (3, ("", "2.0", "2", "2.00", "", "否", ""))


def test_parquet_refusals(tmp_path):
    refused(tmp_path, b"PAR1" + b"\x00" * 50, "损坏", "a.parquet")
    refused(tmp_path, parquet(pd.DataFrame({"a": [1]}))[:-10] + b"x" * 10, "损坏", "a.parquet")
    refused(tmp_path, parquet(pd.DataFrame({"a": [[1, 2]]})), "读不了的列类型", "a.parquet")
    refused(tmp_path, parquet(pd.DataFrame({"a": ["x" * 32_769]})), "超过 32768 个字符", "a.parquet")
    refused(tmp_path, parquet(pd.DataFrame({"a": ["x"] * 200_001})), "超过 200000 行", "a.parquet")


def parquet_table(columns, **options):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)
    return out.getvalue()


def test_parquet_types_are_looked_at_before_anything_is_unpacked(tmp_path):
    """几 kB 的文件，解开是几 GB：按字典存的同一大块，和一格里的一长串。"""
    blob = pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), pa.array([b"\0" * 10**6]))
    data = parquet_table({"a": ["1"] * 3000, "大": blob}, store_schema=False, compression="zstd")
    assert len(data) < 50_000
    before = pa.total_allocated_bytes()
    error = refused(tmp_path, data, "读不了的列类型 「binary」", "a.parquet", seconds=1)
    assert error.where == "「大」列"
    assert pa.total_allocated_bytes() - before < 2**20
    for values in ([[1]], [{"x": 1}], [[("k", "v")]]):
        refused(tmp_path, parquet_table({"a": values}), "读不了的列类型", "a.parquet", seconds=1)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("DELTA_LENGTH_BYTE_ARRAY", "解开后超过 64 MiB"),
        ("PLAIN", "解开后超过 64 MiB"),
        ("DELTA_BYTE_ARRAY", "读不懂"),  # 按字典读不了的编码：一格只记与上一格的差别，摊开可以无限大
    ],
)
def test_parquet_text_that_packs_well_is_not_spread_out(tmp_path, encoding, said):
    """二千五百格，每格三万字，只差结尾几个字。"""
    words = [f"{'x' * 30_000}{i}" for i in range(2500)]
    data = parquet_table(
        {"a": words}, use_dictionary=False, column_encoding={"a": encoding}, compression="zstd"
    )
    assert len(data) < 2**20
    refused(tmp_path, data, said, "a.parquet", seconds=3)


def test_parquet_text_is_measured_while_it_is_read(tmp_path):
    """声明的大小只算字典里的一份；每格都指着它，摊开才超过。"""
    word = pa.array(["x" * 30_000]).dictionary_encode().take(pa.array([0] * 2500))
    data = parquet_table({"a": word, "b": range(2500)})
    refused(tmp_path, data, "解开后超过 64 MiB", "a.parquet", seconds=1)
    fits = parquet_table({"a": word[:2000], "b": range(2000)})
    assert len(reading.read_grid(saved(tmp_path, fits, "b.parquet")).rows) == 2000


def test_parquet_batches_lose_nothing(tmp_path, monkeypatch):
    """三批多一点，文字列、字典列、空格与数混着：一行不少，次序不变。"""
    monkeypatch.setattr(reading.parquet, "BATCH_BYTES", 1)
    rows = 3 * 1024 + 5
    words = [None if i % 7 == 0 else f"客{i}" for i in range(rows)]
    data = parquet_table(
        {"a": words, "b": pa.array(words).dictionary_encode(), "c": range(rows)}, row_group_size=1000
    )
    found = reading.read_grid(saved(tmp_path, data, "a")).rows
    assert found == tuple((i + 2, (w or "", w or "", str(i))) for i, w in enumerate(words))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes")
    for start in (b"", b"PK\x03\x04", b"PAR1"):
        try:
            reading.read_grid(saved(folder, start + data))
        except DataError as error:
            found = str(error)
            assert found


# ── 数与日期 ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("１２", 12),
        ("1,234", 1234),
        ("1，234", None),
        ("3.0", 3),
        ("+3", 3),
        ("  3　", 3),
        ("\ufeff3\u200b", 3),
        ("007", 7),
    ],
)
def test_wholes(text, number):
    # 全角逗号归一成半角，所以“1，234”也读得通
    assert reading.parse_whole(text) == (1234 if number is None else number)


@pytest.mark.parametrize(
    "text", ["", "-1", "3.5", "1,23", "12,34", "三", "1e3", "0x1", "3次", "1 2", "9" * 19, "9" * 5000]
)
def test_not_wholes(text):
    assert reading.parse_whole(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"),
        ("-1.50", "-1.50"),
        ("−1.50", "-1.50"),
        ("¥1,234.50", "1234.50"),
        ("￥1234.5元", "1234.5"),
        ("１２．５", "12.5"),
        ("1.2万", "12000"),
        ("1.23456万元", "12345.6"),
        ("CNY 88", "88"),
        ("-¥3", "-3"),
        ("£5", "5"),
    ],
)
def test_decimals(text, number):
    assert reading.parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.",
        ".5",
        "1,23.4",
        "1e5",
        "nan",
        "Infinity",
        "1-2",
        "约3",
        "3元起",
        "--1",
        "1.2.3",
        "一万",
        "(3)",
        "¥-3",
    ],
)
def test_not_decimals(text):
    assert reading.parse_decimal(text) is None


@given(st.decimals(-(10**13) + 1, 10**13 - 1, allow_nan=False, allow_infinity=False, places=20))
def test_a_decimal_is_read_exactly(number):
    assert reading.parse_decimal(format(number, "f")) == number or format(number, "f").startswith("-0")
    assert reading.parse_decimal(format(number, "f")).as_integer_ratio() == number.as_integer_ratio()


@given(st.decimals(-(10**35), 10**35, allow_nan=False, allow_infinity=False, places=4), st.integers(0, 3))
def test_minor_units_are_exact_or_nothing(number, decimals):
    exact = Fraction(number) * 10**decimals
    assert reading.minor_units(number, decimals) == (int(exact) if exact.denominator == 1 else None)


def test_ten_thousands_keep_their_cents():
    assert reading.minor_units(reading.parse_decimal("1.234567万"), 2) == 1234567
    assert reading.minor_units(reading.parse_decimal("1.2345678万"), 2) is None


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


@given(DAYS)
def test_dates_year_first(day):
    y, m, d = f"{day.year:04d}", day.month, day.day
    for text in (
        f"{y}-{m:02d}-{d:02d}",
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y}-{m}-{d} 00:00:00",
        f"{y}-{m}-{d}T00:00",
    ):
        assert reading.parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-30",
        "0000-01-01",
        "24-5-17",
        "17/5/2024",
        "5/17/2024",
        "2024-5/17",
        "2024年5-17",
        "20240517",
        "2024-05-17 08:30",
        "昨天",
        "2024-13-01",
    ],
)
def test_not_dates(text):
    assert reading.parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("1989-12-31", False),
        ("1990-01-01", True),
        ("2199年12月31日", True),
        ("2200-01-01", False),
        ("9999-12-31", False),
        ("昨天", False),
    ],
)
def test_days_of_trade_lie_within_two_centuries(text, good):
    assert (reading.parse_day(text) is not None) == good


@pytest.mark.parametrize("parse", [reading.parse_whole, reading.parse_decimal])
@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("9" * 13, True),
        ("9,999,999,999,999", True),
        ("1" + "0" * 13, False),
        ("10,000,000,000,000", False),
        ("1." + "0" * 30, True),
        ("1." + "0" * 31, False),
        ("0" * 5000, False),
        ("9" * 30_000, False),
        ("1" + "\u0301" * 5000, False),
    ],
)
def test_no_number_is_longer_than_a_shop_can_need(parse, text, good):
    assert (parse(text) is not None) == good


def test_ten_thousands_count_towards_the_limit():
    assert reading.parse_decimal("999999999万") == 9_999_999_990_000
    assert reading.parse_decimal("1000000000万") is None


def test_halfwidth_of_thousands_of_combining_marks_is_quick():
    """归一化给叠在一起的附标排序，用的时间与个数的平方成正比。"""
    marks = "".join(chr(0x301 + i % 22) for i in range(4000))
    began = time.monotonic()
    for _ in range(20):
        assert reading.halfwidth(f" {marks} ") == marks
    assert time.monotonic() - began < 0.5
    assert reading.halfwidth("Ａ" * 300) == "A" * 300


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "空的"),
        ("C\x1b[31m1", "看不见"),
        ("C1\x07", "看不见"),
        ("C1\nX", "看不见"),
        ("\u202eC1", "看不见"),
        ("C\u200b1", "看不见"),
        ("\u3164", "看不见"),
        ("x" * 65, "长过 64"),
        ("1.23E+17", "改成了数"),
        ("17850.0", "改成了数"),
    ],
)
def test_identifiers_that_cannot_be_trusted(name, said):
    assert said in reading.identifier_problem(name)


@pytest.mark.parametrize("name", ["1", "王小明", "e\u0301", "12E+5x", "x" * 64, "a b", "=1+1"])
def test_identifiers_that_can(name):
    assert reading.identifier_problem(name) == ""


@given(st.text(max_size=30))
def test_grammars_never_raise(text):
    for parse in (reading.parse_whole, reading.parse_decimal, reading.parse_date, reading.halfwidth):
        parse(text)


def test_halfwidth():
    assert reading.halfwidth("　Ａ１２，\u200b（元）\ufeff ") == "A12,(元)"
