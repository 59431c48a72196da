"""第 01 课里程序说的话：stage_lesson.toml 里每一条可以用的 $名字(A1–A5、A8、B1–B7、D6、D9、D10)。"""

from __future__ import annotations

from lifecycle_lab.content.sentences import each, template_fields

FIELDS = template_fields(
    {
        "title": {
            **each("models rule street industries"),
            "model": "model",
            **each("crosswalk atlas", "model stage"),
            **each("placing examples confusion shares by_rule", "shop"),
        },
        "column": {
            **each(
                "model divides stages good_for caution stage marks aim focus levers share investment "
                "contribution question others disputed item content criterion condition placed customers "
                "purchases known quiet trend customer cycle truth recall typical own difference period person "
                "seen can_say value telecom shop"
            ),
            "at_quiet": "cycles",
        },
        "row": each(
            "divides place marks aim focus levers telecom shop share investment contribution question dispute "
            "filled also quiet fading settled growing young"
        ),
        "word": {
            **each(
                "none lost unknown_trend typical own axis axis_start axis_end disputed truth_axis placed_axis"
            ),
            "place": "start end",
            "borrowed_example": "example stage",
            "chain": "model stage",
        },
        "condition": {
            **each("young"),
            "quiet": "quiet",
            "fading": "trend_purchases falling slow",
            "settled": "settled_purchases settled_cycles",
            "growing": "growing_purchases growing_cycles",
        },
        "said": {
            **each(
                "models street no_truth examples industries figure atlas rule confusion_no_better shares_why "
                "choose_model choose_stage still"
            ),
            "model": "caution",
            "filled": "stages",
            "uncovered": "models",
            "crosswalk": "stage disputed",
            "figure_chosen": "model stage start end",
            "placing": "shop_cycle borrowed",
            "borrowed": "shop",
            "confusion": "accuracy majority truth placed wrong lost_recall",
            "confusion_better": "points",
            "shares": "period own typical difference",
            **each("history_up history_down", "first last period before after cycle_before cycle_after"),
            "by_rule": "period low high low_share high_share",
        },
    }
)
