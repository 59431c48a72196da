"""第 03 课里的一家店：状态的移动作一条链、两个日子之间的流动、同期群；每个方法往下叫一次(A8)。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab.content.transitions import transitions
from lifecycle_lab.export import Table
from lifecycle_lab.lab.ledgers import Ledger
from lifecycle_lab.lab.move_cohorts import CohortViews, or_told
from lifecycle_lab.lab.move_records import Records, records
from lifecycle_lab.lab.move_words import percent, periods, say, shown, state_label
from lifecycle_lab.lab.showing import figure
from lifecycle_lab.plots import transitions as figures
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import DataError, ParameterError
from lifecycle_lab.stages import chain as chains
from lifecycle_lab.stages import moves
from lifecycle_lab.stages.chain import Chain, Share
from lifecycle_lab.stages.moves import LOST, NEW, NEW_BUSINESS, OLD, POTENTIAL, STATES, MoveRule
from lifecycle_lab.warehouse import day_date, day_number

if TYPE_CHECKING:
    from lifecycle_lab.widgets.sliders import Sliders

_FLOW_DAYS = 180

# 名称 →（份额还是期数，从哪里，怎样算）
_QUESTIONS: dict[str, tuple[str, str, Callable[[Chain, str], Share | None]]] = {
    "reach_old_potential": ("share", POTENTIAL, lambda links, start: chains.reach(links, start, OLD)),
    "reach_old_new": ("share", NEW, lambda links, start: chains.reach(links, start, OLD)),
    "reach_business_old": ("share", OLD, lambda links, start: chains.reach(links, start, NEW_BUSINESS)),
    "time_old_potential": ("periods", POTENTIAL, lambda links, start: chains.time_to(links, start, OLD)),
    "time_old_new": ("periods", NEW, lambda links, start: chains.time_to(links, start, OLD)),
    "life_new": ("periods", NEW, chains.lifetime),
    "life_old": ("periods", OLD, chains.lifetime),
    "half_potential": ("periods", POTENTIAL, chains.half_life),
    "half_new": ("periods", NEW, chains.half_life),
    "half_old": ("periods", OLD, chains.half_life),
}


class MoveShop(CohortViews):
    """一家店：账、每个人留下的，和课上问它的每一个问题。"""

    def __init__(self, ledger: Ledger, borrowed: bool = False) -> None:
        """borrowed: 学生的来源没有购买日，借这家店来学。"""
        self.ledger, self.borrowed = ledger, borrowed
        self.records: Records = records(ledger)

    @property
    def title(self) -> str:
        return self.ledger.title

    @cached_property
    def rule(self) -> MoveRule:
        chosen = transitions().rule
        return MoveRule(chosen["old_purchases"], chosen["old_days"], chosen["cold_days"], chosen["lost_days"])

    @property
    def period(self) -> int:
        return transitions().rule["period_days"]

    @cached_property
    def first_day(self) -> int:
        if not self.ledger.days:
            raise DataError("还没有一位客户买过。", remedy="换一份有购买的订单，或换一个观察日。")
        return min(days[0] for days in self.ledger.days.values())

    @cached_property
    def paths(self) -> dict[moves.Path, int]:
        """走法 → 客户数。"""
        days = moves.boundaries(self.first_day, self.ledger.today, self.period)
        if len(days) < 3:
            raise DataError(
                f"只看得到 {len(days)} 个界。",
                why=f"一期 {self.period} 天，至少要看两期。",
                remedy="换一份更长的订单。",
            )
        found = (moves.path(one, days, self.rule) for one in self.records.traces.values())
        return moves.group(found)

    @cached_property
    def found(self) -> moves.Moves:
        return moves.moves(self.paths)

    @cached_property
    def chain(self) -> Chain:
        """状态的移动作一条链；份额是精确的分数。"""
        return chains.chain(self.found)

    # ── 是什么店 ────────────────────────────────────────────────────

    @or_told
    def card(self) -> Table:
        """是什么店、看了多久、潜在客户与新业务看不看得见、按规则流失的真走了没有。"""
        ledger, many = self.ledger, self.records
        business = many.business
        rows = (
            (say("row.what"), self.title),
            (say("row.period"), f"{day_date(self.first_day)} — {ledger.as_of}"),
            (say("row.size"), say("word.people", many=f"{len(ledger.days):,}")),
            (say("row.potential"), self._leads_text()),
            (
                say("row.new_business"),
                say("word.no_business")
                if business is None
                else say("word.has_business", many=f"{len(business):,}"),
            ),
            (say("row.lost"), self._truth_text()),
        )
        note = say("said.borrowed", shop=self.title) if self.borrowed else ""
        return Table(
            say("title.card", shop=self.title), (say("column.item"), say("column.content")), rows, note
        )

    def _leads_text(self) -> str:
        if not self.records.asked:
            return say("word.no_leads")
        return say("word.leads", asked=f"{self.records.asked:,}", bought=f"{len(self.ledger.days):,}")

    def _truth_text(self) -> str:
        gone, today = self.ledger.gone, self.ledger.today
        if gone is None:
            return say("word.no_truth")
        called = [
            who for who in self.ledger.days if moves.state(self.records.traces[who], today, self.rule) == LOST
        ]
        caught = sum(gone[who] <= today for who in called)
        share = percent(Fraction(caught, len(called))) if called else say("word.none")
        really = sum(day <= today for day in gone.values())
        return say(
            "word.truth", called=f"{len(called):,}", share=share, gone=f"{really:,}", caught=f"{caught:,}"
        )

    # ── 链 ──────────────────────────────────────────────────────────

    @or_told
    def counts(self) -> Table:
        """一期一期之间移动的人次。"""
        rows = tuple(
            (
                state_label(origin),
                *(f"{many:,}" for many in self.found.row(origin)),
                f"{self.found.total(origin):,}",
            )
            for origin in self._origins()
        )
        columns = (say("column.origin"), *map(state_label, STATES), say("column.total"))
        note = say("said.counts", returned=f"{self.found.returned:,}")
        return Table(say("title.counts", shop=self.title, days=self.period), columns, rows, note)

    def _origins(self) -> list[str]:
        return [name for name in STATES if name != LOST and self.found.total(name)]

    @or_told
    def rates(self) -> Table:
        """移动的份额，一行一种状态。"""
        rows = tuple(
            (state_label(name), *(percent(share) for share in row))
            for name, row in zip(self.chain.states, self.chain.rows, strict=True)
        )
        columns = (say("column.origin"), *map(state_label, self.chain.states))
        return Table(say("title.rates", shop=self.title), columns, rows, say("said.rates"))

    @or_told
    def answers(self) -> Table:
        """迟早到哪里的份额、平均几期、几期走掉一半；区间由自助法。"""
        unseen = {"reach_business_old"} if self.records.business is None else set()  # 看不到的就不问
        asked = {
            name: one
            for name, one in _QUESTIONS.items()
            if one[1] in self.chain.states and name not in unseen
        }
        rows = tuple(self._answer(name, *one) for name, one in asked.items())
        columns = say.columns("question", "answer", "range")
        return Table(say("title.answers", shop=self.title), columns, rows, self._answers_note())

    def _answers_note(self) -> str:
        """看了几期，超出的是推的；头几期谁也满不了流失的天数。"""
        seen = max(map(len, self.paths)) - 1
        return say("said.answers", days=self.period, seen=seen, lost_days=self.rule.lost_days)

    def _answer(self, name: str, kind: str, start: str, ask: Callable) -> tuple[str, str, str]:
        def measure(links: Chain) -> Share | None:
            return ask(links, start) if start in links.states else None

        try:
            value = measure(self.chain)
        except DataError:
            return say(f"row.{name}"), say("word.unknown"), say("word.none")
        if value is None:
            return (
                say(f"row.{name}"),
                say("word.never_half" if name.startswith("half") else "word.none"),
                say("word.none"),
            )
        band = self.band(measure)
        words = (
            say("word.none")
            if band is None
            else say("word.band", low=shown(kind, band[0]), high=shown(kind, band[1]))
        )
        return say(f"row.{name}"), shown(kind, value), words

    def band(self, measure: Callable[[Chain], Share | None]) -> tuple[Share, Share] | None:
        """自助法的区间：整位客户重抽，每次重抽一条链，各个问题共用。"""
        content = transitions()
        values = (_or_none(measure, links) for links in self._resampled)
        return chains.middle(values, content.draws, Fraction(content.level_percent, 100))

    @cached_property
    def _resampled(self) -> list[Chain]:
        import numpy as np

        content = transitions()
        draw = np.random.default_rng(content.seed)

        def resample(many: Sequence[int]) -> list[int]:
            total = sum(many)
            return draw.multinomial(total, [one / total for one in many]).tolist()

        return chains.resampled(self.paths, resample, content.draws)

    @property
    @or_told
    def what_if(self) -> Sliders:
        """拨一个份额，看几期以后各状态怎样变。"""
        return self._sliders

    @cached_property
    def _sliders(self) -> Sliders:
        from lifecycle_lab.lab import move_sliders

        return move_sliders.what_if(self.chain, self.period)

    @or_told
    def duration(self, state: str = NEW) -> Table:
        """已经待了几期的人，下一期走了多少。"""
        lines = self._durations(state)
        columns = say.columns("spent", "watched", "left", "onward", "gone")
        rows = tuple(
            (
                periods(line.spent),
                f"{line.watched:,}",
                *(percent(Fraction(many, line.watched)) for many in (line.left, line.onward, line.lost)),
            )
            for line in lines
        )
        title = say("title.duration", state=state_label(state), shop=self.title)
        return Table(title, columns, rows, self._duration_sentence(state, lines))

    @or_told
    def duration_figure(self, state: str = NEW) -> Figure:
        """链的假设成立吗：待得久的人，下一期离开的份额一样吗。"""
        least = transitions().rule["least_watched"]
        lines = [line for line in self._durations(state) if line.watched >= least]
        drawn = figures.plot_durations(lines)
        said = self._duration_sentence(state, lines)
        return figure(drawn, said, said)

    def _durations(self, state: str) -> list[chains.Duration]:
        if state not in STATES[:-1]:
            raise ParameterError("没有这种状态。", remedy=f"写 {'、'.join(STATES[:-1])} 之一。")
        return chains.by_duration(self.paths, state)

    def _duration_sentence(self, state: str, lines: Sequence[chains.Duration]) -> str:
        least = transitions().rule["least_watched"]
        kept = [line for line in lines if line.watched >= least]
        found = chains.duration_test(kept, least)
        if found is None:
            return say("said.duration_none")
        low, high = (pick(kept, key=lambda line: Fraction(line.left, line.watched)) for pick in (min, max))
        said = say(
            "said.duration_fails" if found[2] < 0.05 else "said.duration_holds",
            state=state_label(state),
            low=percent(Fraction(low.left, low.watched)),
            low_spent=low.spent,
            high=percent(Fraction(high.left, high.watched)),
            high_spent=high.spent,
            p=_p_value(found[2]),
        )
        onward = chains.duration_test(kept, least, "onward")
        return said + ("" if onward is None else say("said.duration_onward", p=_p_value(onward[2])))

    # ── 流动 ────────────────────────────────────────────────────────

    @or_told
    def flow(self, before: str = "") -> Figure:
        """从前一个日子（空是观察日之前 180 天）到观察日，谁从哪里到了哪里。"""
        day = _day(before) if before else self.ledger.as_of - timedelta(_FLOW_DAYS)
        counts = moves.flow(*(self._states_at(when) for when in (day, self.ledger.as_of)))
        still_lost = counts.pop((LOST, LOST), 0)  # 一条大带会盖住别的：不画，写在图下
        old = sum(many for (origin, _), many in counts.items() if origin == OLD)
        potential = sum(many for (origin, _), many in counts.items() if origin == POTENTIAL)
        bought = sum(counts.get((POTENTIAL, end), 0) for end in (NEW, OLD, NEW_BUSINESS))
        people = sum(many for (origin, _), many in counts.items() if origin != moves.ABSENT)
        said = say(
            "said.flow" if potential else "said.flow_short",
            before=day,
            after=self.ledger.as_of,
            potential=f"{potential:,}",
            bought=f"{bought:,}",
            old=f"{old:,}",
            lost=f"{counts.get((OLD, LOST), 0):,}",
            people=f"{people:,}",
            still_lost=f"{still_lost:,}",
        )
        drawn = figures.plot_moves(counts, days=(str(day), str(self.ledger.as_of)))
        return figure(drawn, figures.describe_moves(counts), said)

    def _states_at(self, day: date) -> dict[object, str]:
        today = day_number(day)
        found = {who: moves.state(one, today, self.rule) for who, one in self.records.traces.items()}
        return {who: name for who, name in found.items() if name}


def _p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _or_none(measure: Callable[[Chain], Share | None], links: Chain) -> Share | None:
    """这次重抽里算不出（那种状态没有人流失过）就不算进区间。"""
    try:
        return measure(links)
    except DataError:
        return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ParameterError("日子读不懂。", remedy='写成 before="2023-06-01"。') from None
