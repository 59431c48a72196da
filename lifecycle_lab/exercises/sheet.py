"""笔记本里的一张实训表：fill、check、hint、solution，改一格存一格。

学生用代码填（`sheet.fill({...})`）与将来在屏幕上填走的是同一条路：
写下的原文进答案文件，核对时才规范化，并把认出的样子显示出来。
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from lifecycle_lab.answers import Answers, AnswersFile, set_cells, set_text
from lifecycle_lab.content import Exercise
from lifecycle_lab.exercises import checks, showing
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.checks import Outcome, asked
from lifecycle_lab.exercises.entries import as_text
from lifecycle_lab.exercises.forms import Cell, Form, form
from lifecycle_lab.exercises.keys import key
from lifecycle_lab.exercises.modes import as_typed
from lifecycle_lab.exercises.reasons import say
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table, html_text
from lifecycle_lab.schema import INDICATOR_KEYS, AnswerConflict, ParameterError, quote
from lifecycle_lab.tables import Filling


class Sheet:
    """一张实训表。seen 记着这个窗口最后看到的内容：别的窗口改了同一格，存的时候就会说出来。"""

    def __init__(self, exercise_id: str, assignment: Assignment, file: AnswersFile) -> None:
        self.form: Form = form(exercise_id, assignment)
        self.assignment = assignment
        self.file = file
        self.seen: Answers = file.read()
        self._checked: dict[Cell, str] = {}

    @property
    def exercise(self) -> Exercise:
        return self.form.exercise

    def fill(self, values: object) -> Shown:
        """填几格并存好。values 可以写成：

        {"C012": {"recency": "↑", "M": "↓"}}   一行几格，列可用编号、列名或 R、F、M
        {"C012": "↑↓↑"}                        一行三个箭头
        {"recency": 3.4, "F": 2.1}             只有一行要填的表
        "一段文字"                              文字题
        认不出的行或列不存，并说出是哪一个；认得的格照样存下。
        """
        changes, unknown = self._locate(values)
        if changes:
            self._save(changes)
        if unknown:
            raise ParameterError(
                f"这张表里没有 {quote(unknown[0])}。",
                where=self.exercise.title,
                why=f"别的 {len(changes)} 格已经存好。" if changes else "",
                remedy=f"行：{'、'.join(self.form.rows)}；列：{'、'.join(self.form.kinds)}。",
            )
        return self.show()

    def _locate(self, values: object) -> tuple[dict[Cell, str], list[str]]:
        if not isinstance(values, Mapping):
            values = {self.form.rows[0]: {next(iter(self.form.kinds)): values}}
        if len(self.form.rows) == 1 and not set(values) <= set(self.form.rows):
            values = {self.form.rows[0]: values}
        changes: dict[Cell, str] = {}
        unknown: list[str] = []
        for row, given in values.items():
            name = self._row(row)
            for column, value in self._columns(given).items():
                if name is None or column is None:
                    unknown.append(str(row if name is None else value[0]))
                else:
                    changes[name, column] = as_text(value[1])
        return changes, unknown

    def _row(self, row: object) -> str | None:
        wanted = {str(row).strip(), f"{str(row).strip()}客户", str(row).strip().upper()}
        return next((name for name in self.form.rows if name in wanted), None)

    def _columns(self, given: object) -> dict[str | None, tuple[str, object]]:
        """一行里写的东西 → {列： （写的列名，值）}；认不出的列记在 None 下面。"""
        columns = list(self.form.kinds)
        if not isinstance(given, Mapping):
            arrows = str(given).split() if len(str(given).split()) == 3 else list(str(given))
            if set(columns) == set(INDICATOR_KEYS) and len(arrows) == 3:
                return {name: (name, arrow) for name, arrow in zip(columns, arrows, strict=True)}
            return {columns[0] if len(columns) == 1 else None: (str(given), given)}
        return {self._column(str(name)): (str(name), value) for name, value in given.items()}

    def _column(self, name: str) -> str | None:
        headings = self.assignment.course.tables.get(self.exercise.id)
        aliases = {column: column for column in self.form.kinds}
        aliases |= {i.letter: i.key for i in self.assignment.indicators if i.key in aliases}
        if headings:
            aliases |= {headings.columns[column]: column for column in self.form.kinds}
        return aliases.get(name.strip())

    def _save(self, changes: dict[Cell, str]) -> None:
        seen, name = self.seen, self.exercise.id
        try:
            if self.exercise.answer == "text":
                texts = {name: next(iter(changes.values()))}
                self.seen = self.file.update(lambda fresh: set_text(fresh, texts, seen.text))
            else:
                cells = {cell: seen.cell(name, *cell) for cell in changes}
                self.seen = self.file.update(lambda fresh: set_cells(fresh, name, changes, cells))
        except AnswerConflict:
            # 两份都已留下；再填一次就是看过对方的内容之后的决定
            self.seen = self.file.read()
            raise

    def show(self) -> Shown:
        """现在填到哪里。"""
        self.seen = self.file.read()
        return Shown((*self._notice(), self._table() or self._text()))

    def _notice(self) -> list[str]:
        return [self.file.notice] if self.file.notice else []

    def _table(self, outcome: Outcome | None = None) -> Table | None:
        return showing.filled_table(self.form, self.assignment, self.seen, outcome)

    def _text(self) -> str:
        return self.seen.text.get(self.exercise.id, "") or say(self.assignment, "blank")

    def _repr_html_(self) -> str:
        return f"<p>{html_text(self.exercise.prompt)}</p>" + self.show()._repr_html_()

    def __repr__(self) -> str:
        return f"{self.exercise.prompt}\n\n{self.show()}"

    def check(self) -> Shown:
        """核对：每格一个结果；认出的误解先说，逐格的理由在后。"""
        self.seen = self.file.read()
        outcome = checks.check(self.exercise.id, self.assignment, self.seen)
        self._count(outcome)
        named = [f"【{m.title}】{m.message}" for m in outcome.found]
        found = (self._table(outcome), showing.details(outcome, self.assignment))
        blocks = [*self._notice(), showing.summary(outcome, self.assignment), *named]
        return Shown((*blocks, *(table for table in found if table)))

    def _count(self, outcome: Outcome) -> None:
        """记一次尝试：一格没填、或与上次检查时一字不差的，不另计。"""
        filled = {(c.row, c.column): c.entry.text for c in outcome.cells if not c.entry.is_blank}
        if not filled or filled == self._checked:
            return
        self._checked = filled
        enough = len(filled) >= self._needed()
        self._attempt(
            lambda old: {
                "checks": old["checks"] + 1,
                "tried": old["tried"] or enough,
                "passed": outcome.passed,
            }
        )

    def hint(self) -> Shown:
        """下一条提示；三条由浅入深，说完从头再来。"""
        self._attempt(lambda old: {"hints": old["hints"] + 1})
        hints = self.exercise.hints
        number = (self.seen.attempt(self.exercise.id)["hints"] - 1) % len(hints) + 1
        return Shown((say(self.assignment, "hint", number=number, total=len(hints), text=hints[number - 1]),))

    def _attempt(self, change: Callable[[dict], dict]) -> None:
        """在最新的文件上改次数：两个窗口各记各的，都不丢。"""
        name = self.exercise.id
        self.seen = self.file.update(lambda fresh: fresh.with_attempt(name, **change(fresh.attempt(name))))

    def _needed(self) -> int:
        """填满几格并检查过，才算认真试过。"""
        cells = asked(self.form, self.assignment, self.seen)
        return max(1, math.ceil(len(cells) * self.assignment.course.thresholds.real_try_share))

    def solution(self) -> Shown:
        """认真试过之后给出答案；没有试过就说还差多少。"""
        self.seen = self.file.read()
        if not self.seen.attempt(self.exercise.id)["tried"]:
            return Shown((self._locked(),))
        self._attempt(lambda _: {"solution": True})
        rubric = [self._rubric()] if self.exercise.rubric else []
        if self.exercise.answer == "text":
            return Shown(("思考题没有唯一的答案，老师按下面几条评阅。", *rubric))
        right = key(self.form, self.assignment)
        shown = {cell: as_typed(self.form.kinds[cell[1]], value) for cell, value in right.items()}
        cells = self._key_cells(right)
        return Shown((showing.laid_out(self.form, self.assignment, Filling(shown), cells), *rubric))

    def _key_cells(self, right: Mapping[Cell, object]) -> tuple[Cell, ...]:
        """表4-5 的答案只列有人的类型。"""
        return tuple(cell for cell in self.form.cells if right.get((cell[0], "customer_count"), 1))

    def _locked(self) -> str:
        entries = self.form.read(self.seen)
        cells = asked(self.form, self.assignment, self.seen)
        filled = sum(not entries[cell].is_blank for cell in cells)
        return say(self.assignment, "solution_locked", filled=filled, total=len(cells), needed=self._needed())

    def _rubric(self) -> Table:
        rows = tuple((line.text, str(line.points)) for line in self.exercise.rubric)
        return Table("评分标准", ("看什么", "分"), rows)
