"""名单与班级：学号是文字，坏的、重复的说出是谁；规则写错说出是哪一项；密钥只在班级文件夹里。"""

from __future__ import annotations

import io
import os
import re
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import docx
import openpyxl
import pytest
from classes import new_class
from docx.shared import Cm

from lifecycle_lab.content.grading import grading, read_grading, read_simulated, simulated_text
from lifecycle_lab.content.plans import plans, read_plans
from lifecycle_lab.grading import init_class, open_class, read_roster
from lifecycle_lab.grading.handout import paper
from lifecycle_lab.report import to_docx, to_html
from lifecycle_lab.schema import ContentError, DataError, LabError

COURSE = Path(__file__).resolve().parents[1] / "data" / "course"


def roster(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "名单.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_line_of_totals_is_pointed_out(tmp_path):
    found = read_roster(roster(tmp_path, "学号,姓名\n0223,王小明\n0224,李娜\n合计,2 人\n"))
    assert ["「合计」" in note for note in found.notes] == [True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_ids_stay_texts_in_every_encoding(tmp_path, encoding):
    found = read_roster(roster(tmp_path, "学号,姓名,班级\n007,王𠮷,营销1\n0a8, 李四 ,\n", encoding))
    assert [(s.student_id, s.name, s.class_name) for s in found.students] == [
        ("007", "王𠮷", "营销1"),
        ("0A8", "李四", ""),
    ]


def test_title_lines_above_the_header_and_other_columns(tmp_path):
    text = "某某大学 2026 秋 点名册,,,\n序号,学 号,学生姓名,备注\n1,0230001,甲,\n2,0230002,乙,重修\n"
    assert [s.shown for s in read_roster(roster(tmp_path, text)).students] == ["0230001 甲", "0230002 乙"]


def test_a_workbook_with_text_ids(tmp_path):
    book = openpyxl.Workbook()
    for row in (["学号", "姓名"], ["0230001", "甲"], [20230002, "乙"]):
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    found = read_roster(tmp_path / "r.xlsx")
    assert [s.student_id for s in found.students] == ["0230001", "20230002"]
    assert "长短不一" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("学号,姓名\n1,甲\n2,乙\n１,丙\n", ["出现了两次", "「甲」", "「丙」", "第 2 行", "第 4 行"]),
        ("学号,姓名\n2.02E+11,甲\n", ["第 2 行", "科学记数"]),
        ("学号,姓名\n,甲\n", ["第 2 行", "空的"]),
        ("学号,姓名\n1\u200b2,甲\n", ["第 2 行", "看不见"]),
        ("编码,姓名\n1,甲\n", ["学号"]),
        ("学号,学生学号\n1,2\n", ["两列"]),
        ("学号,姓名\n1,甲,多,出\n", ["第 2 行"]),
        ("学号,姓名\n", ["0 人"]),
    ],
)
def test_damaged_rosters_are_refused_by_name(tmp_path, text, said):
    with pytest.raises(DataError) as refused:
        read_roster(roster(tmp_path, text))
    assert [part for part in said if part not in str(refused.value)] == [], str(refused.value)


def test_a_class_has_a_secret_of_its_own_that_nobody_else_reads(tmp_path):
    one, two = (new_class(tmp_path / name, secret=b"") for name in "ab")
    assert re.fullmatch(rb"[0-9a-f]{64}", one.secret)
    assert one.secret != two.secret
    if os.name == "posix":
        assert stat.S_IMODE((one.folder / "secret.key").stat().st_mode) == 0o600
    assert one.secret.decode() not in repr(one)
    drawn = [c.assignment(c.roster.students[0]) for c in (one, two)]
    assert drawn[0].draw.keyed
    assert drawn[0].customer_ids != drawn[1].customer_ids


def test_an_existing_class_is_never_overwritten(tmp_path):
    one = new_class(tmp_path)
    before = {p: p.read_bytes() for p in one.folder.iterdir()}
    with pytest.raises(LabError, match="已经有一个班"):
        init_class(tmp_path / "roster.csv", "别的", one.folder)
    assert {p: p.read_bytes() for p in one.folder.iterdir()} == before


