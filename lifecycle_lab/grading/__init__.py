"""教师的门：发放、收取、评分、讲评；从不运行学生的任何东西，只读数据。

roster       名单：学号是文字，坏了的、重复的说出是谁
classroom    一个班的文件夹：规则 course.toml、密钥、题本
handout      发：照许可清单装的小包，没有密钥与别人的题本
packages     交来的一堆东西 → 一件一件的字节；不解开，不跟链接
collecting   收：认出是谁的，每一件恰好一行
scoring      评：每位学生每题每格，迟交照规则
suspicion    要问一声的：题本是别人的、文字相似（similarity）
marks        教师在成绩册里填的，下次读回来
gradebook    成绩册（xlsx）
feedback     给每位学生的反馈
class_page   讲评：分布、最难的格、误解
grade        全部合起来，写出去
"""

from lifecycle_lab.grading.classroom import Classroom, init_class, open_class
from lifecycle_lab.grading.collecting import collect, tally
from lifecycle_lab.grading.grade import ClassGrades, grade_class
from lifecycle_lab.grading.handout import hand_out
from lifecycle_lab.grading.roster import Roster, Student, read_roster

__all__ = [
    "ClassGrades",
    "Classroom",
    "Roster",
    "Student",
    "collect",
    "grade_class",
    "hand_out",
    "init_class",
    "open_class",
    "read_roster",
    "tally",
]
