"""第 07 课里程序说的话，每一条可以用的 $名字；文字在 value_lesson.toml(D1–D8)。"""

from __future__ import annotations

from lifecycle_lab.content.sentences import each, template_fields

FIELDS = template_fields(
    {
        "title": {
            **each(
                "models difference two_customers months restaurant by_result views levers telecom elements"
            ),
            **each("annuity periods proportional", "rate years"),
            "year_lines": "model",
            "retention": "rate",
            "wallet": "yearly",
            **each("two_values past_future equity", "shop unit"),
            "forecast": "days shop unit",
            **each("stages one_more periods_of_life", "shop"),
        },
        "column": {
            **each(
                "formula unrounded year late_factor late_total early_factor early_total model start each_year "
                "annuity lifetime origin money discount present total term in_revenue in_contribution gap "
                "change if_proportional really item kept forever ages wallet_share yearly_revenue "
                "contribution conversion from to wrong_to attribute side performance result weight expected "
                "score gap_score points idle customers textbook model_minus textbook_guess model_guess actual "
                "customer orders idle_days past future part group worth stage orders_made income cost profit "
                "orders_a_year margin aim change_of_value period invests investment gives left view question "
                "lever revenue_change service_change kept_change once gain caution signs element before "
                "during after channel"
            ),
            "rounded": "digits",
            "minus": "first second",
            "within": "years",
        },
        "row": {
            **each(
                "revenue profit contribution term_first_purchase term_acquisition_cost term_revenue "
                "term_service_cost sum yearly_revenue yearly_service_cost acquired month_to_year "
                "year_to_month kept_to_year net all present expected margin acquisition rate"
            ),
            **each("years_times rate_times", "times"),
        },
        "word": {
            **each(
                "formula_revenue formula_profit formula_contribution origin_revenue origin_profit "
                "origin_contribution forever kept_wrong gain cost worse same textbook model revenue "
                "investment contribution perceived_gains customer_value total_value delivered_value gain_each"
            ),
            "points": "points",
            "band": "low high",
            "band_last": "low",
            **each("mean_value per_order", "unit"),
            "year": "year",
            **each("margin_known margin_assumed", "margin"),
            "acquisition_assumed": "share",
            "rate_assumed": "rate years",
        },
        "driver": each(
            "yearly_rate orders_times order_profit_times newcomers_times newcomer_profit_times "
            "acquisition_cost_times"
        ),
        "slider": {
            **each("years still"),
            **each("revenue service acquisition", "who"),
            "said": "revenue_gap contribution_gap first tie",
        },
        "said": {
            **each(
                "annuity_check wallet months by_result waterfall delivered growth rates reversal "
                "forecast_remedy no_stages no_stages_remedy stages stages_figure periods_of_life "
                "periods_figure views levers_figure elements"
            ),
            "annuity": "digits used exact",
            "annuity_zero": "years",
            "periods": "ordinary due times",
            "models": "first revenue acquisition service margin rate years",
            "year_lines": "total",
            "difference": "acquisition service annuity gap",
            "proportional": "limit slope",
            "reversed": "first second tie",
            "not_reversed": "first tie second",
            "retention": "high low drop",
            "restaurant": "gains costs net expected",
            "two_values": "textbook model unit years margin rate",
            "two_figure": "most",
            "forecast": "cut days textbook model",
            **each("forecast_short forecast_nothing", "days"),
            "past_future": "years both",
            "equity": "years rate margin cost unit level low high wide_low wide_high",
            "tornado": "swing most",
            "few": "stages",
            "one_more": "base rate",
            "levers": "revenue service kept years rate now",
            "telecom": "best",
        },
    }
)
