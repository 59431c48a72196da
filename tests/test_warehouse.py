"""仓库：每一种来源、每一张表都与普通循环相同；边上的情形有定义；快写法与通用写法相同。"""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import median

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import warehouse_oracle as plain
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse_oracle import AS_OF, FIXED, Oracle, check_everything, drawn

from lifecycle_lab import rfm, warehouse
from lifecycle_lab.schema import DataError, Order, ParameterError
from lifecycle_lab.warehouse import engines, statements

SHOP = drawn(7, 3000, 700)
KINDS = (
    "pandas",
    "polars",
    "arrow",
    "csv",
    "csv folder",
    "parquet",
    "parquet folder",
    "duckdb table",
    "duckdb relation",
    "orders",
)


def arrow(rows):
    customers, days, amounts, cancelled = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        {
            "customer_id": pa.array(customers, pa.string()),
            "order_date": pa.array(days, pa.date32()),
            "amount": pa.array([Decimal(a) / 100 for a in amounts], pa.decimal128(18, 2)),
            "cancelled": pa.array(cancelled, pa.bool_()),
        }
    )


def floats(rows):
    frame = arrow(rows).to_pandas()
    return frame.assign(amount=frame.amount.astype(float), order_date=pd.to_datetime(frame.order_date))


def source(kind, rows, folder):
    table = arrow(rows)
    half = len(rows) // 2
    if kind == "pandas":
        return floats(rows)
    if kind == "polars":
        return pl.from_arrow(table)
    if kind == "arrow":
        return table
    if kind == "orders":
        return [Order(str(i), c, d, a, k) for i, (c, d, a, k) in enumerate(rows)]
    if kind == "csv":
        table.to_pandas().to_csv(folder / "o[1].csv", index=False, encoding="utf-8-sig")
        return folder / "o[1].csv"
    if kind == "parquet":
        pq.write_table(table, folder / "it's *.parquet")
        return str(folder / "it's *.parquet")
    if kind == "csv folder":
        for name, part in (("a", rows[:half]), ("b", rows[half:])):
            (folder / "csv" / name).mkdir(parents=True)
            arrow(part).to_pandas().to_csv(folder / "csv" / name / "part.csv", index=False)
        return folder / "csv"
    if kind == "parquet folder":
        (folder / "parquet").mkdir()
        for name, part in (("part-0", rows[:half]), ("part-1", rows[half:])):
            pq.write_table(arrow(part), folder / "parquet" / f"{name}.parquet")
        (folder / "parquet" / "_SUCCESS").touch()
        return folder / "parquet"
    connection = duckdb.connect()
    connection.register("seen", table)
    connection.execute("create table shop as select * from seen")
    if kind == "duckdb table":
        return warehouse.table(connection, "shop")
    return connection.sql("select * from shop")


@pytest.mark.parametrize("kind", KINDS)
def test_every_source_gives_the_same_tables(kind, tmp_path):
    with warehouse.open_orders(source(kind, SHOP, tmp_path), AS_OF) as w:
        check_everything(w, SHOP)
        assert sum(w.intake[2:9]) + w.intake.used == w.intake.rows


@pytest.mark.parametrize("case", FIXED)
def test_fixed_edges(case):
    with warehouse.open_orders(arrow(FIXED[case]), AS_OF) as w:
        check_everything(w, FIXED[case])


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "007", "7", "ä b", "'; drop"]),
        st.integers(-2, 40).map(lambda d: AS_OF - timedelta(days=d)),
        st.sampled_from([0, 10, 30, 123]),
        st.sampled_from([False, False, False, True, None]),
    ).map(lambda row: (*row[:3], False) if row[3] is False else (*row[:2], -row[2], bool(row[3]))),
    max_size=40,
)


@settings(max_examples=25)
@given(ROWS)
def test_any_orders_equal_the_loops(rows):
    with warehouse.open_orders(arrow(rows), AS_OF) as w:
        check_everything(w, rows)


