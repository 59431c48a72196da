"""题本：每位学生抽到另外 10 位客户，谁来算都一样（design §4,course.md A12 第 2 步）。

抽法 v1：对每位客户算 `v1|课程|学号|次数|客户` 的 SHA-256(UTF-8)，取最小的 10 个。
不用随机数发生器，所以任何库换版本都不会换掉谁的作业；与数据行的先后也无关。
教师有课程密钥时改用 HMAC-SHA256，别人就算不出谁抽到哪 10 位。
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from lifecycle_lab.rfm import centre, patterns
from lifecycle_lab.schema import (
    USUAL,
    Centre,
    Customer,
    Indicator,
    ParameterError,
    Population,
    Rule,
    column,
    quote,
)

SCHEME = "v1"
MAX_ATTEMPTS, LEAST_ATTEMPTS, MAX_HASHES = 10_000, 100, 3_000_000
# 归在字母与符号里，画出来却是空白的；以及字形选择符
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code)
    for start, end in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for code in range(start, end + 1)
}
Accept = Callable[[Sequence[Customer]], bool]


@dataclass(frozen=True)
class Draw:
    """一次抽取：第几次抽才合用，抽到谁（按客户编号排序）；keyed 表示用了课程密钥。"""

    attempt: int
    customers: tuple[Customer, ...]
    keyed: bool = False


def normalise_id(student_id: object) -> str:
    """学号的唯一写法：NFKC、去首尾空白、大写。必须是字符串：整数会丢掉开头的零。"""
    if not isinstance(student_id, str):
        raise ParameterError(
            f"学号要写成带引号的文字，收到的是 {quote(repr(student_id))}。",
            where="参数 student_id",
            why="写成数字会丢掉开头的 0。",
            remedy='写成 student_id = "0020230101"。',
        )
    name = _settled(student_id)
    if not name or len(name) > 300 or not name.isprintable() or _hides(name):
        raise ParameterError(
            f"学号 {quote(student_id)} 是空的、太长，或含有看不见的字符。",
            where="参数 student_id",
            remedy="填学校发给你的学号；先练习可以用 demo。",
        )
    return name


def _hides(name: str) -> bool:
    """有没有画不出来的字：两个学号看上去一样，抽到的客户却不同。"""
    return any(c in _UNSEEN for c in name)


def _settled(text: str) -> str:
    """大写之后再归一一次：少数字母大写后又拆成几个码位，不这样做，存下再读就换了题本。"""
    upper = unicodedata.normalize("NFKC", text).strip().upper()
    return unicodedata.normalize("NFKC", upper).strip()


def rank(course: str, student: str, attempt: int, customer: str, secret: bytes = b"") -> bytes:
    """一位客户在一次抽取里的名次（32 字节，越小越先）。"""
    message = f"{SCHEME}|{course}|{student}|{attempt}|{customer}".encode()
    return hmac.digest(secret, message, "sha256") if secret else hashlib.sha256(message).digest()


def draw(
    population: Iterable[Customer],
    *,
    course: str,
    student_id: str,
    accept: Accept,
    size: int = 10,
    secret: bytes = b"",
) -> Draw:
    """名次最小的 size 位；不合 accept 就把次数加一再抽，直到合用。

    population: 可抽的客户（先后无关）。一直抽不到合用的 → ParameterError：最多抽 MAX_ATTEMPTS 次，
    客户很多时少抽几次（总共约 MAX_HASHES 次散列，几秒钟），但不少于 LEAST_ATTEMPTS 次。
    """
    customers = list(population)
    student = normalise_id(student_id)
    if len(customers) < size:
        raise ParameterError(
            f"可抽的客户只有 {len(customers)} 位，不够 {size} 位。",
            remedy=f"换一份至少 {size} 位客户的数据。",
        )
    attempts = min(MAX_ATTEMPTS, max(LEAST_ATTEMPTS, MAX_HASHES // len(customers)))
    for attempt in range(1, attempts + 1):
        by_rank = partial(_rank_of, course, student, attempt, secret)
        chosen = tuple(sorted(heapq.nsmallest(size, customers, key=by_rank), key=lambda c: c.customer_id))
        if accept(chosen):
            return Draw(attempt, chosen, bool(secret))
    raise ParameterError(
        f"抽了 {attempts} 次，没有一次适合练习。",
        why="这份数据里客户太相像：八种组合凑不出四种，或某一列全是同一个值。",
        remedy="换一份客户差别更大的数据。",
    )


def _rank_of(course: str, student: str, attempt: int, secret: bytes, customer: Customer) -> bytes:
    return rank(course, student, attempt, customer.customer_id, secret)


def is_teachable(
    customers: Sequence[Customer],
    indicators: Sequence[Indicator],
    least_patterns: int = 4,
    rule: Rule = USUAL,
) -> bool:
    """合用 = 照这门课的规则，每列两种箭头都有、至少 least_patterns 种组合、至少一个险些相等的值。

    险些相等：与中心差不到半个单位（指标的主单位），恰好相等更好。
    """
    found = patterns(customers, {i.key: rule.better(i) for i in indicators}, rule.centre)
    both = all(len(set(arrows)) == 2 for arrows in zip(*found, strict=True))
    near = any(_near_tie(customers, i, rule.centre) for i in indicators)
    return both and len(set(found)) >= least_patterns and near


def _near_tie(customers: Sequence[Customer], indicator: Indicator, kind: Centre = "mean") -> bool:
    values = column(customers, indicator.key)
    middle = centre(values, kind)
    return any(2 * abs(x - middle) < 10**indicator.decimals for x in values)


class Numbers:
    """按名字取数：同一个种子、同一个名字，总是同一个数；不用随机数发生器，换库、换版本都不变。"""

    def __init__(self, seed: str) -> None:
        self._seed = f"{SCHEME}|{seed}"

    def whole(self, name: str, low: int, high: int, step: int = 1) -> int:
        """low、low + step … 不超过 high 的一个整数。"""
        return low + step * (self._hash(name) % ((high - low) // step + 1))

    def choice(self, name: str, options: Sequence):
        """选项里的一个。"""
        return options[self._hash(name) % len(options)]

    def shuffled(self, name: str, things: Iterable) -> list:
        """同样的东西，换一个先后。"""
        ranked = sorted((self._hash(f"{name}|{i}"), i, thing) for i, thing in enumerate(things))
        return [thing for _, _, thing in ranked]

    def _hash(self, name: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self._seed}|{name}".encode()).digest(), "big")


def drawable(population: Population) -> list[Customer]:
    """可抽的客户：买过东西、净金额为正（退得比买得多的客户不进练习）。"""
    return [c for c in population.customers if c.frequency > 0 and c.monetary > 0]
