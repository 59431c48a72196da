"""读一张回测的结果：哪条规则打扰最少，差别算不算数。"""

from __future__ import annotations

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
    shares = _disturbed(numbers)
    disturbed = {rule: active * share // 1000 for rule, share in shares.items()}
    best, usual = min(disturbed, key=disturbed.__getitem__), _RULES[0]
    worst = max(disturbed, key=disturbed.__getitem__)
    saved = disturbed[worst] - disturbed[best]
    low, high, told = _interval(numbers)
    listed = "，".join(f"{rule} {many} 位" for rule, many in disturbed.items())
    questions = {
        "问题一": f"活跃客户共 {active} 位。找出八成的流失客户时，被打扰的活跃客户：{listed}。哪条规则打扰最少？",
        "问题二": "还是这些数：哪条规则打扰最多？",
        "问题三": "用打扰最少的规则代替打扰最多的，少打扰几位活跃客户？",
        "问题四": f"“{usual}”打扰了活跃客户的百分之几？",
        "问题五": f"两条规则的 AUC 之差，95 % 区间是 {low} 到 {high}。能说它们有差别吗？",
    }
    share = Fraction(100 * disturbed[usual], active)
    right: dict[Cell, object] = {
        ("问题一", "word"): best,
        ("问题二", "word"): worst,
        ("问题三", "number"): saved,
        ("问题四", "number"): share,
        ("问题五", "word"): told,
    }
    words = {
        "best": best,
        "worst": worst,
        "usual": usual,
        "saved": saved,
        "share": half_up(share, 1),
        "told": told,
        "low": low,
        "high": high,
    }
    given = {(row, "question"): text for row, text in questions.items()}
    given |= {(row, c): "—" for row in questions for c in ("word", "number") if (row, c) not in right}
    return Problem(
        tuple(questions),
        given,
        {"word": Ask("choice", choices=(*_RULES, *_TOLD)), "number": Ask("number")},
        right,
        dict.fromkeys(right, words),
        {
            "percent_as_fraction": {("问题四", "number"): share / 100},
            "interval_over_zero": {("问题五", "word"): _TOLD[0] if told == _TOLD[1] else _TOLD[1]},
        },
    )


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
