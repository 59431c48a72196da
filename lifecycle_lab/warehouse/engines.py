"""跑 SQL 的两个引擎，同一组动作：起表、取行、流式取行、写文件、收拾干净。

DuckDB 在本机的内存里跑，放不下就写进一个临时文件夹，用完删掉；Spark 只在给了它的数据框时才引入。
"""

from __future__ import annotations

import itertools
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.schema import DataError, ParameterError, quote

Progress = Callable[[str, float], None]
BATCH = 10_000
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


class DuckDBEngine:
    """一个只属于自己的 DuckDB：不联网、不装扩展、不碰用户的数据库。"""

    fast = True

    def __init__(self, settings: Settings, zone: str) -> None:
        import duckdb

        self.settings = settings
        self._error = duckdb.Error
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
        try:
            self.connection.execute(f"set TimeZone = {text_literal(zone)}")
        except duckdb.Error:
            self.close()
            raise ParameterError(f"时区 {quote(zone)} 不认识。", remedy="写成 Asia/Shanghai 这样。") from None

    def shares(self) -> list[str]:
        """把客户分成几份，每份一条流，同时跑；小表一份就够。"""
        return [""]

    def view(self, name: str, sql: str) -> None:
        self._run(f"create temp view {name} as {sql}")

    def shared_view(self, name: str, sql: str) -> None:
        """游标也看得见的视图；只能建在 table 上。"""
        self._run(f"create view {name} as {sql}")

    def table(self, name: str, sql: str, doing: str = "") -> None:
        self._run(f"create table {name} as {sql}", doing)

    def rows(self, sql: str, doing: str = "") -> list[tuple]:
        return self._run(sql, doing).fetchall()

    def stream(self, sql: str) -> Iterator[tuple]:
        """一批一批地取；用自己的游标，中间可以再问别的。"""
        result = self._run(sql, connection=self.connection.cursor())
        while batch := result.fetchmany(BATCH):
            yield from batch

    def frame(self, sql: str):
        return self._run(sql).df()

    def types(self, name: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.rows(f"describe {name}")}

    def drop(self, *names: str) -> None:
        for name in names:
            kind = self._run(
                f"select 1 from duckdb_views() where view_name = {text_literal(name)}"
            ).fetchone()
            self._run(f"drop {'view' if kind else 'table'} if exists {name}")

    def write_parquet(self, sql: str, path: Path, doing: str = "") -> None:
        self._run(f"copy ({sql}) to {text_literal(str(path))} (format parquet, compression zstd)", doing)

    def close(self) -> None:
        self.connection.close()
        self._spill.cleanup()

    def _run(self, sql: str, doing: str = "", connection=None):
        connection = connection or self.connection
        try:
            if doing and self.settings.progress:
                return self._watched(sql, doing, connection)
            return connection.execute(sql)
        except self._error as error:
            raise engine_error(error) from None

    def _watched(self, sql: str, doing: str, connection):
        """在另一条线程里跑，这里每隔一会儿报一次进度；Ctrl-C 落在这里，先叫停再抛出。"""
        done: Future = Future()
        worker = threading.Thread(target=_fulfil, args=(done, connection, sql), daemon=True)
        worker.start()
        told = 0.0
        self.settings.progress(doing, told)
        try:
            while worker.is_alive():
                worker.join(_POLL_SECONDS)
                told = max(told, min(connection.query_progress() / 100, 1.0))
                self.settings.progress(doing, told)
        except BaseException:
            connection.interrupt()
            worker.join()
            raise
        self.settings.progress(doing, 1.0)
        return done.result()


def _fulfil(done: Future, connection, sql: str) -> None:
    try:
        done.set_result(connection.execute(sql))
    except BaseException as error:
        done.set_exception(error)


class SparkEngine:
    """用户的 Spark 会话；同样的 SQL，结果也是普通的整数。"""

    fast = False

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

    def view(self, name: str, sql: str) -> None:
        self._sql(sql).createOrReplaceTempView(name)

    shared_view = view

    def table(self, name: str, sql: str, doing: str = "") -> None:
        self._kept[name] = self._sql(sql).persist()
        self._kept[name].createOrReplaceTempView(name)

    def rows(self, sql: str, doing: str = "") -> list[tuple]:
        return [tuple(row) for row in self._tried(lambda: self._sql(sql).collect())]

    def stream(self, sql: str) -> Iterator[tuple]:
        return map(tuple, self._sql(sql).toLocalIterator())

    def frame(self, sql: str):
        return self._sql(sql).toPandas()

    def types(self, name: str) -> dict[str, str]:
        return dict(self.session.table(name).dtypes)

    def drop(self, *names: str) -> None:
        for name in names:
            self.session.catalog.dropTempView(name)
            if name in self._kept:
                self._kept.pop(name).unpersist()

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
