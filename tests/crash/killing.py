"""崩溃试验：子进程不停地存，父进程随机 kill -9，再读盘上剩下什么。

用法：python killing.py 写法 字节数 次数 种子 文件夹 → 标准输出一行 JSON。
写法 real 是我们的；in_place(原地改写)与 early_ack(先报告后存)是反面对照：
同一套试验必须看出它们丢东西，否则这套试验什么也证明不了。
单独一个进程里 fork，不在 pytest 里 fork(那里可能有别的线程)。
"""

import json
import os
import random
import select
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from lifecycle_lab.answers import Answers, AnswersFile, encode, parse
from lifecycle_lab.schema import AnswerFileError

BLANK = Answers(
    course="clm",
    assignment="rfm-training",
    student_id="0020230101",
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
CHUNK = 8
LONGEST_WAIT = 0.03  # 秒；够最大的一份存两三次


def filled(answers: Answers, count: int, size: int) -> Answers:
    """第 count 次保存的内容：处处写着 count，新旧掺在一起就看得出来。"""
    pieces = max(1, (size - 1_000) // 1_000)
    text = (f"{count:08d}" * 125)[: min(1_000, size // 2)]
    answers = replace(answers, text={f"q{piece}": text for piece in range(pieces)})
    return answers.with_cells("table_4_3", {("C001", "recency"): str(count)})


def whole(answers: Answers) -> int:
    """内容属于第几次保存；掺了别次的 → AssertionError。"""
    count = int(answers.cell("table_4_3", "C001", "recency") or 0)
    mixed = [text for text in answers.text.values() if set(text.split(f"{count:08d}")) - {""}]
    assert not mixed, "一份答案里掺了两次保存的内容"
    return count


def write_real(path: Path, size: int, acknowledge) -> None:
    file = AnswersFile(path, new=BLANK, session=f"child-{os.getpid()}")
    count = whole(file.read())
    while True:
        count += 1
        file.update(lambda answers, count=count: filled(answers, count, size))
        acknowledge(count)


def write_early_ack(path: Path, size: int, acknowledge) -> None:
    file = AnswersFile(path, new=BLANK, session=f"child-{os.getpid()}")
    count = whole(file.read())
    while True:
        count += 1
        acknowledge(count)
        file.update(lambda answers, count=count: filled(answers, count, size))


def write_in_place(path: Path, size: int, acknowledge) -> None:
    count = 0
    while True:
        count += 1
        data = encode(filled(BLANK, count, size))
        with open(path, "wb", buffering=0) as file:
            for start in range(0, len(data), CHUNK):
                file.write(data[start : start + CHUNK])
        acknowledge(count)


WRITERS = {"real": write_real, "early_ack": write_early_ack, "in_place": write_in_place}


def spawn(writer, path: Path, size: int) -> tuple[int, int]:
    """fork 一个写手；返回 （进程号，报告管道）。"""
    receiving, sending = os.pipe()
    child = os.fork()
    if child:
        os.close(sending)
        return child, receiving
    try:
        writer(path, size, lambda count: os.write(sending, f"{count}\n".encode()))
    finally:
        os._exit(1)


def acknowledgements(receiving: int) -> list[int]:
    """读空管道；写手死了，管道就到头。"""
    parts = []
    while part := os.read(receiving, 65_536):
        parts.append(part)
    os.close(receiving)
    return [int(count) for count in b"".join(parts).split(b"\n")[:-1]]


def kill_once(writer, path: Path, size: int, delay: float) -> list[int]:
    """一次：等到写手第一次报告，再过 delay 秒杀掉；返回它报告过的各次。"""
    child, receiving = spawn(writer, path, size)
    assert select.select([receiving], [], [], 60)[0], "写手一分钟没有动静"
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return acknowledgements(receiving)


def verdict(path: Path, acknowledged: int) -> str:
    """盘上剩下的：good、lost(报告过却不见了)、unreadable、mixed(掺了两次保存)。"""
    try:
        found = whole(parse(path.read_bytes(), path.name))
    except FileNotFoundError:
        return "lost"
    except AnswerFileError:
        return "unreadable"
    except AssertionError:
        return "mixed"
    return "lost" if found < acknowledged else "good"


def readable(path: Path) -> bool:
    try:
        return whole(parse(path.read_bytes(), path.name)) > 0
    except (AnswerFileError, AssertionError):
        return False


def run(name: str, size: int, kills: int, seed: int, folder: Path) -> dict[str, int]:
    """kills 次之后的账；older 里的坏版本、见到过临时文件的次数也记着。"""
    chance, path = random.Random(seed), folder / "answers.json"
    tally = dict.fromkeys(("good", "lost", "unreadable", "mixed", "bad_older", "interrupted", "saves"), 0)
    for _ in range(kills):
        counts = kill_once(WRITERS[name], path, size, chance.uniform(0, LONGEST_WAIT))
        tally["saves"] += len(counts)
        tally["interrupted"] += any(folder.glob(".*.tmp"))
        tally[verdict(path, counts[-1])] += 1
        tally["bad_older"] += sum(not readable(older) for older in folder.glob("older/*.json"))
    return tally | {"bytes": path.stat().st_size if path.exists() else 0}


if __name__ == "__main__":
    name, size, kills, seed, folder = sys.argv[1:]
    print(json.dumps(run(name, int(size), int(kills), int(seed), Path(folder))))
