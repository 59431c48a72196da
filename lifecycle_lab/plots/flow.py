"""两列方块之间的流动（桑基图那样）：左边一列是前一天，右边是后一天，带的粗细是人数。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from lifecycle_lab.plots import fonts
from lifecycle_lab.plots.panels import SMALL, panel_for
from lifecycle_lab.schema import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Pair = tuple[str, str]


def plot_flow(
    counts: Mapping[Pair, int],
    origins: Sequence[str],
    ends: Sequence[str],
    *,
    label: Callable[[str], str],
    colours: Mapping[str, str],
    days: tuple[str, str] = ("前", "后"),
    ax: Axes | None = None,
) -> Axes:
    """counts: (起, 止) → 人数；origins、ends 是两列从上到下的次序；一个人也没有 → DataError。"""
    total = sum(counts.values())
    if not total:
        raise DataError("没有客户可画。", remedy="两个日子之间至少要有一位客户。")
    with panel_for(ax, (7.2, 5.0)) as panel:
        gap = total * 0.05
        left = _stack({o: sum(counts.get((o, end), 0) for end in ends) for o in origins}, gap)
        right = _stack({end: sum(counts.get((o, end), 0) for o in origins) for end in ends}, gap)
        for place, (x, sides) in enumerate(((0.0, left), (1.0, right))):
            for name, (bottom, size) in sides.items():
                _bar(panel, x, bottom, size, f"{label(name)}  {size:,} 人", colours[name], place)
        _ribbons(panel, counts, left, right, colours)
        top = max(bottom + size for sides in (left, right) for bottom, size in sides.values())
        panel.set(xlim=(-0.42, 1.42), ylim=(top + gap, -2.5 * gap))
        for x, words in zip((0, 1), days, strict=True):
            panel.text(x, -gap, fonts.drawable(words), ha="center", va="bottom", fontsize=10)
        panel.set_axis_off()
    return panel


def _stack(sizes: dict[str, int], gap: float) -> dict[str, tuple[float, int]]:
    """从上往下摆：名字 →（起点，高），空的不占地方。"""
    found, bottom = {}, 0.0
    for name, size in sizes.items():
        if size:
            found[name] = (bottom, size)
            bottom += size + gap
    return found


def _bar(panel: Axes, x: float, bottom: float, size: int, words: str, colour: str, place: int) -> None:
    panel.bar(x, size, 0.05, bottom, color=colour, zorder=3)
    shift, side = ((-0.045, "right"), (0.045, "left"))[place]
    panel.text(x + shift, bottom + size / 2, words, ha=side, va="center", fontsize=SMALL)


def _ribbons(
    panel: Axes, counts: Mapping[Pair, int], left: dict, right: dict, colours: Mapping[str, str]
) -> None:
    """一条带从左边的块连到右边的块；两头各从上往下接着摆。"""
    steps = [i / 30 for i in range(31)]
    smooth = [t * t * (3 - 2 * t) for t in steps]
    starts = {name: bottom for name, (bottom, _) in left.items()}
    stops = {name: bottom for name, (bottom, _) in right.items()}
    for origin in left:
        for end in right:
            if count := counts.get((origin, end), 0):
                tops = [starts[origin] + (stops[end] - starts[origin]) * s for s in smooth]
                xs = [0.025 + 0.95 * t for t in steps]
                panel.fill_between(
                    xs,
                    tops,
                    [top + count for top in tops],
                    color=colours[origin],
                    alpha=0.35,
                    linewidth=0,
                )
                starts[origin], stops[end] = starts[origin] + count, stops[end] + count
