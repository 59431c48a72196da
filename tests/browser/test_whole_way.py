"""从空白到交上去：换读法、写报告、交文件，老师那边核对出同样的回执。"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile

import pytest
from playwright.sync_api import expect

from lifecycle_lab.answers import default_path, encode
from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for


@pytest.fixture
def finished(classroom):
    """一位学生已经把各张表做完（答案文件放在她的文件夹里）。"""
    assignment = open_assignment("0020230101")
    name = f"{assignment.course.assignment}-survey"
    path = default_path(classroom.folder / "answers", name, assignment.student_id)
    path.parent.mkdir(parents=True)
    path.write_bytes(encode(answers_for("key", assignment)))
    classroom.set_parameter("student_id", "0020230101")
    return classroom


def test_the_report_is_exported_and_the_handed_in_file_is_graded(finished, tmp_path):
    page = finished.open_and_run("09_review")
    assert finished.tracebacks() == []
    shown = page.locator(".jp-OutputArea-output").all_inner_texts()
    receipt = next(match[1] for text in shown if (match := re.search(r"回执：([0-9a-f]{12})", text)))
    folder = next((finished.folder / "out").iterdir())
    assert zipfile.ZipFile(folder / "report.docx").testzip() is None
    assert "表4-5" in (folder / "report.html").read_text(encoding="utf-8")
    (handed_in,) = folder.glob("rfm-training-*.json")
    command = [sys.executable, "-P", "-m", "lifecycle_lab.cli", "check", str(handed_in), "--json"]
    graded = subprocess.run(command, capture_output=True, cwd=tmp_path, check=True)
    marked = json.loads(graded.stdout)
    assert marked["readable"] is True
    assert receipt in graded.stdout.decode()
    statuses = {status for cells in marked["exercises"].values() for status in cells["cells"].values()}
    assert statuses == {"right", "pending"}
    finished.picture("review")


def test_the_toggles_move_arrows_and_levels_and_say_who_and_why(finished):
    page = finished.open_and_run("04_rfm_training")
    readings = page.locator(".lab-readings")
    told = readings.get_by_role("status")
    before = told.inner_text()
    readings.get_by_role("button", name="中位数").click()
    expect(told).to_contain_text("中位数")
    assert told.inner_text() != before
    finished.picture("toggles", readings)
    readings.get_by_role("button", name="均值").click()
    expect(told).to_have_text(before)
