"""图里的中文字：先用系统字体，没有就用随环境装上的 OFL 字体，再缺的字由 DejaVu Sans 补。

引入本模块不改变任何全局设置；字体在第一次画图时才登记（addfont），设置只在 `chinese()` 里有效。
只有 matplotlib 的字体表会多出一个条目：重复登记不会重复。
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lifecycle_lab.export import chart_text
from lifecycle_lab.schema import LabError

# 先是屏幕上最常见、字形是简体的；文泉驿与黑体字数少些，靠后
SYSTEM_FAMILIES = (
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
)
LAST_FAMILY = "DejaVu Sans"  # 随 matplotlib 来，补 ✗ ✔ ☐ 等符号
ABSENT = "〓"  # 排版上的“缺字符号”：哪个字体都没有的字画成它，不画成方框


def package_font() -> str | None:
    """随环境装上的 OFL 中文字体文件；没有装 → None。"""
    try:
        import pylopdf_fonts_zh_cn
    except ImportError:
        return None
    return str(pylopdf_fonts_zh_cn.sans_path())


def installed_families() -> frozenset[str]:
    """系统里装着的字体的名字；我们自己登记的那一个文件不算，免得先后两次选得不同。"""
    from matplotlib.font_manager import fontManager

    ours = package_font()
    return frozenset(
        entry.name
        for entry in fontManager.ttflist
        if entry.name in SYSTEM_FAMILIES and entry.fname != ours and os.path.exists(entry.fname)
    )


def families() -> tuple[str, ...]:
    """实际使用的字体，按先后：系统中文字体（至多一个）、随环境的字体、DejaVu Sans。

    一个中文字体都没有 → LabError。
    """
    present = installed_families()
    chinese_families = [name for name in SYSTEM_FAMILIES if name in present][:1]
    if path := package_font():
        chinese_families.append(_register(path))
    if not chinese_families:
        raise LabError(
            "没有找到中文字体，图里的汉字会变成方框。",
            why=f"系统里没有 {'、'.join(SYSTEM_FAMILIES[:4])} 等字体，也没有装字体包。",
            remedy="安装 pylopdf-fonts-zh-cn，或安装任一中文字体后重启内核。",
        )
    return tuple(dict.fromkeys([*chinese_families, LAST_FAMILY]))


def _register(path: str) -> str:
    """把字体文件登记进 matplotlib（已登记就不再登记），返回它的名字。"""
    from matplotlib.font_manager import fontManager

    known = next((entry for entry in fontManager.ttflist if entry.fname == path), None)
    if known is None:
        fontManager.addfont(path)
        known = fontManager.ttflist[-1]
    return known.name


def settings() -> dict[str, Any]:
    """中文图的 rc 设置：字体点名列出，图在 `chinese()` 之外显示也不会换字体。"""
    names = list(families())
    return {"font.family": names, "font.sans-serif": names, "axes.unicode_minus": False, **_language("text.")}


def text_style() -> dict[str, Any]:
    """给坐标轴上已经存在的文字（轴名、刻度）补上同样的设置：它们不随 `chinese()` 改变。"""
    return {"fontfamily": list(families()), "parse_math": True, **_language()}


def _language(prefix: str = "") -> dict[str, str]:
    """写明文字是简体中文：不写就随系统区域选字形，同一张图在两台电脑上不同（3.11 起才有这一项）。"""
    import matplotlib

    return {f"{prefix}language": "zh-Hans"} if "text.language" in matplotlib.rcParams else {}


@contextmanager
def chinese() -> Iterator[None]:
    """在这里面建的图用中文字体与默认样式；出去之后使用者自己的设置原样不动。

    默认样式也保证公式排版是开着的：`chart_text` 写的 \\$ 只有这样才还原成 $。
    """
    import matplotlib.style

    with matplotlib.style.context(["default", settings()]):
        yield


def missing_glyphs(text: str) -> set[str]:
    """text 里哪个字体都没有的字（查字体自己的字符表）；换行不算。"""
    from matplotlib.font_manager import findfont, get_font

    fonts = [get_font(findfont(name, fallback_to_default=False)) for name in families()]
    return {c for c in set(text) - {"\n"} if not any(font.get_char_index(ord(c)) for font in fonts)}


def drawable(text: object) -> str:
    """外来文字（客户编号等）→ 可以交给 matplotlib 的文字：不成公式，缺的字画成 〓。"""
    safe = chart_text(text)
    absent = missing_glyphs(safe)
    return "".join(ABSENT if char in absent else char for char in safe)
