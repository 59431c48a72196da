"""会动的图：不动的部分画一次存下，滑块动的时候只补画动的几样，编成一张 PNG。

整张重画要几十毫秒，大半花在坐标轴与文字上；这样只要几毫秒。
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lifecycle_lab.plots import fonts

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SCREEN_DPI = 100


class Moving:
    """panel: 画好的一块坐标轴，图上没有别的坐标轴。moving: 会变的几样，先画的在下面。

    先改好 moving 里的东西（`update_x`），再叫 `png()`；改了别的，图上看不见。
    """

    def __init__(self, panel: Axes, moving: Sequence[Artist]) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        self._moving = tuple(moving)
        for artist in self._moving:
            artist.set_animated(True)
        with fonts.chinese():
            panel.figure.set_dpi(SCREEN_DPI)  # type: ignore[union-attr]
            self._canvas = FigureCanvasAgg(panel.figure)  # type: ignore[arg-type]
            self._canvas.draw()
        self._still = self._canvas.copy_from_bbox(panel.figure.bbox)

    def png(self) -> bytes:
        from PIL import Image

        self._canvas.restore_region(self._still)
        renderer = self._canvas.get_renderer()
        for artist in self._moving:
            artist.draw(renderer)
        width, height = self._canvas.get_width_height()
        image = Image.frombuffer("RGBA", (width, height), self._canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        stored = io.BytesIO()
        image.convert("RGB").save(stored, "png", compress_level=1)
        return stored.getvalue()
