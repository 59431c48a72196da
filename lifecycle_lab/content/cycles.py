"""动态生命周期的内容：cycles.toml → 默认的界限与倍数、状态与频次类的名称、每种状态的策略(E2–E8)。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from lifecycle_lab.content.records import Record, every, read_nest

T = TypeVar("T")
CYCLE_CLASSES = ("high", "mid", "low", "beyond")
CYCLE_STATES = ("active", "silent", "sleeping", "lost")
WORDS = ("never", "unseen", "new", "absent", "naive", "corrected")
MOST_DAYS = 100_000
_STRATEGY = ("goal", "contact", "offer", "timing", "measure", "newcomers")


@dataclass(frozen=True)
class CycleDefaults:
    """默认的天数与倍数；class_shares、quantiles 是 0 到 1 之间的精确分数。"""

    bounds: tuple[int, int, int]
    nodes: tuple[int, int, int]
    multiples: tuple[int, int, int]
    kappa: int
    class_shares: tuple[Fraction, Fraction, Fraction]
    quantiles: tuple[Fraction, ...]


@dataclass(frozen=True)
class ClassText:
    """一个频次类的名称与说明；id 是 CYCLE_CLASSES 之一。"""

    id: str
    label: str
    meaning: str


@dataclass(frozen=True)
class StateText:
    """一种状态的名称、说明与策略；newcomers 是对只买过一次的客户的不同做法；fact 是课程事实编号。"""

    id: str
    label: str
    meaning: str
    goal: str
    contact: str
    offer: str
    timing: str
    measure: str
    newcomers: str
    fact: str


@dataclass(frozen=True)
class CycleContent:
    """整份 cycles.toml；映射只读，次序同文件。"""

    defaults: CycleDefaults
    words: Mapping[str, str]
    classes: Mapping[str, ClassText]
    states: Mapping[str, StateText]


def read_cycles(path: Path) -> CycleContent:
    """一份 cycles.toml → 内容；缺项、多项、界限不是从小到大 → ContentError。"""
    top = read_nest(path)
    content = CycleContent(
        defaults=_defaults(top.section("defaults")),
        words=_words(top.section("words")),
        classes=every(top, "class", CYCLE_CLASSES, _class),
        states=every(top, "state", CYCLE_STATES, _state),
    )
    top.finish()
    return content


def _defaults(record: Record) -> CycleDefaults:
    found = CycleDefaults(
        bounds=record.wholes("bounds", 1, MOST_DAYS, count=3),
        nodes=record.wholes("nodes", 1, MOST_DAYS, count=3),
        multiples=record.wholes("multiples", 1, MOST_DAYS, count=3),
        kappa=record.whole("kappa", 0, 1000),
        class_shares=_percents(record, "class_percents", 3),
        quantiles=_percents(record, "percents"),
    )
    record.finish()
    return found


def _percents(record: Record, key: str, count: int | None = None) -> tuple:
    return tuple(Fraction(value, 100) for value in record.wholes(key, 1, 99, count=count))


def _words(record: Record) -> Mapping[str, str]:
    found = MappingProxyType({name: record.text(name) for name in WORDS})
    record.finish()
    return found


def _class(record: Record) -> ClassText:
    name = record.one_of("id", CYCLE_CLASSES, "认得的频次类")
    return ClassText(name, record.text("label"), record.text("meaning"))


def _state(record: Record) -> StateText:
    name = record.one_of("id", CYCLE_STATES, "认得的状态")
    texts = [record.text(key) for key in ("label", "meaning", *_STRATEGY, "fact")]
    return StateText(name, *texts)
