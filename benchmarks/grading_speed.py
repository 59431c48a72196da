"""评分多快：300 份 → 成绩册、每人的反馈、讲评；一份捣乱的交件从字节到那一行。

nbgrader 的对照取自我们自己的量：同一类机器上自动评三份最小的笔记本 4.9 秒（1.6 秒一份）；这里不装它。
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from classes import honest, new_class
from hostile_submissions import hostile

from lifecycle_lab.grading import collect, grade_class, open_class
from lifecycle_lab.grading.collecting import read_submission
from lifecycle_lab.grading.scoring import mark_against

STUDENTS, HOSTILE = 300, 2_000
NBGRADER_SECONDS = 4.9 / 3


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="grading-"))
    room = new_class(folder, STUDENTS)
    (folder / "in").mkdir()
    for i in range(STUDENTS):
        (folder / "in" / f"{i}.json").write_bytes(honest(room, i))
    room = open_class(room.folder)
    started, used = time.perf_counter(), time.process_time()
    collect(room, [folder / "in"])
    collected = time.perf_counter()
    grades = grade_class(room)
    graded = time.perf_counter()
    grades.write()
    done = time.perf_counter()
    print(
        f"收 {STUDENTS} 份 {collected - started:.2f} 秒，评 {graded - collected:.2f} 秒，写 {done - graded:.2f} 秒"
    )
    print(f"处理器时间 {time.process_time() - used:.2f} 秒（收、评、写）")
    print(f"合计 {done - started:.2f} 秒，{1000 * (done - started) / STUDENTS:.1f} 毫秒一份")
    print(
        f"对 nbgrader 的 {NBGRADER_SECONDS:.1f} 秒一份：{NBGRADER_SECONDS * STUDENTS / (done - started):.0f} 倍"
    )
    print(_hostile(room))


def _hostile(room) -> str:
    """每一份：读、认、（认得出的）全书核对一遍。"""
    mine, times = [honest(room, i) for i in range(20)], []
    for _, data in hostile(HOSTILE, 1, mine):
        started = time.perf_counter()
        reading = read_submission(data, room.roster)
        if reading.answers is not None:
            mark_against(room.assignment(reading.answers.student_id), reading.answers)
        times.append(1000 * (time.perf_counter() - started))
    middle, most = statistics.median(times), max(times)
    return f"捣乱的 {HOSTILE} 份：中位数 {middle:.2f} 毫秒，最慢 {most:.0f} 毫秒"


if __name__ == "__main__":
    main()
