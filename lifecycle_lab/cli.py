"""命令行 `lifecycle-lab`：三扇门的把手。这里只认参数、叫下面的房间、把结果说出来。"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote as url_text

import typer

from lifecycle_lab import cli_class, cli_report
from lifecycle_lab.cli_generate import generate
from lifecycle_lab.cli_help import App, UsageError, in_chinese
from lifecycle_lab.clock import tomorrow
from lifecycle_lab.schema import LabError, ParameterError, quote

if TYPE_CHECKING:
    from lifecycle_lab.run import Finished

app = App("客户生命周期管理实训工作簿")
data_app = App("自带的数据")
app.add_typer(data_app, name="data")
data_app.command("generate")(generate)
orders_app = App("任何一家店的订单导出")
app.add_typer(orders_app, name="orders")
cli_report.add_to(app)
cli_class.add_to(app)

Source = Annotated[
    str, typer.Option(help="survey、online_retail，问卷导出/订单表的路径，或放着几份问卷的文件夹")
]
AsOf = Annotated[str, typer.Option(help="观察日 年-月-日，只用于订单；空为默认")]


@app.command("run")
def run_command(
    notebooks: Annotated[
        list[str] | None, typer.Argument(metavar="[课 …]", help="课名，如 04_rfm_training；空为全部")
    ] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(help="blank、key、sabotage；可写几次；示范学号默认 key，别的默认 blank"),
    ] = None,
    student: Annotated[str, typer.Option(help="学号；空为示范学号 demo")] = "",
    source: Annotated[
        list[str] | None, typer.Option(help="survey、online_retail 或文件；可写几次，默认两个都跑")
    ] = None,
    as_of: AsOf = "",
    out: Annotated[Path, typer.Option(help="输出文件夹")] = Path("build"),
    jobs: Annotated[int, typer.Option(help="同时执行几课；0 为按核数", min=0)] = 0,
) -> None:
    """执行工作簿：每课的结果都与模式应得的一致才算成功（退出码 0）。"""
    from lifecycle_lab import run as runner

    whole = runner.run(
        notebooks or (),
        modes=mode or (),
        student_id=student,
        sources=source or (),
        as_of=as_of,
        out=out,
        jobs=jobs,
        progress=_report_progress,
    )
    typer.echo(runner.summary(whole))
    raise typer.Exit(0 if whole.ok else 1)


def _report_progress(done: Finished, count: int, total: int) -> None:
    """屏幕上是一条进度条，重定向到文件时一件一行。"""
    line = done.label
    if sys.stderr.isatty():
        filled = 24 * count // total
        typer.echo(
            f"\r[{'█' * filled}{'·' * (24 - filled)}] {count}/{total} {line:<48}", err=True, nl=count == total
        )
    else:
        typer.echo(f"{count}/{total} {line} {done.seconds:.1f} 秒", err=True)


@app.command()
def variant(
    student_id: Annotated[str, typer.Argument(metavar="学号", help="题本给谁")],
    source: Source = "",
    as_of: AsOf = "",
    key: Annotated[bool, typer.Option("--key", help="连标准答案一起")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="写成 JSON（可作 variant_file）")] = False,
    out: Annotated[Path | None, typer.Option(help="写进这个文件，不印在屏幕上")] = None,
    secret_file: Annotated[Path | None, typer.Option(help="课程密钥文件（教师）")] = None,
) -> None:
    """一位学生的题本：10 位客户；--key 连答案（口试、核对用）。"""
    from lifecycle_lab.answers import write_file
    from lifecycle_lab.exercises.assignment import open_assignment, variant_document
    from lifecycle_lab.exercises.paper import key_document, paper

    assignment = open_assignment(student_id, source, as_of, secret=_secret(secret_file))
    if as_json:
        text = _json(variant_document(assignment) | ({"key": key_document(assignment)} if key else {}))
    else:
        text = "\n\n".join(map(str, paper(assignment, key)))
    if out:
        typer.echo(f"写好了：{write_file(out, (text + chr(10)).encode())}")
    else:
        typer.echo(text)


@app.command()
def check(
    answers: Annotated[Path, typer.Argument(metavar="答案.json", help="学生交来的答案文件")],
    as_json: Annotated[bool, typer.Option("--json", help="写成 JSON")] = False,
    source: Annotated[str, typer.Option(help="答案是用自备文件做的：那份文件的路径")] = "",
    as_of: Annotated[str, typer.Option(help="课程定的观察日；空为答案文件里写的那一天")] = "",
    variant_file: Annotated[str, typer.Option(help="教师发的题本文件")] = "",
    secret_file: Annotated[Path | None, typer.Option(help="课程密钥文件（教师）")] = None,
) -> None:
    """核对一份答案文件：读得懂退出码 0（不论对错），读不懂退出码 2。只读数据，不运行任何东西。"""
    from lifecycle_lab.exercises.marking import FORMAT, mark, read_answers

    try:
        read = read_answers(answers)
    except LabError as error:
        if as_json:
            typer.echo(_json({"format": FORMAT, "readable": False, "problem": str(error)}))
        raise
    marked = mark(read, source, as_of, variant_file, _secret(secret_file))
    typer.echo(_json(marked.document()) if as_json else str(marked))


def _json(document: dict) -> str:
    """JSON 只用 ASCII（汉字写成 \\uXXXX）：任何控制台、任何重定向都不会把它写坏。"""
    return json.dumps(document, ensure_ascii=True, indent=1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    notebooks: Annotated[Path | None, typer.Option(help="笔记本的文件夹；空为本书自带的")] = None,
    present: Annotated[bool, typer.Option("--present", help="投影：藏起代码，放大字与图")] = False,
) -> None:
    """打开 JupyterLab，停在 00；只在本机、带口令。多写的选项原样交给 JupyterLab（如 --no-browser）。"""
    from lifecycle_lab.lab.desk import OPTIONS, calm_settings
    from lifecycle_lab.run import NOTEBOOKS, find_notebook

    folder, start = (notebooks or NOTEBOOKS).absolute(), find_notebook("00").name
    if not folder.is_dir():
        raise ParameterError(
            f"找不到文件夹 {quote(folder, 200)}。",
            where="--notebooks",
            remedy="写解开的文件夹的路径；路径里有空格，两头加英文引号。",
        )
    command = [
        # -P：不从当前文件夹引入程序，学生交来的 json.py 之类不会被运行
        *(sys.executable, "-P", "-m", "jupyterlab", *OPTIONS),
        *(f"--ServerApp.root_dir={folder}", f"--LabApp.default_url={start_page(folder, start)}"),
        *context.args,
    ]
    environment = os.environ | calm_settings(present=present)
    if os.name == "nt":
        raise typer.Exit(subprocess.call(command, env=environment))
    os.execve(command[0], command, environment)  # Ctrl-C 由 JupyterLab 自己收尾


def start_page(folder: Path, start: str) -> str:
    """打开就停在哪一页：文件夹里的那一本；多解开了一层，就是下一层里唯一的那一本；都没有，是文件栏。"""
    here = folder / start
    found = [here] if here.is_file() else list(folder.glob(f"*/{start}"))
    return f"/lab/tree/{url_text(found[0].relative_to(folder).as_posix())}" if len(found) == 1 else "/lab"


@data_app.command("build")
def build(
    names: Annotated[
        list[str] | None, typer.Argument(help="survey、shops、online_retail、readme；空为全部")
    ] = None,
) -> None:
    """重做自带的数据与数据字典（online_retail 要联网下载一次）。"""
    from lifecycle_lab.lab.shipped import rebuild

    for line in rebuild(names or ()):
        typer.echo(line)


@orders_app.command("check")
def orders_check(
    file: Annotated[str, typer.Argument(help="订单文件、Parquet 文件夹或数据库")],
    as_of: Annotated[str | None, typer.Option(help="观察日 年-月-日；之后的订单放一边")] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="哪一列是什么：customer=买家会员名；可写几次")
    ] = None,
    profile: Annotated[str, typer.Option(help="平台的编号，如 taobao、jd；空为按列名认")] = "",
    currency: Annotated[str, typer.Option(help="有几种货币时留哪一种，如 CNY")] = "",
    date_format: Annotated[str, typer.Option(help="日期写法：ymd、dmy、mdy、compact、named、excel")] = "",
    sheet: Annotated[str, typer.Option(help="工作簿里读哪一张表")] = "",
    table: Annotated[str, typer.Option(help="数据库里读哪一张表")] = "",
    zone: Annotated[str, typer.Option(help="店铺的时区，如 Asia/Shanghai；只对写着时区的时间有用")] = "",
    clean: Annotated[Path | None, typer.Option(help="干净的订单写到这里（.csv 或 .parquet）")] = None,
    report: Annotated[Path | None, typer.Option("--json", help="每一行的去处写到这个 JSON")] = None,
) -> None:
    """订单能不能用、每一行去了哪里：能用退出码 0；没有读入、要你说一声退出码 2。"""
    from lifecycle_lab.orders import write_clean
    from lifecycle_lab.orders.places import check_outputs, writable
    from lifecycle_lab.orders.result import Reading

    try:
        check_outputs(file, clean, report)
        found = _read_orders(file, as_of, columns, profile, currency, date_format, sheet, table, zone)
        if clean and found.ok:
            write_clean(found, clean)
    except LabError as error:
        found = Reading("refused", Path(file).name, str(error), error=error)
    if report and writable(report, file, clean):
        _write_json(report, found.document())
    typer.echo(str(found))
    raise typer.Exit(0 if found.ok else 2)


def _read_orders(file, as_of, columns, profile, currency, date_format, sheet, table, zone):
    """文字的选项 → read_orders 的参数；明天以后的日子不可信（只有这里看钟）。"""

    from lifecycle_lab.orders import read_orders
    from lifecycle_lab.reading import parse_day

    day = parse_day(as_of) if as_of is not None else None
    if as_of is not None and day is None:
        raise ParameterError("观察日读不懂。", where="--as-of", remedy="写成 年-月-日，如 2024-12-31。")
    return read_orders(
        file,
        as_of=day,
        mapping=_mapping(columns or ()),
        profile=profile or None,
        currency=currency or None,
        date_format=date_format or None,
        sheet=sheet or None,
        table=table or None,
        zone=zone or None,
        latest=max(day or tomorrow(), tomorrow()),
    )


def _mapping(columns: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in columns]
    found = {key.strip(): name.strip() for key, _, name in pairs}
    if len(found) < len({*pairs}) or not all(key and name for key, name in found.items()):
        raise ParameterError(
            "--map 的写法不对。",
            where="--map",
            remedy="写成 键=列名，如 customer=买家会员名；一个键只写一次。",
        )
    return found


def _write_json(path: Path, document: dict) -> None:
    from lifecycle_lab.answers import write_file

    write_file(path, (_json(document) + "\n").encode())


def _secret(path: Path | None) -> bytes:
    """课程密钥：给了文件就必须有内容，空的等于没有密钥，不能悄悄当作没给。"""
    from lifecycle_lab.reading import read_bytes

    if path is None:
        return b""
    secret = read_bytes(path, 4096).strip()
    if not secret:
        raise ParameterError("课程密钥文件是空的。", where=str(path), remedy="换成发题本时用的那个密钥文件。")
    return secret


def main() -> None:
    """命令行入口：我们的错误说中文，退出码 2，不带调用栈。"""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(app(prog_name="lifecycle-lab", standalone_mode=False))
    except UsageError as error:
        asked = type(error).__name__ == "NoArgsIsHelpError"
        typer.echo(error.ctx.get_help() if asked else str(in_chinese(error)), err=True)
    except LabError as error:
        typer.echo(str(error), err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
