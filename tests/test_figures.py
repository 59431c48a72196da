"""每一幅图都做得到的四件事：字节不变、没有缺字、文字不相叠、画在给的坐标轴上而不动读者的设置。"""

from __future__ import annotations

import pytest
import test_curves_plots
import test_cycles_plots
import test_loyalty_plots
import test_stages_lab
import test_value_plots
from drawn_figures import check_bytes_and_glyphs, check_given_axes_and_settings, check_no_overlap

FILES = (test_curves_plots, test_cycles_plots, test_loyalty_plots, test_stages_lab, test_value_plots)
FIGURES = [
    pytest.param(draw, id=f"{file.__name__}-{name}") for file in FILES for name, draw in file.FIGURES.items()
]


@pytest.mark.parametrize("draw", FIGURES)
def test_same_data_same_bytes_and_no_glyph_is_missing(draw):
    check_bytes_and_glyphs(draw)


@pytest.mark.parametrize("draw", FIGURES)
def test_nothing_is_cut_off_and_no_two_texts_overlap(draw):
    check_no_overlap(draw())


@pytest.mark.parametrize("draw", FIGURES)
def test_given_axes_are_used_and_settings_left_alone(draw):
    check_given_axes_and_settings(draw)
