"""misconceptions：照每一种误解填出的表要被认出；随便错的表不该被扣上名字（误报率量出来）。"""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from golden.sheets import (
    COLUMNS,
    NAMES,
    SOURCES,
    STRATEGY,
    assignment,
    evidence,
    filled,
    oracle,
    rounded,
    written,
)

from lifecycle_lab.content import course
from lifecycle_lab.exercises import check
from lifecycle_lab.exercises.misconceptions import DETECTORS

IDS = [f"M{number:03d}" for number in range(60)]
SCALE = {"recency": 1, "frequency": 1, "monetary": 100}


def numbers(given, name):
    return [Fraction(getattr(c, name), SCALE[name]) for c in given.sample]


def mean(values):
    return sum(values) / len(values)


def median(values):
    return sum(sorted(values)[4:6]) / 2


def better(given, name, value, centre, *, equal=True):
    gap = value - centre if given.better[name] == "high" else centre - value
    return "↑" if gap > 0 or (gap == 0 and equal) else "↓"


def marks(given, **columns):
    """标准的表4-3，换掉几列。"""
    right = oracle(given)["table_4_3"]
    for name, arrows in columns.items():
        for row, arrow in zip(right.values(), arrows, strict=True):
            row[name] = arrow
    return right


def named(given, exercise, **tables):
    outcome = check(exercise, given, filled(given, **tables))
    return {m.id for m in outcome.found}, outcome


def students(source, wanted):
    """合乎 wanted 的题本；一份也没有说明测试自己错了。"""
    found = [a for a in (assignment(source, name) for name in IDS) if wanted(a)]
    assert found
    return found


def differs(given, name, arrows, least=2):
    right = [row[name] for row in oracle(given)["table_4_3"].values()]
    return sum(a != b for a, b in zip(arrows, right, strict=True)) >= least


def test_every_registered_misconception_has_a_detector_and_a_text():
    """实训的误解各有一个探测器；算题的误解由出题的函数写出照它会得到什么（tests/test_problems.py）。"""
    problems, training = set(), set()
    for exercise in course().exercises.values():
        (problems if exercise.answer == "problem" else training).update(exercise.misconceptions)
    assert training == set(DETECTORS)
    assert training | problems == set(course().misconceptions)


@pytest.mark.parametrize("source", SOURCES)
def test_wrong_direction_of_recency(source):
    def arrows(given):
        centre = mean(numbers(given, "recency"))
        # 相等的也标 ↑：规则记得，方向看反了
        return [
            "↑" if a == "↓" or v == centre else "↓"
            for a, v in zip(_arrows(given, "recency"), numbers(given, "recency"), strict=True)
        ]

    for given in students(source, lambda a: differs(a, "recency", arrows(a))):
        found, outcome = named(given, "table_4_3", table_4_3=marks(given, recency=arrows(given)))
        assert "wrong_direction_of_recency" in found
        wrong = [c for c in outcome.cells if c.status == "wrong"]
        assert {c.misconception for c in wrong} == {"wrong_direction_of_recency"}


def _arrows(given, name):
    return [row[name] for row in oracle(given)["table_4_3"].values()]


@pytest.mark.parametrize("source", SOURCES)
def test_strict_instead_of_not_less(source):
    def strict(given, name):
        values = numbers(given, name)
        return [better(given, name, v, mean(values), equal=False) for v in values]

    for name in COLUMNS[:2] if source == "survey" else ["frequency"]:
        for given in students(source, lambda a, name=name: differs(a, name, strict(a, name), 1)):
            found, _ = named(given, "table_4_3", table_4_3=marks(given, **{name: strict(given, name)}))
            assert "strict_instead_of_not_less" in found  # 恰好也像别的误解时，两个都说


def test_strict_on_the_warm_up():
    given = assignment()
    found, _ = named(
        given, "warm_up", warm_up={"甲": {"mark": "↓"}, "乙": {"mark": "↓"}, "丙": {"mark": "↑"}}
    )
    assert found == {"strict_instead_of_not_less"}
    found, _ = named(
        given, "warm_up", warm_up={"甲": {"mark": "↑"}, "乙": {"mark": "↓"}, "丙": {"mark": "↑"}}
    )
    assert found == set()


@pytest.mark.parametrize("source", SOURCES)
def test_median_for_mean_in_both_tables(source):
    def arrows(given, name):
        values = numbers(given, name)
        return [better(given, name, v, median(values)) for v in values]

    for given in students(source, lambda a: differs(a, "monetary", arrows(a, "monetary"))):
        middle = median(numbers(given, "monetary"))
        found, _ = named(given, "table_4_2", table_4_2={"mean": {"monetary": written(middle)}})
        assert "median_for_mean" in found
        found, _ = named(given, "table_4_2", table_4_2={"mean": {"monetary": rounded(middle, 2)}})
        assert "median_for_mean" in found
        found, _ = named(given, "table_4_3", table_4_3=marks(given, monetary=arrows(given, "monetary")))
        assert "median_for_mean" in found


