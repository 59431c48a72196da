"""读屏软件与键盘用得上：axe-core 找不到严重的毛病；课页没有向外的请求。"""

from __future__ import annotations

from classroom import grave_faults


def test_worksheets_quiz_and_questionnaire_have_no_grave_fault(classroom):
    page = classroom.open_and_run("04_rfm_training")
    sheet = classroom.sheet("标 30 个箭头")
    sheet.locator("input").first.press("u")
    classroom.expect_saved(sheet)
    levels = classroom.sheet("定客户级别")
    levels.locator(".lab-segment").first.press("F2")
    for selector in (".lab-sheet", ".lab-quiz", ".lab-form"):
        assert grave_faults(page, selector) == []


def test_a_lesson_asks_nothing_of_the_outside(classroom):
    asked: list[str] = []
    classroom.page.on("request", lambda request: asked.append(request.url))
    classroom.open_and_run("04_rfm_training")
    outside = [url for url in asked if not url.startswith((classroom.address, "data:", "blob:"))]
    assert outside == []
