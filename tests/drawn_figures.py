"""看一幅画好的图：同样的数据同样的字节、没有缺字、文字不出界不相叠、画在给的坐标轴上、不动读者的设置。

draw 是一个画图的函数，要能写 draw() 与 draw(ax)，给出画上去的坐标轴。
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from lifecycle_lab import plots
from lifecycle_lab.plots import fonts

OTHER_SETTINGS = {"lines.linewidth": 9, "font.family": "serif", "axes.unicode_minus": True}
Draw = Callable[..., Axes]


def check_bytes_and_glyphs(draw: Draw) -> None:
    """没有装中文字体的机器上，读者自己的设置改过：还是那几个字节，没有一个方框。"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fonts, "installed_families", frozenset)
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            panel = draw()
            first = plots.png(panel.figure)
        with matplotlib.rc_context(OTHER_SETTINGS):
            assert plots.png(draw().figure) == first
    words = "".join(text.get_text() for text in panel.figure.findobj(Text))
    assert fonts.missing_glyphs(words) == set()


def check_given_axes_and_settings(draw: Draw) -> None:
    ax, before = Figure().subplots(), matplotlib.rcParams.copy()
    assert draw(ax) is ax
    assert matplotlib.rcParams.copy() == before


def check_no_overlap(panel: Axes) -> None:
    """每段看得见的文字都在图里，两两不相叠。"""
    renderer = FigureCanvasAgg(panel.figure).get_renderer()
    panel.figure.draw_without_rendering()
    unseen = _unseen_labels(panel)
    shown = [t for t in panel.figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in shown if t not in unseen]
    canvas = panel.figure.bbox
    for words, box in boxes:
        assert min(box.x0, box.y0) >= -1, words
        assert box.x1 <= canvas.x1 + 1, words
        assert box.y1 <= canvas.y1 + 1, words
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        apart = a.x1 - 1 <= b.x0 or b.x1 - 1 <= a.x0 or a.y1 - 1 <= b.y0 or b.y1 - 1 <= a.y0
        assert apart, (one, other)


def _unseen_labels(panel: Axes) -> set[Text]:
    """轴外的刻度也有文字，只是不画；同一张图上的右轴也一样。"""
    return {
        label
        for axes in panel.figure.axes
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim()))
        for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        if not (axes.axison and axis.get_visible() and min(limits) <= place <= max(limits))
    }


def texts(panel: Axes) -> list[str]:
    return [text.get_text() for text in panel.texts]
