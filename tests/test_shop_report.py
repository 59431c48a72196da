"""分析师的报告：十笔订单的手算店、随机店与 rfm 逐位相等、账、名单、写文件、给外人看的一份。"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import os
import zipfile
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from shops import AS_OF, facts_of, opened, random_orders
from typer.testing import CliRunner

from lifecycle_lab import cli, content, rfm, segmentation
from lifecycle_lab.plots import shop as drawings
from lifecycle_lab.report.shop import calls, limits, open_shop, pseudonyms, read_key, views, write, writing
from lifecycle_lab.report.shop.document import document
from lifecycle_lab.report.shop.facts import Accounting, Line
from lifecycle_lab.report.typed import HIDDEN
from lifecycle_lab.schema import DataError, Order, ParameterError, column

TEN = Path(__file__).parent / "golden" / "ten_orders.csv"
HEADER = "order_id,customer_id,paid_at,amount"


@pytest.fixture(scope="module")
def ten():
    """手算店，经过读文件的整条路。"""
    shop = open_shop(str(TEN), "2024-04-01", compare_to="2024-02-15")
    yield shop
    shop.close()


# —— 十笔订单，手算（golden/ten_orders.md） ——————————————————————————————————————


def test_ten_orders_are_all_accounted_for(ten):
    book = ten.facts.accounting
    assert (book.rows_in, book.used.rows, book.quarantined.rows) == (10, 10, 0)
    assert (book.money_in, book.used.money) == (178000, 178000)
    assert ten.facts.orders == 10


def test_ten_orders_thresholds(ten):
    assert dict(ten.facts.centres) == {
        "mean": (Fraction(162, 5), 2, 35600),
        "median": (10, 2, 10000),
    }
    assert ten.facts.ups == (3, 4, 2)
    shown = views.thresholds(ten.facts).shown().rows
    assert [row[2:] for row in shown] == [
        ("32.4", "10.0", "3", "2"),
        ("2.0", "2.0", "4", "1"),
        ("356.00", "100.00", "2", "3"),
    ]


def test_ten_orders_segments(ten):
    rows = {row[1]: row for row in views.segments(ten.facts).rows if row[2]}
    assert {k: (v[0], v[2], v[4]) for k, v in rows.items()} == {
        "↑↑↑": ("重要价值客户", 1, 60000),
        "↑↑↓": ("一般价值客户", 2, 15000),
        "↓↓↑": ("重要挽留客户", 1, 100000),
        "↓↑↓": ("一般保持客户", 1, 3000),
        "": ("合计", 5, 178000),
    }
    assert rows["↑↑↓"][3] == Fraction(2, 5)
    assert rows["↑↑↓"][5] == Fraction(150, 1780)
    assert rows["↑↑↓"][6] == 7500


def test_ten_orders_other_readings(ten):
    found = {(o.kind, o.title): (o.customers, o.money) for o in ten.facts.others}
    assert found["centre", "中心换成中位数"] == (1, 10000)
    assert found["literal", "R 照字面：天数 ≥ 均值标 ↑"] == (5, 178000)
    assert found["convention", "叫法换成“唤回与深耕惯例”"] == (3, 18000)


def test_ten_orders_intervals(ten):
    rows = {row[0]: tuple(row[1:]) for row in views.intervals(ten.facts).rows}
    never = "没有达到"
    assert rows["全部间隔"] == (4, 5, 31, 50, 80, never, never, never)
    assert rows["第 1 次到第 2 次"] == (3, 2, 31, 80, 80, 80, never, never)
    assert rows["第 2 次到第 3 次"] == (1, 2, 50, 50, 50, never, never, never)
    assert rows["第 4 次到第 5 次"] == (0, 0, never, never, never, never, never, never)


def test_ten_orders_repurchase_counts_the_waiting_too(ten):
    rows = [tuple(row) for row in views.repurchase(ten.facts).rows]
    half, seventy, ninety = (Fraction(percent, 100) for percent in (50, 70, 90))
    never = "没有达到"
    assert [row[:4] for row in rows] == [
        ("全部间隔", half, 31, 80),
        ("全部间隔", seventy, 50, 80),
        ("全部间隔", ninety, 80, 80),
        ("第 1 次到第 2 次", half, 31, 31),
        ("第 1 次到第 2 次", seventy, 80, 80),
        ("第 1 次到第 2 次", ninety, 80, 80),
        ("第 2 次以后", half, 50, 50),
        ("第 2 次以后", seventy, 50, never),
        ("第 2 次以后", ninety, 50, never),
    ]
    # 一步：S = 1/2，Greenwood 方差 1/2 → 份额的区间 9.0 % 到 99.4 %：上沿第 50 天就过七成，下沿一直没有到
    assert {row[4] for row in rows[6:]} == {f"50 至 {never}"}
    assert "只看已经再买的，是 31 天；连同还没有再买的，是 80 天" in views.repurchase_said(ten.facts)
    curve = [tuple(row[:4]) for row in views.repurchase_curve(ten.facts).rows]
    shares = (Fraction(1, 7), Fraction(11, 35), Fraction(17, 35), Fraction(1))
    assert [row[:3] for row in curve] == [(10, 7, 1), (31, 5, 1), (50, 4, 1), (80, 1, 1)]
    assert [float(row[3]) for row in curve] == pytest.approx([float(share) for share in shares])
    assert "80" in views.repurchase_figure(ten.facts).alt


def test_never_reached_is_said_and_nobody_back_draws_nothing(tmp_path):
    """十位里一位第 3 天再来，九位看到第 10 天还没有：一成，达不到一半。"""
    lines = [HEADER, "0,c0,2024-01-04,1.00", *(f"{i + 1},c{i},2024-01-01,1.00" for i in range(10))]
    (tmp_path / "o.csv").write_text("\n".join(lines))
    shop = open_shop(str(tmp_path / "o.csv"), "2024-01-11")
    assert "看到最长的 10 天也没有达到" in views.repurchase_said(shop.facts)
    shop.close()
    (tmp_path / "o.csv").write_text("\n".join([HEADER, *lines[2:]]))
    shop = open_shop(str(tmp_path / "o.csv"), "2024-01-11")
    assert views.repurchase_said(shop.facts) == ""
    assert views.repurchase_figure(shop.facts) is views.repurchase_curve(shop.facts) is None
    assert {row[2:] for row in views.repurchase(shop.facts).rows} == {("没有达到",) * 3}
    shop.close()


def test_nobody_late_both_counts_agree_and_no_band_is_no_never(tmp_path):
    """三位都恰好隔 40 天：两种数法一样，区间算不出（—），不是“没有达到”。"""
    days = ("2024-01-01", "2024-02-10", "2024-03-21")
    lines = [HEADER, *(f"{c}{d},c{c},{d},1.00" for c in range(3) for d in days)]
    (tmp_path / "o.csv").write_text("\n".join(lines))
    shop = open_shop(str(tmp_path / "o.csv"), "2024-03-22")
    assert "两种数法都是 40 天" in views.repurchase_said(shop.facts)
    assert views.repurchase(shop.facts).rows[0][2:] == (40, 40, "—")
    shop.close()


def test_ten_orders_migration(ten):
    code = {segmentation.pattern(c): c for c in segmentation.PATTERNS}
    assert sorted(ten.facts.moves, key=str) == sorted(
        [
            (code["↑↑↓"], code["↑↑↑"], 1),
            (code["↓↓↓"], code["↑↑↓"], 1),
            (code["↑↓↑"], code["↓↓↑"], 1),
            (code["↓↑↓"], code["↓↑↓"], 1),
            (None, code["↑↑↓"], 1),
        ],
        key=str,
    )
    assert "4 位客户里，1 位（25.0%）" in views.migration_said(ten.facts)
    assert views.migration(ten.facts).rows[-1][-1] == 5


def test_ten_orders_limits(ten):
    assert {x.id: (x.value, x.exceeded) for x in limits.limits(ten.facts)} == {
        "customers": ("5 位", True),
        "window": ("91 天", True),
        "waiting": ("55.6%", True),
        "one_time": ("2 位（40.0%）", False),
        "aside": ("0.0%", False),
        "small_groups": ("8", True),
        "stale": ("1 天", False),
        "skew": ("3.6", True),
    }
    said = limits.sentences(ten.facts)
    assert said[0] == "⚠ 客户只有 5 位，占比会随一两位客户跳动。"
    assert len(said) == 5 + 1


def test_ten_orders_reasons(ten):
    reason = calls.reasons(ten.facts)
    said = {call.customer: reason(call) for call in calls.calls(ten.warehouse, ten.facts)}
    assert list(said) == ["甲", "乙", "丁", "戊", "丙"]  # 类型 7、6、6、2、1；同类型金额多的在前
    assert said["乙"] == (
        "R=2 天 < 均值 32.4 天，还算新近↑；F=2 次 = 均值 2.0 次，买得勤↑；"
        "M=100.00 元 < 均值 356.00 元，花得少↓"
    )


def test_the_day_after_the_last_order_is_the_default_and_is_said():
    shop = open_shop(str(TEN))
    shop.close()
    assert shop.facts.as_of == AS_OF
    assert shop.facts.asked.compare_to == date(2024, 1, 2)
    texts = "".join(getattr(block, "text", "") for block in document(shop.facts).sections[0].blocks)
    assert "没有指定观察日，用最后一笔订单的次日 2024-04-01。" in texts


# —— 随机的店：与 rfm 的读法逐位相等 ——————————————————————————————————————————


@pytest.mark.parametrize("centre", ["mean", "median"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_shop_agrees_with_the_readable_core(seed, centre):
    orders = random_orders(seed, 150)
    then = date(2023, 12, 1)
    with opened(orders, centre=centre, compare_to=then) as (facts, house):
        everyone = rfm.customer_totals(orders, AS_OF)
        mine = readable(everyone, facts, centre)
        other = readable(everyone, facts, facts.asked.other_centre)
        money = {c.customer_id: c.monetary for c in everyone}
        heads, sums = Counter(mine.values()), Counter()
        for name, pattern in mine.items():
            sums[pattern] += money[name]
        table = {row[1]: (row[2], row[4]) for row in views.segments(facts).rows[:-1]}
        assert table == {p: (heads[p], sums[p]) for p in map(segmentation.pattern, segmentation.PATTERNS)}

        names = facts.asked.convention.names
        changed = [n for n in mine if rfm.segment(mine[n], names) != rfm.segment(other[n], names)]
        row = next(o for o in facts.others if o.kind == "centre")
        assert (row.customers, row.money) == (len(changed), sum(money[n] for n in changed))

        before = readable(rfm.customer_totals(orders, then), facts, centre)
        pairs = Counter((before.get(n), p) for n, p in mine.items())
        shown = {(b and None if b is None else segmentation.pattern(b), segmentation.pattern(a)): n
                 for b, a, n in facts.moves}  # fmt: skip
        assert shown == pairs

        listed = list(calls.calls(house, facts))
        assert {c.customer: segmentation.pattern(c.segment) for c in listed} == mine
        assert {c.customer: segmentation.pattern(c.other) for c in listed} == other
        keys = [(-c.segment, -c.monetary, c.recency, c.customer) for c in listed]
        assert keys == sorted(keys)


def readable(customers, facts, centre):
    """一位一位用 rfm 的函数标记。"""
    middle = {"mean": rfm.mean, "median": rfm.median}[centre]
    marks = [
        [rfm.mark_against(v, middle(column(customers, i.key)), i.better) for v in column(customers, i.key)]
        for i in facts.indicators
    ]
    return {c.customer_id: "".join(three) for c, *three in zip(customers, *marks, strict=True)}


def test_gap_counts_agree_with_a_loop():
    orders = random_orders(5, 80)
    facts = facts_of(orders)
    days = defaultdict(set)
    for order in orders:
        if not order.cancelled:
            days[order.customer_id].add(order.order_date)
    closed = Counter((b - a).days for each in days.values() for a, b in itertools.pairwise(sorted(each)))
    assert views.gap_counts(facts, range(1, 6)) == (closed, len(days))


def test_histograms_hold_everybody():
    facts = facts_of(random_orders(6, 90))
    for _, counts in facts.histograms.values():
        assert sum(n for _, n in counts) == facts.customers


# —— 账 ——————————————————————————————————————————————————————————————————


def test_an_account_that_does_not_add_up_stops_the_report():
    with pytest.raises(DataError, match="行数对不上"):
        Accounting(3, 0, Line("用上", 1, 0), (), Line("读不通", 1, 0))
    with pytest.raises(DataError, match="金额（最小单位）对不上"):
        Accounting(2, 99, Line("用上", 1, 50), (), Line("读不通", 1, 50))


def test_used_money_must_be_the_money_of_the_tables(monkeypatch):
    monkeypatch.setattr(Accounting, "money_netted", 1)
    with pytest.raises(DataError, match="净额"):
        facts_of(random_orders(1, 5))


def messy(folder: Path) -> Path:
    """有退款、读不通、总计行、个人信息列的一份导出。"""
    path = folder / "订单.csv"
    lines = [f"{HEADER},receiver,mobile"]
    lines += [
        f"{i},b-{i % 40:03},2024-0{1 + i % 3}-1{i % 9},{10 + i}.50,王小明,13800001234" for i in range(200)
    ]
    lines += ["900,b-001,2024-02-11,-5.25,王小明,13800001234", "901,b-002,昨天,8.00,王小明,13800001234"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_set_aside_and_unreadable_are_shown_and_add_up(tmp_path):
    shop = open_shop(str(messy(tmp_path)), "2024-04-01")
    shop.close()
    book = shop.facts.accounting
    assert book.rows_in == 202
    assert [(line.rows, line.money, line.netted) for line in book.aside] == [(1, -525, True)]
    assert book.quarantined.rows == 1
    assert book.problems[0][0] == 203
    assert shop.facts.money == book.used.money - 525
    assert views.accounting(shop.facts).rows[-1] == ("合计（读进来的）", 202, book.money_in)
    assert views.problems(shop.facts).rows == book.problems


def test_a_currency_without_cents_is_written_with_two_places(tmp_path):
    path = tmp_path / "yen.csv"
    path.write_text(f"{HEADER},currency\n1,A,2024-01-01,500,JPY\n2,B,2024-01-09,700,JPY\n", encoding="utf-8")
    shop = open_shop(str(path))
    shop.close()
    assert shop.facts.shop.unit == "日元"
    assert shop.facts.money == 120000
    assert views.segments(shop.facts).shown().rows[-1][4] == "1,200.00"


# —— 写进文件夹 ——————————————————————————————————————————————————————————


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """随机店的一份报告：（事实，文件夹）。"""
    out = tmp_path_factory.mktemp("report") / "报告"
    with opened(random_orders(3, 120), compare_to=date(2023, 12, 1)) as (facts, house):
        write(facts, house, out)
    return facts, out


def test_everything_is_there_and_again_the_same_bytes(written, tmp_path):
    _, out = written
    found = files(out)
    assert {"report.html", "report.xlsx", "summary.json"} < set(found)
    assert len([name for name in found if name.startswith("calls")]) == 8
    with opened(random_orders(3, 120), compare_to=date(2023, 12, 1)) as (again, house):
        write(again, house, tmp_path / "二")
    assert files(tmp_path / "二") == found
    assert os.listdir(tmp_path) == ["二"]


def test_the_lists_hold_every_customer_once_in_her_type(written):
    facts, out = written
    seen = {}
    for number, code in enumerate(segmentation.PATTERNS, 1):
        (path,) = (out / "calls").glob(f"calls_{number}.csv")
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        assert len(rows) == facts.type_of(code).customers
        for row in rows:
            assert row["组合"] == segmentation.pattern(code)
            assert row["客户级别"] == facts.name(code)
            assert row["策略"].startswith(calls.strategy_of(code).offer)
            seen[row["客户编号"]] = row
    assert len(seen) == facts.customers
    totals = {c.customer_id: c for c in rfm.customer_totals(random_orders(3, 120), AS_OF)}
    for name, row in seen.items():
        assert int(row["R 最近一次消费（天）"]) == totals[name].recency
        assert row["M 消费金额（元）"] == facts.indicators[2].text(totals[name].monetary)
        assert (AS_OF - date.fromisoformat(row["最近一次购买"])).days == totals[name].recency


def test_the_workbook_is_typed_frozen_filtered_and_without_formulas(written):
    facts, out = written
    book = openpyxl.load_workbook(out / "report.xlsx")
    assert book.sheetnames[0] == "限制"
    cover = {row[0].value: row[1].value for row in book["这份报告"].iter_rows(min_row=2)}
    assert cover["观察日"] == str(facts.as_of)
    assert cover["级别的叫法"] == facts.asked.convention.title
    for page in book:
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref.startswith("A1:")
        assert page.print_title_rows == "$1:$1"
        assert all(page.column_dimensions[cell.column_letter].width >= 10 for cell in page[1])
        assert not [cell for row in page for cell in row if cell.data_type == "f"]
    page = book["1 重要价值客户"]
    heads = [cell.value for cell in page[1]]
    first = dict(zip(heads, page[2], strict=True))
    assert first["R 最近一次消费（天）"].data_type == "n"
    assert first["M 消费金额（元）"].number_format == "#,##0.00"
    assert first["最近一次购买"].is_date
    assert first["客户编号"].data_type == "s"
    segments = {row[1].value: row[2].value for row in book["八种类型"].iter_rows(min_row=2) if row[1].value}
    assert segments == {
        segmentation.pattern(code): facts.type_of(code).customers for code in segmentation.PATTERNS
    }


def test_a_long_list_is_cut_in_the_workbook_and_says_so(tmp_path):
    with opened(random_orders(3, 120)) as (facts, house):
        numbers = dict(facts.text.numbers) | {"workbook_rows": 4}
        facts = replace(facts, text=replace(facts.text, numbers=numbers))
        write(facts, house, tmp_path / "r")
    code = max(facts.types, key=lambda t: t.customers).code
    number = segmentation.PATTERNS.index(code) + 1
    page = openpyxl.load_workbook(tmp_path / "r" / "report.xlsx")[f"{number} {facts.name(code)}"]
    shown = [row[0].value for row in page.iter_rows(min_row=2) if row[0].value]
    assert len(shown) == 5
    assert "列出前 4 位" in shown[-1]
    (path,) = (tmp_path / "r" / "calls").glob(f"calls_{number}.csv")
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert len(rows) - 1 == facts.type_of(code).customers
    assert [row[0] for row in rows[1:5]] == shown[:4]


def test_interrupted_half_way_nothing_is_left_and_the_old_report_stays(written, tmp_path, monkeypatch):
    out = tmp_path / "报告"
    with opened(random_orders(3, 120)) as (facts, house):
        write(facts, house, out)
        before = files(out)
        for place in ("to_html", "workbook", "summary"):
            with monkeypatch.context() as patched:
                patched.setattr(writing, place, interrupted)
                with pytest.raises(KeyboardInterrupt):
                    write(facts, house, out)
                with pytest.raises(KeyboardInterrupt):
                    write(facts, house, tmp_path / "新的")
            assert files(out) == before
            assert os.listdir(tmp_path) == ["报告"]


def interrupted(*_):
    raise KeyboardInterrupt


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path):
    (tmp_path / "照片.jpg").write_bytes(b"x")
    with opened(random_orders(3, 10)) as (facts, house):
        with pytest.raises(ParameterError, match="别的东西"):
            write(facts, house, tmp_path)
        with pytest.raises(ParameterError, match="文件夹"):
            write(facts, house, tmp_path / "照片.jpg")
    assert files(tmp_path) == {"照片.jpg": b"x"}


# —— 个人信息与代号 ——————————————————————————————————————————————————————————

CANARIES = ("王小明", "13800001234")


def everything(folder: Path) -> bytes:
    """文件夹里每一个字节，压缩包也拆开。"""
    parts = []
    for name, data in files(folder).items():
        parts += [name.encode(), data]
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                parts += [package.read(entry) for entry in package.namelist()]
    return b"\n".join(parts)


def test_personal_columns_never_reach_a_file_or_the_screen(tmp_path):
    source = messy(tmp_path)
    run = CliRunner().invoke(cli.app, ["report", str(source), "--out", str(tmp_path / "r")])
    assert run.exit_code == 0, run.output
    whole = everything(tmp_path / "r") + run.output.encode()
    for canary in CANARIES:
        assert canary.encode() in source.read_bytes()
        assert canary.encode() not in whole
    assert b"b-001" in whole


def test_pseudonyms_replace_every_id_and_need_the_key(tmp_path):
    source, key = messy(tmp_path), tmp_path / "key.txt"
    key.write_text("k" * 32, encoding="utf-8")
    arguments = ["report", str(source), "--out", str(tmp_path / "r"), "--pseudonymise", str(key)]
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0
    whole = everything(tmp_path / "r")
    ids = [f"b-{i:03}" for i in range(40)]
    assert not [name for name in ids if name.encode() in whole]
    one, other = pseudonyms(b"k" * 32), pseudonyms(b"j" * 32)
    assert all(one(name).encode() in whole for name in ids)
    assert len({one(name) for name in ids} | {other(name) for name in ids}) == 80
    plain = {hashlib.sha256(name.encode()).hexdigest()[:20] for name in ids}
    assert not plain & {one(name)[1:] for name in ids}


def test_ties_are_ordered_by_pseudonym_not_by_id():
    orders = [Order(str(i), f"b-{i:03}", date(2024, 3, 1), 1000) for i in range(30)]
    with opened(orders) as (facts, house):
        found = [call.customer for call in calls.calls(house, facts, pseudonyms(b"k" * 32))]
    assert found == sorted(found)


def test_a_key_inside_the_output_or_too_short_is_refused(tmp_path):
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "short").write_bytes(b"k" * 15)
    with pytest.raises(ParameterError, match="报告的文件夹里"):
        read_key(tmp_path / "key", tmp_path)
    with pytest.raises(ParameterError, match="太短"):
        read_key(tmp_path / "short", tmp_path / "out")
    assert read_key(tmp_path / "key", tmp_path / "out") == b"k" * 32


# —— 给外人看的一份 ——————————————————————————————————————————————————————————


@pytest.mark.parametrize("seed", range(6))
def test_no_small_group_can_be_read_or_solved(seed):
    orders = random_orders(seed, 25 + 15 * seed)
    facts = facts_of(orders, compare_to=date(2023, 12, 1), shared=True)
    least = content.report_text().numbers["shared_least"]
    segments = views.segments(facts).rows[:-1]
    assert all(row[2] == HIDDEN or row[2] == 0 or row[2] >= least for row in segments)
    unknown, equations = published(facts)
    assert not segmentation.solvable(unknown, equations)
    for row in views.accounting(facts).rows:
        assert row[1] == HIDDEN or row[1] == 0 or row[1] >= least
    for row in views.intervals(facts).rows:
        assert all(value == HIDDEN or value == 0 or value >= least for value in row[1:3])
    counted = {row[0] for row in views.intervals(facts).rows if HIDDEN not in row}
    assert {row[0] for row in views.repurchase(facts).rows if HIDDEN not in row} <= counted
    assert views.repurchase_figure(facts) is views.repurchase_curve(facts) is None


def published(facts):
    """整份报告里关于隐去的人数说了什么：每一条是一个线性方程。

    未知数：隐去的类型 ("t", 组合) 与隐去的迁移格 ("m", 行, 列)。
    """
    hidden = [code for code, hide in facts.hidden_types.items() if hide]
    unknown = [("t", code) for code in hidden]
    equations = [dict.fromkeys(unknown, 1)]
    if all(row[4] != HIDDEN for row in views.thresholds(facts).rows):
        equations += [{("t", c): 1 for c in hidden if c & bit} for bit in (4, 2, 1)]
    names = facts.asked.convention.names
    others = [c.names for c in content.course().conventions.values() if c.id != facts.asked.convention.id]
    for row, other in zip(views.readings(facts).rows, others, strict=False):
        if row[1] != HIDDEN:
            changed = [c for c in hidden if names[segmentation.state(c)] != other[segmentation.state(c)]]
            equations.append({("t", c): 1 for c in changed})
    cells = views.migration_cells(facts)
    if cells:
        grid = {(i, j) for i, row in enumerate(cells) for j, value in enumerate(row) if value is None}
        place = {(8 + 1, j): ("t", code) for j, code in enumerate(segmentation.PATTERNS)}
        assert len(cells) == 10
        key = {cell: place.get(cell, ("m", *cell)) for cell in grid}
        unknown += [name for name in key.values() if name not in unknown]
        lines = [[(i, j) for j in range(9)] for i in range(10)]
        lines += [[(i, j) for i in range(10)] for j in range(9)]
        for line in lines:
            equations.append(
                {key[c]: (-1 if n == len(line) - 1 else 1) for n, c in enumerate(line) if c in grid}
            )
        if views.migration_said(facts):
            equations.append({key[i, i]: 1 for i in range(8) if (i, i) in grid})
    return unknown, equations


def test_the_check_of_the_shared_report_can_fail(monkeypatch):
    """不补隐，就能反推：同一个检查发现得了。"""
    monkeypatch.setattr(segmentation, "hide_in_list", lambda counts, least: [0 < n < least for n in counts])
    solved = []
    for seed in range(12):
        facts = facts_of(random_orders(seed, 25 + 15 * seed), shared=True)
        unknown, equations = published(facts)
        solved += segmentation.solvable(unknown, equations)
    assert solved


def test_the_shared_report_names_nobody(tmp_path):
    with opened(random_orders(4, 60), shared=True, compare_to=date(2023, 12, 1)) as (facts, house):
        write(facts, house, tmp_path / "r")
    whole = everything(tmp_path / "r")
    assert not [i for i in range(60) if f"b-{i:04}".encode() in whole]
    assert not (tmp_path / "r" / "calls").exists()
    assert json.loads((tmp_path / "r" / "summary.json").read_text())["shared"] is True


# —— 参数 ————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("keywords", "says"),
    [
        ({"as_of": "昨天"}, "「昨天」 读不懂"),
        ({"convention": "Z"}, "没有叫法"),
        ({"centre": "mode"}, "没有中心"),
        ({"compare_to": "2024-04-01", "as_of": "2024-04-01"}, "不在观察日"),
        ({"compare_to": "2023-01-01", "as_of": "2024-04-01"}, "还没有一位客户"),
        ({"mapping": "customer"}, "「customer」 读不懂"),
        ({"as_of": "2020-01-01"}, "没有一笔有效的购买"),
    ],
)
def test_bad_parameters_say_what_to_do(keywords, says):
    with pytest.raises((ParameterError, DataError)) as caught:
        open_shop(str(TEN), **keywords)
    assert says in str(caught.value)
    assert caught.value.remedy


def test_an_observation_day_before_every_order_says_where_the_rows_went():
    with pytest.raises(DataError) as caught:
        open_shop(str(TEN), "2020-01-01")
    assert "观察日之后的订单 10 行" in str(caught.value)


def test_a_shop_smaller_than_a_small_group_is_never_shared(tmp_path):
    """四位客户：封面上的合计就是他们自己的数；五位恰好可以。"""
    for customers in (4, 5):
        lines = [HEADER, *(f"{i},c{i},2024-01-0{i + 1},10.00" for i in range(customers))]
        (tmp_path / "o.csv").write_text("\n".join(lines))
        shop = open_shop(str(tmp_path / "o.csv"), shared=True)
        if customers < 5:
            with pytest.raises(ParameterError, match="客户只有 4 位，不到 5 位"):
                write(shop.facts, shop.warehouse, tmp_path / "r")
            assert not (tmp_path / "r").exists()
        else:
            write(shop.facts, shop.warehouse, tmp_path / "r")
        shop.close()


def test_the_intervals_are_said_in_one_sentence(ten):
    assert (
        views.intervals_said(ten.facts)
        == "已经回来的间隔里，50% 不超过 31 天，70% 不超过 50 天，90% 不超过 80 天。"
    )


def test_a_refund_after_the_last_purchase_is_in_the_default_window(tmp_path):
    """甲 1 月 1 日买 100，1 月 20 日退 30：观察日是 21 日，净额 70；指定 10 日，那时还没有退。"""
    lines = [HEADER, "1,甲,2024-01-01,100.00", "2,甲,2024-01-20,-30.00"]
    (tmp_path / "o.csv").write_text("\n".join(lines))
    for as_of, day, money in (("", date(2024, 1, 21), 7000), ("2024-01-10", date(2024, 1, 10), 10000)):
        shop = open_shop(str(tmp_path / "o.csv"), as_of)
        assert (shop.facts.as_of, shop.facts.money) == (day, money)
        shop.close()


def test_totals_and_copies_are_not_money_left_out(tmp_path):
    """三单 60 元，接了两次，末尾还有合计：没有一分钱漏掉，不能说一半的金额放在一边。"""
    three = [f"{i},c{i},2024-01-0{i},{i}0.00" for i in (1, 2, 3)]
    (tmp_path / "o.csv").write_text("\n".join([HEADER, *three, *three, "合计,,,60.00"]))
    shop = open_shop(str(tmp_path / "o.csv"))
    assert sum(line.money for line in shop.facts.accounting.aside) == 12000
    aside = next(x for x in limits.limits(shop.facts) if x.id == "aside")
    assert (aside.value, aside.exceeded) == ("0.0%", False)
    shop.close()


def test_a_type_below_zero_is_explained_beside_its_bar(tmp_path):
    """甲买 100，乙买 10 退 20：图里乙的条在零的左边，话不能说“不画”。"""
    lines = [HEADER, "1,甲,2024-01-01,100.00", "2,乙,2024-01-02,10.00", "3,乙,2024-01-03,-20.00"]
    (tmp_path / "o.csv").write_text("\n".join(lines))
    shop = open_shop(str(tmp_path / "o.csv"))
    assert views.segment_shares(shop.facts) is not None
    assert "零的左边" in views.negative_said(shop.facts)
    shop.close()
    (tmp_path / "o.csv").write_text("\n".join([*lines, "4,乙,2024-01-04,-95.00"]))
    shop = open_shop(str(tmp_path / "o.csv"))
    assert views.segment_shares(shop.facts) is None
    assert "不画成条" in views.negative_said(shop.facts)
    shop.close()


def test_ticks_are_whole_and_never_in_powers_of_ten():
    """人人都是 5 单：刻度不写 4.65 单；几万亿的金额写成亿。"""
    panels = [
        drawings.Distribution("F", [4.5, 5.5], [20], False, []),
        drawings.Distribution("M", [0, 5e12, 1e13], [3, 4], False, []),
    ]
    written = []
    for axes in drawings.plot_distributions(panels):
        low, high = axes.get_xlim()
        shown = [t for t in axes.xaxis.get_major_locator()() if low <= t <= high]
        written.append([axes.xaxis.get_major_formatter()(t, 0) for t in shown])
    assert written[0] == ["5"]
    assert "90,000 亿" in written[1]
    assert not [text for text in written[1] if "e" in text]


def test_headers_of_another_shop_are_mapped(tmp_path):
    path = tmp_path / "另一家.csv"
    path.write_text(TEN.read_text("utf-8").replace(HEADER, "单,谁,何时,多少"), encoding="utf-8")
    mapping = "order=单；customer=谁; paid_at=何时\namount=多少"
    shop = open_shop(str(path), "2024-04-01", mapping=mapping)
    shop.close()
    assert shop.facts.customers == 5


def test_the_command_says_where_things_are_and_refuses_quietly(tmp_path):
    out = tmp_path / "r"
    run = CliRunner().invoke(cli.app, ["report", str(TEN), "--as-of", "2024-04-01", "--out", str(out)])
    assert run.exit_code == 0, run.output
    assert "读进 10 行：用上 10，按规则放在一边 0，读不通 0。" in run.output
    assert "report.html" in run.output
    assert "⚠ 客户只有 5 位" in run.output
    missing = CliRunner().invoke(
        cli.app, ["report", str(tmp_path / "没有.csv"), "--out", str(tmp_path / "x")]
    )
    assert isinstance(missing.exception, DataError | ParameterError)
    assert not (tmp_path / "x").exists()
