"""答案房间：信封、解析、读写、版本、冲突、文件名；崩溃与并发在 test_answers_crash.py。"""

import hashlib
import json
import os
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle_lab.answers import (
    Answers,
    AnswersFile,
    ForeignAnswers,
    default_path,
    disk,
    encode,
    parse,
    set_cells,
    set_quiz,
    set_text,
    store,
    write_file,
)
from lifecycle_lab.schema import AnswerConflict, AnswerFileError

VARIANT = {
    "scheme": "v1",
    "source": "survey",
    "as_of": "2026-09-01",
    "attempt": 2,
    "keyed": False,
    "customers": ["C001", "C012"],
}
BLANK = Answers("clm", "rfm-training", "0020230101", VARIANT, "ab" * 32)
TABLES = {"table_4_2", "table_4_3"}


class Clock:
    """拨得动的钟。"""

    def __init__(self):
        self.moment = datetime(2026, 9, 1, 8, tzinfo=UTC)

    def __call__(self):
        return self.moment

    def forward(self, **gap):
        self.moment += timedelta(**gap)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_file(tmp_path, clock):
    """打开同一个答案文件的一次会话。"""

    def opened(session="s1", new=BLANK, **options):
        return AnswersFile(tmp_path / "a.json", new=new, session=session, now=clock, **options)

    return opened


def arrow(text, row="C012", column="recency"):
    return lambda answers: answers.with_cells("table_4_3", {(row, column): text})


def document(**changes):
    """一份合格的信封（字典），改几项；指纹重算，除非给了 sha256。"""
    found = json.loads(encode(arrow("↑")(BLANK).with_text("q1", "因为")))
    found |= changes
    found = {key: value for key, value in found.items() if value is not ...}
    return found if "sha256" in changes else found | {"sha256": hand_digest(found)}


def hand_digest(found):
    """不靠产品代码，照约定重算的指纹。"""
    hashed = {k: v for k, v in found.items() if k not in ("sha256", "saved_at", "session")}
    text = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def as_bytes(found):
    return json.dumps(found, ensure_ascii=False).encode()


# ---------------------------------------------------------------- 信封


def test_envelope_is_the_frozen_contract():
    answers = arrow("↑")(BLANK).with_text("q1", "因为\n所以").with_quiz("k1", ["甲", "乙"])
    answers = answers.with_attempt("table_4_3", checks=2, tried=True)
    answers = replace(answers, revision=7, session="s", saved_at="2026-09-01T08:00:00+08:00")
    text = encode(answers).decode()
    expected = {
        "format": 1,
        "course": "clm",
        "assignment": "rfm-training",
        "student_id": "0020230101",
        "variant": VARIANT,
        "data_sha256": "ab" * 32,
        "revision": 7,
        "tables": {"table_4_3": {"C012": {"recency": "↑"}}},
        "quiz": {"k1": ["甲", "乙"]},
        "text": {"q1": "因为\n所以"},
        "attempts": {"table_4_3": {"checks": 2, "hints": 0, "solution": False, "tried": True}},
        "session": "s",
        "saved_at": "2026-09-01T08:00:00+08:00",
    }
    expected["sha256"] = hand_digest(expected)
    assert json.loads(text) == expected
    assert list(json.loads(text)) == sorted(expected)
    assert "↑" in text
    assert "\\u" not in text
    assert '\n "assignment"' in text


def test_time_and_session_are_outside_the_hash_and_content_is_inside():
    stamped = replace(BLANK, session="别的", saved_at="2030-01-01T00:00:00+00:00")
    assert stamped.sha256 == BLANK.sha256
    assert replace(BLANK, revision=1).sha256 != BLANK.sha256
    assert arrow("↓")(BLANK).sha256 != arrow("↑")(BLANK).sha256


def test_same_content_same_bytes_whatever_the_order_of_filling():
    one = arrow("↑")(arrow("↓", "C001")(BLANK))
    other = arrow("↓", "C001")(arrow("↑")(BLANK))
    assert encode(one) == encode(other)


def test_helpers_give_new_values_and_leave_the_old_alone():
    before = encode(BLANK)
    filled = BLANK.with_cells("t", {("r", "c"): "1"}).with_text("q", "x").with_quiz("k", "甲")
    assert encode(BLANK) == before
    assert (filled.cell("t", "r", "c"), filled.text["q"], filled.quiz["k"]) == ("1", "x", "甲")
    with pytest.raises(FrozenInstanceError):
        filled.revision = 3


def test_values_passed_in_cannot_be_changed_from_outside():
    variant = {**VARIANT, "customers": ["C001"]}
    answers = replace(BLANK, variant=variant)
    variant["customers"].append("C999")
    assert answers.variant["customers"] == ["C001"]


def test_blank_cells_read_as_nothing_and_erasing_equals_never_filled():
    assert BLANK.cell("table_4_3", "C012", "recency") == ""
    assert arrow("")(arrow("↑")(BLANK)) == BLANK
    assert BLANK.with_text("q", "x").with_text("q", "") == BLANK
    assert BLANK.with_quiz("q", ["x"]).with_quiz("q", []) == BLANK


def test_line_ends_of_windows_and_word_become_one_and_nothing_else_changes():
    text = BLANK.with_text("q", "甲\r\n乙\r丙\x0b丁 ⬆ 1,299 ").text["q"]
    assert text == "甲\n乙\n丙\n丁 ⬆ 1,299 "


