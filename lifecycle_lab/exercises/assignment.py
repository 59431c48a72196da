"""一位学生的一份实训：谁、哪份数据、抽到的 10 位客户。学生、教师、命令行从同一个函数拿到它。"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TypeVar, get_args

from lifecycle_lab import rfm, variants
from lifecycle_lab.answers import Answers
from lifecycle_lab.content import Convention, Course, course, course_under
from lifecycle_lab.exercises.sources import open_population
from lifecycle_lab.reading import decode, read_bytes
from lifecycle_lab.schema import (
    INDICATOR_KEYS,
    USUAL,
    Better,
    Centre,
    Customer,
    DataError,
    Direction,
    Indicator,
    ParameterError,
    Population,
    Rule,
    column,
    indicators,
    quote,
)

FORMAT = 1
MAX_VARIANT_BYTES = 64 * 1024
T = TypeVar("T")


@dataclass(frozen=True)
class Assignment:
    """题本与它的来历，和这门课标箭头的规则：中心、箭头、组合都问它，别处不另算。

    population 在用教师发的题本文件时为 None：文件里只有这 10 位客户，没有别人的数据。
    rule: 自己抽的题本照 course.toml 的 [rule]；题本文件照发的时候的规则，它写在文件里。
    """

    student_id: str
    source: str
    as_of: date | None
    indicators: tuple[Indicator, Indicator, Indicator]
    draw: variants.Draw
    data_sha256: str
    synthetic: bool
    population: Population | None = None
    rule: Rule = USUAL
    _made: dict[Hashable, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, what: Hashable, make: Callable[[], T]) -> T:
        """同一份题本只做一次的（表、算题），下次给同一个；一班人放在一起比的时候不必重做。"""
        if what not in self._made:
            self._made[what] = make()
        return self._made[what]  # type: ignore[return-value]

    @property
    def course(self) -> Course:
        """课程内容，照这份题本的规则说话。"""
        own = course()
        return own if own.rule == self.rule else course_under(self.rule)

    @property
    def sample(self) -> tuple[Customer, ...]:
        return self.draw.customers

    @cached_property
    def customer_ids(self) -> tuple[str, ...]:
        return tuple(customer.customer_id for customer in self.sample)

    @cached_property
    def better(self) -> dict[str, Better]:
        """照规则，每一列哪一边标 ↑。"""
        return {indicator.key: self.rule.better(indicator) for indicator in self.indicators}

    def centre(self, key: str) -> Fraction:
        """一列的中心（最小单位）。"""
        return rfm.centre(column(self.sample, key), self.rule.centre)

    def mark(self, values: list[int], better: Better) -> list[str]:
        """一列与它自己的中心比。"""
        return rfm.mark_column(values, better, self.rule.centre)

    @cached_property
    def marks(self) -> dict[str, list[str]]:
        """三列标记，次序同 sample。"""
        return rfm.marks(self.sample, self.better, self.rule.centre)

    @cached_property
    def patterns(self) -> list[str]:
        """每位客户的组合，次序同 sample。"""
        return rfm.patterns(self.sample, self.better, self.rule.centre)

    @property
    def convention(self) -> Convention:
        """本次实训所用的命名惯例。"""
        return self.course.conventions[self.course.default_convention]

    @property
    def segments(self) -> Mapping[tuple[bool, bool, bool], str]:
        """默认命名惯例：状态 → 客户级别。"""
        return self.convention.names

    def indicator(self, key: str) -> Indicator:
        return self.indicators[INDICATOR_KEYS.index(key)]

    def variant(self) -> dict[str, object]:
        """写进答案文件的题本说明：没有答案，没有密钥，没有别人的数据。通常的规则不写，别的才写 rule。"""
        stated = {} if self.rule == USUAL else {"rule": asdict(self.rule)}
        return {
            "scheme": variants.SCHEME,
            "source": self.source,
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "attempt": self.draw.attempt,
            "keyed": self.draw.keyed,
            **stated,
            "customers": list(self.customer_ids),
        }

    def blank_answers(self) -> Answers:
        return Answers(
            course=self.course.course_id,
            assignment=self.course.assignment,
            student_id=self.student_id,
            variant=self.variant(),
            data_sha256=self.data_sha256,
        )


def open_assignment(
    student_id: str = "demo", source: str = "", as_of: str = "", variant_file: str = "", secret: bytes = b""
) -> Assignment:
    """按学号从来源里抽题本；有教师发的题本文件就用文件里的 10 位客户。"""
    if variant_file:
        return read_variant(Path(variant_file), student_id)
    return assign(open_population(source, as_of), student_id, secret)


def assign(population: Population, student_id: str, secret: bytes = b"") -> Assignment:
    """从已经打开的全体客户里抽一位学生的题本（一班人只读一次数据）。"""
    rules = course()
    limits = rules.thresholds
    draw = variants.draw(
        variants.drawable(population),
        course=rules.course_id,
        student_id=student_id,
        accept=lambda sample: variants.is_teachable(
            sample, population.indicators, limits.least_patterns, rules.rule
        ),
        size=limits.sample_size,
        secret=secret,
    )
    return Assignment(
        variants.normalise_id(student_id),
        population.source,
        population.as_of,
        population.indicators,
        draw,
        population.data_sha256,
        population.synthetic,
        population,
        rules.rule,
    )


def variant_document(assignment: Assignment) -> dict[str, object]:
    """`variant --json` 的内容（约定，format 1）；不带答案。"""
    money = assignment.indicator("monetary")
    return {
        "format": FORMAT,
        "course": assignment.course.course_id,
        "student_id": assignment.student_id,
        **{k: v for k, v in assignment.variant().items() if k != "customers"},
        "data_sha256": assignment.data_sha256,
        "synthetic": assignment.synthetic,
        "units": {indicator.key: indicator.unit for indicator in assignment.indicators},
        "better": {indicator.key: indicator.better for indicator in assignment.indicators},
        "customers": [
            {
                "customer_id": customer.customer_id,
                "recency": customer.recency,
                "frequency": customer.frequency,
                "monetary": money.text(customer.monetary),
            }
            for customer in assignment.sample
        ],
    }


def read_variant(path: Path, student_id: str) -> Assignment:
    """读教师发的题本文件；不是给这位学生的、缺项或改坏的 → ParameterError。"""
    data = read_bytes(path, MAX_VARIANT_BYTES)
    try:
        document = json.loads(decode(data, path.name))  # PowerShell 转存成 UTF-16，旧控制台写 GBK
        assignment = _from_document(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, ParameterError, DataError):
        raise ParameterError(
            f"题本文件 {quote(path.name, 80)} 读不懂。",
            where="参数 variant_file",
            why="它不是老师发的题本，或者在路上改坏了。",
            remedy="请老师重新发一份；不要用表格或文字软件打开再保存。",
        ) from None
    if assignment.student_id != variants.normalise_id(student_id):
        raise ParameterError(
            f"这份题本是发给 {quote(assignment.student_id)} 的，不是 {quote(student_id)}。",
            where="参数 variant_file",
            remedy="换成自己的题本文件，或改正学号。",
        )
    return assignment


def _from_document(document: dict) -> Assignment:
    """逐项按写出时的样子查：类型、写法、先后都不放宽，改坏的文件不会变成另一份能用的题本。"""
    stated = (document["format"], document["scheme"], document["course"])
    if stated != (FORMAT, variants.SCHEME, course().course_id):
        raise ValueError("format")
    units, better = document["units"], document["better"]
    if (units["frequency"], better["frequency"], better["monetary"]) != ("次", "high", "high"):
        raise ValueError("units")
    found = indicators(_text(units["recency"]), _better(better["recency"]), _text(units["monetary"]))
    draw = variants.Draw(
        _whole(document["attempt"], 1), _customers(document["customers"]), _flag(document["keyed"])
    )
    return Assignment(
        variants.normalise_id(document["student_id"]),
        _text(document["source"]),
        _day(document["as_of"]),
        found,
        draw,
        _fingerprint(document["data_sha256"]),
        _flag(document["synthetic"]),
        rule=stated_rule(document),
    )


def stated_rule(document: Mapping[str, object]) -> Rule:
    """题本说明里写的规则；没有写就是通常的；认不出 → ValueError。"""
    if "rule" not in document:
        return USUAL
    found = Rule(**document["rule"])  # type: ignore[arg-type]
    if found.centre not in get_args(Centre) or found.direction not in get_args(Direction):
        raise ValueError("rule")
    return found


def _customers(rows: list[dict]) -> tuple[Customer, ...]:
    """正好 sample_size 位，按编号排好，编号不重复；次数与金额为正（没买过的不会抽进题本）。"""
    customers = tuple(
        Customer(
            _text(c["customer_id"]), _whole(c["recency"]), _whole(c["frequency"], 1), _money(c["monetary"])
        )
        for c in rows
    )
    ids = [customer.customer_id for customer in customers]
    if len(ids) != course().thresholds.sample_size or ids != sorted(set(ids)):
        raise ValueError("customers")
    return customers


def _text(value: object) -> str:
    """不空、看得见的文字：编号写成数字会丢掉开头的零，所以数字不收。"""
    if not (isinstance(value, str) and value.strip() and value.isprintable()):
        raise ValueError(value)
    return value


def _fingerprint(value: object) -> str:
    if not re.fullmatch("[0-9a-f]{64}", _text(value)):
        raise ValueError(value)
    return str(value)


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError(value)
    return value


def _day(value: object) -> date | None:
    return date.fromisoformat(_text(value)) if value != "" else None


def _better(text: str) -> str:
    if text not in ("high", "low"):
        raise ValueError(text)
    return text


def _whole(value: object, least: int = 0) -> int:
    if type(value) is not int or not least <= value < 10**9:
        raise ValueError(value)
    return value


def _money(value: object) -> int:
    """主单位的文字，正好两位小数，大于零 → 分。"""
    if not re.fullmatch(r"[0-9]{1,13}\.[0-9]{2}", _text(value)) or not (
        amount := int(value.replace(".", ""))
    ):
        raise ValueError(value)
    return amount
