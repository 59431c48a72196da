"""第 02 课的一局：四项预算怎样弯曲一批客户的曲线，三年赚多少，每一元做了什么（A2–A5、D5）。

假设是内容（curves.toml），随结果印出来；记下这次打开以来最好的一次，从不给出“标准答案”。
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.curves import LEVERS
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab.curve_sliders import ideal
from lifecycle_lab.lab.curve_tables import table
from lifecycle_lab.lab.curve_words import lever_label, say, wan
from lifecycle_lab.plots import curve_game as figures
from lifecycle_lab.plots import png
from lifecycle_lab.plots.curves import money
from lifecycle_lab.plots.moving import Moving
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import ParameterError, half_up, quote
from lifecycle_lab.widgets.sliders import Moment, Setting, Sliders

_YUAN = 100
_MOST = 1000  # 每位客户每月至多几元
_SLIDER_MOST = 12
_HEIGHT = Fraction(22, 10)  # 图高：不花钱的净利润的几倍


class Game:
    """一批客户与试过的预算；同样的预算总是同样的结果。"""

    def __init__(self, cohort: curves.Cohort | None = None) -> None:
        self.cohort = cohort or _cohort()
        self._play = functools.lru_cache(4096)(self._played)
        self.best: tuple[int, ...] = (0,) * len(LEVERS)
        self.last = self.best

    def try_budget(self, budget: Mapping[str, int]) -> curves.Outcome:
        """分；记下最好的一次（一样好的留先试的）。"""
        spending = tuple(budget.get(name, 0) for name in LEVERS)
        found = self._play(spending)
        if any(spending):  # 滑块一显示就在零上：那不算试过
            self.last = spending
        if found.total > self._play(self.best).total:
            self.best = spending
        return found

    def _played(self, spending: tuple[int, ...]) -> curves.Outcome:
        return curves.play(self.cohort, dict(zip(LEVERS, spending, strict=True)))

    def shown(self, budget: Mapping[str, int]) -> Shown:
        """一种预算的账：每一项花了多少、值多少，再多花一元能多赚多少。"""
        found = self.try_budget(budget)
        gains, rows = curves.gains(self.cohort, budget), []
        for name, each in self._next_yuan(budget).items():
            spent, worth = gains[name]
            per = say("word.none") if not spent else _per_yuan(Fraction(worth, spent))
            costs = (money(budget.get(name, 0)), wan(spent), wan(worth))
            rows.append((lever_label(name), *costs, per, each))
        size = {"horizon": self.cohort.horizon, "customers": f"{self.cohort.customers:,}"}
        columns = "lever budget spent worth per_yuan next_yuan"
        return Shown((table("game", columns, rows, self._sentence(found), **size),))

    def _next_yuan(self, budget: Mapping[str, int]) -> dict[str, str]:
        found = curves.marginal(self.cohort, budget, _YUAN)
        return {
            name: say("word.none") if extra <= 0 else _per_yuan(Fraction(more, extra))
            for name, (extra, more) in found.items()
        }

    def _sentence(self, found: curves.Outcome) -> str:
        nothing, best = (self._play(one).total for one in ((0,) * len(LEVERS), self.best))
        fields = {"total": wan(found.total), "nothing": wan(nothing), "best": wan(best)}
        return say("said.game", **fields, best_budget=budget_words(self.best))

    def assumptions(self) -> Table:
        """一条一条写明的假设。"""
        rows = []
        for name, text in course().curves.levers.items():
            lever = self.cohort.levers[name]
            numbers = (f"{half_up(Fraction(lever.leaving, 10), 1)} %", f"{lever.cut} %")
            shift = say("word.shift", months=f"{lever.months:+d}".replace("-", "−"))
            rows.append((text.label, text.meaning, *numbers, shift, money(lever.half)))
        note = say("said.assumptions", customers=f"{self.cohort.customers:,}", horizon=self.cohort.horizon)
        return table("assumptions", "lever does leaving cut shift half", rows, note)

    def robust(self) -> Table:
        """到目前最好的一次，假设错了会怎样：得到一半效果要花的钱，各改成一半、两倍。"""
        rows = []
        for name in LEVERS:
            for word, factor in (("half", Fraction(1, 2)), ("double", Fraction(2))):
                other = Game(self._assuming(name, factor))
                found, nothing = other._play(self.best), other._play((0,) * len(LEVERS))
                assumed = say(f"word.{word}", lever=lever_label(name))
                rows.append((assumed, wan(found.total), wan(found.total - nothing.total)))
        fields = {"budget": budget_words(self.best), "total": wan(self._play(self.best).total)}
        return table("robust", "assumption changed kept", rows, say("said.robust", **fields))

    def _assuming(self, name: str, factor: Fraction) -> curves.Cohort:
        lever = self.cohort.levers[name]
        other = replace(lever, half=max(1, int(lever.half * factor)))
        return replace(self.cohort, levers={**self.cohort.levers, name: other})

    # ── 图与滑块 ────────────────────────────────────────────────────

    def figure(self) -> Figure:
        """不花钱的、最近试的、到目前最好的，画在一起。"""
        board = self._board(self._play(self.last))
        axes = figures.plot_game_board(board)
        said = self._sentence(self._play(self.last))
        return Figure(png(axes[0].figure), figures.describe_game_board(board), said)

    def _board(self, now: curves.Outcome) -> figures.Board:
        nothing = self._play((0,) * len(LEVERS))
        revenue = sum(nothing.tv) // 2  # 不花钱就亏的一批，图高按交易额取
        height = max(int(nothing.total * _HEIGHT), revenue if nothing.total <= 0 else 0)
        return figures.Board(nothing, now, self._play(self.best), height)

    @cached_property
    def sliders(self) -> Sliders:
        """四个滑块，单位元；拨一下就算试了一次。"""
        axes = figures.plot_game_board(self._board(self._play(self.best)))
        picture = Moving(axes[0], figures.moving_game_board(axes))

        def move(values: Mapping[str, int]) -> Moment:
            budget = {name: yuan * _YUAN for name, yuan in values.items()}
            board = self._board(self.try_budget(budget))
            figures.update_game_board(axes, board)
            each = self._next_yuan(budget)
            told = "；".join(say("said.next", lever=lever_label(n), value=v) for n, v in each.items())
            alt = figures.describe_game_board(board)
            return Moment(picture.png(), alt, f"{self._sentence(board.now)}{told}。")

        return Sliders(_settings(), move, say("slider.static_note"))


def _cohort() -> curves.Cohort:
    content = course().curves
    levers = {name: curves.Lever(**text.settings) for name, text in content.levers.items()}
    return curves.Cohort(content.customers, ideal(), levers, content.horizon)


def _settings() -> tuple[Setting, ...]:
    labels = {name: say("slider.budget", lever=lever_label(name)) for name in LEVERS}
    return tuple(Setting(name, label, 0, _SLIDER_MOST, 1, 0) for name, label in labels.items())


def budget_words(spending: tuple[int, ...]) -> str:
    pairs = zip(LEVERS, spending, strict=True)
    return "、".join(
        say("word.budget", lever=lever_label(name), yuan=half_up(Fraction(fen, _YUAN), 2))
        for name, fen in pairs
    )


def _per_yuan(value: Fraction) -> str:
    return say("word.per_yuan", value=half_up(value, 2).replace("-", "−"))


def to_budget(yuan: Mapping[str, object]) -> dict[str, int]:
    """每位客户每月几元 → 分；不是钱的、太多的 → ParameterError。"""
    return {name: _fen(name, value) for name, value in yuan.items()}


def _fen(name: str, value: object) -> int:
    try:
        fen = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value)) * _YUAN
    except InvalidOperation:
        fen = Decimal("NaN")
    if not fen.is_finite() or fen != int(fen) or not 0 <= fen <= _MOST * _YUAN:
        raise ParameterError(
            f"{lever_label(name)}的预算不能是 {quote(repr(value))}。",
            where=f"参数 {name}",
            remedy=f"写每位客户每月几元：0 到 {_MOST}，至多两位小数。",
        )
    return int(fen)