@settings(max_examples=12)
@given(ROWS, st.integers(1, 4))
def test_the_fast_text_equals_the_portable_one(rows, threads):
    """切成几份也一样：这里一行以上就切，切口可以落在谁也没有的地方。"""
    assert portable(arrow(rows)) == fast(arrow(rows), threads)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_fast_text_equals_the_portable_one_beyond_one_batch(threads):
    orders = arrow(drawn(3, 20_000, 4_000))
    assert portable(orders) == fast(orders, threads)


def test_the_fast_text_equals_the_portable_one_beyond_one_row_group():
    """三十万行：表里有几组行，排序、切开、流过都真的分几段；最大的客户比一份还大。"""
    connection = duckdb.connect()
    connection.execute(
        "create table shop as select case when h % 3 = 0 then 'big' else 'c' || h % 90001 end as customer_id,"
        " date '2020-01-01' + cast(hash(r, 1) % 1400 as int) as order_date,"
        " cast(hash(r, 2) % 5000 as int) - 500 as amount from (select hash(r) as h, r from range(300000) t(r))"
    )
    orders = warehouse.table(connection, "shop")
    assert portable(orders) == fast(orders, 4)


def test_shares_cover_every_row_once_and_split_no_customer(monkeypatch):
    monkeypatch.setattr(engines, "SHARED_ROWS", 1)
    with warehouse.open_orders(arrow(SHOP), AS_OF, settings=warehouse.Settings(threads=4)) as w:
        shares = [set(w._engine.rows(f"select customer_id from {s}")) for s in w._engine._shares(w._rows)]
        assert len(shares) == 4
        assert sum(map(len, shares)) == len(set.union(*shares))
        counts = [w._engine.rows(f"select count(*) from {s}")[0][0] for s in w._engine._shares(w._rows)]
        assert sum(counts) == w.intake.used
        assert max(counts) < w.intake.used / 3


def everything(w):
    with w:
        return w.intake, list(w.base()), w.gaps(), w.states(), w.own_states()


def portable(orders):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines.DuckDBEngine, "recipe", statements.PORTABLE)
        return everything(warehouse.open_orders(orders, AS_OF))


def fast(orders, threads):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "SHARED_ROWS", 1)
        settings = warehouse.Settings(threads=threads)
        return everything(warehouse.open_orders(orders, AS_OF, settings=settings))


@settings(max_examples=20)
@given(ROWS.filter(bool))
def test_equal_to_the_readable_core(rows):
    """rfm 是定义：同一批订单，R、F、M 与标记逐行相同（取消的才有负金额，这是 rfm 的约定）。"""
    orders = [Order(str(i), c, d, a, k or a < 0) for i, (c, d, a, k) in enumerate(rows)]
    expected = rfm.customer_totals(orders, AS_OF)
    with warehouse.open_orders(orders, AS_OF) as w:
        if not expected:
            assert list(w.base()) == []
            return
        found = list(w.customers().rows())
    assert [row[:4] for row in found] == [(c.customer_id, *c.values) for c in expected]
    better = {"recency": "low", "frequency": "high", "monetary": "high"}
    patterns = rfm.patterns(expected, better)
    assert ["".join("↓↑"[up] for up in row[4:7]) for row in found] == patterns


def test_ten_equal_prices_never_fall_below_their_mean():
    for price in (1, 10, 29, 1999, 115_792_089):
        rows = [(f"c{i}", AS_OF, price, False) for i in range(10)]
        with warehouse.open_orders(floats(rows), AS_OF) as w:
            assert [(s.segment, s.customers) for s in w.customers().segments()] == [(7, 10)]


