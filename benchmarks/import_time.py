"""`import lifecycle_lab` 比空的解释器多几毫秒（中位数）；它引入了哪些大包。"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15


def milliseconds(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - started) * 1_000


pairs = [(milliseconds("pass"), milliseconds("import lifecycle_lab")) for _ in range(ROUNDS)]
more = statistics.median(after - before for before, after in pairs)
print(
    f"空解释器 {statistics.median(p[0] for p in pairs):.0f} 毫秒，import lifecycle_lab 多 {more:.1f} 毫秒（{ROUNDS} 对的中位数）"
)
for statement in ("from lifecycle_lab import open_lab", "import lifecycle_lab.cli"):
    more = statistics.median(milliseconds(statement) - milliseconds("pass") for _ in range(5))
    print(f"{statement}：多 {more:.0f} 毫秒")
