"""屏幕上的实训表：一张真正的表，边填边核对，改一格存一格。

与用代码填的是同一个对象：`lab.table_4_3` 显示出来可以填，`lab.table_4_3.fill({...})` 填了，屏幕上的表跟着变。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from lifecycle_lab.answers import Answers
from lifecycle_lab.exercises import checks, showing
from lifecycle_lab.exercises.checks import Outcome, asked
from lifecycle_lab.exercises.entries import ARROW_SIGNS
from lifecycle_lab.exercises.forms import Cell
from lifecycle_lab.exercises.keys import own_centres
from lifecycle_lab.exercises.pasting import paste
from lifecycle_lab.exercises.sheet import Sheet
from lifecycle_lab.export import Table
from lifecycle_lab.schema import DOWN, UP, AnswerConflict, ParameterError
from lifecycle_lab.tables import Filling

if TYPE_CHECKING:
    from lifecycle_lab.widgets.screen import Screen

_STATIC_NOTE = (
    "这是上一次运行时的样子。填过的都在答案文件里：点菜单“运行 → 运行所有单元格”，就都回来，接着在表里填。"
)
_UNDO_STEPS = 200
_NOT_YET = "填完表4-4，再在这里写"


class Worksheet(Sheet):
    """显示在屏幕上、可以直接填的 Sheet。"""

    _screen: Screen | None = None

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        from lifecycle_lab.widgets.screen import bundle

        html = f'<p class="lab-note">{_STATIC_NOTE}</p>{self._repr_html_()}'
        return bundle(self._on_screen(), html, repr(self))

    def _on_screen(self) -> Screen:
        """这张表的控件；同一张表显示几次都是同一个，样子总是一样。"""
        if self._screen is None:
            self._conflict: dict[Cell, tuple[str, str]] = {}
            self._steps: list[dict[Cell, tuple[str, str]]] = []
            self._panel: dict[str, object] = {}
            self._screen = _worksheet_screen()(self._draw, self._verbs())
            self.file.listeners.append(self._changed)
        self.seen = self._read()
        self._screen.redraw()
        return self._screen

    def _verbs(self) -> dict:
        return {
            "fill": self._fill,
            "paste": self._paste,
            "undo": self._undo,
            "check": self._check,
            "hint": self._hint,
            "solution": self._solution,
            "resolve": self._resolve,
            "look": self._look,
        }

    def _changed(self, answers: Answers) -> None:
        """同一份答案在别处（别的表、代码）存了：这张表也跟着变。"""
        self.seen = answers
        if self._screen:
            self._screen.redraw()

    # ── 动词：网页发来的消息 ─────────────────────────────────────────

    def _fill(self, message: Mapping) -> str:
        """cells: [[行，列，原文，动笔时看到的原文], …]。"""
        changes, seen = {}, {}
        for row, column, text, base in message["cells"]:
            cell = self._own_cell(row, column)
            changes[cell], seen[cell] = str(text), str(base)
        return self._keep(changes, seen)

    def _paste(self, message: Mapping) -> str:
        at = self._own_cell(message["row"], message["column"])
        pasted = paste(self, self._wanted(), str(message["text"]), at)
        seen = {cell: self.form.stored(self.seen, cell) for cell in pasted.changes}
        said = self._keep(pasted.changes, seen)
        return "\n".join(filter(None, [pasted.said, said]))

    def _undo(self, _: Mapping) -> str:
        """退回上一步；那几格若又被别处改过，就照冲突办。"""
        if not self._steps:
            return "没有可以撤销的了。"
        step = self._steps.pop()
        before = {cell: old for cell, (old, _) in step.items()}
        self._write(before, {cell: new for cell, (_, new) in step.items()})
        return f"撤销了 {len(step)} 格。"

    def _check(self, _: Mapping) -> str:
        self.check()
        outcome = self.outcome()
        self._panel["found"] = [f"【{m.title}】{m.message}" for m in outcome.found]
        self._panel["summary"] = showing.summary(outcome, self.assignment)
        return ""

    def _hint(self, _: Mapping) -> str:
        self._panel["hint"] = "\n".join(map(str, self.hint().blocks))
        return ""

    def _solution(self, _: Mapping) -> str:
        self._panel["solution"] = [
            replace(block, note="").html()  # 表注在上面正填着的那一张下面，不说两遍
            if isinstance(block, Table)
            else f"<p>{showing.html_text(block)}</p>"
            for block in self.solution().blocks
        ]
        return ""

    def _look(self, _: Mapping) -> str:
        """回到这一页时看一眼文件：别的窗口改过的就显示出来。"""
        self.seen = self._read()
        return ""

    def _resolve(self, message: Mapping) -> str:
        """choices: [[行，列，"mine" 或 "theirs"], …]；没有选的还留着。"""
        mine: dict[Cell, str] = {}
        seen: dict[Cell, str] = {}
        for row, column, choice in message["choices"]:
            theirs, own = self._conflict.pop((row, column), (None, None))
            if choice == "mine" and own is not None:
                mine[row, column], seen[row, column] = own, theirs
        return self._keep(mine, seen)

    # ── 存 ───────────────────────────────────────────────────────────

    def _own_cell(self, row: object, column: object) -> Cell:
        if (row, column) not in self.form.cells:
            raise ParameterError("这一格不在这张表里，没有存。", where=self.exercise.title)
        return str(row), str(column)

    def _keep(self, changes: dict[Cell, str], seen: Mapping[Cell, str]) -> str:
        """存好并记下一步，好撤销；没有改动的不算。"""
        before = {cell: self.form.stored(self.seen, cell) for cell in changes}
        kept = self._write(changes, seen)
        step = {cell: (before[cell], text) for cell, text in kept.items() if before[cell] != text}
        if step:
            self._steps = [*self._steps[-_UNDO_STEPS:], step]
        for cell in kept:  # 又写了一次，就是选了这个窗口的
            self._conflict.pop(cell, None)
        for stale in ("summary", "found", "news"):
            self._panel.pop(stale, None)
        return ""

    def _write(self, changes: dict[Cell, str], seen: Mapping[Cell, str]) -> dict[Cell, str]:
        """写得进去的都写；另一个窗口刚改过的那几格留给学生选，别的照样存下。返回存下的。"""
        if not changes:
            return {}
        try:
            self.write(changes, seen)
            return changes
        except AnswerConflict:
            clashing = {cell for cell in changes if self._clashes(cell, changes[cell], seen[cell])}
            if not clashing:
                raise
            self._conflict |= {c: (self.form.stored(self.seen, c), changes[c]) for c in clashing}
            return self._write({c: t for c, t in changes.items() if c not in clashing}, seen)

    def _clashes(self, cell: Cell, mine: str, seen: str) -> bool:
        return self.form.stored(self.seen, cell) not in (seen, mine)

    # ── 样子：写给网页的数据 ─────────────────────────────────────────

    def _wanted(self) -> tuple[Cell, ...]:
        return asked(self.form, self.assignment, self.seen)

    def _draw(self) -> dict[str, object]:
        outcome, wanted = self.outcome(), self._wanted()
        return {
            "title": self.exercise.title,
            "prompt": self.exercise.prompt,
            "owner": self.assignment.student_id,
            "stash": f"{self.file.path.stem}/{self.exercise.id}",
            "signs": ARROW_SIGNS,
            **self._grid(wanted),
            "cells": {_address(c.row, c.column): self._cell(c) for c in outcome.cells},
            "progress": _progress(outcome, self.assignment.course.reasons),
            "news": self._heard(),
            "undo": len(self._steps),
            "conflict": [
                {"row": row, "column": column, "theirs": theirs, "mine": mine}
                for (row, column), (theirs, mine) in self._conflict.items()
            ],
            **self._panel,
        }

    def _heard(self) -> list[str]:
        """答案文件要说的话，留到下一次填写；每句只说一遍。"""
        self._panel["news"] = list(dict.fromkeys([*self._panel.get("news", []), *self._notice()]))
        return self._panel["news"]

    def _grid(self, wanted: tuple[Cell, ...]) -> dict[str, object]:
        """表的行列；要填的格是 null，别的是给出的文字。"""
        if self.exercise.answer == "text":
            rows = [{"key": self.form.rows[0], "label": "", "given": [None], "beside": {}}]
            columns = [self._column("text", "")]
            return {"caption": "", "note": "", "aside": "", "columns": columns, "rows": rows}
        table = showing.laid_out(self.form, self.assignment, Filling(), wanted)
        keys = list(self.assignment.course.tables[self.exercise.id].columns)
        rows = [self._row(line, keys, set(wanted)) for line in table.rows]
        columns = [self._column(key, label) for key, label in zip(keys, table.columns, strict=True)]
        words = {"caption": table.title, "note": table.note, "aside": self._own_centres()}
        return {**words, "columns": columns, "rows": rows}

    def _own_centres(self) -> str:
        """比较的时候不用翻回去：学生在表4-2 写下的均值（或中位数），对不对都照样写。"""
        own = own_centres(self.assignment, self.seen) if self.exercise.answer == "marks" else {}
        shown = [
            f"{i.letter} {own[i.key].shown} {i.unit}" for i in self.assignment.indicators if i.key in own
        ]
        named = self.assignment.rule.centre_name
        return f"你在表4-2 写的{named}：{'，'.join(shown)}" if shown else ""

    def _row(self, line: tuple[str, ...], keys: list[str], wanted: set[Cell]) -> dict[str, object]:
        shown_as = {showing.row_name(name, self.assignment.rule): name for name in self.form.rows}
        key = shown_as.get(line[0], line[0])
        not_yet = {column: _NOT_YET for column, kind in self.form.kinds.items() if kind == "text"}
        given = [
            None if (key, column) in wanted else text or not_yet.get(column, "")
            for column, text in zip(keys, line, strict=True)
        ]
        return {"key": key, "label": line[0], "given": given, "beside": self._values(key)}

    def _values(self, row: str) -> dict[str, str]:
        """表4-3 每一格要比的值，写在箭头前面。"""
        if self.exercise.answer != "marks":
            return {}
        customer = self.assignment.sample[self.form.rows.index(row)]
        return {i.key: f"{i.text(getattr(customer, i.key))} {i.unit}" for i in self.assignment.indicators}

    def _column(self, key: str, label: str) -> dict[str, object]:
        kind = self.form.kinds.get(key, "")
        unit = "%" if kind == "percent" else self.form.units.get(key, "")
        return {"key": key, "label": label, "kind": kind, "unit": unit, "options": self._options(key, kind)}

    def _options(self, key: str, kind: str) -> list[str]:
        """选单里的词；要自己写的列没有。"""
        if kind == "arrow":
            return [UP, DOWN]
        if kind == "segment":
            return list(dict.fromkeys(self.assignment.segments.values()))
        return list(self.form.words.get(key, ()))

    def _cell(self, cell: checks.CellOutcome) -> dict[str, str]:
        names, entry = self.assignment.course.reasons, cell.entry
        return {
            "text": entry.text,
            "shown": entry.shown or entry.text,
            "status": cell.status,
            "word": names[f"outcome.{cell.status}"],
            "reason": showing.why(cell, self.assignment),
        }


def _address(row: str, column: str) -> str:
    return f"{row}/{column}"


def _progress(outcome: Outcome, names: Mapping[str, str]) -> dict[str, object]:
    counts: Counter[str] = outcome.counts
    total = len(outcome.cells)
    words = "，".join(f"{names[f'outcome.{s}']} {counts[s]}" for s in checks.STATUSES if counts[s])
    return {"done": total - counts[checks.BLANK], "total": total, "words": words, "passed": outcome.passed}


@cache
def _worksheet_screen() -> type[Screen]:
    """到要显示的时候才引入 ipywidgets：只用代码填的人不必等它。"""
    from lifecycle_lab.widgets.screen import Screen, script

    return type("WorksheetScreen", (Screen,), {"_esm": script("worksheet.js")})
