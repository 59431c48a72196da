"""第 07 课拿着的那一个对象：`lab.value`，每个方法往下叫一次，得到一张表、一幅图或一组滑块(D1–D8)。

不写参数就用全课的例子（value.toml，自拟）；写了就用你的数。店的部分在 `lab.value.shop(…)` 里。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab import value
from lifecycle_lab.content.value import SIDES, value_content
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import value_tables as tables
from lifecycle_lab.lab.showing import figure
from lifecycle_lab.lab.value_words import loyal_customer, percent, say
from lifecycle_lab.plots import value as bars
from lifecycle_lab.plots import value_lines as figures
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import ParameterError
from lifecycle_lab.value import LoyalCustomer, Months, YearlyRate, Years

if TYPE_CHECKING:
    from lifecycle_lab.lab.value_shop import ValueShop
    from lifecycle_lab.widgets.sliders import Sliders

_SHOWN_RATES = (5, 9, 15)
_SHOWN_YEARS = 30


class ValueLesson:
    """不用订单的表与图，和几家店的入口。"""

    def __init__(self, open_shop: Callable[[str], ValueShop]) -> None:
        self._open_shop = open_shop

    def shop(self, name: str = "") -> ValueShop:
        """一家店的价值：空是你的来源那一家；longjing、womenswear、online_retail 是随书的。"""
        return self._open_shop(name)

    @cached_property
    def customer(self) -> LoyalCustomer:
        """全课的例子。"""
        return loyal_customer(value_content().example)

    # ── D1 ─────────────────────────────────────────────────────────

    def annuity(self, rate_percent: int = 9, years: int = 5, digits: int = 2) -> Table:
        """系数一行一行；digits 是 (1 + r)^−n 留几位小数再往下算。"""
        return tables.annuity(YearlyRate.percent(rate_percent), Years(years), digits)

    def periods(self, rate_percent: int = 9, years: int = 5) -> Table:
        """一年一行：年末付与年初付并排。"""
        return tables.periods(YearlyRate.percent(rate_percent), Years(years))

    def models(self) -> Table:
        """三个模型，同一位客户。"""
        return tables.models(self.customer)

    def year_lines(self, model: value.Model = "contribution") -> Table:
        """一个模型，一年一行加出来；model: revenue、profit、contribution。"""
        return tables.year_lines(self.customer, model)

    def difference(self) -> Table:
        """模型一与模型三差在哪里，逐项。"""
        return tables.difference(self.customer)

    # ── D2 ─────────────────────────────────────────────────────────

    def growth_figure(self) -> Figure:
        """终身价值随年数增长；三个贴现率，各有尽头。"""
        lines = [self._growth(number) for number in _SHOWN_RATES]
        return figure(figures.plot_growth(lines), figures.describe_growth(lines), say("said.growth"))

    def _growth(self, rate_percent: int) -> figures.Growth:
        mine = replace(self.customer, rate=YearlyRate.percent(rate_percent))
        ends = [*map(Years, range(_SHOWN_YEARS + 1)), Years.forever()]
        values = [value.lifetime_value(replace(mine, loyal=years), "contribution") for years in ends]
        return figures.Growth(f"r = {rate_percent} %", tuple(values[:-1]), values[-1])

    def rates_figure(self) -> Figure:
        """系数随贴现率下降，切线与“若真成反比”放在一起。"""
        at, loyal = self.customer.rate, self.customer.loyal
        return figure(figures.plot_rates(at, loyal), figures.describe_rates(at, loyal), say("said.rates"))

    def proportional(self) -> Table:
        """“成正比”“成反比”站得住吗：加倍以后是几倍。"""
        return tables.proportional(self.customer.rate, self.customer.loyal)

    @cached_property
    def _two(self) -> tuple[LoyalCustomer, LoyalCustomer]:
        content = value_content()
        return loyal_customer(content.first), loyal_customer(content.second)

    @property
    def _names(self) -> tuple[str, str]:
        content = value_content()
        return content.first.name, content.second.name

    def two_customers(self) -> Table:
        """甲与乙：按收入、按利润贡献各谁在前。"""
        return tables.two_customers(*self._two, self._names)

    def reversal_figure(self) -> Figure:
        """甲的服务成本从少到多，次序在哪里倒过来。"""
        drawn = bars.plot_reversal(*self._two, self._names)
        return figure(drawn, bars.describe_reversal(*self._two, self._names), say("said.reversal"))

    @cached_property
    def plane_sliders(self) -> Sliders:
        """拨甲的四个数：圆点进了底色，次序就倒过来。"""
        from lifecycle_lab.lab.value_sliders import plane_sliders

        return plane_sliders(*self._two, self._names)

    def retention(self) -> Table:
        """每年只留下一部分人：系数变成多少。"""
        content = value_content()
        return tables.retention(YearlyRate(content.retention_rate), self.customer.loyal, content.kept)

    def wallet(self) -> Table:
        """客户支出分配：她花的钱里我们占几成。"""
        content = value_content()
        return tables.wallet(self.customer, content.wallet, content.wallet_shares)

    def months(self) -> Table:
        """月与年怎样换。"""
        return tables.months()

    def mixed(self) -> Shown:
        """年贴现率配六十个月：程序不猜，说出来。"""
        try:
            value.annuity(self.customer.rate, Months(60))
        except ParameterError as error:
            return Shown((str(error),))
        raise AssertionError("年与月混在一起，应当被拒绝")

    # ── D3 ─────────────────────────────────────────────────────────

    def restaurant(self) -> Table:
        """餐馆的问卷：属性 → 性能 → 结果。"""
        return tables.restaurant(value_content().attributes)

    def by_result(self) -> Table:
        """属性归到结果。"""
        return tables.by_result(value_content().attributes)

    def restaurant_figure(self) -> Figure:
        """感知利得一级一级上去，感知成本一级一级下来，剩下 Vc。"""
        balance = value.perceived(tables.as_attributes(value_content().attributes))
        steps = value.waterfall(balance, gains=say("word.perceived_gains"), net=say("word.customer_value"))
        return figure(bars.plot_waterfall(steps), bars.describe_waterfall(steps), say("said.waterfall"))

    def delivered_figure(self) -> Figure:
        """让渡价值：总客户价值减总客户成本，折成钱。"""
        content = value_content()
        sides = {side: {a.name: a.amount for a in content.delivered if a.side == side} for side in SIDES}
        balance = value.delivered(sides["gain"], sides["cost"])
        steps = value.waterfall(balance, gains=say("word.total_value"), net=say("word.delivered_value"))
        drawn = bars.plot_waterfall(steps, bars.YUAN)
        return figure(drawn, bars.describe_waterfall(steps, bars.YUAN), say("said.delivered"))

    # ── D6、D7、D8 ────────────────────────────────────────────────

    def views(self) -> Table:
        """四种看法各问一句。"""
        return tables.views()

    def levers(self) -> Table:
        """稳定期的六种手段，各多值多少。"""
        content = value_content()
        return tables.levers(loyal_customer(content.lever_customer), content.levers)

    def levers_figure(self) -> Figure:
        """同样的数，从多到少。"""
        content = value_content()
        gains = tables.lever_gains(loyal_customer(content.lever_customer), content.levers)
        pairs = [(text.label, gain) for text, gain in gains]
        drawn = figures.plot_gains(pairs, say("word.gain_each"))
        return figure(drawn, figures.describe_gains(pairs), say("said.levers_figure"))

    def telecom(self) -> Table:
        """三群客户、五种做法：一位客户各值多少。"""
        content = value_content()
        return tables.telecom(content.groups, content.actions)

    def elements(self) -> Table:
        """五个营销要素在售前、售中、售后。"""
        return tables.elements()

    def __repr__(self) -> str:
        return f"第 07 课：{percent(self.customer.rate.value, 0)}、{self.customer.loyal.count} 年的例子"
