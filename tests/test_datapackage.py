"""数据字典：与文件、与 README 一处不差；每一种不符都说得出来。"""

from __future__ import annotations

import hashlib
import re
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from broken_content import break_text

from lifecycle_lab import content
from lifecycle_lab.content import datapackage
from lifecycle_lab.content.datapackage import Field, Rule
from lifecycle_lab.schema import ContentError


def test_shipped_dictionary_agrees_with_every_file():
    assert datapackage.check() == []


def test_first_line_says_what_is_real_and_what_is_synthetic():
    first = (content.data_folder() / "README.md").read_text(encoding="utf-8").splitlines()[0]
    real, synthetic = first.split("；")
    assert real.startswith("**真实数据**")
    assert "online_retail.parquet" in real
    assert synthetic.startswith("**合成数据**")
    assert "survey.csv" in synthetic


def test_readme_shows_every_field_rule_and_course_file():
    package, text = datapackage.load(), datapackage.readme()
    for resource in package.resources:
        shown = [resource.path, resource.sha256, resource.origin, resource.licence, resource.seed]
        shown += [part for field in resource.fields for part in (f"| `{field.name}` |", field.meaning)]
        shown += [part for rule in resource.rules for part in (rule.label, f"{rule.count:,}", rule.money)]
        assert [part for part in shown if part not in text] == []
    assert [item.path for item in package.course if f"`{item.path}`" not in text] == []


def test_synthetic_files_have_a_seed_and_real_ones_have_none():
    for resource in datapackage.load().resources:
        assert bool(resource.seed) == (resource.kind == "合成")


def test_licences_name_the_source_and_the_changes():
    text = (content.data_folder() / "LICENSES.md").read_text(encoding="utf-8")
    cited = datapackage.load().resource("online_retail.parquet").origin
    assert cited.split(" https")[0] in text
    for part in (
        "https://doi.org/10.24432/C5BW33",
        "CC BY 4.0",
        "MIT",
        "去掉的列",
        "放在一边的行",
        "Changes:",
    ):
        assert part in text


# ---- 每一种不符 ----


@pytest.fixture(autouse=True)
def one_look_at_each_file(monkeypatch):
    """下面的每一例只改一处：没有改的文件、没有改的说明，查过就不再查。"""
    monkeypatch.setattr(datapackage, "_resource_problems", _looked_at)


def _looked_at(folder, resource, look=datapackage._resource_problems):
    path = folder / resource.path
    key = resource, path.read_bytes() if path.is_file() else None
    if key not in _SEEN:
        _SEEN[key] = list(look(folder, resource))
    return _SEEN[key]


_SEEN: dict = {}


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "data"
    return shutil.copytree(content.data_folder(), target)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("survey.csv", "C001,男", "C001,未知", "第 2 行「gender」列：「未知」 不在许可的值里"),
        ("survey.csv", "C001,", "X001,", "第 2 行「customer_id」列"),
        ("survey.csv", "C002,", "C001,", "「customer_id」列有重复，如 「C001」"),
        ("survey.csv", "176.04", "176.4", "「monetary」列"),
        ("survey.csv", "176.04", "-76.04", "「monetary」列"),
        ("survey.csv", ",true", ",false", "「synthetic」列"),
        ("survey.csv", ",否,7,", ",,7,", "「member」列"),
        ("survey.csv", ",否,7,", ",否,11,", "「nps」列"),
        ("survey.csv", ",gender,", ",sex,", "列是 customer_id、sex"),
        ("survey.csv", "C001,男", "C001,女", "sha256 是"),
        ("README.md", "数据字典", "字典", "README.md：与 datapackage.toml 不一致"),
        ("datapackage.toml", "rows = 300", "rows = 299", "有 300 行，字典写 299 行"),
        ("datapackage.toml", "count = 541909", "count = 541908", "行数对不上：541908 ≠ 541909"),
        ("datapackage.toml", '"9747747.934"', '"9747747.935"', "金额对不上"),
        ("datapackage.toml", '"8761066.65"', '"8761066.66"', "订单金额对不上"),
        ("datapackage.toml", '"date32[day]"', '"date64[ms]"', "「order_date」列存成 date32[day]"),
        ("datapackage.toml", '"2011-12-09"', '"2011-12-08"', "「order_date」列这样的格共"),
        ("datapackage.toml", 'path = "course/facts.csv"', 'path = "course/fact.csv"', "文件在，字典里没有"),
    ],
)
def test_a_difference_is_named(folder, name, old, new, said):
    break_text(folder / name, old, new)
    assert [problem for problem in datapackage.check(folder) if said in problem]


