"""名字与答案里想当公式、想当标记、想当控制序列的字：成绩册、网页、终端里都只是文字，读回来一字不差。"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from classes import honest, new_class
from hostile_submissions import PAYLOADS
from other_programs import CSV, absent, by_libreoffice

from lifecycle_lab.answers import encode
from lifecycle_lab.content import course
from lifecycle_lab.export import unguarded, visible
from lifecycle_lab.grading import collect, grade_class
from lifecycle_lab.grading.collecting import read_submission
from lifecycle_lab.grading.feedback import feedback_name
from lifecycle_lab.grading.gradebook import total
from lifecycle_lab.grading.roster import Roster, Student

ROOT = Path(__file__).resolve().parents[1]
TEXTS = tuple(p.strip() for p in PAYLOADS)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """学号、姓名、班级、每一格、每一段文字、文件名都是这些字。"""
    people = tuple(Student(f"{'=+-@'[i % 4]}{i:03d}", text, TEXTS[-i]) for i, text in enumerate(TEXTS))
    found = new_class(tmp_path_factory.mktemp("坏名字"), roster=Roster(people))
    folder = found.folder.parent / "in"
    folder.mkdir()
    shown = {person.student_id: person.name for person in people}
    for i in range(len(people)):
        answers = read_submission(honest(found, i), found.roster).answers
        student = found.roster.students[i]
        text = shown[student.student_id]
        for name, exercise in course().exercises.items():
            if exercise.answer == "text":
                answers = answers.with_text(name, f"{text}\n第二行 {text}")
        rows = answers.tables.get("table_4_4", {})
        cells = {(row, "segment"): text for row in rows}
        answers = answers.with_cells("table_4_4", cells)
        name = re.sub(r"[/\x00-\x1f]", "_", text)[:60]
        (folder / f"{name}.json").write_bytes(encode(replace(answers, student_id=student.student_id)))
    collect(found, [folder])
    grade_class(found).write(docx=False)
    return found


def test_the_gradebook_holds_only_our_formulas_and_every_name_whole(room):
    book = openpyxl.load_workbook(room.folder / "gradebook.xlsx")
    # openpyxl 不还原“_x005F_”这种转义，Excel 与 LibreOffice 会
    names = [
        row[1].value.replace("_x005F_", "_")
        for row in book["成绩"].iter_rows(min_row=2, max_row=len(room.roster.students) + 1)
    ]
    assert names == [visible(s.name) for s in room.roster.students]
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert not cell.hyperlink
                if cell.data_type == "f":
                    assert page.title in ("成绩", "统计")
                    assert re.fullmatch(
                        r"=(SUM|ROUND|IF|MAX|MIN|COUNT|AVERAGE)\([A-Z0-9$:,()*\-=.'!\u4e00-\u9fff]+\)",
                        cell.value,
                    ), cell.value
                    assert not any(text in cell.value for text in TEXTS if len(text) > 4)


def test_libreoffice_reads_the_same_names_and_runs_nothing(room, tmp_path):
    by_libreoffice(room.folder / "gradebook.xlsx", CSV, tmp_path)
    rows = list(csv.reader((tmp_path / "gradebook.csv").read_text("utf-8").splitlines()))
    named = {row[0]: row[1] for row in rows[1:] if len(row) > 1}
    for student in room.roster.students:
        assert named[student.student_id].strip() == visible(student.name).strip()
    (place,) = [i for i, head in enumerate(rows[0]) if head.startswith("总分")]
    totals = {row[0]: float(row[place]) for row in rows[1:] if row[0] in room.roster.by_id}
    grades = grade_class(room)
    assert totals == {g.student.student_id: float(total(room, g, grades.marks)) for g in grades.graded}


def pages(room) -> list[Path]:
    own = [room.folder / "feedback" / f"{feedback_name(s)}.html" for s in room.roster.students]
    return [room.folder / "class.html", room.folder / "projector.html", *own]


def test_no_markup_of_theirs_reaches_a_page(room):
    for path in pages(room):
        text = path.read_text("utf-8")
        assert "<script" not in text.lower()
        assert not re.search(r"<[^>]*\son\w+\s*=", text)
        assert not re.search(r"(?:src|href)=[\"'](?!data:image/png|#)", text)
        assert "\u202e" not in text
        assert "\x1b" not in text
    named = next(s for s in room.roster.students if s.name.startswith("<script>"))
    own = (room.folder / "feedback" / f"{feedback_name(named)}.html").read_text("utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in own


@pytest.mark.browser
def test_a_browser_runs_nothing_and_asks_nobody(room):
    from browser.classroom import chromium, chromium_browser

    if not chromium():
        absent("chromium")
    asked, dialogs = [], []

    def visit() -> None:
        with chromium_browser() as opened:
            page = opened.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
            for path in pages(room):
                page.goto(path.as_uri())

    # 同一个进程里别的浏览器测试也许还开着它自己的事件循环：另起一个线程
    with ThreadPoolExecutor(1) as pool:
        pool.submit(visit).result()
    assert dialogs == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_csv_and_the_terminal_are_neutral(room):
    text = (room.folder / "collected.csv").read_text("utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    students = {unguarded(row[1]) for row in rows[1:]}
    assert students >= set(room.roster.by_id)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "lifecycle_lab.cli",
            "class",
            "collect",
            room.folder.parent / "in",
            "--class",
            room.folder,
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert b"\x1b" not in done.stdout
    assert "\u202e" not in done.stdout.decode()
