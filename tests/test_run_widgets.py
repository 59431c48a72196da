"""执行过的课与网页上，控件换成同一个输出里静态的表；没有静态的样子是这一课的毛病。"""

from __future__ import annotations

import json

from test_run_kernels import plan_of

from lifecycle_lab import run as runner

MODULE = """
import ipywidgets

class Sheet:
    def __init__(self):
        self.slider = ipywidgets.IntSlider(description="拖一拖")

    def _repr_mimebundle_(self, **_):
        view = self.slider._repr_mimebundle_()
        return {**view, "text/html": "<table><tr><td>静态的表</td></tr></table>"}
"""
WITH_HTML = "from shown import Sheet\nSheet()"
SHOWN_TWICE = "from IPython.display import display\ndisplay(Sheet(), Sheet())"
ON_SCREEN_ONLY = "Sheet().slider"


def executed(folder, cells) -> runner.Finished:
    (folder / "shown.py").write_text(MODULE, encoding="utf-8")
    return runner.run_planned(plan_of(folder, cells)).finished[0]


def test_the_executed_lesson_and_its_page_keep_the_static_table(tmp_path):
    done = executed(tmp_path, [WITH_HTML, SHOWN_TWICE])
    assert done.problem.startswith("这一课没有写出 results.json")
    text = done.job.executed.read_text(encoding="utf-8")
    assert "jupyter.widget" not in text
    assert "widgets" not in json.loads(text)["metadata"]
    assert text.count("静态的表") == 3
    page = done.job.page.read_text(encoding="utf-8")
    assert page.count("静态的表") == 3
    assert "<script" not in page
    assert "jupyter.widget" not in page


def test_a_widget_that_lives_only_on_screen_is_the_lessons_defect(tmp_path):
    done = executed(tmp_path, [WITH_HTML, ON_SCREEN_ONLY])
    assert done.problem == "第 4 格的控件没有静态的样子（text/html），执行过的课里看不见它。"
    page = done.job.page.read_text(encoding="utf-8")
    assert page.count("静态的表") == 1
    assert "<script" not in page


def test_what_broke_the_lesson_is_said_first(tmp_path):
    done = executed(tmp_path, [WITH_HTML, ON_SCREEN_ONLY, "1 / 0"])
    assert "第 5 格没有跑通：ZeroDivisionError" in done.problem
