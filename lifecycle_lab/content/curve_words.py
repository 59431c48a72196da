"""第 02 课里程序说的话与一份做法清单：curve_lesson.toml、curve_measures.toml（A6、A7、D5）。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.content.curves import CURVE_STAGES
from lifecycle_lab.content.records import Record, read_nest, unique
from lifecycle_lab.content.sentences import each, sentences, template_fields
from lifecycle_lab.schema import ContentError, quote

NO_STAGE = "none"
MEASURE_STAGES = (*CURVE_STAGES, NO_STAGE)
LEAST_MEASURES = 3  # 每个阶段至少几条做法，好让每人抽到的不一样

FIELDS = template_fields(
    {
        "title": {
            **each("stages types assumptions robust"),
            "ledger": "months",
            "game": "horizon customers",
            **each("found score score_gone", "shop"),
        },
        "column": each(
            "stage months tv profit value aim month gross cost month_profit total kind left break_even sum "
            "lever does leaving cut shift half budget spent worth per_yuan next_yuan assumption changed kept "
            "gone open truth people recall"
        ),
        "word": {
            **each("never none patient"),
            **each("months range", "low high"),
            "until": "month",
            "budget": "lever yuan",
            "shift": "months",
            "per_yuan": "value",
            **each("half double", "lever"),
        },
        "said": {
            **each("life customer_open profit_known cohort_open score_no_better score_gone near far left"),
            "stages": "margin premium",
            "ledger": "acquisition margin",
            "types": "early",
            "assumptions": "customers horizon",
            "game": "total nothing best best_budget",
            "next": "lever value",
            "robust": "budget total",
            "customer": "customer shop months bought kind last quiet",
            "customer_truth": "kind",
            "profit_assumed": "margin",
            "cohort": "shop customers stretch error kind",
            "cohort_least": "least",
            "truth": "shop unit told",
            "truth_kind": "kind early late",
            "found": "customers open quiet first second third",
            "score": "people accuracy baseline balanced",
            "score_better": "points",
            "score_errors": "wrong early_share most truth guess",
            "gallery": "shop chosen least months",
            **each("no_truth no_cohort no_gallery nobody", "shop"),
            "no_customer": "customer shop",
            "portrait": "customer note kind",
        },
        "slider": {
            **each("leave exploration formation stability peak rise margin cost acquisition static_note"),
            "life": "kind months break_even total tv profit",
            "lengthened": "stability",
            "budget": "lever",
        },
    }
)


@dataclass(frozen=True)
class Measure:
    """一条做法：stage 是它主要作用的阶段（none：哪一段也不改变），why 说为什么。"""

    id: str
    text: str
    stage: str
    why: str


@dataclass(frozen=True)
class Measures:
    """做法清单：aims、reasons 按阶段给出选单里的词，measures 是各条做法。"""

    aims: Mapping[str, str]
    reasons: Mapping[str, str]
    measures: tuple[Measure, ...]


def read_curve_measures(path: Path) -> Measures:
    """一份 curve_measures.toml；缺项、不认识的阶段、哪一段的做法不够 → ContentError。"""
    top = read_nest(path)
    words = _words(top)
    measures = unique(
        top.children("measure"),
        lambda record: Measure(
            record.text("id"),
            record.text("text"),
            record.one_of("stage", MEASURE_STAGES, "认得的阶段"),
            record.text("why"),
        ),
    )
    top.finish()
    for stage in MEASURE_STAGES:
        if sum(one.stage == stage for one in measures.values()) < LEAST_MEASURES:
            raise ContentError(
                f"{quote(stage)} 的做法不够 {LEAST_MEASURES} 条。",
                where=f"{path.name}，键 {quote('measure')}",
                remedy="每个阶段（与 none）多写几条，每人抽到的才不一样。",
            )
    return Measures(words["aim"], words["reason"], tuple(measures.values()))


def _words(top: Record) -> dict[str, Mapping[str, str]]:
    fields = dict.fromkeys(MEASURE_STAGES, frozenset())
    found = {}
    for section in ("aim", "reason"):
        found[section] = sentences(top.section(section), fields)
        if len(set(found[section].values())) < len(fields):
            raise ContentError(
                "两个阶段用了同样的词。", where=f"{top.where} [{section}]", remedy="选单里的词要各不相同。"
            )
    return found
