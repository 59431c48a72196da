"""问卷：手做的导出文件对着手算的值；每一种拒收都真的拒收；写出去再读回来不变。"""

from __future__ import annotations

import csv
import hashlib
import io
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import survey
from lifecycle_lab.content import course, data_folder
from lifecycle_lab.reading import read_grid
from lifecycle_lab.schema import ContentError, Customer, DataError
from lifecycle_lab.simulate.respondents import SHIPPED_COUNT, SHIPPED_SEED, respondents

R, F, M = (
    "您最近一次在本店下单，距今多久？",
    "近一年里，您在本店一共下过多少次单？",
    "近一年里，您在本店一共付了多少元？",
)
LABELS = {
    5: "一周以内",
    4: "一周以上、一个月以内",
    3: "一个月以上、三个月以内",
    2: "三个月以上、半年以内",
    1: "半年以上",
}
HEADER = ["序号", "提交答卷时间", "所用时间", "来自IP", f"1、{R}", f"2、{F}", f"3、{M}", "16、您的性别是？"]


@pytest.fixture(scope="module")
def questionnaire():
    return course().questionnaire


def line(name, recency="半年以上", frequency="3", monetary="100"):
    return [name, "2024/6/1 10:20:30", "96秒", "10.9.8.7(杭州)", recency, frequency, monetary, "女"]


def plain_lines(count=10):
    return [line(str(100 + i)) for i in range(count)]


def export(path, lines, header=HEADER, encoding="utf-8-sig"):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *lines])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def workbook(path, lines, header=HEADER):
    import openpyxl

    book = openpyxl.Workbook()
    for row in [header, *lines]:
        book.active.append(row)
    book.save(path)
    return path


