"""聚类与预测：一份客户 → 群、机会、判语（A11）。分数由 learning 给，好坏由 backtest 比。"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lifecycle_lab import backtest, learning, rfm, segmentation
from lifecycle_lab.backtest.ranking import Ranking, Tally
from lifecycle_lab.export import Table
from lifecycle_lab.lab.beyond_limits import interval
from lifecycle_lab.lab.beyond_people import People
from lifecycle_lab.lab.beyond_words import (
    amount,
    heads,
    level_with_pattern,
    percent,
    say,
    setting,
    signed,
    table,
)
from lifecycle_lab.learning import mixtures
from lifecycle_lab.plots.beyond import Reach
from lifecycle_lab.schema import DataError, column

_SEED = 5
_FALLBACK = 3
FIELD = ("recency_only", "types", "logistic", "boosted")
_POINTS = 101


@dataclass(frozen=True, eq=False)
class Grouping:
    """一份客户的聚类：每个 k 的成绩、选中的群。"""

    people: People

    @cached_property
    def scaled(self) -> np.ndarray:
        return learning.scaled([one.values for one in self.people.customers])

    @cached_property
    def choices(self) -> list[learning.Choice]:
        ks = range(2, setting("most_clusters") + 1)
        return learning.choices(self.scaled, ks, resamples=setting("resamples"), seed=_SEED)

    @cached_property
    def chosen(self) -> learning.Chosen:
        return learning.choose(self.choices, setting("silhouette") / 100, setting("stability") / 100)

    def table(self) -> Table:
        rows = [
            (
                str(one.k),
                _passed(one.silhouette, "silhouette"),
                _passed(one.stability, "stability"),
                percent(one.smallest),
            )
            for one in self.choices
        ]
        columns = heads("k", "silhouette", "agree", "smallest")
        return table("clusters", columns, rows, self.verdict(), shop=self.people.title)

    def verdict(self) -> str:
        """有好的 k 就说是几，没有就说没有。"""
        if self.chosen.best:
            return say("said.clusters_good", k=self.chosen.best.k)
        widest = self.chosen.widest
        if widest.silhouette >= setting("silhouette") / 100:
            fields = {"k": widest.k, "width": f"{widest.silhouette:.2f}", "agree": f"{widest.stability:.2f}"}
            return say("said.clusters_unstable", **fields)
        return say(
            "said.clusters_none",
            silhouette=f"{setting('silhouette') / 100:.2f}",
            stability=f"{setting('stability') / 100:.2f}",
            k=widest.k,
            width=f"{widest.silhouette:.2f}",
        )

    def groups(self, k: int = 0) -> tuple[int, np.ndarray]:
        """（几群，每位的群号）；不写 k 用选中的，没有选中的用 3 群来看。"""
        many = k or (self.chosen.best.k if self.chosen.best else _FALLBACK)
        return many, learning.clusters(self.scaled, many, _SEED)

    def profile(self, k: int = 0) -> Table:
        """各群的人数、三个中位数、里面最多的 RFM 类型；与八种类型有多一致。"""
        many, labels = self.groups(k)
        customers = self.people.customers
        types = segmentation.codes(customers, segmentation.centres(customers, "mean"), self.people.better)
        medians = tuple(say("column.median", letter=i.letter, unit=i.unit) for i in self.people.indicators)
        rows = []
        for group in range(many):
            here = [one for one, own in zip(customers, labels, strict=True) if own == group]
            common = Counter(t for t, own in zip(types, labels, strict=True) if own == group).most_common(1)
            middle = (amount(i, rfm.median(column(here, i.key))) for i in self.people.indicators)
            share = percent(len(here) / len(customers))
            rows.append(
                (f"第 {group + 1} 群", f"{len(here):,}", share, *middle, level_with_pattern(common[0][0]))
            )
        note = say("said.groups", ari=f"{learning.alike(types, labels):.2f}")
        columns = (*heads("group", "customers", "share"), *medians, *heads("common"))
        return table("groups", columns, rows, note, shop=self.people.title, k=many)

    def mixture(self) -> Table:
        found = learning.mixture(self.scaled, range(2, setting("most_clusters") + 1), _SEED)
        rows = [(str(k), f"{bic:,.0f}{'　←' if k == found.k else ''}") for k, bic in found.bic.items()]
        note = say(
            "said.mixture", k=found.k, doubtful=percent(found.doubtful, 0), sure=percent(mixtures.SURE, 0)
        )
        return table("mixture", heads("k", "bic"), rows, note, shop=self.people.title)


def _passed(value: float, line: str) -> str:
    return f"{value:.2f}" + (f"（{say('word.cleared')}）" if value >= setting(line) / 100 else "")


@dataclass(frozen=True, eq=False)
class Forecast:
    """一家店往后谁会买：早一段上学，晚一段考试。"""

    people: People
    train: learning.Period
    test: learning.Period

    @cached_property
    def scores(self) -> dict[str, np.ndarray]:
        """每位参赛者给考试的每位客户一个数，越大越像会买。"""
        train, test = self.train, self.test
        old, new = (self._types(one) for one in (train, test))
        return {
            "recency_only": -np.array([one.recency for one in test.customers], dtype=float),
            "types": learning.type_rates(old, train.bought, new),
            "logistic": learning.logistic(train.features, train.bought, test.features),
            "boosted": learning.boosted(train.features, train.bought, test.features, _SEED),
        }

    def _types(self, one: learning.Period) -> list[int]:
        middle = segmentation.centres(one.customers, "mean")
        return segmentation.codes(one.customers, middle, self.people.better)

    @cached_property
    def trial(self) -> backtest.Trial:
        """同一把尺子：AUC 与成对的区间，基准是 RFM 类型。"""
        field = [backtest.Contestant(name, -scores) for name, scores in self.scores.items()]
        return backtest.judge(
            "action",
            field,
            ~self.test.bought,
            baseline="types",
            as_of=self.test.as_of.toordinal(),
            horizon=self.test.horizon,
            resamples=setting("intervals"),
        )

    @cached_property
    def rankings(self) -> dict[str, Ranking]:
        """同样的分数，反过来问：从最像会买的开始联系。"""
        return {name: backtest.rank(scores, self.test.bought) for name, scores in self.scores.items()}

    @cached_property
    def tallies(self) -> dict[str, Tally]:
        return {name: ranking.tally() for name, ranking in self.rankings.items()}

    def _gaps(self, measure: backtest.Measure) -> dict[str, tuple[float, float]]:
        """与 RFM 类型之差的区间。"""
        return backtest.paired(self.rankings, measure, "types", setting("intervals"), _SEED)

    @property
    def best(self) -> backtest.Line:
        """两个模型里 AUC 高的那个。"""
        return max((self.trial.line(name) for name in ("logistic", "boosted")), key=lambda line: line.auc)

    def table(self) -> Table:
        rows = [
            (
                say(f"row.{line.key}"),
                f"{line.auc:.3f}",
                say("word.none") if line.key == "types" else interval(line.gain),
            )
            for line in self.trial.lines
        ]
        title = {"shop": self.people.title, "horizon": self.test.horizon}
        note = f"{self._split()}\n{self.verdict()}"
        return table("prediction", heads("contestant", "auc", "gain"), rows, note, **title)

    def _split(self) -> str:
        return say(
            "said.split",
            train=self.train.as_of,
            test=self.test.as_of,
            horizon=self.test.horizon,
            customers=f"{len(self.test.customers):,}",
            bought=f"{int(self.test.bought.sum()):,}",
        )

    def verdict(self) -> str:
        """一句话，跟着区间走：含 0 就说分不出高下。"""
        best = self.best
        word = "better" if best.better else "worse" if best.worse else "unclear"
        fields = {"low": signed(best.gain[0], 3), "high": signed(best.gain[1], 3)}
        if word != "worse":
            fields["gain"] = signed(best.auc - self.trial.line("types").auc, 3)
        return say(f"said.prediction_{word}", best=say(f"row.{best.key}"), **fields)

    def effort(self) -> Table:
        """同样联系两成客户，各找到几位买家；要找到八成买家，各要联系几位；差别各有区间。"""
        effort, recall = setting("effort") / 100, setting("recall") / 100
        contacts = round(len(self.test.customers) * effort)
        found = {name: tally.caught(contacts) for name, tally in self.tallies.items()}
        needed = {name: tally.contacted(recall) for name, tally in self.tallies.items()}
        more = self._gaps(lambda tally: tally.caught(contacts))
        fewer = self._gaps(lambda tally: -tally.contacted(recall))
        rows = [
            (
                say(f"row.{name}"),
                f"{found[name]:,.0f}",
                _many_band(name, more),
                f"{needed[name]:,.0f}",
                _many_band(name, fewer),
            )
            for name in FIELD
        ]
        columns = (
            *heads("contestant"),
            say("column.found", effort=percent(effort, 0)),
            *heads("more"),
            say("column.needed", recall=percent(recall, 0)),
            *heads("fewer"),
        )
        note = self._effort_note(found, needed, fewer[self.best.key], contacts)
        return table("effort", columns, rows, note, shop=self.people.title)

    def _effort_note(self, found, needed, band: tuple[float, float], contacts: int) -> str:
        best = self.best.key
        return say(
            "said.effort",
            effort=percent(setting("effort") / 100, 0),
            contacts=f"{contacts:,}",
            best=say(f"row.{best}"),
            found=f"{found[best]:,.0f}",
            types=f"{found['types']:,.0f}",
            recency=f"{found['recency_only']:,.0f}",
            recall=percent(setting("recall") / 100, 0),
            saved=_saved(round(needed["types"]) - round(needed[best])),
            sure=say(f"said.sure_{'no' if band[0] <= 0 <= band[1] else 'yes'}"),
        )

    def reach(self) -> list[Reach]:
        """联系几成、找到几成，供画图。"""
        size, buyers = len(self.test.customers), int(self.test.bought.sum())
        shares = [i / (_POINTS - 1) for i in range(_POINTS)]
        return [
            Reach(say(f"row.{name}"), shares, [tally.caught(share * size) / buyers for share in shares])
            for name, tally in reversed(self.tallies.items())
        ]

    def learned(self) -> Table:
        found = learning.weights(self.train.features, self.train.bought)
        rows = sorted(zip(learning.NAMES, found, strict=True), key=lambda row: -abs(row[1]))
        shown = [(say(f"row.feature_{name}"), signed(weight, 2)) for name, weight in rows]
        return table(
            "learned", heads("feature", "weight"), shown, say("said.learned"), shop=self.people.title
        )


def _many_band(name: str, bands: dict[str, tuple[float, float]]) -> str:
    low, high = bands[name]
    return (
        say("word.none")
        if name == "types"
        else say("word.interval", low=signed(low, 0), high=signed(high, 0))
    )


def _saved(many: int) -> str:
    word = "fewer" if many > 0 else "more" if many < 0 else "same"
    return say(f"said.saved_{word}", **({"many": f"{abs(many):,}"} if many else {}))


def forecast(people: People, horizon: int = 0) -> Forecast:
    """没有日期、历史太短、买家太少 → DataError，说出还差什么。"""
    if people.orders is None:
        raise DataError("这份数据没有日期，分不出先学后考。", remedy="用带日期的订单。")
    train, test = learning.two_periods(people.orders, horizon or setting("horizon"))
    learning.require_enough(train.bought, "上学的一段")
    learning.require_enough(test.bought, "考试的一段")
    return Forecast(people, train, test)
