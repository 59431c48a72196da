"""一位客户某一天在四种状态的哪一种：潜在 → 新 → 老 → 新业务的新客户，或者流失(A8)。

规则写死在参数里，本书补全：课文只说各状态的意思，没有说几次、几天。
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lifecycle_lab.schema import ParameterError

POTENTIAL, NEW, OLD, NEW_BUSINESS, LOST = STATES = ("potential", "new", "old", "new_business", "lost")
ABSENT = "absent"
"""还没有问过，也没有买过。"""
Path = tuple[str, ...]
"""一位客户在各个日子的状态，从他第一次看得见的那天起。"""


@dataclass(frozen=True)
class MoveRule:
    """old_purchases 个购买日、首购满 old_days 天算老客户；潜在客户 cold_days 天没有买算流失，买过的 lost_days 天没有再买算流失。"""

    old_purchases: int = 2
    old_days: int = 60
    cold_days: int = 180
    lost_days: int = 270

    def __post_init__(self) -> None:
        if self.old_purchases < 2 or min(self.old_days, self.cold_days, self.lost_days) < 1:
            raise ParameterError("判状态的界限不合理。", remedy="老客户至少两个购买日，天数至少 1。")


@dataclass(frozen=True)
class Traces:
    """一位客户留下的：哪天来问过（没有记录是 None），哪些天买过（从早到晚），哪天第一次买新业务（没有是 None）。"""

    asked: int | None
    bought: Sequence[int] = ()
    new_business: int | None = None


def state(traces: Traces, day: int, rule: MoveRule) -> str | None:
    """那一天的状态；那天还看不见这个人 → None。"""
    bought = [when for when in traces.bought if when <= day]
    if not bought:
        return _asking(traces.asked, day, rule)
    if day - bought[-1] >= rule.lost_days:
        return LOST
    if traces.new_business is not None and traces.new_business <= day:
        return NEW_BUSINESS
    used = day - bought[0] >= rule.old_days
    return OLD if used and len(bought) >= rule.old_purchases else NEW


def _asking(asked: int | None, day: int, rule: MoveRule) -> str | None:
    if asked is None or asked > day:
        return None
    return LOST if day - asked >= rule.cold_days else POTENTIAL


def path(traces: Traces, days: Sequence[int], rule: MoveRule) -> Path:
    """各个日子（从早到晚）的状态，从第一次看得见的那天起；一直看不见是空的。"""
    seen = [state(traces, day, rule) for day in days]
    return tuple(name for name in seen if name is not None)


def boundaries(first: int, last: int, period: int) -> list[int]:
    """从最后一天往回，每隔 period 天一个界，都不早于第一天；从早到晚；划不出一期 → ParameterError。"""
    if period < 1 or last < first:
        raise ParameterError("划不出一期一期的界。", why=f"从第 {first} 天到第 {last} 天，每期 {period} 天。")
    return list(range(last, first - 1, -period))[::-1]


def group(paths: Iterable[Path]) -> dict[Path, int]:
    """同样走法的客户有几位；空的不算。次序固定。"""
    found = Counter(one for one in paths if one)
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Moves:
    """一期一期之间移动的人次：counts[起, 止]；returned 是按规则已经流失、后来又买的人次，不在 counts 里。"""

    counts: Mapping[tuple[str, str], int]
    returned: int = 0

    def row(self, origin: str) -> tuple[int, ...]:
        """从 origin 出发的人次，照 STATES 的次序。"""
        return tuple(self.counts.get((origin, end), 0) for end in STATES)

    def total(self, origin: str) -> int:
        """从 origin 出发的人次合计，留在原处的也算。"""
        return sum(self.row(origin))


def moves(groups: Mapping[Path, int]) -> Moves:
    """走法 → 移动的人次。一到流失就不再看：流失是吸收态，回来的另数。"""
    counts: Counter[tuple[str, str]] = Counter()
    returned = 0
    for steps, many in groups.items():
        watched = until_lost(steps)
        returned += many * (len(watched) < len(steps) and set(steps[len(watched) :]) != {LOST})
        for pair in itertools.pairwise(watched):
            counts[pair] += many
    return Moves(dict(sorted(counts.items())), returned)


def until_lost(steps: Path) -> Path:
    """看到第一次流失为止（连同那一次）。"""
    return steps[: steps.index(LOST) + 1] if LOST in steps else steps


def flow(before: Mapping[Hashable, str], after: Mapping[Hashable, str]) -> dict[tuple[str, str], int]:
    """两个日子的 {客户: 状态} → (起, 止) 的人数；前一个日子还看不见的，起是 absent。"""
    return dict(sorted(Counter((before.get(who, ABSENT), end) for who, end in after.items()).items()))