def test_attempts_start_from_zero_and_change_one_by_one():
    assert BLANK.attempt("x") == {"checks": 0, "hints": 0, "solution": False, "tried": False}
    answers = BLANK.with_attempt("x", hints=1).with_attempt("x", tried=True, opened=3)
    assert answers.attempt("x") == {"checks": 0, "hints": 1, "solution": False, "tried": True, "opened": 3}


def test_answers_travel_between_processes():
    answers = arrow("↑")(BLANK)
    assert pickle.loads(pickle.dumps(answers)) == answers


# ---------------------------------------------------------------- 解析

words = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t"), max_size=12)
wholes = st.integers(0, 10**15 - 1)
envelopes = st.builds(
    Answers,
    course=words,
    assignment=words,
    student_id=words,
    variant=st.fixed_dictionaries(
        {
            "scheme": words,
            "source": words,
            "as_of": st.none() | words,
            "attempt": wholes,
            "keyed": st.booleans(),
            "customers": st.lists(words, max_size=10),
        }
    ),
    data_sha256=words,
    revision=wholes,
    tables=st.dictionaries(
        words, st.dictionaries(words, st.dictionaries(words, words, max_size=3)), max_size=3
    ),
    quiz=st.dictionaries(words, words | st.lists(words, max_size=3), max_size=3),
    text=st.dictionaries(words, words, max_size=3),
    attempts=st.dictionaries(
        words,
        st.fixed_dictionaries(
            {"checks": wholes, "tried": st.booleans()}, optional={"opened": wholes | st.booleans()}
        ),
        max_size=3,
    ),
    session=words,
    saved_at=st.just("") | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    edited_outside=st.booleans(),
)
LIGHT = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LIGHT
@given(envelopes)
def test_parse_undoes_encode(answers):
    found = parse(encode(answers), "a.json")
    assert found == answers
    assert (found.sha256, found.ignored_keys) == (answers.sha256, ())


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_byte_mutations_raise_only_the_typed_error(data):
    found = bytearray(encode(arrow("↑")(BLANK).with_text("q1", "因为 “一” {[\\")))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(found)))
        length = data.draw(st.sampled_from([0, 1, 1, 2, 40]))
        piece = data.draw(
            st.binary(max_size=3)
            | st.sampled_from(
                [b'"', b"[", b"{", b"}", b"\\", b"\\ud800", b"NaN", b"-1", b"1e999", b"null", b"9" * 16]
            )
        )
        found[start : start + length] = piece
    refusal = refused(bytes(found))
    assert refusal is None or "「a.json」" in refusal.where


def refused(data):
    try:
        parse(data, "a.json", known_tables=TABLES)
    except AnswerFileError as error:
        return error
    return None


@LIGHT
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_arbitrary_bytes_raise_only_the_typed_error(data):
    with pytest.raises(AnswerFileError):
        parse(data, "a.json")


VALID = encode(arrow("↑")(BLANK).with_text("q1", "因为"))


def swapped(old, new):
    assert VALID.count(old) == 1
    return VALID.replace(old, new)


