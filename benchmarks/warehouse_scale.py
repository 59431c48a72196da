"""从订单到全部小表与文件：时间、内存，与一次裸的 DuckDB 扫描加归并相比，与别人的写法相比。

用法：python benchmarks/warehouse_scale.py [笔数 …] [--rounds N] [--write]
默认 1e5 1e6。每一轮轮流跑各个对手（A B C A B C …），比值取各轮比值的中位数；每一次都是一个新进程。
--write 把结果写进 benchmarks/RESULTS.md：每个大小自己一节，没有跑的大小与别的脚本的节都不动。
机器忙的时候墙上时间不作数，所以旁边总有处理器秒，和每一轮开始时的一分钟负荷。
数据在临时文件夹里生成，用完删掉；sizes 写 0 只量活着的内核。
被量的进程也从这个文件开始，所以裁判自己要的模块用到才引入。
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

AS_OF = date(2024, 1, 1)
RESULTS = Path(__file__).with_name("RESULTS.md")
MARK = "<!-- warehouse_scale {} -->"
GROUPBY_LIMIT, PEER_LIMIT = 100_000, 10_000_000


def generate(count: int, path: Path) -> None:
    """三年的订单流水：77% 的客户只买一次，其余的周期约 35、120、280 天；按时间排。"""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(20241130)
    span, start = 3 * 365 * 86_400, np.datetime64("2021-01-01", "s").astype(np.int64)
    keys, got, first_id = [], 0, 0
    while got < count:
        people = min(2_000_000, max(1_000, int(count / 2.6)))
        orders = np.where(rng.random(people) < 0.75, 1, 1 + rng.geometric(0.16, people))
        cycle = np.repeat(rng.choice([35.0, 120.0, 280.0], people, p=[0.55, 0.3, 0.15]), orders)
        gap = rng.gamma(1.6, 1 / 1.6, cycle.size) * cycle * 86_400
        begins = np.r_[0, np.cumsum(orders)[:-1]]
        gap[begins] = 0
        passed = np.cumsum(gap)
        seconds = np.repeat(rng.random(people) * span - passed[begins], orders) + passed
        ids = np.repeat(np.arange(first_id, first_id + people), orders)
        keys.append(((seconds.astype(np.int64) << 32) | ids)[seconds < span])
        got, first_id = got + keys[-1].size, first_id + people
    key = np.concatenate(keys)
    ids = key & 0xFFFFFFFF
    if key.size > count:  # 整位客户地去掉多出来的
        key = key[ids <= np.partition(ids, count - 1)[count - 1]]
    key.sort()
    names = ["customer_id", "order_time", "amount"]
    kinds = [pa.int64(), pa.timestamp("us"), pa.float64()]
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for begin in range(0, key.size, 1_000_000):
            part = key[begin : begin + 1_000_000]
            times = (((part >> 32) + start) * 1_000_000).view("M8[us]")
            amounts = np.round(rng.geometric(0.6, part.size) * rng.lognormal(3.6, 0.7, part.size), 2)
            columns = [pa.array(part & 0xFFFFFFFF), pa.array(times), pa.array(amounts)]
            writer.write_table(pa.table(columns, schema=schema), row_group_size=1_000_000)


# —— 对手：每个都在自己的进程里，从 Parquet 到文件 ——


def whole_job(path: str, out: str, limit: str | None = None) -> dict:
    """R/F/M、标记、类型、间隔（含没走完的）、状态，写出文件。"""
    from lifecycle_lab import warehouse

    settings = warehouse.Settings(memory_limit=limit, temp_folder=out if limit else None)
    with warehouse.open_orders(path, AS_OF, zone="UTC", settings=settings) as house:
        house.write(out)
        return {"rows": house.intake.rows}


def customers_only(path: str, out: str) -> dict:
    """只到客户表（R/F/M、标记、类型），与 lifetimes 的 summary 相比的是它。"""
    from lifecycle_lab import warehouse

    with warehouse.open_orders(path, AS_OF, zone="UTC") as house:
        house.customers().write(f"{out}/customers.parquet")
    return {}


def whole_job_2gib(path: str, out: str) -> dict:
    return whole_job(path, out, "2GiB")


def cycle_tables_2gib(path: str, out: str) -> dict:
    """第 06 课的表1–表3 与三条规则的状态，限 2 GiB。"""
    from lifecycle_lab import cycles, warehouse

    settings = warehouse.Settings(memory_limit="2GiB", temp_folder=out)
    with warehouse.open_orders(path, AS_OF, zone="UTC", settings=settings) as house:
        rows = house.gaps()
        cycles.repurchase(rows)
        cycles.concentration(house.totals())
        for n in (1, 2, 3):
            cycles.next_gaps(rows, n, cycles.Bounds())
        states = warehouse.Plane(house.states(), "last_gap", "days_since", "customers")
        cycles.class_states(states, cycles.ClassRule())
        cycles.static_states(states, cycles.StaticRule(), cycles.Bounds())
    return {}


def bare_scan(path: str, out: str) -> dict:
    """量尺：同一个文件扫一遍，按客户归并一次，别的什么也不做。"""
    import duckdb

    connection = duckdb.connect(config={"preserve_insertion_order": False})
    connection.execute(
        "create table base as select customer_id, min(cast(order_time as date)), max(cast(order_time as date)),"
        f" count(*), sum(cast(round(amount * 100) as bigint)) from '{path}' group by customer_id"
    )
    return {}


def lifetimes_summary(path: str, out: str) -> dict:
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data as summarise

    orders = pd.read_parquet(path)
    summary = summarise(orders, "customer_id", "order_time", "amount", observation_period_end="2024-01-01")
    summary.to_parquet(f"{out}/summary.parquet")
    return {}


def groupby_apply(path: str, out: str) -> dict:
    """多数人的写法：一位客户一次 Python 函数。"""
    import pandas as pd

    def one(orders):
        days = orders.order_time.dt.normalize().drop_duplicates().sort_values()
        gaps = days.diff().dt.days.dropna()
        recency, total = (pd.Timestamp(AS_OF) - days.iloc[-1]).days, orders.amount.sum()
        last = gaps.iloc[-1] if len(gaps) else None
        return pd.Series({"r": recency, "f": len(orders), "m": total, "last_gap": last})

    table = pd.read_parquet(path).groupby("customer_id").apply(one)
    for name, better in (("r", "low"), ("f", "high"), ("m", "high")):
        mean = table[name].mean()
        table[f"{name}_up"] = table[name] <= mean if better == "low" else table[name] >= mean
    table.to_parquet(f"{out}/customers.parquet")
    return {}


RUNNERS = {
    f.__name__: f
    for f in (
        bare_scan,
        whole_job,
        whole_job_2gib,
        cycle_tables_2gib,
        customers_only,
        lifetimes_summary,
        groupby_apply,
    )
}
LABELS = {
    "bare_scan": "裸的扫描 + 归并",
    "whole_job": "整份工作",
    "whole_job_2gib": "整份工作，上限 2 GiB",
    "cycle_tables_2gib": "表1–表3 与状态，上限 2 GiB",
    "customers_only": "只到客户表",
    "lifetimes_summary": "lifetimes 的 summary",
    "groupby_apply": "groupby.apply",
}


def measured(runner: str, path: Path) -> dict:
    """一个新进程：墙上时间、处理器时间、最大内存。"""
    import subprocess

    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, "--one", runner, str(path), out],
            check=True,
            capture_output=True,
            text=True,
        )
        wall = time.perf_counter() - started
    return json.loads(done.stdout.splitlines()[-1]) | {"wall": wall}


def run_one(runner: str, path: str, out: str) -> None:
    facts = RUNNERS[runner](path, out)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(facts | {"cpu": usage.ru_utime + usage.ru_stime, "peak": peak_mib()}))


def peak_mib() -> float:
    """本进程的最大内存。Linux 的 ru_maxrss 会从叫它的进程带过来，所以看 VmHWM；别处没有就看 ru_maxrss。"""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(count: int, path: Path, rounds: int) -> list[str]:
    runners = ["bare_scan", "whole_job", "customers_only"]
    runners += ["whole_job_2gib"] if count >= 1_000_000 else []
    runners += ["cycle_tables_2gib"]
    runners += ["lifetimes_summary"] if count <= PEER_LIMIT else []
    runs, loads = {name: [] for name in runners}, []
    for _ in range(rounds):
        loads.append(os.getloadavg()[0])
        for name in runners:
            runs[name].append(measured(name, path))
    if count <= GROUPBY_LIMIT:
        runs["groupby_apply"] = [measured("groupby_apply", path)] * rounds
    busy = "、".join(f"{load:.1f}" for load in loads)
    return [
        f"{rounds} 轮，每轮开始时的一分钟负荷 {busy}。",
        "",
        *HEADER,
        *(_line(name, runs) for name in runs),
    ]


HEADER = (
    "| 做什么 | 墙上 秒 | 处理器 秒 | 最大内存 MiB | 墙上 ÷ 裸扫 | 处理器 ÷ 裸扫 | 墙上 ÷ 整份工作 | 处理器 ÷ 整份工作 | 内存 ÷ 整份工作 | 处理器 ÷ 客户表 | 内存 ÷ 客户表 |",
    "|" + " --- |" * 11,
)


def _line(name: str, runs: dict) -> str:
    import statistics

    def middle(key: str) -> float:
        return statistics.median(run[key] for run in runs[name])

    def ratio(key: str, to: str) -> str:
        return f"{statistics.median(a[key] / b[key] for a, b in zip(runs[name], runs[to], strict=True)):.2f}"

    ratios = [("wall", "bare_scan"), ("cpu", "bare_scan")]
    ratios += [(key, "whole_job") for key in ("wall", "cpu", "peak")]
    ratios += [(key, "customers_only") for key in ("cpu", "peak")]
    cells = [f"{middle('wall'):.2f}", f"{middle('cpu'):.2f}", f"{middle('peak'):.0f}"]
    return f"| {' | '.join([LABELS[name], *cells, *(ratio(key, to) for key, to in ratios)])} |"


def changes(path: Path) -> list[str]:
    """一个参数变了：从基表（另一种口径的各类型）与从方块（另一组节点的状态）。"""
    from lifecycle_lab import warehouse

    with warehouse.open_orders(path, AS_OF, zone="UTC") as house:
        from_base = _median_ms(lambda: house.customers("high").segments(), 7)
        plane = warehouse.Plane(house.states(), "last_gap", "days_since", "customers")
        from_cubes = _median_ms(lambda: _states(plane, (85, 210, 390)), 200)
        cells = len(house.gaps()), len(house.states())
    return [
        f"- 换一种口径，从基表：墙上 {from_base[0]:.1f} 毫秒，处理器 {from_base[1]:.1f} 毫秒。",
        f"- 换一组节点，从方块：墙上 {from_cubes[0]:.3f} 毫秒。",
        f"- 间隔方块 {cells[0]:,} 格，状态方块 {cells[1]:,} 格。",
    ]


def _states(plane, nodes) -> list[int]:
    """四类周期 × 四种状态，加上新客户的四种。"""
    bounds = [0, *nodes, None]
    found = [plane.none(low, high) for low, high in pairwise(bounds)]
    for low, high, cycle in zip(bounds, bounds[1:], (*nodes, nodes[-1]), strict=False):
        edges = [0, cycle, 2 * cycle, 3 * cycle, None]
        found += [plane.count(low, high, a, b) for a, b in pairwise(edges)]
    return found


def live_kernel() -> list[str]:
    """一千笔订单在活着的内核里：开仓库、全部小表。"""
    import pandas as pd

    from lifecycle_lab import warehouse

    with tempfile.TemporaryDirectory() as folder:
        generate(1_000, Path(folder) / "o.parquet")
        orders = pd.read_parquet(Path(folder) / "o.parquet")

    def main_tables() -> None:
        with warehouse.open_orders(orders, AS_OF, zone="UTC") as house:
            table = house.customers()
            table.segments(), table.frame(), house.gaps(), house.states(), house.intake

    def all_tables() -> None:
        with warehouse.open_orders(orders, AS_OF, zone="UTC") as house:
            table = house.customers()
            table.segments(), table.frame(), house.gaps(), house.states(), house.own_states(), house.intake
            house.totals(), house.centres(), house.centres("median")
            house.histogram("recency"), house.histogram("frequency"), house.histogram("monetary", 1_000)

    lines = [f"一千笔订单，活着的内核（一分钟负荷 {os.getloadavg()[0]:.1f}），墙上 / 处理器 毫秒：", ""]
    for label, action in (
        ("客户、类型、间隔、状态、读入的账", main_tables),
        ("再加总数、自己的状态、均值与中位数、三张直方图", all_tables),
        ("量尺：一句 select 1", _select_one()),
    ):
        wall, cpu = _median_ms(action, 25)
        lines.append(f"- {label}：{wall:.2f} / {cpu:.2f}")
    return lines


def _select_one():
    import duckdb

    connection = duckdb.connect()
    return lambda: connection.execute("select 1").fetchall()


def _median_ms(action, times: int) -> tuple[float, float]:
    """（墙上，处理器）毫秒，各自的中位数；先跑一次不算。"""
    import statistics

    action()
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        action()
        walls.append((time.perf_counter() - wall) * 1_000)
        cpus.append((time.process_time() - cpu) * 1_000)
    return statistics.median(walls), statistics.median(cpus)


def measure(count: int, rounds: int) -> list[str]:
    import subprocess

    with tempfile.TemporaryDirectory(prefix="warehouse-bench-") as folder:
        path = Path(folder) / f"{count}.parquet"
        subprocess.run([sys.executable, __file__, "--generate", str(count), str(path)], check=True)
        return [*compare(count, path, rounds if count < 5e7 else 1), "", *changes(path)]


def machine() -> str:
    import platform
    from importlib.metadata import version

    versions = "、".join(f"{name} {version(name)}" for name in ("duckdb", "pandas", "lifetimes"))
    return f"{date.today()}，{os.cpu_count()} 核 {platform.machine()}，Python {platform.python_version()}，{versions}。"


def write(name: str, section: str) -> None:
    """换掉 RESULTS.md 里自己的一节，别的不动；没有就接在后面。"""
    mark = MARK.format(name)
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# 量过的数字\n"
    head, *rest = old.split(mark)
    tail = rest[1] if len(rest) > 1 else ""
    RESULTS.write_text(f"{head.rstrip()}\n\n{mark}\n{section}\n{mark}\n{tail}", encoding="utf-8")


def main() -> None:
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=float, default=[0, 1e5, 1e6])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    for count in map(int, chosen.sizes):
        name = f"{count:.0e}" if count else "live"
        title = f"## 仓库，{count:,} 笔" if count else "## 仓库，活着的内核"
        lines = measure(count, chosen.rounds) if count else live_kernel()
        section = "\n".join([f"{title}(benchmarks/warehouse_scale.py)", "", machine(), *lines])
        print(section, flush=True)
        if chosen.write:
            write(name, section)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run_one(*sys.argv[2:5])
    elif sys.argv[1:2] == ["--generate"]:
        generate(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
