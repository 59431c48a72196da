"""真的本机 Spark：同一段 SQL 一字不改，与普通循环、与 DuckDB 逐行相同（make test-spark）。

一个会话，固定的边上情形与十家抽出来的店；时刻、文字、奇怪的列名各一次。
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
import warehouse_oracle as plain
from warehouse_oracle import AS_OF, FIXED, Oracle, check_everything, drawn

from lifecycle_lab import warehouse
from lifecycle_lab.schema import DataError, Order, ParameterError

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def spark():
    sql = pytest.importorskip("pyspark.sql")
    builder = sql.SparkSession.builder.master("local[1]").appName("lifecycle-lab")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.sql.session.timeZone": "Asia/Shanghai",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        # 几分钟就结束的 JVM：不值得再优化一遍，也不值得几条线程一起收垃圾
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.codegen.wholeStage": "false",  # 小表：解释执行比现场编译快
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def frame(spark, rows):
    """一句 VALUES：不经过 Python 的工作进程，快得多。"""
    values = ", ".join(
        f"('{c}', date '{d}', cast('{Decimal(a) / 100}' as decimal(18, 2)), {str(k).lower()})"
        for c, d, a, k in rows
    )
    nothing = "('', date '2000-01-01', cast(0 as decimal(18, 2)), false)"
    names = "customer_id, order_date, amount, cancelled"
    return spark.sql(
        f"select * from values {values or nothing} as t({names}) where {'true' if rows else 'false'}"
    )


def everything(w):
    with w:
        table = w.customers() if w.totals().customers else None
        return (
            w.intake,
            list(w.base()),
            w.gaps(),
            w.own_states(),
            table and list(table.rows()),
        )


def on_duckdb(rows):
    return everything(
        warehouse.open_orders([Order(str(i), c, d, a, k) for i, (c, d, a, k) in enumerate(rows)], AS_OF)
    )


def merged(shops):
    """几家店合成一张表，一次跑完：客户编号前面加上店名，谁也不混进谁。"""
    return [(f"{name}|{c}", d, a, k) for name, rows in shops.items() for c, d, a, k in rows]


DRAWN = {f"drawn {seed}": drawn(seed, 40 * seed, 5 + 4 * seed) for seed in range(1, 11)}
SHOPS = {"fixed cases": merged(FIXED), "ten drawn shops": merged(DRAWN), "empty": []}


@pytest.mark.parametrize("shop", SHOPS)
def test_row_for_row_equal_to_duckdb(spark, shop):
    assert everything(warehouse.open_orders(frame(spark, SHOPS[shop]), AS_OF)) == on_duckdb(SHOPS[shop])


def test_equal_to_the_loops(spark):
    rows = drawn(11, 300, 40)
    with warehouse.open_orders(frame(spark, rows), AS_OF) as w:
        check_everything(w, rows)
        before = w.at(date(2023, 3, 1))
        assert list(before.base()) == Oracle(rows, date(2023, 3, 1)).base()
        assert set(w.migration(before)) == plain.migration(Oracle(rows, date(2023, 3, 1)), Oracle(rows))
        assert w.histogram("monetary", 1000) == duck_histogram(rows)


def duck_histogram(rows):
    with warehouse.open_orders(
        [Order(str(i), c, d, a, k) for i, (c, d, a, k) in enumerate(rows)], AS_OF
    ) as w:
        return w.histogram("monetary", 1000)


def test_the_same_text_runs_on_both(spark, monkeypatch):
    """记下两个引擎收到的每一句：除了读入的那一句和表名的号码，一个字节不差。"""
    from lifecycle_lab.warehouse import engines, statements

    rows = drawn(2, 60, 9)
    plain_names = {}
    for kind, orders in (("spark", frame(spark, rows)), ("duckdb", frame(spark, rows).toPandas())):
        heard = []
        engine = engines.SparkEngine if kind == "spark" else engines.DuckDBEngine
        monkeypatch.setattr(engines.DuckDBEngine, "recipe", statements.PORTABLE)
        for verb in ("table", "rows"):
            monkeypatch.setattr(engine, verb, _listening(getattr(engine, verb), heard, verb))
        # 写明设置的不算小表：小表把走完的间隔数在同一句里，不另起一张表
        w = warehouse.open_orders(orders, AS_OF, settings=warehouse.Settings(threads=1))
        everything(w)
        monkeypatch.undo()
        # 问列名、数来源的行数：数据框不必问引擎
        asked = [text for text in heard if not text.startswith(("describe", "select count(*) from"))]
        plain_names[kind] = [_without_names(text, w) for text in asked]
    assert len(plain_names["spark"]) == 6
    assert plain_names["spark"] == plain_names["duckdb"]


def _without_names(text, w):
    """读入的一句换成 READ，表名的号码去掉。"""
    for part in (w._read.every_row, w._read.orders, w._read.source):
        text = text.replace(part, "READ")
    return re.sub(r"lab_(\w+?)_\d+", r"lab_\1", text)


def _listening(original, told, verb):
    def heard(self, *arguments):
        told.append(arguments[0] if verb == "rows" else arguments[1])
        return original(self, *arguments)

    return heard


def test_times_texts_and_hostile_names(spark):
    name = "x` from y --"
    # 时刻写在 SQL 里，按会话的时区；Python 的 datetime 会按本机的时区换算
    values = "('a', timestamp'2023-05-01 23:59:00', '1.00'), ('a', timestamp'2023-05-03 00:00:00', '2.5')"
    values += ", (' ', timestamp'2023-05-03 00:00:00', '1')"
    orders = spark.sql(f"select * from values {values} as t(who, order_time, amount)")
    orders = orders.withColumnRenamed("who", name)
    with warehouse.open_orders(orders, AS_OF, warehouse.Columns(customer_id=name), bad_rows="set_aside") as w:
        (row,) = w.base()
        assert (row.money, row.last_gap, warehouse.day_date(row.first_day)) == (350, 2, date(2023, 5, 1))
        assert w.intake.no_customer == 1


def test_bad_rows_and_zones_are_refused(spark):
    texts = spark.createDataFrame(
        [("a", "2023-05-01", 1.005), ("b", "昨天", 2.0), ("c", "2023-05-01 08:00", 3.1)],
        ["customer_id", "order_date", "amount"],
    )
    with pytest.raises(DataError, match="没有日期或读不出 1 行、金额不是整数个最小单位 1 行"):
        warehouse.open_orders(texts, AS_OF)
    with pytest.raises(ParameterError, match="时区"):
        warehouse.open_orders(texts, AS_OF, zone="UTC")


def test_files(spark, tmp_path):
    rows = drawn(4, 80, 9)
    with warehouse.open_orders(frame(spark, rows), AS_OF) as w:
        w.write(tmp_path / "out")
        stored = spark.read.parquet(str(tmp_path / "out" / "customers.parquet")).collect()
        assert sorted(map(tuple, stored)) == list(map(tuple, w.customers().rows()))
