"""entries：认得的写法是一张封闭的单子；别的都是“格式不对”，而且怎样乱写都不抛错。"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from golden.sheets import NAMES
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.content import course
from lifecycle_lab.exercises.entries import as_text, read_entry

EVERY_NAME = frozenset(name for c in course().conventions.values() for name in c.names.values())
UPS = [
    "↑",
    "⬆",
    "⬆️",
    "⇧",
    "▲",
    "△",
    "🔼",
    "^",
    "＾",
    "上",
    "向上",
    "up",
    "UP",
    "Up",
    "u",
    "U",
    "ｕｐ",
]
DOWNS = [
    "↓",
    "⬇",
    "⬇️",
    "⇩",
    "▼",
    "▽",
    "🔽",
    "v",
    "V",
    "ｖ",
    "下",
    "向下",
    "down",
    "DOWN",
    "d",
]


UNITS = {"级", "天", "次", "元", "英镑"}


@pytest.mark.parametrize(("spellings", "arrow"), [(UPS, "↑"), (DOWNS, "↓")])
def test_arrows_in_every_spelling(spellings, arrow):
    for text in spellings:
        for padded in (text, f" {text}　"):
            entry = read_entry("arrow", padded)
            assert (entry.value, entry.shown, entry.text) == (arrow, arrow, padded)


@pytest.mark.parametrize(
    "text",
    [
        "↑↑",
        "0",
        "1",
        "+",
        "-",
        "→",
        "←",
        "↗",
        "涨",
        "好",
        "是",
        "✓",
        "↑?",
        "x",
        "上下",
        "升高",
        "Ｖv",
        "高",
        "低",
        "升",
        "降",
        "上升",
        "下降",
    ],
)
def test_other_signs_are_not_arrows(text):
    entry = read_entry("arrow", text)
    assert not entry.is_readable
    assert not entry.is_blank
    assert entry.shown == text


@pytest.mark.parametrize("text", ["", " ", "\n\t", "　"])
@pytest.mark.parametrize("kind", ["arrow", "number", "pattern", "percent", "segment", "text", "whole"])
def test_blank_is_blank_in_every_kind(kind, text):
    entry = read_entry(kind, text, EVERY_NAME)
    assert entry.is_blank
    assert not entry.is_readable


def test_patterns():
    for text in (
        "↑↓↑",
        "上下上",
        "^v^",
        "＾ｖ＾",
        "⬆️⬇️⬆️",
        "↑ ↓ ↑",
        "↑、↓、↑",
        "🔼🔽🔼",
        "↑,下,▲",
    ):
        entry = read_entry("pattern", text)
        assert (entry.value, entry.shown) == ("↑↓↑", "↑↓↑"), text


@pytest.mark.parametrize("text", ["↑↓", "↑↓↑↓", "↑↓x", "123", "重要价值客户", "↑-↓-↑", "up down up"])
def test_other_things_are_not_patterns(text):
    assert not read_entry("pattern", text).is_readable


NUMBERS = {
    "2.8": ("2.8", 1),
    "２．８": ("2.8", 1),
    " 2.80 ": ("2.80", 2),
    "3": ("3", 0),
    "2.8级": ("2.8", 1),
    "66.4天": ("66.4", 1),
    "66.4 天": ("66.4", 1),
    "2.7次": ("2.7", 1),
    "426.13元": ("426.13", 2),
    "¥426.13": ("426.13", 2),
    "￥426.13": ("426.13", 2),
    "841.164英镑": ("841.164", 3),
    "1,234.50": ("1234.50", 2),
    "１，２３４．５０": ("1234.50", 2),
    "-3.5": ("-3.5", 1),
    "3.41万": ("34100", 0),
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text):
    shown, digits = NUMBERS[text]
    entry = read_entry("number", text, UNITS)
    assert (entry.value, entry.shown, entry.digits) == (Fraction(shown), shown, digits)


@pytest.mark.parametrize(
    "text",
    ["二点八", "2。8", "2,8", "2.8.1", "1e3", "≈2.8", "2.8~3", "nan", "inf", "=28/10", "28/10", "2.8%", "."],
)
def test_other_things_are_not_numbers(text):
    assert not read_entry("number", text, UNITS).is_readable


@pytest.mark.parametrize(
    ("text", "shown"),
    [("12.5", "12.5"), ("12.5%", "12.5"), ("12.5 ％", "12.5"), ("１２.50%", "12.50"), ("0", "0")],
)
def test_percents(text, shown):
    entry = read_entry("percent", text)
    assert (entry.value, entry.shown) == (Fraction(shown), shown)


@pytest.mark.parametrize("text", ["12.5元", "¥12.5", "12.5%%", "千分之三", "5人", "1万", "12.5 percent"])
def test_other_things_are_not_percents(text):
    assert not read_entry("percent", text).is_readable


@pytest.mark.parametrize("text", ["2", "２", "2人", "2 位", "2.0", "+2", " 2 "])
def test_wholes(text):
    assert (read_entry("whole", text, {"人"}).value, read_entry("whole", text, {"人"}).shown) == (2, "2")


@pytest.mark.parametrize("text", ["2.5", "-1", "两个", "2/10", "9" * 5000])
def test_other_things_are_not_wholes(text):
    assert not read_entry("whole", text, {"人"}).is_readable


@pytest.mark.parametrize("name", sorted(NAMES.values()))
def test_segments_with_and_without_the_last_two_characters(name):
    for text in (name, name.removesuffix("客户"), f" {name[:2]} {name[2:]}　"):
        entry = read_entry("segment", text, EVERY_NAME)
        assert (entry.value, entry.shown) == (name, name)


@pytest.mark.parametrize("text", ["重要", "价值", "重要价值顾客", "VIP", "↑↑↑", "重要价值客户客户"])
def test_other_things_are_not_segments(text):
    assert not read_entry("segment", text, EVERY_NAME).is_readable


def test_a_teacher_may_name_a_segment_with_full_width_signs():
    """名字在教师的文件里，可能有全角括号；写法归一之后也要对得上。"""
    names = {"重要（Ａ）客户"}
    for text in ("重要（Ａ）客户", "重要(A)客户", "重要(A)"):
        assert read_entry("segment", text, names).value == "重要（Ａ）客户"


def test_text_is_kept_as_written():
    entry = read_entry("text", " 一段\n话 ")
    assert (entry.value, entry.text) == ("一段\n话", " 一段\n话 ")


ANYTHING = st.text(max_size=60) | st.from_regex(r"[-+¥]?[0-9０-９,.]{1,40}[%天元万]?", fullmatch=True)


@given(st.sampled_from(["arrow", "number", "pattern", "percent", "segment", "text", "whole"]), ANYTHING)
def test_reading_never_raises_and_keeps_the_text(kind, text):
    entry = read_entry(kind, text, EVERY_NAME)
    assert entry.text == text
    assert entry.is_readable is (entry.value is not None)
    assert entry.is_blank is (text.strip() == "")
    assert entry.digits >= 0


@given(st.fractions(0, 10**7, max_denominator=1).map(lambda f: f / 1000))
def test_a_written_decimal_is_read_exactly(value):
    text = f"{int(value * 1000) // 1000}.{int(value * 1000) % 1000:03d}"
    entry = read_entry("number", text)
    assert (entry.value, entry.digits) == (value, 3)


def test_long_decimals_are_not_rounded():
    text = "0." + "1234567890" * 2 + "123456789"
    assert read_entry("number", text).value == Fraction(int(text[2:]), 10**29)
    assert read_entry("number", "-" + text).value == -Fraction(int(text[2:]), 10**29)
    assert not read_entry("number", text + "01").is_readable  # 三十位以上不是谁会写的数


PYTHON_VALUES = [
    (3, "3"),
    (2.8, "2.8"),
    (0.1 + 0.2, "0.3"),
    (426.13000000000005, "426.13"),
    (1e-7, "0.0000001"),
    (1e21, "1000000000000000000000"),
    (np.float64(2.8), "2.8"),
    (np.mean([2, 2, 2, 4, 1, 4, 4, 3, 4, 2]), "2.8"),
    (np.int64(3), "3"),
    (Decimal("426.130"), "426.130"),
    (Decimal("1E+3"), "1000"),
    (Fraction(14, 5), "2.8"),
    (Fraction(1, 3), "0.333333"),
    (None, ""),
    ("↑", "↑"),
    (" 原样 ", " 原样 "),
]


@pytest.mark.parametrize(("value", "text"), PYTHON_VALUES, ids=repr)
def test_python_values_become_what_a_student_would_write(value, text):
    assert as_text(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, Decimal("NaN"), [1], object()])
def test_odd_python_values_become_format_errors(value):
    assert not read_entry("number", as_text(value)).is_readable


@given(st.lists(st.integers(1, 10**8), min_size=10, max_size=10))
def test_a_float_mean_is_accepted_as_the_exact_one(cents):
    """学生用 pandas 或 numpy 算出的均值：二进制的零头不该变成“错”。"""
    exact = Fraction(sum(cents), 1000)
    assert read_entry("number", as_text(sum(c / 100 for c in cents) / 10)).value == exact


@pytest.mark.parametrize(
    ("text", "unit"),
    [("297.81天", "元"), ("£297.81", "元"), ("2.9元", "级"), ("¥2.9", "次"), ("2.9英镑", "天"), ("2£", "人")],
)
def test_another_columns_unit_is_not_read(text, unit):
    assert not read_entry("whole" if unit == "人" else "number", text, {unit}).is_readable


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("+3", "次", Fraction(3)),
        (".5", "级", Fraction(1, 2)),
        ("3.", "天", Fraction(3)),
        ("297.81RMB", "元", Fraction(29781, 100)),
        ("£297.81", "英镑", Fraction(29781, 100)),
    ],
)
def test_common_ways_of_writing_a_number(text, unit, value):
    assert read_entry("number", text, {unit}).value == value


def test_an_endless_cell_is_a_format_error_at_once():
    assert not read_entry("number", "\u0316\u0301" * 2_000).is_readable
    assert read_entry("text", "长" * 4_000).is_readable