def nested(depth):
    """extra 里套 depth 层；最外面的信封本身算一层。"""
    return VALID.replace(b'{\n "assign', b'{\n "extra": ' + b"[" * depth + b"]" * depth + b', "assign', 1)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b" " * 256_001, "256 kB", id="too big"),
        pytest.param(VALID.decode().encode("utf-16"), "UTF-8", id="utf-16"),
        pytest.param(VALID.decode().encode("gb18030"), "UTF-8", id="gb18030"),
        pytest.param(VALID[: len(VALID) // 2], "JSON", id="cut short"),
        pytest.param(b"", "JSON", id="empty"),
        pytest.param(b"\x00" * 400, "JSON", id="zeros after a power cut"),
        pytest.param(b"[1]", "一组键与值", id="not an object"),
        pytest.param(swapped(b'"revision": 0', b'"revision": NaN'), "NaN", id="nan"),
        pytest.param(swapped(b'"revision": 0', b'"revision": -Infinity'), "Infinity", id="infinity"),
        pytest.param(swapped(b'"revision": 0', b'"revision": 1e999'), "1e999", id="float overflow"),
        pytest.param(swapped(b'"revision": 0', b'"revision": 0, "revision": 0'), "两次", id="twice"),
        pytest.param(swapped(b'"recency": "', b'"recency": "x", "recency": "'), "两次", id="twice inside"),
        pytest.param(nested(16), "16 层", id="too deep"),
        pytest.param(b"[" * 100_000, "16 层", id="very deep"),
        pytest.param(b'{"a":' * 40_000, "16 层", id="very deep objects"),
        pytest.param(b'"' + b'\\"' * 120_000, "JSON", id="endless escapes"),
        pytest.param(swapped("因为".encode(), b"x" * 4_001), "4000", id="long text"),
        pytest.param(swapped(b'"q1"', b'"' + b"x" * 4_001 + b'"'), "4000", id="long key"),
        pytest.param(swapped(b'"revision": 0', b'"revision": 1234567890123456'), "15 位", id="16 digits"),
        pytest.param(swapped(b'"revision": 0', b'"revision": ' + b"9" * 5_000), "15 位", id="5000 digits"),
        pytest.param(swapped("因为".encode(), b"\\u0000"), "控制符", id="nul"),
        pytest.param(swapped("因为".encode(), b"\\r"), "控制符", id="carriage return"),
        pytest.param(swapped("因为".encode(), b"\\u001b[2J"), "控制符", id="escape"),
        pytest.param(swapped("因为".encode(), b"\\u0085"), "控制符", id="c1 control"),
        pytest.param(swapped("因为".encode(), b"\xc2\x9b"), "控制符", id="raw c1 control"),
        pytest.param(swapped(b'"q1"', b'"\\u0007"'), "控制符", id="control in a key"),
        pytest.param(swapped("因为".encode(), b"\\ud83d"), "半个字符", id="surrogate"),
        pytest.param(as_bytes(document(format=2)), "格式号", id="newer format"),
        pytest.param(as_bytes(document(format=True)), "整数", id="format true"),
        pytest.param(as_bytes(document(tables={"table_9_9": {}})), "table_9_9", id="unknown table"),
        pytest.param(as_bytes(document(sha256=5)), "文字", id="hash a number"),
        pytest.param(as_bytes(document(sha256="ABC")), "指纹", id="hash no hash"),
        pytest.param(as_bytes(document(edited_outside="no")), "真或假", id="flag a text"),
        pytest.param(as_bytes(document(saved_at="昨天")), "时刻", id="no moment"),
        *[
            pytest.param(as_bytes(document(**{key: ...})), key, id=f"no {key}")
            for key in json.loads(VALID)
            if key != "sha256"
        ],
        pytest.param(as_bytes(document(sha256=...)), "sha256", id="no sha256"),
        *[
            pytest.param(
                as_bytes(document(variant={k: v for k, v in VARIANT.items() if k != key})),
                key,
                id=f"no {key}",
            )
            for key in VARIANT
        ],
        *[
            pytest.param(as_bytes(document(**{key: value})), "应该是", id=f"{key}={value!r}")
            for key, value in [
                ("course", 1),
                ("assignment", None),
                ("student_id", 20230101),
                ("variant", []),
                ("data_sha256", False),
                ("revision", -1),
                ("revision", 1.0),
                ("revision", True),
                ("revision", "1"),
                ("tables", []),
                ("tables", {"table_4_3": {"C012": "↑"}}),
                ("tables", {"table_4_3": {"C012": {"recency": 1}}}),
                ("quiz", {"k": 1}),
                ("quiz", {"k": ["甲", 1]}),
                ("text", {"q": ["x"]}),
                ("text", None),
                ("attempts", {"e": {"checks": -1}}),
                ("attempts", {"e": {"checks": True}}),
                ("attempts", {"e": {"solution": 1}}),
                ("attempts", {"e": {"other": 0.5}}),
                ("attempts", {"e": 3}),
                ("session", None),
                ("saved_at", 5),
                ("variant", VARIANT | {"customers": "C001"}),
                ("variant", VARIANT | {"customers": [1]}),
                ("variant", VARIANT | {"attempt": "2"}),
                ("variant", VARIANT | {"keyed": 0}),
                ("variant", VARIANT | {"as_of": 20260901}),
            ]
        ],
    ],
)
def test_refused_in_chinese_with_file_and_place(data, says):
    with pytest.raises(AnswerFileError) as caught:
        parse(data, "张三.json", known_tables=TABLES)
    assert says in str(caught.value)
    assert "「张三.json」" in caught.value.where


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + VALID,
        nested(15),
        swapped("因为".encode(), "字".encode() * 4_000),
        swapped(b'"revision": 0', b'"revision": 999999999999999'),
        swapped("因为".encode(), b"\\n\\t\\ud83d\\ude00"),
        VALID + b" " * (256_000 - len(VALID)),
    ],
    ids=["bom", "16 deep", "4000 characters", "15 digits", "newline tab emoji", "256 kB"],
)
def test_just_inside_the_limits_is_read(data):
    assert parse(data, "a.json", known_tables=TABLES).cell("table_4_3", "C012", "recency") == "↑"


def test_newer_formats_unknown_tables_and_huge_files_are_foreign_not_damaged():
    for data in (as_bytes(document(format=2)), as_bytes(document(tables={"t": {}})), b" " * 300_000):
        with pytest.raises(ForeignAnswers):
            parse(data, "a.json", known_tables=TABLES)


def test_tables_are_not_looked_up_when_the_caller_does_not_know_them():
    assert parse(as_bytes(document(tables={"t": {}})), "a.json").tables == {"t": {}}


def test_edited_outside_is_a_flag_that_stays():
    edited = parse(swapped("因为".encode(), "所以".encode()), "a.json")
    assert edited.edited_outside
    assert edited.text["q1"] == "所以"
    again = parse(encode(replace(edited, revision=9)), "a.json")
    assert again.edited_outside
    assert not parse(VALID, "a.json").edited_outside


def test_layout_and_time_stamps_do_not_count_as_editing():
    reordered = dict(reversed(json.loads(VALID).items())) | {
        "saved_at": "2031-01-01T00:00:00",
        "session": "z",
    }
    assert not parse(as_bytes(reordered), "a.json").edited_outside


def test_unknown_keys_are_listed_and_never_used():
    points = document(points=999, score=99.5, variant=VARIANT | {"secret": "x"})
    found = parse(as_bytes(points), "a.json")
    assert found.ignored_keys == ("points", "score", "variant.secret")
    assert b"999" not in encode(found)
    assert "secret" not in found.variant
    forged = points | {"sha256": json.loads(VALID)["sha256"]}
    assert parse(as_bytes(forged), "a.json").edited_outside


# ---------------------------------------------------------------- 冲突（纯函数）


