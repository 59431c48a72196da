"""Parquet 文件与文件夹：先看声明的行数、列、类型与大小，再一批一批地解；文字按字典读，不摊开。"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lifecycle_lab.reading.columns import TypedTable, check_cells, check_schema, is_words, some, text_bytes
from lifecycle_lab.reading.limits import MEBIBYTE, Limits, too_big_file, too_big_unpacked
from lifecycle_lab.schema import DataError, LabError, quote

# 文字列每格平均至多这么长；一批解开后大约这么大；压缩得比这更狠的是有意做坏的
TEXT_BYTES, BATCH_BYTES, SMALL_FILE, MAX_RATIO = 256, 32 * MEBIBYTE, 64 * MEBIBYTE, 100
MAX_FILES = 10_000
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Piece:
    """一个 Parquet 文件：名字（文件夹里的相对路径）、怎样打开、文件夹名里写着的列。"""

    name: str
    open: Callable[[], object]
    size: int
    partition: tuple[tuple[str, str | None], ...] = ()


def open_parquet(name: str, pieces: Sequence[Piece], limits: Limits) -> TypedTable:
    """一个或多个 Parquet → 一张带类型的表；列不同、类型读不了、声明得太大 → DataError。"""
    first, rows, unpacked = None, 0, 0
    for piece in pieces:
        schema, more, size = _guarded(piece.name, lambda piece=piece: _look(piece))
        first = first or schema
        _check_same(piece, schema, first, pieces[0])
        rows, unpacked = rows + more, unpacked + size
    check_cells(name, rows, len(first.names) if not limits.adjustable else 1, limits)
    check_cells(name, 0, len(first.names), limits)
    packed = sum(piece.size for piece in pieces)
    if unpacked > limits.unpacked_bytes or unpacked > max(SMALL_FILE, MAX_RATIO * packed):
        raise too_big_unpacked(name, limits.unpacked_bytes, limits.hint("unpacked_bytes"))
    return TypedTable(name, first, rows, lambda columns: _batches(name, pieces, columns, rows, limits))


def _guarded(name: str, action: Callable):
    import pyarrow as pa

    try:
        return action()
    except LabError:
        raise
    except MemoryError:
        raise DataError(f"{quote(name, 80)} 解开后装不下。", remedy="只留需要的列，再导出。") from None
    except (pa.ArrowException, OSError, ValueError, OverflowError, KeyError, TypeError, IndexError):
        raise DataError(
            f"{quote(name, 80)} 是损坏的或读不懂的 Parquet。",
            remedy="重新导出一份；文字列用 PLAIN 或字典编码，不要加密。",
        ) from None


def _look(piece: Piece):
    """（列与类型，行数，解开后的字节数）；一个值都还没有解开。"""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with piece.open() as source:
        file = pq.ParquetFile(source)
        schema, meta = file.schema_arrow.remove_metadata(), file.metadata
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if min([meta.num_rows, *(meta.row_group(i).num_rows for i in range(meta.num_row_groups))]) < 0:
            raise ValueError("行数是负的")
        for column, _ in piece.partition:
            schema = schema.append(pa.field(column, pa.string()))
        check_schema(piece.name, schema)
        return schema, meta.num_rows, size


def _check_same(piece: Piece, schema, first, leader: Piece) -> None:
    if {f.name: _family(f.type) for f in schema} == {f.name: _family(f.type) for f in first}:
        return
    different = {f.name for f in schema} ^ {f.name for f in first}
    if different:
        why = f"只在其中一个里有的列：{some(sorted(different))}。"
    else:
        same = [f.name for f in schema if _family(f.type) != _family(first.field(f.name).type)]
        why = f"类型不同的列：{some(same)}。"
    raise DataError(
        f"文件夹里的 {quote(piece.name, 80)} 与 {quote(leader.name, 80)} 的列不一样。",
        why=why,
        remedy="只留同一张表的 Parquet 文件，或重新导出。",
    )


def _family(kind):
    return "文字" if is_words(kind) else kind


def _batches(name: str, pieces: Sequence[Piece], columns: Sequence[str], rows: int, limits: Limits):
    """逐批：先量文字摊开有多长，够得着才摊开，并核对它真是 UTF-8。"""
    room = max(
        limits.unpacked_bytes if not limits.adjustable else SMALL_FILE, TEXT_BYTES * rows * len(columns)
    )
    room = min(room, limits.unpacked_bytes)
    for piece in pieces:
        batches = _piece_batches(piece, list(columns))
        while (batch := _guarded(piece.name, lambda b=batches: next(b, None))) is not None:
            words = [column for column in batch.columns if is_words(column.type)]
            room -= _guarded(piece.name, lambda w=words: sum(text_bytes(name, column) for column in w))
            if room < 0:
                raise too_big_unpacked(name, limits.unpacked_bytes, limits.hint("unpacked_bytes"))
            yield _guarded(piece.name, lambda b=batch: _spread(b))


def _spread(batch):
    """字典列摊开成文字；不是 UTF-8 的在这里现出来。"""
    import pyarrow as pa

    columns = []
    for column in batch.columns:
        if is_words(column.type):
            column = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
            column = column if column.type == pa.string() else column.cast(pa.string())
            column.validate(full=True)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _piece_batches(piece: Piece, columns: list[str]) -> Iterator:
    """一批一批地解；文字列按字典读，一个巨大的值不会被摊开成许多份。

    一批的行数按声明的大小定：一个行组里的字典越读越长，批太小就要一遍遍地抄它。
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    given = dict(piece.partition)
    with piece.open() as source:
        words = [f.name for f in pq.read_schema(source) if is_words(f.type)]
        file = pq.ParquetFile(source, read_dictionary=words)
        wanted = [column for column in columns if column not in given]
        for batch in file.iter_batches(_batch_rows(file.metadata), columns=wanted, use_threads=False):
            arrays = [
                pa.repeat(pa.scalar(given[c], pa.string()), batch.num_rows) if c in given else batch.column(c)
                for c in columns
            ]
            yield pa.RecordBatch.from_arrays(arrays, names=columns)


