"""第 08 课手里的一样东西：`lab.loyalty`。每个方法往下叫一次，得到一张表、一幅图、一个案例或一组滑块(C1–C11)。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab import loyalty
from lifecycle_lab.content.loyalty import loyalty as texts
from lifecycle_lab.export import Table
from lifecycle_lab.lab import loyalty_case, loyalty_keep, loyalty_measure
from lifecycle_lab.lab.loyalty_data import respondents
from lifecycle_lab.lab.loyalty_words import columns, say
from lifecycle_lab.lab.showing import figure, or_reason
from lifecycle_lab.plots import loyalty as figures
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import ParameterError

if TYPE_CHECKING:
    from lifecycle_lab.lab.cycle_shop import CycleShop
    from lifecycle_lab.widgets.sliders import Sliders

_YEAR_DAYS = 365


class LoyaltyDesk:
    """忠诚一课的全部表与图。shop: 名字 → 一家店（同第 06 课）。"""

    def __init__(self, shop: Callable[[str], CycleShop]) -> None:
        self._shop = shop

    def card(self) -> Table:
        """这一课用什么数据，哪些是合成的。"""
        rows = tuple(
            (say(f"row.{name}"), say(f"word.{name}")) for name in ("people", "scale", "shops", "assumed")
        )
        note = say("said.card", people=len(respondents()))
        return Table(say("title.card"), columns("what_data", "content"), rows, note)

    # ── 接触 ────────────────────────────────────────────────────────

    def stages(self) -> Table:
        """从接触起的五个阶段。"""
        return loyalty_keep.stages()

    def channels(self) -> Table:
        """接触方式的产出与成本，两个场景。"""
        return loyalty_keep.channels()

    # ── 量 ──────────────────────────────────────────────────────────

    def questionnaire(self) -> Table:
        """五个因素的十五道题与权重。"""
        return loyalty_measure.questionnaire()

    def measure(self) -> Table:
        """五个因素与指数：信度、均值、区间。"""
        return loyalty_measure.measure()

    def items(self) -> Table:
        """每一题的信度。"""
        return loyalty_measure.items()

    def measure_figure(self) -> Figure:
        """五个因素的均值与区间。"""
        means = loyalty_measure.means()
        return figure(figures.plot_factors(means), figures.describe_factors(means), say("said.synthetic"))

    def nps(self) -> Table:
        """NPS 与它的误差。"""
        return loyalty_measure.nps()

    @cached_property
    def nps_sliders(self) -> Sliders:
        """拨答卷的份数，看误差。"""
        from lifecycle_lab.lab.loyalty_sliders import nps_sliders

        return nps_sliders()

    def quadrants(self) -> Table:
        """态度 × 行为：四格各几位。"""
        return loyalty_measure.quadrants()

    def quadrant_figure(self) -> Figure:
        """态度 × 行为的散点。"""
        points, labels = (
            loyalty_measure.quadrant_points(),
            {name: text.label for name, text in texts().quadrants.items()},
        )
        attitude, orders = loyalty_measure.cuts()
        drawn = figures.plot_quadrants(points, (float(attitude), float(orders)), labels)
        return figure(drawn, figures.describe_quadrants(points, labels), say("said.synthetic"))

    def other_cuts(self) -> Table:
        """换一条界限，四格变多少。"""
        return loyalty_measure.other_cuts()

    # ── 分 ──────────────────────────────────────────────────────────

    def kind_signs(self) -> Table:
        """四种忠诚各看哪两样迹象。"""
        return loyalty_measure.kind_signs()

    def kinds(self) -> Table:
        """四种忠诚各几位、多爱促销、要什么。"""
        return loyalty_measure.kinds()

    def kind_evidence(self, most: int = 8) -> Table:
        """头几位凭什么判成这一种。"""
        return loyalty_measure.kind_evidence(most)

    def kind_truth(self) -> Table:
        """替身猜中几成。"""
        return loyalty_measure.kind_truth()

    # ── 审计与案例 ──────────────────────────────────────────────────

    @or_reason
    def audit(self, changed: Mapping[str, int] | None = None) -> Table:
        """八节逐条打分；changed 写 {"service.listen": 3} 这样，换掉示范店的几条。"""
        return loyalty_keep.audit(changed)

    @or_reason
    def audit_figure(self, changed: Mapping[str, int] | None = None) -> Figure:
        """八节各得几成。"""
        shares, low = loyalty_keep.audit_shares(changed)
        return figure(figures.plot_audit(shares, low), figures.describe_audit(shares, low), say("said.firm"))

    @or_reason
    def checklist(self, section: str, changed: Mapping[str, int] | None = None) -> Table:
        """一节的各条：path、keys、service、steps、trust、strategy、marks、programme。"""
        return loyalty_keep.checklist(section, changed)

    @or_reason
    def plan(self, changed: Mapping[str, int] | None = None) -> Table:
        """最弱的一环，先改哪三条。"""
        return loyalty_keep.plan(changed)

    def trust_signs(self) -> Table:
        """信任的四步与迹象。"""
        return loyalty_keep.trust_signs()

    def examples(self) -> Table:
        """忠诚战略的案例。"""
        return loyalty_keep.examples()

    @or_reason
    def case(self, name: str) -> loyalty_case.Case:
        """一个案例：tv、best。显示一步与选择；`.choose("A")` 往下走，`.endings()` 看全部走法。"""
        return loyalty_case.open_case(name)

    # ── 最好的客户 ──────────────────────────────────────────────────

    def best_views(self) -> Table:
        """公司眼里与客户眼里的最好。"""
        return loyalty_keep.best_views()

    @or_reason
    def rulers(self, shop: str = "", percent: int = 10) -> Table:
        """同一家店，五把尺子各列出最好的 percent %，两两重合几成：十七个答案是怎样来的。"""
        if type(percent) is not int or not 1 <= percent <= 50:
            raise ParameterError("percent 要在 1 到 50 之间。", remedy="写 10 就是前一成。")
        chosen = self._shop(shop)
        return loyalty_keep.rulers(chosen.title, chosen.customers, Fraction(percent, 100))

    @or_reason
    def pareto(self, shop: str = "") -> Table:
        """一家店的帕累托与基尼；空是你的来源那一家。"""
        chosen = self._shop(shop)
        values = loyalty_keep.amounts(chosen.customers)
        return loyalty_keep.pareto(chosen.title, values, len(chosen.customers) - len(values))

    @or_reason
    def pareto_figure(self, shop: str = "") -> Figure:
        """帕累托曲线。"""
        chosen = self._shop(shop)
        values = loyalty_keep.amounts(chosen.customers)
        curve, found = loyalty.pareto_curve(values), loyalty.gini(values)
        caption = say("said.pareto_figure", shop=chosen.title)
        return figure(figures.plot_pareto(curve, found), figures.describe_pareto(curve, found), caption)

    def goals(self) -> Table:
        """四种目标：收入与利润两把尺子。"""
        return loyalty_keep.goals()

    # ── 积分计划 ────────────────────────────────────────────────────

    def programme(self) -> Table:
        """一份积分计划，一行一行算。"""
        return loyalty_keep.programme()

    @cached_property
    def programme_sliders(self) -> Sliders:
        """拨三个率，看打平的增幅。"""
        from lifecycle_lab.lab.loyalty_sliders import programme_sliders

        return programme_sliders()

    @or_reason
    def programme_who(self, shop: str = "") -> Table:
        """假如半个观察期以前（最多一年）开始积分，返利会给谁。"""
        chosen = self._shop(shop)
        days = min(_YEAR_DAYS, chosen.window // 2)
        start = chosen.ledger.as_of - timedelta(days)
        return loyalty_keep.programme_who(chosen.ledger, chosen.customers, _later_money(chosen, start))


def _later_money(shop: CycleShop, start: date) -> dict[object, int]:
    """客户 → start 那天以后的金额：现在的合计减去那天的合计，退得比买得多的不算。"""
    before = {row.customer_id: row.money for row in shop.house.at(start).base()}
    later = {row.customer_id: row.money - before.get(row.customer_id, 0) for row in shop.customers}
    return {who: money for who, money in later.items() if money > 0}
