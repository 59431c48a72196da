"""拿住答案文件的锁不放，报告一声，等着被杀。用法：python holding.py 文件。"""

import sys
import time
from pathlib import Path

from killing import BLANK

from lifecycle_lab.answers import AnswersFile


def hold(answers):
    print("拿着", flush=True)
    time.sleep(600)
    return answers


if __name__ == "__main__":
    AnswersFile(Path(sys.argv[1]), new=BLANK, session="holder").update(hold)
