"""第 01 课在真浏览器里：下拉单换了模型，阶段与表跟着换；选一格，马上说那个选项的讲解。"""

from __future__ import annotations

from classroom import SECONDS, SLOW
from playwright.sync_api import expect

LESSON = "01_stages"
# 别的格别处跑过，这里只留要动手的
KEPT = {"title", "parameters", "about-open", "open", "exercise-stage-deck", "stage-deck"}
KEPT |= {"crosswalk-choose", "crosswalk-dropdown"}


def test_dropdowns_change_the_table_and_a_chosen_cell_explains_itself(classroom):
    classroom.keep_cells(LESSON, lambda cell: cell["id"] in KEPT)
    page = classroom.open_and_run(LESSON)
    block = page.locator(".lab-readings")
    expect(block.locator("select")).to_have_count(2, timeout=SLOW)
    block.scroll_into_view_if_needed()
    block.locator("select").first.select_option(label="四种客户状态")
    expect(block.locator("table")).to_contain_text("潜在客户", timeout=15 * SECONDS)
    block.locator("select").nth(1).select_option(label="老客户")
    expect(block.locator("caption")).to_contain_text("老客户", timeout=15 * SECONDS)
    classroom.picture("stages-choices", block)
    sheet = classroom.fill_right("八个小故事", "stage_deck", "阶段", "stage")
    classroom.picture("stages-deck", sheet)
    classroom.expect_no_faults(".lab-readings")
