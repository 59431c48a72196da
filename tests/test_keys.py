"""keys 与每一扇门：手算的两份题本（tests/golden）对着函数、命令行、报告；均值的收法；过程分的来处。"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from decimal import Decimal
from fractions import Fraction

import pytest
from golden.sheets import (
    COLUMNS,
    FOLDER,
    NAMES,
    SOURCES,
    assignment,
    check_by_hand,
    evidence,
    filled,
    golden,
    golden_tables,
    oracle,
    rounded,
    truncated,
)
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lifecycle_lab import rfm
from lifecycle_lab.answers import encode
from lifecycle_lab.cli import app
from lifecycle_lab.content import data_folder
from lifecycle_lab.exercises import check, open_assignment
from lifecycle_lab.exercises.entries import read_entry
from lifecycle_lab.exercises.forms import form
from lifecycle_lab.exercises.keys import follow, key, matches
from lifecycle_lab.exercises.paper import paper
from lifecycle_lab.report.training import training_document

TABLES = ("table_4_2", "table_4_3", "table_4_4", "table_4_5")
RUNNER = CliRunner()


# ── 手算的那一页自己站得住 ──────────────────────────────────────────


def test_the_ten_rows_are_the_rows_of_the_survey():
    text = (data_folder() / "survey.csv").read_text(encoding="utf-8-sig")
    rows = {r["customer_id"]: r for r in csv.DictReader(text.splitlines())}
    for name, r, f, m, *_ in golden()["survey"]["customers"]:
        found = rows[name]
        assert (found["recency_level"], found["frequency"], Decimal(found["monetary"])) == (
            str(r),
            str(f),
            Decimal(m),
        )


def test_the_ten_rows_are_the_sums_of_the_shop():
    """从订单另算一遍：最后一笔没有取消的订单、没有取消的笔数、净额。"""
    import pyarrow.parquet as pq

    orders = pq.read_table(data_folder() / "online_retail.parquet").to_pylist()
    for name, r, f, m, *_ in golden()["online_retail"]["customers"]:
        mine = [o for o in orders if o["customer_id"] == name]
        bought = [o for o in mine if not o["cancelled"]]
        last = max(o["order_date"] for o in bought)
        days = (type(last)(2011, 12, 10) - last).days
        assert (days, len(bought), sum(Decimal(str(o["amount"])) for o in mine)) == (r, f, Decimal(m)), name


@pytest.mark.parametrize("source", SOURCES)
def test_the_page_adds_up(source):
    """抄进 TOML 的数与自己相符：合计、均值、箭头、级别、人数、占比，用 Decimal 与分数另算。"""
    sheet = golden()[source]
    for i, name in enumerate(COLUMNS, start=1):
        total = sum(Decimal(str(row[i])) for row in sheet["customers"])
        assert total == Decimal(sheet["sums"][name])
        assert total / 10 == Decimal(sheet["means"][name])
        for row in sheet["customers"]:
            gap = 10 * Decimal(str(row[i])) - total
            assert row[4][i - 1] == ("↑" if (gap if sheet["better"][name] == "high" else -gap) >= 0 else "↓")
    assert all(NAMES[row[4]] == row[5] for row in sheet["customers"])
    for name, count, money, share in sheet["segments"]:
        mine = [Decimal(row[3]) for row in sheet["customers"] if row[5] == name]
        assert (len(mine), sum(mine)) == (count, Decimal(money))
        exact = 100 * Fraction(money) / Fraction(sheet["sums"]["monetary"])
        assert rounded(exact, 2) == share
    assert sum(row[1] for row in sheet["segments"]) == 10


def test_every_figure_of_the_toml_stands_in_the_worked_page():
    page = (FOLDER / "table_4.md").read_text(encoding="utf-8")
    parts = dict(zip(SOURCES, re.split("^## ", page, flags=re.MULTILINE)[1:], strict=True))
    for source, part in parts.items():
        sheet = tomllib.loads((FOLDER / "table_4.toml").read_text(encoding="utf-8"))[source]
        for name, r, f, m, pattern, segment in sheet["customers"]:
            line = next(text for text in part.splitlines() if text.startswith(f"| {name} "))
            shown = re.findall(r"(\S+) → (\S+) (\S) (\S+) (.)", line)
            assert [cell[0] for cell in shown] == [str(r), str(f), m]
            assert [Decimal(cell[1]) for cell in shown] == [10 * Decimal(cell[0]) for cell in shown]
            assert [cell[3] for cell in shown] == list(sheet["sums"].values())
            assert "".join(cell[4] for cell in shown) == pattern
            assert f"| {pattern} | {segment} |" in line
        for value in [*sheet["sums"].values(), *sheet["means"].values()]:
            assert f"**{value}**" in part
        for segment, count, money, share in sheet["segments"]:
            line = next(text for text in part.splitlines() if text.startswith(f"- {segment}"))
            assert f"**{count}** 人" in line
            assert money in line
            assert f"**{share}**" in line


# ── 每一扇门 ────────────────────────────────────────────────────────


@pytest.mark.parametrize("source", SOURCES)
def test_the_core_functions_say_what_the_hand_says(source):
    sheet = golden()[source]
    for i, name in enumerate(COLUMNS):
        numbers = [
            int(Decimal(str(row[i + 1])) * (100 if name == "monetary" else 1)) for row in sheet["customers"]
        ]
        arrows = rfm.mark(numbers, sheet["better"][name])
        assert arrows == [row[4][i] for row in sheet["customers"]]
        assert rfm.mean(numbers) / (100 if name == "monetary" else 1) == Fraction(sheet["means"][name])
    names = assignment(source).segments
    assert [rfm.segment(row[4], names) for row in sheet["customers"]] == [
        row[5] for row in sheet["customers"]
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_the_keys_are_the_hand_worked_tables(source):
    given = assignment(source)
    for name, rows in golden_tables(source).items():
        check_by_hand(name, rows, key(form(name, given), given))


@pytest.mark.parametrize("source", SOURCES)
def test_variant_key_json(source):
    result = RUNNER.invoke(app, ["variant", "demo", "--source", source, "--key", "--json"])
    assert result.exit_code == 0
    found, sheet = json.loads(result.stdout), golden()[source]
    assert (found["format"], found["student_id"], found["source"]) == (1, "DEMO", source)
    assert found["better"] == sheet["better"]
    assert found["customers"] == [
        {"customer_id": n, "recency": r, "frequency": f, "monetary": m}
        for n, r, f, m, *_ in sheet["customers"]
    ]
    assert found["key"]["table_4_2"] == {
        "mean": sheet["means"] | {"monetary": found["key"]["table_4_2"]["mean"]["monetary"]}
    }
    assert Decimal(found["key"]["table_4_2"]["mean"]["monetary"]) == Decimal(sheet["means"]["monetary"])
    assert found["key"]["table_4_3"] == [
        {"customer_id": row[0], **dict(zip(COLUMNS, row[4], strict=True))} for row in sheet["customers"]
    ]
    assert found["key"]["table_4_4"] == [
        {"customer_id": row[0], "pattern": row[4], "segment": row[5]} for row in sheet["customers"]
    ]
    plain = RUNNER.invoke(app, ["variant", "demo", "--source", source, "--json"])
    assert "key" not in json.loads(plain.stdout)


@pytest.mark.parametrize("source", SOURCES)
def test_check_of_a_file_filled_by_hand_is_all_right(source, tmp_path):
    given = assignment(source)
    path = tmp_path / "answers.json"
    path.write_bytes(encode(filled(given, **golden_tables(source))))
    result = RUNNER.invoke(app, ["check", str(path), "--json"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert [remark for remark in found["remarks"] if "题本" in remark or "数据" in remark] == []
    full = {"table_4_2": "12.00", "table_4_3": "30.00", "table_4_4": "20.00", "table_4_5": "8.00"}
    for name, points in full.items():
        cells = found["exercises"][name]["cells"]
        assert {cell.split("/")[1]: status for cell, status in cells.items() if status != "right"} in (
            {},
            {"strategy": "pending"},
        )
        assert found["exercises"][name]["score"] == points
    assert len(found["exercises"]["table_4_5"]["cells"]) == 3 * len(golden()[source]["segments"])


@pytest.mark.parametrize("source", SOURCES)
def test_the_report_shows_the_hand_worked_tables(source):
    given = assignment(source)
    document = training_document(given, filled(given, **golden_tables(source)))
    tables = {b.title.split(" ")[0]: b for s in document.sections for b in s.blocks if hasattr(b, "rows")}
    sheet = golden()[source]
    rows = [[cell.removesuffix(" ✓") for cell in row] for row in tables["表4-2"].rows]
    assert rows == [[str(cell) for cell in row[:4]] for row in sheet["customers"]] + [
        ["均值", *sheet["means"].values()]
    ]
    marked = [[cell.removesuffix(" ✓") for cell in row] for row in tables["表4-3"].rows]
    assert marked == [[row[0], *row[4]] for row in sheet["customers"]]
    levels = [[cell.removesuffix(" ✓") for cell in row] for row in tables["表4-4"].rows]
    assert levels == [[row[0], row[4], row[5]] for row in sheet["customers"]]
    shown = {row[0]: row[1:3] for row in tables["表4-5"].rows}
    assert shown == {n: (f"{c} ✓", f"{share} ✓") for n, c, _, share in sheet["segments"]}


@pytest.mark.parametrize("source", SOURCES)
def test_the_paper_key_shows_the_hand_worked_tables(source):
    given, sheet = assignment(source), golden()[source]
    (blank,) = paper(given, False)
    assert blank.rows[-1] == ("均值", "", "", "")
    means, marks, levels, plans, *others = paper(given, True)
    texts = {"choose_segmentation", "a13_stages", "a13_why"}
    assert len(others) == len(given.course.exercises) - len(texts) - 4
    shown = next(table for table in others if table.title == "热身：三位客户")
    assert [row[-1] for row in shown.rows] == ["↓", "↑", "↑"]  # 100、200、300 元，均值 200
    assert means.rows[-1] == ("均值", *sheet["means"].values())
    assert [row[1:] for row in marks.rows] == [tuple(row[4]) for row in sheet["customers"]]
    assert [row[1:] for row in levels.rows] == [(row[4], row[5]) for row in sheet["customers"]]
    assert {row[0]: row[1:3] for row in plans.rows} == {n: (str(c), s) for n, c, _, s in sheet["segments"]}


@pytest.mark.parametrize("source", SOURCES)
def test_keys_of_other_students_equal_the_independent_arithmetic(source):
    for number in range(60):
        given = assignment(source, f"2023{number:06d}")
        for name, rows in oracle(given).items():
            outcome = check(name, given, filled(given, **oracle(given)))
            assert {c.status for c in outcome.cells} <= {"right", "pending"}, (number, name)
            assert {c.row for c in outcome.cells} == set(rows)


# ── 怎样写算对 ──────────────────────────────────────────────────────


def judged(kind, column, text, exact):
    return matches(kind, column, read_entry(kind, text), exact)


MONEY = st.integers(1, 10**9).map(lambda cents: Fraction(cents, 1000))


@given(MONEY, st.integers(2, 9))
def test_money_means_exact_or_rounded_half_up_to_two_or_more(exact, digits):
    assert judged("number", "monetary", rounded(exact, digits), exact)
    cut = truncated(exact, digits)
    assert judged("number", "monetary", cut, exact) is (Fraction(cut) == Fraction(rounded(exact, digits)))
    for coarse in (0, 1):
        text = rounded(exact, coarse)
        assert judged("number", "monetary", text, exact) is (Fraction(text) == exact)


@given(st.integers(1, 10**6).map(lambda n: Fraction(n, 10)), st.integers(1, 9))
def test_other_means_exact_or_rounded_to_one_or_more(exact, digits):
    for column in ("recency", "frequency"):
        assert judged("number", column, rounded(exact, digits), exact)
        text = rounded(exact, 0)
        assert judged("number", column, text, exact) is (Fraction(text) == exact)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 9))
def test_shares_rounded_to_one_or_more(part, rest, digits):
    exact = Fraction(100 * part, part + rest)
    assert judged("percent", "money_share", rounded(exact, digits), exact)
    cut = truncated(exact, digits)
    assert judged("percent", "money_share", cut, exact) is (Fraction(cut) == Fraction(rounded(exact, digits)))


def test_half_goes_up():
    assert judged("number", "monetary", "841.17", Fraction("841.165"))
    assert not judged("number", "monetary", "841.16", Fraction("841.165"))
    assert not judged("number", "monetary", "841.2", Fraction("841.165"))


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_what_a_computer_typed_is_accepted(part, rest):
    """表格软件与 Python 算出的占比：十几位小数，末位是二进制的零头。"""
    exact = Fraction(100 * part, part + rest)
    for text in (repr(100 * part / (part + rest)), f"{part / (part + rest) * 100:.13f}"):
        if "e" not in text:
            assert judged("percent", "money_share", text, exact)
    assert not judged("percent", "money_share", rounded(exact + Fraction(1, 10**6), 12), exact)


# ── 过程分从哪里来 ──────────────────────────────────────────────────


def test_follow_of_marks_uses_the_students_own_means():
    """demo：R 均值写成 3.5（对的是 2.8）。3 级的 C201 由 ↑ 变 ↓，别的不变；F、M 没写 → 没有过程答案。"""
    given = assignment()
    answers = filled(given, table_4_2={"mean": {"recency": "3.5"}})
    found = follow(form("table_4_3", given), given, answers)
    assert {name for name, _ in found} == set(given.customer_ids)
    assert {column for _, column in found} == {"recency"}
    right = golden_tables("survey")["table_4_3"]
    assert [name for name, _ in found if found[name, "recency"] != {right[name]["recency"]}] == ["C201"]


def test_follow_of_money_is_in_major_units():
    """M 均值写成 200（元）：比 200 元多的七位都成了 ↑。"""
    given = assignment()
    found = follow(form("table_4_3", given), given, filled(given, table_4_2={"mean": {"monetary": "200"}}))
    ups = {name for (name, _), arrows in found.items() if arrows == {"↑"}}
    assert ups == {"C007", "C038", "C054", "C106", "C184", "C186", "C201"}


def test_follow_of_segments_from_either_own_table():
    given = assignment()
    answers = filled(
        given,
        table_4_3={
            "C007": {"recency": "↑", "frequency": "↑", "monetary": "↑"},
            "C106": {"recency": "↓", "frequency": "↑", "monetary": "↑"},
            "C038": {"recency": "↑"},
        },
        table_4_4={"C007": {"pattern": "↓↓↑"}, "C054": {"pattern": "乱写"}},
    )
    found = follow(form("table_4_4", given), given, answers)
    assert found["C007", "pattern"] == {"↑↑↑"}
    assert found["C007", "segment"] == {"重要价值客户", "重要挽留客户"}
    # 表4-3 那一行没填完的，没有可以接着算的
    assert not {("C038", "segment"), ("C054", "segment"), ("C038", "pattern")} & set(found)


@pytest.mark.parametrize("source", SOURCES)
def test_follow_of_evidence_is_counted_from_the_students_own_names(source):
    given = assignment(source)
    names = dict.fromkeys(given.customer_ids, "一般挽留客户") | dict.fromkeys(
        given.customer_ids[:3], "重要价值客户"
    )
    levels = {name: {"segment": segment} for name, segment in names.items()}
    found = follow(form("table_4_5", given), given, filled(given, table_4_4=levels))
    for segment, row in evidence(given, names).items():
        (count,), (share,) = found[segment, "customer_count"], found[segment, "money_share"]
        assert (str(count), rounded(share, 2)) == (row["customer_count"], row["money_share"])
    # 有一格还没填（或格式不对）：照读得懂的几格数
    del levels[given.customer_ids[-1]]
    partly = follow(form("table_4_5", given), given, filled(given, table_4_4=levels))
    assert partly["一般挽留客户", "customer_count"] == {6}
    same = {row: {"segment": "重要价值客户"} for row in given.customer_ids}
    for nothing in ({}, same):
        assert follow(form("table_4_5", given), given, filled(given, table_4_4=nothing)) == {}


def test_the_two_sources_differ_in_direction():
    assert open_assignment("demo").better["recency"] == "high"
    assert open_assignment("demo", "online_retail").better["recency"] == "low"
