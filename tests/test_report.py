"""报告：外来文字只是文字，网页不连网、不切表，Word 打得开、字体对、字节不变。"""

from __future__ import annotations

import io
import re
import time
import zipfile
from base64 import b64decode
from html.parser import HTMLParser

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lifecycle_lab.export import Table, visible
from lifecycle_lab.report import Document, Figure, Items, Paragraph, Section, to_docx, to_html
from lifecycle_lab.report.columns import column_shares, is_short

PAYLOADS = (
    "<script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">x</a>',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\x1b[31m红\x00\x07",
    "\u202etxt.exe",
    "{{ 7*7 }}{% raw %}",
    "]]>&amp;&#60;",
    "a\ud800b",
    "\ufffe\uffff",
    r"$\frac{$",
    "行一\n行二\t制表",
)


def png(width=40, height=20, dpi=200) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


TABLE = Table(
    "表 4-3 箭头",
    ("客户编号", "R", "判断的理由"),
    (("客户0001", "↑", "R=45 天 不大于均值 45 天，恰好相等，标 ↑。" * 4), ("客户0002", "↓", "")),
    note="R 越小越好。",
    tones={(0, 1): "good", (1, 2): "blank"},
)
DOCUMENT = Document(
    "实训报告",
    (("姓名", "张三"), ("学号", "007"), ("班级", "")),
    (
        Section("一、表", (TABLE, Figure(png(), "两个点在均值右边", "图 1 客户与均值"))),
        Section("二、答", (Paragraph("第一段\n第二段"), Items(("甲", "乙"), numbered=True), Items(("丙",)))),
        Section("", (Items(("另一组",), numbered=True),)),
    ),
    "课程 A",
)


def hostile(payload: str) -> Document:
    """每个放得下文字的地方都放上 payload。"""
    table = Table(payload, (payload, "乙"), ((payload, payload),), note=payload, tones={(0, 0): "bad"})
    figure = Figure(png(), payload + ".", payload)
    blocks = (Paragraph(payload), Items((payload,), True), Items((payload,)), table, figure)
    return Document(payload, ((payload, payload),), (Section(payload, blocks),), payload)


class Page(HTMLParser):
    """收下标签、属性与看得见的文字。"""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.words.setdefault(self.tags[-1] if self.tags else "", []).append(data)

    def text(self) -> str:
        return "".join(part for tag, parts in self.words.items() if tag != "style" for part in parts)


OWN_TAGS = set(Page(to_html(DOCUMENT)).tags)


# ---- 网页 ----------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
def test_html_shows_every_payload_as_text_and_nothing_else(payload):
    html = to_html(hostile(payload))
    page = Page(html)
    assert set(page.tags) <= OWN_TAGS | {"br"}
    assert "script" not in page.tags
    for line in visible(payload).split("\n"):
        # 标题、封面两处、小标题、段落、两种条目、表题、表头、两格、表注、图注、页脚，加上网页名
        assert page.text().count(line) >= 13
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", html)


@pytest.mark.parametrize("document", [DOCUMENT, *map(hostile, PAYLOADS)])
def test_html_reaches_for_nothing_outside(document):
    page = Page(to_html(document))
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in ("href", "action", "srcset", "background")
        if name == "src":
            assert tag == "img"
            assert b64decode(value.removeprefix("data:image/png;base64,"), validate=True) == png()
    styles = "".join(page.words["style"])
    assert "url(" not in styles
    assert "@import" not in styles
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert ("meta", "content", policy) in page.attributes
    assert ("meta", "http-equiv", "Content-Security-Policy") in page.attributes


def test_html_of_plain_content_names_no_address():
    assert "http" not in to_html(DOCUMENT).replace("http-equiv", "")


