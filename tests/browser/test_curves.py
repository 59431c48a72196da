"""第 02 课在真浏览器里：两组滑块用键盘拨，图与句子跟着换；一局记得最好的一次；填一格马上有对错。"""

from __future__ import annotations

from playwright.sync_api import expect


def test_curves_move_the_game_remembers_and_a_filled_cell_is_judged(classroom):
    classroom.open_and_run("02_life_curves")
    curve, game = classroom.sliders(2)
    classroom.turn(curve, "ArrowLeft")  # 早一个月离开
    classroom.picture("curves-sliders-0", curve)
    classroom.turn(game)  # 信任多花一元
    classroom.picture("curves-sliders-1", game)
    expect(game.get_by_role("status")).to_contain_text("到目前最好的一次")
    sheet = classroom.fill_right("从每月交易额读出阶段的终点", "stage_ends", "考察期到", "exploration")
    classroom.picture("curves-sheet", sheet)
    classroom.expect_no_faults(".lab-sliders")
