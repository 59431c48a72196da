"""一份答案的各个文件放在哪里、叫什么：只算名字，不碰磁盘内容。"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.schema import AnswerFileError, quote


@dataclass(frozen=True)
class Place:
    """一个文件 path 与它旁边的文件；一律是绝对的真实路径。"""

    path: str

    @classmethod
    def of(cls, path: Path | str, noun: str = "答案文件") -> Place:
        """学生换了工作目录、或经由链接打开，都是同一个文件。路径不能用 → AnswerFileError。"""
        try:
            return cls(os.path.realpath(path))
        except (OSError, ValueError) as error:
            why = "路径里有系统不认的字符。"
            raise AnswerFileError(
                f"{noun}的路径不能用。", where=quote(path, 200), why=why, remedy="换个文件名。"
            ) from error

    @classmethod
    def of_answers(cls, path: Path | str) -> Place:
        """答案文件的位置；名字以 .lock 结尾 → AnswerFileError：锁会正好是它自己。"""
        place = cls.of(path)
        if place.name.casefold().endswith(".lock"):
            raise AnswerFileError(
                "答案文件的名字不能以 .lock 结尾。",
                where=quote(place.path, 200),
                why="那是旁边的锁文件用的名字。",
                remedy="换个名字（参数 answers_file），例如以 .json 结尾。",
            )
        return place

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)

    @property
    def name(self) -> str:
        return os.path.basename(self.path)

    @property
    def stem(self) -> str:
        return os.path.splitext(self.name)[0]

    @property
    def lock(self) -> str:
        return self.beside(f"{self.stem}.lock")

    @property
    def older(self) -> str:
        """旧版本与冲突里落选的一份所在的文件夹。"""
        return self.beside("older")

    @property
    def temporary_prefix(self) -> str:
        """临时名的开头：总是短的，原名再长也不会因它写不成。"""
        return f".{hashlib.sha256(os.fsencode(self.name)).hexdigest()[:16]}-"

    def temporary(self) -> str:
        """同一文件夹里一个新的临时名。"""
        return self.beside(f"{self.temporary_prefix}{secrets.token_hex(8)}.tmp")

    def is_same(self, other: Place) -> bool:
        """同一个文件：路径相同，或（不分大小写的磁盘、硬链接）系统说是同一个。"""
        try:
            return self.path == other.path or os.path.samefile(self.path, other.path)
        except OSError:
            return False

    def beside(self, name: str) -> str:
        return os.path.join(self.folder, name)


def default_path(folder: Path | str, assignment: str, student_id: str) -> Path:
    """folder 里这份答案的文件名：安全的 ASCII 短名加散列；什么学号都不会逃出文件夹或撞名。

    散列按学号的原文算：先用 `variants.normalise_id` 统一写法，同一个人才总是同一个文件。
    """
    exact = json.dumps([assignment, student_id])
    mark = hashlib.sha256(exact.encode()).hexdigest()[:12]
    return Path(folder) / f"{_slug(assignment) or 'answers'}--{_slug(student_id) or 'id'}-{mark}.json"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "-".join(re.findall("[A-Za-z0-9]+", plain))[:32].strip("-")
