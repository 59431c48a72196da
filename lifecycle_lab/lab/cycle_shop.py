"""第 06 课里拿着的一家店：每个方法往下叫一次，得到一张表、一幅图，或一组滑块(E2–E9)。

数由 warehouse、cycles、backtest 算，表由 cycle_tables 摆，图由 plots 画；这里只把它们接到这家店的账上。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab import cycles, warehouse
from lifecycle_lab.content import course
from lifecycle_lab.cycles import STATES, Bounds, ClassRule, OwnCycleRule, StaticRule
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import cycle_sliders
from lifecycle_lab.lab import cycle_tables as tables
from lifecycle_lab.lab.cycle_words import class_label, days, say, state_label
from lifecycle_lab.lab.ledgers import CustomerId, Ledger
from lifecycle_lab.lab.showing import figure, or_reason
from lifecycle_lab.plots import cycles as figures
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import half_up
from lifecycle_lab.warehouse import day_date, day_number

if TYPE_CHECKING:
    from lifecycle_lab.backtest import Question
    from lifecycle_lab.lab.cycle_trial import Outcome
    from lifecycle_lab.widgets.sliders import Sliders

_SHOWN_CUSTOMERS = 6
_FLOW_DAYS = 180


class CycleShop:
    """一家店：账、仓库，和课上问它的每一个问题。"""

    def __init__(self, ledger: Ledger, borrowed: bool = False) -> None:
        """borrowed: 学生的来源没有购买日，借这家店来学。"""
        self.ledger, self.borrowed = ledger, borrowed
        self._trials: dict[str, Outcome] = {}

    @property
    def title(self) -> str:
        return self.ledger.title

    @cached_property
    def house(self) -> warehouse.Warehouse:
        return warehouse.open_orders(self.ledger.source, self.ledger.as_of)

    @cached_property
    def rows(self) -> list[warehouse.Gap]:
        """间隔方块：表1、表3、规律度、滑块都从它来。"""
        return self.house.gaps()

    @cached_property
    def customers(self) -> list[warehouse.Base]:
        return list(self.house.base())

    @property
    def window(self) -> int:
        """观察了多少天：从第一笔购买到观察日，两头都算。"""
        return self.ledger.today - min(row.first_day for row in self.customers) + 1

    # ── 是什么店 ────────────────────────────────────────────────────

    def card(self) -> Table:
        """是什么店，看了多久，有没有真相。"""
        totals, ledger = self.house.totals(), self.ledger
        truth = "with_truth" if ledger.gone is not None else "without_truth"
        rows = (
            (say("row.what"), ledger.title),
            (say("row.kind"), say(f"word.{ledger.kind}")),
            (say("row.period"), f"{day_date(totals.first_day)} — {ledger.as_of}，{self.window:,} 天"),
            (say("row.size"), f"{totals.customers:,} 位客户，{totals.purchase_days:,} 个购买日"),
            (say("row.truth"), say(f"word.{truth}")),
        )
        columns = (say("column.item"), say("column.content"))
        note = say("said.borrowed", shop=self.title) if self.borrowed else ""
        return Table(say("title.card", shop=self.title), columns, rows, note)

    def definitions(self, bounds: Sequence[int] = ()) -> Table:
        """频次类、周期、三个天数；观察期看不到的写明。"""
        return tables.definitions(self.title, self.class_rule(bounds), self.window)

    # ── 表1–表3 ─────────────────────────────────────────────────────

    @cached_property
    def _repurchase(self) -> cycles.Repurchase:
        return cycles.repurchase(self.rows, course().cycles.defaults.quantiles)

    def table_1(self) -> Table:
        """多久再买：朴素与校正并列。"""
        return tables.table_1(self.title, self._repurchase)

    def repurchase_figure(self) -> Figure:
        """再购曲线，全部间隔。"""
        line = self._repurchase.every
        said = tables.repurchase_sentence(line)
        return figure(figures.plot_repurchase(line), figures.describe_repurchase(line), said)

    def table_2(self) -> Table:
        """回头客占多少客户、多少钱。"""
        return tables.table_2(self.title, cycles.concentration(self.house.totals()))

    def table_3(self, n: int = 1, bounds: Sequence[int] = ()) -> Table:
        """第 n 段间隔属于哪一类 × 第 n + 1 段；n 取 1、2、3。"""
        return tables.table_3(self.title, self._next_gaps(n, bounds))

    def transitions_figure(self, n: int = 1, bounds: Sequence[int] = (), corrected: bool = True) -> Figure:
        """表3 的热图。"""
        found = self._next_gaps(n, bounds)
        return figure(
            figures.plot_transitions(found, corrected=corrected),
            figures.describe_transitions(found, corrected=corrected),
            say("said.transitions"),
        )

    def _next_gaps(self, n: int, bounds: Sequence[int]) -> cycles.NextGaps:
        return cycles.next_gaps(self.rows, n, self._bounds(bounds))

    # ── 审计 ────────────────────────────────────────────────────────

    def audit(self) -> Table:
        """“低频类下一次来得更快”：同样长的窗里，从不改变的钟表客户显出多少。"""
        bounds = self._bounds(())
        clock = cycles.clockwork(bounds, self.window)
        return tables.audit(self.title, bounds, self._next_gaps(1, ()).line("low"), clock)

    @or_reason
    def stability(self) -> Table:
        """规律度、人与人之间的份额、数量效应。"""
        amounts = self.ledger.quantities
        split = cycles.variance_split(cycles.log_gap_sums(self.ledger.days.values(), self.ledger.today))
        effect = None if amounts is None else cycles.quantity_effect(cycles.quantity_sums(amounts))
        return tables.stability(self.title, cycles.regularity(self.rows), split, effect)

    @or_reason
    def regularity_figure(self) -> Figure:
        """前后两段间隔的比，对着“没有记忆”。"""
        said = tables.regularity_sentence(cycles.regularity(self.rows))
        return figure(figures.plot_regularity(self.rows), said, say("said.regularity"))

    # ── 状态 ────────────────────────────────────────────────────────

    def class_rule(self, bounds: Sequence[int] = ()) -> ClassRule:
        chosen = course().cycles.defaults
        return ClassRule(self._bounds(bounds), chosen.multiples, chosen.nodes)

    @property
    def static_rule(self) -> StaticRule:
        return StaticRule(course().cycles.defaults.nodes)

    @cached_property
    def own_rule(self) -> OwnCycleRule:
        chosen = course().cycles.defaults
        shop = cycles.shop_cycle(self.rows) or chosen.nodes[-1]  # 还没有人再买时，用新客户的节点
        return OwnCycleRule(shop, chosen.kappa, multiples=chosen.multiples, nodes=chosen.nodes)

    def states(self) -> Table:
        """同一批客户，三条规则各说几位活跃、沉默、沉睡、流失。"""
        today, rules = self.ledger.today, (self.static_rule, self.class_rule())
        disagree = sum(len({cycles.state(row, today, rule) for rule in rules}) > 1 for row in self.customers)
        return tables.states(self.title, self._state_counts, disagree)

    def states_figure(self) -> Figure:
        """同一批客户在三条规则下，一条规则一行。"""
        named = {say(f"row.rule_{rule}"): counts for rule, counts in self._state_counts.items()}
        return figure(figures.plot_states(named), str(self.states()), self.states().note)

    @cached_property
    def _state_counts(self) -> dict[str, tuple[int, ...]]:
        rules = {"static": self.static_rule, "class": self.class_rule(), "own": self.own_rule}
        found = {
            name: cycles.state_counts(self.customers, self.ledger.today, rule) for name, rule in rules.items()
        }
        return {name: tuple(counts.values()) for name, counts in found.items()}

    def timelines(self) -> Figure | Shown:
        """静态规则与自己的周期说法不同的几位客户：购买日、自己的周期、观察日。"""
        chosen = self._disputed()
        if not chosen:
            return Shown((say("said.timelines_none"),))
        lines = [self._timeline(row) for row in chosen]
        alt = "；".join(f"{line.name} → {state_label(line.state)}" for line in lines)
        return figure(figures.plot_timelines(lines, self.ledger.today), alt, say("said.timelines"))

    def _disputed(self) -> list[warehouse.Base]:
        """两条规则说法不同的，每一种不同取两位：买得多的在先，编号小的在先。"""
        today, found = self.ledger.today, {}
        for row in sorted(self.customers, key=lambda row: (-row.purchase_days, str(row.customer_id))):
            pair = tuple(cycles.state(row, today, rule) for rule in (self.static_rule, self.own_rule))
            if pair[0] != pair[1] and row.purchase_days >= 3 and len(found.setdefault(pair, [])) < 2:
                found[pair].append(row)
        return [row for pair in sorted(found) for row in found[pair]][:_SHOWN_CUSTOMERS]

    def _timeline(self, row: warehouse.Base) -> figures.Timeline:
        today, rule = self.ledger.today, self.own_rule
        static = state_label(cycles.state(row, today, self.static_rule))
        name = f"{row.customer_id}（静态：{static}）"
        edges = tuple(map(float, rule.thresholds(row)))
        bought = tuple(self.ledger.days[row.customer_id])
        return figures.Timeline(name, bought, edges, cycles.state(row, today, rule))  # type: ignore[arg-type]

    def state_flow(self, before: str = "") -> Figure | Shown:
        """从前一个日子（空是观察日之前 180 天）到观察日，按频次类规则，谁从哪里到了哪里。"""
        day = date.fromisoformat(before) if before else self.ledger.as_of - timedelta(_FLOW_DAYS)
        ends = [self._states_at(when) for when in (day, self.ledger.as_of)]
        flow, active = cycles.state_flow(*ends), STATES[0]
        total = sum(flow.row(active))
        said = (
            say(
                "said.flow",
                before=day,
                after=self.ledger.as_of,
                total=f"{total:,}",
                kept=f"{flow.row(active)[0]:,}",
                lost=f"{flow.row(active)[-1]:,}",
            )
            if total
            else say("said.flow_none")
        )
        drawn = figures.plot_state_flow(flow, days=(str(day), str(self.ledger.as_of)))
        return figure(drawn, figures.describe_state_flow(flow), said)

    def _states_at(self, day: date) -> dict[CustomerId, str]:
        today, rule = day_number(day), self.class_rule()
        seen = ((who, cycles.visits(bought, today)) for who, bought in self.ledger.days.items())
        return {who: cycles.state(visits, today, rule) for who, visits in seen if visits}

    # ── 滑块 ────────────────────────────────────────────────────────

    @cached_property
    def bounds_sliders(self) -> Sliders:
        """拨频次类的界限，看表3 怎样变。"""
        return cycle_sliders.bounds_sliders(self.rows)

    @cached_property
    def states_sliders(self) -> Sliders:
        """拨界限与“几个周期算流失”，看四种状态的人数怎样变。"""
        return cycle_sliders.states_sliders(self.house.states())

    @cached_property
    def window_sliders(self) -> Sliders:
        """拨观察期的长短，看从不改变的钟表客户显出多少。"""
        return cycle_sliders.window_sliders(self.window)

    # ── 比一比，做什么 ───────────────────────────────────────────────

    @or_reason
    def trial(self, question: Question = "action") -> Table:
        """回测：state 问已经流失了吗（要有真相），action 问往后会不会来；表下是判语。"""
        return self._trial(question).table()

    @or_reason
    def trial_figure(self, question: Question = "action") -> Figure:
        """找到同样多的流失，各打扰多少活跃客户。"""
        return self._trial(question).figure()

    def _trial(self, question: Question) -> Outcome:
        from lifecycle_lab.lab import cycle_trial

        if question not in self._trials:
            self._trials[question] = cycle_trial.compare(self.ledger, question, self.own_rule.shop_cycle)
        return self._trials[question]

    @or_reason
    def alive_trap(self) -> Table:
        """一次客的陷阱：BG/NBD 说只买过一次的人个个都还活着。"""
        from lifecycle_lab.lab import cycle_trial

        return cycle_trial.alive_trap(self.ledger)

    def monday(self) -> Table:
        """每种状态几位、各做什么。"""
        plane = warehouse.Plane(self.house.states(), "last_gap", "days_since", "customers")
        return tables.monday(self.title, cycles.class_states(plane, self.class_rule()))

    def call_list(self, state: str = "silent", most: int = 10) -> Table | Shown:
        """一种状态里花钱最多的几位：频次类规则定状态。"""
        rule, today = self.class_rule(), self.ledger.today
        found = [row for row in self.customers if cycles.state(row, today, rule) == state]
        found = sorted(found, key=lambda row: (-row.money, str(row.customer_id)))[:most]
        if not found:
            return Shown((say("said.call_list_none"),))
        columns = ("customer", "last_day", "idle", "last_gap", "frequency_class", "money")
        return Table(
            say("title.call_list", shop=self.title, state=state_label(state)),
            say.columns(*columns),
            tuple(self._call_row(row) for row in found),
        )

    def _call_row(self, row: warehouse.Base) -> tuple[str, ...]:
        gap, rule = row.last_gap, self.class_rule()
        kind = (
            course().cycles.words["new"]
            if gap is None
            else class_label(cycles.frequency_class(gap, rule.bounds))
        )
        return (
            str(row.customer_id),
            str(day_date(row.last_day)),
            days(cycles.days_since(row, self.ledger.today)),
            say("word.none") if gap is None else days(gap),
            kind,
            f"{half_up(Fraction(row.money, 100), 2)} {self.ledger.unit}",
        )

    def _bounds(self, bounds: Sequence[int]) -> Bounds:
        return Bounds(*(bounds or course().cycles.defaults.bounds))
