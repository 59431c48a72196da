"""屏幕上的问卷与班级问卷的数据表：收下的都读得回来，拒收的与读文件时同一句话；别人的行一个字节也不动。"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import survey, tables
from lifecycle_lab.answers import disk
from lifecycle_lab.answers.pool import Pool
from lifecycle_lab.content import course
from lifecycle_lab.exercises import open_assignment
from lifecycle_lab.exercises.interview import Interview
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.schema import AnswerFileError, Customer, DataError, ParameterError

GOOD = {"recency_level": "5", "frequency": "3", "monetary": "1299.5"}
# 题目的先后照 data/course/questionnaire.toml 手抄
HEADER = (
    "customer_id,recency_level,frequency,monetary,items_per_order,entry_channel,promotion_sensitivity,"
    "returns,member,product_satisfaction,service_satisfaction,logistics_satisfaction,nps,"
    "repurchase_intention,care_preference,online_shopping_years,gender,age_group,occupation,synthetic"
)
BOM = b"\xef\xbb\xbf"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers" / "class_survey.csv"


@pytest.fixture
def interview(path):
    return Interview(course(), path)


def submit(interview, **texts):
    interview.answer({**GOOD, **texts})
    return interview.submit()


def last_id(shown):
    return re.search(r"编号是 (\w+)", str(shown))[1]


# ── 答 ────────────────────────────────────────────────────────────────


def test_one_response_becomes_one_row(interview, path):
    interview.answer({"R": 5, "2": "３ 次", "monetary": 1299.5, "q16": "不便透露"})
    interview.answer({"4. 您平均每次下单买几件商品？": 2, "nps": "10分"})
    shown = interview.submit()
    row = f"{last_id(shown)},5,3,1299.50,2,,,,,,,,10,,,,未答,,,false"
    assert path.read_bytes() == BOM + f"{HEADER}\n{row}\n".encode()
    assert interview.count() == 1
    assert interview.answers == {}


def test_an_answer_can_be_changed_and_wiped(interview):
    interview.answer({"frequency": "3", "nps": "9"})
    interview.answer({"frequency": "4", "nps": ""})
    assert [a.value for a in interview.answers.values()] == [4, None]


def test_what_cannot_be_read_is_told_at_once_by_question(interview):
    said = str(interview.answer({"frequency": "几次", "monetary": "100"}))
    assert "第 2 题“近一年里，您在本店一共下过多少次单？”：要一个整数" in said
    assert "第 3 题" not in said
    assert interview.answers["frequency"].text == "几次"  # 原文还在


def test_an_unknown_question_is_refused_and_the_others_kept(interview):
    with pytest.raises(ParameterError, match="没有认出 「姓名」 这一题。别的 1 题已经记下"):
        interview.answer({"姓名": "甲", "frequency": "3"})
    assert interview.answers["frequency"].value == 3
    with pytest.raises(ParameterError, match=r"没有认出 「19」 这一题。\n"):
        interview.answer({19: "3"})
    with pytest.raises(ParameterError, match="看不出 「5」 是哪几题的答案"):
        interview.answer(5)


def test_a_bare_number_to_the_question_itself_is_a_guess(interview):
    """用列名或 R 问的是级别；用题目问的，1 可能是第一个选项。"""
    assert "看不出是级别还是第几个选项" in str(interview.answer({"q01": 1}))
    interview.answer({"R": 1})
    assert interview.answers["recency_level"].value == "1"


def test_submitting_with_problems_names_each_question_and_keeps_everything(interview, path):
    interview.answer({"frequency": "0", "monetary": "50", "nps": "11"})
    with pytest.raises(ParameterError) as caught:
        interview.submit()
    lines = str(caught.value).splitlines()
    assert lines[0] == "这一份还没有提交：有 3 题要改。"
    assert [line.split("“")[0] for line in lines if line.startswith("第")] == [
        "第 1 题",
        "第 2 题",
        "第 12 题",
    ]
    assert "是 0，与另外两题矛盾" in str(caught.value)
    assert not path.exists()
    assert interview.answers["monetary"].value == 5000


def test_somebody_who_did_not_buy_is_taken_and_not_counted_as_a_customer(interview):
    shown = submit(interview, recency_level="", frequency="0", monetary="0")
    assert "现在有 1 份（1 份近一年没有消费或没有填，不算），还差 10 份" in str(shown)


# ── 收下的读得回来 ───────────────────────────────────────────────────

RECENCY = [
    "5",
    "1",
    "3.0",
    "6",
    "A",
    "e.",
    "一周以内",
    "C. 一个月以上、三个月以内",
    "两天前",
    "",
    "(跳过)",
    "F",
]
FREQUENCY = ["1", "3 次", "１，０００", "1001", "0", "0.0", "2.5", "-1", "三次", "", "(空)"]
MONEY = [
    "0.01",
    "￥1,299.50",
    "1.2万",
    "10000000",
    "10000000.01",
    "0",
    "0.00元",
    "1.005",
    "$5",
    "约500",
    "-5",
    "",
]
OTHERS = {
    "nps": ["0", "10分", "11", ""],
    "gender": ["未答", "不便透露", "C", "保密", ""],
    "returns": ["0", "1000", "x"],
}
FORM = st.fixed_dictionaries(
    {
        "recency_level": st.sampled_from(RECENCY),
        "frequency": st.sampled_from(FREQUENCY) | st.integers(1, 1000).map(str),
        "monetary": st.sampled_from(MONEY) | st.integers(1, 10**9).map(lambda fen: f"{fen // 100}.{fen % 100:02d}"),
    },
    optional={column: st.sampled_from(texts) for column, texts in OTHERS.items()},
)  # fmt: skip


def exported(path, responses):
    """同样的回答，写成一份导出文件（我们的列名），垫上 10 份好的。"""
    columns = [*GOOD, *OTHERS]
    lines = [[f"垫{i}", "4", "2", "20", "", "", ""] for i in range(10)]
    lines += [[f"人{i}", *(texts.get(c, "") for c in columns)] for i, texts in enumerate(responses)]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["customer_id", *columns], *lines])
    path.write_text(out.getvalue(), encoding="utf-8-sig")
    return path


def told_by_reader(path):
    """读文件时说的：{（第几份，列）：原因}；能读就是客户。"""
    try:
        return survey.read_survey(path), {}
    except DataError as error:
        found = re.findall(r"第 (\d+) 行「(\w+)」列 「.*?」：(.*)", error.where)
        return None, {(int(row) - 12, column): why for row, column, why in found}


@settings(max_examples=200, deadline=None)
@given(texts=FORM)
def test_the_form_and_the_reader_agree(tmp_path_factory, texts):
    """问卷收下的，读文件时也收下，值相同；读文件时拒收的，问卷在同一题用同一句话拒收。"""
    folder = tmp_path_factory.mktemp("agree")
    interview = Interview(course(), folder / "pool.csv")
    interview.answer(texts)
    refused = {c: why for c, why in interview.problems().items() if c in GOOD}
    population, told = told_by_reader(exported(folder / "export.csv", [texts]))
    told = {column: why for (_, column), why in told.items()}
    if told:
        assert list(refused) == list(told)
        assert all(told[column].split("；补上，或")[0] == why for column, why in refused.items())
    elif refused:  # 三题都没填：文件里放在一边，问卷请人填上
        assert set(refused.values()) == {"没有填"}
        assert dict(population.setaside) == {"R、F、M 三题都没有填的答卷": 1}
    else:
        expected = [c.values for c in population.customers if c.customer_id == "人0"]
        assert pooled_values(interview, folder) == expected


def pooled_values(interview, folder):
    """提交（别的题读不懂的先擦掉）十份好的和这一份，再从数据表读回来。"""
    interview.answer(dict.fromkeys(interview.problems(), ""))
    first = last_id(interview.submit())
    for _ in range(10):
        interview.answer({"recency_level": "4", "frequency": "2", "monetary": "20"})
        interview.submit()
    found = survey.read_survey(folder / "pool.csv").customers
    assert sum(c.values == (4, 2, 2000) for c in found) >= 10
    return [c.values for c in found if c.customer_id == first]


ANSWER = st.fixed_dictionaries(
    {
        "recency_level": st.integers(1, 5),
        "frequency": st.integers(1, 1000),
        "monetary": st.integers(1, 10**9),
        "entry_channel": st.sampled_from(["", *(o.code for o in course().questionnaire.items[4].options)]),
        "age_group": st.sampled_from(["", "18–24", "51 岁及以上"]),
    }
)


@settings(max_examples=15, deadline=None)
@given(people=st.lists(ANSWER, min_size=10, max_size=14))
def test_round_trip(tmp_path_factory, people):
    path = tmp_path_factory.mktemp("round") / "class_survey.csv"
    interview = Interview(course(), path)
    expected = []
    for person in people:
        fen = person["monetary"]
        interview.answer({**person, "monetary": f"{fen // 100}.{fen % 100:02d}"})
        name = last_id(interview.submit())
        expected.append(Customer(name, person["recency_level"], person["frequency"], fen))
    population = survey.read_survey(path)
    assert population.customers == tuple(sorted(expected, key=lambda c: c.customer_id))
    assert (population.synthetic, population.setaside) == (False, ())
    stored = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    assert [row["entry_channel"] for row in stored] == [person["entry_channel"] for person in people]


def test_a_class_survey_becomes_lesson_four(interview, path):
    for i in range(12):
        submit(interview, recency_level=str(1 + i % 5), frequency=str(1 + i), monetary=str(10 * (i % 7) + 5))
    for source in (path, path.parent):
        assignment = open_assignment("0020230101", str(source))
        assert len(assignment.sample) == 10
        assert not assignment.synthetic


# ── 数据表 ────────────────────────────────────────────────────────────

COLUMNS = ("recency_level", "frequency", "synthetic")


def cells(frequency="3"):
    return {"recency_level": "5", "frequency": frequency, "synthetic": False}


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12), max_size=6
    ),
    ending=st.sampled_from(["\n", "\r\n", ""]),
)
def test_existing_rows_are_kept_byte_for_byte(tmp_path_factory, texts, ending):
    """表格软件改过换行、少了最后一个换行、格里有引号逗号，都原样留着；加一份再撤掉，回到原来。"""
    path = tmp_path_factory.mktemp("bytes") / "p.csv"
    lines = [survey.sheet_line(["customer_id", *COLUMNS]), *(survey.sheet_line([f"K{i}", t, "3", "否"]) for i, t in enumerate(texts))]  # fmt: skip
    before = "\ufeff" + (ending or "\n").join(line.removesuffix("\n") for line in lines) + ending
    path.write_bytes(before.encode())
    pool = Pool(path, COLUMNS)
    added = pool.add(cells())
    after = path.read_bytes().decode()
    assert after == before + ("" if ending else "\n") + f"{added},5,3,false\n"
    assert pool.ids() == (*(f"K{i}" for i in range(len(texts))), added)
    pool.remove(added)
    assert path.read_bytes().decode() == before + ("" if ending else "\n")


UNUSABLE = {
    "别的表": "order_id,amount\nO1,5\n".encode("utf-8-sig"),
    "少一列": b"customer_id,recency_level,synthetic\nK1,5,false\n",
    "多一列": b"customer_id,recency_level,frequency,synthetic,name\n",
    "换了先后": b"customer_id,frequency,recency_level,synthetic\n",
    "空的": b"",
    "GBK": "customer_id,recency_level,frequency,synthetic\nK1,一周以内,3,否\n".encode("gbk"),
    "行短了": b"customer_id,recency_level,frequency,synthetic\nK1,5,3\n",
    "引号没有收尾": b'customer_id,recency_level,frequency,synthetic\nK1,5,"3,false\n',
    "不是文字": b"PK\x03\x04\x00\xff",
}


@pytest.mark.parametrize("how", UNUSABLE)
def test_a_foreign_or_broken_file_is_never_overwritten(path, how):
    path.parent.mkdir()
    path.write_bytes(UNUSABLE[how])
    pool = Pool(path, COLUMNS)
    for act in (lambda: pool.add(cells()), lambda: pool.remove("K1"), pool.ids):
        with pytest.raises(AnswerFileError, match="用不了，没有动它"):
            act()
    assert path.read_bytes() == UNUSABLE[how]


def test_a_changed_questionnaire_does_not_mix_into_the_old_table(path):
    submit(Interview(course(), path))
    before = path.read_bytes()
    form = course().questionnaire
    shorter = replace(course(), questionnaire=replace(form, items=form.items[:-1]))
    with pytest.raises(AnswerFileError, match="问卷改过题"):
        submit(Interview(shorter, path))
    assert path.read_bytes() == before


def test_a_failed_write_leaves_the_file_and_the_answers(interview, path, monkeypatch):
    submit(interview)
    before = path.read_bytes()

    class Full:
        def __getattr__(self, name):
            return getattr(real, name)

        def write(self, *_):
            raise OSError(28, "No space left on device")

    real = disk.os
    monkeypatch.setattr(disk, "os", Full())
    with pytest.raises(AnswerFileError, match="磁盘满了"):
        submit(interview, frequency="7")
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["class_survey.csv", "class_survey.lock"]
    assert interview.answers["frequency"].value == 7
    monkeypatch.setattr(disk, "os", real)
    interview.submit()
    assert interview.count() == 2


def test_a_locked_table_waits_and_then_says_so(path):
    pool = Pool(path, COLUMNS, lock_timeout=0.05)
    pool.add(cells())
    with disk.locked(str(path.with_suffix(".lock")), 1), pytest.raises(AnswerFileError, match="占着"):
        pool.add(cells())
    assert len(pool.ids()) == 1


def test_leftovers_of_a_killed_process_are_swept(path):
    pool = Pool(path, COLUMNS)
    pool.add(cells())
    leftover = path.with_name(f"{pool._place.temporary_prefix}ab.tmp")
    leftover.write_bytes(b"half")
    pool.add(cells())
    assert not leftover.exists()


WRITER = """
import sys
from lifecycle_lab.answers.pool import Pool
pool = Pool(sys.argv[1], ("recency_level", "frequency", "synthetic"))
for i in range(20):
    pool.add({"recency_level": "5", "frequency": sys.argv[2], "synthetic": False})
