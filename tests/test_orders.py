"""订单：规范列的表，规则一条一条，账对得上；期望的数都是手算的。"""

from __future__ import annotations

import hashlib
import importlib
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lifecycle_lab import orders
from lifecycle_lab.orders import merging, read_orders, recognised
from lifecycle_lab.schema import DataError, LabError, Order, ParameterError

HEADER = "order_id,customer_id,order_date,amount"
GOOD = "A1,007,2024-05-17,12.30"


def write(folder, *lines: str, name: str = "orders.csv", encoding: str = "utf-8"):
    path = folder / name
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def read(folder, *lines: str, header: str = HEADER, **options):
    return read_orders(write(folder, header, *lines), **options)


def rows(found) -> list[tuple]:
    """干净的订单：（订单号，客户，分，日，数量）。"""
    return [
        (r["order_id"], r["customer_id"], r["amount"], r["paid_at"].date().isoformat(), r["quantity"])
        for r in found.table.to_pylist()
    ]


def aside(found) -> dict[str, tuple[int, int | None]]:
    return {one.rule: (one.rows, one.money) for one in found.set_aside}


def bad(found) -> list[tuple[int, str]]:
    return [(one.row, one.column) for one in found.quarantined]


# ---- 读得对 ----


def test_canonical_columns_are_read_exactly(tmp_path):
    found = read(
        tmp_path,
        '0001,007,2024-05-17,"1,299.5",',
        "0002,007,2024/5/8,¥0.01,否",
        "C0002,007,2024年5月9日,-0.01,是",
        "3,王小明,2024.12.31,12,FALSE",
        "4,王小明,2024-12-31,0,1",
        header=HEADER + ",cancelled",
    )
    assert rows(found) == [
        ("0001", "007", 129950, "2024-05-17", None),
        ("0002", "007", 1, "2024-05-08", None),
        ("3", "王小明", 1200, "2024-12-31", None),
    ]
    assert found.refunds.to_pylist()[0]["amount"] == -1
    assert aside(found) == {"refund": (1, -1), "zero": (1, 0)}
    assert (found.status, found.rows_in, found.used) == ("accepted", 5, 3)


def test_the_lesson_gets_the_same_orders_with_refunds_as_cancellations(tmp_path):
    found = read(tmp_path, "A1,7,2024-05-17,5", "C1,7,2024-05-20,-2").orders()
    assert found.orders == (
        Order("A1", "7", date(2024, 5, 17), 500),
        Order("C1", "7", date(2024, 5, 20), -200, True),
    )
    assert found.setaside == (("单独的退款（冲减金额，不算购买）", 1),)
    assert found.unit == "元"


def test_name_encoding_and_fingerprint(tmp_path):
    path = write(
        tmp_path, "order_id;customer_id;order_date;amount", "", "1;䶮;2024-01-02;3.40", encoding="gb18030"
    )
    found = read_orders(path)
    assert rows(found) == [("1", "䶮", 340, "2024-01-02", None)]
    assert (found.name, found.encoding) == ("orders.csv", "gb18030")
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_personal_columns_are_not_in_the_result(tmp_path):
    found = read(
        tmp_path,
        "13800000000,1.00,2024-01-01, 07 ,9,张三",
        header="phone,amount,order_date,customer_id,order_id,name",
    )
    assert rows(found) == [("9", "07", 100, "2024-01-01", None)]
    assert "13800000000" not in repr(found) + str(found) + str(found.document())


def test_a_cell_cannot_be_trusted_and_only_that_row_goes(tmp_path):
    found = read(
        tmp_path,
        GOOD,
        "A2,8,2024-02-30,1",
        "A3,8,2024-05-01,12.345",
        ",8,2024-05-01,1",
        "A5,,2024-05-01,1",
        "A6,9,2024-05-01,1",
    )
    assert bad(found) == [(3, "order_date"), (4, "amount"), (5, "order_id"), (6, "customer_id")]
    assert found.quarantined[1].value == "12.345"
    assert "比最小单位" in found.quarantined[1].reason
    assert (found.rows_in, found.used, found.status) == (6, 2, "quarantined")


# ---- 规则 ----


