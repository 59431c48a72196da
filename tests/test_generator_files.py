"""合成商店的文件：与进程数无关的字节、不留半份、读得进来、命令行、随书的两家重做得出。"""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from broken_content import break_text

from lifecycle_lab.content import data_folder
from lifecycle_lab.content import shops as texts
from lifecycle_lab.lab import shop_files, shops
from lifecycle_lab.orders import read_orders
from lifecycle_lab.schema import ContentError, DataError, ParameterError
from lifecycle_lab.simulate import shops as models

ROOT = Path(__file__).parents[1]
BUILT = ("womenswear", "longjing")


@pytest.fixture
def small_chunks(monkeypatch):
    """块小些，几百位客户就要好几块；块号与大小一起派给别的进程。"""
    monkeypatch.setattr(models, "CHUNK", 100)


def made(into: Path, name: str = "shop", **options) -> shops.Made:
    options = {"preset": "longjing", "customers": 350, "seed": 5} | options
    return shops.generate(options.pop("preset"), into / f"{name}.parquet", **options)


def digests(found: shops.Made) -> tuple[str, str]:
    return tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in (found.path, found.truth))


# ---- 同样的字节 ----


def test_one_two_or_three_workers_write_the_same_bytes(tmp_path, small_chunks):
    first, *others = (digests(made(tmp_path, f"by{count}", workers=count)) for count in (1, 2, 3))
    assert others == [first, first]


def test_another_seed_preset_or_chunk_size_writes_other_bytes(tmp_path, small_chunks, monkeypatch):
    found = [digests(made(tmp_path, "a")), digests(made(tmp_path, "b", seed=6))]
    found.append(digests(made(tmp_path, "c", preset="mixed")))
    monkeypatch.setattr(models, "CHUNK", 200)
    found.append(digests(made(tmp_path, "d")))
    assert len(set(found)) == 4
    assert pq.read_metadata(tmp_path / "d.parquet").metadata[b"chunk"] == b"200"


def test_chunks_join_without_a_seam_and_a_longer_shop_begins_with_the_shorter(tmp_path, small_chunks):
    long, short = made(tmp_path, "long", customers=350), made(tmp_path, "short", customers=230)
    for path, other in ((long.path, short.path), (long.truth, short.truth)):
        rows, fewer = pq.read_table(path).to_pylist(), pq.read_table(other).to_pylist()
        assert fewer == rows[: len(fewer)]
    assert pq.read_table(long.truth)["customer_id"].to_pylist() == list(range(1, 351))
    assert pq.ParquetFile(long.path).num_row_groups == 4


# ---- 写得完整，或者不写 ----


