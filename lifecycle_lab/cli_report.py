"""`lifecycle-lab report`：从一份订单导出到一份报告，一条命令。"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lifecycle_lab.clock import tomorrow
from lifecycle_lab.export import display_width, terminal_text

_BAR, _LABEL = 24, 20


def add_to(app: typer.Typer) -> None:
    """把 report 命令挂到命令行上。"""
    app.command("report")(report)


def report(
    orders: Annotated[
        str, typer.Argument(help="订单导出（CSV、Excel、Parquet、数据库……）；online_retail 是随书的商店")
    ],
    out: Annotated[Path, typer.Option(help="报告写进这个文件夹（整个换掉）")],
    as_of: Annotated[str, typer.Option(help="观察日 年-月-日；空为最后一笔订单的次日")] = "",
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="哪一列是什么：customer=买家会员名；可写几次")
    ] = None,
    profile: Annotated[str, typer.Option(help="平台的编号，如 taobao、jd；空为按列名认")] = "",
    convention: Annotated[str, typer.Option(help="客户级别的叫法：A、B、D、E、F、G；空为课程默认")] = "",
    centre: Annotated[str, typer.Option(help="与哪个中心比：mean 均值，median 中位数")] = "mean",
    compare_to: Annotated[str, typer.Option(help="与更早的哪一天比类型的迁移，年-月-日；空为 90 天前")] = "",
    pseudonymise: Annotated[
        Path | None, typer.Option(help="密钥文件：编号换成代号；密钥文件要放在 --out 之外")
    ] = None,
    shared: Annotated[bool, typer.Option("--shared", help="给外人看：隐去小组，不写一位一位的名单")] = False,
    currency: Annotated[str, typer.Option(help="有几种货币时留哪一种，如 CNY")] = "",
    date_format: Annotated[str, typer.Option(help="日期写法：ymd、dmy、mdy、compact、named、excel")] = "",
    sheet: Annotated[str, typer.Option(help="工作簿里读哪一张表")] = "",
    table: Annotated[str, typer.Option(help="数据库里读哪一张表")] = "",
    zone: Annotated[str, typer.Option(help="店铺的时区，如 Asia/Shanghai；只对写着时区的时间有用")] = "",
) -> None:
    """细分报告：网页（可打印）、Excel、每种类型一份联系名单；每一行的去向都说清楚。"""
    reading = {"currency": currency, "date_format": date_format, "sheet": sheet, "table": table, "zone": zone}
    asked = {
        "mapping": "；".join(columns or ()),
        "profile": profile,
        "convention": convention,
        "centre": centre,
        "compare_to": compare_to,
        "shared": shared,
        "latest": tomorrow(),
        **{key: value for key, value in reading.items() if value},
    }
    try:
        facts = _write(orders, as_of, asked, out, pseudonymise)
    except KeyboardInterrupt:
        typer.echo("\n停下了：什么也没有写，原来的报告还在。", err=True)
        raise typer.Exit(130) from None
    for line in _closing_lines(facts, out):
        typer.echo(terminal_text(line))


def _write(orders: str, as_of: str, asked: dict, out: Path, key_file: Path | None):
    """读、算、写；回报告说的全部事实。"""
    from lifecycle_lab.report.shop import open_shop, pseudonyms, read_key, write

    name = pseudonyms(read_key(key_file, out)) if key_file else None
    opened = open_shop(orders, as_of, progress=_progress, **asked)
    try:
        write(opened.facts, opened.warehouse, out, name, _progress)
    finally:
        opened.close()
    return opened.facts


def _closing_lines(facts, out: Path) -> list[str]:
    """写好以后说的几句：行的去向、限制、文件在哪里。"""
    from lifecycle_lab.report.shop import limits

    book = facts.accounting
    return [
        f"读进 {book.rows_in:,} 行：用上 {book.used.rows:,}，"
        f"按规则放在一边 {sum(line.rows for line in book.aside):,}，读不通 {book.quarantined.rows:,}。",
        f"观察日 {facts.as_of}，客户 {facts.customers:,} 位，订单 {facts.orders:,} 单。",
        *limits.sentences(facts),
        f"网页    {out / 'report.html'}",
        f"Excel   {out / 'report.xlsx'}",
        *([] if facts.asked.shared else [f"名单    {out / 'calls'}（每种类型一份 CSV）"]),
    ]


def _progress(what: str, part: float) -> None:
    """屏幕上是一条进度条；重定向到文件时不写。"""
    if sys.stderr.isatty():
        filled = int(_BAR * min(1.0, part))
        label = what + " " * max(0, _LABEL - display_width(what))
        bar = f"[{'█' * filled}{'·' * (_BAR - filled)}]"
        typer.echo(f"\r{bar} {label}", err=True, nl=part >= 1)