# ── 随书的 300 份 ──────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shipped_rows():
    text = (data_folder() / "survey.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_shipped_file_is_made_by_the_generator(tmp_path, questionnaire):
    made = tmp_path / "survey.csv"
    survey.write_shipped(made, respondents(SHIPPED_COUNT, SHIPPED_SEED, questionnaire.recency_cuts))
    assert made.read_bytes() == (data_folder() / "survey.csv").read_bytes()


def test_shipped_file_is_utf8_with_bom_and_lf():
    data = (data_folder() / "survey.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.count(b"\n") == 301


def test_shipped_population(shipped_rows):
    population = survey.shipped()
    assert (population.source, population.synthetic, population.setaside) == ("survey", True, ())
    assert population.as_of is None
    assert [i.better for i in population.indicators] == ["high"] * 3
    assert [i.heading for i in population.indicators] == [
        "R 最近一次消费（级）",
        "F 消费频率（次）",
        "M 消费金额（元）",
    ]
    data = (data_folder() / "survey.csv").read_bytes()
    assert population.data_sha256 == hashlib.sha256(data).hexdigest()
    expected = [
        (row["customer_id"], int(row["recency_level"]), int(row["frequency"]), Decimal(row["monetary"]) * 100)
        for row in shipped_rows
    ]
    assert [(c.customer_id, *c.values) for c in population.customers] == expected
    assert len(expected) == 300


def test_every_row_is_labelled_synthetic(shipped_rows):
    assert {row["synthetic"] for row in shipped_rows} == {"true"}


def test_questionnaire_asks_for_every_surveyed_column(questionnaire, shipped_rows):
    asked = [item.column for item in questionnaire.items]
    assert len(asked) == len(set(asked)) == 18
    assert set(asked) == set(shipped_rows[0]) - {"customer_id", "recency_days", "synthetic"}
    assert f"共 {len(asked)} 题" in questionnaire.introduction


def test_every_shipped_value_is_a_possible_answer(questionnaire, shipped_rows):
    for item in questionnaire.items:
        given = {row[item.column] for row in shipped_rows}
        if item.kind == "single":
            assert given <= {option.code for option in item.options}
        else:
            assert all(item.low <= Decimal(value) <= item.high for value in given)


def test_recency_options_match_the_cuts(questionnaire):
    item = next(item for item in questionnaire.items if item.column == "recency_level")
    assert {int(option.code): option.label for option in item.options} == LABELS
    assert [option.code for option in item.options] == ["5", "4", "3", "2", "1"]
    assert questionnaire.recency_cuts == (7, 30, 90, 180)  # 一周、一个月、三个月、半年


def test_frequency_and_money_are_numbers_of_a_stated_year(questionnaire):
    items = {item.column: item for item in questionnaire.items}
    assert (items["frequency"].kind, items["monetary"].kind) == ("whole", "money")
    assert not items["frequency"].options + items["monetary"].options
    assert all("近一年" in items[name].text for name in ("frequency", "monetary"))


def test_text_cells_cannot_become_formulas(tmp_path):
    path = tmp_path / "one.csv"
    survey.write_shipped(path, [{"customer_id": "=1+1", "count": -3, "synthetic": True}])
    assert path.read_bytes() == b"\xef\xbb\xbfcustomer_id,count,synthetic\n'=1+1,-3,true\n"


# ── 手做的导出文件 ─────────────────────────────────────────────────────

HAND = [
    # 编号，R,F,M → 级别，次数，分（手算）
    ("7", "一周以内", "3", "1299.5元", (5, 3, 129950)),
    ("12", "A. 一周以内", "3次", "￥1,299.50", (5, 3, 129950)),
    ("8", "A", "３ 次", "1.2万", (5, 3, 1200000)),
    ("9", "B.一周以上、一个月以内", "12", "0.01", (4, 12, 1)),
    ("10", "b", "1,000", "99", (4, 1000, 9900)),
    ("11", "一个月以上、三个月以内", "1", "1,299", (3, 1, 129900)),
    ("15", "3、一个月以上、三个月以内", " 2 ", "３５．５０", (3, 2, 3550)),
    ("13", "三个月以上、半年以内 ", "2.0", "200 元", (2, 2, 20000)),
    ("14", "E", "1", "18.8", (1, 1, 1880)),
    ("16", "半年以上", "1", "18.80", (1, 1, 1880)),
]
EXPECTED = sorted((name, *values) for name, *_, values in HAND)


def as_tuples(population):
    return [(c.customer_id, *c.values) for c in population.customers]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_reads_a_hand_made_csv(tmp_path, questionnaire, encoding):
    path = export(tmp_path / "答卷.csv", [line(*row[:4]) for row in HAND], encoding=encoding)
    population = survey.read_survey(path, questionnaire)
    assert as_tuples(population) == EXPECTED
    assert (population.source, population.synthetic, population.setaside) == ("答卷.csv", False, ())
    assert population.data_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_reads_a_hand_made_workbook_with_numbers(tmp_path):
    rows = [line(100 + i, "一周以内", 3, 1299.5) for i in range(9)] + [line(99, "E", 2.0, 20)]
    population = survey.read_survey(workbook(tmp_path / "答卷.xlsx", rows))
    assert as_tuples(population) == [(str(100 + i), 5, 3, 129950) for i in range(9)] + [("99", 1, 2, 2000)]


def test_personal_columns_are_dropped_on_load(tmp_path):
    population = survey.read_survey(export(tmp_path / "a.csv", plain_lines()))
    assert "10.9.8.7" not in repr(population)
    assert "10:20" not in repr(population)


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "3、{}",
        "Q3.{}",
        "q3: {}",
        "3. {}（单选题）",
        "第3题：{}",
        "(3){}",
        "３．{}【填空题】",
        "3、{} [必答] ",
        "3.*{}_____",
    ],
)
def test_headings_of_survey_tools(tmp_path, wrap):
    header = ["编号", *(wrap.format(text) for text in (R, F, M))]
    path = export(tmp_path / "a.csv", [[str(i), "A", "3", "100"] for i in range(10, 20)], header)
    assert as_tuples(survey.read_survey(path)) == [(str(i), 5, 3, 10000) for i in range(10, 20)]
    assert survey.looks_like_survey(header)


