"""订单：规范列的 CSV 与 Parquet 读得一字不差，读不通的每一处都说得出行与列。"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import importlib
import io
import random
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle_lab import orders
from lifecycle_lab.orders import looks_like_orders, read_orders
from lifecycle_lab.schema import DataError, Order

HEADER = "order_id,customer_id,order_date,amount"
GOOD = "A1,007,2024-05-17,12.30"


def write(folder, text: str, name: str = "orders.csv", encoding: str = "utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def refused(folder, *lines: str, header: str = HEADER) -> DataError:
    with pytest.raises(DataError) as caught:
        read_orders(write(folder, "\n".join((header, *lines))))
    return caught.value


# ---- 读得对 ----


def test_canonical_csv_is_read_exactly(tmp_path):
    text = (
        "order_id,customer_id,order_date,amount,cancelled\n"
        '0001,007,2024-05-17,"1,299.5",\n'
        "0002,007,2024/5/8,¥0.01,否\n"
        "C0002,007,2024年5月9日,-0.01,是\n"
        "3,王小明,2024.12.31,12,FALSE\n"
        "4,王小明,2024-12-31,0,1\n"
    )
    assert read_orders(write(tmp_path, text)).orders == (
        Order("0001", "007", date(2024, 5, 17), 129950),
        Order("0002", "007", date(2024, 5, 8), 1),
        Order("C0002", "007", date(2024, 5, 9), -1, True),
        Order("3", "王小明", date(2024, 12, 31), 1200),
        Order("4", "王小明", date(2024, 12, 31), 0, True),
    )


def test_gb18030_semicolons_and_blank_lines(tmp_path):
    text = "order_id;customer_id;order_date;amount\n\n1;䶮;2024-01-02;3.40\n\n"
    found = read_orders(write(tmp_path, text, encoding="gb18030"))
    assert found.orders == (Order("1", "䶮", date(2024, 1, 2), 340),)


def test_name_unit_and_fingerprint(tmp_path):
    path = write(tmp_path, f"{HEADER}\n{GOOD}\n", "五月.csv")
    found = read_orders(path, unit="英镑")
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.name, found.unit, found.data_sha256) == ("五月.csv", "英镑", expected)
    assert found.setaside == ()


def test_columns_in_any_order_and_personal_columns_are_counted_and_left(tmp_path):
    text = "phone,amount,order_date,customer_id,order_id,name\n13800000000,1.00,2024-01-01, 07 ,9,张三\n"
    found = read_orders(write(tmp_path, text))
    assert found.orders == (Order("9", "07", date(2024, 1, 1), 100),)
    assert found.setaside == (("没有用到的列", 2), ("编号首尾去掉空白的行", 1))


def parquet(folder, **columns):
    path = folder / "orders.bin"  # 按内容认,不按扩展名
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_with_exact_types_equals_the_csv(tmp_path):
    path = parquet(
        tmp_path,
        order_id=["01", "C01"],
        customer_id=pa.array(["007", "007"]).dictionary_encode(),
        order_date=pa.array([date(2024, 5, 17), date(2024, 5, 18)], pa.date32()),
        amount=pa.array([Decimal("12.30"), Decimal("-12.30")], pa.decimal128(12, 2)),
        cancelled=[False, True],
    )
    text = "order_id,customer_id,order_date,amount,cancelled\n01,007,2024-05-17,12.3,0\nC01,007,2024-05-18,-12.3,1\n"
    assert read_orders(path).orders == read_orders(write(tmp_path, text)).orders


@pytest.mark.parametrize("words", [pa.string(), pa.large_string(), pa.string_view()])
def test_parquet_with_the_types_analysts_have(tmp_path, words):
    path = parquet(
        tmp_path,
        order_id=[1, 2],
        customer_id=pa.array(["a", "b"], words),
        order_date=pa.array([datetime(2024, 5, 17), datetime(2024, 5, 18)], pa.timestamp("ns")),
        amount=[2.55, 1e5],
        cancelled=pa.array([None, False]),
    )
    found = read_orders(path).orders
    assert found == (Order("1", "a", date(2024, 5, 17), 255), Order("2", "b", date(2024, 5, 18), 10_000_000))


@pytest.mark.parametrize(
    ("column", "values", "reason"),
    [
        ("customer_id", [17850.0], "编号被表格软件改成了数"),
        ("customer_id", [1.93068e18], "编号被表格软件改成了数"),
        ("customer_id", pa.array([None], pa.string()), "编号是空的"),
        ("amount", [0.1 + 0.2], "比 2 位小数还细"),
        ("amount", [float("nan")], "不是金额"),
        ("order_date", [datetime(2024, 5, 17, 10, 30)], "不是年在前的日期"),
        ("order_date", pa.array([datetime(2024, 5, 17)], pa.timestamp("ms", "UTC")), "不是年在前的日期"),
        ("order_date", [45429], "不是年在前的日期"),
        ("cancelled", ["maybe"], "只能是 是/否"),
        ("cancelled", [["是"]], "读不了的列类型"),
    ],
)
def test_parquet_cells_that_cannot_be_trusted_are_refused(tmp_path, column, values, reason):
    good = {"order_id": ["1"], "customer_id": ["2"], "order_date": [date(2024, 1, 1)], "amount": [1]}
    with pytest.raises(DataError, match=reason) as caught:
        read_orders(parquet(tmp_path, **{**good, column: values}))
    assert column in str(caught.value)


def test_reading_parquet_does_not_load_pandas(tmp_path):
    path = parquet(
        tmp_path,
        order_id=["1"],
        customer_id=["2"],
        order_date=pa.array([datetime(2024, 1, 1)], pa.timestamp("ns")),
        amount=[1.5],
    )
    code = f"import sys; from lifecycle_lab.orders import read_orders; read_orders({str(path)!r}); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_importing_the_room_loads_no_pyarrow():
    code = "import sys, lifecycle_lab.orders; print({'pandas', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ---- 读不通就说 ----


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",7,2024-05-17,1", "order_id", "编号是空的"),
        ("1,,2024-05-17,1", "customer_id", "编号是空的"),
        ("1.93068E+15,7,2024-05-17,1", "order_id", "科学记数"),
        ("1,1.9e+9,2024-05-17,1", "customer_id", "科学记数"),
        ("1,17850.0,2024-05-17,1", "customer_id", "小数"),
        ("1,7\u200b7,2024-05-17,1", "customer_id", "看不见的字符"),
        ("1,7,17/05/2024,1", "order_date", "年在前"),
        ("1,7,2024-02-30,1", "order_date", "年在前"),
        ("1,7,24-05-17,1", "order_date", "年在前"),
        ("1,7,0024-05-17,1", "order_date", "年在前"),
        ("1,7,2200-01-01,1", "order_date", "1990 到 2199 年"),
        ("1,7,9999-12-31,1", "order_date", "1990 到 2199 年"),
        ("1,\u202e7,2024-05-17,1", "customer_id", "看不见的字符"),
        ("1,\x1b[31m7,2024-05-17,1", "customer_id", "看不见的字符"),
        (f"{'长' * 65},7,2024-05-17,1", "order_id", "长过 64 个字符"),
        (f"1,7,2024-05-17,5{'0' * 400}", "amount", "不是金额"),
        (f"1,7,2024-05-17,5{'0' * 5000}", "amount", "不是金额"),
        ("1,7,2024-05-17 10:30,1", "order_date", "年在前"),
        ("1,7,45429,1", "order_date", "年在前"),
        ("1,7,,1", "order_date", "年在前"),
        ("1,7,2024-05-17,", "amount", "不是金额"),
        ("1,7,2024-05-17,abc", "amount", "不是金额"),
        ("1,7,2024-05-17,$5", "amount", "一种货币"),
        ("1,7,2024-05-17,1e3", "amount", "不是金额"),
        ("1,7,2024-05-17,NaN", "amount", "不是金额"),
        ("1,7,2024-05-17,0.005", "amount", "比 2 位小数还细"),
        ("1,7,2024-05-17,-3", "amount", "没有标取消"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, line, column, reason):
    error = refused(tmp_path, GOOD, line)
    assert f"第 3 行「{column}」列" in error.where
    assert reason in error.why
    assert "1 处" in error.what


def test_cancelled_cells(tmp_path):
    header = HEADER + ",cancelled"
    assert "应为负" in refused(tmp_path, "1,7,2024-05-17,3,是", header=header).why
    for amount in ("3", "-3"):  # 看不懂取消标记时,不再追着金额的正负说
        error = refused(tmp_path, f"1,7,2024-05-17,{amount},退", header=header)
        assert error.why == "第 2 行「cancelled」列：只能是 是/否、true/false、1/0 或空。"


def test_e_in_a_real_identifier_is_kept(tmp_path):
    found = read_orders(write(tmp_path, f"{HEADER}\n1E10,2e5x,2024-01-01,1\n12E+5x,0,2024-01-01,1\n"))
    assert [order.order_id for order in found.orders] == ["1E10", "12E+5x"]


def test_ids_rounded_to_fifteen_digits_are_refused(tmp_path):
    rounded = [f"{i},19306812345678{i}0000,2024-01-01,1" for i in range(1, 7)]
    error = refused(tmp_path, *rounded)
    assert "第 2 行「customer_id」列" in error.where
    assert "末尾全是零" in error.why
    intact = [*rounded, "9,1930681234567810001,2024-01-01,1"]
    assert len(read_orders(write(tmp_path, "\n".join((HEADER, *intact)))).orders) == 7


def test_every_problem_is_listed_and_only_one_cell_is_quoted(tmp_path):
    lines = [f"{i},canary-{i},2024-05-17,secret{i}" for i in range(25)]
    error = refused(tmp_path, GOOD, *lines)
    assert "25 处" in error.what
    listed = error.why.splitlines()
    assert listed[0] == "第 3 行「amount」列：不是金额（一列只有一种货币，写成普通的数）。"
    assert (len(listed), listed[-1]) == (21, "……另有 5 处。")
    assert "「secret0」" in error.where
    assert not any(f"secret{i}" in str(error) for i in range(1, 25))
    assert "canary" not in str(error)


def test_repeated_order_names_both_rows(tmp_path):
    error = refused(
        tmp_path, "A1,7,2024-05-17,1", "B,7,2024-05-17,1", "A1,8,2024-05-18,2", "A1,9,2024-05-18,2"
    )
    assert "第 4 行「order_id」列：订单号与第 2 行重复" in error.why
    assert "第 5 行「order_id」列：订单号与第 2 行重复" in error.why


def test_problems_are_listed_in_the_order_of_rows(tmp_path):
    error = refused(tmp_path, GOOD, GOOD, "B,7,2024-05-17,x")
    assert [line[:5] for line in error.why.splitlines()] == ["第 3 行", "第 4 行"]


def test_a_cancellation_may_carry_the_number_of_its_order(tmp_path):
    text = HEADER + ",cancelled\nA1,7,2024-05-17,5,否\nA1,7,2024-05-20,-2,是\nA1,7,2024-05-21,-3,是\n"
    assert [order.amount for order in read_orders(write(tmp_path, text)).orders] == [500, -200, -300]


def test_wrong_columns_say_what_was_found_and_what_is_needed(tmp_path):
    error = refused(tmp_path, "1,2,3", header="订单号,customer_id,金额")
    assert "order_id、order_date、amount" in error.what
    assert "「订单号」、「customer_id」、「金额」" in error.why
    assert "order_id、customer_id、order_date、amount" in error.remedy


@pytest.mark.parametrize("text", ["", "\n\n", HEADER, HEADER + "\n\n"])
def test_empty_files_are_refused(tmp_path, text):
    with pytest.raises(DataError, match="没有数据行"):
        read_orders(write(tmp_path, text))


def test_looks_like_orders():
    assert looks_like_orders(("amount", "order_date", "x", "customer_id", "order_id"))
    assert not looks_like_orders(("customer_id", "recency_level", "frequency", "monetary"))


# ---- 坏文件与巨大的文件 ----


def test_damaged_parquet_is_a_data_error(tmp_path):
    path = parquet(tmp_path, order_id=["1"], customer_id=["2"], order_date=[date(2024, 1, 1)], amount=[1])
    whole, luck = path.read_bytes(), random.Random(1)
    for _ in range(200):
        broken = bytearray(whole[: luck.choice((len(whole), luck.randrange(4, len(whole))))])
        for _ in range(3):
            broken[luck.randrange(4, len(broken))] = luck.randrange(256)
        path.write_bytes(bytes(broken))
        with contextlib.suppress(DataError):  # 别的错误会让测试失败
            read_orders(path)


def test_parquet_beyond_the_limits_is_refused_before_it_is_spread_out(tmp_path):
    many = 200_001
    path = parquet(tmp_path, order_id=pa.array(["1"] * many))
    with pytest.raises(DataError, match="200000 行"):
        read_orders(path)
    # 一个 1 MiB 的值重复十万次:文件只有几 kB,摊开是 100 GB
    path = parquet(
        tmp_path, order_id=pa.array(["x" * 2**20] * 3).dictionary_encode().take(pa.array([0] * 100_000))
    )
    assert path.stat().st_size < 2**20
    with pytest.raises(DataError, match="超过"):
        read_orders(path)
    path = parquet(tmp_path, **{f"x{i}": pa.array([7] * 200_000) for i in range(60)})  # 91 MiB 的整数
    assert path.stat().st_size < 2**20
    with pytest.raises(DataError, match="超过 4,000,000 格"):
        read_orders(path)


def test_two_parquet_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table([pa.array(["1"]), pa.array(["2"])], names=["order_id", "order_id"]), path)
    with pytest.raises(DataError, match="两列同名"):
        read_orders(path)


def test_text_that_is_not_utf8_inside_parquet_is_a_data_error(tmp_path):
    words = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())
    with pytest.raises(DataError, match="损坏"):
        read_orders(parquet(tmp_path, order_id=words))


# ---- 性质 ----

identifiers = st.from_regex(r"[A-Z]{0,2}[0-9]{1,8}", fullmatch=True)
dates = st.dates(date(1990, 1, 1), date(2099, 12, 31))
whole_orders = st.lists(
    st.builds(Order, identifiers, identifiers, dates, st.integers(0, 10**9)),
    min_size=1,
    max_size=12,
    unique_by=lambda order: order.order_id,
)


def as_csv(found: list[Order]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER.split(","))
    for order in found:
        writer.writerow([order.order_id, order.customer_id, order.order_date, Decimal(order.amount) / 100])
    return out.getvalue()


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(whole_orders)
def test_what_is_written_is_what_is_read(tmp_path, found):
    assert list(read_orders(write(tmp_path, as_csv(found))).orders) == found
    path = parquet(
        tmp_path,
        order_id=[order.order_id for order in found],
        customer_id=[order.customer_id for order in found],
        order_date=[order.order_date for order in found],
        amount=pa.array([Decimal(order.amount).scaleb(-2) for order in found], pa.decimal128(14, 2)),
    )
    assert list(read_orders(path).orders) == found


@quick
@given(whole_orders, st.data())
def test_one_spoilt_cell_is_found_where_it_is(tmp_path, found, data):
    rows = list(csv.reader(io.StringIO(as_csv(found))))
    row = data.draw(st.integers(1, len(found)))
    column = data.draw(st.integers(2, 3))
    rows[row][column] = data.draw(st.sampled_from(["", "x", "1/2/2024", "0.001", "NaN", "-1", "2024-13-01"]))
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    with pytest.raises(DataError) as caught:
        read_orders(write(tmp_path, out.getvalue()))
    assert caught.value.why.startswith(f"第 {row + 1} 行「{rows[0][column]}」列")
    assert len(caught.value.why.splitlines()) == 1


def test_the_builder_does_not_hide_the_shipped_shop():
    """子模块与函数若同名，引入子模块之后函数就没有了。"""
    importlib.import_module("lifecycle_lab.orders.online_retail_source")
    assert callable(orders.online_retail)