@pytest.mark.parametrize("source", SOURCES)
def test_sum_for_mean(source):
    for given in (assignment(source, name) for name in IDS):
        sums = {name: written(sum(numbers(given, name))) for name in COLUMNS}
        found, outcome = named(given, "table_4_2", table_4_2={"mean": sums})
        assert found == {"sum_for_mean"}
        assert outcome.counts["wrong"] == 3


@pytest.mark.parametrize("source", SOURCES)
def test_mean_of_wrong_column_in_both_tables(source):
    for given in (assignment(source, name) for name in IDS[:20]):
        money = rounded(mean(numbers(given, "monetary")), 2)
        found, _ = named(given, "table_4_2", table_4_2={"mean": {"recency": money}})
        assert "mean_of_wrong_column" in found

    def arrows(given):  # 拿 R 的均值去比 F
        centre = mean(numbers(given, "recency"))
        return [better(given, "frequency", v, centre) for v in numbers(given, "frequency")]

    # 单位差得远的两列一比，整列都是同一个箭头，说明不了什么；所以只在问卷上看
    if source == "survey":
        for given in students(
            source, lambda a: differs(a, "frequency", arrows(a)) and len(set(arrows(a))) == 2
        ):
            found, _ = named(given, "table_4_3", table_4_3=marks(given, frequency=arrows(given)))
            assert "mean_of_wrong_column" in found


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("arrow", ["↑", "↓"])
def test_a_sheet_filled_with_one_arrow_is_no_misconception(source, arrow):
    for given in (assignment(source, name) for name in IDS[:20]):
        same = {row: dict.fromkeys(COLUMNS, arrow) for row in given.customer_ids}
        found, _ = named(given, "table_4_3", table_4_3=same)
        assert not set(found) - {"strict_instead_of_not_less"}


@pytest.mark.parametrize("source", SOURCES)
def test_column_mixed_up(source):
    for given in students(source, lambda a: differs(a, "frequency", _arrows(a, "monetary"))):
        swapped = marks(given, frequency=_arrows(given, "monetary"), monetary=_arrows(given, "frequency"))
        found, outcome = named(given, "table_4_3", table_4_3=swapped)
        assert "column_mixed_up" in found
        assert all(c.misconception for c in outcome.cells if c.status == "wrong")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (0, 2, 1), (1, 0, 2), (2, 0, 1)])
def test_arrows_in_another_order(source, order):
    def levels(given):
        rows = oracle(given)["table_4_4"]
        return {row: {"pattern": "".join(cells["pattern"][i] for i in order)} for row, cells in rows.items()}

    def moved(given):
        right = oracle(given)["table_4_4"]
        return sum(cells["pattern"] != right[row]["pattern"] for row, cells in levels(given).items())

    for given in students(source, lambda a: moved(a) >= 2)[:15]:
        found, _ = named(given, "table_4_4", table_4_3=oracle(given)["table_4_3"], table_4_4=levels(given))
        assert found == {"arrows_in_another_order"}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("convention", ["B", "D", "E", "F", "G"])
def test_name_by_other_convention(source, convention):
    names = course().conventions[convention].names

    def levels(given):
        rows = oracle(given)["table_4_4"]
        return {
            row: {"pattern": cells["pattern"], "segment": names[tuple(a == "↑" for a in cells["pattern"])]}
            for row, cells in rows.items()
        }

    def moved(given):
        return sum(NAMES[cells["pattern"]] != cells["segment"] for cells in levels(given).values())

    for given in students(source, lambda a: moved(a) >= 2)[:15]:
        found, outcome = named(given, "table_4_4", table_4_4=levels(given))
        assert found == {"name_by_other_convention"}
        assert all(c.misconception for c in outcome.cells if c.status == "wrong")


def test_one_foreign_name_is_enough_but_one_swapped_name_is_not():
    given = assignment()
    levels = oracle(given)["table_4_4"]
    levels["C201"]["segment"] = "新客户"  # B：↑↓↓
    assert named(given, "table_4_4", table_4_4=levels)[0] == {"name_by_other_convention"}
    levels["C201"]["segment"] = "重要挽留客户"  # F 也这样叫 ↑↓↓，但更像查错了行
    assert named(given, "table_4_4", table_4_4=levels)[0] == set()
    levels["C201"]["segment"] = "潜力客户"  # B 有这个名字，却不是给 ↑↓↓ 的
    assert named(given, "table_4_4", table_4_4=levels)[0] == set()


