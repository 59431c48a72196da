"""第 02 课里的一家店：每位客户每月的交易额与利润，判成哪一型，与真相对照（A6、A7）。

一个月是 30 天，从各人的第一笔数起，直到观察日。利润：有成本列的店照账算，没有的按假设的毛利率估。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from lifecycle_lab import curves
from lifecycle_lab.content import course, data_folder
from lifecycle_lab.content import shops as shop_texts
from lifecycle_lab.curves.fitting import Series
from lifecycle_lab.lab.curve_words import say, type_label
from lifecycle_lab.lab.ledgers import SHIPPED, CustomerId, Ledger, purchase_days
from lifecycle_lab.plots.curves import Portrait
from lifecycle_lab.schema import DataError
from lifecycle_lab.warehouse import day_number

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_SEEN = 10  # 一批客户的平均：看到那个月的不足十位就不画了
GALLERY_MONTHS = 6  # 画廊：至少几个月有交易
GALLERY_POOL = 60
PATIENT = "patient"
_PATIENT_LIKE, _PATIENT_CUSTOMERS, _PATIENT_DAYS = "mixed", 1_500, 3_650
_TRUTH = ["customer_id", "exit_type", "lost_on"]
Row = tuple[CustomerId, int, int, int | None]
"""一行订单：（客户，第几天，净额，成本）；退款的净额是负的，没有成本列是 None。"""


@dataclass(frozen=True)
class Truth:
    """生成器的真相：哪一型，观察期里走了没有。"""

    exit_type: str
    gone: bool


class CurveShop:
    """一家店每位客户每月的数；净额从来不为正的客户不在里面。"""

    def __init__(self, ledger: Ledger, truth: Mapping[CustomerId, Truth] | None = None) -> None:
        """truth: 现造的店带着的真相；随书的店从文件里读。"""
        self.ledger, self._told = ledger, truth

    @property
    def title(self) -> str:
        return self.ledger.title

    @property
    def unit(self) -> str:
        return self.ledger.unit

    @cached_property
    def _rows(self) -> dict[CustomerId, list[Row]]:
        """每位客户的订单，从早到晚；第一次购买以前的退款不是这段历史里的。"""
        found: dict[CustomerId, list[Row]] = {who: [] for who in self.ledger.days}
        for row in sorted(_lines(self.ledger.source), key=lambda row: row[1]):
            if row[0] in found and self.ledger.days[row[0]][0] <= row[1] <= self.ledger.today:
                found[row[0]].append(row)
        return found

    @cached_property
    def tv(self) -> dict[CustomerId, list[int]]:
        """客户 → 每月净额（最小货币单位）。"""
        found = {who: self._months(rows, 2) for who, rows in self._rows.items()}
        if not (paid := {who: table for who, table in found.items() if max(table) > 0}):
            raise DataError(
                say("said.nobody", shop=self.title), remedy="看看订单的金额是不是都是 0，或都退了。"
            )
        return paid

    @cached_property
    def has_cost(self) -> bool:
        return any(row[3] is not None for rows in self._rows.values() for row in rows)

    def profit(self, who: CustomerId) -> list[Fraction]:
        """一位客户每月的利润：净额减成本；没有成本列，按假设的毛利率。"""
        tv = self.tv[who]
        if not self.has_cost:
            return [Fraction(value * course().curves.curve["margin"], 100) for value in tv]
        costs = self._months(self._rows[who], 3)
        return [Fraction(value - cost) for value, cost in zip(tv, costs, strict=True)]

    def _months(self, rows: Sequence[Row], place: int) -> list[int]:
        days, values = [row[1] for row in rows], [row[place] or 0 for row in rows]
        return curves.per_month(days, values, self.ledger.today)  # type: ignore[arg-type]

    @cached_property
    def guesses(self) -> dict[CustomerId, curves.Guess]:
        """每位客户判成哪一型（`curves.classify`）。"""
        reading = course().curves.reading
        return {
            who: curves.classify(table, reading.purchases, reading.quiet) for who, table in self.tv.items()
        }

    @cached_property
    def truth(self) -> Mapping[CustomerId, Truth]:
        """随书的两家合成店有；别的 → DataError。"""
        import pyarrow.parquet as pq

        if self._told is not None:
            return self._told
        titles = {shop_texts.shop(name).title: name for name in SHIPPED}
        if self.ledger.kind != "synthetic" or self.title not in titles:
            raise DataError(
                say("said.no_truth", shop=self.title),
                remedy=f"换一家有真相的：{'、'.join(SHIPPED)}。",
            )
        return _truth(pq.read_table(data_folder() / f"{titles[self.title]}_truth.parquet", columns=_TRUTH))

    def true_type(self, who: CustomerId) -> str | None:
        """一位客户真的是哪一型；没有真相的店是 None。"""
        try:
            return self.truth[who].exit_type
        except DataError:
            return None

    def score(self, gone: bool) -> curves.Score:
        """判的与真的比；gone: 只看观察期里真的走了的。"""
        people = [who for who in self.tv if self.truth[who].gone or not gone]
        pairs = [(self.truth[who].exit_type, self.guesses[who].exit_type) for who in people]
        return curves.score(*zip(*pairs, strict=True))

    # ── 一位客户、一批客户、画廊 ─────────────────────────────────────

    def find(self, customer: object) -> CustomerId:
        """空是买的月数最多的一位；写编号，数字与文字都认。"""
        if customer in (None, ""):
            return max(self.tv, key=lambda who: (bought(self.tv[who]), str(who)))
        named = {str(who): who for who in self.tv}
        if str(customer) not in named:
            raise DataError(say("said.no_customer", customer=str(customer)[:40], shop=self.title))
        return named[str(customer)]

    def cohort(self, least: int) -> tuple[list[Fraction], list[Fraction], int]:
        """至少 least 个月有交易的客户，从第 2 个月起每月平均的（交易额，利润）与人数。

        第 1 个月人人都买（从第一笔数起），高得不说明什么，所以不要；看到的人太少的月份也不要。
        """
        people = [who for who, table in self.tv.items() if bought(table) >= least and len(table) > 1]
        if len(people) < LEAST_SEEN:
            raise DataError(say("said.no_cohort", shop=self.title), remedy="把 least 写小一些。")
        months = self._watched(people)
        tables, profits = [self.tv[who][1:] for who in people], [self.profit(who)[1:] for who in people]
        return list(curves.cohort(tables)[:months]), list(curves.cohort(profits)[:months]), len(people)  # type: ignore[arg-type]

    def _watched(self, people: Sequence[CustomerId]) -> int:
        """从第 2 个月起有几个月至少看到 LEAST_SEEN 位。"""
        lengths = [len(self.tv[who]) - 1 for who in people]
        return sum(sum(length > k for length in lengths) >= LEAST_SEEN for k in range(max(lengths)))

    def by_truth(self) -> dict[str, list[Fraction]]:
        """真相的四型各自每月的平均，从第 2 个月起；不足十位的一型不在里面。"""
        found = {}
        for kind in curves.EXIT_TYPES:
            people = [w for w in self.tv if self.truth[w].exit_type == kind and len(self.tv[w]) > 1]
            if len(people) >= LEAST_SEEN:
                tables = [self.tv[who][1:] for who in people]
                found[kind] = list(curves.cohort(tables)[: self._watched(people)])
        return found

    def portraits(self, curve: curves.LifeCurve) -> list[Portrait]:
        """最像理想的两位、最不像的一位、买着买着就走了的两位；挑法写在图下。"""
        regular = sorted(
            (who for who, table in self.tv.items() if bought(table) >= GALLERY_MONTHS),
            key=lambda who: (-bought(self.tv[who]), str(who)),
        )[:GALLERY_POOL]
        if len(regular) < 3:
            raise DataError(say("said.no_gallery", shop=self.title))
        errors = {who: curves.fit(self.tv[who], curve).error for who in regular}
        ranked = sorted(regular, key=lambda who: (errors[who], str(who)))
        chosen = [(ranked[0], "near"), (ranked[1], "near"), (ranked[-1], "far")]
        chosen += [(who, "left") for who in self._left()]
        return [self._portrait(who, note) for who, note in chosen]

    def _left(self) -> Iterable[CustomerId]:
        """中途夭折、提前退出各一位：安静得够久的，买的月数最多、花得最多的。"""
        for kind in ("midway_death", "early_exit"):
            gone = [w for w, guess in self.guesses.items() if guess.exit_type == kind and not guess.open]
            if gone:
                yield max(gone, key=lambda who: (bought(self.tv[who]), sum(self.tv[who]), str(who)))

    def _portrait(self, who: CustomerId, note: str) -> Portrait:
        kind = type_label(self.guesses[who].exit_type)
        name = say("said.portrait", customer=who, note=say(f"said.{note}"), kind=kind)
        return Portrait(name, self.tv[who], self.unit)


def patient_shop() -> CurveShop:
    """周期一两个月、一看十年的店，现造：判不准是看得太短，还是办法不行，放在一起比。"""
    from lifecycle_lab.lab import shop_files, shops
    from lifecycle_lab.simulate import shops as models

    text = shop_texts.shop(_PATIENT_LIKE)
    shop = replace(shops.model(text), window_days=_PATIENT_DAYS, class_shares=(1.0, 0.0, 0.0))
    made, epoch = models.chunk(shop, text.seed, 0, _PATIENT_CUSTOMERS), day_number(text.start)
    orders, truth = (
        shop_files.order_table(made.orders, 0, epoch),
        shop_files.truth_table(made.truth, 0, epoch, shop.regularity),
    )
    as_of = text.start + timedelta(_PATIENT_DAYS - 1)
    title = say("word.patient")
    ledger = Ledger(title, "synthetic", "元", as_of, orders, purchase_days(orders, as_of))
    return CurveShop(ledger, _truth(truth.select(_TRUTH)))


def _truth(table: pa.Table) -> dict[CustomerId, Truth]:
    """真相的三列 → 客户到真相。"""
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return {who: Truth(kind, lost is not None) for who, kind, lost in rows}


def bought(table: Series) -> int:
    """有几个月有交易。"""
    return sum(value > 0 for value in table)


def _lines(source: object) -> Iterable[Row]:
    """仓库收得下的两种订单：Arrow 表，或一串 Order。"""
    if not hasattr(source, "column_names"):
        for order in source:  # type: ignore[attr-defined]
            yield order.customer_id, day_number(order.order_date), order.amount, None
        return
    names = source.column_names  # type: ignore[attr-defined]
    wanted = ["customer_id", "order_date", "amount", *(["cost"] if "cost" in names else [])]
    for who, day, amount, *cost in zip(*(source[name].to_pylist() for name in wanted), strict=True):  # type: ignore[index]
        when = day_number(day if type(day) is date else day.date())
        yield who, when, int(amount * 100), int(cost[0] * 100) if cost else None
