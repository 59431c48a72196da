"""第 01 课在真浏览器里：下拉单换了模型，阶段与表跟着换；选一格，马上说那个选项的讲解。"""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from classroom import SECONDS, SLOW, Classroom
from playwright.sync_api import expect

from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LESSON = "01_stages"
KEPT = {"title", "parameters", "about-open", "open", "exercise-stage-deck", "stage-deck"}
KEPT |= {"crosswalk-choose", "crosswalk-dropdown"}
GRAVE = ("serious", "critical")


def only_what_is_touched(classroom: Classroom) -> None:
    """别的格别处跑过，这里只留要动手的。"""
    path = classroom.folder / f"{LESSON}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] in KEPT]
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def test_dropdowns_change_the_table_and_a_chosen_cell_explains_itself(classroom):
    only_what_is_touched(classroom)
    page = classroom.open(LESSON)
    classroom.run_all()
    block = page.locator(".lab-readings")
    expect(block.locator("select")).to_have_count(2, timeout=SLOW)
    block.scroll_into_view_if_needed()
    block.locator("select").first.select_option(label="四种客户状态")
    expect(block.locator("table")).to_contain_text("潜在客户", timeout=15 * SECONDS)
    block.locator("select").nth(1).select_option(label="老客户")
    expect(block.locator("caption")).to_contain_text("老客户", timeout=15 * SECONDS)
    classroom.picture("stages-choices", block)

    row, wanted = next(iter(answers_for("key", open_assignment("demo")).tables["stage_deck"].items()))
    sheet = classroom.sheet("八个小故事")
    cell = classroom.cell(sheet, row, "阶段")
    cell.fill(wanted["stage"])
    cell.press("Enter")
    classroom.expect_saved(sheet)
    classroom.expect_state(cell, "right")
    classroom.picture("stages-deck", sheet)

    assert not classroom.tracebacks()
    block.evaluate("node => node.id = 'choices-under-test'")
    found = Axe().run(page, context="#choices-under-test").response["violations"]
    assert not [one["id"] for one in found if one["impact"] in GRAVE], found
