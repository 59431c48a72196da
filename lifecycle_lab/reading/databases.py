"""SQLite 与 DuckDB 的一张表：只读地打开，不许碰别的文件；表名、列名加引号，从目录里核对过才用。"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from lifecycle_lab.reading.columns import TypedTable, is_plain, is_words, some, text_bytes
from lifecycle_lab.reading.limits import LONGEST_CELL, ChoiceNeeded, Limits, too_big_unpacked
from lifecycle_lab.reading.text_tables import LooksLike
from lifecycle_lab.schema import DataError, LabError, quote

BATCH_ROWS = 50_000
STEPS_BETWEEN, MOST_STEPS = 1_000_000, 1_500  # 视图里可以写死循环：数着虚拟机的步数停下
_DUCKDB_SAFE = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",
    "threads": "2",
}
_AS_TEXT = ("UUID", "ENUM", "TIME", "UHUGEINT", "INTERVAL")


def quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def open_database(
    name: str, path: Path, kind: str, table: str, looks_like: LooksLike | None, limits: Limits
) -> tuple[TypedTable, str]:
    """（选中的那张表，它的名字）；有几张而没有说明 → ChoiceNeeded。"""
    engine = {"sqlite": _SQLite, "duckdb": _DuckDB}[kind](name, path, limits)
    names = engine.tables()
    if not names:
        raise DataError(f"数据库 {quote(name, 80)} 里没有表。", remedy="检查是不是选错了文件。")
    chosen = _choose(name, names, table, looks_like, engine.head)
    return engine.open(chosen), chosen


def _choose(
    name: str, names: Sequence[str], wanted: str, looks_like: LooksLike | None, head: Callable
) -> str:
    if wanted:
        if found := [n for n in names if n == wanted] or [n for n in names if n.endswith("." + wanted)]:
            return found[0]
        raise _ask(name, names, f"没有叫 {quote(wanted)} 的表。")
    if len(names) == 1:
        return names[0]
    liked = [n for n in names if looks_like and looks_like([head(n)])]
    if len(liked) == 1:
        return liked[0]
    raise _ask(name, liked or names, "不知道该读哪一张。")


def _ask(name: str, names: Sequence[str], why: str) -> ChoiceNeeded:
    return ChoiceNeeded(
        f"数据库 {quote(name, 80)} 里有 {len(names)} 张可读的表，要说读哪一张。",
        where=some(names, 10),
        why=why,
        remedy="写明表名：文件::表名，或 table=（命令行用 --table）。",
        option="table",
        choices=names,
    )


def _broken(name: str, error: Exception) -> DataError:
    return DataError(
        f"数据库 {quote(name, 80)} 是损坏的、正被别的程序占着，或读不懂。",
        why=f"打开时出错：{type(error).__name__}。",
        remedy="关掉正在用它的程序；或把这张表导出成 CSV、Parquet。",
    )


class _SQLite:
    """一格可以是任何类型：逐列看过实有的类型，才定这一列是什么。"""

    def __init__(self, name: str, path: Path, limits: Limits) -> None:
        self.name, self.path, self.limits = name, path, limits

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True, timeout=2)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4 * LONGEST_CELL + 1000)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        steps = iter(range(MOST_STEPS))
        connection.set_progress_handler(lambda: next(steps, None) is None, STEPS_BETWEEN)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        return connection

    def _ask(self, text: str) -> list[tuple]:
        try:
            with closing(self._connect()) as connection:
                return connection.execute(text).fetchall()
        except (sqlite3.Error, ValueError, OverflowError, MemoryError) as error:
            raise _broken(self.name, error) from None

    def tables(self) -> list[str]:
        found = self._ask(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        )
        return [str(name) for (name,) in found]

    def head(self, table: str) -> list[str]:
        return [str(row[1]) for row in self._ask(f"PRAGMA table_info({quoted(table)})")]

    def open(self, table: str) -> TypedTable:
        import pyarrow as pa

        names = self.head(table)
        ((rows,),) = self._ask(f"SELECT count(*) FROM {quoted(table)}")
        kinds = {name: self._kind(table, name) for name in names}
        left = [name for name in names if kinds[name] is None]
        schema = pa.schema([(name, kinds[name]) for name in names if kinds[name] is not None])
        notes = (f"没有读的列（二进制）：{some(left)}。",) if left else ()
        return TypedTable(self.name, schema, rows, lambda c: self._batches(table, schema, c), notes)

    def _kind(self, table: str, column: str):
        """实有的类型：全是整数、全是数、只有空，其余都按文字；二进制的不读（None）。"""
        import pyarrow as pa

        found = {
            kind for (kind,) in self._ask(f"SELECT DISTINCT typeof({quoted(column)}) FROM {quoted(table)}")
        }
        found.discard("null")
        if "blob" in found:
            return None
        return {
            frozenset(): pa.null(),
            frozenset({"integer"}): pa.int64(),
            frozenset({"real"}): pa.float64(),
        }.get(frozenset(found), pa.string())

    def _batches(self, table: str, schema, columns: Sequence[str]) -> Iterator:
        import pyarrow as pa

        fields = [schema.field(column) for column in columns]
        selected = ", ".join(map(quoted, columns))
        room = self.limits.unpacked_bytes
        try:
            with closing(self._connect()) as connection:
                cursor = connection.execute(f"SELECT {selected} FROM {quoted(table)}")
                while rows := cursor.fetchmany(BATCH_ROWS):
                    arrays = [_array(v, f.type) for v, f in zip(zip(*rows, strict=True), fields, strict=True)]
                    room -= sum(text_bytes(self.name, a) for a in arrays if is_words(a.type))
                    if room < 0:
                        raise too_big_unpacked(self.name, self.limits.unpacked_bytes)
                    yield pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
        except (sqlite3.Error, ValueError, OverflowError, MemoryError, pa.ArrowException) as error:
            raise _broken(self.name, error) from None


def _array(values: Sequence[object], kind):
    import pyarrow as pa

    if is_words(kind):
        values = [v if v is None or isinstance(v, str) else repr(v) for v in values]
    return pa.array(values, kind)


class _DuckDB:
    """只读，不许碰别的文件，不装扩展；UUID、枚举、时刻换成文字，套着一串的列不读。"""

    def __init__(self, name: str, path: Path, limits: Limits) -> None:
        self.name, self.path, self.limits = name, path, limits

    def _connect(self):
        import duckdb

        return duckdb.connect(str(self.path), read_only=True, config=_DUCKDB_SAFE)

    def _ask(self, text: str, values: Sequence[object] = ()) -> list[tuple]:
        try:
            with closing(self._connect()) as connection:
                return connection.execute(text, list(values)).fetchall()
        except LabError:
            raise
        except Exception as error:  # duckdb 的错没有在这里认得的根，也不在顶层引入它
            raise _broken(self.name, error) from None

    def tables(self) -> list[str]:
        found = self._ask(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_catalog = current_catalog() ORDER BY 1, 2"
        )
        return [name if schema == "main" else f"{schema}.{name}" for schema, name in found]

    def _columns(self, table: str) -> list[tuple[str, str]]:
        schema, _, name = table.rpartition(".") if "." in table else ("main", "", table)
        found = self._ask(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_catalog ="
            " current_catalog() AND ((table_schema = ? AND table_name = ?) OR"
            " (table_schema = 'main' AND table_name = ?)) ORDER BY ordinal_position",
            [schema, name, table],
        )
        return [(column, kind) for column, kind in found]

    def head(self, table: str) -> list[str]:
        return [column for column, _ in self._columns(table)]

    def _place(self, table: str) -> str:
        if "." in table and table not in {n for (n,) in self._ask("SELECT table_name FROM duckdb_tables()")}:
            schema, _, name = table.rpartition(".")
            return f"{quoted(schema)}.{quoted(name)}"
        return f"main.{quoted(table)}"

    def open(self, table: str) -> TypedTable:
        selected = {name: _selected(name, kind) for name, kind in self._columns(table)}
        schema = self._schema(table, selected)
        left = [f.name for f in schema if not is_plain(f.type)]
        for name in left:
            schema = schema.remove(schema.get_field_index(name))
        ((rows,),) = self._ask(f"SELECT count(*) FROM {self._place(table)}")
        notes = (f"没有读的列（一格里套着一串，或是二进制）：{some(left)}。",) if left else ()
        return TypedTable(
            self.name, schema, rows, lambda columns: self._batches(table, selected, columns), notes
        )

    def _schema(self, table: str, selected: dict[str, str]):
        try:
            with closing(self._connect()) as connection:
                text = f"SELECT {', '.join(selected.values())} FROM {self._place(table)} LIMIT 0"
                return connection.execute(text).to_arrow_reader(1).schema
        except Exception as error:
            raise _broken(self.name, error) from None

    def _batches(self, table: str, selected: dict[str, str], columns: Sequence[str]) -> Iterator:
        room = self.limits.unpacked_bytes
        try:
            with closing(self._connect()) as connection:
                text = f"SELECT {', '.join(selected[c] for c in columns)} FROM {self._place(table)}"
                for batch in connection.execute(text).to_arrow_reader(BATCH_ROWS):
                    room -= sum(text_bytes(self.name, a) for a in batch.columns if is_words(a.type))
                    if room < 0:
                        raise too_big_unpacked(self.name, self.limits.unpacked_bytes)
                    yield batch
        except LabError:
            raise
        except Exception as error:
            raise _broken(self.name, error) from None


def _selected(name: str, kind: str) -> str:
    """不是文字、数、日期、是否，却能写成文字的，换成文字。"""
    cast = kind.upper().startswith(_AS_TEXT) and not kind.upper().startswith("TIMESTAMP")
    return f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" if cast else quoted(name)
