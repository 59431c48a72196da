"""一家店的同期群：留存表、热图、留存曲线；还看不到的写明(A8)。"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property, partial

from lifecycle_lab.export import Table
from lifecycle_lab.lab.ledgers import Ledger
from lifecycle_lab.lab.move_words import percent, say
from lifecycle_lab.lab.showing import figure, or_reason
from lifecycle_lab.plots import transitions as figures
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import DataError, ParameterError
from lifecycle_lab.stages import cohorts as groups
from lifecycle_lab.warehouse import day_date

or_told = partial(or_reason, raised=(ParameterError,))  # 写错参数仍是错
_LONG_WINDOW = 550  # 看得比这久，三个月一段，不然表太宽


class CohortViews:
    """一家店（`MoveShop`）里看同期群的几样；账与第一天由那家店给。"""

    ledger: Ledger
    title: str
    first_day: int

    @cached_property
    def _width(self) -> int:
        return 3 if self.ledger.today - self.first_day > _LONG_WINDOW else 1

    @cached_property
    def _last_month(self) -> int:
        """最后一个过完的月：观察日那个月没有过完就退一个月。"""
        tomorrow = self.ledger.as_of + timedelta(1)
        return _month(self.ledger.today) - (tomorrow.day != 1)

    @cached_property
    def _cohorts(self) -> list[groups.Cohort]:
        months = ([_month(day) for day in days] for days in self.ledger.days.values())
        found = groups.cohorts(months, self._last_month, self._width)
        if not found:
            raise DataError("还没有过完一段日子。", remedy="看久一些。")
        return found

    @or_told
    def cohorts(self) -> Table:
        """同期群留存表：还没有到的写“还看不到”。"""
        rows = tuple(
            (
                self._start(one),
                f"{one.size:,}",
                *(
                    say("word.unseen") if one.bought[k] is None else percent(one.share(k), 0)
                    for k in range(len(one.bought))
                ),
            )
            for one in self._cohorts
        )
        columns = (say("column.cohort"), say("column.people"), *self._laters())
        return Table(say("title.cohorts", shop=self.title), columns, rows, say("said.cohorts"))

    @or_told
    def cohort_figure(self) -> Figure:
        """同期群的热图：斜线是还看不到。"""
        starts = [self._start(one) for one in self._cohorts]
        drawn = figures.plot_cohorts(self._cohorts, starts, self._laters(short=True))
        return figure(drawn, str(self.cohorts()), say("said.heat"))

    @or_told
    def retention_figure(self) -> Figure:
        """留存曲线：只数看得到的，与把看不到的当成 0。"""
        right, wrong = groups.retention_curve(self._cohorts), groups.zero_for_unseen(self._cohorts)
        drawn = figures.plot_retention(right, wrong, self._laters(short=True))
        said = say(
            "said.curve",
            later=self._laters()[right[-1].later],
            right=percent(right[-1].share),
            wrong=percent(wrong[-1].share),
        )
        return figure(drawn, said, said)

    def _start(self, one: groups.Cohort) -> str:
        """一群的名字：从哪个月起。"""
        last = self._last_month + one.start * self._width
        first = last - self._width + 1
        name = f"{first // 12}-{first % 12 + 1:02d}"
        return name if self._width == 1 else f"{name} 起三个月"

    def _laters(self, short: bool = False) -> list[str]:
        size = len(self._cohorts[0].bought)
        if self._width == 1:
            return [f"{k} 月" if short else say("column.month", low=k, high=k) for k in range(size)]
        spans = [(self._width * k, self._width * (k + 1) - 1) for k in range(size)]
        return [
            f"{low}–{high} 月" if short else say("column.months", low=low, high=high) for low, high in spans
        ]


def _month(day: int) -> int:
    """第几天 → 从公元零年数起的第几个月。"""
    when = day_date(day)
    return 12 * when.year + when.month - 1
