"""问卷的房间：随书的合成答卷，和在线问卷工具（如问卷星）导出的答卷，读成同一种客户群体。

只取编号与 R、F、M 三题；提交时间、来源 IP、微信昵称等别的列读进来就丢，不进内存里的任何结构。
没有一行会悄悄消失：每份答卷要么用上，要么按写明的规则放在一边并计数，要么整个文件拒收，
并且一次说清每一处（course.md A12 第 1、2 步）。

近一年没有消费的人（F 与 M 都填 0）谈不上“最近一次消费”，不进客户群体，单独计数；
F 与 M 只有一个是 0，或一次没买却说半年内买过，是前后矛盾，拒收。
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from lifecycle_lab.content import Item, Questionnaire, course, data_folder
from lifecycle_lab.export import sheet_text
from lifecycle_lab.reading import (
    LONGEST_NORMALISED,
    Grid,
    halfwidth,
    identifier_problem,
    minor_units,
    parse_decimal,
    parse_whole,
    read_grid,
)
from lifecycle_lab.schema import ContentError, Customer, DataError, Population, indicators, quote

SHIPPED_FILE = "survey.csv"
COLUMNS = ("recency_level", "frequency", "monetary")  # 问卷里 R、F、M 三题的 column
ID_COLUMNS = ("customer_id", "编号", "序号")  # 先找到哪个用哪个
MONEY_DECIMALS = 2
LEAST_ROWS = 10  # 表 4-2 要抽 10 位客户
PROBLEMS_SHOWN = 20
UNANSWERED_ROWS = "R、F、M 三题都没有填的答卷"
DID_NOT_BUY_ROWS = "近一年没有消费的答卷（次数与金额都填 0）"

_BLANKS = {"", "(空)", "(跳过)"}  # 后两种是问卷工具的写法，括号已归一成半角
_OTHER_CURRENCIES = re.compile(r"[$£€]|USD|GBP|EUR", re.IGNORECASE)
_ROUNDED_ID = re.compile(r"\d{15}0+")  # 电子表格只留 15 位，后面全成了 0
# 两个式子都用在去了首尾空白的文字上，每一步至多一种走法：几千个空格也只走一遍
_NUMBERING = re.compile(r"(?:[Qq]|第)?\s*\(?\d+\s*(?:题\s*)?[、.:)]")
_KIND_MARK = re.compile(
    r"[\[(【](?:单选|多选|填空|数字|量表|打分|评分|矩阵|必答|选答|必填|选填)[^\[(【\])】]*[\])】]$"
)
_OPTION_MARK = re.compile(r"^\s*\(?(?:[A-Za-z]|\d{1,2})\s*[.、:)]\s*")


@dataclass(frozen=True)
class _Question:
    """一道题和它在表里的第几列；coded: 表头写的是我们的列名，格里的数字就是级别代码。"""

    item: Item
    index: int
    coded: bool


@dataclass(frozen=True)
class _Row:
    """一份答卷：三格原文（空白已归一）与读出的值；值是文字时，那是读不懂的原因。"""

    number: int
    customer_id: str
    cells: tuple[str, ...]
    values: tuple[int | str, ...]


def shipped() -> Population:
    """随书的 300 份合成答卷（data/survey.csv），来源名 "survey"。"""
    return replace(read_survey(data_folder() / SHIPPED_FILE), source="survey")


def write_shipped(path: Path | str, rows: Sequence[Mapping[str, object]]) -> None:
    """把生成的答卷写成 data/survey.csv:UTF-8(带 BOM,Excel 认得)、换行 LF，同样的 rows 同样的字节。

    rows 由 simulate.respondents 生成；那间房在本房间之上，所以由调用的人递进来。
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_written(value) for value in row.values()] for row in rows)
    Path(path).write_bytes(out.getvalue().encode("utf-8-sig"))


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return sheet_text(value) if isinstance(value, str) else str(value)


