"""variants：抽法按 design §4 那句话另写一遍对照；500 个学号；合用的定义用分数另写。"""

from __future__ import annotations

import hashlib
import hmac
import random
import time
from collections import Counter
from fractions import Fraction

import pytest
from golden.sheets import COLUMNS, SOURCES, assignment, golden, population
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_lab import variants
from lifecycle_lab.content import course
from lifecycle_lab.exercises.assignment import assign
from lifecycle_lab.schema import Customer, Indicator, LabError, ParameterError

IDS = [f"2023{number:06d}" for number in range(500)]
SECRET = b"spring-2027"
# 抄自下面 independent_draw 一次算出的结果；库换版本、平台换了，这些都不许变
TYPED = {
    ("demo", b""): (1, "C007 C038 C054 C106 C167 C184 C186 C201 C228 C287"),
    ("0020230101", b""): (1, "C013 C038 C117 C143 C157 C168 C190 C232 C268 C275"),
    ("0020230101", SECRET): (1, "C031 C042 C186 C191 C197 C215 C253 C256 C275 C296"),
}
TYPED_RETAIL = {
    ("demo", b""): (1, "13260 14644 14815 15132 15895 15920 17651 17734 17928 18169"),
    ("0020230101", b""): (9, "12576 12827 15148 15530 15545 15757 16024 16650 17144 18123"),
    ("0020230101", SECRET): (1, "12970 12994 14093 14522 14764 15889 16209 16493 18110 18185"),
}


def independent_draw(names, student, attempt, secret=b""):
    """design §4 的原话：10 个最小的 SHA-256(v1|course|student|attempt|customer)；有密钥就是 HMAC。"""

    def digest(name):
        text = f"v1|lifecycle|{student}|{attempt}|{name}".encode()
        return (
            hmac.new(secret, text, hashlib.sha256).hexdigest() if secret else hashlib.sha256(text).hexdigest()
        )

    return sorted(sorted(names, key=digest)[:10])


def teachable(sample, better):
    """独立的“合用”：分数均值、真的除。"""
    scale, patterns, near = (1, 1, 100), [], False
    rows = [[Fraction(v, s) for v, s in zip(c.values, scale, strict=True)] for c in sample]
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    for row in rows:
        arrows = ""
        for value, mean, key in zip(row, means, COLUMNS, strict=True):
            arrows += "+" if (value >= mean if better[key] == "high" else value <= mean) else "-"
            near |= abs(value - mean) < Fraction(1, 2)
        patterns.append(arrows)
    return all(len(set(c)) == 2 for c in zip(*patterns, strict=True)) and len(set(patterns)) >= 4 and near


@pytest.mark.parametrize(("source", "typed"), [("survey", TYPED), ("online_retail", TYPED_RETAIL)])
def test_the_draw_is_the_sentence_in_the_design(source, typed):
    people = population(source)
    names = [c.customer_id for c in people.customers if c.monetary > 0 and c.frequency > 0]
    for (student, secret), (attempt, ids) in typed.items():
        drawn = assign(people, student, secret).draw
        assert (drawn.attempt, " ".join(c.customer_id for c in drawn.customers)) == (attempt, ids)
        assert independent_draw(names, student.upper(), attempt, secret) == ids.split()
        assert drawn.keyed is bool(secret)


@pytest.mark.parametrize("source", SOURCES)
def test_earlier_attempts_were_not_teachable(source):
    """次数是第一次合用的那一次：前面的都不合用。"""
    people = population(source)
    named = {c.customer_id: c for c in people.customers if c.monetary > 0}
    better = {i.key: i.better for i in people.indicators}
    for student in IDS[:40]:
        attempt = assignment(source, student).draw.attempt
        for earlier in range(1, attempt + 1):
            sample = [named[name] for name in independent_draw(named, student, earlier)]
            assert teachable(sample, better) is (earlier == attempt), (student, earlier)


@pytest.mark.parametrize("source", SOURCES)
def test_five_hundred_students(source, record_property):
    """全都合用；没有两份相同；组合数的分布打印出来。"""
    drawn = [assignment(source, student) for student in IDS]
    assert all(teachable(a.sample, a.better) for a in drawn)
    assert len({a.customer_ids for a in drawn}) == len(IDS)
    kinds = Counter(len({p["pattern"] for p in _levels(a)}) for a in drawn)
    attempts = Counter(a.draw.attempt for a in drawn)
    print(f"\n{source}：组合数 {dict(sorted(kinds.items()))}，抽取次数 {dict(sorted(attempts.items()))}")
    record_property("patterns", dict(kinds))
    assert set(kinds) <= {4, 5, 6, 7, 8}
    assert len(kinds) > 1


def _levels(given):
    from golden.sheets import oracle

    return oracle(given)["table_4_4"].values()


def test_row_order_does_not_matter():
    people = list(population("survey").customers)
    rng = random.Random(7)
    accept = bool
    for student in IDS[:20]:
        before = variants.draw(people, course="lifecycle", student_id=student, accept=accept)
        rng.shuffle(people)
        assert variants.draw(people, course="lifecycle", student_id=student, accept=accept) == before


def test_course_student_and_secret_each_change_the_draw():
    people = population("survey").customers

    def drawn(course="lifecycle", student="1", secret=b""):
        return variants.draw(people, course=course, student_id=student, accept=bool, secret=secret).customers

    found = [drawn(), drawn(course="other"), drawn(student="01"), drawn(secret=b"a"), drawn(secret=b"b")]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "text", ["2023a01", "2023A01", " 2023a01\n", "２０２３Ａ０１", "2023ａ01　"], ids=range(5)
)
def test_one_student_has_one_spelling(text):
    assert variants.normalise_id(text) == "2023A01"


