"""课程作为数据：找到 data 文件夹，读出整门课，读的时候就验清楚。

教师改 data/course 里的文字、分值、名称、提示，不用碰程序；改错了，这里用中文说出在哪个文件哪一行。
只用标准库与 reading，不加载 pandas。
"""

from __future__ import annotations

import functools
from pathlib import Path

from lifecycle_lab.content.loading import load
from lifecycle_lab.content.report import ReportText
from lifecycle_lab.content.shapes import Convention, Course, Exercise, Item, Misconception, Questionnaire
from lifecycle_lab.schema import ContentError, Rule

# 别的房间常用的几个形状；其余的从 content.shapes 取
__all__ = [
    "Convention",
    "Course",
    "Exercise",
    "Item",
    "Misconception",
    "Questionnaire",
    "ReportText",
    "course",
    "course_under",
    "data_folder",
    "load",
    "report_text",
]

_PACKAGE = Path(__file__).resolve().parents[1]


def data_folder() -> Path:
    """数据文件夹：先找源码目录旁边的 data，再找安装包里的 _data；都没有 → ContentError。"""
    candidates = (_PACKAGE.parent / "data", _PACKAGE / "_data")
    for folder in candidates:
        # 认 course.toml 而不只认名字：装进 site-packages 后，旁边可能有别家的 data
        if (folder / "course" / "course.toml").is_file():
            return folder
    raise ContentError(
        "找不到课程的数据文件夹。",
        where="、".join(str(folder) for folder in candidates),
        why="其中都没有 course/course.toml。",
        remedy="重新安装 lifecycle-lab，或把整个项目文件夹重新下载一份。",
    )


@functools.cache
def course() -> Course:
    """随本书发行的课程内容，每个进程读一次。"""
    return load(data_folder() / "course")


@functools.cache
def course_under(rule: Rule) -> Course:
    """同一份内容，照另一条规则说话：题本文件是照那条规则发的。"""
    return load(data_folder() / "course", rule)


def report_text() -> ReportText:
    """分析师报告的用语与界线。"""
    return course().report
