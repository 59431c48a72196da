"""换学号、抄、改一个字节：全看得出或判错；老实的一份也不冤枉。发出去的包里没有密钥与别人的题本。"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import re
import zipfile
from dataclasses import replace

import pytest
from classes import honest, judged, new_class, perfect, shared_class

from lifecycle_lab.answers import encode
from lifecycle_lab.content import course
from lifecycle_lab.exercises.assignment import read_variant
from lifecycle_lab.grading import hand_out
from lifecycle_lab.grading.handout import filled_in, lesson_notebooks

_STAMPS = re.compile(rb'"(saved_at|session)": "[^"]*"')


def machine(found) -> dict:
    return {name: outcome.score for name, (outcome, _) in found.outcomes.items()}


def noticed(room, original: bytes, changed: bytes) -> bool:
    """没用上、有可疑的一句、字节不是原样，或分数低了。"""
    before, after = judged(room, original), judged(room, changed)
    if after is None:
        return True
    lower = any(after_score < machine(before)[name] for name, after_score in machine(after).items())
    return bool(after.flags or after.notes or lower)


def swap(rng, room, i, j) -> bytes:
    """第 i 位的文件，学号改成第 j 位。"""
    answers = perfect(room, room.roster.students[i])
    return encode(replace(answers, student_id=room.roster.students[j].student_id))


def copy(rng, room, i, j) -> bytes:
    """第 j 位自己的信封，表是第 i 位的：原样，或一格一格照位置誊到自己的客户名下。"""
    theirs, mine = perfect(room, room.roster.students[i]), perfect(room, room.roster.students[j])
    if rng.random() < 0.5:
        return encode(replace(mine, tables=theirs.tables))
    rename = dict(zip(theirs.variant["customers"], mine.variant["customers"], strict=True))
    tables = {n: {rename.get(row, row): cells for row, cells in t.items()} for n, t in theirs.tables.items()}
    return encode(replace(mine, tables=tables))


def byte_edit(rng, room, i, j) -> bytes:
    """改一个字节；保存时间与会话两处的值不进指纹、不影响分数，改它们看不出，不在其中。"""
    data = bytearray(encode(perfect(room, room.roster.students[j])))
    hidden = {k for found in _STAMPS.finditer(data) for k in range(*found.span())}
    place = rng.choice([k for k in range(len(data)) if k not in hidden])
    data[place] = rng.choice([b for b in range(256) if b != data[place]])
    return bytes(data)


def check_tricks(times: int, seed: int) -> None:
    room, rng = shared_class(), random.Random(seed)
    tricks = (swap, copy, byte_edit)
    for n in range(times):
        i, j = rng.sample(range(len(room.roster.students)), 2)
        trick = tricks[n % 3]
        original = encode(perfect(room, room.roster.students[j]))
        assert noticed(room, original, trick(rng, room, i, j)), (trick.__name__, n, i, j)


def test_swaps_copies_and_byte_edits_are_noticed():
    check_tricks(45, 1)


@pytest.mark.long
def test_a_thousand_tricks():
    check_tricks(1_000, 2)


def check_honest(room, seeds) -> None:
    for seed in seeds:
        for i in range(len(room.roster.students)):
            found = judged(room, honest(room, i, seed))
            assert found.flags == (), (seed, i)
            assert found.notes == ()


def test_honest_sets_are_not_flagged():
    check_honest(shared_class(), range(1, 3))


@pytest.mark.long
def test_a_thousand_honest_sets_are_not_flagged(tmp_path):
    from lifecycle_lab.grading import collect, grade_class

    room = new_class(tmp_path, 250)
    for seed in range(4):
        check_honest(room, [seed])
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(250):  # 放在一起看，也没有谁像谁
        (folder / f"{i}.json").write_bytes(honest(room, i, 9))
    collect(room, [folder])
    assert not [one.flags for one in grade_class(room).graded if one.flags]


# —— 发出去的包 ——


def every_byte(data: bytes, name: str = ""):
    """像有心人那样：包、包里的包、每个成员的名字、注释与内容。"""
    yield name.encode() + data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            yield package.comment
            for info in package.infolist():
                yield info.comment + info.extra
                yield from every_byte(package.read(info), info.filename)


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    room = new_class(tmp_path_factory.mktemp("out"), 4)
    return room, hand_out(room), hand_out(room, shared=True)


def test_no_bundle_holds_a_secret_or_another_students_things(handed_out):
    room, own, shared = handed_out
    secret = room.secret
    spellings = {
        secret,
        bytes.fromhex(secret.decode()),
        secret.upper(),
        base64.b64encode(secret),
        secret[::-1],
    }
    spellings |= {
        hashlib.sha256(secret).hexdigest().encode(),
        base64.b64encode(bytes.fromhex(secret.decode())),
    }
    spellings |= {secret[i : i + 16] for i in range(0, 48, 8)}
    for path, _ in (*own.files, *shared.files):
        whole = b"\n".join(every_byte(path.read_bytes(), path.name))
        assert not [s for s in spellings if s in whole], path
        owners = [s for s in room.roster.students if s.student_id.encode() in whole]
        assert len(owners) <= 1, path
        for student in room.roster.students:
            if student not in owners:
                drawn = room.assignment(student).customer_ids
                assert json.dumps(list(drawn))[1:-1].encode() not in whole
                assert sum(c.encode() in whole for c in drawn) < 10 or not owners
                assert (
                    not student.name or student.name.encode() not in whole or owners[0].name == student.name
                )
        for exercise in course().exercises.values():
            assert not [line.text for line in exercise.rubric if line.text.encode() in whole]


def test_a_bundle_is_exactly_the_allowed_list_with_ascii_names(handed_out):
    _, own, _ = handed_out
    lessons = {name for name, _ in lesson_notebooks()}
    assert not [name for name in lessons if name.startswith(("90", "91"))]
    assert {"00_start.ipynb", "04_rfm_training.ipynb", "09_review.ipynb"} <= lessons
    for path, size in own.files:
        assert path.stat().st_size == size
        with zipfile.ZipFile(path) as package:
            assert package.testzip() is None
            names = {name.split("/", 1)[1] for name in package.namelist()}
            assert all(name.isascii() for name in package.namelist())
            assert {n for n in names if not n.startswith("answers/")} == lessons | {
                "variant.json",
                "START_HERE.html",
            }
            assert len([n for n in names if n.startswith("answers/")]) == 1


def test_the_bundle_works_and_its_answers_are_blank(handed_out, tmp_path):
    room, own, _ = handed_out
    student = room.roster.students[0]
    path = next(p for p, _ in own.files if student.student_id in p.name)
    with zipfile.ZipFile(path) as package:
        members = {name.split("/", 1)[1]: package.read(name) for name in package.namelist()}
    (tmp_path / "variant.json").write_bytes(members["variant.json"])
    found = read_variant(tmp_path / "variant.json", student.student_id)
    assert found.customer_ids == room.assignment(student).customer_ids
    answers = json.loads(next(data for name, data in members.items() if name.startswith("answers/")))
    assert (answers["tables"], answers["quiz"], answers["text"]) == ({}, {}, {})
    for name in (n for n in members if n.endswith(".ipynb")):
        notebook = json.loads(members[name])
        code = next(
            "".join(c["source"]) for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])
        )
        values: dict = {}
        exec(compile(code, name, "exec"), values)  # 我们自己的笔记本
        assert values["student_id"] == student.student_id
        assert values["variant_file"] == "variant.json"
        assert values["answers_file"].startswith("answers/")
        assert all(cell.get("outputs", []) == [] for cell in notebook["cells"])


def test_a_student_id_cannot_break_out_of_the_parameter_cell():
    notebook = lesson_notebooks()[0][1]
    for hostile in ('x"\nimport os', "x\\", "'; boom() #", "张三"):
        values: dict = {}
        cell = next(
            c
            for c in filled_in(notebook, {"student_id": hostile})["cells"]
            if "parameters" in c["metadata"].get("tags", [])
        )
        exec(compile("".join(cell["source"]), "x", "exec"), values)
        assert values["student_id"] == hostile
        assert "os" not in values
