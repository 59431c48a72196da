"""笔记本的体例：参数、结构、短格子、没有输出、没有算法；练习与课程事实一一对得上。"""

from __future__ import annotations

import ast
import itertools
import json
import re
from pathlib import Path

import pytest

from lifecycle_lab.content import course
from lifecycle_lab.run.parameters import GRADING_NAMES, NAMES, REPORT_NAMES

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ANALYST = "90_report"
"""分析师的模板：没有学号、答案与练习，参数是读订单与口径的几个。"""
TEACHER = "91_grading"
"""教师的一本：名单与交来的东西。"""
PARAMETERS = {ANALYST: REPORT_NAMES, TEACHER: GRADING_NAMES}
HELD = {ANALYST: "report", TEACHER: "desk"}
"""笔记本里拿着的那一个对象叫什么；别的课都叫 lab。"""
ALLOWED_IMPORTS = {"lifecycle_lab", "pandas", "matplotlib.pyplot"}


def cells(path: Path, kind: str = "") -> list[dict]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if kind in ("", cell["cell_type"])]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def every(path):
    return pytest.mark.parametrize("path", path, ids=lambda p: p.stem)


def test_the_lessons_are_the_ones_the_course_lists():
    assert [path.stem for path in NOTEBOOKS] == list(course().lessons)


@every(NOTEBOOKS)
def test_stored_without_outputs_and_with_own_ids(path):
    for cell in cells(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    ids = [cell["id"] for cell in cells(path)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}", name) for name in ids)
    # 汉字不转义、键有固定次序：两个人改同一本，差别看得清
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@every(NOTEBOOKS)
def test_parameters_are_the_same_plain_texts_with_a_chinese_comment(path):
    tagged = [cell for cell in cells(path, "code") if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    lines = source(tagged[0]).splitlines()
    names = [node.targets[0].id for node in ast.parse(source(tagged[0])).body]
    assert tuple(names) == PARAMETERS.get(path.stem, NAMES)
    for node in ast.parse(source(tagged[0])).body:
        assert isinstance(node.value, ast.Constant)
        assert isinstance(node.value.value, str)
    assert all(re.search(r"#.*[一-鿿]", line) for line in lines)


@every(NOTEBOOKS)
def test_code_cells_are_short_calls_without_logic(path):
    for cell in cells(path, "code"):
        tree = ast.parse(source(cell))
        if "parameters" in cell["metadata"].get("tags", []):
            continue
        assert len([line for line in source(cell).splitlines() if line.strip()]) <= 3, source(cell)
        assert isinstance(tree.body[-1], ast.Expr), source(cell)
        for node in ast.walk(tree):
            logic = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.ListComp)
            assert not isinstance(node, logic), source(cell)
            if isinstance(node, ast.ImportFrom):
                assert node.module in ALLOWED_IMPORTS
            if isinstance(node, ast.Import):
                assert {name.name for name in node.names} <= ALLOWED_IMPORTS
        assert (
            not re.search(r"\.mean\(|groupby|np\.|print\(", source(cell))
            or "worked" in cell["metadata"]["tags"]
        )


@every(NOTEBOOKS)
def test_prose_stands_before_every_code_cell(path):
    kinds = [cell["cell_type"] for cell in cells(path)]
    assert kinds[0] == "markdown"
    # 参数格之后的开场格、练习的连续两格之外，每个代码格前面都有一段话
    bare = [i for i, kind in enumerate(kinds) if kind == "code" and kinds[i - 1] == "code"]
    assert not bare, [source(cells(path)[i]) for i in bare]


@every(NOTEBOOKS)
def test_the_page_has_its_parts(path):
    prose = [source(cell) for cell in cells(path, "markdown")]
    number = path.stem.split("_")[0]
    assert re.match(rf"# {number} ", prose[0])
    assert "**学习目标**" in prose[0]
    assert re.search(r"约 \d+ 分钟", prose[0])
    whole = "\n".join(prose)
    for part in ("## 小结", "## 思考与练习"):
        assert part in whole
    code = "\n".join(source(cell) for cell in cells(path, "code"))
    assert f'{HELD.get(path.stem, "lab")}.finish("{path.stem}")' in code
    for target in re.findall(r"\]\(([^)#]+)\)", whole):
        assert (path.parent / target).is_file(), target


def test_the_lessons_link_to_each_other_in_order():
    for before, after in itertools.pairwise(NOTEBOOKS):
        assert f"({after.name})" in source(cells(before, "markdown")[0])
        assert f"({before.name})" in source(cells(after, "markdown")[0])


def test_every_exercise_stands_in_its_lesson_and_nowhere_else():
    for path in NOTEBOOKS:
        named = {cell["metadata"].get("lab", {}).get("exercise") for cell in cells(path, "code")} - {None}
        assert named == {e.id for e in course().exercises.values() if e.lesson == path.stem}
        for name in named:
            code = [
                source(c) for c in cells(path, "code") if c["metadata"].get("lab", {}).get("exercise") == name
            ]
            assert code[0] == f"lab.{name}"
            assert code[-1] == f"lab.{name}.check()"


def test_every_lesson_with_questions_asks_them():
    for path in NOTEBOOKS:
        code = "\n".join(source(cell) for cell in cells(path, "code"))
        asked = any(item.lesson == path.stem for item in course().quiz.values())
        assert (f'lab.quiz("{path.stem}")' in code) == asked


def test_facts_named_by_sections_exist_and_the_training_is_covered():
    named = set()
    for path in NOTEBOOKS:
        for cell in cells(path, "markdown"):
            named |= set(cell["metadata"].get("lab", {}).get("facts", ()))
            # asks 是只问没教的：课文在别的课，编号也要真有
            assert set(cell["metadata"].get("lab", {}).get("asks", ())) <= set(course().facts)
    assert named <= set(course().facts)
    assert {"A12", "A13", "E1"} <= named


@every(NOTEBOOKS)
def test_prose_uses_full_width_punctuation_and_no_banned_word(path):
    for cell in cells(path, "markdown"):
        text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", source(cell))
        assert not re.search(r"[一-鿿][,;:!?]", text), text
        assert "显然" not in text


@every(NOTEBOOKS)
def test_after_the_opening_any_cell_runs_in_any_order(path, tmp_path, monkeypatch):
    """参数格与开场格之后，别的格倒着一格一格单独跑，也都跑得通（重启之后从中间接着做的学生就是这样）。"""
    monkeypatch.chdir(tmp_path)
    code = [source(cell) for cell in cells(path, "code")]
    opened: dict = {}
    for text in code[:2]:
        exec(compile(text, path.name, "exec"), opened)  # 我们自己的笔记本
    if path.stem not in HELD:
        opened["lab"].warm_up.fill({"甲": "↓"})  # 交之前总有一格
    for text in reversed(code[2:]):
        exec(compile(text, path.name, "exec"), dict(opened))
