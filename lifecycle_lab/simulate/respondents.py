"""合成的问卷答卷（表 4-1 的回答）：每一行都标明是合成的，种子相同则逐字节相同。

模型：忠诚、频率、满意、花费四个潜变量服从高斯 copula，其余各题由它们加独立噪声得到
（分布与目标见 data/README.md）。只用标准库：Random.random() 的序列由 Python 保证不随版本改变，
正态、泊松、伽马都由它自己造，所以没有哪个库升级会改动别人的题本（course.md A12）。
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from math import exp, log
from random import Random
from statistics import NormalDist

SHIPPED_COUNT, SHIPPED_SEED = 300, 20240601  # data/survey.csv 的人数与种子

Draw = Callable[[], float]
_NORMAL = NormalDist()
_SMALLEST = 2.0**-54  # random() 可以取到 0，对数与反函数取不到
_YEAR, _MOST_ORDERS = 365, 14

# 潜变量的相关系数，顺序：忠诚、频率、满意、花费
_CORRELATION = (
    (1.00, 0.55, 0.45, 0.35),
    (0.55, 1.00, 0.35, 0.40),
    (0.45, 0.35, 1.00, 0.30),
    (0.35, 0.40, 0.30, 1.00),
)
_GENDERS = {"女": 0.62, "男": 0.38}
_AGES = {"18–24": 0.27, "25–30": 0.33, "31–40": 0.27, "41–50": 0.09, "51+": 0.04}
_STUDENT = "学生"
_STUDENTS = {"18–24": 0.58, "25–30": 0.07}  # 各年龄段里的学生占比，合计约 .18；更年长的没有学生
_OCCUPATIONS = {
    "企业职员": 0.38,
    "事业单位/公务员": 0.12,
    "个体/自由职业": 0.18,
    "全职照顾家庭": 0.08,
    "其他": 0.06,
}
_LONGEST_ONLINE = {"18–24": 8, "25–30": 12, "31–40": 18, "41–50": 18, "51+": 18}  # 网购年限的上限
_CHANNELS = {"搜索": 0.31, "直播/短视频": 0.24, "首页推荐": 0.17, "收藏/关注": 0.15, "大促活动": 0.13}
_CARE = {"旺旺消息": 0.24, "微信/会员群": 0.29, "短信": 0.16, "站内推送": 0.15, "不希望被打扰": 0.16}


def respondents(count: int, seed: int, recency_cuts: Sequence[int]) -> list[dict[str, object]]:
    """count 份合成答卷，每份一个 列名 → 值 的字典，列的顺序固定。

    recency_cuts: 升序的天数（如 7、30、90、180），只用来把天数归成级别，不影响别的列。
    值：整数、文字或 synthetic=True;monetary 是元，两位小数的文字。前 n 份不随 count 改变。
    """
    draw = Random(seed).random
    return [_respondent(number, draw, recency_cuts) for number in range(1, count + 1)]


def recency_level(days: int, cuts: Sequence[int]) -> int:
    """距今天数 → 级别：不超过第一个界限是最高级（界限数 + 1），超过最后一个是 1 级。

    >>> [recency_level(days, (7, 30, 90, 180)) for days in (1, 7, 8, 180, 181)]
    [5, 5, 4, 2, 1]
    """
    return len(cuts) + 1 - bisect_left(cuts, days)


def _respondent(number: int, draw: Draw, cuts: Sequence[int]) -> dict[str, object]:
    loyalty, frequent, satisfied, spend = _latents(draw)
    profile = _profile(draw)
    orders = 1 + _poisson(draw, 2.33 * exp(0.75 * frequent - 0.28), _MOST_ORDERS - 1)
    days = _days_since(draw, -0.65 * loyalty - 0.38 * frequent, orders)
    basket = exp(4.84 + 0.45 * spend + 0.25 * _normal(draw))
    return {
        "customer_id": f"C{number:03d}",
        **profile,
        "recency_days": days,
        "recency_level": recency_level(days, cuts),
        "frequency": orders,
        "monetary": _yuan(round(orders * basket * 100)),
        **_habits(draw),
        **_opinions(draw, loyalty, satisfied, orders),
        "synthetic": True,
    }


def _profile(draw: Draw) -> dict[str, object]:
    gender, age = _choose(draw, _GENDERS), _choose(draw, _AGES)
    student = draw() < _STUDENTS.get(age, 0)
    years = round(sum(-1.3 * log(max(draw(), _SMALLEST)) for _ in range(5)))  # 伽马（5, 1.3）
    return {
        "gender": gender,
        "age_group": age,
        "occupation": _STUDENT if student else _choose(draw, _OCCUPATIONS),
        "online_shopping_years": min(max(years, 1), _LONGEST_ONLINE[age]),
    }


def _habits(draw: Draw) -> dict[str, object]:
    return {
        "items_per_order": 1 + _poisson(draw, 0.6, 9),
        "entry_channel": _choose(draw, _CHANNELS),
        "promotion_sensitivity": _likert(_normal(draw), (-1.5, -0.8, 0.0, 0.9)),
    }


def _opinions(draw: Draw, loyalty: float, satisfied: float, orders: int) -> dict[str, object]:
    """满意度一组，都随“满意”走；会员与再次购买意愿随“忠诚”走。"""
    shifts = {"product": 0.1, "service": 0.0, "logistics": 0.05}
    return {
        **{f"{key}_satisfaction": _satisfaction(draw, satisfied + shift) for key, shift in shifts.items()},
        "returns": sum(draw() < min(max(0.09 - 0.03 * satisfied, 0.01), 0.4) for _ in range(orders)),
        "member": "是" if draw() < 1 / (1 + exp(0.2 - loyalty)) else "否",
        "nps": min(max(round(7.1 + 1.5 * satisfied + _normal(draw)), 0), 10),
        "repurchase_intention": _likert(0.7 * (loyalty + _normal(draw)) + 0.25, (-1.8, -1.1, -0.3, 0.8)),
        "care_preference": _choose(draw, _CARE),
    }


def _satisfaction(draw: Draw, centre: float) -> int:
    return _likert(0.8 * centre + 0.6 * _normal(draw), (-1.8, -1.1, -0.25, 0.85))


def _days_since(draw: Draw, score: float, orders: int) -> int:
    """最近一次购买距今天数：截尾对数正态，至少 1 天；买过多次的人最后一次不会太早。

    截尾在分布里做（不是把超出的都推到 365），否则年底会堆起一座假山。
    """
    limit = _YEAR - 5 * (orders - 1)
    rank = _NORMAL.cdf(score + 0.7 * _normal(draw))
    ceiling = _NORMAL.cdf((log(limit + 0.5) - 3.88) / 1.2)
    return max(1, round(exp(3.88 + 1.2 * _NORMAL.inv_cdf(max(rank * ceiling, _SMALLEST)))))


def _latents(draw: Draw) -> list[float]:
    noise = [_normal(draw) for _ in _CORRELATION]
    return [sum(weight * z for weight, z in zip(row, noise, strict=False)) for row in _CHOLESKY]


def _cholesky(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """下三角 L,L·Lᵀ = matrix；第 i 行只有 i + 1 项。"""
    rows: list[list[float]] = []
    for i, target in enumerate(matrix):
        row: list[float] = []
        for j in range(i):
            row.append((target[j] - _dot(row, rows[j])) / rows[j][j])
        rows.append([*row, (target[i] - _dot(row, row)) ** 0.5])
    return rows


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=False))


_CHOLESKY = _cholesky(_CORRELATION)


def _normal(draw: Draw) -> float:
    return _NORMAL.inv_cdf(max(draw(), _SMALLEST))


def _poisson(draw: Draw, rate: float, most: int) -> int:
    """截在 most 的泊松数，反函数法：各项概率累加，看一个均匀数落在哪一段。"""
    terms = accumulate(range(1, most + 1), lambda term, k: term * rate / k, initial=1.0)
    return _segment(list(terms), draw())


def _choose(draw: Draw, weights: Mapping[str, float]) -> str:
    return list(weights)[_segment(list(weights.values()), draw())]


def _segment(weights: Sequence[float], uniform: float) -> int:
    """[0, 1) 里的一个数落在第几段；各段长短按权重，权重不必合计为 1。"""
    steps = list(accumulate(weights))
    return bisect_right(steps[:-1], uniform * steps[-1])


def _likert(score: float, cuts: Sequence[float]) -> int:
    """潜在态度 → 1…5。"""
    return 1 + bisect_left(cuts, score)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
