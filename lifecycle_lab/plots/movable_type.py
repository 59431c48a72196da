"""活字：会动的图里，一个字只刻一次，以后一行字都用刻好的拼。

字占了重画的大半：Agg 每画一行字，就把每个字排版、微调、栅格化各一遍。滑块动的时候换来换去总是那几个汉字与数字，
刻好留着，画一行的时间是原来的十分之一。字落在整像素上（matplotlib 3.10 及以前本来如此），别的与 Agg 画的相同。
"""

from __future__ import annotations

import math
import re
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text

from lifecycle_lab.plots import fonts

# 长相与位置不看邻居的字：数字、符号、汉字；有别的字（字母要紧排，破折号随前后换字形）的一行由 Agg 整行地排
_ALONE = re.compile("[ -@\u2190-\uffff]+")


class Glyph(NamedTuple):
    """一个刻好的字：墨迹的浓淡（四周各留一个字的空）、走多宽、基线以上与以下多高（像素）。"""

    ink: np.ndarray
    advance: float
    ascent: float
    descent: float


class TypeRenderer(RendererAgg):
    """与 Agg 一样画，只是横排的普通文字用活字拼；公式、转了角度的、透明的字仍由 Agg 画。"""

    def __init__(self, width: int, height: int, dpi: float) -> None:
        super().__init__(width, height, dpi)
        self._case: dict[tuple[str, int], Glyph] = {}
        self._style = Text(**fonts.text_style())

    def get_text_width_height_descent(self, s, prop, ismath):
        if ismath or not _ALONE.fullmatch(s):
            return super().get_text_width_height_descent(s, prop, ismath)
        glyphs = self._glyphs(s, prop)
        descent = max(glyph.descent for glyph in glyphs)
        return (
            sum(glyph.advance for glyph in glyphs),
            max(glyph.ascent for glyph in glyphs) + descent,
            descent,
        )

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if ismath or angle or gc.get_rgb()[3] < 1 or not _ALONE.fullmatch(s):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        line, em = self._set(self._glyphs(s, prop)), self._em(prop)
        picture = np.empty((*line.shape, 4), np.uint8)
        picture[..., :3] = [round(255 * part) for part in gc.get_rgb()[:3]]
        picture[..., 3] = line
        # draw_image 的 y 从下往上数
        self.draw_image(gc, round(x) - em, self.height - round(y) - em, picture)

    def _set(self, glyphs: list[Glyph]) -> np.ndarray:
        """几个字拼成一行的墨迹。"""
        starts = [round(x) for x in accumulate((glyph.advance for glyph in glyphs), initial=0)]
        ends = [start + glyph.ink.shape[1] for start, glyph in zip(starts, glyphs, strict=False)]
        line = np.zeros((len(glyphs[0].ink), max(ends)), np.uint8)
        for start, end, glyph in zip(starts, ends, glyphs, strict=False):
            np.maximum(line[:, start:end], glyph.ink, out=line[:, start:end])
        return line

    def _glyphs(self, s: str, prop) -> list[Glyph]:
        font = hash(prop)
        return [self._case.get((char, font)) or self._cut(char, prop) for char in s]

    def _cut(self, char: str, prop) -> Glyph:
        """刻一个字：在一张小纸上让 Agg 画出来。"""
        advance, height, descent = super().get_text_width_height_descent(char, prop, False)
        em = self._em(prop)
        paper = RendererAgg(math.ceil(advance) + 2 * em, 3 * em, self.dpi)
        paper.draw_text(paper.new_gc(), em, 2 * em, char, prop, 0, mtext=self._style)
        ink = np.array(paper.buffer_rgba())[::-1, :, 3]
        self._case[char, hash(prop)] = glyph = Glyph(ink, advance, height - descent, descent)
        return glyph

    def _em(self, prop) -> int:
        return math.ceil(self.points_to_pixels(prop.get_size_in_points()))
