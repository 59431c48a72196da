"""敌意语料：几百份难缠的订单文件，每一份都得到手写的应得结果（tests/corpus）。"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from corpus.bombs import LIMIT_BYTES, LIMIT_SECONDS
from corpus.check import CLEAN_COLUMNS, REPORT_KEYS, problems, run
from corpus.every import AREAS, every_case
from corpus.make import GOOD_CLEAN, PHONE, good, table

CASES = every_case()
BOMBS = [name for name, case in CASES.items() if case.bomb]
PLAIN = [name for name, case in CASES.items() if not case.bomb]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])]),
    "PYTHONUTF8": "1",
}


def test_every_area_has_its_share():
    counts = {area.__name__: len(area.cases()) for area in AREAS}
    assert min(counts.values()) >= 25, counts
    assert sum(counts.values()) >= 1000


@pytest.mark.parametrize("name", PLAIN)
def test_case(name, tmp_path):
    case = CASES[name]
    case.write(tmp_path)
    assert problems(case, run(case, tmp_path)) == []


def test_the_checker_notices(tmp_path):
    """查的人也要查：动一处，就要说出一处。"""
    case = CASES["encodings/utf8"]
    case.write(tmp_path)
    right = run(case, tmp_path)
    assert problems(case, right) == []
    assert problems(CASES["structure/empty"], right)
    wrong = {
        "exit_code": 2,
        "output": "\x1b[31m",
        "changed": True,
        "left": ("临时.csv",),
        "crash": "KeyError()",
        "clean": right.clean.replace(b"20.50", b"20.51"),
        "report": right.report | {"used": 2},
    }
    for name, value in wrong.items():
        assert problems(case, replace(right, **{name: value})), name
    formula = right.clean.replace(b"u2", b"=u2")
    assert any("公式" in line for line in problems(case, replace(right, clean=formula)))
    assert any("个人信息" in line for line in problems(case, replace(right, output=PHONE)))


# ---- 炸弹：限内存的子进程 ----


def _bomb_results(folder: Path, names: list[str]) -> dict[str, dict]:
    """一个子进程跑到底；被系统结束了，就记下是哪一份，从下一份接着跑。"""
    results: dict[str, dict] = {}
    left = list(names)
    while left:
        command = [sys.executable, "-m", "corpus.bombs", str(folder), *left]
        done = subprocess.run(
            command, capture_output=True, text=True, env=ENVIRONMENT, timeout=1200, check=False
        )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        results |= {line["name"]: line for line in lines if "name" in line}
        started = [line["starts"] for line in lines if "starts" in line]
        if died := [name for name in started if name not in results]:
            results[died[0]] = {"wrong": [f"子进程没有了（{done.returncode}）：{done.stderr[-300:]}"]}
        elif not started:
            raise AssertionError(done.stderr[-2000:])
        left = [name for name in left if name not in results]
    return results


@pytest.fixture(scope="module")
def bomb_results(tmp_path_factory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("bombs")
    for name in BOMBS:
        place = folder / name.replace("/", "-")
        place.mkdir()
        CASES[name].write(place)
    results = _bomb_results(folder, BOMBS)
    for name in BOMBS:  # 炸弹有几 MB 到几百 MB，跑完就删
        path = folder / name.replace("/", "-") / CASES[name].file
        path.unlink(missing_ok=True)
    return results


@pytest.mark.parametrize("name", BOMBS)
def test_bomb(name, bomb_results):
    found = bomb_results[name]
    assert found["wrong"] == []
    assert found["seconds"] < LIMIT_SECONDS
    assert found["peak"] < LIMIT_BYTES


# ---- 真的命令行：退出码与 REPORT.json ----

SAMPLE = {
    "encodings/gbk": 0,
    "encodings/one-broken-byte": 2,
    "platforms/taobao": 0,
    "platforms/jd-lines": 0,
    "platforms/alipay": 0,
    "platforms/unknown-header": 2,
    "money/isolate-00": 0,
    "dates/ask-day-or-month": 2,
    "structure/empty": 2,
    "injection/formula-01": 0,
    "workbooks/plain": 0,
    "workbooks/formula-without-result": 2,
    "tables/text": 0,
    "tables/sqlite": 0,
    "archives/gzip": 0,
    "archives/pickle-4-called-csv": 2,
}


def _command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "lifecycle_lab.cli", "orders", "check", *arguments]
    return subprocess.run(command, capture_output=True, env=ENVIRONMENT, cwd=cwd, timeout=60, check=False)


@pytest.mark.parametrize("name", SAMPLE)
def test_the_command_itself(name, tmp_path):
    case = CASES[name]
    path = case.write(tmp_path)
    done = _command(path.name, "--json", "report.json", "--clean", "clean.csv", cwd=tmp_path)
    assert done.returncode == SAMPLE[name], done.stderr.decode()
    assert b"Traceback" not in done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert set(report) >= REPORT_KEYS
    assert {type(report[key]) for key in ("rows_in", "used")} == {int}
    assert {type(report[key]) for key in ("set_aside", "quarantined", "notes")} == {list}
    assert (tmp_path / "clean.csv").exists() == (SAMPLE[name] == 0)


def test_the_command_without_options_says_what_happened(tmp_path):
    (tmp_path / "订单.csv").write_bytes(good())
    done = _command("订单.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert "3" in done.stdout.decode("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["订单.csv"]


def test_same_input_gives_the_same_bytes(tmp_path):
    (tmp_path / "订单.csv").write_bytes(good() + table("合计,,60.50,,6", "A9,u9,坏,2024-05-04,1"))
    written = []
    for hashing in ("1", "2"):
        ENVIRONMENT["PYTHONHASHSEED"] = hashing
        done = _command("订单.csv", "--json", "report.json", "--clean", "clean.csv", cwd=tmp_path)
        written.append(
            (done.stdout, (tmp_path / "report.json").read_bytes(), (tmp_path / "clean.csv").read_bytes())
        )
    del ENVIRONMENT["PYTHONHASHSEED"]
    assert written[0] == written[1]


def test_a_clean_parquet_holds_the_same_rows(tmp_path):
    import pyarrow.parquet as pq

    (tmp_path / "订单.csv").write_bytes(good())
    assert _command("订单.csv", "--clean", "clean.parquet", cwd=tmp_path).returncode == 0
    found = pq.read_table(tmp_path / "clean.parquet")
    assert found.column_names == CLEAN_COLUMNS
    rows = [
        "|".join([str(cell)[:10] if name == "paid_at" else str(cell) for name, cell in row.items()])
        for row in found.to_pylist()
    ]
    assert rows == list(GOOD_CLEAN)
