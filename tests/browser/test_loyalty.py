"""第 08 课在真浏览器里：两组滑块用键盘拨，图与句子跟着换；填一格马上有对错；页面上没有调用栈。"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from classroom import SECONDS, SLOW
from playwright.sync_api import expect

from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LESSON = "08_loyalty"
GRAVE = ("serious", "critical")


def test_sliders_move_and_a_filled_cell_is_judged(classroom):
    page = classroom.open(LESSON)
    classroom.run_all()
    expect(page.locator(".lab-sliders")).to_have_count(2, timeout=SLOW)

    for place in range(2):
        block = page.locator(".lab-sliders").nth(place)
        block.scroll_into_view_if_needed()
        picture, told = block.locator("img"), block.get_by_role("status")
        before = picture.get_attribute("src"), told.inner_text()
        handle = block.locator(".noUi-handle").first
        handle.focus()
        handle.press("ArrowRight")
        expect(told).not_to_have_text(before[1], timeout=15 * SECONDS)
        expect(picture).not_to_have_attribute("src", before[0])
        classroom.picture(f"loyalty-sliders-{place}", block)

    row, wanted = next(iter(answers_for("key", open_assignment("demo")).tables["alpha_table"].items()))
    sheet = classroom.sheet("亲手算一次 α")
    cell = classroom.cell(sheet, row, "总分")
    cell.fill(wanted["total"])
    cell.press("Enter")
    classroom.expect_saved(sheet)
    classroom.expect_state(cell, "right")
    classroom.picture("loyalty-sheet", sheet)

    assert not classroom.tracebacks()
    block = page.locator(".lab-sliders").first
    block.evaluate("node => node.id = 'sliders-under-test'")
    found = Axe().run(page, context="#sliders-under-test").response["violations"]
    assert not [one["id"] for one in found if one["impact"] in GRAVE]
