"""拨一个移动的份额，看几期以后各状态的份额怎样变：只换线，不重画(A8)。"""

from __future__ import annotations

from collections.abc import Mapping

from lifecycle_lab.lab.move_words import percent, say, state_label
from lifecycle_lab.plots import transitions as figures
from lifecycle_lab.plots.moving import Moving
from lifecycle_lab.stages import chain as chains
from lifecycle_lab.stages.chain import Chain
from lifecycle_lab.stages.moves import LOST, NEW, NEW_BUSINESS, OLD, POTENTIAL
from lifecycle_lab.widgets.sliders import Moment, Setting, Sliders

PERIODS = 12
_RATES = {POTENTIAL: (POTENTIAL, NEW), NEW: (NEW, OLD), OLD: (OLD, LOST)}
_MOST = 60  # 百分之几；再大就不像真的店


def what_if(links: Chain, days: int) -> Sliders:
    """三个份额各一个滑块（链里有的）；一开始都在原处。"""
    loose = chains.loosened(links)
    start = POTENTIAL if POTENTIAL in links.states else NEW
    rates = {
        name: pair
        for name, pair in _RATES.items()
        if set(pair) <= set(links.states) and 0 < loose.rate(*pair) < 1
    }
    starting = {name: round(100 * loose.rate(*pair)) for name, pair in rates.items()}
    before = chains.forecast(loose, start, PERIODS)
    panel = figures.plot_forecast(links.states, before, before, days)
    picture = Moving(panel, [*panel.lines[len(links.states) :], *panel.texts])

    def moved(values: Mapping[str, int]) -> Chain:
        changed = loose
        for name, pair in rates.items():
            # 没有动过的滑块不改：滑块是整百分数，一开始不该把零头改掉
            if values[name] != starting[name]:
                changed = chains.changed(changed, *pair, values[name] / 100)
        return changed

    def move(values: Mapping[str, int]) -> Moment:
        after = chains.forecast(moved(values), start, PERIODS)
        figures.update_forecast(panel, links.states, after)
        told = "what_if_start" if values == starting else "what_if"
        shares = {"before": _kept(links, before), "after": _kept(links, after)}
        said = say(f"said.{told}", start=state_label(start), periods=PERIODS, **shares)
        return Moment(picture.png(), figures.describe_forecast(links.states, after), said)

    settings = tuple(
        Setting(name, say(f"slider.{name}"), 1, max(_MOST, starting[name]), 1, max(1, starting[name]))
        for name in rates
    )
    return Sliders(settings, move, say("slider.static_note"))


def _kept(links: Chain, shares: list[tuple[float, ...]]) -> str:
    """老客户与新业务合起来的份额。"""
    return percent(
        sum(s for name, s in zip(links.states, shares[-1], strict=True) if name in (OLD, NEW_BUSINESS))
    )
