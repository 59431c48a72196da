"""第 08 课的案例：loyalty_cases.toml → 一步一步的选择。每个选择都有后果与讲解，每条路都走得到结局(C9、C11)。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab import content
from lifecycle_lab.content.records import Record, first_double, read_nest, unique
from lifecycle_lab.schema import ContentError, quote


@dataclass(frozen=True)
class CaseChoice:
    """一个选择：写法、走到哪一步、为什么会这样。"""

    id: str
    text: str
    to: str
    why: str


@dataclass(frozen=True)
class CaseStep:
    """一步；没有选择的是结局。"""

    id: str
    text: str
    choices: Mapping[str, CaseChoice]


@dataclass(frozen=True)
class CaseText:
    """一个案例；steps 的第一步在最前。"""

    id: str
    title: str
    fact: str
    opening: str
    steps: Mapping[str, CaseStep]

    @property
    def graph(self) -> dict[str, dict[str, str]]:
        """步 → （选择 → 下一步），给 loyalty.walk 用。"""
        return {
            name: {choice.id: choice.to for choice in step.choices.values()}
            for name, step in self.steps.items()
        }


def loyalty_cases() -> Mapping[str, CaseText]:
    """随书的几个案例。"""
    return content.course().loyalty_cases


def read_loyalty_cases(path: Path) -> Mapping[str, CaseText]:
    """一份 loyalty_cases.toml；选择指向没有的步、讲解重复 → ContentError。有没有圈由 loyalty.every_path 看。"""
    top = read_nest(path)
    found = unique(top.children("case"), _case)
    top.finish()
    if not found:
        raise ContentError("一个案例也没有。", where=path.name, remedy="至少写一个 [[case]]。")
    whys = [
        choice.why
        for case in found.values()
        for step in case.steps.values()
        for choice in step.choices.values()
    ]
    if double := first_double(whys):
        raise ContentError(
            f"讲解 {quote(double)} 出现了两次。", where=path.name, remedy="每个选择写自己的讲解。"
        )
    return found


def _case(record: Record) -> CaseText:
    steps = unique(record.children("step"), _step)
    if not steps:
        raise ContentError("一步也没有。", where=record.at("step"), remedy="至少写一个 [[case.step]]。")
    for step in steps.values():
        for choice in step.choices.values():
            if choice.to not in steps:
                raise ContentError(
                    f"选择 {choice.id} 指向没有的一步 {quote(choice.to)}。",
                    where=f"{record.where}，步 {quote(step.id)}",
                    remedy=f"可用的：{'、'.join(steps)}。",
                )
    texts = [record.text(key) for key in ("id", "title", "fact", "opening")]
    return CaseText(*texts, steps)


def _step(record: Record) -> CaseStep:
    record.need("choices", list, "这一步的各个选择，结局写 []")
    choices = unique(record.children("choices"), _choice)
    if len(choices) == 1:
        raise ContentError(
            "只有一个选择，不成其为选择。", where=record.at("choices"), remedy="写两个以上，或写 []。"
        )
    return CaseStep(record.text("id"), record.text("text"), choices)


def _choice(record: Record) -> CaseChoice:
    return CaseChoice(*(record.text(key) for key in ("id", "text", "to", "why")))