def test_every_exercise_of_the_course_is_in_exactly_one_task(tmp_path):
    from lifecycle_lab.content import course

    rules = new_class(tmp_path).rules
    assert sorted(rules.exercises) == sorted(course().exercises)
    assert rules.points == {name: e.points for name, e in course().exercises.items()}


DUE = '# due = "2026-12-20 23:59"'
LAST_MINUTE = datetime(2026, 12, 20, 23, 59, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (DUE.removeprefix("# "), LAST_MINUTE),
        ('due = "2026-12-20 23：59"', LAST_MINUTE),
        ("due = 2026-12-20T23:59:00", LAST_MINUTE),
        ("due = 2026-12-20T15:59:00Z", LAST_MINUTE),
        ('due = "2026-12-20"', LAST_MINUTE.replace(second=59)),
        ("due = 2026-12-20", LAST_MINUTE.replace(second=59)),
        (DUE, None),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_deadline_is_read_as_beijing_time_whatever_notepad_saved(tmp_path, written, moment, encoding):
    path = new_class(tmp_path).folder / "course.toml"
    text = path.read_text("utf-8").replace(DUE, written, 1)
    path.write_text(text.replace("\n", "\r\n"), encoding, newline="")
    assert open_class(path.parent).rules.tasks[0].due == moment


def test_a_lesson_can_be_left_out_and_every_exercise_is_named(tmp_path):
    path = new_class(tmp_path).folder / "course.toml"
    head, first, *rest = path.read_text("utf-8").split("\n\n[[assignment]]")
    assert '"warm_up"' in first
    path.write_text("\n\n[[assignment]]".join([head, *rest]), "utf-8")
    rules = open_class(path.parent).rules
    assert "warm_up" not in rules.exercises
    assert rules.tasks[0].id == "01_stages"
    points = path.read_text("utf-8").split("\n[points]")[1].splitlines()[1:]
    assert points[0] == "warm_up = 3  # 热身：给三位客户标箭头"
    assert all("  # " in line for line in points)


def test_a_lost_secret_is_asked_back_from_the_backup(tmp_path):
    folder = new_class(tmp_path).folder
    (folder / "secret.key").unlink()
    with pytest.raises(LabError, match="从备份里找回来"):
        open_class(folder)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("percent_per_day = 10", "percent_per_day = 101", "percent_per_day"),
        ("percent_per_day = 10", "", "percent_per_day"),
        ('clock = "saved"', 'clock = "now"', "clock"),
        ('exercises = ["warm_up"]', 'exercises = ["warm"]', "warm"),
        (DUE, 'due = "明天"', "「明天」"),
        (DUE, 'due = "12月20日 23:59"', '写成 due = "2026-12-20 23:59"'),
        (DUE, "due = 2026-12-20 23:59", '截止写成 due = "2026-12-20 23:59"'),
        (DUE, "due = 2026/12/20", "「due = 2026/12/20」"),
        (DUE, "due = “2026-12-20 23:59”", "引号"),
        ("warm_up = 3", "warm_up = -3", "warm_up"),
        ("warm_up = 3", "worm_up = 3", "worm_up"),
        ("rules = 1", "rules = 2", "rules"),
        ("format = 1", "formt = 1", "format"),
    ],
)
def test_a_slip_in_the_rules_is_named(tmp_path, before, after, said):
    path = new_class(tmp_path).folder / "course.toml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(ContentError) as refused:
        open_class(path.parent)
    assert "course.toml" in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("read", "name"),
    [(read_grading, "grading.toml"), (read_simulated, "simulated_class.toml"), (read_plans, "plans.toml")],
)
def test_no_line_of_the_content_can_be_dropped_unnoticed(tmp_path, read, name):
    lines = (COURSE / name).read_text("utf-8").splitlines(keepends=True)
    path = tmp_path / name
    for i, line in enumerate(lines):
        if re.match(r"[a-z_0-9]+ = (?!\[$)", line):
            path.write_text("".join(lines[:i] + lines[i + 1 :]), "utf-8")
            with pytest.raises(ContentError, match=name):
                read(path)
    path.write_text("".join(lines) + "\n[more]\nx = 1\n", "utf-8")
    with pytest.raises(ContentError, match="more"):
        read(path)