def test_full_width_punctuation_in_headings(tmp_path):
    header = ["编号", "1．您最近一次在本店下单，距今多久？（单选题）", f"2、{F}", f"3、{M}"]
    path = export(tmp_path / "a.csv", [[str(i), "A", "3", "100"] for i in range(10, 20)], header)
    assert len(survey.read_survey(path).customers) == 10


def test_our_own_column_names_take_level_codes(tmp_path):
    header = ["recency_level", "customer_id", "frequency", "monetary"]
    rows = [[str(1 + i % 5), f"k{i}", "2", "5"] for i in range(10)]
    population = survey.read_survey(export(tmp_path / "a.csv", rows, header))
    assert as_tuples(population) == [(f"k{i}", 1 + i % 5, 2, 500) for i in range(10)]


def test_a_copy_of_the_shipped_file_stays_synthetic(tmp_path):
    copy = tmp_path / "我的.csv"
    copy.write_bytes((data_folder() / "survey.csv").read_bytes())
    assert survey.read_survey(copy) == replace(survey.shipped(), source="我的.csv")


def test_without_an_id_column_rows_are_numbered(tmp_path):
    path = export(tmp_path / "a.csv", [["A", "3", "100"]] * 12, [R, F, M])
    names = [c.customer_id for c in survey.read_survey(path).customers]
    assert names == [f"R{i:03d}" for i in range(1, 13)]


def test_id_columns_in_order_of_preference(tmp_path):
    header = ["序号", "编号", R, F, M]
    rows = [[str(i), f"甲{i}", "A", "3", "100"] for i in range(10, 20)]
    names = [c.customer_id for c in survey.read_survey(export(tmp_path / "a.csv", rows, header)).customers]
    assert names == [f"甲{i}" for i in range(10, 20)]


def test_ids_are_text(tmp_path):
    rows = [line(f"00{i}") for i in range(10)]
    names = [c.customer_id for c in survey.read_survey(export(tmp_path / "a.csv", rows)).customers]
    assert names == [f"00{i}" for i in range(10)]


# ── 放在一边，有名有数 ─────────────────────────────────────────────────


def test_unanswered_and_non_buyers_are_set_aside_by_name(tmp_path):
    blank = [line("1", "", "", ""), line("2", "(空)", "(跳过)", "(空)"), line("3", "(空)", " ", "")]
    away = [line("4", "半年以上", "0", "0"), line("5", "", "0次", "0.00元")]
    population = survey.read_survey(export(tmp_path / "a.csv", [*blank, *plain_lines(), *away]))
    assert [c.customer_id for c in population.customers] == [str(100 + i) for i in range(10)]
    assert population.setaside == (
        ("R、F、M 三题都没有填的答卷", 3),
        ("近一年没有消费的答卷（次数与金额都填 0）", 2),
    )


def test_at_least_ten_usable(tmp_path):
    lines = [*plain_lines(9), line("1", "", "", ""), line("2", "E", "0", "0")]
    with pytest.raises(DataError) as caught:
        survey.read_survey(export(tmp_path / "a.csv", lines))
    assert "能用的答卷只有 9 份，至少要 10 份，还差 1 份" in str(caught.value)
    assert "三题都没有填的答卷 1 份" in str(caught.value)
    assert "没有消费的答卷（次数与金额都填 0） 1 份" in str(caught.value)


# ── 拒收 ───────────────────────────────────────────────────────────────

