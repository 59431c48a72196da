"""第 07 课在真浏览器里：滑块用键盘拨，图与句子跟着换；填一格马上有对错；整课没有英文的调用栈。"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from classroom import SECONDS, SLOW
from playwright.sync_api import expect

from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LESSON = "07_value"
GRAVE = ("serious", "critical")


def test_the_plane_moves_and_a_filled_cell_is_judged(classroom):
    page = classroom.open(LESSON)
    classroom.run_all()
    block = page.locator(".lab-sliders")
    expect(block).to_have_count(1, timeout=SLOW)
    block.scroll_into_view_if_needed()
    picture, told = block.locator("img"), block.get_by_role("status")
    before = picture.get_attribute("src"), told.inner_text()
    handle = block.locator(".noUi-handle").nth(1)
    handle.focus()
    handle.press("ArrowRight")
    expect(told).not_to_have_text(before[1], timeout=15 * SECONDS)
    expect(picture).not_to_have_attribute("src", before[0])
    assert "ΔS" in picture.get_attribute("alt")
    classroom.picture("value-sliders", block)

    row, wanted = next(iter(answers_for("key", open_assignment("demo")).tables["annuity_lines"].items()))
    sheet = classroom.sheet("年金系数：一行一行")
    cell = classroom.cell(sheet, row, "你的数")
    cell.fill(wanted["value"])
    cell.press("Enter")
    classroom.expect_saved(sheet)
    classroom.expect_state(cell, "right")
    classroom.picture("value-sheet", sheet)

    assert not classroom.tracebacks()
    block.evaluate("node => node.id = 'sliders-under-test'")
    found = Axe().run(page, context="#sliders-under-test").response["violations"]
    assert not [one["id"] for one in found if one["impact"] in GRAVE]
