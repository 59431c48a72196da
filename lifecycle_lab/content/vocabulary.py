"""内容文件里可以用的词：封闭的几张表，内容与代码之间唯一的桥。

内容里写 answer = "means"，程序就在自己的表里查；从不拿文件里的字去找函数。
不在这里的词，读内容时就被指出来。
"""

from __future__ import annotations

import itertools
from types import MappingProxyType

from lifecycle_lab.content.sentences import each, template_fields

STATES = tuple(itertools.product((True, False), repeat=3))
"""八种状态，（最近？, 勤？, 多？），次序 ↑↑↑ ↑↑↓ … ↓↓↓。"""

MACHINE_ANSWERS = ("marks_of_toy", "means", "marks", "levels", "strategies")
"""由程序核对的五种答案，前一张表是后一张的依据，所以各恰好一题。"""

TEXT, PROBLEM = "text", "problem"
"""文字题由老师评；算题（problem）每人一套数，写在 problems/。"""
ANSWERS = (*MACHINE_ANSWERS, TEXT)

SOURCES = ("survey", "online_retail")
"""随书发行的两个数据来源；订单来源要有默认观察日。"""

ITEM_KINDS = ("single", "whole", "money", "likert", "nps")
NEEDED_ITEM_COLUMNS = ("recency_level", "frequency", "monetary")

HINTS = 3

TABLE_COLUMNS = MappingProxyType(
    {
        "warm_up": ("customer_id", "monetary", "mark"),
        "table_4_1": ("number", "text", "options"),
        "table_4_2": ("customer_id", "recency", "frequency", "monetary"),
        "table_4_3": ("customer_id", "recency", "frequency", "monetary"),
        "table_4_4": ("customer_id", "pattern", "segment"),
        "table_4_5": ("segment", "customer_count", "money_share", "strategy"),
    }
)
"""程序认得的表与列的编号（course.md A12）；列名与先后由内容定。"""

PROBLEM_COLUMNS = MappingProxyType(
    {
        "stage_ends": ("row", "sales", "exploration", "formation", "stability"),
        "exit_types": ("row", "ends", "leave", "stage", "type"),
        "break_even_table": ("row", "tv", "margin", "cost", "profit", "total", "month"),
        "stage_levers": ("row", "measure", "aim", "reason"),
        "median_flip": ("row", "money", "centre", "by_mean", "by_median", "flips"),
        "quantile_scores": ("row", "value", "cut", "score"),
        "contacts_saved": ("row", "question", "number"),
        "repurchase_curve": ("row", "days", "ended", "at_risk", "share"),
        "gap_quantiles": ("row", "naive", "corrected"),
        "gap_class": ("row", "bought", "gap", "class", "cycle"),
        "state_at_date": ("row", "class", "last", "as_of", "idle", "static", "dynamic"),
        "reading_verdict": ("row", "question", "word", "number"),
        "annuity_lines": ("row", "step", "value"),
        "three_models": ("row", "told", "start", "each", "total"),
        "two_customers": ("row", "told", "revenue", "contribution", "word"),
        "retention_value": ("row", "told", "alive", "discount", "weight", "money"),
        "delivered_value": ("row", "told", "points", "word"),
        "equity_sum": ("row", "told", "each", "many", "worth"),
        "lever_decision": ("row", "told", "each", "worth", "word"),
        "stage_street": ("row", "seen", "needs", "asks", "need", "ask"),
        "stage_deck": ("row", "story", "marks", "levers", "stage", "mark", "lever"),
        "stage_rule": ("row", "purchases", "first", "last", "cycle", "trend", "known", "quiet", "stage"),
        "move_rates": ("row", "moved", "total", "rate"),
        "two_steps": ("row", "question", "share"),
        "waiting_times": ("row", "question", "periods", "share"),
        "retention_cells": ("row", "bought", "size", "after_1", "after_2", "after_3", "share"),
        "channel_costs": ("row", "leads", "buyers", "cost", "margins", "each", "payback", "ratio", "word"),
        "evidence_factor": ("row", "text", "state", "factor"),
        "alpha_table": ("row", "a", "b", "c", "d", "total", "alpha"),
        "nps_error": ("row", "promoters", "passives", "detractors", "nps", "error", "told"),
        "loyalty_quadrant": ("row", "score", "orders", "attitude", "behaviour", "quadrant"),
        "points_programme": (
            "row",
            "sales",
            "margin",
            "reward",
            "redeemed",
            "fixed",
            "cost",
            "anyway",
            "lift",
        ),
        "spend_concentration": ("row", "money", "weight", "share", "gini", "top"),
        "trust_steps": ("row", "sign", "step"),
    }
)
"""程序会出的算题与各题的列；第一列是行名。列名与先后由内容定。"""

