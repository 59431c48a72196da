"""压缩包（docx、xlsx）写成同样的字节：每个文件的时间与系统标记固定，内容与次序不变。"""

from __future__ import annotations

import io
import zipfile

FIXED_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def entry(name: str) -> zipfile.ZipInfo:
    """压缩包里的一个文件：时间与系统标记固定。"""
    found = zipfile.ZipInfo(name, FIXED_ZIP_TIME)
    found.compress_type, found.create_system = zipfile.ZIP_DEFLATED, 3
    return found


def fixed_zip(data: bytes) -> bytes:
    """别家写好的压缩包，照原样重写一遍，时间与系统标记固定。"""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(entry(name), source.read(name))
    return buffer.getvalue()
