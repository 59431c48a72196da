"""评：分数逐格手算得出；同样的输入同样的字节；教师填的一格不丢；哪一刻被杀都是新旧之一。"""

from __future__ import annotations

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from classes import honest, new_class, perfect, shared_class
from other_programs import by_libreoffice

from lifecycle_lab.answers import encode
from lifecycle_lab.content import course
from lifecycle_lab.grading import collect, grade_class, open_class
from lifecycle_lab.grading.feedback import feedback_name
from lifecycle_lab.grading.gradebook import rounded, subtotal, total
from lifecycle_lab.grading.marks import Marks, read_marks
from lifecycle_lab.grading.scoring import machine_score
from lifecycle_lab.grading.similarity import alike
from lifecycle_lab.schema import DataError, ParameterError

ROOT = Path(__file__).resolve().parents[1]


def handed(room, files: dict[str, bytes]):
    """把这些交上去、收好；返回收的文件夹。"""
    folder = room.folder.parent / "in"
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    collect(room, [folder])
    return folder


def with_rules(room, *changes: tuple[str, str]):
    path = room.folder / "course.toml"
    text = path.read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path.write_text(text, "utf-8")
    return open_class(room.folder)


def test_everything_right_is_the_full_mark_and_one_wrong_mean_costs_one_cell(tmp_path):
    room = new_class(tmp_path)
    one, two, three = room.roster.students[:3]
    right = perfect(room, one)
    slip = perfect(room, two)
    row = next(iter(slip.tables["table_4_2"]))
    slip = slip.with_cells("table_4_2", {(row, "monetary"): "1.00"})
    handed(room, {"a.json": encode(right), "b.json": encode(slip)})
    grades = grade_class(room)
    found = {g.student.student_id: g for g in grades.graded}
    scored = {name: outcome.score for name, (outcome, _) in found[one.student_id].outcomes.items()}
    assert scored == {name: e.machine_points for name, e in course().exercises.items()}
    assert found[one.student_id].flags == ()
    spoiled = {name: outcome.score for name, (outcome, _) in found[two.student_id].outcomes.items()}
    assert spoiled.pop("table_4_2") == Fraction(12 * 2, 3)
    assert spoiled == {
        name: e.machine_points for name, e in course().exercises.items() if name != "table_4_2"
    }
    assert found[three.student_id].state == "missing"
    machine = sum(e.machine_points for e in course().exercises.values())
    assert total(room, found[one.student_id], Marks()) == machine
    assert total(room, found[two.student_id], Marks()) == machine - 4


def test_points_of_the_class_scale_what_the_machine_and_the_teacher_give(tmp_path):
    room = with_rules(
        new_class(tmp_path), ("table_4_2 = 12", "table_4_2 = 6"), ("table_4_5 = 20", "table_4_5 = 10")
    )
    handed(room, {"a.json": encode(perfect(room, room.roster.students[0]))})
    found = grade_class(room).graded[0]
    assert machine_score(room, found.outcomes["table_4_2"][0]) == 6
    assert machine_score(room, found.outcomes["table_4_5"][0]) == 4  # 20 分里机器 8 分，减半


DUE = datetime.fromisoformat("2026-12-20T23:59:00+08:00")


@pytest.mark.parametrize(
    ("minutes", "days", "percent"),
    [
        (-1, 0, 0),
        (0, 0, 0),
        (30, 0, 0),
        (31, 1, 10),
        (24 * 60, 1, 10),
        (24 * 60 + 1, 2, 20),
        (9 * 24 * 60, 9, 50),
    ],
)
def test_late_days_round_up_after_the_grace_and_stop_at_the_most(tmp_path, minutes, days, percent):
    room = with_rules(new_class(tmp_path, 1), ('# due = "2026-12-20 23:59"', 'due = "2026-12-20 23:59"'))
    saved = (DUE + timedelta(minutes=minutes)).isoformat()
    handed(room, {"a.json": encode(replace(perfect(room, room.roster.students[0]), saved_at=saved))})
    one = grade_class(room).graded[0]
    assert (one.parts[0].late_days, one.parts[0].late_percent) == (days, percent)
    assert one.parts[1].late_percent == 0  # 别的作业没有截止
    assert subtotal(room, one.parts[0], one, Marks()) == rounded(Fraction(3 * (100 - percent), 100))


