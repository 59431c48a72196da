"""第 02 课在真浏览器里：两组滑块用键盘拨，图与句子跟着换；一局记得最好的一次；填一格马上有对错。"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from classroom import SECONDS, SLOW
from playwright.sync_api import expect

from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LESSON = "02_life_curves"
GRAVE = ("serious", "critical")


def test_curves_move_the_game_remembers_and_a_filled_cell_is_judged(classroom):
    page = classroom.open(LESSON)
    classroom.run_all()
    expect(page.locator(".lab-sliders")).to_have_count(2, timeout=SLOW)

    for place, key in enumerate(("ArrowLeft", "ArrowRight")):  # 早一个月离开；信任多花一元
        block = page.locator(".lab-sliders").nth(place)
        block.scroll_into_view_if_needed()
        picture, told = block.locator("img"), block.get_by_role("status")
        before = picture.get_attribute("src"), told.inner_text()
        handle = block.locator(".noUi-handle").first
        handle.focus()
        handle.press(key)
        expect(told).not_to_have_text(before[1], timeout=15 * SECONDS)
        expect(picture).not_to_have_attribute("src", before[0])
        assert picture.get_attribute("alt")
        classroom.picture(f"curves-sliders-{place}", block)
    expect(page.locator(".lab-sliders").nth(1).get_by_role("status")).to_contain_text("到目前最好的一次")

    row, wanted = next(iter(answers_for("key", open_assignment("demo")).tables["stage_ends"].items()))
    sheet = classroom.sheet("从每月交易额读出阶段的终点")
    cell = classroom.cell(sheet, row, "考察期到")
    cell.fill(wanted["exploration"])
    cell.press("Enter")
    classroom.expect_saved(sheet)
    classroom.expect_state(cell, "right")
    classroom.picture("curves-sheet", sheet)

    assert not classroom.tracebacks()
    block = page.locator(".lab-sliders").first
    block.evaluate("node => node.id = 'sliders-under-test'")
    found = Axe().run(page, context="#sliders-under-test").response["violations"]
    assert not [one["id"] for one in found if one["impact"] in GRAVE]
