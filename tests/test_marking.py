"""marking：`lifecycle-lab check` 的退出码、该说给教师听的话；只读数据，什么都不执行。"""

from __future__ import annotations

import builtins
import csv
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from golden.sheets import assignment, filled, oracle, population
from test_sources import order_rows, write_csv
from typer.testing import CliRunner

from lifecycle_lab import cli
from lifecycle_lab.answers import encode
from lifecycle_lab.exercises import open_assignment
from lifecycle_lab.exercises.assignment import assign, variant_document
from lifecycle_lab.exercises.marking import Marked, mark, read_answers
from lifecycle_lab.exercises.modes import answers_for
from lifecycle_lab.schema import AnswerFileError, LabError, ParameterError

RUNNER = CliRunner()
SECRET = b"spring-2027"


def marked_file(path, source="", variant_file="", secret=b"") -> Marked:
    """读一份文件并核对，与命令行同一条路。"""
    return mark(read_answers(path), source, "", variant_file, secret)


def hand_in(folder, given=None, answers=None, name="交.json"):
    given = given or assignment()
    path = folder / name
    done = (answers or filled(given, **oracle(given))).with_attempt("table_4_2", checks=1)
    path.write_bytes(encode(replace(done, saved_at="2026-03-02T09:00:00+08:00", session="s1")))
    return path


def checked(path, *options):
    result = RUNNER.invoke(cli.app, ["check", str(path), "--json", *map(str, options)])
    return result.exit_code, json.loads(result.stdout), result


def test_a_readable_file_is_exit_zero_right_or_wrong(tmp_path):
    given = assignment()
    for mode in ("blank", "key", "sabotage"):
        code, found, _ = checked(hand_in(tmp_path, given, answers_for(mode, given)))
        assert (code, found["readable"], found["format"]) == (0, True, 1)
        assert all("示范" in remark for remark in found["remarks"])
        assert found["student_id"] == "DEMO"
        assert len(found["receipt"]) == 12
    assert found["exercises"]["table_4_2"]["counts"]["wrong"] == 1
    assert found["exercises"]["table_4_2"]["score"] == "8.00"
    assert found["exercises"]["a13_why"]["counts"]["pending"] == 1


def run_cli(*arguments, **options):
    command = [sys.executable, "-m", "lifecycle_lab.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False, **options)


def test_exit_codes_of_the_real_command(tmp_path):
    good = run_cli("check", hand_in(tmp_path))
    assert good.returncode == 0
    assert "学号 DEMO" in good.stdout
    (tmp_path / "坏.json").write_bytes(b"{")
    for name in ("坏.json", "没有.json"):
        bad = run_cli("check", tmp_path / name, "--json")
        assert bad.returncode == 2
        assert json.loads(bad.stdout)["readable"] is False
        assert "Traceback" not in bad.stdout + bad.stderr
        assert any("\u4e00" <= c <= "\u9fff" for c in bad.stderr)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\x00" * 100,
        b'{"format":1}',
        b"PK\x03\x04",
        b"cos\nsystem\n(S'id'\ntR.",
        b"[" * 99_999,
        b" " * 300_000,
        "学号".encode("gb18030"),
    ],
    ids=range(9),
)
def test_unreadable_files_are_refused_in_chinese(tmp_path, data):
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(LabError) as caught:
        marked_file(tmp_path / "x.json")
    assert any("\u4e00" <= c <= "\u9fff" for c in str(caught.value))


def edited(path, change):
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_an_edited_file_is_remarked(tmp_path):
    path = edited(hand_in(tmp_path), lambda d: d["tables"]["table_4_2"]["mean"].update(recency="2.80"))
    code, found, _ = checked(path)
    assert code == 0
    assert any("改过" in remark for remark in found["remarks"])
    assert found["exercises"]["table_4_2"]["score"] == "12.00"


def test_an_edited_student_id_is_judged_by_the_named_student(tmp_path):
    """抄来别人的文件改成自己的学号：题本对不上，按自己的题本核对。"""
    path = edited(hand_in(tmp_path), lambda d: d.update(student_id="0020230101"))
    _, found, _ = checked(path)
    assert any("改过" in r for r in found["remarks"])
    assert any("不是这位学生的题本" in r for r in found["remarks"])
    # 两份题本只有 C038 是同一位，另外九行都空着
    cells = found["exercises"]["table_4_3"]["cells"]
    assert {cell.split("/")[0] for cell, status in cells.items() if status != "blank"} == {"C038"}
    assert found["exercises"]["table_4_3"]["counts"]["blank"] == 27


def test_a_wrong_variant_is_remarked_and_the_right_one_used(tmp_path):
    other = assignment("survey", "123")
    path = edited(hand_in(tmp_path), lambda d: d.update(variant=other.blank_answers().variant))
    _, found, _ = checked(path)
    assert any("不是这位学生的题本" in r for r in found["remarks"])
    assert found["exercises"]["table_4_3"]["score"] == "30.00"


def test_other_data_is_remarked(tmp_path):
    path = edited(hand_in(tmp_path), lambda d: d.update(data_sha256="0" * 64))
    assert any("另一份数据" in r for r in checked(path)[1]["remarks"])


def test_unknown_keys_are_remarked_and_not_used(tmp_path):
    path = edited(hand_in(tmp_path), lambda d: d.update(score=100))
    assert any("「score」" in r for r in checked(path)[1]["remarks"])


