"""教师的门用的话与默认规则（grading.toml）：只有评分用它，所以用到才读。"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from lifecycle_lab.content import data_folder
from lifecycle_lab.content.records import Record, read_nest, unique
from lifecycle_lab.content.sentences import sentences

CLOCKS = ("saved", "received")
_NAMES = {
    "status": "accepted older same skipped refused unassigned",
    "reason": (
        "accepted accepted_part older same skipped_system skipped_older link special unreadable "
        "deep many empty big notebook variant office page picture pdf packed unknown zip_broken "
        "zip_overlap zip_nested zip_encrypted zip_method zip_outside zip_ratio other_course "
        "bad_id class_folder demo stranger stranger_near accident "
    ),
    "flag": (
        "foreign_variant foreign_means foreign_problem other_name same_session not_canonical "
        "similar later_text late later_version "
    ),
    "sheet": "scores texts adjust exercises cells received flags statistics",
    "note": "scores texts adjust flags received cells",
    "column": (
        "student name class state saved_at receipt machine teacher late subtotal adjust total "
        "flags exercise exercise_id row column written result why misconceptions right credit "
        "wrong blank format pending score full rubric mark comment fingerprint judged note free "
        "place status reason what mean most least handed "
    ),
    "state": "handed missing unreadable",
    "page": (
        "title projector feedback who who_said missing twice strange spread spread_said "
        "spread_caption spread_alone spread_x spread_y hard hard_said hard_caption hard_x "
        "hard_none each wrong_share tried wrong_misconceptions beliefs beliefs_said beliefs_none "
        "people belief example talk example_said ask ask_none ask_said done overview "
        "overview_said belief_heard comment not_done points teacher_points waiting "
        "none footer "
    ),
    "guide": (
        "title how due paper paper_how paper_choices paper_room step_own step_shared step_open step_fill step_hand_in hints_yes "
        "hints_no solution_yes solution_no "
    ),
}
_FIELDS = {
    "reason.stranger": "student",
    "reason.stranger_near": "student near",
    "reason.accident": "kind",
    "flag.foreign_variant": "owner",
    "flag.foreign_means": "owner centre",
    "flag.foreign_problem": "exercise owner",
    "flag.other_name": "named",
    "flag.same_session": "owner",
    "flag.similar": "exercise other percent",
    "flag.late": "days percent",
    "column.machine": "title points",
    "column.teacher": "title points",
    "column.late": "title",
    "column.subtotal": "title",
    "page.who_said": "students handed missing twice unassigned refused",
    "page.spread_said": "full count mean middle",
    "page.example_said": "row column written",
    "page.overview_said": "saved receipt",
    "guide.paper_choices": "column choices",
}


@dataclass(frozen=True)
class Late:
    """迟交：clock 是 CLOCKS 之一；宽限几分钟；每天扣百分之几，至多扣百分之几。"""

    clock: str
    grace_minutes: int
    percent_per_day: int
    most_percent: int


@dataclass(frozen=True)
class Limits:
    """相似与讲评的界限；百分数都是 0 到 100 的整数。"""

    gram: int
    least_chars: int
    similar_percent: int
    common_percent: int
    fewest_common: int
    hardest: int
    examples: int


@dataclass(frozen=True)
class GradingContent:
    """words: “节.名字” → 模板。"""

    late: Late
    limits: Limits
    words: Mapping[str, str]

    def say(self, name: str, **fields: object) -> str:
        """一句话，填入写明的字段。"""
        return Template(self.words[name]).substitute(fields)


@functools.cache
def grading() -> GradingContent:
    """随本书发行的一份，每个进程读一次。"""
    return read_grading(data_folder() / "course" / "grading.toml")


def read_grading(path: Path) -> GradingContent:
    """缺一项、多一项、超出范围 → ContentError，说出文件与键。"""
    top = read_nest(path)
    rules, limits = _section(top, "rules"), _section(top, "limits")
    found = GradingContent(
        read_late(rules),
        _limits(limits),
        _words(top),
    )
    for record in (rules, limits, top):
        record.finish()
    return found


def read_late(record: Record) -> Late:
    """迟交的四项；班级的 course.toml 也这样读。"""
    return Late(
        record.one_of("clock", CLOCKS, "看哪一个时间"),
        record.whole("grace_minutes", 0, 10_000),
        record.whole("percent_per_day", 0, 100),
        record.whole("most_percent", 0, 100),
    )


def _limits(record: Record) -> Limits:
    return Limits(
        record.whole("gram", 2, 12),
        record.whole("least_chars", 10, 1000),
        record.whole("similar_percent", 1, 100),
        record.whole("common_percent", 1, 100),
        record.whole("fewest_common", 2, 1000),
        record.whole("hardest", 1, 100),
        record.whole("examples", 1, 5),
    )


def _section(top: Record, name: str) -> Record:
    return Record(f"{top.where} [{name}]", dict(top.need(name, dict, f"一节 [{name}]")))  # type: ignore[call-overload]


def _words(top: Record) -> Mapping[str, str]:
    """各节的话：缺一条、多一条、用了不该用的 $名字 → ContentError。"""
    found: dict[str, str] = {}
    for name, keys in _NAMES.items():
        fields = {key: frozenset(_FIELDS.get(f"{name}.{key}", "").split()) for key in keys.split()}
        said = sentences(_section(top, name), fields)
        found |= {f"{name}.{key}": text for key, text in said.items()}
    return found


@dataclass(frozen=True)
class SimulatedText:
    """演示班的名字与句子；parts: 组 → 可以取的几句（$shop、$number 由程序填）。"""

    surnames: tuple[str, ...]
    given: tuple[str, ...]
    classes: tuple[str, ...]
    shops: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]


@functools.cache
def simulated_text() -> SimulatedText:
    """随本书发行的演示班的文字。"""
    return read_simulated(data_folder() / "course" / "simulated_class.toml")


def read_simulated(path: Path) -> SimulatedText:
    top = read_nest(path)
    lists = (top.texts(name) for name in ("surnames", "given", "classes", "shops"))
    parts = unique(
        top.children("part"),
        lambda part: (part.text("id"), part.texts("sentences")),
        key=lambda pair: pair[0],
        value=lambda pair: pair[1],
    )
    found = SimulatedText(*lists, parts)
    top.finish()
    return found
