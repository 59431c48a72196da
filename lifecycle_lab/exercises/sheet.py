"""笔记本里的一张实训表：fill、check、hint、solution，改一格存一格。

学生用代码填（`sheet.fill({...})`）与在屏幕上填（widgets）走的是同一条路：
写下的原文进答案文件，核对时才规范化，并把认出的样子显示出来。
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping

from lifecycle_lab.answers import Answers, AnswersFile, set_cells, set_text
from lifecycle_lab.content import Exercise
from lifecycle_lab.exercises import checks, showing
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.checks import Outcome, asked
from lifecycle_lab.exercises.entries import as_text, read_entry
from lifecycle_lab.exercises.forms import Cell, Form, form
from lifecycle_lab.exercises.keys import key
from lifecycle_lab.exercises.modes import as_typed, example_strategy
from lifecycle_lab.exercises.reasons import format_reason, say
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.exercises.window import Window
from lifecycle_lab.export import Table, html_text
from lifecycle_lab.reading import halfwidth
from lifecycle_lab.schema import INDICATOR_KEYS, AnswerConflict, AnswerFileError, ParameterError, quote
from lifecycle_lab.tables import MEAN_ROW, Filling, headings


class Sheet(Window):
    """一张实训表。"""

    def __init__(self, exercise_id: str, assignment: Assignment, file: AnswersFile) -> None:
        self.form: Form = form(exercise_id, assignment)
        self.assignment = assignment
        super().__init__(file)

    @property
    def exercise(self) -> Exercise:
        return self.form.exercise

    def fill(self, values: object) -> Shown:
        """填几格并存好。values 可以写成：

        {"C012": {"recency": "↑", "M": "↓"}}   一行几格，列可用编号、列名或 R、F、M
        {"C012": "↑↓↑"}                        一行三个箭头；列表 ["↑", "↓", "↑"] 也行
        {"recency": 3.4, "F": 2.1}             只有一行要填的表
        "一段文字"                              文字题
        认不出的行或列不存，并说出是哪一个；认得的格照样存下。
        """
        changes, unknown = self._locate(values)
        if not changes and not unknown:
            return Shown((*self._notice(), "这次一格也没有填；要填，就在花括号里写上行与内容。"))
        if changes:
            self.write(changes)
        if unknown:
            saved = f"别的 {len(changes)} 格已经存好。" if changes else ""
            raise ParameterError(
                f"没有认出 {unknown[0]}。{saved}",
                where=self.exercise.title,
                remedy=f"行：{'、'.join(map(self._row_name, self.form.rows))}；列：{'、'.join(self._headings())}。",
            )
        return Shown((self._saved(changes), *self.show().blocks))

    def _saved(self, changes: Mapping[Cell, str]) -> str:
        """存了几格；读不懂的当场说，不等检查。"""
        entries = self.form.read(self.seen)
        unread = [cell for cell in changes if not (entries[cell].is_blank or entries[cell].is_readable)]
        reasons = [format_reason(self.form, self.assignment, cell, entries[cell]) for cell in unread]
        return " ".join([f"已存 {len(changes)} 格。", *dict.fromkeys(reasons)])

    def _locate(self, values: object) -> tuple[dict[Cell, str], list[str]]:
        changes: dict[Cell, str] = {}
        unknown: list[str] = []
        for row, given in self._rows(values):
            name = self.row_named(row)
            for written, column, value in self.columns_of(given):
                if name is None:
                    unknown.append(f"{quote(row)} 这一行")
                elif column is None:
                    unknown.append(written)
                else:
                    changes[name, column] = as_text(value)
        return changes, unknown

    def _rows(self, values: object) -> list[tuple[object, object]]:
        """写法 → （行，这一行写的东西）；只有一行要填的表可以省去行名。"""
        only = self.form.rows[0]
        if isinstance(values, Mapping):
            named = len(self.form.rows) > 1 or all(self.row_named(row) for row in values)
            return list(values.items()) if named else [(only, values)]
        if len(self.form.cells) > 1:
            raise ParameterError(
                f"看不出 {quote(values)} 该填在哪一行。",
                where=self.exercise.title,
                remedy=f"写明行与列，如 fill({{{self._row_name(only)!r}: {{{self._headings()[0]!r}: …}}}})。",
            )
        return [(only, {next(iter(self.form.kinds)): values})]

    def _row_name(self, row: str) -> str:
        return showing.row_name(row, self.assignment.rule)

    def row_named(self, row: object) -> str | None:
        """行名：原样的先认；其次不分全角半角、大小写，级别可以省去“客户”，均值行可以写“均值”（或“中位数”）。"""
        if str(row) in self.form.rows:
            return str(row)
        labels = {_plain(name): name for name in self.form.rows}
        labels |= {_plain(self._row_name(MEAN_ROW)): MEAN_ROW} if MEAN_ROW in self.form.rows else {}
        return labels.get(_plain(row)) or labels.get(_plain(f"{row}客户"))

    def columns_of(self, given: object) -> list[tuple[str, str | None, object]]:
        """一行里写的东西 → （写的列名，列或 None，值）。"""
        columns = list(self.form.kinds)
        if isinstance(given, Mapping):
            return [
                (f"{quote(name)} 这一列", self.column_named(name), value) for name, value in given.items()
            ]
        if given is None or given == "":
            return [(name, name, "") for name in columns]
        values = [given] if len(columns) == 1 and not isinstance(given, list | tuple) else given
        if set(columns) == set(INDICATOR_KEYS) and isinstance(given, str):
            values = _three_arrows(given)
        if not isinstance(values, list | tuple) or len(values) != len(columns):
            return [
                (f"{quote(given)}：这一行有 {len(columns)} 格（{'、'.join(self._headings())}）", None, given)
            ]
        return [(name, name, value) for name, value in zip(columns, values, strict=True)]

    def column_named(self, name: object) -> str | None:
        """列名：编号、R、F、M、指标名、内容文件里的列名，或表上印的列名（带单位与方向）。"""
        text = self.assignment.course.tables.get(self.exercise.id)
        aliases = {label: key for key, label in text.columns.items()} if text else {}
        aliases |= {label: key for key, label in self._printed().items()}
        aliases |= {i.letter: i.key for i in self.assignment.indicators}
        aliases |= {i.label: i.key for i in self.assignment.indicators}
        aliases |= {column: column for column in self.form.kinds}
        known = {_plain(alias): column for alias, column in aliases.items() if column in self.form.kinds}
        return known.get(_plain(name)) or _only_part(_plain(name), known)

    def _printed(self) -> dict[str, str]:
        """表上印的三列列名（带单位与方向）。"""
        text = self.assignment.course.tables.get(self.exercise.id)
        shown = [i for i in self.assignment.indicators if text and i.key in text.columns]
        return headings(text, shown, self.assignment.rule)

    def _headings(self) -> list[str]:
        """要填的各列，写成表上的列名。"""
        text = self.assignment.course.tables.get(self.exercise.id)
        return [text.columns[column] if text else column for column in self.form.kinds]

    def write(self, changes: Mapping[Cell, str], seen: Mapping[Cell, str] | None = None) -> None:
        """把几格的原文存好；返回时已在盘上。seen: 动笔时看到的原文，不给就是这个窗口最后看到的。

        别的窗口改了同一格 → AnswerConflict，一格也不写；写不进去 → AnswerFileError。
        """
        name = self.exercise.id
        base = {cell: self.form.stored(self.seen, cell) for cell in changes} | dict(seen or {})
        try:
            if self.exercise.answer == "text":
                (cell, text), *_ = changes.items()
                self.seen = self._update(lambda fresh: set_text(fresh, {name: text}, {name: base[cell]}))
            else:
                self.seen = self._update(lambda fresh: set_cells(fresh, name, changes, base))
        except AnswerConflict:
            # 两份都已留下；再填一次就是看过对方的内容之后的决定
            self.seen = self._read()
            raise

    def show(self) -> Shown:
        """现在填到哪里。"""
        self.seen = self._read()
        return Shown((*self._notice(), self._table() or self._text()))

    def _table(self, outcome: Outcome | None = None) -> Table | None:
        return showing.filled_table(self.form, self.assignment, self.seen, outcome)

    def _text(self) -> str:
        return self.seen.text.get(self.exercise.id, "") or say(self.assignment, "blank")

    def _repr_html_(self) -> str:
        return f"<p>{html_text(self.exercise.prompt)}</p>" + self.show()._repr_html_()

    def __repr__(self) -> str:
        return f"{self.exercise.prompt}\n\n{self.show()}"

    def outcome(self) -> Outcome:
        """这个窗口看到的内容核对的结果；不记次数。"""
        return checks.check(self.exercise.id, self.assignment, self.seen)

    def check(self) -> Shown:
        """核对：每格一个结果；认出的误解先说，逐格的理由在后。"""
        self.seen = self._read()
        outcome = self.outcome()
        try:
            self._count(outcome)
        except AnswerFileError as error:  # 记不上次数也要给学生看结果
            self._news.append(f"这次没有记上检查次数：{error.what}")
        named = [f"【{m.title}】{m.message}" for m in outcome.found]
        found = (self._table(outcome), showing.details(outcome, self.assignment))
        blocks = [*self._notice(), showing.summary(outcome, self.assignment), *named]
        return Shown((*blocks, *(table for table in found if table)))

    def _count(self, outcome: Outcome) -> None:
        """记一次尝试：一格没填、或与上次检查时一字不差的（重开笔记本也记得），不另计。"""
        filled = [[c.row, c.column, c.entry.text] for c in outcome.cells if not c.entry.is_blank]
        checked = int(hashlib.sha256(json.dumps(filled).encode()).hexdigest()[:12], 16)
        before = self.seen.attempt(self.exercise.id)
        if not filled or before.get("checked") == checked:
            return
        enough = sum(cell.entry.is_readable for cell in outcome.cells) >= self._needed(len(outcome.cells))
        self._attempt(
            lambda old: {"checks": old["checks"] + 1, "tried": old["tried"] or enough, "checked": checked}
        )

    def hint(self) -> Shown:
        """下一条提示；三条由浅入深，说完从头再来。"""
        if not self.assignment.course.allowed.hints:
            return Shown((say(self.assignment, "hints_closed"),))
        attempt = self._attempt(lambda old: {"hints": old["hints"] + 1})
        hints = self.exercise.hints
        number = (attempt["hints"] - 1) % len(hints) + 1
        again = (
            ["三条提示都看过了，从头再来；认真试过以后，可以看参考答案（solution）。"]
            if attempt["hints"] > len(hints)
            else []
        )
        text = say(self.assignment, "hint", number=number, total=len(hints), text=hints[number - 1])
        return Shown((*self._notice(), *again, text))

    def _attempt(self, change: Callable[[dict], dict]) -> dict:
        """在最新的文件上改次数：两个窗口各记各的，都不丢。

        不动 seen：别的窗口填的格这里没有显示过，不能算这个窗口看到了。
        """
        name = self.exercise.id
        changed = self._update(lambda fresh: fresh.with_attempt(name, **change(fresh.attempt(name))))
        return changed.attempt(name)

    def _needed(self, cells: int) -> int:
        """cells 格里填满几格（读得懂的才算）并检查过，才算认真试过。"""
        return max(1, math.ceil(cells * self.assignment.course.thresholds.real_try_share))

    def solution(self) -> Shown:
        """认真试过之后给出答案；没有试过就说还差多少。"""
        if not self.assignment.course.allowed.solution:
            return Shown((say(self.assignment, "solution_closed"),))
        fresh = self._read()
        if not fresh.attempt(self.exercise.id)["tried"]:
            return Shown((self._locked(fresh),))
        self._attempt(lambda _: {"solution": True})
        rubric = [self._rubric()] if self.exercise.rubric else []
        if self.exercise.answer == "text":
            return Shown(("思考题没有唯一的答案，老师按下面几条评阅。", *rubric))
        right = key(self.form, self.assignment)
        shown = {cell: as_typed(self.form.kinds[cell[1]], value) for cell, value in right.items()}
        cells = self._key_cells(right)
        shown |= {cell: example_strategy(self.assignment, cell[0]) for cell in cells if cell[1] == "strategy"}
        table = showing.laid_out(self.form, self.assignment, Filling(shown), cells)
        example = "；策略只是示例，你的可以不同" if rubric else ""
        return Shown((f"参考答案（不是你填的{example}）：", table, *rubric))

    def _key_cells(self, right: Mapping[Cell, object]) -> tuple[Cell, ...]:
        """表4-5 的答案只列有人的类型。"""
        return tuple(cell for cell in self.form.cells if right.get((cell[0], "customer_count"), 1))

    def _locked(self, fresh: Answers) -> str:
        entries = self.form.read(fresh)
        cells = asked(self.form, self.assignment, fresh)
        filled = sum(entries[cell].is_readable for cell in cells)
        counts = {"filled": filled, "total": len(cells), "needed": self._needed(len(cells))}
        return say(self.assignment, "solution_locked", **counts)

    def _rubric(self) -> Table:
        rows = tuple((line.text, str(line.points)) for line in self.exercise.rubric)
        return Table("评分标准", ("看什么", "分"), rows)


def _plain(name: object) -> str:
    """比较行名列名用：全角半角、大小写、空白都不分。"""
    return "".join(halfwidth(str(name)).casefold().split())


def _only_part(name: str, known: Mapping[str, str]) -> str | None:
    """列名的一截（“金额”“策略”）：至少两个字，而且只可能是一列；两列都像就不猜。"""
    columns = {column for alias, column in known.items() if len(name) >= 2 and name in alias}
    return columns.pop() if len(columns) == 1 else None


def _three_arrows(text: str) -> list[str]:
    """一行三个箭头：连着写，或用空格、顿号隔开；读不出组合就按原样分成三段，各自去“格式不对”。"""
    pattern = read_entry("pattern", text).value
    words = text.split()
    return list(pattern or (words if len(words) == 3 else text.strip()))
