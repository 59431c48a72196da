"""一次保存要多久：从改一格到新内容落盘，三种大小各存若干次，报中位数与 95 分位（毫秒）。

用法：python benchmarks/answers_save.py [文件夹]   默认在系统临时文件夹里存。
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from lifecycle_lab.answers import Answers, AnswersFile

SIZES = {"2 kB": 1, "20 kB": 18, "200 kB": 195}
SAVES = 200
BLANK = Answers(
    course="clm",
    assignment="rfm-training",
    student_id="demo",
    variant={
        "scheme": "v1",
        "source": "survey",
        "as_of": None,
        "attempt": 1,
        "keyed": False,
        "customers": [f"C{i:03d}" for i in range(10)],
    },
    data_sha256="0" * 64,
)


def essays(answers: Answers, count: int) -> Answers:
    """count 段一千字节上下的文字，像一份写得很长的答案。"""
    for i in range(count):
        answers = answers.with_text(f"q{i}", "每位客户的购买周期不同。" * 28)
    return answers


def save_times(path: Path, paragraphs: int) -> list[float]:
    """SAVES 次保存各用的毫秒数。"""
    file = AnswersFile(path, new=BLANK, session="bench")
    file.update(lambda answers: essays(answers, paragraphs))
    return [timed_save(file, str(turn)) for turn in range(SAVES)]


def timed_save(file: AnswersFile, text: str) -> float:
    start = time.perf_counter()
    file.update(lambda answers: answers.with_cells("table_4_3", {("C001", "recency"): text}))
    return (time.perf_counter() - start) * 1_000


def main(folder: Path) -> None:
    for label, paragraphs in SIZES.items():
        path = folder / f"answers-{paragraphs}.json"
        times = sorted(save_times(path, paragraphs))
        size = path.stat().st_size
        print(f"{label:>7}（{size} 字节）：中位 {statistics.median(times):.1f} ms，", end="")
        print(f"95 分位 {times[int(0.95 * len(times))]:.1f} ms")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch))
