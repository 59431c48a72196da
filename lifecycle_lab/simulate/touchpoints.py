"""三种来源的合成客户（A11）：交易、互动、外部三张表，和谁会再买的真相；还有自报的问卷（A10）。

真相写明：下一期购买的机会由习惯（交易看得见）、眼下的意愿（互动看得见）、投诉与路程（互动、外部看得见）决定。
每个数由种子与名字的 SHA-256 决定，不用随机数发生器；每一行都带着 synthetic。
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp
from statistics import NormalDist

from lifecycle_lab.schema import Customer

SCHEME = "touchpoints-v1"
_NORMAL = NormalDist()
_UNIT = 1 << 64
UNSEEN = 120
"""千分之多少的客户不登录就逛：互动记不到名下，连不上。"""


@dataclass(frozen=True)
class _Row:
    """一位客户在一张表里的一行。"""

    customer_id: str
    synthetic: bool = field(default=True, kw_only=True)


@dataclass(frozen=True)
class Transaction(_Row):
    """交易：距今天数、近一年次数、金额（分）、用折扣的百分数。"""

    recency: int
    frequency: int
    monetary: int
    discount: int


@dataclass(frozen=True)
class Interaction(_Row):
    """互动：近 30 天访问、加购、打开邮件、投诉各几次。"""

    visits: int
    carts: int
    opens: int
    complaints: int


@dataclass(frozen=True)
class External(_Row):
    """外部信息：到门店的公里数、近 30 天的雨天数、城市级别（1 最大）。"""

    distance: int
    rain: int
    tier: int


@dataclass(frozen=True)
class World:
    """三张表；chance 是每位客户下一期购买的真概率，bought 是真的买了没有，都按客户编号。

    interactions 里没有不登录的客户，另有 strangers 行连不上任何客户。
    """

    transactions: tuple[Transaction, ...]
    interactions: tuple[Interaction, ...]
    externals: tuple[External, ...]
    chance: dict[str, float]
    bought: dict[str, bool]
    strangers: int


def world(customers: int, seed: str) -> World:
    """customers 位合成客户；同一个种子总是同样的三张表。"""
    people = [_Person(f"{SCHEME}|{seed}|{i}", f"T{i:05d}") for i in range(1, customers + 1)]
    strangers = customers // 10
    unknown = [_Person(f"{SCHEME}|{seed}|stranger|{i}", f"V{i:05d}") for i in range(1, strangers + 1)]
    return World(
        tuple(one.transaction() for one in people),
        tuple(one.interaction() for one in (*people, *unknown) if one.seen or one.name.startswith("V")),
        tuple(one.external() for one in people),
        {one.name: one.chance() for one in people},
        {one.name: one.uniform("bought") < one.chance() for one in people},
        strangers,
    )


class _Person:
    """一位合成客户：习惯、意愿、路程先定，别的从它们来。"""

    def __init__(self, seed: str, name: str) -> None:
        self._seed, self.name = seed, name
        self.habit, self.wish = self._normal("habit"), self._normal("wish")
        self.distance = round(3 * exp(0.9 * self._normal("distance")))
        self.complaints = self._count("complaints", 0.25)
        self.seen = self.uniform("seen") * 1000 >= UNSEEN

    def chance(self) -> float:
        score = -0.6 + 0.8 * self.habit + 1.1 * self.wish - 0.9 * self.complaints
        return 1 / (1 + exp(-(score - 0.5 * min(self.distance, 20) / 5)))

    def transaction(self) -> Transaction:
        frequency = 1 + self._count("frequency", exp(0.7 + 0.7 * self.habit))
        recency = min(364, round(365 * self.uniform("recency") / (1 + frequency / 2)))
        money = sum(round(4000 * exp(0.5 * self._normal(f"money|{i}"))) for i in range(frequency))
        return Transaction(self.name, recency, frequency, money, round(100 * self.uniform("discount")))

    def interaction(self) -> Interaction:
        visits = self._count("visits", exp(0.9 + 0.8 * self.wish))
        carts = self._count("carts", 0.3 * visits)
        return Interaction(self.name, visits, carts, self._count("opens", 2.0), self.complaints)

    def external(self) -> External:
        return External(
            self.name, self.distance, round(30 * self.uniform("rain")), 1 + int(3 * self.uniform("tier"))
        )

    def uniform(self, name: str) -> float:
        """大于 0、小于 1。"""
        digest = hashlib.sha256(f"{self._seed}|{name}".encode()).digest()
        return (int.from_bytes(digest[:8], "big") + 0.5) / _UNIT

    def _normal(self, name: str) -> float:
        return _NORMAL.inv_cdf(self.uniform(name))

    def _count(self, name: str, mean: float) -> int:
        """泊松：一个均匀的数落在第几级台阶。"""
        left, step, found = self.uniform(name), exp(-mean), 0
        while left > step and found < 200:
            left -= step
            found += 1
            step *= mean / found
        return found


def self_reports(customers: Sequence[Customer], seed: str) -> tuple[Customer, ...]:
    """同一批客户被问起来会怎样说（合成）：天数记得偏近，次数凑成 5 的倍数，金额凑整且多报少报。"""
    return tuple(_report(customer, f"{SCHEME}|{seed}|{customer.customer_id}") for customer in customers)


def _report(customer: Customer, seed: str) -> Customer:
    person = _Person(seed, customer.customer_id)
    days = round(customer.recency * (0.5 + 0.6 * person.uniform("telescoped")))
    many = customer.frequency * (0.7 + 0.8 * person.uniform("many"))
    said = max(1, round(many)) if many < 8 else 5 * round(many / 5)
    money = round(customer.monetary * exp(0.35 * person._normal("amount")))
    step = 10 ** max(0, len(str(abs(money))) - 2)  # 只说得出头两位数
    return Customer(customer.customer_id, days, said, step * round(money / step))
