"""按内容认文件，不看扩展名：开头几个字节说它是什么；读不了的说出它是什么、该怎样办。"""

from __future__ import annotations

import re

from lifecycle_lab.schema import DataError, quote

HEAD_BYTES = 4096
_SAVE_AS = "在 Excel 或 WPS 里打开，另存为 XLSX 或“CSV UTF-8”。"
_UNPACK = "先解开它，再读里面的表格。"
_EXPORT = "从原来的程序里导出成 CSV、XLSX 或 Parquet。"

READ = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"PAR1": "parquet",
    b"\x1f\x8b": "gzip",
    b"SQLite format 3\x00": "sqlite",
}
_REFUSED = (
    (rb"PARE", "加密的 Parquet", "让导出的人不加密地再导出一份。"),
    (
        rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "旧式的工作簿（.xls 或 .et）或有密码的文件",
        f"去掉密码；{_SAVE_AS}",
    ),
    (rb"\x09[\x00\x02\x04\x08]..\x10\x00|\x09\x08", "很旧的工作簿（.xls）", _SAVE_AS),
    (rb"Rar!\x1a", "RAR 压缩包", _UNPACK),
    (rb"7z\xbc\xaf\x27\x1c", "7z 压缩包", _UNPACK),
    (rb"BZh[1-9]1AY", "bzip2 压缩包", _UNPACK),
    (rb"\xfd7zXZ\x00", "xz 压缩包", _UNPACK),
    (rb"\x28\xb5\x2f\xfd", "Zstandard 压缩包", _UNPACK),
    (rb"\x04\x22\x4d\x18", "LZ4 压缩包", _UNPACK),
    (rb".{257}ustar", "tar 打包文件", _UNPACK),
    (rb"%PDF-", "PDF", "PDF 里没有可靠的表格；请从平台重新导出表格。"),
    (
        rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|BM.{4}\x00{4}|II\*\x00|MM\x00\*|RIFF.{4}WEBP",
        "图片",
        "请从平台导出表格，不要截图。",
    ),
    (
        rb"\x80[\x02-\x05][\x95}\]\(c\x8c]",
        "pickle（Python 的存盘文件）",
        "打开它会运行里面的程序，所以不读；请存成 CSV 或 Parquet。",
    ),
    (
        rb"(?:\(dp|\(lp)\d+\r?\n|c[\w.]+\n\w+\n(?:p\d+\n|\()",
        "pickle（Python 的存盘文件）",
        "打开它会运行里面的程序，所以不读；请存成 CSV 或 Parquet。",
    ),
    (rb"\x93NUMPY", "NumPy 数组", _EXPORT),
    (rb"ARROW1\x00\x00", "Arrow/Feather 文件", "存成 Parquet。"),
    (rb"ORC\x01?[\x00-\x1f]", "ORC 文件", "存成 Parquet。"),
    (rb"Obj\x01", "Avro 文件", "存成 Parquet。"),
    (rb"\x89HDF", "HDF5 文件", _EXPORT),
    (rb"\x7fELF|MZ.{0,2}\x00", "程序", "检查是不是选错了文件。"),
    (rb"\x00\x00\xfe\xff|\xff\xfe\x00\x00", "UTF-32 编码的文字", _SAVE_AS),
)
_MARKUP = (
    (rb"<\?xml[^>]*>\s*(?:<\?mso[^>]*>\s*)?<(?:\w+:)?Workbook\b", "XML 表格（Excel 2003）", _SAVE_AS),
    (
        rb"<(?:!doctype\s+html|html|head|meta|body|table|style|script|div)\b",
        "网页（HTML），只是名字像表格",
        _SAVE_AS,
    ),
    (rb"<\?xml|<!doctype|<!--", "XML 或网页", _SAVE_AS),
    (rb"[\[{]\s*[\[{\"]", "JSON", _EXPORT),
)


def find_kind(head: bytes, name: str) -> str:
    """zip、parquet、gzip、sqlite、duckdb、text 之一；别的 → DataError 说出它是什么。"""
    for magic, kind in READ.items():
        if head.startswith(magic):
            return kind
    if head[8:12] == b"DUCK":
        return "duckdb"
    for pattern, what, remedy in _REFUSED:
        if re.match(pattern, head, re.DOTALL):
            raise refused_kind(name, what, remedy)
    return _text_kind(head, name)


def _text_kind(head: bytes, name: str) -> str:
    """像文字的：网页、XML、JSON 与没有 BOM 的 UTF-16 在这里认出来。"""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = head[2 : 2 + 2 * (len(head) // 2 - 1)].replace(b"\x00", b"").lstrip()
    else:
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if b"\x00" in head:
            raise _with_nulls(head, name)
    for pattern, what, remedy in _MARKUP:
        if re.match(pattern, start, re.IGNORECASE):
            raise refused_kind(name, what, remedy)
    return "text"


def _with_nulls(head: bytes, name: str) -> DataError:
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) >= 4 and 4 * max(even, odd) >= len(head) // 2 and min(even, odd) <= max(even, odd) // 8:
        return refused_kind(name, "没有 BOM 的 UTF-16 文字", _SAVE_AS)
    return null_character(name, head.index(0))


def null_character(name: str, position: int) -> DataError:
    return DataError(
        f"{quote(name, 80)} 不是文字表格。",
        where=f"第 {position + 1} 个字节",
        why="里面有空字符（NUL）：是程序用的文件，或是坏了的文件。",
        remedy="另存为 CSV 或 XLSX。",
    )


def refused_kind(name: str, what: str, remedy: str) -> DataError:
    return DataError(
        f"{quote(name, 80)} 是{what}，这里不读。",
        why="能读的是 CSV/TXT（可以用 gzip 压缩）、XLSX、Parquet、SQLite 与 DuckDB。",
        remedy=remedy,
    )
