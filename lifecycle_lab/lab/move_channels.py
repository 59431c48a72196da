"""分渠道的账：成本、回本、一元换回几元，加投哪一条；三个陷阱各用数摆出来(B6)。"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from lifecycle_lab import plots
from lifecycle_lab.content.transitions import MONTHS, transitions
from lifecycle_lab.export import Table
from lifecycle_lab.lab.move_words import amount, percent, say, yuan
from lifecycle_lab.plots import transitions as figures
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import ParameterError, half_up
from lifecycle_lab.stages import acquisition
from lifecycle_lab.stages.acquisition import Channel

_WINDOWS = (1, 3, MONTHS)
_SIZES = (30, 300, 3_000, 30_000)


class Channels:
    """一张分渠道的账；数在 transitions.toml，合成。"""

    @cached_property
    def all(self) -> tuple[Channel, ...]:
        return tuple(
            Channel(one.label, one.visits, one.leads, one.buyers, one.cost, one.margins)
            for one in transitions().channels.values()
        )

    def table(self, months: int = MONTHS) -> Table:
        """来访、询问、首单、花费，一位新客户多少钱、几个月回本、一元换回几元。"""
        _demand_months(months)
        names = ("channel", "visits", "leads", "buyers", "cost", "rate", "each_yuan", "payback")
        columns = (
            *say.columns(*names),
            say("column.value", months=months),
            say("column.ratio_yuan"),
        )
        rows = tuple(self._row(one, months) for one in self.all)
        return Table(say("title.channels"), columns, rows, say("said.channels"))

    def _row(self, one: Channel, months: int) -> tuple[str, ...]:
        each = acquisition.cost_per_buyer(one)
        month = None if each is None else acquisition.payback(one.margins, each)
        return (
            one.name,
            *(f"{many:,}" for many in (one.visits, one.leads, one.buyers)),
            amount(one.cost, 0),
            percent(Fraction(one.buyers, one.visits)),
            amount(each),
            say("word.not_paid") if month is None else say("word.months", months=month),
            amount(one.value(months), 0),
            _plain(acquisition.value_per_cost(one, months)),
        )

    def verdict(self, months: int = MONTHS) -> Table:
        """一元换回几元与它的区间，从高到低；表下说加投哪一条、说得准不准。"""
        _demand_months(months)
        columns = say.columns("channel", "ratio", "range")
        rows = tuple(
            (
                one.name,
                _ratio(acquisition.value_per_cost(one, months)),
                _band(*acquisition.ratio_band(one, months)),
            )
            for one in self._ranked(months)
        )
        return Table(say("title.verdict", months=months), columns, rows, self._sentence(months))

    def _ranked(self, months: int) -> list[Channel]:
        """一元换回得多的在前；算不出的在最后。"""
        return sorted(self.all, key=lambda one: -(acquisition.value_per_cost(one, months) or 0))

    def _sentence(self, months: int) -> str:
        found = acquisition.grow(self.all, months)
        if found is None:
            return say("word.none")
        best = next(one for one in self.all if one.name == found.best)
        ratio = half_up(acquisition.value_per_cost(best, months) or Fraction(0), 2)
        name = "said.clear" if found.clear else "said.unclear"
        return say(name, best=found.best, months=months, ratio=ratio, rivals="”“".join(found.unclear))

    def cost_figure(self) -> Figure:
        """各渠道的获客成本与区间。"""
        bands = [
            figures.Band(one.name, float(each) / 100, low / 100, None if high is None else high / 100)
            for one in self.all
            if (each := acquisition.cost_per_buyer(one)) is not None
            for low, high in (acquisition.cost_band(one),)
        ]
        drawn = figures.plot_bands(bands, "cost", "元")
        return Figure(plots.png(drawn.figure), figures.describe_bands(bands, "元"), say("said.channels"))  # type: ignore[arg-type]

    def ratio_figure(self) -> Figure:
        """各渠道头 12 个月一元换回几元与区间。"""
        bands = [
            figures.Band(one.name, float(ratio), *acquisition.ratio_band(one))
            for one in self._ranked(MONTHS)
            if (ratio := acquisition.value_per_cost(one)) is not None
        ]
        drawn = figures.plot_bands(bands, "ratio", "元", digits=2, even=1)
        return Figure(plots.png(drawn.figure), figures.describe_bands(bands, "元", 2), self._sentence(MONTHS))  # type: ignore[arg-type]

    # ── 三个陷阱 ────────────────────────────────────────────────────

    def short_window(self) -> Table:
        """看 1、3、12 个月，一元换回几元，名次变了没有。"""
        columns = (say("column.channel"), *(say("column.ratio_at", months=m) for m in _WINDOWS))
        rows = tuple(
            (one.name, *(_ratio(acquisition.value_per_cost(one, m)) for m in _WINDOWS)) for one in self.all
        )
        best = {m: self._ranked(m)[0].name for m in _WINDOWS}
        short, long = _WINDOWS[0], _WINDOWS[-1]
        note = say("said.window", short=short, long=long, short_best=best[short], long_best=best[long])
        return Table(say("title.window"), columns, rows, note)

    def last_touch(self) -> Table:
        """首单的功劳全归最后一个、全归第一个、平分：各渠道各几位，获客成本跟着变。"""
        content = transitions()
        shares = {rule: acquisition.credit(content.journeys, rule) for rule in acquisition.RULES}
        names = ("channel", *acquisition.RULES, "each_last", "each_even")
        rows = []
        for name, one in content.channels.items():
            many = {rule: shares[rule].get(name, Fraction(0)) for rule in acquisition.RULES}
            costs = (yuan(one.cost / many[rule] if many[rule] else None) for rule in ("last", "even"))
            rows.append((one.label, *(half_up(many[rule], 0) for rule in acquisition.RULES), *costs))
        columns = say.columns(*names)
        return Table(say("title.touch"), columns, tuple(rows), self._touch_sentence(shares))

    def _touch_sentence(self, shares: dict[str, dict[str, Fraction]]) -> str:
        """最后一个渠道多得了最多的，与少得了最多的。"""
        content, last, even = transitions(), shares["last"], shares["even"]
        gained = {
            name: last.get(name, Fraction(0)) - even.get(name, Fraction(0)) for name in content.channels
        }
        gainer, loser = max(gained, key=gained.__getitem__), min(gained, key=gained.__getitem__)
        told = {"gainer": content.channels[gainer].label, "loser": content.channels[loser].label}
        return say(
            "said.touch",
            total=f"{sum(content.journeys.values()):,}",
            last=half_up(last.get(gainer, Fraction(0)), 0),
            even=half_up(even.get(gainer, Fraction(0)), 0),
            loser_last=half_up(last.get(loser, Fraction(0)), 0),
            loser_even=half_up(even.get(loser, Fraction(0)), 0),
            **told,
        )

    def small_sample(self) -> Table:
        """来访到首单都是十分之一、一次来访都花十元：人数不同，获客成本的区间差多少。"""
        made = [Channel(f"{n:,}", n, n, n // 10, 1_000 * n, (1,)) for n in _SIZES]
        columns = say.columns("visits", "buyers", "each", "range")
        bands = [acquisition.cost_band(one) for one in made]
        rows = tuple(
            (one.name, f"{one.buyers:,}", yuan(acquisition.cost_per_buyer(one), 0), _money_band(*band))
            for one, band in zip(made, bands, strict=True)
        )
        low, high = bands[0]
        note = say(
            "said.small",
            share="10 %",
            few=made[0].name,
            low=f"{low / 100:.0f}",
            high=f"{(high or 0) / 100:.0f}",
        )
        return Table(say("title.small"), columns, rows, note)


def _plain(value: Fraction | None) -> str:
    return say("word.none") if value is None else half_up(value, 2)


def _ratio(value: Fraction | None) -> str:
    return say("word.none") if value is None else say("word.ratio", ratio=half_up(value, 2))


def _band(low: float, high: float) -> str:
    return say("word.band", low=f"{low:.2f}", high=f"{high:.2f}")


def _money_band(low: float, high: float | None) -> str:
    edge = "?" if high is None else f"{high / 100:.0f}"
    return say("word.yuan", amount=say("word.band", low=f"{low / 100:.0f}", high=edge))


def _demand_months(months: int) -> None:
    if not isinstance(months, int) or not 1 <= months <= MONTHS:
        raise ParameterError(f"只有头 {MONTHS} 个月的账。", remedy=f"months 写 1 到 {MONTHS}。")
