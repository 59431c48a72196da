"""测试共用：读手算的表，按各种填法造答案。这里不叫 keys、checks、modes：对照物不能由被测的程序造。"""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from lifecycle_lab.answers import Answers, AnswersFile
from lifecycle_lab.exercises.assignment import Assignment, assign
from lifecycle_lab.exercises.forms import known_tables
from lifecycle_lab.exercises.sheet import Sheet
from lifecycle_lab.exercises.sources import open_population

FOLDER = Path(__file__).parent
SOURCES = ("survey", "online_retail")
COLUMNS = ("recency", "frequency", "monetary")
NAMES = {
    "↑↑↑": "重要价值客户",
    "↑↓↑": "重要发展客户",
    "↓↑↑": "重要保持客户",
    "↓↓↑": "重要挽留客户",
    "↑↑↓": "一般价值客户",
    "↑↓↓": "一般发展客户",
    "↓↑↓": "一般保持客户",
    "↓↓↓": "一般挽留客户",
}
STRATEGY = "给老客户发一条感谢的话，一个月后看复购。"


@functools.cache
def golden() -> dict:
    return tomllib.loads((FOLDER / "table_4.toml").read_text(encoding="utf-8"))


@functools.cache
def population(source: str):
    return open_population(source)


@functools.cache
def assignment(source: str = "survey", student_id: str = "demo") -> Assignment:
    return assign(population(source), student_id)


def oracle(given: Assignment) -> dict[str, dict[str, dict[str, str]]]:
    """独立的算法（真的除出分数均值）：表4-2 … 表4-5 应当写的字。"""
    numbers = {c.customer_id: c.values for c in given.sample}
    scale = (1, 1, 100)
    means = [sum(Fraction(v[i], scale[i]) for v in numbers.values()) / len(numbers) for i in range(3)]
    marks, levels = {}, {}
    for name, values in numbers.items():
        arrows = []
        for i, key in enumerate(COLUMNS):
            value = Fraction(values[i], scale[i])
            up = value >= means[i] if given.better[key] == "high" else value <= means[i]
            arrows.append("↑" if up else "↓")
        marks[name] = dict(zip(COLUMNS, arrows, strict=True))
        levels[name] = {"pattern": "".join(arrows), "segment": NAMES["".join(arrows)]}
    return {
        "table_4_2": {"mean": {key: written(means[i]) for i, key in enumerate(COLUMNS)}},
        "table_4_3": marks,
        "table_4_4": levels,
        "table_4_5": evidence(given, {name: row["segment"] for name, row in levels.items()}),
    }


def evidence(given: Assignment, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """一种分法的表4-5：人数、金额占比（两位小数）、一句策略。"""
    total = sum(c.monetary for c in given.sample)
    rows = {}
    for segment in dict.fromkeys(names.values()):
        mine = [c.monetary for c in given.sample if names[c.customer_id] == segment]
        share = Fraction(100 * sum(mine), total)
        rows[segment] = {
            "customer_count": str(len(mine)),
            "money_share": rounded(share, 2),
            "strategy": STRATEGY,
        }
    return rows


def written(value: Fraction) -> str:
    """十进制的精确写法（分母只有 2 与 5）。"""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    return rounded(value, digits)


def rounded(value: Fraction, digits: int) -> str:
    """四舍五入，五入。"""
    scaled = int(value * 10**digits + Fraction(1, 2))
    text = str(scaled).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


def check_by_hand(name: str, rows: Mapping[str, Mapping[str, str]], right: Mapping) -> None:
    """程序给出的标准答案 right 与手算的一张表 rows 逐格相同；策略不是机器判的；表里没有的级别是 0 人、0 %。"""
    for row, columns in rows.items():
        for column, text in columns.items():
            if column == "strategy":
                continue
            value = right[row, column]
            if column == "money_share":
                assert rounded(value, 2) == text
            elif name == "table_4_2":
                assert value == Fraction(text)
            else:
                assert str(value) == text
    absent = {row for row, _ in right} - set(rows)
    assert all(right[row, "customer_count"] == 0 == right[row, "money_share"] for row in absent)


def truncated(value: Fraction, digits: int) -> str:
    scaled = str(int(value * 10**digits)).rjust(digits + 1, "0")
    return f"{scaled[:-digits]}.{scaled[-digits:]}" if digits else scaled


def filled(given: Assignment, **tables: Mapping[str, Mapping[str, str]]) -> Answers:
    """填好的答案：filled(given, table_4_2={行: {列: 字}})。"""
    answers = given.blank_answers()
    for name, rows in tables.items():
        cells = {(row, column): text for row, columns in rows.items() for column, text in columns.items()}
        answers = answers.with_cells(name, cells)
    return answers


def golden_tables(source: str) -> dict[str, dict[str, dict[str, str]]]:
    """手算的表，按答案文件的样子。"""
    sheet = golden()[source]
    return {
        "table_4_2": {"mean": dict(sheet["means"])},
        "table_4_3": {row[0]: dict(zip(COLUMNS, row[4], strict=True)) for row in sheet["customers"]},
        "table_4_4": {row[0]: {"pattern": row[4], "segment": row[5]} for row in sheet["customers"]},
        "table_4_5": {
            name: {"customer_count": str(count), "money_share": share, "strategy": STRATEGY}
            for name, count, _, share in sheet["segments"]
        },
    }


class Desk:
    """一台电脑上的一份答案。sheet(练习, 窗口) 打开一张表；kind 是 Sheet 或它的一种样子。"""

    def __init__(self, folder, source="survey", kind=Sheet):
        self.given, self.path, self.kind = assignment(source), folder / "answers.json", kind

    def file(self, window="一"):
        return AnswersFile(
            self.path,
            new=self.given.blank_answers(),
            session=window,
            now=lambda: datetime(2026, 11, 21, tzinfo=UTC),
            known_tables=known_tables(self.given.course),
        )

    def sheet(self, exercise, window="一"):
        return self.kind(exercise, self.given, self.file(window))

    @property
    def saved(self):
        return json.loads(self.path.read_text(encoding="utf-8"))
