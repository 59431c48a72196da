"""把别人的文件读成文字格，把文字格读成数：编码、表格、数字与日期的封闭文法。

从不用读表库的猜测默认值：先按文字读，再按写明的文法换算；读不懂就说在哪一格、为什么。
orders、survey、content 都从这里读，所以它在三者之下。
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from lifecycle_lab.reading.grammar import halfwidth
from lifecycle_lab.schema import DataError, LabError, quote

MAX_FILE_BYTES = 64 * 2**20
MAX_UNPACKED_BYTES = 64 * 2**20
MAX_ENTRIES, MAX_RATIO, RATIO_FROM_BYTES = 1_000, 100, 2**20
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 200_000, 200, 32_768
MAX_CELLS, MAX_WORKBOOK_CELLS = 4_000_000, 1_000_000  # 工作簿逐格解析，慢得多
BATCH_ROWS = 1024  # Parquet 每次解开的行数：一批解完就数，超了就停

Lines = Iterable[tuple[int, list[str]]]


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


def read_grid(path: Path | str) -> Grid:
    """按内容（不按扩展名）读 CSV/TSV、XLSX 或 Parquet；读不出、含糊、过大 → DataError。"""
    path = Path(path)
    data = read_bytes(path)
    readers = {b"PK\x03\x04": _workbook_lines, b"PAR1": _parquet_lines}
    lines = readers.get(data[:4], _csv_lines)(path.name, data)
    return _grid(path.name, lines, hashlib.sha256(data).hexdigest())


def _counted(name: str, lines: Lines) -> Iterator[tuple[int, list[str]]]:
    """边读边数：行、列、格太多，或一格太长，立刻停下 → DataError，不等整份读完。"""
    total = 0
    for number, cells in lines:
        _check_size(name, number, cells)
        total += len(cells)
        if total > MAX_CELLS:
            raise _too_many_cells(name, MAX_CELLS)
        yield number, cells


def _too_many_cells(name: str, most: int) -> DataError:
    return DataError(
        f"{quote(name, 80)} 超过 {most:,} 格。",
        why="再大，普通的电脑就装不下了。",
        remedy="只留需要的列，或拆成几份；工作簿另存为 CSV 可以大些。",
    )


def read_bytes(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """整个文件的字节；不存在、不是文件、超过 limit → DataError。"""
    try:
        size = path.stat().st_size if path.is_file() else None
        data = path.read_bytes() if size is not None and size <= limit else b""
    except (OSError, ValueError):  # 名字太长、没有权限、磁盘读错
        raise DataError(
            f"文件 {quote(path.name, 80)} 读不出来。",
            where=quote(path, 200),
            why="名字太长、含有系统不认的字符，或没有读它的权限。",
            remedy="检查路径；或把文件复制到自己的文件夹里，换一个短的名字。",
        ) from None
    if size is None:
        raise DataError(
            f"找不到文件 {quote(path.name, 80)}。",
            where=quote(path, 200),
            remedy="检查路径与文件名；文件夹名里的空格与汉字都可以用，但要写全。",
        )
    if size > limit:
        shown = f"{limit // 2**20} MiB" if limit >= 2**20 else f"{limit // 1024} KiB"
        raise DataError(
            f"文件 {quote(path.name, 80)} 超过 {shown}。",
            why="超大的文件常常是损坏的，或不是这里要的表。",
            remedy="检查是不是选错了文件；表格可以另存为 CSV，或先拆分。",
        )
    return data


def decode(data: bytes, name: str) -> str:
    """BOM，其次严格 UTF-8，其次严格 GB18030；都不是 → DataError 并说出第几个字节。"""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(data, "utf-16", name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith(b"\xef\xbb\xbf"):
            raise _bad_encoding(name, error.start + 3) from None  # 位置不含开头的 BOM
    return _strict(data, "gb18030", name)


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _bad_encoding(name, error.start) from None


def _bad_encoding(name: str, position: int) -> DataError:
    return DataError(
        f"{quote(name, 80)} 的文字编码认不出来。",
        where=f"第 {position + 1} 个字节",
        why="它既不是 UTF-8，也不是 GB18030(GBK)。",
        remedy="在 Excel 或 WPS 里另存为“CSV UTF-8”，再试一次。",
    )


_CSV_REASONS = {
    "unexpected end of data": "一个双引号开了头，到文件末尾也没有收尾。",
    "',' expected after '\"'": "双引号收尾之后，逗号之前还有别的字。",
}


def _csv_lines(name: str, data: bytes) -> list[tuple[int, list[str]]]:
    text = decode(data, name)
    if "\x00" in text:
        raise DataError(
            f"{quote(name, 80)} 不是文字表格。", why="里面有空字符（NUL）。", remedy="另存为 CSV 或 XLSX。"
        )
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(_physical_lines(name, text), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        lines.extend(_counted(name, enumerate(reader, start=1)))
    except csv.Error as error:
        raise DataError(
            f"{quote(name, 80)} 的引号或换行不配对。",
            where=f"第 {len(lines) + 1} 行附近",
            why=_CSV_REASONS.get(str(error), "有一格没有收尾，或长得不像一格。"),
            remedy="用表格软件打开，检查这一行，再另存为 CSV。",
        ) from None
    return lines


_PHYSICAL_LINE = re.compile(r"[^\r\n]+(?:\r\n?|\n)?|\r\n?|\n")


def _physical_lines(name: str, text: str) -> Iterator[str]:
    """逐行切开，不另存一份全文；一行长得不像话，拆格之前就拒收。"""
    for number, found in enumerate(_PHYSICAL_LINE.finditer(text), start=1):
        if found.end() - found.start() > MAX_COLUMNS * MAX_CELL:
            raise DataError(
                f"{quote(name, 80)} 有一行太长。",
                where=f"第 {number} 行",
                why=f"一行至多 {MAX_COLUMNS} 格，一格至多 {MAX_CELL} 个字符。",
                remedy="多半选错了文件；检查换行，再另存为 CSV。",
            )
        yield found[0]


def _check_size(name: str, row: int, cells: Sequence[str]) -> None:
    for what, size, limit in (("行", row, MAX_ROWS), ("列", len(cells), MAX_COLUMNS)):
        if size > limit:
            raise DataError(
                f"{quote(name, 80)} 超过 {limit} {what}。", remedy="拆成几份，或先在表格软件里删去空行空列。"
            )
    if any(len(cell) > MAX_CELL for cell in cells):
        raise _too_long_cell(name, f"第 {row} 行")


def _too_long_cell(name: str, where: str) -> DataError:
    return DataError(
        f"{quote(name, 80)} 有一格超过 {MAX_CELL} 个字符。",
        where=where,
        remedy="多半是引号没有收尾，或那一列不是这里要的；改好或删去它。",
    )


def _workbook_lines(name: str, data: bytes) -> list[tuple[int, list[str]]]:
    """先验包再打开；错误值、多张可见的表都说出来，不猜；打不开的说成损坏。"""
    check_archive(name, data)
    try:
        return _sheet_lines(name, data)
    except LabError:
        raise
    except Exception as error:  # openpyxl 对坏文件抛的错五花八门，没有共同的根
        raise DataError(
            f"{quote(name, 80)} 是损坏的或读不懂的工作簿。",
            why=f"打开时出错：{type(error).__name__}。",
            remedy="在表格软件里打开原件，另存为新的 XLSX 或 CSV。",
        ) from None


def _sheet_lines(name: str, data: bytes) -> list[tuple[int, list[str]]]:
    import openpyxl

    if _cells_inside(data) > MAX_WORKBOOK_CELLS:
        raise _too_many_cells(name, MAX_WORKBOOK_CELLS)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(visible) != 1:
        raise DataError(
            f"{quote(name, 80)} 里有 {len(visible)} 张看得见的工作表。",
            where="、".join(quote(sheet.title) for sheet in visible),
            why="不知道该读哪一张。",
            remedy="只留要读的那一张，另存一份。",
        )
    # 有的导出工具把范围写小了；照它读会悄悄丢掉后面的行列
    visible[0].reset_dimensions()
    with visible[0]._get_source() as source:  # 只读方式不提供行的属性，只好看原文
        markup = source.read()
    if b"\x00" in markup:
        raise ValueError("工作表不是 UTF-8")
    rows = enumerate(visible[0].iter_rows(values_only=True), start=1)
    lines = list(_counted(name, (_sheet_line(name, *row) for row in rows)))
    _refuse_hidden(name, markup, lines)
    if _FORMULA.search(markup):
        _refuse_unstored(name, data, visible[0])
    return lines


def _cells_inside(data: bytes) -> int:
    """工作簿里写了多少格（空而有样式的也算）：打开就要逐格解析，很慢，所以先数标记。"""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = (archive.read(entry) for entry in archive.infolist() if entry.filename.endswith(".xml"))
        return sum(part.count(mark) for part in parts for mark in (b"<c ", b"<c>", b":c ", b":c>"))


def _sheet_line(name: str, number: int, cells: Sequence[object]) -> tuple[int, list[str]]:
    texts = [_cell_text(name, number, cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return number, texts


_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_HIDDEN_ROW = re.compile(rb"""<(?:[\w.-]+:)?row\s[^<>]*?\bhidden\s*=\s*["'](?:1|true)["'][^<>]*""")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")


def _refuse_hidden(name: str, markup: bytes, lines: Lines) -> None:
    """藏起来的行（筛掉的也是）：不知道该不该算。只有空行藏着，就不要紧。"""
    filled = {number for number, texts in lines if any(texts)}
    numbers = (_ROW_NUMBER.search(found[0]) for found in _HIDDEN_ROW.finditer(markup))
    hidden = [int(found[1]) for found in numbers if found and int(found[1]) in filled]
    if hidden:
        raise DataError(
            f"{quote(name, 80)} 里有 {len(hidden)} 行是隐藏的。",
            where=f"第 {hidden[0]} 行" + ("等" if len(hidden) > 1 else ""),
            why="不知道隐藏的行（筛选掉的也是）该不该算进去。",
            remedy="取消隐藏与筛选，或把这些行删去，再保存。",
        )


def _refuse_unstored(name: str, data: bytes, stored) -> None:
    """公式没有存下结果的格（不是表格软件存的文件常这样）：读出来会是空的，看上去像没有填。"""
    import openpyxl
    from openpyxl.utils import get_column_letter

    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True)[stored.title]
    sheet.reset_dimensions()
    for formulas, results in zip(sheet.iter_rows(), stored.iter_rows(), strict=True):
        for formula, result in zip(formulas, results, strict=True):
            # 类型 str 而没有值：结果是空的文字，那是存下了的
            if formula.data_type == "f" and result.value is None and result.data_type != "str":
                raise DataError(
                    f"{quote(name, 80)} 里有公式没有存下结果。",
                    where=f"第 {formula.row} 行 {get_column_letter(formula.column)} 列",
                    why="文件里只有公式，没有算出来的值。",
                    remedy="用 Excel 或 WPS 打开，等它算完再保存；或把公式粘贴成数值。",
                )