def test_different_cells_merge():
    fresh = arrow("↑", "C001")(BLANK)
    merged = set_cells(fresh, "table_4_3", {("C012", "recency"): "↓"}, seen={})
    assert (merged.cell("table_4_3", "C001", "recency"), merged.cell("table_4_3", "C012", "recency")) == (
        "↑",
        "↓",
    )


@pytest.mark.parametrize(
    ("fresh", "seen", "new"),
    [
        ("↑", "↑", "↓"),
        ("↓", "↑", "↓"),
        ("", "", "↓"),
        ("甲\n乙", "甲\r\n乙", "丙"),
        ("↑", "↑", ""),
        ("", "↑", ""),
    ],
    ids=["as seen", "same value", "both blank", "line ends", "erase as seen", "already erased"],
)
def test_no_conflict(fresh, seen, new):
    cell = ("C012", "recency")
    answers = arrow(fresh)(BLANK).with_text("q", fresh).with_quiz("k", fresh)
    assert set_cells(answers, "table_4_3", {cell: new}, {cell: seen}).cell("table_4_3", *cell) == new
    assert set_text(answers, {"q": new}, {"q": seen}).text.get("q", "") == new
    assert set_quiz(answers, {"k": new}, {"k": seen}).quiz.get("k", "") == new


def test_conflict_names_every_cell_with_both_values_and_writes_nothing():
    answers = arrow("↑")(arrow("↑", "C001")(BLANK))
    changes = {("C012", "recency"): "↓", ("C001", "recency"): "", ("C001", "monetary"): "↑"}
    with pytest.raises(AnswerConflict) as caught:
        set_cells(answers, "table_4_3", changes, seen={})
    error = caught.value
    assert error.clashes == (("table_4_3 C012 recency", "↑", "↓"), ("table_4_3 C001 recency", "↑", ""))
    assert "table_4_3 C012 recency：文件里是「↑」，这个窗口要写「↓」" in str(error)
    assert "要写空白" in str(error)
    assert error.losing.cell("table_4_3", "C001", "monetary") == "↑"
    assert answers.cell("table_4_3", "C001", "monetary") == ""


def test_conflict_in_text_and_choices():
    answers = BLANK.with_text("q", "他写的").with_quiz("k", ["甲", "乙"])
    with pytest.raises(AnswerConflict, match="「我写的」") as caught:
        set_text(answers, {"q": "我写的"}, seen={})
    assert caught.value.clashes == (("q", "他写的", "我写的"),)
    assert caught.value.losing.text["q"] == "我写的"
    with pytest.raises(AnswerConflict, match="「甲、乙」"):
        set_quiz(answers, {"k": ["甲"]}, {"k": "丙"})
    assert set_quiz(answers, {"k": ("甲",)}, {"k": ("甲", "乙")}).quiz["k"] == ["甲"]


# ---------------------------------------------------------------- 读与存


def test_missing_file_is_the_blank_and_a_save_is_on_disk_at_return(open_file, tmp_path):
    file = open_file()
    assert file.read() == BLANK
    assert list(tmp_path.iterdir()) == []
    saved = file.update(arrow("↑"))
    assert (saved.revision, saved.session, saved.saved_at) == (1, "s1", "2026-09-01T08:00:00+00:00")
    assert parse((tmp_path / "a.json").read_bytes(), "a") == saved == file.read() == open_file("s2").read()
    assert file.notice == ""
    assert file.update(arrow("↓")).revision == 2


def test_missing_folders_are_made_even_with_hanzi_and_emoji(tmp_path):
    path = tmp_path / "我的 答案" / "实训😀" / "a.json"
    AnswersFile(path, new=BLANK, session="s").update(arrow("↑"))
    assert path.exists()


def test_update_sees_what_the_other_window_saved(open_file):
    one, other = open_file("one"), open_file("other")
    one.read(), other.read()
    one.update(arrow("↑", "C001"))
    merged = other.update(arrow("↓"))
    assert (merged.cell("table_4_3", "C001", "recency"), merged.revision) == ("↑", 2)


def test_edit_that_raises_leaves_the_file_and_frees_the_lock(open_file, tmp_path):
    file = open_file()
    file.update(arrow("↑"))
    before = (tmp_path / "a.json").read_bytes()
    with pytest.raises(ZeroDivisionError):
        file.update(lambda answers: 1 / 0)
    assert (tmp_path / "a.json").read_bytes() == before
    assert open_file("s2", lock_timeout=0).update(arrow("↓")).revision == 2


@pytest.mark.parametrize(
    "edit",
    [
        lambda answers: answers.with_text("q", "字" * 4_001),
        lambda answers: answers.with_text("q", "a\x1b[2J"),
        lambda answers: answers.with_text("q", "\ud83d"),
        lambda answers: answers.with_cells("table_9_9", {("r", "c"): "x"}),
        lambda answers: replace(answers, text={f"q{i}": "x" * 4_000 for i in range(70)}),
        lambda answers: replace(answers, variant={**VARIANT, "secret": "x"}),
        lambda answers: replace(answers, variant={**VARIANT, "as_of": datetime(2026, 9, 1)}),
        lambda answers: answers.with_attempt("e", checks=float("nan")),
        lambda answers: replace(answers, student_id="别人"),
    ],
    ids=["long", "control", "surrogate", "table", "big", "variant", "date", "nan", "identity"],
)
def test_what_could_not_be_read_back_is_never_written(open_file, tmp_path, edit):
    file = open_file(known_tables=TABLES)
    file.update(arrow("↑"))
    before = (tmp_path / "a.json").read_bytes()
    with pytest.raises(AnswerFileError):
        file.update(edit)
    assert (tmp_path / "a.json").read_bytes() == before
    assert file.update(arrow("↓")).revision == 2