def looks_like_survey(header: Iterable[str], questionnaire: Questionnaire | None = None) -> bool:
    """表头里认得出 R、F、M 中的任何一题，就当作问卷；缺哪题由 read_survey 来说。"""
    items = _items(questionnaire or course().questionnaire)
    return any(_asks(name, item) for name in header for item in items)


def read_survey(path: Path | str, questionnaire: Questionnaire | None = None) -> Population:
    """问卷工具导出的 CSV/XLSX → 客户群体；来源名是文件名，客户按编号排序。

    questionnaire: 表 4-1，不给就用课程的那一份；靠它的题目文字与选项认列、认答案。
    R 为级别（整数），F 为次数，M 为分。读不懂、编号重复或空缺、能用的不足 10 份 → DataError。
    """
    return survey_of_grid(read_grid(path), questionnaire)


def survey_of_grid(grid: Grid, questionnaire: Questionnaire | None = None) -> Population:
    """已经读成格的答卷 → 客户群体；同 read_survey，文件不必再读一遍。"""
    questions = _locate(grid, _items(questionnaire or course().questionnaire))
    rows = _rows(grid, questions)
    answered = [row for row in rows if any(row.cells)]
    lowest = min(_levels(questions[0].item).values())
    buyers = [row for row in answered if not _did_not_buy(row, lowest)]
    _refuse(grid, [*_id_problems(grid, answered), *_cell_problems(grid, questions, buyers)])
    setaside = {
        UNANSWERED_ROWS: len(rows) - len(answered),
        DID_NOT_BUY_ROWS: len(answered) - len(buyers),
    }
    _require_enough(grid, len(buyers), setaside)
    return Population(
        source=grid.name,
        customers=tuple(Customer(row.customer_id, *row.values) for row in sorted(buyers, key=_id_of)),
        indicators=indicators("级", "high", course().sources["survey"].unit),
        data_sha256=grid.sha256,
        synthetic=_says_synthetic(grid),
        setaside=tuple((rule, count) for rule, count in setaside.items() if count),
    )


def _id_of(row: _Row) -> str:
    return row.customer_id


def _says_synthetic(grid: Grid) -> bool:
    """有一行自称合成，整份就标作合成。"""
    if "synthetic" not in grid.header:
        return False
    index = grid.header.index("synthetic")
    return any(halfwidth(cells[index]).lower() in ("true", "是") for _, cells in grid.rows)


# ── 认列 ──────────────────────────────────────────────────────────────


def _items(questionnaire: Questionnaire) -> tuple[Item, ...]:
    """R、F、M 三题，顺序同 COLUMNS；缺一 → ContentError。"""
    by_column = {item.column: item for item in questionnaire.items}
    if missing := [name for name in COLUMNS if name not in by_column]:
        raise ContentError(
            f"问卷里没有 column 为 {quote(missing[0])} 的题。",
            where="data/course/questionnaire.toml",
            why="表 4-2 的 R、F、M 要从这三题来。",
            remedy="补上这一题。",
        )
    return tuple(by_column[name] for name in COLUMNS)


def _locate(grid: Grid, items: Sequence[Item]) -> tuple[_Question, ...]:
    return tuple(_locate_one(grid, item) for item in items)


def _locate_one(grid: Grid, item: Item) -> _Question:
    found = [i for i, name in enumerate(grid.header) if _asks(name, item)]
    if len(found) != 1:
        raise DataError(
            f"{quote(grid.name, 80)} 里{'有不止一列是' if found else '找不到'}“{item.text}”这一题。",
            where="第 1 行（列名）",
            why="靠列名认题：列名要是题目原文（题号和题型字样不要紧），或列名 " + item.column + "。",
            remedy="只留一列。" if found else f"把那一列的列名改成 {item.column}，或改回题目原文。",
        )
    return _Question(item, found[0], grid.header[found[0]] == item.column)


