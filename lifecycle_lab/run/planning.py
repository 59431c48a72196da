"""执行之前把活排好：哪几课、哪些来源、哪几种模式、放在哪里；不对的参数在启动内核之前就拒绝。"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from lifecycle_lab.content import course
from lifecycle_lab.exercises.assignment import Assignment, assign
from lifecycle_lab.exercises.modes import MODES
from lifecycle_lab.exercises.sources import SHIPPED, SURVEY, open_population
from lifecycle_lab.run.jobs import CLASS, REPORT, WITHOUT_ANSWERS, Job
from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.variants import normalise_id

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
ANALYST, TEACHER = "90_report", "91_grading"
_FOR_STUDENTS, _FOR_DEMO = ("blank",), ("key",)


def plan(
    notebooks: Sequence[str] = (),
    *,
    modes: Iterable[str] = (),
    student_id: str = "",
    sources: Sequence[str] = (),
    as_of: str = "",
    out: Path | str = Path("build"),
) -> tuple[Job, ...]:
    """来源 × 模式 × 课，先后照给的次序，重复的算一次；什么也不写。

    notebooks: 课名或文件名，空为全部。modes: 空时示范学号是 key，别的学号是 blank。
    student_id: 空为示范学号。sources: 空为两个自带的。不认识的课、模式、来源、用不了的路径 → ParameterError。
    """
    student = student_id or course().demo_student
    lessons = list(dict.fromkeys(map(find_notebook, notebooks))) or lesson_notebooks()
    chosen_modes, folder = _modes(modes, student), _resolved(out, "out")
    located = dict.fromkeys(map(_located, sources or SHIPPED))
    opened = {source: assign(open_population(source, as_of), student) for source in located}
    jobs = tuple(
        Job(lesson, mode, source, as_of, assignment, folder / slug(source) / mode / lesson.stem)
        for source, assignment in opened.items()
        for mode in (*chosen_modes, *WITHOUT_ANSWERS)
        for lesson in lessons
        if _fits(lesson, mode, assignment)
    )
    if not jobs:
        raise ParameterError(
            f"{ANALYST} 要订单，给的来源里没有。",
            where="参数 source",
            remedy="写 --source online_retail，或一份订单的路径。",
        )
    for job in jobs:
        job.parameters()  # 太长或带控制符的路径在这里就拒绝，不等到内核启动以后
    return jobs


def _fits(lesson: Path, mode: str, assignment: Assignment) -> bool:
    """分析师的 90 没有练习，只要订单；教师的 91 评演示班：都是一个来源执行一次。别的课每种模式各一次。"""
    if lesson.stem == ANALYST:
        return mode == REPORT and assignment.as_of is not None
    return mode == CLASS if lesson.stem == TEACHER else mode not in WITHOUT_ANSWERS


def _modes(modes: Iterable[str], student: str) -> tuple[str, ...]:
    """没写模式：示范学号是 key，别的学号是 blank；真学号的答案只有明写 key 才会写出来（design §4）。"""
    is_demo = normalise_id(student) == normalise_id(course().demo_student)
    chosen = tuple(dict.fromkeys(modes)) or (_FOR_DEMO if is_demo else _FOR_STUDENTS)
    for mode in chosen:
        if mode not in MODES:
            raise ParameterError(f"没有模式 {quote(mode)}。", remedy=f"可用的：{'、'.join(MODES)}。")
    return chosen


def make_folders(jobs: Sequence[Job]) -> None:
    """各件活的文件夹都先建好；建不了 → ParameterError，一个内核也不启动。"""
    for job in jobs:
        try:
            job.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ParameterError(
                "输出文件夹建不了。",
                where=f"参数 out：{quote(job.folder, 200)}",
                why=f"系统说：{os.strerror(error.errno or 0)}（路径中间有文件、太长或不许写）。",
                remedy="换一个能写的文件夹，例如 --out build。",
            ) from None


def lesson_notebooks() -> list[Path]:
    """全部课，按课程内容里的先后。"""
    return [find_notebook(name) for name in course().lessons]


def find_notebook(name: str) -> Path:
    """课名（"04_rfm_training"、"04"）或文件名 → notebooks/ 下的文件；没有 → ParameterError。"""
    stem = Path(name).stem
    found = sorted(
        path for path in NOTEBOOKS.glob("*.ipynb") if path.stem == stem or path.stem.split("_")[0] == stem
    )
    if not found:
        known = "、".join(path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb")))
        raise ParameterError(
            f"没有课 {quote(name)}。",
            where=str(NOTEBOOKS),
            remedy=f"可用的：{known}。" if known else "在工作簿的检出里运行。",
        )
    return found[0]


def _located(source: str) -> str:
    """自带来源用名字；文件用绝对路径（笔记本在自己的文件夹里执行）。"""
    named = source.strip().casefold() or SURVEY
    return named if named in SHIPPED else str(_resolved(source, "source"))


def _resolved(path: Path | str, parameter: str) -> Path:
    """绝对的真实路径；系统不认的 → ParameterError。认不出的 ~名字 留着，当作普通名字。"""
    try:
        return Path(os.path.expanduser(path)).resolve()
    except (OSError, ValueError, RuntimeError):
        raise ParameterError(
            f"路径 {quote(path, 200)} 不能用。",
            where=f"参数 {parameter}",
            why="里面有系统不认的字符，或链接绕成了圈。",
            remedy="换一个路径。",
        ) from None


def slug(source: str) -> str:
    """来源 → 输出文件夹名：自带的用原名，文件用短名加散列。"""
    if source in SHIPPED:
        return source
    plain = "-".join(re.findall("[A-Za-z0-9]+", Path(source).stem))[:32]
    return f"{plain or 'file'}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