def test_stopping_half_way_leaves_nothing(tmp_path, small_chunks):
    def stop(done: int, total: int) -> None:
        if done == 200:
            assert len(list(tmp_path.iterdir())) == 2  # 两个临时文件
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(tmp_path, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_leaves_the_old_files(tmp_path, small_chunks, monkeypatch):
    before = digests(made(tmp_path))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shop_files.ShopFiles, "add", full)
    with pytest.raises(DataError, match="写不下去"):
        made(tmp_path, seed=6, replace=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.parquet", "shop_truth.parquet"]
    assert tuple(hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(tmp_path.iterdir())) == before


def test_an_existing_file_is_not_overwritten(tmp_path, small_chunks):
    (tmp_path / "shop_truth.parquet").write_bytes(b"mine")
    with pytest.raises(ParameterError, match="已经有"):
        made(tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


@pytest.mark.skipif(sys.platform == "win32", reason="没有 SIGINT 可发")
@pytest.mark.parametrize("workers", [1, 2])
def test_control_c_on_the_command_line_leaves_nothing_and_says_so(tmp_path, workers):
    command = [sys.executable, "-m", "lifecycle_lab.cli", "data", "generate", "--preset", "longjing"]
    command += ["--customers", "50000000", "--workers", str(workers), "--out", str(tmp_path / "big.parquet")]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    first = running.stderr.readline()  # 第一块写好了
    running.send_signal(signal.SIGINT)
    rest = running.communicate(timeout=120)[1]
    assert "100,000/50,000,000" in first
    assert (running.returncode, list(tmp_path.iterdir())) == (130, [])
    assert "没有留下半份" in rest
    assert "Traceback" not in rest


def test_hand_out_stays_a_bounded_number_of_chunks_ahead(small_chunks):
    """一次只派出几块：人再多，内存里的块数也不变。"""

    class Done:
        def __init__(self, job):
            self.job = job

        def result(self):
            nonlocal out
            out -= 1
            return self.job

    class Pool:
        def submit(self, _, *job):
            nonlocal out, most
            out += 1
            most = max(most, out)
            return Done(job)

    out = most = 0
    assert list(shops._in_order(Pool(), ((i,) for i in range(50)), 4)) == [(i,) for i in range(50)]
    assert (out, most) == (0, 4)


# ---- 读得进来 ----


def test_the_orders_reader_takes_the_file_as_it_is(tmp_path, small_chunks):
    found = made(tmp_path)
    """全退的一单与它的退款一起放在一边，账上相抵为零；其余每一行都是一单，金额一分不差。"""
    read = read_orders(found.path)
    refunded = 2 * (found.rows - found.orders)
    assert read.status == "accepted"
    assert (read.rows_in, read.used) == (found.rows, found.rows - refunded)
    assert [(one.rule, one.rows, one.money) for one in read.set_aside] == [("full_refund", refunded, 0)]
    table = pq.read_table(found.path)
    assert read.money_used == sum(table["amount"].to_pylist()) * 100


def test_duckdb_and_polars_read_the_same_values_as_arrow(tmp_path, small_chunks):
    found = made(tmp_path)
    for path in (found.path, found.truth):
        rows = pq.read_table(path).to_pylist()
        assert duckdb.read_parquet(str(path)).to_arrow_table().to_pylist() == rows
        assert pytest.importorskip("polars").read_parquet(path).to_dicts() == rows


def test_values_and_dates_worked_by_hand():
    """两单一退：编号、日子、金额从块里的整数换算。"""
    orders = {
        "customer": [0, 0, 0],
        "number": [1, 1, 2],
        "day": [0, 3, 31],
        "amount": [12_345, -12_345, 5],
        "cost": [7_000, -6_173, 3],
        "quantity": [1, 1, 4],
        "cancelled": [False, True, False],
        "new_business": [False, False, True],
    }
    kinds = {"day": "i4", "amount": "i4", "cost": "i4", "quantity": "i1", "customer": "i4", "number": "i4"}
    arrays = {name: models.np.array(values, kinds.get(name)) for name, values in orders.items()}
    epoch = (date(2022, 1, 1) - date(1970, 1, 1)).days
    rows = shop_files.order_table(arrays, 7, epoch).to_pylist()
    assert [(r["order_id"], r["customer_id"], r["order_date"]) for r in rows] == [
        (8_001, 8, date(2022, 1, 1)),
        (8_001, 8, date(2022, 1, 4)),
        (8_002, 8, date(2022, 2, 1)),
    ]
    assert [r["amount"] for r in rows] == [Decimal("123.45"), Decimal("-123.45"), Decimal("0.05")]
    assert [r["cost"] for r in rows] == [Decimal("70.00"), Decimal("-61.73"), Decimal("0.03")]


def test_the_truth_file_says_in_words_what_the_chunk_says_in_numbers(tmp_path):
    found = made(tmp_path, customers=400)
    whole = models.chunk(shops.shop("longjing"), 5, 0).first(400).truth
    start = texts.shop("longjing").start.toordinal()
    for i, row in enumerate(pq.read_table(found.truth).to_pylist()):
        assert row["frequency_class"] == models.CLASSES[whole["frequency_class"][i]]
        assert row["exit_type"] == models.EXIT_TYPES[whole["exit_type"][i]]
        assert row["end_stage"] == models.END_STAGES[whole["end_stage"][i]]
        assert int(row["cycle_days"] * 100) == int(whole["cycle"][i])
        assert row["regularity"] == Decimal("2.3880")
        for name in ("acquired", "formation", "stability", "decline", "lost", "new_business"):
            day = row[f"{name}_on"]
            assert (day is None) == (whole[name][i] == models.NEVER)
            assert day is None or day.toordinal() - start == whole[name][i]


# ---- 命令行 ----


def cli(*words: object, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "lifecycle_lab.cli", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8")


def test_data_generate_writes_says_and_shows_progress(tmp_path):
    out = tmp_path / "新" / "shop.parquet"
    done = cli("data", "generate", "--preset", "womenswear", "--customers", 500, "--seed", 3, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "合成数据：500 位客户" in done.stdout
    assert "500/500 位客户" in done.stderr
    assert sorted(path.name for path in out.parent.iterdir()) == ["shop.parquet", "shop_truth.parquet"]
    said = pq.read_metadata(out).metadata
    assert (said[b"preset"], said[b"seed"], said[b"customers"]) == (b"womenswear", b"3", b"500")


@pytest.mark.parametrize(
    ("preset", "out", "said"),
    [("tea", "shop.parquet", "没有叫 「tea」 的商店"), ("longjing", "shop.csv", "要以 .parquet 结尾")],
)
def test_wrong_words_on_the_command_line_are_explained(tmp_path, preset, out, said):
    done = cli("data", "generate", "--preset", preset, "--out", tmp_path / out)
    assert done.returncode == 2
    assert said in done.stderr
    assert "怎么办" in done.stderr
    assert "Traceback" not in done.stderr


# ---- 随书的两家 ----


def test_the_shipped_shops_are_rebuilt_byte_for_byte(tmp_path):
    """在一份抄本里重做；pyarrow 的版本写在文件尾里，版本不同时只能比内容。"""
    for name in ("lifecycle_lab", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path / "data").glob("*_truth.parquet"):
        path.unlink()
    done = cli("data", "build", "shops", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = [f"{shop}{part}.parquet" for shop in BUILT for part in ("", "_truth")]
    for name in names:
        ours, theirs = ROOT / "data" / name, tmp_path / "data" / name
        assert pq.read_table(theirs).equals(pq.read_table(ours)), name
        if pq.read_metadata(ours).created_by == f"parquet-cpp-arrow version {pa.__version__}":
            assert theirs.read_bytes() == ours.read_bytes(), name
            assert (tmp_path / "data/README.md").read_bytes() == (ROOT / "data/README.md").read_bytes()


# ---- 参数文件 ----


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data_folder(), tmp_path / "data")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("class_shares = [0.2315, ", "class_shares = [0.9315, ", "合计为 1"),
        ("regularity = 1.2945", "regularity = true", "不是数"),
        ("regularity = 1.2945", "regularity = nan", "不是数"),
        ("regularity = 1.2945", "", "缺少一项"),
        ("regularity = 1.2945", "regularty = 1.2945", "缺少一项"),
        ("regularity = 1.2945", "regularity = 1.2945\ncolour = 3", "不认识的键"),
        ("cycle_medians = [31.60, 170.15, 476.89]", "cycle_medians = 31.6", "一列数"),
        ("cycle_medians = [31.60, 170.15, 476.89]", "cycle_medians = [31.6, 170.15]", "要有 3 个数"),
        ("start = 2022-01-01", 'start = "2022"', "不是日期"),
        ("seed = 20240629", "seed = -1", "超出范围"),
        ('id = "longjing"', 'id = "womenswear"', "出现了两次"),
        ("[common]", "[commons]", "缺少一项"),
    ],
)
def test_a_badly_written_shop_is_a_content_error(folder, old, new, said):
    break_text(folder / "course" / "shops.toml", old, new)
    with pytest.raises(ContentError) as caught:
        shops.shop("womenswear", folder)
    assert said in str(caught.value)
    assert "shops.toml" in caught.value.where
    assert caught.value.remedy


def test_an_edited_parameter_makes_another_shop(folder, tmp_path):
    path = folder / "course" / "shops.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("basket_yuan = 120.0", "basket_yuan = 240.0"), encoding="utf-8")
    dear, cheap = made(tmp_path, "dear", folder=folder), made(tmp_path, "cheap")
    amounts = [pq.read_table(found.path)["amount"].to_pylist() for found in (dear, cheap)]
    assert len(amounts[0]) == len(amounts[1])
    assert float(sum(amounts[0]) / sum(amounts[1])) == pytest.approx(2, abs=0.001)


def test_all_presets_are_there():
    assert list(texts.shops()) == ["womenswear", "longjing", "mixed", "same_cycle"]
