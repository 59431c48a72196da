"""写文件：先写临时的名字，写完才换名；中途停下不留半个文件。"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lifecycle_lab.export import sheet_text


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """给一个同一文件夹里的临时名字；正常结束就换成 path，出错或 Ctrl-C 就删掉。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        if unfinished.is_dir():
            shutil.rmtree(unfinished, ignore_errors=True)
        else:
            unfinished.unlink(missing_ok=True)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence]) -> Path:
    """utf-8 带 BOM；文字经过 export.sheet_text，数字照写，没有的空着。"""
    with written_whole(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([sheet_text(v) if isinstance(v, str) else v for v in row] for row in rows)
    return path


def write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence]) -> Path:
    """小表：全是整数，不必逐格中和。"""
    with written_whole(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
