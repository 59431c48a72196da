"""一份答案：学生交上来的就是它，评分只看它，从不看笔记本。

信封（格式 1，约定已冻结）写成 UTF-8 的 JSON：汉字不转义，键排序，缩进一格。
指纹 sha256 算在规范写法上，不含 sha256、saved_at、session：时间不进任何指纹。
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lifecycle_lab.schema import AnswerFileError

FORMAT = 1
MAX_BYTES = 256_000
UNHASHED = ("sha256", "saved_at", "session")
NO_ATTEMPT = {"checks": 0, "hints": 0, "solution": False, "tried": False}
# Windows 的回车、Word 的软换行粘贴进来都算换行；别的控制符留给写入前的检查去拒绝
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85]")

Cells = Mapping[tuple[str, str], str]
Quiz = str | Sequence[str]


@dataclass(frozen=True)
class Answers:
    """一位学生一份作业的全部答案；从不就地改，`with_…` 都给出新的一份。

    variant: scheme、source、as_of（文字，没有观察日是 ""；旧文件里的 None 照读）、attempt、keyed、customers（编号列表）；
        规则不是通常的（与均值比、按意思），再有 rule（centre、direction）。
    tables: 表 → 行 → 列 → 学生打的文字。quiz: 题 → 文字或文字列表。text: 题 → 文字。
    attempts: 练习 → checks、hints（次数）、solution、tried（真假）与别的次数或真假。
    edited_outside: 文件在工作簿之外改过（指纹不符）；一旦如此，以后的版本都带着它。
    ignored_keys: 读文件时遇到、没有采用的键。
    """

    course: str
    assignment: str
    student_id: str
    variant: Mapping[str, object]
    data_sha256: str
    revision: int = 0
    tables: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    quiz: Mapping[str, str | list[str]] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    attempts: Mapping[str, Mapping[str, int | bool]] = field(default_factory=dict)
    session: str = ""
    saved_at: str = ""
    edited_outside: bool = False
    ignored_keys: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        """拷成普通的字典与列表：外面再改原件，也改不到这里。"""
        for name in ("variant", "tables", "quiz", "text", "attempts"):
            object.__setattr__(self, name, _plain(getattr(self, name)))

    @property
    def identity(self) -> tuple[str, str, str]:
        """（课程，作业，学号）：这份答案是谁的。"""
        return self.course, self.assignment, self.student_id

    @property
    def sha256(self) -> str:
        """内容的指纹（64 位十六进制），不含时间与会话。"""
        return digest(_content(self))

    @property
    def basis(self) -> tuple[Mapping[str, object], str]:
        """（题本，数据指纹）：两份答案这两样都同，才能写进同一个文件；观察日 None 与 "" 是一回事。"""
        return {**self.variant, "as_of": self.variant.get("as_of") or ""}, self.data_sha256

    def cell(self, table: str, row: str, column: str) -> str:
        """一格的文字；没填过是 ""。"""
        return self.tables.get(table, {}).get(row, {}).get(column, "")

    def attempt(self, exercise: str) -> dict[str, int | bool]:
        """一个练习的次数记录；没做过的项是 0 或 False。"""
        return {**NO_ATTEMPT, **self.attempts.get(exercise, {})}

    def with_cells(self, table: str, cells: Cells) -> Answers:
        """填几格，（行，列）→ 文字；填 "" 就是擦掉，与没填过一样。"""
        rows = {row: dict(columns) for row, columns in self.tables.get(table, {}).items()}
        for (row, column), text in cells.items():
            rows[row] = _with(rows.get(row, {}), column, typed(text))
        filled = {row: columns for row, columns in rows.items() if columns}
        return self._changed(tables=_with(self.tables, table, filled))

    def with_text(self, question: str, text: str) -> Answers:
        return self._changed(text=_with(self.text, question, typed(text)))

    def with_quiz(self, question: str, choice: Quiz) -> Answers:
        """choice: 一个选项，或多选的几个选项。"""
        return self._changed(quiz=_with(self.quiz, question, typed_choice(choice)))

    def with_attempt(self, exercise: str, **changes: int | bool) -> Answers:
        """改一个练习的记录：`with_attempt("table_4_3", checks=2, tried=True)`。"""
        return self._changed(attempts={**self.attempts, exercise: {**self.attempt(exercise), **changes}})

    def _changed(self, **fields: Mapping) -> Answers:
        """换几项（值是刚做好的），别的与原来的共用，不必再拷一遍：谁也不就地改。"""
        other = copy.copy(self)
        for name, value in fields.items():
            object.__setattr__(other, name, value)
        return other


def encode(answers: Answers) -> bytes:
    """信封的字节；同样的内容给出同样的字节。写不成 JSON → AnswerFileError。"""
    content = _content(answers)
    try:
        stamps = {"session": answers.session, "saved_at": answers.saved_at, "sha256": digest(content)}
        shown = json.dumps(content | stamps, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
        return f"{shown}\n".encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise AnswerFileError(
            "答案里有写不进文件的内容。", why="只能有文字、整数与真假。", remedy="改掉刚才填的内容再试。"
        ) from error


def digest(document: Mapping[str, object]) -> str:
    """规范写法（键排序、无空白、不转义）的 SHA-256，不含 UNHASHED 的三个键。"""
    hashed = {key: value for key, value in document.items() if key not in UNHASHED}
    canonical = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def typed(text: str) -> str:
    """学生打的字：各种换行统一成一种，别的一字不动。"""
    return _LINE_ENDS.sub("\n", text)


def typed_choice(choice: Quiz) -> str | list[str]:
    return typed(choice) if isinstance(choice, str) else [typed(option) for option in choice]


def _content(answers: Answers) -> dict[str, object]:
    """进指纹的部分；edited_outside 只在为真时写出，平常的文件没有这个键。"""
    flagged = {"edited_outside": True} if answers.edited_outside else {}
    return flagged | {
        "format": FORMAT,
        "course": answers.course,
        "assignment": answers.assignment,
        "student_id": answers.student_id,
        "variant": answers.variant,
        "data_sha256": answers.data_sha256,
        "revision": answers.revision,
        "tables": answers.tables,
        "quiz": answers.quiz,
        "text": answers.text,
        "attempts": answers.attempts,
    }


def _with(old: Mapping, key: str, value: object) -> dict:
    """换一个键的新字典；空值就拿掉，使“擦掉”与“没填过”是同一份答案。"""
    rest = {k: v for k, v in old.items() if k != key}
    return rest | {key: value} if value else rest


def _plain(value: object) -> object:
    if isinstance(value, str):  # 绝大多数是文字，先问它
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
