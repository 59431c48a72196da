"""第 02 课的滑块：离开的月份、各段长短、高矮、毛利与成本 → 两条曲线与累计利润（A6、A7）。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lifecycle_lab import curves
from lifecycle_lab.content import course
from lifecycle_lab.lab.curve_words import say, type_label
from lifecycle_lab.plots import curves as figures
from lifecycle_lab.plots.curves import LifeFrame, LifeView, money
from lifecycle_lab.plots.moving import Moving
from lifecycle_lab.widgets.sliders import Moment, Setting, Sliders

_YUAN = 100
_REACH = {  # 名字 → 从几到几、一格多少；坐标按它们固定
    "leave": (1, 48, 1),
    "exploration": (3, 8, 1),
    "formation": (5, 12, 1),
    "stability": (6, 20, 1),
    "peak": (80, 160, 5),
    "rise": (1, 4, 1),
    "margin": (40, 60, 1),
    "cost": (4, 20, 1),
    "acquisition": (0, 200, 10),
}
_FRAME = LifeFrame(months=48, low=-30, high=175, scale=15)


def ideal() -> curves.LifeCurve:
    """内容里写明的理想曲线。"""
    return curves.LifeCurve(**course().curves.curve)


def life_sliders() -> Sliders:
    """九个滑块 → 生命曲线；坐标固定，动的只有线与底色。"""
    settings = _settings(ideal())
    panel = figures.plot_life_curve(_view({one.name: one.value for one in settings}), frame=_FRAME)
    picture = Moving(panel, figures.moving_life_curve(panel))

    def move(values: Mapping[str, int]) -> Moment:
        view = _view(values)
        figures.update_life_curve(panel, view)
        return Moment(picture.png(), figures.describe_life_curve(view), _sentence(view, values))

    return Sliders(settings, move, say("slider.static_note"))


def _settings(curve: curves.LifeCurve) -> tuple[Setting, ...]:
    ends = curve.borders
    start = {
        "leave": curve.decline_end,
        "exploration": ends[1],
        "formation": ends[2] - ends[1],
        "stability": ends[3] - ends[2],
        "peak": curve.peak // _YUAN,
        "rise": curve.rise,
        "margin": curve.margin,
        "cost": curve.cost_late // _YUAN,
        "acquisition": curve.acquisition // _YUAN,
    }
    return tuple(
        Setting(name, say(f"slider.{name}"), low, high, step, min(max(start[name], low), high))
        for name, (low, high, step) in _REACH.items()
    )


def _view(values: Mapping[str, int]) -> LifeView:
    """滑块的值 → 曲线；稳定期短于形成期就不是课文的曲线，放长到一样（句子里说明）。"""
    base = ideal()
    exploration, formation = values["exploration"], values["exploration"] + values["formation"]
    stability = formation + max(values["stability"], values["formation"])
    late = values["cost"] * _YUAN
    curve = replace(
        base,
        exploration_end=exploration,
        formation_end=formation,
        stability_end=stability,
        decline_end=stability + base.decline_end - base.stability_end,
        peak=values["peak"] * _YUAN,
        rise=values["rise"],
        margin=values["margin"],
        cost_late=late,
        cost_early=max(base.cost_early, late),
        acquisition=values["acquisition"] * _YUAN,
    )
    return LifeView(curve, values["leave"])


def _sentence(view: LifeView, values: Mapping[str, int]) -> str:
    """离开的那一天，两条曲线各在哪里，回本没有。"""
    last, repaid = view.rows[-1], curves.break_even(view.totals)
    back = say("word.never") if repaid is None else say("word.until", month=repaid)
    kind = type_label(curves.exit_type(view.curve, view.months, course().curves.reading.early))
    said = say(
        "slider.life",
        kind=kind,
        months=view.months,
        break_even=back,
        total=money(view.totals[-1]),
        tv=money(last.tv),
        profit=money(last.profit),
    )
    if values["stability"] < values["formation"]:
        said += say("slider.lengthened", stability=values["formation"])
    return said
