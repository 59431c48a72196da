"""随意弄脏的表：对照逐行写的小程序，账总是平的；有类型的表与文字的表走出同样的结果。"""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle_lab.orders import read_orders

AS_OF = date(2024, 6, 30)
HEADER = ("订单号", "客户编号", "金额", "付款时间", "订单状态", "退款金额", "备注")
STATUSES = {
    "交易成功": "",
    "": "",
    "待付款": "unpaid",
    "交易关闭": "closed",
    "退款成功": "refunded",
    "奇怪": "?",
}
cells = st.tuples(
    st.sampled_from(["A1", "A2", "A3", "A4", "B5", "", "合计"]),
    st.sampled_from(["u1", "u1", "u2", "张**", ""]),
    st.sampled_from(["10.00", "5", "0", "-3.00", "2.50", "10", "x", "1.005", ""]),
    st.sampled_from(["2024-05-01", "2024-05-01", "2024-05-02", "2024-07-01", "1999-01-01", "2024-02-30", ""]),
    st.sampled_from([*["交易成功"] * 6, *STATUSES]),
    st.sampled_from(["", "", "0", "2.00", "10.00", "y"]),
    st.sampled_from(["甲", "乙", "丙"]),
)
tables = st.lists(cells, min_size=1, max_size=14)
quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def fen(text: str) -> int | None:
    try:
        value = Decimal(text) * 100
    except InvalidOperation:
        return None
    return int(value) if value == int(value) else None


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def row_fate(row, seen) -> str:
    """一行的去处，只看这一行（和前面有没有一样的）。"""
    order, customer, amount, paid, status, refund, _ = row
    if order == "合计" or (order == "" and "合计" in row):
        return "total"
    if row in seen:
        return "duplicate"
    seen.add(row)
    kind, money, when = STATUSES[status], fen(amount), day(paid)
    if kind in ("?", "unpaid", "closed"):
        return "bad" if kind == "?" else kind
    if not order or not customer:
        return "bad"
    if "*" in customer:
        return "masked"
    back = 0 if refund == "" else fen(refund)
    if money is None or back is None or when is None or when < date(2000, 1, 1):
        return "bad"
    if when > AS_OF:
        return "after_as_of"
    if kind == "refunded" and back == 0 and money >= 0:
        return "full_refund"
    return "full_refund" if 0 < back == money else "live"


def oracle(rows) -> tuple[dict[str, tuple[str, int, date]], Counter]:
    """（订单号 →（客户，净额，日），各去处的行数）。"""
    seen: set = set()
    fates = [row_fate(row, seen) for row in rows]
    poisoned = {row[0] for row, fate in zip(rows, fates, strict=True) if fate == "bad" and row[0]}
    groups: dict[str, list] = {}
    count: Counter = Counter()
    for row, fate in zip(rows, fates, strict=True):
        if fate == "live" and row[0] in poisoned:
            fate = "bad"
        if fate == "live":
            groups.setdefault(row[0], []).append(row)
        else:
            count[fate] += 1
    orders = {}
    for order, lines in groups.items():
        money = [fen(line[2]) for line in lines]
        back = sum(0 if line[5] == "" else fen(line[5]) for line in lines)
        days = [day(line[3]) for line, value in zip(lines, money, strict=True) if value >= 0]
        net = sum(money) - back
        if len({line[1] for line in lines}) > 1 or len(set(days)) > 1 or (net < 0 <= net + back and back):
            count["bad"] += len(lines)
        elif net > 0:
            orders[order] = (lines[0][1], net, min(days))
            count["used"] += len(lines)
        elif net == 0:
            count["full_refund" if back or max(money) > 0 else "zero"] += len(lines)
        else:
            count["refund"] += len(lines)
    return orders, +count


