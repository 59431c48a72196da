"""第 05 课的两组滑块：自定的界限、T 恤的假设。拨一下只换已有的线与长条。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab import segmentation
from lifecycle_lab.lab.beyond_limits import shirts
from lifecycle_lab.lab.beyond_people import People
from lifecycle_lab.lab.beyond_tables import type_counts
from lifecycle_lab.lab.beyond_words import percent, say
from lifecycle_lab.plots import beyond as figures
from lifecycle_lab.plots.moving import Moving
from lifecycle_lab.widgets.sliders import Moment, Setting, Sliders

_STEP = 5


def cut_sliders(people: People) -> Sliders:
    """几成人不超过界限 → 八种类型各几位。R 记天数时照意思读：界限取另一头，仍是“好的一边”那么多人。"""
    counts = {share: _counts(people, share) for share in range(_STEP, 100, _STEP)}
    panel = figures.plot_types(counts[50])
    drawn, words = panel.patches, panel.texts
    picture = Moving(panel, [*drawn, *words])

    def move(values: Mapping[str, int]) -> Moment:
        found = counts[values["share"]]
        figures.update_types(panel, found)
        ordered = list(found.values())
        said = say(
            "said.slider_cut",
            share=percent(Fraction(values["share"], 100), 0),
            best=f"{ordered[0]:,}",
            worst=f"{ordered[-1]:,}",
        )
        return Moment(picture.png(), "；".join(f"{name} {many:,}" for name, many in found.items()), said)

    setting = Setting("share", say("said.slider_share") + "（%）", _STEP, 100 - _STEP, _STEP, 50)
    return Sliders((setting,), move, say("said.slider_still"))


def _counts(people: People, share: int) -> Mapping[str, int]:
    customers, better = people.customers, people.better
    sides = {key: share if way == "high" else 100 - share for key, way in better.items()}
    middle = {
        key: segmentation.centres(customers, "cut", Fraction(one, 100))[key] for key, one in sides.items()
    }
    return type_counts(segmentation.codes(customers, middle, better))


def tshirt_sliders() -> Sliders:
    """每月多少人改主意、多少人买 → 冻结与更新各推错多少。"""
    start = shirts()
    panel = figures.plot_shirts(segmentation.expected_wrong(start))
    picture = Moving(panel, [*panel.lines, *panel.texts])

    def move(values: Mapping[str, int]) -> Moment:
        found = segmentation.expected_wrong(shirts(**values))
        figures.update_shirts(panel, found)
        said = say(
            "said.slider_tshirt",
            **values,
            frozen=percent(found.frozen[-1], 0),
            refreshed=percent(found.refreshed[-1], 0),
        )
        return Moment(picture.png(), said, said)

    settings = (
        Setting("switch", say("said.slider_switch"), 0, 200, 10, start.switch),
        Setting("buys", say("said.slider_buys"), 0, 1000, 50, start.buys),
    )
    return Sliders(settings, move, say("said.slider_still"))
