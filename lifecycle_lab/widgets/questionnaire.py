"""屏幕上的问卷：表4-1 一题一题地答，有毛病的题当场指出来，提交一份加进班级问卷一份。

与用代码填的是同一个对象：答得对不对、收在哪里，都由 Interview 说。
答案只在消息里走，不写进控件的状态：笔记本存下控件的样子时，里面没有谁的答案。
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lifecycle_lab import survey
from lifecycle_lab.content import Course, Item
from lifecycle_lab.exercises.interview import Interview, near
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.schema import LabError, ParameterError

if TYPE_CHECKING:
    from lifecycle_lab.widgets.screen import Screen


class InterviewForm(Interview):
    """显示在屏幕上、可以直接答的 Interview；正在屏幕上填的一份在浏览器里，与 answer 记下的不是同一份。"""

    _screen: Screen | None = None

    def __init__(self, course: Course, path: Path | str, drafter: str = "") -> None:
        """drafter: 没提交的草稿记在浏览器里谁的名下；几个人共用一台电脑，各看各的。"""
        super().__init__(course, path)
        self._drafter = drafter
        self._problems: dict[str, str] = {}
        self._refused = False
        self._done: list[str] = []
        self._tallied = ""

    def submit(self) -> Shown:
        return self._redrawn(super().submit())

    def withdraw(self, customer_id: str = "") -> Shown:
        return self._redrawn(super().withdraw(customer_id))

    def _redrawn(self, shown: Shown) -> Shown:
        """用代码加了、撤了一份，屏幕上的份数跟着变。"""
        self._count_again()
        if self._screen:
            self._screen.redraw()
        return shown

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        from lifecycle_lab.widgets.screen import bundle

        return bundle(self._on_screen(), self._repr_html_(), repr(self))

    def _on_screen(self) -> Screen:
        """这份问卷的控件；显示几次都是同一个，份数每次重新数过。"""
        self._count_again()
        if self._screen is None:
            verbs = {
                "look": self._look,
                "submit": self._submit,
                "withdraw": self._withdraw,
                "again": self._again,
            }
            self._screen = _questionnaire_screen()(self._draw, verbs)
        self._screen.redraw()
        return self._screen

    # ── 动词：网页发来的消息 ─────────────────────────────────────────

    def _look(self, message: Mapping) -> str:
        """答完一题：读不懂的当场说；提交过一次没成的，连同没填与矛盾一起重看。"""
        self._take(message)
        unread = {column: answer.why for column, answer in self.answers.items() if answer.why}
        self._problems = self.problems() if self._refused else unread
        return ""

    def _submit(self, message: Mapping) -> str:
        self._take(message)
        self._problems = self.problems()
        self._refused = bool(self._problems)
        if self._refused:
            raise ParameterError(f"还没有提交：有 {len(self._problems)} 题要改。填好的都还在。")
        self._done = [str(block) for block in self.submit().blocks]
        return ""

    def _withdraw(self, _: Mapping) -> str:
        said = self.withdraw()
        self._again({})
        return "\n".join(map(str, said.blocks[:1]))

    def _again(self, _: Mapping) -> str:
        """换一份空的。"""
        self.clear()
        self._problems, self._refused, self._done = {}, False, []
        return ""

    def _take(self, message: Mapping) -> None:
        """answers: {列名：原文}；不是这份问卷的题不看。"""
        items = {item.column: item for item in self.form.items}
        given = {str(column): str(text) for column, text in message["answers"].items()}
        self.answers = {
            column: survey.read_answer(text, items[column], coded=True)
            for column, text in given.items()
            if column in items
        }

    def _count_again(self) -> None:
        """数据表坏了也照样显示问卷，坏在哪里写在份数那一行。"""
        try:
            self._tallied = self.tally()
        except LabError as error:
            self._tallied = str(error)

    # ── 样子：写给网页的数据，里面没有答案 ───────────────────────────

    def _draw(self) -> dict[str, object]:
        return {
            "title": self.form.title,
            "introduction": self.form.introduction.strip(),
            "privacy": self.privacy(),
            "closing": self.form.closing.strip(),
            "stash": f"questionnaire/{self._drafter}/{near(self.pool.path)}",
            "items": [_item(number, item) for number, item in enumerate(self.form.items, start=1)],
            "problems": self._problems,
            "tally": self._tallied,
            "done": self._done,
        }


def _item(number: int, item: Item) -> dict[str, object]:
    return {
        "column": item.column,
        "number": number,
        "text": item.text,
        "required": item.column in survey.RFM_COLUMNS,
        "options": _options(item),
        "unit": item.unit,
        "hint": _hint(item),
    }


def _options(item: Item) -> list[dict[str, str]]:
    """单选的各项；推荐分一分一项；填数的题没有。"""
    if item.kind == "nps":
        return [{"code": str(score), "label": str(score)} for score in range(item.low, item.high + 1)]
    return [{"code": option.code, "label": option.label} for option in item.options]


def _hint(item: Item) -> str:
    hints = {"whole": "整数", "money": "可以写到分"}
    return f"{hints[item.kind]}，{item.low:,} 到 {item.high:,}" if item.kind in hints else ""


@cache
def _questionnaire_screen() -> type[Screen]:
    """到要显示的时候才引入 ipywidgets：只用代码填的人不必等它。"""
    from lifecycle_lab.widgets.screen import STYLE, Screen, script

    style = Path(__file__).with_name("questionnaire.css").read_text(encoding="utf-8")
    return type("QuestionnaireScreen", (Screen,), {"_esm": script("questionnaire.js"), "_css": STYLE + style})
