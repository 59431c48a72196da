"""哪些测试放在同一个工作进程里：贵的准备（执行整本工作簿、开服务器、放炸弹）只做一次；别的一个一个分。

按文件名分，不用 xdist_group 的记号：pytest 9.2 起 xdist 3.8 认不出它，悄悄地一个一个分，贵的就都做两遍。
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

GROUPS = {
    "tests/test_run.py": "run",
    "tests/test_template.py": "run",
    "tests/test_run_kernels.py": "kernels",
    "tests/test_run_widgets.py": "kernels",
    "tests/browser/": "browser",
    "tests/test_corpus.py::test_bomb": "bombs",
}


def group_of(nodeid: str) -> str:
    return next((group for start, group in GROUPS.items() if nodeid.startswith(start)), nodeid)


class ByGroup(LoadScopeScheduling):
    """一组一组地发，大的先发；最后的都是单个的测试，两边同时做完。"""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