REFUSED = [
    # 改哪一格，内容，该说的话
    ("recency", "两天前", "不是这一题的选项"),
    ("recency", "F", "不是这一题的选项"),
    ("recency", "1", "看不出是级别还是第几个选项"),
    ("recency", "5", "看不出是级别还是第几个选项"),
    ("recency", "5.", "不是这一题的选项"),  # 不是“数字级别”的又一种写法：方向从不猜
    ("recency", "(5)", "不是这一题的选项"),
    ("recency", "", "没有填"),
    ("recency", "(跳过)", "没有填"),
    ("frequency", "", "没有填"),
    ("frequency", "三次", "要一个整数"),
    ("frequency", "3-5次", "要一个整数"),
    ("frequency", "2.5", "要一个整数"),
    ("frequency", "-3", "要一个整数"),
    ("frequency", "1001", "大于许可的 1000"),
    ("frequency", "0", "是 0"),
    ("monetary", "(空)", "没有填"),
    ("monetary", "约500", "要一个以元计的数"),
    ("monetary", "500-1000", "要一个以元计的数"),
    ("monetary", "$100", "要一个以元计的数"),
    ("monetary", "£100", "要一个以元计的数"),
    ("monetary", "nan", "要一个以元计的数"),
    ("monetary", "1e3", "要一个以元计的数"),
    ("monetary", "-5", "小于许可的 0"),
    ("monetary", "1299.505", "比分还细"),
    ("monetary", "10000000.01", "大于许可的 10000000"),
    ("monetary", "0", "是 0"),
]


@pytest.mark.parametrize(("key", "cell", "said"), REFUSED)
def test_refuses_what_it_cannot_read(tmp_path, key, cell, said):
    lines = [*plain_lines(12), line("777", **{key: cell})]
    with pytest.raises(DataError) as caught:
        survey.read_survey(export(tmp_path / "答卷.csv", lines))
    message = str(caught.value)
    question = {"recency": R, "frequency": F, "monetary": M}[key]
    assert "有 1 处读不懂" in message
    assert "答卷.csv 第 14 行" in message  # 表头 1 行，好的 12 行
    assert question[:4] in message
    assert said in message
    assert "怎么办" in message
    if cell not in ("", "(空)", "(跳过)"):
        assert f"「{cell}」" in message


def test_a_buyer_within_half_a_year_who_did_not_buy_is_a_contradiction(tmp_path):
    lines = [*plain_lines(), line("1", "一周以内", "0", "0")]
    with pytest.raises(DataError, match="2 处读不懂"):
        survey.read_survey(export(tmp_path / "a.csv", lines))


@pytest.mark.parametrize("code", ["0", "6", "50"])
def test_level_codes_outside_the_scale(tmp_path, code):
    header = ["customer_id", "recency_level", "frequency", "monetary"]
    rows = [[str(i), "5", "2", "5"] for i in range(10)] + [["x", code, "2", "5"]]
    with pytest.raises(DataError, match="级别只有 1 到 5"):
        survey.read_survey(export(tmp_path / "a.csv", rows, header))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("101", "与第 3 行重复"),
        ("１０１", "与第 3 行重复"),
        ("", "空的"),
        ("1.23E+17", "被表格软件改成了数"),
        ("C\x1b[31m1\x07", "看不见的字符"),
        ("C1\nX", "看不见的字符"),
        ("\u202eC1", "看不见的字符"),
        ("x" * 5000, "长过 64 个字符"),
        ("123456789012345000", "已被电子表格改坏"),
    ],
)
def test_ids_must_be_whole_and_unique(tmp_path, name, said):
    lines = [*plain_lines(), line(name)]
    with pytest.raises(DataError) as caught:
        survey.read_survey(export(tmp_path / "a.csv", lines))
    assert said in str(caught.value)
    assert "第 12 行" in str(caught.value)


def test_all_problems_at_once_in_row_order(tmp_path):
    lines = [*plain_lines(), line("100", "昨天", "几次", "很多"), line("", "昨天")]
    with pytest.raises(DataError) as caught:
        survey.read_survey(export(tmp_path / "a.csv", lines))
    message = str(caught.value)
    assert "有 6 处读不懂" in message
    assert [message.count(cell) for cell in ("「昨天」", "「几次」", "「很多」")] == [2, 1, 1]
    assert message.rindex("第 12 行") < message.index("第 13 行")


def test_twenty_shown_and_the_total_told(tmp_path):
    lines = [line(str(1000 + i), frequency="几次") for i in range(23)]
    with pytest.raises(DataError) as caught:
        survey.read_survey(export(tmp_path / "a.csv", lines))
    message = str(caught.value)
    assert "有 23 处读不懂" in message
    assert message.count("「几次」") == 20
    assert "另有 3 处" in message


