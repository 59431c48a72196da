"""第 01 课程序说的话：stage_lesson.toml 里每一条可以用的 $名字(A1–A5、A8、B1–B7、D6、D9、D10)。"""

from __future__ import annotations

from collections.abc import Mapping

_TITLES = {
    **dict.fromkeys(("models", "rule", "street", "industries"), ""),
    "model": "model",
    "crosswalk": "model stage",
    "atlas": "model stage",
    **dict.fromkeys(("placing", "examples", "confusion", "shares", "by_rule"), "shop"),
    "history": "shop",
}
_COLUMN_NAMES = (
    "model divides stages good_for caution stage marks aim focus levers share investment contribution question "
    "others disputed item content criterion condition placed customers purchases known quiet trend customer "
    "cycle truth recall typical own difference period person seen can_say value telecom shop"
)
_COLUMNS = dict.fromkeys(_COLUMN_NAMES.split(), "") | {"at_quiet": "cycles"}
_ROW_NAMES = (
    "divides place marks aim focus levers telecom shop share investment contribution question dispute filled "
    "also quiet fading settled growing young"
)
_ROWS = dict.fromkeys(_ROW_NAMES.split(), "")
_WORDS = {
    **dict.fromkeys(("none", "lost", "unknown_trend", "typical", "own"), ""),
    "place": "start end",
    "borrowed_example": "example stage",
    "chain": "model stage",
    **dict.fromkeys(("axis", "axis_start", "axis_end", "disputed", "truth_axis", "placed_axis"), ""),
}
_CONDITIONS = {
    "quiet": "quiet",
    "fading": "trend_purchases falling slow",
    "settled": "settled_purchases settled_cycles",
    "growing": "growing_purchases growing_cycles",
    "young": "",
}
_SAID = {
    **dict.fromkeys(("models", "street", "no_truth", "examples", "industries"), ""),
    "model": "caution",
    "filled": "stages",
    "uncovered": "models",
    "crosswalk": "stage disputed",
    "figure": "",
    "figure_chosen": "model stage start end",
    "atlas": "",
    "rule": "",
    "placing": "shop_cycle borrowed",
    "borrowed": "shop",
    "confusion": "accuracy majority truth placed wrong lost_recall",
    "confusion_better": "points",
    "confusion_no_better": "",
    "shares": "period own typical difference",
    "shares_why": "",
    **dict.fromkeys(
        ("history_up", "history_down"), "first last period before after cycle_before cycle_after"
    ),
    "by_rule": "period low high low_share high_share",
    **dict.fromkeys(("choose_model", "choose_stage", "still"), ""),
}
_SECTIONS = {
    "title": _TITLES,
    "column": _COLUMNS,
    "row": _ROWS,
    "word": _WORDS,
    "condition": _CONDITIONS,
    "said": _SAID,
}
FIELDS: Mapping[str, frozenset[str]] = {
    f"{section}.{name}": frozenset(fields.split())
    for section, names in _SECTIONS.items()
    for name, fields in names.items()
}