def _cell_text(name: str, row: int, cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time().isoformat() != "00:00:00" else cell.date().isoformat()
    if isinstance(cell, float):
        return format(Decimal(repr(cell)).normalize(), "f")
    if isinstance(cell, str) and re.fullmatch(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", cell):
        raise DataError(
            f"{quote(name, 80)} 里有错误值 {quote(cell)}。",
            where=f"第 {row} 行",
            remedy="在表格软件里改好公式再保存。",
        )
    return str(cell)


def _parquet_lines(name: str, data: bytes) -> list[tuple[int, list[str]]]:
    """Parquet 各格换成文字（不经 pandas）；列名算第 1 行，数据从第 2 行数起。"""
    import pyarrow as pa

    try:
        names, words = _parquet_names(name, data)
        lines = [names, *_parquet_rows(name, data, names, words)]
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        raise DataError(f"{quote(name, 80)} 是损坏的或读不懂的 Parquet。", remedy="重新导出一份。") from None
    return list(enumerate(lines, start=1))


def _parquet_names(name: str, data: bytes) -> tuple[list[str], list[str]]:
    """（列名，其中的文字列）。一个值都还没有解开，先看声明的行数、列数、大小与类型。"""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(data))
    schema, rows = file.schema_arrow, file.metadata.num_rows
    _check_size(name, rows, schema.names)
    if len(set(schema.names)) < len(schema.names):
        raise DataError(f"{quote(name, 80)} 有两列同名。", remedy="改掉其中一列的列名。")
    if rows * len(schema.names) > MAX_CELLS:
        raise _too_many_cells(name, MAX_CELLS)
    for field in schema:
        _check_type(name, field)
    if (
        sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
        > MAX_UNPACKED_BYTES
    ):
        raise _unpacked_too_big(name)
    return schema.names, [field.name for field in schema if _is_words(field.type)]


def _check_type(name: str, field) -> None:
    """只收文字、数、日期、是否：一格里还套着一串的列，几 kB 就能解开成几 GB。"""
    import pyarrow as pa

    plain = ("integer", "floating", "decimal", "date", "timestamp", "boolean", "null")
    if _is_words(field.type) or any(getattr(pa.types, f"is_{word}")(field.type) for word in plain):
        return
    raise DataError(
        f"{quote(name, 80)} 里有读不了的列类型 {quote(field.type)}。",
        where=f"{quote(field.name)}列",
        remedy="这一列存成文字、数、日期或是否，或者不要导出它。",
    )


def _unpacked_too_big(name: str) -> DataError:
    return DataError(
        f"{quote(name, 80)} 解开后超过 {MAX_UNPACKED_BYTES // 2**20} MiB。", remedy="只留需要的列，再导出。"
    )


def _is_words(kind) -> bool:
    import pyarrow as pa

    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _parquet_rows(name: str, data: bytes, names: list[str], words: list[str]) -> Iterator[list[str]]:
    """一小批一小批地解；文字列按字典读，一个巨大的值不会被摊开成许多份。"""
    import pyarrow.parquet as pq

    file, room = pq.ParquetFile(io.BytesIO(data), read_dictionary=words), MAX_UNPACKED_BYTES
    for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
        room -= sum(_text_bytes(name, column) for column in batch.columns if _is_words(column.type))
        if room < 0:
            raise _unpacked_too_big(name)
        yield from map(list, zip(*map(_column_texts, batch.columns), strict=True))


def _text_bytes(name: str, values) -> int:
    """一列文字摊开后的字节数；只量长短，不摊开。有一格太长 → DataError。"""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    lengths = pc.binary_length(values.dictionary)
    if (pc.max(pc.utf8_length(values.dictionary)).as_py() or 0) > MAX_CELL:
        raise _too_long_cell(name, "")
    return pc.sum(pc.take(lengths, values.indices)).as_py() or 0


def _column_texts(values) -> list[str]:
    """一列 → 文字。小数取最短的往返写法；时间戳由 Arrow 写成文字（逐个取值会惊动 pandas）。"""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_timestamp(values.type):
        return [re.sub(r"\.0+$", "", cell or "") for cell in values.cast(pa.string()).to_pylist()]
    return [_plain_text(cell) for cell in values.to_pylist()]


def _plain_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def check_archive(name: str, data: bytes) -> None:
    """打开 XLSX 之前：条目数、解开后的大小、压缩比、重叠、加密、DTD；不合 → DataError。"""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise DataError(f"{quote(name, 80)} 是损坏的压缩包。", remedy="重新导出一份。") from None
    total = sum(entry.file_size for entry in entries)
    spans = sorted((entry.header_offset, entry.header_offset + entry.compress_size) for entry in entries)
    problems = {
        "条目太多": len(entries) > MAX_ENTRIES,
        "解开后太大": total > MAX_UNPACKED_BYTES,
        "压缩比高得不正常": any(
            e.file_size > RATIO_FROM_BYTES and e.file_size > MAX_RATIO * max(1, e.compress_size)
            for e in entries
        ),
        "条目互相重叠": any(a[1] > b[0] for a, b in itertools.pairwise(spans)),
        "有加密的条目": any(entry.flag_bits & 1 for entry in entries),
        "不是工作簿（XLSX）": not any(entry.filename == "[Content_Types].xml" for entry in entries),
    }
    if found := [problem for problem, true in problems.items() if true]:
        raise DataError(
            f"没有打开 {quote(name, 80)}：{'、'.join(found)}。",
            why="这样的文件可能是坏的，也可能是有意做坏的。",
            remedy="在表格软件里打开原件，另存为新的 XLSX 或 CSV。",
        )


def _grid(name: str, lines: list[tuple[int, list[str]]], sha256: str) -> Grid:
    lines = [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]
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


def _fit(name: str, row: int, cells: list[str], width: int) -> tuple[str, ...]:
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
