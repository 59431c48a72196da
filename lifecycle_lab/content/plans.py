"""教案里人写的部分（plans.toml）：用到才读。"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.content import data_folder
from lifecycle_lab.content.records import Record, read_nest, unique


@dataclass(frozen=True)
class Step:
    """一段时间做什么（分钟）。"""

    minutes: int
    what: str


@dataclass(frozen=True)
class Question:
    """要问全班的一句，与盼望听到的回答。"""

    ask: str
    expect: str


@dataclass(frozen=True)
class Plan:
    """一课的教案里人写的部分。"""

    lesson: str
    board: tuple[str, ...]
    skip: str
    project: str
    steps: tuple[Step, ...]
    questions: tuple[Question, ...]


@functools.cache
def plans() -> Mapping[str, Plan]:
    """课 → 教案；没有写的课不在里面。"""
    return read_plans(data_folder() / "course" / "plans.toml")


def read_plans(path: Path) -> Mapping[str, Plan]:
    """缺一项、多一项、写错类型 → ContentError，说出文件与键。"""
    top = read_nest(path)
    found = unique(top.children("plan"), _plan, key=lambda plan: plan.lesson)
    top.finish()
    return found


def _plan(record: Record) -> Plan:
    return Plan(
        record.text("lesson"),
        record.texts("board"),
        record.text("skip"),
        record.text("project"),
        tuple(map(_step, record.children("steps"))),
        tuple(map(_question, record.children("questions"))),
    )


def _step(record: Record) -> Step:
    found = Step(record.whole("minutes", 1, 180), record.text("what"))
    record.finish()
    return found


def _question(record: Record) -> Question:
    found = Question(record.text("ask"), record.text("expect"))
    record.finish()
    return found