def test_several_lines_of_one_order_become_one(tmp_path):
    found = read(
        tmp_path,
        "A1,7,2024-05-17,5,1",
        "A2,8,2024-05-17,1,1",
        "A1,7,2024-05-17,7.50,2",
        header=HEADER + ",quantity",
    )
    assert rows(found) == [("A1", "7", 1250, "2024-05-17", 3), ("A2", "8", 100, "2024-05-17", 1)]
    assert found.used == 3
    assert any("1 单占了几行（共 2 行）" in note for note in found.notes)


def test_a_refund_line_of_an_order_reduces_it_and_keeps_its_day(tmp_path):
    found = read(
        tmp_path, "A1,7,2024-05-17,5", "A1,7,2024-05-20,-2", "B1,7,2024-05-18,3", "B1,7,2024-05-19,-3"
    )
    assert rows(found) == [("A1", "7", 300, "2024-05-17", None)]
    assert aside(found) == {"full_refund": (2, 0)}


def test_a_refund_line_written_first_does_not_move_the_day(tmp_path):
    found = read(tmp_path, "A1,7,2024-05-10,-2", "A1,7,2024-05-17,5")
    assert rows(found) == [("A1", "7", 300, "2024-05-17", None)]


def test_a_copy_with_spaces_is_still_a_copy(tmp_path):
    found = read(tmp_path, GOOD, GOOD.replace(",", " ,") + " ")
    assert aside(found) == {"duplicate": (1, 1230)}


def test_parts_of_a_second_are_dropped_not_rounded_up(tmp_path):
    moments = pa.array(
        [datetime(2024, 5, 17, 23, 59, 59, 999_999), datetime(2024, 5, 18)], pa.timestamp("us")
    )
    found = read_orders(parquet(tmp_path, **{**TYPED, "order_date": moments}))
    assert [row[3] for row in rows(found)] == ["2024-05-17", "2024-05-18"]


def test_a_moment_beyond_the_calendar_is_quarantined(tmp_path):
    moments = pa.array([2**50, 1_715_900_000], pa.timestamp("s"))
    found = read_orders(parquet(tmp_path, **{**TYPED, "order_date": moments}))
    assert (bad(found), found.used) == ([(2, "order_date")], 1)


def test_identical_rows_are_a_second_copy(tmp_path):
    found = read(tmp_path, GOOD, "A2,8,2024-05-17,1", HEADER, GOOD, "A2,8,2024-05-17,1")
    assert len(rows(found)) == 2
    assert aside(found) == {"repeated_header": (1, 0), "duplicate": (2, 1330)}


def test_rows_that_differ_in_a_column_we_do_not_need_are_two_lines(tmp_path):
    found = read(tmp_path, "A1,7,2024-05-17,5,红", "A1,7,2024-05-17,5,蓝", header=HEADER + ",颜色")
    assert rows(found) == [("A1", "7", 1000, "2024-05-17", None)]


def test_two_customers_or_two_days_in_one_order(tmp_path):
    found = read(
        tmp_path,
        "A1,7,2024-05-17,5",
        "A1,8,2024-05-17,6",
        "B1,7,2024-05-17,5",
        "B1,7,2024-05-19,6",
        "C1,7,2024-05-17,1",
    )
    assert bad(found) == [(2, "customer_id"), (3, "customer_id"), (4, "order_date"), (5, "order_date")]
    assert [row[0] for row in rows(found)] == ["C1"]


def test_an_order_over_midnight_is_one_order(tmp_path):
    found = read(tmp_path, "A1,7,2024-05-17 23:59:40,5", "A1,7,2024-05-18 00:00:10,6")
    assert rows(found) == [("A1", "7", 1100, "2024-05-17", None)]


def test_one_unreadable_line_takes_its_order_along(tmp_path):
    found = read(tmp_path, "A1,7,2024-05-17,5", "A1,7,2024-05-17,x", "B1,7,2024-05-17,1")
    assert bad(found) == [(2, "order_id"), (3, "amount")]
    assert "第 3 行" in found.quarantined[0].reason
    assert rows(found) == [("B1", "7", 100, "2024-05-17", None)]
    assert (found.money_in, found.money_used, found.money_quarantined) == (600, 100, 500)