def test_another_students_or_assignments_file_is_refused_and_untouched(open_file, tmp_path):
    open_file().update(arrow("↑"))
    before = (tmp_path / "a.json").read_bytes()
    for change in ({"student_id": "20230102"}, {"assignment": "其他"}, {"course": "其他"}):
        file = open_file("s2", new=replace(BLANK, **change))
        for act in (file.read, lambda file=file: file.update(arrow("↓"))):
            with pytest.raises(AnswerFileError, match="不是你的"):
                act()
    assert (tmp_path / "a.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "a.lock"]


def test_a_newer_format_is_refused_and_untouched(open_file, tmp_path):
    (tmp_path / "a.json").write_bytes(as_bytes(document(format=2)))
    before = (tmp_path / "a.json").read_bytes()
    for act in (open_file().read, lambda: open_file().update(arrow("↓"))):
        with pytest.raises(ForeignAnswers, match="新版"):
            act()
    assert (tmp_path / "a.json").read_bytes() == before


OTHER_BASES = {
    "data": ({"data_sha256": "cd" * 32}, "另一份数据"),
    **{
        key: ({"variant": VARIANT | {key: value}}, "题本")
        for key, value in [
            ("scheme", "v2"),
            ("source", "online_retail"),
            ("as_of", "2026-10-01"),
            ("attempt", 3),
            ("keyed", True),
            ("customers", ["C001", "C013"]),
        ]
    },
}


@pytest.mark.parametrize(("change", "says"), OTHER_BASES.values(), ids=OTHER_BASES)
def test_other_data_and_other_variant_are_readable_and_said_and_never_written(
    open_file, tmp_path, change, says
):
    open_file().update(arrow("↑"))
    before = (tmp_path / "a.json").read_bytes()
    file = open_file("s2", new=replace(BLANK, **change))
    assert file.read().cell("table_4_3", "C012", "recency") == "↑"
    assert says in file.notice
    with pytest.raises(AnswerFileError, match=says) as caught:
        file.update(arrow("↓"))
    assert "answers_file" in caught.value.remedy
    assert "移走原来的" in caught.value.remedy
    assert (tmp_path / "a.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "a.lock"]
    assert file.read().cell("table_4_3", "C012", "recency") == "↑"
    (tmp_path / "a.json").rename(tmp_path / "moved.json")
    assert file.update(arrow("↓")).basis == replace(BLANK, **change).basis
    file.read()
    assert file.notice == ""


def test_no_day_of_observation_is_one_thing_however_it_is_written(open_file):
    open_file(new=replace(BLANK, variant=VARIANT | {"as_of": None})).update(arrow("↑"))
    file = open_file("s2", new=replace(BLANK, variant=VARIANT | {"as_of": ""}))
    assert file.update(arrow("↓")).revision == 2
    assert file.notice == ""


def test_a_damaged_file_whose_versions_are_of_another_variant_is_not_mixed(open_file, tmp_path):
    open_file("s1").update(arrow("↑"))
    open_file("s2").update(arrow("↓"))
    (tmp_path / "a.json").write_bytes(b"{damaged")
    file = open_file("s3", new=replace(BLANK, variant=VARIANT | {"attempt": 3}))
    with pytest.raises(AnswerFileError, match="题本"):
        file.update(arrow("x"))
    assert (tmp_path / "a.json").read_bytes() == b"{damaged"


@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_special_files_are_refused_at_once(tmp_path, kind):
    path = tmp_path / "a.json"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/null")
    file = AnswersFile(path, new=BLANK, session="s")
    acts = (file.read, file.receipt, lambda: file.update(arrow("↑")), lambda: write_file(path, b"x"))
    for act in acts:
        with pytest.raises(AnswerFileError, match="不是普通文件"):
            act()
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
    assert not os.path.exists("/dev/null.lock")


@pytest.mark.parametrize("name", ["a.lock", "A.LOCK", ".lock"])
def test_a_name_that_would_be_its_own_lock_is_refused(tmp_path, name):
    with pytest.raises(AnswerFileError, match="lock"):
        AnswersFile(tmp_path / name, new=BLANK, session="s")


@pytest.mark.parametrize("number", ["100000000000000", "999999999999999"])
def test_a_huge_number_in_the_name_of_an_old_version_stops_no_save(open_file, tmp_path, number):
    open_file().update(arrow("↑"))
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / f"a.r{number}.json").write_bytes((tmp_path / "a.json").read_bytes())
    (tmp_path / "a.json").unlink()
    file = open_file("s2")
    assert file.update(arrow("↑")).revision == 1
    (tmp_path / "a.json").write_bytes(b"{damaged")
    assert file.update(arrow("↓")).revision == 2


# ---------------------------------------------------------------- 别的小文件


def test_small_files_are_written_whole_by_renaming(tmp_path, monkeypatch):
    path = tmp_path / "新 文件夹" / "report.docx"
    assert write_file(path, b"one") == path
    monkeypatch.setattr(disk, "os", Spy())
    write_file(path, b"two")
    wanted = ["write file", "fsync file", "close file", "replace", "open", "fsync folder", "close folder"]
    assert disk.os.steps[-len(wanted) :] == wanted
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["report.docx"]


def test_a_failed_write_leaves_the_old_file_and_names_the_thing(tmp_path, monkeypatch):
    path = tmp_path / "report.docx"
    write_file(path, b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "os", Spy(fsync=full))
    with pytest.raises(AnswerFileError, match="实训报告写不进去") as caught:
        write_file(path, b"new", "实训报告")
    assert "磁盘满了" in str(caught.value)
    assert "答案" not in str(caught.value)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.docx"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("folder", "是一个文件夹"),
        ("plain/x", "是文件，不是文件夹|是一个文件"),
        ("n" * 300, "太长"),
        ("a\x00b", "不认"),
    ],
    ids=["folder", "under a file", "long", "nul"],
)
def test_bad_places_for_small_files_are_said_in_chinese(tmp_path, path, says):
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain").write_bytes(b"")
    with pytest.raises(AnswerFileError, match=says) as caught:
        write_file(tmp_path / path, b"x", "结果")
    assert "结果" in caught.value.what
    assert "答案" not in str(caught.value)