def test_another_course_or_table_is_refused(tmp_path):
    for change in (
        lambda d: d.update(course="别的"),
        lambda d: d.update(assignment="x"),
        lambda d: d["tables"].update(t={"r": {"c": "x"}}),
    ):
        with pytest.raises(AnswerFileError):
            marked_file(edited(hand_in(tmp_path), change))


def test_a_hostile_student_id_cannot_steer_the_terminal(tmp_path):
    for name in ("\u202e反", "a\u200b", ""):
        path = edited(hand_in(tmp_path), lambda d, name=name: d.update(student_id=name))
        with pytest.raises(LabError):
            marked_file(path)


# ── 来源、密钥、题本文件 ────────────────────────────────────────────


def test_own_data_must_be_given_by_path(tmp_path):
    data = write_csv(tmp_path / "我的.csv", order_rows())
    given = open_assignment("demo", data, "2024-07-15")
    path = hand_in(tmp_path, given)
    with pytest.raises(ParameterError, match=r"自备的文件 「我的\.csv」") as caught:
        marked_file(path)
    assert "--source" in str(caught.value)
    _, found, _ = checked(path, "--source", data)
    assert found["remarks"] == []
    assert found["exercises"]["table_4_3"]["score"] == "30.00"
    rows = order_rows()
    rows[0]["amount"] = "999.00"
    other = write_csv(tmp_path / "改过.csv", rows)
    assert any("另一份数据" in r for r in checked(path, "--source", other)[1]["remarks"])


def test_the_path_in_the_file_is_never_opened(tmp_path):
    """文件里写的来源只是名字：写成一个真有的路径，也不会去读它。"""
    with (tmp_path / "secret.csv").open("w", newline="") as file:
        csv.writer(file).writerow(["a"])
    path = edited(hand_in(tmp_path), lambda d: d["variant"].update(source=str(tmp_path / "secret.csv")))
    with pytest.raises(ParameterError, match="自备的文件"):
        marked_file(path)


def test_a_keyed_variant_needs_the_secret_or_the_variant_file(tmp_path):
    given = assign(population("survey"), "0020230101", SECRET)
    path = hand_in(tmp_path, given)
    _, found, _ = checked(path)
    assert any("课程密钥" in r for r in found["remarks"])
    key = tmp_path / "key.txt"
    key.write_bytes(SECRET + b"\n")
    _, found, _ = checked(path, "--secret-file", key)
    assert found["remarks"] == []
    assert found["exercises"]["table_4_3"]["score"] == "30.00"
    variant = tmp_path / "v.json"
    variant.write_text(json.dumps(variant_document(given)), encoding="utf-8")
    _, found, _ = checked(path, "--variant-file", variant)
    assert found["remarks"] == []
    assert found["exercises"]["table_4_3"]["score"] == "30.00"


def test_the_variant_command_writes_the_variant_file(tmp_path):
    printed = RUNNER.invoke(cli.app, ["variant", "0020230101", "--json", "--source", "online_retail"]).stdout
    (tmp_path / "v.json").write_text(printed, encoding="utf-8")
    found = open_assignment("0020230101", variant_file=str(tmp_path / "v.json"))
    assert found.variant() == assignment("online_retail", "0020230101").variant()


def test_the_as_of_of_the_answers_is_used(tmp_path):
    given = open_assignment("demo", "online_retail", "2011-11-01")
    _, found, _ = checked(hand_in(tmp_path, given))
    (remark,) = found["remarks"]
    assert "观察日是 2011-11-01，课程定的是 2011-12-10" in remark
    assert found["exercises"]["table_4_3"]["score"] == "30.00"


def test_a_file_made_by_a_program_is_remarked(tmp_path):
    """示范文字、没有保存记录、从不检查却全对：挡不住，但要让老师知道。"""
    given = assignment()
    path = tmp_path / "forged.json"
    path.write_bytes(encode(answers_for("key", given)))
    remarks = " ".join(checked(path)[1]["remarks"])
    for said in ("没有保存过的记录", "示范", "一次也没有检查过"):
        assert said in remarks


# ── 只读，不执行 ────────────────────────────────────────────────────


def test_checking_executes_and_writes_nothing(tmp_path, monkeypatch):
    """把会执行、会写的门都换成警铃，再核对一份满是花样的答案。"""
    given = assignment()
    tricks = [
        "=cmd|' /C calc'!A0",
        "__import__('os').system('id')",
        "{{7*7}}",
        "$(id)",
        "../../etc/passwd",
        "<script>x</script>",
        "%n%s",
        "\u202e",
    ]
    answers = filled(
        given,
        table_4_2={"mean": dict(zip(("recency", "frequency", "monetary"), tricks, strict=False))},
        table_4_3={row: {"recency": trick} for row, trick in zip(given.customer_ids, tricks, strict=False)},
        table_4_5={"重要价值客户": {"strategy": tricks[0]}},
    ).with_text("a13_why", "\n".join(tricks[:6]))
    path = hand_in(tmp_path, given, answers)
    before = path.read_bytes()
    marked_file(path)  # 先把要引入的模块都引入

    def alarm(*_, **__):
        raise AssertionError("不许执行")

    for module, name in (
        (builtins, "eval"),
        (builtins, "exec"),
        (builtins, "compile"),
        (os, "system"),
        (subprocess, "Popen"),
    ):
        monkeypatch.setattr(module, name, alarm)
    marked = marked_file(path)
    shown = str(marked)
    assert marked.outcomes["table_4_2"].counts["format"] == 3
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name]
    assert not any(c in shown for c in ("\x1b", "\u202e"))
