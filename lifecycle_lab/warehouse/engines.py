"""跑 SQL 的两个引擎，同一组动作：起表、取行、流式取行、写文件、收拾干净。

DuckDB 在本机的内存里跑，放不下就写进一个临时文件夹，用完删掉；Spark 只在给了它的数据框时才引入。
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lifecycle_lab.schema import DataError, ParameterError, quote
from lifecycle_lab.warehouse import statements

Progress = Callable[[str, float], None]
BATCH = 10_000
SHARED_ROWS = 100_000  # 不到这么多行，切开不如一遍流过
LOOK_AHEAD = 100_000  # 找切口往后看这么多行
_POLL_SECONDS = 0.1
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Settings:
    """引擎的设置（只对 DuckDB；Spark 用自己的）。

    memory_limit: 如 "2GiB"，超过就写临时文件；None 用机器内存的八成。threads: 并行数。
    temp_folder: 临时文件放在哪个文件夹里（里面另建一个，用完删掉）。
    progress: 每隔一会儿叫一次 progress(在做什么, 这一步做完的比例 0…1)。
    """

    memory_limit: str | None = None
    threads: int | None = None
    temp_folder: Path | str | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        limit = self.memory_limit
        if limit is not None and not re.fullmatch(r"[1-9]\d{0,6}(\.\d+)? ?[KMGT]i?B", str(limit)):
            raise ParameterError(f"内存上限 {quote(limit)} 读不懂。", remedy='写成 "2GiB"、"800MB" 这样。')
        if self.threads is not None and (type(self.threads) is not int or self.threads < 1):
            raise ParameterError(f"并行数 {quote(self.threads)} 不是正整数。")


def fresh_name(what: str) -> str:
    """我们自己起的表名，一个进程里不重复。"""
    return f"lab_{what}_{next(_numbers)}"


class Database:
    """一个内存里的 DuckDB 与它的临时文件夹：不联网、不装扩展、不碰用户的数据库。"""

    def __init__(self, settings: Settings) -> None:
        import duckdb

        self._spill = tempfile.TemporaryDirectory(
            prefix="lifecycle-lab-", dir=settings.temp_folder, ignore_cleanup_errors=True
        )
        config = {
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
            "temp_directory": self._spill.name,
        }
        if settings.memory_limit:
            config["memory_limit"] = settings.memory_limit.replace(" ", "")
        if settings.threads:
            config["threads"] = settings.threads
        self.connection = duckdb.connect(config=config)
        self.left_behind: list[str] = []

    def cursor(self):
        """另开一条连接；先删去没有关上就不见了的仓库留下的表。"""
        cursor = self.connection.cursor()
        while self.left_behind:
            cursor.execute(f"drop table if exists {self.left_behind.pop()}")
        return cursor

    def close(self) -> None:
        self.connection.close()
        self._spill.cleanup()


@functools.cache
def _shared_database(process: int, small: bool) -> Database:
    """没有特别设置的仓库共用一个数据库：开一个要十几毫秒，比一千笔订单的全部计算还久。

    process: 进程号；分叉出来的进程另开一个。small: 小表只用一条线程，线程之间不必互相等。
    """
    database = Database(Settings(threads=1) if small else Settings())
    if small:  # 小表上，把一句改写得更快，比照原样跑还久
        steps = [name for (name,) in database.connection.execute("from duckdb_optimizers()").fetchall()]
        database.connection.execute(f"set global disabled_optimizers = '{','.join(steps)}'")
    return database


class DuckDBEngine:
    """一个仓库在数据库里的一条连接；它起的表名不与别人重复，关上时都删掉。"""

    recipe = statements.STREAMED

    def __init__(self, settings: Settings, zone: str, small: bool = False) -> None:
        import duckdb

        self.settings, self._error, self._tables = settings, duckdb.Error, []
        self.lengths: dict[str, int] = {}  # 登记进来的数据框各有几行，不必再数
        special = settings.memory_limit or settings.threads or settings.temp_folder
        self.small = small and not special
        self._own = Database(settings) if special else None
        database = self._own or _shared_database(os.getpid(), small)
        self.connection = database.cursor()
        # 笔记本里重跑一格，旧的仓库没人关：这里只记下表名（垃圾回收的当口不跑 SQL），下一个仓库来删
        weakref.finalize(self, database.left_behind.extend, self._tables).atexit = False
        try:
            self.connection.execute(f"set TimeZone = {text_literal(zone)}")
        except duckdb.Error:
            self.close()
            raise ParameterError(f"时区 {quote(zone)} 不认识。", remedy="写成 Asia/Shanghai 这样。") from None

    def table(self, name: str, sql: str, doing: str = "") -> None:
        self._tables.append(name)  # 先记下再建：中途停下也删得掉
        self._run(f"create table {name} as {sql}", doing)

    def spread(self, statement: str, table: str) -> str:
        """一段只在一位客户之内往前看的写法：流过的一遍只用一条线程，所以按客户切成几份，各流各的。"""
        return " union all ".join(statement.format(rows=share) for share in self._shares(table))

    def _shares(self, table: str) -> list[str]:
        """排好序的表切成几段，切口落在两位客户之间；小表不切。"""
        if self.small or not self.recipe.in_order:
            return [table]
        ((count, threads),) = self.rows(f"select count(*), current_setting('threads') from {table}")
        if count < SHARED_ROWS:
            return [table]
        cuts = {self._next_customer(table, count * part // threads) for part in range(1, threads)} - {None}
        edges = [0, *sorted(cuts), count]
        return [
            f"(select * from {table} where rowid >= {low} and rowid < {high})"
            for low, high in pairwise(edges)
        ]

    def _next_customer(self, table: str, row: int) -> int | None:
        """第 row 行或以后，头一位新客户从哪一行开始；很远都是同一位客户 → None，这里就不切。"""
        near = f"rowid >= {row} and rowid < {row + LOOK_AHEAD}"
        before = f"(select customer_id from {table} where rowid = {row - 1})"
        return self.rows(f"select min(rowid) from {table} where {near} and customer_id <> {before}")[0][0]

    def rows(self, sql: str) -> list[tuple]:
        with self._worded():
            return self.connection.execute(sql).fetchall()

    def count(self, source: str) -> int:
        return self.lengths.get(source) or self.rows(f"select count(*) from {source}")[0][0]

    def stream(self, sql: str) -> Iterator[tuple]:
        """一批一批地取；用自己的游标，中间可以再问别的。"""
        cursor = self.connection.cursor()
        with self._worded():
            cursor.execute(sql)
        while batch := self._batch(cursor):
            yield from batch

    def _batch(self, cursor) -> list[tuple]:
        with self._worded():
            return cursor.fetchmany(BATCH)

    def frame(self, sql: str):
        with self._worded():
            return self.connection.execute(sql).df()

    def types(self, source: str) -> dict[str, str]:
        with self._worded():
            relation = self.connection.sql(f"from {source}")
            return dict(zip(relation.columns, map(str, relation.types), strict=True))

    def drop(self, *names: str) -> None:
        for name in names:
            if name in self._tables:  # 起了名字、还没建成的不在里面
                self._tables.remove(name)
                self._run(f"drop table if exists {name}")

    free = drop

    def write_parquet(self, sql: str, path: Path, doing: str = "") -> None:
        self._run(
            f"copy ({sql}) to {text_literal(str(path))} (format parquet, parquet_version v2, compression zstd)",
            doing,
        )

    def close(self) -> None:
        if self._own:  # 数据库是自己的，一起关掉，不必逐张删
            self.connection.close()
            self._own.close()
            return
        self.drop(*list(self._tables))
        self.connection.close()

    def _run(self, sql: str, doing: str = "") -> None:
        with self._worded():
            if doing and (self.settings.progress or not self.small):
                self._watched(sql, doing)
            else:
                self.connection.execute(sql)

    @contextmanager
    def _worded(self) -> Iterator[None]:
        """引擎的错误换成我们的；Ctrl-C 叫停的查询仍是 Ctrl-C（DuckDB 把它报成 RuntimeError）。"""
        try:
            yield
        except self._error as error:
            raise engine_error(error) from None
        except RuntimeError as error:
            if str(error) == "Query interrupted":
                raise KeyboardInterrupt from None
            raise

    def _watched(self, sql: str, doing: str) -> None:
        """在另一条线程里跑，这里每隔一会儿报一次进度；Ctrl-C 落在这里，先叫停再抛出。

        不报进度的长查询也这样跑：DuckDB 自己要等手上的一段做完才看信号，可能是半分钟。
        """
        tell = self.settings.progress or _silent
        work = _Work(self.connection, sql)
        told = 0.0
        try:
            work.thread.start()
            tell(doing, told)
            while not work.done.wait(_POLL_SECONDS):
                told = max(told, min(self.connection.query_progress() / 100, 1.0))
                tell(doing, told)
            tell(doing, 1.0)
        finally:
            work.stop()
        if work.error:
            raise work.error


def _silent(_doing: str, _fraction: float) -> None:
    """没有人要听进度。"""


class _Work:
    """在另一条线程里跑的一句；error 是它抛出的错误。"""

    def __init__(self, connection, sql: str) -> None:
        self.connection, self.sql, self.error = connection, sql, None
        self.done, self.thread = threading.Event(), threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.connection.execute(self.sql)
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()

    def stop(self) -> None:
        """叫停还在跑的查询，等它真的停下，连接才关得上；查询还没开始时叫不停，所以一再地叫。

        看 done 而不看线程：Python 3.11 的 join 被 Ctrl-C 打断以后，会说还在跑的线程已经停了。
        """
        while self.thread.ident is not None and not self.done.is_set():
            with suppress(KeyboardInterrupt):  # 再按一次 Ctrl-C 也是同一件事：已经在停了
                self.connection.interrupt()
                self.done.wait(_POLL_SECONDS)


class SparkEngine:
    """用户的 Spark 会话；同样的 SQL，结果也是普通的整数。"""

    recipe = statements.PORTABLE
    small = False

    def __init__(self, session, zone: str) -> None:
        from pyspark.errors import PySparkException

        self.session, self._error, self._kept = session, PySparkException, {}
        current = session.conf.get("spark.sql.session.timeZone")
        if current != zone:
            raise ParameterError(
                f"Spark 会话的时区是 {quote(current)}，说好的是 {quote(zone)}。",
                why="时刻换成哪一天，由会话的时区决定。",
                remedy=f"先 spark.conf.set('spark.sql.session.timeZone', {zone!r})，或把 zone 改成会话的时区。",
            )

    def table(self, name: str, sql: str, doing: str = "") -> None:
        self._kept[name] = self._sql(sql).persist()
        self._kept[name].createOrReplaceTempView(name)

    def spread(self, statement: str, table: str) -> str:
        """Spark 自己会分。"""
        return statement.format(rows=table)

    def rows(self, sql: str) -> list[tuple]:
        return [tuple(row) for row in self._tried(lambda: self._sql(sql).collect())]

    def count(self, source: str) -> int:
        return self.rows(f"select count(*) from {source}")[0][0]

    def stream(self, sql: str) -> Iterator[tuple]:
        return map(tuple, self._sql(sql).toLocalIterator())

    def frame(self, sql: str):
        return self._sql(sql).toPandas()

    def types(self, source: str) -> dict[str, str]:
        return dict(self.session.table(source).dtypes)

    def drop(self, *names: str) -> None:
        for name in names:
            self.session.catalog.dropTempView(name)
            if name in self._kept:
                self._kept.pop(name).unpersist()

    def free(self, *names: str) -> None:
        """Spark 到要用的时候才算，早放手就要重算；关上时一起收。"""

    def write_parquet(self, sql: str, path: Path, doing: str = "") -> None:
        """Spark 写的是一个文件夹。"""
        self._tried(lambda: self._sql(sql).write.mode("error").parquet(str(path)))

    def close(self) -> None:
        self.drop(*list(self._kept))

    def _sql(self, sql: str):
        return self._tried(lambda: self.session.sql(sql))

    def _tried(self, action):
        try:
            return action()
        except self._error as error:
            raise engine_error(error) from None


Engine = DuckDBEngine | SparkEngine


def text_literal(text: str) -> str:
    """SQL 里的一段文字（文件名、时区）：单引号写两遍。"""
    return "'" + text.replace("'", "''") + "'"


def engine_error(error: Exception) -> DataError:
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return DataError(
        "这份订单算不下去。", why=quote(first_line, 200), remedy="检查文件是否完整、磁盘与内存是否够用。"
    )