def as_file(folder, header, rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([header, *rows])
    path = folder / "orders.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    return path


def counted(found) -> Counter:
    count = Counter({one.rule: one.rows for one in found.set_aside})
    count["used"], count["bad"] = found.used, len(found.quarantined)
    return +count


def balanced(found) -> None:
    assert found.rows_in == found.used + sum(one.rows for one in found.set_aside) + len(found.quarantined)
    aside = sum(one.money or 0 for one in found.set_aside)
    assert found.money_in == found.money_used + aside + found.money_quarantined
    assert found.money_used == sum(found.table.column("amount").to_pylist())


def result(found) -> dict:
    return {
        r["order_id"]: (r["customer_id"], r["amount"], r["paid_at"].date()) for r in found.table.to_pylist()
    }


@quick
@given(tables)
def test_a_dirty_table_comes_out_as_the_plain_program_says(tmp_path, rows):
    found = read_orders(as_file(tmp_path, HEADER, rows), as_of=AS_OF)
    if found.status == "ask":  # 一个日子也读不懂
        assert not any(
            day(row[3]) for row in rows if row[0] != "合计" and STATUSES[row[4]] not in ("unpaid", "closed")
        )
        return
    orders, count = oracle(rows)
    assert result(found) == orders
    assert counted(found) == count
    assert found.rows_in == len(rows)
    balanced(found)


@quick
@given(tables, st.randoms(use_true_random=False))
def test_order_of_whole_orders_does_not_matter(tmp_path, rows, luck):
    """各单之间换先后，结果不变（一单之内、重复的先后不动）。"""
    keys = list(dict.fromkeys(row[0] for row in rows))
    luck.shuffle(keys)
    moved = [row for key in keys for row in rows if row[0] == key]
    one, other = (read_orders(as_file(tmp_path, HEADER, some), as_of=AS_OF) for some in (rows, moved))
    assert one.status == other.status
    if one.ok:
        assert (result(one), counted(one), one.money_in) == (result(other), counted(other), other.money_in)


typed_rows = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A3", "B4", "B5", "B6", None]),
        st.sampled_from(["u1", "u1", "u2", "张**", None]),
        st.one_of(st.none(), st.integers(-1000, 2000)),
        st.one_of(
            st.none(),
            st.datetimes(datetime(2024, 5, 1), datetime(2024, 7, 3)).map(lambda d: d.replace(microsecond=0)),
        ),
        st.one_of(st.none(), st.integers(0, 3)),
        st.sampled_from(["甲", "乙"]),
    ),
    min_size=1,
    max_size=12,
)
TYPED_HEADER = ("order_id", "customer_id", "amount", "paid_at", "quantity", "note")
AMOUNTS = {
    "decimal": lambda n: pa.array(
        [None if v is None else Decimal(v).scaleb(-2) for v in n], pa.decimal128(14, 2)
    ),
    "long decimal": lambda n: pa.array(
        [None if v is None else Decimal(v).scaleb(-2) for v in n], pa.decimal128(38, 9)
    ),
    "float": lambda n: pa.array([None if v is None else v / 100 for v in n], pa.float64()),
    "text": lambda n: pa.array([None if v is None else f"{v / 100:.2f}" for v in n], pa.string()),
}


@pytest.mark.parametrize("kind", AMOUNTS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(typed_rows)
def test_typed_tables_and_text_tables_agree(tmp_path, kind, rows):
    columns = list(zip(*rows, strict=True))
    arrays = [
        pa.array(columns[0], pa.string()),
        pa.array(columns[1]).cast(pa.string()),
        AMOUNTS[kind](columns[2]),
    ]
    arrays += [
        pa.array(columns[3], pa.timestamp("us")),
        pa.array(columns[4], pa.int32()),
        pa.array(columns[5]),
    ]
    typed = read_orders(pa.table(arrays, names=list(TYPED_HEADER)), as_of=AS_OF)
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    for row, (_, _, amount, *_) in zip(texts, rows, strict=True):
        row[2] = "" if amount is None else str(Decimal(amount).scaleb(-2))
    plain = read_orders(as_file(tmp_path, TYPED_HEADER, texts), as_of=AS_OF)
    if plain.status == "ask":
        assert not any(row[3] for row in rows)
        return
    assert typed.table.equals(plain.table)
    assert typed.refunds.equals(plain.refunds)
    assert counted(typed) == counted(plain)
    assert [(one.row, one.column) for one in typed.quarantined] == [
        (one.row, one.column) for one in plain.quarantined
    ]
    assert (typed.money_in, typed.money_quarantined) == (plain.money_in, plain.money_quarantined)
    balanced(typed)
    balanced(plain)


def test_the_last_moment_of_the_day_is_still_that_day():
    last = datetime(2024, 6, 30, 23, 59, 59)
    table = pa.table(
        {
            "order_id": ["1", "2"],
            "customer_id": ["a", "b"],
            "amount": [1, 2],
            "paid_at": [last, last + timedelta(seconds=1)],
        }
    )
    assert list(result(read_orders(table, as_of=AS_OF))) == ["1"]