def _asks(name: str, item: Item) -> bool:
    """长过 300 字的列名不会是一道题。"""
    if len(name) > LONGEST_NORMALISED:
        return False
    name = halfwidth(name)
    return name == item.column or _question_text(name) == _question_text(item.text)


def _question_text(text: str) -> str:
    """题目只剩文字：去掉题号（3、 Q3. 第3题：）、题型（单选题）和一切标点空白。"""
    text = halfwidth(text)
    numbering = _NUMBERING.match(text)
    text = text[numbering.end() :] if numbering else text
    while mark := _KIND_MARK.search(text):
        text = text[: mark.start()].rstrip()
    return _plain(text)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", halfwidth(text))


# ── 读格 ──────────────────────────────────────────────────────────────


def _rows(grid: Grid, questions: Sequence[_Question]) -> list[_Row]:
    """每行一份答卷；没有编号列时按行的先后编 R001、R002、…。"""
    place = next((grid.header.index(name) for name in ID_COLUMNS if name in grid.header), None)
    readers = (_level, _count, _money)
    rows = []
    for order, (number, line) in enumerate(grid.rows, start=1):
        cells = tuple(_answer(line[question.index]) for question in questions)
        values = (read(cell, q) for read, cell, q in zip(readers, cells, questions, strict=True))
        name = f"R{order:03d}" if place is None else halfwidth(line[place])
        rows.append(_Row(number, name, cells, tuple(values)))
    return rows


def _answer(cell: str) -> str:
    return "" if halfwidth(cell) in _BLANKS else cell.strip()


def _level(text: str, question: _Question) -> int | str:
    """选项 → 级别：选项文字、"A. 选项文字"、"A"（第一个选项）；列名是 recency_level 时也收数字级别。"""
    levels = _levels(question.item)
    if (number := parse_whole(text)) is not None:
        return _coded_level(number, question, levels)
    letters = {chr(ord("A") + i): level for i, level in enumerate(levels.values())}
    known = letters | levels
    shown = halfwidth(text)
    keys = (_plain(shown), _plain(_OPTION_MARK.sub("", shown)), shown.upper().rstrip(".、)"))
    return next((known[key] for key in keys if key in known), "不是这一题的选项；改成选项原文")


def _coded_level(number: int, question: _Question, levels: Mapping[str, int]) -> int | str:
    """光秃秃的数字可能是级别（5 最近），也可能是第几个选项（1 最近）：方向从不猜。"""
    if not question.coded:
        return (
            "只有数字，看不出是级别还是第几个选项；导出时选“选项文本”，数字确是级别就把列名改成 recency_level"
        )
    return (
        number if number in levels.values() else f"级别只有 {min(levels.values())} 到 {max(levels.values())}"
    )


def _levels(item: Item) -> dict[str, int]:
    """选项文字（只剩字） → 级别；代码不是整数 → ContentError。"""
    levels = {_plain(option.label): parse_whole(option.code) for option in item.options}
    if not levels or None in levels.values() or len(levels) != len(item.options):
        raise ContentError(
            f"题 {quote(item.id)} 的选项不能换成级别。",
            where="data/course/questionnaire.toml",
            why="每个选项的 code 要是整数级别，label 不能重复。",
            remedy="照原来的样子改回去：第一个选项 code 最大，是最近。",
        )
    return levels


def _count(text: str, question: _Question) -> int | str:
    number = parse_whole(halfwidth(text).removesuffix(question.item.unit))
    return "要一个整数，如 3" if number is None else _bounded(number, number, question.item)


def _money(text: str, question: _Question) -> int | str:
    """元 → 分；带别国货币符号、区间、“约”都不收。"""
    amount = parse_decimal(text)
    if amount is None or _OTHER_CURRENCIES.search(halfwidth(text)):
        return "要一个以元计的数，如 1299.50；不要区间，不要“约”，不要别国货币"
    fen = minor_units(amount, MONEY_DECIMALS)
    return "比分还细，四舍五入到两位小数" if fen is None else _bounded(fen, amount, question.item)


