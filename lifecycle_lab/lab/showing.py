"""各课的桌面共用的两样：做不出来就说出为什么；坐标轴变成一幅带文字的图。"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.report import Figure
from lifecycle_lab.schema import LabError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Found = TypeVar("Found")


def or_reason(
    build: Callable[..., Found], raised: tuple[type[LabError], ...] = ()
) -> Callable[..., Found | Shown]:
    """做不出来的（历史太短、没有真相、人太少）不算出错：说出为什么，这一课接着往下走。

    raised: 仍然算出错的几种，如写错参数。
    """

    @functools.wraps(build)
    def tried(*args: object, **keywords: object) -> Found | Shown:
        try:
            return build(*args, **keywords)
        except raised:
            raise
        except LabError as error:
            return Shown((str(error),))

    return tried


def figure(axes: Axes, alt: str, caption: str) -> Figure:
    """一块坐标轴 → 一幅图：PNG、替代文字、图题。"""
    from lifecycle_lab import plots

    return Figure(plots.png(axes.figure), alt, caption)  # type: ignore[arg-type]
