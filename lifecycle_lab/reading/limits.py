"""读到多大为止：各处的上限，与超过时怎样说。随书的小表用 STRICT，订单用 ORDERS。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lifecycle_lab.schema import DataError, quote

LONGEST_CELL = 32_768
LONGEST_LINE = 200 * LONGEST_CELL
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """文件与各种展开后的上限；用 dataclasses.replace 调高其中一项。

    unpacked_bytes: gzip、Parquet 解开后；workbook_bytes、workbook_cells: 工作簿逐格解析，慢得多。
    """

    file_bytes: int
    unpacked_bytes: int
    workbook_bytes: int
    rows: int
    columns: int
    cells: int
    workbook_cells: int
    adjustable: bool = False

    def hint(self, field: str) -> str:
        """订单的上限可以调高：说出是哪一项。"""
        return f"确实要读，就把上限 limits.{field} 调高。" if self.adjustable else ""


STRICT = Limits(
    file_bytes=64 * MEBIBYTE,
    unpacked_bytes=64 * MEBIBYTE,
    workbook_bytes=64 * MEBIBYTE,
    rows=200_000,
    columns=200,
    cells=4_000_000,
    workbook_cells=1_000_000,
)
ORDERS = Limits(
    file_bytes=8 * 1024 * MEBIBYTE,
    unpacked_bytes=4 * 1024 * MEBIBYTE,
    workbook_bytes=512 * MEBIBYTE,
    rows=20_000_000,
    columns=500,
    cells=500_000_000,
    workbook_cells=5_000_000,
    adjustable=True,
)

Rows = Iterable[tuple[int, Sequence[str]]]


class ChoiceNeeded(DataError):
    """文件里有几张表，不知道该读哪一张：要读者用 option 说出 choices 里的一个。"""

    option: str = ""
    choices: tuple[str, ...] = ()

    def __init__(self, what: str, *, option: str = "", choices: Sequence[str] = (), **said: str) -> None:
        super().__init__(what, **said)
        self.option, self.choices = option, tuple(choices)


def size_text(size: int) -> str:
    return f"{size // MEBIBYTE:,} MiB" if size >= MEBIBYTE else f"{size // 1024} KiB"


def counted(name: str, rows: Rows, limits: Limits) -> Iterator[tuple[int, Sequence[str]]]:
    """边读边数：行、列、格太多，或一格太长，立刻停下 → DataError，不等整份读完。"""
    total = 0
    for number, cells in rows:
        check_size(name, number, cells, limits)
        total += len(cells)
        if total > limits.cells:
            raise too_many_cells(name, limits.cells, limits.hint("cells"))
        yield number, cells


def check_size(name: str, row: int, cells: Sequence[str], limits: Limits) -> None:
    if row > limits.rows:
        raise too_many(name, limits.rows, "行", limits.hint("rows"))
    if len(cells) > limits.columns:
        raise too_many(name, limits.columns, "列", limits.hint("columns"))
    if cells and max(map(len, cells)) > LONGEST_CELL:
        raise too_long_cell(name, f"第 {row} 行")


def too_many(name: str, most: int, what: str, hint: str = "") -> DataError:
    return DataError(
        f"{quote(name, 80)} 超过 {most} {what}。",
        remedy=f"拆成几份，或先在表格软件里删去空行空列。{hint}",
    )


def too_many_cells(name: str, most: int, hint: str = "") -> DataError:
    return DataError(
        f"{quote(name, 80)} 超过 {most:,} 格。",
        why="再大，普通的电脑就装不下了。",
        remedy=f"只留需要的列，或拆成几份；工作簿另存为 CSV 可以大些。{hint}",
    )


def too_long_cell(name: str, where: str) -> DataError:
    return DataError(
        f"{quote(name, 80)} 有一格超过 {LONGEST_CELL} 个字符。",
        where=where,
        remedy="多半是引号没有收尾，或那一列不是这里要的；改好或删去它。",
    )


def too_big_file(name: str, limit: int, hint: str = "") -> DataError:
    return DataError(
        f"文件 {quote(name, 80)} 超过 {size_text(limit)}。",
        why="超大的文件常常是损坏的，或不是这里要的表。",
        remedy=f"检查是不是选错了文件；表格可以另存为 CSV，或先拆分。{hint}",
    )


def too_big_unpacked(name: str, limit: int, hint: str = "") -> DataError:
    return DataError(
        f"{quote(name, 80)} 解开后超过 {size_text(limit)}。", remedy=f"只留需要的列，再导出。{hint}"
    )