def test_centres_changes_and_histograms_by_hand():
    rows = [
        ("a", date(2023, 12, 31), 100, False),
        ("b", date(2023, 12, 22), 350, False),
        ("c", AS_OF, -20, True),
    ]
    rows += [("c", date(2023, 12, 30), 30, False), ("c", date(2023, 12, 29), 40, False)]
    with warehouse.open_orders(arrow(rows), AS_OF) as w:
        # R 1、10、2;F 1、1、2;M 100、350、50
        assert w.centres() == (Fraction(13, 3), Fraction(4, 3), Fraction(500, 3))
        assert w.centres("median") == (2, 1, 100)
        by_mean, by_median = w.customers(), w.customers(centres=w.centres("median"))
        assert [row.segment for row in by_mean.rows()] == [4, 1, 6]
        assert [row.segment for row in by_median.rows()] == [7, 3, 6]
        assert w.changes(by_mean, by_median) == [(1, 3, 1, 350), (4, 7, 1, 100), (6, 6, 1, 50)]
        assert w.histogram("monetary", 100) == [(0, 1), (100, 1), (300, 1)]
        assert w.histogram("recency", 5) == [(0, 2), (10, 1)]
        assert w.histogram("frequency") == [(1, 2), (2, 1)]


def test_a_negative_net_falls_into_its_own_bin():
    rows = [("a", AS_OF, 0, False), ("a", AS_OF, -1, True), ("b", AS_OF, 0, False), ("b", AS_OF, -10, True)]
    with warehouse.open_orders(arrow(rows), AS_OF) as w:
        assert w.histogram("monetary", 10) == [(-10, 2)]


def test_medians_equal_the_statistics_library():
    oracle = Oracle(SHOP)
    with warehouse.open_orders(arrow(SHOP), AS_OF) as w:
        for frequency in ("orders", "purchase_days"):
            columns = zip(*oracle.measured(frequency).values(), strict=True)
            assert w.centres("median", frequency) == tuple(
                Fraction(median(map(Fraction, c))) for c in columns
            )


def test_migration_between_two_days():
    earlier = date(2023, 3, 1)
    with warehouse.open_orders(arrow(SHOP), AS_OF) as w:
        before = w.at(earlier)
        check_everything(before, SHOP, earlier)
        assert set(w.migration(before)) == plain.migration(Oracle(SHOP, earlier), Oracle(SHOP))
        nobody = w.at(date(1999, 1, 1))
        assert nobody.gaps() == []
        assert {row.before for row in w.migration(nobody)} == {None}
        assert sum(row.customers for row in w.migration(nobody)) == w.totals().customers


def test_an_empty_table_has_no_customers_and_says_so():
    with warehouse.open_orders(arrow([]), AS_OF) as w:
        assert (w.gaps(), w.states(), list(w.base()), w.intake.rows) == ([], [], [], 0)
        assert w.totals() == (0,) * 10 + (None, None)
        with pytest.raises(DataError, match="没有一位买过的客户"):
            w.customers()


# —— 读入 ——


@pytest.mark.parametrize("name", ['x" from y --', "a`b", "客户 编号", "select", "'; drop table t; --", "x.y"])
@pytest.mark.parametrize("kind", ["arrow", "csv"])
def test_hostile_column_names_are_only_names(name, kind, tmp_path):
    table = arrow(SHOP[:50]).rename_columns([name, "order_date", "amount", "cancelled"])
    where = table
    if kind == "csv":
        where = tmp_path / "hostile.csv"
        table.to_pandas().to_csv(where, index=False)
    with warehouse.open_orders(where, AS_OF, warehouse.Columns(customer_id=name)) as w:
        check_everything(w, SHOP[:50])


def test_ids_stay_as_they_came(tmp_path):
    path = tmp_path / "ids.csv"
    path.write_text("customer_id,order_date,amount\n007,2023-01-01,1.00\n7,2023-01-01,2\n 7,2023-01-02,3\n")
    with warehouse.open_orders(path, AS_OF) as w:
        assert [row.customer_id for row in w.base()] == [" 7", "007", "7"]
    with warehouse.open_orders(
        pd.DataFrame({"customer_id": [7], "order_date": [AS_OF], "amount": [1]}), AS_OF
    ) as w:
        assert [row.customer_id for row in w.base()] == [7]
    categories = pd.DataFrame({"customer_id": ["b"], "order_date": [AS_OF], "amount": [1]}).astype(
        {"customer_id": "category"}
    )
    with warehouse.open_orders(categories, AS_OF) as w:
        assert [row.customer_id for row in w.base()] == ["b"]


