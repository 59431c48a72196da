"""全部测试共用：hypothesis 不计时（机器忙的时候慢不是错；速度由 benchmarks 量）；整本工作簿只执行一次；贵的分在一组。"""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from groups import ByGroup

    return ByGroup(config, log)


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """执行过的整本工作簿：问卷的三种模式，真实商店的标准答案，90 与 91；真实商店的另两种在 make test-long。

    只看不改。用它的测试都在 groups 的 run 一组里，所以只执行一次。
    """
    from lifecycle_lab import run as runner

    planned = runner.plan(modes=("blank", "key", "sabotage"), out=tmp_path_factory.mktemp("run"))
    return runner.run_planned([job for job in planned if job.source == "survey" or job.mode in ONCE])


ONCE = ("key", "report", "class")
