"""几种阶段模型对到同一条时间轴上：一个阶段压着别的模型的哪几个阶段、各压多大一份；哪里没有人管(B2–B4、C1、D6、D9)。

轴从 0（一方刚起意）到 1（关系结束、善后办完），是一位走完全程的客户；位置是精确分数，由内容给。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Span:
    """一个模型的一个阶段占着轴上的哪一段：start < end，都在 0 到 1 之间。"""

    model: str
    stage: str
    start: Fraction
    end: Fraction

    @property
    def length(self) -> Fraction:
        """占轴的几成，精确分数。"""
        return self.end - self.start


def common(one: Span, other: Span) -> Fraction:
    """两段重叠多长；不重叠是 0。"""
    return max(Fraction(0), min(one.end, other.end) - max(one.start, other.start))


def alongside(chosen: Span, others: Iterable[Span]) -> list[tuple[Span, Fraction]]:
    """与 chosen 重叠的各段，和重叠占 chosen 的份额；次序照给的。"""
    found = ((other, common(chosen, other) / chosen.length) for other in others)
    return [(other, share) for other, share in found if share]


def closest(chosen: Span, others: Iterable[Span]) -> Span | None:
    """与 chosen 重叠最多的一段；一样多取在先的，都不重叠是 None。"""
    found = alongside(chosen, others)
    return max(found, key=lambda pair: pair[1])[0] if found else None


def uncovered(spans: Sequence[Span]) -> list[tuple[Fraction, Fraction]]:
    """一个模型没有说到的几段：从 0 到 1 里，哪里一个阶段也没有。"""
    found, reached = [], Fraction(0)
    for span in sorted(spans, key=lambda span: span.start):
        if span.start > reached:
            found.append((reached, span.start))
        reached = max(reached, span.end)
    return [*found, (reached, Fraction(1))] if reached < 1 else found