def test_a_long_or_strange_cell_is_cut_and_made_visible(tmp_path):
    lines = [*plain_lines(), line("1", "\x1b[2J" + "长" * 500)]
    with pytest.raises(DataError) as caught:
        survey.read_survey(export(tmp_path / "a.csv", lines))
    assert "\x1b" not in str(caught.value)
    assert "长" * 41 not in str(caught.value)


@pytest.mark.parametrize(("missing", "name"), [(R, "recency_level"), (F, "frequency"), (M, "monetary")])
def test_a_missing_question_is_named(tmp_path, missing, name):
    header = ["编号", *(text for text in (R, F, M) if text != missing)]
    path = export(tmp_path / "a.csv", [["1", "A", "3"]] * 10, header)
    with pytest.raises(DataError, match="找不到") as caught:
        survey.read_survey(path)
    assert missing in str(caught.value)
    assert name in str(caught.value)
    assert survey.looks_like_survey(header)


def test_a_question_twice_is_refused(tmp_path):
    path = export(tmp_path / "a.csv", [["A", "A", "3", "5"]] * 10, [f"1、{R}", "recency_level", F, M])
    with pytest.raises(DataError, match="不止一列"):
        survey.read_survey(path)


def test_headings_with_thousands_of_spaces_are_quick_and_no_question(tmp_path):
    """几万个空格曾让题号与题型的式子回头重走平方次。"""
    began = time.monotonic()
    wide = [f"{R}{' ' * 32_000}b", f"第{' ' * 250}1", f"{' ' * 150}({' ' * 140}", "[单选" * 70]
    assert not survey.looks_like_survey(wide * 50)
    assert time.monotonic() - began < 1


def test_many_kind_marks_are_all_taken_off():
    assert survey.looks_like_survey([f"3、{R}" + "（单选题）" * 40 + " [必答]  (必填) "])


def test_the_money_unit_comes_from_the_course(tmp_path, monkeypatch):
    sources = {"survey": replace(course().sources["survey"], unit="港元")}
    changed = replace(course(), sources=sources)
    monkeypatch.setattr(survey, "course", lambda: changed)
    population = survey.read_survey(export(tmp_path / "a.csv", plain_lines()))
    assert [indicator.unit for indicator in population.indicators] == ["级", "次", "港元"]


def test_orders_do_not_look_like_a_survey():
    assert not survey.looks_like_survey(["order_id", "customer_id", "order_date", "amount"])
    assert not survey.looks_like_survey([])


def test_a_broken_questionnaire_is_the_contents_fault(tmp_path, questionnaire):
    path = export(tmp_path / "a.csv", plain_lines())
    without = tuple(item for item in questionnaire.items if item.column != "frequency")
    with pytest.raises(ContentError, match="frequency"):
        survey.read_survey(path, replace(questionnaire, items=without))
    first = questionnaire.items[0]
    coded = replace(first, options=tuple(replace(option, code="近") for option in first.options))
    with pytest.raises(ContentError, match="不能换成级别"):
        survey.read_survey(path, replace(questionnaire, items=(coded, *questionnaire.items[1:])))


# ── 写出去再读回来 ─────────────────────────────────────────────────────

NAMES = st.text("0123456789abc甲乙丙-", min_size=1, max_size=8)
RESPONDENT = st.tuples(NAMES, st.integers(1, 5), st.integers(1, 1000), st.integers(1, 10**9))