QUIZ_KINDS = ("single", "multiple", "numeric", "ordering", "matching")
ACCEPTS = ("exact", "rounded")
"""填数题认哪种写法：只认精确值，或也认四舍五入到至少一位小数（元是两位）。"""
QUIZ_OUTCOMES = ("right", "partly", "wrong", "blank", "unread")

FORMAT_KINDS = (
    "arrow",
    "number",
    "whole",
    "money",
    "factor",
    "days",
    "level",
    "choice",
    "pattern",
    "percent",
)
OUTCOMES = ("right", "credit", "wrong", "blank", "format", "pending")
MEANINGS = ("recency_days", "recency_level", "frequency", "monetary")
SIDES = ("better", "worse", "equal")

_ARROW = "letter value unit before_centre before_number before_arrow after_centre after_number after_arrow"
_READING = {
    "title": "convention compared direction",
    **each("note nobody default idle_centre idle_direction"),
    **each("arrow arrow_literal arrow_meaning", _ARROW),
    **each(
        "changed changed_renamed kept", "customer arrows before after before_pattern after_pattern convention"
    ),
    "renamed": "pattern customers before_convention before after_convention after",
    "some": "count moved",
    "idle_convention": "convention",
    "label": each("convention centre direction"),
    "centre": each("mean median"),
    "direction": each("meaning literal"),
}

REASON_FIELDS = template_fields(
    {
        "mark": "letter label value unit sign mean meaning arrow",
        "mean": "letter label unit count digits",
        "pattern": "recency frequency monetary pattern",
        "segment": "pattern recent frequent rich convention segment",
        "segment_look": "pattern recent frequent rich convention",
        "count": "segment count",
        "count_look": "segment",
        "share": "segment amount total unit share",
        "share_look": "segment total unit",
        "credit": "table",
        "hint": "number total text",
        "solution_locked": "filled total needed",
        **each("pattern_look blank pending hints_closed solution_closed"),
        "reading": _READING,
        "direction": each("high low literal names", "letter label unit"),
        "course": {"rule": "compared direction", "unusual": "rule", "another_rule": "theirs ours"},
        "meaning": {name: dict.fromkeys(SIDES, "") for name in MEANINGS},
        "format": dict.fromkeys(FORMAT_KINDS, "given"),
        "outcome": dict.fromkeys(OUTCOMES, ""),
    }
)
"""核对用语的名称 → 它可以用的 $名字。缺一条、多一条、用了别的名字，都算内容有错。"""


QUIZ_FIELDS = template_fields(
    {
        **each("title note keyboard others"),
        "summary": "total right wrong blank",
        "how": dict.fromkeys(QUIZ_KINDS, ""),
        "accept": {"exact": "", "rounded": "digits"},
        "outcome": dict.fromkeys(QUIZ_OUTCOMES, ""),
        "said": {
            **each("missing extra mixed changed"),
            **each("places pairs", "right total"),
            "unpaired": "left",
        },
    }
)
"""概念题用语的名称 → 它可以用的 $名字；规矩同 REASON_FIELDS。"""

CONTESTANTS = ("static", "class", "own", "bgnbd_gone", "bgnbd_silent", "mbgcnbd_gone", "mbgcnbd_silent")
"""回测的参赛者：三条规则，两个模型各按两个问题出一份分数（gone 流失的概率，silent 往后不来的概率）。"""
BACKTEST_COLUMNS = ("name", "auc", "wins", "disturbed", "native", "calibration")
_SCORES = ("", "_auc", "_disturbed", "_better", "_worse")


def _verdict(who: str, cases: str) -> dict[str, str]:
    """一句判语说两位参赛者：who 与 baseline，各有名字与几项分数。"""
    scores = " ".join(f"{one}{part}" for one in (who, "baseline") for part in _SCORES)
    return each(cases, f"splits recall {scores}")


BACKTEST_FIELDS = template_fields(
    {
        "label": dict.fromkeys(CONTESTANTS, ""),
        "column": dict.fromkeys(BACKTEST_COLUMNS, "recall"),
        "opening": each("state action", "splits customers horizon recall"),
        "best": _verdict("best", "clear unclear baseline"),
        "rule": _verdict("rule", "better worse mixed"),
    }
)
"""回测判语的名称 → 它可以用的 $名字；规矩同 REASON_FIELDS。"""
