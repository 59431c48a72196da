"""案例：显示一步与它的选择；`choose` 交出下一步，自己不变，所以一格运行几次都一样(C9、C11)。"""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle_lab import loyalty
from lifecycle_lab.content.loyalty_cases import CaseStep, CaseText, loyalty_cases
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab.loyalty_words import columns, say
from lifecycle_lab.schema import ParameterError, quote


@dataclass(frozen=True)
class Case:
    """走到一半的案例。chosen: 到现在为止的选择。"""

    text: CaseText
    chosen: tuple[str, ...] = ()

    def choose(self, *choices: str) -> Case:
        """选一个（或连着几个），得到下一步的 Case；没有这个选择 → ParameterError。"""
        path = (*self.chosen, *(choice.strip().upper() for choice in choices))
        loyalty.walk(self.text.graph, path)
        return Case(self.text, path)

    @property
    def steps(self) -> list[CaseStep]:
        return [self.text.steps[name] for name in loyalty.walk(self.text.graph, self.chosen)]

    @property
    def is_over(self) -> bool:
        return not self.steps[-1].choices

    def shown(self) -> Shown:
        """开场或上一个选择的讲解，现在这一步，可选的几样。"""
        *passed, now = self.steps
        blocks: list[str | Table] = [say("said.case", title=self.text.title, count=len(self.chosen))]
        blocks += [] if passed else [self.text.opening]
        for step, name in zip(passed, self.chosen, strict=True):
            choice = step.choices[name]
            blocks.append(say("said.chosen", step=step.text, name=name, text=choice.text, why=choice.why))
        blocks.append(now.text)
        if self.is_over:
            return Shown((*blocks, say("said.case_over")))
        rows = tuple((choice.id, choice.text) for choice in now.choices.values())
        return Shown(
            (*blocks, Table(say("title.choices"), columns("choice", "action"), rows, say("said.choose")))
        )

    def endings(self) -> Table:
        """每一种结局，哪几种走法通到那里：走过一遍以后再看。"""
        paths = loyalty.every_path(self.text.graph)
        reached: dict[str, list[str]] = {}
        for path in paths:
            reached.setdefault(loyalty.walk(self.text.graph, path)[-1], []).append("".join(path))
        rows = tuple((self.text.steps[end].text, "、".join(found)) for end, found in reached.items())
        title, note = say("title.endings", title=self.text.title), say("said.endings", count=len(paths))
        return Table(title, columns("ending", "path"), rows, note)

    def _repr_html_(self) -> str:
        return self.shown()._repr_html_()

    def __repr__(self) -> str:
        return str(self.shown())


def open_case(name: str) -> Case:
    """tv（修不好的电视）或 best（谁是最好的客户）。"""
    if name not in loyalty_cases():
        raise ParameterError(f"没有案例 {quote(name)}。", remedy=f"可用的：{'、'.join(loyalty_cases())}。")
    return Case(loyalty_cases()[name])
