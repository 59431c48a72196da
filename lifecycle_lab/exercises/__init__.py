"""练习的房间：题本、要填的表、标准答案、核对、误解、执行模式与笔记本里的实训表。

assignment      谁、哪份数据、哪 10 位客户
forms, entries  要填哪些格，每格认什么写法
keys            标准答案与过程分：只叫核心函数
checks          六种结果和理由
misconceptions  按名字认出误解
modes           空白、全对、故意错一格三种答案，和各自应得的结果
sheet           笔记本里的一张实训表：fill、check、hint、solution
quiz            概念题：每个选项有讲解，不计分
readings        换一种读法，谁会变、为什么
pasting         从表格软件粘贴来的一块，落在哪几格
interview       表4-1 一份一份地填，收进班级问卷
"""

from lifecycle_lab.exercises.assignment import Assignment, open_assignment
from lifecycle_lab.exercises.checks import Outcome, check, results
from lifecycle_lab.exercises.sources import open_population

__all__ = ["Assignment", "Outcome", "check", "open_assignment", "open_population", "results"]