def test_the_same_content_is_not_written_again(tmp_path):
    path = tmp_path / "results.json"
    write_file(path, b"{}")
    before = path.stat()
    write_file(path, b"{}")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_copying_the_answers_onto_themselves_does_nothing(open_file, tmp_path, monkeypatch):
    file = open_file()
    with pytest.raises(AnswerFileError, match="没有可抄的"):
        file.copy_to(tmp_path / "out" / "a.json")
    file.update(arrow("↑"))
    before = (tmp_path / "a.json").stat().st_ino
    (tmp_path / "link.json").symlink_to(tmp_path / "a.json")
    (tmp_path / "hard.json").hardlink_to(tmp_path / "a.json")
    for path in ("a.json", "link.json", "hard.json"):
        with monkeypatch.context() as patch:  # 刚读完别的窗口又存了，写回去就丢了它那一次
            patch.setattr(store, "write_file", lambda *given: pytest.fail("不该写"))
            file.copy_to(tmp_path / path)
        assert (tmp_path / path).stat().st_ino == before
    copied = file.copy_to(tmp_path / "out" / "a.json")
    assert copied.read_bytes() == (tmp_path / "a.json").read_bytes()


def test_edited_outside_and_ignored_keys_are_said_and_the_flag_survives_saving(open_file, tmp_path):
    (tmp_path / "a.json").write_bytes(as_bytes(document(points=9, sha256="0" * 64)))
    file = open_file("s2")
    file.read()
    assert "工作簿之外" in file.notice
    assert "1 项" in file.notice
    assert file.update(arrow("↓")).ignored_keys == ()
    assert file.read().edited_outside
    assert b"points" not in (tmp_path / "a.json").read_bytes()


def test_path_is_the_same_file_after_chdir_and_through_links(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path / "real")
    file = AnswersFile("a.json", new=BLANK, session="s")
    monkeypatch.chdir(tmp_path)
    file.update(arrow("↑"))
    assert AnswersFile(tmp_path / "link" / "a.json", new=BLANK, session="t").path == file.path
    assert (tmp_path / "real" / "a.json").exists()


def test_receipt_is_the_start_of_the_content_hash(open_file, tmp_path, clock):
    file = open_file()
    with pytest.raises(AnswerFileError, match="没有回执"):
        file.receipt()
    file.update(arrow("↑"))
    stored = json.loads((tmp_path / "a.json").read_bytes())
    assert file.receipt() == stored["sha256"][:12] == hand_digest(stored)[:12]


def test_sync_copies_beside_the_file_are_said(open_file, tmp_path):
    file = open_file()
    file.update(arrow("↑"))
    (tmp_path / "b （冲突）.json").touch()
    file.read()
    assert file.notice == ""
    (tmp_path / "a （张三的冲突副本）.json").touch()
    file.read()
    assert "冲突副本" in file.notice
    (tmp_path / "a （张三的冲突副本）.json").rename(tmp_path / "a (Conflicted copy 2026).json")
    file.update(arrow("↓"))
    assert "a (Conflicted copy 2026).json" in file.notice


def test_student_called_conflict_gets_no_false_alarm(tmp_path):
    new = replace(BLANK, student_id="conflict")
    file = AnswersFile(default_path(tmp_path, "rfm-training", "conflict"), new=new, session="s")
    file.update(arrow("↑"))
    file.read()
    assert file.notice == ""


def test_file_put_back_by_a_sync_service_is_said_and_numbers_go_on(open_file, tmp_path):
    file = open_file()
    file.update(arrow("↑"))
    before = (tmp_path / "a.json").read_bytes()
    file.update(arrow("↓"))
    (tmp_path / "a.json").write_bytes(before)
    assert file.read().revision == 1
    assert "换回去" in file.notice
    assert file.update(arrow("↓")).revision == 3


# ---------------------------------------------------------------- 旧版本


def kept(tmp_path):
    return sorted(int(p.stem.split(".r")[1]) for p in (tmp_path / "older").glob("a.r*.json"))


def test_last_clicks_are_not_kept(open_file, tmp_path, clock):
    file = open_file()
    for _ in range(30):
        file.update(arrow("↑"))
        clock.forward(seconds=9)
    assert kept(tmp_path) == []