def _bounded(stored: int, shown: int | Decimal, item: Item) -> int | str:
    if item.low is not None and shown < item.low:
        return f"小于许可的 {item.low}"
    if item.high is not None and shown > item.high:
        return f"大于许可的 {item.high}，多半填错了单位或位数"
    return stored


# ── 拒收与放在一边 ────────────────────────────────────────────────────


def _did_not_buy(row: _Row, lowest: int) -> bool:
    """F 与 M 都是 0，且 R 没填或是最久的一级：近一年没有消费，前后一致。"""
    recency, *bought = row.values
    return bought == [0, 0] and (not row.cells[0] or recency == lowest)


def _cell_problems(grid: Grid, questions: Sequence[_Question], rows: Sequence[_Row]) -> list[tuple[int, str]]:
    return [
        (row.number, f"{grid.where(row.number, _short(grid.header[q.index]))} {quote(cell)}：{why}")
        for row in rows
        for q, cell, value in zip(questions, row.cells, row.values, strict=True)
        if (why := _why_not(cell, value, q))
    ]


def _why_not(cell: str, value: int | str, question: _Question) -> str:
    """一格用不上的原因；用得上 → 空。"""
    if not cell:
        return "没有填；补上，或删去这一行"
    if isinstance(value, str):
        return value
    zero = value == 0 and question.item.column != COLUMNS[0]
    return "是 0，与另外两题矛盾；没有消费的人次数与金额都填 0，最近一次消费不填或选最久" if zero else ""


def _id_problems(grid: Grid, rows: Sequence[_Row]) -> list[tuple[int, str]]:
    first: dict[str, int] = {}
    problems = []
    for row in rows:
        why = _why_not_id(row.customer_id, first)
        first.setdefault(row.customer_id, row.number)
        if why:
            problems.append(
                (row.number, f"{grid.name} 第 {row.number} 行的编号 {quote(row.customer_id)}：{why}")
            )
    return problems


def _why_not_id(name: str, first: Mapping[str, int]) -> str:
    if why := identifier_problem(name):
        return f"{why}；补一个不重复的短编号，或从原处按文本重新导出"
    if _ROUNDED_ID.fullmatch(name):
        return "已被电子表格改坏（长数字丢了尾数）；从原处重新导出，并把这一列设成文本"
    return f"与第 {first[name]} 行重复；同一个人只留一份" if name in first else ""


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"


def _refuse(grid: Grid, problems: list[tuple[int, str]]) -> None:
    """所有毛病一次说完（列出前 20 处并报总数），有一处就一行都不载入。"""
    if not problems:
        return
    lines = [text for _, text in sorted(problems)]
    more = [f"…另有 {len(lines) - PROBLEMS_SHOWN} 处没有列出"] if len(lines) > PROBLEMS_SHOWN else []
    raise DataError(
        f"{quote(grid.name, 80)} 有 {len(lines)} 处读不懂，一份答卷也没有载入。",
        where="\n".join(["", *lines[:PROBLEMS_SHOWN], *more]),
        why="猜错一格，均值就变，别人的箭头也跟着变；所以宁可停下来。",
        remedy="按每行冒号后面的话改好原表，再读一次。",
    )


def _require_enough(grid: Grid, usable: int, setaside: Mapping[str, int]) -> None:
    if usable >= LEAST_ROWS:
        return
    aside = "；".join(f"{rule} {count} 份" for rule, count in setaside.items() if count)
    raise DataError(
        f"{quote(grid.name, 80)} 能用的答卷只有 {usable} 份，至少要 {LEAST_ROWS} 份。",
        why="表 4-2 要抽 10 位客户。" + (f"放在一边的：{aside}。" if aside else ""),
        remedy="多收几份答卷，或先用随书的合成问卷。",
    )
