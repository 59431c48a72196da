"""第 07 课在真浏览器里：滑块用键盘拨，图与句子跟着换；填一格马上有对错；整课没有英文的调用栈。"""

from __future__ import annotations


def test_the_plane_moves_and_a_filled_cell_is_judged(classroom):
    classroom.open_and_run("07_value")
    (block,) = classroom.sliders(1)
    classroom.turn(block, handle=1)
    assert "ΔS" in block.locator("img").get_attribute("alt")
    classroom.picture("value-sliders", block)
    sheet = classroom.fill_right("年金系数：一行一行", "annuity_lines", "你的数", "value")
    classroom.picture("value-sheet", sheet)
    classroom.expect_no_faults(".lab-sliders")
