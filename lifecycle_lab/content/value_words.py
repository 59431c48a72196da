"""第 07 课程序说的话，每一条可以用的 $名字；文字在 value_lesson.toml(D1–D8)。"""

from __future__ import annotations

from collections.abc import Mapping

_TITLE = {
    **dict.fromkeys(("models", "difference", "two_customers", "months", "restaurant"), ""),
    **dict.fromkeys(("by_result", "views", "levers", "telecom", "elements"), ""),
    "annuity": "rate years",
    "periods": "rate years",
    "year_lines": "model",
    "proportional": "rate years",
    "retention": "rate",
    "wallet": "yearly",
    "two_values": "shop unit",
    "forecast": "days shop unit",
    "past_future": "shop unit",
    "equity": "shop unit",
    "stages": "shop",
    "one_more": "shop",
    "periods_of_life": "shop",
}
_COLUMN = {
    **dict.fromkeys(("formula", "unrounded", "year", "late_factor", "late_total"), ""),
    **dict.fromkeys(("early_factor", "early_total", "model", "start", "each_year"), ""),
    **dict.fromkeys(("annuity", "lifetime", "origin", "money", "discount"), ""),
    **dict.fromkeys(("present", "total", "term", "in_revenue", "in_contribution"), ""),
    **dict.fromkeys(("gap", "change", "if_proportional", "really", "item"), ""),
    **dict.fromkeys(("kept", "forever", "ages", "wallet_share", "yearly_revenue"), ""),
    **dict.fromkeys(("contribution", "conversion", "from", "to", "wrong_to"), ""),
    **dict.fromkeys(("attribute", "side", "performance", "result", "weight"), ""),
    **dict.fromkeys(("expected", "score", "gap_score", "points", "idle"), ""),
    **dict.fromkeys(("customers", "textbook", "model_minus", "textbook_guess", "model_guess"), ""),
    **dict.fromkeys(("actual", "customer", "orders", "idle_days", "past"), ""),
    **dict.fromkeys(("future", "part", "group", "worth", "stage"), ""),
    **dict.fromkeys(("orders_made", "income", "cost", "profit", "orders_a_year"), ""),
    **dict.fromkeys(("margin", "aim", "change_of_value", "period", "invests"), ""),
    **dict.fromkeys(("investment", "gives", "left", "view", "question"), ""),
    **dict.fromkeys(("lever", "revenue_change", "service_change", "kept_change", "once"), ""),
    **dict.fromkeys(("gain", "caution", "signs", "element", "before"), ""),
    **dict.fromkeys(("during", "after", "channel"), ""),
    "rounded": "digits",
    "minus": "first second",
    "within": "years",
}
_ROW = {
    **dict.fromkeys(
        ("revenue", "profit", "contribution", "term_first_purchase", "term_acquisition_cost"), ""
    ),
    **dict.fromkeys(
        ("term_revenue", "term_service_cost", "sum", "yearly_revenue", "yearly_service_cost"), ""
    ),
    **dict.fromkeys(("acquired", "month_to_year", "year_to_month", "kept_to_year", "net"), ""),
    **dict.fromkeys(("all", "present", "expected", "margin", "acquisition"), ""),
    **dict.fromkeys(("rate",), ""),
    "years_times": "times",
    "rate_times": "times",
}
_WORD = {
    **dict.fromkeys(
        ("formula_revenue", "formula_profit", "formula_contribution", "origin_revenue", "origin_profit"), ""
    ),
    **dict.fromkeys(("origin_contribution", "forever", "kept_wrong", "gain", "cost"), ""),
    **dict.fromkeys(("worse", "same", "textbook", "model", "revenue"), ""),
    **dict.fromkeys(("investment", "contribution", "perceived_gains", "customer_value", "total_value"), ""),
    **dict.fromkeys(("delivered_value", "gain_each"), ""),
    "points": "points",
    "band": "low high",
    "band_last": "low",
    "mean_value": "unit",
    "per_order": "unit",
    "year": "year",
    "margin_known": "margin",
    "margin_assumed": "margin",
    "acquisition_assumed": "share",
    "rate_assumed": "rate years",
}
_DRIVER = {
    **dict.fromkeys(
        ("yearly_rate", "orders_times", "order_profit_times", "newcomers_times", "newcomer_profit_times"), ""
    ),
    **dict.fromkeys(("acquisition_cost_times",), ""),
}
_SLIDER = {
    **dict.fromkeys(("years", "still"), ""),
    "revenue": "who",
    "service": "who",
    "acquisition": "who",
    "said": "revenue_gap contribution_gap first tie",
}
_SAID = {
    **dict.fromkeys(("annuity_check", "wallet", "months", "by_result", "waterfall"), ""),
    **dict.fromkeys(("delivered", "growth", "rates", "reversal", "forecast_remedy"), ""),
    **dict.fromkeys(("no_stages", "no_stages_remedy", "stages", "stages_figure", "periods_of_life"), ""),
    **dict.fromkeys(("periods_figure", "views", "levers_figure", "elements"), ""),
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
    "forecast_short": "days",
    "forecast_nothing": "days",
    "past_future": "years both",
    "equity": "years rate margin cost unit level low high wide_low wide_high",
    "tornado": "swing most",
    "few": "stages",
    "one_more": "base rate",
    "levers": "revenue service kept years rate now",
    "telecom": "best",
}
_SECTIONS = {
    "title": _TITLE,
    "column": _COLUMN,
    "row": _ROW,
    "word": _WORD,
    "driver": _DRIVER,
    "slider": _SLIDER,
    "said": _SAID,
}
FIELDS: Mapping[str, frozenset[str]] = {
    f"{section}.{name}": frozenset(fields.split())
    for section, names in _SECTIONS.items()
    for name, fields in names.items()
}
