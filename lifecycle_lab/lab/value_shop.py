"""第 07 课里拿着的一家店：终身价值两种算法、过去与将来、客户资产、各阶段的价值(D1、D4–D6)。

数由 value、models、warehouse 算；这里只把它们接到这家店的账上。利润率、吸引成本是假设（value.toml），表下写明。
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from functools import cached_property

import numpy as np

from lifecycle_lab import value
from lifecycle_lab.content import course
from lifecycle_lab.content.value import value_content
from lifecycle_lab.export import Table
from lifecycle_lab.lab.cycle_shop import CycleShop
from lifecycle_lab.lab.showing import figure, or_reason
from lifecycle_lab.lab.value_people import YEAR, People, bands, people
from lifecycle_lab.lab.value_stages import FEW, StageSums, stage_sums
from lifecycle_lab.lab.value_words import columns, percent, say, table, yuan
from lifecycle_lab.plots import value as bars
from lifecycle_lab.plots import value_lines as figures
from lifecycle_lab.plots.value import Written
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import DataError
from lifecycle_lab.value import EquityPlan, ExpectedCustomers, PresentCustomers, YearlyRate, Years

_SHOWN = 3
_LEAST_DAYS = 360


class ValueShop:
    """一家店：第 06 课的账，加上钱怎样变成价值。"""

    def __init__(self, shop: CycleShop, name: str) -> None:
        """name: `ledgers.shop_name` 给的名字；空是学生自己的。"""
        self.shop, self.name = shop, name
        self.assumed = value_content().shop

    @property
    def title(self) -> str:
        return self.shop.title

    @property
    def unit(self) -> str:
        return self.shop.ledger.unit

    @property
    def rate(self) -> YearlyRate:
        return YearlyRate(self.assumed.rate)

    @property
    def planning(self) -> Years:
        return Years(self.assumed.planning_years)

    @cached_property
    def margin(self) -> Fraction:
        """利润占金额的份额：订单里有成本就用它，没有就用假设。"""
        source = self.shop.ledger.source
        if "cost" not in getattr(source, "column_names", ()):
            return self.assumed.margin
        import pyarrow.compute as pc

        kept = source.filter(pc.invert(source["cancelled"]))  # type: ignore[attr-defined]
        money, cost = (Fraction(pc.sum(kept[name]).as_py()) for name in ("amount", "cost"))
        return (money - cost) / money

    def card(self) -> Table:
        """是哪家店，利润率与吸引成本从哪里来。"""
        base = self.shop.card()
        known = "cost" in getattr(self.shop.ledger.source, "column_names", ())
        rows = (
            *base.rows,
            (
                say("row.margin"),
                say("word.margin_known" if known else "word.margin_assumed", margin=percent(self.margin)),
            ),
            (
                say("row.acquisition"),
                say("word.acquisition_assumed", share=percent(self.assumed.acquisition, 0)),
            ),
            (
                say("row.rate"),
                say("word.rate_assumed", rate=percent(self.assumed.rate, 0), years=self.planning.count),
            ),
        )
        return Table(base.title, base.columns, rows, base.note)

    # ── 同一批客户，两种算法（D1） ──────────────────────────────────

    @cached_property
    def people(self) -> People:
        return people(self.shop.house, self.shop.ledger.as_of)

    @cached_property
    def _yearly_orders(self) -> np.ndarray:
        return self.people.yearly_orders(self.planning.count)  # type: ignore[arg-type]

    @cached_property
    def _model_values(self) -> np.ndarray:
        """每位客户：期望单数 × 期望单价 × 利润率，贴现（最小单位，浮点数）。"""
        factors = [float(value.discount_factor(self.rate, Years(t))) for t in self._years]
        return (self._yearly_orders @ np.array(factors)) * self.people.average_order * float(self.margin)

    @cached_property
    def _textbook_values(self) -> np.ndarray:
        """每位客户：去年花的钱 × 利润率 × 系数 a，当她往后年年如此、一定不走。"""
        a = value.annuity(self.rate, self.planning)
        return self.people.lately * float(self.margin * a)

    @property
    def _years(self) -> range:
        return range(1, self.planning.count + 1)  # type: ignore[operator]

    @or_reason
    def two_values(self) -> Table:
        """教科书的终身价值与模型的，按多久没来分群；每位客户的平均数。"""
        rows = []
        for name, here in self._bands():
            means = [float(each[here].mean()) for each in (self._textbook_values, self._model_values)]
            rows.append(
                (name, f"{int(here.sum()):,}", *map(self._money, means), self._money(means[1] - means[0]))
            )
        totals = [float(each.sum()) for each in (self._textbook_values, self._model_values)]
        note = say(
            "said.two_values",
            shop=self.title,
            years=self.planning.count,
            rate=percent(self.assumed.rate, 0),
            margin=percent(self.margin),
            textbook=self._money(totals[0], 0),
            model=self._money(totals[1], 0),
            unit=self.unit,
        )
        cautions = "".join((*self.people.buying.cautions, *self.people.spending.cautions))
        heads = columns("idle", "customers", "textbook", "model", "model_minus")
        return table("two_values", heads, rows, note + cautions, shop=self.title, unit=self.unit)

    @or_reason
    def two_values_figure(self) -> Figure:
        """同样的数，画成成对的条形。"""
        pairs = [
            figures.Pair(
                name, *(_fen(each[here].mean()) for each in (self._textbook_values, self._model_values))
            )
            for name, here in self._bands()
        ]
        most = max(pairs, key=lambda pair: abs(pair.first - pair.second)).name
        legends = (say("word.textbook"), say("word.model"))
        drawn = figures.plot_pairs(pairs, legends, say("word.mean_value", unit=self.unit), self._written)
        return figure(
            drawn, figures.describe_pairs(pairs, legends, self._written), say("said.two_figure", most=most)
        )

    def _bands(self):
        """按多久没来分的群：名字与哪些客户。"""
        for low, high, here in bands(self.people.idle):
            yield say("word.band_last" if high is None else "word.band", low=low, high=high), here

    @or_reason
    def forecast(self) -> Table:
        """把最近一段日子藏起来：教科书与模型各猜这段日子收多少，再对答案。"""
        days = min(YEAR, self.shop.window // 3)
        if days * 3 < _LEAST_DAYS:
            raise DataError(
                say("said.forecast_short", days=self.shop.window), remedy=say("said.forecast_remedy")
            )
        cut = self.shop.ledger.as_of - timedelta(days)
        then = people(self.shop.house.at(cut), cut, days)
        now = dict(zip(self.people.ids, self.people.net.tolist(), strict=True))
        came = np.array([now[who] for who in then.ids]) - then.net
        orders = then.buying.expected_orders(then.histories, days)
        said = {"textbook": then.lately, "model": orders * then.average_order, "actual": came}
        rows = []
        for low, high, here in bands(then.idle):
            band = say("word.band_last" if high is None else "word.band", low=low, high=high)
            rows.append(
                (band, f"{int(here.sum()):,}", *(self._money(each[here].mean()) for each in said.values()))
            )
        whole = {name: float(each.sum()) for name, each in said.items()}
        rows.append(
            (say("row.all"), f"{len(then.ids):,}", *(self._money(v / len(then.ids)) for v in whole.values()))
        )
        if whole["actual"] <= 0:
            raise DataError(say("said.forecast_nothing", days=days), remedy=say("said.forecast_remedy"))
        note = say(
            "said.forecast",
            days=days,
            cut=cut,
            textbook=percent(whole["textbook"] / whole["actual"] - 1, 0),
            model=percent(whole["model"] / whole["actual"] - 1, 0),
        )
        heads = columns("idle", "customers", "textbook_guess", "model_guess", "actual")
        return table("forecast", heads, rows, note, shop=self.title, days=days, unit=self.unit)

    # ── 过去与将来 ─────────────────────────────────────────────────

    @or_reason
    def past_future(self) -> Table:
        """过去价值最高的三位，与将来价值最高的三位：多半不是同一批人。"""
        past, future = self.people.net * float(self.margin), self._model_values
        chosen = [
            *np.argsort(-past, kind="stable")[:_SHOWN],
            *np.argsort(-future, kind="stable")[: 2 * _SHOWN],
        ]
        places = list(dict.fromkeys(int(i) for i in chosen))[: 2 * _SHOWN]
        ranks = [np.argsort(np.argsort(-each, kind="stable"), kind="stable") + 1 for each in (past, future)]
        rows = [
            (
                str(self.people.ids[i]),
                f"{int(self.people.orders[i]):,}",
                f"{int(self.people.idle[i]):,}",
                f"{self._money(past[i])}（第 {int(ranks[0][i]):,}）",
                f"{self._money(future[i])}（第 {int(ranks[1][i]):,}）",
            )
            for i in places
        ]
        both = len(set(np.argsort(-past)[:100].tolist()) & set(np.argsort(-future)[:100].tolist()))
        note = say("said.past_future", both=both, years=self.planning.count)
        heads = columns("customer", "orders", "idle_days", "past", "future")
        return table("past_future", heads, rows, note, shop=self.title, unit=self.unit)

    # ── 客户资产（D4） ─────────────────────────────────────────────

    @cached_property
    def plan(self) -> EquityPlan:
        """现有客户按多久没来分群；新客户照最近一年的人数来。"""
        orders, worth = self._yearly_orders, self.people.average_order
        groups = []
        for name, here in self._bands():
            expected = orders[here].sum(axis=1)
            each = float((expected * worth[here]).sum() / expected.sum())
            profit = Fraction(round(each * float(self.margin)))
            groups.append(
                PresentCustomers(name, int(here.sum()), tuple(map(float, orders[here].mean(axis=0))), profit)
            )
        return EquityPlan(self.rate, self.planning, tuple(groups), self._newcomers)

    @cached_property
    def _newcomers(self) -> ExpectedCustomers:
        new = int((self.people.age < YEAR).sum())
        if self.shop.window < YEAR:
            new = new * YEAR // self.shop.window
        order = 100 * self.people.spending.shop_average
        profits = tuple(
            round(many * order * float(self.margin))
            for many in self.people.newcomer_orders(self.planning.count)
        )  # type: ignore[arg-type]
        cost = round(self.assumed.acquisition * Fraction(order))
        return ExpectedCustomers((new,) * self.planning.count, cost, profits)  # type: ignore[operator]

    @or_reason
    def equity(self) -> Table:
        """客户资产：现有的几群，各年的新客户，合计与区间。"""
        found = value.customer_equity(self.plan)
        rows = [
            (say("row.present"), line.name, f"{int(group.customers):,}", self._whole(line.value))
            for line, group in zip(found.present, self.plan.present, strict=True)
        ]
        newcomers = self.plan.newcomers
        rows += [
            (say("row.expected"), say("word.year", year=line.name), f"{int(many):,}", self._whole(line.value))
            for line, many in zip(found.expected, newcomers.yearly_newcomers, strict=True)  # type: ignore[union-attr]
        ]
        rows.append((say("row.sum"), "", "", self._whole(found.total)))
        low, high = value.interval_from_draws(self._draws(), self.assumed.level)
        wide = value.interval_from_swings(self._swings)
        note = say(
            "said.equity",
            years=self.planning.count,
            rate=percent(self.assumed.rate, 0),
            level=percent(self.assumed.level, 0),
            low=self._whole(low),
            high=self._whole(high),
            wide_low=self._whole(Fraction(wide[0])),
            wide_high=self._whole(Fraction(wide[1])),
            cost=self._money(float(newcomers.acquisition_cost)),  # type: ignore[union-attr]
            margin=percent(self.margin),
            unit=self.unit,
        )
        return table(
            "equity",
            columns("part", "group", "customers", "worth"),
            rows,
            note,
            shop=self.title,
            unit=self.unit,
        )

    def _draws(self) -> list[int]:
        """重抽样：现有客户各取 0、1、2… 次，新客户数按泊松波动；种子固定。"""
        chance = np.random.default_rng(self.assumed.seed)
        found = value.customer_equity(self.plan)
        counts = np.array([int(n) for n in self.plan.newcomers.yearly_newcomers])  # type: ignore[union-attr]
        each = np.array([float(line.value) for line in found.expected]) / np.maximum(counts, 1)
        scale = float(sum(line.value for line in found.present)) / self._model_values.sum()
        size = len(self.people.ids)
        return [
            round(
                float(scale * (chance.poisson(1.0, size) @ self._model_values))
                + float(chance.poisson(counts) @ each)
            )
            for _ in range(self.assumed.draws)
        ]

    @cached_property
    def _swings(self) -> tuple[value.Swing, ...]:
        chosen, less = self.assumed, (1 - self.assumed.swing, 1 + self.assumed.swing)
        ranges = {name: less for name in value.DRIVERS if name != "yearly_rate"}
        return value.tornado(self.plan, {"yearly_rate": (chosen.low_rate, chosen.high_rate), **ranges})

    @or_reason
    def tornado_figure(self) -> Figure:
        """哪个假设最要紧：每次只动一个。"""
        labels = {name: say(f"driver.{name}") for name in value.DRIVERS}
        drawn = bars.plot_tornado(self._swings, labels, self._written)
        said = say("said.tornado", swing=percent(self.assumed.swing, 0), most=labels[self._swings[0].driver])
        return figure(drawn, bars.describe_tornado(self._swings, labels, self._written), said)

    # ── 各阶段（D5）与六个时期（D6） ─────────────────────────────────

    @cached_property
    def _stages(self) -> tuple[StageSums, ...]:
        return stage_sums(self.name, self.shop.ledger.as_of)

    @or_reason
    def stages(self) -> Table:
        """每个阶段，平均每单收多少、花多少、赚多少；旁边是对它的目标。"""
        texts = course().curves.stages
        rows = [
            (
                texts[one.name].label,
                f"{one.customers:,}",
                f"{one.orders:,}",
                *(yuan(one.each(amount), 0) for amount in (one.revenue, one.cost, one.profit)),
                percent(one.margin),
                texts[one.name].aim,
            )
            for one in self._stages[:4]
        ]
        names = ("stage", "customers", "orders_made", "income", "cost", "profit", "margin", "aim")
        return table("stages", columns(*names), rows, say("said.stages") + self._few(), shop=self.title)

    def _few(self) -> str:
        """哪些阶段人太少。"""
        texts = course().curves.stages
        few = [
            f"{texts[one.name].label}（{one.customers} 位）"
            for one in self._stages[:4]
            if one.customers < FEW
        ]
        return say("said.few", stages="、".join(few)) if few else ""

    @or_reason
    def stages_figure(self) -> Figure:
        """每单的收入对成本，一个阶段一对。"""
        texts = course().curves.stages
        pairs = [
            figures.Pair(texts[s.name].label, s.each(s.cost), s.each(s.revenue)) for s in self._stages[:4]
        ]
        legends = (say("word.cost"), say("word.revenue"))
        drawn = figures.plot_pairs(pairs, legends, say("word.per_order", unit=self.unit), self._written)
        said = say("said.stages_figure") + self._few()
        return figure(drawn, figures.describe_pairs(pairs, legends, self._written), said)

    @or_reason
    def one_more_year(self) -> Table:
        """某一阶段多待一年，一位客户一生的利润现值变多少；每年几单是假设。"""
        texts, many = course().curves.stages, value_content().stage_orders
        phases = [
            value.Phase(
                one.name, 1, *(round(many[one.name] * one.each(money)) for money in (one.revenue, one.cost))
            )
            for one in self._stages[:4]
        ]
        gains = value.one_more_year(phases, self.rate)
        rows = [(texts[n].label, str(many[n]), self._signed(gain), texts[n].aim) for n, gain in gains.items()]
        note = say(
            "said.one_more",
            base=yuan(value.life_value(phases, self.rate), 0),
            rate=percent(self.assumed.rate, 0),
        )
        return table(
            "one_more",
            columns("stage", "orders_a_year", "change_of_value", "aim"),
            rows,
            note,
            shop=self.title,
        )

    @or_reason
    def periods(self) -> Table:
        """六个时期：企业的投入（假设）对着客户的贡献（从订单里量），都按一单。"""
        rows = [
            (
                one.label,
                one.origin,
                one.invests,
                yuan(one.investment, 0),
                one.gives,
                yuan(gives, 0),
                self._signed(gives - one.investment),
            )
            for one, gives in self._periods()
        ]
        names = ("period", "origin", "invests", "investment", "gives", "contribution", "left")
        note = say("said.periods_of_life") + self._few()
        return table("periods_of_life", columns(*names), rows, note, shop=self.title)

    @or_reason
    def periods_figure(self) -> Figure:
        """投入向左，贡献向右。"""
        pairs = [figures.Pair(one.label, Fraction(one.investment), gives) for one, gives in self._periods()]
        legends = (say("word.investment"), say("word.contribution"))
        drawn = figures.plot_opposed(pairs, legends, say("word.per_order", unit=self.unit), self._written)
        return figure(
            drawn, figures.describe_pairs(pairs, legends, self._written), say("said.periods_figure")
        )

    def _periods(self):
        """（时期，每单的贡献）；潜在期还没有客户，贡献是 0。"""
        sums = {one.name: one for one in self._stages}
        for period in value_content().periods:
            one = sums.get(period.stage)
            yield period, one.each(one.profit) if one else Fraction(0)

    # ── 写法 ───────────────────────────────────────────────────────

    @property
    def _written(self) -> Written:
        return Written(self.unit)

    def _money(self, fen: float, digits: int = 2) -> str:
        return Written(self.unit, digits=digits).text(Fraction(float(fen)))

    def _whole(self, fen: Fraction) -> str:
        return yuan(fen, 0)

    def _signed(self, fen: Fraction) -> str:
        return f"+{yuan(fen, 0)}" if fen > 0 else yuan(fen, 0)


def _fen(value_: float) -> Fraction:
    return Fraction(float(value_))
