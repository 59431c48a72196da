"""命令行的约定：变体 JSON、核对的退出码、错误说中文。"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle_lab.answers import encode
from lifecycle_lab.cli import start_page
from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for

ROOT = Path(__file__).resolve().parents[1]


def cli(*words: object, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "lifecycle_lab.cli", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize(("source", "better"), [("survey", "high"), ("online_retail", "low")])
def test_variant_json_keeps_its_contract(source, better):
    done = cli("variant", "0020230101", "--source", source, "--key", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["format"] == 1
    assert found["student_id"] == "0020230101"
    assert found["source"] == source
    assert found["better"] == {"recency": better, "frequency": "high", "monetary": "high"}
    assert len(found["customers"]) == 10
    for customer in found["customers"]:
        assert set(customer) == {"customer_id", "recency", "frequency", "monetary"}
        assert isinstance(customer["recency"], int)
        assert isinstance(customer["frequency"], int)
        assert isinstance(customer["monetary"], str)
        assert len(customer["monetary"].split(".")[1]) == 2
    assert set(found["key"]) == {"table_4_2", "table_4_3", "table_4_4"}
    assert all(isinstance(mean, str) for mean in found["key"]["table_4_2"]["mean"].values())
    order = [customer["customer_id"] for customer in found["customers"]]
    for table, columns in (
        ("table_4_3", {"recency", "frequency", "monetary"}),
        ("table_4_4", {"pattern", "segment"}),
    ):
        assert [row["customer_id"] for row in found["key"][table]] == order
        assert all(set(row) == columns | {"customer_id"} for row in found["key"][table])
    for marks, level in zip(found["key"]["table_4_3"], found["key"]["table_4_4"], strict=True):
        assert marks["recency"] + marks["frequency"] + marks["monetary"] == level["pattern"]


def test_variant_without_key_holds_no_key():
    done = cli("variant", "demo", "--json")
    assert "key" not in json.loads(done.stdout)
    assert "↑" not in done.stdout
    assert "重要" not in cli("variant", "demo").stdout


def test_variant_on_paper_shows_the_tables():
    done = cli("variant", "demo", "--key")
    assert [f"表4-{n}" in done.stdout for n in (2, 3, 4, 5)] == [True] * 4
    assert "越大越好" in done.stdout


def test_check_says_readable_with_zero_and_refused_with_two(tmp_path):
    assignment = open_assignment("demo")
    good = tmp_path / "答案.json"
    good.write_bytes(encode(answers_for("sabotage", assignment)))
    done = cli("check", good, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["readable"] is True
    assert found["student_id"] == "DEMO"
    assert found["exercises"]["table_4_3"]["counts"]["wrong"] == 1
    assert found["exercises"]["table_4_3"]["score"] == "29.00"
    assert "需要再看的格" in cli("check", good).stdout

    for name, data in {
        "空.json": b"",
        "不是.json": b"\x80\x04\x95",
        "表.json": b"[1, 2]",
        "深.json": b"[" * 5_000,
        "大.json": b" " * 300_000,
        "改.json": good.read_bytes().replace(b'"format": 1', b'"format": 9'),
    }.items():
        bad = tmp_path / name
        bad.write_bytes(data)
        done = cli("check", bad, "--json")
        assert done.returncode == 2, name
        assert json.loads(done.stdout)["readable"] is False
        assert "怎么办" in done.stderr
        assert "Traceback" not in done.stderr
    assert cli("check", tmp_path / "没有.json").returncode == 2


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--mode", "hard"),
        ("run", "99_nothing"),
        ("run", "--source", "没有这个文件.csv"),
        ("variant", ""),
        ("variant", "demo", "--source", "online_retail", "--as-of", "去年"),
        ("data", "build", "nothing"),
    ],
)
def test_faults_are_said_in_chinese_with_two(words, tmp_path):
    done = cli(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "怎么办" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_secret_is_refused_and_a_real_one_changes_the_draw(tmp_path):
    (tmp_path / "empty").write_text(" \n", encoding="utf-8")
    (tmp_path / "secret").write_text("本班的密钥\n", encoding="utf-8")
    assert cli("variant", "demo", "--secret-file", tmp_path / "empty").returncode == 2
    keyed = json.loads(cli("variant", "demo", "--json", "--secret-file", tmp_path / "secret").stdout)
    plain = json.loads(cli("variant", "demo", "--json").stdout)
    assert (keyed["keyed"], plain["keyed"]) == (True, False)
    assert keyed["customers"] != plain["customers"]


def test_data_build_rebuilds_the_survey_byte_for_byte(tmp_path):
    """在一份抄本里重做：别的测试同时在读真的那一份。"""
    for name in ("lifecycle_lab", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    copies = tmp_path / "data"
    (copies / "survey.csv").write_text("坏了", encoding="utf-8")
    (copies / "README.md").write_text("旧的", encoding="utf-8")
    done = cli("data", "build", "survey", "readme", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("survey.csv", "README.md", "datapackage.toml"):
        assert (copies / name).read_bytes() == (ROOT / "data" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["class", "init", "名单.csv", "--out", "甲班"], "少了 --course"),
        (["class", "inti"], "不认识 「inti」"),
        (["class", "collect"], "少了 收来的"),
        (["class", "hand-out", "甲班"], "不认识 「甲班」"),
        (["class", "simulate", "--out", "演示", "--students", "六十"], "--students 的值不合用"),
        (["class", "grade", "--folder", "甲班"], "没有 --folder 这个选项"),
    ],
)
def test_a_mistyped_command_is_answered_in_chinese_with_the_way_on(tmp_path, words, said):
    done = cli(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "--help 列出每一项怎样写" in done.stderr
    assert not ENGLISH & set(done.stderr.casefold().split())
    assert list(tmp_path.iterdir()) == []


ENGLISH = {"usage:", "error", "missing", "option", "options", "try", "show", "invalid", "required"}


@pytest.mark.parametrize("words", [[], ["class"], ["class", "collect"], ["run"], ["orders", "check"]])
def test_help_is_chinese_and_nothing_is_cut(words):
    done = cli(*words, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("用法：lifecycle-lab")
    assert not any(line.endswith("…") for line in done.stdout.splitlines()[1:])
    assert not ENGLISH & set(done.stdout.casefold().split())


def test_a_folder_that_is_not_there_is_said_before_jupyter_starts(tmp_path):
    done = cli("lab", "--notebooks", "没有这个", "--no-browser", cwd=tmp_path)
    assert done.returncode == 2
    assert "找不到文件夹" in done.stderr
    assert "没有这个" in done.stderr


@pytest.mark.parametrize(
    ("files", "page"),
    [
        (["00_start.ipynb", "x/00_start.ipynb"], "/lab/tree/00_start.ipynb"),
        (["我的 包/00_start.ipynb"], "/lab/tree/%E6%88%91%E7%9A%84%20%E5%8C%85/00_start.ipynb"),
        (["a/00_start.ipynb", "b/00_start.ipynb"], "/lab"),
        (["01_stages.ipynb"], "/lab"),
    ],
)
def test_the_desk_opens_on_00_even_one_folder_deeper(tmp_path, files, page):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert start_page(tmp_path, "00_start.ipynb") == page
