"""第 08 课的两组滑块：答卷多少、NPS 准不准；积分计划的三个率与打平的增幅(C9)。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab.lab.loyalty_keep import default_programme
from lifecycle_lab.lab.loyalty_words import number, percent, say, yuan
from lifecycle_lab.loyalty import NetPromoter, Programme
from lifecycle_lab.plots import loyalty as figures
from lifecycle_lab.plots.moving import Moving
from lifecycle_lab.widgets.sliders import Moment, Setting, Sliders


def nps_sliders() -> Sliders:
    """几份答卷、推荐者与贬损者各占多少 → NPS 与区间；推荐与贬损合起来超过 100 % 时，贬损者让位。"""
    settings = (
        Setting("answers", say("slider.answers"), 20, 1000, 20, 100),
        Setting("promoters", say("slider.promoters"), 0, 100, 5, 40),
        Setting("detractors", say("slider.detractors"), 0, 100, 5, 30),
    )
    panel = figures.plot_nps(_promoter({one.name: one.value for one in settings}))
    picture = Moving(panel, [*panel.lines[:2], *panel.texts])

    def move(values: Mapping[str, int]) -> Moment:
        found = _promoter(values)
        figures.update_nps(panel, found)
        said = say("slider.nps", answers=found.size, error=number(found.error))
        return Moment(picture.png(), figures.describe_nps(found), said)

    return Sliders(settings, move, say("slider.static_note"))


def _promoter(values: Mapping[str, int]) -> NetPromoter:
    size = values["answers"]
    promoters = size * values["promoters"] // 100
    detractors = min(size * values["detractors"] // 100, size - promoters)
    return NetPromoter(promoters, size - promoters - detractors, detractors)


def programme_sliders() -> Sliders:
    """毛利率、返利率、兑换率 → 打平要多卖多少。销售与固定费用照示范。"""
    base = default_programme()

    def plan(values: Mapping[str, int]) -> Programme:
        rates = (Fraction(values[name], 100) for name in ("margin", "reward", "redeemed"))
        return Programme(base.sales, *rates, base.fixed_cost)

    settings = (
        Setting("margin", say("slider.margin"), 5, 60, 5, int(100 * base.margin)),
        Setting("reward", say("slider.reward"), 0, 20, 1, int(100 * base.reward)),
        Setting("redeemed", say("slider.redeemed"), 0, 100, 5, int(100 * base.redeemed)),
    )
    panel = figures.plot_programme(plan({one.name: one.value for one in settings}))
    picture = Moving(panel, [*panel.lines[:2], *panel.texts])

    def move(values: Mapping[str, int]) -> Moment:
        chosen = plan(values)
        figures.update_programme(panel, chosen)
        lift = chosen.break_even_lift
        said = say(
            "slider.programme",
            cost=percent(chosen.unit_cost),
            anyway=yuan(chosen.paid_anyway),
            lift=say("word.never") if lift is None else percent(lift),
        )
        return Moment(picture.png(), figures.describe_programme(chosen), said)

    return Sliders(settings, move, say("slider.static_note"))