def written(customer, form):
    """同一位客户，按问卷工具的几种写法之一。"""
    yuan, fen = divmod(customer.monetary, 100)
    label = LABELS[customer.recency]
    recency = [label, f"{'EDCBA'[customer.recency - 1]}. {label}", "EDCBA"[customer.recency - 1]][form % 3]
    money = [f"{yuan}.{fen:02d}", f"¥{yuan:,}.{fen:02d}", f"{yuan}.{fen:02d}元"][form % 3]
    return line(
        customer.customer_id, recency, [f"{customer.frequency}", f"{customer.frequency}次"][form % 2], money
    )


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(RESPONDENT, min_size=10, max_size=30, unique_by=lambda person: person[0]),
    form=st.integers(0, 5),
    encoding=st.sampled_from(["utf-8-sig", "gb18030"]),
)
def test_round_trip(tmp_path_factory, people, form, encoding):
    customers = sorted((Customer(*person) for person in people), key=lambda c: c.customer_id)
    path = tmp_path_factory.mktemp("round") / "答卷.csv"
    export(path, [written(customer, form) for customer in customers[::-1]], encoding=encoding)
    assert survey.read_survey(path).customers == tuple(customers)


# ── 一题一题 ───────────────────────────────────────────────────────────


def answered(column, text, coded=True):
    """一题读出来的样子：（写进数据表的，原因）。"""
    (item,) = [item for item in course().questionnaire.items if item.column == column]
    answer = survey.read_answer(text, item, coded)
    return survey.stored(answer, item), answer.why


NOT_AN_OPTION = "不是这一题的选项；改成选项原文"
EVERY_KIND = [
    # 列，写下的，写进数据表的，原因的开头（手写）
    ("recency_level", "5", "5", ""),
    ("recency_level", "一周以内", "5", ""),
    ("recency_level", "A", "5", ""),
    ("recency_level", "6", "", "级别只有 1 到 5"),
    ("frequency", "３ 次", "3", ""),
    ("frequency", "1001", "", "大于许可的 1000"),
    ("monetary", "1.2万", "12000.00", ""),
    ("monetary", "1,299.5元", "1299.50", ""),
    ("monetary", "0.001", "", "比分还细"),
    ("items_per_order", "0", "", "小于许可的 1"),
    ("entry_channel", "直播或短视频", "直播/短视频", ""),
    ("entry_channel", "直播/短视频", "直播/短视频", ""),
    ("entry_channel", "C", "首页推荐", ""),
    ("entry_channel", "3", "", NOT_AN_OPTION),
    ("entry_channel", "报纸", "", NOT_AN_OPTION),
    ("promotion_sensitivity", "影响很大", "5", ""),
    ("promotion_sensitivity", "5", "5", ""),
    ("promotion_sensitivity", "0", "", "级别只有 1 到 5"),
    ("nps", "0", "0", ""),
    ("nps", "10分", "10", ""),
    ("nps", "11", "", "大于许可的 10"),
    ("nps", "很可能", "", "要一个整数"),
    ("member", "不是", "否", ""),
    ("member", "否", "否", ""),
    ("gender", "(跳过)", "", ""),
    ("gender", "", "", ""),
]


@pytest.mark.parametrize(("column", "text", "stored", "why"), EVERY_KIND)
def test_one_answer_of_every_kind(column, text, stored, why):
    found = answered(column, text)
    assert found[0] == stored
    assert found[1].startswith(why) if why else found[1] == ""


def test_a_bare_number_is_a_guess_only_where_code_and_place_differ():
    """量表的第 5 个选项代码就是 5，两种读法是一回事；R 的第 1 个选项代码是 5，不是。"""
    assert answered("promotion_sensitivity", "5", coded=False) == ("5", "")
    assert answered("recency_level", "5", coded=False) == ("", "只有数字，看不出是级别还是第几个选项")


def test_a_code_that_is_another_options_label_stays_the_code(questionnaire):
    first = questionnaire.items[7]  # 是不是会员
    swapped = replace(
        first,
        options=(replace(first.options[0], label="否"), replace(first.options[1], label="是")),
    )
    assert survey.read_answer("是", swapped, coded=True).value == "是"
    assert survey.read_answer("是", swapped, coded=False).value == "否"


def problems(questionnaire, **texts):
    items = {item.column: item for item in questionnaire.items}
    answers = {c: survey.read_answer(t, items[c], coded=True) for c, t in texts.items()}
    return survey.form_problems(questionnaire, answers)


