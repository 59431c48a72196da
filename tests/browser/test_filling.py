"""实训表在真浏览器里：键盘、粘贴、理由、撤销、两个窗口、内核死了，什么都不丢。"""

from __future__ import annotations

import random

import pytest
from classroom import SECONDS
from playwright.sync_api import expect

from lifecycle_lab.answers import default_path, encode
from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for

LESSON = "04_rfm_training"
INDICATORS = ("recency", "frequency", "monetary")


@pytest.fixture(scope="module")
def right():
    """示范学号的标准答案：表 → 行 → 列 → 文字。"""
    return answers_for("key", open_assignment("demo")).tables


def test_the_keyboard_alone_completes_lesson_04(classroom, right):
    """表4-2 到表4-5 全用键盘：进了第一格以后，不碰鼠标。"""
    page = classroom.open_and_run(LESSON)
    keys = page.keyboard
    sheet = classroom.sheet("算出三个均值")
    classroom.enter(sheet)
    for name in INDICATORS:
        keys.type(right["table_4_2"]["mean"][name])
        keys.press("Tab")
    expect(sheet.get_by_text("这张表做完了")).to_be_visible()

    sheet = classroom.sheet("标 30 个箭头")
    classroom.enter(sheet)
    for name in INDICATORS:
        for row in right["table_4_3"].values():
            keys.press({"↑": "u", "↓": "d"}[row[name]])
            keys.press("Enter")
    expect(sheet.get_by_text("这张表做完了")).to_be_visible()
    classroom.picture("worksheet-arrows", sheet)

    sheet = classroom.sheet("定客户级别")
    classroom.enter(sheet)
    for row in right["table_4_4"].values():
        keys.type(row["pattern"].replace("↑", "u").replace("↓", "d"))
        keys.press("Tab")
        keys.type(row["segment"][:4])
        keys.press("Enter")
        keys.press("Shift+Tab")
    expect(sheet.get_by_text("这张表做完了")).to_be_visible()
    classroom.picture("worksheet-levels", sheet)

    sheet = classroom.sheet("营销策略")
    expect(sheet.locator("tbody tr")).to_have_count(len(right["table_4_5"]))
    classroom.enter(sheet)
    for row in right["table_4_5"].values():
        for text in (row["customer_count"], row["money_share"], row["strategy"][:60]):
            keys.insert_text(text)
            keys.press("Tab")
    expect(sheet.get_by_text("这张表做完了")).to_be_visible(timeout=10 * SECONDS)
    classroom.picture("worksheet-strategies", sheet)
    saved = classroom.answers()["tables"]
    assert {name: saved[name] for name in ("table_4_2", "table_4_3", "table_4_4")} == {
        name: right[name] for name in ("table_4_2", "table_4_3", "table_4_4")
    }
    assert classroom.tracebacks() == []


def test_a_block_from_a_spreadsheet_is_pasted_and_read_back(classroom, right):
    page = classroom.open_and_run(LESSON)
    sheet = classroom.sheet("标 30 个箭头")
    classroom.enter(sheet)
    spelled = {"↑": "⬆ ", "↓": "下"}
    lines = ["\t".join(spelled[row[name]] for name in INDICATORS) for row in right["table_4_3"].values()]
    classroom.paste("\r\n".join(lines) + "\r\n")
    expect(sheet.get_by_text("这张表做完了")).to_be_visible()
    expect(sheet.get_by_text("粘贴了 30 格。")).to_be_visible()
    first = sheet.locator("input").first
    assert first.input_value() in ("↑", "↓")
    page.keyboard.press("Control+z")
    expect(sheet.get_by_text("已填 0/30 格")).to_be_visible()


def test_full_width_digits_and_units_are_read_and_shown_back(classroom, right):
    classroom.open_and_run(LESSON)
    sheet = classroom.sheet("算出三个均值")
    classroom.enter(sheet)
    wide = right["table_4_2"]["mean"]["recency"].translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})
    classroom.page.keyboard.insert_text(f"{wide}级 ")
    classroom.page.keyboard.press("Tab")
    cell = sheet.locator("input").first
    classroom.expect_state(cell, "right")
    assert cell.input_value() == right["table_4_2"]["mean"]["recency"]
    cell.focus()
    expect(sheet.locator(".lab-reason")).to_contain_text(f"读作 {cell.input_value()}")


