"""命令行的约定：REPORT.json、干净文件、退出码；人看得懂的话，没有调用栈。"""

from __future__ import annotations

import csv
import json
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lifecycle_lab.cli import app
from lifecycle_lab.orders import read_orders

KEYS = {"status", "profile", "encoding", "rows_in", "used", "set_aside", "quarantined", "notes", "message"}
LINES = (
    "订单号,客户编号,金额,付款时间,数量",
    'A1,"=HYPERLINK(""x"")",1299.00,2024-05-17 10:00:00,1',
    "A2,@小鱼,0.05,2024-05-18 09:30:00,2",
    "A3,u3,12.345,2024-05-18 09:30:00,2",
    "A4,u4,0,2024-05-18 09:30:00,2",
)


def check(folder, *options, lines=LINES, encoding="gb18030"):
    path = folder / "订单.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    report = folder / "r.json"
    done = CliRunner().invoke(app, ["orders", "check", str(path), "--json", str(report), *options])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done, json.loads(report.read_text("utf-8"))


def test_the_report_and_the_clean_file(tmp_path):
    clean = tmp_path / "clean.csv"
    done, report = check(tmp_path, "--clean", str(clean))
    assert done.exit_code == 0
    assert set(report) >= KEYS
    assert (report["status"], report["profile"], report["encoding"]) == ("quarantined", "generic", "gb18030")
    assert (report["rows_in"], report["used"]) == (4, 2)
    assert [(one["rule"], one["rows"]) for one in report["set_aside"]] == [("zero", 1)]
    assert [(q["row"], q["column"], q["value"]) for q in report["quarantined"]] == [(4, "金额", "12.345")]
    with clean.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    assert found == [
        ["order_id", "customer_id", "amount", "paid_at", "quantity"],
        ["A1", '\'=HYPERLINK("x")', "1299.00", "2024-05-17T10:00:00", "1"],
        ["A2", "'@小鱼", "0.05", "2024-05-18T09:30:00", "2"],
    ]
    again = read_orders(clean)
    assert again.table.column("customer_id").to_pylist() == ['=HYPERLINK("x")', "@小鱼"]
    assert again.table.equals(read_orders(tmp_path / "订单.csv").table)


def test_the_clean_parquet_file(tmp_path):
    clean = tmp_path / "clean.parquet"
    check(tmp_path, "--clean", str(clean))
    table = pq.read_table(clean)
    assert table.column("amount").to_pylist() == ["1299.00", "0.05"]
    assert sum(map(Decimal, table.column("amount").to_pylist())) == Decimal("1299.05")
    assert read_orders(clean).table.equals(read_orders(tmp_path / "订单.csv").table)


def test_what_a_person_reads(tmp_path):
    done, _ = check(tmp_path)
    assert "读到 4 行：用上 2 行（2 单），按规则放一边 1 行，隔离 1 行。" in done.output
    assert "零金额的订单" in done.output
    assert "第 4 行「金额」列 「12.345」" in done.output


def test_mapping_as_of_and_profile(tmp_path):
    lines = ("c1,c2,c3,c4", "A1,u1,10.00,2024-05-17", "A2,u2,5,2024-05-19")
    done, report = check(tmp_path, lines=lines)
    assert (done.exit_code, report["status"]) == (2, "ask")
    assert "--map" in report["message"]
    maps = [
        part for pair in ("order=c1", "customer=c2", "amount=c3", "paid_at=c4") for part in ("--map", pair)
    ]
    done, report = check(tmp_path, *maps, "--as-of", "2024-05-17", lines=lines)
    assert (done.exit_code, report["used"]) == (0, 1)
    assert report["set_aside"][0]["rule"] == "after_as_of"
    done, report = check(tmp_path, "--profile", "jd", lines=lines)
    assert (done.exit_code, report["status"]) == (2, "ask")


@pytest.mark.parametrize(
    "options",
    [["--as-of", "昨天"], ["--as-of", ""], ["--map", "x"], ["--map", "custmer=a"], ["--profile", "x"], ["--zone", "x"], ["--clean", "x.docx"], ["--clean", "没有/x.csv"]],
)  # fmt: skip
def test_wrong_arguments_stop_with_a_report(tmp_path, options):
    done, report = check(tmp_path, *options)
    assert (done.exit_code, report["status"]) == (2, "refused")
    assert set(report) >= KEYS
    assert (
        report["message"] in done.output.replace("\n\n", "\n")
        or report["message"].split("\n")[0] in done.output
    )


def test_a_day_far_ahead_of_today_is_not_believed(tmp_path):
    _, report = check(tmp_path, lines=(LINES[0], "A1,u1,1,2099-01-01,1", "A2,u1,1,2024-01-01,1"))
    assert [q["row"] for q in report["quarantined"]] == [2]


def test_the_file_to_be_read_is_never_overwritten(tmp_path):
    path = tmp_path / "订单.csv"
    done, report = check(tmp_path, "--clean", str(path))
    assert (done.exit_code, report["status"]) == (2, "refused")
    assert path.read_bytes() == "\n".join(LINES).encode("gb18030")