def test_the_last_version_in_time_counts_and_the_later_one_is_told(tmp_path):
    room = with_rules(new_class(tmp_path, 1), ('# due = "2026-12-20 23:59"', 'due = "2026-12-20 23:59"'))
    early = replace(perfect(room, room.roster.students[0]), saved_at="2026-12-19T08:00:00+08:00")
    late = replace(
        early.with_cells("warm_up", {("甲", "mark"): "↑"}), saved_at="2027-01-09T08:00:00+08:00", revision=99
    )
    handed(room, {"a.json": encode(early), "b.json": encode(late)})
    one = grade_class(room).graded[0]
    assert one.parts[0].version.answers == early
    assert one.parts[0].late_percent == 0
    assert one.parts[1].version.answers == late
    assert any("截止以后又交过" in note for note in one.notes)


def outputs(room) -> dict[str, str]:
    """写出来的每个文件的指纹。"""
    places = [room.folder / name for name in ("gradebook.xlsx", "class.html", "projector.html")]
    places += sorted((room.folder / "feedback").iterdir())
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in places}


def test_again_and_in_another_process_gives_the_same_bytes(tmp_path):
    room = new_class(tmp_path, 4)
    handed(room, {f"{i}.json": honest(room, i) for i in range(3)})
    grade_class(room).write()
    first = outputs(room)
    grade_class(open_class(room.folder)).write()
    assert outputs(room) == first
    for path in room.folder.glob("gradebook.xlsx"):
        path.unlink()
    code = "from lifecycle_lab.grading import *; grade_class(open_class('.')).write()"
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=room.folder,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "America/New_York", "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert outputs(room) == first


def marked_by_hand(room, points: dict[str, object], comment: str = "=好") -> None:
    """像教师那样：打开成绩册，填文字评阅的黄格，存盘（openpyxl 存的与别的软件一样是另一种字节）。"""
    path = room.folder / "gradebook.xlsx"
    book = openpyxl.load_workbook(path)
    page = book["文字评阅"]
    head = [cell.value for cell in page[1]]
    for row in page.iter_rows(min_row=2):
        name = row[head.index("练习编号")].value
        if name in points:
            row[head.index("教师评分")].value = points[name]
            row[head.index("评语")].value = comment
            row[head.index("评语")].data_type = "s"  # 黄格是文字格式：在表格软件里打 = 也只是文字
    book["调整"]["C2"] = -1.5
    book["调整"]["E2"] = "再接再厉"
    book.save(path)


def test_marks_entered_by_the_teacher_are_merged_and_add_up(tmp_path):
    room = new_class(tmp_path, 2)
    student = room.roster.students[0]
    handed(room, {"a.json": encode(perfect(room, student))})
    grade_class(room).write()
    marked_by_hand(room, {"a13_stages": 6.5, "table_4_5": 10})
    grades = grade_class(room)
    grades.write()
    machine = sum(e.machine_points for e in course().exercises.values())
    assert total(room, grades.graded[0], grades.marks) == machine + Fraction(33, 2) - Fraction(3, 2)
    page = (room.folder / "feedback" / f"{feedback_name(student)}.html").read_text("utf-8")
    for said in ("=好", "再接再厉", "6.5 / 8", "10 / 12", "待评 / 7"):
        assert said in page
    first = outputs(room)
    grade_class(open_class(room.folder)).write()
    assert outputs(room) == first
    assert read_marks(room).mark(student.student_id, "a13_stages").points == Fraction(13, 2)


