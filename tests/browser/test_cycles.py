"""第 06 课在真浏览器里：滑块用键盘拨，图与句子跟着换；填一格马上有对错。

回测的几格不跑（很慢，别处测过）；其余的整课跑一遍，页面上没有英文的调用栈。
"""

from __future__ import annotations

LESSON = "06_dynamic_cycle"


def test_sliders_move_the_picture_and_a_filled_cell_is_judged(classroom):
    classroom.keep_cells(LESSON, lambda cell: ".trial" not in "".join(cell["source"]))
    classroom.open_and_run(LESSON)
    for place, block in enumerate(classroom.sliders(3)):
        classroom.turn(block)
        classroom.picture(f"cycles-sliders-{place}", block)
    sheet = classroom.fill_right("一步一步写出再购曲线", "repurchase_curve", "还在看的", "at_risk")
    classroom.picture("cycles-sheet", sheet)
    classroom.expect_no_faults(".lab-sliders")
