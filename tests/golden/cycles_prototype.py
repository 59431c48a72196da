"""另一种写法的表1–表3与规律性：pandas 与 numpy，照研究时的原型，不叫 cycles 里的任何东西。

分位点用 pandas 的线性插值；界限含右端（≤ 80），与书里的左闭右开不同，测试里用 81、201 对齐。
"""

from __future__ import annotations

import numpy as np
import pandas as pd

QUANTILES = [0.5, 0.7, 0.9]


def spells(days: pd.DataFrame, end: int) -> pd.DataFrame:
    """days: cust、day 两列，每位客户每天至多一行 → 一段间隔一行：cust、k、gap、event。"""
    o = days.sort_values(["cust", "day"])
    following = o.groupby("cust").day.shift(-1)
    return pd.DataFrame(
        {
            "cust": o.cust.to_numpy(),
            "k": o.groupby("cust").cumcount().to_numpy() + 1,
            "gap": np.where(following.notna(), following - o.day, end - o.day),
            "event": following.notna().to_numpy(),
        }
    )


def kaplan_meier(gap, event) -> tuple[np.ndarray, np.ndarray]:
    """（天，还没有再买的份额）。"""
    u, place = np.unique(np.asarray(gap, float), return_inverse=True)
    ended, every = np.bincount(place, np.asarray(event, float)), np.bincount(place)
    return u, np.cumprod(1 - ended / every[::-1].cumsum()[::-1])


def km_quantiles(gap, event) -> list[int | None]:
    u, left = kaplan_meier(gap, event)
    return [int(u[np.argmax(1 - left >= q)]) if 1 - left[-1] >= q else None for q in QUANTILES]


def km_within(gap, event, days: int) -> float:
    u, left = kaplan_meier(gap, event)
    return float(1 - left[u <= days][-1]) if u[0] <= days else 0.0


def regularity(ended: pd.DataFrame) -> dict[str, float]:
    """ended: 已结束的间隔 → 方差占比、第一对的 k、全部不相叠的对的 k。"""
    c = ended.assign(y=np.log(ended.gap))
    c = c[c.groupby("cust").y.transform("size") >= 2]
    group, count, sizes = c.groupby("cust").y, len(c), c.groupby("cust").size()
    people = len(sizes)
    within = ((c.y - group.transform("mean")) ** 2).sum() / (count - people)
    middle = (sizes * (group.mean() - c.y.mean()) ** 2).sum() / (people - 1)
    between = max(0, (middle - within) / ((count - (sizes**2).sum() / count) / (people - 1)))
    wide = c.pivot_table(index="cust", columns="k", values="gap")
    pairs = [
        (wide[k] / (wide[k] + wide[k + 1])).dropna()
        for k in range(1, int(wide.columns.max()), 2)
        if k + 1 in wide
    ]
    first, every = pairs[0].var(), pd.concat(pairs).var()
    return {
        "people": people,
        "icc": between / (between + within),
        "k_first": (1 - 4 * first) / (8 * first),
        "k_all": (1 - 4 * every) / (8 * every),
    }
