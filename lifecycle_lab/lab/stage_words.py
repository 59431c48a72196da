"""把第 01 课的数写成给人看的文字：句子在 stage_lesson.toml，名称在 stages.toml；名称与编号都认。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab.content.stages import FOUR, StageModel, StageText, stage_words, stages
from lifecycle_lab.lab.saying import Saying
from lifecycle_lab.schema import ParameterError, half_up, quote
from lifecycle_lab.stages.placing import LOST

say = Saying(stage_words)


def percent(share: Fraction | None, digits: int = 0) -> str:
    return say("word.none") if share is None else f"{half_up(100 * share, digits)} %"


def decimal(number: Fraction | None, digits: int = 1) -> str:
    return say("word.none") if number is None else half_up(Fraction(number), digits)


def place(share: Fraction) -> str:
    return half_up(share, 2)


def model_of(name: str) -> StageModel:
    """模型的编号或名称 → 模型；不认识 → ParameterError。"""
    models = stages().models
    for model in models.values():
        if name in (model.id, model.title):
            return model
    raise ParameterError(
        f"没有模型 {quote(str(name))}。",
        remedy=f"可用的：{'、'.join(f'{m.id}（{m.title}）' for m in models.values())}。",
    )


def stage_of(name: str, model: str = "") -> tuple[StageModel, StageText]:
    """阶段的编号或名称 → （模型，阶段）；没有写模型就先找四个阶段，再找别的。不认识 → ParameterError。"""
    chosen = [model_of(model)] if model else list(stages().models.values())
    for one in chosen:
        for stage in one.stages.values():
            if name in (stage.id, stage.label):
                return one, stage
    known = "；".join(
        f"{one.title}：{'、'.join(f'{s.id}（{s.label}）' for s in one.stages.values())}" for one in chosen[:3]
    )
    raise ParameterError(f"没有阶段 {quote(str(name))}。", remedy=f"可用的：{known}。")


def relation_label(name: str) -> str:
    """四个关系阶段与“已经结束”的名称。"""
    return say("word.lost") if name == LOST else stages().models[FOUR].stages[name].label


def period_label(name: str) -> str:
    return stages().models["periods"].stages[name].label