"""


def test_four_windows_lose_nothing(path):
    runs = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(n)]) for n in range(1, 5)]
    assert [run.wait(120) for run in runs] == [0] * 4
    ids = Pool(path, COLUMNS).ids()
    assert len(set(ids)) == len(ids) == 80
    written = path.read_bytes().decode("utf-8-sig").splitlines()[1:]
    assert [sum(row.split(",")[2] == str(n) for row in written) for n in range(1, 5)] == [20] * 4


def test_ids_are_text_for_a_spreadsheet_and_never_taken_twice(path):
    drawn = iter(["K1", "K1", "K1", "K2"])
    pool = Pool(path, COLUMNS, new_id=lambda: next(drawn))
    assert [pool.add(cells()), pool.add(cells())] == ["K1", "K2"]
    own = [Pool(path, COLUMNS).add(cells()) for _ in range(3)]
    assert len(set(own)) == 3
    assert all(re.fullmatch("K[0-9a-f]{10}", name) for name in own)


def test_formulas_become_plain_text(path):
    form = course().questionnaire
    shop = form.items[4]
    evil = replace(shop, options=(replace(shop.options[0], code='=HYPERLINK("x")'), *shop.options[1:]))
    items = tuple(evil if item is shop else item for item in form.items)
    interview = Interview(replace(course(), questionnaire=replace(form, items=items)), path)
    submit(interview, entry_channel="自己搜索")
    (row,) = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig")))
    assert row["entry_channel"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize("name", ["class_survey", "class_survey.json", "class_survey.lock", ""])
def test_the_table_is_a_csv(tmp_path, name):
    with pytest.raises(ParameterError, match=r"以 \.csv 结尾"):
        Pool(tmp_path / name, COLUMNS)


def test_a_folder_or_a_nul_where_the_table_should_be(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(AnswerFileError, match="文件夹"):
        Pool(tmp_path / "a.csv", COLUMNS).add(cells())
    with pytest.raises(AnswerFileError, match="不认的字符"):
        Pool("a\x00.csv", COLUMNS)


# ── 撤回 ──────────────────────────────────────────────────────────────


def test_withdrawing_the_last_then_the_one_before(interview, path):
    submit(interview)
    one = path.read_bytes()
    submit(interview, frequency="9")
    assert "现在有 1 份" in str(interview.withdraw())
    assert path.read_bytes() == one
    assert "现在有 0 份，还差 10 份" in str(interview.withdraw())
    with pytest.raises(ParameterError, match="这次打开以来还没有提交过"):
        interview.withdraw()


def test_withdrawing_somebody_by_number_leaves_no_trace(interview, path):
    first = last_id(submit(interview, monetary="777.77"))
    submit(interview)
    again = Interview(course(), path)  # 别的一天，重新打开
    again.withdraw(f" {first} ")
    kept = b"".join(p.read_bytes() for p in path.parent.rglob("*") if p.is_file())
    assert b"777.77" not in kept
    assert first.encode() not in kept
    with pytest.raises(ParameterError, match="没有编号"):
        again.withdraw(first)
    interview.withdraw()  # 这个窗口最后提交的一份还在，撤的就是它
    assert interview.count() == 0


# ── 说的话 ────────────────────────────────────────────────────────────


def test_what_is_said_after_submitting(interview, monkeypatch, path):
    monkeypatch.chdir(path.parent.parent)
    said = str(submit(interview))
    assert said.startswith("已加入：班级问卷现在有 1 份，还差 9 份就能做实训。")
    assert 'source = "answers/class_survey.csv"' in said
    assert f'lab.questionnaire().withdraw("{last_id(said)}")' in said
    for _ in range(9):
        said = str(submit(interview))
    assert "现在有 10 份，数目够做实训了" in said
    assert "answers/class_survey.csv 里" in interview.privacy()


def test_a_row_somebody_spoiled_is_told_and_does_not_stop_the_next(interview, path):
    submit(interview)
    path.write_bytes(path.read_bytes().replace(b",5,3,1299.50", b",5,x,1299.50"))
    assert "现在有 2 份，但用不了" in str(submit(interview))


def test_nothing_is_written_by_looking(interview, path):
    assert (interview.count(), path.exists()) == (0, False)
    assert "现在有 0 份，还差 10 份" in interview.tally()
    with pytest.raises(ParameterError):
        interview.withdraw()
    assert not path.exists()


def test_without_a_kernel_it_is_the_printed_table(interview):
    form, text = course().questionnaire, course().tables["table_4_1"]
    printed = Shown((form.introduction, tables.questionnaire(text, form), form.closing))
    assert interview._repr_html_() == printed._repr_html_()
    assert repr(interview) == str(interview) == str(printed)


# ── 屏幕上的一份：内核这一边 ─────────────────────────────────────────


@pytest.fixture
def form(path):
    from lifecycle_lab.widgets.questionnaire import InterviewForm

    return InterviewForm(course(), path)


def ask(form, verb, **content):
    """网页发来一条消息，收到的回执。"""
    screen = form._on_screen() if form._screen is None else form._screen
    replies = []
    screen.send = lambda content, buffers=None: replies.append(content)
    screen._hear(screen, {"verb": verb, "ticket": "t1", **content})
    (reply,) = replies
    return reply, screen.page


def test_the_page_asks_every_question_once_and_holds_no_answers(form):
    bundle = form._repr_mimebundle_()
    assert bundle["text/html"] == form._repr_html_()
    page = form._screen.page
    assert [item["column"] for item in page["items"]] == [i.column for i in course().questionnaire.items]
    assert [item["column"] for item in page["items"] if item["required"]] == list(GOOD)
    choices = {item["column"]: [o["code"] for o in item["options"]] for item in page["items"]}
    assert choices["recency_level"] == ["5", "4", "3", "2", "1"]
    assert choices["nps"] == [str(n) for n in range(11)]
    assert choices["monetary"] == []


def test_no_answer_stays_in_what_a_notebook_saves(form):
    """笔记本可以存下控件的状态；里面不许有谁的答案，读不懂的、被拒的、收下的都一样。"""
    secret = {"recency_level": "5", "monetary": "31415.92", "frequency": "271"}
    for verb, texts in [
        ("look", {"frequency": "271次了"}),
        ("submit", {**secret, "nps": "-"}),
        ("submit", secret),
    ]:
        ask(form, verb, answers=texts)
        state = json.dumps(form._screen.get_state(), ensure_ascii=False)
        assert "271" not in state
        assert "31415" not in state
    assert form.count() == 1


def test_looking_tells_what_is_misread_and_only_after_a_refusal_what_is_missing(form):
    reply, page = ask(form, "look", answers={"frequency": "几次"})
    assert (reply["kept"], page["problems"]) == (True, {"frequency": "要一个整数，如 3"})
    reply, page = ask(form, "submit", answers={"frequency": "几次"})
    assert not reply["kept"]
    assert "有 3 题要改" in reply["said"]
    assert list(page["problems"]) == list(GOOD)
    _, page = ask(form, "look", answers={**GOOD, "monetary": ""})
    assert page["problems"] == {"monetary": "没有填"}


def test_a_question_that_is_not_asked_is_not_taken(form, path):
    reply, _ = ask(form, "submit", answers={**GOOD, "name": "王小明", "customer_id": "K1"})
    assert reply["kept"]
    assert "王小明" not in path.read_text(encoding="utf-8-sig")
    assert path.read_text(encoding="utf-8-sig").splitlines()[0] == HEADER


def test_submit_again_withdraw_on_screen(form, path):
    reply, page = ask(form, "submit", answers=GOOD)
    assert reply["kept"]
    assert page["done"][0] == "已加入：班级问卷现在有 1 份，还差 9 份就能做实训。"
    _, page = ask(form, "again")
    assert (page["done"], page["problems"], form.answers) == ([], {}, {})
    ask(form, "submit", answers=GOOD)
    reply, page = ask(form, "withdraw")
    assert reply["said"].startswith("已撤回编号")
    assert (form.count(), page["done"]) == (1, [])
    assert "现在有 1 份" in page["tally"]


def test_code_and_screen_are_one_pool(form):
    ask(form, "submit", answers=GOOD)
    submit(form)
    assert "现在有 2 份" in form._screen.page["tally"]
    form.withdraw()
    assert "现在有 1 份" in form._screen.page["tally"]


def test_a_table_that_cannot_be_used_still_shows_the_questionnaire(form, path):
    path.parent.mkdir()
    path.write_bytes(b"a,b\n")
    form._repr_mimebundle_()
    assert "用不了" in form._screen.page["tally"]
    reply, _ = ask(form, "submit", answers=GOOD)
    assert not reply["kept"]
    assert "用不了" in reply["said"]
    assert path.read_bytes() == b"a,b\n"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"answers": None},
        {"answers": [1]},
        {"answers": {"name": "甲", "frequency": ["3"]}},
        {"answers": {}},
    ],
)
def test_strange_messages_write_nothing(form, path, content):
    for verb in ("submit", "look", "delete"):
        screen = form._on_screen()
        screen.send = lambda *_, **__: None
        screen._hear(screen, {"verb": verb, **content})
    assert not path.exists()