def test_status_decides_before_the_cells_are_read(tmp_path):
    found = read(
        tmp_path,
        "1,7,2024-05-17,5,交易成功",
        "2,7,,0,等待买家付款",
        "3,,2024-05-17,x,交易关闭",
        "4,7,2024-05-17,8,退款成功",
        "5,7,2024-05-17,8,量子",
        header=HEADER + ",订单状态",
    )
    assert aside(found) == {"unpaid": (1, 0), "closed": (1, 0), "full_refund": (1, 800)}
    assert bad(found) == [(6, "订单状态")]
    assert found.money_in == 500 + 800 + 800


def test_refund_column(tmp_path):
    found = read(
        tmp_path,
        "1,7,2024-05-17,50,20",
        "2,7,2024-05-17,50,50",
        "3,7,2024-05-17,50,-5",
        "4,7,2024-05-17,50,80",
        header=HEADER + ",退款金额",
    )
    assert [(row[0], row[2]) for row in rows(found)] == [("1", 3000), ("3", 4500)]
    assert aside(found) == {"full_refund": (1, 0)}
    assert bad(found) == [(5, "退款金额")]


def test_after_as_of_and_unbelievable_days(tmp_path):
    lines = ("1,7,2024-05-17,1", "2,7,2024-05-18,2", "3,7,2031-01-01,3", "4,7,1999-12-31,4")
    found = read(tmp_path, *lines, as_of=date(2024, 5, 17), latest=date(2030, 1, 1))
    assert rows(found) == [("1", "7", 100, "2024-05-17", None)]
    assert aside(found) == {"after_as_of": (1, 200)}
    assert bad(found) == [(4, "order_date"), (5, "order_date")]


@pytest.mark.parametrize(
    "name", ["张**", "138****0000", "t***8", "张*", "*三", "138XXXX0000", "匿名", "Guest"]
)
def test_masked_names_are_never_one_customer(tmp_path, name):
    found = read(tmp_path, f"1,{name},2024-05-17,1", f"2,{name},2024-05-18,2", GOOD)
    assert aside(found) == {"masked": (2, 300)}
    assert len(rows(found)) == 1


@pytest.mark.parametrize("name", ["{{7*7}}", "a*b", "Xavier", "None", "NA", "null", "nan", "12E+5x", "1E10"])
def test_names_that_only_look_odd_are_kept(tmp_path, name):
    assert rows(read(tmp_path, f"1,{name},2024-05-17,1"))[0][1] == name


@pytest.mark.parametrize("word", ["合计", "总计：", "小 计", "Total", "GRAND TOTAL", "合计（2笔）"])
def test_total_rows(tmp_path, word):
    found = read(tmp_path, GOOD, "A2,8,2024-05-17,1", f"{word},,,13.30", f",,{word},13.30")
    assert aside(found) == {"total": (2, 2660)}
    assert found.money_in == 1330 + 2660


def test_ids_undone_from_their_wrappers(tmp_path):
    found = read(tmp_path, '"=""0012""",\'007,2024-05-17,1', "\t13 ,7,2024-05-17,1")
    assert [row[:2] for row in rows(found)] == [("0012", "007"), ("13", "7")]
    assert any("2 个编号去掉了" in note for note in found.notes)


@pytest.mark.parametrize(
    "ids",
    [
        ["1.93068E+15", "A2"],
        ["17850.0", "17851.0"],
        ["########", "A2"],
        ["193068123456789000", "193068123456788000"],
    ],
)
def test_ids_damaged_by_a_spreadsheet_stop_the_file(tmp_path, ids):
    for column in (0, 1):
        lines = [["o1", "c1", "2024-05-17", "1"], ["o2", "c2", "2024-05-17", "1"]]
        lines[0][column], lines[1][column] = ids
        found = read(tmp_path, *map(",".join, lines))
        assert found.status == "refused"
        assert "表格软件" in found.message
        assert "第 2 行" in found.message
        assert found.rows_in == found.used == 0


def test_long_ids_that_end_in_zeros_by_chance_are_kept(tmp_path):
    found = read(tmp_path, "193068123456789000,7,2024-05-17,1", "193068123456789001,7,2024-05-17,1")
    assert len(rows(found)) == 2


