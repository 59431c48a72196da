"""会动的图：不动的部分画一次存下，滑块动的时候只补画动的几样，编成一张 PNG。

整张重画要几十毫秒，大半花在坐标轴与文字上；这样只要几毫秒。编码也有讲究：一张图用同一个 256 色的色盘，
编成 PNG 只要真彩色的五分之一的时间、一半的字节。
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lifecycle_lab.plots import fonts

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from PIL.Image import Image

SCREEN_DPI = 100
_SHADES, _SWATCH = 64, 24  # 色图取几种颜色进色盘；每种占几个像素见方


class Moving:
    """panel: 画好的一块坐标轴，图上没有别的坐标轴。moving: 会变的几样，先画的在下面。

    先改好 moving 里的东西（`update_x`），再叫 `png()`；改了别的，图上看不见。
    """

    def __init__(self, panel: Axes, moving: Sequence[Artist]) -> None:
        from lifecycle_lab.plots.movable_type import TypeRenderer

        self._moving = tuple(moving)
        for artist in self._moving:
            artist.set_animated(True)
        with fonts.chinese():
            # 字在屏幕的分辨率下宽一点，照它重新排一次版，轴名才不会切掉
            panel.figure.set(dpi=SCREEN_DPI, layout_engine="constrained")  # type: ignore[union-attr]
            panel.figure.draw_without_rendering()  # type: ignore[union-attr]
            panel.figure.set_layout_engine("none")  # type: ignore[union-attr]
            self._paper = TypeRenderer(*map(round, panel.figure.bbox.size), SCREEN_DPI)
            panel.figure.draw(self._paper)
        self._still = self._paper.copy_from_bbox(panel.figure.bbox)
        # 一开始就定下：同样的一处，怎么走来都是同样的字节
        self._palette = _palette(self._drawn(), self._moving)

    def png(self) -> bytes:
        stored = io.BytesIO()
        # dither=0：抖动会在平涂的颜色里撒点子
        self._drawn().quantize(palette=self._palette, dither=0).save(stored, "png", compress_level=1)
        return stored.getvalue()

    def _drawn(self) -> Image:
        from PIL import Image

        self._paper.restore_region(self._still)
        for artist in self._moving:
            artist.draw(self._paper)
        size = self._paper.width, self._paper.height
        return Image.frombytes("RGB", size, self._paper.buffer_rgba(), "raw", "RGBX")


def _palette(picture: Image, moving: Sequence[Artist]) -> Image:
    """第一幅图里的颜色，加上会动的那几样以后可能变成的颜色（带色图的，色图从头到尾都要有）。"""
    from PIL import Image

    shades = [shade for artist in moving for shade in _shades(artist)]
    width, height = picture.size
    rows = -(-len(shades) // (width // _SWATCH))
    sheet = Image.new("RGB", (width, height + rows * _SWATCH), "white")
    sheet.paste(picture)
    for place, shade in enumerate(shades):
        row, column = divmod(place, width // _SWATCH)
        left, top = column * _SWATCH, height + row * _SWATCH
        sheet.paste(shade, (left, top, left + _SWATCH, top + _SWATCH))
    palette = sheet.quantize(256, method=Image.Quantize.MEDIANCUT, dither=0)
    # 中位切分把纸的白与边上的灰平均成近白：换回真正的白
    colours = palette.getpalette() or []
    entries = [colours[at : at + 3] for at in range(0, len(colours), 3)]
    palette.putpalette([part for entry in entries for part in ((255,) * 3 if min(entry) >= 245 else entry)])
    return palette


def _shades(artist: Artist) -> list[tuple[int, int, int]]:
    from matplotlib.cm import ScalarMappable

    if not isinstance(artist, ScalarMappable):
        return []
    colours = artist.get_cmap()([step / (_SHADES - 1) for step in range(_SHADES)], bytes=True)
    return [(int(red), int(green), int(blue)) for red, green, blue, _ in colours]
