"""客户生命周期管理实训工作簿背后的小工具包。

房间与谁可以叫谁（import-linter 看着）：

cli → cli_generate | cli_report | cli_class → clock → lab → grading → widgets | report | run → exercises
    → tables | plots | answers → variants | stages | value | loyalty | segmentation | backtest | learning
    → rfm | cycles | curves | models | simulate
    → warehouse → orders | survey → content → reading → export → schema

一个核心，三扇门：学生的自查、教师的评分、分析师的报告叫同一批函数。
"""

from __future__ import annotations

TYPE_CHECKING = False  # 类型检查器认得这个名字；不引入 typing，省下一半的引入时间
if TYPE_CHECKING:
    from lifecycle_lab.lab import Lab, open_lab
    from lifecycle_lab.lab.analyst import ShopReport, open_report
    from lifecycle_lab.lab.teacher import TeacherDesk, open_grading
    from lifecycle_lab.schema import LabError

__version__ = "0.1.0"
__all__ = ["Lab", "LabError", "ShopReport", "TeacherDesk", "open_grading", "open_lab", "open_report"]


def __getattr__(name: str) -> object:
    """用到才引入：`import lifecycle_lab` 本身不带 pandas、matplotlib。"""
    if name == "LabError":
        from lifecycle_lab.schema import LabError

        return LabError
    if name in ("Lab", "open_lab"):
        from lifecycle_lab import lab

        return getattr(lab, name)
    if name in ("ShopReport", "open_report"):
        from lifecycle_lab.lab import analyst

        return getattr(analyst, name)
    if name in ("TeacherDesk", "open_grading"):
        from lifecycle_lab.lab import teacher

        return getattr(teacher, name)
    raise AttributeError(f"lifecycle_lab 里没有 {name}")