def test_a_wrong_arrow_says_why_and_can_be_put_right(classroom, right):
    classroom.open_and_run(LESSON)
    sheet = classroom.sheet("标 30 个箭头")
    row, arrows = next(iter(right["table_4_3"].items()))
    cell = classroom.cell(sheet, row, "F")
    cell.click()
    classroom.page.keyboard.press("d" if arrows["frequency"] == "↑" else "u")
    classroom.expect_state(cell, "wrong")
    expect(sheet.locator(".lab-reason")).to_contain_text("F=")
    assert cell.get_attribute("aria-invalid") == "true"
    classroom.picture("wrong-arrow", sheet)
    classroom.page.keyboard.press("u" if arrows["frequency"] == "↑" else "d")
    classroom.expect_state(cell, "right")
    assert classroom.answers()["tables"]["table_4_3"][row]["frequency"] == arrows["frequency"]


def test_menus_hints_and_the_solution_after_a_try(classroom, right):
    page = classroom.open_and_run(LESSON)
    sheet = classroom.sheet("标 30 个箭头")
    sheet.get_by_role("button", name="参考答案").click()
    expect(sheet.locator(".lab-panel")).to_contain_text("先认真试一次")
    for number in (1, 2, 3):
        sheet.get_by_role("button", name="提示").click()
        expect(sheet.locator(".lab-hint")).to_contain_text(f"提示 {number}/3")
    cell = classroom.cell(sheet, next(iter(right["table_4_3"])), "M")
    cell.focus()
    page.keyboard.press("F2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(cell).to_have_value("↓")
    classroom.paste("\n".join(["↑\t↓\t↑"] * 10), sheet.locator("input").first)
    expect(sheet.get_by_text("已填 30/30 格")).to_be_visible()
    sheet.get_by_role("button", name="检查").click()
    expect(sheet.locator(".lab-summary")).to_contain_text("30 格")
    sheet.get_by_role("button", name="参考答案").click()
    expect(sheet.locator(".lab-solution table")).to_be_visible()
    sheet.get_by_role("button", name="下一处").click()
    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    classroom.picture("check-and-solution", sheet)


def test_two_windows_show_both_versions_and_the_student_chooses(classroom, right):
    """同一份答案，两本笔记本、两个内核：第二个窗口不会悄悄盖掉第一个。"""
    other = classroom.copy_lesson("04_rfm_training", "04_again")
    first = classroom.open_and_run(LESSON)
    second = classroom.open_and_run(other, classroom.new_page())
    row = next(iter(right["table_4_3"]))
    here, there = (classroom.sheet("标 30 个箭头", page) for page in (first, second))
    classroom.cell(here, row, "R").press("u")
    classroom.expect_saved(here)
    classroom.cell(there, row, "R").press("d")
    box = there.locator(".lab-conflict")
    expect(box).to_contain_text("另一个窗口里也改了")
    expect(box.locator("tbody tr").first).to_contain_text("↑")
    expect(box.locator("tbody tr").first).to_contain_text("↓")
    classroom.picture("conflict", there)
    box.get_by_role("button", name="留这个窗口的").first.click()
    expect(box).to_be_empty()
    assert classroom.answers()["tables"]["table_4_3"][row]["recency"] == "↓"


def test_a_killed_kernel_loses_nothing(classroom, right):
    """填着填着内核被杀，正在打的一格也还在：重开、运行，全都回来。"""
    page = classroom.open_and_run(LESSON)
    sheet = classroom.sheet("标 30 个箭头")
    rows = list(right["table_4_3"])
    cell = classroom.cell(sheet, rows[0], "R")
    cell.press("u")
    classroom.expect_saved(sheet)
    # 先停住再打字再杀：JupyterLab 一发现内核死了就弹框抢光标，打字要抢在它前头
    classroom.freeze_kernels()
    typed = classroom.cell(sheet, rows[1], "R")
    typed.press("d")
    expect(typed).to_have_value("↓")
    classroom.kill_kernels()
    page.wait_for_timeout(7 * SECONDS)  # 内核没有回应，表要说出来
    classroom.picture("kernel-killed")
    page.reload()
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=90 * SECONDS)
    classroom.idle()
    classroom.run_all()
    sheet = classroom.sheet("标 30 个箭头")
    expect(classroom.cell(sheet, rows[0], "R")).to_have_value("↑")
    expect(classroom.cell(sheet, rows[1], "R")).to_have_value("↓")
    saved = classroom.answers()["tables"]["table_4_3"]
    assert (saved[rows[0]]["recency"], saved[rows[1]]["recency"]) == ("↑", "↓")


