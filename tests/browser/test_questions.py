"""概念题在真浏览器里：五种题型全用键盘、讲解、axe、两个窗口、内核死了再补存。"""

from __future__ import annotations

import json

from classroom import SECONDS, Classroom, grave_faults
from playwright.sync_api import Locator, Page, expect

from lifecycle_lab.content import course
from lifecycle_lab.exercises.quiz_choices import lettered
from lifecycle_lab.exercises.quiz_feedback import right_answer

ITEMS = course().quiz
LESSON = "04_rfm_training"
CELLS = (
    "from lifecycle_lab import open_lab\nfrom lifecycle_lab.widgets.quiz import ScreenQuiz",
    f'lab = open_lab("demo")\nquiz = ScreenQuiz("{LESSON}", lab.assignment, lab.file)\nquiz',
)


def opened(classroom: Classroom, name: str = "quiz", page: Page | None = None) -> Page:
    """一本只有概念题的笔记本，全部运行。"""
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for i, source in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    document = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (classroom.folder / f"{name}.ipynb").write_text(json.dumps(document), encoding="utf-8")
    page = classroom.open_and_run(name, page)
    expect(page.locator(".lab-quiz")).to_be_visible(timeout=60 * SECONDS)
    return page


def question(page: Page, name: str) -> Locator:
    """一题，按题目找。"""
    return page.get_by_role("group", name=ITEMS[name].prompt)


def expect_outcome(box: Locator, word: str) -> None:
    expect(box.locator(".lab-outcome")).to_contain_text(word, timeout=15 * SECONDS)


def letters(name: str) -> dict[str, int]:
    """选项 → 显示在第几个（从 0 起）。"""
    return {choice.id: i for i, choice in enumerate(lettered(ITEMS[name], "DEMO").values())}


def answer_by_keyboard(page: Page, box: Locator, name: str) -> None:
    """进了这一题的第一个控件以后只按键。"""
    keys, item, places = page.keyboard, ITEMS[name], letters(name)
    box.locator("input, select, ol button").first.focus()
    if item.kind == "single":
        for _ in range(places[right_answer(item)]):
            keys.press("ArrowDown")
        keys.press("Space")
    elif item.kind == "multiple":
        for choice in sorted(item.choices, key=lambda choice: places[choice.id]):
            if choice.correct:
                keys.press("Space")
            keys.press("Tab")
        keys.press("Enter")
    elif item.kind == "matching":
        for left in item.lefts:
            keys.type("ABCDEFGHI"[places[left]])
            keys.press("Tab")
        keys.press("Enter")
    elif item.kind == "numeric":
        keys.type(right_answer(item))
        keys.press("Enter")
    else:
        sort_by_keyboard(page, box, [choice.text for choice in item.choices])


def sort_by_keyboard(page: Page, box: Locator, wanted: list[str]) -> None:
    """Tab 走到那一项，Alt+↑ 移上去；一项一项来。"""
    for place, text in enumerate(wanted):
        button = box.get_by_role("button", name=f"上移：{text}")
        button.focus()
        for _ in range(len(wanted)):
            if box.locator("ol li").nth(place).get_attribute("data-text") == text:
                break
            page.keyboard.press("Alt+ArrowUp")
            expect(button).to_be_focused()
            expect(box.locator(".lab-status")).to_contain_text("现在是第")
    box.get_by_role("button", name="确定").focus()
    page.keyboard.press("Enter")


def test_every_kind_is_answered_by_keyboard_and_nothing_grave_is_found(classroom):
    page = opened(classroom)
    assert grave_faults(page, ".lab-quiz") == []
    for name in ("beyond_money", "question_faults", "centre_words", "training_steps", "mean_level"):
        box = question(page, name)
        answer_by_keyboard(page, box, name)
        expect_outcome(box, "✓ 对。")
        assert classroom.answers()["quiz"][name] == right_answer(ITEMS[name])
    expect(page.locator(".lab-progress")).to_contain_text("答对 5")
    assert grave_faults(page, ".lab-quiz") == []
    assert classroom.tracebacks() == []
    classroom.picture("quiz", page.locator(".lab-quiz"))


def test_walking_through_the_choices_answers_nothing(classroom):
    """方向键只走不选；按空格才答，答错只讲选了的那一项。"""
    page = opened(classroom)
    box = question(page, "beyond_money")
    box.locator("input").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    expect(box.locator("input:checked")).to_have_count(0)
    assert not list((classroom.folder / "answers").glob("*.json"))
    wrong = next(c for c in ITEMS["beyond_money"].choices if not c.correct)
    box.get_by_label(wrong.text).check()
    expect_outcome(box, "× 错。")
    shown = page.content()
    assert [c.id for c in ITEMS["beyond_money"].choices if c.why in shown] == [wrong.id]
    right = next(c for c in ITEMS["beyond_money"].choices if c.correct)
    box.get_by_label(right.text).check()
    expect_outcome(box, "✓ 对。")
    box.locator("summary").click()
    for choice in ITEMS["beyond_money"].choices:
        expect(box.get_by_text(choice.why)).to_be_visible()


def test_two_windows_show_both_answers_and_the_student_chooses(classroom):
    one = opened(classroom)
    two = opened(classroom, "again", classroom.new_page())
    first, second = (question(page, "important") for page in (one, two))
    first.locator("input").nth(0).check()
    expect(first.locator(".lab-status")).to_contain_text("已存好")
    second.locator("input").nth(1).check()
    expect(second.locator(".lab-conflict")).to_contain_text("那边是 A")
    expect(second.locator(".lab-status")).to_be_empty()
    assert grave_faults(two, ".lab-quiz") == []
    classroom.picture("quiz-conflict", second)
    second.get_by_role("button", name="留这个窗口的").click()
    expect(second.locator(".lab-conflict")).to_be_empty()
    expect(second.locator("input").nth(1)).to_be_checked()
    (chosen,) = [name for name, place in letters("important").items() if place == 1]
    assert classroom.answers()["quiz"] == {"important": chosen}


def test_a_killed_kernel_loses_no_answer(classroom):
    page = opened(classroom)
    classroom.freeze_kernels()  # JupyterLab 一发现内核死了就弹框，点选要赶在它前头
    box, draft = question(page, "money_bins"), question(page, "up_marks")
    box.locator("input").nth(2).check()
    draft.locator("input").nth(1).check()  # 还没按“确定”
    classroom.kill_kernels()
    expect(page.locator(".lab-quiz > .lab-alarm")).to_contain_text("记在这个浏览器里", timeout=30 * SECONDS)
    page = opened(classroom)  # 重新打开，从头运行
    box, draft = question(page, "money_bins"), question(page, "up_marks")
    expect(box.locator(".lab-status")).to_contain_text("已存好")
    expect(draft.locator("input").nth(1)).to_be_checked()
    expect(draft.locator(".lab-status")).to_contain_text("还没有按")
    (chosen,) = [name for name, place in letters("money_bins").items() if place == 2]
    assert classroom.answers()["quiz"] == {"money_bins": chosen}
