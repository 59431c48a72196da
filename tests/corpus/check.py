"""把一份语料喂给 `lifecycle-lab orders check`，看结果与应得的一致不一致。

除了各自的期望，每一份都查同样的几条：退出码与 status 一致，账目平，没有调用栈，
屏幕上没有控制符，个人信息没有漏出来，输入没有被改，没有留下半成品。
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import unicodedata
from collections import Counter
from contextlib import chdir
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from corpus.case import ANY, Case, Expect, Row
from corpus.make import ADDRESS, PHONE
from corpus.parameters import HERE

CLEAN_COLUMNS = ["order_id", "customer_id", "amount", "paid_at", "quantity"]
REPORT_KEYS = {
    "status",
    "profile",
    "encoding",
    "rows_in",
    "used",
    "set_aside",
    "quarantined",
    "notes",
    "message",
}
EXIT = {"accepted": 0, "quarantined": 0, "refused": 2, "ask": 2}
TRIGGERS = tuple("=+-@\t\r\n＝＋－＠")
_AMOUNT = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?")
_BIDI = {chr(c) for c in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


@dataclass(frozen=True)
class Outcome:
    """跑完一次看得见的一切。"""

    exit_code: int
    output: str
    report: dict | None
    clean: bytes | None
    left: tuple[str, ...] = ()
    changed: bool = False
    crash: str = ""

    @property
    def status(self) -> str:
        if self.report:
            return str(self.report.get("status"))
        return "refused" if self.exit_code == 2 else "?"  # 参数错了，没有报告可写

    @property
    def words(self) -> str:
        report = self.report or {}
        return "\n".join([self.output, str(report.get("message")), *map(str, report.get("notes", ()))])


def run(case: Case, folder: Path) -> Outcome:
    """同一个进程里跑一次命令行；文件已经在 folder 里。"""
    from typer.testing import CliRunner

    from lifecycle_lab.cli import app

    report, clean = folder / "report.json", folder / "clean.csv"
    arguments = [option.replace(HERE, str(folder)) for option in case.options]
    arguments += ["--json", str(report)] if "--json" not in arguments else []
    arguments += ["--clean", str(clean)] if "--clean" not in arguments else []
    path = folder / case.file
    before, listed = _fingerprint(path), _listing(folder)
    with chdir(folder):
        found = CliRunner().invoke(app, ["orders", "check", *arguments, "--", str(path)])
    crash = (
        "" if found.exception is None or isinstance(found.exception, SystemExit) else repr(found.exception)
    )
    left = _listing(folder) - listed - {"report.json", "clean.csv"}
    return Outcome(
        found.exit_code,
        found.output,
        _json(report),
        clean.read_bytes() if clean.is_file() else None,
        tuple(sorted(left)),
        before != _fingerprint(path),
        crash,
    )


def _listing(folder: Path) -> set[str]:
    return {str(Path(at, name).relative_to(folder)) for at, _, names in os.walk(folder) for name in names}


def _fingerprint(path: Path) -> str:
    if not path.is_file() or path.is_symlink():
        return ""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _json(path: Path) -> dict | None:
    def no_constant(name: str):
        raise ValueError(name)

    return json.loads(path.read_text("utf-8"), parse_constant=no_constant) if path.is_file() else None


def clean_rows(data: bytes) -> list[Row]:
    """干净文件的各行；我们加的那一撇去掉。"""
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    if lines[0] != CLEAN_COLUMNS:
        raise ValueError(f"干净文件的列不对：{lines[0]}")
    return [
        tuple(cell[1:] if cell[:1] == "'" and cell[1:].startswith(TRIGGERS) else cell for cell in row)
        for row in lines[1:]
    ]


def problems(case: Case, found: Outcome) -> list[str]:
    """不对的地方，一处一句；空 = 全对。"""
    wrong = list(_always(found))
    misses = [list(_against(expect, found)) for expect in case.ways]
    if all(misses):
        wrong += [f"要么：{'；'.join(miss)}" for miss in misses]
    return wrong


def _always(found: Outcome):
    if found.crash:
        yield f"没有接住的错误：{found.crash[:300]}"
    if "Traceback" in found.output:
        yield "屏幕上有调用栈"
    if strange := {
        c
        for c in found.output
        if c not in "\n\r\t" and (unicodedata.category(c) in ("Cc", "Cs") or c in _BIDI)
    }:
        yield f"屏幕上有控制符 {sorted(map(ascii, strange))}"
    seen = (
        found.output
        + json.dumps(found.report or {}, ensure_ascii=False)
        + (found.clean or b"").decode("utf-8", "replace")
    )
    yield from (f"个人信息漏了出来：{bait}" for bait in (PHONE, ADDRESS) if bait in seen)
    if found.left:
        yield f"留下了别的文件：{found.left}"
    if found.changed:
        yield "输入的文件被改了"
    if found.exit_code != EXIT.get(found.status, -1):
        yield f"status 是 {found.status}，退出码却是 {found.exit_code}"
    if found.exit_code and not re.search("[\u4e00-\u9fff]", found.words):
        yield f"停下来却没有一句中文：{found.words[:100]!r}"
    if found.exit_code and found.clean is not None:
        yield "没有收下，却写了干净文件"
    if found.report is not None:
        yield from _books(found.report, found.exit_code)
    if found.clean is not None:
        yield from _clean_file(found.clean)


def _books(report: dict, exit_code: int):
    """账目：读进来的每一行都有去处。"""
    if missing := REPORT_KEYS - set(report):
        yield f"报告缺少 {sorted(missing)}"
        return
    rows = {item["row"] for item in report["quarantined"]}
    aside = sum(item["rows"] for item in report["set_aside"])
    if exit_code == 0 and report["rows_in"] != report["used"] + aside + len(rows):
        yield f"账不平：{report['rows_in']} ≠ {report['used']} + {aside} + {len(rows)}"
    for item in report["quarantined"]:
        if not {"row", "column", "value", "reason"} <= set(item) or not isinstance(item["row"], int):
            yield f"隔离的一行写得不全：{item}"
            break
    if exit_code and not report["message"]:
        yield "停下来却没有 message"
    if bool(rows) != (report["status"] == "quarantined") and exit_code == 0:
        yield f"status 是 {report['status']}，隔离了 {len(rows)} 行"


def _clean_file(data: bytes):
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        if any(cell.startswith(TRIGGERS) for cell in row[:2]):
            yield f"干净文件里有活的公式：{row[:2]}"
            return
    for row in clean_rows(data):
        if not _AMOUNT.fullmatch(row[2]) or not _DAY.fullmatch(row[3]) or not re.fullmatch(r"\d*", row[4]):
            yield f"干净文件里的一行写得不对：{row}"
            return


def _against(expect: Expect, found: Outcome):
    """与一种应得的结果差在哪里。"""
    if found.status not in expect.statuses:
        words = (found.report or {}).get("message") or found.output
        yield f"应得 {'/'.join(expect.statuses)}，得到 {found.status}（{str(words)[:160]!r}）"
        return
    if expect.says and not any(word in found.words for word in expect.says):
        yield f"没有提到 {'、'.join(expect.says)} 之一：{found.words[:200]!r}"
    if found.exit_code or found.report is None:
        return
    if expect.clean is not None:
        actual = clean_rows(found.clean) if found.clean is not None else []
        if unmatched := _difference(expect.clean, actual):
            yield unmatched
    report = found.report
    for idea, rows in expect.aside:
        words = idea.split("_or_")
        got = sum(item["rows"] for item in report["set_aside"] if any(word in item["rule"] for word in words))
        if got != rows:
            yield f"应按 {idea} 放在一边 {rows} 行，得到 {report['set_aside']}"
    if expect.rows_in is not None and report["rows_in"] != expect.rows_in:
        yield f"rows_in 应为 {expect.rows_in}，得到 {report['rows_in']}"
    if expect.quarantined is not None:
        yield from _isolated(expect.quarantined, report["quarantined"])


def _isolated(expected: tuple[tuple[int, str], ...], actual: list[dict]):
    got = {item["row"]: item["column"].strip() for item in actual}
    if set(got) != {row for row, _ in expected}:
        shown = [(item["row"], item["column"], item["reason"]) for item in actual[:4]]
        yield f"应隔离第 {[row for row, _ in expected][:9]} 行，得到 {shown}"
        return
    if wrong := [(row, column, got[row]) for row, column in expected if column not in (ANY, got[row])]:
        yield f"隔离的列不对（行、应得、得到）：{wrong}"


def _difference(expected: tuple[Row, ...], actual: list[Row]) -> str:
    """两边多出来的行；* 的格不比，金额按数比，日子只比到天。"""
    if not any(ANY in row for row in expected):
        left = Counter(map(_canonical, expected))
        right = Counter(map(_canonical, actual))
        missing, extra = list((left - right).elements()), list((right - left).elements())
    else:
        missing, extra = [], [_canonical(row) for row in actual]
        for row in map(_canonical, expected):
            same = next((other for other in extra if _fits(row, other)), None)
            extra.remove(same) if same else missing.append(row)
    return f"干净文件缺 {missing[:3]}，多 {extra[:3]}" if missing or extra else ""


def _fits(expected: Row, actual: Row) -> bool:
    return all(want in (ANY, got) for want, got in zip(expected, actual, strict=True))


def _canonical(row: Row) -> Row:
    order, customer, amount, day, quantity = (*row, "") if len(row) == 4 else row
    number = amount if amount == ANY else str(Decimal(amount).quantize(Decimal("0.01")))
    return order, customer, number, day[:10], quantity
