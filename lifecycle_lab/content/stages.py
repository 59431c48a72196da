"""阶段模型的内容：stages.toml → 各模型的阶段、对照用的位置、放阶段的规则；stories.toml → 故事与街上的人。

位置是 0 到 1 的精确分数；一个模型里的阶段从左到右、互不重叠。缺项、多项、互相矛盾 → ContentError。
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from lifecycle_lab.content import data_folder
from lifecycle_lab.content.records import Record, every, read_nest, unique
from lifecycle_lab.content.sentences import read_sentences
from lifecycle_lab.content.stage_words import FIELDS
from lifecycle_lab.schema import ContentError, quote

FOUR = "four"
MODELS = (
    FOUR,
    "states",
    "buying",
    "relation",
    "periods",
    "investment",
    "views",
    "contact",
    "path",
    "managed",
    "behaviour",
    "dynamic",
)
FOUR_STAGES = ("exploration", "formation", "stability", "decline")
PERIOD_STAGES = ("introduction", "trial", "growth", "maturity", "dormancy")
_OPTIONAL = ("aim", "focus", "telecom", "shop", "investment", "contribution", "question", "dispute", "filled")
_NEEDED = {
    FOUR: ("aim", "focus", "telecom", "shop"),
    "states": ("telecom", "shop"),
    "investment": ("investment", "contribution"),
    "views": ("question",),
}
_RULE = (
    "quiet",
    "slow",
    "falling",
    "settled_purchases",
    "settled_cycles",
    "growing_purchases",
    "growing_cycles",
    "trend_purchases",
    "trial_purchases",
)


@dataclass(frozen=True)
class StageText:
    """一个阶段。start、end: 在共同的轴上从哪里到哪里；dispute: 起点有争议就说为什么，没有是空。

    marks 标志，levers 手段；aim 中心目标，focus 保持的重点，telecom、shop 例子，investment、contribution 企业的投入与客户的贡献，
    question 这一视角要回答的问题，filled 补全了什么：模型不说的是空。share 是典型占比（百分之几），没有是 0。
    """

    id: str
    label: str
    english: str
    fact: str
    start: Fraction
    end: Fraction
    marks: str
    levers: tuple[str, ...]
    share: int
    aim: str
    focus: str
    telecom: str
    shop: str
    investment: str
    contribution: str
    question: str
    dispute: str
    filled: str


@dataclass(frozen=True)
class StageModel:
    """一种阶段模型：按什么划分，适合回答什么，哪里是补全的；stages 次序同文件。"""

    id: str
    title: str
    fact: str
    divides: str
    good_for: str
    caution: str
    stages: Mapping[str, StageText]


@dataclass(frozen=True)
class StageContent:
    """整份 stages.toml；models 次序同 MODELS，rule 是放阶段的规则的界限，quiet_tried 是拿来比较的几种“安静”。"""

    rule: Mapping[str, Fraction]
    quiet_tried: tuple[Fraction, ...]
    models: Mapping[str, StageModel]


def read_stages(path: Path) -> StageContent:
    """一份 stages.toml → 内容。"""
    top = read_nest(path)
    rule = top.section("rule")
    numbers = {name: _number(rule, name) for name in _RULE}
    tried = _tried(rule, numbers["slow"])
    rule.finish()
    models = every(top, "model", MODELS, _model)
    top.finish()
    return StageContent(MappingProxyType(numbers), tried, models)


def _tried(record: Record, slow: Fraction) -> tuple[Fraction, ...]:
    values = record.need("quiet_tried", list, "方括号里的一列数")
    parts = [Record(record.where, {"quiet_tried": value}) for value in values]  # type: ignore[union-attr]
    found = tuple(_number(part, "quiet_tried") for part in parts)
    if len(found) < 2 or list(found) != sorted(set(found)) or found[0] <= slow:
        raise ContentError(
            "要从小到大的几个数，每个都大于 slow。",
            where=record.at("quiet_tried"),
            remedy="写成 [1.5, 2, 3]。",
        )
    return found


def _number(record: Record, key: str) -> Fraction:
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1000:
        raise ContentError(
            f"{quote(value)} 不是这里能用的数。",
            where=record.at(key),
            remedy="写成 0 到 1000 的数，如 0.25。",
        )
    return Fraction(value)


def _model(record: Record) -> StageModel:
    name = record.one_of("id", MODELS, "认得的模型")
    stages = unique(record.children("stage"), functools.partial(_stage, _NEEDED.get(name, ())))
    if not stages:
        raise ContentError("一个阶段也没有。", where=record.where, remedy="写几条 [[model.stage]]。")
    _check_order(record, list(stages.values()))
    expected = {FOUR: FOUR_STAGES, "periods": PERIOD_STAGES}.get(name, tuple(stages))
    if tuple(stages) != expected:
        raise ContentError(
            "阶段与程序认得的不一样。", where=record.where, remedy=f"恰好按次序写：{'、'.join(expected)}。"
        )
    if (total := sum(stage.share for stage in stages.values())) not in (0, 100):
        raise ContentError(f"典型占比合计 {total} %。", where=record.where, remedy="改成 100。")
    texts = [record.text(key) for key in ("title", "fact", "divides", "good_for", "caution")]
    return StageModel(name, *texts, stages)


def _stage(needed: tuple[str, ...], record: Record) -> StageText:
    levers = record.texts("levers")
    if not levers:
        raise ContentError("一个手段也没有。", where=record.at("levers"), remedy="至少写一个。")
    optional = {
        key: record.text(key) if key in needed or record.get(key) is not None else "" for key in _OPTIONAL
    }
    return StageText(
        id=record.text("id"),
        label=record.text("label"),
        english=record.text("english"),
        fact=record.text("fact"),
        start=_number(record, "start"),
        end=_number(record, "end"),
        marks=record.text("marks"),
        levers=levers,
        share=record.whole("share", 1, 100) if record.get("share") is not None else 0,
        **optional,
    )


def _check_order(record: Record, stages: list[StageText]) -> None:
    for stage in stages:
        if not 0 <= stage.start < stage.end <= 1:
            raise ContentError(
                f"{quote(stage.id)} 的位置不对。", where=record.where, remedy="0 ≤ start < end ≤ 1。"
            )
    for before, after in pairwise(stages):
        if after.start < before.end:
            raise ContentError(
                f"{quote(after.id)} 与前一个阶段重叠。", where=record.where, remedy="从左到右，一个接一个。"
            )


# ---- 故事与街上的人 ----


@dataclass(frozen=True)
class Told:
    """一个选项：文字、对不对、选了它以后说的话。"""

    text: str
    correct: bool
    why: str


@dataclass(frozen=True)
class Story:
    """一位客户的小故事：stage 是四阶段之一；stages 每个阶段一句讲解；marks、levers 各三个选项，恰好一个对。"""

    id: str
    industry: str
    text: str
    stage: str
    stages: Mapping[str, str]
    marks: tuple[Told, ...]
    levers: tuple[Told, ...]


@dataclass(frozen=True)
class Passer:
    """街上的一个人：看得见什么；needs 猜需要，asks 先要知道什么；value 是关于价值能说到哪里。"""

    id: str
    label: str
    text: str
    needs: tuple[Told, ...]
    asks: tuple[Told, ...]
    stage: str
    value: str


@dataclass(frozen=True)
class Stories:
    """整份 stories.toml。"""

    stories: Mapping[str, Story]
    street: Mapping[str, Passer]


def read_stories(path: Path) -> Stories:
    """一份 stories.toml → 内容；选项不是恰好一个对、讲解重复 → ContentError。"""
    top = read_nest(path)
    stories, street = unique(top.children("story"), _story), unique(top.children("passer"), _passer)
    top.finish()
    told = [why for story in stories.values() for why in _whys(story)]
    told += [one.why for who in street.values() for one in (*who.needs, *who.asks)]
    if double := next((why for i, why in enumerate(told) if why in told[:i]), None):
        raise ContentError(
            f"讲解 {quote(double)} 出现了两次。", where=top.where, remedy="每个选项写自己的一句。"
        )
    return Stories(stories, street)


def _whys(story: Story) -> list[str]:
    return [*story.stages.values(), *(one.why for one in (*story.marks, *story.levers))]


def _story(record: Record) -> Story:
    said = record.section("stages")
    stages = MappingProxyType({name: said.text(name) for name in FOUR_STAGES})
    said.finish()
    return Story(
        record.text("id"),
        record.text("industry"),
        record.text("text"),
        record.one_of("stage", FOUR_STAGES, "四个阶段之一"),
        stages,
        _options(record, "marks"),
        _options(record, "levers"),
    )


def _passer(record: Record) -> Passer:
    return Passer(
        record.text("id"),
        record.text("label"),
        record.text("text"),
        _options(record, "needs"),
        _options(record, "asks"),
        record.text("stage"),
        record.text("value"),
    )


def _options(record: Record, key: str) -> tuple[Told, ...]:
    found = []
    for child in record.children(key):
        found.append(Told(child.text("text"), child.get("correct") is True, child.text("why")))
        child.finish()
    if len(found) != 3 or sum(one.correct for one in found) != 1:
        raise ContentError(
            "要三个选项，恰好一个对。", where=record.at(key), remedy="对的那个写 correct = true，别的不写。"
        )
    return tuple(found)


# ---- 每个进程读一次 ----


@functools.cache
def stages() -> StageContent:
    return read_stages(data_folder() / "course" / "stages.toml")


@functools.cache
def stories() -> Stories:
    return read_stories(data_folder() / "course" / "stories.toml")


@functools.cache
def stage_words() -> Mapping[str, str]:
    """第 01 课里程序说的话：stage_lesson.toml。"""
    return read_sentences(data_folder() / "course" / "stage_lesson.toml", FIELDS)
