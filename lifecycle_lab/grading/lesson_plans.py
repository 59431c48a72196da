"""教案：一课一份。目标取自课页，概念题、误解、练习取自题目，时间与板书是人写的（plans.toml）。

课页与题目一改，教案跟着改；同样的内容写出同样的字节。
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from lifecycle_lab.answers import write_file
from lifecycle_lab.content import course
from lifecycle_lab.content.plans import plans
from lifecycle_lab.content.shapes import QuizItem
from lifecycle_lab.grading.handout import NOTEBOOKS
from lifecycle_lab.report import Document, Items, Paragraph, Section, to_docx
from lifecycle_lab.schema import ParameterError

_MOST_QUESTIONS = 8


def write_plans(folder: Path, *, docx: bool = False) -> tuple[Path, ...]:
    """每课一份 Markdown，按需再写一份 Word；返回写了哪些。"""
    written = []
    for lesson in course().lessons:
        document = lesson_plan(lesson)
        written.append(write_file(folder / f"{lesson}.md", to_markdown(document).encode(), "教案"))
        if docx:
            written.append(write_file(folder / f"{lesson}.docx", to_docx(document), "教案"))
    return tuple(written)


def lesson_plan(lesson: str) -> Document:
    """一课的教案；不认识的课 → ParameterError。"""
    if lesson not in course().lessons:
        raise ParameterError(f"没有课 {lesson}。", remedy=f"可用的：{'、'.join(course().lessons)}。")
    minutes, aims = _aims(lesson)
    sections = [Section("教学目标", (Paragraph(minutes), Items(aims))), *_written(lesson)]
    sections += [Section(title, blocks) for title, blocks in _taken(lesson) if blocks]
    return Document(f"教案：{course().lessons[lesson]}", (), tuple(sections), course().title)


def _aims(lesson: str) -> tuple[str, tuple[str, ...]]:
    """课页开头的学习目标：（约多少分钟的那一句，各条）。"""
    path = NOTEBOOKS / f"{lesson}.ipynb"
    if not path.is_file():
        raise ParameterError(f"找不到课页 {lesson}.ipynb。", remedy="在工作簿的检出里运行。")
    opening = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    said = re.search(r"\*\*学习目标\*\*（([^）]*)）", opening)
    aims = tuple(_plain(line[2:]) for line in opening.splitlines() if line.startswith("- "))
    return (f"{said[1]}。" if said else ""), aims


def _plain(text: str) -> str:
    return text.replace("**", "").replace("`", "")


def _written(lesson: str) -> Iterator[Section]:
    """人写的部分；没有写的课没有这几节。"""
    plan = plans().get(lesson)
    if plan is None:
        return
    total = sum(step.minutes for step in plan.steps)
    steps = tuple(f"{step.minutes} 分钟：{step.what}" for step in plan.steps)
    yield Section(f"时间安排（共 {total} 分钟）", (Items(steps, numbered=True),))
    yield Section("只有 45 分钟", (Paragraph(plan.skip),))
    yield Section("板书", (Items(plan.board),))
    yield Section("投影", (Paragraph(plan.project),))
    asked = tuple(f"问：{q.ask}　盼望听到：{q.expect}" for q in plan.questions)
    yield Section("要问的话", (Items(asked, numbered=True),))


def _taken(lesson: str) -> Iterator[tuple[str, tuple]]:
    """从题目里取来的：练习、误解与怎样应对、概念题与讲解。"""
    exercises = [e for e in course().exercises.values() if e.lesson == lesson]
    yield (
        "练习",
        tuple(
            [Items(tuple(f"{e.title}（{e.points} 分）：{e.prompt}" for e in exercises))] if exercises else []
        ),
    )
    names = dict.fromkeys(name for e in exercises for name in e.misconceptions)
    known = [course().misconceptions[name] for name in names]
    yield (
        "常见的误解，怎样应对",
        tuple([Items(tuple(f"{m.title}：{m.message}" for m in known))] if known else []),
    )
    items = [_question(item) for item in course().quiz.values() if item.lesson == lesson][:_MOST_QUESTIONS]
    yield "概念题里可以当堂问的", tuple([Items(tuple(items), numbered=True)] if items else [])


def _question(item: QuizItem) -> str:
    if item.number is not None:
        return f"{item.prompt}　讲解：{item.number.why}"
    right = [choice for choice in item.choices if choice.correct]
    if item.kind == "ordering":
        return f"{item.prompt}　次序：{' → '.join(choice.text for choice in right)}"
    if item.lefts:
        pairs = (f"{item.lefts[choice.id]} — {choice.text}" for choice in right)
        return f"{item.prompt}　答：{'；'.join(pairs)}"
    return f"{item.prompt}　答：{'；'.join(choice.text for choice in right)}　讲解：{right[0].why}"


def to_markdown(document: Document) -> str:
    """文档 → Markdown：标题、段落、条目。"""
    lines = [f"# {document.title}", ""]
    for section in document.sections:
        lines += [f"## {section.heading}", ""]
        for block in section.blocks:
            if isinstance(block, Items):
                signs = (f"{i}." if block.numbered else "-" for i in range(1, len(block.texts) + 1))
                lines += [f"{sign} {_one_line(text)}" for sign, text in zip(signs, block.texts, strict=True)]
            elif isinstance(block, Paragraph):
                lines.append(_one_line(block.text))
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