def _batch_rows(metadata) -> int:
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    return int(max(1024, min(2**18, BATCH_BYTES * metadata.num_rows // max(1, size))))


def file_piece(path: Path, name: str, partition: Sequence[tuple[str, str | None]] = ()) -> Piece:
    return Piece(name, lambda: path.open("rb"), path.stat().st_size, tuple(partition))


def folder_pieces(folder: Path, limits: Limits) -> list[Piece]:
    """文件夹里的 Parquet，按名字排好；还有别的文件、是 Delta 表、没有 Parquet → DataError。"""
    pieces: list[Piece] = []
    total = 0
    for path in _files(folder):
        relative = path.relative_to(folder)
        with path.open("rb") as file:
            head = file.read(4)
        if head != b"PAR1":
            raise _foreign(folder, str(relative))
        pieces.append(file_piece(path, str(relative), _partition(relative)))
        total += pieces[-1].size
        if total > limits.file_bytes:
            raise too_big_file(folder.name, limits.file_bytes, limits.hint("file_bytes"))
    if not pieces:
        raise DataError(
            f"文件夹 {quote(folder.name, 80)} 里没有 Parquet 文件。",
            where=quote(folder, 200),
            remedy="给出一个文件，或装着 Parquet 文件的文件夹。",
        )
    if len(keys := {tuple(key for key, _ in piece.partition) for piece in pieces}) > 1:
        raise DataError(
            f"文件夹 {quote(folder.name, 80)} 里的分区层次不一样。",
            why="；".join(some(names) if names else "没有分区" for names in sorted(keys)[:3]) + "。",
            remedy="只留同一张表的文件夹。",
        )
    return pieces


def _files(folder: Path) -> Iterator[Path]:
    """按名字排好的文件；_ 与 . 开头的（Spark 留下的记号）不算；链到外面的不跟。"""
    root, count = folder.resolve(), 0
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if parts[0] == "_delta_log":
            raise DataError(
                f"文件夹 {quote(folder.name, 80)} 是 Delta 表。",
                why="其中有的文件已经作废，照单全读会多算。",
                remedy="先在原来的系统里导出成普通的 Parquet。",
            )
        if path.is_dir() or any(part.startswith(("_", ".")) for part in parts):
            continue
        count += 1
        if count > MAX_FILES or not path.resolve().is_relative_to(root) or not path.is_file():
            raise _foreign(folder, str(path.relative_to(folder)))
        yield path


def _foreign(folder: Path, name: str) -> DataError:
    return DataError(
        f"文件夹 {quote(folder.name, 80)} 里的 {quote(name, 80)} 不是这张表的 Parquet 文件。",
        why="不知道它该不该算进来；也不读链到文件夹外面的文件。",
        remedy="把它移走，或直接给出要读的那一个文件。",
    )


def _partition(relative: Path) -> list[tuple[str, str | None]]:
    """year=2024/month=5/ 这样的文件夹名里写着的列。"""
    pairs = [part.partition("=") for part in relative.parts[:-1] if "=" in part]
    return [(unquote(key), None if value == _NO_VALUE else unquote(value)) for key, _, value in pairs]


def folder_sha256(pieces: Sequence[Piece]) -> str:
    """各文件的名字与指纹合成一个。"""
    total = hashlib.sha256()
    for piece in pieces:
        with piece.open() as source:
            found = hashlib.file_digest(source, "sha256").hexdigest()
        total.update(f"{piece.name}\n{found}\n".encode())
    return total.hexdigest()
