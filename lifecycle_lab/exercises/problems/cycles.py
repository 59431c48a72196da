"""第 06 课的算题：十段间隔的再购曲线、频次类、观察日的状态、读回测的结论（E2–E9）。

数按学号取；取到不好练的（没有恰好在界限上的、两种算法没有差别的）就换一套，直到合用。
标准答案全部来自 cycles：这里只出数、摆表、写出常见的错法会得到什么。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import count

from lifecycle_lab import cycles
from lifecycle_lab.content import course
from lifecycle_lab.exercises.entries import Entry
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.schema import half_up
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

CUSTOMERS = ("甲", "乙", "丙", "丁", "戊", "己")
NEWCOMERS = ("庚", "辛")
_TEN = 10
_OPEN = 3
_SHARES = {"50 %": Fraction(1, 2), "70 %": Fraction(7, 10), "90 %": Fraction(9, 10)}
_FIRST_DAY = date(2023, 1, 2)
_EDGES = (80, 200, 400)
_RULES = ("只看天数", "频次类", "自己的周期", "概率模型")

Spell = tuple[int, bool]
"""一段间隔：（天数，已经再买）。"""


# ── 十段间隔 ─────────────────────────────────────────────────────────


def ten_spells(numbers: Numbers) -> list[Spell]:
    """十段不等长的间隔，从短到长，其中三段还开着；最长的一段开着，KM 与朴素算法至少差两处。"""
    drawn = (_spells(numbers, attempt) for attempt in count(1))
    return next(spells for spells in drawn if len(spells) == _TEN and _worth_drawing(spells))


def _spells(numbers: Numbers, attempt: int) -> list[Spell]:
    days = sorted({numbers.whole(f"spell|{attempt}|{i}", 6, 260) for i in range(_TEN)})
    open_places = {*numbers.shuffled(f"open|{attempt}", range(_TEN - 1))[: _OPEN - 1], _TEN - 1}
    return [(day, i not in open_places) for i, day in enumerate(days)]


def _worth_drawing(spells: list[Spell]) -> bool:
    naive, corrected = (_quantiles(spells, naive) for naive in (True, False))
    return corrected["50 %"] is not None and sum(naive[s] != corrected[s] for s in _SHARES) >= 2


def _rows(spells: list[Spell]) -> list[cycles.GapRow]:
    return [cycles.GapRow(1, None, day, int(closed), 1) for day, closed in spells]


def _quantiles(spells: list[Spell], naive: bool) -> dict[str, int | None]:
    curve = cycles.survival_curve(_rows(spells), naive=naive)
    return {name: curve.quantile(share) for name, share in _SHARES.items()}


def repurchase_curve(numbers: Numbers) -> Problem:
    """一步一步写出 Kaplan–Meier：这一天还在看的有几位，到这一天为止再买的份额。"""
    spells = ten_spells(numbers)
    rows = tuple(f"第 {i} 段" for i in range(1, _TEN + 1))
    closed = [row for row, (_, ended) in zip(rows, spells, strict=True) if ended]
    curve = cycles.survival_curve(_rows(spells))
    steps = dict(zip(closed, curve.steps, strict=True))
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    for row, step in steps.items():
        share = 100 * curve.share_within(step.days)
        right |= {(row, "at_risk"): step.at_risk, (row, "share"): share}
        words = {"days": step.days, "at_risk": step.at_risk, "share": half_up(share, 1)}
        fields |= {(row, column): words for column in ("at_risk", "share")}
    given = {(row, "days"): str(day) for row, (day, _) in zip(rows, spells, strict=True)}
    given |= {(row, "ended"): "再买了" if row in steps else "还没有" for row in rows}
    given |= {(row, column): "—" for row in rows if row not in steps for column in ("at_risk", "share")}
    return Problem(
        rows,
        given,
        {"at_risk": Ask("whole", "段"), "share": Ask("percent", "%")},
        dict(sorted(right.items(), key=lambda item: (rows.index(item[0][0]), item[0][1]))),
        fields,
        {"open_gaps_dropped": _dropped(closed), "open_gaps_as_returned": _as_returned(rows, closed)},
        lambda own: _own_shares(closed, own),
    )


def _dropped(closed: list[str]) -> dict[Cell, object]:
    """把还开着的扔掉：分母只有已经再买的几段。"""
    size = len(closed)
    at_risk = {(row, "at_risk"): size - i for i, row in enumerate(closed)}
    return at_risk | {(row, "share"): Fraction(100 * (i + 1), size) for i, row in enumerate(closed)}


def _as_returned(rows: tuple[str, ...], closed: list[str]) -> dict[Cell, object]:
    """把还开着的也当成再买了：第几段就是百分之几十。"""
    return {(row, "share"): Fraction(100 * (rows.index(row) + 1), len(rows)) for row in closed}


def _own_shares(closed: list[str], own: Mapping[Cell, Entry]) -> dict[Cell, object]:
    """从学生自己写的“还在看的”一路乘下去。"""
    left, found = Fraction(1), {}
    for row in closed:
        at_risk = own[row, "at_risk"].value if (row, "at_risk") in own else 0
        if not at_risk or at_risk < 1:
            break
        left *= Fraction(at_risk - 1, at_risk)
        found[row, "share"] = 100 * (1 - left)
    return found


def gap_quantiles(numbers: Numbers) -> Problem:
    """同样十段间隔：份额第一次达到 50 %、70 %、90 % 是第几天；没有达到也是答案。"""
    spells, never = ten_spells(numbers), course().cycles.words["never"]
    naive, corrected = (_quantiles(spells, naive) for naive in (True, False))
    everyone = _quantiles([(day, True) for day, _ in spells], naive=True)
    asked = {"naive": naive, "corrected": corrected}
    right = {
        (row, column): never if found[row] is None else found[row]
        for row in _SHARES
        for column, found in asked.items()
    }
    words = {(row, column): {"share": row, "days": right[row, column]} for row, column in right}
    ask = Ask("days", "天", (never,))
    return Problem(
        tuple(_SHARES),
        {},
        {"naive": ask, "corrected": ask},
        right,
        words,
        {
            "open_gaps_dropped": {(row, "corrected"): naive[row] for row in _SHARES},
            "open_gaps_as_returned": {
                (row, column): everyone[row] for row in _SHARES for column in ("naive", "corrected")
            },
        },
    )


# ── 频次类与状态 ─────────────────────────────────────────────────────


def histories(numbers: Numbers) -> dict[str, list[date]]:
    """六位回头客的购买日，各三到四次；最后一段有恰好在界限上的，四类都有人。"""
    last = {
        "甲": 80,
        "乙": numbers.whole("gap|乙", 12, 79),
        "丙": numbers.whole("gap|丙", 81, 199),
        "丁": numbers.choice("gap|丁", (200, 400)),
        "戊": numbers.whole("gap|戊", 401, 460),
        "己": numbers.whole("gap|己", 201, 399),
    }
    found = {}
    for name in CUSTOMERS:
        earlier = [_unlike(numbers, name, i, last[name]) for i in range(numbers.whole(f"many|{name}", 1, 2))]
        day = _FIRST_DAY + timedelta(numbers.whole(f"first|{name}", 0, 40))
        found[name] = [day]
        for gap in (*earlier, last[name]):
            day += timedelta(gap)
            found[name].append(day)
    return found


def _unlike(numbers: Numbers, name: str, i: int, last: int) -> int:
    """前面的间隔：取一段，使各段的平均数落在另一类里，只看平均的人会分错。"""
    bounds = _bounds()
    right = cycles.frequency_class(last, bounds)
    drawn = (numbers.whole(f"earlier|{name}|{i}|{attempt}", 15, 480) for attempt in count(1))
    return next(gap for gap in drawn if cycles.frequency_class((gap + last) // 2, bounds) != right)


def _bounds() -> cycles.Bounds:
    return cycles.Bounds(*course().cycles.defaults.bounds)


def gap_class(numbers: Numbers) -> Problem:
    """上一段间隔是几天，属于哪个频次类，那一类的周期是几天。"""
    bounds, days = _bounds(), histories(numbers)
    labels = {name: text.label for name, text in course().cycles.classes.items()}
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    for row, bought in days.items():
        gap = (bought[-1] - bought[-2]).days
        kind = cycles.frequency_class(gap, bounds)
        cycle = cycles.class_cycle(kind, bounds)
        right |= {(row, "gap"): gap, (row, "class"): labels[kind], (row, "cycle"): cycle}
        words = {"before": bought[-2], "last": bought[-1], "gap": gap, "class": labels[kind], "cycle": cycle}
        fields |= {(row, column): words for column in ("gap", "class", "cycle")}
    means = {row: Fraction((bought[-1] - bought[0]).days, len(bought) - 1) for row, bought in days.items()}
    classes = {row: labels[cycles.frequency_class(int(mean), bounds)] for row, mean in means.items()}
    return Problem(
        CUSTOMERS,
        {(row, "bought"): "\n".join(map(str, bought)) for row, bought in days.items()},
        {
            "gap": Ask("whole", "天"),
            "class": Ask("choice", choices=tuple(labels.values())),
            "cycle": Ask("whole", "天"),
        },
        right,
        fields,
        {
            "average_for_last_gap": {
                **{(row, "gap"): mean for row, mean in means.items()},
                **{(row, "class"): name for row, name in classes.items()},
            },
            "edge_in_shorter_class": {("甲", "class"): labels["high"]},
        },
        lambda own: _own_class(own, bounds, labels),
    )


def _own_class(
    own: Mapping[Cell, Entry], bounds: cycles.Bounds, labels: Mapping[str, str]
) -> dict[Cell, object]:
    """从学生自己写的天数分类，从自己分的类取周期。"""
    ids = {label: name for name, label in labels.items()}
    found: dict[Cell, object] = {}
    for row in CUSTOMERS:
        if (row, "gap") in own:
            found[row, "class"] = labels[cycles.frequency_class(own[row, "gap"].value, bounds)]
        if (row, "class") in own:
            found[row, "cycle"] = cycles.class_cycle(ids[own[row, "class"].value], bounds)
    return found


def state_at_date(numbers: Numbers) -> Problem:
    """观察日那天各人的状态：静态节点与频次类两种规则，回头客六位，新客户两位。"""
    rules = _rules()
    labels = {name: text.label for name, text in course().cycles.states.items()}
    classes = {name: text.label for name, text in course().cycles.classes.items()} | {
        "new": course().cycles.words["new"]
    }
    idle = _idle_days(numbers)
    as_of = _FIRST_DAY + timedelta(numbers.whole("as_of", 1500, 1600))
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    given: dict[Cell, str] = {}
    for row, (kind, days) in idle.items():
        visits = _visits(kind, as_of - timedelta(days))
        found = {name: labels[cycles.state(visits, as_of.toordinal(), rule)] for name, rule in rules.items()}
        right |= {(row, "idle"): days} | {(row, name): found[name] for name in rules}
        given |= {
            (row, "class"): classes[kind],
            (row, "last"): str(as_of - timedelta(days)),
            (row, "as_of"): str(as_of),
        }
        words = {"idle": days, "class": classes[kind], **found} | _said(rules, visits)
        fields |= {(row, column): words for column in ("idle", *rules)}
    choice = Ask("choice", choices=tuple(labels.values()))
    return Problem(
        tuple(idle),
        given,
        {"idle": Ask("whole", "天"), "static": choice, "dynamic": choice},
        right,
        fields,
        {
            "static_for_dynamic": {(row, "dynamic"): right[row, "static"] for row in CUSTOMERS},
            "day_after_the_edge": _day_late(idle, rules, labels),
        },
        lambda own: _own_states(own, idle, rules, labels),
    )


def _rules() -> dict[str, cycles.Rule]:
    defaults = course().cycles.defaults
    dynamic = cycles.ClassRule(_bounds(), defaults.multiples, defaults.nodes)
    return {"static": cycles.StaticRule(defaults.nodes), "dynamic": dynamic}


_KIND_OF = dict(zip(CUSTOMERS, ("high", "high", "mid", "mid", "low", "high"), strict=True))


def _idle_days(numbers: Numbers) -> dict[str, tuple[str, int]]:
    """（频次类，几天没来）：恰好满一个、两个、三个周期的各一位，两位新客户一位恰好在节点上。"""
    days = {
        "甲": 240,
        "乙": numbers.whole("idle|乙", 81, 159),
        "丙": numbers.whole("idle|丙", 201, 399),
        "丁": 200,
        "戊": numbers.whole("idle|戊", 401, 799),
        "己": numbers.whole("idle|己", 161, 239),
        "庚": numbers.choice("idle|庚", _EDGES),
        "辛": numbers.whole("idle|辛", 81, 199),
    }
    return {row: (_KIND_OF.get(row, "new"), day) for row, day in days.items()}


def _visits(kind: str, last: date) -> cycles.Visits:
    """只为取规则的三个天数：这一类里随便一段间隔。"""
    gap = {"high": 30, "mid": 120, "low": 300}.get(kind)
    day = last.toordinal()
    return cycles.Visits(day - (gap or 0), day, 2 if gap else 1, gap)


def _said(rules: Mapping[str, cycles.Rule], visits: cycles.Visits) -> dict[str, str]:
    return {f"{name}_days": "、".join(map(str, rule.thresholds(visits))) for name, rule in rules.items()}


def _day_late(
    idle: Mapping[str, tuple[str, int]], rules: Mapping[str, cycles.Rule], labels: Mapping[str, str]
) -> dict[Cell, object]:
    """把“达到”当成“超过”：恰好在界限上的都晚一天才变。"""
    found = {}
    for row, (kind, days) in idle.items():
        visits = _visits(kind, _FIRST_DAY)
        for name, rule in rules.items():
            if days in rule.thresholds(visits):
                found[row, name] = labels[cycles.state(visits, visits.last_day + days - 1, rule)]
    return found


def _own_states(
    own: Mapping[Cell, Entry],
    idle: Mapping[str, tuple[str, int]],
    rules: Mapping[str, cycles.Rule],
    labels: Mapping[str, str],
) -> dict[Cell, object]:
    """从学生自己数的天数接着判。"""
    found = {}
    for row, (kind, _) in idle.items():
        if (row, "idle") in own and own[row, "idle"].value >= 0:
            visits = _visits(kind, _FIRST_DAY)
            day = visits.last_day + own[row, "idle"].value
            found |= {(row, name): labels[cycles.state(visits, day, rule)] for name, rule in rules.items()}
    return found


# ── 读结论 ───────────────────────────────────────────────────────────


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


_TOLD = ("能，区间不含 0", "不能，区间含 0")


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


BUILDERS: Mapping[str, Callable[[Numbers], Problem]] = {
    builder.__name__: builder
    for builder in (repurchase_curve, gap_quantiles, gap_class, state_at_date, reading_verdict)
}
