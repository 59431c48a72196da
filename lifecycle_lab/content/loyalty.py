"""第 08 课的内容：loyalty.toml → 因素、四种忠诚、象限、接触、审计表、目标、积分计划、信任的迹象(C1–C11)。

金额读成整数分，百分数读成精确分数；数合不合理由 loyalty 房间自己看。随课程一起读一次。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from lifecycle_lab import content
from lifecycle_lab.content.records import Record, every, read_nest, unique
from lifecycle_lab.schema import ContentError, quote

T = TypeVar("T")
FACTORS = ("satisfaction", "commitment", "repurchase", "recommendation", "resistance")
KINDS = ("impulsive", "affective", "cognitive", "behavioural")
QUADRANTS = ("true", "latent", "spurious", "none")
STAGES = ("contact", "acquisition", "conversion", "retention", "loyalty")
GOALS = ("enlarge", "raise_value", "defend", "look_alike")
CHANNELS = ("call", "web", "visit")
SECTIONS = {
    "path": ("aware", "trust_built", "deal", "satisfied", "loyal", "word"),
    "keys": ("product", "personal", "open", "beyond", "relation"),
    "service": ("open_talk", "listen", "individual", "skill", "solve", "same", "reflect"),
    "steps": ("unique", "trustworthy", "service_beyond", "social", "reward"),
    "trust": ("first", "together", "lasting", "ally"),
    "strategy": ("vision", "identify", "worth", "goals", "attributes"),
    "marks": ("high_trust", "frequent", "tolerant", "recommends", "emotional"),
    "programme": (
        "clear_aim",
        "assumptions",
        "systems",
        "not_ads",
        "sincere",
        "measured",
        "beyond_training",
    ),
}
TRUST = ("first", "together", "lasting", "ally", "danger")
ORIGINS = ("来源", "补全")
ITEMS_PER_FACTOR, MOST_SCORE = 3, 4


@dataclass(frozen=True)
class FactorText:
    """一个因素：名称、权重、说明、三道题。"""

    id: str
    label: str
    weight: int
    meaning: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class KindText:
    """一种忠诚：根在哪里、问卷里的一句话、账上的迹象、被什么带走、要什么。"""

    id: str
    label: str
    root: str
    said: str
    done: str
    moved: str
    need: str


@dataclass(frozen=True)
class QuadrantText:
    id: str
    label: str
    meaning: str
    need: str


@dataclass(frozen=True)
class ContactStage:
    """一个阶段；origin 是「来源」或「补全」。"""

    id: str
    label: str
    origin: str
    what: str


@dataclass(frozen=True)
class Channel:
    """一种接触方式：一次几分钱、接得上的份额、成交的份额。"""

    id: str
    label: str
    contact_cost: int
    reached: Fraction
    converted: Fraction


@dataclass(frozen=True)
class Scenario:
    id: str
    label: str
    margin: int
    channels: Mapping[str, Channel]


@dataclass(frozen=True)
class GoalText:
    """一种目标的假设：多几位，收入、留存、毛利率各变多少（分数），费用几分。"""

    id: str
    label: str
    how: str
    customers: int
    revenue: Fraction
    retention: Fraction
    margin: Fraction
    cost: int


@dataclass(frozen=True)
class AuditItem:
    """审计的一条：查什么、怎样改、来源还是补全、示范店的分。"""

    id: str
    label: str
    check: str
    plan: str
    origin: str
    score: int


@dataclass(frozen=True)
class AuditSection:
    id: str
    label: str
    fact: str
    items: Mapping[str, AuditItem]


@dataclass(frozen=True)
class LoyaltyContent:
    """整份 loyalty.toml；映射只读，次序听程序的。numbers: 名称 → 整数（分、百分数、种子）。"""

    numbers: Mapping[str, int]
    best_shares: tuple[Fraction, ...]
    factors: Mapping[str, FactorText]
    kinds: Mapping[str, KindText]
    quadrants: Mapping[str, QuadrantText]
    stages: Mapping[str, ContactStage]
    scenarios: tuple[Scenario, ...]
    goals: Mapping[str, GoalText]
    trust: Mapping[str, str]
    trust_signs: tuple[tuple[str, str], ...]
    examples: tuple[tuple[str, str, str], ...]
    firm: str
    sections: Mapping[str, AuditSection]


def loyalty() -> LoyaltyContent:
    """随书的一份。"""
    return content.course().loyalty


def words() -> Mapping[str, str]:
    """第 08 课里程序说的话。"""
    return content.course().loyalty_words


def read_loyalty(path: Path) -> LoyaltyContent:
    """一份 loyalty.toml → 内容；缺项、多项、重复、数写得不对 → ContentError。"""
    top = read_nest(path)
    measure = top.section("measure")
    numbers = {name: measure.whole(name, 1) for name in ("low", "high", "seed", "times")}
    numbers |= {name: measure.whole(name, 1, 100) for name in ("said_from", "compared_from")}
    shares = tuple(Fraction(value, 100) for value in measure.wholes("best_percents", 1, 99))
    measure.finish()
    found = LoyaltyContent(
        numbers=MappingProxyType(numbers | _segment(top) | _programme(top)),
        best_shares=shares,
        factors=every(top, "factor", FACTORS, _factor),
        kinds=every(top, "kind", KINDS, _texts(KindText, KINDS)),
        quadrants=every(top, "quadrant", QUADRANTS, _texts(QuadrantText, QUADRANTS)),
        stages=every(top, "stage", STAGES, _stage),
        scenarios=tuple(unique(top.children("scenario"), _scenario).values()),
        goals=every(top, "goal", GOALS, _goal),
        trust=_trust(top),
        trust_signs=_signs(top),
        examples=tuple(unique(top.children("example"), _example, key=lambda one: one[0]).values()),
        firm=_firm(top),
        sections=every(top, "section", tuple(SECTIONS), _audit_section),
    )
    top.finish()
    return found


def _texts(kind: Callable[..., T], names: Sequence[str]) -> Callable[[Record], T]:
    """全是文字的一条：键就是那几栏的名字。"""
    fields = [name for name in kind.__dataclass_fields__ if name != "id"]  # type: ignore[attr-defined]

    def build(record: Record) -> T:
        return kind(record.one_of("id", names, "认得的编号"), *(record.text(name) for name in fields))

    return build


def _factor(record: Record) -> FactorText:
    name = record.one_of("id", FACTORS, "认得的因素")
    items = record.texts("items")
    if len(items) != ITEMS_PER_FACTOR:
        raise ContentError(
            f"有 {len(items)} 道题。", where=record.at("items"), remedy=f"恰好写 {ITEMS_PER_FACTOR} 道。"
        )
    return FactorText(
        name, record.text("label"), record.whole("weight", 1, 100), record.text("meaning"), items
    )


def _stage(record: Record) -> ContactStage:
    return ContactStage(
        record.one_of("id", STAGES, "认得的阶段"),
        record.text("label"),
        record.one_of("origin", ORIGINS, "认得的出处"),
        record.text("what"),
    )


def _scenario(record: Record) -> Scenario:
    channels = every(record, "channels", CHANNELS, _channel)
    return Scenario(record.text("id"), record.text("label"), record.fen("margin_yuan"), channels)


def _channel(record: Record) -> Channel:
    return Channel(
        record.one_of("id", CHANNELS, "认得的接触方式"),
        record.text("label"),
        record.fen("contact_yuan"),
        Fraction(record.whole("reached", 1, 100), 100),
        Fraction(record.whole("converted", 1, 100), 100),
    )


def _goal(record: Record) -> GoalText:
    return GoalText(
        record.one_of("id", GOALS, "认得的目标"),
        record.text("label"),
        record.text("how"),
        record.whole("customers", 0),
        Fraction(record.whole("revenue_percent", -100, 1000), 100),
        Fraction(record.whole("retention_points", -100, 100), 100),
        Fraction(record.whole("margin_points", -100, 100), 100),
        record.fen("cost_yuan"),
    )


def _segment(top: Record) -> dict[str, int]:
    record = top.section("segment")
    found = {"segment_customers": record.whole("customers", 1), "segment_yearly": record.fen("yearly_yuan")}
    found |= {f"segment_{name}": record.whole(f"{name}_percent", 0, 100) for name in ("margin", "retention")}
    record.finish()
    return found


def _programme(top: Record) -> dict[str, int]:
    record = top.section("programme")
    found = {f"programme_{name}": record.fen(f"{name}_yuan") for name in ("sales", "fixed")}
    rates = ("margin", "reward", "redeemed")
    found |= {f"programme_{name}": record.whole(f"{name}_percent", 0, 100) for name in rates}
    record.finish()
    return found


def _trust(top: Record) -> Mapping[str, str]:
    record = top.section("trust")
    found = MappingProxyType({name: record.text(name) for name in TRUST})
    record.finish()
    return found


def _signs(top: Record) -> tuple[tuple[str, str], ...]:
    """（迹象，哪一步），五类各至少两条。"""
    signs = unique(
        top.children("trust_sign"),
        lambda record: (record.text("text"), record.one_of("step", TRUST, "认得的一步")),
        key=lambda pair: pair[0],
    )
    for step in TRUST:
        if sum(found == step for _, found in signs.values()) < 2:
            raise ContentError(
                f"{quote(step)} 的迹象不到两条。",
                where=f"{top.where}，键「trust_sign」",
                remedy="每一步至少写两条。",
            )
    return tuple(signs.values())


def _example(record: Record) -> tuple[str, str, str]:
    return record.text("label"), record.text("happened"), record.text("lesson")


def _firm(top: Record) -> str:
    record = top.section("firm")
    name = record.text("name")
    record.finish()
    return name


def _audit_section(record: Record) -> AuditSection:
    name = record.one_of("id", SECTIONS, "认得的一节")
    items = every(record, "items", SECTIONS[name], _audit_item)
    return AuditSection(name, record.text("label"), record.text("fact"), items)


def _audit_item(record: Record) -> AuditItem:
    texts = [record.text(key) for key in ("id", "label", "check", "plan")]
    known = {item for items in SECTIONS.values() for item in items}
    record.one_of("id", known, "认得的一条")
    return AuditItem(
        *texts, record.one_of("origin", ORIGINS, "认得的出处"), record.whole("score", 0, MOST_SCORE)
    )