def test_files_that_come_and_go_are_named(folder):
    (folder / "survey.csv").unlink()
    (folder / "extra.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / ".DS_Store").write_bytes(b"x")
    assert datapackage.check(folder) == [
        "survey.csv：字典里有，文件不在。",
        "extra.csv：文件在，字典里没有。",
    ]


def test_a_file_registered_twice_is_named(folder):
    break_text(folder / "datapackage.toml", 'path = "course/facts.csv"', 'path = "course/levels.csv"')
    assert "course/levels.csv：登记了 2 次。" in datapackage.check(folder)


def test_parquet_with_another_column_type_is_named(folder):
    path = folder / "online_retail.parquet"
    table = pq.read_table(path)
    wider = table.set_column(3, "amount", table["amount"].cast(pa.decimal128(14, 2)))
    pq.write_table(wider, path)
    assert any("「amount」列存成 decimal128(14, 2)" in problem for problem in datapackage.check(folder))


# ---- 文件重做之后 ----


def test_refresh_measures_again_and_writes_the_readme(folder):
    path = folder / "survey.csv"
    before = (folder / "datapackage.toml").read_text(encoding="utf-8")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert datapackage.check(folder)
    datapackage.refresh(folder)
    assert datapackage.check(folder) == []
    found = datapackage.load(folder).resource("survey.csv")
    assert (found.rows, found.sha256) == (299, hashlib.sha256(path.read_bytes()).hexdigest())
    after = (folder / "datapackage.toml").read_text(encoding="utf-8")
    changed = [new for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert len(changed) == 2  # 只有 rows 与 sha256 两行


def test_a_new_file_needs_only_its_entry(folder):
    (folder / "shop.csv").write_text("order_id,note\nA,\n", encoding="utf-8")
    entry = """
[[resource]]
path = "shop.csv"
title = "新店"
kind = "合成"
description = "试"
rows = 0
sha256 = ""
licence = "CC BY 4.0"
origin = "本书"
made_by = "手写"
seed = "1"
field = [
  { name = "order_id", type = "文字", meaning = "单号" },
  { name = "note", type = "文字", blank = true, meaning = "附注|可空" },
]
"""
    path = folder / "datapackage.toml"
    path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")
    datapackage.refresh(folder)
    assert datapackage.check(folder) == []
    assert "附注\\|可空" in (folder / "README.md").read_text(encoding="utf-8")


# ---- 字典本身写错 ----


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rows = 300", "rowz = 300", "rowz"),
        ('title = "数据字典"\n', "", "title"),
        ("rows = 300", "rows = ", "行第"),
        ('type = "文字", unique', 'typ = "文字", unique', "typ"),
        ('type = "文字", unique', 'type = "text", unique', "text"),
        ('role = "source"', 'role = "sauce"', "sauce"),
        ('kind = "真实"', 'kind = "真"', "真"),
        ('money = "9747747.934"', 'money = "很多"', "很多"),
        ("count = 541909", 'count = "541909"', "541909"),
        ('minimum = "2010-12-01"', 'minimum = "12/1/2010"', "12/1/2010"),
        ("pattern = 'C?\\d{6}'", "pattern = 'C?('", "pattern 不是"),
    ],
)
def test_a_badly_written_dictionary_is_a_content_error(folder, old, new, said):
    break_text(folder / "datapackage.toml", old, new)
    with pytest.raises(ContentError) as caught:
        datapackage.load(folder)
    assert said in caught.value.why
    assert caught.value.remedy
    assert re.search("[一-鿿]", caught.value.why)  # 库的英文说明不到读者面前


def test_a_missing_dictionary_is_a_content_error(tmp_path):
    with pytest.raises(ContentError, match="找不到数据字典"):
        datapackage.load(tmp_path)


def test_an_unknown_resource_is_a_content_error():
    with pytest.raises(ContentError, match=r"没有 「x\.csv」"):
        datapackage.load().resource("x.csv")


# ---- 账与许可的值 ----


def rules(*entries: tuple[str, int, str]) -> list[Rule]:
    return [Rule(str(i), role, "", count, "行", money) for i, (role, count, money) in enumerate(entries)]


def test_ledger_worked_by_hand():
    balanced = [
        ("source", 5, "10.004"),
        ("setaside", 2, "3"),
        ("used", 3, "7.004"),
        ("rounding", 2, "-0.004"),
    ]
    assert datapackage.ledger_problems(rules(*balanced, ("result", 1, "8.50"), ("result", 1, "-1.50"))) == []
    said = datapackage.ledger_problems(rules(*balanced, ("result", 2, "7.01")))
    assert said == ["订单金额对不上：7.000 ≠ 7.01"]
    assert datapackage.ledger_problems([]) == []


@pytest.mark.parametrize(
    ("field", "cell", "fine"),
    [
        (Field("x", "整数", "", minimum="0", maximum="9"), "9", True),
        (Field("x", "整数", "", minimum="0", maximum="9"), "10", False),
        (Field("x", "整数", "", minimum="2"), "10", True),  # 按数比,不按文字比
        (Field("x", "整数", ""), "1.0", False),
        (Field("x", "小数", "", maximum="0.00"), "-1.50", True),
        (Field("x", "小数", ""), "1", False),
        (Field("x", "日期", "", minimum="2024-01-01"), "2023-12-31", False),
        (Field("x", "日期", ""), "2024-02-30", False),
        (Field("x", "日期", ""), "2024/2/3", False),
        (Field("x", "是否", ""), "是", True),
        (Field("x", "是否", ""), "true", False),
        (Field("x", "文字", "", values=("甲",)), "乙", False),
        (Field("x", "文字", "", pattern="A."), "AB", True),
        (Field("x", "文字", "", pattern="A."), "ABC", False),
        (Field("x", "文字", ""), "", False),
        (Field("x", "文字", "", blank=True), "", True),
    ],
)
def test_allowed_values(field, cell, fine):
    assert datapackage._is_allowed(cell, field) is fine
