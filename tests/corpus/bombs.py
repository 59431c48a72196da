"""子进程：限了内存，一份一份地跑炸弹；每份一行 JSON。由 test_corpus 启动，文件已经造好。"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from pathlib import Path

LIMIT_SECONDS, LIMIT_BYTES, ADDRESS_SPACE = 20, 2**30, 3 * 2**30


def _peak_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def main(folder: str, *names: str) -> None:
    from corpus.check import problems, run
    from corpus.every import every_case

    cases = every_case()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    for name in names:
        print(json.dumps({"starts": name}), flush=True)
        Path("/proc/self/clear_refs").write_text("5")  # 内存最高点从头记
        signal.alarm(LIMIT_SECONDS)  # 到时就被系统结束，父进程看得出是哪一份
        begin = time.monotonic()
        found = run(cases[name], Path(folder) / name.replace("/", "-"))
        signal.alarm(0)
        seconds, peak = time.monotonic() - begin, _peak_bytes()
        print(
            json.dumps(
                {"name": name, "wrong": problems(cases[name], found), "seconds": seconds, "peak": peak}
            ),
            flush=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
