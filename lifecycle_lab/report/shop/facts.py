"""一家店的全部事实：几张小表，一次从 warehouse 取齐；报告的每一节都只看它，不再碰订单。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from lifecycle_lab import content, segmentation
from lifecycle_lab.content import Convention, ReportText
from lifecycle_lab.schema import DataError, Indicator, indicators, quote
from lifecycle_lab.warehouse import Customers, Warehouse, day_date

Centre = Literal["mean", "median"]
CENTRES: tuple[Centre, ...] = ("mean", "median")
Progress = Callable[[str, float], None]
"""（正在做什么，做到几成）：命令行画进度条，笔记本里不说。"""


@dataclass(frozen=True)
class Line:
    """一类行：多少行，多少钱（最小单位；读不出金额的是 None）。

    netted: 这些钱冲减了金额（单独的退款），不是“没有进任何表”。
    again: 这些钱在别的行里已经有一次（合计行、整行重复），也不是。
    """

    label: str
    rows: int
    money: int | None
    netted: bool = False
    again: bool = False


@dataclass(frozen=True)
class Accounting:
    """读进来的每一行到哪里去了：rows_in = used + aside + quarantined，金额也是。

    problems: 读不通的各行：（行，列，原因）；那一格写着什么不留，可能是个人信息。
    """

    rows_in: int
    money_in: int | None
    used: Line
    aside: tuple[Line, ...]
    quarantined: Line
    notes: tuple[str, ...] = ()
    problems: tuple[tuple[int, str, str], ...] = ()

    def __post_init__(self) -> None:
        _must_agree("行数", self.rows_in, sum(line.rows for line in self.lines))
        money = [line.money for line in self.lines]
        if self.money_in is not None and None not in money:
            _must_agree("金额（最小单位）", self.money_in, sum(money))  # type: ignore[arg-type]

    @property
    def lines(self) -> tuple[Line, ...]:
        return (self.used, *self.aside, self.quarantined)

    @property
    def money_aside(self) -> int:
        """没有进任何表的金额，不论正负都算大小。"""
        lines = [line for line in (*self.aside, self.quarantined) if not (line.netted or line.again)]
        return sum(abs(line.money or 0) for line in lines)

    @property
    def money_netted(self) -> int | None:
        """进了表的净额：用上的加上冲减它的退款。"""
        if self.used.money is None:
            return None
        return self.used.money + sum(line.money or 0 for line in self.aside if line.netted)


def _must_agree(what: str, one: int, other: int) -> None:
    """账对不上就不写报告：宁可没有，不要错的。"""
    if one != other:
        raise DataError(
            f"{what}对不上：一边是 {one}，另一边是 {other}。",
            why="这是程序的错，不是数据的错。",
            remedy="请把这句话报告给我们；这份报告没有写出来。",
        )


@dataclass(frozen=True)
class Shop:
    """哪家店：名字、货币的主单位、数据的指纹。"""

    name: str
    unit: str
    sha256: str


@dataclass(frozen=True)
class Asked:
    """分析师要什么：叫法、中心、比较的日子、给不给外人看。as_of_given: 观察日是不是指定的。"""

    convention: Convention
    centre: Centre = "mean"
    compare_to: date | None = None
    shared: bool = False
    as_of_given: bool = True

    @property
    def other_centre(self) -> Centre:
        return CENTRES[1 - CENTRES.index(self.centre)]


@dataclass(frozen=True)
class Type:
    """一种组合的客户。code: 0…7，同 segmentation。"""

    code: int
    customers: int
    money: int


@dataclass(frozen=True)
class Other:
    """换一种读法：标题、叫法变了的人数与他们的金额；kind 是 convention、centre 或 literal。"""

    kind: str
    title: str
    customers: int
    money: int


@dataclass(frozen=True)
class Facts:
    """报告要的全部数；money 都是整数最小单位。

    histograms: {指标: （宽度， ((值，人数)， …)）}。gaps: （第几个间隔，天数，已经回来？，个数）。
    moves: （之前的组合或 None，之后的组合，人数）；没有要求比较就是空的。
    """

    shop: Shop
    accounting: Accounting
    asked: Asked
    as_of: date
    first_day: date
    last_day: date
    customers: int
    orders: int
    money: int
    one_time: int
    without_purchase: tuple[int, int]
    centres: Mapping[Centre, tuple[Fraction, Fraction, Fraction]]
    types: tuple[Type, ...]
    ups: tuple[int, int, int]
    others: tuple[Other, ...]
    histograms: Mapping[str, tuple[int, tuple[tuple[int, int], ...]]]
    gaps: tuple[tuple[int, int, bool, int], ...]
    moves: tuple[tuple[int | None, int, int], ...]
    text: ReportText

    @property
    def indicators(self) -> tuple[Indicator, Indicator, Indicator]:
        return indicators("天", "low", self.shop.unit)

    @property
    def least(self) -> int:
        """给外人看时不写的人数界线；自己看是 1，什么都写。"""
        return self.text.numbers["shared_least"] if self.asked.shared else 1

    def name(self, code: int) -> str:
        """这种组合的客户叫什么。"""
        return self.asked.convention.names[segmentation.state(code)]

    def type_of(self, code: int) -> Type:
        return next((t for t in self.types if t.code == code), Type(code, 0, 0))

    @property
    def hidden_types(self) -> dict[int, bool]:
        """哪几种类型要隐去：自己小，或不隐去它就能反推小的。"""
        counts = [self.type_of(code).customers for code in segmentation.PATTERNS]
        return dict(zip(segmentation.PATTERNS, segmentation.hide_in_list(counts, self.least), strict=True))


def collect(
    orders: Warehouse, shop: Shop, accounting: Accounting, asked: Asked, progress: Progress = lambda *_: None
) -> Facts:
    """orders: 打开的 Warehouse（观察日已定）。没有一位客户有购买 → DataError。"""
    totals = orders.totals()
    if not totals.customers:
        raise DataError(
            f"到观察日为止，{quote(shop.name, 80)} 里没有一笔有效的购买。",
            why="可能都在观察日之后，或都被规则放在一边。",
            remedy="检查 --as-of；用 lifecycle-lab orders check 看每一行到哪里去了。",
        )
    if (netted := accounting.money_netted) is not None:
        _must_agree("净额（最小单位）", netted, totals.money + orders.intake.money_without_purchase)
    progress("比较几种读法", 0.2)
    centres = {centre: orders.centres(centre) for centre in CENTRES}
    chosen = orders.customers(centres=centres[asked.centre])
    types = tuple(Type(s.segment, s.customers, s.money) for s in chosen.segments())
    progress("数分布与间隔", 0.6)
    histograms = _histograms(orders, centres[asked.centre])
    return Facts(
        shop=shop,
        accounting=accounting,
        asked=asked,
        as_of=orders.as_of,
        first_day=day_date(totals.first_day),
        last_day=day_date(totals.last_day),
        customers=totals.customers,
        orders=totals.orders,
        money=totals.money,
        one_time=totals.customers - totals.repeat_customers,
        without_purchase=(orders.intake.customers_without_purchase, orders.intake.money_without_purchase),
        centres=centres,
        types=types,
        ups=tuple(sum(t.customers for t in types if t.code & bit) for bit in (4, 2, 1)),  # type: ignore[arg-type]
        others=_others(orders, chosen, centres, types, asked),
        histograms=histograms,
        gaps=_gaps(orders),
        moves=_moves(orders, asked),
        text=content.report_text(),
    )


def _gaps(orders: Warehouse) -> tuple[tuple[int, int, bool, int], ...]:
    """间隔方块去掉“上一次间隔”那一维：分位数用不着它，行数从几十万到几千。"""
    counts: Counter = Counter()
    for gap in orders.gaps():
        counts[gap.n, gap.gap, bool(gap.closed)] += gap.count
    return tuple((*key, count) for key, count in sorted(counts.items()))


def _histograms(orders: Warehouse, centres: Sequence[Fraction]) -> dict:
    """R、F 细到 1；M 细到中心的二十分之一以下的一个 10 的幂，不然大店的直方图有几百万条。"""
    width = 1
    while width * 200 <= abs(centres[2]):
        width *= 10
    return {
        key: (unit, tuple((b.low, b.customers) for b in orders.histogram(key, width=unit)))
        for key, unit in (("recency", 1), ("frequency", 1), ("monetary", width))
    }


def _others(
    orders: Warehouse, chosen: Customers, centres: Mapping, types: Sequence[Type], asked: Asked
) -> tuple[Other, ...]:
    """一次只换一样：叫法、中心、R 的方向。"""
    say, mine = content.report_text().say, asked.convention
    names = {centre: say(f"centre.{centre}") for centre in CENTRES}
    same = [(t.code, t.code, t.customers, t.money) for t in types]
    found = [
        Other(
            "convention",
            say("readings.convention", title=c.title),
            *segmentation.moved(same, mine.names, c.names),
        )
        for c in content.course().conventions.values()
        if c.id != mine.id
    ]
    centre = orders.customers(centres=centres[asked.other_centre])
    literal = orders.customers(centres=centres[asked.centre], recency_better="high")
    for kind, title, other in (
        ("centre", say("readings.centre", other=names[asked.other_centre]), centre),
        ("literal", say("readings.literal", centre=names[asked.centre]), literal),
    ):
        changes = [(c.before, c.after, c.customers, c.money) for c in orders.changes(chosen, other)]
        found.append(Other(kind, title, *segmentation.moved(changes, mine.names, mine.names)))
    return tuple(found)


def _moves(orders: Warehouse, asked: Asked) -> tuple[tuple[int | None, int, int], ...]:
    if asked.compare_to is None:
        return ()
    now = orders.customers(centres=orders.centres(asked.centre))
    new = {s.segment: s.customers for s in now.segments()}
    with orders.at(asked.compare_to) as before:
        if not before.totals().customers:
            raise DataError(
                f"到 {asked.compare_to} 为止还没有一位客户，没有迁移可看。",
                where="参数 compare_to",
                remedy="写一个晚一些的日子。",
            )
        then = before.customers(centres=before.centres(asked.centre))
        moves = [(c.before, c.after, c.customers) for c in orders.changes(then, now)]
    for _, after, customers in moves:
        new[after] -= customers
    return (*moves, *((None, after, customers) for after, customers in new.items() if customers))
