"""客户值多少：终身价值三模型、两位客户的次序、让渡价值、客户资产、各阶段的价值(course.md D1–D8)。

    r, n = YearlyRate.percent(9), Years(5)
    customer = LoyalCustomer(100_000, r, n, acquisition_cost=50_000, yearly_service_cost=20_000)
    lifetime_value(customer, "contribution")

全部是纯函数：金额是整数最小单位，比率是带单位的分数，结果是精确分数；只有开方用浮点数。
概率模型的期望单数与金额作为参数进来，本层不引入 numpy。
"""

from __future__ import annotations

from lifecycle_lab.value.annuity import (
    PeriodLine,
    Step,
    annuity,
    discount_factor,
    one_more,
    period_lines,
    ratio,
    retained_annuity,
    retained_slope,
    slope,
    written_out,
)
from lifecycle_lab.value.delivered import (
    Attribute,
    Balance,
    Bar,
    Line,
    by_result,
    delivered,
    perceived,
    waterfall,
)
from lifecycle_lab.value.equity import (
    DRIVERS,
    Equity,
    EquityLine,
    EquityPlan,
    ExpectedCustomers,
    PresentCustomers,
    Swing,
    customer_equity,
    discounted_orders,
    interval_from_draws,
    interval_from_swings,
    tornado,
)
from lifecycle_lab.value.levers import Lever, best_lever, lever_gain, with_lever
from lifecycle_lab.value.loyal import (
    MODELS,
    LoyalCustomer,
    Model,
    Term,
    YearLine,
    at_start,
    difference,
    each_year,
    from_wallet,
    lifetime_value,
    slope_by_rate,
    year_lines,
)
from lifecycle_lab.value.past_future import FutureValue, PastValue, future_value, past_value
from lifecycle_lab.value.ranking import Ranking, ranking, service_cost_at_tie
from lifecycle_lab.value.rates import (
    MonthlyRate,
    MonthlyRetention,
    Months,
    YearlyRate,
    YearlyRetention,
    Years,
)
from lifecycle_lab.value.stages import (
    STAGES,
    Phase,
    PhaseLine,
    break_even,
    life_value,
    one_more_year,
    phase_lines,
)

__all__ = [
    "DRIVERS",
    "MODELS",
    "STAGES",
    "Attribute",
    "Balance",
    "Bar",
    "Equity",
    "EquityLine",
    "EquityPlan",
    "ExpectedCustomers",
    "FutureValue",
    "Lever",
    "Line",
    "LoyalCustomer",
    "Model",
    "MonthlyRate",
    "MonthlyRetention",
    "Months",
    "PastValue",
    "PeriodLine",
    "Phase",
    "PhaseLine",
    "PresentCustomers",
    "Ranking",
    "Step",
    "Swing",
    "Term",
    "YearLine",
    "YearlyRate",
    "YearlyRetention",
    "Years",
    "annuity",
    "at_start",
    "best_lever",
    "break_even",
    "by_result",
    "customer_equity",
    "delivered",
    "difference",
    "discount_factor",
    "discounted_orders",
    "each_year",
    "from_wallet",
    "future_value",
    "interval_from_draws",
    "interval_from_swings",
    "lever_gain",
    "life_value",
    "lifetime_value",
    "one_more",
    "one_more_year",
    "past_value",
    "perceived",
    "period_lines",
    "phase_lines",
    "ranking",
    "ratio",
    "retained_annuity",
    "retained_slope",
    "service_cost_at_tie",
    "slope",
    "slope_by_rate",
    "tornado",
    "waterfall",
    "with_lever",
    "written_out",
    "year_lines",
]