def test_html_is_chinese_a4_and_names_the_system_fonts():
    html = to_html(DOCUMENT)
    assert '<html lang="zh-CN">' in html
    assert "size:A4" in html
    assert "counter(page)" in html
    assert (
        'font-family:"Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei","PingFang SC",'
        '"WenQuanYi Micro Hei",sans-serif'
    ) in html
    assert re.search(r"figure\{[^}]*break-inside:avoid", html)
    assert re.search(r"\.lab-table\{[^}]*table-layout:fixed", html)


def test_html_structure_follows_the_document():
    page = Page(to_html(DOCUMENT))
    assert page.words["h1"][0] == page.words["title"][0] == "实训报告"
    assert [text for text in page.words["h2"] if text.strip()] == ["一、表", "二、答"]
    assert page.tags.count("h2") == 2  # 空标题不留空行
    assert page.tags.count("p") == 3  # 两段，加表注
    assert (page.tags.count("ol"), page.tags.count("ul"), page.tags.count("li")) == (2, 1, 4)
    assert ("img", "alt", "两个点在均值右边") in page.attributes
    assert page.tags.count("dd") == 3
    widths = [value for tag, _, value in page.attributes if tag == "col"]
    assert len(widths) == 3
    assert sum(float(w.removeprefix("width:").rstrip("%")) for w in widths) == pytest.approx(100, abs=0.05)


def test_html_keeps_short_tables_on_one_page_and_lets_long_ones_flow():
    long = Table("名单", ("号",), tuple((str(i),) for i in range(60)))
    html = to_html(Document("题", sections=(Section("", (TABLE, long)),)))
    classes = [value for tag, name, value in Page(html).attributes if (tag, name) == ("div", "class")]
    assert classes == ["keep", "flow"]
    assert ".keep,.lab-table tr{break-inside:avoid}" in html


def test_alternative_text_stays_in_its_attribute():
    figure = Figure(png(), '"><b>\n第二行', "")
    html = to_html(Document("题", sections=(Section("", (figure,)),)))
    assert ("img", "alt", '"><b> 第二行') in Page(html).attributes
    assert "<figcaption>" not in html


def test_figure_shows_itself_in_a_notebook():
    shown = Figure(png(), "甲", "<图>")._repr_html_()
    assert 'alt="甲"' in shown
    assert "&lt;图&gt;" in shown


def test_figure_refuses_what_is_not_a_described_png():
    with pytest.raises(ValueError, match="PNG"):
        Figure(b"<svg onload=alert(1)>", "甲")
    with pytest.raises(ValueError, match="alt"):
        Figure(png(), " ")


# ---- Word ----------------------------------------------------------------


def opened(document: Document):
    return docx.Document(io.BytesIO(to_docx(document)))


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def all_text(file) -> str:
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    footer = file.sections[0].footer.paragraphs[0].text
    return "\n".join([*(p.text for p in file.paragraphs), *cells, footer])


def test_docx_opens_again_with_every_text():
    file = opened(DOCUMENT)
    assert [p.text for p in file.paragraphs if p.style.name == "Heading 1"] == ["一、表", "二、答"]
    assert file.paragraphs[0].text == "实训报告"
    cover, table = file.tables
    assert [[c.text for c in row.cells] for row in cover.rows] == [
        ["姓名", "张三", "学号", "007"],
        ["班级", "", "", ""],
    ]
    assert tuple(c.text for c in table.rows[0].cells) == TABLE.columns
    assert tuple(tuple(c.text for c in row.cells) for row in table.rows[1:]) == TABLE.rows
    text = all_text(file)
    for piece in (
        "表 4-3 箭头",
        "R 越小越好。",
        "第一段",
        "第二段",
        "甲",
        "丙",
        "另一组",
        "图 1 客户与均值",
        "课程 A",
    ):
        assert piece in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_docx_holds_every_payload_as_text(payload):
    data = to_docx(hostile(payload))
    file = docx.Document(io.BytesIO(data))
    shown = visible(payload).translate({0xFFFE: None, 0xFFFF: None})
    assert all_text(file).count(shown) >= 13
    body = parts(data)["word/document.xml"]
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e]", body)
    instructions = [
        field.get(qn("w:instr")) for field in file.sections[0].footer._element.iter(qn("w:fldSimple"))
    ]
    assert instructions == ["PAGE", "NUMPAGES"]
    assert "w:instr" not in body  # 正文里没有任何域：=cmd 只是文字


