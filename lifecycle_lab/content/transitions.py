"""第 03 课的内容：transitions.toml → 判状态的界限、状态与因素的名称、渠道的账、证据、程序说的话(A8、A9、B6、D8)。

金额读成整数分；界限合不合理由 stages 房间自己看，这里只看写法与编号对不对得上。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lifecycle_lab import content
from lifecycle_lab.content.records import Record, every, read_nest, unique
from lifecycle_lab.content.sentences import each, sections_said, template_fields
from lifecycle_lab.schema import ContentError, quote

MOVE_STATES = ("potential", "new", "old", "new_business", "lost")
FACTOR_COUNTS = {"potential": 3, "new": 5, "old": 3, "new_business": 4}
"""每种状态几个因素(A9)。"""
MEASURES = {
    "survey": ("mean", "low", "share"),
    "orders": ("again", "adopted", "late", "adopted_again"),
    "none": (),
}
"""拿什么量：问卷的一列怎样概括；订单里程序会算的几样；还没有记录。"""
SURVEY_COLUMNS = (
    *("occupation", "online_shopping_years", "promotion_sensitivity", "product_satisfaction"),
    *("service_satisfaction", "logistics_satisfaction", "returns", "nps", "repurchase_intention"),
)
MONTHS, MOST_YUAN = 12, 10**9
LEAST_EVIDENCE = 2

_RULE = ("period_days", "old_purchases", "old_days", "cold_days", "lost_days", "least_watched")
FIELDS = template_fields(
    {
        "title": {
            **each("states factors channels window touch small parts care signs"),
            **each("card rates answers cohorts", "shop"),
            "counts": "shop days",
            "verdict": "months",
            "duration": "state shop",
        },
        "column": {
            **each(
                "state marks decided aim item content origin total question answer range people cohort factor "
                "measure found weak channel visits leads buyers cost rate each payback each_yuan ratio_yuan "
                "ratio last first even each_last each_even part ask example move does before after sign spent "
                "watched left onward gone"
            ),
            **each("month months", "low high"),
            **each("value ratio_at", "months"),
        },
        "row": each(
            "what period size potential new_business lost reach_old_potential reach_old_new "
            "reach_business_old time_old_potential time_old_new life_new life_old half_potential half_new "
            "half_old"
        ),
        "word": {
            **each("none unseen never_half unknown not_paid no_record no_business no_leads no_truth absent"),
            **each("people has_business", "many"),
            "periods": "periods",
            "months": "months",
            "yuan": "amount",
            "ratio": "ratio",
            "band": "low high",
            "mean": "mean",
            **each("low share", "share"),
            "most": "name share",
            "leads": "asked bought",
            "truth": "called share gone caught",
        },
        "said": {
            **each("states rates duration_none cohorts heat channels parts care signs"),
            **each("borrowed factors", "shop"),
            "counts": "returned",
            "answers": "days seen lost_days",
            **each("flow flow_short", "before after potential bought old lost people still_lost"),
            **each("what_if what_if_start", "start periods before after"),
            **each("duration_fails duration_holds", "state low low_spent high high_spent p"),
            "duration_onward": "p",
            "curve": "later right wrong",
            **each("clear unclear", "best months ratio rivals"),
            "window": "short long short_best long_best",
            "touch": "total gainer last even loser loser_last loser_even",
            "small": "share few low high",
        },
        "slider": each("potential new old static_note"),
        "axis": {
            **each("share spent left later bought cost ratio cohort average unseen"),
            "periods_of": "days",
        },
    }
)


@dataclass(frozen=True)
class StateText:
    """一种状态的名称、标志、这里怎样判、要做什么(A8)；decided 里的 $名字 是 [rule] 的数。"""

    id: str
    label: str
    marks: str
    decided: str
    aim: str


@dataclass(frozen=True)
class Measure:
    """拿什么量：source 与 MEASURES 的键一样；column 是问卷的列或订单的一样，summary 是问卷怎样概括。"""

    text: str
    source: str
    column: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Factor:
    """推动 state 的客户走向下一状态的一个因素(A9)。"""

    id: str
    state: str
    label: str
    measure: Measure
    weak: str


@dataclass(frozen=True)
class ChannelText:
    """一个渠道的账；金额是整数分。"""

    id: str
    label: str
    visits: int
    leads: int
    buyers: int
    cost: int
    margins: tuple[int, ...]


@dataclass(frozen=True)
class Evidence:
    """一条证据说明哪个因素；confused 是最容易错认的那个。"""

    text: str
    factor: str
    confused: str


@dataclass(frozen=True)
class Transitions:
    """整份 transitions.toml；映射只读，次序同文件（状态的次序听程序的）。

    parts: （做什么，要问的，举例，拿什么量）。care: （移动，做法，动手以前，以后）。signs: 名称 → 拿什么量。
    """

    rule: Mapping[str, int]
    leads_seed: str
    longest_wait: int
    bought_percent: int
    seed: int
    draws: int
    level_percent: int
    states: Mapping[str, StateText]
    factors: Mapping[str, Factor]
    channels: Mapping[str, ChannelText]
    journeys: Mapping[tuple[str, ...], int]
    parts: tuple[tuple[str, ...], ...]
    care: tuple[tuple[str, ...], ...]
    signs: Mapping[str, Measure]
    evidence: tuple[Evidence, ...]
    words: Mapping[str, str]


def transitions() -> Transitions:
    """随本书发行的那一份。"""
    return content.course().transitions


def read_transitions(path: Path) -> Transitions:
    """一份 transitions.toml → 内容；缺项、多项、对不上的编号 → ContentError。"""
    top = read_nest(path)
    rule, leads, again = (top.section(name) for name in ("rule", "leads", "bootstrap"))
    factors = unique(top.children("factor"), _factor)
    channels = unique(top.children("channel"), _channel)
    found = Transitions(
        rule=MappingProxyType({name: rule.whole(name, 1, 3650) for name in _RULE}),
        leads_seed=leads.text("seed"),
        longest_wait=leads.whole("longest_wait_days", 0, 3650),
        bought_percent=leads.whole("bought_percent", 1, 100),
        seed=again.whole("seed", 0),
        draws=again.whole("draws", 20, 10_000),
        level_percent=again.whole("level_percent", 50, 99),
        states=every(top, "state", MOVE_STATES, _state),
        factors=factors,
        channels=channels,
        journeys=_journeys(top, channels),
        parts=_rows(top, "part", ("label", "question", "example", "measure")),
        care=_rows(top, "care", ("move", "does", "before", "after")),
        signs=unique(top.children("sign"), _sign, key=lambda pair: pair[0], value=lambda pair: pair[1]),
        evidence=_evidence(top, factors),
        words=sections_said(top, FIELDS),
    )
    for section in (rule, leads, again):
        section.finish()
    top.finish()
    _check_counts(top, factors)
    return found


def _state(record: Record) -> StateText:
    name = record.one_of("id", MOVE_STATES, "认得的状态")
    return StateText(name, *(record.text(key) for key in ("label", "marks", "decided", "aim")))


def _factor(record: Record) -> Factor:
    state = record.one_of("state", FACTOR_COUNTS, "有因素的状态")
    return Factor(record.text("id"), state, record.text("label"), _measure(record), record.text("weak"))


def _measure(record: Record) -> Measure:
    """问卷要写哪一列、怎样概括；订单只写哪一样；没有记录的都不写。"""
    source, text = record.one_of("source", MEASURES, "拿得到的记录"), record.text("measure")
    if source == "none":
        return Measure(text, source)
    columns = SURVEY_COLUMNS if source == "survey" else MEASURES["orders"]
    column = record.one_of("column", columns, f"{source} 里的一样")
    if source == "orders":
        return Measure(text, source, column)
    return Measure(text, source, column, record.one_of("summary", MEASURES["survey"], "认得的概括"))


def _sign(record: Record) -> tuple[str, Measure]:
    record.text("id")
    return record.text("label"), _measure(record)


def _channel(record: Record) -> ChannelText:
    margins = record.wholes("margins_yuan", -MOST_YUAN, MOST_YUAN, count=MONTHS, rising=False)
    visits = record.whole("visits", 1)
    leads = record.whole("leads", 0, visits)
    return ChannelText(
        record.text("id"),
        record.text("label"),
        visits,
        leads,
        record.whole("buyers", 0, leads),
        100 * record.whole("cost_yuan", 0),
        tuple(100 * value for value in margins),
    )


def _journeys(top: Record, channels: Mapping[str, ChannelText]) -> Mapping[tuple[str, ...], int]:
    """最后一个渠道合计起来，恰好是那个渠道的首单人数；不然两张表自相矛盾。"""
    found = unique(
        top.children("journey"), lambda r: _journey(r, channels), key=lambda p: p[0], value=lambda p: p[1]
    )
    last: Counter[str] = Counter()
    for path, many in found.items():
        last[path[-1]] += many
    for name, channel in channels.items():
        if last[name] != channel.buyers:
            raise ContentError(
                f"{quote(name)} 的首单有 {channel.buyers} 位，各条路的最后一步合计 {last[name]} 位。",
                where=f"{top.where}，键「journey」",
                remedy="改到两边一样。",
            )
    return found


def _journey(record: Record, channels: Mapping[str, ChannelText]) -> tuple[tuple[str, ...], int]:
    path = record.texts("path")
    if not path or set(path) - set(channels):
        raise ContentError(
            "路上有不认识的渠道，或者是空的。", where=record.at("path"), remedy="写渠道的 id。"
        )
    return path, record.whole("buyers", 1)


def _rows(top: Record, key: str, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    found = unique(
        top.children(key),
        lambda record: (record.text("id"), tuple(record.text(name) for name in names)),
        key=lambda pair: pair[0],
        value=lambda pair: pair[1],
    )
    return tuple(found.values())


def _evidence(top: Record, factors: Mapping[str, Factor]) -> tuple[Evidence, ...]:
    found = unique(top.children("evidence"), lambda r: _one_evidence(r, factors), key=lambda e: e.text)
    many = Counter(one.factor for one in found.values())
    for name in factors:
        if many[name] < LEAST_EVIDENCE:
            raise ContentError(
                f"因素 {quote(name)} 的证据只有 {many[name]} 条。",
                where=f"{top.where}，键「evidence」",
                remedy=f"每个因素至少 {LEAST_EVIDENCE} 条，练习才抽得开。",
            )
    return tuple(found.values())


def _one_evidence(record: Record, factors: Mapping[str, Factor]) -> Evidence:
    factor, confused = (record.one_of(key, factors, "认得的因素") for key in ("factor", "confused"))
    if factor == confused:
        raise ContentError("易混的就是对的那一个。", where=record.at("confused"), remedy="换一个因素。")
    return Evidence(record.text("text"), factor, confused)


def _check_counts(top: Record, factors: Mapping[str, Factor]) -> None:
    many = Counter(one.state for one in factors.values())
    for state, wanted in FACTOR_COUNTS.items():
        if many[state] != wanted:
            raise ContentError(
                f"{quote(state)} 有 {many[state]} 个因素。",
                where=f"{top.where}，键「factor」",
                remedy=f"课文说的是 {wanted} 个(A9)。",
            )
