"""第 06 课程序说的话：cycle_lesson.toml → 名称到模板；可用的 $名字 都在这里(E2–E9)。"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lifecycle_lab.content.records import read_nest, sentences

_TITLES = {
    **dict.fromkeys(("card", "table_1", "table_2", "definitions", "stability"), "shop"),
    "audit": "shop mid low",
    **dict.fromkeys(("states", "monday", "trap"), "shop"),
    "table_3": "shop n next",
    "call_list": "shop state",
    "trial": "shop question",
}
_COLUMNS = {
    **dict.fromkeys(("item", "content", "spells", "closed", "open", "which", "customers_share"), ""),
    **dict.fromkeys(("revenue_share", "customers", "returned", "gap_range", "cycle", "from_day"), ""),
    **dict.fromkeys(("share", "measure", "value", "reading", "rule", "aspect", "customer"), ""),
    **dict.fromkeys(("last_day", "idle", "last_gap", "frequency_class", "money"), ""),
    **dict.fromkeys(("bgnbd", "mbgnbd", "truth"), ""),
    **dict.fromkeys(("naive", "corrected"), "share"),
    "class": "n",
    **dict.fromkeys(("within_naive", "within_corrected"), "cycles"),
}
_ROWS = {
    **dict.fromkeys(("what", "kind", "period", "size", "truth", "first", "later", "every"), ""),
    **dict.fromkeys(("repeat_customers", "repeat_orders", "audit_naive", "audit_corrected"), ""),
    **dict.fromkeys(("regularity", "icc", "quantity", "rule_static", "rule_class", "rule_own"), ""),
    **dict.fromkeys(("repeat_count", "new_count", "goal", "contact", "offer", "timing"), ""),
    **dict.fromkeys(("measure", "newcomers", "clockwork_unlimited"), ""),
    "clockwork_seen": "window",
}
_WORDS = {
    **dict.fromkeys(("synthetic", "real", "yours", "with_truth", "without_truth", "none"), ""),
    "question_state": "",
    "question_action": "horizon",
    "days": "days",
    "days_band": "days low high",
    "at_least": "share",
    **dict.fromkeys(("range", "range_low", "range_beyond"), "low high"),
}
_TABLE_1 = "share naive open open_share"
_SAID = {
    "borrowed": "shop",
    "table_1": f"{_TABLE_1} corrected",
    "table_1_never": f"{_TABLE_1} longest reached",
    "table_2": "customers revenue repeat_orders",
    "high": "naive_one corrected_one naive_three corrected_three days_one days_three",
    "mid_mode": "share",
    "mid_other": "share mode",
    "low": "days naive corrected",
    **dict.fromkeys(("table_1_none", "table_2_none", "table_3_none", "unseen"), ""),
    "definitions": "high mid low",
    "audit": "window seen unlimited naive corrected",
    "audit_alone": "window seen unlimited",
    **dict.fromkeys(("regular", "irregular", "bursty"), "k low high pairs"),
    "icc": "icc within",
    **dict.fromkeys(("quantity_later", "quantity_unclear"), "doubling low high"),
    **dict.fromkeys(("icc_zero", "quantity_none", "stability", "flow_none", "timelines"), ""),
    "states": "static dynamic disagree customers",
    "flow": "before after kept total lost",
    **dict.fromkeys(
        ("timelines_none", "regularity", "transitions", "monday", "call_list_none", "disturbed", "trap"), ""
    ),
}
_SLIDER = {
    **dict.fromkeys(("high", "mid", "low", "lost", "window", "static_note"), ""),
    "classes": "naive_one corrected_one high",
    "states": "static dynamic lost",
    "window_said": "window seen unlimited low",
}
_SECTIONS = {
    "title": _TITLES,
    "column": _COLUMNS,
    "row": _ROWS,
    "word": _WORDS,
    "said": _SAID,
    "slider": _SLIDER,
}
FIELDS: Mapping[str, frozenset[str]] = {
    f"{section}.{name}": frozenset(fields.split())
    for section, names in _SECTIONS.items()
    for name, fields in names.items()
}


def read_cycle_words(path: Path) -> Mapping[str, str]:
    """一份 cycle_lesson.toml → 名称到模板；缺一条、多一条、用了别的名字 → ContentError。"""
    return sentences(read_nest(path), FIELDS)