def frame(**columns):
    good = {"customer_id": ["a", "b"], "order_date": [date(2023, 1, 1)] * 2, "amount": [1.0, 2.5]}
    return pd.DataFrame({**good, **columns})


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"customer_id": ["a", None]}, "no_customer"),
        ({"customer_id": ["a", "  "]}, "no_customer"),
        ({"order_date": [date(2023, 1, 1), None]}, "no_time"),
        ({"order_date": ["2023-01-01", "昨天"]}, "no_time"),
        ({"amount": [1.0, None]}, "no_amount"),
        ({"amount": ["1.00", "1,000.00"]}, "no_amount"),
        ({"amount": ["1.00", ""]}, "no_amount"),
        ({"amount": [1.0, float("inf")]}, "no_amount"),
        ({"amount": [1.0, 1e300]}, "no_amount"),
        ({"amount": [1.0, 1.005]}, "uneven_amount"),
        ({"amount": ["1.00", "1.005"]}, "uneven_amount"),
        ({"amount": [Decimal("1.00"), Decimal("1.005")]}, "uneven_amount"),
        ({"cancelled": [False, True]}, "cancelled_positive"),
        ({"cancelled": ["否", "也许"]}, "unknown_marker"),
        ({"cancelled": [0, 2]}, "unknown_marker"),
    ],
)
def test_bad_rows_are_refused_or_set_aside_by_name(columns, kind):
    with pytest.raises(DataError, match="1 行"):
        warehouse.open_orders(frame(**columns), AS_OF)
    with warehouse.open_orders(frame(**columns), AS_OF, bad_rows="set_aside") as w:
        assert w.intake._asdict()[kind] == 1
        assert (w.intake.rows, w.intake.used, w.totals().money) == (2, 1, 100)
        assert [row.customer_id for row in w.base()] == ["a"]


def test_the_day_is_the_shops_local_day():
    late = datetime(2023, 5, 1, 17, 0, tzinfo=UTC)  # 上海已是 5 月 2 日
    zoned = frame(order_date=[late, late])
    texts = frame(order_date=["2023-05-01T17:00:00Z", "2023-05-01 19:00:00+02:00"])
    for orders in (zoned, texts):
        for zone, day in (("Asia/Shanghai", date(2023, 5, 2)), ("UTC", date(2023, 5, 1))):
            with warehouse.open_orders(orders, AS_OF, zone=zone) as w:
                assert {warehouse.day_date(row.last_day) for row in w.base()} == {day}
    local = frame(order_date=[datetime(2023, 5, 1, 23, 59), datetime(2023, 5, 1)])
    for orders in (local, frame(order_date=["2023-05-01 23:59", "2023-05-01"])):
        with warehouse.open_orders(orders, AS_OF) as w:
            assert {warehouse.day_date(row.last_day) for row in w.base()} == {date(2023, 5, 1)}


def test_money_in_minor_units():
    with warehouse.open_orders(frame(amount=[100, 250]), AS_OF, money="minor") as w:
        assert w.totals().money == 350
    with warehouse.open_orders(frame(amount=[100, 250]), AS_OF) as w:
        assert w.totals().money == 35_000


