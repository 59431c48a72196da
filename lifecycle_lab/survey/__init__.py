"""问卷的房间：随书的合成答卷，和在线问卷工具（如问卷星）导出的答卷，读成同一种客户群体。

只取编号与 R、F、M 三题；提交时间、来源 IP、微信昵称等别的列读进来就丢，不进客户群体
（course.md A12 第 1、2 步）。

近一年没有消费的人（F 与 M 都填 0）谈不上“最近一次消费”，不进客户群体，单独计数；
F 与 M 只有一个是 0，或一次没买却说半年内买过，是前后矛盾，拒收。

rules      一题的一个答案怎样读，一份答卷前后是否矛盾：文件与屏幕上的问卷共用
headings   哪一列是哪一题
responses  一个文件里的答卷；几个文件合起来
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lifecycle_lab.content import Questionnaire, course, data_folder
from lifecycle_lab.export import sheet_text
from lifecycle_lab.reading import Grid, read_grid
from lifecycle_lab.schema import DataError, Population, indicators, quote
from lifecycle_lab.survey.headings import asks
from lifecycle_lab.survey.responses import LEAST_ROWS, Batch, Pooled, pool
from lifecycle_lab.survey.rules import RFM_COLUMNS, Answer, form_problems, read_answer, rfm_items, stored

__all__ = [
    "LEAST_ROWS",
    "RFM_COLUMNS",
    "Answer",
    "asks",
    "form_problems",
    "looks_like_survey",
    "read_answer",
    "read_survey",
    "sheet_line",
    "shipped",
    "stored",
    "survey_of_grid",
    "survey_of_grids",
    "tally",
    "write_shipped",
]

SHIPPED_FILE = "survey.csv"


def shipped() -> Population:
    """随书的 300 份合成答卷（data/survey.csv），来源名 "survey"。"""
    return replace(read_survey(data_folder() / SHIPPED_FILE), source="survey")


def write_shipped(path: Path | str, rows: Sequence[Mapping[str, object]]) -> None:
    """把生成的答卷写成 data/survey.csv:UTF-8(带 BOM,Excel 认得)、换行 LF，同样的 rows 同样的字节。

    rows 由 simulate.respondents 生成；那间房在本房间之上，所以由调用的人递进来。
    """
    text = sheet_line(rows[0]) + "".join(sheet_line(row.values()) for row in rows)
    Path(path).write_bytes(text.encode("utf-8-sig"))


def sheet_line(values: Iterable[object]) -> str:
    """数据表的一行（CSV，以 LF 结尾）；文字格里的公式变成普通文字。"""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow([_written(value) for value in values])
    return out.getvalue()


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return sheet_text(value) if isinstance(value, str) else str(value)


def looks_like_survey(header: Iterable[str], questionnaire: Questionnaire | None = None) -> bool:
    """表头里认得出 R、F、M 中的任何一题，就当作问卷；缺哪题由 read_survey 来说。"""
    items = rfm_items(questionnaire or course().questionnaire)
    return any(asks(name, item) for name in header for item in items)


def read_survey(path: Path | str, questionnaire: Questionnaire | None = None) -> Population:
    """问卷工具导出的 CSV/XLSX → 客户群体；来源名是文件名，客户按编号排序。

    questionnaire: 表 4-1，不给就用课程的那一份；靠它的题目文字与选项认列、认答案。
    R 为级别（整数），F 为次数，M 为分。读不懂、编号重复或空缺、能用的不足 10 份 → DataError。
    """
    return survey_of_grid(read_grid(path), questionnaire)


def survey_of_grid(grid: Grid, questionnaire: Questionnaire | None = None) -> Population:
    """已经读成格的答卷 → 客户群体；同 read_survey，文件不必再读一遍。"""
    return replace(survey_of_grids([grid], grid.name, questionnaire), data_sha256=grid.sha256)


def survey_of_grids(
    grids: Sequence[Grid], name: str, questionnaire: Questionnaire | None = None
) -> Population:
    """几个文件的答卷合成一个客户群体，来源名是 name；指纹由各文件的指纹排好序算出，与文件名无关。

    同一份交了两次只算一份，并计数；编号相同而不是同一份的，编号前面加上文件名。
    """
    batches = _batches(grids, questionnaire)
    found = pool(batches, name)
    _require_enough(name, found)
    return Population(
        source=name,
        customers=found.customers,
        indicators=indicators("级", "high", course().sources["survey"].unit),
        data_sha256=_fingerprint(grids),
        synthetic=any(batch.is_synthetic for batch in batches),
        setaside=tuple((rule, count) for rule, count in found.setaside if count),
    )


def tally(grid: Grid, questionnaire: Questionnaire | None = None) -> Pooled:
    """还在收的答卷：能用的有哪些、放在一边的有多少；不足 10 份也数得出来，读不懂 → DataError。"""
    return pool(_batches([grid], questionnaire), grid.name)


def _batches(grids: Iterable[Grid], questionnaire: Questionnaire | None) -> list[Batch]:
    items = rfm_items(questionnaire or course().questionnaire)
    return [Batch.of(grid, items) for grid in grids]


def _fingerprint(grids: Iterable[Grid]) -> str:
    """同一个文件的抄本只算一次：多放一份抄本，数据没有变，指纹也不变。"""
    files = sorted({grid.sha256 for grid in grids})
    return hashlib.sha256("\n".join(files).encode()).hexdigest()


def _require_enough(name: str, found: Pooled) -> None:
    usable = len(found.customers)
    if usable >= LEAST_ROWS:
        return
    aside = "；".join(f"{rule} {count} 份" for rule, count in found.setaside if count)
    raise DataError(
        f"{quote(name, 80)} 能用的答卷只有 {usable} 份，至少要 {LEAST_ROWS} 份，还差 {LEAST_ROWS - usable} 份。",
        why="表 4-2 要抽 10 位客户。" + (f"放在一边的：{aside}。" if aside else ""),
        remedy="多收几份答卷，或先用随书的合成问卷。",
    )
