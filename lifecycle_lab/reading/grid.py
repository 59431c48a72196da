"""一张按文字读出的小表：问卷、随书的数据、参考答案都这样读；有一点不整齐就整份拒收。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.reading import sources
from lifecycle_lab.reading.grammar import halfwidth
from lifecycle_lab.reading.limits import STRICT, Limits
from lifecycle_lab.schema import DataError, quote


@dataclass(frozen=True)
class Grid:
    """一张按文字读出的表：表头与各行；行号从 1 数起，表头是第 1 行。

    rows: （行号，各格文字），每行格数等于表头；sha256: 文件原始字节的指纹。
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    sha256: str

    def where(self, row: int, column: str) -> str:
        return f"{self.name} 第 {row} 行「{column}」列"


def read_grid(path: Path | str, limits: Limits = STRICT) -> Grid:
    """按内容（不按扩展名）读 CSV/TSV、XLSX 或 Parquet；读不出、含糊、过大 → DataError。"""
    path = Path(path)
    source = sources.open_strictly(path, limits)
    _refuse_hidden(source)
    return _grid(source.name, source.lines(), source.sha256)


def _refuse_hidden(source: sources.Source) -> None:
    """藏起来的行（筛掉的也是）：不知道该不该算。只有空行藏着，就不要紧。"""
    if hidden := source.hidden_rows:
        raise DataError(
            f"{quote(source.name, 80)} 里有 {len(hidden)} 行是隐藏的。",
            where=f"第 {hidden[0]} 行" + ("等" if len(hidden) > 1 else ""),
            why="不知道隐藏的行（筛选掉的也是）该不该算进去。",
            remedy="取消隐藏与筛选，或把这些行删去，再保存。",
        )


def _grid(name: str, found: Iterable[sources.Line], sha256: str) -> Grid:
    lines = [(line.number, line.cells) for line in found]
    if len(lines) < 2:
        raise DataError(f"{quote(name, 80)} 里没有数据行。", remedy="第一行是列名，下面至少要有一行。")
    header = tuple(halfwidth(cell) for cell in lines[0][1])
    if doubles := [column for i, column in enumerate(header) if column and column in header[:i]]:
        raise DataError(
            f"{quote(name, 80)} 有两列同名 {quote(doubles[0])}。",
            where="第 1 行",
            remedy="改掉其中一列的列名。",
        )
    rows = tuple((number, _fit(name, number, cells, len(header))) for number, cells in lines[1:])
    return Grid(name, header, rows, sha256)


def _fit(name: str, row: int, cells: Sequence[str], width: int) -> tuple[str, ...]:
    """短的行补空格（表格软件常省去尾部空格）；长的行说明列错了位，不猜。"""
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > width:
        raise DataError(
            f"{quote(name, 80)} 这一行有 {len(cells)} 格，表头只有 {width} 格。",
            where=f"第 {row} 行",
            why="多半是某格里的逗号没有加引号，后面的格都错了一位。",
            remedy="给含逗号的格加上双引号，或另存为 XLSX。",
        )
    return tuple(cells) + ("",) * (width - len(cells))
