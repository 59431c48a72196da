"""仓库的对照：普通的 Python 循环，没有 pandas，没有 SQL；慢，一眼看得懂。

一行 = (客户编号，日期，金额的最小单位，是否取消)。
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

EPOCH = date(1970, 1, 1)
AS_OF = date(2024, 1, 1)
DAY = (AS_OF - EPOCH).days


class Oracle:
    def __init__(self, rows, as_of=AS_OF):
        self.day = (as_of - EPOCH).days
        kept = [(c, (d - EPOCH).days, a, k) for c, d, a, k in rows if d <= as_of]
        self.used, self.later = len(kept), len(rows) - len(kept)
        self.people, rows_of = {}, {}
        for row in kept:
            rows_of.setdefault(row[0], []).append(row)
        for customer, mine in rows_of.items():
            bought = [(d, a) for _, d, a, cancelled in mine if not cancelled and a >= 0]
            if bought:
                self.people[customer] = self.person(mine, bought)

    @staticmethod
    def person(mine, bought):
        days = sorted({d for d, _ in bought})
        return {
            "days": days,
            "orders": len(bought),
            "money": sum(a for _, _, a, _ in mine),
            "gross": sum(a for _, a in bought),
            "first": sum(a for d, a in bought if d == days[0]),
            "gaps": [later - earlier for earlier, later in pairwise(days)],
        }

    def base(self):
        return sorted(
            (
                c,
                p["days"][0],
                p["days"][-1],
                p["orders"],
                len(p["days"]),
                p["money"],
                p["gross"],
                p["first"],
                p["gaps"][-1] if p["gaps"] else None,
            )
            for c, p in self.people.items()
        )

    def gaps(self):
        count = Counter()
        for p in self.people.values():
            previous = None
            for n, gap in enumerate(p["gaps"], start=1):
                count[min(n, 5), previous, gap, 1] += 1
                previous = gap
            count[min(len(p["gaps"]) + 1, 5), previous, self.day - p["days"][-1], 0] += 1
        return Counter(count)

    def states(self):
        return self._counted(lambda p: (p["gaps"][-1] if p["gaps"] else None, self.day - p["days"][-1]))

    def own_states(self):
        return self._counted(
            lambda p: (len(p["gaps"]), p["days"][-1] - p["days"][0], self.day - p["days"][-1])
        )

    def _counted(self, key):
        people, money = Counter(), Counter()
        for p in self.people.values():
            people[key(p)] += 1
            money[key(p)] += p["money"]
        return {(*k, people[k], money[k]) for k in people}

    def measured(self, frequency="orders"):
        return {
            c: (
                self.day - p["days"][-1],
                p["orders"] if frequency == "orders" else len(p["days"]),
                p["money"],
            )
            for c, p in self.people.items()
        }

    def customers(self, recency_better="low", frequency="orders", centres=None):
        values = self.measured(frequency)
        if centres is None:
            centres = [Fraction(sum(v[i] for v in values.values()), len(values)) for i in range(3)]
        out = []
        for c, (r, f, m) in sorted(values.items()):
            up = (
                r <= centres[0] if recency_better == "low" else r >= centres[0],
                f >= centres[1],
                m >= centres[2],
            )
            out.append((c, r, f, m, *map(int, up), 4 * up[0] + 2 * up[1] + up[2]))
        return out

    def segments(self, **keywords):
        sums = {}
        for _, r, f, m, *_, segment in self.customers(**keywords):
            one = sums.setdefault(segment, [0, 0, 0, 0])
            for i, value in enumerate((1, r, f, m)):
                one[i] += value
        return sorted((segment, *four) for segment, four in sums.items())

    def totals(self):
        people = self.people.values()
        repeat = [p for p in people if p["gaps"]]
        return (
            len(people),
            sum(p["orders"] for p in people),
            sum(len(p["days"]) for p in people),
            sum(p["money"] for p in people),
            sum(p["gross"] for p in people),
            sum(p["first"] for p in people),
            len(repeat),
            sum(p["money"] for p in repeat),
            sum(p["gross"] for p in repeat),
            sum(self.day - p["days"][-1] for p in people),
            min((p["days"][0] for p in people), default=None),
            max((p["days"][-1] for p in people), default=None),
        )


def migration(before: Oracle, after: Oracle):
    then = {row[0]: row for row in before.customers()} if before.people else {}
    people, money_then, money_now = Counter(), Counter(), Counter()
    for row in after.customers():
        old = then.get(row[0])
        key = (old[-1] if old else None, row[-1])
        people[key] += 1
        money_now[key] += row[3]
        money_then[key] += old[3] if old else 0
    return {(*k, people[k], money_then[k] if k[0] is not None else None, money_now[k]) for k in people}


def drawn(seed: int, count: int, people: int, span: int = 900):
    """一家店：同一天几笔、退款、观察日之后的订单都有。"""
    rng = random.Random(seed)
    rows = []
    for _ in range(count):
        day = AS_OF - timedelta(days=rng.randrange(-20, span))
        amount, cancelled = rng.choice((0, 10, 9990, rng.randrange(10**6))), False
        if rng.random() < 0.1:
            amount, cancelled = -amount, rng.random() < 0.5
        rows.append((f"C{rng.randrange(people):04d}", day, amount, cancelled))
    return rows


_D = date(2023, 3, 1)
FIXED = {
    "one order": [("a", _D, 100, False)],
    "ten at the mean": [(f"c{i}", _D, 10, False) for i in range(10)],
    "same day merged": [("a", _D, 500, False), ("a", _D, 500, False), ("a", date(2023, 5, 1), 1, False)],
    "refund on the first day": [("a", _D, 500, False), ("a", _D, -500, True), ("b", _D, 3, False)],
    "negative without marker": [("a", _D, 500, False), ("a", date(2023, 6, 1), -100, False)],
    "only refunds": [("a", _D, -500, True), ("b", _D, 7, False)],
    "refund before the first purchase": [("a", _D, -5, True), ("a", date(2023, 4, 1), 9, False)],
    "on and after the as-of day": [("a", AS_OF, 1, False), ("a", date(2024, 1, 2), 1, False)],
    "seven gaps": [("a", date(2023, month, 1), month, False) for month in range(1, 9)],
    "no repeat customers": [(f"c{i}", date(2023, 1, 1 + i), i, False) for i in range(20)],
    "before 1970": [("a", date(1969, 12, 1), 5, False), ("a", _D, 5, False)],
    "leap day": [("a", date(2020, 2, 29), 5, False), ("a", date(2020, 3, 1), 5, False)],
}


def check_everything(w, rows, as_of=AS_OF):
    """仓库的每一张表都与循环算出的一样。"""
    oracle = Oracle(rows, as_of)
    assert (w.intake.used, w.intake.after_as_of, w.intake.rows) == (oracle.used, oracle.later, len(rows))
    assert w.intake.money_used + w.intake.money_after_as_of == sum(row[2] for row in rows)
    assert list(w.base()) == oracle.base()
    gaps = w.gaps()
    assert len(gaps) == len(set(gaps))
    assert {tuple(gap[:4]): gap.count for gap in gaps} == oracle.gaps()
    assert set(w.states()) == oracle.states()
    assert len(w.states()) == len(oracle.states())
    assert set(w.own_states()) == oracle.own_states()
    assert w.totals() == oracle.totals()
    if not oracle.people:
        return
    for better in ("low", "high"):
        for frequency in ("orders", "purchase_days"):
            table = w.customers(better, frequency)
            assert list(table.rows()) == oracle.customers(better, frequency)
            assert table.segments() == oracle.segments(recency_better=better, frequency=frequency)
