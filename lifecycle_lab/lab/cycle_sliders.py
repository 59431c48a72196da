"""第 06 课的三组滑块：频次类的界限、几个周期算流失、看多少天。每动一下只做投影，不碰订单(E6、E8)。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lifecycle_lab import cycles, warehouse
from lifecycle_lab.content import course
from lifecycle_lab.cycles import CLASSES, Bounds, ClassRule, StaticRule
from lifecycle_lab.lab.cycle_planes import NextPlane
from lifecycle_lab.lab.cycle_tables import seen
from lifecycle_lab.lab.cycle_words import percent, say, state_label
from lifecycle_lab.plots import cycles as figures
from lifecycle_lab.plots.moving import Moving
from lifecycle_lab.widgets.sliders import Moment, Setting, Sliders

_REACH = {"high": (20, 120), "mid": (130, 270), "low": (280, 560)}
_STEP, _SHORTEST, _LONGEST = 10, 430, 1460


def bounds_sliders(rows: Iterable[warehouse.Gap]) -> Sliders:
    """三个界限 → 表3 的热图，连同还没有再买的。"""
    plane, defaults = NextPlane(rows), course().cycles.defaults.bounds
    panel = figures.plot_transitions(plane.table(Bounds(*defaults)), counts=False)
    # “超出”人少，界限动不了它：不画，少写七格字，动得快
    edge = len(CLASSES) - 1.5
    panel.set(xlim=(-0.5, edge), ylim=(edge, -0.5))
    for text in panel.texts:
        text.set_visible(max(text.get_position()) < edge)
    picture = Moving(panel, [*panel.collections, *panel.texts])

    def move(values: Mapping[str, int]) -> Moment:
        table = plane.table(_bounds(values))
        figures.update_transitions(panel, table, counts=False)
        return Moment(picture.png(), figures.describe_transitions(table), _class_sentence(table))

    return Sliders(_bound_settings(), move, say("slider.static_note"))


def _class_sentence(table: cycles.NextGaps) -> str:
    line = table.line("high")
    one = line.within[0] if line else None
    return say(
        "slider.classes",
        high=table.bounds.high,
        naive_one=percent(one.naive if one else None),
        corrected_one=seen(one.corrected, one.observable) if one else say("word.none"),
    )


def states_sliders(states: Iterable[warehouse.State]) -> Sliders:
    """三个界限与“几个周期算流失” → 四种状态各几位，静态规则在旁边。"""
    plane = warehouse.Plane(states, "last_gap", "days_since", "customers")
    nodes, multiples = course().cycles.defaults.nodes, course().cycles.defaults.multiples
    static = _totals(cycles.static_states(plane, StaticRule(nodes), Bounds()))

    def counts(values: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
        rule = ClassRule(_bounds(values), (*multiples[:2], values["lost"]), nodes)
        found = {"static": static, "class": _totals(cycles.class_states(plane, rule))}
        return {say(f"row.rule_{name}"): many for name, many in found.items()}

    settings = (
        *_bound_settings(),
        Setting("lost", say("slider.lost"), multiples[1] + 1, 8, 1, multiples[2]),
    )
    panel = figures.plot_states(counts({one.name: one.value for one in settings}))
    picture = Moving(panel, [*panel.patches, *panel.texts])

    def move(values: Mapping[str, int]) -> Moment:
        found = counts(values)
        figures.update_states(panel, found)
        lost = [f"{many[-1]:,}" for many in found.values()]
        said = say("slider.states", lost=values["lost"], static=lost[0], dynamic=lost[1])
        return Moment(picture.png(), _states_alt(found), said)

    return Sliders(settings, move, say("slider.static_note"))


def _totals(counts: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*counts.values(), strict=True)))


def _states_alt(found: Mapping[str, tuple[int, ...]]) -> str:
    labels = [state_label(name) for name in cycles.STATES]
    return "；".join(
        f"{rule}：" + "、".join(f"{label} {many:,}" for label, many in zip(labels, counts, strict=True))
        for rule, counts in found.items()
    )


def window_sliders(window: int) -> Sliders:
    """看多少天 → 钟表客户显出的份额；一开始是这家店的观察期。"""
    bounds = Bounds(*course().cycles.defaults.bounds)
    ends = range(_SHORTEST, _LONGEST + _STEP, _STEP)
    audits = {days: cycles.clockwork(bounds, days) for days in ends}
    start = min(ends, key=lambda days: abs(days - window))
    panel = figures.plot_window(list(audits.values()), audits[start], bounds.low)
    picture = Moving(panel, [panel.lines[-1], panel.texts[-1]])

    def move(values: Mapping[str, int]) -> Moment:
        chosen = audits[values["window"]]
        figures.update_window(panel, chosen)
        fields = {"seen": percent(chosen.seen), "unlimited": percent(chosen.unlimited), "low": bounds.low}
        said = say("slider.window_said", window=f"{chosen.window:,}", **fields)
        return Moment(picture.png(), said, said)

    setting = Setting("window", say("slider.window"), _SHORTEST, _LONGEST, _STEP, start)
    return Sliders((setting,), move, say("slider.static_note"))


def _bound_settings() -> tuple[Setting, ...]:
    defaults = dict(zip(_REACH, course().cycles.defaults.bounds, strict=True))
    return tuple(
        Setting(name, say(f"slider.{name}"), *_REACH[name], _STEP, defaults[name]) for name in _REACH
    )


def _bounds(values: Mapping[str, int]) -> Bounds:
    return Bounds(values["high"], values["mid"], values["low"])
