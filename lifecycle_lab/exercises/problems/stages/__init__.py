"""第 01 课的练习：街上的四个人、一副故事、照规则放阶段（A2–A5、D8、D10）。

故事与人在 content/stages（stories.toml），抽哪几个、选项怎样排，由学号定；放阶段的标准答案来自 stages.placing。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifecycle_lab.exercises.problems.shapes import Problem
from lifecycle_lab.exercises.problems.stages.deck import stage_deck, stage_street
from lifecycle_lab.exercises.problems.stages.rule import stage_rule
from lifecycle_lab.variants import Numbers

BUILDERS: Mapping[str, Callable[[Numbers], Problem]] = {
    builder.__name__: builder for builder in (stage_street, stage_deck, stage_rule)
}