def test_a_wide_sheet_is_printed_on_several_pages_each_saying_who(tmp_path):
    """缩成一页宽的七十列谁也看不清：宽的分几页，每一页左边都有学号与姓名；窄的仍是一页宽。"""
    room = new_class(tmp_path, 2)
    grade_class(room).write()
    book = openpyxl.load_workbook(room.folder / "gradebook.xlsx")
    wide, narrow = book["成绩"], book["调整"]
    assert wide.max_column > 60
    assert wide.page_setup.fitToWidth >= 4
    assert (wide.print_title_cols, wide.print_title_rows) == ("$A:$B", "$1:$1")
    assert narrow.page_setup.fitToWidth == 1


def test_the_formulas_say_what_we_say(tmp_path):
    """公式里存的值与我们算的总分一致；LibreOffice 重算一遍也一致（有它的时候）。"""
    room = new_class(tmp_path, 3)
    handed(room, {f"{i}.json": honest(room, i) for i in range(2)})
    grade_class(room).write()
    marked_by_hand(room, {"a13_why": 4, "a13_stages": 7})
    grades = grade_class(room)
    grades.write()
    wanted = [float(total(room, one, grades.marks)) for one in grades.graded]
    path = room.folder / "gradebook.xlsx"
    assert [round(v, 2) for v in column(path, "总分")] == wanted
    expressions = {
        c.value
        for row in openpyxl.load_workbook(path)["成绩"].iter_rows(min_row=2)
        for c in row
        if c.data_type == "f"
    }
    assert expressions
    assert all(e.startswith(("=SUM(", "=ROUND(")) for e in expressions)
    by_libreoffice(path, "xlsx:Calc MS Excel 2007 XML", tmp_path / "again")
    assert [round(v, 2) for v in column(tmp_path / "again" / "gradebook.xlsx", "总分")] == wanted
    # LibreOffice 存过的成绩册，填的分照样读得回来
    (room.folder / "gradebook.xlsx").write_bytes((tmp_path / "again" / "gradebook.xlsx").read_bytes())
    assert read_marks(room) == grades.marks


def test_the_total_and_the_cells_to_fill_are_seen_without_scrolling(tmp_path):
    """1366 像素宽的屏幕放得下约 190 个半角字：总分在最左，填分的格在文字左边，文字也看得见。"""
    room = new_class(tmp_path, 1)
    handed(room, {"a.json": encode(perfect(room, room.roster.students[0]))})
    grade_class(room).write()
    book = openpyxl.load_workbook(room.folder / "gradebook.xlsx")
    page, scores = book["文字评阅"], [cell.value for cell in book["成绩"][1]]
    heads = [cell.value for cell in page[1]]
    assert scores[4] == "总分（375）"  # 42 道练习的满分之和
    assert heads.index("教师评分") < heads.index("评语") < heads.index("学生写的")
    widths = [page.column_dimensions[cell.column_letter].width for cell in page[1]]
    assert sum(widths[: heads.index("学生写的") + 1]) <= 190


def column(path: Path, name: str) -> list[float]:
    page = openpyxl.load_workbook(path, data_only=True)["成绩"]
    (place,) = [i for i, cell in enumerate(page[1]) if cell.value.startswith(name)]
    return [
        row[place].value for row in page.iter_rows(min_row=2) if isinstance(row[place].value, int | float)
    ]


@pytest.mark.parametrize(
    ("points", "said"), [(13, "0 到 12"), (-1, "0 到 12"), ("很好", "不是数"), ("1e3", "不是数")]
)
def test_a_slip_of_the_teacher_is_told_and_nothing_is_written(tmp_path, points, said):
    room = new_class(tmp_path, 1)
    handed(room, {"a.json": encode(perfect(room, room.roster.students[0]))})
    grade_class(room).write()
    marked_by_hand(room, {"table_4_5": points})
    before = (room.folder / "gradebook.xlsx").read_bytes()
    with pytest.raises(DataError, match="文字评阅") as refused:
        grade_class(room)
    assert said in str(refused.value)
    assert (room.folder / "gradebook.xlsx").read_bytes() == before


