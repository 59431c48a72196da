"""第 06 课里程序说的话：cycle_lesson.toml → 名称到模板；可用的 $名字 都在这里(E2–E9)。"""

from __future__ import annotations

from lifecycle_lab.content.sentences import each, template_fields

FIELDS = template_fields(
    {
        "title": {
            **each("card table_1 table_2 definitions stability states monday trap", "shop"),
            "audit": "shop mid low",
            "table_3": "shop n next",
            "call_list": "shop state",
            "trial": "shop question",
        },
        "column": {
            **each(
                "item content spells closed open which customers_share revenue_share customers returned "
                "gap_range cycle from_day share measure value reading rule aspect customer last_day idle "
                "last_gap frequency_class money bgnbd mbgnbd truth"
            ),
            **each("naive corrected", "share"),
            "class": "n",
            **each("within_naive within_corrected", "cycles"),
        },
        "row": {
            **each(
                "what kind period size truth first later every repeat_customers repeat_orders audit_naive "
                "audit_corrected regularity icc quantity rule_static rule_class rule_own repeat_count "
                "new_count goal contact offer timing measure newcomers clockwork_unlimited"
            ),
            "clockwork_seen": "window",
        },
        "word": {
            **each("synthetic real yours with_truth without_truth none question_state"),
            "question_action": "horizon",
            "days": "days",
            "days_band": "days low high",
            "at_least": "share",
            **each("range range_low range_beyond", "low high"),
        },
        "said": {
            **each(
                "table_1_none table_2_none table_3_none unseen icc_zero quantity_none stability flow_none "
                "timelines timelines_none regularity transitions monday call_list_none disturbed trap"
            ),
            "borrowed": "shop",
            "table_1": "share naive open open_share corrected",
            "table_1_never": "share naive open open_share longest reached",
            "table_2": "customers revenue repeat_orders",
            "high": "naive_one corrected_one naive_three corrected_three days_one days_three",
            "mid_mode": "share",
            "mid_other": "share mode",
            "low": "days naive corrected",
            "definitions": "high mid low",
            "audit": "window seen unlimited naive corrected",
            "audit_alone": "window seen unlimited",
            **each("regular irregular bursty", "k low high pairs"),
            "icc": "icc within",
            **each("quantity_later quantity_unclear", "doubling low high"),
            "states": "static dynamic disagree customers",
            "flow": "before after kept total lost",
        },
        "slider": {
            **each("high mid low lost window static_note"),
            "classes": "naive_one corrected_one high",
            "states": "static dynamic lost",
            "window_said": "window seen unlimited low",
        },
    }
)
