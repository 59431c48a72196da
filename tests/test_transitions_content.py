"""transitions.toml：与程序认得的一致；改坏任何一处，读的时候就说出在哪里(A8、A9、B6、D8)。"""

from __future__ import annotations

import re

import pytest
from broken_content import broken_copy

from lifecycle_lab.content import data_folder
from lifecycle_lab.content.transitions import MOVE_STATES, SURVEY_COLUMNS, read_transitions, transitions
from lifecycle_lab.reading import read_grid
from lifecycle_lab.schema import ContentError
from lifecycle_lab.stages import moves

FILE = data_folder() / "course" / "transitions.toml"


def test_content_and_rooms_speak_of_the_same_states():
    assert moves.STATES == MOVE_STATES == tuple(transitions().states)
    assert set(SURVEY_COLUMNS) <= set(read_grid(data_folder() / "survey.csv").header)


def test_three_five_three_four_factors_each_with_a_measure():
    """A9：3、5、3、4。"""
    states = [one.state for one in transitions().factors.values()]
    assert [states.count(name) for name in MOVE_STATES] == [3, 5, 3, 4, 0]
    assert all(one.measure.text for one in transitions().factors.values())
    assert len(transitions().evidence) >= 30


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("period_days = 90 ", "period_days = 0 ", "超出范围"),
        ("bought_percent = 40 ", "bought_percent = 140 ", "超出范围"),
        ('id = "lost"', 'id = "gone"', "认得的状态"),
        ('id = "industry"\nstate = "potential"', 'id = "industry"\nstate = "new"', "个因素"),
        ('column = "nps"', 'column = "npz"', "npz"),
        ('summary = "low"', 'summary = "lowest"', "lowest"),
        ("margins_yuan = [42, 14,", "margins_yuan = [42,", "12 个"),
        ("leads = 1500\n", "leads = 15000\n", "超出范围"),
        ('path = ["search"]\nbuyers = 230', 'path = ["search"]\nbuyers = 231', "480"),
        ('path = ["social", "search"]', 'path = ["socail", "search"]', "不认识的渠道"),
        ('factor = "outside_view"\nconfused = "value"', 'factor = "value"\nconfused = "value"', "易混"),
        (
            'factor = "firm_growth"\nconfused = "industry"',
            'factor = "industry"\nconfused = "need"',
            "只有 1 条",
        ),
        ("$returned 人次", "$came 人次", "came"),
        ('static_note = "', 'still_note = "', "static_note"),
        ("[leads]", "[lead]", "leads"),
    ],
)
def test_what_is_broken_is_named(tmp_path, old, new, said):
    with pytest.raises(ContentError, match=said) as caught:
        read_transitions(broken_copy(tmp_path, "transitions.toml", old, new))
    assert "transitions.toml" in caught.value.where


def test_no_line_can_be_dropped_unnoticed(tmp_path):
    """一行一个键的，删去哪一行都读不进来。"""
    lines, path = FILE.read_text(encoding="utf-8").splitlines(keepends=True), tmp_path / "transitions.toml"
    keys = [i for i, line in enumerate(lines) if re.match(r"[a-z_0-9]+ = ", line)]
    assert len(keys) > 300
    for i in keys:
        path.write_text("".join(lines[:i] + lines[i + 1 :]), encoding="utf-8")
        with pytest.raises(ContentError):
            read_transitions(path)