def test_docx_accepts_every_control_character():
    text = "".join(map(chr, range(0x20))) + "\x7f\x85\u2028"
    assert r"\x00\x01" in all_text(opened(Document("题", sections=(Section("", (Paragraph(text),)),))))


def test_same_document_same_bytes_on_another_day(monkeypatch):
    first = to_docx(DOCUMENT)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    assert to_docx(DOCUMENT) == first
    assert to_html(DOCUMENT) == to_html(DOCUMENT)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None
    core = docx.Document(io.BytesIO(first)).core_properties
    assert (core.created.year, core.modified.year, core.author, core.title) == (2000, 2000, "", "实训报告")


def test_a_long_title_does_not_break_the_properties():
    assert len(opened(Document("长" * 400)).core_properties.title) == 255


def test_east_asian_fonts_are_named_in_every_style_used():
    file = opened(DOCUMENT)
    expected = {
        "Normal": "宋体", "Caption": "宋体", "表内文字": "宋体", "表注": "宋体", "Footer": "宋体", "封面项": "宋体",
        "Title": "黑体", "Heading 1": "黑体", "表题": "黑体", "表头": "黑体",
    }  # fmt: skip
    for name, font in expected.items():
        fonts = file.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert not [key for key in fonts.attrib if key.endswith("Theme")]  # 主题字体会盖过点名的字体
    runs = [run for p in file.paragraphs for run in p.runs if run.text]
    assert {run._r.rPr.rFonts.get(qn("w:hint")) for run in runs} == {"eastAsia"}  # 箭头、引号用中文字体
    used = {p.style.name for p in file.paragraphs}
    used |= {p.style.name for t in file.tables for row in t.rows for c in row.cells for p in c.paragraphs}
    assert used - set(expected) == {"List Number", "List Bullet"}
    assert {file.styles[name].base_style.name for name in ("List Number", "List Bullet")} == {"Normal"}


def test_page_is_a4_and_tables_fit_it():
    file = opened(DOCUMENT)
    section = file.sections[0]
    assert (section.page_width.cm, section.page_height.cm) == pytest.approx((21, 29.7), abs=0.01)
    room = section.page_width - section.left_margin - section.right_margin
    for table in file.tables:
        for row in table.rows:
            assert 0.99 * room < sum(cell.width for cell in row.cells) <= room
        layout = table._tbl.tblPr.find(qn("w:tblLayout"))
        assert layout.get(qn("w:type")) == "fixed"
    arrow, reason = file.tables[1].rows[0].cells[1:]
    assert reason.width > 4 * arrow.width


def test_table_header_repeats_rows_stay_whole_and_title_stays_with_it():
    file = opened(DOCUMENT)
    table = file.tables[1]
    flags = [[child.tag for child in row._tr.trPr] for row in table.rows]
    assert [qn("w:tblHeader") in found for found in flags] == [True, False, False]
    assert all(qn("w:cantSplit") in found for found in flags)
    assert table.style.name == "Table Grid"
    assert file.styles["表题"].paragraph_format.keep_with_next
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert kept == [True, True, None]  # 短表整张在一页


def test_long_table_may_break_after_its_header():
    rows = tuple((str(i), "甲") for i in range(60))
    table = opened(Document("题", sections=(Section("", (Table("名单", ("号", "名"), rows),)),))).tables[0]
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert kept == [True] + [None] * 60


