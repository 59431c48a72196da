"""按名字或路径打开一个数据来源，得到全体客户；从这里往上没有人再问数据从哪道门进来。"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from lifecycle_lab import orders, survey
from lifecycle_lab.content import course
from lifecycle_lab.reading import Grid, halfwidth, open_source, parse_day, read_grid
from lifecycle_lab.rfm import customer_totals
from lifecycle_lab.schema import DataError, ParameterError, Population, indicators, quote

SURVEY, ONLINE_RETAIL = SHIPPED = ("survey", "online_retail")
# 表格软件存得出的都在内：读不了的由读的那一步说出名字，免得谁的答卷悄悄少了
TABLE_SUFFIXES = {".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".et", ".ods", ".numbers"}
_NOT_OURS = (".", "~$")
_TOP_LINES = 20


def open_population(source: str = "", as_of: str = "") -> Population:
    """source: ""（即 survey）、"online_retail"，问卷导出/订单表的路径，或放着几份问卷导出的文件夹；
    as_of: "" 或 年-月-日。

    订单没写观察日时：自带的商店用课程设定的那一天，别的文件用最后一笔订单的次日。
    """
    day = _as_of(as_of)
    if not isinstance(source, str):
        raise ParameterError(
            f"数据来源要写成文字，收到的是 {quote(repr(source))}。",
            where="参数 source",
            remedy='两边加引号，如 source = "online_retail"。',
        )
    named = source.strip().casefold()
    if named in ("", SURVEY):
        return survey.shipped()
    if named == ONLINE_RETAIL:
        return population_of_orders(orders.online_retail(), day or course().sources[named].as_of)
    path = Path(os.path.expanduser(source))  # 认不出的 ~名字 留着，当作找不到
    return _open_folder(path) if _is_folder(path) else _open_file(path, day)


def _open_file(path: Path, day: date | None) -> Population:
    """按列名认：有 R、F、M 任一题是问卷；认得出两个以上订单列的是订单，平台的导出原样就行。"""
    headers = _headers(path)
    if any(survey.looks_like_survey(header, course().questionnaire) for header in headers):
        return survey.survey_of_grid(read_grid(path), course().questionnaire)
    if max(map(orders.recognised, headers), default=0) > 1:
        return population_of_orders(orders.read_orders(path).require().orders(), day)
    raise DataError(
        f"{quote(path.name, 80)} 既不像问卷导出，也不像订单表。",
        where="第 1 行（列名）",
        why="问卷要有 R、F、M 三题的原文或列名；订单要有订单号、客户、金额、付款时间四列"
        "（各平台的导出原样就行，自己做的表写 order_id、customer_id、amount、paid_at）。",
        remedy="改好列名再试；自带的来源写 survey 或 online_retail。",
    )


def _headers(path: Path) -> list[tuple[str, ...]]:
    """可能是列名的几行：订单的导出，列名上面常有几行说明。"""

    def known(rows: Sequence[Sequence[str]]) -> bool:
        return any(orders.recognised(cells) > 1 for cells in rows)

    lines = open_source(path, looks_like=known).preview(_TOP_LINES)
    return [tuple(halfwidth(cell) for cell in line.cells) for line in lines]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # 用不了的路径由读文件的那一步去说
        return False


def _open_folder(folder: Path) -> Population:
    """一个班交上来的问卷：文件夹里的表格全部合成一个客户群体；混进一份别的表，就说出是哪一份。"""
    name = folder.name or folder.resolve().name or str(folder)
    grids = [_survey_grid(path, name) for path in _tables_in(folder)]
    if not grids:
        raise DataError(
            f"在文件夹 {quote(name, 80)} 里找不到问卷。",
            where=quote(folder, 200),
            why="里面没有 CSV 或 XLSX 文件（下一层的文件夹不看）。",
            remedy="把收来的答卷放进这个文件夹；或把 source 改成一个文件。",
        )
    return survey.survey_of_grids(grids, name, course().questionnaire)


def _tables_in(folder: Path) -> list[Path]:
    """文件夹里的表格，按名字排好；隐藏的、表格软件开着时的临时文件不算。"""
    try:
        found = [path for path in folder.iterdir() if path.suffix.casefold() in TABLE_SUFFIXES]
    except OSError as error:
        raise DataError(
            f"文件夹 {quote(folder.name, 80)} 读不出来。",
            where=quote(folder, 200),
            why=error.strerror or "系统没有说原因。",
            remedy="检查有没有读它的权限；或把答卷复制到自己的文件夹里。",
        ) from None
    return sorted(path for path in found if path.is_file() and not path.name.startswith(_NOT_OURS))


def _survey_grid(path: Path, folder: str) -> Grid:
    grid = read_grid(path)
    if not survey.looks_like_survey(grid.header, course().questionnaire):
        raise DataError(
            f"文件夹 {quote(folder, 80)} 里的 {quote(path.name, 80)} 不是问卷。",
            where=f"{quote(path.name, 80)} 第 1 行（列名）",
            why="放在一个文件夹里的表格会合成一份数据，所以每一份都要有 R、F、M 三题的原文或列名。",
            remedy="把这个文件移出文件夹，再试一次。",
        )
    return grid


def population_of_orders(shop: orders.Orders, as_of: date | None = None) -> Population:
    """一家店的订单 → 全体客户的 R(天，越小越好)、F(未取消订单数)、M(净额)。"""
    last = max((order.order_date for order in shop.orders), default=date.min)
    day = as_of or last + timedelta(days=1)
    customers = tuple(customer_totals(shop.orders, day))
    if not customers:
        raise DataError(
            f"到 {day} 为止没有一笔有效订单。" if shop.orders else "里面没有一笔有效订单。",
            where=f"来源 {shop.name}",
            why="；".join(f"{name} {count}" for name, count in shop.setaside),
            remedy="检查观察日 as_of 与订单日期。",
        )
    later = sum(order.order_date > day for order in shop.orders)
    setaside = (*shop.setaside, *([("观察日之后的订单", later)] if later else []))
    return Population(
        shop.name, customers, indicators("天", "low", shop.unit), shop.data_sha256, day, setaside=setaside
    )


def _as_of(text: str) -> date | None:
    if not isinstance(text, str):
        raise ParameterError(
            f"观察日要写成文字，收到的是 {quote(repr(text))}。",
            where="参数 as_of",
            remedy='两边加引号，如 as_of = "2011-12-10"。',
        )
    day = parse_day(text) if text else None
    if text and day is None:
        raise ParameterError(
            f"观察日 {quote(text)} 读不懂。", where="参数 as_of", remedy='写成 年-月-日，如 "2011-12-10"。'
        )
    return day
