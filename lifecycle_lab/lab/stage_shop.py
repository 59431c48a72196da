"""一家店的客户放进哪个阶段：账 → 证据 → 规则 → 份额与混淆表；合成的店才有真相可比(A2–A5、B4)。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from statistics import median_low

from lifecycle_lab import cycles
from lifecycle_lab.content import course
from lifecycle_lab.content.stages import stages
from lifecycle_lab.cycles import OwnCycleRule
from lifecycle_lab.lab.cycle_shop import CycleShop
from lifecycle_lab.lab.ledgers import CustomerId, spendings
from lifecycle_lab.schema import DataError
from lifecycle_lab.stages.placing import (
    PERIODS,
    Confusion,
    Evidence,
    PlacingRule,
    confusion,
    evidence,
    period,
    place,
    shares,
    true_stage,
)

_DATES = 6
Placed = Mapping[CustomerId, tuple[Evidence, Fraction]]
"""客户 →（证据，他的周期）。"""


def placing_rule(**changed: Fraction) -> PlacingRule:
    """内容里的规则；changed 换掉其中几个数。"""
    return PlacingRule.of(stages().rule, **changed)


class StageShop:
    """一家店，按写明的规则放阶段。"""

    def __init__(self, shop: CycleShop) -> None:
        self.shop, self.ledger, self.rule = shop, shop.ledger, placing_rule()

    @cached_property
    def _spent(self) -> Mapping[CustomerId, list[tuple[int, int]]]:
        return spendings(self.ledger)

    def shop_cycle(self, today: int) -> Fraction:
        """全店已结束的间隔的平均（到那天为止）；还没有人再买 → 新客户的第一个节点。"""
        days = [known for history in self._spent.values() if len(known := _until(history, today)) > 1]
        gaps = sum(len(known) - 1 for known in days)
        total = sum(known[-1][0] - known[0][0] for known in days)
        return Fraction(total, gaps) if gaps else Fraction(course().cycles.defaults.nodes[0])

    def found(self, today: int | None = None) -> Placed:
        """那天见过的每一位客户的证据与周期；那天以后的购买不看。"""
        if today is None:
            return self._found_now
        own = OwnCycleRule(self.shop_cycle(today), course().cycles.defaults.kappa)
        seen = ((who, _until(history, today)) for who, history in self._spent.items())
        return {who: self._one(known, today, own) for who, known in seen if known}

    @cached_property
    def _found_now(self) -> Placed:
        if not (found := self.found(self.ledger.today)):
            raise DataError("这家店还没有客户，放不了阶段。", remedy="换一份订单，或换一个观察日。")
        return found

    def _one(self, known: list[tuple[int, int]], today: int, own: OwnCycleRule) -> tuple[Evidence, Fraction]:
        days, spent = zip(*known, strict=True)
        visits = cycles.visits(days, today)
        assert visits is not None
        cycle = own.cycle(visits) if len(days) > 1 else Fraction(own.shop_cycle)
        return evidence(days, spent, today, cycle, self.rule.trend_purchases), cycle

    @cached_property
    def placed(self) -> dict[CustomerId, str]:
        return {who: place(found, self.rule) for who, (found, _) in self.found().items()}

    def period_shares(self, today: int | None = None, quiet: Fraction | None = None) -> dict[str, Fraction]:
        """五个时期的占比；today 换一个观察日，quiet 换一种“安静”。"""
        rule = self.rule if quiet is None else placing_rule(quiet=quiet)
        return shares((period(found, rule) for found, _ in self.found(today).values()), PERIODS)

    def history_days(self) -> list[int]:
        """几个观察日，从开店不久到观察日，一样的间隔。"""
        first = min(history[0][0] for history in self._spent.values())
        span = self.ledger.today - first
        return sorted({first + span * step // _DATES for step in range(1, _DATES + 1)})

    def medians(self, stage: str) -> tuple[int, Fraction, Fraction] | None:
        """放进 stage 的客户：买过几天、认识、安静几个周期的中位数；没有人是 None。"""
        own = [found for who, (found, _) in self.found().items() if self.placed[who] == stage]
        if not own:
            return None
        return (
            median_low(one.purchases for one in own),
            median_low(one.known for one in own),
            median_low(one.quiet for one in own),
        )

    @cached_property
    def truth(self) -> dict[CustomerId, str] | None:
        """观察日那天每位客户真正的阶段；真实的店没有，是 None。"""
        starts, gone = self.ledger.starts, self.ledger.gone
        if starts is None or gone is None:
            return None
        today = self.ledger.today
        return {
            who: true_stage(days, None if gone[who] == float("inf") else int(gone[who]), today)
            for who, days in starts.items()
        }

    @cached_property
    def confusion(self) -> Confusion | None:
        return None if self.truth is None else confusion(self.truth, self.placed)

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.placed.values())


def _until(history: list[tuple[int, int]], today: int) -> list[tuple[int, int]]:
    return [pair for pair in history if pair[0] <= today]
