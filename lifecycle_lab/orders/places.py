"""写到哪里：读之前先看写不写得进去，免得读了半天，或把要读的文件盖掉。"""

from __future__ import annotations

import os
from pathlib import Path

from lifecycle_lab.schema import ParameterError, quote

SUFFIXES = (".csv", ".parquet")


def check_outputs(source: str, clean: Path | None, report: Path | None) -> None:
    """干净文件与报告的位置不合适 → ParameterError。"""
    for path, name in ((clean, "--clean"), (report, "--json")):
        if path is not None and (why := _trouble(path, source)):
            raise ParameterError(
                f"写不到 {quote(path.name, 80)}。", where=name, why=why, remedy="换一个位置或名字。"
            )
    if clean is not None and clean.suffix.casefold() not in SUFFIXES:
        raise ParameterError(
            f"不知道怎样写 {quote(clean.name, 80)}。", where="--clean", remedy="扩展名写 .csv 或 .parquet。"
        )
    if clean is not None and report is not None and _same(clean, report):
        raise ParameterError("干净的订单与报告不能写到同一个文件。", where="--json", remedy="换一个名字。")


def writable(report: Path, source: str, clean: Path | None) -> bool:
    """报告写得进去，也不会盖掉要读的文件与干净的订单。"""
    return not _trouble(report, source) and not (clean is not None and _same(clean, report))


def _trouble(path: Path, source: str) -> str:
    try:
        if path.is_dir():
            return "那是一个文件夹。"
        if not path.parent.is_dir():
            return "上一层文件夹不存在。"
        if _same(path, Path(source)):
            return "那正是要读的文件，写了就没有了。"
        path.exists()
    except (OSError, ValueError):
        return "名字太长，或含有系统不认的字符。"
    return ""


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return os.path.abspath(one) == os.path.abspath(other)
