"""答案的房间：学生填的东西一个字也不丢。

document  一份答案是什么：信封（格式 1）、指纹、只生成新值的小改动
parsing   别人的字节怎样变成一份答案：先查再信，只有一种错误
merging   两个窗口改同一格：不同的格合并，同一格两份都留
places    文件叫什么、放在哪里
disk      碰磁盘的每一步：锁、写新、落盘、改名；错误都说中文
output    别的小文件（报告、结果、抄本）的写法，与答案文件相同
versions  旧版本与冲突里落选的一份
pool      班级问卷的数据表：加一行、撤一行，别的行不动
store     答案文件：读、改、损坏后的恢复、回执
"""

from lifecycle_lab.answers.document import FORMAT, MAX_BYTES, Answers, encode
from lifecycle_lab.answers.merging import set_cells, set_quiz, set_text
from lifecycle_lab.answers.output import write_file
from lifecycle_lab.answers.parsing import ForeignAnswers, parse
from lifecycle_lab.answers.places import default_path
from lifecycle_lab.answers.store import AnswersFile

__all__ = [
    "FORMAT",
    "MAX_BYTES",
    "Answers",
    "AnswersFile",
    "ForeignAnswers",
    "default_path",
    "encode",
    "parse",
    "set_cells",
    "set_quiz",
    "set_text",
    "write_file",
]
