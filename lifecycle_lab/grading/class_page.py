"""讲评：分布、最难的格、误解按人数、要问一声的。给教师的一页有姓名；投影的一页没有。"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lifecycle_lab import plots
from lifecycle_lab.content import course
from lifecycle_lab.content.grading import grading
from lifecycle_lab.exercises.checks import BLANK, FORMAT, PENDING, WRONG, CellOutcome
from lifecycle_lab.exercises.showing import row_name
from lifecycle_lab.export import Table, visible
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.collecting import Received, tally
from lifecycle_lab.grading.gradebook import column_names
from lifecycle_lab.grading.scoring import HANDED, Graded, machine_full, machine_score, shown_exercises
from lifecycle_lab.plots.grading import plot_hardest, plot_scores
from lifecycle_lab.report import Block, Document, Figure, Paragraph, Section
from lifecycle_lab.schema import half_up

_MOST_LISTED, _LONGEST = 200, 60


@dataclass(frozen=True)
class Hard:
    """一格（或一列）的难：填了的人次里错了多少。"""

    title: str
    missed: int
    tried: int
    beliefs: tuple[str, ...]

    @property
    def share(self) -> Fraction:
        return Fraction(self.missed, self.tried)


def class_document(
    classroom: Classroom, graded: Sequence[Graded], received: Sequence[Received], lecture: Sequence[Section]
) -> Document:
    """给教师看的一页，有姓名；lecture: `lecture_sections` 的几节。"""
    words = grading().words
    sections = (
        _who(classroom, received, names=True),
        *lecture,
        _done(classroom, graded),
        ask_section(graded),
    )
    return Document(words["page.title"], (), sections, classroom.rules.name)


def projector_document(
    classroom: Classroom, graded: Sequence[Graded], received: Sequence[Received], lecture: Sequence[Section]
) -> Document:
    """可以投影的一页：没有姓名、学号与可疑的事。"""
    sections = (
        _who(classroom, received, names=False),
        *lecture,
        _done(classroom, graded),
    )
    return Document(grading().words["page.projector"], (), sections, classroom.rules.name)


def lecture_sections(classroom: Classroom, graded: Sequence[Graded]) -> tuple[Section, ...]:
    """讲评的几节：分布、最难的格、误解；两页共用。"""
    return spread_section(classroom, graded), hardest_section(graded), beliefs_section(graded)


def _who(classroom: Classroom, received: Sequence[Received], *, names: bool) -> Section:
    found, words = tally(classroom.roster, received), grading().words
    said = grading().say(
        "page.who_said",
        students=len(classroom.roster.students),
        handed=len(found.handed),
        missing=len(found.missing),
        twice=len(found.twice),
        unassigned=len(found.unassigned),
        refused=len(found.refused),
    )
    blocks: list[Block] = [Paragraph(said)]
    if names and found.missing:
        blocks.append(Paragraph(f"{words['page.missing']}：{'、'.join(found.missing)}"))
    if names and found.twice:
        blocks.append(
            Paragraph(f"{words['page.twice']}：{'、'.join(f'{who}（{n}）' for who, n in found.twice)}")
        )
    unused = (*found.unassigned, *found.refused)[:_MOST_LISTED]
    if names and unused:
        columns = tuple(words[f"column.{name}"] for name in ("place", "status", "reason"))
        rows = tuple((r.place, words[f"status.{r.status}"], r.said) for r in unused)
        blocks.append(Table(words["page.strange"], columns, rows))
    return Section(words["page.who"], tuple(blocks))


def machine_total(classroom: Classroom, one: Graded) -> Fraction:
    """一位学生机器判得的分之和。"""
    return sum((machine_score(classroom, outcome) for outcome, _ in one.outcomes.values()), Fraction(0))


def spread_section(classroom: Classroom, graded: Sequence[Graded]) -> Section:
    """得分的分布：一句话与图。"""
    words = grading().words
    scores = sorted(machine_total(classroom, one) for one in graded if one.state == HANDED)
    full = sum((machine_full(classroom, exercise) for exercise in shown_exercises(classroom)), Fraction(0))
    if not scores or not full:
        return Section(words["page.spread"], (Paragraph(words["page.spread_alone"]),))
    middle = (scores[(len(scores) - 1) // 2] + scores[len(scores) // 2]) / 2
    said = grading().say(
        "page.spread_said",
        full=half_up(full, 0),
        count=len(scores),
        mean=half_up(sum(scores, Fraction(0)) / len(scores), 1),
        middle=half_up(middle, 1),
    )
    axes = plot_scores(
        [100 * score / full for score in scores], words["page.spread_x"], words["page.spread_y"]
    )
    figure = Figure(plots.png(axes.figure), said, words["page.spread_caption"])
    return Section(words["page.spread"], (Paragraph(said), figure))


def hardest(graded: Sequence[Graded]) -> list[Hard]:
    """错得最多的格，从难到易；每位客户一行的表按列合起来。"""
    missed, tried, beliefs = Counter(), Counter(), defaultdict(Counter)
    for one in graded:
        mine = set(one.assignment.customer_ids) if one.assignment else set()
        for outcome, _ in one.outcomes.values():
            for cell in outcome.cells:
                if cell.status not in (BLANK, PENDING):
                    place = outcome.exercise.id, "" if cell.row in mine else cell.row, cell.column
                    tried[place] += 1
                    missed[place] += cell.status in (WRONG, FORMAT)
                    beliefs[place][cell.misconception] += bool(cell.misconception)
    found = [
        Hard(_title(place), missed[place], count, _named(beliefs[place]))
        for place, count in tried.items()
        if missed[place]
    ]
    return sorted(found, key=lambda hard: (-hard.share, -hard.tried, hard.title))


def _title(place: tuple[str, str, str]) -> str:
    exercise = course().exercises[place[0]]
    column = column_names(exercise).get(place[2], place[2])
    return f"{exercise.title.split('：')[0]} · {row_name(place[1], course().rule) or grading().words['page.each']} · {column}"


def _named(found: Counter) -> tuple[str, ...]:
    known = course().misconceptions
    return tuple(known[name].title for name, count in found.most_common(2) if count and name in known)


def hardest_section(graded: Sequence[Graded]) -> Section:
    """错得最多的格：图与表。"""
    words, found = grading().words, hardest(graded)[: grading().limits.hardest]
    if not found:
        return Section(words["page.hard"], (Paragraph(words["page.hard_none"]),))
    axes = plot_hardest([(hard.title, hard.share) for hard in found], words["page.hard_x"])
    alt = "；".join(f"{hard.title} {half_up(100 * hard.share, 0)}%" for hard in found)
    columns = (
        *(words[f"column.{n}"] for n in ("what",)),
        words["page.wrong_share"],
        words["page.tried"],
        words["page.wrong_misconceptions"],
    )
    rows = tuple(
        (hard.title, f"{half_up(100 * hard.share, 0)}%", str(hard.tried), "、".join(hard.beliefs) or "—")
        for hard in found
    )
    figure = Figure(plots.png(axes.figure), alt, words["page.hard_caption"])
    return Section(
        words["page.hard"],
        (Paragraph(words["page.hard_said"]), figure, Table(words["page.hard_caption"], columns, rows)),
    )


@dataclass(frozen=True)
class Belief:
    """一个误解：有几个人，一个例子，可以这样说。"""

    title: str
    people: int
    example: str
    talk: str


def beliefs(graded: Sequence[Graded]) -> list[Belief]:
    """认出的误解，从人多的起。"""
    people, examples = Counter(), {}
    for one in graded:
        mine: set[str] = set()
        for outcome, _ in one.outcomes.values():
            for misconception in outcome.found:
                mine.add(misconception.id)
                cell = next((c for c in outcome.cells if c.misconception == misconception.id), None)
                if cell and misconception.id not in examples:
                    examples[misconception.id] = _example(outcome.exercise, cell)
        people.update(mine)
    known = course().misconceptions
    ranked = sorted(people, key=lambda name: (-people[name], name))
    return [Belief(known[n].title, people[n], examples.get(n, "—"), known[n].message) for n in ranked]


def _example(exercise, cell: CellOutcome) -> str:
    column = column_names(exercise).get(cell.column, cell.column)
    written = visible(cell.entry.text)[:_LONGEST]
    said = grading().say(
        "page.example_said", row=row_name(cell.row, course().rule), column=column, written=written
    )
    return f"{exercise.title.split('：')[0]}：{said}"


def beliefs_section(graded: Sequence[Graded]) -> Section:
    """认出的误解：人数、例子、可以说的话。"""
    words, found = grading().words, beliefs(graded)
    if not found:
        return Section(words["page.beliefs"], (Paragraph(words["page.beliefs_none"]),))
    columns = tuple(words[f"page.{name}"] for name in ("belief", "people", "example", "talk"))
    rows = tuple((b.title, str(b.people), b.example, b.talk) for b in found)
    return Section(
        words["page.beliefs"],
        (Paragraph(words["page.beliefs_said"]), Table(words["page.beliefs"], columns, rows)),
    )


def ask_section(graded: Sequence[Graded]) -> Section:
    """要问一声的人与原因。"""
    words = grading().words
    rows = tuple(
        (one.student.shown, "\n".join(one.flags)) for one in graded if one.flags and one.state == HANDED
    )
    if not rows:
        return Section(words["page.ask"], (Paragraph(words["page.ask_none"]),))
    columns = (words["column.student"], words["column.what"])
    return Section(
        words["page.ask"], (Paragraph(words["page.ask_said"]), Table(words["sheet.flags"], columns, rows))
    )


def _done(classroom: Classroom, graded: Sequence[Graded]) -> Section:
    words = grading().words
    columns = tuple(words[f"column.{name}"] for name in ("exercise", "handed", "mean", "full"))
    return Section(
        words["page.done"], (Table(words["sheet.exercises"], columns, tuple(_done_rows(classroom, graded))),)
    )


def _done_rows(classroom: Classroom, graded: Sequence[Graded]) -> Iterator[tuple[str, ...]]:
    for exercise in shown_exercises(classroom):
        found = [one.outcomes[exercise.id][0] for one in graded if exercise.id in one.outcomes]
        worked = [o for o in found if o.counts[BLANK] < len(o.cells)]
        full = machine_full(classroom, exercise)
        scores = [machine_score(classroom, outcome) for outcome in worked]
        mean = half_up(sum(scores, Fraction(0)) / len(scores), 1) if scores and full else "—"
        yield exercise.title, str(len(worked)), mean, half_up(full, 1) if full else "—"
