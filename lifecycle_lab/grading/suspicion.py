"""要问一声的（全班放在一起才看得出的）：题本是别人的，答案与别人的题目相符，文字相似。

都只是线索：文件证明不了是谁做的。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lifecycle_lab.answers import Answers
from lifecycle_lab.content import Exercise, course
from lifecycle_lab.content.grading import grading
from lifecycle_lab.content.vocabulary import PROBLEM, TEXT
from lifecycle_lab.exercises.checks import BLANK, CREDIT, RIGHT, Outcome
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.forms import Cell, form
from lifecycle_lab.exercises.keys import centres, key, matches
from lifecycle_lab.exercises.modes import DEMO_MARK
from lifecycle_lab.grading.classroom import Classroom
from lifecycle_lab.grading.scoring import HANDED, Graded
from lifecycle_lab.grading.similarity import alike
from lifecycle_lab.schema import INDICATOR_KEYS

_NUMBERS = frozenset({"number", "whole", "percent", "money", "factor", "days"})
_LEAST_CELLS = 3
_WORD = re.compile(r"[0-9A-Za-z_]{4,}")


def with_suspicions(classroom: Classroom, graded: Sequence[Graded]) -> tuple[Graded, ...]:
    """每位学生添上全班放在一起才看得出的几条。"""
    handed = [one for one in graded if one.state == HANDED]
    found: dict[str, list[str]] = defaultdict(list)
    for check in (_variants, _means, _problems, _sessions, _names, _texts):
        for student, flag in check(classroom, handed):
            found[student].append(flag)
    return tuple(
        replace(one, flags=tuple(dict.fromkeys((*one.flags, *found[one.student.student_id]))))
        for one in graded
    )


Flags = Iterable[tuple[str, str]]


def _variants(classroom: Classroom, handed: Sequence[Graded]) -> Flags:
    """信封里的题本、表里的客户，正好是另一位学生的十位。"""
    owners = {frozenset(classroom.assignment(s).customer_ids): s for s in classroom.roster.students}
    for one in handed:
        for owner in {owners.get(drawn) for version in one.versions for drawn in _drawn(version.answers)} - {
            None
        }:
            if owner != one.student:
                yield one.student.student_id, grading().say("flag.foreign_variant", owner=owner.shown)


def _drawn(answers: Answers) -> list[frozenset[str]]:
    tables = (answers.tables.get(name, {}) for name in ("table_4_3", "table_4_4"))
    return [frozenset(map(str, answers.variant.get("customers", ()))), *map(frozenset, tables)]


def _means(classroom: Classroom, handed: Sequence[Graded]) -> Flags:
    """表4-2 三个中心（均值或中位数）都错，却都是另一位学生的。"""
    wrong = [one for one in handed if _all_wrong(one.outcomes.get("table_4_2"))]
    if not wrong:
        return
    theirs = {s: centres(classroom.assignment(s)) for s in classroom.roster.students}
    for one in wrong:
        entries = {c.column: c.entry for c in one.outcomes["table_4_2"][0].cells}
        for owner, exact in theirs.items():
            if owner != one.student and all(
                matches("number", name, entries[name], exact[name]) for name in INDICATOR_KEYS
            ):
                fields = {"owner": owner.shown, "centre": one.assignment.rule.centre_name}
                yield one.student.student_id, grading().say("flag.foreign_means", **fields)


def _all_wrong(found) -> bool:
    return bool(found) and all(
        c.entry.is_readable and c.status not in (RIGHT, CREDIT) for c in found[0].cells
    )


def _problems(classroom: Classroom, handed: Sequence[Graded]) -> Flags:
    """算题：自己的题目多半不符，却格格与另一位学生的题目相符。"""
    for exercise in course().exercises.values():
        if exercise.answer != PROBLEM or exercise.id not in classroom.rules.exercises:
            continue
        odd = [(one, cells) for one in handed if (cells := _odd_cells(classroom, one, exercise))]
        keys = {s: _key(classroom, exercise, s) for s in classroom.roster.students} if odd else {}
        for one, cells in odd:
            others = (s for s, right in keys.items() if s != one.student and _fit(cells, right))
            if owner := next(others, None):
                fields = {"exercise": exercise.title, "owner": owner.shown}
                yield one.student.student_id, grading().say("flag.foreign_problem", **fields)


Written = Sequence[tuple[Cell, str, Entry]]


def _odd_cells(classroom: Classroom, one: Graded, exercise: Exercise) -> Written:
    """自己的题目多半不符的一份里填了的格（行列、写法、写下的）；有读不懂的、不到三格是数的不比：选择题碰巧相同不算。"""
    outcome = one.outcomes[exercise.id][0]
    if not _mostly_wrong(outcome):
        return ()
    kinds = form(exercise.id, classroom.assignment(one.student)).kinds
    tried = [c for c in outcome.cells if c.status != BLANK]
    numbers = sum(kinds[c.column] in _NUMBERS for c in tried)
    if numbers < _LEAST_CELLS or not all(c.entry.is_readable for c in tried):
        return ()
    return [((c.row, c.column), kinds[c.column], c.entry) for c in tried]


def _mostly_wrong(outcome: Outcome) -> bool:
    tried = [c for c in outcome.cells if c.status != BLANK and c.entry.is_readable]
    good = sum(c.status in (RIGHT, CREDIT) for c in tried)
    return len(tried) >= _LEAST_CELLS and 2 * good <= len(tried)


def _key(classroom: Classroom, exercise: Exercise, student) -> Mapping:
    assignment = classroom.assignment(student)
    return key(form(exercise.id, assignment), assignment)


def _fit(cells: Written, right: Mapping[Cell, object]) -> bool:
    return all(cell in right and matches(kind, cell[1], entry, right[cell]) for cell, kind, entry in cells)


def _sessions(_: Classroom, handed: Sequence[Graded]) -> Flags:
    """两位学生的文件出自同一次打开的工作簿。"""
    holders: dict[str, dict[str, str]] = defaultdict(dict)
    for one in handed:
        for version in one.versions:
            if version.answers.session:
                holders[version.answers.session][one.student.student_id] = one.student.shown
    for people in holders.values():
        for student in people if len(people) > 1 else ():
            others = "、".join(shown for other, shown in people.items() if other != student)
            yield student, grading().say("flag.same_session", owner=others)


def _names(classroom: Classroom, handed: Sequence[Graded]) -> Flags:
    """文件名或文件夹名里是名单上另一位学生的学号，而没有自己的。"""
    for one in handed:
        for version in one.versions:
            named = {word.upper() for word in _WORD.findall(version.row.place)}
            others = named & classroom.roster.by_id.keys() - {one.student.student_id}
            if others and one.student.student_id not in named:
                other = classroom.roster.by_id[min(others)]
                yield one.student.student_id, grading().say("flag.other_name", named=other.shown)


def _texts(_: Classroom, handed: Sequence[Graded]) -> Flags:
    """一题一题地比；表4-5 的策略合成一段。"""
    limits, shown = grading().limits, {one.student.student_id: one.student.shown for one in handed}
    for exercise in course().exercises.values():
        if not exercise.rubric:
            continue
        texts = {one.student.student_id: written_text(one, exercise) for one in handed}
        found = alike(
            {who: text for who, text in texts.items() if text and DEMO_MARK not in text},
            size=limits.gram,
            least_chars=limits.least_chars,
            percent=limits.similar_percent,
            common_percent=limits.common_percent,
            fewest_common=limits.fewest_common,
            given=_given(exercise),
        )
        for pair in found:
            for who, other in ((pair.first, pair.second), (pair.second, pair.first)):
                yield (
                    who,
                    grading().say(
                        "flag.similar",
                        exercise=exercise.title,
                        other=shown[other],
                        percent=int(100 * pair.share),
                    ),
                )


def _given(exercise: Exercise) -> list[str]:
    """题目、提示、评分标准与例句：抄这些不算抄人。"""
    examples = [
        " ".join((s.traits, s.target, s.channel, s.offer, s.timing, s.measure))
        for s in course().strategies.values()
    ]
    return [exercise.prompt, *exercise.hints, *(line.text for line in exercise.rubric), *examples]


def written_text(one: Graded, exercise: Exercise) -> str:
    """学生在一题里写的文字；表4-5 一类一行。"""
    if exercise.id not in one.outcomes:
        return ""
    answers = one.outcomes[exercise.id][1].version.answers
    if exercise.answer == TEXT:
        return answers.text.get(exercise.id, "")
    outcome = one.outcomes[exercise.id][0]
    kinds = {"strategy", "text"}
    return "\n".join(
        f"{c.row}：{c.entry.text}" for c in outcome.cells if c.column in kinds and c.entry.text.strip()
    )
