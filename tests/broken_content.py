"""改坏一处：把课程的一份文件换掉一段文字，看读它的函数怎样说。"""

from __future__ import annotations

import shutil
from pathlib import Path

from lifecycle_lab.content import data_folder

COURSE = data_folder() / "course"


def break_text(path: Path, old: str, new: str) -> None:
    """把 path 里第一处 old 换成 new；找不到就是测试自己过时了。"""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} 里没有 {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def broken_copy(folder: Path, file: str, old: str, new: str) -> Path:
    """随书的一份内容抄到 folder 里，改坏一处。"""
    path = Path(shutil.copy(COURSE / file, folder / file))
    break_text(path, old, new)
    return path


def broken_course(folder: Path, file: str, old: str, new: str) -> Path:
    """整个内容文件夹抄一份，改坏一处。"""
    copied = Path(shutil.copytree(COURSE, folder / "course"))
    break_text(copied / file, old, new)
    return copied
