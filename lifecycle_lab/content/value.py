"""第 07 课的例子与假设：value.toml → 客户、餐馆、电信、手段……；value_lesson.toml → 程序说的话(D1–D8)。

只有这一课用，所以不进 Course：第一次用到才读，每个进程读一次。金额读成整数分，百分数读成分数。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from lifecycle_lab.content import data_folder
from lifecycle_lab.content.records import Record, read_nest, unique
from lifecycle_lab.content.sentences import read_sentences
from lifecycle_lab.content.value_words import FIELDS
from lifecycle_lab.schema import ContentError

T = TypeVar("T")
SIDES, ORIGINS = ("gain", "cost"), ("来源", "补全")
PERIOD_STAGES = ("exploration", "formation", "stability", "decline", "lost")
_FEN = 100


@dataclass(frozen=True)
class CustomerText:
    """一位客户的数：金额是整数分，年数是整数，比率是分数；没写的是 0（kept 是 1）。"""

    yearly_revenue: int
    rate: Fraction
    years: int
    first_purchase: int = 0
    acquisition_cost: int = 0
    yearly_service_cost: int = 0
    margin: Fraction = Fraction(1)
    kept: Fraction = Fraction(1)
    name: str = ""


@dataclass(frozen=True)
class ShopAssumptions:
    """一家店的客户资产用的假设；swing: 其余输入上下浮动的份额。"""

    margin: Fraction
    acquisition: Fraction
    rate: Fraction
    planning_years: int
    draws: int
    seed: int
    level: Fraction
    low_rate: Fraction
    high_rate: Fraction
    swing: Fraction


@dataclass(frozen=True)
class AttributeText:
    """餐馆问卷的一行(D3)。"""

    name: str
    kind: str
    side: str
    weight: int
    expected: int
    score: int
    performance: str
    result: str


@dataclass(frozen=True)
class AmountText:
    """让渡价值的一项；amount 是整数分。"""

    name: str
    side: str
    amount: int


@dataclass(frozen=True)
class PeriodText:
    """六个时期之一(D6)。stage: 用订单的哪一段量贡献，潜在期是空；investment: 每单的投入，整数分。"""

    id: str
    label: str
    origin: str
    stage: str
    investment: int
    invests: str
    gives: str


@dataclass(frozen=True)
class LeverText:
    """一件可做的事(D7、D8)：几个数，与一句当心。"""

    id: str
    label: str
    revenue_times: Fraction
    service_times: Fraction
    kept_more: Fraction
    once: int
    ends: bool = False
    caution: str = ""


@dataclass(frozen=True)
class GroupText:
    """电信企业的一群客户(D8)；signs: 看得见的预警信号。"""

    id: str
    label: str
    customers: int
    yearly_revenue: int
    yearly_service_cost: int
    kept: Fraction
    signs: str


@dataclass(frozen=True)
class ElementText:
    """一个营销要素在售前、售中、售后各做什么(D8)。"""

    label: str
    before: str
    during: str
    after: str
    channel: str


@dataclass(frozen=True)
class ValueContent:
    """整份 value.toml；一列一列的次序同文件。"""

    example: CustomerText
    first: CustomerText
    second: CustomerText
    wallet: int
    wallet_shares: tuple[Fraction, ...]
    retention_rate: Fraction
    kept: tuple[Fraction, ...]
    shop: ShopAssumptions
    attributes: tuple[AttributeText, ...]
    delivered: tuple[AmountText, ...]
    periods: tuple[PeriodText, ...]
    stage_orders: Mapping[str, int]
    views: Mapping[str, str]
    lever_customer: CustomerText
    levers: tuple[LeverText, ...]
    telecom_years: int
    telecom_rate: Fraction
    groups: tuple[GroupText, ...]
    actions: tuple[LeverText, ...]
    elements: tuple[ElementText, ...]


@cache
def value_content() -> ValueContent:
    """随书的一份。"""
    return read_value(data_folder() / "course" / "value.toml")


@cache
def value_words() -> Mapping[str, str]:
    """随书的用语：名称 → 模板。"""
    return read_sentences(data_folder() / "course" / "value_lesson.toml", FIELDS)


def read_value(path: Path) -> ValueContent:
    """一份 value.toml → 内容；缺项、多项、互相矛盾 → ContentError。"""
    top = read_nest(path)
    example = _section(top, "example", _customer)
    two = {name: _section(top, name, _compared(example)) for name in ("first", "second")}
    wallet, shares = _section(top, "wallet", lambda r: (r.whole("yearly", 1) * _FEN, _percents(r, "shares")))
    rate, kept = _section(top, "retention", lambda r: (_percent(r, "rate_percent"), _percents(r, "kept")))
    years, telecom_rate = _section(
        top, "telecom", lambda r: (r.whole("years", 1, 60), _percent(r, "rate_percent"))
    )
    content = ValueContent(
        example=example,
        **two,
        wallet=wallet,
        wallet_shares=shares,
        retention_rate=rate,
        kept=kept,
        shop=_section(top, "shop", _shop),
        attributes=_every(top, "attribute", _attribute, "name"),
        delivered=_every(top, "delivered", _amount, "name"),
        periods=_every(top, "period", _period),
        stage_orders=_section(top, "stage_orders", _orders),
        views=unique(
            top.children("view"), lambda r: (r.text("label"), r.text("question")), key=_first, value=_second
        ),
        lever_customer=_section(top, "lever_customer", _kept_customer),
        levers=_every(top, "lever", _lever),
        telecom_years=years,
        telecom_rate=telecom_rate,
        groups=_every(top, "telecom_group", _group),
        actions=_every(top, "telecom_action", _action),
        elements=_every(top, "telecom_element", _element, "label"),
    )
    top.finish()
    _check(content, path.name)
    return content


def _first(pair: tuple[str, str]) -> str:
    return pair[0]


def _second(pair: tuple[str, str]) -> str:
    return pair[1]


def _section(top: Record, name: str, build: Callable[[Record], T]) -> T:
    record = top.section(name)
    found = build(record)
    record.finish()
    return found


def _every(top: Record, name: str, build: Callable[[Record], T], key: str = "id") -> tuple[T, ...]:
    """[[name]] 的各条，不能一条也没有，名字不能重复。"""
    records = top.children(name)
    if not records:
        raise ContentError("里面一条也没有。", where=top.at(name), remedy=f"至少写一个 [[{name}]]。")
    return tuple(unique(records, build, key=lambda thing: getattr(thing, key)).values())


def _percent(record: Record, name: str, low: int = 0, high: int = 100) -> Fraction:
    return Fraction(record.whole(name, low, high), 100)


def _percents(record: Record, name: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(number, 100) for number in record.wholes(name, 0, 100, rising=False))


def _money(record: Record, name: str, low: int = 0) -> int:
    return record.whole(name, low) * _FEN


def _customer(record: Record) -> CustomerText:
    return CustomerText(
        yearly_revenue=_money(record, "yearly_revenue", 1),
        rate=_percent(record, "rate_percent", 1, 99),
        years=record.whole("years", 1, 60),
        first_purchase=_money(record, "first_purchase"),
        acquisition_cost=_money(record, "acquisition_cost"),
        yearly_service_cost=_money(record, "yearly_service_cost"),
        margin=_percent(record, "margin_percent"),
    )


def _compared(example: CustomerText) -> Callable[[Record], CustomerText]:
    """比较的两位：年数与贴现率同全课的例子。"""
    return lambda record: CustomerText(
        yearly_revenue=_money(record, "yearly_revenue", 1),
        rate=example.rate,
        years=example.years,
        acquisition_cost=_money(record, "acquisition_cost"),
        yearly_service_cost=_money(record, "yearly_service_cost"),
        name=record.text("name"),
    )


def _kept_customer(record: Record) -> CustomerText:
    return CustomerText(
        yearly_revenue=_money(record, "yearly_revenue", 1),
        rate=_percent(record, "rate_percent", 0, 99),
        years=record.whole("years", 1, 60),
        yearly_service_cost=_money(record, "yearly_service_cost"),
        kept=_percent(record, "kept_percent"),
    )


def _shop(record: Record) -> ShopAssumptions:
    return ShopAssumptions(
        margin=_percent(record, "margin_percent"),
        acquisition=_percent(record, "acquisition_percent", 0, 1000),
        rate=_percent(record, "rate_percent", 0, 99),
        planning_years=record.whole("planning_years", 1, 20),
        draws=record.whole("draws", 20, 10_000),
        seed=record.whole("seed", 0),
        level=_percent(record, "level_percent", 1, 99),
        low_rate=_percent(record, "low_rate_percent", 0, 99),
        high_rate=_percent(record, "high_rate_percent", 0, 99),
        swing=_percent(record, "swing_percent", 1, 99),
    )


def _attribute(record: Record) -> AttributeText:
    return AttributeText(
        name=record.text("name"),
        kind=record.text("kind"),
        side=record.one_of("side", SIDES, "一边"),
        weight=record.whole("weight", 1, 100),
        expected=record.whole("expected", 1, 5),
        score=record.whole("score", 1, 5),
        performance=record.text("performance"),
        result=record.text("result"),
    )


def _amount(record: Record) -> AmountText:
    return AmountText(record.text("name"), record.one_of("side", SIDES, "一边"), _money(record, "amount"))


def _period(record: Record) -> PeriodText:
    record.need("stage", str, "一个阶段的编号，潜在期写空文字")
    stage = record.one_of("stage", PERIOD_STAGES, "订单里的一段") if record.get("stage") else ""
    return PeriodText(
        id=record.text("id"),
        label=record.text("label"),
        origin=record.one_of("origin", ORIGINS, "出处"),
        stage=stage,
        investment=_money(record, "investment"),
        invests=record.text("invests"),
        gives=record.text("gives"),
    )


def _orders(record: Record) -> Mapping[str, int]:
    return MappingProxyType({stage: record.whole(stage, 0, 365) for stage in PERIOD_STAGES[:4]})


def _effects(record: Record) -> dict[str, object]:
    return {
        "id": record.text("id"),
        "label": record.text("label"),
        "revenue_times": _percent(record, "revenue_percent", 0, 1000),
        "service_times": _percent(record, "service_percent", 0, 1000),
        "kept_more": _percent(record, "points", -100),
        "once": _money(record, "once"),
    }


def _lever(record: Record) -> LeverText:
    return LeverText(**_effects(record), caution=record.text("caution"))  # type: ignore[arg-type]


def _action(record: Record) -> LeverText:
    return LeverText(**_effects(record), ends=record.flag("ends"))  # type: ignore[arg-type]


def _group(record: Record) -> GroupText:
    return GroupText(
        id=record.text("id"),
        label=record.text("label"),
        customers=record.whole("customers", 1),
        yearly_revenue=_money(record, "yearly_revenue"),
        yearly_service_cost=_money(record, "yearly_service_cost"),
        kept=_percent(record, "kept_percent"),
        signs=record.text("signs"),
    )


def _element(record: Record) -> ElementText:
    return ElementText(*(record.text(name) for name in ("label", "before", "during", "after", "channel")))


def _check(content: ValueContent, name: str) -> None:
    """互相之间的约定：两边都有、六个时期、次序真的会倒过来、贴现率低的在前。"""
    if {one.side for one in content.attributes} != set(SIDES):
        raise ContentError("利得与成本要各有一项。", where=f"{name} [[attribute]]", remedy="补上缺的一边。")
    used = [one.stage for one in content.periods]
    if used != ["", *PERIOD_STAGES]:
        raise ContentError(
            f"六个时期的 stage 是 {'、'.join(used)}。",
            where=f"{name} [[period]]",
            remedy=f"从潜在期（空）起，依次写 {'、'.join(PERIOD_STAGES)}。",
        )
    one, other = content.first, content.second
    more = one.yearly_revenue - other.yearly_revenue
    if not 0 < more < one.yearly_service_cost - other.yearly_service_cost:
        raise ContentError(
            "两位客户的次序不会倒过来。",
            where=f"{name} [first] [second]",
            remedy="甲的收入要多，服务成本要多得更多。",
        )
    if content.shop.low_rate >= content.shop.high_rate:
        raise ContentError(
            "贴现率的低与高颠倒了。", where=f"{name} [shop]", remedy="low_rate_percent 写小的。"
        )
