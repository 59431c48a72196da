"""第 03、05、09 课在真浏览器里：滑块、填一格、胡写一格、没有答案时也运行到最后；表不伸出屏幕。"""

from __future__ import annotations

import pytest
from classroom import SECONDS, SLOW
from playwright.sync_api import Locator, expect


def expect_to_fit(sheet: Locator) -> None:
    """开着文件栏的 1280 像素里，表不伸出去，题面的长文字也不是一字一行。"""
    inside = "sheet => sheet.querySelector('table').getBoundingClientRect().right <= innerWidth"
    assert sheet.evaluate(inside)
    texts = [(one.inner_text(), one.bounding_box()["width"]) for one in sheet.locator("td.lab-given").all()]
    assert all(width >= 100 for text, width in texts if len(text) > 12)


def test_the_chain_moves_nonsense_is_answered_and_wide_tables_fit(classroom):
    classroom.open_and_run("03_transitions")
    (block,) = classroom.sliders(1)
    classroom.turn(block)
    sheet = classroom.sheet("填一张留存表")
    expect_to_fit(sheet)
    cell = sheet.locator(".lab-input").first
    cell.fill("=1+1 <b>")
    cell.press("Enter")
    classroom.expect_state(cell, "format")
    expect_to_fit(sheet)
    for button in ("检查", "提示", "参考答案"):
        sheet.get_by_role("button", name=button, exact=True).click()
    expect(sheet.locator(".lab-hint")).to_contain_text("提示 1/3", timeout=15 * SECONDS)
    expect_to_fit(classroom.fill_right("四个渠道", "channel_costs", "获客成本", "each"))
    classroom.picture("moves-channels", classroom.sheet("四个渠道"))
    classroom.expect_no_faults(".lab-sliders")


def test_the_row_of_the_mean_can_be_filled_and_slider_names_are_whole(classroom):
    page = classroom.open_and_run("05_beyond_ten")
    for block in classroom.sliders(2):
        classroom.turn(block)
        for label in block.locator(".widget-label").all():
            assert label.evaluate("one => one.scrollWidth <= one.clientWidth")
    sheet = classroom.fill_right("七位客户：换成中位数", "median_flip", "中心", "centre")
    expect_to_fit(sheet)
    classroom.run_all(page)  # 任一格再运行一次，填过的还在
    expect(classroom.sheet("七位客户：换成中位数").locator('[data-state="right"]')).to_have_count(
        1, timeout=SLOW
    )
    classroom.expect_no_faults(".lab-sliders")


@pytest.mark.parametrize("written", [False, True])
def test_the_review_runs_to_its_end_with_or_without_an_answer(classroom, written):
    page = classroom.open_and_run("09_review")
    shown = page.locator(".jp-OutputArea-output")
    expect(shown.filter(has_text="还没有答案可交")).to_have_count(1, timeout=SLOW)
    if written:
        essay = classroom.sheet("思考题一").locator("textarea")
        essay.fill("考察期里大家都在试。\n=1+1 <script>")
        essay.blur()
        classroom.expect_saved(classroom.sheet("思考题一"))
        classroom.run_all(page)
        expect(shown.filter(has_text="回执：")).to_have_count(1, timeout=SLOW)
        assert "<script>" in classroom.answers()["text"]["a13_stages"]
    expect(shown.filter(has_text="results.json")).to_have_count(1, timeout=SLOW)
    classroom.expect_no_faults(".lab-quiz")
