"""四个窗口同时存：每个写自己的格子，也都给同一个计数加一。

用法：python counting.py 文件 第几个 次数；存完 次数 遍后退出。
"""

import sys
from pathlib import Path

from killing import BLANK

from lifecycle_lab.answers import Answers, AnswersFile


def one_more(answers: Answers, name: str) -> Answers:
    return answers.with_attempt(name, checks=answers.attempt(name)["checks"] + 1)


def count_up(answers: Answers, own: str, turn: int) -> Answers:
    counted = one_more(one_more(answers, "shared"), own)
    return counted.with_cells("table_4_3", {(own, f"c{turn % 10}"): str(turn)})


if __name__ == "__main__":
    path, own, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    file = AnswersFile(path, new=BLANK, session=own, lock_timeout=60)
    for turn in range(times):
        file.update(lambda answers, turn=turn: count_up(answers, own, turn))