def test_one_version_of_an_earlier_session_is_kept_per_session(open_file, tmp_path, clock):
    open_file("s1").update(arrow("↑"))
    second = open_file("s2")
    for _ in range(3):
        second.update(arrow("↓"))
        clock.forward(seconds=5)
    assert kept(tmp_path) == [1]
    assert parse((tmp_path / "older" / "a.r1.json").read_bytes(), "x").session == "s1"
    other = open_file("other")
    for _ in range(4):  # 两个窗口轮流存：各自只留一份对方的
        other.update(arrow("↑"))
        second.update(arrow("↓"))
    assert kept(tmp_path) == [1, 4]


def test_versions_ten_minutes_apart_are_kept_and_pruned_to_five(open_file, tmp_path, clock):
    file = open_file()
    for _ in range(90):  # 每分钟一次，一个半小时
        file.update(arrow("↑"))
        clock.forward(minutes=1)
    assert kept(tmp_path) == [41, 51, 61, 71, 81]


def test_clock_set_back_does_not_stop_keeping(open_file, tmp_path, clock):
    open_file("s1").update(arrow("↑"))
    file = open_file("s2")
    file.update(arrow("↑"))
    clock.forward(days=-30)
    file.update(arrow("↑"))
    file.update(arrow("↑"))
    assert kept(tmp_path) == [1, 3]


def test_damaged_file_falls_back_to_the_newest_valid_version(open_file, tmp_path, clock):
    file = open_file()
    for i in range(25):
        file.update(arrow(str(i + 1)))
        clock.forward(minutes=1)
    assert kept(tmp_path) == [11, 21]
    (tmp_path / "a.json").write_bytes(b'{"format": 1, "cour')
    (tmp_path / "older" / "a.r21.json").write_bytes(b"\x00" * 100)
    file = open_file("s2")
    assert file.read().cell("table_4_3", "C012", "recency") == "11"
    assert "坏了" in file.notice
    assert "第 11 版" in file.notice
    assert "a.damaged-1.json" in file.notice
    assert (tmp_path / "a.damaged-1.json").read_bytes() == b'{"format": 1, "cour'
    saved = file.update(arrow("↑", "C001"))
    assert saved.revision == 22  # 从见过的最大的号接着数
    assert saved.cell("table_4_3", "C012", "recency") == "11"
    assert [p.name for p in tmp_path.glob("*damaged*")] == ["a.damaged-1.json"]
    (tmp_path / "a.json").write_bytes(b"again")
    file.update(arrow("↑"))
    assert (tmp_path / "a.damaged-2.json").read_bytes() == b"again"
    file.read()
    assert file.notice == ""


def test_damaged_file_without_versions_starts_blank_and_keeps_the_bytes(open_file, tmp_path):
    (tmp_path / "a.json").write_bytes(b"")
    file = open_file()
    assert file.read() == BLANK
    assert "空白" in file.notice
    assert file.update(arrow("↑")).revision == 1
    assert (tmp_path / "a.damaged-1.json").exists()


def test_deleted_file_starts_blank_says_so_and_numbers_go_on(open_file, tmp_path):
    open_file("s1").update(arrow("↑"))
    open_file("s2").update(arrow("↓"))
    (tmp_path / "a.json").unlink()
    file = open_file("s3")
    assert replace(file.read(), revision=0) == BLANK
    assert "a.r1.json" in file.notice
    assert file.update(arrow("↑")).revision == 2


def test_a_version_that_cannot_be_kept_does_not_stop_the_save(open_file, tmp_path):
    open_file("s1").update(arrow("↑"))
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "a.r1.json").mkdir()
    file = open_file("s2")
    assert file.update(arrow("↓")).revision == 2
    assert "旧版本没能留下" in file.notice


def test_conflict_leaves_both_versions(open_file, tmp_path):
    one, other = open_file("one"), open_file("other")
    seen = {("C012", "recency"): other.read().cell("table_4_3", "C012", "recency")}
    one.update(arrow("↑"))
    for _ in range(2):  # 同样的一份只留一次
        with pytest.raises(AnswerConflict) as caught:
            other.update(lambda a: set_cells(a, "table_4_3", {("C012", "recency"): "↓"}, seen))
        assert caught.value.kept_as == "a.conflict-r1.json"
        assert "older/a.conflict-r1.json" in str(caught.value)
    assert one.read().cell("table_4_3", "C012", "recency") == "↑"
    losing = parse((tmp_path / "older" / "a.conflict-r1.json").read_bytes(), "x")
    assert losing.cell("table_4_3", "C012", "recency") == "↓"
    assert not losing.edited_outside
    with pytest.raises(AnswerConflict) as caught:
        other.update(lambda a: set_cells(a, "table_4_3", {("C012", "recency"): "?"}, seen))
    assert caught.value.kept_as == "a.conflict-r1-2.json"
    now_seen = {("C012", "recency"): "↑"}  # 学生看过两份，决定再填
    assert (
        other.update(lambda a: set_cells(a, "table_4_3", {("C012", "recency"): "↓"}, now_seen)).revision == 2
    )


def test_conflict_file_that_cannot_be_written_is_said(open_file, tmp_path):
    open_file("one").update(arrow("↑"))
    (tmp_path / "older").write_text("不是文件夹")
    with pytest.raises(AnswerConflict, match="没能存下"):
        open_file("one").update(lambda a: set_cells(a, "table_4_3", {("C012", "recency"): "↓"}, {}))


# ---------------------------------------------------------------- 锁、临时文件、Windows


