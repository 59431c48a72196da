"""从订单到阶段：写明的一条规则，把每位客户放进四个关系阶段中恰好一个(A2–A5)；与真相比，得混淆表。

规则只看四样证据：买过几天、认识了几个自己的周期、安静了几个自己的周期、花的钱往上还是往下。
周期由调用的人给（`cycles.OwnCycleRule.cycle`）；全是整数与精确分数，恰好在界限上的总落在同一边。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab.schema import DataError, ParameterError

RELATION_STAGES = ("exploration", "formation", "stability", "decline")
LOST = "lost"
TRUE_STAGES = (*RELATION_STAGES, LOST)
"""真相里多一种：关系已经结束。规则只有四格，走了的放进退化期算放对。"""
PERIODS = ("introduction", "trial", "growth", "maturity", "dormancy")
CRITERIA = ("quiet", "fading", "settled", "growing", "young")
STAGE_OF = dict(zip(CRITERIA, ("decline", "decline", "stability", "formation", "exploration"), strict=True))
_PERIOD_OF = {"decline": "dormancy", "stability": "maturity", "formation": "growth"}


@dataclass(frozen=True)
class PlacingRule:
    """规则的界限：天数都以客户自己的周期为单位。

    quiet: 安静满这么多周期，关系在退化。falling、slow: 花的钱不到从前的这么大一份，又安静满 slow 个周期，也是退化。
    settled_*、growing_*: 买满几天、认识满几个周期，算稳定、算形成；其余是考察。
    trend_purchases: 至少买过几天才看花钱的趋势。trial_purchases: 五个时期里，买满几天算试用期。
    """

    quiet: Fraction
    slow: Fraction
    falling: Fraction
    settled_purchases: int
    settled_cycles: Fraction
    growing_purchases: int
    growing_cycles: Fraction
    trend_purchases: int
    trial_purchases: int

    def __post_init__(self) -> None:
        rising = (
            0 < self.slow < self.quiet
            and 0 < self.growing_cycles < self.settled_cycles
            and 0 < self.growing_purchases < self.settled_purchases
            and 0 < self.falling < 1
            and self.trend_purchases >= 2
        )
        if not rising:
            raise ParameterError(
                "规则的界限互相矛盾。",
                why="形成在稳定之前，慢下来在安静之前，“变少”的份额在 0 与 1 之间，看趋势至少要两天。",
                remedy="改 stages.toml 的 [rule]。",
            )

    @classmethod
    def of(cls, numbers: Mapping[str, Fraction], **changed: Fraction) -> PlacingRule:
        """内容里的一套数 → 规则；changed 换掉其中几个。天数按整数用。"""
        chosen = {**numbers, **changed}
        return cls(**{name: int(v) if name.endswith("_purchases") else v for name, v in chosen.items()})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Evidence:
    """一位客户的证据：买过几天、认识了几个周期、安静了几个周期、后一半与前一半每次花钱之比（看不出是 None）。"""

    purchases: int
    known: Fraction
    quiet: Fraction
    trend: Fraction | None = None


def evidence(
    days: Sequence[int], spent: Sequence[int], today: int, cycle: Fraction | int, least: int
) -> Evidence:
    """days: 购买日，从早到晚，不晚于 today；spent: 同样多项，那天花的钱；cycle: 这位客户的周期（天）；
    least: 至少几天才看趋势。没有购买、日子不齐、周期不是正数 → DataError。
    """
    if not days or len(days) != len(spent) or days[-1] > today or cycle <= 0:
        raise DataError(
            "这位客户的证据不全。",
            why="要有观察日以前的购买日、同样多的金额、大于 0 的周期。",
            remedy="换一个观察日，或检查订单。",
        )
    return Evidence(
        len(days),
        Fraction(today - days[0]) / cycle,
        Fraction(today - days[-1]) / cycle,
        spending_trend(spent, least),
    )


def spending_trend(spent: Sequence[int], least: int) -> Fraction | None:
    """后一半每次花的 ÷ 前一半每次花的；单数时中间一次不算；次数不够、前一半没花钱是 None。"""
    half = len(spent) // 2
    before, after = sum(spent[:half]), sum(spent[len(spent) - half :])
    return Fraction(after, before) if len(spent) >= least and before > 0 else None


def criterion(found: Evidence, rule: PlacingRule) -> str:
    """由哪一条定的，CRITERIA 之一；从上往下，第一条满足的说了算。"""
    if found.quiet >= rule.quiet:
        return "quiet"
    if found.trend is not None and found.trend <= rule.falling and found.quiet >= rule.slow:
        return "fading"
    if found.purchases >= rule.settled_purchases and found.known >= rule.settled_cycles:
        return "settled"
    if found.purchases >= rule.growing_purchases and found.known >= rule.growing_cycles:
        return "growing"
    return "young"


def place(found: Evidence, rule: PlacingRule) -> str:
    """一位客户在四个关系阶段的哪一个(A2–A5)。"""
    return STAGE_OF[criterion(found, rule)]


def period(found: Evidence, rule: PlacingRule) -> str:
    """同一条规则说成五个时期(B4)：考察期再按买过几天分成引入与试用；订单里看不到还没有买过的人。"""
    early = "trial" if found.purchases >= rule.trial_purchases else "introduction"
    return _PERIOD_OF.get(place(found, rule), early)


def true_stage(starts: Sequence[int | None], lost: int | None, today: int) -> str:
    """真相：starts 是形成、稳定、退化开始的日子（没有到是 None），lost 是走的那天；TRUE_STAGES 之一。"""
    if lost is not None and lost <= today:
        return LOST
    return RELATION_STAGES[sum(day is not None and day <= today for day in starts)]


def shares(placed: Iterable[str], names: Sequence[str]) -> dict[str, Fraction]:
    """每一格占多大一份，合计恰好是 1；一位客户也没有 → DataError。"""
    counts = Counter(placed)
    total = counts.total()
    if not total:
        raise DataError("没有客户，算不出份额。", remedy="换一个观察日。")
    return {name: Fraction(counts[name], total) for name in names}


@dataclass(frozen=True)
class Confusion:
    """混淆表：（真相，规则说的）→ 几位。"""

    counts: Mapping[tuple[str, str], int]

    @property
    def total(self) -> int:
        """一共几位。"""
        return sum(self.counts.values())

    def row(self, truth: str) -> tuple[int, ...]:
        """真相是 truth 的客户，规则放进四个阶段各几位。"""
        return tuple(self.counts.get((truth, stage), 0) for stage in RELATION_STAGES)

    @property
    def accuracy(self) -> Fraction:
        """放对的份额；走了的放进退化期算放对。"""
        return Fraction(sum(self.right(name) for name in TRUE_STAGES), self.total)

    def right(self, truth: str) -> int:
        """真相是 truth 的客户里放对了几位；走了的要放进退化期。"""
        return self.counts.get((truth, RELATION_STAGES[-1] if truth == LOST else truth), 0)

    def recall(self, truth: str) -> Fraction | None:
        """真相是 truth 的客户里放对的份额；一位也没有是 None。"""
        return Fraction(self.right(truth), sum(self.row(truth))) if sum(self.row(truth)) else None

    @property
    def majority(self) -> Fraction:
        """什么也不看、人人放进最多的那一格，也能放对的份额：比它好才算有用。"""
        merged = Counter(
            {
                stage: sum(self.row(stage)) + (stage == RELATION_STAGES[-1]) * sum(self.row(LOST))
                for stage in RELATION_STAGES
            }
        )
        return Fraction(max(merged.values()), self.total)

    @property
    def worst(self) -> tuple[str, str]:
        """放错得最多的一格：（真相，规则说的）。"""
        wrong = {cell: n for cell, n in self.counts.items() if not _is_right(*cell)}
        return max(wrong or self.counts, key=lambda cell: (wrong.get(cell, 0), cell))


def _is_right(truth: str, placed: str) -> bool:
    return placed == (RELATION_STAGES[-1] if truth == LOST else truth)


def confusion(truth: Mapping[Hashable, str], placed: Mapping[Hashable, str]) -> Confusion:
    """两边都有的客户逐位相比；没有一位相同 → DataError。"""
    counts = Counter((truth[who], placed[who]) for who in placed if who in truth)
    if not counts:
        raise DataError("没有一位客户既有真相又放了阶段。", remedy="检查客户编号。")
    return Confusion(dict(counts))
