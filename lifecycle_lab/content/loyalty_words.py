"""第 08 课程序说的话：loyalty_lesson.toml → 名称到模板；可用的 $名字 都在这里(C1–C11)。"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lifecycle_lab.content.records import read_nest, sentences

_TITLE = {
    **dict.fromkeys(["card", "stages", "channels", "questionnaire", "measure", "items"], ""),
    **dict.fromkeys(["nps", "quadrants", "other_cuts", "kind_signs", "kinds", "kind_evidence"], ""),
    **dict.fromkeys(["kind_truth", "trust", "examples", "best", "goals", "programme"], ""),
    **dict.fromkeys(["choices"], ""),
    "audit": "firm",
    "checklist": "section",
    "plan": "section",
    "pareto": "shop",
    "programme_who": "shop",
    "rulers": "shop share",
    "endings": "title",
}
_COLUMN = {
    **dict.fromkeys(["what_data", "content", "stage", "what", "origin", "scenario"], ""),
    **dict.fromkeys(["channel", "contact_cost", "rates", "per_customer", "per_yuan", "factor"], ""),
    **dict.fromkeys(["weight", "item", "alpha", "rest", "mean", "interval"], ""),
    **dict.fromkeys(["cross", "without", "group", "promoters", "passives", "detractors"], ""),
    **dict.fromkeys(["nps", "error", "quadrant", "meaning", "customers", "money_share"], ""),
    **dict.fromkeys(["need", "cut", "attitude_cut", "orders_cut", "kind", "promoted"], ""),
    **dict.fromkeys(["moved", "root", "said", "done", "customer", "evidence"], ""),
    **dict.fromkeys(["verdict", "true_kind", "hit", "section", "points", "share"], ""),
    **dict.fromkeys(["lowest", "number", "check", "score", "order", "plan"], ""),
    **dict.fromkeys(["step", "sign", "example", "happened", "lesson", "best"], ""),
    **dict.fromkeys(["overlap", "chance", "firm_money", "customer_money", "goal", "how", "ruler"], ""),
    **dict.fromkeys(["revenue", "place", "profit", "profit_place", "value", "which"], ""),
    **dict.fromkeys(["reward_share", "reward", "choice", "action", "path", "ending"], ""),
}
_ROW = {
    **dict.fromkeys(["people", "scale", "shops", "assumed", "index", "everyone"], ""),
    **dict.fromkeys(["members", "others", "gap", "cut_mean", "cut_median", "cut_strict"], ""),
    **dict.fromkeys(["sales", "rates", "unit_cost", "paid_anyway", "fixed", "lift"], ""),
    **dict.fromkeys(["wasted", "gain", "first_tenth", "second_tenth", "middle", "rest"], ""),
    **dict.fromkeys(["new", "ruler_money", "ruler_days", "ruler_basket", "ruler_recent"], ""),
    "ruler_tenure": "",
}
_WORD = {
    **dict.fromkeys(["dash", "never", "mixed", "unclear", "people", "scale"], ""),
    **dict.fromkeys(["shops", "assumed"], ""),
    "between": "low high",
}
_SAID = {
    **dict.fromkeys(["stages", "channels", "questionnaire", "items", "other_cuts", "kind_signs"], ""),
    **dict.fromkeys(["kinds", "need_mixed", "need_unclear", "kind_evidence", "plan", "trust"], ""),
    **dict.fromkeys(["examples", "best", "programme", "synthetic", "firm", "choose"], ""),
    **dict.fromkeys(["case_over"], ""),
    "card": "people",
    "measure": "people truth",
    "nps_differs": "interval",
    "nps_unclear": "interval",
    "quadrants": "attitude orders",
    "kind_truth": "share",
    "rulers": "size every chance",
    "audit": "section share most",
    "checklist": "firm",
    "pareto": "gini dropped",
    "pareto_figure": "shop",
    "goals_differ": "revenue profit",
    "goals_same": "revenue",
    "programme_who": "cost money",
    "case": "title count",
    "chosen": "step name text why",
    "endings": "count",
}
_SLIDER = {
    **dict.fromkeys(["answers", "promoters", "detractors", "margin", "reward", "redeemed"], ""),
    **dict.fromkeys(["static_note"], ""),
    "nps": "answers error",
    "programme": "cost anyway lift",
}
_SECTIONS = {
    "title": _TITLE,
    "column": _COLUMN,
    "row": _ROW,
    "word": _WORD,
    "said": _SAID,
    "slider": _SLIDER,
}
FIELDS: Mapping[str, frozenset[str]] = {
    f"{section}.{name}": frozenset(fields.split())
    for section, names in _SECTIONS.items()
    for name, fields in names.items()
}


def read_loyalty_words(path: Path) -> Mapping[str, str]:
    """一份 loyalty_lesson.toml → 名称到模板；缺一条、多一条、用了别的名字 → ContentError。"""
    return sentences(read_nest(path), FIELDS)