def _plans(given, change):
    """表4-4 全对，表4-5 的占比换成 change(级别、行)。"""
    tables = oracle(given)
    for segment, row in tables["table_4_5"].items():
        row["money_share"] = change(segment, row)
    return {"table_4_4": tables["table_4_4"], "table_4_5": tables["table_4_5"]}


@pytest.mark.parametrize("source", SOURCES)
def test_share_of_customers_for_money(source):
    for given in (assignment(source, name) for name in IDS):
        found, _ = named(
            given, "table_4_5", **_plans(given, lambda _, row: f"{10 * int(row['customer_count'])}")
        )
        assert found == {"share_of_customers_for_money"}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("digits", [2, 3, 4])
def test_percent_as_fraction(source, digits):
    for given in (assignment(source, name) for name in IDS):
        total = sum(numbers(given, "monetary"))
        names = {row: cells["segment"] for row, cells in oracle(given)["table_4_4"].items()}

        def fraction(segment, _, given=given, names=names, total=total):
            mine = sum(
                v
                for c, v in zip(given.sample, numbers(given, "monetary"), strict=True)
                if names[c.customer_id] == segment
            )
            return rounded(mine / total, digits)

        found, _ = named(given, "table_4_5", **_plans(given, fraction))
        assert found == {"percent_as_fraction"}


@pytest.mark.parametrize("source", SOURCES)
def test_rounding_to_a_whole_is_not_called_a_misconception(source):
    """2.8 写成 3、19.7% 写成 20：取得太短，不是中位数，也不是人数占比。"""
    for given in (assignment(source, name) for name in IDS):
        means = {name: rounded(mean(numbers(given, name)), 0) for name in COLUMNS}
        assert named(given, "table_4_2", table_4_2={"mean": means})[0] == set()
        found, _ = named(
            given, "table_4_5", **_plans(given, lambda _, row: rounded(Fraction(row["money_share"]), 0))
        )
        assert found == set()


# ── 误报 ────────────────────────────────────────────────────────────


def _random_sheet(given, rng):
    """每张表错 1–4 处，错的样子随意。"""
    tables = oracle(given)
    means = tables["table_4_2"]["mean"]
    for name in rng.sample(COLUMNS, rng.randint(1, 3)):
        means[name] = written(Fraction(means[name]) + Fraction(rng.choice([-1, 1]) * rng.randint(1, 60), 10))
    cells = [(row, name) for row in tables["table_4_3"] for name in COLUMNS]
    for row, name in rng.sample(cells, rng.randint(1, 4)):
        tables["table_4_3"][row][name] = "↑" if tables["table_4_3"][row][name] == "↓" else "↓"
    for row in rng.sample(list(tables["table_4_4"]), rng.randint(1, 4)):
        old = tables["table_4_4"][row]
        column = rng.choice(["pattern", "segment"])
        pool = NAMES if column == "pattern" else NAMES.values()
        old[column] = rng.choice([value for value in pool if value != old[column]])
    for row in rng.sample(list(tables["table_4_5"].values()), rng.randint(1, 3)):
        row["money_share"] = f"{rng.uniform(0.1, 99.9):.1f}"
    return tables


def test_random_errors_are_rarely_named(record_property):
    """300 张随机出错的作业（每张四个表）：被误扣名字的不到 5%。"""
    rng, alarms = random.Random(20261122), {}
    for number in range(300):
        given = assignment(SOURCES[number % 2], IDS[number % len(IDS)])
        tables = _random_sheet(given, rng)
        marks_alone = {"table_4_3": tables["table_4_3"]}
        for exercise in ("table_4_2", "table_4_3", "table_4_4", "table_4_5"):
            used = marks_alone if exercise == "table_4_3" else tables
            found, outcome = named(given, exercise, **used)
            assert outcome.counts["wrong"] or exercise == "table_4_5" or outcome.counts["credit"]
            for name in found:
                alarms.setdefault((exercise, name), []).append(number)
    sheets = {number for numbers in alarms.values() for number in numbers}
    shown = {f"{exercise}/{name}": len(n) for (exercise, name), n in sorted(alarms.items())}
    print(f"\n误报：{len(sheets)}/300 份作业；{shown}")
    record_property("false_alarms", len(sheets))
    assert len(sheets) <= 15


def test_all_right_sheets_are_never_named():
    for source in SOURCES:
        given = assignment(source)
        tables = oracle(given)
        assert all(not check(name, given, filled(given, **tables)).found for name in tables)
        assert (
            evidence(given, {row: c["segment"] for row, c in tables["table_4_4"].items()})
            == tables["table_4_5"]
        )
        assert all(row["strategy"] == STRATEGY for row in tables["table_4_5"].values())
