"""第 08 课的 300 位：随书的合成问卷，接上合成的忠诚量表；指数、象限、种类都在这里算好(C8、C9)。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from lifecycle_lab import loyalty
from lifecycle_lab.content import data_folder
from lifecycle_lab.content.loyalty import loyalty as texts
from lifecycle_lab.loyalty import FACTORS, Signs, Verdict
from lifecycle_lab.reading import read_grid
from lifecycle_lab.simulate.loyalty_answers import LoyaltyAnswer, loyalty_answers


@dataclass(frozen=True)
class Respondent:
    """一位：问卷里的单数、金额（分）、推荐分、会员，量表的回答，五个因素的分，指数，种类。"""

    customer_id: str
    orders: int
    money: int
    nps: int
    is_member: bool
    answer: LoyaltyAnswer
    scores: Mapping[str, Fraction]
    index: Fraction
    verdict: Verdict


@cache
def respondents() -> tuple[Respondent, ...]:
    """300 位，按客户编号；每个进程算一次。"""
    grid = read_grid(data_folder() / "survey.csv")
    rows = [dict(zip(grid.header, cells, strict=True)) for _, cells in grid.rows]
    known = [(int(row["nps"]), int(row["repurchase_intention"]), int(row["frequency"])) for row in rows]
    answers = loyalty_answers(known, texts().numbers["seed"])
    return tuple(_respondent(row, answer) for row, answer in zip(rows, answers, strict=True))


def _respondent(row: Mapping[str, str], answer: LoyaltyAnswer) -> Respondent:
    scores = factor_scores(answer)
    orders, nps = int(row["frequency"]), int(row["nps"])
    return Respondent(
        row["customer_id"],
        orders,
        int(Fraction(row["monetary"]) * 100),
        nps,
        row["member"] == "是",
        answer,
        scores,
        loyalty.weighted_index(scores, {name: factor.weight for name, factor in texts().factors.items()}),
        loyalty.loyalty_kind(_signs(answer, orders, nps)),
    )


def factor_scores(answer: LoyaltyAnswer) -> dict[str, Fraction]:
    """五个因素各 0–100 分。"""
    low, high = (texts().numbers[name] for name in ("low", "high"))
    return {name: loyalty.rescaled(answer.items[name], low, high) for name in FACTORS}


def _signs(answer: LoyaltyAnswer, orders: int, nps: int) -> dict[str, Signs]:
    done = {
        "impulsive": 2 * answer.promoted >= orders,
        "affective": nps >= 9,
        "cognitive": answer.compared >= texts().numbers["compared_from"],
        "behavioural": answer.effort,
    }
    said_from = texts().numbers["said_from"]
    return {kind: Signs(answer.said[kind] >= said_from, done[kind]) for kind in loyalty.KINDS}
