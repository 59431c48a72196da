"""客户生命曲线：交易额 TV(t)、利润 P(t)，四种曲线类型，从数据拟合，和一局分配预算的游戏（A6、A7、D5）。

- `shape`：两条曲线怎样由几个有名字的参数写成，累计利润与回本的月份。
- `exits`：在哪一段离开，就是哪一型；同一条曲线剪一刀。
- `reading`：从每月的表读出各阶段的终点。
- `fitting`：一位客户、一批客户每月的数 → 平滑、拟合、判类型、与真相对照。
- `game`：每一段的预算怎样按写明的假设弯曲一批客户的曲线。

时间是整月，金额是整数分，百分数是整数；给整数月，算出来的是精确的分数。
"""

from lifecycle_lab.curves.exits import EARLY, EXIT_TYPES, cut, exit_months, exit_type
from lifecycle_lab.curves.fitting import Fit, Guess, Score, classify, cohort, fit, per_month, score, smooth
from lifecycle_lab.curves.game import LEVERS, Cohort, Lever, Outcome, best, gains, marginal, play
from lifecycle_lab.curves.reading import read_ends
from lifecycle_lab.curves.shape import STAGES, LifeCurve, Month, break_even, cumulated, monthly, to_fen

__all__ = [
    "EARLY",
    "EXIT_TYPES",
    "LEVERS",
    "STAGES",
    "Cohort",
    "Fit",
    "Guess",
    "Lever",
    "LifeCurve",
    "Month",
    "Outcome",
    "Score",
    "best",
    "break_even",
    "classify",
    "cohort",
    "cumulated",
    "cut",
    "exit_months",
    "exit_type",
    "fit",
    "gains",
    "marginal",
    "monthly",
    "per_month",
    "play",
    "read_ends",
    "score",
    "smooth",
    "to_fen",
]
