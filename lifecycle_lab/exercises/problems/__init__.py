"""算题：每位学生一套数。题面在 data/course/problems/，这里按学号给出数，叫核心函数算出标准答案。

一道算题是一个函数：收一份取数器，返回 `Problem`；纯函数，同一份题本总是同一道题。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from lifecycle_lab.content import Exercise
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.problems.shapes import Problem
from lifecycle_lab.variants import Numbers

Builder = Callable[[Numbers], Problem]


def problem(exercise: Exercise, assignment: Assignment) -> Problem:
    """这位学生的这一道题。

    数由课程、学号与题本里的客户决定（不带题号：两道题可以接着用同样的数）。有课程密钥时客户由密钥
    抽出，别人也就算不出这些数；拿着题本文件的学生与教师算得出同一套。
    """
    return assignment.once(("problem", exercise.id), lambda: _built(exercise.id, _seed(assignment)))


def _seed(assignment: Assignment) -> str:
    mine = ",".join(assignment.customer_ids)
    return f"{assignment.course.course_id}|{assignment.student_id}|{mine}"


def _built(exercise_id: str, seed: str) -> Problem:
    return builders()[exercise_id](Numbers(seed))


@lru_cache(maxsize=1)
def builders() -> Mapping[str, Builder]:
    """题号 → 出题的函数；与那里的题一一对应（有测试比较）。"""
    from lifecycle_lab.exercises.problems import beyond, cycles, life, loyalty, moves, stages, values

    found: dict[str, Builder] = {}
    for lesson in (stages, life, moves, beyond, cycles, values, loyalty):
        found |= lesson.BUILDERS
    return found
