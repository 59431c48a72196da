"""乱改字节：好文件改坏几个字节，只许说出为什么读不了，或读出一份账目平的结果。

种子固定，同一个号码永远是同一份坏文件；发现的坏文件写进 FOUND，从此一直查。
平时 500 份；`make test-long` 十万份，分 100 块，可以并行。
"""

from __future__ import annotations

import io
import json
import random
import signal
import sqlite3
import zipfile
from contextlib import contextmanager
from datetime import datetime
from functools import cache

import pytest
from corpus.make import GOOD, HEADER, archive, good, good_columns, good_workbook, gzipped, parquet, table
from corpus.platforms import ALIPAY_END, ALIPAY_TOP, TAOBAO, sheet_of, taobao

from lifecycle_lab import orders
from lifecycle_lab.answers import Answers, encode, parse
from lifecycle_lab.schema import LabError

SECONDS = 20
PER_KIND, LONG_PER_KIND, CHUNKS = 50, 100, 100

TOKENS = (
    b'"', b'""', b",", b"\n", b"\r", b"\t", b";", b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"=", b"'", b"-", b"1e9", b"9" * 30,
    "￥".encode(), "万".encode("gbk"), "合计".encode(), b"2024-13-45", b"01/02/2024", b"<f/>", b"</c>", b'<c r="XFD1048576"/>', b"&a;",
    b"\xff\xff\xff\x7f", b"\x00" * 64, b"\x80", b"{", b"]", b"null", b"NaN", b'{"a":' * 40,
)  # fmt: skip
"""爱惹麻烦的字节：插进去或盖上去。"""


@cache
def seeds() -> dict[str, bytes]:
    """每一种好文件各一份。"""
    rows = [
        taobao(f"20190328123456789{i:02d}", f"买家{i % 5}", f"{i}.50", f"2024-05-{i % 28 + 1:02d}")
        for i in range(12)
    ]
    line = "{}    ,T{}    ,2024-05-01 10:00:00  ,2024-05-01 10:01:00  ,2024-05-01 10:02:00 ,其他,即时到账,王小明,茶,10.00,收入,交易成功,0.00,0,,已收入,"
    bill = table(
        *ALIPAY_TOP, *(line.format(i, i) for i in range(8)), *ALIPAY_END, encoding="gbk", newline="\r\n"
    )
    found = {
        "csv": table(HEADER, *GOOD, "合计,,60.50,,6", "A4,=u4,￥1.2万,2024-05-04,１"),
        "gbk": sheet_of(TAOBAO, *rows, encoding="gb18030"),
        "alipay": bill,
        "utf16": b"\xff\xfe" + good().decode().replace(",", "\t").encode("utf-16-le"),
        "xlsx": good_workbook(),
        "xlsx-inside": good_workbook(),
        "parquet": parquet(good_columns(), compression="none"),
        "gzip": gzipped(good()),
        "json": _answers(),
    }
    return found | {"sqlite": _database()}


def _database() -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute(
        "CREATE TABLE orders (order_id TEXT, customer_id TEXT, amount TEXT, paid_at TEXT, quantity INTEGER)"
    )
    base.executemany("INSERT INTO orders VALUES (?,?,?,?,?)", [line.split(",") for line in GOOD])
    base.commit()
    data = base.serialize()
    base.close()
    return data


def _answers() -> bytes:
    variant = {
        "scheme": "v1",
        "source": "survey",
        "as_of": "2026-09-01",
        "attempt": 2,
        "keyed": False,
        "customers": ["C001", "C012"],
    }
    blank = Answers("clm", "rfm-training", "0020230101", variant, "ab" * 32)
    filled = (
        blank.with_cells("table_4_3", {("C012", "recency"): "↑"})
        .with_text("q1", "因为")
        .with_quiz("q2", ["a", "b"])
    )
    return encode(filled.with_attempt("table_4_3", checks=2))


def mutated(kind: str, number: int) -> bytes:
    """第 number 份坏文件：改一到八处。"""
    draw = random.Random(f"{kind}/{number}")
    data = seeds()[kind]
    if kind == "xlsx-inside":
        return _inside(data, draw)
    return _edited(data, draw)


def _inside(data: bytes, draw: random.Random) -> bytes:
    """改工作簿里的一个零件，再好好地压起来：压缩与校验都对，坏在里面。"""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {entry.filename: book.read(entry) for entry in book.infolist()}
    name = draw.choice(["xl/worksheets/sheet1.xml"] * 6 + sorted(parts))
    return archive(parts | {name: _edited(parts[name], draw)})


