"""第 01 课的模型、对照与图鉴：stages.toml → 表与对照图(A1–A5、A8、B2–B4、B7、D6、D9)。"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from lifecycle_lab.content.stages import FOUR, StageModel, StageText, stages, stories
from lifecycle_lab.export import Table
from lifecycle_lab.lab.stage_words import model_of, percent, place, say, stage_of
from lifecycle_lab.plots.stages import AxisWords, Bar, Lane
from lifecycle_lab.stages.crosswalk import Span, alongside, closest, uncovered

_EXAMPLES = ("telecom", "shop")
_ATLAS = (
    "marks",
    "aim",
    "focus",
    "levers",
    "telecom",
    "shop",
    "share",
    "investment",
    "contribution",
    "question",
    "dispute",
    "filled",
)
_LEAST = Fraction(1, 3)
_EXTRA = ("aim", "focus", "share", "investment", "contribution", "question")


def spans(model: StageModel) -> list[Span]:
    return [Span(model.id, stage.id, stage.start, stage.end) for stage in model.stages.values()]


def models_table() -> Table:
    """十二种模型：按什么划分，有哪些阶段，适合回答什么，留意什么。"""
    columns = ("model", "divides", "stages", "good_for", "caution")
    rows = tuple(
        (
            one.title,
            one.divides,
            " → ".join(stage.label for stage in one.stages.values()),
            one.good_for,
            one.caution,
        )
        for one in stages().models.values()
    )
    return Table(say("title.models"), say.columns(*columns), rows, f"{_open_ended()}{say('said.models')}")


def _open_ended() -> str:
    """没有给离开留位置的模型：轴的末段没有人管。"""
    found = [m.title for m in stages().models.values() if any(end == 1 for _, end in uncovered(spans(m)))]
    return say("said.uncovered", models="、".join(found)) if found else ""


def model_table(name: str) -> Table:
    """一种模型的各个阶段：标志、手段，和它说得出的别的几样。"""
    model = model_of(name)
    extra = [key for key in _EXTRA if any(getattr(stage, key) for stage in model.stages.values())]
    columns = ("stage", "marks", *extra, "levers")
    rows = tuple(
        (f"{stage.label} {stage.english}", *(_shown(stage, key) for key in columns[1:]))
        for stage in model.stages.values()
    )
    filled = [
        f"{stage.label}（{stage.filled.rstrip('。')}）" for stage in model.stages.values() if stage.filled
    ]
    note = say("said.model", caution=model.caution)
    note += say("said.filled", stages="、".join(filled)) if filled else ""
    return Table(say("title.model", model=model.title), say.columns(*columns), rows, note)


def _shown(stage: StageText, key: str) -> str:
    value = getattr(stage, key)
    if key == "levers":
        return "；".join(value)
    if key == "share":
        return f"{value} %" if value else say("word.none")
    return value or say("word.none")


# ── 对照 ────────────────────────────────────────────────────────────


def crosswalk_table(model: str, stage: str) -> Table:
    """一个阶段压着别的模型的哪几个阶段，各占这一段的多少。"""
    home, chosen = stage_of(stage, model)
    span = Span(home.id, chosen.id, chosen.start, chosen.end)
    others = [other for other in stages().models.values() if other.id != home.id]
    borders = {other.id: _borders(span, other) for other in others}
    rows = tuple((other.title, _beside(span, other), _told(borders[other.id])) for other in others)
    title = say("title.crosswalk", model=home.title, stage=chosen.label)
    said = say("said.crosswalk", stage=chosen.label, disputed=sum(map(len, borders.values())))
    return Table(title, say.columns("model", "others", "disputed"), rows, said)


def _beside(span: Span, other: StageModel) -> str:
    found = alongside(span, spans(other))
    shown = (f"{other.stages[each.stage].label} {percent(share)}" for each, share in found)
    return "、".join(shown) or say("word.none")


def _borders(span: Span, other: StageModel) -> list[StageText]:
    """别的模型里，起点落在这一段、又有争议的阶段。"""
    return [one for one in other.stages.values() if one.dispute and span.start <= one.start < span.end]


def _told(borders: Iterable[StageText]) -> str:
    return "；".join(f"{one.label}：{one.dispute.rstrip('。')}" for one in borders) or say("word.none")


def lanes() -> tuple[Lane, ...]:
    """对照图的各行：颜色跟着与它重叠最多的关系阶段。"""
    four = spans(stages().models[FOUR])

    def bar(model: StageModel, stage: StageText) -> Bar:
        near = closest(Span(model.id, stage.id, stage.start, stage.end), four)
        assert near is not None  # 四个阶段铺满整条轴（内容的测试看着）
        return Bar(stage.label, stage.start, stage.end, bool(stage.dispute), near.stage)

    return tuple(
        Lane(model.title, tuple(bar(model, stage) for stage in model.stages.values()))
        for model in stages().models.values()
    )


def axis_words() -> AxisWords:
    return AxisWords(*(say(f"word.{name}") for name in ("axis", "axis_start", "axis_end", "disputed")))


# ── 图鉴 ────────────────────────────────────────────────────────────


def atlas_table(stage: str, model: str = "") -> Table:
    """一个阶段的图鉴：标志、目标、手段、电信与网店的例子，别的模型怎样叫它。"""
    home, chosen = stage_of(stage, model)
    rows = [
        (say("row.divides"), home.divides),
        (say("row.place"), say("word.place", start=place(chosen.start), end=place(chosen.end))),
    ]
    for key in _ATLAS:
        text = _example(home, chosen, key) if key in _EXAMPLES else _shown(chosen, key)
        if text != say("word.none"):
            rows.append((say(f"row.{key}"), text))
    rows.append((say("row.also"), _also(home, chosen)))
    title = say("title.atlas", stage=f"{chosen.label} {chosen.english}", model=home.title)
    return Table(title, say.columns("item", "content"), tuple(rows), say("said.atlas"))


def _example(home: StageModel, chosen: StageText, key: str) -> str:
    """自己有例子就用自己的；没有就借四个阶段里与它重叠最多的那一个的，并说明。"""
    if own := getattr(chosen, key):
        return own
    four = stages().models[FOUR]
    near = closest(Span(home.id, chosen.id, chosen.start, chosen.end), spans(four))
    assert near is not None
    lender = four.stages[near.stage]
    return say("word.borrowed_example", example=getattr(lender, key).rstrip("。"), stage=lender.label)


def _also(home: StageModel, chosen: StageText) -> str:
    """别的模型里重叠最多的阶段；只沾到一点边的不算。"""
    span = Span(home.id, chosen.id, chosen.start, chosen.end)
    found = []
    for other in stages().models.values():
        pairs = alongside(span, spans(other)) if other.id != home.id else []
        near, share = max(pairs, key=lambda pair: pair[1], default=(None, 0))
        if near and share >= _LEAST:
            found.append(say("word.chain", model=other.title, stage=other.stages[near.stage].label))
    return "\n".join(found)


def industries_table() -> Table:
    """四个阶段的重点，在电信与网店各是什么样子(A2–A5、D8)。"""
    columns = ("stage", "focus", *_EXAMPLES)
    four = stages().models[FOUR].stages.values()
    rows = tuple((one.label, *(getattr(one, key) for key in columns[1:])) for one in four)
    return Table(say("title.industries"), say.columns(*columns), rows, say("said.industries"))


# ── 街上的四个人 ────────────────────────────────────────────────────


def street_table() -> Table:
    """四个人：看得见什么，阶段与价值能说到哪里(D10)。"""
    rows = tuple((who.label, who.text, who.stage, who.value) for who in stories().street.values())
    return Table(
        say("title.street"), say.columns("person", "seen", "can_say", "value"), rows, say("said.street")
    )