# ---- 币种 ----


def test_several_currencies_are_refused_unless_chosen(tmp_path):
    lines = ("1,7,2024-05-17,10,CNY", "2,7,2024-05-17,20,USD", "3,7,2024-05-17,30,cny")
    found = read(tmp_path, *lines, header=HEADER + ",currency")
    assert found.status == "refused"
    assert "CNY 2 行、USD 1 行" in found.message
    found = read(tmp_path, *lines, header=HEADER + ",currency", currency="USD")
    assert rows(found) == [("2", "7", 2000, "2024-05-17", None)]
    assert aside(found) == {"other_currency": (2, None)}
    assert (found.money_in, found.unit) == (2000, "美元")


def test_yen_have_no_cents(tmp_path):
    found = read(tmp_path, "1,7,2024-05-17,1200,JPY", "2,7,2024-05-17,0.5,JPY", header=HEADER + ",currency")
    assert rows(found) == [("1", "7", 1200, "2024-05-17", None)]
    assert bad(found) == [(3, "amount")]
    assert found.orders().orders[0].amount == 120_000  # 课里一律两位小数


def test_a_foreign_sign_among_bare_numbers_is_not_spread_to_them(tmp_path):
    assert read(tmp_path, "1,7,2024-05-17,€10", "2,7,2024-05-17,20").status == "refused"
    assert read(tmp_path, "1,7,2024-05-17,￥10", "2,7,2024-05-17,20").status == "accepted"


# ---- 列名 ----


def test_unknown_headers_are_asked_with_the_way_to_answer(tmp_path):
    found = read(tmp_path, "1,7,2024-05-17,1", header="单,客户编号,何时,金额")
    assert found.status == "ask"
    assert "客户 = 「客户编号」" in found.message
    assert "订单号（order）、付款时间（paid_at）" in found.message
    assert "--map order=" in found.message
    with pytest.raises(DataError, match="没有找到"):
        found.require()
    mapped = {"order": "单", "paid_at": "何时"}
    assert rows(read(tmp_path, "1,7,2024-05-17,1", header="单,客户编号,何时,金额", mapping=mapped))


def test_two_columns_for_one_field_are_asked(tmp_path):
    found = read(tmp_path, "1,7,2024-05-17,1,2", header="订单号,客户编号,日期,金额,金额")
    assert found.status == "ask"
    assert "同名" in found.message


def test_headers_are_normalised(tmp_path):
    assert rows(
        read(tmp_path, "1,7,2024-05-17,1.20", header="Ｏrder ID, CUSTOMER_id ,Paid-At,金 额（万元）")
    ) == [("1", "7", 1_200_000, "2024-05-17", None)]


@pytest.mark.parametrize(
    "options",
    [
        {"mapping": {"custmer": "客户"}},
        {"mapping": {"order": "a", "customer": "a"}},
        {"profile": "nowhere"},
        {"date_format": "ydm"},
        {"zone": "Mars/Base"},
        {"currency": "人民币"},
    ],
)
def test_wrong_arguments_are_parameter_errors(tmp_path, options):
    with pytest.raises(ParameterError):
        read(tmp_path, GOOD, **options)


def test_recognised_counts_fields():
    assert recognised(("amount", "order_date", "x", "customer_id", "order_id")) == 4
    assert recognised(("recency_level", "frequency", "monetary")) < 2


@pytest.mark.parametrize("text", ["", "\n\n", HEADER, HEADER + "\n\n"])
def test_empty_files_are_not_accepted(tmp_path, text):
    assert read_orders(write(tmp_path, text)).status in ("refused", "ask")


# ---- 有类型的表 ----


def parquet(folder, **columns):
    path = folder / "orders.bin"
    pq.write_table(pa.table(columns), path)
    return path


TYPED = {
    "order_id": ["1", "2"],
    "customer_id": ["a", "b"],
    "order_date": [date(2024, 5, 17)] * 2,
    "amount": [1, 2],
}


