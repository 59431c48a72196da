"""读一张回测的结果：哪条规则打扰最少，差别算不算数。"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_RULES = ("只看天数", "频次类", "自己的周期", "概率模型")
_TOLD = ("能，区间不含 0", "不能，区间含 0")


def reading_verdict(numbers: Numbers) -> Problem:
    """一张回测的结果：同样找出八成真流失的人，各规则白白打扰了多少活跃客户。"""
    active = numbers.whole("active", 1200, 4800, 100)
    disturbed = {rule: active * share // 1000 for rule, share in _disturbed(numbers).items()}
    low, high, told = _interval(numbers)
    usual = _RULES[0]
    best, worst = (pick(disturbed, key=disturbed.__getitem__) for pick in (min, max))
    saved, share = disturbed[worst] - disturbed[best], Fraction(100 * disturbed[usual], active)
    questions = _questions(active, disturbed, usual, f"{low} 到 {high}")
    answers = (("word", best), ("word", worst), ("number", saved), ("number", share), ("word", told))
    right: dict[Cell, object] = {
        (row, column): answer for row, (column, answer) in zip(questions, answers, strict=True)
    }
    words = {"best": best, "worst": worst, "usual": usual, "saved": saved, "share": half_up(share, 1)}
    words |= {"told": told, "low": low, "high": high}
    asks = {"word": Ask("choice", choices=(*_RULES, *_TOLD)), "number": Ask("number")}
    given = {(row, "question"): text for row, text in questions.items()}
    given |= {(row, column): "—" for row in questions for column in asks if (row, column) not in right}
    mistakes = {
        "percent_as_fraction": {("问题四", "number"): share / 100},
        "interval_over_zero": {("问题五", "word"): _TOLD[0] if told == _TOLD[1] else _TOLD[1]},
    }
    return Problem(tuple(questions), given, asks, right, dict.fromkeys(right, words), mistakes)


def _questions(active: int, disturbed: Mapping[str, int], usual: str, interval: str) -> dict[str, str]:
    listed = "，".join(f"{rule} {many} 位" for rule, many in disturbed.items())
    return {
        "问题一": f"活跃客户共 {active} 位。找出八成的流失客户时，被打扰的活跃客户：{listed}。哪条规则打扰最少？",
        "问题二": "还是这些数：哪条规则打扰最多？",
        "问题三": "用打扰最少的规则代替打扰最多的，少打扰几位活跃客户？",
        "问题四": f"“{usual}”打扰了活跃客户的百分之几？",
        "问题五": f"两条规则的 AUC 之差，95 % 区间是 {interval}。能说它们有差别吗？",
    }


def _disturbed(numbers: Numbers) -> dict[str, int]:
    """每条规则打扰的千分之几：先后随学号，各不相同。"""
    shares = numbers.shuffled(
        "shares", (numbers.whole(f"share|{i}", 60 + 70 * i, 110 + 70 * i) for i in range(4))
    )
    return dict(zip(_RULES, shares, strict=True))


def _interval(numbers: Numbers) -> tuple[str, str, str]:
    centre, half = numbers.whole("centre", 12, 40), numbers.whole("half", 5, 11)
    crosses = numbers.choice("crosses", (True, False))
    low = -half if crosses else centre - half
    told = _TOLD[1] if crosses else _TOLD[0]
    return f"{low / 1000:.3f}", f"{(centre + half) / 1000:.3f}", told