def test_lock_held_elsewhere_gives_a_chinese_message(open_file):
    file, waiting = open_file(), open_file("s2", lock_timeout=0.05)
    caught = []

    def inside(answers):
        try:
            disk_update = waiting.update
            disk_update(arrow("x"))
        except AnswerFileError as error:
            caught.append(str(error))
        return arrow("↑")(answers)

    file.update(inside)
    assert "还被另一个窗口占着" in caught[0]
    assert waiting.update(arrow("↓")).revision == 2


def test_leftovers_of_killed_writers_are_swept_and_nothing_else(open_file, tmp_path):
    file = open_file()
    prefix = "." + hashlib.sha256(b"a.json").hexdigest()[:16]
    (tmp_path / f"{prefix}-dead.tmp").write_bytes(b"half")
    (tmp_path / ".other-dead.tmp").write_bytes(b"not ours")
    file.read()
    assert (tmp_path / f"{prefix}-dead.tmp").exists()  # 没拿锁就不清
    file.update(arrow("↑"))
    assert sorted(p.name for p in tmp_path.iterdir()) == [".other-dead.tmp", "a.json", "a.lock"]


def test_windows_waits_for_a_scanner_and_syncs_no_folder(open_file, monkeypatch):
    refusals = iter([True, True, False])
    real = os.replace

    def busy(source, target):
        if next(refusals, False):
            raise PermissionError(13, "拒绝访问")
        real(source, target)

    monkeypatch.setattr(disk, "WINDOWS", True)
    monkeypatch.setattr(disk, "os", Spy(replace=busy))
    assert open_file().update(arrow("↑")).revision == 1
    assert not disk.os.folders_synced


def test_windows_gives_up_after_a_while_in_chinese(open_file, monkeypatch):
    def never(source, target):
        raise PermissionError(13, "拒绝访问")

    monkeypatch.setattr(disk, "WINDOWS", True)
    monkeypatch.setattr(disk, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(disk, "os", Spy(replace=never))
    with pytest.raises(AnswerFileError, match="占用"):
        open_file().update(arrow("↑"))


class Spy:
    """代替 disk 里的 os：记下每一步，个别函数可以换掉。"""

    def __init__(self, **replaced):
        self.steps, self._open, self._replaced = [], {}, replaced

    def __getattr__(self, name):
        real = self._replaced.get(name) or getattr(os, name)
        if name not in {"open", "write", "fsync", "close", "replace"}:
            return real

        def recorded(*args):
            result = real(*args)
            if name == "open":
                self._open[result] = os.path.isdir(args[0])
            where = "folder" if self._open.get(args[0]) else "file"
            self.steps.append(name if name in {"open", "replace"} else f"{name} {where}")
            return result

        return recorded

    @property
    def folders_synced(self):
        return "fsync folder" in self.steps


def test_order_of_steps_survives_a_power_cut(open_file, monkeypatch):
    """掉电试不了，顺序看得见：写完 → 落盘 → 改名 → 目录落盘，然后才返回。"""
    file = open_file()
    file.update(arrow("↑"))
    monkeypatch.setattr(disk, "os", Spy())
    file.update(arrow("↓"))
    wanted = ["write file", "fsync file", "close file", "replace", "open", "fsync folder", "close folder"]
    assert disk.os.steps[-len(wanted) :] == wanted


# ---------------------------------------------------------------- 文件名


@LIGHT
@given(st.text(st.characters(), max_size=300), st.text(st.characters(), max_size=40))
def test_default_path_is_a_plain_short_name_in_the_folder(student, assignment):
    path = default_path("/答案", assignment, student)
    assert path.parent.as_posix() == "/答案"
    assert path.name.isascii()
    assert len(path.name) <= 90
    assert set(path.stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    assert path.name == default_path("/答案", assignment, student).name


@pytest.mark.parametrize(
    "student",
    [
        "../../etc/passwd",
        "..\\..\\x",
        "/root",
        "C:\\x",
        "CON",
        "nul",
        "COM1",
        ".",
        "",
        "a\x00b",
        "题" * 300,
        "\ud800",
    ],
)
def test_default_path_of_hostile_ids_can_be_written(tmp_path, student):
    path = default_path(tmp_path, "CON", student)
    assert path.resolve().parent == tmp_path.resolve()
    assert path.stem.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    path.write_text("x")


def test_default_path_keeps_alike_ids_apart_also_on_caseless_disks():
    alike = ["a1", "A1", "a-1", "a 1", "\uff41\uff11", "张三", "張三", "01", "1", "001"]
    names = {default_path("x", "rfm", student).name.casefold() for student in alike}
    assert len(names) == len(alike)
    assert default_path("x", "rfm", "0020230101").name.startswith("rfm--0020230101-")


def test_unusable_path_is_the_typed_error():
    for path in ("a\x00b.json", "\ud800.json"):
        with pytest.raises(AnswerFileError, match="不认"):
            AnswersFile(path, new=BLANK, session="s").read()


@pytest.mark.parametrize("path", ["a\x00b.json", "\ud800.json"], ids=["nul", "surrogate"])
def test_disk_itself_turns_unusable_names_into_the_typed_error(path):
    """有的系统上 realpath 放行这样的名字，到打开时才出错。"""
    with pytest.raises(AnswerFileError, match="不认"):
        disk.read(path, 10)


def test_reading_answers_loads_nothing_heavy():
    code = (
        "import sys, lifecycle_lab.answers;"
        "print(*({'pandas', 'filelock', 'matplotlib', 'IPython', 'duckdb', 'numpy'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "\n"
    )