def test_marks_of_somebody_who_left_are_not_lost_silently(tmp_path):
    room = new_class(tmp_path, 2)
    student = room.roster.students[0]
    handed(room, {"a.json": encode(perfect(room, student))})
    grade_class(room).write()
    marked_by_hand(room, {"a13_why": 5})
    names = (room.folder / "roster.csv").read_text("utf-8-sig").splitlines(keepends=True)
    (room.folder / "roster.csv").write_text("".join(names[:1] + names[2:]), "utf-8")
    with pytest.raises(DataError, match=student.student_id):
        grade_class(open_class(room.folder))


def test_a_text_changed_after_marking_asks_for_another_look(tmp_path):
    room = new_class(tmp_path, 1)
    student = room.roster.students[0]
    handed(room, {"a.json": encode(perfect(room, student))})
    grade_class(room).write()
    marked_by_hand(room, {"a13_why": 5})
    grade_class(room).write()
    later = replace(
        perfect(room, student).with_text("a13_why", "换了一段话。"), saved_at="2026-12-02T08:00:00+08:00"
    )
    handed(room, {"b.json": encode(later)})
    for _ in range(2):  # 提醒不因为再评一次就没了
        grade_class(room).write()
        page = openpyxl.load_workbook(room.folder / "gradebook.xlsx")["文字评阅"]
        heads = [cell.value for cell in page[1]]
        rows = [dict(zip(heads, row, strict=True)) for row in page.iter_rows(min_row=2, values_only=True)]
        noted = [row["提醒"] for row in rows if row["练习编号"] == "a13_why"]
        assert "再看一眼" in noted[0]


def kill_while_writing(tmp_path: Path, times: int) -> None:
    room = new_class(tmp_path, 3)
    handed(room, {"a.json": honest(room, 0)})
    code = (
        "from dataclasses import replace\nfrom lifecycle_lab.grading import *\n"
        "room = open_class('.'); one = grade_class(room)\n"
        "two = replace(one, classroom=replace(room, rules=replace(room.rules, name='另一个名字')))\n"
        "two.write(); one.write(); print('ready', flush=True)\n"
        "while True: two.write(); one.write()\n"
    )
    one = grade_class(room)
    two = replace(one, classroom=replace(room, rules=replace(room.rules, name="另一个名字")))
    whole = {one.gradebook(), two.gradebook()}
    assert len(whole) == 2
    rng = random.Random(5)
    for _ in range(times):
        child = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=room.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        assert child.stdout.readline()
        time.sleep(rng.uniform(0, 0.4))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert (room.folder / "gradebook.xlsx").read_bytes() in whole


@pytest.mark.skipif(os.name == "nt", reason="没有 SIGKILL")
def test_killed_at_any_moment_the_gradebook_is_the_old_or_the_new(tmp_path):
    kill_while_writing(tmp_path, 2)


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="没有 SIGKILL")
def test_killed_a_hundred_times(tmp_path):
    kill_while_writing(tmp_path, 100)


def test_similarity_worked_by_hand():
    """五段里共三段：3 / (4 + 4 − 3)；不到字数的、题目里的话不比；一字不差是 1。"""
    rules = {"size": 2, "least_chars": 5, "percent": 1, "common_percent": 100, "fewest_common": 9}
    # 每一份的段要不少于 4 × 2 个才比：用长一点的
    a, b = "abcdefghijk", "abcdefghijx"
    (pair,) = alike({"甲": a, "乙": b}, **rules)
    assert pair.share == Fraction(9, 11)
    assert alike({"甲": a, "乙": "uvwxyzuvwxy"}, **rules) == []
    assert alike({"甲": "abcd", "乙": "abcd"}, **rules) == []
    assert alike({"甲": a, "乙": a}, **rules, given=[a]) == []
    (same,) = alike({"甲": a, "乙": "A B，C d E f G h I j K"}, **rules)
    assert same.share == 1


