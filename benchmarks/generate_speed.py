"""造合成商店的速度与内存：每秒多少笔订单、主进程与工作进程的内存峰值、每行多少字节。

用法：python benchmarks/generate_speed.py [--preset longjing] [--orders 1e6 1e7] [--workers 1 2] [--folder 目录]
文件写在 --folder 下的临时文件夹里，量完就删；一亿笔约要 1.3 GB。每一次都在新的进程里跑，峰值互不相干。
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ORDERS_PER_CUSTOMER = {"longjing": 1.72, "womenswear": 1.55, "mixed": 6.0, "same_cycle": 5.7}


def measure(preset: str, orders: float, workers: int, folder: Path) -> str:
    from lifecycle_lab.lab.shops import generate

    customers = round(orders / ORDERS_PER_CUSTOMER[preset])
    started, cpu = time.perf_counter(), time.process_time()
    made = generate(preset, folder / "shop.parquet", customers=customers, seed=1, workers=workers)
    seconds = time.perf_counter() - started
    own, other = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    sizes = [path.stat().st_size for path in (made.path, made.truth)]
    digests = [digest(path)[:12] for path in (made.path, made.truth)]
    return (
        f"{preset} {made.orders:,} 笔（{made.customers:,} 位客户，{made.rows:,} 行）{workers} 个进程：{seconds:.1f} 秒，"
        f"{made.orders / seconds / 1e6:.2f} 百万笔/秒；主进程 {own:.0f} MiB（用了 {time.process_time() - cpu:.1f} 秒 CPU），"
        f"最大的工作进程 {other:.0f} MiB；订单 {sizes[0] / 1e6:.1f} MB（{sizes[0] / made.rows:.1f} 字节/行），"
        f"真相 {sizes[1] / 1e6:.1f} MB；sha256 {' '.join(digests)}"
    )


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--preset", default="longjing", choices=ORDERS_PER_CUSTOMER)
    words.add_argument("--orders", type=float, nargs="+", default=[1e6, 1e7])
    words.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    words.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    words.add_argument("--once", action="store_true", help="在这个进程里量一次（自己调用自己时用）")
    chosen = words.parse_args()
    for orders in chosen.orders:
        for workers in chosen.workers:
            with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
                if chosen.once:
                    print(measure(chosen.preset, orders, workers, Path(folder)), flush=True)
                    continue
            command = [sys.executable, __file__, "--once", "--preset", chosen.preset]
            command += ["--folder", str(chosen.folder), "--orders", str(orders), "--workers", str(workers)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