def test_the_shipped_content_is_read():
    assert grading().limits.gram == 4
    assert len(simulated_text().parts) == 7
    assert len(plans()["04_rfm_training"].questions) == 4


def test_a_lesson_plan_per_notebook_with_what_the_content_holds(tmp_path):
    from lifecycle_lab.content import course
    from lifecycle_lab.grading.lesson_plans import write_plans

    written = write_plans(tmp_path)
    assert [path.stem for path in written] == list(course().lessons)
    text = (tmp_path / "04_rfm_training.md").read_text("utf-8")
    for said in ("约 90 分钟", "## 板书", "## 只有 45 分钟", "R 的方向看反了", "共 90 分钟", "## 要问的话"):
        assert said in text
    assert "消费频率 — 一段时间里买了几次；" in text  # 配对题的答案要看得出谁配谁
    assert [p.read_bytes() for p in write_plans(tmp_path)] == [p.read_bytes() for p in written]


def test_the_nbgrader_layout_holds_the_bytes_handed_in_and_one_row_per_task(tmp_path):
    import csv

    from classes import honest

    from lifecycle_lab.grading import collect, grade_class
    from lifecycle_lab.grading.nbgrader_layout import COLUMNS, export_nbgrader

    room = new_class(tmp_path / "x", 2)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_bytes(honest(room, 0))
    collect(room, [tmp_path / "in"])
    grades = grade_class(room)
    export_nbgrader(grades, tmp_path / "out")
    student, task = room.roster.students[0].student_id, room.rules.tasks[0].id
    assert (tmp_path / "out" / "submitted" / student / task / "answers.json").read_bytes() == honest(room, 0)
    rows = list(csv.DictReader((tmp_path / "out" / "grades.csv").read_text("utf-8-sig").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2 * len(room.rules.tasks)
    assert sum(float(row["max_score"]) for row in rows if row["student_id"] == student) == sum(
        room.rules.points.values()
    )
    assert {row["score"] for row in rows if row["student_id"] != student} == {"0.00"}


def test_the_paper_follows_the_lessons_names_the_choices_and_leaves_room(tmp_path):
    room = new_class(tmp_path, 1)
    text = re.sub("<[^>]+>", "\n", to_html(paper(room, room.roster.students[0])))
    places = [
        text.index(title) for title in ("热身：", "八个小故事", "表4-2：", "七位客户：换成", "思考题二")
    ]
    assert places == sorted(places)
    assert "“目标”一列从这里选：缩短考察期、加快形成期、延长稳定期、避免或挽回退化、哪一段也不改变。" in text
    assert "“标志”一列从这里选" not in text  # A、B、C 写在题里
    assert not re.search(r"（([^（）]+)）（\1）", text)  # 单位只写一遍
    document = docx.Document(io.BytesIO(to_docx(paper(room, room.roster.students[0]))))
    tables = {table.rows[0].cells[-1].text: table for table in document.tables if table.rows}
    assert all(row.height >= Cm(0.8) for row in tables["标记"].rows[1:])
    strategies = tables["营销策略"]
    assert strategies.columns[-1].width > strategies.columns[0].width * 3
    assert strategies.rows[1].cells[-1].text.count("\n") >= 3
    assert tables["写在这里"].rows[1].cells[0].text.count("\n") >= 12


def test_the_rule_on_paper_is_the_rule_of_the_lesson():
    from lifecycle_lab.content import course
    from lifecycle_lab.content.stages import stages

    rule, note = stages().rule, course().tables["stage_rule"].note
    for written in (
        f"安静满 {rule['quiet']} 个周期，退化期",
        f"趋势不超过 {100 * rule['falling']} %、安静满 {rule['slow']} 个周期",
        f"买满 {rule['trend_purchases']} 天才看趋势",
        f"买满 {rule['settled_purchases']} 天、认识满 {rule['settled_cycles']} 个周期，稳定期",
        f"买满 {rule['growing_purchases']} 天、认识满 {rule['growing_cycles']} 个周期，形成期",
    ):
        assert written in note