@pytest.mark.parametrize("words", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_the_types_analysts_have(tmp_path, words):
    path = parquet(
        tmp_path,
        order_id=[1, 2],
        customer_id=pa.array(["a", "b"]).cast(words),
        order_date=pa.array([datetime(2024, 5, 17), datetime(2024, 5, 18, 10, 30)], pa.timestamp("ns")),
        amount=[2.55, 1e5],
        cancelled=pa.array([None, False]),
    )
    assert rows(read_orders(path)) == [
        ("1", "a", 255, "2024-05-17", None),
        ("2", "b", 10_000_000, "2024-05-18", None),
    ]


@pytest.mark.parametrize(
    ("column", "values", "where"),
    [
        ("customer_id", pa.array([None, "b"], pa.string()), [(2, "customer_id")]),
        ("amount", [0.125, 2.0], [(2, "amount")]),
        ("amount", [float("nan"), 2.0], [(2, "amount")]),
        ("amount", [float("inf"), 2.0], [(2, "amount")]),
        ("amount", [2**60, 2], [(2, "amount")]),
        ("amount", pa.array([Decimal("1.005"), Decimal("2.000")], pa.decimal128(12, 3)), [(2, "amount")]),
        ("cancelled", ["maybe", None], [(2, "cancelled")]),
        ("order_date", pa.array([None, date(2024, 5, 17)], pa.date32()), [(2, "order_date")]),
    ],
)
def test_typed_cells_that_cannot_be_trusted(tmp_path, column, values, where):
    found = read_orders(parquet(tmp_path, **{**TYPED, column: values}))
    assert bad(found) == where
    assert found.used == 1


def test_floats_are_as_good_as_fifteen_digits(tmp_path):
    found = read_orders(parquet(tmp_path, **{**TYPED, "amount": [0.1 + 0.2, 19.9 * 3]}))
    assert [row[2] for row in rows(found)] == [30, 5970]


@pytest.mark.parametrize("values", [[17850.0, 1.0], [1.93068e18, 1.0]])
def test_ids_stored_as_floats_are_refused(tmp_path, values):
    found = read_orders(parquet(tmp_path, **{**TYPED, "customer_id": values}))
    assert (found.status, found.used) == ("refused", 0)


def test_times_with_a_zone_become_the_shops_day(tmp_path):
    late = pa.array([datetime(2024, 5, 17, 16, 30), datetime(2024, 5, 17, 15, 59)], pa.timestamp("us", "UTC"))
    path = parquet(tmp_path, **{**TYPED, "order_date": late})
    assert [row[3] for row in rows(read_orders(path))] == ["2024-05-18", "2024-05-17"]
    assert [row[3] for row in rows(read_orders(path, zone="America/New_York"))] == [
        "2024-05-17",
        "2024-05-17",
    ]


def test_frames_enter_by_the_same_door():
    assert rows(read_orders(pa.table(TYPED)))[0] == ("1", "a", 100, "2024-05-17", None)


# ---- 账 ----


def test_an_account_that_does_not_balance_is_an_error_of_ours(tmp_path, monkeypatch):
    lose = merging._table

    def one_less(rows_, groups, chosen, total):
        return lose(rows_, groups, chosen, total).slice(1)

    monkeypatch.setattr(merging, "_table", one_less)
    with pytest.raises(LabError, match="账对不上"):
        read(tmp_path, GOOD, "A2,8,2024-05-17,1")


# ---- 轻 ----


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, lifecycle_lab.orders; print({'pandas', 'pyarrow', 'numpy', 'duckdb'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_builder_does_not_hide_the_shipped_shop():
    """子模块与函数若同名，引入子模块之后函数就没有了。"""
    importlib.import_module("lifecycle_lab.orders.online_retail_source")
    assert callable(orders.online_retail)


def test_a_mapped_column_is_not_taken_for_a_second_field(tmp_path):
    """写错了 customer：付款时间那一列派给了客户，就要问付款时间在哪一列，不悄悄读成一天一位客户。"""
    found = read(tmp_path, GOOD, mapping={"customer": HEADER.split(",")[2]})
    assert found.status == "ask"
    assert "没有找到：付款时间" in found.message


def test_an_amount_too_long_is_too_large_not_unreadable(tmp_path):
    found = read(tmp_path, GOOD, "A2,8,2024-05-17,90000000000000000")
    assert bad(found) == [(3, "amount")]
    assert found.quarantined[0].reason == "金额大得不像真的"
