"""sources 与 assignment：按名字或路径打开，观察日，题本文件的往返与拒收。"""

from __future__ import annotations

import copy
import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from golden.sheets import assignment, population

from lifecycle_lab.exercises import open_assignment, open_population
from lifecycle_lab.exercises.assignment import assign, variant_document
from lifecycle_lab.schema import Customer, DataError, LabError, ParameterError

DAY = date(2024, 6, 30)


def survey_lines(count=12):
    return [
        {
            "编号": f"K{i:02d}",
            "1、您最近一次在本店下单，距今多久？(单选题)": ("一周以内", "半年以上")[i % 2],
            "近一年里，您在本店一共下过多少次单？": i,
            "近一年里，您在本店一共付了多少元？": f"{i * 100 + 0.5:.2f}",
            "来自IP": "1.2.3.4",
        }
        for i in range(1, count + 1)
    ]


def order_rows(count=30):
    """第 i 位客户 i%4+1 笔，另有一笔取消。"""
    rows = []
    for i in range(count):
        for j in range(i % 4 + 1):
            day = DAY - timedelta(days=i * 3 + j)
            rows.append(
                {
                    "order_id": f"O{i}-{j}",
                    "customer_id": f"顾客{i:02d}",
                    "order_date": day.isoformat(),
                    "amount": f"{10 * (i + 1)}.50",
                    "cancelled": "否",
                }
            )
    rows.append(
        {
            "order_id": "C1",
            "customer_id": "顾客03",
            "order_date": DAY.isoformat(),
            "amount": "-10.00",
            "cancelled": "是",
        }
    )
    return rows


