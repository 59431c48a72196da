"""全部测试共用：hypothesis 不计时。机器忙的时候慢不是错；速度由 benchmarks 量。"""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