def test_a_clique_of_copies_is_seen_although_everybody_has_it():
    text = "这一段话全班有一半的人交的都是它一个字也没有改过真的"
    texts = {f"{i}": text for i in range(10)} | {
        f"b{i}": f"{'甲乙丙丁戊己庚辛壬癸'[i] * 30}" for i in range(10)
    }
    found = alike(texts, size=4, least_chars=10, percent=60, common_percent=25, fewest_common=2)
    assert {who for pair in found for who in (pair.first, pair.second)} == {f"{i}" for i in range(10)}


def test_the_class_page_counts_misconceptions_by_people(tmp_path):
    from lifecycle_lab.grading.class_page import beliefs, hardest

    room = new_class(tmp_path, 3)
    files = {}
    for i, student in enumerate(room.roster.students):
        answers = perfect(room, student)
        if i < 2:  # 两位把 R 看反了：整列反过来
            table = answers.tables["table_4_3"]
            flip = {"↑": "↓", "↓": "↑"}
            values = [c.recency for c in room.assignment(student).sample]
            assert 10 * max(values) != sum(values)
            answers = answers.with_cells(
                "table_4_3", {(row, "recency"): flip[table[row]["recency"]] for row in table}
            )
        files[f"{i}.json"] = encode(answers)
    handed(room, files)
    grades = grade_class(room)
    found = beliefs(grades.graded)
    assert found[0].title == "R 的方向看反了"
    assert found[0].people == 2
    assert hardest(grades.graded)[0].share == Fraction(20, 30)
    assert room.roster.students[0].name not in grades.projector()
    assert room.roster.students[0].student_id not in grades.projector()


def test_what_is_for_the_teacher_alone_comes_last_and_both_pages_count_their_sections(tmp_path):
    room = new_class(tmp_path, 2)
    handed(room, {"a.json": honest(room, 0)})
    grade_class(room).write()
    numbered = "一二三四五六"
    for name, count in (("class.html", 6), ("projector.html", 5)):
        headings = re.findall("<h2[^>]*>([^<]+)", (room.folder / name).read_text("utf-8"))
        assert [heading[:2] for heading in headings] == [f"{n}、" for n in numbered[:count]]
    assert "要问一声" not in (room.folder / "projector.html").read_text("utf-8")


def test_feedback_says_out_of_how_many(tmp_path):
    room = new_class(tmp_path, 1)
    student = room.roster.students[0]
    handed(room, {"a.json": encode(perfect(room, student))})
    grade_class(room).write()
    (page,) = (room.folder / "feedback").glob("*.html")
    text = page.read_text("utf-8")
    assert "338 / 375" in text  # 文字题 12 + 10 + 8 + 7 分还没有评
    assert "保存于 2026-12-01 08:00 的一份" in text


def test_the_notebook_keeps_every_class_in_its_own_folder(tmp_path, monkeypatch):
    from lifecycle_lab import open_grading

    monkeypatch.chdir(tmp_path)
    for name, numbers in (("甲班", (1, 2)), ("乙班", (3, 4)), ("甲班补", (1, 2, 5))):
        lines = "".join(f"02230{n},学生{n}\n" for n in numbers)
        (tmp_path / f"{name}.csv").write_text(f"学号,姓名\n{lines}", "utf-8")
    one, two = open_grading("甲班.csv"), open_grading("乙班.csv")
    assert one.classroom.folder != two.classroom.folder
    assert "网店顾客问卷" in str(one.card())
    assert open_grading("甲班.csv").classroom.secret == one.classroom.secret
    with pytest.raises(ParameterError, match="另一个班"):
        open_grading("乙班.csv", out_dir=str(one.folder))
    told = open_grading("甲班补.csv", out_dir=str(one.folder)).card()
    assert "022305 学生5" in str(told)
    assert "没有收到你的作业" in str(one.feedback())


def test_a_class_of_nobody_yet(tmp_path):
    room = new_class(tmp_path, 2)
    grades = grade_class(room)
    grades.write()
    assert [one.state for one in grades.graded] == ["missing", "missing"]
    assert shared_class().roster.students