def test_what_a_whole_form_must_say(questionnaire):
    """R、F、M 非答不可，别的可以空着；没有消费的人 R 可以不填。"""
    good = {"recency_level": "5", "frequency": "3", "monetary": "100"}
    assert problems(questionnaire, **good) == {}
    assert problems(questionnaire) == dict.fromkeys(good, "没有填")
    assert problems(questionnaire, frequency="0", monetary="0") == {}
    assert problems(questionnaire, frequency="0", monetary="0.00", recency_level="1") == {}
    assert problems(questionnaire, **good | {"monetary": ""}) == {"monetary": "没有填"}


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"frequency": "0"}, ["frequency"]),
        ({"monetary": "0"}, ["monetary"]),
        ({"frequency": "0", "monetary": "0"}, ["frequency", "monetary"]),  # 一周以内买过，却一次没买
        ({"frequency": "0", "monetary": "约500"}, ["frequency", "monetary"]),
        ({"nps": "12", "gender": "保密"}, ["nps", "gender"]),
    ],
)
def test_contradictions_and_misreadings_are_at_their_questions(questionnaire, changed, where):
    found = problems(questionnaire, **{"recency_level": "5", "frequency": "3", "monetary": "100", **changed})
    assert list(found) == where  # 先后同题目
    if changed.get("frequency") == "0":
        assert found["frequency"].startswith("是 0，与另外两题矛盾")


# ── 几个文件合起来 ─────────────────────────────────────────────────────

SHORT = ["customer_id", "recency_level", "frequency", "monetary", "synthetic"]


def batch(tmp_path, name, rows, header=SHORT):
    return read_grid(export(tmp_path / name, rows, header))


def pooled(*grids):
    return survey.survey_of_grids(grids, "全班")


def rows_of(prefix, count=10):
    return [[f"{prefix}{i}", str(1 + i % 5), str(i + 1), f"{i + 1}.50", "false"] for i in range(count)]


def test_two_files_make_one_class(tmp_path):
    a, b = (batch(tmp_path, f"{x}.csv", rows_of(x, 6)) for x in "ab")
    population = pooled(b, a)
    assert [c.customer_id for c in population.customers] == [f"{x}{i}" for x in "ab" for i in range(6)]
    assert (population.source, population.setaside, population.synthetic) == ("全班", (), False)
    shas = sorted(hashlib.sha256((tmp_path / f"{x}.csv").read_bytes()).hexdigest() for x in "ab")
    assert population.data_sha256 == hashlib.sha256("\n".join(shas).encode()).hexdigest()
    assert pooled(a, b) == population  # 先后不要紧


def test_the_same_row_twice_counts_once_and_is_reported(tmp_path):
    """内容相同：数按大小比，列的先后、全角半角、大小写、是否标作合成都不论。"""
    a = batch(tmp_path, "a.csv", rows_of("k", 10))
    again = [["FALSE", "3.5", "k2", "３", "3"], ["否", "4.50元", "k3", "4", "4"]]
    b = batch(
        tmp_path, "b.csv", again, ["synthetic", "monetary", "customer_id", "frequency", "recency_level"]
    )
    population = pooled(a, b)
    assert len(population.customers) == 10
    assert population.setaside == (("重复的答卷（同一编号、同一内容，只算一份）", 2),)


def test_the_same_id_with_another_content_is_two_people(tmp_path):
    a = batch(tmp_path, "甲班.csv", rows_of("", 10))
    b = batch(tmp_path, "乙班.xlsx", [["3", "5", "9", "9.90", "false"], ["x", "5", "1", "1", "false"]])
    names = [c.customer_id for c in pooled(a, b).customers]
    assert {"甲班-3", "乙班-3", "x", "2"} <= set(names)  # 别人的编号不动
    assert "3" not in names
    assert len(names) == 12


