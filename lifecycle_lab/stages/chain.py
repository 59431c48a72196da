"""状态的移动作一条马尔可夫链（Markov chain），流失是吸收态：精确的分数，解小小的方程组(A8)。

给整数、分数，得分数；给浮点，得浮点（滑块用）。时间的单位是期。
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from typing import Literal

from lifecycle_lab.schema import DataError, ParameterError
from lifecycle_lab.stages.moves import LOST, STATES, Moves, Path, moves, until_lost

Share = Fraction | float
Matrix = list[list[Share]]
MOST_PERIODS = 400


@dataclass(frozen=True)
class Chain:
    """rows[起][止] 是一期之内移动的份额，次序同 states；每行合计 1，流失一行只到自己。"""

    states: tuple[str, ...]
    rows: tuple[tuple[Share, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            exact = all(isinstance(share, Rational) for share in row)
            if min(row) < 0 or (sum(row) != 1 if exact else abs(sum(row) - 1) > 1e-9):
                raise ParameterError(
                    "有一行移动的份额合计不是 1，或者有负的。", remedy="同一状态出发的份额加起来要是 1。"
                )
        if LOST in self.states and self.rate(LOST, LOST) != 1:
            raise ParameterError("流失要是吸收态：从流失出发只到流失。")

    def rate(self, origin: str, end: str) -> Share:
        """一期里从 origin 到 end 的份额；不在链里的状态 → ValueError。"""
        return self.rows[self.states.index(origin)][self.states.index(end)]


def chain(found: Moves) -> Chain:
    """移动的人次 → 份额；从没有人出发的状态不在链里（流失总在）；有人到了没有人出发过的状态 → DataError。"""
    present = tuple(name for name in STATES if name == LOST or found.total(name))
    rows = []
    for origin in present:
        if origin == LOST:
            rows.append(tuple(Fraction(end == LOST) for end in present))
            continue
        ends = sum(found.counts.get((origin, end), 0) for end in present)
        if ends < found.total(origin):
            raise DataError("有人到了一种没有人出发过的状态。", why="观察的期数太少，看不到他们以后怎样。")
        rows.append(tuple(Fraction(found.counts.get((origin, end), 0), ends) for end in present))
    return Chain(present, tuple(rows))


def after(links: Chain, start: str, periods: int) -> tuple[Share, ...]:
    """从 start 出发，periods 期以后在各状态的份额。"""
    now: tuple[Share, ...] = tuple(Fraction(name == start) for name in links.states)
    for _ in range(periods):
        now = _step(links, now)
    return now


def forecast(links: Chain, start: str, periods: int) -> list[tuple[Share, ...]]:
    """第 0 到 periods 期各状态的份额，一期一行；浮点（画图用）。"""
    loose = loosened(links)
    found: list[tuple[Share, ...]] = [tuple(float(name == start) for name in links.states)]
    for _ in range(periods):
        found.append(_step(loose, found[-1]))
    return found


def loosened(links: Chain) -> Chain:
    """同一条链的浮点写法。"""
    return Chain(links.states, tuple(tuple(map(float, row)) for row in links.rows))


def _step(links: Chain, now: Sequence[Share]) -> tuple[Share, ...]:
    return tuple(
        sum((share * row[end] for share, row in zip(now, links.rows, strict=True)), start=Fraction(0))
        for end in range(len(links.states))
    )


def periods_in(links: Chain, start: str) -> dict[str, Share]:
    """从 start 出发，到流失以前，在各状态平均待几期（出发的那一期也算）：基本矩阵 (I − Q)⁻¹ 的一行；有状态到不了流失 → DataError。"""
    staying = [name for name in _reachable(links, start) if name != LOST]
    if stuck := set(staying) - set(_leading(links, LOST)):
        raise DataError(
            f"有 {len(stuck)} 种状态里一个人也没有流失过，算不出平均待几期。",
            why="观察期太短，或者人太少。",
            remedy="看久一些，或换一家人多的店。",
        )
    # 转置以后一次解出一整行：xᵀ(I − Q) = eᵀ
    left = [[(a == b) - links.rate(b, a) for b in staying] for a in staying]
    return dict(zip(staying, _solve(left, [Fraction(name == start) for name in staying]), strict=True))


def lifetime(links: Chain, start: str) -> Share:
    """从 start 出发，平均几期以后流失；有状态到不了流失 → DataError。"""
    return sum(periods_in(links, start).values(), start=Fraction(0))


def reach(links: Chain, start: str, target: str) -> Share:
    """从 start 出发，流失以前到过 target 的份额。"""
    return _towards(links, target)[start]


def time_to(links: Chain, start: str, target: str) -> Share | None:
    """到得了 target 的人，平均几期到；一个也到不了 → None。流失的人不在平均里。"""
    if start == target:
        return Fraction(0)
    reached = _towards(links, target)
    if not reached[start]:
        return None
    others = [name for name, share in reached.items() if share and name != target]
    left = [[(a == b) - links.rate(a, b) for b in others] for a in others]
    weighed = _solve(left, [reached[name] for name in others])
    return weighed[others.index(start)] / reached[start]


def half_life(links: Chain, start: str) -> int | None:
    """第几期起，还没有流失的不超过一半；MOST_PERIODS 期还没有 → None。"""
    gone, now = links.states.index(LOST), after(links, start, 0)
    for period in range(MOST_PERIODS + 1):
        if 2 * now[gone] >= 1:
            return period
        now = _step(links, now)
    return None


def changed(links: Chain, origin: str, end: str, rate: Share) -> Chain:
    """把一个份额改成 rate，同一行别的份额按原来的比例分掉剩下的；rate 不是份额，或没有地方分 → ParameterError。"""
    if not 0 <= rate <= 1 or origin == LOST:
        raise ParameterError("改不成这样的份额。", remedy="份额在 0 到 1 之间；流失是吸收态，不能改。")
    place = links.states.index(end)
    row = links.rows[links.states.index(origin)]
    rest = 1 - row[place]
    if not rest and rate != 1:
        raise ParameterError("这一行别的份额都是 0，没有地方分。")
    new = tuple(
        rate if i == place else share * (1 - rate) / rest if rest else share for i, share in enumerate(row)
    )
    rows = tuple(new if name == origin else old for name, old in zip(links.states, links.rows, strict=True))
    return Chain(links.states, rows)


def resampled(
    groups: Mapping[Path, int], resample: Callable[[Sequence[int]], Sequence[int]], draws: int
) -> list[Chain]:
    """自助法（bootstrap）：整位客户有放回地重抽 draws 次，每次一条链（浮点）；抽不成链的不在里面。

    groups: 走法 → 客户数。resample: 各走法的客户数 → 同样总数的一次重抽；种子由它自己带着。
    """
    many, found = list(groups.values()), []
    for _ in range(draws):
        drawn = dict(zip(groups, resample(many), strict=True))
        try:
            found.append(loosened(chain(moves({steps: n for steps, n in drawn.items() if n}))))
        except DataError:
            continue
    return found


def middle(
    values: Iterable[Share | None], draws: int, level: Fraction = Fraction(95, 100)
) -> tuple[Share, Share] | None:
    """各次重抽算出的值里，中间 level 的两头；draws 次里算得出的不到九成 → None。"""
    found = sorted(value for value in values if value is not None)
    if 10 * len(found) < 9 * draws:
        return None
    cut = math.floor(len(found) * (1 - level) / 2)
    return found[cut], found[-1 - cut]


@dataclass(frozen=True)
class Duration:
    """在一种状态里已经待了 spent 期的：watched 人次里，left 人次下一期离开，其中 lost 人次流失。"""

    spent: int
    watched: int
    left: int
    lost: int

    @property
    def onward(self) -> int:
        """离开而没有流失的：往前走了。"""
        return self.left - self.lost


def by_duration(groups: Mapping[Path, int], origin: str) -> list[Duration]:
    """已经待了 1、2、3…… 期的人，下一期各走了多少：马尔可夫链说这与待了多久无关。

    待了几期从第一次看得见的那天数起；店里的记录开始以前就来了的人，待了多久其实不知道，会被数短。
    """
    found: dict[int, list[int]] = {}
    for steps, many in groups.items():
        watched = until_lost(steps)
        spent = 0
        for now, then in itertools.pairwise(watched):
            spent = spent + 1 if now == origin else 0
            if spent:
                cell = found.setdefault(spent, [0, 0, 0])
                cell[0] += many
                cell[1] += many * (then != origin)
                cell[2] += many * (then == LOST)
    return [Duration(spent, *found[spent]) for spent in sorted(found)]


def duration_test(
    lines: Sequence[Duration], least: int = 30, what: Literal["left", "onward"] = "left"
) -> tuple[float, int, float] | None:
    """各行的份额一样吗：卡方、自由度、p 值；人次够 least 的不到两行，或份额处处是 0 或 1 → None。

    what: left 离开的，或 onward 只数往前走的（不受“多久没来算流失”的规则影响）。
    """
    kept = [line for line in lines if line.watched >= least]
    total, left = sum(line.watched for line in kept), sum(getattr(line, what) for line in kept)
    if len(kept) < 2 or left in (0, total):
        return None
    share = Fraction(left, total)
    square = sum(
        (getattr(line, what) - line.watched * share) ** 2 / (line.watched * share * (1 - share))
        for line in kept
    )
    return float(square), len(kept) - 1, chi_square_tail(float(square), len(kept) - 1)


def chi_square_tail(square: float, freedom: int) -> float:
    """自由度是整数时，卡方分布右尾的有限和。"""
    half = square / 2
    if freedom % 2 == 0:
        term = total = math.exp(-half)
        steps = range(1, freedom // 2)
    else:
        total = math.erfc(math.sqrt(half))
        term = math.exp(-half) / math.sqrt(math.pi * half) if half else 0.0
        steps = range(1, (freedom + 1) // 2)
    for i in steps:
        term *= half / (i if freedom % 2 == 0 else i - 0.5)
        total += term
    return min(total, 1.0)


def _towards(links: Chain, target: str) -> dict[str, Share]:
    """从各状态出发，流失以前到过 target 的份额；走不到 target 的是 0。"""
    if target not in links.states:
        return dict.fromkeys(links.states, Fraction(0))
    others = [name for name in _leading(links, target) if name not in (LOST, target)]
    left = [[(a == b) - links.rate(a, b) for b in others] for a in others]
    found = dict(zip(others, _solve(left, [links.rate(name, target) for name in others]), strict=True))
    return dict.fromkeys(links.states, Fraction(0)) | found | {target: Fraction(1)}


def _leading(links: Chain, target: str) -> list[str]:
    """走得到 target 的状态，次序同 states。"""
    found, size = {target}, 0
    while size != len(found):
        size = len(found)
        found |= {name for name in links.states if any(links.rate(name, end) for end in tuple(found))}
    return [name for name in links.states if name in found]


def _reachable(links: Chain, start: str) -> list[str]:
    """从 start 走得到的状态，连同它自己，次序同 states。"""
    found, size = {start}, 0
    while size != len(found):
        size = len(found)
        found |= {end for end in links.states if any(links.rate(name, end) for name in tuple(found))}
    return [name for name in links.states if name in found]


def _solve(left: Matrix, right: Sequence[Share]) -> list[Share]:
    """高斯消去：left · x = right；每列取绝对值最大的主元，分数也照样。"""
    rows = [[*row, value] for row, value in zip(left, right, strict=True)]
    for place in range(len(rows)):
        best = max(range(place, len(rows)), key=lambda i: abs(rows[i][place]))
        rows[place], rows[best] = rows[best], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for i in range(len(rows)):
            if i != place and rows[i][place]:
                rows[i] = [a - rows[i][place] * b for a, b in zip(rows[i], rows[place], strict=True)]
    return [row[-1] for row in rows]
