"""实训报告：从答案文件写成一份文档（表4-1 … 表4-5、图、各课的算题、思考与练习、概念题与课程事实），再由 `to_html`、`to_docx` 写出。

报告只看答案文件与题本，不看笔记本；写的是学生自己填的内容，连同核对的结果。
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from string import Template

from lifecycle_lab import plots, tables
from lifecycle_lab.answers import Answers
from lifecycle_lab.content.vocabulary import PROBLEM
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.checks import check, is_open
from lifecycle_lab.exercises.facts import fact_map, is_begun
from lifecycle_lab.exercises.forms import form, lesson_forms
from lifecycle_lab.exercises.quiz_feedback import BLANK as QUIZ_BLANK
from lifecycle_lab.exercises.quiz_feedback import RIGHT as QUIZ_RIGHT
from lifecycle_lab.exercises.quiz_feedback import feedback
from lifecycle_lab.exercises.showing import filled_table, progress, summary
from lifecycle_lab.export import Table
from lifecycle_lab.report import Document, Figure, Items, Paragraph, Section

_TABLES = ("table_4_2", "table_4_3", "table_4_4", "table_4_5")
_ORIGIN = "表4-1 至表4-5 的栏目为本书补全：课本只留下了表题。"


@dataclass(frozen=True)
class Cover:
    """封面上的几项；空着的在报告里留一条横线，可以手写。date 由人填，不取电脑的钟。"""

    name: str = ""
    class_name: str = ""
    date: str = ""


def training_document(assignment: Assignment, answers: Answers, cover: Cover = Cover()) -> Document:
    """一位学生的实训报告。"""
    lines = (
        ("姓名", cover.name),
        ("学号", assignment.student_id),
        ("班级", cover.class_name),
        ("日期", cover.date),
    )
    worksheets = (_worksheet(name, assignment, answers) for name in _TABLES)
    sections = (
        _data_section(assignment),
        questionnaire_section(assignment),
        *worksheets,
        _problems(assignment, answers),
        _thinking(assignment, answers),
        _facts(assignment, answers),
        _results(assignment, answers),
    )
    footer = (
        f"{assignment.course.title} · 数据指纹 {assignment.data_sha256[:12]} · 答案回执 {answers.sha256[:12]}"
    )
    return Document("实训报告：客户生命周期管理", lines, sections, footer)


def _data_section(assignment: Assignment) -> Section:
    indicators = [f"{i.heading}：{plots.direction(i, assignment.rule)}。" for i in assignment.indicators]
    day = f"观察日 {assignment.as_of}。" if assignment.as_of else ""
    return Section(
        "一、数据与口径",
        (
            Paragraph(f"{source_text(assignment)}{day}"),
            *(Paragraph(f"放在一边：{text}。") for text in [setaside_text(assignment)] if text),
            Items(tuple(indicators)),
            Paragraph(_ORIGIN),
        ),
    )


def source_text(assignment: Assignment) -> str:
    """数据从哪里来，是真是假。"""
    known = assignment.course.sources.get(assignment.source)
    if known:
        return f"数据来源：{known.title}。{known.what}"
    kind = "（合成数据）" if assignment.synthetic else ""
    return f"数据来源：自备的文件 {assignment.source}{kind}。"


def setaside_text(assignment: Assignment) -> str:
    """按规则放在一边、没有进客户群体的东西，各多少。"""
    found = assignment.population.setaside if assignment.population else ()
    return "；".join(f"{label} {count}" for label, count in found if count)


def questionnaire_section(assignment: Assignment) -> Section:
    """表4-1：问卷原样。"""
    course = assignment.course
    form = course.questionnaire
    table = tables.questionnaire(course.tables["table_4_1"], form)
    return Section("二、问卷（表4-1）", (Paragraph(form.introduction), table, Paragraph(form.closing)))


def _worksheet(name: str, assignment: Assignment, answers: Answers) -> Section:
    sheet = form(name, assignment)
    outcome = check(name, assignment, answers)
    table = filled_table(sheet, assignment, answers, outcome)
    blocks: list = [table, Paragraph(summary(outcome, assignment))]
    if name == "table_4_3":
        # 图上有中心与箭头：没做过表4-3 的报告里不放，免得先写报告再抄答案
        opened = is_open(name, assignment, answers)
        blocks.append(customers_figure(assignment) if opened else Paragraph("做过表4-3 以后，这里有图。"))
    number = "三四五六"[_TABLES.index(name)]
    return Section(f"{number}、{sheet.exercise.title}", tuple(blocks))


def customers_figure(assignment: Assignment) -> Figure:
    """10 位客户与三个中心（均值或中位数）。"""
    sample, indicators, rule = assignment.sample, assignment.indicators, assignment.rule
    axes = plots.plot_customers_against_means(sample, indicators, rule=rule)
    alt = plots.describe_customers_against_means(sample, indicators, rule)
    return Figure(plots.png(axes[0].figure), alt, f"图 10 位客户与三个{rule.centre_name}的比较")


def _thinking(assignment: Assignment, answers: Answers) -> Section:
    blocks = []
    for sheet in lesson_forms("", assignment):
        if sheet.exercise.answer == "text":
            written = answers.text.get(sheet.exercise.id) or "（还没写）"
            blocks += [Paragraph(f"{sheet.exercise.title}。{sheet.exercise.prompt}"), Paragraph(written)]
    return Section("八、思考与练习", tuple(blocks))


def _problems(assignment: Assignment, answers: Answers) -> Section:
    """各课的算题：动过笔的一题一张表，没有动笔的列出题名。"""
    blocks: list = []
    untouched = []
    for sheet in lesson_forms("", assignment):
        if sheet.exercise.answer != PROBLEM:
            continue
        outcome = check(sheet.exercise.id, assignment, answers)
        if is_begun(outcome):
            table = filled_table(sheet, assignment, answers, outcome)
            blocks += [table, Paragraph(summary(outcome, assignment))]
        else:
            untouched.append(sheet.exercise.title)
    if untouched:
        blocks.append(Paragraph(_word(assignment, "report.untouched", titles="、".join(untouched))))
    return Section(f"七、{_word(assignment, 'report.problems')}", tuple(blocks))


def _facts(assignment: Assignment, answers: Answers) -> Section:
    """概念题一课一行，课程事实一条一行。"""
    title = _word(assignment, "report.facts")
    return Section(f"九、{title}", (_quizzes(assignment, answers), fact_map(assignment, answers)))


def _quizzes(assignment: Assignment, answers: Answers) -> Table:
    course = assignment.course
    found: dict[str, Counter[str]] = {}
    for item in course.quiz.values():
        outcome = feedback(item, assignment.student_id, answers.quiz.get(item.id, ""), course).outcome
        found.setdefault(item.lesson, Counter())[outcome] += 1
    rows = tuple(
        (
            course.lessons[lesson],
            str(counts.total()),
            str(counts[QUIZ_RIGHT]),
            str(counts.total() - counts[QUIZ_RIGHT] - counts[QUIZ_BLANK]),
            str(counts[QUIZ_BLANK]),
        )
        for lesson, counts in found.items()
    )
    columns = tuple(
        _word(assignment, f"report.{name}") for name in ("lesson", "total", "right", "again", "blank")
    )
    return Table(_word(assignment, "report.quiz"), columns, rows)


def _word(assignment: Assignment, name: str, **fields: object) -> str:
    return Template(assignment.course.review.words[name]).substitute(fields)


def _results(assignment: Assignment, answers: Answers) -> Section:
    return Section("十、完成情况", (progress(assignment, answers),))
