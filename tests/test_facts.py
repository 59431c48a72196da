"""课程事实：每一条由哪一节教（那一节第一格带标签 fact-编号），由哪一道核对得出对错的题来问。

TAUGHT 合起来就是 facts.csv 的全部：再加一条事实，就要有一课教它、有题问它。
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lifecycle_lab.content import course

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
TAUGHT = {
    "01_stages": [
        "A1",
        "A2",
        "A3",
        "A4",
        "A5",
        "A8",
        "A13",
        "B1",
        "B2",
        "B3",
        "B4",
        "B5",
        "B7",
        "D6",
        "D8",
        "D9",
        "D10",
    ],
    "02_life_curves": ["A6", "A7", "D5"],
    "03_transitions": ["A8", "A9", "B6", "D8"],
    "05_beyond_ten": ["A10", "A11", "A12"],
    "06_dynamic_cycle": [f"E{n}" for n in range(1, 10)],
    "07_value": [f"D{n}" for n in range(1, 9)],
    "08_loyalty": [f"C{n}" for n in range(1, 12)],
}
PAIRS = [(lesson, fact) for lesson, facts in TAUGHT.items() for fact in facts]


def tagged(lesson: str) -> dict[str, dict]:
    """事实 → 带着它的标签的那一格。"""
    cells = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    found = [(tag, cell) for cell in cells for tag in cell["metadata"].get("tags", ())]
    return {tag.removeprefix("fact-"): cell for tag, cell in found if tag.startswith("fact-")}


@pytest.mark.parametrize(("lesson", "fact"), PAIRS)
def test_each_fact_has_a_section_and_its_first_cell_says_so(lesson, fact):
    cell = tagged(lesson)[fact]
    assert cell["cell_type"] == "markdown"
    assert re.match(r"#{2,3} ", "".join(cell["source"])), "标签要在一节的第一格上"
    assert fact in cell["metadata"]["lab"]["facts"]


@pytest.mark.parametrize(("lesson", "fact"), PAIRS)
def test_each_fact_is_asked_and_checked(lesson, fact):
    items = [item for item in course().quiz.values() if fact in item.facts and item.lesson == lesson]
    problems = [one for one in course().exercises.values() if fact in one.facts and one.lesson == lesson]
    assert items or problems


def test_every_fact_of_the_course_is_taught_somewhere():
    assert {fact for facts in TAUGHT.values() for fact in facts} == set(course().facts)


def test_tags_name_facts_that_exist():
    for path in NOTEBOOKS.glob("*.ipynb"):
        assert set(tagged(path.stem)) <= set(course().facts)


def test_the_dynamic_lesson_asks_enough_in_every_kind():
    items = [item for item in course().quiz.values() if item.lesson == "06_dynamic_cycle"]
    assert len(items) >= 14
    assert {item.kind for item in items} == {"single", "multiple", "ordering", "matching", "numeric"}
