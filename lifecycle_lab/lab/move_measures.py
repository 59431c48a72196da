"""因素与迹象拿什么量：问卷的一列，或订单里的一样；量不出就说为什么(A9、D8)。"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

from lifecycle_lab.content import data_folder
from lifecycle_lab.content.transitions import Measure, transitions
from lifecycle_lab.lab.ledgers import Ledger
from lifecycle_lab.lab.move_records import Records
from lifecycle_lab.lab.move_words import percent, say
from lifecycle_lab.reading import read_grid
from lifecycle_lab.schema import half_up

_DISSATISFIED = 2  # 五级里的“不太满意”与“非常不满意”


def measured(measure: Measure, ledger: Ledger, found: Records) -> str:
    """这个因素在手边的数据里是多少。"""
    if measure.source == "survey":
        return _from_survey(measure.column, measure.summary)
    if measure.source == "none":
        return say("word.no_record")
    share = _ORDERS[measure.column](ledger, found)
    if share is None:
        return say("word.no_business" if measure.column.startswith("adopted") else "word.none")
    return say("word.share", share=percent(share))


@functools.cache
def _answers(column: str) -> tuple[str, ...]:
    grid = read_grid(data_folder() / "survey.csv")
    place = grid.header.index(column)
    return tuple(cells[place] for _, cells in grid.rows)


def _from_survey(column: str, summary: str) -> str:
    answers = _answers(column)
    if summary == "share":
        name, many = Counter(answers).most_common(1)[0]
        return say("word.most", name=name, share=percent(Fraction(many, len(answers))))
    scores = [int(text) for text in answers]
    if summary == "low":
        low = sum(score <= _DISSATISFIED for score in scores)
        return say("word.low", share=percent(Fraction(low, len(scores))))
    return say("word.mean", mean=half_up(Fraction(sum(scores), len(scores)), 2))


def _again(ledger: Ledger, _: Records) -> Fraction | None:
    """首购以后一期之内又买的份额；分母只有看满了一期的人。"""
    period = transitions().rule["period_days"]
    seen = [days for days in ledger.days.values() if days[0] + period <= ledger.today]
    return _share(len(days) > 1 and days[1] - days[0] <= period for days in seen)


def _late(ledger: Ledger, _: Records) -> Fraction | None:
    """老客户里，距上次购买的天数超过自己平均间隔两倍的份额。"""
    enough = transitions().rule["old_purchases"]
    old = [days for days in ledger.days.values() if len(days) >= enough]
    return _share(_is_late(days, ledger.today) for days in old)


def _is_late(days: list[int], today: int) -> bool:
    gaps = [later - day for day, later in pairwise(days)]
    return (today - days[-1]) * len(gaps) > 2 * sum(gaps)


def _adopted(ledger: Ledger, found: Records) -> Fraction | None:
    """老客户里用过新业务的份额。"""
    if found.business is None:
        return None
    enough = transitions().rule["old_purchases"]
    old = [who for who, days in ledger.days.items() if len(days) >= enough]
    return _share(who in found.business for who in old)


def _adopted_again(_: Ledger, found: Records) -> Fraction | None:
    """用过新业务的人里，用了第二次的份额。"""
    return None if found.business is None else _share(len(days) > 1 for days in found.business.values())


def _share(flags: Iterable[bool]) -> Fraction | None:
    counted = list(flags)
    return Fraction(sum(counted), len(counted)) if counted else None


_ORDERS = {"again": _again, "late": _late, "adopted": _adopted, "adopted_again": _adopted_again}
