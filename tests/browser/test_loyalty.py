"""第 08 课在真浏览器里：两组滑块用键盘拨，图与句子跟着换；填一格马上有对错；页面上没有调用栈。"""

from __future__ import annotations


def test_sliders_move_and_a_filled_cell_is_judged(classroom):
    classroom.open_and_run("08_loyalty")
    for place, block in enumerate(classroom.sliders(2)):
        classroom.turn(block)
        classroom.picture(f"loyalty-sliders-{place}", block)
    sheet = classroom.fill_right("亲手算一次 α", "alpha_table", "总分", "total")
    classroom.picture("loyalty-sheet", sheet)
    classroom.expect_no_faults(".lab-sliders")
