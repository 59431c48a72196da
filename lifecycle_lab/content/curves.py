"""生命曲线的内容：curves.toml → 理想曲线的参数、阶段与类型的名称、分配预算的游戏的假设（A6、A7、D5）。

金额读成整数分；参数的许可范围由 curves 房间自己看（它在这间之上），这里只看写法。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from lifecycle_lab.content.records import Record, every, read_nest
from lifecycle_lab.schema import ContentError, quote

T = TypeVar("T")
CURVE_STAGES = ("exploration", "formation", "stability", "decline")
CURVE_EXIT_TYPES = ("early_abort", "midway_death", "early_exit", "long_lasting")
CURVE_LEVERS = ("trust", "satisfaction", "barriers", "win_back")
_MONTHS = tuple(f"{stage}_end" for stage in CURVE_STAGES)
_WHOLE = ("start", "trial", "near", "rise", "fall", "margin", "premium")
_MONEY = ("peak", "cost_early", "cost_late", "acquisition")


@dataclass(frozen=True)
class CurveReading:
    """从数据判类型的默认值：early 百分之几，quiet 几个月，purchases 三个从小到大的次数。"""

    early: int
    quiet: int
    purchases: tuple[int, int, int]


@dataclass(frozen=True)
class LeverText:
    """一项预算的名称、说法与假设；settings 是 leaving、cut、months、half（分）四个整数。"""

    id: str
    label: str
    stage: str
    meaning: str
    settings: Mapping[str, int]


@dataclass(frozen=True)
class CurveStageText:
    """一个阶段的名称、带来的价值和对它的目标（D5）。"""

    id: str
    label: str
    value: str
    aim: str


@dataclass(frozen=True)
class ExitText:
    """一种曲线类型的名称与说明（A7）。"""

    id: str
    label: str
    meaning: str


@dataclass(frozen=True)
class CurveContent:
    """整份 curves.toml；映射只读，次序听程序的。curve: 参数名 → 整数（月、百分数、分）。"""

    curve: Mapping[str, int]
    reading: CurveReading
    customers: int
    horizon: int
    levers: Mapping[str, LeverText]
    stages: Mapping[str, CurveStageText]
    exit_types: Mapping[str, ExitText]


def read_curves(path: Path) -> CurveContent:
    """一份 curves.toml → 内容；缺项、多项、不是钱的钱 → ContentError。"""
    top = read_nest(path)
    game = top.section("game")
    content = CurveContent(
        curve=_curve(top.section("curve")),
        reading=_reading(top.section("reading")),
        customers=game.whole("customers", 1),
        horizon=game.whole("horizon", 1, 600),
        levers=every(top, "lever", CURVE_LEVERS, _lever),
        stages=every(top, "stage", CURVE_STAGES, _stage),
        exit_types=every(top, "exit_type", CURVE_EXIT_TYPES, _exit),
    )
    game.finish()
    top.finish()
    return content


def _curve(record: Record) -> Mapping[str, int]:
    months = {name: record.whole(name, 1, 600) for name in _MONTHS}
    if list(months.values()) != sorted(set(months.values())):
        raise ContentError(
            "各阶段结束的月份不是从小到大。", where=record.at(_MONTHS[0]), remedy="一个比一个大。"
        )
    shares = {name: record.whole(name, 0, 100) for name in _WHOLE}
    money = {name: record.fen(f"{name}_yuan") for name in _MONEY}
    record.finish()
    return MappingProxyType({**months, **shares, **money})


def _reading(record: Record) -> CurveReading:
    found = CurveReading(
        early=record.whole("early", 1, 99),
        quiet=record.whole("quiet", 1, 600),
        purchases=record.wholes("purchases", 1, count=3),  # type: ignore[arg-type]
    )
    record.finish()
    return found


def _lever(record: Record) -> LeverText:
    name = record.one_of("id", CURVE_LEVERS, "认得的预算")
    stage = record.one_of("stage", CURVE_STAGES, "认得的阶段")
    if CURVE_LEVERS.index(name) != CURVE_STAGES.index(stage):
        right = CURVE_STAGES[CURVE_LEVERS.index(name)]
        raise ContentError(
            f"{quote(name)} 不管 {quote(stage)}。", where=record.at("stage"), remedy=f"写成 {right}。"
        )
    settings = {
        "leaving": record.whole("leaving", 0, 1000),
        "cut": record.whole("cut", 0, 100),
        "months": record.whole("months", -120, 120),
        "half": record.fen("half_yuan"),
    }
    return LeverText(name, record.text("label"), stage, record.text("meaning"), MappingProxyType(settings))


def _stage(record: Record) -> CurveStageText:
    name = record.one_of("id", CURVE_STAGES, "认得的阶段")
    return CurveStageText(name, *(record.text(key) for key in ("label", "value", "aim")))


def _exit(record: Record) -> ExitText:
    name = record.one_of("id", CURVE_EXIT_TYPES, "认得的曲线类型")
    return ExitText(name, record.text("label"), record.text("meaning"))
