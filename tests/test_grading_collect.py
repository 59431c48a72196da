"""收：每一件恰好一行、有原因；不解开、不跟链接、不运行；一千份捣乱的交件（make test-long 一万份）。"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from classes import honest, new_class, shared_class
from hostile_submissions import hostile

from lifecycle_lab.answers import encode
from lifecycle_lab.export import terminal_text
from lifecycle_lab.grading import collect, grade_class, tally
from lifecycle_lab.grading.collecting import read_submission
from lifecycle_lab.grading.packages import items
from lifecycle_lab.grading.simulate import simulate
from lifecycle_lab.schema import ParameterError

ROOT = Path(__file__).resolve().parents[1]
ACCIDENT = "出了意外"


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def windows_zip(files: dict[str, bytes]) -> bytes:
    """中文 Windows 压的：名字是 GBK 的字节，没有 UTF-8 记号。"""

    class Gbk(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):
            return self.filename.encode("gbk"), self.flag_bits & ~0x800

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in files.items():
            package.writestr(Gbk(name), data)
    return buffer.getvalue()


def test_a_windows_zip_is_read_in_place_and_its_names_are_chinese(tmp_path):
    room = new_class(tmp_path)
    files = {f"第{i}组/张三.json": honest(room, i) for i in range(3)}
    (tmp_path / "收.zip").write_bytes(windows_zip(files))
    before = {p.name for p in tmp_path.iterdir()}
    rows = collect(room, [tmp_path / "收.zip"])
    assert [row.place for row in rows] == [f"收.zip/第{i}组/张三.json" for i in range(3)]
    assert [row.student for row in rows] == [s.student_id for s in room.roster.students[:3]]
    assert {p.name for p in tmp_path.iterdir()} == before


def test_links_pipes_and_folders_of_ours_are_listed_not_followed(tmp_path):
    room = new_class(tmp_path / "x")
    secret = written(tmp_path / "elsewhere", {"a.json": honest(room, 0)})
    folder = written(tmp_path / "in", {"b.json": honest(room, 1), "older/c.json": b"{}", ".DS_Store": b"x"})
    (folder / "link.json").symlink_to(secret / "a.json")
    (folder / "all").symlink_to(secret)
    os.mkfifo(folder / "pipe.json")
    found = {row.place: row for row in collect(room, [folder])}
    assert found["in/link.json"].status == found["in/all"].status == "refused"
    assert "链接" in found["in/link.json"].said
    assert found["in/pipe.json"].said == "不是普通的文件。"
    assert found["in/older"].status == found["in/.DS_Store"].status == "skipped"
    assert [row.student for row in found.values() if row.student] == [room.roster.students[1].student_id]
    assert len(found) == 6


def test_a_copy_of_a_class_among_the_submissions_is_one_line_and_hands_nothing_in(tmp_path):
    """备份的班级文件夹里有发出去的空白答案；收进来，全班就都“交了”。"""
    room = new_class(tmp_path / "x")
    folder = written(tmp_path / "in", {"b.json": honest(room, 1)})
    shutil.copytree(room.folder, folder / "备份")
    written(folder / "备份", {"hand-out/1/answers/a.json": honest(room, 0)})
    found = {row.place: row for row in collect(room, [folder])}
    assert sorted(found) == ["in/b.json", "in/备份"]
    assert "班级文件夹" in found["in/备份"].said
    assert [row.student for row in found.values() if row.student] == [room.roster.students[1].student_id]


def test_who_is_missing_who_came_twice_and_again_is_the_same(tmp_path):
    room = new_class(tmp_path / "x")
    one = honest(room, 0)
    more = one.replace(b'"revision": ', b'"revision": 1', 1)
    folder = written(
        tmp_path / "in", {"a.json": one, "b.json": one, "c.json": more, "d.json": honest(room, 2)}
    )
    rows = collect(room, [folder])
    assert collect(room, [folder]) == rows
    found = tally(room.roster, rows)
    assert [count for _, count in found.twice] == [2]
    assert found.twice[0][0] == room.roster.students[0].shown
    assert len(found.handed) == 2
    assert len(found.missing) == 4
    statuses = {r.place[-6:]: r.status for r in grade_class(room).received}
    assert sorted(statuses[name] for name in ("a.json", "b.json", "c.json")) == ["accepted", "older", "same"]


def test_the_class_folder_itself_is_not_collected(tmp_path):
    room = new_class(tmp_path)
    for place in (room.folder, tmp_path, room.folder / "submissions"):
        place.mkdir(exist_ok=True)
        with pytest.raises(ParameterError):
            collect(room, [place])


def test_a_lost_zero_is_told_but_not_guessed(tmp_path):
    room = shared_class()
    student = room.roster.students[0]
    data = honest(room, 0).replace(
        f'"{student.student_id}"'.encode(), f'"{student.student_id.lstrip("0")}"'.encode()
    )
    reading = read_submission(data, room.roster)
    assert reading.answers is None
    assert reading.status == "unassigned"
    assert student.shown in reading.said


def test_the_simulated_class_ends_as_it_was_made(tmp_path):
    """每三十位里：一位没交，一位交笔记本，一位传坏，一位丢了零；一位抄、一位抄文字、一位改过。"""
    room = new_class(tmp_path, 30)
    simulate(room, tmp_path / "in")
    collect(room, [tmp_path / "in"])
    grades = grade_class(room)
    state = [one.state for one in grades.graded]
    assert [i for i, s in enumerate(state) if s == "missing"] == [7, 23, 25, 29]
    flagged = {i: " ".join(one.flags) for i, one in enumerate(grades.graded) if one.flags}
    assert set(flagged) == {12, 13, 16, 17, 19}
    assert f"题本是 {room.roster.students[12].shown} 的" in flagged[13]
    assert "相似（100%）" in flagged[17]
    assert "工作簿之外改过" in flagged[19]
    assert len(grades.graded[11].versions) == 2


def run_hostile(tmp_path: Path, count: int, seed: int) -> dict:
    room = new_class(tmp_path / "room", 10)
    mine = [honest(room, i) for i in range(10)]
    folder = tmp_path / "room" / "in"
    for i, (kind, data) in enumerate(hostile(count, seed, mine)):
        written(folder, {f"{i // 100:03d}/{i:05d}-{kind}.json": data})
    sentinel = tmp_path / "room" / "passwd.json"
    sentinel.write_bytes(mine[0])
    (folder / "000" / "a-link.json").symlink_to(sentinel)
    before = {p for p in tmp_path.rglob("*") if not p.is_relative_to(room.folder)}
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "grading_child.py", room.folder, folder],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert {p for p in tmp_path.rglob("*") if not p.is_relative_to(room.folder)} == before
    assert not list(Path("/tmp").glob("PWNED*"))
    return json.loads(done.stdout) | {"files": sorted(p for p in folder.rglob("*") if not p.is_dir())}


def check_hostile(found: dict, count: int) -> None:
    assert found["bad"] == []
    places = [place for place, _, _ in found["rows"]]
    for path in found["files"]:  # 每个文件自己一行；压缩包是里面每件一行
        shown = terminal_text("/".join(("in", *path.parts[path.parts.index("in") + 1 :])))
        own = [p for p in places if p == shown or p.startswith(f"{shown}/")]
        assert own, shown
        assert len([p for p in own if p == shown]) <= 1
    assert all(said for _, _, said in found["rows"])
    assert not [said for _, _, said in found["rows"] if ACCIDENT in said]
    assert not [flags for _, _, flags in found["students"] if any(ACCIDENT in flag for flag in flags)]
    assert len(found["students"]) == 10
    assert {status for _, status, _ in found["rows"]} >= {"accepted", "older", "same", "refused"}
    assert len(found["files"]) == count + 1


def test_a_thousand_hostile_submissions(tmp_path):
    check_hostile(run_hostile(tmp_path, 1_000, 20261128), 1_000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_hostile_submissions(tmp_path, seed):
    check_hostile(run_hostile(tmp_path, 1_000, seed), 1_000)


def test_what_is_not_an_answers_file_is_named():
    room = shared_class()
    cases = {
        b'{"cells": [], "nbformat": 4}': "笔记本",
        b"Rar!\x1a\x07\x00": "RAR",
        b"%PDF-1.7": "PDF",
        b"\x89PNG\r\n": "图片",
        b"<!DOCTYPE html>": "网页",
        b"\xd0\xcf\x11\xe0": "Word",
        "我做完了".encode(): "不是答案文件",
    }
    for data, said in cases.items():
        assert said in read_submission(data, room.roster).said


def test_a_bomb_is_refused_unread(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a.json", b"0" * 50_000_000)
    (tmp_path / "bomb.zip").write_bytes(buffer.getvalue())
    assert [item.problem for item in items(tmp_path / "bomb.zip")] == ["zip_ratio"]


def test_the_stored_copy_is_the_bytes_handed_in(tmp_path):
    room = new_class(tmp_path / "x")
    data = honest(room, 0)
    (row,) = collect(room, [written(tmp_path / "in", {"a.json": data})])
    assert (room.folder / "submissions" / row.stored).read_bytes() == data
    assert encode(read_submission(data, room.roster).answers) == data