def write_csv(path, rows, encoding="utf-8-sig"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


# ── 打开 ────────────────────────────────────────────────────────────


def test_the_shipped_sources():
    assert open_population() == open_population("survey") == population("survey")
    shop = population("online_retail")
    assert (shop.as_of, shop.synthetic, shop.source) == (date(2011, 12, 10), False, "online_retail")
    assert [i.better for i in shop.indicators] == ["low", "high", "high"]
    assert [i.unit for i in shop.indicators] == ["天", "次", "英镑"]
    assert population("survey").synthetic
    assert population("survey").as_of is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_survey_export_by_path(tmp_path, encoding):
    found = open_population(write_csv(tmp_path / "答卷.csv", survey_lines(), encoding))
    assert found.source == "答卷.csv"
    assert len(found.customers) == 12
    assert found.customers[0] == Customer("K01", 1, 1, 100_50)
    assert found.indicators[0].better == "high"
    assert "1.2.3.4" not in repr(found)


def test_a_survey_export_as_a_workbook(tmp_path):
    path = tmp_path / "答卷.xlsx"
    pd.DataFrame(survey_lines()).to_excel(path, index=False)
    assert (
        open_population(str(path)).customers
        == open_population(write_csv(tmp_path / "a.csv", survey_lines())).customers
    )


def test_orders_by_path_csv_and_parquet_agree(tmp_path):
    rows = order_rows()
    as_csv = open_population(write_csv(tmp_path / "o.csv", rows))
    frame = pd.DataFrame(rows)
    frame.to_parquet(tmp_path / "o.parquet")
    as_parquet = open_population(str(tmp_path / "o.parquet"))
    assert as_csv.customers == as_parquet.customers
    assert as_csv.as_of == DAY + timedelta(days=1)  # 最后一笔的次日
    three = next(c for c in as_csv.customers if c.customer_id == "顾客03")
    # 4 笔 × 40.50 元 − 10.00；最后一笔没有取消的是 9 天前，观察日再加 1
    assert three == Customer("顾客03", 10, 4, 4 * 4050 - 1000)
    assert as_csv.indicators[2].unit == "元"


def test_as_of_moves_the_days_and_leaves_later_orders_out(tmp_path):
    path = write_csv(tmp_path / "o.csv", order_rows())
    before, after = open_population(path, "2024-06-20"), open_population(path, "2024/7/10")
    assert (before.as_of, after.as_of) == (date(2024, 6, 20), date(2024, 7, 10))
    later = sum(date.fromisoformat(r["order_date"]) > before.as_of for r in order_rows())
    assert dict(before.setaside)["观察日之后的订单"] == later > 0
    assert "观察日之后的订单" not in dict(after.setaside)
    assert all(c.recency >= 0 for c in before.customers)
    same = {c.customer_id: c.recency for c in after.customers}
    assert all(same[c.customer_id] == c.recency + 9 for c in open_population(path).customers)


@pytest.mark.parametrize("wrong", ["昨天", "10/12/2011", "2011-13-01", "2011-12", "20111210"])
def test_an_unreadable_as_of_is_refused(wrong):
    for source in ("", "survey", "online_retail"):
        with pytest.raises(ParameterError, match="观察日"):
            open_population(source, wrong)


@pytest.mark.parametrize("wrong", [20111210, None, date(2011, 12, 10)])
def test_parameters_are_texts(wrong):
    with pytest.raises(ParameterError, match="要写成文字"):
        open_population("", wrong)
    with pytest.raises(ParameterError, match="数据来源要写成文字"):
        open_population(wrong)


def test_as_of_before_everything(tmp_path):
    with pytest.raises(DataError, match="没有一笔有效订单"):
        open_population("online_retail", "2001-01-01")


@pytest.mark.parametrize("name", ["没有.csv", "x" * 300, "a\x00b", "~nobody-here/x.csv", ".", "/"])
def test_a_source_that_is_not_there(name):
    with pytest.raises(LabError, match=r"找不到|读不出"):
        open_population(name)


# ── 文件夹：一个班的问卷 ─────────────────────────────────────────────


@pytest.fixture
def handed_in(tmp_path):
    """收来的问卷：两份表格，和一些不该看的东西。"""
    folder = tmp_path / "一班"
    (folder / "older").mkdir(parents=True)
    lines = survey_lines(14)
    write_csv(folder / "b.csv", lines[:8])
    pd.DataFrame(lines[8:]).to_excel(folder / "a.XLSX", index=False)
    for name in (".b.csv", "~$a.xlsx", "rfm.json", "b.lock", "older/c.csv", "说明.txt"):
        (folder / name).write_text("不是表", encoding="utf-8")
    (folder / "d.csv").mkdir()
    return folder


def test_a_folder_is_one_population(handed_in, tmp_path):
    found = open_population(str(handed_in))
    together = open_population(write_csv(tmp_path / "all.csv", survey_lines(14)))
    assert found.customers == together.customers
    assert (found.source, found.as_of, found.setaside) == ("一班", None, ())
    assert len(open_assignment("demo", str(handed_in)).sample) == 10


def test_a_folder_is_the_same_whatever_its_files_are_called(handed_in):
    before = open_population(str(handed_in))
    (handed_in / "b.csv").rename(handed_in / "z.csv")
    assert open_population(str(handed_in)) == before
    (handed_in / "z.csv").write_bytes((handed_in / "z.csv").read_bytes() + b"\n")
    assert open_population(str(handed_in)).data_sha256 != before.data_sha256


@pytest.mark.parametrize("rows", [[{"姓名": "甲", "分数": 1}] * 12, order_rows()], ids=["别的表", "订单"])
def test_a_stranger_in_the_folder_is_named(handed_in, rows):
    write_csv(handed_in / "混进来的.csv", rows)
    with pytest.raises(DataError, match=r"「一班」 里的 「混进来的\.csv」 不是问卷"):
        open_population(str(handed_in))


@pytest.mark.parametrize(
    ("name", "data"),
    [("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ("b.ods", b"PK\x03\x04"), ("空.csv", b"")],
)
def test_a_table_that_cannot_be_read_is_named_not_left_out(handed_in, name, data):
    """读不了的表格不能悄悄跳过：那是一个人的答卷。"""
    (handed_in / name).write_bytes(data)
    with pytest.raises(DataError, match=name):
        open_population(str(handed_in))


def test_an_empty_folder_or_one_that_cannot_be_listed(tmp_path, monkeypatch):
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(DataError, match="找不到问卷"):
        open_population(str(tmp_path))

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DataError, match="读不出来"):
        open_population(str(tmp_path))


def test_a_folder_with_too_few(tmp_path):
    write_csv(tmp_path / "a.csv", survey_lines(7))
    with pytest.raises(DataError, match="还差 3 份"):
        open_population(str(tmp_path))


def test_a_path_may_start_at_home(tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    write_csv(tmp_path / "o.csv", order_rows())
    assert open_population("~/o.csv").source == "o.csv"


def test_a_table_that_is_neither(tmp_path):
    path = write_csv(tmp_path / "x.csv", [{"姓名": "甲", "分数": 1}] * 12)
    with pytest.raises(DataError, match="既不像问卷导出，也不像订单表") as caught:
        open_population(path)
    assert "order_id" in str(caught.value)


def test_orders_with_a_missing_column_hear_of_orders(tmp_path):
    rows = [{k: v for k, v in row.items() if k != "amount"} for row in order_rows()]
    with pytest.raises(DataError, match="没有找到：金额（amount）"):
        open_population(write_csv(tmp_path / "x.csv", rows))
    rows = [
        {k: v for k, v in row.items() if not k.startswith("近一年里，您在本店一共付")}
        for row in survey_lines()
    ]
    with pytest.raises(DataError, match="找不到"):
        open_population(write_csv(tmp_path / "y.csv", rows))


def test_all_cancelled(tmp_path):
    rows = [r | {"cancelled": "是", "amount": "-1"} for r in order_rows()]
    with pytest.raises(DataError, match="没有一笔有效订单"):
        open_population(write_csv(tmp_path / "x.csv", rows))


def test_a_draw_from_own_orders(tmp_path):
    given = open_assignment("demo", write_csv(tmp_path / "o.csv", order_rows()))
    assert len(given.sample) == 10
    assert (given.source, given.variant()["source"]) == ("o.csv", "o.csv")
    assert given.variant()["as_of"] == "2024-07-01"


# ── 题本文件 ────────────────────────────────────────────────────────


def save(path, document):
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("source", ["survey", "online_retail"])
@pytest.mark.parametrize("secret", [b"", b"spring-2027"])
def test_a_variant_file_is_the_same_assignment(tmp_path, source, secret):
    given = assign(population(source), "0020230101", secret)
    path = save(tmp_path / "v.json", variant_document(given))
    found = open_assignment("0020230101", variant_file=path)
    assert found.population is None
    assert (found.sample, found.indicators, found.draw) == (given.sample, given.indicators, given.draw)
    assert found.variant() == given.variant()
    assert found.blank_answers() == given.blank_answers()
    assert variant_document(found) == variant_document(given)
    assert found.draw.keyed is bool(secret)


def test_a_variant_file_holds_no_key_and_nobody_else():
    document = variant_document(assignment())
    assert set(document) == {
        *("format", "course", "student_id", "scheme", "source", "as_of", "attempt", "keyed"),
        *("data_sha256", "synthetic", "units", "better", "customers"),
    }
    assert len(document["customers"]) == 10


def test_another_students_variant_is_refused(tmp_path):
    path = save(tmp_path / "v.json", variant_document(assignment("survey", "123")))
    with pytest.raises(ParameterError, match="这份题本是发给 「123」 的"):
        open_assignment("124", variant_file=path)
    assert open_assignment("１２３", variant_file=path).student_id == "123"


def _without(key):
    return lambda d: d.pop(key)


def _set(key, value):
    return lambda d: d.__setitem__(key, value)


def _customer(key, value, index=0):
    return lambda d: d["customers"][index].__setitem__(key, value)


BROKEN = {
    **{
        f"缺 {k}": _without(k)
        for k in ("format", "course", "scheme", "units", "better", "customers", "keyed", "as_of")
    },
    "别的格式号": _set("format", 2),
    "别的课": _set("course", "other"),
    "别的抽法": _set("scheme", "v2"),
    "九位": lambda d: d["customers"].pop(),
    "十一位，有重复": lambda d: d["customers"].append(copy.deepcopy(d["customers"][-1])),
    "换一位成重复": _customer("customer_id", "C007", 1),
    "次序": lambda d: d["customers"].reverse(),
    "编号是数": _customer("customer_id", 7),
    "编号空": _customer("customer_id", " "),
    "R 是小数": _customer("recency", 2.5),
    "R 是真假": _customer("recency", True),
    "R 是负": _customer("recency", -1),
    "F 是零": _customer("frequency", 0),
    "F 是文字": _customer("frequency", "3"),
    "M 是数": _customer("monetary", 329.99),
    "M 乱写": _customer("monetary", "abc"),
    "M 非数": _customer("monetary", "NaN"),
    "M 无穷": _customer("monetary", "Infinity"),
    "M 科学记数": _customer("monetary", "1E+999999"),
    "M 三位小数": _customer("monetary", "1.005"),
    "M 是零": _customer("monetary", "0.00"),
    "M 是负": _customer("monetary", "-1.00"),
    "缺 M": lambda d: d["customers"][0].pop("monetary"),
    "方向": lambda d: d["better"].__setitem__("recency", "up"),
    "缺方向": lambda d: d["better"].pop("recency"),
    "单位不是文字": lambda d: d["units"].__setitem__("recency", 1),
    "次数是文字": _set("attempt", "1"),
    "次数是零": _set("attempt", 0),
    "keyed 是文字": _set("keyed", "false"),
    "synthetic 是数": _set("synthetic", 1),
    "观察日乱写": _set("as_of", "昨天"),
    "观察日不存在": _set("as_of", "2011-13-40"),
    "指纹": _set("data_sha256", "xyz"),
    "学号是数": _set("student_id", 123),
    "学号空": _set("student_id", ""),
    "customers 不是列表": _set("customers", {"a": 1}),
    "整份是列表": lambda d: d.clear(),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_hand_edited_variant_file_is_refused(tmp_path, how):
    document = variant_document(assignment())
    BROKEN[how](document)
    with pytest.raises(ParameterError, match=r"题本文件 「v\.json」 读不懂"):
        open_assignment("demo", variant_file=save(tmp_path / "v.json", document))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"format": 1}', b"PK\x03\x04"]
)
def test_bytes_that_are_no_variant_file(tmp_path, data):
    (tmp_path / "v.json").write_bytes(data)
    with pytest.raises(LabError):
        open_assignment("demo", variant_file=str(tmp_path / "v.json"))


def test_a_huge_or_missing_variant_file(tmp_path):
    (tmp_path / "v.json").write_bytes(b" " * 70_000)
    with pytest.raises(DataError, match="超过 64 KiB"):
        open_assignment("demo", variant_file=str(tmp_path / "v.json"))
    with pytest.raises(DataError, match="找不到文件"):
        open_assignment("demo", variant_file=str(tmp_path / "w.json"))
