"""把一份报告写进一个文件夹：先在旁边的临时文件夹里写全，最后改名；半途停下什么也不留。

report.html    网页，自足，可打印
report.xlsx    同样的表，加上每种类型的名单（至多若干行）
calls/*.csv    每种类型一份，全的（给外人看的报告没有）
summary.json   机器读的摘要，也是“这个文件夹是我们写的”的记号
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from lifecycle_lab import segmentation
from lifecycle_lab.report import to_html
from lifecycle_lab.report.shop import calls, limits, views
from lifecycle_lab.report.shop.document import cover_table, csv_name, document
from lifecycle_lab.report.shop.facts import Facts, Progress
from lifecycle_lab.report.typed import HIDDEN, Column, TypedTable
from lifecycle_lab.report.workbook import Sheet, workbook
from lifecycle_lab.schema import LabError, ParameterError, quote

FORMAT = "lifecycle-lab-report-1"
LISTS = "calls"
_STEP = 20_000


def write(
    facts: Facts,
    orders: Any,
    out: Path,
    name: Callable[[str], str] | None = None,
    progress: Progress = lambda *_: None,
) -> Path:
    """写好整份报告，返回它的文件夹。name: 编号 → 代号；不给就是编号自己。"""
    _check_shareable(facts)
    with _swapped(out) as folder:
        heads = calls.columns(facts, name is not None)
        lists = (
            {} if facts.asked.shared else _write_lists(facts, orders, folder, heads, name or str, progress)
        )
        progress("写网页与 Excel", 0.0)
        shown = facts.text.numbers["shown_customers"]
        tops = {code: rows[:shown] for code, rows in lists.items()}
        _save(folder / "report.html", to_html(document(facts, heads, tops)).encode())
        _save(folder / "report.xlsx", workbook(list(_sheets(facts, heads, lists)), "客户细分报告"))
        text = json.dumps(summary(facts), ensure_ascii=False, indent=1, sort_keys=True)
        _save(folder / "summary.json", (text + "\n").encode())
        progress("写网页与 Excel", 1.0)
    return out


def _check_shareable(facts: Facts) -> None:
    """整家店就是一个小组：封面上的客户数与合计已经是那几位自己的数，没有什么可以给外人看。"""
    if facts.customers < facts.least:
        raise ParameterError(
            f"客户只有 {facts.customers} 位，不到 {facts.least} 位：给外人看的报告写不出来。",
            where="参数 shared",
            why="合计就是这几位自己的数，隐去哪一格都没有用。",
            remedy="不加 --shared，只给自己看；或换一份客户更多的订单。",
        )


def _save(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _write_lists(
    facts: Facts, orders: Any, folder: Path, heads: tuple[Column, ...], name: Callable, progress: Progress
) -> dict[int, list[tuple]]:
    """八份 CSV；返回每种类型最前面的若干行，给 Excel 与网页用。"""
    (folder / LISTS).mkdir()
    row_of, most = calls.rows(facts), facts.text.numbers["workbook_rows"]
    kept: dict[int, list[tuple]] = {code: [] for code in segmentation.PATTERNS}
    done = 0
    with ExitStack() as stack:
        writers = {
            code: calls.csv_writer(
                stack.enter_context(
                    (folder / LISTS / csv_name(number)).open("w", encoding="utf-8", newline="")
                ),
                heads,
            )
            for number, code in enumerate(segmentation.PATTERNS, 1)
        }
        for code, found in groupby(calls.calls(orders, facts, name), key=lambda call: call.segment):
            for call in found:
                values = row_of(call)
                writers[code](values)
                if len(kept[code]) < most:
                    kept[code].append(values)
                done += 1
                if done % _STEP == 0:
                    progress("写名单", done / facts.customers)
    progress("写名单", 1.0)
    return kept


def _sheets(facts: Facts, heads: tuple[Column, ...], lists: dict[int, list[tuple]]) -> Iterator[Sheet]:
    """Excel 的各页：先是几张表，再是策略，最后每种类型的名单。"""
    for table in tables(facts):
        yield Sheet(table.title.partition("：")[0], table.columns, table.rows, table.note)
    yield _strategies(facts)
    for number, (code, rows) in enumerate(lists.items(), 1):
        count, most = facts.type_of(code).customers, facts.text.numbers["workbook_rows"]
        note = ""
        if count > most:
            file = f"{LISTS}/{csv_name(number)}"
            note = facts.text.say("calls.cut", rows=f"{most:,}", customers=f"{count:,}", file=file)
        yield Sheet(f"{number} {facts.name(code)}", heads, rows, note)


def tables(facts: Facts) -> list[TypedTable]:
    """报告的全部表，次序同网页；限制放在最前面：打开 Excel 先看到它。"""
    found = [
        limits.limits_table(facts),
        cover_table(facts),
        views.accounting(facts),
        views.problems(facts),
        views.thresholds(facts),
        views.segments(facts),
        views.readings(facts),
        views.names(facts),
        views.intervals(facts),
        views.repurchase(facts),
        views.repurchase_curve(facts),
        views.migration(facts),
    ]
    return [table for table in found if table is not None]


def _strategies(facts: Facts) -> Sheet:
    say = facts.text.say
    names = ("traits", "target", "channel", "offer", "timing", "measure")
    columns = (say("calls.level"), say("calls.pattern"), *(say(f"calls.{name}") for name in names))
    rows = [
        (
            facts.name(code),
            segmentation.pattern(code),
            *(getattr(calls.strategy_of(code), name) for name in names),
        )
        for code in segmentation.PATTERNS
    ]
    return Sheet("策略", tuple(map(Column, columns)), rows)


def summary(facts: Facts) -> dict[str, Any]:
    """机器读的摘要：口径、去向、八种类型、限制；隐去的照样隐去（写成 null）。再购的天数里 null 是没有达到，隐去的整行不写。"""
    accounting = views.accounting(facts)
    return {
        "format": FORMAT,
        "shop": facts.shop.name,
        "data_sha256": facts.shop.sha256,
        "as_of": str(facts.as_of),
        "convention": facts.asked.convention.id,
        "centre": facts.asked.centre,
        "compare_to": str(facts.asked.compare_to) if facts.asked.compare_to else None,
        "shared": facts.asked.shared,
        "customers": facts.customers,
        "money_minor": facts.money,
        "rows": [
            dict(zip(("line", "rows", "money_minor"), map(_plain, row), strict=True))
            for row in accounting.rows
        ],
        "segments": [
            {
                "pattern": segmentation.pattern(code),
                "name": facts.name(code),
                "customers": None if hide else facts.type_of(code).customers,
                "money_minor": None if hide else facts.type_of(code).money,
            }
            for code, hide in facts.hidden_types.items()
        ],
        "repurchase": [
            {"gaps": name, "percent": percent, "naive_days": naive, "corrected_days": corrected, "band": band}
            for name, line in views.repurchase_lines(facts)
            if line is not None
            for percent, naive, corrected, band in zip(
                facts.text.quantiles, line.naive, line.corrected, line.bands, strict=True
            )
        ],
        "limits": [{"id": x.id, "value": x.value, "exceeded": x.exceeded} for x in limits.limits(facts)],
    }


def _plain(value: object) -> object:
    return None if value == HIDDEN else value


@contextmanager
def _swapped(out: Path) -> Iterator[Path]:
    """旁边的临时文件夹；里面写全了才换上。出错或 Ctrl-C：临时的删掉，原来的还在。"""
    _check_replaceable(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}-", dir=out.parent))
    except OSError as error:
        raise _unwritable(out, error) from None
    try:
        yield folder
        folder.chmod(0o755)
        _replace(out, folder)
    except OSError as error:
        raise _unwritable(out, error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace(out: Path, folder: Path) -> None:
    """原来的先挪开再换上；换不上就挪回来。"""
    if not out.exists():
        folder.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}-", dir=out.parent)) / "old"
    try:
        out.rename(old)
        try:
            folder.rename(out)
        except OSError:
            old.rename(out)
            raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)


def _check_replaceable(out: Path) -> None:
    """只换掉空的文件夹，或我们自己写的报告；别人的东西不动。"""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise ParameterError(
            "报告要写进一个文件夹。", where=f"参数 out：{quote(out, 200)}", remedy="换一个名字。"
        )
    if out.is_dir() and any(out.iterdir()) and not _is_ours(out / "summary.json"):
        raise ParameterError(
            "这个文件夹里有别的东西，不敢换掉。",
            where=f"参数 out：{quote(out, 200)}",
            why="报告会整个替换它的文件夹；只有空的，或上一次的报告，才换。",
            remedy="换一个新的文件夹名，例如 --out 报告。",
        )


def _is_ours(path: Path) -> bool:
    try:
        return json.loads(path.read_text(encoding="utf-8")).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        return False


def _unwritable(out: Path, error: OSError) -> LabError:
    return ParameterError(
        "报告写不进去。",
        where=f"参数 out：{quote(out, 200)}",
        why=f"系统说：{os.strerror(error.errno or 0)}。",
        remedy="清出空间，或换一个能写的文件夹。",
    )