def test_rows_without_ids_are_never_taken_for_one_another(tmp_path):
    lines = [[str(1 + i % 5), str(i + 1), "8"] for i in range(6)]
    a, b = (
        batch(tmp_path, f"{x}.csv", [*lines, end], SHORT[1:4])
        for x, end in (("a", ["1", "9", "1"]), ("b", ["2", "9", "1"]))
    )
    population = pooled(a, b)
    assert len(population.customers) == 14
    assert population.customers[0].customer_id == "a-R001"
    assert population.setaside == ()


def test_a_copy_of_a_whole_file_counts_once(tmp_path):
    lines = [[str(1 + i % 5), str(i + 1), "8"] for i in range(11)]
    a = batch(tmp_path, "a.csv", lines, SHORT[1:4])
    copy = batch(tmp_path, "a (1).csv", lines, SHORT[1:4])
    population = pooled(a, copy)
    assert [c.customer_id for c in population.customers] == [f"R{i:03d}" for i in range(1, 12)]
    assert dict(population.setaside) == {"重复的答卷（同一编号、同一内容，只算一份）": 11}
    assert population.data_sha256 == pooled(a).data_sha256


def test_all_problems_of_all_files_are_told_with_their_file(tmp_path):
    a = batch(tmp_path, "a.csv", [*rows_of("a", 10), ["a1", "9", "0", "5", "false"]])
    b = batch(tmp_path, "b.csv", [["b1", "5", "几次", "5", "false"]])
    with pytest.raises(DataError) as caught:
        pooled(a, b)
    message = str(caught.value)
    assert "「全班」 有 4 处读不懂" in message
    assert "a.csv 第 12 行的编号" in message
    assert "b.csv 第 2 行「frequency」列 「几次」" in message


def test_names_that_stay_ambiguous_are_refused(tmp_path):
    """只差扩展名，或加上文件名正好撞上另一个编号：不猜，请人改文件名。"""
    a = batch(tmp_path, "a.csv", rows_of("", 10))
    with pytest.raises(DataError, match="分不清是谁"):
        pooled(a, batch(tmp_path, "a.txt", [["3", "5", "9", "9.90", "false"]]))
    taken = [["3", "5", "9", "9.90", "false"], ["a-3", "5", "9", "9.90", "false"]]
    with pytest.raises(DataError, match="分不清是谁"):
        pooled(a, batch(tmp_path, "b.csv", taken))
    with pytest.raises(DataError, match="分不清是谁"):
        pooled(a, batch(tmp_path, f"{'长' * 63}.csv", [["3", "5", "9", "9.90", "false"]]))


def test_a_pool_of_nine_says_one_is_missing(tmp_path):
    a, b = (batch(tmp_path, f"{x}.csv", rows_of(x, 5)[: 4 + (x == "b")]) for x in "ab")
    with pytest.raises(DataError, match="「全班」 能用的答卷只有 9 份，至少要 10 份，还差 1 份"):
        pooled(a, b)


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(RESPONDENT, min_size=10, max_size=30, unique_by=lambda person: person[0]),
    places=st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=30, max_size=30),
    away=st.integers(0, 3),
)
def test_however_a_class_is_split_over_files_it_is_the_same_class(tmp_path_factory, people, places, away):
    """每个人交到一个或几个文件里：合起来还是那些人，每一行都有去处。"""
    folder = tmp_path_factory.mktemp("split")
    lines = [line(c.customer_id, LABELS[c.recency], str(c.frequency), f"{c.monetary // 100}.{c.monetary % 100:02d}")
             for c in (Customer(*person) for person in people)]  # fmt: skip
    lines += [line(f"没买{i}", "半年以上", "0", "0") for i in range(away)]
    files = [
        [one for one, where in zip(lines, places + [{0}] * 3, strict=False) if n in where] for n in range(4)
    ]
    grids = [batch(folder, f"{n}.csv", rows, HEADER) for n, rows in enumerate(files) if rows]
    population = pooled(*grids)
    assert population.customers == tuple(sorted((Customer(*p) for p in people), key=lambda c: c.customer_id))
    used = len(population.customers) + sum(count for _, count in population.setaside)
    assert used == sum(map(len, files))
