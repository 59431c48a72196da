"""第 08 课里程序说的话：loyalty_lesson.toml → 名称到模板；可用的 $名字 都在这里(C1–C11)。"""

from __future__ import annotations

from lifecycle_lab.content.sentences import each, template_fields

FIELDS = template_fields(
    {
        "title": {
            **each(
                "card stages channels questionnaire measure items nps quadrants other_cuts kind_signs kinds "
                "kind_evidence kind_truth trust examples best goals programme choices"
            ),
            "audit": "firm",
            **each("checklist plan", "section"),
            **each("pareto programme_who", "shop"),
            "rulers": "shop share",
            "endings": "title",
        },
        "column": each(
            "what_data content stage what origin scenario channel contact_cost rates per_customer per_yuan "
            "factor weight item alpha rest mean interval cross without group promoters passives detractors "
            "nps error quadrant meaning customers money_share need cut attitude_cut orders_cut kind promoted "
            "moved root said done customer evidence verdict true_kind hit section points share lowest number "
            "check score order plan step sign example happened lesson best overlap chance firm_money "
            "customer_money goal how ruler revenue place profit profit_place value which reward_share reward "
            "choice action path ending"
        ),
        "row": each(
            "people scale shops assumed index everyone members others gap cut_mean cut_median cut_strict "
            "sales rates unit_cost paid_anyway fixed lift wasted gain first_tenth second_tenth middle rest "
            "new ruler_money ruler_days ruler_basket ruler_recent ruler_tenure"
        ),
        "word": {
            **each("dash never mixed unclear people scale shops assumed"),
            "between": "low high",
        },
        "said": {
            **each(
                "stages channels questionnaire items other_cuts kind_signs kinds need_mixed need_unclear "
                "kind_evidence plan trust examples best programme synthetic firm choose case_over"
            ),
            "card": "people",
            "measure": "people truth",
            **each("nps_differs nps_unclear", "interval"),
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
        },
        "slider": {
            **each("answers promoters detractors margin reward redeemed static_note"),
            "nps": "answers error",
            "programme": "cost anyway lift",
        },
    }
)