def _edited(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        at = draw.randrange(len(changed) + 1)
        length = min(draw.choice((1, 1, 2, 4, 16, 200)), len(changed) - at)
        match draw.choice(("flip", "token", "over", "delete", "copy", "random", "truncate")):
            case "flip" if at < len(changed):
                changed[at] ^= 1 << draw.randrange(8)
            case "token":
                changed[at:at] = draw.choice(TOKENS)
            case "over":
                token = draw.choice(TOKENS)
                changed[at : at + len(token)] = token
            case "delete":
                del changed[at : at + length]
            case "copy":
                source = draw.randrange(len(changed) + 1)
                changed[at:at] = changed[source : source + draw.choice((1, 10, 100, 1000))]
            case "random":
                changed[at : at + length] = draw.randbytes(length)
            case "truncate" if draw.random() < 0.3:
                del changed[at:]
    return bytes(changed)


# ---- 判断 ----


class TooSlow(BaseException):
    """过了时限；不是 Exception，谁也接不住。"""


@contextmanager
def _time_limit(seconds: int):
    def late(*_):
        raise TooSlow(f"过了 {seconds} 秒")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def judge(kind: str, data: bytes, folder) -> str:
    """坏文件的下场："error"（LabError 一家）或 status；别的错误照样抛出去。"""
    with _time_limit(SECONDS):
        if kind == "json":
            return _judge_answers(data)
        path = folder / "订单"
        path.write_bytes(data)
        return _judge_reading(orders.read_orders(path))


def _judge_answers(data: bytes) -> str:
    try:
        found = parse(data, "a.json")
    except LabError:
        return "error"
    assert parse(encode(found), "a.json") == found
    return "accepted"


def _judge_reading(found: orders.Reading) -> str:
    """不论读成什么样：报告写得出，账目平，干净的每一行都有编号、日子和正的金额。"""
    report = json.loads(json.dumps(found.document(), ensure_ascii=False, allow_nan=False).encode("utf-8"))
    assert str(found)
    if found.status in ("refused", "ask"):
        assert report["message"]
        return found.status
    assert found.rows_in == found.used + sum(item.rows for item in found.set_aside) + len(found.quarantined)
    aside = sum(item.money or 0 for item in found.set_aside)
    assert found.money_in == found.money_used + aside + found.money_quarantined
    assert found.money_used == sum(found.table.column("amount").to_pylist())
    for row in found.table.to_pylist():
        assert row["order_id"]
        assert row["customer_id"]
        assert row["amount"] > 0
        assert datetime(1990, 1, 1) <= row["paid_at"] < datetime(2200, 1, 1)
    return found.status


def _fuzz(kind: str, numbers: range, folder) -> None:
    for number in numbers:
        try:
            judge(kind, mutated(kind, number), folder)
        except BaseException as error:
            raise AssertionError(f"坏文件 {kind}/{number}：{type(error).__name__}: {error}") from error


KINDS = ("csv", "gbk", "alipay", "utf16", "xlsx", "xlsx-inside", "parquet", "gzip", "sqlite", "json")


def test_every_kind_has_a_seed_that_reads(tmp_path):
    assert set(seeds()) == set(KINDS)
    assert {judge(kind, data, tmp_path) for kind, data in seeds().items()} <= {"accepted"}


@pytest.mark.parametrize("kind", KINDS)
def test_fuzz(kind, tmp_path):
    _fuzz(kind, range(PER_KIND), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_fuzz_long(chunk, tmp_path):
    for kind in KINDS:
        _fuzz(kind, range(chunk * LONG_PER_KIND, (chunk + 1) * LONG_PER_KIND), tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_mutations_really_change_the_file_and_some_still_read(kind, tmp_path):
    """乱改要改得到东西：十份里至少九份与原样不同，同一个号码总是同一份。"""
    made = [mutated(kind, number) for number in range(40)]
    assert sum(data != seeds()[kind] for data in made) >= 36
    assert made == [mutated(kind, number) for number in range(40)]


FOUND: dict[str, tuple[str, bytes]] = {}
"""从前让阅读器出过错的坏文件：{名字: (种类, 字节)}。"""


@pytest.mark.parametrize("name", FOUND)
def test_found(name, tmp_path):
    judge(*FOUND[name], tmp_path)
