"""屏幕上的概念题：选了就存，马上看到为什么。

与用代码答的是同一个对象：`lab.quiz("04_rfm_training")` 显示出来可以答，`.answer(3, "B")` 答了，屏幕上跟着变。
没选的选项的讲解、选项的编号，答对以前都不送到网页里。
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from lifecycle_lab.answers import Answers, AnswersFile
from lifecycle_lab.content.shapes import QuizItem
from lifecycle_lab.exercises import review
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.quiz import Quiz
from lifecycle_lab.exercises.quiz_choices import Stored, chosen_letters, lettered, read_choice, spoken
from lifecycle_lab.exercises.quiz_feedback import BLANK, Feedback, Remark
from lifecycle_lab.schema import AnswerConflict

if TYPE_CHECKING:
    from lifecycle_lab.widgets.screen import Screen

_STATIC_NOTE = "这是不连着内核时的样子；在 JupyterLab 里运行这一格，就能直接答。"


class ScreenQuiz(Quiz):
    """显示在屏幕上、可以直接答的 Quiz。"""

    _screen: Screen | None = None

    @property
    def stash(self) -> str:
        """网页里还没存上的答案放在哪个名下。"""
        return f"quiz-{self.lesson}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        from lifecycle_lab.widgets.screen import bundle

        html = f'{self._repr_html_()}<p class="lab-note">{_STATIC_NOTE}</p>'
        return bundle(self._on_screen(), html, repr(self))

    def _on_screen(self) -> Screen:
        """这些题的控件；显示几次都是同一个，样子总是一样。"""
        if self._screen is None:
            self._conflict: dict[str, tuple[Stored, Stored]] = {}
            self._told: list[str] = []
            verbs = {"answer": self._answer, "resolve": self._resolve, "look": self._look}
            self._screen = _quiz_screen()(self._draw, verbs)
            self.file.listeners.append(self._changed)
        self.seen = self._read()
        self._screen.redraw()
        return self._screen

    def _changed(self, answers: Answers) -> None:
        """同一份答案在别处（别的表、代码）存了：这些题也跟着变。"""
        self.seen = answers
        if self._screen:
            self._screen.redraw()

    # ── 动词：网页发来的消息 ─────────────────────────────────────────

    def _answer(self, message: Mapping) -> str:
        """item: 编号；choice: 选项的文字（或几个）；base: 动笔时看到的，按存的样子。"""
        item = self.item(message["item"])
        self._told = []
        self._keep(item, read_choice(item, self.assignment.student_id, message["choice"]), message["base"])
        return ""

    def _keep(self, item: QuizItem, choice: Stored, base: Stored) -> None:
        """存好；另一个窗口刚改过的，两份都留给学生选。"""
        self._conflict.pop(item.id, None)
        try:
            self.write({item.id: choice}, {item.id: base})
        except AnswerConflict:
            self._conflict[item.id] = (self.seen.quiz.get(item.id, ""), choice)

    def _resolve(self, message: Mapping) -> str:
        """choice: "mine" 留这个窗口的，别的都是留文件里的。"""
        item = self.item(message["item"])
        theirs, mine = self._conflict.pop(item.id, ("", ""))
        if message["choice"] == "mine":
            self._keep(item, mine, theirs)
        return ""

    def _look(self, _: Mapping) -> str:
        """回到这一页时看一眼文件：别的窗口改过的就显示出来。"""
        self.seen = self._read()
        return ""

    # ── 样子：写给网页的数据 ─────────────────────────────────────────

    def _draw(self) -> dict[str, object]:
        words = self.assignment.course.quiz_words
        return {
            **{name: words[name] for name in ("title", "note", "keyboard", "others")},
            "stash": f"{self.file.path.stem}/{self.stash}",
            "summary": self.summary(),
            "done": len(self.items) - self.counts()[BLANK],
            "news": self._heard(),
            "items": [self._item(number, item) for number, item in enumerate(self.items, start=1)],
        }

    def _heard(self) -> list[str]:
        """答案文件要说的话，留到下一次作答；每句只说一遍。"""
        self._told = list(dict.fromkeys([*self._told, *self._notice()]))
        return self._told

    def _item(self, number: int, item: QuizItem) -> dict[str, object]:
        student, stored = self.assignment.student_id, self.seen.quiz.get(item.id, "")
        letters = lettered(item, student)
        return {
            "id": item.id,
            "number": number,
            "kind": item.kind,
            "prompt": item.prompt,
            "how": self.how(item),
            "unit": item.number.unit if item.number else "",
            "options": [{"letter": letter, "text": choice.text} for letter, choice in letters.items()],
            "lefts": list(item.lefts.values()),
            "stored": stored,
            "chosen": [str(stored)] if item.number else chosen_letters(item, student, stored),
            "conflict": self._clash(item),
            **self._judged(self.feedback(item.id)),
        }

    def _judged(self, found: Feedback) -> dict[str, object]:
        return {
            "outcome": found.outcome,
            "said": "" if found.outcome == BLANK else self.outcome_line(found),
            "remarks": [_remark(remark) for remark in found.remarks],
            "others": [_remark(remark) for remark in found.others],
        }

    def _clash(self, item: QuizItem) -> dict[str, str] | None:
        if item.id not in self._conflict:
            return None
        theirs, mine = (
            spoken(item, self.assignment.student_id, stored) for stored in self._conflict[item.id]
        )
        return {"theirs": theirs, "mine": mine}


class ScreenReview(ScreenQuiz):
    """一轮复习：全书里挑的一叠题，答案记在这一轮名下。"""

    def __init__(self, lesson: str, assignment: Assignment, file: AnswersFile, number: int) -> None:
        self.number = number
        super().__init__(lesson, assignment, file)

    @property
    def stash(self) -> str:
        return f"review-{self.number}"

    def _chosen(self, file: AnswersFile) -> tuple[QuizItem, ...]:
        course, student = self.assignment.course, self.assignment.student_id
        return review.deck(course, student, file.read(), self.number)

    def summary(self) -> str:
        """这一轮为什么是这几题；答了几题。"""
        course, student = self.assignment.course, self.assignment.student_id
        counts = review.standings(course, student, self.seen, self.number, self.items)
        told = Template(course.review.words["deck"]).substitute(counts, round=self.number)
        return f"{told}{super().summary()}"


def _remark(remark: Remark) -> dict[str, object]:
    return {"label": remark.label, "text": remark.text, "right": remark.right, "why": remark.why}


@cache
def _quiz_screen() -> type[Screen]:
    """到要显示的时候才引入 ipywidgets：只用代码答的人不必等它。"""
    from lifecycle_lab.widgets.screen import STYLE, Screen, script

    style = Path(__file__).with_name("quiz.css").read_text(encoding="utf-8")
    return type("QuizScreen", (Screen,), {"_esm": script("quiz.js"), "_css": STYLE + style})
