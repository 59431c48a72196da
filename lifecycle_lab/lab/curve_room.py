"""`lab.curves`：第 02 课手里拿着的一个对象，每个方法往下叫一次，得到一张表、一幅图，或一组滑块（A6、A7、D5）。

数由 curves 算，表由 curve_tables 摆，图由 plots 画；店的账借用 `lab.shop`。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import curve_sliders
from lifecycle_lab.lab import curve_tables as tables
from lifecycle_lab.lab.curve_game import Game, to_budget
from lifecycle_lab.lab.curve_words import percent, say, type_label
from lifecycle_lab.lab.showing import figure, or_reason
from lifecycle_lab.plots import curves as figures
from lifecycle_lab.plots.curves import LifeView
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import half_up

if TYPE_CHECKING:
    from lifecycle_lab.lab.curve_shop import CurveShop
    from lifecycle_lab.lab.cycle_shop import CycleShop
    from lifecycle_lab.widgets.sliders import Sliders


class Curves:
    """open_shop: 店的名字 → 一家店（`lab.shop`）；空是学生的来源那一家，没有日期就借一家。"""

    def __init__(self, open_shop: Callable[[str], CycleShop]) -> None:
        self._open, self._shops = open_shop, {}
        self._game = Game()

    # ── 理想的曲线 ──────────────────────────────────────────────────

    @cached_property
    def ideal(self) -> curves.LifeCurve:
        return curve_sliders.ideal()

    def figure(self, leave: int | None = None) -> Figure:
        """两条曲线与累计利润；leave: 在第几个月末离开，不写是走完全程。"""
        view = LifeView(self.ideal, leave)
        self.ideal.stage(view.months)  # 月份不合理时由它说
        drawn = figures.plot_life_curve(view)
        return figure(drawn, figures.describe_life_curve(view), say("said.life"))

    def stages(self) -> Table:
        """四个阶段：几个月，交易额与利润从多少到多少，目标是什么。"""
        return tables.stages(self.ideal)

    def ledger(self, months: int = 6) -> Table:
        """头几个月的利润与累计，一步一步。"""
        return tables.ledger(self.ideal, months)

    @cached_property
    def sliders(self) -> Sliders:
        """拨离开的月份、各段长短、高矮与成本，看两条曲线。"""
        return curve_sliders.life_sliders()

    def types(self) -> Table:
        """四种类型：何时离开，回本没有，一共赚了多少。"""
        return tables.types(self.ideal, course().curves.reading.early)

    def types_figure(self) -> Figure:
        """同一条曲线剪四刀。"""
        table = self.types()
        drawn = figures.plot_exit_types(self.ideal, early=course().curves.reading.early)
        return figure(drawn, str(table), table.note)

    # ── 从数据看 ────────────────────────────────────────────────────

    def shop(self, name: str = "") -> CurveShop:
        """一家店每位客户每月的数；同名总是同一家。patient 是现造的：周期短，看十年。"""
        from lifecycle_lab.lab.curve_shop import PATIENT, CurveShop  # 用到才引入 DuckDB

        if name == PATIENT:
            return self._patient
        mine = self._open(name)
        if mine not in self._shops:
            self._shops[mine] = CurveShop(mine.ledger)
        return self._shops[mine]

    @cached_property
    def _patient(self) -> CurveShop:
        from lifecycle_lab.lab.curve_shop import patient_shop

        return patient_shop()

    @or_reason
    def customer(self, shop: str = "", customer: object = "") -> Figure:
        """一位客户：每月、平滑、拟合，判成哪一型；空是买的月数最多的一位。"""
        mine = self.shop(shop)
        who = mine.find(customer)
        said = tables.about_customer(mine, who) + self._about_profit(mine)
        drawn = figures.plot_fit(mine.tv[who], self.ideal, unit=mine.unit, profit=mine.profit(who))
        return figure(drawn, said, said)

    @or_reason
    def cohort(self, shop: str = "", least: int = 1) -> Figure:
        """一批客户每月的平均，从第 2 个月起；least: 只看至少几个月有交易的。"""
        mine = self.shop(shop)
        tv, profit, people = mine.cohort(least)
        found = curves.fit(tv, self.ideal, early=course().curves.reading.early)
        said = say(
            "said.cohort",
            shop=mine.title,
            customers=f"{people:,}",
            stretch=found.stretch,
            error=percent(found.error, 0),
            kind=type_label(found.exit_type),
        )
        said += say("said.cohort_open") if found.open else ""
        said += say("said.cohort_least", least=least) if least > 1 else ""
        said += self._about_profit(mine)
        drawn = figures.plot_fit(tv, self.ideal, first=2, unit=mine.unit, profit=profit)
        return figure(drawn, said, said)

    def _about_profit(self, mine: CurveShop) -> str:
        margin = course().curves.curve["margin"]
        return say("said.profit_known") if mine.has_cost else say("said.profit_assumed", margin=margin)

    @or_reason
    def truth_figure(self, shop: str = "longjing") -> Figure:
        """真相的四型，各自平均起来的曲线：一批人看得出的，一位一位未必看得出。"""
        mine = self.shop(shop)
        averages = mine.by_truth()
        told = (
            say("said.truth_kind", kind=type_label(kind), early=_level(values, 0), late=_level(values, 11))
            for kind, values in averages.items()
        )
        said = say("said.truth", shop=mine.title, unit=mine.unit, told="；".join(told))
        drawn = figures.plot_type_averages(averages, mine.unit, first=2)
        return figure(drawn, said, said)

    @or_reason
    def found(self, shop: str = "") -> Table:
        """一家店的客户判成各型的几位（没有真相也能判，只是不知道对不对）。"""
        mine = self.shop(shop)
        return tables.found(mine.title, list(mine.guesses.values()))

    @or_reason
    def score(self, shop: str = "longjing", gone: bool = False) -> Table:
        """判的与生成器的真相比；gone: 只看观察期里真的走了的。"""
        mine = self.shop(shop)
        return tables.score(mine.title, mine.score(gone), gone)

    @or_reason
    def gallery(self, shop: str = "online_retail") -> Figure:
        """真实的客户放在理想旁边。"""
        from lifecycle_lab.lab.curve_shop import GALLERY_MONTHS, GALLERY_POOL

        mine = self.shop(shop)
        portraits = mine.portraits(self.ideal)
        alt = "；".join(one.name.replace("\n", "，") for one in portraits)
        months = max(map(len, mine.tv.values()))
        counts = {"chosen": GALLERY_POOL, "least": GALLERY_MONTHS, "months": months}
        said = say("said.gallery", shop=mine.title, **counts)
        return figure(figures.plot_gallery(portraits, self.ideal)[0], alt, said)

    # ── 分配预算的一局 ───────────────────────────────────────────────

    def assumptions(self) -> Table:
        """这一局的假设。"""
        return self._game.assumptions()

    @or_reason
    def game(
        self, trust: object = 0, satisfaction: object = 0, barriers: object = 0, win_back: object = 0
    ) -> Shown:
        """四项预算（每位在场的客户每月几元）→ 赚了多少，每一元做了什么。"""
        budget = {"trust": trust, "satisfaction": satisfaction, "barriers": barriers, "win_back": win_back}
        return self._game.shown(to_budget(budget))

    def game_figure(self) -> Figure:
        """不花钱的、最近试的、到目前最好的。"""
        return self._game.figure()

    @property
    def game_sliders(self) -> Sliders:
        """拨四项预算；拨一下就算试了一次。"""
        return self._game.sliders

    def robust(self) -> Table:
        """到目前最好的一次，假设换了还好不好。"""
        return self._game.robust()


def _level(values: Sequence[Fraction], start: int) -> str:
    """从第 start 个数起半年的平均，主单位。"""
    half = values[start : start + 6]
    return half_up(Fraction(sum(half), 100 * len(half)), 1) if half else say("word.none")
