"""动态生命周期的图，都从这里取：每张一个意思，`plot_x(数据, *, ax=None) -> Axes`(E2–E9)。

不给 ax 就新建一张，用 `ax.figure` 取；滑块动的时候叫 `update_x`，只换已有的颜色、长条与文字；`describe_x` 是同一张图的文字说法。
"""

from __future__ import annotations

from lifecycle_lab.plots.gap_figures import (
    describe_repurchase,
    describe_transitions,
    plot_regularity,
    plot_repurchase,
    plot_transitions,
    plot_window,
    update_transitions,
    update_window,
)
from lifecycle_lab.plots.state_figures import (
    Disturbed,
    Timeline,
    describe_disturbed,
    describe_state_flow,
    plot_disturbed,
    plot_state_flow,
    plot_states,
    plot_timelines,
    update_states,
)

__all__ = [
    "Disturbed",
    "Timeline",
    "describe_disturbed",
    "describe_repurchase",
    "describe_state_flow",
    "describe_transitions",
    "plot_disturbed",
    "plot_regularity",
    "plot_repurchase",
    "plot_state_flow",
    "plot_states",
    "plot_timelines",
    "plot_transitions",
    "plot_window",
    "update_states",
    "update_transitions",
    "update_window",
]