def test_leading_zeros_survive():
    assert variants.normalise_id("0020230101") == "0020230101"
    assert assignment("survey", "0020230101").sample != assignment("survey", "20230101").sample


@pytest.mark.parametrize(
    "wrong", [20230101, 1.0, None, True, b"1", "", "  ", "a\u200bb", "\ud800", "x" * 301]
)
def test_an_id_is_visible_text(wrong):
    with pytest.raises(ParameterError, match="学号"):
        variants.normalise_id(wrong)


@given(st.text(max_size=12))
def test_a_normal_id_is_already_normal(text):
    """存下的学号再读一次还是它：否则同一个人两次拿到两份题本。"""
    try:
        once = variants.normalise_id(text)
    except LabError:
        return
    assert variants.normalise_id(once) == once


@pytest.mark.parametrize("text", ["ΐ", "ŉ", "ᾳ", "ǰ1", "ß"])
def test_letters_that_fall_apart_in_upper_case(text):
    once = variants.normalise_id(text)
    assert variants.normalise_id(once) == once


def test_too_few_customers():
    people = [Customer(f"C{i}", i, i, i) for i in range(1, 10)]
    with pytest.raises(ParameterError, match="只有 9 位"):
        variants.draw(people, course="c", student_id="1", accept=bool)


def _same(count):
    return [Customer(f"C{i:06d}", 3, 3, 300) for i in range(count)]


INDICATORS = (
    Indicator("recency", "R", "最近一次消费", "级", "high"),
    Indicator("frequency", "F", "消费频率", "次", "high"),
    Indicator("monetary", "M", "消费金额", "元", "high", 2),
)


@pytest.mark.parametrize("count", [10, 50_000])
def test_impossible_data_ends_soon(count, monkeypatch):
    """客户都一样：怎么抽都不合用；客户再多也不会算上几个小时。"""
    monkeypatch.setattr(variants, "MAX_HASHES", 300_000)
    monkeypatch.setattr(variants, "LEAST_ATTEMPTS", 4)
    calls = []

    def accept(sample):
        calls.append(sample)
        return variants.is_teachable(sample, INDICATORS)

    began = time.monotonic()
    with pytest.raises(ParameterError, match="没有一次适合练习"):
        variants.draw(_same(count), course="c", student_id="1", accept=accept)
    assert time.monotonic() - began < 10
    assert len(calls) == {10: 10_000, 50_000: 6}[count]


def test_real_limits_leave_room_for_real_data():
    """500 人用过的最多次数，离上限还有几十倍。"""
    most = max(assignment("online_retail", student).draw.attempt for student in IDS)
    people = len(population("online_retail").customers)
    assert most * 10 < min(variants.MAX_ATTEMPTS, variants.MAX_HASHES // people)


def _sample(*rows):
    return [Customer(f"C{i}", *row) for i, row in enumerate(rows)]


def test_teachable_worked_by_hand():
    # R 均值 3、F 均值 3、M 均值 300 分 = 3 元：四种组合，R 的 3 恰好相等
    good = _sample((5, 5, 500), (5, 1, 500), (1, 5, 100), (1, 1, 100), (3, 3, 300))
    assert variants.is_teachable(good, INDICATORS)
    assert variants.is_teachable(good, INDICATORS, least_patterns=4)
    assert not variants.is_teachable(good, INDICATORS, least_patterns=5)
    # M 全相等 → 没有 ↓
    assert not variants.is_teachable([Customer(c.customer_id, *c.values[:2], 300) for c in good], INDICATORS)


@pytest.mark.parametrize(("middle", "near"), [(349, True), (350, False), (251, True), (250, False)])
def test_near_tie_is_below_half_a_unit_of_the_mean(middle, near):
    """只有 M 列可能险些相等：另两列的值离均值都在 0.5 以外；M 以元计，差不到 0.5 元才算。"""
    # R、F：1,1,5,5 → 均值 3，最近的差 2。M：0.01、6.00−x 使均值恰为 3 元
    rows = [(5, 1, 100), (5, 5, 500), (1, 5, middle), (1, 1, 600 - middle)]
    people = _sample(*rows)
    assert sum(c.monetary for c in people) == 1200
    assert variants._near_tie(people, INDICATORS[2]) is near
    assert not variants._near_tie(people, INDICATORS[0])
    assert not variants._near_tie(people, INDICATORS[1])


def test_returned_too_much_or_never_bought_are_not_drawn():
    from dataclasses import replace

    odd = (
        Customer("Z1", 1, 3, 0),
        Customer("Z2", 1, 3, -500),
        Customer("Z3", 1, 0, 500),
        Customer("Z4", 1, 1, 1),
    )
    people = replace(population("survey"), customers=odd)
    assert [c.customer_id for c in variants.drawable(people)] == ["Z4"]


def test_the_real_shop_has_such_customers_and_draws_none():
    people = population("online_retail")
    out = {c.customer_id for c in people.customers if c.monetary <= 0}
    assert out
    assert not out & {name for student in IDS for name in assignment("online_retail", student).customer_ids}


@pytest.mark.parametrize("source", SOURCES)
def test_demo_is_the_sheet_worked_by_hand(source):
    sheet, drawn = golden()[source], assignment(source)
    assert drawn.draw.attempt == sheet["attempt"]
    assert drawn.better == sheet["better"]
    shown = [
        [c.customer_id, c.recency, c.frequency, f"{c.monetary // 100}.{c.monetary % 100:02d}"]
        for c in drawn.sample
    ]
    assert shown == [row[:4] for row in sheet["customers"]]


def test_the_population_of_the_class_is_read_once_and_course_limits_are_used():
    limits = course().thresholds
    drawn = assignment("survey", "77")
    assert len(drawn.sample) == limits.sample_size
    assert drawn.population is population("survey")
