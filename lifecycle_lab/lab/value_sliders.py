"""第 07 课的滑块：拨甲的收入、服务成本、吸引成本与年数，看次序在哪里倒过来(D2)。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lifecycle_lab.lab.value_words import say
from lifecycle_lab.plots import value_lines as figures
from lifecycle_lab.plots.moving import Moving
from lifecycle_lab.plots.value import YUAN
from lifecycle_lab.value import LoyalCustomer, Years, ranking, service_cost_at_tie
from lifecycle_lab.widgets.sliders import Moment, Setting, Sliders

_FEN, _STEP, _LONGEST = 100, 50, 15


def plane_sliders(first: LoyalCustomer, second: LoyalCustomer, names: tuple[str, str]) -> Sliders:
    """四个滑块都是第一位（甲）的；年数两位一起变。"""
    most = 2 * max(first.yearly_revenue, second.yearly_revenue) // (2 * _FEN * _STEP) * _STEP
    reach = _FEN * most
    panel = figures.plot_plane(first, second, names, reach)
    picture = Moving(panel, figures.plane_parts(panel))

    def move(values: Mapping[str, int]) -> Moment:
        loyal = Years(values["years"])
        one = replace(
            first,
            yearly_revenue=_FEN * values["revenue"],
            yearly_service_cost=_FEN * values["service"],
            acquisition_cost=_FEN * values["acquisition"],
            loyal=loyal,
        )
        other = replace(second, loyal=loyal)
        figures.update_plane(panel, one, other, names)
        return Moment(picture.png(), figures.describe_plane(one, other, names), _said(one, other, names))

    return Sliders(_settings(first, names[0], most), move, say("slider.still"))


def _settings(first: LoyalCustomer, name: str, most: int) -> tuple[Setting, ...]:
    starts = {
        "revenue": first.yearly_revenue,
        "service": first.yearly_service_cost,
        "acquisition": first.acquisition_cost,
    }
    money = tuple(
        Setting(
            key,
            say(f"slider.{key}", who=name),
            0,
            2 * most if key == "revenue" else most,
            _STEP,
            int(fen) // _FEN,
        )
        for key, fen in starts.items()
    )
    return (*money, Setting("years", say("slider.years"), 1, _LONGEST, 1, first.loyal.count))  # type: ignore[arg-type]


def _said(one: LoyalCustomer, other: LoyalCustomer, names: tuple[str, str]) -> str:
    found = ranking(one, other)
    fields = {
        "revenue_gap": YUAN.text(found.revenue_gap),
        "contribution_gap": YUAN.text(found.contribution_gap),
        "tie": YUAN.text(service_cost_at_tie(one, other)),
        "first": names[0],
    }
    return say("slider.said", **fields)
