"""export：外来文字在每种媒介里只是文字；往返用别家的解析器（html.parser、csv、openpyxl、ElementTree）对照。"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lifecycle_lab import export
from lifecycle_lab.export import Table

ESC = "\x1b[31m红\x1b[0m"
BIDI = [
    chr(c)
    for c in (0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0x61C)
]
FORMULAS = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "=cmd|' /C calc'!A0",
    "\n=1",
]
TEXT = st.text(alphabet=st.characters(), max_size=40)


def harmless(text):
    """没有控制符（换行制表除外）、没有双向控制符、没有半个字符。"""
    return not any(c in BIDI or (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t") for c in text)


@given(TEXT)
def test_no_medium_lets_control_characters_through(text):
    for neutral in (
        export.visible,
        export.html_text,
        export.sheet_text,
        export.chart_text,
        export.document_text,
    ):
        assert harmless(neutral(text))
    line = export.terminal_text(text)
    assert harmless(line)
    assert not set("\n\t\r") & set(line)


@given(st.text(alphabet=st.characters(exclude_categories=("C",)), max_size=40))
def test_plain_text_stays_what_it_is(text):
    assert export.visible(text) == text == export.document_text(text)


def test_hidden_signs_become_visible():
    assert export.visible(ESC) == r"\x1b[31m红\x1b[0m"
    assert export.visible("a\u202eb") == r"a\x202eb"
    assert all(export.visible(sign).startswith("\\x") for sign in BIDI)
    assert export.visible("一\n二\t三") == "一\n二\t三"
    assert export.visible("\r") == r"\x0d"
    assert export.visible("\ud800") == r"\xd800"
    assert export.visible(3.5) == "3.5"


class Page(HTMLParser):
    """收下全部文字与标签。"""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.text += "\n" if tag == "br" else ""
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


def parsed(source):
    page = Page()
    page.feed(source)
    page.close()
    return page


@given(TEXT)
def test_html_is_only_text(text):
    page = parsed(f"<td>{export.html_text(text)}</td>")
    assert set(page.tags) <= {"td", "br"}
    assert page.text == export.visible(text)
    attribute = parsed(f'<td title="{export.html_text(text)}"></td>')
    assert set(attribute.tags) <= {"td"}


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<img src=x onerror=y>", '" onload="x', "' x='", "&lt;", "]]>"]
)
def test_html_payloads(text):
    page = parsed(f"<p>{export.html_text(text)}</p>")
    assert (page.tags, page.text) == (["p"], text)


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_only_text_in_a_sheet(text):
    assert export.sheet_text(text)[0] == "'"


@given(TEXT)
def test_a_csv_cell_comes_back_and_never_starts_a_formula(text):
    out = io.StringIO(newline="")
    csv.writer(out).writerow([export.sheet_text(text), "尾"])
    ((back, last),) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert last == "尾"
    assert back.removeprefix("'") == export.visible(text).removeprefix("'")
    assert not back.startswith(tuple("=+-@\t\n\r＝＋－＠"))


@pytest.mark.parametrize("text", ["客户", "3", "a=b", "1-2", "", " =1", "用户@店"])
def test_ordinary_cells_are_left_alone(text):
    assert export.sheet_text(text) == text


@given(TEXT)
def test_chart_text_is_no_mathematics(text):
    """matplotlib 自己说：这不是数学排版；去掉转义以后还是原来的字。"""
    from matplotlib import cbook

    shown = export.chart_text(text)
    assert not cbook.is_math_text(shown)
    assert not shown.startswith("_")
    assert shown.replace(r"\$", "$").lstrip("\u200a") == export.visible(text).lstrip("\u200a")


def test_chart_payloads_draw():
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    for text in ("$\\frac{1}{0}$", "_藏", "a_b^c$", "{", "\\", r"\$x\$", ESC):
        axes.text(0, 0, export.chart_text(text))
    figure.canvas.draw()


@given(TEXT)
def test_document_text_is_allowed_in_xml(text):
    element = ElementTree.Element("t")
    element.text = export.document_text(text)
    assert ElementTree.fromstring(ElementTree.tostring(element)).text in (element.text, None)


@pytest.mark.parametrize("text", ["\x00", "\x0b", "\ufffe", "\uffff", "\ud800", "\x1b"])
def test_signs_xml_forbids(text):
    shown = export.document_text(f"前{text}后")
    assert text not in shown
    ElementTree.fromstring(f"<t>{shown}</t>")


def test_display_width_counts_chinese_double():
    assert export.display_width("abc") == 3
    assert export.display_width("客户ab") == 6
    assert export.display_width("（１）") == 6
    assert export.display_width("↑↓") == 2


# ── 表 ──────────────────────────────────────────────────────────────

CELLS = st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=4)


@example("", ["", "", "\ud800"], [["\udfff", "a", "\x1b"]], "")
@given(TEXT, st.lists(TEXT, min_size=3, max_size=3), CELLS, TEXT)
def test_a_table_is_the_same_cells_in_every_medium(title, columns, rows, note):
    table = Table(title, tuple(columns), tuple(map(tuple, rows)), note)
    page = parsed(table.html())
    assert set(page.tags) <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "br", "colgroup"}
    assert page.tags.count("tr") == len(rows) + 1
    assert page.text == "".join(
        map(export.visible, [title, *columns, *(c for row in rows for c in row), note])
    )
    frame = table.frame()
    whole = [
        [re.sub("[\ud800-\udfff]", lambda half: rf"\x{ord(half[0]):02x}", c) for c in row] for row in rows
    ]
    assert frame.to_numpy().tolist() == whole
    assert len(str(table).split("\n")) >= len(rows) + 2
    assert harmless(str(table).replace(note, "")) or not harmless(note)


def test_a_terminal_table_lines_up_and_hides_nothing():
    table = Table("标题\x1b", ("编号", "a"), (("客户一", "1"), ("\x1b[2J乙", "一\n二")), "附注")
    lines = str(table).split("\n")
    assert lines == [r"标题\x1b", "编号       a", "客户一     1", r"\x1b[2J乙  一 二", "附注"]


def test_the_note_is_neutral_in_the_terminal_too():
    table = Table("表", ("a",), (("1",),), "清屏\x1b[2J\u202e\n第二行")
    assert harmless(str(table))
    assert "第二行" in str(table)


def test_a_table_refuses_ragged_rows_and_unknown_tones():
    with pytest.raises(ValueError, match="列数"):
        Table("表", ("a", "b"), (("1",),))
    with pytest.raises(ValueError, match="色调"):
        Table("表", ("a",), (("1",),), tones={(0, 0): "red;}"})


def test_tones_headers_and_widths():
    table = Table("表", ("a", "b"), (("1", "2"),), tones={(0, 1): "bad", (0, 0): "good"})
    source = table.html((0.25, 0.75))
    assert '<th scope="row" class="lab-good">1</th><td class="lab-bad">2</td>' in source
    assert '<th scope="col">a</th>' in source
    assert '<col style="width:25.00%"><col style="width:75.00%">' in source
    assert "<style>" in table._repr_html_()
    assert "http" not in table._repr_html_()
    assert "<script" not in export.TABLE_STYLE


# ---- 写完整了才换名 ----


def test_written_whole_puts_the_last_first_and_leaves_nothing_else(tmp_path, monkeypatch):
    """先换最后一个：订单旁边的真相先到。名字长到文件系统的上限也写得下。"""
    ends = [tmp_path / "新" / ("长" * 83 + ".csv"), tmp_path / "新" / "truth"]
    moved, real = [], export.os.replace
    monkeypatch.setattr(export.os, "replace", lambda a, b: (moved.append(b), real(a, b)))
    with export.written_whole(*ends) as parts:
        for part, text in zip(parts, "甲乙", strict=True):
            assert part.parent == ends[0].parent
            part.write_text(text, encoding="utf-8")
        assert not any(end.exists() for end in ends)
    assert moved == ends[::-1]
    assert [end.read_text(encoding="utf-8") for end in ends] == ["甲", "乙"]
    assert sorted(ends[0].parent.iterdir()) == sorted(ends)


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), OSError(28, "满了")])
def test_written_whole_keeps_the_old_when_something_happens(tmp_path, trouble):
    path = tmp_path / "订单.csv"
    path.write_text("旧", encoding="utf-8")

    def write_half():
        with export.written_whole(path) as (part,):
            part.write_text("新", encoding="utf-8")
            raise trouble

    with pytest.raises(type(trouble)):
        write_half()
    assert [(p.name, p.read_text(encoding="utf-8")) for p in tmp_path.iterdir()] == [("订单.csv", "旧")]