@pytest.mark.parametrize(
    ("orders", "keywords", "message"),
    [
        (frame(customer_id=[1.5, 2.0]), {}, "类型"),
        (frame(order_date=[20230101, 20230102]), {}, "类型"),
        (frame(amount=[True, False]), {}, "类型"),
        (frame().rename(columns={"amount": "金额"}), {}, "没有这些列：「amount」"),
        ("/nowhere/orders.csv", {}, "找不到"),
        (frame(), {"zone": "Mars/Base"}, "时区"),
        (frame(), {"money": "yuan"}, "金额单位"),
        (frame(), {"bad_rows": "drop"}, "bad_rows"),
        (3, {}, "来源读不了"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(orders, keywords, message):
    with pytest.raises((DataError, ParameterError), match=message):
        warehouse.open_orders(orders, AS_OF, **keywords)


@pytest.mark.parametrize(
    "wrong", [{"memory_limit": "2 many"}, {"memory_limit": "1GB'; --"}, {"threads": 0}, {"threads": "2"}]
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ParameterError):
        warehouse.Settings(**wrong)


def test_wrong_questions_are_refused():
    with pytest.raises(ParameterError):
        warehouse.open_orders(frame(), datetime(2024, 1, 1))
    with warehouse.open_orders(frame(), AS_OF) as w:
        for ask in (
            lambda: w.customers("up"),
            lambda: w.customers(frequency="1; drop"),
            lambda: w.histogram("money"),
            lambda: w.histogram("recency", 0),
            lambda: w.centres("mode"),
            lambda: w.customers().write("customers.xlsx"),
        ):
            with pytest.raises(ParameterError):
                ask()


def test_a_broken_file_is_a_worded_error(tmp_path):
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1" + b"\0" * 100)
    with pytest.raises(DataError):
        warehouse.open_orders(broken, AS_OF)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="没有 Parquet 或 CSV"):
        warehouse.open_orders(tmp_path / "empty", AS_OF)


# —— 写出与收拾 ——


def test_files_hold_the_same_rows(tmp_path):
    with warehouse.open_orders(arrow(SHOP), AS_OF) as w:
        paths = w.write(tmp_path)
        rows = list(w.customers().rows())
        stored = sorted(map(tuple, pq.read_table(paths[0]).to_pandas().itertuples(index=False)))
        assert stored == rows
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in paths)
        gaps = pq.read_table(tmp_path / "gaps.parquet").to_pylist()
        assert [tuple(row.values()) for row in gaps] == list(map(tuple, w.gaps()))
        states = pq.read_table(tmp_path / "states.parquet").to_pylist()
        assert [tuple(row.values()) for row in states] == list(map(tuple, w.states()))
        assert list(w.customers().frame().itertuples(index=False, name=None)) == rows


def test_ids_in_csv_are_no_formulas(tmp_path):
    rows = [("=1+1", AS_OF, 5, False), ("@x", AS_OF, 5, False), ("ok", AS_OF, 5, False)]
    with warehouse.open_orders(arrow(rows), AS_OF) as w:
        text = w.customers().write(tmp_path / "c.csv").read_text(encoding="utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == ["customer_id", "'=1+1", "'@x", "ok"]


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def stopped(*_):
        assert any(path.name.endswith(".part") for path in tmp_path.iterdir())
        raise KeyboardInterrupt

    with warehouse.open_orders(arrow(SHOP), AS_OF) as w:
        kept = w.customers().write(tmp_path / "c.csv")
        before = kept.read_bytes()
        monkeypatch.setattr("lifecycle_lab.warehouse.writing.sheet_text", stopped)
        with pytest.raises(KeyboardInterrupt):
            w.customers().write(kept)
    assert [path.name for path in tmp_path.iterdir()] == ["c.csv"]
    assert kept.read_bytes() == before


def test_little_memory_spills_and_cleans_up(tmp_path):
    rows = drawn(5, 40_000, 30_000)
    little = warehouse.Settings(memory_limit="60MiB", threads=1, temp_folder=tmp_path)
    with warehouse.open_orders(arrow(rows), AS_OF, settings=little) as w:
        assert len(list(tmp_path.iterdir())) == 1
        assert w.totals() == Oracle(rows).totals()
    assert list(tmp_path.iterdir()) == []


def test_a_refused_file_leaves_no_temporary_folder(tmp_path):
    with pytest.raises(DataError):
        warehouse.open_orders(
            frame(amount=[1, None]), AS_OF, settings=warehouse.Settings(temp_folder=tmp_path)
        )
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told():
    told = []
    with warehouse.open_orders(
        arrow(SHOP), AS_OF, settings=warehouse.Settings(progress=lambda *step: told.append(step))
    ):
        pass
    assert told[0][1] == 0
    assert told[-1][1] == 1
    assert all(0 <= fraction <= 1 and step for step, fraction in told)


# 一万亿对：在任何机器上都跑不完，也不占内存
ENDLESS = "select sum(a.r * b.r) as total from range(1000000) as a(r), range(1000000) as b(r)"


@pytest.mark.parametrize("told_before", [0, 2])
def test_the_callback_may_stop_the_work(told_before, tmp_path):
    """头一声就叫停（查询也许还没开始）与跑到一半叫停：查询停下，原来的错误传出来，临时文件夹不留。"""
    told = []

    def stop(*step):
        told.append(step)
        if len(told) > told_before:
            raise KeyboardInterrupt("够了")

    engine = engines.DuckDBEngine(warehouse.Settings(progress=stop, temp_folder=tmp_path), "UTC")
    with pytest.raises(KeyboardInterrupt, match="够了"):
        engine.table("endless", ENDLESS, "数不完")
    engine.close()
    assert list(tmp_path.iterdir()) == []
    assert len(told) == told_before + 1


def test_stopping_while_opening_keeps_the_reason(tmp_path):
    def stop(*_):
        raise ZeroDivisionError("回调自己的错")

    with pytest.raises(ZeroDivisionError, match="回调自己的错"):
        warehouse.open_orders(
            arrow(SHOP), AS_OF, settings=warehouse.Settings(progress=stop, temp_folder=tmp_path)
        )
    assert list(tmp_path.iterdir()) == []


def test_control_c_without_a_callback_is_a_keyboard_interrupt(tmp_path):
    """真的信号，在另一个进程里；退出码 7 是脚本接住了 KeyboardInterrupt，之后连接照常关上。"""
    script = f"""
import os, signal, sys, threading
from lifecycle_lab.warehouse import engines
engine = engines.DuckDBEngine(engines.Settings(temp_folder={str(tmp_path)!r}), "UTC")
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    engine.table("endless", {ENDLESS!r}, "数不完")
except KeyboardInterrupt:
    engine.close()
    sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (7, "")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_table_does_not_hinder_closing(monkeypatch):
    with warehouse.open_orders(arrow(SHOP), AS_OF) as w:
        before = w.at(date(2023, 3, 1))
        monkeypatch.setattr(statements, "CLOSED_GAPS", "select cast('x' as int)")
        with pytest.raises(DataError):
            before.gaps()
        before.close()
        monkeypatch.undo()
        assert w.gaps()


SHARED_TABLES = "select table_name from duckdb_tables()"


def tables():
    """共用的数据库里此刻的表；别的测试的店也许还开着，所以只比前后。"""
    gc.collect()
    with warehouse.open_orders(arrow(SHOP[:1]), AS_OF) as w:
        mine = set(w._engine._tables)
        return {name for (name,) in w._engine.rows(SHARED_TABLES)} - mine


def test_a_stopped_table_does_not_stay_in_the_shared_database():
    before = tables()
    with warehouse.open_orders(arrow(SHOP), AS_OF) as w, pytest.raises(DataError):
        w._engine.table("lab_half_made", "select 1 // 0 + cast('x' as int)")
    assert tables() == before
    with warehouse.open_orders(arrow(SHOP), AS_OF, settings=warehouse.Settings(threads=1)) as w:
        rows = w._rows  # 大表数完间隔就放手一行一行的表
        w.gaps()
        assert rows not in {name for (name,) in w._engine.rows(SHARED_TABLES)}
    assert tables() == before


def test_a_warehouse_nobody_closed_leaves_no_tables_behind():
    """笔记本里重跑一格，旧的仓库就没有人关了；还拿着客户、还在取的时候不能删。"""
    before = tables()
    customers = warehouse.open_orders(arrow(SHOP), AS_OF).customers()
    rows = customers.rows()
    first = next(rows)
    assert tables() > before
    assert len([first, *rows]) == len(Oracle(SHOP).people)
    del customers, rows
    assert tables() == before


def test_the_users_own_database_is_untouched():
    orders = source("duckdb table", SHOP[:20], None)
    with warehouse.open_orders(orders, AS_OF):
        pass
    assert orders.connection.sql("show tables").fetchall() == [("seen",), ("shop",)]


# —— 轻 ——


def test_from_parquet_to_files_without_pandas_or_numpy(tmp_path):
    """DuckDB 自己读、自己算、自己写；数据框要了才引入。"""
    pq.write_table(arrow(SHOP), tmp_path / "orders.parquet")
    script = f"""
import sys
from datetime import date
from lifecycle_lab import warehouse
assert "duckdb" not in sys.modules
with warehouse.open_orders({str(tmp_path / "orders.parquet")!r}, date(2024, 1, 1)) as w:
    w.write({str(tmp_path / "out")!r})
    w.totals(), w.gaps(), w.states(), w.own_states(), w.centres("median"), w.histogram("recency")
    next(w.base()), next(w.customers().rows()), w.intake
print([name for name in ("numpy", "pandas", "pyarrow", "polars") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_spark_lock_has_hashes_no_addresses_and_every_requirement():
    root = Path(__file__).resolve().parents[1]
    lock = (root / "requirements-spark.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"^--|@ ", lock, re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([0-9.]+)", lock, re.MULTILINE))
    wanted = re.findall(
        r"^([a-z0-9._-]+)>=([0-9.]+)", (root / "requirements-spark.in").read_text(encoding="utf-8"), re.M
    )
    assert {name for name, _ in wanted} >= {"pyspark", "duckdb", "pytest"}
    for name, floor in wanted:
        assert tuple(map(int, locked[name].split("."))) >= tuple(map(int, floor.split("."))), name


# —— 文字 ——

TEXTS = {name: text for name, text in vars(statements).items() if name.isupper() and isinstance(text, str)}


@pytest.mark.parametrize("name", TEXTS)
def test_statements_are_integer_only(name):
    text = TEXTS[name].lower()
    assert "/" not in text
    assert not re.search(
        r"\b(avg|mean|median|quantile\w*|double|float|real|decimal|round|random|now)\b", text
    )
    assert not re.search(r"\d\.\d", text)


# —— 滑块 ——


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 30), st.integers(0, 30), st.integers(0, 9)), max_size=30),
    st.integers(-3, 35),
    st.none() | st.integers(-3, 35),
    st.integers(-3, 35),
    st.none() | st.integers(-3, 35),
)
def test_a_plane_counts_rectangles(cells, x_from, x_to, y_from, y_to):
    rows = [warehouse.State(x, y, n, 0) for x, y, n in cells]
    plane = warehouse.Plane(rows, "last_gap", "days_since", "customers")

    def inside(value, low, high):
        return value >= low and (high is None or value < high)

    assert plane.count(x_from, x_to, y_from, y_to) == sum(
        n for x, y, n in cells if x is not None and inside(x, x_from, x_to) and inside(y, y_from, y_to)
    )
    assert plane.none(y_from, y_to) == sum(n for x, y, n in cells if x is None and inside(y, y_from, y_to))


def test_the_cubes_project_to_class_states():
    """80/200/400 的类别周期：从方块数与逐个客户数一样多。"""
    oracle = Oracle(SHOP)
    with warehouse.open_orders(arrow(SHOP), AS_OF) as w:
        plane = warehouse.Plane(w.states(), "last_gap", "days_since", "customers")
    for low, high, cycle in ((0, 80, 80), (80, 200, 200), (200, 401, 400), (401, None, 400)):
        for k in range(3):
            expected = sum(
                1
                for p in oracle.people.values()
                if p["gaps"]
                and low <= p["gaps"][-1] < (high or 10**6)
                and k * cycle <= oracle.day - p["days"][-1] < (k + 1) * cycle
            )
            assert plane.count(low, high, k * cycle, (k + 1) * cycle) == expected