def test_tones_shade_cells_and_empty_cover_values_leave_a_line():
    file = opened(DOCUMENT)
    cover, table = file.tables
    fills = [
        [(s.get(qn("w:fill")) if (s := c._tc.tcPr.find(qn("w:shd"))) is not None else "") for c in row.cells]
        for row in table.rows
    ]
    assert fills == [["EEF1F5"] * 3, ["", "E3F1EA", ""], ["", "", ""]]
    lined = [[c._tc.tcPr.find(qn("w:tcBorders")) is not None for c in row.cells] for row in cover.rows]
    assert lined == [[False, True, False, True], [False, True, False, False]]


def test_numbering_restarts_in_every_group():
    file = opened(DOCUMENT)
    numbers = {}
    for paragraph in file.paragraphs:
        if paragraph.style.name == "List Number":
            numbers.setdefault(paragraph._p.pPr.numPr.numId.val, []).append(paragraph.text)
    assert list(numbers.values()) == [["甲", "乙"], ["另一组"]]
    element = file.part.numbering_part.element
    for number in numbers:
        (override,) = element.num_having_numId(number).iter(qn("w:startOverride"))
        assert override.val == 1


def test_picture_has_alternative_text_and_fits_the_page():
    wide = Figure(png(4000, 500, 100), "很宽的图")  # 40 英寸宽
    file = opened(Document("题", sections=(Section("", (wide, Figure(png(), "小图"))),)))
    big, small = file.inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in (big, small)] == ["很宽的图", "小图"]
    assert big.width <= Cm(16.6)
    assert big.width / big.height == pytest.approx(8, rel=0.001)
    assert small.width == pytest.approx(Cm(2.54) * 40 / 200, rel=0.01)


# 取自 ECMA-376 的先后（只列我们写的）：次序错了 Word 会说文件已损坏
ORDERS = {
    "tcPr": ["tcW", "tcBorders", "shd", "vAlign"],
    "pPr": ["pStyle", "keepNext", "keepLines", "numPr", "autoSpaceDE", "autoSpaceDN", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl"],
    "tblPr": ["tblStyle", "tblW", "jc", "tblLayout", "tblLook"],
}  # fmt: skip


@pytest.mark.parametrize("kind", ORDERS)
def test_properties_stand_in_the_order_the_format_prescribes(kind):
    file = opened(DOCUMENT)
    elements = [*file.element.iter(qn(f"w:{kind}"))]
    elements += (
        [file.styles[name].element.pPr for name in ("表内文字", "表头", "表题")] if kind == "pPr" else []
    )
    assert elements
    for element in elements:
        names = [child.tag.split("}")[1] for child in element]
        assert names == sorted(names, key=ORDERS[kind].index)


# ---- 列宽 ----------------------------------------------------------------

CELLS = st.text(alphabet="客户↑↓元0123 \nabc,", max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 16).flatmap(lambda n: st.lists(st.tuples(*[CELLS] * n), min_size=1, max_size=5)))
def test_shares_fill_the_page_and_leave_no_column_out(rows):
    table = Table("题", rows[0], tuple(rows[1:]))
    shares = column_shares(table)
    assert sum(shares) == pytest.approx(1)
    assert min(shares) > 0.02  # 16 列时每列也放得下一个汉字


def test_short_columns_keep_one_line_and_the_long_one_takes_the_rest():
    shares = column_shares(TABLE)
    # 「客户编号」8 个半角加左右留白，版心约 100 个半角
    assert 0.11 <= shares[0] <= 0.2
    assert shares[1] < 0.06
    assert shares[2] > 0.7


def test_a_long_fingerprint_does_not_starve_the_prose():
    table = Table("题", ("指纹", "说明"), (("0123456789abcdef" * 4, "说明文字" * 40),))
    assert column_shares(table)[1] > 0.5


def test_shortness_counts_wrapped_lines():
    assert is_short(Table("题", ("甲",), (("字",),) * 17))
    assert not is_short(Table("题", ("甲",), (("字",),) * 18))
    assert not is_short(Table("题", ("甲",), (("字" * 50 * 20,),)))
