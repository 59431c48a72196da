"""Parquet 与数据库：类型、时区、嵌套、炸弹、许多张表、有敌意的名字；数据库只读，视图不许走出去。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from corpus.case import Case, accepted, ask, partly, refused, stopped
from corpus.make import GOOD_CLEAN, duckdb_file, good, good_columns, parquet, sqlite_file

PLAIN = accepted(*GOOD_CLEAN)
PARQUET = "订单.parquet"
DAYS = [date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)]
Build = Callable[[Path], None]


def _later(content: Callable[[], bytes]) -> Build:
    return lambda path: path.write_bytes(content())


def _changed(
    name: str, expect, file: str = PARQUET, options: tuple[str, ...] = (), **columns: Callable[[], object]
) -> Case:
    """好的一份，换掉几列；列的值到写文件时才造（pyarrow 那时才引入）。"""

    def build(path: Path) -> None:
        changed = {column: make() for column, make in columns.items()}
        kept = {
            column: value for column, value in good_columns().items() if changed.get(column, 0) is not None
        }
        path.write_bytes(parquet(kept | {k: v for k, v in changed.items() if v is not None}))

    return Case(name, build, expect, file, options)


def _array(values: list, kind: str, *arguments) -> Callable[[], object]:
    def make():
        import pyarrow as pa

        found = getattr(pa, kind)(*arguments) if kind else None
        return pa.array(values, found)

    return make


def _parquet_types() -> list[Case]:
    utc_times = [datetime(2024, 5, 1, 1), datetime(2024, 5, 1, 16, 30), datetime(2024, 5, 3, 1)]
    not_day = partly(*GOOD_CLEAN[::2], bad=[(3, "paid_at")])
    decimals = [Decimal("10.00"), Decimal("20.50"), Decimal("30.00")]
    ids = [2019032812345678901, 2019032812345678902, 2019032812345678903]
    id_rows = tuple(row.replace(f"A{i}", str(ids[i - 1])) for i, row in enumerate(GOOD_CLEAN, start=1))
    floats = [2.019032812345679e18, 2.019032812345679e18, 2.1e18]
    nested = _later(lambda: parquet(good_columns() | {"items": [[{"sku": 1}], [], None]}))
    return [
        _changed("text", PLAIN),
        _changed("parquet-called-csv", PLAIN, "订单.csv"),
        _changed("decimal", PLAIN, amount=_array(decimals, "decimal128", 18, 2)),
        _changed("decimal-4", PLAIN, amount=_array(decimals, "decimal128", 18, 4)),
        _changed(
            "decimal-finer-than-a-cent",
            partly(*GOOD_CLEAN[::2], bad=[(3, "amount")]),
            amount=_array([Decimal("10.0000"), Decimal("20.5001"), Decimal("30")], "decimal128", 18, 4),
        ),
        _changed("decimal-256", PLAIN | stopped(), amount=_array(decimals, "decimal256", 50, 2)),
        _changed("float", PLAIN, amount=_array([10.0, 20.5, 30.0], "float64")),
        _changed(
            "float-noise",
            accepted("A1|u1|0.30|2024-05-01|1", *GOOD_CLEAN[1:]),
            amount=_array([0.1 + 0.2, 20.5, 30.0], "float64"),
        ),
        # 单精度的 19.99 摊开是 19.989999771…：按它自己的精度读是 19.99
        _changed(
            "float32",
            accepted("A1|u1|19.99|2024-05-01|1", *GOOD_CLEAN[1:])
            | partly(*GOOD_CLEAN[1:], bad=[(2, "amount")])
            | stopped(),
            amount=_array([19.99, 20.5, 30.0], "float32"),
        ),
        _changed(
            "float-nan",
            partly(*GOOD_CLEAN[::2], bad=[(3, "amount")]),
            amount=_array([10.0, float("nan"), 30.0], "float64"),
        ),
        _changed(
            "float-infinite",
            partly(*GOOD_CLEAN[::2], bad=[(3, "amount")]),
            amount=_array([10.0, float("inf"), 30.0], "float64"),
        ),
        _changed(
            "whole-amounts",
            accepted("A1|u1|10.00|2024-05-01|1", "A2|u2|20.00|2024-05-02|2", "A3|u1|30.00|2024-05-03|3"),
            amount=_array([10, 20, 30], "int64"),
        ),
        _changed("date32", PLAIN, paid_at=_array(DAYS, "date32")),
        _changed("date64", PLAIN, paid_at=_array(DAYS, "date64")),
        _changed(
            "timestamp",
            PLAIN,
            paid_at=_array([datetime(2024, 5, d, 23, 59, 59) for d in (1, 2, 3)], "timestamp", "us"),
        ),
        _changed(
            "timestamp-ns",
            PLAIN,
            paid_at=_array([datetime(2024, 5, d, 0, 0, 1) for d in (1, 2, 3)], "timestamp", "ns"),
        ),
        # 16:30 协调世界时是北京的第二天
        _changed("timestamp-utc", PLAIN, paid_at=_array(utc_times, "timestamp", "us", "UTC")),
        _changed("timestamp-shanghai", PLAIN, paid_at=_array(utc_times, "timestamp", "us", "Asia/Shanghai")),
        _changed(
            "timestamp-new-york",
            PLAIN
            | accepted("A1|u1|10.00|2024-04-30|1", "A2|u2|20.50|2024-05-01|2", "A3|u1|30.00|2024-05-02|3")
            | ask("时区"),
            paid_at=_array(
                [datetime(2024, 5, 1, 1), datetime(2024, 5, 1, 16, 30), datetime(2024, 5, 3, 1)],
                "timestamp",
                "us",
                "America/New_York",
            ),
        ),
        _changed("null-day", not_day, paid_at=_array([DAYS[0], None, DAYS[2]], "date32")),
        _changed(
            "null-customer",
            partly(*GOOD_CLEAN[::2], bad=[(3, "customer_id")]) | accepted(*GOOD_CLEAN[::2], masked=1),
            customer_id=_array(["u1", None, "u1"], "string"),
        ),
        _changed(
            "null-amount",
            partly(*GOOD_CLEAN[::2], bad=[(3, "amount")]),
            amount=_array(["10.00", None, "30.00"], "string"),
        ),
        _changed(
            "null-type-column",
            stopped() | partly(bad=[(2, "amount"), (3, "amount"), (4, "amount")]),
            amount=_array([None, None, None], "null"),
        ),
        # Parquet 的整数是精确的：19 位也没有坏
        _changed("ids-of-19-digits", accepted(*id_rows), order_id=_array(ids, "int64")),
        _changed(
            "ids-as-floats",
            refused("小数", "表格软件", "科学记数", "数")
            | partly(bad=[(2, "order_id"), (3, "order_id"), (4, "order_id")]),
            order_id=_array(floats, "float64"),
        ),
        _changed(
            "customers-as-small-floats",
            stopped()
            | accepted(*(row.replace("u", "") for row in GOOD_CLEAN))
            | partly(bad=[(2, "customer_id"), (3, "customer_id"), (4, "customer_id")]),
            customer_id=_array([1.0, 2.0, 1.0], "float64"),
        ),
        _changed(
            "dictionary",
            PLAIN,
            customer_id=lambda: _array(["u1", "u2", "u1"], "string")().dictionary_encode(),
        ),
        _changed("large-string", PLAIN, customer_id=_array(["u1", "u2", "u1"], "large_string")),
        _changed("binary-customer", stopped() | PLAIN, customer_id=_array([b"u1", b"u2", b"u1"], "binary")),
        _changed(
            "bool-amount",
            stopped() | partly(bad=[(2, "amount"), (3, "amount"), (4, "amount")]),
            amount=_array([True, False, True], "bool_"),
        ),
        _changed("uint8-quantity", PLAIN, quantity=_array([1, 2, 3], "uint8")),
        _changed("without-quantity", accepted(*(row[:-1] for row in GOOD_CLEAN)), quantity=lambda: None),
        _changed(
            "chinese-columns",
            accepted("A1|u1|10.00|2024-05-01|"),
            order_id=lambda: None,
            customer_id=lambda: None,
            amount=lambda: None,
            paid_at=lambda: None,
            quantity=lambda: None,
            订单编号=lambda: ["A1"],
            客户编号=lambda: ["u1"],
            金额=lambda: ["￥10.00"],
            付款时间=lambda: ["2024年5月1日"],
        ),
        _changed(
            "nul-in-customer",
            partly(*GOOD_CLEAN[::2], bad=[(3, "customer_id")]),
            customer_id=lambda: ["u1", "u\x002", "u1"],
        ),
        _changed(
            "formula-customer",
            accepted(GOOD_CLEAN[0], "A2|=1+1|20.50|2024-05-02|2", GOOD_CLEAN[2]),
            customer_id=lambda: ["u1", "=1+1", "u1"],
        ),
        Case("nested-unneeded", nested, PLAIN | stopped("类型", "嵌套"), PARQUET),
        _changed("nested-amount", stopped(), amount=lambda: [[10.0], [20.5], [30.0]]),
        _changed(
            "struct-customer", stopped(), customer_id=lambda: [{"id": "u1"}, {"id": "u2"}, {"id": "u1"}]
        ),
        _changed(
            "no-rows",
            stopped("数据", "行", "空"),
            order_id=_array([], "string"),
            customer_id=_array([], "string"),
            amount=_array([], "string"),
            paid_at=_array([], "string"),
            quantity=_array([], "int64"),
        ),
        _changed(
            "ambiguous-days",
            ask("日期", "日在前", "月在前", "先后"),
            paid_at=lambda: ["01/05/2024", "02/05/2024", "03/05/2024"],
        ),
        Case(
            "hostile-column-names",
            _later(
                lambda: parquet(
                    good_columns()
                    | {
                        'amount"; DROP TABLE x; --': ["1", "2", "3"],
                        "\x1b[31m": ["a", "b", "c"],
                        "": ["", "", ""],
                    }
                )
            ),
            PLAIN | stopped(),
            PARQUET,
        ),
    ]


def _parquet_files() -> list[Case]:
    import functools

    whole = functools.cache(lambda: parquet(good_columns()))

    def folder(parts: Callable[[], dict[str, bytes]]) -> Build:
        def build(path: Path) -> None:
            path.mkdir()
            for name, content in parts().items():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (path / name).write_bytes(content)

        return build

    def slice_of(*rows: int) -> bytes:
        return parquet({name: [values[i] for i in rows] for name, values in good_columns().items()})

    def other_types() -> bytes:
        import pyarrow as pa

        return parquet({**{n: v[2:] for n, v in good_columns().items()}, "amount": pa.array([30.0])})

    def bomb() -> bytes:
        """一个 4 MB 的值用字典编码重复一百万次：文件很小，摊开是几 TB。"""
        import pyarrow as pa

        rows = 1_000_000
        customer = pa.DictionaryArray.from_arrays(
            pa.array([0] * rows, pa.int32()), pa.array(["长" * 1_400_000])
        )
        same = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["1"]))
        days = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["2024-05-01"]))
        return parquet(
            {"order_id": same, "customer_id": customer, "amount": same, "paid_at": days}, compression="zstd"
        )

    def list_bomb() -> bytes:
        import numpy as np
        import pyarrow as pa

        inner = pa.array(np.zeros(60_000_000, dtype=np.int8))
        items = pa.ListArray.from_arrays(pa.array([0, 60_000_000], pa.int32()), inner)
        return parquet({n: v[:1] for n, v in good_columns().items()} | {"items": items}, compression="zstd")

    def arrow() -> bytes:
        import io

        import pyarrow as pa

        sink = io.BytesIO()
        found = pa.table(good_columns())
        with pa.ipc.new_file(sink, found.schema) as writer:
            writer.write_table(found)
        return sink.getvalue()

    two = folder(lambda: {"part-0.parquet": slice_of(0, 1), "part-1.parquet": slice_of(2)})
    spark = folder(
        lambda: {
            "part-0.parquet": slice_of(0, 1),
            "part-1.parquet": slice_of(2),
            "_SUCCESS": b"",
            ".part-0.parquet.crc": b"crc",
        }
    )
    mixed = folder(lambda: {"a.parquet": slice_of(0, 1), "b.parquet": other_types()})
    wrong = folder(lambda: {"a.parquet": slice_of(0, 1), "b.parquet": b"PAR1" + b"\x00" * 50 + b"PAR1"})
    stray = folder(lambda: {"a.parquet": slice_of(0, 1, 2), "readme.txt": b"hello"})
    return [
        Case("folder", two, PLAIN, "parquet 文件夹"),
        Case("folder-from-spark", spark, PLAIN, "orders.parquet"),
        Case("folder-of-differing-types", mixed, PLAIN | stopped(), "orders"),
        Case("folder-with-a-broken-part", wrong, refused(), "orders"),
        Case("folder-with-a-readme", stray, PLAIN | stopped(), "orders"),
        Case("folder-empty", folder(dict), stopped(), "orders"),
        Case("folder-of-csv", folder(lambda: {"a.csv": good()}), stopped() | PLAIN, "orders"),
        Case("truncated", _later(lambda: whole()[:-30]), refused(), PARQUET),
        Case("cut-in-half", _later(lambda: whole()[: len(whole()) // 2]), refused(), PARQUET),
        Case("only-magic", b"PAR1", refused(), PARQUET),
        Case("two-magics", b"PAR1PAR1", refused(), PARQUET),
        Case(
            "footer-length-lies", _later(lambda: whole()[:-8] + b"\xff\xff\xff\x7fPAR1"), refused(), PARQUET
        ),
        Case("encrypted", _later(lambda: whole()[:-4] + b"PARE"), refused(), PARQUET),
        Case(
            "middle-overwritten",
            _later(lambda: whole()[:60] + b"\xff" * 40 + whole()[100:]),
            refused() | PLAIN,
            PARQUET,
        ),
        Case("arrow-file", _later(arrow), stopped() | PLAIN, "订单.arrow"),
        Case("orc", b"ORC" + b"\x00" * 200, stopped(), "订单.orc"),
        Case("avro", b"Obj\x01" + b"\x00" * 200, stopped(), "订单.avro"),
        Case("repeated-huge-value", _later(bomb), stopped(), PARQUET, bomb=True),
        Case("huge-list", _later(list_bomb), stopped() | accepted(GOOD_CLEAN[0]), PARQUET, bomb=True),
    ]


CREATE = "CREATE TABLE {} (order_id TEXT, customer_id TEXT, amount {}, paid_at TEXT, quantity INTEGER)"
ROWS = [
    ("A1", "u1", "10.00", "2024-05-01", 1),
    ("A2", "u2", "20.50", "2024-05-02", 2),
    ("A3", "u1", "30.00", "2024-05-03", 3),
]
VALUES = "('A1','u1',10.00,DATE '2024-05-01',1),('A2','u2',20.50,DATE '2024-05-02',2),('A3','u1',30.00,DATE '2024-05-03',3)"


def _sqlite(name: str, expect, *statements, file: str = "店.db", bomb: bool = False) -> Case:
    return Case(name, sqlite_file(*statements), expect, file, bomb=bomb)


def _filled(table: str = "orders", kind: str = "TEXT") -> tuple:
    return CREATE.format(table, kind), (f"INSERT INTO {table} VALUES (?,?,?,?,?)", ROWS)


def _sqlite_cases() -> list[Case]:
    users = "CREATE TABLE users (id TEXT, phone TEXT)"
    hostile = '"orders""; DROP TABLE users; --"'
    endless = "CREATE VIEW orders AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i AS order_id, i AS customer_id, i AS amount, '2024-05-01' AS paid_at FROM n"
    odd = [
        ("A1", "u1", 10.0, "2024-05-01", 1),
        ("A2", "u2", "二十", "2024-05-02", 2),
        ("A3", "u1", 30, "2024-05-03", 3),
    ]
    blob = [("A1", b"\xff\xfe", "10.00", "2024-05-01", 1), *ROWS[1:]]
    nulls = [("A1", None, "10.00", "2024-05-01", 1), *ROWS[1:]]
    long = [(2019032812345678901, "u1", "10.00", "2024-05-01", 1)]
    return [
        _sqlite("sqlite", PLAIN, *_filled()),
        _sqlite("sqlite-called-csv", PLAIN, *_filled(), file="订单.csv"),
        _sqlite("sqlite-real", PLAIN, *_filled(kind="REAL")),
        _sqlite("sqlite-numeric", PLAIN, *_filled(kind="NUMERIC")),
        _sqlite("sqlite-one-orders-table-among-others", PLAIN | stopped("表"), *_filled(), users),
        _sqlite("sqlite-two-orders-tables", stopped("表"), *_filled(), *_filled("orders_2023")),
        _sqlite("sqlite-hostile-table-name", PLAIN, *_filled(hostile)),
        _sqlite(
            "sqlite-hostile-table-names",
            stopped("表"),
            *_filled(hostile),
            *_filled('"\x1b[31m\u202e<script>"'),
        ),
        _sqlite("sqlite-no-tables", stopped("表"), "PRAGMA user_version = 1"),
        _sqlite("sqlite-empty-table", stopped("数据", "行", "空"), _filled()[0]),
        _sqlite("sqlite-no-orders-table", stopped(), users, "INSERT INTO users VALUES ('1', '2')"),
        _sqlite("sqlite-endless-view", stopped(), endless, bomb=True),
        _sqlite(
            "sqlite-orders-and-endless-view",
            PLAIN | stopped("表"),
            *_filled(),
            endless.replace("VIEW orders", "VIEW v"),
            bomb=True,
        ),
        _sqlite(
            "sqlite-plain-view",
            PLAIN | stopped("表"),
            *_filled("raw"),
            "CREATE VIEW orders AS SELECT * FROM raw",
        ),
        _sqlite(
            "sqlite-mixed-types",
            partly(*GOOD_CLEAN[::2], bad=[(3, "amount")]),
            CREATE.format("orders", ""),
            ("INSERT INTO orders VALUES (?,?,?,?,?)", odd),
        ),
        _sqlite(
            "sqlite-blob-customer",
            partly(*GOOD_CLEAN[1:], bad=[(2, "customer_id")]) | stopped(),
            CREATE.format("orders", "TEXT"),
            ("INSERT INTO orders VALUES (?,?,?,?,?)", blob),
        ),
        _sqlite(
            "sqlite-null-customer",
            partly(*GOOD_CLEAN[1:], bad=[(2, "customer_id")]) | accepted(*GOOD_CLEAN[1:], masked=1),
            CREATE.format("orders", "TEXT"),
            ("INSERT INTO orders VALUES (?,?,?,?,?)", nulls),
        ),
        _sqlite(
            "sqlite-19-digit-ids",
            accepted("2019032812345678901|u1|10.00|2024-05-01|1"),
            CREATE.format("orders", "TEXT").replace("order_id TEXT", "order_id INTEGER"),
            ("INSERT INTO orders VALUES (?,?,?,?,?)", long),
        ),
        _sqlite(
            "sqlite-trigger",
            PLAIN,
            *_filled(),
            "CREATE TRIGGER t AFTER INSERT ON orders BEGIN DELETE FROM orders; END",
        ),
        _sqlite(
            "sqlite-hostile-columns",
            accepted("A1|u1|10.00|2024-05-01|") | ask("--map"),
            'CREATE TABLE orders ("订单号" TEXT, "客户编号" TEXT, "金额" TEXT, "日期" TEXT, "x""; DROP TABLE orders; --" TEXT)',
            "INSERT INTO orders VALUES ('A1','u1','10','2024-05-01','')",
        ),
        Case(
            "sqlite-truncated",
            _spoiled(sqlite_file(*_filled()), lambda data: data[:3000]),
            refused(),
            "店.db",
        ),
        Case(
            "sqlite-garbage-pages",
            _spoiled(sqlite_file(*_filled()), lambda data: data[:100] + b"\xff" * (len(data) - 100)),
            refused(),
            "店.db",
        ),
        Case("sqlite-only-header", b"SQLite format 3\x00", refused(), "店.db"),
    ]


def _spoiled(build: Build, change: Callable[[bytes], bytes]) -> Build:
    def spoil(path: Path) -> None:
        build(path)
        path.write_bytes(change(path.read_bytes()))

    return spoil


def _duckdb_cases() -> list[Case]:
    create = "CREATE TABLE {} (order_id VARCHAR, customer_id VARCHAR, amount DECIMAL(18,2), paid_at DATE, quantity INTEGER)"
    filled = (create.format("orders"), f"INSERT INTO orders VALUES {VALUES}")
    second = (create.format("more"), f"INSERT INTO more VALUES {VALUES}")
    outside = "CREATE VIEW orders AS SELECT line AS order_id, line AS customer_id, '1' AS amount, DATE '2024-05-01' AS paid_at FROM (SELECT unnest(string_split(content, chr(10))) AS line FROM read_text('/etc/hosts'))"
    name = 'orders"; DROP TABLE x; --'.replace('"', '""')

    def duck(case: str, expect, *statements: str, file: str = "店.duckdb", bomb: bool = False) -> Case:
        return Case(case, duckdb_file(*statements), expect, file, bomb=bomb)

    return [
        duck("duckdb", PLAIN, *filled),
        duck("duckdb-called-csv", PLAIN, *filled, file="订单.csv"),
        duck("duckdb-two-tables", stopped("表"), *filled, *second),
        duck(
            "duckdb-hostile-table-name",
            PLAIN,
            create.format(f'"{name}"'),
            f'INSERT INTO "{name}" VALUES {VALUES}',
        ),
        duck(
            "duckdb-schema",
            PLAIN | stopped("表"),
            "CREATE SCHEMA shop",
            create.format("shop.orders"),
            f"INSERT INTO shop.orders VALUES {VALUES}",
        ),
        duck("duckdb-empty", stopped("表"), "SELECT 1"),
        # 视图里写着读本机的别的文件：不许走出这个库
        duck("duckdb-view-reads-a-file", stopped(), outside),
        duck(
            "duckdb-endless-view",
            stopped() | accepted(),
            "CREATE VIEW orders AS SELECT range::VARCHAR AS order_id, 'u' AS customer_id, 1 AS amount, DATE '2024-05-01' AS paid_at FROM range(100000000000)",
            bomb=True,
        ),
        Case(
            "duckdb-truncated",
            _spoiled(duckdb_file(*filled), lambda data: data[:5000]),
            refused(),
            "店.duckdb",
        ),
        Case(
            "duckdb-garbage",
            _spoiled(duckdb_file(*filled), lambda data: data[:4096] + b"\xff" * (len(data) - 4096)),
            refused(),
            "店.duckdb",
        ),
    ]


def cases() -> list[Case]:
    return [*_parquet_types(), *_parquet_files(), *_sqlite_cases(), *_duckdb_cases()]
