"""图里的中文字体：不改全局、系统字体优先、没有系统字体也没有方框。"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib
import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, fontManager

from lifecycle_lab.plots import fonts
from lifecycle_lab.schema import LabError

ROOT = Path(__file__).parent.parent
MESSAGES = "↑↓≥≤≈×✓①②−¥%·…—“”「」〓✗✔☐%°²½Σ"


@pytest.fixture
def no_system_font(monkeypatch):
    """像一台没有装过中文字体的机器。"""
    monkeypatch.setattr(fonts, "installed_families", frozenset)


def course_text() -> str:
    """学生会看到的全部文字：课程内容、课本、图与报告里的字。"""
    paths = [*ROOT.glob("data/course/**/*.csv"), *ROOT.glob("data/course/**/*.toml")]
    paths += [path for room in ("plots", "report") for path in ROOT.glob(f"lifecycle_lab/{room}/**/*.[pj]*")]
    text = "".join(path.read_text("utf-8-sig") for path in paths)
    for path in ROOT.glob("notebooks/*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        text += "".join("".join(cell["source"]) for cell in notebook["cells"])
    return "".join(sorted({char for char in text + MESSAGES if char.isprintable()}))


def draw(text: str) -> bytes:
    """按中文设置画一段字，任何警告都算错。"""
    from lifecycle_lab.plots import png

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with fonts.chinese():
            figure = Figure(figsize=(10, 10))
            figure.text(0.01, 0.01, text, fontsize=6)
        return png(figure)


def lines_of(text: str, width: int = 80) -> str:
    safe = text.replace("$", r"\$")
    return "\n".join(safe[i : i + width] for i in range(0, len(safe), width))


@pytest.mark.usefixtures("no_system_font")
def test_without_system_fonts_the_packaged_font_is_used():
    family, last = fonts.families()
    with fonts.chinese():
        text = Figure().text(0, 0, "客户")
    assert (family, last) == ("Noto Sans SC", "DejaVu Sans")
    assert findfont(text.get_fontproperties()) == fonts.package_font()


@pytest.mark.usefixtures("no_system_font")
def test_course_text_has_no_missing_glyph_on_a_bare_machine():
    text = course_text()
    assert len(text) > 600
    assert fonts.missing_glyphs(text) == set()
    draw(lines_of(text))


def test_course_text_has_no_missing_glyph_on_this_machine():
    draw(lines_of(course_text()))


@pytest.mark.usefixtures("no_system_font")
def test_missing_glyphs_agrees_with_the_character_map_read_by_fonttools():
    with TTFont(fonts.package_font(), lazy=True) as first, TTFont(findfont("DejaVu Sans"), lazy=True) as last:
        packaged, dejavu = first.getBestCmap(), last.getBestCmap()
    sample = "".join(
        map(chr, [*range(0x20, 0x7F), *range(0x2190, 0x2780), *range(0x4E00, 0x9FFF, 7), 0x20BB7])
    )
    assert fonts.missing_glyphs(sample) == {
        c for c in sample if ord(c) not in packaged and ord(c) not in dejavu
    }
    # 随环境的字体单独不够：这三个靠 DejaVu 补
    assert {c for c in "✗✔☐" if ord(c) in packaged} == set()
    assert fonts.missing_glyphs("✗✔☐") == set()


def test_a_missing_glyph_really_warns_when_it_is_not_replaced():
    """反面对照：不经过 drawable 的缺字确实会警告，所以上面的“没有警告”不是空话。"""
    rare = chr(0x10FFFD)
    with pytest.raises(UserWarning, match="missing from font"):
        draw(rare)
    draw(fonts.drawable(rare))
    assert fonts.drawable(f"客户{rare}") == "客户〓"


def test_system_fonts_come_first_in_the_stated_order(monkeypatch):
    monkeypatch.setattr(
        fonts, "installed_families", lambda: frozenset({"SimHei", "PingFang SC", "Noto Sans SC"})
    )
    assert fonts.families() == ("PingFang SC", "Noto Sans SC", "DejaVu Sans")


def test_the_finder_sees_installed_files_only(monkeypatch):
    monkeypatch.setattr(fonts, "SYSTEM_FAMILIES", ("没有这个字体", "DejaVu Serif"))
    assert fonts.installed_families() == {"DejaVu Serif"}
    assert fonts.families()[0] == "DejaVu Serif"
    monkeypatch.setattr(os.path, "exists", lambda path: False)
    assert fonts.installed_families() == frozenset()


def test_registering_our_font_does_not_change_the_choice(monkeypatch):
    """登记过的字体叫 Noto Sans SC；它不能被下一次当成系统字体，排到别的系统字体前面。"""
    monkeypatch.setattr(fonts, "SYSTEM_FAMILIES", ("Noto Sans SC", "DejaVu Serif"))
    others = [entry for entry in fontManager.ttflist if entry.name != "Noto Sans SC"]
    monkeypatch.setattr(fontManager, "ttflist", others)
    first, second = fonts.families(), fonts.families()
    assert first == second == ("DejaVu Serif", "Noto Sans SC", "DejaVu Sans")
    assert sum(entry.fname == fonts.package_font() for entry in fontManager.ttflist) == 1


@pytest.mark.usefixtures("no_system_font")
def test_no_chinese_font_at_all_is_said_in_chinese(monkeypatch):
    monkeypatch.setattr(fonts, "package_font", lambda: None)
    with pytest.raises(LabError, match="没有找到中文字体") as caught:
        fonts.families()
    assert "pylopdf-fonts-zh-cn" in caught.value.remedy


@pytest.mark.parametrize("fails", [False, True])
def test_settings_are_undone_afterwards(fails):
    before = matplotlib.rcParams.copy()
    try:
        with fonts.chinese():
            assert matplotlib.rcParams["axes.unicode_minus"] is False
            if fails:
                raise KeyError
    except KeyError:
        pass
    assert matplotlib.rcParams.copy() == before


def test_a_figure_keeps_its_font_outside_the_context():
    """笔记本在建图之后才显示它：字体要跟着图走，不跟着当时的设置走。"""
    with fonts.chinese():
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.1, "客户生命周期")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        figure.canvas.print_figure(os.devnull, format="png")


@pytest.mark.parametrize("name", [r"$\frac{$", "$", "$a$", r"\$", "a_b", "^{", "#%&~"])
def test_names_are_drawn_literally(name):
    """与关掉公式排版画原文的结果逐字节相同。"""
    with fonts.chinese():
        literal = Figure(figsize=(3, 1))
        literal.text(0.1, 0.3, name, parse_math=False)
    drawn = Figure(figsize=(3, 1))
    with fonts.chinese():
        drawn.text(0.1, 0.3, fonts.drawable(name))
    assert pixels(drawn) == pixels(literal)


def pixels(figure: Figure) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return bytes(canvas.buffer_rgba())


def test_importing_loads_and_changes_nothing():
    code = (
        "import sys, lifecycle_lab.plots, lifecycle_lab.report\n"
        "print(sorted({'matplotlib', 'pandas', 'docx', 'jinja2', 'IPython'} & set(sys.modules)))\n"
        "import matplotlib\n"
        "before = matplotlib.rcParams.copy()\n"
        "from lifecycle_lab.plots import fonts, png\n"
        "with fonts.chinese(): pass\n"
        "print(before == matplotlib.rcParams.copy(), 'matplotlib.pyplot' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["[]", "True False"]
