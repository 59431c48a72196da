"""算题（problems/ 里一课一份）：每位学生一套数的计算题。题面、列名、理由是内容，数与标准答案由程序按学号算。"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template
from types import MappingProxyType

from lifecycle_lab.content.records import Record, by_lesson, unique
from lifecycle_lab.content.shapes import Exercise, TableText
from lifecycle_lab.content.vocabulary import HINTS, PROBLEM, PROBLEM_COLUMNS
from lifecycle_lab.schema import ContentError, quote

SOURCE = "本书补全"


def read_problems(folder: Path) -> tuple[Mapping[str, Exercise], Mapping[str, TableText]]:
    """（编号 → 练习，编号 → 它的表的文字），次序同文件。"""
    pairs = unique(by_lesson(folder, "problem"), _problem, key=lambda pair: pair[0].id)
    exercises = {name: exercise for name, (exercise, _) in pairs.items()}
    return MappingProxyType(exercises), MappingProxyType({name: text for name, (_, text) in pairs.items()})


def _problem(record: Record) -> tuple[Exercise, TableText]:
    hints = record.texts("hints")
    if len(hints) != HINTS:
        raise ContentError(
            f"提示有 {len(hints)} 条。", where=record.at("hints"), remedy=f"恰好写 {HINTS} 条，由浅入深。"
        )
    name = record.one_of("id", PROBLEM_COLUMNS, "程序会出的算题")
    columns, why, how = (_sentences(record, part) for part in ("columns", "why", "how"))
    _check_columns(record, columns, PROBLEM_COLUMNS[name])
    _check_reasons(record, columns, why, how)
    exercise = Exercise(
        id=name,
        lesson=record.text("lesson"),
        answer=PROBLEM,
        title=record.text("title"),
        prompt=record.text("prompt"),
        points=record.whole("points", 1, 100),
        facts=record.texts("facts"),
        hints=hints,  # type: ignore[arg-type]
        misconceptions=record.texts("misconceptions"),
        rubric=(),
        given=(),
        why=why,
        how=how,
    )
    return exercise, TableText(exercise.id, exercise.title, columns, record.text("note"), SOURCE)


def _sentences(record: Record, name: str) -> Mapping[str, str]:
    inner = Record(f"{record.where} [{name}]", record.need(name, dict, f"一节 [problem.{name}]"))
    found = {key: inner.text(key) for key in inner.values}
    inner.finish()
    return MappingProxyType(found)


def _check_columns(record: Record, columns: Mapping[str, str], known: tuple[str, ...]) -> None:
    if set(columns) != set(known) or next(iter(columns)) != known[0]:
        raise ContentError(
            "列与程序认得的不一样。",
            where=f"{record.where}，键「columns」",
            remedy=f"恰好写：{'、'.join(known)}；{known[0]} 写在最前，别的先后可以换。",
        )


def _check_reasons(
    record: Record, columns: Mapping[str, str], why: Mapping[str, str], how: Mapping[str, str]
) -> None:
    """要填的列各有两句：做对了为什么，没做对怎样做；写成 "行/列" 的只管一格。别的列没有。"""
    named = {key.rpartition("/")[2] for key in (*why, *how)}
    if not why or why.keys() != how.keys() or named - columns.keys():
        raise ContentError(
            "理由与列对不上。",
            where=f"{record.where}，键「why」「how」",
            remedy="每个要填的列在 [problem.why] 与 [problem.how] 里各写一句，列要在 [problem.columns] 里。",
        )
    if broken := [
        name for texts in (why, how) for name, text in texts.items() if not Template(text).is_valid()
    ]:
        raise ContentError(
            f"{quote(broken[0])} 的理由里有一个 $ 后面不是名字。",
            where=record.where,
            remedy="单独的美元号写成 $$。",
        )
