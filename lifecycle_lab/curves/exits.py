"""四种曲线类型：同一条理想曲线，客户在不同的阶段离开（A7；括号里的阶段是本书补全）。

早期流产 = 考察期里离开，中途夭折 = 形成期里，提前退出 = 稳定期的前一段，其余是长久保持。
“前一段”多长，课文没有说；这里取稳定期的百分之几（early），是参数。
"""

from __future__ import annotations

from lifecycle_lab.curves.shape import LifeCurve, Month, Time, monthly
from lifecycle_lab.schema import ParameterError, quote

EXIT_TYPES = ("early_abort", "midway_death", "early_exit", "long_lasting")
EARLY = 50  # 稳定期的前百分之几算“提前”


def exit_type(curve: LifeCurve, month: Time, early: int = EARLY) -> str:
    """在第 month 个月离开，是哪一型；终点算在前一段里；early 不是 1 到 99 → ParameterError。"""
    _demand_share(early)
    last_early = (curve.formation_end * (100 - early) + curve.stability_end * early) / 100
    borders = (curve.exploration_end, curve.formation_end, last_early)
    curve.stage(month)  # 时间不合理时由它说
    return EXIT_TYPES[sum(month > border for border in borders)]


def exit_months(curve: LifeCurve, early: int = EARLY) -> dict[str, int]:
    """每型一个有代表性的离开月份：考察期、形成期、提前的一段各取一半（向上取整），长久保持走完全程。"""
    _demand_share(early)
    length = curve.stability_end - curve.formation_end
    halves = (
        (0, curve.exploration_end),
        (curve.exploration_end, curve.formation_end),
        (curve.formation_end, curve.formation_end + max(1, length * early // 100)),
    )
    months = [(low + high + 1) // 2 for low, high in halves]
    return dict(zip(EXIT_TYPES, (*months, curve.decline_end), strict=True))


def cut(curve: LifeCurve, month: int, months: int) -> tuple[Month, ...]:
    """在第 month 个月末离开的客户：那以前照曲线走，以后每月都是 0；共 months 个月。"""
    whole = monthly(curve, months)
    return tuple(row if row.number <= month else Month(row.number, 0, 0) for row in whole)


def _demand_share(early: int) -> None:
    if type(early) is not int or not 1 <= early <= 99:
        raise ParameterError(f"early 不能是 {quote(early)}。", remedy="写 1 到 99 的整数（百分之几）。")
