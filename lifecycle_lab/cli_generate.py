"""命令 `lifecycle-lab data generate`：造一家合成商店的订单与真相。只认参数、叫 lab.shops、说结果。"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def generate(
    preset: Annotated[str, typer.Option(help="womenswear 女装店、longjing 西湖龙井店、mixed、same_cycle")],
    out: Annotated[Path, typer.Option(help="订单写到这个 .parquet；真相写在旁边的 …_truth.parquet")],
    customers: Annotated[int, typer.Option(help="多少位客户；0 为随书的人数", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="种子；-1 为随书的种子", min=-1)] = -1,
    workers: Annotated[int, typer.Option(help="几个进程；0 为按核数；结果与它无关", min=0)] = 0,
) -> None:
    """造一家合成商店：同一个种子同样的字节，不论几个进程；真相另存一份。"""
    from lifecycle_lab.lab import shops

    try:
        made = shops.generate(
            preset, out, customers=customers, seed=seed, workers=workers, progress=_report_progress
        )
    except KeyboardInterrupt:
        typer.echo("\n停下了，没有留下半份文件。", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"合成数据：{made.customers:,} 位客户，{made.orders:,} 笔订单（连退款 {made.rows:,} 行）")
    typer.echo(f"订单：{made.path}\n真相：{made.truth}")


def _report_progress(done: int, total: int) -> None:
    """屏幕上是一条进度条；重定向到文件时一块一行。"""
    line = f"{done:,}/{total:,} 位客户"
    if sys.stderr.isatty():
        filled = 24 * done // total
        typer.echo(f"\r[{'█' * filled}{'·' * (24 - filled)}] {line}", err=True, nl=done == total)
    else:
        typer.echo(line, err=True)
