"""粘贴：从表格软件来的一块，落在学生以为的地方；放不下的数得出来，从不悄悄丢。"""

from __future__ import annotations

import re

import pytest
from golden.sheets import Desk
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab.exercises.pasting import LONGEST, parse_block, paste
from lifecycle_lab.schema import ParameterError


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def pasted(desk, exercise, text, at=None):
    sheet = desk.sheet(exercise)
    return paste(sheet, sheet.form.cells, text, at or sheet.form.cells[0])


def test_a_block_lands_from_the_cell_rightwards_and_downwards(desk):
    first, second, *_ = desk.given.customer_ids
    found = pasted(desk, "table_4_3", "↑\t↓\t↑\n上\t下\t⬆ \n")
    assert found.changes == {
        (first, "recency"): "↑",
        (first, "frequency"): "↓",
        (first, "monetary"): "↑",
        (second, "recency"): "上",
        (second, "frequency"): "下",
        (second, "monetary"): "⬆",
    }
    assert found.said == "粘贴了 6 格。"


def test_what_does_not_fit_is_counted_and_said(desk):
    last = desk.given.customer_ids[-1]
    found = pasted(desk, "table_4_3", "↑\t↓\n↓\t↑", (last, "monetary"))
    assert found.changes == {(last, "monetary"): "↑"}
    assert "另有 3 格" in found.said


def test_rows_with_names_go_to_their_own_rows_in_any_order(desk):
    first, second, *_ = desk.given.customer_ids
    text = f"{second}\t↓\t↓\t↓\n{first} \t↑\t↑\t↑"
    found = pasted(desk, "table_4_3", text, (desk.given.customer_ids[5], "monetary"))
    assert found.changes == {(row, column): arrow for row, arrow in ((second, "↓"), (first, "↑"))
                             for column in ("recency", "frequency", "monetary")}  # fmt: skip


def test_a_heading_without_row_names_is_not_an_answer(desk):
    first, second, third, *_ = desk.given.customer_ids
    found = pasted(desk, "table_4_3", "R\tF\tM\n↑\t↓\t↑\n\n↓\t↓\t↓")
    assert found.changes[first, "recency"] == "↑"
    assert found.changes[third, "recency"] == "↓", "空着的一位留着空，后面的不上移"
    assert (second, "recency") not in found.changes


def test_somebody_else_s_rows_are_refused(desk):
    with pytest.raises(ParameterError, match="C900"):
        pasted(desk, "table_4_3", "C900\t↑\t↓\t↑\nC901\t↑\t↓\t↑")


def test_headings_are_recognised_in_any_order(desk):
    first = desk.given.customer_ids[0]
    text = f"客户编号\tM 消费金额\tR\n{first}\t↓\t↑"
    assert pasted(desk, "table_4_3", text).changes == {(first, "monetary"): "↓", (first, "recency"): "↑"}


def test_the_whole_of_table_4_2_copied_back_fills_only_the_means(desk):
    rows = "\n".join(f"{name}\t3\t2\t100.00" for name in desk.given.customer_ids)
    found = pasted(desk, "table_4_2", f"客户编号\tR\tF\tM\n{rows}\n均值\t2.8\t2.7\t426.13")
    assert found.changes == {
        ("mean", "recency"): "2.8",
        ("mean", "frequency"): "2.7",
        ("mean", "monetary"): "426.13",
    }


def test_one_column_of_three_arrows_spreads_over_the_row(desk):
    first, second, *_ = desk.given.customer_ids
    found = pasted(desk, "table_4_3", "↑↓↑\n下 上 下")
    assert [found.changes[first, c] for c in ("recency", "frequency", "monetary")] == ["↑", "↓", "↑"]
    assert [found.changes[second, c] for c in ("recency", "frequency", "monetary")] == ["↓", "↑", "↓"]


def test_blank_cells_do_not_erase(desk):
    first = desk.given.customer_ids[0]
    assert pasted(desk, "table_4_3", "\t↓\t").changes == {(first, "frequency"): "↓"}


def test_a_cell_of_several_lines_stays_one_cell(desk):
    sheet = desk.sheet("table_4_5")
    row = sheet.form.rows[0]
    found = paste(
        sheet, sheet.form.cells, f'{row}\t2\t35.2\t"对象：老客\n做法：""回访"""', sheet.form.cells[0]
    )
    assert found.changes[row, "strategy"] == '对象：老客\n做法："回访"'


@pytest.mark.parametrize("text", ["", "\n\n", "\t\t\n \t "])
def test_nothing_pasted_changes_nothing(desk, text):
    assert pasted(desk, "table_4_3", text).changes == {}


def test_too_much_or_outside_is_refused_in_words(desk):
    with pytest.raises(ParameterError, match="没有填进去"):
        pasted(desk, "table_4_3", "↑" * (LONGEST + 1))
    with pytest.raises(ParameterError, match="没有填进去"):
        pasted(desk, "table_4_3", "↑", ("没有这位", "recency"))


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), min_size=1, max_size=5),
        max_size=15,
    )
)
def test_every_cell_that_is_not_blank_is_placed_or_counted(tmp_path_factory, rows):
    """性质：块里不空的每一格，不是放进了表，就是在“放不进”的数里（没有行名的块）。"""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    text = "\n".join("\t".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    block = parse_block(text)
    sheet = desk.sheet("table_4_4")
    named = any(len(line) > 1 and sheet.row_named(line[0]) for line in block)
    heading = bool(block) and all(name and sheet.column_named(name) for name in block[0])
    strange = any(len(line) > 1 and re.fullmatch(r"[A-Za-z]+\d+", line[0]) for line in block)
    if named or heading or strange:
        return
    found = pasted(desk, "table_4_4", text)
    filled = sum(bool(cell) for row in block for cell in row)
    lost = int(found.said.split("另有 ")[1].split(" ")[0]) if "另有" in found.said else 0
    assert len(found.changes) + lost == filled