def test_an_essay_typed_at_a_human_pace_is_never_its_own_conflict(classroom):
    """停笔就存，存的时候接着打：自己不会与自己冲突，打的字一个不少（停顿按固定种子的对数正态）。"""
    assignment = open_assignment("demo")
    path = default_path(
        classroom.folder / "answers", f"{assignment.course.assignment}-survey", assignment.student_id
    )
    path.parent.mkdir()
    path.write_bytes(encode(answers_for("blank", assignment).with_text("a13_stages", "先写了一题。")))
    page = classroom.open_and_run("09_review")
    sheet = classroom.sheet("思考题二")
    classroom.enter(sheet)
    chance = random.Random(20261124)
    text = "因为不同的客户需要不同的照顾，" * 8
    for letter in text:
        page.keyboard.insert_text(letter)
        page.wait_for_timeout(min(1200, chance.lognormvariate(4.2, 1.2)))
    page.keyboard.press("Tab")
    classroom.expect_saved(sheet)
    expect(sheet.locator(".lab-input")).to_have_value(text)
    expect(sheet.locator(".lab-conflict")).to_be_empty()
    assert classroom.answers()["text"]["a13_why"] == text


def test_arrows_changed_faster_than_they_are_saved_end_as_typed(classroom, right):
    page = classroom.open_and_run(LESSON)
    sheet = classroom.sheet("标 30 个箭头")
    classroom.enter(sheet)
    page.keyboard.type("ududdu")
    expect(sheet.locator("input").first).to_have_value("↑")
    page.wait_for_timeout(2 * SECONDS)
    expect(sheet.locator(".lab-conflict")).to_be_empty()
    assert classroom.answers()["tables"]["table_4_3"][next(iter(right["table_4_3"]))]["recency"] == "↑"


def test_two_hundred_wrong_actions_and_no_bare_traceback(classroom):
    """乱按、乱粘、乱点 200 次（种子固定）：页面上没有一段英文调用栈，答案文件始终读得出。"""
    page = classroom.open_and_run(LESSON)
    chance = random.Random(20261124)
    boxes = page.locator(".lab-input")
    buttons = page.locator(".lab-buttons button:enabled:visible")
    junk = [
        "<script>alert(1)</script>",
        "=1+1",
        "１２３",
        "🙂",
        "↑↓",
        "-5",
        "1e309",
        "NaN",
        " ",
        "上上下",
        "'" * 80,
        "%s{}",
    ]
    for _ in range(200):
        act = chance.randrange(6)
        box = boxes.nth(chance.randrange(boxes.count()))
        if act == 0:
            box.fill(chance.choice(junk))
        elif act == 1:
            classroom.paste("\t".join(chance.choices(junk, k=5)) + "\n" + chance.choice(junk), box)
        elif act == 2:
            buttons.nth(chance.randrange(buttons.count())).click()
        elif act == 3:
            box.press(
                chance.choice(
                    ["Enter", "Escape", "Delete", "Tab", "F2", "Control+z", "Shift+Enter", "ArrowUp"]
                )
            )
        elif act == 4:
            box.press("d")
            box.press("d")  # JupyterLab 的删格快捷键：在表里不许生效
        else:
            box.fill("")
    page.wait_for_timeout(2 * SECONDS)
    assert classroom.tracebacks() == []
    assert page.locator(".jp-CodeCell").count() >= 20
    assert classroom.answers()["format"] == 1
    assert page.locator("script:has-text('alert(1)')").count() == 0
