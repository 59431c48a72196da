"""第 01 课里 `lab.stages` 拿着的：模型、对照、图鉴、街上的人，和一家店放阶段的表与图；每个方法往下叫一次。"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab import plots
from lifecycle_lab.content.stages import FOUR, stages
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import stage_atlas as atlas
from lifecycle_lab.lab.stage_words import period_label, place, relation_label, say, stage_of
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import LabError
from lifecycle_lab.stages.placing import PERIODS, RELATION_STAGES, TRUE_STAGES
from lifecycle_lab.widgets.choices import Choices

if TYPE_CHECKING:
    from lifecycle_lab.lab.cycle_shop import CycleShop
    from lifecycle_lab.lab.stage_shop import StageShop

_START = (FOUR, "formation")


class StageDesk:
    """阶段这一课的桌面。shop: 名字 → 一家店（空是学生自己的来源）。"""

    def __init__(self, shop: Callable[[str], CycleShop]) -> None:
        self._open = shop
        self._shops: dict[int, StageShop] = {}

    # ── 模型与对照 ──────────────────────────────────────────────────

    def models(self) -> Table:
        """十二种阶段模型一览。"""
        return atlas.models_table()

    def model(self, name: str = FOUR) -> Table:
        """一种模型的各个阶段。"""
        return atlas.model_table(name)

    def crosswalk(self, model: str = FOUR, stage: str = "formation") -> Table:
        """选一种模型的一个阶段，看它在别的模型里是哪一段。"""
        return atlas.crosswalk_table(model, stage)

    def crosswalk_figure(self, model: str = "", stage: str = "") -> Figure:
        """全部模型对到一条轴上；写了模型与阶段，就画出那一段的竖带。"""
        from lifecycle_lab.plots import stages as figures

        chosen, said = None, say("said.figure")
        if stage:
            home, one = stage_of(stage, model)
            chosen = (one.start, one.end)
            where = {"start": place(one.start), "end": place(one.end)}
            said = say("said.figure_chosen", model=home.title, stage=one.label, **where) + said
        found = atlas.lanes()
        drawn = figures.plot_crosswalk(found, atlas.axis_words(), chosen)
        return Figure(plots.png(drawn.figure), figures.describe_crosswalk(found), said)

    @cached_property
    def choose(self) -> Choices:
        """同一张对照表，用两个下拉单选。"""
        models = stages().models
        items = {name: {s.id: s.label for s in model.stages.values()} for name, model in models.items()}
        names = (say("said.choose_model"), say("said.choose_stage"))
        titles = {name: model.title for name, model in models.items()}
        return Choices(titles, items, atlas.crosswalk_table, names, _START, say("said.still"))

    def atlas(self, stage: str = "formation", model: str = "") -> Table:
        """一个阶段的图鉴：标志、目标、手段、例子、别的模型怎样叫它。"""
        return atlas.atlas_table(stage, model)

    def industries(self) -> Table:
        """四个阶段的重点，在电信与网店各是什么样子。"""
        return atlas.industries_table()

    def street(self) -> Table:
        """街上的四个人：看得见什么，还说不上什么。"""
        return atlas.street_table()

    # ── 从订单到阶段 ────────────────────────────────────────────────

    def rule(self) -> Table:
        """写明的规则。"""
        from lifecycle_lab.lab import stage_tables

        return stage_tables.rule_table()

    def placing(self, shop: str = "") -> Table | Shown:
        """这家店四个阶段各几位。"""
        return self._table("placing_table", shop)

    def examples(self, shop: str = "") -> Table | Shown:
        """几位客户的证据。"""
        return self._table("examples_table", shop)

    def confusion(self, shop: str = "") -> Table | Shown:
        """规则对真相；没有真相的店说明为什么。"""
        from lifecycle_lab.lab import stage_tables

        return self._scored(shop, lambda one: stage_tables.confusion_table(one.shop.title, one.confusion))

    def confusion_figure(self, shop: str = "") -> Figure | Shown:
        """同一张混淆表画成热图。"""
        from lifecycle_lab.lab import stage_tables
        from lifecycle_lab.plots import stages as figures

        def draw(one: StageShop) -> Figure:
            found = one.confusion
            rows = {relation_label(truth): found.row(truth) for truth in TRUE_STAGES}
            columns = [relation_label(stage) for stage in RELATION_STAGES]
            drawn = figures.plot_confusion(rows, columns, (say("word.placed_axis"), say("word.truth_axis")))
            table = stage_tables.confusion_table(one.shop.title, found)
            return Figure(plots.png(drawn.figure), str(table), stage_tables.confusion_sentence(found))

        return self._scored(shop, draw)

    # ── 占比 ────────────────────────────────────────────────────────

    def shares(self, shop: str = "") -> Table | Shown:
        """五个时期：典型占比与这家店。"""
        return self._table("shares_table", shop)

    def shares_figure(self, shop: str = "") -> Figure | Shown:
        """同一张表画成点。"""
        from lifecycle_lab.lab import stage_tables
        from lifecycle_lab.plots import stages as figures

        def draw(one: StageShop) -> Figure:
            own, usual = one.period_shares(), stage_tables.typical()
            drawn = figures.plot_shares(
                [period_label(name) for name in PERIODS],
                [usual[name] for name in PERIODS],
                [own[name] for name in PERIODS],
                (say("word.typical"), say("word.own")),
            )
            said = stage_tables.shares_sentence(own, usual)
            return Figure(plots.png(drawn.figure), str(stage_tables.shares_table(one)), said)

        return self._or_reason(shop, draw)

    def shares_over_time(self, shop: str = "") -> Figure | Shown:
        """规则不变，换几个观察日，占比怎样变。"""
        from lifecycle_lab.lab import stage_tables
        from lifecycle_lab.plots import stages as figures
        from lifecycle_lab.warehouse import day_date

        def draw(one: StageShop) -> Figure:
            days = one.history_days()
            each = [one.period_shares(day) for day in days]
            lines = {name: [shares[name] for shares in each] for name in PERIODS}
            dates = [day_date(day).isoformat() for day in days]
            drawn = figures.plot_share_history(dates, {period_label(n): line for n, line in lines.items()})
            measured = (one.shop_cycle(days[0]), one.shop_cycle(days[-1]))
            said = stage_tables.history_sentence(days, lines, measured)
            return Figure(plots.png(drawn.figure), said, said)

        return self._or_reason(shop, draw)

    def shares_by_rule(self, shop: str = "") -> Table | Shown:
        """同一天，“安静”换几种标准，占比怎样变。"""
        return self._table("by_rule_table", shop)

    # ── 共用 ────────────────────────────────────────────────────────

    def _table(self, name: str, shop: str) -> Table | Shown:
        from lifecycle_lab.lab import stage_tables

        return self._or_reason(shop, getattr(stage_tables, name))

    def _scored(self, shop: str, build: Callable[[StageShop], Table | Figure]) -> Table | Figure | Shown:
        def scored(one: StageShop) -> Table | Figure | Shown:
            return Shown((say("said.no_truth"),)) if one.confusion is None else build(one)

        return self._or_reason(shop, scored)

    def _or_reason(self, shop: str, build: Callable[[StageShop], object]):
        """做不出来的（没有客户、历史太短）说出为什么，这一课接着往下走。"""
        try:
            return build(self._shop(shop))
        except LabError as error:
            return Shown((str(error),))

    def _shop(self, name: str) -> StageShop:
        from lifecycle_lab.lab.stage_shop import StageShop

        opened = self._open(name)
        return self._shops.setdefault(id(opened), StageShop(opened))
