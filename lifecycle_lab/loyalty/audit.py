"""逐条打分的审计：每一节得几成，最弱的一环在哪里，从哪几条改起(C3–C7、C9–C11)。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import ParameterError, quote

MOST = 4
"""一条 0–4 分：0 没有，1 偶尔，2 一半时候，3 多半，4 每次都做到，而且有记录。"""


@dataclass(frozen=True)
class SectionScore:
    """一节：得分、满分、最低的几条（分最低的在先，同分按清单的先后）。"""

    name: str
    points: int
    full: int
    lowest: tuple[str, ...]

    @property
    def share(self) -> Fraction:
        """得了几成，0 到 1 的精确分数。"""
        return Fraction(self.points, self.full)


def score_sections(
    sections: Mapping[str, Sequence[str]], scores: Mapping[str, int]
) -> tuple[SectionScore, ...]:
    """sections: 节 → 各条的编号；scores: 编号 → 0–4 分，一条不多一条不少，否则 ParameterError。"""
    wanted = [item for items in sections.values() for item in items]
    if unknown := [name for name in scores if name not in wanted]:
        raise ParameterError(f"审计里没有 {quote(unknown[0])} 这一条。", remedy="编号照审计表里写。")
    if missing := [name for name in wanted if name not in scores]:
        raise ParameterError(f"{quote(missing[0])} 还没有打分。", remedy="每一条都打 0 到 4 分。")
    if wrong := [name for name in wanted if type(scores[name]) is not int or not 0 <= scores[name] <= MOST]:
        raise ParameterError(f"{quote(wrong[0])} 的分不是 0 到 4 的整数。", remedy="改成 0、1、2、3 或 4。")
    return tuple(_section(name, items, scores) for name, items in sections.items())


def _section(name: str, items: Sequence[str], scores: Mapping[str, int]) -> SectionScore:
    lowest = tuple(sorted(items, key=lambda item: scores[item]))  # 排序稳定：同分按清单的先后
    return SectionScore(name, sum(scores[item] for item in items), MOST * len(items), lowest)


def weakest(found: Sequence[SectionScore]) -> SectionScore:
    """得分份额最低的一节；并列取在前的：链子的先后就是客户走的先后。"""
    return min(found, key=lambda section: section.share)
