"""第 05 课里拿着的那一个对象：每个方法往下叫一次，得到一张表、一幅图或一组滑块（A10–A12）。"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab import segmentation, tables
from lifecycle_lab.content import course
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import beyond_limits as limits
from lifecycle_lab.lab import beyond_sliders
from lifecycle_lab.lab import beyond_tables as made
from lifecycle_lab.lab.beyond_people import People, dated_name, open_people
from lifecycle_lab.lab.beyond_words import heads, percent, say, setting, table
from lifecycle_lab.lab.showing import figure, or_reason
from lifecycle_lab.plots import beyond as figures
from lifecycle_lab.report import Figure

if TYPE_CHECKING:
    from lifecycle_lab.lab.beyond_models import Forecast, Grouping
    from lifecycle_lab.widgets.sliders import Sliders


class Beyond:
    """你的来源、问卷、真实的店：同一批函数，人从十个到全体。"""

    def __init__(self, assignment: Assignment, source: str, closed: Callable[[str], Shown | None]) -> None:
        """closed: 还没试过的练习，先不给看带着答案的表。"""
        self.assignment, self.source, self._closed = assignment, source, closed
        self._people: dict[str, People] = {}
        self._wanders: dict[str, list[segmentation.Wander]] = {}
        self._models: dict[str, Grouping | Forecast] = {}

    def people(self, name: str = "") -> People:
        """空是你的来源；survey、online_retail 是随书的。"""
        name = self._key(name)
        if name not in self._people:
            self._people[name] = open_people(name, self.source, self.assignment)
        return self._people[name]

    def _key(self, name: str) -> str:
        """同一份客户只有一个名字：写出自己来源的名字，就是空。"""
        return "" if name == self.assignment.source else name

    def dated(self, name: str = "") -> People:
        """要日期的几节用的那家店。"""
        return self.people(name or dated_name(self.assignment))

    @property
    def is_borrowed(self) -> bool:
        return bool(dated_name(self.assignment)) and self.assignment.as_of is None

    # ── 从十人到全体 ────────────────────────────────────────────────

    @or_reason
    def card(self) -> Table:
        """几份客户：真假、人数、R 的方向。"""
        own = self.people()
        chosen = {one.title: one for one in (own, self.people("survey"), self.people("online_retail"))}
        rows = [
            (
                one.title,
                say(f"word.{one.kind}"),
                f"{len(one.customers):,}",
                str(one.population.as_of or say("word.none")),
                one.direction,
            )
            for one in chosen.values()
        ]
        note = "\n".join(say(f"said.{name}") for name in ("card", *["borrowed"] * self.is_borrowed))
        return table("card", heads("which", "kind", "customers", "as_of", "direction"), rows, note)

    @or_reason
    def everyone(self, name: str = "") -> Table:
        """全体的八种类型，与实训的十个人同一个函数。"""
        people = self.people(name)
        found = tables.segment_summary(people.customers, people.indicators, self.assignment.segments)
        title = say("title.everyone", shop=people.title, customers=f"{len(people.customers):,}")
        return Table(title, found.columns, found.rows, found.note)

    @or_reason
    def ten_against_all(self) -> Table | Shown:
        """你的 10 位：用 10 位的均值，与用全体的均值。"""
        return self._closed("table_4_4") or made.ten_against_all(self.people(), self.assignment.sample)

    @or_reason
    def wander(self, name: str = "") -> Table:
        """一再抽样：均值的范围、级别的一致。"""
        return made.wander(self.people(name), self._found(name))

    @or_reason
    def arrows(self, name: str = "") -> Table:
        """一再抽样：三列箭头各有几成与全体一致。"""
        return made.arrows(self.people(name), self._found(name))

    @or_reason
    def tens_figure(self, name: str = "") -> Figure:
        """每次抽样的 M 均值，一种大小一行。"""
        people, found = self.people(name), self._found(name)
        money = people.indicators[2]
        scale = 10**money.decimals
        strips = [
            figures.Strip(f"{one.size:,} 位", [float(row[2] / scale) for row in one.means]) for one in found
        ]
        whole = float(segmentation.centres(people.customers, "mean")["monetary"] / scale)
        drawn = figures.plot_strips(strips, whole, f"M 均值（{money.unit}），每个点是一次抽样")
        return figure(drawn, str(self.wander(name)), say("said.tens_figure"))

    @or_reason
    def size_figure(self, name: str = "") -> Figure:
        """多少人才稳：一致随样本大小的曲线。"""
        drawn = figures.plot_agreement(self._found(name), Fraction(setting("stable"), 100))
        return figure(drawn, str(self.wander(name)), say("said.size_figure"))

    @or_reason
    def stability(self, name: str = "") -> Table:
        """每次只抽 10 位，各类客户有几成次数保住级别。"""
        return made.stability(self.people(name), self._found(name)[0])

    @or_reason
    def stability_figure(self, name: str = "") -> Figure:
        found = self._found(name)[0]
        said = say("said.stability_figure", draws=found.draws)
        return figure(figures.plot_kept(found), str(self.stability(name)), said)

    def _found(self, name: str) -> list[segmentation.Wander]:
        people, name = self.people(name), self._key(name)
        if name not in self._wanders:
            customers, draws = people.customers, setting("draws")
            sizes = [size for size in course().beyond.sizes if size <= len(customers)]
            self._wanders[name] = [
                segmentation.wander(customers, people.better, size, draws, course().beyond.seed)
                for size in sizes
            ]
        return self._wanders[name]

    # ── 中心、界限、叫法 ────────────────────────────────────────────

    @or_reason
    def centres(self, name: str = "") -> Table:
        """均值、中位数、自定的界限并排。"""
        return made.centres(self.people(name))

    @cached_property
    def cut_sliders(self) -> Sliders:
        """拨自定的界限，看八种类型各几位（真实的店）。"""
        return beyond_sliders.cut_sliders(self.people("online_retail"))

    @or_reason
    def scores(self, name: str = "") -> Table:
        """1–5 分，界限写明。"""
        return made.scores(self.people(name))

    @or_reason
    def conventions(self, name: str = "") -> Table:
        """各种命名惯例，多少客户改名。"""
        return made.conventions(self.people(name))

    @or_reason
    def literal(self, name: str = "") -> Table | Shown:
        """照字面读 R，错几位。"""
        return made.literal(self.people(name))

    # ── 传统细分的四条局限 ──────────────────────────────────────────

    @or_reason
    def self_report(self) -> Table:
        """自己说的与做的（自报是合成的）。"""
        return limits.self_report(self.dated())

    @or_reason
    def trend(self) -> Table:
        """小样本看不出升降。"""
        return limits.trend(self.dated())

    def single_source(self) -> Table:
        """只看交易，同一类型里差别有多大（合成）。"""
        return limits.single_source()

    @cached_property
    def _expected(self) -> segmentation.WrongPushes:
        return segmentation.expected_wrong(limits.shirts())

    def tshirt(self) -> Table:
        """冻结与更新各推错多少：推出来的与模拟的并排（合成）。"""
        people = course().beyond.shirts["customers"]
        return limits.tshirt(
            self._expected, segmentation.simulate_wrong(limits.shirts(), people, course().beyond.seed)
        )

    def tshirt_figure(self) -> Figure:
        return figure(figures.plot_shirts(self._expected), str(self.tshirt()), say("said.tshirt_figure"))

    @cached_property
    def tshirt_sliders(self) -> Sliders:
        """拨改主意与买一件的份额，看两条线。"""
        return beyond_sliders.tshirt_sliders()

    @or_reason
    def drift(self) -> Table:
        """真实的订单：级别冻结以后，还对得上几成。"""
        return limits.drift(self.dated())

    @or_reason
    def drift_figure(self) -> Figure:
        found = limits.drift_points(self.dated())
        drawn = figures.plot_drift([(gone, float(share)) for _, gone, share in found])
        alt = "；".join(f"{gone} 天 {percent(share)}" for _, gone, share in found)
        return figure(drawn, alt, limits.drift(self.dated()).note)

    # ── 三种来源连起来 ──────────────────────────────────────────────

    def sources(self) -> Shown:
        """交易、互动、外部三张合成的表。"""
        return limits.source_tables()

    def joined(self) -> Table:
        """连起来：连得上几位，连不上几行。"""
        return limits.joined()

    def sources_trial(self) -> Table:
        """多一种来源，多看准多少（合成，有真相）。"""
        return limits.sources()

    def sources_figure(self) -> Figure:
        rows = [(say(f"row.{line.key}"), line.auc, line.auc_band) for line in limits.sources_trial().lines]
        return figure(figures.plot_sources(rows), str(limits.sources()), limits.sources().note)

    # ── 聚类 ────────────────────────────────────────────────────────

    @or_reason
    def clusters(self, name: str = "online_retail") -> Table:
        """每个 k 的轮廓与稳定，和一句判语。"""
        return self._grouping(name).table()

    @or_reason
    def clusters_figure(self, name: str = "online_retail") -> Figure:
        found = self._grouping(name)
        rows = [(one.k, one.silhouette, one.stability) for one in found.choices]
        lines = (setting("silhouette") / 100, setting("stability") / 100)
        return figure(figures.plot_choices(rows, lines), str(found.table()), say("said.clusters_figure"))

    @or_reason
    def groups(self, k: int = 0, name: str = "online_retail") -> Table:
        """各群是什么样的人；k 为 0 用选中的。"""
        return self._grouping(name).profile(k)

    @or_reason
    def groups_figure(self, k: int = 0, name: str = "online_retail") -> Figure:
        found = self._grouping(name)
        _, labels = found.groups(k)
        recency, _, money = found.people.indicators
        points = [(one.recency, one.monetary / 10**money.decimals) for one in found.people.customers]
        names = (f"{recency.heading}", f"{money.heading}，对数")
        drawn = figures.plot_groups(points, labels.tolist(), names)
        return figure(drawn, str(found.profile(k)), say("said.groups_figure"))

    @or_reason
    def mixture(self, name: str = "online_retail") -> Table:
        """高斯混合：BIC 与拿不准的客户。"""
        return self._grouping(name).mixture()

    def _grouping(self, name: str) -> Grouping:
        from lifecycle_lab.lab.beyond_models import Grouping

        key = f"groups|{self._key(name)}"
        if key not in self._models:
            self._models[key] = Grouping(self.people(name))
        return self._models[key]  # type: ignore[return-value]

    # ── 预测 ────────────────────────────────────────────────────────

    @or_reason
    def prediction(self, name: str = "", horizon: int = 0) -> Table:
        """往后谁会买：先学后考，与 RFM 类型、只看最近一次比。"""
        return self._forecast(name, horizon).table()

    @or_reason
    def effort(self, name: str = "", horizon: int = 0) -> Table:
        """同样的力气多找到多少，同样的买家少联系多少。"""
        return self._forecast(name, horizon).effort()

    @or_reason
    def gain_figure(self, name: str = "", horizon: int = 0) -> Figure:
        found = self._forecast(name, horizon)
        drawn = figures.plot_reach(found.reach(), setting("effort") / 100)
        return figure(drawn, str(found.effort()), say("said.gain_figure"))

    @or_reason
    def learned(self, name: str = "", horizon: int = 0) -> Table:
        """逻辑回归的系数。"""
        return self._forecast(name, horizon).learned()

    def _forecast(self, name: str, horizon: int) -> Forecast:
        from lifecycle_lab.lab.beyond_models import forecast

        key = f"forecast|{name}|{horizon}"
        if key not in self._models:
            self._models[key] = forecast(self.dated(name), horizon)
        return self._models[key]  # type: ignore[return-value]
