"""第 06 课在真浏览器里：滑块用键盘拨，图与句子跟着换；填一格马上有对错。

回测的几格不跑（很慢，别处测过）；其余的整课跑一遍，页面上没有英文的调用栈。
"""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from classroom import SECONDS, SLOW, Classroom
from playwright.sync_api import expect

from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LESSON = "06_dynamic_cycle"
GRAVE = ("serious", "critical")


def without_trials(classroom: Classroom) -> None:
    path = classroom.folder / f"{LESSON}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if ".trial" not in "".join(cell["source"])]
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def test_sliders_move_the_picture_and_a_filled_cell_is_judged(classroom):
    without_trials(classroom)
    page = classroom.open(LESSON)
    classroom.run_all()
    expect(page.locator(".lab-sliders")).to_have_count(3, timeout=SLOW)

    for place in range(3):
        block = page.locator(".lab-sliders").nth(place)
        block.scroll_into_view_if_needed()
        picture, told = block.locator("img"), block.get_by_role("status")
        before = picture.get_attribute("src"), told.inner_text()
        handle = block.locator(".noUi-handle").first
        handle.focus()
        handle.press("ArrowRight")
        expect(told).not_to_have_text(before[1], timeout=15 * SECONDS)
        expect(picture).not_to_have_attribute("src", before[0])
        assert picture.get_attribute("alt")
        classroom.picture(f"cycles-sliders-{place}", block)

    row, wanted = next(iter(answers_for("key", open_assignment("demo")).tables["repurchase_curve"].items()))
    sheet = classroom.sheet("一步一步写出再购曲线")
    cell = classroom.cell(sheet, row, "还在看的")
    cell.fill(wanted["at_risk"])
    cell.press("Enter")
    classroom.expect_saved(sheet)
    classroom.expect_state(cell, "right")
    classroom.picture("cycles-sheet", sheet)

    assert not classroom.tracebacks()
    block = page.locator(".lab-sliders").first
    block.evaluate("node => node.id = 'sliders-under-test'")
    found = Axe().run(page, context="#sliders-under-test").response["violations"]
    assert not [one["id"] for one in found if one["impact"] in GRAVE]
