"""课程内容的形状：每种内容一个冻结的小类，字段名就是内容文件里的键。

内容是教师的声音（design §3「Content is data」）：文字、分值、名称、阈值在文件里改；
均值怎样算、箭头怎样比是代码，不在这里。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from lifecycle_lab.content.beyond import BeyondContent
from lifecycle_lab.content.curve_words import Measures
from lifecycle_lab.content.curves import CurveContent
from lifecycle_lab.content.cycles import CycleContent
from lifecycle_lab.content.loyalty import LoyaltyContent
from lifecycle_lab.content.loyalty_cases import CaseText
from lifecycle_lab.content.report import ReportText
from lifecycle_lab.content.review import ReviewContent
from lifecycle_lab.content.shops import ShopText
from lifecycle_lab.content.transitions import Transitions
from lifecycle_lab.schema import Rule, State


@dataclass(frozen=True)
class Thresholds:
    """课程的阈值。real_try_share: 填了多大一份格子才算认真试过，0 < x ≤ 1，精确分数。"""

    sample_size: int
    least_patterns: int
    real_try_share: Fraction


@dataclass(frozen=True)
class Source:
    """一个数据来源的说明：synthetic 为真表示是生成的；as_of 是默认观察日（没有则 None）。"""

    id: str
    title: str
    what: str
    synthetic: bool
    unit: str
    as_of: date | None


@dataclass(frozen=True)
class Fact:
    """课程要讲的一件事（A1…E9）和它的短标题。"""

    id: str
    title: str


@dataclass(frozen=True)
class Convention:
    """一种客户级别的命名惯例：八种状态各一个名称；unverified 是没有查到原文的状态。"""

    id: str
    title: str
    source: str
    note: str
    names: Mapping[State, str]
    unverified: frozenset[State]


@dataclass(frozen=True)
class Strategy:
    """一类客户的营销策略示例，供学生写完自己的之后对照；fact 是所依据的课程事实编号。"""

    state: State
    traits: str
    target: str
    channel: str
    offer: str
    timing: str
    measure: str
    fact: str


@dataclass(frozen=True)
class Option:
    """一个选项：code 存进数据，label 给答题人看。"""

    code: str
    label: str


@dataclass(frozen=True)
class Item:
    """问卷的一题：kind 是 ITEM_KINDS 之一；low、high 是许可的最小与最大值（按 unit，金额按元）。"""

    id: str
    text: str
    kind: str
    options: tuple[Option, ...]
    column: str
    unit: str
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Questionnaire:
    """表4-1。recency_cuts: 最近一次消费的级别界限（天，从小到大），不超过第一个的是最高级。"""

    title: str
    introduction: str
    closing: str
    recency_cuts: tuple[int, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class TableText:
    """一张实训表的文字：columns 从列的编号到列名，次序就是从左到右的次序。"""

    id: str
    title: str
    columns: Mapping[str, str]
    note: str
    source: str


@dataclass(frozen=True)
class RubricLine:
    """评分标准的一条与它的满分。"""

    text: str
    points: int


@dataclass(frozen=True)
class ToyCustomer:
    """热身题里的一位客户；monetary 是整数分。"""

    customer_id: str
    monetary: int


@dataclass(frozen=True)
class Exercise:
    """一道练习。points 是满分，其中 rubric 各条之和由老师评，其余由程序核对。

    answer: 由哪一段程序核对（ANSWERS 之一，或 PROBLEM）；hints: 三条，由浅入深；given: 只有热身题有。
    why、how: 只有算题有：列 → 做对了说的理由、没做对说的做法（string.Template）。
    """

    id: str
    lesson: str
    answer: str
    title: str
    prompt: str
    points: int
    facts: tuple[str, ...]
    hints: tuple[str, str, str]
    misconceptions: tuple[str, ...]
    rubric: tuple[RubricLine, ...]
    given: tuple[ToyCustomer, ...]
    why: Mapping[str, str] = field(default_factory=dict)
    how: Mapping[str, str] = field(default_factory=dict)

    @property
    def machine_points(self) -> int:
        """由程序核对的分值。"""
        return self.points - sum(line.points for line in self.rubric)


@dataclass(frozen=True)
class Misconception:
    """一个有名字的误解，以及认出它时说给学生听的话。"""

    id: str
    title: str
    message: str


@dataclass(frozen=True)
class Choice:
    """概念题里可以挑的一项；why 是挑了它以后说的话。

    correct: 单选、多选里是不是对的；排序与配对里只有多出来的右边（哪一个也不配）为假。
    """

    id: str
    text: str
    correct: bool
    why: str


@dataclass(frozen=True)
class Number:
    """填数题的答案。value 是精确值，按 unit；accept 是 ACCEPTS 之一。

    why: 填对了说的话；wrongs: 认得出的错数 → 说的话；otherwise: 填了别的数时说的话，不含答案。
    """

    value: Fraction
    accept: str
    unit: str
    why: str
    wrongs: Mapping[Fraction, str]
    otherwise: str


@dataclass(frozen=True)
class QuizItem:
    """一道概念题。kind 是 QUIZ_KINDS 之一。

    choices: 可以挑的各项；排序题按正确的先后，配对题是右边的各项（填数题没有）。
    lefts: 只有配对题有，左边的编号 → 文字；与它相配的右边编号相同。number: 只有填数题有。
    """

    id: str
    lesson: str
    facts: tuple[str, ...]
    kind: str
    prompt: str
    choices: tuple[Choice, ...]
    lefts: Mapping[str, str]
    number: Number | None


@dataclass(frozen=True)
class Term:
    """术语：中文、英文、代码里的名字一一对应。"""

    zh: str
    en: str
    identifier: str
    fact: str


@dataclass(frozen=True)
class Allowed:
    """课上许不许看提示、认真试过以后许不许看参考答案；不影响评分。"""

    hints: bool
    solution: bool


@dataclass(frozen=True)
class Course:
    """整门课的内容，读一次，谁也改不了。映射都是只读的，次序同文件。

    rule: 标箭头的规则；题面、提示、理由已经照它换好。
    reasons、backtest 与各个 …_words: 名称 → string.Template 文字；嵌套的用点连起来，如 "meaning.frequency.better"。
    """

    course_id: str
    title: str
    assignment: str
    demo_student: str
    default_convention: str
    thresholds: Thresholds
    allowed: Allowed
    rule: Rule
    lessons: Mapping[str, str]
    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]
    conventions: Mapping[str, Convention]
    strategies: Mapping[State, Strategy]
    questionnaire: Questionnaire
    tables: Mapping[str, TableText]
    exercises: Mapping[str, Exercise]
    misconceptions: Mapping[str, Misconception]
    reasons: Mapping[str, str]
    backtest: Mapping[str, str]
    quiz: Mapping[str, QuizItem]
    quiz_words: Mapping[str, str]
    review: ReviewContent
    cycles: CycleContent
    curves: CurveContent
    curve_words: Mapping[str, str]
    curve_measures: Measures
    beyond: BeyondContent
    shops: Mapping[str, ShopText]
    cycle_words: Mapping[str, str]
    transitions: Transitions
    loyalty: LoyaltyContent
    loyalty_cases: Mapping[str, CaseText]
    loyalty_words: Mapping[str, str]
    glossary: tuple[Term, ...]
    report: ReportText
