"""别人的字节 → 一份答案：先量大小与深度，再读 JSON，再逐项查类型。

交上来的文件可能损坏、手改或有意捣乱；这里只会抛 AnswerFileError，从不抛别的，
也从不执行其中任何内容。数过的东西才信：大小、深度、长度、位数都有上限。
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from lifecycle_lab.answers.document import FORMAT, MAX_BYTES, NO_ATTEMPT, Answers, digest
from lifecycle_lab.schema import AnswerFileError, quote

MAX_DEPTH, MAX_TEXT, MAX_DIGITS = 16, 4_000, 15
_BACKUP = "用工作簿重新导出，或换成 older 文件夹里的旧版本。"
# 一整段字符串（没收尾的算到文件尾）或一个括号；全是占有式量词，坏文件也只扫一遍
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHA256 = re.compile("[0-9a-f]{64}")


class ForeignAnswers(AnswerFileError):
    """文件没坏，只是这一版读不了：更新的格式、不认识的表、过大。不可当成损坏去替换。"""


def parse(data: bytes, name: str, *, known_tables: Collection[str] | None = None) -> Answers:
    """一个答案文件的字节 → Answers；不合约定 → AnswerFileError，位置写明文件与键。

    name: 给人看的文件名。known_tables: 本课有的表名；None 表示不在这里查。
    指纹不符不拒绝，记为 edited_outside；信封里不认识的键列在 ignored_keys。
    """
    try:
        return _answers(_document(data), known_tables)
    except AnswerFileError as error:
        error.where = f"{quote(name, 80)} {error.where}".rstrip()
        raise
    except (ValueError, RecursionError, OverflowError) as error:
        raise AnswerFileError("答案文件读不懂。", where=quote(name, 80), remedy=_BACKUP) from error


def _document(data: bytes) -> dict:
    """字节 → 字典；编码、语法、深度、数与文字都已查过。"""
    if len(data) > MAX_BYTES:
        raise ForeignAnswers(
            f"文件超过 {MAX_BYTES // 1000} kB。",
            why="一份答案只有几 kB：这大概不是答案文件，或粘贴了整本书。",
            remedy="检查文件名；若是刚粘贴的，删短一些。",
        )
    text = _decoded(data)
    _check_depth(text)
    document = _loaded(text)
    _check_texts(document)
    return _object(document, "（最外层）")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswerFileError(
            "文件不是 UTF-8 编码。",
            where=f"第 {error.start + 1} 个字节",
            why="文件损坏，或用别的软件另存过。",
            remedy=_BACKUP,
        ) from None


def _check_depth(text: str) -> None:
    """读之前先数括号：太深的嵌套会把解析器自己弄垮。"""
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise AnswerFileError(
                f"嵌套超过 {MAX_DEPTH} 层。", where=f"第 {token.start() + 1} 个字符", remedy=_BACKUP
            )


def _loaded(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_constant=_no_constant,
            parse_int=_short_whole,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        raise AnswerFileError(
            "文件不是完整的 JSON。",
            where=f"第 {error.lineno} 行第 {error.colno} 个字符",
            why="文件被截断，或手改时少了引号、逗号、括号。",
            remedy=_BACKUP,
        ) from None


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise AnswerFileError(f"键 {quote(key)} 出现了两次。", why="不知道该信哪一个。", remedy=_BACKUP)
        found[key] = value
    return found


def _no_constant(text: str) -> object:
    raise AnswerFileError(f"文件里有 {text}，它不是数。", remedy=_BACKUP)


def _short_whole(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise AnswerFileError(f"整数 {quote(text)} 超过 {MAX_DIGITS} 位。", remedy=_BACKUP)
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_constant(quote(text))


def _check_texts(document: object) -> None:
    """每一段文字（键也算）：长度、控制符、半个字符。不递归，深度已有上限。"""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value


def _check_text(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise AnswerFileError(
            f"有一段文字超过 {MAX_TEXT} 字。", where=quote(text, 20), remedy="删短一些再保存。"
        )
    if found := _CONTROL.search(text):
        raise AnswerFileError(
            f"文字里有控制符 \\x{ord(found[0]):02x}。", where=quote(text, 20), remedy="删掉它再保存。"
        )
    if _SURROGATE.search(text):
        raise AnswerFileError("文字里有半个字符。", where=quote(text, 20), remedy="重新输入那个字。")


def _answers(document: dict, known_tables: Collection[str] | None) -> Answers:
    _check_format(document)
    readers = _READERS | {"tables": lambda value, where: _tables(value, where, known_tables)}
    fields = {key: read(_needed(document, key), key) for key, read in readers.items()}
    stored = _fingerprint(_needed(document, "sha256"), "sha256")
    flagged = _flag(document.get("edited_outside", False), "edited_outside")
    ignored = document.keys() - readers.keys() - {"format", "sha256", "edited_outside"}
    extra = document["variant"].keys() - _VARIANT.keys() - {"rule"}
    return Answers(
        **fields,
        edited_outside=flagged or stored != digest(document),
        ignored_keys=(*sorted(ignored), *(f"variant.{key}" for key in sorted(extra))),
    )


def _check_format(document: dict) -> None:
    found = _whole(_needed(document, "format"), "format")
    if found != FORMAT:
        raise ForeignAnswers(
            f"文件格式号是 {found}，这一版只认 {FORMAT}。", where="format", remedy="用新版工作簿打开它。"
        )


def _needed(fields: Mapping, key: str, where: str = "") -> object:
    if key not in fields:
        raise AnswerFileError(f"缺少 {quote(key)} 这一项。", where=where, remedy=_BACKUP)
    return fields[key]


def _wrong(where: str, wanted: str) -> AnswerFileError:
    return AnswerFileError(f"这一项应该是{wanted}。", where=quote(where, 120), remedy=_BACKUP)


def _object(value: object, where: str) -> dict:
    if not isinstance(value, dict):
        raise _wrong(where, "一组键与值")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(where, "文字")
    return value


def _optional_text(value: object, where: str) -> str | None:
    return None if value is None else _text(value, where)


def _whole(value: object, where: str) -> int:
    if type(value) is not int or value < 0:  # bool 也是 int，这里不算
        raise _wrong(where, "不小于 0 的整数")
    return value


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(where, "真或假")
    return value


def _count_or_flag(value: object, where: str) -> int | bool:
    return value if isinstance(value, bool) else _whole(value, where)


def _texts(value: object, where: str) -> list[str]:
    if not isinstance(value, list):
        raise _wrong(where, "一列文字")
    return [_text(item, f"{where}[{i}]") for i, item in enumerate(value)]


def _choice(value: object, where: str) -> str | list[str]:
    return _texts(value, where) if isinstance(value, list) else _text(value, where)


def _moment(value: object, where: str) -> str:
    """ISO 时刻；空白 = 还没存过。"""
    text = _text(value, where)
    try:
        if text:
            datetime.fromisoformat(text)
    except ValueError:
        raise _wrong(where, "ISO 写法的时刻") from None
    return text


def _fingerprint(value: object, where: str) -> str:
    if not _SHA256.fullmatch(_text(value, where)):
        raise _wrong(where, " 64 位十六进制的指纹")
    return value


def _mapping(item: Callable[[object, str], object]) -> Callable[[object, str], dict]:
    """值全由 item 读的一组键。"""

    def read(value: object, where: str) -> dict:
        return {key: item(each, f"{where}.{key}") for key, each in _object(value, where).items()}

    return read


def _variant(value: object, where: str) -> dict:
    """六项必有；不是通常规则的题本还有 rule；多出来的不采用。"""
    found = _object(value, where)
    kept = {key: read(_needed(found, key, where), f"{where}.{key}") for key, read in _VARIANT.items()}
    return kept | ({"rule": _rule(found["rule"], f"{where}.rule")} if "rule" in found else {})


def _rule(value: object, where: str) -> dict:
    found = _object(value, where)
    return {key: _text(_needed(found, key, where), f"{where}.{key}") for key in ("centre", "direction")}


def _attempt(value: object, where: str) -> dict:
    found = _mapping(_count_or_flag)(value, where)
    for key in found.keys() & NO_ATTEMPT.keys():
        if type(found[key]) is not type(NO_ATTEMPT[key]):
            raise _wrong(f"{where}.{key}", "真或假" if isinstance(NO_ATTEMPT[key], bool) else "次数")
    return found


def _tables(value: object, where: str, known: Collection[str] | None) -> dict:
    tables = _mapping(_mapping(_mapping(_text)))(value, where)
    for table in tables:
        if known is not None and table not in known:
            raise ForeignAnswers(
                f"本课没有叫 {quote(table)} 的表。", where=where, remedy="检查是不是别的课或别的版本的文件。"
            )
    return tables


_VARIANT: dict[str, Callable[[object, str], object]] = {
    "scheme": _text,
    "source": _text,
    "as_of": _optional_text,
    "attempt": _whole,
    "keyed": _flag,
    "customers": _texts,
}
_READERS: dict[str, Callable[[object, str], object]] = {
    "course": _text,
    "assignment": _text,
    "student_id": _text,
    "variant": _variant,
    "data_sha256": _text,
    "revision": _whole,
    "quiz": _mapping(_choice),
    "text": _mapping(_text),
    "attempts": _mapping(_attempt),
    "session": _text,
    "saved_at": _moment,
}
